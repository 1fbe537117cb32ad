/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_FORECAST_JSON_H
#define VIGIE_SCREENS_FORECAST_JSON_H

/* A forecast as JSON (vigie.forecast/1) and as text, for `vigie forecast` and the
 * pane of `vigie show`. */

#include <cjson/cJSON.h>

#include "screens/view.h"

struct forecast_told {
	const struct view *view; /* with the twin that the forecast is of, and the forecast */
	/* With a what-if: the day without it and what it changes; NULL without. */
	const struct forecast_kpi *baseline;
	const struct paired *difference; /* KPI_COUNT of them */
	const char *note;                /* about the whole of it; NULL none */
};

/* Names of the KPIs that are told, in their order. */
struct forecast_kpi_name {
	const char *name;
	enum kpi kpi;
};
enum { FORECAST_KPIS = 4 };
extern const struct forecast_kpi_name forecast_kpi_names[FORECAST_KPIS];

/* Adds every key but "format" to `root`. */
void forecast_json(cJSON *root, const struct forecast_told *told);
/* Lines for people and screen readers; malloc'd, NULL: out of memory. */
char *forecast_text(const struct forecast_told *told);

#endif
