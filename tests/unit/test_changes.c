/* SPDX-License-Identifier: Apache-2.0 */
/* What changed since somebody last looked. Expected: the words (at most 12
 * lines, merged by cause, ranked), each case worked out by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "tests/unit/suite_screens.h"

static struct change_line lines[CHANGE_LINES];
static int more;

static int since(int hour, int minute)
{
	return changes_since(world->changes, world->twin, world_at(hour, minute), lines, &more);
}

static const struct change_line *on(int count, enum change_what what, const char *subject)
{
	for (int i = 0; i < count; i++)
		if (lines[i].last[what] && strcmp(lines[i].last[what]->subject, subject) == 0)
			return &lines[i];
	return NULL;
}

static struct fact fact_at(enum fact_kind kind, enum source source, int hour, int minute)
{
	struct fact f = fact_make(kind, source, world_at(hour, minute));

	if (source == SOURCE_PERSON)
		format_put(f.origin, sizeof f.origin, "mc");
	return f;
}

static void look(const char *user, int hour, int minute)
{
	struct fact f = fact_at(FACT_AUDIT, SOURCE_PERSON, hour, minute);

	format_put(f.origin, sizeof f.origin, "%s", user);
	format_put(f.audit.what, sizeof f.audit.what, "look");
	world_say(world, &f);
}

static void rings(const char *key, enum priority priority, bool active, int minute)
{
	struct fact f = fact_at(FACT_CONDITION, SOURCE_SYSTEM, 11, minute);

	format_put(f.condition.key, sizeof f.condition.key, "%s", key);
	format_put(f.condition.text, sizeof f.condition.text, "%s", key);
	f.condition.priority = priority;
	f.condition.active = active;
	world_say(world, &f);
}

static void each_reader_has_a_mark(void **state)
{
	char user[16];
	(void)state;

	assert_int_equal(changes_looked_ms(world->changes, "mc"), 0);
	look("mc", 10, 50);
	look("fd", 10, 51);
	look("mc", 10, 52);
	assert_int_equal(changes_looked_ms(world->changes, "mc"), world_at(10, 52));
	assert_int_equal(changes_looked_ms(world->changes, "fd"), world_at(10, 51));
	/* With no more room, the one who looked longest ago is forgotten. */
	for (int i = 0; i < CHANGE_READERS - 1; i++) {
		format_put(user, sizeof user, "u%d", i);
		look(user, 11, i % 60);
	}
	assert_int_equal(changes_looked_ms(world->changes, "fd"), 0);
	assert_int_equal(changes_looked_ms(world->changes, "mc"), world_at(10, 52));
}

/* A case is moved twice and called off: one line, that says what is so now. */
static void one_line_a_case(void **state)
{
	const struct change_line *line;
	struct fact f;
	int n;
	(void)state;

	world_case(world, "c-202", "p-2002", "or-3", world_at(12, 0), 60, "Hernia repair");
	f = fact_make(FACT_CASE, SOURCE_FHIR, world_at(10, 55));
	format_put(f.surgery.id, sizeof f.surgery.id, "c-202");
	f.surgery.start_ms = world_at(12, 40);
	f.surgery.end_ms = world_at(13, 40);
	f.surgery.status = CASE_PLANNED;
	world_say(world, &f);
	f = fact_at(FACT_STATUS, SOURCE_PERSON, 10, 56);
	format_put(f.status.id, sizeof f.status.id, "c-202");
	f.status.status = CASE_CANCELLED;
	world_say(world, &f);
	n = since(10, 41);
	line = on(n, CHANGE_OFF, "c-202");
	assert_non_null(line);
	assert_int_equal(line->times[CHANGE_OFF], 1);
	assert_int_equal(line->times[CHANGE_ROOM], 1);
	assert_int_equal(line->times[CHANGE_TIME], 1);
	assert_true(fabs(line->last[CHANGE_TIME]->value - 40) < 1e-9);
	assert_string_equal(line->last[CHANGE_OFF]->who, "mc");
	assert_int_equal(line->subjects, 1);
}

/* Locked by somebody, and then not any more; the same said again is no news. */
static void a_lock_is_told(void **state)
{
	const struct change_line *line;
	struct fact f = fact_at(FACT_LOCK, SOURCE_PERSON, 10, 55);
	int n;
	(void)state;

	format_put(f.lock.id, sizeof f.lock.id, "c-202");
	f.lock.locked = true;
	world_say(world, &f);
	f.at_ms += 60000;
	world_say(world, &f);
	n = since(10, 50);
	line = on(n, CHANGE_LOCK, "c-202");
	assert_non_null(line);
	assert_int_equal(line->times[CHANGE_LOCK], 1);
	assert_true(line->last[CHANGE_LOCK]->value > 0);
	assert_string_equal(line->last[CHANGE_LOCK]->who, "mc");
	f.lock.locked = false;
	world_say(world, &f);
	n = since(10, 50);
	line = on(n, CHANGE_LOCK, "c-202");
	assert_int_equal(line->times[CHANGE_LOCK], 2);
	assert_true(line->last[CHANGE_LOCK]->value < 1);
}

/* Found to be an emergency, and then a worse one; the same said again is no news. */
static void a_class_is_told(void **state)
{
	const struct change_line *line;
	struct fact f = fact_at(FACT_NEST, SOURCE_PERSON, 10, 55);
	int n;
	(void)state;

	format_put(f.nest.id, sizeof f.nest.id, "c-202");
	for (int class = 3; class >= 2; class --)
		for (int twice = 0; twice < 2; twice++, f.at_ms += 60000) {
			f.nest.class = class;
			world_say(world, &f);
		}
	n = since(10, 50);
	line = on(n, CHANGE_NEST, "c-202");
	assert_non_null(line);
	assert_int_equal(line->times[CHANGE_NEST], 2);
	assert_int_equal((int)line->last[CHANGE_NEST]->value, 2);
	f.nest.class = FACT_UNKNOWN;
	world_say(world, &f);
	n = since(10, 50);
	line = on(n, CHANGE_NEST, "c-202");
	assert_int_equal((int)line->last[CHANGE_NEST]->value, 0);
}

/* The patient leaves OR 1 and the next one enters, 25 minutes after the plan. */
static void one_line_a_room(void **state)
{
	const struct change_line *line;
	int n;
	(void)state;

	world_milestone(world, "c-102", MILESTONE_IN_ROOM, SOURCE_FHIR, world_at(10, 55));
	world_milestone(world, "c-102", MILESTONE_OUT_ROOM, SOURCE_FHIR, world_at(11, 55));
	world_milestone(world, "c-103", MILESTONE_IN_ROOM, SOURCE_FHIR, world_at(12, 20));
	n = since(10, 45);
	line = on(n, CHANGE_IN, "c-103");
	assert_non_null(line);
	assert_int_equal(line->times[CHANGE_IN], 2);
	assert_string_equal(line->last[CHANGE_OUT]->subject, "c-102");
	assert_int_equal(line->subjects, 2);
	/* What was before the mark is not told. */
	n = since(12, 0);
	line = on(n, CHANGE_IN, "c-103");
	assert_non_null(line);
	assert_int_equal(line->times[CHANGE_IN], 1);
	assert_int_equal(line->times[CHANGE_OUT], 0);
}

/* What rings comes first, HIGH before all; what is over is told by class. */
static void alarms_by_what_matters(void **state)
{
	const struct change_line *line;
	int n;
	(void)state;

	rings("broker", PRIORITY_MEDIUM, true, 0);
	rings("fhir", PRIORITY_MEDIUM, true, 1);
	rings("door", PRIORITY_HIGH, true, 2);
	for (int i = 0; i < 3; i++) {
		rings("broker", PRIORITY_MEDIUM, false, 3 + 2 * i);
		rings("broker", PRIORITY_MEDIUM, true, 4 + 2 * i);
	}
	n = since(10, 59);
	assert_int_equal(lines[0].priority, PRIORITY_HIGH);
	assert_true(lines[0].standing);
	line = on(n, CHANGE_RAISED, "technical:broker");
	assert_non_null(line);
	assert_int_equal(line->times[CHANGE_RAISED], 4);
	assert_int_equal(line->subjects, 1);
	/* All end and are acknowledged: one line for the class. */
	for (int i = 0; i < world->twin->alarm_count; i++) {
		struct fact f = fact_at(FACT_ALARM, SOURCE_PERSON, 11, 30);
		const struct alarm *a = &world->twin->alarms[i];

		if (a->class_ != ALARM_CLASS_FEED)
			continue;
		rings(a->key + strlen("technical:"), a->priority, false, 29);
		format_put(f.alarm.key, sizeof f.alarm.key, "%s", a->key);
		f.alarm.act = ALARM_ACKNOWLEDGE;
		f.alarm.covers_ms = a->raised_ms;
		world_say(world, &f);
	}
	n = since(10, 59);
	line = on(n, CHANGE_RAISED, "technical:door");
	line = line ? line : on(n, CHANGE_RAISED, "technical:broker");
	assert_non_null(line);
	assert_false(line->standing);
	assert_int_equal(line->subjects, 3);
	assert_int_equal(line->times[CHANGE_RAISED], 6);
}

static void never_more_than_twelve(void **state)
{
	char id[16];
	int n;
	(void)state;

	for (int i = 0; i < 40; i++) {
		struct fact f = fact_at(FACT_NOTE, SOURCE_PERSON, 10, 42);

		f.at_ms += 1000 + i * 1000;
		format_put(id, sizeof id, "n%d", i);
		format_put(f.note.id, sizeof f.note.id, "%s", id);
		format_put(f.note.subject, sizeof f.note.subject, "%s", id);
		format_put(f.note.text, sizeof f.note.text, "words");
		world_say(world, &f);
	}
	n = since(10, 42);
	assert_int_equal(n, CHANGE_LINES);
	assert_int_equal(more, 40 - CHANGE_LINES);
	/* The newest of equals first. */
	assert_string_equal(lines[0].head->subject, "n39");
	/* Planned cases that are new are one line, however many. */
	for (int i = 0; i < 30; i++) {
		format_put(id, sizeof id, "new-%d", i);
		world_case(world, id, "p-9", "or-5", world_at(12 + i / 10, i), 30, "Cataract");
	}
	since(10, 42);
	assert_int_equal(more, 41 - CHANGE_LINES);
}

/* The page tells since the mark of who is at the keyboard, and leaving it sets it. */
static void the_page(void **state)
{
	struct ui *ui = ui_create();
	(void)state;

	look("test", 10, 40);
	press(ui, "=");
	assert_true(shows(ui, 24, 80, "since you last looked"));
	assert_true(shows(ui, 24, 80, "patient calls"));
	assert_false(shows(ui, 24, 80, "new on the programme"));
	assert_int_equal(press(ui, "j").kind, COMMAND_NONE);
	assert_int_equal(press(ui, "q").kind, COMMAND_LOOK);
	world->view.readonly = true;
	press(ui, "=");
	assert_int_equal(press(ui, "q").kind, COMMAND_NONE);
	ui_destroy(ui);
	world->view.readonly = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(each_reader_has_a_mark), T(one_line_a_case),
		T(a_lock_is_told), T(a_class_is_told), T(one_line_a_room),
		T(alarms_by_what_matters), T(never_more_than_twelve), T(the_page)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
