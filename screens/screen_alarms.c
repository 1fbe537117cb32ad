/* SPDX-License-Identifier: Apache-2.0 */

/* 4 Alarms: the list by priority then time, and the page of one. */

#include <math.h>
#include <string.h>

#include "screens/format.h"
#include "screens/hazard_words.h"
#include "screens/notes.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"

/* Below this the second candidate is shown as well (promise B38). */
static const double SURE = 0.60;

static const struct alarm *alarm_of(const struct view *view, const void *data)
{
	return &view->twin->alarms[((const struct alarm_row *)data)->alarm];
}

static enum role state_role(const struct alarm *a)
{
	return a->acked ? ROLE_NORMAL : format_priority_role(a->priority);
}

static void fill_marks(const struct view *view, const void *data, struct cell_text *out)
{
	format_put(out->text, sizeof out->text, "%s", format_marks(alarm_of(view, data)->priority));
	out->role = state_role(alarm_of(view, data));
}

static double number_priority(const struct view *view, const void *data)
{
	return -(double)alarm_of(view, data)->priority;
}

static void fill_state(const struct view *view, const void *data, struct cell_text *out)
{
	format_put(out->text, sizeof out->text, "%s",
		alarm_state_name(((const struct alarm_row *)data)->state));
	out->role = state_role(alarm_of(view, data));
}

static void fill_time(const struct view *view, const void *data, struct cell_text *out)
{
	format_clock(alarm_of(view, data)->raised_ms, out->text, sizeof out->text);
}

static double number_time(const struct view *view, const void *data)
{
	return -(double)alarm_of(view, data)->raised_ms;
}

static void fill_text(const struct view *view, const void *data, struct cell_text *out)
{
	const struct alarm_row *row = data;
	const struct alarm *a = alarm_of(view, data);
	char who[LABEL_SIZE], when[16], what[LABEL_SIZE * 2];

	format_clock(a->happened_ms, when, sizeof when);
	if (a->late)
		format_put(out->text, sizeof out->text, _("(late, of %s) "), when);
	hazard_line(view, a, what, sizeof what);
	format_add(out->text, sizeof out->text, "%s", what);
	if (row->thing >= 0 && view->twin->things[row->thing].patient[0]) {
		format_thing(view, row->thing, who, sizeof who);
		format_add(out->text, sizeof out->text, ": %s", who);
	}
	if (a->count > 1)
		format_add(out->text, sizeof out->text, " x%u", (unsigned)a->count);
	out->role = state_role(a);
}

static void fill_where(const struct view *view, const void *data, struct cell_text *out)
{
	const struct alarm_row *row = data;

	if (row->room < 0)
		return;
	format_put(out->text, sizeof out->text, "%s", format_room(view, row->room));
	if (isnan(row->confidence))
		return;
	format_add(out->text, sizeof out->text, " %.0f%%", row->confidence * 100);
	if (row->confidence < SURE && row->other >= 0)
		format_add(out->text, sizeof out->text, _(" or %s"), format_room(view, row->other));
}

static void fill_floor(const struct view *view, const void *data, struct cell_text *out)
{
	format_put(out->text, sizeof out->text, "%s",
		format_floor_id(view, ((const struct alarm_row *)data)->room));
}

static void fill_age(const struct view *view, const void *data, struct cell_text *out)
{
	const struct alarm_row *row = data;

	(void)view;
	if (row->age_ms >= 0)
		format_age(row->age_ms, out->text, sizeof out->text);
	out->role = ROLE_DIM;
}

static void fill_acked(const struct view *view, const void *data, struct cell_text *out)
{
	const struct alarm *a = alarm_of(view, data);

	if (!a->acked || a->acked_ms == 0)
		return;
	format_clock(a->acked_ms, out->text, sizeof out->text);
	format_add(out->text, sizeof out->text, " %s", a->acked_by);
	out->role = ROLE_DIM;
}

static const struct column columns[] = {
	{"", 3, 0, false, false, fill_marks, number_priority},
	{N_("St"), 2, 0, false, false, fill_state, NULL},
	{N_("Since"), 5, 0, false, false, fill_time, number_time},
	{N_("Alarm"), 36, 0, true, false, fill_text, NULL},
	{N_("Where"), 16, 1, false, false, fill_where, NULL},
	{N_("Floor"), 5, 3, false, false, fill_floor, NULL},
	{N_("Fix"), 6, 2, false, true, fill_age, NULL},
	{N_("Acknowledged"), 16, 4, false, false, fill_acked, NULL},
};

static int rows(const struct view *view, void *out, int max)
{
	return alarm_rows(view, out, max);
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	format_put(out, size, "%s", alarm_of(view, data)->key);
}

/* An alarm's patient is the wearer of its tag; a hazard's, the one of its case. */
static void fill_subject(const struct view *view, int alarm, struct subject *out)
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
	fill_subject(view, ((const struct alarm_row *)data)->alarm, out);
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(struct alarm_row),
	.rows = rows,
	.id = id,
	.empty = N_("no alarm"),
};

const struct screen_def screen_alarms = {
	.name = "alarms",
	.key = '4',
	.title = N_("Alarms"),
	.table = &table,
	.subject = subject,
};

/* --- the page of one alarm -------------------------------------------- */

static void line(struct canvas *canvas, struct area area, int *row, const char *name,
	enum role role, const char *value)
{
	if (value[0] == '\0')
		return;
	canvas_text(canvas, area, area.row + *row, area.column, 16, ROLE_DIM, name);
	canvas_text(
		canvas, area, area.row + *row, area.column + 17, area.columns - 17, role, value);
	(*row)++;
}

static const char *state_words(enum alarm_state state)
{
	static const char *const words[ALARM_STATE_COUNT] = {[ALARM_A] = N_("A: normal"),
		[ALARM_B] = N_("B: active, not acknowledged"),
		[ALARM_C] = N_("C: active, acknowledged"),
		[ALARM_D] = N_("D: cause gone, not acknowledged"),
		[ALARM_LU] = N_("LU: cause gone, latched, not acknowledged"),
		[ALARM_LA] = N_("LA: cause gone, latched, waits for a reset (z)")};

	return (unsigned)state < ALARM_STATE_COUNT ? _(words[state]) : "?";
}

static void place_text(const struct view *view, int room, double confidence, char *out, size_t size)
{
	format_put(out, size, "%s", "");
	if (room < 0)
		return;
	format_put(out, size, _("%s, floor %s"), format_room(view, room), format_floor(view, room));
	if (!isnan(confidence))
		format_add(out, size, ", %.0f%%", confidence * 100);
}

static void draw_place(const struct view *view, const struct alarm_row *row, struct canvas *canvas,
	struct area area, int *at)
{
	char text[LABEL_SIZE * 2];
	const struct thing *t;

	place_text(view, row->room, row->confidence, text, sizeof text);
	line(canvas, area, at, _("Where"), ROLE_STRONG, text[0] ? text : _("not known"));
	if (row->thing < 0 || isnan(row->confidence))
		return;
	t = &view->twin->things[row->thing];
	place_text(view, row->other, t->other_confidence, text, sizeof text);
	line(canvas, area, at, _("Or else"), row->confidence < SURE ? ROLE_CONFLICT : ROLE_NORMAL,
		text);
	format_age(row->age_ms, text, sizeof text);
	line(canvas, area, at, _("Last certain"), ROLE_NORMAL, text);
	format_thing(view, row->thing, text, sizeof text);
	line(canvas, area, at, _("Who or what"), ROLE_NORMAL, text);
}

static void draw_hazard(const struct view *view, const struct alarm *a, struct canvas *canvas,
	struct area area, int *at)
{
	char text[LABEL_SIZE * 2];

	hazard_when(view, a, text, sizeof text);
	line(canvas, area, at, _("When"), ROLE_STRONG, text);
	hazard_chance(a, text, sizeof text);
	line(canvas, area, at, _("How likely"), ROLE_STRONG, text);
	hazard_source(view, a, text, sizeof text);
	line(canvas, area, at, _("Says so"), ROLE_NORMAL, text);
	hazard_help(a, text, sizeof text);
	line(canvas, area, at, _("What helps"), ROLE_STRONG, text);
}

void alarm_page(const struct view *view, const char *key, struct canvas *canvas, struct area body)
{
	struct area area = {body.row, body.column + 1, body.rows, body.columns - 2};
	struct alarm_row list[TWIN_ALARMS];
	int count = alarm_rows(view, list, TWIN_ALARMS), i = 0, at = 0;
	const struct alarm *a;
	char text[LABEL_SIZE * 2], note[NOTE_WORDS];

	while (i < count && strcmp(view->twin->alarms[list[i].alarm].key, key) != 0)
		i++;
	if (i == count) {
		canvas_text(canvas, area, area.row, area.column, area.columns, ROLE_DIM,
			_("this alarm is back to normal"));
		return;
	}
	a = &view->twin->alarms[list[i].alarm];
	canvas_printf(canvas, area, area.row, area.column, area.columns, state_role(a), "%s %s",
		format_marks(a->priority), a->text);
	at = 2;
	line(canvas, area, &at, _("State"), ROLE_NORMAL, state_words(list[i].state));
	format_date_clock(a->raised_ms, text, sizeof text);
	line(canvas, area, &at, _("Since"), ROLE_NORMAL, text);
	format_put(text, sizeof text, "%s", "");
	if (a->late) {
		format_date_clock(a->happened_ms, text, sizeof text);
		format_add(text, sizeof text, _(": late, the gateway was cut off"));
	}
	line(canvas, area, &at, _("Happened"), ROLE_MEDIUM, text);
	draw_place(view, &list[i], canvas, area, &at);
	format_put(text, sizeof text, a->count > 1 ? "%u" : "", (unsigned)a->count);
	line(canvas, area, &at, _("Times"), ROLE_NORMAL, text);
	format_put(text, sizeof text, "%s", "");
	if (a->acked && a->acked_ms > 0)
		format_date_clock(a->acked_ms, text, sizeof text);
	if (text[0])
		format_add(text, sizeof text, " %s", a->acked_by);
	line(canvas, area, &at, _("Acknowledged"), ROLE_NORMAL, text);
	draw_hazard(view, a, canvas, area, &at);
	notes_line(view, a->key, note);
	line(canvas, area, &at, _("Note"), ROLE_STRONG, note);
	if ((unsigned)a->class_ < ALARM_CLASS_COUNT && alarm_rules[a->class_].guidance[0])
		line(canvas, area, &at, _("What to do"), ROLE_STRONG,
			_(alarm_rules[a->class_].guidance));
	line(canvas, area, &at, _("Remember"), ROLE_DIM,
		_("vigie is a secondary display, not a nurse-call system"));
	canvas->cursor_row = area.row;
	canvas->cursor_column = area.column;
}

static void draw_alarm(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	alarm_page(view, screen->target, canvas, body);
}

static void alarm_subject(
	struct screen *screen, const struct view *view, const void *row, struct subject *out)
{
	int index = twin_alarm(view->twin, screen->target);

	(void)row;
	if (index >= 0)
		fill_subject(view, index, out);
}

const struct screen_def screen_alarm_detail = {
	.name = "alarm",
	.title = N_("Alarm"),
	.draw = draw_alarm,
	.subject = alarm_subject,
};
