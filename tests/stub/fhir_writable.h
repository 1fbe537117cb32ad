/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_FHIR_WRITABLE_H
#define VIGIE_TESTS_FHIR_WRITABLE_H

/*
 * A FHIR server that takes changes of Appointments, well or badly, in threads of the
 * test, on a free port of 127.0.0.1: read, history, search by identifier, PATCH (RFC
 * 6902, of its own making), PUT, conditional create, $book, slots. Every change it
 * makes is counted.
 */

#include <stdbool.h>

struct fhir_writable;

enum writable_versions {
	VERSIONS_WEAK,    /* W/"1", versionId 1 */
	VERSIONS_STRONG,  /* "1" */
	VERSIONS_OPAQUE,  /* W/"3423957v2380281" */
	VERSIONS_UUID,    /* W/"b8f0c1c2-....-000000000001" */
	VERSIONS_IN_META, /* no ETag header */
	VERSIONS_IN_ETAG, /* no meta.versionId */
	VERSIONS_NONE
};

/* What becomes of a write. */
struct writable_plan {
	enum writable_versions versions;
	bool ignores_match; /* a stale If-Match is not looked at */
	bool needs_match;   /* 412 without one (Oracle) */
	int stale;          /* of a stale If-Match; 0: 412 */
	bool not_applied;   /* says yes, does nothing */
	int answer;         /* answers this instead, having done nothing; 0: does it */
	int after;          /* ... having done it; 0: 200 */
	const char *words;  /* diagnostics of such an answer */
	const char *header, *value;
	bool empty_html;      /* 200, text/html, nothing (Oracle) */
	bool drop;            /* the connection, instead of an answer */
	int delay_ms;         /* before that answer */
	int lag;              /* so many reads still show what was before */
	bool no_create_lock;  /* If-None-Exist is not looked at */
	bool hides;           /* the search by identifier finds nothing */
	bool refuses_book;    /* $book: 200 and a Bundle of an OperationOutcome alone */
	bool books_anew;      /* $book: cancels the old one and makes another */
	const char *slots;    /* what Slot? answers; NULL: 404 */
	const char *location; /* of one that was made; NULL: as it is */
	/* What reads bring, after so many good ones. */
	int read_status; /* 0: as it is */
	const char *read_body;
	int read_after;
	/* Somebody else: this JSON Patch is applied after so many reads. */
	const char *meddles;
	int meddles_after;
};

struct fhir_writable *fhir_writable_start(const char *appointment);
void fhir_writable_stop(struct fhir_writable *server);
const char *fhir_writable_base(const struct fhir_writable *server);
void fhir_writable_plan(struct fhir_writable *server, struct writable_plan plan);
int fhir_writable_applied(struct fhir_writable *server); /* changes made by requests */
int fhir_writable_writes(struct fhir_writable *server);  /* requests that want one */
int fhir_writable_reads(struct fhir_writable *server);
int fhir_writable_count(struct fhir_writable *server); /* Appointments there are */
/* The resource as it stands, and what the last write brought; malloc'd. */
char *fhir_writable_text(struct fhir_writable *server, const char *id);
char *fhir_writable_body(struct fhir_writable *server);
/* A header of the last write, "" none: If-Match, If-None-Exist, Content-Type,
 * X-Request-Id. And its method and path. */
void fhir_writable_header(struct fhir_writable *server, const char *name, char *out, int size);
void fhir_writable_request(struct fhir_writable *server, char *out, int size);

#endif
