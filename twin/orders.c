/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/orders.h"

#include <string.h>

#include "twin/text.h"

enum { MINUTE = 60000 };

void orders_init(struct orders *o, int64_t (*midnight)(int64_t at_ms))
{
	memset(o, 0, sizeof *o);
	o->midnight = midnight;
}

/* ---- what may follow what ---- */

#define TO(state) (1u << ORDER_##state)

/*
 * What reached the hospital is not approved or sent anew, and what may have reached
 * it does not expire: only reading again settles it, or a person who has looked.
 * What certainly was not done may be approved anew, and then goes all the way; who
 * was away hears its end only.
 */
static const unsigned all_the_way = TO(APPROVED) | TO(PROPOSED) | TO(SENT) | TO(RECEIVED)
				    | TO(REFUSED) | TO(UNKNOWN) | TO(EXPIRED);
static const unsigned follows[ORDER_STATE_COUNT] = {
	[ORDER_PROPOSED] = TO(RECEIVED) | TO(REFUSED) | TO(EXPIRED),
	[ORDER_APPROVED] =
		TO(PROPOSED) | TO(SENT) | TO(RECEIVED) | TO(REFUSED) | TO(UNKNOWN) | TO(EXPIRED),
	[ORDER_SENT] = TO(RECEIVED) | TO(REFUSED) | TO(UNKNOWN),
	[ORDER_UNKNOWN] = TO(RECEIVED) | TO(REFUSED),
	[ORDER_RECEIVED] = TO(UNDONE),
	[ORDER_REFUSED] = all_the_way & ~TO(REFUSED),
	[ORDER_EXPIRED] = all_the_way & ~TO(EXPIRED),
	[ORDER_UNDONE] = all_the_way,
};

bool order_follows(int from, enum order_state to)
{
	unsigned set = from == ORDER_NONE ? all_the_way : follows[from];

	return (set & 1u << to) != 0;
}

bool order_is_open(enum order_state state)
{
	return state == ORDER_PROPOSED || state == ORDER_APPROVED || state == ORDER_SENT
	       || state == ORDER_UNKNOWN;
}

/* ---- one step ---- */

static int word_compare(const struct order_word *a, const struct order_word *b)
{
	if (a->hlc_ms != b->hlc_ms)
		return a->hlc_ms < b->hlc_ms ? -1 : 1;
	return strcmp(a->station, b->station);
}

static struct order_word word_of(const struct fact *f)
{
	struct order_word w = {.state = f->order.state,
		.undo = f->order.undo,
		.hlc_ms = f->by.hlc_ms ? f->by.hlc_ms : f->at_ms,
		.at_ms = f->source_ms ? f->source_ms : f->at_ms};

	text_copy(w.station, sizeof w.station, f->by.station);
	if (f->source == SOURCE_PERSON)
		text_copy(w.by, sizeof w.by, f->origin);
	return w;
}

/* Where it stands among the words now; -1: it was heard before. The oldest makes
 * room. */
static int insert(struct orders *o, struct order_step *s, const struct order_word *w)
{
	int at = s->word_count;

	while (at > 0 && word_compare(w, &s->words[at - 1]) < 0)
		at--;
	if (at > 0 && word_compare(w, &s->words[at - 1]) == 0)
		return -1;
	if (s->word_count == ORDERS_WORDS) {
		o->dropped++;
		if (at == 0)
			return -1;
		at--;
		s->word_count--;
		memmove(s->words, s->words + 1, sizeof *s->words * (size_t)s->word_count);
	}
	memmove(s->words + at + 1, s->words + at,
		sizeof *s->words * (size_t)(s->word_count++ - at));
	s->words[at] = *w;
	return at;
}

static void to_state(struct order_step *s, const struct order_word *w)
{
	if (w->state == ORDER_APPROVED)
		text_copy(w->undo ? s->undo_by : s->by, ORIGIN_SIZE, w->by);
	if (w->state == ORDER_APPROVED || w->state == ORDER_SENT)
		text_copy(w->undo ? s->undo_station : s->station, ID_SIZE, w->station);
	s->undoing = s->undoing || w->undo;
	(w->undo ? s->undo_at_ms : s->at_ms)[w->state] = w->at_ms;
}

/* What the words come to in each of the two lanes, the order and its taking back. */
struct walked {
	int state[2]; /* ORDER_NONE: nothing */
	int last[2];  /* the number of the last word that counts, -1 none */
};

static void forget(struct order_step *s)
{
	memset(s->at_ms, 0, sizeof s->at_ms);
	memset(s->undo_at_ms, 0, sizeof s->undo_at_ms);
	s->by[0] = s->station[0] = s->undo_by[0] = s->undo_station[0] = '\0';
	s->undoing = false;
}

static struct walked walk(struct order_step *s)
{
	struct walked at = {{ORDER_NONE, ORDER_NONE}, {-1, -1}};

	forget(s);
	for (int i = 0; i < s->word_count; i++) {
		const struct order_word *w = &s->words[i];

		if (!order_follows(at.state[w->undo], w->state))
			continue;
		if (!w->undo && w->state == ORDER_APPROVED) { /* anew: what was is over */
			forget(s);
			at.state[1] = ORDER_NONE;
			at.last[1] = -1;
		}
		to_state(s, w);
		at.state[w->undo] = (int)w->state;
		at.last[w->undo] = i;
		if (w->undo && w->state == ORDER_RECEIVED) {
			at.state[0] = ORDER_UNDONE;
			s->at_ms[ORDER_UNDONE] = w->at_ms;
		}
	}
	return at;
}

/* What goes along with a word is kept of the last one that counts. */
static void hear(struct orders *o, struct order_step *s, const struct fact *f)
{
	struct order_word w = word_of(f);
	int at = insert(o, s, &w);

	if (at < 0)
		return;
	struct walked now = walk(s);
	struct fact_order *kept = w.undo ? &s->undo : &s->order;

	if (at == now.last[w.undo] || !kept->plan[0])
		*kept = f->order;
	if (now.state[0] != ORDER_NONE)
		s->order.state = (enum order_state)now.state[0];
	if (now.state[1] != ORDER_NONE)
		s->undo.state = (enum order_state)now.state[1];
	else
		s->undo.plan[0] = '\0';
}

int order_step_state(const struct order_step *s)
{
	if (!s->order.plan[0])
		return ORDER_NONE;
	return (int)s->order.state;
}

/* ---- plans ---- */

static struct order_plan *find(struct orders *o, const char *id)
{
	for (int i = o->plan_count; i-- > 0;)
		if (!strcmp(o->plans[i].id, id))
			return &o->plans[i];
	return NULL;
}

const struct order_plan *orders_plan(const struct orders *o, const char *id)
{
	for (int i = o->plan_count; i-- > 0;)
		if (!strcmp(o->plans[i].id, id))
			return &o->plans[i];
	return NULL;
}

static bool is_over(const struct order_plan *p)
{
	for (int i = 0; i < p->step_count; i++)
		if (order_step_state(&p->steps[i]) != ORDER_NONE
			&& order_is_open(p->steps[i].order.state))
			return false;
	return true;
}

/* The oldest that is over makes room; what is still open, only when all are. */
static void make_room(struct orders *o)
{
	int at = 0;

	while (at < o->plan_count && !is_over(&o->plans[at]))
		at++;
	at = at < o->plan_count ? at : 0;
	orders_sum(&o->plans[at], &o->past);
	o->dropped++;
	o->plan_count--;
	memmove(&o->plans[at], &o->plans[at + 1], sizeof *o->plans * (size_t)(o->plan_count - at));
}

static struct order_plan *plan_of(struct orders *o, const char *id, int64_t at_ms)
{
	struct order_plan *p = find(o, id);

	if (p)
		return p;
	if (o->plan_count == ORDERS_PLANS)
		make_room(o);
	p = &o->plans[o->plan_count++];
	memset(p, 0, sizeof *p);
	text_copy(p->id, sizeof p->id, id);
	p->approved_ms = at_ms;
	return p;
}

static void hear_order(struct orders *o, const struct fact *f)
{
	const struct fact_order *told = &f->order;

	if (!text_is_id(told->plan) || told->step < 0 || told->step >= told->steps
		|| told->steps > ORDERS_STEPS || (unsigned)told->state >= ORDER_STATE_COUNT) {
		o->refused++;
		return;
	}
	int64_t at_ms = f->source_ms ? f->source_ms : f->at_ms;
	struct order_plan *p = plan_of(o, told->plan, at_ms);

	p->step_count = told->steps > p->step_count ? told->steps : p->step_count;
	hear(o, &p->steps[told->step], f);
	if (told->state == ORDER_APPROVED && !told->undo && at_ms < p->approved_ms)
		p->approved_ms = at_ms;
}

static void hear_promise(struct orders *o, const struct fact *f)
{
	const struct fact_promise *told = &f->promise;

	if (!text_is_id(told->plan) || (unsigned)told->what >= PROMISED_COUNT) {
		o->refused++;
		return;
	}
	int64_t made_ms = f->source_ms ? f->source_ms : f->at_ms;
	struct order_plan *p = plan_of(o, told->plan, made_ms);

	struct order_promise *at = p->promises, *end = at + p->promise_count;

	while (at < end && !(at->promise.what == told->what && !strcmp(at->promise.id, told->id)))
		at++;
	if (at < end && at->made_ms <= made_ms)
		return; /* two stations approved it: the first proof counts everywhere */
	if (p->promise_count == ORDERS_PROMISES && at == end) {
		o->dropped++;
		return;
	}
	p->promise_count += at == end;
	*at = (struct order_promise){.promise = *told, .made_ms = made_ms};
}

void orders_fold(struct orders *o, const struct twin *twin, const struct fact *fact)
{
	if (fact->kind == FACT_ORDER)
		hear_order(o, fact);
	else if (fact->kind == FACT_PROMISE)
		hear_promise(o, fact);
	if (twin->now_ms < o->next_ms)
		return;
	o->next_ms = twin->now_ms + MINUTE;
	orders_settle(o, twin);
}

/* ---- the whole ---- */

/* How many steps are in each state; those nobody has told of wait for their word. */
struct census {
	int n[ORDER_STATE_COUNT], undo[ORDER_STATE_COUNT], undoing, none;
};

static struct census count(const struct order_plan *p)
{
	struct census c = {.none = 0};

	for (int i = 0; i < p->step_count; i++) {
		const struct order_step *s = &p->steps[i];
		int state = order_step_state(s);

		if (state == ORDER_NONE)
			c.none++;
		else
			c.n[state]++;
		if (s->undo.plan[0])
			c.undo[s->undo.state]++;
		c.undoing += s->undo.plan[0] && order_is_open(s->undo.state);
	}
	return c;
}

enum order_whole orders_whole(const struct order_plan *p)
{
	const struct census c = count(p);
	int waits = c.n[ORDER_APPROVED] + c.none;

	if (c.n[ORDER_UNKNOWN] || c.undo[ORDER_UNKNOWN])
		return WHOLE_UNKNOWN;
	if (c.undoing)
		return WHOLE_UNDOING;
	if (c.undo[ORDER_REFUSED] || c.undo[ORDER_EXPIRED])
		return WHOLE_NOT_UNDONE;
	if (c.n[ORDER_SENT] || (waits && c.n[ORDER_RECEIVED]))
		return WHOLE_UNDER_WAY;
	if (waits)
		return WHOLE_WAITING;
	if (c.n[ORDER_REFUSED] || c.n[ORDER_EXPIRED])
		return c.n[ORDER_RECEIVED]  ? WHOLE_HALF
		       : c.n[ORDER_UNDONE]  ? WHOLE_UNDONE
		       : c.n[ORDER_REFUSED] ? WHOLE_REFUSED
					    : WHOLE_EXPIRED;
	if (c.n[ORDER_PROPOSED])
		return WHOLE_BY_HAND;
	if (c.n[ORDER_UNDONE])
		return c.n[ORDER_RECEIVED] ? WHOLE_HALF : WHOLE_UNDONE;
	return WHOLE_DONE;
}

bool orders_is_trouble(const struct order_plan *p, int64_t now_ms)
{
	static const bool trouble[WHOLE_COUNT] = {[WHOLE_UNKNOWN] = true,
		[WHOLE_REFUSED] = true,
		[WHOLE_HALF] = true,
		[WHOLE_NOT_UNDONE] = true};

	return trouble[orders_whole(p)] && now_ms < p->approved_ms + ORDERS_TROUBLE_MS;
}
