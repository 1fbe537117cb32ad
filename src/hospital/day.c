/* SPDX-License-Identifier: Apache-2.0 */

/* Lets the day happen: discrete events over rooms, patients, crews and PACU bays. */

#include "src/hospital/day.h"
#include "src/hospital/stamp.h"

#include <stdlib.h>
#include <string.h>

enum {
	MINUTE = 60000,
	PENDING_MAX = 1024,
	STREAM_FLOW = 3,
	STREAM_SURGEON = 6,
	LATEST_START_MIN = 18 * 60 + 30
};

enum kind {
	E_PICK,
	E_CALLED,
	E_ROOM_READY,
	E_START,
	E_LEAVE,
	E_CLEAN,
	E_BAY_FREE,
	E_ADD_ON,
	E_ASK,      /* a task wants its crew; index: task and case */
	E_CREW_FREE /* index: crew */
};

/* What a crew is needed for, and waited for. */
enum task { T_FETCH, T_INDUCE, T_WAKE, T_WHEEL, T_SWEEP, TASK_COUNT };

struct event {
	int64_t t;
	int order;
	enum kind kind;
	int index; /* case, room number or bay */
};

/* What was drawn for a case when a stage of it began, for the tasks to come. */
struct fate {
	int64_t to_leave_ward, transport, to_ready;              /* T_FETCH */
	int64_t induction, anaesthesia_left, surgery, closing;   /* T_INDUCE */
	int64_t to_incision[3];                                  /* position, position done, cut */
	int64_t emergence, to_door;                              /* T_WAKE */
	int64_t transfer, stay, to_leave_pacu, to_back, to_home; /* T_WHEEL */
	int64_t cleaning;                                        /* T_SWEEP */
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
	struct fate fate[DAY_CASES];
	int crew_free[CREW_COUNT];
	int asking[CREW_COUNT][TASK_COUNT * DAY_CASES], asking_count[CREW_COUNT];
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

static void ask_at(struct flow *f, int64_t t, enum task task, const struct hcase *c)
{
	post(f, t, E_ASK, (int)task * DAY_CASES + (int)(c - f->day->cases));
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
	struct fate *fate = &f->fate[c - f->day->cases];
	c->at[MILESTONE_SENT_FOR] = t;
	fate->to_leave_ward = minutes(rng_lognormal(&r, 6, 0.4));
	fate->transport = minutes(rng_lognormal(&r, 5, 0.25));
	fate->to_ready = minutes(rng_lognormal(&r, 8, 0.4));
	ask_at(f, t, T_FETCH, c);
}

static int64_t fetch(struct flow *f, struct hcase *c, const struct fate *fate, int64_t t)
{
	t = c->at[MILESTONE_LEFT_WARD] = t + fate->to_leave_ward;
	t = c->at[MILESTONE_IN_HOLDING] = t + fate->transport;
	c->at[MILESTONE_READY] = t + fate->to_ready;
	post(f, c->at[MILESTONE_READY], E_CALLED, (int)(c - f->day->cases));
	return t;
}

/* After this, nobody is called who can wait until another day. */
static int64_t latest_call(const struct day *day, int n)
{
	int closes = day->site->rooms[day->rooms[n]].close_min;
	return stamp_at(day->midnight, day->laws != NULL && closes > 0
					       ? closes + (int)day->laws->last_call_min
					       : LATEST_START_MIN);
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
		if (now > latest_call(f->day, n) && !c->emergency) {
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

/* How much longer this surgeon takes than others, and for this patient. */
static double usual_factor(const struct flow *f, const struct hcase *c)
{
	struct rng r = rng_stream(1, STREAM_SURGEON, (uint64_t)c->surgeon);
	double of_patient = (c->bmi >= 30 ? 1.035 : 1) * (1 + 0.02 * (c->asa - 2));
	return of_patient * rng_lognormal(&r, 1, f->day->laws->surgeon_log_sd);
}

static double surgery_minutes(const struct flow *f, const struct hcase *c, struct rng *r)
{
	const struct laws *laws = f->day->laws;
	if (laws != NULL)
		return usual_factor(f, c)
		       * law_draw(&laws->surgery[c->act->specialty], c->act->surgery_min, r);
	double m = rng_lognormal(r, c->act->surgery_min, c->act->spread);
	/* Now and then something is found: half as long again. */
	if (rng_uniform(r) < 0.06)
		m *= rng_between(r, 1.3, 1.7);
	return m;
}

static double lasts(const struct law *law, double median, double log_sd, struct rng *r)
{
	return law != NULL ? law_draw(law, median, r) : rng_lognormal(r, median, log_sd);
}

static void start(struct flow *f, struct hcase *c, int64_t t)
{
	const struct laws *laws = f->day->laws;
	int n = number_of(f->day, c->room), index = (int)(c - f->day->cases);
	struct fate *fate = &f->fate[index];
	f->in_room[n] = index;
	f->next[n] = -1;
	f->clean_ms[n] = 0;
	struct rng r = step(f, c, 4);
	double usual = c->act->anaesthesia_min;
	double anaesthesia = lasts(laws != NULL ? &laws->anaesthesia : NULL, usual, 0.2, &r);
	double after = laws != NULL ? usual : anaesthesia;
	fate->induction = minutes(0.32 * anaesthesia);
	fate->anaesthesia_left = minutes(0.5 * anaesthesia);
	fate->to_incision[0] = minutes(rng_between(&r, 0.3, 1.5));
	fate->to_incision[1] = minutes(rng_lognormal(&r, 0.28 * after, 0.3));
	fate->to_incision[2] = minutes(rng_between(&r, 0.5, 2.5));
	double surgery = surgery_minutes(f, c, &r);
	double closing = surgery * rng_between(&r, 0.12, 0.2);
	fate->surgery = minutes(surgery - closing + c->overrun_min);
	fate->closing = minutes(closing);
	fate->emergence =
		minutes(lasts(laws != NULL ? &laws->emergence : NULL, 0.2 * after, 0.35, &r));
	fate->to_door = minutes(rng_between(&r, 2, 6));
	ask_at(f, t + minutes(0.18 * anaesthesia), T_INDUCE, c);
}

static int64_t induce(struct flow *f, struct hcase *c, const struct fate *fate, int64_t t)
{
	c->at[MILESTONE_ANAES_START] = t;
	t = c->at[MILESTONE_INDUCTION] = t + fate->induction;
	int64_t done = t = c->at[MILESTONE_ANAES_READY] = t + fate->anaesthesia_left;
	t = c->at[MILESTONE_PREP] = t + fate->to_incision[0];
	t = c->at[MILESTONE_PREP_DONE] = t + fate->to_incision[1];
	t = c->at[MILESTONE_INCISION] = t + fate->to_incision[2];
	/* The next patient is sent for by what the team expects, not by what comes. */
	post(f, t + minutes(0.55 * c->act->surgery_min), E_PICK, number_of(f->day, c->room));
	t = c->at[MILESTONE_CLOSING] = t + fate->surgery;
	t = c->at[MILESTONE_PROCEDURE_END] = t + fate->closing;
	ask_at(f, t, T_WAKE, c);
	return done;
}

static int64_t wake(struct flow *f, struct hcase *c, const struct fate *fate, int64_t t)
{
	t = c->at[MILESTONE_EMERGENCE] = t + fate->emergence;
	post(f, t + fate->to_door, E_LEAVE, (int)(c - f->day->cases));
	return t;
}

static void leave(struct flow *f, struct hcase *c, int bay, int64_t t)
{
	const struct laws *laws = f->day->laws;
	struct fate *fate = &f->fate[c - f->day->cases];
	f->bay_taken[bay] = true;
	c->bay = f->day->bays[bay];
	f->in_room[number_of(f->day, c->room)] = -1;
	c->at[MILESTONE_OUT_ROOM] = t;
	struct rng r = step(f, c, 5);
	fate->transfer = minutes(rng_lognormal(&r, 3.5, 0.2));
	fate->stay = minutes(
		lasts(laws != NULL ? &laws->recovery : NULL, c->day_case ? 62 : 98, 0.33, &r));
	fate->to_leave_pacu = minutes(rng_lognormal(&r, 10, 0.6));
	fate->to_back = minutes(rng_between(&r, 5, 9));
	fate->to_home = c->day_case ? minutes(rng_between(&r, 75, 170)) : 0;
	int64_t to_clean = minutes(rng_between(&r, 1.5, 4));
	fate->cleaning =
		minutes(lasts(laws != NULL ? &laws->cleaning : NULL, c->act->cleanup_min, 0.2, &r));
	ask_at(f, t, T_WHEEL, c);
	ask_at(f, t + to_clean, T_SWEEP, c);
}

static int64_t wheel(struct flow *f, struct hcase *c, const struct fate *fate, int64_t t)
{
	int bay = 0;
	while (f->day->bays[bay] != c->bay)
		bay++;
	int64_t in = c->at[MILESTONE_PACU_IN] = t + fate->transfer;
	int64_t ready = c->at[MILESTONE_PACU_READY] = in + fate->stay;
	int64_t out = c->at[MILESTONE_PACU_OUT] = ready + fate->to_leave_pacu;
	c->back_ms = out + fate->to_back;
	if (c->day_case)
		c->at[MILESTONE_DISCHARGED] = c->back_ms + fate->to_home;
	post(f, out + minutes(3), E_BAY_FREE, bay);
	return in;
}

static int64_t sweep(struct flow *f, struct hcase *c, const struct fate *fate, int64_t t)
{
	c->at[MILESTONE_CLEANUP] = t;
	c->at[MILESTONE_CLEANUP_DONE] = t + fate->cleaning;
	post(f, t + fate->cleaning, E_CLEAN, number_of(f->day, c->room));
	return t + fate->cleaning;
}

/* ---- crews: who comes first is served first ---- */

static const struct {
	enum crew crew;
	/* Begins at t; returns when the crew is free again. */
	int64_t (*begin)(struct flow *f, struct hcase *c, const struct fate *fate, int64_t t);
} tasks[TASK_COUNT] = {
	[T_FETCH] = {CREW_PORTER, fetch},
	[T_INDUCE] = {CREW_ANAESTHETIST, induce},
	[T_WAKE] = {CREW_ANAESTHETIST, wake},
	[T_WHEEL] = {CREW_PORTER, wheel},
	[T_SWEEP] = {CREW_CLEANING, sweep},
};

static void ask(struct flow *f, int index, int64_t t)
{
	enum crew crew = tasks[index / DAY_CASES].crew;
	int of = index % DAY_CASES;
	if (f->crew_free[crew] == 0) {
		f->asking[crew][f->asking_count[crew]++] = index;
		return;
	}
	f->crew_free[crew]--;
	int64_t until = tasks[index / DAY_CASES].begin(f, &f->day->cases[of], &f->fate[of], t);
	post(f, until, E_CREW_FREE, (int)crew);
}

static void crew_free(struct flow *f, int crew, int64_t t)
{
	f->crew_free[crew]++;
	if (f->asking_count[crew] == 0)
		return;
	int first = f->asking[crew][0];
	f->asking_count[crew]--;
	memmove(f->asking[crew], f->asking[crew] + 1, (size_t)f->asking_count[crew] * sizeof(int));
	ask(f, first, t);
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
		if (c->at[MILESTONE_READY] != 0 && c->at[MILESTONE_READY] <= e->t
			&& c->at[MILESTONE_ROOM_READY] != 0 && c->at[MILESTONE_ROOM_READY] <= e->t)
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
	case E_ASK:
		ask(f, e->index, e->t);
		break;
	case E_CREW_FREE:
		crew_free(f, e->index, e->t);
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
	memcpy(f->crew_free, day->crews, sizeof(f->crew_free));
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
