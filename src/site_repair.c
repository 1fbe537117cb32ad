/* SPDX-License-Identifier: Apache-2.0 */
#include "src/site_read.h"

#include <string.h>

#include "twin/objective.h"
#include "twin/scenario.h"

/* What a site file says of repairs: how far they may go, and what they weigh. */

static bool bad(struct site_reading *r, const config_setting_t *s, const char *expected)
{
	site_finding(r, (int)config_setting_source_line(s), FINDING_ERROR, "%s: expected %s",
		config_setting_name(s), expected);
	return false;
}

/* overflow = { pacu = 2; ... }: kinds of rooms that have beds. */
static bool overflow(struct site_reading *r, const config_setting_t *s, int *beds)
{
	if (!config_setting_is_group(s))
		return bad(r, s, "a group { kind = beds; }");
	for (int i = 0; i < config_setting_length(s); i++) {
		const config_setting_t *member = config_setting_get_elem(s, (unsigned)i);
		int kind = room_kind_parse(config_setting_name(member));
		if (kind < 0)
			return bad(r, member, "a kind of room with beds: pacu, ward ...");
		if (!site_value_count(r, member, &beds[kind]))
			return false;
	}
	return true;
}

static bool is_way(const char *word)
{
	const char *way;
	for (int n = 0; (way = scenario_choice(NULL, PARAMETER_WAY, n)) != NULL; n++)
		if (strcmp(way, word) == 0)
			return true;
	return false;
}

static bool ways(struct site_reading *r, const config_setting_t *s, struct wordlist *words)
{
	if (!site_value_words(r, s, words))
		return false;
	for (int i = 0; i < words->count; i++)
		if (!is_way(words->of[i]))
			return bad(r, s, "turnover_team, parallel_induction or no_hold");
	return true;
}

static bool member_of(struct site_reading *r, const config_setting_t *s, struct repairing *repair)
{
	const char *name = config_setting_name(s);
	if (strcmp(name, "over_min") == 0)
		return site_value_number(r, s, &repair->over_min);
	if (strcmp(name, "notice_min") == 0)
		return site_value_number(r, s, &repair->notice_min);
	if (strcmp(name, "overflow") == 0)
		return overflow(r, s, repair->overflow);
	if (strcmp(name, "ways") == 0)
		return ways(r, s, &repair->ways);
	site_finding(r, (int)config_setting_source_line(s), FINDING_WARNING,
		"unknown key \"%.64s\"", name);
	return true;
}

bool site_value_repair(struct site_reading *r, const config_setting_t *s, void *field)
{
	if (!config_setting_is_group(s))
		return bad(r, s, "a group { ... }");
	for (int i = 0; i < config_setting_length(s); i++)
		if (!member_of(r, config_setting_get_elem(s, (unsigned)i), field))
			return false;
	return true;
}

static int line_of(const struct site_reading *r, const char *name)
{
	const config_setting_t *s = config_lookup(&r->config, name);
	return s != NULL ? (int)config_setting_source_line(s) : 1;
}

static bool is_term(const char *word)
{
	for (int t = 0; t < OBJECTIVE_COUNT; t++)
		if (strcmp(objective_name((enum objective_term)t), word) == 0)
			return true;
	return false;
}

void site_repair_lint(struct site_reading *r)
{
	const struct site *s = r->site;
	for (int i = 0; i < s->weight_count; i++)
		if (!is_term(s->weights[i].key))
			site_finding(r, line_of(r, "objective"), FINDING_WARNING,
				"objective: unknown key \"%.64s\"", s->weights[i].key);
	for (int kind = 0; kind < ROOM_KIND_COUNT; kind++)
		if (s->repair.overflow[kind] > 0 && site_beds(s, (enum room_kind)kind) == 0)
			site_finding(r, line_of(r, "repair.overflow"), FINDING_WARNING,
				"overflow: the site has no beds of %s",
				room_kind_name((enum room_kind)kind));
	for (int i = 0; i < s->room_count; i++)
		if (s->rooms[i].kind != ROOM_OR
			&& (s->rooms[i].takes.count > 0 || s->rooms[i].spare))
			site_finding(r, site_line(r, SECTION_ROOMS, i), FINDING_WARNING,
				"room \"%s\" is no operating room: takes and spare say nothing",
				s->rooms[i].id);
	for (int i = 0; i < s->role_count; i++)
		if (s->roles[i].stretch > 0 && s->roles[i].covers == 0)
			site_finding(r, site_line(r, SECTION_ROLES, i), FINDING_WARNING,
				"role \"%s\": stretch without covers says nothing", s->roles[i].id);
}
