/* SPDX-License-Identifier: Apache-2.0 */

/* The page of one alarm: what to do first, then where, who, why and since when. */

#include <math.h>
#include <string.h>

#include "screens/alarm_words.h"
#include "screens/format.h"
#include "screens/hazard_words.h"
#include "screens/nearest.h"
#include "screens/notes.h"
#include "screens/page.h"
#include "screens/parts.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"
#include "screens/trend.h"

enum { FOLLOWERS = 5, CHAIN = 4, TREND_ROWS = 7 };

static enum role title_role(const struct alarm *a)
{
	return a->acked || alarm_state(a) == ALARM_A ? ROLE_STRONG
						     : format_priority_role(a->priority);
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

static void draw_nearest(const struct view *view, int room, struct page *page)
{
	struct nearest n = nearest_free(view, room);
	char text[LABEL_SIZE * 2];

	nearest_words(view, &n, text, sizeof text);
	page_pair(page, _("Nearest free"), ROLE_STRONG,
		text[0] ? text : _("not known: no badge of staff is heard nearby"));
}

static void draw_place(const struct view *view, const struct alarm *a, struct page *page)
{
	struct alarm_place place = alarm_place(view, a);
	char text[LABEL_SIZE * 2];

	place_text(view, place.room, place.confidence, text, sizeof text);
	page_pair(page, _("Where"), ROLE_STRONG, text[0] ? text : _("not known"));
	if (place.thing >= 0 && !isnan(place.confidence)) {
		place_text(view, place.other, place.other_confidence, text, sizeof text);
		page_pair(page, _("Or else"),
			place.confidence < ALARM_PLACE_SURE ? ROLE_CONFLICT : ROLE_NORMAL, text);
		format_age(place.age_ms, text, sizeof text);
		page_pair(page, _("Last certain"), ROLE_NORMAL, text);
	}
	if (place.thing >= 0) {
		format_thing(view, place.thing, text, sizeof text);
		page_pair(page, _("Who or what"), ROLE_NORMAL, text);
	}
	if (alarm_rules[a->class_].momentary)
		draw_nearest(view, place.room, page);
}

/* Why nobody knows; where only a station that is away says it rings, whose word it was. */
static void draw_unknown(const struct view *view, const struct alarm *a, struct page *page)
{
	const struct alarm_hold *absent = alarm_absent(a);
	char text[LABEL_SIZE * 3], clock[32];

	if (!a->unknown)
		return;
	format_put(text, sizeof text, "%s", _("? no sample for too long: it may have changed"));
	if (absent) {
		format_date_clock(absent->away_ms, clock, sizeof clock);
		format_put(text, sizeof text,
			_("? only %s said so, away since %s: go and see; a, then z ends it"),
			view->twin->stations[absent->station], clock);
	}
	page_words(page, _("Unknown"), ROLE_MEDIUM, text);
}

static void draw_state(const struct view *view, const struct alarm *a, struct page *page)
{
	enum alarm_state shown = alarm_shown(a, view->now_ms);
	char text[LABEL_SIZE * 2];

	format_put(text, sizeof text, "%s", alarm_letter_words(shown));
	if (shown != alarm_state(a))
		format_add(text, sizeof text, _("; beneath it %s"),
			alarm_letter_words(alarm_state(a)));
	page_words(page, _("State"), ROLE_NORMAL, text);
	draw_unknown(view, a, page);
	format_date_clock(a->raised_ms, text, sizeof text);
	page_pair(page, _("Since"), ROLE_NORMAL, text);
	format_put(text, sizeof text, "%s", "");
	if (a->cleared_ms > 0)
		format_date_clock(a->cleared_ms, text, sizeof text);
	page_pair(page, _("Ended"), ROLE_NORMAL, text);
	format_put(text, sizeof text, "%s", "");
	if (a->late) {
		format_date_clock(a->happened_ms, text, sizeof text);
		format_add(text, sizeof text, _(": late, the gateway was cut off"));
	}
	page_pair(page, _("Happened"), ROLE_MEDIUM, text);
	format_put(text, sizeof text, "%s", "");
	if (a->priority_now != a->priority && a->active)
		format_put(text, sizeof text, _("%s now, %s at its worst"),
			priority_name(a->priority_now), priority_name(a->priority));
	page_pair(page, _("Priority"), ROLE_NORMAL, text);
	format_put(text, sizeof text, a->count > 1 ? "%u" : "", (unsigned)a->count);
	page_pair(page, _("Times"), ROLE_NORMAL, text);
	format_put(text, sizeof text, a->flaps > 0 ? "%u" : "", (unsigned)a->flaps);
	page_pair(page, _("Came back"), ROLE_NORMAL, text);
}

static void draw_hazard(const struct view *view, const struct alarm *a, struct page *page)
{
	char text[LABEL_SIZE * 2];

	hazard_when(view, a, text, sizeof text);
	page_pair(page, _("When"), ROLE_STRONG, text);
	hazard_chance(a, text, sizeof text);
	page_pair(page, _("How likely"), ROLE_STRONG, text);
	hazard_source(view, a, text, sizeof text);
	page_pair(page, _("Says so"), ROLE_NORMAL, text);
	hazard_help(a, text, sizeof text);
	page_pair(page, _("What helps"), ROLE_STRONG, text);
}

static void draw_guidance(const struct view *view, const struct alarm *a, struct page *page)
{
	const struct alarm_setting *s = alarm_setting(view->twin->site, a->class_);
	char text[LABEL_SIZE * 2];

	if (!s->guidance[0])
		return;
	format_put(text, sizeof text, "%s", _(s->guidance));
	if (s->key[0])
		format_add(text, sizeof text, " (%s)", s->key);
	page_words(page, _("What to do"), ROLE_STRONG, text);
}

/* --- who did what on it ---------------------------------------------------- */

/* Which station told them, as far as we know it by name. */
static const char *teller(const struct view *view, const struct notice_step *n)
{
	const struct stations *all = view->stations;

	if (!all)
		return "";
	for (int i = 0; i < all->count; i++)
		if (notices_station(all->list[i].id) == n->station)
			return all->list[i].id;
	return notices_station(all->self) == n->station ? all->self : "";
}

static void draw_step(const struct view *view, const struct alarm *a, int step, struct page *page)
{
	static const char *const states[NOTICE_STATE_COUNT] = {[NOTICE_SENT] = N_("told"),
		[NOTICE_FAILED] = N_("not reached, tried again"),
		[NOTICE_DEAD] = N_("NOT REACHED")};
	const struct alarm_setting *s = alarm_setting(view->twin->site, a->class_);
	const struct notice_step *n = view->notices ? notices_step(view->notices, a->key,
					      a->raised_ms, step, PRIORITY_LOW)
						    : NULL;
	char text[LABEL_SIZE * 3], clock[16];
	bool due = a->level >= step;

	format_put(text, sizeof text, "%d %s: ", step, s->steps[step - 1].target);
	if (n && (unsigned)n->state < NOTICE_STATE_COUNT) {
		format_clock(n->at_ms, clock, sizeof clock);
		format_add(text, sizeof text, "%s %s", _(states[n->state]), clock);
		if (teller(view, n)[0])
			format_add(text, sizeof text, " (%s)", teller(view, n));
	} else if (due) {
		format_add(text, sizeof text, "%s", _("due"));
	} else {
		format_clock(a->steps_ms + (int64_t)(s->steps[step - 1].after_min * 60000), clock,
			sizeof clock);
		format_add(text, sizeof text, _("at %s, if nobody acknowledges"), clock);
	}
	page_pair(page, step == 1 ? _("Escalation") : "",
		n && n->state == NOTICE_DEAD ? ROLE_MEDIUM
		: due                        ? ROLE_LATE
					     : ROLE_DIM,
		text);
}

/* Steps that are due or were told; and the next one while it rings. */
static void draw_steps(const struct view *view, const struct alarm *a, struct page *page)
{
	const struct alarm_setting *s = alarm_setting(view->twin->site, a->class_);
	bool rings = !a->acked && alarm_state(a) != ALARM_A;

	for (int step = 1; step <= s->step_count && step <= a->level + (rings ? 1 : 0); step++)
		draw_step(view, a, step, page);
}

static void draw_word(struct page *page, const char *name, const struct alarm_word *word)
{
	char text[LABEL_SIZE * 3];

	alarm_word_text(word, text, sizeof text);
	page_words(page, name, ROLE_NORMAL, text);
}

static void draw_people(const struct view *view, const struct alarm *a, struct page *page)
{
	char text[LABEL_SIZE * 3] = "";

	if (a->owner[0])
		draw_word(page, _("Taken"), &a->taken);
	else if (a->taken.hlc_ms != 0)
		draw_word(page, _("Left"), &a->taken);
	if (a->acked && a->acked_ms > 0) {
		format_date_clock(a->acked_ms, text, sizeof text);
		format_add(text, sizeof text, " %s", a->acked_by);
	}
	page_pair(page, _("Acknowledged"), ROLE_NORMAL, text);
	page_pair(page, _("Shared"), ROLE_NORMAL, alarm_share_words(view, a));
	if (alarm_is_shelved(a, view->now_ms)) {
		format_date_clock(a->shelf_until_ms, text, sizeof text);
		format_add(text, sizeof text, "%s", a->shelf_one_shot ? _(", or its end") : "");
		page_pair(page, _("Shelved until"), ROLE_STRONG, text);
	}
	draw_word(page, alarm_is_shelved(a, view->now_ms) ? _("Shelved") : _("Shelf ended"),
		&a->shelf);
	draw_word(
		page, a->out_of_service ? _("Out of service") : _("Back in service"), &a->service);
	draw_steps(view, a, page);
	if (a->peer && a->peer_station[0])
		format_put(text, sizeof text, _("%s%s"), a->peer_station,
			a->own ? _(", and this station's own rules") : "");
	page_pair(page, _("Raised by"), ROLE_NORMAL, a->peer ? text : "");
}

/* --- why ---------------------------------------------------------------------- */

static void draw_causes(const struct view *view, const struct alarm *a, struct page *page)
{
	const struct twin *twin = view->twin;
	char text[LABEL_SIZE * 2];
	int shown = 0, more = 0;

	for (int i = 0, at; i < CHAIN && a->cause[0]; i++) {
		at = twin_alarm(twin, a->cause);
		if (at < 0)
			break;
		a = &twin->alarms[at];
		format_put(text, sizeof text, "%s %s",
			alarm_state_name(alarm_shown(a, view->now_ms)), a->text);
		page_pair(page, _("Because of"), ROLE_STRONG, text);
	}
	for (int i = 0; i < twin->alarm_count; i++) {
		const struct alarm *f = &twin->alarms[i];

		if (strcmp(f->cause, a->key) != 0 || alarm_state(f) == ALARM_A)
			continue;
		if (shown == FOLLOWERS) {
			more++;
			continue;
		}
		format_put(text, sizeof text, "%s %s", format_marks(f->priority), f->text);
		page_pair(page, shown++ == 0 ? _("Explains") : "", ROLE_NORMAL, text);
	}
	format_put(text, sizeof text, more > 0 ? _("and %d more") : "", more);
	page_pair(page, "", ROLE_DIM, text);
}

/* --- the reading behind it ---------------------------------------------------- */

/* Of what a room has, the quantity that is out of limits, else the first; -1 none. */
static int of_climate(const struct view *view, const char *tag)
{
	static const enum quantity quantities[] = {QUANTITY_TEMPERATURE, QUANTITY_HUMIDITY};
	int first = -1;

	for (size_t i = 0; i < sizeof quantities / sizeof quantities[0]; i++) {
		int r = twin_reading(view->twin, tag, quantities[i]);

		if (r >= 0 && view->twin->readings[r].out_since_ms > 0)
			return r;
		first = first < 0 ? r : first;
	}
	return first;
}

static int reading_of(const struct view *view, const struct alarm *a)
{
	if (a->class_ == ALARM_CLASS_COLD_CHAIN)
		return twin_reading(view->twin, a->tag, QUANTITY_TEMPERATURE);
	if (a->class_ == ALARM_CLASS_ROOM_PRESSURE)
		return twin_reading(view->twin, a->tag, QUANTITY_PRESSURE);
	return a->class_ == ALARM_CLASS_CLIMATE ? of_climate(view, a->tag) : -1;
}

/* The barometer of the room next to it, NULL none. */
static const struct reading *next_room(const struct view *view, int room)
{
	const struct twin *twin = view->twin;
	int to = site_pressure_to(twin->site, room);

	for (int i = 0; to >= 0 && i < twin->reading_count; i++) {
		int tag = twin->readings[i].quantity == QUANTITY_PRESSURE
				  ? site_tag(twin->site, twin->readings[i].tag)
				  : -1;

		if (tag >= 0 && twin->site->tags[tag].room == to)
			return &twin->readings[i];
	}
	return NULL;
}

/* Pa over the next room; the unit is the twin's own. */
static const char *pressure_trend(const struct view *view, const struct alarm *a,
	const struct reading *r, struct trend *trend)
{
	int room = view->twin->site && a->room[0] ? site_room(view->twin->site, a->room) : -1;
	const struct reading *next = room >= 0 ? next_room(view, room) : NULL;

	if (next) {
		trend_of_two(trend, r, next, 100, view->twin->site->rooms[room].pressure_zero);
		trend->low = view->twin->site->rooms[room].pressure_low;
		trend->high = view->twin->site->rooms[room].pressure_high;
	}
	return "Pa";
}

static const char *climate_trend(const struct view *view, int reading, struct trend *trend)
{
	struct climate_row rows[TWIN_READINGS];
	int count = climate_rows(view, rows, TWIN_READINGS);
	const struct reading *r = &view->twin->readings[reading];

	trend_of_reading(trend, r);
	for (int i = 0; i < count; i++) {
		if (rows[i].reading != reading)
			continue;
		trend->low = rows[i].low;
		trend->high = rows[i].high;
	}
	return r->quantity == QUANTITY_TEMPERATURE ? "°C" : quantity_unit(r->quantity);
}

static void draw_trend(const struct view *view, const struct alarm *a, struct page *page)
{
	struct trend trend = {.low = 1, .high = 0};
	int reading = reading_of(view, a), top;
	char text[LABEL_SIZE], age[24];
	struct cold_stock stock;
	const char *unit;

	if (reading < 0)
		return;
	if (a->class_ == ALARM_CLASS_COLD_CHAIN && cold_stock(view->twin, reading, &stock))
		part_stock(&stock, page);
	unit = a->class_ == ALARM_CLASS_ROOM_PRESSURE
		       ? pressure_trend(view, a, &view->twin->readings[reading], &trend)
		       : climate_trend(view, reading, &trend);
	if (trend.count < 2)
		return;
	format_age(view->now_ms - view->twin->readings[reading].at_ms, age, sizeof age);
	format_put(text, sizeof text, "%.1f %s, %s", trend.values[trend.count - 1], unit, age);
	if (trend.low <= trend.high)
		format_add(text, sizeof text, _("; limits %.1f to %.1f"), trend.low, trend.high);
	page_pair(page, _("Last value"), ROLE_NORMAL, text);
	top = page_line(page, ROLE_NORMAL, "%s", "");
	for (int i = 1; i < TREND_ROWS; i++)
		page_line(page, ROLE_NORMAL, "%s", "");
	/* Scrolled half out of the picture, it waits until all of it is in. */
	if (top >= 0 && top + TREND_ROWS <= page->area.row + page->area.rows)
		trend_draw(&trend, page->canvas,
			(struct area){top, page->area.column, TREND_ROWS, page->area.columns});
}

void alarm_page(const struct view *view, const char *key, struct canvas *canvas, struct area body,
	int *skip)
{
	struct page page = page_begin(canvas, body, *skip);
	int index = twin_alarm(view->twin, key);
	const struct alarm *a = index >= 0 ? &view->twin->alarms[index] : NULL;

	if (a == NULL || a->raised_ms == 0) {
		page_line(&page, ROLE_DIM, "%s", _("this alarm is not known any more"));
		page_end(&page, skip);
		return;
	}
	page_line(&page, title_role(a), "%s %s", format_marks(a->priority), a->text);
	draw_guidance(view, a, &page);
	draw_place(view, a, &page);
	draw_state(view, a, &page);
	draw_hazard(view, a, &page);
	draw_causes(view, a, &page);
	draw_people(view, a, &page);
	notes_page(view, a->key, &page);
	draw_trend(view, a, &page);
	page_pair(&page, _("Remember"), ROLE_DIM,
		_("vigie is a secondary display, not a nurse-call system"));
	page_end(&page, skip);
}

static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	alarm_page(view, screen->target, canvas, body, &screen->offset);
}

static void subject(
	struct screen *screen, const struct view *view, const void *row, struct subject *out)
{
	int index = twin_alarm(view->twin, screen->target);

	(void)row;
	if (index >= 0)
		alarm_subject(view, index, out);
}

const struct screen_def screen_alarm_detail = {
	.name = "alarm",
	.title = N_("Alarm"),
	.draw = draw,
	.subject = subject,
};
