/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rows.h"

#include <math.h>
#include <stdlib.h>

#include "screens/format.h"
#include "screens/tr.h"
#include "twin/indicator.h"

/* A day when the clocks go forward has 23 hours; noon and a day on is tomorrow
 * whatever they do. */
enum { DAYS_MAX = 64, SHORT_DAY_MS = 23 * 3600000, TOMORROW_MS = 36 * 3600000 };

struct indicator_day *indicator_today(const struct view *view)
{
	struct indicator_day *day = calloc(1, sizeof *day);
	int64_t today = format_midnight(view->now_ms);

	if (day)
		indicator_day_read(
			view->twin, today, format_midnight(today + TOMORROW_MS), view->now_ms, day);
	return day;
}

/* The days before today of which the twin still holds a case that was begun. */
static int days_held(const struct view *view, int64_t *oldest_ms)
{
	const struct twin *twin = view->twin;
	int64_t held[DAYS_MAX], today = format_midnight(view->now_ms);
	int count = 0;

	for (int i = 0; i < twin->case_count && count < DAYS_MAX; i++) {
		const struct surgery *s = &twin->cases[i];
		int64_t when = surgery_has_begun(s) ? surgery_entered_ms(s) : today, midnight;
		bool known = when >= today;

		for (int k = 0; k < count && !known; k++)
			known = when >= held[k] && when < held[k] + SHORT_DAY_MS;
		midnight = known ? 0 : format_midnight(when);
		for (int k = 0; k < count && !known; k++)
			known = held[k] == midnight;
		if (known)
			continue;
		held[count++] = midnight;
		if (*oldest_ms == 0 || midnight < *oldest_ms)
			*oldest_ms = midnight;
	}
	return count;
}

/* Twenty days on each side is more than a twin of 256 cases holds: what is
 * refused says what there is. */
static void compared(const struct view *view, struct indicator_row *row)
{
	struct indicator_series none = {.values = NULL, .days = 0};
	struct indicator_change change;
	int64_t oldest = 0;
	char date[48];

	none.days = days_held(view, &oldest);
	none.days = none.days < INDICATOR_DAYS ? none.days : INDICATOR_DAYS - 1;
	change = indicator_compare(&none, &none);
	format_put(row->note, sizeof row->note, _("needs %d days on each side, has %d"),
		change.needs, change.has);
	if (oldest > 0) {
		format_date_clock(oldest, date, sizeof date);
		format_add(row->note, sizeof row->note, _(" since %.10s"), date);
	}
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
	int count = 0;

	for (int i = 0; day && one && i < indicator_count && count < max; i++) {
		struct indicator_row *row = &rows[count++];

		*row = (struct indicator_row){.def = i};
		indicator_read(day, &indicators[i], one);
		fill(&indicators[i], one, row);
	}
	free(one);
	free(day);
	if (count == indicator_count && count < max) {
		struct indicator_row *row = &rows[count++];

		*row = (struct indicator_row){
			.def = -1, .target = NAN, .given = NAN, .variant = ""};
		compared(view, row);
	}
	return count;
}
