/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people do to alarms, here and at other stations, and what rings at other
 * stations. All of it is merged: an acknowledgement, a reset and a raise by the
 * greatest time, a shelf, the service and who has taken charge by the last word of
 * (hybrid clock, station). Order, repetition and long partitions end alike.
 *
 * Acts without a station are of journals from before stations were told apart: a
 * reset then counts only where the state table lists it.
 */
#include <string.h>

#include "twin/text.h"
#include "twin/twin_inner.h"

struct act {
	const struct fact_alarm *told;
	const struct author *by; /* NULL: as above */
	const char *who;
	int64_t hlc_ms;
};

/* Of an alarm that has still to be heard of. */
static const struct alarm_setting any_class = {.shelf_max_min = ALARM_SHELF_MAX_MIN};

static struct alarm_input input(const struct act *act, enum alarm_event event)
{
	return (struct alarm_input){.event = event,
		.by = act->by,
		.who = act->who,
		.covers_ms = act->told->covers_ms,
		.until_ms = act->told->until_ms,
		.one_shot = act->told->one_shot};
}

/* Who covers more counts; of those who cover as much, the first. */
static bool is_before(const struct act *act, const struct alarm_word *w)
{
	if (act->hlc_ms != w->hlc_ms)
		return act->hlc_ms < w->hlc_ms;
	return act->by && strcmp(act->by->station, w->station) < 0;
}

/* Who does not say how bad it looked saw it as it is here. */
static enum priority seen(const struct alarm *a, const struct act *act)
{
	if ((unsigned)act->told->seen < PRIORITY_COUNT)
		return (enum priority)act->told->seen;
	return a->named ? a->priority : PRIORITY_HIGH;
}

static bool acknowledge(struct turn *turn, struct alarm *a, const struct act *act)
{
	int64_t covers = act->told->covers_ms;
	bool more =
		covers > a->ack_upto_ms || (covers == a->ack_upto_ms && seen(a, act) > a->ack_seen);
	bool first =
		covers == a->ack_upto_ms && seen(a, act) == a->ack_seen && is_before(act, &a->ack);
	struct alarm_input in = input(act, ALARM_EVENT_ACK);
	enum alarm_state from = alarm_state(a);

	if (!more && !first)
		return false;
	in.at_ms = turn->t->now_ms;
	a->ack_upto_ms = covers;
	a->ack_seen = seen(a, act);
	alarm_write(&a->ack, &in);
	if (a->acked) /* whoever covers most, whichever came first here */
		text_copy(a->acked_by, sizeof a->acked_by, a->ack.who);
	alarm_settle(turn, a);
	return act->by || alarm_state(a) != from;
}

static bool reset(struct turn *turn, struct alarm *a, const struct act *act)
{
	if (!act->by)
		return alarm_run(turn, a, input(act, ALARM_EVENT_RESET)) == 18;
	if (act->told->covers_ms < a->reset_upto_ms
		|| (act->told->covers_ms == a->reset_upto_ms && act->hlc_ms <= a->reset_ms))
		return false;
	a->reset_upto_ms = act->told->covers_ms;
	a->reset_ms = act->hlc_ms;
	alarm_settle(turn, a);
	return true;
}

static bool own_up(struct turn *turn, struct alarm *a, const struct act *act)
{
	struct alarm_input in = input(act, ALARM_EVENT_COUNT);

	if (!alarm_is_news(&a->taken, act->by, act->hlc_ms))
		return false;
	in.at_ms = turn->t->now_ms;
	alarm_write(&a->taken, &in);
	a->owned = act->told->act == ALARM_TAKE;
	alarm_settle(turn, a);
	return true;
}

/* Of a class not known yet, for the alarm itself has still to be heard of: kept, and
 * looked at again when it is. A word that is refused is still the last one. */
static bool shelve(struct turn *turn, struct alarm *a, const struct act *act)
{
	struct alarm_input in = input(act, ALARM_EVENT_SHELVE);
	bool took;

	if (!alarm_is_news(&a->shelf, act->by, act->hlc_ms))
		return false;
	in.at_ms = turn->t->now_ms;
	in.priority = seen(a, act);
	took = a->named ? alarm_run(turn, a, in) != 0 : alarm_event(a, &any_class, &in) != 0;
	if (!took)
		alarm_write(&a->shelf, &in);
	alarm_settle(turn, a);
	return took;
}

static bool unshelve(struct turn *turn, struct alarm *a, const struct act *act)
{
	struct alarm_input in = input(act, ALARM_EVENT_UNSHELVE);

	if (!alarm_is_news(&a->shelf, act->by, act->hlc_ms))
		return false;
	if (!alarm_run(turn, a, in)) { /* not shelved here, yet: the word counts all the same */
		in.at_ms = turn->t->now_ms;
		alarm_write(&a->shelf, &in);
	}
	alarm_settle(turn, a);
	return true;
}

/* A new occurrence, dated by the act, so that it is the same one everywhere. Whose
 * acknowledgement it was is for the author's station to see to (twin/roles.h): here it
 * may not be known yet. */
static bool unacknowledge(struct turn *turn, struct alarm *a, const struct act *act)
{
	struct alarm_input in = input(act, ALARM_EVENT_UNACK);

	in.raised_ms = act->hlc_ms;
	in.again = true;
	if (act->hlc_ms <= a->unack_ms || act->hlc_ms <= a->raised_ms)
		return false;
	if (!(alarm_state(a) == ALARM_C && alarm_run(turn, a, in)) && !act->by)
		return false;
	a->unack_ms = act->hlc_ms;
	alarm_settle(turn, a);
	return true;
}

/* Whether it rang when it came back is for whoever saw it to say: here it may have
 * ended in the meantime, or not be heard of yet. */
static bool service(struct turn *turn, struct alarm *a, const struct act *act)
{
	bool out = act->told->act == ALARM_OUT_OF_SERVICE;
	bool rang = !out && act->told->covers_ms > 0 && act->hlc_ms > a->raised_ms;
	struct alarm_input in = input(act, out ? ALARM_EVENT_OUT_OF_SERVICE : ALARM_EVENT_RETURN);
	bool news = alarm_is_news(&a->service, act->by, act->hlc_ms);

	in.raised_ms = act->hlc_ms;
	in.again = true;
	in.not_met = !rang;
	if (news && !alarm_run(turn, a, in)) {
		in.at_ms = turn->t->now_ms;
		alarm_write(&a->service, &in);
	}
	if (rang && act->hlc_ms > a->unack_ms)
		a->unack_ms = act->hlc_ms;
	alarm_settle(turn, a);
	return news;
}

static bool (*const acts[ALARM_ACT_COUNT])(
	struct turn *turn, struct alarm *a, const struct act *act) = {
	[ALARM_ACKNOWLEDGE] = acknowledge,
	[ALARM_RESET] = reset,
	[ALARM_TAKE] = own_up,
	[ALARM_LEAVE] = own_up,
	[ALARM_SHELVE] = shelve,
	[ALARM_UNSHELVE] = unshelve,
	[ALARM_UNACKNOWLEDGE] = unacknowledge,
	[ALARM_OUT_OF_SERVICE] = service,
	[ALARM_RETURN] = service,
};

static bool is_ahead(const struct twin *t, int64_t when_ms)
{
	return when_ms > t->now_ms + ALARM_AHEAD_MS;
}

/* One that nobody has heard of yet may be on its way, from a station. */
static struct alarm *acted_on(struct turn *turn, const struct act *act)
{
	int i = twin_alarm(turn->t, act->told->key);

	if ((unsigned)act->told->act >= ALARM_ACT_COUNT || !act->told->key[0]
		|| is_ahead(turn->t, act->told->covers_ms) || is_ahead(turn->t, act->hlc_ms))
		return NULL;
	if (i >= 0)
		return &turn->t->alarms[i];
	return act->by ? alarm_make(turn, act->told->key, PRIORITY_LOW) : NULL;
}

void on_alarm(struct turn *turn)
{
	const struct fact *f = turn->fact;
	struct act act = {.told = &f->alarm,
		.by = f->by.station[0] ? &f->by : NULL,
		.who = f->origin,
		.hlc_ms = f->by.hlc_ms ? f->by.hlc_ms : f->at_ms};
	struct alarm *a = acted_on(turn, &act);
	bool may =
		a && alarm_may(a->named ? alarm_is(turn->t, a) : &any_class, act.told->act, &f->by);

	if (!may || !acts[act.told->act](turn, a, &act))
		turn->t->ignored++;
}

/* ---- what rings elsewhere ---- */

static int station_find(const struct twin *t, const char *name)
{
	for (int i = 0; i < t->station_count; i++)
		if (!strcmp(t->stations[i], name))
			return i;
	return -1;
}

static int station_make(struct twin *t, const char *name)
{
	int known = station_find(t, name);

	if (known >= 0)
		return known;
	if (t->station_count == TWIN_STATIONS) {
		t->dropped++;
		return -1;
	}
	text_copy(t->stations[t->station_count], ID_SIZE, name);
	return t->station_count++;
}

static bool is_sound(const struct twin *t, const struct fact *f)
{
	const struct fact_raise *told = &f->raise;

	return told->key[0] && f->by.station[0] && told->raised_ms > 0 && told->cleared_ms >= 0
	       && (unsigned)told->class_ < ALARM_CLASS_COUNT
	       && (unsigned)told->priority < PRIORITY_COUNT && !is_ahead(t, told->raised_ms)
	       && !is_ahead(t, told->cleared_ms) && !alarm_setting(t->site, told->class_)->local;
}

/* The newest raise says what it is about, unless our own rules do. */
static void hear_of(struct twin *t, struct alarm *a, const struct fact *f)
{
	const struct fact_raise *told = &f->raise;

	if (a->named && (told->raised_ms < a->raised_ms || a->own))
		return;
	a->named = true;
	a->class_ = told->class_;
	text_copy(a->text, sizeof a->text, told->text);
	text_copy(a->tag, sizeof a->tag, told->tag);
	text_copy(a->room, sizeof a->room, told->room);
	alarm_refit(a, alarm_is(t, a));
}

void on_raise(struct turn *turn)
{
	const struct fact *f = turn->fact;
	const struct fact_raise *told = &f->raise;
	struct alarm_hold word = {.raised_ms = told->raised_ms,
		.ended_ms = told->cleared_ms,
		.priority = told->priority,
		.again = told->again};
	struct alarm *a = is_sound(turn->t, f) ? alarm_make(turn, told->key, told->priority) : NULL;
	int station = a ? station_make(turn->t, f->by.station) : -1, hold;

	if (station < 0) {
		turn->t->ignored++;
		return;
	}
	hold = alarm_hold_of(a, (uint8_t)station);
	if (hold >= 0)
		a->holds[hold].away_ms = turn->t->away_ms[station];
	hear_of(turn->t, a, f);
	if (told->raised_ms >= a->raised_ms)
		text_copy(a->peer_station, sizeof a->peer_station, f->by.station);
	if (told->raised_ms > a->peer_ms)
		a->peer_ms = told->raised_ms;
	if (told->cleared_ms > a->ended_ms)
		a->ended_ms = told->cleared_ms;
	if (hold < 0) {
		turn->t->dropped++;
	} else {
		alarm_hold_merge(&a->holds[hold], &word);
		if (a->holds[hold].raised_ms == told->raised_ms)
			word.again = a->holds[hold].again;
	}
	alarm_raise_to(turn, a, told->raised_ms, word.again);
	alarm_settle(turn, a);
}

/* A person had said that it was over, and now its station says otherwise: nobody has
 * seen it so. The new occurrence is dated by what was reset, and told to the others,
 * who may not have missed that station. */
static void ring_again(struct turn *turn, struct alarm *a)
{
	struct alarm_hold *own = &a->holds[0];
	bool again;

	own->raised_ms = own->ended_ms = a->own_ms = alarm_next_raise(a, 0, &again);
	own->priority = a->priority_now;
	own->again = true;
	alarm_raise_to(turn, a, own->raised_ms, true);
}

void on_station(struct turn *turn)
{
	const struct fact_station *told = &turn->fact->station;
	struct twin *t = turn->t;
	int station = station_find(t, told->station);

	if (station < 0 || t->away_ms[station] == told->away_ms) {
		t->ignored++;
		return;
	}
	t->away_ms[station] = told->away_ms;
	for (int i = 0; i < t->alarm_count; i++)
		for (int k = 1; k < ALARM_HOLDS; k++) {
			struct alarm *a = &t->alarms[i];
			bool aside = alarm_hold_aside(a, k);

			if (!a->holds[k].raised_ms || a->holds[k].station != station)
				continue;
			a->holds[k].away_ms = told->away_ms;
			if (aside && alarm_hold_rings(a, k) && !a->active)
				ring_again(turn, a);
			alarm_settle(turn, a);
		}
}
