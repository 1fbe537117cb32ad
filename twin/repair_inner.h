/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_REPAIR_INNER_H
#define VIGIE_TWIN_REPAIR_INNER_H

/* What repair_rule.c says with words and repair_limits.c writes down: one function a
 * fixed rule, so that both say the same. Cases by index in twin->cases. */

#include "twin/repair_rule.h"

bool limit_begun(const struct surgery *s); /* or over */
bool limit_off(const struct surgery *s);   /* and not only put off */
/* May be put off to another day. */
bool limit_may_wait(const struct fork *fork, const struct surgery *s);
/* The room it is planned in, -1. */
int limit_home(const struct fork *fork, const struct surgery *s);
/* As booked, with what is supposed besides; an hour when nobody has said. ms. */
int64_t limit_lasts(const struct fork *fork, int case_);
/* Not before, ms UTC. */
int64_t limit_notice(const struct fork *fork, const struct surgery *s);
int64_t limit_arrival(const struct fork *fork, const struct surgery *s);
int64_t limit_fasting(const struct fork *fork, int case_);
/* Not after, ms UTC; INT64_MAX. */
int64_t limit_nest(const struct fork *fork, const struct surgery *s);
int64_t limit_day_unit(const struct fork *fork, int case_);
bool limit_any_hour(const struct surgery *s);
/* What it is, or what the hospital itself has planned there. */
bool limit_takes(const struct fork *fork, const struct surgery *s, int room);
/* As in repair_limits: from, the session's own end, and with what a repair may add. */
struct limit_session {
	int64_t open_ms, last_ms, close_ms;
};
struct limit_session limit_session(const struct fork *fork, int room);

#endif
