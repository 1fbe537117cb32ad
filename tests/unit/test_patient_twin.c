/* SPDX-License-Identifier: Apache-2.0 */
/* What the console shows of the patient twin, and the keys that speak to it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "tests/unit/suite_screens.h"

static void asks_how_many_minutes(void **state)
{
	struct ui *ui = ui_create();
	struct command c;
	(void)state;
	/* OR 1's patient has left: nothing to say. OR 2: 180 booked, 122 gone, in
	 * tens 60, and ten more. */
	press(ui, "+");
	assert_true(shows(ui, 24, 80, "this patient is not in the room"));
	press(ui, "j+");
	assert_true(shows(ui, 24, 80, "minutes left in the room"));
	assert_true(shows(ui, 24, 80, "P.A.: 70"));
	c = press(ui, "+--\n");
	assert_int_equal(c.kind, COMMAND_ESTIMATE);
	assert_string_equal(c.target, "c-201");
	assert_int_equal(c.value, 60);
	assert_int_equal(press(ui, "-\x1b").kind, COMMAND_NONE);
	c = press(ui, "-\x15"
		      "45x\n"); /* Ctrl-U empties; a letter is not taken */
	assert_int_equal(c.kind, COMMAND_ESTIMATE);
	assert_int_equal(c.value, 45);
	assert_int_equal(press(ui, "-\x15"
				   "0\n")
				 .kind,
		COMMAND_NONE);
	c = press(ui, "-\x15"
		      "99999\n");
	assert_int_equal(c.value, 24 * 60);
	for (int i = 0; i < 30; i++)
		press(ui, "-");
	c = press(ui, "\n");
	assert_int_equal(c.value, 5);
	world->view.readonly = true;
	assert_int_equal(press(ui, "+\n").kind, COMMAND_NONE);
	ui_destroy(ui);
}

static void say(double left_min)
{
	struct fact f = fact_make(FACT_ESTIMATE, SOURCE_PERSON, world_at(10, 42));
	format_put(f.estimate.id, sizeof f.estimate.id, "c-201");
	format_put(f.origin, sizeof f.origin, "nurse");
	f.estimate.left_min = left_min;
	world_say(world, &f);
}

static void shows_who_said_it(void **state)
{
	struct ui *ui = ui_create();
	(void)state;
	press(ui, "j");
	assert_false(shows(ui, 24, 80, "more minutes"));
	say(40);
	assert_true(shows(ui, 24, 80, "40 more minutes, 10:42 nurse"));
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "said            40 more minutes, 10:42 nurse"));
	say(FACT_UNKNOWN);
	assert_false(shows(ui, 24, 80, "more minutes"));
	ui_destroy(ui);
}

static void fact_learn(const char *id, bool use)
{
	struct fact f = fact_make(FACT_LEARN, SOURCE_PERSON, world_at(10, 43));
	format_put(f.learn.id, sizeof f.learn.id, "%s", id);
	f.learn.use = use;
	world_say(world, &f);
}

/* OR 1's first case: 93 minutes, 90 booked; bookings are off by exp(0.35 z):
 * 90 exp(-+1.28 x 0.35) is 57 and 141. */
static void shows_what_was_learnt(void **state)
{
	struct ui *ui = ui_create();
	struct command c;
	(void)state;
	press(ui, "\n");
	assert_true(shows(ui, 24, 80,
		"took            93 min; expected 90 min (57-141); learnt: 101, now 94"));
	assert_true(shows(ui, 24, 120, "; learnt: "));
	c = press(ui, ":forget\n\n");
	assert_int_equal(c.kind, COMMAND_LEARN);
	assert_string_equal(c.target, "c-101");
	assert_int_equal(c.value, 0);
	fact_learn("c-101", false);
	assert_true(shows(ui, 24, 120, "taken out of learning"));
	fact_learn("c-101", true);
	assert_true(shows(ui, 24, 120, "; learnt: "));
	ui_destroy(ui);
}

/* The reasons are the model's own, and add up to its median. */
static void says_why(void **state)
{
	struct ui *ui = ui_create();
	struct duration_term why[REASON_COUNT];
	struct duration_input input;
	struct duration_law law;
	const struct surgery *s = &world->twin->cases[twin_case(world->twin, "c-202")];
	double sum = 0;
	char text[96];
	(void)state;
	duration_suite_case(world->twin, s, &input);
	duration_predict(&world->learning->now.durations, &input, &law);
	duration_suite_explain(&world->learning->now.durations, &input, why);
	for (int i = 0; i < REASON_COUNT; i++)
		sum += why[i].minutes;
	assert_true(fabs(sum - exp(law.mu)) < 1e-9 * sum);
	assert_true(why[REASON_BOOKING].known && why[REASON_BOOKING].minutes < -5);
	press(ui, "2jjjj\n"); /* by start: the fifth is Hernia repair at 12:00 */
	assert_true(shows(ui, 60, 120, "Hernia repair"));
	assert_true(shows(ui, 60, 120, "expected        60 min (39-92) in the room, as booked"));
	format_put(text, sizeof text,
		"usual case      %.0f min; the house's law makes this one %.0f min",
		why[REASON_USUAL].minutes, exp(law.mu));
	assert_true(shows(ui, 60, 120, text));
	format_put(text, sizeof text, "lowered by      booking %+.0f min",
		why[REASON_BOOKING].minutes);
	assert_true(shows(ui, 60, 120, text));
	assert_true(shows(ui, 60, 120,
		"LACE            not computable, because no encounters of six months are known"));
	ui_destroy(ui);
}

/* Not fasting at 10:42: 12:42 after clear fluids, 16:42 after a light meal. */
static void tells_the_legal_start(void **state)
{
	struct ui *ui = ui_create();
	struct fact f = fact_make(FACT_READINESS, SOURCE_PERSON, world_at(10, 42));
	(void)state;
	format_put(f.readiness.id, sizeof f.readiness.id, "c-202");
	f.readiness.item = READY_FASTING;
	f.readiness.value = 0;
	press(ui, "2jjjj\n");
	assert_false(shows(ui, 24, 80, "if clear fluids"));
	world_say(world, &f);
	assert_true(shows(ui, 24, 80,
		"fasting         not at 10:42; start 12:42 if clear fluids, 16:42 if a meal"));
	f.readiness.value = 1;
	world_say(world, &f);
	assert_false(shows(ui, 24, 80, "if clear fluids"));
	ui_destroy(ui);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(asks_how_many_minutes),
		T(shows_who_said_it),
		T(shows_what_was_learnt),
		T(says_why),
		T(tells_the_legal_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
