/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/radar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/repair_rule.h"
#include "twin/scenario_fork.h"
#include "twin/stat.h"

/* Which change closes the longest hole: many are tried on few fates, the better ones
 * on more, and the best is held against doing nothing on fates of its own. */

static const int64_t MINUTE_MS = 60000;

enum {
	CHANGES = 512,
	TOLD = 4,        /* cases that are told otherwise, at most */
	APART_MIN = 90,  /* of two cases that swap rooms, their starts, at most ... */
	UNLIKE_MIN = 10, /* ... and their lengths, at least */
	SHORT_MIN = 5    /* such a hole needs no closing */
};
static const int delays_min[] = {10, 20, 30};
/* Fates, and how many go on to the next round. */
static const struct {
	int reps, left;
} rounds[] = {{16, 64}, {64, 8}, {256, 1}};
enum { ROUNDS = sizeof rounds / sizeof *rounds, MOST = 256, PROOF = 400 };

struct change {
	struct scenario list[TOLD];
	int count;
	double score; /* minutes; the lower the better */
};

/* One way the day may go. */
struct side {
	const struct objective_day *day;
	const struct site *site;
	struct fork fork;
	struct sim_plan plan;
	struct plan_index index;
	struct forecast_run *run;
	struct radar_run *radar;
	double *objective; /* [MOST or more] */
};

struct closing {
	const struct radar_ask *ask;
	struct objective_day day;
	struct side *base, *trial;
	struct plan_like like;
	struct change *list;
	int count, untried;
	double per_overtime; /* what a minute of overtime weighs */
	double per_wait;     /* minutes of the longest hole that a minute of waiting is worth */
};

/* ---- a side ---- */

static struct side *side_create(const struct closing *c, int reps)
{
	struct side *side = calloc(1, sizeof *side);
	if (side == NULL)
		return NULL;
	side->day = &c->day;
	side->site = c->ask->twin->site;
	side->fork.twin = twin_create();
	side->fork.midnight_ms = c->ask->options->midnight_ms;
	side->objective = malloc((size_t)reps * sizeof *side->objective);
	return side;
}

static void side_clear(struct side *side)
{
	forecast_run_destroy(side->run);
	radar_run_destroy(side->radar);
	side->run = NULL;
	side->radar = NULL;
}

static void side_destroy(struct side *side)
{
	if (side == NULL)
		return;
	side_clear(side);
	twin_destroy(side->fork.twin);
	free(side->objective);
	free(side);
}

static bool side_is_whole(const struct side *side)
{
	return side != NULL && side->fork.twin != NULL && side->objective != NULL;
}

static void watch(void *context, int rep, const struct sim_draw *draw,
	const struct sim_bench *bench, const struct sim_marks *marks)
{
	struct side *side = context;
	struct objective o;
	radar_watch(side->radar, rep, draw, bench, marks);
	objective_read(side->day, &side->plan, &side->index, bench, marks, 0, &o);
	side->objective[rep] = objective_sum(side->site, &o);
}

/* Its plan is there. False: out of memory. */
static bool side_run(struct side *side, uint32_t seed, int reps)
{
	side_clear(side);
	side->run = forecast_run_create(&side->plan, &side->index, seed, reps);
	side->radar = radar_run_create(&side->plan, &side->index, side->site, reps);
	if (side->run == NULL || side->radar == NULL)
		return false;
	forecast_run_watch(side->run, watch, side);
	forecast_run_part(side->run, 0, reps);
	return true;
}

static double hole_of(const struct side *side, int rep)
{
	double from, to;
	radar_hole(side->radar, rep, &from, &to);
	return to - from;
}

static struct paired paired_of(const struct stat_moments *m)
{
	double half = 1.96 * stat_error(m);
	return (struct paired){m->mean, m->mean - half, m->mean + half};
}

static struct paired wait_by(const struct side *a, const struct side *b, int reps)
{
	struct stat_moments m = {0};
	for (int i = 0; i < reps; i++)
		stat_add(&m, radar_wait(b->radar, i) - radar_wait(a->radar, i));
	return paired_of(&m);
}

static struct paired hole_by(const struct side *a, const struct side *b, int reps)
{
	struct stat_moments m = {0};
	for (int i = 0; i < reps; i++)
		stat_add(&m, hole_of(b, i) - hole_of(a, i));
	return paired_of(&m);
}

static struct paired objective_by(const struct side *a, const struct side *b, int reps)
{
	struct stat_moments m = {0};
	for (int i = 0; i < reps; i++)
		stat_add(&m, b->objective[i] - a->objective[i]);
	return paired_of(&m);
}

/* ---- what may be changed ---- */

/* Who is still to enter a room and has a time, in order. */
static int queue_of(const struct closing *c, int room, int queue[SIM_TURNS])
{
	const struct sim_room *r = &c->base->plan.rooms[room];
	int n = 0;
	for (int k = 0; k < r->turns; k++) {
		int of = c->base->index.twin_case[r->turn[k]];
		const struct surgery *s = &c->ask->twin->cases[of];
		if (!surgery_has_begun(s) && !s->locked && s->start_ms != 0)
			queue[n++] = of;
	}
	return n;
}

static int64_t lasts_ms(const struct closing *c, int of)
{
	const struct surgery *s = &c->ask->twin->cases[of];
	return s->end_ms > s->start_ms ? s->end_ms - s->start_ms : 60 * MINUTE_MS;
}

static struct change *begin(struct closing *c)
{
	if (c->count == CHANGES) {
		c->untried++;
		return NULL;
	}
	c->list[c->count] = (struct change){.count = 0};
	return &c->list[c->count];
}

static bool place(struct change *change, const struct closing *c, int of, int room, int64_t at_ms)
{
	const struct twin *twin = c->ask->twin;
	struct scenario s;
	if (twin->cases[of].start_ms / MINUTE_MS == at_ms / MINUTE_MS)
		return true;
	scenario_make("place", &s);
	if (change->count == TOLD || !scenario_set(&s, "case", twin->cases[of].id)
		|| !scenario_set(&s, "room", twin->site->rooms[c->base->index.site_room[room]].id)
		|| !scenario_set_instant(&s, "at", at_ms))
		return false;
	change->list[change->count++] = s;
	return true;
}

/* The earliest that people could be told of by now. */
static int64_t told_ms(const struct closing *c)
{
	const struct twin *twin = c->ask->twin;
	int64_t notice = (int64_t)(twin->site->repair.notice_min * (double)MINUTE_MS);
	return (twin->now_ms + notice + MINUTE_MS - 1) / MINUTE_MS * MINUTE_MS;
}

/* Two of a list change places; those between are moved by what the two differ, so that
 * the gaps of the list stay, and what comes after is not touched. */
static void exchange(struct closing *c, int room, const int *queue, int a, int b)
{
	const struct surgery *cases = c->ask->twin->cases;
	struct change *change = begin(c);
	int64_t at = cases[queue[a]].start_ms, soonest = told_ms(c);
	at = at > soonest ? at : soonest;
	for (int k = a; change != NULL && k <= b; k++) {
		int of = k == a ? queue[b] : k == b ? queue[a] : queue[k];
		if (!place(change, c, of, room, at))
			return;
		int64_t gap = k < b ? cases[queue[k + 1]].start_ms - cases[queue[k]].start_ms
					      - lasts_ms(c, queue[k])
				    : 0;
		at += lasts_ms(c, of) + gap;
	}
	c->count += change != NULL && change->count > 0;
}

static void delay(struct closing *c, int room, int of, int minutes)
{
	struct change *change = begin(c);
	int64_t at = c->ask->twin->cases[of].start_ms, soonest = told_ms(c);
	at = at > soonest ? at : soonest;
	if (change != NULL && place(change, c, of, room, at + minutes * MINUTE_MS))
		c->count++;
}

static void swap(struct closing *c, int x, int y)
{
	const struct surgery *a = &c->ask->twin->cases[x], *b = &c->ask->twin->cases[y];
	int64_t apart = llabs(a->start_ms - b->start_ms);
	int64_t unlike = llabs(lasts_ms(c, x) - lasts_ms(c, y));
	struct change *change;
	struct scenario s;
	scenario_make("swap", &s);
	if (apart > APART_MIN * MINUTE_MS || unlike < UNLIKE_MIN * MINUTE_MS
		|| !scenario_set(&s, "case", a->id) || !scenario_set(&s, "with", b->id)
		|| (change = begin(c)) == NULL)
		return;
	change->list[change->count++] = s;
	c->count++;
}

static void list_changes(struct closing *c)
{
	int rooms = c->base->plan.room_count, queue[SIM_TURNS], other[SIM_TURNS];
	for (int r = 0; r < rooms; r++) {
		int n = queue_of(c, r, queue);
		for (int a = 0; a < n; a++)
			for (int b = a + 1; b < n && b - a < TOLD; b++)
				exchange(c, r, queue, a, b);
	}
	for (int r = 0; r < rooms; r++) {
		int n = queue_of(c, r, queue);
		for (int a = 0; a < n; a++)
			for (size_t d = 0; d < sizeof delays_min / sizeof *delays_min; d++)
				delay(c, r, queue[a], delays_min[d]);
	}
	for (int r = 0; r < rooms; r++) {
		int n = queue_of(c, r, queue);
		for (int q = r + 1; q < rooms; q++) {
			int m = queue_of(c, q, other);
			for (int a = 0; a < n; a++)
				for (int b = 0; b < m; b++)
					swap(c, queue[a], other[b]);
		}
	}
}

/* ---- trying ---- */

/* One after the other, on a copy. */
static bool decide(
	struct fork *fork, const struct twin *twin, const struct scenario *list, int count)
{
	char why[SCENARIO_TEXT];
	*fork = (struct fork){.twin = fork->twin, .midnight_ms = fork->midnight_ms};
	twin_copy(fork->twin, twin);
	for (int k = 0; k < count; k++)
		if (!repair_allowed(fork, &list[k], NULL, why)
			|| !scenario_inject(fork, &list[k], why))
			return false;
	return true;
}

/* The fork with the change, and its plan; false: it may not be made. */
static bool made(struct closing *c, const struct change *change)
{
	const struct twin *twin = c->trial->fork.twin;
	if (!decide(&c->trial->fork, c->ask->twin, change->list, change->count))
		return false;
	struct plan_options options = *c->ask->options;
	options.like = &c->like;
	plan_build(twin, &options, &c->trial->plan, &c->trial->index);
	return true;
}

/* What is known of a change from the first `reps`; returns its score: minutes of the
 * longest hole against minutes of overtime, the lower the better. */
static double hold_against(const struct closing *c, int reps, struct radar_change *out)
{
	out->hole = hole_by(c->base, c->trial, reps);
	out->wait = wait_by(c->base, c->trial, reps);
	out->objective = objective_by(c->base, c->trial, reps);
	out->overtime = forecast_difference(c->base->run, c->trial->run, reps, KPI_OVERTIME);
	out->reps = reps;
	return (out->hole.mean + c->per_wait * out->wait.mean) / 2
	       + fmax(0, fmax(out->overtime.mean, out->objective.mean / c->per_overtime));
}

static int by_score(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	return (x->score > y->score) - (x->score < y->score);
}

/* One round over those that are left; false: stopped, or out of memory. */
static bool try_all(struct closing *c, int reps, int left)
{
	for (int k = 0; k < c->count; k++) {
		struct change *change = &c->list[k];
		struct radar_change known;
		change->score = INFINITY;
		if (c->ask->stop != NULL && c->ask->stop(c->ask->context))
			return false;
		if (!made(c, change))
			continue;
		if (!side_run(c->trial, c->ask->seed, reps))
			return false;
		change->score = hold_against(c, reps, &known);
	}
	qsort(c->list, (size_t)c->count, sizeof *c->list, by_score);
	c->count = c->count < left ? c->count : left;
	while (c->count > 0 && !(c->list[c->count - 1].score < 0))
		c->count--;
	return true;
}

/* The longest hole, on average; 0: none worth closing. */
static double weigh_hole(struct closing *c)
{
	struct stat_moments m = {0};
	for (int i = 0; i < MOST; i++)
		stat_add(&m, hole_of(c->base, i));
	if (m.mean < SHORT_MIN)
		return 0;
	c->per_wait = radar_window(c->base->radar) / m.mean;
	return m.mean;
}

/* Other fates: those of the race belong to it. */
static bool prove(struct closing *c, int reps, struct radar_change *out)
{
	const struct change *best = &c->list[0];
	uint32_t seed = c->ask->seed ^ 0x9E3779B9U;
	if (!made(c, best) || !side_run(c->base, seed, reps) || !side_run(c->trial, seed, reps))
		return false;
	double net = hold_against(c, reps, out);
	if (out->hole.high >= 0 || out->wait.high >= 0 || net >= 0)
		return true;
	for (int k = 0; k < best->count; k++)
		out->moves.list[out->moves.count++] = best->list[k];
	return true;
}

static bool look(struct closing *c, struct radar_change *out)
{
	int proof = c->ask->reps > 0 ? c->ask->reps : PROOF;
	struct plan_options options = *c->ask->options;
	options.like = NULL;
	twin_copy(c->base->fork.twin, c->ask->twin);
	plan_build(c->ask->twin, &options, &c->base->plan, &c->base->index);
	c->like = (struct plan_like){c->ask->twin, &c->base->plan, &c->base->index};
	if (!side_run(c->base, c->ask->seed, MOST))
		return false;
	*out = (struct radar_change){.at_ms = c->ask->twin->now_ms, .reps = MOST};
	if (!(weigh_hole(c) > 0))
		return true;
	list_changes(c);
	out->tried = c->count;
	out->untried = c->untried;
	for (int k = 0; k < ROUNDS && c->count > 0; k++)
		if (!try_all(c, rounds[k].reps, rounds[k].left))
			return false;
	return c->count == 0 || prove(c, proof, out);
}

bool radar_close(const struct radar_ask *ask, struct radar_change *out)
{
	struct closing *c = calloc(1, sizeof *c);
	struct radar_change found = {.reps = 0};
	int reps = ask->reps > MOST ? ask->reps : PROOF;
	bool good = false;
	if (c == NULL)
		return false;
	if (ask->twin->site == NULL) {
		free(c);
		*out = (struct radar_change){.at_ms = ask->twin->now_ms};
		return true;
	}
	c->ask = ask;
	objective_day_of(ask->twin, &c->day);
	c->per_overtime = objective_weight(ask->twin->site, OBJECTIVE_OVERTIME);
	c->per_overtime = c->per_overtime > 0 ? c->per_overtime : 1;
	c->base = side_create(c, reps);
	c->trial = side_create(c, reps);
	c->list = malloc(CHANGES * sizeof *c->list);
	if (side_is_whole(c->base) && side_is_whole(c->trial) && c->list != NULL)
		good = look(c, &found);
	if (good)
		*out = found;
	side_destroy(c->base);
	side_destroy(c->trial);
	free(c->list);
	free(c);
	return good;
}

bool radar_stands(const struct radar_change *change, const struct twin *twin, int64_t midnight_ms)
{
	struct fork fork = {.twin = twin_create(), .midnight_ms = midnight_ms};
	bool good = fork.twin != NULL && twin->site != NULL
		    && decide(&fork, twin, change->moves.list, change->moves.count);
	twin_destroy(fork.twin);
	return good;
}
