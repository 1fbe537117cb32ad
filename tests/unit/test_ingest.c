/* SPDX-License-Identifier: Apache-2.0 */
/* What gateways said against what the house keeps. Rules: feeds reference 1.1
 * (offline buffers), 1.4 (pir, seq), 1.9 (filters), 2.6 (presses), 7 (late,
 * retained, allow-list); RSSI range: Bluetooth Core, HCI LE Advertising Report. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/ingest_private.h"

/* Three rooms in a row with doors, a gateway in each and two in the middle. */
enum { TAG_BUTTON, TAG_PROBE, TAG_BADGE, TAGS };
#define BUTTON "C300007B573C"
#define PROBE  "AC233F000001"
#define BADGE  "C2020000000A"
#define G_A    "AC233FC00001"
#define G_B    "AC233FC00002"
#define G_C    "AC233FC00003"

/* A real B10's frames, reference 2.2: at rest, pressed, information. */
#define REST  "0201060303E1FF1216E1FFA103140059FF7EFF393C577B0000C3"
#define PRESS "0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5"
/* V005 worked vector: 25.44921875 Cel, 72.390625 %. */
#define WARM "0201060303E1FF1016E1FFA1016419734864009078563412"

static const int64_t START = 1773653000000LL; /* some morning in March 2026 */

struct world {
	struct site site;
	struct room rooms[3];
	struct door doors[2];
	struct gateway gateways[4];
	struct tag tags[TAGS];
	struct signature signature;
	struct locator *locator;
	struct health health;
	struct ingest *ingest;
	struct fact facts[64];
	int count;
};

static void on_fact(void *context, const struct fact *fact)
{
	struct world *w = context;
	assert_true(w->count < 64);
	w->facts[w->count++] = *fact;
}

static void fill_site(struct world *w)
{
	static const char *const macs[] = {G_A, G_B, G_C, "AC233FC00004"};
	static const int rooms[] = {0, 1, 2, 1};
	static const uint8_t uuid[] = {0xFD, 0xA5, 0x06, 0x93, 0xA4, 0xE2, 0x4F, 0xB1, 0xAF, 0xCF,
		0xC6, 0xEB, 0x07, 0x64, 0x78, 0x25};
	for (int i = 0; i < 3; i++) {
		double x = 5.0 * i;
		w->rooms[i] = (struct room){
			.outline = {{x, 0}, {x + 5, 0}, {x + 5, 5}, {x, 5}}, .outline_count = 4};
		snprintf(w->rooms[i].id, ID_SIZE, "room-%d", i);
	}
	w->doors[0] = (struct door){0, 1};
	w->doors[1] = (struct door){1, 2};
	for (int i = 0; i < 4; i++) {
		w->gateways[i] = (struct gateway){.room = rooms[i], .x = 5 * rooms[i] + 2, .y = 2};
		snprintf(w->gateways[i].mac, TAG_SIZE, "%s", macs[i]);
	}
	w->tags[TAG_BUTTON] =
		(struct tag){BUTTON, "button", "B10", .kind = TAG_PATIENT, .room = -1, .bed = -1};
	w->tags[TAG_PROBE] = (struct tag){PROBE, "probe", "S1", .kind = TAG_SENSOR, .bed = -1};
	w->tags[TAG_BADGE] =
		(struct tag){BADGE, "badge", "E8", .kind = TAG_STAFF, .room = -1, .bed = -1};
	w->signature = (struct signature){"b10", "B10", SIGNATURE_IBEACON, .length = 16,
		.rearm_silence_s = 30, .merge_s = 15};
	memcpy(w->signature.pattern, uuid, sizeof uuid);
	memset(w->signature.mask, 0xFF, sizeof uuid);
	w->site = (struct site){.rooms = w->rooms,
		.room_count = 3,
		.doors = w->doors,
		.door_count = 2,
		.gateways = w->gateways,
		.gateway_count = 4,
		.tags = w->tags,
		.tag_count = TAGS,
		.signatures = &w->signature,
		.signature_count = 1,
		.gateway_silence_s = 60};
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	fill_site(w);
	w->locator = locator_create(&w->site);
	struct ingest_options o = {
		&w->site, w->locator, &w->health, &w->health.feeds[0], on_fact, w};
	w->ingest = ingest_create(&o);
	assert_non_null(w->ingest);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	ingest_destroy(w->ingest);
	locator_destroy(w->locator);
	free(w);
	return 0;
}

/* One row from a gateway; device_ms 0: without a time. */
static void row(struct world *w, const char *gateway, const char *mac, int rssi, const char *raw,
	int64_t device_ms, bool retained, int64_t now_ms)
{
	char text[512], topic[64], when[48] = "";
	snprintf(topic, sizeof topic, "/gw/%s/status", gateway);
	if (device_ms != 0)
		snprintf(when, sizeof when, "\"timestamp\":%lld,", (long long)device_ms);
	snprintf(text, sizeof text, "[{%s\"mac\":\"%s\",\"rssi\":%d,\"rawData\":\"%s\"}]", when,
		mac, rssi, raw);
	ingest_message(w->ingest, topic, text, strlen(text), retained, now_ms);
}

static uint64_t heard(const struct world *w)
{
	return locator_counts(w->locator).sightings;
}

static void test_allow_list(void **state)
{
	struct world *w = *state;
	row(w, G_A, "0123456789AB", -60, WARM, 0, false, START);
	assert_int_equal(w->count, 0);
	assert_int_equal(w->health.unlisted_tags, 1);
	assert_int_equal(heard(w), 0);
	row(w, G_A, PROBE, -60, WARM, 0, false, START);
	assert_int_equal(w->count, 3); /* battery, temperature, humidity */
}

/* A signature without a model rings for a tag that nobody listed. */
static void test_unlisted_press(void **state)
{
	struct world *w = *state;
	row(w, G_A, "0123456789AB", -60, PRESS, 0, false, START);
	assert_int_equal(w->count, 0); /* bound to the B10s of the site */
	w->signature.model[0] = '\0';
	row(w, G_A, "0123456789AB", -60, PRESS, 0, false, START);
	assert_int_equal(w->count, 1);
	assert_int_equal(w->facts[0].kind, FACT_PRESS);
	assert_string_equal(w->facts[0].press.tag, "0123456789AB");
	assert_false(w->facts[0].press.late);
}

static void test_retained(void **state)
{
	struct world *w = *state;
	row(w, G_A, BUTTON, -60, PRESS, 0, true, START);
	assert_int_equal(w->count, 0);
	assert_int_equal(w->health.feeds[0].refused[REFUSED_RETAINED], 1);
	assert_int_equal(heard(w), 0);
	assert_int_equal(w->health.gateway_count, 0); /* its gateway may be long dead */
	/* State: the battery is taken once, temperature and humidity are not. */
	row(w, G_A, PROBE, -60, WARM, 0, true, START);
	assert_int_equal(w->count, 1);
	assert_int_equal(w->facts[0].reading.quantity, QUANTITY_BATTERY);
	assert_true(w->facts[0].reading.value == 100);
	assert_true(w->facts[0].source_ms == 0);
	assert_int_equal(w->health.old_readings, 2);
	/* The first live word replaces it although it says the same. */
	row(w, G_A, PROBE, -60, WARM, 0, false, START + 1000);
	assert_int_equal(w->count, 4);
	/* And then an old one says nothing any more. */
	row(w, G_A, PROBE, -60, WARM, 0, true, START + 2000);
	assert_int_equal(w->count, 4);
	assert_int_equal(w->health.old_readings, 5);
}

static int temperatures(const struct world *w)
{
	int n = 0;
	for (int i = 0; i < w->count; i++)
		n += w->facts[i].kind == FACT_READING
		     && w->facts[i].reading.quantity == QUANTITY_TEMPERATURE;
	return n;
}

/* The telemetry of a B10, as captured (20.0 degrees of its own chip): on a wall, a button
 * is no thermometer of the room. What has no signature is a probe. */
static void test_a_button_on_a_wall_measures_itself(void **state)
{
	static const char tlm[] = "0201060303AAFE1116AAFE20000EB21400000C0BC806CF3720";
	struct world *w = *state;
	w->tags[TAG_BUTTON].kind = TAG_SENSOR;
	w->tags[TAG_BUTTON].room = 0;
	row(w, G_A, BUTTON, -60, tlm, 0, false, START);
	assert_int_equal(temperatures(w), 0);
	row(w, G_A, PROBE, -60, tlm, 0, false, START);
	assert_int_equal(temperatures(w), 1);
}

/* Prompt rows for a while, so that the gateway's clock is known. */
static void get_going(struct world *w, int64_t device_minus_now)
{
	for (int i = -10; i <= 0; i++)
		row(w, G_A, PROBE, -60, REST, START + i * 1000 + device_minus_now, false,
			START + i * 1000);
}

static void test_late_row_moves_nobody(void **state)
{
	struct world *w = *state;
	get_going(w, 0);
	uint64_t before = heard(w);
	row(w, G_A, BADGE, -50, REST, START - 300000, false, START + 1000);
	assert_int_equal(heard(w), before);
	assert_int_equal(w->health.gateways[0].late, 1);
	assert_true(gateway_hints(&w->health.gateways[0], START + 1000) & 1U << HINT_REPLAY);
	/* A late value does not overwrite a newer one. */
	row(w, G_A, PROBE, -50, WARM, START + 2000, false, START + 2000);
	int count = w->count;
	row(w, G_A, PROBE, -50,
		"0201060303E1FF1016E1FFA10164057348640090785634"
		"12",
		START - 290000, false, START + 2500);
	assert_int_equal(w->count, count);
	assert_int_equal(w->health.late_readings, 4); /* the badge's battery, and three */
	/* The gateway itself is alive all the while. */
	assert_true(w->health.gateways[0].last_ms == START + 2500);
}

static void test_late_press(void **state)
{
	struct world *w = *state;
	get_going(w, 0);
	w->count = 0;
	/* One burst of the buffer, five minutes old, replayed in half a second. */
	for (int i = 0; i < 40; i++)
		row(w, G_A, BUTTON, -60, PRESS, START - 300000 + i * 1000, false,
			START + 1000 + i * 13);
	assert_int_equal(w->count, 1);
	assert_true(w->facts[0].press.late);
	assert_true(
		w->facts[0].source_ms >= START - 301000 && w->facts[0].source_ms <= START - 299000);
	assert_true(w->facts[0].at_ms == START + 1000);
	assert_int_equal(w->health.late_presses, 1);
	/* Another gateway's buffer brings the same burst, then an earlier one. */
	for (int i = -10; i <= 0; i++)
		row(w, G_B, PROBE, -60, REST, START + i * 1000, false, START + 2000 + i * 100);
	row(w, G_B, BUTTON, -60, PRESS, START - 290000, false, START + 3000);
	assert_int_equal(w->count, 1);
	row(w, G_B, BUTTON, -60, PRESS, START - 900000, false, START + 3100);
	assert_int_equal(w->count, 2);
	/* A press of now is told as one of now. */
	row(w, G_A, BUTTON, -60, PRESS, START + 4000, false, START + 4000);
	assert_int_equal(w->count, 3);
	assert_false(w->facts[2].press.late);
}

/* What was told live is not told again when a buffer brings it. */
static void test_live_then_buffered(void **state)
{
	struct world *w = *state;
	get_going(w, 0);
	w->count = 0;
	row(w, G_B, BUTTON, -60, PRESS, 0, false, START);
	assert_int_equal(w->count, 1);
	row(w, G_A, BUTTON, -60, PRESS, START + 1000, false, START + 120000);
	assert_int_equal(w->count, 1);
}

/* The decoder knows how far a row is behind its own message. */
static void test_late_by_the_message(void **state)
{
	struct world *w = *state;
	struct decoded d = {.kind = DECODED_SIGHTING,
		.gateway = G_A,
		.tag = BADGE,
		.rssi_dbm = -50,
		.late_ms = 30001};
	w->ingest->now_ms = START;
	ingest_decoded(w->ingest, &d);
	assert_int_equal(heard(w), 0);
	d.late_ms = 30000;
	ingest_decoded(w->ingest, &d);
	assert_int_equal(heard(w), 1);
	d = (struct decoded){.kind = DECODED_PRESS,
		.gateway = G_A,
		.tag = BUTTON,
		.late_ms = 90000,
		.press = {"b10", 0}};
	w->ingest->topic = "";
	ingest_decoded(w->ingest, &d);
	assert_int_equal(w->count, 1);
	assert_true(w->facts[0].press.late);
	assert_true(w->facts[0].source_ms == START - 90000);
}

/* Clocks of 1970 and 2038, and the step when they are set: nothing is late. */
static void test_clocks(void **state)
{
	static const int64_t offsets[] = {
		-1773653000000LL + 5000, 2145916800000LL - 1773653000000LL};
	struct world *w = *state;
	for (size_t i = 0; i < 2; i++) {
		uint64_t before = heard(w);
		get_going(w, offsets[i]);
		assert_true(gateway_hints(&w->health.gateways[0], START) & 1U << HINT_CLOCK);
		get_going(w, 0); /* the time server answered */
		assert_int_equal(heard(w), before + 22);
		assert_int_equal(locator_counts(w->locator).late, 0);
		assert_true(llabs(w->health.gateways[0].offset_ms) < 1000);
		assert_false(gateway_hints(&w->health.gateways[0], START) & 1U << HINT_CLOCK);
	}
	assert_int_equal(w->health.gateways[0].late, 0);
}

/* Set back by two hours: distrusted for 20 s, then believed. */
/* The site is written anew while a button is down: the button has another place
 * in the list, and its burst, its values and its counts stay its own. */
static void test_another_version_of_the_site(void **state)
{
	struct world *w = *state;
	struct site turned = w->site;
	struct tag tags[TAGS] = {w->tags[TAG_PROBE], w->tags[TAG_BADGE], w->tags[TAG_BUTTON]};
	struct signature signatures[2] = {w->signature, w->signature};
	snprintf(signatures[0].id, ID_SIZE, "other");
	snprintf(signatures[0].model, ID_SIZE, "B99");
	turned.tags = tags;
	turned.signatures = signatures;
	turned.signature_count = 2;
	row(w, G_A, BUTTON, -60, PRESS, 0, false, START);
	row(w, G_A, PROBE, -60, WARM, 0, false, START + 100);
	assert_int_equal(w->count, 4); /* a press; battery, temperature, humidity */
	uint64_t rows = w->health.tags[TAG_BUTTON].rows;
	assert_true(rows > 0 && w->health.tags[TAG_PROBE].rows > 0);
	struct locator *locator = locator_create(&turned);
	locator_carry(locator, w->locator);
	ingest_site(w->ingest, &turned, locator);
	assert_true(w->health.tags[2].rows == rows); /* where the button is now */
	assert_true(w->health.tags[1].rows == 0);    /* the badge was never heard */
	row(w, G_B, BUTTON, -60, PRESS, 0, false, START + 2000);
	row(w, G_B, PROBE, -60, WARM, 0, false, START + 2100);
	assert_int_equal(w->count, 4); /* the same press, values that did not move */
	assert_true(w->health.tags[2].rows == rows + 1);
	ingest_site(w->ingest, &w->site, w->locator);
	locator_destroy(locator);
}

/* BTHome's button events: 1 press, 2 double press, 4 long press. */
static void test_the_kind_of_press_picks_the_signature(void **state)
{
	struct world *w = *state;
	struct site turned = w->site;
	struct signature signatures[3] = {w->signature, w->signature, w->signature};
	snprintf(signatures[0].id, ID_SIZE, "any");
	snprintf(signatures[1].id, ID_SIZE, "once");
	signatures[1].event = 1;
	snprintf(signatures[2].id, ID_SIZE, "long");
	signatures[2].event = 4;
	turned.signatures = signatures;
	turned.signature_count = 3;
	ingest_site(w->ingest, &turned, w->locator);
	const struct {
		double code;
		const char *signature;
	} expected[] = {{1, "once"}, {4, "long"}, {2, "any"}};
	for (int i = 0; i < 3; i++) {
		struct decoded d = {.kind = DECODED_READING, .gateway = G_A, .tag = BUTTON};
		d.reading.quantity = QUANTITY_BUTTON;
		d.reading.value = expected[i].code;
		w->ingest->now_ms = START + i;
		ingest_decoded(w->ingest, &d);
		assert_int_equal(w->count, i + 1);
		assert_string_equal(w->facts[i].press.signature, expected[i].signature);
	}
	ingest_site(w->ingest, &w->site, w->locator);
}

/* Elsewhere a barometer tells of the weather: 0.2 hPa. In a cascade 3 Pa count. */
static void test_barometers_of_a_cascade_are_heard_finely(void **state)
{
	struct world *w = *state;
	struct decoded d = {.kind = DECODED_READING, .gateway = G_A, .tag = PROBE};
	d.reading.quantity = QUANTITY_PRESSURE;
	for (int cascade = 0; cascade < 2; cascade++) {
		int before = w->count;
		w->rooms[2].pressure_low = 10 - 20.0 * cascade; /* low < high: limits */
		snprintf(w->rooms[2].pressure_to, ID_SIZE, "%s", w->rooms[0].id);
		for (int i = 0; i < 3; i++) {
			d.reading.value = 1000 + cascade + i * 0.03;
			w->ingest->now_ms = START + cascade * 10000 + i * 1000;
			ingest_decoded(w->ingest, &d);
		}
		assert_int_equal(w->count - before, cascade ? 3 : 1);
	}
}

static void test_clock_set_back(void **state)
{
	struct gateway_clock c = {0};
	assert_int_equal(gateway_clock_late(&c, START, START), 0);
	for (int s = 1; s <= 20; s++)
		assert_int_equal(
			gateway_clock_late(&c, START + s * 1000 - 7200000, START + s * 1000),
			7200000);
	assert_int_equal(gateway_clock_late(&c, START + 21000 - 7200000, START + 21000), 0);
	assert_int_equal(gateway_clock_late(&c, START + 22000 - 7200000, START + 22000), 0);
	/* No time at all: nobody can know. */
	assert_int_equal(gateway_clock_late(&c, 0, START), 0);
	(void)state;
}

/* One tag in two gateways' rows at one instant with impossible strengths. */
static void test_impossible_rssi(void **state)
{
	struct world *w = *state;
	struct decoded d = {.kind = DECODED_SIGHTING, .tag = BADGE};
	static const int bad[] = {20, -127, 0, 127};
	w->ingest->now_ms = START;
	for (size_t i = 0; i < 4; i++) {
		memcpy(d.gateway, i % 2 ? G_A : G_B, TAG_SIZE);
		d.rssi_dbm = bad[i];
		ingest_decoded(w->ingest, &d);
	}
	assert_int_equal(heard(w), 0);
	assert_int_equal(w->health.feeds[0].refused[REFUSED_BAD_RSSI], 4);
	assert_int_equal(w->health.gateways[0].refused + w->health.gateways[1].refused, 4);
	d.rssi_dbm = -99;
	ingest_decoded(w->ingest, &d);
	assert_int_equal(heard(w), 1);
}

static void uplink(struct world *w, int64_t seq, int64_t now_ms)
{
	struct decoded d = {.kind = DECODED_GATEWAY, .gateway = G_A, .uplink = {seq}};
	w->ingest->now_ms = now_ms;
	ingest_decoded(w->ingest, &d);
}

static void test_uplinks(void **state)
{
	struct world *w = *state;
	const struct gateway_health *h = &w->health.gateways[0];
	for (int i = 0; i < 6; i++)
		uplink(w, 24 + i, START + i * 5000);
	assert_int_equal(h->lost, 0);
	assert_int_equal(gateway_interval_ms(h), 5000);
	assert_false(gateway_hints(h, START) & 1U << HINT_SLOW);
	uplink(w, 33, START + 30000); /* 30, 31, 32 are missing */
	assert_int_equal(h->lost, 3);
	uplink(w, 31, START + 30100); /* one of them comes after all */
	assert_int_equal(h->lost, 2);
	uplink(w, 33, START + 30200); /* delivered twice */
	assert_int_equal(h->repeated, 1);
	uplink(w, 1, START + 35000); /* restarted: not a loss */
	uplink(w, 2, START + 40000);
	assert_int_equal(h->lost, 2);
	uplink(w, -1, START + 45000); /* not numbered */
	assert_int_equal(h->lost, 2);
	for (int i = 0; i < 16; i++)
		uplink(w, -1, START + 60000 + i * 10000);
	assert_int_equal(gateway_interval_ms(h), 10000);
	assert_true(gateway_hints(h, START) & 1U << HINT_SLOW);
}

static void sight(struct world *w, const char *gateway, const char *tag, int rssi,
	const char *frame, int64_t now_ms)
{
	struct decoded d = {.kind = DECODED_SIGHTING, .rssi_dbm = rssi};
	snprintf(d.gateway, TAG_SIZE, "%s", gateway);
	snprintf(d.tag, TAG_SIZE, "%s", tag);
	snprintf(d.frame, sizeof d.frame, "%s", frame);
	w->ingest->now_ms = now_ms;
	ingest_decoded(w->ingest, &d);
}

/* Gateway A hears only what begins with AC233F, nothing weak, nothing unknown;
 * the two in the next room hear the button as well. */
static void test_filters(void **state)
{
	struct world *w = *state;
	const unsigned all = 1U << HINT_UNKNOWN_OFF | 1U << HINT_ONE_PREFIX | 1U << HINT_RSSI_FLOOR;
	for (int i = 0; i < 700; i++) {
		int64_t now = START + i * 1000;
		sight(w, G_A, PROBE, -70, "ffe1:a1:01", now);
		sight(w, G_B, PROBE, -80, "ffe1:a1:01", now);
		sight(w, G_B, BUTTON, -90, "ffe1:a1:03", now);
		sight(w, "AC233FC00004", BUTTON, -88, "ffe1:a1:03", now);
		if (i == 400)
			assert_false(gateway_hints(&w->health.gateways[0], now) & all);
		ingest_tick(w->ingest, now);
	}
	const struct gateway_health *a = &w->health.gateways[0], *b = &w->health.gateways[1];
	assert_string_equal(a->mac, G_A);
	assert_int_equal(gateway_hints(a, START) & all, all);
	assert_true(gateway_hints(a, START) & 1U << HINT_HIDDEN);
	assert_int_equal(a->hidden, 1);
	assert_string_equal(a->hidden_tag, BUTTON);
	assert_int_equal(gateway_hints(b, START) & all, 0);
	assert_false(gateway_hints(b, START) & 1U << HINT_HIDDEN);
}

/* A pir row has no end: 15 s without another is the end. */
static void test_movement_ends(void **state)
{
	struct world *w = *state;
	struct decoded d = {.kind = DECODED_READING,
		.gateway = G_A,
		.tag = PROBE,
		.frame = "pir",
		.reading = {QUANTITY_MOTION, 1}};
	w->ingest->now_ms = START;
	ingest_decoded(w->ingest, &d);
	assert_int_equal(w->count, 1);
	ingest_tick(w->ingest, START + 14000);
	assert_int_equal(w->count, 1);
	w->ingest->now_ms = START + 14500;
	ingest_decoded(w->ingest, &d); /* goes on */
	ingest_tick(w->ingest, START + 29000);
	assert_int_equal(w->count, 1);
	ingest_tick(w->ingest, START + 29500);
	assert_int_equal(w->count, 2);
	assert_int_equal(w->facts[1].reading.quantity, QUANTITY_MOTION);
	assert_true(w->facts[1].reading.value == 0);
	ingest_tick(w->ingest, START + 60000);
	assert_int_equal(w->count, 2);
	/* A frame that says both words is left to say them. */
	snprintf(d.frame, sizeof d.frame, "ffe1:a1:11");
	w->ingest->now_ms = START + 61000;
	ingest_decoded(w->ingest, &d);
	ingest_tick(w->ingest, START + 600000);
	assert_int_equal(w->count, 3);
	/* Retained: movement is an event. */
	w->ingest->retained = true;
	d.reading.value = 0;
	ingest_decoded(w->ingest, &d);
	assert_int_equal(w->count, 3);
	assert_int_equal(w->health.feeds[0].refused[REFUSED_RETAINED], 1);
}

/* "button" in words rings where the model has a signature. */
static void test_button_event(void **state)
{
	struct world *w = *state;
	struct decoded d = {.kind = DECODED_READING,
		.gateway = G_A,
		.tag = BUTTON,
		.frame = "bthome",
		.reading = {QUANTITY_BUTTON, 1}};
	w->ingest->now_ms = START;
	ingest_decoded(w->ingest, &d);
	ingest_decoded(w->ingest, &d);
	assert_int_equal(w->count, 1);
	assert_int_equal(w->facts[0].kind, FACT_PRESS);
	assert_string_equal(w->facts[0].press.signature, "b10");
	memcpy(d.tag, BADGE, TAG_SIZE); /* no signature for its model */
	ingest_decoded(w->ingest, &d);
	memcpy(d.tag, BUTTON, TAG_SIZE);
	d.reading.value = 0; /* "none" of a device with several buttons */
	w->ingest->now_ms = START + 60000;
	ingest_decoded(w->ingest, &d);
	assert_int_equal(w->count, 1);
}

/* QoS 1 delivers twice, six slots and two gateways say the same: one press. */
static void test_redelivery(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < 3; i++) {
		row(w, G_A, BUTTON, -60, PRESS, START, false, START);
		row(w, G_B, BUTTON, -70, PRESS, START, false, START + 200);
	}
	row(w, G_A, BUTTON, -60, PRESS, START, false, START + 9000);
	int presses = 0;
	for (int i = 0; i < w->count; i++)
		presses += w->facts[i].kind == FACT_PRESS;
	assert_int_equal(presses, 1);
	/* The first one again after 100 s: a buffer's, told already. */
	row(w, G_A, PROBE, -60, REST, START + 100000, false, START + 100000);
	row(w, G_A, BUTTON, -60, PRESS, START + 1000, false, START + 100500);
	for (int i = presses = 0; i < w->count; i++)
		presses += w->facts[i].kind == FACT_PRESS;
	assert_int_equal(presses, 1);
}

static void test_odd_messages(void **state)
{
	static const uint8_t pack[] = {0x87, 0xA1, 0x76, 0x01, 0xA3, 'm', 'i', 'd', 0x02};
	struct world *w = *state;
	char what[LABEL_SIZE];
	ingest_message(w->ingest, "/ab/gw\x1b[2J", pack, sizeof pack, false, START);
	ingest_message(w->ingest, "/ab/gw2", pack, 3, false, START + 5000);
	ingest_message(w->ingest, NULL, "{\"a\":1}", 7, false, START + 6000);
	assert_int_equal(w->health.odd_count, 2);
	const struct odd_message *o = &w->health.odd[0];
	assert_string_equal(o->what, "messagepack");
	assert_int_equal(o->count, 2);
	assert_int_equal(o->size, 3);
	assert_string_equal(o->first, "87a176");
	assert_string_equal(o->topic, "/ab/gw2");
	assert_true(o->last_ms == START + 5000);
	assert_string_equal(w->health.odd[1].what, "unknown_shape");
	assert_string_equal(w->health.odd[1].first, "7b2261223a317d");
	/* More kinds than there is room for: the one heard longest ago goes. */
	for (int i = 0; i < HEALTH_ODD; i++) {
		struct decoded d = {
			.kind = DECODED_REFUSED, .refused = {.reason = REFUSED_UNSUPPORTED}};
		snprintf(what, sizeof what, "kind %d", i);
		snprintf(d.refused.detail, LABEL_SIZE, "%s", what);
		w->ingest->now_ms = START + 10000 + i;
		ingest_decoded(w->ingest, &d);
	}
	assert_int_equal(w->health.odd_count, HEALTH_ODD);
	assert_string_equal(w->health.odd[0].what, "kind 14");
	assert_string_equal(w->health.odd[1].what, "kind 15");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_allow_list), T(test_unlisted_press),
		T(test_retained), T(test_late_row_moves_nobody), T(test_late_press),
		T(test_a_button_on_a_wall_measures_itself), T(test_live_then_buffered),
		T(test_late_by_the_message), T(test_another_version_of_the_site),
		T(test_the_kind_of_press_picks_the_signature),
		T(test_barometers_of_a_cascade_are_heard_finely), T(test_clocks),
		T(test_clock_set_back), T(test_impossible_rssi), T(test_uplinks), T(test_filters),
		T(test_movement_ends), T(test_button_event), T(test_redelivery),
		T(test_odd_messages)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
