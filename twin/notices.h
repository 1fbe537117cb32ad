/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_NOTICES_H
#define VIGIE_TWIN_NOTICES_H

/*
 * Who has been told of which alarm: a fold of FACT_NOTICE beside the twin, of any
 * station. One entry a key, of its newest occurrence. Stations may name the same
 * occurrence by times up to NOTICE_SAME_MS apart, as long as they have not heard
 * each other's raise.
 */

#include "twin/alarm.h"

enum { NOTICES = 512, NOTICE_SAME_MS = 15000 };

struct notice_step {
	bool told; /* anything at all was said of it */
	enum notice_state state;
	int tries;
	uint32_t station; /* who says so: notices_station of its name */
	int64_t at_ms;
};

struct notice_entry {
	char key[ID_SIZE];
	int64_t raised_ms;
	struct notice_step steps[ALARM_STEPS][PRIORITY_COUNT];
};

struct notices {
	struct notice_entry list[NOTICES];
	int count;
	uint64_t forgotten; /* entries of old occurrences that made room */
};

/* Any fact; only notices are looked at. Sent outweighs dead, dead outweighs failed. */
void notices_hear(struct notices *notices, const struct fact *fact);
/* What is known of this step (from 1) of this occurrence, told at this priority or a
 * higher one: the best word; NULL nothing. */
const struct notice_step *notices_step(const struct notices *notices, const char *key,
	int64_t raised_ms, int step, enum priority priority);
uint32_t notices_station(const char *name);
/* Two names of one occurrence. */
bool notices_same(int64_t a_ms, int64_t b_ms);

#endif
