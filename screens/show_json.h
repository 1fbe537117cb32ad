/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_SHOW_JSON_H
#define VIGIE_SCREENS_SHOW_JSON_H

/*
 * A pane as text, for scripts, pipes and screen readers. Panes: board,
 * programme, recovery, alarms, locate, climate, feeds, gateways, devices,
 * forecast, indicators, orders. NULL: no such pane, or
 * out of memory. malloc'd.
 */

#include <stdbool.h>

#include "screens/view.h"

/* One JSON object; a missing value is an absent key. */
char *show_json(const struct view *view, const char *pane);
/* Lines of `columns` cells without frame; every row, however many. */
char *show_text(const struct view *view, const char *pane, int columns, bool ascii);

#endif
