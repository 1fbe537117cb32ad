/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_LOCATE_MAP_H
#define VIGIE_TWIN_LOCATE_MAP_H

/*
 * The site as the room filter sees it: hidden states, what each gateway should
 * hear in each of them, and where one can walk in a second. A surveyed room has
 * one state for each cell the survey learned; any other room one state, or
 * several when it is larger than a few metres: in a long corridor or a ward the
 * near gateway hears well and the far one does not, and one mean for both would
 * fit neither. The last state is "outside".
 */

#include "twin/site.h"

/* Offsets of a tag's power for which silence is tabled: -24, -20 ... +24 dB. */
enum { OFFSET_STEPS = 13, OFFSET_STEP_DB = 4, OFFSET_LEAST_DB = -24 };

struct locate_cell {
	int room;                         /* index in the site; -1 outside */
	const struct radio_level *levels; /* [gateway] as learned, NULL by geometry */
	double x0, y0, x1, y1;            /* of the whole room when learned */
	double share;                     /* of its room, before anything is heard */
};

/* Two groups of states between which one walks, both ways; of a room with
 * itself: its cells are mixed. Who arrives is spread by the cells' weight. */
struct locate_passage {
	int a, a_count, b, b_count; /* into member and weight */
	double there, back;         /* chance within a second, for one in the group */
	bool door;                  /* leads to another room */
};

struct locate_map {
	int state_count, gateway_count;
	bool learned;                    /* the site has been surveyed */
	struct locate_cell *cells;       /* [state] */
	float *level, *unit, *gain;      /* [gateway][state]: dBm, 1 / deviation, log */
	float *unheard;                  /* [offset][gateway][state] log-likelihood */
	struct locate_passage *passages; /* [passage_count] */
	int passage_count;
	int *member;     /* states of the groups, end to end */
	double *weight;  /* beside member: share of who arrives */
	double *prior;   /* [state] when nothing is known */
	double evidence; /* weight of a second's evidence */
	/* How differently tags send, dB: between models, batteries and pockets
	 * before a tag is known, and what remains when it is. */
	double power_first, power_last;
};

/* NULL: out of memory. The site is borrowed. */
struct locate_map *locate_map_create(const struct site *site);
void locate_map_destroy(struct locate_map *map);
/* `seconds` (at most 1) of walking: to = T from. Doors are taken `haste` times
 * as often as usual. */
void locate_map_walk(
	const struct locate_map *map, double seconds, double haste, const double *from, double *to);

/* locate_level.c: fills level, unit, gain and unheard. */
void locate_levels(struct locate_map *map, const struct site *site);

/* Whether two rooms open into each other; -1: the outside. */
bool locate_door(const struct site *site, int a, int b);

#endif
