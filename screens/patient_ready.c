/* SPDX-License-Identifier: Apache-2.0 */

/* Before the room: is the patient ready, who says so, and who is there. */

#include <string.h>

#include "screens/format.h"
#include "screens/intake.h"
#include "screens/parts.h"
#include "screens/patient_twin.h"
#include "screens/tr.h"
#include "twin/fasting.h"

enum { TWO_COLUMNS = 74, SWAPS = 4 };

struct item {
	const char *name;
	char value[48], said[40];
	enum role role;
};

static void said_by(
	const struct view *view, enum source who, const struct stamp *stamp, char *out, size_t size)
{
	char age[24];

	format_age(view->now_ms - stamp->at_ms, age, sizeof age);
	format_put(out, size, "%c %s", format_source_letter(who), age);
}

static void item_arrived(const struct view *view, const struct surgery *s, struct item *out)
{
	enum source who = SOURCE_NONE;
	const struct stamp *stamp = surgery_stamp(s, MILESTONE_ARRIVED, &who);
	char clock[16];

	out->name = N_("arrived");
	if (stamp) {
		format_clock(stamp->when_ms, clock, sizeof clock);
		format_put(out->value, sizeof out->value, _("yes, %s"), clock);
		said_by(view, who, stamp, out->said, sizeof out->said);
	} else if (surgery_last(s, TRACK_PATIENT) > MILESTONE_ARRIVED) {
		format_put(out->value, sizeof out->value, "%s", _("yes: on the way"));
	} else {
		format_put(out->value, sizeof out->value, "%s", _("not yet"));
		out->role = s->start_ms > 0 && s->start_ms < view->now_ms ? ROLE_LATE : ROLE_NORMAL;
	}
}

/* The newest word about fasting: an intake, or a yes or no. */
static const struct stamp *fasting_stamp(const struct surgery *s)
{
	const struct stamp *newest = &s->ready_by[READY_FASTING];

	for (int i = 0; i < INTAKE_COUNT; i++)
		if (s->intake[i].when_ms > 0 && s->intake[i].at_ms > newest->at_ms)
			newest = &s->intake[i];
	return newest;
}

static void item_ready(const struct view *view, int index, enum readiness r, struct item *out)
{
	static const char *const names[READY_COUNT] = {[READY_FASTING] = N_("fasting"),
		[READY_CONSENT] = N_("consent"),
		[READY_MARKED] = N_("marked"),
		[READY_BED] = N_("bed")};
	const struct surgery *s = &view->twin->cases[index];
	int value = r == READY_FASTING ? fasting_kept(view->twin, index) : s->ready[r];
	const struct stamp *stamp = r == READY_FASTING ? fasting_stamp(s) : &s->ready_by[r];
	int64_t legal_ms = r == READY_FASTING ? fasting_legal_ms(view->twin, index) : 0;
	char clock[16];

	out->name = names[r];
	out->role = value < 0 ? ROLE_DIM : value == 0 ? ROLE_LATE : ROLE_NORMAL;
	format_put(out->value, sizeof out->value, "%s",
		value < 0    ? _("not said")
		: value == 0 ? _("NO")
			     : _("yes"));
	format_clock(legal_ms, clock, sizeof clock);
	if (legal_ms > 0)
		format_add(out->value, sizeof out->value, _(", from %s"), clock);
	if (value >= 0 && stamp->at_ms > 0)
		said_by(view, format_stamp_source(stamp), stamp, out->said, sizeof out->said);
}

static void draw_items(const struct item *items, int count, struct page *page)
{
	int columns = page->area.columns >= TWO_COLUMNS ? 2 : 1;
	int rows = (count + columns - 1) / columns, width = page->area.columns / columns;

	for (int i = 0; i < rows; i++) {
		int row = page_line(page, ROLE_NORMAL, "%s", "");

		for (int c = 0; row >= 0 && c < columns && i + c * rows < count; c++) {
			const struct item *it = &items[i + c * rows];
			int left = page->area.column + 2 + c * width;

			canvas_text(page->canvas, page->area, row, left, 9, ROLE_DIM, _(it->name));
			canvas_text(
				page->canvas, page->area, row, left + 10, 17, it->role, it->value);
			canvas_text(page->canvas, page->area, row, left + 28, width - 30, ROLE_DIM,
				it->said);
		}
	}
}

/* What was eaten and when, and what that means. */
static void draw_clock(const struct view *view, int index, struct page *page)
{
	const struct surgery *s = &view->twin->cases[index];
	int64_t legal_ms = fasting_legal_ms(view->twin, index);
	char text[512] = "", at[16], legal[16], age[24];
	bool late = legal_ms > s->start_ms && legal_ms > view->now_ms;

	if (legal_ms == 0)
		return;
	for (int i = 0; i < INTAKE_COUNT; i++) {
		if (s->intake[i].when_ms == 0)
			continue;
		format_clock(s->intake[i].when_ms, at, sizeof at);
		format_age(view->now_ms - s->intake[i].at_ms, age, sizeof age);
		format_add(text, sizeof text, _("%s%s at %s (%s, %s)"), text[0] ? "; " : "",
			intake_words((enum intake)i), at,
			s->intake[i].origin[0] ? s->intake[i].origin : "?", age);
	}
	format_clock(legal_ms, legal, sizeof legal);
	format_add(text, sizeof text,
		fasting_binds(s) ? _(": not before %s") : _(": %s, but this cannot wait"), legal);
	page_words(
		page, _("ate or drank"), late && fasting_binds(s) ? ROLE_LATE : ROLE_NORMAL, text);
}

/* Somebody said "not fasting", and nobody when and what. */
static void draw_no_clock(const struct view *view, const struct surgery *s, struct page *page)
{
	const struct site *site = view->twin->site;
	int64_t said_ms = s->ready_by[READY_FASTING].when_ms;
	int64_t fluids_ms = said_ms + (int64_t)(fasting_hours(site, INTAKE_CLEAR) * 3600000);
	int64_t meal_ms = said_ms + (int64_t)(fasting_hours(site, INTAKE_SOLIDS) * 3600000);
	char said[16], fluids[16], meal[16], text[256];

	format_clock(said_ms, said, sizeof said);
	format_clock(fluids_ms, fluids, sizeof fluids);
	format_clock(meal_ms, meal, sizeof meal);
	format_put(text, sizeof text, _("not at %s; start %s if clear fluids, %s if a meal"), said,
		fluids, meal);
	page_pair(page, _("fasting"), s->start_ms < meal_ms ? ROLE_LATE : ROLE_NORMAL, text);
}

static void draw_swaps(const struct view *view, int index, struct page *page)
{
	int cases[SWAPS], n = fasting_swaps(view->twin, index, cases, SWAPS);
	char text[512] = "", clock[16], person[LABEL_SIZE], ready[8];

	for (int i = 0; i < n; i++) {
		const struct surgery *o = &view->twin->cases[cases[i]];

		format_clock(o->start_ms, clock, sizeof clock);
		format_person(view, o->patient, person, sizeof person);
		part_ready(view, cases[i], ready, sizeof ready);
		format_add(text, sizeof text, "%s%s %s %s [%s]", i > 0 ? "; " : "", clock, person,
			o->procedure, ready);
	}
	page_words(page, _("could swap"), ROLE_NORMAL, text);
}

/* Which roles wear a badge that is heard in the room now: how many, never who. */
static void draw_roles(const struct view *view, const struct surgery *s, struct page *page)
{
	const struct twin *twin = view->twin;
	const struct site *site = twin->site;
	char text[256] = "", name[LABEL_SIZE];
	bool badges = false;

	for (int r = 0; site && s->room_at >= 0 && r < site->role_count; r++) {
		int there = 0;

		for (int i = 0; i < twin->thing_count; i++) {
			const struct thing *t = &twin->things[i];
			const struct tag *tag = t->site_tag >= 0 ? &site->tags[t->site_tag] : NULL;

			if (!tag || tag->kind != TAG_STAFF || strcmp(tag->role, site->roles[r].id))
				continue;
			badges = true;
			there += t->known && !t->frozen && t->state == LOCATED_IN
				 && t->room == s->room_at;
		}
		if (there > 0)
			format_add(text, sizeof text, "%s%d %s", text[0] ? ", " : "", there,
				site->roles[r].name);
	}
	if (!badges)
		return;
	format_put(name, sizeof name, _("in %s"), format_room(view, s->room_at));
	page_pair(page, name, text[0] ? ROLE_NORMAL : ROLE_DIM,
		text[0] ? text : _("no badge of the team is heard"));
}

/* Sets and equipment the site has few of, and how many of them are in a room. */
static void draw_kits(const struct view *view, const struct surgery *s, struct page *page)
{
	const struct twin *twin = view->twin;
	const struct site *site = twin->site;
	char text[512] = "";

	for (int k = 0; site && k < site->kit_count; k++) {
		const struct kit *kit = &site->kits[k];
		int used = 0;

		if (!site_kit_is_for(kit, s->procedure))
			continue;
		for (int i = 0; i < twin->case_count; i++) {
			const struct surgery *o = &twin->cases[i];

			used += o != s && surgery_has_begun(o) && !surgery_is_over(o)
				&& site_kit_is_for(kit, o->procedure);
		}
		format_add(text, sizeof text, _("%s%s (%d, %d in use elsewhere)"),
			text[0] ? ", " : "", kit->name[0] ? kit->name : kit->id, kit->count, used);
	}
	if (site && site->kit_count > 0 && !text[0])
		format_put(text, sizeof text, "%s", _("nothing that is scarce"));
	page_words(page, _("needs"), ROLE_NORMAL, text);
}

void patient_ready(const struct view *view, const struct surgery *s, struct page *page)
{
	struct item items[1 + READY_COUNT] = {{.role = ROLE_NORMAL}};
	int index = (int)(s - view->twin->cases);
	char letters[8], text[LABEL_SIZE];
	enum role role;

	if (surgery_is_off(s) || surgery_is_over(s))
		return;
	/* Once in the room, readiness is no longer a question. */
	if (!surgery_has_begun(s)) {
		role = part_ready(view, index, letters, sizeof letters);
		format_put(
			text, sizeof text, _("%s  (arrived, fasting, consent, marked)"), letters);
		page_pair(page, _("readiness"), role, text);
		item_arrived(view, s, &items[0]);
		for (int r = 0; r < READY_COUNT; r++)
			item_ready(view, index, (enum readiness)r, &items[1 + r]);
		draw_items(items, 1 + READY_COUNT, page);
		draw_clock(view, index, page);
		if (s->ready[READY_FASTING] == 0 && fasting_kept(view->twin, index) == 0
			&& fasting_stamp(s) == &s->ready_by[READY_FASTING])
			draw_no_clock(view, s, page);
		draw_swaps(view, index, page);
	}
	if (surgery_has_begun(s) || twin_room_next(view->twin, s->room_at) == index)
		draw_roles(view, s, page);
	draw_kits(view, s, page);
}
