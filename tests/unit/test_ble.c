/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "feeds/row.h"
#include "tests/unit/ble_lines.h"
#include "twin/site.h"

/*
 * Expected values: the field values of MINEW BeaconPlus Frame Definition V005
 * (tag 12:34:56:78:90:00), captures of real B10, S1 and asset tags, Google's
 * Eddystone and Apple's iBeacon layouts, and the unit test of
 * reelyactive/barnowl-minew. 8.8 fixed point has an exact decimal.
 */

enum { LINES_MAX = 8 };

static const struct vector {
	const char *what, *hex, *tag;
	const char *lines[LINES_MAX];
} vectors[] = {
	{"HT", "0201060303E1FF1016E1FFA1016419734864009078563412", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:01\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":"
			"\"temperature\",\"value\":25.44921875,\"unit\":\"Cel\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"humidity\","
			"\"value\":72.390625,\"unit\":\"%\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"TEMP", "0201060303E1FF0E16E1FFA113641973009078563412", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:13\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":"
			"\"temperature\",\"value\":25.44921875,\"unit\":\"Cel\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"ACC", "0201060303E1FF1216E1FFA103640000FF80013B009078563412", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:03\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":"
			"\"acceleration_x\",\"value\":0,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":"
			"\"acceleration_y\",\"value\":-0.5,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":"
			"\"acceleration_z\",\"value\":1.23046875,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"LUX", "0201060303E1FF0E16E1FFA105644000009078563412", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:05\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":"
			"\"illuminance\",\"value\":16384,\"unit\":\"lx\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"WEIGHT", "0201060303E1FF0E16E1FFA110644000009078563412", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:10\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"weight\","
			"\"value\":16384,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"PIR", "0201060303E1FF0E16E1FFA111640001009078563412", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:11\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"motion\","
			"\"value\":true}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"TVOC", "0201060303E1FF0E16E1FFA112644000009078563412", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:12\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"tvoc\","
			"\"value\":16384,\"unit\":\"ppb\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"DFU", "0201060303E1FF0B16E1FFA107009078563412", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:07\"}"}},
	{"INFO", "0201060303E1FF1016E1FFA10864009078563412594C574C", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:08\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}",
			"{\"kind\":\"name\",\"tag\":\"123456789000\",\"name\":\"YLWL\"}"}},
	{"ACC+GYRO", "0201060303E1FF1716E1FFA1150000FF80013B000000449E58009078563412",
		"123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:15\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":"
			"\"acceleration_x\",\"value\":0,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":"
			"\"acceleration_y\",\"value\":-0.5,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":"
			"\"acceleration_z\",\"value\":1.23046875,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"angular_"
			"rate_x\",\"value\":0,\"unit\":\"deg/s\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"angular_"
			"rate_y\",\"value\":0.68,\"unit\":\"deg/s\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"angular_"
			"rate_z\",\"value\":-250,\"unit\":\"deg/s\"}"}},
	{"MAG, 10 mG a unit", "0201060303E1FF1216E1FFA1166400003380013B009078563412",
		"123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:16\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"magnetic_"
			"x\",\"value\":0,\"unit\":\"mG\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"magnetic_"
			"y\",\"value\":515,\"unit\":\"mG\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"magnetic_"
			"z\",\"value\":12.3046875,\"unit\":\"mG\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"PRESSURE", "0201060303E1FF1016E1FFA1176404840000009078563412", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:17\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"pressure\","
			"\"value\":1156,\"unit\":\"hPa\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"VIBRATION", "0201060303E1FF1116E1FFA118641234567801009078563412", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:18\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"vibration\","
			"\"value\":true}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"PHOTO", "0201060303E1FF0E16E1FFA1196403E8009078563412", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:19\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":"
			"\"illuminance\",\"value\":1000,\"unit\":\"lx\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"TAMPER", "0201060303E1FF0D16E1FFA1206401009078563412", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:20\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"tamper\","
			"\"value\":true}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"B10 accel", "0201060303E1FF1216E1FFA103140059FF7EFF393C577B0000C3", "C300007B573C",
		{"{\"kind\":\"sighting\",\"tag\":\"C300007B573C\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:03\"}",
			"{\"kind\":\"reading\",\"tag\":\"C300007B573C\",\"quantity\":"
			"\"acceleration_x\",\"value\":0.34765625,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"C300007B573C\",\"quantity\":"
			"\"acceleration_y\",\"value\":-0.5078125,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"C300007B573C\",\"quantity\":"
			"\"acceleration_z\",\"value\":-0.77734375,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"C300007B573C\",\"quantity\":\"battery\","
			"\"value\":20,\"unit\":\"%\"}"}},
	{"B10 info", "0201060303E1FF0F16E1FFA108143C577B0000C3423130", "C300007B573C",
		{"{\"kind\":\"sighting\",\"tag\":\"C300007B573C\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:08\"}",
			"{\"kind\":\"reading\",\"tag\":\"C300007B573C\",\"quantity\":\"battery\","
			"\"value\":20,\"unit\":\"%\"}",
			"{\"kind\":\"name\",\"tag\":\"C300007B573C\",\"name\":\"B10\"}"}},
	{"B10 TLM", "0201060303AAFE1116AAFE20000EB21400000C0BC806CF3720", "C300007B573C",
		{"{\"kind\":\"sighting\",\"tag\":\"C300007B573C\",\"rssi_dbm\":-61,\"frame\":"
		 "\"eddystone:tlm\"}",
			"{\"kind\":\"reading\",\"tag\":\"C300007B573C\",\"quantity\":\"voltage\","
			"\"value\":3762,\"unit\":\"mV\"}",
			"{\"kind\":\"reading\",\"tag\":\"C300007B573C\",\"quantity\":"
			"\"temperature\",\"value\":20,\"unit\":\"Cel\"}"}},
	{"B10 pressed", "0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5",
		"C300007B573C",
		{"{\"kind\":\"sighting\",\"tag\":\"C300007B573C\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ibeacon\"}",
			"{\"kind\":\"beacon\",\"tag\":\"C300007B573C\",\"format\":\"ibeacon\","
			"\"uuid\":\"FDA50693-A4E2-4FB1-AFCF-C6EB07647825\",\"major\":0,\"minor\":0,"
			"\"power_dbm\":-59}"}},
	{"S1, MAC blanked: nothing to compare", "0201061016E1FFA101641C8A2F51000000000000",
		"AC233FA018E7",
		{"{\"kind\":\"sighting\",\"tag\":\"AC233FA018E7\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:01\"}",
			"{\"kind\":\"reading\",\"tag\":\"AC233FA018E7\",\"quantity\":"
			"\"temperature\",\"value\":28.5390625,\"unit\":\"Cel\"}",
			"{\"kind\":\"reading\",\"tag\":\"AC233FA018E7\",\"quantity\":\"humidity\","
			"\"value\":47.31640625,\"unit\":\"%\"}",
			"{\"kind\":\"reading\",\"tag\":\"AC233FA018E7\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"asset tag, light", "0201060303E1FF0D16E1FFA1026401FA31A03F23AC", "AC233FA031FA",
		{"{\"kind\":\"sighting\",\"tag\":\"AC233FA031FA\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:02\"}",
			"{\"kind\":\"reading\",\"tag\":\"AC233FA031FA\",\"quantity\":\"light\","
			"\"value\":true}",
			"{\"kind\":\"reading\",\"tag\":\"AC233FA031FA\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"asset tag", "0201060303E1FF1216E1FFA10364FFF4000FFF003772A33F23AC", "AC233FA37237",
		{"{\"kind\":\"sighting\",\"tag\":\"AC233FA37237\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:03\"}",
			"{\"kind\":\"reading\",\"tag\":\"AC233FA37237\",\"quantity\":"
			"\"acceleration_x\",\"value\":-0.046875,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"AC233FA37237\",\"quantity\":"
			"\"acceleration_y\",\"value\":0.05859375,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"AC233FA37237\",\"quantity\":"
			"\"acceleration_z\",\"value\":-1,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"AC233FA37237\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"E8 manual", "0201060303E1FF1316E1FFA10864001302E4CDAB504C5553303031", "ABCDE4021300",
		{"{\"kind\":\"sighting\",\"tag\":\"ABCDE4021300\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:08\"}",
			"{\"kind\":\"reading\",\"tag\":\"ABCDE4021300\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}",
			"{\"kind\":\"name\",\"tag\":\"ABCDE4021300\",\"name\":\"PLUS001\"}"}},
	{"TLM", "0201060303AAFE1116AAFE20000BB81973000003E800000258", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"eddystone:tlm\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"voltage\","
			"\"value\":3000,\"unit\":\"mV\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":"
			"\"temperature\",\"value\":25.44921875,\"unit\":\"Cel\"}"}},
	{"UID, 0 dBm at 0 m", "0201060303AAFE1516AAFE000001122334455667788990AABBCCDDEE00",
		"123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"eddystone:uid\"}",
			"{\"kind\":\"beacon\",\"tag\":\"123456789000\",\"format\":\"eddystone_"
			"uid\",\"namespace\":\"01122334455667788990\",\"instance\":"
			"\"AABBCCDDEE00\",\"power_dbm\":-41}"}},
	{"fake iBeacon", "0201060303F1FF17160112233445566778899AABBCCDDEEFF003E807D0C564",
		"123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ibeacon:fake\"}",
			"{\"kind\":\"beacon\",\"tag\":\"123456789000\",\"format\":\"ibeacon\","
			"\"uuid\":\"01122334-4556-6778-899A-ABBCCDDEEFF0\",\"major\":1000,"
			"\"minor\":2000,\"power_dbm\":-59}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
	{"BB 01 unit test of barnowl-minew", "0201060303e1ff1216e1ffa1034affe7004500fa55daba50e1fe",
		"FEE150BADA55",
		{"{\"kind\":\"sighting\",\"tag\":\"FEE150BADA55\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:03\"}",
			"{\"kind\":\"reading\",\"tag\":\"FEE150BADA55\",\"quantity\":"
			"\"acceleration_x\",\"value\":-0.09765625,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"FEE150BADA55\",\"quantity\":"
			"\"acceleration_y\",\"value\":0.26953125,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"FEE150BADA55\",\"quantity\":"
			"\"acceleration_z\",\"value\":0.9765625,\"unit\":\"g\"}",
			"{\"kind\":\"reading\",\"tag\":\"FEE150BADA55\",\"quantity\":\"battery\","
			"\"value\":74,\"unit\":\"%\"}"}},
	{"LEAK, from the table", "0201060303E1FF0D16E1FFA1216403009078563412", "123456789000",
		{"{\"kind\":\"sighting\",\"tag\":\"123456789000\",\"rssi_dbm\":-61,\"frame\":"
		 "\"ffe1:a1:21\"}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"leak\","
			"\"value\":true}",
			"{\"kind\":\"reading\",\"tag\":\"123456789000\",\"quantity\":\"battery\","
			"\"value\":100,\"unit\":\"%\"}"}},
};

static void test_vectors(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		int n = 0;
		while (n < LINES_MAX && vectors[i].lines[n] != NULL)
			n++;
		decode(c, vectors[i].tag, vectors[i].hex);
		collect_expect_(c, vectors[i].lines, n, vectors[i].what, (int)i);
	}
	free(c);
}

/* Every vector cut at every length: no read beyond, one sighting, and what
 * stands whole before the cut is kept. */
static void test_cut_anywhere(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		size_t digits = strlen(vectors[i].hex);
		for (size_t cut = 0; cut < digits; cut += 2) {
			char hex[128];
			memcpy(hex, vectors[i].hex, cut);
			hex[cut] = '\0';
			decode(c, vectors[i].tag, hex);
			assert_int_equal(collect_kind(c, DECODED_SIGHTING), 1);
			assert_int_equal(c->records[0].kind, DECODED_SIGHTING);
			/* Nothing is read out of a cut frame: the frame is the last
			 * structure of each vector. */
			assert_int_equal(collect_kind(c, DECODED_READING), 0);
			c->count = 0;
		}
	}
	free(c);
}

static void test_longer_than_documented(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	/* Two more bytes before the MAC: the MAC is still the last six. */
	decode(c, TAG, "1216E1FFA1016419734864BEEF009078563412");
	collect_expect(c, SEEN("ffe1:a1:01"), READ("temperature", UNIT("25.44921875", "Cel")),
		READ("humidity", UNIT("72.390625", "%")), READ("battery", UNIT("100", "%")));
	free(c);
}

/* A frame of `len` bytes from A1 on: battery 100 %, everything else 0. */
static void zeros(struct collect *c, unsigned type, int len)
{
	char hex[128];
	int n = snprintf(hex, sizeof hex, "%02X16E1FFA1%02X%s", (unsigned)len + 3, type,
		type == 0x15 ? "00" : "64"); /* that one has no battery */
	for (int i = 3; i < len; i++)
		n += snprintf(hex + n, sizeof hex - (size_t)n, "00");
	decode(c, TAG, hex);
}

/* Lengths: the vendor's document, as the feeds reference has them. */
static void test_every_length(void **state)
{
	static const struct {
		unsigned type;
		int len, readings;
	} frames[] = {{0x01, 13, 3}, {0x02, 10, 2}, {0x03, 15, 4}, {0x05, 11, 2}, {0x07, 8, 0},
		{0x08, 9, 1}, {0x10, 11, 2}, {0x11, 11, 2}, {0x12, 11, 2}, {0x13, 11, 2},
		{0x15, 20, 6}, {0x16, 15, 4}, {0x17, 13, 1}, {0x18, 14, 2}, {0x19, 11, 2},
		{0x20, 10, 2}, {0x21, 10, 2}};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
		for (int more = 0; more < 5; more++) {
			zeros(c, frames[i].type, frames[i].len + more);
			assert_int_equal(collect_refused(c, REFUSED_SHORT_FRAME), 0);
			assert_int_equal(collect_kind(c, DECODED_READING), frames[i].readings);
			c->count = 0;
		}
		for (int len = 3; len < frames[i].len; len++) {
			zeros(c, frames[i].type, len);
			assert_int_equal(collect_refused(c, REFUSED_SHORT_FRAME), 1);
			assert_int_equal(c->count, 2);
			c->count = 0;
		}
	}
	decode(c, TAG, "0F16E1FFA10164197348640090785634");
	collect_expect(c, SEEN("ffe1:a1:01"), REFUSED("short_frame", "ffe1:a1:01 len 12 of 13"));
	free(c);
}

static void test_truncated_tail_keeps_the_head(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	decode(c, TAG, "0E16E1FFA1136419730090785634121216E1FFA1");
	collect_expect(c, SEEN("ffe1:a1:13"), READ("temperature", UNIT("25.44921875", "Cel")),
		READ("battery", UNIT("100", "%")),
		REFUSED("truncated", "structure at 15 says 18, has 4"));
	free(c);
}

static void test_zero_ends_the_walk(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	decode(c, TAG, "020106000E16E1FFA113641973009078563412");
	collect_expect(c, "{\"kind\":\"sighting\",\"tag\":\"" TAG "\",\"rssi_dbm\":-61}");
	free(c);
}

static void test_mac_mismatch_is_kept(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	decode(c, TAG, "0E16E1FFA113641973019078563412");
	collect_expect(c, SEEN("ffe1:a1:13"),
		REFUSED("mac_mismatch", "ffe1:a1:13 says 123456789001"),
		READ("temperature", UNIT("25.44921875", "Cel")), READ("battery", UNIT("100", "%")));
	free(c);
}

static void test_each_field_alone(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	/* battery FF */
	decode(c, TAG, "0E16E1FFA113FF1973009078563412");
	collect_expect(c, SEEN("ffe1:a1:13"), READ("temperature", UNIT("25.44921875", "Cel")),
		REFUSED("bad_value", "ffe1:a1:13 battery 255"));
	/* temperature 7FFF drops the frame */
	decode(c, TAG, "1016E1FFA101647FFF4864009078563412");
	collect_expect(
		c, SEEN("ffe1:a1:01"), REFUSED("bad_value", "ffe1:a1:01 temperature 127.996"));
	/* humidity FFFF keeps the temperature */
	decode(c, TAG, "1016E1FFA101641973FFFF009078563412");
	collect_expect(c, SEEN("ffe1:a1:01"), READ("temperature", UNIT("25.44921875", "Cel")),
		REFUSED("bad_value", "ffe1:a1:01 humidity -0.00390625"),
		READ("battery", UNIT("100", "%")));
	/* 64 g on one axis */
	decode(c, TAG, "1216E1FFA103644000FF80013B009078563412");
	collect_expect(c, SEEN("ffe1:a1:03"), REFUSED("bad_value", "ffe1:a1:03 acceleration_x 64"),
		READ("acceleration_y", UNIT("-0.5", "g")),
		READ("acceleration_z", UNIT("1.23046875", "g")), READ("battery", UNIT("100", "%")));
	free(c);
}

static void test_tamper_needs_a_plausible_battery(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	decode(c, TAG, "0D16E1FFA120FF01009078563412");
	collect_expect(c, SEEN("ffe1:a1:20"), REFUSED("bad_value", "ffe1:a1:20 battery 255"));
	decode(c, TAG, "0D16E1FFA1216500009078563412");
	collect_expect(c, SEEN("ffe1:a1:21"), REFUSED("bad_value", "ffe1:a1:21 battery 101"));
	decode(c, TAG, "0D16E1FFA1206400009078563412");
	collect_expect(
		c, SEEN("ffe1:a1:20"), READ("tamper", "false"), READ("battery", UNIT("100", "%")));
	free(c);
}

static void test_talking_no_rule(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	decode(c, TAG, "1116E1FFA122640000000000009078563412");
	collect_expect(c, SEEN("ffe1:a1:22"), REFUSED("unknown_frame", "ffe1:a1:22 len 14"));
	decode(c, TAG, "0416341201");
	collect_expect(c, SEEN("svc:1234"), REFUSED("unknown_frame", "svc:1234 len 1"));
	decode(c, TAG, "05FFFFFF4142");
	collect_expect(c, SEEN("mfg:ffff:41"), REFUSED("unknown_frame", "mfg:ffff:41 len 2"));
	decode(c, TAG, "03FFFFFF");
	collect_expect(c, SEEN("mfg:ffff"), REFUSED("unknown_frame", "mfg:ffff len 0"));
	/* Apple continuity, of some visitor's phone */
	decode(c, TAG, "07FF4C0010020B00");
	collect_expect(c, SEEN("mfg:004c:10"), REFUSED("unknown_frame", "mfg:004c:10 len 4"));
	free(c);
}

/* Structures of nothing: a type without data. */
static void test_empty_structures(void **state)
{
	static const char *const empty[] = {
		"0116", "01FF", "0109", "0103", "0101", "02FF39", "0216E1"};
	struct collect *c = collect_new();
	(void)state;
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
		decode(c, TAG, empty[i]);
		assert_int_equal(collect_kind(c, DECODED_SIGHTING), 1);
		assert_int_equal(collect_kind(c, DECODED_REFUSED) + 1, c->count);
		c->count = 0;
	}
	decode(c, TAG, "0316E1FF");
	collect_expect(c, "{\"kind\":\"sighting\",\"tag\":\"" TAG "\",\"rssi_dbm\":-61}",
		REFUSED("short_frame", "ffe1 len 0"));
	free(c);
}

static bool only_b10(void *context, const char *tag)
{
	(void)context;
	return strcmp(tag, "C300007B573C") == 0;
}

/* The neighbours' devices outnumber ours ten to one: of a tag that is not
 * wanted only that it was heard is told, and that it calls. */
static void test_allow_list(void **state)
{
	static struct signature signatures[] = {{.id = "any",
		.kind = SIGNATURE_FRAME,
		.pattern = {0xE1, 0xFF, 0xA1, 0x01},
		.mask = {0xFF, 0xFF, 0xFF, 0xFF},
		.length = 4}};
	struct site site = {.signatures = signatures, .signature_count = 1};
	struct collect *c = collect_new();
	struct decode_context dc = {
		.site = &site, .emit = collect_emit, .context = c, .wanted = only_b10};
	(void)state;
	decode_as(&dc, TAG, "1016E1FFA1016419734864009078563412");
	collect_expect(c, "{\"kind\":\"sighting\",\"tag\":\"" TAG "\",\"rssi_dbm\":-61}",
		"{\"kind\":\"press\",\"tag\":\"" TAG "\",\"signature\":\"any\"}");
	decode_as(&dc, "C300007B573C", "0D16E1FFA1026401FA31A03F23AC");
	assert_int_equal(collect_kind(c, DECODED_READING), 2);
	free(c);
}

/* A name may stand before the frame: the sighting still bears the frame's. The
 * example of https://bthome.io/format, "DIY-sensor". */
static void test_name_before_the_frame(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	decode(c, TAG, "0201060B094449592D73656E736F720A16D2FC4002C40903BF13");
	collect_expect(c, SEEN("bthome"), READ("temperature", UNIT("25", "Cel")),
		READ("humidity", UNIT("50.55", "%")),
		"{\"kind\":\"name\",\"tag\":\"" TAG "\",\"name\":\"DIY-sensor\"}");
	free(c);
}

/* Every quantity has a range, and nothing that is no number is in it. */
static void test_ranges(void **state)
{
	(void)state;
	for (int q = 0; q < QUANTITY_COUNT; q++) {
		assert_true(row_possible((enum quantity)q, q == QUANTITY_PRESSURE ? 1013.25 : 1));
		assert_false(row_possible((enum quantity)q, NAN));
		assert_false(row_possible((enum quantity)q, INFINITY));
		assert_false(row_possible((enum quantity)q, -INFINITY));
		if (quantity_is_boolean((enum quantity)q))
			assert_false(row_possible((enum quantity)q, 2));
	}
}

static void test_hostile_name(void **state)
{
	struct collect *c = collect_new();
	(void)state;
	/* ESC [ 2 J, a quote, U+202E: nothing of it may reach a terminal. */
	decode(c, TAG, "0D091B5B324A2241E280AE42C3A9");
	assert_int_equal(c->count, 2);
	assert_int_equal(c->records[1].kind, DECODED_NAME);
	assert_null(strchr(c->lines[1], 0x1B));
	assert_null(strstr(c->lines[1], "\xE2\x80\xAE"));
	assert_non_null(strstr(c->lines[1], "[2J\\\"A"));
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_longer_than_documented),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_truncated_tail_keeps_the_head),
		cmocka_unit_test(test_zero_ends_the_walk),
		cmocka_unit_test(test_mac_mismatch_is_kept),
		cmocka_unit_test(test_each_field_alone),
		cmocka_unit_test(test_tamper_needs_a_plausible_battery),
		cmocka_unit_test(test_talking_no_rule),
		cmocka_unit_test(test_empty_structures),
		cmocka_unit_test(test_allow_list),
		cmocka_unit_test(test_name_before_the_frame),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_hostile_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
