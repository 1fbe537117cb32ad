/* SPDX-License-Identifier: Apache-2.0 */
/* The forecast's score. Expected values are worked out by hand in the comments. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "tests/unit/twin_world.h"
#include "twin/foretell.h"
#include "twin/score.h"

static void assert_close(double got, double want)
{
	if (!(fabs(got - want) < 1e-9))
		fail_msg("%.12g instead of %.12g", got, want);
}

struct house {
	struct twin *twin;
	struct score *score;
};

static struct house house(void)
{
	struct house h = {.score = score_create()};

	start(&h.twin);
	assert_non_null(h.score);
	return h;
}

static void demolish(struct house *h)
{
	twin_destroy(h->twin);
	score_destroy(h->score);
}

static void hear(struct house *h, struct fact f)
{
	f.seq = ++sequence;
	twin_apply(h->twin, &f, NULL);
	score_hear(h->score, h->twin, &f);
}

/* Time goes by: any fact a minute later makes it look. */
static void until(struct house *h, int from, int to)
{
	for (int m = from; m <= to; m++)
		hear(h, fact_make(FACT_AUDIT, SOURCE_SYSTEM, AT(m)));
}

static void say(struct house *h, enum foretold what, const char *id, double chance,
	const double q[3], int about, int at)
{
	struct fact f = fact_make(FACT_FORETOLD, SOURCE_SYSTEM, AT(at));

	f.source_ms = AT(at);
	f.foretold.what = what;
	FILL(f.foretold.id, id);
	f.foretold.chance = chance;
	f.foretold.about_ms = AT(about);
	if (q) {
		f.foretold.low = q[0];
		f.foretold.middle = q[1];
		f.foretold.high = q[2];
	}
	hear(h, f);
}

static void operate(struct house *h, const char *id, int in, int out)
{
	hear(h, milestone_fact(id, SOURCE_FHIR, MILESTONE_IN_ROOM, in));
	until(h, in + 1, out - 1);
	hear(h, milestone_fact(id, SOURCE_FHIR, MILESTONE_OUT_ROOM, out));
	until(h, out + 1, out + 11);
}

static struct score_figures figures(const struct house *h, enum foretold what)
{
	struct score_figures f;

	score_figures(h->score, what, 0, &f);
	return f;
}

/* Told at 0: p10 50, p50 70, p90 100; booked to 60; out at 90. Error +20, of the
 * booking 30. Pinball: 0.1 (90 - 50) = 4, 0.5 (90 - 70) = 10, (1 - 0.9)(100 - 90) = 1;
 * twice their mean 10. */
static void test_the_end_of_a_case(void **state)
{
	struct house h = house();
	struct score_figures f;

	(void)state;
	hear(&h, case_fact("c1", "p1", "or-1", 0, 60, -60));
	hear(&h, milestone_fact("c1", SOURCE_FHIR, MILESTONE_IN_ROOM, 0));
	say(&h, FORETOLD_END, "c1", -1, (const double[]){50, 70, 100}, 60, 0);
	until(&h, 1, 89);
	hear(&h, milestone_fact("c1", SOURCE_FHIR, MILESTONE_OUT_ROOM, 90));
	until(&h, 91, 99);
	assert_int_equal(figures(&h, FORETOLD_END).n, 0); /* it may still be corrected */
	until(&h, 100, 101);
	f = figures(&h, FORETOLD_END);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.chances, 0);
	assert_close(f.bias, 20);
	assert_close(f.error, 20);
	assert_close(f.error_of_plan, 30);
	assert_close(f.crps, 10);
	assert_close(f.coverage80, 1);
	assert_true(isnan(f.brier));
	demolish(&h);
}

/* Told at -60 that it begins between -10 and 20, at 0 likeliest: begins at 25. */
static void test_the_start_of_a_case(void **state)
{
	struct house h = house();
	struct score_figures f;

	(void)state;
	hear(&h, case_fact("c1", "p1", "or-1", 0, 60, -90));
	say(&h, FORETOLD_START, "c1", -1, (const double[]){50, 60, 80}, 0, -60);
	until(&h, -59, 24);
	operate(&h, "c1", 25, 80);
	f = figures(&h, FORETOLD_START);
	assert_int_equal(f.n, 1);
	assert_close(f.bias, 25);
	assert_close(f.error_of_plan, 25);
	assert_close(f.coverage80, 0);
	demolish(&h);
}

static void test_what_cannot_come_is_not_scored(void **state)
{
	struct fact off = fact_make(FACT_STATUS, SOURCE_PERSON, AT(-30));
	struct house h = house();

	(void)state;
	hear(&h, case_fact("c1", "p1", "or-1", 0, 60, -90));
	say(&h, FORETOLD_START, "c1", -1, (const double[]){50, 60, 80}, 0, -60);
	FILL(off.status.id, "c1");
	off.status.status = CASE_CANCELLED;
	hear(&h, off);
	until(&h, -29, 120);
	assert_int_equal(h.score->records[0].state, SCORE_VOID);
	assert_int_equal(figures(&h, FORETOLD_START).n, 0);
	demolish(&h);
}

/* Sessions end at 60. OR 1 runs to 75, said 0.8; OR 2 ends at 50, said 0.3 and,
 * another day of it, nothing. Brier (0.2^2 + 0.3^2) / 2 = 0.065; of the rate
 * 0.5 x 0.5 = 0.25. */
static void test_overtime(void **state)
{
	struct house h = house();
	struct score_figures f;

	(void)state;
	hear(&h, case_fact("c1", "p1", "or-1", 0, 60, -90));
	hear(&h, case_fact("c2", "p2", "or-2", 0, 60, -90));
	hear(&h, milestone_fact("c1", SOURCE_FHIR, MILESTONE_IN_ROOM, 0));
	hear(&h, milestone_fact("c2", SOURCE_FHIR, MILESTONE_IN_ROOM, 0));
	say(&h, FORETOLD_OVERTIME, "or-1", 0.8, NULL, 60, 0);
	say(&h, FORETOLD_OVERTIME, "or-2", 0.3, NULL, 60, 0);
	until(&h, 1, 49);
	hear(&h, milestone_fact("c2", SOURCE_FHIR, MILESTONE_OUT_ROOM, 50));
	until(&h, 51, 69);
	assert_int_equal(figures(&h, FORETOLD_OVERTIME).chances, 0);
	until(&h, 70, 74);
	hear(&h, milestone_fact("c1", SOURCE_FHIR, MILESTONE_OUT_ROOM, 75));
	until(&h, 76, 90);
	/* OR 2 is being cleaned: somebody could still enter, until nobody can. */
	hear(&h, milestone_fact("c2", SOURCE_FHIR, MILESTONE_CLEANUP_DONE, 91));
	until(&h, 92, 93);
	f = figures(&h, FORETOLD_OVERTIME);
	assert_int_equal(f.chances, 2);
	assert_close(f.brier, 0.065);
	assert_close(f.brier_of_rate, 0.25);
	assert_close(f.rate, 0.5);
	assert_int_equal(f.tenths[8].n, 1);
	assert_close(f.tenths[8].said, 0.8);
	assert_close(f.tenths[8].came, 1);
	assert_int_equal(f.tenths[3].n, 1);
	assert_close(f.tenths[3].came, 0);
	assert_true(isnan(f.tenths[0].said));
	demolish(&h);
}

/* Two bays. One is taken from 10 to 40, both from 20 to 40: the most is 2, full. */
static void test_pacu_peak(void **state)
{
	struct house h = house();
	struct score_figures f;

	(void)state;
	hear(&h, case_fact("c1", "p1", "or-1", -60, 0, -90));
	hear(&h, case_fact("c2", "p2", "or-2", -60, 0, -90));
	hear(&h, milestone_fact("c1", SOURCE_FHIR, MILESTONE_IN_ROOM, -60));
	hear(&h, milestone_fact("c2", SOURCE_FHIR, MILESTONE_IN_ROOM, -60));
	say(&h, FORETOLD_PACU, "pacu", 0.4, (const double[]){0, 1, 2}, 120, 0);
	until(&h, 1, 9);
	hear(&h, milestone_fact("c1", SOURCE_FHIR, MILESTONE_OUT_ROOM, 10));
	hear(&h, milestone_fact("c1", SOURCE_FHIR, MILESTONE_PACU_IN, 12));
	until(&h, 13, 19);
	hear(&h, milestone_fact("c2", SOURCE_FHIR, MILESTONE_OUT_ROOM, 20));
	hear(&h, milestone_fact("c2", SOURCE_FHIR, MILESTONE_PACU_IN, 22));
	until(&h, 23, 39);
	hear(&h, milestone_fact("c1", SOURCE_FHIR, MILESTONE_PACU_OUT, 40));
	hear(&h, milestone_fact("c2", SOURCE_FHIR, MILESTONE_PACU_OUT, 40));
	until(&h, 41, 120);
	assert_int_equal(figures(&h, FORETOLD_PACU).n, 0);
	until(&h, 121, 122);
	f = figures(&h, FORETOLD_PACU);
	assert_int_equal(f.n, 1);
	assert_close(f.bias, 1);
	assert_close(f.coverage80, 1);
	assert_true(isnan(f.error_of_plan));
	assert_close(f.rate, 1);
	assert_close(f.brier, 0.36);
	demolish(&h);
}

/* ---- hazards ---- */

static void hazard(struct house *h, enum hazard kind, const char *id, bool active, double chance,
	int about, int at)
{
	struct fact f = fact_make(FACT_HAZARD, SOURCE_SYSTEM, AT(at));

	f.source_ms = AT(at);
	f.hazard.hazard = kind;
	FILL(f.hazard.id, id);
	f.hazard.active = active;
	f.hazard.chance = chance;
	f.hazard.about_ms = AT(about);
	hear(h, f);
}

static struct score_hazard_figures hazards(const struct house *h, enum hazard kind)
{
	struct score_hazard_figures f;

	score_hazard_figures(h->score, kind, 0, &f);
	return f;
}

/* Booked 60 minutes, over at 90. Said at 40 of c1 (out at 120: came, 50 before), at
 * 80 of c2 (out at 100: came, 10 before), at 50 of c3 (taken back at 70, out at 75):
 * precision 2 of 3, median lead 30. */
static void test_precision_and_lead(void **state)
{
	struct house h = house();
	struct score_hazard_figures f;
	const char *const ids[] = {"c1", "c2", "c3"};

	(void)state;
	for (int i = 0; i < 3; i++) {
		hear(&h, case_fact(ids[i], ids[i], i == 1 ? "or-2" : "or-1", 0, 60, -90));
		hear(&h, milestone_fact(ids[i], SOURCE_FHIR, MILESTONE_IN_ROOM, 0));
	}
	until(&h, 1, 39);
	hazard(&h, HAZARD_OVERRUN, "c1", true, 0.7, 90, 40);
	hazard(&h, HAZARD_OVERRUN, "c3", true, 0.7, 90, 50);
	until(&h, 51, 69);
	hazard(&h, HAZARD_OVERRUN, "c1", true, 0.7, 90, 70); /* renewed */
	hazard(&h, HAZARD_OVERRUN, "c3", false, 0.1, 90, 70);
	hear(&h, milestone_fact("c3", SOURCE_FHIR, MILESTONE_OUT_ROOM, 75));
	hazard(&h, HAZARD_OVERRUN, "c2", true, 0.8, 90, 80);
	until(&h, 81, 89);
	f = hazards(&h, HAZARD_OVERRUN);
	assert_int_equal(f.said, 3);
	assert_int_equal(f.open, 2);
	assert_int_equal(f.taken_back, 1);
	until(&h, 90, 99);
	hear(&h, milestone_fact("c2", SOURCE_FHIR, MILESTONE_OUT_ROOM, 100));
	hazard(&h, HAZARD_OVERRUN, "c2", false, 0, 90, 101);
	hazard(&h, HAZARD_OVERRUN, "c1", true, 1, 90, 102);
	until(&h, 103, 119);
	hear(&h, milestone_fact("c1", SOURCE_FHIR, MILESTONE_OUT_ROOM, 120));
	hazard(&h, HAZARD_OVERRUN, "c1", false, 0, 90, 121);
	f = hazards(&h, HAZARD_OVERRUN);
	assert_int_equal(f.came, 2);
	assert_int_equal(f.taken_back, 1);
	assert_int_equal(f.open, 0);
	assert_close(f.precision, 2.0 / 3);
	assert_close(f.lead_min, 30);
	demolish(&h);
}

/* Nobody could say any more; it was there already; it was never said. */
static void test_what_is_no_merit_and_no_fault(void **state)
{
	struct house h = house();
	struct score_hazard_figures f;

	(void)state;
	hear(&h, case_fact("c1", "p1", "or-1", 0, 60, -90));
	hear(&h, case_fact("c2", "p2", "or-2", 0, 60, -90));
	hear(&h, milestone_fact("c1", SOURCE_FHIR, MILESTONE_IN_ROOM, 0));
	hear(&h, milestone_fact("c2", SOURCE_FHIR, MILESTONE_IN_ROOM, 16)); /* late: 15 */
	until(&h, 17, 39);
	hazard(&h, HAZARD_OVERRUN, "c1", true, 0.7, 90, 40);
	hazard(&h, HAZARD_OVERRUN, "c1", false, -1, 90, 50);
	hazard(&h, HAZARD_FIRST_LATE, "c2", true, 1, 15, 51);
	until(&h, 52, 53);
	f = hazards(&h, HAZARD_OVERRUN);
	assert_int_equal(f.not_judged, 1);
	assert_true(isnan(f.precision));
	f = hazards(&h, HAZARD_FIRST_LATE);
	assert_int_equal(f.late, 1);
	assert_int_equal(f.came, 0);
	assert_int_equal(f.events, 1);
	assert_int_equal(f.announced, 0);
	demolish(&h);
}

static void fill_bay(struct house *h, const char *id, int at)
{
	hear(h, milestone_fact(id, SOURCE_FHIR, MILESTONE_OUT_ROOM, at));
	hear(h, milestone_fact(id, SOURCE_FHIR, MILESTONE_PACU_IN, at + 1));
}

/* Two bays, full from 30 to 40 and from 100 on. Said at 5 and standing: the first is
 * announced 25 min before, the second 60 (it had last come to an end at 40). */
static void test_pacu_full_again(void **state)
{
	const char *const ids[] = {"c1", "c2", "c3"};
	struct house h = house();
	struct score_hazard_figures f;

	(void)state;
	for (int i = 0; i < 3; i++) {
		hear(&h, case_fact(ids[i], ids[i], i ? "or-2" : "or-1", -60, 0, -90));
		hear(&h, milestone_fact(ids[i], SOURCE_FHIR, MILESTONE_IN_ROOM, -60 + i));
	}
	until(&h, 0, 4);
	hazard(&h, HAZARD_PACU_FULL, "pacu", true, 0.6, 30, 5);
	fill_bay(&h, "c1", 10);
	until(&h, 12, 29);
	hazard(&h, HAZARD_PACU_FULL, "pacu", true, 0.9, 30, 29);
	fill_bay(&h, "c2", 30);
	until(&h, 32, 40);
	hear(&h, milestone_fact("c1", SOURCE_FHIR, MILESTONE_PACU_OUT, 41));
	for (int m = 42; m < 100; m += 15) {
		hazard(&h, HAZARD_PACU_FULL, "pacu", true, 0.6, 100, m);
		until(&h, m + 1, m + 14 < 99 ? m + 14 : 99);
	}
	fill_bay(&h, "c3", 100);
	until(&h, 102, 103);
	f = hazards(&h, HAZARD_PACU_FULL);
	assert_int_equal(f.said, 1);
	assert_int_equal(f.came, 1);
	assert_int_equal(f.events, 2);
	assert_int_equal(f.announced, 2);
	assert_close(f.lead_min, 25);
	assert_close(h.score->events[1].lead_min, 60);
	demolish(&h);
}

/* OR 1 runs past its session on two days; on both it is said in the morning. What came
 * yesterday is not there already. */
static void test_the_next_day_is_another(void **state)
{
	struct house h = house();
	struct score_hazard_figures f;
	const char *const ids[] = {"c1", "c2"};

	(void)state;
	for (int day = 0; day < 2; day++) {
		int at = day * 24 * 60, closes = at + 600;

		hear(&h, case_fact(ids[day], ids[day], "or-1", at + 540, at + 590, at));
		for (int m = 0; m <= 600; m += 30)
			hazard(&h, HAZARD_OVERTIME, "or-1", true, 0.9, closes, at + m);
		say(&h, FORETOLD_OVERTIME, "or-1", 0.9, NULL, closes, closes - 60);
		hear(&h, milestone_fact(ids[day], SOURCE_FHIR, MILESTONE_IN_ROOM, closes - 30));
		until(&h, closes, closes + 29);
		hear(&h, milestone_fact(ids[day], SOURCE_FHIR, MILESTONE_OUT_ROOM, closes + 30));
		hazard(&h, HAZARD_OVERTIME, "or-1", false, 0, closes, closes + 31);
		until(&h, closes + 32, closes + 400);
	}
	f = hazards(&h, HAZARD_OVERTIME);
	assert_int_equal(f.came, 2);
	assert_int_equal(f.late, 0);
	assert_int_equal(f.events, 2);
	assert_close(f.lead_min, 600);
	demolish(&h);
}

/* A replay scores what the living station scored. */
static void test_the_same_again(void **state)
{
	struct house a, b;

	(void)state;
	for (int k = 0; k < 2; k++) {
		struct house h = house();

		hear(&h, case_fact("c1", "p1", "or-1", 0, 60, -90));
		say(&h, FORETOLD_START, "c1", -1, (const double[]){50, 60, 80}, 0, -60);
		hazard(&h, HAZARD_FIRST_LATE, "c1", true, 0.7, 15, -30);
		until(&h, -29, 15);
		operate(&h, "c1", 16, 80);
		if (k == 0)
			a = h;
		else
			b = h;
	}
	assert_int_equal(a.score->records[0].state, SCORE_SETTLED);
	assert_memory_equal(a.score, b.score, sizeof *a.score);
	demolish(&a);
	demolish(&b);
}

/* More than is kept: the oldest goes, the figures are of what is left. */
static void test_bounded(void **state)
{
	struct house h = house();
	struct score_figures f;

	(void)state;
	for (int i = 0; i < SCORE_RECORDS + 10; i++)
		say(&h, FORETOLD_PACU, "pacu", i < 10 ? 1 : 0, (const double[]){0, 0, 1}, i, i);
	until(&h, SCORE_RECORDS + 10, SCORE_RECORDS + 12);
	f = figures(&h, FORETOLD_PACU);
	assert_int_equal(f.n, SCORE_RECORDS);
	assert_close(f.brier, 0);
	demolish(&h);
}

/* ---- when it is put on record ---- */

/* One case planned at 60; c1's forecast, and a session that ends at 200. */
static int due(struct house *h, int at, bool in_room)
{
	struct forecast *f = calloc(1, sizeof *f);
	struct fact out[FORETELL_FACTS];
	const struct quantiles q = {(double)AT(at + 40), (double)AT(at + 50), (double)AT(at + 70)};
	int count;

	assert_non_null(f);
	f->at_ms = AT(at);
	f->reps = 2000;
	f->case_count = 1;
	if (!in_room)
		f->cases[0].start = q;
	f->cases[0].end = q;
	f->room_count = 1;
	f->index.site_room[0] = OR1;
	f->index.opens_ms[0] = -1;
	f->index.closes_ms[0] = (int64_t)(200 - at) * MIN;
	f->rooms[0] = (struct forecast_room){.has_session = true, .end = q, .p_overtime = 0.25};
	count = foretell_due(h->twin, f, h->score, out);
	for (int i = 0; i < count; i++) {
		out[i].at_ms = AT(at);
		hear(h, out[i]);
	}
	free(f);
	return count;
}

static void test_fixed_instants(void **state)
{
	struct house h = house();
	const struct score_record *r = h.score->records;

	(void)state;
	hear(&h, case_fact("c1", "p1", "or-1", 60, 130, -90));
	assert_int_equal(due(&h, -1, false), 0); /* an hour before the plan, not sooner */
	assert_int_equal(due(&h, 0, false), 1);
	assert_int_equal(due(&h, 1, false), 0);
	assert_int_equal(r[0].what, FORETOLD_START);
	assert_close(r[0].low, 40);
	assert_close(r[0].middle, 50);
	assert_close(r[0].high, 70);
	assert_int_equal(r[0].about_ms, AT(60));
	hear(&h, milestone_fact("c1", SOURCE_FHIR, MILESTONE_IN_ROOM, 70));
	assert_int_equal(due(&h, 71, false), 0); /* it does not know of the entry */
	assert_int_equal(due(&h, 72, true), 1);
	assert_int_equal(due(&h, 73, true), 0);
	assert_int_equal(r[1].what, FORETOLD_END);
	assert_int_equal(r[1].about_ms, AT(140)); /* entered at 70, booked for 70 */
	assert_int_equal(due(&h, 139, true), 0);
	assert_int_equal(due(&h, 141, true), 1);
	assert_int_equal(due(&h, 142, true), 0);
	assert_int_equal(r[2].what, FORETOLD_OVERTIME);
	assert_close(r[2].chance, 0.25);
	assert_int_equal(r[2].about_ms, AT(200));
	demolish(&h);
}

static void test_too_late_is_not_said(void **state)
{
	struct house h = house();

	(void)state;
	hear(&h, case_fact("c1", "p1", "or-1", 60, 130, -90));
	assert_int_equal(due(&h, 30, false), 0); /* half an hour before the plan */
	hear(&h, milestone_fact("c1", SOURCE_FHIR, MILESTONE_IN_ROOM, 60));
	assert_int_equal(due(&h, 75, true), 0); /* a quarter of an hour after the entry */
	demolish(&h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_end_of_a_case),
		cmocka_unit_test(test_the_start_of_a_case),
		cmocka_unit_test(test_what_cannot_come_is_not_scored),
		cmocka_unit_test(test_overtime),
		cmocka_unit_test(test_pacu_peak),
		cmocka_unit_test(test_precision_and_lead),
		cmocka_unit_test(test_what_is_no_merit_and_no_fault),
		cmocka_unit_test(test_pacu_full_again),
		cmocka_unit_test(test_the_next_day_is_another),
		cmocka_unit_test(test_the_same_again),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_fixed_instants),
		cmocka_unit_test(test_too_late_is_not_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
