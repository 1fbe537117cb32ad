/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "feeds/fhir_poll.h"
#include "feeds/http.h"
#include "src/verbs.h"
#include "tests/stub/fhir_stub.c"
#include "tests/stub/keys.c"
#include "tests/stub/quiet_sink.h"
#include "tests/stub/token_stub.c"

/* Tokens over a real HTTP server on loopback, by the client the poller uses. */

#define SECRET "k&y=ü s3cret/42" /* what form encoding must carry whole */

struct world {
	struct ev_loop *loop;
	struct token_stub *stub;
	struct http *http;
	struct http_options options;
	char secret_file[160];
	/* of the answers */
	int calls, status, pending;
	char error[512];
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->loop = ev_loop_new(EVFLAG_AUTO);
	w->stub = token_stub_start(NULL);
	snprintf(w->secret_file, sizeof w->secret_file, "%s",
		keys_folder() != NULL ? keys_write("secret", 0600, SECRET "\n") : "");
	w->options.base = token_stub_base(w->stub);
	w->options.auth = (struct auth_options){.client_id = "vigie or",
		.token_url = token_stub_token(w->stub),
		.secret_file = w->secret_file};
	token_stub_plan(w->stub, (struct token_plan){.client_id = "vigie or", .secret = SECRET});
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	http_destroy(w->http);
	token_stub_stop(w->stub);
	ev_loop_destroy(w->loop);
	keys_forget();
	free(w);
	return 0;
}

/* Nothing that is secret may be in what people read. */
static void check_silent(struct world *w, const char *text)
{
	char token[64];
	token_stub_last(w->stub, token);
	struct token_form form = token_stub_form(w->stub);
	const char *const secrets[] = {SECRET, "s3cret", token, form.assertion};
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		if (secrets[i][0] != '\0')
			assert_null(strstr(text, secrets[i]));
}

static void on_done(void *context, const struct http_answer *a)
{
	struct world *w = context;
	w->calls++;
	w->status = a->status;
	snprintf(w->error, sizeof w->error, "%.500s", a->error);
	check_silent(w, a->error);
	if (--w->pending == 0)
		ev_break(w->loop, EVBREAK_ALL);
}

static void on_late(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void pass(struct world *w, double seconds)
{
	ev_timer timer;
	ev_timer_init(&timer, on_late, seconds, 0);
	ev_now_update(w->loop);
	ev_timer_start(w->loop, &timer);
	ev_run(w->loop, 0);
	ev_timer_stop(w->loop, &timer);
}

static void ask(struct world *w)
{
	char url[128];
	struct error err = {""};
	snprintf(url, sizeof url, "%s/Patient?x=1", w->options.base);
	w->pending++;
	assert_int_equal(http_get(w->http, url, NULL, on_done, w, &err), 0);
}

/* Asks once and waits for the answer; its status. */
static int fetch(struct world *w)
{
	if (w->http == NULL) {
		struct error err = {""};
		w->http = http_create(w->loop, &w->options, &err);
		assert_string_equal(err.text, "");
		assert_non_null(w->http);
	}
	int before = w->calls;
	ask(w);
	assert_int_equal(w->calls, before); /* never from inside the call */
	pass(w, 30);
	assert_int_equal(w->calls, before + 1);
	return w->status;
}

/* -- the two ways to show a secret -------------------------------------------- */

static void sends_the_secret_in_basic(void **state)
{
	struct world *w = *state;
	assert_int_equal(fetch(w), 200);
	struct token_form form = token_stub_form(w->stub);
	assert_string_equal(form.grant_type, "client_credentials");
	assert_string_equal(form.scope, "system/*.rs");
	assert_string_equal(form.content_type, "application/x-www-form-urlencoded");
	assert_string_equal(form.basic_user, "vigie or");
	assert_string_equal(form.basic_password, SECRET);
	assert_string_equal(form.client_secret, "");
}

static void sends_the_secret_in_the_form_where_that_is_wanted(void **state)
{
	struct world *w = *state;
	token_stub_plan(w->stub,
		(struct token_plan){.client_id = "vigie or", .secret = SECRET, .no_basic = true});
	token_stub_configuration(w->stub,
		"{\"token_endpoint\":\"%ORIGIN%/token\",\"token_endpoint_auth_methods_supported\":"
		"[\"client_secret_post\",\"private_key_jwt\"]}");
	w->options.auth.token_url = NULL;
	w->options.auth.scope = "system/Appointment.read";
	assert_int_equal(fetch(w), 200);
	struct token_form form = token_stub_form(w->stub);
	assert_string_equal(form.client_id, "vigie or");
	assert_string_equal(form.client_secret, SECRET);
	assert_string_equal(form.scope, "system/Appointment.read");
	assert_int_equal(token_stub_posts(w->stub), 1);
}

/* Nobody says which way it is; the first that works is kept to. */
static void finds_the_way_that_works(void **state)
{
	struct world *w = *state;
	token_stub_plan(w->stub,
		(struct token_plan){
			.client_id = "vigie or", .secret = SECRET, .no_basic = true, .life_s = 1});
	assert_int_equal(fetch(w), 200);
	assert_int_equal(token_stub_posts(w->stub), 2);
	assert_string_equal(token_stub_form(w->stub).client_secret, SECRET);
	pass(w, 1.2);
	assert_int_equal(fetch(w), 200);
	assert_int_equal(token_stub_posts(w->stub), 3);
}

static void signs_for_the_endpoint_it_found(void **state)
{
	struct world *w = *state;
	assert_true(keys_run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 "
			     "-out ec.key"));
	token_stub_plan(w->stub, (struct token_plan){0});
	token_stub_configuration(w->stub, "{\"token_endpoint\":\"%ORIGIN%/token\"}");
	w->options.auth = (struct auth_options){
		.client_id = "vigie", .sign_key = keys_path("ec.key"), .sign_key_id = "k"};
	assert_int_equal(fetch(w), 200);
	struct token_form form = token_stub_form(w->stub);
	assert_string_equal(
		form.assertion_type, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
	assert_true(strlen(form.assertion) > 200); /* judged in test_auth.c */
	assert_string_equal(form.client_secret, "");
	assert_string_equal(form.basic_user, "");
}

/* -- the life of a token --------------------------------------------------------- */

static void one_request_for_many_that_wait(void **state)
{
	struct world *w = *state;
	struct error err = {""};
	token_stub_plan(w->stub, (struct token_plan){.delay_ms = 200});
	w->http = http_create(w->loop, &w->options, &err);
	assert_non_null(w->http);
	for (int i = 0; i < 5; i++)
		ask(w);
	pass(w, 30);
	assert_int_equal(w->calls, 5);
	assert_int_equal(w->status, 200);
	for (int i = 0; i < 5; i++)
		assert_int_equal(fetch(w), 200);
	assert_int_equal(token_stub_posts(w->stub), 1);
	assert_int_equal(token_stub_good(w->stub), 10);
	assert_int_equal(token_stub_bad(w->stub), 0);
}

/* A life of 2 s, asked every 0.1 s: renewed at about 1.5 s, again and again, and
 * no more often. That the old one serves meanwhile: see the living token below. */
static void is_renewed_before_it_ends(void **state)
{
	struct world *w = *state;
	double since = now_s();
	token_stub_plan(w->stub, (struct token_plan){.life_s = 2});
	for (int i = 0; i < 40 || token_stub_posts(w->stub) < 3; i++) {
		assert_true(i < 400);
		assert_int_equal(fetch(w), 200);
		pass(w, 0.1);
	}
	assert_true(token_stub_posts(w->stub) <= (now_s() - since) / 1.4 + 1);
}

static void is_had_anew_after_it_ended(void **state)
{
	struct world *w = *state;
	token_stub_plan(w->stub, (struct token_plan){.life_s = 2});
	assert_int_equal(fetch(w), 200);
	pass(w, 2.2);
	assert_int_equal(fetch(w), 200);
	assert_int_equal(token_stub_posts(w->stub), 2);
	assert_int_equal(token_stub_bad(w->stub), 0);
}

static void a_refused_one_is_replaced_once(void **state)
{
	struct world *w = *state;
	assert_int_equal(fetch(w), 200);
	token_stub_revoke(w->stub, false);
	assert_int_equal(fetch(w), 200);
	assert_int_equal(token_stub_posts(w->stub), 2);
	assert_int_equal(token_stub_bad(w->stub), 1);
	/* Refused for good: asked twice, then told. */
	token_stub_revoke(w->stub, true);
	assert_int_equal(fetch(w), 401);
	assert_non_null(strstr(w->error, "a new token was refused too"));
	assert_int_equal(token_stub_posts(w->stub), 3);
	assert_int_equal(token_stub_bad(w->stub), 3);
}

/* What changes something goes with a token as what is read does, waits for it, and is not
 * sent again with a new one: who knows what the server did before it said 401. */
static int change(struct world *w)
{
	struct error err = {""};
	char url[128];
	const struct http_change what = {.method = "PATCH", .type = "a/b", .text = "[]"};
	if (w->http == NULL)
		w->http = http_create(w->loop, &w->options, &err);
	int before = w->calls;
	snprintf(url, sizeof url, "%s/Patient/1", w->options.base);
	w->pending++;
	assert_int_equal(http_change(w->http, url, &what, on_done, w, &err), 0);
	pass(w, 30);
	assert_int_equal(w->calls, before + 1);
	return w->status;
}

static void a_change_is_not_repeated_for_a_token(void **state)
{
	struct world *w = *state;
	assert_int_equal(change(w), 200); /* waits for the first one */
	assert_int_equal(token_stub_good(w->stub), 1);
	token_stub_revoke(w->stub, false);
	assert_int_equal(change(w), 401);
	assert_non_null(strstr(w->error, "the token was refused"));
	assert_int_equal(token_stub_bad(w->stub), 1);
	assert_int_equal(change(w), 200); /* the next one has a new token */
	assert_int_equal(token_stub_posts(w->stub), 2);
	assert_int_equal(token_stub_bad(w->stub), 1);
}

/* -- an endpoint with faults ------------------------------------------------------- */

static void words_for_each_fault(void **state)
{
	struct world *w = *state;
	static char huge[200000], deep[2000];
	memset(huge, ' ', sizeof huge - 1);
	memset(deep, '[', sizeof deep - 1);
	/* A server that repeats what it was sent. */
	static const char echo[] =
		"{\"error\":\"invalid_client\",\"error_description\":\"bad secret " SECRET
		", header dmlnaWUgb3I6ayZ5PXMzY3JldA==\\u001b[31m\"}";
	const struct {
		struct token_plan plan;
		const char *say;
	} cases[] = {
		{{.status = 400, .body = "{\"error\":\"invalid_client\"}"},
			"token: invalid_client: fhir.client_id or fhir.secret_file? (HTTP 400)"},
		{{.status = 401, .body = "{\"error\":\"unauthorized_client\"}"},
			"not registered for client_credentials"},
		{{.status = 400, .body = "{\"error\":\"invalid_scope\"}"}, "fhir.scope?"},
		{{.status = 401, .body = echo}, "bad secret *"},
		{{.status = 403, .body = "<html>Forbidden</html>"}, "token: refused (HTTP 403)"},
		{{.status = 400, .body = "{\"error\":\"In\\u001bvalid\"}"},
			"token: refused (HTTP 400)"},
		{{.status = 500, .body = "{\"error\":\"server_error\"}"},
			"token: HTTP 500 from its endpoint"},
		{{.status = 302, .body = "", .header = "Location", .value = "http://192.0.2.1/t"},
			"redirect to http://192.0.2.1/t is not followed"},
		{{.body = "not json"}, "token: its answer is not JSON"},
		{{.body = ""}, "token: its answer is not JSON"},
		{{.body = deep}, "token: its answer is not JSON"},
		{{.body = huge}, "token: answer larger than 65536 bytes"},
		{{.body = "{}"}, "token: no access_token"},
		{{.body = "[1]"}, "token: no access_token"},
		{{.body = "{\"access_token\":17,\"token_type\":\"bearer\"}"},
			"token: no access_token"},
		{{.body = "{\"access_token\":\"a\\r\\nX: y\",\"token_type\":\"bearer\"}"},
			"token: no access_token"},
		{{.body = "{\"access_token\":\"abc\",\"token_type\":\"mac\"}"},
			"not of the type bearer"},
		{{.body = "{\"access_token\":\"abc\",\"token_type\":\"bearer\","
			  "\"expires_in\":-1}"},
			"expired already"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		token_stub_plan(w->stub, cases[i].plan);
		assert_int_equal(fetch(w), 0);
		if (strstr(w->error, cases[i].say) == NULL)
			print_error("wanted \"%s\", got \"%s\"\n", cases[i].say, w->error);
		assert_non_null(strstr(w->error, cases[i].say));
		assert_null(strchr(w->error, '\x1b'));
		http_destroy(w->http);
		w->http = NULL;
	}
	assert_int_equal(token_stub_good(w->stub) + token_stub_bad(w->stub), 0);
}

static void a_slow_endpoint_keeps_the_deadline(void **state)
{
	struct world *w = *state;
	token_stub_plan(w->stub, (struct token_plan){.delay_ms = 700});
	w->options.deadline_s = 0.2;
	assert_int_equal(fetch(w), 0);
	assert_non_null(strstr(w->error, "token: "));
	assert_non_null(strstr(w->error, "timed out"));
}

/* While it waits, the reason is told again and nobody is asked. */
static void waits_after_a_refusal(void **state)
{
	struct world *w = *state;
	token_stub_plan(w->stub,
		(struct token_plan){.status = 400, .body = "{\"error\":\"invalid_client\"}"});
	for (int i = 0; i < 10; i++) {
		assert_int_equal(fetch(w), 0);
		assert_non_null(strstr(w->error, "invalid_client"));
	}
	assert_int_equal(token_stub_posts(w->stub), 2); /* each way once */
}

static void comes_back_after_a_fault(void **state)
{
	struct world *w = *state;
	token_stub_plan(w->stub, (struct token_plan){.status = 503, .body = ""});
	assert_int_equal(fetch(w), 0);
	token_stub_plan(w->stub, (struct token_plan){.client_id = "vigie or", .secret = SECRET});
	int tries = 0;
	while (fetch(w) != 200) {
		assert_true(tries++ < 100);
		pass(w, 0.1);
	}
	assert_int_equal(token_stub_posts(w->stub), 2);
}

/* The one that lives serves on while it cannot be renewed. */
static void a_fault_does_not_end_a_living_token(void **state)
{
	struct world *w = *state;
	token_stub_plan(w->stub, (struct token_plan){.life_s = 8});
	assert_int_equal(fetch(w), 200);
	token_stub_plan(w->stub, (struct token_plan){.status = 500, .body = ""});
	for (int i = 0; i < 200 && token_stub_posts(w->stub) < 2; i++) {
		assert_int_equal(fetch(w), 200);
		pass(w, 0.05);
	}
	assert_int_equal(fetch(w), 200);
	assert_true(token_stub_posts(w->stub) >= 2);
}

static void tells_a_clock_that_is_wrong(void **state)
{
	struct world *w = *state;
	token_stub_plan(w->stub, (struct token_plan){.status = 400,
					 .body = "{\"error\":\"invalid_client\"}",
					 .header = "Date",
					 .value = "Mon, 16 Mar 2026 09:00:00 GMT"});
	assert_int_equal(fetch(w), 0);
	assert_non_null(strstr(w->error, "our clock is "));
}

static void says_when_nothing_tells_where_to_ask(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *configuration, *say;
	} cases[] = {
		{NULL, "smart-configuration: HTTP 404: set fhir.token_url"},
		{"{}", "it names no token_endpoint"},
		{"nonsense", "it names no token_endpoint"},
		{"{\"token_endpoint\":\"ftp://h/x\"}", "only http and https"},
		{"{\"token_endpoint\":\"http://192.0.2.1/token\"}", "plain http to 192.0.2.1"},
		{"{\"token_endpoint\":\"https://u:p@h.example/\"}", "a user name in the URL"},
	};
	w->options.auth.token_url = NULL;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		token_stub_configuration(w->stub, cases[i].configuration);
		assert_int_equal(fetch(w), 0);
		if (strstr(w->error, cases[i].say) == NULL)
			print_error("wanted \"%s\", got \"%s\"\n", cases[i].say, w->error);
		assert_non_null(strstr(w->error, cases[i].say));
		http_destroy(w->http);
		w->http = NULL;
	}
	assert_int_equal(token_stub_posts(w->stub), 0);
}

static void a_secret_that_went_away_is_told(void **state)
{
	struct world *w = *state;
	token_stub_plan(w->stub, (struct token_plan){.life_s = 1});
	assert_int_equal(fetch(w), 200);
	assert_int_equal(chmod(w->secret_file, 0644), 0);
	pass(w, 1.2);
	assert_int_equal(fetch(w), 0);
	assert_non_null(strstr(w->error, "chmod 600"));
}

/* Another origin gets no token, and none is asked for its sake. */
static void the_token_stays_at_home(void **state)
{
	struct world *w = *state;
	struct error err = {""};
	char seen[256];
	struct fhir_stub *other = fhir_stub_start();
	w->http = http_create(w->loop, &w->options, &err);
	w->pending = 1;
	assert_int_equal(http_get(w->http, fhir_stub_base(other), NULL, on_done, w, &err), 0);
	pass(w, 30);
	assert_int_equal(fhir_stub_hits(other, ""), 1);
	fhir_stub_authorization(other, seen, sizeof seen);
	assert_string_equal(seen, "");
	assert_int_equal(token_stub_posts(w->stub), 0);
	fhir_stub_stop(other);
}

/* -- ends from inside ---------------------------------------------------------------- */

static void on_done_destroy(void *context, const struct http_answer *a)
{
	struct world *w = context;
	w->calls++;
	w->status = a->status;
	http_destroy(w->http);
	w->http = NULL;
	ev_break(w->loop, EVBREAK_ALL);
}

static void may_be_destroyed_from_inside_an_answer(void **state)
{
	struct world *w = *state;
	struct error err = {""};
	char url[128];
	snprintf(url, sizeof url, "%s/Patient", w->options.base);
	for (int good = 0; good < 2; good++) {
		if (!good)
			token_stub_plan(w->stub, (struct token_plan){.status = 500, .body = ""});
		else
			token_stub_plan(w->stub, (struct token_plan){0});
		w->calls = 0;
		w->http = http_create(w->loop, &w->options, &err);
		for (int i = 0; i < 3; i++)
			http_get(w->http, url, NULL, on_done_destroy, w, &err);
		pass(w, 30);
		assert_int_equal(w->calls, 1);
		assert_int_equal(w->status, good ? 200 : 0);
		pass(w, 0.1); /* nothing is left that would run */
	}
	/* And while a token is on its way. */
	token_stub_plan(w->stub, (struct token_plan){.delay_ms = 300});
	w->http = http_create(w->loop, &w->options, &err);
	http_get(w->http, url, NULL, on_done_destroy, w, &err);
	pass(w, 0.1);
	http_destroy(w->http);
	w->http = NULL;
	pass(w, 0.5);
	assert_int_equal(w->calls, 1);
}

/* -- the poller --------------------------------------------------------------------------- */

static void on_round(void *context, bool complete)
{
	struct world *w = context;
	w->calls++;
	w->status = complete;
	ev_break(w->loop, EVBREAK_ALL);
}

/* It need not know: a whole round with a token, and its health without. */
static void the_poller_need_not_know(void **state)
{
	struct world *w = *state;
	struct error err = {""};
	struct feed_health health;
	struct fhir_poll_options o = {.base = w->options.base, .http = w->options};
	for (int good = 0; good < 2; good++) {
		if (!good)
			token_stub_plan(w->stub, (struct token_plan){.status = 400,
							 .body = "{\"error\":\"invalid_client\"}"});
		else
			token_stub_plan(w->stub,
				(struct token_plan){.client_id = "vigie or", .secret = SECRET});
		w->calls = w->status = 0;
		struct fhir_poll *poll =
			fhir_poll_create(w->loop, &o, quiet_sink, wall_ms, NULL, &err);
		assert_non_null(poll);
		fhir_poll_once(poll, on_round, w);
		pass(w, 60);
		fhir_poll_health(poll, &health);
		assert_int_equal(w->calls, 1);
		assert_int_equal(w->status, good);
		check_silent(w, health.error);
		if (!good)
			assert_non_null(strstr(health.error, "token: invalid_client"));
		fhir_poll_destroy(poll);
	}
	assert_true(token_stub_good(w->stub) > 5);
	assert_int_equal(token_stub_bad(w->stub), 0);
}

/* -- vigie fhir --config ------------------------------------------------------------------ */

static int run_verb(struct world *w, const char *url)
{
	char text[1024], path[160];
	snprintf(text, sizeof text,
		"fhir = { base = \"%s\"; client_id = \"vigie or\"; secret_file = \"%s\"; "
		"token_url = \"%s\"; };\n",
		token_stub_base(w->stub), w->secret_file, token_stub_token(w->stub));
	snprintf(path, sizeof path, "%s", keys_write("vigie.conf", 0600, text));
	const char *const argv[] = {"fhir", "--config", path, url, NULL};
	return verb_fhir(url != NULL ? 4 : 3, (char **)(uintptr_t)argv);
}

static void the_verb_takes_the_settings(void **state)
{
	struct world *w = *state;
	assert_int_equal(run_verb(w, NULL), 0);
	int good = token_stub_good(w->stub);
	assert_true(good > 5);
	assert_int_equal(run_verb(w, token_stub_base(w->stub)), 0);
	assert_int_equal(token_stub_good(w->stub), 2 * good);
	assert_int_equal(token_stub_bad(w->stub), 0);
	/* Another server is read without what is this one's. */
	char seen[256];
	struct fhir_stub *other = fhir_stub_start();
	assert_int_equal(run_verb(w, fhir_stub_base(other)), 0);
	assert_true(fhir_stub_hits(other, "") > 5);
	fhir_stub_authorization(other, seen, sizeof seen);
	assert_string_equal(seen, "");
	assert_int_equal(token_stub_posts(w->stub), 2);
	fhir_stub_stop(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sends_the_secret_in_basic),
		TEST(sends_the_secret_in_the_form_where_that_is_wanted),
		TEST(finds_the_way_that_works),
		TEST(signs_for_the_endpoint_it_found),
		TEST(one_request_for_many_that_wait),
		TEST(is_renewed_before_it_ends),
		TEST(is_had_anew_after_it_ended),
		TEST(a_refused_one_is_replaced_once),
		TEST(a_change_is_not_repeated_for_a_token),
		TEST(words_for_each_fault),
		TEST(a_slow_endpoint_keeps_the_deadline),
		TEST(waits_after_a_refusal),
		TEST(comes_back_after_a_fault),
		TEST(a_fault_does_not_end_a_living_token),
		TEST(tells_a_clock_that_is_wrong),
		TEST(says_when_nothing_tells_where_to_ask),
		TEST(a_secret_that_went_away_is_told),
		TEST(the_token_stays_at_home),
		TEST(may_be_destroyed_from_inside_an_answer),
		TEST(the_poller_need_not_know),
		TEST(the_verb_takes_the_settings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
