/* SPDX-License-Identifier: Apache-2.0 */
#include "src/locate_trial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "twin/locate.h"
#include "twin/locate_learn.h"
#include "twin/text.h"

/* The plan of a trial: who is who, and what is learned before it is run. */

enum {
	NEIGHBOUR_MS = 2500, /* a change of room in less was through a door */
	CERTAINTY_FOLDS = 4,
	CERTAINTY_BLOCKS = 24, /* blocks the walk is cut into, at least */
	CERTAINTY_ROWS = 200   /* rows without which it is a guess */
};

static int no_memory(struct error *err)
{
	error_set(err, -ENOMEM, "out of memory");
	return -ENOMEM;
}

static int plan_gateway(const struct site *plan, const char *name)
{
	char mac[TAG_SIZE];
	if (text_mac(mac, name) && site_gateway(plan, mac) >= 0)
		return site_gateway(plan, mac);
	for (int i = 0; i < plan->gateway_count; i++)
		if (strcasecmp(plan->gateways[i].name, name) == 0
			|| strcasecmp(plan->gateways[i].alias, name) == 0)
			return i;
	return -1;
}

static int plan_room(const struct site *plan, const char *name)
{
	for (int i = 0; i < plan->room_count; i++)
		if (strcasecmp(plan->rooms[i].name, name) == 0)
			return i;
	return site_room(plan, name);
}

static int room_of(struct trial *trial, const char *name, struct error *err)
{
	struct site *s = &trial->site;
	int at = plan_room(trial->plan != NULL ? trial->plan : s, name);
	if (at >= 0)
		return at;
	if (trial->plan != NULL)
		return error_set(err, -EINVAL, "room \"%s\" is not in the site", name);
	if (s->room_count == WALK_ROOMS)
		return error_set(err, -EINVAL, "more than %d rooms", WALK_ROOMS);
	struct room *room = &s->rooms[s->room_count];
	*room = (struct room){.kind = ROOM_OTHER};
	snprintf(room->id, sizeof room->id, "room-%d", s->room_count + 1);
	text_copy(room->name, sizeof room->name, name);
	return s->room_count++;
}

static int gateway_of(struct trial *trial, const char *name, struct error *err)
{
	struct site *s = &trial->site;
	int at = plan_gateway(trial->plan != NULL ? trial->plan : s, name);
	if (at >= 0)
		return at;
	if (trial->plan != NULL)
		return error_set(err, -EINVAL, "gateway \"%s\" is not in the site", name);
	if (s->gateway_count == WALK_GATEWAYS)
		return error_set(err, -EINVAL, "more than %d gateways", WALK_GATEWAYS);
	struct gateway *gateway = &s->gateways[s->gateway_count];
	*gateway = (struct gateway){.room = 0};
	/* Only a key: nobody is told it. */
	snprintf(gateway->mac, sizeof gateway->mac, "6A7E%08X", (unsigned)s->gateway_count & 0xFFF);
	text_copy(gateway->name, sizeof gateway->name, name);
	return s->gateway_count++;
}

/* Fills the numbers of a walk's rooms and gateways. */
static int number(
	struct trial *trial, const struct walk *walk, int *rooms, int *gateways, struct error *err)
{
	for (int i = 0; i < walk->room_count; i++)
		if ((rooms[i] = room_of(trial, walk->rooms[i], err)) < 0)
			return rooms[i];
	for (int i = 0; i < walk->gateway_count; i++) {
		if ((gateways[i] = gateway_of(trial, walk->gateways[i], err)) < 0)
			return gateways[i];
		for (int k = 0; k < i; k++)
			if (gateways[k] == gateways[i])
				return error_set(err, -EINVAL,
					"columns rssi_%s and rssi_%s are one gateway",
					walk->gateways[k], walk->gateways[i]);
	}
	return 0;
}

/* Lays the rows out for all gateways of the site. */
static bool renumber(
	const struct site *site, struct walk *walk, const int *rooms, const int *gateways)
{
	size_t n = (size_t)site->gateway_count, was = (size_t)walk->gateway_count;
	float *levels = calloc((size_t)walk->count * n + 1, sizeof *levels);
	if (levels == NULL)
		return false;
	for (size_t i = 0; i < (size_t)walk->count; i++) {
		for (size_t g = 0; g < was; g++)
			levels[i * n + (size_t)gateways[g]] = walk->levels[i * was + g];
		walk->room[i] = walk->room[i] >= 0 ? rooms[walk->room[i]] : -1;
	}
	free(walk->levels);
	walk->levels = levels;
	walk->gateway_count = site->gateway_count;
	return true;
}

static int open_walks(struct trial *trial, struct walk **walks, int count, struct error *err)
{
	int(*rooms)[WALK_ROOMS] = calloc((size_t)count, sizeof *rooms);
	int(*gateways)[WALK_GATEWAYS] = calloc((size_t)count, sizeof *gateways);
	int rc = rooms != NULL && gateways != NULL ? 0 : no_memory(err);
	for (int i = 0; rc == 0 && i < count; i++)
		rc = number(trial, walks[i], rooms[i], gateways[i], err);
	for (int i = 0; rc == 0 && i < count; i++)
		if (!renumber(&trial->site, walks[i], rooms[i], gateways[i]))
			rc = no_memory(err);
	free(rooms);
	free(gateways);
	return rc;
}

int trial_open(struct trial *trial, const struct site *plan, struct walk **walks, int walk_count,
	struct error *err)
{
	struct site *s = &trial->site;
	*trial = (struct trial){.plan = plan, .doors_known = plan != NULL};
	if (plan != NULL)
		*s = *plan;
	else
		*s = (struct site){.gateway_silence_s = 30, .floor_count = 1};
	s->tags = NULL;
	s->tag_count = 0;
	s->tags = calloc(WALK_TAGS, sizeof *s->tags);
	if (plan == NULL) {
		s->floors = calloc(1, sizeof *s->floors);
		s->rooms = calloc(WALK_ROOMS, sizeof *s->rooms);
		s->gateways = calloc(WALK_GATEWAYS, sizeof *s->gateways);
	}
	if (s->tags == NULL || s->rooms == NULL || s->gateways == NULL || s->floors == NULL)
		return no_memory(err);
	return open_walks(trial, walks, walk_count, err);
}

static void forget_survey(struct trial *trial)
{
	if (trial->learned) {
		free(trial->site.survey.cells);
		free(trial->site.survey.levels);
	}
	trial->site.survey = (struct survey){0};
	trial->learned = false;
}

void trial_close(struct trial *trial)
{
	const struct site *plan = trial->plan;
	struct site *s = &trial->site;
	forget_survey(trial);
	free(s->tags);
	if (plan == NULL || s->doors != plan->doors)
		free(s->doors);
	if (plan == NULL) {
		free(s->floors);
		free(s->rooms);
		free(s->gateways);
	}
	*trial = (struct trial){0};
}

static int new_doors(struct trial *trial, size_t most, struct error *err)
{
	struct site *s = &trial->site;
	struct door *doors = calloc(most + 1, sizeof *doors);
	if (doors == NULL)
		return no_memory(err);
	if (trial->plan == NULL || s->doors != trial->plan->doors)
		free(s->doors);
	s->doors = doors;
	s->door_count = 0;
	return 0;
}

/* "a-b": rooms may have a hyphen of their own, so each one is tried. */
static int add_pair(struct trial *trial, const char *pair, struct error *err)
{
	struct site *s = &trial->site;
	for (const char *p = strchr(pair, '-'); p != NULL; p = strchr(p + 1, '-')) {
		char name[LABEL_SIZE];
		snprintf(name, sizeof name, "%.*s", (int)(p - pair), pair);
		int a = plan_room(s, name), b = plan_room(s, p + 1);
		if (a < 0 || b < 0)
			continue;
		s->doors[s->door_count++] = (struct door){a, b};
		return 0;
	}
	return error_set(err, -EINVAL, "--adjacency: \"%s\" are no two rooms A-B", pair);
}

int trial_doors(struct trial *trial, const char *list, struct error *err)
{
	char *copy = strdup(list), *rest = NULL;
	int rc = copy != NULL ? new_doors(trial, strlen(list), err) : no_memory(err);
	for (char *pair = rc == 0 ? strtok_r(copy, ",", &rest) : NULL; pair != NULL && rc == 0;
		pair = strtok_r(NULL, ",", &rest)) {
		pair += strspn(pair, " ");
		for (size_t n = strlen(pair); n > 0 && pair[n - 1] == ' '; n--)
			pair[n - 1] = '\0';
		rc = add_pair(trial, pair, err);
	}
	free(copy);
	trial->doors_known = rc == 0;
	return rc;
}

static bool connected(const struct site *site, const char *present)
{
	bool reached[WALK_ROOMS] = {false};
	int first = 0;
	while (first < site->room_count && !present[first])
		first++;
	if (first < site->room_count)
		reached[first] = true;
	for (bool grew = true; grew;) {
		grew = false;
		for (int i = 0; i < site->door_count; i++) {
			const struct door *d = &site->doors[i];
			if (reached[d->a] != reached[d->b])
				grew = reached[d->a] = reached[d->b] = true;
		}
	}
	for (int i = 0; i < site->room_count; i++)
		if (present[i] && !reached[i])
			return false;
	return true;
}

/* Marks the pairs of rooms that were walked between, and the rooms seen. */
static void find_doors(
	const struct walk *walk, const char *use, char *present, char (*pairs)[WALK_ROOMS])
{
	static const int none = -1;
	for (int i = 0; i < walk->count; i++) {
		int room = walk->room[i], before = none;
		if ((use != NULL && !use[i]) || room < 0)
			continue;
		present[room] = 1;
		for (int k = i - 1; k >= 0 && before == none; k--) {
			if (walk->at_ms[i] - walk->at_ms[k] > NEIGHBOUR_MS)
				break;
			bool used = use == NULL || use[k];
			if (walk->tag[k] == walk->tag[i] && used)
				before = walk->room[k];
		}
		if (before >= 0 && before != room)
			pairs[before < room ? before : room][before < room ? room : before] = 1;
	}
}

/* Doors as they were walked through. A survey that jumps from room to room, or
 * sees only some of the doors, says nothing of the others: then any leads to any. */
static int learn_doors(
	struct trial *trial, const struct walk *walk, const char *use, struct error *err)
{
	struct site *s = &trial->site;
	char present[WALK_ROOMS] = {0};
	char(*pairs)[WALK_ROOMS] = calloc(WALK_ROOMS, sizeof *pairs);
	size_t rooms = (size_t)s->room_count;
	int rc = pairs != NULL ? new_doors(trial, rooms * rooms, err) : no_memory(err);
	if (rc == 0)
		find_doors(walk, use, present, pairs);
	for (int all = 0; rc == 0 && all < 2; all++) {
		s->door_count = 0;
		for (int a = 0; a < s->room_count; a++)
			for (int b = a + 1; b < s->room_count; b++)
				if (all || pairs[a][b])
					s->doors[s->door_count++] = (struct door){a, b};
		if (connected(s, present))
			break;
	}
	free(pairs);
	return rc;
}

static int learn_signatures(
	struct trial *trial, const struct walk *walk, const char *use, struct error *err)
{
	size_t gateways = (size_t)walk->gateway_count, rows = (size_t)walk->count;
	int *rooms = calloc(rows + 1, sizeof *rooms);
	float *levels = calloc(rows * gateways + 1, sizeof *levels);
	bool *surveyed = calloc(gateways + 1, sizeof *surveyed);
	struct lesson lesson = {
		walk->gateway_count, trial->site.room_count, 0, rooms, levels, surveyed};
	bool good = rooms != NULL && levels != NULL && surveyed != NULL;
	for (size_t i = 0; good && i < rows; i++) {
		if (walk->room[i] < 0 || (use != NULL && !use[i]))
			continue;
		memcpy(levels + (size_t)lesson.count * gateways, walk->levels + i * gateways,
			gateways * sizeof *levels);
		rooms[lesson.count++] = walk->room[i];
		for (size_t g = 0; g < gateways; g++)
			surveyed[g] |= walk->levels[i * gateways + g] != LESSON_UNHEARD;
	}
	struct survey survey = {.certainty = trial->site.survey.certainty};
	good = good && locate_learn(&lesson, &survey);
	free(rooms);
	free(levels);
	free(surveyed);
	forget_survey(trial);
	trial->site.survey = survey;
	trial->learned = true;
	if (!good)
		return no_memory(err);
	return lesson.count > 0 ? 0 : error_set(err, -EINVAL, "no rows with a room to learn from");
}

static const double usual_certainty = 0.6;
static const double certainties[] = {1, 0.85, 0.7, 0.6, 0.5, 0.4, 0.3};
enum { CERTAINTIES = sizeof certainties / sizeof *certainties };

/* Brier score of one fold for each certainty: the mean square of confidence
 * minus right, least when confidences come true as often as they say. */
static int judge_certainties(struct trial *trial, const struct walk *walk, const char *judged,
	struct verdict *verdicts, double *brier, struct error *err)
{
	for (int k = 0; k < CERTAINTIES; k++) {
		trial->site.survey.certainty = certainties[k];
		int rc = trial_run(trial, walk, judged, verdicts, err);
		if (rc < 0)
			return rc;
		for (int i = 0; i < walk->count; i++) {
			double right = verdicts[i].room == walk->room[i];
			double off = verdicts[i].confidence - right;
			if (judged[i] && walk->room[i] >= 0 && verdicts[i].room >= 0)
				brier[k] += off * off;
		}
	}
	return 0;
}

/* How sure the filter may be: each fold is judged by what the others taught. */
static int find_certainty(struct trial *trial, const struct walk *walk, const char *use,
	double *certainty, struct error *err)
{
	size_t n = (size_t)walk->count + 1;
	signed char *fold_of = calloc(n, 1);
	char *learned = calloc(n, 1), *judged = calloc(n, 1);
	struct verdict *verdicts = calloc(n, sizeof *verdicts);
	double brier[CERTAINTIES] = {0}, seconds = 60;
	bool good = fold_of != NULL && learned != NULL && judged != NULL && verdicts != NULL;
	int rc = good ? 0 : no_memory(err), best = 0;
	while (good && seconds > 4
		&& trial_folds(walk, use, seconds, CERTAINTY_FOLDS, fold_of) < CERTAINTY_BLOCKS)
		seconds /= 2;
	for (int f = 0; f < CERTAINTY_FOLDS && rc == 0; f++) {
		for (int i = 0; i < walk->count; i++) {
			learned[i] = fold_of[i] >= 0 && fold_of[i] != f;
			judged[i] = fold_of[i] == f;
		}
		rc = learn_signatures(trial, walk, learned, err);
		if (rc == 0)
			rc = judge_certainties(trial, walk, judged, verdicts, brier, err);
	}
	for (int k = 1; k < CERTAINTIES; k++)
		best = brier[k] < brier[best] ? k : best;
	*certainty = certainties[best];
	free(fold_of);
	free(learned);
	free(judged);
	free(verdicts);
	return rc;
}

int trial_learn(struct trial *trial, const struct walk *walk, const char *use, struct error *err)
{
	double certainty = usual_certainty;
	int rc = trial->doors_known ? 0 : learn_doors(trial, walk, use, err);
	if (rc == 0 && walk->count >= CERTAINTY_ROWS)
		rc = find_certainty(trial, walk, use, &certainty, err);
	if (rc == 0)
		rc = learn_signatures(trial, walk, use, err);
	trial->site.survey.certainty = certainty;
	return rc;
}

int trial_folds(
	const struct walk *walk, const char *use, double seconds, int folds, signed char *fold_of)
{
	int64_t last = -1;
	int blocks = 0;
	for (int i = 0; i < walk->count; i++) {
		int64_t block =
			(int64_t)((double)(walk->at_ms[i] - walk->at_ms[0]) / (seconds * 1000));
		bool used = use == NULL || use[i];
		blocks += used && block != last;
		last = used ? block : last;
		fold_of[i] = (signed char)(used ? (blocks - 1) % folds : -1);
	}
	return blocks;
}
