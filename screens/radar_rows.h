/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_RADAR_ROWS_H
#define VIGIE_SCREENS_RADAR_ROWS_H

/* What the break-in radar (twin/radar.h) says to people: where an emergency of each
 * class should go, and the longest time without a way in. */

#include <cjson/cJSON.h>

#include "screens/canvas.h"
#include "screens/view.h"

enum { RADAR_CLASSES = 6 };

/* One row a NEST class. */
struct radar_row {
	int nest;
	int case_;           /* the one that waits whose time runs out first, -1: none; */
	int waiting;         /* how many wait for a room */
	int64_t target_ms;   /* when it has to be operated on: of the one that waits, else of one
				that came now; 0: at once */
	int room;            /* of the site, -1: no way in is foreseen */
	struct quantiles at; /* ms UTC; zeros: now */
	double p;            /* that it comes at all */
	int behind;          /* cases of that room's list that would wait */
	bool late;           /* not surely before the target */
};
/* Returns how many: none when there is no radar. */
int radar_rows(const struct view *view, struct radar_row rows[RADAR_CLASSES]);

/* "class 2 c-7 target 10:42, 23 min left: OR 3 10:25 (10:18-10:40)"; its role. */
enum role radar_class_words(
	const struct view *view, const struct radar_row *row, char *out, size_t size);
/* "no way in 13:10-13:45, 35 min"; "" the sessions are over. Its role. */
enum role radar_hole_words(const struct view *view, char *out, size_t size);
/* What closes it, and by how much. */
void radar_closes_words(const struct view *view, char *out, size_t size);

/* One line: the first two classes, who waits, the hole: "NEST 1 OR 5 now  2 (11:42) OR 3 10:25
 * no way in ...". */
void radar_line(const struct view *view, struct canvas *canvas, struct area line);
/* All of it, as far as the lines go; returns how many it took. */
int radar_block(const struct view *view, struct canvas *canvas, struct area area);

/* radar_json.c: "radar" of vigie.forecast/1. */
void radar_json(cJSON *to, const struct view *view);

#endif
