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
	foreseen_line(page, _("out"), &end, row->forecast->hold_min, _("held"));
	foreseen_line(page, _("PACU"), &pacu, 0, "");
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
