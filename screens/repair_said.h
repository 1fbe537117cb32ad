/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_REPAIR_SAID_H
#define VIGIE_SCREENS_REPAIR_SAID_H

#include "screens/view.h"

/*
 * The order in which the decisions of a repair are said, and no more than that: what it
 * is asked about comes first, then whatever hangs together with it by a room, then what
 * would be as good a decision without it.
 *
 * `order`: indices in moves->list. Returns how many belong to what it is asked about (a
 * case or a room; "" anything, and all do).
 */
int repair_said(const struct view *view, const char *about, const struct what_if *moves,
	int order[WHAT_IF_DEPTH]);

#endif
