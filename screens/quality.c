/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/quality.h"

#include <math.h>
#include <string.h>

#include "screens/format.h"
#include "screens/tr.h"
#include "twin/hazard.h"

static const int64_t RECENT_MS = 20 * 24 * 3600000LL; /* the last twenty days */

#define FORETOLD(key, name, unit, formula, what)                                                   \
	{                                                                                          \
		key, name, unit, formula, "Gneiting, JASA 2011", QUALITY_ERROR, what               \
	}
#define BRIER(key, name, what)                                                                     \
	{                                                                                          \
		key, name, "", N_("mean of (probability - 1 or 0)^2; 0 is perfect"),               \
			"Brier, Mon. Weather Rev. 1950", QUALITY_BRIER, what                       \
	}
#define HAZARD(key, name, what)                                                                    \
	{                                                                                          \
		key, name, "%",                                                                    \
			N_("came / (came + taken back); what was averted counts as not come"),     \
			"positive predictive value", QUALITY_HAZARD, what                          \
	}

const struct quality_def qualities[] = {
	FORETOLD("foretold_start", N_("Forecast: error of starts"), "min",
		N_("mean of |actual - p50|; told an hour before the plan"), FORETOLD_START),
	FORETOLD("foretold_end", N_("Forecast: error of ends"), "min",
		N_("mean of |actual - p50|; told when the patient came in"), FORETOLD_END),
	FORETOLD("foretold_pacu", N_("Forecast: error of the PACU peak"), "bays",
		N_("mean of |actual - p50|; most bays taken in two hours, told every hour"),
		FORETOLD_PACU),
	BRIER("chance_overtime", N_("Forecast: Brier, overtime 1 h ahead"), FORETOLD_OVERTIME),
	BRIER("chance_pacu", N_("Forecast: Brier, PACU full in 2 h"), FORETOLD_PACU),
	HAZARD("hazard_overtime", N_("Hazards right: past the session"), HAZARD_OVERTIME),
	HAZARD("hazard_overrun", N_("Hazards right: over the booking"), HAZARD_OVERRUN),
	HAZARD("hazard_pacu_full", N_("Hazards right: PACU full"), HAZARD_PACU_FULL),
	HAZARD("hazard_first_late", N_("Hazards right: first case late"), HAZARD_FIRST_LATE),
	HAZARD("hazard_absent", N_("Hazards right: not arrived"), HAZARD_ABSENT),
	HAZARD("hazard_fasting", N_("Hazards right: not fasting"), HAZARD_FASTING),
};
const int quality_count = sizeof qualities / sizeof *qualities;

const struct quality_def *quality_find(const char *key)
{
	for (int i = 0; i < quality_count; i++) {
		if (strcmp(qualities[i].key, key) == 0)
			return &qualities[i];
	}
	return NULL;
}

/* One definition over one span: a value, how many are behind it, and words. */
struct measure {
	double value;
	int n;
	char words[LABEL_SIZE * 2];
};

static void errors(const struct view *view, const struct quality_def *def, int64_t since_ms,
	struct measure *out)
{
	struct score_figures f;

	score_figures(view->score, (enum foretold)def->which, since_ms, &f);
	out->value = f.error;
	out->n = f.n;
	if (f.n == 0)
		return;
	format_put(out->words, sizeof out->words, _("bias %+.1f, CRPS %.1f, %.0f%% within p10-p90"),
		f.bias, f.crps, 100 * f.coverage80);
	if (!isnan(f.error_of_plan))
		format_add(out->words, sizeof out->words, _(", the plan's error %.1f"),
			f.error_of_plan);
}

static void chances(const struct view *view, const struct quality_def *def, int64_t since_ms,
	struct measure *out)
{
	struct score_figures f;

	score_figures(view->score, (enum foretold)def->which, since_ms, &f);
	out->value = f.brier;
	out->n = f.chances;
	if (f.chances > 0)
		format_put(out->words, sizeof out->words,
			_("came %.0f%% of the time; saying so each time %.2f"), 100 * f.rate,
			f.brier_of_rate);
}

static void hazards(const struct view *view, const struct quality_def *def, int64_t since_ms,
	struct measure *out)
{
	struct score_hazard_figures f;

	score_hazard_figures(view->score, (enum hazard)def->which, since_ms, &f);
	out->value = 100 * f.precision;
	out->n = f.came + f.taken_back;
	if (f.said > 0)
		format_put(out->words, sizeof out->words, _("said %d, came %d, taken back %d"),
			f.said, f.came, f.taken_back);
	if (!isnan(f.lead_min))
		format_add(out->words, sizeof out->words, _(", lead %.0f min"), f.lead_min);
	if (hazard_rules[def->which].each && f.events > 0)
		format_add(out->words, sizeof out->words, _("%s%d of %d announced 20 min before"),
			out->words[0] ? "; " : "", f.announced, f.events);
}

static struct measure measured(
	const struct view *view, const struct quality_def *def, int64_t since_ms)
{
	static void (*const of[])(const struct view *view, const struct quality_def *def,
		int64_t since_ms, struct measure *out) = {
		[QUALITY_ERROR] = errors, [QUALITY_BRIER] = chances, [QUALITY_HAZARD] = hazards};
	struct measure m = {.value = NAN};

	if (view->score)
		of[def->of](view, def, since_ms, &m);
	return m;
}

void quality_value(const struct quality_def *def, double value, char *out, size_t size)
{
	format_put(out, size, def->of == QUALITY_BRIER ? "%.3f" : "%.1f", value);
}

void quality_row(const struct view *view, const struct quality_def *def, struct indicator_row *row)
{
	struct measure m = measured(view, def, format_midnight(view->now_ms));
	struct measure days = measured(view, def, view->now_ms - RECENT_MS);

	*row = (struct indicator_row){.def = -1,
		.quality = def,
		.known = m.n > 0,
		.value = m.value,
		.mean = NAN,
		.p50 = NAN,
		.p90 = NAN,
		.given = NAN,
		.recent = days.n > 0 ? days.value : (double)NAN,
		.target = NAN,
		.n = m.n,
		.variant = ""};
	format_put(row->note, sizeof row->note, "%s",
		m.words[0] ? m.words : _("nothing of the kind was foretold and has come today"));
}

static void tenths(const struct view *view, const struct quality_def *def, struct page *page)
{
	struct score_figures f;

	if (def->of != QUALITY_BRIER || !view->score)
		return;
	score_figures(view->score, (enum foretold)def->which, 0, &f);
	page_title(page, _("Reliability: as often as it was said?"));
	for (int i = 0; i < SCORE_TENTHS; i++) {
		if (f.tenths[i].n > 0)
			page_line(page, ROLE_NORMAL, _("said %3.0f%%  came %3.0f%%  of %d"),
				100 * f.tenths[i].said, 100 * f.tenths[i].came, f.tenths[i].n);
	}
}

static void span(const struct view *view, const struct quality_def *def, const char *name,
	int64_t since_ms, struct page *page)
{
	struct measure m = measured(view, def, since_ms);
	char text[LABEL_SIZE], value[24];

	format_put(text, sizeof text, "%s", _("nothing yet"));
	if (m.n > 0) {
		quality_value(def, m.value, value, sizeof value);
		format_put(text, sizeof text, "%s %s (n %d)", value, def->unit, m.n);
	}
	page_pair(page, name, m.n > 0 ? ROLE_STRONG : ROLE_DIM, text);
	page_words(page, "", ROLE_NORMAL, m.words);
}

void quality_page(const struct view *view, const struct quality_def *def, struct page *page)
{
	page_line(page, ROLE_STRONG, "%s", _(def->name));
	span(view, def, _("today"), format_midnight(view->now_ms), page);
	span(view, def, _("all kept"), 0, page);
	page_words(page, _("formula"), ROLE_NORMAL, _(def->formula));
	page_pair(page, _("source"), ROLE_NORMAL, def->source);
	tenths(view, def, page);
}
