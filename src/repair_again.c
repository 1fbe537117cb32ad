/* SPDX-License-Identifier: Apache-2.0 */
#include "src/repairer.h"

#include <stdlib.h>
#include <string.h>

#include "twin/repair_proof.h"

/* Fewer than a first proof has (src/repair_run.c), for somebody waits, and none of
 * those: 25 ms on a day of 50 cases. */
enum { AGAIN_REPS = 128 };
static const uint32_t AGAIN_SEED = 0x2545f491u;

bool repair_again(const struct twin *twin, const struct what_if *moves,
	const struct repair_how *how, struct repair_option *out, char why[SCENARIO_TEXT])
{
	static const struct what_if as_it_is;
	const struct plan_options options = {
		.learnt = how->learnt, .midnight_ms = how->midnight_ms};
	int reps = how->reps > 0 ? how->reps : AGAIN_REPS;
	uint32_t seed = how->seed ^ AGAIN_SEED;
	struct repair_moves list = {.count = moves->count};
	struct objective_day *day = malloc(sizeof *day);
	struct repair_side *without = NULL, *with = NULL;
	if (moves->count > REPAIR_MOVES || day == NULL) {
		free(day);
		return scenario_why(why, "out of memory", "", "");
	}
	memcpy(list.list, moves->list, (size_t)moves->count * sizeof *list.list);
	objective_day_of(twin, day);
	with = repair_side_create(twin, &as_it_is, &list, &options, day, seed, reps, why);
	if (with != NULL)
		without = repair_side_create(twin, &as_it_is, NULL, &options, day, seed, reps, why);
	if (without != NULL) {
		forecast_run_part(without->run, 0, reps);
		forecast_run_part(with->run, 0, reps);
		repair_prove(without, with, &list, out);
	} else if (why[0] == '\0') {
		scenario_why(why, "out of memory", "", "");
	}
	bool proved = without != NULL;
	repair_side_destroy(without);
	repair_side_destroy(with);
	free(day);
	return proved;
}
