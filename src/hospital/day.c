/* SPDX-License-Identifier: Apache-2.0 */

/* Lets the day happen: discrete events over rooms, patients and PACU bays. */

#include "src/hospital/day.h"
#include "src/hospital/stamp.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60000, PENDING_MAX = 1024, STREAM_FLOW = 3, LATEST_START_MIN = 18 * 60 + 30 };

enum kind { E_PICK, E_CALLED, E_ROOM_READY, E_START, E_LEAVE, E_CLEAN, E_BAY_FREE, E_ADD_ON };

struct event {
	int64_t t;
	int order;
	enum kind kind;
	int index; /* case, room number or bay */
};

struct flow {
	struct day *day;
	struct event pending[PENDING_MAX];
	int pending_count, order;
	int list[DAY_OR][DAY_CASES], list_count[DAY_OR];
	int next[DAY_OR];         /* case called for the room, -1 */
	int in_room[DAY_OR];      /* case inside, -1 */
	int64_t clean_ms[DAY_OR]; /* 0: not clean */
	bool bay_taken[DAY_BAYS];
	int waiting[DAY_CASES], waiting_count;
};

static int64_t minutes(double m)
{
	/* Whole seconds: FHIR dateTimes carry no more, and both must agree. */
	return (int64_t)(m * 60.0) * 1000;
}

static void post(struct flow *f, int64_t t, enum kind kind, int index)
{
	if (f->pending_count < PENDING_MAX)
		f->pending[f->pending_count++] = (struct event){t, f->order++, kind, index};
}

static struct event take_first(struct flow *f)
{
	int best = 0;
	for (int i = 1; i < f->pending_count; i++) {
		const struct event *e = &f->pending[i], *b = &f->pending[best];
		if (e->t < b->t || (e->t == b->t && e->order < b->order))
			best = i;
	}
	struct event first = f->pending[best];
	f->pending[best] = f->pending[--f->pending_count];
	return first;
}

static int number_of(const struct day *day, int room)
{
	for (int i = 0; i < day->room_count; i++)
		if (day->rooms[i] == room)
			return i;
	return 0;
}

/* The numbers of one step of one case: its own stream, so that a script that
 * changes a later step leaves earlier ones as they were. */
static struct rng step(const struct flow *f, const struct hcase *c, uint64_t nth)
{
	return rng_stream(f->day->seed, STREAM_FLOW, c->stream * 16 + nth);
}

static void set_room_ready(struct flow *f, int n, int64_t now)
{
	struct hcase *c = &f->day->cases[f->next[n]];
	if (f->clean_ms[n] == 0 || c->at[MILESTONE_ROOM_READY] != 0)
		return;
	struct rng r = step(f, c, 1);
	int64_t from = f->clean_ms[n] > now ? f->clean_ms[n] : now;
	int64_t ready = from + minutes(rng_between(&r, 3, 7));
	int64_t early = c->planned_start - minutes(rng_between(&r, 14, 26));
	c->at[MILESTONE_ROOM_READY] = ready > early ? ready : early;
	post(f, c->at[MILESTONE_ROOM_READY], E_ROOM_READY, f->next[n]);
}

/* The ward is asked for the patient: everything up to "ready" follows. */
static void call_patient(struct flow *f, struct hcase *c, int64_t now)
{
	struct rng r = step(f, c, 2);
	int64_t t = c->planned_start - minutes(rng_between(&r, 38, 58));
	if (c->emergency)
		t = (now > c->at[MILESTONE_ARRIVED] ? now : c->at[MILESTONE_ARRIVED])
		    + minutes(rng_between(&r, 2, 8));
	if (t < now)
		t = now;
	if (t < c->at[MILESTONE_ARRIVED] + minutes(20) && !c->emergency)
		t = c->at[MILESTONE_ARRIVED] + minutes(20);
	if (c->not_fasting)
		t += minutes(c->fasting_wait_min);
	c->at[MILESTONE_SENT_FOR] = t;
	t = c->at[MILESTONE_LEFT_WARD] = t + minutes(rng_lognormal(&r, 6, 0.4));
	t = c->at[MILESTONE_IN_HOLDING] = t + minutes(rng_lognormal(&r, 5, 0.25));
	c->at[MILESTONE_READY] = t + minutes(rng_lognormal(&r, 8, 0.4));
	post(f, c->at[MILESTONE_READY], E_CALLED, (int)(c - f->day->cases));
}

static void pick(struct flow *f, int n, int64_t now)
{
	if (f->next[n] >= 0)
		return;
	while (f->list_count[n] > 0) {
		struct hcase *c = &f->day->cases[f->list[n][0]];
		if (c->off_ms > now) {
			post(f, c->off_ms, E_PICK, n);
			return;
		}
		int chosen = f->list[n][0];
		f->list_count[n]--;
		memmove(f->list[n], f->list[n] + 1, (size_t)f->list_count[n] * sizeof(int));
		if (c->off_ms != 0)
			continue;
		int64_t latest = stamp_at(f->day->midnight, LATEST_START_MIN);
		if (now > latest && !c->emergency) {
			c->off_ms = now;
			continue;
		}
		f->next[n] = chosen;
		call_patient(f, c, now);
		set_room_ready(f, n, now);
		return;
	}
}

static void try_start(struct flow *f, int n)
{
	struct hcase *c = f->next[n] >= 0 ? &f->day->cases[f->next[n]] : NULL;
	if (c == NULL || f->in_room[n] >= 0 || c->at[MILESTONE_ROOM_READY] == 0
		|| c->at[MILESTONE_IN_ROOM] != 0)
		return;
	struct rng r = step(f, c, 3);
	int64_t ready = c->at[MILESTONE_READY] + minutes(rng_between(&r, 1.5, 4));
	int64_t room = c->at[MILESTONE_ROOM_READY] + minutes(rng_between(&r, 0.5, 2));
	int64_t t = ready > room ? ready : room;
	int64_t early = c->planned_start - minutes(rng_between(&r, 0, 12));
	if (c->emergency)
		early = 0;
	t = (t > early ? t : early) + minutes(c->delay_min);
	c->at[MILESTONE_IN_ROOM] = t;
	if (c->via_induction && c->induction_room >= 0 && t - ready > minutes(3)) {
		int64_t in = t - minutes(rng_between(&r, 5, 9));
		c->induction_ms = in > ready ? in : ready;
	}
	post(f, t, E_START, f->next[n]);
}

static double surgery_minutes(const struct hcase *c, struct rng *r)
{
	double m = rng_lognormal(r, c->act->surgery_min, c->act->spread);
	/* Now and then something is found: half as long again. */
	if (rng_uniform(r) < 0.06)
		m *= rng_between(r, 1.3, 1.7);
	return m;
}

static void start(struct flow *f, struct hcase *c, int64_t t)
{
	int n = number_of(f->day, c->room), index = (int)(c - f->day->cases);
	f->in_room[n] = index;
	f->next[n] = -1;
	f->clean_ms[n] = 0;
	struct rng r = step(f, c, 4);
	double anaesthesia = rng_lognormal(&r, c->act->anaesthesia_min, 0.2);
	t = c->at[MILESTONE_ANAES_START] = t + minutes(0.18 * anaesthesia);
	t = c->at[MILESTONE_INDUCTION] = t + minutes(0.32 * anaesthesia);
	t = c->at[MILESTONE_ANAES_READY] = t + minutes(0.5 * anaesthesia);
	t = c->at[MILESTONE_PREP] = t + minutes(rng_between(&r, 0.3, 1.5));
	t = c->at[MILESTONE_PREP_DONE] = t + minutes(rng_lognormal(&r, 0.28 * anaesthesia, 0.3));
	t = c->at[MILESTONE_INCISION] = t + minutes(rng_between(&r, 0.5, 2.5));
	/* The next patient is sent for by what the team expects, not by what comes. */
	post(f, t + minutes(0.55 * c->act->surgery_min), E_PICK, n);
	double surgery = surgery_minutes(c, &r);
	double closing = surgery * rng_between(&r, 0.12, 0.2);
	t = c->at[MILESTONE_CLOSING] = t + minutes(surgery - closing + c->overrun_min);
	t = c->at[MILESTONE_PROCEDURE_END] = t + minutes(closing);
	t = c->at[MILESTONE_EMERGENCE] = t + minutes(rng_lognormal(&r, 0.2 * anaesthesia, 0.35));
	post(f, t + minutes(rng_between(&r, 2, 6)), E_LEAVE, index);
}

static void leave(struct flow *f, struct hcase *c, int bay, int64_t t)
{
	int n = number_of(f->day, c->room);
	f->bay_taken[bay] = true;
	c->bay = f->day->bays[bay];
	f->in_room[n] = -1;
	c->at[MILESTONE_OUT_ROOM] = t;
	struct rng r = step(f, c, 5);
	int64_t in = c->at[MILESTONE_PACU_IN] = t + minutes(rng_lognormal(&r, 3.5, 0.2));
	double stay = rng_lognormal(&r, c->day_case ? 62 : 98, 0.33);
	int64_t ready = c->at[MILESTONE_PACU_READY] = in + minutes(stay);
	int64_t out = c->at[MILESTONE_PACU_OUT] = ready + minutes(rng_lognormal(&r, 10, 0.6));
	c->back_ms = out + minutes(rng_between(&r, 5, 9));
	if (c->day_case)
		c->at[MILESTONE_DISCHARGED] = c->back_ms + minutes(rng_between(&r, 75, 170));
	int64_t cleanup = c->at[MILESTONE_CLEANUP] = t + minutes(rng_between(&r, 1.5, 4));
	c->at[MILESTONE_CLEANUP_DONE] =
		cleanup + minutes(rng_lognormal(&r, c->act->cleanup_min, 0.2));
	post(f, c->at[MILESTONE_CLEANUP_DONE], E_CLEAN, n);
	post(f, out + minutes(3), E_BAY_FREE, bay);
}

static void try_leave(struct flow *f, int64_t t)
{
	while (f->waiting_count > 0) {
		int bay = 0;
		while (bay < f->day->bay_count && f->bay_taken[bay])
			bay++;
		if (bay == f->day->bay_count)
			return;
		int index = f->waiting[0];
		f->waiting_count--;
		memmove(f->waiting, f->waiting + 1, (size_t)f->waiting_count * sizeof(int));
		leave(f, &f->day->cases[index], bay, t);
	}
}

/* An add-on goes first in the room that has least left to do. */
static void add_on(struct flow *f, int index, int64_t t)
{
	struct hcase *c = &f->day->cases[index];
	int best = 0;
	double least = 1e9;
	for (int n = 0; n < f->day->room_count && c->room < 0; n++) {
		double left = f->next[n] >= 0 ? 60 : 0;
		for (int k = 0; k < f->list_count[n]; k++)
			left += 20 + f->day->cases[f->list[n][k]].act->surgery_min;
		if (left < least) {
			least = left;
			best = n;
		}
	}
	if (c->room < 0)
		c->room = f->day->rooms[best];
	int n = number_of(f->day, c->room);
	memmove(f->list[n] + 1, f->list[n], (size_t)f->list_count[n] * sizeof(int));
	f->list[n][0] = index;
	f->list_count[n]++;
	struct rng r = step(f, c, 6);
	c->at[MILESTONE_ARRIVED] = t + minutes(rng_between(&r, 1, 15));
	if (f->in_room[n] < 0)
		pick(f, n, t);
}

static void run(struct flow *f, const struct event *e)
{
	struct day *day = f->day;
	switch (e->kind) {
	case E_PICK:
		pick(f, e->index, e->t);
		break;
	case E_CALLED:
	case E_ROOM_READY: {
		/* Whichever comes second starts the case. */
		struct hcase *c = &day->cases[e->index];
		if (c->at[MILESTONE_READY] <= e->t && c->at[MILESTONE_ROOM_READY] != 0
			&& c->at[MILESTONE_ROOM_READY] <= e->t)
			try_start(f, number_of(day, c->room));
		break;
	}
	case E_START:
		start(f, &day->cases[e->index], e->t);
		break;
	case E_LEAVE:
		f->waiting[f->waiting_count++] = e->index;
		try_leave(f, e->t);
		break;
	case E_CLEAN:
		f->clean_ms[e->index] = e->t;
		pick(f, e->index, e->t);
		if (f->next[e->index] >= 0)
			set_room_ready(f, e->index, e->t);
		break;
	case E_BAY_FREE:
		f->bay_taken[e->index] = false;
		try_leave(f, e->t);
		break;
	case E_ADD_ON:
		add_on(f, e->index, e->t);
		break;
	}
}

static void arrive(struct flow *f, struct hcase *c)
{
	struct rng r = step(f, c, 0);
	if (c->no_show)
		return;
	if (c->day_case) {
		int64_t opens = stamp_at(f->day->midnight, 390) + minutes(rng_between(&r, 0, 35));
		int64_t t = c->planned_start - minutes(rng_between(&r, 75, 150));
		c->at[MILESTONE_ARRIVED] = t > opens ? t : opens;
	} else {
		c->at[MILESTONE_ARRIVED] =
			stamp_at(f->day->midnight, -7 * 60) + minutes(rng_between(&r, 0, 180));
	}
}

/* Bracelets are given out at the door, and again after their wearer went home. */
static void give_bracelets(struct day *day)
{
	for (int t = 0; t < day->site->tag_count; t++) {
		if (day->site->tags[t].kind != TAG_PATIENT)
			continue;
		struct hcase *first = NULL;
		for (int i = 0; i < day->case_count; i++) {
			struct hcase *c = &day->cases[i];
			if (c->tag >= 0 || c->at[MILESTONE_ARRIVED] == 0)
				continue;
			if (first == NULL
				|| c->at[MILESTONE_ARRIVED] < first->at[MILESTONE_ARRIVED])
				first = c;
		}
		if (first != NULL)
			first->tag = t;
	}
}

void day_happen(struct day *day)
{
	struct flow *f = calloc(1, sizeof(*f));
	if (f == NULL)
		abort();
	f->day = day;
	int64_t dawn = stamp_at(day->midnight, 360);
	for (int n = 0; n < day->room_count; n++) {
		f->next[n] = f->in_room[n] = -1;
		f->clean_ms[n] = dawn;
		post(f, dawn, E_PICK, n);
	}
	for (int i = 0; i < day->case_count; i++) {
		struct hcase *c = &day->cases[i];
		if (c->emergency) {
			post(f, c->known_ms, E_ADD_ON, i);
			continue;
		}
		arrive(f, c);
		int n = number_of(day, c->room);
		f->list[n][f->list_count[n]++] = i;
	}
	while (f->pending_count > 0) {
		struct event e = take_first(f);
		run(f, &e);
	}
	free(f);
	give_bracelets(day);
}
