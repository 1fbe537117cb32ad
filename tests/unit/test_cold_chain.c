/* SPDX-License-Identifier: Apache-2.0 */
/* The cold chain. Mean kinetic temperatures are worked out from the formula of USP
 * <1160> with dH/R = 10,000 K, outside this program (Python, double precision). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "tests/unit/twin_world.h"
#include "twin/cold_stock.h"

#define close_to(is, should, by) assert_true(fabs((is) - (should)) <= (by))

static void test_mean_kinetic_temperature(void **state)
{
	(void)state;
	struct cold_chain c = {0};

	assert_true(isnan(cold_kinetic(&c)));
	cold_sample(&c, 2, 8, 8, AT(0));
	assert_true(isnan(cold_kinetic(&c)));
	cold_sample(&c, 2, 8, 8, AT(5)); /* always 8: it is 8 */
	close_to(cold_kinetic(&c), 8, 1e-9);
	/* Ten minutes at 5, ten on the way from 5 to 15: ageing 1 and the mean of
	 * exp(-10000/T) at 278.15 and 288.15 K: 8.785926 (the arithmetic mean is 7.5). */
	c = (struct cold_chain){0};
	cold_sample(&c, 2, 8, 5, AT(0));
	cold_sample(&c, 2, 8, 5, AT(10));
	cold_sample(&c, 2, 8, 15, AT(20));
	close_to(cold_kinetic(&c), 8.785926, 1e-6);
	/* 23 h at 5 and one at 25, the classic: 7.756422 where the mean is 5.83. The
	 * two steps are a millisecond each. */
	c = (struct cold_chain){0};
	for (int m = 0; m <= 23 * 60; m += 10)
		cold_sample(&c, 2, 8, 5, AT(m));
	for (int m = 0; m <= 60; m += 10)
		cold_sample(&c, 2, 8, 25, AT(23 * 60 + m) + 1);
	close_to(cold_kinetic(&c), 7.756422, 1e-4);
}

static void test_minutes_out_of_limits(void **state)
{
	(void)state;
	struct cold_chain c = {0};

	cold_sample(&c, 2, 8, 6, AT(0));
	cold_sample(&c, 2, 8, 10, AT(4)); /* through 8 in the middle */
	close_to(c.above_min, 2, 1e-9);
	cold_sample(&c, 2, 8, 10, AT(7));
	close_to(c.above_min, 5, 1e-9);
	cold_sample(&c, 2, 8, 0, AT(17)); /* above for 2 of 10 min, below for 2 */
	close_to(c.above_min, 7, 1e-9);
	close_to(c.below_min, 2, 1e-9);
	cold_sample(&c, 2, 8, 9, AT(16)); /* older than the last: nothing */
	close_to(c.watched_min, 17, 1e-9);
	/* A hole of half an hour, out before it: all of it counts as out. */
	cold_sample(&c, 2, 8, 5, AT(47));
	close_to(c.below_min, 32, 1e-9);
	close_to(c.watched_min, 17, 1e-9);
	close_to(c.unwatched_min, 30, 1e-9);
	cold_sample(&c, 2, 8, 5, AT(77)); /* in before and after: nobody says otherwise */
	close_to(c.above_min, 7, 1e-9);
	close_to(c.unwatched_min, 60, 1e-9);
	cold_restart(&c, AT(80));
	close_to(c.above_min + c.below_min + c.watched_min, 0, 0);
	cold_sample(&c, 2, 8, 9, AT(79)); /* of the stock before */
	assert_int_equal(c.last_ms, 0);
	cold_sample(&c, 2, 8, 9, AT(81));
	cold_sample(&c, 2, 8, 9, AT(82));
	close_to(c.above_min, 1, 1e-9);
	assert_int_equal(c.since_ms, AT(80));
}

static void test_when_a_limit_is_crossed(void **state)
{
	(void)state;
	const double at[] = {0, 1, 2, 3, 4, 5};
	const double up[] = {5, 5.1, 5.2, 5.3, 5.4, 5.5}; /* 0.1 a minute: 8 in 25 min */
	const double down[] = {5.5, 5.4, 5.3, 5.2, 5.1, 5.0};
	const double swing[] = {5, 5.4, 5, 4.6, 5, 5.4};
	const double flat[] = {5, 5, 5, 5, 5, 5};
	const double slow[] = {5, 5.002, 5.004, 5.006, 5.008, 5.01}; /* 8 in 25 h */
	const double out[] = {8.5, 8.6, 8.7, 8.8, 8.9, 9.0};

	close_to(cold_crosses(at, up, 6, 2, 8), 25, 1e-6);
	close_to(cold_crosses(at, down, 6, 2, 8), 30, 1e-6);
	close_to(cold_crosses(at, up, 4, 2, 8), -1, 0); /* too few to tell */
	close_to(cold_crosses(at, swing, 6, 2, 8), -1, 0);
	close_to(cold_crosses(at, flat, 6, 2, 8), -1, 0);
	close_to(cold_crosses(at, slow, 6, 2, 8), -1, 0);
	close_to(cold_crosses(at, out, 6, 2, 8), -1, 0);
}

/* The fridge of the small suite, with something in it. */
static struct medicine medicines[] = {{.id = "vaccine",
	.name = "vaccines",
	.low = 2,
	.high = 8,
	.budget_min = 60,
	.least = 0,
	.most = 25,
	.mkt_high = 8.5}};

static void start_with_vaccines(struct twin **t, struct site *now, struct tag with[6])
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-119));

	memcpy(with, tags, 6 * sizeof *with);
	snprintf(with[3].medicine, ID_SIZE, "vaccine");
	*now = site;
	now->tags = with;
	now->medicines = medicines;
	now->medicine_count = 1;
	start(t);
	f.site.site = now;
	put(*t, f);
}

static void test_a_budget_runs_out(void **state)
{
	(void)state;
	struct twin *t;
	struct site now;
	struct tag with[6];
	struct cold_stock s;
	const char *key = "cold:" FRIDGE;

	start_with_vaccines(&t, &now, with);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 8, 0);
	for (int m = 1; m <= 47; m++)
		read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 9, m);
	/* All of minute 0 to 1 is above 8, and 46 more; the alarm came after 5. */
	assert_true(cold_stock(t, 0, &s));
	close_to(s.above_min, 47, 1e-9);
	close_to(s.left_min, 13, 1e-9);
	assert_false(s.near);
	assert_int_equal(alarm_of(t, key)->raised_ms, AT(6));
	assert_int_equal(alarm_of(t, key)->priority, PRIORITY_MEDIUM);
	assert_string_equal(alarm_of(t, key)->text,
		"fridge PUI-3, vaccines: 9.0 °C, above 8.0, 6 of 60 min used");
	operator_act(t, key, ALARM_ACKNOWLEDGE, AT(6), 47);
	assert_int_equal(state_of(t, key), ALARM_C);
	/* A fifth of 60 is left at minute 48: HIGH, and an occurrence of its own, also
	 * when no sample comes. */
	twin_advance(t, AT(48) - 1, NULL);
	assert_int_equal(state_of(t, key), ALARM_C);
	twin_advance(t, AT(48) + 2, NULL);
	assert_int_equal(state_of(t, key), ALARM_B);
	assert_int_equal(alarm_of(t, key)->priority, PRIORITY_HIGH);
	assert_non_null(strstr(alarm_of(t, key)->text, "48 of 60 min used"));
	uint32_t count = alarm_of(t, key)->count;
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 9, 50);
	assert_true(cold_stock(t, 0, &s));
	close_to(s.above_min, 50, 1e-6);
	assert_true(s.near);
	assert_int_equal(alarm_of(t, key)->count, count); /* it merely goes on */
	/* Cold again: what it has been through stays, the latch waits for a person. */
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 5, 51);
	assert_int_equal(state_of(t, key), ALARM_LU);
	assert_true(cold_stock(t, 0, &s));
	close_to(s.above_min, 50.25, 1e-6); /* 9 to 5: a quarter above 8 */
	assert_int_equal(t->timer_count, 0);
	/* Another stock: nothing of it. */
	struct fact f = fact_make(FACT_STOCK, SOURCE_PERSON, AT(60));
	FILL(f.stock.tag, FRIDGE);
	put(t, f);
	assert_true(cold_stock(t, 0, &s));
	close_to(s.above_min, 0, 0);
	close_to(s.left_min, 60, 0);
	FILL(f.stock.tag, PUMP);
	put(t, f);
	assert_int_equal(t->ignored, 1);
	twin_destroy(t);
}

static void test_beyond_what_it_bears_and_too_warm_in_the_mean(void **state)
{
	(void)state;
	struct twin *t;
	struct site now;
	struct tag with[6];
	struct cold_stock s;
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(2000));

	start_with_vaccines(&t, &now, with);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, -0.5, 0); /* frozen, 5 min */
	twin_advance(t, AT(5), NULL);
	assert_int_equal(alarm_of(t, "cold:" FRIDGE)->priority, PRIORITY_HIGH);
	assert_string_equal(
		alarm_of(t, "cold:" FRIDGE)->text, "fridge PUI-3, vaccines: -0.5 °C, below 2.0");
	f.kind = FACT_STOCK;
	f.at_ms = AT(100);
	FILL(f.stock.tag, FRIDGE);
	put(t, f);
	/* 8.4 nearly always, and above that at the end: mean over 8.5 only by then. */
	for (int m = 101; m <= 101 + 1430; m += 10)
		read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 8.4, m);
	assert_true(cold_stock(t, 0, &s));
	close_to(s.kinetic, 8.4, 1e-9);
	for (int m = 1532; m <= 1541; m++) /* 1440 min on the last: 8.645 by the formula */
		read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 23, m);
	assert_true(cold_stock(t, 0, &s));
	assert_true(s.kinetic > 8.5 && s.watched_min < 24 * 60 + 1);
	assert_int_equal(state_of(t, "kinetic:" FRIDGE), ALARM_B);
	assert_int_equal(alarm_of(t, "kinetic:" FRIDGE)->raised_ms, AT(1541));
	assert_non_null(strstr(
		alarm_of(t, "kinetic:" FRIDGE)->text, "too warm in the mean, 8.6 °C, above 8.5"));
	/* Not a fridge any more: neither is there. */
	f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(2000));
	with[3].cold = false;
	f.site.site = &now;
	put(t, f);
	assert_int_equal(state_of(t, "kinetic:" FRIDGE), ALARM_LU);
	assert_false(cold_stock(t, 0, &s));
	twin_destroy(t);
}

/* Told by two stations, in any order and twice: the later word is in force. */
static void test_an_older_word_restarts_nothing(void **state)
{
	(void)state;
	struct twin *t;
	struct site now;
	struct tag with[6];
	struct cold_stock s;
	struct fact f = fact_make(FACT_STOCK, SOURCE_PERSON, AT(20));

	start_with_vaccines(&t, &now, with);
	for (int m = 0; m <= 20; m++)
		read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 9, m);
	FILL(f.stock.tag, FRIDGE);
	FILL(f.by.station, "pharmacy");
	f.by.hlc_ms = f.source_ms = AT(10);
	put(t, f);
	for (int m = 21; m <= 30; m++)
		read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 9, m);
	assert_true(cold_stock(t, 0, &s));
	assert_int_equal(s.since_ms, AT(10));
	close_to(s.above_min, 9, 1e-9);
	f.at_ms = AT(30);
	put(t, f); /* its echo */
	FILL(f.by.station, "desk");
	f.by.hlc_ms = f.source_ms = AT(5);
	put(t, f);
	assert_true(cold_stock(t, 0, &s));
	assert_int_equal(s.since_ms, AT(10));
	close_to(s.above_min, 9, 1e-9);
	twin_destroy(t);
}

/* The probe falls silent while it is out: nobody goes on counting for ever. */
static void test_silence_stops_the_count(void **state)
{
	(void)state;
	struct twin *t;
	struct site now;
	struct tag with[6];
	struct cold_stock s;

	start_with_vaccines(&t, &now, with);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 9, 0);
	twin_advance(t, AT(600), NULL);
	assert_true(cold_stock(t, 0, &s));
	assert_true(s.above_min <= COLD_GAP_MIN + 1e-9);
	assert_int_equal(t->timer_count, 0);
	read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 9, 601);
	assert_true(cold_stock(t, 0, &s)); /* and it was out all the while */
	close_to(s.above_min, 601, 1e-6);
	assert_true(s.near);
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mean_kinetic_temperature),
		cmocka_unit_test(test_minutes_out_of_limits),
		cmocka_unit_test(test_when_a_limit_is_crossed),
		cmocka_unit_test(test_a_budget_runs_out),
		cmocka_unit_test(test_beyond_what_it_bears_and_too_warm_in_the_mean),
		cmocka_unit_test(test_an_older_word_restarts_nothing),
		cmocka_unit_test(test_silence_stops_the_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
