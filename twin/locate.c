/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/locate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "twin/locate_map.h"
#include "twin/locate_track.h"
#include "twin/text.h"

enum {
	STEP_MS = 1000,
	WINDOW_MS = 5000,
	LATE_MS = 30000,    /* an offline buffer, not the network */
	JITTER_MS = 10000,  /* what the network may add to a row */
	STEADY_MS = 2000,   /* so steadily late ... */
	SETTLED_MS = 20000, /* ... for so long: the gateway's clock was set */
	PATIENCE_MS = 5000, /* a gateway's usual pause, at least */
	SAME_WORD_MS = 200
};

/* A gateway as the locator hears it. */
struct ear {
	int64_t last_ms;   /* last word, 0 never */
	int64_t back_ms;   /* since when it has been talking without a break */
	double gap_ms;     /* between its words, as observed */
	bool told, silent; /* what was said of it last */
	bool clocked;
	int64_t delay_ms; /* receipt minus device clock when prompt */
	int64_t late_from_ms, late_by_ms;
};

struct key {
	char mac[TAG_SIZE];
	int index;
	UT_hash_handle hh;
};

struct locator {
	const struct site *site;
	struct locate_map *map;
	struct key *keys;   /* all of them: gateways, then tags */
	struct key *by_mac; /* uthash; a gateway's index is -1 - index */
	struct ear *ears;
	struct track *tracks;
	double *beliefs;
	bool *alive;
	double *silence, *work, *rooms;
	int64_t stepped_ms;
	double silence_ms;  /* without a word for so long, a gateway is silent */
	int64_t pace_ms;    /* between steps: long when time runs fast */
	int64_t word_ms;    /* last word of any gateway */
	int64_t resumed_ms; /* since when at least one has been talking */
	struct locator_counts counts;
};

static bool allocate(struct locator *l)
{
	size_t states = (size_t)l->map->state_count, gateways = (size_t)l->site->gateway_count;
	size_t tags = (size_t)l->site->tag_count;
	l->keys = calloc(gateways + tags + 1, sizeof *l->keys);
	l->ears = calloc(gateways + 1, sizeof *l->ears);
	l->alive = calloc(gateways + 1, sizeof *l->alive);
	l->tracks = calloc(tags + 1, sizeof *l->tracks);
	l->beliefs = calloc(tags * states + 1, sizeof *l->beliefs);
	l->silence = calloc(states * OFFSET_STEPS, sizeof *l->silence);
	l->work = calloc(3 * states, sizeof *l->work);
	l->rooms = calloc((size_t)l->site->room_count + 1, sizeof *l->rooms);
	return l->keys != NULL && l->ears != NULL && l->alive != NULL && l->tracks != NULL
	       && l->beliefs != NULL && l->silence != NULL && l->work != NULL && l->rooms != NULL;
}

static void add_key(struct locator *l, int at, const char *mac, int index)
{
	struct key *key = &l->keys[at], *there;
	text_copy(key->mac, sizeof key->mac, mac);
	key->index = index;
	HASH_FIND_STR(l->by_mac, key->mac, there);
	if (there == NULL)
		HASH_ADD_STR(l->by_mac, mac, key);
}

void locator_patience(struct locator *l, double seconds)
{
	l->silence_ms = fmax(l->silence_ms, seconds * 1000);
}

struct locator *locator_create(const struct site *site)
{
	struct locator *l = calloc(1, sizeof *l);
	if (l == NULL)
		return NULL;
	l->site = site;
	l->silence_ms = site->gateway_silence_s * 1000;
	l->map = locate_map_create(site);
	if (l->map == NULL || !allocate(l)) {
		locator_destroy(l);
		return NULL;
	}
	for (int i = 0; i < site->gateway_count; i++) {
		add_key(l, i, site->gateways[i].mac, -1 - i);
		l->ears[i].gap_ms = STEP_MS;
	}
	for (int i = 0; i < site->tag_count; i++) {
		add_key(l, site->gateway_count + i, site->tags[i].mac, i);
		track_init(&l->tracks[i], &site->tags[i]);
		l->tracks[i].belief = l->beliefs + (size_t)i * (size_t)l->map->state_count;
	}
	return l;
}

void locator_destroy(struct locator *l)
{
	if (l == NULL)
		return;
	HASH_CLEAR(hh, l->by_mac);
	locate_map_destroy(l->map);
	free(l->keys);
	free(l->ears);
	free(l->tracks);
	free(l->beliefs);
	free(l->alive);
	free(l->silence);
	free(l->work);
	free(l->rooms);
	free(l);
}

static int find(const struct locator *l, const char *mac, bool gateway)
{
	struct key *key;
	HASH_FIND_STR(l->by_mac, mac, key);
	if (key == NULL || (key->index < 0) != gateway)
		return -1;
	return gateway ? -1 - key->index : key->index;
}

static double silence_ms(const struct locator *l)
{
	return fmax(l->silence_ms, 2.0 * (double)l->pace_ms);
}

/* How long a gateway may pause before its silence stops being evidence: a few
 * of its own intervals, well before it is called silent. */
static double patience_ms(const struct locator *l, const struct ear *ear)
{
	double floor_ms = fmax(PATIENCE_MS, 3.0 * (double)l->pace_ms);
	return fmin(fmax(4 * ear->gap_ms, floor_ms), silence_ms(l));
}

static void word(struct locator *l, struct ear *ear, int64_t now_ms)
{
	double gap = (double)(now_ms - ear->last_ms);
	if (l->word_ms == 0
		|| (double)(now_ms - l->word_ms) > fmax(PATIENCE_MS, 3.0 * (double)l->pace_ms))
		l->resumed_ms = now_ms;
	if (now_ms > l->word_ms)
		l->word_ms = now_ms;
	if (ear->last_ms == 0 || gap > patience_ms(l, ear))
		ear->back_ms = now_ms;
	if (ear->last_ms > 0 && gap >= SAME_WORD_MS)
		ear->gap_ms += (fmin(gap, silence_ms(l)) - ear->gap_ms) / 8;
	if (now_ms > ear->last_ms)
		ear->last_ms = now_ms;
}

void locator_gateway(struct locator *l, const char *mac, int64_t now_ms)
{
	int gateway = find(l, mac, true);
	if (gateway >= 0)
		word(l, &l->ears[gateway], now_ms);
}

/*
 * Is this row out of an offline buffer? The prompt delay of a gateway is the
 * least seen, drifting up slowly with its clock. While a buffer is replayed
 * the lateness shrinks; when it stays the same, the clock was set back.
 */
static bool is_late(struct ear *ear, const struct sighting *s)
{
	if (s->device_ms == 0)
		return false;
	int64_t delay = s->received_ms - s->device_ms, by = delay - ear->delay_ms;
	if (!ear->clocked || by <= 0) {
		ear->clocked = true;
		ear->delay_ms = delay;
		ear->late_from_ms = 0;
		return false;
	}
	if (by <= LATE_MS) {
		if (by < JITTER_MS)
			ear->delay_ms += by / 64;
		ear->late_from_ms = 0;
		return false;
	}
	if (ear->late_from_ms == 0 || llabs(by - ear->late_by_ms) > STEADY_MS) {
		ear->late_from_ms = s->received_ms;
		ear->late_by_ms = by;
	}
	if (s->received_ms - ear->late_from_ms < SETTLED_MS)
		return true;
	ear->delay_ms = delay;
	ear->late_from_ms = 0;
	return false;
}

void locator_sight(struct locator *l, const struct sighting *s)
{
	int gateway = find(l, s->gateway, true), tag = find(l, s->tag, false);
	l->counts.sightings++;
	if (gateway < 0)
		l->counts.unknown_gateway++;
	else
		word(l, &l->ears[gateway], s->received_ms);
	if (tag < 0)
		l->counts.unknown_tag++;
	if (gateway < 0)
		return;
	bool late = is_late(&l->ears[gateway], s);
	l->counts.late += late;
	if (tag >= 0 && !late)
		track_sample(&l->tracks[tag], gateway, s->rssi_dbm, s->received_ms);
}

static void tell_gateway(struct locator *l, int g, int64_t now_ms, locate_emit *emit, void *context)
{
	struct fact fact = fact_make(FACT_GATEWAY, SOURCE_RADIO, now_ms);
	fact.source_ms = l->ears[g].last_ms;
	text_copy(fact.origin, sizeof fact.origin, l->site->gateways[g].mac);
	text_copy(fact.gateway.gateway, sizeof fact.gateway.gateway, l->site->gateways[g].mac);
	fact.gateway.silent = l->ears[g].silent;
	emit(context, &fact);
}

/* All silent is the broker, not the gateways: then nothing is said, and when
 * words come again each gateway has its full time to be heard. */
static void check_gateways(struct locator *l, int64_t now_ms, locate_emit *emit, void *context)
{
	double pause = fmax(2 * PATIENCE_MS, 3.0 * (double)l->pace_ms);
	bool talking = l->word_ms > 0 && (double)(now_ms - l->word_ms) <= pause;
	for (int g = 0; g < l->site->gateway_count; g++) {
		struct ear *ear = &l->ears[g];
		int64_t from = ear->last_ms > l->resumed_ms ? ear->last_ms : l->resumed_ms;
		bool mute = (double)(now_ms - from) > silence_ms(l);
		double quiet = (double)(now_ms - ear->last_ms);
		l->alive[g] = ear->last_ms > 0 && quiet <= patience_ms(l, ear);
		bool silent = ear->silent ? quiet > silence_ms(l) : talking && mute;
		/* Also the first word is told: a twin that was restored may hold a
		 * gateway for silent since before. */
		if (silent != ear->silent || (!ear->told && ear->last_ms > 0)) {
			ear->told = true;
			ear->silent = silent;
			tell_gateway(l, g, now_ms, emit, context);
		}
	}
}

static void sum_silence(struct locator *l)
{
	int n = l->map->state_count;
	memset(l->silence, 0, (size_t)(n * OFFSET_STEPS) * sizeof *l->silence);
	for (int g = 0; g < l->map->gateway_count; g++) {
		const double *expected = l->map->heard + (size_t)g * (size_t)n;
		for (int k = 0; l->alive[g] && k < OFFSET_STEPS; k++) {
			double offset = OFFSET_LEAST_DB + k * OFFSET_STEP_DB;
			for (int s = 0; s < n; s++)
				l->silence[k * n + s] += locate_unheard(expected[s] + offset);
		}
	}
}

static void tell_track(struct locator *l, int t, int64_t now_ms, locate_emit *emit, void *context)
{
	const struct track *track = &l->tracks[t];
	const struct site *site = l->site;
	struct fact fact = fact_make(FACT_LOCATED, SOURCE_RADIO, now_ms);
	fact.source_ms = track->last_ms;
	if (track->strongest >= 0)
		text_copy(fact.origin, sizeof fact.origin, site->gateways[track->strongest].mac);
	text_copy(fact.located.tag, sizeof fact.located.tag, site->tags[t].mac);
	fact.located.state = track->state;
	if (track->room >= 0)
		text_copy(fact.located.room, sizeof fact.located.room, site->rooms[track->room].id);
	if (track->other >= 0)
		text_copy(fact.located.other, sizeof fact.located.other,
			site->rooms[track->other].id);
	fact.located.confidence = track->confidence;
	fact.located.other_confidence = track->other_confidence;
	emit(context, &fact);
}

/* How long the gateway that heard a tag best has been listening in vain: its
 * own last word is the witness, so a gateway that died says nothing. */
static int64_t quiet_for(const struct locator *l, const struct track *track)
{
	if (track->strongest < 0)
		return 0;
	const struct ear *ear = &l->ears[track->strongest];
	int64_t from = ear->back_ms > track->last_ms ? ear->back_ms : track->last_ms;
	return ear->last_ms - from;
}

void locator_advance(struct locator *l, int64_t now_ms, locate_emit *emit, void *context)
{
	if (l->stepped_ms > 0 && now_ms - l->stepped_ms < STEP_MS)
		return;
	l->pace_ms = l->stepped_ms > 0 ? now_ms - l->stepped_ms : STEP_MS;
	l->stepped_ms = now_ms;
	check_gateways(l, now_ms, emit, context);
	sum_silence(l);
	struct scene scene = {
		.map = l->map,
		.site = l->site,
		.alive = l->alive,
		.silence = l->silence,
		.work = l->work,
		.rooms = l->rooms,
		.now_ms = now_ms,
		.window_ms = l->pace_ms > WINDOW_MS ? l->pace_ms : WINDOW_MS,
	};
	for (int t = 0; t < l->site->tag_count; t++) {
		struct track *track = &l->tracks[t];
		bool tell =
			track->fresh
				? track_step(track, &scene)
				: track->shown && track_quiet(track, quiet_for(l, track), now_ms);
		if (tell)
			tell_track(l, t, now_ms, emit, context);
	}
}

struct locator_counts locator_counts(const struct locator *l)
{
	return l->counts;
}
