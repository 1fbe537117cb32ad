/* SPDX-License-Identifier: Apache-2.0 */
/* Learning a press. Vectors: a real B10 at rest and pressed (feeds reference
 * 2.2, 2.6), Minew's fake iBeacon (2.3), BTHome's button (2.5), V005 frames
 * (2.2), reelyActive's Eddystone-UID instances (2.6). The answer must be a line
 * that the site reader takes and that matches the press. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feeds/ble.h"
#include "feeds/teach.h"
#include "src/site_file.h"
#include "src/verbs.h"

#define B10  "C300007B573C"
#define REST "0201060303E1FF1216E1FFA103140059FF7EFF393C577B0000C3"
#define INFO "0201060303E1FF0F16E1FFA108143C577B0000C3423130"
#define TLM  "0201060303AAFE1116AAFE20000EB21400000C0BC806CF3720"
#define RING "0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5"
#define FAKE "0201060303F1FF17160112233445566778899AABBCCDDEEFF003E807D0C564"

static int setup(void **state)
{
	*state = teach_create(B10);
	assert_non_null(*state);
	return 0;
}

static int teardown(void **state)
{
	teach_destroy(*state);
	return 0;
}

static void hear(struct teach *t, enum teach_phase phase, const char *tag, const char *hex)
{
	uint8_t ad[64];
	long n = ble_hex(ad, sizeof ad, hex, strlen(hex));
	assert_true(n >= 0);
	teach_advert(t, phase, tag, ad, (size_t)n);
}

/* At rest for a while: the axes and the counters move. */
static void rest(struct teach *t, enum teach_phase phase)
{
	char hex[128];
	for (int i = 0; i < 10; i++) {
		snprintf(hex, sizeof hex, "0201060303E1FF1216E1FFA10314%04XFF7EFF393C577B0000C3",
			80 + i);
		hear(t, phase, B10, hex);
		hear(t, phase, B10, INFO);
		snprintf(hex, sizeof hex, "0201060303AAFE1116AAFE20000EB21400000C0B%02X06CF37%02X",
			i, 2 * i);
		hear(t, phase, B10, hex);
	}
}

/* A site with this one line among its signatures, as the reader sees it. */
static struct site *site_with(const char *line)
{
	char text[2048];
	struct error err = {""};
	snprintf(text, sizeof text,
		"id = \"s\"; name = \"S\"; zone = \"Europe/Paris\";\n"
		"floors = ( { id = \"f\"; level = 0; } );\n"
		"rooms = ( { id = \"r\"; kind = \"or\"; floor = \"f\"; box = (0, 0, 5, 5); } );\n"
		"gateways = ( { mac = \"AC233FC00001\"; room = \"r\"; at = (1, 1); } );\n"
		"tags = ( { mac = \"C300007B573C\"; kind = \"asset\"; model = \"B10\"; } );\n"
		"signatures = ( %s );\n",
		line);
	struct site *site = site_parse("taught", text, &err);
	if (site == NULL)
		print_error("%s\nin %s\n", err.text, line);
	return site;
}

static void count_press(void *context, const struct decoded *d)
{
	*(int *)context += d->kind == DECODED_PRESS;
}

static int presses(const struct site *site, const char *hex)
{
	int count = 0;
	uint8_t ad[64];
	struct decode_context dc = {.site = site, .emit = count_press, .context = &count};
	struct decoded base = {.tag = B10, .rssi_dbm = -60};
	long n = ble_hex(ad, sizeof ad, hex, strlen(hex));
	ble_decode(&dc, &base, ad, (size_t)n);
	return count;
}

/* The line of a candidate rings for `yes` and not for `no`. */
static void expect_line(
	const struct teach_candidate *c, const char *want, const char *yes, const char *no)
{
	char line[TEACH_LINE_SIZE];
	teach_line(c, "taught", "B10", line);
	assert_string_equal(line, want);
	struct site *site = site_with(line);
	assert_non_null(site);
	assert_int_equal(site->signature_count, 1);
	const struct signature *s = &site->signatures[0];
	assert_int_equal(s->kind, c->signature.kind);
	assert_int_equal(s->length, c->signature.length);
	assert_memory_equal(s->mask, c->signature.mask, (size_t)s->length);
	assert_memory_equal(s->pattern, c->signature.pattern, (size_t)s->length);
	assert_int_equal(presses(site, yes), 1);
	assert_int_equal(presses(site, no), 0);
	site_free(site);
}

static void test_b10(void **state)
{
	struct teach *t = *state;
	struct teach_result r;
	rest(t, TEACH_REST);
	rest(t, TEACH_PRESS);
	for (int i = 0; i < 12; i++)
		hear(t, TEACH_PRESS, B10, RING);
	hear(t, TEACH_PRESS, B10, FAKE);
	/* The battery of the fake one has sagged, its power is another. */
	hear(t, TEACH_PRESS, B10, "0201060303F1FF17160112233445566778899AABBCCDDEEFF003E807D0C463");
	teach_result(t, &r);
	assert_int_equal(r.verdict, TEACH_LEARNED);
	assert_int_equal(r.adverts[TEACH_REST], 30);
	assert_int_equal(r.adverts[TEACH_PRESS], 44);
	assert_int_equal(r.rejected, 0);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.candidates[0].how, TEACH_APPEARED);
	assert_int_equal(r.candidates[0].heard, 12);
	expect_line(&r.candidates[0],
		"{ id = \"taught\"; model = \"B10\"; kind = \"ibeacon\"; "
		"uuid = \"FDA50693A4E24FB1AFCFC6EB07647825\"; major = 0; minor = 0; "
		"rearm_s = 30; merge_s = 15; }",
		RING, REST);
	assert_int_equal(r.candidates[1].heard, 2);
	expect_line(&r.candidates[1],
		"{ id = \"taught\"; model = \"B10\"; kind = \"frame\"; "
		"bytes = \"17160112233445566778899AABBCCDDEEFF003E807D0\"; "
		"rearm_s = 30; merge_s = 15; }",
		FAKE, RING);
}

/* An iBeacon that is always on is no press, although it is heard then too. */
static void test_always_on_is_rejected(void **state)
{
	struct teach *t = *state;
	struct teach_result r;
	rest(t, TEACH_REST);
	hear(t, TEACH_REST, B10, RING);
	rest(t, TEACH_PRESS);
	for (int i = 0; i < 12; i++)
		hear(t, TEACH_PRESS, B10, RING);
	teach_result(t, &r);
	assert_int_equal(r.verdict, TEACH_LEARNED_NOTHING);
	assert_int_equal(r.count, 0);
}

static void test_heard_nothing(void **state)
{
	struct teach *t = *state;
	struct teach_result r;
	teach_result(t, &r);
	assert_int_equal(r.verdict, TEACH_HEARD_NOTHING);
	rest(t, TEACH_REST);
	/* Others press; that is not this tag's. */
	hear(t, TEACH_PRESS, "C30000000001", RING);
	teach_result(t, &r);
	assert_int_equal(r.verdict, TEACH_HEARD_NOTHING);
	assert_int_equal(r.adverts[TEACH_PRESS], 0);
	assert_int_equal(r.others, 1);
}

/* Three tags of the ward say the same all day: counted, and ranked behind what
 * nobody else says. */
static void test_false_positives(void **state)
{
	struct teach *t = *state;
	struct teach_result r;
	rest(t, TEACH_REST);
	for (int i = 0; i < 12; i++)
		hear(t, TEACH_PRESS, B10, RING);
	hear(t, TEACH_PRESS, B10, FAKE);
	hear(t, TEACH_REST, "C30000000001", RING);
	hear(t, TEACH_BACKGROUND, "C30000000001", RING);
	hear(t, TEACH_BACKGROUND, "C30000000002", RING);
	hear(t, TEACH_BACKGROUND, "C30000000003", REST);
	hear(t, TEACH_BACKGROUND, B10, RING);
	teach_result(t, &r);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.candidates[0].signature.kind, SIGNATURE_FRAME);
	assert_int_equal(r.candidates[0].others + r.candidates[0].own, 0);
	assert_int_equal(r.candidates[1].signature.kind, SIGNATURE_IBEACON);
	assert_int_equal(r.candidates[1].others, 3);
	assert_int_equal(r.candidates[1].other_tags, 2);
	assert_int_equal(r.candidates[1].own, 1);
}

/* A byte under a mask: V005's tamper frame, bit set while pressed; battery and
 * MAC are open. */
static void test_changed_byte(void **state)
{
	struct teach *t = *state;
	struct teach_result r;
	hear(t, TEACH_REST, B10, "0201060303E1FF0D16E1FFA12064003C577B0000C3");
	hear(t, TEACH_REST, B10, "0201060303E1FF0D16E1FFA12063003C577B0000C3");
	hear(t, TEACH_PRESS, B10, "0201060303E1FF0D16E1FFA12063013C577B0000C3");
	hear(t, TEACH_PRESS, B10, "0201060303E1FF0D16E1FFA12063003C577B0000C3");
	teach_result(t, &r);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.candidates[0].how, TEACH_CHANGED);
	assert_int_equal(r.candidates[0].heard, 1);
	expect_line(&r.candidates[0],
		"{ id = \"taught\"; model = \"B10\"; kind = \"frame\"; bytes = "
		"\"0D16E1FFA120??01\"; "
		"rearm_s = 30; merge_s = 15; }",
		"0201060303E1FF0D16E1FFA12012013C577B0000C3",
		"0201060303E1FF0D16E1FFA12012003C577B0000C3");
}

/* Two codes, two signals: single and double tap are not one wildcard. */
static void test_two_instances(void **state)
{
	static const char *const taps[] = {
		"0201060303AAFE1516AAFE00E7496F49445554462D333200000001F915",
		"0201060303AAFE1516AAFE00E7496F49445554462D333200000001F44C"};
	struct teach *t = *state;
	struct teach_result r;
	rest(t, TEACH_REST);
	hear(t, TEACH_PRESS, B10, taps[0]);
	hear(t, TEACH_PRESS, B10, taps[0]);
	hear(t, TEACH_PRESS, B10, taps[1]);
	teach_result(t, &r);
	assert_int_equal(r.count, 2);
	expect_line(&r.candidates[0],
		"{ id = \"taught\"; model = \"B10\"; kind = \"uid\"; "
		"namespace = \"496F49445554462D3332\"; instance = \"00000001F915\"; "
		"rearm_s = 30; merge_s = 15; }",
		taps[0], taps[1]);
	expect_line(&r.candidates[1],
		"{ id = \"taught\"; model = \"B10\"; kind = \"uid\"; "
		"namespace = \"496F49445554462D3332\"; instance = \"00000001F44C\"; "
		"rearm_s = 30; merge_s = 15; }",
		taps[1], taps[0]);
}

/* BTHome: the packet id and the battery move, the button speaks. */
static void test_bthome(void **state)
{
	struct teach *t = *state;
	struct teach_result r;
	hear(t, TEACH_REST, B10, "0A16D2FC44001D01643A00");
	hear(t, TEACH_PRESS, B10, "0A16D2FC44001E01643A01");
	hear(t, TEACH_PRESS, B10, "0A16D2FC44001F01633A01");
	teach_result(t, &r);
	assert_int_equal(r.count, 1);
	expect_line(&r.candidates[0],
		"{ id = \"taught\"; model = \"B10\"; kind = \"frame\"; "
		"bytes = \"0A16D2FC4400??01??3A01\"; "
		"rearm_s = 30; merge_s = 15; }",
		"0A16D2FC44007701223A01", "0A16D2FC44007701223A00");
}

/* Shaken and discharged, nothing else: a frame of measurements is no press. */
static void test_shaking_is_no_press(void **state)
{
	struct teach *t = *state;
	struct teach_result r;
	hear(t, TEACH_REST, B10, REST);
	hear(t, TEACH_PRESS, B10, "0201060303E1FF1216E1FFA10313FF000123EF393C577B0000C3");
	hear(t, TEACH_REST, B10, TLM);
	hear(t, TEACH_PRESS, B10, "0201060303AAFE1116AAFE20000EA01500000C0BD006CF3799");
	/* MBT02 (V3 combination): axes, battery and trailer move. */
	hear(t, TEACH_REST, B10, "12FF3906CA030300050005FF0421643A7AC951");
	hear(t, TEACH_PRESS, B10, "12FF3906CA030310050305FF0421633A7AC952");
	teach_result(t, &r);
	assert_int_equal(r.verdict, TEACH_LEARNED_NOTHING);
	/* ... but its tamper block would be one. */
	hear(t, TEACH_REST, B10, "14FF3906CA030300050005FF04216422003A7AC951");
	hear(t, TEACH_PRESS, B10, "14FF3906CA030300050005FF04216422013A7AC951");
	teach_result(t, &r);
	assert_int_equal(r.count, 1);
	expect_line(&r.candidates[0],
		"{ id = \"taught\"; model = \"B10\"; kind = \"frame\"; "
		"bytes = \"14FF3906CA0303????????????21??2201\"; "
		"rearm_s = 30; merge_s = 15; }",
		"14FF3906CA030311111111111121552201AABBCCDD",
		"14FF3906CA030311111111111121552200AABBCCDD");
}

/* Everything moves from one advert to the next: what is left is a prefix, or
 * too little to tell it from other things. */
static void test_prefix(void **state)
{
	struct teach *t = *state;
	struct teach_result r;
	hear(t, TEACH_REST, B10, REST);
	hear(t, TEACH_PRESS, B10, "0AFFAABBCC000102030405");
	hear(t, TEACH_PRESS, B10, "0AFFAABBCC101112131415");
	hear(t, TEACH_PRESS, B10, "05FF1234AABB");
	hear(t, TEACH_PRESS, B10, "05FF1234CCDD");
	teach_result(t, &r);
	assert_int_equal(r.count, 2);
	expect_line(&r.candidates[0],
		"{ id = \"taught\"; model = \"B10\"; kind = \"frame\"; bytes = \"0AFFAABBCC\"; "
		"rearm_s = 30; merge_s = 15; }",
		"0AFFAABBCC777777777777", "0AFFAABBCD777777777777");
	assert_int_equal(r.candidates[1].signature.length, 4);
}

/* ---- from payloads, through the verb ---- */

static void write_lines(const char *path, const char *const *rows, int n)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < n; i++)
		fprintf(file, "[{\"type\":\"Gateway\",\"mac\":\"AC233FC00001\"},%s]\n", rows[i]);
	fclose(file);
}

#define ROW(raw) "{\"mac\":\"" B10 "\",\"rssi\":-60,\"rawData\":\"" raw "\"}"
/* The G1 names iBeacons and sends their parts (reference 1.2). */
#define NAMED                                                                                      \
	"{\"type\":\"iBeacon\",\"mac\":\"" B10                                                     \
	"\",\"rssi\":-60,\"ibeaconUuid\":\"FDA50693A4E24FB1AFCFC6EB07647825\","                    \
	"\"ibeaconMajor\":0,\"ibeaconMinor\":0,\"ibeaconTxPower\":-59,\"battery\":0}"

static int run_teach(const char *folder, char *out, size_t size)
{
	char paths[3][128];
	snprintf(paths[0], sizeof paths[0], "%s/rest", folder);
	snprintf(paths[1], sizeof paths[1], "%s/press", folder);
	snprintf(paths[2], sizeof paths[2], "%s/out", folder);
	const char *const argv[] = {"teach", "--tag", "c3:00:00:7b:57:3c", "--model", "B10",
		"--rest", paths[0], "--press", paths[1], NULL};
	int saved = dup(STDOUT_FILENO);
	fflush(stdout);
	assert_non_null(freopen(paths[2], "w", stdout));
	int code = verb_teach(9, (char **)(uintptr_t)argv);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	FILE *file = fopen(paths[2], "r");
	size_t n = fread(out, 1, size - 1, file);
	out[n] = '\0';
	fclose(file);
	return code;
}

static void test_verb(void **state)
{
	static const char *const quiet[] = {ROW(REST), ROW(INFO), ROW(TLM)};
	static const char *const rings[] = {ROW(REST), NAMED, NAMED, ROW(INFO)};
	char folder[] = "/tmp/vigie-teach-XXXXXX", path[64], out[4096];
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/rest", folder);
	write_lines(path, quiet, 3);
	snprintf(path, sizeof path, "%s/press", folder);
	write_lines(path, rings, 4);
	assert_int_equal(run_teach(folder, out, sizeof out), 0);
	assert_non_null(strstr(out, "in 2 adverts while pressing"));
	assert_non_null(strstr(out, "{ id = \"B10-press\"; model = \"B10\"; kind = \"ibeacon\"; "
				    "uuid = \"FDA50693A4E24FB1AFCFC6EB07647825\"; major = 0;"));
	struct site *site = site_with(out); /* comments and all */
	assert_non_null(site);
	assert_int_equal(presses(site, RING), 1);
	site_free(site);
	/* Heard, and nothing learned. */
	write_lines(path, quiet, 3);
	assert_int_equal(run_teach(folder, out, sizeof out), EXIT_FOUND);
	assert_string_equal(out, "");
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = {"rest", "press", "out"};
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_b10), T(test_always_on_is_rejected),
		T(test_heard_nothing), T(test_false_positives), T(test_changed_byte),
		T(test_two_instances), T(test_bthome), T(test_shaking_is_no_press), T(test_prefix),
		cmocka_unit_test(test_verb)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
