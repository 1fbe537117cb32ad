/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/simulate_inner.h"

#include <string.h>

/* A day: patients and what they wait for. */

void sim_go_on(struct day *d, int entity)
{
	int at = d->ready_first + d->b->ready_count++;
	d->b->ready[at < SIM_RING ? at : at - SIM_RING] = (int16_t)entity;
}

/* ---- pools ---- */

static void wait_for(struct day *d, int pool, int entity)
{
	struct sim_bench *b = d->b;
	int patients = d->patients;
	int mine = entity < patients ? d->plan->cases[entity].priority : 0;
	int before = SIM_NOBODY, after = b->pool[pool].first;
	int last = b->pool[pool].last;
	if (last != SIM_NOBODY && (last >= patients ? 0 : d->plan->cases[last].priority) <= mine) {
		before = last;
		after = SIM_NOBODY;
	}
	while (after != SIM_NOBODY
		&& (after >= patients ? 0 : d->plan->cases[after].priority) <= mine) {
		before = after;
		after = b->next[after];
	}
	b->next[entity] = (int16_t)after;
	if (before == SIM_NOBODY)
		b->pool[pool].first = (int16_t)entity;
	else
		b->next[before] = (int16_t)entity;
	if (after == SIM_NOBODY)
		b->pool[pool].last = (int16_t)entity;
}

bool sim_take_unit(struct day *d, int pool, int entity)
{
	if (d->b->pool[pool].free > 0) {
		d->b->pool[pool].free--;
		return true;
	}
	wait_for(d, pool, entity);
	return false;
}

void sim_give_unit(struct day *d, int pool)
{
	struct sim_bench *b = d->b;
	b->pool[pool].free++;
	while (b->pool[pool].free > 0 && b->pool[pool].first != SIM_NOBODY) {
		int entity = b->pool[pool].first;
		b->pool[pool].first = b->next[entity];
		if (b->pool[pool].first == SIM_NOBODY)
			b->pool[pool].last = SIM_NOBODY;
		b->pool[pool].free--;
		if (entity < d->patients)
			b->token[entity].need++;
		sim_go_on(d, entity);
	}
}

/* ---- patients ---- */

static void give_pool(struct day *d, int pool)
{
	if (d->plan->pools[pool].kit > 0)
		sim_give_kit(d, d->plan->pools[pool].kit - 1);
	else
		sim_give_unit(d, pool);
}

static void give_back(struct day *d, int i, const struct sim_step *step)
{
	for (int k = 0; k < SIM_NEEDS && step->give[k] != SIM_NONE; k++) {
		int pool = sim_pool_of(&d->plan->cases[i], step->give[k]);
		if (pool == SIM_ROOM)
			sim_leave_room(d, i);
		else if (pool >= 0)
			give_pool(d, pool);
	}
}

static bool take(struct day *d, int i, int need)
{
	int pool = sim_pool_of(&d->plan->cases[i], need);
	if (pool >= 0)
		return sim_take_unit(d, pool, i);
	if (pool == SIM_ROOM)
		return sim_take_room(d, i);
	return pool == SIM_NONE || sim_has_turn(d, i);
}

/* Has entered its room, or begun what is done just before. */
static bool has_entered(const struct day *d, int i)
{
	const struct sim_pathway *way = &d->plan->pathways[d->plan->cases[i].pathway];
	int now = d->b->token[i].step;
	for (int s = 0; s <= now && s < way->count; s++) {
		int had = s < now || d->b->token[i].running ? SIM_NEEDS : d->b->token[i].need;
		for (int k = 0; k < had && way->steps[s].need[k] != SIM_NONE; k++)
			if (way->steps[s].need[k] == SIM_ROOM || way->steps[s].need[k] == SIM_TURN)
				return true;
	}
	return false;
}

/* All it has is given back: beds, and whoever is with the patient. */
static void let_go(struct day *d, int i)
{
	const struct sim_case *c = &d->plan->cases[i];
	const struct sim_pathway *way = &d->plan->pathways[c->pathway];
	int held[SIM_POOLS] = {0}, now = d->b->token[i].step;
	for (int s = 0; s <= now; s++) {
		int had = s < now ? SIM_NEEDS : d->b->token[i].need;
		for (int k = 0; k < had && way->steps[s].need[k] != SIM_NONE; k++) {
			int pool = sim_pool_of(c, way->steps[s].need[k]);
			held[pool >= 0 ? pool : 0] += pool >= 0;
		}
		for (int k = 0; s < now && k < SIM_NEEDS && way->steps[s].give[k] != SIM_NONE;
			k++) {
			int pool = sim_pool_of(c, way->steps[s].give[k]);
			held[pool >= 0 ? pool : 0] -= pool >= 0;
		}
	}
	for (int p = 0; p < SIM_POOLS; p++)
		for (; held[p] > 0; held[p]--)
			give_pool(d, p);
}

/* Past the last call nobody enters who may be called off. */
static bool is_called_off(struct day *d, int i)
{
	int r = d->marks->room[i];
	if ((d->plan->cases[i].may & SIM_MAY_BE_TOO_LATE) == 0 || r < 0
		|| d->b->now_ms <= d->plan->rooms[r].last_call_ms || has_entered(d, i))
		return false;
	let_go(d, i);
	d->marks->off[i] = SIM_CALLED_OFF;
	d->b->token[i].step = (int16_t)d->plan->pathways[d->plan->cases[i].pathway].count;
	sim_pass_turn(d, r);
	return true;
}

/* True when the step may begin now. */
static bool gather(struct day *d, int i, const struct sim_step *step)
{
	struct sim_bench *b = d->b;
	int64_t gate = b->planned_ms[i] + step->gate_ms;
	if (step->gated && b->now_ms < gate) {
		events_at(&b->events, i, gate);
		return false;
	}
	if (d->plan->cases[i].may != 0 && is_called_off(d, i))
		return false;
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
	b->token[i].called = false;
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

/* ---- events ---- */

static void units_come(struct day *d, int k)
{
	events_cancel(&d->b->events, sim_slot_later(d, k));
	for (int n = 0; n < d->plan->later[k].units; n++)
		sim_give_unit(d, d->plan->later[k].pool);
}

static void happen(struct day *d, int slot)
{
	struct sim_bench *b = d->b;
	int other = slot - d->patients;
	if (other < 0) {
		events_cancel(&b->events, slot);
		if (b->token[slot].running)
			finish_step(d, slot,
				&d->plan->pathways[d->plan->cases[slot].pathway]
					 .steps[b->token[slot].step]);
		walk(d, slot);
	} else if (other < d->plan->room_count) {
		sim_room_cleaned(d, other);
	} else if (slot < sim_slot_down(d, 0)) {
		int kit = (slot - sim_slot_kit(d, 0)) / 2;
		sim_kit_event(d, kit, slot != sim_slot_kit(d, kit));
	} else if (slot < sim_slot_later(d, 0)) {
		sim_room_breaks(d, slot - sim_slot_down(d, 0));
	} else {
		units_come(d, slot - sim_slot_later(d, 0));
	}
}

static void settle(struct day *d)
{
	struct sim_bench *b = d->b;
	while (b->ready_count > 0) {
		int entity = b->ready[d->ready_first];
		d->ready_first = d->ready_first + 1 < SIM_RING ? d->ready_first + 1 : 0;
		b->ready_count--;
		if (entity >= d->patients)
			sim_clean_room(d, entity - d->patients);
		else
			walk(d, entity);
	}
}

/* ---- how the day stands at the origin ---- */

/* Takes what a step needs, or gives it back; returns the change in rooms held. */
static int hold(struct sim_bench *b, const struct sim_case *c, const int8_t list[SIM_NEEDS], int by)
{
	int rooms = 0;
	for (int k = 0; k < SIM_NEEDS && list[k] != SIM_NONE; k++) {
		int pool = sim_pool_of(c, list[k]);
		if (pool >= 0)
			b->pool[pool].free -= by;
		rooms += pool == SIM_ROOM ? by : 0;
	}
	return rooms;
}

/* What a patient who is under way already has. */
static void take_place(struct day *d, int i, const struct sim_pathway *way)
{
	const struct sim_case *c = &d->plan->cases[i];
	int rooms = 0;
	for (int s = 0; s < c->step; s++) {
		rooms += hold(d->b, c, way->steps[s].need, 1);
		rooms += hold(d->b, c, way->steps[s].give, -1);
	}
	if (c->running) {
		rooms += hold(d->b, c, way->steps[c->step].need, 1);
		d->marks->begun_ms[i][c->step] = (int32_t)-c->elapsed_ms;
		events_at(&d->b->events, i, d->draw->lasts_ms[i][c->step]);
	}
	if (rooms > 0 && c->room >= 0) {
		d->b->room[c->room].free = false;
		d->b->room[c->room].inside++;
	}
}

static void begin_case(struct day *d, int i)
{
	const struct sim_case *c = &d->plan->cases[i];
	const struct sim_pathway *way = &d->plan->pathways[c->pathway];
	struct sim_bench *b = d->b;
	for (int s = 0; s < way->count; s++)
		d->marks->begun_ms[i][s] = d->marks->ended_ms[i][s] = SIM_NEVER;
	d->marks->room_ready_ms[i] = SIM_NEVER;
	d->marks->room[i] = (int16_t)c->room;
	d->marks->off[i] = SIM_GOES;
	b->planned_ms[i] = c->planned_ms;
	bool comes = !c->absent;
	if (sim_is_guest(d, i)) {
		comes = d->draw->comes_ms[i] != SIM_NEVER;
		d->marks->off[i] = comes ? SIM_GOES : SIM_NO_SHOW;
		b->planned_ms[i] = d->draw->comes_ms[i];
		if (comes)
			events_at(&b->events, i, d->draw->comes_ms[i]);
	} else if (comes && c->may != 0) {
		d->marks->off[i] = d->draw->off[i];
		comes = d->draw->off[i] == SIM_GOES;
		b->planned_ms[i] += d->draw->later_ms[i];
	}
	b->token[i].step = (int16_t)(comes ? c->step : way->count);
	b->token[i].need = 0;
	b->token[i].running = comes && c->running;
	b->token[i].asked = b->token[i].called = false;
	if (comes)
		take_place(d, i, way);
}

static void clear(struct day *d)
{
	const struct sim_plan *plan = d->plan;
	struct sim_bench *b = d->b;
	events_init(&b->events, sim_slot_later(d, plan->later_count), false);
	b->now_ms = 0;
	b->ready_count = b->guest_count = 0;
	for (int k = 0; k < plan->later_count; k++)
		events_at(&b->events, sim_slot_later(d, k), plan->later[k].at_ms);
	for (int p = 0; p < SIM_POOLS; p++) {
		if (p == plan->pool_count)
			p = SIM_POOLS - plan->hidden_count;
		if (p == SIM_POOLS)
			break;
		b->pool[p].first = b->pool[p].last = SIM_NOBODY;
		b->pool[p].free = plan->pools[p].units;
	}
	for (int r = 0; r < plan->room_count; r++) {
		b->room[r].free = true;
		b->room[r].down = false;
		b->room[r].outage = 0;
		b->room[r].inside = 0;
		b->room[r].cleaned = SIM_NOBODY;
	}
}

static void begin(struct day *d)
{
	clear(d);
	for (int i = 0; i < d->patients; i++)
		begin_case(d, i);
	sim_begin_kits(d);
	for (int r = 0; r < d->plan->room_count; r++) {
		sim_deal_turns(d, r);
		sim_begin_room(d, r);
	}
	for (int i = 0; i < d->plan->case_count; i++)
		if (!d->b->token[i].running)
			walk(d, i);
	settle(d);
}

/* Who still waits when nothing happens any more: somebody calls it off, or it is
 * a way that leads nowhere. */
static void end(struct day *d)
{
	d->marks->stuck = 0;
	for (int i = 0; i < d->patients; i++) {
		const struct sim_case *c = &d->plan->cases[i];
		if (d->b->token[i].step >= d->plan->pathways[c->pathway].count)
			continue;
		bool off = (c->may & SIM_MAY_BE_TOO_LATE) != 0 && !has_entered(d, i);
		d->marks->off[i] = off ? SIM_CALLED_OFF : SIM_GOES;
		d->marks->stuck += !off;
	}
}

void sim_run(const struct sim_plan *plan, const struct sim_draw *draw, struct sim_bench *bench,
	struct sim_marks *marks)
{
	struct day d = {.plan = plan,
		.draw = draw,
		.b = bench,
		.marks = marks,
		.patients = plan->case_count + plan->guest_count};
	int slot;
	begin(&d);
	while (events_next(&bench->events, &slot, &bench->now_ms)) {
		happen(&d, slot);
		settle(&d);
	}
	end(&d);
}

/* ---- reading ---- */

static int32_t not_past(int32_t ms)
{
	return ms > 0 ? ms : 0;
}

int sim_spans(const struct sim_plan *plan, const struct sim_marks *marks, int i,
	struct sim_span spans[SIM_SPANS])
{
	const struct sim_case *c = &plan->cases[i];
	const struct sim_pathway *way = &plan->pathways[c->pathway];
	int count = 0;
	for (int s = 0; s < way->count; s++) {
		const struct sim_step *step = &way->steps[s];
		if (s >= c->step && marks->begun_ms[i][s] == SIM_NEVER)
			break;
		for (int k = 0; k < SIM_NEEDS && step->need[k] != SIM_NONE; k++) {
			int pool = sim_pool_of(c, step->need[k]);
			if (pool >= 0 && pool < plan->pool_count)
				spans[count++] = (struct sim_span){pool,
					s < c->step ? 0 : not_past(marks->begun_ms[i][s]),
					SIM_FOR_EVER};
		}
		for (int k = 0; k < SIM_NEEDS && step->give[k] != SIM_NONE; k++) {
			int pool = sim_pool_of(c, step->give[k]), at = count - 1;
			if (pool < 0 || (s >= c->step && marks->ended_ms[i][s] == SIM_NEVER))
				continue;
			while (at >= 0
				&& (spans[at].pool != pool || spans[at].to_ms != SIM_FOR_EVER))
				at--;
			if (at < 0)
				continue;
			int kit = plan->pools[pool].kit;
			int32_t turn = kit > 0 ? plan->kits[kit - 1].turn_ms : 0;
			spans[at].to_ms = s < c->step ? 0 : marks->ended_ms[i][s] + turn;
			if (spans[at].to_ms <= spans[at].from_ms)
				spans[at] = spans[--count];
		}
	}
	if (marks->off[i] == SIM_GOES)
		return count;
	int kept = 0; /* called off: what it still had was given back */
	for (int at = 0; at < count; at++)
		if (spans[at].to_ms != SIM_FOR_EVER)
			spans[kept++] = spans[at];
	return kept;
}
