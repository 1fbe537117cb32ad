/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_FHIR_STUB_H
#define VIGIE_TESTS_FHIR_STUB_H

/*
 * A FHIR server with faults: replays answers byte for byte over a plain socket,
 * in a thread of the test, on a free port of 127.0.0.1; one answer a
 * connection. Rules are tried in order; the first one whose `match` is part of
 * the request's path and query, and that has uses left, answers. No rule: an
 * empty searchset with a server time.
 */

struct fhir_stub;

struct stub_rule {
	const char *match;
	int uses;         /* 0: for ever */
	int status;       /* 0: 200 */
	const char *type; /* NULL: application/fhir+json */
	const char *body; /* "%BASE%" stands for the base URL; NULL: empty searchset */
	const char *header, *value;
	int cut; /* promise this many bytes more than are sent */
	int delay_ms;
	/* The whole answer, from the status line on, sent as it stands (all the
	 * fields above but match, uses and delay_ms are then ignored). */
	const char *raw;
	int raw_len; /* 0: strlen */
};

struct fhir_stub *fhir_stub_start(void);
void fhir_stub_stop(struct fhir_stub *stub);
const char *fhir_stub_base(const struct fhir_stub *stub); /* http://127.0.0.1:PORT/fhir */
void fhir_stub_rule(struct fhir_stub *stub, struct stub_rule rule);
void fhir_stub_clear(struct fhir_stub *stub);
/* How many requests so far had `part` in path and query ("" all). */
int fhir_stub_hits(struct fhir_stub *stub, const char *part);
/* The n-th request that had it, "" none; valid until stop. */
const char *fhir_stub_request(struct fhir_stub *stub, const char *part, int n);
/* A header of the last request, "" none. */
void fhir_stub_header(struct fhir_stub *stub, const char *name, char *out, int size);
/* The Authorization header of the last request, "" none. */
void fhir_stub_authorization(struct fhir_stub *stub, char *out, int size);

#endif
