/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_RADAR_WORLD_H
#define VIGIE_TESTS_RADAR_WORLD_H

/*
 * Random full days of eight ORs, as the test and the bench of the radar look at them,
 * and the wait of an emergency in them: it comes at any time of the rest of the
 * sessions and takes the first room that is free, in the simulator, under the same
 * fates with a change of the list and without.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/site_file.h"
#include "twin/radar.h"
#include "twin/random.h"
#include "twin/stat.h"
#include "twin/whatif.h"

enum { RADAR_ROOMS = 8, RADAR_ENTRY = 2 /* step that takes the room */ };
/* 2026-03-16T07:40:00Z; sessions from eight to five. */
static const int64_t RADAR_NOW_MS = 1773646800000LL;
static const int64_t RADAR_MIDNIGHT_MS = 1773619200000LL;

static const char radar_way[] =
	"roles = ( { id = \"mar\"; name = \"MAR\"; count = 8; },\n"
	"  { id = \"porter\"; name = \"Porter\"; count = 6; },\n"
	"  { id = \"cleaning\"; name = \"Cleaning\"; count = 5; } );\n"
	"repair = { notice_min = 10; over_min = 60; };\n"
	"emergencies = ( { nest = 1; minutes = [60.0, 20.0]; hourly = (0, 0, 0, 0, 0, 0, 0,\n"
	"  0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0, 0, 0, 0, 0, 0, 0); } );\n"
	"pathways = ( { id = \"usual\"; turnover = { need = \"cleaning\"; lasts = [20.0, 5.0]; };\n"
	"  steps = (\n"
	"    { stage = \"waiting\"; not_before = -45; lasts = [8.0, 4.0]; ends = \"arrived\"; },\n"
	"    { stage = \"transport\"; not_before = -15; need = \"porter\"; give = \"porter\";\n"
	"      lasts = [8.0, 3.0]; begins = \"sent_for\"; ends = \"ready\"; },\n"
	"    { stage = \"entry\"; need = \"room\"; lasts = [4.0, 2.0]; ends = \"in_room\"; },\n"
	"    { stage = \"surgery\"; lasts = \"case\"; begins = \"incision\"; ends = \"closing\"; "
	"},\n"
	"    { stage = \"way out\"; need = \"pacu\"; give = \"room\"; ends = \"out_room\"; },\n"
	"    { stage = \"recovery\"; give = \"pacu\"; lasts = [80.0, 30.0]; ends = \"pacu_out\"; "
	"}\n"
	"  ); } );\n";

static struct site *radar_site(void)
{
	char text[8192];
	struct error err = {""};
	int n = snprintf(text, sizeof text,
		"id = \"radar\"; name = \"Radar\"; zone = \"UTC\";\n"
		"floors = ( { id = \"0\"; level = 0; } );\nrooms = (\n");
	for (int r = 0; r < RADAR_ROOMS; r++)
		n += snprintf(text + n, sizeof text - (size_t)n,
			"  { id = \"or-%d\"; floor = \"0\"; kind = \"or\"; box = [%d.0, 0.0, %d.0, "
			"6.0]; session = \"08:00-17:00\"; },\n",
			r + 1, 6 * r, 6 * r + 6);
	n += snprintf(text + n, sizeof text - (size_t)n,
		"  { id = \"pacu\"; floor = \"0\"; kind = \"pacu\"; box = [0.0, 6.0, 20.0, 12.0]; "
		"} "
		");\nbeds = (");
	for (int b = 0; b < 14; b++)
		n += snprintf(text + n, sizeof text - (size_t)n,
			"%s { id = \"bay-%d\"; room = \"pacu\"; }", b > 0 ? "," : "", b + 1);
	snprintf(text + n, sizeof text - (size_t)n, " );\n%s", radar_way);
	struct site *site = site_parse("radar", text, &err);
	if (site == NULL)
		fprintf(stderr, "%s\n", err.text);
	return site;
}

static void radar_tell(struct twin *twin, struct fact *f)
{
	f->seq = twin->seq + 1;
	twin_apply(twin, f, NULL);
}

/* In the house since six, so that they can be sent for at another time. */
static void radar_case(struct twin *twin, int room, int n, int start_min, int minutes)
{
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, RADAR_NOW_MS - 7200000);
	struct fact_case *c = &f.surgery;
	snprintf(c->id, sizeof c->id, "c-%d-%d", room + 1, n);
	snprintf(c->patient, sizeof c->patient, "p-%d-%d", room + 1, n);
	snprintf(c->room, sizeof c->room, "or-%d", room + 1);
	c->start_ms = RADAR_MIDNIGHT_MS + start_min * 60000LL;
	c->end_ms = c->start_ms + minutes * 60000LL;
	c->status = CASE_PLANNED;
	radar_tell(twin, &f);
	struct fact here = fact_make(FACT_MILESTONE, SOURCE_FHIR, RADAR_NOW_MS - 6000000);
	snprintf(here.milestone.id, sizeof here.milestone.id, "c-%d-%d", room + 1, n);
	here.milestone.milestone = MILESTONE_ARRIVED;
	here.milestone.when_ms = RADAR_NOW_MS - 6000000;
	radar_tell(twin, &here);
}

/* Day n: lists back to back from eight on, until a case would end after half past four. */
static struct twin *radar_day(const struct site *site, uint32_t n)
{
	static const int lengths[] = {40, 60, 75, 90, 120, 150, 180, 210};
	struct twin *twin = twin_create();
	if (twin == NULL)
		return NULL;
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, RADAR_NOW_MS - 9000000);
	f.site.site = site;
	memcpy(f.site.hash, site->hash, sizeof f.site.hash);
	radar_tell(twin, &f);
	for (int r = 0; r < RADAR_ROOMS; r++) {
		int at = 8 * 60;
		for (int k = 0; k < 12; k++) {
			double u = random_uniform(n, (uint32_t)r, (uint32_t)k, 41);
			int minutes =
				lengths[(int)(u * (double)(sizeof lengths / sizeof *lengths))];
			if (at + minutes > 16 * 60 + 30)
				break;
			radar_case(twin, r, k + 1, at, minutes);
			at += minutes + 20;
		}
	}
	twin_advance(twin, RADAR_NOW_MS, NULL);
	return twin;
}

static bool radar_find(const struct twin *twin, uint32_t n, struct radar_change *out)
{
	const struct plan_options options = {.midnight_ms = RADAR_MIDNIGHT_MS};
	const struct radar_ask ask = {.twin = twin, .options = &options, .seed = n};
	return radar_close(&ask, out);
}

/* The wait of one emergency, minutes; < 0: it did not get in. */
static double radar_waits(const struct sim_plan *plan, uint32_t seed, uint32_t rep)
{
	static struct sim_draw draw;
	static struct sim_bench bench;
	static struct sim_marks marks;
	double u = random_uniform(seed, rep, 1, 43);
	int guest = plan->case_count;
	sim_draw(plan, seed, rep, &draw);
	for (int g = 0; g < plan->guest_count; g++)
		draw.comes_ms[guest + g] = SIM_NEVER;
	/* At the door from 08:00 to 17:00, as drawn for the way there. */
	draw.comes_ms[guest] = (int32_t)((20 + u * 540) * 60000);
	for (int s = 0; s < RADAR_ENTRY; s++)
		draw.comes_ms[guest] -= draw.lasts_ms[guest][s];
	if (draw.comes_ms[guest] < 0)
		draw.comes_ms[guest] = 0;
	sim_run(plan, &draw, &bench, &marks);
	/* From when it is at the door. */
	return marks.begun_ms[guest][RADAR_ENTRY] == SIM_NEVER
		       ? -1
		       : (marks.begun_ms[guest][RADAR_ENTRY]
				 - marks.ended_ms[guest][RADAR_ENTRY - 1])
				 / 60000.0;
}

/* What the change makes of it, in fates that nobody has looked at: the mean without,
 * and the mean difference. */
static bool radar_emergency(const struct twin *twin, const struct what_if *moves, uint32_t seed,
	int reps, double *without, struct stat_moments *difference)
{
	static struct sim_plan plan[2];
	static struct plan_index index;
	static char refused[WHAT_IF_DEPTH][SCENARIO_TEXT];
	struct plan_options options = {.midnight_ms = RADAR_MIDNIGHT_MS};
	struct fork fork = {.twin = twin_create(), .midnight_ms = RADAR_MIDNIGHT_MS};
	bool good = fork.twin != NULL && what_if_fork(&fork, twin, moves, refused) == moves->count;
	*without = 0;
	*difference = (struct stat_moments){0};
	plan_build(twin, &options, &plan[0], &index);
	if (good)
		plan_build(fork.twin, &options, &plan[1], &index);
	for (int rep = 0; good && rep < reps; rep++) {
		double a = radar_waits(&plan[0], seed, (uint32_t)rep);
		double b = radar_waits(&plan[1], seed, (uint32_t)rep);
		good = a >= 0 && b >= 0;
		*without += a / reps;
		stat_add(difference, b - a);
	}
	twin_destroy(fork.twin);
	return good;
}

#endif
