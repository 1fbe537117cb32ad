/* SPDX-License-Identifier: Apache-2.0 */
/* What may stand under a station's name and what may not: vigie-cluster(7). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/share_wire.h"
#include "twin/surgery.h"
#include "twin/text.h"

static const int64_t NOW = 1773651600000; /* 2026-03-16T09:00:00Z */

static struct fact ack(void)
{
	struct fact f = fact_make(FACT_ALARM, SOURCE_PERSON, 0);
	text_copy(f.origin, sizeof f.origin, "anna");
	text_copy(f.by.station, sizeof f.by.station, "or-desk-1");
	f.by.hlc_ms = NOW - 1000;
	f.by.role = PERSON_NURSE;
	f.source_ms = NOW - 1000;
	text_copy(f.alarm.key, sizeof f.alarm.key, "press:C300007B573C");
	f.alarm.act = ALARM_ACKNOWLEDGE;
	f.alarm.covers_ms = NOW - 2000;
	return f;
}

static struct share_topic topic_of(const struct fact *f)
{
	char suffix[SHARE_SUFFIX_SIZE], text[SHARE_TOPIC_SIZE];
	struct share_topic t;
	assert_true(share_suffix(f, suffix));
	share_topic_make(text, "vigie", f->by.station, f->by.station, suffix);
	assert_true(share_topic_parse(&t, "vigie", text));
	return t;
}

static enum share_refusal read_bytes(const struct share_topic *t, const void *bytes, size_t len)
{
	struct fact f;
	char what[LABEL_SIZE] = "";
	enum share_refusal why = share_decode(&f, t, bytes, len, NOW, what);
	assert_int_equal(why == SHARE_REFUSAL_COUNT, what[0] == '\0');
	return why;
}

/* Through the wire as it stands, under its own topic. */
static enum share_refusal send(const struct fact *f)
{
	struct share_topic t = topic_of(f);
	char *text = share_encode(f);
	enum share_refusal why = read_bytes(&t, text, strlen(text));
	free(text);
	return why;
}

/* The good acknowledgement with one piece of its text replaced. */
static enum share_refusal with(const char *was, const char *is)
{
	struct fact f = ack();
	struct share_topic t = topic_of(&f);
	char *text = share_encode(&f), *at = strstr(text, was);
	char out[12000];
	assert_non_null(at);
	snprintf(out, sizeof out, "%.*s%s%s", (int)(at - text), text, is, at + strlen(was));
	free(text);
	return read_bytes(&t, out, strlen(out));
}

static void test_the_envelope_as_documented(void **state)
{
	struct fact f = ack();
	char *text = share_encode(&f);
	(void)state;
	assert_string_equal(text,
		"{\"vigie\":1,\"station\":\"or-desk-1\",\"hlc\":1773651599000,\"by\":\"anna\","
		"\"role\":\"nurse\",\"fact\":{\"fact\":\"alarm\",\"source\":\"person\",\"seq\":0,"
		"\"at_ms\":0,\"source_ms\":1773651599000,\"origin\":\"anna\","
		"\"by_station\":\"or-desk-1\",\"by_hlc_ms\":1773651599000,\"by_role\":\"nurse\","
		"\"key\":\"press:C300007B573C\",\"act\":\"acknowledge\","
		"\"covers_ms\":1773651598000}}");
	free(text);
}

static void test_good_ones_come_back(void **state)
{
	struct fact f = ack(), back;
	char what[LABEL_SIZE] = "";
	(void)state;
	assert_int_equal(send(&f), SHARE_REFUSAL_COUNT);
	struct share_topic t = topic_of(&f);
	char *text = share_encode(&f);
	assert_int_equal(
		share_decode(&back, &t, text, strlen(text), NOW, what), SHARE_REFUSAL_COUNT);
	assert_memory_equal(&back, &f, sizeof f);
	free(text);
	f.kind = FACT_RAISE;
	f.source = SOURCE_SYSTEM;
	memset(&f.raise, 0, sizeof f.raise);
	text_copy(f.raise.key, sizeof f.raise.key, "press:C300007B573C");
	f.raise.raised_ms = NOW - 5;
	assert_int_equal(send(&f), SHARE_REFUSAL_COUNT);
	f = fact_make(FACT_NOTE, SOURCE_PERSON, 0);
	f.by = ack().by;
	text_copy(f.note.id, sizeof f.note.id, "or-desk-1-1");
	text_copy(f.note.text, sizeof f.note.text, "she said \"später\" \\ 14:30");
	assert_int_equal(send(&f), SHARE_REFUSAL_COUNT);
}

static void test_each_act_has_its_register(void **state)
{
	static const char *const registers[ALARM_ACT_COUNT] = {
		"ack", "reset", "owner", "owner", "shelf", "shelf", "unack", "service", "return"};
	struct fact f = ack();
	char suffix[SHARE_SUFFIX_SIZE], token[TOKEN_SIZE], expected[SHARE_SUFFIX_SIZE];
	(void)state;
	field_token("press:C300007B573C", token);
	for (int a = 0; a < ALARM_ACT_COUNT; a++) {
		f.alarm.act = (enum alarm_act)a;
		assert_true(share_suffix(&f, suffix));
		snprintf(expected, sizeof expected, "alarm/%s/%s", token, registers[a]);
		assert_string_equal(suffix, expected);
	}
	f.kind = FACT_READING;
	assert_false(share_suffix(&f, suffix));
}

static void test_topics(void **state)
{
	static const struct {
		const char *topic;
		int kind; /* -1: none */
	} cases[] = {
		{"vigie/or-1/share/here", SHARED_HERE},
		{"vigie/or-1/share/index", SHARED_INDEX},
		{"vigie/or-1/share/seen", SHARED_SEEN},
		{"vigie/or-1/share/ask", SHARED_ASK},
		{"vigie/or-1/share/head", SHARED_HEAD},
		{"vigie/or-1/share/fact/0123456789abcdef", SHARED_FACT},
		{"vigie/or-1/share/alarm/0123456789abcdef/ack", SHARED_ALARM},
		{"vigie/or-1/share/alarm/0123456789abcdef/raise", SHARED_ALARM},
		{"vigie/or-1/share/via/or-2/fact/0123456789abcdef", SHARED_FACT},
		{"vigie/or-1/share/via/or-2/here", -1},
		{"vigie/or-1/share/via/or-2", -1},
		{"vigie/or-1/share/alarm/0123456789abcdef", -1},
		{"vigie/or-1/share/alarm/0123456789abcdef/silence", -1},
		{"vigie/or-1/share/alarm/0123456789abcdef/ack/", -1},
		{"vigie/or-1/share/alarm/0123456789abcdef/ack/x", -1},
		{"vigie/or-1/share/alarm/0123456789ABCDEF/ack", -1},
		{"vigie/or-1/share/fact/0123", -1},
		{"vigie/or-1/share/fact/0123456789abcdef/x", -1},
		{"vigie/or-1/share/fact/+", -1},
		{"vigie/+/share/here", -1},
		{"vigie/or#1/share/here", -1},
		{"vigie/or.1/share/here", -1},
		{"vigie/or 1/share/here", -1},
		{"vigie/or\x1b[31m/share/here", -1},
		{"vigie//share/here", -1},
		{"vigie/or-1/shared/here", -1},
		{"vigie/or-1/share/", -1},
		{"vigie/or-1/share", -1},
		{"vigie/or-1/heartbeat", -1},
		{"vigies/or-1/share/here", -1},
		{"vigie", -1},
		{"/vigie/or-1/share/here", -1},
		{"vigie/0123456789012345678901234567890123456789012345678901234567890123456/share/"
		 "here",
			-1},
	};
	struct share_topic t;
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool good = share_topic_parse(&t, "vigie", cases[i].topic);
		assert_int_equal(good, cases[i].kind >= 0);
		if (good)
			assert_int_equal(t.kind, cases[i].kind);
	}
	assert_true(share_topic_parse(&t, "vigie", cases[8].topic));
	assert_string_equal(t.station, "or-1");
	assert_string_equal(t.author, "or-2");
	assert_string_equal(t.suffix, "fact/0123456789abcdef");
	assert_true(share_topic_parse(&t, "suite_b", "suite_b/or-1/share/here"));
}

static void test_shapes_that_are_refused(void **state)
{
	char *big = malloc(2000001);
	struct fact f = ack();
	struct share_topic t = topic_of(&f);
	(void)state;
	assert_int_equal(with("\"vigie\":1", "\"vigie\":1"), SHARE_REFUSAL_COUNT);
	assert_int_equal(with("\"vigie\":1", "\"vigie\":2"), SHARE_REFUSED_SHAPE);
	assert_int_equal(with("\"vigie\":1,", ""), SHARE_REFUSED_SHAPE);
	assert_int_equal(with("}}", "}"), SHARE_REFUSED_SHAPE);
	assert_int_equal(with("}}", "}} "), SHARE_REFUSED_SHAPE);
	assert_int_equal(with("}}", "}}{}"), SHARE_REFUSED_SHAPE);
	/* RFC 8259, 4: names should be unique; of two, parsers take either. */
	assert_int_equal(with("\"hlc\":", "\"hlc\":1,\"hlc\":"), SHARE_REFUSED_SHAPE);
	assert_int_equal(
		with("\"covers_ms\":", "\"covers_ms\":1,\"covers_ms\":"), SHARE_REFUSED_SHAPE);
	assert_int_equal(with("anna", "an\\u0000na"), SHARE_REFUSED_SHAPE);
	assert_int_equal(with("\"by\":\"anna\"", "\"by\":\"an\nna\""), SHARE_REFUSED_SHAPE);
	assert_int_equal(with("\"by\":\"anna\"", "\"by\":[[[[[1]]]]]"), SHARE_REFUSED_SHAPE);
	assert_int_equal(read_bytes(&t, "", 0), SHARE_REFUSED_SHAPE);
	assert_int_equal(read_bytes(&t, "[]", 2), SHARE_REFUSED_SHAPE);
	assert_int_equal(read_bytes(&t, "{\"vigie\":1}\0", 12), SHARE_REFUSED_SHAPE);
	memset(big, '[', 2000000);
	assert_int_equal(read_bytes(&t, big, 2000000), SHARE_REFUSED_SIZE);
	assert_int_equal(read_bytes(&t, big, 8192), SHARE_REFUSED_SHAPE);
	free(big);
}

static void test_names_that_do_not_match(void **state)
{
	struct fact f = ack();
	struct share_topic t = topic_of(&f);
	(void)state;
	assert_int_equal(with("\"station\":\"or-desk-1\"", "\"station\":\"or-desk-2\""),
		SHARE_REFUSED_STATION);
	assert_int_equal(with("\"by_station\":\"or-desk-1\"", "\"by_station\":\"or-desk-2\""),
		SHARE_REFUSED_STATION);
	assert_int_equal(with("\"by_station\":\"or-desk-1\",", ""), SHARE_REFUSED_STATION);
	assert_int_equal(with("\"by\":\"anna\"", "\"by\":\"eve\""), SHARE_REFUSED_SHAPE);
	assert_int_equal(
		with("\"hlc\":1773651599000", "\"hlc\":1773651599001"), SHARE_REFUSED_SHAPE);
	assert_int_equal(
		with("\"role\":\"nurse\"", "\"role\":\"supervisor\""), SHARE_REFUSED_SHAPE);
	assert_int_equal(with("C300007B573C", "C300007B573D"), SHARE_REFUSED_TOPIC);
	assert_int_equal(with("acknowledge", "reset"), SHARE_REFUSED_TOPIC);
	text_copy(t.station, ID_SIZE, "pacu-1"); /* hearsay: another may tell, not invent */
	char *text = share_encode(&f);
	assert_int_equal(read_bytes(&t, text, strlen(text)), SHARE_REFUSAL_COUNT);
	text_copy(t.author, ID_SIZE, "pacu-1");
	assert_int_equal(read_bytes(&t, text, strlen(text)), SHARE_REFUSED_STATION);
	free(text);
}

static void test_clocks_ahead(void **state)
{
	struct fact f = ack();
	(void)state;
	f.by.hlc_ms = NOW + 15000; /* beyond it the twin would not fold it */
	assert_int_equal(send(&f), SHARE_REFUSAL_COUNT);
	f.by.hlc_ms = NOW + 15001;
	assert_int_equal(send(&f), SHARE_REFUSED_FUTURE);
	f = fact_make(FACT_RESOURCE, SOURCE_PERSON, 0);
	f.by = ack().by;
	text_copy(f.resource.id, ID_SIZE, "porter");
	f.by.hlc_ms = NOW + 60000;
	assert_int_equal(send(&f), SHARE_REFUSAL_COUNT);
	f.by.hlc_ms = NOW + 60001;
	assert_int_equal(send(&f), SHARE_REFUSED_FUTURE);
	f = ack();
	f.alarm.covers_ms = NOW + 15000;
	assert_int_equal(send(&f), SHARE_REFUSAL_COUNT);
	f.alarm.covers_ms = NOW + 15001; /* it would cover what nobody has seen */
	assert_int_equal(send(&f), SHARE_REFUSED_FUTURE);
	f = ack();
	f.alarm.act = ALARM_SHELVE;
	f.alarm.until_ms = NOW + INT64_C(9) * 3600000; /* a shelf is 8 h at most */
	assert_int_equal(send(&f), SHARE_REFUSED_FUTURE);
}

static void test_values_out_of_range(void **state)
{
	struct fact f = ack();
	(void)state;
	f.source = SOURCE_SYSTEM; /* no person has done it */
	assert_int_equal(send(&f), SHARE_REFUSED_FACT);
	assert_int_equal(
		with("\"act\":\"acknowledge\"", "\"act\":\"silence\""), SHARE_REFUSED_FACT);
	assert_int_equal(
		with("\"covers_ms\":1773651598000", "\"covers_ms\":1e999"), SHARE_REFUSED_FACT);
	assert_int_equal(
		with("\"covers_ms\":1773651598000", "\"covers_ms\":-5"), SHARE_REFUSED_FACT);
	assert_int_equal(with("\"fact\":\"alarm\"", "\"fact\":\"audit\""), SHARE_REFUSED_FACT);
	f = fact_make(FACT_RESOURCE, SOURCE_PERSON, 0);
	f.by = ack().by;
	text_copy(f.resource.id, ID_SIZE, "porter");
	f.resource.units = 1001;
	assert_int_equal(send(&f), SHARE_REFUSED_FACT);
	f = fact_make(FACT_ESTIMATE, SOURCE_PERSON, 0);
	f.by = ack().by;
	text_copy(f.estimate.id, ID_SIZE, "c-1");
	f.estimate.left_min = 0.0 / 0.0;
	assert_int_equal(send(&f), SHARE_REFUSED_FACT);
}

/* An emergency is the one thing a person says of a case; nobody moves the hospital's
 * cases, or names a room, this way. */
static void test_an_emergency(void **state)
{
	struct fact good = fact_make(FACT_CASE, SOURCE_PERSON, 0), f;
	(void)state;
	good.by = ack().by;
	text_copy(good.surgery.id, ID_SIZE, EMERGENCY_ID "1a2b3c4d");
	good.surgery.nest = 2;
	good.surgery.add_on = 1;
	good.surgery.status = CASE_REQUESTED;
	good.surgery.start_ms = NOW;
	good.surgery.end_ms = NOW + 90 * 60000;
	assert_int_equal(send(&good), SHARE_REFUSAL_COUNT);
	f = good;
	text_copy(f.surgery.id, ID_SIZE, "appt-or2-0900");
	assert_int_equal(send(&f), SHARE_REFUSED_FACT);
	f = good;
	text_copy(f.surgery.room, ID_SIZE, "or-2");
	assert_int_equal(send(&f), SHARE_REFUSED_FACT);
	f = good;
	f.surgery.nest = 7;
	assert_int_equal(send(&f), SHARE_REFUSED_FACT);
	f = good;
	f.surgery.end_ms = f.surgery.start_ms + 25 * 3600000;
	assert_int_equal(send(&f), SHARE_REFUSED_FACT);
	f = good;
	f.surgery.start_ms = NOW + 24 * 3600000;
	f.surgery.end_ms = f.surgery.start_ms + 1;
	assert_int_equal(send(&f), SHARE_REFUSED_FUTURE);
}

/* Escapes to the terminal, bidi overrides: shown to nobody. */
static void test_texts_are_neutralised(void **state)
{
	struct fact f = fact_make(FACT_NOTE, SOURCE_PERSON, 0), back;
	char what[LABEL_SIZE] = "";
	(void)state;
	f.by = ack().by;
	text_copy(f.note.id, sizeof f.note.id, "or-desk-1-1");
	text_copy(f.note.text, sizeof f.note.text, "a\x1b]52;c;x\x07 \xE2\x80\xAE b");
	struct share_topic t = topic_of(&f);
	char *text = share_encode(&f);
	assert_int_equal(
		share_decode(&back, &t, text, strlen(text), NOW, what), SHARE_REFUSAL_COUNT);
	assert_string_equal(back.note.text, "a]52;c;x · b");
	free(text);
	text_copy(f.note.id, sizeof f.note.id, "or-\x1b[1"); /* an id is not mended */
	t = topic_of(&f);
	text = share_encode(&f);
	assert_int_equal(
		share_decode(&back, &t, text, strlen(text), NOW, what), SHARE_REFUSED_TOPIC);
	free(text);
}

static void test_what_stations_say_of_themselves(void **state)
{
	struct share_here here = {.now_ms = NOW,
				  .user = "anna \"the\" nurse",
				  .role = PERSON_NURSE,
				  .escalates = true,
				  .rank = 2,
				  .journal_ok = true,
				  .feeds_down = 1,
				  .counted = true,
				  .index = {7, UINT64_C(0xfedcba9876543210)}},
			  heard;
	struct share_seen seen = {.station = "or-2", .hlc_ms = {NOW, NOW + 1}, .count = 2}, told;
	char whom[ID_SIZE], head[LABEL_SIZE];
	(void)state;
	char *text = share_encode_here("or-1", &here);
	assert_true(share_decode_here(&heard, text, strlen(text)));
	assert_int_equal(heard.now_ms, here.now_ms);
	assert_string_equal(heard.user, here.user);
	assert_int_equal(heard.rank, 2);
	assert_true(heard.escalates && !heard.on_duty && heard.journal_ok && heard.counted);
	assert_true(heard.index.sum == here.index.sum && heard.index.count == 7);
	free(text);
	here = (struct share_here){.gone = true};
	text = share_encode_here("or-1", &here);
	assert_true(share_decode_here(&heard, text, strlen(text)) && heard.gone);
	free(text);
	text = share_encode_seen("or-1", &seen);
	assert_true(share_decode_seen(&told, text, strlen(text)));
	assert_int_equal(told.count, 2);
	assert_int_equal(told.hlc_ms[1], NOW + 1);
	free(text);
	text = share_encode_ask("or-1", "or-2");
	assert_true(share_decode_ask(whom, text, strlen(text)));
	assert_string_equal(whom, "or-2");
	free(text);
	text = share_encode_head(
		"or-1", 12, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	assert_true(share_decode_head(head, text, strlen(text)));
	assert_string_equal(
		head, "12:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	free(text);
	assert_false(share_decode_head(head, "{\"vigie\":1,\"seq\":1,\"head\":\"x\"}", 30));
	assert_false(share_decode_ask(whom, "{\"vigie\":1,\"of\":\"a/b\"}", 23));
	assert_false(share_decode_here(&heard, "{\"vigie\":1,\"now_ms\":1e300}", 27));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_envelope_as_documented),
		cmocka_unit_test(test_good_ones_come_back),
		cmocka_unit_test(test_each_act_has_its_register),
		cmocka_unit_test(test_topics),
		cmocka_unit_test(test_shapes_that_are_refused),
		cmocka_unit_test(test_names_that_do_not_match),
		cmocka_unit_test(test_clocks_ahead),
		cmocka_unit_test(test_values_out_of_range),
		cmocka_unit_test(test_an_emergency),
		cmocka_unit_test(test_texts_are_neutralised),
		cmocka_unit_test(test_what_stations_say_of_themselves),
	};
	return cmocka_run_group_tests_name("share_wire", tests, NULL, NULL);
}
