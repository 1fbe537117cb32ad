/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SHARE_H
#define VIGIE_SRC_SHARE_H

/*
 * Several stations, one truth (vigie-cluster(7)). Each station keeps on the broker,
 * retained, what its operators did and what its own rules raised; hears what the
 * others keep there, and folds it like any other fact. Nothing is elected and nothing
 * is agreed upon: the twin's merge rules make every order and repetition end alike.
 *
 * The broker may forget, truncate or lie. So a station knows its own set and every
 * other one's (from the journal), looks at what comes back after each link, says
 * again what is missing, and asks for what it has not got. What a station that is
 * away has said is said for it, as hearsay, when the broker has forgotten it.
 *
 * It does no I/O of its own: tests run many of them on a broker of a few lines.
 */

#include "src/share_wire.h"
#include "twin/twin.h"

struct share;

struct share_calls {
	/* False: not taken; it is said again later. An empty text takes back. */
	bool (*publish)(void *context, const char *topic, const char *text, size_t len, int qos,
		bool retain);
	/* To be numbered, folded and journalled (then share_told hears it, too). */
	void (*fact)(void *context, struct fact *fact);
	int64_t (*now_ms)(void *context);  /* suite time */
	int64_t (*mono_ms)(void *context); /* never stands still nor steps */
	void *context;
};

struct share_options {
	bool on;             /* false: facts are signed, and nothing is said or heard */
	const char *station; /* share_is_name when on */
	const char *root;    /* NULL: "vigie" */
	/* What a station that is away so long has left ringing is anybody's guess
	 * (twin/alarm.h); 0: for ever its word. Counted while we are linked. */
	double absent_min;
};

enum { SHARE_PACE_MS = 50 }; /* how often share_pace is due */

/* Twin and stations are borrowed; stations is filled. NULL: out of memory. */
struct share *share_create(const struct share_options *options, const struct twin *twin,
	struct stations *stations, struct share_calls calls);
void share_destroy(struct share *share);

/* Whose act it is and when: station and hybrid clock. Before it is folded. */
void share_sign(struct share *share, struct fact *fact);
/* A fact of the journal, at the start, in order. */
void share_restore(struct share *share, const struct fact *fact);
/* A fact was folded, of whatever source. */
void share_told(struct share *share, const struct fact *fact);
/* The journal has all up to this number: acts go out only now. */
void share_committed(struct share *share, uint64_t seq);
/* Alarms may have changed: what our own rules raised or ended goes out with the next
 * share_pace. */
void share_alarms(struct share *share);

/* Patterns and the last will for the link; valid as long as the share. */
const char *share_pattern(const struct share *share);
const char *share_will_topic(const struct share *share);
const char *share_will(const struct share *share);
/* The link is there, every subscription granted: retained messages follow. */
void share_linked(struct share *share);
void share_unlinked(struct share *share);
void share_message(
	struct share *share, const char *topic, const void *bytes, size_t len, bool retained);
bool share_is_ours(const struct share *share, const char *topic);

void share_pace(struct share *share);                            /* each SHARE_PACE_MS */
void share_tick(struct share *share, const struct share_here *); /* about each second */
/* The head of the journal's chain, for the others to keep. */
void share_head(struct share *share, uint64_t seq, const char *head);
void share_goodbye(struct share *share);

/* Conditions of this station: an act has not come back for 2 s; the clock of a
 * station is more than 2 s off ours. */
bool share_link_is_bad(const struct share *share);
bool share_clock_is_bad(const struct share *share);

#endif
