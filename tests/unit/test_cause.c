/* SPDX-License-Identifier: Apache-2.0 */
/* One cause, one alarm: what follows from something else rings nobody, and a call
 * inside the storm comes first. The storm is the one of the issue: a link is cut and a
 * thousand words do not arrive; at most three alarms may ring. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/twin_world.h"
#include "twin/cause.h"
#include "twin/flood.h"

enum { SENSORS = 300, FIRST_SENSOR = 6 };

struct house {
	struct site site;
	struct tag tags[FIRST_SENSOR + SENSORS];
};

static void start_large(struct twin **t, struct house *h)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-119));

	h->site = site;
	memcpy(h->tags, tags, sizeof tags);
	for (int i = 0; i < SENSORS; i++) {
		struct tag *tag = &h->tags[FIRST_SENSOR + i];

		*tag = (struct tag){
			.kind = TAG_SENSOR, .room = i % 2 ? PACU : OR1, .bed = -1, .low = 1};
		snprintf(tag->mac, TAG_SIZE, "AC01%08X", (unsigned)i);
	}
	h->site.tags = h->tags;
	h->site.tag_count = FIRST_SENSOR + SENSORS;
	h->site.tag_silence_min = 15;
	start(t);
	f.site.site = &h->site;
	put(*t, f);
}

static void condition(struct twin *t, const char *key, bool active, int at)
{
	struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, AT(at));

	FILL(f.condition.key, key);
	f.condition.active = active;
	f.condition.priority = PRIORITY_MEDIUM;
	put(t, f);
}

static void absent(struct twin *t, const char *tag, int at)
{
	struct fact f = fact_make(FACT_LOCATED, SOURCE_RADIO, AT(at));

	FILL(f.located.tag, tag);
	f.located.state = LOCATED_ABSENT;
	put(t, f);
}

static void sensors_silent(struct twin *t, const struct house *h, int at)
{
	for (int i = 0; i < SENSORS; i++)
		absent(t, h->tags[FIRST_SENSOR + i].mac, at);
}

static void sensors_heard(struct twin *t, const struct house *h, int at)
{
	for (int i = 0; i < SENSORS; i++)
		seen(t, h->tags[FIRST_SENSOR + i].mac, i % 2 ? PACU : OR1, 0.9, at);
}

/* How many alarms are there to be seen, acknowledged or not. */
static int seen_now(const struct twin *t)
{
	int n = 0;

	for (int i = 0; i < t->alarm_count; i++)
		n += alarm_state(&t->alarms[i]) != ALARM_A && alarm_rings(&t->alarms[i], t->now_ms);
	return n;
}

static const char *cause_of(const struct twin *t, const char *key)
{
	return alarm_of(t, key)->cause;
}

static void test_the_broker_is_cut(void **state)
{
	(void)state;
	static struct house h;
	struct twin *t;
	struct alarm_group g[8];

	start_large(&t, &h);
	sensors_heard(t, &h, -1);
	condition(t, "broker", true, 0);
	condition(t, "link", true, 0);
	gateway_word(t, GW_OR1, true, 1);
	gateway_word(t, GW_PACU_1, true, 1);
	condition(t, "radio", true, 2);
	sensors_silent(t, &h, 2);
	press(t, BUTTON, 10); /* by the HTTP port, say */
	twin_advance(t, AT(30), NULL);
	assert_true(t->alarm_count > 150);
	assert_true(trail_rings(&t->trail, AT(5)) <= 3);
	assert_int_equal(seen_now(t), 2); /* the broker, and the call */
	assert_string_equal(cause_of(t, "gateway:" GW_OR1), "technical:broker");
	assert_string_equal(cause_of(t, "technical:radio"), "technical:broker");
	assert_string_equal(cause_of(t, "technical:link"), "technical:broker");
	assert_string_equal(cause_of(t, "press:" BUTTON), "");
	assert_int_equal(alarm_shown(alarm_of(t, "gateway:" GW_OR1), t->now_ms), ALARM_F);
	/* As a flood is drawn: two lines, the call first, the broker with all it explains. */
	assert_int_equal(alarm_groups(t, t->now_ms, g, 8), 2);
	assert_string_equal(t->alarms[g[0].first].key, "press:" BUTTON);
	assert_string_equal(t->alarms[g[1].first].key, "technical:broker");
	assert_int_equal(g[1].explained, t->alarm_count - 2);
	/* It is back, and all the rest within the grace: nobody is asked for anything. */
	condition(t, "broker", false, 31);
	assert_int_equal(seen_now(t), 2); /* its end, unacknowledged */
	condition(t, "link", false, 31);
	condition(t, "radio", false, 32);
	gateway_word(t, GW_OR1, false, 32);
	gateway_word(t, GW_PACU_1, false, 32);
	sensors_heard(t, &h, 32);
	twin_advance(t, AT(60), NULL);
	assert_int_equal(seen_now(t), 2);
	assert_int_equal(state_of(t, "gateway:" GW_OR1), ALARM_A);
	assert_string_equal(cause_of(t, "gateway:" GW_OR1), "");
	assert_false(t->alarms[twin_alarm(t, "gateway:" GW_OR1)].suppressed);
	twin_destroy(t);
}

static void test_what_outlasts_its_cause_speaks_for_itself(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	gateway_word(t, GW_PACU_2, true, -60); /* long before: not the broker's */
	condition(t, "broker", true, 0);
	gateway_word(t, GW_OR1, true, 1);
	assert_string_equal(cause_of(t, "gateway:" GW_PACU_2), "");
	assert_string_equal(cause_of(t, "gateway:" GW_OR1), "technical:broker");
	condition(t, "broker", false, 10);
	twin_advance(t, AT(12) - 1, NULL);
	assert_int_equal(alarm_shown(alarm_of(t, "gateway:" GW_OR1), t->now_ms), ALARM_F);
	assert_int_equal(trail_rings(&t->trail, t->now_ms), 0);
	twin_advance(t, AT(12), NULL);
	assert_int_equal(alarm_shown(alarm_of(t, "gateway:" GW_OR1), t->now_ms), ALARM_B);
	assert_string_equal(cause_of(t, "gateway:" GW_OR1), "");
	assert_int_equal(trail_rings(&t->trail, t->now_ms), 1);
	assert_int_equal(t->timer_count, 0);
	twin_destroy(t);
}

static void test_a_dead_gateway_explains_the_tags_it_alone_heard(void **state)
{
	(void)state;
	static struct house h;
	struct twin *t;

	start_large(&t, &h);
	seen(t, SENSOR, OR1, 0.9, -30);
	absent(t, SENSOR, -15);
	gateway_word(t, GW_OR1, true, 1); /* it had been dying */
	assert_int_equal(state_of(t, "silent:" SENSOR), ALARM_B);
	assert_string_equal(cause_of(t, "silent:" SENSOR), "gateway:" GW_OR1);
	assert_int_equal(seen_now(t), 1);
	/* One of two in the PACU: the other would have heard. */
	seen(t, h.tags[FIRST_SENSOR + 1].mac, PACU, 0.9, 10);
	absent(t, h.tags[FIRST_SENSOR + 1].mac, 20);
	gateway_word(t, GW_PACU_1, true, 34);
	twin_advance(t, AT(36), NULL);
	assert_string_equal(cause_of(t, "silent:AC0100000001"), "");
	twin_destroy(t);
}

/* The hospital is not heard: who has not arrived by then may well be there. And radio
 * is not heard: where it last saw somebody is no contradiction. */
static void test_what_nobody_could_say(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	put(t, case_fact("c1", "p1", "or-1", 30, 90, -100));
	put(t, case_fact("c2", "p2", "or-2", 300, 390, -100));
	wear(t, BRACELET_2, "p2", -90);
	seen(t, BRACELET_2, WARD, 0.9, -80);
	condition(t, "fhir", true, 0);
	condition(t, "radio", true, 0);
	twin_advance(t, AT(15), NULL);
	assert_string_equal(cause_of(t, "absent:c1"), "technical:fhir");
	place(t, "p2", "pacu", 16, 16);
	twin_advance(t, AT(20), NULL);
	assert_string_equal(cause_of(t, "conflict:c2"), "technical:radio");
	condition(t, "fhir", false, 30);
	twin_advance(t, AT(33), NULL); /* the server has told all it knows: nobody came */
	assert_string_equal(cause_of(t, "absent:c1"), "");
	assert_true(alarm_rings(alarm_of(t, "absent:c1"), t->now_ms));
	twin_destroy(t);
}

static void hazard(struct twin *t, const char *room, bool active, int64_t at_ms)
{
	struct fact f = fact_make(FACT_HAZARD, SOURCE_SYSTEM, at_ms);

	f.hazard.hazard = HAZARD_OVERTIME;
	FILL(f.hazard.id, room);
	f.hazard.active = active;
	f.hazard.chance = 0.9;
	put(t, f);
}

static void test_many_of_one_class_are_one_line(void **state)
{
	(void)state;
	struct twin *t;
	const char *key = "many:overtime";
	const struct alarm *many;

	start(&t);
	/* The first forecast of the day: all at once. */
	hazard(t, "or-1", true, AT(0));
	hazard(t, "or-2", true, AT(0));
	assert_int_equal(twin_alarm(t, key), -1); /* two are two */
	hazard(t, "pacu", true, AT(0));
	hazard(t, "ward", true, AT(0));
	many = alarm_of(t, key);
	assert_int_equal(many->class_, ALARM_CLASS_OVERTIME);
	assert_string_equal(many->text, "4 rooms past session");
	assert_int_equal(seen_now(t), 1);
	assert_int_equal(trail_rings(&t->trail, AT(0)), 1);
	assert_string_equal(cause_of(t, "hazard:overtime:or-1"), key);
	/* An hour later one more: that is news. */
	hazard(t, "holding", true, AT(20));
	assert_string_equal(cause_of(t, "hazard:overtime:holding"), "");
	assert_int_equal(seen_now(t), 2);
	/* It stands as long as one of those under it does, and tells how many. */
	hazard(t, "or-1", false, AT(21));
	hazard(t, "or-2", false, AT(22));
	assert_string_equal(many->text, "2 rooms past session");
	hazard(t, "pacu", false, AT(23));
	assert_true(many->active);
	hazard(t, "ward", false, AT(24));
	assert_int_equal(state_of(t, key), ALARM_A); /* it has not happened after all */
	assert_int_equal(seen_now(t), 1);
	twin_destroy(t);
}

static void test_a_heading_gives_way_to_the_cause(void **state)
{
	(void)state;
	struct twin *t;

	start(&t);
	gateway_word(t, GW_OR1, true, 0);
	gateway_word(t, GW_PACU_1, true, 0);
	gateway_word(t, GW_PACU_2, true, 1);
	assert_string_equal(alarm_of(t, "many:gateway")->text, "3 gateways silent");
	assert_int_equal(seen_now(t), 1);
	condition(t, "radio", true, 2); /* it was all of them */
	assert_string_equal(cause_of(t, "gateway:" GW_OR1), "technical:radio");
	assert_false(alarm_of(t, "many:gateway")->active);
	twin_destroy(t);
}

/* The same facts, told with or without a clock in between, end in the same twin. */
static void test_time_may_pass_in_pieces(void **state)
{
	(void)state;
	struct twin *t[2];
	char hex[2][65];

	for (int k = 0; k < 2; k++) {
		start(&t[k]);
		condition(t[k], "broker", true, 0);
		gateway_word(t[k], GW_OR1, true, 1);
		gateway_word(t[k], GW_PACU_1, true, 1);
		condition(t[k], "broker", false, 3);
		for (int m = 4; k && m < 20; m++)
			twin_advance(t[k], AT(m) + 7, NULL);
		twin_advance(t[k], AT(30), NULL);
		twin_digest(t[k], hex[k]);
	}
	assert_string_equal(hex[0], hex[1]);
	twin_destroy(t[0]);
	twin_destroy(t[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_broker_is_cut),
		cmocka_unit_test(test_what_outlasts_its_cause_speaks_for_itself),
		cmocka_unit_test(test_a_dead_gateway_explains_the_tags_it_alone_heard),
		cmocka_unit_test(test_what_nobody_could_say),
		cmocka_unit_test(test_many_of_one_class_are_one_line),
		cmocka_unit_test(test_a_heading_gives_way_to_the_cause),
		cmocka_unit_test(test_time_may_pass_in_pieces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
