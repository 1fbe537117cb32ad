/* SPDX-License-Identifier: Apache-2.0 */
#include "src/site_read.h"

#include <stddef.h>
#include <string.h>

#include "twin/text.h"

/* What a site file says of chance and of what is scarce: kits, emergencies,
 * rules. */

static bool bad(struct site_reading *r, const config_setting_t *s, const char *expected)
{
	const char *key = config_setting_name(s);
	site_finding(r, (int)config_setting_source_line(s), FINDING_ERROR, "%s: expected %s",
		key != NULL ? key : "value", expected);
	return false;
}

bool site_value_count(struct site_reading *r, const config_setting_t *s, void *field)
{
	int count = config_setting_type(s) == CONFIG_TYPE_INT ? config_setting_get_int(s) : -1;
	if (count < 0)
		return bad(r, s, "a whole number, not negative");
	*(int *)field = count;
	return true;
}

bool site_value_covers(struct site_reading *r, const config_setting_t *s, void *field)
{
	int covers = config_setting_type(s) == CONFIG_TYPE_INT ? config_setting_get_int(s) : 0;
	if (covers < 1 || covers > 16)
		return bad(r, s, "how many rooms one of them looks after, 1 to 16");
	*(int *)field = covers;
	return true;
}

bool site_value_class(struct site_reading *r, const config_setting_t *s, void *field)
{
	int nest = config_setting_type(s) == CONFIG_TYPE_INT ? config_setting_get_int(s) : 0;
	if (nest < 1 || nest > 6)
		return bad(r, s, "a NEST class, 1 to 6");
	*(int *)field = nest;
	return true;
}

/* `list`: where a wrong one is told. */
static bool one_word(struct site_reading *r, const config_setting_t *list,
	const config_setting_t *s, struct wordlist *words)
{
	const char *word = config_setting_get_string(s);
	if (word == NULL || word[0] == '\0' || !text_copy(words->of[words->count], ID_SIZE, word))
		return bad(r, list, "part of a name, 1 to 64 bytes");
	words->count++;
	return true;
}

bool site_value_words(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct wordlist *words = field;
	bool list = config_setting_is_array(s) || config_setting_is_list(s);
	if (!list)
		return one_word(r, s, s, words);
	int count = config_setting_length(s);
	if (count < 1 || count > SITE_WORDS)
		return bad(r, s, "a word, or a list of 1 to 8");
	for (int i = 0; i < count; i++)
		if (!one_word(r, s, config_setting_get_elem(s, (unsigned)i), words))
			return false;
	return true;
}

bool site_value_per_day(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct emergencies *e = field;
	double per_day = 0;
	if (!site_value_number(r, s, &per_day))
		return false;
	for (int h = 0; h < 24; h++)
		e->per_hour[h] = per_day / 24;
	return true;
}

bool site_value_hourly(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct emergencies *e = field;
	if ((!config_setting_is_array(s) && !config_setting_is_list(s))
		|| config_setting_length(s) != 24)
		return bad(r, s, "24 numbers: how many in each hour, from midnight on");
	for (int h = 0; h < 24; h++)
		if (!site_number(config_setting_get_elem(s, (unsigned)h), &e->per_hour[h])
			|| e->per_hour[h] < 0)
			return bad(r, s, "24 numbers, not negative");
	return true;
}

static bool spread(
	struct site_reading *r, const config_setting_t *s, double *mean, double *deviation)
{
	if ((!config_setting_is_array(s) && !config_setting_is_list(s))
		|| config_setting_length(s) != 2
		|| !site_number(config_setting_get_elem(s, 0), mean)
		|| !site_number(config_setting_get_elem(s, 1), deviation) || !(*mean > 0)
		|| *deviation < 0)
		return bad(r, s, "[mean, deviation] in minutes");
	return true;
}

bool site_value_minutes(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct emergencies *e = field;
	return spread(r, s, &e->minutes, &e->deviation_min);
}

static bool share(struct site_reading *r, const config_setting_t *s, double *field)
{
	double value;
	if (!site_number(s, &value) || value < 0 || value > 1)
		return bad(r, s, "a share, 0 to 1");
	*field = value;
	return true;
}

static bool rule(struct site_reading *r, const config_setting_t *s, struct rules *rules)
{
	const char *name = config_setting_name(s);
	if (strcmp(name, "last_call_min") == 0)
		return rules->last_call = site_value_number(r, s, &rules->last_call_min);
	if (strcmp(name, "no_show") == 0)
		return share(r, s, &rules->no_show);
	if (strcmp(name, "cancelled") == 0)
		return share(r, s, &rules->cancelled);
	if (strcmp(name, "not_fasting") == 0)
		return share(r, s, &rules->not_fasting);
	if (strcmp(name, "not_fasting_min") == 0)
		return spread(r, s, &rules->fasting_mean, &rules->fasting_deviation);
	if (strcmp(name, "room_mtbf_h") == 0)
		return site_value_number(r, s, &rules->room_mtbf_h);
	if (strcmp(name, "room_mttr_min") == 0)
		return site_value_number(r, s, &rules->room_mttr_min);
	site_finding(r, (int)config_setting_source_line(s), FINDING_WARNING,
		"unknown key \"%.64s\"", name);
	return true;
}

bool site_value_rules(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct rules *rules = field;
	if (!config_setting_is_group(s))
		return bad(r, s, "a group { ... }");
	for (int i = 0; i < config_setting_length(s); i++)
		if (!rule(r, config_setting_get_elem(s, (unsigned)i), rules))
			return false;
	if (rules->not_fasting > 0 && !(rules->fasting_mean > 0))
		return bad(r, s, "not_fasting_min beside not_fasting: how much later they begin");
	if (rules->room_mtbf_h > 0 && !(rules->room_mttr_min > 0))
		return bad(r, s, "room_mttr_min beside room_mtbf_h: how long it takes to mend");
	return true;
}
