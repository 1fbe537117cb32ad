/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "feeds/press.h"
#include "tests/unit/payload_feed.h"

/* What holds for every shape: the robustness cases of feeds reference 5, whose
 * gateway it is (1.1), lateness, the allow-list, and presses. */

/* ---- the same row in every shape that carries an advertisement ---- */

/* One row of the B10 around its rssi and its advertisement, both as JSON. */
static const struct wrap {
	const char *before, *between, *after;
	const char *head; /* hex that the shape puts before the advertisement */
} wraps[] = {
	{"[{\"mac\":\"C300007B573C\",\"rssi\":", ",\"rawData\":", "}]", ""},
	{"[{\"type\":\"Unknown\",\"mac\":\"C3:00:00:7B:57:3C\",\"rssi\":", ",\"rawData\":", "}]",
		""},
	{"{\"adv\":[{\"mac\":\"c300007b573c\",\"rssi\":", ",\"raw\":", "}]}", ""},
	{"{\"data\":{\"adv\":[{\"mac\":\"c300007b573c\",\"rssi\":", ",\"raw\":", "}]}}", ""},
	{"{\"msg_id\":3004,\"device_info\":{},\"data\":[{\"value\":{\"mac\":\"c300007b573c\","
	 "\"rssi\":",
		",\"raw\":", "}}]}", ""},
	{"{\"msg_id\":3070,\"device_info\":{},\"data\":[{\"mac\":\"c300007b573c\",\"rssi\":",
		",\"adv_data\":", "}]}", ""},
	{"{\"transmitterId\":\"c300007b573c\",\"rssiSignature\":[{\"receiverId\":\"ac233fc00001\","
	 "\"rssi\":",
		"}],\"packets\":[", "]}", "42003c577b0000c3"},
};
enum { WRAPS = sizeof wraps / sizeof *wraps };

static void feed_wrapped(struct collect *c, int wrap, const char *rssi, const char *ad)
{
	const struct wrap *w = &wraps[wrap];
	char text[600];
	bool hex = ad[0] == '"' && ad[1] != '"';
	int n = snprintf(text, sizeof text, "%s%s%s%s%s%s%s", w->before, rssi, w->between,
		hex ? "\"" : "", hex ? w->head : "", hex ? ad + 1 : ad, w->after);
	assert_true(n > 0 && (size_t)n < sizeof text);
	c->count = 0;
	feed(c, &feed_site, NULL, text);
}

/* Record `at` is this reading. */
static void expect_reading(const struct collect *c, int at, enum quantity q, double value)
{
	assert_true(at < c->count);
	assert_int_equal(c->records[at].kind, DECODED_READING);
	assert_int_equal(c->records[at].reading.quantity, q);
	assert_true(c->records[at].reading.value == value);
}

/* A frame of S1 with this battery, temperature and humidity (2.2). */
#define S1(batt, t, rh) "\"0201060303E1FF1016E1FFA101" batt t rh "3C577B0000C3\""

static const struct robust {
	const char *ad;
	int readings; /* that survive */
	int refusal;  /* one of this, -1 none */
} robust[] = {
	{S1("64", "1973", "4864"), 3, -1},
	/* longer than documented: one byte between humidity and MAC */
	{"\"1116E1FFA10164197348646600\"", 0, REFUSED_TRUNCATED},
	{"\"1116E1FFA101641973486466"
	 "3C577B0000C3\"",
		3, -1},
	/* one byte short, its own length says so */
	{"\"0F16E1FFA101641973486"
	 "43C577B0000\"",
		0, REFUSED_SHORT_FRAME},
	/* a tail that is cut, after a good structure */
	{"\"1016E1FFA10164197348643C577B0000C30916AA\"", 3, REFUSED_TRUNCATED},
	/* a zero terminator in the middle */
	{"\"0201061016E1FFA10164197348643C577B0000C30000FFFF\"", 3, -1},
	/* another MAC inside */
	{"\"1016E1FFA10164197348649078563412FF\"", 3, REFUSED_MAC_MISMATCH},
	{S1("FF", "1973", "4864"), 2, REFUSED_BAD_VALUE},
	{S1("64", "7FFF", "4864"), 0, REFUSED_BAD_VALUE},
	{S1("64", "1973", "FFFF"), 2, REFUSED_BAD_VALUE},
	/* hex: odd, and of either case */
	{"\"0201060303E1FF1016E1FFA10164197348643C577B0000C\"", 0, REFUSED_BAD_HEX},
	{"\"0201060303e1ff1016e1ffa10164197348643c577b0000c3\"", 3, -1},
	{"\"0201060303E1fF1016e1FFa10164197348643C577b0000C3\"", 3, -1},
	{"null", 0, -1},
	{"12", 0, REFUSED_BAD_HEX},
	{"\"\"", 0, -1},
	{"{}", 0, REFUSED_BAD_HEX},
};

static void test_frames_in_every_shape(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	for (int w = 0; w < WRAPS; w++) {
		for (size_t i = 0; i < sizeof robust / sizeof *robust; i++) {
			const struct robust *r = &robust[i];
			/* there a packet is a packet, or it is broken */
			if (wraps[w].head[0] != '\0' && strlen(r->ad) < 8)
				continue;
			/* a reading never hangs on the signal: a text, and none at all */
			static const char *const rssis[] = {"-61", "\"-61\"", "\"loud\"", "null"};
			for (int k = 0; k < 4; k++) {
				feed_wrapped(c, w, rssis[k], r->ad);
				assert_int_equal(collect_kind(c, DECODED_SIGHTING), k < 2);
				assert_int_equal(collect_refused(c, REFUSED_BAD_RSSI), k >= 2);
				assert_int_equal(collect_kind(c, DECODED_READING), r->readings);
				assert_int_equal(collect_kind(c, DECODED_REFUSED),
					(r->refusal >= 0) + (k >= 2));
				if (r->refusal >= 0)
					assert_int_equal(
						collect_refused(c, (enum refusal)r->refusal), 1);
			}
		}
		feed_wrapped(c, w, "-61", robust[0].ad);
		expect_reading(c, 1, QUANTITY_TEMPERATURE, 25.44921875);
		expect_reading(c, 2, QUANTITY_HUMIDITY, 72.390625);
		expect_reading(c, 3, QUANTITY_BATTERY, 100);
	}
	free(c);
}

/* NaN is no JSON: the row is lost, and in an array only the row. */
static void test_nan(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	for (int w = 0; w < WRAPS; w++) {
		feed_wrapped(c, w, "NaN", "\"\"");
		assert_int_equal(c->count, 1);
		assert_int_equal(c->records[0].refused.reason, REFUSED_NOT_JSON);
		feed_wrapped(c, w, "1e999", "\"\"");
		assert_int_equal(c->count, 1);
		assert_int_equal(c->records[0].refused.reason, REFUSED_BAD_RSSI);
	}
	free(c);
}

/* ---- broken messages ---- */

static const char *const objects[] = {
	"{\"tm\":\"2026-05-01T12:10:50.130Z\",\"gw\":\"ac233fc00001\",\"adv\":["
	"{\"type\":\"ht\",\"temperature\":22.6,\"rssi\":-56,\"mac\":\"c3000028b951\"}]}",
	"{\"data\":{\"adv\":[{\"rssi\":-56,\"mac\":\"c3000028b951\"}]}}",
	"{\"id\":\"AA:BB:CC:DD:EE:FF\",\"rssi\":-78,\"tempc\":21}",
	"{\"mac\":\"c300007b573c\",\"id\":\"x\",\"rssi@1m\":-59,\"rssi\":-71}",
	"{\"transmitterId\":\"c300007b573c\",\"rssiSignature\":[{\"receiverId\":"
	"\"ac233fc00001\",\"rssi\":-61}]}",
	"{\"msg_id\":3004,\"device_info\":{},\"data\":[{\"value\":{\"mac\":\"c300007b573c\","
	"\"rssi\":-60}}]}",
};

/* An object is one value: a deployed site logs "unclosed string" daily. */
static void test_cut_objects(void **state)
{
	struct collect *c = collect_new();
	struct decode_context dc = {.site = &feed_site, .emit = collect_emit, .context = c};
	(void)state;
	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		size_t n = strlen(objects[i]);
		for (size_t len = 1; len < n; len++) {
			feed_bytes(&dc, NULL, objects[i], len);
			assert_int_equal(c->count, 1);
			assert_int_equal(c->records[0].refused.reason, REFUSED_NOT_JSON);
			c->count = 0;
		}
		feed_bytes(&dc, NULL, objects[i], n);
		assert_int_equal(collect_kind(c, DECODED_SIGHTING), 1);
		assert_int_equal(collect_kind(c, DECODED_REFUSED), 0);
		c->count = 0;
	}
	free(c);
}

static void test_rows_that_are_no_objects(void **state)
{
	static const struct {
		const char *text;
		int seen;
	} messages[] = {
		{"[7,{\"mac\":\"C300007B573C\",\"rssi\":-61}]", 1},
		{"{\"adv\":[7,{\"mac\":\"C300007B573C\",\"rssi\":-61}]}", 1},
		{"{\"data\":{\"adv\":[7,{\"mac\":\"C300007B573C\",\"rssi\":-61}]}}", 1},
		{"{\"msg_id\":3070,\"device_info\":{},\"data\":[7,{\"mac\":\"C300007B573C\","
		 "\"rssi\":-61}]}",
			1},
		{"[{\"locator\":\"ac233fc00001\"},7,{\"mac\":\"C300007B573C\",\"rssi\":-61}]", 1},
	};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		feed(c, NULL, NULL, messages[i].text);
		assert_int_equal(collect_refused(c, REFUSED_ROW), 1);
		assert_int_equal(collect_kind(c, DECODED_REFUSED), 1);
		assert_int_equal(collect_kind(c, DECODED_SIGHTING), messages[i].seen);
		c->count = 0;
	}
	free(c);
}

/* 1 MB of good rows is more than a gateway says: refused at once. */
static void test_a_megabyte(void **state)
{
	static const char row[] = "{\"mac\":\"C300007B573C\",\"rssi\":-61},";
	struct collect *c = collect_new();
	struct decode_context dc = {.emit = collect_emit, .context = c};
	size_t size = 1 << 20;
	char *text = malloc(size + sizeof row);
	(void)state;
	assert_non_null(text);
	for (int object = 0; object < 2; object++) {
		size_t n = (size_t)snprintf(text, size, "%s[", object ? "{\"adv\":" : "");
		while (n < size) {
			memcpy(text + n, row, sizeof row - 1);
			n += sizeof row - 1;
		}
		feed_bytes(&dc, NULL, text, n);
		collect_expect(c, REFUSED("too_large", "more than 262144 bytes"));
	}
	free(text);
	free(c);
}

static void count_refusals(void *context, const struct decoded *d)
{
	*(int *)context += d->kind == DECODED_REFUSED;
}

/* 256 KiB of nothing in any array is given up, not read to its end. */
static void test_hostile_arrays(void **state)
{
	static const struct {
		const char *head, *element;
	} arrays[] = {
		{"[1", ",1"},
		{"[{}", ",{}"},
		{"{\"adv\":[1", ",1"},
		{"{\"adv\":[{}", ",{}"},
		{"{\"msg_id\":3004,\"device_info\":{},\"data\":[1", ",1"},
		{"{\"transmitterId\":\"c300007b573c\",\"rssiSignature\":[1", ",1"},
		{"{\"transmitterId\":\"c300007b573c\",\"packets\":[1", ",1"},
	};
	enum { SIZE = 256 * 1024 };
	char *text = malloc(SIZE + 1);
	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
		int refusals = 0;
		struct decode_context dc = {.emit = count_refusals, .context = &refusals};
		bool object = arrays[i].head[0] == '{';
		size_t n = (size_t)snprintf(text, SIZE, "%s", arrays[i].head);
		while (n + 8 < SIZE)
			n += (size_t)snprintf(text + n, SIZE - n, "%s", arrays[i].element);
		n += (size_t)snprintf(text + n, SIZE - n, "%s", object ? "]}" : "]");
		feed_bytes(&dc, NULL, text, n);
		assert_in_range(refusals, 256, 2 * 256 + 8);
	}
	free(text);
}

/* ---- whose gateway (1.1) ---- */

static void test_gateways(void **state)
{
	static const struct {
		const char *topic, *text, *gateway;
	} messages[] = {
		/* the payload tells where the topic does not, and the box's label is the same
		 * gateway */
		{"/gw/all/status",
			"{\"gw\":\"fc233f000001\",\"adv\":[{\"mac\":\"" B10 "\",\"rssi\":-61}]}",
			"AC233FC00001"},
		{"/gw/fc233f000001/status",
			"[{\"mac\":\"" B10 "\",\"rssi\":-61},{\"type\":\"Gateway\","
			"\"mac\":\"FC:23:3F:00:00:01\"}]",
			"AC233FC00001"},
		{NULL, "{\"gw\":\"or 2\",\"adv\":[{\"mac\":\"" B10 "\",\"rssi\":-61}]}",
			"AC233FC00002"},
		/* the site's gateways by name, alias and MAC, before any other MAC */
		{"/gw/gw1/status", "[{\"mac\":\"" B10 "\",\"rssi\":-61}]", "AC233FC00001"},
		{"/gw/FC-23-3F-00-00-01/status", "[{\"mac\":\"" B10 "\",\"rssi\":-61}]",
			"AC233FC00001"},
		{"0123456789ab/gw/OR-2", "[{\"mac\":\"" B10 "\",\"rssi\":-61}]", "AC233FC00002"},
		{"/gw/0123456789ab/status", "[{\"mac\":\"" B10 "\",\"rssi\":-61}]", "0123456789AB"},
		{"/gw/x/status", "[{\"mac\":\"" B10 "\",\"rssi\":-61}]", ""},
		{"", "[{\"mac\":\"" B10 "\",\"rssi\":-61}]", ""},
		/* a wrapper that names it, around an object that does not */
		{NULL,
			"{\"gateway_mac\":\"AC233FC00002\",\"data\":{\"adv\":[{\"mac\":\"" B10
			"\",\"rssi\":-61}]}}",
			"AC233FC00002"},
	};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		feed(c, &feed_site, messages[i].topic, messages[i].text);
		assert_int_equal(collect_kind(c, DECODED_SIGHTING), 1);
		assert_int_equal(collect_kind(c, DECODED_REFUSED), 0);
		for (int k = 0; k < c->count; k++)
			assert_string_equal(c->records[k].gateway, messages[i].gateway);
		c->count = 0;
	}
	free(c);
}

/* A broker's ACL is about topics. A gateway that calls itself another of the site's is
 * taken for the one whose topic it may write, in every shape that can name one; the
 * claim is counted. */
static void test_no_gateway_is_another(void **state)
{
	static const char *const claims[] = {
		"{\"gw\":\"ac233fc00001\",\"adv\":[{\"mac\":\"" B10 "\",\"rssi\":-61}]}",
		"{\"gw\":\"fc233f000001\",\"adv\":[{\"mac\":\"" B10 "\",\"rssi\":-61}]}",
		"[{\"type\":\"Gateway\",\"mac\":\"AC233FC00001\"},{\"mac\":\"" B10
		"\",\"rssi\":-61}]",
		"{\"gateway_mac\":\"AC233FC00001\",\"data\":{\"adv\":[{\"mac\":\"" B10
		"\",\"rssi\":-61}]}}",
	};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
		feed(c, &feed_site, "/gw/ac233fc00002/status", claims[i]);
		assert_int_equal(collect_kind(c, DECODED_SIGHTING), 1);
		assert_int_equal(collect_kind(c, DECODED_REFUSED), 1);
		for (int k = 0; k < c->count; k++) {
			assert_string_equal(c->records[k].gateway, "AC233FC00002");
			if (c->records[k].kind == DECODED_REFUSED)
				assert_int_equal(
					c->records[k].refused.reason, REFUSED_MAC_MISMATCH);
		}
		c->count = 0;
	}
	free(c);
}

/* A message that cannot be read is blamed on its gateway, never on the tag whose
 * address a bridge writes into the topic. */
static void test_gateway_to_blame(void **state)
{
	static const struct {
		const char *topic, *gateway;
	} topics[] = {
		{"/gw/0123456789ab/status", "0123456789AB"},
		{"home/attic/BTtoMQTT/0123456789AB", ""},
		{"home/attic/BTtoMQTT/undecoded/0123456789AB", ""},
		{"home/gw1/BTtoMQTT/0123456789AB", "AC233FC00001"},
		{"espresense/devices/0123456789ab/or-2", "AC233FC00002"},
		{"espresense/devices/0123456789ab/attic", ""},
		{"paretoanywhere/devices/0123456789ab/3/raddec", ""},
		{"site/devices/0123456789ab/status", "0123456789AB"},
	};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
		feed(c, &feed_site, topics[i].topic, "{\"id\":");
		assert_int_equal(c->count, 1);
		assert_int_equal(c->records[0].refused.reason, REFUSED_NOT_JSON);
		assert_string_equal(c->records[0].gateway, topics[i].gateway);
		c->count = 0;
	}
	free(c);
}

static void test_gateway_row_with_a_bad_mac(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	feed(c, NULL, NULL,
		"[{\"type\":\"Gateway\",\"mac\":\"zz\",\"timestamp\":\"x\"},{\"type\":\"Gateway\"}"
		"]");
	collect_expect(c, REFUSED("bad_mac", "gateway's mac zz"),
		REFUSED("bad_time", "gateway's timestamp"), REFUSED("no_mac", "a row without mac"));
	free(c);
}

/* ---- lateness ---- */

/* 1758600000000 = 2025-09-23T04:00:00Z. */
static void test_lateness(void **state)
{
	static const struct {
		const char *text;
		int64_t late_ms[3]; /* of the sightings; -1 ends */
	} messages[] = {
		/* the gateway's row, wherever it stands; a row after it is not late */
		{"[{\"mac\":\"" B10 "\",\"rssi\":-6,\"timestamp\":1758599940000},"
		 "{\"mac\":\"" B10 "\",\"rssi\":-6,\"timestamp\":\"2025-09-23T04:00:01Z\"},"
		 "{\"type\":\"Gateway\",\"mac\":\"AC233FC00001\",\"timestamp\":1758600000000}]",
			{60000, 0, -1}},
		/* no gateway's row: the newest before it */
		{"[{\"mac\":\"" B10 "\",\"rssi\":-6,\"timestamp\":1758600000000},"
		 "{\"mac\":\"" B10 "\",\"rssi\":-6,\"timestamp\":1758599999000},"
		 "{\"mac\":\"" B10 "\",\"rssi\":-6}]",
			{0, 1000, 0}},
		/* a clock that was never set is as good, by itself */
		{"[{\"type\":\"Gateway\",\"mac\":\"AC233FC00001\",\"timestamp\":90000},"
		 "{\"mac\":\"" B10 "\",\"rssi\":-6,\"timestamp\":30000}]",
			{60000, -1, 0}},
		/* but not against one that was */
		{"[{\"type\":\"Gateway\",\"mac\":\"AC233FC00001\",\"timestamp\":1758600000000},"
		 "{\"mac\":\"" B10 "\",\"rssi\":-6,\"timestamp\":30000}]",
			{0, -1, 0}},
		/* the envelope's, also when its gateway is not known */
		{"{\"tm\":1758600000000,\"adv\":[{\"mac\":\"" B10 "\",\"rssi\":-6,"
		 "\"tm\":1758599999500},{\"mac\":\"" B10 "\",\"rssi\":-6}]}",
			{500, 0, -1}},
		{"[{\"gateway\":\"ac233fc00001\"},"
		 "{\"mac\":\"" B10 "\",\"rssi\":-6,\"timestamp\":1758600000000},"
		 "{\"mac\":\"" B10 "\",\"rssi\":-6,\"timestamp\":1758599999000}]",
			{0, 1000, -1}},
	};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		int n = 0;
		feed(c, &feed_site, NULL, messages[i].text);
		for (int k = 0; k < c->count; k++) {
			if (c->records[k].kind != DECODED_SIGHTING)
				continue;
			assert_true(n < 3 && messages[i].late_ms[n] >= 0);
			assert_int_equal(c->records[k].late_ms, messages[i].late_ms[n]);
			n++;
		}
		assert_true(n == 3 || messages[i].late_ms[n] == -1);
		c->count = 0;
	}
	free(c);
}

/* ---- the allow-list, and presses ---- */

static bool nobody(void *context, const char *tag)
{
	(void)context;
	(void)tag;
	return false;
}

/* A press of the B10 in every shape, from its own bytes or taken apart. */
static const char *const pressed[] = {
	"[{\"mac\":\"" B10 "\",\"rssi\":-61,\"rawData\":\"" B10_PRESSED "\"}]",
	"[{\"type\":\"iBeacon\",\"mac\":\"" B10 "\",\"rssi\":-61,\"ibeaconUuid\":"
	"\"FDA50693A4E24FB1AFCFC6EB07647825\",\"ibeaconMajor\":0,\"ibeaconMinor\":0}]",
	"{\"adv\":[{\"type\":\"ib\",\"mac\":\"c300007b573c\",\"rssi\":-61,"
	"\"uuid\":\"fda50693a4e24fb1afcfc6eb07647825\",\"major\":0,\"minor\":0}]}",
	"{\"data\":{\"adv\":[{\"type\":\"ib\",\"mac\":\"c300007b573c\",\"rssi\":-61,"
	"\"uuid\":\"" B10_UUID "\",\"major\":0,\"minor\":0}]}}",
	"{\"adv\":[{\"type\":\"uid\",\"mac\":\"c300007b573c\",\"rssi\":-61,"
	"\"namespace\":\"496F49445554462d3332\",\"instance\":\"00000001f915\"}]}",
	"{\"id\":\"C3:00:00:7B:57:3C\",\"rssi\":-61,\"manufacturerdata\":"
	"\"4c000215fda50693a4e24fb1afcfc6eb0764782500000000c5\"}",
	"{\"id\":\"C3:00:00:7B:57:3C\",\"rssi\":-61,\"model_id\":\"IBEACON\",\"major\":0,"
	"\"minor\":0,\"uuid\":\"fda50693a4e24fb1afcfc6eb07647825\"}",
	"{\"id\":\"C3:00:00:7B:57:3C\",\"rssi\":-61,\"servicedatauuid\":\"0xffe1\","
	"\"servicedata\":\"a12064013c577b0000c3\"}",
	"{\"mac\":\"c300007b573c\",\"id\":\"iBeacon:fda50693-a4e2-4fb1-afcf-c6eb07647825-0-0\","
	"\"rssi@1m\":-59,\"rssi\":-61}",
	"{\"transmitterId\":\"c300007b573c\",\"rssiSignature\":[{\"receiverId\":"
	"\"ac233fc00001\",\"rssi\":-61}],\"packets\":[\"421f3c577b0000c3" B10_PRESSED "\"]}",
	"{\"msg_id\":3004,\"device_info\":{},\"data\":[{\"value\":{\"mac\":\"c300007b573c\","
	"\"rssi\":-61,\"raw\":\"" B10_PRESSED "\"}}]}",
	"{\"msg_id\":3070,\"device_info\":{},\"data\":[{\"mac\":\"c300007b573c\",\"rssi\":-61,"
	"\"adv_data\":\"020106\",\"rsp_data\":\"" B10_PRESSED "\"}]}",
	"hex:bb0100000038ac233fffffff0001c300007b573c00011e" B10_PRESSED "00c3dd",
	"hex:bb02000000003e00000030000000843e2a00000028000100"
	"c300007b573cc31e" B10_PRESSED,
};
enum { PRESSES = sizeof pressed / sizeof *pressed };

static size_t bytes_of(uint8_t out[512], const char *payload)
{
	if (strncmp(payload, "hex:", 4) == 0)
		return unhex(out, payload + 4);
	memcpy(out, payload, strlen(payload));
	return strlen(payload);
}

static void test_presses_in_every_shape(void **state)
{
	struct collect *c = collect_new();
	struct decode_context dc = {.site = &feed_site, .emit = collect_emit, .context = c};
	struct press_table *table = press_table_create(&feed_site);
	(void)state;
	assert_non_null(table);
	for (int i = 0; i < PRESSES; i++) {
		uint8_t bytes[512];
		struct press_hit hits[4];
		size_t n = bytes_of(bytes, pressed[i]);
		feed_bytes(&dc, NULL, bytes, n);
		assert_int_equal(collect_kind(c, DECODED_PRESS), 1);
		assert_int_equal(collect_kind(c, DECODED_SIGHTING), 1);
		/* and it is kept before the broker gets its acknowledgement */
		assert_int_equal(press_scan(table, bytes, n, hits, 4), 1);
		c->count = 0;
	}
	press_table_destroy(table);
	free(c);
}

/* An unlisted tag: its sighting, its press, and nothing else. */
static void test_allow_list(void **state)
{
	struct collect *c = collect_new();
	struct decode_context dc = {
		.site = &feed_site, .emit = collect_emit, .context = c, .wanted = nobody};
	uint8_t bytes[512];
	(void)state;
	for (int i = 0; i < PRESSES; i++) {
		feed_bytes(&dc, NULL, bytes, bytes_of(bytes, pressed[i]));
		assert_int_equal(collect_kind(c, DECODED_PRESS), 1);
		assert_int_equal(collect_kind(c, DECODED_SIGHTING), 1);
		assert_int_equal(c->count, 2 + collect_kind(c, DECODED_GATEWAY));
		c->count = 0;
	}
	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		feed_bytes(&dc, NULL, objects[i], strlen(objects[i]));
		assert_int_equal(collect_kind(c, DECODED_SIGHTING), 1);
		assert_int_equal(c->count, 1 + collect_kind(c, DECODED_GATEWAY));
		c->count = 0;
	}
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_in_every_shape),
		cmocka_unit_test(test_nan),
		cmocka_unit_test(test_cut_objects),
		cmocka_unit_test(test_rows_that_are_no_objects),
		cmocka_unit_test(test_a_megabyte),
		cmocka_unit_test(test_hostile_arrays),
		cmocka_unit_test(test_gateways),
		cmocka_unit_test(test_no_gateway_is_another),
		cmocka_unit_test(test_gateway_to_blame),
		cmocka_unit_test(test_gateway_row_with_a_bad_mac),
		cmocka_unit_test(test_lateness),
		cmocka_unit_test(test_allow_list),
		cmocka_unit_test(test_presses_in_every_shape),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
