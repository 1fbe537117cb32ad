/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include "tests/pty/suite.h"
#include "tests/stub/fhir_stub.c" /* one stub, three tests: not worth an archive */

/*
 * The whole console as a person meets it: the real program on a terminal, a
 * real broker, payloads as gateways send them. Payload shapes: the samples of
 * JSON-LONG with `type` (G1, 2019) and without (MG3) that integrators logged,
 * with MACs of etc/demo/site.cfg where a listed tag is needed.
 */

static int port;
static pid_t broker;
static char address[64];

static int open_group(void **state)
{
	if (suite_open(state) != 0)
		return -1;
	port = child_free_port();
	snprintf(address, sizeof address, "mqtt://127.0.0.1:%d", port);
	broker = suite_broker(port);
	return 0;
}

static int close_group(void **state)
{
	child_end(broker);
	return suite_close(state);
}

static void open_connected(struct pty *pty, int rows, int columns, const char *journal)
{
	const char *const more[] = {"--mqtt", address, "--user", "Nadia", NULL};
	suite_console(pty, rows, columns, journal, more, NULL);
	suite_expect(pty, "mqtt ok", SOON_MS);
}

static void leave(struct pty *pty)
{
	pty_send(pty, "1q");
	assert_int_equal(suite_exit(pty, SOON_MS), 0);
	assert_true(pty_restored(pty));
	pty_free(pty);
}

static void kill_hard(struct pty *pty)
{
	kill(pty->pid, SIGKILL);
	assert_int_equal(suite_exit(pty, SOON_MS), -SIGKILL);
	pty_free(pty);
}

static void say(const char *topic, const char *payload)
{
	suite_publish(port, topic, payload, strlen(payload), 1);
}

/* feeds: as deployed gateways sent them, 2019 (verbatim: none of its tags is
 * listed) and 2026. */
static const char verbatim[] =
	"[{\"gatewayLoad\":0.05,\"gatewayFree\":98,\"type\":\"Gateway\",\"mac\":\"AC233FC001EA\","
	"\"timestamp\":\"2019-08-13T06:06:20Z\"},"
	"{\"rssi\":-55,\"bleName\":\"S1\",\"temperature\":27.1,\"humidity\":57.91,\"type\":\"S1\","
	"\"battery\":100,\"mac\":\"AC233FA018E7\",\"timestamp\":\"2019-08-13T06:06:21Z\"},"
	"{\"rssi\":-55,\"bleName\":\"\",\"rawData\":\"\",\"type\":\"Unknown\","
	"\"mac\":\"AC233FA018E7\",\"timestamp\":\"2019-08-13T06:06:21Z\"},"
	"{\"rssi\":-63,\"bleName\":\"\",\"rawData\":\"0201060303E1FF0D16E1FFA1026401FA31A03F23AC\","
	"\"type\":\"Unknown\",\"mac\":\"AC233FA031FA\",\"timestamp\":\"2019-08-13T06:06:21Z\"}]";
static const char with_type[] =
	"[{\"gatewayLoad\":0.05,\"gatewayFree\":98,\"type\":\"Gateway\",\"mac\":\"AC233FC0000B\","
	"\"timestamp\":\"2026-08-13T06:06:20Z\"},"
	"{\"rssi\":-55,\"bleName\":\"S1\",\"temperature\":5.1,\"humidity\":57.91,\"type\":\"S1\","
	"\"battery\":100,\"mac\":\"C3000051000D\",\"timestamp\":\"2026-08-13T06:06:21Z\"}]";
/* 0x1973 / 256 = 25.449 degrees, 0x4864 / 256 = 72.39 % (vendor document V005). */
static const char without_type[] =
	"[{\"type\":\"Gateway\",\"mac\":\"AC233FC00002\",\"nums\":2,\"timestamp\":1758600000000},"
	"{\"timestamp\":1758600000000,\"mac\":\"C30000510002\",\"rssi\":-61,"
	"\"rawData\":\"0201060303E1FF1016E1FFA101641973486402005100"
	"00C3\"},"
	"{\"timestamp\":1758600000000,\"mac\":\"C300007B573C\",\"rssi\":-60,"
	"\"rawData\":\"0201060303E1FF0F16E1FFA108143C577B0000C3423130\"}]";

static void samples_appear_where_they_should(void **state)
{
	struct pty pty;
	long messages = 0, rows = 0, drops = -1, refused = -1;
	(void)state;
	open_connected(&pty, 24, 80, suite_path("samples.db"));
	say("/gw/AC233FC001EA/status", verbatim);
	say("/gw/AC233FC0000B/status", with_type);
	say("gw/ac233fc00002/status", without_type);
	say("/gw/AC233FC00002/status", "[{\"timestamp\":17586");
	say("/gw/AC233FC00002/status", "[{\"rssi\":-3,\"rawData\":\"\"}]");
	pty_char(&pty, '6');
	suite_expect(&pty, "fridge PACU", SOON_MS);
	suite_expect(&pty, " 5.1 C", SOON_MS);
	suite_expect(&pty, "^ 25.4 C", SOON_MS); /* OR 2 is kept at 18 to 24 */
	suite_expect(&pty, "^ 72.4 %", SOON_MS);
	assert_false(pty_shows(&pty, "27.1")); /* not of this house */
	pty_key(&pty, VTERM_KEY_FUNCTION(2));
	suite_expect(&pty, "not_json 1, no_mac 1", SOON_MS);
	suite_expect(&pty, "unlisted tags   4 rows", SOON_MS); /* 3 of 2019, 1 of the MG3 */
	char *line = suite_row(&pty, 3);
	const char *age = strstr(line, "ok ");
	assert_non_null(age);
	const char *numbers = age + strlen(age);
	for (int fields = 0; numbers > age && fields < 4;)
		if (*--numbers != ' ' && numbers[-1] == ' ')
			fields++;
	assert_int_equal(sscanf(numbers, "%ld %ld %ld %ld", &messages, &rows, &drops, &refused), 4);
	assert_int_equal(messages, 5);
	assert_int_equal(rows, 6);
	assert_int_equal(drops, 0);
	assert_int_equal(refused, 2);
	free(line);
	leave(&pty);
}

/* --- a call --- */

/* iBeacon of a pressed B10, as captured; the row's MAC says whose. */
static void press(const char *gateway, const char *tag, int times)
{
	char topic[64], payload[300];
	snprintf(topic, sizeof topic, "/gw/%s/status", gateway);
	int len = snprintf(payload, sizeof payload,
		"[{\"timestamp\":%lld,\"mac\":\"%s\",\"rssi\":-61,\"rawData\":"
		"\"0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5\"}]",
		(long long)time(NULL) * 1000, tag);
	suite_publish(port, topic, payload, (size_t)len, times);
}

static cJSON *show(const char *pane, const char *journal)
{
	char *text = NULL;
	const char *const argv[] = {
		suite_vigie, "show", pane, "--json", "--journal", journal, NULL};
	assert_int_equal(suite_run(&text, argv), 0);
	cJSON *json = cJSON_Parse(text);
	if (json == NULL)
		fail_msg("show %s: not JSON: %s", pane, text);
	free(text);
	return json;
}

static int calls_in(const char *journal, char *state, size_t size)
{
	cJSON *json = show("alarms", journal), *entry;
	int calls = 0;
	cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "alarms");
	assert_true(cJSON_IsArray(list));
	for (entry = list->child; entry != NULL; entry = entry->next) {
		const cJSON *text = cJSON_GetObjectItemCaseSensitive(entry, "text");
		const cJSON *letter = cJSON_GetObjectItemCaseSensitive(entry, "state");
		if (text == NULL || strstr(text->valuestring, "call button PACU 3 calls") == NULL)
			continue;
		calls++;
		snprintf(state, size, "%s", letter != NULL ? letter->valuestring : "");
	}
	cJSON_Delete(json);
	return calls;
}

static void strip_is_everywhere(struct pty *pty, const char *text)
{
	for (int screen = 0; screen < 7; screen++) {
		if (screen == 6)
			pty_key(pty, VTERM_KEY_FUNCTION(2));
		else
			pty_char(pty, (uint32_t)('1' + screen));
		pty_settle(pty, 60);
		suite_expect(pty, text, SOON_MS);
		char *strip = suite_row(pty, 1);
		if (strstr(strip, text) == NULL)
			fail_msg("screen %d, strip \"%s\"", screen + 1, strip);
		free(strip);
	}
}

static void call_is_one_alarm_and_its_acknowledgement_stays(void **state)
{
	static const char text[] = "call button PACU 3 calls, PACU";
	const char *journal = suite_path("call.db");
	struct pty pty;
	char letter[8] = "";
	(void)state;
	open_connected(&pty, 24, 80, journal);
	press("AC233FC0000B", "C30000B10003", 10);
	press("AC233FC0000C", "C30000B10003", 10);
	press("AC233FC0000D", "C30000B10003", 10);
	strip_is_everywhere(&pty, text);
	assert_true(pty_shows(&pty, "*** 1/1"));
	assert_int_equal(calls_in(journal, letter, sizeof letter), 1);
	assert_string_equal(letter, "B");
	assert_int_equal(suite_query(journal, "SELECT count(*) FROM fact WHERE kind='press'"), 1);
	pty_send(&pty, "4a");
	suite_expect(&pty, "acknowledge: *** call button", SOON_MS);
	assert_int_equal(suite_query(journal, "SELECT count(*) FROM fact WHERE kind='alarm'"), 0);
	pty_key(&pty, VTERM_KEY_ENTER);
	suite_expect(&pty, "alarm acknowledged", SOON_MS);
	assert_true(suite_gone(&pty, "pending", SOON_MS));
	suite_expect(&pty, "*** 0/1", SOON_MS);
	assert_int_equal(suite_query(journal, "SELECT count(*) FROM fact WHERE kind='alarm' AND "
					      "source='person' AND payload LIKE '%Nadia%'"),
		1);
	kill_hard(&pty);
	assert_int_equal(calls_in(journal, letter, sizeof letter), 1);
	assert_string_not_equal(letter, "B");
	open_connected(&pty, 24, 80, journal);
	suite_expect(&pty, "*** 0/1", SOON_MS);
	pty_send(&pty, "4");
	suite_expect(&pty, "call button PACU 3", SOON_MS);
	pty_key(&pty, VTERM_KEY_ENTER);
	suite_expect(&pty, "Nadia", SOON_MS);
	leave(&pty);
}

/* --- readers, writers, the digest --- */

static void one_writer_many_readers(void **state)
{
	static const struct {
		const char *pane, *format;
	} panes[] = {{"board", "vigie.board/1"}, {"programme", "vigie.programme/1"},
		{"recovery", "vigie.recovery/1"}, {"alarms", "vigie.alarms/1"},
		{"locate", "vigie.locate/1"}, {"climate", "vigie.climate/1"},
		{"feeds", "vigie.feeds/1"}};
	const char *journal = suite_path("writers.db");
	const char *const second[] = {
		suite_vigie, "--site", "etc/demo/site.cfg", "--journal", journal, NULL};
	struct pty pty;
	char *text = NULL;
	(void)state;
	open_connected(&pty, 24, 80, journal);
	assert_int_equal(suite_run(&text, second), 3);
	assert_non_null(strstr(text, "writers.db"));
	assert_null(strstr(text, "not a terminal"));
	free(text);
	for (size_t i = 0; i < sizeof panes / sizeof *panes; i++) {
		cJSON *json = show(panes[i].pane, journal);
		const cJSON *format = cJSON_GetObjectItemCaseSensitive(json, "format");
		assert_true(cJSON_IsString(format));
		assert_string_equal(format->valuestring, panes[i].format);
		cJSON_Delete(json);
	}
	cJSON *board = show("board", journal);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(board, "rooms")), 8);
	cJSON_Delete(board);
	assert_true(pty_shows(&pty, "mqtt ok")); /* the first one is unharmed */
	leave(&pty);
}

/* The emulated hospital: programme over FHIR on a free port, radio to the broker. */
static pid_t hospital(int http, bool radio)
{
	char mqtt[32], port_text[16];
	struct error err = {""};
	snprintf(mqtt, sizeof mqtt, "127.0.0.1:%d", port);
	snprintf(port_text, sizeof port_text, "%d", http);
	const char *const argv[] = {suite_hospital, "--site", "etc/demo/site.cfg", "--http",
		port_text, radio ? "--mqtt" : "--no-radio", radio ? mqtt : NULL, NULL};
	pid_t pid = child_start((char *const *)(uintptr_t)argv, NULL, -1, &err);
	assert_true(pid > 0);
	assert_int_equal(child_wait_port(http, 15000), 0);
	return pid;
}

static void open_with_fhir(struct pty *pty, int rows, int columns, const char *journal,
	const char *base, const char *screen)
{
	const char *const more[] = {"--mqtt", address, "--fhir", base, "--fhir-every", "1",
		"--user", "Nadia", "--screen", screen, NULL};
	suite_console(pty, rows, columns, journal, more, NULL);
}

/* Cases on the list, and no more to come. */
static void wait_for_cases(struct pty *pty, const char *journal)
{
	long before = -2, now = -1;
	for (int64_t end = pty_now() + 30000; pty_now() < end && (now < 20 || now != before);) {
		int64_t piece = pty_now() + 1500;
		while (pty_now() < piece)
			pty_pump(pty, 50);
		before = now;
		now = suite_query(journal, "SELECT count(*) FROM fact WHERE kind='case'");
	}
	assert_true(now >= 20);
}

static void digest_of(const char *journal, char *out, size_t size, int *checked)
{
	const char *const argv[] = {suite_vigie, "replay", journal, "--digest", NULL};
	char *text = NULL;
	int code = suite_run(&text, argv);
	if (code != 0)
		fail_msg("replay: exit %d: %s", code, text);
	cJSON *json = cJSON_Parse(text);
	assert_non_null(json);
	const cJSON *digest = cJSON_GetObjectItemCaseSensitive(json, "digest");
	const cJSON *points = cJSON_GetObjectItemCaseSensitive(json, "checkpoints");
	assert_true(cJSON_IsString(digest));
	snprintf(out, size, "%s", digest->valuestring);
	assert_int_equal(cJSON_GetObjectItemCaseSensitive(points, "differ")->valueint, 0);
	*checked = cJSON_GetObjectItemCaseSensitive(points, "checked")->valueint;
	cJSON_Delete(json);
	free(text);
}

static void verify(const char *journal)
{
	const char *const argv[] = {suite_vigie, "verify", journal, NULL};
	char *text = NULL;
	int code = suite_run(&text, argv);
	if (code != 0)
		fail_msg("verify: exit %d: %s", code, text);
	free(text);
}

static void replay_agrees_with_the_live_twin(void **state)
{
	const char *journal = suite_path("digest.db");
	char base[64], one[80], two[80];
	int http = child_free_port(), checked = 0;
	struct pty pty;
	(void)state;
	pid_t pid = hospital(http, true);
	snprintf(base, sizeof base, "http://127.0.0.1:%d/fhir", http);
	open_with_fhir(&pty, 40, 120, journal, base, "programme");
	wait_for_cases(&pty, journal);
	leave(&pty);
	child_end(pid);
	assert_true(suite_query(journal, "SELECT count(*) FROM fact WHERE source='radio'") > 0);
	digest_of(journal, one, sizeof one, &checked);
	assert_int_equal(checked, 1); /* of the clean exit */
	digest_of(journal, two, sizeof two, &checked);
	assert_string_equal(one, two);
	verify(journal);
}

/* --- the broker goes --- */

static void broker_lost_and_back(void **state)
{
	struct pty pty;
	(void)state;
	open_connected(&pty, 24, 100, suite_path("broker.db"));
	kill(broker, SIGKILL);
	waitpid(broker, NULL, 0);
	int64_t began = pty_now();
	assert_true(suite_gone(&pty, "mqtt ok", 10000));
	char *header = suite_row(&pty, 0);
	assert_true(strstr(header, "mqtt down") || strstr(header, "mqtt connecting")
		    || strstr(header, "mqtt doubtful"));
	free(header);
	suite_expect(&pty, "MQTT broker lost", (int)(began + 10000 - pty_now()));
	pty_char(&pty, '4');
	suite_expect(&pty, "B  ", SOON_MS);
	broker = suite_broker(port);
	suite_expect(&pty, "mqtt ok", 60000);
	/* Unacknowledged and over: the alarm waits for someone to see it. */
	suite_expect(&pty, " D ", SOON_MS);
	say("/gw/AC233FC0000B/status", with_type);
	pty_char(&pty, '6');
	suite_expect(&pty, " 5.1 C", SOON_MS);
	leave(&pty);
}

/* --- the terminal --- */

static void sizes_and_stalls(void **state)
{
	static const int storm[][2] = {{24, 80}, {1, 1}, {50, 200}, {2, 300}, {40, 10}, {10, 40},
		{59, 20}, {20, 59}, {60, 200}};
	struct pty pty;
	(void)state;
	open_connected(&pty, 24, 80, suite_path("sizes.db"));
	for (int round = 0; round < 10; round++)
		for (size_t i = 0; i < sizeof storm / sizeof *storm; i++) {
			pty_resize(&pty, storm[i][0], storm[i][1]);
			if (i % 3 == 0)
				pty_pump(&pty, 5);
		}
	pty_resize(&pty, 1, 1);
	pty_settle(&pty, 120);
	pty_reap(&pty);
	assert_false(pty.ended);
	pty_resize(&pty, 10, 40);
	suite_expect(&pty, "OR 1", SOON_MS);
	pty_resize(&pty, 20, 59);
	pty_settle(&pty, 200);
	suite_expect(&pty, "OR 8", SOON_MS);
	assert_false(pty_shows(&pty, "Alarms ")); /* one pane at a time */
	pty_resize(&pty, 7, 20);
	suite_expect(&pty, "too small", SOON_MS);
	pty_resize(&pty, 40, 160);
	suite_expect(&pty, "Alarms", SOON_MS); /* side by side */
	pty_resize(&pty, 24, 80);
	pty_settle(&pty, 200);
	/* Nobody reads for 3 s while screens change: the picture after is the last. */
	for (int i = 0; i < 150; i++) {
		pty_send(&pty, i % 2 ? "1" : "2");
		poll(NULL, 0, 20);
	}
	pty_send(&pty, "3");
	suite_expect(&pty, "PACU 12", SOON_MS);
	pty_settle(&pty, 150);
	char *seen = pty_grid(&pty);
	pty_send(&pty, "\x0c"); /* drawn again from nothing: the same */
	pty_settle(&pty, 150);
	char *fresh = pty_grid(&pty);
	assert_string_equal(strchr(seen, '\n'), strchr(fresh, '\n')); /* but for the clock */
	free(seen);
	free(fresh);
	leave(&pty);
}

static void terminal_is_given_back(void **state)
{
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
	struct pty pty;
	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		suite_console(&pty, 24, 80, suite_path("signals.db"), NULL, NULL);
		suite_expect(&pty, "OR 1", SOON_MS);
		assert_false(pty_restored(&pty));
		kill(pty.pid, signals[i]);
		int code = suite_exit(&pty, SOON_MS);
		assert_true(code == 128 + signals[i] || code == -signals[i]);
		assert_true(pty_restored(&pty));
		pty_free(&pty);
	}
	suite_console(&pty, 24, 80, suite_path("signals.db"), NULL, NULL);
	suite_expect(&pty, "OR 1", SOON_MS);
	leave(&pty);
}

static void gone_when_the_link_drops(void **state)
{
	struct pty pty;
	(void)state;
	open_connected(&pty, 24, 80, suite_path("drop.db"));
	pid_t pid = pty.pid;
	int status, waited = 0;
	pty_drop(&pty);
	for (; waited < 1000 && waitpid(pid, &status, WNOHANG) == 0; waited += 10)
		poll(NULL, 0, 10);
	pty.ended = waited < 1000;
	pty_free(&pty);
	assert_true(waited < 1000);
	verify(suite_path("drop.db"));
}

static void words_for_every_terminal(void **state)
{
	static const char *const plain[] = {"LANG=C", "LC_ALL=C", NULL};
	static const char *const grey[] = {"NO_COLOR=1", NULL};
	static const char *const old[] = {"TERM=vt100", NULL};
	static const char *const *const settings[] = {plain, grey, old};
	const char *const more[] = {"--mqtt", address, NULL};
	struct pty pty;
	(void)state;
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		suite_console(&pty, 24, 80, suite_path("terms.db"), more, settings[i]);
		suite_expect(&pty, "mqtt ok", SOON_MS);
		suite_expect(&pty, "OR 1", SOON_MS);
		if (i == 0) {
			press("AC233FC0000B", "C30000B10004", 1);
			say("/gw/AC233FC0000B/status", with_type);
			say("/gw/AC233FC00002/status", without_type);
		}
		pty_send(&pty, "23456");
		suite_expect(&pty, "fridge PACU", SOON_MS);
		pty_send(&pty, "?");
		pty_settle(&pty, 100);
		pty_send(&pty, "\033");
		suite_expect(&pty, "fridge PACU", SOON_MS);
		size_t wide = 0, colours = 0;
		for (size_t at = 0; at < pty.len; at++)
			wide += pty.bytes[at] >= 0x80;
		for (size_t at = 0; at + 3 < pty.len; at++)
			if (memcmp(pty.bytes + at, "\033[", 2) == 0) {
				/* SGR 30-49 and 90-107 are the colours. */
				for (size_t k = at + 2; k < pty.len && pty.bytes[k] < 0x40; k++)
					if ((pty.bytes[k - 1] == '[' || pty.bytes[k - 1] == ';')
						&& strchr("349", pty.bytes[k]) && pty.bytes[k] != 0
						&& (pty.bytes[k + 1] >= '0'
							&& pty.bytes[k + 1] <= '9')) {
						size_t end = k;
						while (end < pty.len && pty.bytes[end] < 0x40)
							end++;
						colours += end < pty.len && pty.bytes[end] == 'm';
					}
			}
		if (i == 0)
			assert_int_equal(wide, 0);
		if (i == 0)
			assert_true(colours > 0); /* the search finds what there is */
		else
			assert_int_equal(colours, 0);
		leave(&pty);
	}
}

static void refuses_what_it_cannot_draw_on(void **state)
{
	static const char *const dumb[] = {"TERM=dumb", NULL}, *const none[] = {"TERM", NULL};
	static const char *const *const settings[] = {dumb, none};
	struct pty pty;
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		suite_console(&pty, 24, 80, suite_path("dumb.db"), NULL, settings[i]);
		assert_int_equal(suite_exit(&pty, SOON_MS), 3);
		assert_true(pty_shows(&pty, "vigie: cannot draw on this terminal"));
		assert_true(pty_restored(&pty));
		pty_free(&pty);
	}
}

/* --- names --- */

static int names_shown(struct pty *pty, const char *journal)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;
	char *grid = pty_grid(pty);
	int shown = 0, known = 0;
	assert_int_equal(sqlite3_open_v2(journal, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	sqlite3_prepare_v2(db, "SELECT name FROM name", -1, &statement, NULL);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(statement, 0);
		known++;
		shown += name[0] != '\0' && strstr(grid, name) != NULL;
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
	free(grid);
	assert_true(known > 10);
	return shown;
}

static void names_only_after_a_reason(void **state)
{
	const char *journal = suite_path("names.db");
	char base[64];
	int http = child_free_port();
	struct pty pty;
	(void)state;
	pid_t pid = hospital(http, false);
	snprintf(base, sizeof base, "http://127.0.0.1:%d/fhir", http);
	open_with_fhir(&pty, 50, 200, journal, base, "programme");
	wait_for_cases(&pty, journal);
	for (int screen = 1; screen <= 6; screen++) {
		pty_char(&pty, (uint32_t)('0' + screen));
		pty_settle(&pty, 80);
		assert_int_equal(names_shown(&pty, journal), 0);
	}
	pty_send(&pty, "2gR");
	pty_settle(&pty, 150);
	pty_key(&pty, VTERM_KEY_ENTER); /* no reason, no name */
	pty_settle(&pty, 150);
	assert_int_equal(names_shown(&pty, journal), 0);
	assert_int_equal(suite_query(journal, "SELECT count(*) FROM fact WHERE kind='audit'"), 0);
	pty_send(&pty, "\033");
	pty_settle(&pty, 700); /* a lone escape waits for what may follow it */
	pty_send(&pty, "2Rfamily at the desk\r");
	suite_expect(&pty, "name shown", SOON_MS);
	pty_settle(&pty, 150);
	assert_int_equal(names_shown(&pty, journal), 1);
	assert_true(suite_gone(&pty, "pending", SOON_MS));
	assert_int_equal(suite_query(journal,
				 "SELECT count(*) FROM fact WHERE kind='audit' AND payload LIKE "
				 "'%family at the desk%' AND payload LIKE '%Nadia%'"),
		1);
	int64_t end = pty_now() + 31000;
	while (pty_now() < end)
		pty_pump(&pty, 50);
	assert_int_equal(names_shown(&pty, journal), 0);
	leave(&pty);
	child_end(pid);
}

/* --- text from outside --- */

/* Escape, bell, carriage return, right-to-left override, a C1 control: the
 * terminal must see none of them (reliability: neutralised at the boundary). */
#define HOSTILE "\\u001b[31mX\\u0007\\r\\u202e\\u009b2JY"

static void stub_day(struct fhir_stub *stub, char *body, size_t size)
{
	char start[40], end[40];
	time_t now = time(NULL) / 3600 * 3600, later = now + 3600;
	strftime(start, sizeof start, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	strftime(end, sizeof end, "%Y-%m-%dT%H:%M:%SZ", gmtime(&later));
	snprintf(body, size,
		"{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":["
		"{\"resource\":{\"resourceType\":\"Appointment\",\"id\":\"h1\",\"status\":"
		"\"booked\",\"start\":\"%s\",\"end\":\"%s\",\"description\":\"" HOSTILE "\","
		"\"participant\":[{\"actor\":{\"reference\":\"Patient/p1\"},\"status\":"
		"\"accepted\"},{\"actor\":{\"reference\":\"Location/or-1\"},\"status\":"
		"\"accepted\"}]}},"
		"{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p1\",\"name\":[{\"family\":"
		"\"" HOSTILE "fam\",\"given\":[\"" HOSTILE "giv\"]}]}}]}",
		start, end);
	fhir_stub_rule(stub, (struct stub_rule){.match = "/Appointment", .body = body});
}

static void hostile_text_stays_text(void **state)
{
	static char body[4000];
	const char *journal = suite_path("hostile.db");
	struct fhir_stub *stub = fhir_stub_start();
	struct pty pty;
	(void)state;
	assert_non_null(stub);
	stub_day(stub, body, sizeof body);
	open_with_fhir(&pty, 40, 120, journal, fhir_stub_base(stub), "programme");
	suite_expect(&pty, "mqtt ok", SOON_MS);
	/* A name frame (A1 08) whose name is ESC [ 2 J CR, of a listed tag; a
	 * topic and a `bleName` are as hostile. */
	say("/gw/AC233FC0000B/status",
		"[{\"timestamp\":1758600000000,\"mac\":\"C30000B10005\",\"rssi\":-60,\"bleName\":"
		"\"" HOSTILE
		"\",\"rawData\":\"0201060303E1FF1116E1FFA108140500B10000C31B5B324A0D\"}]");
	say("/gw/\xe2\x80\xae"
	    "x/status",
		"{\"" HOSTILE "\":1}");
	suite_expect(&pty, "X", SOON_MS);
	for (int64_t end = pty_now() + SOON_MS;
		pty_now() < end
		&& suite_query(journal, "SELECT count(*) FROM fact WHERE kind='case'") < 1;)
		pty_pump(&pty, 50);
	assert_true(suite_query(journal, "SELECT count(*) FROM fact WHERE kind='case'") >= 1);
	pty_send(&pty, "12345");
	pty_settle(&pty, 100);
	pty_send(&pty, "2gRbecause\r");
	suite_expect(&pty, "name shown", SOON_MS);
	suite_expect(&pty, "fam", SOON_MS);
	pty_key(&pty, VTERM_KEY_FUNCTION(2));
	pty_settle(&pty, 150);
	static const char *const raw[] = {"\033[31mX", "\xe2\x80\xae", "\xc2\x9b", "\033[2J\r"};
	for (size_t i = 0; i < sizeof raw / sizeof *raw; i++)
		if (pty_sent_at(&pty, raw[i]) >= 0)
			fail_msg("the terminal was sent hostile text %zu raw", i);
	for (size_t at = 0; at < pty.len; at++) /* a lone bell is ours only for calls */
		assert_int_not_equal(pty.bytes[at], 0x9b);
	leave(&pty);
	fhir_stub_stop(stub);
}

/* --- two hundred deaths --- */

/* Filled once: a programme of the day, and seventy calls to acknowledge. */
static void fill_journal(const char *journal)
{
	char base[64];
	int http = child_free_port();
	struct pty pty;
	pid_t pid = hospital(http, false);
	snprintf(base, sizeof base, "http://127.0.0.1:%d/fhir", http);
	open_with_fhir(&pty, 24, 80, journal, base, "programme");
	wait_for_cases(&pty, journal);
	char payload[16000] = "[";
	for (int i = 1; i <= 70; i++) {
		char row[200];
		snprintf(row, sizeof row,
			"%s{\"timestamp\":1758600000000,\"mac\":\"C30000B100%02X\",\"rssi\":-61,"
			"\"rawData\":\"0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB07647825000000"
			"00C5\"}",
			i > 1 ? "," : "", (unsigned)i);
		strncat(payload, row, sizeof payload - strlen(payload) - 1);
	}
	strncat(payload, "]", sizeof payload - strlen(payload) - 1);
	say("/gw/AC233FC0000B/status", payload);
	suite_expect(&pty, "*** 70/70", SOON_MS);
	leave(&pty);
	child_end(pid);
}

static void no_act_is_lost_in_200_kills(void **state)
{
	/* Milestones are kept in any order, so the letter only has to differ. */
	static const char letters[] = "aswhyRrnedpPicfgoumtbBx";
	static const char acts[] = "SELECT count(*) FROM fact WHERE source='person'";
	const char *journal = suite_path("kills.db");
	const char *const more[] = {"--user", "Nadia", "--calm", NULL};
	int64_t began = pty_now();
	struct pty pty;
	(void)state;
	fill_journal(journal);
	assert_int_equal(suite_query(journal, acts), 0);
	for (int i = 0; i < 200; i++) {
		char keys[8] = "4a\r";
		bool call = i % 3 == 0 && i / 3 < 70;
		if (!call)
			snprintf(keys, sizeof keys, "2m%c\r", letters[(size_t)i % 23]);
		suite_console(&pty, 24, 80, journal, more, NULL);
		suite_expect(&pty, "OR 1", SOON_MS);
		pty_send(&pty, keys);
		suite_expect(&pty, call ? "alarm acknowledged" : "(U takes it back)", SOON_MS);
		assert_true(suite_gone(&pty, "pending", SOON_MS));
		kill_hard(&pty);
		if (suite_query(journal, acts) != i + 1)
			fail_msg("act %d (%s) was shown as stored and is not", i + 1, keys);
	}
	print_message("200 kills in %d s\n", (int)((pty_now() - began) / 1000));
	verify(journal);
	suite_console(&pty, 24, 80, journal, more, NULL);
	suite_expect(&pty, "*** 3/70", SOON_MS); /* 67 of the 200 acts were calls */
	leave(&pty);
	char digest[80];
	int checked;
	digest_of(journal, digest, sizeof digest, &checked);
	assert_int_equal(checked, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_appear_where_they_should),
		cmocka_unit_test(call_is_one_alarm_and_its_acknowledgement_stays),
		cmocka_unit_test(one_writer_many_readers),
		cmocka_unit_test(replay_agrees_with_the_live_twin),
		cmocka_unit_test(broker_lost_and_back),
		cmocka_unit_test(sizes_and_stalls),
		cmocka_unit_test(terminal_is_given_back),
		cmocka_unit_test(gone_when_the_link_drops),
		cmocka_unit_test(words_for_every_terminal),
		cmocka_unit_test(refuses_what_it_cannot_draw_on),
		cmocka_unit_test(names_only_after_a_reason),
		cmocka_unit_test(hostile_text_stays_text),
		cmocka_unit_test(no_act_is_lost_in_200_kills),
	};
	cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, open_group, close_group);
}
