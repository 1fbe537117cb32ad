/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "twin/random.h"
#include "twin/stat.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void near(double got, double expected, double tolerance)
{
	if (!(fabs(got - expected) <= tolerance)) {
		print_error("got %.12g, expected %.12g\n", got, expected);
		fail();
	}
}

/* The known answers published with Random123 1.09 (kat_vectors, philox4x32 10). */
static void philox_gives_its_known_answers(void **state)
{
	(void)state;
	static const struct {
		uint32_t counter[4], key[2], out[4];
	} rows[] = {
		{{0}, {0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff},
			{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
			{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t out[4];
		random_philox(rows[i].key, rows[i].counter, out);
		assert_memory_equal(out, rows[i].out, sizeof out);
	}
	assert_true(random_unit(0) > 0 && random_unit(UINT32_MAX) < 1);
}

/* Quantiles of the normal law: Abramowitz and Stegun, table 26.5, and its
 * symmetry; tails from the identity cdf(quantile(p)) = p. */
static void normal_quantiles(void **state)
{
	(void)state;
	near(stat_normal_quantile(0.5), 0, 1e-12);
	near(stat_normal_quantile(0.975), 1.959963984540054, 1e-8);
	near(stat_normal_quantile(0.9), 1.2815515655446004, 1e-8);
	near(stat_normal_quantile(0.001), -3.090232306167813, 1e-8);
	for (double p = 1e-9; p < 0.5; p *= 3) {
		near(stat_normal_cdf(stat_normal_quantile(p)) / p, 1, 1e-7);
		near(stat_normal_quantile(1 - p), -stat_normal_quantile(p), 2e-6);
	}
}

/* LN(60, 30): the table of exact values of the formulas (reference 4). */
static void lognormal_of_60_30(void **state)
{
	(void)state;
	static const double elapsed[] = {0, 30, 45, 60, 75, 90, 120, 180};
	static const double mean[] = {
		60, 34.3709, 29.4704, 27.5498, 26.9600, 27.0187, 28.0302, 31.2985};
	static const double limit[] = {45, 60, 75, 90, 120};
	static const double overrun[] = {19.018891, 11.202903, 6.451398, 3.697795, 1.239875};
	static const double y[] = {30, 60, 90, 120};
	static const double crps[] = {15.541580, 6.707509, 21.697294, 46.781455};
	double mu, sigma;
	stat_lognormal_of(60, 30, &mu, &sigma);
	near(mu, 3.982773, 5e-7);
	near(sigma, 0.472381, 5e-7);
	near(stat_lognormal_mean(mu, sigma), 60, 1e-9);
	for (size_t i = 0; i < COUNT(elapsed); i++)
		near(stat_lognormal_remaining(mu, sigma, elapsed[i]), mean[i], 5e-5);
	for (size_t i = 0; i < COUNT(limit); i++)
		near(stat_lognormal_overrun(mu, sigma, limit[i]), overrun[i], 1e-6);
	for (size_t i = 0; i < COUNT(y); i++)
		near(stat_lognormal_crps(y[i], mu, sigma), crps[i], 1e-6);
	near(stat_lognormal_truncated(mu, sigma, 60, 0.5) - 60, 19.4209, 5e-5);
	near(stat_lognormal_truncated(mu, sigma, 60, 0.9) - 60, 62.2595, 5e-5);
	near(stat_lognormal_truncated(mu, sigma, 120, 0.5) - 120, 18.8149, 5e-5);
	near(stat_lognormal_truncated(mu, sigma, 120, 0.9) - 120, 64.8285, 5e-5);
}

/* A case that is absurdly late still has time left, and more patience moves
 * the draw upwards only. */
static void late_is_never_zero(void **state)
{
	(void)state;
	double mu, sigma, before = 0;
	stat_lognormal_of(60, 5, &mu, &sigma);
	for (double t = 1; t < 1e6; t *= 1.7) {
		double left = stat_lognormal_remaining(mu, sigma, t);
		assert_true(left > 0 && isfinite(left));
		assert_true(stat_lognormal_truncated(mu, sigma, t, 1e-9) > t);
		double end = stat_lognormal_truncated(mu, sigma, t, 0.5);
		assert_true(end > t && end >= before);
		before = end;
	}
}

/* Hyndman and Fan's type 7, by hand: of 10 20 30 40, p = 0.5 lies between 20 and 30. */
static void quantiles_and_moments(void **state)
{
	(void)state;
	double v[] = {40, 10, 30, 20};
	struct stat_moments m = {0};
	for (size_t i = 0; i < COUNT(v); i++)
		stat_add(&m, v[i]);
	stat_sort(v, COUNT(v));
	near(stat_quantile(v, 4, 0), 10, 0);
	near(stat_quantile(v, 4, 0.5), 25, 1e-12);
	near(stat_quantile(v, 4, 0.1), 13, 1e-12);
	near(stat_quantile(v, 4, 1), 40, 0);
	near(m.mean, 25, 1e-12);
	near(stat_variance(&m), 500.0 / 3, 1e-9); /* (225 + 25 + 25 + 225) / 3 */
}

/* Against the library's sort: random, few different, ascending, descending. */
static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void sorts_as_the_library_does(void **state)
{
	(void)state;
	static double v[3000], want[3000];
	uint32_t seed = 7;
	for (int shape = 0; shape < 4; shape++) {
		for (size_t n = 0; n <= COUNT(v); n = n < 40 ? n + 1 : n * 2 + 1) {
			for (size_t i = 0; i < n; i++) {
				seed = seed * 1664525u + 1013904223u;
				const double values[4] = {seed, seed >> 30, (double)i, -(double)i};
				v[i] = want[i] = values[shape];
			}
			stat_sort(v, n);
			qsort(want, n, sizeof *want, ascending);
			assert_memory_equal(v, want, n * sizeof *v);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(philox_gives_its_known_answers),
		cmocka_unit_test(normal_quantiles),
		cmocka_unit_test(lognormal_of_60_30),
		cmocka_unit_test(late_is_never_zero),
		cmocka_unit_test(quantiles_and_moments),
		cmocka_unit_test(sorts_as_the_library_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
