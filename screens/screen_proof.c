/* SPDX-License-Identifier: Apache-2.0 */

/* The proof of one repair: what it weighs, who waits, and the Board before and after.
 * It is about the plan it was opened on, wherever that stands in the list now. */

#include <math.h>
#include <string.h>

#include "screens/commands.h"
#include "screens/format.h"
#include "screens/repair_parts.h"
#include "screens/tr.h"
#include "screens/whatif_board.h"

/* Among the best just now: then its figures are those of the newest answer. */
static const struct repair_option *among_best(const struct view *view, const char *plan)
{
	const struct repair_answer *a = repair_answer_now(view);
	char id[ID_SIZE];

	for (int i = 0; a && i < a->count; i++) {
		order_plan_id(view->twin, &a->options[i].moves, id);
		if (strcmp(id, plan) == 0)
			return &a->options[i];
	}
	return NULL;
}

/* Else as it was opened: what somebody reads is not taken from under his eyes. */
const struct repair_option *repair_proved(const struct screen *screen, const struct view *view)
{
	const struct repair_option *o = among_best(view, screen->target);
	const struct repair_desk *desk = view->repair_desk;

	if (!o && desk && strcmp(desk->proof, screen->target) == 0)
		return &desk->proved;
	return o;
}

/* Each term, its weight in the site file, and what that makes of the difference. */
static void draw_weights(const struct view *view, const struct repair_answer *a,
	const struct repair_option *o, struct page *page)
{
	struct repair_figure f[REPAIR_FIGURES];
	int count = repair_figures(view, a, o, f);
	char one[LABEL_SIZE], name[LABEL_SIZE], nothing[24], weight[24], weighed[24];

	page_line(page, ROLE_DIM, "%-13s %9s  %-24s %8s %9s", _("of the day"), _("nothing"),
		_("difference (95 %)"), _("weight"), _("weighed"));
	for (int i = 0; i < count; i++) {
		const struct repair_figure *r = &f[i];
		double w = r->term >= 0 ? objective_weight(
				   view->twin->site, (enum objective_term)r->term)
					: 0;

		nothing[0] = weight[0] = weighed[0] = '\0';
		if (!isnan(r->nothing))
			format_put(nothing, sizeof nothing, "%.*f", r->count ? 2 : 0, r->nothing);
		if (r->term >= 0) {
			format_put(weight, sizeof weight, "%.3g", w);
			format_put(weighed, sizeof weighed, "%+.1f", w * r->difference.mean);
		}
		repair_paired(&r->difference, r->count, one, sizeof one);
		page_line(page, repair_role(repair_letter(&r->difference)), "%s %9s  %-24s %8s %9s",
			page_cell(r->name, 13, name), nothing, one, weight, weighed);
	}
}

/* The same fates with it and without: given and moves, one on top of the other. */
static bool is_of(const struct repair_answer *a, const struct repair_option *o,
	const struct what_if_answer *answer)
{
	struct what_if all = a->asked.given;

	for (int i = 0; i < o->moves.count && all.count < WHAT_IF_DEPTH; i++)
		all.list[all.count++] = o->moves.list[i];
	return answer && answer->reps > 0 && what_if_same(&answer->asked, &all);
}

static void draw_board(const struct view *view, const struct repair_answer *a,
	const struct repair_option *o, struct page *page)
{
	if (!is_of(a, o, view->what_if_answer)) {
		page_line(page, ROLE_DIM, "%s", _("the board before and after is on its way"));
		return;
	}
	if (!what_if_is_empty(&a->asked.given))
		page_line(page, ROLE_DIM, "%s",
			_("the board: as it is, and with what is injected and this"));
	whatif_board(view, view->what_if_answer, page);
}

/* How it stands with this very plan. */
static void draw_state(const struct screen *screen, const struct view *view, struct page *page)
{
	char words[REPAIR_WORDS], clock[16];
	enum role role = repair_state(view, words, sizeof words);

	if (among_best(view, screen->target) || !view->repair_desk) {
		page_line(page, role, "%s", words);
		return;
	}
	format_clock(view->repair_desk->proof_ms, clock, sizeof clock);
	format_put(words, sizeof words,
		_("! as it was at %s: since then the state has changed, or better was found. Esc "
		  "shows what is best now"),
		clock);
	page_flow(page, 0, ROLE_LATE, words);
}

static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	struct page page = page_begin(canvas, body, screen->offset);
	const struct repair_answer *a = repair_answer_now(view);
	const struct repair_option *o = repair_proved(screen, view);
	char moves[REPAIR_WORDS];

	if (!o || !a) {
		page_line(
			&page, ROLE_LATE, "%s", _("This plan is gone. Esc shows what is best now"));
		page_end(&page, &screen->offset);
		return;
	}
	repair_words(view, a->asked.about, &o->moves, moves, sizeof moves);
	page_flow(&page, 0, ROLE_STRONG, moves);
	draw_state(screen, view, &page);
	repair_approved(view, screen->target, &page);
	if (view->repair_desk && view->repair_desk->to[0])
		page_line(&page, ROLE_NORMAL,
			ngettext("when approved: %d step, %s", "when approved: %d steps, %s",
				(unsigned long)o->moves.count),
			o->moves.count, view->repair_desk->to);
	repair_overtime(o, &page);
	draw_weights(view, a, o, &page);
	repair_reasons(view, o, REPAIR_WAITS, &page);
	draw_board(view, a, o, &page);
	page_end(&page, &screen->offset);
}

const struct screen_def screen_proof = {
	.name = "proof",
	.title = N_("Proof"),
	.draw = draw,
};
