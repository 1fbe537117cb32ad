/* SPDX-License-Identifier: Apache-2.0 */

/* 4 Alarms: the lists. Which alarms, and which of them stand under one line, is
 * for the reader to choose; what is set aside is counted on every one. */

#include <math.h>
#include <string.h>

#include "screens/alarm_words.h"
#include "screens/commands.h"
#include "screens/format.h"
#include "screens/hazard_words.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"
#include "twin/flood.h"

static const struct alarm *alarm_of(const struct view *view, const void *data)
{
	return &view->twin->alarms[((const struct alarm_row *)data)->alarm];
}

/* A line for several alarms of which none stands for the others. */
static bool is_heading(const struct alarm_row *row)
{
	return row->head && !row->leads;
}

static enum role state_role(const struct view *view, const struct alarm_row *row)
{
	const struct alarm *a = alarm_of(view, row);

	if (row->state == ALARM_A || row->state >= ALARM_E)
		return ROLE_DIM;
	return a->acked ? ROLE_NORMAL : format_priority_role(a->priority);
}

static void fill_marks(const struct view *view, const void *data, struct cell_text *out)
{
	format_put(out->text, sizeof out->text, "%s", format_marks(alarm_of(view, data)->priority));
	out->role = state_role(view, data);
}

static double number_priority(const struct view *view, const void *data)
{
	return -(double)alarm_of(view, data)->priority;
}

static void fill_state(const struct view *view, const void *data, struct cell_text *out)
{
	if (is_heading(data))
		return;
	alarm_letter_text(view, alarm_of(view, data), out->text, sizeof out->text);
	out->role = state_role(view, data);
}

static void fill_time(const struct view *view, const void *data, struct cell_text *out)
{
	format_clock(alarm_of(view, data)->raised_ms, out->text, sizeof out->text);
}

static double number_time(const struct view *view, const void *data)
{
	return -(double)alarm_of(view, data)->raised_ms;
}

/* "+ floor 1, PACU 2/4": to acknowledge, of all, as the strip counts them. */
static void fill_heading(
	const struct view *view, const struct alarm_row *row, struct cell_text *out)
{
	char words[LABEL_SIZE * 2];

	alarm_group_words(view, row, words, sizeof words);
	format_put(out->text, sizeof out->text, "%s %s %d/%d", row->open ? "-" : "+", words,
		row->unacked, row->members);
}

static void fill_alarm(const struct view *view, const struct alarm *a, struct cell_text *out)
{
	char who[LABEL_SIZE], when[16], what[LABEL_SIZE * 2];
	int thing = twin_alarm_thing(view->twin, a);

	format_clock(a->happened_ms, when, sizeof when);
	if (a->late)
		format_add(out->text, sizeof out->text, _("(late, of %s) "), when);
	hazard_line(view, a, what, sizeof what);
	format_add(out->text, sizeof out->text, "%s", what);
	if (thing >= 0 && view->twin->things[thing].patient[0]) {
		format_thing(view, thing, who, sizeof who);
		format_add(out->text, sizeof out->text, ": %s", who);
	}
	if (a->count > 1)
		format_add(out->text, sizeof out->text, " x%u", (unsigned)a->count);
}

static void fill_useless(const struct alarm_row *row, struct cell_text *out)
{
	if (row->useless == NUISANCE_CHATTERING + 1)
		format_add(out->text, sizeof out->text, _("chattering, %d in a minute: "),
			row->cycles);
	else if (row->useless == NUISANCE_FLEETING + 1)
		format_add(out->text, sizeof out->text, _("fleeting, %d times: "), row->cycles);
	else if (row->useless == NUISANCE_STALE + 1)
		format_add(out->text, sizeof out->text, "%s", _("stale, more than a day: "));
}

static void fill_text(const struct view *view, const void *data, struct cell_text *out)
{
	const struct alarm_row *row = data;
	const struct alarm *a = alarm_of(view, data);
	int follow = row->members - 1;

	out->role = state_role(view, row);
	if (is_heading(row)) {
		fill_heading(view, row, out);
		return;
	}
	/* What is under a line stands a little to the right of it. */
	if (row->head)
		format_put(out->text, sizeof out->text, "%s ", row->open ? "-" : "+");
	else if (row->group != 0)
		format_put(out->text, sizeof out->text, "%s", "  ");
	fill_useless(row, out);
	if (row->head && row->by == GROUP_FLOOD)
		format_add(out->text, sizeof out->text, _("%s x%d, first: "),
			alarm_class_words(a->class_), row->members);
	fill_alarm(view, a, out);
	if (row->head && row->by != GROUP_FLOOD)
		format_add(out->text, sizeof out->text,
			ngettext(": %d alarm follows", ": %d alarms follow", (unsigned long)follow),
			follow);
	else if (row->first && !row->head)
		format_add(out->text, sizeof out->text, "%s", _(" (first)"));
}

static void fill_where(const struct view *view, const void *data, struct cell_text *out)
{
	struct alarm_place place = alarm_place(view, alarm_of(view, data));

	if (place.room < 0 || is_heading(data))
		return;
	if (place.thing >= 0 && view->twin->things[place.thing].state == LOCATED_ABSENT
		&& !isnan(place.confidence)) { /* as Locate has it */
		format_put(out->text, sizeof out->text, _("? %s (last)"),
			format_room(view, place.room));
		return;
	}
	format_put(out->text, sizeof out->text, "%s", format_room(view, place.room));
	if (isnan(place.confidence))
		return;
	format_add(out->text, sizeof out->text, " %.0f%%", place.confidence * 100);
	if (place.confidence < ALARM_PLACE_SURE && place.other >= 0)
		format_add(
			out->text, sizeof out->text, _(" or %s"), format_room(view, place.other));
}

static void fill_floor(const struct view *view, const void *data, struct cell_text *out)
{
	if (!is_heading(data))
		format_put(out->text, sizeof out->text, "%s",
			format_floor_id(view, alarm_place(view, alarm_of(view, data)).room));
}

static void fill_age(const struct view *view, const void *data, struct cell_text *out)
{
	struct alarm_place place = alarm_place(view, alarm_of(view, data));

	if (place.age_ms >= 0 && !is_heading(data))
		format_age(place.age_ms, out->text, sizeof out->text);
	out->role = ROLE_DIM;
}

static void fill_owner(const struct view *view, const void *data, struct cell_text *out)
{
	if (!is_heading(data))
		format_put(out->text, sizeof out->text, "%s", alarm_of(view, data)->owner);
	out->role = ROLE_STRONG;
}

/* Until somebody acknowledges, how many steps of escalation are due; from then on,
 * who knows of it. */
static void fill_stage(const struct view *view, const void *data, struct cell_text *out)
{
	const struct alarm *a = alarm_of(view, data);

	if (is_heading(data))
		return;
	if (a->level <= 0 || a->acked) {
		format_put(out->text, sizeof out->text, "%s", alarm_share_sign(view, a));
		return;
	}
	format_put(out->text, sizeof out->text, "^%d", a->level);
	out->role = ROLE_LATE;
}

static void fill_acked(const struct view *view, const void *data, struct cell_text *out)
{
	const struct alarm *a = alarm_of(view, data);

	if (!a->acked || a->acked_ms == 0 || is_heading(data))
		return;
	format_clock(a->acked_ms, out->text, sizeof out->text);
	format_add(out->text, sizeof out->text, " %s", a->acked_by);
	out->role = ROLE_DIM;
}

static const struct column columns[] = {
	{"", 3, 0, false, false, fill_marks, number_priority},
	{N_("St"), 3, 0, false, false, fill_state, NULL},
	{N_("Sh"), 2, 1, false, false, fill_stage, NULL},
	{N_("Since"), 5, 0, false, false, fill_time, number_time},
	{N_("Alarm"), 38, 0, true, false, fill_text, NULL},
	{N_("Where"), 13, 2, false, false, fill_where, NULL},
	{N_("Owner"), 8, 3, false, false, fill_owner, NULL},
	{N_("Fix"), 6, 4, false, true, fill_age, NULL},
	{N_("Floor"), 5, 5, false, false, fill_floor, NULL},
	{N_("Acknowledged"), 16, 6, false, false, fill_acked, NULL},
};

static int rows(const struct view *view, const void *choice, void *out, int max)
{
	return alarm_chosen_rows(view, choice, out, max);
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	const struct alarm_row *row = data;

	if (is_heading(row))
		format_put(out, size, "#%llx", (unsigned long long)row->group);
	else
		format_put(out, size, "%s", alarm_of(view, data)->key);
}

/* An alarm's patient is the wearer of its tag; a hazard's, the one of its case. */
void alarm_subject(const struct view *view, int alarm, struct subject *out)
{
	const struct twin *twin = view->twin;
	int thing = twin_alarm_thing(twin, &twin->alarms[alarm]);

	out->alarm = alarm;
	if (thing >= 0 && twin->things[thing].patient[0])
		out->patient = twin_patient(twin, twin->things[thing].patient);
	hazard_subject(view, &twin->alarms[alarm], out);
}

static void subject(
	struct screen *screen, const struct view *view, const void *data, struct subject *out)
{
	(void)screen;
	if (!is_heading(data))
		alarm_subject(view, ((const struct alarm_row *)data)->alarm, out);
}

/* --- the lines over the list ---------------------------------------------- */

static const char *const groupings[GROUP_COUNT] = {
	[GROUP_CAUSE] = N_("by cause"),
	[GROUP_AREA] = N_("by area"),
	[GROUP_CLASS] = N_("by class"),
	[GROUP_NONE] = N_("one by one"),
};

static void list_words(const struct view *view, enum alarm_list list, char *out, size_t size)
{
	static const char *const words[ALARMS_LIST_COUNT] = {
		[ALARMS_OPEN] = N_("Open"),
		[ALARMS_UNACKED] = N_("To acknowledge"),
		[ALARMS_ASIDE] = N_("Aside"),
		[ALARMS_USELESS] = N_("Nuisance"),
		[ALARMS_PAST] = N_("Past"),
	};
	int unacked[PRIORITY_COUNT], all[PRIORITY_COUNT], count = 0;
	struct alarm_aside aside = alarm_asides(view);

	alarm_counts(view, unacked, all);
	format_put(out, size, "%s", _(words[list]));
	for (int p = PRIORITY_LOW; p < PRIORITY_COUNT; p++)
		count += list == ALARMS_OPEN ? all[p] : unacked[p];
	if (list == ALARMS_ASIDE)
		format_add(out, size, " E%d F%d G%d ?%d", aside.shelved, aside.suppressed,
			aside.out_of_service, aside.unknown);
	else if (list == ALARMS_OPEN)
		format_add(out, size, " %d", count);
}

static void draw_lists(const struct view *view, const struct alarm_choice *choice,
	struct canvas *canvas, struct area area)
{
	int column = area.column + 1;
	char words[LABEL_SIZE];

	for (int i = 0; i < ALARMS_LIST_COUNT; i++) {
		bool here = (int)choice->list == i;

		list_words(view, (enum alarm_list)i, words, sizeof words);
		column += canvas_printf(canvas, area, area.row, column, area.columns - column,
				  here ? ROLE_STRONG : ROLE_DIM, here ? "[%s]" : "%s", words)
			  + 2;
	}
	format_put(words, sizeof words, "%s", _(groupings[choice->by]));
	if (choice->only > 0)
		format_put(words, sizeof words, _("only %s"),
			alarm_class_words((enum alarm_class)(choice->only - 1)));
	canvas_text(canvas, area, area.row, column, area.columns - column,
		choice->only > 0 ? ROLE_STRONG : ROLE_DIM, words);
}

static int above(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	int64_t flood_ms = alarm_flood_ms(view->twin, view->now_ms);
	char clock[16];

	draw_lists(view, &screen->alarms, canvas, body);
	if (flood_ms == 0 || screen->alarms.list != ALARMS_OPEN)
		return 1;
	format_clock(flood_ms, clock, sizeof clock);
	canvas_printf(canvas, body, body.row + 1, body.column + 1, body.columns - 1, ROLE_MEDIUM,
		screen->alarms.by == GROUP_CAUSE
			? _("FLOOD since %s: %d alarms in ten minutes; one line a group")
			: _("FLOOD since %s: %d alarms in ten minutes"),
		clock, trail_rings(&view->twin->trail, view->now_ms));
	return 2;
}

/* --- keys ------------------------------------------------------------------ */

static bool selected(struct call *call, struct alarm_row *out)
{
	struct screen *s = call->screen;
	struct list list;
	const void *row = NULL;

	if (table_load(&s->table, s->def->table, call->view, &list))
		row = list_selected(&s->table, s->def->table, &list);
	if (row)
		*out = *(const struct alarm_row *)row;
	list_free(&list);
	return row != NULL;
}

static void show(struct screen *screen, enum alarm_list list)
{
	screen->alarms.list = list;
	screen->table.selected = screen->table.top = 0;
	screen->table.id[0] = '\0';
}

/* value: the list; once more: all that are open again. ALARMS_LIST_COUNT the next
 * one, -1 the one before. */
unsigned cmd_alarm_list(struct call *call)
{
	struct screen *s = call->screen;
	int now = (int)s->alarms.list, count = ALARMS_LIST_COUNT;

	if (call->value == count || call->value < 0)
		show(s, (enum alarm_list)((now + (call->value < 0 ? count - 1 : 1)) % count));
	else
		show(s, now == call->value ? ALARMS_OPEN : (enum alarm_list)call->value);
	return UI_HANDLED | UI_DIRTY;
}

unsigned cmd_alarm_group(struct call *call)
{
	struct alarm_choice *c = &call->screen->alarms;

	c->by = (enum alarm_grouping)(((int)c->by + 1) % GROUP_COUNT);
	ui_say(call->ui, "%s", _(groupings[c->by]));
	return UI_HANDLED | UI_DIRTY;
}

/* Only the class of the row under the cursor; once more: every class. */
unsigned cmd_alarm_class(struct call *call)
{
	struct alarm_choice *c = &call->screen->alarms;
	struct alarm_row row;

	if (c->only > 0)
		c->only = 0;
	else if (selected(call, &row))
		c->only = (int)call->view->twin->alarms[row.alarm].class_ + 1;
	return UI_HANDLED | UI_DIRTY;
}

/* value 1: opens the group, 0: closes it. */
unsigned cmd_alarm_fold(struct call *call)
{
	struct alarm_row row;

	if (selected(call, &row) && row.group != 0)
		alarm_unfold(&call->screen->alarms, row.group, call->value != 0);
	return UI_HANDLED | UI_DIRTY;
}

/* Enter opens a group that is closed before it opens the page of its first. */
static unsigned on_key(struct call *call, struct screen *screen, uint32_t key)
{
	struct alarm_row row;

	screen->table.choice = &screen->alarms;
	if (key != VKEY_ENTER || !selected(call, &row) || !row.head)
		return 0;
	if (row.open && row.leads)
		return 0;
	alarm_unfold(&screen->alarms, row.group, !row.open);
	return UI_HANDLED | UI_DIRTY;
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(struct alarm_row),
	.chosen = rows,
	.id = id,
	.empty = N_("no alarm"),
};

const struct screen_def screen_alarms = {
	.name = "alarms",
	.key = '4',
	.title = N_("Alarms"),
	.table = &table,
	.above = above,
	.on_key = on_key,
	.subject = subject,
};
