/* SPDX-License-Identifier: Apache-2.0 */
/* Hazards: when the forecast has one said, what becomes of it in the twin. The
 * thresholds are those of the table; forecasts are written by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "tests/unit/twin_world.h"
#include "twin/hazard.h"

#define OVERTIME "hazard:overtime:or-1"

static void assert_close(double got, double want)
{
	if (!(fabs(got - want) < 1e-9))
		fail_msg("%.12g instead of %.12g", got, want);
}

static struct fact hazard_fact(enum hazard hazard, const char *id, double chance, int about, int at)
{
	struct fact f = fact_make(FACT_HAZARD, SOURCE_SYSTEM, AT(at));

	f.source_ms = AT(at);
	f.hazard.hazard = hazard;
	FILL(f.hazard.id, id);
	f.hazard.active = true;
	f.hazard.chance = chance;
	f.hazard.about_ms = AT(about);
	f.hazard.reps = 2000;
	return f;
}

static void advance_to(struct twin *t, int at)
{
	twin_advance(t, AT(at), &heard);
}

/* By hand: p10, p50, p90 at 10, 20, 40; a unit is 0.04 below and 0.02 above. */
static void test_chance_above(void **state)
{
	const struct quantiles q = {10, 20, 40}, sure = {20, 20, 20};

	(void)state;
	assert_close(hazard_chance_above(&q, 20), 0.5);
	assert_close(hazard_chance_above(&q, 10), 0.9);
	assert_close(hazard_chance_above(&q, 40), 0.1);
	assert_close(hazard_chance_above(&q, 15), 0.7);
	assert_close(hazard_chance_above(&q, 30), 0.3);
	assert_close(hazard_chance_above(&q, 7), 1);
	assert_close(hazard_chance_above(&q, 46), 0);
	assert_close(hazard_chance_above(&sure, 19), 1);
	assert_close(hazard_chance_above(&sure, 20), 0);
}

static void test_one_alarm_for_each_subject(void **state)
{
	const struct alarm *a;
	struct twin *t;

	(void)state;
	start(&t);
	put(t, hazard_fact(HAZARD_OVERTIME, "or-1", 0.72, 300, 200));
	assert_int_equal(heard.count, 1);
	a = alarm_of(t, OVERTIME);
	assert_int_equal(alarm_state(a), ALARM_B);
	assert_string_equal(a->text, "OR 1 past session");
	assert_string_equal(a->room, "or-1");
	assert_int_equal(a->priority, PRIORITY_LOW);
	assert_int_equal(a->about_ms, AT(300));
	assert_int_equal(a->foretold_ms, AT(200));
	put(t, hazard_fact(HAZARD_OVERTIME, "or-1", 0.9, 290, 215));
	assert_int_equal(heard.count, 0); /* likelier, not another one */
	assert_int_equal(a->count, 1);
	assert_close(a->chance, 0.9);
	assert_int_equal(a->about_ms, AT(290));
	put(t, hazard_fact(HAZARD_OVERTIME, "or-2", 0.8, 300, 216));
	put(t, hazard_fact(HAZARD_PACU_FULL, "pacu", 0.8, 260, 216));
	assert_int_equal(t->alarm_count, 3);
	assert_string_equal(alarm_of(t, "hazard:pacu_full:pacu")->text, "PACU full");
	twin_destroy(t);
}

/* Over, it asks nobody to acknowledge it; acknowledged, renewal does not ring. */
static void test_it_leaves_by_itself(void **state)
{
	struct fact over = hazard_fact(HAZARD_OVERTIME, "or-1", 0.2, 300, 230);
	struct twin *t;

	(void)state;
	start(&t);
	over.hazard.active = false;
	put(t, over);
	assert_int_equal(t->alarm_count, 0); /* of nothing */
	put(t, hazard_fact(HAZARD_OVERTIME, "or-1", 0.72, 300, 231));
	put(t, over);
	assert_int_equal(state_of(t, OVERTIME), ALARM_A);
	assert_int_equal(heard.count, 1); /* B -> A */
	assert_int_equal(heard.list[0].to, ALARM_A);
	assert_close(alarm_of(t, OVERTIME)->chance, 0.2);
	put(t, hazard_fact(HAZARD_OVERTIME, "or-1", 0.72, 300, 240));
	operator_act(t, OVERTIME, ALARM_ACKNOWLEDGE, AT(240), 241);
	put(t, hazard_fact(HAZARD_OVERTIME, "or-1", 0.95, 300, 255));
	assert_int_equal(state_of(t, OVERTIME), ALARM_C);
	put(t, over);
	assert_int_equal(state_of(t, OVERTIME), ALARM_A);
	twin_destroy(t);
}

static void test_nobody_foretells_it_any_more(void **state)
{
	struct twin *t;

	(void)state;
	start(&t);
	put(t, hazard_fact(HAZARD_OVERTIME, "or-1", 0.72, 300, 200));
	advance_to(t, 200 + HAZARD_STALE_MIN - 1);
	assert_int_equal(state_of(t, OVERTIME), ALARM_B);
	put(t, hazard_fact(HAZARD_OVERTIME, "or-1", 0.72, 300, 200 + HAZARD_STALE_MIN - 1));
	advance_to(t, 200 + HAZARD_STALE_MIN + 5); /* renewed */
	assert_int_equal(state_of(t, OVERTIME), ALARM_B);
	advance_to(t, 200 + 2 * HAZARD_STALE_MIN);
	assert_int_equal(state_of(t, OVERTIME), ALARM_A);
	assert_close(alarm_of(t, OVERTIME)->chance, -1);
	twin_destroy(t);
}

static void test_what_makes_no_sense(void **state)
{
	struct fact f = hazard_fact(HAZARD_ABSENT, "c1", 0.9, 300, 200);
	struct twin *t;

	(void)state;
	start(&t);
	put(t, f); /* a rule of the twin, not the forecast's to say */
	f.hazard.hazard = HAZARD_OVERTIME;
	f.hazard.id[0] = '\0';
	put(t, f);
	FILL(f.hazard.id, "or-1");
	f.hazard.chance = NAN;
	put(t, f);
	f.hazard.chance = 1.5;
	put(t, f);
	assert_int_equal(t->ignored, 4);
	assert_int_equal(t->alarm_count, 0);
	twin_destroy(t);
}

/* A rule's alarm is a hazard as well: what may be averted, and until when. */
static void test_rules_are_hazards(void **state)
{
	struct fact f = fact_make(FACT_READINESS, SOURCE_FHIR, AT(-30));
	const struct alarm *a;
	struct twin *t;

	(void)state;
	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 20, 80, -60));
	FILL(f.readiness.id, "c1");
	f.readiness.item = READY_FASTING;
	f.readiness.value = 0;
	put(t, f);
	a = alarm_of(t, "fasting:c1");
	assert_int_equal(a->hazard, HAZARD_FASTING);
	assert_string_equal(a->subject, "c1");
	assert_int_equal(a->about_ms, AT(20));
	assert_int_equal(a->foretold_ms, 0);
	put(t, case_fact("c1", "p1", "or-1", 50, 110, -20)); /* moved: there is more time */
	assert_int_equal(a->about_ms, AT(50));
	twin_destroy(t);
}

/* ---- when it is said ---- */

/* One room with a session, one case of it, four bays. */
static struct forecast *foreseen(const struct twin *t, int at)
{
	struct forecast *f = calloc(1, sizeof *f);

	assert_non_null(f);
	f->at_ms = AT(at);
	f->reps = HAZARD_REPS;
	f->room_count = 1;
	f->index.site_room[0] = OR1;
	for (int i = 0; i < TWIN_ROOMS; i++)
		f->index.room_of[i] = SIM_NONE;
	f->index.room_of[OR1] = 0;
	f->index.opens_ms[0] = -60 * MIN;
	f->index.closes_ms[0] = (int64_t)(300 - at) * MIN;
	f->rooms[0].has_session = true;
	f->rooms[0].end = (struct quantiles){(double)AT(280), (double)AT(310), (double)AT(330)};
	f->case_count = t->case_count;
	for (int i = 0; i < t->case_count; i++)
		f->index.twin_case[i] = i;
	return f;
}

static int look(struct twin *t, int at, double p, struct fact out[HAZARD_FACTS])
{
	struct forecast *f = foreseen(t, at);
	int count;

	f->rooms[0].p_overtime = p;
	count = hazard_look(t, f, out);
	for (int i = 0; i < count; i++) {
		out[i].at_ms = AT(at);
		put(t, out[i]);
	}
	free(f);
	return count;
}

static void test_hysteresis(void **state)
{
	const struct hazard_rule *rule = &hazard_rules[HAZARD_OVERTIME];
	struct fact out[HAZARD_FACTS];
	struct twin *t;

	(void)state;
	start(&t);
	assert_int_equal(look(t, 100, rule->on - 0.01, out), 0);
	assert_int_equal(look(t, 101, rule->on, out), 1);
	assert_true(out[0].hazard.active);
	assert_int_equal(out[0].source_ms, AT(101));
	assert_int_equal(out[0].hazard.about_ms, AT(300));
	assert_int_equal(look(t, 102, rule->on, out), 0);
	assert_int_equal(look(t, 103, rule->off, out), 0); /* changed, but just said */
	assert_int_equal(look(t, 107, rule->off, out), 1); /* 0.25 less, five minutes on */
	assert_true(out[0].hazard.active);
	assert_int_equal(look(t, 108, rule->off - 0.01, out), 1);
	assert_false(out[0].hazard.active);
	assert_close(out[0].hazard.chance, rule->off - 0.01);
	assert_int_equal(look(t, 109, rule->off, out), 0); /* not likely enough again */
	assert_int_equal(state_of(t, OVERTIME), ALARM_A);
	twin_destroy(t);
}

static void test_renewed_while_it_stands(void **state)
{
	struct fact out[HAZARD_FACTS];
	struct twin *t;
	int said = 0;

	(void)state;
	start(&t);
	for (int at = 100; at <= 160; at++)
		said += look(t, at, 0.8, out);
	assert_int_equal(said, 5); /* at 100, 115, 130, 145, 160 */
	assert_int_equal(state_of(t, OVERTIME), ALARM_B);
	assert_int_equal(alarm_of(t, OVERTIME)->raised_ms, AT(100));
	twin_destroy(t);
}

static void test_not_too_early_nor_too_late(void **state)
{
	const int ahead = hazard_rules[HAZARD_OVERTIME].ahead_min;
	struct fact out[HAZARD_FACTS];
	struct twin *t;

	(void)state;
	start(&t);
	assert_int_equal(look(t, 300 - ahead - 1, 0.99, out), 0);
	assert_int_equal(look(t, 300, 0.99, out), 0); /* everybody sees it */
	assert_int_equal(look(t, 301, 0.99, out), 0);
	twin_destroy(t);
}

static void test_few_replications_say_nothing(void **state)
{
	struct fact out[HAZARD_FACTS];
	struct forecast *f;
	struct twin *t;

	(void)state;
	start(&t);
	f = foreseen(t, 100);
	f->rooms[0].p_overtime = 1;
	f->reps = HAZARD_REPS - 1;
	assert_int_equal(hazard_look(t, f, out), 0);
	free(f);
	twin_destroy(t);
}

static void test_a_room_that_is_done(void **state)
{
	struct fact out[HAZARD_FACTS];
	struct forecast *f;
	struct twin *t;

	(void)state;
	start(&t);
	assert_int_equal(look(t, 100, 0.8, out), 1);
	f = foreseen(t, 120);
	f->rooms[0].end = (struct quantiles){0, 0, 0};
	assert_int_equal(hazard_look(t, f, out), 1);
	assert_false(out[0].hazard.active);
	assert_close(out[0].hazard.chance, 0);
	free(f);
	twin_destroy(t);
}

/* Two cases of a room, the first of them in it, booked from 0 to 60: over at 90. */
static struct twin *one_in_the_room(void)
{
	struct twin *t;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 0, 60, -120));
	put(t, case_fact("c2", "p2", "or-1", 120, 180, -119));
	told(t, "c1", MILESTONE_IN_ROOM, 0);
	return t;
}

static int look_at_case(struct twin *t, int at, int p50, double p_room, struct fact *out)
{
	struct forecast *f = foreseen(t, at);
	int count;

	f->rooms[0].p_overtime = p_room;
	f->cases[0].end =
		(struct quantiles){(double)AT(p50 - 10), (double)AT(p50), (double)AT(p50 + 20)};
	count = hazard_look(t, f, out);
	for (int i = 0; i < count; i++) {
		out[i].at_ms = AT(at);
		put(t, out[i]);
	}
	free(f);
	return count;
}

static void test_a_case_over_its_booking(void **state)
{
	struct twin *t = one_in_the_room();
	struct fact out[HAZARD_FACTS];

	(void)state;
	assert_int_equal(look_at_case(t, 50, 90, 0.1, out), 0); /* 0.5 */
	assert_int_equal(look_at_case(t, 51, 95, 0.1, out), 1); /* 0.7 */
	assert_int_equal(out[0].hazard.hazard, HAZARD_OVERRUN);
	assert_int_equal(out[0].hazard.about_ms, AT(90));
	assert_string_equal(alarm_of(t, "hazard:overrun:c1")->text, "OR 1: over booking");
	/* The room's own hazard says it from now on: once. */
	assert_int_equal(look_at_case(t, 62, 95, 0.9, out), 2);
	assert_false(out[0].hazard.active);
	assert_close(out[0].hazard.chance, -1);
	assert_int_equal(out[1].hazard.hazard, HAZARD_OVERTIME);
	assert_int_equal(state_of(t, "hazard:overrun:c1"), ALARM_A);
	twin_destroy(t);
}

static void test_nobody_waits_for_the_room(void **state)
{
	struct fact off = fact_make(FACT_STATUS, SOURCE_PERSON, AT(40));
	struct twin *t = one_in_the_room();
	struct fact out[HAZARD_FACTS];

	(void)state;
	FILL(off.status.id, "c2");
	off.status.status = CASE_CANCELLED;
	put(t, off);
	assert_int_equal(look_at_case(t, 51, 100, 0.1, out), 0);
	twin_destroy(t);
}

static void test_first_case_late(void **state)
{
	struct fact out[HAZARD_FACTS];
	struct forecast *f;
	struct twin *t;

	(void)state;
	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 60, 120, -120));
	put(t, case_fact("c2", "p2", "or-1", 125, 180, -119));
	f = foreseen(t, 20);
	for (int i = 0; i < 2; i++)
		f->cases[i].start =
			(struct quantiles){(double)AT(70), (double)AT(80), (double)AT(90)};
	assert_int_equal(hazard_look(t, f, out), 1); /* later than 75; c2 is not first */
	assert_int_equal(out[0].hazard.hazard, HAZARD_FIRST_LATE);
	assert_string_equal(out[0].hazard.id, "c1");
	assert_close(out[0].hazard.chance, 0.7);
	assert_int_equal(out[0].hazard.about_ms, AT(75));
	free(f);
	twin_destroy(t);
}

/* The first quarter in which it is likelier than not. */
static void test_pacu_full(void **state)
{
	struct fact out[HAZARD_FACTS];
	struct forecast *f;
	struct twin *t;

	(void)state;
	start(&t);
	f = foreseen(t, 100);
	f->pool_count = 1;
	f->index.pool_beds[0] = ROOM_PACU;
	f->loads[0].p_full[2] = 0.4;
	f->loads[0].p_full[4] = 0.6;
	f->loads[0].p_full[5] = 0.9;
	f->loads[0].p_peak_full = 0.92;
	assert_int_equal(hazard_look(t, f, out), 1);
	assert_int_equal(out[0].hazard.hazard, HAZARD_PACU_FULL);
	assert_close(out[0].hazard.chance, 0.92);
	assert_int_equal(out[0].hazard.about_ms, AT(160));
	free(f);
	twin_destroy(t);
}

/* What stands is in the digest, and a fork carries it. */
static void test_digest(void **state)
{
	char one[65], two[65];
	struct twin *t, *u = twin_create();

	(void)state;
	start(&t);
	put(t, hazard_fact(HAZARD_OVERTIME, "or-1", 0.72, 300, 200));
	twin_copy(u, t);
	twin_digest(t, one);
	twin_digest(u, two);
	assert_string_equal(one, two);
	u->alarms[0].chance = 0.73;
	twin_digest(u, two);
	assert_string_not_equal(one, two);
	u->alarms[0].chance = 0.72;
	u->alarms[0].about_ms++;
	twin_digest(u, two);
	assert_string_not_equal(one, two);
	twin_destroy(u);
	twin_destroy(t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chance_above),
		cmocka_unit_test(test_one_alarm_for_each_subject),
		cmocka_unit_test(test_it_leaves_by_itself),
		cmocka_unit_test(test_nobody_foretells_it_any_more),
		cmocka_unit_test(test_what_makes_no_sense),
		cmocka_unit_test(test_rules_are_hazards),
		cmocka_unit_test(test_hysteresis),
		cmocka_unit_test(test_renewed_while_it_stands),
		cmocka_unit_test(test_not_too_early_nor_too_late),
		cmocka_unit_test(test_few_replications_say_nothing),
		cmocka_unit_test(test_a_room_that_is_done),
		cmocka_unit_test(test_a_case_over_its_booking),
		cmocka_unit_test(test_nobody_waits_for_the_room),
		cmocka_unit_test(test_first_case_late),
		cmocka_unit_test(test_pacu_full),
		cmocka_unit_test(test_digest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
