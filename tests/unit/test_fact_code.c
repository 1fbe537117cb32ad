/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's text form of facts. Expected texts are written by hand from
 * the rules in src/fact_code.c and the words of twin/fact.h.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/journal.h"

static struct fact bare(enum fact_kind kind)
{
	struct fact f;
	memset(&f, 0, sizeof f);
	f.kind = kind;
	f.source = SOURCE_FHIR;
	f.seq = 7;
	f.at_ms = 1773651600000;
	f.source_ms = 1773651599000;
	strcpy(f.origin, "Encounter/enc-1");
	return f;
}

/* Every field of every kind away from its missing value. */
static struct fact full(enum fact_kind kind)
{
	struct fact f = bare(kind);
	switch (kind) {
	case FACT_SITE:
		strcpy(f.site.hash, "ab12");
		break;
	case FACT_CASE:
		strcpy(f.surgery.id, "case-1");
		strcpy(f.surgery.patient, "p-1");
		strcpy(f.surgery.room, "or-1");
		strcpy(f.surgery.surgeon, "s-1");
		strcpy(f.surgery.anaesthetist, "a-1");
		strcpy(f.surgery.procedure, "Prothèse \"totale\" \\ hanche");
		strcpy(f.surgery.not_understood, "x");
		f.surgery.start_ms = 1;
		f.surgery.end_ms = 2;
		f.surgery.status = CASE_NO_SHOW;
		f.surgery.setting = SETTING_DAY;
		f.surgery.nest = 3;
		f.surgery.add_on = 1;
		break;
	case FACT_PATIENT:
		strcpy(f.patient.id, "p-1");
		f.patient.age_years = 71;
		f.patient.asa = 3;
		f.patient.bmi = 31.4;
		f.patient.sex = 'F';
		f.patient.mobility = MOBILITY_CHAIR;
		f.patient.setting = SETTING_EMERGENCY;
		break;
	case FACT_TAG:
		strcpy(f.tag.tag, "C300007B573C");
		strcpy(f.tag.patient, "p-1");
		break;
	case FACT_MILESTONE:
		strcpy(f.milestone.id, "case-1");
		f.milestone.milestone = MILESTONE_DISCHARGED;
		f.milestone.when_ms = 1773651500000;
		f.milestone.at_most = true;
		f.milestone.withdrawn = true;
		break;
	case FACT_READINESS:
		strcpy(f.readiness.id, "case-1");
		f.readiness.item = READY_BED;
		f.readiness.value = 1;
		break;
	case FACT_STATUS:
		strcpy(f.status.id, "case-1");
		f.status.status = CASE_FULFILLED;
		break;
	case FACT_PLACE:
		strcpy(f.place.patient, "p-1");
		strcpy(f.place.id, "case-1");
		strcpy(f.place.room, "pacu");
		strcpy(f.place.bed, "bay-3");
		f.place.start_ms = 3;
		f.place.end_ms = 4;
		break;
	case FACT_ROOM:
		strcpy(f.room.room, "or-1");
		f.room.service = SERVICE_ISOLATED;
		break;
	case FACT_LOCATED:
		strcpy(f.located.tag, "C300007B573C");
		f.located.state = LOCATED_ABSENT;
		strcpy(f.located.room, "or-1");
		strcpy(f.located.other, "or-2");
		f.located.confidence = 0.1 + 0.2;
		f.located.other_confidence = 1.0 / 3.0;
		break;
	case FACT_READING:
		strcpy(f.reading.tag, "C300007B573C");
		f.reading.quantity = QUANTITY_VIBRATION;
		f.reading.value = 25.44921875;
		break;
	case FACT_PRESS:
		strcpy(f.press.tag, "C300007B573C");
		strcpy(f.press.signature, "b10-call");
		strcpy(f.press.gateway, "AC233FC011F2");
		f.press.late = true;
		break;
	case FACT_GATEWAY:
		strcpy(f.gateway.gateway, "AC233FC011F2");
		f.gateway.silent = true;
		break;
	case FACT_CONDITION:
		strcpy(f.condition.key, "broker");
		f.condition.active = true;
		f.condition.priority = PRIORITY_HIGH;
		strcpy(f.condition.text, "no broker");
		break;
	case FACT_ALARM:
		strcpy(f.alarm.key, "press:C300007B573C");
		f.alarm.act = ALARM_SHELVE;
		f.alarm.covers_ms = 5;
		f.alarm.until_ms = 1773658800000;
		f.alarm.one_shot = true;
		f.alarm.seen = PRIORITY_HIGH;
		break;
	case FACT_ESTIMATE:
		strcpy(f.estimate.id, "case-1");
		f.estimate.left_min = 42.5;
		f.estimate.when_ms = 6;
		break;
	case FACT_RESOURCE:
		strcpy(f.resource.id, "porter");
		f.resource.units = 3;
		break;
	case FACT_LEARN:
		strcpy(f.learn.id, "case-1");
		f.learn.use = true;
		break;
	case FACT_INTAKE:
		strcpy(f.intake.id, "case-1");
		f.intake.intake = INTAKE_CLEAR;
		f.intake.when_ms = 1773640800000;
		break;
	case FACT_HISTORY:
		strcpy(f.history.id, "p-1");
		f.history.admitted_ms = 1773640800000;
		f.history.acute = 1;
		f.history.charlson = 4;
		f.history.ed_visits = 0;
		break;
	case FACT_FORETOLD:
		f.foretold.what = FORETOLD_PACU;
		strcpy(f.foretold.id, "pacu");
		f.foretold.about_ms = 1773658800000;
		f.foretold.chance = 0.25;
		f.foretold.low = 3;
		f.foretold.middle = 4.5;
		f.foretold.high = 6;
		break;
	case FACT_HAZARD:
		f.hazard.hazard = HAZARD_FIRST_LATE;
		strcpy(f.hazard.id, "case-1");
		f.hazard.active = true;
		f.hazard.chance = 0.71;
		f.hazard.about_ms = 1773658800000;
		f.hazard.reps = 2000;
		break;
	case FACT_IDEA:
		strcpy(f.idea.name, "two late");
		f.idea.step = 1;
		strcpy(f.idea.text, "overrun:case=c-102,min=60");
		break;
	case FACT_RAISE:
		strcpy(f.raise.key, "press:C300007B573C");
		f.raise.class_ = ALARM_CLASS_EMERGENCY_CALL;
		f.raise.priority = PRIORITY_HIGH;
		f.raise.raised_ms = 1773658800000;
		f.raise.again = true;
		f.raise.cleared_ms = 1773658800001;
		strcpy(f.raise.text, "patient calls");
		strcpy(f.raise.tag, "C300007B573C");
		strcpy(f.raise.room, "pacu-1");
		break;
	case FACT_NOTICE:
		strcpy(f.notice.key, "press:C300007B573C");
		f.notice.raised_ms = 1773658800000;
		f.notice.step = 2;
		f.notice.priority = PRIORITY_HIGH;
		f.notice.state = NOTICE_DEAD;
		strcpy(f.notice.target, "on-call");
		strcpy(f.notice.id, "0123456789abcdef");
		f.notice.tries = 5;
		break;
	case FACT_NOTE:
		strcpy(f.note.id, "or-desk-1-1773658800000");
		strcpy(f.note.subject, "case-1");
		strcpy(f.note.text, "the daughter waits in room 4");
		break;
	case FACT_STOCK:
		strcpy(f.stock.tag, "C30000510009");
		break;
	case FACT_NEST:
		strcpy(f.nest.id, "case-1");
		f.nest.class = 2;
		break;
	case FACT_LOCK:
		strcpy(f.lock.id, "case-1");
		f.lock.locked = true;
		break;
	case FACT_ORDER:
		strcpy(f.order.plan, "0123456789abcdef");
		f.order.step = 1;
		f.order.steps = 3;
		f.order.undo = true;
		f.order.state = ORDER_UNKNOWN;
		strcpy(f.order.text, "place:case=case-1,room=or-5,at=2026-03-16T13:10Z");
		strcpy(f.order.before, "place:case=case-1,room=or-2,at=2026-03-16T11:00Z");
		strcpy(f.order.way, "fhir");
		strcpy(f.order.about, "Appointment/a-12");
		strcpy(f.order.version, "W/\"3\"");
		strcpy(f.order.why, "no answer within 10 s");
		strcpy(f.order.theirs, "place:case=case-1,room=or-3,at=2026-03-16T14:40Z");
		break;
	case FACT_PROMISE:
		strcpy(f.promise.plan, "0123456789abcdef");
		f.promise.what = PROMISED_END;
		strcpy(f.promise.id, "case-1");
		f.promise.nothing = 412.5;
		f.promise.low = 280;
		f.promise.middle = 301.25;
		f.promise.high = -0.5;
		f.promise.due_ms = 1773687600000;
		break;
	case FACT_STATION:
		strcpy(f.station.station, "or-desk-2");
		f.station.away_ms = INT64_C(1757939400000);
		break;
	case FACT_AUDIT:
		strcpy(f.audit.what, "reveal");
		strcpy(f.audit.subject, "p-1");
		strcpy(f.audit.reason, "tab\there");
		break;
	case FACT_NONE:
	case FACT_KIND_COUNT:
		break;
	}
	return f;
}

/* The same, done by somebody. */
static struct fact full_and_signed(enum fact_kind kind)
{
	struct fact f = full(kind);
	strcpy(f.by.station, "or-desk-1");
	f.by.hlc_ms = 1773651600001;
	f.by.role = PERSON_NURSE;
	strcpy(f.by.from, "pts/3 10.1.2.3");
	strcpy(f.by.reason, "door left open");
	return f;
}

static void round_trip(const struct fact *f)
{
	struct fact back;
	char *text = fact_encode(f);
	assert_non_null(text);
	assert_int_equal(fact_decode(&back, text), 0);
	assert_memory_equal(f, &back, sizeof back);
	char *again = fact_encode(&back);
	assert_string_equal(text, again);
	free(text);
	free(again);
}

static void every_field_comes_back(void **state)
{
	(void)state;
	for (int kind = FACT_NONE + 1; kind < FACT_KIND_COUNT; kind++) {
		struct fact f = full_and_signed((enum fact_kind)kind);
		round_trip(&f);
	}
}

/* As the feeds make them: nothing known but the kind. */
static void missing_stays_missing(void **state)
{
	(void)state;
	for (int kind = FACT_NONE + 1; kind < FACT_KIND_COUNT; kind++) {
		struct fact f = fact_make((enum fact_kind)kind, SOURCE_RADIO, 1000), back;
		f.seq = 1;
		char *text = fact_encode(&f);
		assert_int_equal(fact_decode(&back, text), 0);
		char *again = fact_encode(&back);
		assert_string_equal(text, again);
		if (kind == FACT_CASE) {
			assert_int_equal(back.surgery.nest, FACT_UNKNOWN);
			assert_int_equal(back.surgery.add_on, FACT_UNKNOWN);
			assert_null(strstr(text, "nest"));
		}
		if (kind == FACT_PATIENT)
			assert_true(back.patient.bmi < 0 && back.patient.age_years == -1
				    && strstr(text, "bmi") == NULL);
		free(text);
		free(again);
	}
}

static void texts_by_hand(void **state)
{
	(void)state;
	struct fact m = full(FACT_MILESTONE), r = full(FACT_READING), a = full(FACT_AUDIT);
	char *text = fact_encode(&m);
	assert_string_equal(text,
		"{\"fact\":\"milestone\",\"source\":\"fhir\",\"seq\":7,\"at_ms\":1773651600000,"
		"\"source_ms\":1773651599000,\"origin\":\"Encounter/enc-1\",\"id\":\"case-1\","
		"\"milestone\":\"discharged\",\"when_ms\":1773651500000,\"at_most\":true,"
		"\"withdrawn\":true}");
	free(text);
	r.reading.quantity = QUANTITY_TEMPERATURE;
	text = fact_encode(&r);
	assert_non_null(strstr(text, "\"quantity\":\"temperature\",\"value\":25.44921875}"));
	free(text);
	text = fact_encode(&a);
	assert_non_null(strstr(text, "\"reason\":\"tab\\u0009here\"}"));
	free(text);
}

/* 0.1, 1/3, the smallest and the largest double, 2^53+1 of a time. */
static void numbers_keep_every_bit(void **state)
{
	(void)state;
	const double values[] = {0.1, 1.0 / 3.0, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0,
		1e21, 123456789.125, -40};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct fact f = full(FACT_READING);
		f.reading.value = values[i];
		round_trip(&f);
	}
	struct fact odd = full(FACT_READING), back;
	odd.reading.value = INFINITY;
	round_trip(&odd);
	odd.reading.value = NAN;
	char *text = fact_encode(&odd);
	assert_int_equal(fact_decode(&back, text), 0);
	assert_true(isnan(back.reading.value));
	free(text);
	const int64_t times[] = {
		INT64_C(9007199254740991), INT64_C(9007199254740993), INT64_MAX, INT64_MIN, -1};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct fact f = full(FACT_PLACE);
		f.place.end_ms = times[i];
		round_trip(&f);
	}
}

/* Each of these rows is refused as a whole; none crashes. */
static void bad_rows_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "{", "[]", "null", "7", "{}",
		"{\"fact\":\"milestone\"}", "{\"fact\":\"no_such\",\"source\":\"fhir\"}",
		"{\"fact\":\"audit\",\"source\":\"nobody\"}",
		"{\"Fact\":\"audit\",\"source\":\"fhir\"}",
		"{\"fact\":\"audit\",\"source\":\"fhir\",\"seq\":-1}",
		"{\"fact\":\"audit\",\"source\":\"fhir\",\"seq\":1.5}",
		"{\"fact\":\"audit\",\"source\":\"fhir\",\"seq\":1e300}",
		"{\"fact\":\"audit\",\"source\":\"fhir\",\"at_ms\":\"12x\"}",
		"{\"fact\":\"audit\",\"source\":\"fhir\",\"at_ms\":\"99999999999999999999\"}",
		"{\"fact\":\"audit\",\"source\":\"fhir\",\"what\":7}",
		"{\"fact\":\"audit\",\"source\":\"fhir\"} trailing",
		"{\"fact\":\"tag\",\"source\":\"fhir\",\"tag\":\"C300007B573C0\"}",
		"{\"fact\":\"milestone\",\"source\":\"fhir\",\"id\":\"c\"}",
		"{\"fact\":\"milestone\",\"source\":\"fhir\",\"milestone\":\"in_orbit\"}",
		"{\"fact\":\"milestone\",\"source\":\"fhir\",\"milestone\":\"in_room\",\"at_most\":"
		"1}",
		"{\"fact\":\"reading\",\"source\":\"radio\",\"quantity\":\"temperature\","
		"\"value\":\"warm\"}",
		"{\"fact\":\"reading\",\"source\":\"radio\",\"quantity\":\"temperature\",\"value\":"
		"1e999}",
		"{\"fact\":\"reading\",\"source\":\"radio\",\"quantity\":\"temperature\"}",
		"{\"fact\":\"case\",\"source\":\"fhir\",\"status\":\"planned\",\"setting\":\"day\","
		"\"nest\":3000000000}"};
	struct fact f;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (fact_decode(&f, bad[i]) != -EINVAL)
			fail_msg("accepted: %s", bad[i]);
}

/* A text that fills its field to the last byte, and bytes that JSON escapes. */
static void full_and_odd_texts(void **state)
{
	(void)state;
	struct fact f = full(FACT_CASE);
	memset(f.surgery.id, 'x', ID_SIZE - 1);
	memset(f.surgery.procedure, '"', LABEL_SIZE - 1);
	memset(f.surgery.not_understood, '\x01', LABEL_SIZE - 1);
	round_trip(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_comes_back),
		cmocka_unit_test(missing_stays_missing),
		cmocka_unit_test(texts_by_hand),
		cmocka_unit_test(numbers_keep_every_bit),
		cmocka_unit_test(bad_rows_are_refused),
		cmocka_unit_test(full_and_odd_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
