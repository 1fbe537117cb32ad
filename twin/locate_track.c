/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/locate_track.h"

#include <math.h>
#include <string.h>

/*
 * Successive seconds share their errors: the mean runs over 5 s, and the walls
 * that shadow a level stay where they are. Taken as independent they would
 * make the belief far too sure, so each second's evidence is weakened.
 */
static const double evidence_weight = 0.35;
/* No single gateway may condemn a room: beyond this it is an outlier. */
static const double deviation_cap = 3.5;
/* Between models of tags, batteries and pockets. */
static const double power_sigma_db = 8;
static const double certain_above = 0.6;

enum {
	AGREE_STEPS = 2, /* a room is told when over 0.6 twice in a row */
	DOUBT_STEPS = 4,
	CATCH_UP_S = 10, /* seconds of walking after a pause, at most */
	CALM_MS = 30000, /* between two facts that only refine */
	ABSENT_MS = 20000,
	ABSENT_INTERVALS = 6,
	INTERVAL_DEFAULT_MS = 10000, /* one advert heard: its rhythm is not known */
	INTERVAL_MAX_MS = 90000,
	SAME_ADVERT_MS = 300, /* one advert reaches several gateways */
	SEVERAL = 3           /* adverts after which silence counts in full */
};

enum { LEVELS_MAX = SAMPLES_MAX };

/* Only the strongest gateways bear witness by their level: behind several walls
 * the expected level is a guess, and many wrong guesses outvote few good ones
 * (in the tests' radio world 6 give 98 to 99 % right rooms, all give 91 %). */
enum { SPEAKERS = 6 };

struct levels {
	int count, speakers;
	int gateway[LEVELS_MAX], samples[LEVELS_MAX];
	double mean[LEVELS_MAX];
	int most; /* samples of one gateway */
};

void track_init(struct track *track, const struct tag *tag)
{
	track->home = tag->kind == TAG_SENSOR ? tag->room : -1;
	track->strongest = track->candidate = track->certain = -1;
	track->room = track->other = -1;
	for (int i = 0; i < SAMPLES_MAX; i++)
		track->samples[i].gateway = -1;
}

void track_sample(struct track *track, int gateway, int rssi_dbm, int64_t at_ms)
{
	int64_t gap = at_ms - track->last_ms;
	/* The first gap is taken whole; a pause that was an absence is none. */
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
 * How badly the heard levels fit state s, in squared deviations. How strongly
 * a tag sends is not known: an offset common to all its gateways, Gaussian
 * around the one learnt so far, is fitted (ridge regression on a constant) and
 * pays for itself. What remains is capped gateway by gateway. `offset` gets it.
 */
static double misfit(const struct scene *scene, const struct levels *levels, int s, double learnt,
	double *offset)
{
	const struct locate_map *map = scene->map;
	const double unit = 1 / locate_sigma_db;
	const double ridge =
		(locate_sigma_db / power_sigma_db) * (locate_sigma_db / power_sigma_db);
	double residual[SPEAKERS], sum = 0, total = 0;
	for (int i = 0; i < levels->speakers; i++) {
		size_t at = (size_t)levels->gateway[i] * (size_t)map->state_count + (size_t)s;
		residual[i] = (levels->mean[i] - map->heard[at] - learnt) * unit;
		sum += residual[i];
	}
	double shift = map->cells[s].room >= 0 ? sum / (levels->speakers + ridge) : 0;
	for (int i = 0; i < levels->speakers; i++) {
		double z = fabs(residual[i] - shift);
		total += map->cells[s].room >= 0 && z > deviation_cap
				 ? deviation_cap * deviation_cap
				 : z * z;
	}
	*offset = learnt + shift * locate_sigma_db;
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
	int step = offset_index(offset_db);
	double offset = OFFSET_LEAST_DB + step * OFFSET_STEP_DB;
	double silence = scene->silence[step * map->state_count + s];
	for (int i = 0; i < levels->count; i++) {
		int g = levels->gateway[i];
		if (scene->alive[g])
			silence -= locate_unheard(map->heard[g * map->state_count + s] + offset);
	}
	return silence;
}

/* Log-likelihood of the window in each state: levels heard and silence. A
 * state that was unlikely and fits badly is not worth the second part: most of
 * the building is far away from any one tag. */
static void evidence(const struct track *track, const struct scene *scene,
	const struct levels *levels, const double *walked, double *log_p, double *offset)
{
	int n = scene->map->state_count;
	double weight = levels->most >= SEVERAL ? 1 : (double)levels->most / SEVERAL;
	double best = -INFINITY;
	for (int s = 0; s < n; s++) {
		log_p[s] = -0.5 * misfit(scene, levels, s, track->offset_db, &offset[s]);
		best = log_p[s] > best ? log_p[s] : best;
	}
	for (int s = 0; s < n; s++) {
		bool hopeless = walked[s] < 1e-6 && log_p[s] < best - 12;
		log_p[s] +=
			hopeless ? -40 : weight * silence_of_others(scene, levels, s, offset[s]);
	}
}

/* While the place is beyond doubt, what remains in common over its gateways is
 * the tag's own strength. */
static void learn_offset(struct track *track, const double *offset, int states)
{
	for (int s = 0; s < states; s++)
		if (track->belief[s] > 0.9)
			track->offset_db += 0.01 * (offset[s] - track->offset_db);
}

static void update(struct track *track, const struct scene *scene, const struct levels *levels)
{
	int n = scene->map->state_count;
	double *walked = scene->work, *log_p = walked + n, *offset = log_p + n;
	double best = -INFINITY, total = 0;
	if (track->stepped_ms == 0) {
		memcpy(walked, scene->map->prior, (size_t)n * sizeof *walked);
	} else {
		int64_t seconds = (scene->now_ms - track->stepped_ms + 500) / 1000;
		seconds = seconds < 1 ? 1 : seconds > CATCH_UP_S ? CATCH_UP_S : seconds;
		for (; seconds > 0; seconds--) {
			locate_map_walk(scene->map, track->belief, walked);
			if (seconds > 1)
				memcpy(track->belief, walked, (size_t)n * sizeof *walked);
		}
	}
	evidence(track, scene, levels, walked, log_p, offset);
	for (int s = 0; s < n; s++)
		best = log_p[s] > best ? log_p[s] : best;
	for (int s = 0; s < n; s++) {
		double fit = evidence_weight * (log_p[s] - best);
		track->belief[s] = fit > -30 ? walked[s] * exp(fit) : 0;
		total += track->belief[s];
	}
	for (int s = 0; s < n; s++)
		track->belief[s] /= total;
	learn_offset(track, offset, n);
	track->stepped_ms = scene->now_ms;
}

static void tell(struct track *track, enum located state, int room, int other, const double *p,
	int64_t now_ms)
{
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

/* Only refines what is shown: a fifth more or less sure, and not too often. */
static bool refine(struct track *track, const double *p, int second, int64_t now_ms)
{
	double was = track->confidence, is = p[track->room];
	if (now_ms - track->shown_ms < CALM_MS || floor(was * 5) == floor(is * 5)
		|| fabs(was - is) < 0.1)
		return false;
	tell(track, LOCATED_IN, track->room, second, p, now_ms);
	return true;
}

static bool conclude_certain(
	struct track *track, const double *p, int best, int second, int outside, int64_t now_ms)
{
	track->agreed = track->candidate == best ? track->agreed + 1 : 1;
	track->candidate = best;
	if (best == outside && track->shown && track->state == LOCATED_ABSENT)
		return false;
	if (track->shown && track->state == LOCATED_IN && track->room == best) {
		track->doubts = 0;
		return refine(track, p, second, now_ms);
	}
	if (track->agreed < AGREE_STEPS)
		return false;
	if (best == outside)
		tell(track, LOCATED_ABSENT, track->certain, -1, NULL, now_ms);
	else
		tell(track, LOCATED_IN, best, second, p, now_ms);
	return true;
}

static bool conclude(struct track *track, const struct scene *scene)
{
	const double *p = scene->rooms;
	int outside = scene->site->room_count, best = 0, second = -1;
	for (int i = 1; i <= outside; i++)
		if (p[i] > p[best])
			best = i;
	for (int i = 0; i < outside; i++)
		if (i != best && p[i] >= 0.05 && (second < 0 || p[i] > p[second]))
			second = i;
	if (p[best] > certain_above)
		return conclude_certain(track, p, best, second, outside, scene->now_ms);
	track->candidate = -1;
	track->agreed = 0;
	if (++track->doubts < DOUBT_STEPS || best == outside)
		return false;
	if (track->shown && track->state == LOCATED_UNCERTAIN
		&& (same_pair(track, best, second) || scene->now_ms - track->shown_ms < CALM_MS))
		return false;
	tell(track, LOCATED_UNCERTAIN, best, second, p, scene->now_ms);
	return true;
}

/* A fixed sensor is where the site says; radio only says that it is there. */
static bool conclude_fixed(struct track *track, int64_t now_ms)
{
	if (track->shown && track->state == LOCATED_IN)
		return false;
	tell(track, LOCATED_IN, track->home, -1, NULL, now_ms);
	track->confidence = 1;
	return true;
}

bool track_step(struct track *track, const struct scene *scene)
{
	struct levels levels;
	hear(track, scene, &levels);
	track->fresh = false;
	if (levels.count == 0)
		return false;
	if (track->home >= 0)
		return conclude_fixed(track, scene->now_ms);
	update(track, scene, &levels);
	int rooms = scene->site->room_count;
	memset(scene->rooms, 0, (size_t)(rooms + 1) * sizeof *scene->rooms);
	for (int s = 0; s < scene->map->state_count; s++) {
		int room = scene->map->cells[s].room;
		scene->rooms[room >= 0 ? room : rooms] += track->belief[s];
	}
	return conclude(track, scene);
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
