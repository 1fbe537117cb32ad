/* SPDX-License-Identifier: Apache-2.0 */
/* The two functions that change a twin, copies, and look-ups. */
#include "twin/twin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/hash.h"
#include "twin/text.h"
#include "twin/twin_inner.h"

struct twin *twin_create(void)
{
	struct twin *t = calloc(1, sizeof *t);

	for (int i = 0; t && i < TWIN_ROOMS; i++)
		t->rooms[i].current = -1;
	return t;
}

void twin_destroy(struct twin *twin)
{
	free(twin);
}

#define COPY_POOL(to, from, pool, count)                                                           \
	do {                                                                                       \
		memcpy((to)->pool, (from)->pool, (size_t)(from)->count * sizeof *(from)->pool);    \
		(to)->count = (from)->count;                                                       \
	} while (0)

/* Only what is in use is copied: a what-if costs what the day holds, and the
 * untouched pages of a fresh twin stay untouched. */
void twin_copy(struct twin *to, const struct twin *from)
{
	if (to == from)
		return;
	memcpy(to, from, offsetof(struct twin, cases));
	COPY_POOL(to, from, cases, case_count);
	COPY_POOL(to, from, patients, patient_count);
	COPY_POOL(to, from, things, thing_count);
	COPY_POOL(to, from, readings, reading_count);
	COPY_POOL(to, from, alarms, alarm_count);
	to->trail = from->trail;
	memcpy(to->rooms, from->rooms, sizeof to->rooms);
	memcpy(to->gateways, from->gateways, sizeof to->gateways);
	COPY_POOL(to, from, resources, resource_count);
	COPY_POOL(to, from, ideas, idea_kept);
	to->idea_count = from->idea_count;
	COPY_POOL(to, from, words, word_count);
	COPY_POOL(to, from, notes, note_count);
	COPY_POOL(to, from, stations, station_count);
	COPY_POOL(to, from, away_ms, station_count);
	COPY_POOL(to, from, timers, timer_count);
	to->timer_sequence = from->timer_sequence;
}

typedef void timer_handler(struct turn *turn, int index);

static void limit_due(struct turn *turn, int index)
{
	rule_reading(turn, index);
}

static void place_due(struct turn *turn, int index)
{
	places_compare(turn, index);
	turn->rooms = true;
}

static void blocked_due(struct turn *turn, int index)
{
	(void)index;
	turn->rooms = true;
}

static timer_handler *const timer_handlers[TIMER_KIND_COUNT] = {
	[TIMER_ABSENT] = rule_case,
	[TIMER_LIMIT] = limit_due,
	[TIMER_PLACE] = place_due,
	[TIMER_BLOCKED] = blocked_due,
	[TIMER_STRAY] = rule_stray,
	[TIMER_SHARED] = rule_shared,
	[TIMER_FASTING] = rule_case,
	[TIMER_HAZARD] = hazard_due,
	[TIMER_ALARM] = alarm_due,
	[TIMER_SILENT] = rule_silent,
	[TIMER_ZONE] = rule_zone,
	[TIMER_STAGE] = rule_stage,
	[TIMER_CAUSE] = cause_due,
};

/* What follows from what has just changed. */
static void derive(struct turn *turn)
{
	if (turn->rooms)
		rooms_derive(turn);
	if (turn->alarms)
		causes_derive(turn);
}

static void advance(struct turn *turn, int64_t now_ms)
{
	struct twin *t = turn->t;
	struct timer timer;

	while (timer_take(t, now_ms, &timer)) {
		if (timer.due_ms > t->now_ms)
			t->now_ms = timer.due_ms;
		turn->rooms = turn->alarms = false;
		timer_handlers[timer.what](turn, timer.index);
		derive(turn);
	}
	turn->rooms = turn->alarms = false;
	if (now_ms > t->now_ms)
		t->now_ms = now_ms;
}

void twin_advance(struct twin *twin, int64_t now_ms, struct consequences *out)
{
	struct turn turn = {.t = twin, .out = out};

	if (out)
		out->count = out->lost = 0;
	advance(&turn, now_ms);
}

void twin_apply(struct twin *twin, const struct fact *fact, struct consequences *out)
{
	struct turn turn = {.t = twin, .out = out};

	if (out)
		out->count = out->lost = 0;
	advance(&turn, fact->at_ms);
	twin->facts++;
	if (fact->seq)
		twin->seq = fact->seq;
	turn.fact = fact;
	turn.cause = fact->seq;
	apply_fact(&turn);
	derive(&turn);
}

int twin_case(const struct twin *twin, const char *id)
{
	for (int i = 0; id[0] && i < twin->case_count; i++)
		if (!strcmp(twin->cases[i].id, id))
			return i;
	return -1;
}

int twin_patient(const struct twin *twin, const char *id)
{
	for (int i = 0; id[0] && i < twin->patient_count; i++)
		if (!strcmp(twin->patients[i].id, id))
			return i;
	return -1;
}

int twin_thing(const struct twin *twin, const char *tag)
{
	for (int i = 0; tag[0] && i < twin->thing_count; i++)
		if (!strcmp(twin->things[i].tag, tag))
			return i;
	return -1;
}

int twin_reading(const struct twin *twin, const char *tag, enum quantity q)
{
	for (int i = 0; i < twin->reading_count; i++)
		if (twin->readings[i].quantity == q && !strcmp(twin->readings[i].tag, tag))
			return i;
	return -1;
}

int twin_alarm(const struct twin *twin, const char *key)
{
	for (int i = 0; i < twin->alarm_count; i++)
		if (!strcmp(twin->alarms[i].key, key))
			return i;
	return -1;
}

int twin_worn_by(const struct twin *twin, const char *patient)
{
	int i = twin_patient(twin, patient);

	return i < 0 ? -1 : twin_thing(twin, twin->patients[i].tag);
}

int twin_room_current(const struct twin *twin, int room)
{
	return room >= 0 && room < TWIN_ROOMS ? twin->rooms[room].current : -1;
}

/* Not begun, not off, and of today: yesterday's case that never was does not
 * come next for ever, and tomorrow's is no reason to keep a room open. */
bool case_is_waiting(const struct twin *t, const struct surgery *s)
{
	return !surgery_is_off(s) && !surgery_has_begun(s) && !surgery_is_over(s)
	       && s->start_ms > t->now_ms - HORIZON_MS && s->start_ms < t->now_ms + HORIZON_MS;
}

int twin_room_next(const struct twin *twin, int room)
{
	int best = -1;

	for (int i = 0; room >= 0 && i < twin->case_count; i++) {
		const struct surgery *s = &twin->cases[i];

		if (s->room_at == room && case_is_waiting(twin, s)
			&& (best < 0 || s->start_ms < twin->cases[best].start_ms))
			best = i;
	}
	return best;
}

/* The case a patient is going through: in the OR or still under the eyes of
 * the PACU. The latest entry wins. */
int case_in_hand(const struct twin *t, const char *patient)
{
	int best = -1;

	for (int i = 0; patient[0] && i < t->case_count; i++) {
		const struct surgery *s = &t->cases[i];
		enum stage stage;

		if (strcmp(s->patient, patient) || !surgery_has_begun(s))
			continue;
		stage = surgery_stage(s);
		if (stage == STAGE_RETURNED || stage == STAGE_DISCHARGED
			|| surgery_entered_ms(s) < t->now_ms - DAY_MS)
			continue;
		if (best < 0 || surgery_entered_ms(s) > surgery_entered_ms(&t->cases[best]))
			best = i;
	}
	return best;
}

int twin_patient_case(const struct twin *twin, const char *patient)
{
	int running = case_in_hand(twin, patient), next = -1, last = -1;

	if (running >= 0)
		return running;
	for (int i = 0; patient[0] && i < twin->case_count; i++) {
		const struct surgery *s = &twin->cases[i];

		if (strcmp(s->patient, patient))
			continue;
		if (case_is_waiting(twin, s)
			&& (next < 0 || s->start_ms < twin->cases[next].start_ms))
			next = i;
		if (last < 0 || s->start_ms > twin->cases[last].start_ms)
			last = i;
	}
	return next >= 0 ? next : last;
}

int twin_units(const struct twin *t, const char *id, int usual)
{
	for (int i = 0; i < t->resource_count; i++)
		if (!strcmp(t->resources[i].id, id) && t->resources[i].units >= 0)
			return t->resources[i].units;
	return usual;
}

enum setting twin_setting(const struct twin *t, const struct surgery *s)
{
	int i = s->setting == SETTING_UNKNOWN ? twin_patient(t, s->patient) : -1;

	return i >= 0 ? t->patients[i].setting : s->setting;
}

int twin_patient_room(const struct twin *twin, int patient, enum source *who, bool *conflict)
{
	const struct patient *p;
	int fhir, thing;

	if (who)
		*who = SOURCE_NONE;
	if (conflict)
		*conflict = false;
	if (patient < 0 || patient >= twin->patient_count)
		return -1;
	p = &twin->patients[patient];
	fhir = site_room(twin->site, p->fhir_room);
	thing = twin_thing(twin, p->tag);
	if (conflict)
		*conflict = p->conflict;
	if (fhir >= 0) {
		if (who)
			*who = SOURCE_FHIR;
		return fhir;
	}
	if (thing < 0 || !twin->things[thing].known
		|| bracelet_is_doubtful(twin, &twin->things[thing]))
		return -1;
	if (who)
		*who = SOURCE_RADIO;
	return twin->things[thing].room;
}

int twin_alarm_thing(const struct twin *twin, const struct alarm *alarm)
{
	return twin_thing(twin, alarm->tag);
}

const char *room_label(const struct twin *t, int room)
{
	if (!t->site || room < 0 || room >= t->site->room_count)
		return "?";
	return t->site->rooms[room].name[0] ? t->site->rooms[room].name : t->site->rooms[room].id;
}

const char *room_id(const struct twin *t, int room)
{
	return t->site && room >= 0 && room < t->site->room_count ? t->site->rooms[room].id : "";
}

const char *tag_label(const struct twin *t, const char *mac)
{
	int i = site_tag(t->site, mac);

	return i >= 0 && t->site->tags[i].name[0] ? t->site->tags[i].name : mac;
}

void line_add(char *dst, size_t size, const char *text)
{
	size_t used = strlen(dst);

	text_copy(dst + used, size - used, text);
}

void line_whole(char *dst, size_t size, double value)
{
	size_t used = strlen(dst);
	char *point;

	line_number(dst, size, value < 0 ? -floor(-value + 0.5) : floor(value + 0.5));
	point = strrchr(dst + used, '.');
	if (point)
		*point = '\0';
}

void line_number(char *dst, size_t size, double value)
{
	char digits[24];
	int at = (int)sizeof digits - 1;
	bool minus = value < 0;
	int64_t tenths;

	/* Out of any physical range: the text says so rather than lie. */
	if (!(value > -1e12 && value < 1e12)) {
		line_add(dst, size, "?");
		return;
	}
	tenths = (int64_t)((minus ? -value : value) * 10 + 0.5);
	digits[at] = '\0';
	for (int i = 0; i < 3 || tenths > 0; i++) {
		if (i == 1) {
			digits[--at] = '.';
			continue;
		}
		digits[--at] = (char)('0' + tenths % 10);
		tenths /= 10;
	}
	if (minus)
		digits[--at] = '-';
	line_add(dst, size, digits + at);
}

void key_make(char key[ID_SIZE], const char *prefix, const char *id)
{
	size_t room = ID_SIZE - strlen(prefix);

	text_copy(key, ID_SIZE, prefix);
	if (strlen(id) < room) {
		line_add(key, ID_SIZE, id);
		return;
	}
	/* Two long ids may share a head: the hash keeps their keys apart. */
	uint32_t hash = hash32(HASH32_BASIS, id, strlen(id));
	line_add(key, ID_SIZE - 9, id);
	line_add(key, ID_SIZE, "~");
	for (int shift = 28; shift >= 0; shift -= 4) {
		char digit[2] = {"0123456789abcdef"[hash >> shift & 15], '\0'};

		line_add(key, ID_SIZE, digit);
	}
}
