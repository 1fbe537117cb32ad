/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/patient_twin.h"

#include <math.h>

#include "screens/format.h"
#include "screens/parts.h"
#include "screens/tr.h"
#include "twin/lace.h"
#include "twin/stat.h"

static void law_text(const struct duration_law *law, char *out, size_t size)
{
	format_put(out, size, _("%.0f min (%.0f-%.0f)"), exp(law->mu),
		stat_lognormal_quantile(law->mu, law->sigma, 0.1),
		stat_lognormal_quantile(law->mu, law->sigma, 0.9));
}

static void over(const struct learning_record *r, struct page *page)
{
	char text[512], law[64];

	law_text(&r->foretold, law, sizeof law);
	format_put(text, sizeof text, _("%.0f min; expected %s"), learning_actual_min(r), law);
	if (r->excluded)
		format_add(text, sizeof text, "; %s", _("taken out of learning"));
	else if (!learning_uses(r))
		format_add(text, sizeof text, "; %s", _("nothing learnt: its times are not exact"));
	else
		format_add(text, sizeof text, _("; learnt: %.0f, now %.0f min"), r->before_min,
			r->after_min);
	page_pair(page, _("took"), ROLE_NORMAL, text);
}

static void expected(const struct view *view, const struct surgery *s, struct page *page)
{
	char text[512], law_is[64];
	struct duration_input input;
	struct duration_law law;
	struct duration_term why[REASON_COUNT];

	duration_suite_case(view->twin, s, &input);
	bool model = learnt_law(&view->learning->now, &input, surgery_planned_min(s), &law);
	duration_suite_explain(&view->learning->now.durations, &input, why);
	law_text(&law, law_is, sizeof law_is);
	format_put(text, sizeof text,
		model ? _("%s in the room; such cases known: %.0f")
		      : _("%s in the room, as booked; such cases known: %.0f"),
		law_is, why[REASON_PROCEDURE].seen);
	page_pair(page, _("expected"), ROLE_NORMAL, text);
}

void patient_expected(const struct view *view, const struct surgery *s, struct page *page)
{
	char word[LABEL_SIZE];
	const struct learning_record *record =
		view->learning != NULL ? learning_of(view->learning, s->id) : NULL;

	if (record != NULL)
		over(record, page);
	else if (view->learning != NULL && !surgery_is_off(s) && !surgery_is_over(s))
		expected(view, s, page);
	if (part_word(s, word, sizeof word))
		page_pair(page, _("said"), ROLE_STRONG, word);
}

static const char *reason_label(enum duration_reason reason)
{
	static const char *const labels[REASON_COUNT] = {[REASON_USUAL] = N_("usual case"),
		[REASON_BOOKING] = N_("booking"),
		[REASON_PROCEDURE] = N_("procedure"),
		[REASON_SURGEON] = N_("surgeon class"),
		[REASON_ASA] = N_("ASA"),
		[REASON_BMI] = N_("BMI"),
		[REASON_AGE] = N_("age"),
		[REASON_SEX] = N_("sex"),
		[REASON_SETTING] = N_("setting"),
		[REASON_URGENCY] = N_("urgency"),
		[REASON_ANAESTHESIA] = N_("anaesthesia"),
		[REASON_SPECIALTY] = N_("specialty"),
		[REASON_APPROACH] = N_("approach")};

	return _(labels[reason]);
}

/* What moves it by less than half a minute is not worth a word. */
static void reasons(
	const struct duration_term why[REASON_COUNT], int sign, const char *name, struct page *page)
{
	char text[512] = "";

	for (int i = REASON_USUAL + 1; i < REASON_COUNT; i++)
		if (why[i].minutes * sign >= 0.5)
			format_add(text, sizeof text, "%s%s %+.0f min", text[0] ? ", " : "",
				reason_label((enum duration_reason)i), why[i].minutes);
	page_words(page, name, ROLE_NORMAL, text);
}

/* Only what a booking or a chart usually tells: nobody records the rest yet. */
static void unknown(const struct duration_term why[REASON_COUNT], struct page *page)
{
	static const enum duration_reason asked[] = {REASON_BOOKING, REASON_PROCEDURE,
		REASON_SURGEON, REASON_ASA, REASON_BMI, REASON_AGE};
	char text[512] = "";

	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		const struct duration_term *t = &why[asked[i]];

		if (t->known)
			continue;
		format_add(text, sizeof text,
			t->wider_min < 0.5 ? _("%s%s (< 1 min wider)")
					   : _("%s%s (± %.0f min wider)"),
			text[0] ? ", " : "", reason_label(asked[i]), t->wider_min);
	}
	page_words(page, _("not known"), ROLE_NORMAL, text);
}

/* The words of twin/lace.c, for people; a day case has no stay to count. */
static void draw_lace(const struct view *view, const struct surgery *s, struct page *page)
{
	int case_ = (int)(s - view->twin->cases), points[4], total;
	int patient = twin_patient(view->twin, s->patient);
	const struct stamp *by = patient >= 0 ? &view->twin->patients[patient].history_by : NULL;
	const char *missing;
	char text[256] = "", age[24];
	struct lace parts;

	lace_of(view->twin, case_, &parts);
	lace_points(&parts, points);
	total = lace_index(&parts, &missing);
	if (parts.stay_days < 0 && twin_setting(view->twin, s) == SETTING_DAY)
		missing = N_("a day case is no stay");
	if (total < 0)
		format_put(text, sizeof text, _("not computable, because %s"), _(missing));
	else
		format_put(text, sizeof text, "%d", total);
	for (int i = 0; i < 4 && by != NULL && by->at_ms > 0; i++) {
		format_add(text, sizeof text, "%s%c ", i == 0 ? " (" : ", ", "LACE"[i]);
		format_add(text, sizeof text, points[i] < 0 ? "?" : "%d", points[i]);
	}
	if (by != NULL && by->at_ms > 0) {
		format_age(view->now_ms - by->at_ms, age, sizeof age);
		format_add(text, sizeof text, "), %s, %s", by->origin, age);
	}
	page_words(page, _("LACE"), total < 0 ? ROLE_DIM : ROLE_NORMAL, text);
}

void patient_reasons(const struct view *view, const struct surgery *s, struct page *page)
{
	struct duration_term why[REASON_COUNT];
	struct duration_input input;
	char text[160];
	double sum = 0;

	if (view->learning != NULL && !surgery_is_off(s) && !surgery_is_over(s)) {
		duration_suite_case(view->twin, s, &input);
		duration_suite_explain(&view->learning->now.durations, &input, why);
		for (int i = 0; i < REASON_COUNT; i++)
			sum += why[i].minutes;
		format_put(text, sizeof text,
			_("%.0f min; the house's law makes this one %.0f min"),
			why[REASON_USUAL].minutes, sum);
		page_pair(page, _("usual case"), ROLE_NORMAL, text);
		reasons(why, 1, _("raised by"), page);
		reasons(why, -1, _("lowered by"), page);
		unknown(why, page);
	}
	draw_lace(view, s, page);
}
