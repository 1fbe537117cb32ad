/* SPDX-License-Identifier: Apache-2.0 */
/* The hand-over sheet on its way out: what stands on it, to a file that replaces
 * none, and through the helper's print command. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "screens/handover.h"
#include "src/print.h"
#include "tests/unit/suite_screens.h"

static char said[256];

static void on_said(void *context, const char *words)
{
	format_put(said, sizeof said, "%s", words);
	if (context)
		ev_break(context, EVBREAK_ALL);
}

static char *slurp(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 65536);

	if (file) {
		assert_true(fread(text, 1, 65535, file) < 65535);
		fclose(file);
	}
	return text;
}

static void no_name_stands_on_it(void **state)
{
	char *text;
	(void)state;

	world->view.reveal = "p-1001";
	world->view.reveal_left_s = 30;
	text = handover_text(&world->view, 80, false);
	assert_null(strstr(text, "Martin"));
	assert_non_null(strstr(text, "Hand-over, Demo suite, Mon 16 Mar 10:42:00, by test"));
	assert_non_null(strstr(text, "fridge PUI-3: 9.3 °C (2.0 to 8.0), out since 10:41"));
	free(text);
}

static void keys_ask_for_it(void **state)
{
	struct ui *ui = ui_create();
	struct command c;
	(void)state;

	assert_int_equal(press(ui, "P").kind, COMMAND_NONE);
	press(ui, "H");
	assert_true(shows(ui, 24, 80, "Open alarms"));
	c = press(ui, "P");
	assert_int_equal(c.kind, COMMAND_PRINT);
	assert_string_equal(c.text, "");
	c = press(ui, ":print sheet.txt\n");
	assert_int_equal(c.kind, COMMAND_PRINT);
	assert_string_equal(c.text, "sheet.txt");
	ui_destroy(ui);
}

/* A long note is broken at a space, within the width. */
static void long_lines_are_broken(void **state)
{
	struct fact f = fact_make(FACT_NOTE, SOURCE_PERSON, world_at(10, 42));
	char *text, *line;
	(void)state;

	format_put(f.note.id, sizeof f.note.id, "n1");
	format_put(f.note.subject, sizeof f.note.subject, "c-103");
	format_put(f.note.text, sizeof f.note.text,
		"the nail comes with the van of one o'clock; call the store when it is here, and "
		"tell"
		" the anaesthetist of the second room");
	format_put(f.origin, sizeof f.origin, "mc");
	world_say(world, &f);
	text = handover_text(&world->view, 60, true);
	assert_non_null(strstr(text, "second room"));
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 60);
	free(text);
}

static void as_json(void **state)
{
	char *text = handover_json(&world->view);
	cJSON *root = cJSON_Parse(text), *alarms, *notes;
	(void)state;

	assert_string_equal(
		cJSON_GetStringValue(cJSON_GetObjectItem(root, "format")), "vigie.handover/1");
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(root, "time")),
		"2026-03-16T10:42:00+01:00");
	alarms = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "sections"), 0);
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(alarms, "key")), "alarms");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(alarms, "lines")), 2);
	notes = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "sections"), 7);
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(notes, "key")), "notes");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(notes, "lines")), 0);
	cJSON_Delete(root);
	free(text);
}

static void to_a_file(void **state)
{
	char folder[] = "/tmp/vigie-print-XXXXXX", before[512], *text;
	struct error err = {""};
	struct print_told told = {on_said, NULL};
	struct stat st;
	(void)state;

	assert_non_null(mkdtemp(folder));
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(folder), 0);
	umask(022);
	assert_int_equal(print_sheet(NULL, "words", "a.txt", world_at(10, 42), told, &err), 0);
	assert_string_equal(said, "written to a.txt");
	assert_int_equal(stat("a.txt", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(print_sheet(NULL, "other", "a.txt", world_at(10, 42), told, &err) < 0);
	assert_non_null(strstr(err.text, "a.txt: File exists"));
	text = slurp("a.txt");
	assert_string_equal(text, "words\n");
	free(text);
	assert_int_equal(print_sheet(NULL, "words", "", world_at(10, 42), told, &err), 0);
	assert_string_equal(said, "written to vigie-handover-2026-03-16-1042.txt");
	unlink("a.txt");
	unlink("vigie-handover-2026-03-16-1042.txt");
	assert_int_equal(chdir(before), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* tee stands for lp: what it is given is in its file. */
static void to_the_printer(void **state)
{
	char path[] = "/tmp/vigie-printed-XXXXXX", *text;
	int fd = mkstemp(path);
	struct error err = {""};
	struct ev_loop *loop = ev_default_loop(EVFLAG_AUTO);
	struct helper_options options = {.user = "nobody"};
	struct print_told told = {on_said, loop};
	struct helper *helper;
	(void)state;

	assert_true(fd >= 0);
	close(fd);
	const char *const tee[] = {"/usr/bin/tee", path, NULL};
	options.commands[HELPER_PRINT] = tee;
	helper = helper_start(&options, &err);
	assert_non_null(helper);
	helper_attach(helper, loop);
	assert_int_equal(print_sheet(helper, "the sheet", "", world_at(10, 42), told, &err), 0);
	ev_run(loop, 0);
	assert_string_equal(said, "printed");
	text = slurp(path);
	assert_string_equal(text, "the sheet");
	free(text);
	helper_stop(helper);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(no_name_stands_on_it), T(keys_ask_for_it),
		T(long_lines_are_broken), T(as_json), T(to_a_file), T(to_the_printer)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
