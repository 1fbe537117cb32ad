/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/scenario_rows.h"

#include <string.h>

#include "twin/text.h"

/* What decisions have besides: how they are told to people, what they are about,
 * and what takes them back. */

/* ---- words ---- */

bool scenario_is_decision(const struct scenario *s)
{
	return scenario_rows[s->which].say != NULL;
}

/* The first number it has, 0 none. */
static int number_of(const struct scenario *s)
{
	const struct scenario_row *row = &scenario_rows[s->which];
	for (int i = 0; i < SCENARIO_PARAMETERS; i++)
		if (row->parameters[i].kind == PARAMETER_NUMBER)
			return scenario_number(s, i);
	return 0;
}

const char *scenario_saying(const struct scenario *s)
{
	const struct scenario_row *row = &scenario_rows[s->which];
	return row->less != NULL && number_of(s) < 0 ? row->less : row->say;
}

void scenario_say(const struct scenario *s, const char *saying, scenario_value *value,
	const void *context, char *out, size_t size)
{
	const struct scenario_row *row = &scenario_rows[s->which];
	size_t used = 0;
	for (const char *p = saying; *p != '\0' && used + 1 < size;) {
		size_t n = *p == '{' ? strcspn(p, "}") : 0;
		int i = n > 0 ? scenario_parameter_named(row, p + 1, n - 1) : -1;
		if (i < 0) {
			out[used++] = *p++;
			continue;
		}
		int number = scenario_number(s, i);
		out[used] = '\0';
		value(context, row->parameters[i].kind, s->values[i].word,
			number < 0 ? -number : number, s->values[i].ms, out + used, size - used);
		used += strlen(out + used);
		p += n + (p[n] == '}');
	}
	out[used] = '\0';
}

/* ---- what it is about ---- */

int scenario_touches(const struct twin *twin, const struct scenario *s, bool out[TWIN_CASES])
{
	const struct scenario_row *row = &scenario_rows[s->which];
	int count = 0, room = -1;
	bool named = false;
	memset(out, 0, TWIN_CASES * sizeof *out);
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++) {
		int at = row->parameters[i].kind == PARAMETER_CASE
				 ? twin_case(twin, s->values[i].word)
				 : -1;
		named = named || row->parameters[i].kind == PARAMETER_CASE;
		if (at >= 0)
			out[at] = true;
		if (row->parameters[i].kind == PARAMETER_ROOM && s->values[i].given)
			room = site_room(twin->site, s->values[i].word);
	}
	for (int i = 0; i < twin->case_count; i++) {
		const struct surgery *c = &twin->cases[i];
		int at = c->room_at >= 0 ? c->room_at : site_room(twin->site, c->room);
		out[i] = out[i] || (!named && room >= 0 && at == room && fork_waits(c));
		count += out[i];
	}
	return count;
}

/* ---- what takes it back ---- */

bool scenario_before(const struct twin *twin, const struct scenario *s, struct scenario *out)
{
	const struct scenario_row *row = &scenario_rows[s->which];
	return twin->site != NULL && row->before != NULL && row->before(twin, s, out);
}

/* Where and when the case is planned. */
bool before_case(const struct twin *twin, const struct scenario *s, struct scenario *out)
{
	int i = twin_case(twin, scenario_word(s, 0));
	const struct surgery *c = i >= 0 ? &twin->cases[i] : NULL;
	int room = c != NULL ? site_room(twin->site, c->room) : -1;
	scenario_make("place", out);
	return room >= 0 && c->start_ms != 0 && !surgery_is_off(c)
	       && scenario_set(out, "case", c->id)
	       && scenario_set(out, "room", twin->site->rooms[room].id)
	       && scenario_set_instant(out, "at", c->start_ms);
}

/* Done twice, it has not been done. */
bool before_same(const struct twin *twin, const struct scenario *s, struct scenario *out)
{
	(void)twin;
	*out = *s;
	return true;
}

/* As many the other way. */
bool before_change(const struct twin *twin, const struct scenario *s, struct scenario *out)
{
	(void)twin;
	*out = *s;
	return scenario_set_number(out, "change", -number_of(s));
}

bool before_room(const struct twin *twin, const struct scenario *s, struct scenario *out)
{
	(void)twin;
	bool opens = strcmp(scenario_rows[s->which].name, "room_up") == 0;
	scenario_make(opens ? "room_down" : "room_up", out);
	return scenario_set(out, "room", scenario_word(s, 0));
}

bool before_way(const struct twin *twin, const struct scenario *s, struct scenario *out)
{
	(void)twin;
	scenario_make("as_usual", out);
	return scenario_set(out, "of", scenario_rows[s->which].name);
}

bool before_as_usual(const struct twin *twin, const struct scenario *s, struct scenario *out)
{
	(void)twin;
	scenario_make(scenario_word(s, 0), out);
	return out->which >= 0;
}

/* ---- why a case is put off ---- */

/* What is told to the hospital, and for people. */
static const struct {
	const char *word, *help;
} reasons[] = {
	{"time", "no time is left today"},
	{"emergency", "an emergency goes first"},
	{"fasting", "the patient is not fasting"},
	{"absent", "the patient is not here"},
	{"unfit", "the patient is not fit"},
	{"bed", "no bed is free"},
	{"staff", "somebody is missing"},
	{"surgeon", "the surgeon is missing"},
	{"equipment", "equipment is missing"},
	{"room", "the room cannot be used"},
};
enum { REASONS = sizeof reasons / sizeof *reasons };

const char *scenario_nth_reason(int n)
{
	return n < REASONS ? reasons[n].word : NULL;
}

const char *scenario_reason(const char *word)
{
	for (int i = 0; i < REASONS; i++)
		if (strcmp(reasons[i].word, word) == 0)
			return reasons[i].help;
	return NULL;
}
