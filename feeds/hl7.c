/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/hl7_private.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/hash.h"
#include "twin/text.h"

/*
 * Messages: whether one is new, who reads it, what is remembered. Memory is
 * bounded; what is forgotten first is what was heard of first.
 */

enum {
	MESSAGE_MAX = 1 << 20,
	CASES_MAX = 4096,
	VISITS_MAX = 4096,
	HEARD_MAX = 32768,
	KEY_SIZE = 224
};

struct hl7_heard {
	char key[KEY_SIZE];
	int64_t sent_ms;
	long sequence;
	uint64_t hash; /* of the bytes, for control ids */
	UT_hash_handle hh;
};

/* -- the sink ------------------------------------------------------------------ */

static void say(struct hl7_reading *r, const char *path, const char *raw)
{
	char reason[256], where[64];
	text_neutralise(reason, sizeof reason, raw, strlen(raw));
	text_neutralise(where, sizeof where, path, strlen(path));
	r->h->result->puzzles++;
	r->h->sink.not_understood(r->h->sink.context, r->origin, where, reason);
}

void hl7_puzzle(struct hl7_reading *r, const char *path, const char *format, ...)
{
	char text[256];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	say(r, path, text);
}

void hl7_refuse(struct hl7_reading *r, const char *path, const char *format, ...)
{
	char text[256];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (!r->refused)
		r->h->result->refused++;
	r->refused = true;
	say(r, path, text);
}

static void on_fact(void *context, const struct fact *fact)
{
	struct hl7 *h = context;
	struct fact copy = *fact;
	if (h->silent)
		return;
	text_copy(copy.origin, sizeof copy.origin, h->reading->origin);
	h->sink.fact(h->sink.context, &copy);
}

static void on_name(void *context, const char *id, const char *name)
{
	struct hl7 *h = context;
	if (!h->silent)
		h->sink.name(h->sink.context, id, name);
}

/* The mapper speaks of FHIR paths; people look for the HL7 field. */
static void on_puzzle(void *context, const char *resource, const char *path, const char *reason)
{
	static const struct {
		const char *resource, *path, *field;
	} fields[] = {
		{"Appointment/", "status", "SCH-25"},
		{"Appointment/", "end", "SCH-11"},
		{"Patient/", "birthDate", "PID-7"},
		{"Patient/", "gender", "PID-8"},
		{"Observation/", "value", "OBX-5"},
		{"Observation/", "valueQuantity.value", "OBX-5"},
		{"Observation/", "valueQuantity.code", "OBX-6"},
		{"Observation/", "status", "OBX-11"},
		{"", "meta.security", "MSH-11"},
	};
	struct hl7 *h = context;
	if (h->silent)
		return;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (strncmp(resource, fields[i].resource, strlen(fields[i].resource)) == 0
			&& strcmp(path, fields[i].path) == 0) {
			say(h->reading, fields[i].field, reason);
			return;
		}
	say(h->reading, path, reason);
}

/* -- memory --------------------------------------------------------------------- */

struct hl7_case *hl7_case_get(struct hl7 *h, const char *id)
{
	struct hl7_case *c;
	HASH_FIND_STR(h->cases, id, c);
	if (c != NULL)
		return c;
	if (HASH_COUNT(h->cases) >= CASES_MAX) {
		c = h->cases;
		HASH_DEL(h->cases, c);
		free(c);
	}
	c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	text_copy(c->id, sizeof c->id, id);
	HASH_ADD_STR(h->cases, id, c);
	return c;
}

struct hl7_visit *hl7_visit_get(struct hl7 *h, const char *id)
{
	struct hl7_visit *v;
	HASH_FIND_STR(h->visits, id, v);
	if (v != NULL)
		return v;
	if (HASH_COUNT(h->visits) >= VISITS_MAX) {
		v = h->visits;
		HASH_DEL(h->visits, v);
		free(v);
	}
	v = calloc(1, sizeof *v);
	if (v == NULL)
		return NULL;
	text_copy(v->id, sizeof v->id, id);
	HASH_ADD_STR(h->visits, id, v);
	return v;
}

static struct hl7_heard *heard_get(struct hl7 *h, const char *key, bool *is_new)
{
	struct hl7_heard *e;
	HASH_FIND_STR(h->heard, key, e);
	*is_new = e == NULL;
	if (e != NULL)
		return e;
	if (HASH_COUNT(h->heard) >= HEARD_MAX) {
		e = h->heard;
		HASH_DEL(h->heard, e);
		free(e);
	}
	e = calloc(1, sizeof *e);
	if (e == NULL)
		return NULL;
	text_copy(e->key, sizeof e->key, key);
	e->sequence = -1;
	HASH_ADD_STR(h->heard, key, e);
	return e;
}

bool hl7_is_news(struct hl7_reading *r, const char *kind, const char *id)
{
	char key[KEY_SIZE];
	bool is_new;
	snprintf(key, sizeof key, "%s:%s", kind, id);
	struct hl7_heard *e = heard_get(r->h, key, &is_new);
	if (e == NULL || r->sent_ms == 0)
		return true; /* without a time it cannot be older */
	bool later = r->sent_ms > e->sent_ms
		     || (r->sent_ms == e->sent_ms
			     && (r->sequence < 0 || e->sequence < 0 || r->sequence >= e->sequence));
	if (later) {
		e->sent_ms = r->sent_ms;
		e->sequence = r->sequence;
		return true;
	}
	r->h->result->older++;
	hl7_puzzle(r, "MSH-7", "older than what is known of this %s: not used", kind);
	return false;
}

/* What the sender calls the message; NULL when it has no control id. */
static struct hl7_heard *message_heard(struct hl7_reading *r)
{
	const struct hl7_segment *msh = &r->m->segments[0];
	char application[64], facility[64], control[64], key[KEY_SIZE];
	bool is_new;
	hl7_value(r->m, msh, 3, 0, 1, application, sizeof application);
	hl7_value(r->m, msh, 4, 0, 1, facility, sizeof facility);
	if (hl7_value(r->m, msh, 10, 0, 1, control, sizeof control) != HL7_VALUED)
		return NULL;
	snprintf(key, sizeof key, "message:%s|%s|%s", application, facility, control);
	return heard_get(r->h, key, &is_new);
}

/* The same control id and the same bytes from the same sender. A sender that
 * begins its numbers again is heard, and what was refused may be sent again. */
static bool is_duplicate(struct hl7_reading *r, uint64_t hash)
{
	const struct hl7_heard *e = message_heard(r);
	return e != NULL && e->hash == hash;
}

static void remember(struct hl7_reading *r, uint64_t hash)
{
	struct hl7_heard *e = message_heard(r);
	if (e != NULL)
		e->hash = hash;
}

/* -- one message ------------------------------------------------------------------ */

void hl7_flush(struct hl7_reading *r)
{
	struct fhir_page page;
	struct error err;
	cJSON *bundle = cJSON_CreateObject();
	cJSON_AddStringToObject(bundle, "resourceType", "Bundle");
	cJSON_AddItemToObject(bundle, "entry", r->entries);
	r->entries = cJSON_CreateArray();
	char *text = cJSON_PrintUnformatted(bundle);
	cJSON_Delete(bundle);
	if (text != NULL)
		fhir_map_read(r->h->map, text, strlen(text), r->h->at_ms, &page, &err);
	cJSON_free(text);
}

/* MSH-9: "SIU^S12^SIU_S12". Old senders leave the event to EVN-1. */
static void read_header(struct hl7_reading *r)
{
	const struct hl7_segment *msh = &r->m->segments[0];
	char control[ORIGIN_SIZE - 17], number[24], text[64];
	hl7_value(r->m, msh, 9, 0, 1, r->type, sizeof r->type);
	if (hl7_value(r->m, msh, 9, 0, 2, r->trigger, sizeof r->trigger) != HL7_VALUED)
		hl7_value(
			r->m, hl7_segment(r->m, "EVN", 0), 1, 0, 1, r->trigger, sizeof r->trigger);
	if (hl7_value(r->m, msh, 10, 0, 1, control, sizeof control) != HL7_VALUED)
		text_copy(control, sizeof control, "?");
	snprintf(r->origin, sizeof r->origin, "%s %s/%s", r->type, r->trigger, control);
	if (hl7_value(r->m, msh, 7, 0, 1, text, sizeof text) == HL7_VALUED
		&& hl7_time(text, &r->sent_ms) < 12) {
		hl7_puzzle(r, "MSH-7", "not a time: %.40s", text);
		r->sent_ms = 0; /* a day alone would make it look older than it is */
	}
	hl7_value(r->m, msh, 13, 0, 1, number, sizeof number);
	r->sequence = isdigit((unsigned char)number[0]) ? strtol(number, NULL, 10) : -1;
	hl7_value(r->m, msh, 11, 0, 1, text, sizeof text);
	r->test = strcmp(text, "T") == 0 || strcmp(text, "D") == 0;
	hl7_value(r->m, msh, 12, 0, 1, text, sizeof text);
	if (text[0] != '\0' && text[0] != '2')
		hl7_refuse(r, "MSH-12", "version %.20s is not read", text);
}

/* Segments that may stand in SIU and ADT messages (v2.5 chapters 3 and 10), and
 * are read or of no use here. Z segments are local by definition. */
static void check_segments(struct hl7_reading *r)
{
	static const char known[] = "MSH SFT UAC ARV SCH TQ1 TQ2 NTE PID PD1 PV1 PV2 NK1 OBX DG1 "
				    "RGS AIS AIG AIL AIP AL1 IAM EVN ROL PRT DB1 DRG PR1 GT1 IN1 "
				    "IN2 IN3 ACC UB1 UB2 PDA MRG OH1 OH2 OH3 OH4 CTD CON ";
	char told[8] = "";
	for (int i = 0; i < r->m->count; i++) {
		char id[5] = {0};
		memcpy(id, r->m->segments[i].text, 3);
		id[3] = ' ';
		if (id[0] == 'Z' || strstr(known, id) != NULL || strcmp(told, id) == 0)
			continue;
		text_copy(told, sizeof told, id);
		id[3] = '\0';
		hl7_puzzle(r, id, "segment is not read in a message like this");
	}
}

static void dispatch(struct hl7_reading *r)
{
	if (strcmp(r->type, "SIU") == 0)
		hl7_read_siu(r);
	else if (strcmp(r->type, "ADT") == 0)
		hl7_read_adt(r);
	else if (r->type[0] == '\0')
		hl7_refuse(r, "MSH-9", "no message type");
	else
		hl7_refuse(r, "MSH-9", "messages of type %s are not read", r->type);
}

void hl7_read_message(struct hl7 *h, const char *bytes, size_t len)
{
	struct hl7_message message;
	struct hl7_reading r = {.h = h, .m = &message, .origin = "HL7 message"};
	struct error err = {""};
	h->result->messages++;
	h->reading = &r; /* cppcheck-suppress autoVariables; until we return */
	if (len > MESSAGE_MAX) {
		hl7_refuse(&r, "message", "larger than 1 MiB");
		return;
	}
	if (hl7_message_parse(&message, bytes, len, &err) < 0) {
		hl7_refuse(&r, "message", "%s", err.text);
		return;
	}
	r.entries = cJSON_CreateArray();
	read_header(&r);
	uint64_t hash = hash64(HASH64_BASIS, bytes, len);
	if (is_duplicate(&r, hash)) {
		h->result->duplicates++;
	} else if (!r.refused) {
		check_segments(&r);
		dispatch(&r);
	}
	if (!r.refused)
		remember(&r, hash);
	cJSON_Delete(r.entries);
	hl7_message_free(&message);
}

/* -- making one ----------------------------------------------------------------- */

struct hl7 *hl7_create(const struct hl7_options *options, struct fhir_sink sink)
{
	struct hl7 *h = calloc(1, sizeof *h);
	if (h == NULL)
		return NULL;
	struct fhir_options map = {.site = options->site};
	h->options = *options;
	h->sink = sink;
	h->map = fhir_map_create(&map, (struct fhir_sink){on_fact, on_name, on_puzzle, h});
	if (h->map == NULL) {
		free(h);
		return NULL;
	}
	return h;
}

void hl7_site(struct hl7 *h, const struct site *site)
{
	h->options.site = site;
	fhir_map_site(h->map, site);
}

void hl7_destroy(struct hl7 *h)
{
	struct hl7_case *c, *next_case;
	struct hl7_visit *v, *next_visit;
	struct hl7_heard *e, *next_heard;
	if (h == NULL)
		return;
	HASH_ITER(hh, h->cases, c, next_case)
	{
		HASH_DEL(h->cases, c);
		free(c);
	}
	HASH_ITER(hh, h->visits, v, next_visit)
	{
		HASH_DEL(h->visits, v);
		free(v);
	}
	HASH_ITER(hh, h->heard, e, next_heard)
	{
		HASH_DEL(h->heard, e);
		free(e);
	}
	fhir_map_destroy(h->map);
	free(h);
}
