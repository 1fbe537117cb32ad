/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/locate_track.h"

#include <math.h>
#include <string.h>

/* The filter: what is heard, how well it fits each state, and the belief. */

/* Fading is shared by what is heard within this time: a second look after a
 * tenth of a second is two thirds of a new one. */
static const double fading_s = 0.1;
/* No single gateway may condemn a room: beyond this it is an outlier. */
static const double deviation_cap = 3.5;
/* Of what a step says about a tag's strength: known after half a minute. */
static const double offset_rate = 0.04;

enum {
	CATCH_UP_S = 60,         /* seconds of walking after a pause, at most */
	INTERVAL_MAX_MS = 90000, /* a longer pause was an absence */
	SAME_ADVERT_MS = 300,    /* one advert reaches several gateways */
	SEVERAL = 3              /* adverts after which silence counts in full */
};

/*
 * How each class of tag moves, against map->door_rate (a room left every half
 * minute, as somebody does who walks about): how much less at first, and how
 * it settles: the longer it is in a room the less it is likely to leave it in
 * the next second, down to a least.
 */
static const struct dynamics {
	double haste, least, settles_s;
} dynamics[TAG_KIND_COUNT] = {
	[TAG_PATIENT] = {1, 0.1, 120},
	[TAG_STAFF] = {1, 0.3, 300},
	[TAG_ASSET] = {0.5, 0.05, 120},
	[TAG_SENSOR] = {0.2, 0.02, 60},
};

void track_init(struct track *track, const struct tag *tag)
{
	track->kind = tag->kind;
	track->home = tag->kind == TAG_SENSOR ? tag->room : -1;
	track->strongest = track->candidate = track->certain = track->sure = -1;
	track->room = track->other = -1;
	for (int i = 0; i < SAMPLES_MAX; i++)
		track->samples[i].gateway = -1;
}

void track_sample(struct track *track, int gateway, int rssi_dbm, int64_t at_ms)
{
	int64_t gap = at_ms - track->last_ms;
	/* The first gap is taken whole. */
	if (track->last_ms > 0 && gap >= SAME_ADVERT_MS && gap <= INTERVAL_MAX_MS) {
		if (track->interval_ms <= 0)
			track->interval_ms = (double)gap;
		else
			track->interval_ms += ((double)gap - track->interval_ms) / 8;
	}
	track->samples[track->sample_next] = (struct sample){at_ms, gateway, rssi_dbm};
	track->sample_next = (track->sample_next + 1) % SAMPLES_MAX;
	if (at_ms > track->last_ms)
		track->last_ms = at_ms;
	track->fresh = true;
}

/* Brings the gateways that may speak to the front, strongest first. */
static void strongest_first(struct levels *out)
{
	for (int a = 0; a < out->count && a < SPEAKERS; a++) {
		int best = a;
		for (int b = a + 1; b < out->count; b++)
			best = out->mean[b] > out->mean[best] ? b : best;
		int gateway = out->gateway[a];
		double mean = out->mean[a];
		out->gateway[a] = out->gateway[best];
		out->mean[a] = out->mean[best];
		out->gateway[best] = gateway;
		out->mean[best] = mean;
	}
	out->speakers = out->count < SPEAKERS ? out->count : SPEAKERS;
}

/* Means per gateway over the window, and which of them is the strongest. */
static void hear(struct track *track, const struct scene *scene, struct levels *out)
{
	out->count = out->most = 0;
	for (int i = 0; i < SAMPLES_MAX; i++) {
		const struct sample *s = &track->samples[i];
		if (s->gateway < 0 || s->at_ms < scene->now_ms - scene->window_ms)
			continue;
		int k = 0;
		while (k < out->count && out->gateway[k] != s->gateway)
			k++;
		if (k == out->count) {
			out->gateway[out->count++] = s->gateway;
			out->mean[k] = out->samples[k] = 0;
		}
		out->samples[k]++;
		out->mean[k] += (s->rssi_dbm - out->mean[k]) / out->samples[k];
	}
	for (int k = 0; k < out->count; k++)
		out->most = out->samples[k] > out->most ? out->samples[k] : out->most;
	strongest_first(out);
	if (out->count > 0)
		track->strongest = out->gateway[0];
}

/*
 * How badly the heard levels fit state s: twice the negative log-likelihood.
 * How strongly a tag sends is not known: an offset common to all its gateways,
 * Gaussian around the one learnt so far, is fitted (ridge regression on a
 * constant) and pays for itself. What remains is capped gateway by gateway.
 * `offset` gets it.
 */
static double misfit(const struct track *track, const struct scene *scene,
	const struct levels *levels, int s, double *offset)
{
	const struct locate_map *map = scene->map;
	const double ridge = 1 / (track->offset_sigma * track->offset_sigma);
	double residual[SPEAKERS], unit[SPEAKERS], sum = 0, precision = ridge, total = 0;
	bool outside = map->cells[s].room < 0;
	for (int i = 0; i < levels->speakers; i++) {
		int at = levels->gateway[i] * map->state_count + s;
		unit[i] = (double)map->unit[at];
		residual[i] = levels->mean[i] - (double)map->level[at] - track->offset_db;
		sum += residual[i] * unit[i] * unit[i];
		precision += unit[i] * unit[i];
		total -= 2 * (double)map->gain[at];
	}
	double shift = outside ? 0 : sum / precision;
	for (int i = 0; i < levels->speakers; i++) {
		double z = fabs(residual[i] - shift) * unit[i];
		z = !outside && z > deviation_cap ? deviation_cap : z;
		total += z * z;
	}
	*offset = track->offset_db + shift;
	return total + shift * shift * ridge;
}

static int offset_index(double offset_db)
{
	double step = (offset_db - OFFSET_LEAST_DB) / OFFSET_STEP_DB + 0.5;
	return step < 0 ? 0 : step >= OFFSET_STEPS ? OFFSET_STEPS - 1 : (int)step;
}

/* Log-likelihood of the silence of the living gateways that did not hear the
 * tag, for a tag as strong as state s would have it. */
static double silence_of_others(
	const struct scene *scene, const struct levels *levels, int s, double offset_db)
{
	const struct locate_map *map = scene->map;
	int step = offset_index(offset_db), n = map->state_count;
	const float *unheard = map->unheard + step * map->gateway_count * n + s;
	double silence = scene->silence[step * n + s];
	for (int i = 0; i < levels->count; i++)
		if (scene->alive[levels->gateway[i]])
			silence -= (double)unheard[levels->gateway[i] * n];
	return silence;
}

/* Log-likelihood of the window in each state: levels heard and silence. A
 * state that was unlikely and fits badly is not worth the second part: most of
 * the building is far away from any one tag. */
static void evidence(const struct track *track, const struct scene *scene,
	const struct levels *levels, const double *walked, double *log_p, double *offset)
{
	int n = scene->map->state_count;
	/* By geometry nobody knows how often an advert is lost anywhere: a few
	 * must have been, before silence tells of distance. */
	bool few = !scene->map->learned && levels->most < SEVERAL;
	double weight = few ? (double)levels->most / SEVERAL : 1;
	double best = -INFINITY;
	for (int s = 0; s < n; s++) {
		log_p[s] = -0.5 * misfit(track, scene, levels, s, &offset[s]);
		best = log_p[s] > best ? log_p[s] : best;
	}
	for (int s = 0; s < n; s++) {
		bool hopeless = walked[s] < 1e-6 && log_p[s] < best - 12;
		log_p[s] +=
			hopeless ? -40 : weight * silence_of_others(scene, levels, s, offset[s]);
	}
}

/* What remains in common over a tag's gateways is its own strength; learnt from
 * each state as far as it is believed, and the surer the place the surer. */
static void learn_offset(struct track *track, const struct locate_map *map, const double *offset)
{
	double mean = 0, best = 0;
	track->sure = -1;
	for (int s = 0; s < map->state_count; s++) {
		mean += track->belief[s] * offset[s];
		best = fmax(best, track->belief[s]);
		if (track->belief[s] > 0.9)
			track->sure = s;
	}
	track->offset_db += offset_rate * best * (mean - track->offset_db);
	track->offset_sigma += offset_rate * best * (map->power_last - track->offset_sigma);
}

static double haste(const struct track *track, int64_t now_ms)
{
	const struct dynamics *d = &dynamics[track->kind];
	if (!track->shown || track->state != LOCATED_IN)
		return d->haste;
	double stayed_s = (double)(now_ms - track->entered_ms) / 1000;
	return d->haste * fmax(d->least, 1 / (1 + stayed_s / d->settles_s));
}

/* The belief carried to now, in scene->work; how much new there is to hear. */
static double walk(struct track *track, const struct scene *scene)
{
	size_t bytes = (size_t)scene->map->state_count * sizeof *scene->work;
	double pace = haste(track, scene->now_ms);
	if (track->stepped_ms == 0) {
		if (track->offset_sigma <= 0)
			track->offset_sigma = scene->map->power_first;
		memcpy(scene->work, scene->map->prior, bytes);
		return 1;
	}
	double seconds = (double)(scene->now_ms - track->stepped_ms) / 1000;
	/* Whole seconds, and what is left over. */
	double left = fmin(fmax(seconds, 0.05), CATCH_UP_S);
	while (left > 1) {
		locate_map_walk(scene->map, 1, pace, track->belief, scene->work);
		memcpy(track->belief, scene->work, bytes);
		left -= 1;
	}
	locate_map_walk(scene->map, left, pace, track->belief, scene->work);
	return seconds >= 1 ? 1 : 1 - exp(-seconds / fading_s);
}

/* One step of the forward algorithm: walk, weigh by the evidence, normalise. */
static void update(struct track *track, const struct scene *scene, const struct levels *levels)
{
	int n = scene->map->state_count;
	double *walked = scene->work, *log_p = walked + n, *offset = log_p + n;
	double best = -INFINITY, total = 0;
	double weight = walk(track, scene) * scene->map->evidence;
	evidence(track, scene, levels, walked, log_p, offset);
	for (int s = 0; s < n; s++)
		best = log_p[s] > best ? log_p[s] : best;
	for (int s = 0; s < n; s++) {
		double fit = weight * (log_p[s] - best);
		track->belief[s] = fit > -30 ? walked[s] * exp(fit) : 0;
		total += track->belief[s];
	}
	for (int s = 0; s < n; s++)
		track->belief[s] /= total;
	learn_offset(track, scene->map, offset);
	track->stepped_ms = scene->now_ms;
}

/* The belief by room; and as it is told: raised to the power that made the
 * survey's own confidences come true as often as they say. */
static void by_room(const struct track *track, const struct scene *scene)
{
	int rooms = scene->site->room_count + 1;
	double certainty = scene->site->survey.certainty, total = 0;
	memset(scene->rooms, 0, (size_t)rooms * sizeof *scene->rooms);
	for (int s = 0; s < scene->map->state_count; s++) {
		int room = scene->map->cells[s].room;
		scene->rooms[room >= 0 ? room : rooms - 1] += track->belief[s];
	}
	bool as_it_is = certainty <= 0 || certainty == 1.0;
	for (int i = 0; i < rooms; i++) {
		scene->shown[i] = as_it_is ? scene->rooms[i] : pow(scene->rooms[i], certainty);
		total += scene->shown[i];
	}
	for (int i = 0; i < rooms; i++)
		scene->shown[i] /= total;
}

/* A fixed sensor is where the site says; radio only says that it is there. */
static bool conclude_fixed(struct track *track, int64_t now_ms)
{
	if (track->shown && track->state == LOCATED_IN)
		return false;
	track->shown = true;
	track->state = LOCATED_IN;
	track->room = track->certain = track->home;
	track->confidence = 1;
	track->shown_ms = track->entered_ms = now_ms;
	return true;
}

bool track_step(struct track *track, const struct scene *scene, struct levels *levels)
{
	levels->count = 0;
	/* The gateways' rows of one advert come in one by one. */
	if (track->stepped_ms > 0 && scene->now_ms - track->stepped_ms < scene->pace_ms)
		return false;
	hear(track, scene, levels);
	track->fresh = false;
	if (levels->count == 0)
		return false;
	if (track->home >= 0)
		return conclude_fixed(track, scene->now_ms);
	update(track, scene, levels);
	by_room(track, scene);
	return track_conclude(track, scene);
}
