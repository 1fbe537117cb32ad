/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/locate_map.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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
/* Learned cells have no place on the plan: one is as near as the other. */
static const double mix_rate = 0.3;
/* A state with many doors is not emptied within a second. */
static const double leave_most = 0.5;
/* By geometry the means run over some seconds and walls shadow a level for
 * long: the errors of successive seconds are shared, and each counts for less.
 * A survey has that spread in its deviations: what cross-validation on public
 * data and on emulated walks found (tests/bench/locate.sh tells the figures). */
static const double evidence_geometry = 0.35, evidence_learned = 1.1;
static const double power_geometry_db = 8, power_first_db = 5, power_last_db = 2;

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
	struct locate_cell box = {index, NULL, INFINITY, INFINITY, -INFINITY, -INFINITY, 1};
	for (int i = 0; i < room->outline_count; i++) {
		box.x0 = fmin(box.x0, room->outline[i].x);
		box.x1 = fmax(box.x1, room->outline[i].x);
		box.y0 = fmin(box.y0, room->outline[i].y);
		box.y1 = fmax(box.y1, room->outline[i].y);
	}
	if (room->outline_count == 0)
		box = (struct locate_cell){index, NULL, 0, 0, 0, 0, 1};
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
			struct locate_cell cell = {index, NULL, box.x0 + c * w, box.y0 + r * h,
				box.x0 + (c + 1) * w, box.y0 + (r + 1) * h, 1};
			if (in_outline(room, (cell.x0 + cell.x1) / 2, (cell.y0 + cell.y1) / 2))
				out[n++] = cell;
		}
	}
	if (n == 0)
		out[n++] = box;
	for (int i = 0; i < n; i++)
		out[i].share = 1.0 / n;
	return n;
}

/* The cells a survey learned of one room; 0: it was not surveyed. */
static int surveyed(const struct site *site, int room, struct locate_cell *out)
{
	const struct survey *survey = &site->survey;
	double rows = 0;
	int n = 0;
	for (int i = 0; i < survey->cell_count; i++) {
		if (survey->cells[i].room != room)
			continue;
		out[n] = bounds(&site->rooms[room], room);
		out[n].levels = survey->levels + (size_t)i * (size_t)site->gateway_count;
		out[n].share = survey->cells[i].rows > 0 ? survey->cells[i].rows : 1;
		rows += out[n++].share;
	}
	for (int i = 0; i < n; i++)
		out[i].share /= rows;
	return n;
}

static bool make_cells(struct locate_map *map, const struct site *site)
{
	size_t most = (size_t)site->room_count * CELLS_A_SIDE * CELLS_A_SIDE + 1
		      + (size_t)site->survey.cell_count;
	map->cells = calloc(most, sizeof *map->cells);
	if (map->cells == NULL)
		return false;
	for (int i = 0; i < site->room_count; i++) {
		struct locate_cell *next = map->cells + map->state_count;
		int n = surveyed(site, i, next);
		map->learned = map->learned || n > 0;
		map->state_count += n > 0 ? n : cut(&site->rooms[i], i, next);
	}
	map->cells[map->state_count++] = (struct locate_cell){-1, NULL, 0, 0, 0, 0, 1};
	return true;
}

bool locate_door(const struct site *site, int a, int b)
{
	for (int i = 0; i < site->door_count; i++) {
		const struct door *d = &site->doors[i];
		if ((d->a == a && d->b == b) || (d->a == b && d->b == a))
			return true;
	}
	return false;
}

static void make_prior(struct locate_map *map, const struct site *site)
{
	double total = 0;
	for (int s = 0; s < map->state_count; s++) {
		int room = map->cells[s].room;
		bool corridor = room >= 0 && site->rooms[room].kind == ROOM_CORRIDOR;
		map->prior[s] = (corridor ? corridor_weight : 1) * map->cells[s].share;
		total += map->prior[s];
	}
	for (int s = 0; s < map->state_count; s++)
		map->prior[s] /= total;
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

/* Draws passages; while `member` is NULL it only counts. */
struct pencil {
	struct locate_map *map;
	int members, passages;
};

/* Adds the states of room `a` within `reach` of room `b` to the member list;
 * how many, and their prior together. */
static int group(struct pencil *p, int a, int b, double reach, double *prior)
{
	struct locate_map *map = p->map;
	int first = p->members;
	*prior = 0;
	for (int s = 0; s < map->state_count; s++) {
		bool near = map->cells[s].room == a && (a < 0 || b < 0);
		for (int t = 0; !near && map->cells[s].room == a && t < map->state_count; t++)
			near = map->cells[t].room == b
			       && gap(&map->cells[s], &map->cells[t]) <= reach;
		if (!near)
			continue;
		if (map->member != NULL) {
			map->member[p->members] = s;
			map->weight[p->members] = map->prior[s];
		}
		*prior += map->prior[s];
		p->members++;
	}
	for (int i = first; map->member != NULL && i < p->members; i++)
		map->weight[i] /= *prior;
	return p->members - first;
}

static void add_door(struct pencil *p, int a, int b)
{
	struct locate_passage passage = {.a = p->members, .door = true};
	double reach = a >= 0 && b >= 0 ? nearest(p->map, a, b) + touching_m : 0, pa, pb;
	passage.a_count = group(p, a, b, reach, &pa);
	passage.b = p->members;
	passage.b_count = group(p, b, a, reach, &pb);
	passage.there = door_rate * fmin(1, pb / pa);
	passage.back = door_rate * fmin(1, pa / pb);
	if (p->map->passages != NULL)
		p->map->passages[p->passages] = passage;
	p->passages++;
}

/* Within a room: learned cells are mixed, others walked between side by side. */
static void add_inside(struct pencil *p, int s, int t, double rate)
{
	struct locate_map *map = p->map;
	if (map->passages != NULL) {
		map->member[p->members] = s;
		map->member[p->members + 1] = t;
		map->weight[p->members] = map->weight[p->members + 1] = 1;
		map->passages[p->passages] = (struct locate_passage){
			p->members, 1, p->members + 1, 1, rate, rate, false};
	}
	p->members += 2;
	p->passages++;
}

static void add_mix(struct pencil *p, int room)
{
	double prior;
	struct locate_passage passage = {.a = p->members, .there = mix_rate};
	passage.a_count = group(p, room, -1, 0, &prior);
	passage.b = passage.a;
	passage.b_count = passage.a_count;
	if (p->map->passages != NULL)
		p->map->passages[p->passages] = passage;
	p->passages++;
}

static void draw(struct pencil *p, const struct site *site)
{
	struct locate_map *map = p->map;
	p->members = p->passages = 0;
	for (int s = 0; s < map->state_count; s++) {
		const struct locate_cell *cell = &map->cells[s];
		bool first = s == 0 || map->cells[s - 1].room != cell->room;
		if (cell->levels != NULL && first)
			add_mix(p, cell->room);
		for (int t = 0; cell->levels == NULL && cell->room >= 0 && t < s; t++)
			if (map->cells[t].room == cell->room
				&& gap(cell, &map->cells[t]) <= touching_m)
				add_inside(p, s, t, door_rate);
	}
	for (int a = 0; a < site->room_count; a++)
		for (int b = -1; b < a; b++)
			if (locate_door(site, a, b))
				add_door(p, a, b);
}

/* No state may be left faster than leave_most a second. */
static bool calm_doors(struct locate_map *map)
{
	double *leave = calloc((size_t)map->state_count + 1, sizeof *leave);
	if (leave == NULL)
		return false;
	for (int i = 0; i < map->passage_count; i++) {
		const struct locate_passage *p = &map->passages[i];
		for (int k = 0; p->door && k < p->a_count; k++)
			leave[map->member[p->a + k]] += p->there;
		for (int k = 0; p->door && k < p->b_count; k++)
			leave[map->member[p->b + k]] += p->back;
	}
	for (int i = 0; i < map->passage_count; i++) {
		struct locate_passage *p = &map->passages[i];
		double most = leave_most;
		for (int k = 0; p->door && k < p->a_count + p->b_count; k++)
			most = fmax(most, leave[map->member[p->a + k]]);
		p->there *= leave_most / most;
		p->back *= leave_most / most;
	}
	free(leave);
	return true;
}

static bool make_passages(struct locate_map *map, const struct site *site)
{
	struct pencil pencil = {.map = map};
	draw(&pencil, site);
	map->passage_count = pencil.passages;
	map->member = calloc((size_t)pencil.members + 1, sizeof *map->member);
	map->weight = calloc((size_t)pencil.members + 1, sizeof *map->weight);
	map->passages = calloc((size_t)pencil.passages + 1, sizeof *map->passages);
	if (map->member == NULL || map->weight == NULL || map->passages == NULL)
		return false;
	draw(&pencil, site);
	return calm_doors(map);
}

static bool make_tables(struct locate_map *map, const struct site *site)
{
	size_t table = (size_t)map->state_count * (size_t)map->gateway_count + 1;
	map->prior = calloc((size_t)map->state_count, sizeof *map->prior);
	map->level = calloc(table, sizeof *map->level);
	map->unit = calloc(table, sizeof *map->unit);
	map->gain = calloc(table, sizeof *map->gain);
	map->unheard = calloc(table * OFFSET_STEPS, sizeof *map->unheard);
	if (map->prior == NULL || map->level == NULL || map->unit == NULL || map->gain == NULL
		|| map->unheard == NULL)
		return false;
	make_prior(map, site);
	locate_levels(map, site);
	return true;
}

struct locate_map *locate_map_create(const struct site *site)
{
	struct locate_map *map = calloc(1, sizeof *map);
	if (map == NULL)
		return NULL;
	map->gateway_count = site->gateway_count;
	if (!make_cells(map, site) || !make_tables(map, site) || !make_passages(map, site)) {
		locate_map_destroy(map);
		return NULL;
	}
	map->evidence = map->learned ? evidence_learned : evidence_geometry;
	map->power_first = map->learned ? power_first_db : power_geometry_db;
	map->power_last = map->learned ? power_last_db : power_geometry_db;
	return map;
}

void locate_map_destroy(struct locate_map *map)
{
	if (map == NULL)
		return;
	free(map->cells);
	free(map->level);
	free(map->unit);
	free(map->gain);
	free(map->unheard);
	free(map->passages);
	free(map->member);
	free(map->weight);
	free(map->prior);
	free(map);
}

/* What leaves the group, and where it goes. */
static void flow(const struct locate_map *map, int a, int a_count, int b, int b_count, double rate,
	const double *from, double *to)
{
	double moved = 0;
	for (int i = a; i < a + a_count; i++) {
		double part = rate * from[map->member[i]];
		to[map->member[i]] -= part;
		moved += part;
	}
	for (int i = b; i < b + b_count; i++)
		to[map->member[i]] += moved * map->weight[i];
}

void locate_map_walk(
	const struct locate_map *map, double seconds, double haste, const double *from, double *to)
{
	double stay = 1 - jump * seconds;
	for (int s = 0; s < map->state_count; s++)
		to[s] = (1 - stay) / map->state_count + stay * from[s];
	for (int i = 0; i < map->passage_count; i++) {
		const struct locate_passage *p = &map->passages[i];
		double pace = stay * seconds * (p->door ? haste : 1);
		flow(map, p->a, p->a_count, p->b, p->b_count, p->there * pace, from, to);
		if (p->back > 0)
			flow(map, p->b, p->b_count, p->a, p->a_count, p->back * pace, from, to);
	}
}
