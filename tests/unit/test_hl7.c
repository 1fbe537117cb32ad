/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HL7 v2 messages and SIU. Expected: HL7 v2.5 chapter 2 (delimiters, escapes,
 * "", times), chapter 10 (SIU), the v2-to-FHIR map (STU1), and the traps that
 * integrators report: stale SCH-11, thin messages, own delimiters, local codes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "feeds/hl7_message.h"
#include "tests/unit/hl7_world.h"

/* 2026-03-16, two hours east. */
#define MSH(event, control, sent)                                                                  \
	"MSH|^~\\&|BLOC|CHU|VIGIE|CHU|" sent "||SIU^" event "^SIU_S12|" control "|P|2.5\r"
#define PID "PID|1||IPP77^^^CHU^PI~MRN5^^^CHU^MR||Dupont^Jeanne^M||19580712|F\r"
#define SCH(status)                                                                                \
	"SCH|P9|BOC-17||||ROUTINE|||60|MIN|^^60^202603160900^202603161000||||||||||||||" status "\r"
#define AIS "AIS|1||HERNIA^Inguinal hernia repair^L|202603160900|||60|MIN\r"
#define AIL "AIL|1||BLOC^SALLE_2^^CHU|||202603160900|||60|MIN\r"
#define AIP                                                                                        \
	"AIP|1||S7^Martin^Claire|SURGEON|||\rAIP|2||A3^Petit^Luc|ANES\rAIP|3||N1^Roy^Ann|NURSE\r"

static const char whole[] = MSH("S12", "C1", "20260315080000") SCH("Booked") PID
	"PV1|1|O\r"
	"OBX|1|NM|39156-5^BMI^LN||27.4|kg/m2|||||F\rOBX|2|ST|97816-3^ASA^LN||ASA II||||||F\r"
	"RGS|1\r" AIS AIL AIP;

static void a_booking_is_a_case(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, whole);
	assert_int_equal(w->rc, 0);
	hl7_says(w,
		"case BOC-17 patient=MRN5 room=or-2 16T07:00..16T08:00 planned "
		"\"Inguinal hernia repair\" surgeon=S7 anaes=A3 | SIU S12/C1",
		/* 67 on 16 March 2026; the class of PV1-2 comes with the visit. */
		"patient MRN5 age=67 sex=F asa=-1 bmi=-1.0 unknown unknown | SIU S12/C1",
		"patient MRN5 age=67 sex=F asa=-1 bmi=27.4 unknown unknown | SIU S12/C1",
		"patient MRN5 age=67 sex=F asa=2 bmi=27.4 unknown unknown | SIU S12/C1",
		"patient MRN5 age=67 sex=F asa=2 bmi=27.4 unknown day | SIU S12/C1");
	assert_int_equal(w->puzzle_count, 0);
	/* Names never stand in a fact. */
	assert_int_equal(w->name_count, 3);
	assert_string_equal(w->names[0], "S7=Martin, Claire");
	assert_string_equal(w->names[2], "MRN5=Dupont, Jeanne");
	for (int i = 0; i < w->count; i++)
		assert_null(strstr(w->lines[i], "Dupont"));
}

static void a_message_sent_twice_says_nothing(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, whole);
	hl7_give(w, whole);
	hl7_silent(w);
	assert_int_equal(w->result.duplicates, 1);
	/* The sender's numbers began again: other bytes are another message. */
	hl7_give(w, MSH("S15", "C1", "20260315090000") SCH("Cancelled") PID AIL);
	assert_int_equal(w->result.duplicates, 0);
	assert_int_equal(w->count, 1);
}

/* What was refused was not heard: put right (here: the site), it is read. */
static void a_refused_message_may_be_sent_again(void **state)
{
	struct hl7_world *w = *state;
	static const char away[] =
		MSH("S12", "C1", "20260315080000") SCH("Booked") PID "AIL|1||^SALLE_9\r";
	hl7_give(w, away);
	assert_int_equal(w->result.refused, 1);
	hl7_give(w, away);
	assert_int_equal(w->result.refused, 1);
	hl7_place_room(w, 1, "or-3", "SALLE_9", "loc-or3", ROOM_OR);
	hl7_give(w, away);
	assert_int_equal(w->result.refused, 0);
	assert_int_equal(w->result.duplicates, 0);
	assert_int_equal(w->count, 2);
}

static void a_giant_is_refused(void **state)
{
	struct hl7_world *w = *state;
	size_t len = (1 << 20) + 1;
	char *text = malloc(len);
	memset(text, '~', len);
	memcpy(text, "MSH|^~\\&|", 9);
	hl7_give_bytes(w, text, len);
	hl7_wonders(w, "HL7 message message: larger than 1 MiB");
	free(text);
}

static void an_older_message_does_not_turn_time_back(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, MSH("S13", "C5", "20260315100000") SCH("Booked") PID
		"AIL|1||^SALLE_2|||202603161300|||60|MIN\r");
	assert_int_equal(w->count, 2);
	hl7_give(w, whole); /* sent two hours before, come late */
	assert_int_equal(w->count, 0);
	hl7_wonders(w, "SIU S12/C1 MSH-7: older than what is known of this case: not used");
	assert_int_equal(w->result.older, 1);
	assert_int_equal(w->result.refused, 0);
}

/* A day without a time says nothing of the order. */
static void a_day_alone_does_not_make_a_message_old(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, whole);
	hl7_give(w, MSH("S15", "C3", "20260315") "SCH||BOC-17\r");
	assert_int_equal(w->result.older, 0);
	assert_int_equal(w->count, 1);
	hl7_wonders(w, "SIU S15/C3 MSH-7: not a time: 20260315");
}

static void within_one_second_the_sequence_counts(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, "MSH|^~\\&|B|C|||20260315100000||SIU^S13|7|P|2.5|8\r" SCH("") AIL);
	hl7_give(w, "MSH|^~\\&|B|C|||20260315100000||SIU^S15|6|P|2.5|7\r" SCH("") AIL);
	assert_int_equal(w->result.older, 1);
	assert_int_equal(w->count, 0);
	hl7_give(w, "MSH|^~\\&|B|C|||20260315100000||SIU^S15|8|P|2.5|9\r" SCH("") AIL);
	hl7_says(w,
		"case BOC-17 patient= room=or-2 16T07:00..16T08:00 cancelled \"\" surgeon= anaes= "
		"| SIU S15/8");
}

/* Interfaceware's S12 sample: SCH-11 on the 17th, AIL on the 14th. */
static void the_room_time_counts_over_the_schedule(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, MSH("S12", "C2", "20260310080000")
			    SCH("Booked") "AIL|1||^OR 3|||202603140900|||45|MIN\r");
	hl7_says(w,
		"case BOC-17 patient= room=or-3 14T07:00..14T07:45 planned \"\" surgeon= anaes= "
		"| SIU S12/C2");
	hl7_wonders(w, "SIU S12/C2 SCH-11.4: another start than AIL-6: that of the room is used");
}

static void an_offset_counts_from_the_schedule(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(
		w, MSH("S12", "C2", "20260310080000") SCH("Booked") "AIL|1||^OR 3||||30|MIN|2|H\r");
	hl7_says(w,
		"case BOC-17 patient= room=or-3 16T07:30..16T09:30 planned \"\" surgeon= anaes= "
		"| SIU S12/C2");
}

static void a_duration_of_unknown_unit_is_not_guessed(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, MSH("S12", "C2", "20260310080000") "SCH||BOC-17|||||||4|QH|^^^202603160900\r"
						       "AIL|1||^OR 3\r");
	hl7_says(w, "case BOC-17 patient= room=or-3 16T07:00..- planned \"\" surgeon= anaes= "
		    "| SIU S12/C2");
	assert_true(w->puzzle_count > 0);
	assert_string_equal(w->puzzles[0], "SIU S12/C2 SCH-9: unit QH is not read");
}

/* The filler's id, else the placer's; ids of other alphabets stay distinct. */
static void the_case_is_the_filler_id(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, MSH("S12", "1", "20260310080000") "SCH|P9\r" AIL);
	assert_int_equal(strncmp(w->lines[0], "case P9 ", 8), 0);
	hl7_give(w, MSH("S12", "2", "20260310080000") "SCH|P9|2026/17^BLOC\r" AIL);
	assert_int_equal(strncmp(w->lines[0], "case 2026_2F17 ", 15), 0);
	hl7_give(w, MSH("S12", "3", "20260310080000") "SCH||\r" AIL);
	hl7_wonders(w, "SIU S12/3 SCH-2: neither a filler nor a placer id");
	assert_int_equal(w->result.refused, 1);
}

/* v2-to-FHIR, table 0278; without SCH-25 the event speaks. */
static void statuses_follow_the_map(void **state)
{
	struct hl7_world *w = *state;
	static const struct {
		const char *event, *filler, *status;
	} rows[] = {{"S12", "", "planned"}, {"S13", "", "planned"}, {"S14", "", "planned"},
		{"S15", "", "cancelled"}, {"S17", "", "void"}, {"S26", "", "no_show"},
		{"S14", "Pending", "requested"}, {"S14", "Waitlist", "requested"},
		{"S14", "Complete", "fulfilled"}, {"S14", "COMPLETE", "fulfilled"},
		{"S14", "Cancelled", "cancelled"}, {"S14", "Noshow", "no_show"},
		{"S14", "Deleted", "void"}};
	char text[600], line[200];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(text, sizeof text,
			"MSH|^~\\&|B|C|||2026031508%02zu||SIU^%s|%zu|P|2.5\r"
			"SCH||BOC-%zu|||||||||||||||||||||||%s\rAIL|1||^OR 3\r",
			i, rows[i].event, i, i, rows[i].filler);
		hl7_give(w, text);
		snprintf(line, sizeof line,
			"case BOC-%zu patient= room=or-3 -..- %s \"\" surgeon= anaes= | SIU %s/%zu",
			i, rows[i].status, rows[i].event, i);
		assert_true(w->count > 0);
		assert_string_equal(w->lines[0], line);
		assert_int_equal(w->puzzle_count, 0);
	}
}

static void a_started_case_means_the_patient_is_here(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, MSH("S14", "C9", "20260316085500") SCH("Started") AIL);
	assert_int_equal(w->count, 2);
	assert_string_equal(w->lines[1], "BOC-17 arrived 16T06:55 at most | SIU S14/C9");
}

/* Blocked, Overbook and Discontinued have no FHIR target; S16 neither. */
static void an_unmapped_status_marks_the_case(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, MSH("S14", "C9", "20260316085500") SCH("Overbook") AIL);
	hl7_says(w,
		"case BOC-17 patient= room=or-2 16T07:00..16T08:00 unknown \"\" surgeon= anaes= "
		"?unknown status Overbook | SIU S14/C9");
	hl7_wonders(w, "SIU S14/C9 SCH-25: unknown status Overbook");
	hl7_give(w, MSH("S16", "D1", "20260316095500") SCH("") AIL);
	assert_non_null(strstr(w->lines[0], "?unknown status discontinued"));
}

static void the_event_counts_when_the_status_contradicts(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, MSH("S15", "C9", "20260316085500") SCH("Booked") AIL);
	assert_non_null(strstr(w->lines[0], " cancelled "));
	hl7_wonders(w,
		"SIU S15/C9 SCH-25: says Booked, the event S15 says cancelled: the event counts");
}

/* S15 and S26 often hold no more than who: the case stays where it was. */
static void a_thin_message_moves_nothing(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, whole);
	hl7_give(w, MSH("S26", "C8", "20260316101500") "SCH||BOC-17\r");
	hl7_says(w,
		"case BOC-17 patient=MRN5 room=or-2 -..- no_show \"\" surgeon= anaes= | SIU S26/C8",
		"status BOC-17 no_show | SIU S26/C8");
}

static void a_case_of_other_rooms_is_refused_unless_it_was_ours(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, MSH("S12", "1", "20260315080000") SCH("Booked") "AIL|1||CLINIC^7\r");
	assert_int_equal(w->count, 0);
	assert_int_equal(w->result.refused, 1);
	hl7_wonders(w, "SIU S12/1 AIL-3: CLINIC-7 is no place of this suite",
		"SIU S12/1 AIL-3: no room of this suite: add its name to the site, if it is one");
	hl7_give(w, MSH("S12", "2", "20260315080000") SCH("Booked") PID);
	hl7_wonders(
		w, "SIU S12/2 AIL-3: no room: it cannot be told whether the case is of this suite");
	/* Ours once: it must not stand in its old room for ever. */
	hl7_give(w, whole);
	hl7_give(w, MSH("S13", "3", "20260315090000") SCH("Booked") "AIL|1||CLINIC^7\r");
	assert_int_equal(w->result.refused, 0);
	assert_non_null(strstr(w->lines[0], "room=CLINIC-7 "));
}

static void resources_taken_off_are_not_taken(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, MSH("S14", "1", "20260315080000")
			    SCH("Booked") "AIL|1|D|^SALLE_2\rAIL|2|A|^OR 3\r"
					  "AIS|1|D|A^Old\rAIS|2|A|B^New\rAIS|3||C\r"
					  "AIP|1|D|S1^X|SURGEON\rAIG|1|A|S2^Y|SURGEON\r");
	hl7_says(w, "case BOC-17 patient= room=or-3 16T07:00..16T08:00 planned \"New + C\" "
		    "surgeon=S2 anaes= | SIU S14/1");
}

/* "" takes a value back; a fact cannot say that, so it is told and kept. */
static void a_value_taken_back_is_told(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, MSH("S14", "1", "20260315080000")
			    SCH("Booked") "PID|||MRN5||||\"\"|\"\"\rAIL|1||^OR 3|||\"\"\r");
	assert_int_equal(w->count, 1);
	hl7_wonders(w, "SIU S14/1 AIL-6: taken back (\"\"): what was known stays",
		"SIU S14/1 PID-7: taken back (\"\"): what was known stays",
		"SIU S14/1 PID-8: taken back (\"\"): what was known stays");
}

static void other_delimiters_and_line_ends(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, "MSH$%*/@$B$C$$$20260315080000$$SIU%S12$C7$P$2.3\r\n"
		    "SCH$$BOC-9@x$$$$$$$$$%%%202603160900\r\n"
		    "PID$1$$MRN5%%%CHU@1.2@ISO%MR\r\n"
		    "AIL$1$$BLOC%SALLE/X5F/2\n"
		    "AIS$1$$X%A /S/ B /T/ C /E/ D /F/ E /R/ F$202603160900\n");
	hl7_says(w, "case BOC-9 patient=MRN5 room=or-2 16T07:00..- planned "
		    "\"A % B @ C / D $ E * F\" surgeon= anaes= | SIU S12/C7");
}

static void escapes_that_only_format_become_blanks(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, MSH("S12", "C7", "20260315080000") SCH("") AIL
		"AIS|1||X^\\H\\Hip\\N\\\\.br\\left \\Zloc\\50\\X25\\\\X00\\\\X1B\\!\r");
	assert_non_null(strstr(w->lines[0], "\"Hip left 50%!\""));
}

static void character_sets(void **state)
{
	struct hl7_world *w = *state;
	/* 0xE9 is é in ISO 8859-1 and -15. */
	hl7_give(w, "MSH|^~\\&|B|C|||20260315080000||SIU^S12|1|P|2.5||||||8859/1\r" SCH("") AIL
		"AIS|1||X^H\xE9mostase\r");
	assert_non_null(strstr(w->lines[0], "\"H\xC3\xA9mostase\""));
	hl7_give(w, "MSH|^~\\&|B|C|||20260315080001||SIU^S12|2|P|2.5||||||UNICODE UTF-8\r" SCH("")
			    AIL "AIS|1||X^H\xC3\xA9mo\r");
	assert_non_null(strstr(w->lines[0], "\"H\xC3\xA9mo\""));
	hl7_give(w, "MSH|^~\\&|B|C|||20260315080002||SIU^S12|3|P|2.5||||||ISO IR87\r" SCH("") AIL);
	hl7_wonders(w, "HL7 message message: MSH-18: character set ISO IR87 is not read");
	hl7_give(w, "MSH|^~\\&|B|C|||20260315080003||SIU^S12|4|P|2.5\r" SCH("") AIL
		"AIS|1||X^H\xE9mo\r");
	hl7_wonders(w, "HL7 message message: MSH-18 names no character set and the bytes are not "
		       "UTF-8");
	assert_int_equal(w->result.refused, 1);
	hl7_give_bytes(w, "\xFF\xFEM\0S\0H\0", 8);
	assert_true(w->rc < 0);
	assert_non_null(strstr(w->err.text, "UTF-16"));
}

static void what_is_not_read_is_refused_by_name(void **state)
{
	struct hl7_world *w = *state;
	static const struct {
		const char *message, *reason;
	} rows[] = {
		{"MSH|^~\\&|||||||ORU^R01|1|P|2.5\r", "messages of type ORU are not read"},
		{"MSH|^~\\&|||||||ACK|1|P|2.5\r", "messages of type ACK are not read"},
		{"MSH|^~\\&|||||||SIU^S18|1|P|2.5\r", "event S18 is not read"},
		{"MSH|^~\\&|||||||SIU^S23|1|P|2.5\r", "blocks a slot"},
		{"MSH|^~\\&|||||||SIU^S24|1|P|2.5\r", "opens a slot"},
		{"MSH|^~\\&|||||||SRM^S01|1|P|2.5\r", "messages of type SRM are not read"},
		{"MSH|^~\\&|||||||SIU^S12|1|P|2.5\r", "no SCH segment"},
		{"MSH|^~\\&|||||||SIU^S12|1|P|3.0\r", "version 3.0 is not read"},
		{"MSH|^~\\&|||||||ADT^A17|1|P|2.5\r", "event A17 is not read"},
		{"MSH|^~\\&|||||||ADT^A01|1|P|2.5\r", "when it happened is not said"},
		{"MSH|^~\\&|B\rnot a segment\r", "line 2 is not a segment"},
		{"MSH|||B\rPID|1\r", "MSH-2"},
		{"MSH^^^^^^^\rPID|1\r", "MSH-2"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		hl7_give(w, rows[i].message);
		assert_int_equal(w->count, 0);
		assert_int_equal(w->result.refused, 1);
		if (strstr(w->puzzles[0], rows[i].reason) == NULL)
			fail_msg("%s: %s", rows[i].reason, w->puzzles[0]);
	}
}

static void files_hold_many_messages(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, "FHS|^~\\&|B\rBHS|^~\\&|B\r" MSH("S12", "1", "20260315080000") SCH("") AIL
		"MSH|^~\\&|||||||ORU^R01|2|P|2.5\r" MSH(
			"S12", "3", "20260315080000") "SCH||BOC-18\r" AIL "BTS|3\rFTS|1\r");
	assert_int_equal(w->result.messages, 3);
	assert_int_equal(w->result.refused, 1); /* one bad message loses no other */
	assert_int_equal(w->count, 2);
	/* The trailer notices a file that lost its middle. */
	hl7_give(w, "BHS|^~\\&|B\n" MSH("S12", "4", "20260315080001") SCH("") AIL "BTS|2\n");
	hl7_wonders(w, "HL7 batch BTS-1: says 2 messages, found 1: the file may be cut");
}

/* Found by fuzzing: a trailer cut after its separator. */
static void a_trailer_may_be_cut_too(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, "BHS|^~\\&|B\r" MSH("S12", "1", "20260315080000") SCH("") AIL "BTS|");
	assert_int_equal(w->count, 1);
	assert_int_equal(w->puzzle_count, 0);
}

static void mllp_bytes_are_taken_off(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, "\x0B" MSH("S12", "1", "20260315080000") SCH("") AIL
		"\x1C\r"
		"\x0B" MSH("S15", "2", "20260315080001") SCH("") AIL "\x1C\r");
	assert_int_equal(w->result.messages, 2);
	assert_int_equal(w->result.refused, 0);
	assert_int_equal(w->count, 2);
	/* A block without its end was cut on its way. */
	hl7_give(w, "\x0B" MSH("S14", "3", "20260315080002") SCH("") "AIL|1||^OR 3");
	assert_int_equal(w->count, 0);
	hl7_wonders(w, "HL7 message MLLP: no end of block: the message may be cut");
}

static void test_messages_are_marked(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, "MSH|^~\\&|B|C|||20260315080000||SIU^S12|1|T|2.5\r" SCH("") AIL);
	assert_non_null(strstr(w->lines[0], "?test data"));
}

/* French sample: AIS fields one place further on; the time stands where the
 * offset should be. Nothing is guessed, the schedule's time is used. */
static void shifted_fields_are_not_guessed(void **state)
{
	struct hl7_world *w = *state;
	hl7_give(w, MSH("S12", "1", "20260315080000")
			    SCH("") "AIL|1||AGENDA_BLOC^SALLE_2\rAIS|1|A|X^Y|Z|202603160830||60\r");
	assert_int_equal(w->count, 1);
	assert_non_null(strstr(w->lines[0], "16T07:00..16T08:00"));
	assert_string_equal(w->puzzles[0], "SIU S12/1 AIS-4: not a time: Z");
}

static void times(void **state)
{
	/* Seconds since the epoch by date(1). */
	static const struct {
		const char *text;
		int digits;
		int64_t ms;
	} rows[] = {{"202603160900", 12, 1773644400000}, {"20260316090030+0100", 14, 1773648030000},
		{"20260316070000Z", 0, 0}, {"2026031609", 10, 1773644400000},
		{"20260316090000.250-0500", 14, 1773669600250}, {"20260316", 8, 1773612000000},
		{"2026", 4, 1767218400000}, {"20260230", 0, 0}, {"202603161", 0, 0},
		{"202603162460", 0, 0}, {"", 0, 0}, {"20260316090000+25", 0, 0}, {"Y", 0, 0}};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t ms = 1;
		assert_int_equal(hl7_time(rows[i].text, &ms), rows[i].digits);
		assert_int_equal(ms, rows[i].ms);
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, hl7_world_open, hl7_world_close)
	const struct CMUnitTest tests[] = {
		CASE(a_booking_is_a_case),
		CASE(a_message_sent_twice_says_nothing),
		CASE(a_refused_message_may_be_sent_again),
		CASE(a_giant_is_refused),
		CASE(an_older_message_does_not_turn_time_back),
		CASE(a_day_alone_does_not_make_a_message_old),
		CASE(within_one_second_the_sequence_counts),
		CASE(the_room_time_counts_over_the_schedule),
		CASE(an_offset_counts_from_the_schedule),
		CASE(a_duration_of_unknown_unit_is_not_guessed),
		CASE(the_case_is_the_filler_id),
		CASE(statuses_follow_the_map),
		CASE(a_started_case_means_the_patient_is_here),
		CASE(an_unmapped_status_marks_the_case),
		CASE(the_event_counts_when_the_status_contradicts),
		CASE(a_thin_message_moves_nothing),
		CASE(a_case_of_other_rooms_is_refused_unless_it_was_ours),
		CASE(resources_taken_off_are_not_taken),
		CASE(a_value_taken_back_is_told),
		CASE(other_delimiters_and_line_ends),
		CASE(escapes_that_only_format_become_blanks),
		CASE(character_sets),
		CASE(what_is_not_read_is_refused_by_name),
		CASE(files_hold_many_messages),
		CASE(a_trailer_may_be_cut_too),
		CASE(mllp_bytes_are_taken_off),
		CASE(test_messages_are_marked),
		CASE(shifted_fields_are_not_guessed),
		CASE(times),
	};
#undef CASE
	return cmocka_run_group_tests(tests, NULL, NULL);
}
