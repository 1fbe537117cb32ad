/* SPDX-License-Identifier: Apache-2.0 */
#include "src/forecast_against.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/forecast_json.h"
#include "screens/format.h"
#include "src/foresee.h"
#include "src/programme_check.h"
#include "src/site_file.h"
#include "src/suite_clock.h"
#include "src/verbs.h"

struct side {
	struct programme programme;
	struct sim_plan plan;
	struct plan_index index;
	struct forecast_run *run;
};

static bool load(struct side *side, const struct against *a, const char *site, bool first)
{
	struct error err = {""};
	struct programme_options options = {
		.at_ms = a->at_ms, .tell = first, .site = site_load(site, NULL, &err)};
	if (options.site != NULL)
		suite_clock_zone(options.site->zone); /* each has its own hours */
	if (options.site == NULL
		|| programme_load(&side->programme, a->programme, &options, &err) < 0) {
		fprintf(stderr, "vigie forecast: %s\n", err.text);
		return false;
	}
	struct plan_options how = {.midnight_ms = format_clock_zero(side->programme.at_ms)};
	plan_build(side->programme.twin, &how, &side->plan, &side->index);
	side->programme.not_understood +=
		programme_left_out(&side->programme, &side->index, stderr);
	side->run = forecast_run_create(&side->plan, &side->index, a->seed, a->reps);
	if (side->run == NULL)
		fputs("vigie forecast: out of memory\n", stderr);
	else
		foresee(side->run, a->reps, a->threads);
	return side->run != NULL;
}

static void print_text(const struct side sides[2], const struct against *a)
{
	char at[16];
	format_clock(sides[0].programme.at_ms, at, sizeof at);
	printf("A %s\nB %s\nat %s, %d replications of the same fates, seed %u\n", a->site, a->other,
		at, a->reps, a->seed);
	printf("%-14s %22s %22s %26s\n", "", "A, 4 of 5 days", "B, 4 of 5 days",
		"B less A, 95 % of the mean");
	for (int i = 0; i < FORECAST_KPIS; i++) {
		enum kpi kpi = forecast_kpi_names[i].kpi;
		struct paired d = forecast_difference(sides[0].run, sides[1].run, a->reps, kpi);
		printf("%-14s", forecast_kpi_names[i].name);
		for (int s = 0; s < 2; s++) {
			struct quantiles q = forecast_kpi_quantiles(sides[s].run, a->reps, kpi);
			char text[64];
			snprintf(text, sizeof text, "%.0f (%.0f-%.0f)", q.p50, q.p10, q.p90);
			printf(" %22s", text);
		}
		printf(" %+10.1f (%+.1f .. %+.1f)\n", d.mean, d.low, d.high);
	}
}

static double tenth(double value)
{
	return round(10 * value) / 10;
}

static void add_side(cJSON *to, const char *name, const struct quantiles *q)
{
	cJSON *o = cJSON_AddObjectToObject(to, name);
	cJSON_AddNumberToObject(o, "p10", tenth(q->p10));
	cJSON_AddNumberToObject(o, "p50", tenth(q->p50));
	cJSON_AddNumberToObject(o, "p90", tenth(q->p90));
}

static void print_json(const struct side sides[2], const struct against *a)
{
	char at[40];
	cJSON *root = cJSON_CreateObject();
	format_rfc3339(sides[0].programme.at_ms, at, sizeof at);
	cJSON_AddStringToObject(root, "format", "vigie.against/1");
	cJSON_AddStringToObject(root, "at", at);
	cJSON_AddNumberToObject(root, "reps", a->reps);
	cJSON_AddNumberToObject(root, "seed", a->seed);
	cJSON_AddStringToObject(root, "site", a->site);
	cJSON_AddStringToObject(root, "against", a->other);
	cJSON *kpis = cJSON_AddObjectToObject(root, "kpi");
	for (int i = 0; i < FORECAST_KPIS; i++) {
		enum kpi kpi = forecast_kpi_names[i].kpi;
		struct paired d = forecast_difference(sides[0].run, sides[1].run, a->reps, kpi);
		struct quantiles x = forecast_kpi_quantiles(sides[0].run, a->reps, kpi);
		struct quantiles y = forecast_kpi_quantiles(sides[1].run, a->reps, kpi);
		const double ci[2] = {tenth(d.low), tenth(d.high)};
		cJSON *o = cJSON_AddObjectToObject(kpis, forecast_kpi_names[i].name);
		add_side(o, "site", &x);
		add_side(o, "against", &y);
		cJSON_AddNumberToObject(o, "difference", tenth(d.mean));
		cJSON_AddItemToObject(o, "ci95", cJSON_CreateDoubleArray(ci, 2));
	}
	char *text = cJSON_PrintUnformatted(root);
	puts(text != NULL ? text : "");
	free(text);
	cJSON_Delete(root);
}

int forecast_against(const struct against *asked)
{
	struct side *sides = calloc(2, sizeof *sides);
	struct against a = *asked;
	int code = EXIT_ENVIRONMENT;
	bool good = sides != NULL && load(&sides[0], &a, a.site, true);
	if (good)
		a.at_ms = sides[0].programme.at_ms; /* one instant for both */
	if (good && load(&sides[1], &a, a.other, false)) {
		(a.json ? print_json : print_text)(sides, &a);
		code = sides[0].programme.not_understood + sides[1].programme.not_understood > 0
			       ? EXIT_FOUND
			       : 0;
	}
	for (int i = 0; sides != NULL && i < 2; i++) {
		forecast_run_destroy(sides[i].run);
		programme_free(&sides[i].programme);
	}
	free(sides);
	return code;
}
