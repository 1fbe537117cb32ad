/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rows.h"

#include <math.h>
#include <stdlib.h>

#include "screens/format.h"
#include "screens/quality.h"
#include "screens/tr.h"
#include "twin/indicator.h"

/* Noon and a day on is tomorrow whatever the clocks do. */
enum { TOMORROW_MS = 36 * 3600000 };

struct indicator_day *indicator_today(const struct view *view)
{
	struct indicator_day *day = calloc(1, sizeof *day);
	int64_t today = format_midnight(view->now_ms);

	if (day)
		indicator_day_read(
			view->twin, today, format_midnight(today + TOMORROW_MS), view->now_ms, day);
	return day;
}

/* What there is on each side: the last days, and those before them. */
static void days_words(const struct indicator_trend *trend, char *out, size_t size)
{
	char date[48];

	format_put(out, size, _("needs %d days before and %d after, has %d and %d"), INDICATOR_DAYS,
		INDICATOR_DAYS, trend->before, trend->after);
	if (trend->since_ms == 0)
		return;
	format_rfc3339(trend->since_ms, date, sizeof date);
	format_add(out, size, _(", since %.10s"), date);
}

void indicator_change_words(const struct indicator_trend *trend, char *out, size_t size)
{
	const struct indicator_change *change = &trend->change;

	if (trend->before < INDICATOR_DAYS)
		days_words(trend, out, size);
	else if (change->refused)
		format_put(out, size, "%s", _(change->refused));
	else
		format_put(out, size, _("%+.1f from the 20 days before (95 %% CI %+.1f to %+.1f)"),
			change->difference, change->low, change->high);
}

void indicator_trend_of(const struct view *view, int def, struct indicator_trend *out)
{
	*out = (struct indicator_trend){.mean = NAN, .mean_before = NAN};
	if (view->history)
		indicator_history_trend(view->history, def, out);
}

/* The indicator with the most days stands for all. */
static void compared(const struct view *view, struct indicator_row *row)
{
	struct indicator_trend most = {.after = 0}, one;

	for (int i = 0; i < indicator_count; i++) {
		indicator_trend_of(view, i, &one);
		if (one.before + one.after > most.before + most.after)
			most = one;
	}
	if (most.before < INDICATOR_DAYS)
		days_words(&most, row->note, sizeof row->note);
	else
		format_put(row->note, sizeof row->note, "%s", _("on this page (Enter)"));
}

static void fill(
	const struct indicator_def *def, const struct indicator *i, struct indicator_row *row)
{
	row->known = i->known;
	row->value = i->value;
	row->mean = i->mean;
	row->p50 = i->p50;
	row->p90 = i->p90;
	row->n = i->n;
	row->left_out = i->left_out;
	row->given = def->setting[0] ? i->given : NAN;
	row->variant = i->variant;
	row->target = i->target;
	row->outside = i->outside;
	if (!i->known)
		format_put(row->note, sizeof row->note, "%s", _(i->because));
	if (i->left_out > 0)
		format_add(row->note, sizeof row->note,
			row->note[0] ? _("; %d left out: %s") : _("%d left out: %s"), i->left_out,
			_(i->left_reason));
}

int indicator_rows(const struct view *view, struct indicator_row *rows, int max)
{
	struct indicator_day *day = indicator_today(view);
	struct indicator *one = malloc(sizeof *one);
	struct indicator_trend trend;
	int count = 0;

	for (int i = 0; day && one && i < indicator_count && count < max; i++) {
		struct indicator_row *row = &rows[count++];

		*row = (struct indicator_row){.def = i};
		indicator_read(day, &indicators[i], one);
		fill(&indicators[i], one, row);
		indicator_trend_of(view, i, &trend);
		row->days = trend.after;
		row->recent = trend.mean;
	}
	free(one);
	free(day);
	for (int i = 0; count == indicator_count + i && i < quality_count && count < max; i++)
		quality_row(view, &qualities[i], &rows[count++]);
	if (count == indicator_count + quality_count && count < max) {
		struct indicator_row *row = &rows[count++];

		*row = (struct indicator_row){
			.def = -1, .target = NAN, .given = NAN, .recent = NAN, .variant = ""};
		compared(view, row);
	}
	return count;
}
