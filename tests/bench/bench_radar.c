/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the break-in radar is worth: on random full days of eight ORs the change it
 * proposes is made, and an emergency of class 1 that comes at any time waits so much
 * less for a room, in fresh fates, the same with and without (van Essen et al. 2012
 * report about a tenth). And what reading it costs a forecast.
 */
#include "tests/bench/bench.h"
#include "tests/unit/radar_world.h"

enum { DAYS = 60, REPS = 1000, FRESH = 977 };

struct total {
	struct stat_moments wait, wait_all, hole, overtime;
	double without, search_s;
	int proposed, waited;
};

static void one_day(const struct site *site, uint32_t n, struct total *t)
{
	static struct radar_change change;
	struct twin *twin = radar_day(site, n);
	struct stat_moments m = {0};
	double without = 0, began = bench_now();
	if (twin == NULL || !radar_find(twin, n, &change))
		exit(3);
	t->search_s += bench_now() - began;
	if (!radar_emergency(twin, &change.moves, FRESH + n, REPS, &without, &m))
		exit(1);
	t->without += without;
	stat_add(&t->wait_all, m.mean);
	if (change.moves.count > 0) {
		t->proposed++;
		stat_add(&t->wait, m.mean);
		stat_add(&t->hole, change.hole.mean);
		stat_add(&t->overtime, change.overtime.mean);
	}
	twin_destroy(twin);
}

static void say(const char *name, const struct stat_moments *m)
{
	printf("bench: %s %+.2f min, 95%% CI %+.2f to %+.2f, %.0f days\n", name, m->mean,
		m->mean - 1.96 * stat_error(m), m->mean + 1.96 * stat_error(m), m->n);
	fflush(stdout);
}

static void cost(const struct site *site)
{
	static struct sim_plan plan;
	static struct plan_index index;
	const struct plan_options options = {.midnight_ms = RADAR_MIDNIGHT_MS};
	struct twin *twin = radar_day(site, 1);
	double took[2];
	plan_build(twin, &options, &plan, &index);
	for (int with = 0; with < 2; with++) {
		struct forecast_run *run = forecast_run_create(&plan, &index, 1, 2000);
		struct radar_run *radar = radar_run_create(&plan, &index, site, 2000);
		if (run == NULL || radar == NULL)
			exit(3);
		if (with)
			forecast_run_watch(run, radar_watch, radar);
		double began = bench_now();
		forecast_run_part(run, 0, 2000);
		took[with] = bench_now() - began;
		radar_run_destroy(radar);
		forecast_run_destroy(run);
	}
	bench_against(
		"radar_replication", took[1] / 2000 * 1e6, "us", "without", took[0] / 2000 * 1e6);
	twin_destroy(twin);
}

int main(void)
{
	static struct total total;
	struct site *site = radar_site();
	if (site == NULL)
		return 3;
	for (uint32_t n = 1; n <= DAYS; n++)
		one_day(site, n, &total);
	say("radar_emergency_wait", &total.wait);
	say("radar_emergency_wait_all_days", &total.wait_all);
	bench_say("radar_emergency_wait_without", total.without / DAYS, "min");
	say("radar_hole", &total.hole);
	say("radar_overtime", &total.overtime);
	bench_say("radar_proposed", total.proposed, "days");
	bench_say("radar_search", total.search_s / DAYS, "s");
	cost(site);
	site_free(site);
	return 0;
}
