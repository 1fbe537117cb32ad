/* SPDX-License-Identifier: Apache-2.0 */

/* What a room still has before it, from the forecast. */

#include "screens/forecast_parts.h"
#include "screens/format.h"
#include "screens/page.h"
#include "screens/tr.h"

enum { DAY_CASES = 48 };

static void foreseen_line(struct page *page, const char *what, const struct quantiles *q,
	double minutes, const char *why)
{
	char text[LABEL_SIZE], wait[24];

	format_span(q, text, sizeof text);
	if (!text[0])
		return;
	if (minutes >= 1) {
		format_duration(minutes, wait, sizeof wait);
		format_add(text, sizeof text, "  %s %s", why, wait);
	}
	page_line(page, ROLE_NORMAL, "   %-5s %s", what, text);
}

static void foreseen_home(const struct view *view, const struct forecast_case *c, struct page *page)
{
	struct quantiles home = rows_ahead(view, c->home);
	char text[LABEL_SIZE];

	format_span(&home, text, sizeof text);
	if (!text[0])
		return;
	if (c->p_convert >= 0)
		format_add(text, sizeof text, _("  stays over night %.0f %%"), 100 * c->p_convert);
	page_line(page,
		c->p_convert >= FORECAST_LIKELY ? forecast_role(view, ROLE_LATE) : ROLE_NORMAL,
		"   %-5s %s", _("home"), text);
}

static void foreseen_case(
	const struct view *view, const struct foreseen_row *row, struct page *page)
{
	const struct surgery *s = &view->twin->cases[row->case_];
	char from[16], to[16], person[LABEL_SIZE];
	struct quantiles start, end, pacu;

	format_clock(s->start_ms, from, sizeof from);
	format_clock(s->end_ms, to, sizeof to);
	format_person(view, s->patient, person, sizeof person);
	page_line(
		page, ROLE_STRONG, "%2d %s-%s %s  %s", row->order, from, to, person, s->procedure);
	if (!row->forecast) {
		page_line(page, ROLE_DIM, "   %s", _("nothing foreseen yet"));
		return;
	}
	start = rows_ahead(view, row->forecast->start);
	end = rows_ahead(view, row->forecast->end);
	pacu = rows_ahead(view, row->forecast->pacu_out);
	if (surgery_has_begun(s))
		page_line(page, ROLE_DIM, "   %s", format_stage(surgery_stage(s)));
	else
		foreseen_line(page, _("in"), &start, row->forecast->wait_min, _("waits"));
	if (row->forecast->p_off >= 0.005)
		page_line(page, ROLE_NORMAL, _("   not today %.0f %%"), 100 * row->forecast->p_off);
	foreseen_line(page, _("out"), &end, row->forecast->hold_min, _("held"));
	foreseen_line(page, _("PACU"), &pacu, 0, "");
	foreseen_home(view, row->forecast, page);
}

/* Minutes that nobody works, each cause with what it costs. */
static void foreseen_idle(
	const struct view *view, const struct forecast_room *room, struct page *page)
{
	double minutes[IDLE_CAUSES], sum = rows_idle(room, 1, minutes);
	char text[LABEL_SIZE], cost[48];

	if (!room->has_session)
		return;
	format_duration(sum, text, sizeof text);
	rows_idle_cost(view->twin->site, sum, cost, sizeof cost);
	page_line(page, ROLE_STRONG, "%s", "");
	page_line(page, ROLE_STRONG, _("nobody works: %s  %s"), text, cost);
	for (int c = 0; c < IDLE_CAUSES; c++) {
		if (!(minutes[c] > 0))
			continue;
		format_duration(minutes[c], text, sizeof text);
		rows_idle_cost(view->twin->site, minutes[c], cost, sizeof cost);
		page_line(page, ROLE_NORMAL, "   %-11s %-8s %s",
			rows_idle_words((enum idle_cause)c), text, cost);
	}
}

void forecast_room(
	const struct view *view, int room, struct canvas *canvas, struct area area, int *skip)
{
	struct page page = page_begin(canvas, area, *skip);
	struct foreseen_row left[DAY_CASES];
	int count = room >= 0 ? foreseen_rows(view, room, left, DAY_CASES) : 0;

	page_line(&page, ROLE_STRONG, _("%s: what is still to come"), format_room(view, room));
	if (count == 0)
		page_line(&page, ROLE_DIM, "%s", _("no case left today"));
	for (int i = 0; i < count; i++)
		foreseen_case(view, &left[i], &page);
	if (view->forecast && room >= 0 && view->forecast->index.room_of[room] >= 0)
		foreseen_idle(
			view, &view->forecast->rooms[view->forecast->index.room_of[room]], &page);
	page_end(&page, skip);
}

static void draw_room(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	int room = view->twin->site ? site_room(view->twin->site, screen->target) : -1;

	forecast_status(view, canvas, body);
	body.row++;
	body.rows--;
	forecast_room(view, room, canvas, body, &screen->offset);
}

const struct screen_def screen_forecast_room = {
	.name = "forecast-room",
	.title = N_("Forecast"),
	.draw = draw_room,
};
