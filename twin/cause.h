/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_CAUSE_H
#define VIGIE_TWIN_CAUSE_H

/*
 * One cause, one alarm. An alarm that follows from another one names it in
 * `cause`, is listed beneath it and rings nobody: it is suppressed by design (state F)
 * while that one lasts and for two minutes more. What ends by then needs nobody to
 * acknowledge it; what does not speaks for itself. Three of one class within two minutes
 * get a heading ("many:gateway") that stands for them in the same way. Nothing of
 * priority HIGH is ever explained away.
 */

#include "twin/twin.h"

/* Bits of struct alarm.suppressed. */
enum suppression { SUPPRESSED_EXPLAINED = 1U << 0 };

/* It is seen as it is: neither shelf, nor design (its cause), nor service hides it. */
bool alarm_rings(const struct alarm *alarm, int64_t now_ms);
/* The alarm at the end of the chain of causes, itself when nothing explains it. */
int alarm_root(const struct twin *twin, int alarm);

#endif
