/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "twin/duration_suite.h"
#include "twin/random.h"
#include "twin/stat.h"

static struct duration_model model;

static void near(double got, double expected, double tolerance)
{
	if (!(fabs(got - expected) <= tolerance)) {
		print_error("got %.9g, expected %.9g\n", got, expected);
		fail();
	}
}

/* By hand: constant log 60 with variance 1, a name with 0.25, noise 0.33^2 =
 * 0.1089; a case of 120 min is an error of log 2 on a spread of 1.3589. */
static void one_step_by_hand(void **state)
{
	(void)state;
	struct duration_input in;
	struct duration_law law;
	duration_init(&model);
	int g = duration_add_group(&model, "procedure", 0.5);
	duration_clear(&in);
	in.level[g] = duration_level("hernia", NULL);
	duration_predict(&model, &in, &law);
	near(law.mu, log(60), 1e-12);
	near(law.sigma, sqrt(1.3589), 1e-12);
	near(law.doubt, sqrt(1.25), 1e-12);
	near(duration_learn(&model, &in, 120), log(2) / sqrt(1.3589), 1e-12);
	near(model.beta[0], log(60) + log(2) / 1.3589, 1e-12);
	near(model.doubt[0][0], 1 - 1 / 1.3589, 1e-12);
	const struct duration_node *node = duration_name(&model, g, in.level[g]);
	near(node->effect, 0.25 * log(2) / 1.3589, 1e-12);
	near(node->variance, 0.25 - 0.0625 / 1.3589, 1e-12);
	near(node->seen, 1, 0);
}

/* A surprise beyond three sigmas counts as three: the same step, cut. */
static void one_case_does_not_turn_a_law(void **state)
{
	(void)state;
	struct duration_input in;
	duration_init(&model);
	duration_clear(&in);
	duration_learn(&model, &in, 60e6);
	near(model.beta[0], log(60) + 3 * sqrt(1.1089) / 1.1089, 1e-12);
	uint64_t cases = model.cases;
	assert_true(duration_learn(&model, &in, 0) == 0 && duration_learn(&model, &in, NAN) == 0
		    && duration_learn(&model, &in, -5) == 0);
	assert_int_equal(model.cases, cases);
}

static void missing_is_wider(void **state)
{
	(void)state;
	struct duration_facts facts = {.procedure = "Hernia",
		.surgeon = "s1",
		.planned_min = 60,
		.asa = 2,
		.bmi = 25,
		.age_years = 50};
	struct duration_input in;
	struct duration_law full, less;
	duration_suite_init(&model);
	for (int i = 0; i < 200; i++) {
		duration_suite_input(&facts, &in);
		duration_learn(&model, &in, 50 + i % 21);
	}
	duration_predict(&model, &in, &full);
	facts.planned_min = facts.asa = NAN;
	facts.surgeon = "nobody knows";
	duration_suite_input(&facts, &in);
	duration_predict(&model, &in, &less);
	assert_true(less.sigma > full.sigma);
	near(exp(full.mu), 60, 3); /* the median of 50 .. 70 */
	near(full.seen, 200, 0);
}

static double expected(double bmi)
{
	struct duration_facts facts = {
		.procedure = "Hernia", .planned_min = 60, .asa = 2, .bmi = bmi, .age_years = 50};
	struct duration_input in;
	struct duration_law law;
	duration_suite_input(&facts, &in);
	duration_predict(&model, &in, &law);
	return exp(law.mu);
}

static void operate(double bmi, double minutes)
{
	struct duration_facts facts = {
		.procedure = "Hernia", .planned_min = 60, .asa = 2, .bmi = bmi, .age_years = 50};
	struct duration_input in;
	duration_suite_input(&facts, &in);
	duration_learn(&model, &in, minutes);
}

/* University of Virginia, 31,548 cases: +2 % from a BMI of 30, +3 % from 40 on.
 * 29 obese patients of the house's own, twice as slow as the others, do not move
 * that; from the 30th on they do. */
static void obesity_as_published_until_the_house_knows(void **state)
{
	(void)state;
	duration_suite_init(&model);
	near(expected(35) / expected(24), 1.02, 1e-9);
	near(expected(42) / expected(24), 1.03, 1e-9);
	assert_true(expected(29.9) <= expected(24) && expected(30) >= expected(39.9));
	for (int i = 0; i < 29; i++) {
		operate(24, 60);
		operate(35, 120);
	}
	near(expected(35) / expected(24), 1.02, 1e-9);
	near(expected(42) / expected(24), 1.03, 1e-9);
	operate(35, 120);
	near(expected(35) / expected(24), 1.02, 1e-9); /* the 30th */
	operate(35, 120);
	assert_true(expected(35) / expected(24) > 1.0201);
	for (int i = 0; i < 100; i++) {
		operate(24, 60);
		operate(35, 120);
	}
	assert_true(expected(35) / expected(24) > 1.05);
	assert_true(expected(42) / expected(24) > expected(35) / expected(24));
}

/* Names of other groups, pairs, and nothing, are not mixed up. */
static void levels_are_apart(void **state)
{
	(void)state;
	assert_true(duration_level(NULL, NULL) == 0 && duration_level("", "") == 0);
	assert_true(duration_level("ab", "c") != duration_level("a", "bc"));
	assert_true(duration_level("a", NULL) == duration_level("a", ""));
	assert_true(duration_level("a", "b") != duration_level("b", "a"));
	duration_suite_init(&model);
	assert_int_equal(duration_add_group(&model, "surgeon", 1), -1);
	assert_int_equal(duration_add_number(&model, "asa", 0, 1, 0, 1), -1);
}

/* More names than there is room for: the first keep theirs, the law still
 * answers, and what did not fit is counted. */
static void a_full_table_is_survived(void **state)
{
	(void)state;
	struct duration_input in;
	struct duration_law law;
	duration_init(&model);
	int g = duration_add_group(&model, "procedure", 0.3);
	duration_clear(&in);
	for (int i = 0; i < DURATION_NODES; i++) {
		char name[16];
		snprintf(name, sizeof name, "op %d", i);
		in.level[g] = duration_level(name, NULL);
		duration_learn(&model, &in, 60);
	}
	assert_int_equal(model.overflow, DURATION_NODES / 4);
	duration_predict(&model, &in, &law);
	assert_true(isfinite(law.mu) && law.sigma > 0);
}

/*
 * Cases from a law that is not the model's: gamma-like sums of exponentials
 * around 40 procedure means, a booking that is 10 % short. The 80 % interval is
 * that of the second half, foretold one by one; 4 standard errors around 80 %
 * for 2,000 cases are 3.6 points, and the gamma law is not lognormal: 6.
 */
static void intervals_keep_their_word(void **state)
{
	(void)state;
	int covered = 0, judged = 0;
	double absolute = 0, booking = 0;
	duration_suite_init(&model);
	for (uint32_t i = 0; i < 4000; i++) {
		char name[16];
		uint32_t which = (uint32_t)(random_uniform(5, 0, i, 0) * 40);
		double mean = 30 + 5 * which, minutes = 0;
		for (uint32_t k = 0; k < 9; k++)
			minutes -= mean / 9 * log(random_uniform(5, 0, i, k + 1));
		snprintf(name, sizeof name, "op %u", which);
		struct duration_facts facts = {.procedure = name,
			.planned_min = mean * 0.9,
			.asa = NAN,
			.bmi = NAN,
			.age_years = NAN};
		struct duration_input in;
		struct duration_law law;
		duration_suite_input(&facts, &in);
		duration_predict(&model, &in, &law);
		if (i >= 2000) {
			judged++;
			covered += minutes >= stat_lognormal_quantile(law.mu, law.sigma, 0.1)
				   && minutes <= stat_lognormal_quantile(law.mu, law.sigma, 0.9);
			absolute += fabs(minutes - exp(law.mu));
			booking += fabs(minutes - mean * 0.9);
		}
		duration_learn(&model, &in, minutes);
	}
	near((double)covered / judged, 0.8, 0.06);
	assert_true(absolute < booking);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_step_by_hand),
		cmocka_unit_test(one_case_does_not_turn_a_law),
		cmocka_unit_test(missing_is_wider),
		cmocka_unit_test(obesity_as_published_until_the_house_knows),
		cmocka_unit_test(levels_are_apart),
		cmocka_unit_test(a_full_table_is_survived),
		cmocka_unit_test(intervals_keep_their_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
