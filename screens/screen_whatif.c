/* SPDX-License-Identifier: Apache-2.0 */

/* 8 What-if: what is injected into the copy, and the day with it beside the day
 * as it is. Better and worse are said by sign and letter. */

#include <math.h>
#include <string.h>

#include "screens/format.h"
#include "screens/page.h"
#include "screens/screen.h"
#include "screens/tr.h"

enum { HITS_SHOWN = 20 };

static const struct {
	const char *name;
	enum kpi kpi;
	bool judged; /* the less, or the sooner, the better */
} figures[] = {
	{N_("overtime, min"), KPI_OVERTIME, true},
	{N_("waiting, min"), KPI_WAIT, true},
	{N_("held for PACU"), KPI_HOLD, true},
	{N_("rooms idle, min"), KPI_IDLE, false}, /* an overrun fills them too */
	{N_("last patient out"), KPI_LAST_OUT, true},
};

/* 'B' better, 'W' worse, '=' nobody can tell: the interval holds 0. */
static char verdict(const struct paired *d)
{
	if (d->high < 0)
		return 'B';
	return d->low > 0 ? 'W' : '=';
}

/* To the minute; never "-0". */
static double whole(double minutes)
{
	return round(minutes) + 0.0;
}

static enum role verdict_role(char letter)
{
	return letter == 'W' ? ROLE_LATE : letter == 'B' ? ROLE_AHEAD : ROLE_NORMAL;
}

static void span_text(const struct quantiles *q, bool clock, char *out, size_t size)
{
	char at[3][16];
	const double values[3] = {q->p50, q->p10, q->p90};

	for (int i = 0; i < 3; i++) {
		if (clock)
			format_clock((int64_t)values[i], at[i], sizeof at[i]);
		else
			format_put(at[i], sizeof at[i], "%.0f", values[i]);
	}
	format_put(out, size, "%s (%s-%s)", at[0], at[1], at[2]);
}

static void draw_figures(const struct what_if_answer *a, struct page *page)
{
	char before[64], after[64];

	page_line(page, ROLE_DIM, "%-16s %-19s %-19s %s", _("of the day"), _("as it is (80 %)"),
		_("what-if (80 %)"), _("difference (95 %)"));
	for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
		const struct what_if_kpi *k = &a->kpi[figures[i].kpi];
		bool clock = figures[i].kpi == KPI_LAST_OUT;
		char letter = figures[i].judged ? verdict(&k->difference) : ' ';

		span_text(&k->before, clock, before, sizeof before);
		span_text(&k->after, clock, after, sizeof after);
		page_line(page, verdict_role(letter), "%-16s %-19s %-19s %c %+.0f (%+.0f..%+.0f)",
			_(figures[i].name), before, after, letter, whole(k->difference.mean),
			whole(k->difference.low), whole(k->difference.high));
	}
	if (a->done_before != a->done_after)
		page_line(page, a->done_after < a->done_before ? ROLE_LATE : ROLE_NORMAL,
			"%-16s %-19d %-19d   %+d", _("cases that end"), a->done_before,
			a->done_after, a->done_after - a->done_before);
}

static void end_text(const struct forecast_room *room, char *out, size_t size)
{
	char clock[16] = "--:--";

	if (room->end.p50 > 0)
		format_clock((int64_t)room->end.p50, clock, sizeof clock);
	if (room->has_session)
		format_put(out, size, "%s  %3.0f %%  %4.0f", clock, room->p_overtime * 100,
			room->overtime_mean);
	else
		format_put(out, size, "%s", clock);
}

static void draw_rooms(const struct view *view, const struct what_if_answer *a, struct page *page)
{
	char before[48], after[48], later[16];

	page_line(page, ROLE_DIM, "%-16s %-19s %-19s %s", _("room: end p50"),
		_("P(over), min over"), _("what-if"), _("min"));
	for (int r = 0; r < a->room_count; r++) {
		const struct forecast_room *b = &a->before[r], *w = &a->after[r];
		double shift =
			b->end.p50 > 0 && w->end.p50 > 0 ? (w->end.p50 - b->end.p50) / 60000 : 0;

		if (!(b->end.p50 > 0) && !(w->end.p50 > 0))
			continue;
		later[0] = '\0';
		/* A middle moves by a minute from one thousand fates to the next. */
		if (fabs(shift) >= 0.5)
			format_put(later, sizeof later, "%c %+.0f",
				fabs(shift) < 1.5 ? '='
				: shift > 0       ? 'W'
						  : 'B',
				shift);
		end_text(b, before, sizeof before);
		end_text(w, after, sizeof after);
		page_line(page, later[0] ? verdict_role(later[0]) : ROLE_NORMAL,
			"%-16s %-19s %-19s %s", format_room(view, a->site_room[r]), before, after,
			later);
	}
}

static void hit_words(const struct what_if_hit *h, char *out, size_t size)
{
	char before[16], after[16];

	format_clock((int64_t)h->before_ms, before, sizeof before);
	format_clock((int64_t)h->after_ms, after, sizeof after);
	if (h->kind == HIT_SHIFTED)
		format_put(out, size, "%s > %s  %c %+.0f min", before, after,
			h->minutes > 0 ? 'W' : 'B', h->minutes);
	else if (h->kind == HIT_NEW && h->after_ms > 0)
		format_put(out, size, _("new, ends %s"), after);
	else if (h->kind == HIT_GONE)
		format_put(out, size, "%s", _("off the list"));
	else
		format_put(out, size, "%s", _("W waits for ever: no room, no staff or no bed"));
}

static void draw_hits(const struct view *view, const struct what_if_answer *a, struct page *page)
{
	char words[LABEL_SIZE], person[LABEL_SIZE];

	if (a->hit_all == 0)
		return;
	page_line(page, ROLE_DIM, _("cases hit most: %d of %d; end p50"),
		a->hit_all < HITS_SHOWN ? a->hit_all : HITS_SHOWN, a->hit_all);
	for (int i = 0; i < a->hit_count && i < HITS_SHOWN; i++) {
		const struct what_if_hit *h = &a->hits[i];
		int at = twin_case(view->twin, h->id);
		int room = view->twin->site ? site_room(view->twin->site, h->room) : -1;

		person[0] = '\0';
		if (at >= 0)
			format_person(view, view->twin->cases[at].patient, person, sizeof person);
		hit_words(h, words, sizeof words);
		page_line(page, ROLE_NORMAL, "%-16.16s %-14.14s %-10.10s %s", h->id, person,
			room >= 0 ? format_room(view, room) : h->room, words);
	}
}

/* ---- what is injected ---- */

/* The answer is to what is injected now, not to what was before the last key. */
static bool is_of(const struct view *view, const struct what_if_answer *a)
{
	char asked[SCENARIO_TEXT], injected[SCENARIO_TEXT];

	if (!a || !view->what_if || a->asked.count != view->what_if->count)
		return false;
	for (int i = 0; i < a->asked.count; i++) {
		scenario_text(&a->asked.list[i], asked);
		scenario_text(&view->what_if->list[i], injected);
		if (strcmp(asked, injected) != 0)
			return false;
	}
	return true;
}

static void draw_stack(const struct view *view, const struct what_if_answer *a, struct page *page)
{
	char words[SCENARIO_TEXT];
	int count = view->what_if ? view->what_if->count : 0;

	page_line(page, ROLE_STRONG, "%s",
		_("WHAT-IF, on a copy: nothing here is stored, sent, or seen by others"));
	for (int i = 0; i < count; i++) {
		bool refused = is_of(view, a) && a->refused[i][0];

		scenario_words(&view->what_if->list[i], words);
		page_line(page, refused ? ROLE_DIM : ROLE_NORMAL, "%2d %s", i + 1, words);
		if (refused)
			page_line(page, ROLE_LATE, _("   not possible now: %s"), a->refused[i]);
	}
	if (count == 0)
		page_line(page, ROLE_NORMAL, "%s",
			_("Nothing is injected. w on any screen offers what could happen there."));
	else if (!is_of(view, a) || a->reps == 0)
		page_line(page, ROLE_DIM, "%s", _("the first answer is on its way"));
	else
		page_line(page, ROLE_DIM,
			_("%d injected; the same %d fates with and without; B better, W worse"),
			a->injected, a->reps);
}

static void draw_remedies(
	const struct view *view, const struct what_if_answer *a, struct page *page)
{
	const struct remedies *r = a ? &a->remedies : NULL;
	char words[SCENARIO_TEXT];
	int room;

	if (!r || !r->room[0] || !view->twin->site)
		return;
	room = site_room(view->twin->site, r->room);
	page_line(page, ROLE_STRONG, _("%s in time? P(over) %.0f %% as it is; best of %d tried:"),
		room >= 0 ? format_room(view, room) : r->room, r->p_overtime * 100, r->tried);
	for (int i = 0; i < r->count; i++) {
		if (r->list[i].p_overtime >= r->p_overtime)
			continue;
		scenario_words(&r->list[i].scenario, words);
		page_line(page, ROLE_NORMAL, _("  %3.0f %%  %s  (suite %+.0f min)"),
			r->list[i].p_overtime * 100, words, r->list[i].overtime.mean);
	}
	if (r->tried > 0 && !(r->count > 0 && r->list[0].p_overtime < r->p_overtime))
		page_line(page, ROLE_NORMAL, "%s", _("  nothing of that would help"));
}

static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	struct page page = page_begin(canvas, body, screen->offset);
	const struct what_if_answer *a = view->what_if_answer;

	draw_stack(view, a, &page);
	if (is_of(view, a) && a->reps > 0 && a->asked.count > 0) {
		draw_figures(a, &page);
		draw_remedies(view, a, &page);
		draw_rooms(view, a, &page);
		draw_hits(view, a, &page);
	} else {
		draw_remedies(view, a, &page);
	}
	page_end(&page, &screen->offset);
}

const struct screen_def screen_whatif = {
	.name = "whatif",
	.key = '8',
	.title = N_("What-if"),
	.draw = draw,
};
