/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/ble_lines.h"

/*
 * Who is there. Sources: Google's Eddystone protocol specification, Apple's
 * iBeacon, a capture of a scan response, the tests of theengs/decoder. Vectors
 * that stand in test_ble.c are not repeated.
 */

#define BEACON(rest) "{\"kind\":\"beacon\",\"tag\":\"" TAG "\",\"format\":" rest "}"

static void test_tlm(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	/* no battery (0 mV), no temperature (8000) */
	decode(c, TAG, "1116AAFE2000000080000000000100000001");
	collect_expect(c, SEEN("eddystone:tlm"));
	/* encrypted: identity only */
	decode(c, TAG, "1116AAFE20010BB819730000000100000001");
	collect_expect(c, SEEN("eddystone:tlm"));
	decode(c, TAG, "1116AAFE20020BB819730000000100000001");
	collect_expect(
		c, SEEN("eddystone:tlm"), REFUSED("unknown_frame", "eddystone:tlm version 02"));
	/* 127.99 Cel: the frame is not what it looks like, nor is its voltage */
	decode(c, TAG, "1116AAFE20000BB87FFF0000000100000001");
	collect_expect(c, SEEN("eddystone:tlm"),
		REFUSED("bad_value", "eddystone:tlm temperature 127.996"));
	decode(c, TAG, "0416AAFE20");
	collect_expect(c, SEEN("eddystone:tlm"), REFUSED("short_frame", "eddystone:tlm len 1"));
	decode(c, TAG, "0316AAFE");
	collect_expect(c, SEEN("eddystone:00"), REFUSED("unknown_frame", "eddystone:00 len 0"));
	free(c);
}

/* 0 dBm at 0 m is -41 dBm at 1 m. */
static void test_url(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	decode(c, TAG, "0816AAFE1000036102");
	collect_expect(c, SEEN("eddystone:url"),
		BEACON("\"eddystone_url\",\"url\":\"https://a.edu/\",\"power_dbm\":-41"));
	/* every scheme and every ending: codes 00 to 0D */
	decode(c, TAG, "1416AAFE10EE01000102030405060708090A0B0C0D");
	collect_expect(c, SEEN("eddystone:url"),
		BEACON("\"eddystone_url\",\"url\":\"https://www..com/.org/.edu/.net/.info/.biz/"
		       ".gov/.com.org.edu.net.info.biz.gov\",\"power_dbm\":-59"));
	/* a scheme and a byte that stand for nothing, control characters */
	decode(c, TAG, "0816AAFE1000046102");
	collect_expect(c, SEEN("eddystone:url"), REFUSED("bad_value", "eddystone:url len 5"));
	decode(c, TAG, "0816AAFE1000036110");
	collect_expect(c, SEEN("eddystone:url"), REFUSED("bad_value", "eddystone:url len 5"));
	decode(c, TAG, "0816AAFE100003611B");
	collect_expect(c, SEEN("eddystone:url"), REFUSED("bad_value", "eddystone:url len 5"));
	/* longer than any URL of a legacy advertisement */
	decode(c, TAG, "1B16AAFE1000030404040404040404040404040404040404040404040404");
	assert_int_equal(collect_refused(c, REFUSED_BAD_VALUE), 1);
	free(c);
}

static void test_eid(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	decode(c, TAG, "0D16AAFE30000102030405060708");
	collect_expect(c, SEEN("eddystone:eid"));
	decode(c, TAG, "0C16AAFE300001020304050607");
	collect_expect(c, SEEN("eddystone:eid"), REFUSED("short_frame", "eddystone:eid len 9"));
	decode(c, TAG, "0416AAFE40");
	collect_expect(c, SEEN("eddystone:40"), REFUSED("unknown_frame", "eddystone:40 len 1"));
	free(c);
}

/* theengs/decoder: a non-negative power byte is volts × 10 (…1A → 2.6 V). */
static void test_ibeacon_clone_volts(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	decode(c, TAG, "1AFF4C000215FDA50693A4E24FB1AFCFC6EB07647825000100021A");
	collect_expect(c, SEEN("ibeacon"),
		BEACON("\"ibeacon\",\"uuid\":\"FDA50693-A4E2-4FB1-AFCF-C6EB07647825\","
		       "\"major\":1,\"minor\":2"),
		READ("voltage", UNIT("2600", "mV")));
	decode(c, TAG, "19FF4C000215FDA50693A4E24FB1AFCFC6EB076478250001000200");
	assert_int_equal(collect_refused(c, REFUSED_SHORT_FRAME), 1);
	free(c);
}

/* The scan response of the 881-byte capture: battery 100 %, 1/1, "L+B". */
static void test_fff1(void **state)
{
	static const char hex[] = "020A000303F1FF0E16F1FF640001000120181116771204094C2B42";
	struct collect *c = collect_new();
	(void)state;
	decode(c, "201811167712", hex);
	collect_expect(c,
		"{\"kind\":\"sighting\",\"tag\":\"201811167712\",\"rssi_dbm\":-61,\"frame\":"
		"\"fff1\"}",
		"{\"kind\":\"beacon\",\"tag\":\"201811167712\",\"format\":\"fff1\",\"major\":1,"
		"\"minor\":1}",
		"{\"kind\":\"reading\",\"tag\":\"201811167712\",\"quantity\":\"battery\","
		"\"value\":100,\"unit\":\"%\"}",
		"{\"kind\":\"name\",\"tag\":\"201811167712\",\"name\":\"L+B\"}");
	/* another tag's: said, not dropped */
	decode(c, TAG, hex);
	assert_int_equal(collect_refused(c, REFUSED_MAC_MISMATCH), 1);
	assert_int_equal(collect_kind(c, DECODED_READING), 1);
	c->count = 0;
	decode(c, TAG, "0D16F1FF64000100012018111677");
	collect_expect(c, SEEN("fff1"), REFUSED("unknown_frame", "fff1 len 10"));
	free(c);
}

/* Told by its length and the list: without the list it is anybody's. */
static void test_fake_ibeacon(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	decode(c, TAG, "17160112233445566778899AABBCCDDEEFF003E807D0C564");
	collect_expect(c, SEEN("svc:1201"), REFUSED("unknown_frame", "svc:1201 len 20"));
	/* an iBeacon UUID that begins like Minew's service UUID */
	decode(c, TAG, "0303F1FF1716E1FFA10300000000000000000000000003E807D0C57F");
	collect_expect(c, SEEN("ibeacon:fake"),
		BEACON("\"ibeacon\",\"uuid\":\"E1FFA103-0000-0000-0000-000000000000\","
		       "\"major\":1000,\"minor\":2000,\"power_dbm\":-59"),
		REFUSED("bad_value", "ibeacon:fake battery 127"));
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tlm),
		cmocka_unit_test(test_url),
		cmocka_unit_test(test_eid),
		cmocka_unit_test(test_ibeacon_clone_volts),
		cmocka_unit_test(test_fff1),
		cmocka_unit_test(test_fake_ibeacon),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
