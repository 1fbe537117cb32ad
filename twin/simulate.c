/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/simulate.h"

#include <math.h>
#include <string.h>

#include "twin/random.h"
#include "twin/stat.h"

static const double MS = 60000; /* a minute */

/* ---- the fate of a replication ---- */

/* Half a year: what lasts longer is no forecast. */
static int32_t to_ms(double minutes)
{
	double ms = minutes * MS;
	return ms >= 1.6e9 ? 1600000000 : ms > 0 ? (int32_t)(ms + 0.5) : 0;
}

static int32_t law_draw(const struct sim_law *law, uint32_t bits)
{
	switch (law->kind) {
	case SIM_AT_ONCE:
		return 0;
	case SIM_FIXED:
		return to_ms((double)law->a);
	case SIM_UNIFORM:
		return to_ms((double)law->a + random_unit(bits) * (double)(law->b - law->a));
	case SIM_LOGNORMAL:
		break;
	}
	return to_ms(
		exp((double)law->a + (double)law->b * stat_normal_quantile(random_unit(bits))));
}

/* What is left of something that began `elapsed_ms` ago. */
static int32_t law_left(const struct sim_law *law, int64_t elapsed_ms, uint32_t bits)
{
	double elapsed = (double)elapsed_ms / MS;
	if (law->kind == SIM_LOGNORMAL) {
		double whole = stat_lognormal_truncated(
			(double)law->a, (double)law->b, elapsed, random_unit(bits));
		return to_ms(whole - elapsed);
	}
	int64_t left = law_draw(law, bits) - elapsed_ms;
	return left > 0 ? (int32_t)left : 0;
}

/* One counter gives four draws: steps share them in fours. */
enum { DRAW_TURNOVER = SIM_STEPS / 4, DRAW_CLEANING };

static int32_t with_extra(int32_t drawn_ms, int32_t extra_ms)
{
	int32_t least = drawn_ms < (int32_t)MS ? drawn_ms : (int32_t)MS;
	int32_t lasts = drawn_ms + extra_ms;
	return lasts > least ? lasts : least;
}

static void draw_case(const struct sim_plan *plan, const struct sim_case *c, int index,
	const uint32_t key[2], struct sim_draw *draw)
{
	int steps = plan->pathways[c->pathway].count;
	uint32_t bits[4] = {0};
	int32_t *lasts = draw->lasts_ms[index];
	for (int s = c->step; s < steps; s++) {
		if (s == c->step || s % 4 == 0) {
			const uint32_t counter[4] = {c->who, (uint32_t)s / 4, 0, 0};
			random_philox(key, counter, bits);
		}
		lasts[s] = s == c->step && c->running
				   ? law_left(&c->law[s], c->elapsed_ms, bits[s % 4])
				   : law_draw(&c->law[s], bits[s % 4]);
	}
	if (c->extra_ms != 0)
		lasts[c->extra_step] = with_extra(lasts[c->extra_step], c->extra_ms);
	if (c->room < 0)
		return;
	const uint32_t counter[4] = {c->who, DRAW_TURNOVER, 0, 0};
	random_philox(key, counter, bits);
	draw->turnover_ms[index] = law_draw(&plan->rooms[c->room].turnover, bits[0]);
}

void sim_draw(const struct sim_plan *plan, uint32_t seed, uint32_t n, struct sim_draw *draw)
{
	const uint32_t key[2] = {seed, n};
	for (int i = 0; i < plan->case_count; i++)
		if (!plan->cases[i].absent)
			draw_case(plan, &plan->cases[i], i, key, draw);
	for (int r = 0; r < plan->room_count; r++) {
		const struct sim_room *room = &plan->rooms[r];
		if (room->cleaning_ms < 0)
			continue;
		const uint32_t counter[4] = {(uint32_t)r, DRAW_CLEANING, 1, 0};
		uint32_t bits[4];
		random_philox(key, counter, bits);
		draw->cleaning_ms[r] = law_left(&room->turnover, room->cleaning_ms, bits[0]);
	}
}

/* ---- a day ---- */

struct day {
	const struct sim_plan *plan;
	const struct sim_draw *draw;
	struct sim_bench *b;
	struct sim_marks *marks;
	int ready_first; /* of bench->ready, a ring */
};

enum { RING = SIM_CASES + SIM_ROOMS, NOBODY = -1 };

static void go_on(struct day *d, int entity)
{
	int at = d->ready_first + d->b->ready_count++;
	d->b->ready[at < RING ? at : at - RING] = (int16_t)entity;
}

/* Behind everybody who may go first or at the same time. */
static void wait_for(struct day *d, int pool, int entity)
{
	struct sim_bench *b = d->b;
	int cases = d->plan->case_count;
	int mine = entity < cases ? d->plan->cases[entity].priority : 0;
	int before = NOBODY, after = b->pool[pool].first;
	int last = b->pool[pool].last;
	if (last != NOBODY && (last >= cases ? 0 : d->plan->cases[last].priority) <= mine) {
		before = last;
		after = NOBODY;
	}
	while (after != NOBODY && (after >= cases ? 0 : d->plan->cases[after].priority) <= mine) {
		before = after;
		after = b->next[after];
	}
	b->next[entity] = (int16_t)after;
	if (before == NOBODY)
		b->pool[pool].first = (int16_t)entity;
	else
		b->next[before] = (int16_t)entity;
	if (after == NOBODY)
		b->pool[pool].last = (int16_t)entity;
}

static bool take_unit(struct day *d, int pool, int entity)
{
	if (d->b->pool[pool].free > 0) {
		d->b->pool[pool].free--;
		return true;
	}
	wait_for(d, pool, entity);
	return false;
}

static void give_unit(struct day *d, int pool)
{
	struct sim_bench *b = d->b;
	b->pool[pool].free++;
	while (b->pool[pool].free > 0 && b->pool[pool].first != NOBODY) {
		int entity = b->pool[pool].first;
		b->pool[pool].first = b->next[entity];
		if (b->pool[pool].first == NOBODY)
			b->pool[pool].last = NOBODY;
		b->pool[pool].free--;
		if (entity < d->plan->case_count)
			b->token[entity].need++;
		go_on(d, entity);
	}
}

/* -- rooms -- */

static bool has_turn(const struct day *d, int i)
{
	int r = d->plan->cases[i].room;
	if (r < 0)
		return true;
	const struct sim_room *room = &d->plan->rooms[r];
	int at = d->b->room[r].at;
	return !room->closed && at < room->turns && room->turn[at] == i;
}

static bool take_room(struct day *d, int i)
{
	int r = d->plan->cases[i].room;
	if (r < 0)
		return true;
	if (!d->b->room[r].free || !has_turn(d, i))
		return false;
	d->b->room[r].free = false;
	return true;
}

/* Whoever's turn it is may be waiting for just that: the room, or the turn. */
static void call_next(struct day *d, int r, int waits_for)
{
	const struct sim_room *room = &d->plan->rooms[r];
	struct sim_bench *b = d->b;
	while (b->room[r].at < room->turns && d->plan->cases[room->turn[b->room[r].at]].absent)
		b->room[r].at++;
	if (b->room[r].at >= room->turns)
		return;
	int i = room->turn[b->room[r].at];
	const struct sim_case *c = &d->plan->cases[i];
	int step = b->token[i].step, need = b->token[i].need;
	if (step < d->plan->pathways[c->pathway].count && !b->token[i].running && b->token[i].asked
		&& need < SIM_NEEDS
		&& d->plan->pathways[c->pathway].steps[step].need[need] == waits_for)
		go_on(d, i);
}

static void open_room(struct day *d, int r)
{
	d->b->room[r].free = true;
	call_next(d, r, SIM_ROOM);
}

static void clean_room(struct day *d, int r)
{
	int32_t lasts = d->draw->turnover_ms[d->b->room[r].cleaned];
	events_at(&d->b->events, d->plan->case_count + r, d->b->now_ms + lasts);
}

static void leave_room(struct day *d, int i)
{
	int r = d->plan->cases[i].room;
	if (r < 0)
		return;
	const struct sim_room *room = &d->plan->rooms[r];
	d->b->room[r].at++;
	d->b->room[r].cleaned = (int16_t)i;
	if (room->cleaning < 0 || take_unit(d, room->cleaning, d->plan->case_count + r))
		clean_room(d, r);
	call_next(d, r, SIM_TURN);
}

static void room_cleaned(struct day *d, int r)
{
	int i = d->b->room[r].cleaned;
	events_cancel(&d->b->events, d->plan->case_count + r);
	if (i != NOBODY)
		d->marks->room_ready_ms[i] = (int32_t)d->b->now_ms;
	if (d->plan->rooms[r].cleaning >= 0)
		give_unit(d, d->plan->rooms[r].cleaning);
	open_room(d, r);
}

/* -- patients -- */

static void give_back(struct day *d, int i, const struct sim_step *step)
{
	for (int k = 0; k < SIM_NEEDS && step->give[k] != SIM_NONE; k++) {
		if (step->give[k] == SIM_ROOM)
			leave_room(d, i);
		else
			give_unit(d, step->give[k]);
	}
}

static bool take(struct day *d, int i, int need)
{
	if (need == SIM_TURN)
		return has_turn(d, i);
	return need == SIM_ROOM ? take_room(d, i) : take_unit(d, need, i);
}

/* True when the step may begin now. */
static bool gather(struct day *d, int i, const struct sim_step *step)
{
	struct sim_bench *b = d->b;
	int64_t gate = d->plan->cases[i].planned_ms + step->gate_ms;
	if (step->gated && b->now_ms < gate) {
		events_at(&b->events, i, gate);
		return false;
	}
	b->token[i].asked = true;
	while (b->token[i].need < SIM_NEEDS && step->need[b->token[i].need] != SIM_NONE) {
		int need = step->need[b->token[i].need];
		if (!take(d, i, need))
			return false;
		b->token[i].need++;
	}
	return true;
}

static void finish_step(struct day *d, int i, const struct sim_step *step)
{
	struct sim_bench *b = d->b;
	d->marks->ended_ms[i][b->token[i].step] = (int32_t)b->now_ms;
	give_back(d, i, step);
	b->token[i].step++;
	b->token[i].need = 0;
	b->token[i].running = b->token[i].asked = false;
}

/* As far as the patient gets at this instant. */
static void walk(struct day *d, int i)
{
	struct sim_bench *b = d->b;
	const struct sim_pathway *way = &d->plan->pathways[d->plan->cases[i].pathway];
	while (b->token[i].step < way->count) {
		int s = b->token[i].step;
		const struct sim_step *step = &way->steps[s];
		if (!b->token[i].running) {
			if (!gather(d, i, step))
				return;
			d->marks->begun_ms[i][s] = (int32_t)b->now_ms;
			b->token[i].running = true;
			if (d->draw->lasts_ms[i][s] > 0) {
				events_at(&b->events, i, b->now_ms + d->draw->lasts_ms[i][s]);
				return;
			}
		}
		finish_step(d, i, step);
	}
}

static void happen(struct day *d, int slot)
{
	struct sim_bench *b = d->b;
	int cases = d->plan->case_count;
	if (slot >= cases) {
		room_cleaned(d, slot - cases);
		return;
	}
	events_cancel(&b->events, slot);
	if (b->token[slot].running)
		finish_step(d, slot,
			&d->plan->pathways[d->plan->cases[slot].pathway]
				 .steps[b->token[slot].step]);
	walk(d, slot);
}

static void settle(struct day *d)
{
	struct sim_bench *b = d->b;
	while (b->ready_count > 0) {
		int entity = b->ready[d->ready_first];
		d->ready_first = d->ready_first + 1 < RING ? d->ready_first + 1 : 0;
		b->ready_count--;
		if (entity >= d->plan->case_count)
			clean_room(d, entity - d->plan->case_count);
		else
			walk(d, entity);
	}
}

/* -- how the day stands at the origin -- */

static void hold(
	struct sim_bench *b, const struct sim_case *c, const int8_t list[SIM_NEEDS], int by)
{
	for (int k = 0; k < SIM_NEEDS && list[k] != SIM_NONE; k++) {
		if (list[k] >= 0)
			b->pool[list[k]].free -= by;
		else if (list[k] == SIM_ROOM && c->room >= 0)
			b->room[c->room].free = by < 0;
	}
}

/* What a patient who is under way already has. */
static void begin_case(struct day *d, int i)
{
	const struct sim_case *c = &d->plan->cases[i];
	const struct sim_pathway *way = &d->plan->pathways[c->pathway];
	struct sim_bench *b = d->b;
	for (int s = 0; s < way->count; s++)
		d->marks->begun_ms[i][s] = d->marks->ended_ms[i][s] = SIM_NEVER;
	d->marks->room_ready_ms[i] = SIM_NEVER;
	b->token[i].step = (int16_t)(c->absent ? way->count : c->step);
	b->token[i].need = 0;
	b->token[i].running = !c->absent && c->running;
	b->token[i].asked = false;
	if (c->absent)
		return;
	for (int s = 0; s < c->step; s++) {
		hold(b, c, way->steps[s].need, 1);
		hold(b, c, way->steps[s].give, -1);
	}
	if (!c->running)
		return;
	hold(b, c, way->steps[c->step].need, 1);
	d->marks->begun_ms[i][c->step] = (int32_t)-c->elapsed_ms;
	events_at(&b->events, i, d->draw->lasts_ms[i][c->step]);
}

static void begin_room(struct day *d, int r)
{
	const struct sim_room *room = &d->plan->rooms[r];
	struct sim_bench *b = d->b;
	if (room->cleaning_ms >= 0) {
		b->room[r].free = false;
		if (room->cleaning >= 0)
			b->pool[room->cleaning].free--;
		events_at(&b->events, d->plan->case_count + r, d->draw->cleaning_ms[r]);
	} else if (b->room[r].free) {
		open_room(d, r); /* steps over who is not coming */
	}
}

static void begin(struct day *d)
{
	const struct sim_plan *plan = d->plan;
	struct sim_bench *b = d->b;
	events_init(&b->events, plan->case_count + plan->room_count, false);
	b->now_ms = 0;
	b->ready_count = 0;
	for (int p = 0; p < plan->pool_count; p++) {
		b->pool[p].first = b->pool[p].last = NOBODY;
		b->pool[p].free = plan->pools[p].units;
	}
	for (int r = 0; r < plan->room_count; r++) {
		b->room[r].at = 0;
		b->room[r].free = true;
		b->room[r].cleaned = NOBODY;
	}
	for (int i = 0; i < plan->case_count; i++)
		begin_case(d, i);
	for (int r = 0; r < plan->room_count; r++)
		begin_room(d, r);
	for (int i = 0; i < plan->case_count; i++)
		if (!b->token[i].running)
			walk(d, i);
	settle(d);
}

void sim_run(const struct sim_plan *plan, const struct sim_draw *draw, struct sim_bench *bench,
	struct sim_marks *marks)
{
	struct day d = {.plan = plan, .draw = draw, .b = bench, .marks = marks};
	int slot;
	begin(&d);
	while (events_next(&bench->events, &slot, &bench->now_ms)) {
		happen(&d, slot);
		settle(&d);
	}
	marks->stuck = 0;
	for (int i = 0; i < plan->case_count; i++)
		marks->stuck += bench->token[i].step < plan->pathways[plan->cases[i].pathway].count;
}
