/* SPDX-License-Identifier: Apache-2.0 */
/* What do we do: `u`, over suite_world.h. Expected texts: the design, section 4, and
 * promise A14 (NEST classes 1 to 6). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "screens/emergency.h"
#include "screens/repair_words.h"
#include "screens/screen.h"
#include "tests/unit/suite_forecast.h"
#include "tests/unit/suite_golden.h"
#include "tests/unit/suite_whatif.h"
#include "twin/order_plan.h"
#include "twin/repair_core.h"

static void test_an_emergency_in_three_keys(void **state)
{
	struct ui *ui = ui_create();
	struct command c;

	(void)state;
	press(ui, "u");
	golden(ui, "emergency_menu", 24, 80, false);
	c = press(ui, "7"); /* no such class */
	assert_int_equal(c.kind, COMMAND_NONE);
	press(ui, "2");
	assert_true(shows(ui, 24, 80, "emergency, NEST 2; minutes in the room, and what: 90"));
	c = press(ui, "\n");
	assert_int_equal(c.kind, COMMAND_EMERGENCY);
	assert_int_equal(c.arg, 2);
	assert_int_equal(c.value, 90);
	assert_string_equal(c.text, "emergency");
	c = press(ui, "u\x1b");
	assert_int_equal(c.kind, COMMAND_NONE);
	press(ui, "u1\x15");
	c = press(ui, "75  ectopic pregnancy\n");
	assert_int_equal(c.arg, 1);
	assert_int_equal(c.value, 75);
	assert_string_equal(c.text, "ectopic pregnancy");
	c = press(ui, ":emergency 3 120 femur\n");
	assert_int_equal(c.arg, 3);
	assert_string_equal(c.text, "femur");
	c = press(ui, ":emergency 7 120 femur\n");
	assert_int_equal(c.kind, COMMAND_NONE);
	c = press(ui, "u2\x15soon\n");
	assert_int_equal(c.kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "not done: minutes (5 to 1440), then what it is"));
	world->view.readonly = true;
	c = press(ui, "u2\n");
	assert_int_equal(c.kind, COMMAND_NONE);
	ui_destroy(ui);
}

/* What the hospital calls an emergency has no class until somebody says it. */
static void test_a_class_in_two_keys(void **state)
{
	struct ui *ui = ui_create();
	struct command c;
	char id[ID_SIZE];

	(void)state;
	press(ui, "2jjE");
	golden(ui, "nest_menu", 24, 80, false);
	c = press(ui, "7");
	assert_int_equal(c.kind, COMMAND_NONE);
	c = press(ui, "2");
	assert_int_equal(c.kind, COMMAND_NEST);
	assert_int_equal(c.arg, 2);
	format_put(id, sizeof id, "%s", c.target);
	assert_true(twin_case(world->twin, id) >= 0);
	c = press(ui, "E0");
	assert_int_equal(c.kind, COMMAND_NEST);
	assert_int_equal(c.arg, 0);
	c = press(ui, ":nest 1\n");
	assert_int_equal(c.arg, 1);
	assert_string_equal(c.target, id);
	c = press(ui, ":nest soon\n");
	assert_int_equal(c.kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "nest CLASS: 1 to 6, 0 none"));
	press(ui, "E\x1b");
	assert_string_equal(ui_base(ui)->def->name, "programme");
	assert_int_equal(ui->depth, 1);
	world->view.readonly = true;
	c = press(ui, "E2");
	assert_int_equal(c.kind, COMMAND_NONE);
	ui_destroy(ui);
}

static void test_what_is_typed(void **state)
{
	const char *what;
	int minutes;

	(void)state;
	assert_true(emergency_typed(" 90", &minutes, &what) && minutes == 90 && what[0] == '\0');
	assert_true(emergency_typed("5 x", &minutes, &what) && minutes == 5);
	assert_string_equal(what, "x");
	assert_false(emergency_typed("", &minutes, &what));
	assert_false(emergency_typed("4", &minutes, &what));
	assert_false(emergency_typed("1441", &minutes, &what));
	assert_false(emergency_typed("99999999999999999999", &minutes, &what));
	assert_false(emergency_typed("-90", &minutes, &what));
	assert_false(emergency_typed("90min", &minutes, &what));
}

/* ---- an answer, written by hand ---- */

static struct repair_answer answer;
static struct repair_desk desk;
static struct what_if stack;
static struct what_if_answer board; /* of one of them */

static void decide(struct repair_option *o, const char *text)
{
	char why[SCENARIO_TEXT];

	if (!scenario_parse(text, &o->moves.list[o->moves.count++], why))
		fail_msg("%s: %s", text, why);
}

static void inject(const char *text)
{
	char why[SCENARIO_TEXT];

	assert_true(scenario_parse(text, &stack.list[stack.count++], why));
}

static struct paired about(double mean, double half)
{
	return (struct paired){mean, mean - half, mean + half};
}

/* OR 1 is late: Femoral nail goes elsewhere, or waits, or the hernia goes first. */
static void write_answer(void)
{
	struct repair_option *o = answer.options;

	decide(&o[0], "place:case=c-103,room=or-3,at=2026-03-16T12:10Z");
	decide(&o[0], "place:case=c-202,room=or-2,at=2026-03-16T11:20Z");
	decide(&o[1], "place:case=c-103,room=or-1,at=2026-03-16T11:45Z");
	decide(&o[2], "postpone:case=c-103,reason=time");
	for (int i = 0; i < 3; i++, o++) {
		double best = 1.0 / (i + 1);

		o->objective = about(-42 * best, 6);
		o->term[OBJECTIVE_OVERTIME] = about(-31 * best, 4);
		o->term[OBJECTIVE_WAIT] = about(12, 5);
		o->term[OBJECTIVE_HOLD] = about(-0.4, 1.1);
		o->term[OBJECTIVE_MOVED] = about(i == 0 ? 2 : 1, 0);
		o->overtime[0] = (struct quantiles){5, 38, 96};
		o->overtime[1] = (struct quantiles){0, 9, 41};
		o->cost = i == 0 ? (struct paired){-310, -350, -270} : (struct paired){0, 0, 0};
		o->reps = 400;
		o->proved = i < 2;
		format_put(
			o->why, sizeof o->why, "%s", "the longest case goes where a room is empty");
		format_put(o->fails_if, sizeof o->fails_if, "%s",
			"the case in OR 3 takes 40 min more");
	}
	answer.options[2].term[OBJECTIVE_CANCELLED] = about(1, 0);
	answer.options[0].wait_count = 2;
	format_put(answer.options[0].waits[0].id, ID_SIZE, "%s", "c-202");
	answer.options[0].waits[0].later = (struct quantiles){14, 20, 31};
	format_put(answer.options[0].waits[1].id, ID_SIZE, "%s", "c-103");
	answer.options[0].waits[1].later = (struct quantiles){-61, -35, -12};
	answer.count = 3;
	answer.at_ms = world_at(10, 42);
	answer.nothing.of[OBJECTIVE_OVERTIME] = 39.2;
	answer.nothing.of[OBJECTIVE_WAIT] = 84;
	answer.nothing.of[OBJECTIVE_HOLD] = 11.4;
	answer.nothing_sum = 118;
	answer.tried = 214;
	answer.days = 96000;
}

static int begin(void **state)
{
	setup(state);
	answer = (struct repair_answer){.count = 0};
	desk = (struct repair_desk){.stale = false};
	stack = (struct what_if){.count = 0};
	world->view.what_if = &stack;
	world->view.repair_desk = &desk;
	world->view.repair = &answer;
	format_put(desk.ask.about, ID_SIZE, "%s", "or-1");
	answer.asked = desk.ask;
	write_answer();
	return 0;
}

static void test_pictures(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "r");
	goldens(ui, "repair");
	press(ui, "\n");
	golden(ui, "repair_proof_first", 24, 80, false);
	format_put(desk.to, sizeof desk.to, "%s", "by FHIR patch");
	what_if_compute(&answer.options[0].moves, &board);
	goldens(ui, "repair_proof");
	ui_destroy(ui);
}

/* What it is about first, then what meets it in a room (and who is called in, for
 * all), then the rest. By hand: c-103 is of OR 1, c-202 of OR 2, c-301 of OR 3. */
static void test_said_in_order(void **state)
{
	struct repair_option o = {.proved = true};
	int order[WHAT_IF_DEPTH];
	char words[REPAIR_WORDS];

	(void)state;
	decide(&o, "place:case=c-301,room=or-3,at=2026-03-16T12:40Z");
	decide(&o, "staff:role=porter,change=1");
	decide(&o, "place:case=c-202,room=or-2,at=2026-03-16T11:20Z");
	assert_int_equal(repair_core(world->twin, "c-202", &o.moves, order), 2);
	assert_memory_equal(order, ((int[]){2, 1, 0}), 3 * sizeof *order);
	repair_words(&world->view, "c-202", &o.moves, words, sizeof words);
	assert_string_equal(words, "Delay c-202 by 20 min, to 12:20 in OR 2; call 1 more: "
				   "porter; besides: delay c-301 by 160 min, to 13:40 in OR 3");
	/* One that goes from the one room to the other ties them together. */
	decide(&o, "place:case=c-103,room=or-2,at=2026-03-16T13:40Z");
	decide(&o, "place:case=c-301,room=or-1,at=2026-03-16T14:40Z");
	assert_int_equal(repair_core(world->twin, "or-2", &o.moves, order), 5);
	assert_memory_equal(order, ((int[]){2, 3}), 2 * sizeof *order); /* both name it */
	/* About nothing in particular: as they come. */
	assert_int_equal(repair_core(world->twin, "", &o.moves, order), 5);
	assert_memory_equal(order, ((int[]){0, 1, 2, 3, 4}), 5 * sizeof *order);
	o.moves.count = 0;
	assert_int_equal(repair_core(world->twin, "or-2", &o.moves, order), 0);
}

/* What the hospital called an emergency, and nobody has said how urgent it is. */
static void test_no_class_is_said(void **state)
{
	static const char hint[] = "an emergency without a NEST class counts as elective";
	struct ui *ui = ui_create();
	struct surgery *s = &world->twin->cases[twin_case(world->twin, "c-202")];

	(void)state;
	press(ui, ":repair c-202\n");
	format_put(desk.ask.about, ID_SIZE, "%s", "c-202");
	answer.asked = desk.ask;
	assert_false(shows(ui, 24, 80, hint));
	s->setting = SETTING_EMERGENCY;
	assert_true(shows(ui, 24, 80, hint));
	s->nest = 3;
	assert_false(shows(ui, 24, 80, hint));
	ui_destroy(ui);
}

/* c-202 of OR 2 is besides what is asked about OR 1. */
static void test_without_besides(void **state)
{
	struct ui *ui = ui_create();
	struct command c;
	char id[ID_SIZE];

	(void)state;
	press(ui, "r");
	order_plan_id(world->twin, &answer.options[0].moves, id);
	c = press(ui, "b");
	assert_int_equal(c.kind, COMMAND_REPAIR_CORE);
	assert_string_equal(c.text, id);
	/* The cursor is on it as soon as it is there. */
	answer.options[1].moves = answer.options[0].moves;
	answer.options[1].moves.count = 1;
	c = press(ui, "b");
	assert_int_equal(c.kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "all of it is about that"));
	assert_true(shows(ui, 24, 80, ">2 Move c-103 (Femoral nail) from OR 1 to OR 3"));
	answer.count = 0;
	assert_int_equal(press(ui, "b").kind, COMMAND_NONE);
	ui_destroy(ui);
}

/* From a row: a room on the Board, a case in the programme, what an alarm is about. */
static void test_about_what(void **state)
{
	struct ui *ui = ui_create();
	struct command c = press(ui, "r");

	(void)state;
	assert_int_equal(c.kind, COMMAND_REPAIR);
	assert_string_equal(c.target, "or-1");
	assert_int_equal(c.value, 0);
	assert_string_equal(ui_base(ui)->def->name, "repair");
	/* Again on the same; what is asked may be said. */
	c = press(ui, "r");
	assert_string_equal(c.target, "or-1");
	c = press(ui, ":repair c-202\n");
	assert_string_equal(c.target, "c-202");
	c = press(ui, ":repair nobody\n");
	assert_int_equal(c.kind, COMMAND_NONE);
	assert_int_equal(ui->depth, 2);
	c = press(ui, "2jr");
	assert_int_equal(c.kind, COMMAND_REPAIR);
	assert_true(twin_case(world->twin, c.target) >= 0);
	/* On top of what is injected only from where that is looked at. */
	c = press(ui, "8r");
	assert_int_equal(c.value, 1);
	assert_string_equal(c.target, "");
	ui_destroy(ui);
}

/* Left by any key: nobody goes on looking. */
static void test_leaving_ends_it(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "r");
	assert_int_equal(press(ui, "q").kind, COMMAND_REPAIR_END);
	press(ui, "r");
	assert_int_equal(press(ui, "4").kind, COMMAND_REPAIR_END);
	assert_int_equal(press(ui, "1").kind, COMMAND_NONE);
	press(ui, "r\n");
	assert_string_equal(ui_base(ui)->def->name, "proof");
	assert_int_equal(press(ui, "\x1b").kind, COMMAND_REPAIR_PROOF);
	press(ui, "\n");
	assert_int_equal(press(ui, "7").kind, COMMAND_REPAIR_END);
	ui_destroy(ui);
}

/* B24: nothing is approved before somebody was asked, nor on what does not hold. */
static void test_approving_asks(void **state)
{
	struct ui *ui = ui_create();
	char id[ID_SIZE];
	struct command c;

	(void)state;
	format_put(desk.to, sizeof desk.to, "%s", "to FHIR");
	order_plan_id(world->twin, &answer.options[1].moves, id);
	press(ui, "r");
	c = press(ui, "jY");
	assert_int_equal(c.kind, COMMAND_NONE);
	assert_true(
		shows(ui, 24, 120, "approve 1 step, to FHIR: Bring c-103 (Femoral nail) forward"));
	/* However long it is, the keys are there. */
	assert_true(shows(ui, 24, 80, "?  Enter yes  Esc no"));
	c = press(ui, "n");
	assert_int_equal(c.kind, COMMAND_NONE);
	c = press(ui, "Y\n");
	assert_int_equal(c.kind, COMMAND_APPROVE);
	assert_string_equal(c.text, id);
	assert_true(c.covers_ms == answer.at_ms);
	/* From its proof, which is the same one. */
	press(ui, "\n");
	c = press(ui, "Y\n");
	assert_string_equal(c.text, id);
	press(ui, "\x1b");
	/* What was told since makes the proof void: the station proves it again first. */
	desk.stale = true;
	press(ui, "Y");
	assert_true(shows(ui, 24, 120, "approve 1 step, to FHIR, proved again first: Bring"));
	press(ui, "\x1b");
	desk.stale = false;
	inject("cancel:case=c-301");
	desk.ask.given = answer.asked.given = stack;
	c = press(ui, "Y");
	assert_true(shows(ui, 24, 120, "not on top of a what-if"));
	assert_int_equal(c.kind, COMMAND_NONE);
	world->view.readonly = true;
	press(ui, "Y");
	assert_true(shows(ui, 24, 120, "read-only"));
	ui_destroy(ui);
}

/* The list gets better under the cursor: what was chosen stays chosen. */
static void test_the_choice_follows(void **state)
{
	struct ui *ui = ui_create();
	struct repair_option first, last = answer.options[2];
	char id[ID_SIZE];

	(void)state;
	order_plan_id(world->twin, &last.moves, id);
	press(ui, "rjj");
	assert_true(shows(ui, 24, 80, ">3 Put off case c-103"));
	first = answer.options[0];
	answer.options[0] = answer.options[2];
	answer.options[2] = first;
	assert_true(shows(ui, 24, 80, ">1 Put off case c-103"));
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "Put off case c-103"));
	answer.count = 2;
	answer.options[0] = answer.options[1];
	assert_true(shows(ui, 24, 80, "This plan is gone"));
	/* The station keeps it as it was opened, and it says so. */
	format_put(desk.proof, ID_SIZE, "%s", id);
	desk.proved = last;
	desk.proof_ms = answer.at_ms;
	golden(ui, "repair_proof_old", 24, 80, false);
	assert_string_equal(press(ui, "Y\n").text, id);
	press(ui, "\x1b");
	assert_true(shows(ui, 24, 80, ">1 Bring c-103"));
	order_plan_id(world->twin, &answer.options[0].moves, id);
	assert_string_equal(press(ui, "Y\n").text, id);
	ui_destroy(ui);
}

/* Approved already: said where it stands, before anybody asks for it again. */
static void test_what_was_approved(void **state)
{
	struct ui *ui = ui_create();
	struct orders *orders = calloc(1, sizeof *orders);
	struct fact f = fact_make(FACT_ORDER, SOURCE_PERSON, world_at(10, 43));

	(void)state;
	orders_init(orders, format_clock_zero);
	world->view.orders = orders;
	order_plan_id(world->twin, &answer.options[1].moves, f.order.plan);
	format_put(f.order.text, sizeof f.order.text, "%s", "no_hold");
	format_put(f.origin, sizeof f.origin, "%s", "anna");
	format_put(f.by.station, ID_SIZE, "%s", "or-desk-1");
	f.by.hlc_ms = f.source_ms = world_at(10, 43);
	f.order.step = 0;
	f.order.steps = 1;
	f.order.state = ORDER_APPROVED;
	orders_fold(orders, world->twin, &f);
	press(ui, "rj");
	assert_true(shows(ui, 24, 80, "    approved 10:43 by anna: "));
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "    approved 10:43 by anna: "));
	ui_destroy(ui);
	free(orders);
}

static void test_how_it_stands(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "r");
	world->view.repair = NULL;
	assert_true(shows(ui, 24, 80, "looking: no answer yet"));
	press(ui, "\n");
	assert_true(shows(ui, 24, 80, "nothing to open yet"));
	format_put(desk.cannot, sizeof desk.cannot, "%s", "no programme");
	assert_true(shows(ui, 24, 80, "no answer will come: no programme"));
	desk.cannot[0] = '\0';
	world->view.repair = &answer;
	format_put(desk.ask.about, ID_SIZE, "%s", "c-201"); /* the answer is to another */
	assert_true(shows(ui, 24, 80, "WHAT TO DO about c-201 (Colectomy)"));
	assert_true(shows(ui, 24, 80, "looking: no answer yet"));
	format_put(answer.asked.about, ID_SIZE, "%s", "c-201");
	answer.count = 0;
	assert_true(shows(ui, 24, 80, "nothing better than doing nothing so far"));
	answer.finished = true;
	format_put(answer.none, sizeof answer.none, "%s", "every room is full until 19:00");
	assert_true(shows(ui, 24, 80, "Nothing helps: every room is full until 19:00"));
	answer.count = 3;
	desk.stale = true;
	golden(ui, "repair_stale", 24, 80, false);
	desk.ask.about[0] = answer.asked.about[0] = '\0';
	assert_true(shows(ui, 24, 80, "WHAT TO DO to have a better day"));
	world->view.repair_desk = NULL;
	assert_true(shows(ui, 24, 80, "nothing is being looked for"));
	ui_destroy(ui);
}

/* The first break-in moments of the forecast, while nobody has given it a room: OR 4
 * is empty, OR 3 until 11:02, then OR 2 ends at 12:05. */
static void test_where_an_emergency_can_break_in(void **state)
{
	struct ui *ui = ui_create();
	struct forecast *forecast = world_forecast(world);
	struct fact f = fact_make(FACT_CASE, SOURCE_PERSON, world_at(10, 42));

	(void)state;
	world->view.forecast = forecast;
	format_put(f.surgery.id, ID_SIZE, "%s", "u-1a2b3c4d");
	format_put(f.surgery.procedure, LABEL_SIZE, "%s", "ectopic pregnancy");
	f.surgery.nest = 1;
	f.surgery.add_on = 1;
	f.surgery.start_ms = world_at(10, 42);
	f.surgery.end_ms = world_at(12, 12);
	f.surgery.status = CASE_REQUESTED;
	world_say(world, &f);
	for (int i = 3; i < 8; i++) /* only rooms that work today */
		world->rooms[i].kind = ROOM_HOLDING;
	format_put(desk.ask.about, ID_SIZE, "%s", "u-1a2b3c4d");
	answer.asked = desk.ask;
	answer.options[0].moves.count = 0;
	decide(&answer.options[0], "place:case=u-1a2b3c4d,room=or-3,at=2026-03-16T09:45Z");
	press(ui, "r");
	golden(ui, "repair_emergency", 24, 80, false);
	/* OR 3 is for something else. */
	world->rooms[2].takes.count = 1;
	format_put(
		world->rooms[2].takes.of[0], sizeof world->rooms[2].takes.of[0], "%s", "cataract");
	assert_true(shows(ui, 24, 80, "first break-in: OR 2 12:05"));
	ui_destroy(ui);
	free(forecast);
}

static void test_any_size(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	for (int open = 0; open < 2; open++) {
		press(ui, open ? "r\n" : "r");
		for (int columns = 1; columns < 220; columns += columns < 50 ? 1 : 13)
			for (int rows = 1; rows < 70; rows += 5)
				free(picture(ui, rows, columns, columns % 2, NULL));
	}
	ui_destroy(ui);
}

#define B(name) cmocka_unit_test_setup_teardown(name, begin, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_an_emergency_in_three_keys),
		T(test_a_class_in_two_keys), T(test_what_is_typed), B(test_pictures),
		B(test_said_in_order), B(test_without_besides), B(test_no_class_is_said),
		B(test_about_what), B(test_leaving_ends_it), B(test_approving_asks),
		B(test_the_choice_follows), B(test_what_was_approved), B(test_how_it_stands),
		B(test_where_an_emergency_can_break_in), B(test_any_size)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
