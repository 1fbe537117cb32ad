/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "src/queue_line.h"
#include "twin/events.h"
#include "twin/random.h"
#include "twin/stat.h"

/*
 * The event list and the random streams against text-book lines with exact
 * values (Erlang C, Pollaczek-Khinchine, Cobham, Jackson; the table of the
 * simulation reference, section 4). Each mean is over RUNS independent runs,
 * whose own spread gives the standard error: within four of them, and the error
 * no more than the share said beside it, with a fixed seed.
 */

enum { RUNS = 24, WARM = 20000 };

typedef double figure(const struct line_result *r);

static double wait_all(const struct line_result *r)
{
	return r->wait_all;
}
static double wait_first(const struct line_result *r)
{
	return r->wait[0];
}
static double wait_second(const struct line_result *r)
{
	return r->wait[1];
}
static double whole(const struct line_result *r)
{
	return r->whole;
}
static double over_1(const struct line_result *r)
{
	return r->waited_over_1;
}
static double waited(const struct line_result *r)
{
	return r->waited;
}
static double lost(const struct line_result *r)
{
	return r->lost;
}
static double queue(const struct line_result *r)
{
	return r->queue;
}
static double throughput(const struct line_result *r)
{
	return r->throughput;
}
static double held_mean(const struct line_result *r)
{
	double sum = 0;
	for (int n = 0; n < LINE_SERVERS; n++)
		sum += n * r->held[n];
	return sum;
}
static double held_any(const struct line_result *r)
{
	return 1 - r->held[0];
}
static double abed_mean(const struct line_result *r)
{
	double sum = 0;
	for (int n = 0; n < LINE_SERVERS; n++)
		sum += n * r->abed[n];
	return sum;
}
static double more_than_12(const struct line_result *r)
{
	double sum = 0;
	for (int n = 13; n < LINE_SERVERS; n++)
		sum += r->taken[n];
	return sum;
}
static double blocked(const struct line_result *r)
{
	return r->blocked;
}
static double blocked_share(const struct line_result *r)
{
	return r->blocked_share;
}

#define EXP(m)                                                                                     \
	{                                                                                          \
		LINE_EXPONENTIAL, (m), 0                                                           \
	}

static const struct row {
	const char *name;
	struct line line;
	struct {
		figure *of;
		double exact;
	} figures[4];
	long customers; /* a run */
} rows[] = {
	{"M/M/1", {.rate = {0.75}, .servers = 1, .service = EXP(1)},
		{{wait_all, 3}, {whole, 4}, {over_1, 0.584101}, {queue, 2.25}}, 400000},
	{"M/M/2", {.rate = {1.5}, .servers = 2, .service = EXP(1)},
		{{waited, 0.642857}, {wait_all, 1.285714}}, 400000},
	{"M/M/5", {.rate = {4}, .servers = 5, .service = EXP(1)},
		{{waited, 0.554113}, {wait_all, 0.554113}}, 500000},
	{"M/M/5 loss", {.rate = {4}, .servers = 5, .service = EXP(1), .loss = true},
		{{lost, 0.199067}}, 300000},
	{"M/M/10", {.rate = {8}, .servers = 10, .service = EXP(1)},
		{{waited, 0.409180}, {wait_all, 0.204590}}, 800000},
	{"M/M/10 loss", {.rate = {8}, .servers = 10, .service = EXP(1), .loss = true},
		{{lost, 0.121661}}, 300000},
	{"M/M/10 rooms", {.rate = {0.075}, .servers = 10, .service = EXP(100)},
		{{waited, 0.306611}, {wait_all, 12.264448}}, 600000},
	{"M/M/12 PACU", {.rate = {0.075}, .servers = 12, .service = EXP(120)},
		{{waited, 0.266035}, {wait_all, 10.641387}}, 600000},
	{"M/M/12 PACU loss", {.rate = {0.075}, .servers = 12, .service = EXP(120), .loss = true},
		{{lost, 0.083087}}, 300000},
	{"M/D/1", {.rate = {0.75}, .servers = 1, .service = {LINE_FIXED, 1, 0}}, {{wait_all, 1.5}},
		400000},
	{"M/E4/1", {.rate = {0.75}, .servers = 1, .service = {LINE_ERLANG4, 1, 0}},
		{{wait_all, 1.875}}, 300000},
	{"M/LN/1, CV 1.5", {.rate = {0.75}, .servers = 1, .service = {LINE_LOGNORMAL, 1, 1.5}},
		{{wait_all, 4.875}}, 900000},
	{"M/LN/1", {.rate = {1 / 90.0}, .servers = 1, .service = {LINE_LOGNORMAL, 60, 30}},
		{{wait_all, 75}}, 300000},
	{"two classes", {.rate = {2, 6}, .servers = 10, .service = EXP(1)},
		{{wait_first, 0.051148}, {wait_second, 0.255738}, {wait_all, 0.204590}}, 1200000},
	{"tandem",
		{.rate = {0.5}, .servers = 1, .service = EXP(1), .beds = 1, .stay = EXP(1 / 0.8)},
		{{whole, 5.333333}}, 300000},
	{"tandem, no blocking",
		{.rate = {0.075}, .servers = 10, .service = EXP(100), .beds = 12, .stay = EXP(120)},
		{{whole, 242.9058}}, 300000},
/* No buffer, blocking after service, always somebody to come. */
#define SATURATED(c1, m1, c2, m2)                                                                  \
	{                                                                                          \
		.rate = {1}, .servers = (c1), .service = EXP(m1), .beds = (c2), .stay = EXP(m2),   \
		.blocking = true, .saturated = true, .shares = true                                \
	}
	{"blocking line 1+1", SATURATED(1, 1, 1, 1), {{throughput, 2.0 / 3}}, 100000},
	{"blocking line 1, 0.8", SATURATED(1, 1, 1, 1 / 0.8), {{throughput, 0.590164}}, 100000},
	{"10 rooms, 12 beds", SATURATED(10, 100, 12, 120),
		{{throughput, 0.088501}, {held_mean, 1.149916}, {held_any, 0.420894},
			{abed_mean, 10.620101}},
		250000},
	{"10 rooms, 10 beds", SATURATED(10, 100, 10, 120),
		{{throughput, 0.078675}, {held_mean, 2.132495}}, 150000},
	{"10 rooms, 8 beds", SATURATED(10, 100, 8, 120),
		{{throughput, 0.065390}, {held_mean, 3.461029}}, 150000},
	{"6 rooms, 6 beds", SATURATED(6, 90, 6, 75),
		{{throughput, 0.060882}, {held_mean, 0.520635}, {held_any, 0.268152}}, 250000},
	{"M/G/inf PACU",
		{.rate = {0.075},
			.servers = 63,
			.service = {LINE_LOGNORMAL, 120, 48},
			.shares = true},
		{{more_than_12, 0.124227}}, 300000},
	/* W2: seven engines agree on 11.84 +- 0.06, 3.12 +- 0.02 and 19.4 %
	 * (reference 1.1); not closed form, so judged with their error too. */
};

static void lines_have_their_exact_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct stat_moments m[4] = {{0}};
		for (uint32_t run = 0; run < RUNS; run++) {
			struct line_result r;
			assert_true(line_run(&rows[i].line, rows[i].customers, WARM, run, &r));
			for (int f = 0; f < 4 && rows[i].figures[f].of != NULL; f++)
				stat_add(&m[f], rows[i].figures[f].of(&r));
		}
		for (int f = 0; f < 4 && rows[i].figures[f].of != NULL; f++) {
			double exact = rows[i].figures[f].exact, error = stat_error(&m[f]);
			printf("%-20s exact %10.6f got %10.6f +- %.6f (%.2f %%)\n", rows[i].name,
				exact, m[f].mean, error, 100 * error / exact);
			assert_true(fabs(m[f].mean - exact) <= 4 * error);
			assert_true(error <= 0.005 * exact);
		}
	}
}

/* W2 of the reference: 3 x 5e6 patients of seven engines, their errors beside. */
static void blocking_agrees_with_seven_engines(void **state)
{
	(void)state;
	static const struct {
		figure *of;
		double value, error;
	} figures[] = {
		{wait_all, 11.84, 0.06}, {blocked, 3.12, 0.02}, {blocked_share, 0.194, 0.001}};
	const struct line line = {.rate = {0.075},
		.servers = 10,
		.service = {LINE_LOGNORMAL, 100, 50},
		.beds = 12,
		.stay = {LINE_LOGNORMAL, 120, 48},
		.blocking = true};
	struct stat_moments m[3] = {{0}};
	for (uint32_t run = 0; run < RUNS; run++) {
		struct line_result r;
		assert_true(line_run(&line, 250000, WARM, run, &r));
		for (int f = 0; f < 3; f++)
			stat_add(&m[f], figures[f].of(&r));
	}
	for (int f = 0; f < 3; f++) {
		double error = hypot(stat_error(&m[f]), figures[f].error);
		printf("W2 %10.4f got %10.4f +- %.4f\n", figures[f].value, m[f].mean, error);
		assert_true(fabs(m[f].mean - figures[f].value) <= 4 * error);
	}
}

/* Little's law: the time average of a queue is its rate times its mean wait,
 * exactly when nobody is left and everybody is counted. */
static void little(void **state)
{
	(void)state;
	const struct line line = {.rate = {0.75}, .servers = 1, .service = EXP(1)};
	struct line_result r;
	assert_true(line_run(&line, 200000, 0, 9, &r));
	double rate = (double)r.customers / r.finished_at;
	assert_true(fabs(r.queue - rate * r.wait_all) < 1e-6 * r.queue);
}

/* The heap, the plain scan and the wide one give the same order, ties and
 * moves included. */
static void three_lists_agree(void **state)
{
	(void)state;
	static struct events flat, heap;
	for (int slots = 1; slots <= 128; slots += 21) {
		events_init(&flat, slots, false);
		events_init(&heap, slots, true);
		for (uint32_t i = 0; i < 20000; i++) {
			int slot = (int)(random_uniform(1, 0, i, 0) * slots), a, b;
			int64_t time = (int64_t)(random_uniform(1, 0, i, 1) * 50), at, bt;
			if (random_uniform(1, 0, i, 2) < 0.3) {
				events_cancel(&flat, slot);
				events_cancel(&heap, slot);
			} else {
				events_at(&flat, slot, time);
				events_at(&heap, slot, time);
			}
			assert_int_equal(events_first_flat(&flat), events_first_wide(&flat));
			bool one = events_next(&flat, &a, &at), two = events_next(&heap, &b, &bt);
			assert_int_equal(one, two);
			assert_true(!one || (a == b && at == bt));
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_have_their_exact_values),
		cmocka_unit_test(blocking_agrees_with_seven_engines),
		cmocka_unit_test(little),
		cmocka_unit_test(three_lists_agree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
