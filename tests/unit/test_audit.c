/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who did what. Expected: the acts as they are told here; the shape of an AuditEvent
 * by hl7.org/fhir/R4/auditevent.html (required elements, bound codes), codes by DICOM
 * PS3.16 CID 400 and 401.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/audit.h"
#include "src/journal.h"

#define T0 INT64_C(1773651600000) /* 2026-03-16T09:00:00Z */

enum { ACTS = 16 };
static char path[64];
static struct journal *journal;
static uint64_t seq;
static struct audit_act acts[ACTS];
static int count;

static struct fact person(enum fact_kind kind, int minute)
{
	struct fact f = fact_make(kind, SOURCE_PERSON, T0 + minute * INT64_C(60000));
	strcpy(f.origin, "mc");
	strcpy(f.by.station, "desk-2");
	strcpy(f.by.from, "pts/3 10.1.2.3");
	f.by.role = PERSON_NURSE;
	return f;
}

static void append(struct fact f)
{
	f.seq = ++seq;
	journal_append(journal, &f);
}

static void programme(void)
{
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, T0);
	strcpy(f.surgery.id, "c-1");
	strcpy(f.surgery.patient, "p-1");
	f.surgery.start_ms = T0 + 3600000;
	f.surgery.end_ms = T0 + 7200000;
	f.surgery.status = CASE_PLANNED;
	append(f);
}

static void audit(const char *what, const char *subject, const char *reason, int minute)
{
	struct fact f = person(FACT_AUDIT, minute);
	strcpy(f.audit.what, what);
	strcpy(f.audit.subject, subject);
	strcpy(f.audit.reason, reason);
	append(f);
}

static void day(void)
{
	struct fact f;
	audit("session_begin", "mc", "role nurse by group vigie-nurse", 0);
	programme();
	f = person(FACT_STATUS, 5);
	strcpy(f.status.id, "c-1");
	f.status.status = CASE_NO_SHOW;
	append(f);
	f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, T0 + 6 * 60000);
	strcpy(f.condition.key, "broker");
	strcpy(f.condition.text, "the broker is gone");
	f.condition.active = true;
	f.condition.priority = PRIORITY_MEDIUM;
	append(f);
	f = person(FACT_ALARM, 7);
	strcpy(f.alarm.key, "technical:broker");
	f.alarm.act = ALARM_ACKNOWLEDGE;
	f.alarm.covers_ms = T0 + 6 * 60000;
	strcpy(f.by.reason, "known, the technician is there");
	append(f);
	f = person(FACT_NOTE, 8);
	strcpy(f.note.id, "n-1");
	strcpy(f.note.subject, "c-1");
	strcpy(f.note.text, "Mrs Martin waits in the corridor");
	append(f);
	audit("reveal", "p-1", "phone call of the ward", 9);
	audit("refused", "c-1", "resource: a nurse may not; coordinator, supervisor", 10);
	audit("break_glass", "mc", "cardiac arrest in OR 3", 11);
	f = fact_make(FACT_AUDIT, SOURCE_SYSTEM, T0 + 12 * 60000);
	strcpy(f.audit.what, "head");
	strcpy(f.audit.subject, "desk-1");
	append(f);
	audit("session_end", "mc", "", 13);
}

static void keep(void *context, const struct audit_act *act)
{
	(void)context;
	assert_true(count < ACTS);
	acts[count++] = *act;
}

static void rid(const char *file)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char name[96];
	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof name, "%s%s", file, ends[i]);
		unlink(name);
	}
}

static int begin(void **state)
{
	struct journal_calls calls = {NULL, NULL, NULL};
	struct error err;
	(void)state;
	setenv("TZ", "UTC", 1);
	strcpy(path, "/tmp/vigie-audit-XXXXXX");
	int fd = mkstemp(path);
	close(fd);
	unlink(path);
	seq = 0;
	count = 0;
	if (journal_open(&journal, path, NULL, calls, &err) != 0)
		return -1;
	day();
	journal_close(journal);
	return 0;
}

static int end(void **state)
{
	(void)state;
	rid(path);
	return 0;
}

static void read_all(int64_t from_ms, int64_t to_ms)
{
	struct error err = {""};
	count = 0;
	if (audit_read(path, from_ms, to_ms, keep, NULL, &err) != 0)
		fail_msg("%s", err.text);
}

static const struct audit_act *act(const char *what)
{
	for (int i = 0; i < count; i++)
		if (strcmp(acts[i].what, what) == 0)
			return &acts[i];
	fail_msg("no act is called %s", what);
	return NULL;
}

static void says(const struct audit_act *a, const char *line)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	audit_put(out, a);
	fclose(out);
	assert_string_equal(text, line);
	free(text);
}

static void one_line_an_act(void **state)
{
	(void)state;
	read_all(0, 0);
	assert_int_equal(count, 9); /* the programme and the condition are no acts */
	says(act("status"),
		"2026-03-16T09:05:00+00:00\tmc\tnurse\tpts/3\t10.1.2.3\tdesk-2\tstatus\t"
		"c-1\tp-1\tplanned -> no_show\t-\t3\n");
	says(act("acknowledge"),
		"2026-03-16T09:07:00+00:00\tmc\tnurse\tpts/3\t10.1.2.3\tdesk-2\tacknowledge\t"
		"technical:broker\t-\tB -> C\tknown, the technician is there\t5\n");
	says(act("reveal"),
		"2026-03-16T09:09:00+00:00\tmc\tnurse\tpts/3\t10.1.2.3\tdesk-2\treveal\t"
		"p-1\tp-1\t-\tphone call of the ward\t7\n");
	/* What vigie does itself has no author. */
	says(act("head"), "2026-03-16T09:12:00+00:00\t-\t-\t-\t-\t-\thead\tdesk-1\t-\t-\t-\t10\n");
}

/* What it was, and what it is. */
static void a_lock_is_on_record(void **state)
{
	struct journal_calls calls = {NULL, NULL, NULL};
	struct error err;
	struct fact f = person(FACT_LOCK, 15);
	(void)state;
	assert_int_equal(journal_open(&journal, path, NULL, calls, &err), 0);
	strcpy(f.lock.id, "c-1");
	f.lock.locked = true;
	append(f);
	journal_close(journal);
	read_all(T0 + 15 * 60000, 0);
	assert_int_equal(count, 1);
	says(act("lock_case"),
		"2026-03-16T09:15:00+00:00\tmc\tnurse\tpts/3\t10.1.2.3\tdesk-2\tlock_case\t"
		"c-1\tp-1\tmay be moved -> locked\t-\t12\n");
}

static void a_class_is_on_record(void **state)
{
	struct journal_calls calls = {NULL, NULL, NULL};
	struct error err;
	struct fact f = person(FACT_NEST, 15);
	(void)state;
	assert_int_equal(journal_open(&journal, path, NULL, calls, &err), 0);
	strcpy(f.nest.id, "c-1");
	f.nest.class = 2;
	append(f);
	journal_close(journal);
	read_all(T0 + 15 * 60000, 0);
	assert_int_equal(count, 1);
	says(act("nest"), "2026-03-16T09:15:00+00:00\tmc\tnurse\tpts/3\t10.1.2.3\tdesk-2\tnest\t"
			  "c-1\tp-1\tno class -> NEST 2\t-\t12\n");
}

static struct fact order(enum order_state state, int minute)
{
	struct fact f = person(FACT_ORDER, minute);
	if (state != ORDER_APPROVED) {
		f.source = SOURCE_SYSTEM;
		f.by.role = PERSON_NONE;
		f.by.from[0] = '\0';
		strcpy(f.origin, "vigie");
	}
	strcpy(f.order.plan, "0123456789abcdef");
	f.order.step = 0;
	f.order.steps = 1;
	f.order.state = state;
	strcpy(f.order.text, "place:case=c-1,room=or-5,at=2026-03-16T13:10Z");
	strcpy(f.order.before, "place:case=c-1,room=or-2,at=2026-03-16T10:00Z");
	strcpy(f.order.about, "Appointment/c-1");
	return f;
}

/* Who approved, what was sent, its version, and what was answered: each on record (IHE
 * asks for an AuditEvent of $book). */
static void orders_are_on_record(void **state)
{
	struct journal_calls calls = {NULL, NULL, NULL};
	struct error err;
	struct fact f;
	(void)state;
	assert_int_equal(journal_open(&journal, path, NULL, calls, &err), 0);
	append(order(ORDER_APPROVED, 20));
	f = order(ORDER_SENT, 21);
	strcpy(f.order.way, "fhir");
	append(f);
	f = order(ORDER_REFUSED, 22);
	strcpy(f.order.way, "fhir");
	strcpy(f.order.version, "W/\"3\"");
	strcpy(f.order.why, "somebody has changed it: 412");
	append(f);
	journal_close(journal);
	read_all(T0 + 20 * 60000, 0);
	assert_int_equal(count, 3);
	says(act("order approved"),
		"2026-03-16T09:20:00+00:00\tmc\tnurse\tpts/3\t10.1.2.3\tdesk-2\torder approved\t"
		"Appointment/c-1\tp-1\tplace:case=c-1,room=or-2,at=2026-03-16T10:00Z -> "
		"place:case=c-1,room=or-5,at=2026-03-16T13:10Z\t"
		"plan 0123456789abcdef step 1\t12\n");
	assert_string_equal(act("order refused")->after,
		"place:case=c-1,room=or-5,at=2026-03-16T13:10Z W/\"3\"");
	assert_string_equal(act("order refused")->reason,
		"plan 0123456789abcdef step 1 by fhir: somebody has changed it: 412");
	assert_false(act("order sent")->person);
	assert_int_equal(audit_code(act("order refused"))->outcome, '4');
	assert_int_equal(audit_code(act("order sent"))->outcome, '0');
}

static void a_part_of_the_day(void **state)
{
	(void)state;
	read_all(T0 + 7 * 60000, T0 + 9 * 60000);
	assert_int_equal(count, 3);
	/* How it stood before is of the whole journal, not of the part. */
	assert_string_equal(act("acknowledge")->before, "B");
}

/* A note may name somebody: only that there is one is told. */
static void no_free_text_of_notes(void **state)
{
	(void)state;
	read_all(0, 0);
	assert_string_equal(act("note")->before, "none");
	assert_string_equal(act("note")->after, "written");
	for (int i = 0; i < count; i++) {
		char *event = audit_event(&acts[i]);
		assert_null(strstr(event, "Martin"));
		free(event);
	}
}

/* ---- the shape of an AuditEvent ---- */

static const cJSON *need(const cJSON *o, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);
	if (item == NULL)
		fail_msg("%s is missing", key);
	return item;
}

static bool among(const char *code, const char *list)
{
	const char *at = strstr(list, code);
	return at != NULL && (at == list || at[-1] == ' ')
	       && (at[strlen(code)] == ' ' || at[strlen(code)] == '\0');
}

static void coded(const cJSON *coding, const char *list)
{
	const char *system = cJSON_GetStringValue(need(coding, "system"));
	const char *code = cJSON_GetStringValue(need(coding, "code"));
	assert_true(strstr(system, ":") != NULL);
	if (list != NULL && !among(code, list))
		fail_msg("code %s of %s is not bound", code, system);
}

static void check_entity(const cJSON *entity)
{
	const cJSON *detail;
	need(need(entity, "what"), "identifier");
	coded(need(entity, "type"), "1 2 3 4");
	coded(need(entity, "role"),
		"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24");
	cJSON_ArrayForEach(detail, cJSON_GetObjectItem(entity, "detail"))
	{
		assert_true(cJSON_IsString(need(detail, "type")));
		assert_true(cJSON_IsString(need(detail, "valueString"))); /* one of the choice */
	}
}

static void check_event(const cJSON *e)
{
	const cJSON *item;
	int requestors = 0;
	assert_string_equal(cJSON_GetStringValue(need(e, "resourceType")), "AuditEvent");
	coded(need(e, "type"), "110100 110101 110110 110113 110114");
	cJSON_ArrayForEach(item, need(e, "subtype")) coded(item, NULL);
	assert_true(among(cJSON_GetStringValue(need(e, "action")), "C R U D E"));
	assert_true(among(cJSON_GetStringValue(need(e, "outcome")), "0 4 8 12"));
	/* instant: with seconds and a zone */
	const char *recorded = cJSON_GetStringValue(need(e, "recorded"));
	assert_int_equal(strlen(recorded), strlen("2026-03-16T09:00:00+00:00"));
	assert_true(cJSON_GetArraySize(need(e, "agent")) >= 1);
	cJSON_ArrayForEach(item, need(e, "agent"))
	{
		assert_true(cJSON_IsBool(need(item, "requestor")));
		requestors += cJSON_IsTrue(need(item, "requestor"));
		const cJSON *network = cJSON_GetObjectItem(item, "network");
		if (network != NULL)
			assert_true(
				among(cJSON_GetStringValue(need(network, "type")), "1 2 3 4 5"));
	}
	assert_true(requestors <= 1);
	need(need(need(e, "source"), "observer"), "identifier");
	cJSON_ArrayForEach(item, need(need(e, "source"), "type")) coded(item, "1 2 3 4 5 6 7 8 9");
	cJSON_ArrayForEach(item, need(e, "entity")) check_entity(item);
}

/* FHIR knows no empty arrays, objects or texts. */
static void check_nothing_empty(const cJSON *o)
{
	const cJSON *item;
	assert_false((cJSON_IsArray(o) || cJSON_IsObject(o)) && cJSON_GetArraySize(o) == 0);
	if (cJSON_IsString(o))
		assert_true(o->valuestring[0] != '\0');
	cJSON_ArrayForEach(item, o) check_nothing_empty(item);
}

static void events_have_their_shape(void **state)
{
	(void)state;
	read_all(0, 0);
	for (int i = 0; i < count; i++) {
		char *text = audit_event(&acts[i]);
		cJSON *e = cJSON_Parse(text);
		assert_non_null(e);
		check_event(e);
		check_nothing_empty(e);
		cJSON_Delete(e);
		free(text);
	}
}

static void event_says(const char *what, const char *const *words)
{
	char *text = audit_event(act(what));
	for (; *words != NULL; words++)
		if (strstr(text, *words) == NULL)
			fail_msg("%s: no %s in %s", what, *words, text);
	free(text);
}

static void events_say_what_happened(void **state)
{
	(void)state;
	read_all(0, 0);
	event_says("session_begin", (const char *const[]){"110114", "110122", NULL});
	event_says("session_end", (const char *const[]){"110114", "110123", NULL});
	event_says("break_glass",
		(const char *const[]){"110113", "110127", "cardiac arrest in OR 3", NULL});
	event_says("refused",
		(const char *const[]){"110132", "\"outcome\":\"4\"", "\"outcomeDesc\":", NULL});
	event_says("reveal", (const char *const[]){"110110", "\"action\":\"R\"",
				     "\"purposeOfEvent\":[{\"text\":\"phone call of the ward\"}]",
				     "\"address\":\"10.1.2.3\",\"type\":\"2\"", NULL});
	event_says(
		"status", (const char *const[]){"110110", "{\"identifier\":{\"value\":\"p-1\"}}",
				  "{\"type\":\"before\",\"valueString\":\"planned\"}",
				  "{\"type\":\"after\",\"valueString\":\"no_show\"}",
				  "\"code\":\"nurse\"", "\"identifier\":{\"value\":\"mc\"}", NULL});
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {TEST(one_line_an_act), TEST(a_part_of_the_day),
		TEST(orders_are_on_record), TEST(a_lock_is_on_record), TEST(a_class_is_on_record),
		TEST(no_free_text_of_notes), TEST(events_have_their_shape),
		TEST(events_say_what_happened)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
