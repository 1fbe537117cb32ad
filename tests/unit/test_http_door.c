/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP port with real sockets. Expected: src/http_door.h (a press is on
 * disk before 200; what cannot be taken is 503; nothing without the token) and
 * a whole station that hears a gateway by HTTP.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/http_door.h"
#include "src/journal.h"
#include "src/site_file.h"
#include "src/station.h"
#include "src/suite_clock.h"

struct world {
	char folder[64];
	struct ev_loop *loop;
	struct http_door *door;
	struct press_table *presses;
	struct site *site;
	atomic_int commits, commit_rc;
	int count;
	char topic[600];
	unsigned char body[64];
	size_t len;
};

static int on_commit(void *context, const char *topic, const void *bytes, size_t len, bool retained)
{
	struct world *w = context;
	(void)topic, (void)bytes, (void)len, (void)retained;
	atomic_fetch_add(&w->commits, 1);
	return atomic_load(&w->commit_rc);
}

static void on_message(
	void *context, const char *topic, const void *bytes, size_t len, bool retained)
{
	struct world *w = context;
	assert_false(retained);
	w->count++;
	snprintf(w->topic, sizeof w->topic, "%s", topic);
	w->len = len;
	memcpy(w->body, bytes, len < sizeof w->body ? len : sizeof w->body);
}

static int64_t now_ms(void *context)
{
	(void)context;
	return 1773655200000;
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct error err = {""};
	snprintf(w->folder, sizeof w->folder, "/tmp/vigie-http-XXXXXX");
	if (mkdtemp(w->folder) == NULL)
		return -1;
	w->loop = ev_loop_new(EVFLAG_AUTO);
	w->site = site_load("etc/demo/site.cfg", NULL, &err);
	if (w->site == NULL)
		return -1;
	w->presses = press_table_create(w->site);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	char command[160];
	http_door_close(w->door);
	press_table_destroy(w->presses);
	site_free(w->site);
	ev_loop_destroy(w->loop);
	snprintf(command, sizeof command, "rm -rf %s", w->folder);
	int rc = system(command);
	free(w);
	return rc;
}

static const char *make_file(struct world *w, const char *name, const char *text, mode_t mode)
{
	static char path[4][200];
	static int next;
	char *out = path[next++ % 4];
	snprintf(out, sizeof path[0], "%s/%s", w->folder, name);
	FILE *f = fopen(out, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(out, mode), 0);
	return out;
}

static void open_with(struct world *w, struct http_door_options o)
{
	struct error err = {""};
	w->door = http_door_open(w->loop, &o, w->presses, on_commit, on_message, now_ms, w, &err);
	if (w->door == NULL)
		fail_msg("%s", err.text);
	assert_true(http_door_port(w->door) > 0);
}

static void expect_refused(struct world *w, struct http_door_options o, const char *why)
{
	struct error err = {""};
	assert_null(
		http_door_open(w->loop, &o, w->presses, on_commit, on_message, now_ms, w, &err));
	if (strstr(err.text, why) == NULL)
		fail_msg("%s", err.text);
}

static void run_for(struct world *w, int ms)
{
	int64_t end = monotonic_ms() + ms;
	do {
		ev_run(w->loop, EVRUN_NOWAIT);
		usleep(500);
	} while (monotonic_ms() < end);
}

static void run_until_count(struct world *w, int count)
{
	int64_t end = monotonic_ms() + 5000;
	while (w->count < count && monotonic_ms() < end)
		run_for(w, 1);
	assert_int_equal(w->count, count);
}

struct post {
	const char *path, *method, *header;
	const void *body;
	long len;
	const char *ca; /* https */
};

static size_t swallow(char *data, size_t size, size_t n, void *context)
{
	(void)data;
	(void)context;
	return size * n;
}

/* The status; 0 when there was none. */
static long ask(uint16_t port, struct post p)
{
	char url[300];
	long status = 0;
	CURL *c = curl_easy_init();
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
	snprintf(url, sizeof url, "%s://127.0.0.1:%d%s", p.ca != NULL ? "https" : "http", port,
		p.path);
	if (p.header != NULL)
		headers = curl_slist_append(headers, p.header);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 10L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	if (p.ca != NULL)
		curl_easy_setopt(c, CURLOPT_CAINFO, p.ca);
	if (p.body != NULL) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, p.len);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, p.body);
	}
	if (p.method != NULL)
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, p.method);
	curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(c);
	return status;
}

static const char json[] = "[{\"type\":\"Gateway\",\"mac\":\"AC233FC00001\"}]";
#define JSON .body = json, .len = sizeof json - 1

static void a_body_reaches_the_loop_with_its_path_as_topic(void **state)
{
	struct world *w = *state;
	struct feed_health h = {0};
	/* Binary-LONG begins with BB 01 and holds NUL bytes. */
	static const unsigned char binary[] = {0xBB, 0x01, 0x00, 0x00, 0x07};
	open_with(w, (struct http_door_options){.listen = "127.0.0.1:0"});
	uint16_t port = http_door_port(w->door);
	assert_int_equal(ask(port, (struct post){.path = "/gw/AC233FC00001/status", JSON}), 200);
	run_until_count(w, 1);
	assert_string_equal(w->topic, "http/gw/AC233FC00001/status");
	assert_int_equal(w->len, sizeof json - 1);
	assert_memory_equal(w->body, json, sizeof json - 1);
	assert_int_equal(
		ask(port, (struct post){.path = "/", .body = binary, .len = sizeof binary}), 200);
	run_until_count(w, 2);
	assert_string_equal(w->topic, "http/");
	assert_memory_equal(w->body, binary, sizeof binary);
	assert_int_equal(ask(port, (struct post){.path = "/health"}), 200);
	http_door_health(w->door, &h);
	assert_int_equal(h.messages, 2);
	assert_int_equal(h.bytes, sizeof json - 1 + sizeof binary);
	assert_int_equal(h.errors, 0);
	assert_int_equal(h.state, FEED_UP);
	assert_false(h.insecure);
	assert_int_equal(atomic_load(&w->commits), 0); /* no press in it */
}

static void what_is_no_payload_is_refused(void **state)
{
	struct world *w = *state;
	struct feed_health h = {0};
	static char large[256 * 1024 + 1];
	open_with(w, (struct http_door_options){.listen = "127.0.0.1:0"});
	uint16_t port = http_door_port(w->door);
	memset(large, 'x', sizeof large);
	assert_int_equal(ask(port, (struct post){.path = "/a"}), 405);
	assert_int_equal(ask(port, (struct post){.path = "/a", .method = "PUT", JSON}), 405);
	assert_int_equal(
		ask(port, (struct post){.path = "/a", .header = "Origin: http://x", JSON}), 403);
	assert_int_equal(
		ask(port, (struct post){.path = "/a", .header = "Content-Encoding: gzip", JSON}),
		415);
	assert_int_equal(
		ask(port, (struct post){.path = "/a", .body = large, .len = sizeof large}), 413);
	assert_int_equal(ask(port, (struct post){.path = "/a",
					   .header = "Transfer-Encoding: chunked",
					   .body = large,
					   .len = sizeof large}),
		413);
	assert_int_equal(
		ask(port, (struct post){.path = "/a", .body = large, .len = sizeof large - 1}),
		200);
	run_until_count(w, 1);
	http_door_health(w->door, &h);
	assert_int_equal(h.errors, 6);
	assert_int_equal(h.refused[REFUSED_TOO_LARGE], 2);
	assert_string_equal(h.error, "larger than 256 KiB");
}

static void the_token_is_asked_for(void **state)
{
	struct world *w = *state;
	const char *file = make_file(w, "token", "s3cret\nnot this\n", 0600);
	open_with(w, (struct http_door_options){.listen = "127.0.0.1:0", .token_file = file});
	uint16_t port = http_door_port(w->door);
	assert_int_equal(ask(port, (struct post){.path = "/a", JSON}), 401);
	assert_int_equal(
		ask(port,
			(struct post){.path = "/a", .header = "Authorization: Bearer s3cre", JSON}),
		401);
	assert_int_equal(
		ask(port,
			(struct post){.path = "/a", .header = "Authorization: Basic s3cret", JSON}),
		401);
	assert_int_equal(ask(port, (struct post){.path = "/health"}), 200);
	run_for(w, 20);
	assert_int_equal(w->count, 0);
	assert_int_equal(ask(port, (struct post){.path = "/a",
					   .header = "Authorization: Bearer s3cret",
					   JSON}),
		200);
	run_until_count(w, 1);
}

static void a_full_ring_is_503(void **state)
{
	struct world *w = *state;
	struct feed_health h = {0};
	static char body[900];
	long last = 200;
	int taken = 0;
	memset(body, 'x', sizeof body);
	open_with(w, (struct http_door_options){.listen = "0", .ring_bytes = 4096});
	for (int i = 0; i < 20 && last == 200; i++) {
		last = ask(http_door_port(w->door),
			(struct post){.path = "/a", .body = body, .len = sizeof body});
		taken += last == 200;
	}
	assert_int_equal(last, 503);
	assert_in_range(taken, 2, 4);
	http_door_health(w->door, &h);
	assert_int_equal(h.drops, 1);
	run_until_count(w, taken); /* what was answered 200 is there */
	assert_int_equal(
		ask(http_door_port(w->door), (struct post){.path = "/a", .body = body, .len = 10}),
		200);
}

/* The first tag that has a signature, as a JSON-LONG row that presses. */
static void press_payload(const struct world *w, char *out, size_t size)
{
	const struct signature *sig = NULL;
	const struct tag *tag = NULL;
	for (int s = 0; s < w->site->signature_count && tag == NULL; s++)
		for (int i = 0; i < w->site->tag_count && tag == NULL; i++) {
			sig = &w->site->signatures[s];
			if (sig->kind == SIGNATURE_IBEACON
				&& strcmp(sig->model, w->site->tags[i].model) == 0)
				tag = &w->site->tags[i];
		}
	assert_non_null(tag);
	size_t n = (size_t)snprintf(out, size,
		"[{\"timestamp\":\"2026-03-16T09:00:00Z\",\"mac\":\"%s\",\"rssi\":-60,"
		"\"rawData\":\"0201061AFF4C000215",
		tag->mac);
	for (int i = 0; i < 20; i++)
		n += (size_t)snprintf(
			out + n, size - n, "%02X", i < sig->length ? sig->pattern[i] : 0);
	snprintf(out + n, size - n, "C5\"}]");
}

static void a_press_is_committed_before_200(void **state)
{
	struct world *w = *state;
	char body[300];
	press_payload(w, body, sizeof body);
	open_with(w, (struct http_door_options){.listen = "127.0.0.1:0"});
	struct post p = {.path = "/a", .body = body, .len = (long)strlen(body)};
	assert_int_equal(ask(http_door_port(w->door), p), 200);
	assert_int_equal(atomic_load(&w->commits), 1); /* the loop did not run yet */
	assert_int_equal(w->count, 0);
	/* A disk that fails: it is asked for again, and shown all the same. */
	atomic_store(&w->commit_rc, -5);
	assert_int_equal(ask(http_door_port(w->door), p), 503);
	run_until_count(w, 2);
}

static void beyond_this_machine_it_must_be_guarded(void **state)
{
	struct world *w = *state;
	struct feed_health h = {0};
	const char *token = make_file(w, "token", "s3cret\n", 0600);
	const char *loose = make_file(w, "loose", "s3cret\n", 0644);
	const char *none = make_file(w, "none", "\n", 0600);
	expect_refused(w, (struct http_door_options){.listen = "0.0.0.0:0"}, "beyond this machine");
	expect_refused(w, (struct http_door_options){.listen = "0.0.0.0:0", .token_file = token},
		"beyond this machine");
	expect_refused(w, (struct http_door_options){.listen = "[::]:0"}, "beyond this machine");
	expect_refused(w, (struct http_door_options){.listen = "127.0.0.1:0", .token_file = loose},
		"open to others");
	expect_refused(w, (struct http_door_options){.listen = "127.0.0.1:0", .token_file = none},
		"its first line is empty");
	expect_refused(w, (struct http_door_options){.listen = "127.0.0.1:0", .cert_file = token},
		"needs its key");
	expect_refused(
		w, (struct http_door_options){.listen = "gateway.example:80"}, "not an address");
	open_with(w, (struct http_door_options){.listen = "0.0.0.0:0", .insecure = true});
	http_door_health(w->door, &h);
	assert_true(h.insecure); /* stays on screen */
}

static void with_a_certificate_it_speaks_tls(void **state)
{
	struct world *w = *state;
	struct feed_health h = {0};
	char command[900], cert[200], key[200];
	snprintf(cert, sizeof cert, "%s/cert.pem", w->folder);
	snprintf(key, sizeof key, "%s/key.pem", w->folder);
	snprintf(command, sizeof command,
		"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=vigie "
		"-addext subjectAltName=IP:127.0.0.1 -out %s -keyout %s 2>/dev/null && "
		"chmod 600 %s",
		cert, key, key);
	assert_int_equal(system(command), 0);
	const char *token = make_file(w, "token", "s3cret\n", 0600);
	open_with(w, (struct http_door_options){.listen = "0.0.0.0:0",
			     .cert_file = cert,
			     .key_file = key,
			     .token_file = token});
	uint16_t port = http_door_port(w->door);
	struct post p = {.path = "/a", .header = "Authorization: Bearer s3cret", JSON, .ca = cert};
	assert_int_equal(ask(port, p), 200);
	run_until_count(w, 1);
	p.ca = NULL; /* plain text to the TLS port */
	assert_int_not_equal(ask(port, p), 200);
	http_door_health(w->door, &h);
	assert_false(h.insecure);
}

/* Half a request holds nobody else up, and closing does not wait for it. */
static void a_slow_sender_holds_nobody_up(void **state)
{
	struct world *w = *state;
	open_with(w, (struct http_door_options){.listen = "127.0.0.1:0"});
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons(http_door_port(w->door)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	static const char half[] =
		"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nabc";
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(write(fd, half, sizeof half - 1), (ssize_t)(sizeof half - 1));
	assert_int_equal(ask(http_door_port(w->door), (struct post){.path = "/a", JSON}), 200);
	run_until_count(w, 1);
	http_door_close(w->door);
	w->door = NULL;
	assert_int_equal(w->count, 1);
	close(fd);
}

struct sender {
	uint16_t port;
	int good;
};

static void *send_many(void *context)
{
	struct sender *s = context;
	for (int i = 0; i < 50; i++)
		s->good += ask(s->port, (struct post){.path = "/many", JSON}) == 200;
	return NULL;
}

static void many_gateways_at_once(void **state)
{
	struct world *w = *state;
	enum { SENDERS = 4 };
	pthread_t threads[SENDERS];
	struct sender senders[SENDERS];
	open_with(w, (struct http_door_options){.listen = "127.0.0.1:0"});
	for (int i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){http_door_port(w->door), 0};
		pthread_create(&threads[i], NULL, send_many, &senders[i]);
	}
	int64_t end = monotonic_ms() + 20000;
	while (w->count < SENDERS * 50 && monotonic_ms() < end)
		run_for(w, 1);
	for (int i = 0; i < SENDERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(senders[i].good, 50);
	}
	assert_int_equal(w->count, SENDERS * 50);
}

/* --- a whole station --- */

static void count_press(void *context, const struct fact *fact)
{
	*(int *)context += fact->kind == FACT_PRESS;
}

/* The station listens on a port that was free a moment ago. */
static uint16_t free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	close(fd);
	return ntohs(at.sin_port);
}

static void a_station_hears_a_press_by_http(void **state)
{
	struct world *w = *state;
	struct settings settings;
	struct error err = {""};
	struct view view;
	char body[300], listen[32], journal[100];
	int presses = 0;
	uint16_t port = free_port();
	snprintf(listen, sizeof listen, "127.0.0.1:%d", port);
	snprintf(journal, sizeof journal, "%s/j.db", w->folder);
	press_payload(w, body, sizeof body);
	settings_init(&settings);
	settings_set(&settings, "site", "etc/demo/site.cfg", &err);
	settings_set(&settings, "journal", journal, &err);
	assert_int_equal(settings_set(&settings, "http.listen", listen, &err), 0);
	struct station *s = station_open(w->loop, &settings, (struct station_calls){0}, &err);
	if (s == NULL)
		fail_msg("%s", err.text);
	station_start(s);
	assert_int_equal(ask(port, (struct post){.path = "/gw/AC233FC00001/status",
					   .body = body,
					   .len = (long)strlen(body)}),
		200);
	run_for(w, 1500); /* over a tick: the inbox is drained too, and says nothing new */
	station_view(s, &view);
	assert_int_equal(view.health->feed_count, 3);
	const struct feed_health *h = &view.health->feeds[2];
	assert_int_equal(strncmp(h->name, "http 127.0.0.1:", 15), 0);
	assert_int_equal(h->messages, 1);
	assert_int_equal(h->rows, 1);
	station_close(s);
	settings_fini(&settings);
	struct journal_reader reader = {.fact = count_press, .context = &presses};
	assert_int_equal(journal_read(journal, 0, &reader, NULL, &err), 0);
	assert_int_equal(presses, 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_body_reaches_the_loop_with_its_path_as_topic),
		CASE(what_is_no_payload_is_refused),
		CASE(the_token_is_asked_for),
		CASE(a_full_ring_is_503),
		CASE(a_press_is_committed_before_200),
		CASE(beyond_this_machine_it_must_be_guarded),
		CASE(with_a_certificate_it_speaks_tls),
		CASE(a_slow_sender_holds_nobody_up),
		CASE(many_gateways_at_once),
		CASE(a_station_hears_a_press_by_http),
	};
#undef CASE
	return cmocka_run_group_tests(tests, NULL, NULL);
}
