/* SPDX-License-Identifier: Apache-2.0 */
#include "src/verb_fhir_change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir.h"
#include "feeds/fhir_write.h"
#include "src/verb_fhir_url.h"
#include "src/verbs.h"
#include "twin/text.h"

bool verb_fhir_change_take(struct fhir_change_said *said, int option, const char *value)
{
	const char **const places[] = {&said->way, &said->id, &said->room, &said->at, &said->until,
		&said->off, &said->reason};
	if (option < CHANGE_WAY || option >= CHANGE_OPTIONS_END)
		return false;
	*places[option - CHANGE_WAY] = value;
	return true;
}

bool verb_fhir_change_said(const struct fhir_change_said *said)
{
	return said->way != NULL || said->id != NULL || said->room != NULL || said->at != NULL
	       || said->until != NULL || said->off != NULL || said->reason != NULL;
}

/* -- what is asked ----------------------------------------------------------------- */

static int64_t read_time(const char *name, const char *text, struct error *err)
{
	int64_t when = text != NULL ? fhir_time(text) : 0;
	if (text != NULL && when == 0)
		error_set(err, -EINVAL, "%s is a time with its offset: 2026-03-16T09:30:00+01:00",
			name);
	return when;
}

static bool read_off(const char *word, enum case_status *status, struct error *err)
{
	*status = CASE_UNKNOWN;
	if (word == NULL)
		return true;
	int parsed = case_status_parse(word);
	*status = (enum case_status)parsed;
	if (parsed == CASE_CANCELLED || parsed == CASE_POSTPONED)
		return true;
	error_set(err, -EINVAL, "--off is cancelled or postponed");
	return false;
}

static bool is_id(const char *text)
{
	return text != NULL && text_is_id(text) && strspn(text, ".") < strlen(text);
}

static bool understand(const struct fhir_change_said *said, struct fhir_change *c,
	enum fhir_write_way *way, struct error *err)
{
	int parsed = fhir_write_way_parse(said->way);
	memset(c, 0, sizeof *c);
	*way = (enum fhir_write_way)parsed;
	c->wanted.start_ms = read_time("--at", said->at, err);
	c->wanted.end_ms = read_time("--until", said->until, err);
	if (parsed < 0)
		error_set(err, -EINVAL, "no such way: %.40s", said->way);
	else if (!is_id(said->id) || (said->room != NULL && !is_id(said->room)))
		error_set(err, -EINVAL, "--case is needed, and it and --room are FHIR ids");
	else if (said->at == NULL && said->room == NULL && said->off == NULL && said->until == NULL)
		error_set(err, -EINVAL, "nothing is to change: --room, --at, --until or --off");
	else
		read_off(said->off, &c->wanted.status, err);
	text_copy(c->id, sizeof c->id, said->id != NULL ? said->id : "");
	text_copy(c->wanted.room, sizeof c->wanted.room, said->room != NULL ? said->room : "");
	if (said->reason != NULL)
		text_neutralise(c->reason, sizeof c->reason, said->reason, strlen(said->reason));
	return err->text[0] == '\0';
}

/* -- where it stands ------------------------------------------------------------------ */

struct fetched {
	struct ev_loop *loop;
	char *text; /* malloc'd */
	size_t len;
	char etag[256];
	struct error *err;
};

static void on_answer(void *context, const struct http_answer *a)
{
	struct fetched *f = context;
	if (a->status == 200)
		f->text = malloc(a->len + 1);
	if (f->text != NULL) {
		memcpy(f->text, a->body, a->len + 1);
		f->len = a->len;
		text_copy(f->etag, sizeof f->etag, a->etag);
	} else {
		error_set(f->err, -EIO, "HTTP %d %s", a->status, a->error);
	}
	ev_break(f->loop, EVBREAK_ALL);
}

static void fetch(
	struct fetched *f, const char *base, const char *id, const struct settings *settings)
{
	struct http_options options = settings_fhir_http(settings, 0);
	char url[2048];
	if (options.base == NULL)
		options.base = base;
	f->loop = ev_loop_new(EVFLAG_AUTO);
	struct http *http = http_create(f->loop, &options, f->err);
	snprintf(url, sizeof url, "%.1900s/Appointment/%s", base, id);
	if (http != NULL && http_get(http, url, NULL, on_answer, f, f->err) == 0)
		ev_run(f->loop, 0);
	http_destroy(http);
	ev_loop_destroy(f->loop);
}

int verb_fhir_change(
	const struct fhir_change_said *said, const struct settings *settings, const char *source)
{
	struct error err = {""};
	struct fetched f = {.err = &err};
	struct fhir_change change;
	enum fhir_write_way way;
	char *shown = NULL;
	int status = EXIT_USAGE;
	if (understand(said, &change, &way, &err)) {
		status = EXIT_ENVIRONMENT;
		if (strncmp(source, "http://", 7) == 0 || strncmp(source, "https://", 8) == 0)
			fetch(&f, source, change.id, settings);
		else
			f.text = verb_fhir_file(source, &f.len);
	}
	if (f.text != NULL) {
		shown = fhir_write_show(way, f.text, f.len, f.etag, &change, &err);
		status = shown != NULL ? 0 : EXIT_FOUND;
	}
	if (shown != NULL)
		fputs(shown, stdout);
	else if (err.text[0] != '\0')
		fprintf(stderr, "vigie fhir: %s\n", err.text);
	free(shown);
	free(f.text);
	return status;
}
