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
#include <time.h>
#include <unistd.h>

#include "feeds/fhir_poll.h"
#include "feeds/http.h"
#include "src/child.h"
#include "tests/stub/keys.c"
#include "tests/stub/quiet_sink.h"
#include "tests/stub/token_stub.c"

/* TLS as hospitals have it: `openssl s_server` on loopback judges us and is
 * judged; libmicrohttpd (GnuTLS) is the second opinion, with tokens. */

static const char body[] = "{\"resourceType\":\"CapabilityStatement\"}";

static int make_keys(void **state)
{
	(void)state;
	return keys_folder() != NULL && keys_ca("ca") && keys_ca("foreign")
			       && keys_certificate("good", "ca", "DNS:localhost", -1, 3)
			       && keys_certificate("address", "ca", "IP:127.0.0.1", -1, 3)
			       && keys_certificate("other", "ca", "DNS:fhir.example", -1, 3)
			       && keys_certificate("expired", "ca", "DNS:localhost", -9, -2)
			       && keys_certificate("future", "ca", "DNS:localhost", 2, 9)
			       && keys_certificate("station", "ca", "DNS:or-desk-1", -1, 3)
			       && keys_certificate("stranger", "foreign", "DNS:or-desk-1", -1, 3)
			       && keys_certificate("late", "ca", "DNS:or-desk-1", -9, -2)
			       && keys_run("cat station.pem station.key >both.pem")
			       && keys_write("metadata", 0600, body) != NULL
		       ? 0
		       : -1;
}

static int forget_keys(void **state)
{
	(void)state;
	keys_forget();
	return 0;
}

/* -- a server and one request -------------------------------------------------- */

struct server {
	pid_t pid;
	int port;
};

static struct server serve_tls(const char *certificate, const char *more)
{
	char line[1024];
	struct error err = {""};
	struct server s = {.port = child_free_port()};
	snprintf(line, sizeof line,
		"cd %s && exec openssl s_server -WWW -accept 127.0.0.1:%d -cert %s.pem -key %s.key "
		"%s",
		folder, s.port, certificate, certificate, more);
	const char *const argv[] = {"/bin/sh", "-c", line, NULL};
	s.pid = child_start((char *const *)(uintptr_t)argv, keys_path("server.log"), -1, &err);
	assert_true(s.pid > 0);
	assert_int_equal(child_wait_port(s.port, 5000), 0);
	return s;
}

struct got {
	struct ev_loop *loop;
	int calls, status;
	char body[256], error[512];
};

static void on_done(void *context, const struct http_answer *a)
{
	struct got *got = context;
	got->calls++;
	got->status = a->status;
	snprintf(got->body, sizeof got->body, "%.255s", a->body);
	snprintf(got->error, sizeof got->error, "%.500s", a->error);
	ev_break(got->loop, EVBREAK_ALL);
}

static struct got fetch(struct http_options o, const char *url)
{
	struct got got = {.loop = ev_loop_new(EVFLAG_AUTO)};
	struct error err = {""};
	struct http *http = http_create(got.loop, &o, &err);
	if (http == NULL)
		print_error("%s\n", err.text);
	assert_non_null(http);
	assert_int_equal(http_get(http, url, NULL, on_done, &got, &err), 0);
	ev_run(got.loop, 0);
	assert_int_equal(got.calls, 1);
	http_destroy(http);
	ev_loop_destroy(got.loop);
	return got;
}

static struct got fetch_from(const struct server *s, const char *host, struct http_options o)
{
	char url[128];
	snprintf(url, sizeof url, "https://%s:%d/metadata", host, s->port);
	return fetch(o, url);
}

static struct http_options trusting(const char *ca)
{
	return (struct http_options){.ca_file = ca != NULL ? keys_path(ca) : NULL};
}

static struct http_options showing(const char *certificate, const char *key)
{
	struct http_options o = trusting("ca.pem");
	o.cert_file = keys_path(certificate);
	o.key_file = key != NULL ? keys_path(key) : NULL;
	return o;
}

static void expect_good(struct got got)
{
	assert_string_equal(got.error, "");
	assert_int_equal(got.status, 200);
	assert_string_equal(got.body, body);
}

static void expect_words(struct got got, const char *words)
{
	if (got.status != 0 || strstr(got.error, words) == NULL)
		print_error("wanted \"%s\", got %d \"%s\"\n", words, got.status, got.error);
	assert_int_equal(got.status, 0);
	assert_string_equal(got.body, "");
	assert_non_null(strstr(got.error, words));
}

/* -- the server's certificate ---------------------------------------------------- */

static void judges_the_certificate_of_the_server(void **state)
{
	(void)state;
	static const struct {
		const char *certificate, *host, *ca, *words; /* NULL: good */
	} cases[] = {
		{"good", "localhost", "ca.pem", NULL},
		{"good", "127.0.0.1", "ca.pem", "its certificate is for another host name"},
		{"good", "localhost", "foreign.pem", "not signed by fhir.ca"},
		{"good", "localhost", NULL, "not signed by fhir.ca"}, /* the system's own */
		{"address", "127.0.0.1", "ca.pem", NULL},
		{"address", "localhost", "ca.pem", "its certificate is for another host name"},
		{"other", "localhost", "ca.pem", "its certificate is for another host name"},
		{"expired", "localhost", "ca.pem", "its certificate has expired"},
		{"future", "localhost", "ca.pem", "its certificate is not yet valid"},
		{"foreign", "localhost", "ca.pem", "not signed by fhir.ca"}, /* self-signed */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct server s = serve_tls(cases[i].certificate, "");
		struct got got = fetch_from(&s, cases[i].host, trusting(cases[i].ca));
		child_end(s.pid);
		if (cases[i].words != NULL)
			expect_words(got, cases[i].words);
		else
			expect_good(got);
	}
}

/* `insecure` lets plain text pass; it never makes a certificate good. */
static void insecure_does_not_trust_anybody(void **state)
{
	(void)state;
	struct server s = serve_tls("good", "");
	struct http_options o = trusting("foreign.pem");
	o.insecure = true;
	expect_words(fetch_from(&s, "localhost", o), "not signed by fhir.ca");
	child_end(s.pid);
}

/* -- versions ---------------------------------------------------------------------- */

static void speaks_tls_of_1_2_or_later_only(void **state)
{
	(void)state;
	struct server s = serve_tls("good", "-tls1_2");
	expect_good(fetch_from(&s, "localhost", trusting("ca.pem")));
	child_end(s.pid);
	s = serve_tls("good", "-tls1_3");
	expect_good(fetch_from(&s, "localhost", trusting("ca.pem")));
	child_end(s.pid);
	s = serve_tls("good", "-tls1_1 -cipher ALL:@SECLEVEL=0");
	/* It does speak 1.1, to whoever would. */
	assert_true(keys_run("openssl s_client -connect 127.0.0.1:%d -tls1_1 -CAfile ca.pem "
			     "-cipher ALL:@SECLEVEL=0 </dev/null",
		s.port));
	expect_words(fetch_from(&s, "localhost", trusting("ca.pem")),
		"it speaks no TLS of version 1.2 or later");
	child_end(s.pid);
}

/* Says in plain text that it does not understand, and waits until we leave: a
 * server that closes at once may reset the connection before its words arrive. */
static void *speak_plainly(void *context)
{
	static const char words[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
	char hello[4096];
	int fd = accept(*(int *)context, NULL, NULL);
	if (recv(fd, hello, sizeof hello, 0) > 0)
		send(fd, words, strlen(words), MSG_NOSIGNAL);
	while (recv(fd, hello, sizeof hello, 0) > 0)
		;
	close(fd);
	return NULL;
}

static void tells_a_port_without_tls(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	pthread_t thread;
	char url[128];
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)state;
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
	assert_int_equal(pthread_create(&thread, NULL, speak_plainly, &listener), 0);
	snprintf(url, sizeof url, "https://127.0.0.1:%d/fhir", ntohs(at.sin_port));
	expect_words(fetch(trusting("ca.pem"), url), "it does not speak TLS on this port");
	pthread_join(thread, NULL);
	close(listener);
}

/* -- our certificate ------------------------------------------------------------------ */

/* In TLS 1.3 the refusal comes after we began to speak; the server closes with
 * our words unread, and the reset may overtake its alert. Never an answer, and
 * the reason is told when it arrives. */
static void expect_refusal(const struct server *s, struct http_options o, const char *words)
{
	struct got got = fetch_from(s, "localhost", o);
	for (int i = 0; i < 20 && strstr(got.error, words) == NULL; i++) {
		assert_int_equal(got.status, 0);
		got = fetch_from(s, "localhost", o);
	}
	expect_words(got, words);
}

static void shows_our_certificate_when_asked(void **state)
{
	(void)state;
	/* As a hospital's gateway has it: no certificate, no handshake. */
	static const char wanted[] = "-Verify 1 -verify_return_error -CAfile ca.pem %s";
	static const char *const versions[] = {"-tls1_3", "-tls1_2"};
	for (size_t i = 0; i < 2; i++) {
		char more[128];
		snprintf(more, sizeof more, wanted, versions[i]);
		struct server s = serve_tls("good", more);
		expect_good(fetch_from(&s, "localhost", showing("station.pem", "station.key")));
		expect_good(fetch_from(&s, "localhost", showing("both.pem", NULL)));
		expect_refusal(&s, trusting("ca.pem"), "a client certificate");
		expect_refusal(&s, showing("stranger.pem", "stranger.key"),
			"it refuses our certificate fhir.cert (unknown CA)");
		expect_refusal(&s, showing("late.pem", "late.key"),
			"it refuses our certificate fhir.cert (expired)");
		expect_good(fetch_from(&s, "localhost", showing("station.pem", "station.key")));
		child_end(s.pid);
	}
}

static void expect_refused(struct http_options o, const char *say)
{
	struct error err = {""};
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	assert_null(http_create(loop, &o, &err));
	if (strstr(err.text, say) == NULL)
		print_error("wanted \"%s\", got \"%s\"\n", say, err.text);
	assert_non_null(strstr(err.text, say));
	ev_loop_destroy(loop);
}

static void names_a_file_that_will_not_do(void **state)
{
	(void)state;
	assert_true(keys_run("openssl pkey -in station.key -aes128 -passout pass:x -out locked.key "
			     "&& cp station.key read.key && chmod 644 read.key && cp both.pem "
			     "read-both.pem && chmod 644 read-both.pem"));
	keys_write("garbage.pem", 0600, "not a certificate\n");
	expect_refused(trusting("nowhere.pem"), "fhir.ca");
	expect_refused(showing("nowhere.pem", "station.key"), "fhir.cert");
	expect_refused(showing("station.pem", "nowhere.key"), "fhir.key");
	expect_refused(showing("station.pem", "read.key"), "chmod 600");
	expect_refused(showing("read-both.pem", NULL), "chmod 600");
	expect_refused(showing("station.pem", NULL), "without fhir.key: fhir.cert");
	/* OpenSSL would ask for the password on the terminal. */
	expect_refused(showing("station.pem", "locked.key"), "is encrypted");
	expect_refused(showing("station.pem", "late.key"), "is not the key of the certificate");
	expect_refused(showing("garbage.pem", "station.key"), "is not a PEM certificate");
	expect_refused((struct http_options){.key_file = keys_path("station.key")},
		"fhir.key needs fhir.cert");
}

/* -- tokens and the poller, over TLS with certificates of both sides ------------------------- */

struct rig {
	struct token_stub *stub;
	struct http_options options;
};

static struct rig open_rig(void)
{
	struct token_tls tls = {
		keys_path("address.pem"), keys_path("address.key"), keys_path("ca.pem")};
	struct rig r = {.stub = token_stub_start(&tls)};
	assert_non_null(r.stub);
	token_stub_plan(r.stub, (struct token_plan){.client_id = "vigie", .secret = "s3cret"});
	token_stub_configuration(r.stub, "{\"token_endpoint\":\"%ORIGIN%/token\"}");
	r.options = showing("station.pem", "station.key");
	r.options.base = token_stub_base(r.stub);
	r.options.auth.client_id = "vigie";
	r.options.auth.secret_file = keys_write("secret", 0600, "s3cret\n");
	return r;
}

static void tokens_come_over_tls_too(void **state)
{
	(void)state;
	struct rig r = open_rig();
	struct got got = fetch(r.options, r.options.base);
	assert_string_equal(got.error, "");
	assert_int_equal(got.status, 200);
	assert_int_equal(token_stub_good(r.stub), 1);
	r.options.auth.token_url = token_stub_token(r.stub);
	r.options.cert_file = r.options.key_file = NULL;
	expect_words(fetch(r.options, r.options.base), "token: no_certificate (HTTP 403)");
	r.options.ca_file = keys_path("foreign.pem");
	expect_words(fetch(r.options, r.options.base), "token: TLS: its certificate is not signed");
	assert_int_equal(token_stub_posts(r.stub), 1);
	/* A server on https cannot send the secret over plain http. */
	r.options = showing("station.pem", "station.key");
	r.options.base = token_stub_base(r.stub);
	r.options.auth.client_id = "vigie";
	r.options.auth.secret_file = keys_path("secret");
	token_stub_configuration(r.stub, "{\"token_endpoint\":\"http://127.0.0.1:9/token\"}");
	expect_words(fetch(r.options, r.options.base), "is not https: refused");
	token_stub_stop(r.stub);
}

static void on_round(void *context, bool complete)
{
	struct got *got = context;
	got->calls++;
	got->status = complete;
	ev_break(got->loop, EVBREAK_ALL);
}

static void a_round_of_the_poller(void **state)
{
	(void)state;
	struct rig r = open_rig();
	struct feed_health health;
	struct error err = {""};
	for (int good = 0; good < 2; good++) {
		struct got got = {.loop = ev_loop_new(EVFLAG_AUTO)};
		struct fhir_poll_options o = {.base = r.options.base, .http = r.options};
		if (!good)
			o.http.ca_file = keys_path("foreign.pem");
		struct fhir_poll *poll =
			fhir_poll_create(got.loop, &o, quiet_sink, wall_ms, NULL, &err);
		assert_non_null(poll);
		fhir_poll_once(poll, on_round, &got);
		ev_run(got.loop, 0);
		fhir_poll_health(poll, &health);
		assert_int_equal(got.status, good);
		assert_int_equal(health.state == FEED_UP, good);
		assert_false(health.insecure);
		if (!good)
			assert_non_null(strstr(health.error, "its certificate is not signed"));
		fhir_poll_destroy(poll);
		ev_loop_destroy(got.loop);
	}
	token_stub_stop(r.stub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_the_certificate_of_the_server),
		cmocka_unit_test(insecure_does_not_trust_anybody),
		cmocka_unit_test(speaks_tls_of_1_2_or_later_only),
		cmocka_unit_test(tells_a_port_without_tls),
		cmocka_unit_test(shows_our_certificate_when_asked),
		cmocka_unit_test(names_a_file_that_will_not_do),
		cmocka_unit_test(tokens_come_over_tls_too),
		cmocka_unit_test(a_round_of_the_poller),
	};
	return cmocka_run_group_tests(tests, make_keys, forget_keys);
}
