/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_WATCH_LOG_H
#define VIGIE_SRC_WATCH_LOG_H

/*
 * What a station without a screen says of itself: it looks at the view now and then
 * and logs what is other than last time. Keys, classes and states of alarms, never
 * their texts; never names or secrets. A flood of alarms is a few lines and a count.
 */

#include "screens/view.h"

struct watch_log;

struct watch_log *watch_log_create(void); /* NULL: out of memory */
void watch_log_look(struct watch_log *log, const struct view *view);
void watch_log_destroy(struct watch_log *log);

#endif
