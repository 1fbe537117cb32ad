/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/repair_parts.h"

#include <math.h>

#include "screens/format.h"
#include "screens/order_words.h"
#include "screens/tr.h"

/* Of one figure: its name and "B -23 (-27,-19)". */
enum { CELL = 37, NAME = 12 };

void repair_short(const struct view *view, const struct repair_answer *a,
	const struct repair_option *o, struct page *page)
{
	struct repair_figure f[REPAIR_FIGURES];
	char line[REPAIR_WORDS] = "", one[LABEL_SIZE];
	int count = repair_figures(view, a, o, f);

	/* All of it first, then what it is made of; what moves nothing is no news here. */
	for (int n = 0; n < count; n++) {
		const struct repair_figure *figure = &f[(n + count - 1) % count];

		if (n > 0 && repair_letter(&figure->difference) == '=')
			continue;
		repair_paired(&figure->difference, figure->count, one, sizeof one);
		format_add(line, sizeof line, "%s%s %s", n ? "  " : "", figure->name, one);
	}
	page_line(page, repair_role(repair_letter(&o->objective)), "   %s", line);
}

void repair_overtime(const struct repair_option *o, struct page *page)
{
	const struct quantiles *was = &o->overtime[0], *is = &o->overtime[1];
	const struct paired *d = &o->term[OBJECTIVE_OVERTIME];
	char one[LABEL_SIZE];

	repair_paired(d, false, one, sizeof one);
	page_line(page, repair_role(repair_letter(d)),
		_("   %-*s %-16s  p50 %.0f > %.0f min, p90 %.0f > %.0f"), NAME, _("overtime"), one,
		was->p50, is->p50, was->p90, is->p90);
}

void repair_in_columns(const struct view *view, const struct repair_answer *a,
	const struct repair_option *o, struct page *page)
{
	struct repair_figure f[REPAIR_FIGURES];
	int count = repair_figures(view, a, o, f), across = (page->area.columns - 3) / CELL;
	int row = -1, placed = 0;

	for (int i = 0; i < count; i++) {
		char one[LABEL_SIZE], name[LABEL_SIZE];
		struct area area = page->area;

		if (f[i].term == OBJECTIVE_OVERTIME)
			continue;
		if (across < 1 || placed % across == 0)
			row = page_line(page, ROLE_NORMAL, "%s", "");
		repair_paired(&f[i].difference, f[i].count, one, sizeof one);
		if (row >= 0)
			canvas_printf(page->canvas, area, row,
				area.column + 3 + (across > 0 ? placed % across : 0) * CELL, CELL,
				repair_role(repair_letter(&f[i].difference)), "%s %s",
				page_cell(f[i].name, NAME, name), one);
		placed++;
	}
}

/* "c-103 (Femoral nail) 20 min later (15 to 31)". */
static void wait_words(
	const struct view *view, const struct repair_wait *w, bool brief, char *out, size_t size)
{
	char who[REPAIR_WORDS];
	bool later = w->later.p50 >= 0;
	double low = later ? w->later.p10 : -w->later.p90;
	double high = later ? w->later.p90 : -w->later.p10;

	format_put(who, sizeof who, "%s", w->id);
	if (!brief)
		repair_about_words(view, w->id, who, sizeof who);
	format_put(out, size,
		later ? _("%s %.0f min later (%.0f to %.0f)")
		      : _("%s %.0f min sooner (%.0f to %.0f)"),
		who, fabs(w->later.p50), low, high);
}

static void pair(struct page *page, const char *name, const char *value)
{
	char line[REPAIR_WORDS + 32], cell[LABEL_SIZE];

	if (value[0] == '\0')
		return;
	format_put(line, sizeof line, "%s %s", page_cell(name, NAME, cell), value);
	page_flow(page, 3, ROLE_NORMAL, line);
}

void repair_reasons(
	const struct view *view, const struct repair_option *o, int waits, struct page *page)
{
	char words[REPAIR_WORDS] = "", one[REPAIR_WORDS];

	for (int i = 0; i < o->wait_count && i < waits; i++) {
		wait_words(view, &o->waits[i], waits > 2 && o->wait_count > 2, one, sizeof one);
		format_add(words, sizeof words, "%s%s", i ? "; " : "", one);
	}
	pair(page, _("who waits"), words[0] ? words : _("nobody longer"));
	pair(page, _("rule"), o->why);
	pair(page, _("beware"), o->fails_if);
	format_put(words, sizeof words,
		o->proved ? _("better in %d fates that did not choose it, surely (95 %%)")
			  : _("not proved: in %d fates it may be chance (95 %%)"),
		o->reps);
	pair(page, _("proof"), words);
}

void repair_approved(const struct view *view, const char *plan, struct page *page)
{
	const struct order_plan *p = view->orders ? orders_plan(view->orders, plan) : NULL;
	char clock[16];

	if (!p || p->step_count == 0)
		return;
	format_clock(p->approved_ms, clock, sizeof clock);
	page_line(page, order_whole_role(orders_whole(p)), _("   approved %s by %s: %s (O)"), clock,
		p->steps[0].by, order_whole_words(orders_whole(p)));
}
