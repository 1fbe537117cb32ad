/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_PAGE_H
#define VIGIE_SCREENS_PAGE_H

/* A page of lines that scrolls by its first line. */

#include "screens/canvas.h"
#include "twin/fact.h"

struct page {
	struct canvas *canvas;
	struct area area;
	int line; /* of the text, counted from 0 */
	int skip; /* lines above the picture */
};

struct page page_begin(struct canvas *canvas, struct area body, int skip);
/* Next line; returns its row on the canvas, -1 when out of the picture. */
int page_line(struct page *page, enum role role, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* "name      value": nothing when the value is empty. */
void page_pair(struct page *page, const char *name, enum role role, const char *value);
/* The same over as many lines as it takes, broken at spaces. */
void page_words(struct page *page, const char *name, enum role role, const char *value);
/* Exactly so many cells, whatever letters the text is made of; returns `out`. */
const char *page_cell(const char *text, int columns, char out[LABEL_SIZE]);
/* The same without a name: each line so many cells in, all but the first two more. */
void page_flow(struct page *page, int indent, enum role role, const char *text);
void page_title(struct page *page, const char *title);
/* Clamps how far the reader may scroll, and shows what is below. */
void page_end(struct page *page, int *skip);

#endif
