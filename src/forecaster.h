/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_FORECASTER_H
#define VIGIE_SRC_FORECASTER_H

/*
 * The forecast of a living twin, made beside the loop: a thread of its own works
 * on a copy, answers fast with few replications, then better with more, then
 * looks for what would close the longest hole (twin/radar.h) and ranks what binds (until
 * then an answer has the last ones there were). A
 * newer twin takes the place of one that waits; a better answer to an older
 * question never replaces the first answer to a newer one.
 *
 * A stack of what-ifs is answered beside it, on a copy of the same copy under
 * the same fates: asking another what-if costs the copy's replications only.
 */

#include <ev.h>

#include "twin/forecast.h"
#include "twin/learning.h"
#include "twin/radar.h"
#include "twin/whatif.h"

struct forecaster;

/* `ready` is called on the loop when there is a new answer. NULL: out of memory
 * or no thread. */
struct forecaster *forecaster_create(
	struct ev_loop *loop, uint32_t seed, void (*ready)(void *context), void *context);
void forecaster_destroy(struct forecaster *f);
/* Copies both; returns at once. Without `learnt` (NULL) the booking is all that is
 * known of a duration. */
void forecaster_ask(struct forecaster *f, const struct twin *twin, const struct learnt *learnt);
/* What is asked besides, from now on and of every newer twin: the what-ifs
 * (none: count 0), and what would have `room` end in time ("" nothing). */
void forecaster_what_if(struct forecaster *f, const struct what_if *what_if, const char *room);
/* The last answer; NULL before the first. Valid until the next `ready`. */
const struct forecast *forecaster_last(const struct forecaster *f);
/* When a room could be entered, of the very same replications; NULL before the first. */
const struct radar *forecaster_radar_last(const struct forecaster *f);
/* The same of the what-ifs; asked.count tells which they were. */
const struct what_if_answer *forecaster_what_if_last(const struct forecaster *f);

#endif
