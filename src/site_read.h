/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SITE_READ_H
#define VIGIE_SRC_SITE_READ_H

/*
 * The reader shared by the parser (stops at the first error) and the linter
 * (prints them all): libconfig text in, struct site and findings out.
 */

#include <libconfig.h>
#include <stdbool.h>

#include "feeds/error.h"
#include "twin/site.h"

struct settings;

enum { SITE_TEXT_MAX = 4 << 20 };

/* A whole file as text, malloc'd; NULL with err. */
char *site_text(const char *path, struct error *err);

enum severity { FINDING_WARNING, FINDING_ERROR };

struct site_reading {
	/* Given. `found` is called for each finding, in reading order. */
	void (*found)(void *context, int line, enum severity severity, const char *message);
	void *context;
	const struct settings *settings; /* whose targets steps must name; NULL: any will do */
	/* Made by site_read. The configuration stays open so that a linter can
	 * ask for line numbers; items of the site keep the index they have in it,
	 * also when some of their values were bad. */
	config_t config;
	struct site *site;
	int errors;
};

/* Reads all of a text; site_reading_end releases what is still in `r`. */
void site_read(struct site_reading *r, const char *text);
void site_reading_end(struct site_reading *r);
void site_finding(struct site_reading *r, int line, enum severity severity, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Where a setting stands; of the root 1. */
int site_line_of(const config_setting_t *s);

/* The radio section, in src/site_radio.c; after rooms and gateways. */
void site_radio_read(struct site_reading *r);

/* Ids and MACs given twice: errors, for parser and linter alike. */
void site_duplicates(struct site_reading *r);

/* The sections of a site file, and where item `index` of one stands. */
enum site_section {
	SECTION_FLOORS,
	SECTION_ROOMS,
	SECTION_DOORS,
	SECTION_BEDS,
	SECTION_GATEWAYS,
	SECTION_ROLES,
	SECTION_ZONES,
	SECTION_MEDICINES,
	SECTION_TAGS,
	SECTION_SIGNATURES,
	SECTION_PATHWAYS,
	SECTION_KITS,
	SECTION_EMERGENCIES,
	SECTION_COUNT
};
int site_line(const struct site_reading *r, enum site_section section, int index);

/* Values, in src/site_value.c. Each takes the setting and the field it fills;
 * false after a finding. */
typedef bool site_value(struct site_reading *r, const config_setting_t *s, void *field);
site_value site_value_id, site_value_label, site_value_word, site_value_currency, site_value_mac;
site_value site_value_int, site_value_number, site_value_bool;
site_value site_value_floor, site_value_room, site_value_room_kind, site_value_tag_kind;
site_value site_value_bed, site_value_box, site_value_outline, site_value_session;
site_value site_value_limits, site_value_point, site_value_door, site_value_priority;
site_value site_value_signature_kind, site_value_ignore;
/* In src/site_pathway.c; the first two fill a struct pathway. */
site_value site_value_steps, site_value_turnover, site_value_setting, site_value_keeps;
/* In src/site_chance.c; hourly and minutes fill a struct emergencies, rules the site's. */
site_value site_value_count, site_value_words, site_value_hourly, site_value_per_day;
site_value site_value_minutes, site_value_class, site_value_rules, site_value_covers;
/* In src/site_repair.c: the site's struct repairing. */
site_value site_value_repair;
/* What a repair refers to that is not there, or says nothing: for the linter. */
void site_repair_lint(struct site_reading *r);
/* What a pathway takes it gives back or keeps; a finding else. */
bool site_pathway_balanced(
	struct site_reading *r, const config_setting_t *s, const struct pathway *way);
site_value site_value_mobility; /* src/site_mobility.c */
site_value site_value_alarms;   /* src/site_alarm.c */
/* In src/site_watch.c; zone_rooms and zone_floors fill a struct zone. */
site_value site_value_zone_rooms, site_value_zone_floors, site_value_zone, site_value_medicine;
site_value site_value_call, site_value_event, site_value_not, site_value_signed;
void site_watch_check(struct site_reading *r); /* once all is read */
void site_watch_lint(struct site_reading *r);
bool site_value_hex(struct site_reading *r, const config_setting_t *s, uint8_t *pattern,
	uint8_t *mask, int size, int *length);
bool site_number(const config_setting_t *s, double *value);

#endif
