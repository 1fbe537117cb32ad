/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_private.h"

#include <stdio.h>
#include <string.h>

#include "twin/text.h"

/*
 * What others bring: gateways that speak HTTP, and files of the hospital's
 * interface engine. Files share the FHIR poller's mapper, so that a pushed
 * Encounter finds the Appointment that was polled.
 */

enum { TURN_MS = 5 }; /* as the drains of MQTT and HTTP */

/* --- the HTTP port --- */

static int64_t clock_now(void *context)
{
	return station_now(context);
}

static void on_post(void *context, const char *topic, const void *bytes, size_t len, bool retained)
{
	struct station *s = context;
	ingest_feed(s->ingest, s->http_health);
	ingest_message(s->ingest, topic, bytes, len, retained, station_now(s));
}

static int open_http(struct station *s, mqtt_commit *commit, struct error *err)
{
	const struct settings *c = s->settings;
	const struct http_door_options o = {.listen = c->http_listen,
		.token_file = c->http_token_file,
		.cert_file = c->http_cert,
		.key_file = c->http_key,
		.insecure = c->insecure};
	s->http_health = &s->health.feeds[s->health.feed_count++];
	s->http = http_door_open(s->loop, &o, s->presses, commit, on_post, clock_now, s, err);
	return s->http != NULL ? 0 : -1;
}

/* --- the push door --- */

bool station_push_counts(struct station *s)
{
	s->pushed.given++;
	if (!s->pushed.silent)
		s->door_health->facts++;
	return s->pushed.silent;
}

/* One line each in the text that goes beside the file. */
static void add_why(struct station *s, const char *text)
{
	struct pushed *p = &s->pushed;
	size_t n = strlen(p->why);
	if (n + strlen(text) + 2 <= p->why_size)
		snprintf(p->why + n, p->why_size - n, "%s%s", n > 0 ? "\n" : "", text);
}

void station_push_puzzle(
	struct station *s, const char *resource, const char *path, const char *reason)
{
	char text[512];
	snprintf(text, sizeof text, "%s %s: %s", resource, path, reason);
	add_why(s, text);
}

/* A batch may hold thousands: a turn's share of them. */
static enum door_verdict read_hl7(struct station *s, const char *bytes, size_t len)
{
	struct pushed *p = &s->pushed;
	struct error err = {""};
	int64_t until = monotonic_ms() + TURN_MS;
	if (!p->going_on && hl7_file_begin(&p->file, bytes, len, &p->result, &err) < 0) {
		add_why(s, err.text);
		return DOOR_NOT_UNDERSTOOD;
	}
	do {
		p->going_on = hl7_file_step(s->hl7, &p->file, station_now(s), &p->result);
	} while (p->going_on && monotonic_ms() < until);
	if (p->going_on)
		return DOOR_GOES_ON;
	s->door_health->duplicates += p->silent ? 0 : (uint64_t)p->result.duplicates;
	if (p->result.messages == 0)
		add_why(s, "a batch without messages");
	if (p->result.refused > 0 || p->result.messages == 0)
		return DOOR_NOT_UNDERSTOOD;
	return p->result.puzzles > 0 ? DOOR_IN_PART : DOOR_UNDERSTOOD;
}

static enum door_verdict read_fhir(struct station *s, const char *bytes, size_t len)
{
	struct fhir_map *map =
		s->fhir[0].poll != NULL ? fhir_poll_map(s->fhir[0].poll) : s->pushed_map;
	struct fhir_page page;
	struct error err = {""};
	if (fhir_map_read(map, bytes, len, station_now(s), &page, &err) < 0) {
		add_why(s, err.text);
		return DOOR_NOT_UNDERSTOOD;
	}
	if (page.outcome[0] != '\0')
		add_why(s, page.outcome);
	if (page.entries == 0 || page.outcome_error) {
		add_why(s, "no resource in it that is read");
		return DOOR_NOT_UNDERSTOOD;
	}
	if (page.puzzles == 0)
		return DOOR_UNDERSTOOD;
	if (s->pushed.why[0] == '\0')
		add_why(s, page.puzzle); /* told before, and still so */
	return s->pushed.given > 0 ? DOOR_IN_PART : DOOR_NOT_UNDERSTOOD;
}

static enum door_verdict on_file(
	void *context, const char *bytes, size_t len, bool silent, char *why, size_t size)
{
	struct station *s = context;
	why[0] = '\0';
	s->pushed =
		(struct pushed){.reading = true, .silent = silent, .why = why, .why_size = size};
	enum door_verdict verdict =
		hl7_recognise(bytes, len) ? read_hl7(s, bytes, len) : read_fhir(s, bytes, len);
	s->pushed.reading = false;
	if (s->journal != NULL && !silent)
		journal_force(s->journal);
	return verdict;
}

static uint64_t last_told(void *context)
{
	return ((struct station *)context)->seq;
}

static uint64_t last_stored(void *context)
{
	return journal_committed(((struct station *)context)->journal);
}

static bool case_of(void *context, const char *patient, char id[ID_SIZE])
{
	const struct twin *twin = ((struct station *)context)->twin;
	int i = twin_patient_case(twin, patient);
	return i >= 0 && text_copy(id, ID_SIZE, twin->cases[i].id);
}

static int open_door(struct station *s, struct fhir_sink sink, struct error *err)
{
	const struct settings *c = s->settings;
	const struct door_calls calls = {on_file, last_told, last_stored, clock_now, s};
	const struct hl7_options hl7 = {.site = s->twin->site, .case_of = case_of, .context = s};
	const struct fhir_options map = {.site = s->twin->site,
		.bracelet_system = c->fhir[0].bracelet_system,
		.progress_system = c->fhir[0].progress_system,
		.performed_means = c->fhir[0].performed_means};
	s->door_health = &s->health.feeds[s->health.feed_count++];
	s->hl7 = hl7_create(&hl7, sink);
	if (s->fhir[0].poll == NULL)
		s->pushed_map = fhir_map_create(&map, sink);
	/* A journal without a case was begun anew: done/ is told again. */
	s->door = door_open(s->loop, c->door_path, s->twin->case_count > 0, calls, err);
	return s->door != NULL && s->hl7 != NULL ? 0 : -1;
}

/* --- both --- */

int station_push_open(
	struct station *s, mqtt_commit *commit, struct fhir_sink sink, struct error *err)
{
	if (s->settings->http_listen != NULL && open_http(s, commit, err) < 0)
		return -1;
	return s->settings->door_path != NULL ? open_door(s, sink, err) : 0;
}

void station_push_start(struct station *s)
{
	if (s->door != NULL)
		door_start(s->door);
}

void station_push_health(struct station *s)
{
	if (s->http != NULL)
		http_door_health(s->http, s->http_health);
	if (s->door != NULL)
		door_health(s->door, s->door_health);
}

void station_push_close(struct station *s)
{
	http_door_close(s->http);
	door_close(s->door);
	hl7_destroy(s->hl7);
	fhir_map_destroy(s->pushed_map);
}
