/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stations share of alarms ends alike everywhere: any set of facts of three
 * stations folds to the same states in any order and however often repeated; three
 * stations that ring, act and are cut off from one another agree once they have heard
 * each other; an acknowledgement covers only what its author had seen.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"

enum { STATIONS = 3, FACTS = 40, MESSAGES = 4000 };
static const char *const names[STATIONS] = {"or-desk", "pacu-desk", "pharmacy-desk"};
static const char *const people[STATIONS] = {"anna", "bert", "carla"};

#define CALL    "press:" BUTTON
#define COLD    "cold:" FRIDGE
#define CLIMATE "climate:or-1:temperature"
static const char *const keys[] = {CALL, COLD, CLIMATE};
static const enum alarm_class classes[] = {
	ALARM_CLASS_PATIENT_CALL, ALARM_CLASS_COLD_CHAIN, ALARM_CLASS_CLIMATE};

static struct site ours;
static struct alarm_setting settings[ALARM_CLASS_COUNT];

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static struct twin *station_new(int64_t now_ms)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, now_ms);
	struct twin *t = twin_create();

	assert_non_null(t);
	memcpy(settings, alarm_rules, sizeof settings);
	settings[ALARM_CLASS_CLIMATE].on_delay_s = 0;
	settings[ALARM_CLASS_CLIMATE].ack_timeout_min = 20;
	ours = site;
	ours.alarms = settings;
	f.site.site = &ours;
	twin_apply(t, &f, NULL);
	return t;
}

static struct fact shared(enum fact_kind kind, int station, int64_t hlc_ms)
{
	struct fact f = fact_make(kind, SOURCE_PERSON, 0);

	FILL(f.origin, people[station]);
	FILL(f.by.station, names[station]);
	f.by.hlc_ms = hlc_ms;
	f.by.role = hlc_ms % 2 ? PERSON_NURSE : PERSON_SUPERVISOR;
	FILL(f.by.reason, "as agreed");
	return f;
}

static void describe(const struct alarm *a, int64_t now_ms, char *out, size_t size)
{
	snprintf(out, size,
		"%s %s %s raised %lld floor %lld ack %lld by %s reset %lld shelf %lld of %s "
		"out %d of %s owner %s",
		a->key, alarm_state_name(alarm_state(a)), alarm_state_name(alarm_shown(a, now_ms)),
		(long long)a->raised_ms, (long long)alarm_floor(a), (long long)a->ack_upto_ms,
		a->acked ? a->ack.who : "-", (long long)a->reset_upto_ms,
		(long long)(a->shelf_until_ms > now_ms ? a->shelf_until_ms : 0), a->shelf.station,
		a->out_of_service, a->service.station, a->owner);
}

static void same_alarms(const struct twin *a, const struct twin *b)
{
	char x[640], y[640];

	for (size_t k = 0; k < 3; k++) {
		int i = twin_alarm(a, keys[k]), j = twin_alarm(b, keys[k]);

		assert_int_equal(i < 0, j < 0);
		if (i < 0)
			continue;
		describe(&a->alarms[i], a->now_ms, x, sizeof x);
		describe(&b->alarms[j], b->now_ms, y, sizeof y);
		assert_string_equal(x, y);
	}
}

/* A class that may not be shelved is never out of sight while HIGH. */
static void nothing_hidden(const struct twin *t)
{
	for (int i = 0; i < t->alarm_count; i++) {
		const struct alarm *a = &t->alarms[i];

		if (a->class_ == ALARM_CLASS_PATIENT_CALL && a->raised_ms
			&& a->priority == PRIORITY_HIGH && alarm_state(a) != ALARM_A)
			assert_int_equal(alarm_shown(a, t->now_ms), alarm_state(a));
	}
}

/* ---- any order, any repetition ---- */

/* Each station's raises grow, and it knows its own: the second of two close ones says
 * so. The rest is anything. */
static struct fact random_shared(
	uint64_t *seed, int64_t last[STATIONS][3], int64_t hlc[STATIONS], int64_t base_ms)
{
	int station = (int)draw(seed, STATIONS), k = (int)draw(seed, 3);
	int64_t when = base_ms + (int64_t)draw(seed, 120) * 1000;
	struct fact f;

	hlc[station] += 1 + (int64_t)draw(seed, 9000);
	if (draw(seed, 2)) {
		int64_t *before = &last[station][k];

		f = shared(FACT_RAISE, station, hlc[station]);
		FILL(f.raise.key, keys[k]);
		f.raise.class_ = classes[k];
		f.raise.priority = alarm_rules[classes[k]].priority;
		f.raise.raised_ms = *before ? *before + 1 + draw(seed, 40000) : when;
		f.raise.again = *before && f.raise.raised_ms - *before <= ALARM_SAME_MS;
		f.raise.cleared_ms = draw(seed, 2) ? f.raise.raised_ms + draw(seed, 9000) : *before;
		*before = f.raise.raised_ms;
		return f;
	}
	f = shared(FACT_ALARM, station, hlc[station]);
	FILL(f.alarm.key, keys[k]);
	f.alarm.act = (enum alarm_act)draw(seed, ALARM_ACT_COUNT);
	f.alarm.seen = PRIORITY_HIGH;
	/* Often exactly a raise, sometimes one nobody knows yet. */
	f.alarm.covers_ms = draw(seed, 3) ? last[draw(seed, STATIONS)][k] : when;
	if (f.alarm.act == ALARM_SHELVE)
		f.alarm.until_ms = draw(seed, 2) ? f.by.hlc_ms + draw(seed, 90) * MIN : 0;
	return f;
}

static void fold_shuffled(struct twin *t, const struct fact *facts, uint64_t seed, int64_t now_ms)
{
	int order[FACTS * 2];

	for (int i = 0; i < FACTS * 2; i++)
		order[i] = i % FACTS;
	for (int i = FACTS * 2 - 1; i > 0; i--) {
		int k = (int)draw(&seed, (uint32_t)i + 1), swap = order[i];

		order[i] = order[k];
		order[k] = swap;
	}
	for (int i = 0; i < FACTS * 2; i++) {
		struct fact f = facts[order[i]];

		f.at_ms = now_ms + i;
		f.seq = (uint64_t)i + 2;
		twin_apply(t, &f, NULL);
		nothing_hidden(t);
	}
	twin_advance(t, now_ms + 1000, NULL);
}

static void test_any_order(void **state)
{
	int letters[ALARM_STATE_COUNT] = {0};

	(void)state;
	for (uint64_t s = 1; s <= 400; s++) {
		struct fact facts[FACTS];
		int64_t last[STATIONS][3] = {{0}}, hlc[STATIONS] = {AT(0), AT(0), AT(0)};
		struct twin *first = station_new(AT(9));
		uint64_t seed = s * 7919;

		for (int i = 0; i < FACTS; i++)
			facts[i] = random_shared(&seed, last, hlc, AT(0));
		/* Later than all of it, and before any acknowledgement times out. */
		fold_shuffled(first, facts, seed, AT(15));
		for (uint64_t other = 1; other <= 3; other++) {
			struct twin *t = station_new(AT(9));

			fold_shuffled(t, facts, seed + other * 104729, AT(15));
			same_alarms(first, t);
			twin_destroy(t);
		}
		for (int i = 0; i < first->alarm_count; i++)
			letters[alarm_shown(&first->alarms[i], first->now_ms)]++;
		twin_destroy(first);
	}
	assert_true(letters[ALARM_A] && letters[ALARM_B] && letters[ALARM_C] && letters[ALARM_D]
		    && letters[ALARM_E] && letters[ALARM_G] && letters[ALARM_LU]);
}

/* ---- three stations that live, cut off from one another now and then ---- */

struct told {
	struct fact fact;
	bool had[STATIONS];
};

struct raise {
	int64_t raised_ms, known_ms; /* the greatest known there just before */
	char key[ID_SIZE];
};

struct life {
	struct twin *t[STATIONS];
	int64_t now_ms, hlc[STATIONS];
	struct told *told;
	int count;
	struct fact_raise said[STATIONS][3];
	struct raise raises[MESSAGES];
	int raise_count;
	uint64_t seed;
	uint64_t seq;
};

static const int64_t skew[STATIONS] = {0, 1500, -900};

static int64_t clock_of(const struct life *l, int s)
{
	return l->now_ms + skew[s];
}

static void tell(struct life *l, struct fact f, int from)
{
	assert_true(l->count < MESSAGES);
	l->told[l->count] = (struct told){.fact = f};
	l->told[l->count++].had[from] = true;
}

/* Whatever a station says differently now goes to the others. */
static void publish(struct life *l, int s)
{
	for (int k = 0; k < 3; k++) {
		int i = twin_alarm(l->t[s], keys[k]);
		struct fact f = shared(FACT_RAISE, s, clock_of(l, s));

		if (i < 0 || !alarm_own_word(&l->t[s]->alarms[i], &f.raise)
			|| !memcmp(&f.raise, &l->said[s][k], sizeof f.raise))
			continue;
		l->said[s][k] = f.raise;
		tell(l, f, s);
	}
}

static void raises_of(const struct life *l, int s, int64_t raised[3])
{
	for (int k = 0; k < 3; k++) {
		int i = twin_alarm(l->t[s], keys[k]);

		raised[k] = i < 0 ? 0 : l->t[s]->alarms[i].raised_ms;
	}
}

/* What a station has raised by itself, and what it knew when it did. */
static void note_raises(struct life *l, int s, const int64_t before[3])
{
	int64_t after[3];

	raises_of(l, s, after);
	for (int k = 0; k < 3; k++) {
		struct raise *r = &l->raises[l->raise_count];

		if (after[k] == before[k])
			continue;
		*r = (struct raise){.raised_ms = after[k], .known_ms = before[k]};
		FILL(r->key, keys[k]);
		l->raise_count++;
	}
}

static void hear(struct life *l, int s, struct fact f)
{
	int64_t before[3];

	raises_of(l, s, before);
	f.at_ms = clock_of(l, s);
	f.seq = ++l->seq;
	if (f.by.hlc_ms > l->hlc[s])
		l->hlc[s] = f.by.hlc_ms;
	twin_apply(l->t[s], &f, NULL);
	if (f.kind != FACT_RAISE && f.kind != FACT_ALARM)
		note_raises(l, s, before);
	nothing_hidden(l->t[s]);
	publish(l, s);
}

static void pass(struct life *l, int s, int64_t now_ms)
{
	int64_t before[3];

	raises_of(l, s, before);
	twin_advance(l->t[s], now_ms, NULL);
	note_raises(l, s, before);
	publish(l, s);
}

static void deliver(struct life *l, int s, int m)
{
	l->told[m].had[s] = true;
	hear(l, s, l->told[m].fact);
}

static void sense(struct life *l, int s)
{
	struct fact f = fact_make(FACT_PRESS, SOURCE_RADIO, 0);
	int what = (int)draw(&l->seed, 3);

	if (what == 0) {
		FILL(f.press.tag, BUTTON);
	} else {
		f.kind = FACT_READING;
		memset(&f.reading, 0, sizeof f.reading);
		FILL(f.reading.tag, what == 1 ? FRIDGE : SENSOR);
		f.reading.quantity = QUANTITY_TEMPERATURE;
		f.reading.value = draw(&l->seed, 2) ? (what == 1 ? 5 : 20) : 30;
	}
	/* What is in the air, most stations hear at about the same time. */
	for (int i = 0; i < STATIONS; i++)
		if (i == s || draw(&l->seed, 3))
			hear(l, i, f);
}

/* As a console does it: what is refused there is not said to anybody. */
static bool is_allowed(const struct alarm *a, enum alarm_act act)
{
	enum alarm_state base = alarm_state(a);

	switch (act) {
	case ALARM_ACKNOWLEDGE:
		return base == ALARM_B || base == ALARM_D || base == ALARM_LU;
	case ALARM_RESET:
		return base == ALARM_LA;
	case ALARM_UNACKNOWLEDGE:
		return base == ALARM_C;
	case ALARM_SHELVE:
		return a->class_ != ALARM_CLASS_PATIENT_CALL;
	default:
		return base != ALARM_A;
	}
}

static void do_act(struct life *l, int s)
{
	int i = twin_alarm(l->t[s], keys[draw(&l->seed, 3)]);
	const struct alarm *a = i < 0 ? NULL : &l->t[s]->alarms[i];
	enum alarm_act act = draw(&l->seed, 3) ? (enum alarm_act)draw(&l->seed, 2)
					       : (enum alarm_act)draw(&l->seed, ALARM_ACT_COUNT);
	struct fact f;

	if (!a || !is_allowed(a, act))
		return;
	l->hlc[s] = clock_of(l, s) > l->hlc[s] ? clock_of(l, s) : l->hlc[s] + 1;
	f = shared(FACT_ALARM, s, l->hlc[s]);
	FILL(f.alarm.key, a->key);
	f.alarm.act = act;
	f.alarm.covers_ms = act == ALARM_RETURN && !a->active ? 0 : a->raised_ms;
	f.alarm.seen = (int)a->priority;
	tell(l, f, s);
	hear(l, s, f);
}

static void step(struct life *l, const bool cut[STATIONS])
{
	int s = (int)draw(&l->seed, STATIONS), m;

	l->now_ms += draw(&l->seed, 4) ? draw(&l->seed, 4000) : draw(&l->seed, 3 * MIN);
	for (int i = 0; i < STATIONS; i++)
		pass(l, i, clock_of(l, i));
	switch (draw(&l->seed, 4)) {
	case 0:
		sense(l, s);
		break;
	case 1:
		do_act(l, s);
		break;
	default: /* something on its way arrives, perhaps for the second time */
		m = l->count ? (int)draw(&l->seed, (uint32_t)l->count) : 0;
		if (l->count && !cut[s] && strcmp(l->told[m].fact.by.station, names[s]))
			deliver(l, s, m);
		break;
	}
}

/* Everybody hears everything, in an order of their own, until nobody says more. */
static void heal(struct life *l)
{
	for (bool news = true; news;) {
		news = false;
		for (int s = 0; s < STATIONS; s++)
			for (int n = 0, at = (int)draw(&l->seed, 997); n < l->count; n++) {
				int m = (n * 31 + at) % l->count;

				if (l->count % 31 == 0)
					m = n;
				if (l->told[m].had[s])
					continue;
				deliver(l, s, m);
				news = true;
			}
	}
}

/* Whoever acknowledged what stands last had seen it: that raise, or another of at most
 * 15 s before that the one who raised it had not heard of. */
static void was_seen(const struct life *l, const struct alarm *a)
{
	int64_t known = a->raised_ms;
	bool seen = false;

	if (!a->acked || alarm_state(a) == ALARM_A)
		return;
	for (int i = 0; i < l->raise_count; i++)
		if (l->raises[i].raised_ms == a->raised_ms && !strcmp(l->raises[i].key, a->key))
			known = l->raises[i].known_ms;
	for (int i = 0; i < l->count; i++) {
		const struct fact_alarm *act = &l->told[i].fact.alarm;

		if (l->told[i].fact.kind != FACT_ALARM || act->act != ALARM_ACKNOWLEDGE
			|| strcmp(act->key, a->key))
			continue;
		seen = seen || act->covers_ms >= a->raised_ms
		       || (act->covers_ms >= a->raised_ms - ALARM_SAME_MS
			       && known < a->raised_ms - ALARM_SAME_MS);
	}
	assert_true(seen);
}

static void live(uint64_t seed, int steps, int letters[ALARM_STATE_COUNT])
{
	struct life *l = calloc(1, sizeof *l);
	bool cut[STATIONS] = {false};

	assert_non_null(l);
	l->told = calloc(MESSAGES, sizeof *l->told);
	assert_non_null(l->told);
	l->seed = seed;
	l->seq = 1;
	l->now_ms = AT(0);
	for (int s = 0; s < STATIONS; s++)
		l->t[s] = station_new(AT(-1));
	for (int i = 0; i < steps; i++) {
		if (i % 20 == 0)
			for (int s = 0; s < STATIONS; s++)
				cut[s] = draw(&l->seed, 3) == 0;
		step(l, cut);
	}
	heal(l);
	/* The clocks agree at last; what timed out meanwhile is said, too. */
	for (int round = 0; round < 3; round++) {
		l->now_ms += 30 * MIN;
		for (int s = 0; s < STATIONS; s++)
			pass(l, s, l->now_ms);
		heal(l);
	}
	for (int s = 0; s < STATIONS; s++)
		twin_advance(l->t[s], l->now_ms + MIN, NULL);
	for (int s = 1; s < STATIONS; s++)
		same_alarms(l->t[0], l->t[s]);
	for (int i = 0; i < l->t[0]->alarm_count; i++) {
		was_seen(l, &l->t[0]->alarms[i]);
		letters[alarm_shown(&l->t[0]->alarms[i], l->t[0]->now_ms)]++;
	}
	for (int s = 0; s < STATIONS; s++)
		twin_destroy(l->t[s]);
	free(l->told);
	free(l);
}

static void test_three_stations_agree(void **state)
{
	int letters[ALARM_STATE_COUNT] = {0};

	(void)state;
	for (uint64_t s = 1; s <= 300; s++)
		live(s * 15485863, 120, letters);
	assert_true(letters[ALARM_A] && letters[ALARM_B] && letters[ALARM_LA] && letters[ALARM_LU]
		    && letters[ALARM_G]);
}

/* ---- by hand ---- */

static struct fact raise_of(int station, int64_t raised_ms, int64_t cleared_ms)
{
	struct fact f = shared(FACT_RAISE, station, raised_ms);

	FILL(f.raise.key, CLIMATE);
	f.raise.class_ = ALARM_CLASS_CLIMATE;
	f.raise.raised_ms = raised_ms;
	f.raise.cleared_ms = cleared_ms;
	FILL(f.raise.text, "OR 1: 24.0 °C, above 23.0");
	return f;
}

static void apply(struct twin *t, struct fact f, int64_t at_ms)
{
	f.at_ms = at_ms;
	twin_apply(t, &f, &heard);
}

static struct fact act_of(int station, enum alarm_act act, int64_t covers_ms, int64_t hlc_ms)
{
	struct fact f = shared(FACT_ALARM, station, hlc_ms);

	FILL(f.alarm.key, CLIMATE);
	f.alarm.act = act;
	f.alarm.covers_ms = covers_ms;
	return f;
}

/* Two consoles, the broker cut: each heard the same thing 6 s apart, one acknowledged.
 * They are one occurrence; the same station twice is two. */
static void test_one_occurrence_of_two_stations(void **state)
{
	struct twin *t = station_new(AT(-1));

	(void)state;
	apply(t, raise_of(0, AT(0) + 6000, 0), AT(1));
	assert_int_equal(state_of(t, CLIMATE), ALARM_B);
	assert_string_equal(alarm_of(t, CLIMATE)->text, "OR 1: 24.0 °C, above 23.0");
	apply(t, act_of(1, ALARM_ACKNOWLEDGE, AT(0), AT(0) + 3000), AT(1));
	assert_int_equal(state_of(t, CLIMATE), ALARM_B); /* of nothing known here, yet */
	apply(t, raise_of(1, AT(0), 0), AT(1));
	assert_int_equal(state_of(t, CLIMATE), ALARM_C);
	assert_string_equal(alarm_of(t, CLIMATE)->acked_by, "bert");
	apply(t, raise_of(1, AT(0) + 9000, 0), AT(1)); /* a second one there */
	assert_int_equal(state_of(t, CLIMATE), ALARM_B);
	apply(t, act_of(1, ALARM_ACKNOWLEDGE, AT(0) + 9000, AT(1)), AT(1));
	assert_int_equal(state_of(t, CLIMATE), ALARM_C);
	apply(t, raise_of(0, AT(0) + 25000, 0), AT(1)); /* 16 s later is another */
	assert_int_equal(state_of(t, CLIMATE), ALARM_B);
	twin_destroy(t);
}

/* An end ends what its station holds. */
static void test_ends_are_each_stations_own(void **state)
{
	struct twin *t = station_new(AT(-1));

	(void)state;
	read_value(t, SENSOR, QUANTITY_TEMPERATURE, 30, 0);
	assert_true(alarm_of(t, CLIMATE)->own);
	apply(t, raise_of(0, AT(0) + 5, 0), AT(1));
	apply(t, raise_of(1, AT(0) + 7, 0), AT(1));
	apply(t, act_of(0, ALARM_ACKNOWLEDGE, AT(0) + 7, AT(1)), AT(1));
	assert_int_equal(state_of(t, CLIMATE), ALARM_C);
	read_value(t, SENSOR, QUANTITY_TEMPERATURE, 20, 2);
	assert_false(alarm_of(t, CLIMATE)->own);
	assert_true(alarm_of(t, CLIMATE)->peer);
	assert_int_equal(state_of(t, CLIMATE), ALARM_C);
	apply(t, raise_of(0, AT(0) + 5, AT(2)), AT(3));
	assert_int_equal(state_of(t, CLIMATE), ALARM_C);
	apply(t, raise_of(1, AT(0) + 7, AT(2)), AT(3));
	assert_int_equal(state_of(t, CLIMATE), ALARM_A);
	apply(t, raise_of(1, AT(0) + 7, 0), AT(4)); /* an old word, late */
	assert_int_equal(state_of(t, CLIMATE), ALARM_A);
	twin_destroy(t);
}

/* Ahead of our clock by more than 15 s: nobody can have seen that. */
static void test_the_future_is_refused(void **state)
{
	struct fact f = fact_make(FACT_READING, SOURCE_RADIO, 0);
	struct twin *t = station_new(AT(-1));

	(void)state;
	apply(t, raise_of(0, AT(0), 0), AT(0));
	apply(t, act_of(1, ALARM_ACKNOWLEDGE, AT(0) + 15001, AT(0)), AT(0));
	assert_int_equal(t->ignored, 1);
	assert_int_equal(state_of(t, CLIMATE), ALARM_B);
	apply(t, raise_of(1, AT(0) + 15001, 0), AT(0));
	assert_int_equal(t->ignored, 2);
	assert_int_equal(alarm_of(t, CLIMATE)->raised_ms, AT(0));
	apply(t, act_of(1, ALARM_SHELVE, AT(0), AT(0) + 15001), AT(0));
	assert_int_equal(t->ignored, 3);
	apply(t, act_of(1, ALARM_ACKNOWLEDGE, AT(0) + 14999, AT(0)), AT(0));
	assert_int_equal(state_of(t, CLIMATE), ALARM_C);
	/* A fresh raise of our own is later than all that. */
	apply(t, raise_of(0, AT(0), AT(0) + 10), AT(0) + 16000);
	apply(t, act_of(1, ALARM_ACKNOWLEDGE, AT(0) + 30000, AT(0)), AT(0) + 16000);
	assert_int_equal(state_of(t, CLIMATE), ALARM_A);
	FILL(f.reading.tag, SENSOR);
	f.reading.value = 30;
	apply(t, f, AT(0) + 17000);
	assert_int_equal(state_of(t, CLIMATE), ALARM_B);
	assert_int_equal(alarm_of(t, CLIMATE)->raised_ms, AT(0) + 30001);
	twin_destroy(t);
}

/* Roles are asked here, too, and what is of this station alone is nobody else's. */
static void test_refused(void **state)
{
	struct twin *t = station_new(AT(-1));
	struct fact f = act_of(1, ALARM_ACKNOWLEDGE, AT(0), AT(0));

	(void)state;
	apply(t, raise_of(0, AT(0), 0), AT(0));
	f.by.role = PERSON_VIEWER;
	apply(t, f, AT(0));
	assert_int_equal(state_of(t, CLIMATE), ALARM_B);
	f = act_of(1, ALARM_OUT_OF_SERVICE, AT(0), AT(0));
	f.by.role = PERSON_NURSE;
	apply(t, f, AT(0));
	assert_int_equal(alarm_shown(alarm_of(t, CLIMATE), AT(0)), ALARM_B);
	f = raise_of(0, AT(0), 0);
	FILL(f.raise.key, "technical:broker");
	f.raise.class_ = ALARM_CLASS_FEED;
	apply(t, f, AT(0));
	assert_int_equal(state_of(t, "technical:broker"), -1);
	f = raise_of(0, AT(0), 0);
	f.by.station[0] = '\0';
	FILL(f.raise.key, "climate:or-2:humidity");
	apply(t, f, AT(0));
	assert_int_equal(t->ignored, 4);
	assert_int_equal(t->alarm_count, 1);
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_occurrence_of_two_stations),
		cmocka_unit_test(test_ends_are_each_stations_own),
		cmocka_unit_test(test_the_future_is_refused),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_three_stations_agree),
	};

	return cmocka_run_group_tests_name("alarm_share", tests, NULL, NULL);
}
