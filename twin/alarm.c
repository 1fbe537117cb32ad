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

const struct alarm_rule alarm_rules[ALARM_CLASS_COUNT] = {
	[ALARM_CLASS_PATIENT_CALL] = {"patient_call", PRIORITY_HIGH, true,
		"Go to the patient, then reset."},
	[ALARM_CLASS_COLD_CHAIN] = {"cold_chain", PRIORITY_MEDIUM, true,
		"Close the door, quarantine the contents, call the pharmacy."},
	[ALARM_CLASS_CLIMATE] = {"climate", PRIORITY_LOW, false,
		"Check the air handling of the room."},
	[ALARM_CLASS_GATEWAY] = {"gateway", PRIORITY_MEDIUM, false,
		"Positions there are frozen: check power and network of the gateway."},
	[ALARM_CLASS_TECHNICAL] = {"technical", PRIORITY_MEDIUM, false,
		"See the Feeds screen; the board may be late."},
	[ALARM_CLASS_BATTERY] = {"battery", PRIORITY_LOW, false, "Change the battery of the tag."},
	[ALARM_CLASS_BRACELET] = {"bracelet", PRIORITY_LOW, false,
		"Check who wears it, and correct the hospital's record."},
	[ALARM_CLASS_PROGRAMME] = {"programme", PRIORITY_LOW, false,
		"Check with the ward and the coordinator."},
	[ALARM_CLASS_FORETOLD] = {"foretold", PRIORITY_LOW, false,
		"It has not happened yet: see what would help."},
};

static const char *const state_names[ALARM_STATE_COUNT] = {
	[ALARM_A] = "A",
	[ALARM_B] = "B",
	[ALARM_C] = "C",
	[ALARM_D] = "D",
	[ALARM_LU] = "LU",
	[ALARM_LA] = "LA",
};

/* The facts behind each letter: letters are derived, never stored. */
static const struct {
	bool active, acked, latched;
} facts_of[ALARM_STATE_COUNT] = {
	[ALARM_A] = {false, true, false},
	[ALARM_B] = {true, false, false},
	[ALARM_C] = {true, true, false},
	[ALARM_D] = {false, false, false},
	[ALARM_LU] = {false, false, true},
	[ALARM_LA] = {false, true, true},
};

#define STAY ALARM_STATE_COUNT

/* [state][event][latching class]; STAY is "not listed: no change". The numbers
 * are the rows of the state table this follows. */
static const enum alarm_state next_state[ALARM_STATE_COUNT][ALARM_EVENT_COUNT][2] = {
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

const char *alarm_class_name(enum alarm_class c)
{
	return (unsigned)c < ALARM_CLASS_COUNT ? alarm_rules[c].name : "?";
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
