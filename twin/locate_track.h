/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_LOCATE_TRACK_H
#define VIGIE_TWIN_LOCATE_TRACK_H

/* One tag followed through the rooms: its recent levels, the belief over the
 * states of the map, and the conclusion last told. Private to the locator. */

#include "twin/locate.h"
#include "twin/locate_map.h"

enum { SAMPLES_MAX = 64 };

/* Offsets of a tag's power for which silence is added up: -24, -20 ... +24 dB. */
enum { OFFSET_STEPS = 13, OFFSET_STEP_DB = 4, OFFSET_LEAST_DB = -24 };

struct sample {
	int64_t at_ms;
	int gateway;
	int rssi_dbm;
};

struct track {
	int home;           /* room of a fixed sensor, -1: it moves */
	bool fresh;         /* heard since the last step */
	int64_t last_ms;    /* last heard, 0 never */
	int64_t stepped_ms; /* last step of the filter, 0: belief is empty */
	double interval_ms; /* between its adverts, as observed; 0 not known */
	struct sample samples[SAMPLES_MAX];
	int sample_next;
	int strongest;         /* gateway of the last step, -1 */
	double offset_db;      /* sends so much stronger than expected, learnt */
	double *belief;        /* [state] */
	int candidate, agreed; /* a room over 0.6, and how often in a row */
	int doubts;            /* steps in a row that do not confirm what is shown */
	bool shown;            /* something has been told */
	enum located state;
	int room, other; /* as told; -1 none */
	double confidence, other_confidence;
	int64_t shown_ms;
	int certain; /* last room told as certain, -1 */
};

/* What one step needs of its surroundings, shared by all tags. */
struct scene {
	const struct locate_map *map;
	const struct site *site;
	const bool *alive;     /* [gateway] silence of this one is evidence */
	const double *silence; /* [state] log-likelihood of all alive ones silent */
	double *work;          /* [3 * states] */
	double *rooms;         /* [rooms + 1], the last one is outside */
	int64_t now_ms;
	int64_t window_ms;
};

void track_init(struct track *track, const struct tag *tag);
void track_sample(struct track *track, int gateway, int rssi_dbm, int64_t at_ms);
/* Runs the filter and draws the conclusion. True: `track` has something to
 * tell, in state, room, other and their confidences. */
bool track_step(struct track *track, const struct scene *scene);
/* Nothing heard for `quiet_ms`, witnessed by the gateway that heard it best. */
bool track_quiet(struct track *track, int64_t quiet_ms, int64_t now_ms);

#endif
