/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/repair_world.h"
#include "twin/random.h"
#include "twin/scenario.h"

/*
 * What a search does to be fast changes nothing: the plan of a fork worked out from the
 * plan of the day is the plan of the fork, and fates taken over from the day's are the
 * fork's own. Decisions are drawn at random; every mark of every case is compared.
 */

enum { TRIALS = 60, FATES = 4, DECISIONS = 4 };

struct future {
	struct sim_plan plan;
	struct plan_index index;
	struct sim_draw draw;
	struct sim_bench bench;
	struct sim_marks marks;
};

static struct future day, whole, quick;
static uint32_t counter;

static uint32_t pick(uint32_t below)
{
	const uint32_t key[2] = {7, 7}, count[4] = {counter++, 0, 0, 0};
	uint32_t bits[4];
	random_philox(key, count, bits);
	return bits[0] % below;
}

/* Something that may be refused: what is told is what is compared. */
static void decide(struct fork *fork)
{
	static const char *const others[] = {"beds:of=pacu,change=1", "staff:role=porter,change=1",
		"room_down:room=or-7", "split:role=mar", "staff:role=mar,change=-1"};
	char text[SCENARIO_TEXT], why[SCENARIO_TEXT];
	const struct surgery *c = &fork->twin->cases[pick((uint32_t)fork->twin->case_count)];
	struct scenario s;
	uint32_t what = pick(10);
	if (what == 0) {
		scenario_why(text, "postpone:case=", c->id, ",reason=time");
		assert_true(scenario_parse(text, &s, why));
	} else if (what == 1) {
		assert_true(scenario_parse(others[pick(5)], &s, why));
	} else {
		scenario_make("place", &s);
		const char *room = scenario_choice(fork->twin, PARAMETER_ROOM, (int)pick(8));
		assert_true(scenario_set(&s, "case", c->id));
		assert_true(scenario_set(&s, "room", room));
		assert_true(scenario_set_instant(
			&s, "at", fork->twin->now_ms + (int64_t)pick(480) * 60000));
	}
	scenario_inject(fork, &s, why);
}

static void same_marks(const struct twin *twin)
{
	for (int of = 0; of < twin->case_count; of++) {
		int i = whole.index.case_of[of], k = quick.index.case_of[of];
		assert_int_equal(i < 0, k < 0);
		if (i < 0 || whole.plan.cases[i].absent)
			continue;
		const struct sim_case *c = &whole.plan.cases[i];
		for (int s = c->step; s < whole.plan.pathways[c->pathway].count; s++) {
			assert_int_equal(whole.marks.begun_ms[i][s], quick.marks.begun_ms[k][s]);
			assert_int_equal(whole.marks.ended_ms[i][s], quick.marks.ended_ms[k][s]);
		}
		assert_int_equal(whole.marks.off[i], quick.marks.off[k]);
		assert_int_equal(whole.marks.room_ready_ms[i], quick.marks.room_ready_ms[k]);
	}
	for (int g = 0; g < whole.plan.guest_count; g++) {
		int i = whole.plan.case_count + g, k = quick.plan.case_count + g;
		assert_int_equal(whole.marks.off[i], quick.marks.off[k]);
		assert_int_equal(whole.marks.room[i], quick.marks.room[k]);
	}
	assert_int_equal(whole.marks.stuck, quick.marks.stuck);
}

static void the_quick_plan_is_the_plan(void **state)
{
	(void)state;
	struct fork fork = {.twin = twin_create()};
	struct plan_options options = {.midnight_ms = world.midnight_ms};
	struct sim_draw_like like;
	int moved = 0, drawn = 0;
	assert_non_null(fork.twin);
	plan_build(world.twin, &options, &day.plan, &day.index);
	assert_true(day.plan.case_count > 10 && day.plan.guest_count > 0);
	const struct plan_like of_day = {world.twin, &day.plan, &day.index};
	for (int trial = 0; trial < TRIALS; trial++) {
		twin_copy(fork.twin, world.twin);
		memset(&fork.policy, 0, sizeof fork.policy);
		for (uint32_t n = 1 + pick(DECISIONS); n > 0; n--)
			decide(&fork);
		options.policy = &fork.policy;
		options.like = NULL;
		plan_build(fork.twin, &options, &whole.plan, &whole.index);
		options.like = &of_day;
		plan_build(fork.twin, &options, &quick.plan, &quick.index);
		sim_draw_compare(&quick.plan, &day.plan, &like);
		for (int i = 0; i < quick.plan.case_count; i++)
			drawn += like.of[i] < 0;
		for (uint32_t n = 0; n < FATES; n++) {
			sim_draw(&day.plan, 5, n, &day.draw);
			sim_draw(&whole.plan, 5, n, &whole.draw);
			sim_draw_again(&quick.plan, 5, n, &like, &day.draw, &quick.draw);
			sim_run(&whole.plan, &whole.draw, &whole.bench, &whole.marks);
			sim_run(&quick.plan, &quick.draw, &quick.bench, &quick.marks);
			same_marks(fork.twin);
		}
		moved += memcmp(&whole.plan.rooms, &day.plan.rooms, sizeof day.plan.rooms) != 0;
	}
	/* It was worth asking: most of the decisions were told, and few cases drawn anew. */
	assert_in_range(moved, TRIALS / 2, TRIALS);
	assert_in_range(drawn, 0, TRIALS * DECISIONS * 2);
	twin_destroy(fork.twin);
}

/* What happens to a case changes its laws, its pathway or its length: its fate is drawn
 * anew, the others' are taken over. */
static void who_has_changed_is_drawn_anew(void **state)
{
	(void)state;
	static const char *const kinds[] = {
		"overrun:case=", "setting:to=inpatient,case=", "mobility:to=walks,case="};
	struct fork fork = {.twin = twin_create()};
	struct plan_options options = {.midnight_ms = world.midnight_ms};
	struct sim_draw_like like;
	int drawn = 0, told = 0;
	assert_non_null(fork.twin);
	plan_build(world.twin, &options, &day.plan, &day.index);
	options.policy = &fork.policy;
	for (int of = 0; of < 3 * world.twin->case_count; of++) {
		struct scenario s;
		char text[SCENARIO_TEXT], why[SCENARIO_TEXT];
		twin_copy(fork.twin, world.twin);
		memset(&fork.policy, 0, sizeof fork.policy);
		scenario_why(text, kinds[of % 3], world.twin->cases[of / 3].id, "");
		assert_true(scenario_parse(text, &s, why));
		told += scenario_inject(&fork, &s, why);
		plan_build(fork.twin, &options, &whole.plan, &whole.index);
		quick.plan = whole.plan;
		quick.index = whole.index;
		sim_draw_compare(&quick.plan, &day.plan, &like);
		for (int i = 0; i < quick.plan.case_count; i++)
			drawn += like.of[i] < 0 && !quick.plan.cases[i].absent;
		sim_draw(&day.plan, 5, 0, &day.draw);
		sim_draw(&whole.plan, 5, 0, &whole.draw);
		sim_draw_again(&quick.plan, 5, 0, &like, &day.draw, &quick.draw);
		sim_run(&whole.plan, &whole.draw, &whole.bench, &whole.marks);
		sim_run(&quick.plan, &quick.draw, &quick.bench, &quick.marks);
		same_marks(fork.twin);
	}
	assert_in_range(drawn, told / 4, told);
	twin_destroy(fork.twin);
}

/* The plan of the very same twin draws nothing anew. */
static void the_same_day_has_the_same_fates(void **state)
{
	(void)state;
	struct plan_options options = {.midnight_ms = world.midnight_ms};
	struct sim_draw_like like;
	plan_build(world.twin, &options, &day.plan, &day.index);
	sim_draw_compare(&day.plan, &day.plan, &like);
	assert_true(like.guests);
	for (int i = 0; i < day.plan.case_count; i++)
		assert_int_equal(like.of[i], day.plan.cases[i].absent ? SIM_NONE : i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_quick_plan_is_the_plan),
		cmocka_unit_test(who_has_changed_is_drawn_anew),
		cmocka_unit_test(the_same_day_has_the_same_fates),
	};
	return cmocka_run_group_tests(tests, open_world, close_world);
}
