/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/locate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "twin/locate_doubt.h"
#include "twin/locate_ear.h"
#include "twin/text.h"

enum {
	STEP_MS = 250,
	WINDOW_MS = 2500, /* by geometry: a mean of some adverts */
	HOUR_MS = 3600000,
	TORN_STEPS = 8 /* looks that find a tag in two places before it is said */
};

/* BLE receivers report -127 for "not available" and nothing above a few dBm. */
enum { RSSI_LEAST = -120, RSSI_MOST = -1 };

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
	struct ears ears;
	struct grade *grades; /* [gateway] */
	int64_t hour_ms;      /* when the hour of the grades began */
	struct track *tracks;
	double *beliefs;
	double *silence, *work, *rooms;
	int64_t stepped_ms;
	struct locator_counts counts;
};

static bool allocate(struct locator *l)
{
	size_t states = (size_t)l->map->state_count, gateways = (size_t)l->site->gateway_count;
	size_t tags = (size_t)l->site->tag_count;
	l->keys = calloc(gateways + tags + 1, sizeof *l->keys);
	l->grades = calloc(gateways + 1, sizeof *l->grades);
	l->tracks = calloc(tags + 1, sizeof *l->tracks);
	l->beliefs = calloc(tags * states + 1, sizeof *l->beliefs);
	l->silence = calloc(states * OFFSET_STEPS, sizeof *l->silence);
	l->work = calloc(3 * states, sizeof *l->work);
	l->rooms = calloc(2 * ((size_t)l->site->room_count + 1), sizeof *l->rooms);
	return ears_open(&l->ears, l->site->gateway_count, l->site->gateway_silence_s * 1000)
	       && l->keys != NULL && l->grades != NULL && l->tracks != NULL && l->beliefs != NULL
	       && l->silence != NULL && l->work != NULL && l->rooms != NULL;
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
	l->ears.silence_ms = fmax(l->ears.silence_ms, seconds * 1000);
}

struct locator *locator_create(const struct site *site)
{
	struct locator *l = calloc(1, sizeof *l);
	if (l == NULL)
		return NULL;
	l->site = site;
	l->map = locate_map_create(site);
	if (l->map == NULL || !allocate(l)) {
		locator_destroy(l);
		return NULL;
	}
	for (int i = 0; i < site->gateway_count; i++)
		add_key(l, i, site->gateways[i].mac, -1 - i);
	for (int i = 0; i < site->tag_count; i++)
		add_key(l, site->gateway_count + i, site->tags[i].mac, i);
	locator_forget(l);
	return l;
}

void locator_forget(struct locator *l)
{
	size_t states = (size_t)l->map->state_count;
	memset(l->grades, 0, (size_t)l->site->gateway_count * sizeof *l->grades);
	memset(l->tracks, 0, (size_t)l->site->tag_count * sizeof *l->tracks);
	for (int i = 0; i < l->site->tag_count; i++) {
		track_init(&l->tracks[i], &l->site->tags[i]);
		l->tracks[i].belief = l->beliefs + (size_t)i * states;
	}
	ears_forget(&l->ears);
	l->hour_ms = l->stepped_ms = 0;
	l->counts = (struct locator_counts){0};
}

void locator_destroy(struct locator *l)
{
	if (l == NULL)
		return;
	HASH_CLEAR(hh, l->by_mac);
	locate_map_destroy(l->map);
	free(l->keys);
	ears_close(&l->ears);
	free(l->grades);
	free(l->tracks);
	free(l->beliefs);
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

/* ---- the same house, told anew ---- */

static int room_again(const struct locator *to, const struct locator *from, int room)
{
	if (room == from->site->room_count)
		return to->site->room_count; /* outside */
	return room >= 0 && room < from->site->room_count
		       ? site_room(to->site, from->site->rooms[room].id)
		       : -1;
}

static int gateway_again(const struct locator *to, const struct locator *from, int gateway)
{
	return gateway >= 0 ? find(to, from->site->gateways[gateway].mac, true) : -1;
}

/* A belief means the same when its states are the same rooms in their order. */
static bool same_states(const struct locator *to, const struct locator *from)
{
	bool same = to->map->state_count == from->map->state_count;
	for (int s = 0; same && s < to->map->state_count; s++) {
		int room = from->map->cells[s].room;
		same = to->map->cells[s].room == (room < 0 ? room : room_again(to, from, room));
	}
	return same;
}

static void carry_ears(struct locator *to, const struct locator *from)
{
	for (int g = 0; g < from->site->gateway_count; g++) {
		int i = gateway_again(to, from, g);
		if (i < 0)
			continue;
		to->ears.ear[i] = from->ears.ear[g];
		to->ears.alive[i] = from->ears.alive[g];
		to->grades[i] = from->grades[g];
	}
	to->ears.step_ms = from->ears.step_ms;
	to->ears.word_ms = from->ears.word_ms;
	to->ears.resumed_ms = from->ears.resumed_ms;
	to->ears.window_ms = from->ears.window_ms;
	to->ears.pace_ms = from->ears.pace_ms;
}

static void carry_track(struct locator *to, int t, const struct locator *from, int of, bool same)
{
	struct track *track = &to->tracks[t], fresh = *track;
	*track = from->tracks[of];
	track->kind = fresh.kind;
	track->home = fresh.home;
	track->belief = fresh.belief;
	for (int i = 0; i < SAMPLES_MAX; i++)
		track->samples[i].gateway = gateway_again(to, from, track->samples[i].gateway);
	track->strongest = gateway_again(to, from, track->strongest);
	track->room = room_again(to, from, track->room);
	track->other = room_again(to, from, track->other);
	track->candidate = room_again(to, from, track->candidate);
	track->certain = room_again(to, from, track->certain);
	/* Shown in a room there is no more: to be told anew. */
	track->shown = track->shown && (track->room >= 0 || from->tracks[of].room < 0);
	if (same)
		memcpy(track->belief, from->tracks[of].belief,
			(size_t)to->map->state_count * sizeof *track->belief);
	else
		track->stepped_ms = 0;
	track->sure = same ? track->sure : -1;
}

void locator_carry(struct locator *to, const struct locator *from)
{
	bool same = same_states(to, from);
	carry_ears(to, from);
	for (int of = 0; of < from->site->tag_count; of++) {
		int t = find(to, from->site->tags[of].mac, false);
		if (t >= 0)
			carry_track(to, t, from, of, same);
	}
	to->hour_ms = from->hour_ms;
	to->stepped_ms = from->stepped_ms;
	to->counts = from->counts;
}

/* ---- after a restart ---- */

/* The gateway or tag that a condition of this kind is about; -1 it is of another kind. */
static int about(const struct locator *l, const char *key, const char *kind, bool gateway)
{
	size_t n = strlen(kind);
	return strncmp(key, kind, n) == 0 ? find(l, key + n, gateway) : -1;
}

static void recall_condition(struct locator *l, const struct fact_condition *told)
{
	int moved = about(l, told->key, "moved:", true), deaf = about(l, told->key, "deaf:", true);
	int torn = about(l, told->key, "two-places:", false);
	if (moved >= 0)
		l->grades[moved].moved_told = told->active;
	if (deaf >= 0)
		l->grades[deaf].deaf_told = told->active;
	if (torn >= 0) {
		l->tracks[torn].torn_told = told->active;
		l->tracks[torn].torn = told->active ? TORN_STEPS : 0;
	}
}

void locator_recall(struct locator *l, const struct fact *told)
{
	int g = told->kind == FACT_GATEWAY ? find(l, told->gateway.gateway, true) : -1;
	if (g >= 0)
		l->ears.ear[g].silent = told->gateway.silent;
	if (told->kind == FACT_CONDITION)
		recall_condition(l, &told->condition);
}

/* ---- what is heard ---- */

void locator_gateway(struct locator *l, const char *mac, int64_t now_ms)
{
	int gateway = find(l, mac, true);
	if (gateway >= 0)
		ears_word(&l->ears, gateway, now_ms);
}

bool locator_level_good(double dbm)
{
	return dbm >= RSSI_LEAST && dbm <= RSSI_MOST;
}

void locator_sight(struct locator *l, const struct sighting *s)
{
	int gateway = find(l, s->gateway, true), tag = find(l, s->tag, false);
	l->counts.sightings++;
	l->counts.unknown_gateway += gateway < 0;
	l->counts.unknown_tag += tag < 0;
	if (gateway < 0)
		return;
	ears_word(&l->ears, gateway, s->received_ms);
	bool late = ears_late(&l->ears, gateway, s->received_ms, s->device_ms);
	bool bad = !locator_level_good(s->rssi_dbm);
	l->counts.late += late;
	l->counts.bad_level += bad;
	if (tag >= 0 && !late && !bad)
		track_sample(&l->tracks[tag], gateway, s->rssi_dbm, s->received_ms);
}

static void tell_gateway(struct locator *l, int g, int64_t now_ms, locate_emit *emit, void *context)
{
	struct fact fact = fact_make(FACT_GATEWAY, SOURCE_RADIO, now_ms);
	fact.source_ms = l->ears.ear[g].last_ms;
	text_copy(fact.origin, sizeof fact.origin, l->site->gateways[g].mac);
	text_copy(fact.gateway.gateway, sizeof fact.gateway.gateway, l->site->gateways[g].mac);
	fact.gateway.silent = l->ears.ear[g].silent;
	emit(context, &fact);
}

static void sum_silence(struct locator *l)
{
	int n = l->map->state_count, table = n * l->map->gateway_count;
	memset(l->silence, 0, (size_t)(n * OFFSET_STEPS) * sizeof *l->silence);
	for (int g = 0; g < l->map->gateway_count; g++) {
		const float *unheard = l->map->unheard + g * n;
		for (int k = 0; l->ears.alive[g] && k < OFFSET_STEPS; k++)
			for (int s = 0; s < n; s++)
				l->silence[k * n + s] += (double)unheard[k * table + s];
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
	const struct ear *ear = &l->ears.ear[track->strongest];
	int64_t from = ear->back_ms > track->last_ms ? ear->back_ms : track->last_ms;
	return ear->last_ms - from;
}

/* Judges the gateways by the hour that is over, and names the wrong ones. */
static void grade_gateways(struct locator *l, int64_t now_ms, locate_emit *emit, void *context)
{
	if (l->hour_ms == 0)
		l->hour_ms = now_ms;
	if (now_ms - l->hour_ms < HOUR_MS)
		return;
	l->hour_ms = now_ms;
	for (int i = 0; i < l->site->gateway_count; i++) {
		const struct gateway *g = &l->site->gateways[i];
		if (!doubt_hour(&l->grades[i], l->map->learned))
			continue;
		struct fact moved = doubt_condition("moved:", g->mac, l->grades[i].moved_told,
			"gateway ", g->name, " hears unlike its place: moved?", now_ms);
		struct fact deaf = doubt_condition("deaf:", g->mac, l->grades[i].deaf_told,
			"gateway ", g->name, " does not hear what is near it", now_ms);
		emit(context, &moved);
		emit(context, &deaf);
	}
}

/* A tag that is in two places at once is in neither: it stays where it was
 * until its address is heard at one place again. */
static bool torn(
	struct locator *l, int t, const struct scene *scene, locate_emit *emit, void *context)
{
	struct track *track = &l->tracks[t];
	int where[2];
	bool two = doubt_two_places(track, scene, where);
	if (track->stepped_ms > 0 && scene->now_ms - track->stepped_ms < scene->pace_ms)
		return two;
	track->torn += two ? (track->torn < 2 * TORN_STEPS) : -(track->torn > 0);
	bool tell = track->torn_told ? track->torn > 0 : track->torn >= TORN_STEPS;
	if (tell != track->torn_told) {
		const struct tag *tag = &l->site->tags[t];
		track->torn_told = tell;
		struct fact fact = doubt_condition("two-places:", tag->mac, tell, "", tag->name,
			" is heard in two places at once", scene->now_ms);
		emit(context, &fact);
	}
	if (two)
		track->stepped_ms = scene->now_ms;
	return two;
}

static bool step(
	struct locator *l, int t, const struct scene *scene, locate_emit *emit, void *context)
{
	struct track *track = &l->tracks[t];
	struct levels levels;
	if (!track->fresh)
		return track->shown && track_quiet(track, quiet_for(l, track), scene->now_ms);
	if (torn(l, t, scene, emit, context))
		return false;
	bool tell = track_step(track, scene, &levels);
	if (levels.count > 0 && track->sure >= 0)
		doubt_weigh(l->grades, scene, &levels, track);
	return tell;
}

void locator_advance(struct locator *l, int64_t now_ms, locate_emit *emit, void *context)
{
	if (l->stepped_ms > 0 && now_ms - l->stepped_ms < STEP_MS)
		return;
	l->ears.step_ms = l->stepped_ms > 0 ? now_ms - l->stepped_ms : STEP_MS;
	l->stepped_ms = now_ms;
	ears_listen(&l->ears, now_ms, l->map->learned ? 0 : WINDOW_MS);
	for (int g = 0; g < l->site->gateway_count; g++)
		if (ears_news(&l->ears, g, now_ms))
			tell_gateway(l, g, now_ms, emit, context);
	grade_gateways(l, now_ms, emit, context);
	sum_silence(l);
	struct scene scene = {
		.map = l->map,
		.site = l->site,
		.alive = l->ears.alive,
		.silence = l->silence,
		.work = l->work,
		.rooms = l->rooms,
		.shown = l->rooms + l->site->room_count + 1,
		.now_ms = now_ms,
		.window_ms = l->ears.window_ms,
		.pace_ms = l->ears.pace_ms,
	};
	for (int t = 0; t < l->site->tag_count; t++)
		if (step(l, t, &scene, emit, context))
			tell_track(l, t, now_ms, emit, context);
}

struct locator_counts locator_counts(const struct locator *l)
{
	return l->counts;
}
