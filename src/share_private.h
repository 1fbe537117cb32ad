/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SHARE_PRIVATE_H
#define VIGIE_SRC_SHARE_PRIVATE_H

/* Shared by share.c (link, presence, time), share_set.c (who keeps what), share_own.c
 * (what we say) and share_hear.c (what we are told). */

#include <uthash.h>

#include "src/share.h"

enum {
	SHARE_ENTRIES = 16384,
	SAY_AGAIN_MS = 5000,      /* what has not come back */
	SHARE_BURST = 10,         /* a turn of share_pace: 200 a second */
	ECHO_MS = 2000,           /* by then the broker has given back what we said */
	SETTLE_QUIET_MS = 1000,   /* after so much silence all retained ones have come */
	SETTLE_MOST_MS = 5000,    /* ... or after this in any case */
	HEARSAY_AFTER_MS = 10000, /* by then those who live have said it themselves */
	INDEX_AFTER_MS = 500,     /* changes are gathered before they are counted */
	INCOMPLETE_MS = 2000,     /* a set that differs so long misses something */
	ASK_AGAIN_MS = 8000,
	ANSWER_AGAIN_MS = 5000,
	GONE_MS = 6000, /* three beats */
	BEAT_MS = 2000,
	SKEW_MS = 2000,
	SKEW_BEATS = 5,
	SEEN_FRESH_MS = 600000, /* of older acts nobody waits for a word */
	REFUSAL_AUDIT_MS = 10000
};
#define KEEP_MS INT64_C(172800000) /* 48 h: then what is closed is taken back */

/* One retained word of one author. */
struct share_entry {
	char key[ID_SIZE + SHARE_SUFFIX_SIZE]; /* author/suffix */
	int peer;                              /* index of the author; -1 ourselves */
	struct fact fact;
	uint64_t seq;       /* waits for the journal; 0 it is there */
	int64_t said_mono;  /* last published by us */
	int64_t since_mono; /* ours: this word since; else: heard last */
	unsigned epoch;     /* of the last link in which the broker gave it back */
	bool echoed;        /* ours: the broker has given back this very word */
	bool due;           /* to be published in its turn */
	bool pending;       /* about what is not known yet: to be folded then */
	bool kept;          /* another's: counted in its set */
	bool via;           /* another's: said for it, by us */
	UT_hash_handle hh;
};

struct share_peer {
	struct share_index index;
	bool indexed;
	struct share_index held; /* what we have of it */
	int64_t changed_mono, asked_mono, heard_mono;
	int64_t skew[SKEW_BEATS]; /* its clock minus ours, of the last beats */
	int beats;
	struct share_seen seen; /* of its acts, to be told */
};

struct share {
	bool on, linked, hearing;
	char self[ID_SIZE], root[ID_SIZE], pattern[SHARE_TOPIC_SIZE];
	char will_topic[SHARE_TOPIC_SIZE], *will;
	const struct twin *twin;
	struct stations *stations;
	struct share_calls calls;
	int64_t hlc_ms; /* the greatest seen or given */
	struct share_entry *entries;
	struct share_peer peers[STATIONS_MAX];
	unsigned epoch;                     /* links so far */
	int64_t absent_ms;                  /* 0: nobody is told to be away */
	int64_t linked_ms;                  /* suite time */
	int64_t linked_mono, retained_mono; /* since; last retained word */
	bool settled, told_hearsay;
	bool look; /* alarms may have changed */
	int due, waiting, pending;
	struct share_index index; /* as last said, once counted */
	bool counted;
	int64_t index_mono; /* our index is due then, 0 not */
	int64_t answered_mono, beat_mono, swept_mono;
	int64_t refused_mono[SHARE_REFUSAL_COUNT];
	bool link_bad;
	struct fact_raise raised[TWIN_ALARMS]; /* as last looked at, by the twin's index */
};

int64_t share_now(const struct share *s);
int64_t share_mono(const struct share *s);
void share_hlc_hear(struct share *s, int64_t hlc_ms);
int64_t share_hlc_next(struct share *s);
/* Publishes below our own name; takes the text. */
bool share_say(
	struct share *s, const char *author, const char *suffix, char *text, int qos, bool retain);

/* share_set.c */
int share_peer(struct share *s, const char *station, bool make); /* -1: ourselves, -2: none */
struct share_entry *share_find(struct share *s, const char *author, const char *suffix);
/* NULL: no room, counted. */
struct share_entry *share_add(struct share *s, const char *author, const char *suffix);
/* A new word in an entry; its author's set is counted anew. */
void share_put(struct share *s, struct share_entry *e, const struct fact *fact, bool kept);
void share_remove(struct share *s, struct share_entry *e);
const char *share_entry_suffix(const struct share_entry *e);
/* < 0: a is overtaken by b. Of acknowledgements and resets what covers more counts. */
int share_compare(const struct fact *a, const struct fact *b);
bool share_is_closed(const struct share *s, const struct fact *fact);
/* The alarm is of this station alone. */
bool share_is_local(const struct share *s, const struct fact *fact);
bool share_subject_is_known(const struct share *s, const struct fact *fact);
struct share_index share_own_index(const struct share *s);

/* share_own.c */
void share_own(struct share *s, const struct fact *fact);
void share_look(struct share *s); /* at the alarms */
void share_echo(struct share *s, const char *suffix, const struct fact *fact);
void share_set_due(struct share *s, struct share_entry *e, bool due);
void share_say_all(struct share *s); /* somebody asked */
void share_settle(struct share *s);  /* what has not come back is said again */
void share_hearsay(struct share *s);
void share_expire(struct share *s);
void share_flush(struct share *s);
void share_act_stage(struct share *s, int64_t hlc_ms, enum share_stage stage, const char *by);
bool share_is_approval(const struct fact *fact);
bool share_is_act(const struct fact *fact);

/* share_hear.c */
void share_fold(struct share *s, const struct fact *fact);
void share_fold_pending(struct share *s);

#endif
