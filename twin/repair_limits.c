/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/repair_inner.h"

#include <string.h>

#include "twin/fasting.h"
#include "twin/pathway.h"
#include "twin/scenario_fork.h"

/* The rules that do not change while one searches. */

static const int64_t MINUTE_MS = 60000, HOUR_MS = 3600000;

enum { NEST_WAITS = 4 /* the first class that can wait for a session */ };

/* ---- a case ---- */

bool limit_begun(const struct surgery *s)
{
	return surgery_has_begun(s) || surgery_is_over(s);
}

bool limit_off(const struct surgery *s)
{
	return surgery_is_off(s) && s->status != CASE_POSTPONED;
}

/* The site's hours of a class count from when it was first heard of. */
static int64_t due_ms(const struct fork *fork, const struct surgery *s)
{
	double within = site_nest_min(fork->twin->site, s->nest);
	return within >= 0 && s->known_ms > 0 ? s->known_ms + (int64_t)(within * (double)MINUTE_MS)
					      : 0;
}

/* An emergency only when its class leaves time until noon tomorrow. */
bool limit_may_wait(const struct fork *fork, const struct surgery *s)
{
	if (limit_begun(s) || surgery_is_off(s) || s->locked)
		return false;
	if (s->nest < 1)
		return true;
	return fork->midnight_ms != 0 && due_ms(fork, s) >= fork->midnight_ms + 36 * HOUR_MS;
}

int limit_home(const struct fork *fork, const struct surgery *s)
{
	return s->room_at >= 0 ? s->room_at : site_room(fork->twin->site, s->room);
}

int64_t limit_lasts(const struct fork *fork, int case_)
{
	int64_t booked = fork_lasts(fork, &fork->twin->cases[case_]);
	int64_t lasts = (booked > 0 ? booked : HOUR_MS) + fork->policy.extra_min[case_] * MINUTE_MS;
	return lasts > MINUTE_MS ? lasts : MINUTE_MS;
}

/* ---- not before ---- */

/* In the minute that is now, or so much later that people can be told. */
int64_t limit_notice(const struct fork *fork, const struct surgery *s)
{
	int64_t now = fork->twin->now_ms / MINUTE_MS * MINUTE_MS;
	double notice = fork_is_urgent(s) ? 0 : fork->twin->site->repair.notice_min;
	return now + (int64_t)(notice * (double)MINUTE_MS);
}

/* Who is in the house can be sent for; nobody else comes before the time told. */
static bool is_here(const struct fork *fork, const struct surgery *s)
{
	enum source who;
	bool conflict;
	int patient = twin_patient(fork->twin, s->patient);
	enum stage stage = surgery_stage(s);
	return (stage != STAGE_EXPECTED && stage != STAGE_OFF)
	       || (patient >= 0 && twin_patient_room(fork->twin, patient, &who, &conflict) >= 0);
}

int64_t limit_arrival(const struct fork *fork, const struct surgery *s)
{
	return is_here(fork, s) ? 0 : s->start_ms;
}

/* Who is not fasting, and nobody knows since when: as if the meal was when it was told. */
int64_t limit_fasting(const struct fork *fork, int case_)
{
	const struct twin *twin = fork->twin;
	const struct surgery *s = &twin->cases[case_];
	const struct pathway *way = pathway_of(twin->site, twin_setting(twin, s));
	if (fasting_binds(s) && fasting_legal_ms(twin, case_) == 0 && s->ready[READY_FASTING] == 0)
		return s->ready_by[READY_FASTING].at_ms
		       + (int64_t)(fasting_hours(twin->site, INTAKE_SOLIDS) * (double)HOUR_MS);
	return fasting_earliest_ms(twin, case_, way);
}

/* ---- not after ---- */

/* Who has a place is not put off beyond the time of the class. Who has none yet takes
 * what there is: no room may be free in time. */
int64_t limit_nest(const struct fork *fork, const struct surgery *s)
{
	int64_t due = due_ms(fork, s);
	if (s->nest < 1 || limit_home(fork, s) < 0 || s->start_ms == 0)
		return INT64_MAX;
	return due > s->start_ms ? due : s->start_ms;
}

/* From out of the room until the patient goes home, as usual: steps with a law of their
 * own after the one that leaves the room. */
static double stays_after_min(const struct pathway *way)
{
	double sum = 0;
	bool out = false;
	for (int k = 0; k < way->step_count; k++) {
		if (out && way->steps[k].lasts == LASTS_LAW)
			sum += way->steps[k].a;
		out = out || pathway_lists(way->steps[k].give, NEED_ROOM, 0);
	}
	return sum;
}

/* The day unit still has to send them home. */
int64_t limit_day_unit(const struct fork *fork, int case_)
{
	const struct twin *twin = fork->twin;
	const struct surgery *s = &twin->cases[case_];
	const struct pathway *way = pathway_of(twin->site, SETTING_DAY);
	int64_t closes = twin_setting(twin, s) == SETTING_DAY
				 ? plan_home_by(twin->site, twin->now_ms, fork->midnight_ms)
				 : INT64_MAX;
	return closes == INT64_MAX ? closes
				   : closes - limit_lasts(fork, case_)
					     - (int64_t)(stays_after_min(way) * (double)MINUTE_MS);
}

/* ---- a room ---- */

bool limit_any_hour(const struct surgery *s)
{
	return s->nest >= 1 && s->nest < NEST_WAITS;
}

bool limit_takes(const struct fork *fork, const struct surgery *s, int room)
{
	const struct room *of = &fork->twin->site->rooms[room];
	return of->kind == ROOM_OR
	       && (room == limit_home(fork, s) || site_room_takes(of, s->procedure));
}

struct limit_session limit_session(const struct fork *fork, int room)
{
	const struct site *site = fork->twin->site;
	const struct room *of = &site->rooms[room];
	int64_t midnight = fork->midnight_ms, last = midnight + of->close_min * MINUTE_MS;
	if (!fork_is_open(fork, room) || fork->twin->rooms[room].state == ROOMSTATE_DOWN)
		return (struct limit_session){0, 0, 0};
	if (of->open_min < 0 || of->close_min <= of->open_min || midnight == 0)
		return (struct limit_session){1, INT64_MAX, INT64_MAX};
	return (struct limit_session){midnight + of->open_min * MINUTE_MS, last,
		last + (int64_t)(site->repair.over_min * (double)MINUTE_MS)};
}

/* ---- all of it ---- */

static int64_t latest_of(int64_t a, int64_t b, int64_t c)
{
	return fork_later(fork_later(a, b), c);
}

static void limits_of(const struct fork *fork, int i, struct repair_limits *out)
{
	const struct surgery *s = &fork->twin->cases[i];
	int64_t nest = limit_nest(fork, s), home = limit_day_unit(fork, i);
	out->stays[i] = limit_begun(s) || limit_off(s) || s->locked;
	out->may_wait[i] = limit_may_wait(fork, s);
	out->any_hour[i] = limit_any_hour(s);
	out->home[i] = limit_home(fork, s);
	out->planned_ms[i] = s->start_ms;
	out->lasts_ms[i] = limit_lasts(fork, i);
	out->earliest_ms[i] =
		latest_of(limit_notice(fork, s), limit_arrival(fork, s), limit_fasting(fork, i));
	out->latest_ms[i] = nest < home ? nest : home;
	for (int r = 0; r < fork->twin->site->room_count && r < TWIN_ROOMS; r++)
		if (limit_takes(fork, s, r))
			out->rooms[i][r / 64] |= 1ULL << (r % 64);
}

void repair_limits(const struct fork *fork, struct repair_limits *out)
{
	const struct twin *twin = fork->twin;
	memset(out, 0, sizeof *out);
	if (twin->site == NULL)
		return;
	for (int r = 0; r < twin->site->room_count && r < TWIN_ROOMS; r++) {
		struct limit_session session = limit_session(fork, r);
		out->open_ms[r] = session.open_ms;
		out->last_ms[r] = session.last_ms;
		out->close_ms[r] = session.close_ms;
	}
	for (int i = 0; i < twin->case_count; i++)
		limits_of(fork, i, out);
}

bool repair_limits_allow(const struct repair_limits *limits, int case_, int room, int64_t at_ms)
{
	const struct repair_limits *l = limits;
	if (l->stays[case_] || at_ms < l->earliest_ms[case_] || at_ms > l->latest_ms[case_]
		|| l->close_ms[room] == 0 || (l->rooms[case_][room / 64] >> (room % 64) & 1) == 0)
		return false;
	if (l->any_hour[case_])
		return true;
	if (at_ms < l->open_ms[room])
		return false;
	return l->home[case_] == room ? at_ms <= l->last_ms[room] || at_ms <= l->planned_ms[case_]
				      : at_ms + l->lasts_ms[case_] <= l->close_ms[room];
}
