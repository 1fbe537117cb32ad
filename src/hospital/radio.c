/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/radio.h"

#include <math.h>
#include <stdlib.h>

enum { CROSSINGS_MAX = 24, STREAM_RADIO = 6, FAR = -120 };

static const double exponent = 2.1, wall_db = 5, floor_db = 15, floor_m = 3.5, deaf_dbm = -95,
		    lost_share = 0.2, shadow_db = 3.0, shadow_s = 40, fading_db = 2.5;

/* A tag against one gateway. */
struct link {
	float mean, shadow;
};

struct radio {
	const struct site *site;
	struct rng r;
	struct link *links;     /* [tag × gateways + gateway] */
	struct position *where; /* of each tag when the means were worked out */
	int64_t *heard_ms;      /* of each tag's shadowing */
};

/* Where the ray p→q meets the edge a→b, as a share of the ray; −1 nowhere. */
static double crossing(struct point p, struct point q, struct point a, struct point b)
{
	double rx = q.x - p.x, ry = q.y - p.y, sx = b.x - a.x, sy = b.y - a.y;
	double cross = rx * sy - ry * sx;
	if (fabs(cross) < 1e-9)
		return -1;
	double u = ((a.x - p.x) * sy - (a.y - p.y) * sx) / cross;
	double v = ((a.x - p.x) * ry - (a.y - p.y) * rx) / cross;
	return u > 0 && u < 1 && v >= 0 && v <= 1 ? u : -1;
}

/* Neighbours share their wall on the plan: crossings at one spot are one wall. */
static int walls_between(const struct site *site, int floor, struct point p, struct point q)
{
	double seen[CROSSINGS_MAX];
	int n = 0;
	for (int i = 0; i < site->room_count; i++) {
		const struct room *room = &site->rooms[i];
		for (int k = 0; room->floor == floor && k < room->outline_count; k++) {
			double u = crossing(p, q, room->outline[k],
				room->outline[(k + 1) % room->outline_count]);
			bool known = u < 0 || n == CROSSINGS_MAX;
			for (int j = 0; j < n && !known; j++)
				known = fabs(seen[j] - u) < 0.02;
			if (!known)
				seen[n++] = u;
		}
	}
	return n;
}

double radio_mean(
	const struct site *site, enum tag_kind kind, const struct position *at, int gateway)
{
	/* At 1 m; people's bodies cost a little. */
	static const double power_dbm[TAG_KIND_COUNT] = {
		[TAG_PATIENT] = -62, [TAG_STAFF] = -63, [TAG_ASSET] = -59, [TAG_SENSOR] = -59};
	const struct gateway *g = &site->gateways[gateway];
	if (g->room < 0)
		return FAR;
	int here = site->rooms[at->room].floor, there = site->rooms[g->room].floor;
	int floors = abs(site->floors[here].level - site->floors[there].level);
	double flat = hypot(g->x - at->x, g->y - at->y);
	double d = fmax(0.7, hypot(flat, floor_m * floors));
	double mean = power_dbm[kind] - 10 * exponent * log10(d) - floor_db * floors;
	if (here != there || mean < deaf_dbm - 12)
		return mean;
	int walls =
		walls_between(site, here, (struct point){at->x, at->y}, (struct point){g->x, g->y});
	return mean - wall_db * walls;
}

struct radio *radio_create(const struct site *site, uint64_t seed)
{
	struct radio *radio = calloc(1, sizeof(*radio));
	size_t tags = (size_t)site->tag_count + 1;
	if (radio == NULL)
		abort();
	radio->site = site;
	radio->r = rng_stream(seed, STREAM_RADIO, 0);
	radio->links = calloc(tags * (size_t)(site->gateway_count + 1), sizeof(*radio->links));
	radio->where = calloc(tags, sizeof(*radio->where));
	radio->heard_ms = calloc(tags, sizeof(*radio->heard_ms));
	if (radio->links == NULL || radio->where == NULL || radio->heard_ms == NULL)
		abort();
	return radio;
}

void radio_destroy(struct radio *radio)
{
	if (radio == NULL)
		return;
	free(radio->links);
	free(radio->where);
	free(radio->heard_ms);
	free(radio);
}

/* Geometry is costly and most tags stand still: worked out again after 1 m. */
static void refresh(struct radio *radio, int tag, const struct position *at)
{
	const struct site *site = radio->site;
	struct position *w = &radio->where[tag];
	bool first = radio->heard_ms[tag] == 0;
	if (!first && w->room == at->room && hypot(w->x - at->x, w->y - at->y) < 1)
		return;
	*w = *at;
	struct link *links = &radio->links[(size_t)tag * (size_t)site->gateway_count];
	for (int g = 0; g < site->gateway_count; g++) {
		links[g].mean = (float)radio_mean(site, site->tags[tag].kind, at, g);
		if (first)
			links[g].shadow = (float)(shadow_db * rng_normal(&radio->r));
	}
}

int radio_hear(struct radio *radio, int tag, const struct position *at, int64_t t, int8_t *rssi)
{
	int heard = 0, gateways = radio->site->gateway_count;
	refresh(radio, tag, at);
	double dt = (double)(t - radio->heard_ms[tag]) / 1000;
	double rho = dt > 0 ? exp(-dt / shadow_s) : 1, fresh = shadow_db * sqrt(1 - rho * rho);
	radio->heard_ms[tag] = t;
	struct link *links = &radio->links[(size_t)tag * (size_t)gateways];
	for (int g = 0; g < gateways; g++) {
		rssi[g] = 0;
		if (links[g].mean < deaf_dbm - 12)
			continue;
		links[g].shadow =
			(float)(rho * (double)links[g].shadow + fresh * rng_normal(&radio->r));
		double dbm = (double)links[g].mean + (double)links[g].shadow
			     + fading_db * rng_normal(&radio->r);
		if (dbm < deaf_dbm || rng_uniform(&radio->r) < lost_share)
			continue;
		rssi[g] = (int8_t)lround(fmin(dbm, -25));
		heard++;
	}
	return heard;
}
