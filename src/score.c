/* SPDX-License-Identifier: Apache-2.0 */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "screens/format.h"
#include "src/duration_score.h"
#include "src/ledger.h"
#include "src/score_forecast.h"
#include "twin/stat.h"

/* How right the expectations were, each made before its case: a forecast that
 * is calibrated lets outcomes fall evenly into the tenths of its law. */

enum { TENTHS = 10 };

struct marks {
	struct duration_score expected, booked; /* over the same cases */
	long tenths[TENTHS];
	long without_booking;
};

static void judge(struct marks *s, const struct learning_record *r)
{
	double actual = learning_actual_min(r);
	double rank = stat_lognormal_cdf(actual, r->foretold.mu, r->foretold.sigma);
	if (!(r->planned_min > 0)) {
		s->without_booking++;
		return;
	}
	duration_score_law(&s->expected, &r->foretold, actual);
	duration_score_point(&s->booked, r->planned_min, actual);
	s->tenths[rank < 1 ? (int)(rank * TENTHS) : TENTHS - 1]++;
}

static void put_line(FILE *out, const char *name, const struct duration_figures *f)
{
	char covered[16] = "-";
	if (!isnan(f->coverage80))
		snprintf(covered, sizeof covered, "%.0f%%", 100 * f->coverage80);
	fprintf(out, "%-9s %6.1f %10.1f %7.1f %9s %+7.1f\n", name, f->mae_min, f->median_ae_min,
		f->crps_min, covered, f->bias_min);
}

static void put_text(FILE *out, const struct marks *s, const struct duration_figures f[2])
{
	fprintf(out, "%ld cases foretold at their beginning, with a booking; %ld without\n", f[0].n,
		s->without_booking);
	if (f[0].n == 0)
		return;
	fprintf(out, "%-9s %6s %10s %7s %9s %7s\n", "", "MAE", "median AE", "CRPS", "in 80 %",
		"bias");
	put_line(out, "expected", &f[0]);
	put_line(out, "booking", &f[1]);
	fprintf(out, "minutes; bias: actual less foretold (mean)\n");
	fprintf(out, "outcomes by tenths of the law (even is right):");
	for (int i = 0; i < TENTHS; i++)
		fprintf(out, " %ld", s->tenths[i]);
	fputc('\n', out);
}

static void add_figures(cJSON *to, const char *key, const struct duration_figures *f)
{
	cJSON *o = cJSON_AddObjectToObject(to, key);
	const struct {
		const char *name;
		double value;
	} all[] = {{"mae_min", f->mae_min}, {"median_ae_min", f->median_ae_min},
		{"crps_min", f->crps_min}, {"bias_min", f->bias_min},
		{"coverage80", f->coverage80}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (!isnan(all[i].value))
			cJSON_AddNumberToObject(o, all[i].name, round(all[i].value * 1e4) / 1e4);
}

static char *to_json(const struct marks *s, const struct duration_figures f[2],
	const struct score *forecast, int64_t now_ms)
{
	cJSON *root = cJSON_CreateObject();
	char time[40];
	format_rfc3339(now_ms, time, sizeof time);
	cJSON_AddStringToObject(root, "format", "vigie.score/1");
	cJSON_AddStringToObject(root, "time", time);
	cJSON_AddNumberToObject(root, "n", (double)f[0].n);
	cJSON_AddNumberToObject(root, "without_booking", (double)s->without_booking);
	if (f[0].n > 0) {
		add_figures(root, "expected", &f[0]);
		add_figures(root, "booking", &f[1]);
	}
	cJSON *tenths = cJSON_AddArrayToObject(root, "tenths");
	for (int i = 0; i < TENTHS; i++)
		cJSON_AddItemToArray(tenths, cJSON_CreateNumber((double)s->tenths[i]));
	if (forecast != NULL)
		score_forecast_json(root, forecast, now_ms);
	char *text = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	return text;
}

char *score_show(const struct learning *l, const struct score *forecast, int64_t now_ms, bool json)
{
	struct marks s = {0};
	char *text = NULL;
	size_t size = 0;
	for (uint64_t n = 0; n < l->total; n++) {
		const struct learning_record *r = learning_record(l, n);
		if (r != NULL && learning_uses(r))
			judge(&s, r);
	}
	struct duration_figures f[2] = {
		duration_score_figures(&s.expected), duration_score_figures(&s.booked)};
	FILE *out = json ? NULL : open_memstream(&text, &size);
	if (json) {
		text = to_json(&s, f, forecast, now_ms);
	} else if (out != NULL) {
		put_text(out, &s, f);
		if (forecast != NULL)
			score_forecast_put(out, forecast, now_ms);
		fclose(out);
		if (text != NULL && size > 0)
			text[size - 1] = '\0';
	}
	duration_score_free(&s.expected);
	duration_score_free(&s.booked);
	return text;
}
