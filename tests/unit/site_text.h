/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SITE_TEXT_H
#define VIGIE_TESTS_SITE_TEXT_H

/* A good site text with one thing of it spoilt: what the parser refuses, and what
 * the linter finds. After cmocka.h. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/site_file.h"

struct spoil {
	const char *from, *to, *message;
};

/* `good` with the first `from` replaced by `to`; the caller frees it. */
static char *site_spoilt(const char *good, const char *from, const char *to)
{
	const char *at = strstr(good, from);
	assert_non_null(at);
	size_t size = strlen(good) + strlen(to) + 1;
	char *text = malloc(size);
	assert_non_null(text);
	snprintf(text, size, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
	return text;
}

static void site_refuses(const char *good, const struct spoil *spoils, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct error err = {{0}};
		char *text = site_spoilt(good, spoils[i].from, spoils[i].to);
		struct site *s = site_parse("t.cfg", text, &err);
		if (s != NULL)
			fail_msg("accepted: %s", spoils[i].to);
		if (strstr(err.text, spoils[i].message) == NULL)
			fail_msg("\"%s\" is not in \"%s\"", spoils[i].message, err.text);
		free(text);
	}
}

/* What lint prints for a text, through a real file. */
static int site_lint_text(const char *text, char *out, size_t size)
{
	char path[] = "/tmp/vigie-site-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	FILE *file = fmemopen(out, size, "w");
	assert_non_null(file);
	int found = site_lint(path, NULL, file);
	fclose(file);
	unlink(path);
	return found;
}

/* Nothing in `good`, and each of these when it is spoilt. */
static void site_lint_finds(const char *good, const struct spoil *spoils, size_t count)
{
	char out[4096] = "";
	if (site_lint_text(good, out, sizeof out) != 0)
		fail_msg("%s", out);
	for (size_t i = 0; i < count; i++) {
		char *text = site_spoilt(good, spoils[i].from, spoils[i].to);
		memset(out, 0, sizeof out);
		assert_true(site_lint_text(text, out, sizeof out) > 0);
		if (strstr(out, spoils[i].message) == NULL)
			fail_msg("\"%s\" is not in \"%s\"", spoils[i].message, out);
		free(text);
	}
}

#endif
