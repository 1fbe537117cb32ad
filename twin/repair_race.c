/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/repair_race.h"

#include <stdlib.h>
#include <string.h>

#include "twin/plan_policy.h"

struct repair_bench *repair_bench_create(void)
{
	struct repair_bench *bench = calloc(1, sizeof *bench);
	if (bench == NULL)
		return NULL;
	bench->fork.twin = twin_create();
	if (bench->fork.twin != NULL)
		return bench;
	free(bench);
	return NULL;
}

void repair_bench_destroy(struct repair_bench *bench)
{
	if (bench == NULL)
		return;
	twin_destroy(bench->fork.twin);
	free(bench);
}

/* ---- the day as it stands ---- */

struct repair_race *repair_race_create(const struct twin *twin, const struct what_if *given,
	const struct plan_options *options, uint32_t seed,
	char refused[WHAT_IF_DEPTH][SCENARIO_TEXT])
{
	struct repair_race *race = calloc(1, sizeof *race);
	if (race == NULL)
		return NULL;
	race->fork.twin = twin_create();
	race->draws = calloc(RACE_FATES, sizeof *race->draws);
	if (race->fork.twin == NULL || race->draws == NULL) {
		repair_race_destroy(race);
		return NULL;
	}
	what_if_fork(&race->fork, twin, given, refused);
	race->fork.midnight_ms = options->midnight_ms;
	race->seed = seed;
	race->options = *options;
	race->options.policy = &race->fork.policy;
	race->options.like = NULL;
	plan_build(race->fork.twin, &race->options, &race->plan, &race->index);
	race->like = (struct plan_like){race->fork.twin, &race->plan, &race->index};
	objective_day_of(race->fork.twin, &race->day);
	for (int t = 0; t < OBJECTIVE_COUNT; t++)
		race->weight[t] = objective_weight(race->fork.twin->site, (enum objective_term)t);
	repair_limits(&race->fork, &race->limits);
	return race;
}

void repair_race_destroy(struct repair_race *race)
{
	if (race == NULL)
		return;
	twin_destroy(race->fork.twin);
	free(race->draws);
	free(race);
}

static double weighed(const struct repair_race *race, const struct objective *o)
{
	double sum = 0;
	for (int t = 0; t < OBJECTIVE_COUNT; t++)
		sum += race->weight[t] * o->of[t];
	return sum;
}

/* The plan on the bench lives through one fate. */
static double live(const struct repair_race *race, struct repair_bench *bench,
	const struct sim_draw *draw, double told, struct objective *o)
{
	sim_run(&bench->plan, draw, &bench->bench, &bench->marks);
	objective_read(
		&race->day, &bench->plan, &bench->index, &bench->bench, &bench->marks, told, o);
	return weighed(race, o);
}

void repair_race_draw(struct repair_race *race, struct repair_bench *bench, int first, int count)
{
	bench->plan = race->plan;
	bench->index = race->index;
	for (int n = first; n < first + count && n < RACE_FATES; n++) {
		struct objective o;
		sim_draw(&race->plan, race->seed, (uint32_t)n, &race->draws[n]);
		race->nothing[n] = live(race, bench, &race->draws[n], 0, &o);
	}
}

void repair_race_ready(struct repair_race *race, struct repair_bench *bench)
{
	static const struct repair_moves none;
	repair_plan(race, bench, &none, false, (char[SCENARIO_TEXT]){""});
	for (int n = 0; n < RACE_FATES; n++) {
		struct objective o;
		live(race, bench, &race->draws[n], 0, &o);
		for (int t = 0; t < OBJECTIVE_COUNT; t++)
			race->nothing_mean.of[t] += o.of[t] / RACE_FATES;
	}
	repair_look(race, bench, RACE_FATES / 4, &race->outlook);
}

/* ---- one repair ---- */

/* In cases that somebody has to be told of: calling in a person who is not there, or
 * a room with all it needs, is another thing than a telephone call. */
static const struct {
	const char *row;
	double told;
} tellings[] = {{"swap", 2}, {"beds", 4}, {"borrow", 3}, {"split", 4}, {"staff", 12},
	{"room_up", 12}, {"turnover_team", 12}, {"parallel_induction", 8}, {"no_hold", 8}};

double repair_told(const struct repair_moves *moves)
{
	double sum = 0;
	for (int i = 0; i < moves->count; i++) {
		double told = 1;
		for (size_t k = 0; k < sizeof tellings / sizeof *tellings; k++)
			if (strcmp(scenario_rows[moves->list[i].which].name, tellings[k].row) == 0)
				told = tellings[k].told;
		sum += told;
	}
	return sum;
}

bool repair_plan(const struct repair_race *race, struct repair_bench *bench,
	const struct repair_moves *moves, bool check, char why[SCENARIO_TEXT])
{
	struct plan_options options = race->options;
	struct twin *own = bench->fork.twin;
	twin_copy(own, race->fork.twin);
	bench->fork = race->fork;
	bench->fork.twin = own;
	for (int i = 0; i < moves->count; i++)
		if ((check && !repair_allowed(&bench->fork, &moves->list[i], NULL, why))
			|| !scenario_inject(&bench->fork, &moves->list[i], why))
			return false;
	options.policy = &bench->fork.policy;
	if (policy_same(&bench->fork.policy, &race->fork.policy))
		options.like = &race->like;
	plan_build(bench->fork.twin, &options, &bench->plan, &bench->index);
	sim_draw_compare(&bench->plan, &race->plan, &bench->like);
	return true;
}

static void draw_again(const struct repair_race *race, struct repair_bench *bench, int n)
{
	sim_draw_again(
		&bench->plan, race->seed, (uint32_t)n, &bench->like, &race->draws[n], &bench->draw);
}

void repair_try(const struct repair_race *race, struct repair_bench *bench,
	struct repair_trial *trial, int fates)
{
	char why[SCENARIO_TEXT];
	int from = (int)trial->d.n;
	if (from == 0)
		trial->told = repair_told(&trial->moves);
	if (trial->out || from >= fates)
		return;
	if (!repair_plan(race, bench, &trial->moves, from == 0, why)) {
		trial->out = true;
		return;
	}
	for (int n = from; n < fates; n++) {
		struct objective o;
		draw_again(race, bench, n);
		stat_add(&trial->d,
			live(race, bench, &bench->draw, trial->told, &o) - race->nothing[n]);
	}
}

/* ---- what is to be expected ---- */

struct sums {
	double begins, frees, count, free_count;
};

static void look_at(
	const struct repair_bench *bench, struct sums sums[SIM_CASES], double overtime[SIM_ROOMS])
{
	const struct sim_plan *plan = &bench->plan;
	for (int i = 0; i < plan->case_count; i++) {
		int in = bench->index.in_room[plan->cases[i].pathway];
		int32_t begun = in >= 0 ? bench->marks.ended_ms[i][in] : SIM_NEVER;
		if (begun != SIM_NEVER) {
			sums[i].begins += (double)begun;
			sums[i].count++;
		}
		if (bench->marks.room_ready_ms[i] != SIM_NEVER) {
			sums[i].frees += (double)bench->marks.room_ready_ms[i];
			sums[i].free_count++;
		}
	}
	for (int r = 0; r < plan->room_count; r++) {
		int64_t last = -1, close = bench->index.closes_ms[r];
		for (int k = 0; k < bench->bench.room[r].turns; k++) {
			int i = bench->bench.turn[r][k];
			int out = bench->index.out_room[plan->cases[i].pathway];
			if (!plan->cases[i].absent && bench->marks.ended_ms[i][out] > last)
				last = bench->marks.ended_ms[i][out];
		}
		overtime[r] += close != 0 && last > close ? (double)(last - close) / 60000 : 0;
	}
}

void repair_look(const struct repair_race *race, struct repair_bench *bench, int fates,
	struct repair_outlook *out)
{
	struct sums sums[SIM_CASES] = {{0, 0, 0, 0}};
	memset(out, 0, sizeof *out);
	for (int n = 0; n < fates; n++) {
		struct objective o;
		draw_again(race, bench, n);
		live(race, bench, &bench->draw, 0, &o);
		look_at(bench, sums, out->overtime_min);
	}
	int64_t origin = bench->index.origin_ms;
	for (int i = 0; i < bench->plan.case_count; i++) {
		int of = bench->index.twin_case[i];
		int64_t planned = bench->fork.twin->cases[of].start_ms;
		if (sums[i].count > 0)
			out->begins_ms[of] = origin + (int64_t)(sums[i].begins / sums[i].count);
		if (sums[i].free_count > 0)
			out->frees_ms[of] = origin + (int64_t)(sums[i].frees / sums[i].free_count);
		if (out->begins_ms[of] > planned)
			out->wait_min[of] = (double)(out->begins_ms[of] - planned) / 60000;
	}
	for (int r = 0; r < bench->plan.room_count; r++)
		out->overtime_min[r] /= fates;
}
