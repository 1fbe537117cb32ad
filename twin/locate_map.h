/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_LOCATE_MAP_H
#define VIGIE_TWIN_LOCATE_MAP_H

/*
 * The site as the room filter sees it: hidden states, what each gateway
 * should hear in each of them, and where one can walk in a second. A room is
 * one state, or several cells when it is larger than CELL_M: in a long
 * corridor or a ward the near gateway hears well and the far one does not, and
 * one mean for both would fit neither. The last state is "outside".
 */

#include "twin/site.h"

struct locate_cell {
	int room; /* index in the site; -1 outside */
	int floor;
	double x0, y0, x1, y1;
};

struct locate_map {
	int state_count;
	int gateway_count;
	struct locate_cell *cells; /* [state] */
	double *heard;             /* [gateway][state] expected level, dBm */
	int *link_from;            /* [state + 1] into link: neighbours */
	int *link;
	double *move;  /* beside link: probability of taking it within a second */
	double *prior; /* [state] when nothing is known */
};

/* Spread of a level around its expectation, dB (reference: 7 by default). */
static const double locate_sigma_db = 7;

/* Log-likelihood that a gateway expecting this level hears nothing for a while:
 * "not heard" counts as a level of -100 with a larger deviation, since adverts
 * are lost for other reasons than distance. In the filter's innermost loop. */
static inline double locate_unheard(double level_dbm)
{
	double z = (level_dbm + 100) / 14;
	return z > 0 ? -0.5 * z * z : 0;
}

/* NULL: out of memory. */
struct locate_map *locate_map_create(const struct site *site);
void locate_map_destroy(struct locate_map *map);
/* One second of walking: to = T from. */
void locate_map_walk(const struct locate_map *map, const double *from, double *to);

#endif
