/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/locate_learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	CELLS_MOST = 8,   /* of a room */
	ROWS_A_CELL = 40, /* rows that are worth a cell of their own */
	ROUNDS = 15,      /* of k-means: it has settled by then */
	USUAL_ROWS = 10   /* what the usual spread weighs against few rows */
};

/* A gateway that did not hear stands this low when rows are compared. */
static const double unheard_dbm = -92;
/* Few rows have a deviation by chance: pulled towards the usual one. */
static const double usual_db = 7;
/* Doors, people and batteries will be others than on the day of the survey. */
static const double drift_db = 4;
/* Nothing is heard always, nothing never. */
static const double least_share = 0.02, most_share = 0.95;

struct grouping {
	const struct lesson *lesson;
	const int *rows; /* of one room, in order of time */
	int count, cells;
	int *cell_of;   /* [count] */
	double *centre; /* [CELLS_MOST][gateway] */
	int *size;      /* [CELLS_MOST] */
};

static double level_of(const struct lesson *lesson, int row, int g)
{
	double level =
		(double)lesson->levels[(size_t)row * (size_t)lesson->gateway_count + (size_t)g];
	return level != LESSON_UNHEARD ? level : unheard_dbm;
}

static void centres(struct grouping *c)
{
	int gateways = c->lesson->gateway_count;
	memset(c->centre, 0, sizeof *c->centre * (size_t)(CELLS_MOST * gateways));
	memset(c->size, 0, sizeof *c->size * CELLS_MOST);
	for (int i = 0; i < c->count; i++) {
		double *centre = c->centre + c->cell_of[i] * gateways;
		c->size[c->cell_of[i]]++;
		for (int g = 0; g < gateways; g++)
			centre[g] += level_of(c->lesson, c->rows[i], g);
	}
	for (int k = 0; k < c->cells; k++)
		for (int g = 0; c->size[k] > 0 && g < gateways; g++)
			c->centre[k * gateways + g] /= c->size[k];
}

static int nearest(const struct grouping *c, int row)
{
	int gateways = c->lesson->gateway_count, best = 0;
	double least = INFINITY;
	for (int k = 0; k < c->cells; k++) {
		double distance = c->size[k] > 0 ? 0 : INFINITY;
		for (int g = 0; g < gateways && distance < least; g++) {
			double d = level_of(c->lesson, row, g) - c->centre[k * gateways + g];
			distance += d * d;
		}
		if (distance < least) {
			least = distance;
			best = k;
		}
	}
	return best;
}

/* Begins with stretches of the walk: who walks a room stands in each part of
 * it for a while. */
static void group(struct grouping *c)
{
	c->cells = c->count / ROWS_A_CELL;
	c->cells = c->cells < 1 ? 1 : c->cells > CELLS_MOST ? CELLS_MOST : c->cells;
	for (int i = 0; i < c->count; i++)
		c->cell_of[i] = (int)((long)i * c->cells / c->count);
	for (int round = 0; round < ROUNDS && c->cells > 1; round++) {
		centres(c);
		for (int i = 0; i < c->count; i++)
			c->cell_of[i] = nearest(c, c->rows[i]);
	}
	centres(c);
}

static struct radio_level signature(const struct grouping *c, int cell, int g)
{
	double n = 0, sum = 0, squares = 0;
	for (int i = 0; i < c->count; i++) {
		double level = level_of(c->lesson, c->rows[i], g);
		size_t at = (size_t)c->rows[i] * (size_t)c->lesson->gateway_count + (size_t)g;
		if (c->cell_of[i] != cell || c->lesson->levels[at] == LESSON_UNHEARD)
			continue;
		n++;
		sum += level;
		squares += level * level;
	}
	double mean = n > 0 ? sum / n : unheard_dbm;
	double variance = n > 0 ? fmax(0, squares / n - mean * mean) : 0;
	variance = (variance * n + usual_db * usual_db * USUAL_ROWS) / (n + USUAL_ROWS);
	double share = (n + 0.1) / (c->size[cell] + 0.2);
	share = fmin(fmax(share, least_share), most_share);
	return (struct radio_level){
		(float)mean, (float)sqrt(variance + drift_db * drift_db), (float)share};
}

static void keep(const struct grouping *c, int room, struct survey *survey)
{
	const struct lesson *lesson = c->lesson;
	for (int k = 0; k < c->cells; k++) {
		if (c->size[k] == 0)
			continue;
		struct radio_level *levels =
			survey->levels + (size_t)survey->cell_count * (size_t)lesson->gateway_count;
		for (int g = 0; g < lesson->gateway_count; g++)
			if (lesson->surveyed == NULL || lesson->surveyed[g])
				levels[g] = signature(c, k, g);
		survey->cells[survey->cell_count++] = (struct radio_cell){room, c->size[k]};
	}
}

static void learn_rooms(struct grouping *c, int *rows, struct survey *survey)
{
	const struct lesson *lesson = c->lesson;
	for (int room = 0; room < lesson->room_count; room++) {
		c->count = 0;
		for (int i = 0; i < lesson->count; i++)
			if (lesson->rooms[i] == room)
				rows[c->count++] = i;
		if (c->count == 0)
			continue;
		group(c);
		keep(c, room, survey);
	}
}

bool locate_learn(const struct lesson *lesson, struct survey *survey)
{
	size_t gateways = (size_t)lesson->gateway_count, rows = (size_t)lesson->count;
	size_t cells = rows / ROWS_A_CELL + (size_t)lesson->room_count + 1;
	int *row = calloc(rows + 1, sizeof *row);
	struct grouping c = {.lesson = lesson, .rows = row};
	c.cell_of = calloc(rows + 1, sizeof *c.cell_of);
	c.centre = calloc(CELLS_MOST * gateways + 1, sizeof *c.centre);
	c.size = calloc(CELLS_MOST, sizeof *c.size);
	*survey = (struct survey){.certainty = survey->certainty};
	survey->cells = calloc(cells, sizeof *survey->cells);
	survey->levels = calloc(cells * gateways + 1, sizeof *survey->levels);
	bool good = row != NULL && c.cell_of != NULL && c.centre != NULL && c.size != NULL
		    && survey->cells != NULL && survey->levels != NULL;
	if (good) {
		learn_rooms(&c, row, survey);
	} else {
		free(survey->cells);
		free(survey->levels);
		*survey = (struct survey){0};
	}
	free(row);
	free(c.cell_of);
	free(c.centre);
	free(c.size);
	return good;
}
