/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/json_span.h"
#include "twin/text.h"

/* -- the list ------------------------------------------------------------------- */

static void add(struct fhir_edits *edits, int kind, const char *path, const char *json)
{
	struct fhir_edit *e = edits->count < FHIR_EDITS ? &edits->list[edits->count] : NULL;
	if (e == NULL || !text_copy(e->path, sizeof e->path, path)) {
		edits->lost = true;
		return;
	}
	e->kind = kind;
	e->value = json != NULL ? strdup(json) : NULL;
	if ((kind == EDIT_SET || kind == EDIT_PUT) && e->value == NULL)
		edits->lost = true;
	edits->count++;
}

void fhir_edit_hold(struct fhir_edits *edits, const char *path)
{
	add(edits, EDIT_HOLD, path, NULL);
}

void fhir_edit_set(struct fhir_edits *edits, const char *path, const char *json)
{
	add(edits, EDIT_SET, path, json);
}

void fhir_edit_put(struct fhir_edits *edits, const char *path, const char *json)
{
	add(edits, EDIT_PUT, path, json);
}

void fhir_edit_remove(struct fhir_edits *edits, const char *path)
{
	add(edits, EDIT_REMOVE, path, NULL);
}

void fhir_edits_free(struct fhir_edits *edits)
{
	for (int i = 0; i < edits->count; i++)
		free(edits->list[i].value);
	memset(edits, 0, sizeof *edits);
}

/* -- what stands there ------------------------------------------------------------ */

/* An edit, and what is at its path in the text. */
struct spot {
	const struct fhir_edit *edit;
	struct json_span span;   /* of the value, when found */
	struct json_span parent; /* what it is added to otherwise */
	bool found, append;
	const char *name; /* the last token of the path */
};

static int look(const struct fhir_edit *e, const char *text, size_t len, struct spot *spot,
	struct error *err)
{
	char above[FHIR_EDIT_PATH];
	const char *slash = strrchr(e->path, '/');
	memset(spot, 0, sizeof *spot);
	spot->edit = e;
	spot->name = slash != NULL ? slash + 1 : e->path;
	spot->append = strcmp(spot->name, "-") == 0;
	text_copy(above, sizeof above, e->path);
	above[slash != NULL ? slash - e->path : 0] = '\0';
	enum json_found parent = json_span(text, len, above, &spot->parent);
	enum json_found found =
		spot->append ? JSON_ABSENT : json_span(text, len, e->path, &spot->span);
	spot->found = found == JSON_FOUND;
	bool adds = e->kind == EDIT_SET || e->kind == EDIT_PUT;
	bool into = parent == JSON_FOUND && text[spot->parent.begin] == (spot->append ? '[' : '{');
	if (spot->found || (found == JSON_ABSENT && parent <= JSON_ABSENT && (into || !adds)))
		return 0;
	return error_set(err, -EBADMSG, "%s stands there %s", e->path,
		found == JSON_TWICE || parent == JSON_TWICE ? "twice" : "in no way to change it");
}

static bool look_at_all(const struct fhir_edits *edits, const char *text, size_t len,
	struct spot spots[FHIR_EDITS], struct error *err)
{
	/* cJSON has seen more of it than a C string holds. */
	bool cut = memchr(text, '\0', len) != NULL;
	if (edits->lost || cut) {
		error_set(err, -EBADMSG, "%s",
			cut ? "a NUL byte stands in it" : "more to change than fits");
		return false;
	}
	for (int i = 0; i < edits->count; i++)
		if (look(&edits->list[i], text, len, &spots[i], err) < 0)
			return false;
	return true;
}

/* -- as JSON Patch ------------------------------------------------------------------ */

static void operation(FILE *out, const char *op, const char *path, const char *value, size_t len)
{
	fprintf(out, "%s{\"op\":\"%s\",\"path\":\"%s\"", ftell(out) > 1 ? "," : "", op, path);
	if (value != NULL)
		fprintf(out, ",\"value\":%.*s", (int)len, value);
	fputc('}', out);
}

static void write_change(FILE *out, const struct spot *s)
{
	const struct fhir_edit *e = s->edit;
	if (e->kind == EDIT_REMOVE && s->found)
		operation(out, "remove", e->path, NULL, 0);
	else if (e->kind == EDIT_SET || e->kind == EDIT_PUT)
		operation(out, s->found ? "replace" : "add", e->path, e->value, strlen(e->value));
}

char *fhir_edits_patch(
	const struct fhir_edits *edits, const char *text, size_t len, bool tests, struct error *err)
{
	struct spot spots[FHIR_EDITS];
	char *patch = NULL;
	size_t size;
	if (!look_at_all(edits, text, len, spots, err))
		return NULL;
	FILE *out = open_memstream(&patch, &size);
	if (out == NULL) {
		error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	fputc('[', out);
	for (int i = 0; tests && i < edits->count; i++)
		if (spots[i].found && edits->list[i].kind != EDIT_PUT)
			operation(out, "test", edits->list[i].path, text + spots[i].span.begin,
				spots[i].span.end - spots[i].span.begin);
	for (int i = 0; i < edits->count; i++)
		write_change(out, &spots[i]);
	fputc(']', out);
	fclose(out);
	return patch;
}

/* -- into the bytes -------------------------------------------------------------------- */

/* [begin, end) of the text becomes `comma` `name` `value`. */
struct cut {
	size_t begin, end;
	const char *name, *value; /* name NULL: none */
	bool comma;
};

static struct cut cut_out(const char *text, const struct json_span *span)
{
	struct cut cut = {.begin = span->member, .end = span->end};
	size_t next = span->end + strspn(text + span->end, " \t\r\n");
	if (text[next] == ',') {
		cut.end = next + 1;
		return cut;
	}
	/* The last one takes the comma before it along. */
	while (cut.begin > 0 && json_is_space(text[cut.begin - 1]))
		cut.begin--;
	if (cut.begin > 0 && text[cut.begin - 1] == ',')
		cut.begin--;
	else
		cut.begin = span->member;
	return cut;
}

/* At the end of an object or list. */
static struct cut add_in(const char *text, const struct spot *s)
{
	size_t end = s->parent.end - 1, last = end;
	while (last > s->parent.begin && json_is_space(text[last - 1]))
		last--;
	return (struct cut){.begin = end,
		.end = end,
		.name = s->append ? NULL : s->name,
		.value = s->edit->value,
		.comma = last - 1 > s->parent.begin};
}

static int by_place(const void *a, const void *b)
{
	const struct cut *x = a, *y = b;
	return (x->begin > y->begin) - (x->begin < y->begin);
}

static void write_cut(FILE *out, const struct cut *cut)
{
	if (cut->value == NULL)
		return;
	if (cut->comma)
		fputc(',', out);
	if (cut->name != NULL)
		fprintf(out, "\"%s\":", cut->name);
	fputs(cut->value, out);
}

char *fhir_edits_splice(
	const struct fhir_edits *edits, const char *text, size_t len, struct error *err)
{
	struct spot spots[FHIR_EDITS];
	struct cut cuts[FHIR_EDITS];
	int count = 0;
	char *spliced = NULL;
	size_t size, at = 0;
	if (!look_at_all(edits, text, len, spots, err))
		return NULL;
	for (int i = 0; i < edits->count; i++) {
		const struct spot *s = &spots[i];
		if (s->edit->kind == EDIT_REMOVE && s->found)
			cuts[count++] = cut_out(text, &s->span);
		else if (s->edit->value != NULL)
			cuts[count++] = s->found ? (struct cut){s->span.begin, s->span.end, NULL,
						s->edit->value, false}
						 : add_in(text, s);
	}
	FILE *out = open_memstream(&spliced, &size);
	if (out == NULL) {
		error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	qsort(cuts, (size_t)count, sizeof *cuts, by_place);
	for (int i = 0; i < count; i++) {
		fwrite(text + at, 1, cuts[i].begin - at, out);
		write_cut(out, &cuts[i]);
		at = cuts[i].end;
	}
	fwrite(text + at, 1, len - at, out);
	fclose(out);
	return spliced;
}
