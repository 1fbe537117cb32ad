/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_FHIR_STORE_H
#define VIGIE_HOSPITAL_FHIR_STORE_H

/*
 * The resources of the emulated FHIR server and their versions. Each is made
 * anew from the day whenever the hospital's systems learn something about it;
 * a version is the time of that learning. Not thread-safe: the server locks.
 */

#include <cjson/cJSON.h>

#include "src/hospital/day.h"

enum { VERSIONS = 4 };

struct resource {
	const char *type;
	char id[80];
	int index;   /* case, room, bed or staff */
	int version; /* 0: does not exist yet */
	int64_t updated_ms;
	cJSON *json;
	char *text;             /* printed json, NULL when it must be printed again */
	char *before[VERSIONS]; /* of appointments: the versions before, the newest first */
};

/* What the systems know of a case so far. */
struct known {
	bool booked, back, fasting, off, bracelet, waitlisted;
	bool seen[MILESTONE_COUNT];
	struct booking booking;
};

struct store {
	const struct day *day;
	struct resource *items;
	int count;
	int rooms, beds, staff, patients, appointments, encounters, procedures, observations;
	int conditions, visits; /* of earlier days */
	struct known known[DAY_CASES];
	int next;            /* happening */
	int64_t learning_ms; /* the time of what is being learnt */
	int64_t now_ms;      /* everything is learnt that is told up to here */
	int64_t epoch_ms;    /* when rooms and staff were entered */
};

enum { OBSERVATIONS = 3, CONDITIONS = 3, VISITS = 3 };

struct store *store_create(const struct day *day);
void store_destroy(struct store *store);
/* Learns everything that is told up to now. */
void store_advance(struct store *store, int64_t now_ms);
/* The day goes on otherwise from now on. */
void store_day_changed(struct store *store);
struct resource *store_find(struct store *store, const char *type, const char *id);
const char *store_text(struct resource *r);
/* A new version with the given body (takes it); gives it its meta. */
void store_put(struct resource *r, cJSON *json, int64_t now_ms);

/* fhir_resources.c: bodies without meta. */
cJSON *resource_room(const struct store *s, int room);
cJSON *resource_bed(const struct store *s, int bed);
cJSON *resource_practitioner(const struct store *s, int staff);
cJSON *resource_patient(const struct store *s, int i);
cJSON *resource_appointment(const struct store *s, int i);
const char *resource_appointment_status(const struct store *s, int i);
/* In an appointment as it stands: hour and room as known by now. */
void resource_rebook(const struct store *s, int i, cJSON *appointment);
cJSON *resource_procedure(const struct store *s, int i);
cJSON *resource_observation(const struct store *s, int i, int which);
/* fhir_past.c: the n-th of a patient; NULL there are fewer. */
cJSON *resource_condition(const struct store *s, int i, int nth);
cJSON *resource_past_visit(const struct store *s, int i, int nth);
/* fhir_encounter.c */
cJSON *resource_encounter(const struct store *s, int i);

/* Small builders shared by both. */
cJSON *fhir_new(const char *type, const char *id);
void fhir_text(cJSON *o, const char *key, const char *value);
void fhir_time_seconds(cJSON *o, const char *key, int64_t ms);
void fhir_reference(cJSON *o, const char *key, const char *type, const char *id);
cJSON *fhir_coding(
	cJSON *o, const char *key, const char *system, const char *code, const char *display);
cJSON *fhir_concept(const char *system, const char *code, const char *display);
cJSON *fhir_push(cJSON *o, const char *key); /* a new object in an array, made if missing */
cJSON *fhir_period(cJSON *o, int64_t start, int64_t end);

#endif
