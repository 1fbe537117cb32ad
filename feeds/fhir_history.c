/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir_known.h"
#include "twin/text.h"

/*
 * What went before: visits and conditions of the patients on the programme, for
 * the LACE index (twin/lace.h). Only days, counts and points leave this file.
 * Nothing known is not the same as nothing there: a count is given when the
 * server was asked for six months, or when something older than that was read.
 */

enum { VISITS_MAX = 64, CONDITIONS_MAX = 128 };

static const int64_t DAY_MS = 24 * 3600000LL;
/* Six months, and the visit that an admission came from. */
enum { BACK_DAYS = 183, JUST_BEFORE_DAYS = 1 };

/* Grows by one; NULL when full or out of memory. Ids stand first in both. */
static void *add(void **list, int *count, int most, size_t size)
{
	void *grown = *count < most ? realloc(*list, (size_t)(*count + 1) * size) : NULL;
	if (grown == NULL)
		return NULL;
	*list = grown;
	char *one = (char *)grown + (size_t)(*count)++ * size;
	memset(one, 0, size);
	return one;
}

/* -- visits -------------------------------------------------------------------- */

static struct fhir_visit *find_visit(struct fhir_person *person, const char *id)
{
	for (int i = 0; i < person->visit_count; i++)
		if (strcmp(person->visits[i].id, id) == 0)
			return &person->visits[i];
	return NULL;
}

static bool was_class(const struct fhir_reading *r, const char *code)
{
	if (fhir_has_code(fhir_get(r->resource, "class"), NULL, code))
		return true;
	FHIR_EACH(past, fhir_get(r->resource, "classHistory"))
	if (fhir_has_code(fhir_get(past, "class"), NULL, code))
		return true;
	return false;
}

/* Emergency, by the class, the priority (v3-ActPriority) or the way in; 1, 0,
 * -1 not said. ACUTE is a kind of care, not of admission. */
static int is_acute(const struct fhir_reading *r)
{
	static const struct {
		const char *code;
		int acute;
	} priorities[] = {{"EM", 1}, {"UR", 1}, {"S", 1}, {"EL", 0}, {"R", 0}};
	const cJSON *stay = fhir_either(r->resource, "hospitalization", "admission");
	const cJSON *priority = fhir_get(r->resource, "priority");
	if (was_class(r, "EMER") || fhir_has_code(fhir_get(stay, "admitSource"), NULL, "emd"))
		return 1;
	for (size_t i = 0; i < sizeof priorities / sizeof *priorities; i++)
		if (fhir_has_code(priority, NULL, priorities[i].code))
			return priorities[i].acute;
	return FACT_UNKNOWN;
}

static bool is_stay(const struct fhir_reading *r)
{
	static const char *const codes[] = {"IMP", "ACUTE", "NONAC"};
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (was_class(r, codes[i]))
			return true;
	return false;
}

static void drop_visit(struct fhir_person *person, struct fhir_visit *visit)
{
	*visit = person->visits[--person->visit_count];
}

bool fhir_history_visit(struct fhir_reading *r, bool ours, bool happened)
{
	char patient[ID_SIZE];
	if (fhir_refer(r, fhir_get(r->resource, "subject"), "Patient", patient) != NULL)
		return false;
	struct fhir_person *person = fhir_person_get(r->map, patient);
	const cJSON *period = fhir_either(r->resource, "period", "actualPeriod");
	const char *start = fhir_string(period, "start"), *end = fhir_string(period, "end");
	struct fhir_visit *visit = person != NULL ? find_visit(person, r->id) : NULL;
	int64_t start_ms = fhir_time(start); /* a date alone is near enough for days */
	if (person == NULL)
		return false;
	if (!happened || start_ms == 0) {
		if (visit != NULL)
			drop_visit(person, visit);
		fhir_history_give(r, person);
		return false;
	}
	if (visit == NULL)
		visit = add(
			(void **)&person->visits, &person->visit_count, VISITS_MAX, sizeof *visit);
	if (visit == NULL)
		return false;
	text_copy(visit->id, sizeof visit->id, r->id);
	if (fhir_refer(r, fhir_get(r->resource, "partOf"), "Encounter", visit->whole) != NULL)
		visit->whole[0] = '\0';
	visit->start_ms = start_ms;
	visit->end_ms = fhir_time(end);
	visit->ours = ours;
	visit->emergency = was_class(r, "EMER");
	visit->stay = is_stay(r);
	visit->acute = is_acute(r);
	fhir_history_give(r, person);
	return true;
}

/* -- the stay of the operation ---------------------------------------------------- */

static bool covers(const struct fhir_visit *v, int64_t when_ms)
{
	return v->start_ms <= when_ms && (v->end_ms == 0 || v->end_ms >= when_ms);
}

static bool holds_ours(const struct fhir_person *person, const struct fhir_visit *v)
{
	for (int i = 0; i < person->visit_count; i++)
		if (person->visits[i].ours && strcmp(person->visits[i].whole, v->id) == 0)
			return true;
	return v->ours;
}

/* The admission in which the operation is: its own visit, the one that is part
 * of, or the stay on that day; the earliest begun. NULL none. */
static const struct fhir_visit *find_stay(const struct fhir_person *person)
{
	const struct fhir_visit *best = NULL;
	for (int i = 0; i < person->visit_count; i++) {
		const struct fhir_visit *v = &person->visits[i];
		bool own = holds_ours(person, v);
		if (!(own && (v->stay || v->emergency))
			&& !(v->stay && covers(v, person->case_start_ms)))
			continue;
		if (best == NULL || v->start_ms < best->start_ms)
			best = v;
	}
	return best;
}

/* An emergency visit that ended as the stay began is how one came in. */
static bool leads_to(const struct fhir_visit *v, const struct fhir_visit *stay)
{
	int64_t end = v->end_ms != 0 ? v->end_ms : v->start_ms;
	return stay != NULL && v->emergency && v != stay && v->start_ms <= stay->start_ms
	       && end >= stay->start_ms - JUST_BEFORE_DAYS * DAY_MS;
}

static void fill(const struct fhir_person *person, struct fact_history *out)
{
	const struct fhir_visit *stay = find_stay(person);
	int64_t before = stay != NULL ? stay->start_ms : person->case_start_ms;
	bool known = person->visits_asked;
	int count = 0;
	if (stay != NULL) {
		out->admitted_ms = stay->start_ms;
		out->acute = stay->acute;
	}
	for (int i = 0; i < person->visit_count; i++) {
		const struct fhir_visit *v = &person->visits[i];
		known = known || v->start_ms < before - BACK_DAYS * DAY_MS;
		if (leads_to(v, stay))
			out->acute = 1;
		else if (v->emergency && !holds_ours(person, v) && v->start_ms < before)
			count += v->start_ms >= before - BACK_DAYS * DAY_MS;
	}
	if (known)
		out->ed_visits = count;
	if (person->conditions_asked || person->condition_count > 0) {
		unsigned groups = 0;
		for (int i = 0; i < person->condition_count; i++)
			groups |= person->conditions[i].groups;
		out->charlson = fhir_charlson_points(groups);
	}
}

void fhir_history_give(struct fhir_reading *r, const struct fhir_person *person)
{
	struct fact fact = fhir_fact(r, FACT_HISTORY);
	struct fact_history *h = &fact.history;
	char key[160];
	if (person->case_start_ms == 0)
		return; /* not on the programme: none of our business */
	text_copy(h->id, sizeof h->id, person->id);
	fill(person, h);
	if (h->admitted_ms == 0 && h->acute < 0 && h->charlson < 0 && h->ed_visits < 0)
		return;
	snprintf(key, sizeof key, "history:%s", person->id);
	fhir_give(r->map, key, &fact);
}

/* -- conditions -------------------------------------------------------------------- */

void fhir_history_condition(
	struct fhir_reading *r, struct fhir_person *person, bool counts, unsigned groups)
{
	struct fhir_ailment *one = NULL;
	for (int i = 0; i < person->condition_count && one == NULL; i++)
		if (strcmp(person->conditions[i].id, r->id) == 0)
			one = &person->conditions[i];
	if (!counts) {
		if (one != NULL)
			*one = person->conditions[--person->condition_count];
	} else if (one != NULL
		   || (one = add((void **)&person->conditions, &person->condition_count,
			       CONDITIONS_MAX, sizeof *one))
			      != NULL) {
		text_copy(one->id, sizeof one->id, r->id);
		one->groups = groups;
	}
	fhir_history_give(r, person);
}

void fhir_history_free(struct fhir_person *person)
{
	free(person->visits);
	free(person->conditions);
}

/* -- what was asked for --------------------------------------------------------------- */

void fhir_known_asked(
	struct fhir_map *map, bool visits, int64_t from_ms, int64_t to_ms, int64_t at_ms)
{
	map->at_ms = at_ms;
	for (const struct fhir_case *c = map->cases; c != NULL; c = c->hh.next) {
		struct fhir_reading r = {.map = map, .type = "Patient"};
		struct fhir_person *person;
		if (!c->known || !c->surgical || c->gone || c->patient[0] == '\0'
			|| c->start_ms < from_ms || c->start_ms >= to_ms)
			continue;
		person = fhir_person_get(map, c->patient);
		if (person == NULL)
			continue;
		if (visits)
			person->visits_asked = true;
		else
			person->conditions_asked = true;
		snprintf(r.origin, sizeof r.origin, "every %s", visits ? "Encounter" : "Condition");
		fhir_history_give(&r, person);
	}
}
