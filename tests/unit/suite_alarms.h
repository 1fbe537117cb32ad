/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SUITE_ALARMS_H
#define VIGIE_TESTS_SUITE_ALARMS_H

/* Alarms as the life cycle leaves them, in the suite of suite_world.h. To be included
 * after cmocka.h. */

#include "tests/unit/suite_golden.h"
#include "twin/cause.h"

static __attribute__((unused)) struct alarm *named(const char *key)
{
	int i = twin_alarm(world->twin, key);

	assert_true(i >= 0);
	return &world->twin->alarms[i];
}

/* As the life cycle leaves a raised alarm, `minutes` ago. */
static struct alarm *ring(const char *key, enum alarm_class class_, enum priority priority,
	const char *room, double minutes)
{
	struct alarm *a = &world->twin->alarms[world->twin->alarm_count++];

	memset(a, 0, sizeof *a);
	format_put(a->key, sizeof a->key, "%s", key);
	format_put(a->text, sizeof a->text, "%s", key);
	format_put(a->room, sizeof a->room, "%s", room);
	a->class_ = class_;
	a->priority = a->priority_now = priority;
	a->active = a->own = true;
	a->raised_ms = a->changed_ms = world->view.now_ms - (int64_t)(minutes * 60000);
	a->count = 1;
	return a;
}

/* As a shelf leaves it that its class allows. */
static void shelve(struct alarm *a, int64_t until_ms)
{
	a->pinned = false;
	a->shelf_until_ms = until_ms;
	a->shelf_priority = a->priority;
}

/* A gateway that fell silent, and seven tags that only it heard. */
static __attribute__((unused)) void gateway_down(void)
{
	char key[32];

	ring("gateway C", ALARM_CLASS_GATEWAY, PRIORITY_MEDIUM, "corridor", 5);
	for (int i = 1; i <= 7; i++) {
		struct alarm *a;

		format_put(key, sizeof key, "silent:AC233F00010%d", i);
		a = ring(key, ALARM_CLASS_SILENT_TAG, PRIORITY_LOW, "corridor", 4);
		format_put(a->cause, sizeof a->cause, "gateway C");
		a->suppressed = SUPPRESSED_EXPLAINED;
	}
}

#endif
