/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fhir_world.h"

/* Two national profiles of operating suites, as they are really written. */

#define SD "http://ontariohealth.ca/fhir/StructureDefinition/ca-on-seris-"
#define META(profile)                                                                              \
	"\"meta\":{\"profile\":[\"" SD "profile-" profile "\"],\"security\":[{\"code\":"           \
	"\"HTEST\"}]}"
#define UUID(n) "urn:uuid:11111111-" n
#define ENTRY(uuid, type, inside)                                                                  \
	"{\"fullUrl\":\"" uuid "\",\"resource\":{\"resourceType\":\"" type "\"," META(type) inside \
		"}}"

/*
 * A message of Ontario's SERIS: the worked payload of the public guide for
 * implementers. `n` makes the urn:uuids of a second message new ones. The case
 * is CASE-0001 of its own numbering; references are by identifier.
 */
#define MESSAGE(n, business, act, times)                                                                              \
	"{\"resourceType\":\"Bundle\",\"type\":\"message\"," META("Bundle") ",\"entry\":[" ENTRY(                     \
		UUID(n "1"), "MessageHeader",                                                                         \
		",\"focus\":[{\"reference\":\"" UUID(n "2") "\"}]") "," ENTRY(UUID(n "2"), "Task",                    \
		",\"status\":\"completed\",\"basedOn\":[{\"reference\":\"" UUID(                                      \
			n "6") "\"},{\"reference\":\"" UUID(n                                                         \
			"7") "\"}],\"businessStatus\":{"                                                              \
			     "\"coding\":[{\"code\":\"" business "\"}]}") "," ENTRY(UUID(n "3"),                      \
		"Patient",                                                                                            \
		",\"identifier\":[{\"system\":\"http://hospital.example/mrn\",\"value\":"                             \
		"\"MRN-0001\"}],\"gender\":\"male\",\"birthDate\":\"1974-12-25\"") "," ENTRY(UUID(n "4"),             \
		"Practitioner",                                                                                       \
		",\"identifier\":[{\"value\":\"12345\"}],\"name\":[{\"family\":\"Careful\"}]") "," ENTRY(UUID(n "5"), \
		"PractitionerRole",                                                                                   \
		",\"practitioner\":{\"reference\":\"" UUID(n "4") "\"}") "," ENTRY(UUID(n "6"),                       \
		"Appointment",                                                                                        \
		",\"identifier\":[{\"system\":\"http://hospital.example/appointments\",\"value\":"                    \
		"\"CASE-0001\"}],\"status\":\"booked\",\"participant\":[{\"actor\":{"                                 \
		"\"identifier\":{\"system\":\"http://hospital.example/mrn\",\"value\":"                               \
		"\"MRN-0001\"}},\"status\":\"accepted\"}]") "," ENTRY(UUID(n "7"), "Encounter",                       \
		",\"status\":\"planned\",\"class\":{\"code\":\"AMB\"},\"subject\":{\"reference\":"                    \
		"\"" UUID(n "3") "\"},\"appointment\":[{\"reference\":\"" UUID(n                                      \
			"6") "\"}],\"period\":{\"start\":\"2025-06-02T07:30:00-04:00\"}") "," ENTRY(UUID(n "8"),      \
		"Procedure",                                                                                          \
		",\"extension\":[{\"url\":\"" SD "ext-in-room\",\"valuePeriod\":{\"start\":"                          \
		"\"2025-06-02T08:05:00-04:00\",\"end\":\"2025-06-02T09:40:00-04:00\"}}],"                             \
		"\"status\":\"" act                                                                                   \
		"\",\"code\":{\"coding\":[{\"code\":\"W.CRD.ABL\",\"display\":"                                       \
		"\"Cardiac - Ablation\"}]},\"subject\":{\"reference\":\"" UUID(                                       \
			n "3") "\"},\"encounter\":{\"reference\":\"" UUID(n                                           \
			"7") "\"},\"performer\":[{\"actor\":{\"reference\":\"" UUID(n                                 \
			"5") "\"}}],\"location\":{\"identifier\":{\"system\":\"urn:facility\","                       \
			     "\"value\":"                                                                             \
			     "\"or-2\"}}" times) "," ENTRY(UUID(n "9"), "Observation",                                \
		",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":"                                            \
		"\"http://snomed.info/sct\",\"code\":\"302132005\"}]},\"valueCodeableConcept\":{"                     \
		"\"coding\":[{\"system\":\"urn:asa-physical-status\",\"code\":\"ASA II\"}]},"                         \
		"\"subject\":{\"reference\":\"" UUID(n "3") "\"}") "]}"
#define PERFORMED                                                                                  \
	",\"performedPeriod\":{\"start\":\"2025-06-02T08:20:00-04:00\",\"end\":"                   \
	"\"2025-06-02T09:25:00-04:00\"}"

static const char booked[] = MESSAGE("0", "booked", "preparation", "");
static const char performed[] = MESSAGE("1", "performed", "completed", PERFORMED);
static const char cancelled[] = MESSAGE("2", "cancelled", "not-done", "");

/* Everything the facts say of the case by now: later ones add to earlier. */
static struct fact_case fold(const struct world *w)
{
	struct fact_case all = {0};
	for (int i = 0; i < w->fact_count; i++) {
		const struct fact_case *c = &w->facts[i].surgery;
		if (w->facts[i].kind != FACT_CASE)
			continue;
		assert_string_equal(c->id, "CASE-0001");
		if (c->patient[0] != '\0')
			memcpy(all.patient, c->patient, ID_SIZE);
		if (c->room[0] != '\0')
			memcpy(all.room, c->room, ID_SIZE);
		if (c->surgeon[0] != '\0')
			memcpy(all.surgeon, c->surgeon, ID_SIZE);
		if (c->procedure[0] != '\0')
			memcpy(all.procedure, c->procedure, LABEL_SIZE);
		if (c->not_understood[0] != '\0')
			memcpy(all.not_understood, c->not_understood, LABEL_SIZE);
		all.start_ms = c->start_ms != 0 ? c->start_ms : all.start_ms;
		all.end_ms = c->end_ms != 0 ? c->end_ms : all.end_ms;
	}
	return all;
}

static void a_seris_message_is_a_case(void **state)
{
	struct world *w = *state;
	assert_int_equal(feed(w, booked), 0);
	struct fact_case c = fold(w);
	assert_string_equal(c.patient, "MRN-0001");
	assert_string_equal(c.room, "OR2");
	assert_string_equal(c.surgeon, "12345");
	assert_string_equal(c.procedure, "Cardiac - Ablation");
	assert_string_equal(c.not_understood, "test data");
	/* The Appointment has no times: the plan is the period in the room. */
	assert_int_equal(c.start_ms, fhir_time("2025-06-02T08:05:00-04:00"));
	assert_int_equal(c.end_ms, fhir_time("2025-06-02T09:40:00-04:00"));
	assert_int_equal(count(w, FACT_MILESTONE), 0); /* nothing has happened */
	assert_int_equal(last(w, FACT_STATUS)->status.status, CASE_PLANNED);
	assert_int_equal(last(w, FACT_PATIENT)->patient.asa, 2);
	assert_false(puzzled(w, "participant"));
	assert_false(puzzled(w, "MessageHeader"));
}

/* In the room 08:05 to 09:40, performed 08:20 to 09:25: not the same. */
static void a_later_seris_message_is_the_same_case(void **state)
{
	struct world *w = *state;
	make_map(w, (struct fhir_options){.site = &w->site, .performed_means = "incision"});
	feed(w, booked);
	feed(w, performed);
	fold(w);
	assert_int_equal(last(w, FACT_STATUS)->status.status, CASE_FULFILLED);
	static const struct {
		enum milestone milestone;
		const char *when;
	} rows[] = {
		{MILESTONE_IN_ROOM, "2025-06-02T08:05:00-04:00"},
		{MILESTONE_INCISION, "2025-06-02T08:20:00-04:00"},
		{MILESTONE_PROCEDURE_END, "2025-06-02T09:25:00-04:00"},
		{MILESTONE_OUT_ROOM, "2025-06-02T09:40:00-04:00"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct fact *fact = milestone(w, rows[i].milestone);
		assert_non_null(fact);
		assert_string_equal(fact->milestone.id, "CASE-0001");
		assert_int_equal(fact->milestone.when_ms, fhir_time(rows[i].when));
		assert_false(fact->milestone.at_most);
	}
}

static void a_cancelled_seris_case_takes_its_milestones_back(void **state)
{
	struct world *w = *state;
	feed(w, performed);
	feed(w, cancelled);
	assert_int_equal(last(w, FACT_STATUS)->status.status, CASE_CANCELLED);
	assert_true(milestone(w, MILESTONE_IN_ROOM)->milestone.withdrawn);
	feed(w, MESSAGE("3", "postponed?", "not-done", ""));
	assert_string_equal(
		last(w, FACT_CASE)->surgery.not_understood, "test data; unknown business status");
}

/* -- Chile --------------------------------------------------------------------- */

#define CL "https://interoperabilidad.minsal.cl/fhir/ig/quirurgico/"
#define AGENDA(id, service)                                                                        \
	"{\"resourceType\":\"Appointment\",\"id\":\"" id                                           \
	"\",\"status\":\"booked\",\"serviceType\":"                                                \
	"[{\"coding\":[{\"system\":\"" CL                                                          \
	"CodeSystem/CSTipoServicioAgendamiento\",\"code\":\"" service                              \
	"\"}]}],\"created\":\"2024-10-27T14:00:00-04:00\",\"start\":"                              \
	"\"2024-11-12T10:00:00-04:00\",\"end\":\"2024-11-12T11:00:00-04:00\",\"basedOn\":[{"       \
	"\"reference\":\"ServiceRequest/38a17703\"}],\"participant\":[{\"actor\":{\"reference\":"  \
	"\"Patient/cl1\",\"type\":\"Patient\"},\"status\":\"accepted\"},{\"actor\":{"              \
	"\"reference\":\"PractitionerRole/planner\",\"type\":\"PractitionerRole\"},\"status\":"    \
	"\"accepted\"}]}"

/* Interviews before surgery are Appointments of the same patient and order. */
static void tei_tells_the_theatre_from_the_interview(void **state)
{
	struct world *w = *state;
	feed(w, AGENDA("76adaeb4", "1"));
	assert_int_equal(w->fact_count, 0);
	feed(w, AGENDA("0708a908", "2"));
	const struct fact_case *c = &last(w, FACT_CASE)->surgery;
	assert_string_equal(c->id, "0708a908");
	assert_string_equal(c->patient, "cl1");
	assert_string_equal(c->room, "");    /* it has none */
	assert_string_equal(c->surgeon, ""); /* the role plans */
	assert_int_equal(c->start_ms, fhir_time("2024-11-12T10:00:00-04:00"));
	assert_string_equal(c->not_understood, "");
}

static void tei_hangs_all_on_the_order(void **state)
{
	struct world *w = *state;
	make_map(w, (struct fhir_options){.site = &w->site, .performed_means = "incision"});
	feed(w, "{\"resourceType\":\"Procedure\",\"id\":\"abfca780\",\"basedOn\":[{\"reference\":"
		"\"ServiceRequest/"
		"38a17703\"}],\"status\":\"completed\",\"code\":{\"coding\":[{\"system\":"
		"\"http://snomed.info/sct\",\"code\":\"39607008\"}],\"text\":\"Cirug\xC3\xAD"
		"a de hernia "
		"ventral\"},\"performedDateTime\":\"2024-12-02T10:00:00-04:00\",\"performer\":"
		"[{\"actor\":{\"reference\":\"PractitionerRole/"
		"atendedor\"}}],\"category\":{\"coding\":[{"
		"\"system\":\"" CL "CodeSystem/CSTipoCirugiaPropuesta\",\"code\":\"1\"}]}}");
	assert_int_equal(w->fact_count, 0); /* its case is not known yet */
	feed(w, AGENDA("0708a908", "2"));
	assert_int_equal(milestone(w, MILESTONE_INCISION)->milestone.when_ms,
		fhir_time("2024-12-02T10:00:00-04:00"));
	assert_null(milestone(w, MILESTONE_PROCEDURE_END)); /* one time, no duration */
	bool named = false, titled = false;
	for (int i = 0; i < w->fact_count; i++) {
		named = named || strcmp(w->facts[i].surgery.surgeon, "atendedor") == 0;
		titled = titled || strncmp(w->facts[i].surgery.procedure, "Cirug", 5) == 0;
	}
	assert_true(named);
	assert_true(titled);
}

/* CSTipoCirugiaPropuesta: 1 major elective, 2 major ambulatory, 3 minor. */
static void tei_orders_say_how_the_patient_stays(void **state)
{
	static const struct {
		const char *code;
		enum setting setting;
	} rows[] = {{"1", SETTING_INPATIENT}, {"2", SETTING_DAY}, {"3", SETTING_UNKNOWN}};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[500];
		make_map(w, (struct fhir_options){.site = &w->site});
		feed(w, AGENDA("0708a908", "2"));
		snprintf(text, sizeof text,
			"{\"resourceType\":\"ServiceRequest\",\"id\":\"38a17703\",\"status\":"
			"\"active\","
			"\"intent\":\"order\",\"priority\":\"routine\",\"category\":[{\"coding\":[{"
			"\"system\":\"" CL
			"CodeSystem/CSTipoCirugiaPropuesta\",\"code\":\"%s\"}]}]}",
			rows[i].code);
		feed(w, text);
		assert_int_equal(last(w, FACT_CASE)->surgery.setting, rows[i].setting);
	}
}

/* The settings may name the profile where the resources do not. */
static void a_profile_can_be_named(void **state)
{
	static const char bare[] =
		"{\"resourceType\":\"Appointment\",\"id\":\"n1\",\"status\":\"booked\"}";
	struct world *w = *state;
	feed(w, bare);
	assert_int_equal(w->fact_count, 0); /* nothing says that it is surgery */
	make_map(w, (struct fhir_options){.site = &w->site, .profile = "seris"});
	feed(w, bare);
	assert_int_equal(count(w, FACT_CASE), 1);
	make_map(w, (struct fhir_options){.site = &w->site, .profile = "base"});
	feed(w, AGENDA("0708a908", "2"));
	assert_int_equal(w->fact_count, 0); /* the textbook knows no such code */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(a_seris_message_is_a_case),
		WITH(a_later_seris_message_is_the_same_case),
		WITH(a_cancelled_seris_case_takes_its_milestones_back),
		WITH(tei_tells_the_theatre_from_the_interview),
		WITH(tei_hangs_all_on_the_order),
		WITH(tei_orders_say_how_the_patient_stays),
		WITH(a_profile_can_be_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
