/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_FHIR_FAULT_H
#define VIGIE_HOSPITAL_FHIR_FAULT_H

/*
 * What the server does wrong on purpose, so many times.
 *   any answer   429, 503, 410 (next pages only), truncate, html, slow
 *   writes only  ignore-match  a stale If-Match is let through
 *                swallow       answered as done, and not done
 *                mute          done, and answered too late
 *                drop          done, and the connection is shut instead of an answer
 *                readonly      405
 *                meddle        somebody else changes the appointment just before
 * "none" ends it.
 */

#include <stdbool.h>

struct fault {
	char kind[16];
	int count;
};

/* False: there is no such kind. */
bool fault_set(struct fault *fault, const char *kind, int count);
/* Takes one of the count when it is this kind. */
bool fault_is(struct fault *fault, const char *kind);

#endif
