/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FHIR_PRINT_H
#define VIGIE_FHIR_PRINT_H

/* What `vigie fhir` prints: one JSON line a fact, on the standard output. */

#include <stdbool.h>
#include <uthash.h>

#include "twin/fact.h"

struct fhir_told;
struct fhir_offset;

/* Zeroed to begin with; fhir_print_kept frees what it holds. */
struct fhir_print {
	bool zoned; /* times in the zone of the environment, else as they were read */
	struct fhir_told *cases, *patients;
	struct fhir_offset *offsets;
};

/* Notes the offset of each "YYYY-MM-DDT…" of a text. */
void fhir_print_offsets(struct fhir_print *print, const char *text);
void fhir_print_fact(struct fhir_print *print, const struct fact *fact);
void fhir_print_puzzle(const char *resource, const char *path, const char *reason);
/* Patients and cases, at the end. */
void fhir_print_kept(struct fhir_print *print);

#endif
