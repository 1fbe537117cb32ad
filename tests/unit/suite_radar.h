/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SUITE_RADAR_H
#define VIGIE_TESTS_SUITE_RADAR_H

/* A radar of the day of suite_world.h, written by hand like its forecast. */

#include "tests/unit/suite_forecast.h"

static struct radar_moment world_moment(struct world *w, const char *room, struct world_span at,
	double p, const char *after, int behind)
{
	struct radar_moment m = {
		.room = site_room(&w->site, room), .at = world_times(at), .p = p, .behind = behind};

	format_put(m.after, sizeof m.after, "%s", after);
	return m;
}

/* As if the last five rooms were closed: nobody can be brought in from 11:05 to noon.
 * free() it. */
static struct radar *world_radar(struct world *w)
{
	struct radar *r = calloc(1, sizeof *r);
	char why[SCENARIO_TEXT];

	r->at_ms = world_at(10, 42) - 3000;
	r->reps = 2000;
	r->moments[0] = world_moment(w, "or-3", (struct world_span){642, 642, 642}, 1, "", 1);
	r->moments[1] = world_moment(w, "or-1", (struct world_span){650, 655, 664}, 1, "c-101", 2);
	r->moments[2] =
		world_moment(w, "or-3", (struct world_span){720, 735, 760}, 0.99, "c-301", 0);
	r->moments[3] =
		world_moment(w, "or-2", (struct world_span){710, 740, 805}, 0.97, "c-201", 1);
	r->count = 4;
	r->next = world_times((struct world_span){642, 642, 642});
	r->p_next = 1;
	for (int k = 0; k < RADAR_SLOTS; k++)
		r->free[k] = k < 5 ? 1 : k < 16 ? 0.06F : k < 18 ? 0.4F : k < 20 ? 0.8F : 1;
	r->from_ms = r->at_ms;
	r->to_ms = world_at(17, 0);
	r->hole_min = (struct quantiles){34, 55, 78};
	r->hole_from_ms = world_at(11, 5);
	r->hole_to_ms = world_at(12, 0);
	r->wait_min = 6.3;
	r->closes = (struct radar_change){.hole = {-17.8, -20.2, -15.6},
		.wait = {-1.9, -2.1, -1.7},
		.overtime = {4.2, 1.1, 7.3},
		.reps = 400,
		.tried = 31,
		.at_ms = r->at_ms};
	r->closes.moves.count = scenario_parse(
		"place:case=c-301,room=or-3,at=2026-03-16T10:20Z", &r->closes.moves.list[0], why);
	return r;
}

#endif
