/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "feeds/json_read.h"
#include "tests/unit/collect.h"
#include "twin/site.h"

/*
 * Payload shapes. The JSON samples are what deployed gateways published
 * (yhkeep/aiot-Tunnel 2017 and 2019, a 2022 G1, panudet-24mb/aether for the
 * MG3), the binary ones the unit tests of reelyactive/barnowl-minew.
 */

static void feed(struct collect *c, const struct site *site, const char *topic, const void *bytes,
	size_t len)
{
	struct decode_context dc = {.site = site, .emit = collect_emit, .context = c};
	/* An exact copy without NUL: a sanitizer sees a read beyond it. */
	char *copy = malloc(len > 0 ? len : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, len);
	payload_decode(&dc, topic, copy, len);
	free(copy);
}

static void feed_text(struct collect *c, const char *text)
{
	feed(c, NULL, NULL, text, strlen(text));
}

static void feed_hex(struct collect *c, const char *hex)
{
	uint8_t bytes[256];
	assert_true(strlen(hex) <= 2 * sizeof bytes);
	feed(c, NULL, NULL, bytes, unhex(bytes, hex));
}

#define REFUSED(reason, detail)                                                                    \
	"{\"kind\":\"refused\",\"reason\":\"" reason "\",\"detail\":\"" detail "\"}"
#define READ(tag, quantity, value, unit)                                                           \
	"{\"kind\":\"reading\",\"tag\":\"" tag "\",\"quantity\":\"" quantity "\",\"value\":" value \
	",\"unit\":\"" unit "\"}"

static void test_2022_with_type(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	feed_text(c, "[{\"timestamp\":\"2022-01-20T13:22:49.434Z\",\"type\":\"Gateway\","
		     "\"mac\":\"AC233FC0BC43\",\"gatewayFree\":23,\"gatewayLoad\":1.34},\n"
		     " {\"timestamp\":\"2022-01-20T13:22:49.519Z\",\"type\":\"iBeacon\","
		     "\"mac\":\"AC233F8C7CEE\",\"bleName\":\"\","
		     "\"ibeaconUuid\":\"E2C56DB5DFFB48D2B060D0F5A71096E0\",\"ibeaconMajor\":0,"
		     "\"ibeaconMinor\":0,\"rssi\":-38,\"ibeaconTxPower\":-59,\"battery\":0}]");
	collect_expect(c, "{\"kind\":\"gateway\",\"gateway\":\"AC233FC0BC43\"}",
		"{\"kind\":\"sighting\",\"gateway\":\"AC233FC0BC43\",\"tag\":\"AC233F8C7CEE\","
		"\"rssi_dbm\":-38,\"frame\":\"named:ibeacon\","
		"\"device_time\":\"2022-01-20T13:22:49.519Z\"}",
		/* battery 0 in an iBeacon row is not known */
		"{\"kind\":\"beacon\",\"tag\":\"AC233F8C7CEE\",\"format\":\"ibeacon\","
		"\"uuid\":\"E2C56DB5-DFFB-48D2-B060-D0F5A71096E0\",\"major\":0,\"minor\":0,"
		"\"power_dbm\":-59}");
	free(c);
}

static void test_2019_with_type(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	feed_text(c,
		"[{\"gatewayLoad\":0.05,\"gatewayFree\":98,\"type\":\"Gateway\","
		"\"mac\":\"AC233FC001EA\",\"timestamp\":\"2019-08-13T06:06:20Z\"},"
		"{\"rssi\":-55,\"bleName\":\"S1\",\"temperature\":27.1,\"humidity\":57.91,"
		"\"type\":\"S1\",\"battery\":100,\"mac\":\"AC233FA018E7\","
		"\"timestamp\":\"2019-08-13T06:06:21Z\"},"
		"{\"rssi\":-55,\"bleName\":\"\",\"rawData\":\"\",\"type\":\"Unknown\","
		"\"mac\":\"AC233FA018E7\",\"timestamp\":\"2019-08-13T06:06:21Z\"},"
		"{\"rssi\":-63,\"bleName\":\"\","
		"\"rawData\":\"0201060303E1FF0D16E1FFA1026401FA31A03F23AC\",\"type\":\"Unknown\","
		"\"mac\":\"AC233FA031FA\",\"timestamp\":\"2019-08-13T06:06:21Z\"}]");
	collect_expect(c, "{\"kind\":\"gateway\",\"gateway\":\"AC233FC001EA\"}",
		"{\"kind\":\"sighting\",\"gateway\":\"AC233FC001EA\",\"tag\":\"AC233FA018E7\","
		"\"rssi_dbm\":-55,\"frame\":\"named:s1\",\"device_time\":\"2019-08-13T06:06:21."
		"000Z\"}",
		READ("AC233FA018E7", "temperature", "27.1", "Cel"),
		READ("AC233FA018E7", "humidity", "57.91", "%"),
		READ("AC233FA018E7", "battery", "100", "%"),
		"{\"kind\":\"name\",\"tag\":\"AC233FA018E7\",\"name\":\"S1\"}",
		"{\"kind\":\"sighting\",\"gateway\":\"AC233FC001EA\",\"tag\":\"AC233FA018E7\","
		"\"rssi_dbm\":-55,\"device_time\":\"2019-08-13T06:06:21.000Z\"}",
		"{\"kind\":\"sighting\",\"gateway\":\"AC233FC001EA\",\"tag\":\"AC233FA031FA\","
		"\"rssi_dbm\":-63,\"frame\":\"ffe1:a1:02\","
		"\"device_time\":\"2019-08-13T06:06:21.000Z\"}",
		"{\"kind\":\"reading\",\"tag\":\"AC233FA031FA\",\"quantity\":\"light\",\"value\":"
		"true}",
		READ("AC233FA031FA", "battery", "100", "%"));
	free(c);
}

static const char mg3[] =
	"[{\"type\":\"Gateway\",\"mac\":\"AC233FC00001\",\"nums\":2,\"timestamp\":1758600000000},\n"
	" {\"timestamp\":1758600000000,\"mac\":\"C300007B573C\",\"rssi\":-61,"
	"\"rawData\":\"0201060303E1FF1216E1FFA103140059FF7EFF393C577B0000C3\"},\n"
	" {\"timestamp\":1758600000000,\"mac\":\"C300007B573C\",\"rssi\":-60,"
	"\"rawData\":\"0201060303E1FF0F16E1FFA108143C577B0000C3423130\"}]";

static void test_mg3_without_type(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	feed_text(c, mg3);
	/* 1758600000 s = 2025-09-23T04:00:00Z */
	collect_expect(c, "{\"kind\":\"gateway\",\"gateway\":\"AC233FC00001\"}",
		"{\"kind\":\"sighting\",\"gateway\":\"AC233FC00001\",\"tag\":\"C300007B573C\","
		"\"rssi_dbm\":-61,\"frame\":\"ffe1:a1:03\","
		"\"device_time\":\"2025-09-23T04:00:00.000Z\"}",
		READ("C300007B573C", "acceleration_x", "0.34765625", "g"),
		READ("C300007B573C", "acceleration_y", "-0.5078125", "g"),
		READ("C300007B573C", "acceleration_z", "-0.77734375", "g"),
		READ("C300007B573C", "battery", "20", "%"),
		"{\"kind\":\"sighting\",\"gateway\":\"AC233FC00001\",\"tag\":\"C300007B573C\","
		"\"rssi_dbm\":-60,\"frame\":\"ffe1:a1:08\","
		"\"device_time\":\"2025-09-23T04:00:00.000Z\"}",
		READ("C300007B573C", "battery", "20", "%"),
		"{\"kind\":\"name\",\"tag\":\"C300007B573C\",\"name\":\"B10\"}");
	free(c);
}

/* Every prefix of a good message: what stood whole before the cut is kept. */
static void test_cut_json(void **state)
{
	struct collect *c = collect_new();
	size_t last_row = (size_t)(strstr(mg3, "\"rssi\":-60") - mg3);
	(void)state;
	for (size_t len = 0; len < sizeof mg3 - 1; len++) {
		feed(c, NULL, NULL, mg3, len);
		assert_true(collect_kind(c, DECODED_REFUSED) > 0);
		assert_int_equal(collect_refused(c, len > 0 ? REFUSED_NOT_JSON : REFUSED_EMPTY),
			collect_kind(c, DECODED_REFUSED));
		if (len > last_row)
			assert_true(collect_kind(c, DECODED_SIGHTING) >= 1);
		c->count = 0;
	}
	free(c);
}

/* A message cut inside its first row is one broken message, not two. */
static void test_cut_in_the_first_row(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	feed_text(c, "[{\"mac\":\"AC233F000001\",\"rs");
	collect_expect(c, REFUSED("not_json", "cut at byte 26"));
	feed_text(c, "[{\"mac\":\"AC233F000001\",\"rssi\":-50},{\"mac\":\"AC23");
	collect_expect(c, "{\"kind\":\"sighting\",\"tag\":\"AC233F000001\",\"rssi_dbm\":-50}",
		REFUSED("not_json", "cut at byte 47"));
	free(c);
}

#define SEEN1 "{\"kind\":\"sighting\",\"tag\":\"AC233F000001\",\"rssi_dbm\":-50}"

static void test_one_bad_row_never_loses_the_message(void **state)
{
	static const struct {
		const char *row, *said;
	} bad[] = {
		{"7", REFUSED("row", "a row is not an object")},
		{"null", REFUSED("row", "a row is not an object")},
		{"[]", REFUSED("row", "a row is not an object")},
		{"{\"mac\":\"AC233F000002\",\"rssi\":NaN}", REFUSED("not_json", "row 1")},
		{"{\"mac\":\"AC233F000002\" \"rssi\":-5}", REFUSED("not_json", "row 1")},
		{"", REFUSED("not_json", "row 1")},
		{"{\"rssi\":-5}", REFUSED("no_mac", "a row without mac")},
		{"{\"mac\":null,\"rssi\":-5}", REFUSED("no_mac", "a row without mac")},
		{"{\"mac\":12,\"rssi\":-5}", REFUSED("bad_mac", "mac is not a text")},
		{"{\"mac\":\"AC233F\",\"rssi\":-5}", REFUSED("bad_mac", "mac AC233F")},
		{"{\"mac\":\"AC233F00000G\",\"rssi\":-5}", REFUSED("bad_mac", "mac AC233F00000G")},
	};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[256];
		snprintf(text, sizeof text,
			"[{\"mac\":\"AC233F000001\",\"rssi\":-50},%s,"
			"{\"mac\":\"AC233F000001\",\"rssi\":-50}]",
			bad[i].row);
		feed_text(c, text);
		collect_expect(c, SEEN1, bad[i].said, SEEN1);
	}
	free(c);
}

#define TAGGED(reason, detail)                                                                     \
	"{\"kind\":\"refused\",\"reason\":\"" reason "\",\"detail\":\"" detail                     \
	"\",\"tag\":\"AC233F000001\"}"

static void test_one_bad_field_never_loses_the_row(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	static const struct {
		const char *fields, *said;
	} bad[] = {
		{"\"rssi\":-50,\"rawData\":12", TAGGED("bad_hex", "rawData is not a text")},
		{"\"rssi\":-50,\"rawData\":\"020\"", TAGGED("bad_hex", "rawData of 3 digits")},
		{"\"rssi\":-50,\"rawData\":\"02x1\"", TAGGED("bad_hex", "rawData of 4 digits")},
		{"\"rssi\":-50,\"timestamp\":\"yesterday\"",
			TAGGED("bad_time", "timestamp yesterday")},
		{"\"rssi\":-50,\"timestamp\":-1", TAGGED("bad_time", "timestamp not a time")},
		{"\"rssi\":-50,\"timestamp\":1e99", TAGGED("bad_time", "timestamp not a time")},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[160];
		snprintf(text, sizeof text, "[{\"mac\":\"ac:23:3f:00:00:01\",%s}]", bad[i].fields);
		feed_text(c, text);
		collect_expect(c, SEEN1, bad[i].said);
	}
	feed_text(c,
		"[{\"mac\":\"AC233F000001\",\"rssi\":\"-50\",\"rawData\":null,\"bleName\":false}]");
	collect_expect(c, SEEN1);
	free(c);
}

/* A row whose RSSI is not known says nothing about where, but its press or its
 * temperature is as good as any. */
static void test_bad_rssi_keeps_the_frame(void **state)
{
	static const struct {
		const char *rssi, *said;
	} bad[] = {
		{"\"x\":0", TAGGED("bad_rssi", "no rssi")},
		{"\"rssi\":\"loud\"", TAGGED("bad_rssi", "rssi loud")},
		{"\"rssi\":127", TAGGED("bad_rssi", "rssi out of range")},
		{"\"rssi\":0", TAGGED("bad_rssi", "rssi out of range")},
		{"\"rssi\":1e999", TAGGED("bad_rssi", "rssi out of range")},
		{"\"rssi\":{}", TAGGED("bad_rssi", "rssi not a number")},
	};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[160];
		snprintf(text, sizeof text,
			"[{\"mac\":\"AC233F000001\",%s,\"rawData\":"
			"\"0e16e1FFa1136419730001003f23AC\"}]",
			bad[i].rssi);
		feed_text(c, text);
		collect_expect(c, bad[i].said,
			"{\"kind\":\"refused\",\"reason\":\"mac_mismatch\",\"detail\":\"ffe1:a1:13 "
			"says "
			"AC233F000100\",\"tag\":\"AC233F000001\"}",
			READ("AC233F000001", "temperature", "25.44921875", "Cel"),
			READ("AC233F000001", "battery", "100", "%"));
	}
	free(c);
}

static void test_gateway_row_anywhere_and_topic(void **state)
{
	struct gateway gateways[] = {{.mac = "AC233FC0000A", .name = "gw1"}};
	struct site site = {.gateways = gateways, .gateway_count = 1};
	static const char row[] = "{\"mac\":\"AC233F000001\",\"rssi\":-50}";
	char text[200];
	struct collect *c = collect_new();
	(void)state;
	snprintf(text, sizeof text, "[%s,{\"type\":\"Gateway\",\"mac\":\"ac233fc00001\"}]", row);
	feed(c, &site, "/gw/gw1/status", text, strlen(text));
	assert_int_equal(c->count, 2);
	assert_string_equal(c->records[0].gateway, "AC233FC00001"); /* the payload rules */
	c->count = 0;
	static const struct {
		const char *topic, *gateway;
	} topics[] = {
		{"/gw/ac233fc18bef/status", "AC233FC18BEF"},
		{"minew/AC233FC18BEF/status", "AC233FC18BEF"},
		{"/gw/gw1/status", "AC233FC0000A"},
		{"/gw/gw2/status", ""},
		{"////", ""},
		{NULL, ""},
	};
	snprintf(text, sizeof text, " [%s] ", row);
	for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
		feed(c, &site, topics[i].topic, text, strlen(text));
		assert_int_equal(c->count, 1);
		assert_string_equal(c->records[0].gateway, topics[i].gateway);
		c->count = 0;
	}
	free(c);
}

static void test_shapes(void **state)
{
	static const struct {
		const char *text;
		enum refusal reason;
	} shapes[] = {
		{"{\"msg_id\":3005,\"device_info\":{}}", REFUSED_UNSUPPORTED},
		{"{\"scannedDevices\":[]}", REFUSED_UNSUPPORTED},
		{"{\"id\":\"x\",\"distance\":2.1}", REFUSED_UNSUPPORTED},
		{"{\"stat_t\":\"a/b\",\"uniq_id\":\"x\"}", REFUSED_UNSUPPORTED},
		{"{\"id\":1,\"action\":\"gateway_status\",\"gateway\":\"CC:1B:E0:E0:00:01\"}",
			REFUSED_UNSUPPORTED},
		{"{\"mid\":1,\"devices\":[]}", REFUSED_UNSUPPORTED},
		{"{\"requestId\":\"1\",\"currentConfig\":{}}", REFUSED_UNSUPPORTED},
		{"\x85\xa1v", REFUSED_UNSUPPORTED},
		{"\xDE\x01\x01", REFUSED_UNSUPPORTED},
		{"\xA1\x61v", REFUSED_UNSUPPORTED},
		{"\xD9\xD9\xF7\x01", REFUSED_UNSUPPORTED},
		{"online", REFUSED_UNSUPPORTED},
		{"offline", REFUSED_UNSUPPORTED},
		{"{\"hello\":1}", REFUSED_UNKNOWN_SHAPE},
		{"{}", REFUSED_UNKNOWN_SHAPE},
		{"17", REFUSED_UNKNOWN_SHAPE},
		{"\xEF\xBB\xBF[]", REFUSED_UNKNOWN_SHAPE},
		{"\xBB\x09", REFUSED_UNKNOWN_SHAPE},
		{"", REFUSED_EMPTY},
		{"{", REFUSED_NOT_JSON},
		{"{} x", REFUSED_NOT_JSON},
		{"[] x", REFUSED_NOT_JSON},
		{"[", REFUSED_NOT_JSON},
		{"[,]", REFUSED_NOT_JSON},
		{"[{\"mac\":\"x\\u0000y\"}]", REFUSED_NUL},
		{"{\"gw\\u0000\":1}", REFUSED_NUL},
	};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		feed_text(c, shapes[i].text);
		assert_true(c->count >= 1);
		for (int k = 0; k < c->count; k++) {
			assert_int_equal(c->records[k].kind, DECODED_REFUSED);
			assert_int_equal(c->records[k].refused.reason, shapes[i].reason);
		}
		c->count = 0;
	}
	feed_text(c, "[]");
	assert_int_equal(c->count, 0);
	feed(c, NULL, NULL, "[{\"mac\":\0}]", 11);
	assert_int_equal(collect_refused(c, REFUSED_NUL), 1);
	free(c);
}

static void count_refusal(void *context, const struct decoded *d)
{
	*(int *)context += d->kind == DECODED_REFUSED;
}

static void test_depth_and_size(void **state)
{
	struct collect *c = collect_new();
	char deep[80];
	(void)state;
	/* 32 levels are read (as a row that is no object), 33 are not. */
	for (int depth = 32; depth <= 33; depth++) {
		memset(deep, '[', (size_t)depth);
		memset(deep + depth, ']', (size_t)depth);
		feed(c, NULL, NULL, deep, 2 * (size_t)depth);
		assert_int_equal(c->count, 1);
		assert_int_equal(
			c->records[0].refused.reason, depth == 32 ? REFUSED_ROW : REFUSED_TOO_DEEP);
		c->count = 0;
	}
	/* Brackets inside a text are no depth. */
	feed_text(c, "[{\"mac\":\"AC233F000001\",\"rssi\":-50,"
		     "\"seq\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"\"}]");
	collect_expect(c, SEEN1);
	size_t limit = 256 * 1024;
	char *big = malloc(limit + 1);
	assert_non_null(big);
	memset(big, ' ', limit + 1);
	memcpy(big, "[]", 2);
	feed(c, NULL, NULL, big, limit);
	assert_int_equal(c->count, 0);
	feed(c, NULL, NULL, big, limit + 1);
	collect_expect(c, REFUSED("too_large", "more than 262144 bytes"));
	/* A hostile array is given up, not read to its end. */
	memset(big, ',', limit);
	big[0] = '[';
	int refusals = 0;
	struct decode_context dc = {.emit = count_refusal, .context = &refusals};
	payload_decode(&dc, NULL, big, limit);
	assert_in_range(refusals, 1, 300);
	free(big);
	free(c);
}

static const char bb01[] = "bb0100000034ac233fffffff0001fee150bada5500011a"
			   "0201060303e1ff1216e1ffa1034affe7004500fa55daba50e1fe00b8dd";

static void test_binary_long(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	feed_hex(c, bb01);
	collect_expect(c, "{\"kind\":\"gateway\",\"gateway\":\"AC233FFFFFFF\"}",
		"{\"kind\":\"sighting\",\"gateway\":\"AC233FFFFFFF\",\"tag\":\"FEE150BADA55\","
		"\"rssi_dbm\":-72,\"frame\":\"ffe1:a1:03\"}",
		READ("FEE150BADA55", "acceleration_x", "-0.09765625", "g"),
		READ("FEE150BADA55", "acceleration_y", "0.26953125", "g"),
		READ("FEE150BADA55", "acceleration_z", "0.9765625", "g"),
		READ("FEE150BADA55", "battery", "74", "%"));
	free(c);
}

static void test_binary_cut_anywhere(void **state)
{
	struct collect *c = collect_new();
	uint8_t bytes[64];
	size_t n = unhex(bytes, bb01);
	(void)state;
	for (size_t len = 2; len < n; len++) {
		feed(c, NULL, NULL, bytes, len);
		assert_int_equal(collect_refused(c, REFUSED_TRUNCATED), 1);
		/* The packet ends one byte before the tail. */
		assert_int_equal(collect_kind(c, DECODED_SIGHTING), len == n - 1);
		c->count = 0;
	}
	free(c);
}

static void test_binary_odds(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	feed_hex(c, "bb0000000010ac233fffffff0000dd");
	collect_expect(c, REFUSED("unsupported", "minew bb00"));
	feed_hex(c, "bb020000");
	collect_expect(c, REFUSED("unsupported", "minew bb02"));
	/* no advertising data: the sighting stands alone */
	feed_hex(c, "bb010000001aac233fffffff0001fee150bada5500010000b8dd");
	collect_expect(c, "{\"kind\":\"gateway\",\"gateway\":\"AC233FFFFFFF\"}",
		"{\"kind\":\"sighting\",\"gateway\":\"AC233FFFFFFF\",\"tag\":\"FEE150BADA55\","
		"\"rssi_dbm\":-72}");
	/* 65,535 packets announced, none there */
	feed_hex(c, "bb0100000017ac233fffffff0001fee150bada55ffffdd");
	assert_int_equal(collect_refused(c, REFUSED_TRUNCATED), 1);
	assert_int_equal(collect_kind(c, DECODED_SIGHTING), 0);
	free(c);
}

static void test_times(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* date -u -d TEXT +%s; -1 refused */
	} times[] = {
		{"2019-08-13T06:06:20Z", 1565676380000},
		{"2022-01-20T13:22:49.434Z", 1642684969434},
		{"2022-01-20T14:22:49.434+01:00", 1642684969434},
		{"2024-02-29T23:59:60Z", 1709251200000},
		{"1970-01-01T00:00:07Z", 7000},
		{"2022-01-20 13:22:49", -1},
		{"2022-01-20T13:22:49.4349Z", 1642684969434},
		{"1758600000000", 1758600000000},
		{"2022-13-20T13:22:49Z", -1},
		{"2022-01-20T24:00:00Z", -1},
		{"2022-01-20T13:22:49Zx", -1},
		{"2022-01-20T13:22:49+1:00", -1},
		{"2022-01-20", -1},
		{"", -1},
		{"nan", -1},
	};
	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		int64_t ms = -2;
		assert_int_equal(json_time_text(times[i].text, &ms), times[i].ms >= 0);
		if (times[i].ms >= 0)
			assert_int_equal(ms, times[i].ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_2022_with_type),
		cmocka_unit_test(test_2019_with_type),
		cmocka_unit_test(test_mg3_without_type),
		cmocka_unit_test(test_cut_json),
		cmocka_unit_test(test_cut_in_the_first_row),
		cmocka_unit_test(test_one_bad_row_never_loses_the_message),
		cmocka_unit_test(test_one_bad_field_never_loses_the_row),
		cmocka_unit_test(test_bad_rssi_keeps_the_frame),
		cmocka_unit_test(test_gateway_row_anywhere_and_topic),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_depth_and_size),
		cmocka_unit_test(test_binary_long),
		cmocka_unit_test(test_binary_cut_anywhere),
		cmocka_unit_test(test_binary_odds),
		cmocka_unit_test(test_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
