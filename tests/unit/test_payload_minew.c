/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/payload_feed.h"

/* Minew's other shapes: pre-parsed JSON and its webhook (feeds reference 1.4),
 * JSON-RAW (1.5), Binary-SHORT (1.6) and Connect (1.7). JSON-LONG and BB 01 are
 * in test_minew.c. */

/* The sample of 1.4, word for word. */
#define ADV                                                                                        \
	"{\"tm\":\"2026-05-01T12:10:50.130Z\",\"gw\":\"ac233fc19265\",\"seq\":24,\"adv\":["        \
	"{\"type\":\"ht\",\"temperature\":22.6,\"humidity\":34.39,\"battery\":30,\"rssi\":-56,"    \
	"\"tm\":\"2026-05-01T12:10:49.335Z\",\"mac\":\"c3000028b951\"},"                           \
	"{\"type\":\"acc\",\"x\":-0.059,\"y\":-0.906,\"z\":-0.359,\"rssi\":-55,"                   \
	"\"mac\":\"c3000028b951\"},"                                                               \
	"{\"type\":\"pir\",\"rssi\":-49,\"mac\":\"c3000028b951\"},"                                \
	"{\"type\":\"lo\",\"index\":0,\"people\":1,\"axis\":[{\"x\":-0.2,\"y\":-0.1,\"z\":1.7}],"  \
	"\"rssi\":-65,\"mac\":\"c30000191fad\"},"                                                  \
	"{\"type\":\"info_v3\",\"battery\":100,\"ver\":\"v3.0.6\",\"screen\":\"0000\","            \
	"\"product\":\"0005\",\"rssi\":-68,\"mac\":\"c30000191fad\"},"                             \
	"{\"type\":\"cb\",\"unlocked\":true,\"uninstalled\":false,\"triggered\":false,"            \
	"\"block_id\":[31],\"rssi\":-69,\"mac\":\"c3000047a97f\"},"                                \
	"{\"type\":\"tlm\",\"battery\":3171,\"temperature\":30.0,\"rssi\":-70,"                    \
	"\"mac\":\"c30000393fe5\"}]}"
#define GW  "AC233FC19265"
#define NOW AT("2026-05-01T12:10:50.130Z")

static void expect_adv(struct collect *c)
{
	collect_expect(c, "{\"kind\":\"gateway\",\"gateway\":\"" GW "\",\"seq\":24}",
		HEARD(GW, "C3000028B951", "-56",
			FRAME("named:ht") AT("2026-05-01T12:10:49.335Z") ",\"late_s\":0.795"),
		READ("C3000028B951", "temperature", "22.6", "Cel"),
		READ("C3000028B951", "humidity", "34.39", "%"),
		READ("C3000028B951", "battery", "30", "%"),
		HEARD(GW, "C3000028B951", "-55", FRAME("named:acc") NOW),
		READ("C3000028B951", "acceleration_x", "-0.059", "g"),
		READ("C3000028B951", "acceleration_y", "-0.906", "g"),
		READ("C3000028B951", "acceleration_z", "-0.359", "g"),
		/* the row is the event */
		HEARD(GW, "C3000028B951", "-49", FRAME("named:pir") NOW),
		TOLD("C3000028B951", "motion", "true"),
		HEARD(GW, "C30000191FAD", "-65", FRAME("named:lo") NOW),
		TOLD("C30000191FAD", "people", "1"),
		HEARD(GW, "C30000191FAD", "-68", FRAME("named:info_v3") NOW),
		READ("C30000191FAD", "battery", "100", "%"),
		HEARD(GW, "C3000047A97F", "-69", FRAME("named:cb") NOW),
		TOLD("C3000047A97F", "door", "true"), TOLD("C3000047A97F", "tamper", "false"),
		/* mV, not % */
		HEARD(GW, "C30000393FE5", "-70", FRAME("named:tlm") NOW),
		READ("C30000393FE5", "voltage", "3171", "mV"),
		READ("C30000393FE5", "temperature", "30", "Cel"));
}

static void test_parsed(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	feed(c, NULL, NULL, ADV);
	expect_adv(c);
	feed(c, NULL, "/gw/ac233fc00009/status",
		"{\"received_at\":\"2026-05-01T12:10:51Z\",\"client_ip\":\"10.0.0.9\","
		"\"gateway_mac\":\"ac233fc19265\",\"beacon_mac\":\"c3000028b951\",\"rssi\":-56,"
		"\"data\":" ADV "}");
	expect_adv(c);
	/* the wrapper's beacon is the row's when the row names none */
	feed(c, NULL, NULL,
		"{\"beacon_mac\":\"c3000028b951\",\"data\":{\"adv\":[{\"rssi\":-56}]}}");
	collect_expect(c, SEEN("C3000028B951", "-56", ""));
	free(c);
}

/* One row of each type, with the names its keys have been seen under. */
static void test_parsed_types(void **state)
{
	static const struct {
		const char *fields, *lines[6];
	} rows[] = {
		{"\"type\":\"temp\",\"temperature\":\"21.5\"",
			{READ(B10, "temperature", "21.5", "Cel")}},
		{"\"type\":\"acc_axis\",\"x_axis\":0.5,\"y_axis\":-1,\"z_axis\":0",
			{READ(B10, "acceleration_x", "0.5", "g"),
				READ(B10, "acceleration_y", "-1", "g"),
				READ(B10, "acceleration_z", "0", "g")}},
		{"\"type\":\"acc_gyro\",\"acc_x\":0.5,\"deg_z\":-250",
			{READ(B10, "acceleration_x", "0.5", "g"),
				READ(B10, "angular_rate_z", "-250", "deg/s")}},
		{"\"type\":\"tlm\",\"battery\":0,\"temperature\":null,\"adv_cnt\":7", {NULL}},
		{"\"type\":\"info\",\"name\":\"B10\",\"battery\":20",
			{READ(B10, "battery", "20", "%"), NAMED(B10, "B10")}},
		{"\"type\":\"pir\",\"pir\":0", {TOLD(B10, "motion", "false")}},
		{"\"type\":\"tamper_proof\",\"status\":1", {TOLD(B10, "tamper", "true")}},
		{"\"type\":\"vibration\",\"vibration\":true", {TOLD(B10, "vibration", "true")}},
		{"\"type\":\"lux\",\"lux\":16384", {READ(B10, "illuminance", "16384", "lx")}},
		{"\"type\":\"ps\",\"ps\":1000", {READ(B10, "illuminance", "1000", "lx")}},
		{"\"type\":\"digital_pressure\",\"pressure\":1156.0",
			{READ(B10, "pressure", "1156", "hPa")}},
		{"\"type\":\"pressure\",\"pressure\":16384", {READ(B10, "weight", "16384", "g")}},
		{"\"type\":\"msd\",\"distance_mm\":500,\"occupied\":true,\"low_battery\":false,"
		 "\"door\":\"open\"",
			{READ(B10, "distance", "500", "mm"), TOLD(B10, "occupancy", "true"),
				TOLD(B10, "door", "true"), TOLD(B10, "battery_low", "false")}},
		{"\"type\":\"tvoc\",\"status\":500", {READ(B10, "tvoc", "500", "ppb")}},
		{"\"type\":\"mag\",\"x\":5.15", {READ(B10, "magnetic_x", "51.5", "mG")}},
		{"\"type\":\"url\",\"url\":\"https://example.org\"", {NULL}},
		{"\"type\":\"ds\"", {NULL}},
		{"\"type\":\"custom\",\"raw\":\"" B10_INFO "\"", {NULL}},
		{"\"type\":\"asset\",\"nearest_beacon_mac\":\"c30000000001\",\"battery\":20",
			{READ(B10, "battery", "20", "%")}},
		{"\"type\":\"zz\"", {REFUSED_OF(B10, "unknown_frame", "named:zz")}},
		{"\"type\":\"ht\",\"temperature\":300,\"humidity\":\"wet\"",
			{REFUSED_OF(B10, "bad_value", "named:ht temperature 300"),
				REFUSED_OF(B10, "bad_value", "humidity is not a number")}},
	};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[300];
		int n = 0;
		snprintf(text, sizeof text,
			"{\"gw\":\"ac233fc19265\",\"adv\":[{%s,\"rssi\":-50,\"mac\":"
			"\"c300007b573c\"}]}",
			rows[i].fields);
		feed(c, NULL, NULL, text);
		assert_int_equal(collect_kind(c, DECODED_SIGHTING), 1);
		assert_int_equal(c->records[0].uplink.seq, -1);
		if (strstr(rows[i].fields, "custom") != NULL) {
			assert_string_equal(c->records[1].frame, "ffe1:a1:08");
		} else {
			for (; n < 6 && rows[i].lines[n] != NULL; n++)
				assert_string_equal(c->lines[2 + n], rows[i].lines[n]);
			assert_int_equal(c->count, 2 + n);
		}
		c->count = 0;
	}
	free(c);
}

/* Beacons taken apart are put together again: one rule recognises presses. */
static void test_parsed_presses(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	feed(c, &feed_site, NULL,
		"{\"gw\":\"fc233f000001\",\"adv\":["
		"{\"type\":\"ib\",\"uuid\":\"fda50693a4e24fb1afcfc6eb07647825\",\"major\":0,"
		"\"minor\":0,\"rssi_at_xm\":-59,\"battery\":0,\"rssi\":-50,\"mac\":"
		"\"c300007b573c\"},"
		"{\"type\":\"fake_ib\",\"uuid\":\"" B10_UUID "\",\"major\":\"0\",\"minor\":1,"
		"\"battery\":90,\"rssi\":-50,\"mac\":\"c300007b573c\"},"
		"{\"type\":\"uid\",\"namespace_id\":\"496f49445554462d3332\","
		"\"instance_id\":\"00000001f915\",\"rssi\":-50,\"mac\":\"c300007b573c\"},"
		"{\"type\":\"uid\",\"namespace\":\"496f49445554462d3332\","
		"\"instance\":\"00000001f44c\",\"rssi\":-50,\"mac\":\"c300007b573c\"},"
		"{\"type\":\"ib\",\"uuid\":\"fda5\",\"major\":0,\"minor\":0,\"rssi\":-50,"
		"\"mac\":\"c300007b573c\"},"
		"{\"type\":\"ib\",\"uuid\":\"" B10_UUID
		"\",\"rssi\":-50,\"mac\":\"c300007b573c\"}]}");
	collect_expect(c, GATEWAY("AC233FC00001"), /* the box's MAC is an alias */
		HEARD("AC233FC00001", B10, "-50", FRAME("named:ib")),
		IBEACON(B10, B10_UUID, "0", "0", ",\"power_dbm\":-59"), PRESSED(B10, "b10"),
		HEARD("AC233FC00001", B10, "-50", FRAME("named:fake_ib")),
		IBEACON(B10, B10_UUID, "0", "1", ""), READ(B10, "battery", "90", "%"),
		HEARD("AC233FC00001", B10, "-50", FRAME("named:uid")),
		"{\"kind\":\"beacon\",\"tag\":\"" B10 "\",\"format\":\"eddystone_uid\","
		"\"namespace\":\"496F49445554462D3332\",\"instance\":\"00000001F915\"}",
		PRESSED(B10, "tap"), HEARD("AC233FC00001", B10, "-50", FRAME("named:uid")),
		"{\"kind\":\"beacon\",\"tag\":\"" B10 "\",\"format\":\"eddystone_uid\","
		"\"namespace\":\"496F49445554462D3332\",\"instance\":\"00000001F44C\"}",
		HEARD("AC233FC00001", B10, "-50", FRAME("named:ib")),
		REFUSED_OF(B10, "bad_hex", "uuid fda5"),
		HEARD("AC233FC00001", B10, "-50", FRAME("named:ib")),
		REFUSED_OF(B10, "bad_value", "major or minor"));
	free(c);
}

/* An envelope with something wrong still gives its rows. */
static void test_parsed_odds(void **state)
{
	static const struct {
		const char *envelope, *said;
	} odds[] = {
		{"\"gw\":\"nobody\"", REFUSED("bad_mac", "gw nobody")},
		{"\"gw\":12", REFUSED("bad_mac", "gw is not a text")},
		{"\"tm\":\"noon\"", REFUSED("bad_time", "tm noon")},
		{"\"seq\":\"x\"", NULL},
	};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof odds / sizeof *odds; i++) {
		char text[200];
		snprintf(text, sizeof text,
			"{%s,\"adv\":[7,{\"rssi\":-50,\"mac\":\"c300007b573c\"}]}",
			odds[i].envelope);
		feed(c, NULL, NULL, text);
		if (odds[i].said != NULL)
			collect_expect(c, odds[i].said, REFUSED("row", "a row is not an object"),
				SEEN(B10, "-50", ""));
		else
			collect_expect(
				c, REFUSED("row", "a row is not an object"), SEEN(B10, "-50", ""));
	}
	feed(c, NULL, "/gw/ac233fc00001/status", "{\"adv\":{\"x\":1},\"seq\":\"7\"}");
	collect_expect(c, "{\"kind\":\"gateway\",\"gateway\":\"AC233FC00001\",\"seq\":7}",
		"{\"kind\":\"refused\",\"reason\":\"row\",\"detail\":\"adv is not an array\"}");
	free(c);
}

/* No public capture: the fields are those of reelyactive/barnowl-minew. */
static void test_raw(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	feed(c, NULL, NULL,
		"[{\"gateway\":\"ac233fc00001\",\"locator\":\"ac233fc0ffff\"},"
		"{\"mac\":\"" B10
		"\",\"no\":37,\"rssi\":-61,\"timestamp\":1758600000000,\"i\":[1,2]},"
		"{\"mac\":\"" B10 "\",\"no\":38,\"rssi\":-63},7,{\"no\":39,\"rssi\":-60}]");
	collect_expect(c, GATEWAY("AC233FC00001"),
		HEARD("AC233FC00001", B10, "-61", AT("2025-09-23T04:00:00.000Z")),
		HEARD("AC233FC00001", B10, "-63", ""), REFUSED("row", "a row is not an object"),
		REFUSED("no_mac", "a row without mac"));
	feed(c, NULL, NULL, "[{\"locator\":\"ac233fc0ffff\"},{\"mac\":\"" B10 "\",\"rssi\":-61}]");
	collect_expect(c, GATEWAY("AC233FC0FFFF"), HEARD("AC233FC0FFFF", B10, "-61", ""));
	free(c);
}

/* 1.6 gives BB 00 the header of BB 01: read when it fits to the last byte. */
static void test_binary_short(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	feed_hex(c, NULL, NULL, "bb000000001aac233fffffff0001fee150bada5500010000b8dd");
	collect_expect(
		c, GATEWAY("AC233FFFFFFF"), HEARD("AC233FFFFFFF", "FEE150BADA55", "-72", ""));
	static const char *const odd[] = {"bb00", "bb0000000010ac233fffffff0000dd",
		"bb000000001aac233fffffff0001fee150bada5500020000b8dd",
		"bb000000001aac233fffffff0001fee150bada5500010000b800"};
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		feed_hex(c, NULL, NULL, odd[i]);
		collect_expect(c, REFUSED("unsupported", "minew bb00"));
	}
	free(c);
}

/* Put together by hand from 1.7: 20 + (2 + 10 + 26 + 4) + (2 + 10) bytes, the
 * first record with two bytes of angle of arrival behind their length. */
#define CONNECT(total, rest, content)                                                              \
	"bb0200000000" total rest "843e" content "2800"                                            \
	"0100c300007b573cc31a" B10_REST "0200aabb"                                                 \
	"0a000100ac233f000001c800"

static void test_connect(void **state)
{
	static const char whole[] = CONNECT("4a000000", "3c000000", "36000000");
	struct collect *c = collect_new();
	uint8_t bytes[128];
	size_t n = unhex(bytes, whole);
	(void)state;
	assert_int_equal(n, 0x4a);
	feed_hex(c, NULL, "minew/AC233FC00001/status", whole);
	collect_expect(c, HEARD("AC233FC00001", B10, "-61", FRAME("ffe1:a1:03")),
		READ(B10, "acceleration_x", "0.34765625", "g"),
		READ(B10, "acceleration_y", "-0.5078125", "g"),
		READ(B10, "acceleration_z", "-0.77734375", "g"), READ(B10, "battery", "20", "%"),
		HEARD("AC233FC00001", "AC233F000001", "-56", ""));
	struct decode_context dc = {.emit = collect_emit, .context = c};
	for (size_t len = 20; len < n; len++) {
		feed_bytes(&dc, NULL, bytes, len);
		assert_int_equal(collect_refused(c, REFUSED_TRUNCATED), 1);
		assert_int_equal(collect_kind(c, DECODED_SIGHTING), len >= 62);
		c->count = 0;
	}
	/* a record shorter than its own advertising data; the next one is read */
	bytes[31] = 0x1f;
	feed_bytes(&dc, NULL, bytes, n);
	collect_expect(c, REFUSED("truncated", "bb02 record 0 of 42 bytes"),
		SEEN("AC233F000001", "-56", ""));
	bytes[14] = 0;
	feed_bytes(&dc, NULL, bytes, n);
	collect_expect(c, REFUSED("unsupported", "minew bb02"));
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parsed),
		cmocka_unit_test(test_parsed_types),
		cmocka_unit_test(test_parsed_presses),
		cmocka_unit_test(test_parsed_odds),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_binary_short),
		cmocka_unit_test(test_connect),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
