/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/scenario.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "twin/text.h"

static const int64_t MINUTE_MS = 60000;

/* ---- words ---- */

static void say(char why[SCENARIO_TEXT], const char *a, const char *b, const char *c)
{
	size_t used = 0;
	const char *const parts[] = {a, b, c};
	why[0] = '\0';
	for (int i = 0; i < 3; i++) {
		text_copy(why + used, SCENARIO_TEXT - used, parts[i]);
		used += strlen(why + used);
	}
}

static const char *word_of(const struct scenario *s, int parameter)
{
	return s->values[parameter].word;
}

static int number_of(const struct scenario *s, int parameter)
{
	const struct scenario_parameter *p = &scenario_rows[s->which].parameters[parameter];
	return s->values[parameter].given ? s->values[parameter].number : p->usual;
}

/* ---- telling the fork ---- */

static struct fact begin(const struct twin *fork, enum fact_kind kind)
{
	struct fact f = fact_make(kind, SOURCE_PERSON, fork->now_ms);
	f.seq = fork->seq + 1;
	text_copy(f.origin, sizeof f.origin, "what-if");
	return f;
}

static void tell_times(struct twin *fork, const struct surgery *s, int64_t start, int64_t end)
{
	struct fact f = begin(fork, FACT_CASE);
	text_copy(f.surgery.id, sizeof f.surgery.id, s->id);
	f.surgery.start_ms = start;
	f.surgery.end_ms = end;
	twin_apply(fork, &f, NULL);
}

static void tell_room_of(struct twin *fork, const char *id, const char *room)
{
	struct fact f = begin(fork, FACT_CASE);
	text_copy(f.surgery.id, sizeof f.surgery.id, id);
	text_copy(f.surgery.room, sizeof f.surgery.room, room);
	twin_apply(fork, &f, NULL);
}

static void tell_status(struct twin *fork, const char *id, enum case_status status)
{
	struct fact f = begin(fork, FACT_STATUS);
	text_copy(f.status.id, sizeof f.status.id, id);
	f.status.status = status;
	twin_apply(fork, &f, NULL);
}

static void tell_service(struct twin *fork, const char *room, enum room_service service)
{
	struct fact f = begin(fork, FACT_ROOM);
	text_copy(f.room.room, sizeof f.room.room, room);
	f.room.service = service;
	twin_apply(fork, &f, NULL);
}

static void tell_units(struct twin *fork, const char *id, int units)
{
	struct fact f = begin(fork, FACT_RESOURCE);
	text_copy(f.resource.id, sizeof f.resource.id, id);
	f.resource.units = units > 0 ? units : 0;
	twin_apply(fork, &f, NULL);
}

static const struct surgery *case_of(const struct twin *fork, const struct scenario *s, int p)
{
	return &fork->cases[twin_case(fork, word_of(s, p))];
}

/* Cases of the day that may still be moved. */
static bool waits(const struct surgery *s)
{
	return !surgery_is_off(s) && !surgery_has_begun(s) && s->start_ms != 0;
}

static bool begun_already(const struct surgery *s, char why[SCENARIO_TEXT])
{
	if (surgery_has_begun(s))
		say(why, "case ", s->id, " has begun");
	return surgery_has_begun(s);
}

/* ---- cases ---- */

static bool absent(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	if (begun_already(case_of(fork, s, 0), why))
		return false;
	tell_status(fork, word_of(s, 0), CASE_NO_SHOW);
	return true;
}

static bool cancel(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	if (begun_already(case_of(fork, s, 0), why))
		return false;
	tell_status(fork, word_of(s, 0), CASE_CANCELLED);
	return true;
}

static bool delay(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct surgery *c = case_of(fork, s, 0);
	int64_t by = number_of(s, 1) * MINUTE_MS;
	if (begun_already(c, why))
		return false;
	tell_times(fork, c, c->start_ms + by, c->end_ms != 0 ? c->end_ms + by : 0);
	return true;
}

/* Six hours without food (solids; two for clear fluids: European Society of
 * Anaesthesiology, 2011): the legal start is that long after the last meal. */
static bool not_fasting(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	enum { FASTING_MIN = 360 };
	const struct surgery *c = case_of(fork, s, 0);
	int64_t legal = fork->now_ms + (FASTING_MIN - number_of(s, 1)) * MINUTE_MS;
	if (begun_already(c, why))
		return false;
	if (legal > c->start_ms)
		tell_times(fork, c, legal, c->end_ms != 0 ? c->end_ms + legal - c->start_ms : 0);
	return true;
}

/* More or fewer minutes: somebody's word for a case in its room, a longer
 * booking for one that waits. */
static bool longer(struct twin *fork, const struct scenario *s, int sign, char why[SCENARIO_TEXT])
{
	const struct surgery *c = case_of(fork, s, 0);
	int64_t by = sign * number_of(s, 1) * MINUTE_MS;
	if (surgery_is_over(c)) {
		say(why, "case ", c->id, " has left its room");
		return false;
	}
	if (!surgery_has_begun(c)) {
		int64_t end = c->end_ms + by;
		tell_times(fork, c, c->start_ms,
			end > c->start_ms + 5 * MINUTE_MS ? end : c->start_ms + 5 * MINUTE_MS);
		return true;
	}
	int64_t entered = surgery_entered_ms(c);
	int64_t left = entered + (c->end_ms - c->start_ms) - fork->now_ms;
	left = (left > 0 ? left : 0) + by;
	struct fact f = begin(fork, FACT_ESTIMATE);
	text_copy(f.estimate.id, sizeof f.estimate.id, c->id);
	f.estimate.left_min = left > MINUTE_MS ? (double)left / (double)MINUTE_MS : 1;
	twin_apply(fork, &f, NULL);
	return true;
}

static bool overrun(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	return longer(fork, s, 1, why);
}

static bool faster(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	return longer(fork, s, -1, why);
}

static bool move(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	if (begun_already(case_of(fork, s, 0), why))
		return false;
	tell_room_of(fork, word_of(s, 0), word_of(s, 1));
	return true;
}

static bool swap(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	struct surgery a = *case_of(fork, s, 0), b = *case_of(fork, s, 1);
	if (begun_already(&a, why) || begun_already(&b, why))
		return false;
	int64_t a_lasts = a.end_ms - a.start_ms, b_lasts = b.end_ms - b.start_ms;
	tell_times(fork, &a, b.start_ms, b.start_ms + a_lasts);
	tell_times(fork, &b, a.start_ms, a.start_ms + b_lasts);
	tell_room_of(fork, a.id, b.room);
	tell_room_of(fork, b.id, a.room);
	return true;
}

static bool surgeon_late(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	int64_t by = number_of(s, 1) * MINUTE_MS;
	int moved = 0;
	for (int i = 0; i < fork->case_count; i++) {
		const struct surgery *c = &fork->cases[i];
		if (!waits(c) || strcmp(c->surgeon, word_of(s, 0)) != 0
			|| c->start_ms > fork->now_ms + by)
			continue;
		int64_t start = fork->now_ms + by;
		tell_times(fork, c, start, start + c->end_ms - c->start_ms);
		moved++;
	}
	if (moved == 0)
		say(why, "no case of ", word_of(s, 0), " waits for that long");
	return moved > 0;
}

/* ---- emergencies ---- */

/* The open room whose booked work is over first. */
static const char *calmest_room(const struct twin *fork)
{
	const char *best = "";
	int64_t least = INT64_MAX;
	for (int r = 0; r < fork->site->room_count && r < TWIN_ROOMS; r++) {
		const struct room *room = &fork->site->rooms[r];
		int64_t last = 0;
		if (room->kind != ROOM_OR || fork->rooms[r].state == ROOMSTATE_DOWN)
			continue;
		for (int i = 0; i < fork->case_count; i++) {
			const struct surgery *c = &fork->cases[i];
			if (!surgery_is_off(c) && !surgery_is_over(c)
				&& strcmp(c->room, room->id) == 0 && c->end_ms > last)
				last = c->end_ms;
		}
		if (last < least) {
			least = last;
			best = room->id;
		}
	}
	return best;
}

/* "what-if-1", "what-if-2" ...: never an id of the hospital's. */
static void new_id(const struct twin *fork, char out[SCENARIO_TEXT])
{
	for (int n = 1; n < 1000; n++) {
		char digits[4] = {(char)('0' + n / 100), (char)('0' + n / 10 % 10),
			(char)('0' + n % 10), '\0'};
		say(out, "what-if-", digits, "");
		if (twin_case(fork, out) < 0)
			return;
	}
}

static void add_emergency(
	struct twin *fork, int class, const char *procedure, int64_t start, int minutes)
{
	char id[SCENARIO_TEXT];
	struct fact f = begin(fork, FACT_CASE);
	new_id(fork, id);
	text_copy(f.surgery.id, sizeof f.surgery.id, id);
	text_copy(f.surgery.room, sizeof f.surgery.room, calmest_room(fork));
	text_copy(f.surgery.procedure, sizeof f.surgery.procedure, procedure);
	f.surgery.start_ms = start;
	f.surgery.end_ms = start + minutes * MINUTE_MS;
	f.surgery.status = CASE_PLANNED;
	f.surgery.setting = SETTING_EMERGENCY;
	f.surgery.nest = class;
	f.surgery.add_on = 1;
	twin_apply(fork, &f, NULL);
}

static bool emergency(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)why;
	const char *procedure = s->values[3].given ? word_of(s, 3) : "emergency";
	add_emergency(fork, number_of(s, 0), procedure, fork->now_ms + number_of(s, 1) * MINUTE_MS,
		number_of(s, 2));
	return true;
}

static bool mass_casualty(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)why;
	for (int i = 0; i < number_of(s, 0); i++)
		add_emergency(fork, i % 3 == 0 ? 1 : 2, "mass casualty",
			fork->now_ms + (20 + 5 * i) * MINUTE_MS, number_of(s, 1));
	return true;
}

/* ---- rooms, people, beds ---- */

static bool room_down(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)why;
	tell_service(fork, word_of(s, 0), SERVICE_CLOSED);
	return true;
}

static bool room_up(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)why;
	tell_service(fork, word_of(s, 0), SERVICE_UNOCCUPIED);
	return true;
}

/* Power, air or water gone: every OR of the floor. */
static bool wing_down(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	int floor = site_floor(fork->site, word_of(s, 0)), closed = 0;
	for (int r = 0; r < fork->site->room_count; r++) {
		const struct room *room = &fork->site->rooms[r];
		if (room->floor != floor || room->kind != ROOM_OR)
			continue;
		tell_service(fork, room->id, SERVICE_CLOSED);
		closed++;
	}
	if (closed == 0)
		say(why, "floor ", word_of(s, 0), " has no operating room");
	return closed > 0;
}

static int units_now(const struct twin *fork, const char *id, int usual)
{
	for (int i = 0; i < fork->resource_count; i++)
		if (strcmp(fork->resources[i].id, id) == 0 && fork->resources[i].units >= 0)
			return fork->resources[i].units;
	return usual;
}

static bool staff(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	(void)why;
	for (int i = 0; i < fork->site->role_count; i++)
		if (strcmp(fork->site->roles[i].id, word_of(s, 0)) == 0)
			tell_units(fork, word_of(s, 0),
				units_now(fork, word_of(s, 0), fork->site->roles[i].count)
					+ number_of(s, 1));
	return true;
}

static bool beds(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	int kind = room_kind_parse(word_of(s, 0)), usual = 0;
	for (int i = 0; i < fork->site->bed_count; i++)
		usual += (int)fork->site->rooms[fork->site->beds[i].room].kind == kind;
	if (usual == 0) {
		say(why, "the site lists no beds of ", word_of(s, 0), "");
		return false;
	}
	tell_units(fork, word_of(s, 0), units_now(fork, word_of(s, 0), usual) + number_of(s, 1));
	return true;
}

/* ---- the table ---- */

#define CASE_                                                                                      \
	{                                                                                          \
		"case", PARAMETER_CASE, true, 0, 0, 0                                              \
	}
#define MIN_(usual)                                                                                \
	{                                                                                          \
		"min", PARAMETER_NUMBER, false, 1, 1440, (usual)                                   \
	}

const struct scenario_row scenario_rows[] = {
	{"emergency", "an emergency of NEST class 1 to 6 arrives",
		{{"class", PARAMETER_NUMBER, false, 1, 6, 2},
			{"in", PARAMETER_NUMBER, false, 0, 1440, 20},
			{"min", PARAMETER_NUMBER, false, 5, 1440, 90},
			{"procedure", PARAMETER_WORD, false, 0, 0, 0}},
		emergency},
	{"mass", "a mass casualty incident of n patients",
		{{"n", PARAMETER_NUMBER, false, 2, 60, 8}, MIN_(75)}, mass_casualty},
	{"absent", "the patient does not come", {CASE_}, absent},
	{"cancel", "the case is taken off the list", {CASE_}, cancel},
	{"not_fasting", "the patient ate so many minutes ago",
		{CASE_, {"ago", PARAMETER_NUMBER, false, 0, 360, 60}}, not_fasting},
	{"overrun", "the case takes so many minutes more", {CASE_, MIN_(60)}, overrun},
	{"faster", "the case takes so many minutes less", {CASE_, MIN_(20)}, faster},
	{"delay", "the case starts so many minutes later", {CASE_, MIN_(30)}, delay},
	{"move", "the case moves to another room", {CASE_, {"room", PARAMETER_ROOM, true, 0, 0, 0}},
		move},
	{"swap", "two cases change places", {CASE_, {"with", PARAMETER_CASE, true, 0, 0, 0}}, swap},
	{"surgeon_late", "the surgeon is not here for so many minutes",
		{{"surgeon", PARAMETER_WORD, true, 0, 0, 0}, MIN_(45)}, surgeon_late},
	{"room_down", "a room cannot be used", {{"room", PARAMETER_ROOM, true, 0, 0, 0}},
		room_down},
	{"room_up", "a closed room can be used again", {{"room", PARAMETER_ROOM, true, 0, 0, 0}},
		room_up},
	{"wing_down", "power, air or water fails on a floor: its rooms close",
		{{"floor", PARAMETER_FLOOR, true, 0, 0, 0}}, wing_down},
	{"staff", "more or fewer people of a role",
		{{"role", PARAMETER_ROLE, true, 0, 0, 0},
			{"change", PARAMETER_NUMBER, false, -50, 50, -1}},
		staff},
	{"beds", "beds or bays close or open",
		{{"of", PARAMETER_BEDS, true, 0, 0, 0},
			{"change", PARAMETER_NUMBER, false, -200, 200, -1}},
		beds},
};
const int scenario_count = sizeof scenario_rows / sizeof *scenario_rows;

/* ---- reading and writing ---- */

static int parameter_of(const struct scenario_row *row, const char *key, size_t n)
{
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++)
		if (strlen(row->parameters[i].name) == n
			&& memcmp(row->parameters[i].name, key, n) == 0)
			return i;
	return -1;
}

static bool take_number(const struct scenario_parameter *p, const char *word, int *out)
{
	char *end;
	long v = strtol(word, &end, 10);
	if (end == word || *end != '\0' || v < p->least || v > p->most)
		return false;
	*out = (int)v;
	return true;
}

static bool take_pair(struct scenario *s, const char *pair, size_t len, char why[SCENARIO_TEXT])
{
	const struct scenario_row *row = &scenario_rows[s->which];
	const char *equals = memchr(pair, '=', len);
	size_t key = equals != NULL ? (size_t)(equals - pair) : len;
	int i = parameter_of(row, pair, key);
	size_t n = equals != NULL ? len - key - 1 : 0;
	if (i < 0 || n == 0 || n >= ID_SIZE) {
		say(why, row->name, " takes no such parameter: ", pair);
		return false;
	}
	memcpy(s->values[i].word, equals + 1, n);
	s->values[i].word[n] = '\0';
	s->values[i].given = true;
	if (row->parameters[i].kind == PARAMETER_NUMBER
		&& !take_number(&row->parameters[i], s->values[i].word, &s->values[i].number)) {
		say(why, row->parameters[i].name, ": not possible: ", s->values[i].word);
		return false;
	}
	return true;
}

bool scenario_parse(const char *text, struct scenario *s, char why[SCENARIO_TEXT])
{
	size_t name = strcspn(text, ":");
	memset(s, 0, sizeof *s);
	for (s->which = 0; s->which < scenario_count; s->which++)
		if (strlen(scenario_rows[s->which].name) == name
			&& memcmp(scenario_rows[s->which].name, text, name) == 0)
			break;
	if (s->which == scenario_count) {
		say(why, "no such scenario: ", text, "");
		return false;
	}
	for (const char *p = text + name; *p != '\0';) {
		size_t n = strcspn(++p, ",");
		if (n > 0 && !take_pair(s, p, n, why))
			return false;
		p += n;
	}
	const struct scenario_row *row = &scenario_rows[s->which];
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++) {
		if (row->parameters[i].needed && !s->values[i].given) {
			say(why, row->name, " needs ", row->parameters[i].name);
			return false;
		}
	}
	return true;
}

void scenario_text(const struct scenario *s, char out[SCENARIO_TEXT])
{
	const struct scenario_row *row = &scenario_rows[s->which];
	size_t used = 0;
	char mark = ':';
	text_copy(out, SCENARIO_TEXT, row->name);
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++) {
		if (!s->values[i].given)
			continue;
		used = strlen(out);
		char head[2] = {mark, '\0'};
		char part[SCENARIO_TEXT];
		say(part, head, row->parameters[i].name, "=");
		text_copy(out + used, SCENARIO_TEXT - used, part);
		used = strlen(out);
		text_copy(out + used, SCENARIO_TEXT - used, s->values[i].word);
		mark = ',';
	}
}

static bool is_there(const struct twin *fork, enum scenario_kind kind, const char *word)
{
	switch (kind) {
	case PARAMETER_CASE:
		return twin_case(fork, word) >= 0;
	case PARAMETER_ROOM:
		return site_room(fork->site, word) >= 0;
	case PARAMETER_FLOOR:
		return site_floor(fork->site, word) >= 0;
	case PARAMETER_BEDS:
		return room_kind_parse(word) >= 0;
	case PARAMETER_ROLE:
		for (int i = 0; i < fork->site->role_count; i++)
			if (strcmp(fork->site->roles[i].id, word) == 0)
				return true;
		return false;
	case PARAMETER_WORD:
	case PARAMETER_NUMBER:
	case PARAMETER_END:
		break;
	}
	return true;
}

bool scenario_inject(struct twin *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct scenario_row *row = &scenario_rows[s->which];
	if (fork->site == NULL) {
		say(why, "no site", "", "");
		return false;
	}
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++) {
		if (!s->values[i].given
			|| is_there(fork, row->parameters[i].kind, s->values[i].word))
			continue;
		say(why, row->parameters[i].name, " is not known here: ", s->values[i].word);
		return false;
	}
	return row->inject(fork, s, why);
}
