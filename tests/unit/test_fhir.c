/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fhir_world.h"

/*
 * The mapping on the examples of tests/hospital/fhir (valid R4). Expected
 * milestones are by the field's table: HL7 procedure-progress-status-code,
 * v2-0116, Encounter.location.
 */

/* Checked against `date -u -d TIME +%s`. */
static void reads_times_of_the_grammar(void **state)
{
	(void)state;
	assert_int_equal(fhir_time("2026-03-16T09:03:00+01:00"), 1773648180000);
	assert_int_equal(fhir_time("2026-03-16T08:03:00Z"), 1773648180000);
	assert_int_equal(fhir_time("2026-03-16T04:03:00.5-04:00"), 1773648180500);
	assert_int_equal(fhir_time("2026-03-16T18:03:00.1234567+10:00"), 1773648180123);
	assert_int_equal(fhir_time("2016-12-31T23:59:60Z"), 1483228800000); /* leap second */
	assert_int_equal(fhir_time("2026-03-16"), 1773619200000);
	assert_int_equal(fhir_time("2026-03"), 1772323200000);
	assert_int_equal(fhir_time("1958"), -378691200000);
	assert_int_equal(fhir_time("2024-02-29"), 1709164800000);
	static const char *const refused[] = {"", "now", "2026-3-16", "2026-02-29", "2026-13-01",
		"2026-03-16T24:00:00Z", "2026-03-16T09:03:00", "2026-03-16T09:03:00+01",
		"2026-03-16T09:03:61Z", "2026-03-16T09:03:00.Z", "2026-03-16 09:03:00Z",
		"2026-03-16T09:03:00.1234567891Z", "2026-03-16T09:03:00Zx", "2026-03-16T09:63:00Z",
		"2026-03-16T09:03:00+15:00"};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		assert_int_equal(fhir_time(refused[i]), 0);
	assert_int_equal(fhir_time(NULL), 0);
}

static void reads_the_programme(void **state)
{
	struct world *w = *state;
	feed_file(w, "page.json");
	const struct fact *fact = last(w, FACT_CASE);
	assert_non_null(fact);
	const struct fact_case *c = &fact->surgery;
	assert_string_equal(c->id, "appt-or2-0900");
	assert_string_equal(c->room, "OR2");
	assert_string_equal(c->patient, "p-1001");
	assert_string_equal(c->surgeon, "surg-07");
	assert_string_equal(c->anaesthetist, "anes-03");
	assert_string_equal(c->procedure, "Laparoscopic inguinal hernia repair, left");
	assert_int_equal(c->status, CASE_PLANNED);
	assert_int_equal(c->start_ms, fhir_time("2026-03-16T09:00:00+01:00"));
	assert_int_equal(c->end_ms, fhir_time("2026-03-16T10:15:00+01:00"));
	assert_int_equal(c->nest, -1);
	assert_string_equal(fact->origin, "Appointment/appt-or2-0900");
	assert_int_equal(fact->at_ms, NOW);
	assert_int_equal(w->page.entries, 2);
	assert_int_equal(w->page.updated_ms, fhir_time("2026-03-16T09:58:10.200+01:00"));
	assert_string_equal(w->page.next, "https://fhir.hospital.example.org/r4?_getpages=8deeeb67"
					  "&_getpagesoffset=2&_count=2&_bundletype=searchset");
	assert_false(w->page.outcome_error);
	assert_non_null(strstr(w->page.outcome, "not authorised"));
	const struct fact *patient = last(w, FACT_PATIENT);
	assert_int_equal(patient->patient.age_years, 67); /* July 1958 to March 2026 */
	assert_int_equal(patient->patient.sex, 'M');
}

static void reads_the_visit_whatever_comes_first(void **state)
{
	struct world *w = *state;
	feed_file(w, "procedure.json");
	feed_file(w, "encounter.json");
	assert_int_equal(count(w, FACT_MILESTONE), 0); /* kept back */
	feed_file(w, "page.json");
	assert_when(w, MILESTONE_ARRIVED, "2026-03-16T07:02:00+01:00", false);
	assert_when(w, MILESTONE_IN_HOLDING, "2026-03-16T07:10:00+01:00", false);
	assert_when(w, MILESTONE_IN_ROOM, "2026-03-16T09:03:00+01:00", false);
	assert_when(w, MILESTONE_INCISION, "2026-03-16T09:31:00+01:00", false);
	assert_null(milestone(w, MILESTONE_PACU_IN)); /* only planned */
	assert_null(milestone(w, MILESTONE_OUT_ROOM));
	const struct fact *place = last(w, FACT_PLACE);
	assert_string_equal(place->place.room, "OR2");
	assert_string_equal(place->place.patient, "p-1001");
	assert_int_equal(place->place.end_ms, 0);
	assert_int_equal(last(w, FACT_PATIENT)->patient.setting, SETTING_DAY);
	assert_int_equal(last(w, FACT_PATIENT)->patient.mobility, MOBILITY_CHAIR);
	/* The same again says nothing. */
	int before = w->fact_count, puzzles = w->puzzle_count;
	feed_file(w, "page.json");
	feed_file(w, "encounter.json");
	feed_file(w, "procedure.json");
	assert_int_equal(w->fact_count, before);
	assert_int_equal(w->puzzle_count, puzzles);
}

static void reads_room_and_covariates(void **state)
{
	struct world *w = *state;
	feed_file(w, "location.json");
	assert_int_equal(last(w, FACT_ROOM)->room.service, SERVICE_HOUSEKEEPING);
	assert_string_equal(last(w, FACT_ROOM)->room.room, "OR2");
	assert_string_equal(last(w, FACT_ROOM)->origin, "Location/or-2");
	feed_file(w, "observations.ndjson");
	feed_file(w, "page.json");
	const struct fact_patient *p = &last(w, FACT_PATIENT)->patient;
	assert_int_equal(p->asa, 3);
	assert_true(fabs(p->bmi - 31.4) < 1e-9);
	const struct fact_readiness *r = &last(w, FACT_READINESS)->readiness;
	assert_string_equal(r->id, "appt-or2-0900");
	assert_int_equal(r->item, READY_FASTING);
	assert_int_equal(r->value, 1);
}

static void a_current_value_is_an_upper_bound(void **state)
{
	struct world *w = *state;
	known_case(w);
	feed(w, PROCEDURE("08:20:00", PROGRESS(HL7, "anesthesia-induced")));
	assert_when(w, MILESTONE_ANAES_READY, "2026-03-16T08:20:00Z", true);
	feed(w, PROCEDURE("08:25:00", PROGRESS(HL7, "anesthesia-induced")));
	assert_int_equal(count(w, FACT_MILESTONE), 1); /* the tighter bound stands */
	feed(w, PROCEDURE("08:40:00", PROGRESS("", "open-incision")));
	assert_when(w, MILESTONE_INCISION, "2026-03-16T08:40:00Z", true);
	feed(w, PROCEDURE("08:41:00", PROGRESS(HL7, "closed-incision")));
	assert_when(w, MILESTONE_PROCEDURE_END, "2026-03-16T08:41:00Z", true);
	/* Back to an earlier step: a slip corrected. */
	feed(w, PROCEDURE("08:42:00", PROGRESS(HL7, "open-incision")));
	assert_true(milestone(w, MILESTONE_PROCEDURE_END)->milestone.withdrawn);
	assert_when(w, MILESTONE_INCISION, "2026-03-16T08:40:00Z", true);
	/* An older version that comes late undoes nothing. */
	int before = w->fact_count;
	feed(w, PROCEDURE("08:20:00", PROGRESS(HL7, "in-recovery-room")));
	assert_int_equal(w->fact_count, before);
	/* The visit knows the exact time of in-room: no bound is given instead. */
	feed(w, PROCEDURE("08:50:00", PROGRESS(HL7, "in-operating-room")));
	assert_null(milestone(w, MILESTONE_IN_ROOM));
	feed(w, PROCEDURE("08:55:00", PROGRESS("\"system\":\"urn:x\",", "open-incision")));
	assert_true(puzzled(w, "unknown progress open-incision"));
}

static void a_time_that_vanishes_is_taken_back(void **state)
{
	static const char incision[] = PROCEDURE("08:40:00",
		"{\"url\":\"http://hl7.org/fhir/"
		"StructureDefinition/procedure-incisionDateTime\",\"valueDateTime\":"
		"\"2026-03-16T08:31:00Z\"}");
	struct world *w = *state;
	known_case(w);
	feed(w, incision);
	assert_when(w, MILESTONE_INCISION, "2026-03-16T08:31:00Z", false);
	feed(w, PROCEDURE("08:50:00", ""));
	assert_true(milestone(w, MILESTONE_INCISION)->milestone.withdrawn);
	assert_string_equal(milestone(w, MILESTONE_INCISION)->milestone.id, "appt-or2-0900");
}

static void reads_the_sites_own_milestones(void **state)
{
	struct world *w = *state;
	known_case(w);
	feed(w, PROCEDURE("08:40:00",
			PROGRESS("\"system\":\"urn:example:progress\",",
				"closing") ",{\"url\":\"https://vigie.example/fhir/"
					   "milestones\",\"extension\":["
					   "{\"url\":\"milestone\",\"extension\":[{\"url\":"
					   "\"code\",\"valueCode\":\"induction\"},"
					   "{\"url\":\"time\",\"valueDateTime\":\"2026-03-16T09:11:"
					   "00+01:00\"}]},"
					   "{\"url\":\"milestone\",\"extension\":[{\"url\":"
					   "\"code\",\"valueCode\":\"nonsense\"},"
					   "{\"url\":\"time\",\"valueDateTime\":\"2026-03-16T09:11:"
					   "00+01:00\"}]}]}"
					   ",{\"url\":\"https://vigie.example/fhir/"
					   "milestones\",\"extension\":["
					   "{\"url\":\"code\",\"valueCode\":\"prep_done\"},"
					   "{\"url\":\"time\",\"valueDateTime\":\"2026-03-16T09:25:"
					   "00+01:00\"}]}"));
	assert_when(w, MILESTONE_INDUCTION, "2026-03-16T09:11:00+01:00", false);
	assert_when(w, MILESTONE_PREP_DONE, "2026-03-16T09:25:00+01:00", false);
	assert_when(w, MILESTONE_CLOSING, "2026-03-16T08:40:00Z", true);
	assert_true(puzzled(w, "nonsense"));
}

static void performed_means_what_the_site_says(void **state)
{
	static const char text[] =
		"{\"resourceType\":\"Procedure\",\"id\":\"q\",\"status\":"
		"\"completed\",\"encounter\":{\"reference\":\"Encounter/enc-4417\"},"
		"\"performedPeriod\":{\"start\":\"2026-03-16T08:33:00Z\",\"end\":"
		"\"2026-03-16T09:20:00Z\"}}";
	struct world *w = *state;
	known_case(w);
	feed(w, text);
	assert_int_equal(count(w, FACT_MILESTONE), 0); /* nobody said what it means */
	make_map(w, (struct fhir_options){.site = &w->site, .performed_means = "incision"});
	known_case(w);
	feed(w, text);
	assert_when(w, MILESTONE_INCISION, "2026-03-16T08:33:00Z", false);
	assert_when(w, MILESTONE_PROCEDURE_END, "2026-03-16T09:20:00Z", false);
	feed(w, "{\"resourceType\":\"Procedure\",\"id\":\"f001\",\"status\":\"completed\","
		"\"encounter\":{\"reference\":\"Encounter/enc-4417\"},"
		"\"performedPeriod\":{\"start\":\"2011-06-26\",\"end\":\"2011-06-27\"}}");
	assert_true(puzzled(w, "no time of day: 2011-06-26"));
}

static void follows_the_patient(void **state)
{
	struct world *w = *state;
	known_case(w);
	feed(w, VISIT("10:00:00", "in-progress",
			STAY("or-2", "08:03:00", UNTIL("09:41:00")) "," STAY(
				"pacu-bed-3", "09:44:00", "")));
	assert_when(w, MILESTONE_OUT_ROOM, "2026-03-16T09:41:00Z", false);
	assert_when(w, MILESTONE_PACU_IN, "2026-03-16T09:44:00Z", false);
	assert_null(milestone(w, MILESTONE_PACU_OUT));
	assert_string_equal(last(w, FACT_PLACE)->place.room, "PACU");
	assert_string_equal(last(w, FACT_PLACE)->place.bed, "P3");
	/* Back to the theatre: out of the room no more. */
	feed(w, VISIT("10:10:00", "in-progress",
			STAY("or-2", "08:03:00", UNTIL("09:41:00")) "," STAY("pacu-bed-3",
				"09:44:00", UNTIL("10:05:00")) "," STAY("or-2", "10:07:00", "")));
	assert_true(milestone(w, MILESTONE_OUT_ROOM)->milestone.withdrawn);
	assert_string_equal(last(w, FACT_PLACE)->place.room, "OR2");
	feed(w, VISIT("16:00:30", "finished", STAY("or-2", "08:03:00", UNTIL("09:41:00"))));
	assert_when(w, MILESTONE_DISCHARGED, "2026-03-16T16:00:00Z", false);
	feed(w, VISIT("16:10:00", "entered-in-error", ""));
	assert_true(milestone(w, MILESTONE_IN_ROOM)->milestone.withdrawn);
	assert_true(milestone(w, MILESTONE_DISCHARGED)->milestone.withdrawn);
}

static void flush_takes_references_at_their_word(void **state)
{
	struct world *w = *state;
	make_map(w, (struct fhir_options){0});
	feed_file(w, "procedure.json");
	feed_file(w, "encounter.json");
	assert_int_equal(count(w, FACT_MILESTONE), 0);
	fhir_map_flush(w->map);
	assert_when(w, MILESTONE_IN_ROOM, "2026-03-16T09:03:00+01:00", false);
	assert_when(w, MILESTONE_INCISION, "2026-03-16T09:31:00+01:00", false);
	make_map(w, (struct fhir_options){0});
	feed_file(w, "procedure.json");
	fhir_map_flush(w->map);
	assert_true(puzzled(w, "case not known"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_times_of_the_grammar),
		WITH(reads_the_programme),
		WITH(reads_the_visit_whatever_comes_first),
		WITH(reads_room_and_covariates),
		WITH(a_current_value_is_an_upper_bound),
		WITH(a_time_that_vanishes_is_taken_back),
		WITH(reads_the_sites_own_milestones),
		WITH(performed_means_what_the_site_says),
		WITH(follows_the_patient),
		WITH(flush_takes_references_at_their_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
