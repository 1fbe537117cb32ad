/* SPDX-License-Identifier: Apache-2.0 */

/* Lets the day happen: discrete events over rooms, patients, crews and PACU bays. */

#include "src/hospital/flow.h"
#include "src/hospital/stamp.h"

#include <stdlib.h>
#include <string.h>

enum { STREAM_FLOW = 3, STREAM_SURGEON = 6, LATEST_START_MIN = 18 * 60 + 30 };

int64_t flow_minutes(double m)
{
	/* Whole seconds: FHIR dateTimes carry no more, and both must agree. */
	return (int64_t)(m * 60.0) * 1000;
}

void flow_post(struct flow *f, int64_t t, enum kind kind, int index)
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
	flow_post(f, t, E_ASK, (int)task * DAY_CASES + (int)(c - f->day->cases));
}

int flow_number(const struct day *day, int room)
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
	const struct day *day = f->day;
	bool later = day->resown_ms != 0 && f->now > day->resown_ms;
	return rng_stream(later ? day->resown : day->seed, STREAM_FLOW, c->stream * 16 + nth);
}

static void set_room_ready(struct flow *f, int n, int64_t now)
{
	struct hcase *c = &f->day->cases[f->next[n]];
	if (f->clean_ms[n] == 0 || c->at[MILESTONE_ROOM_READY] != 0)
		return;
	struct rng r = step(f, c, 1);
	int64_t from = f->clean_ms[n] > now ? f->clean_ms[n] : now;
	int64_t ready = from + flow_minutes(rng_between(&r, 3, 7));
	int64_t early = c->planned_start - flow_minutes(rng_between(&r, 14, 26));
	c->at[MILESTONE_ROOM_READY] = ready > early ? ready : early;
	flow_post(f, c->at[MILESTONE_ROOM_READY], E_ROOM_READY, f->next[n]);
}

/* From when on a patient who has eaten is sent for: so much later than asked, as
 * the programme drew it; where it is known in time, than was booked. */
static int64_t fasting_from(const struct flow *f, const struct hcase *c, int64_t early, int64_t t)
{
	int64_t wait = flow_minutes(c->fasting_wait_min);
	int64_t legal = f->day->drawn[c - f->day->cases].planned_start - early + wait;
	if (c->ate_ms == 0 && !c->placed)
		return t + wait;
	return t > legal ? t : legal;
}

/* The ward is asked for the patient: everything up to "ready" follows. */
static void call_patient(struct flow *f, struct hcase *c, int64_t now)
{
	struct rng r = step(f, c, 2);
	int64_t early = flow_minutes(rng_between(&r, 38, 58));
	int64_t t = c->planned_start - early;
	if (c->emergency)
		t = (now > c->at[MILESTONE_ARRIVED] ? now : c->at[MILESTONE_ARRIVED])
		    + flow_minutes(rng_between(&r, 2, 8));
	if (t < now)
		t = now;
	if (t < c->at[MILESTONE_ARRIVED] + flow_minutes(20) && !c->emergency)
		t = c->at[MILESTONE_ARRIVED] + flow_minutes(20);
	if (c->not_fasting)
		t = fasting_from(f, c, early, t);
	struct fate *fate = &f->fate[c - f->day->cases];
	c->at[MILESTONE_SENT_FOR] = t;
	fate->to_leave_ward = flow_minutes(rng_lognormal(&r, 6, 0.4));
	fate->transport = flow_minutes(rng_lognormal(&r, 5, 0.25));
	fate->to_ready = flow_minutes(rng_lognormal(&r, 8, 0.4));
	ask_at(f, t, T_FETCH, c);
}

static int64_t fetch(struct flow *f, struct hcase *c, const struct fate *fate, int64_t t)
{
	t = c->at[MILESTONE_LEFT_WARD] = t + fate->to_leave_ward;
	t = c->at[MILESTONE_IN_HOLDING] = t + fate->transport;
	c->at[MILESTONE_READY] = t + fate->to_ready;
	flow_post(f, c->at[MILESTONE_READY], E_CALLED, (int)(c - f->day->cases));
	return t;
}

/* After this, nobody is called who can wait until another day. */
int64_t flow_latest_call(const struct day *day, int n)
{
	int closes = day->site->rooms[day->rooms[n]].close_min;
	return stamp_at(day->midnight, day->laws != NULL && closes > 0
					       ? closes + (int)day->laws->last_call_min
					       : LATEST_START_MIN);
}

/* Not urgent, and nobody said that it is to be done so late. */
static bool too_late(const struct flow *f, const struct hcase *c, int n, int64_t t)
{
	int64_t last = flow_latest_call(f->day, n);
	return t > last && !c->emergency && !(c->placed && c->planned_start > last);
}

void flow_pick(struct flow *f, int n, int64_t now)
{
	f->calling[n] = true;
	if (f->next[n] >= 0)
		return;
	while (f->list_count[n] > 0) {
		struct hcase *c = &f->day->cases[f->list[n][0]];
		if (c->off_ms > now) {
			flow_post(f, c->off_ms, E_PICK, n);
			return;
		}
		int chosen = f->list[n][0];
		f->list_count[n]--;
		memmove(f->list[n], f->list[n] + 1, (size_t)f->list_count[n] * sizeof(int));
		if (c->off_ms != 0)
			continue;
		if (too_late(f, c, n, now)) {
			flow_take_off(f, c, now);
			continue;
		}
		f->next[n] = chosen;
		if (c->at[MILESTONE_SENT_FOR] == 0)
			call_patient(f, c, now);
		set_room_ready(f, n, now);
		return;
	}
}

static bool came(int64_t at, int64_t now)
{
	return at != 0 && at <= now;
}

/* When a case that is ready, as its room is, enters it; 0 nobody can say yet. */
static int64_t entry(struct flow *f, struct hcase *c, int n, int64_t now, struct rng *r)
{
	int64_t ready = c->at[MILESTONE_READY] + flow_minutes(rng_between(r, 1.5, 4));
	int64_t room = c->at[MILESTONE_ROOM_READY] + flow_minutes(rng_between(r, 0.5, 2));
	int64_t t = ready > room ? ready : room;
	int64_t early = c->planned_start - flow_minutes(rng_between(r, 0, 12));
	if (c->emergency)
		early = 0;
	t = (t > early ? t : early) + flow_minutes(c->delay_min);
	if (c->via_induction && c->induction_room >= 0 && t - ready > flow_minutes(3)) {
		int64_t in = t - flow_minutes(rng_between(r, 5, 9));
		c->induction_ms = in > ready ? in : ready;
	}
	if (t < now)
		t = now;
	int64_t until = flow_kept_out(f->day, c, t);
	if (until > t && too_late(f, c, n, until)) {
		int64_t last = flow_latest_call(f->day, n);
		flow_post(f, last > now ? last : now, E_GIVE_UP, (int)(c - f->day->cases));
		return 0;
	}
	return flow_surgeon_busy(f, c, until) ? 0 : until;
}

void flow_try_start(struct flow *f, int n, int64_t now)
{
	struct hcase *c = f->next[n] >= 0 ? &f->day->cases[f->next[n]] : NULL;
	if (c == NULL || f->in_room[n] >= 0 || !came(c->at[MILESTONE_READY], now)
		|| !came(c->at[MILESTONE_ROOM_READY], now) || c->at[MILESTONE_IN_ROOM] != 0)
		return;
	struct rng r = step(f, c, 3);
	int64_t t = entry(f, c, n, now, &r);
	c->at[MILESTONE_IN_ROOM] = t;
	if (t == 0)
		c->induction_ms = 0;
	else
		flow_post(f, t, E_START, f->next[n]);
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
	int n = flow_number(f->day, c->room), index = (int)(c - f->day->cases);
	struct fate *fate = &f->fate[index];
	f->in_room[n] = index;
	f->next[n] = -1;
	f->calling[n] = false;
	f->clean_ms[n] = 0;
	struct rng r = step(f, c, 4);
	double usual = c->act->anaesthesia_min;
	double anaesthesia = lasts(laws != NULL ? &laws->anaesthesia : NULL, usual, 0.2, &r);
	double after = laws != NULL ? usual : anaesthesia;
	fate->induction = flow_minutes(0.32 * anaesthesia);
	fate->anaesthesia_left = flow_minutes(0.5 * anaesthesia);
	fate->to_incision[0] = flow_minutes(rng_between(&r, 0.3, 1.5));
	fate->to_incision[1] = flow_minutes(rng_lognormal(&r, 0.28 * after, 0.3));
	fate->to_incision[2] = flow_minutes(rng_between(&r, 0.5, 2.5));
	double surgery = surgery_minutes(f, c, &r);
	double closing = surgery * rng_between(&r, 0.12, 0.2);
	fate->surgery = flow_minutes(surgery - closing + c->overrun_min);
	fate->closing = flow_minutes(closing);
	fate->emergence =
		flow_minutes(lasts(laws != NULL ? &laws->emergence : NULL, 0.2 * after, 0.35, &r));
	fate->to_door = flow_minutes(rng_between(&r, 2, 6));
	ask_at(f, t + flow_minutes(0.18 * anaesthesia), T_INDUCE, c);
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
	flow_post(f, t + flow_minutes(0.55 * c->act->surgery_min), E_PICK,
		flow_number(f->day, c->room));
	t = c->at[MILESTONE_CLOSING] = t + fate->surgery;
	flow_post(f, t, E_SURGEON, 0);
	t = c->at[MILESTONE_PROCEDURE_END] = t + fate->closing;
	ask_at(f, t, T_WAKE, c);
	return done;
}

static int64_t wake(struct flow *f, struct hcase *c, const struct fate *fate, int64_t t)
{
	t = c->at[MILESTONE_EMERGENCE] = t + fate->emergence;
	flow_post(f, t + fate->to_door, E_LEAVE, (int)(c - f->day->cases));
	return t;
}

static void leave(struct flow *f, struct hcase *c, int bay, int64_t t)
{
	const struct laws *laws = f->day->laws;
	struct fate *fate = &f->fate[c - f->day->cases];
	f->bay_taken[bay] = true;
	c->bay = f->day->bays[bay];
	f->in_room[flow_number(f->day, c->room)] = -1;
	c->at[MILESTONE_OUT_ROOM] = t;
	struct rng r = step(f, c, 5);
	fate->transfer = flow_minutes(rng_lognormal(&r, 3.5, 0.2));
	fate->stay = flow_minutes(
		lasts(laws != NULL ? &laws->recovery : NULL, c->day_case ? 62 : 98, 0.33, &r));
	fate->to_leave_pacu = flow_minutes(rng_lognormal(&r, 10, 0.6));
	fate->to_back = flow_minutes(rng_between(&r, 5, 9));
	fate->to_home = c->day_case ? flow_minutes(rng_between(&r, 75, 170)) : 0;
	int64_t to_clean = flow_minutes(rng_between(&r, 1.5, 4));
	fate->cleaning = flow_minutes(
		lasts(laws != NULL ? &laws->cleaning : NULL, c->act->cleanup_min, 0.2, &r));
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
	int64_t out = flow_kept_in(f->day, c, ready + fate->to_leave_pacu);
	c->at[MILESTONE_PACU_OUT] = out;
	c->back_ms = out + fate->to_back;
	if (c->day_case)
		c->at[MILESTONE_DISCHARGED] = c->back_ms + fate->to_home;
	flow_post(f, out + flow_minutes(3), E_BAY_FREE, bay);
	return in;
}

static int64_t sweep(struct flow *f, struct hcase *c, const struct fate *fate, int64_t t)
{
	c->at[MILESTONE_CLEANUP] = t;
	c->at[MILESTONE_CLEANUP_DONE] = t + fate->cleaning;
	flow_post(f, t + fate->cleaning, E_CLEAN, flow_number(f->day, c->room));
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
	if (f->crew_free[crew] <= 0) {
		f->asking[crew][f->asking_count[crew]++] = index;
		return;
	}
	f->crew_free[crew]--;
	int64_t until = tasks[index / DAY_CASES].begin(f, &f->day->cases[of], &f->fate[of], t);
	flow_post(f, until, E_CREW_FREE, (int)crew);
}

void flow_serve(struct flow *f, int crew, int64_t t)
{
	while (f->crew_free[crew] > 0 && f->asking_count[crew] > 0) {
		int first = f->asking[crew][0];
		f->asking_count[crew]--;
		memmove(f->asking[crew], f->asking[crew] + 1,
			(size_t)f->asking_count[crew] * sizeof(int));
		ask(f, first, t);
	}
}

/* A patient who was not to be fetched after all, or is fetched already: no more. */
static bool is_stale(struct flow *f, const struct event *e)
{
	int index = e->index % DAY_CASES;
	if (e->index / DAY_CASES != T_FETCH)
		return false;
	bool stale = f->fetching[index] || f->day->cases[index].at[MILESTONE_SENT_FOR] != e->t;
	f->fetching[index] |= !stale;
	return stale;
}

void flow_leave(struct flow *f, int64_t t)
{
	while (f->waiting_count > 0) {
		int bay = 0;
		while (bay < f->bays_open && f->bay_taken[bay])
			bay++;
		if (bay == f->bays_open)
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
		if (flow_is_down(f->day, f->day->rooms[n], t))
			left += 600;
		for (int k = 0; k < f->list_count[n]; k++)
			left += 20 + f->day->cases[f->list[n][k]].act->surgery_min;
		if (left < least) {
			least = left;
			best = n;
		}
	}
	if (c->room < 0)
		c->room = f->day->rooms[best];
	int n = flow_number(f->day, c->room);
	memmove(f->list[n] + 1, f->list[n], (size_t)f->list_count[n] * sizeof(int));
	f->list[n][0] = index;
	f->list_count[n]++;
	struct rng r = step(f, c, 6);
	c->at[MILESTONE_ARRIVED] = t + flow_minutes(rng_between(&r, 1, 15));
	if (f->in_room[n] < 0)
		flow_pick(f, n, t);
}

/* Its room was not to be had in time, and nobody found another one. */
static void give_up(struct flow *f, struct hcase *c, int64_t t)
{
	int n = flow_number(f->day, c->room);
	if (f->next[n] != c - f->day->cases || c->at[MILESTONE_IN_ROOM] != 0
		|| !too_late(f, c, n, flow_kept_out(f->day, c, t)))
		return;
	flow_take_off(f, c, t);
	flow_pick(f, n, t);
}

static void run(struct flow *f, const struct event *e)
{
	struct day *day = f->day;
	switch (e->kind) {
	case E_PICK:
		flow_pick(f, e->index, e->t);
		break;
	case E_CALLED:
	case E_ROOM_READY:
		/* Whichever comes second starts the case. */
		flow_try_start(f, flow_number(day, day->cases[e->index].room), e->t);
		break;
	case E_START: {
		/* Unless it was to begin there and then, and is not any more. */
		int n = flow_number(day, day->cases[e->index].room);
		if (f->next[n] == e->index && day->cases[e->index].at[MILESTONE_IN_ROOM] == e->t)
			start(f, &day->cases[e->index], e->t);
		break;
	}
	case E_LEAVE:
		f->waiting[f->waiting_count++] = e->index;
		flow_leave(f, e->t);
		break;
	case E_CLEAN:
		f->clean_ms[e->index] = e->t;
		flow_pick(f, e->index, e->t);
		if (f->next[e->index] >= 0)
			set_room_ready(f, e->index, e->t);
		break;
	case E_BAY_FREE:
		f->bay_taken[e->index] = false;
		flow_leave(f, e->t);
		break;
	case E_ADD_ON:
		add_on(f, e->index, e->t);
		break;
	case E_ASK:
		if (!is_stale(f, e))
			ask(f, e->index, e->t);
		break;
	case E_CREW_FREE:
		f->crew_free[e->index]++;
		flow_serve(f, e->index, e->t);
		break;
	case E_ACT:
		flow_act(f, &day->actions[e->index]);
		break;
	case E_SURGEON:
		for (int n = 0; n < day->room_count; n++)
			flow_try_start(f, n, e->t);
		break;
	case E_GIVE_UP:
		give_up(f, &day->cases[e->index], e->t);
		break;
	}
}

static void arrive(struct flow *f, struct hcase *c)
{
	struct rng r = step(f, c, 0);
	if (c->no_show)
		return;
	if (c->day_case) {
		int64_t opens =
			stamp_at(f->day->midnight, 390) + flow_minutes(rng_between(&r, 0, 35));
		int64_t t = c->planned_start - flow_minutes(rng_between(&r, 75, 150));
		c->at[MILESTONE_ARRIVED] = t > opens ? t : opens;
	} else {
		c->at[MILESTONE_ARRIVED] =
			stamp_at(f->day->midnight, -7 * 60) + flow_minutes(rng_between(&r, 0, 180));
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
	memcpy(f->crew_size, day->crews, sizeof(f->crew_size));
	f->bays_open = day->bay_count;
	int64_t dawn = stamp_at(day->midnight, 360);
	for (int n = 0; n < day->room_count; n++) {
		f->next[n] = f->in_room[n] = -1;
		f->clean_ms[n] = dawn;
		flow_post(f, dawn, E_PICK, n);
	}
	for (int i = 0; i < day->case_count; i++) {
		struct hcase *c = &day->cases[i];
		if (c->emergency) {
			flow_post(f, c->known_ms, E_ADD_ON, i);
			continue;
		}
		arrive(f, c);
		int n = flow_number(day, c->room);
		f->list[n][f->list_count[n]++] = i;
	}
	for (int i = 0; i < day->action_count; i++)
		if (day->actions[i].kind >= ACTION_PLACE)
			flow_post(f, day->actions[i].t, E_ACT, i);
	while (f->pending_count > 0) {
		struct event e = take_first(f);
		f->now = e.t;
		run(f, &e);
	}
	free(f);
	give_bracelets(day);
}
