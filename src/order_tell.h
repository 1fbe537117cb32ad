/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_ORDER_TELL_H
#define VIGIE_SRC_ORDER_TELL_H

/*
 * Tells people of orders: who has to know of a decision the table in order_tell.c
 * says, by role; how a role is reached vigie.conf (group orders, a target of group
 * notify). Told is what was done, what somebody is to do by hand, and what was taken
 * back; by the station that sees to the order.
 *
 * At least once, under one name: what was delivered is a FACT_NOTICE, and who finds
 * none of a young order tells it.
 */

#include "feeds/notify.h"
#include "twin/notices.h"
#include "twin/orders.h"

enum order_role {
	ORDER_TELL_SURGEON,
	ORDER_TELL_ANAESTHESIA,
	ORDER_TELL_THEATRE, /* the team of the room */
	ORDER_TELL_WARD,
	ORDER_TELL_PORTER,
	ORDER_TELL_STAFF,     /* who calls people in */
	ORDER_TELL_EQUIPMENT, /* who brings kits */
	ORDER_TELL_BEDS,      /* PACU and wards */
	ORDER_ROLES
};
const char *order_role_name(enum order_role role); /* "porter" */
/* Who has to know of this decision: bits 1 << enum order_role. */
unsigned order_roles(const char *text);

/* Steps of a notice: to be done by hand, done, taken back or not wanted any more, to be
 * taken back by hand. */
enum { ORDER_TOLD_HAND = 1, ORDER_TOLD_DONE, ORDER_TOLD_OFF, ORDER_TOLD_BACK };
/* "order:PLAN:STEP:porter", the key of its notices. */
void order_notice_key(const struct fact_order *order, enum order_role role, char out[ID_SIZE]);

struct order_tell_options {
	const char *self;
	const char *targets[ORDER_ROLES]; /* NULL: nobody */
	struct notify_options notify;     /* `calls` is ours */
	/* A FACT_NOTICE or FACT_CONDITION of ours, to be signed, folded, stored, shared. */
	void (*fact)(void *context, struct fact *fact);
	notify_publish *publish;
	notify_run *run;
	void *context;
};

struct order_tell;

struct order_tell *order_tell_create(
	struct ev_loop *loop, const struct order_tell_options *options, struct error *err);
/* Once a second or so. */
void order_tell_look(struct order_tell *t, const struct twin *twin, const struct orders *orders,
	const struct notices *notices, int64_t now_ms);
/* As notify_echo and notify_ran. */
bool order_tell_echo(struct order_tell *t, const char *topic, const void *bytes, size_t len);
void order_tell_ran(struct order_tell *t, uint64_t ticket, bool good, const char *why);
void order_tell_destroy(struct order_tell *t);

#endif
