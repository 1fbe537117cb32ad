/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_ROWS_ALARMS_H
#define VIGIE_SCREENS_ROWS_ALARMS_H

/* What rows_alarms.c and rows_alarm_groups.c share. */

#include "twin/twin.h"

/* Which of two alarms (indexes) comes first: < 0 the first. */
int alarm_order(const struct twin *twin, int x, int y);

#endif
