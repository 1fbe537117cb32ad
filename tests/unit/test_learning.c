/* SPDX-License-Identifier: Apache-2.0 */
/* What the house learns: which cases teach, what a correction and an exclusion
 * do, and that a replay learns the same. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "tests/unit/learning_world.h"
#include "twin/learning.h"

static void assert_close(double got, double want, double within)
{
	if (!(fabs(got - want) <= within))
		fail_msg("%.12g instead of %.12g", got, want);
}

static void operate(struct house *h, const char *id, int from, int minutes, int booked)
{
	hear(h, case_fact(id, id, "or-1", from, from + booked, from - 60));
	hear(h, milestone_fact(id, SOURCE_FHIR, MILESTONE_IN_ROOM, from));
	look_at(h, from + 1);
	hear(h, milestone_fact(id, SOURCE_FHIR, MILESTONE_OUT_ROOM, from + minutes));
	look_at(h, from + minutes + 10);
}

/* By hand through duration.h alone: the same three cases, the same model. */
static void learns_what_the_model_would(void **state)
{
	static struct duration_model by_hand;
	static const int took[] = {75, 110, 64};
	struct house h = house();
	char id[16];
	(void)state;
	duration_suite_init(&by_hand);
	for (int i = 0; i < 3; i++) {
		struct duration_facts facts = {.procedure = "hip",
			.planned_min = 60,
			.asa = NAN,
			.bmi = NAN,
			.age_years = NAN};
		struct duration_input input;
		struct duration_law law;
		snprintf(id, sizeof id, "c%d", i);
		operate(&h, id, i * 200, took[i], 60);
		duration_suite_input(&facts, &input);
		duration_predict(&by_hand, &input, &law);
		duration_learn(&by_hand, &input, took[i]);
		const struct learning_record *r = learning_of(h.learning, id);
		assert_non_null(r);
		assert_true(learning_uses(r));
		assert_close(learning_actual_min(r), took[i], 1e-9);
		/* Bookings of 60 min have been closer than so young a model. */
		assert_close(exp(r->foretold.mu), 60, 1e-9);
		assert_true(r->foretold.sigma < law.sigma);
		assert_close(r->before_min, exp(law.mu), 1e-9);
		duration_predict(&by_hand, &input, &law);
		assert_close(r->after_min, exp(law.mu), 1e-9);
		assert_close(r->seen, i, 0);
	}
	assert_memory_equal(h.learning->now.durations.beta, by_hand.beta, sizeof by_hand.beta);
	assert_int_equal(h.learning->now.durations.cases, 3);
	demolish(&h);
}

/* A bound, a dispute, a time in the wrong order, a case that was called off, an
 * operation of no minutes: nothing is learnt of them. */
static void learns_from_exact_times_only(void **state)
{
	struct house h = house();
	struct fact f;
	(void)state;
	hear(&h, case_fact("bound", "p1", "or-1", 0, 60, -60));
	hear(&h, milestone_fact("bound", SOURCE_RADIO, MILESTONE_IN_ROOM, 0));
	f = milestone_fact("bound", SOURCE_RADIO, MILESTONE_OUT_ROOM, 70);
	f.milestone.at_most = true;
	hear(&h, f);
	hear(&h, case_fact("dispute", "p2", "or-1", 0, 60, 71));
	hear(&h, milestone_fact("dispute", SOURCE_FHIR, MILESTONE_IN_ROOM, 80));
	hear(&h, milestone_fact("dispute", SOURCE_RADIO, MILESTONE_IN_ROOM, 90));
	hear(&h, milestone_fact("dispute", SOURCE_FHIR, MILESTONE_OUT_ROOM, 150));
	hear(&h, case_fact("order", "p3", "or-2", 0, 60, 151));
	hear(&h, milestone_fact("order", SOURCE_FHIR, MILESTONE_OUT_ROOM, 160));
	f = milestone_fact("order", SOURCE_FHIR, MILESTONE_IN_ROOM, 170);
	hear(&h, f);
	operate(&h, "none", 200, 0, 60);
	f = fact_make(FACT_STATUS, SOURCE_FHIR, AT(260));
	hear(&h, case_fact("off", "p4", "or-1", 300, 360, 261));
	FILL(f.status.id, "off");
	f.status.status = CASE_CANCELLED;
	f.at_ms = AT(262);
	hear(&h, f);
	hear(&h, milestone_fact("off", SOURCE_FHIR, MILESTONE_IN_ROOM, 300));
	hear(&h, milestone_fact("off", SOURCE_FHIR, MILESTONE_OUT_ROOM, 360));
	look_at(&h, 400);
	assert_int_equal(h.learning->now.durations.cases, 0);
	/* The dispute is settled by a person: now it teaches, the person's time. */
	f = milestone_fact("dispute", SOURCE_RADIO, MILESTONE_IN_ROOM, 410);
	f.milestone.withdrawn = true;
	hear(&h, f);
	f = milestone_fact("dispute", SOURCE_PERSON, MILESTONE_IN_ROOM, 411);
	f.milestone.when_ms = AT(81);
	hear(&h, f);
	look_at(&h, 420);
	assert_int_equal(h.learning->now.durations.cases, 1);
	assert_close(learning_actual_min(learning_of(h.learning, "dispute")), 69, 1e-9);
	demolish(&h);
}

/* Radio sees the exit at 60; the hospital is polled and says 59 two minutes on.
 * Nothing is learnt before 69 minutes, and then the hospital's time, once. */
static void waits_until_all_have_spoken(void **state)
{
	struct house h = house();
	struct fact f;
	(void)state;
	hear(&h, case_fact("c", "c", "or-1", 0, 60, -30));
	hear(&h, milestone_fact("c", SOURCE_FHIR, MILESTONE_IN_ROOM, 0));
	hear(&h, milestone_fact("c", SOURCE_RADIO, MILESTONE_OUT_ROOM, 60));
	f = milestone_fact("c", SOURCE_FHIR, MILESTONE_OUT_ROOM, 62);
	f.milestone.when_ms = AT(59);
	hear(&h, f);
	look_at(&h, 68);
	assert_int_equal(h.learning->total, 0);
	look_at(&h, 69);
	assert_int_equal(h.learning->total, 1);
	assert_close(learning_actual_min(learning_of(h.learning, "c")), 59, 1e-9);
	look_at(&h, 80);
	assert_int_equal(h.learning->now.durations.cases, 1);
	demolish(&h);
}

/* The hospital writes the end over the booking when the case is over: what was
 * booked when the patient came in is what the outcome is held against. */
static void keeps_the_booking_of_the_door(void **state)
{
	struct house h = house();
	(void)state;
	hear(&h, case_fact("c", "c", "or-1", 0, 60, -30));
	hear(&h, milestone_fact("c", SOURCE_FHIR, MILESTONE_IN_ROOM, 0));
	look_at(&h, 1);
	hear(&h, milestone_fact("c", SOURCE_FHIR, MILESTONE_OUT_ROOM, 90));
	hear(&h, case_fact("c", "c", "or-1", 0, 90, 91));
	look_at(&h, 101);
	assert_close(learning_of(h.learning, "c")->planned_min, 60, 0);
	double want = (10 * 0.35 * 0.35 + log(1.5) * log(1.5)) / 11;
	assert_close(learnt_deviation(&h.learning->now, WORD_BOOKING), sqrt(want), 1e-12);
	demolish(&h);
}

static void assert_same(const struct learning *a, const struct learning *b)
{
	const struct duration_model *x = &a->now.durations, *y = &b->now.durations;
	assert_int_equal(a->total, b->total);
	assert_int_equal(x->cases, y->cases);
	assert_memory_equal(x->beta, y->beta, sizeof x->beta);
	assert_memory_equal(x->doubt, y->doubt, sizeof x->doubt);
	assert_memory_equal(x->nodes, y->nodes, sizeof x->nodes);
	assert_memory_equal(x->noises, y->noises, sizeof x->noises);
	assert_memory_equal(&x->noise, &y->noise, sizeof x->noise);
	assert_memory_equal(a->now.words, b->now.words, sizeof a->now.words);
	for (uint64_t n = 0; n < a->total; n++) {
		const struct learning_record *r = learning_record(a, n), *s = learning_record(b, n);
		assert_true((r == NULL) == (s == NULL));
		if (r == NULL)
			continue;
		assert_string_equal(r->id, s->id);
		assert_int_equal(learning_uses(r), learning_uses(s));
		assert_memory_equal(&r->foretold, &s->foretold, sizeof r->foretold);
		assert_memory_equal(&r->after_min, &s->after_min, sizeof r->after_min);
	}
}

static struct fact use_fact(const char *id, bool use, int at)
{
	struct fact f = fact_make(FACT_LEARN, SOURCE_PERSON, AT(at));
	FILL(f.learn.id, id);
	f.learn.use = use;
	return f;
}

/* A case taken out leaves what the house would know without it; put back, what
 * it knew before. A corrected time is as if it had been so from the start. */
static void forgets_and_corrects(void **state)
{
	struct house all = house(), without = house(), corrected = house();
	static struct learnt before;
	struct fact f;
	(void)state;
	operate(&all, "a", 0, 75, 60);
	operate(&all, "b", 200, 300, 60);
	operate(&all, "c", 600, 64, 60);
	before = all.learning->now;
	operate(&without, "a", 0, 75, 60);
	operate(&without, "c", 600, 64, 60);
	operate(&corrected, "a", 0, 75, 60);
	operate(&corrected, "b", 200, 70, 60);
	operate(&corrected, "c", 600, 64, 60);
	hear(&all, use_fact("b", false, 700));
	assert_memory_equal(all.learning->now.durations.nodes,
		without.learning->now.durations.nodes, sizeof before.durations.nodes);
	assert_memory_equal(all.learning->now.durations.beta, without.learning->now.durations.beta,
		sizeof before.durations.beta);
	hear(&all, use_fact("b", true, 701));
	assert_memory_equal(all.learning->now.durations.beta, before.durations.beta,
		sizeof before.durations.beta);
	f = milestone_fact("b", SOURCE_PERSON, MILESTONE_OUT_ROOM, 702);
	f.milestone.when_ms = AT(270);
	hear(&all, f);
	/* FHIR said 500: two sources apart; the person's word is in force but in
	 * dispute, until the hospital says the same. */
	look_at(&all, 704);
	assert_false(learning_uses(learning_of(all.learning, "b")));
	f = milestone_fact("b", SOURCE_FHIR, MILESTONE_OUT_ROOM, 705);
	f.milestone.when_ms = AT(270);
	hear(&all, f);
	look_at(&all, 707);
	assert_memory_equal(all.learning->now.durations.nodes,
		corrected.learning->now.durations.nodes, sizeof before.durations.nodes);
	hear(&all, use_fact("nobody", false, 710)); /* of an unknown case: nothing */
	demolish(&all);
	demolish(&without);
	demolish(&corrected);
}

/* Words of 40 and 60 minutes after which 60 and 30 passed: with ten words of
 * 0.35, (10 x 0.35^2 + log(1.5)^2 + log(0.5)^2) / 12. Taken back, not counted. */
static void learns_how_right_words_are(void **state)
{
	static const struct {
		const char *id;
		int from, left, took;
		bool back;
	} said[] = {{"a", 0, 40, 60, false}, {"b", 300, 60, 30, false}, {"c", 600, 5, 60, true}};
	struct house h = house();
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct fact f = fact_make(FACT_ESTIMATE, SOURCE_PERSON, AT(said[i].from + 20));
		hear(&h, case_fact(said[i].id, said[i].id, "or-1", said[i].from, said[i].from + 60,
				 said[i].from - 10));
		hear(&h, milestone_fact(said[i].id, SOURCE_FHIR, MILESTONE_IN_ROOM, said[i].from));
		FILL(f.estimate.id, said[i].id);
		f.estimate.left_min = said[i].left;
		hear(&h, f);
		f.at_ms = AT(said[i].from + 21);
		f.estimate.left_min = said[i].back ? FACT_UNKNOWN : 100; /* later words: no */
		hear(&h, f);
		hear(&h, milestone_fact(said[i].id, SOURCE_FHIR, MILESTONE_OUT_ROOM,
				 said[i].from + 20 + said[i].took));
		look_at(&h, said[i].from + 90);
	}
	assert_int_equal(h.learning->total, 3);
	double want = (10 * 0.35 * 0.35 + log(1.5) * log(1.5) + log(0.5) * log(0.5)) / 12;
	assert_close(learnt_deviation(&h.learning->now, WORD_PERSON), sqrt(want), 1e-12);
	demolish(&h);
}

/* More cases than are kept: what the old ones taught stays. */
static void keeps_what_old_cases_taught(void **state)
{
	static struct duration_model by_hand;
	struct house h = house();
	char id[16];
	(void)state;
	duration_suite_init(&by_hand);
	for (int i = 0; i < LEARNING_RECORDS + 40; i++) {
		struct learning_record r;
		snprintf(id, sizeof id, "c%d", i);
		operate(&h, id, i * 200, 50 + i % 37, 60);
		r = *learning_of(h.learning, id);
		duration_learn(&by_hand, &r.input, 50 + i % 37);
	}
	hear(&h, use_fact("c41", false, 200 * (LEARNING_RECORDS + 41)));
	assert_int_equal(h.learning->now.durations.cases, LEARNING_RECORDS + 39);
	hear(&h, use_fact("c41", true, 200 * (LEARNING_RECORDS + 41)));
	assert_int_equal(h.learning->now.durations.cases, LEARNING_RECORDS + 40);
	assert_memory_equal(h.learning->now.durations.nodes, by_hand.nodes, sizeof by_hand.nodes);
	assert_null(learning_of(h.learning, "c10"));
	/* 50 to 86 minutes evenly, log-sd 0.16: the house knows better than the
	 * booking of 60, and is near the middle, 68 less what is always unsure. */
	struct duration_law law;
	assert_true(learnt_law(&h.learning->now, &learning_of(h.learning, id)->input, 60, &law));
	assert_true(law.sigma < 0.25 && fabs(exp(law.mu) - 67) < 3);
	assert_true(law.sigma < learnt_deviation(&h.learning->now, WORD_BOOKING));
	demolish(&h);
}

/* An unknown ASA class widens the law by its coefficient, 0.02 at first, as one
 * more normal part of the logarithm; half an 80 % interval is
 * (exp(mu + 1.2816 s) - exp(mu - 1.2816 s)) / 2. */
static void unknown_is_wider(void **state)
{
	static struct duration_model m;
	struct duration_facts facts = {
		.procedure = "hip", .planned_min = 120, .asa = NAN, .bmi = 27, .age_years = 60};
	struct duration_input input;
	struct duration_law law;
	struct duration_term why[REASON_COUNT];
	(void)state;
	duration_suite_init(&m);
	duration_suite_input(&facts, &input);
	duration_predict(&m, &input, &law);
	duration_suite_explain(&m, &input, why);
	double z = 1.2815515655446004, narrow = sqrt(law.sigma * law.sigma - 0.02 * 0.02);
	double with = exp(law.mu) * sinh(z * law.sigma), without = exp(law.mu) * sinh(z * narrow);
	assert_false(why[REASON_ASA].known);
	assert_close(why[REASON_ASA].minutes, 0, 0);
	assert_close(why[REASON_ASA].wider_min, with - without, 1e-9);
	assert_true(why[REASON_BMI].known);
	/* A booking of 240 minutes: 0.42 x log(240) - 4.79 over 0.6 more. */
	facts.planned_min = 240;
	duration_suite_input(&facts, &input);
	duration_suite_explain(&m, &input, why);
	assert_close(why[REASON_BOOKING].minutes, exp(4.79) * expm1(0.42 * (log(240) - 4.79) / 0.6),
		1e-9);
}

/* ---- live and replayed ---- */

static uint64_t mix(uint64_t *seed) /* splitmix64 (Steele 2014) */
{
	uint64_t z = *seed += 0x9E3779B97F4A7C15u;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static int pick(uint64_t *seed, int n)
{
	return (int)(mix(seed) % (uint64_t)n);
}

/* Cases, milestones of all sources in and out of order, corrections, words,
 * exclusions, and tags seen, so that radio tells milestones of its own. */
static struct fact random_fact(uint64_t *seed, int now)
{
	static const enum source sources[] = {
		SOURCE_RADIO, SOURCE_FHIR, SOURCE_FHIR, SOURCE_PERSON};
	char id[16];
	struct fact f;
	/* In the first half of five hours people mostly go in, in the second out. */
	enum milestone which =
		(now % 300 < 150) != !pick(seed, 12) ? MILESTONE_IN_ROOM : MILESTONE_OUT_ROOM;
	snprintf(id, sizeof id, "c%d", now / 300 * 4 + pick(seed, 4));
	switch (pick(seed, 8)) {
	case 0:
		f = case_fact(
			id, id, pick(seed, 2) ? "or-1" : "or-2", now, now + pick(seed, 200), now);
		f.surgery.nest = pick(seed, 3) - 1;
		return f;
	case 1:
		f = fact_make(FACT_ESTIMATE, SOURCE_PERSON, AT(now));
		FILL(f.estimate.id, id);
		f.estimate.left_min = pick(seed, 90) - 1;
		return f;
	case 2:
		return use_fact(id, pick(seed, 3) != 0, now);
	case 3:
		f = fact_make(FACT_PATIENT, SOURCE_FHIR, AT(now));
		FILL(f.patient.id, id);
		f.patient.asa = pick(seed, 4);
		return f;
	default:
		f = milestone_fact(id, sources[pick(seed, 4)], which, now);
		/* Sources agree more often than not. */
		f.milestone.when_ms = AT(now / 300 * 300 + (which == MILESTONE_IN_ROOM ? 1 : 150));
		f.milestone.when_ms += pick(seed, 8) ? 0 : pick(seed, 100) * (int64_t)MIN;
		f.milestone.at_most = !pick(seed, 12);
		f.milestone.withdrawn = !pick(seed, 12);
		return f;
	}
}

enum { DAYS = 20, FACTS = 900 };

/* Live, time runs between the facts and a what-if copies the twin; replayed,
 * there are the facts alone. */
static void live_and_replay_learn_the_same(void **state)
{
	static struct fact facts[FACTS];
	uint64_t learnt_cases = 0;
	(void)state;
	for (uint64_t day = 1; day <= DAYS; day++) {
		struct house live = house(), replay = house();
		uint64_t seed = day;
		int now = 0;
		for (int i = 0; i < FACTS; i++) {
			now += pick(&seed, 5);
			facts[i] = random_fact(&seed, now);
			facts[i].at_ms += pick(&seed, 60000);
			twin_advance(live.twin, AT(now) - pick(&seed, 30000), NULL);
			hear(&live, facts[i]);
		}
		for (int i = 0; i < FACTS; i++)
			hear(&replay, facts[i]);
		assert_same(live.learning, replay.learning);
		learnt_cases += live.learning->now.durations.cases;
		demolish(&live);
		demolish(&replay);
	}
	assert_true(learnt_cases > 5 * DAYS); /* the days do teach */
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(learns_what_the_model_would),
		cmocka_unit_test(learns_from_exact_times_only),
		cmocka_unit_test(waits_until_all_have_spoken),
		cmocka_unit_test(keeps_the_booking_of_the_door),
		cmocka_unit_test(forgets_and_corrects),
		cmocka_unit_test(learns_how_right_words_are),
		cmocka_unit_test(keeps_what_old_cases_taught),
		cmocka_unit_test(unknown_is_wider),
		cmocka_unit_test(live_and_replay_learn_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
