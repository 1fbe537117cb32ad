/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_ORDERS_H
#define VIGIE_SRC_ORDERS_H

/*
 * Brings approved orders to the hospital: those that this station approved, once they
 * are on disk, one after the other, in the order of their steps. What a step came to
 * is a FACT_ORDER each time; the fold of these (twin/orders.h) is all the memory there
 * is, so that whoever dies in between goes on where the journal stands.
 *
 * Nothing is done twice. That it is on its way is on disk before the first byte
 * leaves; who finds one on its way at the start does not know what became of it, and
 * looks. What is unknown is read again until it is known; what was refused, or met
 * somebody else's change, stops its plan, and is never tried again by itself.
 *
 * How a step goes (struct fact_order.way) is decided here, when it is taken up:
 *   fhir, fhir2, fhir3   a change of an Appointment at that server (feeds/fhir_write.h)
 *   mqtt                 a command topic; received when the broker gives it back
 *   hand                 shown, and told to whom it concerns; a person says it is done,
 *                        or the hospital's own word shows it
 */

#include "feeds/fhir_write.h"
#include "twin/orders.h"
#include "twin/stations.h"

enum {
	ORDERS_SERVERS = 3,
	ORDERS_SETTLE_MS = 500,      /* so long another station's earlier word may take */
	ORDERS_OLD_MS = 120000,      /* not sent by then, it is not sent any more */
	ORDERS_HAND_MS = 30 * 60000, /* so long steps wait for one that is done by hand */
	ORDERS_ECHO_MS = 5000,       /* of a command topic */
	ORDERS_STUCK_MS = 60000,     /* of another station: on its way so long */
	ORDERS_BUSY_TRIES = 4,
	ORDERS_BUSY_MS = 2000,       /* before the second try; doubles */
	ORDERS_LOOK_AGAIN_MS = 5000, /* as before: it may still be on its way in */
	ORDERS_LOOK_MOST_MS = 60000  /* between two looks at what stays unknown */
};

/* What there is to look at. */
struct sender_view {
	const struct twin *twin;
	const struct orders *orders;
	const struct stations *stations; /* NULL: nothing is shared */
	int64_t now_ms, mono_ms;
	double speed;    /* of suite time */
	uint64_t stored; /* seq of the last fact on disk; 0: nothing reaches the disk */
};

struct sender_calls {
	/* What there is to look at now. */
	void (*view)(void *context, struct sender_view *out);
	/* A FACT_ORDER of ours, to be signed, folded, stored at once and shared. Comes
	 * back with its number. */
	void (*fact)(void *context, struct fact *fact);
	void (*log)(void *context, bool bad, const char *text); /* NULL: nobody listens */
	/* Which server has told of this case (from 0), -1 none; -2: it cannot be said yet,
	 * none has told anything since the start. */
	int (*server)(void *context, const char *case_id);
	/* QoS 1, not retained. False: it cannot be taken now. NULL: there is no broker. */
	bool (*publish)(void *context, const char *topic, const char *text, size_t len);
	void *context;
};

struct sender_options {
	const char *self, *root; /* station; first level of the topics, NULL: "vigie" */
	struct {
		const struct http_options *http; /* NULL: there is none */
		enum fhir_write_way way;
	} servers[ORDERS_SERVERS];
	bool commands; /* what no server takes goes to command topics */
	struct sender_calls calls;
};

struct sender;

/* NULL with err when a server's settings cannot work. Borrows the texts. */
struct sender *sender_create(
	struct ev_loop *loop, const struct sender_options *options, struct error *err);
/* When something may have changed, and once a second or so. What the first look finds
 * was approved before this program began. */
void sender_look(struct sender *sender);
/* What came in on a topic; false: it is no command topic of ours. */
bool sender_echo(struct sender *sender, const char *topic, const void *bytes, size_t len);
/* What is on its way is found again at the next start. */
void sender_destroy(struct sender *sender);

/* "fhir2": 1; -1 another way. */
int order_way_server(const char *way);
const char *order_way_name(int server);

#endif
