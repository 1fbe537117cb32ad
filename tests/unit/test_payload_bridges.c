/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/payload_feed.h"

/* Other makers' bridges: Theengs and OpenMQTTGateway (feeds reference 3.1),
 * ESPresense (3.2), raddec (3.3), MOKO (3.5). Samples of the reference word for
 * word where it has them; the bytes in them are the B10's of 2.2. */

/* ---- Theengs ---- */

#define OMG "home/gw1/BTtoMQTT/AABBCCDDEEFF"

static void test_theengs_beacon(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	feed(c, &feed_site, OMG,
		"{\"id\":\"AA:BB:CC:DD:EE:FF\",\"mac_type\":1,\"rssi\":-78,\"distance\":7.85,"
		"\"brand\":\"GENERIC\",\"model\":\"iBeacon\",\"model_id\":\"IBEACON\","
		"\"type\":\"BCON\",\"mfid\":\"4c00\",\"uuid\":\"426c7565436861726d426561636f6e73\","
		"\"major\":3838,\"minor\":4949,\"txpower\":-59}");
	collect_expect(c, HEARD("AC233FC00001", "AABBCCDDEEFF", "-78", FRAME("named:theengs")),
		IBEACON("AABBCCDDEEFF", "426C7565-4368-6172-6D42-6561636F6E73", "3838", "4949",
			",\"power_dbm\":-59"));
	free(c);
}

static void test_theengs_fields(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	/* Numbers as texts, distances that are none, volts. */
	feed(c, &feed_site, OMG,
		"{\"id\":\"AA:BB:CC:DD:EE:FF\",\"name\":\"ATC\",\"rssi\":\"-78\",\"distance\":"
		"\"ovf\","
		"\"model_id\":\"x\",\"tempc\":\"21.5\",\"tempf\":70.7,\"hum\":41,\"batt\":\"87\","
		"\"volt\":3.012,\"lux\":16384,\"pres\":1013.25}");
	collect_expect(c, HEARD("AC233FC00001", "AABBCCDDEEFF", "-78", FRAME("named:theengs")),
		READ("AABBCCDDEEFF", "temperature", "21.5", "Cel"),
		READ("AABBCCDDEEFF", "humidity", "41", "%"),
		READ("AABBCCDDEEFF", "battery", "87", "%"),
		READ("AABBCCDDEEFF", "voltage", "3012", "mV"),
		READ("AABBCCDDEEFF", "illuminance", "16384", "lx"),
		READ("AABBCCDDEEFF", "pressure", "1013.25", "hPa"), NAMED("AABBCCDDEEFF", "ATC"));
	/* gone, by their own conclusion: nobody heard anything */
	feed(c, &feed_site, OMG,
		"{\"id\":\"AA:BB:CC:DD:EE:FF\",\"presence\":\"absent\",\"unused\":0}");
	assert_int_equal(c->count, 0);
	/* the iBeacon's UUID in the place of the MAC */
	feed(c, &feed_site, OMG, "{\"id\":\"426c7565-4368-6172-6d42-6561636f6e73\",\"rssi\":-70}");
	collect_expect(c, REFUSED("bad_mac", "mac 426c7565-4368-6172-6d42-6561636f6e73"));
	feed(c, &feed_site, OMG,
		"{\"id\":\"426c7565\",\"mac\":\"AA:BB:CC:DD:EE:FF\",\"rssi\":-70}");
	collect_expect(c, HEARD("AC233FC00001", "AABBCCDDEEFF", "-70", ""));
	free(c);
}

/* Their codes are not BTHome's: a long press (04) is 9, a hold is 11. */
static void test_theengs_buttons(void **state)
{
	static const struct {
		const char *theengs, *bthome;
	} codes[] = {{"0", "0"}, {"1", "1"}, {"\"2\"", "2"}, {"3", "3"}, {"9", "4"}, {"11", "128"}};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		char text[120];
		char line[160];
		snprintf(text, sizeof text,
			"{\"id\":\"AA:BB:CC:DD:EE:FF\",\"rssi\":-70,\"button\":%s}",
			codes[i].theengs);
		snprintf(line, sizeof line,
			"{\"kind\":\"reading\",\"tag\":\"AABBCCDDEEFF\",\"quantity\":\"button\","
			"\"value\":%s}",
			codes[i].bthome);
		feed(c, NULL, NULL, text);
		collect_expect(c, SEEN("AABBCCDDEEFF", "-70", FRAME("named:theengs")), line);
	}
	feed(c, NULL, NULL, "{\"id\":\"AA:BB:CC:DD:EE:FF\",\"rssi\":-70,\"button2\":7}");
	collect_expect(c, SEEN("AABBCCDDEEFF", "-70", FRAME("named:theengs")),
		REFUSED_OF("AABBCCDDEEFF", "bad_value", "button2"));
	free(c);
}

/* Theengs has no decoder for Minew: its bytes go to ours, whatever the UUID's
 * writing; the gateway is found by name, alias or MAC. */
static void test_theengs_bytes(void **state)
{
	static const char *const uuids[] = {
		"0xffe1", "FFE1", "0000ffe1-0000-1000-8000-00805f9b34fb"};
	static const char *const topics[] = {"home/gw1/BTtoMQTT/C300007B573C",
		"home/FC233F000001/BTtoMQTT/undecoded/C300007B573C",
		"home/presence/AC:23:3F:C0:00:01"};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof uuids / sizeof *uuids; i++) {
		char text[200];
		snprintf(text, sizeof text,
			"{\"id\":\"C3:00:00:7B:57:3C\",\"rssi\":-61,\"servicedatauuid\":\"%s\","
			"\"servicedata\":\"a108143c577b0000c3423130\"}",
			uuids[i]);
		feed(c, &feed_site, topics[i], text);
		collect_expect(c, HEARD("AC233FC00001", B10, "-61", FRAME("ffe1:a1:08")),
			READ(B10, "battery", "20", "%"), NAMED(B10, "B10"));
	}
	feed(c, &feed_site, "home/attic/BTtoMQTT/C300007B573C",
		"{\"id\":\"C3:00:00:7B:57:3C\",\"rssi\":-61,"
		"\"manufacturerdata\":\"4c000215fda50693a4e24fb1afcfc6eb0764782500000000c5\"}");
	collect_expect(c, REFUSED("no_gateway", "node attic"), SEEN(B10, "-61", FRAME("ibeacon")),
		IBEACON(B10, B10_UUID, "0", "0", ",\"power_dbm\":-59"), PRESSED(B10, "b10"));
	feed(c, NULL, NULL,
		"{\"id\":\"C3:00:00:7B:57:3C\",\"rssi\":-61,\"servicedatauuid\":\"0xffe1\","
		"\"servicedata\":\"a10\",\"manufacturerdata\":\"4x\"}");
	collect_expect(c, SEEN(B10, "-61", ""),
		REFUSED_OF(B10, "bad_hex", "manufacturerdata of 2 digits"),
		REFUSED_OF(B10, "bad_hex", "servicedata of 3 digits"));
	feed(c, NULL, NULL,
		"{\"id\":\"C3:00:00:7B:57:3C\",\"rssi\":-61,\"servicedatauuid\":\"6e400001\","
		"\"servicedata\":\"a108\"}");
	collect_expect(c, SEEN(B10, "-61", ""), REFUSED_OF(B10, "unknown_frame", "svc:6e400001"));
	free(c);
}

/* ---- ESPresense ---- */

static void test_espresense(void **state)
{
	static const char sample[] =
		"{\"mac\":\"c300007b573c\","
		"\"id\":\"iBeacon:fda50693-a4e2-4fb1-afcf-c6eb07647825-0-0\",\"name\":\"Tag 12\","
		"\"rssi@1m\":-59,\"rssi\":-71.00,\"rxAdj\":0,\"rssiVar\":2.10,\"distance\":3.42,"
		"\"var\":0.30,\"close\":true,\"int\":512,\"mV\":3012,\"batt\":87,\"temp\":21.50,"
		"\"rh\":41.00}";
	struct collect *c = collect_new();
	(void)state;
	feed(c, &feed_site, "espresense/devices/iBeacon:fda50693/OR-2", sample);
	collect_expect(c, HEARD("AC233FC00002", B10, "-71", FRAME("named:espresense")),
		IBEACON(B10, B10_UUID, "0", "0", ",\"power_dbm\":-59"), PRESSED(B10, "b10"),
		READ(B10, "temperature", "21.5", "Cel"), READ(B10, "humidity", "41", "%"),
		READ(B10, "battery", "87", "%"), READ(B10, "voltage", "3012", "mV"),
		NAMED(B10, "Tag 12"));
	/* the device's MAC in the topic is not the node */
	feed(c, &feed_site, "espresense/devices/c300007b573c/attic",
		"{\"id\":\"c300007b573c\",\"rssi@1m\":-65,\"rssi\":-80,\"distance\":3.4}");
	collect_expect(c, REFUSED("no_gateway", "node attic"),
		SEEN(B10, "-80", FRAME("named:espresense")));
	feed(c, NULL, "espresense/devices/c300007b573c/attic",
		"{\"id\":\"c300007b573c\",\"rssi@1m\":-65,\"rssi\":-80,\"distance\":3.4}");
	collect_expect(c, SEEN(B10, "-80", FRAME("named:espresense")));
	feed(c, NULL, NULL, "{\"id\":\"apple:1005:9-26\",\"rssi@1m\":-65,\"rssi\":-80}");
	collect_expect(c, REFUSED("bad_mac", "mac apple:1005:9-26"));
	static const char *const ids[] = {
		"iBeacon:", "iBeacon:fda50693-a4e2-4fb1-afcf-c6eb07647825",
		"iBeacon:fda50693-a4e2-4fb1-afcf-c6eb07647825-0",
		"iBeacon:fda50693-a4e2-4fb1-afcf-c6eb07647825-0-70000",
		"iBeacon:gda50693-a4e2-4fb1-afcf-c6eb07647825-0-0"};
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		char text[200];
		snprintf(text, sizeof text,
			"{\"mac\":\"c300007b573c\",\"id\":\"%s\",\"rssi@1m\":-65,\"rssi\":-80}",
			ids[i]);
		feed(c, NULL, NULL, text);
		assert_int_equal(c->count, 2);
		assert_int_equal(collect_kind(c, DECODED_SIGHTING), 1);
		assert_int_equal(collect_kind(c, DECODED_REFUSED), 1);
		c->count = 0;
	}
	free(c);
}

/* The fields are those that the firmware's sendTelemetry writes. */
static void test_espresense_node(void **state)
{
	static const char text[] = "{\"ip\":\"10.0.0.7\",\"uptime\":90,\"firm\":\"esp32\","
				   "\"rssi\":-55,\"adverts\":7,\"freeHeap\":90000}";
	struct collect *c = collect_new();
	(void)state;
	feed(c, &feed_site, "espresense/rooms/or-2/telemetry", text);
	collect_expect(c, GATEWAY("AC233FC00002"));
	feed(c, &feed_site, "espresense/rooms/attic/telemetry", text);
	collect_expect(c, REFUSED("no_gateway", "node attic"));
	free(c);
}

/* ---- raddec ---- */

#define RECEIVERS                                                                                  \
	"\"rssiSignature\":["                                                                      \
	"{\"receiverId\":\"ac233fc00001\",\"receiverIdType\":2,\"rssi\":-61,"                      \
	"\"numberOfDecodings\":3},"                                                                \
	"{\"receiverId\":\"or-2\",\"receiverIdType\":0,\"rssi\":-70,\"numberOfDecodings\":1}]"

static void test_raddec(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	feed(c, &feed_site, "paretoanywhere/devices/c300007b573c/3/raddec",
		"{\"transmitterId\":\"c300007b573c\",\"transmitterIdType\":3," RECEIVERS
		",\"packets\":[\"421f3c577b0000c3" B10_PRESSED "\",\"42123c577b0000c3020106\"],"
		"\"timestamp\":1758600000000,\"events\":[0]}");
#define WHEN AT("2025-09-23T04:00:00.000Z")
	collect_expect(c, HEARD("AC233FC00001", B10, "-61", FRAME("ibeacon") WHEN),
		IBEACON(B10, B10_UUID, "0", "0", ",\"power_dbm\":-59"), PRESSED(B10, "b10"),
		HEARD("AC233FC00002", B10, "-70", WHEN));
	free(c);
}

static void test_raddec_odds(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	/* a receiver that nobody knows, one without rssi, a packet of another tag */
	feed(c, &feed_site, NULL,
		"{\"transmitterId\":\"c300007b573c\",\"rssiSignature\":["
		"{\"receiverId\":\"001bc50940810000\",\"rssi\":-61},"
		"{\"receiverId\":\"ac233fc00009\"}],"
		"\"packets\":[\"4212ff0000000000" B10_INFO "\",\"4212\",\"42x\",7]}");
	collect_expect(c, REFUSED("no_gateway", "receiver 001bc50940810000"),
		SEEN(B10, "-61", FRAME("ffe1:a1:08")), READ(B10, "battery", "20", "%"),
		NAMED(B10, "B10"),
		REFUSED_OF(B10, "mac_mismatch", "raddec packet says 0000000000FF"),
		REFUSED_OF(B10, "short_frame", "raddec packet len 2"),
		REFUSED_OF(B10, "bad_hex", "a packet of 3 digits"),
		REFUSED_OF(B10, "bad_hex", "a packet of 0 digits"),
		REFUSED_OF(B10, "bad_rssi", "no rssi"));
	/* nobody heard it, or nobody any more */
	feed(c, &feed_site, NULL,
		"{\"transmitterId\":\"c300007b573c\",\"rssiSignature\":[],"
		"\"packets\":[\"421f3c577b0000c3" B10_PRESSED "\"]}");
	collect_expect(c, REFUSED_OF(B10, "bad_rssi", "no rssi"),
		IBEACON(B10, B10_UUID, "0", "0", ",\"power_dbm\":-59"), PRESSED(B10, "b10"));
	feed(c, &feed_site, NULL,
		"{\"transmitterId\":\"c300007b573c\"," RECEIVERS ",\"events\":[4]}");
	assert_int_equal(c->count, 0);
	feed(c, &feed_site, NULL, "{\"transmitterId\":\"001bc5094b310000\"," RECEIVERS "}");
	collect_expect(c, REFUSED("bad_mac", "mac 001bc5094b310000"));
	feed(c, &feed_site, NULL,
		"{\"transmitterId\":\"c300007b573c\",\"rssiSignature\":{\"a\":1}}");
	collect_expect(c, REFUSED_OF(B10, "bad_rssi", "no rssi"));
	free(c);
}

/* ---- MOKO ---- */

#define MOKO(id, data)                                                                             \
	"{\"msg_id\":" id ",\"device_info\":{\"device_id\":\"d1\",\"mac\":\"fc:23:3f:00:00:01\"}," \
	"\"data\":" data "}"

static void test_moko(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	/* 17:10:16 eight hours east of Greenwich; the second row was kept a minute */
	feed(c, &feed_site, "/MKGW3/d1/send",
		MOKO("3004", "[{\"type\":0,\"value\":{\"timestamp\":\"2021-01-01&17:10:16+08\","
			     "\"mac\":\"c300007b573c\",\"rssi\":-60,\"name\":\"Tag\","
			     "\"raw\":\"" B10_PRESSED "\"}},"
			     "{\"type\":0,\"value\":{\"timestamp\":\"2021-01-01&17:09:16+08\","
			     "\"mac\":\"c300007b573c\",\"rssi\":-61}},7,{\"value\":7}]"));
	collect_expect(c, GATEWAY("AC233FC00001"),
		HEARD("AC233FC00001", B10, "-60", FRAME("ibeacon") AT("2021-01-01T09:10:16.000Z")),
		IBEACON(B10, B10_UUID, "0", "0", ",\"power_dbm\":-59"), PRESSED(B10, "b10"),
		NAMED(B10, "Tag"),
		HEARD("AC233FC00001", B10, "-61", AT("2021-01-01T09:09:16.000Z") ",\"late_s\":60"),
		REFUSED("row", "a row is not an object"), REFUSED("no_mac", "a row without mac"));
	feed(c, &feed_site, NULL,
		MOKO("3070", "[{\"timestamp\":1758600000000,\"type\":\"bxp-tag\","
			     "\"mac\":\"c300007b573c\",\"rssi\":-60,\"adv_data\":\"" B10_INFO
			     "\",\"rsp_data\":\"04094C2B42\"}]"));
	collect_expect(c, GATEWAY("AC233FC00001"),
		HEARD("AC233FC00001", B10, "-60",
			FRAME("ffe1:a1:08") AT("2025-09-23T04:00:00.000Z")),
		READ(B10, "battery", "20", "%"), NAMED(B10, "B10"), NAMED(B10, "L+B"));
	feed(c, &feed_site, NULL, MOKO("3003", "{\"net_state\":1}"));
	collect_expect(c, GATEWAY("AC233FC00001"));
	feed(c, &feed_site, NULL, MOKO("3003", "{\"net_state\":0}"));
	collect_expect(c, REFUSED("unsupported", "moko 3003: gateway offline"));
	feed(c, &feed_site, NULL, MOKO("1001", "[]"));
	collect_expect(c, GATEWAY("AC233FC00001"), REFUSED("unsupported", "moko 1001"));
	feed(c, &feed_site, NULL, MOKO("3070", "{\"a\":{}}"));
	collect_expect(c, GATEWAY("AC233FC00001"), REFUSED("row", "data is not an array"));
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_theengs_beacon),
		cmocka_unit_test(test_theengs_fields),
		cmocka_unit_test(test_theengs_buttons),
		cmocka_unit_test(test_theengs_bytes),
		cmocka_unit_test(test_espresense),
		cmocka_unit_test(test_espresense_node),
		cmocka_unit_test(test_raddec),
		cmocka_unit_test(test_raddec_odds),
		cmocka_unit_test(test_moko),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
