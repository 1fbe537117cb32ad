/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_RETRY_H
#define VIGIE_FEEDS_FHIR_RETRY_H

/* What an answer asks of the one who asked, and how long to wait. No I/O. */

#include <stdbool.h>
#include <stdint.h>

enum fhir_verdict {
	FHIR_TAKE,    /* read it */
	FHIR_RETRY,   /* the same again, after a while */
	FHIR_RESTART, /* the paging session is gone: from the first page */
	FHIR_SKIP,    /* asking again would not help: on to the next type */
	FHIR_STOP,    /* a person must act: nothing more of this before the next sweep */
};

/* status: HTTP, 0 no answer. code: issue.code of its OperationOutcome, detail:
 * the code of issue.details, both "" when there is none. */
enum fhir_verdict fhir_verdict(int status, bool next_page, const char *code, const char *detail);

struct fhir_backoff {
	int tries;
	uint64_t seed;
};
/* Seconds to wait, at least `least_s` (what the server asked for; < 0 none):
 * doubling, with jitter, capped. Counts the try. */
double fhir_backoff_next(struct fhir_backoff *backoff, double least_s);

#endif
