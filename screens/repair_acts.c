/* SPDX-License-Identifier: Apache-2.0 */

/* What is asked about repairs: which row is meant, which proof is opened, and the
 * second key before anything is approved. */

#include <string.h>

#include "screens/commands.h"
#include "screens/format.h"
#include "screens/repair_parts.h"
#include "screens/tr.h"
#include "twin/order_plan.h"
#include "twin/repair_core.h"

enum { DONE = UI_HANDLED | UI_DIRTY };

static unsigned refuse(struct call *call, const char *why)
{
	ui_say(call->ui, "%s", why);
	return DONE;
}

unsigned repair_open(struct call *call)
{
	const struct screen_def *on = call->screen->def;

	if (on == &screen_proof)
		ui_pop(call->ui);
	if (on != &screen_repair && on != &screen_proof)
		ui_push(call->ui, &screen_repair);
	return DONE;
}

/* The last word of an alarm's key tells what it is about: a room that runs late, or
 * the case that makes it so. */
static const char *id_of_alarm(const struct view *view, const struct subject *on)
{
	const char *last = strrchr(view->twin->alarms[on->alarm].key, ':');

	if (last && twin_case(view->twin, last + 1) >= 0)
		return last + 1;
	return "";
}

/* What is to be repaired: a case or an operating room; "" all of it. */
static const char *id_under(struct call *call, struct subject *on)
{
	const struct view *view = call->view;
	const struct twin *t = view->twin;
	const char *name = call->screen->def->name, *id = "";
	bool room_first = strcmp(name, "board") == 0 || strncmp(name, "forecast", 8) == 0;

	ui_about(call->ui, view, on);
	if (on->alarm >= 0)
		id = id_of_alarm(view, on);
	else if (on->case_ >= 0 && (!room_first || call->screen->offset != 0))
		id = t->cases[on->case_].id;
	if (!id[0] && t->site && on->room >= 0 && t->site->rooms[on->room].kind == ROOM_OR)
		id = t->site->rooms[on->room].id;
	if (!id[0] && on->case_ >= 0)
		id = t->cases[on->case_].id;
	return id;
}

unsigned cmd_repair(struct call *call)
{
	const struct view *view = call->view;
	const struct screen_def *def = call->screen->def;
	bool again = (def == &screen_repair || def == &screen_proof) && view->repair_desk;
	const char *id = call->argument;
	struct subject on;

	if (!id[0] && !again)
		id = id_under(call, &on);
	else if (!id[0])
		id = view->repair_desk->ask.about;
	else if (twin_case(view->twin, id) < 0
		 && (!view->twin->site || site_room(view->twin->site, id) < 0))
		return refuse(call, _("no such case or room"));
	call->command->kind = COMMAND_REPAIR;
	call->command->value =
		again ? !what_if_is_empty(&view->repair_desk->ask.given) : def == &screen_whatif;
	format_put(call->command->target, sizeof call->command->target, "%s", id);
	return repair_open(call);
}

unsigned cmd_proof(struct call *call)
{
	char id[ID_SIZE];
	struct screen *page;

	if (!repair_chosen(call->screen, call->view, id))
		return refuse(call, _("nothing to open yet"));
	page = ui_push(call->ui, &screen_proof);
	if (!page)
		return DONE;
	format_put(page->target, sizeof page->target, "%s", id);
	call->command->kind = COMMAND_REPAIR_PROOF;
	format_put(call->command->text, sizeof call->command->text, "%s", id);
	return DONE;
}

/* Asked for, it is looked at: the cursor waits for it under the id it will have. */
unsigned cmd_core(struct call *call)
{
	const struct view *view = call->view;
	char id[ID_SIZE];
	const struct repair_option *o = repair_chosen(call->screen, view, id);
	struct what_if core;

	if (!o)
		return refuse(call, _("nothing to look at yet"));
	if (!repair_core_alone(view->twin, view->repair_desk->ask.about, &o->moves, &core))
		return refuse(call, _("all of it is about that"));
	call->command->kind = COMMAND_REPAIR_CORE;
	format_put(call->command->text, sizeof call->command->text, "%s", id);
	order_plan_id(view->twin, &core, call->screen->saved);
	return DONE;
}

/* Why it cannot be approved now; NULL it can. */
static const char *objection(const struct view *view, const struct repair_option *o)
{
	const struct repair_desk *desk = view->repair_desk;

	if (!o)
		return _("nothing to approve: it is not among the best any more");
	if (!desk || !what_if_is_empty(&desk->ask.given))
		return _("not on top of a what-if: approve what is asked of the day as it is");
	return NULL;
}

unsigned cmd_approve(struct call *call)
{
	const struct view *view = call->view;
	bool open = call->screen->def == &screen_proof;
	struct command ask = {.kind = COMMAND_APPROVE};
	char id[ID_SIZE] = "", words[REPAIR_WORDS], text[TYPED_SIZE];
	const struct repair_option *o =
		open ? repair_proved(call->screen, view) : repair_chosen(call->screen, view, id);
	const char *why = objection(view, o);

	if (why)
		return refuse(call, why);
	format_put(ask.text, sizeof ask.text, "%s", open ? call->screen->target : id);
	ask.covers_ms = view->repair ? view->repair->at_ms : 0;
	repair_words(view, view->repair_desk->ask.about, &o->moves, words, sizeof words);
	format_put(text, sizeof text,
		ngettext("approve %d step, %s%s: %s", "approve %d steps, %s%s: %s",
			(unsigned long)o->moves.count),
		o->moves.count, view->repair_desk->to[0] ? view->repair_desk->to : _("by hand"),
		view->repair_desk->stale ? _(", proved again first") : "", words);
	return question_open(call, &ask, text);
}
