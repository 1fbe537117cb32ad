/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/verbs.h"
#include "tests/unit/site_text.h"

/* The smallest good site; each test spoils one thing of it. Line 1 is `id`. */
static const char good[] =
	"id = \"s\"; name = \"S\"; zone = \"Europe/Paris\";\n"
	"floors = ( { id = \"f\"; level = 1; } );\n"
	"rooms = (\n"
	"  { id = \"or-1\"; kind = \"or\"; floor = \"f\"; box = (0, 0, 6, 6); session = "
	"\"08:00-18:30\"; },\n"
	"  { id = \"cor\"; kind = \"corridor\"; floor = \"f\"; fhir = \"loc-9\";\n"
	"    outline = ((0, 6), (9.5, 6), (9.5, 8), (0, 8)); }\n"
	");\n"
	"doors = ( (\"or-1\", \"cor\"), (\"outside\", \"cor\") );\n"
	"beds = ( { id = \"b-1\"; room = \"or-1\"; } );\n"
	"gateways = ( { mac = \"ac:23:3f:c0:00:01\"; room = \"or-1\"; at = (3, 3); } );\n"
	"roles = ( { id = \"iade\"; name = \"IADE\"; count = 2; } );\n"
	"tags = (\n"
	"  { mac = \"C30000B10001\"; kind = \"sensor\"; model = \"B10\"; bed = \"b-1\"; },\n"
	"  { mac = \"C30000570001\"; kind = \"staff\"; role = \"iade\"; },\n"
	"  { mac = \"C30000510001\"; kind = \"sensor\"; room = \"or-1\"; cold = true; limits = (2, "
	"8.5); }\n"
	");\n"
	"signatures = (\n"
	"  { id = \"i\"; model = \"B10\"; kind = \"ibeacon\"; uuid = "
	"\"FDA50693-A4E2-4FB1-AFCF-C6EB07647825\";\n"
	"    major = 258; },\n"
	"  { id = \"u\"; kind = \"uid\"; namespace = \"496f49445554462d3332\"; instance = "
	"\"00000001f915\"; },\n"
	"  { id = \"x\"; kind = \"frame\"; bytes = \"E1FF A1 ?? 4?\"; }\n"
	");\n"
	"targets = { turnover_min = 25; };\n"
	"prices = { or_hour = 620.5; };\n";

static char *spoilt(const char *from, const char *to)
{
	return site_spoilt(good, from, to);
}

static void test_values(void **state)
{
	struct error err = {{0}};
	struct site *s = site_parse("t.cfg", good, &err);
	(void)state;
	if (s == NULL)
		fail_msg("%s", err.text);
	assert_int_equal(s->room_count, 2);
	assert_string_equal(s->rooms[0].name, "or-1");
	assert_string_equal(s->rooms[0].fhir, "or-1");
	assert_string_equal(s->rooms[1].fhir, "loc-9");
	assert_int_equal(s->rooms[0].open_min, 480);
	assert_int_equal(s->rooms[0].close_min, 1110);
	assert_int_equal(s->rooms[1].open_min, -1);
	assert_int_equal(s->rooms[0].outline_count, 4);
	assert_true(s->rooms[0].outline[2].x > 5.99 && s->rooms[0].outline[2].y > 5.99);
	assert_true(s->rooms[1].outline[1].x > 9.49 && s->rooms[1].outline[1].x < 9.51);
	assert_true(s->rooms[0].temp_low > s->rooms[0].temp_high);
	assert_int_equal(s->door_count, 2);
	assert_int_equal(s->doors[1].a, 1);
	assert_int_equal(s->doors[1].b, -1);
	assert_string_equal(s->gateways[0].mac, "AC233FC00001");
	assert_int_equal(s->tags[0].room, 0);
	assert_int_equal(s->tags[0].bed, 0);
	assert_int_equal(s->tags[1].room, -1);
	assert_true(s->tags[2].cold && s->tags[2].high > 8.49);
	assert_true(site_target(s, "turnover_min", 0) > 24.9);
	assert_int_equal(s->price_count, 1);
	assert_true(s->gateway_silence_s > 29.9 && s->turnover_min > 24.9);
	site_free(s);
}

/* Bytes as Apple's iBeacon and Eddystone-UID put them on air: big endian. */
static void test_signatures(void **state)
{
	static const uint8_t uuid[] = {0xFD, 0xA5, 0x06, 0x93, 0xA4, 0xE2, 0x4F, 0xB1, 0xAF, 0xCF,
		0xC6, 0xEB, 0x07, 0x64, 0x78, 0x25, 0x01, 0x02};
	static const uint8_t uid[] = {0x49, 0x6F, 0x49, 0x44, 0x55, 0x54, 0x46, 0x2D, 0x33, 0x32, 0,
		0, 0, 0x01, 0xF9, 0x15};
	struct site *s = site_parse("t.cfg", good, NULL);
	(void)state;
	assert_non_null(s);
	const struct signature *g = s->signatures;
	assert_int_equal(g[0].length, 20);
	assert_memory_equal(g[0].pattern, uuid, sizeof uuid);
	assert_int_equal(g[0].mask[17], 0xFF);
	assert_int_equal(g[0].mask[18], 0);
	assert_int_equal(g[0].mask[19], 0);
	assert_int_equal(g[1].length, 16);
	assert_memory_equal(g[1].pattern, uid, sizeof uid);
	assert_int_equal(g[2].length, 5);
	assert_int_equal(g[2].mask[3], 0);
	assert_int_equal(g[2].mask[4], 0xF0);
	assert_int_equal(g[2].pattern[4], 0x40);
	site_free(s);
}

/* The hash names the text in the journal: same text same hash, 64 hex digits. */
static void test_hash(void **state)
{
	char *other = spoilt("620.5", "620.6");
	struct site *a = site_parse("a", good, NULL), *b = site_parse("b", good, NULL);
	struct site *c = site_parse("c", other, NULL);
	(void)state;
	assert_true(a != NULL && b != NULL && c != NULL);
	assert_int_equal(strlen(a->hash), 64);
	assert_int_equal(strspn(a->hash, "0123456789abcdef"), 64);
	assert_string_equal(a->hash, b->hash);
	assert_string_not_equal(a->hash, c->hash);
	site_free(a);
	site_free(b);
	site_free(c);
	free(other);
}

static const struct spoil refusals[] = {
	{"zone = \"Europe/Paris\";", "", "t.cfg:1: zone is missing"},
	{"kind = \"or\"", "kind = \"orr\"", "t.cfg:4: kind: expected or, induction"},
	{"floor = \"f\"; box", "floor = \"g\"; box", "t.cfg:4: unknown floor \"g\""},
	{"box = (0, 0, 6, 6);", "", "t.cfg:4: room \"or-1\" has neither box nor outline"},
	{"(0, 0, 6, 6)", "(6, 0, 0, 6)", "t.cfg:4: box: expected (left, top"},
	{"(0, 0, 6, 6)", "(0, 0, 6)", "t.cfg:4: box: expected"},
	{"08:00-18:30", "18:00-08:30", "t.cfg:4: session: expected"},
	{"08:00-18:30", "8:00-18:300", "t.cfg:4: session: expected"},
	{"((0, 6), (9.5, 6), (9.5, 8), (0, 8))", "((0, 6), (9.5, 6))",
		"t.cfg:6: outline: expected"},
	{"(\"or-1\", \"cor\")", "(\"or-1\", \"core\")", "t.cfg:8: unknown room \"core\""},
	{"(\"or-1\", \"cor\")", "(\"cor\", \"cor\")", "expected two different rooms"},
	{"id = \"b-1\"; room", "id = \"or-1\"; room", "t.cfg:13: unknown bed \"b-1\""},
	{"id = \"cor\"", "id = \"or-1\"", "t.cfg:8: "},
	{"room = \"or-1\"; at", "room = \"or-2\"; at", "t.cfg:10: unknown room \"or-2\""},
	{"ac:23:3f:c0:00:01", "ac:23:3f:c0:00", "t.cfg:10: mac: expected a MAC"},
	{"at = (3, 3);", "", "t.cfg:10: at is missing"},
	{"C30000570001", "C30000B10001",
		"t.cfg:14: MAC \"C30000B10001\" was already given on line 13"},
	{"role = \"iade\"", "role = \"mar\"", "t.cfg:14: unknown role \"mar\""},
	{"(2, 8.5)", "(9, 8.5)", "t.cfg:15: limits: expected (low, high)"},
	{"limits = (2, 8.5);", "", "t.cfg:15: a cold tag needs limits"},
	{"major = 258", "major = 70000", "t.cfg:19: major: expected 0 to 65535"},
	{"07647825\"", "0764782\"", "uuid: expected hexadecimal"},
	{"07647825\"", "07647825FF\"", "uuid: expected hexadecimal"},
	{"\"496f49445554462d3332\"", "\"496f\"", "namespace: expected 10 bytes"},
	{"E1FF A1 ?? 4?", "???? ??", "signature \"x\" matches everything"},
	{"or_hour = 620.5", "or_hour = -1.0", "or_hour: expected a number, not negative"},
	{"or_hour = 620.5", "or_hour = \"a\"", "or_hour: expected a number"},
	{"level = 1", "level = 1.5", "t.cfg:2: level: expected a whole number"},
	{"name = \"S\"", "name = ", "t.cfg:1: syntax error"},
	{"name = \"S\"", "id = \"S\"", "t.cfg:1: duplicate setting name"},
	{"floors = (", "@include \"x\"\nfloors = (", "t.cfg:2: @include"},
};

static void test_refusals(void **state)
{
	(void)state;
	site_refuses(good, refusals, sizeof refusals / sizeof refusals[0]);
}

/* Every prefix of a good file: refused or read, never a crash. */
static void test_truncated(void **state)
{
	char text[sizeof good];
	(void)state;
	for (size_t n = 0; n < sizeof good - 1; n += 7) {
		memcpy(text, good, n);
		text[n] = '\0';
		site_free(site_parse("t.cfg", text, NULL));
	}
}

static const struct spoil findings[] = {
	/* How urgent a call is says its class (reliability reference 1.3): not twice. */
	{"bytes = \"E1FF", "priority = \"LOW\"; bytes = \"E1FF",
		"warning: unknown key \"priority\""},
	{"session = ", "sesion = ", ":4: warning: unknown key \"sesion\""},
	{"zone = ", "gateway_silence = 3; zone = ", ":1: warning: unknown key \"gateway_silence\""},
	{"at = (3, 3)", "at = (3, 6.5)", ":10: warning: gateway AC233FC00001 stands outside"},
	{"mac = \"ac:23:3f:c0:00:01\"; room = \"or-1\"; at = (3, 3)",
		"mac = \"ac:23:3f:c0:00:01\"; room = \"cor\"; at = (3, 7)",
		":4: warning: operating room \"or-1\" has no gateway"},
	{"(\"or-1\", \"cor\"), ", "", ":4: warning: room \"or-1\" has no door"},
	{", (\"outside\", \"cor\")", "", ":1: warning: no door leads outside"},
	{"(0, 0, 6, 6)", "(0, 0.5, 6, 6.5)", ":5: warning: room \"cor\" overlaps \"or-1\""},
	{"(0, 0, 6, 6)", "(0, 5.5, 6, 8.5)", ":5: warning: room \"cor\" overlaps \"or-1\""},
	{"model = \"B10\"; kind = \"ib", "model = \"B11\"; kind = \"ib",
		"no tag has the model \"B11\""},
	{"room = \"or-1\"; cold = true; limits = (2, 8.5);", "",
		":15: warning: sensor C30000510001"},
	{"role = \"iade\";", "", ":14: warning: badge C30000570001 has no role"},
	{"bed = \"b-1\";", "bed = \"b-1\"; room = \"cor\";",
		":13: warning: tag C30000B10001 is in"},
	{"session = \"08:00-18:30\";", "", ":4: warning: operating room \"or-1\" has no session"},
};

static void test_lint(void **state)
{
	(void)state;
	site_lint_finds(good, findings, sizeof findings / sizeof findings[0]);
}

/* Lint goes on after an error; parse stops at the first. */
static void test_lint_tells_all(void **state)
{
	char out[4096] = "";
	char *text = spoilt("kind = \"or\"", "kind = \"x\"; knd = 1; flor = 2");
	(void)state;
	assert_true(site_lint_text(text, out, sizeof out) >= 3);
	assert_non_null(strstr(out, "kind: expected"));
	assert_non_null(strstr(out, "unknown key \"knd\""));
	free(text);
}

/* Two rooms one can walk between, but not into. */
static void test_unreachable(void **state)
{
	char out[4096] = "";
	char *text = spoilt("rooms = (\n",
		"rooms = (\n { id = \"x\"; kind = \"other\"; floor = \"f\"; box = (20, 0, 22, 2); "
		"},\n"
		" { id = \"y\"; kind = \"other\"; floor = \"f\"; box = (22, 0, 24, 2); },\n");
	char *doors = strstr(text, "doors = ( ");
	assert_non_null(doors);
	size_t size = strlen(text) + 32;
	char *both = malloc(size);
	assert_non_null(both);
	snprintf(both, size, "%.*s(\"x\", \"y\"), %s", (int)(doors - text) + 10, text, doors + 10);
	(void)state;
	assert_int_equal(site_lint_text(both, out, sizeof out), 2);
	assert_non_null(strstr(out, ":4: warning: room \"x\" cannot be reached from outside"));
	assert_non_null(strstr(out, ":5: warning: room \"y\" cannot be reached from outside"));
	free(both);
	free(text);
}

/* The demo's suite as the issue counts it. */
static void test_demo_site(void **state)
{
	struct error err = {{0}};
	char *text = NULL;
	struct site *s = site_load("etc/demo/site.cfg", &text, &err);
	int kinds[ROOM_KIND_COUNT] = {0}, tags[TAG_KIND_COUNT] = {0}, cold = 0, pacu = 0;
	(void)state;
	if (s == NULL)
		fail_msg("%s", err.text);
	assert_non_null(text);
	for (int i = 0; i < s->room_count; i++)
		kinds[s->rooms[i].kind]++;
	for (int i = 0; i < s->tag_count; i++) {
		tags[s->tags[i].kind]++;
		cold += s->tags[i].cold;
	}
	for (int i = 0; i < s->bed_count; i++)
		pacu += s->rooms[s->beds[i].room].kind == ROOM_PACU;
	assert_int_equal(s->floor_count, 3);
	assert_int_equal(kinds[ROOM_OR], 8);
	assert_int_equal(kinds[ROOM_INDUCTION], 2);
	assert_int_equal(kinds[ROOM_WARD], 2);
	assert_int_equal(pacu, 12);
	assert_int_equal(s->gateway_count, 45);
	assert_int_equal(tags[TAG_PATIENT], 90);
	assert_int_equal(tags[TAG_ASSET], 120);
	assert_int_equal(cold, 6);
	assert_int_equal(s->signature_count, 3);
	assert_int_equal(site_lint("etc/demo/site.cfg", NULL, stderr), 0);
	free(text);
	site_free(s);
}

static void test_missing_file(void **state)
{
	struct error err = {{0}};
	char *text = NULL;
	(void)state;
	assert_null(site_load("/nonexistent/site.cfg", &text, &err));
	assert_null(text);
	assert_string_equal(err.text, "/nonexistent/site.cfg: No such file or directory");
	assert_null(site_load("/tmp", NULL, &err));
}

static void test_verb(void **state)
{
	char verb[] = "check", demo[] = "etc/demo/site.cfg", gone[] = "/nonexistent/site.cfg";
	char *good_call[] = {verb, demo, NULL};
	char *none[] = {verb, NULL};
	char *missing[] = {verb, gone, NULL};
	(void)state;
	assert_int_equal(verb_check(2, good_call), 0);
	/* What this machine offers; 1 where something is amiss with it. */
	assert_in_range(verb_check(1, none), 0, 1);
	assert_int_equal(verb_check(2, missing), EXIT_ENVIRONMENT);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* What the verb prints, and its exit status. */
static int check_prints(char *out, size_t size, int argc, char **argv)
{
	fflush(stdout);
	int kept = dup(1), status;
	FILE *file = tmpfile();
	assert_non_null(file);
	dup2(fileno(file), 1);
	status = verb_check(argc, argv);
	fflush(stdout);
	dup2(kept, 1);
	close(kept);
	rewind(file);
	out[fread(out, 1, size - 1, file)] = '\0';
	fclose(file);
	return status;
}

/* Whom a step tells must be there to be told; each that is not is named with its line. */
static void test_targets_of_steps(void **state)
{
	char folder[] = "/tmp/vigie-check-XXXXXX", site[64], conf[64], text[4096], out[4096];
	char verb[] = "check", option[] = "--config";
	char *both[] = {verb, option, conf, site, NULL}, *alone[] = {verb, option, conf, NULL};
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(site, sizeof site, "%s/site.cfg", folder);
	snprintf(conf, sizeof conf, "%s/vigie.conf", folder);
	snprintf(text, sizeof text,
		"%salarms = { patient_call = { steps = (\n"
		"  { after_min = 2; target = \"desk\"; },\n"
		"  { after_min = 5; target = \"on-call\"; } ); }; };\n",
		good);
	write_file(site, text);
	snprintf(text, sizeof text,
		"site = \"%s\";\nnotify = { desk = { command = \"/bin/true\"; }; };\n", site);
	write_file(conf, text);
	for (int k = 0; k < 2; k++) { /* named, or by the configuration */
		assert_int_equal(
			check_prints(out, sizeof out, k ? 3 : 4, k ? alone : both), EXIT_FOUND);
		assert_non_null(strstr(out, "site.cfg:27: warning: alarms.patient_call: unknown "
					    "target \"on-call\": not in the group notify of "));
		assert_non_null(strstr(out, conf));
		assert_null(strstr(out, "\"desk\""));
	}
	snprintf(text, sizeof text,
		"notify = { desk = { command = \"/bin/true\"; };\n"
		"  on-call = { topic = \"a/b\"; }; };\n");
	write_file(conf, text);
	assert_int_equal(check_prints(out, sizeof out, 4, both), 0);
	write_file(conf, "notify = {");
	assert_int_equal(check_prints(out, sizeof out, 4, both), EXIT_ENVIRONMENT);
	assert_non_null(strstr(out, "vigie.conf:1"));
	unlink(site);
	unlink(conf);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_lint),
		cmocka_unit_test(test_lint_tells_all),
		cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_demo_site),
		cmocka_unit_test(test_missing_file),
		cmocka_unit_test(test_verb),
		cmocka_unit_test(test_targets_of_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
