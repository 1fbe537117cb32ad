/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_CAPABILITY_H
#define VIGIE_FEEDS_FHIR_CAPABILITY_H

/*
 * What a FHIR server says it can do (CapabilityStatement, `[base]/metadata`),
 * and what kind of server it is known to be. No I/O.
 */

#include <stdbool.h>
#include <stddef.h>

#include "feeds/error.h"

/* The resource types that are asked for, in the order of asking: what others
 * hang on comes first. */
enum fhir_type {
	FHIR_LOCATION,
	FHIR_PRACTITIONER,
	FHIR_ROLE,
	FHIR_APPOINTMENT,
	FHIR_PATIENT,
	FHIR_ENCOUNTER,
	FHIR_REQUEST,
	FHIR_PROCEDURE,
	FHIR_OBSERVATION,
	FHIR_PAST, /* visits again, half a year back */
	FHIR_CONDITION,
	FHIR_TYPES
};
const char *fhir_type_name(enum fhir_type type); /* "Appointment" */

/* What is offered for one type, as bits. */
enum fhir_offer {
	OFFER_TYPE = 1 << 0, /* the type is there at all */
	OFFER_SEARCH = 1 << 1,
	OFFER_READ = 1 << 2,
	OFFER_HISTORY = 1 << 3,
	OFFER_LAST_UPDATED = 1 << 4,
	OFFER_ID = 1 << 5,
	OFFER_COUNT = 1 << 6,
	OFFER_DATE = 1 << 7,
	OFFER_LOCATION = 1 << 8,
	OFFER_PATIENT = 1 << 9,
	OFFER_CODE = 1 << 10,
	OFFER_CATEGORY = 1 << 11,        /* service-category */
	OFFER_INCLUDE_PATIENT = 1 << 12, /* _include=Appointment:patient */
};

enum fhir_release { RELEASE_UNKNOWN, RELEASE_R4, RELEASE_R4B, RELEASE_R5, RELEASE_OTHER };

/* How the appointments of a day are told apart from all others. */
enum fhir_narrow { NARROW_NONE, NARROW_LOCATION, NARROW_SURGERY };

/* A kind of server: one row of the table in fhir_capability.c. */
struct fhir_server {
	const char *name;  /* "Epic"; for people */
	const char *words; /* found in what it says of itself, lower case, '|' between */
	unsigned gives;    /* offers it has for every type listed, said or not */
	enum fhir_narrow narrow;
	bool by_patient; /* clinical types must be asked patient by patient */
	int keys;        /* ids in one search */
	double every_s;  /* between polls, when nobody says otherwise */
};

struct fhir_capability {
	bool understood; /* a statement was read; else this is the default */
	enum fhir_release release;
	const struct fhir_server *server; /* never NULL */
	unsigned offers[FHIR_TYPES];
};

/* Nothing is known (metadata absent or forbidden): a plain repository; the
 * base may still tell whose server it is. */
void fhir_capability_default(struct fhir_capability *capability, const char *base);

/* Fills capability; -EBADMSG with err when the text is no CapabilityStatement:
 * capability is then as it was. */
int fhir_capability_read(struct fhir_capability *capability, const char *base, const char *text,
	size_t len, struct error *err);

const char *fhir_release_name(enum fhir_release release); /* "R5", "" unknown */

#endif
