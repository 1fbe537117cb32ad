/* SPDX-License-Identifier: Apache-2.0 */
#include "src/site_read.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "twin/text.h"

/* Pathways of a site file: steps are groups within a group, with words that
 * refer to roles and kinds of rooms. */

static bool bad(
	struct site_reading *r, const config_setting_t *s, const char *format, const char *word)
{
	char text[160];
	size_t n = strcspn(format, "%");
	snprintf(text, sizeof text, "%.*s%.64s%s", (int)n, format, word,
		format[n] != '\0' ? format + n + 1 : "");
	site_finding(r, (int)config_setting_source_line(s), FINDING_ERROR, "%s", text);
	return false;
}

static bool need_word(struct site_reading *r, const config_setting_t *s, struct pathway_need *need)
{
	const char *word = config_setting_get_string(s);
	if (word == NULL)
		return bad(r, s, "a need is a word: room, a role, or a kind of room%", "");
	if (strcmp(word, "room") == 0) {
		need->kind = NEED_ROOM;
		return true;
	}
	if (strcmp(word, "surgeon") == 0) {
		need->kind = NEED_SURGEON;
		return true;
	}
	bool cover = strncmp(word, "cover ", 6) == 0;
	for (int i = 0; i < r->site->role_count; i++) {
		if (strcmp(r->site->roles[i].id, cover ? word + 6 : word) == 0) {
			*need = (struct pathway_need){cover ? NEED_COVER : NEED_ROLE, i};
			return true;
		}
	}
	int kind = room_kind_parse(word);
	if (kind < 0)
		return bad(r, s,
			cover ? "\"%\": cover, and a role"
			      : "\"%\" is neither \"room\", \"surgeon\", a role, nor a kind of "
				"room",
			word);
	*need = (struct pathway_need){NEED_BEDS, kind};
	return true;
}

static bool needs(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct pathway_need *list = field;
	if (config_setting_get_string(s) != NULL)
		return need_word(r, s, list);
	bool array = config_setting_is_array(s) || config_setting_is_list(s);
	if (!array || config_setting_length(s) > PATHWAY_NEEDS)
		return bad(r, s, "need, give: a word, or a list of at most three%", "");
	for (int i = 0; i < config_setting_length(s); i++)
		if (!need_word(r, config_setting_get_elem(s, (unsigned)i), &list[i]))
			return false;
	return true;
}

static bool pair(struct site_reading *r, const config_setting_t *s, double *a, double *b)
{
	bool array = config_setting_is_array(s) || config_setting_is_list(s);
	if (!array || config_setting_length(s) != 2
		|| !site_number(config_setting_get_elem(s, 0), a)
		|| !site_number(config_setting_get_elem(s, 1), b) || *a < 0 || *b < 0)
		return bad(r, s, "%: two numbers of minutes, from 0", config_setting_name(s));
	return true;
}

static bool lasts(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct pathway_step *step = field;
	const char *word = config_setting_get_string(s);
	if (word != NULL && strcmp(word, "case") == 0) {
		step->lasts = LASTS_CASE;
		return true;
	}
	step->lasts = LASTS_LAW;
	return pair(r, s, &step->a, &step->b);
}

static bool between(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct pathway_step *step = field;
	step->lasts = LASTS_BETWEEN;
	return pair(r, s, &step->a, &step->b);
}

static bool not_before(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct pathway_step *step = field;
	step->gated = true;
	return site_number(s, &step->gate_min)
	       || bad(r, s, "not_before: minutes after the planned start, negative before it%", "");
}

static bool milestone_word(struct site_reading *r, const config_setting_t *s, void *field)
{
	const char *word = config_setting_get_string(s);
	int milestone = word != NULL ? milestone_parse(word) : -1;
	if (milestone < 0)
		return bad(r, s, "\"%\" is not a milestone", word != NULL ? word : "");
	*(int *)field = milestone;
	return true;
}

static bool stage(struct site_reading *r, const config_setting_t *s, void *field)
{
	const char *word = config_setting_get_string(s);
	if (word == NULL || !text_copy(field, STAGE_NAME, word))
		return bad(r, s, "stage: a word of at most 15 letters, not \"%\"",
			word != NULL ? word : "");
	return true;
}

#define AT(field) offsetof(struct pathway_step, field)

static const struct step_key {
	const char *name;
	site_value *read;
	size_t offset;
} step_keys[] = {
	{"stage", stage, AT(stage)},
	{"need", needs, AT(need)},
	{"give", needs, AT(give)},
	{"lasts", lasts, 0},
	{"between", between, 0},
	{"not_before", not_before, 0},
	{"begins", milestone_word, AT(begins)},
	{"ends", milestone_word, AT(ends)},
};
enum { STEP_KEYS = sizeof step_keys / sizeof *step_keys };

static bool one_step(struct site_reading *r, const config_setting_t *s, struct pathway_step *step)
{
	step->begins = step->ends = -1;
	if (!config_setting_is_group(s))
		return bad(r, s, "a step is a group { stage = ...; }%", "");
	for (int i = 0; i < config_setting_length(s); i++) {
		const config_setting_t *member = config_setting_get_elem(s, (unsigned)i);
		const char *name = config_setting_name(member);
		int k = 0;
		while (k < STEP_KEYS && strcmp(step_keys[k].name, name) != 0)
			k++;
		if (k == STEP_KEYS)
			return bad(r, member, "a step has no \"%\"", name);
		if (!step_keys[k].read(r, member, (char *)step + step_keys[k].offset))
			return false;
	}
	return step->stage[0] != '\0' || bad(r, s, "a step needs a stage%", "");
}

/* What is given back must have been taken, once: else a day would run out of
 * beds, or make them. */
bool site_pathway_balanced(
	struct site_reading *r, const config_setting_t *s, const struct pathway *way)
{
	int held[PATHWAY_STEPS * PATHWAY_NEEDS] = {0};
	const struct pathway_need *taken[PATHWAY_STEPS * PATHWAY_NEEDS];
	int count = 0;
	for (int i = 0; i < way->step_count; i++) {
		const struct pathway_step *step = &way->steps[i];
		for (int k = 0; k < PATHWAY_NEEDS && step->need[k].kind != NEED_NONE; k++) {
			taken[count] = &step->need[k];
			held[count++] = 1;
		}
		for (int k = 0; k < PATHWAY_NEEDS && step->give[k].kind != NEED_NONE; k++) {
			int t = count - 1;
			while (t >= 0
				&& (!held[t] || taken[t]->kind != step->give[k].kind
					|| taken[t]->index != step->give[k].index))
				t--;
			if (t < 0)
				return bad(r, s, "step \"%\" gives back what was not taken",
					step->stage);
			held[t] = 0;
		}
	}
	for (int t = 0; t < count; t++)
		if (held[t] && !pathway_lists(way->keeps, taken[t]->kind, taken[t]->index))
			return bad(r, s, "pathway \"%\" keeps something for ever: give it back",
				way->id);
	for (int k = 0; k < PATHWAY_NEEDS && way->keeps[k].kind != NEED_NONE; k++) {
		bool has = false;
		for (int t = 0; t < count; t++)
			has = has
			      || (held[t] && taken[t]->kind == way->keeps[k].kind
				      && taken[t]->index == way->keeps[k].index);
		if (!has)
			return bad(r, s, "pathway \"%\" keeps what it does not have", way->id);
	}
	return true;
}

bool site_value_steps(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct pathway *way = field;
	int count = config_setting_length(s);
	if (!config_setting_is_list(s) || count < 1 || count > PATHWAY_STEPS)
		return bad(r, s, "steps: a list of 1 to 20 groups%", "");
	for (int i = 0; i < count; i++)
		if (!one_step(r, config_setting_get_elem(s, (unsigned)i), &way->steps[i]))
			return false;
	way->step_count = count;
	return true;
}

/* keeps = "ward": only beds; a person or a room is wanted by the next one. */
bool site_value_keeps(struct site_reading *r, const config_setting_t *s, void *field)
{
	const struct pathway_need *list = field;
	if (!needs(r, s, field))
		return false;
	for (int k = 0; k < PATHWAY_NEEDS && list[k].kind != NEED_NONE; k++)
		if (list[k].kind != NEED_BEDS)
			return bad(r, s, "keeps: beds only, a kind of room%", "");
	return true;
}

/* turnover = { need = "cleaning"; lasts = [22.0, 9.0]; } */
bool site_value_turnover(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct pathway *way = field;
	const config_setting_t *need = config_setting_get_member(s, "need");
	const config_setting_t *time = config_setting_get_member(s, "lasts");
	if (!config_setting_is_group(s) || time == NULL)
		return bad(
			r, s, "turnover: a group { need = role; lasts = [mean, deviation]; }%", "");
	if (!pair(r, time, &way->turnover_mean, &way->turnover_deviation))
		return false;
	return need == NULL || need_word(r, need, &way->turnover_need);
}

bool site_value_setting(struct site_reading *r, const config_setting_t *s, void *field)
{
	const char *word = config_setting_get_string(s);
	int setting = word != NULL ? setting_parse(word) : -1;
	if (setting < 0)
		return bad(r, s, "\"%\" is not a setting (day, inpatient, emergency, icu)",
			word != NULL ? word : "");
	*(enum setting *)field = (enum setting)setting;
	return true;
}
