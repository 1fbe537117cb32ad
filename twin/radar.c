/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/radar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/stat.h"
#include "twin/text.h"

static const double MS = 60000; /* a minute */
static const int64_t DAY_MS = 24 * 3600 * 1000LL;
/* What comes less often is not worth a line. */
static const double SELDOM = 0.1, SURE = 0.9;

enum { WORDS = RADAR_SLOTS / 32, GAPS = SIM_CASES + SIM_ROOMS * (1 + SIM_OUTAGES) };

struct radar_run {
	const struct sim_plan *plan;
	const struct plan_index *index;
	int reps;
	int64_t from_ms, to_ms;   /* the rest of the sessions, after the origin; 0, 0 none */
	bool listed[SIM_ROOMS];   /* takes what it lists: no way in for who is not known yet */
	int enters[SIM_PATHWAYS]; /* the step from which on the room is spoken for */
	/* [room, then case][rep]: minutes after the origin; NAN: it did not come. */
	float *moment;
	float *next, *hole_from, *hole_to, *wait; /* [rep] */
	uint32_t *free;                           /* [rep][WORDS], a bit a slot */
};

/* A room can be entered, from the end of what was before to the beginning of what
 * comes, ms after the origin. `column`: of radar_run.moment, -1: of none. `counts`: it
 * is a way in for anybody. */
struct gap {
	int64_t from, to;
	int column;
	bool counts;
};

struct gaps {
	struct gap list[GAPS];
	int count;
};

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- what does not change from one replication to the next ---- */

static int enters(const struct sim_pathway *way)
{
	for (int s = 0; s < way->count; s++)
		for (int k = 0; k < SIM_NEEDS && way->steps[s].need[k] != SIM_NONE; k++)
			if (way->steps[s].need[k] == SIM_ROOM || way->steps[s].need[k] == SIM_TURN)
				return s;
	return way->count;
}

static bool has_session(const struct plan_index *x, int room)
{
	return x->opens_ms[room] != 0 || x->closes_ms[room] != 0;
}

/* Where all rooms list what they take, none of them does. */
static void find_listed(struct radar_run *run, const struct site *site)
{
	int count = 0;
	for (int r = 0; site != NULL && r < run->plan->room_count; r++) {
		run->listed[r] = site->rooms[run->index->site_room[r]].takes.count > 0;
		count += run->listed[r];
	}
	if (count == run->plan->room_count)
		memset(run->listed, 0, sizeof run->listed);
}

/* From the first opening to the last closing of the rooms that are not closed. Where
 * no session is told, a day. */
static void window(struct radar_run *run)
{
	int64_t from = INT64_MAX, to = 0;
	bool any = false, told = false;
	for (int r = 0; r < run->plan->room_count; r++) {
		if (run->plan->rooms[r].closed || run->listed[r])
			continue;
		int64_t opens = has_session(run->index, r) ? run->index->opens_ms[r] : 0;
		any = true;
		told = told || has_session(run->index, r);
		from = opens < from ? opens : from;
		to = later(to, run->index->closes_ms[r]);
	}
	from = later(from, 0);
	to = any && !told ? DAY_MS : to;
	run->from_ms = any && to > from ? from : 0;
	run->to_ms = any && to > from ? to : 0;
}

struct radar_run *radar_run_create(const struct sim_plan *plan, const struct plan_index *index,
	const struct site *site, int reps)
{
	struct radar_run *run = calloc(1, sizeof *run);
	size_t n = (size_t)reps, columns = (size_t)plan->room_count + (size_t)plan->case_count;
	if (run == NULL)
		return NULL;
	run->plan = plan;
	run->index = index;
	run->reps = reps;
	run->moment = malloc(columns * n * sizeof *run->moment + 1);
	run->next = malloc(n * sizeof *run->next + 1);
	run->hole_from = malloc(n * sizeof *run->hole_from + 1);
	run->hole_to = malloc(n * sizeof *run->hole_to + 1);
	run->wait = malloc(n * sizeof *run->wait + 1);
	run->free = malloc(n * WORDS * sizeof *run->free + 1);
	if (run->moment == NULL || run->next == NULL || run->hole_from == NULL
		|| run->hole_to == NULL || run->wait == NULL || run->free == NULL) {
		radar_run_destroy(run);
		return NULL;
	}
	for (int p = 0; p < plan->pathway_count; p++)
		run->enters[p] = enters(&plan->pathways[p]);
	find_listed(run, site);
	window(run);
	return run;
}

void radar_run_destroy(struct radar_run *run)
{
	if (run == NULL)
		return;
	free(run->moment);
	free(run->next);
	free(run->hole_from);
	free(run->hole_to);
	free(run->wait);
	free(run->free);
	free(run);
}

/* ---- one replication ---- */

/* One room of one replication. */
struct visit {
	const struct radar_run *run;
	const struct sim_draw *draw;
	const struct sim_marks *marks;
	int room;
	struct gaps *out;
};

static void add_gap(const struct visit *v, int64_t from, int64_t to, int column)
{
	bool counts = !v->run->listed[v->room];
	if (from <= to && v->out->count < GAPS)
		v->out->list[v->out->count++] = (struct gap){from, to, column, counts};
}

/* While the room is out of order nobody enters it. The first piece is the moment. */
static void open_gap(const struct visit *v, int64_t from, int64_t to, int column)
{
	const struct sim_outage *down = v->draw->room_down[v->room];
	int64_t opens = has_session(v->run->index, v->room) ? v->run->index->opens_ms[v->room] : 0;
	from = later(from, later(opens, 0));
	for (int n = 0; v->run->plan->room_wear.mtbf_min > 0 && n < SIM_OUTAGES; n++) {
		if (down[n].from_ms == SIM_NEVER)
			break;
		if (to < down[n].from_ms || from >= down[n].to_ms)
			continue;
		int before = v->out->count;
		add_gap(v, from, down[n].from_ms, column);
		column = v->out->count > before ? -1 : column;
		from = down[n].to_ms;
	}
	add_gap(v, from, to, column);
}

/* When the next one is brought in, or put to sleep for the room; < 0: is in it. */
static int64_t spoken_ms(const struct visit *v, int i)
{
	const struct sim_case *c = &v->run->plan->cases[i];
	int step = v->run->enters[c->pathway];
	if (c->step > step || (c->step == step && c->running))
		return -1;
	int32_t ms = v->marks->begun_ms[i][step];
	return ms == SIM_NEVER ? INT64_MAX : ms;
}

/* From which on the room is clean again after a case: who left it while another was
 * still inside has no word on it. */
static int64_t clean_ms(const struct visit *v, int i, int64_t until_now)
{
	int out = v->run->index->out_room[v->run->plan->cases[i].pathway];
	if (v->marks->room_ready_ms[i] != SIM_NEVER)
		return v->marks->room_ready_ms[i];
	bool has_left = out >= 0 && v->marks->ended_ms[i][out] != SIM_NEVER;
	return has_left && spoken_ms(v, i) < 0 ? until_now : INT64_MAX;
}

static void visit_room(const struct visit *v, const struct sim_bench *bench)
{
	const struct sim_plan *plan = v->run->plan;
	const struct sim_room *room = &plan->rooms[v->room];
	int64_t close =
		has_session(v->run->index, v->room) ? v->run->index->closes_ms[v->room] : INT64_MAX;
	int64_t free_from = room->cleaning_ms >= 0 ? v->draw->cleaning_ms[v->room] : 0;
	int column = v->room;
	if (room->closed)
		return;
	for (int k = 0; k < bench->room[v->room].turns; k++) {
		int i = bench->turn[v->room][k];
		if (plan->cases[i].absent || v->marks->off[i] != SIM_GOES)
			continue;
		int64_t spoken = spoken_ms(v, i);
		bool inside = spoken < 0;
		if (!inside && free_from != INT64_MAX)
			open_gap(v, free_from, spoken, column);
		free_from = clean_ms(v, i, inside && column != v->room ? free_from : INT64_MAX);
		column = i < plan->case_count ? plan->room_count + i : -1;
	}
	if (free_from != INT64_MAX)
		open_gap(v, free_from, close, column);
}

static int by_time(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;
	return (x->from > y->from) - (x->from < y->from);
}

/* The spans of the window that are in no gap; what touches a gap is its end. Who comes
 * in a span of s minutes, at any time of it, waits s / 2. */
static void find_holes(const struct radar_run *run, const struct gaps *gaps, int rep)
{
	int64_t reached = run->from_ms, from = 0, to = 0;
	double square = 0, all = (double)(run->to_ms - run->from_ms) / MS;
	for (int k = 0; k <= gaps->count && reached < run->to_ms; k++) {
		if (k < gaps->count && !gaps->list[k].counts)
			continue;
		int64_t next = k < gaps->count ? gaps->list[k].from : run->to_ms;
		next = next < run->to_ms ? next : run->to_ms;
		if (next > reached)
			square += pow((double)(next - reached) / MS, 2);
		if (next - reached > to - from) {
			from = reached;
			to = next;
		}
		if (k < gaps->count)
			reached = later(reached, gaps->list[k].to);
	}
	run->hole_from[rep] = (float)((double)from / MS);
	run->hole_to[rep] = (float)((double)to / MS);
	run->wait[rep] = (float)(all > 0 ? square / 2 / all : 0);
}

static void keep_slots(uint32_t slots[WORDS], const struct gap *gap)
{
	const int64_t slot = RADAR_SLOT_MIN * 60000;
	int64_t last = gap->to / slot;
	for (int64_t k = gap->from / slot; k <= last && k < RADAR_SLOTS; k++)
		slots[k / 32] |= 1U << (k % 32);
}

void radar_watch(void *context, int rep, const struct sim_draw *draw, const struct sim_bench *bench,
	const struct sim_marks *marks)
{
	const struct radar_run *run = context;
	const struct sim_plan *plan = run->plan;
	uint32_t *slots = run->free + (size_t)rep * WORDS;
	struct gaps gaps;
	gaps.count = 0;
	for (int r = 0; r < plan->room_count; r++)
		visit_room(&(struct visit){run, draw, marks, r, &gaps}, bench);
	qsort(gaps.list, (size_t)gaps.count, sizeof *gaps.list, by_time);
	for (int c = 0; c < plan->room_count + plan->case_count; c++)
		run->moment[(size_t)c * (size_t)run->reps + (size_t)rep] = NAN;
	memset(slots, 0, WORDS * sizeof *slots);
	run->next[rep] = NAN;
	for (int k = 0; k < gaps.count; k++) {
		const struct gap *gap = &gaps.list[k];
		if (gap->counts)
			keep_slots(slots, gap);
		if (gap->counts && isnan(run->next[rep]))
			run->next[rep] = (float)((double)gap->from / MS);
		if (gap->column >= 0)
			run->moment[(size_t)gap->column * (size_t)run->reps + (size_t)rep] =
				(float)((double)gap->from / MS);
	}
	find_holes(run, &gaps, rep);
}

void radar_hole(const struct radar_run *run, int rep, double *from_min, double *to_min)
{
	*from_min = (double)run->hole_from[rep];
	*to_min = (double)run->hole_to[rep];
}

double radar_wait(const struct radar_run *run, int rep)
{
	return (double)run->wait[rep];
}

double radar_window(const struct radar_run *run)
{
	return (double)(run->to_ms - run->from_ms) / MS;
}

/* ---- all of them ---- */

/* Quantiles of what is a number; the share of them. `times`: after the origin. */
static double quantiles_of(
	const float *values, int reps, double *sorted, int64_t origin_ms, struct quantiles *out)
{
	size_t n = 0;
	*out = (struct quantiles){0, 0, 0};
	for (int i = 0; i < reps; i++)
		if (!isnan(values[i]))
			sorted[n++] = (double)values[i];
	if (n == 0)
		return 0;
	stat_sort(sorted, n);
	*out = (struct quantiles){(double)origin_ms + MS * stat_quantile(sorted, n, 0.1),
		(double)origin_ms + MS * stat_quantile(sorted, n, 0.5),
		(double)origin_ms + MS * stat_quantile(sorted, n, 0.9)};
	return (double)n / reps;
}

static void add_moment(struct radar *out, const struct radar_moment *moment)
{
	int at = out->count;
	if (at == RADAR_MOMENTS) {
		out->more++;
		if (moment->at.p50 >= out->moments[--at].at.p50)
			return;
	} else {
		out->count++;
	}
	for (; at > 0 && out->moments[at - 1].at.p50 > moment->at.p50; at--)
		out->moments[at] = out->moments[at - 1];
	out->moments[at] = *moment;
}

/* How many of a room's list are still to enter after this one of it, -1: all. */
static int behind(const struct radar_run *run, int room, int after)
{
	const struct sim_room *r = &run->plan->rooms[room];
	int count = 0;
	for (int k = r->turns - 1; k >= 0 && r->turn[k] != after; k--) {
		const struct sim_case *c = &run->plan->cases[r->turn[k]];
		count += !c->absent && c->step <= run->enters[c->pathway];
	}
	return count;
}

static void read_moment(const struct radar_run *run, int column, int reps, const struct twin *twin,
	double *sorted, struct radar *out)
{
	int of = column - run->plan->room_count;
	int room = of >= 0 ? run->plan->cases[of].room : column;
	struct radar_moment moment = {.room = -1};
	moment.p = quantiles_of(run->moment + (size_t)column * (size_t)run->reps, reps, sorted,
		run->index->origin_ms, &moment.at);
	if (moment.p < SELDOM || room < 0)
		return;
	moment.room = run->index->site_room[room];
	moment.listed = run->listed[room];
	moment.behind = behind(run, room, of >= 0 ? of : SIM_NONE);
	if (of >= 0)
		text_copy(moment.after, sizeof moment.after,
			twin->cases[run->index->twin_case[of]].id);
	add_moment(out, &moment);
}

/* The replication whose hole is nearest to the middle one. */
static void read_hole(const struct radar_run *run, int reps, double *sorted, struct radar *out)
{
	int middle = 0;
	double near = INFINITY;
	for (int i = 0; i < reps; i++) {
		sorted[i] = (double)run->hole_to[i] - (double)run->hole_from[i];
		out->wait_min += (double)run->wait[i] / reps;
	}
	stat_sort(sorted, (size_t)reps);
	out->hole_min = (struct quantiles){stat_quantile(sorted, (size_t)reps, 0.1),
		stat_quantile(sorted, (size_t)reps, 0.5), stat_quantile(sorted, (size_t)reps, 0.9)};
	for (int i = 0; i < reps; i++) {
		double off = fabs(
			(double)run->hole_to[i] - (double)run->hole_from[i] - out->hole_min.p50);
		if (off < near) {
			near = off;
			middle = i;
		}
	}
	out->hole_from_ms = run->index->origin_ms + (int64_t)(MS * (double)run->hole_from[middle]);
	out->hole_to_ms = run->index->origin_ms + (int64_t)(MS * (double)run->hole_to[middle]);
}

static void read_slots(const struct radar_run *run, int reps, struct radar *out)
{
	for (int k = 0; k < RADAR_SLOTS; k++) {
		int count = 0;
		for (int i = 0; i < reps; i++)
			count += (int)(run->free[(size_t)i * WORDS + (size_t)k / 32] >> (k % 32)
				       & 1);
		out->free[k] = (float)count / (float)reps;
	}
}

bool radar_read(const struct radar_run *run, int reps, const struct twin *twin, struct radar *out)
{
	double *sorted = malloc((size_t)reps * sizeof *sorted + 1);
	struct radar_change closes = out->closes;
	if (sorted == NULL || reps <= 0) {
		free(sorted);
		return false;
	}
	memset(out, 0, sizeof *out);
	out->closes = closes;
	out->at_ms = run->index->origin_ms;
	out->reps = reps;
	for (int c = 0; c < run->plan->room_count + run->plan->case_count; c++)
		read_moment(run, c, reps, twin, sorted, out);
	out->p_next = quantiles_of(run->next, reps, sorted, run->index->origin_ms, &out->next);
	read_slots(run, reps, out);
	if (run->to_ms > run->from_ms) {
		out->from_ms = run->index->origin_ms + run->from_ms;
		out->to_ms = run->index->origin_ms + run->to_ms;
		read_hole(run, reps, sorted, out);
	}
	free(sorted);
	return true;
}

/* ---- for an emergency ---- */

bool radar_in_time(const struct radar_moment *moment, int64_t by_ms)
{
	return moment->p >= SURE && moment->at.p90 <= (double)by_ms;
}

static bool takes(const struct radar_moment *moment, const struct site *site, const char *procedure)
{
	return procedure == NULL ? !moment->listed
				 : site_room_takes(&site->rooms[moment->room], procedure);
}

int radar_pick(
	const struct radar *radar, const struct site *site, const char *procedure, int64_t by_ms)
{
	int best = -1, first = -1;
	for (int k = 0; k < radar->count; k++) {
		const struct radar_moment *moment = &radar->moments[k];
		if (!takes(moment, site, procedure))
			continue;
		first = first < 0 ? k : first;
		if (radar_in_time(moment, by_ms)
			&& (best < 0 || moment->behind < radar->moments[best].behind))
			best = k;
	}
	return best >= 0 ? best : first;
}
