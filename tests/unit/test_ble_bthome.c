/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#define TAG "5448E68F80A5"
#include "tests/unit/ble_lines.h"
#include "twin/site.h"

/*
 * BTHome v2. Sources: the examples of https://bthome.io/format and
 * https://bthome.io/encryption, and the tests of Bluetooth-Devices/bthome-ble.
 */

/* The service data as an advertisement. */
static void service_as(const struct decode_context *dc, const char *payload)
{
	char hex[512];
	snprintf(hex, sizeof hex, "%02zX16D2FC%s", strlen(payload) / 2 + 3, payload);
	decode_as(dc, TAG, hex);
}

static void service(struct collect *c, const char *payload)
{
	struct decode_context dc = {.emit = collect_emit, .context = c};
	service_as(&dc, payload);
}

static void test_buttons(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	service(c, "40001d01643a01");
	collect_expect(c, SEEN("bthome"), READ("battery", UNIT("100", "%")), READ("button", "1"));
	/* four buttons, in order; the first was pressed */
	service(c, "44001d01643a013a003a003a00");
	collect_expect(c, SEEN("bthome"), READ("battery", UNIT("100", "%")), READ("button", "1"),
		READ("button", "0"), READ("button", "0"), READ("button", "0"));
	/* a hold, as old Shellys say it, and as the format does */
	service(c, "4400ac01643afe");
	collect_expect(c, SEEN("bthome"), READ("battery", UNIT("100", "%")), READ("button", "128"));
	service(c, "443a80");
	collect_expect(c, SEEN("bthome"), READ("button", "128"));
	free(c);
}

static void test_objects(void **state)
{
	static const struct {
		const char *payload, *line;
	} objects[] = {
		{"400161", READ("battery", UNIT("97", "%"))},
		{"4002CA09", READ("temperature", UNIT("25.06", "Cel"))},
		{"4003BF13", READ("humidity", UNIT("50.55", "%"))},
		{"4004138A01", READ("pressure", UNIT("1008.83", "hPa"))},
		{"4005138A14", READ("illuminance", UNIT("13460.67", "lx"))},
		{"40065E1F", READ("weight", UNIT("80300", "g"))}, /* 80.3 kg */
		{"400C020C", READ("voltage", UNIT("3074", "mV"))},
		{"401101", READ("opening", "true")},
		{"4012E204", READ("co2", UNIT("1250", "ppm"))},
		{"401501", READ("battery_low", "true")},
		{"401A00", READ("door", "false")},
		{"401B01", READ("door", "true")},
		{"401E01", READ("light", "true")},
		{"402001", READ("leak", "true")},
		{"402100", READ("motion", "false")},
		{"402201", READ("motion", "true")},
		{"402301", READ("occupancy", "true")},
		{"402500", READ("occupancy", "false")},
		{"402B00", READ("tamper", "false")},
		{"402C01", READ("vibration", "true")},
		{"402D01", READ("opening", "true")},
		{"402E23", READ("humidity", UNIT("35", "%"))},
		{"40400C00", READ("distance", UNIT("12", "mm"))},
		{"40414E00", READ("distance", UNIT("7800", "mm"))}, /* 7.8 m */
		{"40451101", READ("temperature", UNIT("27.3", "Cel"))},
		{"404A020C", READ("voltage", UNIT("307400", "mV"))}, /* 307.4 V */
		{"40528756", READ("angular_rate_x", UNIT("22.151", "deg/s"))},
		{"4057EA", READ("temperature", UNIT("-22", "Cel"))},
		{"4058EA", READ("temperature", UNIT("-7.7", "Cel"))},
		{"400218FC", READ("temperature", UNIT("-10", "Cel"))},
		{"40010A21FF", READ("battery", UNIT("10", "%")) "|" REFUSED(
				       "bad_value", "bthome motion 255")},
	};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		char lines[2 * DECODE_JSON_SIZE] = "";
		service(c, objects[i].payload);
		assert_string_equal(c->lines[0], SEEN("bthome"));
		for (int k = 1; k < c->count; k++) {
			if (k > 1)
				strncat(lines, "|", sizeof lines - strlen(lines) - 1);
			strncat(lines, c->lines[k], sizeof lines - strlen(lines) - 1);
		}
		assert_string_equal(lines, objects[i].line);
		c->count = 0;
	}
	/* 74.86 lb at 453.59237 g (international pound) */
	service(c, "40073E1D");
	assert_true(fabs(c->records[1].reading.value - 74.86 * 453.59237) < 1e-6);
	free(c);
}

/* 22.151 m/s² at 9.80665 m/s² for 1 g; the objects of a kind are x, y, z. */
static void test_axes(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	service(c, "4051875651000051875651875652875652000052875663C0BDF0FF");
	static const struct {
		enum quantity quantity;
		double value;
	} expected[] = {
		{QUANTITY_ACCELERATION_X, 22.151 / 9.80665},
		{QUANTITY_ACCELERATION_Y, 0},
		{QUANTITY_ACCELERATION_Z, 22.151 / 9.80665},
		{QUANTITY_ANGULAR_RATE_X, 22.151},
		{QUANTITY_ANGULAR_RATE_Y, 0},
		{QUANTITY_ANGULAR_RATE_Z, 22.151},
	};
	for (int i = 0; i < 6; i++) {
		assert_int_equal(c->records[1 + i].kind, DECODED_READING);
		assert_int_equal(c->records[1 + i].reading.quantity, expected[i].quantity);
		assert_true(fabs(c->records[1 + i].reading.value - expected[i].value) < 1e-9);
	}
	c->count = 0;
	/* signed, in µm/s²: 0xFFF0BDC0 is -1 m/s² */
	service(c, "4063C0BDF0FF");
	assert_int_equal(c->count, 2);
	assert_int_equal(c->records[1].reading.quantity, QUANTITY_ACCELERATION_X);
	assert_true(fabs(c->records[1].reading.value + 1 / 9.80665) < 1e-9);
	free(c);
}

/* Every size of the format: what stands after an object is still found. Sizes
 * are the format's; 57EA at the end is -22 °C. */
static void test_what_is_stepped_over(void **state)
{
	static const char *const objects[] = {"001D", "08CA06", "0960", "0A138A14", "0B021B00",
		"0D120C", "0E021C", "0F01", "1001", "133301", "14020C", "1601", "1701", "1801",
		"1901", "1C01", "1D01", "1F01", "2401", "2601", "2701", "2801", "2901", "2A01",
		"2F23", "3B010305", "3B0003", "3B0002", "3C0103", "3D0960", "3E2A2C0960", "3F020C",
		"424E3400", "434E34", "444E34", "4632", "478756", "48DC87", "49DC87", "4B138A14",
		"4C41018A01", "4D12138A14", "4E87562A01", "4F87562A01", "505D396164",
		"530C48656C6C6F20576F726C6421", "5300", "540C48656C6C6F20576F726C6421",
		"5587562A01", "56E803", "59EA", "5AEAEA", "5BEA0234EA", "5C02FBFFFF", "5D02EA",
		"5E9F8C", "5F8C00", "6001", "61AC0D", "6200000000", "6402", "F00100", "F100010204",
		"F2000106"};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		char payload[80];
		snprintf(payload, sizeof payload, "40%s57EA", objects[i]);
		service(c, payload);
		collect_expect(c, SEEN("bthome"), READ("temperature", UNIT("-22", "Cel")));
	}
	free(c);
}

static void test_broken(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	service(c, "");
	collect_expect(c, SEEN("bthome"), REFUSED("short_frame", "bthome len 0"));
	service(c, "40");
	collect_expect(c, SEEN("bthome"));
	/* versions 1 and 3 */
	service(c, "20016402CA09");
	collect_expect(c, SEEN("bthome"), REFUSED("unsupported", "bthome version 1"));
	service(c, "61A47266C95F730011223378237214");
	collect_expect(c, SEEN("bthome:encrypted"), REFUSED("unsupported", "bthome version 3"));
	/* an unknown object ends the walk; a cut one too */
	service(c, "4001646502CA09");
	collect_expect(c, SEEN("bthome"), READ("battery", UNIT("100", "%")),
		REFUSED("unknown_frame", "bthome object 65 len 3"));
	service(c, "40016402CA");
	collect_expect(c, SEEN("bthome"), READ("battery", UNIT("100", "%")),
		REFUSED("truncated", "bthome object 02 len 1 of 2"));
	service(c, "40530C4865");
	collect_expect(c, SEEN("bthome"), REFUSED("truncated", "bthome object 53 len 3 of 13"));
	service(c, "403B1F00");
	collect_expect(c, SEEN("bthome"), REFUSED("truncated", "bthome object 3b len 2 of 33"));
	service(c, "4053");
	collect_expect(c, SEEN("bthome"), REFUSED("truncated", "bthome object 53 len 0 of 1"));
	/* no such temperature, humidity; a leak of a tag without a battery to believe */
	service(c, "4001FF02FF7F03FFFF2001");
	collect_expect(c, SEEN("bthome"), REFUSED("bad_value", "bthome battery 255"),
		REFUSED("bad_value", "bthome temperature 327.67"),
		REFUSED("bad_value", "bthome humidity 655.35"));
	free(c);
}

static void test_mac_inside(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	service(c, "42A5808FE648540164");
	collect_expect(c, SEEN("bthome"), READ("battery", UNIT("100", "%")));
	service(c, "42A5808FE648550164");
	collect_expect(c, SEEN("bthome"), REFUSED("mac_mismatch", "bthome says 5548E68F80A5"),
		READ("battery", UNIT("100", "%")));
	service(c, "42A5808FE648");
	collect_expect(c, SEEN("bthome"), REFUSED("short_frame", "bthome len 6"));
	free(c);
}

/* ---- encryption ---- */

static const uint8_t example_key[16] = {0x23, 0x1d, 0x39, 0xc1, 0xd7, 0xcc, 0x1a, 0xb1, 0xae, 0xe2,
	0x24, 0xcd, 0x09, 0x6d, 0xb9, 0x32};

static const uint8_t *key_of_example(void *context, const char *tag)
{
	(void)context;
	return strcmp(tag, "5448E68F80A5") == 0 ? example_key : NULL;
}

static const uint8_t *wrong_key(void *context, const char *tag)
{
	static const uint8_t zero[16];
	(void)context;
	(void)tag;
	return zero;
}

static const char sealed[] = "41a47266c95f730011223378237214";

static void test_encrypted(void **state)
{
	struct collect *c = collect_new();
	struct decode_context dc = {.emit = collect_emit, .context = c, .key = key_of_example};
	(void)state;
	service_as(&dc, sealed);
	collect_expect(c, SEEN("bthome:encrypted"), READ("temperature", UNIT("25.06", "Cel")),
		READ("humidity", UNIT("50.55", "%")));
	/* Any bit of what was sent changed: refused, nothing read. */
	for (int at = 2; at < (int)sizeof sealed - 1; at++) {
		char payload[sizeof sealed];
		memcpy(payload, sealed, sizeof sealed);
		payload[at] = payload[at] == '0' ? '1' : '0';
		service_as(&dc, payload);
		assert_int_equal(c->count, 2);
		assert_int_equal(collect_refused(c, REFUSED_BAD_MIC), 1);
		c->count = 0;
	}
	/* the counter and the MIC, and nothing between the device byte and them */
	service_as(&dc, "410011223378237214");
	collect_expect(
		c, SEEN("bthome:encrypted"), REFUSED("short_frame", "bthome:encrypted len 8"));
	service_as(&dc, "41");
	collect_expect(
		c, SEEN("bthome:encrypted"), REFUSED("short_frame", "bthome:encrypted len 0"));
	free(c);
}

static void test_no_key_and_wrong_key(void **state)
{
	struct collect *c = collect_new();
	struct decode_context dc = {.emit = collect_emit, .context = c};
	(void)state;
	service_as(&dc, sealed);
	collect_expect(c, SEEN("bthome:encrypted"), REFUSED("no_key", "bthome:encrypted len 14"));
	assert_true(refusal_informs(REFUSED_NO_KEY));
	dc.key = wrong_key;
	service_as(&dc, sealed);
	collect_expect(c, SEEN("bthome:encrypted"), REFUSED("bad_mic", "bthome:encrypted len 14"));
	assert_false(refusal_informs(REFUSED_BAD_MIC));
	/* a tag without a MAC of its own cannot have a nonce */
	decode_as(&dc, "", "1216D2FC41a47266c95f730011223378237214");
	assert_int_equal(collect_refused(c, REFUSED_NO_KEY), 1);
	free(c);
}

/* What is opened is searched for presses as if it had been sent in the open. The
 * payload, 40 · 3A01, was sealed with the example's key, MAC and counter by
 * python3-cryptography (AESCCM, tag_length 4). */
static void test_encrypted_press(void **state)
{
	static struct signature signatures[] = {{.id = "bell",
		.kind = SIGNATURE_FRAME,
		.pattern = {0xD2, 0xFC, 0x40, 0x3A, 0x01},
		.mask = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
		.length = 5}};
	struct site site = {.signatures = signatures, .signature_count = 1};
	struct collect *c = collect_new();
	struct decode_context dc = {
		.site = &site, .emit = collect_emit, .context = c, .key = key_of_example};
	(void)state;
	service_as(&dc, "419cb9001122336f655aa0");
	collect_expect(c, SEEN("bthome:encrypted"), READ("button", "1"),
		"{\"kind\":\"press\",\"tag\":\"" TAG "\",\"signature\":\"bell\"}");
	/* with the MAC inside, in another tag's row: its own key and nonce open it */
	decode_as(&dc, "C300007B573C", "1416D2FC43A5808FE64854c95d001122338718910f");
	assert_int_equal(collect_refused(c, REFUSED_MAC_MISMATCH), 1);
	assert_int_equal(collect_kind(c, DECODED_READING), 1);
	assert_int_equal(collect_kind(c, DECODED_PRESS), 1);
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buttons),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_axes),
		cmocka_unit_test(test_what_is_stepped_over),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_mac_inside),
		cmocka_unit_test(test_encrypted),
		cmocka_unit_test(test_no_key_and_wrong_key),
		cmocka_unit_test(test_encrypted_press),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
