/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_FHIR_WRITE_FAKE_H
#define VIGIE_TESTS_FHIR_WRITE_FAKE_H

/*
 * In place of feeds/fhir_write.c: keeps what it was given and says what the test
 * wants, when the test wants. Two stations may have one each, before one hospital.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir_write.h"

struct fhir_write {
	struct fhir_change change;
	fhir_written_call *done;
	void *context;
	bool looking;
	int sent, looked;
	int refuses; /* what a send is answered at once, 0 it is taken */
};

static struct fhir_write *fake_last; /* made last */

const char *fhir_write_way_name(enum fhir_write_way way)
{
	return way == FHIR_PROPOSE ? "propose" : "patch";
}

int fhir_write_way_parse(const char *word)
{
	return strcmp(word, "patch") == 0 ? FHIR_PATCH : FHIR_PROPOSE;
}

struct fhir_write *fhir_write_create(struct ev_loop *loop, const struct http_options *http,
	enum fhir_write_way way, struct error *err)
{
	(void)loop;
	(void)http;
	(void)way;
	(void)err;
	return fake_last = calloc(1, sizeof *fake_last);
}

void fhir_write_destroy(struct fhir_write *w)
{
	free(w);
}

static int fake_begin(struct fhir_write *w, const struct fhir_change *change,
	fhir_written_call *done, void *context)
{
	if (w->refuses != 0)
		return w->refuses;
	if (w->done != NULL)
		return -EBUSY;
	w->change = *change;
	w->done = done;
	w->context = context;
	return 0;
}

int fhir_write_send(struct fhir_write *w, const struct fhir_change *change, fhir_written_call *done,
	void *context)
{
	int rc = fake_begin(w, change, done, context);
	w->looking = false;
	w->sent += rc == 0;
	return rc;
}

int fhir_write_look(struct fhir_write *w, const struct fhir_change *change, fhir_written_call *done,
	void *context)
{
	int rc = fake_begin(w, change, done, context);
	w->looking = true;
	w->looked += rc == 0;
	return rc;
}

/* The answer comes. */
static void fake_answer(struct fhir_write *w, const struct fhir_write_result *r)
{
	fhir_written_call *done = w->done;
	w->done = NULL;
	done(w->context, r);
}

#endif
