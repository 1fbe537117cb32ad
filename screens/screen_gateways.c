/* SPDX-License-Identifier: Apache-2.0 */

/* F2, Tab: every gateway, and what its own words suggest about it. Hints are
 * worth a look, never an alarm. */

#include "screens/format.h"
#include "screens/page.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"

static const struct gateway_health *health_of(const struct view *view, const void *data)
{
	int i = ((const struct gateway_row *)data)->health;

	return i >= 0 ? &view->health->gateways[i] : NULL;
}

static const struct gateway *gateway_of(const struct view *view, const void *data)
{
	int i = ((const struct gateway_row *)data)->gateway;

	return i >= 0 ? &view->twin->site->gateways[i] : NULL;
}

static void fill_name(const struct view *view, const void *data, struct cell_text *out)
{
	const struct gateway *g = gateway_of(view, data);
	const struct gateway_health *h = health_of(view, data);

	format_put(out->text, sizeof out->text, "%s",
		g && g->name[0] ? g->name
		: g             ? g->mac
				: h->mac);
}

static void fill_room(const struct view *view, const void *data, struct cell_text *out)
{
	const struct gateway *g = gateway_of(view, data);

	format_put(out->text, sizeof out->text, "%s", g ? format_room(view, g->room) : "");
}

static void fill_last(const struct view *view, const void *data, struct cell_text *out)
{
	const struct gateway_row *row = data;

	(void)view;
	if (row->age_ms >= 0)
		format_age(row->age_ms, out->text, sizeof out->text);
	else
		format_put(out->text, sizeof out->text, "%s", _("never"));
	if (row->silent)
		out->role = ROLE_MEDIUM;
}

static double number_last(const struct view *view, const void *data)
{
	int64_t age_ms = ((const struct gateway_row *)data)->age_ms;

	(void)view;
	return age_ms < 0 ? 1e15 : (double)age_ms;
}

static double number_every(const struct view *view, const void *data)
{
	const struct gateway_health *h = health_of(view, data);

	return h ? (double)gateway_interval_ms(h) : -1;
}

static void fill_every(const struct view *view, const void *data, struct cell_text *out)
{
	double every_ms = number_every(view, data);

	if (every_ms >= 10000)
		format_age((int64_t)every_ms, out->text, sizeof out->text);
	else if (every_ms >= 0)
		format_put(out->text, sizeof out->text, _("%.1f s"), every_ms / 1000);
}

static void count(struct cell_text *out, const struct gateway_health *h, uint64_t value, bool bad)
{
	if (h)
		format_put(out->text, sizeof out->text, "%llu", (unsigned long long)value);
	if (h && bad && value > 0)
		out->role = ROLE_LOW;
}

static void fill_rows(const struct view *view, const void *data, struct cell_text *out)
{
	const struct gateway_health *h = health_of(view, data);

	count(out, h, h ? h->rows : 0, false);
}

static void fill_refused(const struct view *view, const void *data, struct cell_text *out)
{
	const struct gateway_health *h = health_of(view, data);

	count(out, h, h ? h->refused : 0, false);
}

static void fill_lost(const struct view *view, const void *data, struct cell_text *out)
{
	const struct gateway_health *h = health_of(view, data);

	if (h && h->numbered)
		count(out, h, h->lost, true);
}

static void fill_late(const struct view *view, const void *data, struct cell_text *out)
{
	const struct gateway_health *h = health_of(view, data);

	count(out, h, h ? h->late : 0, true);
}

static void fill_clock(const struct view *view, const void *data, struct cell_text *out)
{
	const struct gateway_row *row = data;

	gateway_clock_words(view, row, out->text, sizeof out->text);
	if (row->hints & 1U << HINT_CLOCK)
		out->role = ROLE_LOW;
}

static void fill_remarks(const struct view *view, const void *data, struct cell_text *out)
{
	const struct gateway_row *row = data;

	if (row->silent)
		format_put(out->text, sizeof out->text, "%s", _("SILENT"));
	else
		gateway_hint_words(view, row, out->text, sizeof out->text);
	if (row->silent)
		out->role = ROLE_MEDIUM;
}

static const struct column columns[] = {
	{N_("Gateway"), 14, 0, false, false, fill_name, NULL},
	{N_("Room"), 12, 4, false, false, fill_room, NULL},
	{N_("Last"), 6, 0, false, true, fill_last, number_last},
	{N_("Every"), 6, 1, false, true, fill_every, number_every},
	{N_("Rows"), 8, 5, false, true, fill_rows, NULL},
	{N_("Refused"), 7, 6, false, true, fill_refused, NULL},
	{N_("Lost"), 5, 2, false, true, fill_lost, NULL},
	{N_("Late"), 5, 2, false, true, fill_late, NULL},
	{N_("Clock"), 9, 3, false, true, fill_clock, NULL},
	{N_("Remarks"), 30, 0, true, false, fill_remarks, NULL},
};

static int rows(const struct view *view, void *out, int max)
{
	return gateway_rows(view, out, max);
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	const struct gateway *g = gateway_of(view, data);

	format_put(out, size, "%s", g ? g->mac : health_of(view, data)->mac);
}

static void subject(
	struct screen *screen, const struct view *view, const void *data, struct subject *out)
{
	const struct gateway *g = gateway_of(view, data);

	(void)screen;
	out->room = g ? g->room : -1;
}

/* One remark a line: a narrow list cuts them. */
static void detail(const struct view *view, const void *data, struct page *page)
{
	const struct gateway *g = gateway_of(view, data);
	char lines[HINT_LINES][HINT_WORDS];
	int count = gateway_hint_lines(view, data, lines);

	page_line(page, ROLE_STRONG, "%s %s %s", g ? g->mac : health_of(view, data)->mac,
		g ? g->name : "", g ? format_room(view, g->room) : "");
	for (int i = 0; i < count; i++)
		page_line(page, ROLE_NORMAL, "  %s", lines[i]);
	if (count == 0)
		page_line(page, ROLE_DIM, "  %s", _("nothing to remark"));
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(struct gateway_row),
	.rows = rows,
	.id = id,
	.empty = N_("the site lists no gateway, and none was heard"),
};

const struct screen_def screen_gateways = {
	.name = "gateways",
	.title = N_("Gateways"),
	.table = &table,
	.detail = detail,
	.subject = subject,
};
