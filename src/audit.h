/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_AUDIT_H
#define VIGIE_SRC_AUDIT_H

/*
 * Who did what: the acts of people in a journal, and what vigie put on record about
 * them (sessions, refusals, names that were shown). As text, one line an act, or as
 * FHIR R4 AuditEvents with the codes of DICOM (PS3.15 A.5, PS3.16 CID 400, 401, as
 * IHE BALP uses them). Patients are pseudonyms, as in the journal.
 */

#include <stdio.h>

#include "feeds/error.h"
#include "twin/fact.h"

/* How one kind of act is coded. */
struct audit_code {
	const char *what;    /* name of the act */
	const char *type;    /* DCM, CID 400 */
	const char *subtype; /* DCM, CID 401; "" by the FHIR interaction */
	char action;         /* C R U D E */
	char outcome;        /* 0 success, 4 minor failure */
};

struct audit_act {
	uint64_t seq;
	int64_t at_ms;
	bool person;           /* false: vigie itself */
	char who[ORIGIN_SIZE]; /* user id */
	enum person_role role;
	char terminal[FROM_SIZE], peer[FROM_SIZE]; /* "" not known */
	char station[ID_SIZE];
	char what[ID_SIZE];                         /* "acknowledge", "reveal" */
	char on[ID_SIZE];                           /* a case, a room, an alarm's key ... */
	char patient[ID_SIZE];                      /* pseudonym of whom it is about, "" nobody */
	char before[LABEL_SIZE], after[LABEL_SIZE]; /* "" not known */
	char reason[LABEL_SIZE];
};

const struct audit_code *audit_code(const struct audit_act *act);

/* Each act from from_ms to to_ms (0: no limit), in the order of the journal. 0 or a
 * negative errno. */
int audit_read(const char *path, int64_t from_ms, int64_t to_ms,
	void (*each)(void *context, const struct audit_act *act), void *context, struct error *err);
/* One line: time, who, role, terminal, peer, station, what, on what, patient, before
 * and after, reason, number in the journal; by tabs, "-" for what is not known. */
void audit_put(FILE *out, const struct audit_act *act);
/* One AuditEvent as JSON, malloc'd; NULL out of memory. */
char *audit_event(const struct audit_act *act);

#endif
