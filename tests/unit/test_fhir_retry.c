/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fhir_poll_world.h"

#include "feeds/fhir_retry.h"

#include <time.h>

/* What each answer asks for: the policy as a table, then over a socket. */

static const struct {
	int status;
	bool next;
	const char *code, *detail;
	enum fhir_verdict verdict;
} verdicts[] = {
	{200, false, "", "", FHIR_TAKE},
	{304, false, "", "", FHIR_TAKE},
	{429, false, "", "", FHIR_RETRY},
	{503, true, "", "", FHIR_RETRY},
	{408, false, "", "", FHIR_RETRY},
	{500, false, "", "", FHIR_RETRY},
	{502, false, "", "", FHIR_RETRY},
	{504, false, "", "", FHIR_RETRY},
	{0, false, "", "", FHIR_RETRY}, /* reset, timeout, cut short */
	{500, false, "required", "", FHIR_SKIP},
	{500, false, "exception", "", FHIR_RETRY},
	/* The children of `transient` in R4's issue-type. */
	{400, false, "transient", "", FHIR_RETRY},
	{400, false, "lock-error", "", FHIR_RETRY},
	{400, false, "no-store", "", FHIR_RETRY},
	{422, false, "exception", "", FHIR_RETRY},
	{200, false, "timeout", "", FHIR_RETRY},
	{200, false, "incomplete", "", FHIR_RETRY},
	{409, false, "throttled", "", FHIR_RETRY},
	{200, false, "not-found", "", FHIR_TAKE},
	{401, false, "login", "", FHIR_RETRY}, /* the token was renewed below */
	{403, false, "forbidden", "", FHIR_STOP},
	{403, true, "transient", "", FHIR_STOP},
	{404, true, "", "", FHIR_RESTART},
	{410, true, "", "", FHIR_RESTART},
	{404, false, "", "", FHIR_SKIP},
	{410, false, "exception", "", FHIR_SKIP},
	{400, false, "", "", FHIR_SKIP},
	{422, false, "", "", FHIR_SKIP},
	{406, false, "", "", FHIR_SKIP},
	{302, false, "", "", FHIR_SKIP},
	{501, false, "", "", FHIR_SKIP},
	{599, false, "", "", FHIR_RETRY},
	{400, true, "", "4113", FHIR_RESTART},
	{200, false, "", "4127", FHIR_SKIP},
	{200, false, "throttled", "4135", FHIR_STOP},
};

static void each_answer_has_its_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
		assert_int_equal(fhir_verdict(verdicts[i].status, verdicts[i].next,
					 verdicts[i].code, verdicts[i].detail),
			verdicts[i].verdict);
}

/* Doubling from half a second, half to the whole of it, 30 s at most; never
 * under what the server asked for, never over five minutes. */
static void waits_longer_each_time(void **state)
{
	static const double most[] = {0.5, 1, 2, 4, 8, 16, 30, 30, 30};
	struct fhir_backoff b = {.seed = 1}, other = {.seed = 2};
	(void)state;
	for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
		double s = fhir_backoff_next(&b, -1);
		assert_true(s >= most[i] / 2 && s <= most[i]);
	}
	b.tries = 0;
	double asked = fhir_backoff_next(&b, 7);
	assert_true(asked >= 7 && asked < 7.5);
	b.tries = 8;
	assert_true(fhir_backoff_next(&b, 1) >= 15); /* the longer of the two */
	assert_true(fhir_backoff_next(&b, 86400) == 300);
	b.tries = 0;
	b.seed = 1;
	assert_true(fhir_backoff_next(&b, -1) != fhir_backoff_next(&other, -1));
}

#define RAW(text) .raw = "HTTP/1.1 " text
#define JSON      "Content-Type: application/fhir+json\r\nConnection: close\r\n"

static const char good[] = BUNDLE("", CASE("c1"));

static const struct {
	struct stub_rule rule;
	const char *error; /* part of what is said */
} faults[] = {
	{{RAW("408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")},
		"HTTP 408"},
	{{RAW("500 Internal Server Error\r\nContent-Type: text/plain\r\nConnection: "
	      "close\r\n\r\nStack trace")},
		"HTTP 500"},
	{{RAW("502 Bad Gateway\r\nContent-Type: text/html\r\nConnection: "
	      "close\r\n\r\n<html><h1>nginx</h1>")},
		"HTTP 502"},
	{{RAW("504 Gateway Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")},
		"HTTP 504"},
	{{.raw = ""}, "no answer"},             /* the connection drops */
	{{.raw = "\x15\x03\x01"}, "no answer"}, /* not HTTP at all */
	{{RAW("200 OK\r\n" JSON "Content-Length: 500\r\n\r\n{\"resourceType\":\"Bun")},
		"cut short"},
	{{RAW("200 OK\r\n" JSON "\r\n{\"resourceType\":\"Bundle\",\"entry\":[{")},
		"truncated JSON"},
	{{RAW("200 OK\r\nContent-Type: text/html\r\nConnection: "
	      "close\r\n\r\n<html>Sign in</html>")},
		"HTML"},
	{{RAW("200 OK\r\n" JSON "\r\n")}, "empty answer"},
	{{RAW("200 OK\r\n" JSON
	      "\r\n{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":"
	      "\"error\",\"code\":\"lock-error\",\"diagnostics\":\"busy\"}]}")},
		"busy"},
	{{RAW("400 Bad Request\r\n" JSON
	      "\r\n{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":"
	      "\"error\",\"code\":\"throttled\",\"diagnostics\":\"slowly\"}]}")},
		"slowly"},
};

/* Each fault once, byte for byte; then a good answer. All are outlived. */
static void outlives_a_fault(void **state)
{
	struct world *w = *state;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		struct stub_rule rule = faults[i].rule;
		int before = fhir_stub_hits(w->stub, "/Appointment?");
		rule.match = "/Appointment?";
		rule.uses = 1;
		fhir_stub_rule(w->stub, rule);
		RULE(.match = "/Appointment?", .body = good);
		once(w, (struct fhir_poll_options){0});
		assert_int_equal(w->case_count, 1);
		assert_int_equal(w->health.errors, 1);
		assert_non_null(strstr(w->health.error, faults[i].error));
		assert_int_equal(fhir_stub_hits(w->stub, "/Appointment?") - before, 2);
		again(w);
	}
}

static bool has_case(struct world *w)
{
	return w->case_count > 0;
}

/* Seconds, a date, and Azure's own header (fhir-server #1610, #1639); its 429
 * had a body without resourceType (#2607, #2615). */
static void waits_as_long_as_it_is_told(void **state)
{
	struct world *w = *state;
	char date[200], stamp[64];
	time_t then = time(NULL) + 2;
	struct tm tm;
	gmtime_r(&then, &tm);
	strftime(stamp, sizeof stamp, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	snprintf(date, sizeof date,
		"HTTP/1.1 503 Service Unavailable\r\nRetry-After: %s\r\nConnection: close\r\n\r\n",
		stamp);
	static const char seconds[] =
		"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n" JSON
		"\r\n{\"issue\":[{\"severity\":\"error\",\"code\":\"throttled\"}]}";
	static const char azure[] = "HTTP/1.1 429 Too Many Requests\r\nx-ms-retry-after-ms: "
				    "1000\r\nConnection: close\r\n\r\n";
	const char *const answers[] = {seconds, azure, date};
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		fhir_stub_rule(w->stub,
			(struct stub_rule){.match = "/Appointment?", .uses = 1, .raw = answers[i]});
		RULE(.match = "/Appointment?", .body = good);
		create(w, (struct fhir_poll_options){.every_s = 60});
		ev_tstamp began = ev_time();
		fhir_poll_start(w->poll);
		run_until(w, has_case);
		/* The wait is the subject here; how much longer it was is not asked. */
		assert_true(ev_time() - began >= (answers[i] == date ? 0.25 : 1.0));
		assert_int_equal(w->health.errors, 1);
		again(w);
	}
}

static bool three_procedures(struct world *w)
{
	return fhir_stub_hits(w->stub, "/Procedure?") >= 3;
}

static bool is_down(struct world *w)
{
	return w->health.state == FEED_DOWN;
}

static bool has_error(struct world *w)
{
	return w->health.error[0] != '\0';
}

static bool three_days_and_up(struct world *w)
{
	return fhir_stub_hits(w->stub, "/Appointment?date") >= 3 && w->health.state == FEED_UP;
}

static int all_hits(struct world *w)
{
	return fhir_stub_hits(w->stub, "");
}

/* A type that is forbidden is left alone until the next sweep, and said. */
static void a_forbidden_type_is_not_asked_again(void **state)
{
	struct world *w = *state;
	RULE(.match = "/Encounter?", .status = 403,
		.body = "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\","
			"\"code\":\"forbidden\",\"diagnostics\":\"scope system/Encounter.rs is "
			"missing\"}]}");
	create(w, (struct fhir_poll_options){.every_s = 0.01});
	fhir_poll_start(w->poll);
	run_until(w, three_procedures);
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?"), 1);
}

/* Without the programme the feed stops: an operator must act. */
static void a_forbidden_programme_stops_the_feed(void **state)
{
	struct world *w = *state;
	RULE(.match = "/Appointment?", .status = 403, .body = "{}");
	create(w, (struct fhir_poll_options){.every_s = 0.01});
	fhir_poll_start(w->poll);
	run_until(w, is_down);
	int before = all_hits(w);
	assert_int_equal(fhir_stub_hits(w->stub, "/Appointment?"), 1);
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?"), 0);
	assert_int_equal(w->health.state, FEED_DOWN);
	assert_non_null(strstr(w->health.error, "Appointment: HTTP 403"));
	for (w->ticks = 0; w->ticks < 20;)
		ev_run(w->loop, EVRUN_ONCE);
	assert_int_equal(all_hits(w), before);
}

/* 400 and 422: the same question would get the same answer. */
static void a_refused_question_is_not_repeated(void **state)
{
	struct world *w = *state;
	RULE(.match = "/Observation?", .status = 422,
		.body = "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\","
			"\"code\":\"invalid\",\"diagnostics\":\"HAPI-0524: Unknown search "
			"parameter "
			"\\\"code\\\"\"}]}");
	create(w, (struct fhir_poll_options){.strategy = "delta", .every_s = 60});
	fhir_poll_start(w->poll);
	run_until(w, has_error);
	assert_int_equal(fhir_stub_hits(w->stub, "/Observation?"), 1);
	assert_non_null(strstr(w->health.error, "HAPI-0524"));
}

/* Nor is the programme's; and a feed without it is not up. */
static void a_refused_programme_is_not_hammered(void **state)
{
	struct world *w = *state;
	RULE(.match = "/Appointment?", .status = 404, .body = "{}");
	create(w, (struct fhir_poll_options){.every_s = 0.01});
	fhir_poll_start(w->poll);
	run_until(w, three_procedures);
	assert_int_equal(fhir_stub_hits(w->stub, "/Appointment?"), 1);
	assert_int_equal(w->health.state, FEED_DOUBTFUL);
	assert_non_null(strstr(w->health.error, "Appointment: HTTP 404"));
}

/* A server that knows no _lastUpdated and says so still has the day. */
static void without_changes_there_is_the_day(void **state)
{
	struct world *w = *state;
	RULE(.match = "_lastUpdated", .status = 400, .body = "{}");
	RULE(.match = "/Appointment?", .body = good);
	create(w, (struct fhir_poll_options){.every_s = 0.01});
	fhir_poll_start(w->poll);
	run_until(w, three_days_and_up);
	assert_int_equal(fhir_stub_hits(w->stub, "/Appointment?_lastUpdated"), 1);
	assert_non_null(strstr(w->health.name, "day window"));
}

/* Gzip (made with gzip -9n of {"resourceType":"Bundle","entry":[]}), chunks,
 * and a weak ETag: nothing to notice. */
static void reads_gzip_chunks_and_weak_etags(void **state)
{
	static const char gzip[] =
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nETag: W/\"2-1\"\r\n" JSON "\r\n"
		"\037\213\010\000\000\000\000\000\002\377\253\126\052\112\055\316"
		"\057\055\112\116\015\251\054\110\125\262\122\162\052\315\113\311"
		"\111\125\322\121\112\315\053\051\252\124\262\212\216\255\005\000"
		"\120\226\044\010\044\000\000\000";
	static const char chunked[] =
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" JSON
		"\r\n12\r\n{\"resourceType\":\"B\r\n5\r\nundle\r\n8\r\n\",\"x\":1}\r\n0\r\n\r\n";
	struct world *w = *state;
	RULE(.match = "/Appointment?", .raw = gzip, .raw_len = sizeof gzip - 1);
	RULE(.match = "/Encounter?", .raw = chunked);
	once(w, (struct fhir_poll_options){0});
	assert_string_equal(w->health.error, "");
	assert_true(w->complete);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_has_its_verdict),
		cmocka_unit_test(waits_longer_each_time),
		WITH(outlives_a_fault),
		WITH(waits_as_long_as_it_is_told),
		WITH(a_forbidden_type_is_not_asked_again),
		WITH(a_forbidden_programme_stops_the_feed),
		WITH(a_refused_question_is_not_repeated),
		WITH(a_refused_programme_is_not_hammered),
		WITH(without_changes_there_is_the_day),
		WITH(reads_gzip_chunks_and_weak_etags),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
