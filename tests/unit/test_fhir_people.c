/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fhir_world.h"

/* Patients, staff, and what is measured of them. */

static void gives_bracelets_and_names(void **state)
{
	struct world *w = *state;
	feed(w, "{\"resourceType\":\"Patient\",\"id\":\"p\",\"identifier\":[{\"system\":"
		"\"urn:example:bracelet\",\"value\":\"c3:00:00:7b:57:3c\"}],\"name\":[{\"use\":"
		"\"official\",\"family\":\"Ma\\u202Ertin\",\"given\":[\"Claire\",\"Ann\"]}]}");
	assert_string_equal(last(w, FACT_TAG)->tag.tag, "C300007B573C");
	assert_string_equal(last(w, FACT_TAG)->tag.patient, "p");
	assert_int_equal(w->name_count, 1);
	assert_string_equal(w->names[0], "p=Ma\xC2\xB7rtin, Claire Ann");
	feed(w, "{\"resourceType\":\"Patient\",\"id\":\"p\",\"identifier\":[]}");
	assert_string_equal(last(w, FACT_TAG)->tag.patient, ""); /* taken off */
	/* Roles borrow the name of their practitioner, whichever comes first. */
	feed(w, "{\"resourceType\":\"PractitionerRole\",\"id\":\"surg-07\",\"practitioner\":"
		"{\"reference\":\"Practitioner/pr-1\"}}");
	feed(w, "{\"resourceType\":\"Practitioner\",\"id\":\"pr-1\",\"name\":[{\"family\":\"Roux\"}"
		"]}");
	assert_string_equal(w->names[2], "surg-07=Roux");
}

#define WEARS(id, macs) "{\"resourceType\":\"Patient\",\"id\":\"" id "\",\"identifier\":[" macs "]}"
#define A               "{\"system\":\"urn:example:bracelet\",\"value\":\"C300007B0001\"}"
#define B               "{\"system\":\"urn:example:bracelet\",\"value\":\"C300007B0002\"}"
#define C               "{\"system\":\"urn:example:bracelet\",\"value\":\"C300007B0003\"}"

static void last_tag(struct world *w, const char *resource, const char *tag, const char *patient)
{
	w->fact_count = 0;
	feed(w, resource);
	const struct fact *fact = last(w, FACT_TAG);
	assert_int_equal(fact != NULL, tag != NULL);
	if (fact == NULL || tag == NULL)
		return;
	assert_string_equal(fact->tag.tag, tag);
	assert_string_equal(fact->tag.patient, patient);
}

/* Two on one patient, one on two: told as the hospital has it, and what one
 * patient's record drops is not taken from the next. */
static void tells_bracelets_as_they_stand(void **state)
{
	struct world *w = *state;
	last_tag(w, WEARS("p", A), "C300007B0001", "p");
	last_tag(w, WEARS("p", A "," B "," A "," C), "C300007B0002", "p");
	for (int i = 0; i < w->fact_count; i++) /* A was not taken back */
		assert_false(w->facts[i].kind == FACT_TAG && w->facts[i].tag.patient[0] == '\0');
	last_tag(w, WEARS("p", A), "C300007B0002", "");
	last_tag(w, WEARS("q", A), "C300007B0001", "q");
	last_tag(w, WEARS("p", B), "C300007B0002", "p");
	for (int i = 0; i < w->fact_count; i++) /* A is q's now */
		assert_false(w->facts[i].kind == FACT_TAG && w->facts[i].tag.patient[0] == '\0');
	last_tag(w, WEARS("p", A "," B), "C300007B0001", "p");
	last_tag(w, WEARS("p", B), "C300007B0001", "q");
	last_tag(w, WEARS("q", ""), "C300007B0001", "");
}
#undef A
#undef B
#undef C

static int asa_of(struct world *w, const char *value)
{
	char text[512];
	static int n;
	snprintf(text, sizeof text,
		"{\"resourceType\":\"Observation\",\"id\":\"o%d\",\"status\":"
		"\"final\",\"code\":{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":"
		"\"302132005\"}]},\"subject\":{\"reference\":\"Patient/p%d\"},%s}",
		n, n, value);
	n++;
	w->fact_count = 0;
	assert_int_equal(feed(w, text), 0);
	const struct fact *fact = last(w, FACT_PATIENT);
	return fact != NULL ? fact->patient.asa : -1;
}

/* fhir.md 7: three countries, three ways to write it. */
static void reads_asa_in_many_hands(void **state)
{
	struct world *w = *state;
	assert_int_equal(asa_of(w, "\"valueCodeableConcept\":{\"text\":\"ASA II\"}"), 2);
	assert_int_equal(
		asa_of(w, "\"valueCodeableConcept\":{\"coding\":[{\"code\":\"asaiv\"}]}"), 4);
	assert_int_equal(
		asa_of(w, "\"valueCodeableConcept\":{\"coding\":[{\"code\":\"asa-i\"}]}"), 1);
	assert_int_equal(asa_of(w, "\"valueCodeableConcept\":{\"text\":\"III-E\"}"), 3);
	assert_int_equal(asa_of(w, "\"valueString\":\"ASA 5 E\""), 5);
	assert_int_equal(asa_of(w, "\"valueInteger\":6"), 6);
	assert_int_equal(asa_of(w, "\"valueInteger\":7"), -1);
	assert_int_equal(asa_of(w, "\"valueString\":\"ASA VII\""), -1);
	assert_int_equal(asa_of(w, "\"valueCodeableConcept\":{\"coding\":[{\"system\":"
				   "\"http://snomed.info/sct\",\"code\":\"413500003\"}]}"),
		6);
	assert_int_equal(asa_of(w, "\"valueCodeableConcept\":{\"coding\":[{\"code\":\"ASA I\"},"
				   "{\"code\":\"ASA IV\"}]}"),
		-1);
	assert_true(puzzled(w, "contradict"));
}

static void bmi_from_weight_and_height(void **state)
{
	static const char pattern[] = "{\"resourceType\":\"Observation\",\"id\":\"%s\",\"status\":"
				      "\"final\",\"code\":{\"coding\":[{\"system\":\"http://"
				      "loinc.org\",\"code\":\"%s\"}]},"
				      "\"subject\":{\"reference\":\"Patient/"
				      "z\"},\"valueQuantity\":{\"value\":%s,\"code\":\"%s\"}}";
	struct world *w = *state;
	char text[512];
	snprintf(text, sizeof text, pattern, "w", "29463-7", "81", "kg");
	feed(w, text);
	assert_null(last(w, FACT_PATIENT));
	snprintf(text, sizeof text, pattern, "h", "8302-2", "180", "cm");
	feed(w, text);
	assert_true(fabs(last(w, FACT_PATIENT)->patient.bmi - 25.0) < 1e-9); /* 81 / 1.8² */
	snprintf(text, sizeof text, pattern, "b", "39156-5", "1e999", "kg/m2");
	feed(w, text);
	snprintf(text, sizeof text, pattern, "c", "39156-5", "30", "lb");
	feed(w, text);
	assert_true(puzzled(w, "outside what is possible"));
	assert_true(puzzled(w, "unit lb"));
	assert_int_equal(count(w, FACT_PATIENT), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(gives_bracelets_and_names),
		WITH(tells_bracelets_as_they_stand),
		WITH(reads_asa_in_many_hands),
		WITH(bmi_from_weight_and_height),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
