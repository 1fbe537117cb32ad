/* SPDX-License-Identifier: Apache-2.0 */
/* From decisions to orders, on the suite of twin_world.h. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"
#include "twin/order_plan.h"

struct world {
	struct twin *twin;
	struct fork fork;
	struct fact_order out[ORDERS_STEPS];
	char why[SCENARIO_TEXT];
};

/* OR 1: c-1 9:30-10:30, c-2 10:40-11:40; OR 2: c-3 9:30-10:00. */
static void begin(struct world *w)
{
	static const struct {
		const char *id, *patient, *room;
		int from, to;
	} cases[] = {{"c-1", "p-1", "or-1", 30, 90}, {"c-2", "p-2", "or-1", 100, 160},
		{"c-3", "p-3", "or-2", 30, 60}};

	start(&w->twin);
	for (int i = 0; i < 3; i++) {
		struct fact f = case_fact(cases[i].id, cases[i].patient, cases[i].room,
			cases[i].from, cases[i].to, 0);
		snprintf(f.origin, sizeof f.origin, "Appointment/%s", cases[i].id);
		put(w->twin, f);
	}
	w->fork.twin = twin_create();
	assert_non_null(w->fork.twin);
}

static void end(struct world *w)
{
	twin_destroy(w->twin);
	twin_destroy(w->fork.twin);
}

static struct what_if moves(const char *const *texts, int count)
{
	struct what_if m = {.count = count};
	char why[SCENARIO_TEXT];

	for (int i = 0; i < count; i++)
		if (!scenario_parse(texts[i], &m.list[i], why))
			fail_msg("%s: %s", texts[i], why);
	return m;
}

static int plan(struct world *w, const char *const *texts, int count)
{
	struct what_if m = moves(texts, count);

	memset(w->out, 0, sizeof w->out);
	return order_plan(w->twin, &m, &w->fork, w->out, w->why);
}

static void one_step(void **state)
{
	static const char *const texts[] = {"place:case=c-2,room=or-2,at=2026-03-16T10:10Z"};
	struct world w = {.twin = NULL};

	(void)state;
	begin(&w);
	assert_int_equal(plan(&w, texts, 1), 1);
	assert_string_equal(w.out[0].text, texts[0]);
	assert_string_equal(w.out[0].before, "place:case=c-2,room=or-1,at=2026-03-16T10:40Z");
	assert_string_equal(w.out[0].about, "Appointment/c-2");
	assert_int_equal(w.out[0].state, ORDER_APPROVED);
	assert_int_equal(w.out[0].steps, 1);
	assert_int_equal(strlen(w.out[0].plan), 16);
	assert_int_equal(strspn(w.out[0].plan, "0123456789abcdef"), 16);
	end(&w);
}

/* c-1 goes where c-2 is, c-2 where c-3 is, c-3 to a free hour: c-3 first, then c-2,
 * whatever the order in which it was decided. */
static void each_prefix_can_be_worked(void **state)
{
	static const char *const texts[] = {"place:case=c-1,room=or-1,at=2026-03-16T10:40Z",
		"place:case=c-2,room=or-2,at=2026-03-16T09:30Z",
		"place:case=c-3,room=or-2,at=2026-03-16T12:00Z"};
	struct world w = {.twin = NULL};

	(void)state;
	begin(&w);
	assert_int_equal(plan(&w, texts, 3), 3);
	assert_string_equal(w.out[0].text, texts[2]);
	assert_string_equal(w.out[1].text, texts[1]);
	assert_string_equal(w.out[2].text, texts[0]);
	for (int i = 0; i < 3; i++)
		assert_int_equal(w.out[i].step, i);
	end(&w);
}

/* A surgeon cannot be in two rooms: c-1 leaves 9:30 before c-3 of the same one comes. */
static void a_surgeon_is_one(void **state)
{
	static const char *const texts[] = {"place:case=c-3,room=or-2,at=2026-03-16T09:40Z",
		"place:case=c-1,room=or-1,at=2026-03-16T12:30Z"};
	struct world w = {.twin = NULL};

	(void)state;
	begin(&w);
	for (int i = 0; i < 2; i++) {
		struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, AT(1));
		snprintf(f.surgery.id, sizeof f.surgery.id, i ? "c-3" : "c-1");
		FILL(f.surgery.surgeon, "s-1");
		put(w.twin, f);
	}
	assert_int_equal(plan(&w, texts, 2), 2);
	assert_string_equal(w.out[0].text, texts[1]);
	end(&w);
}

/* Two that change places go round in a circle: there is no such order, and still both
 * are told, one each. */
static void a_circle_is_told_all_the_same(void **state)
{
	static const char *const texts[] = {"swap:case=c-1,with=c-3"};
	struct world w = {.twin = NULL};

	(void)state;
	begin(&w);
	assert_int_equal(plan(&w, texts, 1), 2);
	assert_string_equal(w.out[0].text, "place:case=c-1,room=or-2,at=2026-03-16T09:30Z");
	assert_string_equal(w.out[1].text, "place:case=c-3,room=or-1,at=2026-03-16T09:30Z");
	assert_string_equal(w.out[1].before, "place:case=c-3,room=or-2,at=2026-03-16T09:30Z");
	end(&w);
}

/* What no case shows comes first; a case that is put off says why. */
static void what_no_case_shows(void **state)
{
	static const char *const texts[] = {"postpone:case=c-3,reason=time", "room_down:room=or-2"};
	struct world w = {.twin = NULL};

	(void)state;
	begin(&w);
	assert_int_equal(plan(&w, texts, 2), 2);
	assert_string_equal(w.out[0].text, texts[1]);
	assert_string_equal(w.out[0].before, "room_up:room=or-2");
	assert_string_equal(w.out[0].about, "");
	assert_string_equal(w.out[1].text, texts[0]);
	assert_string_equal(w.out[1].before, "place:case=c-3,room=or-2,at=2026-03-16T09:30Z");
	end(&w);
}

static void what_cannot_be_ordered(void **state)
{
	static const char *const happens[] = {"overrun:case=c-1,min=60"};
	static const char *const gone[] = {"place:case=c-9,room=or-1,at=2026-03-16T10:40Z"};
	struct world w = {.twin = NULL};

	(void)state;
	begin(&w);
	assert_int_equal(plan(&w, happens, 1), -1);
	assert_non_null(strstr(w.why, "nothing that can be decided"));
	assert_int_equal(plan(&w, gone, 1), -1);
	assert_true(w.why[0] != '\0');
	assert_int_equal(plan(&w, happens, 0), -1);
	end(&w);
}

/* The same from everybody for the same steps on the same state, another for others. */
static void the_name_of_a_plan(void **state)
{
	static const char *const text[] = {"place:case=c-2,room=or-2,at=2026-03-16T10:10Z"};
	static const char *const other[] = {"place:case=c-2,room=or-2,at=2026-03-16T10:11Z"};
	struct what_if m = moves(text, 1), n = moves(other, 1);
	struct world a = {.twin = NULL}, b = {.twin = NULL};
	char one[ID_SIZE], two[ID_SIZE];

	(void)state;
	begin(&a);
	begin(&b);
	put(b.twin, milestone_fact("c-1", SOURCE_FHIR, MILESTONE_ARRIVED, 2));
	order_plan_id(a.twin, &m, one);
	order_plan_id(b.twin, &m, two);
	assert_string_equal(one, two); /* c-1 is not touched */
	order_plan_id(a.twin, &n, two);
	assert_string_not_equal(one, two);
	put(b.twin, case_fact("c-2", "p-2", "or-1", 101, 161, 3));
	order_plan_id(b.twin, &m, two);
	assert_string_not_equal(one, two);
	end(&a);
	end(&b);
}

/* Stations hear of cases in any order. */
static void the_name_of_a_plan_elsewhere(void **state)
{
	static const char *const text[] = {"swap:case=c-1,with=c-3"};
	struct what_if m = moves(text, 1);
	struct world a = {.twin = NULL};
	struct twin *b;
	char one[ID_SIZE], two[ID_SIZE];

	(void)state;
	begin(&a);
	start(&b);
	for (int i = a.twin->case_count - 1; i >= 0; i--) {
		const struct surgery *c = &a.twin->cases[i];
		struct fact f = case_fact(c->id, c->patient, c->room, 0, 1, 0);

		f.surgery.start_ms = c->start_ms;
		f.surgery.end_ms = c->end_ms;
		put(b, f);
	}
	order_plan_id(a.twin, &m, one);
	order_plan_id(b, &m, two);
	assert_string_equal(one, two);
	end(&a);
	twin_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_step),
		cmocka_unit_test(each_prefix_can_be_worked),
		cmocka_unit_test(a_surgeon_is_one),
		cmocka_unit_test(a_circle_is_told_all_the_same),
		cmocka_unit_test(what_no_case_shows),
		cmocka_unit_test(what_cannot_be_ordered),
		cmocka_unit_test(the_name_of_a_plan),
		cmocka_unit_test(the_name_of_a_plan_elsewhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
