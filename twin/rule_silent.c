/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tag that should be heard and is not: a sensor or a button that is fixed, a
 * bracelet on a patient who is here. Whoever has left, a thing in use elsewhere and
 * people at work may be silent. Where nobody listens, silence says nothing.
 */
#include <string.h>

#include "twin/twin_inner.h"

static bool is_covered(const struct site *site, int room)
{
	for (int i = 0; i < site->gateway_count; i++)
		if (site->gateways[i].room == room)
			return true;
	return false;
}

/* In a room where gateways are, by the hospital's word or with a case under way. */
static bool is_here(const struct twin *t, int patient)
{
	enum source who;
	int room = twin_patient_room(t, patient, &who, NULL);
	int i = patient >= 0 ? twin_patient_case(t, t->patients[patient].id) : -1;
	enum stage stage = i >= 0 ? surgery_stage(&t->cases[i]) : STAGE_EXPECTED;

	if (room < 0 || !is_covered(t->site, room))
		return false;
	if (i >= 0 && (stage == STAGE_DISCHARGED || stage == STAGE_OFF))
		return false;
	return who == SOURCE_FHIR || (i >= 0 && stage != STAGE_EXPECTED);
}

bool tag_is_expected(const struct twin *t, int thing)
{
	const struct thing *th = &t->things[thing];
	const struct tag *tag;

	if (!t->site || th->site_tag < 0)
		return false;
	tag = &t->site->tags[th->site_tag];
	if (tag->kind == TAG_PATIENT)
		return th->patient[0] && is_here(t, twin_patient(t, th->patient));
	return tag->kind != TAG_STAFF && (tag->bed >= 0 || tag->room >= 0)
	       && (tag->kind == TAG_SENSOR || site_is_button(t->site, tag));
}

static void ring_silent(struct turn *turn, int thing, bool wanted)
{
	const struct twin *t = turn->t;
	const struct thing *th = &t->things[thing];
	int room = room_of_tag(t, th->tag);
	char key[ID_SIZE], text[LABEL_SIZE] = "silent: ";
	struct ring ring = {.waited = true,
		.class_ = ALARM_CLASS_SILENT_TAG,
		.text = text,
		.tag = th->tag,
		.room = room_id(t, room)};

	line_add(text, sizeof text, tag_label(t, th->tag));
	if (room >= 0) {
		line_add(text, sizeof text, ", ");
		line_add(text, sizeof text, room_label(t, room));
	}
	key_make(key, "silent:", th->tag);
	ring.priority = alarm_setting(t->site, ring.class_)->priority;
	alarm_follow(turn, key, wanted, &ring);
}

void rule_silent(struct turn *turn, int thing)
{
	struct twin *t = turn->t;
	struct thing *th = &t->things[thing];
	double after_min = t->site ? t->site->tag_silence_min : 0;
	int64_t due = th->unheard_ms + (int64_t)(after_min * MINUTE_MS);
	bool quiet = th->unheard_ms && after_min > 0 && tag_is_expected(t, thing);

	/* Nobody listens there: what stands, stands. */
	if (quiet && th->frozen) {
		timer_cancel(t, TIMER_SILENT, thing);
		return;
	}
	if (quiet && t->now_ms < due)
		timer_set(t, due, TIMER_SILENT, thing);
	else
		timer_cancel(t, TIMER_SILENT, thing);
	if (!quiet || t->now_ms >= due)
		ring_silent(turn, thing, quiet);
}

/* Gateways are back: from now on its silence counts. */
void silent_thawed(struct turn *turn, int thing)
{
	struct thing *th = &turn->t->things[thing];

	if (th->unheard_ms)
		th->unheard_ms = turn->t->now_ms;
	rule_silent(turn, thing);
}
