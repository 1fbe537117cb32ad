/* SPDX-License-Identifier: Apache-2.0 */
/* What each class of alarm is like unless the site file says otherwise, and which
 * class a hazard or a technical condition is of. */
#include <string.h>

#include "twin/alarm.h"
#include "twin/site.h"

/* Guidance and keys: what a person can do about it on the spot. The keys that help
 * with hazards are those of hazard_rules (twin/hazard.h). */
const struct alarm_setting alarm_rules[ALARM_CLASS_COUNT] = {
	[ALARM_CLASS_PATIENT_CALL] = {.name = "patient_call",
		.priority = PRIORITY_HIGH,
		.latching = true,
		.momentary = true,
		.realarm_min = 3,
		.guidance = "Go to the patient, then reset.",
		.key = "t"},
	[ALARM_CLASS_EMERGENCY_CALL] = {.name = "emergency_call",
		.priority = PRIORITY_HIGH,
		.latching = true,
		.momentary = true,
		.realarm_min = 1,
		.guidance = "Resuscitation team to the place named, then reset.",
		.key = "t"},
	[ALARM_CLASS_COLD_CHAIN] = {.name = "cold_chain",
		.priority = PRIORITY_MEDIUM,
		.latching = true,
		.reset_reason = true,
		.shelf_max_min = 60,
		.stale_min = 30,
		.guidance = "Close the door, quarantine the contents, call the pharmacy.",
		.key = "t"},
	[ALARM_CLASS_CLIMATE] = {.name = "climate",
		.on_delay_s = 600,
		.shelf_max_min = 480,
		.stale_min = 60,
		.guidance = "Check the air handling of the room."},
	[ALARM_CLASS_ROOM_PRESSURE] = {.name = "room_pressure",
		.priority = PRIORITY_MEDIUM,
		.shelf_max_min = 480,
		.stale_min = 60,
		.guidance = "Close the doors; call the technician if it stays."},
	[ALARM_CLASS_ZONE_EXIT] = {.name = "zone_exit",
		.priority = PRIORITY_MEDIUM,
		.shelf_max_min = 120,
		.guidance = "See who took it, and bring it back."},
	[ALARM_CLASS_WANDERING] = {.name = "wandering",
		.priority = PRIORITY_HIGH,
		.latching = true,
		.realarm_min = 3,
		.guidance = "Go and meet the patient.",
		.key = "t"},
	[ALARM_CLASS_BATTERY] = {.name = "battery",
		.shelf_max_min = 480,
		.guidance = "Change the battery of the tag."},
	[ALARM_CLASS_SILENT_TAG] = {.name = "silent_tag",
		.passes = true, /* heard again */
		.shelf_max_min = 480,
		.guidance = "Look for the tag, and at its battery."},
	[ALARM_CLASS_GATEWAY] = {.name = "gateway",
		.priority = PRIORITY_MEDIUM,
		.shelf_max_min = 480,
		.guidance = "Positions there are frozen: check power and network of the gateway."},
	[ALARM_CLASS_FEED] = {.name = "feed",
		.priority = PRIORITY_MEDIUM,
		.local = true,
		.shelf_max_min = 120,
		.guidance = "See the Feeds screen; the board may be late."},
	[ALARM_CLASS_CLOCK_SKEW] = {.name = "clock_skew",
		.priority = PRIORITY_MEDIUM,
		.local = true,
		.shelf_max_min = 480,
		.guidance = "Set the clock right: time synchronisation has stopped."},
	[ALARM_CLASS_JOURNAL] = {.name = "journal",
		.priority = PRIORITY_MEDIUM,
		.local = true,
		.guidance = "Free the disk; until then nothing survives a restart."},
	[ALARM_CLASS_LINK] = {.name = "link",
		.priority = PRIORITY_MEDIUM,
		.local = true,
		.guidance = "Others may not see what is acknowledged here: tell them."},
	/* Not local: the station that could not deliver may have no screen. */
	[ALARM_CLASS_ESCALATION] = {.name = "escalation",
		.priority = PRIORITY_MEDIUM,
		.guidance = "Call the person yourself: the message was not delivered."},
	[ALARM_CLASS_ORDER] = {.name = "order",
		.priority = PRIORITY_MEDIUM,
		.shelf_max_min = 120,
		.guidance = "See :orders: read again, do it by hand, or take it back."},
	[ALARM_CLASS_BRACELET] = {.name = "bracelet",
		.shelf_max_min = 480,
		.guidance = "Check who wears it, and correct the hospital's record."},
	[ALARM_CLASS_CONFLICT] = {.name = "conflict",
		.passes = true,
		.shelf_max_min = 480,
		.guidance = "Check with the ward and the coordinator."},
	[ALARM_CLASS_FIRST_LATE] = {.name = "first_late",
		.passes = true,
		.predicts = true,
		.shelf_max_min = 120,
		.lead_min = 60,
		.guidance = "It has not happened yet: see what would help."},
	[ALARM_CLASS_OVERTIME] = {.name = "overtime",
		.passes = true,
		.predicts = true,
		.shelf_max_min = 480,
		.lead_min = 480,
		.guidance = "It has not happened yet: see what would help."},
	[ALARM_CLASS_OVERRUN] = {.name = "overrun",
		.passes = true,
		.predicts = true,
		.shelf_max_min = 120,
		.lead_min = 120,
		.guidance = "It has not happened yet: see what would help."},
	[ALARM_CLASS_HOLD] = {.name = "hold",
		.priority = PRIORITY_MEDIUM,
		.passes = true,
		.predicts = true,
		.shelf_max_min = 60,
		.lead_min = 60,
		.guidance = "It has not happened yet: see what would help."},
	[ALARM_CLASS_NOT_FASTING] = {.name = "not_fasting",
		.priority = PRIORITY_MEDIUM,
		.shelf_max_min = 120,
		.guidance = "Check with the ward and the coordinator."},
	[ALARM_CLASS_NOT_ARRIVED] = {.name = "not_arrived",
		.shelf_max_min = 120,
		.guidance = "Check with the ward and the coordinator."},
	[ALARM_CLASS_PACU_FULL] = {.name = "pacu_full",
		.priority = PRIORITY_MEDIUM,
		.passes = true,
		.predicts = true,
		.shelf_max_min = 120,
		.lead_min = 120,
		.guidance = "It has not happened yet: see what would help."},
	[ALARM_CLASS_LONG_STAGE] = {.name = "long_stage",
		.shelf_max_min = 120,
		.guidance = "Ask in the room what holds the patient up."},
};

const struct alarm_setting *alarm_setting(const struct site *site, enum alarm_class c)
{
	if ((unsigned)c >= ALARM_CLASS_COUNT)
		c = ALARM_CLASS_FEED;
	return site && site->alarms ? &site->alarms[c] : &alarm_rules[c];
}

enum alarm_class alarm_class_of_hazard(enum hazard hazard)
{
	static const enum alarm_class classes[HAZARD_COUNT] = {
		[HAZARD_NONE] = ALARM_CLASS_CONFLICT,
		[HAZARD_OVERTIME] = ALARM_CLASS_OVERTIME,
		[HAZARD_OVERRUN] = ALARM_CLASS_OVERRUN,
		[HAZARD_PACU_FULL] = ALARM_CLASS_PACU_FULL,
		[HAZARD_FIRST_LATE] = ALARM_CLASS_FIRST_LATE,
		[HAZARD_HOLD] = ALARM_CLASS_HOLD,
		[HAZARD_ABSENT] = ALARM_CLASS_NOT_ARRIVED,
		[HAZARD_FASTING] = ALARM_CLASS_NOT_FASTING,
	};

	return classes[(unsigned)hazard < HAZARD_COUNT ? hazard : HAZARD_NONE];
}

enum alarm_class alarm_class_of_condition(const char *key)
{
	static const struct {
		const char *prefix;
		enum alarm_class class_;
	} table[] = {
		{"journal", ALARM_CLASS_JOURNAL},
		{"clock", ALARM_CLASS_CLOCK_SKEW},
		{"link", ALARM_CLASS_LINK},
		{"notify", ALARM_CLASS_ESCALATION},
		{"order:", ALARM_CLASS_ORDER},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (!strncmp(key, table[i].prefix, strlen(table[i].prefix)))
			return table[i].class_;
	return ALARM_CLASS_FEED;
}
