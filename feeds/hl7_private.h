/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_HL7_PRIVATE_H
#define VIGIE_FEEDS_HL7_PRIVATE_H

/* What the files of the HL7 v2 reader share. Nothing here does I/O. */

#include <cjson/cJSON.h>
#include <uthash.h>

#include "feeds/hl7.h"
#include "feeds/hl7_message.h"
#include "twin/site.h"

enum { HL7_STAYS = 16 };

struct hl7_case { /* told by SIU, or known from elsewhere */
	char id[ID_SIZE];
	char patient[ID_SIZE];
	char visit[ID_SIZE];
	char room[ID_SIZE]; /* as a Location id */
	int64_t start_ms;   /* 0 not known */
	bool over;          /* cancelled, void, no-show: nothing hangs on it any more */
	UT_hash_handle hh;
};

struct hl7_stay {
	char place[ID_SIZE];
	int64_t start_ms, end_ms;
};

struct hl7_visit {        /* told by ADT */
	char id[ID_SIZE]; /* PV1-19, else the patient's */
	char patient[ID_SIZE];
	char case_id[ID_SIZE]; /* whose Encounter it was last told as */
	char class[8];         /* FHIR code */
	int64_t arrived_ms, discharged_ms, event_ms;
	bool cancelled;
	struct hl7_stay stays[HL7_STAYS];
	int stay_count;
	UT_hash_handle hh;
};

struct hl7_heard;

struct hl7 {
	struct hl7_options options;
	struct fhir_sink sink;
	struct fhir_map *map;
	struct hl7_case *cases;
	struct hl7_visit *visits;
	struct hl7_heard *heard;
	int64_t at_ms;
	bool silent; /* what the mapper gives out now is known already */
	struct hl7_reading *reading;
	struct hl7_result *result;
};

/* One message being read. */
struct hl7_reading {
	struct hl7 *h;
	const struct hl7_message *m;
	char type[8], trigger[8];
	char origin[ORIGIN_SIZE];
	char patient[ID_SIZE];
	int64_t sent_ms;
	long sequence; /* MSH-13, -1 none */
	bool test;     /* MSH-11 is not production */
	bool refused;
	cJSON *entries; /* the Bundle's */
};

/* -- hl7.c ------------------------------------------------------------------- */

/* One message, counted in h->result. */
void hl7_read_message(struct hl7 *h, const char *bytes, size_t len);
void hl7_puzzle(struct hl7_reading *r, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The message as a whole is not understood; what was gathered is dropped. */
void hl7_refuse(struct hl7_reading *r, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* False (and counted, told) when something newer is known under that key. */
bool hl7_is_news(struct hl7_reading *r, const char *kind, const char *id);
struct hl7_case *hl7_case_get(struct hl7 *h, const char *id);
struct hl7_visit *hl7_visit_get(struct hl7 *h, const char *id);
/* Gives the gathered resources to the mapper and begins a new Bundle. */
void hl7_flush(struct hl7_reading *r);

/* -- hl7_field.c: values as FHIR wants them ------------------------------------ */

/* "BOC 2026/17" → "BOC_202026_2F17"; false when absent or too long. */
bool hl7_id(char out[ID_SIZE], const char *raw);
bool hl7_id_at(struct hl7_reading *r, const struct hl7_segment *s, int field, int repetition,
	char out[ID_SIZE]);
/* A time of at least hours and minutes; 0 with a puzzle when it is none. */
int64_t hl7_moment(struct hl7_reading *r, const struct hl7_segment *s, const char *path, int field,
	int component);
/* Length in ms of a number and its unit; 0. */
int64_t hl7_length(struct hl7_reading *r, const struct hl7_segment *s, int field, int unit_field);
/* A PL as a Location id of the site. -1 with a puzzle when there is none (or it
 * is taken back); 0 not in the site (out holds what was said); 1 a place of the
 * site, 2 where operations are done. */
int hl7_place(struct hl7_reading *r, const struct hl7_segment *s, const char *path, int field,
	char out[ID_SIZE]);

/* Resources, added to the Bundle; each carries the message's time. */
cJSON *hl7_resource(struct hl7_reading *r, const char *type, const char *id);
void hl7_add_reference(cJSON *object, const char *key, const char *type, const char *id);
void hl7_add_concept(
	cJSON *object, const char *key, const char *system, const char *code, const char *text);
void hl7_add_time(cJSON *object, const char *key, int64_t ms);
cJSON *hl7_add_row(cJSON *object, const char *key); /* a new object in an array */

/* -- hl7_person.c --------------------------------------------------------------- */

/* PID-3 into r->patient; "" when there is none. */
void hl7_read_patient_id(struct hl7_reading *r);
/* PID, PV1-15 and OBX as Patient and Observations of r->patient. */
void hl7_add_patient(struct hl7_reading *r);
/* XCN as a Practitioner; false when it has no id. */
bool hl7_add_staff(struct hl7_reading *r, const struct hl7_segment *s, int field, char id[ID_SIZE]);

/* -- hl7_siu.c, hl7_adt.c --------------------------------------------------------- */

void hl7_read_siu(struct hl7_reading *r);
void hl7_read_adt(struct hl7_reading *r);
/* PV1 of any message: the visit, NULL when it cannot be told. */
struct hl7_visit *hl7_visit_of(struct hl7_reading *r);
/* Tells the visit as the Encounter of its case, when it has one. `booked`: the
 * case a SIU message is about; NULL. */
void hl7_tell_visit(struct hl7_reading *r, struct hl7_visit *visit, struct hl7_case *booked);

#endif
