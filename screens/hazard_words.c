/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/hazard_words.h"

#include "screens/format.h"
#include "screens/tr.h"
#include "twin/fasting.h"
#include "twin/hazard.h"

static const double MINUTE_MS = 60000;

static const struct hazard_rule *rule_of(const struct alarm *a)
{
	return (unsigned)a->hazard < HAZARD_COUNT && a->hazard != HAZARD_NONE
		       ? &hazard_rules[a->hazard]
		       : NULL;
}

/* "in 1 h 40", "now" */
static void ahead(const struct view *view, const struct alarm *a, char *out, size_t size)
{
	double left = (double)(a->about_ms - view->now_ms) / MINUTE_MS;
	char text[24];

	if (left < 1) {
		format_put(out, size, "%s", _("now"));
		return;
	}
	format_duration(left, text, sizeof text);
	format_put(out, size, _("in %s"), text);
}

/* The room has a column of its own: of a rule's alarm the list tells what, and whom. */
static void name(const struct view *view, const struct alarm *a, char *out, size_t size)
{
	int index = twin_case(view->twin, a->subject);
	char who[LABEL_SIZE] = "";

	if (hazard_rules[a->hazard].foretold) {
		format_put(out, size, "%s", a->text);
		return;
	}
	if (index >= 0)
		format_person(view, view->twin->cases[index].patient, who, sizeof who);
	format_put(out, size, who[0] ? "%s: %s" : "%s", _(hazard_rules[a->hazard].text), who);
}

/* ", not before 12:30": from when on the fasting clock lets them begin. */
static void legal(const struct view *view, const struct alarm *a, char *out, size_t size)
{
	int index = a->hazard == HAZARD_FASTING ? twin_case(view->twin, a->subject) : -1;
	int64_t legal_ms = index >= 0 ? fasting_legal_ms(view->twin, index) : 0;
	char clock[16];

	if (legal_ms <= view->now_ms)
		return;
	format_clock(legal_ms, clock, sizeof clock);
	format_add(out, size, _(", not before %s"), clock);
}

void hazard_line(const struct view *view, const struct alarm *a, char *out, size_t size)
{
	char when[32];

	format_put(out, size, "%s", a->text);
	if (!rule_of(a))
		return;
	name(view, a, out, size);
	if (!a->active)
		return;
	legal(view, a, out, size);
	if (a->foretold_ms > 0 && a->chance >= 0)
		format_add(out, size, ", %.0f%%", a->chance * 100);
	ahead(view, a, when, sizeof when);
	format_add(out, size, ", %s (%s)", when, rule_of(a)->key);
}

void hazard_when(const struct view *view, const struct alarm *a, char *out, size_t size)
{
	char clock[16], when[32];

	format_put(out, size, "%s", "");
	if (!rule_of(a) || a->about_ms == 0)
		return;
	format_clock(a->about_ms, clock, sizeof clock);
	ahead(view, a, when, sizeof when);
	format_put(out, size, a->active ? "%s, %s" : "%s", clock, when);
}

void hazard_chance(const struct alarm *a, char *out, size_t size)
{
	char count[24];

	format_put(out, size, "%s", "");
	if (!rule_of(a) || a->foretold_ms == 0)
		return;
	if (a->chance < 0) {
		format_put(out, size, "%s", _("not known: nobody foretells it any more"));
		return;
	}
	format_count(a->reps, count, sizeof count);
	format_put(out, size, _("%.0f%%, by %s replications"), a->chance * 100, count);
}

void hazard_source(const struct view *view, const struct alarm *a, char *out, size_t size)
{
	char date[48], age[24];

	format_put(out, size, "%s", "");
	if (!rule_of(a))
		return;
	if (a->foretold_ms == 0) {
		format_put(out, size, "%s", _("a rule: programme, milestones and readiness"));
		return;
	}
	format_date_clock(a->foretold_ms, date, sizeof date);
	format_age(view->now_ms - a->foretold_ms, age, sizeof age);
	format_put(out, size, _("the forecast of %s, %s"), date, age);
}

void hazard_help(const struct alarm *a, char *out, size_t size)
{
	const struct hazard_rule *rule = rule_of(a);

	format_put(out, size, "%s", "");
	if (rule)
		format_put(out, size, "%s: %s", rule->key, _(rule->help));
}

void hazard_subject(const struct view *view, const struct alarm *a, struct subject *out)
{
	const struct twin *twin = view->twin;

	if (!rule_of(a))
		return;
	out->case_ = twin_case(twin, a->subject);
	if (out->case_ >= 0)
		out->patient = twin_patient(twin, twin->cases[out->case_].patient);
	if (twin->site && a->room[0])
		out->room = site_room(twin->site, a->room);
}
