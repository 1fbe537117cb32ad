/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rows.h"

#include <math.h>

static void limits(const struct site *site, enum quantity quantity, struct climate_row *row)
{
	const struct tag *tag = row->tag >= 0 ? &site->tags[row->tag] : NULL;
	const struct room *room = row->room >= 0 ? &site->rooms[row->room] : NULL;

	row->low = 1;
	row->high = 0;
	if (tag && quantity == QUANTITY_TEMPERATURE && tag->low <= tag->high) {
		row->low = tag->low;
		row->high = tag->high;
	} else if (room && !row->cold && quantity == QUANTITY_TEMPERATURE) {
		row->low = room->temp_low;
		row->high = room->temp_high;
	} else if (room && !row->cold && quantity == QUANTITY_HUMIDITY) {
		row->low = room->rh_low;
		row->high = room->rh_high;
	}
}

/* Out of limits first, then fridges, then rooms; the humidity of a fridge has
 * no limits and comes last. */
static int rank(const struct view *view, const struct climate_row *row)
{
	bool warmth = view->twin->readings[row->reading].quantity == QUANTITY_TEMPERATURE;

	return (row->out ? 0 : 3) + (!row->cold ? 1 : warmth ? 0 : 2);
}

/* A barometer alone tells the weather: it has a row where its room has limits. */
static bool over_the_next(const struct twin *twin, struct climate_row *row)
{
	int own = -1;

	if (row->room < 0 || row->cold || site_pressure_to(twin->site, row->room) < 0)
		return false;
	row->pressure = true;
	row->unit = "Pa";
	row->low = twin->site->rooms[row->room].pressure_low;
	row->high = twin->site->rooms[row->room].pressure_high;
	if (!twin_over_pressure(twin, row->room, &row->value, &own))
		row->value = NAN;
	return own == row->reading;
}

int climate_rows(const struct view *view, struct climate_row *rows, int max)
{
	const struct twin *twin = view->twin;
	int count = 0;

	for (int i = 0; i < twin->reading_count && count < max; i++) {
		const struct reading *r = &twin->readings[i];
		struct climate_row row = {.reading = i,
			.tag = -1,
			.room = -1,
			.value = r->value,
			.unit = r->quantity == QUANTITY_TEMPERATURE ? "°C" : "%"};
		int at = count;

		if (r->quantity != QUANTITY_TEMPERATURE && r->quantity != QUANTITY_HUMIDITY
			&& r->quantity != QUANTITY_PRESSURE)
			continue;
		if (twin->site)
			row.tag = site_tag(twin->site, r->tag);
		if (row.tag >= 0) {
			row.room = twin->site->tags[row.tag].room;
			row.cold = twin->site->tags[row.tag].cold;
			limits(twin->site, r->quantity, &row);
		} else {
			row.low = 1;
		}
		if (r->quantity == QUANTITY_PRESSURE && !over_the_next(twin, &row))
			continue;
		row.stocked = cold_stock(twin, i, &row.stock);
		row.age_ms = view->now_ms - r->at_ms;
		row.out = r->out_since_ms > 0
			  || (row.low <= row.high && (row.value < row.low || row.value > row.high));
		while (at > 0 && rank(view, &rows[at - 1]) > rank(view, &row)) {
			rows[at] = rows[at - 1];
			at--;
		}
		rows[at] = row;
		count++;
	}
	return count;
}
