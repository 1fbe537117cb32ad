/* SPDX-License-Identifier: Apache-2.0 */
#include "src/score_forecast.h"

#include <math.h>

#include "screens/format.h"
#include "twin/hazard.h"

static const struct {
	const char *name, *unit;
} kinds[FORETOLD_COUNT] = {
	[FORETOLD_START] = {"start, an hour before its plan", "min"},
	[FORETOLD_END] = {"end, when the patient came in", "min"},
	[FORETOLD_OVERTIME] = {"overtime, an hour before the end", ""},
	[FORETOLD_PACU] = {"PACU bays, most in 2 h", "bays"},
};

/* ---- text ---- */

static void put_number(FILE *out, int width, int decimals, const char *unit, double value)
{
	char text[24] = "-";
	if (!isnan(value))
		format_put(text, sizeof text, "%.*f%s", decimals, value, unit);
	fprintf(out, " %*s", width, text);
}

static void put_quantiles(FILE *out, const struct score *s, int64_t since_ms)
{
	fprintf(out, "%-33s %4s %6s %6s %6s %8s %6s\n", "foretold, and what came", "n", "MAE",
		"plan", "CRPS", "in 80 %", "bias");
	for (int w = 0; w < FORETOLD_COUNT; w++) {
		struct score_figures f;
		score_figures(s, (enum foretold)w, since_ms, &f);
		if (kinds[w].unit[0] == '\0')
			continue;
		fprintf(out, "%-33s %4d", kinds[w].name, f.n);
		put_number(out, 6, 1, "", f.error);
		put_number(out, 6, 1, "", f.error_of_plan);
		put_number(out, 6, 1, "", f.crps);
		put_number(out, 8, 0, "%", 100 * f.coverage80);
		put_number(out, 6, 1, "", f.bias);
		fprintf(out, " %s\n", kinds[w].unit);
	}
}

static void put_tenths(FILE *out, const struct score_figures *f)
{
	fprintf(out, "  said -> came (n):");
	for (int i = 0; i < SCORE_TENTHS; i++)
		if (f->tenths[i].n > 0)
			fprintf(out, " %.0f->%.0f%% (%d)", 100 * f->tenths[i].said,
				100 * f->tenths[i].came, f->tenths[i].n);
	fputc('\n', out);
}

static void put_chances(FILE *out, const struct score *s, int64_t since_ms)
{
	fprintf(out, "%-33s %4s %6s %12s %6s\n", "probabilities", "n", "Brier", "of the rate",
		"came");
	for (int w = 0; w < FORETOLD_COUNT; w++) {
		struct score_figures f;
		score_figures(s, (enum foretold)w, since_ms, &f);
		if (f.chances == 0)
			continue;
		fprintf(out, "%-33s %4d",
			w == FORETOLD_PACU ? "PACU full within 2 h" : kinds[w].name, f.chances);
		put_number(out, 6, 3, "", f.brier);
		put_number(out, 12, 3, "", f.brier_of_rate);
		put_number(out, 6, 0, "%", 100 * f.rate);
		fputc('\n', out);
		put_tenths(out, &f);
	}
}

static void put_hazards(FILE *out, const struct score *s, int64_t since_ms)
{
	fprintf(out, "%-12s %5s %5s %6s %5s %5s %9s %8s %16s\n", "hazards", "said", "came", "not",
		"late", "open", "precision", "lead p50", "announced 20 min");
	for (int h = 1; h < HAZARD_COUNT; h++) {
		struct score_hazard_figures f;
		score_hazard_figures(s, (enum hazard)h, since_ms, &f);
		if (f.said == 0 && (f.events == 0 || !hazard_rules[h].each))
			continue;
		fprintf(out, "%-12s %5d %5d %6d %5d %5d", hazard_name((enum hazard)h), f.said,
			f.came, f.taken_back, f.late, f.open);
		put_number(out, 9, 0, "%", 100 * f.precision);
		put_number(out, 8, 0, " min", f.lead_min);
		if (hazard_rules[h].each)
			fprintf(out, " %9d of %d", f.announced, f.events);
		fputc('\n', out);
	}
}

static void put_span(FILE *out, const char *name, const struct score *s, int64_t since_ms)
{
	fprintf(out, "\n%s\n", name);
	put_quantiles(out, s, since_ms);
	put_chances(out, s, since_ms);
	put_hazards(out, s, since_ms);
}

void score_forecast_put(FILE *out, const struct score *score, int64_t now_ms)
{
	char date[48];
	if (score->record_total == 0 && score->hazard_total == 0) {
		fprintf(out, "\nthe forecast has put nothing on record yet\n");
		return;
	}
	format_rfc3339(now_ms, date, sizeof date);
	date[10] = '\0';
	put_span(out, date, score, format_midnight(now_ms));
	put_span(out, "all that is kept", score, 0);
	fprintf(out, "minutes, or bays; bias: actual less p50. not: taken back, and had not come\n"
		     "(or was averted); late: it was there already.\n");
}

/* ---- JSON ---- */

static void add_number(cJSON *to, const char *key, double value)
{
	if (!isnan(value))
		cJSON_AddNumberToObject(to, key, round(value * 1e4) / 1e4);
}

static void add_chances(cJSON *o, const struct score_figures *f)
{
	cJSON *tenths = cJSON_CreateArray();
	add_number(o, "brier", f->brier);
	add_number(o, "brier_of_rate", f->brier_of_rate);
	add_number(o, "rate", f->rate);
	for (int i = 0; i < SCORE_TENTHS; i++) {
		cJSON *tenth = cJSON_CreateObject();
		add_number(tenth, "said", f->tenths[i].said);
		add_number(tenth, "came", f->tenths[i].came);
		cJSON_AddNumberToObject(tenth, "n", f->tenths[i].n);
		cJSON_AddItemToArray(tenths, tenth);
	}
	cJSON_AddItemToObject(o, "reliability", tenths);
}

static void add_foretold(cJSON *to, const struct score *s, enum foretold what, int64_t since_ms)
{
	struct score_figures f;
	score_figures(s, what, since_ms, &f);
	cJSON *o = cJSON_AddObjectToObject(to, foretold_name(what));
	bool clock = what == FORETOLD_START || what == FORETOLD_END;
	cJSON_AddNumberToObject(o, "n", f.n > f.chances ? f.n : f.chances);
	add_number(o, clock ? "mae_min" : "mae", f.error);
	add_number(o, "plan_mae_min", f.error_of_plan);
	add_number(o, clock ? "crps_min" : "crps", f.crps);
	add_number(o, clock ? "bias_min" : "bias", f.bias);
	add_number(o, "coverage80", f.coverage80);
	if (f.chances > 0)
		add_chances(o, &f);
}

static void add_hazard(cJSON *to, const struct score *s, enum hazard hazard, int64_t since_ms)
{
	struct score_hazard_figures f;
	score_hazard_figures(s, hazard, since_ms, &f);
	cJSON *o = cJSON_AddObjectToObject(to, hazard_name(hazard));
	cJSON_AddNumberToObject(o, "said", f.said);
	cJSON_AddNumberToObject(o, "came", f.came);
	cJSON_AddNumberToObject(o, "taken_back", f.taken_back);
	cJSON_AddNumberToObject(o, "late", f.late);
	cJSON_AddNumberToObject(o, "open", f.open);
	cJSON_AddNumberToObject(o, "not_judged", f.not_judged);
	add_number(o, "precision", f.precision);
	add_number(o, "lead_median_min", f.lead_min);
	if (!hazard_rules[hazard].each)
		return;
	cJSON_AddNumberToObject(o, "events", f.events);
	cJSON_AddNumberToObject(o, "announced_20_min", f.announced);
}

static void add_span(cJSON *root, const char *key, const struct score *s, int64_t since_ms)
{
	cJSON *span = cJSON_AddObjectToObject(root, key);
	cJSON *foretold = cJSON_AddObjectToObject(span, "foretold");
	for (int w = 0; w < FORETOLD_COUNT; w++)
		add_foretold(foretold, s, (enum foretold)w, since_ms);
	cJSON *hazards = cJSON_AddObjectToObject(span, "hazards");
	for (int h = 1; h < HAZARD_COUNT; h++)
		add_hazard(hazards, s, (enum hazard)h, since_ms);
}

void score_forecast_json(cJSON *root, const struct score *score, int64_t now_ms)
{
	add_span(root, "today", score, format_midnight(now_ms));
	add_span(root, "all", score, 0);
}
