/* SPDX-License-Identifier: Apache-2.0 */
#include "src/order_tell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/escalate.h"
#include "src/order_change.h"
#include "twin/scenario.h"
#include "twin/text.h"

enum {
	YOUNG_MS = 60 * 60000, /* of what is older nobody is told any more */
	LAST_SENT = 128
};

struct order_tell {
	struct order_tell_options o;
	struct notify *notify;
	const struct twin *twin; /* of the last look */
	/* Begun in this life: what the notices may not tell, after a step of the clock. */
	char sent[LAST_SENT][ID_SIZE];
	int next;
};

/* --- who has to know --- */

static const char *const roles[ORDER_ROLES] = {
	[ORDER_TELL_SURGEON] = "surgeon",
	[ORDER_TELL_ANAESTHESIA] = "anaesthesia",
	[ORDER_TELL_THEATRE] = "theatre",
	[ORDER_TELL_WARD] = "ward",
	[ORDER_TELL_PORTER] = "porter",
	[ORDER_TELL_STAFF] = "staff",
	[ORDER_TELL_EQUIPMENT] = "equipment",
	[ORDER_TELL_BEDS] = "beds",
};

const char *order_role_name(enum order_role role)
{
	return (unsigned)role < ORDER_ROLES ? roles[role] : "?";
}

#define WHO(role) (1u << ORDER_TELL_##role)
enum { AROUND_A_CASE = WHO(SURGEON) | WHO(ANAESTHESIA) | WHO(THEATRE) | WHO(WARD) | WHO(PORTER) };

/* By the name of a decision (twin/scenario_table.c); of others the team of the room. */
static const struct {
	const char *decision;
	unsigned who;
} must_know[] = {
	{"place", AROUND_A_CASE},
	{"postpone", AROUND_A_CASE},
	{"room_up", WHO(THEATRE) | WHO(STAFF)},
	{"room_down", WHO(THEATRE) | WHO(STAFF)},
	{"staff", WHO(STAFF)},
	{"split", WHO(ANAESTHESIA) | WHO(STAFF)},
	{"borrow", WHO(EQUIPMENT) | WHO(THEATRE)},
	{"beds", WHO(BEDS) | WHO(WARD)},
	{"no_hold", WHO(BEDS) | WHO(ANAESTHESIA)},
	{"parallel_induction", WHO(ANAESTHESIA) | WHO(THEATRE)},
};

unsigned order_roles(const char *text)
{
	size_t n = strcspn(text, ":");
	for (size_t i = 0; i < sizeof must_know / sizeof *must_know; i++)
		if (strlen(must_know[i].decision) == n
			&& memcmp(must_know[i].decision, text, n) == 0)
			return must_know[i].who;
	return WHO(THEATRE);
}

/* --- what is told --- */

void order_notice_key(const struct fact_order *order, enum order_role role, char out[ID_SIZE])
{
	snprintf(
		out, ID_SIZE, "order:%.32s:%d:%s", order->plan, order->step, order_role_name(role));
}

/* What there is to tell of a step just now; step 0: nothing. */
struct occasion {
	int step; /* of its notice */
	const char *lead, *text;
	int64_t since_ms;
	int64_t raised_ms; /* its approval, or that of its taking back */
};

/* What was asked for by hand is known, when it is done, to whom it was told; who was
 * asked for what nobody wants any more hears that. */
static struct occasion occasion(const struct order_step *s)
{
	bool hand = strcmp(s->order.way, "hand") == 0;
	bool undo = s->undo.plan[0] != '\0';
	enum order_state state = s->order.state;
	struct occasion o = {.text = s->order.text,
		.since_ms = s->at_ms[state],
		.raised_ms = (undo ? s->undo_at_ms : s->at_ms)[ORDER_APPROVED]};
	if (order_step_state(s) == ORDER_NONE)
		return o;
	if (state == ORDER_UNDONE) {
		o.step = ORDER_TOLD_OFF;
		o.lead = "Taken back: ";
	} else if (undo && s->undo.state == ORDER_PROPOSED) {
		o.step = ORDER_TOLD_BACK;
		o.lead = "Please: ";
		o.text = s->undo.text;
		o.since_ms = s->undo_at_ms[ORDER_PROPOSED];
	} else if (!undo && state == ORDER_PROPOSED) {
		o.step = ORDER_TOLD_HAND;
		o.lead = "Please: ";
	} else if (!undo && state == ORDER_RECEIVED && !hand) {
		o.step = ORDER_TOLD_DONE;
		o.lead = "Ordered: ";
	} else if (!undo && state == ORDER_EXPIRED && s->at_ms[ORDER_PROPOSED] != 0) {
		o.step = ORDER_TOLD_OFF;
		o.lead = "Not any more: ";
	}
	return o;
}

static bool is_told(const struct notices *notices, const char *key, int64_t raised_ms, int step)
{
	const struct notice_step *n = notices_step(notices, key, raised_ms, step, PRIORITY_MEDIUM);
	return n != NULL && n->state != NOTICE_FAILED;
}

struct wanted {
	const char *key;
	int step;
};

static bool is_this(void *context, const struct notify_message *m)
{
	const struct wanted *w = context;
	return m->step == w->step && strcmp(m->key, w->key) == 0;
}

static void write_message(
	const struct twin *twin, const struct occasion *o, struct notify_message *m)
{
	char words[SCENARIO_TEXT * 2], text[SCENARIO_TEXT * 2 + 16];
	order_words(twin, o->text, words, sizeof words);
	snprintf(text, sizeof text, "%s%s", o->lead, words);
	text_neutralise(m->text, sizeof m->text, text, strlen(text));
	text_copy(m->class_, sizeof m->class_, "order");
	m->priority = PRIORITY_MEDIUM;
	m->raised_ms = o->raised_ms;
	m->step = o->step;
}

static bool is_begun(const struct order_tell *t, const char *id)
{
	for (int i = 0; i < LAST_SENT; i++)
		if (strcmp(t->sent[i], id) == 0)
			return true;
	return false;
}

static void tell_role(struct order_tell *t, const struct notices *notices,
	const struct order_step *s, const struct occasion *o, enum order_role role)
{
	struct notify_message m = {.step = o->step};
	order_notice_key(&s->order, role, m.key);
	struct wanted w = {m.key, o->step};
	if (is_told(notices, m.key, o->raised_ms, o->step) || notify_any(t->notify, is_this, &w))
		return;
	write_message(t->twin, o, &m);
	text_copy(m.target, sizeof m.target, t->o.targets[role]);
	escalate_id(m.id, m.key, m.raised_ms, m.step, m.priority, "");
	if (!is_begun(t, m.id) && notify_send(t->notify, &m) == 0)
		text_copy(t->sent[t->next++ % LAST_SENT], ID_SIZE, m.id);
}

static void look_at(struct order_tell *t, const struct notices *notices, const struct order_step *s,
	int64_t now_ms)
{
	const struct occasion o = occasion(s);
	unsigned who = order_roles(s->order.text);
	const char *station = s->undo.plan[0] != '\0' ? s->undo_station : s->station;
	if (o.step == 0 || strcmp(station, t->o.self) != 0 || now_ms - o.since_ms > YOUNG_MS)
		return;
	for (int r = 0; r < ORDER_ROLES; r++)
		if ((who & 1u << r) != 0 && t->o.targets[r] != NULL)
			tell_role(t, notices, s, &o, (enum order_role)r);
}

void order_tell_look(struct order_tell *t, const struct twin *twin, const struct orders *orders,
	const struct notices *notices, int64_t now_ms)
{
	t->twin = twin;
	for (int i = 0; i < orders->plan_count; i++)
		for (int k = 0; k < orders->plans[i].step_count; k++)
			look_at(t, notices, &orders->plans[i].steps[k], now_ms);
}

/* --- what became of it --- */

static void put(struct order_tell *t, struct fact *f)
{
	text_copy(f->origin, sizeof f->origin, "vigie");
	t->o.fact(t->o.context, f);
}

static void on_outcome(void *context, const struct notify_message *m, enum notice_state state,
	int tries, const char *why)
{
	struct order_tell *t = context;
	struct fact f;
	escalate_notice(m, state, tries, &f);
	if (state != NOTICE_FAILED || tries == 1) /* that it goes on failing is no news */
		put(t, &f);
	if (state != NOTICE_FAILED && t->twin != NULL
		&& escalate_reach(t->twin, m->target, state == NOTICE_SENT, why, &f))
		put(t, &f);
}

bool order_tell_echo(struct order_tell *t, const char *topic, const void *bytes, size_t len)
{
	return notify_echo(t->notify, topic, bytes, len);
}

void order_tell_ran(struct order_tell *t, uint64_t ticket, bool good, const char *why)
{
	notify_ran(t->notify, ticket, good, why);
}

/* --- life --- */

static bool publish(void *context, const char *topic, const void *bytes, size_t len)
{
	struct order_tell *t = context;
	return t->o.publish != NULL && t->o.publish(t->o.context, topic, bytes, len);
}

static int run(
	void *context, uint64_t ticket, const struct notify_command *command, struct error *err)
{
	struct order_tell *t = context;
	return t->o.run(t->o.context, ticket, command, err);
}

struct order_tell *order_tell_create(
	struct ev_loop *loop, const struct order_tell_options *options, struct error *err)
{
	struct order_tell *t = calloc(1, sizeof *t);
	if (t == NULL) {
		error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	t->o = *options;
	t->o.notify.calls =
		(struct notify_calls){publish, options->run != NULL ? run : NULL, on_outcome, t};
	t->notify = notify_create(loop, &t->o.notify, err);
	if (t->notify != NULL)
		return t;
	free(t);
	return NULL;
}

void order_tell_destroy(struct order_tell *t)
{
	if (t == NULL)
		return;
	notify_destroy(t->notify);
	free(t);
}
