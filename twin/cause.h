/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_CAUSE_H
#define VIGIE_TWIN_CAUSE_H

/*
 * One cause, one alarm. An alarm that follows from another one names it in
 * `cause`, is listed beneath it and rings nobody: it is suppressed by design
 * (state F) while its cause lasts. Calls of people are never explained away.
 */

#include "twin/twin.h"

/* Bits of struct alarm.suppressed. */
enum suppression { SUPPRESSED_EXPLAINED = 1U << 0 };

/* Nothing keeps it from ringing: neither shelf, nor design, nor service. */
bool alarm_rings(const struct alarm *alarm, int64_t now_ms);
/* The alarm at the end of the chain of causes, itself when nothing explains it. */
int alarm_root(const struct twin *twin, int alarm);

#endif
