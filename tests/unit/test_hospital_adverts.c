/* SPDX-License-Identifier: Apache-2.0 */

/* What the emulated tags send, byte for byte. Expected values: adverts of real
 * B10 and asset tags and the worked vectors of Minew's BeaconPlus Frame
 * Definition V005 and of the Eddystone and iBeacon specifications (feeds.md 2.2, 2.5). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeds/decode.h"
#include "src/hospital/air.h"
#include "src/hospital/script.h"
#include "src/hospital/stamp.h"
#include "src/site_file.h"

static void assert_hex(const struct advert *a, const char *expected)
{
	char text[2 * ADVERT_MAX + 1] = "";
	for (int i = 0; i < a->len; i++)
		snprintf(text + 2 * i, 3, "%02X", a->bytes[i]);
	assert_string_equal(text, expected);
}

static void minew_frames(void **state)
{
	(void)state;
	const double g[3] = {0.34765625, -0.5078125, -0.77734375};
	struct advert a = advert_acceleration("C300007B573C", 20, g);
	assert_hex(&a, "0201060303E1FF1216E1FFA103140059FF7EFF393C577B0000C3");
	a = advert_info("C300007B573C", 20, "B10");
	assert_hex(&a, "0201060303E1FF0F16E1FFA108143C577B0000C3423130");
	a = advert_light("AC233FA031FA", 100, 1);
	assert_hex(&a, "0201060303E1FF0D16E1FFA1026401FA31A03F23AC");
	a = advert_climate("123456789000", 100, 25.44921875, 72.390625);
	assert_hex(&a, "0201060303E1FF1016E1FFA1016419734864009078563412");
	a = advert_pressure("123456789000", 100, 1156.0);
	assert_hex(&a, "0201060303E1FF1016E1FFA1176404840000009078563412");
}

static void beacons(void **state)
{
	static const uint8_t press[20] = {0xFD, 0xA5, 0x06, 0x93, 0xA4, 0xE2, 0x4F, 0xB1, 0xAF,
		0xCF, 0xC6, 0xEB, 0x07, 0x64, 0x78, 0x25};
	static const uint8_t uid[16] = {0x01, 0x12, 0x23, 0x34, 0x45, 0x56, 0x67, 0x78, 0x89, 0x90,
		0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0x00};
	(void)state;
	struct advert a = advert_ibeacon(press, -59);
	assert_hex(&a, "0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5");
	a = advert_uid(uid, 0);
	assert_hex(&a, "0201060303AAFE1516AAFE000001122334455667788990AABBCCDDEE00");
	a = advert_telemetry(3762, 20.0, 789448, 114243360);
	assert_hex(&a, "0201060303AAFE1116AAFE20000EB21400000C0BC806CF3720");
}

static void values_out_of_range_stay_in_the_frame(void **state)
{
	(void)state;
	struct advert a = advert_climate("123456789000", 100, 900, -900);
	assert_int_equal(a.len, 24);
	a = advert_info("123456789000", 1, "a name far too long for a frame");
	assert_true(a.len <= ADVERT_MAX);
}

struct tally {
	int sightings, refused, presses, emergencies, climates, gateways;
	char gateway[TAG_SIZE];
};

static void count(void *context, const struct decoded *d)
{
	struct tally *t = context;
	t->sightings += d->kind == DECODED_SIGHTING;
	t->refused += d->kind == DECODED_REFUSED;
	t->presses += d->kind == DECODED_PRESS;
	t->emergencies +=
		d->kind == DECODED_PRESS && strcmp(d->press.signature, "b10-emergency") == 0;
	t->gateways += d->kind == DECODED_GATEWAY;
	t->climates += d->kind == DECODED_READING && d->reading.quantity == QUANTITY_TEMPERATURE;
	if (d->gateway[0] != '\0')
		snprintf(t->gateway, sizeof(t->gateway), "%s", d->gateway);
}

/* Every dialect: as many rows out of the decoder as went in, none refused. */
static void every_dialect_can_be_read(void **state)
{
	struct error err;
	(void)state;
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	assert_non_null(site);
	struct gateway_box *box = calloc(1, sizeof(*box));
	for (int dialect = DIALECT_TYPED; dialect <= DIALECT_BINARY; dialect++) {
		struct tally t = {0};
		struct decode_context dc = {.site = site, .emit = count, .context = &t};
		const struct tag *button = &site->tags[site_tag(site, "C30000B10005")];
		const struct tag *wall = &site->tags[site_tag(site, "C30000B1004B")];
		struct advert press, emergency,
			climate = advert_climate("C30000510009", 80, 4.5, 45);
		assert_true(beacon_press_advert(site, button, ALARM_CLASS_PATIENT_CALL, &press));
		assert_true(
			beacon_press_advert(site, wall, ALARM_CLASS_EMERGENCY_CALL, &emergency));
		gateway_init(box, &site->gateways[0], 0);
		box->dialect = (enum dialect)dialect;
		gateway_hear(box, "C30000510009", 1773652500000, -70, &climate);
		gateway_hear(box, button->mac, 1773652500250, -60, &press);
		gateway_hear(box, "C30000510009", 1773652500500, -71, &climate);
		gateway_hear(box, wall->mac, 1773652500750, -62, &emergency);
		size_t len = 0;
		char *payload = gateway_payload(box, 1773652501000, &len);
		payload_decode(&dc, NULL, payload, len);
		free(payload);
		assert_int_equal(t.sightings, 4);
		assert_int_equal(t.climates, 2);
		assert_int_equal(t.presses, 2);
		assert_int_equal(t.emergencies, 1);
		assert_int_equal(t.refused, 0);
		assert_string_equal(t.gateway, site->gateways[0].mac);
		assert_int_equal(box->row_count, 0);
	}
	free(box);
	site_free(site);
}

/* Feeds.md 2.6: B10 talks for more than a minute, several gateways hear it. */
static void a_press_is_heard_by_several(void **state)
{
	struct error err;
	(void)state;
	setenv("TZ", "Europe/Paris", 1);
	tzset();
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	int64_t t = stamp_parse("2026-03-16T10:15:00+01:00");
	struct day *day = day_create(site, t, 1, TELLING_PROMPT, NULL, 0);
	struct air *air = air_create(day, t);
	struct action press = {.t = t, .kind = ACTION_PRESS, .target = "C30000B10005"};
	bool heard[512] = {false};
	int bursts = 0, last_s = -1, gateways = 0;
	air_act(air, &press);
	for (int64_t now = t; now <= t + 90000; now += 500) {
		air_tick(air, now, 0.5, 1);
		for (int g = 0; g < site->gateway_count; g++) {
			struct gateway_box *box = &air->gateways[g];
			for (int i = 0; i < box->row_count; i++)
				if (box->rows[i].advert.kind == ADVERT_IBEACON) {
					bursts++;
					last_s = (int)((box->rows[i].t - t) / 1000);
					heard[g] = true;
				}
			box->row_count = 0;
		}
	}
	for (int g = 0; g < site->gateway_count; g++)
		gateways += heard[g];
	assert_true(bursts > 60);
	assert_in_range(last_s, 61, 80);
	assert_in_range(gateways, 2, 20);
	air_destroy(air);
	day_destroy(day);
	site_free(site);
}

/* 4.8 °C and a door left open: above 8 °C some minutes later, and back after. */
static void an_open_fridge_warms(void **state)
{
	struct error err;
	(void)state;
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	int tag = site_tag(site, "C30000510009");
	const struct tag *fridge = &site->tags[tag];
	int64_t t = 1773652500000;
	struct beacon b;
	double c, rh;
	beacon_init(&b, site, tag, 1, t);
	beacon_climate(&b, fridge, t + 60000, &c, &rh);
	assert_true(c > 2 && c < 8);
	b.open = true;
	beacon_climate(&b, fridge, t + 16 * 60000, &c, &rh);
	assert_true(c > 8 && c < 20);
	b.open = false;
	beacon_climate(&b, fridge, t + 90 * 60000, &c, &rh);
	assert_true(c > 2 && c < 8);
	site_free(site);
}

/* OR 1 is kept at 15 Pa over the corridor (the middle of 10 to 20), and its instrument
 * reads 3 Pa too much, as the site file says. */
static double pascals_over(struct beacon b[2], int64_t t)
{
	double sum = 0;
	for (int i = 0; i < 100; i++)
		sum += beacon_pressure(&b[0], t) - beacon_pressure(&b[1], t);
	return sum;
}

static void a_room_loses_its_over_pressure(void **state)
{
	struct error err;
	struct action a;
	(void)state;
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	int64_t t = 1773652500000;
	struct day *day = day_create(site, t, 1, TELLING_PROMPT, NULL, 0);
	struct air *air = air_create(day, t);
	struct beacon *b = &air->beacons[site_tag(site, "C30000BA0001")];
	assert_int_equal(site_tag(site, "C30000BA0002"), b + 1 - air->beacons);
	assert_true(fabs(pascals_over(b, t) - 18) < 0.3); /* 5 deviations of the mean of 100 */
	assert_int_equal(script_line("+0 pressure or-1 lost", site, t, &a, &err), 1);
	air_act(air, &a);
	assert_true(fabs(pascals_over(b, t + 10 * 60000) - 3) < 0.3);
	assert_int_equal(script_line("+600 pressure or-1 kept", site, t, &a, &err), 1);
	air_act(air, &a);
	assert_true(fabs(pascals_over(b, t + 20 * 60000) - 18) < 0.3);
	assert_true(script_line("+5 pressure or-2 lost", site, t, &a, &err) < 0);
	assert_true(script_line("+5 pressure or-1 gone", site, t, &a, &err) < 0);
	assert_int_equal(script_line("+5 emergency-call C30000B1004B", site, t, &a, &err), 1);
	assert_int_equal(a.kind, ACTION_EMERGENCY_CALL);
	assert_true(script_line("+5 emergency-call C30000510009", site, t, &a, &err) < 0);
	air_destroy(air);
	day_destroy(day);
	site_free(site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(minew_frames),
		cmocka_unit_test(beacons),
		cmocka_unit_test(values_out_of_range_stay_in_the_frame),
		cmocka_unit_test(every_dialect_can_be_read),
		cmocka_unit_test(a_press_is_heard_by_several),
		cmocka_unit_test(an_open_fridge_warms),
		cmocka_unit_test(a_room_loses_its_over_pressure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
