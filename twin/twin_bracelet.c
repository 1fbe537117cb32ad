/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who wears which bracelet, and when that cannot be: one that walks about and
 * was given to nobody, two on one patient, one on two patients. All three are
 * named and end by themselves; while the last two last, radio moves nobody by
 * these bracelets.
 */
#include <string.h>

#include "twin/text.h"
#include "twin/twin_inner.h"

enum {
	SHARED_MS = 10 * MINUTE_MS,     /* two patients within this time: one is wrong */
	PUT_AWAY_MS = 10 * MINUTE_MS,   /* one taken off is carried back to its box */
	MOVED_MS = MINUTE_MS,           /* longer than the filter takes a neighbour for it */
	OPERATED_MS = 10 * MINUTE_MS,   /* nobody leaves a box of bracelets in an OR */
	LEFT_LYING_MS = 30 * MINUTE_MS, /* ... and this is a box again */
	NAME_ROOM = 23                  /* of a name: three fit a label */
};

static void ring_bracelet(struct turn *turn, const char *prefix, const char *id, bool wanted,
	const char *text, const char *tag, int room)
{
	struct ring ring = {.class_ = ALARM_CLASS_BRACELET,
		.priority = alarm_rules[ALARM_CLASS_BRACELET].priority,
		.text = text,
		.tag = tag,
		.room = room_id(turn->t, room)};
	char key[ID_SIZE];

	key_make(key, prefix, id);
	alarm_follow(turn, key, wanted, &ring);
}

static void name_add(char *text, const char *name)
{
	char part[NAME_ROOM];

	text_copy(part, sizeof part, name);
	line_add(text, LABEL_SIZE, part);
}

static void bracelet_add(char *text, const struct twin *t, const char *mac)
{
	const char *label = tag_label(t, mac);

	line_add(text, LABEL_SIZE, label == mac ? "bracelet " : "");
	name_add(text, label);
}

static bool is_heard(const struct thing *th)
{
	return th->known && th->state != LOCATED_ABSENT;
}

/* Replaced on this patient, never taken back, and still heard; -1. */
static int left_on(const struct twin *t, const char *patient)
{
	for (int i = 0; i < t->thing_count; i++) {
		const struct thing *th = &t->things[i];

		if (!th->patient[0] && is_heard(th) && !strcmp(th->before, patient))
			return i;
	}
	return -1;
}

bool bracelet_is_doubtful(const struct twin *t, const struct thing *th)
{
	return th->patient[0] && (th->before[0] || left_on(t, th->patient) >= 0);
}

static void rule_two(struct turn *turn, const char *patient)
{
	const struct twin *t = turn->t;
	int worn = twin_worn_by(t, patient), left = worn >= 0 ? left_on(t, patient) : -1;
	char text[LABEL_SIZE] = "patient ";

	name_add(text, patient);
	if (left >= 0) {
		line_add(text, sizeof text, " has two bracelets: ");
		name_add(text, tag_label(t, t->things[left].tag));
		line_add(text, sizeof text, ", ");
		name_add(text, tag_label(t, t->things[worn].tag));
	}
	ring_bracelet(turn, "bracelets:", patient, left >= 0, text,
		worn >= 0 ? t->things[worn].tag : "", worn >= 0 ? t->things[worn].room : -1);
}

void rule_shared(struct turn *turn, int thing)
{
	struct twin *t = turn->t;
	struct thing *th = &t->things[thing];
	bool shared = th->patient[0] && th->before[0];
	char text[LABEL_SIZE] = "";

	if (shared && t->now_ms >= th->given_ms + SHARED_MS) {
		/* Nobody has contradicted the last word: it stands. */
		th->before[0] = '\0';
		shared = false;
		places_compare(turn, twin_patient(t, th->patient));
	}
	if (shared)
		timer_set(t, th->given_ms + SHARED_MS, TIMER_SHARED, thing);
	else
		timer_cancel(t, TIMER_SHARED, thing);
	bracelet_add(text, t, th->tag);
	line_add(text, sizeof text, " on two patients: ");
	name_add(text, th->before);
	line_add(text, sizeof text, ", ");
	name_add(text, th->patient);
	ring_bracelet(turn, "shared:", th->tag, shared, text, th->tag, th->room);
}

static bool is_operating(const struct twin *t, int room)
{
	enum room_kind kind = t->site->rooms[room].kind;

	return kind == ROOM_OR || kind == ROOM_PACU;
}

static bool is_bracelet(const struct twin *t, const struct thing *th)
{
	return t->site && th->site_tag >= 0 && t->site->tags[th->site_tag].kind == TAG_PATIENT;
}

static void ring_stray(struct turn *turn, const struct thing *th, bool wanted)
{
	char text[LABEL_SIZE] = "";

	bracelet_add(text, turn->t, th->tag);
	line_add(text, sizeof text, " is heard but given to nobody, ");
	line_add(text, sizeof text, room_label(turn->t, th->room));
	ring_bracelet(turn, "stray:", th->tag, wanted, text, th->tag, th->room);
}

/* How long it must have been in its room to be somebody's, -1 for ever: where
 * it lies is its home, by the site or because it lay there from the first. */
static int64_t stray_after(const struct twin *t, const struct thing *th)
{
	int box = t->site->tags[th->site_tag].room;

	if (th->room == box)
		return -1;
	if (th->room != th->home)
		return MOVED_MS;
	return is_operating(t, th->room) ? OPERATED_MS : -1;
}

void rule_stray(struct turn *turn, int thing)
{
	struct twin *t = turn->t;
	struct thing *th = &t->things[thing];
	int64_t after, since, due;

	if (!is_bracelet(t, th) || th->patient[0] || th->before[0] || !is_heard(th)) {
		th->home = -1;
		timer_cancel(t, TIMER_STRAY, thing);
		ring_stray(turn, th, false);
		return;
	}
	/* Doubt settles nothing. */
	if (th->state != LOCATED_IN || th->confidence < RADIO_CONFIDENCE || th->room < 0)
		return;
	if (th->home < 0)
		th->given_ms = t->now_ms;
	since = th->since_ms > th->given_ms ? th->since_ms : th->given_ms;
	if (th->home < 0 || t->now_ms < th->given_ms + PUT_AWAY_MS
		|| (!is_operating(t, th->room) && t->now_ms >= since + LEFT_LYING_MS))
		th->home = th->room;
	after = stray_after(t, th);
	due = since + after;
	if (after < 0 || t->now_ms >= due)
		ring_stray(turn, th, after >= 0);
	if (after >= 0 && t->now_ms >= due)
		due = since + LEFT_LYING_MS;
	if (after >= 0 && t->now_ms < due)
		timer_set(t, due, TIMER_STRAY, thing);
	else
		timer_cancel(t, TIMER_STRAY, thing);
}

void bracelet_heard(struct turn *turn, int thing)
{
	struct twin *t = turn->t;
	struct thing *th = &t->things[thing];
	int patient = th->patient[0] ? -1 : twin_patient(t, th->before);

	/* Out of hearing: the last word on who wears what stands. */
	if (th->state == LOCATED_ABSENT && !th->patient[0])
		th->before[0] = '\0';
	if (patient >= 0) {
		rule_two(turn, t->patients[patient].id);
		places_compare(turn, patient);
	}
	if (is_bracelet(t, th))
		rule_stray(turn, thing);
}

/* Its bracelet was taken back: another one left on the patient is it again. */
static void settle(struct turn *turn, int patient)
{
	struct twin *t = turn->t;
	struct patient *p = &t->patients[patient];

	p->tag[0] = '\0';
	for (int i = 0; i < t->thing_count && !p->tag[0]; i++) {
		struct thing *th = &t->things[i];

		if (th->patient[0] || strcmp(th->before, p->id))
			continue;
		th->before[0] = '\0';
		th->given_ms = t->now_ms;
		text_copy(th->patient, ID_SIZE, p->id);
		text_copy(p->tag, TAG_SIZE, th->tag);
	}
	rule_two(turn, p->id);
	places_compare(turn, patient);
}

/* Nobody's from here on, and on nobody. */
static void take_off(struct turn *turn, int thing)
{
	struct twin *t = turn->t;
	struct thing *th = &t->things[thing];
	int wearer = twin_patient(t, th->patient), left = twin_patient(t, th->before);
	bool worn = th->patient[0] != '\0';

	th->patient[0] = th->before[0] = '\0';
	if (worn)
		th->given_ms = t->now_ms;
	if (wearer >= 0) {
		settle(turn, wearer);
	} else if (left >= 0) {
		rule_two(turn, t->patients[left].id);
		places_compare(turn, left);
	}
}

/* One bracelet a patient: a new one replaces the old, which was taken back
 * before, or else it may be that both are on. */
static void put_on(struct turn *turn, int thing, int patient)
{
	struct twin *t = turn->t;
	struct patient *p = &t->patients[patient];
	int worn = twin_thing(t, p->tag);

	if (worn >= 0) {
		struct thing *old = &t->things[worn];

		old->patient[0] = old->before[0] = '\0';
		old->given_ms = t->now_ms;
		if (is_heard(old) || !old->known)
			text_copy(old->before, ID_SIZE, p->id);
		rule_shared(turn, worn);
		rule_stray(turn, worn);
	}
	text_copy(p->tag, TAG_SIZE, t->things[thing].tag);
	text_copy(t->things[thing].patient, ID_SIZE, p->id);
	t->things[thing].given_ms = t->now_ms;
	rule_two(turn, p->id);
	places_compare(turn, patient);
}

void on_tag(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct fact_tag *told = &turn->fact->tag;
	int thing = thing_make(turn, told->tag), patient;
	char before[ID_SIZE] = "";
	struct thing *th;

	if (thing < 0) {
		t->ignored++;
		return;
	}
	th = &t->things[thing];
	/* Said again at each poll: what is known of the place must not start afresh. */
	if (th->patient[0] && !strcmp(th->patient, told->patient))
		return;
	if (t->now_ms < th->given_ms + SHARED_MS)
		text_copy(before, sizeof before, th->patient);
	take_off(turn, thing);
	patient = patient_make(turn, told->patient);
	if (patient >= 0) {
		text_copy(th->before, sizeof th->before, before);
		put_on(turn, thing, patient);
	}
	rule_shared(turn, thing);
	rule_stray(turn, thing);
	rule_silent(turn, thing);
	rule_zone(turn, thing);
}
