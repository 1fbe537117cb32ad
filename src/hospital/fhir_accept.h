/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_FHIR_ACCEPT_H
#define VIGIE_HOSPITAL_FHIR_ACCEPT_H

/*
 * What is written to the server, and the day that goes on by it: an Appointment
 * changed (PATCH, PUT, $book, another Slot) or made (POST, $book). All or nothing:
 * what the day cannot do is refused, and nothing has changed.
 */

#include "src/hospital/fhir_search.h"

struct writing {
	int status;            /* HTTP */
	char *body;            /* malloc'd */
	struct resource *made; /* NULL; else one that is new */
};

/* An Appointment as it shall be (taken). now_ms is the present. */
void accept_changed(
	struct searcher *s, struct resource *r, cJSON *json, int64_t now_ms, struct writing *w);
/* if_none_exist: "identifier=SYSTEM|VALUE", or NULL. */
void accept_new(struct searcher *s, cJSON *json, const char *if_none_exist, int64_t now_ms,
	struct writing *w);
/* Appointment/$book (IHE ITI-117): a Parameters with appointment-resource (taken).
 * Answers with a Bundle, also when it refuses: then it holds an OperationOutcome. */
void accept_book(struct searcher *s, cJSON *parameters, int64_t now_ms, struct writing *w);
/* Somebody else books the case five minutes later. */
void accept_meddle(struct searcher *s, struct resource *r, int64_t now_ms);

/* fhir_slot.c: free slots of any length at the times asked for, in the rooms. */
char *slot_search(struct searcher *s, const struct parameter *parameters, int n);
bool slot_read(const struct day *day, const char *reference, struct booking *out);

#endif
