/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define TAG "AC2331234567"
#include "tests/unit/ble_lines.h"

/*
 * Company 0x0639. The payloads are the unit tests of
 * reelyactive/advlib-ble-manufacturers (test/unit/minew.js) with the values
 * they expect; 8.8 fixed point has an exact decimal.
 */

/* The manufacturer data as an advertisement. */
static void maker(struct collect *c, const char *payload)
{
	char hex[128];
	snprintf(hex, sizeof hex, "%02zXFF3906%s", strlen(payload) / 2 + 3, payload);
	decode(c, TAG, hex);
}

static void test_s3(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	maker(c, "a301010017000b00010100006745233123ac23d3");
	collect_expect(c, SEEN("0639:a3:01"));
	maker(c, "a30364197348466745233123ac007ad3");
	collect_expect(c, SEEN("0639:a3:03"), READ("temperature", UNIT("25.44921875", "Cel")),
		READ("humidity", UNIT("72.2734375", "%")), READ("battery", UNIT("100", "%")));
	/* no such temperature: the frame is dropped; no such humidity: it is not */
	maker(c, "a303647fff48466745233123ac007ad3");
	collect_expect(
		c, SEEN("0639:a3:03"), REFUSED("bad_value", "0639:a3:03 temperature 127.996"));
	maker(c, "a303641973ffff6745233123ac007ad3");
	collect_expect(c, SEEN("0639:a3:03"), READ("temperature", UNIT("25.44921875", "Cel")),
		REFUSED("bad_value", "0639:a3:03 humidity -0.00390625"),
		READ("battery", UNIT("100", "%")));
	free(c);
}

static void test_s4(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	maker(c, "a40000090600010100006745233123ac1234");
	collect_expect(c, SEEN("0639:a4:00"));
	maker(c, "a40163010001ff6745233123ac1234");
	collect_expect(c, SEEN("0639:a4:01"), READ("door", "true"), READ("tamper", "false"),
		READ("battery", UNIT("99", "%")));
	/* closed, torn off; then the same from a tag that cannot tell its battery */
	maker(c, "a40163000100ff6745233123ac1234");
	collect_expect(c, SEEN("0639:a4:01"), READ("door", "false"), READ("tamper", "true"),
		READ("battery", UNIT("99", "%")));
	maker(c, "a401ff000100ff6745233123ac1234");
	collect_expect(c, SEEN("0639:a4:01"), READ("door", "false"),
		REFUSED("bad_value", "0639:a4:01 battery 255"));
	free(c);
}

/* Composed from the documented bits: model 1, count 7, 90 %, contact open,
 * motion, the first button. */
static void test_energy(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	maker(c, "5101075a230fff");
	collect_expect(c, SEEN("0639:51"), READ("opening", "true"), READ("motion", "true"),
		READ("battery", UNIT("90", "%")), READ("button", "1"), READ("button", "0"));
	maker(c, "5101085a400fff");
	collect_expect(c, SEEN("0639:51"), READ("opening", "false"), READ("motion", "false"),
		READ("battery", UNIT("90", "%")), READ("button", "0"), READ("button", "1"));
	maker(c, "5101085a400f");
	collect_expect(c, SEEN("0639:51"), REFUSED("short_frame", "0639:51 len 6 of 7"));
	free(c);
}

static void test_v3_info(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	maker(c, "ca006745233123ac6421870000000000000000001234abcd");
	collect_expect(c, SEEN("0639:ca:00"), READ("battery", UNIT("100", "%")));
	/* as heard by a gateway: the capture in the tests of barnowl-minew */
	decode(c, "ACAC22330004", "0201061BFF3906CA0004003322ACAC5F6000000000000001000000CBC6B866");
	assert_int_equal(c->count, 2);
	assert_int_equal(c->records[1].reading.quantity, QUANTITY_BATTERY);
	assert_true(c->records[1].reading.value == 95);
	c->count = 0;
	/* and what the same tag says besides, which nobody has explained */
	maker(c, "ca011700000000b4b63000c500000000000130632bc0");
	collect_expect(c, SEEN("0639:ca:01"), REFUSED("unknown_frame", "0639:ca:01 len 22"));
	/* another tag's: said, not dropped; a blank one is none */
	maker(c, "ca006845233123ac6421870000000000000000001234abcd");
	collect_expect(c, SEEN("0639:ca:00"),
		REFUSED("mac_mismatch", "0639:ca:00 says AC2331234568"),
		READ("battery", UNIT("100", "%")));
	maker(c, "ca000000000000006421870000000000000000001234abcd");
	collect_expect(c, SEEN("0639:ca:00"), READ("battery", UNIT("100", "%")));
	free(c);
}

#define MBT02_AXES                                                                                 \
	READ("acceleration_x", UNIT("0.01953125", "g")),                                           \
		READ("acceleration_y", UNIT("0.01953125", "g")),                                   \
		READ("acceleration_z", UNIT("-0.984375", "g"))

static void test_v3_combination(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	maker(c, "ca030300050005ff0421643a7ac951");
	collect_expect(c, SEEN("0639:ca:03"), MBT02_AXES, READ("battery", UNIT("100", "%")));
	/* blocks in any order, with tamper */
	maker(c, "ca03220121640300050005ff043a7ac951");
	collect_expect(c, SEEN("0639:ca:03"), READ("tamper", "true"),
		READ("battery", UNIT("100", "%")), MBT02_AXES);
	/* tamper is not believed when the battery, wherever it stands, is none */
	maker(c, "ca03220121ff3a7ac951");
	collect_expect(c, SEEN("0639:ca:03"), REFUSED("bad_value", "0639:ca:03 battery 255"));
	/* no blocks, less than the trailer */
	maker(c, "ca033a7ac951");
	collect_expect(c, SEEN("0639:ca:03"));
	maker(c, "ca033a7ac9");
	collect_expect(c, SEEN("0639:ca:03"), REFUSED("short_frame", "0639:ca:03 len 5 of 6"));
	/* an unknown block ends the walk; what came before is kept */
	maker(c, "ca032164aa0122013a7ac951");
	collect_expect(c, SEEN("0639:ca:03"), READ("battery", UNIT("100", "%")),
		REFUSED("unknown_frame", "0639:ca:03 block aa len 3"));
	/* a block that runs into the trailer */
	maker(c, "ca032164030005003a7ac951");
	collect_expect(c, SEEN("0639:ca:03"), READ("battery", UNIT("100", "%")),
		REFUSED("truncated", "0639:ca:03 block 03 len 3"));
	free(c);
}

static void test_v3_climate(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	maker(c, "ca05000000197348466d696e65770000000000001234abcd");
	collect_expect(c, SEEN("0639:ca:05"), READ("temperature", UNIT("25.44921875", "Cel")),
		READ("humidity", UNIT("72.2734375", "%")),
		"{\"kind\":\"name\",\"tag\":\"" TAG "\",\"name\":\"minew\"}");
	/* temperature only */
	maker(c, "ca05010200197348466d696e65770000000100001234abcd");
	collect_expect(c, SEEN("0639:ca:05"), READ("temperature", UNIT("25.44921875", "Cel")),
		"{\"kind\":\"name\",\"tag\":\"" TAG "\",\"name\":\"minew\"}");
	free(c);
}

static void test_v3_radar(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	/* 0x0123 and 0x3210, low byte first */
	maker(c, "ca18007f230110320000000000000000000000001234abcd");
	collect_expect(c, SEEN("0639:ca:18"), READ("entries", "291"), READ("exits", "12816"));
	maker(c, "ca180106046e849b8c709a8c86987a7a8e0000001234abcd");
	collect_expect(c, SEEN("0639:ca:18"), READ("people", "4"));
	/* the second packet of fifteen people: 0x1F */
	maker(c, "ca1801061f6e849b8c709a8c86987a7a8e0000001234abcd");
	collect_expect(c, SEEN("0639:ca:18"), READ("people", "15"));
	maker(c, "ca180206046e849b8c709a8c86987a7a8e0000001234abcd");
	collect_expect(c, SEEN("0639:ca:18"), REFUSED("unknown_frame", "0639:ca:18 len 24"));
	free(c);
}

static void test_v3_temperature(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	maker(c, "ca1b010007000165332211ac05ef197300c5000000000010");
	collect_expect(c, SEEN("0639:ca:1b"),
		REFUSED("mac_mismatch", "0639:ca:1b says AC1122336501"),
		READ("temperature", UNIT("25.44921875", "Cel")),
		READ("voltage", UNIT("1519", "mV")));
	/* encrypted: who it is, and why there is no more */
	maker(c, "ca1b810007000165332211ac05ef197300c5000000000010");
	collect_expect(c, SEEN("0639:ca:1b"), REFUSED("no_key", "0639:ca:1b is encrypted"));
	free(c);
}

static void test_v3_distance(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	/* 0.5 m; low battery, occupied, motion, dismantled: 0x0F */
	maker(c, "ca1e0064f4010f450700000000000000000000001234abcd");
	collect_expect(c, SEEN("0639:ca:1e"), READ("distance", UNIT("500", "mm")),
		READ("occupancy", "true"), READ("motion", "true"), READ("tamper", "true"),
		READ("battery_low", "true"));
	maker(c, "ca1e0064f40104450700000000000000000000001234abcd");
	collect_expect(c, SEEN("0639:ca:1e"), READ("distance", UNIT("500", "mm")),
		READ("occupancy", "true"), READ("motion", "false"), READ("tamper", "false"),
		READ("battery_low", "false"));
	free(c);
}

static void test_no_rule_and_short(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	maker(c, "");
	collect_expect(c, SEEN("0639"), REFUSED("short_frame", "0639 len 0"));
	maker(c, "ca");
	collect_expect(c, SEEN("0639:ca"), REFUSED("unknown_frame", "0639:ca len 1"));
	maker(c, "ca2201020304");
	collect_expect(c, SEEN("0639:ca:22"), REFUSED("unknown_frame", "0639:ca:22 len 6"));
	maker(c, "b100");
	collect_expect(c, SEEN("0639:b1:00"), REFUSED("unknown_frame", "0639:b1:00 len 2"));
	free(c);
}

/* Every frame, cut at every length: one sighting and no reading before the
 * documented length is there; and longer than documented. */
static void test_any_length(void **state)
{
	static const struct {
		const char *payload;
		size_t min;
	} frames[] = {
		{"a301010017000b00010100006745233123ac23d3", 20},
		{"a30364197348466745233123ac007ad3", 16},
		{"a40163010001ff6745233123ac1234", 15},
		{"5101075a230fff", 7},
		{"ca006745233123ac6421870000000000000000001234abcd", 24},
		{"ca05000000197348466d696e65770000000000001234abcd", 24},
		{"ca18007f230110320000000000000000000000001234abcd", 24},
		{"ca180106046e849b8c709a8c86987a7a8e0000001234abcd", 24},
		{"ca1b010007000165332211ac05ef197300c5000000000010", 24},
		{"ca1e0064f4010f450700000000000000000000001234abcd", 24},
	};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
		char payload[64];
		snprintf(payload, sizeof payload, "%sBEEF", frames[i].payload);
		maker(c, payload);
		int whole = c->count;
		assert_int_equal(collect_refused(c, REFUSED_SHORT_FRAME), 0);
		for (size_t n = 0; n < frames[i].min + 2; n++) {
			c->count = 0;
			snprintf(payload, sizeof payload, "%.*s", (int)(2 * n), frames[i].payload);
			maker(c, payload);
			assert_int_equal(collect_kind(c, DECODED_SIGHTING), 1);
			if (n < frames[i].min) {
				assert_int_equal(collect_kind(c, DECODED_READING), 0);
				assert_int_equal(c->count, 2);
			} else {
				assert_int_equal(c->count, whole);
			}
		}
		c->count = 0;
	}
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_s3),
		cmocka_unit_test(test_s4),
		cmocka_unit_test(test_energy),
		cmocka_unit_test(test_v3_info),
		cmocka_unit_test(test_v3_combination),
		cmocka_unit_test(test_v3_climate),
		cmocka_unit_test(test_v3_radar),
		cmocka_unit_test(test_v3_temperature),
		cmocka_unit_test(test_v3_distance),
		cmocka_unit_test(test_no_rule_and_short),
		cmocka_unit_test(test_any_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
