/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_SCRIPT_H
#define VIGIE_HOSPITAL_SCRIPT_H

/*
 * A script: one line an event, `+SECONDS` after the origin (may be negative:
 * -300) or local `HH:MM`, then
 *   press TAG | fridge TAG open|close | gateway MAC off|on | noshow N |
 *   emergency OR | overrun OR MINUTES
 * TAG is a MAC or the name the site gives it. `#` begins a comment.
 */

#include "feeds/error.h"
#include "src/hospital/day.h"

/* Sorted by time. Negative and err with file:line when a line is wrong. */
int script_load(const char *path, const struct site *site, int64_t origin_ms,
	struct action *actions, int most, struct error *err);
int script_line(const char *line, const struct site *site, int64_t origin_ms, struct action *action,
	struct error *err); /* 1 action, 0 empty, negative */
/* What happens when nobody asks for anything: a press in the PACU 20 s after
 * the origin, a fridge open since 5 min before, a gateway silent after 2 min. */
int script_demo(const struct site *site, int64_t origin_ms, struct action *actions);

#endif
