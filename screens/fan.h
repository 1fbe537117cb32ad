/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_FAN_H
#define VIGIE_SCREENS_FAN_H

/*
 * The rest of a room's day as a strip of cells, from now to the last end
 * (forecast_window): in use, then the last patient's exit as a fan.
 *
 *   =  in use   %  one in ten to the middle   *  the middle   .  to nine in ten
 *   ]  end of the session      1..9  a case begins (the middle of it)
 */

#include "screens/canvas.h"
#include "screens/rows.h"

void fan_room(const struct view *view, const struct forecast_row *row, struct canvas *canvas,
	struct area line);
/* Hours above the strips, and now. Behind the hours, when no room of the suite can be
 * entered by an emergency (twin/radar.h):  .  in one of ten,  %  in half,  #  in nine. */
void fan_axis(const struct view *view, struct canvas *canvas, struct area line);

#endif
