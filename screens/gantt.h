/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_GANTT_H
#define VIGIE_SCREENS_GANTT_H

/* One room's day as a strip of cells: session hours, planned cases, phases by
 * letter and role, the now-line. */

#include "screens/canvas.h"
#include "screens/view.h"

/* `chosen` is a case index drawn strong, -1 none. */
void gantt_room(
	const struct view *view, int room, int chosen, struct canvas *canvas, struct area line);
/* Hours above the strips. */
void gantt_axis(const struct view *view, struct canvas *canvas, struct area line);

#endif
