/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fhir_world.h"

/*
 * R4 (and R4B, which leaves these as they are) and R5 say the same in other
 * words: each row is one difference of the two definitions; both columns must
 * give the same facts.
 */

#define CASE_OF(inside)                                                                            \
	"{\"resourceType\":\"Appointment\",\"id\":\"c\",\"status\":\"booked\"," inside             \
	"\"participant\":[{\"actor\":{\"reference\":\"Location/or-2\"}},{\"actor\":{"              \
	"\"reference\":\"Patient/p\"}}]}"
#define VISIT_OF(status, inside)                                                                   \
	"{\"resourceType\":\"Encounter\",\"id\":\"e\",\"status\":\"" status                        \
	"\",\"subject\":{\"reference\":\"Patient/p\"},\"appointment\":[{\"reference\":"            \
	"\"Appointment/c\"}]," inside "\"serviceType\":[]}"
#define ACT_OF(inside)                                                                             \
	"{\"resourceType\":\"Procedure\",\"id\":\"q\",\"status\":\"completed\",\"encounter\":{"    \
	"\"reference\":\"Encounter/e\"}," inside "\"note\":[]}"
#define ORDER_OF(inside)                                                                           \
	"{\"resourceType\":\"ServiceRequest\",\"id\":\"s\",\"status\":\"active\"," inside          \
	"\"intent\":\"order\"}"
#define PERIOD "{\"start\":\"2026-03-16T08:00:00Z\",\"end\":\"2026-03-16T09:00:00Z\"}"

static const char no_room[] =
	"{\"resourceType\":\"Appointment\",\"id\":\"c\",\"status\":\"booked\",\"serviceCategory\":["
	"{\"coding\":[{\"code\":\"surgery\"}]}],\"basedOn\":[{\"reference\":\"ServiceRequest/"
	"s\"}]}";
static const char booked[] = CASE_OF("\"basedOn\":[{\"reference\":\"ServiceRequest/s\"}],");
static const char visit[] = VISIT_OF("planned", "");

struct row {
	const char *what, *first, *second; /* fed before, "" none */
	const char *r4, *r5;
};

static const struct row rows[] = {
	{"cancelationReason / cancellationReason, cancellationDate", "", "",
		CASE_OF("\"cancelationReason\":{\"text\":\"x\"},"),
		CASE_OF("\"cancellationReason\":{\"text\":\"x\"},\"cancellationDate\":\"2026-03-"
			"16\",")},
	{"reasonCode / reason (CodeableReference)", "", "",
		CASE_OF("\"reasonCode\":[{\"text\":\"hernia\"}],"),
		CASE_OF("\"reason\":[{\"concept\":{\"text\":\"hernia\"}}],")},
	{"serviceType: CodeableConcept / CodeableReference", "", "",
		CASE_OF("\"serviceType\":[{\"coding\":[{\"code\":\"1\",\"display\":\"Hernia\"}]}]"
			","),
		CASE_OF("\"serviceType\":[{\"concept\":{\"coding\":[{\"code\":\"1\",\"display\":"
			"\"Hernia\"}]}}],")},
	{"priority: unsignedInt / CodeableConcept", "", "", CASE_OF("\"priority\":5,"),
		CASE_OF("\"priority\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/"
			"CodeSystem/"
			"v3-ActPriority\",\"code\":\"R\"}]},")},
	{"comment / note", "", "", CASE_OF("\"comment\":\"latex\","),
		CASE_OF("\"note\":[{\"text\":\"latex\"}],")},
	{"participant.required: code / boolean", "", "",
		"{\"resourceType\":\"Appointment\",\"id\":\"c\",\"status\":\"booked\","
		"\"participant\":[{"
		"\"required\":\"required\",\"actor\":{\"reference\":\"Location/or-2\"}}]}",
		"{\"resourceType\":\"Appointment\",\"id\":\"c\",\"status\":\"booked\","
		"\"participant\":[{"
		"\"required\":true,\"actor\":{\"reference\":\"Location/or-2\"}}]}"},
	{"the patient: participant / subject", "", "", CASE_OF(""),
		"{\"resourceType\":\"Appointment\",\"id\":\"c\",\"status\":\"booked\",\"subject\":{"
		"\"reference\":\"Patient/p\"},\"previousAppointment\":{\"reference\":\"Appointment/"
		"b\"},"
		"\"participant\":[{\"actor\":{\"reference\":\"Location/or-2\"}}]}"},
	{"an emergency: appointmentType / class", "", "",
		CASE_OF("\"appointmentType\":{\"coding\":[{\"code\":\"EMERGENCY\"}]},"),
		CASE_OF("\"class\":[{\"coding\":[{\"code\":\"EMER\"}]}],")},
	{"Encounter.class: Coding / class: CodeableConcepts", booked, "",
		VISIT_OF("planned", "\"class\":{\"code\":\"SS\"},"),
		VISIT_OF("planned", "\"class\":[{\"coding\":[{\"code\":\"SS\"}]}],")},
	{"period / actualPeriod; finished / completed", booked, "",
		VISIT_OF("finished", "\"period\":" PERIOD ","),
		VISIT_OF("completed", "\"actualPeriod\":" PERIOD ",\"plannedStartDate\":"
				      "\"2026-03-16T07:00:00Z\",")},
	{"participant.individual / participant.actor", booked, "",
		VISIT_OF("planned",
			"\"class\":{\"code\":\"AMB\"},\"participant\":[{\"individual\":{"
			"\"reference\":\"Practitioner/x\"}}],"),
		VISIT_OF("planned",
			"\"class\":[{\"coding\":[{\"code\":\"AMB\"}]}],\"participant\":[{"
			"\"actor\":{\"reference\":\"Practitioner/x\"}}],")},
	{"hospitalization.specialArrangement / Encounter.specialArrangement", booked, "",
		VISIT_OF("planned", "\"hospitalization\":{\"specialArrangement\":[{\"coding\":[{"
				    "\"code\":\"wheel\"}]}]},"),
		VISIT_OF("planned",
			"\"admission\":{},\"specialArrangement\":[{\"coding\":[{\"code\":"
			"\"wheel\"}]}],")},
	{"location.physicalType / location.form", booked, "",
		VISIT_OF("in-progress",
			"\"location\":[{\"physicalType\":{\"text\":\"Room\"},"
			"\"location\":{\"reference\":\"Location/or-2\"},\"period\":" PERIOD "}],"),
		VISIT_OF("in-progress",
			"\"location\":[{\"form\":{\"text\":\"Room\"},\"location\":{"
			"\"reference\":\"Location/or-2\"},\"period\":" PERIOD "}],")},
	{"diagnosis.condition: Reference / CodeableReferences; reasonCode / reason", booked, "",
		VISIT_OF("planned",
			"\"class\":{\"code\":\"IMP\"},\"reasonCode\":[{\"text\":\"x\"}],"
			"\"diagnosis\":[{\"condition\":{\"reference\":\"Condition/d\"},"
			"\"rank\":1}],"),
		VISIT_OF("planned",
			"\"class\":[{\"coding\":[{\"code\":\"IMP\"}]}],\"reason\":[{\"value\":"
			"[{\"concept\":{\"text\":\"x\"}}]}],\"diagnosis\":[{\"condition\":[{"
			"\"reference\":{\"reference\":\"Condition/d\"}}]}],")},
	{"performedPeriod / occurrencePeriod", booked, visit,
		ACT_OF("\"performedPeriod\":" PERIOD ","),
		ACT_OF("\"occurrencePeriod\":" PERIOD ",")},
	{"performedDateTime / occurrenceDateTime", booked, visit,
		ACT_OF("\"performedDateTime\":\"2026-03-16T08:00:00Z\","),
		ACT_OF("\"occurrenceDateTime\":\"2026-03-16T08:00:00Z\",")},
	{"category: one / several; usedCode / used", booked, visit,
		ACT_OF("\"category\":{\"text\":\"s\"},\"code\":{\"text\":\"Hernia\"},\"usedCode\":["
		       "{"
		       "\"text\":\"mesh\"}],"),
		ACT_OF("\"category\":[{\"text\":\"s\"}],\"code\":{\"text\":\"Hernia\"},\"used\":[{"
		       "\"concept\":{\"text\":\"mesh\"}}],")},
	{"ServiceRequest.code: CodeableConcept / CodeableReference", booked, "",
		ORDER_OF("\"code\":{\"text\":\"Hernia\"},"),
		ORDER_OF("\"code\":{\"concept\":{\"text\":\"Hernia\"}},")},
	{"locationReference / location (CodeableReference)", no_room, "",
		ORDER_OF("\"locationReference\":[{\"reference\":\"Location/or-2\"}],"),
		ORDER_OF("\"location\":[{\"reference\":{\"reference\":\"Location/or-2\"}}],")},
};

/* What the last input gave out, as bytes without the union's padding. */
static int tell(const struct world *w, int from, char *out, size_t size)
{
	size_t n = 0;
	out[0] = '\0';
	for (int i = from; i < w->fact_count && n < size; i++) {
		const struct fact *f = &w->facts[i];
		n += (size_t)snprintf(out + n, size - n, "%s ", fact_kind_name(f->kind));
		if (f->kind == FACT_CASE)
			n += (size_t)snprintf(out + n, size - n, "%s|%s|%s|%d|%d|%s;",
				f->surgery.patient, f->surgery.room, f->surgery.procedure,
				(int)f->surgery.status, (int)f->surgery.setting,
				f->surgery.not_understood);
		else if (f->kind == FACT_MILESTONE)
			n += (size_t)snprintf(out + n, size - n, "%s|%lld|%d;",
				milestone_name(f->milestone.milestone),
				(long long)f->milestone.when_ms, f->milestone.at_most);
		else if (f->kind == FACT_PATIENT)
			n += (size_t)snprintf(out + n, size - n, "%d|%d;", (int)f->patient.setting,
				(int)f->patient.mobility);
	}
	return w->fact_count - from;
}

static int read_one(
	struct world *w, const struct row *row, const char *text, char *out, size_t size)
{
	make_map(w, (struct fhir_options){.site = &w->site, .performed_means = "incision"});
	if (*row->first != '\0')
		assert_int_equal(feed(w, row->first), 0);
	if (*row->second != '\0')
		assert_int_equal(feed(w, row->second), 0);
	int before = w->fact_count;
	assert_int_equal(feed(w, text), 0);
	return tell(w, before, out, size);
}

static void both_releases_tell_the_same(void **state)
{
	struct world *w = *state;
	char r4[2000], r5[2000];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int n = read_one(w, &rows[i], rows[i].r4, r4, sizeof r4);
		assert_int_equal(w->puzzle_count, 0);
		read_one(w, &rows[i], rows[i].r5, r5, sizeof r5);
		assert_int_equal(w->puzzle_count, 0);
		if (n == 0 || strcmp(r4, r5) != 0)
			print_message("%s\n R4 %s\n R5 %s\n", rows[i].what, r4, r5);
		assert_true(n > 0); /* a row that says nothing would prove nothing */
		assert_string_equal(r4, r5);
	}
}

/* The rows above compare; these say what must come out. */
static void r5_says_what_it_means(void **state)
{
	struct world *w = *state;
	make_map(w, (struct fhir_options){.site = &w->site, .performed_means = "incision"});
	feed(w, CASE_OF("\"serviceType\":[{\"concept\":{\"text\":\"Hernia\"}}],\"class\":[{"
			"\"coding\":"
			"[{\"code\":\"EMER\"}]}],"));
	assert_string_equal(last(w, FACT_CASE)->surgery.procedure, "Hernia");
	assert_string_equal(last(w, FACT_CASE)->surgery.patient, "p");
	assert_int_equal(last(w, FACT_CASE)->surgery.setting, SETTING_EMERGENCY);
	feed(w, VISIT_OF("completed",
			"\"class\":[{\"coding\":[{\"code\":\"SS\"}]}],\"actualPeriod\":" PERIOD
			",\"specialArrangement\":[{\"coding\":[{\"code\":\"wheel\"}]}],"));
	assert_int_equal(milestone(w, MILESTONE_DISCHARGED)->milestone.when_ms,
		fhir_time("2026-03-16T09:00:00Z"));
	assert_int_equal(last(w, FACT_PATIENT)->patient.setting, SETTING_DAY);
	assert_int_equal(last(w, FACT_PATIENT)->patient.mobility, MOBILITY_CHAIR);
	feed(w, ACT_OF("\"occurrencePeriod\":" PERIOD ","));
	assert_int_equal(milestone(w, MILESTONE_INCISION)->milestone.when_ms,
		fhir_time("2026-03-16T08:00:00Z"));
	assert_int_equal(milestone(w, MILESTONE_PROCEDURE_END)->milestone.when_ms,
		fhir_time("2026-03-16T09:00:00Z"));
}

/* R5 moved `arrived` from the visit's status to its subject's. */
static void r5_patients_arrive_by_subject_status(void **state)
{
	struct world *w = *state;
	feed(w, booked);
	feed(w, VISIT_OF("in-progress",
			"\"meta\":{\"lastUpdated\":\"2026-03-16T07:05:00Z\"},"
			"\"subjectStatus\":{\"coding\":[{\"code\":\"arrived\"}]},"));
	assert_int_equal(milestone(w, MILESTONE_ARRIVED)->milestone.when_ms,
		fhir_time("2026-03-16T07:05:00Z"));
	assert_true(milestone(w, MILESTONE_ARRIVED)->milestone.at_most);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(both_releases_tell_the_same),
		WITH(r5_says_what_it_means),
		WITH(r5_patients_arrive_by_subject_status),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
