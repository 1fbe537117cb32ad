/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SITE_GRAMMAR_H
#define VIGIE_SRC_SITE_GRAMMAR_H

/* What may stand in a site file, as tables (src/site_grammar.c): a new key is one line.
 * src/site_read.c walks them. */

#include "src/site_read.h"

struct site_key {
	const char *name;
	site_value *read;
	size_t offset; /* of the field; 0 where the value fills several fields */
	bool needed;
};

/* A section: a list of items of one kind. */
struct site_list {
	const char *name;
	const struct site_key *keys; /* ends with a NULL name; NULL: items are no groups */
	size_t size;                 /* of an item */
	size_t items, count;         /* offsets in struct site */
	int max;
	void (*defaults)(void *item);
	void (*finish)(struct site_reading *r, const config_setting_t *s, void *item);
};

extern const struct site_key site_keys[];                /* of the file itself */
extern const struct site_list site_lists[SECTION_COUNT]; /* in the order of reading */

#endif
