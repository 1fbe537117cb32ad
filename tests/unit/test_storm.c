/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>

#include "tests/pty/suite.h"
#include "tests/rig/publisher.c"
#include "tests/stub/cut.c"

/*
 * One cause, one alarm, on the whole console: a house of 400 sensors and eight
 * gateways on a real broker, and a storm in which thousands of frames are lost. At
 * most three alarms may ask for somebody, at any time of it (field.md 4, rank 8: "storm
 * test"), and a patient who presses meanwhile is alarmed
 * and stands first. Nothing is asked of how fast: deadlines are for a busy machine.
 */

enum {
	GATEWAYS = 8,
	BEHIND = 5, /* the first five hang on one switch */
	DEAF = 5,   /* the sixth hears nobody any more, the other two all is well with */
	SENSORS = 50,
	LOST_LEAST = 1000,
	MOST = 3,
	PACE_MS = 500,
	STORM_MS = 90000
};

static const char button[] = "C30000B10001";

/* --- the house --- */

static void write_tags(FILE *f)
{
	fprintf(f,
		"tags = (\n  { mac = \"%s\"; kind = \"sensor\"; model = \"B10\"; bed = \"b-1\";"
		" name = \"call button 1\"; }",
		button);
	for (int g = 0; g < GATEWAYS; g++)
		for (int i = 0; i < SENSORS; i++)
			fprintf(f,
				",\n  { mac = \"C30000510%X%02X\"; kind = \"sensor\"; room = "
				"\"w-%d\"; }",
				(unsigned)g + 1, (unsigned)i, g);
	fputs("\n);\n", f);
}

static const char *house(void)
{
	const char *path = suite_path("storm.cfg");
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs("id = \"storm\"; name = \"Storm\"; zone = \"Europe/Paris\";\n"
	      "gateway_silence_s = 3; tag_silence_min = 0.1;\n"
	      "floors = ( { id = \"f\"; level = 1; } );\nrooms = (\n"
	      "  { id = \"cor\"; kind = \"corridor\"; floor = \"f\"; box = (0, 8, 80, 12); }",
		f);
	for (int g = 0; g < GATEWAYS; g++)
		fprintf(f,
			",\n  { id = \"w-%d\"; name = \"Ward %d\"; kind = \"ward\"; floor = \"f\";"
			" temp = (18, 24); box = (%d, 0, %d, 8); }",
			g, g + 1, g * 10, g * 10 + 10);
	fputs("\n);\ndoors = ( (\"cor\", \"outside\")", f);
	for (int g = 0; g < GATEWAYS; g++)
		fprintf(f, ", (\"w-%d\", \"cor\")", g);
	fprintf(f,
		" );\nbeds = ( { id = \"b-1\"; name = \"Bed 1\"; room = \"w-%d\"; } );\n"
		"gateways = (",
		GATEWAYS - 1);
	for (int g = 0; g < GATEWAYS; g++)
		fprintf(f,
			"%s\n  { mac = \"AC233FC0000%d\"; name = \"Ward %d\"; room = \"w-%d\";"
			" at = (%d, 4); }",
			g == 0 ? "" : ",", g + 1, g + 1, g, g * 10 + 5);
	fputs("\n);\nsignatures = ( { id = \"b10\"; model = \"B10\"; kind = \"ibeacon\";"
	      " uuid = \"FDA50693-A4E2-4FB1-AFCF-C6EB07647825\"; major = 0; minor = 0; } );\n",
		f);
	write_tags(f);
	fclose(f);
	return path;
}

/* --- its radio --- */

/* A link to the broker; what it has acknowledged is not lost. */
struct line {
	struct publisher p;
	int port;
	const char *name;
	long sent, taken;  /* frames */
	int frames[65536]; /* of each packet */
};

static struct line switched, direct;

static void open_line(struct line *line, int port, const char *name)
{
	memset(line, 0, sizeof *line);
	line->port = port;
	line->name = name;
	assert_true(publisher_open(&line->p, port, name));
}

static void taken(void *context, uint16_t number)
{
	struct line *line = context;
	line->taken += line->frames[number];
}

/* A gateway's second: JSON-LONG with `type`, its own row first (G1, 2019). */
static void upload(struct line *line, int gateway, int heard)
{
	char text[16384], topic[40];
	int len = snprintf(text, sizeof text,
		"[{\"type\":\"Gateway\",\"mac\":\"AC233FC0000%d\",\"gatewayFree\":98,"
		"\"gatewayLoad\":0.05}",
		gateway + 1);
	for (int i = 0; i < heard; i++) {
		len += snprintf(text + len, sizeof text - (size_t)len,
			",{\"mac\":\"C30000510%X%02X\",\"rssi\":-60", (unsigned)gateway + 1,
			(unsigned)i);
		if (i % 2 == 0)
			len += snprintf(text + len, sizeof text - (size_t)len,
				",\"type\":\"S1\",\"battery\":90,\"temperature\":21.%d,"
				"\"humidity\":45",
				i % 10);
		len += snprintf(text + len, sizeof text - (size_t)len, "}");
	}
	if (gateway == GATEWAYS - 1)
		len += snprintf(text + len, sizeof text - (size_t)len,
			",{\"mac\":\"%s\",\"rssi\":-60}", button);
	snprintf(text + len, sizeof text - (size_t)len, "]");
	snprintf(topic, sizeof topic, "/gw/AC233FC0000%d/status", gateway + 1);
	line->sent += heard;
	uint16_t number = publisher_send(&line->p, topic, text);
	if (number == 0) /* the broker is away: tried again at the next */
		publisher_open(&line->p, line->port, line->name);
	else
		line->frames[number] = heard;
}

/* What all of them have heard, and what the console makes of it. */
static void radio(struct pty *pty, bool deaf)
{
	for (int g = 0; g < GATEWAYS; g++)
		upload(g < BEHIND ? &switched : &direct, g, deaf && g == DEAF ? 0 : SENSORS);
	for (int64_t end = pty_now() + PACE_MS; pty_now() < end;)
		pty_pump(pty, 20);
	publisher_hear(&switched.p, taken, &switched);
	publisher_hear(&direct.p, taken, &direct);
}

/* --- what the console makes of it --- */

struct list {
	int seen, explained; /* alarms that ask for somebody; that another one explains */
	char first[64];      /* key of the one at the head */
	char keys[512];
};

static struct list list_of(const char *journal)
{
	const char *const argv[] = {
		suite_vigie, "show", "alarms", "--json", "--journal", journal, NULL};
	struct list list = {0};
	char *text = NULL;
	assert_int_equal(suite_run(&text, argv), 0);
	cJSON *json = cJSON_Parse(text);
	const cJSON *rows = cJSON_GetObjectItemCaseSensitive(json, "alarms"), *row;
	assert_true(cJSON_IsArray(rows));
	cJSON_ArrayForEach(row, rows)
	{
		const char *key =
			cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, "key"));
		const char *state =
			cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, "shown"));
		assert_non_null(key);
		assert_non_null(state);
		if (strcmp(state, "F") == 0) {
			list.explained++;
			continue;
		}
		if (list.seen++ == 0)
			snprintf(list.first, sizeof list.first, "%s", key);
		size_t at = strlen(list.keys);
		snprintf(list.keys + at, sizeof list.keys - at, "%s=%s ", key, state);
	}
	cJSON_Delete(json);
	free(text);
	return list;
}

/* Radio goes on until this is listed, or no longer; never too many on the way. */
static struct list until(
	struct pty *pty, const char *journal, const char *word, bool listed, bool deaf)
{
	struct list list = {0};
	for (int64_t end = pty_now() + STORM_MS; pty_now() < end;) {
		radio(pty, deaf);
		list = list_of(journal);
		if (list.seen > MOST)
			fail_msg("%d alarms: %s", list.seen, list.keys);
		if ((strstr(list.keys, word) != NULL) == listed)
			return list;
	}
	fail_msg("%s: %s is %slisted", list.keys, word, listed ? "not " : "");
	return list;
}

/* On the screen, too, the call stands above what else there is. */
static void stands_first(struct pty *pty, const char *journal, const char *other)
{
	struct list list = list_of(journal);
	assert_string_equal(list.first, "press:C30000B10001");
	pty_send(pty, "4");
	suite_expect(pty, other, SOON_MS);
	suite_expect(pty, "call button 1 calls", SOON_MS);
	char *grid = pty_grid(pty), *body = strchr(strchr(grid, '\n') + 1, '\n');
	assert_non_null(strstr(body, "call button 1 calls"));
	assert_true(strstr(body, "call button 1 calls") < strstr(body, other));
	free(grid);
}

static void all_heard(struct pty *pty, const char *journal)
{
	static const char heard[] = "SELECT count(DISTINCT json_extract(payload,'$.tag')) FROM fact"
				    " WHERE kind='located'";
	for (int64_t end = pty_now() + STORM_MS; pty_now() < end;) {
		radio(pty, false);
		if (suite_query(journal, heard) == GATEWAYS * SENSORS + 1)
			return;
	}
	fail_msg("not all were heard");
}

static void open_house(struct pty *pty, const char *journal, const char *http)
{
	const char *const more[] = {
		"--site", house(), "--mqtt", broker_address, "--http", http, NULL};
	suite_console(pty, 40, 120, journal, more, NULL);
	suite_expect(pty, "mqtt ok", SOON_MS);
}

/* So says the journal, too (`vigie show alarm-quality`). */
static void rang_at_most(const char *journal, int most)
{
	const char *const argv[] = {
		suite_vigie, "show", "alarm-quality", "--json", "--journal", journal, NULL};
	char *text = NULL;
	assert_int_equal(suite_run(&text, argv), 0);
	cJSON *json = cJSON_Parse(text);
	const cJSON *figures = cJSON_GetObjectItemCaseSensitive(json, "figures"), *figure;
	int rang = -1;
	cJSON_ArrayForEach(figure, figures)
	{
		const cJSON *key = cJSON_GetObjectItemCaseSensitive(figure, "key");
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(figure, "value");
		assert_true(cJSON_IsString(key));
		if (strcmp(key->valuestring, "rang") == 0)
			rang = (int)cJSON_GetNumberValue(value);
	}
	if (rang < 0 || rang > most)
		fail_msg("rang: %d\n%s", rang, text);
	cJSON_Delete(json);
	free(text);
}

/* The switch of five gateways dies and a sixth goes deaf: two alarms, and a call that
 * the others have heard is the first of three. */
static void gateways_fall_silent(void **state)
{
	const char *journal = suite_path("silent.db");
	struct cut *cable = cut_start(broker_port);
	struct pty pty;
	(void)state;
	open_line(&switched, cut_port(cable), "gw-behind");
	open_line(&direct, broker_port, "gw-direct");
	open_house(&pty, journal, "127.0.0.1:0");
	all_heard(&pty, journal);
	assert_int_equal(list_of(journal).seen, 0);
	cut_set(cable, true);
	until(&pty, journal, "many:gateway=B", true, true);
	press("AC233FC00008", button, 3);
	until(&pty, journal, "press:C30000B10001=B", true, true);
	struct list list = until(&pty, journal, "many:silent_tag=B", true, true);
	stands_first(&pty, journal, "5 gateways silent");
	long lost = switched.sent - switched.taken;
	print_message("lost %ld frames of %ld; %d explained; %s\n", lost,
		switched.sent + direct.sent, list.explained, list.keys);
	assert_true(lost >= LOST_LEAST);
	assert_true(list.explained >= BEHIND + SENSORS);
	cut_set(cable, false);
	until(&pty, journal, "many:gateway=B", false, false);
	list = until(&pty, journal, "many:silent_tag", false, false);
	assert_string_equal(list.first, "press:C30000B10001");
	rang_at_most(journal, MOST);
	leave(&pty);
	publisher_close(&switched.p);
	publisher_close(&direct.p);
	cut_stop(cable);
	verify(journal);
}

/* A press by HTTP, as a gateway without a broker sends it. */
static void post_press(int port)
{
	char text[700], answer[64] = "";
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	char body[300];
	int len = snprintf(body, sizeof body,
		"[{\"mac\":\"%s\",\"rssi\":-61,\"rawData\":"
		"\"0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5\"}]",
		button);
	len = snprintf(text, sizeof text,
		"POST /gw/AC233FC00008/status HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
		"Content-Type: application/json\r\nContent-Length: %d\r\n"
		"Connection: close\r\n\r\n%s",
		port, len, body);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	assert_int_equal(write(fd, text, (size_t)len), len);
	assert_true(read(fd, answer, sizeof answer - 1) > 0);
	close(fd);
	if (strstr(answer, " 20") == NULL)
		fail_msg("refused: %s", answer);
}

/* The broker dies and everything with it; the call comes by HTTP. One alarm and the
 * call; when the broker is back and the radio with it, nothing else has come of it. */
static void broker_dies(void **state)
{
	const char *journal = suite_path("broker.db");
	char http[32];
	int port = child_free_port();
	struct pty pty;
	(void)state;
	snprintf(http, sizeof http, "127.0.0.1:%d", port);
	open_line(&switched, broker_port, "gw-1");
	open_line(&direct, broker_port, "gw-2");
	open_house(&pty, journal, http);
	all_heard(&pty, journal);
	kill(broker, SIGKILL);
	waitpid(broker, NULL, 0);
	until(&pty, journal, "technical:broker=B", true, false);
	post_press(port);
	struct list list;
	do
		list = until(&pty, journal, "press:C30000B10001=B", true, false);
	while (list.explained < GATEWAYS); /* the gateways, each by itself */
	stands_first(&pty, journal, "MQTT broker lost");
	long lost = switched.sent + direct.sent - switched.taken - direct.taken;
	print_message("lost %ld frames of %ld; %d explained; %s\n", lost,
		switched.sent + direct.sent, list.explained, list.keys);
	assert_true(lost >= LOST_LEAST);
	broker = suite_broker(broker_port);
	list = until(&pty, journal, "technical:broker=D", true, false);
	do
		list = until(&pty, journal, "technical:broker=D", true, false);
	while (list.explained > 0);
	assert_int_equal(list.seen, 2);
	assert_string_equal(list.first, "press:C30000B10001");
	leave(&pty);
	publisher_close(&switched.p);
	publisher_close(&direct.p);
	verify(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gateways_fall_silent),
		cmocka_unit_test(broker_dies),
	};
	return cmocka_run_group_tests_name("storm", tests, open_group, close_group);
}
