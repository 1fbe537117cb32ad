/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_REPAIR_JSON_H
#define VIGIE_SCREENS_REPAIR_JSON_H

/* Ranked repairs as JSON (vigie.repair/1) and as text, for `vigie repair`. */

#include <cjson/cJSON.h>

#include "screens/view.h"
#include "twin/repair.h"

struct repair_told {
	const struct view *view; /* its twin: what the repairs are of, with what was supposed */
	const struct repair_answer *answer;
	const char *note; /* about the whole of it; NULL none */
};

/* Adds every key but "format" to `root`. */
void repair_json(cJSON *root, const struct repair_told *told);
/* The decisions of an option in a line: "put case c-12 into OR 5 at 14:10; ...". */
void repair_sentence(
	const struct view *view, const struct repair_option *option, char *out, size_t size);
/* Lines for people and screen readers; malloc'd, NULL: out of memory. */
char *repair_text(const struct repair_told *told);

#endif
