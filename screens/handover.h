/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_HANDOVER_H
#define VIGIE_SCREENS_HANDOVER_H

/*
 * The hand-over sheet: what whoever comes next must know, on one page. The same
 * lines are scrolled on the screen, printed, written to a file and given by
 * `vigie show handover`. Nobody is named on it but by initials and bed.
 */

#include "screens/canvas.h"
#include "screens/view.h"

enum { HANDOVER_LINES = 512, HANDOVER_WORDS = 320 };

struct handover_line {
	int section; /* index, as they stand on the sheet */
	enum role role;
	bool empty; /* says that there is nothing */
	char text[HANDOVER_WORDS];
};

struct handover {
	struct handover_line lines[HANDOVER_LINES];
	int count;
	int dropped; /* did not fit */
};

int handover_sections(void);
const char *handover_key(int section);   /* "alarms", for programs */
const char *handover_title(int section); /* for people */
void handover_fill(const struct view *view, struct handover *sheet);
/* The sheet as lines of at most so many cells; malloc'd, NULL out of memory. */
char *handover_text(const struct view *view, int columns, bool ascii);
/* One object of format vigie.handover/1; malloc'd. */
char *handover_json(const struct view *view);

#endif
