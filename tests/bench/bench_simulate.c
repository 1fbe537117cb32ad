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
 * core, the baseline at hand), one of 2,000 with 12 rooms, 70 cases and its
 * baseline on two cores and as the console has it, and the event list, flat against heap.
 */

enum { CASES = 40, REPS = 1000, FIRST = 64, ROUNDS = 9 };
enum { MANY = 70, ROOMS_MORE = 4, MORE = 2000 };

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

/* The demo's suite, with so many operating rooms more. */
static struct site *suite(int more)
{
	static const char list[] = "rooms = (";
	struct error err = {""};
	char *text = NULL, *made = NULL;
	size_t size = 0;
	struct site *site = site_load("etc/demo/site.cfg", &text, &err);
	const char *rooms = site != NULL ? strstr(text, list) : NULL;
	FILE *out = rooms != NULL ? open_memstream(&made, &size) : NULL;
	if (out == NULL) {
		fprintf(stderr, "bench: %s\n", err.text);
		exit(3);
	}
	fprintf(out, "%.*s", (int)(rooms - text + (long)strlen(list)), text);
	for (int r = 0; r < more; r++)
		fprintf(out,
			"{ id = \"more-%d\"; kind = \"or\"; floor = \"f1\"; box = (%d, 20, %d, "
			"27);\n"
			"session = \"08:00-18:00\"; },\n",
			r + 1, 7 * r, 7 * r + 7);
	fputs(rooms + strlen(list), out);
	fclose(out);
	site_free(site);
	site = site_parse("made", made, &err);
	free(text);
	free(made);
	if (site == NULL) {
		fprintf(stderr, "bench: %s\n", err.text);
		exit(3);
	}
	return site;
}

/* Cases in turn over the operating rooms, back to back from 08:00 on; the
 * first of each room entered half an hour ago. */
static void open_day(int cases, int rooms_more)
{
	struct site *site = suite(rooms_more);
	int next[TWIN_ROOMS] = {0}, room = -1;
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
	int reps = t->count > 0 ? a->reps : forecaster_last(t->f)->reps;
	if (a->asked.count == t->count && reps >= t->reps)
		ev_break(t->loop, EVBREAK_ALL);
}

/* From the key to the first answer on the loop, and to the one of all fates, while
 * the baseline stands; the median of some. */
static void told(const char *first_name, const char *all_name)
{
	struct told t = {.loop = ev_loop_new(EVFLAG_AUTO)};
	struct what_if w = {.count = 0};
	double first[ROUNDS], all[ROUNDS];
	char why[SCENARIO_TEXT];
	scenario_parse("overrun:case=case-09,min=60", &w.list[0], why);
	t.f = forecaster_create(t.loop, 1, on_told, &t);
	if (t.f == NULL)
		exit(3);
	forecaster_ask(t.f, base.fork.twin, NULL);
	ev_ref(t.loop);
	for (int i = 0; i < ROUNDS; i++) {
		t.count = w.count = 0;
		t.reps = MORE;
		forecaster_what_if(t.f, &w, "");
		ev_run(t.loop, 0);
		t.count = w.count = 1;
		t.reps = 1;
		double start = bench_now();
		forecaster_what_if(t.f, &w, "");
		ev_run(t.loop, 0);
		first[i] = 1000 * (bench_now() - start);
		t.reps = MORE;
		if (forecaster_what_if_last(t.f)->reps < MORE)
			ev_run(t.loop, 0);
		all[i] = 1000 * (bench_now() - start);
	}
	qsort(first, ROUNDS, sizeof *first, by_value);
	qsort(all, ROUNDS, sizeof *all, by_value);
	bench_against(first_name, first[ROUNDS / 2], "ms", "limit", 100);
	bench_against(all_name, all[ROUNDS / 2], "ms", "limit", 1000);
	ev_unref(t.loop);
	forecaster_destroy(t.f);
	ev_loop_destroy(t.loop);
}

static void what_ifs(void)
{
	open_day(CASES, 0);
	if (!simulate(&base, MORE, 1))
		exit(3);
	bench_against("whatif_1000", what_if_ms(REPS, 1), "ms", "limit", 150);
	bench_against("whatif_first", what_if_ms(FIRST, 1), "ms", "limit", 100);
	printf("# %d cases left, %d rooms; overtime %+.1f min (%+.1f .. %+.1f)\n",
		base.plan.case_count, base.plan.room_count,
		answer.kpi[KPI_OVERTIME].difference.mean, answer.kpi[KPI_OVERTIME].difference.low,
		answer.kpi[KPI_OVERTIME].difference.high);
	double start = bench_now();
	open_day(MANY, ROOMS_MORE);
	if (!simulate(&base, MORE, 2))
		exit(3);
	double both = 1000 * (bench_now() - start) + what_if_ms(MORE, 2);
	bench_against("whatif_2000_two_cores", both, "ms", "limit", 1000);
	printf("# with its baseline, %d cases left, %d rooms\n", base.plan.case_count,
		base.plan.room_count);
	told("what_if_first_ms", "what_if_2000_ms");
	printf("# as the console has it, from the key to the answer\n");
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
