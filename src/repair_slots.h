/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_REPAIR_SLOTS_H
#define VIGIE_SRC_REPAIR_SLOTS_H

/*
 * vigie repair --deterministic: a small day of known lengths from a file, and the
 * best plan found for it (twin/slots.h). The file is one JSON object, "format"
 * "vigie.slots/1"; vigie(1) lists its keys.
 */

#include <stdint.h>

#include "feeds/error.h"
#include "twin/slots.h"

enum { REPAIR_SLOTS_ROUNDS = 2000000 };

struct slots_names {
	char room[SLOTS_ROOMS][32], case_[SLOTS_CASES][32], surgeon[SLOTS_CASES][32];
	int surgeons;
};

/* 0, or a negative errno with err, which names the key. */
int slots_read(
	const char *path, struct slots_day *day, struct slots_names *names, struct error *err);
/* Reads, searches and prints; exit status of the verb. */
int repair_slots(const char *path, uint32_t seed, long rounds, bool json);

#endif
