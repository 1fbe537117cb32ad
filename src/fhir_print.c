/* SPDX-License-Identifier: Apache-2.0 */
#include "src/fhir_print.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeds/fhir.h"
#include "twin/text.h"

/* Facts as JSON lines. A case is told once, at the end, with what is known by
 * then of its patient. */

/* A case or a patient, printed at the end. */
struct fhir_told {
	char id[ID_SIZE];
	struct fact fact;
	UT_hash_handle hh;
};

/* Without --site and TZ a time is printed in the offset it was read in. */
struct fhir_offset {
	int64_t ms;
	int minutes;
	UT_hash_handle hh;
};

/* -- times ---------------------------------------------------------------------- */

void fhir_print_offsets(struct fhir_print *print, const char *text)
{
	for (const char *p = text; (p = strchr(p, '"')) != NULL;) {
		char time[48];
		size_t n = strcspn(++p, "\"");
		if (n < 20 || n >= sizeof time || p[10] != 'T')
			continue;
		memcpy(time, p, n);
		time[n] = '\0';
		int64_t ms = fhir_time(time);
		struct fhir_offset *known;
		HASH_FIND(hh, print->offsets, &ms, sizeof ms, known);
		if (ms == 0 || known != NULL || (known = calloc(1, sizeof *known)) == NULL)
			continue;
		const char *sign = time + n - 6;
		known->ms = ms;
		if (*sign == '+' || *sign == '-') {
			long hours = strtol(sign + 1, NULL, 10), rest = strtol(sign + 4, NULL, 10);
			known->minutes = (int)(hours * 60 + rest) * (*sign == '-' ? -1 : 1);
		}
		HASH_ADD(hh, print->offsets, ms, sizeof known->ms, known);
	}
}

static int offset_of(const struct fhir_print *print, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	const struct fhir_offset *known;
	if (print->zoned && localtime_r(&seconds, &tm) != NULL)
		return (int)(tm.tm_gmtoff / 60);
	HASH_FIND(hh, print->offsets, &ms, sizeof ms, known);
	return known != NULL ? known->minutes : 0;
}

static void add_time(const struct fhir_print *print, cJSON *o, const char *key, int64_t ms)
{
	char text[64], zone[16] = "Z";
	struct tm tm;
	if (ms == 0)
		return;
	int minutes = offset_of(print, ms);
	time_t local = (time_t)(ms / 1000) + minutes * 60;
	gmtime_r(&local, &tm);
	size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (ms % 1000 != 0)
		n += (size_t)snprintf(text + n, sizeof text - n, ".%03d", (int)(ms % 1000));
	if (minutes != 0 || print->zoned)
		snprintf(zone, sizeof zone, "%c%02d:%02d", minutes < 0 ? '-' : '+',
			abs(minutes) / 60 % 100, abs(minutes) % 60);
	snprintf(text + n, sizeof text - n, "%s", zone);
	cJSON_AddStringToObject(o, key, text);
}

/* -- facts ---------------------------------------------------------------------- */

static void add_text(cJSON *o, const char *key, const char *text)
{
	if (*text != '\0')
		cJSON_AddStringToObject(o, key, text);
}

static void add_count(cJSON *o, const char *key, int value)
{
	if (value >= 0)
		cJSON_AddNumberToObject(o, key, value);
}

static void print_line(cJSON *o)
{
	char *line = cJSON_PrintUnformatted(o);
	if (line != NULL)
		puts(line);
	cJSON_free(line);
	cJSON_Delete(o);
}

static cJSON *new_fact(const char *name)
{
	cJSON *o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "kind", "fact");
	cJSON_AddStringToObject(o, "fact", name);
	return o;
}

static void add_person(cJSON *o, const struct fact_patient *p)
{
	char sex[2] = {p->sex, '\0'};
	add_count(o, "age", p->age_years);
	add_text(o, "sex", sex);
	add_count(o, "asa", p->asa);
	if (p->bmi > 0)
		cJSON_AddNumberToObject(o, "bmi", p->bmi);
	if (p->mobility != MOBILITY_UNKNOWN)
		cJSON_AddStringToObject(o, "mobility", mobility_name(p->mobility));
}

static void print_case(const struct fhir_print *print, const struct fact *f)
{
	const struct fact_case *c = &f->surgery;
	struct fhir_told *patient;
	cJSON *o = new_fact("case");
	HASH_FIND_STR(print->patients, c->patient, patient);
	add_text(o, "case", c->id);
	add_text(o, "room", c->room);
	add_time(print, o, "start", c->start_ms);
	add_time(print, o, "end", c->end_ms);
	add_text(o, "procedure", c->procedure);
	add_text(o, "patient", c->patient);
	if (c->status != CASE_UNKNOWN)
		cJSON_AddStringToObject(o, "status", case_status_name(c->status));
	add_text(o, "surgeon", c->surgeon);
	add_text(o, "anaesthetist", c->anaesthetist);
	enum setting setting = c->setting;
	if (setting == SETTING_UNKNOWN && patient != NULL)
		setting = patient->fact.patient.setting;
	if (setting != SETTING_UNKNOWN)
		cJSON_AddStringToObject(o, "setting", setting_name(setting));
	if (patient != NULL)
		add_person(o, &patient->fact.patient);
	add_text(o, "not_understood", c->not_understood);
	add_text(o, "source", f->origin);
	print_line(o);
}

static void print_patient(const struct fact *f)
{
	const struct fact_patient *p = &f->patient;
	cJSON *o = new_fact("patient");
	add_text(o, "patient", p->id);
	add_person(o, p);
	if (p->setting != SETTING_UNKNOWN)
		cJSON_AddStringToObject(o, "setting", setting_name(p->setting));
	add_text(o, "source", f->origin);
	print_line(o);
}

static void fill_milestone(const struct fhir_print *print, cJSON *o, const struct fact *f)
{
	const struct fact_milestone *m = &f->milestone;
	add_text(o, "case", m->id);
	cJSON_AddStringToObject(o, "name", milestone_name(m->milestone));
	add_time(print, o, "time", m->when_ms);
	if (m->at_most)
		cJSON_AddTrueToObject(o, "at_most");
	if (m->withdrawn)
		cJSON_AddTrueToObject(o, "withdrawn");
}

static void fill_readiness(const struct fhir_print *print, cJSON *o, const struct fact *f)
{
	const struct fact_readiness *r = &f->readiness;
	add_text(o, "case", r->id);
	cJSON_AddStringToObject(o, "item", readiness_name(r->item));
	if (r->value >= 0)
		cJSON_AddBoolToObject(o, "value", r->value > 0);
	add_time(print, o, "time", f->source_ms);
}

static void fill_status(const struct fhir_print *print, cJSON *o, const struct fact *f)
{
	add_text(o, "case", f->status.id);
	cJSON_AddStringToObject(o, "status", case_status_name(f->status.status));
	add_time(print, o, "time", f->source_ms);
}

static void fill_place(const struct fhir_print *print, cJSON *o, const struct fact *f)
{
	const struct fact_place *p = &f->place;
	add_text(o, "patient", p->patient);
	add_text(o, "case", p->id);
	add_text(o, "room", p->room);
	add_text(o, "bed", p->bed);
	add_time(print, o, "start", p->start_ms);
	add_time(print, o, "end", p->end_ms);
}

static void fill_room(const struct fhir_print *print, cJSON *o, const struct fact *f)
{
	add_text(o, "room", f->room.room);
	cJSON_AddStringToObject(o, "service", room_service_name(f->room.service));
	add_time(print, o, "time", f->source_ms);
}

static void fill_tag(const struct fhir_print *print, cJSON *o, const struct fact *f)
{
	(void)print;
	add_text(o, "tag", f->tag.tag);
	add_text(o, "patient", f->tag.patient);
}

static void fill_history(const struct fhir_print *print, cJSON *o, const struct fact *f)
{
	const struct fact_history *h = &f->history;
	add_text(o, "patient", h->id);
	add_time(print, o, "admitted", h->admitted_ms);
	if (h->acute >= 0)
		cJSON_AddBoolToObject(o, "acute", h->acute > 0);
	if (h->charlson >= 0)
		cJSON_AddNumberToObject(o, "charlson", h->charlson);
	if (h->ed_visits >= 0)
		cJSON_AddNumberToObject(o, "ed_visits", h->ed_visits);
}

static const struct {
	enum fact_kind kind;
	void (*fill)(const struct fhir_print *, cJSON *, const struct fact *);
} printers[] = {
	{FACT_MILESTONE, fill_milestone},
	{FACT_READINESS, fill_readiness},
	{FACT_STATUS, fill_status},
	{FACT_PLACE, fill_place},
	{FACT_ROOM, fill_room},
	{FACT_TAG, fill_tag},
	{FACT_HISTORY, fill_history},
};

/* Present fields replace, missing ones leave what was known (fact.h). */
static void merge_case(struct fact *known, const struct fact *f)
{
	struct fact_case *k = &known->surgery;
	const struct fact_case *c = &f->surgery;
	const struct {
		char *to;
		size_t size;
		const char *from;
	} texts[] = {
		{k->patient, sizeof k->patient, c->patient},
		{k->room, sizeof k->room, c->room},
		{k->surgeon, sizeof k->surgeon, c->surgeon},
		{k->anaesthetist, sizeof k->anaesthetist, c->anaesthetist},
		{k->procedure, sizeof k->procedure, c->procedure},
		{k->not_understood, sizeof k->not_understood, c->not_understood},
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (*texts[i].from != '\0')
			text_copy(texts[i].to, texts[i].size, texts[i].from);
	k->start_ms = c->start_ms != 0 ? c->start_ms : k->start_ms;
	k->end_ms = c->end_ms != 0 ? c->end_ms : k->end_ms;
	k->status = c->status != CASE_UNKNOWN ? c->status : k->status;
	k->setting = c->setting != SETTING_UNKNOWN ? c->setting : k->setting;
}

static void keep_case(struct fhir_print *print, const struct fact *f)
{
	struct fhir_told *told;
	HASH_FIND_STR(print->cases, f->surgery.id, told);
	if (told != NULL) {
		merge_case(&told->fact, f);
		return;
	}
	told = calloc(1, sizeof *told);
	if (told == NULL)
		return;
	told->fact = *f;
	text_copy(told->id, sizeof told->id, f->surgery.id);
	HASH_ADD_STR(print->cases, id, told);
}

static void keep_patient(struct fhir_print *print, const struct fact *f)
{
	struct fhir_told *told;
	HASH_FIND_STR(print->patients, f->patient.id, told);
	if (told == NULL && (told = calloc(1, sizeof *told)) != NULL) {
		text_copy(told->id, sizeof told->id, f->patient.id);
		HASH_ADD_STR(print->patients, id, told);
	}
	if (told != NULL)
		told->fact = *f;
}

void fhir_print_fact(struct fhir_print *print, const struct fact *f)
{
	if (f->kind == FACT_CASE)
		keep_case(print, f);
	else if (f->kind == FACT_PATIENT)
		keep_patient(print, f);
	for (size_t i = 0; i < sizeof printers / sizeof *printers; i++) {
		if (printers[i].kind != f->kind)
			continue;
		cJSON *o = new_fact(fact_kind_name(f->kind));
		printers[i].fill(print, o, f);
		add_text(o, "source", f->origin);
		print_line(o);
	}
}

void fhir_print_puzzle(const char *resource, const char *path, const char *reason)
{
	cJSON *o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "kind", "not_understood");
	cJSON_AddStringToObject(o, "resource", resource);
	cJSON_AddStringToObject(o, "path", path);
	cJSON_AddStringToObject(o, "reason", reason);
	print_line(o);
}

void fhir_print_kept(struct fhir_print *print)
{
	struct fhir_told *patient, *told, *next;
	HASH_ITER(hh, print->patients, patient, next)
	{
		print_patient(&patient->fact);
	}
	HASH_ITER(hh, print->cases, told, next)
	{
		print_case(print, &told->fact);
		HASH_DEL(print->cases, told);
		free(told);
	}
	HASH_ITER(hh, print->patients, patient, next)
	{
		HASH_DEL(print->patients, patient);
		free(patient);
	}
	struct fhir_offset *offset, *next_offset;
	HASH_ITER(hh, print->offsets, offset, next_offset)
	{
		HASH_DEL(print->offsets, offset);
		free(offset);
	}
}
