/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_RADIO_WORLD_H
#define VIGIE_TESTS_RADIO_WORLD_H

/*
 * A radio world for tests of the room filter. It must not know the filter's
 * own table of levels: it draws from a log-distance path loss (ITU-R P.1238:
 * 20 to 30 dB a decade indoors, 15 to 20 dB a floor), about 5 dB a wall,
 * shadowing that stays while the tag does, fading per advert, lost adverts.
 */

#include <math.h>
#include <stdlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "twin/locate.h"

struct radio_world {
	const struct site *site;
	uint64_t state;   /* xorshift64 */
	double power_dbm; /* at 1 m */
	double exponent, wall_db, floor_db, shadow_db, fade_db, lost;
};

static double world_uniform(struct radio_world *w)
{
	w->state ^= w->state << 13;
	w->state ^= w->state >> 7;
	w->state ^= w->state << 17;
	return (double)(w->state >> 11) / 9007199254740992.0;
}

/* Sum of 12 uniforms: near enough to a Gaussian for a test. */
static double world_normal(struct radio_world *w)
{
	double sum = -6;
	for (int i = 0; i < 12; i++)
		sum += world_uniform(w);
	return sum;
}

static struct radio_world world_make(const struct site *site, uint64_t seed)
{
	return (struct radio_world){
		site, seed * 0x9E3779B97F4A7C15u + 1, -55, 2.4, 5, 18, 3, 3, 0.2};
}

/* Rooms of tests are rectangles: corners 0 and 2. */
static int world_room_at(const struct site *site, int floor, double x, double y)
{
	for (int i = 0; i < site->room_count; i++) {
		const struct room *r = &site->rooms[i];
		if (r->floor == floor && x >= r->outline[0].x && x < r->outline[2].x
			&& y >= r->outline[0].y && y < r->outline[2].y)
			return i;
	}
	return -1;
}

struct world_tag {
	char mac[TAG_SIZE];
	int room;
	double x, y;
	double shadow[64];
	int64_t interval_ms, next_ms;
};

static void world_place(struct radio_world *w, struct world_tag *t, int room, double x, double y)
{
	t->room = room;
	t->x = x;
	t->y = y;
	for (int g = 0; g < 64; g++)
		t->shadow[g] = w->shadow_db * world_normal(w);
}

static void world_enter(struct radio_world *w, struct world_tag *t, int room)
{
	const struct room *r = &w->site->rooms[room];
	double u = 0.1 + 0.8 * world_uniform(w), v = 0.1 + 0.8 * world_uniform(w);
	world_place(w, t, room, r->outline[0].x + u * (r->outline[2].x - r->outline[0].x),
		r->outline[0].y + v * (r->outline[2].y - r->outline[0].y));
}

static double world_level(struct radio_world *w, const struct world_tag *t, int gateway)
{
	const struct gateway *g = &w->site->gateways[gateway];
	int floor = w->site->rooms[t->room].floor, other = w->site->rooms[g->room].floor;
	int levels = abs(w->site->floors[floor].level - w->site->floors[other].level);
	double d = hypot(hypot(t->x - g->x, t->y - g->y), 3.5 * levels + 1), walls = 0;
	int last = t->room, steps = (int)(d / 0.5) + 1;
	for (int i = 1; levels == 0 && i <= steps; i++) {
		double f = (double)i / steps;
		int room = world_room_at(
			w->site, floor, t->x + f * (g->x - t->x), t->y + f * (g->y - t->y));
		walls += room != last;
		last = room;
	}
	return w->power_dbm - 10 * w->exponent * log10(fmax(1, d)) - w->wall_db * walls
	       - w->floor_db * levels + t->shadow[gateway];
}

/* One advert, heard by whom it reaches. `dead` (may be NULL) hear nothing. */
static __attribute__((unused)) void world_advert(struct radio_world *w, struct world_tag *t,
	struct locator *l, int64_t now_ms, const bool *dead)
{
	for (int g = 0; g < w->site->gateway_count; g++) {
		double level = world_level(w, t, g) + w->fade_db * world_normal(w);
		bool reached = world_uniform(w) < 1 / (1 + exp(-(level + 92) / 2));
		if (world_uniform(w) < w->lost || !reached || (dead != NULL && dead[g]))
			continue;
		struct sighting s = {.rssi_dbm = (int)lround(level), .received_ms = now_ms};
		memcpy(s.tag, t->mac, sizeof s.tag);
		memcpy(s.gateway, w->site->gateways[g].mac, sizeof s.gateway);
		locator_sight(l, &s);
	}
}

/* Every gateway posts once a second, tags or not. */
static __attribute__((unused)) void world_words(
	struct radio_world *w, struct locator *l, int64_t now_ms, const bool *dead)
{
	for (int g = 0; g < w->site->gateway_count; g++)
		if (dead == NULL || !dead[g])
			locator_gateway(l, w->site->gateways[g].mac, now_ms);
}

#endif
