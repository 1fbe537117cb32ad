/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_QUALITY_H
#define VIGIE_SCREENS_QUALITY_H

/*
 * How good the forecast was, as lines among the indicators: errors of what was
 * foretold, scores of probabilities, precision and lead time of hazards. Of today;
 * the page of each also of all that is kept.
 */

#include "screens/page.h"
#include "screens/rows.h"
#include "twin/score.h"

struct quality_def {
	const char *key, *name, *unit;
	const char *formula, *source;
	enum { QUALITY_ERROR, QUALITY_BRIER, QUALITY_HAZARD } of;
	int which; /* enum foretold, enum hazard */
};
extern const struct quality_def qualities[];
extern const int quality_count;

const struct quality_def *quality_find(const char *key); /* NULL none */
void quality_row(const struct view *view, const struct quality_def *def, struct indicator_row *row);
void quality_value(const struct quality_def *def, double value, char *out, size_t size);
void quality_page(const struct view *view, const struct quality_def *def, struct page *page);

#endif
