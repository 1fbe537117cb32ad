/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life cycle of one alarm (ISA-18.2 / IEC 62682), first width.
 *
 * A press is momentary: a button says "on" and never "off", so its condition
 * is held active until somebody acknowledges it, and normal from then on. The
 * twin therefore follows the ACK of a patient call with a CLEAR: B → C → LA,
 * and the latch waits for the RESET at the bed. A press after that is a new
 * occurrence (LA → B); a press before it counts within the same one.
 */
#include "twin/alarm.h"

#include <string.h>

/* Guidance and keys: what a person can do about it on the spot. */
const struct alarm_setting alarm_rules[ALARM_CLASS_COUNT] = {
	[ALARM_CLASS_PATIENT_CALL] = {.name = "patient_call",
		.priority = PRIORITY_HIGH,
		.latching = true,
		.realarm_min = 3,
		.guidance = "Go to the patient, then reset.",
		.key = "t"},
	[ALARM_CLASS_EMERGENCY_CALL] = {.name = "emergency_call",
		.priority = PRIORITY_HIGH,
		.latching = true,
		.realarm_min = 1,
		.guidance = "Resuscitation team to the place named, then reset.",
		.key = "t"},
	[ALARM_CLASS_COLD_CHAIN] = {.name = "cold_chain",
		.priority = PRIORITY_MEDIUM,
		.latching = true,
		.shelf_max_min = 60,
		.stale_min = 30,
		.guidance = "Close the door, quarantine the contents, call the pharmacy.",
		.key = "t"},
	[ALARM_CLASS_CLIMATE] = {.name = "climate",
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
	[ALARM_CLASS_ESCALATION] = {.name = "escalation",
		.priority = PRIORITY_MEDIUM,
		.local = true,
		.guidance = "Call the person yourself: the message was not delivered."},
	[ALARM_CLASS_BRACELET] = {.name = "bracelet",
		.shelf_max_min = 480,
		.guidance = "Check who wears it, and correct the hospital's record."},
	[ALARM_CLASS_CONFLICT] = {.name = "conflict",
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

static const char *const state_names[ALARM_STATE_COUNT] = {
	[ALARM_A] = "A",
	[ALARM_B] = "B",
	[ALARM_C] = "C",
	[ALARM_D] = "D",
	[ALARM_LU] = "LU",
	[ALARM_LA] = "LA",
	[ALARM_E] = "E",
	[ALARM_F] = "F",
	[ALARM_G] = "G",
};

/* The facts behind each letter: letters are derived, never stored. */
static const struct {
	bool active, acked, latched;
} facts_of[ALARM_BASE_COUNT] = {
	[ALARM_A] = {false, true, false},
	[ALARM_B] = {true, false, false},
	[ALARM_C] = {true, true, false},
	[ALARM_D] = {false, false, false},
	[ALARM_LU] = {false, false, true},
	[ALARM_LA] = {false, true, true},
};

#define STAY ALARM_BASE_COUNT

/* [state][event][latching class]; STAY is "not listed: no change". The numbers
 * are the rows of the state table this follows. */
static const enum alarm_state next_state[ALARM_BASE_COUNT][ALARM_EVENT_COUNT][2] = {
	[ALARM_A] =
		{
			[ALARM_EVENT_RAISE] = {ALARM_B, ALARM_B}, /* 1 */
			[ALARM_EVENT_CLEAR] = {STAY, STAY},
			[ALARM_EVENT_ACK] = {STAY, STAY},
			[ALARM_EVENT_RESET] = {STAY, STAY},
		},
	[ALARM_B] =
		{
			[ALARM_EVENT_RAISE] = {STAY, STAY},        /* 8: counted */
			[ALARM_EVENT_CLEAR] = {ALARM_D, ALARM_LU}, /* 3, 4 */
			[ALARM_EVENT_ACK] = {ALARM_C, ALARM_C},    /* 2 */
			[ALARM_EVENT_RESET] = {STAY, STAY},        /* 19 */
		},
	[ALARM_C] =
		{
			[ALARM_EVENT_RAISE] = {STAY, STAY},
			[ALARM_EVENT_CLEAR] = {ALARM_A, ALARM_LA}, /* 9, 10 */
			[ALARM_EVENT_ACK] = {STAY, STAY},
			[ALARM_EVENT_RESET] = {STAY, STAY}, /* 19 */
		},
	[ALARM_D] =
		{
			[ALARM_EVENT_RAISE] = {ALARM_B, ALARM_B}, /* 15 */
			[ALARM_EVENT_CLEAR] = {STAY, STAY},
			[ALARM_EVENT_ACK] = {ALARM_A, ALARM_A}, /* 14 */
			[ALARM_EVENT_RESET] = {STAY, STAY},     /* 19 */
		},
	[ALARM_LU] =
		{
			[ALARM_EVENT_RAISE] = {ALARM_B, ALARM_B}, /* 17 */
			[ALARM_EVENT_CLEAR] = {STAY, STAY},
			[ALARM_EVENT_ACK] = {ALARM_LA, ALARM_LA}, /* 16 */
			[ALARM_EVENT_RESET] = {STAY, STAY},       /* 19 */
		},
	[ALARM_LA] =
		{
			[ALARM_EVENT_RAISE] = {ALARM_B, ALARM_B}, /* 17 */
			[ALARM_EVENT_CLEAR] = {STAY, STAY},
			[ALARM_EVENT_ACK] = {STAY, STAY},
			[ALARM_EVENT_RESET] = {ALARM_A, ALARM_A}, /* 18 */
		},
};

enum alarm_state alarm_state(const struct alarm *a)
{
	if (!a->raised_ms)
		return ALARM_A;
	if (a->active)
		return a->acked ? ALARM_C : ALARM_B;
	if (a->latched)
		return a->acked ? ALARM_LA : ALARM_LU;
	return a->acked ? ALARM_A : ALARM_D;
}

const char *alarm_state_name(enum alarm_state s)
{
	return (unsigned)s < ALARM_STATE_COUNT ? state_names[s] : "?";
}

const struct alarm_setting *alarm_setting(const struct site *site, enum alarm_class c)
{
	(void)site;
	return &alarm_rules[(unsigned)c < ALARM_CLASS_COUNT ? c : ALARM_CLASS_FEED];
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
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (!strncmp(key, table[i].prefix, strlen(table[i].prefix)))
			return table[i].class_;
	return ALARM_CLASS_FEED;
}

/* An acknowledgement covers occurrences by their raise time, so the time is
 * forced to grow even when the clock has not. */
static void open_occurrence(struct alarm *a, int64_t at_ms)
{
	a->raised_ms = at_ms > a->raised_ms ? at_ms : a->raised_ms + 1;
	a->acked_ms = 0;
	a->acked_by[0] = '\0';
	a->count = 1;
}

bool alarm_event(struct alarm *a, enum alarm_event event, int64_t at_ms)
{
	bool latching = alarm_rules[a->class_].latching;
	enum alarm_state from = alarm_state(a), to;

	if ((unsigned)event >= ALARM_EVENT_COUNT)
		return false;
	to = next_state[from][event][latching];
	if (to == STAY) {
		if (event == ALARM_EVENT_RAISE)
			a->count++;
		return false;
	}
	if (event == ALARM_EVENT_RAISE)
		open_occurrence(a, at_ms);
	if (event == ALARM_EVENT_ACK)
		a->acked_ms = at_ms;
	a->active = facts_of[to].active;
	a->acked = facts_of[to].acked;
	/* While active, `latched` says that this occurrence will need a reset. */
	a->latched = a->active ? latching : facts_of[to].latched;
	a->changed_ms = at_ms;
	return true;
}
