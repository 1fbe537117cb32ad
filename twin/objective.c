/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/objective.h"

#include <string.h>

static const double MS = 60000; /* a minute */
static const int64_t DAY_MS = 24 * 3600 * 1000LL;

/*
 * Overtime as in the reference's small instances (simulation 5): ten a quarter of an hour
 * past the session. Waiting there weighs one to three; here two, and twice that in the
 * room, where it holds up the next one as well. What a case put off, a night more and a
 * telephone call are worth is a house's own to say; these are as much as four hours, an
 * hour and a half and seven minutes of overtime.
 */
static const struct {
	const char *name;
	double weight;
} terms[OBJECTIVE_COUNT] = {
	[OBJECTIVE_OVERTIME] = {"overtime", 10.0 / 15},
	[OBJECTIVE_WAIT] = {"wait", 2.0 / 15},
	[OBJECTIVE_NEST] = {"nest", 1.0 / 15},
	[OBJECTIVE_HOLD] = {"hold", 4.0 / 15},
	[OBJECTIVE_CANCELLED] = {"cancelled", 160},
	[OBJECTIVE_OVERNIGHT] = {"overnight", 60},
	[OBJECTIVE_MOVED] = {"moved", 5},
};

/*
 * What a minute past the target of a NEST class weighs: as the class is short of time, and
 * the first, whose minutes are counted in lives, five times the second. Whoever is
 * known to be of the first class takes the first break-in moment (promise A14): a minute
 * of it is worth more than what else can be made better on the same day.
 */
static const struct {
	double known, guest; /* guest: that may come, and nobody has announced */
} urgency[7] = {{0, 0}, {600, 60}, {12, 12}, {3, 3}, {2, 2}, {1, 1}, {1, 1}};

const char *objective_name(enum objective_term term)
{
	return (unsigned)term < OBJECTIVE_COUNT ? terms[term].name : "?";
}

double objective_weight(const struct site *site, enum objective_term term)
{
	double told = site_weight(site, terms[term].name);
	return told >= 0 ? told : terms[term].weight;
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
		double target = site_nest_min(twin->site, c);
		day->classes[c].target_min = target > 0 ? target : 0; /* class 1: at once */
		day->classes[c].urgency = urgency[c].known;
		day->classes[c].guest = urgency[c].guest;
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
	const struct plan_index *index, const struct sim_marks *marks, int i, double weight,
	int64_t target_ms, struct objective *out)
{
	const struct sim_case *c = &plan->cases[i];
	int cut = incision(&plan->pathways[c->pathway], index->in_room[c->pathway]);
	int64_t at = day->horizon_ms;
	if (cut >= 0 && c->step <= cut && marks->begun_ms[i][cut] != SIM_NEVER)
		at = index->origin_ms + marks->begun_ms[i][cut];
	out->of[OBJECTIVE_NEST] += weight * late_min(at, target_ms);
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
	read_emergency(day, plan, index, marks, i, day->classes[class].guest,
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
		read_emergency(day, plan, index, marks, i, day->classes[day->class[of]].urgency,
			day->target_ms[of], out);
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
