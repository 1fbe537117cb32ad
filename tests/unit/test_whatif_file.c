/* SPDX-License-Identifier: Apache-2.0 */
/* What-ifs as text: what is read, what is refused and on which line, what is
 * shown of those that are kept (format vigie.whatifs/1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/whatif_file.h"

static char path[64];
static struct what_if got;
static struct error err;

static int read_text(const char *text, size_t size)
{
	strcpy(path, "/tmp/vigie-whatif-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
	close(fd);
	int code = what_if_read(path, &got, &err);
	unlink(path);
	return code;
}

static int read_all(const char *text)
{
	got = (struct what_if){.count = 0};
	return read_text(text, strlen(text));
}

static void lines_comments_and_marks(void **state)
{
	(void)state;
	assert_int_equal(read_all("\xef\xbb\xbf# a bad hour\r\n\r\n  no_hold\t\r\n"
				  "#x\noverrun:case=c-1,min=5"),
		0);
	assert_int_equal(got.count, 2);
	assert_string_equal(scenario_rows[got.list[0].which].name, "no_hold");
	assert_string_equal(got.list[1].values[0].word, "c-1");
	/* On top of what there is. */
	assert_int_equal(read_text("mass:n=4\n", 9), 0);
	assert_int_equal(got.count, 3);
	assert_int_equal(read_all(""), 0);
	assert_int_equal(got.count, 0);
}

static void what_is_refused_names_its_line(void **state)
{
	static const char *const bad[][2] = {
		{"no_hold\n\nflood\n", ":3: no such scenario: flood"},
		{"# only\noverrun:min=5\n", ":2: overrun needs case"},
		{"mass:n=1000\n", ":1: n: not possible: 1000"},
		{"no_hold\nno_hold\nno_hold\nno_hold\nno_hold\nno_hold\nno_hold\nno_hold\n"
		 "no_hold\nno_hold\nno_hold\nno_hold\nno_hold\n",
			":13: more than 12 what-ifs"},
	};
	char want[160], *longest = malloc(100001);
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_true(read_all(bad[i][0]) < 0);
		snprintf(want, sizeof want, "%s%s", path, bad[i][1]);
		assert_string_equal(err.text, want);
		assert_int_equal(got.count, 0); /* nothing of it */
	}
	memset(longest, 'x', 100000);
	longest[100000] = '\0';
	assert_true(read_all(longest) < 0);
	free(longest);
	got.count = 0;
	assert_true(read_text("no_hold\0mass\n", 13) == 0 && got.count == 1);
	assert_true(what_if_read("/nowhere/at all", &got, &err) < 0);
	assert_string_equal(err.text, "/nowhere/at all: No such file or directory");
	assert_true(what_if_read("/tmp", &got, &err) < 0);
}

static void tell(struct twin *t, const char *name, int step, const char *text)
{
	struct fact f = fact_make(FACT_IDEA, SOURCE_PERSON, 1773651600000);
	f.seq = t->seq + 1;
	snprintf(f.origin, sizeof f.origin, "adm");
	snprintf(f.idea.name, sizeof f.idea.name, "%s", name);
	f.idea.step = step;
	snprintf(f.idea.text, sizeof f.idea.text, "%s", text);
	twin_apply(t, &f, NULL);
}

static void kept_ones_are_shown(void **state)
{
	struct twin *t = twin_create();
	struct what_if read;
	char why[SCENARIO_TEXT];
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	char *text = what_if_show(t, 1773651600000, false);
	assert_string_equal(text, "# no what-if is saved");
	free(text);
	tell(t, "late \"x\"", 1, "no_hold"); /* without a first step: ignored */
	assert_int_equal(t->ignored, 1);
	tell(t, "two", 0, "no_hold");
	tell(t, "two", 1, "mass:n=4");
	tell(t, "one", 0, "parallel_induction");
	text = what_if_show(t, 1773651600000, false);
	assert_string_equal(text, "# two, by adm, 2026-03-16T09:00:00+00:00\nno_hold\nmass:n=4\n\n"
				  "# one, by adm, 2026-03-16T09:00:00+00:00\nparallel_induction");
	free(text);
	text = what_if_show(t, 1773651600000, true);
	assert_string_equal(text,
		"{\"format\":\"vigie.whatifs/1\",\"time\":\"2026-03-16T09:00:00+00:00\","
		"\"whatifs\":[{\"name\":\"two\",\"by\":\"adm\",\"at\":"
		"\"2026-03-16T09:00:00+00:00\",\"scenarios\":[\"no_hold\",\"mass:n=4\"]},"
		"{\"name\":\"one\",\"by\":\"adm\",\"at\":\"2026-03-16T09:00:00+00:00\","
		"\"scenarios\":[\"parallel_induction\"]}]}");
	free(text);
	/* Of a later version: read as far as it is understood. */
	tell(t, "two", 1, "flood:river=x");
	assert_false(what_if_of(&t->ideas[0], &read, why));
	assert_int_equal(read.count, 1);
	assert_string_equal(why, "no such scenario: flood:river=x");
	tell(t, "two", 0, "");
	assert_int_equal(t->idea_count, 1);
	assert_string_equal(t->ideas[0].name, "one");
	twin_destroy(t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_comments_and_marks),
		cmocka_unit_test(what_is_refused_names_its_line),
		cmocka_unit_test(kept_ones_are_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
