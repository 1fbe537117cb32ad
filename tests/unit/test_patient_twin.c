/* SPDX-License-Identifier: Apache-2.0 */
/* What the console shows of the patient twin, and the keys that speak to it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "screens/intake.h"
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

/* c-102 is to come in OR 1 at 10:30: a # on the Board, on the Programme and on its page. */
static void how_urgent_it_is(void **state)
{
	struct ui *ui = ui_create();
	struct surgery *s = &world->twin->cases[twin_case(world->twin, "c-102")];
	(void)state;
	press(ui, "2jj\n");
	assert_true(shows(ui, 24, 80, "Knee arthroscopy"));
	assert_false(shows(ui, 24, 80, "urgency"));
	s->setting = SETTING_EMERGENCY;
	assert_true(shows(ui, 24, 80, "urgency         emergency without a NEST class: E says it"));
	s->nest = 2;
	assert_true(shows(ui, 24, 80, "urgency         NEST 2, within 1 hour"));
	ui_destroy(ui);
}

static void a_locked_case_has_a_sign(void **state)
{
	struct ui *ui = ui_create();
	struct fact f = fact_make(FACT_LOCK, SOURCE_PERSON, world_at(10, 42));
	struct command c;
	(void)state;
	press(ui, "2jj");
	c = press(ui, "K");
	assert_int_equal(c.kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "lock it where and when it is: Knee arthroscopy"));
	c = press(ui, "\n");
	assert_int_equal(c.kind, COMMAND_LOCK_CASE);
	assert_int_equal(c.value, 1);
	format_put(f.lock.id, sizeof f.lock.id, "%s", c.target);
	f.lock.locked = true;
	world_say(world, &f);
	assert_true(shows(ui, 24, 80, "# arrived"));
	c = press(ui, "K\n");
	assert_int_equal(c.value, 0);
	press(ui, "\n");
	assert_true(
		shows(ui, 24, 80, "locked          # where and when it is: no repair moves it"));
	press(ui, "1");
	assert_true(shows(ui, 24, 80, "10:30#D.P."));
	f.lock.locked = false;
	world_say(world, &f);
	assert_true(shows(ui, 24, 80, "10:30 D.P."));
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

/* What is typed after `x e`; suite time is Monday 16 March 10:42. */
static void reads_when_somebody_ate(void **state)
{
	static const struct {
		const char *text;
		enum intake what;
		int hour, minute, days_back; /* -1: no such text */
	} rows[] = {
		{"06:30 s", INTAKE_SOLIDS, 6, 30, 0},
		{"6h30", INTAKE_SOLIDS, 6, 30, 0},
		{"0630c", INTAKE_CLEAR, 6, 30, 0},
		{"630 L ", INTAKE_LIGHT, 6, 30, 0},
		{" 7 c", INTAKE_CLEAR, 7, 0, 0},
		{"10:42", INTAKE_SOLIDS, 10, 42, 0},
		{"10:43", INTAKE_SOLIDS, 10, 43, 1}, /* not yet today: yesterday */
		{"22.00 s", INTAKE_SOLIDS, 22, 0, 1},
		{"24:00", 0, 0, 0, -1},
		{"6:60", 0, 0, 0, -1},
		{"6:3", 0, 0, 0, -1},
		{"", 0, 0, 0, -1},
		{"s", 0, 0, 0, -1},
		{"06:30 x", 0, 0, 0, -1},
		{"06:30 s c", 0, 0, 0, -1},
		{"12345", 0, 0, 0, -1},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum intake what = INTAKE_COUNT;
		int64_t when = 0;
		bool read = intake_typed(rows[i].text, world_at(10, 42), &what, &when);
		if (read != (rows[i].days_back >= 0))
			fail_msg("\"%s\"", rows[i].text);
		if (!read)
			continue;
		assert_int_equal(what, rows[i].what);
		assert_true(
			when
			== world_at(rows[i].hour, rows[i].minute) - rows[i].days_back * 86400000LL);
	}
}

static void eats(const char *id, enum intake what, int64_t when_ms)
{
	struct fact f = fact_make(FACT_INTAKE, SOURCE_PERSON, world_at(10, 42));
	format_put(f.intake.id, sizeof f.intake.id, "%s", id);
	format_put(f.origin, sizeof f.origin, "anna");
	f.intake.intake = what;
	f.intake.when_ms = when_ms;
	world_say(world, &f);
}

/* Solids at 06:30, six hours: 12:30 for a case of 12:00. Of those planned later
 * only the femoral nail at 13:00 is not before that; the surgeon is the same. */
static void shows_the_clock_and_who_could_come(void **state)
{
	struct ui *ui = ui_create();
	(void)state;
	press(ui, "2jjjj");
	assert_false(shows(ui, 24, 80, "f12:30"));
	eats("c-202", INTAKE_SOLIDS, world_at(6, 30));
	assert_true(shows(ui, 24, 80, "Hernia repa… L.H.      expected      f12:30"));
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "fasting   NO, from 12:30    P 0 s"));
	assert_true(
		shows(ui, 24, 80, "ate or drank    solids at 06:30 (anna, 0 s): not before 12:30"));
	assert_true(shows(ui, 24, 80, "could swap      13:00 1003 Femoral nail [....]"));
	/* The day before, it is no hindrance; an emergency does not wait for it. */
	eats("c-202", INTAKE_SOLIDS, world_at(5, 30));
	assert_true(shows(ui, 24, 80, "fasting   yes, from 11:30"));
	assert_false(shows(ui, 24, 80, "could swap"));
	eats("c-202", INTAKE_SOLIDS, world_at(9, 30));
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, world_at(10, 42));
	format_put(f.surgery.id, sizeof f.surgery.id, "c-202");
	f.surgery.nest = 2;
	world_say(world, &f);
	assert_true(shows(ui, 24, 80, ": 15:30, but this cannot wait"));
	press(ui, "q");
	assert_false(shows(ui, 24, 80, "f15:30"));
	ui_destroy(ui);
}

/* Four days and three hours, acute, two points, two visits: 4 + 3 + 2 + 2. */
static void tells_lace_and_who_says_so(void **state)
{
	struct ui *ui = ui_create();
	struct fact f = fact_make(FACT_HISTORY, SOURCE_FHIR, world_at(10, 42));
	(void)state;
	format_put(f.history.id, sizeof f.history.id, "p-2002");
	format_put(f.origin, sizeof f.origin, "Condition/k-1");
	f.history.admitted_ms = world_at(7, 42) - 4 * 86400000LL;
	f.history.charlson = f.history.ed_visits = 2;
	world_say(world, &f);
	press(ui, "2jjjj\n");
	assert_true(shows(ui, 60, 120,
		"not computable, because how the patient was admitted is not known (L 4, A ?, C "
		"2,"));
	f.history.acute = 1;
	world_say(world, &f);
	assert_true(
		shows(ui, 60, 120, "LACE            11 (L 4, A 3, C 2, E 2), Condition/k-1, 0 s"));
	f.history.admitted_ms = 0;
	world_say(world, &f);
	struct fact day = fact_make(FACT_CASE, SOURCE_FHIR, world_at(10, 42));
	format_put(day.surgery.id, sizeof day.surgery.id, "c-202");
	day.surgery.setting = SETTING_DAY;
	world_say(world, &day);
	assert_true(shows(ui, 60, 120, "not computable, because a day case is no stay"));
	ui_destroy(ui);
}

static void asks_when_somebody_ate(void **state)
{
	struct ui *ui = ui_create();
	struct command c;
	(void)state;
	press(ui, "2jjjj");
	assert_int_equal(press(ui, "xe").kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "ate or drank at (06:30; s solids, l light, c clear) 2002:"));
	assert_int_equal(press(ui, "08:30").kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "08:30  → from 14:30"));
	assert_int_equal(press(ui, " c").kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "08:30 c  → from 10:30"));
	c = press(ui, "\n");
	assert_int_equal(c.kind, COMMAND_INTAKE);
	assert_string_equal(c.target, "c-202");
	assert_int_equal(c.arg, INTAKE_CLEAR);
	assert_true(c.when_ms == world_at(8, 30));
	assert_int_equal(press(ui, "xe08:30\x1b\n").kind, COMMAND_NONE);
	press(ui, "q");
	assert_int_equal(press(ui, "xe99\n").kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "not done: a time like 06:30"));
	world->view.readonly = true;
	assert_int_equal(press(ui, "xe08:30\n").kind, COMMAND_NONE);
	ui_destroy(ui);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(asks_how_many_minutes),
		T(shows_who_said_it),
		T(shows_what_was_learnt),
		T(a_locked_case_has_a_sign),
		T(how_urgent_it_is),
		T(says_why),
		T(tells_the_legal_start),
		T(reads_when_somebody_ate),
		T(tells_lace_and_who_says_so),
		T(asks_when_somebody_ate),
		T(shows_the_clock_and_who_could_come),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
