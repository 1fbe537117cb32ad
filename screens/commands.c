/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/commands.h"

#include <string.h>

#include "screens/command_table.h"
#include "screens/format.h"
#include "screens/rows.h"
#include "screens/tr.h"

enum { DONE = UI_HANDLED | UI_DIRTY };

static unsigned nothing_here(struct call *call, const char *what)
{
	ui_say(call->ui, "%s", what);
	return DONE;
}

unsigned cmd_help(struct call *call)
{
	struct screen *help = ui_push(call->ui, &screen_help);

	if (help)
		format_put(help->target, sizeof help->target, "%s", call->screen->def->name);
	return DONE;
}

unsigned cmd_top_alarm(struct call *call)
{
	int top = alarm_top(call->view);
	struct screen *screen;

	ui_goto(call->ui, "alarms");
	screen = ui_base(call->ui);
	screen->alarms.list = ALARMS_OPEN;
	screen->alarms.only = 0;
	screen->table.filter[0] = '\0';
	screen->table.sort = 0;
	screen->table.selected = 0;
	format_put(screen->table.id, sizeof screen->table.id, "%s",
		top >= 0 ? call->view->twin->alarms[top].key : "");
	return DONE;
}

bool ui_open_case(struct ui *ui, const struct view *view, const struct subject *subject)
{
	struct screen *page;

	if (subject->case_ < 0)
		return false;
	page = ui_push(ui, &screen_patient);
	if (page)
		format_put(page->target, sizeof page->target, "%s",
			view->twin->cases[subject->case_].id);
	return page != NULL;
}

unsigned cmd_open(struct call *call)
{
	struct subject subject;
	struct screen *page;

	screen_subject(call->screen, call->view, &subject);
	if (subject.alarm >= 0) {
		page = ui_push(call->ui, &screen_alarm_detail);
		if (page)
			format_put(page->target, sizeof page->target, "%s",
				call->view->twin->alarms[subject.alarm].key);
		return DONE;
	}
	if (call->screen->def == &screen_forecast && subject.room >= 0) {
		page = ui_push(call->ui, &screen_forecast_room);
		if (page)
			format_put(page->target, sizeof page->target, "%s",
				call->view->twin->site->rooms[subject.room].id);
		return DONE;
	}
	if (ui_open_case(call->ui, call->view, &subject))
		return DONE;
	if (subject.thing >= 0)
		return cmd_why(call);
	return nothing_here(call, _("nothing to open on this row"));
}

unsigned cmd_milestone(struct call *call)
{
	struct subject subject;

	screen_subject(call->screen, call->view, &subject);
	if (subject.case_ < 0)
		return nothing_here(call, _("no case on this row"));
	return menu_milestone(call, call->view->twin->cases[subject.case_].id);
}

unsigned cmd_absent(struct call *call)
{
	struct subject subject;

	screen_subject(call->screen, call->view, &subject);
	if (subject.case_ < 0)
		return nothing_here(call, _("no case on this row"));
	return menu_absent(call, call->view->twin->cases[subject.case_].id);
}

/* What the forecast leaves of the case, else the programme, in tens. */
static int minutes_left(const struct view *view, int index)
{
	const struct forecast *f = view->forecast;
	const struct surgery *s = &view->twin->cases[index];
	int i = f != NULL ? f->index.case_of[index] : SIM_NONE;
	double left = surgery_planned_min(s) - surgery_elapsed_min(s, view->now_ms);

	if (i >= 0 && i < f->case_count && f->index.twin_case[i] == index
		&& f->cases[i].end.p50 > 0)
		left = (f->cases[i].end.p50 - (double)view->now_ms) / 60000;
	return left > 5 ? (int)(left / 10 + 0.5) * 10 : 0;
}

unsigned cmd_minutes(struct call *call)
{
	struct subject subject;
	const struct surgery *s;
	int minutes;

	screen_subject(call->screen, call->view, &subject);
	if (subject.case_ < 0)
		return nothing_here(call, _("no case on this row"));
	s = &call->view->twin->cases[subject.case_];
	if (!surgery_has_begun(s) || surgery_is_over(s))
		return nothing_here(call, _("this patient is not in the room"));
	minutes = minutes_left(call->view, subject.case_) + call->value;
	return prompt_minutes(call, s->id, minutes < 10 ? 10 : minutes);
}

unsigned cmd_stock(struct call *call)
{
	struct command ask = {.kind = COMMAND_STOCK};
	char text[LABEL_SIZE * 2];
	struct subject subject;
	struct cold_stock stock;

	screen_subject(call->screen, call->view, &subject);
	if (subject.reading < 0 || !cold_stock(call->view->twin, subject.reading, &stock))
		return nothing_here(call, _("no cold chain on this row"));
	format_put(ask.target, sizeof ask.target, "%s", stock.tag->mac);
	format_put(text, sizeof text, _("all of it was put in anew: %s"), stock.tag->name);
	return question_open(call, &ask, text);
}

unsigned cmd_learn(struct call *call)
{
	struct command ask = {.kind = COMMAND_LEARN, .value = call->value};
	char text[LABEL_SIZE * 2];
	struct subject subject;
	const struct surgery *s;

	screen_subject(call->screen, call->view, &subject);
	if (subject.case_ < 0)
		return nothing_here(call, _("no case on this row"));
	s = &call->view->twin->cases[subject.case_];
	format_put(ask.target, sizeof ask.target, "%s", s->id);
	format_put(text, sizeof text,
		call->value ? _("learn from this case: %s") : _("learn nothing from this case: %s"),
		s->procedure);
	return question_open(call, &ask, text);
}

unsigned cmd_lock_case(struct call *call)
{
	struct command ask = {.kind = COMMAND_LOCK_CASE};
	char text[LABEL_SIZE * 2];
	struct subject subject;
	const struct surgery *s;

	screen_subject(call->screen, call->view, &subject);
	if (subject.case_ < 0)
		return nothing_here(call, _("no case on this row"));
	s = &call->view->twin->cases[subject.case_];
	ask.value = !s->locked;
	format_put(ask.target, sizeof ask.target, "%s", s->id);
	format_put(text, sizeof text,
		ask.value ? _("lock it where and when it is: %s") : _("it may be moved again: %s"),
		s->procedure);
	return question_open(call, &ask, text);
}

/* The page names its target by kind and id, to survive rows that move. */
unsigned cmd_why(struct call *call)
{
	const struct twin *twin = call->view->twin;
	struct subject subject;
	struct screen *page;

	screen_subject(call->screen, call->view, &subject);
	if (subject.case_ < 0 && subject.patient < 0 && subject.thing < 0 && subject.reading < 0
		&& subject.room < 0 && subject.alarm < 0)
		return nothing_here(call, _("nothing under the cursor"));
	page = ui_push(call->ui, &screen_provenance);
	if (!page)
		return DONE;
	if (subject.alarm >= 0)
		format_put(
			page->target, sizeof page->target, "a%s", twin->alarms[subject.alarm].key);
	else if (subject.reading >= 0)
		format_put(page->target, sizeof page->target, "r%d%s",
			(int)twin->readings[subject.reading].quantity % 10,
			twin->readings[subject.reading].tag);
	else if (subject.thing >= 0)
		format_put(
			page->target, sizeof page->target, "t%s", twin->things[subject.thing].tag);
	else if (subject.case_ >= 0)
		format_put(page->target, sizeof page->target, "c%s", twin->cases[subject.case_].id);
	else
		format_put(page->target, sizeof page->target, "o%s",
			twin->site && subject.room >= 0 ? twin->site->rooms[subject.room].id : "");
	return DONE;
}

unsigned cmd_prompt(struct call *call)
{
	return prompt_open(call, (enum prompt_mode)call->value);
}

unsigned cmd_search_next(struct call *call)
{
	struct screen *s = call->screen;
	int matches;

	if (s->table.search[0] == '\0')
		return nothing_here(call, _("nothing searched yet: / starts"));
	s->offset = 0;
	matches = table_search(&s->table, s->def->table, call->view, call->value);
	ui_say(call->ui, ngettext("%d match: %s", "%d matches: %s", (unsigned long)matches),
		matches, s->table.search);
	return DONE;
}

unsigned cmd_sort(struct call *call)
{
	struct screen *s = call->screen;

	table_next_sort(&s->table, s->def->table);
	if (s->table.sort == 0)
		ui_say(call->ui, "%s", _("usual order"));
	else
		ui_say(call->ui, _("sorted by %s"),
			_(s->def->table->columns[s->table.sort - 1].title));
	return DONE;
}

unsigned cmd_offset(struct call *call)
{
	call->screen->offset += call->value;
	return DONE;
}

unsigned cmd_reveal(struct call *call)
{
	struct subject subject;

	screen_subject(call->screen, call->view, &subject);
	if (subject.patient < 0)
		return nothing_here(call, _("no patient on this row"));
	return prompt_open(call, PROMPT_REASON);
}

unsigned cmd_undo(struct call *call)
{
	struct command ask = {.kind = COMMAND_UNDO};

	return question_open(call, &ask, _("undo my last act"));
}

unsigned cmd_move(struct call *call)
{
	struct screen *s = call->screen;
	static const int lines[] = {[MOVE_UP] = -1,
		[MOVE_DOWN] = 1,
		[MOVE_PAGE_UP] = -10,
		[MOVE_PAGE_DOWN] = 10,
		[MOVE_FIRST] = -1000,
		[MOVE_LAST] = 1000};

	if (s->def->table) {
		table_move(&s->table, s->def->table, call->view, (enum table_move)call->value);
		/* The choice of another case or floor belongs to the row it was made on. */
		s->offset = 0;
		return DONE;
	}
	s->offset += lines[call->value];
	if (s->offset < 0)
		s->offset = 0;
	return DONE;
}

unsigned cmd_pane(struct call *call)
{
	int panes = call->screen->def->panes;

	if (panes > 1)
		call->screen->pane = (call->screen->pane + call->value + panes) % panes;
	return DONE;
}

unsigned cmd_goto(struct call *call)
{
	static const char *const names[] = {"board", "programme", "recovery", "alarms", "locate",
		"climate", "feeds", "gateways", "devices", "forecast", "whatif", "indicators",
		"stations"};

	ui_goto(call->ui, names[call->value]);
	return DONE;
}

/* A page that stands behind another one, by Tab. */
unsigned cmd_next_page(struct call *call)
{
	return cmd_goto(call);
}

/* value 1: q, which leaves from the Board; 0: Esc, which never does. */
unsigned cmd_back(struct call *call)
{
	struct table *table = &call->screen->table;

	if (call->value == 0 && (table->filter[0] || table->search[0])) {
		table->filter[0] = table->search[0] = '\0';
		return DONE;
	}
	if (!ui_go_home(call->ui) && call->value == 1)
		call->command->kind = COMMAND_QUIT;
	return DONE;
}

unsigned cmd_simple(struct call *call)
{
	call->command->kind = (enum command_kind)call->value;
	return DONE;
}

unsigned cmd_save(struct call *call)
{
	if (call->argument[0] == '\0')
		return nothing_here(call, _("save-display needs a file name"));
	call->command->kind = COMMAND_SAVE_DISPLAY;
	format_put(call->command->text, sizeof call->command->text, "%s", call->argument);
	return DONE;
}

unsigned cmd_break_glass(struct call *call)
{
	if (call->argument[0] == '\0')
		return nothing_here(call, _("break-glass needs a reason: break-glass REASON"));
	call->command->kind = COMMAND_BREAK_GLASS;
	format_put(call->command->text, sizeof call->command->text, "%s", call->argument);
	return DONE;
}
