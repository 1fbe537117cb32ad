/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is announced, and how long before: days of the emulated suite under laws
 * that no model has seen, heard through the FHIR mapper, forecast every five
 * minutes as the console would, with fewer PACU bays than the site has, so that
 * they are full now and then. Saturations are the emulator's own, looked at every
 * minute; a day is one shift of a list. DAYS=n how many (40), LAWS as for the
 * forecast.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/hospital/hearing.h"
#include "src/hospital/stamp.h"
#include "src/site_file.h"
#include "tests/bench/bench.h"
#include "tests/bench/learn.h"
#include "twin/foretell.h"
#include "twin/hazard.h"
#include "twin/text.h"

enum { REPS = 500, BAYS = 10, MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS, EVERY = 5 };
enum { FROM_MIN = 6 * 60, TO_MIN = 30 * 60, GAP_MIN = 30, SATURATIONS = 4096 };

struct saturation {
	int64_t from_ms, to_ms;
};

struct world {
	struct site *site;
	struct laws laws;
	struct twin *twin;
	struct learning *learning;
	struct score *score;
	struct sim_plan *plan;
	struct plan_index *index;
	struct forecast *forecast;
	struct saturation full[SATURATIONS];
	int full_count;
	uint64_t seq;
	long said[2], days; /* facts: foretold, hazards */
};

static void on_fact(void *context, const struct fact *fact)
{
	struct world *w = context;
	struct fact f = *fact;
	f.seq = ++w->seq;
	twin_apply(w->twin, &f, NULL);
	learning_hear(w->learning, w->twin, &f);
	score_hear(w->score, w->twin, &f);
}

static void tell(struct world *w, struct fact *facts, int count)
{
	for (int i = 0; i < count; i++) {
		w->said[facts[i].kind == FACT_HAZARD]++;
		facts[i].at_ms = w->twin->now_ms;
		on_fact(w, &facts[i]);
	}
}

static void foresee(struct world *w, const struct day *day)
{
	static struct fact hazards[HAZARD_FACTS], foretold[FORETELL_FACTS];
	const struct plan_options options = {
		.learnt = &w->learning->now, .midnight_ms = day->midnight};
	plan_build(w->twin, &options, w->plan, w->index);
	if (w->plan->case_count == 0)
		return;
	struct forecast_run *run = forecast_run_create(w->plan, w->index, 1, REPS);
	if (run == NULL)
		exit(3);
	forecast_run_part(run, 0, REPS);
	forecast_run_read(run, REPS, w->forecast);
	forecast_run_destroy(run);
	tell(w, hazards, hazard_look(w->twin, w->forecast, hazards));
	tell(w, foretold, foretell_due(w->twin, w->forecast, w->score, foretold));
}

static void note_full(struct world *w, const struct day *day, int64_t t)
{
	struct saturation *last = w->full_count > 0 ? &w->full[w->full_count - 1] : NULL;
	if (day_bays_taken(day, t) < BAYS)
		return;
	if (last != NULL && t - last->to_ms <= GAP_MIN * MINUTE_MS)
		last->to_ms = t;
	else if (w->full_count < SATURATIONS)
		w->full[w->full_count++] = (struct saturation){t, t};
}

static void begin(struct world *w, const struct day *day)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, day->midnight - 12 * HOUR_MS);
	w->twin = twin_create();
	if (w->twin == NULL)
		exit(3);
	f.site.site = w->site;
	on_fact(w, &f);
	f = fact_make(FACT_RESOURCE, SOURCE_PERSON, day->midnight);
	text_copy(f.resource.id, sizeof f.resource.id, room_kind_name(ROOM_PACU));
	f.resource.units = BAYS;
	on_fact(w, &f);
}

/* Something is heard every minute, as sensors would have it. */
static void one_day(struct world *w, int64_t any_ms, uint64_t seed)
{
	const struct day_units few = {.bays = BAYS};
	struct day *day = day_create_under(w->site, any_ms, seed, TELLING_PROMPT, &w->laws, &few);
	if (day == NULL)
		exit(3);
	begin(w, day);
	struct hearing *hearing = hearing_create(day, on_fact, w);
	struct fact pulse = fact_make(FACT_AUDIT, SOURCE_SYSTEM, 0);
	for (int minute = FROM_MIN; minute < TO_MIN; minute++) {
		int64_t t = stamp_at(day->midnight, minute);
		hearing_until(hearing, t);
		pulse.at_ms = t;
		on_fact(w, &pulse);
		note_full(w, day, t);
		if (minute % EVERY == 0)
			foresee(w, day);
	}
	hearing_destroy(hearing);
	learn_take_on(w->learning);
	twin_destroy(w->twin);
	day_destroy(day);
	w->days++;
}

/* ---- telling ---- */

/* Said before it began, and standing then. */
static const struct score_hazard *announced(const struct world *w, int64_t from_ms)
{
	for (uint64_t n = 0; n < w->score->hazard_total && n < SCORE_HAZARDS; n++) {
		const struct score_hazard *h = &w->score->hazards[n];
		if (h->hazard == HAZARD_PACU_FULL && h->raised_ms <= from_ms
			&& (h->ended_ms == 0 || h->ended_ms >= from_ms))
			return h;
	}
	return NULL;
}

static bool was_true(const struct world *w, const struct score_hazard *h)
{
	for (int i = 0; i < w->full_count; i++)
		if (w->full[i].to_ms >= h->raised_ms
			&& (h->ended_ms == 0 || w->full[i].from_ms <= h->ended_ms))
			return true;
	return false;
}

static void tell_saturations(const struct world *w)
{
	int in_time = 0, at_all = 0, wrong = 0;
	for (int i = 0; i < w->full_count; i++) {
		const struct score_hazard *h = announced(w, w->full[i].from_ms);
		int64_t since = h != NULL ? h->raised_ms : 0;
		if (h != NULL && i > 0 && w->full[i - 1].to_ms > since)
			since = w->full[i - 1].to_ms; /* it still stood */
		at_all += h != NULL;
		in_time += h != NULL && w->full[i].from_ms - since >= SCORE_LEAD_MIN * MINUTE_MS;
	}
	for (uint64_t n = 0; n < w->score->hazard_total && n < SCORE_HAZARDS; n++) {
		const struct score_hazard *h = &w->score->hazards[n];
		wrong += h->hazard == HAZARD_PACU_FULL && !was_true(w, h);
	}
	bench_say("hazard_pacu_saturations", w->full_count, "in all");
	bench_say("hazard_pacu_announced_20_min", 100.0 * in_time / w->full_count,
		"% (70 or more wanted)");
	bench_say("hazard_pacu_announced", 100.0 * at_all / w->full_count, "%");
	bench_say("hazard_pacu_false_alarms", (double)wrong / (double)w->days,
		"a shift (below 1 wanted)");
}

static void tell_kinds(const struct world *w)
{
	for (int k = 1; k < HAZARD_COUNT; k++) {
		struct score_hazard_figures f;
		score_hazard_figures(w->score, (enum hazard)k, 0, &f);
		printf("#   %-11s said %4d  came %4d  taken back %4d  late %3d  precision %3.0f %%"
		       "  lead %3.0f min",
			hazard_name((enum hazard)k), f.said, f.came, f.taken_back, f.late,
			100 * f.precision, f.lead_min);
		if (hazard_rules[k].each)
			printf("  announced 20 min before %d of %d", f.announced, f.events);
		printf("\n");
	}
}

static void tell_foretold(const struct world *w)
{
	for (int k = 0; k < FORETOLD_COUNT; k++) {
		struct score_figures f;
		score_figures(w->score, (enum foretold)k, 0, &f);
		printf("#   %-9s n %4d  error %5.1f (plan %5.1f)  bias %+5.1f  in 80 %%: %3.0f %%"
		       "  Brier %.3f (rate %.3f) of %d\n",
			foretold_name((enum foretold)k), f.n, f.error, f.error_of_plan, f.bias,
			100 * f.coverage80, f.brier, f.brier_of_rate, f.chances);
	}
}

int main(void)
{
	static struct world w;
	struct error err = {""};
	const char *days = getenv("DAYS"), *laws = getenv("LAWS");
	long n = days != NULL && *days != '\0' ? strtol(days, NULL, 10) : 40;
	w.site = site_load("etc/demo/site.cfg", NULL, &err);
	if (w.site == NULL
		|| laws_load(&w.laws, laws != NULL ? laws : "etc/demo/laws.cfg", &err) < 0) {
		fprintf(stderr, "bench: hazard: %s\n", err.text);
		return 3;
	}
	setenv("TZ", w.site->zone, 1);
	tzset();
	w.learning = learning_create();
	w.score = score_create();
	w.plan = calloc(1, sizeof *w.plan);
	w.index = calloc(1, sizeof *w.index);
	w.forecast = calloc(1, sizeof *w.forecast);
	if (w.learning == NULL || w.score == NULL || w.plan == NULL || w.index == NULL
		|| w.forecast == NULL)
		return 3;
	int64_t first = stamp_parse("2026-03-16T12:00:00+01:00");
	double began = bench_now();
	for (long k = 0; k < n; k++)
		one_day(&w, first + k * 24 * (int64_t)HOUR_MS, 3000 + (uint64_t)k);
	bench_say("hazard_days", (double)n, "days");
	bench_say("hazard_days_wall", bench_now() - began, "s");
	bench_say("hazard_facts_a_day", (double)(w.said[0] + w.said[1]) / (double)n,
		"foretold and hazards");
	tell_saturations(&w);
	tell_kinds(&w);
	tell_foretold(&w);
	return 0;
}
