/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What it costs to learn one finished case into the model of the time in the room,
 * and one finished step into that of the stages; and how much is kept of them.
 */

#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench.h"
#include "twin/learning.h"
#include "twin/random.h"

enum { CASES = 200000, PROCEDURES = 300, SURGEONS = 40 };

static struct duration_model durations;
static struct stage_model stages;

static double draw(uint32_t who, uint32_t what)
{
	return random_uniform(1, 0, who, what);
}

static void input_of(uint32_t i, struct duration_input *input)
{
	char procedure[32], surgeon[16];
	struct duration_facts facts = {.procedure = procedure,
		.surgeon = surgeon,
		.setting = "day",
		.sex = "F",
		.planned_min = 60 + 120 * draw(i, 0),
		.asa = 1 + 3 * draw(i, 1),
		.bmi = 20 + 20 * draw(i, 2),
		.age_years = 20 + 60 * draw(i, 3)};
	snprintf(procedure, sizeof procedure, "procedure %d", (int)(PROCEDURES * draw(i, 4)));
	snprintf(surgeon, sizeof surgeon, "s%d", (int)(SURGEONS * draw(i, 5)));
	duration_suite_input(&facts, input);
}

static void cases(void)
{
	enum { INPUTS = 1000 };
	static struct duration_input inputs[INPUTS];
	duration_suite_init(&durations);
	for (uint32_t i = 0; i < INPUTS; i++)
		input_of(i, &inputs[i]);
	double began = bench_now();
	for (uint32_t i = 0; i < CASES; i++)
		duration_learn(&durations, &inputs[i % INPUTS], 40 + (i * 37) % 200);
	bench_against(
		"duration_update_us", (bench_now() - began) / CASES * 1e6, "us", "at most", 20);
}

static void steps(void)
{
	const struct pathway *way = pathway_of(NULL, SETTING_UNKNOWN);
	struct stage_facts facts = {.value = {MOBILITY_CHAIR, 34, 2, 60, SETTING_DAY, 7, 10}};
	int slot = stage_add(&stages, "induction", SETTING_UNKNOWN), step = 1;
	double began = bench_now();
	for (uint32_t i = 0; i < CASES; i++) {
		struct stage_case of;
		snprintf(facts.procedure, sizeof facts.procedure, "procedure %u", i % PROCEDURES);
		if (stage_case_of(way, step, &facts, &of))
			stage_learn(&stages, slot, &of, 8 + i % 17);
	}
	bench_against("stage_update_us", (bench_now() - began) / CASES * 1e6, "us", "at most", 20);
}

int main(void)
{
	cases();
	steps();
	bench_say("learning_bytes", (double)sizeof(struct learning), "bytes");
	bench_say("learnt_bytes", (double)sizeof(struct learnt), "bytes");
	return 0;
}
