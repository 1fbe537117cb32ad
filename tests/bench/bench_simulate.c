/* SPDX-License-Identifier: Apache-2.0 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/forecaster.h"
#include "src/foresee.h"
#include "src/site_file.h"
#include "tests/bench/bench.h"
#include "twin/random.h"
#include "twin/whatif.h"

/*
 * The simulator's speed: the three works other engines are measured on, a
 * what-if of 1,000 replications on the demo's suite with 40 cases left (one
 * core, the baseline at hand), one of 2,000 with 70 cases and its baseline on two
 * cores, and the event list, flat against heap.
 */

enum { CASES = 40, REPS = 1000, FIRST = 64, ROUNDS = 9, MANY = 70, MORE = 2000 };

/* 2026-03-16T08:00:00+01:00, a Monday. */
static const int64_t EIGHT_MS = 1773644400000;

/* ---- w1, w2, w3 ---- */

static void work(const char *name, const char *const fields[])
{
	char command[256], line[1024] = "";
	const char *b = getenv("B");
	snprintf(command, sizeof command, "%s/vigie bench %s", b != NULL ? b : "build", name);
	FILE *pipe = popen(command, "r");
	if (pipe == NULL || fgets(line, sizeof line, pipe) == NULL)
		fprintf(stderr, "bench: %s: no answer\n", command);
	if (pipe != NULL)
		pclose(pipe);
	cJSON *json = cJSON_Parse(line);
	for (int i = 0; fields[i] != NULL; i++) {
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, fields[i]);
		char label[64];
		snprintf(label, sizeof label, "%s_%s", name, fields[i]);
		if (cJSON_IsNumber(value))
			printf("bench: %s %.10g\n", label, value->valuedouble);
	}
	fflush(stdout);
	cJSON_Delete(json);
}

static void works(void)
{
	static const char *const w1[] = {"customers_per_s", "wq", "peak_rss_kb", NULL};
	static const char *const w2[] = {
		"patients_per_s", "blocked_min", "blocked_share", "peak_rss_kb", NULL};
	static const char *const w3[] = {
		"days_per_s", "last_out_min", "overtime_min", "peak_rss_kb", NULL};
	work("w1", w1);
	work("w2", w2);
	work("w3", w3);
}

/* ---- a what-if ---- */

struct side {
	struct fork fork;
	struct sim_plan plan;
	struct plan_index index;
	struct forecast forecast;
	struct forecast_run *run;
};

static struct side base, side;
static struct what_if_answer answer;

/* Cases in turn over the operating rooms, back to back from 08:00 on; the
 * first of each room entered half an hour ago. */
static bool open_day(int cases)
{
	struct error err = {""};
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	int next[TWIN_ROOMS] = {0}, room = -1;
	if (site == NULL) {
		fprintf(stderr, "bench: %s\n", err.text);
		return false;
	}
	setenv("TZ", site->zone, 1);
	tzset();
	base.fork.twin = twin_create();
	side.fork.twin = twin_create();
	struct twin *t = base.fork.twin;
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, EIGHT_MS);
	f.site.site = site;
	twin_apply(t, &f, NULL);
	for (int i = 0; i < cases; i++) {
		do
			room = (room + 1) % site->room_count;
		while (site->rooms[room].kind != ROOM_OR);
		int lasts = 50 + 17 * i % 80;
		f = fact_make(FACT_CASE, SOURCE_FHIR, EIGHT_MS);
		snprintf(f.surgery.id, ID_SIZE, "case-%02d", i);
		snprintf(f.surgery.room, ID_SIZE, "%s", site->rooms[room].id);
		f.surgery.start_ms = EIGHT_MS + next[room] * 60000LL;
		f.surgery.end_ms = f.surgery.start_ms + lasts * 60000LL;
		f.surgery.status = CASE_PLANNED;
		next[room] += lasts + 25;
		twin_apply(t, &f, NULL);
	}
	for (int i = 0; i < t->case_count && t->cases[i].start_ms == EIGHT_MS; i++) {
		f = fact_make(FACT_MILESTONE, SOURCE_FHIR, EIGHT_MS);
		snprintf(f.milestone.id, ID_SIZE, "%s", t->cases[i].id);
		f.milestone.milestone = MILESTONE_IN_ROOM;
		f.milestone.when_ms = EIGHT_MS;
		twin_apply(t, &f, NULL);
	}
	twin_advance(t, EIGHT_MS + 30 * 60000, NULL);
	return true;
}

static bool simulate(struct side *s, int reps, int threads)
{
	struct plan_options options = {
		.midnight_ms = EIGHT_MS - 8 * 3600000, .policy = &s->fork.policy};
	forecast_run_destroy(s->run);
	plan_build(s->fork.twin, &options, &s->plan, &s->index);
	s->run = forecast_run_create(&s->plan, &s->index, 1, reps);
	if (s->run == NULL)
		return false;
	foresee(s->run, reps, threads);
	forecast_run_read(s->run, reps, &s->forecast);
	return true;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

/* From the key to the answer: copy, injection, replications, reading, comparing.
 * The median of some, in ms. */
static double what_if_ms(int reps, int threads)
{
	static char refused[WHAT_IF_DEPTH][SCENARIO_TEXT];
	double took[ROUNDS];
	char why[SCENARIO_TEXT];
	struct what_if w = {.count = 1};
	scenario_parse("overrun:case=case-09,min=60", &w.list[0], why);
	for (int i = 0; i < ROUNDS; i++) {
		double start = bench_now();
		if (what_if_fork(&side.fork, base.fork.twin, &w, refused) != 1
			|| !simulate(&side, reps, threads))
			exit(3);
		what_if_compare(&(struct what_if_side){base.fork.twin, base.run, &base.forecast},
			&(struct what_if_side){side.fork.twin, side.run, &side.forecast}, &answer);
		took[i] = 1000 * (bench_now() - start);
	}
	qsort(took, ROUNDS, sizeof *took, by_value);
	return took[ROUNDS / 2];
}

/* ---- as the console has it ---- */

struct told {
	struct ev_loop *loop;
	struct forecaster *f;
	int count, reps; /* of what is waited for */
};

static void on_told(void *context)
{
	struct told *t = context;
	const struct what_if_answer *a = forecaster_what_if_last(t->f);
	if (a->asked.count == t->count && forecaster_last(t->f)->reps >= t->reps)
		ev_break(t->loop, EVBREAK_ALL);
}

/* From asking the thread to the first answer on the loop, the baseline known. */
static void first_told(void)
{
	struct told t = {.loop = ev_loop_new(EVFLAG_AUTO), .reps = 2000};
	struct what_if w = {.count = 1};
	char why[SCENARIO_TEXT];
	scenario_parse("overrun:case=case-09,min=60", &w.list[0], why);
	t.f = forecaster_create(t.loop, 1, on_told, &t);
	if (t.f == NULL)
		exit(3);
	forecaster_ask(t.f, base.fork.twin, NULL);
	ev_ref(t.loop);
	ev_run(t.loop, 0);
	double start = bench_now();
	t.count = 1;
	forecaster_what_if(t.f, &w, "");
	ev_run(t.loop, 0);
	bench_against("whatif_told", 1000 * (bench_now() - start), "ms", "limit", 100);
	ev_unref(t.loop);
	forecaster_destroy(t.f);
	ev_loop_destroy(t.loop);
}

static void what_ifs(void)
{
	if (!open_day(CASES) || !simulate(&base, MORE, 1))
		exit(3);
	bench_against("whatif_1000", what_if_ms(REPS, 1), "ms", "limit", 150);
	bench_against("whatif_first", what_if_ms(FIRST, 1), "ms", "limit", 100);
	printf("# %d cases left, %d rooms; overtime %+.1f min (%+.1f .. %+.1f)\n",
		base.plan.case_count, base.plan.room_count,
		answer.kpi[KPI_OVERTIME].difference.mean, answer.kpi[KPI_OVERTIME].difference.low,
		answer.kpi[KPI_OVERTIME].difference.high);
	double start = bench_now();
	if (!open_day(MANY) || !simulate(&base, MORE, 2))
		exit(3);
	double both = 1000 * (bench_now() - start) + what_if_ms(MORE, 2);
	bench_against("whatif_2000_two_cores", both, "ms", "limit", 1000);
	printf("# with its baseline, %d cases left\n", base.plan.case_count);
	first_told();
	forecast_run_destroy(base.run);
	forecast_run_destroy(side.run);
}

/* ---- the event list ---- */

/* The hold model: the next event is put off by a random time, again and again;
 * ns for each. */
static double hold_ns(int slots, bool heap)
{
	static struct events e;
	enum { HOLDS = 2000000 };
	uint32_t seed = 1;
	int64_t now = 0;
	int slot;
	events_init(&e, slots, heap);
	e.heap = heap; /* the list itself changes over at 128 */
	for (int i = 0; i < slots; i++)
		events_at(&e, i, i * 7919 % 60000);
	double start = bench_now();
	for (int i = 0; i < HOLDS && events_next(&e, &slot, &now); i++) {
		seed = seed * 1664525u + 1013904223u;
		events_at(&e, slot, now + (seed >> 16));
	}
	return (bench_now() - start) / HOLDS * 1e9;
}

static void event_lists(void)
{
	static const int sizes[] = {16, 60, 128, 512, 1024};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char name[32];
		snprintf(name, sizeof name, "events_flat_%d", sizes[i]);
		bench_against(
			name, hold_ns(sizes[i], false), "ns", "heap", hold_ns(sizes[i], true));
	}
}

int main(void)
{
	works();
	what_ifs();
	event_lists();
	return 0;
}
