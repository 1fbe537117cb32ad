/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Colour-blind people, monochrome terminals and paper see the letters alone (DESIGN 4:
 * every colour has a letter or sign beside it; reliability reference 1.3: never colour
 * alone). So of any two rows of the alarms' lists that read alike, every cell has the
 * same role: what colour tells, the text has told. Pictures of roles beside the golden
 * ones would add nothing to that: their texts are the same.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "screens/rows.h"
#include "screens/screen.h"
#include "tests/unit/suite_alarms.h"

enum { SEEN_MAX = 8192, LINE = 128 };

static struct line {
	char text[LINE], roles[LINE];
} seen[SEEN_MAX];
static int seen_count;

/* What an alarm can be like, each in every combination with the others. */
static const struct trait {
	const char *name;
	int count;
} traits[] = {
	{"priority", PRIORITY_COUNT},
	{"condition", 3}, /* active, returned, returned and latched */
	{"acknowledged", 2},
	{"overlay", 4}, /* none, shelved, suppressed, out of service */
	{"unknown", 2},
	{"late", 2},
	{"level", 2},
	{"owner", 2},
};
enum { TRAITS = sizeof traits / sizeof *traits };

static void shape(struct alarm *a, const int v[TRAITS])
{
	a->priority = a->priority_now = (enum priority)v[0];
	a->active = v[1] == 0;
	a->latched = v[1] == 2;
	a->acked = v[2] != 0;
	a->acked_ms = a->acked ? a->raised_ms + 1 : 0;
	if (v[3] == 1)
		shelve(a, world->view.now_ms + 600000);
	a->suppressed = v[3] == 2 ? SUPPRESSED_EXPLAINED : 0;
	a->out_of_service = v[3] == 3;
	a->unknown = v[4] != 0;
	a->late = v[5] != 0;
	a->happened_ms = a->late ? a->raised_ms - 60000 : 0;
	a->level = v[6];
	format_put(a->owner, sizeof a->owner, "%s", v[7] ? "mb" : "");
}

/* The line of this number of a picture. */
static void line_of(const char *picture, int number, char out[LINE])
{
	while (number-- > 0)
		picture = strchr(picture, '\n') + 1;
	format_put(out, LINE, "%.*s", (int)strcspn(picture, "\n"), picture);
}

static int line_with(const char *picture, const char *needle, int from)
{
	const char *line = picture;

	for (int i = 0; *line; i++, line += strcspn(line, "\n") + 1) {
		const char *at = strstr(line, needle);

		if (i >= from && at && at < line + strcspn(line, "\n"))
			return i;
	}
	return -1;
}

static void remember(const struct line *now)
{
	for (int i = 0; i < seen_count; i++)
		if (strcmp(seen[i].text, now->text) == 0 && strcmp(seen[i].roles, now->roles) != 0)
			fail_msg("alike but for their colours:\n%s\n%s\n%s\n", now->text,
				now->roles, seen[i].roles);
		else if (strcmp(seen[i].text, now->text) == 0)
			return;
	assert_true(seen_count < SEEN_MAX);
	seen[seen_count++] = *now;
}

/* Below the strip, which always has the top alarm. */
static void look(struct ui *ui, const char *keys, const char *needle, bool ascii)
{
	enum { LIST = 3 };
	struct line now;
	char *roles, *text;
	int at;

	press(ui, keys);
	text = picture(ui, 24, 80, ascii, &roles);
	at = line_with(text, needle, LIST);
	if (at >= 0) {
		line_of(text, at, now.text);
		line_of(roles, at, now.roles);
		remember(&now);
	}
	free(text);
	free(roles);
}

/* Calls `each` for all combinations of traits. */
static void combine(int v[TRAITS], int trait, void (*each)(const int v[TRAITS]))
{
	if (trait == TRAITS) {
		each(v);
		return;
	}
	for (v[trait] = 0; v[trait] < traits[trait].count; v[trait]++)
		combine(v, trait + 1, each);
}

/* Under the cursor of every list: the bar has a role of its own. */
static void top_of_all(const char *room)
{
	ring("the top one", ALARM_CLASS_PATIENT_CALL, PRIORITY_HIGH, room, 0)->unknown = true;
}

static void alone(const int v[TRAITS])
{
	struct ui *ui = ui_create();

	world->twin->alarm_count = 0;
	top_of_all("or-1");
	shape(ring("this one", ALARM_CLASS_CLIMATE, PRIORITY_LOW, "or-3", 3), v);
	look(ui, "4", "this one", false);
	look(ui, "E", "this one", true);
	ui_destroy(ui);
}

/* Behind a line for all of its floor, beside another that nobody has seen to. */
static void behind_a_line(const int v[TRAITS])
{
	struct ui *ui = ui_create();
	struct alarm *other;

	world->twin->alarm_count = 0;
	top_of_all("pacu");
	other = ring("another", ALARM_CLASS_CLIMATE, PRIORITY_LOW, "or-3", 5);
	other->acked = true;
	other->acked_ms = other->raised_ms + 1;
	shape(ring("this one", ALARM_CLASS_CLIMATE, PRIORITY_LOW, "or-3", 3), v);
	look(ui, "4b", "operating rooms", false);
	look(ui, "E", "operating rooms", false);
	ui_destroy(ui);
}

static int different_roles(void)
{
	int count = 0;

	for (int i = 0; i < seen_count; i++) {
		int k = 0;

		while (k < i && strcmp(seen[k].roles, seen[i].roles) != 0)
			k++;
		count += k == i;
	}
	return count;
}

static void test_rows(void **state)
{
	int v[TRAITS];

	(void)state;
	seen_count = 0;
	combine(v, 0, alone);
	assert_true(seen_count > 100);
	assert_true(different_roles() > 4); /* colours there are */
}

static void test_lines_for_several(void **state)
{
	int v[TRAITS];

	(void)state;
	seen_count = 0;
	combine(v, 0, behind_a_line);
	assert_true(seen_count > 5);
	assert_true(different_roles() > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_rows), T(test_lines_for_several)};

	return cmocka_run_group_tests_name("alarm_mono", tests, NULL, NULL);
}
