/* SPDX-License-Identifier: Apache-2.0 */

/* The patient page: stage, milestones with their sources, covariates, place. */

#include <math.h>
#include <string.h>

#include "screens/emergency.h"
#include "screens/format.h"
#include "screens/notes.h"
#include "screens/page.h"
#include "screens/parts.h"
#include "screens/patient_twin.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"

static const char *const mobilities[MOBILITY_COUNT] = {[MOBILITY_UNKNOWN] = "",
	[MOBILITY_WALKS] = N_("walks"),
	[MOBILITY_CHAIR] = N_("chair"),
	[MOBILITY_BED] = N_("in bed")};
static const char *const settings[SETTING_COUNT] = {[SETTING_UNKNOWN] = "",
	[SETTING_DAY] = N_("day surgery"),
	[SETTING_INPATIENT] = N_("inpatient"),
	[SETTING_EMERGENCY] = N_("emergency")};

static void draw_person(const struct view *view, const struct surgery *s, struct page *page)
{
	int index = twin_patient(view->twin, s->patient);
	const struct patient *p = index >= 0 ? &view->twin->patients[index] : NULL;
	char text[512] = "", person[LABEL_SIZE], age[24];

	format_person(view, s->patient, person, sizeof person);
	if (p && p->age_years >= 0)
		format_add(text, sizeof text, _("  %d years"), p->age_years);
	if (p && p->sex)
		format_add(text, sizeof text, "  %c", p->sex);
	format_add(text, sizeof text, p && p->asa > 0 ? "  ASA %d" : _("  ASA unknown"),
		p ? p->asa : 0);
	if (p && p->bmi > 0)
		format_add(text, sizeof text, "  BMI %.1f", p->bmi);
	if (p && p->mobility != MOBILITY_UNKNOWN)
		format_add(text, sizeof text, "  %s", _(mobilities[p->mobility]));
	if (p && p->setting != SETTING_UNKNOWN)
		format_add(text, sizeof text, "  %s", _(settings[p->setting]));
	if (p && p->told.origin[0]) {
		format_age(view->now_ms - p->told.at_ms, age, sizeof age);
		format_add(text, sizeof text, "  (%s, %s)", p->told.origin, age);
	}
	page_line(page, ROLE_STRONG, "%s%s", person[0] ? person : _("patient not named"), text);
}

static void draw_urgency(const struct surgery *s, struct page *page)
{
	char text[LABEL_SIZE] = "";

	if (s->nest > 0)
		format_put(text, sizeof text, _("NEST %d, %s"), s->nest, emergency_class(s->nest));
	else if (s->setting == SETTING_EMERGENCY)
		format_put(text, sizeof text, "%s", _("emergency without a NEST class: E says it"));
	page_pair(page, _("urgency"), s->nest > 0 ? ROLE_STRONG : ROLE_LATE, text);
}

static void draw_case(const struct view *view, const struct surgery *s, struct page *page)
{
	char from[16], to[16], text[512], late[16], age[24], one[LABEL_SIZE], other[LABEL_SIZE];
	int room = view->twin->site ? site_room(view->twin->site, s->room) : -1;

	format_clock(s->start_ms, from, sizeof from);
	format_clock(s->end_ms, to, sizeof to);
	format_late(surgery_late_min(s, view->now_ms), late, sizeof late);
	format_put(text, sizeof text, "%s-%s  %s  %s  %s", from, to,
		room >= 0 ? format_room(view, room) : s->room, s->procedure,
		late[0] && !surgery_is_off(s) ? late : "");
	page_pair(page, _("case"), ROLE_NORMAL, text);
	format_person(view, s->surgeon, one, sizeof one);
	format_person(view, s->anaesthetist, other, sizeof other);
	format_put(text, sizeof text, "%s / %s", one[0] ? one : _("no surgeon named"),
		other[0] ? other : _("no anaesthetist named"));
	if (s->told.origin[0]) {
		format_age(view->now_ms - s->told.at_ms, age, sizeof age);
		format_add(text, sizeof text, "  (%s, %s)", s->told.origin, age);
	}
	page_pair(page, _("team"), ROLE_NORMAL, text);
	/* The booking's status says more than the stage only when it is off. */
	page_pair(page, _("stage"), ROLE_STRONG,
		surgery_is_off(s) ? format_status(s->status) : format_stage(surgery_stage(s)));
	draw_urgency(s, page);
	page_pair(page, _("locked"), ROLE_NORMAL,
		part_locked(s) ? _("# where and when it is: no repair moves it") : "");
	page_pair(page, _("not understood"), ROLE_CONFLICT, s->not_understood);
}

/* What comes next, four times out of five between the two. */
static void draw_ahead(const struct view *view, const struct surgery *s, struct page *page)
{
	const struct forecast_case *f = rows_forecast_case(view, (int)(s - view->twin->cases));
	struct quantiles start, end, pacu;
	enum role role = rows_forecast_stale(view) ? ROLE_DIM : ROLE_NORMAL;
	char in[48], out[48], bed[48], age[24], text[256] = "";

	if (!f)
		return;
	start = rows_ahead(view, f->start);
	end = rows_ahead(view, f->end);
	pacu = rows_ahead(view, f->pacu_out);
	format_span(&start, in, sizeof in);
	format_span(&end, out, sizeof out);
	format_span(&pacu, bed, sizeof bed);
	if (in[0] && !surgery_has_begun(s))
		format_add(text, sizeof text, _("in %s  "), in);
	if (out[0] && !surgery_is_over(s))
		format_add(text, sizeof text, _("out %s  "), out);
	if (bed[0] && surgery_has_begun(s))
		format_add(text, sizeof text, _("PACU to %s  "), bed);
	format_age(rows_forecast_age(view), age, sizeof age);
	format_add(text, sizeof text, _("%s%s old"), rows_forecast_stale(view) ? "? " : "", age);
	page_pair(page, _("foreseen"), role, text);
}

/* Names where the site has them; what FHIR wrote otherwise. */
static void fhir_place(const struct view *view, const struct patient *p, char *out, size_t size)
{
	const struct site *site = view->twin->site;
	int room = site ? site_room(site, p->fhir_room) : -1;
	int bed = site ? site_bed(site, p->fhir_bed) : -1;

	format_put(out, size, "%s", room >= 0 ? format_room(view, room) : p->fhir_room);
	if (bed >= 0 && site->beds[bed].name[0])
		format_add(out, size, ", %s", site->beds[bed].name);
	else if (p->fhir_bed[0])
		format_add(out, size, ", %s", p->fhir_bed);
}

static void draw_place(const struct view *view, const struct surgery *s, struct page *page)
{
	int index = twin_patient(view->twin, s->patient);
	int worn = twin_worn_by(view->twin, s->patient);
	enum source who;
	bool conflict = false;
	char text[256] = "", age[24];

	if (index < 0)
		return;
	twin_patient_room(view->twin, index, &who, &conflict);
	if (view->twin->patients[index].fhir_room[0]) {
		const struct patient *p = &view->twin->patients[index];

		format_age(view->now_ms - p->fhir_at_ms, age, sizeof age);
		fhir_place(view, p, text, sizeof text);
		format_add(text, sizeof text, ", %s, %s", p->fhir_origin, age);
		page_pair(page, _("place, FHIR"), conflict ? ROLE_CONFLICT : ROLE_NORMAL, text);
	}
	if (worn < 0 || !view->twin->things[worn].known) {
		page_pair(page, _("place, radio"), ROLE_DIM, _("not heard"));
	} else {
		const struct thing *t = &view->twin->things[worn];

		format_age(rows_fix_age(view, t), age, sizeof age);
		format_put(text, sizeof text, "%s%s %.0f%%, %s, %s", t->frozen ? "? " : "",
			format_room(view, t->room), t->confidence * 100, located_name(t->state),
			age);
		page_pair(page, _("place, radio"), conflict ? ROLE_CONFLICT : ROLE_NORMAL, text);
	}
	if (conflict)
		page_pair(page, _("conflict"), ROLE_CONFLICT,
			_("! the two sources disagree on the place"));
}

static enum role milestone_text(
	const struct view *view, const struct surgery *s, enum milestone m, char *out, size_t size)
{
	const struct passage *passage = &s->passage[m];
	enum source who = SOURCE_NONE;
	const struct stamp *stamp = surgery_stamp(s, m, &who);
	char clock[16], age[24];

	if (!stamp) {
		format_put(out, size, "  %-18s --:--", _(milestone_rules[m].label));
		return ROLE_DIM;
	}
	format_clock(stamp->when_ms, clock, sizeof clock);
	format_age(view->now_ms - stamp->at_ms, age, sizeof age);
	format_put(out, size, "%s %-18s %s%s %c %s",
		passage->conflict  ? "!"
		: passage->flagged ? "?"
				   : " ",
		_(milestone_rules[m].label), stamp->at_most ? "<" : "", clock,
		format_source_letter(who), age);
	return passage->conflict ? ROLE_CONFLICT : ROLE_NORMAL;
}

/* Two columns where there is room: all 23 fit in 80x24. */
static void draw_milestones(const struct view *view, const struct surgery *s, struct page *page)
{
	int columns = page->area.columns >= 74 ? 2 : 1;
	int rows = (MILESTONE_COUNT + columns - 1) / columns;
	int width = page->area.columns / columns;
	char text[LABEL_SIZE];

	for (int i = 0; i < rows; i++) {
		int row = page_line(page, ROLE_NORMAL, "%s", "");

		for (int c = 0; row >= 0 && c < columns && i + c * rows < MILESTONE_COUNT; c++) {
			enum role role = milestone_text(
				view, s, (enum milestone)(i + c * rows), text, sizeof text);

			canvas_text(page->canvas, page->area, row, page->area.column + c * width,
				width - 1, role, text);
		}
	}
}

void patient_page(const struct view *view, const char *case_id, struct canvas *canvas,
	struct area area, int *skip)
{
	struct page page = page_begin(canvas, area, *skip);
	int index = twin_case(view->twin, case_id);
	const struct surgery *s;

	if (index < 0) {
		page_line(&page, ROLE_DIM, "%s", _("this case is no longer on the programme"));
		return;
	}
	s = &view->twin->cases[index];
	draw_person(view, s, &page);
	draw_case(view, s, &page);
	notes_page(view, s->id, &page);
	patient_ready(view, s, &page);
	draw_ahead(view, s, &page);
	patient_expected(view, s, &page);
	patient_ahead(view, s, &page);
	patient_reasons(view, s, &page);
	draw_place(view, s, &page);
	draw_milestones(view, s, &page);
	page_end(&page, skip);
}

static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	patient_page(view, screen->target, canvas, body, &screen->offset);
}

static void subject(
	struct screen *screen, const struct view *view, const void *row, struct subject *out)
{
	(void)row;
	out->case_ = twin_case(view->twin, screen->target);
}

const struct screen_def screen_patient = {
	.name = "patient",
	.title = N_("Patient"),
	.draw = draw,
	.subject = subject,
};
