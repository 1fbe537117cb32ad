/* SPDX-License-Identifier: Apache-2.0 */
#include "src/site_grammar.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/text.h"

void site_finding(struct site_reading *r, int line, enum severity severity, const char *format, ...)
{
	char text[256];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	r->errors += severity == FINDING_ERROR;
	r->found(r->context, line, severity, text);
}

int site_line_of(const config_setting_t *s)
{
	int line = (int)config_setting_source_line(s);
	return line > 0 ? line : 1; /* the root stands on line 0 */
}

static const struct site_key *find_key(const struct site_key *keys, const char *name)
{
	for (; keys->name != NULL; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

static bool is_section(const char *name)
{
	for (int i = 0; i < SECTION_COUNT; i++)
		if (strcmp(site_lists[i].name, name) == 0)
			return true;
	return false;
}

static void read_group(struct site_reading *r, const config_setting_t *group,
	const struct site_key *keys, void *item)
{
	bool root = keys == site_keys;
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(member);
		const struct site_key *key = find_key(keys, name);
		if (key != NULL)
			key->read(r, member, (char *)item + key->offset);
		else if (!root || !is_section(name))
			site_finding(r, site_line_of(member), FINDING_WARNING,
				"unknown key \"%.64s\"", name);
	}
	for (const struct site_key *key = keys; key->name != NULL; key++)
		if (key->needed && config_setting_get_member(group, key->name) == NULL)
			site_finding(
				r, site_line_of(group), FINDING_ERROR, "%s is missing", key->name);
}

static void read_item(struct site_reading *r, const struct site_list *section,
	const config_setting_t *s, void *item)
{
	int before = r->errors;
	if (section->defaults != NULL)
		section->defaults(item);
	if (section->keys == NULL) {
		site_value_door(r, s, item);
		return;
	}
	if (!config_setting_is_group(s)) {
		site_finding(r, site_line_of(s), FINDING_ERROR, "%s: expected a group { ... }",
			section->name);
		return;
	}
	read_group(r, s, section->keys, item);
	if (section->finish != NULL && r->errors == before)
		section->finish(r, s, item);
}

static void read_section(struct site_reading *r, const struct site_list *section)
{
	const config_setting_t *list = config_lookup(&r->config, section->name);
	if (list == NULL)
		return;
	int count = config_setting_length(list);
	if (!config_setting_is_list(list) || count > section->max) {
		site_finding(r, site_line_of(list), FINDING_ERROR,
			"%s: expected a list of at most %d", section->name, section->max);
		return;
	}
	char *items = calloc((size_t)count + 1, section->size);
	if (items == NULL) {
		site_finding(r, site_line_of(list), FINDING_ERROR, "out of memory");
		return;
	}
	/* The site knows its items from the first one on: some refer to others
	 * of their own kind, and the owner frees them whatever happens next. */
	memcpy((char *)r->site + section->items, &items, sizeof items);
	for (int i = 0; i < count; i++) {
		read_item(r, section, config_setting_get_elem(list, (unsigned)i),
			items + (size_t)i * section->size);
		*(int *)(void *)((char *)r->site + section->count) = i + 1;
	}
}

/* targets = { key = number; ... } and prices likewise: keys are free. */
static void read_values(struct site_reading *r, const char *name, struct target **items, int *count)
{
	const config_setting_t *group = config_lookup(&r->config, name);
	if (group == NULL)
		return;
	if (!config_setting_is_group(group)) {
		site_finding(r, site_line_of(group), FINDING_ERROR, "%s: expected a group { ... }",
			name);
		return;
	}
	int length = config_setting_length(group);
	*items = calloc((size_t)length + 1, sizeof **items);
	if (*items == NULL)
		return;
	for (int i = 0; i < length; i++) {
		const config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
		if (!text_copy((*items)[i].key, ID_SIZE, config_setting_name(member)))
			site_finding(r, site_line_of(member), FINDING_ERROR, "the key is too long");
		site_value_number(r, member, &(*items)[i].value);
		*count = i + 1;
	}
}

/* The hash in the journal covers one text: another file could change unseen. */
static int include_line(const char *text)
{
	int line = 1;
	for (const char *p = text; *p != '\0'; line++) {
		p += strspn(p, " \t");
		if (strncmp(p, "@include", 8) == 0)
			return line;
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	return 0;
}

void site_read(struct site_reading *r, const char *text)
{
	config_init(&r->config);
	r->site = calloc(1, sizeof *r->site);
	int include = include_line(text);
	if (r->site == NULL || include > 0) {
		site_finding(r, include, FINDING_ERROR,
			include > 0 ? "@include: a site is one file" : "out of memory");
		return;
	}
	r->site->turnover_min = 25;
	r->site->gateway_silence_s = 30;
	r->site->tag_silence_min = 15;
	r->site->repair.notice_min = 15;
	text_copy(r->site->currency, sizeof r->site->currency, "EUR");
	if (config_read_string(&r->config, text) != CONFIG_TRUE) {
		site_finding(r, config_error_line(&r->config), FINDING_ERROR, "%s",
			config_error_text(&r->config));
		return;
	}
	read_group(r, config_root_setting(&r->config), site_keys, r->site);
	for (int i = 0; i < SECTION_COUNT; i++)
		read_section(r, &site_lists[i]);
	site_watch_check(r);
	read_values(r, "targets", &r->site->targets, &r->site->target_count);
	read_values(r, "prices", &r->site->prices, &r->site->price_count);
	read_values(r, "objective", &r->site->weights, &r->site->weight_count);
	site_radio_read(r);
	if (r->site->room_count == 0)
		site_finding(r, 1, FINDING_ERROR, "a site needs rooms");
}

void site_reading_end(struct site_reading *r)
{
	config_destroy(&r->config);
	site_free(r->site);
	r->site = NULL;
}

int site_line(const struct site_reading *r, enum site_section section, int index)
{
	const config_setting_t *list = config_lookup(&r->config, site_lists[section].name);
	const config_setting_t *item =
		list != NULL ? config_setting_get_elem(list, (unsigned)index) : NULL;
	return item != NULL ? site_line_of(item) : 1;
}
