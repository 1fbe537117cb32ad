/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The rest of the day, foretold, against what came: days of the emulated suite
 * under laws that no model has seen (LAWS, etc/demo/laws.cfg), heard through the
 * FHIR mapper, forecast at several instants with the durations learnt on the days
 * before. The booking is the reference: what is booked, moved by the delay so far.
 * Then ten days with one unit too few of something: is it named?
 */

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/foresee.h"
#include "src/hospital/hearing.h"
#include "src/hospital/stamp.h"
#include "src/site_file.h"
#include "tests/bench/bench.h"
#include "tests/bench/learn.h"
#include "twin/forecast.h"
#include "twin/learning.h"
#include "twin/stat.h"
#include "twin/text.h"

enum { REPS = 300, INSTANTS = 16, HOUR_MS = 3600000, MINUTE_MS = 60000, DECILES = 10 };

static const double Z95 = 1.6448536269514722; /* of the normal law */

struct share {
	double right, all;
};

static void count(struct share *s, bool right)
{
	s->right += right;
	s->all++;
}

/* What was said, summed by tenths of it, and how often it came. */
struct reliability {
	double p[DECILES], came[DECILES], count[DECILES];
};

struct tally {
	struct share late, late_booking, base;    /* an hour before the end of the session */
	struct share any, any_booking;            /* at any instant */
	double brier, brier_booking;              /* sums, an hour ahead */
	struct reliability hour, all, known;      /* known: no add-on came later */
	double error, error_booking, bias, after; /* sums of minutes over ends of cases */
	struct share inside;                      /* p10 to p90 */
	struct share running_inside;              /* of those, patients in the room */
	double running_error, running_booking;
	double pacu_error, pacu_asked; /* bays, two hours ahead */
	struct share pacu_under;       /* not above p90 */
	long said_off;                 /* cases that were done all the same */
	long not_ahead;                /* p50 that is not later than now */
	double cases, overtime_rooms, room_days;
	struct share stage, stage_site; /* 90 % intervals of the steps' laws */
	double stage_crps, stage_crps_site;
};

struct world {
	struct site *site;
	struct laws laws;
	struct learning *learning; /* what the days before have taught */
	struct sim_plan *plan, *more;
	struct plan_index *index;
	struct forecast *forecast;
	struct twin *twin;
	const struct day *day;
	struct hearing *hearing;
	uint64_t seq;
	struct tally tally;
};

static void on_fact(void *context, const struct fact *fact)
{
	struct world *w = context;
	struct fact f = *fact;
	f.seq = ++w->seq;
	twin_apply(w->twin, &f, NULL);
	learning_hear(w->learning, w->twin, &f);
}

static void tell_units(struct world *w, const char *id, int units)
{
	struct fact f = fact_make(FACT_RESOURCE, SOURCE_PERSON, w->day->midnight);
	text_copy(f.resource.id, sizeof f.resource.id, id);
	f.resource.units = units;
	on_fact(w, &f);
}

static void morning(struct world *w, const struct day *day)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, day->midnight - 12 * HOUR_MS);
	w->day = day;
	w->seq = 0;
	w->twin = twin_create();
	w->hearing = hearing_create(day, on_fact, w);
	if (w->twin == NULL)
		exit(3);
	f.site.site = w->site;
	on_fact(w, &f);
}

/* The steps that were over today, by what the days before had taught, and as the
 * site says. */
static void mark_stages(struct world *w)
{
	struct tally *y = &w->tally;
	for (uint32_t n = 0; n < w->learning->stage_total; n++) {
		const struct learning_stage *r = &w->learning->stages[n];
		double minutes = (double)r->minutes;
		struct stage_law learnt, site;
		stage_predict(&w->learning->base.stages, r->slot, &r->of, &learnt);
		stage_predict(NULL, -1, &r->of, &site);
		count(&y->stage, fabs(log(minutes) - learnt.mu) <= Z95 * learnt.sigma);
		count(&y->stage_site, fabs(log(minutes) - site.mu) <= Z95 * site.sigma);
		y->stage_crps += stat_lognormal_crps(minutes, learnt.mu, learnt.sigma);
		y->stage_crps_site += stat_lognormal_crps(minutes, site.mu, site.sigma);
	}
}

/* The rest of the day as it is heard. */
static void learn(struct world *w)
{
	struct fact f = fact_make(FACT_AUDIT, SOURCE_SYSTEM, 0);
	for (int hour = 17; hour <= 40; hour++) {
		f.at_ms = w->day->midnight + hour * (int64_t)HOUR_MS;
		hearing_until(w->hearing, f.at_ms);
		on_fact(w, &f);
	}
	mark_stages(w);
	learn_take_on(w->learning);
}

static void evening(struct world *w)
{
	hearing_destroy(w->hearing);
	twin_destroy(w->twin);
}

static void at(struct world *w, int64_t t, struct sim_plan *plan)
{
	const struct plan_options options = {
		.learnt = &w->learning->now, .midnight_ms = w->day->midnight};
	hearing_until(w->hearing, t);
	twin_advance(w->twin, t, NULL);
	plan_build(w->twin, &options, plan, w->index);
}

static struct forecast_run *simulate(const struct world *w, const struct sim_plan *plan, int reps)
{
	struct forecast_run *run = forecast_run_create(plan, w->index, 1, reps);
	if (run == NULL)
		exit(3);
	forecast_run_part(run, 0, reps);
	return run;
}

/* ---- what the programme alone would say ---- */

static bool is_out(const struct hcase *c, int64_t t)
{
	return c->at[MILESTONE_OUT_ROOM] != 0 && c->at[MILESTONE_OUT_ROOM] <= t;
}

static bool is_in(const struct hcase *c, int64_t t)
{
	return c->at[MILESTONE_IN_ROOM] != 0 && c->at[MILESTONE_IN_ROOM] <= t && !is_out(c, t);
}

static bool is_ahead(const struct hcase *c, int room, int64_t t)
{
	return c->room == room && c->known_ms <= t && !(c->off_ms != 0 && c->off_ms <= t)
	       && !is_out(c, t);
}

/* Who is in the room first, then by the programme. */
static int next_of(const struct day *day, int room, int64_t t, const bool done[DAY_CASES])
{
	int best = -1;
	for (int i = 0; i < day->case_count; i++) {
		const struct hcase *c = &day->cases[i], *b = best >= 0 ? &day->cases[best] : c;
		if (done[i] || !is_ahead(c, room, t))
			continue;
		if (best < 0 || is_in(c, t)
			|| (!is_in(b, t) && c->planned_start < b->planned_start))
			best = i;
	}
	return best;
}

/* Booked minutes one after another from where the room stands, with the booked
 * gaps. ends[case] for each still to come; returns the last, 0 none. */
static int64_t by_booking(const struct day *day, int room, int64_t t, int64_t ends[DAY_CASES])
{
	bool done[DAY_CASES] = {false};
	int64_t end = 0, booked_end = 0;
	for (int i; (i = next_of(day, room, t, done)) >= 0;) {
		const struct hcase *c = &day->cases[i];
		int64_t gap = booked_end != 0 ? c->planned_start - booked_end : 0;
		int64_t start = end + (gap > 0 ? gap : 0);
		if (start < c->planned_start)
			start = c->planned_start;
		if (start < t)
			start = t;
		if (is_in(c, t))
			start = c->at[MILESTONE_IN_ROOM];
		done[i] = true;
		end = start + c->planned_end - c->planned_start;
		end = end > t ? end : t;
		booked_end = c->planned_end;
		ends[i] = end;
	}
	return end;
}

/* ---- marking ---- */

/* Nobody can know of those; the forecast counts on as many as usually come. */
static bool added_later(const struct day *day, int room, int64_t t)
{
	for (int i = 0; i < day->case_count; i++) {
		const struct hcase *c = &day->cases[i];
		if (c->room == room && c->known_ms > t && c->at[MILESTONE_IN_ROOM] != 0)
			return true;
	}
	return false;
}

static void note(struct reliability *y, double p, bool came)
{
	int decile = p >= 1 ? DECILES - 1 : (int)(p * DECILES);
	y->p[decile] += p;
	y->came[decile] += came;
	y->count[decile]++;
}

static void mark_room(struct world *w, int r, int64_t t, int64_t booking)
{
	struct tally *y = &w->tally;
	int64_t closes = t + w->index->closes_ms[r];
	bool late = day_last_out(w->day, w->index->site_room[r]) > closes;
	bool booked_late = booking > closes;
	double p = w->forecast->rooms[r].p_overtime;
	note(&y->all, p, late);
	if (!added_later(w->day, w->index->site_room[r], t))
		note(&y->known, p, late);
	count(&y->any, (p >= 0.5) == late);
	count(&y->any_booking, booked_late == late);
	if (closes - t != HOUR_MS)
		return;
	count(&y->late, (p >= 0.5) == late);
	count(&y->late_booking, booked_late == late);
	count(&y->base, late);
	note(&y->hour, p, late);
	y->brier += (p - late) * (p - late);
	y->brier_booking += booked_late != late;
}

static int case_of(const struct world *w, const char *id)
{
	for (int i = 0; i < w->forecast->case_count; i++)
		if (strcmp(w->twin->cases[w->index->twin_case[i]].id, id) == 0)
			return i;
	return -1;
}

static void mark_case(struct world *w, const struct hcase *c, int64_t t, int64_t booking)
{
	struct tally *y = &w->tally;
	int i = case_of(w, c->appointment);
	if (i < 0 || c->at[MILESTONE_OUT_ROOM] == 0)
		return;
	const struct quantiles *q = &w->forecast->cases[i].end;
	double really = (double)c->at[MILESTONE_OUT_ROOM];
	bool inside = really >= q->p10 && really <= q->p90;
	if (!(q->p50 > 0)) { /* called off in every replication */
		y->said_off++;
		return;
	}
	y->not_ahead += q->p50 <= (double)t;
	y->cases++;
	y->error += fabs(q->p50 - really) / MINUTE_MS;
	y->after += really > q->p50;
	y->bias += (q->p50 - really) / MINUTE_MS;
	y->error_booking += fabs((double)booking - really) / MINUTE_MS;
	count(&y->inside, inside);
	if (!is_in(c, t))
		return;
	y->running_error += fabs(q->p50 - really) / MINUTE_MS;
	y->running_booking += fabs((double)booking - really) / MINUTE_MS;
	count(&y->running_inside, inside);
}

/* The most bays taken in a quarter of an hour two hours ahead, looked at every
 * five minutes as the forecast does. */
static void mark_pacu(struct world *w, int64_t t)
{
	enum { SLOT = 120 / FORECAST_SLOT_MIN };
	struct tally *y = &w->tally;
	int most = 0;
	for (int k = 0; k < FORECAST_SLOT_MIN; k += 5) {
		int taken = day_bays_taken(w->day, t + (120 + k) * (int64_t)MINUTE_MS);
		most = taken > most ? taken : most;
	}
	for (int p = 0; p < w->forecast->pool_count; p++) {
		const struct forecast_load *load = &w->forecast->loads[p];
		if (w->index->pool_beds[p] != ROOM_PACU)
			continue;
		y->pacu_asked++;
		y->pacu_error += fabs(load->p50[SLOT] - most);
		count(&y->pacu_under, most <= load->p90[SLOT]);
	}
}

static void mark(struct world *w, int64_t t)
{
	at(w, t, w->plan);
	struct forecast_run *run = simulate(w, w->plan, REPS);
	forecast_run_read(run, REPS, w->forecast);
	forecast_run_destroy(run);
	mark_pacu(w, t);
	for (int r = 0; r < w->forecast->room_count; r++) {
		int64_t ends[DAY_CASES] = {0};
		int64_t last = by_booking(w->day, w->index->site_room[r], t, ends);
		/* Rooms that are done, and sessions that are over, ask nothing. */
		if (last != 0 && w->index->closes_ms[r] > 0)
			mark_room(w, r, t, last);
		for (int i = 0; i < w->day->case_count; i++)
			if (ends[i] != 0)
				mark_case(w, &w->day->cases[i], t, ends[i]);
	}
}

/* ---- one day ---- */

static void add_instant(int64_t *instants, int *n, int64_t t)
{
	int k = 0;
	while (k < *n && instants[k] < t)
		k++;
	if (*n == INSTANTS || (k < *n && instants[k] == t))
		return;
	memmove(instants + k + 1, instants + k, (size_t)(*n - k) * sizeof *instants);
	instants[k] = t;
	++*n;
}

static int instants_of(const struct day *day, int64_t instants[INSTANTS])
{
	static const int hours[] = {10, 12, 14, 16};
	int n = 0;
	for (size_t i = 0; i < sizeof hours / sizeof *hours; i++)
		add_instant(instants, &n, stamp_at(day->midnight, 60 * hours[i]));
	for (int i = 0; i < day->room_count; i++) {
		int closes = day->site->rooms[day->rooms[i]].close_min;
		if (closes > 0)
			add_instant(instants, &n, stamp_at(day->midnight, closes - 60));
	}
	return n;
}

static void rooms_of(struct world *w)
{
	for (int i = 0; i < w->day->room_count; i++) {
		int room = w->day->rooms[i];
		int64_t closes = stamp_at(w->day->midnight, w->site->rooms[room].close_min);
		w->tally.room_days++;
		w->tally.overtime_rooms += day_last_out(w->day, room) > closes;
	}
}

static void one_day(struct world *w, int64_t any_ms, uint64_t seed)
{
	const struct day_units as_the_site_says = {{0, 0, 0}, 0};
	struct day *day = day_create_under(
		w->site, any_ms, seed, TELLING_PROMPT, &w->laws, &as_the_site_says);
	int64_t instants[INSTANTS];
	if (day == NULL)
		exit(3);
	morning(w, day);
	int n = instants_of(day, instants);
	for (int i = 0; i < n; i++)
		mark(w, instants[i]);
	learn(w);
	rooms_of(w);
	evening(w);
	day_destroy(day);
}

/* ---- one unit too few ---- */

enum { SCARCE_KINDS = 4, SCARCE_DAYS = 10 };

/* As the site has them, every queue is short; with these the emulator's own day
 * is an hour or more longer than with one unit more. */
static const struct {
	const char *id;
	int units;
} scarce[SCARCE_KINDS] = {{"porter", 1}, {"mar", 2}, {"cleaning", 1}, {"pacu", 7}};

static struct day_units units_of(int kind, int units)
{
	static const enum crew crew[] = {CREW_PORTER, CREW_ANAESTHETIST, CREW_CLEANING};
	struct day_units u = {{0, 0, 0}, 0};
	if (kind < CREW_COUNT)
		u.crews[crew[kind]] = units;
	else
		u.bays = units;
	return u;
}

static double overtime_of(const struct world *w, uint64_t seed, const struct day_units *units)
{
	double sum = 0;
	struct day *day =
		day_create_under(w->site, w->day->midnight, seed, TELLING_PROMPT, &w->laws, units);
	for (int i = 0; i < day->room_count; i++) {
		int64_t closes = stamp_at(day->midnight, w->site->rooms[day->rooms[i]].close_min);
		int64_t over = day_last_out(day, day->rooms[i]) - closes;
		sum += over > 0 ? (double)over / MINUTE_MS : 0;
	}
	day_destroy(day);
	return sum;
}

/* The pool of which one unit more takes away most overtime. */
static int named(struct world *w)
{
	struct forecast_run *base = simulate(w, w->plan, REPS);
	double best = INFINITY;
	int which = -1;
	for (int p = 0; p < w->plan->pool_count; p++) {
		*w->more = *w->plan;
		plan_more(w->more, w->index, p, 1);
		struct forecast_run *run = simulate(w, w->more, REPS);
		double effect = forecast_difference(base, run, REPS, KPI_OVERTIME).mean;
		forecast_run_destroy(run);
		if (effect < best) {
			best = effect;
			which = p;
		}
	}
	forecast_run_destroy(base);
	return which;
}

static const char *pool_id(const struct world *w, int p)
{
	const struct plan_index *x = w->index;
	return p < 0                  ? "nothing"
	       : x->pool_role[p] >= 0 ? w->site->roles[x->pool_role[p]].id
				      : room_kind_name((enum room_kind)x->pool_beds[p]);
}

static bool bottleneck_named(struct world *w, int64_t any_ms, uint64_t seed, int kind)
{
	const struct day_units few = units_of(kind, scarce[kind].units),
			       one_more = units_of(kind, scarce[kind].units + 1);
	struct day *day = day_create_under(w->site, any_ms, seed, TELLING_PROMPT, &w->laws, &few);
	if (day == NULL)
		exit(3);
	morning(w, day);
	tell_units(w, scarce[kind].id, scarce[kind].units);
	at(w, stamp_at(day->midnight, 9 * 60), w->plan);
	const char *first = pool_id(w, named(w));
	printf("#   %d %s: named %s; one more was worth %.0f min\n", scarce[kind].units,
		scarce[kind].id, first,
		overtime_of(w, seed, &few) - overtime_of(w, seed, &one_more));
	evening(w);
	day_destroy(day);
	return strcmp(first, scarce[kind].id) == 0;
}

static void bottlenecks(struct world *w, int64_t any_ms)
{
	int right = 0;
	for (int i = 0; i < SCARCE_DAYS; i++)
		right += bottleneck_named(w, any_ms, 5000 + (uint64_t)i, i % SCARCE_KINDS);
	bench_say("forecast_bottleneck_named", right, "of 10");
}

/* ---- telling ---- */

static double percent(const struct share *s)
{
	return s->all > 0 ? 100 * s->right / s->all : 0;
}

static void tell_reliability(const char *name, const struct reliability *y)
{
	double worst = 0;
	for (int d = 0; d < DECILES; d++) {
		if (y->count[d] == 0)
			continue;
		double said = 100 * y->p[d] / y->count[d], came = 100 * y->came[d] / y->count[d];
		printf("#   said %5.1f %%  came %5.1f %%  of %.0f\n", said, came, y->count[d]);
		if (y->count[d] >= 100 && fabs(said - came) > worst)
			worst = fabs(said - came);
	}
	bench_say(name, worst, "points off at most, tenths of 100 or more");
}

static void tell(const struct tally *y)
{
	bench_against(
		"forecast_late_1h", percent(&y->late), "%", "booking", percent(&y->late_booking));
	bench_say("forecast_late_1h_base_rate", percent(&y->base), "%");
	bench_say("forecast_late_1h_questions", y->late.all, "rooms");
	bench_against("forecast_late_1h_brier", y->brier / y->late.all, "score", "booking",
		y->brier_booking / y->late.all);
	tell_reliability("forecast_late_1h_reliability", &y->hour);
	bench_against(
		"forecast_late_any", percent(&y->any), "%", "booking", percent(&y->any_booking));
	bench_say("forecast_overtime_rooms", 100 * y->overtime_rooms / y->room_days, "%");
	tell_reliability("forecast_late_any_reliability", &y->all);
	tell_reliability("forecast_late_no_add_on_reliability", &y->known);
	bench_against("forecast_end_error", y->error / y->cases, "min", "booking",
		y->error_booking / y->cases);
	bench_say("forecast_end_bias", y->bias / y->cases, "min");
	bench_say("forecast_end_after_p50", 100 * y->after / y->cases, "%");
	bench_say("forecast_end_coverage80", percent(&y->inside), "%");
	bench_against("forecast_running_error", y->running_error / y->running_inside.all, "min",
		"booking", y->running_booking / y->running_inside.all);
	bench_say("forecast_running_coverage80", percent(&y->running_inside), "%");
	bench_say("forecast_pacu_2h_error", y->pacu_error / y->pacu_asked, "bays");
	bench_say("forecast_pacu_2h_under_p90", percent(&y->pacu_under), "%");
	bench_against("forecast_stage_coverage90", percent(&y->stage), "%", "site",
		percent(&y->stage_site));
	bench_against("forecast_stage_crps", y->stage_crps / y->stage.all, "min", "site",
		y->stage_crps_site / y->stage.all);
	bench_say("forecast_p50_not_ahead", (double)y->not_ahead, "of all");
	bench_say("forecast_said_off", (double)y->said_off, "cases that were done all the same");
}

int main(void)
{
	static struct world w;
	struct error err = {""};
	const char *days = getenv("DAYS"), *laws = getenv("LAWS");
	long n = days != NULL && *days != '\0' ? strtol(days, NULL, 10) : 200;
	w.site = site_load("etc/demo/site.cfg", NULL, &err);
	if (w.site == NULL
		|| laws_load(&w.laws, laws != NULL ? laws : "etc/demo/laws.cfg", &err) < 0) {
		fprintf(stderr, "bench: forecast: %s\n", err.text);
		return 3;
	}
	setenv("TZ", w.site->zone, 1);
	tzset();
	w.learning = learning_create();
	w.plan = calloc(1, sizeof *w.plan);
	w.more = calloc(1, sizeof *w.more);
	w.index = calloc(1, sizeof *w.index);
	w.forecast = calloc(1, sizeof *w.forecast);
	if (w.learning == NULL || w.plan == NULL || w.more == NULL || w.index == NULL
		|| w.forecast == NULL)
		return 3;
	int64_t first = stamp_parse("2026-03-16T12:00:00+01:00");
	double began = bench_now();
	for (long k = 0; k < n; k++)
		one_day(&w, first + k * 24 * (int64_t)HOUR_MS, 1000 + (uint64_t)k);
	bench_say("forecast_days", (double)n, "days");
	bench_say("forecast_days_wall", bench_now() - began, "s");
	tell(&w.tally);
	bottlenecks(&w, first);
	return 0;
}
