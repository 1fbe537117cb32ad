/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "feeds/http.h"
#include "tests/stub/keys.c"

/* Answers no HTTP library would send: bytes as they are, from a socket of
 * loopback, by a thread of the test. */

struct raw {
	int listener, port;
	pthread_t thread;
	const char *bytes, *again; /* `again`: repeated until nobody reads */
	size_t len;
	useconds_t pause_us; /* between two bytes */
};

static void send_slowly(int fd, const struct raw *raw)
{
	for (size_t i = 0; i < raw->len; i++) {
		if (send(fd, raw->bytes + i, 1, MSG_NOSIGNAL) != 1)
			return;
		usleep(raw->pause_us);
	}
}

static void *serve(void *context)
{
	struct raw *raw = context;
	char request[4096];
	size_t n = 0;
	int fd = accept(raw->listener, NULL, NULL);
	for (ssize_t got; n < sizeof request - 1; n += (size_t)got) {
		got = recv(fd, request + n, sizeof request - 1 - n, 0);
		if (got <= 0)
			break;
		request[n + (size_t)got] = '\0';
		if (strstr(request, "\r\n\r\n") != NULL)
			break;
	}
	if (raw->pause_us > 0)
		send_slowly(fd, raw);
	else
		send(fd, raw->bytes, raw->len, MSG_NOSIGNAL);
	while (raw->again != NULL && send(fd, raw->again, strlen(raw->again), MSG_NOSIGNAL) > 0)
		;
	close(fd);
	return NULL;
}

struct got {
	struct ev_loop *loop;
	int calls, status;
	size_t len;
	double retry_after_s;
	char etag[300], type[300], error[512];
};

static void on_done(void *context, const struct http_answer *a)
{
	struct got *got = context;
	got->calls++;
	got->status = a->status;
	got->len = a->len;
	got->retry_after_s = a->retry_after_s;
	snprintf(got->etag, sizeof got->etag, "%s", a->etag);
	snprintf(got->type, sizeof got->type, "%s", a->content_type);
	snprintf(got->error, sizeof got->error, "%.500s", a->error);
	assert_int_equal(a->body[a->len], '\0');
	ev_break(got->loop, EVBREAK_ALL);
}

static struct got fetch(struct raw raw, struct http_options o)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	struct got got = {.loop = ev_loop_new(EVFLAG_AUTO)};
	struct error err = {""};
	char url[64];
	raw.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(raw.listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(raw.listener, 1), 0);
	assert_int_equal(getsockname(raw.listener, (struct sockaddr *)&at, &size), 0);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/fhir", ntohs(at.sin_port));
	assert_int_equal(pthread_create(&raw.thread, NULL, serve, &raw), 0);
	struct http *http = http_create(got.loop, &o, &err);
	assert_int_equal(http_get(http, url, NULL, on_done, &got, &err), 0);
	ev_run(got.loop, 0);
	assert_int_equal(got.calls, 1);
	http_destroy(http);
	pthread_join(raw.thread, NULL);
	close(raw.listener);
	ev_loop_destroy(got.loop);
	return got;
}

static struct raw text(const char *bytes)
{
	return (struct raw){.bytes = bytes, .len = strlen(bytes)};
}

/* -- compressed ------------------------------------------------------------------ */

/* `size` zeros as a gzip answer, malloc'd. */
static struct raw zipped(const char *size, size_t cut)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
				   "Connection: close\r\n\r\n";
	static char bytes[65536];
	assert_true(keys_run("head -c %s /dev/zero | gzip -9 >zeros.gz", size));
	FILE *file = fopen(keys_path("zeros.gz"), "rb");
	assert_non_null(file);
	size_t n = strlen(head);
	memcpy(bytes, head, n);
	n += fread(bytes + n, 1, sizeof bytes - n, file);
	assert_true(feof(file));
	fclose(file);
	return (struct raw){.bytes = bytes, .len = n - cut};
}

static void unpacks_up_to_the_cap(void **state)
{
	(void)state;
	struct http_options o = {.max_bytes = 100000};
	struct got got = fetch(zipped("100000", 0), o);
	assert_int_equal(got.status, 200);
	assert_int_equal(got.len, 100000);
	/* 32 MB in 32 kB: what counts is what comes out. */
	got = fetch(zipped("32000000", 0), o);
	assert_int_equal(got.status, 0);
	assert_non_null(strstr(got.error, "larger than 100000"));
	/* A cut one is told as an error; its beginning is not an answer. */
	got = fetch(zipped("100000", 20), o);
	assert_true(got.status == 0 || got.len < 100000);
}

static void refuses_a_coding_it_does_not_know(void **state)
{
	(void)state;
	struct got got = fetch(text("HTTP/1.1 200 OK\r\nContent-Encoding: zip\r\n"
				    "Content-Length: 2\r\n\r\n{}"),
		(struct http_options){0});
	assert_int_equal(got.status, 0);
	assert_string_not_equal(got.error, "");
}

/* -- headers --------------------------------------------------------------------- */

static void survives_headers_without_end(void **state)
{
	(void)state;
	struct rusage before, after;
	static char line[4096];
	memset(line, 'x', sizeof line - 1);
	memcpy(line, "X-A: ", 5);
	memcpy(line + sizeof line - 3, "\r\n", 2);
	struct raw raw = text("HTTP/1.1 200 OK\r\n");
	raw.again = line;
	getrusage(RUSAGE_SELF, &before);
	struct got got = fetch(raw, (struct http_options){.deadline_s = 10});
	getrusage(RUSAGE_SELF, &after);
	assert_int_equal(got.status, 0);
	assert_string_not_equal(got.error, "");
	assert_true(after.ru_maxrss - before.ru_maxrss < 65536); /* KiB */
	/* One line of it. */
	line[sizeof line - 3] = line[sizeof line - 2] = 'x';
	raw.again = line;
	got = fetch(raw, (struct http_options){.deadline_s = 10});
	assert_int_equal(got.status, 0);
}

static void survives_what_is_not_http(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",
		"\r\n\r\n",
		"SSH-2.0-OpenSSH_9.2\r\n",
		"{\"resourceType\":\"Bundle\"}",
		"HTTP/1.1 99999 OK\r\n\r\n",
		"HTTP/9.9 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}",
		"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n",
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct got got = fetch(text(cases[i]), (struct http_options){.deadline_s = 10});
		if (got.status == 200)
			print_error("case %zu passed for an answer\n", i);
		assert_int_not_equal(got.status, 200);
	}
	/* A length that cannot be counted is none: to the end of the connection. */
	struct got got =
		fetch(text("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}"),
			(struct http_options){0});
	assert_int_equal(got.len, 2);
}

static void reads_headers_as_text_only(void **state)
{
	(void)state;
	struct got got = fetch(text("HTTP/1.1 200 OK\r\nETag: W/\"\xff\xfe\x1b[31m\"\r\n"
				    "Retry-After: soon\r\nContent-Length: 2\r\n\r\n{}"),
		(struct http_options){0});
	assert_int_equal(got.status, 200);
	assert_string_equal(got.type, "");
	assert_true(got.retry_after_s <= 0);
	static const char *const waits[] = {"nan", "-5", "inf", "1e300", "abc"};
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		char answer[256];
		snprintf(answer, sizeof answer,
			"HTTP/1.1 429 No\r\nx-ms-retry-after-ms: %s\r\nContent-Length: 0\r\n\r\n",
			waits[i]);
		got = fetch(text(answer), (struct http_options){0});
		assert_int_equal(got.status, 429);
		assert_true(got.retry_after_s <= 0);
	}
	got = fetch(text("HTTP/1.1 429 No\r\nRetry-After: 9999999999\r\nContent-Length: 0\r\n\r\n"),
		(struct http_options){0});
	assert_true(got.retry_after_s <= 86400);
	/* A long one is cut, not spilled. */
	static char longest[9000];
	int n = snprintf(longest, sizeof longest, "HTTP/1.1 200 OK\r\nETag: \"%08000d\"\r\n", 7);
	snprintf(longest + n, sizeof longest - (size_t)n, "Content-Length: 2\r\n\r\n{}");
	got = fetch(text(longest), (struct http_options){0});
	assert_int_equal(got.status, 200);
	assert_true(strlen(got.etag) < 256);
}

/* A byte now and then keeps a socket alive, not a request. */
static void a_drip_does_not_outlast_the_deadline(void **state)
{
	(void)state;
	struct raw raw = text("HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n"
			      "..............................");
	raw.pause_us = 20000;
	struct got got = fetch(raw, (struct http_options){.deadline_s = 0.3});
	assert_int_equal(got.status, 0);
	assert_non_null(strstr(got.error, "timed out"));
}

static int setup(void **state)
{
	(void)state;
	return keys_folder() != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	keys_forget();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpacks_up_to_the_cap),
		cmocka_unit_test(refuses_a_coding_it_does_not_know),
		cmocka_unit_test(survives_headers_without_end),
		cmocka_unit_test(survives_what_is_not_http),
		cmocka_unit_test(reads_headers_as_text_only),
		cmocka_unit_test(a_drip_does_not_outlast_the_deadline),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
