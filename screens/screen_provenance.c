/* SPDX-License-Identifier: Apache-2.0 */

/* `i`: who says so? Every word of every source, with time, age, confidence. */

#include <stdlib.h>
#include <string.h>

#include "screens/format.h"
#include "screens/intake.h"
#include "screens/hazard_words.h"
#include "screens/page.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"

static void stamp_line(const struct view *view, struct page *page, const char *what,
	enum source who, const struct stamp *stamp, bool in_force, enum role role)
{
	char clock[16], age[24];

	format_clock(stamp->when_ms, clock, sizeof clock);
	format_age(view->now_ms - stamp->at_ms, age, sizeof age);
	page_line(page, role, "%c %-18s %s%s  %-6s  %-28s %s", in_force ? '*' : ' ', what,
		stamp->at_most ? "<" : "", clock, format_source(who), stamp->origin, age);
}

static void milestones(const struct view *view, const struct surgery *s, struct page *page)
{
	for (int m = 0; m < MILESTONE_COUNT; m++) {
		const struct passage *p = &s->passage[m];
		const struct stamp *force = surgery_stamp(s, (enum milestone)m, NULL);

		for (int k = 0; k < SPEAKERS; k++) {
			if (p->by[k].when_ms == 0)
				continue;
			stamp_line(view, page, _(milestone_rules[m].label),
				(enum source)(SOURCE_RADIO + k), &p->by[k], &p->by[k] == force,
				p->conflict ? ROLE_CONFLICT : ROLE_NORMAL);
		}
		if (p->conflict)
			page_line(page, ROLE_CONFLICT, "    %s",
				_("! conflict: the sources are more than 2 min apart"));
		if (p->flagged)
			page_line(page, ROLE_DIM, "    %s",
				_("? out of order or impossible; kept as said"));
	}
}

static void about_thing(const struct view *view, int index, struct page *page)
{
	const struct thing *t = &view->twin->things[index];
	char text[256], age[24];

	format_thing(view, index, text, sizeof text);
	page_line(page, ROLE_STRONG, _("Who says so: %s is in %s"), text,
		t->known ? format_room(view, t->room) : _("no place known"));
	page_pair(page, _("source"), ROLE_NORMAL, _("radio, the room filter"));
	page_pair(page, _("tag"), ROLE_NORMAL, t->tag);
	if (!t->known)
		return;
	page_pair(page, _("state"), ROLE_NORMAL, located_name(t->state));
	format_put(text, sizeof text, "%.0f%%", t->confidence * 100);
	page_pair(page, _("confidence"), ROLE_NORMAL, text);
	if (t->other >= 0) {
		format_put(text, sizeof text, "%s %.0f%%", format_room(view, t->other),
			t->other_confidence * 100);
		page_pair(page, _("or else"), ROLE_NORMAL, text);
	}
	format_put(text, sizeof text, "%s", _("never"));
	if (t->certain_ms > 0) {
		format_date_clock(t->certain_ms, text, sizeof text);
		format_age(view->now_ms - t->certain_ms, age, sizeof age);
		format_add(text, sizeof text, ", %s", age);
	}
	page_pair(page, _("last certain"), ROLE_NORMAL, text);
	format_age(view->now_ms - t->at_ms, age, sizeof age);
	page_pair(page, _("last said"), ROLE_NORMAL, age);
	format_date_clock(t->since_ms, text, sizeof text);
	page_pair(page, _("there since"), ROLE_NORMAL, text);
	if (t->frozen)
		page_pair(page, _("frozen"), ROLE_CONFLICT,
			_("? only silent gateways covered it: this is the last word"));
}

static void about_reading(const struct view *view, const char *what, struct page *page)
{
	enum quantity quantity = (enum quantity)(what[0] - '0');
	int index = twin_reading(view->twin, what + 1, quantity);
	const struct reading *r;
	char text[256], age[24];

	if (index < 0)
		return;
	r = &view->twin->readings[index];
	page_line(page, ROLE_STRONG, _("Who says so: %s %.2f %s"), quantity_name(quantity),
		r->value, quantity_unit(quantity));
	page_pair(page, _("tag"), ROLE_NORMAL, r->tag);
	page_pair(page, _("heard by"), ROLE_NORMAL, r->origin);
	format_date_clock(r->at_ms, text, sizeof text);
	format_age(view->now_ms - r->at_ms, age, sizeof age);
	format_add(text, sizeof text, ", %s", age);
	page_pair(page, _("received"), ROLE_NORMAL, text);
	if (r->source_ms > 0) {
		format_date_clock(r->source_ms, text, sizeof text);
		page_pair(page, _("its own clock"), ROLE_NORMAL, text);
	}
	if (r->out_since_ms > 0) {
		format_date_clock(r->out_since_ms, text, sizeof text);
		page_pair(page, _("out since"), ROLE_LATE, text);
	}
}

static void about_room(const struct view *view, int index, struct page *page)
{
	const struct room_twin *room = &view->twin->rooms[index];
	char text[256], age[24];

	page_line(page, ROLE_STRONG, _("Who says so: %s, %s"), format_room(view, index),
		format_room_state(room->state));
	format_date_clock(room->since_ms, text, sizeof text);
	page_pair(page, _("since"), ROLE_NORMAL, room->since_ms > 0 ? text : "");
	if (room->service_at_ms > 0) {
		format_age(view->now_ms - room->service_at_ms, age, sizeof age);
		format_put(text, sizeof text, "%s, %s, %s", room_service_name(room->service),
			room->service_origin, age);
		page_pair(page, _("housekeeping"), ROLE_NORMAL, text);
	}
	if (room->greyed)
		page_pair(page, _("greyed"), ROLE_CONFLICT,
			_("? every gateway that covers it is silent"));
	if (room->conflict)
		page_pair(page, _("conflict"), ROLE_CONFLICT,
			_("! two sources disagree about who is in it"));
}

static void about_case(const struct view *view, const char *case_id, struct page *page)
{
	int index = twin_case(view->twin, case_id), worn, room;
	const struct surgery *s;
	char person[LABEL_SIZE];

	if (index < 0)
		return;
	s = &view->twin->cases[index];
	format_person(view, s->patient, person, sizeof person);
	page_line(page, ROLE_STRONG, _("Who says so: %s, %s"), person, s->procedure);
	page_line(page, ROLE_DIM, "%s", _("* in force: person before FHIR before radio"));
	if (s->told.at_ms > 0)
		stamp_line(view, page, _("programme"), SOURCE_FHIR, &s->told, true, ROLE_NORMAL);
	for (int r = 0; r < READY_COUNT; r++) {
		if (s->ready[r] >= 0)
			stamp_line(view, page, readiness_name((enum readiness)r),
				format_stamp_source(&s->ready_by[r]), &s->ready_by[r], true,
				ROLE_NORMAL);
	}
	for (int i = 0; i < INTAKE_COUNT; i++)
		if (s->intake[i].when_ms > 0)
			stamp_line(view, page, intake_words((enum intake)i), SOURCE_PERSON,
				&s->intake[i], true, ROLE_NORMAL);
	milestones(view, s, page);
	if (s->place_conflict)
		page_line(page, ROLE_CONFLICT, "%s", _("! radio and FHIR disagree on the place"));
	worn = twin_worn_by(view->twin, s->patient);
	if (worn >= 0) {
		page_line(page, ROLE_NORMAL, "%s", "");
		about_thing(view, worn, page);
	}
	room = view->twin->site ? site_room(view->twin->site, s->room) : -1;
	if (room >= 0) {
		page_line(page, ROLE_NORMAL, "%s", "");
		about_room(view, room, page);
	}
}

static void about_alarm(const struct view *view, const char *key, struct page *page)
{
	int index = twin_alarm(view->twin, key), thing;
	const struct alarm *a;
	char text[256];

	if (index < 0)
		return;
	a = &view->twin->alarms[index];
	page_line(page, ROLE_STRONG, _("Who says so: %s"), a->text);
	page_pair(page, _("key"), ROLE_NORMAL, a->key);
	page_pair(page, _("class"), ROLE_NORMAL, alarm_class_name(a->class_));
	format_date_clock(a->raised_ms, text, sizeof text);
	page_pair(page, _("raised"), ROLE_NORMAL, text);
	format_date_clock(a->changed_ms, text, sizeof text);
	page_pair(page, _("last change"), ROLE_NORMAL, a->changed_ms > 0 ? text : "");
	hazard_source(view, a, text, sizeof text);
	page_pair(page, _("said by"), ROLE_NORMAL, text);
	hazard_chance(a, text, sizeof text);
	page_pair(page, _("how likely"), ROLE_NORMAL, text);
	hazard_when(view, a, text, sizeof text);
	page_pair(page, _("when"), ROLE_NORMAL, text);
	page_pair(page, _("by tag"), ROLE_NORMAL, a->tag);
	if (a->late)
		page_pair(page, _("late"), ROLE_CONFLICT, _("from a gateway's offline buffer"));
	thing = twin_alarm_thing(view->twin, a);
	if (thing < 0)
		return;
	page_line(page, ROLE_NORMAL, "%s", "");
	about_thing(view, thing, page);
}

static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	struct page page = page_begin(canvas, body, screen->offset);
	const char *what = screen->target + 1;
	int index;

	switch (screen->target[0]) {
	case 'c':
		about_case(view, what, &page);
		break;
	case 't':
		index = twin_thing(view->twin, what);
		if (index >= 0)
			about_thing(view, index, &page);
		break;
	case 'r':
		about_reading(view, what, &page);
		break;
	case 'a':
		about_alarm(view, what, &page);
		break;
	default:
		index = view->twin->site ? site_room(view->twin->site, what) : -1;
		if (index >= 0)
			about_room(view, index, &page);
		break;
	}
	if (page.line == 0)
		page_line(&page, ROLE_DIM, "%s", _("it is no longer there"));
	page_end(&page, &screen->offset);
}

const struct screen_def screen_provenance = {
	.name = "why",
	.title = N_("Who says so"),
	.draw = draw,
};
