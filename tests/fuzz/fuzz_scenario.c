/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/repair_rule.h"
#include "twin/whatif.h"

/* Any lines as what-ifs, one after the other, on a copy of a small suite: what
 * is read is written the same again, what is refused says why, the live twin is
 * as it was, and the day can be simulated whatever was injected. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOMS = 4, CASES = 9, EIGHT = 8 * 3600 * 1000, HOUR = 3600 * 1000 };

static struct room rooms[ROOMS] = {
	{.id = "or-1", .kind = ROOM_OR, .open_min = 480, .close_min = 960},
	{.id = "or-2", .kind = ROOM_OR, .open_min = 480, .close_min = 960},
	{.id = "pacu", .kind = ROOM_PACU, .open_min = -1, .close_min = -1},
	{.id = "ward", .kind = ROOM_WARD, .open_min = -1, .close_min = -1},
};
static struct bed beds[] = {{.id = "b-1", .room = 2}, {.id = "w-1", .room = 3}};
static struct floor floors[] = {{.id = "0"}};
static struct staff_role roles[] = {{.id = "mar", .count = 1}};
static struct pathway ways[] = {{.id = "way",
	.step_count = 4,
	.turnover_need = {NEED_ROLE, 0},
	.turnover_mean = 20,
	.turnover_deviation = 5,
	.steps = {{.stage = "entry",
			  .need = {{NEED_ROOM, 0}},
			  .gated = true,
			  .begins = -1,
			  .ends = MILESTONE_IN_ROOM},
		{.stage = "induction",
			.need = {{NEED_ROLE, 0}},
			.give = {{NEED_ROLE, 0}},
			.lasts = LASTS_LAW,
			.a = 15,
			.b = 5,
			.begins = -1,
			.ends = MILESTONE_ANAES_READY},
		{.stage = "surgery", .lasts = LASTS_CASE, .begins = -1, .ends = -1},
		{.stage = "way out",
			.need = {{NEED_BEDS, ROOM_PACU}},
			.give = {{NEED_ROOM, 0}},
			.begins = -1,
			.ends = MILESTONE_OUT_ROOM}}}};
static struct site site = {.id = "s",
	.rooms = rooms,
	.room_count = ROOMS,
	.beds = beds,
	.bed_count = 2,
	.floors = floors,
	.floor_count = 1,
	.roles = roles,
	.role_count = 1,
	.pathways = ways,
	.pathway_count = 1,
	.turnover_min = 25};

static struct twin *suite(void)
{
	struct twin *t = twin_create();
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, EIGHT);
	if (t == NULL)
		exit(3);
	f.site.site = &site;
	twin_apply(t, &f, NULL);
	for (int i = 0; i < CASES; i++) {
		f = fact_make(FACT_CASE, SOURCE_FHIR, EIGHT);
		snprintf(f.surgery.id, ID_SIZE, "c%d", i);
		snprintf(f.surgery.room, ID_SIZE, "or-%d", i % 2 + 1);
		snprintf(f.surgery.surgeon, ID_SIZE, "s%d", i % 3);
		f.surgery.start_ms = EIGHT + (int64_t)i * HOUR;
		f.surgery.end_ms = i == 7 ? 0 : f.surgery.start_ms + HOUR;
		f.surgery.status = CASE_PLANNED;
		twin_apply(t, &f, NULL);
	}
	f = fact_make(FACT_MILESTONE, SOURCE_FHIR, EIGHT + 1);
	snprintf(f.milestone.id, ID_SIZE, "c0");
	f.milestone.milestone = MILESTONE_IN_ROOM;
	f.milestone.when_ms = EIGHT + 1;
	twin_apply(t, &f, NULL);
	return t;
}

static void simulate(const struct fork *fork)
{
	static struct sim_plan plan;
	static struct plan_index index;
	static struct sim_draw draw;
	static struct sim_bench bench;
	static struct sim_marks marks;
	struct plan_options options = {.midnight_ms = 1, .policy = &fork->policy};
	plan_build(fork->twin, &options, &plan, &index);
	sim_draw(&plan, 1, 1, &draw);
	sim_run(&plan, &draw, &bench, &marks);
}

static void one_line(struct fork *fork, const char *line)
{
	struct scenario s, again;
	char why[SCENARIO_TEXT], text[SCENARIO_TEXT], words[SCENARIO_TEXT];
	const struct repair_rule *rule;
	bool touched[TWIN_CASES];
	if (!scenario_parse(line, &s, why)) {
		if (why[0] == '\0')
			abort();
		return;
	}
	scenario_text(&s, text);
	scenario_words(&s, words);
	/* Four long ids do not fit a line: then it is cut, and is not read back. */
	if (strlen(text) < SCENARIO_TEXT - 1
		&& (!scenario_parse(text, &again, why) || memcmp(&s, &again, sizeof s) != 0))
		abort();
	if (!repair_allowed(fork, &s, &rule, why) && why[0] == '\0')
		abort();
	/* What no rule forbids may still make no sense; what takes it back can be said. */
	if (scenario_before(fork->twin, &s, &again))
		scenario_text(&again, text);
	scenario_touches(fork->twin, &s, touched);
	if (!scenario_inject(fork, &s, why) && why[0] == '\0')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct twin *live, *copy;
	static char before[65];
	struct fork fork = {0};
	char line[400], after[65];
	if (live == NULL) {
		live = suite();
		copy = suite();
		twin_digest(live, before);
	}
	fork.twin = copy;
	twin_copy(copy, live);
	for (size_t at = 0, n = 0; at < size; at += n + 1) {
		const uint8_t *end = memchr(data + at, '\n', size - at);
		n = end != NULL ? (size_t)(end - data) - at : size - at;
		snprintf(line, sizeof line, "%.*s", (int)(n < 399 ? n : 399), data + at);
		one_line(&fork, line);
	}
	simulate(&fork);
	twin_digest(live, after);
	if (strcmp(before, after) != 0)
		abort();
	return 0;
}
