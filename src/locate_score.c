/* SPDX-License-Identifier: Apache-2.0 */
#include "src/locate_score.h"

#include <math.h>
#include <stdlib.h>

enum { BINS = 10 };

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* Nearest rank: the smallest value that a share of all do not exceed. */
static double quantile(const double *sorted, long count, double share)
{
	long rank = (long)ceil(share * (double)count);
	return count > 0 ? sorted[rank < 1 ? 0 : rank - 1] : 0;
}

static void calibrate(const struct walk *walk, const struct verdict *verdicts, struct score *score)
{
	double confidence[BINS] = {0}, right[BINS] = {0}, error = 0;
	for (int i = 0; i < walk->count; i++) {
		if (walk->room[i] < 0)
			continue;
		int bin = (int)(verdicts[i].confidence * BINS);
		bin = bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
		confidence[bin] += verdicts[i].confidence;
		right[bin] += verdicts[i].room == walk->room[i];
	}
	for (int k = 0; k < BINS; k++)
		error += fabs(confidence[k] - right[k]);
	score->calibration_error = score->rows > 0 ? error / (double)score->rows : 0;
}

/* One tag's way through the rows. */
struct way {
	int room, said; /* last known, last said; -1 none */
	int64_t changed_ms;
	bool waiting; /* for the first row with the new room */
};

static void arrive(struct way *way, int64_t at_ms, double *latencies, long *count)
{
	latencies[(*count)++] = (double)(at_ms - way->changed_ms) / 1000;
	way->waiting = false;
}

static void follow(struct way *way, const struct walk *walk, const struct verdict *verdict, int i,
	struct score *score, double *latencies, long *found)
{
	int room = walk->room[i];
	score->rows++;
	score->accuracy += verdict->room == room;
	if (way->room >= 0 && room != way->room) {
		if (way->waiting) {
			arrive(way, walk->at_ms[i], latencies, found);
			score->missed++;
		}
		score->true_changes++;
		way->changed_ms = walk->at_ms[i];
		way->waiting = true;
	}
	way->room = room;
	if (way->waiting && verdict->room == room)
		arrive(way, walk->at_ms[i], latencies, found);
	if (verdict->room >= 0) {
		score->changes += way->said >= 0 && verdict->room != way->said;
		way->said = verdict->room;
	}
}

bool score_walk(const struct walk *walk, const struct verdict *verdicts, struct score *score)
{
	struct way *ways = calloc((size_t)walk->tag_count, sizeof *ways);
	double *latencies =
		calloc((size_t)walk->count + (size_t)walk->tag_count, sizeof *latencies);
	bool good = ways != NULL && latencies != NULL;
	long found = 0;
	*score = (struct score){0};
	for (int t = 0; good && t < walk->tag_count; t++)
		ways[t].room = ways[t].said = -1;
	for (int i = 0; good && i < walk->count; i++)
		if (walk->room[i] >= 0)
			follow(&ways[walk->tag[i]], walk, &verdicts[i], i, score, latencies,
				&found);
	/* What is still waited for at the end is as long as the walk was. */
	for (int t = 0; good && t < walk->tag_count; t++) {
		score->missed += ways[t].waiting;
		if (ways[t].waiting)
			arrive(&ways[t], walk->at_ms[walk->count - 1], latencies, &found);
	}
	if (good) {
		score->accuracy /= score->rows > 0 ? (double)score->rows : 1;
		qsort(latencies, (size_t)found, sizeof *latencies, by_size);
		score->latency_p50_s = quantile(latencies, found, 0.5);
		score->latency_p90_s = quantile(latencies, found, 0.9);
		calibrate(walk, verdicts, score);
	}
	free(ways);
	free(latencies);
	return good;
}
