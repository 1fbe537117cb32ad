/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_PLAN_H
#define VIGIE_SCREENS_PLAN_H

/* A floor plan in text, scaled from the outlines of the site. */

#include "screens/canvas.h"
#include "screens/view.h"

/* `chosen` room is marked, -1 none. */
void plan_draw(
	const struct view *view, int floor, int chosen, struct canvas *canvas, struct area area);

#endif
