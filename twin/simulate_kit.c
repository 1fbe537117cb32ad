/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/simulate_inner.h"

/* Equipment and sterile sets: a unit that is given back can be used again when
 * its turn-round is over; a breakdown takes one away until it is mended. Who has
 * a unit keeps it: what fails is the next one to be had. */

static void next_back(struct day *d, int kit)
{
	struct sim_bench *b = d->b;
	int n = b->kit[kit].count;
	if (n > 0)
		events_at(&b->events, sim_slot_kit(d, kit), b->kit[kit].due_ms[n - 1]);
	else
		events_cancel(&b->events, sim_slot_kit(d, kit));
}

static bool comes_back(struct day *d, int kit, int32_t due_ms)
{
	struct sim_bench *b = d->b;
	int32_t *due = b->kit[kit].due_ms;
	if (b->kit[kit].count == SIM_SETS)
		return false;
	int at = b->kit[kit].count++;
	for (int k = at; k > 0 && due[k - 1] < due_ms; k--, at--)
		due[k] = due[k - 1];
	due[at] = due_ms;
	return true;
}

void sim_give_kit(struct day *d, int kit)
{
	const struct sim_kit *k = &d->plan->kits[kit];
	if (k->turn_ms <= 0 || !comes_back(d, kit, (int32_t)d->b->now_ms + k->turn_ms))
		sim_give_unit(d, k->pool);
	else
		next_back(d, kit);
}

static void next_breakdown(struct day *d, int kit)
{
	int n = d->b->kit[kit].outage;
	if (d->plan->kits[kit].wear.mtbf_min > 0 && n < SIM_OUTAGES
		&& d->draw->kit_down[kit][n].from_ms != SIM_NEVER)
		events_at(
			&d->b->events, sim_slot_kit(d, kit) + 1, d->draw->kit_down[kit][n].from_ms);
	else
		events_cancel(&d->b->events, sim_slot_kit(d, kit) + 1);
}

void sim_begin_kits(struct day *d)
{
	const struct sim_plan *plan = d->plan;
	for (int k = 0; k < plan->kit_count; k++) {
		d->b->kit[k].count = 0;
		d->b->kit[k].outage = 0;
		d->b->kit[k].down = false;
		next_breakdown(d, k);
	}
	for (int a = 0; a < plan->away_count; a++) {
		int kit = plan->away[a].kit;
		if (comes_back(d, kit, plan->away[a].due_ms))
			d->b->pool[plan->kits[kit].pool].free--;
	}
	for (int k = 0; k < plan->kit_count; k++)
		next_back(d, k);
}

void sim_kit_event(struct day *d, int kit, bool breaks)
{
	struct sim_bench *b = d->b;
	int pool = d->plan->kits[kit].pool;
	if (!breaks) {
		b->kit[kit].count--;
		next_back(d, kit);
		sim_give_unit(d, pool);
		return;
	}
	b->kit[kit].down = !b->kit[kit].down;
	if (b->kit[kit].down) {
		b->pool[pool].free--;
		events_at(&b->events, sim_slot_kit(d, kit) + 1,
			d->draw->kit_down[kit][b->kit[kit].outage].to_ms);
		return;
	}
	b->kit[kit].outage++;
	next_breakdown(d, kit);
	sim_give_unit(d, pool);
}
