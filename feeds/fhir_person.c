/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/text.h"

/* Patients and staff. Names leave through sink.name only, never in a fact. */

enum { PEOPLE_MAX = 16384 };

struct fhir_person *fhir_person_get(struct fhir_map *map, const char *id)
{
	struct fhir_person *person;
	HASH_FIND_STR(map->people, id, person);
	if (person != NULL)
		return person;
	if (HASH_COUNT(map->people) >= PEOPLE_MAX) {
		person = map->people;
		HASH_DEL(map->people, person);
		fhir_history_free(person);
		free(person);
	}
	person = calloc(1, sizeof *person);
	if (person == NULL)
		return NULL;
	text_copy(person->id, sizeof person->id, id);
	HASH_ADD_STR(map->people, id, person);
	return person;
}

void fhir_people_free(struct fhir_map *map)
{
	struct fhir_person *person, *next;
	HASH_ITER(hh, map->people, person, next)
	{
		HASH_DEL(map->people, person);
		fhir_history_free(person);
		free(person);
	}
}

/* Years of age on a day. A birth date may be only a year or a month (R4
 * `date`): its middle is taken, so that the error is half of what is missing. */
static int age_years(const char *birth, int64_t on_ms)
{
	char whole[11];
	snprintf(whole, sizeof whole, "%.4s-%.2s-%.2s", birth,
		strlen(birth) >= 7 ? birth + 5 : "07",
		strlen(birth) >= 10  ? birth + 8
		: strlen(birth) >= 7 ? "15"
				     : "01");
	int64_t born = fhir_time(whole);
	if (on_ms <= born)
		return FACT_UNKNOWN;
	/* Birthdays by the calendar: 365.2425 days a year would be off by a day. */
	int64_t days = (on_ms - born) / 86400000;
	int years = (int)((double)days / 365.2425);
	char next[32];
	int first;
	if (sscanf(whole, "%4d", &first) != 1)
		return FACT_UNKNOWN;
	snprintf(next, sizeof next, "%04d%s", first + years + 1, whole + 4);
	int64_t birthday = fhir_time(next);
	if (birthday <= on_ms)
		years++;
	snprintf(next, sizeof next, "%04d%s", first + years, whole + 4);
	birthday = fhir_time(next);
	if (birthday > on_ms)
		years--;
	return years >= 0 && years <= 130 ? years : FACT_UNKNOWN;
}

static double body_mass_index(const struct fhir_person *person)
{
	const struct fhir_measure *m = person->measures;
	if (m[MEASURE_BMI].value > 0)
		return m[MEASURE_BMI].value;
	double height = m[MEASURE_HEIGHT_M].value, weight = m[MEASURE_WEIGHT_KG].value;
	if (height <= 0 || weight <= 0)
		return FACT_UNKNOWN;
	double bmi = weight / (height * height);
	/* To a tenth: what two measurements support. */
	return (double)(int64_t)(bmi * 10 + 0.5) / 10;
}

void fhir_person_give(struct fhir_reading *r, struct fhir_person *person)
{
	struct fact fact = fhir_fact(r, FACT_PATIENT);
	char key[160];
	text_copy(fact.patient.id, sizeof fact.patient.id, person->id);
	if (person->birth[0] != '\0')
		fact.patient.age_years = age_years(person->birth,
			person->case_start_ms != 0 ? person->case_start_ms : r->map->at_ms);
	if (person->birth[0] != '\0' && person->case_start_ms != 0 && fact.patient.age_years < 0)
		fhir_puzzle(
			r, "birthDate", "no age up to 130 years on the day of the case: not used");
	if (person->measures[MEASURE_ASA].value > 0)
		fact.patient.asa = (int)person->measures[MEASURE_ASA].value;
	fact.patient.bmi = body_mass_index(person);
	fact.patient.sex = person->sex;
	fact.patient.mobility = person->mobility;
	fact.patient.setting = person->setting;
	bool empty = fact.patient.age_years < 0 && fact.patient.asa < 0 && fact.patient.bmi < 0
		     && fact.patient.sex == 0 && fact.patient.mobility == MOBILITY_UNKNOWN
		     && fact.patient.setting == SETTING_UNKNOWN;
	snprintf(key, sizeof key, "patient:%s", person->id);
	if (!empty)
		fhir_give(r->map, key, &fact);
}

/* "Martin, Claire" from the official name, else the first one. */
static void human_name(const cJSON *names, char *out, size_t size)
{
	const cJSON *best = NULL;
	char raw[512];
	FHIR_EACH(name, names)
	{
		const char *use = fhir_string(name, "use");
		if (best == NULL || strcmp(use, "official") == 0)
			best = name;
	}
	const char *family = fhir_string(best, "family");
	size_t n = (size_t)snprintf(
		raw, sizeof raw, "%.200s", *family != '\0' ? family : fhir_string(best, "text"));
	const cJSON *given = fhir_get(best, "given");
	if (*family != '\0' && cJSON_IsArray(given)) {
		const char *mark = ", ";
		for (const cJSON *g = given->child; g != NULL && n < 400; g = g->next) {
			if (!cJSON_IsString(g))
				continue;
			n += (size_t)snprintf(
				raw + n, sizeof raw - n, "%s%.60s", mark, g->valuestring);
			mark = " ";
		}
	}
	text_neutralise(out, size, raw, strlen(raw));
}

static char sex_letter(const char *gender)
{
	static const struct {
		const char *code;
		char letter;
	} genders[] = {
		{"male", 'M'},
		{"female", 'F'},
		{"other", 'O'},
	};
	for (size_t i = 0; i < sizeof genders / sizeof *genders; i++)
		if (strcmp(genders[i].code, gender) == 0)
			return genders[i].letter;
	return 0;
}

static void give_tag(struct fhir_reading *r, const char *tag, const char *patient)
{
	struct fact fact = fhir_fact(r, FACT_TAG);
	char key[160];
	text_copy(fact.tag.tag, sizeof fact.tag.tag, tag);
	text_copy(fact.tag.patient, sizeof fact.tag.patient, patient);
	snprintf(key, sizeof key, "tag:%s", tag);
	fhir_give(r->map, key, &fact);
}

static bool lists(const struct fhir_bracelets *b, const char *mac)
{
	return strcmp(b->mac[0], mac) == 0 || strcmp(b->mac[1], mac) == 0;
}

/* Not listed any more: it is somebody else's who lists it, or nobody's. */
static void take_tag(struct fhir_reading *r, const struct fhir_person *person, const char *mac)
{
	const struct fhir_person *other = r->map->people;
	while (other != NULL && (other == person || !lists(&other->bracelets, mac)))
		other = other->hh.next;
	give_tag(r, mac, other != NULL ? other->id : "");
}

static bool is_bracelet(const struct fhir_reading *r, const cJSON *identifier)
{
	int64_t end = fhir_time_at(fhir_get(identifier, "period"), "end");
	return strcmp(fhir_string(identifier, "system"), r->map->options.bracelet_system) == 0
	       && strcmp(fhir_string(identifier, "use"), "old") != 0
	       && (end == 0 || end > r->map->at_ms);
}

/* The bracelet is an identifier of its own system; a period that ended takes
 * it off again. Two are told as they stand: the twin names what cannot be. */
static void read_bracelets(struct fhir_reading *r, struct fhir_person *person)
{
	struct fhir_bracelets now = {{""}}, *was = &person->bracelets;
	char mac[TAG_SIZE], path[40];
	int i = 0, count = 0;
	if (r->map->options.bracelet_system == NULL)
		return;
	FHIR_EACH(identifier, fhir_get(r->resource, "identifier"))
	{
		snprintf(path, sizeof path, "identifier[%d].value", i++);
		if (!is_bracelet(r, identifier))
			continue;
		if (!text_mac(mac, fhir_string(identifier, "value")))
			fhir_puzzle(r, path, "bracelet is not a MAC");
		else if (!lists(&now, mac) && count == FHIR_BRACELETS)
			fhir_puzzle(r, path, "more than two bracelets");
		else if (!lists(&now, mac))
			text_copy(now.mac[count++], TAG_SIZE, mac);
	}
	for (i = 0; i < FHIR_BRACELETS; i++)
		if (was->mac[i][0] != '\0' && !lists(&now, was->mac[i]))
			take_tag(r, person, was->mac[i]);
	for (i = 0; i < count; i++)
		give_tag(r, now.mac[i], person->id);
	*was = now;
}

/* Who must be read with care makes his cases so, whichever comes first. */
static void mark_cases(struct fhir_reading *r, struct fhir_person *person)
{
	struct fhir_case *c, *next;
	text_copy(person->doubt, sizeof person->doubt, r->doubt);
	HASH_ITER(hh, r->map->cases, c, next)
	{
		if (c->surgical && strcmp(c->patient, person->id) == 0)
			fhir_case_mark(r, c->id);
	}
}

bool fhir_read_patient(struct fhir_reading *r)
{
	struct fhir_person *person = fhir_person_get(r->map, r->id);
	char name[LABEL_SIZE];
	if (person == NULL)
		return true;
	person->read = true;
	fhir_check_modifiers(r);
	if (fhir_blocks(r)) {
		mark_cases(r, person);
		return true;
	}
	FHIR_EACH(link, fhir_get(r->resource, "link"))
	if (strcmp(fhir_string(link, "type"), "replaced-by") == 0)
		fhir_doubt(r, "link", "patient record was merged into another");
	mark_cases(r, person);
	const char *birth = fhir_string(r->resource, "birthDate");
	person->birth[0] = '\0';
	if (fhir_time(birth) != 0 || strncmp(birth, "1970", 4) == 0)
		text_copy(person->birth, sizeof person->birth, birth);
	else if (*birth != '\0')
		fhir_puzzle(r, "birthDate", "not a date: %.40s", birth);
	const char *gender = fhir_string(r->resource, "gender");
	person->sex = sex_letter(gender);
	if (*gender != '\0' && person->sex == 0 && strcmp(gender, "unknown") != 0)
		fhir_puzzle(r, "gender", "unknown code %.40s", gender);
	human_name(fhir_get(r->resource, "name"), name, sizeof name);
	fhir_give_name(r->map, r->id, name);
	fhir_person_give(r, person);
	read_bracelets(r, person);
	return true;
}

bool fhir_read_practitioner(struct fhir_reading *r)
{
	char name[LABEL_SIZE];
	human_name(fhir_get(r->resource, "name"), name, sizeof name);
	fhir_give_name(r->map, r->id, name);
	/* Roles told before this practitioner are read again. */
	if (fhir_link_set(r->map, r->type, r->id, r->id))
		r->map->linked = true;
	return true;
}

/* Programmes name staff by role: the role borrows its practitioner's name. */
bool fhir_read_role(struct fhir_reading *r)
{
	char id[ID_SIZE], name[LABEL_SIZE];
	const cJSON *practitioner = fhir_get(r->resource, "practitioner");
	const char *why = fhir_refer(r, practitioner, "Practitioner", id);
	const char *display = fhir_string(practitioner, "display");
	if (why == NULL)
		fhir_link_set(r->map, r->type, r->id, id);
	if (why == NULL && *fhir_name_of(r->map, id) != '\0') {
		fhir_give_name(r->map, r->id, fhir_name_of(r->map, id));
		return true;
	}
	text_neutralise(name, sizeof name, display, strlen(display));
	fhir_give_name(r->map, r->id, name);
	if (why != NULL && *why != '\0')
		fhir_puzzle(r, "practitioner", "%s", why);
	return why != NULL || r->map->last_call;
}
