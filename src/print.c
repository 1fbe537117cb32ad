/* SPDX-License-Identifier: Apache-2.0 */
#include "src/print.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "screens/format.h"

static void on_printed(void *context, enum helper_answer answer, const char *why)
{
	struct print_told *told = context;
	char words[200];
	if (answer == HELPER_DONE)
		snprintf(words, sizeof words, "printed");
	else
		snprintf(words, sizeof words, "not printed%s%.150s", why[0] != '\0' ? ": " : "",
			why);
	told->said(told->context, words);
	free(told);
}

static int to_printer(struct helper *helper, const char *text, struct print_told told)
{
	struct print_told *kept = malloc(sizeof *kept);
	if (kept == NULL)
		return -ENOMEM;
	*kept = told;
	struct helper_input input = {.text = text, .len = strlen(text)};
	int code = helper_run(helper, HELPER_PRINT, &input, on_printed, kept);
	if (code != 0)
		free(kept);
	return code;
}

static int to_file(struct helper *helper, const char *text, const char *path,
	struct print_told told, struct error *err)
{
	char words[200];
	int fd = helper != NULL ? helper_new_file(helper, path)
				: open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(err, helper != NULL ? fd : -errno, "%s: %s", path,
			strerror(helper != NULL ? -fd : errno));
	FILE *out = fdopen(fd, "w");
	bool good = out != NULL && fprintf(out, "%s\n", text) >= 0;
	good = out != NULL && fclose(out) == 0 && good;
	if (!good)
		return error_set(err, -EIO, "%s could not be written", path);
	snprintf(words, sizeof words, "written to %.150s", path);
	told.said(told.context, words);
	return 0;
}

int print_sheet(struct helper *helper, const char *text, const char *path, int64_t now_ms,
	struct print_told told, struct error *err)
{
	char name[64], at[40];
	if (path[0] != '\0')
		return to_file(helper, text, path, told, err);
	int code = helper != NULL ? to_printer(helper, text, told) : -ENOENT;
	if (code == 0)
		return 0;
	if (code != -ENOENT)
		return error_set(err, code, "not printed: %s", strerror(-code));
	format_rfc3339(now_ms, at, sizeof at);
	snprintf(name, sizeof name, "vigie-handover-%.10s-%.2s%.2s.txt", at, at + 11, at + 14);
	return to_file(helper, text, name, told, err);
}
