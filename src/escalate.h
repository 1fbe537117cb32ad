/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_ESCALATE_H
#define VIGIE_SRC_ESCALATE_H

/*
 * Tells somebody of alarms that nobody acknowledges, step by step: when a step is
 * due the twin says (level), whom it tells the site file says, how that one is
 * reached vigie.conf (group notify). Of the stations that escalate one does it
 * (src/duty.h); alarms of one station alone, each for itself.
 *
 * At least once: a message is sent, and when the receiver has taken it a FACT_NOTICE
 * goes to the journal and to the other stations. Who dies in between leaves it to
 * be sent again, under the same name: a hash of the alarm's key, its raise, the step
 * and the priority, the same from every station. What is not delivered raises an alarm of its own
 * (class escalation), until something reaches that target again.
 */

#include "feeds/notify.h"
#include "src/duty.h"
#include "twin/notices.h"
#include "twin/twin.h"

enum {
	ESCALATE_MERGE_MS = 2000, /* a raise so young may still be merged with another's */
	ESCALATE_DISK_MS = 5000   /* nobody waits longer for the journal */
};

struct escalate_calls {
	/* A fact of ours (FACT_NOTICE, FACT_CONDITION), to be applied, stored at once
	 * and shared. */
	void (*fact)(void *context, struct fact *fact);
	void (*log)(void *context, bool bad, const char *text);
	notify_publish *publish;
	notify_run *run;
	void *context;
};

struct escalate_options {
	const char *self;             /* this station; borrowed */
	int rank;                     /* in the order of duty */
	struct notify_options notify; /* `calls` is ours */
	struct escalate_calls calls;
};

/* What there is to look at. */
struct escalate_view {
	const struct twin *twin;
	const struct notices *notices;
	const struct stations *stations; /* NULL: nothing is shared */
	int64_t now_ms, mono_ms;
	double speed;
	uint64_t stored; /* seq of the last fact on disk; UINT64_MAX: there is no disk */
};

struct escalate;

struct escalate *escalate_create(
	struct ev_loop *loop, const struct escalate_options *options, struct error *err);
/* Once a second or so. */
void escalate_look(struct escalate *escalate, const struct escalate_view *view);
bool escalate_on_duty(const struct escalate *escalate);
/* As notify_echo and notify_ran. */
bool escalate_echo(struct escalate *escalate, const char *topic, const void *bytes, size_t len);
void escalate_ran(struct escalate *escalate, uint64_t ticket, bool good, const char *why);
/* What is under way is left to whoever is next on duty. */
void escalate_destroy(struct escalate *escalate);

/* 32 hex digits. An alarm that got worse is told again, so the priority counts;
 * `station` is "" but for alarms of one station alone. */
void escalate_id(char out[ID_SIZE], const char *key, int64_t raised_ms, int step,
	enum priority priority, const char *station);

/* What became of a message. */
void escalate_notice(
	const struct notify_message *m, enum notice_state state, int tries, struct fact *out);
/* The alarm while a target cannot be reached; it ends when it can. False: nothing new
 * is to be said. */
bool escalate_reach(const struct twin *twin, const char *target, bool reached, const char *why,
	struct fact *out);

#endif
