/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fhir_poll_world.h"

/* Rounds, pages, and what is never done. */

static void reads_pages_to_the_end(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(
		w->stub, (struct stub_rule){.match = "getpages=2", .body = BUNDLE("", CASE("c3"))});
	/* A relative link (Canvas), an empty page in the middle (Azure #3177). */
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "getpages=1",
					.body = BUNDLE(NEXT("/fhir?_getpages=2"), "")});
	fhir_stub_rule(w->stub,
		(struct stub_rule){.match = "/Appointment?",
			.body = BUNDLE(NEXT("%BASE%?_getpages=1"), CASE("c1") "," CASE("c2"))});
	once(w, (struct fhir_poll_options){.page_count = 2});
	assert_true(w->complete);
	assert_int_equal(w->case_count, 3);
	assert_int_equal(w->health.state, FEED_UP);
	assert_int_equal(w->health.errors, 0);
	assert_int_equal(w->health.last_ms, clock_ms(NULL));
	const char *asked = fhir_stub_request(w->stub, "/Appointment?", 0);
	assert_non_null(strstr(asked, "date=ge2026-03-1"));
	assert_non_null(strstr(asked, "&date=lt2026-03-1"));
	assert_non_null(strstr(asked, "_include=Appointment:patient"));
	assert_non_null(strstr(asked, "_count=2"));
}

static bool three_rounds(struct world *w)
{
	return fhir_stub_hits(w->stub, "/Encounter?") >= 3;
}

static void asks_for_changes_by_the_servers_clock(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(w->stub,
		(struct stub_rule){.match = "/Appointment?", .body = BUNDLE("", CASE("c1"))});
	create(w, (struct fhir_poll_options){.every_s = 0.05, .overlap_s = 150});
	fhir_poll_start(w->poll);
	run_until(w, three_rounds);
	/* 09:58:10 by the server, less 150 s, whatever our clock says. */
	assert_non_null(strstr(fhir_stub_request(w->stub, "/Appointment?", 1),
		"_lastUpdated=ge2026-03-16T09:55:40Z"));
	/* The empty sets of the stub are of 09:00:00. */
	assert_non_null(strstr(fhir_stub_request(w->stub, "/Encounter?", 1),
		"_lastUpdated=ge2026-03-16T08:57:30Z"));
	/* At first, what changed in the last 30 days: not the archive of ten years.
	 * The day is that of 2026-03-16T09:00:00Z in any zone. */
	assert_non_null(
		strstr(fhir_stub_request(w->stub, "/Encounter?", 0), "_lastUpdated=ge2026-02-1"));
	assert_int_equal(w->case_count, 1); /* asked again, said once */
}

/* Suite time may run at 120 times ours: the overlap is then three polls of the
 * server's time, here an hour each. */
static void overlaps_three_polls_of_fast_time(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(
		w->stub, (struct stub_rule){.match = "/Encounter?",
				 .uses = 1,
				 .body = "{\"resourceType\":\"Bundle\",\"meta\":{\"lastUpdated\":"
					 "\"2026-03-16T09:00:00Z\"}}"});
	fhir_stub_rule(
		w->stub, (struct stub_rule){.match = "/Encounter?",
				 .uses = 1,
				 .body = "{\"resourceType\":\"Bundle\",\"meta\":{\"lastUpdated\":"
					 "\"2026-03-16T10:00:00Z\"}}"});
	create(w, (struct fhir_poll_options){.every_s = 0.05, .overlap_s = 150});
	fhir_poll_start(w->poll);
	run_until(w, three_rounds);
	assert_non_null(strstr(fhir_stub_request(w->stub, "/Encounter?", 1),
		"_lastUpdated=ge2026-03-16T08:57:30Z"));
	assert_non_null(strstr(fhir_stub_request(w->stub, "/Encounter?", 2),
		"_lastUpdated=ge2026-03-16T07:00:00Z"));
}

static bool swept(struct world *w)
{
	return fhir_stub_hits(w->stub, "/Appointment?date=ge") >= 2;
}

static void sweeps_the_day_again(void **state)
{
	struct world *w = *state;
	create(w, (struct fhir_poll_options){.every_s = 0.02, .sweep_every_s = 0.3});
	fhir_poll_start(w->poll);
	run_until(w, swept);
	assert_true(fhir_stub_hits(w->stub, "/Appointment?_lastUpdated") >= 1);
}

static void waits_as_told_by_429_and_503(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "/Appointment?",
					.uses = 1,
					.status = 429,
					.header = "Retry-After",
					.value = "1",
					.body = "slow down"});
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "/Appointment?",
					.uses = 1,
					.status = 503,
					.body = "<html>gateway</html>",
					.type = "text/html"});
	fhir_stub_rule(w->stub,
		(struct stub_rule){.match = "/Appointment?", .body = BUNDLE("", CASE("c1"))});
	create(w, (struct fhir_poll_options){.every_s = 0.05});
	ev_tstamp began = ev_time();
	fhir_poll_start(w->poll);
	run_until(w, is_up);
	assert_true(ev_time() - began >= 1.0);
	assert_int_equal(w->case_count, 1);
	assert_int_equal(w->health.errors, 2);
}

static void starts_over_when_a_page_expired(void **state)
{
	struct world *w = *state;
	/* HAPI-0417: "Search ID … does not exist and may have expired". */
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "page=2",
					.uses = 1,
					.status = 410,
					.body = "{\"resourceType\":\"OperationOutcome\"}"});
	fhir_stub_rule(
		w->stub, (struct stub_rule){.match = "page=2", .body = BUNDLE("", CASE("c2"))});
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "/Appointment?",
					.body = BUNDLE(NEXT("?page=2"), CASE("c1"))});
	once(w, (struct fhir_poll_options){0});
	assert_true(w->complete);
	assert_int_equal(w->case_count, 2);
	assert_int_equal(w->health.errors, 0);
	assert_int_equal(fhir_stub_hits(w->stub, "/Appointment?date"), 2);
}

static void survives_broken_answers(void **state)
{
	static const struct stub_rule broken[] = {
		{.match = "/Appointment?", .uses = 1, .body = "{\"resourceType\":\"Bundle\",\"ent"},
		{.match = "/Appointment?",
			.uses = 1,
			.body = "<html><body>Login</body></html>",
			.type = "text/html"},
		{.match = "/Appointment?", .uses = 1, .body = ""},
		{.match = "/Appointment?", .uses = 1, .body = "{\"resourceType\":", .cut = 50},
	};
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct world *w = *state;
		fhir_stub_clear(w->stub);
		w->case_count = w->done = 0;
		fhir_stub_rule(w->stub, broken[i]);
		fhir_stub_rule(w->stub, (struct stub_rule){.match = "/Appointment?",
						.body = BUNDLE("", CASE("c1"))});
		once(w, (struct fhir_poll_options){0});
		assert_false(w->complete); /* it says so, though the retry was good */
		assert_int_equal(w->health.errors, 1);
		assert_int_equal(w->case_count, 1);
		fhir_poll_destroy(w->poll);
		w->poll = NULL;
	}
}

/* A token must not leave the server it is for, whatever a page says. */
static void never_goes_where_a_page_sends_it(void **state)
{
	static const char *const links[] = {"https://evil.example/", "//evil.example/steal?x",
		"evil.example/steal/x", "file:///etc/passwd", "/other/Appointment?page=2",
		"https://user:pw@[::1/fhir/x", "http://"};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		char body[2048];
		snprintf(body, sizeof body, BUNDLE(NEXT("%s"), CASE("c1")), links[i]);
		fhir_stub_clear(w->stub);
		w->case_count = w->done = 0;
		fhir_stub_rule(w->stub, (struct stub_rule){.match = "/Appointment?", .body = body});
		once(w, (struct fhir_poll_options){0});
		assert_false(w->complete);
		assert_int_equal(w->case_count, 1); /* what came is kept */
		assert_int_equal(w->health.errors, 1);
		assert_non_null(strstr(w->health.error, "next link"));
		fhir_poll_destroy(w->poll);
		w->poll = NULL;
	}
	assert_int_equal(fhir_stub_hits(w->stub, "/other"), 0);
	assert_int_equal(fhir_stub_hits(w->stub, "steal"), 0);
}

static void leaves_a_circle(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(w->stub,
		(struct stub_rule){.match = "page=2", .body = BUNDLE(NEXT("?page=3"), CASE("c2"))});
	fhir_stub_rule(w->stub,
		(struct stub_rule){.match = "page=3", .body = BUNDLE(NEXT("?page=2"), CASE("c3"))});
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "/Appointment?",
					.body = BUNDLE(NEXT("?page=2"), CASE("c1"))});
	once(w, (struct fhir_poll_options){0});
	assert_int_equal(w->case_count, 3);
	assert_non_null(strstr(w->health.error, "circle"));
	assert_int_equal(fhir_stub_hits(w->stub, "page=2"), 1);
}

static void stops_at_the_page_cap(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(w->stub,
		(struct stub_rule){.match = "page=aa", .body = BUNDLE(NEXT("?page=aaa"), "")});
	fhir_stub_rule(w->stub,
		(struct stub_rule){.match = "page=a", .body = BUNDLE(NEXT("?page=aa"), "")});
	fhir_stub_rule(w->stub,
		(struct stub_rule){.match = "/Appointment?", .body = BUNDLE(NEXT("?page=a"), "")});
	once(w, (struct fhir_poll_options){.max_pages = 3});
	assert_non_null(strstr(w->health.error, "too many pages"));
	assert_int_equal(fhir_stub_hits(w->stub, "page=aaa"), 0);
}

static void does_not_follow_a_redirect(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "/Appointment?",
					.status = 302,
					.header = "Location",
					.value = "/fhir/elsewhere",
					.body = ""});
	once(w, (struct fhir_poll_options){0});
	assert_false(w->complete);
	assert_non_null(strstr(w->health.error, "/fhir/elsewhere"));
	assert_int_equal(fhir_stub_hits(w->stub, "elsewhere"), 0);
	assert_int_equal(fhir_stub_hits(w->stub, "/Encounter?"), 1); /* the rest goes on */
}

static void tells_a_servers_complaint_and_keeps_its_data(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(
		w->stub, (struct stub_rule){.match = "/Appointment?",
				 .body = BUNDLE("", CASE("c1") ",{\"resource\":{\"resourceType\":"
							       "\"OperationOutcome\",\"issue\":[{"
							       "\"severity\":\"error\",\"code\":"
							       "\"exception\",\"diagnostics\":"
							       "\"index \\u001b[31mdown\"}]}}")});
	once(w, (struct fhir_poll_options){0});
	assert_int_equal(w->case_count, 1);
	assert_false(w->complete);
	assert_non_null(strstr(w->health.error, "down"));
	assert_null(strchr(w->health.error, '\033'));
}

static void an_oversize_page_is_an_error(void **state)
{
	struct world *w = *state;
	static char big[9000];
	memset(big, ' ', sizeof big - 1);
	fhir_stub_rule(
		w->stub, (struct stub_rule){.match = "/Appointment?", .uses = 1, .body = big});
	once(w, (struct fhir_poll_options){.http = {.max_bytes = 8000}});
	assert_non_null(strstr(w->health.error, "larger than 8000"));
}

static void a_missing_type_does_not_take_the_feed_down(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(
		w->stub, (struct stub_rule){.match = "/Observation?", .status = 404, .body = "{}"});
	create(w, (struct fhir_poll_options){.every_s = 0.02});
	fhir_poll_start(w->poll);
	run_until(w, is_up);
	assert_int_equal(w->health.errors, 1);
	assert_int_equal(fhir_stub_hits(w->stub, "/Observation?"), 1);
}

static void refuses_a_base_that_is_none(void **state)
{
	(void)state;
	static const char *const bases[] = {"", "hospital.example/fhir", "ftp://x/", "http://h/?q"};
	struct fhir_sink sink = {on_fact, on_name, on_puzzle, NULL};
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
		struct error err = {""};
		struct fhir_poll_options options = {.base = bases[i]};
		assert_null(fhir_poll_create(loop, &options, sink, clock_ms, NULL, &err));
		assert_string_not_equal(err.text, "");
	}
	ev_loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(reads_pages_to_the_end),
		WITH(asks_for_changes_by_the_servers_clock),
		WITH(overlaps_three_polls_of_fast_time),
		WITH(sweeps_the_day_again),
		WITH(waits_as_told_by_429_and_503),
		WITH(starts_over_when_a_page_expired),
		WITH(survives_broken_answers),
		WITH(never_goes_where_a_page_sends_it),
		WITH(leaves_a_circle),
		WITH(stops_at_the_page_cap),
		WITH(does_not_follow_a_redirect),
		WITH(tells_a_servers_complaint_and_keeps_its_data),
		WITH(an_oversize_page_is_an_error),
		WITH(a_missing_type_does_not_take_the_feed_down),
		cmocka_unit_test(refuses_a_base_that_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
