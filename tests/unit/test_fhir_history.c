/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went before, for the LACE index. Codes: Quan et al., Med. Care 2005, 43:
 * 1130, table 1; points: van Walraven et al., CMAJ 2010, 182: 551, as printed in
 * BMC Cardiovasc. Disord. 2014, 14: 97, table 1. The case is that of page.json:
 * patient p-1001, Monday 16 March 2026, 08:00 UTC.
 */
#include "tests/unit/fhir_world.h"

#include "feeds/fhir_known.h"
#include "twin/lace.h"

#define ICD "http://hl7.org/fhir/sid/icd-10"

static void condition(struct world *w, const char *id, const char *system, const char *code,
	const char *clinical, const char *verification)
{
	char text[1024];
	snprintf(text, sizeof text,
		"{\"resourceType\":\"Condition\",\"id\":\"%s\",\"clinicalStatus\":{\"coding\":[{"
		"\"code\":\"%s\"}]},\"verificationStatus\":{\"coding\":[{\"code\":\"%s\"}]},"
		"\"code\":{\"coding\":[{\"system\":\"%s\",\"code\":\"%s\"}]},"
		"\"subject\":{\"reference\":\"Patient/p-1001\"}}",
		id, clinical, verification, system, code);
	assert_int_equal(feed(w, text), 0);
}

static void has(struct world *w, const char *id, const char *code)
{
	condition(w, id, ICD, code, "active", "confirmed");
}

/* A visit of p-1001; `more` begins with a comma or is empty. */
static void visit(struct world *w, const char *id, const char *status, const char *class_,
	const char *start, const char *end, const char *more)
{
	char text[1024], until[64] = "";
	if (end[0] != '\0')
		snprintf(until, sizeof until, ",\"end\":\"%s\"", end);
	snprintf(text, sizeof text,
		"{\"resourceType\":\"Encounter\",\"id\":\"%s\",\"status\":\"%s\",\"class\":{"
		"\"code\":\"%s\"},\"subject\":{\"reference\":\"Patient/p-1001\"},"
		"\"period\":{\"start\":\"%s\"%s}%s}",
		id, status, class_, start, until, more);
	assert_int_equal(feed(w, text), 0);
}

#define OURS ",\"appointment\":[{\"reference\":\"Appointment/appt-or2-0900\"}]"

static const struct fact_history *history(const struct world *w)
{
	const struct fact *f = last(w, FACT_HISTORY);
	return f != NULL ? &f->history : NULL;
}

static void programme(struct world *w)
{
	make_map(w, (struct fhir_options){.site = &w->site});
	feed_file(w, "page.json");
}

static void diagnoses_become_points(void **state)
{
	static const struct {
		const char *codes[3];
		int points;
	} rows[] = {
		{{"I10"}, 0},
		{{"K25.0"}, 0}, /* ulcer and hemiplegia: in Charlson's index, not in LACE */
		{{"G81.9"}, 0},
		{{"I21.4"}, 1},
		{{"I25.2"}, 1},
		{{"I25.1"}, 0},
		{{"I70.2"}, 1},
		{{"I63.9"}, 1},
		{{"E11.9"}, 1},
		{{"E11.65"}, 1}, /* national sub-codes begin alike */
		{{"E11.2"}, 2},
		{{"I50.0"}, 2},
		{{"I42.4"}, 0},
		{{"I42.5"}, 2},
		{{"J44.9"}, 2},
		{{"K74.6"}, 2},
		{{"N18.2"}, 2},
		{{"N18.4"}, 4},
		{{"Z99.2"}, 4},
		{{"K72.9"}, 4},
		{{"C50.9"}, 2},
		{{"C44.1"}, 0}, /* skin, but for melanoma, is none of the group */
		{{"C91.0"}, 2},
		{{"C78.0"}, 6},
		{{"F03"}, 3},
		{{"M05.9"}, 3},
		{{"B20"}, 4},
		{{"e119"}, 1},
		{{"I21.4", "I25.2"}, 1}, /* one group counts once */
		{{"E11.9", "E11.2"}, 2}, /* the graver of two that are one */
		{{"C50.9", "C78.0"}, 6},
		{{"K74.6", "N18.4"}, 4},
		{{"I25.2", "I50.0", "J44.9"}, 5},
	};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		programme(w);
		assert_null(history(w));
		for (int k = 0; k < 3 && rows[i].codes[k] != NULL; k++)
			has(w, (const char *[]){"a", "b", "c"}[k], rows[i].codes[k]);
		if (history(w)->charlson != rows[i].points)
			fail_msg("%s: %d points", rows[i].codes[0], history(w)->charlson);
		assert_int_equal(w->puzzle_count, 0);
	}
}

static void only_what_is_so_counts(void **state)
{
	struct world *w = *state;
	programme(w);
	condition(w, "a", ICD, "I50.0", "resolved", "confirmed");
	assert_int_equal(history(w)->charlson, 0);
	condition(w, "b", ICD, "I21.4", "resolved", "confirmed"); /* "history of" */
	assert_int_equal(history(w)->charlson, 1);
	condition(w, "c", ICD, "C78.0", "active", "refuted");
	assert_int_equal(history(w)->charlson, 1);
	condition(w, "d", "http://snomed.info/sct", "84114007", "active", "confirmed");
	assert_int_equal(history(w)->charlson, 1);
	static const char *const systems[] = {"http://hl7.org/fhir/sid/icd-10-cm",
		"http://fhir.de/CodeSystem/bfarm/icd-10-gm", "urn:oid:2.16.840.1.113883.6.3",
		"https://smt.esante.gouv.fr/terminologie-cim-10"};
	for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
		condition(w, "e", systems[i], "J44.9", "active", "confirmed");
		assert_int_equal(history(w)->charlson, 3);
		/* Taken back: never was. */
		condition(w, "e", systems[i], "J44.9", "active", "entered-in-error");
		assert_int_equal(history(w)->charlson, 1);
	}
	feed(w, "{\"resourceType\":\"Condition\",\"id\":\"x\",\"subject\":{\"display\":\"?\"}}");
	assert_int_equal(w->puzzle_count, 1);
	/* Of the diagnoses themselves nothing is told. */
	for (int i = 0; i < w->fact_count; i++)
		assert_true(w->facts[i].kind != FACT_HISTORY
			    || strncmp(w->facts[i].origin, "Condition/", 10) == 0);
}

/* Admitted on Thursday 12 March at 09:00 from an emergency visit of that
 * morning; two more since September, one before it, one of another kind. */
static void a_stay_with_a_past(void **state)
{
	struct world *w = *state;
	programme(w);
	visit(w, "e1", "finished", "EMER", "2025-08-01T10:00:00Z", "2025-08-01T12:00:00Z", "");
	assert_int_equal(history(w)->ed_visits, 0); /* it reaches back far enough */
	visit(w, "e2", "finished", "EMER", "2025-09-20T10:00:00Z", "2025-09-20T12:00:00Z", "");
	visit(w, "e3", "finished", "EMER", "2026-02-20", "2026-02-20", "");
	visit(w, "e4", "finished", "AMB", "2026-02-21T10:00:00Z", "2026-02-21T11:00:00Z", "");
	assert_int_equal(history(w)->ed_visits, 2);
	assert_true(history(w)->admitted_ms == 0);
	assert_int_equal(history(w)->acute, -1);
	visit(w, "ours", "in-progress", "IMP", "2026-03-12T09:00:00Z", "", OURS);
	assert_true(history(w)->admitted_ms == fhir_time("2026-03-12T09:00:00Z"));
	assert_int_equal(history(w)->acute, -1);
	assert_int_equal(history(w)->ed_visits, 2);
	visit(w, "e5", "finished", "EMER", "2026-03-12T05:00:00Z", "2026-03-12T08:50:00Z", "");
	assert_int_equal(history(w)->acute, 1);
	assert_int_equal(history(w)->ed_visits, 2); /* not the one just before */
	has(w, "c1", "I25.2");
	has(w, "c2", "E11.9");
	/* Four days, acute, two points, two visits: 4 + 3 + 2 + 2. */
	const struct lace parts = {
		4, history(w)->acute, history(w)->charlson, history(w)->ed_visits};
	assert_int_equal(lace_index(&parts, NULL), 11);
	assert_int_equal(w->puzzle_count, 0);
	/* The same again says nothing; a visit that was none leaves the count. */
	int before = w->fact_count;
	visit(w, "e3", "finished", "EMER", "2026-02-20", "2026-02-20", "");
	assert_int_equal(w->fact_count, before);
	visit(w, "e3", "entered-in-error", "EMER", "2026-02-20", "2026-02-20", "");
	assert_int_equal(history(w)->ed_visits, 1);
}

static void how_one_was_admitted(void **state)
{
	static const struct {
		const char *class_, *more;
		int acute;
	} rows[] = {
		{"IMP", "", -1},
		{"ACUTE", "", -1}, /* a kind of care, not of admission */
		{"IMP", ",\"priority\":{\"coding\":[{\"code\":\"EM\"}]}", 1},
		{"IMP", ",\"priority\":{\"coding\":[{\"code\":\"EL\"}]}", 0},
		{"IMP", ",\"hospitalization\":{\"admitSource\":{\"coding\":[{\"code\":\"emd\"}]}}",
			1},
		{"IMP", ",\"classHistory\":[{\"class\":{\"code\":\"EMER\"}}]", 1},
		{"EMER", "", 1},
	};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char more[512];
		programme(w);
		snprintf(more, sizeof more, "%s%s", OURS, rows[i].more);
		visit(w, "ours", "in-progress", rows[i].class_, "2026-03-15T20:00:00Z", "", more);
		assert_true(history(w)->admitted_ms == fhir_time("2026-03-15T20:00:00Z"));
		if (history(w)->acute != rows[i].acute)
			fail_msg("%s%s: %d", rows[i].class_, rows[i].more, history(w)->acute);
	}
}

/* The operation's own visit may be part of the stay, or only fall into it; a
 * day case has none. */
static void finds_the_stay(void **state)
{
	struct world *w = *state;
	programme(w);
	visit(w, "ours", "in-progress", "AMB", "2026-03-16T06:00:00Z", "", OURS);
	assert_null(history(w));
	visit(w, "stay", "in-progress", "IMP", "2026-03-10T06:00:00Z", "", "");
	assert_true(history(w)->admitted_ms == fhir_time("2026-03-10T06:00:00Z"));
	visit(w, "old", "finished", "IMP", "2026-01-10T06:00:00Z", "2026-01-14T06:00:00Z", "");
	assert_true(history(w)->admitted_ms == fhir_time("2026-03-10T06:00:00Z"));
	programme(w);
	visit(w, "ours", "in-progress", "AMB", "2026-03-16T06:00:00Z", "",
		OURS ",\"partOf\":{\"reference\":\"Encounter/whole\"}");
	visit(w, "whole", "in-progress", "IMP", "2026-03-16T07:59:00Z", "", "");
	assert_true(history(w)->admitted_ms == fhir_time("2026-03-16T07:59:00Z"));
}

/* Nothing read is nothing there once all was asked for; and whatever comes first. */
static void asked_is_known(void **state)
{
	struct world *w = *state;
	int64_t from = fhir_time("2026-03-16T00:00:00Z"), to = from + 86400000;
	programme(w);
	visit(w, "ours", "in-progress", "IMP", "2026-03-15T20:00:00Z", "", OURS);
	assert_int_equal(history(w)->ed_visits, -1);
	fhir_known_asked(w->map, true, from, to, NOW);
	assert_int_equal(history(w)->ed_visits, 0);
	assert_int_equal(history(w)->charlson, -1);
	fhir_known_asked(w->map, false, from, to, NOW);
	assert_int_equal(history(w)->charlson, 0);
	int before = w->fact_count;
	fhir_known_asked(w->map, false, from, to, NOW);
	assert_int_equal(w->fact_count, before);
	make_map(w, (struct fhir_options){.site = &w->site});
	has(w, "c1", "I50.0");
	visit(w, "ours", "in-progress", "IMP", "2026-03-15T20:00:00Z", "", OURS);
	assert_null(history(w)); /* nobody of the programme yet */
	feed_file(w, "page.json");
	assert_int_equal(history(w)->charlson, 2);
	assert_true(history(w)->admitted_ms == fhir_time("2026-03-15T20:00:00Z"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(diagnoses_become_points, setup, teardown),
		cmocka_unit_test_setup_teardown(only_what_is_so_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stay_with_a_past, setup, teardown),
		cmocka_unit_test_setup_teardown(how_one_was_admitted, setup, teardown),
		cmocka_unit_test_setup_teardown(finds_the_stay, setup, teardown),
		cmocka_unit_test_setup_teardown(asked_is_known, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
