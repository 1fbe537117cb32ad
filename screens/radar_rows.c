/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/radar_rows.h"

#include "screens/format.h"
#include "screens/page.h"
#include "screens/repair_words.h"
#include "screens/rows.h"
#include "screens/tr.h"

static const int64_t MINUTE_MS = 60000;
static const double SHORT_MIN = 5; /* such a hole is none */

/* Told in one line, and in several, whether anybody waits or not. */
enum { ALWAYS = 2, COMMON = 3 };

/* ---- rows ---- */

/* An emergency that is not in its room yet. */
static bool waits(const struct surgery *s, int nest)
{
	return s->nest == nest && !surgery_has_begun(s) && !surgery_is_off(s)
	       && !surgery_is_over(s);
}

static int64_t target_ms(const struct view *view, int nest, int64_t from_ms)
{
	double minutes = site_nest_min(view->twin->site, nest);
	return minutes > 0 ? from_ms + (int64_t)(minutes * (double)MINUTE_MS) : 0;
}

static void find_waiting(const struct view *view, struct radar_row *row)
{
	for (int i = 0; i < view->twin->case_count; i++) {
		const struct surgery *s = &view->twin->cases[i];
		int64_t target;

		if (!waits(s, row->nest))
			continue;
		target = target_ms(view, row->nest, s->known_ms > 0 ? s->known_ms : view->now_ms);
		if (row->case_ < 0 || target < row->target_ms) {
			row->case_ = i;
			row->target_ms = target;
		}
		row->waiting++;
	}
}

/* Who has been given a room waits for that one; false: it has none, or nothing is
 * foreseen of it. */
static bool find_own(const struct view *view, struct radar_row *row)
{
	const struct surgery *s = row->case_ >= 0 ? &view->twin->cases[row->case_] : NULL;
	int room = s && s->room[0] ? site_room(view->twin->site, s->room) : -1;
	const struct forecast *f = view->forecast;
	int i = room >= 0 && f && row->case_ < TWIN_CASES ? f->index.case_of[row->case_] : SIM_NONE;

	if (i < 0 || i >= f->case_count || !(f->cases[i].start.p50 > 0))
		return false;
	row->room = room;
	row->p = 1 - f->cases[i].p_off;
	row->at = rows_ahead(view, f->cases[i].start);
	row->late = row->target_ms > 0 && row->at.p90 > (double)row->target_ms;
	return true;
}

static void find_room(const struct view *view, struct radar_row *row)
{
	const struct radar *radar = view->radar;
	int64_t by = row->target_ms > 0 ? row->target_ms : view->now_ms;
	const char *procedure = row->case_ >= 0 ? view->twin->cases[row->case_].procedure : NULL;
	int pick = radar_pick(radar, view->twin->site, procedure, by);
	const struct radar_moment *moment = pick >= 0 ? &radar->moments[pick] : NULL;

	if (!moment)
		return;
	row->room = moment->room;
	row->p = moment->p;
	row->behind = moment->behind;
	row->late = row->target_ms > 0 && !radar_in_time(moment, by);
	if (moment->at.p90 > (double)(view->now_ms + MINUTE_MS))
		row->at = rows_ahead(view, moment->at);
}

int radar_rows(const struct view *view, struct radar_row rows[RADAR_CLASSES])
{
	if (!view->radar || !view->twin->site)
		return 0;
	for (int k = 0; k < RADAR_CLASSES; k++) {
		rows[k] = (struct radar_row){.nest = k + 1, .case_ = -1, .room = -1};
		find_waiting(view, &rows[k]);
		if (rows[k].case_ < 0)
			rows[k].target_ms = target_ms(view, k + 1, view->now_ms);
		if (!find_own(view, &rows[k]))
			find_room(view, &rows[k]);
	}
	return RADAR_CLASSES;
}

/* ---- words ---- */

static enum role old_or(const struct view *view, enum role role)
{
	return rows_forecast_stale(view) ? ROLE_DIM : role;
}

/* Who waits, and for how long yet. */
static void waiting_words(
	const struct view *view, const struct radar_row *row, char *out, size_t size)
{
	format_add(out, size, " %s", view->twin->cases[row->case_].id);
	if (row->waiting > 1)
		format_add(out, size, _(" and %d more"), row->waiting - 1);
}

static void target_words(
	const struct view *view, const struct radar_row *row, char *out, size_t size)
{
	int64_t left = row->target_ms - view->now_ms;
	char text[24];

	format_clock(row->target_ms, text, sizeof text);
	format_add(out, size, _(" target %s"), text);
	if (row->case_ < 0)
		return;
	format_duration((double)(left < 0 ? -left : left) / (double)MINUTE_MS, text, sizeof text);
	format_add(out, size, left < 0 ? _(", %s late") : _(", %s left"), text);
}

/* Somebody waits who may not be seen to in time. */
static bool warns(const struct radar_row *row)
{
	return row->case_ >= 0 && (row->late || row->room < 0);
}

enum role radar_class_words(
	const struct view *view, const struct radar_row *row, char *out, size_t size)
{
	char text[LABEL_SIZE];

	format_put(out, size, _("%sclass %d"), warns(row) ? "! " : "", row->nest);
	if (row->case_ >= 0)
		waiting_words(view, row, out, size);
	if (row->target_ms > 0)
		target_words(view, row, out, size);
	format_span(&row->at, text, sizeof text);
	if (row->room < 0)
		format_add(out, size, ": %s", _("no room foreseen"));
	else
		format_add(out, size, ": %s %s%s%s", format_room(view, row->room),
			text[0] ? text : _("now"), row->late ? " " : "",
			row->late ? _("LATE") : "");
	return old_or(view, warns(row) ? ROLE_LATE : ROLE_NORMAL);
}

/* As little as can be: "2 (11:42) OR 3 10:25". */
static enum role brief_words(
	const struct view *view, const struct radar_row *row, char *out, size_t size)
{
	char text[16];

	format_put(out, size, "%s%d", warns(row) ? "! " : "", row->nest);
	if (row->target_ms > 0) {
		format_clock(row->target_ms, text, sizeof text);
		format_add(out, size, " (%s)", text);
	}
	format_put(text, sizeof text, "%s", _("now"));
	if (row->at.p50 > 0)
		format_clock((int64_t)row->at.p50, text, sizeof text);
	if (row->room < 0)
		format_add(out, size, " %s", _("no room"));
	else
		format_add(out, size, " %s %s%s%s", format_room(view, row->room), text,
			row->late ? " " : "", row->late ? _("LATE") : "");
	return old_or(view, warns(row) ? ROLE_LATE : ROLE_NORMAL);
}

enum role radar_hole_words(const struct view *view, char *out, size_t size)
{
	const struct radar *r = view->radar;
	char from[16], to[16], length[24];

	format_put(out, size, "%s", "");
	if (!r || r->to_ms <= view->now_ms)
		return ROLE_DIM;
	if (r->hole_min.p90 < SHORT_MIN) {
		format_put(out, size, "%s", _("a room can be entered at any time"));
		return old_or(view, ROLE_DIM);
	}
	format_duration(r->hole_min.p50, length, sizeof length);
	if (r->hole_to_ms > r->hole_from_ms) {
		format_clock(r->hole_from_ms, from, sizeof from);
		format_clock(r->hole_to_ms, to, sizeof to);
		format_put(out, size, _("no way in %s-%s, %s"), from, to, length);
	} else {
		format_put(out, size, _("no way in for %s"), length);
	}
	return old_or(view, ROLE_STRONG);
}

void radar_closes_words(const struct view *view, char *out, size_t size)
{
	const struct radar_change *c = &view->radar->closes;
	char words[REPAIR_WORDS];

	format_put(out, size, "%s", "");
	if (view->radar->hole_min.p90 < SHORT_MIN)
		return;
	if (c->at_ms == 0) {
		format_put(out, size, "%s", _("what closes it: computing..."));
		return;
	}
	if (what_if_is_empty(&c->moves)) {
		format_put(out, size, "%s", _("closing it costs more than it is worth"));
		return;
	}
	repair_words(view, "", &c->moves, words, sizeof words);
	format_put(out, size, _("%s: %+.0f min of it (%+.0f to %+.0f), overtime %+.0f"), words,
		c->hole.mean, c->hole.low, c->hole.high, c->overtime.mean);
}

/* ---- pictures ---- */

void radar_line(const struct view *view, struct canvas *canvas, struct area line)
{
	struct radar_row rows[RADAR_CLASSES];
	int count = radar_rows(view, rows), column = line.column + 1;
	int end = line.column + line.columns;
	char text[LABEL_SIZE * 2];
	enum role role;

	column +=
		canvas_text(canvas, line, line.row, column, end - column, ROLE_DIM, _("NEST")) + 1;
	for (int k = 0; k < count; k++) {
		if (k >= ALWAYS && rows[k].case_ < 0)
			continue;
		role = brief_words(view, &rows[k], text, sizeof text);
		column += canvas_text(canvas, line, line.row, column, end - column, role, text) + 2;
	}
	role = radar_hole_words(view, text, sizeof text);
	if (text[0] && column < end)
		canvas_text(canvas, line, line.row, column, end - column, role, text);
}

/* Those that wait longest only when somebody does. */
static int draw_classes(const struct view *view, struct canvas *canvas, struct area area)
{
	struct page page = page_begin(canvas, area, 0);
	struct radar_row rows[RADAR_CLASSES];
	int count = radar_rows(view, rows);
	char text[LABEL_SIZE * 2];

	for (int k = 0; k < count; k++) {
		if (k >= COMMON && rows[k].case_ < 0)
			continue;
		enum role role = radar_class_words(view, &rows[k], text, sizeof text);

		page_flow(&page, 0, role, text);
	}
	return page.line < area.rows ? page.line : area.rows;
}

static int draw_hole(const struct view *view, struct canvas *canvas, struct area area)
{
	struct page page = page_begin(canvas, area, 0);
	char text[REPAIR_WORDS + LABEL_SIZE];
	enum role role = radar_hole_words(view, text, sizeof text);

	if (!text[0])
		return 0;
	page_flow(&page, 0, role, text);
	radar_closes_words(view, text, sizeof text);
	if (text[0])
		page_flow(&page, 0, old_or(view, ROLE_NORMAL), text);
	return page.line;
}

/* The moments of each room, the soonest first. */
static void draw_moments(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct radar *r = view->radar;
	struct page page = page_begin(canvas, area, 0);
	char text[LABEL_SIZE];

	page_line(&page, ROLE_STRONG, "%s", _("Next moments"));
	for (int k = 0; k < r->count; k++) {
		const struct radar_moment *m = &r->moments[k];
		struct quantiles at = {0, 0, 0};

		if (m->at.p90 > (double)(view->now_ms + MINUTE_MS))
			at = rows_ahead(view, m->at);
		format_span(&at, text, sizeof text);
		page_line(&page, old_or(view, ROLE_NORMAL), "%-8.8s %-19s %3.0f %%%s%s",
			format_room(view, m->room), text[0] ? text : _("now"), 100 * m->p,
			m->after[0] ? _("  after ") : "", m->after);
	}
	if (r->more > 0)
		page_line(&page, ROLE_DIM, _("and %d more"), r->more);
}

int radar_block(const struct view *view, struct canvas *canvas, struct area area)
{
	int used = 1;

	if (!view->radar || area.rows < 2)
		return 0;
	canvas_text(canvas, area, area.row, area.column + 1, area.columns - 1, ROLE_STRONG,
		_("Emergencies  u adds one  r what to do"));
	used += draw_classes(view, canvas,
		(struct area){area.row + used, area.column, area.rows - used, area.columns});
	if (used < area.rows)
		used += draw_hole(view, canvas,
			(struct area){
				area.row + used, area.column, area.rows - used, area.columns});
	if (used + 3 < area.rows) {
		draw_moments(view, canvas,
			(struct area){area.row + used + 1, area.column, area.rows - used - 1,
				area.columns});
		used = area.rows;
	}
	return used < area.rows ? used : area.rows;
}
