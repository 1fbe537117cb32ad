/* SPDX-License-Identifier: Apache-2.0 */
/* What the radio of a station knows and no fact has said: silence of all gateways, of
 * tags never heard, wrong clocks. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "src/supervise.h"
#include "tests/unit/twin_world.h"

struct desk {
	struct site site;
	struct twin *twin;
	struct health health;
	struct supervise supervise;
	int told;
};

static void on_fact(void *context, const struct fact *fact)
{
	struct desk *d = context;
	struct fact f = *fact;

	d->told++;
	if (f.at_ms < d->twin->now_ms)
		f.at_ms = d->twin->now_ms;
	put(d->twin, f);
}

static int setup(void **state)
{
	struct desk *d = calloc(1, sizeof *d);
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-100));

	assert_non_null(d);
	start(&d->twin);
	d->site = site;
	d->site.tag_silence_min = 15;
	f.site.site = &d->site;
	put(d->twin, f);
	d->health.gateway_count = 3;
	for (int i = 0; i < 3; i++)
		memcpy(d->health.gateways[i].mac, gateways[i].mac, TAG_SIZE);
	d->supervise = (struct supervise){
		.twin = d->twin, .health = &d->health, .fact = on_fact, .context = d};
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct desk *d = *state;

	twin_destroy(d->twin);
	free(d);
	return 0;
}

static void tick(struct desk *d, bool linked, int at)
{
	twin_advance(d->twin, AT(at), NULL);
	supervise_tick(&d->supervise, linked, AT(at));
}

/* All gateways but `except` speak, and each tag but `mute`. */
static void air(struct desk *d, int except, const char *mute, int at)
{
	for (int i = 0; i < 3; i++) {
		struct gateway_health *h = &d->health.gateways[i];

		if (i == except)
			continue;
		h->first_ms = h->first_ms ? h->first_ms : AT(at);
		h->last_ms = AT(at);
	}
	for (int i = 0; i < 6; i++)
		if (strcmp(tags[i].mac, mute) != 0)
			d->health.tags[i].last_ms = AT(at);
}

static void test_a_tag_never_heard(void **state)
{
	struct desk *d = *state;

	for (int m = 0; m <= 14; m++) {
		air(d, -1, SENSOR, m);
		tick(d, true, m);
	}
	assert_int_equal(d->told, 0);
	air(d, -1, SENSOR, 15);
	tick(d, true, 15);
	assert_int_equal(d->told, 1);
	assert_int_equal(state_of(d->twin, "silent:" SENSOR), ALARM_B);
	tick(d, true, 15);
	assert_int_equal(d->told, 1); /* once */
}

static void test_nobody_listened_there(void **state)
{
	struct desk *d = *state;

	for (int m = 0; m <= 40; m++) { /* the gateway of OR 1 is dead */
		air(d, 0, SENSOR, m);
		tick(d, true, m);
	}
	assert_int_equal(d->told, 0);
	/* It lives again: the sensor has its full time, and then it is silent. */
	for (int m = 41; m <= 60; m++) {
		air(d, -1, SENSOR, m);
		tick(d, true, m);
	}
	assert_int_equal(state_of(d->twin, "silent:" SENSOR), ALARM_B);
}

static void test_all_gateways_silent_is_one_condition(void **state)
{
	struct desk *d = *state;

	for (int m = 0; m <= 5; m++) {
		air(d, -1, "", m);
		tick(d, true, m);
	}
	tick(d, true, 7);
	assert_int_equal(state_of(d->twin, "technical:radio"), -1);
	for (int m = 8; m <= 60; m++)
		tick(d, true, m);
	assert_int_equal(d->told, 1); /* and no tag, for nothing can be heard */
	assert_int_equal(state_of(d->twin, "technical:radio"), ALARM_B);
	air(d, -1, "", 61);
	tick(d, true, 61);
	assert_int_equal(state_of(d->twin, "technical:radio"), ALARM_D);
	/* Without the broker it is the broker's alarm, not this one. */
	for (int m = 62; m <= 90; m++)
		tick(d, false, m);
	assert_int_equal(d->told, 2);
	tick(d, true, 91); /* back: two minutes for the gateways */
	assert_int_equal(d->told, 2);
	tick(d, true, 94);
	assert_int_equal(d->told, 3);
}

static void test_when_time_runs_fast(void **state)
{
	struct desk *d = *state;

	d->supervise.patience_ms = 20 * MIN; /* 20 s of a day at speed 60 */
	air(d, -1, SENSOR, 0);
	tick(d, true, 0);
	tick(d, true, 20);
	assert_int_equal(d->told, 0);
	tick(d, true, 21);
	assert_int_equal(state_of(d->twin, "technical:radio"), ALARM_B);
}

static void test_a_clock_is_wrong_and_right_again(void **state)
{
	static const struct {
		int64_t offset_ms;
		enum alarm_state state;
	} steps[] = {{60000, (enum alarm_state) - 1}, {-60001, ALARM_B}, {45000, ALARM_B},
		{30001, ALARM_B}, {-30000, ALARM_D}, {59000, ALARM_D}, {61000, ALARM_B}};
	struct desk *d = *state;
	const char *key = "technical:clock:" GW_PACU_1;

	d->health.gateways[1].clocked = true;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		air(d, -1, "", (int)i);
		d->health.gateways[1].offset_ms = steps[i].offset_ms;
		tick(d, true, (int)i);
		assert_int_equal(state_of(d->twin, key), (int)steps[i].state);
	}
	assert_int_equal(d->told, 3);
	assert_int_equal(alarm_of(d->twin, key)->class_, ALARM_CLASS_CLOCK_SKEW);
	assert_string_equal(
		alarm_of(d->twin, key)->text, "the clock of a gateway is wrong: GW PACU a");
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_a_tag_never_heard),
		T(test_nobody_listened_there),
		T(test_all_gateways_silent_is_one_condition),
		T(test_when_time_runs_fast),
		T(test_a_clock_is_wrong_and_right_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
