/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_LOCATE_LEARN_H
#define VIGIE_TWIN_LOCATE_LEARN_H

/*
 * Signatures from a walk-through: each room's rows are grouped into cells that
 * sound alike (k-means), and each cell keeps mean, deviation and share heard
 * for every gateway. No randomness: the same rows give the same survey.
 */

#include "twin/site.h"

/* In place of a level: this gateway did not hear the row. */
enum { LESSON_UNHEARD = 0 };

struct lesson {
	int gateway_count;
	int room_count;
	int count;
	const int *rooms;     /* [row] index of the room stood in */
	const float *levels;  /* [row][gateway] dBm, or LESSON_UNHEARD */
	const bool *surveyed; /* [gateway] NULL: all; false: nothing is known of it */
};

/* Fills survey->cells and levels (malloc'd, freed with the site); certainty is
 * left alone. False: out of memory, `survey` is empty. */
bool locate_learn(const struct lesson *lesson, struct survey *survey);

#endif
