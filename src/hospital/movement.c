/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/movement.h"
#include "src/hospital/stamp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_MOVE = 5, MINUTE = 60000 };

static const double walk_m_per_s = 1.2, lift_s = 25;

struct box {
	double left, top, right, bottom;
};

static struct box box_of(const struct room *r)
{
	struct box b = {1e9, 1e9, -1e9, -1e9};
	for (int i = 0; i < r->outline_count; i++) {
		b.left = fmin(b.left, r->outline[i].x);
		b.right = fmax(b.right, r->outline[i].x);
		b.top = fmin(b.top, r->outline[i].y);
		b.bottom = fmax(b.bottom, r->outline[i].y);
	}
	if (r->outline_count == 0)
		b = (struct box){0, 0, 1, 1};
	return b;
}

/* The point of a room nearest to another one: where one would come in. */
static struct position nearest(const struct site *site, int room, double x, double y)
{
	struct box b = box_of(&site->rooms[room]);
	double dx = fmin(0.5, (b.right - b.left) / 2), dy = fmin(0.5, (b.bottom - b.top) / 2);
	return (struct position){room, fmin(fmax(x, b.left + dx), b.right - dx),
		fmin(fmax(y, b.top + dy), b.bottom - dy)};
}

static struct position somewhere(const struct site *site, int room, struct rng *r)
{
	struct box b = box_of(&site->rooms[room]);
	double x = b.left + (b.right - b.left) * rng_between(r, 0.12, 0.88);
	double y = b.top + (b.bottom - b.top) * rng_between(r, 0.12, 0.88);
	return (struct position){room, x, y};
}

/* Beds stand in two rows along the longer sides of their room. */
static struct position at_bed(const struct site *site, int bed)
{
	int room = site->beds[bed].room, before = 0, all = 0;
	for (int i = 0; i < site->bed_count; i++)
		if (site->beds[i].room == room) {
			before += i < bed;
			all++;
		}
	struct box b = box_of(&site->rooms[room]);
	int columns = all > 0 ? (all + 1) / 2 : 1;
	double fx = ((double)(before % columns) + 0.5) / (double)columns;
	double fy = before < columns ? 0.2 : 0.8;
	return (struct position){
		room, b.left + fx * (b.right - b.left), b.top + fy * (b.bottom - b.top)};
}

/* Breadth first over the doors, from every room. */
static void find_ways(struct movement *m)
{
	const struct site *site = m->day->site;
	int n = site->room_count;
	int *queue = malloc(sizeof(int) * (size_t)n);
	if (queue == NULL)
		abort();
	for (int to = 0; to < n; to++) {
		int head = 0, tail = 0;
		queue[tail++] = to;
		m->next_room[to * n + to] = to;
		while (head < tail) {
			int here = queue[head++];
			for (int d = 0; d < site->door_count; d++) {
				int a = site->doors[d].a, b = site->doors[d].b;
				int other = a == here ? b : b == here ? a : -1;
				if (other < 0 || m->next_room[other * n + to] >= 0)
					continue;
				/* Nobody takes a short cut through an operating room. */
				m->next_room[other * n + to] = here;
				if (site->rooms[other].kind != ROOM_OR)
					queue[tail++] = other;
			}
		}
	}
	free(queue);
}

static void add_step(struct mover *v, const struct site *site, struct position to)
{
	if (v->walk_count == WALK_MAX)
		return;
	const struct step *last = &v->walk[v->walk_count - 1];
	double seconds = hypot(to.x - last->at.x, to.y - last->at.y) / walk_m_per_s;
	if (site->rooms[to.room].floor != site->rooms[last->at.room].floor)
		seconds += lift_s;
	v->walk[v->walk_count].t = last->t + (int64_t)(seconds * 1000) + 1;
	v->walk[v->walk_count++].at = to;
}

/* Plans the way; the last step is the destination itself. */
static void walk_to(struct movement *m, struct mover *v, struct position from, int64_t leave,
	int64_t arrive, struct position to)
{
	const struct site *site = m->day->site;
	int n = site->room_count, here = from.room;
	v->walk_count = 1;
	v->walk[0] = (struct step){leave, from};
	while (here != to.room && v->walk_count < WALK_MAX - 3) {
		int next = m->next_room[here * n + to.room];
		if (next < 0)
			break;
		const struct position *p = &v->walk[v->walk_count - 1].at;
		struct position enter = nearest(site, next, p->x, p->y);
		/* On another floor the plan's coordinates still agree at the lifts. */
		add_step(v, site, enter);
		int after = next != to.room ? m->next_room[next * n + to.room] : -1;
		if (after >= 0) {
			struct position target = nearest(site, after, to.x, to.y);
			add_step(v, site, nearest(site, next, target.x, target.y));
		}
		here = next;
	}
	add_step(v, site, to);
	int64_t took = v->walk[v->walk_count - 1].t - leave;
	if (arrive > leave && took > 0)
		for (int i = 1; i < v->walk_count; i++)
			v->walk[i].t = leave
				       + (int64_t)((double)(v->walk[i].t - leave)
						   * ((double)(arrive - leave) / (double)took));
	v->rest = to;
}

static struct position walking(const struct mover *v, int64_t t)
{
	int i = 0;
	while (i + 1 < v->walk_count && v->walk[i + 1].t <= t)
		i++;
	if (i + 1 >= v->walk_count)
		return v->rest;
	const struct step *a = &v->walk[i], *b = &v->walk[i + 1];
	double f = b->t > a->t ? (double)(t - a->t) / (double)(b->t - a->t) : 1;
	f = f < 0 ? 0 : f;
	return (struct position){
		a->at.room, a->at.x + f * (b->at.x - a->at.x), a->at.y + f * (b->at.y - a->at.y)};
}

static void add_leg(struct mover *v, int64_t leave, int64_t arrive, int room, int bed)
{
	if (leave != 0 && arrive != 0 && room >= 0 && v->leg_count < LEGS_MAX)
		v->legs[v->leg_count++] = (struct leg){leave, arrive, room, bed};
}

static int first_of(const struct site *site, enum room_kind kind)
{
	for (int i = 0; i < site->room_count; i++)
		if (site->rooms[i].kind == kind)
			return i;
	return -1;
}

/* Wheels cross the door of the OR at in_room: the leg ends there and then. */
static void list_legs(struct movement *m, struct mover *v, const struct hcase *c)
{
	const struct site *site = m->day->site;
	const int64_t *at = c->at;
	int64_t in_room = at[MILESTONE_IN_ROOM];
	v->on_air_ms = at[MILESTONE_ARRIVED];
	v->off_air_ms = at[MILESTONE_DISCHARGED];
	v->leg_count = v->leg = 0;
	add_leg(v, at[MILESTONE_LEFT_WARD], at[MILESTONE_IN_HOLDING], first_of(site, ROOM_HOLDING),
		-1);
	if (in_room != 0 && c->induction_ms != 0)
		add_leg(v, c->induction_ms - 30000, c->induction_ms, c->induction_room, -1);
	if (in_room != 0)
		add_leg(v, in_room - 40000, in_room, c->room, -1);
	if (c->bay >= 0)
		add_leg(v, at[MILESTONE_OUT_ROOM], at[MILESTONE_PACU_IN], site->beds[c->bay].room,
			c->bay);
	if (c->off_ms != 0)
		add_leg(v, c->back_ms - 5 * MINUTE, c->back_ms, c->ward, -1);
	add_leg(v, at[MILESTONE_PACU_OUT], c->back_ms, c->ward, -1);
	v->next_ms = v->leg_count > 0 ? v->legs[0].leave : 0;
}

static void wear(struct movement *m, struct mover *v, const struct hcase *c)
{
	v->rest = somewhere(m->day->site, c->ward, &v->r);
	list_legs(m, v, c);
}

static void follow_leg(struct movement *m, struct mover *v)
{
	const struct site *site = m->day->site;
	const struct leg *leg = &v->legs[v->leg++];
	struct position to =
		leg->bed >= 0 ? at_bed(site, leg->bed) : somewhere(site, leg->room, &v->r);
	walk_to(m, v, walking(v, leg->leave), leg->leave, leg->arrive, to);
	v->next_ms = v->leg < v->leg_count ? v->legs[v->leg].leave : 0;
}

static int random_room(struct movement *m, struct mover *v, bool staff)
{
	static const enum room_kind people[] = {
		ROOM_OR, ROOM_STORE, ROOM_OTHER, ROOM_PACU, ROOM_INDUCTION, ROOM_HOLDING};
	static const enum room_kind things[] = {
		ROOM_OR, ROOM_PACU, ROOM_STORE, ROOM_WARD, ROOM_PACU, ROOM_OR};
	const struct site *site = m->day->site;
	enum room_kind kind = staff ? people[rng_below(&v->r, 6)] : things[rng_below(&v->r, 6)];
	int tries = 200;
	while (tries-- > 0) {
		int room = rng_below(&v->r, site->room_count);
		if (site->rooms[room].kind == kind)
			return room;
	}
	return v->home;
}

/* Home for a while, away for a little, home again. */
static void wander(struct movement *m, struct mover *v)
{
	const struct tag *tag = &m->day->site->tags[v->tag];
	bool staff = tag->kind == TAG_STAFF;
	int64_t now = v->next_ms;
	bool away = v->rest.room != v->home;
	int room = away && rng_uniform(&v->r) < 0.8 ? v->home : random_room(m, v, staff);
	walk_to(m, v, v->rest, now, 0, somewhere(m->day->site, room, &v->r));
	bool home = room == v->home;
	double stay = staff ? (home ? rng_between(&v->r, 12, 45) : rng_between(&v->r, 3, 9))
			    : (home ? rng_between(&v->r, 60, 260) : rng_between(&v->r, 20, 90));
	v->next_ms = v->walk[v->walk_count - 1].t + (int64_t)(stay * MINUTE);
}

static int staff_home(struct movement *m, const struct tag *tag, struct mover *v)
{
	static const char *const theatre[] = {"surgeon", "mar", "iade", "ibode"};
	for (size_t i = 0; i < sizeof(theatre) / sizeof(theatre[0]); i++)
		if (strcmp(tag->role, theatre[i]) == 0)
			return m->day->rooms[rng_below(&v->r, m->day->room_count)];
	if (strstr(tag->role, "porter") != NULL)
		return first_of(m->day->site, ROOM_HOLDING);
	return first_of(m->day->site, rng_uniform(&v->r) < 0.6 ? ROOM_PACU : ROOM_WARD);
}

static void place_mover(struct movement *m, int tag)
{
	const struct site *site = m->day->site;
	const struct tag *t = &site->tags[tag];
	struct mover *v = &m->movers[tag];
	v->tag = tag;
	v->wearer = -1;
	v->r = rng_stream(m->day->seed, STREAM_MOVE, (uint64_t)tag);
	if (t->kind == TAG_PATIENT) {
		for (int i = 0; i < m->day->case_count; i++)
			if (m->day->cases[i].tag == tag) {
				v->wearer = i;
				wear(m, v, &m->day->cases[i]);
			}
		return;
	}
	v->home = t->kind == TAG_STAFF ? staff_home(m, t, v) : t->room;
	if (t->bed >= 0)
		v->home = site->beds[t->bed].room;
	if (v->home < 0)
		v->home = first_of(site, ROOM_STORE) >= 0 ? first_of(site, ROOM_STORE) : 0;
	v->on_air_ms = 1;
	v->rest = t->bed >= 0 ? at_bed(site, t->bed) : somewhere(site, v->home, &v->r);
	if (t->kind == TAG_STAFF)
		v->next_ms = m->dawn_ms + (int64_t)(rng_between(&v->r, 30, 120) * MINUTE);
	if (t->kind == TAG_ASSET)
		v->next_ms = m->dawn_ms + (int64_t)(rng_between(&v->r, 0, 260) * MINUTE);
}

struct movement *movement_create(const struct day *day)
{
	struct movement *m = calloc(1, sizeof(*m));
	size_t rooms = (size_t)day->site->room_count, tags = (size_t)day->site->tag_count;
	if (m == NULL || (m->movers = calloc(tags + 1, sizeof(*m->movers))) == NULL
		|| (m->next_room = malloc((rooms * rooms + 1) * sizeof(int))) == NULL)
		abort();
	m->day = day;
	m->dawn_ms = stamp_at(day->midnight, 360);
	for (size_t i = 0; i < rooms * rooms; i++)
		m->next_room[i] = -1;
	find_ways(m);
	for (int i = 0; i < day->site->tag_count; i++)
		place_mover(m, i);
	return m;
}

void movement_destroy(struct movement *m)
{
	if (m == NULL)
		return;
	free(m->movers);
	free(m->next_room);
	free(m);
}

void movement_day_changed(struct movement *m, int64_t t)
{
	struct position here;
	for (int i = 0; i < m->day->case_count; i++) {
		const struct hcase *c = &m->day->cases[i];
		struct mover *v = c->tag >= 0 ? &m->movers[c->tag] : NULL;
		if (v == NULL)
			continue;
		if (v->wearer != i) {
			v->wearer = i;
			wear(m, v, c);
			continue;
		}
		movement_at(m, c->tag, t, &here);
		list_legs(m, v, c);
		while (v->leg < v->leg_count && v->legs[v->leg].leave <= t)
			v->leg++;
		v->next_ms = v->leg < v->leg_count ? v->legs[v->leg].leave : 0;
	}
}

bool movement_at(struct movement *m, int tag, int64_t t, struct position *out)
{
	struct mover *v = &m->movers[tag];
	while (v->next_ms != 0 && v->next_ms <= t) {
		if (v->wearer >= 0)
			follow_leg(m, v);
		else
			wander(m, v);
	}
	*out = walking(v, t);
	return v->on_air_ms != 0 && t >= v->on_air_ms && (v->off_air_ms == 0 || t < v->off_air_ms);
}
