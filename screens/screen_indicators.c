/* SPDX-License-Identifier: Apache-2.0 */

/* 9 Indicators: the figures of today, and what is behind each of them. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "screens/commands.h"
#include "screens/format.h"
#include "screens/page.h"
#include "screens/quality.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"
#include "twin/indicator.h"

static const char compare_key[] = "before_after";

static const struct indicator_def *def_of(const void *data)
{
	const struct indicator_row *row = data;

	return row->def >= 0 ? &indicators[row->def] : NULL;
}

static const char *name_of(const struct indicator_row *row)
{
	if (row->quality)
		return _(row->quality->name);
	return row->def >= 0 ? _(indicators[row->def].name) : _("20 days, before and after");
}

/* Money goes by the site's own currency. */
static const char *unit_of(const struct view *view, const struct indicator_def *def)
{
	const struct site *site = view->twin->site;

	if (strcmp(def->unit, "money") != 0)
		return def->unit;
	return site && site->currency[0] ? site->currency : "EUR";
}

/* Whole minutes, counts and money; a tenth where it tells something. */
static void put_value(const struct indicator_def *def, double value, char *out, size_t size)
{
	bool count = def->unit[0] == '\0' && def->sum == SUM_TOTAL;
	bool big = fabs(value) >= 1000 || strcmp(def->unit, "money") == 0;

	if (def->unit[0] == '\0' && !count)
		format_put(out, size, "%.2f", value);
	else
		format_put(out, size, count || big ? "%.0f" : "%.1f", value);
}

static void fill_name(const struct view *view, const void *data, struct cell_text *out)
{
	const struct indicator_row *row = data;
	const struct indicator_def *def = def_of(data);

	(void)view;
	format_put(out->text, sizeof out->text, "%s", name_of(row));
	if (def && strcmp(def->key, "first_on_time") == 0 && !isnan(row->given))
		format_add(out->text, sizeof out->text, " %g", row->given);
	out->role = row->outside ? ROLE_STRONG : ROLE_NORMAL;
}

/* A price nobody set leaves its line blank; the rest says that it is not known. */
static void fill_value(const struct view *view, const void *data, struct cell_text *out)
{
	const struct indicator_row *row = data;
	const struct indicator_def *def = def_of(data);

	(void)view;
	if (row->known && row->quality) {
		quality_value(row->quality, row->value, out->text, sizeof out->text);
		out->role = ROLE_STRONG;
	} else if (row->known) {
		put_value(def, row->value, out->text, sizeof out->text);
		out->role = row->outside ? ROLE_LATE : ROLE_STRONG;
	} else if (!def || strcmp(def->unit, "money") != 0) {
		format_put(out->text, sizeof out->text, "%s", _("not computable"));
		out->role = ROLE_DIM;
	}
}

static double number_value(const struct view *view, const void *data)
{
	const struct indicator_row *row = data;

	(void)view;
	return row->known ? -row->value : 1e300;
}

static void fill_unit(const struct view *view, const void *data, struct cell_text *out)
{
	const struct indicator_row *row = data;
	const struct indicator_def *def = def_of(data);

	if (row->quality)
		format_put(out->text, sizeof out->text, "%s", row->quality->unit);
	else if (def)
		format_put(out->text, sizeof out->text, "%s", unit_of(view, def));
	out->role = ROLE_DIM;
}

static void fill_p90(const struct view *view, const void *data, struct cell_text *out)
{
	const struct indicator_row *row = data;
	const struct indicator_def *def = def_of(data);

	(void)view;
	if (row->known && def && def->sum == SUM_MEDIAN && !isnan(row->p90))
		put_value(def, row->p90, out->text, sizeof out->text);
	out->role = ROLE_DIM;
}

/* Mean of the last days, with how many they are when not yet twenty. */
static void fill_recent(const struct view *view, const void *data, struct cell_text *out)
{
	const struct indicator_row *row = data;

	(void)view;
	if (isnan(row->recent))
		return;
	if (row->quality)
		quality_value(row->quality, row->recent, out->text, sizeof out->text);
	else
		put_value(def_of(data), row->recent, out->text, sizeof out->text);
	if (!row->quality && row->days < INDICATOR_DAYS)
		format_add(out->text, sizeof out->text, "/%d", row->days);
	out->role = ROLE_DIM;
}

static void fill_n(const struct view *view, const void *data, struct cell_text *out)
{
	const struct indicator_row *row = data;

	(void)view;
	if (row->def >= 0 || row->quality)
		format_put(out->text, sizeof out->text, "%d", row->n);
}

static void fill_target(const struct view *view, const void *data, struct cell_text *out)
{
	const struct indicator_row *row = data;
	const struct indicator_def *def = def_of(data);

	(void)view;
	if (!def || isnan(row->target))
		return;
	format_put(out->text, sizeof out->text, "%s %g",
		def->side == SIDE_AT_LEAST ? ">=" : "<=", row->target);
	out->role = ROLE_DIM;
}

/* L: below what was agreed, H: above it; a letter, for who sees no colour. */
static void fill_sign(const struct view *view, const void *data, struct cell_text *out)
{
	const struct indicator_row *row = data;

	(void)view;
	if (!row->outside)
		return;
	format_put(out->text, sizeof out->text, "! %s",
		def_of(data)->side == SIDE_AT_LEAST ? "L" : "H");
	out->role = ROLE_LATE;
}

static void fill_note(const struct view *view, const void *data, struct cell_text *out)
{
	(void)view;
	format_put(out->text, sizeof out->text, "%s", ((const struct indicator_row *)data)->note);
	out->role = ROLE_DIM;
}

static const struct column columns[] = {
	{N_("Indicator"), 35, 0, false, false, fill_name, NULL},
	{N_("Value"), 14, 0, false, true, fill_value, number_value},
	{N_("Unit"), 4, 1, false, false, fill_unit, NULL},
	{N_("20 d"), 8, 4, false, true, fill_recent, NULL},
	{N_("p90"), 6, 3, false, true, fill_p90, NULL},
	{N_("n"), 3, 0, false, true, fill_n, NULL},
	{N_("Target"), 7, 2, false, true, fill_target, NULL},
	{"", 3, 0, false, false, fill_sign, NULL},
	{N_("Why, and what was left out"), 24, 5, true, false, fill_note, NULL},
};

static int rows(const struct view *view, void *out, int max)
{
	return indicator_rows(view, out, max);
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	const struct indicator_row *row = data;
	const struct indicator_def *def = def_of(data);

	(void)view;
	format_put(out, size, "%s",
		row->quality ? row->quality->key
		: def        ? def->key
			     : compare_key);
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(struct indicator_row),
	.rows = rows,
	.id = id,
	.empty = N_("no indicator: out of memory"),
};

static void about(const struct indicator_def *def, struct page *page)
{
	page_words(page, _("formula"), ROLE_NORMAL, _(def->formula));
	page_pair(page, _("source"), ROLE_NORMAL, def->source);
}

/* gettext makes of nothing the head of its catalogue. */
static const char *word(const char *text)
{
	return text[0] ? _(text) : text;
}

/* The formulation, and the figure among the settings it was used with. */
static void as_set(
	const struct indicator_def *def, const char *variant, double given, struct page *page)
{
	char text[LABEL_SIZE];

	page_words(page, _("as set"), ROLE_NORMAL, word(variant));
	if (!def || !def->setting[0] || isnan(given) || given < 0)
		return;
	format_put(text, sizeof text, "%g (%s)", given, def->setting);
	page_pair(page, _("with"), ROLE_NORMAL, text);
}

static void detail(const struct view *view, const void *data, struct page *page)
{
	const struct indicator_def *def = def_of(data);
	const struct indicator_row *row = data;

	(void)view;
	page_line(page, ROLE_STRONG, "%s", name_of(row));
	if (row->quality) {
		page_words(page, _("formula"), ROLE_NORMAL, _(row->quality->formula));
		page_pair(page, _("source"), ROLE_NORMAL, row->quality->source);
	}
	if (def)
		about(def, page);
	as_set(def, row->variant, row->given, page);
	page_words(page, _("remark"), ROLE_NORMAL, row->note);
}

/* --- the page of one indicator ------------------------------------------ */

static void value_lines(const struct view *view, const struct indicator_def *def,
	const struct indicator *one, struct page *page)
{
	char text[64], p50[24], p90[24];

	if (!one->known) {
		page_words(page, _("value"), ROLE_DIM, _("not computable, because:"));
		page_words(page, "", ROLE_NORMAL, _(one->because));
	} else {
		put_value(def, one->value, text, sizeof text);
		format_add(text, sizeof text, " %s", unit_of(view, def));
		page_pair(page, _("value"), one->outside ? ROLE_LATE : ROLE_STRONG, text);
	}
	if (one->known && !isnan(one->p50)) {
		put_value(def, one->p50, p50, sizeof p50);
		put_value(def, one->p90, p90, sizeof p90);
		put_value(def, one->mean, text, sizeof text);
		page_line(page, ROLE_NORMAL, _("%-15s p50 %s, p90 %s, mean %s"), _("spread"), p50,
			p90, text);
	}
	if (!isnan(one->target)) {
		format_put(text, sizeof text, "%s %g%s%s (%s)",
			def->side == SIDE_AT_LEAST ? ">=" : "<=", one->target,
			def->side == SIDE_EACH_AT_MOST ? _(" in each room") : "",
			one->outside ? _(", not met") : "", def->target);
		page_pair(page, _("target"), one->outside ? ROLE_LATE : ROLE_NORMAL, text);
	}
	format_put(text, sizeof text, "%d", one->n);
	page_pair(page, _("count"), ROLE_NORMAL, text);
}

static void formula_lines(
	const struct indicator_def *def, const struct indicator *one, struct page *page)
{
	char text[LABEL_SIZE];

	about(def, page);
	as_set(def, one->variant, one->given, page);
	if (one->left_out > 0) {
		format_put(text, sizeof text, _("%d; the last: %s"), one->left_out,
			_(one->left_reason));
		page_words(page, _("left out"), ROLE_NORMAL, text);
	}
}

static void part_lines(const struct view *view, const struct indicator_def *def,
	const struct indicator *one, struct page *page)
{
	const struct twin *twin = view->twin;

	if (one->part_count > 0)
		page_title(page, _("Behind it"));
	for (int i = 0; i < one->part_count; i++) {
		const struct indicator_part *part = &one->parts[i];
		const struct surgery *s = part->case_ >= 0 ? &twin->cases[part->case_] : NULL;
		bool share = def->sum == SUM_SHARE || strcmp(part->note, "cancelled") == 0;
		char value[24] = "", in[16] = "", out[16] = "";

		if (!share)
			put_value(def, part->value, value, sizeof value);
		if (s && surgery_when(s, MILESTONE_IN_ROOM) > 0)
			format_clock(surgery_when(s, MILESTONE_IN_ROOM), in, sizeof in);
		if (s && surgery_when(s, MILESTONE_OUT_ROOM) > 0)
			format_clock(surgery_when(s, MILESTONE_OUT_ROOM), out, sizeof out);
		page_line(page, ROLE_NORMAL, "%8s  %-10s %-12s %5s%s%-5s  %s", value,
			format_room(view, part->room), s ? s->id : "", in, in[0] ? "-" : " ", out,
			word(part->note));
	}
}

static void trend_lines(const struct view *view, const struct indicator_def *def,
	const struct indicator_trend *trend, struct page *page)
{
	char text[128];

	if (trend->after > 0) {
		put_value(def, trend->mean, text, sizeof text);
		format_add(text, sizeof text, _(" %s, mean of %d days"), unit_of(view, def),
			trend->after);
		page_pair(page, _("of late"), ROLE_NORMAL, text);
	}
	indicator_change_words(trend, text, sizeof text);
	page_words(page, _("last 20 days"), ROLE_NORMAL, text);
}

static void one_page(const struct view *view, const struct indicator_def *def, struct page *page)
{
	struct indicator_day *day = indicator_today(view);
	struct indicator *one = malloc(sizeof *one);
	struct indicator_trend trend;
	char text[128], date[48], clock[16];

	if (day && one) {
		indicator_read(day, def, one);
		page_line(page, ROLE_STRONG, "%s", _(def->name));
		format_rfc3339(day->from_ms, date, sizeof date);
		format_clock(day->until_ms, clock, sizeof clock);
		format_put(text, sizeof text, _("%.10s, until %s"), date, clock);
		page_pair(page, _("day"), ROLE_NORMAL, text);
		value_lines(view, def, one, page);
		formula_lines(def, one, page);
		indicator_trend_of(view, (int)(def - indicators), &trend);
		trend_lines(view, def, &trend, page);
		part_lines(view, def, one, page);
	}
	free(one);
	free(day);
}

static void compare_line(const struct view *view, int index, struct page *page)
{
	const struct indicator_def *def = &indicators[index];
	struct indicator_trend trend;
	char before[24] = "-", after[24] = "-", words[128];

	indicator_trend_of(view, index, &trend);
	if (trend.before > 0)
		put_value(def, trend.mean_before, before, sizeof before);
	if (trend.after > 0)
		put_value(def, trend.mean, after, sizeof after);
	if (trend.before == INDICATOR_DAYS && !trend.change.refused)
		format_put(words, sizeof words, "%+.1f (%+.1f .. %+.1f)", trend.change.difference,
			trend.change.low, trend.change.high);
	else
		format_put(words, sizeof words, "%s",
			trend.before < INDICATOR_DAYS ? "" : _(trend.change.refused));
	/* An interval without 0: more than the days' own spread. */
	bool moved = trend.before == INDICATOR_DAYS && !trend.change.refused
		     && (trend.change.low > 0 || trend.change.high < 0);
	page_line(page, moved ? ROLE_STRONG : ROLE_NORMAL, "%c%-33.33s %9s %9s  %s",
		moved ? '*' : ' ', _(def->name), before, after, words);
}

static void compare_page(const struct view *view, struct page *page)
{
	struct indicator_row *all = calloc(ROWS_MAX, sizeof *all);
	int count = all ? indicator_rows(view, all, ROWS_MAX) : 0;

	page_line(page, ROLE_STRONG, "%s", _("20 days, before and after"));
	if (count > 0)
		page_words(page, _("days"), ROLE_NORMAL, all[count - 1].note);
	page_words(page, _("formula"), ROLE_NORMAL,
		_("difference of the means of daily values, 95 % confidence interval; refused for "
		  "fewer than 20 days on a side and for changed definitions"));
	page_pair(page, _("source"), ROLE_NORMAL, "Welch 1947");
	page_line(page, ROLE_DIM, " %-33s %9s %9s  %s", _("Indicator"), _("before"), _("after"),
		_("difference (95 %)"));
	for (int i = 0; i < indicator_count; i++)
		compare_line(view, i, page);
	free(all);
}

static void draw_page(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	struct page page = page_begin(canvas, body, screen->offset);
	const struct quality_def *quality = quality_find(screen->target);
	int index = indicator_find(screen->target);

	if (quality)
		quality_page(view, quality, &page);
	else if (index >= 0)
		one_page(view, &indicators[index], &page);
	else
		compare_page(view, &page);
	page_end(&page, &screen->offset);
}

unsigned cmd_indicator(struct call *call)
{
	struct list list = {0};
	const void *row = NULL;
	struct screen *page;

	if (table_load(&call->screen->table, &table, call->view, &list))
		row = list_selected(&call->screen->table, &table, &list);
	page = row ? ui_push(call->ui, &screen_indicator) : NULL;
	if (page)
		id(call->view, row, page->target, sizeof page->target);
	list_free(&list);
	return UI_HANDLED | UI_DIRTY;
}

const struct screen_def screen_indicators = {
	.name = "indicators",
	.key = '9',
	.title = N_("Indicators"),
	.table = &table,
	.detail = detail,
};

const struct screen_def screen_indicator = {
	.name = "indicator",
	.title = N_("Indicator"),
	.draw = draw_page,
};
