/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "src/verbs.h"
#include "tests/unit/collect.h"

/* The contract of `vigie decode`: the lines themselves, then the verb on a
 * file, with and without a site. */

static void expect_line(const struct decoded *d, const char *line)
{
	char out[DECODE_JSON_SIZE];
	assert_int_equal(decode_json(d, out), strlen(line));
	assert_string_equal(out, line);
}

/* The line printed in the issue; 1773651600000 = 2026-03-16T09:00:00Z. */
static void test_sighting(void **state)
{
	struct decoded d = {.kind = DECODED_SIGHTING,
		.gateway = "AC233FC011F2",
		.tag = "C300007B573C",
		.rssi_dbm = -61,
		.frame = "ffe1:a1:03",
		.device_ms = 1773651600000};
	(void)state;
	expect_line(&d,
		"{\"kind\":\"sighting\",\"gateway\":\"AC233FC011F2\",\"tag\":\"C300007B573C\","
		"\"rssi_dbm\":-61,\"frame\":\"ffe1:a1:03\","
		"\"device_time\":\"2026-03-16T09:00:00.000Z\"}");
	/* from the gateway's buffer, two minutes and a half behind its message */
	d.late_ms = 150250;
	expect_line(&d,
		"{\"kind\":\"sighting\",\"gateway\":\"AC233FC011F2\",\"tag\":\"C300007B573C\","
		"\"rssi_dbm\":-61,\"frame\":\"ffe1:a1:03\","
		"\"device_time\":\"2026-03-16T09:00:00.000Z\",\"late_s\":150.25}");
	d.late_ms = 0;
	/* what is not known is absent */
	memset(d.gateway, 0, sizeof d.gateway);
	memset(d.frame, 0, sizeof d.frame);
	d.device_ms = 0;
	expect_line(&d, "{\"kind\":\"sighting\",\"tag\":\"C300007B573C\",\"rssi_dbm\":-61}");
}

static void test_reading(void **state)
{
	static const struct {
		enum quantity quantity;
		double value;
		const char *tail;
	} readings[] = {
		{QUANTITY_TEMPERATURE, 25.44921875,
			"\"temperature\",\"value\":25.44921875,\"unit\":\"Cel\"}"},
		{QUANTITY_TEMPERATURE, -0.00390625,
			"\"temperature\",\"value\":-0.00390625,\"unit\":\"Cel\"}"},
		{QUANTITY_TEMPERATURE, -0.0, "\"temperature\",\"value\":0,\"unit\":\"Cel\"}"},
		/* 0.1 + 0.2 needs 17 digits, 27.1 does not */
		{QUANTITY_TEMPERATURE, 0.1 + 0.2,
			"\"temperature\",\"value\":0.30000000000000004,\"unit\":\"Cel\"}"},
		{QUANTITY_HUMIDITY, 57.91, "\"humidity\",\"value\":57.91,\"unit\":\"%\"}"},
		{QUANTITY_VOLTAGE, 3762, "\"voltage\",\"value\":3762,\"unit\":\"mV\"}"},
		{QUANTITY_MOTION, 1, "\"motion\",\"value\":true}"},
		{QUANTITY_TAMPER, 0, "\"tamper\",\"value\":false}"},
		{QUANTITY_DOOR, 1, "\"door\",\"value\":true}"},
		/* counts and codes are numbers without a unit */
		{QUANTITY_PEOPLE, 4, "\"people\",\"value\":4}"},
		{QUANTITY_BUTTON, 128, "\"button\",\"value\":128}"},
		{QUANTITY_DISTANCE, 500, "\"distance\",\"value\":500,\"unit\":\"mm\"}"},
		{QUANTITY_CO2, 1250, "\"co2\",\"value\":1250,\"unit\":\"ppm\"}"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
		struct decoded d = {.kind = DECODED_READING, .tag = "C300007B573C"};
		char line[200];
		d.reading.quantity = readings[i].quantity;
		d.reading.value = readings[i].value;
		snprintf(line, sizeof line,
			"{\"kind\":\"reading\",\"tag\":\"C300007B573C\",\"quantity\":%s",
			readings[i].tail);
		expect_line(&d, line);
	}
}

static void test_every_8_8_value_reads_back(void **state)
{
	(void)state;
	for (int raw = -32768; raw <= 32767; raw++) {
		struct decoded d = {.kind = DECODED_READING, .tag = "C300007B573C"};
		char out[DECODE_JSON_SIZE];
		d.reading.quantity = QUANTITY_TEMPERATURE;
		d.reading.value = raw / 256.0;
		decode_json(&d, out);
		assert_true(strtod(strstr(out, "\"value\":") + 8, NULL) == raw / 256.0);
	}
}

static void test_others(void **state)
{
	struct decoded d = {.kind = DECODED_PRESS, .tag = "C300007B573C"};
	(void)state;
	d.press.signature = "b10";
	expect_line(&d, "{\"kind\":\"press\",\"tag\":\"C300007B573C\",\"signature\":\"b10\"}");
	d = (struct decoded){
		.kind = DECODED_GATEWAY, .gateway = "AC233FC011F2", .uplink = {.seq = -1}};
	expect_line(&d, "{\"kind\":\"gateway\",\"gateway\":\"AC233FC011F2\"}");
	d.uplink.seq = 0; /* the first upload after a restart */
	expect_line(&d, "{\"kind\":\"gateway\",\"gateway\":\"AC233FC011F2\",\"seq\":0}");
	d = (struct decoded){.kind = DECODED_NAME, .tag = "C300007B573C"};
	snprintf(d.name.name, sizeof d.name.name, "a\"b\\c");
	expect_line(&d, "{\"kind\":\"name\",\"tag\":\"C300007B573C\",\"name\":\"a\\\"b\\\\c\"}");
	/* the longest name, all quotes, still fits */
	memset(d.name.name, '"', sizeof d.name.name - 1);
	char out[DECODE_JSON_SIZE];
	assert_int_equal(out[decode_json(&d, out) - 1], '}');
	for (int r = 0; r < REFUSED_COUNT; r++) {
		char line[120];
		d = (struct decoded){.kind = DECODED_REFUSED};
		d.refused.reason = (enum refusal)r;
		snprintf(line, sizeof line, "{\"kind\":\"refused\",\"reason\":\"%s\"}",
			refusal_name((enum refusal)r));
		assert_string_not_equal(refusal_name((enum refusal)r), "?");
		expect_line(&d, line);
	}
}

/* ---- the verb ---- */

static char work[64];

static const char *path_of(const char *name)
{
	static char paths[2][128];
	static int turn;
	turn = !turn;
	snprintf(paths[turn], sizeof paths[turn], "%s/%s", work, name);
	return paths[turn];
}

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Runs the verb with its output in a file; returns the exit code. */
static int run(char *out, size_t size, int argc, const char **argv)
{
	fflush(stdout);
	int keep = dup(STDOUT_FILENO);
	FILE *f = fopen(path_of("out"), "w+");
	assert_non_null(f);
	dup2(fileno(f), STDOUT_FILENO);
	int code = verb_decode(argc, (char **)argv);
	fflush(stdout);
	dup2(keep, STDOUT_FILENO);
	close(keep);
	rewind(f);
	size_t n = fread(out, 1, size - 1, f);
	out[n] = '\0';
	fclose(f);
	return code;
}

static const char row[] = "[{\"mac\":\"C300007B573C\",\"rssi\":-61,\"timestamp\":\"%s\","
			  "\"rawData\":\"0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB07647825"
			  "00000000C5\"}]\n";

static void test_verb(void **state)
{
	char out[4096];
	char name[128];
	const char *argv[] = {"decode", "--topic", "/gw/ac233fc011f2/status", name, NULL};
	(void)state;
	write_file("in", "[{\"mac\":\"C300007B573C\",\"rssi\":\"-61\",\"rawData\":\"\"}]\r\n"
			 "hex:bb010000001AAC233FFFFFFF0001fee150bada5500010000b8dd\n"
			 "hex:bb0\n"
			 "\n"
			 "no payload");
	snprintf(name, sizeof name, "%s", path_of("in"));
	assert_int_equal(run(out, sizeof out, 4, argv), EXIT_FOUND);
	assert_string_equal(out,
		"{\"kind\":\"sighting\",\"gateway\":\"AC233FC011F2\",\"tag\":\"C300007B573C\","
		"\"rssi_dbm\":-61}\n"
		"{\"kind\":\"gateway\",\"gateway\":\"AC233FFFFFFF\"}\n"
		"{\"kind\":\"sighting\",\"gateway\":\"AC233FFFFFFF\",\"tag\":\"FEE150BADA55\","
		"\"rssi_dbm\":-72}\n"
		"{\"kind\":\"refused\",\"reason\":\"bad_hex\",\"detail\":\"hex: with 3 "
		"characters\"}\n"
		"{\"kind\":\"refused\",\"reason\":\"empty\",\"detail\":\"no bytes\"}\n"
		"{\"kind\":\"refused\",\"reason\":\"unknown_shape\",\"detail\":\"10 bytes, first "
		"6e 6f 20 70\"}\n");
	const char *missing[] = {"decode", "/nonexistent/file", NULL};
	assert_int_equal(run(out, sizeof out, 2, missing), EXIT_ENVIRONMENT);
	const char *wrong[] = {"decode", "--colour", NULL};
	assert_int_equal(run(out, sizeof out, 2, wrong), EXIT_USAGE);
	const char *two[] = {"decode", "a", "b", NULL};
	assert_int_equal(run(out, sizeof out, 3, two), EXIT_USAGE);
}

static int count_of(const char *text, const char *word)
{
	int n = 0;
	for (; (text = strstr(text, word)) != NULL; text++)
		n++;
	return n;
}

/* With the demo's site: adverts of one burst are one press; 30 s of silence by
 * the gateway's time begin another; without time a line is a second. */
static void test_verb_presses(void **state)
{
	static const char *const times[] = {"2026-03-16T09:00:00Z", "2026-03-16T09:00:02Z",
		"2026-03-16T09:00:31Z", "2026-03-16T09:01:01Z", "2026-03-16T09:01:02Z"};
	char out[8192];
	char in[4096] = "";
	char name[128];
	char site[128];
	const char *argv[] = {"decode", "--site", site, name, NULL};
	size_t n = 0;
	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		n += (size_t)snprintf(in + n, sizeof in - n, row, times[i]);
	write_file("in", in);
	write_file("site.cfg",
		"id = \"t\"; name = \"t\"; zone = \"UTC\"; currency = \"EUR\";\n"
		"floors = ( { id = \"f\"; name = \"f\"; level = 0; } );\n"
		"rooms = ( { id = \"r\"; name = \"r\"; floor = \"f\"; kind = \"or\";\n"
		"  outline = ( (0.0, 0.0), (5.0, 0.0), (5.0, 5.0), (0.0, 5.0) ); } );\n"
		"tags = ( { mac = \"C300007B573C\"; name = \"b\"; model = \"B10\"; kind = "
		"\"patient\"; } );\n"
		"signatures = ( { id = \"b10-ibeacon\"; model = \"B10\"; kind = \"ibeacon\";\n"
		"  uuid = \"FDA50693-A4E2-4FB1-AFCF-C6EB07647825\"; major = 0; minor = 0;\n"
		"  rearm_s = 30; merge_s = 15; } );\n");
	snprintf(name, sizeof name, "%s", path_of("in"));
	snprintf(site, sizeof site, "%s", path_of("site.cfg"));
	assert_int_equal(run(out, sizeof out, 4, argv), 0);
	assert_int_equal(count_of(out, "\"kind\":\"sighting\""), 5);
	assert_int_equal(count_of(out, "{\"kind\":\"press\",\"tag\":\"C300007B573C\","
				       "\"signature\":\"b10-ibeacon\"}"),
		2);
	n = 0;
	for (int i = 0; i < 3; i++)
		n += (size_t)snprintf(in + n, sizeof in - n, row, "1970-01-01T00:00:07Z");
	write_file("in", in);
	assert_int_equal(run(out, sizeof out, 4, argv), 0);
	assert_int_equal(count_of(out, "\"kind\":\"press\""), 1);
}

/* The example of bthome.io ("Encryption"), with and without its key; not having
 * one is information, having a wrong one is not. */
static void test_verb_keys(void **state)
{
	static const char name_of_key[] = "5448E68F80A5 231d39c1d7cc1ab1aee224cd096db932\n";
	char out[4096];
	char name[128];
	char keys[128];
	const char *with[] = {"decode", "--keys", keys, name, NULL};
	const char *without[] = {"decode", name, NULL};
	(void)state;
	write_file("in", "[{\"mac\":\"5448E68F80A5\",\"rssi\":-61,\"rawData\":"
			 "\"1216D2FC41A47266C95F730011223378237214\"}]\n");
	write_file("keys", name_of_key);
	snprintf(name, sizeof name, "%s", path_of("in"));
	snprintf(keys, sizeof keys, "%s", path_of("keys"));
	assert_int_equal(chmod(keys, 0600), 0);
	assert_int_equal(run(out, sizeof out, 4, with), 0);
	assert_non_null(strstr(out, "\"temperature\",\"value\":25.06,"));
	assert_non_null(strstr(out, "\"humidity\",\"value\":50.55,"));
	assert_int_equal(run(out, sizeof out, 2, without), 0);
	assert_non_null(strstr(out, "\"reason\":\"no_key\""));
	assert_null(strstr(out, "reading"));
	write_file("keys", "5448E68F80A5 331d39c1d7cc1ab1aee224cd096db932\n");
	assert_int_equal(run(out, sizeof out, 4, with), EXIT_FOUND);
	assert_non_null(strstr(out, "\"reason\":\"bad_mic\""));
	assert_int_equal(chmod(keys, 0644), 0);
	assert_int_equal(run(out, sizeof out, 4, with), EXIT_ENVIRONMENT);
	assert_string_equal(out, "");
}

static int make_work(void **state)
{
	(void)state;
	snprintf(work, sizeof work, "/tmp/test_decode.XXXXXX");
	return mkdtemp(work) == NULL;
}

static int remove_work(void **state)
{
	static const char *const names[] = {"in", "out", "site.cfg", "keys"};
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(path_of(names[i]));
	return rmdir(work);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sighting),
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_every_8_8_value_reads_back),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_verb),
		cmocka_unit_test(test_verb_presses),
		cmocka_unit_test(test_verb_keys),
	};
	return cmocka_run_group_tests(tests, make_work, remove_work);
}
