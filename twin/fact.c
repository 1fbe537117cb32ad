/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the language. Every enum has one table of names; a newcomer
 * adds a kind by adding a line to the header and one here. The words stand in
 * journals and configurations, so they never change once released.
 */
#include "twin/fact.h"

#include <string.h>

#include "twin/surgery.h"

static const char *const fact_kinds[FACT_KIND_COUNT] = {
	[FACT_NONE] = "none",
	[FACT_SITE] = "site",
	[FACT_CASE] = "case",
	[FACT_PATIENT] = "patient",
	[FACT_TAG] = "tag",
	[FACT_MILESTONE] = "milestone",
	[FACT_READINESS] = "readiness",
	[FACT_STATUS] = "status",
	[FACT_PLACE] = "place",
	[FACT_ROOM] = "room",
	[FACT_LOCATED] = "located",
	[FACT_READING] = "reading",
	[FACT_PRESS] = "press",
	[FACT_GATEWAY] = "gateway",
	[FACT_CONDITION] = "condition",
	[FACT_ALARM] = "alarm",
	[FACT_ESTIMATE] = "estimate",
	[FACT_RESOURCE] = "resource",
	[FACT_LEARN] = "learn",
	[FACT_INTAKE] = "intake",
	[FACT_HISTORY] = "history",
	[FACT_FORETOLD] = "foretold",
	[FACT_HAZARD] = "hazard",
	[FACT_IDEA] = "idea",
	[FACT_RAISE] = "raise",
	[FACT_NOTICE] = "notice",
	[FACT_NOTE] = "note",
	[FACT_STOCK] = "stock",
	[FACT_LOCK] = "lock",
	[FACT_NEST] = "nest",
	[FACT_ORDER] = "order",
	[FACT_PROMISE] = "promise",
	[FACT_STATION] = "station",
	[FACT_AUDIT] = "audit",
};

static const char *const sources[SOURCE_COUNT] = {
	[SOURCE_NONE] = "none",
	[SOURCE_RADIO] = "radio",
	[SOURCE_FHIR] = "fhir",
	[SOURCE_PERSON] = "person",
	[SOURCE_SYSTEM] = "system",
};

static const char *const case_statuses[CASE_STATUS_COUNT] = {
	[CASE_UNKNOWN] = "unknown",
	[CASE_REQUESTED] = "requested",
	[CASE_PLANNED] = "planned",
	[CASE_CANCELLED] = "cancelled",
	[CASE_POSTPONED] = "postponed",
	[CASE_NO_SHOW] = "no_show",
	[CASE_VOID] = "void",
	[CASE_FULFILLED] = "fulfilled",
};

static const char *const readinesses[READY_COUNT] = {
	[READY_FASTING] = "fasting",
	[READY_CONSENT] = "consent",
	[READY_MARKED] = "marked",
	[READY_BED] = "bed",
};

static const char *const intakes[INTAKE_COUNT] = {
	[INTAKE_SOLIDS] = "solids",
	[INTAKE_LIGHT] = "light",
	[INTAKE_CLEAR] = "clear",
};

static const char *const mobilities[MOBILITY_COUNT] = {
	[MOBILITY_UNKNOWN] = "unknown",
	[MOBILITY_WALKS] = "walks",
	[MOBILITY_CHAIR] = "chair",
	[MOBILITY_BED] = "bed",
};

static const char *const settings[SETTING_COUNT] = {
	[SETTING_UNKNOWN] = "unknown",
	[SETTING_DAY] = "day",
	[SETTING_INPATIENT] = "inpatient",
	[SETTING_EMERGENCY] = "emergency",
	[SETTING_ICU] = "icu",
};

static const char *const services[SERVICE_COUNT] = {
	[SERVICE_UNKNOWN] = "unknown",
	[SERVICE_UNOCCUPIED] = "unoccupied",
	[SERVICE_OCCUPIED] = "occupied",
	[SERVICE_HOUSEKEEPING] = "housekeeping",
	[SERVICE_CONTAMINATED] = "contaminated",
	[SERVICE_CLOSED] = "closed",
	[SERVICE_ISOLATED] = "isolated",
};

static const char *const locateds[LOCATED_COUNT] = {
	[LOCATED_IN] = "in",
	[LOCATED_UNCERTAIN] = "uncertain",
	[LOCATED_ABSENT] = "absent",
};

static const char *const priorities[PRIORITY_COUNT] = {
	[PRIORITY_LOW] = "LOW",
	[PRIORITY_MEDIUM] = "MEDIUM",
	[PRIORITY_HIGH] = "HIGH",
};

static const char *const alarm_acts[ALARM_ACT_COUNT] = {
	[ALARM_ACKNOWLEDGE] = "acknowledge",
	[ALARM_RESET] = "reset",
	[ALARM_TAKE] = "take",
	[ALARM_LEAVE] = "leave",
	[ALARM_SHELVE] = "shelve",
	[ALARM_UNSHELVE] = "unshelve",
	[ALARM_UNACKNOWLEDGE] = "unacknowledge",
	[ALARM_OUT_OF_SERVICE] = "out_of_service",
	[ALARM_RETURN] = "return",
};

static const char *const alarm_classes[ALARM_CLASS_COUNT] = {
	[ALARM_CLASS_PATIENT_CALL] = "patient_call",
	[ALARM_CLASS_EMERGENCY_CALL] = "emergency_call",
	[ALARM_CLASS_COLD_CHAIN] = "cold_chain",
	[ALARM_CLASS_CLIMATE] = "climate",
	[ALARM_CLASS_ROOM_PRESSURE] = "room_pressure",
	[ALARM_CLASS_ZONE_EXIT] = "zone_exit",
	[ALARM_CLASS_WANDERING] = "wandering",
	[ALARM_CLASS_BATTERY] = "battery",
	[ALARM_CLASS_SILENT_TAG] = "silent_tag",
	[ALARM_CLASS_GATEWAY] = "gateway",
	[ALARM_CLASS_FEED] = "feed",
	[ALARM_CLASS_CLOCK_SKEW] = "clock_skew",
	[ALARM_CLASS_JOURNAL] = "journal",
	[ALARM_CLASS_LINK] = "link",
	[ALARM_CLASS_ESCALATION] = "escalation",
	[ALARM_CLASS_ORDER] = "order",
	[ALARM_CLASS_BRACELET] = "bracelet",
	[ALARM_CLASS_CONFLICT] = "conflict",
	[ALARM_CLASS_FIRST_LATE] = "first_late",
	[ALARM_CLASS_OVERTIME] = "overtime",
	[ALARM_CLASS_OVERRUN] = "overrun",
	[ALARM_CLASS_HOLD] = "hold",
	[ALARM_CLASS_NOT_FASTING] = "not_fasting",
	[ALARM_CLASS_NOT_ARRIVED] = "not_arrived",
	[ALARM_CLASS_PACU_FULL] = "pacu_full",
	[ALARM_CLASS_LONG_STAGE] = "long_stage",
};

static const char *const order_states[ORDER_STATE_COUNT] = {
	[ORDER_PROPOSED] = "proposed",
	[ORDER_APPROVED] = "approved",
	[ORDER_SENT] = "sent",
	[ORDER_RECEIVED] = "received",
	[ORDER_REFUSED] = "refused",
	[ORDER_UNKNOWN] = "unknown",
	[ORDER_EXPIRED] = "expired",
	[ORDER_UNDONE] = "undone",
};

static const char *const promiseds[PROMISED_COUNT] = {
	[PROMISED_OVERTIME] = "overtime",
	[PROMISED_START] = "start",
	[PROMISED_END] = "end",
};

static const char *const notice_states[NOTICE_STATE_COUNT] = {
	[NOTICE_SENT] = "sent",
	[NOTICE_FAILED] = "failed",
	[NOTICE_DEAD] = "dead",
};

static const char *const person_roles[PERSON_ROLE_COUNT] = {
	[PERSON_NONE] = "none",
	[PERSON_VIEWER] = "viewer",
	[PERSON_NURSE] = "nurse",
	[PERSON_COORDINATOR] = "coordinator",
	[PERSON_TECHNICIAN] = "technician",
	[PERSON_SUPERVISOR] = "supervisor",
};

static const char *const foretolds[FORETOLD_COUNT] = {
	[FORETOLD_START] = "start",
	[FORETOLD_END] = "end",
	[FORETOLD_OVERTIME] = "overtime",
	[FORETOLD_PACU] = "pacu",
};

static const char *const hazards[HAZARD_COUNT] = {
	[HAZARD_NONE] = "none",
	[HAZARD_OVERTIME] = "overtime",
	[HAZARD_OVERRUN] = "overrun",
	[HAZARD_PACU_FULL] = "pacu_full",
	[HAZARD_FIRST_LATE] = "first_late",
	[HAZARD_HOLD] = "hold",
	[HAZARD_ABSENT] = "absent",
	[HAZARD_FASTING] = "fasting",
};

/* Units are UCUM codes; what is true or false, counted or coded has none. */
static const struct {
	const char *name, *unit;
	bool boolean;
} quantities[QUANTITY_COUNT] = {
	[QUANTITY_TEMPERATURE] = {"temperature", "Cel", false},
	[QUANTITY_HUMIDITY] = {"humidity", "%", false},
	[QUANTITY_BATTERY] = {"battery", "%", false},
	[QUANTITY_VOLTAGE] = {"voltage", "mV", false},
	[QUANTITY_ACCELERATION_X] = {"acceleration_x", "g", false},
	[QUANTITY_ACCELERATION_Y] = {"acceleration_y", "g", false},
	[QUANTITY_ACCELERATION_Z] = {"acceleration_z", "g", false},
	[QUANTITY_ANGULAR_RATE_X] = {"angular_rate_x", "deg/s", false},
	[QUANTITY_ANGULAR_RATE_Y] = {"angular_rate_y", "deg/s", false},
	[QUANTITY_ANGULAR_RATE_Z] = {"angular_rate_z", "deg/s", false},
	[QUANTITY_MAGNETIC_X] = {"magnetic_x", "mG", false},
	[QUANTITY_MAGNETIC_Y] = {"magnetic_y", "mG", false},
	[QUANTITY_MAGNETIC_Z] = {"magnetic_z", "mG", false},
	[QUANTITY_ILLUMINANCE] = {"illuminance", "lx", false},
	[QUANTITY_PRESSURE] = {"pressure", "hPa", false},
	[QUANTITY_WEIGHT] = {"weight", "g", false},
	[QUANTITY_TVOC] = {"tvoc", "ppb", false},
	[QUANTITY_LIGHT] = {"light", "", true},
	[QUANTITY_MOTION] = {"motion", "", true},
	[QUANTITY_TAMPER] = {"tamper", "", true},
	[QUANTITY_LEAK] = {"leak", "", true},
	[QUANTITY_VIBRATION] = {"vibration", "", true},
	[QUANTITY_CO2] = {"co2", "ppm", false},
	[QUANTITY_PEOPLE] = {"people", "", false},
	[QUANTITY_ENTRIES] = {"entries", "", false},
	[QUANTITY_EXITS] = {"exits", "", false},
	[QUANTITY_DISTANCE] = {"distance", "mm", false},
	[QUANTITY_DOOR] = {"door", "", true},
	[QUANTITY_OCCUPANCY] = {"occupancy", "", true},
	[QUANTITY_OPENING] = {"opening", "", true},
	[QUANTITY_BUTTON] = {"button", "", false},
	[QUANTITY_BATTERY_LOW] = {"battery_low", "", true},
};

static const char *word(const char *const *table, int count, int i)
{
	return i >= 0 && i < count && table[i] ? table[i] : "?";
}

static int find(const char *const *table, int count, const char *text)
{
	for (int i = 0; text && i < count; i++)
		if (table[i] && !strcmp(table[i], text))
			return i;
	return -1;
}

/* The two functions every vocabulary needs, spelled once. */
#define VOCABULARY(prefix, type, table, count)                                                     \
	const char *prefix##_name(type v)                                                          \
	{                                                                                          \
		return word(table, count, (int)v);                                                 \
	}                                                                                          \
	int prefix##_parse(const char *text)                                                       \
	{                                                                                          \
		return find(table, count, text);                                                   \
	}

VOCABULARY(fact_kind, enum fact_kind, fact_kinds, FACT_KIND_COUNT)
VOCABULARY(source, enum source, sources, SOURCE_COUNT)
VOCABULARY(case_status, enum case_status, case_statuses, CASE_STATUS_COUNT)
VOCABULARY(readiness, enum readiness, readinesses, READY_COUNT)
VOCABULARY(intake, enum intake, intakes, INTAKE_COUNT)
VOCABULARY(mobility, enum mobility, mobilities, MOBILITY_COUNT)
VOCABULARY(setting, enum setting, settings, SETTING_COUNT)
VOCABULARY(room_service, enum room_service, services, SERVICE_COUNT)
VOCABULARY(located, enum located, locateds, LOCATED_COUNT)
VOCABULARY(priority, enum priority, priorities, PRIORITY_COUNT)
VOCABULARY(alarm_act, enum alarm_act, alarm_acts, ALARM_ACT_COUNT)
VOCABULARY(alarm_class, enum alarm_class, alarm_classes, ALARM_CLASS_COUNT)
VOCABULARY(notice_state, enum notice_state, notice_states, NOTICE_STATE_COUNT)
VOCABULARY(order_state, enum order_state, order_states, ORDER_STATE_COUNT)
VOCABULARY(promised, enum promised, promiseds, PROMISED_COUNT)
VOCABULARY(person_role, enum person_role, person_roles, PERSON_ROLE_COUNT)
VOCABULARY(foretold, enum foretold, foretolds, FORETOLD_COUNT)
VOCABULARY(hazard, enum hazard, hazards, HAZARD_COUNT)

/* Milestones are named by the one table of the state machine. */
const char *milestone_name(enum milestone m)
{
	return (unsigned)m < MILESTONE_COUNT ? milestone_rules[m].key : "?";
}

int milestone_parse(const char *text)
{
	for (int i = 0; text && i < MILESTONE_COUNT; i++)
		if (!strcmp(milestone_rules[i].key, text))
			return i;
	return -1;
}

const char *quantity_name(enum quantity q)
{
	return (unsigned)q < QUANTITY_COUNT ? quantities[q].name : "?";
}

const char *quantity_unit(enum quantity q)
{
	return (unsigned)q < QUANTITY_COUNT ? quantities[q].unit : "?";
}

bool quantity_is_boolean(enum quantity q)
{
	return (unsigned)q < QUANTITY_COUNT && quantities[q].boolean;
}

int quantity_parse(const char *text)
{
	for (int i = 0; text && i < QUANTITY_COUNT; i++)
		if (!strcmp(quantities[i].name, text))
			return i;
	return -1;
}

/* Zero is a value for most fields; only numbers need the missing mark. */
struct fact fact_make(enum fact_kind kind, enum source source, int64_t at_ms)
{
	struct fact f;

	memset(&f, 0, sizeof f);
	f.kind = kind;
	f.source = source;
	f.at_ms = at_ms;
	if (kind == FACT_CASE) {
		f.surgery.nest = FACT_UNKNOWN;
		f.surgery.add_on = FACT_UNKNOWN;
	} else if (kind == FACT_PATIENT) {
		f.patient.age_years = FACT_UNKNOWN;
		f.patient.asa = FACT_UNKNOWN;
		f.patient.bmi = FACT_UNKNOWN;
	} else if (kind == FACT_ESTIMATE) {
		f.estimate.left_min = FACT_UNKNOWN;
	} else if (kind == FACT_RESOURCE) {
		f.resource.units = FACT_UNKNOWN;
	} else if (kind == FACT_HISTORY) {
		f.history.acute = f.history.charlson = f.history.ed_visits = FACT_UNKNOWN;
	} else if (kind == FACT_FORETOLD) {
		f.foretold.chance = FACT_UNKNOWN;
		f.foretold.low = f.foretold.middle = f.foretold.high = FACT_UNKNOWN;
	} else if (kind == FACT_HAZARD) {
		f.hazard.chance = FACT_UNKNOWN;
		f.hazard.reps = FACT_UNKNOWN;
	} else if (kind == FACT_ALARM) {
		f.alarm.seen = FACT_UNKNOWN;
	} else if (kind == FACT_IDEA) {
		f.idea.step = FACT_UNKNOWN;
	} else if (kind == FACT_ORDER) {
		f.order.step = f.order.steps = FACT_UNKNOWN;
	} else if (kind == FACT_READINESS) {
		f.readiness.value = FACT_UNKNOWN;
	}
	return f;
}
