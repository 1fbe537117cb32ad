/* SPDX-License-Identifier: Apache-2.0 */
/* The what-if screen, its menu and its form, over suite_world.h. Goldens are
 * pictures that people have looked at, rewritten by REGENERATE=1; the words are
 * those of the table of scenarios. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/suite_screens.h"
#include "tests/unit/suite_whatif.h"

static struct what_if stack;
static struct what_if_answer answer;

static void inject(const char *text)
{
	char why[SCENARIO_TEXT];

	assert_true(scenario_parse(text, &stack.list[stack.count++], why));
}

static void compute(void)
{
	what_if_compute(&stack, &answer);
}

static int begin(void **state)
{
	stack = (struct what_if){.count = 0};
	answer = (struct what_if_answer){.reps = 0};
	setup(state);
	world->view.what_if = &stack;
	return 0;
}

static void golden(struct ui *ui, const char *name, int rows, int columns, bool ascii)
{
	char path[128], want[65536] = "";
	char *got = picture(ui, rows, columns, ascii, NULL);
	FILE *file;

	snprintf(path, sizeof path, "tests/golden/%s_%dx%d%s.txt", name, columns, rows,
		ascii ? "_ascii" : "");
	file = fopen(path, getenv("REGENERATE") ? "w+" : "r");
	assert_non_null(file);
	if (getenv("REGENERATE")) {
		fputs(got, file);
		rewind(file);
	}
	assert_true(fread(want, 1, sizeof want - 1, file) > 0);
	fclose(file);
	assert_string_equal(got, want);
	free(got);
}

static void test_pictures(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "8");
	golden(ui, "whatif_none", 24, 80, false);
	inject("overrun:case=c-201,min=90");
	inject("emergency:class=1");
	inject("cancel:case=c-103");
	golden(ui, "whatif_waiting", 24, 80, false);
	compute();
	golden(ui, "whatif", 24, 80, false);
	golden(ui, "whatif", 24, 80, true);
	golden(ui, "whatif", 40, 120, false);
	golden(ui, "whatif", 60, 200, false);
	press(ui, "1w");
	golden(ui, "whatif_menu", 24, 80, false);
	press(ui, "c");
	golden(ui, "whatif_form", 24, 80, false);
	ui_destroy(ui);
}

/* On the Board's first row: OR 1, and the case it waits for. */
static void test_menu_knows_what_is_under_the_cursor(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "w");
	assert_true(shows(ui, 24, 80, "what if: c-102"));
	assert_true(shows(ui, 24, 80, "OR 1"));
	press(ui, "c"); /* overrun */
	assert_true(shows(ui, 24, 80, "what if: overrun:case=c-102,min=60"));
	assert_true(shows(ui, 24, 80, "1..1440, usually 60"));
	press(ui, "\x1bwk"); /* room down */
	assert_true(shows(ui, 24, 80, "what if: room_down:room=or-1"));
	press(ui, "\x1bwj"); /* surgeon late */
	assert_true(shows(ui, 24, 80, "what if: surgeon_late:surgeon=s-0031,min=45"));
	press(ui, "\x1bwf"); /* move: the room is asked for, last */
	assert_true(shows(ui, 24, 80, "what if: move:case=c-102,room="));
	assert_true(shows(ui, 24, 80, "Tab: or-1 or-2"));
	press(ui, "\x1b"
		  "6w"); /* a probe has neither case nor OR: general ones only */
	assert_false(shows(ui, 24, 80, "the patient does not come"));
	assert_true(shows(ui, 24, 80, "an emergency arrives"));
	ui_destroy(ui);
}

static void test_form_completes_and_asks(void **state)
{
	struct ui *ui = ui_create();
	struct command c;

	(void)state;
	press(ui, "wf\t"); /* as far as all rooms go together */
	assert_true(shows(ui, 24, 80, "room=or-"));
	assert_true(shows(ui, 24, 80, "Enter tries it on a copy"));
	press(ui, "3");
	assert_true(shows(ui, 24, 80, "room=or-3"));
	press(ui, "\t"); /* the next one */
	assert_true(shows(ui, 24, 80, "room=or-4"));
	c = press(ui, "\n");
	assert_int_equal(c.kind, COMMAND_WHAT_IF);
	assert_string_equal(c.text, "move:case=c-102,room=or-4");
	assert_true(shows(ui, 24, 80, "WHAT-IF"));
	ui_destroy(ui);
}

/* Nothing is asked for while the line cannot be meant; it stays, and says why. */
static void test_form_refuses(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "wc");
	assert_int_equal(press(ui, "0000\n").kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "min: not possible: 600000"));
	assert_int_equal(press(ui, "\x15\n").kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "no such scenario"));
	assert_int_equal(press(ui, "\x1b").kind, COMMAND_NONE);
	assert_false(shows(ui, 24, 80, "no such scenario"));
	assert_int_equal(press(ui, ":what-if no_hold\n").kind, COMMAND_WHAT_IF);
	assert_int_equal(press(ui, "U").kind, COMMAND_WHAT_IF_BACK);
	assert_int_equal(press(ui, "f").kind, COMMAND_WHAT_IF_CLEAR);
	press(ui, "1U"); /* elsewhere U is what it was: a question */
	assert_true(shows(ui, 24, 80, "undo my last act"));
	ui_destroy(ui);
}

static void test_in_time(void **state)
{
	struct ui *ui = ui_create();
	struct command c = press(ui, "T");
	char why[SCENARIO_TEXT];

	(void)state;
	assert_int_equal(c.kind, COMMAND_IN_TIME);
	assert_string_equal(c.target, "or-1");
	c = press(ui, ":in-time or-3\n");
	assert_string_equal(c.target, "or-3");
	assert_int_equal(press(ui, ":in-time pacu\n").kind, COMMAND_NONE);
	answer.remedies =
		(struct remedies){.room = "or-3", .p_overtime = 0.83, .count = 2, .tried = 17};
	answer.remedies.list[0].p_overtime = 0.12;
	answer.remedies.list[0].overtime.mean = -35;
	answer.remedies.list[1].p_overtime = 0.9; /* no help: not shown */
	assert_true(scenario_parse("cancel:case=c-301", &answer.remedies.list[0].scenario, why));
	world->view.what_if_answer = &answer;
	assert_true(shows(
		ui, 24, 80, "OR 3 in time? P(over) 83 % as it is; best of 17 tried (suite, min):"));
	assert_true(shows(ui, 24, 80, " 12 % (-35)  the case is taken off the list: case c-301"));
	assert_false(shows(ui, 24, 80, "90 %"));
	answer.remedies.count = 0;
	assert_true(shows(ui, 24, 80, "nothing of that would help"));
	ui_destroy(ui);
}

/* On the list and on its page: an alarm is about a room by its key, by its place, by
 * the case its key ends in, or not at all. */
static void test_in_time_of_an_alarm(void **state)
{
	static const struct {
		const char *key, *room, *want;
	} alarms[] = {{"hazard:overtime:or-2", "", "or-2"}, {"press:C3", "or-3", "or-3"},
		{"no_show:c-103", "", "or-1"}, {"broker", "", ""}, {"press:C4", "pacu", ""}};
	struct ui *ui = ui_create();
	struct command c;

	(void)state;
	for (size_t i = 0; i < sizeof alarms / sizeof alarms[0]; i++) {
		struct alarm *a = &world->twin->alarms[0];

		world->twin->alarm_count = 1;
		*a = (struct alarm){.active = true, .priority = PRIORITY_HIGH, .raised_ms = 1};
		snprintf(a->key, sizeof a->key, "%s", alarms[i].key);
		snprintf(a->room, sizeof a->room, "%s", alarms[i].room);
		c = press(ui, "4T");
		assert_int_equal(c.kind, alarms[i].want[0] ? COMMAND_IN_TIME : COMMAND_NONE);
		assert_string_equal(c.target, alarms[i].want);
		c = press(ui, "4\nT");
		assert_string_equal(c.target, alarms[i].want);
		assert_int_equal(shows(ui, 24, 80, "no operating room here"), !alarms[i].want[0]);
	}
	world->twin->alarms[0].room[0] = '\0';
	snprintf(world->twin->alarms[0].key, ID_SIZE, "hazard:overtime:or-1");
	press(ui, "4w"); /* and so is what could happen there */
	assert_true(shows(ui, 24, 80, "what if: c-1"));
	ui_destroy(ui);
}

/* An answer to what was injected before is not shown as one to what is now, and
 * what cannot be any more says why. Better and worse have their letters. */
static void test_answers_belong_to_questions(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	press(ui, "8");
	inject("overrun:case=c-201,min=90");
	compute();
	assert_true(shows(ui, 24, 80, "overtime, min"));
	assert_true(shows(ui, 24, 80, "W +"));
	inject("cancel:case=c-202");
	assert_false(shows(ui, 24, 80, "overtime, min"));
	assert_true(shows(ui, 24, 80, "the first answer is on its way"));
	stack.count = 0;
	inject("faster:case=c-202,min=30");
	inject("cancel:case=c-201");
	compute();
	assert_true(shows(ui, 24, 80, "not possible now: case c-201 has begun"));
	assert_true(shows(ui, 24, 80, "B -"));
	ui_destroy(ui);
}

/* Minutes at the site's price for the hour: 600 an hour is 10 a minute, one that is
 * not set is no line. */
static void test_costs_where_there_is_a_price(void **state)
{
	struct target prices[] = {{.key = "or_hour", .value = 600}};
	struct site site = *world->twin->site;
	struct ui *ui = ui_create();

	(void)state;
	inject("overrun:case=c-201,min=90");
	compute();
	press(ui, "8");
	assert_false(shows(ui, 24, 80, "rooms idle, EUR"));
	site.prices = prices;
	site.price_count = 1;
	snprintf(site.currency, sizeof site.currency, "EUR");
	world->twin->site = &site;
	answer.kpi[KPI_IDLE] = (struct what_if_kpi){{100, 200, 300}, {110, 220, 330}, {20, 19, 21}};
	assert_true(shows(ui, 24, 80,
		"rooms idle, EUR  2000 (1000-3000)    2200 (1100-3300)    W +200 (+190,+210)"));
	assert_false(shows(ui, 24, 80, "overtime, EUR"));
	ui_destroy(ui);
}

/* A closed room: who was to enter it never ends, and no figure is better for it. */
static void test_less_is_not_better_when_somebody_waits_for_ever(void **state)
{
	struct ui *ui = ui_create();
	char *text, *last;

	(void)state;
	press(ui, "8");
	inject("cancel:case=c-103"); /* asked for: what it spares is better */
	compute();
	assert_true(shows(ui, 40, 80, "B -"));
	assert_false(shows(ui, 40, 80, "wait for ever"));
	stack.count = 0;
	inject("room_down:room=or-1");
	compute();
	assert_true(shows(ui, 40, 80, "? 2 wait for ever: what is less for that is no better"));
	text = picture(ui, 40, 80, false, NULL);
	last = strstr(text, "last patient out");
	assert_non_null(last);
	*strchr(last, '\n') = '\0';
	assert_non_null(strstr(last, " ? -"));
	free(text);
	assert_true(shows(ui, 40, 80, "W waits for ever: no room, staff or bed"));
	/* In a part of the fates only: said instead of a time. */
	answer.cases[0].kind = HIT_SHIFTED;
	answer.cases[0].after.ends = 0.6;
	assert_true(shows(ui, 40, 80, "never 40 %"));
	press(ui, "G"); /* the last line at once, not a page behind the end */
	assert_true(shows(ui, 24, 80, "PACU bays"));
	assert_false(shows(ui, 24, 80, "WHAT-IF, on a copy"));
	ui_destroy(ui);
}

/* Another text of the site stands above the scenarios; when it does not fit any
 * more, it says why. */
static void test_another_site_is_named(void **state)
{
	struct site other = *world->twin->site;
	struct ui *ui = ui_create();

	(void)state;
	snprintf(other.hash, sizeof other.hash, "ab12cd34ef");
	stack.site = &other;
	press(ui, "8");
	assert_true(shows(
		ui, 24, 80, " 0 the suite works as another site file says: Demo suite, ab12cd34"));
	assert_false(shows(ui, 24, 80, "Nothing is injected"));
	assert_true(shows(ui, 24, 80, "the first answer is on its way"));
	compute();
	assert_true(shows(ui, 40, 80, "0 of 5 cases hit")); /* the same words about it */
	other.room_count--;
	assert_true(shows(ui, 24, 80, "not possible now: it has other rooms or roles"));
	assert_int_equal(press(ui, ":try-site\n").kind, COMMAND_NONE);
	assert_true(shows(ui, 24, 80, "that needs a file name"));
	assert_int_equal(press(ui, ":try-site x.cfg\n").kind, COMMAND_TRY_SITE);
	ui_destroy(ui);
}

/* The mode stands in the header on this screen, and on no other. */
static void test_header_says_what_if_here_only(void **state)
{
	static const char *const others[] = {
		"board", "programme", "recovery", "alarms", "locate", "climate", "feeds"};
	struct ui *ui = ui_create();

	(void)state;
	inject("no_hold");
	compute();
	press(ui, "8");
	assert_true(shows(ui, 24, 80, "DEMO ×10 WHAT-IF"));
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		assert_true(ui_goto(ui, others[i]));
		assert_false(shows(ui, 24, 80, "WHAT-IF"));
	}
	/* Read-only consoles may wonder as well. */
	world->view.readonly = true;
	assert_int_equal(press(ui, "1wa\n").kind, COMMAND_WHAT_IF);
	/* And one without a site, or before the first answer, draws. */
	world->view.what_if = NULL;
	world->view.what_if_answer = NULL;
	free(picture(ui, 24, 80, false, NULL));
	ui_destroy(ui);
}

/* Saving asks; names complete; nothing to save or open is told. */
static void test_kept_under_a_name(void **state)
{
	static const char *const texts[] = {"no_hold", "mass:n=4", ""};
	static const char *const names[] = {"bad hour", "bad night", "storm"};
	struct ui *ui = ui_create();
	struct command c;

	(void)state;
	press(ui, "8s");
	assert_true(shows(ui, 24, 80, "nothing to save: inject a what-if first (w)"));
	press(ui, "o");
	assert_true(shows(ui, 24, 80, "no what-if is saved yet"));
	for (int i = 0; i < 3; i++) {
		for (int k = 0; k < 3; k++) {
			struct fact f = fact_make(FACT_IDEA, SOURCE_PERSON, world->twin->now_ms);

			snprintf(f.idea.name, sizeof f.idea.name, "%s", names[i]);
			snprintf(f.idea.text, sizeof f.idea.text, "%s", texts[k]);
			snprintf(f.origin, sizeof f.origin, "adm");
			f.idea.step = k;
			twin_apply(world->twin, &f, NULL);
		}
	}
	press(ui, "8");
	golden(ui, "whatif_kept", 24, 80, false);
	press(ui, "ob\t"); /* as far as both go together */
	assert_true(shows(ui, 24, 80, "open the what-if: bad   bad hour | bad night"));
	press(ui, "n\t");
	c = press(ui, "\n");
	assert_int_equal(c.kind, COMMAND_IDEA_OPEN);
	assert_string_equal(c.target, "bad night");
	assert_int_equal(press(ui, "ostor\n").kind, COMMAND_NONE); /* whole names only */
	assert_true(shows(ui, 24, 80, "no what-if is saved under that name"));
	c = press(ui, ":open storm\n");
	assert_string_equal(c.target, "storm");
	press(ui, "Fstorm\n");
	assert_true(shows(ui, 24, 80, "forget the what-if \"storm\" for all ?"));
	assert_int_equal(press(ui, "\x1b").kind, COMMAND_NONE);
	assert_int_equal(press(ui, ":forget-saved storm\n\n").kind, COMMAND_IDEA_FORGET);
	inject("no_hold");
	press(ui, "s bad hour  \n");
	assert_true(shows(ui, 24, 80, "save 1 what-if for all as \"bad hour\", in place of 2 ?"));
	c = press(ui, "\n");
	assert_int_equal(c.kind, COMMAND_IDEA_KEEP);
	assert_string_equal(c.target, "bad hour");
	assert_false(shows(ui, 24, 80, "kept as"));
	inject("mass:n=4");
	assert_true(shows(ui, 24, 80, "kept as \"bad hour\" by adm, for everybody"));
	assert_int_equal(press(ui, ":export /tmp/x\n").kind, COMMAND_IDEA_EXPORT);
	world->view.readonly = true;
	press(ui, "s");
	assert_true(shows(ui, 24, 80, "read-only: save is not possible here"));
	ui_destroy(ui);
}

#define W(name) cmocka_unit_test_setup_teardown(name, begin, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {W(test_pictures),
		W(test_menu_knows_what_is_under_the_cursor), W(test_form_completes_and_asks),
		W(test_form_refuses), W(test_in_time), W(test_in_time_of_an_alarm),
		W(test_answers_belong_to_questions), W(test_header_says_what_if_here_only),
		W(test_kept_under_a_name), W(test_costs_where_there_is_a_price),
		W(test_another_site_is_named),
		W(test_less_is_not_better_when_somebody_waits_for_ever)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
