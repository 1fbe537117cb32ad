/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/forecast_inner.h"

#include <string.h>

const char *idle_cause_name(enum idle_cause cause)
{
	static const char *const names[IDLE_CAUSES] = {
		"late_start", "patient", "staff", "pacu_hold", "gap", "closed", "no_case"};
	return names[cause];
}

/*
 * The session of a room, cut into pieces that follow one another: empty until
 * the next patient is in, the patient inside, turned over. Each piece is work
 * or has one cause, so that the causes add up to what is not work.
 */
struct session {
	const struct forecast_run *run;
	const struct replication *of;
	int room;
	int64_t from, to; /* after the origin */
	int64_t *ms;
};

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void spend(struct session *s, int64_t a, int64_t b, enum idle_cause cause)
{
	a = later(a, s->from);
	b = earlier(b, s->to);
	s->ms[cause] += b > a ? b - a : 0;
}

/* Nobody inside: while the room is out of order, that is why. */
static void spend_empty(struct session *s, int64_t a, int64_t b, enum idle_cause cause)
{
	const struct sim_plan *plan = s->run->plan;
	if (plan->rooms[s->room].closed) {
		spend(s, a, b, IDLE_CLOSED);
		return;
	}
	for (int n = 0; plan->room_wear.mtbf_min > 0 && n < SIM_OUTAGES; n++) {
		const struct sim_outage *down = &s->of->draw->room_down[s->room][n];
		if (down->from_ms == SIM_NEVER)
			break;
		if (b <= down->from_ms || a >= down->to_ms)
			continue;
		spend(s, a, earlier(b, down->from_ms), cause);
		spend(s, later(a, down->from_ms), earlier(b, down->to_ms), IDLE_CLOSED);
		a = later(a, down->to_ms);
	}
	spend(s, a, b, cause);
}

/* When a step had begun and was over: before the origin, at some time, or (it
 * never is) after everything. */
static int64_t begun(const struct session *s, int i, int step)
{
	int32_t ms = s->of->marks->begun_ms[i][step];
	return step < s->run->plan->cases[i].step ? 0 : ms == SIM_NEVER ? INT64_MAX : ms;
}

static int64_t ended(const struct session *s, int i, int step)
{
	if (step < s->run->plan->cases[i].step)
		return 0;
	int32_t ms = s->of->marks->ended_ms[i][step];
	return ms == SIM_NEVER ? INT64_MAX : ms;
}

/* Nobody inside, clean, from a to b: as the programme has it (nobody has foreseen
 * a guest), then for the patient until at the door and on the way in, or for
 * whoever has to bring or receive. The first case of a room's day is late,
 * whatever the reason. */
static void empty(struct session *s, int i, bool first, int64_t a, int64_t b)
{
	const struct sim_plan *plan = s->run->plan;
	const struct sim_case *c = &plan->cases[i];
	int in = s->run->index->in_room[c->pathway];
	const struct sim_step *entry = &plan->pathways[c->pathway].steps[in];
	int64_t due = i < plan->case_count ? c->planned_ms : s->of->bench->planned_ms[i];
	int64_t at_door = in > 0 ? ended(s, i, in - 1) : 0, called = begun(s, i, in);
	due += entry->gated && entry->gate_ms > 0 ? entry->gate_ms : 0;
	spend_empty(s, a, earlier(b, due), IDLE_GAP);
	a = later(a, due);
	if (first) {
		spend_empty(s, a, b, IDLE_LATE_START);
		return;
	}
	spend_empty(s, a, earlier(b, at_door), IDLE_PATIENT);
	spend_empty(s, later(a, at_door), earlier(b, called), IDLE_STAFF);
	spend_empty(s, later(a, called), b, IDLE_PATIENT);
}

static bool needs_beds(
	const struct session *s, const struct sim_case *c, const struct sim_step *step)
{
	for (int k = 0; k < SIM_NEEDS && step->need[k] != SIM_NONE; k++) {
		int pool = sim_pool_of(c, step->need[k]);
		if (pool >= 0 && pool < s->run->plan->pool_count
			&& s->run->index->pool_beds[pool] >= 0)
			return true;
	}
	return false;
}

/* What the patient inside waits for before each step that is still to come. */
static void inside(struct session *s, int i)
{
	const struct sim_case *c = &s->run->plan->cases[i];
	const struct sim_step *steps = s->run->plan->pathways[c->pathway].steps;
	int in = s->run->index->in_room[c->pathway], out = s->run->index->out_room[c->pathway];
	for (int k = c->step > in ? c->step : in + 1; k <= out; k++)
		if (k > c->step || !c->running)
			spend(s, ended(s, i, k - 1), begun(s, i, k),
				needs_beds(s, c, &steps[k]) ? IDLE_PACU : IDLE_STAFF);
}

void forecast_idle(const struct forecast_run *run, const struct replication *of, int r,
	int64_t idle_ms[IDLE_CAUSES])
{
	const struct plan_index *x = run->index;
	const struct sim_marks *m = of->marks;
	struct session s = {run, of, r, later(x->opens_ms[r], 0), x->closes_ms[r], idle_ms};
	int64_t free_from = run->plan->rooms[r].cleaning_ms >= 0 ? of->draw->cleaning_ms[r] : 0;
	bool first = !x->started[r];
	memset(idle_ms, 0, IDLE_CAUSES * sizeof *idle_ms);
	for (int k = 0; k < of->bench->room[r].turns && free_from < s.to; k++) {
		int i = of->bench->turn[r][k];
		const struct sim_case *c = &run->plan->cases[i];
		int in = x->in_room[c->pathway], out = x->out_room[c->pathway];
		if (c->absent || m->off[i] != SIM_GOES)
			continue;
		int64_t left = ended(&s, i, out);
		int64_t clean = m->room_ready_ms[i] != SIM_NEVER ? m->room_ready_ms[i] : INT64_MAX;
		if (c->step <= in)
			empty(&s, i, first, free_from, ended(&s, i, in));
		inside(&s, i);
		if (left != INT64_MAX)
			spend(&s, left, clean - of->draw->turnover_ms[i], IDLE_STAFF);
		free_from = clean;
		first = false;
	}
	spend_empty(&s, free_from, s.to, IDLE_NO_CASE);
}
