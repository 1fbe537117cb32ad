/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "src/bench_day.h"
#include "src/queue_line.h"
#include "src/verbs.h"
#include "twin/forecast.h"
#include "twin/stat.h"

/*
 * vigie bench w1|w2|w3: the simulator's speed on the three works other engines
 * are measured on, with the figures that show the work was done right.
 */

struct work {
	const char *name;
	bool (*run)(long n, uint32_t seed, double *seconds);
	long usual;
};

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void head(const char *name, long n)
{
	printf("{\"format\":\"vigie.bench/1\",\"workload\":\"%s\",\"n\":%ld", name, n);
}

static void tail(void)
{
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	printf(",\"peak_rss_kb\":%ld}\n", use.ru_maxrss);
}

static bool run_w1(long n, uint32_t seed, double *seconds)
{
	const struct line line = {
		.rate = {0.75}, .servers = 1, .service = {LINE_EXPONENTIAL, 1, 0}};
	struct line_result r;
	*seconds = now_s();
	if (!line_run(&line, n, 0, seed, &r))
		return false;
	*seconds = now_s() - *seconds;
	head("w1", n);
	printf(",\"customers_per_s\":%.0f,\"wq\":%.5f,\"w\":%.5f,\"lq\":%.5f", (double)n / *seconds,
		r.wait_all, r.whole, r.queue);
	return true;
}

static bool run_w2(long n, uint32_t seed, double *seconds)
{
	const struct line line = {.rate = {0.075},
		.servers = 10,
		.service = {LINE_LOGNORMAL, 100, 50},
		.beds = 12,
		.stay = {LINE_LOGNORMAL, 120, 48},
		.blocking = true};
	struct line_result r;
	*seconds = now_s();
	if (!line_run(&line, n, 0, seed, &r))
		return false;
	*seconds = now_s() - *seconds;
	head("w2", n);
	printf(",\"patients_per_s\":%.0f,\"wait_room_min\":%.4f,\"blocked_min\":%.4f,"
	       "\"blocked_share\":%.4f",
		(double)n / *seconds, r.wait_all, r.blocked, r.blocked_share);
	return true;
}

/* One block: what a day needs fits the nearest caches. */
struct days {
	struct sim_plan plan;
	struct plan_index map;
	struct sim_draw draw;
	struct sim_bench bench;
	struct sim_marks marks;
	struct stat_moments last, overtime, wait, blocked;
};

static double minutes(int64_t ms)
{
	return (double)ms / 60000;
}

static void count_day(struct days *d)
{
	double last = 0, overtime = 0, wait = 0, blocked = 0;
	int in = d->map.in_room[0], out = d->map.out_room[0];
	for (int r = 0; r < d->plan.room_count; r++) {
		double left = 0;
		for (int k = 0; k < d->plan.rooms[r].turns; k++) {
			int i = d->plan.rooms[r].turn[k];
			const int32_t *begun = d->marks.begun_ms[i], *ended = d->marks.ended_ms[i];
			wait += minutes(begun[in] - ended[in - 1]);
			blocked += minutes(begun[out] - ended[out - 1]);
			left = minutes(ended[out]);
		}
		overtime += left > BENCH_CLOSE_MIN ? left - BENCH_CLOSE_MIN : 0;
		last = left > last ? left : last;
	}
	stat_add(&d->last, last);
	stat_add(&d->overtime, overtime);
	stat_add(&d->wait, wait / d->plan.case_count);
	stat_add(&d->blocked, blocked);
}

static bool run_w3(long n, uint32_t seed, double *seconds)
{
	struct site *site;
	struct error err = {""};
	struct twin *twin = bench_day(&site, &err);
	struct days *d = calloc(1, sizeof *d);
	struct plan_options options = {0};
	if (twin != NULL && d != NULL) {
		plan_build(twin, &options, &d->plan, &d->map);
		*seconds = now_s();
		for (long day = 0; day < n; day++) {
			sim_draw(&d->plan, seed, (uint32_t)day, &d->draw);
			sim_run(&d->plan, &d->draw, &d->bench, &d->marks);
			count_day(d);
		}
		*seconds = now_s() - *seconds;
		head("w3", n);
		printf(",\"days_per_s\":%.0f,\"last_out_min\":%.2f,\"overtime_min\":%.2f,"
		       "\"wait_min\":%.3f,\"blocked_min_per_day\":%.2f",
			(double)n / *seconds, d->last.mean, d->overtime.mean, d->wait.mean,
			d->blocked.mean);
	} else {
		fprintf(stderr, "vigie bench: %s\n", err.text);
	}
	bool done = twin != NULL && d != NULL;
	free(d);
	twin_destroy(twin);
	site_free(site);
	return done;
}

static const struct work works[] = {
	{"w1", run_w1, 10000000},
	{"w2", run_w2, 1000000},
	{"w3", run_w3, 20000},
};
enum { WORKS = sizeof works / sizeof *works };

static int usage(FILE *out, int code)
{
	fputs("usage: vigie bench w1|w2|w3 [--n N] [--seed S]\n"
	      "w1: N customers of a queue with one server (exact: wq 3, w 4, lq 2.25)\n"
	      "w2: N patients through ten rooms that are blocked when twelve beds are full\n"
	      "w3: N days of ten rooms with five cases each\n",
		out);
	return code;
}

int verb_bench(int argc, char **argv)
{
	static const struct option options[] = {{"n", required_argument, NULL, 'n'},
		{"seed", required_argument, NULL, 's'}, {"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0}};
	long n = 0;
	uint32_t seed = 1;
	double seconds;
	int c;
	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h')
			return usage(stdout, 0);
		if (c == 'n')
			n = strtol(optarg, NULL, 10);
		else if (c == 's')
			seed = (uint32_t)strtoul(optarg, NULL, 10);
		else
			return usage(stderr, EXIT_USAGE);
		if (c == 'n' && n < 1)
			return usage(stderr, EXIT_USAGE);
	}
	for (int i = 0; argc - optind == 1 && i < WORKS; i++) {
		if (strcmp(argv[optind], works[i].name) != 0)
			continue;
		if (!works[i].run(n > 0 ? n : works[i].usual, seed, &seconds))
			return EXIT_ENVIRONMENT;
		tail();
		return 0;
	}
	return usage(stderr, EXIT_USAGE);
}
