/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SUITE_FORECAST_H
#define VIGIE_TESTS_SUITE_FORECAST_H

/* A forecast of the day of suite_world.h, written by hand: what the screens
 * show of it does not depend on a simulator's arithmetic. The index is that of
 * plan_build; the site has no staff, four PACU bays are counted. */

#include "tests/unit/suite_world.h"
#include "twin/plan.h"

struct world_span {
	int low, middle, high; /* minutes after midnight */
};

static struct quantiles world_times(struct world_span s)
{
	return (struct quantiles){(double)world_at(0, s.low), (double)world_at(0, s.middle),
		(double)world_at(0, s.high)};
}

static void world_foresee(struct world *w, struct forecast *f, const char *id,
	struct world_span start, struct world_span end, struct world_span pacu)
{
	int i = f->index.case_of[twin_case(w->twin, id)];

	f->cases[i] = (struct forecast_case){
		.end = world_times(end), .pacu_out = world_times(pacu), .wait_min = 20};
	if (start.middle > 0)
		f->cases[i].start = world_times(start);
}

static void world_room_end(struct world *w, struct forecast *f, const char *id,
	struct world_span end, double p, double minutes)
{
	int i = f->index.room_of[site_room(&w->site, id)];

	f->rooms[i] = (struct forecast_room){.end = world_times(end),
		.p_overtime = p,
		.overtime_mean = minutes,
		.idle_min = {[IDLE_PATIENT] = 12.4, [IDLE_STAFF] = 8, [IDLE_GAP] = 24.6},
		.idle_mean = 45,
		.has_session = true};
}

/* free() it. */
static struct forecast *world_forecast(struct world *w)
{
	struct forecast *f = calloc(1, sizeof *f);
	struct sim_plan *plan = calloc(1, sizeof *plan);

	plan_build(w->twin, &(struct plan_options){.midnight_ms = MIDNIGHT_MS}, plan, &f->index);
	f->at_ms = world_at(10, 42) - 3000;
	f->reps = 2000;
	f->seed = 1;
	f->case_count = plan->case_count;
	f->room_count = plan->room_count;
	f->pool_count = plan->pool_count;
	for (int i = 0; i < f->room_count; i++)
		f->rooms[i] = (struct forecast_room){
			.idle_min = {[IDLE_NO_CASE] = 378}, .idle_mean = 378, .has_session = true};
	world_foresee(w, f, "c-102", (struct world_span){655, 665, 680},
		(struct world_span){730, 745, 775}, (struct world_span){785, 820, 870});
	world_foresee(w, f, "c-103", (struct world_span){780, 783, 805},
		(struct world_span){985, 1040, 1110}, (struct world_span){1040, 1100, 1190});
	world_foresee(w, f, "c-201", (struct world_span){0, 0, 0},
		(struct world_span){690, 725, 790}, (struct world_span){750, 800, 880});
	world_foresee(w, f, "c-202", (struct world_span){720, 755, 820},
		(struct world_span){970, 1000, 1035}, (struct world_span){1030, 1070, 1120});
	world_foresee(w, f, "c-301", (struct world_span){660, 662, 675},
		(struct world_span){705, 722, 752}, (struct world_span){760, 790, 830});
	world_room_end(w, f, "or-1", (struct world_span){985, 1040, 1110}, 0.634, 31);
	world_room_end(w, f, "or-2", (struct world_span){970, 1000, 1035}, 0.241, 8);
	world_room_end(w, f, "or-3", (struct world_span){705, 722, 752}, 0.0005, 0);
	for (int p = 0; p < f->pool_count; p++) {
		f->loads[p].units = plan->pools[p].units;
		for (int s = 0; s < 40; s++) {
			double most = plan->pools[p].units;
			double load = s < 16 ? s * most / 16 : (40 - s) * most / 24;

			f->loads[p].p50[s] = load;
			f->loads[p].p90[s] = load + 1 < most ? load + 1 : most;
			f->loads[p].p_full[s] = load > 0.9 * most ? 0.6 : load > 2 ? 0.3 : 0;
		}
	}
	f->bottlenecks[0] = (struct forecast_bottleneck){-1, ROOM_PACU, -1, {-12, -15, -9}};
	f->bottlenecks_later[0] = (struct forecast_bottleneck){-1, ROOM_PACU, -1, {-7, -9, -5}};
	f->bottleneck_count = 1;
	f->demand[0] = (struct forecast_demand){.role = -1,
		.beds = ROOM_PACU,
		.kit = -1,
		.units = 4,
		.p50 = 5,
		.p90 = 6,
		.p_short = 0.81,
		.short_ms = world_at(14, 0)};
	f->demand_count = 1;
	f->ranked_reps = 1000;
	f->ranked_ms = world_at(10, 41);
	f->kpi = (struct forecast_kpi){.overtime_min = 39.2,
		.wait_min = 84,
		.hold_min = 11.4,
		.idle_min = 2025,
		.overtime_error = 0.6,
		.last_out_ms = (double)world_at(17, 20)};
	free(plan);
	return f;
}

#endif
