/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/locate_doubt.h"

#include <math.h>
#include <string.h>

#include "twin/text.h"

/* By geometry a gateway may well hear 10 dB other than expected (a cupboard, a
 * ceiling); against a survey it should not. */
static const double moved_learned_db = 12, moved_geometry_db = 22;
/* One advert in ten where seven should have been heard. */
static const double surely_heard = 0.7, deaf_share = 0.1;
/* Louder than a tag is through a wall or two, and further apart than that
 * loudness reaches: -67 dBm is about 5 m in a room. */
static const double loud_dbm = -67, far_m = 25;

enum { GRADE_LEAST = 600, HOURS_TO_TELL = 2, SAME_SECOND_MS = 1000 };

void doubt_weigh(struct grade *grades, const struct scene *scene, const struct levels *levels,
	const struct track *track)
{
	const struct locate_map *map = scene->map;
	int n = map->state_count, s = track->sure;
	int middle = -OFFSET_LEAST_DB / OFFSET_STEP_DB;
	const float *unheard = map->unheard + middle * map->gateway_count * n + s;
	for (int g = 0; g < map->gateway_count; g++) {
		bool should = exp((double)unheard[g * n]) < 1 - surely_heard;
		grades[g].expected += scene->alive[g] && should;
		grades[g].missed += scene->alive[g] && should;
	}
	for (int i = 0; i < levels->count; i++) {
		int g = levels->gateway[i];
		bool should = exp((double)unheard[g * n]) < 1 - surely_heard;
		grades[g].missed -= scene->alive[g] && should;
		grades[g].heard++;
		grades[g].residual_db +=
			levels->mean[i] - (double)map->level[g * n + s] - track->offset_db;
	}
}

bool doubt_hour(struct grade *g, bool learned)
{
	double limit = learned ? moved_learned_db : moved_geometry_db;
	bool moved_was = g->moved_told, deaf_was = g->deaf_told;
	if (g->heard >= GRADE_LEAST) {
		bool off = fabs(g->residual_db) > limit * (double)g->heard;
		g->moved_hours = off ? g->moved_hours + 1 : 0;
		g->moved_told = off ? g->moved_hours >= HOURS_TO_TELL || moved_was : false;
	}
	if (g->expected >= GRADE_LEAST) {
		bool off = (double)(g->expected - g->missed) < deaf_share * (double)g->expected;
		g->deaf_hours = off ? g->deaf_hours + 1 : 0;
		g->deaf_told = off ? g->deaf_hours >= HOURS_TO_TELL || deaf_was : false;
	}
	g->residual_db = 0;
	g->heard = g->expected = g->missed = 0;
	return g->moved_told != moved_was || g->deaf_told != deaf_was;
}

static bool far_apart(const struct site *site, int a, int b)
{
	const struct gateway *g = &site->gateways[a], *h = &site->gateways[b];
	if (site->rooms[g->room].floor != site->rooms[h->room].floor)
		return true;
	return hypot(g->x - h->x, g->y - h->y) > far_m;
}

bool doubt_two_places(const struct track *track, const struct scene *scene, int where[2])
{
	for (int i = 0; i < SAMPLES_MAX; i++) {
		const struct sample *s = &track->samples[i];
		bool loud = s->gateway >= 0 && s->rssi_dbm >= loud_dbm;
		if (!loud || s->at_ms < track->last_ms - SAME_SECOND_MS)
			continue;
		for (int k = 0; k < i; k++) {
			const struct sample *t = &track->samples[k];
			if (t->gateway < 0 || t->gateway == s->gateway || t->rssi_dbm < loud_dbm
				|| t->at_ms < track->last_ms - SAME_SECOND_MS
				|| !far_apart(scene->site, s->gateway, t->gateway))
				continue;
			where[0] = s->gateway;
			where[1] = t->gateway;
			return true;
		}
	}
	return false;
}

static void append(char *text, size_t size, const char *more)
{
	size_t used = strlen(text);
	text_copy(text + used, size - used, more);
}

struct fact doubt_condition(const char *key, const char *mac, bool active, const char *before,
	const char *name, const char *after, int64_t now_ms)
{
	struct fact fact = fact_make(FACT_CONDITION, SOURCE_RADIO, now_ms);
	struct fact_condition *c = &fact.condition;
	text_copy(fact.origin, sizeof fact.origin, mac);
	text_copy(c->key, sizeof c->key, key);
	append(c->key, sizeof c->key, mac);
	text_copy(c->text, sizeof c->text, before);
	append(c->text, sizeof c->text, name);
	append(c->text, sizeof c->text, after);
	c->priority = PRIORITY_MEDIUM;
	c->active = active;
	return fact;
}
