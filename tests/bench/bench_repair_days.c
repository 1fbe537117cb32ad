/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Do repairs help? Twelve ways in which a day goes wrong, each on DAYS days of the
 * emulated suite under laws that no model has seen (etc/demo/laws.cfg). The console's
 * best option is held against doing nothing, twice: on 200 fates that had no part in
 * choosing it, and on the very day, which the emulated hospital lives once without and
 * once with the orders, with the same draws, in ten futures of it. Beside it two rules of thumb, on
 * the same fates and days: first fit (who would run past the session goes to the first room where
 * the booking fits) and shortest first. Less is better; a point is a minute and a half of overtime.
 * Where the trouble is small (a surgeon is late) it takes three times as many days to tell.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "src/hospital/hearing.h"
#include "src/repairer.h"
#include "src/site_file.h"
#include "tests/bench/bench.h"
#include "tests/bench/learn.h"
#include "tests/bench/repair_day.h"
#include "tests/bench/repair_kinds.h"
#include "twin/learning.h"
#include "twin/repair_proof.h"
#include "twin/scenario_fork.h"
#include "twin/stat.h"
#include "twin/text.h"

enum { FATES = 200, FUTURES = 10, WARM_DAYS = 40, ASKED_MIN = 660, HOUR_MS = 3600000, THREADS = 2 };

/* Of no race: repairs are sought with SEARCH_SEED, held against others with this one. */
static const uint32_t SEARCH_SEED = 7, FRESH_SEED = 0x51f15eedu;

enum { TOP, FIRST_FIT, SHORTEST, WAYS };
static const char *const way_names[WAYS] = {"top option", "first fit", "shortest first"};

/* Differences to doing nothing, a day each. */
struct row {
	struct stat_moments model[WAYS], real[WAYS];
	struct stat_moments against[WAYS]; /* the top option minus the other, really */
	struct stat_moments nothing[2];    /* what doing nothing costs: by the model, really */
	struct objective terms[2];         /* of the top option: sums, by the model, really */
	int days, none, better, worse;     /* none: no option; on the 200 fates, proved */
	int orders, refused, unheard;
	double seconds;
};

struct world {
	struct site *site;
	struct laws laws;
	struct learning *learning;
	struct twin *twin;
	struct hearing *hearing;
	struct objective_day *od;
	int64_t midnight_ms;
	uint64_t seq;
	bool learns;
};

/* ---- the day, as it is heard ---- */

static void on_fact(void *context, const struct fact *fact)
{
	struct world *w = context;
	struct fact f = *fact;
	f.seq = ++w->seq;
	twin_apply(w->twin, &f, NULL);
	if (w->learns)
		learning_hear(w->learning, w->twin, &f);
}

static void morning(struct world *w, const struct day *day)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, day->midnight - 12 * HOUR_MS);
	w->seq = 0;
	w->midnight_ms = day->midnight;
	w->twin = twin_create();
	w->hearing = hearing_create(day, on_fact, w);
	if (w->twin == NULL)
		exit(3);
	f.site.site = w->site;
	on_fact(w, &f);
}

static void evening(struct world *w)
{
	hearing_destroy(w->hearing);
	twin_destroy(w->twin);
}

static struct day *day_of(struct world *w, int64_t any_ms, uint64_t seed)
{
	const struct day_units as_the_site_says = {{0, 0, 0}, 0};
	struct day *day = day_create_under(
		w->site, any_ms, seed, TELLING_PROMPT, &w->laws, &as_the_site_says);
	if (day == NULL)
		exit(3);
	return day;
}

/* What the house has learnt before, on other days than those that count. */
static void warm_up(struct world *w, int64_t any_ms)
{
	w->learns = true;
	for (int k = 0; k < WARM_DAYS; k++) {
		struct day *day = day_of(w, any_ms, 70000 + (uint64_t)k);
		struct fact f = fact_make(FACT_AUDIT, SOURCE_SYSTEM, 0);
		morning(w, day);
		for (int hour = 6; hour <= 40; hour++) {
			f.at_ms = day->midnight + hour * (int64_t)HOUR_MS;
			hearing_until(w->hearing, f.at_ms);
			on_fact(w, &f);
		}
		learn_take_on(w->learning);
		evening(w);
		day_destroy(day);
	}
	w->learns = false;
}

/* What only people know of it. */
static void tell_by_hand(struct world *w, const struct day *day, struct trouble *trouble)
{
	struct fact f;
	if (trouble->nest > 0)
		snprintf(trouble->about, sizeof trouble->about, "%s",
			day->cases[day->case_count - 1].appointment);
	/* Emergencies are heard without a class: whoever takes the call says it. Those
	 * of a usual day are of class 3, as the site's own record has them. */
	for (int i = 0; i < w->twin->case_count; i++) {
		const struct surgery *s = &w->twin->cases[i];
		if (s->setting != SETTING_EMERGENCY)
			continue;
		f = fact_make(FACT_CASE, SOURCE_PERSON, trouble->asked_ms);
		text_copy(f.surgery.id, sizeof f.surgery.id, s->id);
		f.surgery.nest = strcmp(s->id, trouble->about) == 0 ? trouble->nest : 3;
		on_fact(w, &f);
	}
	if (trouble->ate_ms != 0) {
		f = fact_make(FACT_INTAKE, SOURCE_PERSON, trouble->asked_ms);
		text_copy(f.intake.id, sizeof f.intake.id, trouble->about);
		f.intake.intake = INTAKE_SOLIDS;
		f.intake.when_ms = trouble->ate_ms;
		on_fact(w, &f);
	}
}

/* ---- rules of thumb ---- */

static int64_t closes_ms(const struct fork *fork, int room)
{
	int close_min = fork->twin->site->rooms[room].close_min;
	return close_min > 0 ? fork->midnight_ms + close_min * (int64_t)KIND_MINUTE : INT64_MAX;
}

/* When a room is free by the booking: who is in it, then one after the other. */
static int64_t booked_until(const struct fork *fork, int room, const struct surgery **last)
{
	const struct twin *t = fork->twin;
	const int64_t gap = (int64_t)(t->site->turnover_min * (double)KIND_MINUTE);
	int64_t until = t->now_ms;
	*last = NULL;
	for (int i = 0; i < t->case_count; i++) {
		const struct surgery *c = &t->cases[i];
		if (fork_is_in(fork, c, room) && surgery_has_begun(c) && !surgery_is_off(c)
			&& !surgery_is_over(c))
			until = fork_later(
				until, surgery_entered_ms(c) + fork_lasts(fork, c) + gap);
	}
	for (const struct surgery *c = fork_next(fork, room, NULL); c != NULL;
		c = fork_next(fork, room, c)) {
		until = fork_later(until, c->start_ms) + fork_lasts(fork, c) + gap;
		*last = c;
	}
	return until - gap;
}

static bool place(
	struct fork *fork, const struct surgery *c, int room, int64_t at, struct repair_moves *out)
{
	struct scenario s;
	char why[SCENARIO_TEXT];
	scenario_make("place", &s);
	scenario_set(&s, "case", c->id);
	scenario_set(&s, "room", fork->twin->site->rooms[room].id);
	scenario_set_instant(&s, "at", at);
	if (!repair_allowed(fork, &s, NULL, why) || !scenario_inject(fork, &s, why))
		return false;
	out->list[out->count++] = s;
	return true;
}

/* The last of a room that would run past its session, or the first of one that is
 * closed, goes to the first room where the booking fits. */
static bool fit_one(struct fork *fork, int room, struct repair_moves *out)
{
	const struct site *site = fork->twin->site;
	const int64_t gap = (int64_t)(site->turnover_min * (double)KIND_MINUTE);
	const struct surgery *last, *theirs;
	int64_t until = booked_until(fork, room, &last);
	bool shut = !fork_is_open(fork, room);
	if (last == NULL || (!shut && until <= closes_ms(fork, room)))
		return false;
	if (shut)
		last = fork_next(fork, room, NULL);
	for (int r = 0; r < site->room_count && r < TWIN_ROOMS; r++) {
		if (r == room || !fork_is_open(fork, r))
			continue;
		int64_t at = booked_until(fork, r, &theirs) + gap;
		if (at + fork_lasts(fork, last) <= closes_ms(fork, r)
			&& place(fork, last, r, fork_later(at, last->start_ms), out))
			return true;
	}
	return false;
}

static void first_fit(struct fork *fork, struct repair_moves *out)
{
	for (int r = 0; r < fork->twin->site->room_count && r < TWIN_ROOMS; r++)
		while (out->count < REPAIR_MOVES && fit_one(fork, r, out))
			;
}

static void shortest_first(struct fork *fork, struct repair_moves *out)
{
	char why[SCENARIO_TEXT];
	scenario_make("by_variance", &out->list[0]);
	out->count = scenario_inject(fork, &out->list[0], why);
}

static void (*const thumbs[WAYS])(struct fork *, struct repair_moves *) = {
	[FIRST_FIT] = first_fit, [SHORTEST] = shortest_first};

static void by_thumb(
	const struct world *w, const struct what_if *given, int way, struct repair_moves *out)
{
	char refused[WHAT_IF_DEPTH][SCENARIO_TEXT];
	struct fork fork = {.twin = twin_create()};
	if (fork.twin == NULL)
		exit(3);
	memset(out, 0, sizeof *out);
	what_if_fork(&fork, w->twin, given, refused);
	fork.midnight_ms = w->midnight_ms;
	thumbs[way](&fork, out);
	twin_destroy(fork.twin);
}

/* ---- on fates that chose nothing ---- */

/* Shortest first is a what-if, not a decision: how many cases it moves has to be told. */
static struct repair_side *side_of(const struct world *w, const struct what_if *given,
	const struct repair_moves *moves, int told)
{
	const struct plan_options options = {
		.learnt = &w->learning->now, .midnight_ms = w->midnight_ms};
	char why[SCENARIO_TEXT] = "";
	struct repair_side *side =
		repair_side_create(w->twin, given, moves, &options, w->od, FRESH_SEED, FATES, why);
	if (side == NULL)
		return NULL;
	side->told += told;
	forecast_run_part(side->run, 0, FATES);
	return side;
}

static int moved_by(const struct world *w, const struct what_if *given, const struct what_if *more)
{
	char refused[WHAT_IF_DEPTH][SCENARIO_TEXT];
	struct fork a = {.twin = twin_create()}, b = {.twin = twin_create()};
	int moved = 0;
	if (a.twin == NULL || b.twin == NULL)
		exit(3);
	what_if_fork(&a, w->twin, given, refused);
	what_if_fork(&b, w->twin, more, refused);
	for (int i = 0; i < a.twin->case_count; i++)
		moved += a.twin->cases[i].start_ms != b.twin->cases[i].start_ms;
	twin_destroy(a.twin);
	twin_destroy(b.twin);
	return moved;
}

static struct repair_side *other_side(const struct world *w, const struct what_if *given, int way,
	const struct repair_moves *moves)
{
	struct what_if more = *given;
	if (moves->count == 0)
		return NULL;
	if (way != SHORTEST)
		return side_of(w, given, moves, 0);
	more.list[more.count++] = moves->list[0];
	return side_of(w, &more, NULL, moved_by(w, given, &more));
}

static void model(struct row *row, const struct world *w, const struct what_if *given,
	const struct repair_moves moves[WAYS])
{
	struct repair_side *without = side_of(w, given, NULL, 0);
	struct objective mean;
	if (without == NULL)
		exit(3);
	stat_add(&row->nothing[0], repair_side_mean(without, &mean));
	for (int way = 0; way < WAYS; way++) {
		struct repair_option option = {.objective = {0, 0, 0}};
		struct repair_side *with = other_side(w, given, way, &moves[way]);
		if (with != NULL)
			repair_prove(without, with, &moves[way], &option);
		repair_side_destroy(with);
		stat_add(&row->model[way], option.objective.mean);
		if (way != TOP)
			continue;
		row->better += option.objective.high < 0;
		row->worse += option.objective.low > 0;
		for (int t = 0; t < OBJECTIVE_COUNT; t++)
			row->terms[0].of[t] += option.term[t].mean;
	}
	repair_side_destroy(without);
}

/* ---- on the day itself ---- */

static double lived(const struct world *w, const struct trouble *trouble, struct day *day,
	const struct what_if *given, const struct repair_moves *moves, struct obeyed *obeyed,
	struct objective *cost)
{
	struct what_if list = {.count = 0};
	memset(obeyed, 0, sizeof *obeyed);
	for (int i = 0; moves != NULL && i < moves->count; i++)
		list.list[list.count++] = moves->list[i];
	/* A minute to look at it and approve. */
	if (list.count > 0)
		obey(day, w->twin, given, &list, w->midnight_ms, trouble->asked_ms + KIND_MINUTE,
			obeyed);
	judge(w->od, w->twin, day, trouble->asked_ms, obeyed->orders - obeyed->units, cost);
	day_destroy(day);
	return objective_sum(w->site, cost);
}

/* The day, gone wrong; from when the console was asked on, one of its futures: 0 is
 * the one the day was drawn with. */
static struct day *spoilt(
	struct world *w, int64_t any_ms, uint64_t seed, const struct trouble *trouble, int future)
{
	char why[DAY_WHY];
	struct day *day = day_of(w, any_ms, seed);
	if (!day_act(day, &trouble->action, why)) {
		day_destroy(day);
		return NULL;
	}
	if (future > 0)
		day_resow(day, trouble->asked_ms, seed * FUTURES + (uint64_t)future);
	return day;
}

static void really(struct row *row, struct world *w, const struct trouble *trouble, int64_t any_ms,
	uint64_t seed, const struct what_if *given, const struct repair_moves moves[WAYS])
{
	struct obeyed obeyed;
	struct objective idle, of;
	double cost[WAYS] = {0}, nothing = 0;
	for (int k = 0; k < FUTURES; k++) {
		nothing += lived(w, trouble, spoilt(w, any_ms, seed, trouble, k), given, NULL,
				   &obeyed, &idle)
			   / FUTURES;
		for (int way = 0; way < WAYS; way++) {
			cost[way] += lived(w, trouble, spoilt(w, any_ms, seed, trouble, k), given,
					     &moves[way], &obeyed, &of)
				     / FUTURES;
			for (int t = 0; way == TOP && t < OBJECTIVE_COUNT; t++)
				row->terms[1].of[t] += (of.of[t] - idle.of[t]) / FUTURES;
			if (way != TOP || k > 0)
				continue;
			row->orders += obeyed.orders;
			row->refused += obeyed.refused;
			row->unheard += obeyed.unheard;
		}
	}
	stat_add(&row->nothing[1], nothing);
	for (int way = 0; way < WAYS; way++) {
		stat_add(&row->real[way], cost[way] - nothing);
		stat_add(&row->against[way], cost[TOP] - cost[way]);
	}
}

/* ---- one day of one kind ---- */

static void ask(struct row *row, struct world *w, const struct trouble *trouble,
	const struct what_if *given, struct repair_moves *out)
{
	struct repair_ask asked = {.given = *given};
	struct repair_answer *answer = calloc(1, sizeof *answer);
	const struct repair_how how = {.learnt = &w->learning->now,
		.midnight_ms = w->midnight_ms,
		.seed = SEARCH_SEED,
		.threads = THREADS,
		.reps = FATES};
	double began = bench_now();
	text_copy(asked.about, sizeof asked.about, trouble->about);
	memset(out, 0, sizeof *out);
	if (answer == NULL || !repair_search(w->twin, &asked, &how, answer))
		exit(3);
	row->seconds += bench_now() - began;
	row->none += answer->count == 0;
	for (int i = 0; answer->count > 0 && i < answer->options[0].moves.count; i++)
		out->list[out->count++] = answer->options[0].moves.list[i];
	free(answer);
}

static void tell_moves(const char *kind, uint64_t seed, const struct repair_moves *moves)
{
	if (getenv("VERBOSE") == NULL)
		return;
	printf("#   %s %" PRIu64 ":", kind, seed);
	for (int i = 0; i < moves->count; i++) {
		char text[SCENARIO_TEXT];
		scenario_text(&moves->list[i], text);
		printf(" %s", text);
	}
	printf("\n");
}

static void one_day(struct row *row, struct world *w, int kind, int64_t any_ms, uint64_t seed)
{
	struct day *day = day_of(w, any_ms, seed);
	struct trouble trouble;
	struct what_if given = {.count = 0};
	struct repair_moves moves[WAYS];
	struct rng r = rng_stream(seed, 4711, (uint64_t)kind);
	char why[SCENARIO_TEXT];
	bool there = kinds[kind].make(day, stamp_at(day->midnight, ASKED_MIN), &r, &trouble);
	day_destroy(day);
	day = there ? spoilt(w, any_ms, seed, &trouble, 0) : NULL;
	if (day == NULL)
		return;
	morning(w, day);
	hearing_until(w->hearing, trouble.asked_ms);
	twin_advance(w->twin, trouble.asked_ms, NULL);
	tell_by_hand(w, day, &trouble);
	if (trouble.given[0] != '\0' && !scenario_parse(trouble.given, &given.list[0], why)) {
		fprintf(stderr, "bench: repair: %s: %s\n", trouble.given, why);
		exit(3);
	}
	given.count = trouble.given[0] != '\0';
	objective_day_of(w->twin, w->od);
	ask(row, w, &trouble, &given, &moves[TOP]);
	tell_moves(kinds[kind].name, seed, &moves[TOP]);
	for (int way = FIRST_FIT; way < WAYS; way++)
		by_thumb(w, &given, way, &moves[way]);
	model(row, w, &given, moves);
	really(row, w, &trouble, any_ms, seed, &given, moves);
	row->days++;
	evening(w);
	day_destroy(day);
}

/* ---- telling ---- */

struct interval {
	double mean, low, high;
};

/* Days are independent. Student's 97.5 % point, to a hundredth from ten days on. */
static struct interval interval(const struct stat_moments *m)
{
	double t = m->n > 1 ? 1.96 + 2.4 / (double)(m->n - 1) : 0, half = t * stat_error(m);
	return (struct interval){m->mean, m->mean - half, m->mean + half};
}

static void say(const char *kind, const char *what, const struct stat_moments *m)
{
	char name[96], unit[160];
	struct interval x = interval(m);
	const char *verdict = x.high < 0  ? "better than nothing"
			      : x.low > 0 ? "WORSE than nothing"
					  : "not told apart from nothing";
	snprintf(name, sizeof name, "repair_%s_%s", kind, what);
	snprintf(unit, sizeof unit, "points, %.1f to %.1f: %s", x.low, x.high, verdict);
	bench_say(name, x.mean, unit);
}

static void tell(const struct row *row, const char *kind, const struct site *site)
{
	if (row->days == 0) {
		printf("#   %s: there was no such day\n", kind);
		return;
	}
	say(kind, "fresh_fates", &row->model[TOP]);
	say(kind, "emulator", &row->real[TOP]);
	for (int way = FIRST_FIT; way < WAYS; way++)
		printf("#   %s: fresh fates %.1f, emulator %.1f; the top option minus it %.1f "
		       "(%.1f to %.1f)\n",
			way_names[way], row->model[way].mean, row->real[way].mean,
			interval(&row->against[way]).mean, interval(&row->against[way]).low,
			interval(&row->against[way]).high);
	for (int t = 0; t < OBJECTIVE_COUNT; t++)
		printf("#   %s by %.1f, really %.1f (a unit weighs %.3g)\n",
			objective_name((enum objective_term)t), row->terms[0].of[t] / row->days,
			row->terms[1].of[t] / row->days,
			objective_weight(site, (enum objective_term)t));
	printf("#   %d days, nothing costs %.0f by the model, %.0f really; %d without an option; "
	       "on its own 200 fates "
	       "better %d, worse %d; %d orders, %d refused, %d not to be told; %.2f s a search\n",
		row->days, row->nothing[0].mean, row->nothing[1].mean, row->none, row->better,
		row->worse, row->orders, row->refused, row->unheard, row->seconds / row->days);
	fflush(stdout);
}

/* Of all kinds together, so many, each surely (95 %). */
static void summary(const struct row rows[KINDS])
{
	int fates = 0, emulator = 0, fit = 0, shortest = 0;
	char lacking[400] = "";
	size_t len = 0;
	for (int k = 0; k < KINDS; k++) {
		bool good = interval(&rows[k].real[TOP]).high < 0;
		fates += interval(&rows[k].model[TOP]).high < 0;
		emulator += good;
		fit += interval(&rows[k].against[FIRST_FIT]).high < 0;
		shortest += interval(&rows[k].against[SHORTEST]).high < 0;
		if (!good)
			len += (size_t)snprintf(
				lacking + len, sizeof lacking - len, " %s", kinds[k].name);
	}
	bench_say("repair_better_fresh_fates", fates, "of 12 kinds");
	bench_say("repair_better_emulator", emulator, "of 12 kinds");
	bench_say("repair_better_than_first_fit", fit, "of 12 kinds");
	bench_say("repair_better_than_shortest_first", shortest, "of 12 kinds");
	printf("# not better than doing nothing on emulated days:%s\n",
		lacking[0] != '\0' ? lacking : " none of them");
}

int main(void)
{
	static struct world w;
	static struct row rows[KINDS];
	struct error err = {""};
	const char *days = getenv("DAYS"), *kind = getenv("KIND");
	long n = days != NULL && *days != '\0' ? strtol(days, NULL, 10) : 40;
	w.site = site_load("etc/demo/site.cfg", NULL, &err);
	if (w.site == NULL || laws_load(&w.laws, "etc/demo/laws.cfg", &err) < 0) {
		fprintf(stderr, "bench: repair: %s\n", err.text);
		return 3;
	}
	setenv("TZ", w.site->zone, 1);
	tzset();
	w.learning = learning_create();
	w.od = calloc(1, sizeof *w.od);
	if (w.learning == NULL || w.od == NULL)
		return 3;
	int64_t first = stamp_parse("2026-03-16T12:00:00+01:00");
	warm_up(&w, first);
	for (int k = 0; k < KINDS; k++) {
		if (kind != NULL && *kind != '\0' && strcmp(kind, kinds[k].name) != 0)
			continue;
		for (long d = 0; d < n * kinds[k].times; d++)
			one_day(&rows[k], &w, k, first, 90000 + (uint64_t)d);
		tell(&rows[k], kinds[k].name, w.site);
	}
	summary(rows);
	return 0;
}
