/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/order_words.h"

#include <string.h>

#include "screens/format.h"
#include "screens/tr.h"
#include "twin/scenario.h"

void order_text_words(const struct view *view, const char *text, char *out, size_t size)
{
	char why[SCENARIO_TEXT];
	struct scenario s;

	if (scenario_parse(text, &s, why))
		format_decision(view, &s, out, size);
	else
		format_put(out, size, "%s", text);
}

/* ---- one step ---- */

/* The letter is never the first of two words of one meaning: it tells by itself. */
static const struct state_words {
	char letter;
	const char *words;
	enum role role;
} states[ORDER_STATE_COUNT] = {
	[ORDER_PROPOSED] = {'H', N_("by hand"), ROLE_STRONG},
	[ORDER_APPROVED] = {'A', N_("approved"), ROLE_NORMAL},
	[ORDER_SENT] = {'S', N_("sent"), ROLE_NORMAL},
	[ORDER_RECEIVED] = {'R', N_("received"), ROLE_NORMAL},
	[ORDER_REFUSED] = {'F', N_("REFUSED"), ROLE_MEDIUM},
	[ORDER_UNKNOWN] = {'?', N_("UNKNOWN"), ROLE_MEDIUM},
	[ORDER_EXPIRED] = {'X', N_("expired"), ROLE_DIM},
	[ORDER_UNDONE] = {'U', N_("undone"), ROLE_DIM},
};

/* It is being taken back, or was not. */
static bool is_undoing(const struct order_step *s)
{
	return s->undo.plan[0] && s->order.state != ORDER_UNDONE;
}

enum role order_state_words(const struct order_step *s, char *out, size_t size)
{
	const struct state_words *w;

	if (order_step_state(s) == ORDER_NONE) {
		format_put(out, size, "%s", _(". not heard"));
		return ROLE_DIM;
	}
	w = &states[is_undoing(s) ? s->undo.state : s->order.state];
	format_put(out, size, is_undoing(s) ? _("%c undo %s") : "%c %s", w->letter, _(w->words));
	return w->role;
}

int64_t order_state_ms(const struct order_step *s)
{
	if (order_step_state(s) == ORDER_NONE)
		return 0;
	return is_undoing(s) ? s->undo_at_ms[s->undo.state] : s->at_ms[s->order.state];
}

/* ---- a plan ---- */

static const struct whole_words {
	const char *words;
	enum role role;
} wholes[WHOLE_COUNT] = {
	[WHOLE_WAITING] = {N_("approved, nothing was sent yet"), ROLE_NORMAL},
	[WHOLE_UNDER_WAY] = {N_("under way"), ROLE_NORMAL},
	[WHOLE_BY_HAND] = {N_("somebody has to do it by hand"), ROLE_STRONG},
	[WHOLE_DONE] = {N_("done"), ROLE_NORMAL},
	[WHOLE_HALF] = {N_("HALF of it was done, the rest will not be"), ROLE_MEDIUM},
	[WHOLE_UNKNOWN] = {N_("UNKNOWN whether it was done: it is read again"), ROLE_MEDIUM},
	[WHOLE_REFUSED] = {N_("REFUSED: nothing of it was done"), ROLE_MEDIUM},
	[WHOLE_EXPIRED] = {N_("expired: nothing of it was done"), ROLE_DIM},
	[WHOLE_UNDOING] = {N_("being taken back"), ROLE_NORMAL},
	[WHOLE_UNDONE] = {N_("taken back"), ROLE_DIM},
	[WHOLE_NOT_UNDONE] = {N_("NOT TAKEN BACK, or not all of it"), ROLE_MEDIUM},
};

const char *order_whole_words(enum order_whole whole)
{
	return (unsigned)whole < WHOLE_COUNT ? _(wholes[whole].words) : "?";
}

enum role order_whole_role(enum order_whole whole)
{
	return (unsigned)whole < WHOLE_COUNT ? wholes[whole].role : ROLE_NORMAL;
}

bool order_is_to_do(const struct view *view, const struct order_plan *p)
{
	static const bool open[WHOLE_COUNT] = {[WHOLE_WAITING] = true,
		[WHOLE_UNDER_WAY] = true,
		[WHOLE_BY_HAND] = true,
		[WHOLE_UNDOING] = true};

	return p->step_count > 0 && (open[orders_whole(p)] || orders_is_trouble(p, view->now_ms));
}

/* The first step that is not simply done: it tells what there is to do. */
static const struct order_step *first_open(const struct order_plan *p)
{
	for (int i = 0; i < p->step_count; i++)
		if (order_step_state(&p->steps[i]) != ORDER_RECEIVED || is_undoing(&p->steps[i]))
			return &p->steps[i];
	return &p->steps[0];
}

void order_line(const struct view *view, const struct order_plan *p, char *out, size_t size)
{
	const struct order_step *s = first_open(p);
	const struct fact_order *o = is_undoing(s) ? &s->undo : &s->order;
	char words[ORDER_WORDS], state[48];

	order_text_words(view, o->text, words, sizeof words);
	order_state_words(s, state, sizeof state);
	format_put(out, size, _("%s; step %d of %d, %s: %s%s%s"), words, (int)(s - p->steps) + 1,
		p->step_count, state, order_whole_words(orders_whole(p)), o->why[0] ? ": " : "",
		o->why);
}

/* ---- the ledger ---- */

static void about_words(
	const struct view *view, const struct fact_promise *p, char *out, size_t size)
{
	int room = view->twin->site ? site_room(view->twin->site, p->id) : -1;
	const char *id = room >= 0 ? format_room(view, room) : p->id;

	switch (p->what) {
	case PROMISED_OVERTIME:
		format_put(out, size, _("overtime, %s"), p->id[0] ? id : _("all rooms"));
		break;
	case PROMISED_START:
		format_put(out, size, _("%s in the room"), id);
		break;
	case PROMISED_END:
		format_put(out, size, _("%s out of the room"), id);
		break;
	default:
		format_put(out, size, "%s", id);
	}
}

/* Overtime in minutes; of a case the hour, for that is what people look at. */
static void figure(const struct order_promise *p, double min, char *out, size_t size)
{
	if (p->promise.what == PROMISED_OVERTIME)
		format_put(out, size, "%.0f", min);
	else
		format_clock(p->made_ms + (int64_t)(min * 60000), out, size);
}

enum role order_promise_words(const struct view *view, const struct order_plan *plan,
	const struct order_promise *p, char *out, size_t size)
{
	const struct fact_promise *said = &p->promise;
	char what[ID_SIZE + 24], nothing[16], low[16], middle[16], high[16], came[16];
	bool inside = p->came >= said->low && p->came <= said->high;

	about_words(view, said, what, sizeof what);
	figure(p, said->nothing, nothing, sizeof nothing);
	figure(p, said->low, low, sizeof low);
	figure(p, said->middle, middle, sizeof middle);
	figure(p, said->high, high, sizeof high);
	figure(p, p->came, came, sizeof came);
	format_put(out, size, _("%-22s %5s > %-5s (%s to %s)"), what, nothing, middle, low, high);
	if (p->known && orders_whole(plan) == WHOLE_DONE)
		format_add(
			out, size, inside ? _("  came %s, within") : _("  came %s, OUTSIDE"), came);
	else if (p->known)
		format_add(out, size, _("  came %s, without it"), came);
	else
		format_add(out, size, "  %s", p->void_ ? _("cannot come any more") : _("not yet"));
	return p->known && !inside ? ROLE_STRONG : p->known ? ROLE_NORMAL : ROLE_DIM;
}

void order_score_words(const struct orders *o, char *out, size_t size)
{
	struct orders_score s = orders_score(o);

	if (s.known == 0) {
		format_put(out, size, "%s", _("nothing that was promised has come to its end yet"));
		return;
	}
	format_put(out, size, ngettext("%d figure of ", "%d figures of ", (unsigned long)s.known),
		s.known);
	format_add(out, size, ngettext("%d plan", "%d plans", (unsigned long)s.plans), s.plans);
	format_add(out, size,
		_(": promised %+.0f min, came %+.0f; off by %+.0f; %d of %d within p10-p90"),
		s.foretold_min, s.came_min, s.error_min, s.inside, s.known);
}
