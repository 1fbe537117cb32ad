/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ADT: a visit from one event at a time. Expected: HL7 v2.5 chapter 3 (what
 * PV1-3 shows in each event), the v2-to-FHIR map, and the milestones that the
 * FHIR mapper draws from an Encounter's stays.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/hl7_world.h"

#define ADT(event, control, when, place)                                                           \
	"MSH|^~\\&|HIS|CHU|||202603" when "30||ADT^" event "|" control "|P|2.5\rEVN|" event        \
	"|202603" when "\rPID|1||MRN5^^^CHU^MR||Dupont^Jeanne||19580712|F\r"                       \
	"PV1|1|I|" place "|||||||||||||||V1\r"
#define SIU(id, control, start, room)                                                              \
	"MSH|^~\\&|BLOC|CHU|||20260315080000||SIU^S12|" control "|P|2.5\rSCH||" id                 \
	"\rPID|1||MRN5^^^CHU^MR\rAIL|1||^" room "|||202603" start "|||60|MIN\r"

/* Only the lines that are milestones or places. */
static void keep_moves(struct hl7_world *w)
{
	int n = 0;
	for (int i = 0; i < w->count; i++)
		if (strncmp(w->lines[i], "patient ", 8) != 0
			&& strncmp(w->lines[i], "case ", 5) != 0
			&& strncmp(w->lines[i], "history ", 8) != 0)
			memmove(w->lines[n++], w->lines[i], sizeof w->lines[0]);
	w->count = n;
}

static void give(struct hl7_world *w, const char *text)
{
	hl7_give(w, text);
	keep_moves(w);
}

static void the_way_of_a_patient(void **state)
{
	struct hl7_world *w = *state;
	give(w, SIU("BOC-17", "B1", "160900", "SALLE_2"));
	give(w, ADT("A01", "1", "160630", "MED^Ward 4^12"));
	hl7_says(w, "BOC-17 arrived 16T04:30 | ADT A01/1",
		"place MRN5 case=BOC-17 room=ward bed= 16T04:30..- | ADT A01/1");
	give(w, ADT("A02", "2", "160820", "BLOC^Holding"));
	hl7_says(w, "BOC-17 in_holding 16T06:20 | ADT A02/2",
		"place MRN5 case=BOC-17 room=hold bed= 16T06:20..- | ADT A02/2");
	give(w, ADT("A02", "3", "160905", "BLOC^SALLE_2"));
	hl7_says(w, "BOC-17 in_room 16T07:05 | ADT A02/3",
		"place MRN5 case=BOC-17 room=or-2 bed= 16T07:05..- | ADT A02/3");
	give(w, ADT("A02", "4", "161010", "BLOC^SSPI^3"));
	hl7_says(w, "BOC-17 out_room 16T08:10 | ADT A02/4", "BOC-17 pacu_in 16T08:10 | ADT A02/4",
		"place MRN5 case=BOC-17 room=pacu bed=pacu-3 16T08:10..- | ADT A02/4");
	give(w, ADT("A03", "5", "161400", "MED^Ward 4^12"));
	hl7_says(w, "BOC-17 pacu_out 16T12:00 | ADT A03/5",
		"BOC-17 discharged 16T12:00 | ADT A03/5",
		"place MRN5 case=BOC-17 room=pacu bed=pacu-3 16T08:10..16T12:00 | ADT A03/5");
	assert_int_equal(w->puzzle_count, 0);
}

/* A12: PV1-3 shows where the patient was before the transfer (3.3.12). */
static void a_cancelled_transfer_takes_its_word_back(void **state)
{
	struct hl7_world *w = *state;
	give(w, SIU("BOC-17", "B1", "160900", "SALLE_2"));
	give(w, ADT("A01", "1", "160630", "MED^Ward 4"));
	give(w, ADT("A02", "2", "160905", "BLOC^SALLE_2"));
	give(w, ADT("A12", "3", "160907", "MED^Ward 4"));
	hl7_says(w, "BOC-17 in_room 16T07:05 withdrawn | ADT A12/3",
		"place MRN5 case=BOC-17 room=ward bed= 16T04:30..- | ADT A12/3");
	assert_int_equal(w->puzzle_count, 0);
	/* One that was never heard of changes nothing, and is told. */
	give(w, ADT("A12", "4", "160908", "MED^Ward 4"));
	assert_int_equal(w->count, 0);
	hl7_wonders(w, "ADT A12/4 PV1-3: the transfer taken back was never heard of");
}

static void a_cancelled_discharge_and_admission(void **state)
{
	struct hl7_world *w = *state;
	give(w, SIU("BOC-17", "B1", "160900", "SALLE_2"));
	give(w, ADT("A04", "1", "160630", "MED^Ward 4"));
	give(w, ADT("A03", "2", "161400", "MED^Ward 4"));
	give(w, ADT("A13", "3", "161405", "MED^Ward 4"));
	hl7_says(w, "BOC-17 discharged 16T12:00 withdrawn | ADT A13/3",
		"place MRN5 case=BOC-17 room=ward bed= 16T04:30..- | ADT A13/3");
	give(w, ADT("A11", "4", "161406", "MED^Ward 4"));
	hl7_says(w, "BOC-17 arrived 16T04:30 withdrawn | ADT A11/4");
}

/* EVN-6 says when it happened, EVN-2 when somebody wrote it down. */
static void the_event_time_counts_over_the_record_time(void **state)
{
	struct hl7_world *w = *state;
	give(w, SIU("BOC-17", "B1", "160900", "SALLE_2"));
	give(w, "MSH|^~\\&|HIS|CHU|||20260316093000||ADT^A02|9|P|2.5\r"
		"EVN|A02|202603160929||||202603160905\rPID|1||MRN5\r"
		"PV1|1|I|^SALLE_2|||^Holding|||||||||||||V1\r");
	/* The place left is known from PV1-6, since when is not: no way in there. */
	hl7_says(w, "BOC-17 in_room 16T07:05 | ADT A02/9",
		"place MRN5 case=BOC-17 room=or-2 bed= 16T07:05..- | ADT A02/9");
}

static void an_older_event_comes_too_late(void **state)
{
	struct hl7_world *w = *state;
	give(w, SIU("BOC-17", "B1", "160900", "SALLE_2"));
	give(w, ADT("A02", "3", "160905", "BLOC^SALLE_2"));
	give(w, ADT("A02", "2", "160820", "BLOC^Holding"));
	assert_int_equal(w->count, 0);
	hl7_wonders(w, "ADT A02/2 MSH-7: older than what is known of this visit: not used");
}

/* The visit is remembered until a case names its patient. */
static void the_visit_may_come_before_its_case(void **state)
{
	struct hl7_world *w = *state;
	give(w, ADT("A01", "1", "160630", "MED^Ward 4"));
	assert_int_equal(w->count, 0);
	assert_int_equal(w->name_count, 0); /* not (yet) a patient of ours */
	assert_int_equal(w->puzzle_count, 0);
	give(w, SIU("BOC-17", "B1", "160900", "SALLE_2"));
	hl7_says(w, "BOC-17 arrived 16T04:30 | SIU S12/B1",
		"place MRN5 case=BOC-17 room=ward bed= 16T04:30..- | SIU S12/B1");
}

/* A programme that came by FHIR: its case is not told again, only the move. */
static void a_case_of_another_door_gets_its_milestones(void **state)
{
	struct hl7_world *w = *state;
	w->elsewhere = "appt-9";
	hl7_give(w, ADT("A02", "3", "160905", "BLOC^SALLE_2"));
	assert_string_equal(w->lines[0], "appt-9 in_room 16T07:05 | ADT A02/3");
	for (int i = 0; i < w->count; i++)
		assert_int_not_equal(strncmp(w->lines[i], "case ", 5), 0);
}

static void two_cases_in_one_stay(void **state)
{
	struct hl7_world *w = *state;
	give(w, SIU("BOC-17", "B1", "160900", "SALLE_2"));
	give(w, SIU("BOC-18", "B2", "161500", "OR 3"));
	give(w, ADT("A01", "1", "160630", "MED^Ward 4"));
	/* Which one the admission is for is not said. */
	assert_int_equal(w->count, 0);
	hl7_wonders(w, "ADT A01/1 PID-3: has 2 cases at that time: it is not said which is meant");
	give(w, ADT("A02", "2", "160905", "BLOC^SALLE_2"));
	hl7_says(w, "BOC-17 arrived 16T04:30 | ADT A02/2", "BOC-17 in_room 16T07:05 | ADT A02/2",
		"place MRN5 case=BOC-17 room=or-2 bed= 16T07:05..- | ADT A02/2");
}

/* An operation two days later is another case of the same visit; the first
 * keeps what was said of it. */
static void a_second_operation_does_not_take_the_first_ones_milestones(void **state)
{
	struct hl7_world *w = *state;
	give(w, SIU("BOC-17", "B1", "160900", "SALLE_2"));
	give(w, ADT("A02", "2", "160905", "BLOC^SALLE_2"));
	give(w, ADT("A02", "3", "161010", "MED^Ward 4"));
	give(w, SIU("BOC-18", "B2", "180900", "OR 3"));
	assert_int_equal(w->count, 0);
	give(w, ADT("A02", "4", "180905", "BLOC^OR 3"));
	hl7_says(w, "BOC-18 in_room 18T07:05 | ADT A02/4",
		"place MRN5 case=BOC-18 room=or-3 bed= 18T07:05..- | ADT A02/4");
}

static void moves_outside_the_suite_end_the_stay_in_it(void **state)
{
	struct hl7_world *w = *state;
	give(w, SIU("BOC-17", "B1", "160900", "SALLE_2"));
	give(w, ADT("A02", "2", "160905", "BLOC^SALLE_2"));
	give(w, ADT("A02", "3", "161010", "ICU^Box 7^A"));
	hl7_says(w, "BOC-17 out_room 16T08:10 | ADT A02/3",
		"place MRN5 case=BOC-17 room=ICU-Box_207-A bed= 16T08:10..- | ADT A02/3");
}

static void a_transfer_to_nowhere_is_refused(void **state)
{
	struct hl7_world *w = *state;
	give(w, SIU("BOC-17", "B1", "160900", "SALLE_2"));
	give(w, ADT("A02", "2", "160905", ""));
	assert_int_equal(w->result.refused, 1);
	hl7_wonders(w, "ADT A02/2 PV1-3: a transfer that does not say where to");
	give(w, ADT("A02", "3", "160905", "\"\""));
	hl7_wonders(w, "ADT A02/3 PV1-3: taken back (\"\"): what was known stays",
		"ADT A02/3 PV1-3: a transfer that does not say where to");
}

/* A08 updates who and how, and moves nobody; PV1-15 A2 is a wheelchair. */
static void an_update_moves_nobody(void **state)
{
	struct hl7_world *w = *state;
	give(w, SIU("BOC-17", "B1", "160900", "SALLE_2"));
	hl7_give(w, "MSH|^~\\&|HIS|CHU|||20260316093000||ADT^A08|9|P|2.5\rEVN|A08|202603160929\r"
		    "PID|1||MRN5||Dupont^Jeanne||1958|X\r"
		    "PV1|1|E|^SALLE_2||||||||||||A2||||V1\r");
	hl7_says(w, "patient MRN5 age=-1 sex=- asa=-1 bmi=-1.0 unknown emergency | ADT A08/9",
		"patient MRN5 age=67 sex=- asa=-1 bmi=-1.0 unknown emergency | ADT A08/9",
		"patient MRN5 age=67 sex=- asa=-1 bmi=-1.0 chair emergency | ADT A08/9");
	hl7_wonders(w, "ADT A08/9 PID-8: unknown code X");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, hl7_world_open, hl7_world_close)
	const struct CMUnitTest tests[] = {
		CASE(the_way_of_a_patient),
		CASE(a_cancelled_transfer_takes_its_word_back),
		CASE(a_cancelled_discharge_and_admission),
		CASE(the_event_time_counts_over_the_record_time),
		CASE(an_older_event_comes_too_late),
		CASE(the_visit_may_come_before_its_case),
		CASE(a_case_of_another_door_gets_its_milestones),
		CASE(two_cases_in_one_stay),
		CASE(a_second_operation_does_not_take_the_first_ones_milestones),
		CASE(moves_outside_the_suite_end_the_stay_in_it),
		CASE(a_transfer_to_nowhere_is_refused),
		CASE(an_update_moves_nobody),
	};
#undef CASE
	return cmocka_run_group_tests(tests, NULL, NULL);
}
