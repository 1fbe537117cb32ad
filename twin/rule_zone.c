/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thing that has left the zone where it belongs, and a patient where no patient
 * should be. Both by fixes that are certain, after the zone's delay: passing through
 * is nothing. Never of staff; and bracelets of which it is not sure who wears them
 * say nothing of anybody.
 */
#include "twin/twin_inner.h"

/* The zone whose rule a tag breaks in this room, NULL none. */
static const struct zone *broken(const struct twin *t, const struct thing *th)
{
	const struct site *site = t->site;
	const struct tag *tag = &site->tags[th->site_tag];
	int own = site_zone(site, tag->zone);

	if (own >= 0 && (tag->kind != TAG_PATIENT || tag->wander)
		&& !site->zones[own].has[th->room])
		return &site->zones[own];
	for (int i = 0; tag->kind == TAG_PATIENT && i < site->zone_count; i++)
		if (site->zones[i].no_patients && site->zones[i].has[th->room])
			return &site->zones[i];
	return NULL;
}

static bool has_gone_home(const struct twin *t, const struct thing *th)
{
	int i = twin_patient_case(t, th->patient);
	enum stage stage = i >= 0 ? surgery_stage(&t->cases[i]) : STAGE_EXPECTED;

	return stage == STAGE_DISCHARGED;
}

/* Whether this tag is watched at all. */
static bool is_watched(const struct twin *t, const struct thing *th)
{
	enum tag_kind kind;

	if (!t->site || th->site_tag < 0)
		return false;
	kind = t->site->tags[th->site_tag].kind;
	if (kind == TAG_PATIENT)
		return th->patient[0] && !bracelet_is_doubtful(t, th) && !has_gone_home(t, th);
	return kind != TAG_STAFF;
}

static void text_of(const struct twin *t, const struct thing *th, const struct zone *zone,
	char *text, size_t size)
{
	bool patient = t->site->tags[th->site_tag].kind == TAG_PATIENT;

	if (patient) {
		line_add(text, size, "patient of ");
		line_add(text, size, tag_label(t, th->tag));
	} else {
		line_add(text, size, tag_label(t, th->tag));
	}
	if (zone->no_patients && patient) {
		line_add(text, size, " where no patient should be: ");
	} else {
		line_add(text, size, " has left ");
		line_add(text, size, zone->name);
		line_add(text, size, ": ");
	}
	line_add(text, size, room_label(t, th->room));
}

static void ring_zone(struct turn *turn, const struct thing *th, const struct zone *zone)
{
	const struct twin *t = turn->t;
	bool patient = th->site_tag >= 0 && t->site->tags[th->site_tag].kind == TAG_PATIENT;
	char key[ID_SIZE], text[LABEL_SIZE] = "";
	struct ring ring = {.waited = true,
		.class_ = patient ? ALARM_CLASS_WANDERING : ALARM_CLASS_ZONE_EXIT,
		.text = text,
		.tag = th->tag,
		.room = room_id(t, th->room)};

	key_make(key, "zone:", th->tag);
	if (zone)
		text_of(t, th, zone, text, sizeof text);
	ring.priority = alarm_setting(t->site, ring.class_)->priority;
	alarm_follow(turn, key, zone != NULL, &ring);
}

static void end(struct turn *turn, int thing)
{
	struct thing *th = &turn->t->things[thing];

	timer_cancel(turn->t, TIMER_ZONE, thing);
	if (th->strayed_ms)
		ring_zone(turn, th, NULL);
	th->strayed_ms = 0;
}

void rule_zone(struct turn *turn, int thing)
{
	struct twin *t = turn->t;
	struct thing *th = &t->things[thing];
	bool certain = th->state == LOCATED_IN && th->confidence >= RADIO_CONFIDENCE && !th->frozen;
	const struct zone *zone;
	int64_t due;

	if (!is_watched(t, th) || th->room < 0) {
		end(turn, thing);
		return;
	}
	zone = broken(t, th);
	if (certain && !zone)
		end(turn, thing);
	/* Doubt begins nothing; whoever was seen outside and vanished is still missed. */
	if (!zone || (!certain && (!th->strayed_ms || th->state != LOCATED_ABSENT)))
		return;
	if (!th->strayed_ms)
		th->strayed_ms = t->now_ms;
	due = th->strayed_ms + (int64_t)(zone->delay_min * MINUTE_MS);
	if (t->now_ms < due)
		timer_set(t, due, TIMER_ZONE, thing);
	else
		ring_zone(turn, th, zone);
}
