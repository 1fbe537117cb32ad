/* SPDX-License-Identifier: Apache-2.0 */
/* A patient much longer in a stage than expected. The usual pathway's laws (twin/
 * pathway.c): induction 14.4 (10.6) and preparation 19.8 (8.6) min, emergence 8.2 (8.0),
 * recovery 130 (55). One in a hundred of lognormals of these moments exceeds 77.69,
 * 39.34 and 307.72 min (worked out outside this program, Python). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"

static const char *const key = "stage:c1";

/* Nothing a second before the limit, B a second after it. */
static void rings_after(struct twin *t, int from, double limit_min)
{
	int64_t due = AT(from) + (int64_t)(limit_min * MIN);

	twin_advance(t, due - 1000, NULL);
	assert_true(state_of(t, key) == -1 || !alarm_of(t, key)->active);
	twin_advance(t, due + 1000, NULL);
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_int_equal(alarm_of(t, key)->class_, ALARM_CLASS_LONG_STAGE);
}

static void test_by_the_laws_of_the_pathway(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	told(t, "c1", MILESTONE_IN_ROOM, 0);
	rings_after(t, 0, 77.689);
	assert_string_equal(alarm_of(t, key)->text, "anaesthesia for over 78 min, OR 1, hip");
	assert_string_equal(alarm_of(t, key)->subject, "c1");
	assert_string_equal(alarm_of(t, key)->room, "or-1");
	told(t, "c1", MILESTONE_INCISION, 100); /* ends by itself */
	assert_false(alarm_of(t, key)->active);
	twin_advance(t, AT(400), NULL); /* how long it takes is the overrun's */
	assert_false(alarm_of(t, key)->active);
	told(t, "c1", MILESTONE_PROCEDURE_END, 401);
	rings_after(t, 401, 39.338);
	assert_string_equal(
		alarm_of(t, key)->text, "closing and emergence for over 39 min, OR 1, hip");
	told(t, "c1", MILESTONE_OUT_ROOM, 445);
	assert_false(alarm_of(t, key)->active);
	place(t, "p1", "pacu", 450, 450);
	told(t, "c1", MILESTONE_PACU_IN, 450);
	rings_after(t, 450, 307.723);
	assert_string_equal(alarm_of(t, key)->text, "recovery for over 308 min, PACU, hip");
	told(t, "c1", MILESTONE_PACU_OUT, 760);
	assert_false(alarm_of(t, key)->active);
	assert_int_equal(t->timer_count, 0);
	twin_destroy(t);
}

static void test_what_nobody_tells_does_not_last(void **state)
{
	(void)state;
	struct twin *t;
	struct fact f;

	start(&t);
	/* Radio sees the entry; of an incision it knows nothing. */
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	put(t, milestone_fact("c1", SOURCE_RADIO, MILESTONE_IN_ROOM, 0));
	twin_advance(t, AT(300), NULL);
	assert_int_equal(state_of(t, key), -1);
	/* Half a day on, nobody has closed the record: that is all it is. */
	put(t, case_fact("c2", "p2", "or-2", 0, 75, 300));
	told(t, "c2", MILESTONE_IN_ROOM, 301);
	twin_advance(t, AT(400), NULL);
	assert_int_equal(state_of(t, "stage:c2"), ALARM_B);
	twin_advance(t, AT(301 + 12 * 60), NULL);
	assert_int_equal(state_of(t, "stage:c2"), ALARM_D);
	/* Read after the fact, one milestone after the other: nothing rings. */
	put(t, case_fact("c4", "p4", "or-2", 900, 1000, 1080));
	struct fact late = milestone_fact("c4", SOURCE_FHIR, MILESTONE_IN_ROOM, 900);
	late.at_ms = AT(1080);
	put(t, late);
	assert_int_equal(state_of(t, "stage:c4"), -1);
	late = milestone_fact("c4", SOURCE_FHIR, MILESTONE_INCISION, 930);
	late.at_ms = AT(1081);
	put(t, late);
	twin_advance(t, AT(1090), NULL);
	assert_int_equal(state_of(t, "stage:c4"), -1);
	/* Off the list: nothing is long. */
	f = case_fact("c3", "p3", "or-1", 1100, 1200, 1100);
	put(t, f);
	told(t, "c3", MILESTONE_IN_ROOM, 1101);
	twin_advance(t, AT(1200), NULL);
	assert_int_equal(state_of(t, "stage:c3"), ALARM_B);
	f.surgery.status = CASE_VOID;
	f.at_ms = AT(1201);
	put(t, f);
	assert_int_equal(state_of(t, "stage:c3"), ALARM_D);
	twin_destroy(t);
}

static void test_the_site_may_say_how_long(void **state)
{
	(void)state;
	struct twin *t;
	struct target targets[] = {{"stage_holding_min", 30}, {"stage_anaes_min", 20}};
	struct site now = site;
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-110));

	now.targets = targets;
	now.target_count = 2;
	start(&t);
	f.site.site = &now;
	put(t, f);
	put(t, case_fact("c1", "p1", "or-1", 60, 135, -100));
	told(t, "c1", MILESTONE_IN_HOLDING, 0);
	rings_after(t, 0, 30);
	assert_string_equal(alarm_of(t, key)->text, "in holding for over 30 min, hip");
	told(t, "c1", MILESTONE_IN_ROOM, 40);
	told(t, "c1", MILESTONE_INDUCTION, 55); /* the same stage, since 40 */
	rings_after(t, 40, 20);
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_the_laws_of_the_pathway),
		cmocka_unit_test(test_what_nobody_tells_does_not_last),
		cmocka_unit_test(test_the_site_may_say_how_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
