/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/locate_trial.h"
#include "src/site_file.h"
#include "src/site_radio.h"
#include "tests/unit/radio_world.h"
#include "twin/locate_learn.h"

/*
 * Learned and judged on walks through a radio world that shares nothing with
 * the filter (path loss, walls, shadowing that stays with a place).
 */

static struct site *load(void)
{
	struct error err = {""};
	struct site *site = site_load("etc/demo/site.cfg", NULL, &err);
	if (site == NULL)
		fail_msg("%s", err.text);
	return site;
}

static int next_room(struct radio_world *w, int room)
{
	int found = room, seen = 0;
	for (int i = 0; i < w->site->door_count; i++) {
		const struct door *d = &w->site->doors[i];
		int other = d->a == room ? d->b : d->b == room ? d->a : -1;
		if (other >= 0 && world_uniform(w) * ++seen < 1)
			found = other;
	}
	return found;
}

/* Stays of 20 s at one place each, a row a second, as CSV: a survey stays at
 * `places` of each room in turn, a walk goes through doors for so many. */
static char *walk_text(
	const struct site *site, uint64_t seed, int places, bool survey, double power_dbm)
{
	int of_room = survey ? places : 3;
	places *= survey ? site->room_count : 1;
	size_t size = (size_t)places * 20 * ((size_t)site->gateway_count * 4 + 64) + 4096;
	char *text = malloc(size), *at = text;
	struct radio_world world = world_make(site, seed);
	struct world_tag tag = {.mac = "C30000570001"};
	assert_non_null(text);
	world.power_dbm = power_dbm;
	at += snprintf(at, 8, "ts");
	for (int g = 0; g < site->gateway_count; g++)
		at += snprintf(at, 32, ",rssi_%s", site->gateways[g].mac);
	at += snprintf(at, 8, ",room\n");
	tag.room = site_room(site, "cor-or");
	for (int i = 0; i < places * 20; i++) {
		if (i % (20 * of_room) == 0)
			tag.room = survey ? i / (20 * of_room) : next_room(&world, tag.room);
		if (i % 20 == 0)
			world_enter(&world, &tag, tag.room);
		at += snprintf(at, 32, "%d", i);
		for (int g = 0; g < site->gateway_count; g++) {
			double level = world_level(&world, &tag, g) + 3 * world_normal(&world);
			bool lost = world_uniform(&world) < 0.2 || level < -94;
			at += lost ? snprintf(at, 8, ",") : snprintf(at, 8, ",%d", (int)level);
		}
		at += snprintf(at, 80, ",%s\n", site->rooms[tag.room].id);
	}
	return text;
}

static struct walk walk_of(char *text)
{
	struct walk walk;
	struct error err = {""};
	if (walk_parse(&walk, "walk", text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
	free(text);
	return walk;
}

struct lab {
	struct site *site;
	struct trial trial;
	struct walk taught, judged;
	struct verdict *verdicts;
	struct score score;
};

static void lab_open(struct lab *lab, int taught, int judged, double power_dbm)
{
	struct error err = {""};
	struct walk *walks[] = {&lab->taught, &lab->judged};
	lab->site = load();
	lab->taught = walk_of(walk_text(lab->site, 5, taught, true, -55));
	lab->judged = walk_of(walk_text(lab->site, 6, judged, false, power_dbm));
	lab->verdicts = calloc((size_t)lab->judged.count, sizeof *lab->verdicts);
	assert_non_null(lab->verdicts);
	if (trial_open(&lab->trial, lab->site, walks, 2, &err) < 0)
		fail_msg("%s", err.text);
}

static void lab_close(struct lab *lab)
{
	trial_close(&lab->trial);
	walk_free(&lab->taught);
	walk_free(&lab->judged);
	site_free(lab->site);
	free(lab->verdicts);
}

static void judge(struct lab *lab, const char *what)
{
	struct error err = {""};
	assert_int_equal(trial_run(&lab->trial, &lab->judged, NULL, lab->verdicts, &err), 0);
	assert_true(score_walk(&lab->judged, lab->verdicts, &lab->score));
	print_message("%s: accuracy %.3f, %ld changes for %ld, calibration %.3f\n", what,
		lab->score.accuracy, lab->score.changes, lab->score.true_changes,
		lab->score.calibration_error);
}

/* Learned from one walk, judged on another, of the same world: right, calm, and
 * as sure as it says; the loudest gateway is none of these. A tag that is 6 dB
 * weaker than the one of the survey is found too. */
static void survey_and_walk(double power_dbm, double least, double most_error)
{
	struct lab lab = {0};
	struct error err = {""};
	lab_open(&lab, 8, 240, power_dbm);
	assert_int_equal(trial_learn(&lab.trial, &lab.taught, NULL, &err), 0);
	assert_true(lab.trial.site.survey.certainty > 0);
	judge(&lab, "learned");
	struct score learned = lab.score;
	trial_strongest(&lab.trial, &lab.judged, 0, &lab.taught, NULL, lab.verdicts, &err);
	assert_true(score_walk(&lab.judged, lab.verdicts, &lab.score));
	print_message(
		"strongest: accuracy %.3f, %ld changes\n", lab.score.accuracy, lab.score.changes);
	assert_true(learned.accuracy >= least);
	assert_true(learned.accuracy > lab.score.accuracy + 0.03);
	/* This world throws a tag to another place of its room every 20 s. */
	assert_true((double)learned.changes <= 2 * (double)learned.true_changes);
	assert_true(learned.calibration_error <= most_error);
	lab_close(&lab);
}

static void test_learned(void **state)
{
	(void)state;
	survey_and_walk(-55, 0.92, 0.06);
}

static void test_weaker_tag(void **state)
{
	(void)state;
	survey_and_walk(-61, 0.9, 0.08);
}

/* What is printed is read back: the same cells, but for the rounding. */
static void test_section_round_trip(void **state)
{
	struct lab lab = {0};
	struct error err = {""};
	char *section = NULL, *text = NULL;
	size_t size = 0;
	(void)state;
	lab_open(&lab, 3, 3, -55);
	assert_int_equal(trial_learn(&lab.trial, &lab.taught, NULL, &err), 0);
	FILE *out = open_memstream(&section, &size);
	assert_int_equal(site_radio_print(out, &lab.trial.site), 0);
	fclose(out);
	site_free(load());
	/* the site without its own section, and the one just learned */
	char *plan = NULL;
	struct site *old = site_load("etc/demo/site.cfg", &plan, &err);
	char *end = strstr(plan, "\nradio = {");
	assert_non_null(end);
	end[1] = '\0';
	assert_true(asprintf(&text, "%s%s", plan, section) > 0);
	struct site *site = site_parse("new", text, &err);
	if (site == NULL)
		fail_msg("%s", err.text);
	const struct survey *was = &lab.trial.site.survey, *is = &site->survey;
	assert_int_equal(is->cell_count, was->cell_count);
	assert_true(fabs(is->certainty - was->certainty) < 0.006);
	for (int i = 0; i < is->cell_count; i++) {
		assert_int_equal(is->cells[i].room, was->cells[i].room);
		assert_int_equal(is->cells[i].rows, was->cells[i].rows);
		for (int g = 0; g < site->gateway_count; g++) {
			const struct radio_level *a = &was->levels[i * site->gateway_count + g];
			const struct radio_level *b = &is->levels[i * site->gateway_count + g];
			assert_true(fabsf(a->heard - b->heard) < 0.036F);
			if (b->heard > 0.055F)
				assert_true(fabsf(a->mean_dbm - b->mean_dbm) <= 0.501F);
		}
	}
	site_free(site);
	site_free(old);
	free(plan);
	free(section);
	free(text);
	lab_close(&lab);
}

static const struct {
	const char *section, *error;
} bad[] = {
	{"radio = 5;", "radio: gateways: expected"},
	{"radio = { gateways = (); cells = (); };", "radio: gateways: expected"},
	{"radio = { gateways = (\"x\"); cells = (); };", "a MAC address"},
	{"radio = { gateways = (\"AC233FC00001\"); };", "radio: cells: expected a list"},
	{"radio = { gateways = (\"AC233FC00001\"); certainty = 2; cells = (); };",
		"certainty: expected 0.05 to 1"},
	{"radio = { gateways = (\"AC233FC00001\"); cells = ( { room = \"or-1\"; } ); };",
		"a cell needs room, rows"},
	{"radio = { gateways = (\"AC233FC00001\"); cells = ( { room = \"nowhere\"; rows = 3; } ); "
	 "};",
		"unknown room"},
	{"radio = { gateways = (\"AC233FC00001\"); cells = ( { room = \"or-1\"; rows = 3;"
	 " hears = [2, -50, 5, 90]; } ); };",
		"hears: expected"},
	{"radio = { gateways = (\"AC233FC00001\"); cells = ( { room = \"or-1\"; rows = 3;"
	 " hears = [1, 50, 5, 90]; } ); };",
		"hears: expected"},
	{"radio = { gateways = (\"AC233FC00001\"); cells = ( { room = \"or-1\"; rows = 3;"
	 " hears = [1, -50, 5]; } ); };",
		"hears: expected"},
};

static void test_bad_sections(void **state)
{
	static const char plan[] =
		"id = \"s\"; name = \"S\"; zone = \"Europe/Paris\"; floors = ( { id = \"f\"; level "
		"= 0; } );"
		"rooms = ( { id = \"or-1\"; kind = \"or\"; floor = \"f\"; box = (0, 0, 7, 7); } );"
		"gateways = ( { mac = \"AC233FC00001\"; room = \"or-1\"; at = (3, 3); } );\n";
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[1024];
		struct error err = {""};
		snprintf(text, sizeof text, "%s%s", plan, bad[i].section);
		assert_null(site_parse("x", text, &err));
		if (strstr(err.text, bad[i].error) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", err.text, bad[i].error);
	}
}

/* Made from the walk alone: doors as it was walked, or as the user says. */
static void test_doors(void **state)
{
	char rows[] = "ts,rssi_1,room\n0,-50,a\n1,-50,a\n2,-60,b-c\n3,-70,d\n4,-60,b-c\n";
	struct walk walk, *walks[] = {&walk};
	struct trial trial;
	struct error err = {""};
	(void)state;
	assert_int_equal(walk_parse(&walk, "w", rows, strlen(rows), &err), 0);
	assert_int_equal(trial_open(&trial, NULL, walks, 1, &err), 0);
	assert_int_equal(trial_learn(&trial, &walk, NULL, &err), 0);
	assert_int_equal(trial.site.door_count, 2); /* a and b-c, b-c and d */
	assert_int_equal(trial_doors(&trial, "a-b-c, d-b-c", &err), 0);
	assert_int_equal(trial.site.door_count, 2);
	assert_true(trial_doors(&trial, "a-x", &err) < 0);
	assert_string_equal(err.text, "--adjacency: \"a-x\" are no two rooms A-B");
	trial_close(&trial);
	walk_free(&walk);
}

static void test_names_not_in_the_site(void **state)
{
	static const char *const rows[][2] = {
		{"ts,rssi_AC233FC00001,room\n0,-50,cellar\n", "room \"cellar\" is not in the site"},
		{"ts,rssi_Roof,room\n0,-50,or-1\n", "gateway \"Roof\" is not in the site"},
		{"ts,rssi_OR 1,rssi_ac:23:3f:c0:00:01,room\n0,-50,-50,OR 1\n",
			"columns rssi_OR 1 and rssi_ac:23:3f:c0:00:01 are one gateway"},
	};
	struct site *site = load();
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct walk walk = walk_of(strdup(rows[i][0])), *walks[] = {&walk};
		struct trial trial;
		struct error err = {""};
		assert_true(trial_open(&trial, site, walks, 1, &err) < 0);
		assert_string_equal(err.text, rows[i][1]);
		trial_close(&trial);
		walk_free(&walk);
	}
	site_free(site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learned),
		cmocka_unit_test(test_weaker_tag),
		cmocka_unit_test(test_section_round_trip),
		cmocka_unit_test(test_bad_sections),
		cmocka_unit_test(test_doors),
		cmocka_unit_test(test_names_not_in_the_site),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
