/* SPDX-License-Identifier: Apache-2.0 */

/* `=`: what changed since this person last looked. Leaving the page by any key but
 * those that move marks it as read. */

#include <string.h>

#include "screens/alarm_words.h"
#include "screens/command_table.h"
#include "screens/commands.h"
#include "screens/format.h"
#include "screens/notes.h"
#include "screens/order_words.h"
#include "screens/page.h"
#include "screens/tr.h"

enum { DONE = UI_HANDLED | UI_DIRTY, FIRST_LOOK_H = 12, LINE = 320 };

/* Who never looked here is told of a shift. */
static int64_t since(const struct view *view)
{
	int64_t looked_ms = view->changes ? changes_looked_ms(view->changes, view->user) : 0;

	return looked_ms > 0 ? looked_ms : view->now_ms - (int64_t)FIRST_LOOK_H * 3600000;
}

static int count(const struct change_line *line, enum change_what what)
{
	return line->times[what];
}

/* ---- alarms ---- */

static void standing(
	const struct view *view, const struct change_line *line, char *out, size_t size)
{
	int i = twin_alarm(view->twin, line->head->subject);
	const struct alarm *a = i >= 0 ? &view->twin->alarms[i] : NULL;
	char clock[16];

	format_put(out, size, "%s", a ? a->text : line->head->text);
	if (line->subjects > 1 && line->priority == PRIORITY_LOW) {
		format_add(out, size,
			ngettext(" and %d more like it", " and %d more like it",
				(unsigned long)(line->subjects - 1)),
			line->subjects - 1);
		return;
	}
	if (line->subjects > 1)
		format_add(out, size,
			ngettext(" (and %d more by it)", " (and %d more by it)",
				(unsigned long)(line->subjects - 1)),
			line->subjects - 1);
	if (!a)
		return;
	format_clock(a->raised_ms, clock, sizeof clock);
	format_add(out, size, _(", since %s"), clock);
	if (count(line, CHANGE_RAISED) > line->subjects)
		format_add(out, size, " x%d", count(line, CHANGE_RAISED));
	if (a->acked && a->acked_by[0])
		format_add(out, size, _(", acknowledged by %s"), a->acked_by);
	else if (!a->acked)
		format_add(out, size, "%s", _(", not acknowledged"));
}

static void over(const struct change_line *line, char *out, size_t size)
{
	const struct change_event *acked = line->last[CHANGE_ACKED];
	int rang = count(line, CHANGE_RAISED);

	if (line->subjects == 1)
		format_put(out, size, "%s", line->head->text);
	else
		format_put(out, size,
			ngettext("%s: %d of them", "%s: %d of them", (unsigned long)line->subjects),
			alarm_class_words(line->head->class_), line->subjects);
	if (rang > 1)
		format_add(out, size, _(", rang %d times"), rang);
	format_add(out, size, "%s", _(", over"));
	if (line->subjects == 1 && acked && acked->who[0])
		format_add(out, size, _(" (acknowledged by %s)"), acked->who);
}

/* ---- the programme ---- */

static void who_and_what(const struct view *view, const char *id, char *out, size_t size)
{
	int i = twin_case(view->twin, id);
	char person[LABEL_SIZE];

	format_put(out, size, "%s", id);
	if (i < 0)
		return;
	format_person(view, view->twin->cases[i].patient, person, sizeof person);
	format_put(out, size, "%s %s", person, view->twin->cases[i].procedure);
}

static const char *room_of(const struct view *view, const char *id)
{
	int room = view->twin->site ? site_room(view->twin->site, id) : -1;

	return room >= 0 ? format_room(view, room) : id;
}

static void programme(
	const struct view *view, const struct change_line *line, char *out, size_t size)
{
	int i = twin_case(view->twin, line->head->subject);
	const struct surgery *s = i >= 0 ? &view->twin->cases[i] : NULL;
	const struct change_event *by = line->head;
	char late[16];

	who_and_what(view, line->head->subject, out, size);
	if (count(line, CHANGE_EMERGENCY))
		format_add(out, size, s && s->nest > 0 ? _(": emergency, NEST %d") : _(": added"),
			s ? s->nest : 0);
	if (s && surgery_is_off(s))
		format_add(out, size, ": %s", format_status(s->status));
	else if (count(line, CHANGE_BACK))
		format_add(out, size, "%s", _(": on the list again"));
	if (s && count(line, CHANGE_ROOM))
		format_add(out, size, _(": now %s"), room_of(view, s->room));
	if (count(line, CHANGE_TIME)) {
		double minutes = line->last[CHANGE_TIME]->value;

		format_late(minutes, late, sizeof late);
		format_add(out, size, _(": %s min"), late);
	}
	if (count(line, CHANGE_NEST) && !count(line, CHANGE_EMERGENCY))
		format_add(out, size,
			line->last[CHANGE_NEST]->value > 0 ? _(": NEST %.0f")
							   : _(": no NEST class"),
			line->last[CHANGE_NEST]->value);
	if (count(line, CHANGE_LOCK))
		format_add(out, size, "%s",
			line->last[CHANGE_LOCK]->value > 0 ? _(": locked")
							   : _(": may be moved again"));
	if (by->who[0])
		format_add(out, size, " (%s)", by->who);
}

/* "OR 2: out 10:12 P.D. Hernia, in 10:40 C.S. Knee (+25)" */
static void milestones(
	const struct view *view, const struct change_line *line, char *out, size_t size)
{
	const struct change_event *in = line->last[CHANGE_IN], *left = line->last[CHANGE_OUT];
	bool in_first = in && left && in->at_ms < left->at_ms;
	const struct change_event *order[2] = {in_first ? in : left, in_first ? left : in};
	char who[LABEL_SIZE * 2], clock[16], late[16];
	const char *comma = "";

	format_put(out, size, "%s:", room_of(view, line->head->group));
	for (int k = 0; k < 2; k++) {
		const struct change_event *e = order[k];
		int i = e ? twin_case(view->twin, e->subject) : -1;

		if (i < 0)
			continue;
		format_clock(e->what == CHANGE_IN ? surgery_entered_ms(&view->twin->cases[i])
						  : surgery_left_ms(&view->twin->cases[i]),
			clock, sizeof clock);
		who_and_what(view, e->subject, who, sizeof who);
		format_add(out, size, e->what == CHANGE_IN ? _("%s in %s %s") : _("%s out %s %s"),
			comma, clock, who);
		format_late(e->value, late, sizeof late);
		if (e->what == CHANGE_IN && e->value >= CHANGE_LATE_MIN)
			format_add(out, size, " (%s)", late);
		comma = ",";
	}
}

/* A plan as it stands now, whatever became of it meanwhile. */
static void ordered(const struct view *view, const struct change_line *line, char *out, size_t size)
{
	const struct order_plan *p =
		view->orders ? orders_plan(view->orders, line->head->group) : NULL;

	if (p && p->step_count > 0)
		order_line(view, p, out, size);
	else
		format_put(out, size, _("order %.8s: %s"), line->head->group, line->head->text);
}

static void other(const struct view *view, const struct change_line *line, char *out, size_t size)
{
	const struct change_event *e = line->head;
	char what[LABEL_SIZE * 2];

	switch (e->what) {
	case CHANGE_SERVICE:
		format_put(out, size, "%s: %s", room_of(view, e->subject),
			room_service_name((enum room_service)e->value));
		break;
	case CHANGE_UNITS:
		format_put(out, size, e->value < 0 ? _("%s: as usual") : _("%s: %.0f today"),
			e->subject, e->value);
		break;
	case CHANGE_NOTED:
		note_subject_words(view, e->subject, what, sizeof what);
		format_put(out, size, _("note on %s: %s (%s)"), what, e->text, e->who);
		break;
	case CHANGE_ORDER:
		ordered(view, line, out, size);
		break;
	case CHANGE_ADDED:
		format_put(out, size,
			ngettext("%d case new on the programme", "%d cases new on the programme",
				(unsigned long)line->subjects),
			line->subjects);
		break;
	default:
		format_put(out, size, "%s", _("the site file was changed"));
		break;
	}
}

static enum role words(
	const struct view *view, const struct change_line *line, char *out, size_t size)
{
	switch (line->head->what) {
	case CHANGE_RAISED:
	case CHANGE_ACKED:
	case CHANGE_ENDED:
		if (line->standing)
			standing(view, line, out, size);
		else
			over(line, out, size);
		return line->standing ? format_priority_role(line->priority) : ROLE_NORMAL;
	case CHANGE_OFF:
	case CHANGE_BACK:
	case CHANGE_EMERGENCY:
	case CHANGE_ROOM:
	case CHANGE_TIME:
	case CHANGE_NEST:
	case CHANGE_LOCK:
		programme(view, line, out, size);
		return ROLE_STRONG;
	case CHANGE_IN:
	case CHANGE_OUT:
		milestones(view, line, out, size);
		return ROLE_NORMAL;
	default:
		other(view, line, out, size);
		return ROLE_NORMAL;
	}
}

static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	struct page page = page_begin(canvas, body, screen->offset);
	struct change_line lines[CHANGE_LINES];
	char text[LINE], clock[16], age[24], at[32];
	int64_t since_ms = screen->ask.when_ms;
	int more = 0, shown = 0;

	if (view->changes)
		shown = changes_since(view->changes, view->twin, since_ms, lines, &more);
	format_date_clock(since_ms, at, sizeof at);
	format_age(view->now_ms - since_ms, age, sizeof age);
	page_line(&page, ROLE_DIM,
		screen->ask.value ? _("since you last looked: %s, %s ago")
				  : _("you have not looked here before: since %s, %s ago"),
		at, age);
	page_line(&page, ROLE_NORMAL, "%s", "");
	for (int i = 0; i < shown; i++) {
		bool alarm = lines[i].head->what <= CHANGE_ENDED;
		enum role role = words(view, &lines[i], text, sizeof text);

		format_clock(lines[i].head->at_ms, clock, sizeof clock);
		page_line(&page, role, "%s %-3s %s", clock,
			alarm ? format_marks(lines[i].priority) : "", text);
	}
	if (shown == 0)
		page_line(&page, ROLE_NORMAL, "%s", _("nothing that you need to know"));
	if (more > 0)
		page_line(&page, ROLE_DIM,
			ngettext("and %d more: see 2 Programme and 4 Alarms",
				"and %d more: see 2 Programme and 4 Alarms", (unsigned long)more),
			more);
	page_end(&page, &screen->offset);
}

static unsigned on_key(struct call *call, struct screen *screen, uint32_t key)
{
	const struct command_entry *entry = command_for_key(screen->def->name, key);
	bool moves = entry && entry->flags & FLAG_MOVE && key != VKEY_ESCAPE;

	/* The key goes on to what it does; read it is whatever that may be. */
	if (entry && !moves && !call->view->readonly)
		call->command->kind = COMMAND_LOOK;
	return 0;
}

const struct screen_def screen_changes = {
	.name = "changes",
	.title = N_("Changes"),
	.draw = draw,
	.on_key = on_key,
};

unsigned cmd_changes(struct call *call)
{
	struct screen *page;

	if (call->screen->def == &screen_changes)
		return DONE;
	page = ui_push(call->ui, &screen_changes);
	if (page) {
		page->ask.when_ms = since(call->view);
		page->ask.value = call->view->changes
				  && changes_looked_ms(call->view->changes, call->view->user) > 0;
	}
	return DONE;
}
