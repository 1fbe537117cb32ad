/* SPDX-License-Identifier: Apache-2.0 */

/* 6 Climate & cold chain: every probe against its limits. */

#include <math.h>

#include "screens/format.h"
#include "screens/parts.h"
#include "screens/page.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"

enum { SPARK = 24, STALE_MS = 15 * 60000 };

static const struct reading *reading_of(const struct view *view, const void *data)
{
	return &view->twin->readings[((const struct climate_row *)data)->reading];
}

static void fill_name(const struct view *view, const void *data, struct cell_text *out)
{
	const struct climate_row *row = data;
	const struct site *site = view->twin->site;

	format_put(out->text, sizeof out->text, "%s",
		row->tag >= 0 && site->tags[row->tag].name[0] ? site->tags[row->tag].name
							      : reading_of(view, data)->tag);
	out->role = row->cold ? ROLE_STRONG : ROLE_NORMAL;
}

static void fill_room(const struct view *view, const void *data, struct cell_text *out)
{
	format_put(out->text, sizeof out->text, "%s",
		format_room(view, ((const struct climate_row *)data)->room));
}

/* Out of limits carries a sign as well as a colour; old values are grey and
 * carry a question mark. */
static void fill_value(const struct view *view, const void *data, struct cell_text *out)
{
	const struct climate_row *row = data;
	const char *sign = "";

	(void)view;

	if (row->out)
		sign = row->value > row->high ? "^ " : row->value < row->low ? "v " : "! ";
	if (isnan(row->value))
		format_put(out->text, sizeof out->text, "? %s", row->unit);
	else
		format_put(out->text, sizeof out->text, "%s%s%.1f %s",
			row->age_ms > STALE_MS ? "? " : "", sign, row->value, row->unit);
	if (row->age_ms > STALE_MS)
		out->role = ROLE_DIM;
	else if (row->out)
		out->role = row->cold ? ROLE_MEDIUM : ROLE_LOW;
}

static double number_value(const struct view *view, const void *data)
{
	(void)view;
	return ((const struct climate_row *)data)->value;
}

static void fill_limits(const struct view *view, const void *data, struct cell_text *out)
{
	const struct climate_row *row = data;

	(void)view;
	if (row->low <= row->high)
		format_put(out->text, sizeof out->text, "%g-%g", row->low, row->high);
	out->role = ROLE_DIM;
}

static void fill_out(const struct view *view, const void *data, struct cell_text *out)
{
	const struct reading *r = reading_of(view, data);
	char age[24];

	if (r->out_since_ms <= 0)
		return;
	format_age(view->now_ms - r->out_since_ms, age, sizeof age);
	format_clock(r->out_since_ms, out->text, sizeof out->text);
	format_add(out->text, sizeof out->text, " %s", age);
	out->role = ROLE_LATE;
}

static double number_out(const struct view *view, const void *data)
{
	int64_t since = reading_of(view, data)->out_since_ms;

	(void)view;
	return since > 0 ? (double)since : 1e300;
}

static float sample_of(const struct reading *r, int back)
{
	int at = r->history_next - 1 - back;

	return r->history[(at + TWIN_HISTORY * 2) % TWIN_HISTORY].value;
}

/* The least a trend's full height stands for: what a probe's noise does not
 * reach, so that noise is not made a mountain. */
static float least_span(enum quantity quantity)
{
	return quantity == QUANTITY_TEMPERATURE ? 2.0F : 10.0F;
}

/* The last minutes between their own extremes, or in the middle of the least
 * span when they hardly moved. */
static void fill_trend(const struct view *view, const void *data, struct cell_text *out)
{
	static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	const struct reading *r = reading_of(view, data);
	int count = r->history_count < SPARK ? r->history_count : SPARK;
	float low, high, least = least_span(r->quantity);

	/* What a barometer alone went through is the weather. */
	if (count < 2 || ((const struct climate_row *)data)->pressure)
		return;
	low = high = sample_of(r, 0);
	for (int i = 1; i < count; i++) {
		float value = sample_of(r, i);

		low = value < low ? value : low;
		high = value > high ? value : high;
	}
	if (high - low < least) {
		low = (low + high - least) / 2;
		high = low + least;
	}
	for (int i = count - 1; i >= 0; i--) {
		int level = (int)((sample_of(r, i) - low) / (high - low) * 7.99F);

		format_add(out->text, sizeof out->text, "%s",
			bars[level < 0      ? 0
				: level > 7 ? 7
					    : level]);
	}
	out->role = ROLE_DIM;
}

static const struct cold_stock *stock_of(const void *data)
{
	const struct climate_row *row = data;

	return row->stocked && row->stock.since_ms > 0 ? &row->stock : NULL;
}

static enum role stock_role(const struct cold_stock *s)
{
	if (s->near)
		return ROLE_HIGH;
	return s->above_min > 0 ? ROLE_LATE : ROLE_DIM;
}

/* Minutes above limits, of those its contents bear; "!" when few are left. */
static void fill_above(const struct view *view, const void *data, struct cell_text *out)
{
	const struct cold_stock *s = stock_of(data);

	(void)view;
	if (!s || s->above_min < 0.5)
		return;
	format_put(out->text, sizeof out->text, "%s%.0f", s->near ? "! " : "", s->above_min);
	if (s->budget_min > 0)
		format_add(out->text, sizeof out->text, "/%.0f", s->budget_min);
	out->role = stock_role(s);
}

static double number_above(const struct view *view, const void *data)
{
	const struct cold_stock *s = stock_of(data);

	(void)view;
	return s ? -s->above_min : 1;
}

static void fill_kinetic(const struct view *view, const void *data, struct cell_text *out)
{
	const struct cold_stock *s = stock_of(data);

	(void)view;
	if (!s || isnan(s->kinetic))
		return;
	format_put(out->text, sizeof out->text, "%s%.1f", s->aged ? "^ " : "", s->kinetic);
	out->role = s->aged ? ROLE_MEDIUM : ROLE_DIM;
}

static double number_kinetic(const struct view *view, const void *data)
{
	const struct cold_stock *s = stock_of(data);

	(void)view;
	return s && !isnan(s->kinetic) ? -s->kinetic : 1e300;
}

static void fill_to_limit(const struct view *view, const void *data, struct cell_text *out)
{
	const struct cold_stock *s = stock_of(data);

	(void)view;
	if (!s || s->to_limit_min < 0)
		return;
	format_duration(s->to_limit_min, out->text, sizeof out->text);
	out->role = ROLE_LATE;
}

static double number_to_limit(const struct view *view, const void *data)
{
	const struct cold_stock *s = stock_of(data);

	(void)view;
	return s && s->to_limit_min >= 0 ? s->to_limit_min : 1e300;
}

static void fill_age(const struct view *view, const void *data, struct cell_text *out)
{
	(void)view;
	format_age(((const struct climate_row *)data)->age_ms, out->text, sizeof out->text);
	out->role = ROLE_DIM;
}

static const struct column columns[] = {
	{N_("Probe"), 16, 0, true, false, fill_name, NULL},
	{N_("Room"), 10, 1, false, false, fill_room, NULL},
	{N_("Value"), 10, 0, false, true, fill_value, number_value},
	{N_("Limits"), 7, 2, false, true, fill_limits, NULL},
	{N_("Min above"), 9, 2, false, true, fill_above, number_above},
	{N_("MKT"), 6, 4, false, true, fill_kinetic, number_kinetic},
	{N_("Limit in"), 8, 3, false, true, fill_to_limit, number_to_limit},
	{N_("Trend"), SPARK, 5, false, false, fill_trend, NULL},
	{N_("Out since"), 12, 1, false, false, fill_out, number_out},
	{N_("Age"), 6, 3, false, true, fill_age, NULL},
};

static int rows(const struct view *view, void *out, int max)
{
	return climate_rows(view, out, max);
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	const struct reading *r = reading_of(view, data);

	format_put(out, size, "%d%s", (int)r->quantity, r->tag);
}

static void subject(
	struct screen *screen, const struct view *view, const void *data, struct subject *out)
{
	(void)screen;
	(void)view;
	out->reading = ((const struct climate_row *)data)->reading;
	out->room = ((const struct climate_row *)data)->room;
}

static void page_minutes(struct page *page, const char *name, double minutes, const char *more)
{
	char text[LABEL_SIZE], words[LABEL_SIZE * 2];

	format_duration(minutes, text, sizeof text);
	format_put(words, sizeof words, "%s%s%s", text, more[0] ? ", " : "", more);
	page_pair(page, name, ROLE_NORMAL, words);
}

static void page_bears(struct page *page, const struct cold_stock *s)
{
	char text[LABEL_SIZE], left[LABEL_SIZE];

	if (s->medicine && s->medicine->least <= s->medicine->most) {
		format_put(text, sizeof text, "%g-%g °C", s->medicine->least, s->medicine->most);
		page_pair(page, _("bears"), ROLE_NORMAL, text);
	}
	if (s->budget_min <= 0)
		return;
	format_duration(s->left_min, left, sizeof left);
	format_put(text, sizeof text, _("%s of %.0f min"), left, s->budget_min);
	page_pair(page, _("budget left"), s->near ? ROLE_HIGH : ROLE_NORMAL, text);
}

void part_stock(const struct cold_stock *s, struct page *page)
{
	char text[LABEL_SIZE * 2];

	page_line(page, ROLE_STRONG, "%s%s%s", s->tag->name, s->medicine ? ": " : "",
		s->medicine ? s->medicine->name : "");
	format_date_clock(s->since_ms, text, sizeof text);
	page_pair(page, _("stock since"), ROLE_NORMAL, text);
	page_minutes(page, _("above limits"), s->above_min, "");
	if (s->below_min > 0)
		page_minutes(page, _("below limits"), s->below_min, "");
	page_bears(page, s);
	if (!isnan(s->kinetic)) {
		format_put(
			text, sizeof text, _("%.1f °C over %.0f min"), s->kinetic, s->watched_min);
		page_pair(page, _("mean kinetic"), s->aged ? ROLE_MEDIUM : ROLE_NORMAL, text);
	}
	if (s->unwatched_min > 0)
		page_minutes(page, _("not watched"), s->unwatched_min,
			_("no part of the mean; out of limits when it was before or after"));
	if (s->to_limit_min >= 0)
		page_minutes(page, _("limit in"), s->to_limit_min, _("as in the last 15 min"));
}

static void detail(const struct view *view, const void *data, struct page *page)
{
	const struct cold_stock *s = stock_of(data);

	(void)view;
	if (s)
		part_stock(s, page);
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(struct climate_row),
	.rows = rows,
	.id = id,
	.empty = N_("no probe has been heard yet"),
};

const struct screen_def screen_climate = {
	.name = "climate",
	.key = '6',
	.title = N_("Climate & cold chain"),
	.table = &table,
	.detail = detail,
	.subject = subject,
};
