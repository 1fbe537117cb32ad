/* SPDX-License-Identifier: Apache-2.0 */
#include "src/verify_heads.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "twin/heads.h"
#include "twin/text.h"

/* 0: the row is there and has this hash. */
static int compare(const char *path, uint64_t number, const char *hash, struct error *err)
{
	char row[65];
	int code = journal_hash(path, number, row, err);
	if (code != 0)
		return code;
	if (row[0] == '\0')
		return error_set(
			err, 1, "%s: row %" PRIu64 " is missing: it was cut off", path, number);
	if (strcmp(row, hash) != 0)
		return error_set(err, 1,
			"%s: row %" PRIu64 " is another one than it was: the journal was rewritten",
			path, number);
	return 0;
}

int verify_head(const char *path, const char *head, struct error *err)
{
	const char *at = strchr(head, '@');
	char text[LABEL_SIZE] = "", hash[65];
	uint64_t number;
	if (at != NULL)
		snprintf(text, sizeof text, "%.20s:%.*s", at + 1, (int)(at - head), head);
	if (!head_parse(text, &number, hash))
		return error_set(err, -EINVAL, "\"%s\" is not HASH@NUMBER (64 hex digits)", head);
	return compare(path, number, hash, err);
}

/* ---- what another journal has on record ---- */

struct against {
	const char *path;
	struct verified *out;
	struct error *err;
	bool chosen; /* whose journal it is, is known */
	bool several;
	int code;
};

static void choose(void *context, const struct fact *f)
{
	struct against *a = context;
	struct error none;
	uint64_t number;
	char hash[65];
	if (f->kind != FACT_AUDIT || strcmp(f->audit.what, "head") != 0 || a->chosen
		|| !head_parse(f->audit.reason, &number, hash))
		return;
	a->several =
		a->several
		|| (a->out->station[0] != '\0' && strcmp(a->out->station, f->audit.subject) != 0);
	text_copy(a->out->station, sizeof a->out->station, f->audit.subject);
	a->chosen = compare(a->path, number, hash, &none) == 0;
}

static void check(void *context, const struct fact *f)
{
	struct against *a = context;
	uint64_t number;
	char hash[65];
	if (f->kind != FACT_AUDIT || strcmp(f->audit.what, "head") != 0 || a->code != 0
		|| strcmp(f->audit.subject, a->out->station) != 0
		|| !head_parse(f->audit.reason, &number, hash))
		return;
	a->out->heads++;
	a->out->number = number;
	a->out->kept_ms = f->at_ms;
	a->code = compare(a->path, number, hash, a->err);
}

int verify_against(const char *path, const char *other, const char *station, struct verified *out,
	struct error *err)
{
	struct against a = {.path = path, .out = out, .err = err};
	const struct journal_reader chooser = {.fact = choose, .context = &a};
	const struct journal_reader checker = {.fact = check, .context = &a};
	memset(out, 0, sizeof *out);
	int code = 0;
	if (station[0] != '\0')
		text_copy(out->station, sizeof out->station, station);
	else
		code = journal_read(other, 0, &chooser, NULL, err);
	if (code == 0 && out->station[0] != '\0' && a.several && !a.chosen)
		return error_set(err, 1,
			"%s: none of what %s keeps of several stations is in it: name its station",
			path, other);
	if (code == 0)
		code = journal_read(other, 0, &checker, NULL, err);
	if (code == 0 && a.code == 0 && out->heads == 0)
		return error_set(err, 1, "%s keeps nothing of this journal", other);
	return code != 0 ? code : a.code;
}
