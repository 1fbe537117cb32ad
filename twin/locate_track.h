/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_LOCATE_TRACK_H
#define VIGIE_TWIN_LOCATE_TRACK_H

/* One tag followed through the rooms: its recent levels, the belief over the
 * states of the map, and the conclusion last told. Private to the locator. */

#include "twin/locate.h"
#include "twin/locate_map.h"

enum { SAMPLES_MAX = 64 };

struct sample {
	int64_t at_ms;
	int gateway;
	int rssi_dbm;
};

struct track {
	enum tag_kind kind;
	int home;           /* room of a fixed sensor, -1: it moves */
	bool fresh;         /* heard since the last step */
	int64_t last_ms;    /* last heard, 0 never */
	int64_t stepped_ms; /* last step of the filter, 0: belief is empty */
	double interval_ms; /* between its adverts, as observed; 0 not known */
	struct sample samples[SAMPLES_MAX];
	int sample_next;
	int strongest;         /* gateway of the last step, -1 */
	double offset_db;      /* sends so much stronger than expected, learnt ... */
	double offset_sigma;   /* ... as surely as this, dB */
	double *belief;        /* [state] */
	int sure;              /* a state beyond doubt in the last step, -1 */
	int candidate, agreed; /* the likely room, and how often in a row */
	int doubts;            /* steps in a row that do not confirm what is shown */
	bool shown;            /* something has been told */
	enum located state;
	int room, other; /* as told; -1 none */
	double confidence, other_confidence;
	int64_t shown_ms;   /* when it was last told */
	int64_t entered_ms; /* since when it is told there */
	int refined;        /* how often the confidence was told anew since */
	int certain;        /* last room told as certain, -1 */
	int torn;           /* steps with two strong gateways far apart */
	bool torn_told;
};

/* What one step needs of its surroundings, shared by all tags. */
struct scene {
	const struct locate_map *map;
	const struct site *site;
	const bool *alive;     /* [gateway] silence of this one is evidence */
	const double *silence; /* [offset][state] log-likelihood of all alive ones silent */
	double *work;          /* [3 * states] */
	double *rooms;         /* [rooms + 1] belief, the last one is outside */
	double *shown;         /* [rooms + 1] the same as people are told it */
	int64_t now_ms;
	int64_t window_ms; /* in which every living gateway has had its say */
	int64_t pace_ms;   /* a tag is looked at again after this */
};

/* Gateways that heard the tag in the window, the strongest SPEAKERS first. */
enum { LEVELS_MAX = SAMPLES_MAX, SPEAKERS = 6 };

struct levels {
	int count, speakers;
	int gateway[LEVELS_MAX], samples[LEVELS_MAX];
	double mean[LEVELS_MAX];
	int most; /* samples of one gateway */
};

void track_init(struct track *track, const struct tag *tag);
void track_sample(struct track *track, int gateway, int rssi_dbm, int64_t at_ms);
/* Runs the filter and draws the conclusion. True: `track` has something to
 * tell, in state, room, other and their confidences. `levels` gets what it
 * went by; count 0: it was not the tag's turn. */
bool track_step(struct track *track, const struct scene *scene, struct levels *levels);
/* Nothing heard for `quiet_ms`, witnessed by the gateway that heard it best. */
bool track_quiet(struct track *track, int64_t quiet_ms, int64_t now_ms);

/* locate_conclude.c: from scene->rooms and scene->shown. */
bool track_conclude(struct track *track, const struct scene *scene);

#endif
