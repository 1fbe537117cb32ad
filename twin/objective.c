/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/objective.h"

#include <string.h>

static const double MS = 60000; /* a minute */
static const int64_t DAY_MS = 24 * 3600 * 1000LL;

/*
 * Overtime and waiting as in the reference's small instances (simulation 5): ten a
 * quarter of an hour past the session, one a quarter of an hour of waiting. Held in
 * the room is waiting that also holds up the next one. What a case put off, a night
 * more and a telephone call are worth is a house's own to say; these are as much as
 * four hours, an hour and a half and three minutes of overtime.
 */
static const struct {
	const char *name, *target;
	double weight;
} terms[OBJECTIVE_COUNT] = {
	[OBJECTIVE_OVERTIME] = {"overtime", "objective_overtime", 10.0 / 15},
	[OBJECTIVE_WAIT] = {"wait", "objective_wait", 1.0 / 15},
	[OBJECTIVE_NEST] = {"nest", "objective_nest", 1.0 / 15},
	[OBJECTIVE_HOLD] = {"hold", "objective_hold", 2.0 / 15},
	[OBJECTIVE_CANCELLED] = {"cancelled", "objective_cancelled", 160},
	[OBJECTIVE_OVERNIGHT] = {"overnight", "objective_overnight", 60},
	[OBJECTIVE_MOVED] = {"moved", "objective_moved", 2},
};

/*
 * Hours from being known to the incision (NEST, NCT04585529; field 2.3); class 1 is
 * "minutes". A minute late weighs as its class is short of time, and the first, whose
 * minutes are counted in lives, five times the second.
 */
static const struct {
	const char *target;
	double hours, urgency;
} classes[7] = {[1] = {"nest_1_h", 0, 60},
	[2] = {"nest_2_h", 1, 12},
	[3] = {"nest_3_h", 4, 3},
	[4] = {"nest_4_h", 12, 2},
	[5] = {"nest_5_h", 48, 1},
	[6] = {"nest_6_h", 72, 1}};

const char *objective_name(enum objective_term term)
{
	return (unsigned)term < OBJECTIVE_COUNT ? terms[term].name : "?";
}

double objective_weight(const struct site *site, enum objective_term term)
{
	return site_target(site, terms[term].target, terms[term].weight);
}

double objective_sum(const struct site *site, const struct objective *o)
{
	double sum = 0;
	for (int t = 0; t < OBJECTIVE_COUNT; t++)
		sum += o->of[t] * objective_weight(site, (enum objective_term)t);
	return sum;
}

void objective_day_of(const struct twin *twin, struct objective_day *day)
{
	day->case_count = twin->case_count;
	day->horizon_ms = twin->now_ms + DAY_MS;
	for (int c = 1; c <= 6; c++) {
		day->classes[c].target_min =
			60 * site_target(twin->site, classes[c].target, classes[c].hours);
		day->classes[c].urgency = classes[c].urgency;
	}
	for (int i = 0; i < twin->case_count; i++) {
		const struct surgery *s = &twin->cases[i];
		int class = s->nest >= 1 && s->nest <= 6 ? s->nest : 0;
		int64_t known = s->known_ms > 0 ? s->known_ms : twin->now_ms;
		bool today = s->start_ms < day->horizon_ms && s->start_ms > twin->now_ms - DAY_MS;
		day->counts[i] = !surgery_is_off(s) && !surgery_has_begun(s)
				 && (today || (class > 0 && s->start_ms == 0))
				 && s->status != CASE_FULFILLED;
		day->due_ms[i] = s->start_ms;
		day->class[i] = class;
		day->target_ms[i] = class > 0
					    ? known + (int64_t)(MS * day->classes[class].target_min)
					    : INT64_MAX;
	}
}

/* ---- one replication ---- */

static double late_min(int64_t at, int64_t than)
{
	return at > than ? (double)(at - than) / MS : 0;
}

static int incision(const struct sim_pathway *way, int otherwise)
{
	for (int s = 0; s < way->count; s++)
		if (way->steps[s].begins == MILESTONE_INCISION)
			return s;
	return otherwise;
}

static void read_emergency(const struct objective_day *day, const struct sim_plan *plan,
	const struct plan_index *index, const struct sim_marks *marks, int i, int class,
	int64_t target_ms, struct objective *out)
{
	const struct sim_case *c = &plan->cases[i];
	int cut = incision(&plan->pathways[c->pathway], index->in_room[c->pathway]);
	int64_t at = day->horizon_ms;
	if (cut >= 0 && c->step <= cut && marks->begun_ms[i][cut] != SIM_NEVER)
		at = index->origin_ms + marks->begun_ms[i][cut];
	out->of[OBJECTIVE_NEST] += day->classes[class].urgency * late_min(at, target_ms);
}

/* Who comes in this fate and was not announced. */
static void read_guest(const struct objective_day *day, const struct sim_plan *plan,
	const struct plan_index *index, const struct sim_bench *bench,
	const struct sim_marks *marks, int i, struct objective *out)
{
	int class = plan->cases[i].priority;
	if (marks->off[i] != SIM_GOES || class < 1 || class > 6)
		return;
	int64_t known = index->origin_ms + bench->planned_ms[i];
	read_emergency(day, plan, index, marks, i, class,
		known + (int64_t)(MS * day->classes[class].target_min), out);
}

/* From when the patient is ready and it is time, as it is told now; and what has been
 * told to be later than first said, for half. */
static void read_wait(const struct objective_day *day, const struct sim_plan *plan,
	const struct plan_index *index, const struct sim_marks *marks, int of, int i,
	struct objective *out)
{
	const struct sim_case *c = &plan->cases[i];
	int in = index->in_room[c->pathway];
	int64_t due = day->due_ms[of] - index->origin_ms;
	int64_t ready = c->planned_ms > 0 ? c->planned_ms : 0;
	if (in < 0 || c->step > in || marks->begun_ms[i][in] == SIM_NEVER)
		return;
	int64_t told = late_min(c->planned_ms, due > 0 ? due : 0) > 0 && day->due_ms[of] != 0
			       ? c->planned_ms - (due > 0 ? due : 0)
			       : 0;
	if (in > c->step && marks->ended_ms[i][in - 1] > ready)
		ready = marks->ended_ms[i][in - 1];
	out->of[OBJECTIVE_WAIT] += late_min(marks->begun_ms[i][in], ready) + (double)told / MS / 2;
}

static void read_hold(const struct sim_plan *plan, const struct plan_index *index,
	const struct sim_marks *marks, int i, struct objective *out)
{
	const struct sim_case *c = &plan->cases[i];
	int step = index->out_room[c->pathway];
	if (step < 0 || c->step > step || marks->begun_ms[i][step] == SIM_NEVER)
		return;
	int64_t before = step > 0 && step > c->step ? marks->ended_ms[i][step - 1] : 0;
	out->of[OBJECTIVE_HOLD] += late_min(marks->begun_ms[i][step], before > 0 ? before : 0);
}

/* The day unit is closed when they could go. */
static void read_overnight(const struct sim_plan *plan, const struct plan_index *index,
	const struct sim_marks *marks, int i, struct objective *out)
{
	const struct sim_case *c = &plan->cases[i];
	int last = plan->pathways[c->pathway].count - 1;
	if (!index->ambulatory[i] || index->home_by_ms[i] == INT64_MAX || c->step > last
		|| last <= index->out_pacu[c->pathway])
		return;
	int32_t home = marks->ended_ms[i][last];
	out->of[OBJECTIVE_OVERNIGHT] += home != SIM_NEVER && home > index->home_by_ms[i];
}

static void read_case(const struct objective_day *day, const struct sim_plan *plan,
	const struct plan_index *index, const struct sim_marks *marks, int i, struct objective *out)
{
	const struct sim_case *c = &plan->cases[i];
	int of = index->twin_case[i], leaves = index->out_room[c->pathway];
	if (c->absent)
		return;
	read_hold(plan, index, marks, i, out);
	read_overnight(plan, index, marks, i, out);
	if (of >= day->case_count || !day->counts[of])
		return;
	bool done = leaves < 0 || marks->ended_ms[i][leaves] != SIM_NEVER;
	out->of[OBJECTIVE_CANCELLED] += !done && marks->off[i] != SIM_NO_SHOW;
	if (day->class[of] > 0)
		read_emergency(
			day, plan, index, marks, i, day->class[of], day -> target_ms[of], out);
	else if (marks->off[i] == SIM_GOES)
		read_wait(day, plan, index, marks, of, i, out);
}

static void read_rooms(const struct sim_plan *plan, const struct plan_index *index,
	const struct sim_bench *bench, const struct sim_marks *marks, struct objective *out)
{
	for (int r = 0; r < plan->room_count; r++) {
		int64_t last = 0, close = index->closes_ms[r];
		for (int k = 0; k < bench->room[r].turns && close != 0; k++) {
			int i = bench->turn[r][k];
			const struct sim_case *c = &plan->cases[i];
			int32_t left = marks->ended_ms[i][index->out_room[c->pathway]];
			if (!c->absent && left != SIM_NEVER && left > last)
				last = left;
		}
		if (close != 0)
			out->of[OBJECTIVE_OVERTIME] += late_min(last, close > 0 ? close : 0);
	}
}

/* In no plan: nobody has given it a room, or it was put off. */
static void read_absent(const struct objective_day *day, int of, struct objective *out)
{
	out->of[OBJECTIVE_CANCELLED]++;
	if (day->class[of] > 0)
		out->of[OBJECTIVE_NEST] += day->classes[day->class[of]].urgency
					   * late_min(day->horizon_ms, day->target_ms[of]);
}

void objective_read(const struct objective_day *day, const struct sim_plan *plan,
	const struct plan_index *index, const struct sim_bench *bench,
	const struct sim_marks *marks, double moved, struct objective *out)
{
	memset(out, 0, sizeof *out);
	out->of[OBJECTIVE_MOVED] = moved;
	for (int i = 0; i < plan->case_count; i++)
		read_case(day, plan, index, marks, i, out);
	for (int k = 0; k < plan->guest_count; k++)
		read_guest(day, plan, index, bench, marks, plan->case_count + k, out);
	for (int of = 0; of < day->case_count; of++)
		if (day->counts[of] && index->case_of[of] == SIM_NONE)
			read_absent(day, of, out);
	read_rooms(plan, index, bench, marks, out);
}
