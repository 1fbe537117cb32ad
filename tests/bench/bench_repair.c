/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How soon a repair is told: a suite of twelve rooms and seventy cases, all of them
 * still to come, with emergencies, no-shows, scarce people and bays; a case takes two
 * hours more, and nothing is said of where to look. Two threads. The first answer, the
 * good one (what the search ends with), and how much of it the first one had.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/repairer.h"
#include "src/site_file.h"
#include "tests/bench/bench.h"
#include "twin/twin.h"

enum { ROOMS = 12, CASES = 70, MINUTE_MS = 60000, THREADS = 2, RUNS = 3 };

static const int64_t SIX_MS = 1773640800000; /* 2026-03-16T06:00:00Z */

static const char way[] =
	"pathways = ( { id = \"usual\"; turnover = { need = \"cleaning\"; lasts = [20.0, 8.0]; };\n"
	"  steps = (\n"
	"    { stage = \"arrival\"; not_before = -75; between = [0.0, 30.0]; ends = \"arrived\"; "
	"},\n"
	"    { stage = \"check\"; lasts = [20.0, 8.0]; ends = \"ready\"; },\n"
	"    { stage = \"transport\"; not_before = -15; need = [\"room\", \"porter\"];\n"
	"      give = \"porter\"; lasts = [8.0, 3.0]; begins = \"sent_for\"; ends = \"in_room\"; "
	"},\n"
	"    { stage = \"induction\"; need = \"mar\"; give = \"mar\"; lasts = [20.0, 8.0]; },\n"
	"    { stage = \"surgery\"; begins = \"incision\"; ends = \"procedure_end\"; lasts = "
	"\"case\"; "
	"},\n"
	"    { stage = \"emergence\"; need = \"mar\"; give = \"mar\"; lasts = [10.0, 4.0]; },\n"
	"    { stage = \"hold\"; need = \"pacu\"; give = \"room\"; ends = \"out_room\"; },\n"
	"    { stage = \"transfer\"; need = \"porter\"; give = \"porter\"; lasts = [6.0, 2.0];\n"
	"      ends = \"pacu_in\"; },\n"
	"    { stage = \"recovery\"; give = \"pacu\"; lasts = [90.0, 40.0]; ends = \"pacu_out\"; "
	"}\n"
	"  ); } );\n"
	"rules = { no_show = 0.04; cancelled = 0.03; room_mtbf_h = 2000; room_mttr_min = 120;\n"
	"  last_call_min = 60; };\n"
	"emergencies = ( { nest = 3; minutes = [90.0, 45.0]; wait_min = 180;\n"
	"  hourly = (0, 0, 0, 0, 0, 0, 0, 0.1, 0.9, 1.0, 0.7, 0.3, 1.0, 0.4, 0.5, 0.5, 0.5,\n"
	"    0, 0, 0, 0, 0, 0, 0); } );\n"
	"repair = { over_min = 60; overflow = { pacu = 1; }; };\n";

static struct site *suite(void)
{
	char *text = NULL;
	size_t size = 0;
	struct error err = {""};
	FILE *out = open_memstream(&text, &size);
	if (out == NULL)
		exit(3);
	fputs("id = \"twelve\"; name = \"Twelve\"; zone = \"UTC\";\n"
	      "floors = ( { id = \"0\"; level = 0; } );\nrooms = (\n",
		out);
	for (int r = 0; r < ROOMS; r++)
		fprintf(out,
			"  { id = \"or-%d\"; floor = \"0\"; kind = \"or\"; "
			"box = [%d.0, 0.0, %d.0, 6.0]; session = \"08:00-18:00\"; },\n",
			r + 1, 6 * r, 6 * r + 6);
	fputs("  { id = \"pacu\"; floor = \"0\"; kind = \"pacu\"; box = [0.0, 6.0, 20.0, 12.0]; } "
	      ");\nbeds = (",
		out);
	for (int b = 0; b < 14; b++)
		fprintf(out, "%s { id = \"bay-%d\"; room = \"pacu\"; }", b > 0 ? "," : "", b + 1);
	fputs(" );\nroles = ( { id = \"mar\"; name = \"Anaesthetist\"; count = 10; on_call = 1; "
	      "},\n"
	      "  { id = \"porter\"; name = \"Porter\"; count = 7; },\n"
	      "  { id = \"cleaning\"; name = \"Cleaning\"; count = 5; } );\n",
		out);
	fputs(way, out);
	fclose(out);
	struct site *site = site_parse("twelve", text, &err);
	free(text);
	if (site == NULL) {
		fprintf(stderr, "%s\n", err.text);
		exit(3);
	}
	return site;
}

/* Six cases a room, five in two of them; lengths differ as those of a day do. */
static struct twin *day(const struct site *site)
{
	struct twin *t = twin_create();
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, SIX_MS);
	int64_t next[ROOMS];
	if (t == NULL)
		exit(3);
	f.site.site = site;
	f.seq = 1;
	twin_apply(t, &f, NULL);
	for (int r = 0; r < ROOMS; r++)
		next[r] = SIX_MS + 120 * MINUTE_MS;
	for (int i = 0; i < CASES; i++) {
		int room = i % ROOMS;
		int64_t lasts = (40 + i * 37 % 90) * MINUTE_MS;
		f = fact_make(FACT_CASE, SOURCE_FHIR, SIX_MS);
		f.seq = (uint64_t)i + 2;
		snprintf(f.surgery.id, sizeof f.surgery.id, "case-%02d", i);
		snprintf(f.surgery.patient, sizeof f.surgery.patient, "p-%02d", i);
		snprintf(f.surgery.room, sizeof f.surgery.room, "or-%d", room + 1);
		f.surgery.start_ms = next[room];
		f.surgery.end_ms = next[room] + lasts;
		f.surgery.status = CASE_PLANNED;
		next[room] += lasts + 20 * MINUTE_MS;
		twin_apply(t, &f, NULL);
	}
	return t;
}

/* Of the whole program so far: what the search takes on a machine that does nothing
 * else, spread over its threads. */
static double cpu_s(void)
{
	return (double)clock() / CLOCKS_PER_SEC / THREADS;
}

struct seen {
	double cpu, first_cpu, last_cpu; /* CPU time over the threads */
	double began, first_s, last_s, first, last;
	long days;
	int tried;
};

static void on_better(void *context, const struct repair_answer *a)
{
	struct seen *s = context;
	double now = bench_now() - s->began;
	double best = a->count > 0 ? a->options[0].objective.mean : 0;
	if (s->first_s <= 0) {
		s->first_s = now;
		s->first_cpu = cpu_s() - s->cpu;
		s->first = best;
	}
	s->last_s = now;
	s->last_cpu = cpu_s() - s->cpu;
	s->last = best;
	s->days = a->days;
	s->tried = a->tried;
}

int main(void)
{
	struct site *site = suite();
	struct twin *t = day(site);
	struct repair_ask ask = {.given.count = 1};
	struct repair_answer *answer = calloc(1, sizeof *answer);
	struct seen best = {.first_s = INFINITY, .last_s = INFINITY};
	char why[SCENARIO_TEXT];
	if (answer == NULL
		|| !scenario_parse("overrun:case=case-07,min=120", &ask.given.list[0], why))
		return 3;
	for (uint32_t n = 0; n < RUNS; n++) {
		struct seen s = {.began = bench_now(), .cpu = cpu_s()};
		const struct repair_how how = {.midnight_ms = SIX_MS - 360 * MINUTE_MS,
			.seed = n + 1,
			.threads = THREADS,
			.better = on_better,
			.context = &s};
		if (!repair_search(t, &ask, &how, answer))
			return 3;
		best.first_s = fmin(best.first_s, s.first_s);
		if (s.last_s < best.last_s) {
			double first_s = best.first_s;
			best = s;
			best.first_s = first_s;
		}
	}
	bench_against("repair_first_answer", best.first_s, "s", "wanted", 0.5);
	bench_against("repair_good_answer", best.last_s, "s", "wanted", 3);
	bench_say("repair_first_answer_cpu", best.first_cpu, "s");
	bench_say("repair_good_answer_cpu", best.last_cpu, "s");
	bench_say("repair_first_share", 100 * best.first / best.last, "%");
	bench_say("repair_days", (double)best.days / best.last_s, "days/s");
	bench_say("repair_tried", best.tried, "repairs");
	free(answer);
	twin_destroy(t);
	site_free(site);
	return 0;
}
