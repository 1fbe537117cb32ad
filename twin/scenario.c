/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/scenario.h"

#include <stdlib.h>
#include <string.h>

#include "twin/instant.h"
#include "twin/scenario_rows.h"
#include "twin/text.h"

/* Reading and writing what-ifs, and the checks all of them share. The rows and
 * what they tell: scenario_table.c; decisions: scenario_decision.c. */

bool scenario_why(char why[SCENARIO_TEXT], const char *a, const char *b, const char *c)
{
	size_t used = 0;
	const char *const parts[] = {a, b, c};
	why[0] = '\0';
	for (int i = 0; i < 3; i++) {
		text_copy(why + used, SCENARIO_TEXT - used, parts[i]);
		used += strlen(why + used);
	}
	return false;
}

const char *scenario_word(const struct scenario *s, int parameter)
{
	return s->values[parameter].word;
}

int64_t scenario_ms(const struct scenario *s, int parameter)
{
	return s->values[parameter].ms;
}

int scenario_number(const struct scenario *s, int parameter)
{
	const struct scenario_parameter *p = &scenario_rows[s->which].parameters[parameter];
	return s->values[parameter].given ? s->values[parameter].number : p->usual;
}

/* ---- reading ---- */

int scenario_parameter_named(const struct scenario_row *row, const char *key, size_t n)
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

/* Whether a value is one of its kind; what it is worth. */
static bool take_value(struct scenario *s, int i)
{
	const struct scenario_parameter *p = &scenario_rows[s->which].parameters[i];
	if (p->kind == PARAMETER_NUMBER)
		return take_number(p, s->values[i].word, &s->values[i].number);
	if (p->kind == PARAMETER_INSTANT)
		return instant_parse(s->values[i].word, &s->values[i].ms);
	return true;
}

static bool take_pair(struct scenario *s, const char *pair, size_t len, char why[SCENARIO_TEXT])
{
	const struct scenario_row *row = &scenario_rows[s->which];
	const char *equals = memchr(pair, '=', len);
	size_t key = equals != NULL ? (size_t)(equals - pair) : len;
	int i = scenario_parameter_named(row, pair, key);
	size_t n = equals != NULL ? len - key - 1 : 0;
	if (i < 0 || n == 0 || n >= ID_SIZE)
		return scenario_why(why, row->name, " takes no such parameter: ", pair);
	if (s->values[i].given)
		return scenario_why(why, row->parameters[i].name, " is said twice", "");
	memcpy(s->values[i].word, equals + 1, n);
	s->values[i].word[n] = '\0';
	s->values[i].given = true;
	if (!take_value(s, i))
		return scenario_why(
			why, row->parameters[i].name, ": not possible: ", s->values[i].word);
	return true;
}

int scenario_row_named(const char *name, size_t length)
{
	for (int i = 0; i < scenario_count; i++)
		if (strlen(scenario_rows[i].name) == length
			&& memcmp(scenario_rows[i].name, name, length) == 0)
			return i;
	return -1;
}

bool scenario_parse(const char *text, struct scenario *s, char why[SCENARIO_TEXT])
{
	size_t name = strcspn(text, ":");
	memset(s, 0, sizeof *s);
	s->which = scenario_row_named(text, name);
	if (s->which < 0)
		return scenario_why(why, "no such scenario: ", text, "");
	for (const char *p = text + name; *p != '\0';) { /* at a colon or a comma */
		size_t n = strcspn(++p, ",");
		if (n > 0 && !take_pair(s, p, n, why))
			return false;
		p += n;
	}
	const struct scenario_row *row = &scenario_rows[s->which];
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++)
		if (row->parameters[i].needed && !s->values[i].given)
			return scenario_why(why, row->name, " needs ", row->parameters[i].name);
	return true;
}

/* ---- writing ---- */

static void add(char out[SCENARIO_TEXT], const char *text)
{
	size_t used = strlen(out);
	text_copy(out + used, SCENARIO_TEXT - used, text);
}

void scenario_text(const struct scenario *s, char out[SCENARIO_TEXT])
{
	const struct scenario_row *row = &scenario_rows[s->which];
	const char *mark = ":";
	text_copy(out, SCENARIO_TEXT, row->name);
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++) {
		if (!s->values[i].given)
			continue;
		add(out, mark);
		add(out, row->parameters[i].name);
		add(out, "=");
		add(out, s->values[i].word);
		mark = ",";
	}
}

static void add_number(char out[SCENARIO_TEXT], int number)
{
	char digits[16];
	int at = (int)sizeof digits - 1;
	unsigned left = number < 0 ? (unsigned)-number : (unsigned)number;
	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (number < 0)
		digits[--at] = '-';
	add(out, digits + at);
}

/* ---- making ---- */

void scenario_make(const char *name, struct scenario *s)
{
	memset(s, 0, sizeof *s);
	s->which = scenario_row_named(name, strlen(name));
}

bool scenario_set(struct scenario *s, const char *parameter, const char *value)
{
	int i = scenario_parameter_named(&scenario_rows[s->which], parameter, strlen(parameter));
	if (i < 0 || value[0] == '\0' || strpbrk(value, ",") != NULL)
		return false;
	s->values[i].given = true;
	return text_copy(s->values[i].word, ID_SIZE, value) && take_value(s, i);
}

bool scenario_set_number(struct scenario *s, const char *parameter, int number)
{
	char word[SCENARIO_TEXT] = "";
	add_number(word, number);
	return scenario_set(s, parameter, word);
}

bool scenario_set_instant(struct scenario *s, const char *parameter, int64_t ms)
{
	char word[INSTANT_TEXT];
	instant_text(ms, word);
	return scenario_set(s, parameter, word);
}

/* ---- for people ---- */

void scenario_words(const struct scenario *s, char out[SCENARIO_TEXT])
{
	const struct scenario_row *row = &scenario_rows[s->which];
	const char *mark = ": ";
	text_copy(out, SCENARIO_TEXT, row->help);
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++) {
		const struct scenario_parameter *p = &row->parameters[i];
		if (p->kind != PARAMETER_NUMBER && !s->values[i].given)
			continue;
		add(out, mark);
		mark = ", ";
		add(out, p->name);
		add(out, " ");
		if (p->kind == PARAMETER_NUMBER)
			add_number(out, scenario_number(s, i));
		else
			add(out, s->values[i].word);
	}
}

/* ---- what there is ---- */

/* Ways of working that the site's own stands against. */
static const char *nth_way(int n)
{
	for (int i = 0; i < scenario_count; i++)
		if (scenario_rows[i].before == before_way && n-- == 0)
			return scenario_rows[i].name;
	return NULL;
}

static const char *nth_room(const struct site *site, int n)
{
	for (int r = 0; r < site->room_count; r++)
		if (site->rooms[r].kind == ROOM_OR && n-- == 0)
			return site->rooms[r].id;
	return NULL;
}

/* Kinds of rooms that have beds, each once. */
static const char *nth_beds(const struct site *site, int n)
{
	for (int kind = 0; kind < ROOM_KIND_COUNT; kind++)
		for (int b = 0; b < site->bed_count; b++)
			if ((int)site->rooms[site->beds[b].room].kind == kind) {
				if (n-- == 0)
					return room_kind_name((enum room_kind)kind);
				break;
			}
	return NULL;
}

/* Surgeons of the cases, each once. */
static const char *nth_surgeon(const struct twin *twin, int n)
{
	for (int i = 0; i < twin->case_count; i++) {
		const char *surgeon = twin->cases[i].surgeon;
		int first = 0;
		while (strcmp(twin->cases[first].surgeon, surgeon) != 0)
			first++;
		if (surgeon[0] != '\0' && first == i && n-- == 0)
			return surgeon;
	}
	return NULL;
}

/* Cases whose patient is still to leave the room. */
static const char *nth_case(const struct twin *twin, int n)
{
	for (int i = 0; i < twin->case_count; i++)
		if (!surgery_is_off(&twin->cases[i]) && !surgery_is_over(&twin->cases[i])
			&& n-- == 0)
			return twin->cases[i].id;
	return NULL;
}

const char *scenario_choice(const struct twin *twin, enum scenario_kind kind, int n)
{
	const struct site *site = twin != NULL ? twin->site : NULL;
	if (kind == PARAMETER_SETTING)
		return n + 1 < SETTING_COUNT ? setting_name((enum setting)(n + 1)) : NULL;
	if (kind == PARAMETER_MOBILITY)
		return n + 1 < MOBILITY_COUNT ? mobility_name((enum mobility)(n + 1)) : NULL;
	if (kind == PARAMETER_WAY)
		return nth_way(n);
	if (kind == PARAMETER_REASON)
		return scenario_nth_reason(n);
	if (site == NULL)
		return NULL;
	switch (kind) {
	case PARAMETER_CASE:
		return nth_case(twin, n);
	case PARAMETER_ROOM:
		return nth_room(site, n);
	case PARAMETER_ROLE:
		return n < site->role_count ? site->roles[n].id : NULL;
	case PARAMETER_FLOOR:
		return n < site->floor_count ? site->floors[n].id : NULL;
	case PARAMETER_BEDS:
		return nth_beds(site, n);
	case PARAMETER_SURGEON:
		return nth_surgeon(twin, n);
	case PARAMETER_KIT:
		return n < site->kit_count ? site->kits[n].id : NULL;
	default:
		return NULL;
	}
}

/* Rooms also by what the hospital calls them; any case, for a row says best why
 * one that is over cannot be moved. */
static bool is_there(const struct twin *twin, enum scenario_kind kind, const char *word)
{
	const char *choice;
	int room;
	if (kind == PARAMETER_WORD || kind == PARAMETER_NUMBER || kind == PARAMETER_INSTANT)
		return true;
	if (kind == PARAMETER_CASE)
		return twin_case(twin, word) >= 0;
	if (kind == PARAMETER_ROOM)
		return (room = site_room(twin->site, word)) >= 0 && room < TWIN_ROOMS
		       && twin->site->rooms[room].kind == ROOM_OR;
	for (int n = 0; (choice = scenario_choice(twin, kind, n)) != NULL; n++)
		if (strcmp(choice, word) == 0)
			return true;
	return false;
}

bool scenario_known(const struct twin *twin, const struct scenario *s, char why[SCENARIO_TEXT])
{
	const struct scenario_row *row = &scenario_rows[s->which];
	if (twin->site == NULL)
		return scenario_why(why, "no site", "", "");
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++)
		if (s->values[i].given
			&& !is_there(twin, row->parameters[i].kind, s->values[i].word))
			return scenario_why(why, row->parameters[i].name,
				" is not known here: ", s->values[i].word);
	return true;
}

bool scenario_inject(struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT])
{
	why[0] = '\0';
	return scenario_known(fork->twin, s, why) && scenario_rows[s->which].inject(fork, s, why);
}
