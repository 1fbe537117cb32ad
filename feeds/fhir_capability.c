/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_capability.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "feeds/fhir_private.h"

static const char *const type_names[FHIR_TYPES] = {
	[FHIR_LOCATION] = "Location",
	[FHIR_PRACTITIONER] = "Practitioner",
	[FHIR_ROLE] = "PractitionerRole",
	[FHIR_APPOINTMENT] = "Appointment",
	[FHIR_PATIENT] = "Patient",
	[FHIR_ENCOUNTER] = "Encounter",
	[FHIR_REQUEST] = "ServiceRequest",
	[FHIR_PROCEDURE] = "Procedure",
	[FHIR_OBSERVATION] = "Observation",
	[FHIR_PAST] = "Encounter",
	[FHIR_CONDITION] = "Condition",
};

enum {
	/* What every repository searches by, whether its statement lists it or not. */
	REPOSITORY = OFFER_LAST_UPDATED | OFFER_ID | OFFER_COUNT,
	DEFAULT_OFFERS = OFFER_TYPE | OFFER_SEARCH | OFFER_READ | REPOSITORY | OFFER_DATE
			 | OFFER_PATIENT | OFFER_CODE | OFFER_INCLUDE_PATIENT,
};

/*
 * Captured statements: Oracle's names no software but "Oracle Health
 * implementation of FHIR on top of Millennium", wants `date` with one of
 * patient, practitioner or location, and a patient for Encounter and
 * Procedure; Epic's software is "Epic", filters after a search by patient or
 * `service-category=surgery`, and gives applications a small share of its
 * database. The others are repositories.
 */
static const struct fhir_server servers[] = {
	{"Oracle Health", "oracle health|millennium|cerner", 0, NARROW_LOCATION, true, 1, 30},
	{"Epic", "epic", 0, NARROW_SURGERY, true, 1, 60},
	{"HAPI", "hapi fhir|smile cdr|smilecdr", REPOSITORY, NARROW_NONE, false, 20, 5},
	{"Azure", "microsoft fhir|azure|azurehealthcareapis", REPOSITORY, NARROW_NONE, false, 20,
		5},
	{"Google", "google|cloud healthcare", REPOSITORY, NARROW_NONE, false, 20, 5},
	{"Medplum", "medplum", REPOSITORY, NARROW_NONE, false, 20, 5},
	{"HealthLake", "healthlake", REPOSITORY, NARROW_NONE, false, 20, 5},
	{"LinuxForHealth", "linuxforhealth|ibm fhir", REPOSITORY, NARROW_NONE, false, 20, 5},
	{"Blaze", "blaze", REPOSITORY, NARROW_NONE, false, 20, 5},
	{"Firely", "firely|vonk|spark", REPOSITORY, NARROW_NONE, false, 20, 5},
};
static const struct fhir_server plain = {"FHIR server", "", 0, NARROW_NONE, false, 20, 5};

/* Where each offer stands in rest.resource (or, for all types, in rest). */
static const struct {
	const char *list, *key, *value;
	unsigned offer;
} places[] = {
	{"interaction", "code", "search-type", OFFER_SEARCH},
	{"interaction", "code", "read", OFFER_READ},
	{"interaction", "code", "history-type", OFFER_HISTORY},
	{"searchParam", "name", "_lastUpdated", OFFER_LAST_UPDATED},
	{"searchParam", "name", "_id", OFFER_ID},
	{"searchParam", "name", "_count", OFFER_COUNT},
	{"searchParam", "name", "date", OFFER_DATE},
	{"searchParam", "name", "location", OFFER_LOCATION},
	{"searchParam", "name", "patient", OFFER_PATIENT},
	{"searchParam", "name", "code", OFFER_CODE},
	{"searchParam", "name", "service-category", OFFER_CATEGORY},
	{"searchInclude", NULL, "Appointment:patient", OFFER_INCLUDE_PATIENT},
	{"searchInclude", NULL, "*", OFFER_INCLUDE_PATIENT},
};

const char *fhir_type_name(enum fhir_type type)
{
	return type >= 0 && type < FHIR_TYPES ? type_names[type] : "?";
}

const char *fhir_release_name(enum fhir_release release)
{
	static const char *const names[] = {"", "R4", "R4B", "R5", "not R4 to R5"};
	return release <= RELEASE_OTHER ? names[release] : "";
}

/* -- whose server it is ------------------------------------------------------ */

/* `word` as a whole word of text: "epic" is not in "epicentre". */
static bool has_word(const char *text, const char *word, size_t n)
{
	for (const char *p = text; *p != '\0'; p++) {
		size_t i = 0;
		while (i < n && tolower((unsigned char)p[i]) == word[i])
			i++;
		if (i == n && (p == text || !isalnum((unsigned char)p[-1]))
			&& !isalnum((unsigned char)p[n]))
			return true;
	}
	return false;
}

static const struct fhir_server *find_server(const char *const *texts, int count)
{
	for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
		for (const char *word = servers[i].words; *word != '\0';) {
			size_t n = strcspn(word, "|");
			for (int k = 0; k < count; k++)
				if (has_word(texts[k], word, n))
					return &servers[i];
			word += n + (word[n] == '|');
		}
	}
	return &plain;
}

static enum fhir_release find_release(const char *version)
{
	static const struct {
		const char *begin;
		enum fhir_release release;
	} releases[] = {
		{"4.0", RELEASE_R4},
		{"4.3", RELEASE_R4B},
		{"5.0", RELEASE_R5},
	};
	for (size_t i = 0; i < sizeof releases / sizeof *releases; i++)
		if (strncmp(version, releases[i].begin, strlen(releases[i].begin)) == 0)
			return releases[i].release;
	return *version != '\0' ? RELEASE_OTHER : RELEASE_UNKNOWN;
}

/* -- what it offers ------------------------------------------------------------ */

static unsigned read_offers(const cJSON *element)
{
	unsigned offers = 0;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		const cJSON *list = fhir_get(element, places[i].list);
		if (!cJSON_IsArray(list))
			continue;
		for (const cJSON *one = list->child; one != NULL; one = one->next) {
			const char *text = places[i].key != NULL ? fhir_string(one, places[i].key)
					   : cJSON_IsString(one) ? one->valuestring
								 : "";
			if (strcmp(text, places[i].value) == 0)
				offers |= places[i].offer;
		}
	}
	return offers;
}

/* A type without interactions is there, but says nothing: searchable, as far
 * as is known. */
static void read_resource(struct fhir_capability *c, const cJSON *resource, unsigned common)
{
	const char *name = fhir_string(resource, "type");
	for (int type = 0; type < FHIR_TYPES; type++) {
		if (strcmp(type_names[type], name) != 0)
			continue;
		unsigned offers = read_offers(resource) | common | OFFER_TYPE;
		if (fhir_begin(fhir_get(resource, "interaction")) == NULL)
			offers |= OFFER_SEARCH | OFFER_READ;
		c->offers[type] |= offers | c->server->gives;
	}
}

void fhir_capability_default(struct fhir_capability *capability, const char *base)
{
	memset(capability, 0, sizeof *capability);
	capability->server = find_server(&base, 1);
	for (int type = 0; type < FHIR_TYPES; type++) {
		capability->offers[type] = DEFAULT_OFFERS;
		if (capability->server->narrow == NARROW_LOCATION)
			capability->offers[type] |= OFFER_LOCATION;
		if (capability->server->narrow == NARROW_SURGERY)
			capability->offers[type] |= OFFER_CATEGORY;
		if (capability->server->by_patient)
			capability->offers[type] &= ~(unsigned)OFFER_LAST_UPDATED;
	}
}

int fhir_capability_read(struct fhir_capability *capability, const char *base, const char *text,
	size_t len, struct error *err)
{
	cJSON *json = fhir_json_parse(text, len, err);
	if (json == NULL)
		return -EBADMSG;
	if (strcmp(fhir_string(json, "resourceType"), "CapabilityStatement") != 0) {
		cJSON_Delete(json);
		return error_set(err, -EBADMSG, "no CapabilityStatement");
	}
	struct fhir_capability c = {.understood = true};
	const cJSON *software = fhir_get(json, "software");
	const char *texts[] = {fhir_string(software, "name"), fhir_string(json, "name"),
		fhir_string(json, "publisher"), fhir_string(json, "description"),
		fhir_string(fhir_get(json, "implementation"), "description"), base};
	c.server = find_server(texts, sizeof texts / sizeof *texts);
	c.release = find_release(fhir_string(json, "fhirVersion"));
	unsigned any = 0;
	FHIR_EACH(rest, fhir_get(json, "rest"))
	{
		if (strcmp(fhir_string(rest, "mode"), "client") == 0)
			continue;
		FHIR_EACH(resource, fhir_get(rest, "resource"))
		read_resource(&c, resource, read_offers(rest) & ~(unsigned)OFFER_HISTORY);
	}
	for (int type = 0; type < FHIR_TYPES; type++)
		any |= c.offers[type];
	if (any == 0) {
		/* It lists nothing of ours: a statement of software, not of a server. */
		const struct fhir_capability said = c;
		fhir_capability_default(&c, base);
		c.understood = true;
		c.server = said.server;
		c.release = said.release;
	}
	*capability = c;
	cJSON_Delete(json);
	return 0;
}
