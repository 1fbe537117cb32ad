/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SUITE_GOLDEN_H
#define VIGIE_TESTS_SUITE_GOLDEN_H

/* Pictures that people have looked at; REGENERATE=1 writes them anew. To be
 * included after cmocka.h. */

#include "tests/unit/suite_screens.h"

static char *slurp(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 65536);
	size_t length = 0;

	if (file) {
		length = fread(text, 1, 65535, file);
		fclose(file);
	}
	text[length] = '\0';
	return text;
}

static void golden(struct ui *ui, const char *name, int rows, int columns, bool ascii)
{
	char path[128];
	char *got = picture(ui, rows, columns, ascii, NULL), *want;
	FILE *file;

	snprintf(path, sizeof path, "tests/golden/%s_%dx%d%s.txt", name, columns, rows,
		ascii ? "_ascii" : "");
	if (getenv("REGENERATE")) {
		file = fopen(path, "wb");
		assert_non_null(file);
		fputs(got, file);
		fclose(file);
	}
	want = slurp(path);
	assert_string_equal(got, want);
	free(got);
	free(want);
}

static __attribute__((unused)) void goldens(struct ui *ui, const char *name)
{
	golden(ui, name, 24, 80, false);
	golden(ui, name, 24, 80, true);
	golden(ui, name, 40, 120, false);
	golden(ui, name, 60, 200, false);
	golden(ui, name, 60, 200, true);
}

#endif
