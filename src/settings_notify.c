/* SPDX-License-Identifier: Apache-2.0 */
#include "src/settings_notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "twin/text.h"

enum { TOPIC_MAX = 200 };

/* What a target may say besides its command. */
static const struct {
	const char *name;
	size_t offset;
	enum notify_way of;
} rows[] = {
	{"webhook", offsetof(struct notify_target, url), NOTIFY_WEBHOOK},
	{"bearer_file", offsetof(struct notify_target, bearer_file), NOTIFY_WEBHOOK},
	{"ca", offsetof(struct notify_target, ca_file), NOTIFY_WEBHOOK},
	{"cert", offsetof(struct notify_target, cert_file), NOTIFY_WEBHOOK},
	{"key", offsetof(struct notify_target, key_file), NOTIFY_WEBHOOK},
	{"topic", offsetof(struct notify_target, topic), NOTIFY_MQTT},
};
enum { ROWS = sizeof rows / sizeof *rows };

static char **text_at(struct notify_target *t, size_t offset)
{
	return (char **)(void *)((char *)t + offset);
}

static int take_text(
	struct notify_target *t, const char *name, const config_setting_t *node, struct error *err)
{
	const char *text = config_setting_get_string(node);
	for (int i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		if (text == NULL || text[0] == '\0')
			return error_set(err, -EINVAL, "a text is wanted");
		free(*text_at(t, rows[i].offset));
		*text_at(t, rows[i].offset) = strdup(text);
		return 0;
	}
	return error_set(err, -ENOENT, "not a setting of a target (see vigie.conf(5))");
}

static int take_command(struct notify_target *t, const config_setting_t *node, struct error *err)
{
	bool many = config_setting_is_array(node) || config_setting_is_list(node);
	int n = many ? config_setting_length(node) : 1;
	if (n > NOTIFY_ARGS)
		return error_set(err, -E2BIG, "at most %d words", NOTIFY_ARGS);
	for (int i = 0; i < n; i++) {
		const char *word = config_setting_get_string(
			many ? config_setting_get_elem(node, (unsigned)i) : node);
		if (word == NULL)
			return error_set(err, -EINVAL, "texts are wanted");
		t->argv[i] = strdup(word);
	}
	if (t->argv[0] == NULL || t->argv[0][0] != '/')
		return error_set(err, -EINVAL, "a whole path is wanted, and its arguments");
	return 0;
}

/* Messages are given back by the broker, so the topic is one we subscribe to. */
static int check_topic(const char *topic, struct error *err)
{
	if (topic[0] == '$' || strpbrk(topic, "+#") != NULL || strlen(topic) > TOPIC_MAX)
		return error_set(err, -EINVAL, "topic \"%.60s\": no $, + or #, at most %d bytes",
			topic, TOPIC_MAX);
	return 0;
}

/* One way of the three, and nothing that belongs to another. */
static int check(struct notify_target *t, struct error *err)
{
	int ways = (t->url != NULL) + (t->topic != NULL) + (t->argv[0] != NULL);
	if (ways != 1)
		return error_set(
			err, -EINVAL, "one of webhook, topic and command is wanted, not %d", ways);
	t->way = t->url != NULL ? NOTIFY_WEBHOOK : t->topic != NULL ? NOTIFY_MQTT : NOTIFY_COMMAND;
	for (int i = 0; i < ROWS; i++)
		if (*text_at(t, rows[i].offset) != NULL && rows[i].of != t->way)
			return error_set(err, -EINVAL, "%s belongs to a webhook", rows[i].name);
	return t->topic != NULL ? check_topic(t->topic, err) : 0;
}

static int take(
	struct notify_target *t, const char *path, const config_setting_t *group, struct error *err)
{
	struct error inner = {""};
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *node = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(node);
		int rc = strcmp(name, "command") == 0 ? take_command(t, node, &inner)
						      : take_text(t, name, node, &inner);
		if (rc < 0)
			return error_set(err, rc, "%s:%u: notify.%s.%s: %s", path,
				config_setting_source_line(node), t->name, name, inner.text);
	}
	int rc = check(t, &inner);
	return rc < 0 ? error_set(err, rc, "%s:%u: notify.%s: %s", path,
		       config_setting_source_line(group), t->name, inner.text)
		      : 0;
}

int settings_notify_target(struct notify_settings *notify, const char *path,
	const config_setting_t *group, struct error *err)
{
	unsigned line = config_setting_source_line(group);
	const char *name = config_setting_name(group);
	if (notify->count == NOTIFY_TARGETS)
		return error_set(err, -E2BIG, "%s:%u: notify: at most %d targets", path, line,
			NOTIFY_TARGETS);
	if (!text_is_id(name))
		return error_set(err, -EINVAL,
			"%s:%u: notify: a target's name has letters, digits, "
			"- and _, at most 64",
			path, line);
	struct notify_target *t = &notify->targets[notify->count++];
	*t = (struct notify_target){.name = strdup(name)};
	return take(t, path, group, err);
}

bool settings_notify_has(const struct notify_settings *notify, const char *name)
{
	for (int i = 0; i < notify->count; i++)
		if (strcmp(notify->targets[i].name, name) == 0)
			return true;
	return false;
}

void settings_notify_fini(struct notify_settings *notify)
{
	for (int i = 0; i < notify->count; i++) {
		struct notify_target *t = &notify->targets[i];
		free((char *)(uintptr_t)t->name);
		for (int k = 0; k < ROWS; k++)
			free(*text_at(t, rows[k].offset));
		for (int k = 0; k < NOTIFY_ARGS; k++)
			free((char *)(uintptr_t)t->argv[k]);
	}
	notify->count = 0;
}
