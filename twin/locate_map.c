/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/locate_map.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * Levels by geometry, until a site is calibrated: about -60 dBm in a
 * gateway's own room, -75 next door (within 8 m), -88 beyond, -97 on another
 * floor, deviation 7 dB. Between those marks the level falls with the logarithm
 * of distance: 22 dB a decade inside a room (line of sight is 20), 43 dB
 * through walls, which puts -88 at 16 m.
 */
static const double own_room_dbm = -60, own_room_m = 4, own_room_slope = 22;
static const double next_room_dbm = -75, next_room_m = 8, wall_slope = 43;
static const double weakest_dbm = -95, other_floor_dbm = -97, outside_dbm = -105, at_door_dbm = -88;

/*
 * Moves are drawn so that, without any evidence, each room is as likely as the
 * next and a corridor three times less (Metropolis rule: the rate of a door,
 * times the weight of the far side where that is the lighter one). Sharing a
 * fixed chance of leaving among the doors would draw everything into the
 * corridor, which has the most of them.
 */
static const double door_rate = 0.03, corridor_weight = 0.3;
/* People are carried past us unheard, tags are switched on anywhere. */
static const double jump = 1e-5;
static const double cell_m = 9, touching_m = 0.3;

static double outside_by(double low, double high, double v)
{
	return fmax(0, fmax(low - v, v - high));
}

static double gap(const struct locate_cell *a, const struct locate_cell *b)
{
	double dx = fmax(0, fmax(a->x0 - b->x1, b->x0 - a->x1));
	double dy = fmax(0, fmax(a->y0 - b->y1, b->y0 - a->y1));
	return hypot(dx, dy);
}

static bool in_outline(const struct room *room, double x, double y)
{
	bool in = false;
	for (int i = 0, j = room->outline_count - 1; i < room->outline_count; j = i++) {
		struct point a = room->outline[i], b = room->outline[j];
		if ((a.y > y) != (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x)
			in = !in;
	}
	return in;
}

static struct locate_cell bounds(const struct room *room, int index)
{
	struct locate_cell box = {index, room->floor, INFINITY, INFINITY, -INFINITY, -INFINITY};
	for (int i = 0; i < room->outline_count; i++) {
		box.x0 = fmin(box.x0, room->outline[i].x);
		box.x1 = fmax(box.x1, room->outline[i].x);
		box.y0 = fmin(box.y0, room->outline[i].y);
		box.y1 = fmax(box.y1, room->outline[i].y);
	}
	if (room->outline_count == 0)
		box = (struct locate_cell){index, room->floor, 0, 0, 0, 0};
	return box;
}

enum { CELLS_A_SIDE = 8 };

static int pieces(double length)
{
	double n = ceil(length / cell_m);
	return n < 1 ? 1 : n > CELLS_A_SIDE ? CELLS_A_SIDE : (int)n;
}

/* Writes the cells of one room to `out` (room for CELLS_A_SIDE squared). */
static int cut(const struct room *room, int index, struct locate_cell *out)
{
	struct locate_cell box = bounds(room, index);
	int columns = pieces(box.x1 - box.x0), rows = pieces(box.y1 - box.y0), n = 0;
	double w = (box.x1 - box.x0) / columns, h = (box.y1 - box.y0) / rows;
	for (int r = 0; r < rows; r++) {
		for (int c = 0; c < columns; c++) {
			struct locate_cell cell = {index, room->floor, box.x0 + c * w,
				box.y0 + r * h, box.x0 + (c + 1) * w, box.y0 + (r + 1) * h};
			if (in_outline(room, (cell.x0 + cell.x1) / 2, (cell.y0 + cell.y1) / 2))
				out[n++] = cell;
		}
	}
	if (n == 0)
		out[n++] = box;
	return n;
}

static bool make_cells(struct locate_map *map, const struct site *site)
{
	size_t most = (size_t)site->room_count * CELLS_A_SIDE * CELLS_A_SIDE + 1;
	map->cells = calloc(most, sizeof *map->cells);
	if (map->cells == NULL)
		return false;
	for (int i = 0; i < site->room_count; i++)
		map->state_count += cut(&site->rooms[i], i, map->cells + map->state_count);
	map->cells[map->state_count++] = (struct locate_cell){-1, -1, 0, 0, 0, 0};
	return true;
}

static bool has_door(const struct site *site, int a, int b)
{
	for (int i = 0; i < site->door_count; i++) {
		const struct door *d = &site->doors[i];
		if ((d->a == a && d->b == b) || (d->a == b && d->b == a))
			return true;
	}
	return false;
}

static double expected(
	const struct site *site, const struct gateway *g, const struct locate_cell *cell)
{
	/* Out there one is heard, weakly, by the gateway at the entrance. */
	if (cell->room < 0)
		return has_door(site, g->room, -1) ? at_door_dbm : outside_dbm;
	if (site->rooms[g->room].floor != cell->floor)
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

static void make_levels(struct locate_map *map, const struct site *site)
{
	for (int g = 0; g < map->gateway_count; g++) {
		for (int s = 0; s < map->state_count; s++)
			map->heard[g * map->state_count + s] =
				expected(site, &site->gateways[g], &map->cells[s]);
	}
}

/* Where a door is, is not told: where the two rooms are nearest. */
static double nearest(const struct locate_map *map, int a, int b)
{
	double best = INFINITY;
	for (int s = 0; s < map->state_count; s++)
		for (int t = 0; map->cells[s].room == a && t < map->state_count; t++)
			if (map->cells[t].room == b)
				best = fmin(best, gap(&map->cells[s], &map->cells[t]));
	return best;
}

static void link_rooms(struct locate_map *map, bool *linked, int a, int b, double within)
{
	int n = map->state_count;
	for (int s = 0; s < n; s++) {
		for (int t = 0; map->cells[s].room == a && t < n; t++) {
			if (t == s || map->cells[t].room != b)
				continue;
			if (b < 0 || gap(&map->cells[s], &map->cells[t]) <= within)
				linked[s * n + t] = linked[t * n + s] = true;
		}
	}
}

/* Neighbours: cells of a room that touch, and both sides of each door. */
static bool make_links(struct locate_map *map, const struct site *site)
{
	size_t n = (size_t)map->state_count, count = 0;
	bool *linked = calloc(n * n, sizeof *linked);
	map->link_from = calloc(n + 1, sizeof *map->link_from);
	if (linked == NULL || map->link_from == NULL) {
		free(linked);
		return false;
	}
	for (int a = 0; a < site->room_count; a++) {
		link_rooms(map, linked, a, a, touching_m);
		for (int b = 0; b < a; b++)
			if (has_door(site, a, b))
				link_rooms(map, linked, a, b, nearest(map, a, b) + touching_m);
		if (has_door(site, a, -1))
			link_rooms(map, linked, a, -1, 0);
	}
	for (size_t i = 0; i < n * n; i++)
		count += linked[i];
	map->link = calloc(count + 1, sizeof *map->link);
	map->move = calloc(count + 1, sizeof *map->move);
	int at = 0;
	for (size_t s = 0; map->link != NULL && s < n; s++) {
		for (size_t t = 0; t < n; t++)
			if (linked[s * n + t])
				map->link[at++] = (int)t;
		map->link_from[s + 1] = at;
	}
	free(linked);
	return map->link != NULL && map->move != NULL;
}

static void make_weights(struct locate_map *map, const struct site *site)
{
	double total = 0;
	for (int s = 0; s < map->state_count; s++) {
		int room = map->cells[s].room, cells = 0;
		for (int t = 0; t < map->state_count; t++)
			cells += map->cells[t].room == room;
		bool corridor = room >= 0 && site->rooms[room].kind == ROOM_CORRIDOR;
		map->prior[s] = (corridor ? corridor_weight : 1) / cells;
		total += map->prior[s];
	}
	for (int s = 0; s < map->state_count; s++)
		map->prior[s] /= total;
	for (int s = 0; s < map->state_count; s++) {
		double leave = 0;
		for (int i = map->link_from[s]; i < map->link_from[s + 1]; i++) {
			map->move[i] =
				door_rate * fmin(1, map->prior[map->link[i]] / map->prior[s]);
			leave += map->move[i];
		}
		for (int i = map->link_from[s]; leave > 0.5 && i < map->link_from[s + 1]; i++)
			map->move[i] *= 0.5 / leave;
	}
}

struct locate_map *locate_map_create(const struct site *site)
{
	struct locate_map *map = calloc(1, sizeof *map);
	if (map == NULL)
		return NULL;
	map->gateway_count = site->gateway_count;
	bool good = make_cells(map, site);
	size_t n = (size_t)map->state_count, table = n * (size_t)map->gateway_count + 1;
	map->heard = calloc(table, sizeof *map->heard);
	map->prior = calloc(n + 1, sizeof *map->prior);
	good = good && map->heard != NULL && map->prior != NULL && make_links(map, site);
	if (!good) {
		locate_map_destroy(map);
		return NULL;
	}
	make_levels(map, site);
	make_weights(map, site);
	return map;
}

void locate_map_destroy(struct locate_map *map)
{
	if (map == NULL)
		return;
	free(map->cells);
	free(map->heard);
	free(map->link_from);
	free(map->link);
	free(map->move);
	free(map->prior);
	free(map);
}

void locate_map_walk(const struct locate_map *map, const double *from, double *to)
{
	int n = map->state_count;
	for (int s = 0; s < n; s++)
		to[s] = jump / n + (1 - jump) * from[s];
	for (int s = 0; s < n; s++) {
		for (int i = map->link_from[s]; i < map->link_from[s + 1]; i++) {
			double moved = (1 - jump) * from[s] * map->move[i];
			to[s] -= moved;
			to[map->link[i]] += moved;
		}
	}
}
