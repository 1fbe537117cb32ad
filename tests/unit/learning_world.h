/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_LEARNING_WORLD_H
#define VIGIE_TESTS_LEARNING_WORLD_H

/* A small suite whose facts are learnt from as well. Included after cmocka.h. */

#include "tests/unit/twin_world.h"
#include "twin/learning.h"

struct house {
	struct twin *twin;
	struct learning *learning;
};

TWIN_HELPER void hear(struct house *h, struct fact f)
{
	f.seq = ++sequence;
	twin_apply(h->twin, &f, NULL);
	learning_hear(h->learning, h->twin, &f);
}

TWIN_HELPER struct house house(void)
{
	struct house h = {.learning = learning_create()};
	start(&h.twin);
	assert_non_null(h.learning);
	return h;
}

TWIN_HELPER void demolish(struct house *h)
{
	twin_destroy(h->twin);
	learning_destroy(h->learning);
}

/* Time goes by: any fact a minute later makes the learning look. */
TWIN_HELPER void look_at(struct house *h, int minute)
{
	struct fact f = fact_make(FACT_AUDIT, SOURCE_SYSTEM, AT(minute));
	hear(h, f);
}

#endif
