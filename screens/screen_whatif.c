/* SPDX-License-Identifier: Apache-2.0 */

/* 8 What-if: what is injected into the copy, and the day with it beside the day
 * as it is. Better and worse are said by sign and letter. */

#include <math.h>
#include <string.h>

#include "screens/format.h"
#include "screens/page.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"
#include "screens/whatif_board.h"

static const struct {
	const char *name;
	enum kpi kpi;
	bool judged; /* the less, or the sooner, the better */
} figures[] = {
	{N_("overtime, min"), KPI_OVERTIME, true},
	{N_("called off, min"), KPI_LOST, true},
	{N_("waiting, min"), KPI_WAIT, true},
	{N_("held for PACU"), KPI_HOLD, true},
	{N_("rooms idle, min"), KPI_IDLE, false}, /* an overrun fills them too */
	{N_("last patient out"), KPI_LAST_OUT, true},
};

/* Cases that are on the list and not called off, and yet end in fewer fates. */
static int never_end(const struct what_if_answer *a)
{
	int count = 0;

	for (int i = 0; i < a->hit_count; i++)
		count += a->cases[i].kind != HIT_GONE
			 && a->cases[i].after.ends + a->cases[i].after.off
				    < a->cases[i].before.ends + a->cases[i].before.off - 0.005;
	return count;
}

/* 'B' better, 'W' worse, '=' nobody can tell: the interval holds 0. Where somebody
 * waits for ever, nothing is better for being less: '?'. */
static char verdict(const struct what_if_answer *a, const struct paired *d)
{
	if (d->high < 0)
		return never_end(a) > 0 ? '?' : 'B';
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

static void figure_line(
	struct page *page, const char *name, const struct what_if_kpi *k, bool clock, char letter)
{
	char before[64], after[64];

	span_text(&k->before, clock, before, sizeof before);
	span_text(&k->after, clock, after, sizeof after);
	page_line(page, verdict_role(letter), "%-16s %-19s %-19s %c %+.0f (%+.0f,%+.0f)", name,
		before, after, letter, whole(k->difference.mean), whole(k->difference.low),
		whole(k->difference.high));
}

/* What the minutes cost, where the site has a price for the hour: no other. */
static void draw_cost(const struct view *view, const struct what_if_answer *a, const char *key,
	const char *name, enum kpi kpi, struct page *page)
{
	const struct site *site = view->twin->site;
	struct what_if_kpi k = a->kpi[kpi];
	double hour = site ? site_price(site, key) : -1;
	double *const all[] = {&k.before.p10, &k.before.p50, &k.before.p90, &k.after.p10,
		&k.after.p50, &k.after.p90, &k.difference.mean, &k.difference.low,
		&k.difference.high};
	char title[LABEL_SIZE];

	if (!(hour > 0))
		return;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		*all[i] *= hour / 60;
	format_put(title, sizeof title, "%s, %s", name, site->currency);
	figure_line(page, title, &k, false, verdict(a, &k.difference));
}

/* Cases are called off only late in a long day: else it is no news. */
static bool is_news(const struct what_if_answer *a, enum kpi kpi)
{
	const struct what_if_kpi *k = &a->kpi[kpi];

	return kpi != KPI_LOST || k->before.p90 > 0 || k->after.p90 > 0
	       || fabs(k->difference.mean) >= 0.5;
}

static void draw_figures(const struct view *view, const struct what_if_answer *a, struct page *page)
{
	page_line(page, ROLE_DIM, "%-16s %-19s %-19s %s", _("of the day"), _("as it is (80 %)"),
		_("what-if (80 %)"), _("difference (95 %)"));
	for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
		if (is_news(a, figures[i].kpi))
			figure_line(page, _(figures[i].name), &a->kpi[figures[i].kpi],
				figures[i].kpi == KPI_LAST_OUT,
				figures[i].judged ? verdict(a, &a->kpi[figures[i].kpi].difference)
						  : ' ');
	draw_cost(view, a, "or_overtime_hour", _("overtime"), KPI_OVERTIME, page);
	draw_cost(view, a, "or_hour", _("rooms idle"), KPI_IDLE, page);
	if (a->done_before != a->done_after)
		page_line(page, a->done_after < a->done_before ? ROLE_LATE : ROLE_NORMAL,
			"%-16s %-19d %-19d   %+d", _("cases that end"), a->done_before,
			a->done_after, a->done_after - a->done_before);
	if (never_end(a) > 0)
		page_line(page, ROLE_LATE,
			_("? %d wait for ever: what is less for that is no better"), never_end(a));
}

/* ---- the ripple ---- */

static void stay_text(const struct what_if_stay *stay, char *out, size_t size)
{
	format_put(out, size, "--:--");
	if (stay->end_ms > 0)
		format_clock((int64_t)stay->end_ms, out, size);
}

/* Earlier is better: by the middle, else by what one in ten may come to. */
static char shift_letter(const struct what_if_case *c)
{
	double by = fabs(c->ends.p50) >= 0.5 ? c->ends.p50 : c->ends.p90 + c->ends.p10;

	if (c->after.ends < c->before.ends - 0.005)
		return 'W';
	return by > 0 ? 'W' : by < 0 ? 'B' : '=';
}

static void hit_words(const struct what_if_case *c, char *out, size_t size)
{
	char before[16], after[16], ends[40];

	stay_text(&c->before, before, sizeof before);
	stay_text(&c->after, after, sizeof after);
	format_put(ends, sizeof ends, "%s>%s", before, after);
	if (c->after.off >= 0.005 && c->after.off > c->before.off)
		format_put(ends, sizeof ends, _("off %.0f %%"), 100 * c->after.off);
	else if (c->after.ends + c->after.off < 0.995)
		format_put(ends, sizeof ends, _("never %.0f %%"),
			100 * (1 - c->after.ends - c->after.off));
	if (c->kind == HIT_SHIFTED)
		format_put(out, size, "%c %+5.0f %+5.0f %+6.0f %+5.0f  %s", shift_letter(c),
			whole(c->begins.p50), whole(c->begins.p90), whole(c->ends.p50),
			whole(c->ends.p90), ends);
	else if (c->kind == HIT_NEW && c->after.end_ms > 0)
		format_put(out, size, _("  new, ends %s"), after);
	else if (c->kind == HIT_GONE)
		format_put(out, size, "  %s", _("off the list"));
	else if (c->kind == HIT_OFF)
		format_put(out, size, _("W called off: %.0f %%, it gets too late"),
			100 * c->after.off);
	else
		format_put(out, size, "%s", _("W waits for ever: no room, staff or bed"));
}

static enum role hit_role(const struct what_if_case *c)
{
	return c->kind == HIT_NEVER ? ROLE_LATE : ROLE_NORMAL;
}

static void draw_hits(const struct view *view, const struct what_if_answer *a, struct page *page)
{
	char words[LABEL_SIZE], person[LABEL_SIZE], title[LABEL_SIZE];
	char cells[3][LABEL_SIZE];

	format_put(title, sizeof title, _("%d of %d cases hit"), a->hit_count, a->case_count);
	if (a->hit_count == 0) {
		page_line(page, ROLE_DIM, "%s", title);
		return;
	}
	page_line(page, ROLE_DIM, "%-38.38s   %s", title, _("begin   p90   end   p90  end p50"));
	for (int i = 0; i < a->hit_count; i++) {
		const struct what_if_case *c = &a->cases[i];
		int at = twin_case(view->twin, c->id);
		int room = c->after.room >= 0 ? c->after.room : c->before.room;

		person[0] = '\0';
		if (at >= 0)
			format_person(view, view->twin->cases[at].patient, person, sizeof person);
		hit_words(c, words, sizeof words);
		page_line(page, hit_role(c), "%s %s %s %s", page_cell(c->id, 16, cells[0]),
			page_cell(person, 12, cells[1]),
			page_cell(room >= 0 && view->twin->site ? format_room(view, room) : "", 8,
				cells[2]),
			words);
	}
}

static bool pool_moves(const struct what_if_pool *p)
{
	return p->units[0] != p->units[1] || fabs(p->peak_by.p10) >= 0.5
	       || fabs(p->peak_by.p90) >= 0.5 || fabs(p->full_min[1] - p->full_min[0]) >= 1;
}

static void draw_pools(const struct view *view, const struct what_if_answer *a, struct page *page)
{
	char name[LABEL_SIZE], cells[LABEL_SIZE];
	int shown = 0;

	for (int i = 0; i < a->pool_count; i++) {
		const struct what_if_pool *p = &a->pools[i];

		if (!pool_moves(p) || !view->twin->site)
			continue;
		if (shown++ == 0)
			page_line(page, ROLE_DIM, "%-20s %-10s %-12s %-15s %s",
				_("beds and people"), _("there are"), _("peak p50"),
				_("peak by (p90)"), _("none free, min"));
		forecast_resource_name(
			view->twin->site, p->role, p->beds, p->kit, name, sizeof name);
		page_line(page, ROLE_NORMAL,
			"%s %3d > %-3d  %3.0f > %-3.0f    %+.0f (%+.0f)%*s %4.0f > %.0f",
			page_cell(name, 20, cells), p->units[0], p->units[1], p->peak[0],
			p->peak[1], whole(p->peak_by.p50), whole(p->peak_by.p90), 8, "",
			p->full_min[0], p->full_min[1]);
	}
}

/* ---- what is injected ---- */

/* The answer is to what is injected now, not to what was before the last key. */
static bool is_of(const struct view *view, const struct what_if_answer *a)
{
	return a && view->what_if && what_if_same(&a->asked, view->what_if);
}

/* Another text of the site, and that it does not fit any more when it was reloaded. */
static void draw_site(const struct view *view, const struct site *site, struct page *page)
{
	char why[SCENARIO_TEXT];

	page_line(page, ROLE_NORMAL, _(" 0 the suite works as another site file says: %s, %.8s"),
		site->name, site->hash);
	if (!what_if_site_fits(view->twin->site, site, why))
		page_line(page, ROLE_LATE, _("   not possible now: %s"), why);
}

static void draw_stack(const struct view *view, const struct what_if_answer *a, struct page *page)
{
	char words[SCENARIO_TEXT];
	int count = view->what_if ? view->what_if->count : 0;
	int kept = count > 0 ? what_if_kept(view->twin, view->what_if) : -1;

	page_line(page, ROLE_STRONG, "%s",
		_("WHAT-IF, on a copy: nothing here is stored, sent, or seen by others"));
	if (kept >= 0)
		page_line(page, ROLE_NORMAL, _("the list is kept as \"%s\" by %s, for everybody"),
			view->twin->ideas[kept].name, view->twin->ideas[kept].told.origin);
	if (view->what_if && view->what_if->site)
		draw_site(view, view->what_if->site, page);
	for (int i = 0; i < count; i++) {
		bool refused = is_of(view, a) && a->refused[i][0];

		format_decision(view, &view->what_if->list[i], words, sizeof words);
		page_line(page, refused ? ROLE_DIM : ROLE_NORMAL, "%2d %s", i + 1, words);
		if (refused)
			page_line(page, ROLE_LATE, _("   not possible now: %s"), a->refused[i]);
	}
	if (!view->what_if || what_if_is_empty(view->what_if))
		page_line(page, ROLE_NORMAL, "%s",
			_("Nothing is injected. w on any screen offers what could happen there."));
	else if (!is_of(view, a) || a->reps == 0)
		page_line(page, ROLE_DIM, "%s", _("the first answer is on its way"));
	else
		page_line(page, ROLE_DIM,
			_("%d injected; the same %d fates with and without; B better, W worse"),
			a->injected, a->reps);
}

/* Those that are kept, while nothing is injected. */
static void draw_kept(const struct view *view, struct page *page)
{
	const struct twin *t = view->twin;
	char clock[16];

	if (t->idea_count == 0 || (view->what_if && !what_if_is_empty(view->what_if)))
		return;
	page_line(page, ROLE_DIM, _("%-24s %-7s %-16s %s"), _("kept: o opens, F forgets"),
		_("what-ifs"), _("by"), _("at"));
	for (int i = 0; i < t->idea_count; i++) {
		const struct idea *idea = &t->ideas[i];

		format_clock(idea->told.at_ms, clock, sizeof clock);
		page_line(page, ROLE_NORMAL, "%-24.24s %8d %-16.16s %s", idea->name,
			idea_steps(idea), idea->told.origin, clock);
	}
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
	page_line(page, ROLE_STRONG,
		_("%s in time? P(over) %.0f %% as it is; best of %d tried (suite, min):"),
		room >= 0 ? format_room(view, room) : r->room, r->p_overtime * 100, r->tried);
	for (int i = 0; i < r->count; i++) {
		if (r->list[i].p_overtime >= r->p_overtime)
			continue;
		format_decision(view, &r->list[i].scenario, words, sizeof words);
		page_line(page, ROLE_NORMAL, _("  %3.0f %% (%+.0f)  %s"),
			r->list[i].p_overtime * 100, whole(r->list[i].overtime.mean), words);
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
	if (is_of(view, a) && a->reps > 0 && !what_if_is_empty(&a->asked)) {
		draw_figures(view, a, &page);
		draw_remedies(view, a, &page);
		whatif_board(view, a, &page);
		draw_hits(view, a, &page);
		draw_pools(view, a, &page);
	} else {
		draw_remedies(view, a, &page);
		draw_kept(view, &page);
	}
	page_end(&page, &screen->offset);
}

const struct screen_def screen_whatif = {
	.name = "whatif",
	.key = '8',
	.title = N_("What-if"),
	.draw = draw,
};
