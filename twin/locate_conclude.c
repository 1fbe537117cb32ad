/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "twin/locate_track.h"

/*
 * From a belief to what people are told: a room when it is over 0.7 twice in a
 * row or over 0.8 at once, two rooms while none is, nothing new while it only
 * wavers. (0.6 twice in a row, as the recipe had it, is as right but later.)
 */
static const double certain_above = 0.7, sure_above = 0.8;

enum {
	AGREE_STEPS = 2,
	DOUBT_STEPS = 4,
	/* How sure is told anew after 3, 6, 12 ... s: often after a change, when
	 * it grows, and seldom once it stands. */
	REFINE_MS = 3000,
	CALM_MS = 30000,
	ABSENT_MS = 20000,
	ABSENT_INTERVALS = 6,
	INTERVAL_DEFAULT_MS = 10000 /* one advert heard: its rhythm is not known */
};

static void tell(struct track *track, enum located state, int room, int other, const double *p,
	int64_t now_ms)
{
	if (!track->shown || track->state != state || track->room != room)
		track->entered_ms = now_ms;
	track->refined = track->entered_ms == now_ms ? 0 : track->refined + 1;
	track->shown = true;
	track->state = state;
	track->room = room;
	track->other = other;
	track->confidence = room >= 0 && p != NULL ? p[room] : 0;
	track->other_confidence = other >= 0 && p != NULL ? p[other] : 0;
	track->shown_ms = now_ms;
	track->doubts = 0;
	if (state == LOCATED_IN)
		track->certain = room;
}

static bool same_pair(const struct track *track, int best, int second)
{
	return (track->room == best && track->other == second)
	       || (track->room == second && track->other == best);
}

/* Only refines what is shown: a tenth more or less sure, and not too often. */
static bool refine(struct track *track, const double *p, int second, int64_t now_ms)
{
	int64_t calm = track->refined < 4 ? REFINE_MS << track->refined : CALM_MS;
	if (now_ms - track->shown_ms < calm || fabs(track->confidence - p[track->room]) < 0.1)
		return false;
	tell(track, LOCATED_IN, track->room, second, p, now_ms);
	return true;
}

static bool conclude_certain(struct track *track, double raw, const double *p, int best, int second,
	int outside, int64_t now_ms)
{
	track->agreed = track->candidate == best ? track->agreed + 1 : 1;
	track->candidate = best;
	if (best == outside && track->shown && track->state == LOCATED_ABSENT)
		return false;
	if (track->shown && track->state == LOCATED_IN && track->room == best) {
		track->doubts = 0;
		return refine(track, p, second, now_ms);
	}
	if (track->agreed < AGREE_STEPS && raw <= sure_above)
		return false;
	if (best == outside)
		tell(track, LOCATED_ABSENT, track->certain, -1, NULL, now_ms);
	else
		tell(track, LOCATED_IN, best, second, p, now_ms);
	return true;
}

bool track_conclude(struct track *track, const struct scene *scene)
{
	const double *p = scene->rooms, *told = scene->shown;
	int outside = scene->site->room_count, best = 0, second = -1;
	for (int i = 1; i <= outside; i++)
		if (p[i] > p[best])
			best = i;
	for (int i = 0; i < outside; i++)
		if (i != best && p[i] >= 0.05 && (second < 0 || p[i] > p[second]))
			second = i;
	if (p[best] > certain_above)
		return conclude_certain(track, p[best], told, best, second, outside, scene->now_ms);
	track->candidate = -1;
	track->agreed = 0;
	if (++track->doubts < DOUBT_STEPS || best == outside)
		return false;
	if (track->shown && track->state == LOCATED_UNCERTAIN
		&& (same_pair(track, best, second) || scene->now_ms - track->shown_ms < CALM_MS))
		return false;
	tell(track, LOCATED_UNCERTAIN, best, second, told, scene->now_ms);
	return true;
}

bool track_quiet(struct track *track, int64_t quiet_ms, int64_t now_ms)
{
	double interval = track->interval_ms > 0 ? track->interval_ms : INTERVAL_DEFAULT_MS;
	if (!track->shown || track->state == LOCATED_ABSENT)
		return false;
	if ((double)quiet_ms < fmax(ABSENT_MS, ABSENT_INTERVALS * interval))
		return false;
	tell(track, LOCATED_ABSENT, track->certain, -1, NULL, now_ms);
	/* Wherever it comes back, it starts afresh. */
	track->stepped_ms = 0;
	track->candidate = -1;
	track->agreed = 0;
	return true;
}
