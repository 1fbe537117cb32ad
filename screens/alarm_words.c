/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/alarm_words.h"

#include "screens/format.h"
#include "screens/rows.h"
#include "screens/tr.h"

const char *alarm_class_words(enum alarm_class c)
{
	static const char *const words[ALARM_CLASS_COUNT] = {
		[ALARM_CLASS_PATIENT_CALL] = N_("patient call"),
		[ALARM_CLASS_EMERGENCY_CALL] = N_("emergency call"),
		[ALARM_CLASS_COLD_CHAIN] = N_("cold chain"),
		[ALARM_CLASS_CLIMATE] = N_("room climate"),
		[ALARM_CLASS_ROOM_PRESSURE] = N_("room pressure"),
		[ALARM_CLASS_ZONE_EXIT] = N_("thing left its zone"),
		[ALARM_CLASS_WANDERING] = N_("patient wandering"),
		[ALARM_CLASS_BATTERY] = N_("battery"),
		[ALARM_CLASS_SILENT_TAG] = N_("silent tag"),
		[ALARM_CLASS_GATEWAY] = N_("gateway"),
		[ALARM_CLASS_FEED] = N_("feed"),
		[ALARM_CLASS_CLOCK_SKEW] = N_("clock skew"),
		[ALARM_CLASS_JOURNAL] = N_("journal"),
		[ALARM_CLASS_LINK] = N_("link to other stations"),
		[ALARM_CLASS_ESCALATION] = N_("escalation"),
		[ALARM_CLASS_ORDER] = N_("order not carried out"),
		[ALARM_CLASS_BRACELET] = N_("bracelet"),
		[ALARM_CLASS_CONFLICT] = N_("two places"),
		[ALARM_CLASS_FIRST_LATE] = N_("first case late"),
		[ALARM_CLASS_OVERTIME] = N_("past session"),
		[ALARM_CLASS_OVERRUN] = N_("overrun"),
		[ALARM_CLASS_HOLD] = N_("no bay to go to"),
		[ALARM_CLASS_NOT_FASTING] = N_("not fasting"),
		[ALARM_CLASS_NOT_ARRIVED] = N_("not arrived"),
		[ALARM_CLASS_PACU_FULL] = N_("PACU full"),
		[ALARM_CLASS_LONG_STAGE] = N_("long stage"),
	};

	return (unsigned)c < ALARM_CLASS_COUNT && words[c] ? _(words[c]) : "?";
}

const char *alarm_letter_words(enum alarm_state shown)
{
	static const char *const words[ALARM_STATE_COUNT] = {
		[ALARM_A] = N_("A: normal"),
		[ALARM_B] = N_("B: active, not acknowledged"),
		[ALARM_C] = N_("C: active, acknowledged"),
		[ALARM_D] = N_("D: cause gone, not acknowledged"),
		[ALARM_LU] = N_("LU: cause gone, latched, not acknowledged"),
		[ALARM_LA] = N_("LA: cause gone, latched, waits for a reset (z)"),
		[ALARM_E] = N_("E: shelved"),
		[ALARM_F] = N_("F: suppressed by design"),
		[ALARM_G] = N_("G: out of service"),
	};

	return (unsigned)shown < ALARM_STATE_COUNT ? _(words[shown]) : "?";
}

const char *person_role_words(enum person_role role)
{
	static const char *const words[PERSON_ROLE_COUNT] = {
		[PERSON_NONE] = "",
		[PERSON_VIEWER] = N_("viewer"),
		[PERSON_NURSE] = N_("nurse"),
		[PERSON_COORDINATOR] = N_("coordinator"),
		[PERSON_TECHNICIAN] = N_("technician"),
		[PERSON_SUPERVISOR] = N_("supervisor"),
	};

	return (unsigned)role < PERSON_ROLE_COUNT && words[role][0] ? _(words[role]) : "";
}

void alarm_letter_text(const struct view *view, const struct alarm *a, char *out, size_t size)
{
	format_put(out, size, "%s%s", alarm_state_name(alarm_shown(a, view->now_ms)),
		a->unknown ? "?" : "");
}

/* The act that the line speaks of. */
static enum share_stage stage_of(const struct view *view, const struct alarm *a)
{
	enum alarm_state shown = alarm_shown(a, view->now_ms);

	if (view->stations == NULL)
		return SHARE_NONE;
	return stations_stage(view->stations, a->key,
		shown == ALARM_E   ? ALARM_SHELVE
		: shown == ALARM_G ? ALARM_OUT_OF_SERVICE
		: a->acked         ? ALARM_ACKNOWLEDGE
				   : ALARM_TAKE);
}

const char *alarm_share_sign(const struct view *view, const struct alarm *a)
{
	return share_stage_sign(stage_of(view, a), false);
}

const char *alarm_share_words(const struct view *view, const struct alarm *a)
{
	static const char *const words[SHARE_STAGE_COUNT] = {
		[SHARE_NONE] = "",
		[SHARE_LOCAL] = N_("a: in our journal, not yet shared"),
		[SHARE_ECHOED] = N_("A: shared, the broker has it"),
		[SHARE_SEEN] = N_("A✓: another station has it"),
	};
	enum share_stage s = stage_of(view, a);

	return (unsigned)s < SHARE_STAGE_COUNT && words[s][0] ? _(words[s]) : "";
}

void alarm_word_text(const struct alarm_word *word, char *out, size_t size)
{
	char clock[16];

	format_put(out, size, "%s", "");
	if (word->hlc_ms == 0)
		return;
	format_clock(word->at_ms, clock, sizeof clock);
	format_put(out, size, "%s %s", clock, word->who);
	if (word->station[0])
		format_add(out, size, " (%s)", word->station);
	if (word->reason[0])
		format_add(out, size, ": %s", word->reason);
}

int alarm_shelf_most(const struct view *view, const struct alarm *a)
{
	return (int)alarm_setting(view->twin->site, a->class_)->shelf_max_min;
}

/* One of a station that is away ends by a reset alone, latched or not. */
static const char *against_reset(const struct alarm *a)
{
	if (!alarm_absent(a) && !a->latched)
		return N_("not latched: it goes by itself when its cause has gone");
	if (!alarm_absent(a) && a->active)
		return N_("its cause is still there: cannot be reset");
	return a->acked ? "" : N_("acknowledge it first (a)");
}

/* What the alarm's own state says against an act. */
static const char *against(const struct view *view, const struct alarm *a, enum alarm_act act)
{
	switch (act) {
	case ALARM_ACKNOWLEDGE:
		return a->acked ? N_("already acknowledged") : "";
	case ALARM_RESET:
		return against_reset(a);
	case ALARM_SHELVE:
		return alarm_shelf_most(view, a) == 0
			       ? N_("alarms of this class are never shelved: take charge (t)")
			       : "";
	case ALARM_UNSHELVE:
		return alarm_is_shelved(a, view->now_ms) ? "" : N_("it is not shelved");
	case ALARM_UNACKNOWLEDGE:
		return a->acked && a->active ? "" : N_("only an active, acknowledged alarm can be");
	case ALARM_OUT_OF_SERVICE:
		return a->out_of_service ? N_("it is out of service already") : "";
	case ALARM_RETURN:
		return a->out_of_service ? "" : N_("it is in service");
	default:
		return "";
	}
}

void alarm_refusal(
	const struct view *view, const struct alarm *a, enum alarm_act act, char *out, size_t size)
{
	const struct alarm_setting *is = alarm_setting(view->twin->site, a->class_);
	struct author by = {.role = view->role};
	const char *why = against(view, a, act);

	format_put(out, size, "%s", why[0] ? _(why) : "");
	/* Told before anybody types a reason; src asks again. */
	if (!why[0] && view->role != PERSON_NONE && !alarm_may(is, act, &by))
		format_put(out, size, _("not for the role of %s"), person_role_words(view->role));
}
