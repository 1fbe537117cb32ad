/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_REPAIR_CORE_H
#define VIGIE_TWIN_REPAIR_CORE_H

/*
 * The core of a repair: the decisions that name what it is about (a case or a room), and
 * those that hang together with these by a room, from one to the next. The rest would be
 * as good a decision without it: an overfull day can be made better anywhere.
 */

#include "twin/whatif.h"

/* Indices in moves->list in the order in which they are said: what it is about first,
 * then the rest of the core, then what is besides. Returns how many are of the core; all
 * are when it is about nothing in particular (""). */
int repair_core(const struct twin *t, const char *about, const struct what_if *moves,
	int order[WHAT_IF_DEPTH]);
/* The core alone, in the order of the moves; false: that is all of it. */
bool repair_core_alone(
	const struct twin *t, const char *about, const struct what_if *moves, struct what_if *out);

#endif
