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

struct forecaster;

/* `ready` is called on the loop when there is a new answer. NULL: out of memory
 * or no thread. */
struct forecaster *forecaster_create(
	struct ev_loop *loop, uint32_t seed, void (*ready)(void *context), void *context);
void forecaster_destroy(struct forecaster *f);
/* Copies the twin; returns at once. */
void forecaster_ask(struct forecaster *f, const struct twin *twin);
/* The last answer; NULL before the first. Valid until the next `ready`. */
const struct forecast *forecaster_last(const struct forecaster *f);

#endif
