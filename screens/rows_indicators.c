/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rows.h"

#include <math.h>
#include <stdlib.h>

#include "screens/format.h"
#include "screens/tr.h"
#include "twin/indicator.h"

/* A day when the clocks go forward has 23 hours; noon and a day on is tomorrow
 * whatever they do. */
enum { DAYS_MAX = TWIN_CASES, SHORT_DAY_MS = 23 * 3600000, TOMORROW_MS = 36 * 3600000 };

struct indicator_day *indicator_today(const struct view *view)
{
	struct indicator_day *day = calloc(1, sizeof *day);
	int64_t today = format_midnight(view->now_ms);

	if (day)
		indicator_day_read(
			view->twin, today, format_midnight(today + TOMORROW_MS), view->now_ms, day);
	return day;
}

/* The local midnights of the days before today of which the twin still holds a
 * case that was begun, the latest first. */
static int days_held(const struct view *view, int64_t held[DAYS_MAX])
{
	const struct twin *twin = view->twin;
	int64_t today = format_midnight(view->now_ms);
	int count = 0;

	for (int i = 0; i < twin->case_count && count < DAYS_MAX; i++) {
		const struct surgery *s = &twin->cases[i];
		int64_t when = surgery_has_begun(s) ? surgery_entered_ms(s) : today, midnight;
		bool known = when >= today;
		int at = count;

		for (int k = 0; k < count && !known; k++)
			known = when >= held[k] && when < held[k] + SHORT_DAY_MS;
		midnight = known ? 0 : format_midnight(when);
		for (int k = 0; k < count && !known; k++)
			known = held[k] == midnight;
		if (known)
			continue;
		for (count++; at > 0 && held[at - 1] < midnight; at--)
			held[at] = held[at - 1];
		held[at] = midnight;
	}
	/* A full twin forgets the oldest cases first: of that day some may be gone. */
	return count > 0 && twin->case_count == TWIN_CASES ? count - 1 : count;
}

/* What there is on each side: the last twenty days, and those before them. */
static void days_words(const int64_t *held, int count, char *out, size_t size)
{
	int after = count < INDICATOR_DAYS ? count : INDICATOR_DAYS;
	char date[48];

	format_put(out, size, _("needs %d days before and %d after, has %d and %d"), INDICATOR_DAYS,
		INDICATOR_DAYS, count - after, after);
	if (count == 0)
		return;
	format_rfc3339(held[count - 1], date, sizeof date);
	format_add(out, size, _(", since %.10s"), date);
}

/* A twin of 256 cases rarely holds forty days; where it does, the last twenty are
 * set against the twenty before them. */
void indicator_change_words(const struct view *view, int def, char *out, size_t size)
{
	struct indicator_day *day = calloc(1, sizeof *day);
	struct indicator *one = malloc(sizeof *one);
	int64_t held[DAYS_MAX];
	int count = days_held(view, held);
	double values[2 * INDICATOR_DAYS] = {0};
	uint64_t same = indicator_definition(view->twin->site, &indicators[def]);
	struct indicator_series after = {values, INDICATOR_DAYS, same},
				before = {values + INDICATOR_DAYS, INDICATOR_DAYS, same};
	struct indicator_change change;

	days_words(held, count, out, size);
	for (int i = 0; day && one && i < 2 * INDICATOR_DAYS && i < count; i++) {
		indicator_day_read(view->twin, held[i], format_midnight(held[i] + TOMORROW_MS),
			view->now_ms, day);
		indicator_read(day, &indicators[def], one);
		values[i] = one->known ? one->value : NAN;
	}
	if (day && one && count >= 2 * INDICATOR_DAYS) {
		change = indicator_compare(&before, &after);
		if (change.refused)
			format_put(out, size, "%s", _(change.refused));
		else
			format_put(out, size,
				_("%+.1f from the 20 days before (95 %% CI %+.1f to %+.1f)"),
				change.difference, change.low, change.high);
	}
	free(one);
	free(day);
}

static void compared(const struct view *view, struct indicator_row *row)
{
	int64_t held[DAYS_MAX];
	int count = days_held(view, held);

	if (count < 2 * INDICATOR_DAYS)
		days_words(held, count, row->note, sizeof row->note);
	else
		format_put(row->note, sizeof row->note, "%s",
			_("on the page of each indicator (Enter)"));
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
