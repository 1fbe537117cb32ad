/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/locate_trial.h"
#include "twin/locate.h"
#include "twin/locate_learn.h"
#include "twin/text.h"

/* A walk played to the filter as gateways would tell it, and to the baselines. */

enum { MEAN_MS = 5000 };

static bool used(const char *use, int row)
{
	return use == NULL || use[row];
}

/* The walk's tags by a key of their own; those of the plan keep their kind. */
static void set_tags(struct trial *trial, const struct walk *walk)
{
	struct site *s = &trial->site;
	s->tag_count = walk->tag_count;
	for (int i = 0; i < walk->tag_count; i++) {
		struct tag *tag = &s->tags[i];
		char mac[TAG_SIZE];
		*tag = (struct tag){.kind = TAG_STAFF, .room = -1, .bed = -1};
		snprintf(tag->mac, sizeof tag->mac, "7A60%08X", (unsigned)i);
		text_copy(tag->name, sizeof tag->name, walk->tags[i]);
		int known = trial->plan != NULL && text_mac(mac, walk->tags[i])
				    ? site_tag(trial->plan, mac)
				    : -1;
		if (known >= 0)
			tag->kind = trial->plan->tags[known].kind;
	}
}

struct listener {
	const struct site *site;
	struct verdict *said; /* [tag] */
};

/* "Between A and B" leaves the room that was said before, if it is one of them. */
static void listen(void *context, const struct fact *fact)
{
	struct listener *l = context;
	if (fact->kind != FACT_LOCATED)
		return;
	const struct fact_located *f = &fact->located;
	struct verdict *said = &l->said[site_tag(l->site, f->tag)];
	int room = site_room(l->site, f->room), other = site_room(l->site, f->other);
	if (f->state == LOCATED_UNCERTAIN && other >= 0 && said->room == other)
		*said = (struct verdict){other, f->other_confidence};
	else
		*said = (struct verdict){f->state == LOCATED_ABSENT ? -1 : room, f->confidence};
}

/* A row is one advert: all gateways listen, some of them hear it. */
static void play(struct locator *locator, const struct site *site, const struct walk *walk, int row)
{
	struct sighting s = {.received_ms = walk->at_ms[row]};
	text_copy(s.tag, sizeof s.tag, site->tags[walk->tag[row]].mac);
	for (int g = 0; g < walk->gateway_count; g++) {
		float level = walk->levels[(size_t)row * (size_t)walk->gateway_count + (size_t)g];
		locator_gateway(locator, site->gateways[g].mac, s.received_ms);
		if (level == LESSON_UNHEARD)
			continue;
		text_copy(s.gateway, sizeof s.gateway, site->gateways[g].mac);
		s.rssi_dbm = (int)(level < 0 ? level - 0.5F : level + 0.5F);
		locator_sight(locator, &s);
	}
}

int trial_run(struct trial *trial, const struct walk *walk, const char *use,
	struct verdict *verdicts, struct error *err)
{
	set_tags(trial, walk);
	struct locator *locator = locator_create(&trial->site);
	struct listener l = {&trial->site, calloc((size_t)walk->tag_count + 1, sizeof *l.said)};
	bool good = locator != NULL && l.said != NULL, afresh = true;
	for (int i = 0, k; good && i < walk->count; i = k) {
		int64_t now = walk->at_ms[i];
		if (!used(use, i)) {
			afresh = true;
			k = i + 1;
			continue;
		}
		if (afresh)
			locator_forget(locator);
		for (int t = 0; afresh && t < walk->tag_count; t++)
			l.said[t] = (struct verdict){-1, 0};
		afresh = false;
		for (k = i; k < walk->count && walk->at_ms[k] == now && used(use, k); k++)
			play(locator, &trial->site, walk, k);
		locator_advance(locator, now, listen, &l);
		for (int r = i; r < k; r++)
			verdicts[r] = l.said[walk->tag[r]];
	}
	locator_destroy(locator);
	free(l.said);
	return good ? 0 : error_set(err, -ENOMEM, "out of memory");
}

/* In which room each gateway hangs: where it was the loudest most often. */
static void hang(const struct walk *walk, const char *use, int room_count, int *room_of)
{
	int gateways = walk->gateway_count;
	int *count = calloc((size_t)gateways * (size_t)room_count + 1, sizeof *count);
	for (int i = 0; count != NULL && i < walk->count; i++) {
		const float *levels = walk->levels + (size_t)i * (size_t)gateways;
		int best = -1;
		for (int g = 0; g < gateways; g++)
			if (levels[g] != LESSON_UNHEARD && (best < 0 || levels[g] > levels[best]))
				best = g;
		if (best >= 0 && walk->room[i] >= 0 && used(use, i))
			count[best * room_count + walk->room[i]]++;
	}
	for (int g = 0; g < gateways; g++) {
		room_of[g] = -1;
		for (int r = 0, most = 0; count != NULL && r < room_count; r++) {
			if (count[g * room_count + r] <= most)
				continue;
			most = count[g * room_count + r];
			room_of[g] = r;
		}
	}
	free(count);
}

/* The loudest of `gateways` by its mean over the last 5 s of the row's tag; the
 * loudest in room `keep` as well. -1: nothing was heard. */
static int loudest(
	const struct walk *walk, int row, const int *room_of, int keep, double *level, double *kept)
{
	double sum[WALK_GATEWAYS] = {0}, n[WALK_GATEWAYS] = {0};
	int best = -1;
	for (int i = row; i >= 0 && walk->at_ms[row] - walk->at_ms[i] < MEAN_MS; i--) {
		const float *levels = walk->levels + (size_t)i * (size_t)walk->gateway_count;
		for (int g = 0; walk->tag[i] == walk->tag[row] && g < walk->gateway_count; g++) {
			bool heard = levels[g] != LESSON_UNHEARD;
			sum[g] += heard ? (double)levels[g] : 0;
			n[g] += heard;
		}
	}
	*level = *kept = -1000;
	for (int g = 0; g < walk->gateway_count; g++) {
		double mean = n[g] > 0 && room_of[g] >= 0 ? sum[g] / n[g] : -1000;
		if (mean > *level) {
			*level = mean;
			best = g;
		}
		if (room_of[g] == keep && mean > *kept)
			*kept = mean;
	}
	return best;
}

int trial_strongest(const struct trial *trial, const struct walk *walk, double margin_db,
	const struct walk *learned, const char *use, struct verdict *verdicts, struct error *err)
{
	int room_of[WALK_GATEWAYS];
	int *said = calloc((size_t)walk->tag_count + 1, sizeof *said);
	if (said == NULL)
		return error_set(err, -ENOMEM, "out of memory");
	if (trial->plan == NULL)
		hang(learned, use, trial->site.room_count, room_of);
	for (int g = 0; trial->plan != NULL && g < walk->gateway_count; g++)
		room_of[g] = trial->site.gateways[g].room;
	for (int t = 0; t < walk->tag_count; t++)
		said[t] = -1;
	for (int i = 0; i < walk->count; i++) {
		double level, kept;
		int *now = &said[walk->tag[i]];
		int best = loudest(walk, i, room_of, *now, &level, &kept);
		if (best >= 0 && (*now < 0 || level > kept + margin_db))
			*now = room_of[best];
		/* It knows no doubt. */
		verdicts[i] = (struct verdict){*now, *now >= 0};
	}
	free(said);
	return 0;
}
