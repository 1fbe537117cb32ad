/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_FORECAST_PARTS_H
#define VIGIE_SCREENS_FORECAST_PARTS_H

/* Pieces of the forecast screen: how old it is, what it comes to, what binds,
 * loads, the cases of one room. All of them do without a forecast. */

#include "screens/rows.h"
#include "screens/screen.h"

/* The role of a value that is foreseen: dim when the forecast is old. */
enum role forecast_role(const struct view *view, enum role role);
/* Age, replications, what is not counted, the signs of the strips. */
void forecast_status(const struct view *view, struct canvas *canvas, struct area area);
/* KPIs and the first bottleneck in two lines; and all that is known of both. */
void forecast_short(const struct view *view, struct canvas *canvas, struct area area);
void forecast_summary(const struct view *view, struct canvas *canvas, struct area area);
/* The load of the screen's pool: PACU bays first, `offset` walks round. */
void forecast_load(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area area);
/* The cases a room still has before it. */
void forecast_room(
	const struct view *view, int room, struct canvas *canvas, struct area area, int *skip);

#endif
