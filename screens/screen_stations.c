/* SPDX-License-Identifier: Apache-2.0 */

/* Stations, behind F2: who is here, who is on duty, what each has of the others, and
 * everything that was refused of what they are said to have sent. */

#include <stdlib.h>

#include "screens/alarm_words.h"
#include "screens/format.h"
#include "screens/page.h"
#include "screens/parts.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"

enum { SKEW_MS = 2000 };

static const struct station_seen *station_of(const struct view *view, const void *data)
{
	return &view->stations->list[*(const int *)data];
}

static bool had_all(const struct station_seen *s)
{
	return s->missing == 0;
}

static void fill_name(const struct view *view, const void *data, struct cell_text *out)
{
	const struct station_seen *s = station_of(view, data);

	format_put(out->text, sizeof out->text, "%s", s->id);
	out->role = s->here ? ROLE_STRONG : ROLE_DIM;
}

static void fill_user(const struct view *view, const void *data, struct cell_text *out)
{
	format_put(out->text, sizeof out->text, "%s", station_of(view, data)->user);
}

static void fill_role(const struct view *view, const void *data, struct cell_text *out)
{
	format_put(
		out->text, sizeof out->text, "%s", person_role_words(station_of(view, data)->role));
}

static void fill_here(const struct view *view, const void *data, struct cell_text *out)
{
	const struct station_seen *s = station_of(view, data);
	char age[24];

	format_age(view->now_ms - s->since_ms, age, sizeof age);
	format_put(out->text, sizeof out->text, s->here ? _("here %s") : _("gone %s"), age);
	out->role = s->here ? ROLE_NORMAL : ROLE_MEDIUM;
}

/* On duty, ready to be, or not one that may send messages. */
static void fill_duty(const struct view *view, const void *data, struct cell_text *out)
{
	const struct station_seen *s = station_of(view, data);

	format_put(out->text, sizeof out->text, "%s",
		s->on_duty     ? _("duty")
		: s->escalates ? _("ready")
			       : "");
	out->role = s->on_duty ? ROLE_STRONG : ROLE_NORMAL;
}

static void fill_journal(const struct view *view, const void *data, struct cell_text *out)
{
	const struct station_seen *s = station_of(view, data);

	format_put(out->text, sizeof out->text, "%s", s->journal_ok ? _("ok") : _("MEMORY"));
	out->role = s->journal_ok ? ROLE_NORMAL : ROLE_MEDIUM;
}

static void fill_feeds(const struct view *view, const void *data, struct cell_text *out)
{
	const struct station_seen *s = station_of(view, data);

	if (s->feeds_down > 0)
		format_put(out->text, sizeof out->text, _("%d down"), s->feeds_down);
	else
		format_put(out->text, sizeof out->text, "%s", _("ok"));
	out->role = s->feeds_down ? ROLE_MEDIUM : ROLE_NORMAL;
}

static void fill_skew(const struct view *view, const void *data, struct cell_text *out)
{
	const struct station_seen *s = station_of(view, data);

	format_put(out->text, sizeof out->text, "%+.1f s", (double)s->skew_ms / 1000);
	out->role = llabs(s->skew_ms) > SKEW_MS ? ROLE_MEDIUM : ROLE_NORMAL;
}

static void fill_held(const struct view *view, const void *data, struct cell_text *out)
{
	const struct station_seen *s = station_of(view, data);

	format_put(out->text, sizeof out->text, "%d", s->held);
	if (!had_all(s))
		format_add(out->text, sizeof out->text, "-%d", s->missing);
	out->role = had_all(s) ? ROLE_NORMAL : ROLE_MEDIUM;
}

static void fill_head(const struct view *view, const void *data, struct cell_text *out)
{
	format_put(out->text, sizeof out->text, "%.12s", station_of(view, data)->head);
	out->role = ROLE_DIM;
}

static const struct column columns[] = {
	{N_("Station"), 12, 0, true, false, fill_name, NULL},
	{N_("User"), 9, 1, false, false, fill_user, NULL},
	{N_("Role"), 11, 3, false, false, fill_role, NULL},
	{N_("Since"), 12, 0, false, false, fill_here, NULL},
	{N_("Duty"), 5, 0, false, false, fill_duty, NULL},
	{N_("Journal"), 7, 2, false, false, fill_journal, NULL},
	{N_("Feeds"), 7, 2, false, false, fill_feeds, NULL},
	{N_("Clock"), 9, 4, false, true, fill_skew, NULL},
	{N_("Held"), 7, 1, false, true, fill_held, NULL},
	{N_("Chain head"), 12, 5, false, false, fill_head, NULL},
};

static int rows(const struct view *view, void *out, int max)
{
	int count = view->stations ? view->stations->count : 0;

	for (int i = 0; i < count && i < max; i++)
		((int *)out)[i] = i;
	return count < max ? count : max;
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	format_put(out, size, "%s", station_of(view, data)->id);
}

void stations_page(const struct view *view, struct page *page)
{
	const struct stations *s = view->stations;
	char text[512] = "";
	int here = 0;

	if (!s || !s->sharing) {
		page_pair(page, _("stations"), ROLE_NORMAL,
			_("nothing is shared: this one works alone"));
		return;
	}
	for (int i = 0; i < s->count; i++)
		here += s->list[i].here;
	format_put(text, sizeof text, _("%s and %d more here, %d gone (Tab, Tab, Tab)"), s->self,
		here, s->count - here);
	page_pair(page, _("stations"), here < s->count ? ROLE_STRONG : ROLE_NORMAL, text);
	format_put(text, sizeof text, "%s",
		s->linked ? _("what we say comes back from the broker")
			  : _("NOT SHARED: what we say does not come back from the broker"));
	if (s->waiting > 0)
		format_add(text, sizeof text,
			ngettext(", %d act waits", ", %d acts wait", (unsigned long)s->waiting),
			s->waiting);
	page_pair(page, _("sharing"), s->linked && !s->waiting ? ROLE_NORMAL : ROLE_MEDIUM, text);
}

static void refusals(const struct stations *s, struct page *page)
{
	char text[512] = "";

	for (int r = 0; r < SHARE_REFUSAL_COUNT; r++)
		if (s->refused[r] > 0)
			format_add(text, sizeof text, "%s%s %llu", text[0] ? ", " : "",
				share_refusal_name((enum share_refusal)r),
				(unsigned long long)s->refused[r]);
	page_words(page, _("refused"), text[0] ? ROLE_MEDIUM : ROLE_NORMAL,
		text[0] ? text : _("nothing"));
	page_words(page, _("last refusal"), ROLE_NORMAL, s->refusal);
}

static void last_acts(const struct stations *s, struct page *page)
{
	char text[LABEL_SIZE * 2];

	for (int n = 1; n <= s->act_count && n <= 5; n++) {
		const struct station_act *a =
			&s->acts[(s->act_next - n + STATION_ACTS) % STATION_ACTS];

		format_put(text, sizeof text, "%-2s %s %s",
			share_stage_sign(a->stage, page->canvas->ascii),
			a->kind == FACT_ALARM ? alarm_act_name(a->act) : fact_kind_name(a->kind),
			a->key);
		if (a->seen_by[0])
			format_add(text, sizeof text, _(", seen by %s"), a->seen_by);
		page_pair(page, n == 1 ? _("our last acts") : "", ROLE_NORMAL, text);
	}
}

static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	const struct stations *s = view->stations;
	struct list list;
	struct page page;
	char text[256];
	int tall, none = 0;

	if (!table_load(&screen->table, screen->def->table, view, &list))
		return;
	tall = list.visible + 2 > body.rows / 2 ? body.rows / 2 : list.visible + 2;
	page = page_begin(canvas,
		(struct area){body.row + tall, body.column, body.rows - tall, body.columns}, 0);
	stations_page(view, &page);
	if (s && s->sharing) {
		format_put(text, sizeof text,
			_("sent %llu, received %llu, same %llu, older %llu, said again %llu, "
			  "dropped %llu"),
			(unsigned long long)s->sent, (unsigned long long)s->received,
			(unsigned long long)s->same, (unsigned long long)s->older,
			(unsigned long long)s->republished, (unsigned long long)s->dropped);
		page_words(&page, _("messages"), s->dropped ? ROLE_MEDIUM : ROLE_NORMAL, text);
		refusals(s, &page);
		last_acts(s, &page);
	}
	page_end(&page, &none);
	table_draw(&screen->table, screen->def->table, view, &list, canvas,
		(struct area){body.row, body.column, tall, body.columns}, true);
	list_free(&list);
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(int),
	.rows = rows,
	.id = id,
	.empty = N_("no other station has been heard"),
};

const struct screen_def screen_stations = {
	.name = "stations",
	.title = N_("Stations"),
	.table = &table,
	.draw = draw,
};
