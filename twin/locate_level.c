/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "twin/locate_map.h"

/*
 * What each gateway should hear in each state: as the survey found, or by
 * geometry where there was none. By geometry it is about -60 dBm in a
 * gateway's own room, -75 next door (within 8 m), -88 beyond, -97 on another
 * floor, deviation 7 dB (starting values of the recipe this filter follows).
 * Between those marks the level falls with the logarithm of distance: 22 dB a
 * decade inside a room (line of sight is 20), 43 dB through walls, which puts
 * -88 at 16 m.
 */
static const double own_room_dbm = -60, own_room_m = 4, own_room_slope = 22;
static const double next_room_dbm = -75, next_room_m = 8, wall_slope = 43;
static const double weakest_dbm = -95, other_floor_dbm = -97, outside_dbm = -105, at_door_dbm = -88;
static const double sigma_db = 7;

/* Near the edge of hearing the share of adverts heard falls from nine in ten to
 * one in ten over some 18 dB: a logistic curve with this scale. */
static const double edge_db = 4, rarely = 0.05, most_odds = 19;

static double outside_by(double low, double high, double v)
{
	return fmax(0, fmax(low - v, v - high));
}

static double expected(
	const struct site *site, const struct gateway *g, const struct locate_cell *cell)
{
	/* Out there one is heard, weakly, by the gateway at the entrance. */
	if (cell->room < 0)
		return locate_door(site, g->room, -1) ? at_door_dbm : outside_dbm;
	if (site->rooms[g->room].floor != site->rooms[cell->room].floor)
		return other_floor_dbm;
	if (cell->room == g->room) {
		double d =
			hypot((cell->x0 + cell->x1) / 2 - g->x, (cell->y0 + cell->y1) / 2 - g->y);
		return own_room_dbm - own_room_slope * log10(fmax(1, d / own_room_m));
	}
	double d =
		hypot(outside_by(cell->x0, cell->x1, g->x), outside_by(cell->y0, cell->y1, g->y));
	return fmax(weakest_dbm, next_room_dbm - wall_slope * log10(fmax(1, d / next_room_m)));
}

/* Log-likelihood that a gateway expecting this level hears nothing for a while:
 * "not heard" counts as a level of -100 with a larger deviation, since adverts
 * are lost for other reasons than distance. */
static double unheard_by_level(double level_dbm)
{
	double z = (level_dbm + 100) / 14;
	return z > 0 ? -0.5 * z * z : 0;
}

/* The same from the share heard in the survey, for a tag stronger by offset. A
 * gateway that (nearly) never heard it stands an unknown way below the edge: a
 * stronger tag will not be heard there either. And even next to it adverts are
 * lost. */
static double unheard_by_share(double heard, double offset_db)
{
	if (heard <= rarely)
		return log(1 - heard);
	double odds = heard / (1 - heard) * exp(offset_db / edge_db);
	return -log(1 + fmin(odds, most_odds));
}

static void set_level(struct locate_map *map, const struct site *site, int g, int s)
{
	const struct locate_cell *cell = &map->cells[s];
	const struct radio_level *learned =
		cell->levels != NULL && cell->levels[g].deviation_db > 0 ? &cell->levels[g] : NULL;
	int at = g * map->state_count + s, table = map->gateway_count * map->state_count;
	double level = learned != NULL ? (double)learned->mean_dbm
				       : expected(site, &site->gateways[g], cell);
	double deviation = learned != NULL ? (double)learned->deviation_db : sigma_db;
	map->level[at] = (float)level;
	map->unit[at] = (float)(1 / deviation);
	map->gain[at] =
		(float)((learned != NULL ? log((double)learned->heard) : 0) - log(deviation));
	for (int k = 0; k < OFFSET_STEPS; k++) {
		double offset = OFFSET_LEAST_DB + k * OFFSET_STEP_DB;
		map->unheard[k * table + at] =
			(float)(learned != NULL ? unheard_by_share((double)learned->heard, offset)
						: unheard_by_level(level + offset));
	}
}

void locate_levels(struct locate_map *map, const struct site *site)
{
	for (int g = 0; g < map->gateway_count; g++)
		for (int s = 0; s < map->state_count; s++)
			set_level(map, site, g, s);
}
