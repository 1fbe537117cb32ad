/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_FHIR_WRITE_WORLD_H
#define VIGIE_TESTS_FHIR_WRITE_WORLD_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir_write.h"
#include "tests/stub/fhir_writable.c"
#include "twin/text.h"

/* A writer, a server that takes changes, and an Appointment in it: at 09:00 in or-2,
 * with what cJSON would not give back as it was, and the shapes of hospitals. */

static const char appointment[] =
	"{\"resourceType\":\"Appointment\",\n \"id\": \"a-12\",\"meta\":{\"versionId\":\"0\"},\n"
	" \"extension\":[{\"url\":\"https://h.example/x\",\"valueDecimal\":1.50}],\n"
	" \"identifier\":[{\"system\":\"https://h.example/ids/or-case\","
	"\"value\":\"9007199254740993\"}],\n"
	" \"status\":\"booked\",\"priority\":9007199254740993,\n"
	" \"serviceType\":[{\"coding\":[{\"system\":\"https://fhir.cerner.com/x/codeSet/14249\","
	"\"code\":\"4047611\"}]}],\n"
	" \"description\":\"Hernie inguinale \\u00e0 gauche \\\"L\\\"\",\n"
	" \"start\" : \"2026-03-16T09:00:00+01:00\", \"end\":\"2026-03-16T10:00:00+01:00\",\n"
	" \"minutesDuration\":60, \"slot\":[{\"reference\":\"Slot/or-2.2026-03-16T8.60\"}],\n"
	" \"participant\":[\n"
	"  {\"actor\":{\"reference\":\"Patient/p-1001\"},\"status\":\"accepted\"},\n"
	"  {\"actor\":{\"reference\":\"Location/or-2\",\"display\":\"OR 2\"},"
	"\"required\":\"required\",\"status\":\"accepted\"},\n"
	"  {\"actor\":{\"display\":\"Endoscopy Rooms\"},\"status\":\"accepted\"},\n"
	"  {\"actor\":{\"reference\":\"PractitionerRole/s-7\"},\"status\":\"accepted\","
	"\"period\":{\"start\":\"2026-03-16T08:00:00.000Z\",\"end\":\"2026-03-16T09:00:00Z\"}},\n"
	"  {\"actor\":{\"reference\":\"Practitioner/x\"},\"status\":\"accepted\","
	"\"period\":{\"start\":\"2029-01-01T08:00:00Z\",\"end\":\"2029-01-01T09:00:00Z\"}}\n"
	" ]}";

#define NINE INT64_C(1773648000000) /* 2026-03-16T09:00:00+01:00, by `date -d … +%s` */
#define HOUR INT64_C(3600000)

struct world {
	struct ev_loop *loop;
	struct fhir_writable *server;
	struct fhir_write *writer;
	struct http_options options;
	struct fhir_change change; /* to or-4, two hours later */
	struct fhir_write_result result;
	int calls;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->loop = ev_loop_new(EVFLAG_AUTO);
	w->server = fhir_writable_start(appointment);
	w->options = (struct http_options){.base = fhir_writable_base(w->server), .deadline_s = 5};
	w->change = (struct fhir_change){.id = "a-12",
		.plan = "0123456789abcdef",
		.step = 2,
		.expected = {NINE, NINE + HOUR, "or-2", CASE_PLANNED},
		.wanted = {NINE + 2 * HOUR, NINE + 3 * HOUR, "or-4", CASE_PLANNED},
		.reason = "OR 2 is down"};
	*state = w;
	return w->server != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *w = *state;
	fhir_write_destroy(w->writer);
	fhir_writable_stop(w->server);
	ev_loop_destroy(w->loop);
	free(w);
	return 0;
}

/* Another server, with that in it; NULL nothing. */
static inline void serve(struct world *w, const char *text)
{
	fhir_writable_stop(w->server);
	w->server = fhir_writable_start(text);
	w->options.base = fhir_writable_base(w->server);
}

/* An emergency, and a server that has heard of none. */
static inline void new_one(struct world *w)
{
	serve(w, NULL);
	w->change.id[0] = '\0';
	w->change.expected = (struct fhir_booking){.start_ms = 0};
	w->change.nest = 2;
	text_copy(w->change.patient, ID_SIZE, "p-77");
}

static void on_written(void *context, const struct fhir_write_result *result)
{
	struct world *w = context;
	char clean[LABEL_SIZE];
	w->result = *result;
	w->calls++;
	/* Whatever was said, it is safe to show. */
	text_neutralise(clean, sizeof clean, result->why, strlen(result->why));
	assert_string_equal(clean, result->why);
	ev_break(w->loop, EVBREAK_ALL);
}

static void open_writer(struct world *w, enum fhir_write_way way)
{
	struct error err = {""};
	fhir_write_destroy(w->writer);
	w->writer = fhir_write_create(w->loop, &w->options, way, &err);
	assert_string_equal(err.text, "");
	assert_non_null(w->writer);
}

static enum fhir_written wait_for(struct world *w, int calls)
{
	assert_int_equal(w->calls, calls); /* never from inside the call */
	ev_run(w->loop, 0);
	assert_int_equal(w->calls, calls + 1);
	return w->result.what;
}

static enum fhir_written write_by(struct world *w, enum fhir_write_way way)
{
	int before = w->calls;
	open_writer(w, way);
	assert_int_equal(fhir_write_send(w->writer, &w->change, on_written, w), 0);
	return wait_for(w, before);
}

static inline enum fhir_written look(struct world *w)
{
	int before = w->calls;
	assert_int_equal(fhir_write_look(w->writer, &w->change, on_written, w), 0);
	return wait_for(w, before);
}

static inline void plan(struct world *w, struct writable_plan what)
{
	fhir_writable_plan(w->server, what);
}

static inline void assert_says(const struct world *w, const char *part)
{
	if (strstr(w->result.why, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", w->result.why, part);
}

/* Applied so often, asked so often. */
static inline void assert_done(struct world *w, int applied, int writes)
{
	assert_int_equal(fhir_writable_applied(w->server), applied);
	assert_int_equal(fhir_writable_writes(w->server), writes);
}

/* One member of it, as JSON. */
static inline void assert_member(
	struct world *w, const char *id, const char *pointer, const char *value)
{
	char *text = fhir_writable_text(w->server, id), last[128] = "";
	cJSON *json = cJSON_Parse(text);
	cJSON *parent = walk(json, pointer, last);
	char *is = cJSON_PrintUnformatted(parent != NULL ? item(parent, last) : NULL);
	assert_string_equal(is != NULL ? is : "nothing", value);
	free(is);
	cJSON_Delete(json);
	free(text);
}

#endif
