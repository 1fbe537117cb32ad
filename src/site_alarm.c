/* SPDX-License-Identifier: Apache-2.0 */
#include "src/settings_notify.h"
#include "src/site_read.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "twin/alarm.h"
#include "twin/text.h"

/* What a site file says of its alarms: a group for each class that is not as by
 * default, in the words of struct alarm_setting. */

enum { DELAY_MOST_S = 24 * 3600, COUNT_MOST = 1000, WEEK_MIN = 7 * 24 * 60 };

static bool bad(struct site_reading *r, const config_setting_t *s, const char *expected)
{
	const char *key = config_setting_name(s);
	site_finding(r, (int)config_setting_source_line(s), FINDING_ERROR, "%s: expected %s",
		key != NULL ? key : "value", expected);
	return false;
}

static bool upto(struct site_reading *r, const config_setting_t *s, double *field, double most,
	const char *expected)
{
	double value;
	if (!site_number(s, &value) || !(value >= 0) || value > most)
		return bad(r, s, expected);
	*field = value;
	return true;
}

static bool delay(struct site_reading *r, const config_setting_t *s, void *field)
{
	return upto(r, s, field, DELAY_MOST_S, "seconds, 0 to 86400");
}

static bool long_time(struct site_reading *r, const config_setting_t *s, void *field)
{
	return upto(r, s, field, WEEK_MIN, "minutes, 0 (never) to 10080");
}

static bool shelf(struct site_reading *r, const config_setting_t *s, void *field)
{
	return upto(r, s, field, ALARM_SHELF_MAX_MIN, "minutes, 0 (never) to 480");
}

static bool times(struct site_reading *r, const config_setting_t *s, void *field)
{
	int count = config_setting_type(s) == CONFIG_TYPE_INT ? config_setting_get_int(s) : 0;
	if (count < 1 || count > COUNT_MOST)
		return bad(r, s, "how often it must be met, 1 to 1000");
	*(int *)field = count;
	return true;
}

static bool one_role(struct site_reading *r, const config_setting_t *s, unsigned *roles)
{
	const char *word = config_setting_get_string(s);
	int role = word != NULL ? person_role_parse(word) : -1;
	if (role <= PERSON_VIEWER)
		return bad(r, s, "nurse, coordinator, technician or supervisor");
	*roles |= 1u << role;
	return true;
}

static bool roles(struct site_reading *r, const config_setting_t *s, void *field)
{
	unsigned *bits = field;
	*bits = 0;
	if (!config_setting_is_array(s) && !config_setting_is_list(s))
		return one_role(r, s, bits);
	for (int i = 0; i < config_setting_length(s); i++)
		if (!one_role(r, config_setting_get_elem(s, (unsigned)i), bits))
			return false;
	return true;
}

/* Not an error: the same site is read by stations that tell nobody. */
static void check_target(struct site_reading *r, const config_setting_t *s, const char *target)
{
	const config_setting_t *steps = config_setting_parent(config_setting_parent(s));
	if (r->settings == NULL || settings_notify_has(&r->settings->notify, target))
		return;
	site_finding(r, (int)config_setting_source_line(s), FINDING_WARNING,
		"alarms.%.32s: unknown target \"%s\": not in the group notify of %.100s",
		config_setting_name(config_setting_parent(steps)), target,
		r->settings->file != NULL ? r->settings->file : "the configuration");
}

static bool one_step(struct site_reading *r, const config_setting_t *s, struct alarm_setting *is)
{
	struct alarm_step *step = &is->steps[is->step_count];
	const config_setting_t *after = config_setting_get_member(s, "after_min");
	const config_setting_t *target = config_setting_get_member(s, "target");
	if (after == NULL || target == NULL)
		return bad(r, s, "{ after_min = 5; target = \"...\"; }");
	if (!upto(r, after, &step->after_min, WEEK_MIN, "minutes, 0 to 10080")
		|| !site_value_id(r, target, step->target))
		return false;
	if (is->step_count > 0 && step->after_min <= step[-1].after_min)
		return bad(r, after, "more than in the step before");
	check_target(r, target, step->target);
	is->step_count++;
	return true;
}

static bool steps(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct alarm_setting *is = field;
	if (!config_setting_is_list(s) || config_setting_length(s) > ALARM_STEPS)
		return bad(r, s, "a list of at most 4 groups");
	is->step_count = 0;
	for (int i = 0; i < config_setting_length(s); i++) {
		const config_setting_t *step = config_setting_get_elem(s, (unsigned)i);
		if (!config_setting_is_group(step))
			return bad(r, step, "{ after_min = 5; target = \"...\"; }");
		if (!one_step(r, step, is))
			return false;
	}
	return true;
}

static bool act_key(struct site_reading *r, const config_setting_t *s, void *field)
{
	const char *text = config_setting_get_string(s);
	struct alarm_setting *is = field;
	if (text == NULL || strlen(text) >= sizeof is->key
		|| text_neutralise(is->key, sizeof is->key, text, strlen(text)) > 0)
		return bad(r, s, "the key of an act, as in \"t\"");
	return true;
}

#define AT(member) offsetof(struct alarm_setting, member)
static const struct {
	const char *name;
	site_value *read;
	size_t offset;
} keys[] = {
	{"priority", site_value_priority, AT(priority)},
	{"latching", site_value_bool, AT(latching)},
	{"passes", site_value_bool, AT(passes)},
	{"reset_reason", site_value_bool, AT(reset_reason)},
	{"on_delay_s", delay, AT(on_delay_s)},
	{"off_delay_s", delay, AT(off_delay_s)},
	{"count", times, AT(count)},
	{"count_s", delay, AT(count_s)},
	{"shelf_max_min", shelf, AT(shelf_max_min)},
	{"ack_timeout_min", long_time, AT(ack_timeout_min)},
	{"realarm_min", long_time, AT(realarm_min)},
	{"stale_min", long_time, AT(stale_min)},
	{"lead_min", long_time, AT(lead_min)},
	{"roles", roles, AT(roles)},
	{"steps", steps, 0},
	{"guidance", site_value_label, AT(guidance)},
	{"key", act_key, 0},
};
enum { KEYS = sizeof keys / sizeof keys[0] };

static void member(struct site_reading *r, const config_setting_t *s, struct alarm_setting *is)
{
	const char *name = config_setting_name(s);
	for (int i = 0; i < KEYS; i++)
		if (strcmp(keys[i].name, name) == 0) {
			keys[i].read(r, s, (char *)is + keys[i].offset);
			return;
		}
	site_finding(r, (int)config_setting_source_line(s), FINDING_WARNING,
		"unknown key \"%.64s\"", name);
}

/* Why a class cannot be like this; NULL it can. The keys of hazards belong to their
 * table (twin/hazard.h), beside what each of them does. */
static const char *contradiction(
	const struct alarm_setting *is, const config_setting_t *s, enum alarm_class class_)
{
	if (alarm_rules[class_].momentary && is->shelf_max_min > 0)
		return "a call is never shelved";
	if (alarm_rules[class_].momentary && !is->latching)
		return "a call stays until it is reset: latching";
	if (is->latching && is->passes)
		return "latching or passes, not both";
	if (is->count > 1 && !(is->count_s > 0))
		return "count_s beside count: within how many seconds";
	if (is->count <= 1 && config_setting_get_member(s, "count_s") != NULL)
		return "count beside count_s: how often";
	if (is->key[0] != '\0' && class_ >= ALARM_CLASS_FIRST_LATE)
		return "the key that helps with a hazard is not for the site to say";
	return NULL;
}

static void one_class(struct site_reading *r, const config_setting_t *s, struct alarm_setting *all)
{
	const char *name = config_setting_name(s);
	int class_ = alarm_class_parse(name), line = (int)config_setting_source_line(s);
	if (class_ < 0) {
		site_finding(r, line, FINDING_ERROR, "alarms: no class \"%.64s\"", name);
		return;
	}
	if (!config_setting_is_group(s)) {
		bad(r, s, "a group { ... }");
		return;
	}
	for (int i = 0; i < config_setting_length(s); i++)
		member(r, config_setting_get_elem(s, (unsigned)i), &all[class_]);
	const char *why = contradiction(&all[class_], s, (enum alarm_class)class_);
	if (why != NULL)
		site_finding(r, line, FINDING_ERROR, "%s: %s", name, why);
}

bool site_value_alarms(struct site_reading *r, const config_setting_t *s, void *field)
{
	struct alarm_setting *all = malloc(sizeof alarm_rules);
	if (all == NULL)
		return bad(r, s, "more memory");
	memcpy(all, alarm_rules, sizeof alarm_rules);
	*(struct alarm_setting **)field = all; /* the site's from here on, whatever comes */
	if (!config_setting_is_group(s))
		return bad(r, s, "a group { ... }");
	for (int i = 0; i < config_setting_length(s); i++)
		one_class(r, config_setting_get_elem(s, (unsigned)i), all);
	return true;
}
