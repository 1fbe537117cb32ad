/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/scenario_rows.h"

/* The table of what-ifs. New ones at the end: letters of menus stay. */

#define CASE_(name)                                                                                \
	{                                                                                          \
		(name), PARAMETER_CASE, true, 0, 0, 0                                              \
	}
#define ROOM_(needed)                                                                              \
	{                                                                                          \
		"room", PARAMETER_ROOM, (needed), 0, 0, 0                                          \
	}
#define NUMBER_(name, least, most, usual)                                                          \
	{                                                                                          \
		(name), PARAMETER_NUMBER, false, (least), (most), (usual)                          \
	}
#define MIN_(usual) NUMBER_("min", 1, 1440, (usual))

/* It only happens: nobody is told to do it. */
#define HAPPENS NULL, NULL, NULL

const struct scenario_row scenario_rows[] = {
	{"absent", "the patient does not come", {CASE_("case")}, happens_absent, HAPPENS},
	{"cancel", "the case is taken off the list", {CASE_("case")}, happens_cancel, HAPPENS},
	{"overrun", "the case takes so many minutes more", {CASE_("case"), MIN_(60)},
		happens_overrun, HAPPENS},
	{"faster", "the case takes so many minutes less", {CASE_("case"), MIN_(20)}, happens_faster,
		HAPPENS},
	{"delay", "the case starts so much later", {CASE_("case"), MIN_(30)}, decided_delay,
		"delay case {case} by {min} min", NULL, before_case},
	{"move", "the case moves to another room", {CASE_("case"), ROOM_(true)}, decided_move,
		"move case {case} to {room}", NULL, before_case},
	{"swap", "two cases change places", {CASE_("case"), CASE_("with")}, decided_swap,
		"swap cases {case} and {with}", NULL, before_same},
	{"not_fasting", "the patient ate so many minutes ago",
		{CASE_("case"), NUMBER_("ago", 0, 360, 60)}, happens_not_fasting, HAPPENS},
	{"set_missing", "a sterile set is not here yet", {CASE_("case"), MIN_(120)},
		happens_set_missing, HAPPENS},
	{"surgeon_late", "the surgeon is not here yet",
		{{"surgeon", PARAMETER_SURGEON, true, 0, 0, 0}, MIN_(45)}, happens_surgeon_late,
		HAPPENS},
	{"room_down", "a room cannot be used", {ROOM_(true)}, decided_room_down, "close {room}",
		NULL, before_room},
	{"room_up", "a closed room can be used again", {ROOM_(true)}, decided_room_up,
		"open {room}", NULL, before_room},
	{"equipment", "a device fails in a room", {ROOM_(true), MIN_(60)}, happens_equipment,
		HAPPENS},
	{"by_variance", "the shortest cases go first", {ROOM_(false)}, decided_by_variance,
		HAPPENS},
	{"emergency", "an emergency arrives",
		{NUMBER_("class", 1, 6, 2), NUMBER_("in", 0, 1440, 20), NUMBER_("min", 5, 1440, 90),
			{"procedure", PARAMETER_WORD, false, 0, 0, 0}},
		happens_emergency, HAPPENS},
	{"mass", "a mass casualty of n patients", {NUMBER_("n", 2, 60, 8), MIN_(75)}, happens_mass,
		HAPPENS},
	{"wing_down", "power or air fails on a floor", {{"floor", PARAMETER_FLOOR, true, 0, 0, 0}},
		happens_wing_down, HAPPENS},
	{"staff", "more or fewer people of a role",
		{{"role", PARAMETER_ROLE, true, 0, 0, 0}, NUMBER_("change", -50, 50, -1)},
		decided_staff, "call {change} more: {role}", "send {change} home: {role}",
		before_change},
	{"beds", "beds or bays close or open",
		{{"of", PARAMETER_BEDS, true, 0, 0, 0}, NUMBER_("change", -200, 200, -1)},
		decided_beds, "open {change} more beds: {of}", "close {change} beds: {of}",
		before_change},
	{"ward_full", "no bed is free on the wards", {{0}}, happens_ward_full, HAPPENS},
	{"turnover_team", "rooms are clean sooner, in percent", {NUMBER_("percent", 1, 90, 30)},
		decided_turnover_team, "have rooms cleaned {percent} % sooner", NULL, before_way},
	{"parallel_induction", "induction while the room is cleaned", {{0}},
		decided_parallel_induction, "begin anaesthesia while rooms are cleaned", NULL,
		before_way},
	{"no_hold", "nobody waits in the room for a bay", {{0}}, decided_no_hold,
		"leave rooms without waiting for a bay", NULL, before_way},
	{"setting", "the patient stays, or goes home",
		{CASE_("case"), {"to", PARAMETER_SETTING, true, 0, 0, 0}}, happens_setting,
		HAPPENS},
	{"mobility", "the patient walks, sits or lies",
		{CASE_("case"), {"to", PARAMETER_MOBILITY, true, 0, 0, 0}}, happens_mobility,
		HAPPENS},
	{"place", "the case goes to a room at a time",
		{CASE_("case"), ROOM_(true), {"at", PARAMETER_INSTANT, true, 0, 0, 0}},
		decided_place, "put case {case} into {room} at {at}", NULL, before_case},
	{"postpone", "the case is put off to another day",
		{CASE_("case"), {"reason", PARAMETER_REASON, true, 0, 0, 0}}, decided_postpone,
		"put off case {case}: {reason}", NULL, before_case},
	{"borrow", "kits are lent for the day",
		{{"kit", PARAMETER_KIT, true, 0, 0, 0}, NUMBER_("change", -4, 4, 1)},
		decided_borrow, "borrow {change}: {kit}", "give back {change}: {kit}",
		before_change},
	{"split", "a role looks after more rooms",
		{{"role", PARAMETER_ROLE, true, 0, 0, 0}, NUMBER_("change", -4, 4, 1)},
		decided_split, "have {change} more room looked after: {role}",
		"have {change} room less looked after: {role}", before_change},
	{"as_usual", "back to how the site works", {{"of", PARAMETER_WAY, true, 0, 0, 0}},
		decided_as_usual, "back to the usual: {of}", NULL, before_as_usual},
};
const int scenario_count = sizeof scenario_rows / sizeof *scenario_rows;
