/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_FORECAST_JSON_H
#define VIGIE_SCREENS_FORECAST_JSON_H

/* A forecast as JSON (vigie.forecast/1) and as text, for `vigie forecast` and the
 * pane of `vigie show`. */

#include <cjson/cJSON.h>

#include "screens/view.h"

/* How robust the programme is (src/robust.h). */
enum { ROBUST_MIN = 30, ROBUST_LINKS = 512, ROBUST_CHANGES = 2 };
struct robust_link {
	int case_;          /* index in the twin */
	struct paired cost; /* of ROBUST_MIN more of it: minutes of overtime */
};
struct robust_change {
	struct scenario scenario;
	struct paired overtime;
};
struct robust {
	struct robust_link links[ROBUST_LINKS];
	int link_count;
	/* The best of those sure to help, by other fates than they were found by. */
	struct robust_change changes[ROBUST_CHANGES];
	int change_count, tried;
	int reps;
};
/* The case of a room (of all: -1) whose ROBUST_MIN more cost most; NULL: none. */
const struct robust_link *robust_weakest(const struct robust *r, const struct twin *twin, int room);

struct forecast_told {
	const struct view *view; /* with the twin that the forecast is of, and the forecast */
	/* With a what-if: the day without it and what it changes; NULL without. */
	const struct forecast_kpi *baseline;
	const struct paired *difference; /* KPI_COUNT of them */
	const struct robust *robust;     /* NULL: not tried */
	const char *note;                /* about the whole of it; NULL none */
};

/* Names of the KPIs that are told, in their order. */
struct forecast_kpi_name {
	const char *name;
	enum kpi kpi;
};
enum { FORECAST_KPIS = 5 };
extern const struct forecast_kpi_name forecast_kpi_names[FORECAST_KPIS];

/* Adds every key but "format" to `root`. */
void forecast_json(cJSON *root, const struct forecast_told *told);
/* Lines for people and screen readers; malloc'd, NULL: out of memory. */
char *forecast_text(const struct forecast_told *told);

#endif
