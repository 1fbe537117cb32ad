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

#include "twin/simulate.h"
#include "twin/stat.h"

/*
 * The table of the simulation reference, section 4: what a simulator can be
 * proved against. Here its formulas, to 1e-6 or to the digits it is printed with,
 * and the rows that are about one case or one thing, through the product's own
 * simulator; the queues are simulated in test_queue_line.c.
 */

static void near(const char *what, double got, double printed, double digit)
{
	double tolerance = fmax(1e-6 * fabs(printed), 0.5 * digit * (1 + 1e-9));
	if (fabs(got - printed) > tolerance)
		fail_msg("%s: %.9g, the table has %.9g", what, got, printed);
}

/* ---- queues ---- */

static double erlang_b(int c, double a)
{
	double b = 1;
	for (int k = 1; k <= c; k++)
		b = a * b / (k + a * b);
	return b;
}

static double erlang_c(int c, double a)
{
	double b = erlang_b(c, a), rho = a / c;
	return b / (1 - rho * (1 - b));
}

static void queues(void **state)
{
	(void)state;
	static const struct {
		int c;
		double lambda, mu, waits, wq, wq_digit, lost;
	} rows[] = {
		{1, 0.75, 1, 0.75, 3, 1e-6, 0},
		{2, 1.5, 1, 0.642857, 1.285714, 1e-6, 0},
		{5, 4, 1, 0.554113, 0.554113, 1e-6, 0.199067},
		{10, 8, 1, 0.409180, 0.204590, 1e-6, 0.121661},
		{10, 0.075, 0.01, 0.306611, 12.264448, 1e-6, 0},
		{12, 0.075, 1 / 120.0, 0.266035, 10.641387, 1e-6, 0.083087},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		double a = rows[i].lambda / rows[i].mu, c = erlang_c(rows[i].c, a);
		near("C", c, rows[i].waits, 1e-6);
		near("Wq", c / (rows[i].c * rows[i].mu - rows[i].lambda), rows[i].wq,
			rows[i].wq_digit);
		if (rows[i].lost > 0)
			near("B", erlang_b(rows[i].c, a), rows[i].lost, 1e-6);
	}
	near("P(Wq > 1)", 0.75 * exp(-0.25), 0.584101, 1e-6);
	/* M/G/1, rho 0.75: Pollaczek and Khinchine. */
	static const double cv[] = {0, 0.5, 1, 1.5}, wq[] = {1.5, 1.875, 3, 4.875};
	for (int i = 0; i < 4; i++)
		near("M/G/1", 0.75 * (1 + cv[i] * cv[i]) / (2 * 0.25), wq[i], 1e-6);
	near("M/LN/1", (60 * 60 + 30 * 30) / 90.0 / (2 * (1 - 60 / 90.0)), 75, 1e-6);
	/* Cobham, two classes of M/M/10. */
	double w0 = erlang_c(10, 8) / 10, first = w0 / (1 - 0.2);
	near("urgent", first, 0.051148, 1e-6);
	near("elective", first / (1 - 0.8), 0.255738, 1e-6);
	near("both", (2 * first + 6 * first / 0.2) / 8, 0.204590, 1e-6);
	/* Jackson. */
	near("tandem", 1 / (1 - 0.5) + 1 / (0.8 - 0.5), 5.333333, 1e-6);
	near("tandem, no blocking", 12.264448 + 100 + 10.641387 + 120, 242.9058, 1e-4);
	/* M/G/inf. */
	double term = exp(-9), up_to_12 = term;
	for (int n = 1; n <= 12; n++)
		up_to_12 += term *= 9.0 / n;
	near("P(N > 12)", 1 - up_to_12, 0.124227, 1e-6);
}

/* ---- a saturated line without a buffer, blocking after service ---- */

struct steady {
	double throughput, blocked, any, busy;
};

/* Birth and death of j = in stage 2 and blocked: up with mu1 (c1 - (j - c2)+),
 * down with mu2 min(j, c2). */
static struct steady line(int c1, double mean1, int c2, double mean2)
{
	struct steady s = {0, 0, 0, 0};
	double p[64] = {1}, sum = 1;
	for (int j = 1; j <= c1 + c2; j++) {
		int before = j - 1 > c2 ? j - 1 - c2 : 0, busy = j < c2 ? j : c2;
		p[j] = p[j - 1] * ((c1 - before) / mean1) / (busy / mean2);
		sum += p[j];
	}
	for (int j = 0; j <= c1 + c2; j++) {
		double q = p[j] / sum;
		s.busy += q * (j < c2 ? j : c2);
		s.blocked += j > c2 ? q * (j - c2) : 0;
		s.any += j > c2 ? q : 0;
	}
	s.throughput = s.busy / mean2;
	return s;
}

static void blocking_lines(void **state)
{
	(void)state;
	near("1+1", line(1, 1, 1, 1).throughput, 2.0 / 3, 0);
	near("1+1, 0.8", line(1, 1, 1, 1 / 0.8).throughput, 0.590164, 1e-6);
	struct steady s = line(10, 100, 12, 120);
	near("throughput", s.throughput, 0.088501, 1e-6);
	near("E[blocked]", s.blocked, 1.149916, 1e-6);
	near("P(any)", s.any, 0.420894, 1e-6);
	near("busy", s.busy, 10.620101, 1e-6);
	near("10 beds", line(10, 100, 10, 120).throughput, 0.078675, 1e-6);
	near("10 beds, blocked", line(10, 100, 10, 120).blocked, 2.132495, 1e-6);
	near("8 beds", line(10, 100, 8, 120).throughput, 0.065390, 1e-6);
	near("8 beds, blocked", line(10, 100, 8, 120).blocked, 3.461029, 1e-6);
	s = line(6, 90, 6, 75);
	near("6+6", s.throughput, 0.060882, 1e-6);
	near("6+6, blocked", s.blocked, 0.520635, 1e-6);
	near("6+6, any", s.any, 0.268152, 1e-6);
}

/* ---- one case ---- */

static const double at[] = {0, 30, 45, 60, 75, 90, 120, 180};
static const double left[] = {60, 34.3709, 29.4704, 27.5498, 26.9600, 27.0187, 28.0302, 31.2985};

static void one_case(void **state)
{
	(void)state;
	static const double past[] = {45, 60, 75, 90, 120},
			    over[] = {19.018891, 11.202903, 6.451398, 3.697795, 1.239875};
	static const double y[] = {30, 60, 90, 120},
			    crps[] = {15.541580, 6.707509, 21.697294, 46.781455};
	double mu, sigma;
	stat_lognormal_of(60, 30, &mu, &sigma);
	near("mu", mu, 3.982773, 1e-6);
	near("sigma", sigma, 0.472381, 1e-6);
	for (int i = 0; i < 8; i++)
		near("remaining", stat_lognormal_remaining(mu, sigma, at[i]), left[i], 1e-4);
	near("median at 60", stat_lognormal_truncated(mu, sigma, 60, 0.5) - 60, 19.4209, 1e-4);
	near("90 % at 60", stat_lognormal_truncated(mu, sigma, 60, 0.9) - 60, 62.2595, 1e-4);
	near("median at 120", stat_lognormal_truncated(mu, sigma, 120, 0.5) - 120, 18.8149, 1e-4);
	near("90 % at 120", stat_lognormal_truncated(mu, sigma, 120, 0.9) - 120, 64.8285, 1e-4);
	for (int i = 0; i < 5; i++)
		near("overrun", stat_lognormal_overrun(mu, sigma, past[i]), over[i], 1e-6);
	for (int i = 0; i < 4; i++)
		near("CRPS", stat_lognormal_crps(y[i], mu, sigma), crps[i], 1e-6);
}

/* Staffing for a day of LN(480, 90) with c_u = 1: the quantile c_o / (1 + c_o), and
 * what the two errors cost there. */
static void newsvendor(void **state)
{
	(void)state;
	static const double ratio[] = {1, 1.75, 2, 3};
	static const double staff[] = {471.779, 503.376, 511.105, 534.796};
	static const double cost[] = {70.782, 94.608, 100.735, 120.115};
	double mu, sigma;
	stat_lognormal_of(480, 90, &mu, &sigma);
	for (int i = 0; i < 4; i++) {
		double x = stat_lognormal_quantile(mu, sigma, ratio[i] / (1 + ratio[i]));
		double over = stat_lognormal_overrun(mu, sigma, x), under = x - 480 + over;
		near("staff", x, staff[i], 1e-3);
		near("cost", under + ratio[i] * over, cost[i], 1e-3);
	}
}

static void cases_in_a_row(void **state)
{
	(void)state;
	double mean = 5 * 60 + 4 * 20, deviation = sqrt(5 * 30 * 30 + 4 * 5 * 5), mu, sigma;
	near("mean", mean, 380, 1e-6);
	near("sd", deviation, 67.8233, 1e-4);
	/* Fenton and Wilkinson: a lognormal of the same mean and deviation; the table
	 * says "about", and is one off in the last digit. */
	stat_lognormal_of(mean, deviation, &mu, &sigma);
	near("P(> 420)", 1 - stat_lognormal_cdf(420, mu, sigma), 0.2567, 2e-4);
}

/* ---- the same through the simulator ---- */

enum { MINUTE = 60000 };

static struct sim_plan plan;
static struct sim_draw draw;
static struct sim_bench bench;
static struct sim_marks marks;

static struct sim_law lognormal(double mean, double deviation)
{
	double mu, sigma;
	stat_lognormal_of(mean, deviation, &mu, &sigma);
	return (struct sim_law){SIM_LOGNORMAL, (float)mu, (float)sigma};
}

static void simulated(const char *what, const struct stat_moments *m, double exact)
{
	double error = stat_error(m);
	printf("%-22s exact %10.6f got %10.6f +- %.6f (%.2f %%)\n", what, exact, m->mean, error,
		100 * error / exact);
	assert_true(fabs(m->mean - exact) <= 4 * error);
	assert_true(error <= 0.005 * exact);
}

/* One room, one step that has it, `cases` in their turn. */
static void one_room(int cases)
{
	memset(&plan, 0, sizeof plan);
	plan.pathway_count = plan.room_count = 1;
	plan.pathways[0].count = 1;
	plan.pathways[0].steps[0] = (struct sim_step){
		"surgery", {SIM_ROOM, SIM_NONE}, {SIM_ROOM, SIM_NONE}, false, 0, -1, -1};
	plan.rooms[0] = (struct sim_room){.turns = cases,
		.cleaning = SIM_NONE,
		.cleaning_ms = -1,
		.turnover = {SIM_AT_ONCE, 0, 0}};
	plan.case_count = cases;
	for (int i = 0; i < cases; i++) {
		plan.rooms[0].turn[i] = i;
		plan.cases[i].who = (uint32_t)i;
	}
}

static void remaining_as_simulated(void **state)
{
	(void)state;
	one_room(1);
	plan.cases[0].law[0] = lognormal(60, 30);
	for (int i = 0; i < 8; i++) {
		struct stat_moments m = {0};
		plan.cases[0].running = at[i] > 0;
		plan.cases[0].elapsed_ms = (int64_t)(at[i] * MINUTE);
		for (uint32_t n = 0; n < 80000; n++) {
			sim_draw(&plan, 2, n, &draw);
			sim_run(&plan, &draw, &bench, &marks);
			stat_add(&m, (double)marks.ended_ms[0][0] / MINUTE);
		}
		simulated("remaining", &m, left[i]);
	}
}

static void row_as_simulated(void **state)
{
	(void)state;
	struct stat_moments mean = {0}, square = {0}, over = {0};
	one_room(9);
	for (int i = 0; i < 9; i++)
		plan.cases[i].law[0] = i % 2 == 0 ? lognormal(60, 30) : lognormal(20, 5);
	for (uint32_t n = 0; n < 200000; n++) {
		sim_draw(&plan, 4, n, &draw);
		sim_run(&plan, &draw, &bench, &marks);
		double end = (double)marks.ended_ms[8][0] / MINUTE;
		stat_add(&mean, end);
		stat_add(&square, (end - 380) * (end - 380));
		stat_add(&over, end > 420);
	}
	simulated("nine in a row", &mean, 380);
	simulated("... variance", &square, 5 * 30 * 30 + 4 * 5 * 5);
	/* Its own approximation is "about" 0.2567. */
	assert_true(fabs(over.mean - 0.2567) < 0.01);
}

/* A thing that fails and is mended: MTBF 2000, MTTR 120. */
static void repairable_as_simulated(void **state)
{
	(void)state;
	near("availability", 2000.0 / 2120, 0.943396, 1e-6);
	struct stat_moments up = {0}, down = {0};
	one_room(1);
	plan.room_wear = (struct sim_wear){2000, 120};
	for (uint32_t n = 0; n < 40000; n++) {
		int32_t mended = 0;
		sim_draw(&plan, 8, n, &draw);
		for (int k = 0; k < SIM_OUTAGES; k++) {
			const struct sim_outage *o = &draw.room_down[0][k];
			assert_true(o->from_ms >= mended && o->to_ms >= o->from_ms);
			stat_add(&up, (double)(o->from_ms - mended) / MINUTE);
			stat_add(&down, (double)(o->to_ms - o->from_ms) / MINUTE);
			mended = o->to_ms;
		}
	}
	simulated("up", &up, 2000);
	simulated("down", &down, 120);
	/* By the delta method both shares of error, sqrt(2 / n), weigh A (1 - A). */
	double error = 0.943396 * 0.056604 * sqrt(2 / up.n);
	assert_true(fabs(up.mean / (up.mean + down.mean) - 0.943396) < 4 * error);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(queues),
		cmocka_unit_test(blocking_lines),
		cmocka_unit_test(one_case),
		cmocka_unit_test(newsvendor),
		cmocka_unit_test(cases_in_a_row),
		cmocka_unit_test(remaining_as_simulated),
		cmocka_unit_test(row_as_simulated),
		cmocka_unit_test(repairable_as_simulated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
