/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_WRITE_PRIVATE_H
#define VIGIE_FEEDS_FHIR_WRITE_PRIVATE_H

/*
 * What the parts of feeds/fhir_write share: an Appointment as it was read
 * (fhir_write_read.c), what is to be changed in it (fhir_write_change.c), and what is
 * sent for it, way by way (fhir_write_body.c). None of these does I/O.
 */

#include "feeds/fhir_edit.h"
#include "feeds/fhir_private.h"
#include "feeds/fhir_write.h"

enum { FHIR_MATCH_SIZE = 256, FHIR_WRITE_URL = 1024 };

struct fhir_seen {
	char *text; /* as it came, a NUL behind it */
	size_t len;
	cJSON *json;
	char id[ID_SIZE];
	char match[FHIR_MATCH_SIZE];   /* for If-Match, "" there is none */
	char version[FHIR_MATCH_SIZE]; /* meta.versionId, "" none: opaque */
	struct fhir_booking booking;
	int room;               /* index of the participant that is the room, -1 none */
	char doubt[LABEL_SIZE]; /* why it must not be written by a program, "" */
};

/* An Appointment: of several rooms, the one that is wanted, else the one that was
 * expected, else the first. -EBADMSG (broken: may be read again), -EPROTO (something
 * else) with err. Free it in any case. */
int fhir_seen_read(struct fhir_seen *seen, const char *text, size_t len, const char *etag,
	const struct fhir_change *change, struct error *err);
void fhir_seen_free(struct fhir_seen *seen);
/* The same of a resource out of a Bundle. */
struct fhir_booking fhir_seen_booking(const cJSON *appointment, const struct fhir_change *change);
/* Is it so? Who is off has no time and no room. */
bool fhir_seen_is(const struct fhir_seen *seen, const struct fhir_booking *booking,
	const struct fhir_change *change);
/* Called off: cancelled, or put off to another day. */
bool fhir_is_off(enum case_status status);
/* The same text of a version, W/"7" or "7" or 7. */
bool fhir_same_version(const char *a, const char *b);

/* "2026-03-16T09:30:00+01:00", in the zone that `like` is written in; "" in UTC. */
enum { FHIR_INSTANT_SIZE = 40 };
void fhir_instant(char out[FHIR_INSTANT_SIZE], int64_t ms, const char *like);

/* What the change does not say stays as it is. */
void fhir_change_complete(struct fhir_change *change);
/* What is to be done to what was read. */
void fhir_change_edits(
	const struct fhir_seen *seen, const struct fhir_change *change, struct fhir_edits *edits);
/* Why a case is called off; JSON, malloc'd. */
char *fhir_change_reason(const struct fhir_change *change);

/* The identifier of a step, by which one that was made is found again:
 * "urn:uuid:…" (version 8, RFC 9562), system urn:ietf:rfc:3986. */
enum { FHIR_STEP_NAME = 48 };
void fhir_step_name(char out[FHIR_STEP_NAME], const struct fhir_change *change);

/* What goes out. */
struct fhir_parcel {
	const char *method, *type;
	char path[ID_SIZE + 32]; /* below the base */
	char *text;              /* malloc'd */
	bool match, none_exist;  /* goes with If-Match, with If-None-Exist */
};
/* `slot`: id of a free one, of that way. 0, or a negative errno and err: why it is not
 * safe to send anything. */
int fhir_parcel_make(struct fhir_parcel *parcel, enum fhir_write_way way,
	const struct fhir_seen *seen, const struct fhir_change *change, const char *slot,
	struct error *err);
/* One that is to be made. */
int fhir_parcel_new(struct fhir_parcel *parcel, enum fhir_write_way way,
	const struct fhir_change *change, struct error *err);
void fhir_parcel_free(struct fhir_parcel *parcel);
/* Whether that way can make a new one. */
bool fhir_way_makes(enum fhir_write_way way);

/* -- Bundles (fhir_write_bundle.c) -------------------------------------------------- */

/* The free slot of exactly the wanted room and time, of an answer to
 * fhir_slot_query; false when there is none. */
bool fhir_slot_pick(const cJSON *bundle, const struct fhir_change *change, char out[ID_SIZE]);
/* "Slot?…" */
void fhir_slot_query(
	const struct fhir_seen *seen, const struct fhir_change *change, char *out, size_t size);
/* The Appointment with the identifier of the step, NULL none; `count`: how many. */
const cJSON *fhir_step_find(const cJSON *bundle, const struct fhir_change *change, int *count);
/* The only Appointment of a Bundle, or the resource itself; "" none. */
const char *fhir_answered_id(const cJSON *answer);
/* In a history: what stands directly before `version`; NULL not told. */
const cJSON *fhir_version_before(const cJSON *history, const char *version);

/* -- one write under way (fhir_write.c; what was sent is read back: fhir_write_back.c) - */

struct fhir_write {
	struct ev_loop *loop;
	struct http *http; /* NULL: nothing is ever sent */
	char *base;
	enum fhir_write_way way;
	bool busy;
	struct fhir_change change;
	fhir_written_call *done;
	void *context;
	struct fhir_write_result result;
	struct fhir_seen before, after;
	ev_timer timer;
	void (*resume)(struct fhir_write *w); /* when it fires */
	void (*take)(struct fhir_write *w, const struct http_answer *a);
	int answered;          /* to what was sent; as an error when it only says so inside */
	char said[LABEL_SIZE]; /* ... in words */
	int rereads;
};

enum fhir_found { READ_IT, READ_NOTHING, READ_AGAIN, READ_NEVER };

/* Ends it; the last thing done. */
void fhir_write_finish(struct fhir_write *w, enum fhir_written what, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void fhir_write_conflict(struct fhir_write *w, const struct fhir_booking *theirs, const char *why);
void fhir_write_later(struct fhir_write *w, double seconds, void (*resume)(struct fhir_write *w));
/* `path` is below the base; `take` has the answer, also when it cannot be asked. */
void fhir_write_get(struct fhir_write *w, const char *path,
	void (*take)(struct fhir_write *w, const struct http_answer *a));
/* By its id, or by the identifier of the step while nobody knows its id. */
void fhir_write_get_appointment(
	struct fhir_write *w, void (*take)(struct fhir_write *w, const struct http_answer *a));
bool fhir_write_making(const struct fhir_write *w);
enum fhir_found fhir_write_read(struct fhir_write *w, const struct http_answer *a,
	struct fhir_seen *seen, char why[LABEL_SIZE]);
/* Asks for it again after something was sent, and ends. */
void fhir_write_reread(struct fhir_write *w);

#endif
