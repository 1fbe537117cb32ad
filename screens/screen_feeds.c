/* SPDX-License-Identifier: Apache-2.0 */

/* F2 Feeds: how good the data are. Everything refused is counted by reason. */

#include <string.h>

#include "screens/format.h"
#include "screens/page.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"

static const struct feed_health *feed_of(const struct view *view, const void *data)
{
	return &view->health->feeds[((const struct feed_row *)data)->feed];
}

static void fill_name(const struct view *view, const void *data, struct cell_text *out)
{
	const struct feed_health *f = feed_of(view, data);
	const char *scheme = strstr(f->name, "://");
	size_t kept = strcspn(f->name, " ") + 1;

	/* "fhir http://host:port/base": the scheme goes so that the port stays;
	 * what is not encrypted where it should be says INSECURE. */
	format_put(out->text, sizeof out->text, "%s", f->insecure ? _("INSECURE ") : "");
	if (scheme && f->name + kept < scheme)
		format_add(out->text, sizeof out->text, "%.*s%s", (int)kept, f->name, scheme + 3);
	else
		format_add(out->text, sizeof out->text, "%s", f->name);
	if (f->insecure)
		out->role = ROLE_MEDIUM;
}

static void fill_state(const struct view *view, const void *data, struct cell_text *out)
{
	const struct feed_health *f = feed_of(view, data);
	char age[24];

	if (f->state == FEED_OFF) {
		format_put(out->text, sizeof out->text, "%s", feed_state_word(f->state));
		return;
	}
	format_age(view->now_ms - f->since_ms, age, sizeof age);
	format_put(out->text, sizeof out->text, "%s %s", feed_state_word(f->state), age);
	if (f->state == FEED_DOWN || f->state == FEED_DOUBTFUL)
		out->role = ROLE_MEDIUM;
}

static void fill_age(const struct view *view, const void *data, struct cell_text *out)
{
	const struct feed_row *row = data;

	(void)view;
	if (row->age_ms >= 0)
		format_age(row->age_ms, out->text, sizeof out->text);
	else
		format_put(out->text, sizeof out->text, "%s", _("never"));
}

static void number(struct cell_text *out, uint64_t value)
{
	format_put(out->text, sizeof out->text, "%llu", (unsigned long long)value);
}

static void fill_messages(const struct view *view, const void *data, struct cell_text *out)
{
	number(out, feed_of(view, data)->messages);
}

static void fill_rows(const struct view *view, const void *data, struct cell_text *out)
{
	number(out, feed_of(view, data)->rows);
}

static void fill_facts(const struct view *view, const void *data, struct cell_text *out)
{
	number(out, feed_of(view, data)->facts);
}

static void fill_drops(const struct view *view, const void *data, struct cell_text *out)
{
	number(out, feed_of(view, data)->drops);
	if (feed_of(view, data)->drops > 0)
		out->role = ROLE_MEDIUM;
}

static void fill_duplicates(const struct view *view, const void *data, struct cell_text *out)
{
	number(out, feed_of(view, data)->duplicates);
}

static void fill_refused(const struct view *view, const void *data, struct cell_text *out)
{
	(void)view;
	number(out, ((const struct feed_row *)data)->refused);
}

static void fill_reconnects(const struct view *view, const void *data, struct cell_text *out)
{
	number(out, feed_of(view, data)->reconnects);
}

static void fill_error(const struct view *view, const void *data, struct cell_text *out)
{
	format_put(out->text, sizeof out->text, "%s", feed_of(view, data)->error);
	out->role = ROLE_DIM;
}

static const struct column columns[] = {
	{N_("Feed"), 22, 0, true, false, fill_name, NULL},
	{N_("State"), 14, 0, false, false, fill_state, NULL},
	{N_("Last"), 6, 0, false, true, fill_age, NULL},
	{N_("Msgs"), 8, 1, false, true, fill_messages, NULL},
	{N_("Rows"), 8, 2, false, true, fill_rows, NULL},
	{N_("Facts"), 7, 5, false, true, fill_facts, NULL},
	{N_("Drops"), 5, 0, false, true, fill_drops, NULL},
	{N_("Refused"), 7, 0, false, true, fill_refused, NULL},
	{N_("Dupl"), 6, 6, false, true, fill_duplicates, NULL},
	{N_("Recon"), 5, 4, false, true, fill_reconnects, NULL},
	{N_("Last error"), 30, 7, false, false, fill_error, NULL},
};

static int rows(const struct view *view, void *out, int max)
{
	return feed_rows(view, out, max);
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	(void)view;
	format_put(out, size, "%d", ((const struct feed_row *)data)->feed);
}

static void subject(
	struct screen *screen, const struct view *view, const void *data, struct subject *out)
{
	(void)screen;
	(void)view;
	out->feed = ((const struct feed_row *)data)->feed;
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(struct feed_row),
	.rows = rows,
	.id = id,
	.empty = N_("no feed is configured"),
};

static void draw_refusals(const struct view *view, int feed, struct page *page)
{
	const struct feed_health *f = &view->health->feeds[feed];
	char text[512] = "";

	for (int r = 0; r < REFUSED_COUNT; r++) {
		if (f->refused[r])
			format_add(text, sizeof text, "%s%s %llu", text[0] ? ", " : "",
				refusal_name((enum refusal)r), (unsigned long long)f->refused[r]);
	}
	page_pair(page, _("refused"), ROLE_NORMAL, text[0] ? text : _("nothing"));
	if (f->errors)
		format_put(text, sizeof text, _("%s (%llu so far)"), f->error,
			(unsigned long long)f->errors);
	page_pair(page, _("last error"), ROLE_NORMAL, f->errors ? text : f->error);
}

static void draw_journal(const struct view *view, struct page *page)
{
	const struct health *h = view->health;
	char text[256];

	format_put(text, sizeof text, _("%s, stored to %llu, %llu on their way %s"),
		h->journal_ok ? _("ok") : _("IN MEMORY ONLY"),
		(unsigned long long)h->journal_committed, (unsigned long long)h->journal_pending,
		h->journal_error);
	page_pair(page, _("journal"), h->journal_ok ? ROLE_NORMAL : ROLE_MEDIUM, text);
	format_put(text, sizeof text,
		_("%llu facts, %llu flagged, %llu of unknown things, %llu without room"),
		(unsigned long long)view->twin->facts, (unsigned long long)view->twin->flagged,
		(unsigned long long)view->twin->ignored, (unsigned long long)view->twin->dropped);
	page_pair(page, _("twin"), view->twin->dropped ? ROLE_MEDIUM : ROLE_NORMAL, text);
	format_put(text, sizeof text,
		_("longest turn in the last minute %.1f ms, 99.9 %% within %.1f ms"),
		h->loop_max_ms, h->loop_most_ms);
	page_pair(page, _("loop"), h->loop_max_ms > 50 ? ROLE_LOW : ROLE_NORMAL, text);
	if (h->sandbox[0])
		page_pair(
			page, _("sandbox"), h->sandbox_whole ? ROLE_NORMAL : ROLE_LOW, h->sandbox);
}

static const char *gateway_word(const struct view *view, const struct gateway_row *r)
{
	const struct gateway *g = r->gateway >= 0 ? &view->twin->site->gateways[r->gateway] : NULL;

	return !g ? view->health->gateways[r->health].mac : g->name[0] ? g->name : g->mac;
}

static void draw_silent(const struct view *view, const struct gateway_row *r, struct page *page)
{
	const struct gateway *g = &view->twin->site->gateways[r->gateway];
	char age[24];

	format_age(view->now_ms - view->twin->gateways[r->gateway].since_ms, age, sizeof age);
	page_line(page, ROLE_MEDIUM, _("  silent %s %s %s, %s"), age, g->mac, g->name,
		format_room(view, g->room));
}

/* The same remark on many gateways is one setting of theirs: told once. */
enum { TOLD_ONE_BY_ONE = 3 };

static void draw_hint(const struct view *view, const struct gateway_row *rows, int count, int at,
	struct page *page)
{
	char words[256];
	int alike = 0, before = 0;

	for (int i = 0; i < count; i++) {
		bool same = !rows[i].silent && rows[i].hints == rows[at].hints;

		alike += same;
		before += same && i < at;
	}
	gateway_hint_words(view, &rows[at], words, sizeof words);
	if (alike <= TOLD_ONE_BY_ONE)
		page_line(page, ROLE_NORMAL, "  %s: %s", gateway_word(view, &rows[at]), words);
	else if (before == 0)
		page_line(page, ROLE_NORMAL, _("  %d gateways: %s"), alike, words);
}

/* Those that are silent, then what there is to look at; Tab shows all. */
static void draw_gateways(const struct view *view, struct page *page)
{
	struct gateway_row rows[2 * HEALTH_GATEWAYS];
	int count = gateway_rows(view, rows, 2 * HEALTH_GATEWAYS), silent = 0, marked = 0;

	for (int i = 0; i < count; i++) {
		silent += rows[i].silent;
		marked += rows[i].hints != 0;
	}
	page_line(page, silent ? ROLE_MEDIUM : ROLE_NORMAL,
		_("gateways        %d, silent %d, remarks on %d (Tab: all)"), count, silent,
		marked);
	for (int i = 0; i < count && (rows[i].silent || rows[i].hints); i++) {
		if (rows[i].silent && rows[i].gateway >= 0)
			draw_silent(view, &rows[i], page);
		else
			draw_hint(view, rows, count, i, page);
	}
}

static void draw_tags(const struct view *view, struct page *page)
{
	struct device_row rows[ROWS_MAX];
	int count = device_rows(view, rows, ROWS_MAX), buttons = 0, used = 0, silent = 0;
	const struct health *h = view->health;

	for (int i = 0; i < count && rows[i].tag >= 0; i++) {
		buttons++;
		used += rows[i].expected;
		silent += rows[i].silent;
	}
	page_line(page, silent ? ROLE_MEDIUM : ROLE_NORMAL,
		_("call buttons    %d, in use %d, silent %d (Tab, Tab)"), buttons, used, silent);
	page_line(page, ROLE_NORMAL,
		_("unlisted tags   %llu rows; not taken: %llu late values, %llu retained"),
		(unsigned long long)h->unlisted_tags, (unsigned long long)h->late_readings,
		(unsigned long long)h->old_readings);
}

static void draw_odd(const struct view *view, struct page *page)
{
	const struct health *h = view->health;
	char age[24];

	if (h->odd_count > 0)
		page_line(page, ROLE_DIM, "%s", _("messages that nobody here understands:"));
	for (int i = 0; i < h->odd_count && i < HEALTH_ODD; i++) {
		const struct odd_message *o = &h->odd[i];

		format_age(view->now_ms - o->last_ms, age, sizeof age);
		page_line(page, ROLE_NORMAL, _("  %s %llu, last %s ago: %zu bytes, %s…, on %s"),
			o->what, (unsigned long long)o->count, age, o->size, o->first, o->topic);
	}
	if (h->unknown_count > 0)
		page_line(page, ROLE_DIM, "%s", _("talking, no rule:"));
	for (int i = 0; i < h->unknown_count && i < HEALTH_UNKNOWN; i++)
		page_line(page, ROLE_NORMAL, "  %s  %llu", h->unknown[i].name,
			(unsigned long long)h->unknown[i].count);
}

static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	const struct feed_row *row;
	struct list list;
	struct page page;
	int tall, none = 0;

	if (!table_load(&screen->table, &table, view, &list))
		return;
	tall = list.visible + 2;
	if (tall > body.rows / 2)
		tall = body.rows / 2;
	page = page_begin(canvas,
		(struct area){body.row + tall, body.column, body.rows - tall, body.columns}, 0);
	row = list_selected(&screen->table, &table, &list);
	if (row)
		draw_refusals(view, row->feed, &page);
	draw_journal(view, &page);
	stations_page(view, &page);
	draw_tags(view, &page);
	draw_gateways(view, &page);
	draw_odd(view, &page);
	page_end(&page, &none);
	table_draw(&screen->table, &table, view, &list, canvas,
		(struct area){body.row, body.column, tall, body.columns}, true);
	list_free(&list);
}

const struct screen_def screen_feeds = {
	.name = "feeds",
	.key = VKEY_F2,
	.title = N_("Feeds"),
	.table = &table,
	.draw = draw,
	.subject = subject,
};
