/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_LOCATE_CSV_H
#define VIGIE_SRC_LOCATE_CSV_H

/*
 * A walk with known rooms, from CSV: `ts` (seconds, or milli-, micro- or
 * nanoseconds), `tag` (optional), one `rssi_GATEWAY` column each (dBm, empty
 * or nan: not heard), `room` (empty: not known). Other columns are passed over.
 * The grammar is that of src/csv.h.
 */

#include <stddef.h>
#include <stdint.h>

#include "feeds/error.h"
#include "twin/fact.h"

enum { WALK_GATEWAYS = 192, WALK_ROOMS = 256, WALK_TAGS = 4096, WALK_ROWS = 4000000 };

struct walk {
	char (*gateways)[LABEL_SIZE]; /* as in the columns, without rssi_ */
	int gateway_count;
	char (*rooms)[LABEL_SIZE]; /* in the order of appearance */
	int room_count;
	char (*tags)[LABEL_SIZE]; /* one without a name when there is no column */
	int tag_count;
	int count;       /* rows, in order of time */
	int64_t *at_ms;  /* [row] */
	int *tag;        /* [row] */
	int *room;       /* [row] -1: not known */
	float *levels;   /* [row][gateway] dBm, LESSON_UNHEARD */
	long bad_levels; /* no radio can measure them: left out */
};

/* 0, or -errno with err ("FILE:LINE: what"). walk_free in both cases. */
int walk_read(struct walk *walk, const char *path, struct error *err);
/* The same from `len` bytes. `name` is for err. */
int walk_parse(
	struct walk *walk, const char *name, const char *text, size_t len, struct error *err);
void walk_free(struct walk *walk);
/* Makes room for one more row than `count`; *memory is how many there is room
 * for, 0 at first. False: out of memory, the rows are as they were. */
bool walk_grow(struct walk *walk, int *memory);

#endif
