/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_PROFILE_H
#define VIGIE_FEEDS_FHIR_PROFILE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "twin/fact.h"

/*
 * Where a national profile keeps what the textbook keeps elsewhere: one row a
 * profile (fhir_profile.c). The first row is the textbook's.
 */

enum { PROFILE_CODES = 4 };

struct fhir_profile {
	const char *name;  /* the word of the settings */
	const char *title; /* for people */
	const char *mark;  /* part of its canonical URLs; NULL: never recognised */
	/* A message Bundle is one case; its resources have no ids, and the case
	 * is named by the Appointment's business identifier. */
	bool message;
	bool all_surgery;
	const char *surgery_code; /* of serviceType, in a system with surgery_system; NULL */
	const char *surgery_system;
	/* Extension of Procedure: the period in the room; planned while the
	 * procedure is in preparation. */
	const char *in_room_url;
	bool surgeon_from_procedure, room_from_procedure;
	struct {
		const char *code;
		enum case_status status;
	} business[PROFILE_CODES];  /* Task.businessStatus */
	const char *setting_system; /* of ServiceRequest.category */
	struct {
		const char *code;
		enum setting setting;
	} settings[PROFILE_CODES];
};

/* By name; "auto" and NULL give NULL with *known true. */
const struct fhir_profile *fhir_profile_find(const char *name, bool *known);
/* What the resource says of itself (meta.profile, extension urls, systems of
 * serviceType and category), else the textbook. */
const struct fhir_profile *fhir_profile_of(const cJSON *resource);

#endif
