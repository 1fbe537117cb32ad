/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_STATION_ACTS_H
#define VIGIE_SRC_STATION_ACTS_H

/*
 * What operators do: one function a command (struct command of screens/view.h), each of
 * which puts facts on record, remembers what takes them back, and says in a line what
 * was done or why not.
 */

#include "src/station_private.h"

typedef void station_do(struct station *s, const struct command *c);

/* station_acts_case.c */
station_do station_do_milestone, station_do_status, station_do_readiness, station_do_estimate,
	station_do_intake, station_do_learn, station_do_lock_case, station_do_nest,
	station_do_stock, station_do_emergency;
/* station_acts_alarm.c: acknowledge, take, leave, shelve, reset ... */
station_do station_do_alarm;
/* station_acts_idea.c */
station_do station_do_keep, station_do_forget;
/* station_acts_note.c */
station_do station_do_note, station_do_unnote;
/* station_person.c */
station_do station_do_reveal, station_do_break_glass, station_do_look;
/* station_commit.c */
station_do station_do_undo;
/* A row for the audit, by this person or by the program itself. */
void station_record(struct station *s, enum source source, const char *what, const char *subject,
	const char *reason);

#endif
