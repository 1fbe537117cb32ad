/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_HEARING_H
#define VIGIE_HOSPITAL_HEARING_H

/*
 * A day as facts, without a network: what the hospital's FHIR server has to tell
 * is read by the same mapper that reads it over HTTP.
 */

#include "src/hospital/day.h"

struct hearing;

/* The day is borrowed; each fact is borrowed for the call, without a number. */
struct hearing *hearing_create(
	const struct day *day, void (*fact)(void *context, const struct fact *fact), void *context);
void hearing_destroy(struct hearing *h);
/* When the hospital's systems next learn something; 0 never. */
int64_t hearing_next(const struct hearing *h);
/* All that they have learnt up to then, as one answer of the server at `t`. */
void hearing_until(struct hearing *h, int64_t t);
/* Everything as the server tells it at `t`: a Bundle, malloc'd. */
char *hearing_bundle(const struct day *day, int64_t t);

#endif
