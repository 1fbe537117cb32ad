/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/parts.h"

#include <math.h>
#include <string.h>

#include "screens/alarm_words.h"
#include "screens/format.h"
#include "screens/rows.h"
#include "screens/tr.h"
#include "twin/fasting.h"

enum { NEAR_MS = 45 * 60000 };

enum role part_ready(const struct view *view, int index, char *out, size_t size)
{
	const struct surgery *s = &view->twin->cases[index];
	int64_t now_ms = view->now_ms;
	static const enum readiness items[] = {READY_FASTING, READY_CONSENT, READY_MARKED};
	bool arrived = surgery_when(s, MILESTONE_ARRIVED) > 0
		       || surgery_last(s, TRACK_PATIENT) > MILESTONE_ARRIVED;
	bool no = false, missing = !arrived;
	char letters[5] = {arrived ? 'A' : '.', '.', '.', '.', '\0'};

	for (int i = 0; i < 3; i++) {
		int value = items[i] == READY_FASTING ? fasting_kept(view->twin, index)
						      : s->ready[items[i]];

		if (value >= 0)
			letters[i + 1] = value ? "FCM"[i] : "fcm"[i];
		no = no || value == 0;
		missing = missing || value != 1;
	}
	format_put(out, size, "%s", letters);
	if (no || (!arrived && s->start_ms > 0 && s->start_ms < now_ms + NEAR_MS))
		return ROLE_LATE;
	return missing ? ROLE_NORMAL : ROLE_DIM;
}

bool part_locked(const struct surgery *s)
{
	return s->locked && !surgery_is_off(s) && !surgery_has_begun(s) && !surgery_is_over(s);
}

enum role part_ready_from(const struct view *view, int index, char *out, size_t size)
{
	int64_t legal_ms = fasting_legal_ms(view->twin, index);
	char clock[16];

	if (legal_ms == 0 || !fasting_binds(&view->twin->cases[index])
		|| fasting_kept(view->twin, index) != 0)
		return part_ready(view, index, out, size);
	format_clock(legal_ms, clock, sizeof clock);
	format_put(out, size, "f%s", clock);
	return ROLE_LATE;
}

enum role part_out(const struct view *view, int index, char *out, size_t size)
{
	const struct forecast_case *f = rows_forecast_case(view, index);
	const struct surgery *s = index >= 0 ? &view->twin->cases[index] : NULL;
	char span[LABEL_SIZE], age[24];
	struct quantiles end;

	format_put(out, size, "%s", "");
	if (!f || !surgery_has_begun(s) || surgery_is_over(s))
		return ROLE_NORMAL;
	end = rows_ahead(view, f->end);
	format_span(&end, span, sizeof span);
	if (!span[0])
		return ROLE_NORMAL;
	if (!rows_forecast_stale(view)) {
		format_put(out, size, "→ %s", span);
		return ROLE_NORMAL;
	}
	format_age(rows_forecast_age(view), age, sizeof age);
	format_clock((int64_t)end.p50, span, sizeof span);
	format_put(out, size, _("→ %s ? %s old"), span, age);
	return ROLE_DIM;
}

static void case_team(const struct view *view, const struct surgery *s, char *out, size_t size)
{
	char surgeon[LABEL_SIZE], anaesthetist[LABEL_SIZE];

	format_person(view, s->surgeon, surgeon, sizeof surgeon);
	format_person(view, s->anaesthetist, anaesthetist, sizeof anaesthetist);
	format_put(out, size, "%s%s%s", surgeon, surgeon[0] && anaesthetist[0] ? " / " : "",
		anaesthetist);
}

bool part_word(const struct surgery *s, char *out, size_t size)
{
	char clock[16];

	if (s->estimate_min <= 0 || !surgery_has_begun(s) || surgery_is_over(s))
		return false;
	format_clock(s->estimate_ms, clock, sizeof clock);
	format_put(out, size, _("%.0f more minutes, %s %s"), s->estimate_min, clock,
		s->estimate_by.origin);
	return true;
}

static int part_stage(
	const struct view *view, const struct surgery *s, struct canvas *canvas, struct area area)
{
	int last = surgery_last(s, TRACK_PATIENT);
	enum source who = SOURCE_NONE;
	const struct stamp *stamp = last < 0 ? NULL : surgery_stamp(s, (enum milestone)last, &who);
	char clock[16], age[24];
	int used = canvas_printf(canvas, area, area.row, area.column, area.columns, ROLE_DIM, "%s",
		format_stage(surgery_stage(s)));

	if (!stamp)
		return used;
	format_clock(stamp->when_ms, clock, sizeof clock);
	format_age(view->now_ms - stamp->at_ms, age, sizeof age);
	return used
	       + canvas_printf(canvas, area, area.row, area.column + used, area.columns, ROLE_DIM,
		       ": %s %s, %s, %s", _(milestone_rules[last].label), clock, format_source(who),
		       age);
}

void part_case(const struct view *view, int index, struct canvas *canvas, struct area area)
{
	const struct surgery *s = &view->twin->cases[index];
	char person[LABEL_SIZE], team[LABEL_SIZE * 2], from[16], to[16], ready[8];
	char out[LABEL_SIZE], word[LABEL_SIZE];
	enum role role = part_ready(view, index, ready, sizeof ready);
	int column;

	if (area.rows < 1)
		return;
	format_person(view, s->patient, person, sizeof person);
	case_team(view, s, team, sizeof team);
	format_clock(s->start_ms, from, sizeof from);
	format_clock(s->end_ms, to, sizeof to);
	column = area.column
		 + canvas_printf(canvas, area, area.row, area.column, area.columns - 6, ROLE_NORMAL,
			 "%s-%s%s%s  %s  %s  ", from, to, part_locked(s) ? " # " : " ", person,
			 s->procedure, team);
	/* Once in the room, readiness is no longer a question. */
	if (!surgery_when(s, MILESTONE_IN_ROOM) && !surgery_is_over(s))
		canvas_text(canvas, area, area.row, column, 6, role, ready);
	if (area.rows < 2)
		return;
	area.row++;
	column = area.column + part_stage(view, s, canvas, area);
	role = part_out(view, index, out, sizeof out);
	if (out[0])
		column += canvas_printf(canvas, area, area.row, column, area.columns - column, role,
			_("  out %s"), out);
	if (part_word(s, word, sizeof word))
		canvas_printf(canvas, area, area.row, column, area.columns - column, ROLE_NORMAL,
			"  %s", word);
}

void part_alarms(const struct view *view, struct canvas *canvas, struct area area)
{
	struct alarm_row rows[ROWS_MAX];
	int count = alarm_chosen_rows(view, NULL, rows, ROWS_MAX);

	canvas_box(canvas, area, ROLE_DIM, _("Alarms"));
	area = (struct area){area.row + 1, area.column + 1, area.rows - 2, area.columns - 2};
	if (count == 0)
		canvas_text(
			canvas, area, area.row, area.column, area.columns, ROLE_DIM, _("no alarm"));
	for (int i = 0; i < count && i < area.rows; i++) {
		const struct alarm *a = &view->twin->alarms[rows[i].alarm];
		const char *room = format_room(view, alarm_place(view, a).room);
		char clock[16], letter[8];

		/* Many texts name the place already. */
		if (strstr(a->text, room))
			room = "";
		format_clock(a->raised_ms, clock, sizeof clock);
		alarm_letter_text(view, a, letter, sizeof letter);
		canvas_printf(canvas, area, area.row + i, area.column, area.columns,
			a->acked ? ROLE_NORMAL : format_priority_role(a->priority),
			"%-3s %-2s %s %s%s%s", format_marks(a->priority), letter, clock, a->text,
			room[0] ? " - " : "", room);
	}
}

void part_room(const struct view *view, int room, struct canvas *canvas, struct area area)
{
	const struct twin *twin = view->twin;
	char title[LABEL_SIZE * 2], name[LABEL_SIZE], age[24];
	int line = 0;

	format_put(title, sizeof title, _("In %s"), room >= 0 ? format_room(view, room) : "-");
	canvas_box(canvas, area, ROLE_DIM, title);
	area = (struct area){area.row + 1, area.column + 1, area.rows - 2, area.columns - 2};
	for (int i = 0; i < twin->thing_count && line < area.rows; i++) {
		const struct thing *t = &twin->things[i];
		enum role role = t->state == LOCATED_IN && !t->frozen ? ROLE_NORMAL : ROLE_DIM;
		/* Name, then how sure and how old: the second is never cut. */
		int wide = area.columns - 18 < 28 ? area.columns - 18 : 28;

		if (room < 0 || t->room != room || !t->known || t->state == LOCATED_ABSENT)
			continue;
		format_thing(view, i, name, sizeof name);
		format_age(rows_fix_age(view, t), age, sizeof age);
		canvas_text(canvas, area, area.row + line, area.column, wide, role, name);
		canvas_printf(canvas, area, area.row + line, area.column + wide + 1,
			area.columns - wide - 1, role, "%3.0f%% %s%s", t->confidence * 100,
			t->frozen ? "? " : "", age);
		line++;
	}
	if (line == 0)
		canvas_text(canvas, area, area.row, area.column, area.columns, ROLE_DIM,
			_("nothing heard here"));
}

/* In a terminal of 24 rows the list keeps twelve. */
enum { DETAIL_ROWS = 8 };

void part_list_and_detail(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	const struct table_def *def = screen->def->table;
	int tall = body.rows >= 2 * DETAIL_ROWS ? body.rows - DETAIL_ROWS : body.rows, none = 0;
	struct list list;
	const void *row;

	if (!table_load(&screen->table, def, view, &list))
		return;
	row = list_selected(&screen->table, def, &list);
	if (row && tall < body.rows) {
		struct page page;

		if (tall > list.visible + 3)
			tall = list.visible + 3;
		page = page_begin(canvas,
			(struct area){body.row + tall, body.column, body.rows - tall, body.columns},
			0);
		screen->def->detail(view, row, &page);
		page_end(&page, &none);
	}
	table_draw(&screen->table, def, view, &list, canvas,
		(struct area){body.row, body.column, tall, body.columns}, true);
	list_free(&list);
}
