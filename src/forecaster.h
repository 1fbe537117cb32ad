/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_FORECASTER_H
#define VIGIE_SRC_FORECASTER_H

/*
 * The forecast of a living twin, made beside the loop: a thread of its own works
 * on a copy, answers fast with few replications, then better with more, then
 * ranks what binds (until then an answer has the last ranking there was). A
 * newer twin takes the place of one that waits; a better answer to an older
 * question never replaces the first answer to a newer one.
 */

#include <ev.h>

#include "twin/forecast.h"
#include "twin/learning.h"

struct forecaster;

/* `ready` is called on the loop when there is a new answer. NULL: out of memory
 * or no thread. */
struct forecaster *forecaster_create(
	struct ev_loop *loop, uint32_t seed, void (*ready)(void *context), void *context);
void forecaster_destroy(struct forecaster *f);
/* Copies both; returns at once. Without `learnt` (NULL) the booking is all that is
 * known of a duration. */
void forecaster_ask(struct forecaster *f, const struct twin *twin, const struct learnt *learnt);
/* The last answer; NULL before the first. Valid until the next `ready`. */
const struct forecast *forecaster_last(const struct forecaster *f);

#endif
