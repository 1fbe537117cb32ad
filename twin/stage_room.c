/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/stage_room.h"

#include <math.h>
#include <string.h>

#include "twin/stat.h"

/* The surgeon's own part is at least this much of a case's time in the room. */
static const double SURGERY_LEAST = 0.45;

/* The first step after the entry, and the one at whose end the room is left. */
static void inside(const struct pathway *way, int *first, int *last)
{
	int enters = -1;
	*last = -1;
	for (int k = 0; k < way->step_count; k++) {
		if (way->steps[k].ends == MILESTONE_IN_ROOM
			|| (enters < 0 && pathway_lists(way->steps[k].need, NEED_ROOM, 0)))
			enters = k;
		if (pathway_lists(way->steps[k].give, NEED_ROOM, 0))
			*last = k;
	}
	*first = enters + 1;
}

static double mean_of(const struct stage_law *law)
{
	return stat_lognormal_mean(law->mu, law->sigma);
}

static int surgeons_step(const struct pathway *way)
{
	for (int k = 0; k < way->step_count; k++)
		if (way->steps[k].lasts == LASTS_CASE)
			return k;
	return -1;
}

static void step_laws(const struct stage_model *m, const struct pathway *way,
	const struct stage_facts *facts, struct stage_room *room)
{
	for (int k = 0; k < way->step_count; k++) {
		const struct pathway_step *step = &way->steps[k];
		room->has[k] = stage_law(m, way, k, facts, &room->law[k]);
		if (!room->has[k] && step->lasts == LASTS_LAW && step->a > 0) {
			room->has[k] = true; /* always as long */
			room->law[k] = (struct stage_law){.mu = log(step->a)};
		}
	}
}

/* The others' laws become short when they must; returns the surgeon's part. */
static struct stage_case share_out(
	const struct duration_law *whole, int first, int last, struct stage_room *room)
{
	double mean = stat_lognormal_mean(whole->mu, whole->sigma), others = 0, mu, sigma;
	double left = mean, spread = mean * mean * expm1(whole->sigma * whole->sigma);
	for (int k = first; k <= last; k++)
		others += room->has[k] ? mean_of(&room->law[k]) : 0;
	double most = (1 - SURGERY_LEAST) * mean, share = others > most ? most / others : 1;
	for (int k = first; k <= last; k++) {
		if (!room->has[k])
			continue;
		room->law[k].mu += log(share);
		double of = mean_of(&room->law[k]);
		left -= of;
		spread -= of * of * expm1(room->law[k].sigma * room->law[k].sigma);
	}
	/* The others' spread may be as large as the whole's: the surgeon's part
	 * still varies, by a fifth at least. */
	spread = spread > 0.04 * left * left ? spread : 0.04 * left * left;
	stat_lognormal_of(left, sqrt(spread), &mu, &sigma);
	return (struct stage_case){.site_mu = (float)mu, .site_sigma = (float)sigma, .part = true};
}

void stage_room(const struct stage_model *m, const struct pathway *way,
	const struct stage_facts *facts, const struct duration_law *whole, struct stage_room *room)
{
	int first, last, surgeon = surgeons_step(way);
	memset(room, 0, sizeof *room);
	step_laws(m, way, facts, room);
	if (surgeon < 0)
		return;
	inside(way, &first, &last);
	room->part = share_out(whole, first, last, room);
	stage_predict(m, m != NULL ? stage_find(m, way->steps[surgeon].stage, way->setting) : -1,
		&room->part, &room->law[surgeon]);
	room->has[surgeon] = true;
}
