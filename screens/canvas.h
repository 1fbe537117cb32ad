/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_CANVAS_H
#define VIGIE_SCREENS_CANVAS_H

/*
 * A grid of cells that screens draw into: a pure picture, no terminal. Every
 * call clips; nothing can be written outside. Text is UTF-8, already
 * neutralised; wide characters take two cells and are dropped when cut.
 * In ASCII mode box, bar and mark characters are transliterated here.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a cell means; screens/term turns roles into colours and attributes. */
enum role {
	ROLE_NORMAL,
	ROLE_DIM,      /* stale, inactive, secondary */
	ROLE_STRONG,   /* titles */
	ROLE_SELECTED, /* the row under the cursor (reverse) */
	ROLE_HEADER,   /* the top line */
	ROLE_FOOTER,   /* key hints */
	ROLE_KEY,      /* a key in a hint */
	ROLE_HIGH,     /* alarm priorities */
	ROLE_MEDIUM,
	ROLE_LOW,
	ROLE_LATE, /* late, act */
	ROLE_AHEAD,
	ROLE_CONFLICT, /* two sources disagree */
	ROLE_ANAES,    /* phases on the Gantt */
	ROLE_SURGERY,
	ROLE_CLOSING,
	ROLE_TURNOVER,
	ROLE_PLANNED,
	ROLE_NOW,        /* the now-line */
	ROLE_FLASH_HIGH, /* drawn while the flash is on */
	ROLE_FLASH_MEDIUM,
	ROLE_INPUT,
	ROLE_COUNT
};

struct cell {
	uint32_t point;   /* code point; 0: right half of a wide one */
	uint32_t mark[2]; /* combining marks, 0 none */
	uint8_t width;    /* 1 or 2 */
	uint8_t role;     /* enum role */
};

struct canvas {
	int rows, columns;
	bool ascii;
	int cursor_row, cursor_column; /* where the hardware cursor sits; -1 hidden */
	struct cell *cells;
	int capacity;
};

struct area {
	int row, column, rows, columns;
};

void canvas_init(struct canvas *canvas);
void canvas_fini(struct canvas *canvas);
/* Sizes and blanks. False: out of memory (old picture kept). */
bool canvas_resize(struct canvas *canvas, int rows, int columns);
void canvas_erase(struct canvas *canvas);
struct area canvas_area(const struct canvas *canvas);

/* Writes at (row, column) inside `clip`, at most `width` cells; returns cells
 * used. Cut text ends in "…" ("~" in ASCII). */
int canvas_text(struct canvas *canvas, struct area clip, int row, int column, int width,
	enum role role, const char *utf8);
int canvas_printf(struct canvas *canvas, struct area clip, int row, int column, int width,
	enum role role, const char *format, ...) __attribute__((format(printf, 7, 8)));
void canvas_put(struct canvas *canvas, struct area clip, int row, int column, enum role role,
	uint32_t point);
void canvas_fill(struct canvas *canvas, struct area area, enum role role, uint32_t point);
/* Gives cells another role, keeping what is written (selection bar). */
void canvas_role(struct canvas *canvas, struct area area, enum role role);
/* The selection bar: what is late, in alarm or in conflict keeps its role. */
void canvas_select(struct canvas *canvas, struct area area);
void canvas_hline(
	struct canvas *canvas, struct area clip, int row, int column, int width, enum role role);
void canvas_box(struct canvas *canvas, struct area area, enum role role, const char *title);

/* Cells a text takes (neutralised UTF-8). */
int canvas_width(const char *utf8);
/* One text per row, for goldens and --plain: trailing blanks cut, '\n' ended.
 * `roles` (may be NULL) gets the same picture with a letter per role. malloc'd. */
char *canvas_dump(const struct canvas *canvas, char **roles);

#endif
