/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/forecast_inner.h"

#include <string.h>

/* Occupancy is looked at every five minutes, three times in a slot of the curve. */
enum { STEP_MIN = 5, STEPS_A_SLOT = FORECAST_SLOT_MIN / STEP_MIN };
enum { STEPS = FORECAST_SLOTS * STEPS_A_SLOT };

/* The first instant of the grid at or after that time. */
static int step_of(int64_t ms)
{
	int64_t step = (ms + STEP_MIN * 60000LL - 1) / (STEP_MIN * 60000LL);
	return step < 0 ? 0 : step > STEPS ? STEPS : (int)step;
}

static void hold_units(const struct sim_plan *plan, const struct sim_marks *m, int i,
	int16_t change[SIM_POOLS][STEPS + 1])
{
	struct sim_span spans[SIM_SPANS];
	int count = sim_spans(plan, m, i, spans);
	for (int k = 0; k < count; k++) {
		change[spans[k].pool][step_of(spans[k].from_ms)]++;
		change[spans[k].pool][step_of(spans[k].to_ms)]--;
	}
}

/* Whoever turns a room over is held from their coming until it is clean. */
static void hold_teams(const struct sim_plan *plan, const struct replication *of, int r,
	int16_t change[SIM_POOLS][STEPS + 1])
{
	const struct sim_room *room = &plan->rooms[r];
	int p = room->cleaning;
	if (p < 0)
		return;
	if (room->cleaning_ms >= 0) {
		change[p][0]++;
		change[p][step_of(of->draw->cleaning_ms[r])]--;
	}
	for (int k = 0; k < of->bench->room[r].turns; k++) {
		int i = of->bench->turn[r][k];
		int64_t clean = of->marks->room_ready_ms[i];
		if (plan->cases[i].absent || clean == SIM_NEVER)
			continue;
		change[p][step_of(clean - of->draw->turnover_ms[i])]++;
		change[p][step_of(clean)]--;
	}
}

void forecast_keep_loads(struct forecast_run *run, const struct replication *of, int rep)
{
	int16_t change[SIM_POOLS][STEPS + 1];
	const struct sim_plan *plan = run->plan;
	memset(change, 0, (size_t)plan->pool_count * sizeof *change);
	for (int i = 0; i < plan->case_count + plan->guest_count; i++)
		if (!plan->cases[i].absent)
			hold_units(plan, of->marks, i, change);
	for (int r = 0; r < plan->room_count; r++)
		hold_teams(plan, of, r, change);
	for (int p = 0; p < plan->pool_count; p++) {
		int now = 0;
		for (int slot = 0; slot < FORECAST_SLOTS; slot++) {
			int most = 0;
			for (int k = 0; k < STEPS_A_SLOT; k++) {
				now += change[p][slot * STEPS_A_SLOT + k];
				most = now > most ? now : most;
			}
			load_column(run, p, slot)[rep] = (uint16_t)most;
		}
	}
}
