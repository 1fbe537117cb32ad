/* SPDX-License-Identifier: Apache-2.0 */
#include "src/settings.h"

#include <errno.h>
#include <libconfig.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/journal_path.h"
#include "src/settings_notify.h"
#include "src/xdg.h"

enum kind { TEXT, LIST, NUMBER, INTEGER, FLAG, NOT_FLAG };

/* Every setting there is; vigie.conf(5) lists the same rows. */
static const struct settings_row {
	const char *name;
	enum kind kind;
	size_t offset, count_offset;
	int max;
} rows[] = {
#define AT(field) offsetof(struct settings, field)
#define FHIR_ROWS(name, n)                                                                         \
	{name ".base", TEXT, AT(fhir[n].base), 0, 0}, {name ".ca", TEXT, AT(fhir[n].ca), 0, 0},    \
		{name ".cert", TEXT, AT(fhir[n].cert), 0, 0},                                      \
		{name ".key", TEXT, AT(fhir[n].key), 0, 0},                                        \
		{name ".bearer_file", TEXT, AT(fhir[n].bearer_file), 0, 0},                        \
		{name ".strategy", TEXT, AT(fhir[n].strategy), 0, 0},                              \
		{name ".profile", TEXT, AT(fhir[n].profile), 0, 0},                                \
		{name ".token_url", TEXT, AT(fhir[n].token_url), 0, 0},                            \
		{name ".client_id", TEXT, AT(fhir[n].client_id), 0, 0},                            \
		{name ".secret_file", TEXT, AT(fhir[n].secret_file), 0, 0},                        \
		{name ".scope", TEXT, AT(fhir[n].scope), 0, 0},                                    \
		{name ".sign_key", TEXT, AT(fhir[n].sign_key), 0, 0},                              \
		{name ".sign_key_id", TEXT, AT(fhir[n].sign_key_id), 0, 0},                        \
		{name ".sign_algorithm", TEXT, AT(fhir[n].sign_algorithm), 0, 0},                  \
		{name ".bracelet_system", TEXT, AT(fhir[n].bracelet_system), 0, 0},                \
		{name ".progress_system", TEXT, AT(fhir[n].progress_system), 0, 0},                \
		{name ".performed_means", TEXT, AT(fhir[n].performed_means), 0, 0},                \
		{name ".write", TEXT, AT(fhir[n].write), 0, 0},                                    \
		{name ".every_s", NUMBER, AT(fhir[n].every_s), 0, 0},                              \
		{name ".overlap_s", NUMBER, AT(fhir[n].overlap_s), 0, 0},                          \
	{                                                                                          \
		name ".sweep_s", NUMBER, AT(fhir[n].sweep_s), 0, 0                                 \
	}
	{"site", TEXT, AT(site), 0, 0},
	{"journal", TEXT, AT(journal), 0, 0},
	{"station", TEXT, AT(station), 0, 0},
	{"user", TEXT, AT(user), 0, 0},
	{"screen", TEXT, AT(screen), 0, 0},
	{"mqtt.addresses", LIST, AT(mqtt_addresses), AT(mqtt_address_count), MQTT_ADDRESSES},
	{"mqtt.topics", LIST, AT(mqtt_topics), AT(mqtt_topic_count), MQTT_TOPICS},
	{"mqtt.qos", INTEGER, AT(mqtt_qos), 0, 1},
	{"mqtt.user", TEXT, AT(mqtt_user), 0, 0},
	{"mqtt.password_file", TEXT, AT(mqtt_password_file), 0, 0},
	{"mqtt.ca", TEXT, AT(mqtt_ca), 0, 0},
	{"mqtt.cert", TEXT, AT(mqtt_cert), 0, 0},
	{"mqtt.key", TEXT, AT(mqtt_key), 0, 0},
	FHIR_ROWS("fhir", 0),
	FHIR_ROWS("fhir2", 1),
	FHIR_ROWS("fhir3", 2),
	{"share.on", FLAG, AT(share), 0, 0},
	{"share.root", TEXT, AT(share_root), 0, 0},
	{"share.absent_min", NUMBER, AT(share_absent_min), 0, 0},
	{"keys_file", TEXT, AT(keys_file), 0, 0},
	{"door.path", TEXT, AT(door_path), 0, 0},
	{"http.listen", TEXT, AT(http_listen), 0, 0},
	{"http.token_file", TEXT, AT(http_token_file), 0, 0},
	{"http.cert", TEXT, AT(http_cert), 0, 0},
	{"http.key", TEXT, AT(http_key), 0, 0},
	{"notify.tries", INTEGER, AT(notify.tries), 0, 100},
	{"notify.deadline_s", NUMBER, AT(notify.deadline_s), 0, 0},
	{"notify.rank", INTEGER, AT(notify.rank), 0, 1000},
	{"orders.commands", FLAG, AT(order_commands), 0, 0},
#define ORDER_ROW(name, role)                                                                      \
	{                                                                                          \
		"orders." name, TEXT, AT(order_tell[role]), 0, 0                                   \
	}
	ORDER_ROW("surgeon", ORDER_TELL_SURGEON),
	ORDER_ROW("anaesthesia", ORDER_TELL_ANAESTHESIA),
	ORDER_ROW("theatre", ORDER_TELL_THEATRE),
	ORDER_ROW("ward", ORDER_TELL_WARD),
	ORDER_ROW("porter", ORDER_TELL_PORTER),
	ORDER_ROW("staff", ORDER_TELL_STAFF),
	ORDER_ROW("equipment", ORDER_TELL_EQUIPMENT),
	ORDER_ROW("beds", ORDER_TELL_BEDS),
#define ROLE_ROW(name, role)                                                                       \
	{                                                                                          \
		"roles." name, LIST, AT(role_groups[role]), AT(role_group_count[role]),            \
			ROLE_GROUPS                                                                \
	}
	ROLE_ROW("viewer", PERSON_VIEWER),
	ROLE_ROW("nurse", PERSON_NURSE),
	ROLE_ROW("coordinator", PERSON_COORDINATOR),
	ROLE_ROW("technician", PERSON_TECHNICIAN),
	ROLE_ROW("supervisor", PERSON_SUPERVISOR),
	{"print_command", LIST, AT(print_command), AT(print_command_count), COMMAND_WORDS},
	{"lock", TEXT, AT(lock), 0, 0},
	{"lock_min", NUMBER, AT(lock_min), 0, 0},
	{"sandbox", NOT_FLAG, AT(no_sandbox), 0, 0},
	{"insecure", FLAG, AT(insecure), 0, 0},
	{"readonly", FLAG, AT(readonly), 0, 0},
	{"ascii", FLAG, AT(ascii), 0, 0},
	{"calm", FLAG, AT(calm), 0, 0},
	{"sound", TEXT, AT(sound), 0, 0},
	{"notify_terminal", TEXT, AT(notify_terminal), 0, 0},
#undef FHIR_ROWS
#undef ROLE_ROW
#undef ORDER_ROW
#undef AT
};
enum { ROWS = sizeof rows / sizeof *rows };

static void *field(struct settings *config, size_t offset)
{
	return (char *)config + offset;
}

void settings_init(struct settings *config)
{
	memset(config, 0, sizeof *config);
	config->mqtt_qos = 1;
	config->lock_min = 5;
	config->share = true;
	config->share_absent_min = 30;
	config->clock = suite_clock_real();
}

void settings_fini(struct settings *config)
{
	for (int i = 0; i < ROWS; i++) {
		const struct settings_row *s = &rows[i];
		char **text = field(config, s->offset);
		if (s->kind == TEXT)
			free(*text);
		for (int k = 0; s->kind == LIST && k < s->max; k++)
			free(text[k]);
	}
	settings_notify_fini(&config->notify);
	free(config->file);
}

static void replace(char **text, const char *value)
{
	free(*text);
	*text = strdup(value);
}

static int set_number(
	struct settings *c, const struct settings_row *s, const char *value, struct error *err)
{
	char *end;
	double v = strtod(value, &end);
	if (end == value || *end != '\0' || !(v >= 0 && v <= 1e9))
		return error_set(err, -EINVAL, "%s: \"%s\" is not a number", s->name, value);
	if (s->kind == NUMBER)
		*(double *)field(c, s->offset) = v;
	else if (v > s->max)
		return error_set(err, -EINVAL, "%s: at most %d", s->name, s->max);
	else
		*(int *)field(c, s->offset) = (int)v;
	return 0;
}

static int set_flag(
	struct settings *c, const struct settings_row *s, const char *value, struct error *err)
{
	bool yes = strcmp(value, "true") == 0 || strcmp(value, "yes") == 0;
	if (!yes && strcmp(value, "false") != 0 && strcmp(value, "no") != 0)
		return error_set(err, -EINVAL, "%s: true or false, not \"%s\"", s->name, value);
	*(bool *)field(c, s->offset) = s->kind == FLAG ? yes : !yes;
	return 0;
}

static int add_to_list(
	struct settings *c, const struct settings_row *s, const char *value, struct error *err)
{
	int *count = field(c, s->count_offset);
	char **list = field(c, s->offset);
	if (*count >= s->max)
		return error_set(err, -E2BIG, "%s: at most %d entries", s->name, s->max);
	list[(*count)++] = strdup(value);
	return 0;
}

static const struct settings_row *find_setting(const char *name)
{
	for (int i = 0; i < ROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* "credential:NAME" is the file systemd made of LoadCredential=NAME:… */
static int set_text(
	struct settings *c, const struct settings_row *s, const char *value, struct error *err)
{
	static const char prefix[] = "credential:";
	const char *folder = getenv("CREDENTIALS_DIRECTORY"), *name = value + sizeof prefix - 1;
	char path[512];
	if (strncmp(value, prefix, sizeof prefix - 1) != 0) {
		replace(field(c, s->offset), value);
		return 0;
	}
	if (folder == NULL || name[0] == '\0' || strchr(name, '/') != NULL)
		return error_set(err, -ENOENT, "%s: %s: %s", s->name, value,
			folder == NULL ? "there are no credentials: not started by systemd"
				       : "not the name of a credential");
	snprintf(path, sizeof path, "%s/%s", folder, name);
	replace(field(c, s->offset), path);
	return 0;
}

int settings_set(struct settings *config, const char *name, const char *value, struct error *err)
{
	const struct settings_row *s = find_setting(name);
	if (s == NULL)
		return error_set(err, -ENOENT, "\"%s\" is not a setting (see vigie.conf(5))", name);
	switch (s->kind) {
	case TEXT:
		return set_text(config, s, value, err);
	case LIST:
		return add_to_list(config, s, value, err);
	case FLAG:
	case NOT_FLAG:
		return set_flag(config, s, value, err);
	case NUMBER:
	case INTEGER:
		break;
	}
	return set_number(config, s, value, err);
}

/* A scalar of the file as the text settings_set takes. */
static const char *scalar_text(const config_setting_t *node, char *buffer, size_t size)
{
	switch (config_setting_type(node)) {
	case CONFIG_TYPE_STRING:
		return config_setting_get_string(node);
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(node) ? "true" : "false";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		snprintf(buffer, size, "%lld", config_setting_get_int64(node));
		return buffer;
	case CONFIG_TYPE_FLOAT:
		snprintf(buffer, size, "%.17g", config_setting_get_float(node));
		return buffer;
	default:
		return NULL;
	}
}

static int take_node(struct settings *c, const char *path, const config_setting_t *node,
	const char *name, struct error *err)
{
	char buffer[64];
	struct error inner = {""};
	bool many = config_setting_is_array(node) || config_setting_is_list(node);
	int n = many ? config_setting_length(node) : 1;
	for (int i = 0; i < n; i++) {
		const config_setting_t *one =
			many ? config_setting_get_elem(node, (unsigned)i) : node;
		const char *text = scalar_text(one, buffer, sizeof buffer);
		int rc = text != NULL ? settings_set(c, name, text, &inner)
				      : error_set(&inner, -EINVAL, "%s: not a value", name);
		if (rc < 0)
			return error_set(err, rc, "%s:%u: %s", path,
				config_setting_source_line(one), inner.text);
	}
	return 0;
}

static int take_group(struct settings *c, const char *path, const config_setting_t *group,
	const char *prefix, struct error *err)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *node = config_setting_get_elem(group, (unsigned)i);
		char name[128];
		snprintf(name, sizeof name, "%s%s", prefix, config_setting_name(node));
		int rc;
		if (config_setting_is_group(node)) {
			char deeper[130];
			snprintf(deeper, sizeof deeper, "%s.", name);
			if (strcmp(prefix, "notify.") == 0)
				rc = settings_notify_target(&c->notify, path, node, err);
			else if (prefix[0] == '\0')
				rc = take_group(c, path, node, deeper, err);
			else
				rc = error_set(err, -EINVAL, "%s: too deep", name);
		} else {
			rc = take_node(c, path, node, name, err);
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_file(struct settings *c, const char *path, bool required, struct error *err)
{
	config_t file;
	if (!required && access(path, F_OK) != 0)
		return -ENOENT;
	config_init(&file);
	replace(&c->file, path);
	int rc = 0;
	if (config_read_file(&file, path) != CONFIG_TRUE)
		rc = config_error_type(&file) == CONFIG_ERR_FILE_IO
			     ? error_set(err, -ENOENT, "%s: %s", path, strerror(errno))
			     : error_set(err, -EINVAL, "%s:%d: %s", path, config_error_line(&file),
				     config_error_text(&file));
	else
		rc = take_group(c, path, config_root_setting(&file), "", err);
	config_destroy(&file);
	return rc;
}

int settings_load(struct settings *settings, const char *path, struct error *err)
{
	char user_file[512];
	if (path != NULL)
		return read_file(settings, path, true, err);
	int rc = xdg_file(
		user_file, sizeof user_file, "XDG_CONFIG_HOME", ".config", "vigie.conf", err);
	if (rc == 0)
		rc = read_file(settings, user_file, false, err);
	if (rc == -ENOENT)
		rc = read_file(settings, "/etc/vigie/vigie.conf", false, err);
	return rc == -ENOENT ? 0 : rc;
}

struct http_options settings_fhir_http(const struct settings *c, int n)
{
	const struct fhir_settings *f = &c->fhir[n];
	return (struct http_options){.base = f->base,
		.ca_file = f->ca,
		.cert_file = f->cert,
		.key_file = f->key,
		.bearer_file = f->bearer_file,
		.auth = {.token_url = f->token_url,
			.client_id = f->client_id,
			.secret_file = f->secret_file,
			.sign_key = f->sign_key,
			.sign_key_id = f->sign_key_id,
			.sign_algorithm = f->sign_algorithm,
			.scope = f->scope},
		.user_agent = "vigie/0.1",
		.insecure = c->insecure};
}

char *settings_journal_path(const struct settings *settings, struct error *err)
{
	char path[512];
	if (settings->journal != NULL)
		return strdup(settings->journal);
	if (journal_path_default(path, sizeof path, err) < 0 || journal_path_prepare(path, err) < 0)
		return NULL;
	return strdup(path);
}
