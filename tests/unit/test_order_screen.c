/* SPDX-License-Identifier: Apache-2.0 */
/* The screen of orders, over suite_world.h. Expected texts: the states of the closing
 * loop, each by its name, and the ledger worked out by hand in the comments. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include "screens/handover.h"
#include "screens/order_words.h"
#include "screens/screen.h"
#include "screens/show_json.h"
#include "tests/unit/suite_golden.h"

static struct orders orders;
static struct notices notices;

static int64_t midnight(int64_t at_ms)
{
	return at_ms - at_ms % 86400000;
}

static struct fact word(const char *plan, int step, int steps, enum order_state state, int minute)
{
	bool person = state == ORDER_APPROVED;
	struct fact f =
		fact_make(FACT_ORDER, person ? SOURCE_PERSON : SOURCE_SYSTEM, world_at(10, minute));

	f.source_ms = f.by.hlc_ms = f.at_ms + 3000;
	format_put(f.origin, sizeof f.origin, "%s", person ? "ada" : "vigie");
	format_put(f.by.station, sizeof f.by.station, "or-desk-1");
	format_put(f.order.plan, ID_SIZE, "%s", plan);
	f.order.step = step;
	f.order.steps = steps;
	f.order.state = state;
	return f;
}

static void hear(struct fact f)
{
	orders_fold(&orders, world->twin, &f);
	notices_hear(&notices, &f);
}

static struct fact about(struct fact f, const char *way, const char *text, const char *before)
{
	format_put(f.order.way, ID_SIZE, "%s", way);
	format_put(f.order.text, IDEA_TEXT, "%s", text);
	format_put(f.order.before, IDEA_TEXT, "%s", before);
	return f;
}

static void promise(const char *plan, enum promised what, const char *id, double nothing,
	double low, double middle, double high)
{
	struct fact f = fact_make(FACT_PROMISE, SOURCE_SYSTEM, world_at(10, 0));

	f.source_ms = f.at_ms;
	format_put(f.promise.plan, ID_SIZE, "%s", plan);
	f.promise.what = what;
	format_put(f.promise.id, ID_SIZE, "%s", id);
	f.promise.nothing = nothing;
	f.promise.low = low;
	f.promise.middle = middle;
	f.promise.high = high;
	f.promise.due_ms = world_at(18, 0);
	hear(f);
}

#define DONE_PLAN "0a1b2c3d4e5f6071"
#define BAD_PLAN  "89abcdef01234567"
#define NEW_PLAN  "fedcba9876543210"

/* One that was done at 10:02 and has a figure in its ledger; one of three steps that
 * met a conflict in its second; one that waits for a hand. */
static void write_orders(void)
{
	static const char *const c103[] = {"place:case=c-103,room=or-3,at=2026-03-16T12:10Z",
		"place:case=c-103,room=or-1,at=2026-03-16T12:00Z"};
	static const char *const c202[] = {"place:case=c-202,room=or-2,at=2026-03-16T11:20Z",
		"place:case=c-202,room=or-2,at=2026-03-16T11:00Z"};
	static const char *const c301[] = {"postpone:case=c-301,reason=time",
		"place:case=c-301,room=or-3,at=2026-03-16T10:00Z"};
	static const enum order_state done[] = {ORDER_APPROVED, ORDER_SENT, ORDER_RECEIVED};
	struct fact f;

	for (int i = 0; i < 3; i++)
		hear(about(word(DONE_PLAN, 0, 1, done[i], i), "fhir", c103[0], c103[1]));
	promise(DONE_PLAN, PROMISED_START, "c-103", 140, 105, 120, 150);
	promise(DONE_PLAN, PROMISED_OVERTIME, "or-1", 45, 5, 15, 25);
	promise(DONE_PLAN, PROMISED_OVERTIME, "", 70, 20, 40, 60);
	struct order_promise *p = orders.plans[0].promises;
	p[0].known = p[1].known = true;
	p[0].came = 110; /* 11:50: 10 min before the middle, 30 before nothing */
	p[1].came = 30;  /* 15 more than the middle, 15 less than nothing */
	for (int i = 0; i < 3; i++)
		hear(about(word(BAD_PLAN, 0, 3, done[i], 20 + i), "fhir", c202[0], c202[1]));
	hear(about(word(BAD_PLAN, 1, 3, ORDER_APPROVED, 20), "", c103[0], c103[1]));
	hear(about(word(BAD_PLAN, 1, 3, ORDER_SENT, 23), "fhir", c103[0], c103[1]));
	f = about(word(BAD_PLAN, 1, 3, ORDER_REFUSED, 24), "fhir", c103[0], c103[1]);
	format_put(f.order.why, LABEL_SIZE, "somebody has changed it: 412");
	format_put(f.order.about, ID_SIZE, "Appointment/c-103");
	format_put(f.order.version, ID_SIZE, "W/\"7\"");
	format_put(f.order.theirs, IDEA_TEXT, "place:case=c-103,room=or-2,at=2026-03-16T13:30Z");
	hear(f);
	hear(about(word(BAD_PLAN, 2, 3, ORDER_APPROVED, 20), "", c301[0], c301[1]));
	f = about(word(BAD_PLAN, 2, 3, ORDER_EXPIRED, 24), "fhir", c301[0], c301[1]);
	format_put(f.order.why, LABEL_SIZE, "the one before it was not done");
	hear(f);
	hear(about(word(NEW_PLAN, 0, 1, ORDER_APPROVED, 40), "", "staff:role=anaesthetist,change=1",
		"staff:role=anaesthetist,change=-1"));
	hear(about(word(NEW_PLAN, 0, 1, ORDER_PROPOSED, 41), "hand",
		"staff:role=anaesthetist,change=1", "staff:role=anaesthetist,change=-1"));
	f = fact_make(FACT_NOTICE, SOURCE_SYSTEM, world_at(10, 41));
	format_put(f.notice.key, ID_SIZE, "order:" NEW_PLAN ":0:staff");
	f.notice.raised_ms = world_at(10, 40) + 3000;
	f.notice.step = 1;
	f.notice.priority = PRIORITY_MEDIUM;
	f.notice.state = NOTICE_DEAD;
	notices_hear(&notices, &f);
}

static int begin(void **state)
{
	setup(state);
	orders_init(&orders, midnight);
	memset(&notices, 0, sizeof notices);
	world->view.orders = &orders;
	world->view.notices = &notices;
	world->view.now_ms = world_at(10, 42);
	write_orders();
	return 0;
}

static void test_pictures(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "O");
	golden(ui, "orders_hand", 24, 80, false);
	press(ui, "jj"); /* on the one that was refused */
	goldens(ui, "orders");
	press(ui, "G");
	golden(ui, "orders_ledger", 24, 80, false);
	ui_destroy(ui);
}

/* From anywhere, by key and by name; q goes back to where one was. */
static void test_reached_and_left(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "2O");
	assert_string_equal(ui_base(ui)->def->name, "orders");
	press(ui, "O");
	assert_int_equal(ui->depth, 2);
	press(ui, "q");
	assert_string_equal(ui_base(ui)->def->name, "programme");
	press(ui, ":orders\n");
	assert_string_equal(ui_base(ui)->def->name, "orders");
	ui_destroy(ui);
}

/* Nothing is done by one key; what is asked says what it is. */
static void test_acts_ask(void **state)
{
	struct ui *ui = ui_create();
	struct command c;

	(void)state;
	press(ui, "O");
	c = press(ui, "d");
	assert_int_equal(c.kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 120, "it was done: "));
	c = press(ui, "\n");
	assert_int_equal(c.kind, COMMAND_BY_HAND);
	assert_string_equal(c.target, NEW_PLAN);
	assert_int_equal(c.arg, 0);
	assert_int_equal(c.value, 1);
	c = press(ui, "jjx\n");
	assert_int_equal(c.kind, COMMAND_BY_HAND);
	assert_string_equal(c.target, BAD_PLAN);
	assert_int_equal(c.arg, 1);
	assert_int_equal(c.value, 0);
	press(ui, "U");
	assert_true(shows(ui, 24, 120, "take back 3 steps, the last one first"));
	c = press(ui, "\n");
	assert_int_equal(c.kind, COMMAND_RECALL);
	assert_string_equal(c.target, BAD_PLAN);
	world->view.readonly = true;
	c = press(ui, "d\n");
	assert_int_equal(c.kind, COMMAND_NONE);
	ui_destroy(ui);
}

/* Each state and each whole has words of its own, and a letter: not colour alone. */
static void test_every_state_has_a_letter(void **state)
{
	char seen[ORDER_STATE_COUNT + 1] = "";
	char words[ORDER_WORDS];

	(void)state;
	for (int s = 0; s < ORDER_STATE_COUNT; s++) {
		struct order_step step = {.order = {.plan = "x", .state = (enum order_state)s}};

		order_state_words(&step, words, sizeof words);
		assert_null(strchr(seen, words[0]));
		assert_true(strlen(words) > 3 && words[1] == ' ');
		seen[s] = words[0];
	}
	for (int w = 0; w < WHOLE_COUNT; w++)
		for (int v = 0; v < w; v++)
			assert_string_not_equal(order_whole_words((enum order_whole)w),
				order_whole_words((enum order_whole)v));
}

/* Two figures of one plan: foretold (120 - 140 + 15 - 45) / 2 = -25, came (110 - 140 +
 * 30 - 45) / 2 = -22.5, off by (-10 + 15) / 2 = 2.5; 110 lies within 105 to 150, 30 not
 * within 5 to 25. */
static void test_the_score(void **state)
{
	char words[ORDER_WORDS];

	(void)state;
	order_score_words(&orders, words, sizeof words);
	assert_string_equal(words,
		"2 figures of 1 plan: promised -25 min, came -22; off by +2; 1 of 2 within "
		"p10-p90");
}

/* What is open, or went wrong, whoever comes next must know; what is done not. */
static void test_the_handover_sheet(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "H");
	assert_true(shows(ui, 60, 200,
		"10:40 ada: call 1 more: anaesthetist; step 1 of 1, "
		"H by hand: somebody has to do it by hand"));
	assert_true(shows(ui, 60, 200,
		"10:20 ada: put case c-103 into OR 3 at 13:10; step 2 of "
		"3, F REFUSED: HALF of it was done, the rest will not "
		"be: somebody has changed it: 412"));
	assert_false(shows(ui, 60, 200, "10:00 ada"));
	ui_destroy(ui);
}

/* One line a plan, as it stands now, since one looked last. */
static void test_what_changed(void **state)
{
	struct changes *changes = changes_create();
	struct ui *ui = ui_create();
	static const enum order_state told[] = {ORDER_APPROVED, ORDER_SENT, ORDER_REFUSED};
	struct change_line lines[CHANGE_LINES];

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct fact f = word(BAD_PLAN, 1, 3, told[i], 20 + i);
		changes_before(changes, world->twin, &f);
		changes_after(changes, world->twin, &f, &(struct consequences){.count = 0});
	}
	assert_int_equal(changes_since(changes, world->twin, world_at(10, 0), lines, NULL), 1);
	assert_int_equal(lines[0].times[CHANGE_ORDER], 2); /* sent is told by its end */
	world->view.changes = changes;
	press(ui, "=");
	assert_true(
		shows(ui, 24, 200, "put case c-103 into OR 3 at 13:10; step 2 of 3, F REFUSED"));
	world->view.changes = NULL;
	changes_destroy(changes);
	ui_destroy(ui);
}

static const cJSON *item(const cJSON *o, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(o, key);
}

static void test_as_json(void **state)
{
	char *out = show_json(&world->view, "orders"), *lines;
	cJSON *root = cJSON_Parse(out);
	const cJSON *plan = cJSON_GetArrayItem(item(root, "plans"), 1), *step;

	(void)state;
	assert_string_equal(item(root, "format")->valuestring, "vigie.orders/1");
	assert_int_equal(cJSON_GetArraySize(item(root, "plans")), 3);
	assert_string_equal(item(plan, "plan")->valuestring, BAD_PLAN);
	assert_string_equal(item(plan, "state")->valuestring, "half");
	step = cJSON_GetArrayItem(item(plan, "steps"), 1);
	assert_string_equal(item(step, "state")->valuestring, "refused");
	assert_string_equal(item(step, "theirs")->valuestring,
		"place:case=c-103,room=or-2,at=2026-03-16T13:30Z");
	assert_string_equal(item(step, "refused")->valuestring, "2026-03-16T10:24:03+01:00");
	assert_null(item(step, "received"));
	plan = cJSON_GetArrayItem(item(root, "plans"), 2);
	assert_true(item(cJSON_GetArrayItem(item(plan, "promises"), 0), "came_min")->valuedouble
		    == 110);
	assert_null(item(cJSON_GetArrayItem(item(plan, "promises"), 2), "came_min"));
	assert_true(item(item(root, "score"), "promised_min")->valuedouble == -25);
	cJSON_Delete(root);
	free(out);
	lines = show_text(&world->view, "orders", 100, true);
	assert_non_null(strstr(lines, "put case c-202 into OR 2 at 12:20"));
	free(lines);
}

static void test_nothing_yet(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	orders_init(&orders, midnight);
	press(ui, "O");
	assert_true(shows(ui, 24, 80, "nothing was approved"));
	press(ui, "d");
	world->view.orders = NULL;
	assert_true(shows(ui, 24, 80, "nothing was approved"));
	ui_destroy(ui);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pictures, begin, teardown),
		cmocka_unit_test_setup_teardown(test_reached_and_left, begin, teardown),
		cmocka_unit_test_setup_teardown(test_acts_ask, begin, teardown),
		cmocka_unit_test_setup_teardown(test_every_state_has_a_letter, begin, teardown),
		cmocka_unit_test_setup_teardown(test_the_score, begin, teardown),
		cmocka_unit_test_setup_teardown(test_the_handover_sheet, begin, teardown),
		cmocka_unit_test_setup_teardown(test_what_changed, begin, teardown),
		cmocka_unit_test_setup_teardown(test_as_json, begin, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_yet, begin, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
