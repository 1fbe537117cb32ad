/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include "tests/pty/suite.h"

/*
 * The whole console as a person meets it: the real program on a terminal, a
 * real broker, payloads as gateways send them. Payload shapes: the samples of
 * JSON-LONG with `type` (G1, 2019) and without (MG3) that integrators logged,
 * with MACs of etc/demo/site.cfg where a listed tag is needed.
 */

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

/* The last four columns of the first feed: messages, rows, drops, refused. */
static void feed_numbers(struct pty *pty, long numbers[4])
{
	char *line = suite_row(pty, 3);
	char *at = line + strlen(line);
	for (int field = 3; field >= 0; field--) {
		while (at > line && at[-1] == ' ')
			*--at = '\0';
		while (at > line && at[-1] != ' ')
			at--;
		numbers[field] = strtol(at, NULL, 10);
	}
	free(line);
}

static void samples_appear_where_they_should(void **state)
{
	struct pty pty;
	long messages = 0, numbers[4];
	(void)state;
	open_connected(&pty, 24, 80, suite_path("samples.db"));
	say("/gw/AC233FC001EA/status", verbatim);
	say("/gw/AC233FC0000B/status", with_type);
	say("gw/ac233fc00002/status", without_type);
	/* Cut after its first row: that row is kept. */
	say("/gw/AC233FC00002/status", "[{\"mac\":\"C30000510002\",\"rssi\":-61}");
	say("/gw/AC233FC00002/status", "[{\"rssi\":-3,\"rawData\":\"\"}]");
	pty_char(&pty, '6');
	suite_expect(&pty, "fridge PACU", SOON_MS);
	suite_expect(&pty, " 5.1 °C", SOON_MS);
	suite_expect(&pty, "^ 25.4 °C", SOON_MS); /* OR 2 is kept at 18 to 24 */
	suite_expect(&pty, "^ 72.4 %", SOON_MS);
	assert_false(pty_shows(&pty, "27.1")); /* not of this house */
	pty_key(&pty, VTERM_KEY_FUNCTION(2));
	suite_expect(&pty, "not_json 1, no_mac 1", SOON_MS);
	suite_expect(&pty, "unlisted tags   4 rows", SOON_MS); /* 3 of 2019, 1 of the MG3 */
	/* Messages are counted by Paho's side and read once a second. */
	for (int64_t end = pty_now() + SOON_MS; messages != 5 && pty_now() < end;) {
		pty_pump(&pty, 50);
		feed_numbers(&pty, numbers);
		messages = numbers[0];
	}
	assert_int_equal(messages, 5);
	assert_int_equal(numbers[1], 7); /* rows */
	assert_int_equal(numbers[2], 0); /* dropped */
	assert_int_equal(numbers[3], 2); /* refused */
	leave(&pty);
}

/* --- a call --- */

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

/* The rest of the day from the journal alone: every room, 1,000 replications. */
static void forecast_in(const char *journal)
{
	cJSON *json = show("forecast", journal);
	const cJSON *rooms = cJSON_GetObjectItemCaseSensitive(json, "rooms");
	const cJSON *reps = cJSON_GetObjectItemCaseSensitive(json, "reps");
	assert_true(cJSON_GetArraySize(rooms) == 8);
	assert_true(cJSON_GetNumberValue(reps) == 1000);
	cJSON_Delete(json);
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
	forecast_in(journal);
	open_connected(&pty, 24, 80, journal);
	suite_expect(&pty, "*** 0/1", SOON_MS);
	pty_send(&pty, "4");
	suite_expect(&pty, "call button PACU 3", SOON_MS);
	pty_key(&pty, VTERM_KEY_ENTER);
	suite_expect(&pty, "Nadia", SOON_MS);
	leave(&pty);
}

/* The broker has the call, the console dies at once: taken over from its inbox
 * or delivered again, the call rings when the console is back, and once. */
static void a_call_survives_sudden_death(void **state)
{
	const char *journal = suite_path("sudden.db");
	struct pty pty;
	(void)state;
	for (int i = 1; i <= 10; i++) {
		char tag[16];
		snprintf(tag, sizeof tag, "C30000B100%02X", (unsigned)(0x20 + i));
		open_connected(&pty, 24, 80, journal);
		press("AC233FC0000B", tag, 1);
		poll(NULL, 0, i % 5 * 10);
		kill_hard(&pty);
	}
	open_connected(&pty, 24, 80, journal);
	suite_expect(&pty, "*** 10/10", SOON_MS);
	assert_int_equal(suite_query(journal, "SELECT count(*) FROM fact WHERE kind='press'"), 10);
	leave(&pty);
	verify(journal);
}

/* --- readers, writers --- */

static void one_writer_many_readers(void **state)
{
	static const struct {
		const char *pane, *format;
	} panes[] = {{"board", "vigie.board/1"}, {"programme", "vigie.programme/1"},
		{"recovery", "vigie.recovery/1"}, {"alarms", "vigie.alarms/1"},
		{"locate", "vigie.locate-now/1"}, {"climate", "vigie.climate/1"},
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
	broker = suite_broker(broker_port);
	suite_expect(&pty, "mqtt ok", 60000);
	/* Unacknowledged and over: the alarm waits for someone to see it. */
	suite_expect(&pty, " D ", SOON_MS);
	say("/gw/AC233FC0000B/status", with_type);
	pty_char(&pty, '6');
	suite_expect(&pty, " 5.1 °C", SOON_MS);
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
	suite_expect(&pty, "OR 7", SOON_MS);
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

/* The promise is a second; machines are shared, so the test bounds the wait and
 * tells how long it took. */
static void gone_when_the_link_drops(void **state)
{
	struct pty pty;
	int status, waited = 0;
	(void)state;
	open_connected(&pty, 24, 80, suite_path("drop.db"));
	pty_drop(&pty);
	while (waited < SOON_MS && waitpid(pty.pid, &status, WNOHANG) == 0) {
		poll(NULL, 0, 10);
		waited += 10;
	}
	pty.ended = waited < SOON_MS;
	pty_free(&pty);
	print_message("gone after %d ms\n", waited);
	assert_true(waited < SOON_MS);
	verify(suite_path("drop.db"));
}

static size_t not_ascii(const struct pty *pty)
{
	size_t count = 0;
	for (size_t at = 0; at < pty->len; at++)
		count += pty->bytes[at] >= 0x80;
	return count;
}

/* Parameters of SGR that set a colour: 30 to 49 and 90 to 107 (ECMA-48). */
static size_t colours(const struct pty *pty)
{
	size_t count = 0;
	for (size_t at = 0; at + 2 < pty->len; at++) {
		if (memcmp(pty->bytes + at, "\033[", 2) != 0)
			continue;
		size_t end = at + 2, found = 0;
		for (int value = 0; end < pty->len && pty->bytes[end] < 0x40; end++) {
			if (pty->bytes[end] >= '0' && pty->bytes[end] <= '9')
				value = value % 1000 * 10 + pty->bytes[end] - '0';
			if (end + 1 < pty->len && pty->bytes[end + 1] >= '0'
				&& pty->bytes[end + 1] <= '9')
				continue;
			found += (value >= 30 && value < 50) || (value >= 90 && value < 108);
			value = 0;
		}
		if (end < pty->len && pty->bytes[end] == 'm')
			count += found;
	}
	return count;
}

/* Every screen, with something to colour on it. */
static void visit_all(struct pty *pty)
{
	suite_expect(pty, "mqtt ok", SOON_MS);
	suite_expect(pty, "OR 1", SOON_MS);
	press("AC233FC0000B", "C30000B10004", 1);
	say("/gw/AC233FC0000B/status", with_type);
	say("/gw/AC233FC00002/status", without_type);
	suite_expect(pty, "call button PACU 4", SOON_MS);
	for (const char *key = "12345"; *key != '\0'; key++) {
		pty_char(pty, (uint32_t)*key);
		pty_settle(pty, 60);
	}
	pty_send(pty, "6");
	suite_expect(pty, "fridge PACU", SOON_MS);
	pty_send(pty, "?");
	pty_settle(pty, 100);
	pty_send(pty, "\033");
	suite_expect(pty, "fridge PACU", SOON_MS);
}

static void words_for_every_terminal(void **state)
{
	static const struct {
		const char *const settings[3];
		bool ascii, grey;
	} cases[] = {{{"LANG=C.UTF-8"}, false, false}, {{"LANG=C", "LC_ALL=C"}, true, false},
		{{"NO_COLOR=1"}, false, true}, {{"TERM=vt100"}, false, true}};
	const char *const more[] = {"--mqtt", broker_address, "--calm", NULL};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pty pty;
		char journal[32];
		snprintf(journal, sizeof journal, "terminal-%zu.db", i);
		suite_console(&pty, 24, 80, suite_path(journal), more, cases[i].settings);
		visit_all(&pty);
		assert_int_equal(not_ascii(&pty) == 0, cases[i].ascii);
		assert_int_equal(colours(&pty) == 0, cases[i].grey);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_appear_where_they_should),
		cmocka_unit_test(call_is_one_alarm_and_its_acknowledgement_stays),
		cmocka_unit_test(a_call_survives_sudden_death),
		cmocka_unit_test(one_writer_many_readers),
		cmocka_unit_test(broker_lost_and_back),
		cmocka_unit_test(sizes_and_stalls),
		cmocka_unit_test(terminal_is_given_back),
		cmocka_unit_test(gone_when_the_link_drops),
		cmocka_unit_test(words_for_every_terminal),
		cmocka_unit_test(refuses_what_it_cannot_draw_on),
	};
	cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, open_group, close_group);
}
