/* SPDX-License-Identifier: Apache-2.0 */

/* `r`: what could be done about it. The three best different ways, each with what it
 * changes against doing nothing; the chosen one in full, all of them where there is
 * room. Enter opens the proof. */

#include <limits.h>
#include <string.h>

#include "screens/commands.h"
#include "screens/format.h"
#include "screens/page.h"
#include "screens/repair_parts.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"
#include "twin/order_plan.h"

enum { DONE = UI_HANDLED | UI_DIRTY, ROOMS_FIRST = 2 };

/* ---- which one is chosen: by its id, for the list gets better under the cursor ---- */

static int chosen(struct screen *screen, const struct view *view, const struct repair_answer *a)
{
	char id[ID_SIZE];

	for (int i = 0; i < a->count; i++) {
		order_plan_id(view->twin, &a->options[i].moves, id);
		if (strcmp(id, screen->saved) == 0)
			return screen->mode = i;
	}
	if (screen->mode >= a->count)
		screen->mode = a->count > 0 ? a->count - 1 : 0;
	return screen->mode;
}

static void choose(
	struct screen *screen, const struct view *view, const struct repair_answer *a, int i)
{
	if (i < 0 || i >= a->count)
		return;
	screen->mode = i;
	order_plan_id(view->twin, &a->options[i].moves, screen->saved);
}

const struct repair_option *repair_chosen(
	struct screen *screen, const struct view *view, char id[ID_SIZE])
{
	const struct repair_answer *a = repair_answer_now(view);
	int i = a ? chosen(screen, view, a) : 0;

	if (!a || a->count == 0)
		return NULL;
	order_plan_id(view->twin, &a->options[i].moves, id);
	return &a->options[i];
}

/* ---- the picture ---- */

/* An emergency without a room: those that can take one first. */
static void draw_break_in(const struct view *view, const char *about, struct page *page)
{
	struct break_in_row rows[SIM_ROOMS];
	const struct site *site = view->twin->site;
	int i = twin_case(view->twin, about), count, told = 0;
	char line[REPAIR_WORDS] = "", when[LABEL_SIZE];

	if (i < 0 || view->twin->cases[i].nest < 1 || view->twin->cases[i].room[0])
		return;
	count = break_in_rows(view, rows, SIM_ROOMS);
	for (int r = 0; r < count && told < ROOMS_FIRST; r++) {
		if (!site_room_takes(&site->rooms[rows[r].room], view->twin->cases[i].procedure))
			continue;
		format_span(&rows[r].when, when, sizeof when);
		format_add(line, sizeof line, "%s%s %s", told++ ? ", " : "",
			format_room(view, rows[r].room), when[0] ? when : _("now"));
	}
	page_line(page, ROLE_NORMAL, _("first break-in: %s"), line[0] ? line : _("none foreseen"));
}

/* Hospital systems tell an emergency, not its class. */
static void draw_class(const struct view *view, const char *about, struct page *page)
{
	int i = twin_case(view->twin, about);
	const struct surgery *s = i >= 0 ? &view->twin->cases[i] : NULL;

	if (s && s->nest < 1 && s->setting == SETTING_EMERGENCY)
		page_line(page, ROLE_LATE, "%s",
			_("an emergency without a NEST class counts as elective: E on its row says "
			  "it"));
}

/* An emergency nobody sees to is late by a day, each minute as heavy as its class. */
static const char *minutes(double value, char out[16])
{
	if (value >= 10000)
		format_put(out, 16, "%.0fk", value / 1000);
	else
		format_put(out, 16, "%.0f", value);
	return out;
}

static void draw_head(const struct view *view, struct page *page)
{
	const struct repair_desk *desk = view->repair_desk;
	const struct repair_answer *a = repair_answer_now(view);
	char words[REPAIR_WORDS], nest[16];
	enum role role;

	if (desk && desk->ask.about[0]) {
		repair_about_words(view, desk->ask.about, words, sizeof words);
		page_line(page, ROLE_STRONG, _("WHAT TO DO about %s"), words);
	} else {
		page_line(page, ROLE_STRONG, "%s", _("WHAT TO DO to have a better day"));
	}
	if (desk)
		draw_class(view, desk->ask.about, page);
	if (desk)
		draw_break_in(view, desk->ask.about, page);
	if (desk && !what_if_is_empty(&desk->ask.given))
		page_line(page, ROLE_MEDIUM, "%s",
			_("on top of what is injected on screen 8: to be looked at, not approved"));
	role = repair_state(view, words, sizeof words);
	page_line(page, role, "%s", words);
	if (a)
		page_line(page, ROLE_DIM,
			_("nothing done: overtime %.0f, waits %.0f, holds %.0f, NEST %s min; not "
			  "done %.1f"),
			a->nothing.of[OBJECTIVE_OVERTIME], a->nothing.of[OBJECTIVE_WAIT],
			a->nothing.of[OBJECTIVE_HOLD], minutes(a->nothing.of[OBJECTIVE_NEST], nest),
			a->nothing.of[OBJECTIVE_CANCELLED]);
}

/* Nothing found is an answer too, and says why. */
static void draw_none(const struct repair_answer *a, struct page *page)
{
	char words[REPAIR_WORDS];

	if (a->count > 0)
		return;
	if (!a->finished) {
		page_line(page, ROLE_NORMAL, "%s", _("nothing better than doing nothing so far"));
		return;
	}
	format_put(words, sizeof words, _("Nothing helps: %s"),
		a->none[0] ? a->none : _("all that was tried is worse than doing nothing"));
	page_flow(page, 0, ROLE_NORMAL, words);
}

static void draw_title(const struct view *view, const struct repair_answer *a, int i, bool cursor,
	bool whole, struct page *page)
{
	const struct what_if *moves = &a->options[i].moves;
	char words[REPAIR_WORDS], line[REPAIR_WORDS + 8];

	if (whole)
		repair_words(view, a->asked.about, moves, words, sizeof words);
	else
		repair_gist(view, a->asked.about, moves, words, sizeof words);
	format_put(line, sizeof line, "%c%d %s", cursor ? '>' : ' ', i + 1, words);
	page_flow(page, 0, cursor ? ROLE_STRONG : ROLE_NORMAL, line);
}

/* What is told of an option: so much of it. */
enum fullness { SHORT, FULL, WHOLE };

static void draw_option(const struct view *view, const struct repair_answer *a, int i, bool cursor,
	enum fullness full, struct page *page)
{
	const struct repair_option *o = &a->options[i];
	char id[ID_SIZE];

	draw_title(view, a, i, cursor, full == WHOLE, page);
	order_plan_id(view->twin, &o->moves, id);
	repair_approved(view, id, page);
	if (full == SHORT) {
		repair_short(view, a, o, page);
		return;
	}
	repair_overtime(o, page);
	repair_in_columns(view, a, o, page);
	repair_reasons(view, o, full == WHOLE ? REPAIR_WAITS : 2, page);
}

static void draw_all(const struct view *view, const struct repair_answer *a, int at, bool whole,
	struct page *page)
{
	draw_head(view, page);
	if (!a)
		return;
	draw_none(a, page);
	for (int i = 0; i < a->count; i++)
		draw_option(view, a, i, i == at, whole ? WHOLE : i == at ? FULL : SHORT, page);
}

/* All of them in full, where that fits: tried below the picture. */
static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	const struct repair_answer *a = repair_answer_now(view);
	int at = a ? chosen(screen, view, a) : 0;
	struct page trial = page_begin(canvas, body, INT_MAX / 2), page;

	draw_all(view, a, at, true, &trial);
	page = page_begin(canvas, body, screen->offset);
	draw_all(view, a, at, trial.line <= body.rows, &page);
	page_end(&page, &screen->offset);
}

/* ---- the keys ---- */

static unsigned on_key(struct call *call, struct screen *screen, uint32_t key)
{
	const struct repair_answer *a = repair_answer_now(call->view);
	int by = key == VKEY_UP || key == 'k' ? -1 : key == VKEY_DOWN || key == 'j' ? 1 : 0;

	if (by == 0 || !a || a->count < 2)
		return 0;
	choose(screen, call->view, a, chosen(screen, call->view, a) + by);
	call->command->kind = COMMAND_REPAIR_CHOOSE;
	format_put(call->command->text, sizeof call->command->text, "%s", screen->saved);
	return DONE;
}

const struct screen_def screen_repair = {
	.name = "repair",
	.title = N_("Repair"),
	.draw = draw,
	.on_key = on_key,
};
