/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SETTINGS_H
#define VIGIE_SRC_SETTINGS_H

/*
 * vigie.conf (libconfig; see vigie.conf(5)) and the options that override it.
 * One table in settings.c gives name, type, default and help of every setting.
 * All strings are owned by it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "feeds/error.h"
#include "feeds/fhir_poll.h"
#include "feeds/mqtt.h"
#include "feeds/notify.h"
#include "src/order_tell.h"
#include "src/suite_clock.h"
#include "twin/fact.h"

/* Groups "fhir", "fhir2", "fhir3": servers that are asked side by side, each in
 * its own way. */
enum { FHIR_SERVERS = 3 };
enum { ROLE_GROUPS = 8, COMMAND_WORDS = 8 };

struct fhir_settings {
	char *base, *ca, *cert, *key, *bearer_file;
	char *strategy, *profile;
	char *token_url, *client_id, *secret_file, *scope;
	char *sign_key, *sign_key_id, *sign_algorithm;
	char *bracelet_system, *progress_system, *performed_means;
	char *write; /* how approved orders get there; NULL: "propose", nothing is sent */
	double every_s, overlap_s, sweep_s;
};

/* Group "notify": who can be told of an alarm that nobody sees to, each a group of
 * its own within it. Texts are owned, as all here. */
struct notify_settings {
	struct notify_target targets[NOTIFY_TARGETS];
	int count;
	int tries;         /* 0: as feeds/notify.h has it */
	double deadline_s; /* of one try, 0: the same */
	int rank;          /* in the order of duty */
};

struct settings {
	char *file;    /* what it was read from; NULL: no file */
	char *site;    /* path of the site file */
	char *journal; /* path; NULL: the default place */
	char *user;    /* who is at the keyboard; NULL: login name */
	char *station; /* id of this station */
	char *mqtt_addresses[MQTT_ADDRESSES];
	int mqtt_address_count;
	char *mqtt_topics[MQTT_TOPICS];
	int mqtt_topic_count;
	int mqtt_qos;
	char *mqtt_user, *mqtt_password_file, *mqtt_ca, *mqtt_cert, *mqtt_key;
	bool share;              /* with the other stations at the broker */
	char *share_root;        /* first level of the topics; NULL: "vigie" */
	double share_absent_min; /* src/share.h; 0: never */
	char *keys_file;         /* 0600: "MAC KEY" lines of tags that encrypt */
	struct fhir_settings fhir[FHIR_SERVERS];
	char *door_path;                     /* folder the hospital's engine drops files into */
	char *http_listen, *http_token_file; /* "127.0.0.1:8090": gateways without a broker */
	char *http_cert, *http_key;
	struct notify_settings notify;
	bool order_commands;           /* command topics, for what no server takes */
	char *order_tell[ORDER_ROLES]; /* a target of `notify` by who must know */
	bool watch;                    /* no console: escalates alarms (vigie watch) */
	/* Groups of the operating system, by what they may do here; none: see person.h */
	char *role_groups[PERSON_ROLE_COUNT][ROLE_GROUPS];
	int role_group_count[PERSON_ROLE_COUNT];
	char *print_command[COMMAND_WORDS]; /* gets the text on its standard input */
	int print_command_count;
	char *lock;      /* "auto", "password", "leave": what ends a lock */
	double lock_min; /* without a key for so long it locks; 0 never */
	bool no_sandbox;
	const char *scratch; /* a folder that is taken away at the end; borrowed, NULL none */
	bool insecure, readonly, ascii, calm, no_color;
	char *screen;                  /* first screen */
	char *sound, *notify_terminal; /* "bell"; "osc9", "osc777"; NULL or "off": none */
	struct suite_clock clock;
	bool demo; /* MODE_DEMO */
};

void settings_init(struct settings *settings);
void settings_fini(struct settings *settings);
/* Looks in $XDG_CONFIG_HOME/vigie/vigie.conf, then /etc/vigie/vigie.conf when
 * path is NULL; a missing default file is no error. Returns 0 or negative. */
int settings_load(struct settings *settings, const char *path, struct error *err);
/* Sets one setting by its name in the table ("mqtt.ca", "site" ...). */
int settings_set(struct settings *settings, const char *name, const char *value, struct error *err);
/* How FHIR server `n` is spoken to; borrows from the settings. */
struct http_options settings_fhir_http(const struct settings *settings, int n);
/* The journal's path; the default one is made with its folders (0700). malloc'd,
 * NULL with err when there is no place for it. */
char *settings_journal_path(const struct settings *settings, struct error *err);

#endif
