/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feeds/http.h"
#include "tests/stub/fhir_stub.c" /* one stub, two tests: not worth an archive */

struct got {
	struct ev_loop *loop;
	int calls, status;
	size_t len;
	char body[256], error[512], etag[256], type[64];
	double retry_after_s;
	bool sent;
};

static void on_done(void *context, const struct http_answer *a)
{
	struct got *got = context;
	got->calls++;
	got->status = a->status;
	got->len = a->len;
	got->retry_after_s = a->retry_after_s;
	snprintf(got->body, sizeof got->body, "%.255s", a->body);
	snprintf(got->error, sizeof got->error, "%.500s", a->error);
	snprintf(got->etag, sizeof got->etag, "%.255s", a->etag);
	got->sent = a->sent;
	snprintf(got->type, sizeof got->type, "%.63s", a->content_type);
	ev_break(got->loop, EVBREAK_ALL);
}

struct world {
	struct ev_loop *loop;
	struct fhir_stub *stub;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->loop = ev_loop_new(EVFLAG_AUTO);
	w->stub = fhir_stub_start();
	*state = w;
	return w->stub != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *w = *state;
	fhir_stub_stop(w->stub);
	ev_loop_destroy(w->loop);
	free(w);
	return 0;
}

static struct got fetch(struct world *w, struct http_options options, const char *path)
{
	struct got got = {.loop = w->loop};
	struct error err = {""};
	char url[256];
	struct http *http = http_create(w->loop, &options, &err);
	assert_non_null(http);
	snprintf(url, sizeof url, "%s%s", fhir_stub_base(w->stub), path);
	assert_int_equal(http_get(http, url, NULL, on_done, &got, &err), 0);
	assert_int_equal(got.calls, 0); /* never from inside the call */
	ev_run(w->loop, 0);
	assert_int_equal(got.calls, 1);
	http_destroy(http);
	return got;
}

static void gets_what_was_sent(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "/Patient",
					.body = "{\"a\":1}",
					.header = "ETag",
					.value = "W/\"7\""});
	struct got got = fetch(w, (struct http_options){0}, "/Patient?x=1");
	assert_int_equal(got.status, 200);
	assert_string_equal(got.body, "{\"a\":1}");
	assert_string_equal(got.etag, "W/\"7\"");
	assert_string_equal(got.type, "application/fhir+json");
	assert_string_equal(got.error, "");
	assert_true(got.retry_after_s < 0);
	assert_string_equal(fhir_stub_request(w->stub, "", 0), "/fhir/Patient?x=1");
}

static void refuses_an_answer_over_the_cap(void **state)
{
	struct world *w = *state;
	static char big[5000];
	memset(big, 'x', sizeof big - 1);
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "/big", .body = big});
	struct got got = fetch(w, (struct http_options){.max_bytes = 1000}, "/big");
	assert_int_equal(got.status, 0);
	assert_non_null(strstr(got.error, "larger than 1000"));
	got = fetch(w, (struct http_options){.max_bytes = 4999}, "/big");
	assert_int_equal(got.status, 200);
	assert_int_equal(got.len, 4999);
}

static void names_a_redirect_and_does_not_follow(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "/moved",
					.status = 302,
					.body = "",
					.header = "Location",
					.value = "/fhir/elsewhere"});
	struct got got = fetch(w, (struct http_options){0}, "/moved");
	assert_int_equal(got.status, 302);
	assert_non_null(strstr(got.error, "/fhir/elsewhere is not followed"));
	assert_int_equal(fhir_stub_hits(w->stub, "elsewhere"), 0);
}

static void keeps_the_deadline(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "/slow", .delay_ms = 700});
	struct got got = fetch(w, (struct http_options){.deadline_s = 0.1}, "/slow");
	assert_int_equal(got.status, 0);
	assert_non_null(strstr(got.error, "timed out"));
}

static void reads_retry_after(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(w->stub,
		(struct stub_rule){
			.match = "/wait", .status = 429, .header = "Retry-After", .value = "7"});
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "/azure",
					.status = 429,
					.header = "x-ms-retry-after-ms",
					.value = "1500"});
	assert_true(fetch(w, (struct http_options){0}, "/wait").retry_after_s == 7);
	assert_true(fetch(w, (struct http_options){0}, "/azure").retry_after_s == 1.5);
}

static void tells_a_cut_answer(void **state)
{
	struct world *w = *state;
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "/cut", .body = "{\"a\"", .cut = 10});
	struct got got = fetch(w, (struct http_options){0}, "/cut");
	assert_int_equal(got.status, 0);
	assert_string_not_equal(got.error, "");
}

static void sends_the_token_from_a_private_file_only(void **state)
{
	struct world *w = *state;
	char path[] = "/tmp/vigie-token-XXXXXX", seen[256];
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "secret-1\n", 9), 9);
	close(fd);
	fetch(w, (struct http_options){.bearer_file = path}, "/x");
	fhir_stub_authorization(w->stub, seen, sizeof seen);
	assert_string_equal(seen, "Bearer secret-1");

	struct error err = {""};
	struct got got = {.loop = w->loop};
	struct http *http = http_create(w->loop, &(struct http_options){.bearer_file = path}, &err);
	assert_int_equal(chmod(path, 0644), 0);
	assert_true(http_get(http, fhir_stub_base(w->stub), NULL, on_done, &got, &err) < 0);
	assert_non_null(strstr(err.text, "chmod 600"));
	assert_int_equal(chmod(path, 0600), 0);

	/* Another port is another origin: the token stays at home. */
	struct fhir_stub *other = fhir_stub_start();
	assert_int_equal(http_get(http, fhir_stub_base(w->stub), NULL, on_done, &got, &err), 0);
	ev_run(w->loop, 0);
	assert_int_equal(http_get(http, fhir_stub_base(other), NULL, on_done, &got, &err), 0);
	ev_run(w->loop, 0);
	assert_int_equal(fhir_stub_hits(other, ""), 1);
	fhir_stub_authorization(other, seen, sizeof seen);
	assert_string_equal(seen, "");
	fhir_stub_stop(other);
	http_destroy(http);
	unlink(path);
}

static void refuses_plain_text_beyond_loopback(void **state)
{
	struct world *w = *state;
	struct error err = {""};
	struct got got = {.loop = w->loop};
	struct http *http = http_create(w->loop, &(struct http_options){0}, &err);
	assert_true(http_get(http, "http://192.0.2.1/fhir", NULL, on_done, &got, &err) < 0);
	assert_non_null(strstr(err.text, "--insecure"));
	assert_true(http_get(http, "http://127.0.0.1.example.org/", NULL, on_done, &got, &err) < 0);
	assert_true(http_get(http, "file:///etc/passwd", NULL, on_done, &got, &err) < 0);
	assert_true(http_get(http, "https://u:p@example.org/", NULL, on_done, &got, &err) < 0);
	assert_true(http_get(http, "not a url", NULL, on_done, &got, &err) < 0);
	assert_int_equal(got.calls, 0);
	http_destroy(http);
}

/* CVE-2026-34359: a prefix is not an origin. */
static void compares_origins_by_parts(void **state)
{
	(void)state;
	assert_true(http_same_origin("https://h.example/a", "https://H.example:443/b?c"));
	assert_false(http_same_origin("https://h.example/a", "https://h.example.evil/a"));
	assert_false(http_same_origin("https://h.example", "https://h.example@evil.example/"));
	assert_false(http_same_origin("https://h.example", "http://h.example"));
	assert_false(http_same_origin("https://h.example", "https://h.example:8443"));
	assert_false(http_same_origin("https://h.example:443:443/", "https://h.example/"));
}

static void resolves_links_as_servers_write_them(void **state)
{
	(void)state;
	static const char base[] = "https://h.example/r4/Appointment?x=1";
	static const struct {
		const char *link, *whole;
	} cases[] = {
		{"https://h.example/r4?_getpages=8", "https://h.example/r4?_getpages=8"},
		{"/r4?page=2", "https://h.example/r4?page=2"},
		{"?page=2", "https://h.example/r4/Appointment?page=2"},
		{"Appointment?page=2", "https://h.example/r4/Appointment?page=2"},
		{"fqs.zusapi.com/rest/x", NULL}, /* scheme-less (Zus, May 2024) */
		{"h.example:443/x", NULL},
		{"https://h.example:443:443/x", NULL}, /* doubled port (HAPI behind a proxy) */
		{"javascript:alert(1)", NULL},
		{"ftp://h.example/x", NULL},
		{"", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char out[256] = "";
		bool good = http_resolve(base, cases[i].link, out, sizeof out);
		assert_int_equal(good, cases[i].whole != NULL);
		if (good)
			assert_string_equal(out, cases[i].whole);
	}
}

/* Whether any of it went out decides whether it may have happened. */
static void tells_whether_anything_was_sent(void **state)
{
	struct world *w = *state;
	const struct http_change change = {.method = "PUT",
		.type = "text/plain",
		.text = "x",
		.if_match = "W/\"1\"",
		.request_id = "a\r\nEvil: 1"};
	struct got got = {.loop = w->loop};
	struct error err = {""};
	char url[256], seen[64];
	struct http *http = http_create(w->loop, &(struct http_options){.deadline_s = 0.2}, &err);
	fhir_stub_rule(w->stub, (struct stub_rule){.match = "/slow", .uses = 1, .delay_ms = 600});
	snprintf(url, sizeof url, "%s/slow", fhir_stub_base(w->stub));
	assert_int_equal(http_change(http, url, &change, on_done, &got, &err), 0);
	ev_run(w->loop, 0);
	assert_int_equal(got.status, 0);
	assert_true(got.sent);
	fhir_stub_header(w->stub, "If-Match", seen, sizeof seen);
	assert_string_equal(seen, "W/\"1\"");
	fhir_stub_header(w->stub, "Evil", seen, sizeof seen);
	assert_string_equal(seen, "");
	fhir_stub_stop(w->stub);
	assert_int_equal(http_change(http, url, &change, on_done, &got, &err), 0);
	ev_run(w->loop, 0);
	assert_int_equal(got.status, 0);
	assert_false(got.sent);
	http_destroy(http);
	w->stub = fhir_stub_start();
}

/* A version cut short would match nothing, or another one. */
static void drops_a_version_it_cannot_keep(void **state)
{
	struct world *w = *state;
	char tag[300];
	memset(tag, 'v', sizeof tag);
	tag[249] = '\0';
	fhir_stub_rule(
		w->stub, (struct stub_rule){.match = "/fits", .header = "ETag", .value = tag});
	struct got got = fetch(w, (struct http_options){0}, "/fits");
	assert_int_equal(strlen(got.etag), 249);
	char longer[300];
	memset(longer, 'v', sizeof longer);
	longer[250] = '\0';
	fhir_stub_rule(
		w->stub, (struct stub_rule){.match = "/long", .header = "ETag", .value = longer});
	got = fetch(w, (struct http_options){0}, "/long");
	assert_string_equal(got.etag, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gets_what_was_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_an_answer_over_the_cap, setup, teardown),
		cmocka_unit_test_setup_teardown(
			names_a_redirect_and_does_not_follow, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_the_deadline, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_retry_after, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_a_cut_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(
			sends_the_token_from_a_private_file_only, setup, teardown),
		cmocka_unit_test_setup_teardown(
			refuses_plain_text_beyond_loopback, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_whether_anything_was_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(drops_a_version_it_cannot_keep, setup, teardown),
		cmocka_unit_test(compares_origins_by_parts),
		cmocka_unit_test(resolves_links_as_servers_write_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
