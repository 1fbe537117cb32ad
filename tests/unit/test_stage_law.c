/* SPDX-License-Identifier: Apache-2.0 */
/* How long a step of the way takes for one patient: the documented effects, what
 * is not known of a patient, and what finished stages teach. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "twin/random.h"
#include "twin/stage_law.h"
#include "twin/stat.h"

static void close_to(double got, double want, double within)
{
	if (!(fabs(got - want) <= within))
		fail_msg("%.12g instead of %.12g", got, want);
}

/* One step of each kind; every law has a mean of 17 and a deviation of 12 minutes. */
enum {
	TRANSPORT,
	ENTRY,
	INDUCTION,
	PREPARATION,
	SURGERY,
	CLOSING,
	EMERGENCE,
	OUT,
	LYING,
	RECOVERY
};

#define LAW .lasts = LASTS_LAW, .a = 17, .b = 12
static const struct pathway way = {.id = "w",
	.step_count = 10,
	.steps = {{.stage = "bringing", LAW, .begins = -1, .ends = MILESTONE_IN_HOLDING},
		{.stage = "entry",
			.need = {{NEED_ROOM, 0}},
			.begins = -1,
			.ends = MILESTONE_IN_ROOM},
		{.stage = "asleep", LAW, .begins = -1, .ends = MILESTONE_ANAES_READY},
		{.stage = "prep", LAW, .begins = -1, .ends = MILESTONE_INCISION},
		{.stage = "work", .lasts = LASTS_CASE, .begins = -1, .ends = MILESTONE_CLOSING},
		{.stage = "closing", LAW, .begins = -1, .ends = -1},
		{.stage = "emergence", LAW, .begins = -1, .ends = -1},
		{.stage = "way out",
			.give = {{NEED_ROOM, 0}},
			.begins = -1,
			.ends = MILESTONE_OUT_ROOM},
		{.stage = "transport", LAW, .begins = -1, .ends = MILESTONE_PACU_IN},
		{.stage = "bay", LAW, .begins = -1, .ends = MILESTONE_PACU_OUT}},
	.turnover_mean = 24,
	.turnover_deviation = 10};

static int step_of(enum stage_kind kind)
{
	for (int k = 0; k < way.step_count; k++)
		if (stage_kind(&way, k) == kind)
			return k;
	return -1;
}

/* Of an ordinary patient everything is known, and nothing of it has an effect. */
static struct stage_facts ordinary(void)
{
	return (struct stage_facts){.value = {[ABOUT_MOBILITY] = MOBILITY_CHAIR,
					    [ABOUT_BMI] = 24,
					    [ABOUT_ASA] = 3,
					    [ABOUT_AGE] = 50,
					    [ABOUT_SETTING] = SETTING_INPATIENT,
					    [ABOUT_URGENCY] = 7,
					    [ABOUT_HOUR] = 10},
		.procedure = "hernia"};
}

static struct stage_facts nobody(void)
{
	struct stage_facts f = {.procedure = ""};
	for (int i = 0; i < ABOUT_COUNT; i++)
		f.value[i] = NAN;
	return f;
}

static struct stage_law law_with(int step, enum stage_about about, double value)
{
	struct stage_facts facts = ordinary();
	struct stage_law law;
	facts.value[about] = value;
	assert_true(stage_law(NULL, &way, step, &facts, &law));
	return law;
}

static void kinds_by_name_milestone_and_place(void **state)
{
	static const enum stage_kind want[] = {STAGEKIND_TRANSPORT, STAGEKIND_OTHER,
		STAGEKIND_INDUCTION, STAGEKIND_PREPARATION, STAGEKIND_SURGERY, STAGEKIND_CLOSING,
		STAGEKIND_EMERGENCE, STAGEKIND_OTHER, STAGEKIND_OTHER, STAGEKIND_RECOVERY};
	(void)state;
	for (int k = 0; k < way.step_count; k++)
		assert_int_equal(stage_kind(&way, k), want[k]);
}

/* Two patients that differ by one attribute differ by the documented coefficient,
 * on the logarithm: each row of the table against its neighbour, and against a
 * value that no row speaks of. */
static void one_attribute_one_coefficient(void **state)
{
	int count;
	const struct stage_effect *rows = stage_effects(&count);
	(void)state;
	assert_true(count > 10);
	for (int i = 0; i < count; i++) {
		int step = step_of(rows[i].kind);
		double usual = ordinary().value[rows[i].about], effect = 0;
		assert_true(step >= 0);
		for (int k = 0; k < count; k++)
			if (rows[k].kind == rows[i].kind && rows[k].about == rows[i].about
				&& usual >= rows[k].from && usual < rows[k].below)
				effect = rows[k].effect;
		double here = law_with(step, rows[i].about, rows[i].from).mu;
		double there = law_with(step, rows[i].about, usual).mu;
		close_to(here - there, rows[i].effect - effect, 1e-6);
		assert_true(rows[i].source[0] != '\0' && rows[i].share >= 0);
	}
}

/* Stanford, Obes. Surg. 2015: induction 17 -> 23 and emergence 12 -> 22 minutes
 * from a BMI of 35-45 to one of 60 and more. */
static void bariatric_as_published(void **state)
{
	(void)state;
	double a = law_with(INDUCTION, ABOUT_BMI, 42).mu, b = law_with(INDUCTION, ABOUT_BMI, 62).mu;
	close_to(17 * exp(b - a), 23, 0.01);
	a = law_with(EMERGENCE, ABOUT_BMI, 42).mu;
	b = law_with(EMERGENCE, ABOUT_BMI, 62).mu;
	close_to(12 * exp(b - a), 22, 0.01);
}

/* University of Virginia: +2 % and +3 % of the time in the room, put on induction
 * and emergence of the benchmark: 22.6 minutes of 125.1. Nothing else moves. */
static void obesity_is_anaesthesia_time(void **state)
{
	static const int others[] = {TRANSPORT, PREPARATION, CLOSING, LYING, RECOVERY};
	static const double bmi[] = {34, 42}, percent[] = {2, 3};
	(void)state;
	for (int i = 0; i < 2; i++) {
		double in = law_with(INDUCTION, ABOUT_BMI, bmi[i]).mu
			    - law_with(INDUCTION, ABOUT_BMI, 24).mu;
		double out = law_with(EMERGENCE, ABOUT_BMI, bmi[i]).mu
			     - law_with(EMERGENCE, ABOUT_BMI, 24).mu;
		double more = 14.4 * expm1(in) + 8.2 * expm1(out);
		close_to(100 * more / 125.1, percent[i], 0.01);
		for (size_t k = 0; k < sizeof others / sizeof *others; k++)
			close_to(law_with(others[k], ABOUT_BMI, bmi[i]).mu,
				law_with(others[k], ABOUT_BMI, 24).mu, 0);
	}
}

/* Of whom nothing is known the site's law holds as it stands; what is missing
 * makes a law wider than what is told, and says so. */
static void missing_is_wider_and_says_so(void **state)
{
	double mu, sigma;
	struct stage_facts unknown = nobody(), known = ordinary();
	(void)state;
	stat_lognormal_of(17, 12, &mu, &sigma);
	for (int k = 0; k < way.step_count; k++) {
		struct stage_law wide, none, narrow;
		if (!stage_law(NULL, &way, k, &unknown, &wide))
			continue;
		assert_true(stage_law(NULL, &way, k, NULL, &none));
		close_to(wide.mu, mu, 1e-6);
		close_to(wide.sigma, sigma, 1e-6);
		close_to(none.sigma, wide.sigma, 0);
		for (int i = 0; i < ABOUT_COUNT; i++) {
			struct stage_facts one = known;
			struct stage_term terms[STAGE_TERMS];
			one.value[i] = NAN;
			assert_true(stage_law(NULL, &way, k, &known, &narrow));
			assert_true(stage_law(NULL, &way, k, &one, &wide));
			struct stage_shift s = stage_shift(&way, k, (enum stage_about)i, &one);
			bool applies = s.applies;
			/* Emergencies are no part of the usual mix: nothing to be unsure of. */
			assert_true(s.variance > 0 || !applies || i == ABOUT_URGENCY);
			assert_true(s.variance > 0 ? wide.sigma > narrow.sigma
						   : wide.sigma >= narrow.sigma);
			int count = stage_explain(NULL, &way, k, &one, terms), said = 0;
			for (int t = 0; t < count; t++)
				if (strcmp(terms[t].name, stage_about_name((enum stage_about)i))
					== 0) {
					assert_false(terms[t].known);
					assert_true((terms[t].wider_min > 0) == (s.variance > 0));
					close_to(terms[t].minutes, 0, 1e-9);
					said++;
				}
			assert_int_equal(said, applies);
		}
	}
}

/* The terms add up to the median, also when something has been learnt. */
static void terms_add_up(void **state)
{
	static struct stage_model m;
	struct stage_facts facts = ordinary();
	struct stage_term terms[STAGE_TERMS];
	struct stage_law law;
	struct stage_case of;
	(void)state;
	memset(&m, 0, sizeof m);
	facts.value[ABOUT_BMI] = 63;
	facts.value[ABOUT_ASA] = 4;
	assert_true(stage_case_of(&way, INDUCTION, &facts, &of));
	int slot = stage_add(&m, "asleep", SETTING_UNKNOWN);
	for (int i = 0; i < 5; i++)
		stage_learn(&m, slot, &of, 40);
	assert_true(stage_law(&m, &way, INDUCTION, &facts, &law));
	int count = stage_explain(&m, &way, INDUCTION, &facts, terms);
	double sum = 0;
	for (int i = 0; i < count; i++)
		sum += terms[i].minutes;
	close_to(sum, exp(law.mu), 1e-6);
	assert_string_equal(terms[0].name, "site");
	assert_string_equal(terms[1].name, "here");
	assert_string_equal(terms[2].name, "procedure");
	close_to(terms[0].minutes, 17 / sqrt(1 + 144.0 / 289), 1e-4); /* median of LN(17, 12) */
	assert_true(terms[1].minutes > 0 && terms[2].minutes > 0);
	close_to(terms[1].seen, 5, 0);
	close_to(terms[2].seen, 5, 0);
	assert_int_equal(stage_explain(&m, &way, SURGERY, &facts, terms), 0);
}

/* The site's own word on mobility comes before the house's. */
static void site_says_how_people_move(void **state)
{
	static struct pathway own;
	struct stage_facts walks = ordinary(), bed = ordinary();
	struct stage_law a, b;
	(void)state;
	own = way;
	own.steps[TRANSPORT].mobility = (struct step_mobility){.told = true,
		.alone = false,
		.factor = {[MOBILITY_WALKS] = 0.5, [MOBILITY_CHAIR] = 1, [MOBILITY_BED] = 2}};
	walks.value[ABOUT_MOBILITY] = MOBILITY_WALKS;
	bed.value[ABOUT_MOBILITY] = MOBILITY_BED;
	assert_true(stage_law(NULL, &own, TRANSPORT, &walks, &a));
	assert_true(stage_law(NULL, &own, TRANSPORT, &bed, &b));
	close_to(b.mu - a.mu, log(4), 1e-6);
	assert_true(stage_goes_alone(&way, TRANSPORT, &walks));
	assert_false(stage_goes_alone(&own, TRANSPORT, &walks));
	assert_false(stage_goes_alone(&way, TRANSPORT, &bed));
	/* After the operation everybody lies. */
	assert_false(stage_goes_alone(&way, LYING, &walks));
}

/* A day pathway has its own law: the setting is not counted twice. */
static void setting_once(void **state)
{
	static struct pathway day;
	struct stage_facts facts = ordinary();
	(void)state;
	day = way;
	day.setting = SETTING_DAY;
	facts.value[ABOUT_SETTING] = SETTING_DAY;
	assert_true(stage_shift(&way, RECOVERY, ABOUT_SETTING, &facts).shift < 0);
	assert_false(stage_shift(&day, RECOVERY, ABOUT_SETTING, &facts).applies);
}

/* ---- learning ---- */

static double unit(uint32_t *n)
{
	const uint32_t key[2] = {11, 7}, counter[4] = {(*n)++, 0, 0, 0};
	uint32_t bits[4];
	random_philox(key, counter, bits);
	return random_unit(bits[0]);
}

static double normal(uint32_t *n)
{
	return stat_normal_quantile(unit(n));
}

/* The turnover has neither effects nor procedures: a plain normal mean. By hand,
 * with the site's log-variance S and a prior worth 10: noise 10/11 S, doubt S/11;
 * after one stage the mean has moved by 1/11 of the error, and the doubt is
 * S/11 (1 - 1/11). */
static void first_step_by_hand(void **state)
{
	static struct stage_model m;
	struct stage_case of;
	double mu, sigma;
	(void)state;
	memset(&m, 0, sizeof m);
	assert_true(stage_turnover_of(&way, &of));
	stat_lognormal_of(24, 10, &mu, &sigma);
	int slot = stage_add(&m, STAGE_TURNOVER, SETTING_UNKNOWN);
	stage_learn(&m, slot, &of, 30);
	const struct stage_slot *s = &m.slots[slot];
	close_to(s->mean, mu + (log(30) - mu) / 11, 1e-6);
	close_to(s->variance, sigma * sigma / 11 * (10.0 / 11), 1e-7);
	close_to(s->seen, 1, 0);
	close_to(s->change, exp(s->mean) - exp(mu), 1e-5);
	/* Ten at the same place weigh as much as the site: half the way. */
	memset(&m, 0, sizeof m);
	slot = stage_add(&m, STAGE_TURNOVER, SETTING_UNKNOWN);
	for (int i = 0; i < 10; i++)
		stage_learn(&m, slot, &of, 24);
	assert_true((m.slots[slot].mean - mu) / (log(24) - mu) > 0.45);
	assert_true((m.slots[slot].mean - mu) / (log(24) - mu) < 0.60);
}

/* 500 stages of another law than the site's: its mean and spread are found,
 * within four standard errors. */
static void finds_the_law(void **state)
{
	static struct stage_model m;
	struct stage_case of;
	struct stage_law law;
	uint32_t n = 0;
	(void)state;
	memset(&m, 0, sizeof m);
	assert_true(stage_turnover_of(&way, &of));
	int slot = stage_add(&m, STAGE_TURNOVER, SETTING_UNKNOWN);
	for (int i = 0; i < 500; i++)
		stage_learn(&m, slot, &of, exp(log(40) + 0.25 * normal(&n)));
	stage_predict(&m, slot, &of, &law);
	double prior = 10.0 / 510 * (log(40) - (double)of.site_mu);
	close_to(law.mu, log(40) - prior, 4 * 0.25 / sqrt(500));
	close_to(law.sigma, 0.25, 4 * 0.25 / sqrt(1000) + 0.01);
	close_to(law.seen, 500, 0);
}

/* One absurd stage does not turn a law: it counts as three sigmas. */
static void surprise_is_cut(void **state)
{
	static struct stage_model a, b;
	struct stage_case of;
	(void)state;
	memset(&a, 0, sizeof a);
	memset(&b, 0, sizeof b);
	assert_true(stage_turnover_of(&way, &of));
	int slot = stage_add(&a, STAGE_TURNOVER, SETTING_UNKNOWN);
	stage_add(&b, STAGE_TURNOVER, SETTING_UNKNOWN);
	stage_learn(&a, slot, &of, 1e5);
	stage_learn(&b, slot, &of, exp((double)of.site_mu + 3 * (double)of.site_sigma));
	close_to(a.slots[slot].mean, b.slots[slot].mean, 1e-9);
	stage_learn(&a, slot, &of, 0);
	stage_learn(&a, slot, &of, NAN);
	close_to(a.slots[slot].seen, 1, 0);
}

/* A site that says another mean later: the same as if it had from the start. */
static void site_changes_its_mind(void **state)
{
	static struct stage_model a, b;
	struct stage_case before, after;
	struct stage_law x, y;
	struct pathway other = way;
	(void)state;
	memset(&a, 0, sizeof a);
	memset(&b, 0, sizeof b);
	other.turnover_mean = 30;
	other.turnover_deviation = 12.5; /* the same coefficient of variation */
	assert_true(stage_turnover_of(&way, &before));
	assert_true(stage_turnover_of(&other, &after));
	int slot = stage_add(&a, STAGE_TURNOVER, SETTING_UNKNOWN);
	stage_add(&b, STAGE_TURNOVER, SETTING_UNKNOWN);
	/* As often above as below, so that the noise has nothing to learn of the mean. */
	stage_learn(&a, slot, &before, 26);
	stage_learn(&b, slot, &after, 26);
	stage_predict(&a, slot, &after, &x);
	stage_predict(&b, slot, &after, &y);
	close_to(x.mu, y.mu, 1e-5);
}

/*
 * 90 % intervals cover 86 to 94 % of 1,000 stages: ten kinds of truth, drawn from
 * the prior the model states (mean within its doubt, procedures and effects as
 * told, patients of whom much is missing), each stage foretold before it is learnt.
 */
static void intervals_cover(void **state)
{
	static struct stage_model m;
	uint32_t n = 0;
	int inside = 0, all = 0;
	(void)state;
	for (int world = 0; world < 10; world++) {
		struct stage_case of;
		double procedure[4];
		memset(&m, 0, sizeof m);
		int slot = stage_add(&m, "asleep", SETTING_UNKNOWN);
		assert_true(stage_case_of(&way, INDUCTION, NULL, &of));
		double site = (double)of.site_sigma * (double)of.site_sigma;
		double rest = site * 0.75 - (double)of.unknown;
		double off = sqrt(rest / 11) * normal(&n), noise = sqrt(rest * 10 / 11);
		for (int p = 0; p < 4; p++)
			procedure[p] = sqrt(site * 0.25) * normal(&n);
		for (int i = 0; i < 100; i++) {
			struct stage_facts truth = ordinary(), told;
			int which = (int)(4 * unit(&n));
			double u = unit(&n);
			truth.value[ABOUT_BMI] = u < 0.002   ? 65
						 : u < 0.032 ? 45
						 : u < 0.232 ? 34
							     : 24;
			u = unit(&n);
			truth.value[ABOUT_ASA] = u < 0.2 ? 1 : u < 0.65 ? 2 : u < 0.7 ? 4 : 3;
			snprintf(truth.procedure, sizeof truth.procedure, "p%d", which);
			told = truth;
			if (unit(&n) < 0.3)
				told.value[ABOUT_BMI] = NAN;
			if (unit(&n) < 0.3)
				told.value[ABOUT_ASA] = NAN;
			assert_true(stage_case_of(&way, INDUCTION, &truth, &of));
			double y = (double)of.site_mu + off + procedure[which] + (double)of.shift
				   + noise * normal(&n);
			struct stage_law law;
			assert_true(stage_case_of(&way, INDUCTION, &told, &of));
			stage_predict(&m, slot, &of, &law);
			inside += fabs(y - law.mu) <= 1.6448536269514722 * law.sigma;
			all++;
			stage_learn(&m, slot, &of, exp(y));
		}
	}
	assert_int_equal(all, 1000);
	if (inside < 860 || inside > 940)
		fail_msg("%d of 1000 within", inside);
}

/* Names beyond the table are counted; the rest goes on. */
static void names_that_do_not_fit(void **state)
{
	static struct stage_model m;
	struct stage_facts facts = ordinary();
	struct stage_case of;
	char name[STAGE_NAME];
	(void)state;
	memset(&m, 0, sizeof m);
	for (int i = 0; i < STAGE_SLOTS; i++) {
		snprintf(name, sizeof name, "s%d", i);
		assert_int_equal(stage_add(&m, name, SETTING_UNKNOWN), i);
	}
	assert_int_equal(stage_add(&m, "one more", SETTING_UNKNOWN), -1);
	assert_int_equal(m.overflow, 1);
	for (int i = 0; i < 2 * STAGE_NODES; i++) {
		snprintf(facts.procedure, sizeof facts.procedure, "procedure %d", i);
		assert_true(stage_case_of(&way, INDUCTION, &facts, &of));
		stage_learn(&m, 0, &of, 20);
	}
	assert_int_equal(m.node_count, STAGE_NODES / 4 * 3);
	assert_int_equal(m.overflow, 1 + 2 * STAGE_NODES - STAGE_NODES / 4 * 3);
	close_to(m.slots[0].seen, 2 * STAGE_NODES, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_by_name_milestone_and_place),
		cmocka_unit_test(one_attribute_one_coefficient),
		cmocka_unit_test(bariatric_as_published),
		cmocka_unit_test(obesity_is_anaesthesia_time),
		cmocka_unit_test(missing_is_wider_and_says_so),
		cmocka_unit_test(terms_add_up),
		cmocka_unit_test(site_says_how_people_move),
		cmocka_unit_test(setting_once),
		cmocka_unit_test(first_step_by_hand),
		cmocka_unit_test(finds_the_law),
		cmocka_unit_test(surprise_is_cut),
		cmocka_unit_test(site_changes_its_mind),
		cmocka_unit_test(intervals_cover),
		cmocka_unit_test(names_that_do_not_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
