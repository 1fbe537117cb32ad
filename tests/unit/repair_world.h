/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_REPAIR_WORLD_H
#define VIGIE_TESTS_REPAIR_WORLD_H

/*
 * A day of the demo's suite (etc/demo/site.cfg: eight ORs, roles, kits, pathways,
 * emergencies, no-shows) under way: what the emulated hospital has told by eleven.
 * Included after cmocka.h.
 */

#include <stdlib.h>
#include <string.h>

#include "screens/format.h"
#include "src/hospital/hearing.h"
#include "src/hospital/stamp.h"
#include "src/site_file.h"
#include "src/suite_clock.h"
#include "twin/twin.h"

static const int64_t REPAIR_DAY_MS = 1773640800000LL; /* 2026-03-16T06:00:00Z */

struct repair_world {
	struct site *site;
	struct twin *twin;
	struct day *day;
	uint64_t seq;
	int64_t midnight_ms;
};

static void repair_world_hear(void *context, const struct fact *fact)
{
	struct repair_world *w = context;
	struct fact f = *fact;
	f.seq = ++w->seq;
	twin_apply(w->twin, &f, NULL);
}

static void repair_world_open(struct repair_world *w, uint64_t seed, int minutes)
{
	struct error err = {""};
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, REPAIR_DAY_MS - 8 * 3600000LL);
	memset(w, 0, sizeof *w);
	w->site = site_load("etc/demo/site.cfg", NULL, &err);
	w->twin = twin_create();
	if (w->site == NULL)
		fail_msg("%s", err.text);
	assert_non_null(w->twin);
	suite_clock_zone(w->site->zone);
	w->day = day_create(w->site, REPAIR_DAY_MS, seed, TELLING_PROMPT, NULL, 0);
	assert_non_null(w->day);
	f.site.site = w->site;
	memcpy(f.site.hash, w->site->hash, sizeof f.site.hash);
	repair_world_hear(w, &f);
	struct hearing *hearing = hearing_create(w->day, repair_world_hear, w);
	assert_non_null(hearing);
	int64_t now = w->day->midnight + minutes * 60000LL;
	hearing_until(hearing, now);
	hearing_destroy(hearing);
	twin_advance(w->twin, now, NULL);
	w->midnight_ms = format_clock_zero(now);
}

static void repair_world_close(struct repair_world *w)
{
	twin_destroy(w->twin);
	day_destroy(w->day);
	site_free(w->site);
}

/* As a group's setup and teardown: one world for all of its tests. */
static __attribute__((unused)) struct repair_world world;

static __attribute__((unused)) int open_world(void **state)
{
	(void)state;
	repair_world_open(&world, 3, 11 * 60);
	return 0;
}

static __attribute__((unused)) int close_world(void **state)
{
	(void)state;
	repair_world_close(&world);
	return 0;
}

#endif
