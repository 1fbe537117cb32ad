/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_WRITE_H
#define VIGIE_FEEDS_FHIR_WRITE_H

/*
 * One change of one appointment, brought to a FHIR server in the way it takes: read it,
 * see that it is what was approved upon, send, read it back (fhir_write.c; what is sent,
 * way by way: fhir_write_body.c). Nothing is ever sent twice: what got no answer is
 * unknown until it was read again. One change at a time.
 *
 *   propose   nothing is sent, and no socket opened: somebody does it by hand
 *   patch     JSON Patch: `test` of what was seen and of the version, `replace`, If-Match
 *   put       the very bytes that were read, changed where they must be, If-Match
 *   slot      a free slot, referenced in place of the old one (Oracle Health)
 *   book      $book of IHE ITI Scheduling (ITI-117), to make, modify and cancel
 *
 * One that is to be made (an emergency) is looked for by the identifier of its step
 * first, and sent with If-None-Exist: two stations, or one that asks again, make one.
 */

#include <ev.h>

#include "feeds/error.h"
#include "feeds/http.h"
#include "twin/fact.h"

enum fhir_write_way { FHIR_PROPOSE, FHIR_PATCH, FHIR_PUT, FHIR_SLOT, FHIR_BOOK, FHIR_WRITE_WAYS };
const char *fhir_write_way_name(enum fhir_write_way way);
int fhir_write_way_parse(const char *word);

/* When and where, and whether at all, as the hospital has it. Postponed is written as
 * cancelled, with that for a reason: FHIR has no word for it, and Oracle takes no other. */
struct fhir_booking {
	int64_t start_ms, end_ms; /* end_ms 0: any, as long as before */
	char room[ID_SIZE];       /* id of the Location, "" none is named */
	enum case_status status;  /* PLANNED, CANCELLED, POSTPONED */
};

struct fhir_change {
	char id[ID_SIZE];   /* the Appointment; "" it is to be made (an emergency) */
	char plan[ID_SIZE]; /* whose step it is: goes along as a request id */
	int step;
	char patient[ID_SIZE];        /* of one to be made; "" unknown */
	int nest;                     /* ... NEST class 1..6, its R4 priority; 0, -1 none */
	struct fhir_booking expected; /* as approved upon */
	struct fhir_booking wanted;   /* what it does not say stays */
	char reason[LABEL_SIZE];      /* for people; of one to be made: what it is */
};

enum fhir_written {
	FHIR_WRITTEN,  /* read back: it is as wanted */
	FHIR_PROPOSED, /* nothing was sent */
	FHIR_CONFLICT, /* somebody changed it: three ways in the result */
	FHIR_REFUSED,  /* the server says no: 400, 403, 404, 422 ... */
	FHIR_BUSY,     /* 423, 429, 503 before anything was sent: may be asked again */
	FHIR_UNKNOWN,  /* no answer, or it took it and does not show it */
	FHIR_WRITTEN_COUNT
};

struct fhir_write_result {
	enum fhir_written what;
	int status;                           /* of what was sent, else of the read; 0 none */
	char before[ID_SIZE], after[ID_SIZE]; /* ETags, byte for byte; "" none */
	/* As last read; when ours went over somebody's change, what they had made of it. */
	struct fhir_booking theirs;
	bool theirs_known;
	char id[ID_SIZE];     /* of the Appointment, also a new one */
	char why[LABEL_SIZE]; /* for people, neutralised */
};

struct fhir_write;
typedef void fhir_written_call(void *context, const struct fhir_write_result *result);

/* Borrows the options' texts. NULL with err. */
struct fhir_write *fhir_write_create(struct ev_loop *loop, const struct http_options *http,
	enum fhir_write_way way, struct error *err);
void fhir_write_destroy(struct fhir_write *w);
/* 0, and `done` is called once from the loop; -EBUSY one is under way, -EINVAL an id
 * that is none, or a new one without room, start and end. `done` may begin the next. */
int fhir_write_send(struct fhir_write *w, const struct fhir_change *change, fhir_written_call *done,
	void *context);
/* Only reads, to see what became of one that is unknown: WRITTEN, CONFLICT (it is as
 * neither), REFUSED (it is as before: it did not happen), UNKNOWN. */
int fhir_write_look(struct fhir_write *w, const struct fhir_change *change, fhir_written_call *done,
	void *context);

/* What would be sent to change the Appointment in `text` (itself, or in a Bundle), as it
 * stands there, for people: method and path below the base, headers, body; of a slot
 * also what is asked first. malloc'd; NULL with err, also when nothing would be. */
char *fhir_write_show(enum fhir_write_way way, const char *text, size_t len, const char *etag,
	const struct fhir_change *change, struct error *err);

#endif
