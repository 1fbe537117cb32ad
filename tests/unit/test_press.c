/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "feeds/press.h"
#include "tests/unit/collect.h"

/*
 * Signatures: the iBeacon of a real B10 pressed (panudet-24mb/aether), the
 * single-tap Eddystone-UID of reelyActive's configuration guide ("IoIDUTF-32",
 * 00000001f915), and a tamper frame with its battery byte masked out.
 */

enum { PRESS_B10, PRESS_TAP, PRESS_FRAME, SIGNATURES };

static struct tag tags[] = {
	{.mac = "C300007B573C", .model = "B10"},
	{.mac = "AC233F000007", .model = "B7"},
};

static void fill(struct signature *s, const char *id, const char *model, enum signature_kind kind,
	const char *hex)
{
	memset(s, 0, sizeof *s);
	snprintf(s->id, sizeof s->id, "%s", id);
	snprintf(s->model, sizeof s->model, "%s", model);
	s->kind = kind;
	s->length = (int)unhex(s->pattern, hex);
	memset(s->mask, 0xFF, (size_t)s->length);
	s->rearm_silence_s = 30;
	s->merge_s = 15;
}

static struct site *suite(void)
{
	static struct signature signatures[SIGNATURES];
	static struct site site = {.tags = tags, .tag_count = 2, .signatures = signatures};
	site.signature_count = SIGNATURES;
	fill(&signatures[PRESS_B10], "b10", "B10", SIGNATURE_IBEACON,
		"FDA50693A4E24FB1AFCFC6EB0764782500000000");
	fill(&signatures[PRESS_TAP], "tap", "", SIGNATURE_UID, "496F49445554462D333200000001F915");
	fill(&signatures[PRESS_FRAME], "tamper", "", SIGNATURE_FRAME, "E1FFA1200001");
	signatures[PRESS_FRAME].mask[4] = 0x00;
	return &site;
}

#define UP     "0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5"
#define LOW    "0201061aff4c000215fda50693a4e24fb1afcfc6eb0764782500000000c5"
#define UID    "0201060303AAFE1516AAFE00E7496F49445554462D333200000001F915"
#define TAMPER "0201060303E1FF0D16E1FFA1205501009078563412"
#define REST   "0201060303E1FF1216E1FFA103140059FF7EFF393C577B0000C3"

static int scan(const char *text, struct press_hit *hits, int max)
{
	struct press_table *table = press_table_create(suite());
	assert_non_null(table);
	int n = press_scan(table, text, strlen(text), hits, max);
	press_table_destroy(table);
	return n;
}

static void test_scan_any_case(void **state)
{
	static const struct {
		const char *row, *tag;
		int signature;
	} rows[] = {
		{"{\"mac\":\"C300007B573C\",\"rssi\":-61,\"rawData\":\"" UP "\"}", "C300007B573C",
			0},
		{"{\"rawData\":\"" LOW "\", \"rssi\":-61, \"mac\" : \"c300007b573c\"}",
			"C300007B573C", 0},
		{"{\"mac\":\"C3:00:00:7B:57:3C\",\"ibeaconUuid\":"
		 "\"fda50693A4E24FB1AFCFC6EB07647825\"}",
			"C300007B573C", 0},
		{"{\"mac\":\"C300007B573C\",\"uuid\":\"fda50693-a4e2-4fb1-afcf-c6eb07647825\"}",
			"C300007B573C", 0},
		{"{\"mac\":\"AC233F000007\",\"rawData\":\"" UID "\"}", "AC233F000007", PRESS_TAP},
		{"{\"mac\":\"AC233F000009\",\"rawData\":\"" TAMPER "\"}", "AC233F000009",
			PRESS_FRAME},
		/* cut: the owner cannot be told, the payload is kept all the same */
		{"[\"" UP "\"", "", 0},
		{"{\"mac\":\"C3\",\"rawData\":\"" UP, "", 0},
	};
	struct press_hit hits[4];
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[400];
		snprintf(text, sizeof text,
			"[{\"mac\":\"AC233F0000FF\",\"rawData\":\"" REST "\"},%s,"
			"{\"mac\":\"AC233F0000FE\",\"rawData\":\"" REST "\"}]",
			rows[i].row);
		assert_int_equal(scan(text, hits, 4), 1);
		assert_string_equal(hits[0].tag, rows[i].tag);
		assert_int_equal(hits[0].signature, rows[i].signature);
	}
}

static void test_scan_finds_nothing(void **state)
{
	static const char *const texts[] = {"", "F", "FD",
		"{\"mac\":\"C300007B573C\",\"rawData\":\"" REST "\"}",
		/* one digit off, and cut one digit short */
		"{\"mac\":\"C300007B573C\",\"rawData\":\"FDA50693A4E24FB1AFCFC6EB07647826\"}",
		"{\"mac\":\"C300007B573C\",\"rawData\":\"FDA50693A4E24FB1AFCFC6EB0764782",
		/* tamper says normal */
		"{\"mac\":\"AC233F000009\",\"rawData\":\"0D16E1FFA1205500009078563412\"}",
		/* another model's tag, and one that is not ours */
		"{\"mac\":\"AC233F000007\",\"rawData\":\"" UP "\"}",
		"{\"mac\":\"AC233F0000AA\",\"rawData\":\"" UP "\"}"};
	struct press_hit hits[4];
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(scan(texts[i], hits, 4), 0);
}

static void test_scan_several(void **state)
{
	struct press_hit hits[4];
	const char *text = "[{\"mac\":\"C300007B573C\",\"rawData\":\"" UP "\"},"
			   "{\"mac\":\"C300007B573C\",\"rawData\":\"" LOW "\"},"
			   "{\"mac\":\"AC233F000007\",\"rawData\":\"" UID "\"},"
			   "{\"mac\":\"AC233F000008\",\"rawData\":\"" UID "\"}]";
	(void)state;
	assert_int_equal(scan(text, hits, 4), 3);
	assert_string_equal(hits[0].tag, "C300007B573C");
	assert_string_equal(hits[1].tag, "AC233F000007");
	assert_string_equal(hits[2].tag, "AC233F000008");
	assert_int_equal(scan(text, hits, 2), 2);
}

static void test_scan_binary(void **state)
{
	uint8_t bytes[128];
	struct press_hit hits[4];
	struct press_table *table = press_table_create(suite());
	(void)state;
	/* two transmitters: one at rest, then the B10 pressed */
	size_t n = unhex(bytes, "BB0100000000AC233FFFFFFF0002FEE150BADA5500011A" REST "00B8"
				"C300007B573C00011E" UP "00C3DD");
	assert_int_equal(press_scan(table, bytes, n, hits, 4), 1);
	assert_string_equal(hits[0].tag, "C300007B573C");
	assert_int_equal(hits[0].signature, PRESS_B10);
	for (size_t cut = 0; cut + 5 < n; cut++) {
		uint8_t *exact = malloc(cut + 1);
		assert_non_null(exact);
		memcpy(exact, bytes, cut);
		assert_in_range(press_scan(table, exact, cut, hits, 4), 0, 1);
		free(exact);
	}
	press_table_destroy(table);
}

/* Masks may leave no whole byte, only nibbles; wildcards alone find nothing. */
static void test_scan_by_nibbles(void **state)
{
	struct signature s = {.kind = SIGNATURE_FRAME,
		.length = 2,
		.pattern = {0xA0, 0x0B},
		.mask = {0xF0, 0x0F}};
	struct site site = {.signatures = &s, .signature_count = 1};
	struct press_hit hits[2];
	(void)state;
	struct press_table *table = press_table_create(&site);
	assert_int_equal(press_scan(table, "\"a7\"ac3B", 8, hits, 2), 1);
	assert_int_equal(press_scan(table, "\"a7\"bc3B", 8, hits, 2), 0);
	press_table_destroy(table);
	memset(s.mask, 0, sizeof s.mask);
	table = press_table_create(&site);
	assert_int_equal(press_scan(table, "ac3B", 4, hits, 2), 0);
	press_table_destroy(table);
}

/* The scan keeps every payload out of which the decoder makes a press. */
static void test_decoder_agrees(void **state)
{
	static const char *const rows[] = {
		"[{\"mac\":\"C300007B573C\",\"rssi\":-61,\"rawData\":\"" UP "\"}]",
		"[{\"mac\":\"C300007B573C\",\"rssi\":\"x\",\"rawData\":\"" LOW "\"}]",
		"[{\"mac\":\"C300007B573C\",\"type\":\"iBeacon\",\"rssi\":-61,\"ibeaconUuid\":"
		"\"FDA50693A4E24FB1AFCFC6EB07647825\",\"ibeaconMajor\":0,\"ibeaconMinor\":0,"
		"\"ibeaconTxPower\":-59}]",
		"[{\"mac\":\"AC233F000007\",\"rssi\":-61,\"rawData\":\"" UID "\"}]",
		"[{\"mac\":\"AC233F000009\",\"rssi\":-61,\"rawData\":\"" TAMPER "\"}]",
		"[{\"mac\":\"AC233F000007\",\"rssi\":-61,\"rawData\":\"" UP "\"}]",
		"[{\"mac\":\"C300007B573C\",\"rssi\":-61,\"rawData\":\"" REST "\"}]",
	};
	struct collect *c = collect_new();
	struct decode_context dc = {.site = suite(), .emit = collect_emit, .context = c};
	struct press_hit hits[4];
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		payload_decode(&dc, NULL, rows[i], strlen(rows[i]));
		assert_int_equal(collect_kind(c, DECODED_PRESS), i < 5);
		assert_int_equal(scan(rows[i], hits, 4), i < 5);
		c->count = 0;
	}
	free(c);
}

/* feeds reference 2.6: dense for more than a minute with gaps of a few seconds,
 * over several gateways: one press; re-armed by 30 s of silence. */
static void test_one_press_a_burst(void **state)
{
	struct press_tracker *t = press_tracker_create(suite());
	int64_t now = 1758600000000;
	int presses = 0;
	(void)state;
	assert_non_null(t);
	for (int i = 0; i < 200; i++, now += 500)
		presses += press_tracker_heard(t, "C300007B573C", PRESS_B10, now, false);
	assert_int_equal(presses, 1);
	now -= 500; /* heard last */
	assert_false(press_tracker_heard(t, "C300007B573C", PRESS_B10, now + 29999, false));
	/* heard again at +29.999: 30 s count from there */
	assert_false(press_tracker_heard(t, "C300007B573C", PRESS_B10, now + 59998, false));
	assert_true(press_tracker_heard(t, "C300007B573C", PRESS_B10, now + 59998 + 30000, false));
	/* another tag, another signature: their own bursts */
	assert_true(press_tracker_heard(t, "AC233F000007", PRESS_B10, now + 90000, false));
	assert_true(press_tracker_heard(t, "C300007B573C", PRESS_TAP, now + 90000, false));
	/* a gateway whose clock is behind adds nothing */
	assert_false(press_tracker_heard(t, "C300007B573C", PRESS_B10, now - 3600000, false));
	assert_false(press_tracker_heard(t, "C300007B573C", SIGNATURES, now, false));
	assert_false(press_tracker_heard(t, "C300007B573C", -1, now, false));
	press_tracker_destroy(t);
}

/* Found by killing stations (tests/rig): an advert that the broker had kept for 20 s
 * came after a restart, and the next press, 26 s later, was taken for the same burst. */
static void test_what_waited_in_a_queue_keeps_no_burst_open(void **state)
{
	struct press_tracker *t = press_tracker_create(suite());
	const char *tag = "C300007B573C";
	int64_t now = 1758600000000;
	(void)state;
	assert_non_null(t);
	assert_true(press_tracker_heard(t, tag, PRESS_B10, now, true));
	/* The rest of the queue, and what of the burst is still on the air: one press. */
	assert_false(press_tracker_heard(t, tag, PRESS_B10, now + 10, true));
	assert_false(press_tracker_heard(t, tag, PRESS_B10, now + 500, false));
	assert_false(press_tracker_heard(t, tag, PRESS_B10, now + 20000, false));
	press_tracker_destroy(t);
	t = press_tracker_create(suite());
	assert_true(press_tracker_heard(t, tag, PRESS_B10, now, true));
	assert_true(press_tracker_heard(t, tag, PRESS_B10, now + 26400, false));
	assert_false(press_tracker_heard(t, tag, PRESS_B10, now + 26900, false));
	/* Nor does it hold up one that is not over. */
	assert_false(press_tracker_heard(t, tag, PRESS_B10, now + 50000, true));
	assert_true(press_tracker_heard(t, tag, PRESS_B10, now + 57000, false));
	press_tracker_destroy(t);
}

/* Bounded: thousands of tags push the longest silent ones out, no more. */
static void test_tracker_is_bounded(void **state)
{
	struct press_tracker *t = press_tracker_create(suite());
	char tag[TAG_SIZE];
	(void)state;
	assert_non_null(t);
	for (int i = 0; i < 5000; i++) {
		snprintf(tag, sizeof tag, "AC233F%06X", (unsigned)i & 0xFFFFFF);
		assert_true(press_tracker_heard(t, tag, PRESS_B10, 1000 + i, false));
	}
	assert_false(press_tracker_heard(t, tag, PRESS_B10, 7000, false));
	press_tracker_destroy(t);
}

/* Another version of the site: the tap stands first now, the frame is gone. */
static struct site *suite_after(void)
{
	static struct signature signatures[2];
	static struct site site = {.tags = tags, .tag_count = 2, .signatures = signatures};
	const struct site *was = suite();
	signatures[0] = was->signatures[PRESS_TAP];
	signatures[1] = was->signatures[PRESS_B10];
	site.signature_count = 2;
	return &site;
}

static void test_burst_goes_on_in_another_site(void **state)
{
	struct press_tracker *t = press_tracker_create(suite());
	int64_t now = 1758600000000;
	(void)state;
	assert_non_null(t);
	assert_true(press_tracker_heard(t, "C300007B573C", PRESS_B10, now, false));
	assert_true(press_tracker_heard(t, "C300007B573C", PRESS_FRAME, now, false));
	press_tracker_site(t, suite_after());
	assert_false(press_tracker_heard(t, "C300007B573C", 1, now + 1000, false)); /* the B10's */
	assert_true(press_tracker_heard(t, "C300007B573C", 0, now + 1000, false));  /* the tap's */
	press_tracker_destroy(t);
}

struct scanner {
	const struct press_table *table;
	atomic_bool stop;
	long before, after, other; /* found as the first site has it, the second, neither */
};

static void *scan_on(void *context)
{
	struct scanner *s = context;
	struct press_hit hits[4];
	while (!atomic_load(&s->stop)) {
		int n = press_scan(s->table, UID, strlen(UID), hits, 4);
		s->before += n == 1 && hits[0].signature == PRESS_TAP;
		s->after += n == 1 && hits[0].signature == 0;
		s->other += n != 1;
	}
	return NULL;
}

/* The callback's thread scans on while the loop puts other signatures in place:
 * each scan finds the tap, by the one site or the other. */
static void test_renewed_while_scanned(void **state)
{
	const struct site *after = suite_after(), *before = suite();
	struct press_table *table = press_table_create(before);
	struct scanner s = {.table = table};
	pthread_t thread;
	(void)state;
	assert_non_null(table);
	assert_int_equal(pthread_create(&thread, NULL, scan_on, &s), 0);
	for (int i = 0; i < 200; i++) {
		assert_true(press_table_renew(table, i % 2 == 0 ? after : before));
		usleep(500);
	}
	atomic_store(&s.stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(s.before > 0 && s.after > 0);
	assert_int_equal(s.other, 0);
	press_table_destroy(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan_any_case),
		cmocka_unit_test(test_scan_finds_nothing),
		cmocka_unit_test(test_scan_several),
		cmocka_unit_test(test_scan_binary),
		cmocka_unit_test(test_scan_by_nibbles),
		cmocka_unit_test(test_decoder_agrees),
		cmocka_unit_test(test_one_press_a_burst),
		cmocka_unit_test(test_what_waited_in_a_queue_keeps_no_burst_open),
		cmocka_unit_test(test_tracker_is_bounded),
		cmocka_unit_test(test_burst_goes_on_in_another_site),
		cmocka_unit_test(test_renewed_while_scanned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
