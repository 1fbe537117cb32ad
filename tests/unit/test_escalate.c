/* SPDX-License-Identifier: Apache-2.0 */
/* Two stations with a twin each, on one clock that the test sets, before a real
 * receiver: which steps are told, once, under which name, and what stops them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/escalate.h"
#include "tests/stub/hook.c" /* one stub, few tests: not worth an archive */
#include "tests/unit/twin_world.h"

#define KEY "press:" BUTTON
/* printf 'press:AC00000000B1\n1773651600000\n1\nHIGH\n' | sha256sum, 32 digits; step 2;
 * and 'technical:broker\n1773651600000\n1\nMEDIUM\nwatch-a' */
#define ID_STEP_1 "3872fe0369b99408e20804bfa44f128f"
#define ID_STEP_2 "a4103537468fb1ad54ab5c1ed55c960c"
#define ID_LOCAL  "9927b83dd5ea1500c6fb3f314dbffd89"

struct one {
	struct world *world;
	struct twin *twin;
	struct notices notices;
	struct stations stations;
	struct escalate *escalate;
	int told[NOTICE_STATE_COUNT];
	struct fact last; /* what it said last */
	bool no_disk;     /* nothing of it is stored */
	bool cut;         /* the others do not hear it */
};

struct world {
	struct ev_loop *loop;
	struct hook *hook;
	struct alarm_setting settings[ALARM_CLASS_COUNT];
	struct site site;
	struct notify_target targets[2];
	char url[80];
	struct one a, b;
	int64_t now_ms, mono_ms;
};

static void hears(struct one *o, const struct fact *f)
{
	struct fact copy = *f;
	copy.at_ms = o->world->now_ms;
	put(o->twin, copy);
	notices_hear(&o->notices, &copy);
}

static void on_fact(void *context, struct fact *f)
{
	struct one *o = context;
	struct one *other = o == &o->world->a ? &o->world->b : &o->world->a;
	FILL(f->by.station, o->stations.self);
	if (f->kind == FACT_NOTICE)
		o->told[f->notice.state]++;
	o->last = *f;
	hears(o, f);
	bool local = strncmp(f->notice.key, "technical:", 10) == 0; /* see src/share.h */
	if (!o->cut && other->twin != NULL && f->kind == FACT_NOTICE && !local)
		hears(other, f);
}

/* One more watch at the same suite. Linked with each other when `both`. */
static void join(struct world *w, struct one *o, const char *name, const char *other)
{
	struct error err = {""};
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-120));
	o->world = w;
	o->twin = twin_create();
	f.site.site = &w->site;
	put(o->twin, f);
	FILL(o->stations.self, name);
	if (other != NULL) {
		o->stations.sharing = o->stations.linked = true;
		o->stations.count = 1;
		o->stations.list[0].here = o->stations.list[0].escalates = true;
		FILL(o->stations.list[0].id, other);
	}
	struct escalate_options options = {.self = o->stations.self,
		.notify = {.targets = w->targets,
			.target_count = 2,
			.tries = 2,
			.again_s = 0.05,
			.deadline_s = 2},
		.calls = {.fact = on_fact, .context = o}};
	o->escalate = escalate_create(w->loop, &options, &err);
	if (o->escalate == NULL)
		fail_msg("%s", err.text);
}

static void leave_world(struct one *o)
{
	escalate_destroy(o->escalate);
	if (o->twin != NULL)
		twin_destroy(o->twin);
	memset(o, 0, sizeof *o);
}

/* Calls are told after one and two minutes; so is a lost broker. */
static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->loop = ev_loop_new(EVFLAG_AUTO);
	w->hook = hook_start(NULL, NULL);
	memcpy(w->settings, alarm_rules, sizeof w->settings);
	for (int c = 0; c < ALARM_CLASS_COUNT; c++) {
		struct alarm_setting *s = &w->settings[c];
		if (c != ALARM_CLASS_PATIENT_CALL && c != ALARM_CLASS_FEED)
			continue;
		s->step_count = 2;
		s->steps[0] = (struct alarm_step){1, "first"};
		s->steps[1] = (struct alarm_step){2, "second"};
	}
	w->site = site;
	w->site.alarms = w->settings;
	snprintf(w->url, sizeof w->url, "%s2", hook_url(w->hook));
	w->targets[0] = (struct notify_target){
		.name = "first", .way = NOTIFY_WEBHOOK, .url = hook_url(w->hook)};
	w->targets[1] =
		(struct notify_target){.name = "second", .way = NOTIFY_WEBHOOK, .url = w->url};
	w->now_ms = T0;
	*state = w;
	return w->hook != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *w = *state;
	leave_world(&w->a);
	leave_world(&w->b);
	hook_stop(w->hook);
	ev_loop_destroy(w->loop);
	free(w);
	return 0;
}

static void look(struct one *o)
{
	struct world *w = o->world;
	if (o->escalate == NULL)
		return;
	if ((o == &w->a ? &w->b : &w->a)->escalate != NULL)
		o->stations.list[0].heard_ms = w->now_ms; /* it lives, so it beats */
	twin_advance(o->twin, w->now_ms, &heard);
	struct escalate_view view = {.twin = o->twin,
		.notices = &o->notices,
		.stations = &o->stations,
		.now_ms = w->now_ms,
		.mono_ms = w->mono_ms,
		.speed = 1,
		.stored = o->no_disk ? 0 : UINT64_MAX};
	escalate_look(o->escalate, &view);
}

static void on_timeout(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void turn(struct world *w, double seconds)
{
	ev_timer timer;
	ev_timer_init(&timer, on_timeout, seconds, 0.);
	ev_now_update(w->loop);
	ev_timer_start(w->loop, &timer);
	ev_run(w->loop, 0);
	ev_timer_stop(w->loop, &timer);
}

/* Suite time goes on second by second, and both look at each. */
static void pass(struct world *w, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		w->now_ms += 1000;
		w->mono_ms += 1000;
		look(&w->a);
		look(&w->b);
		ev_run(w->loop, EVRUN_NOWAIT);
	}
	turn(w, 0.05);
}

/* Until the receiver has so many, at most 10 s; and no more in the 0.2 s after. */
static void letters(struct world *w, int count)
{
	for (int i = 0; i < 500 && hook_count(w->hook) < count; i++)
		turn(w, 0.02);
	turn(w, 0.2);
	assert_int_equal(hook_count(w->hook), count);
}

static void calls(struct world *w, struct one *o)
{
	struct fact f = fact_make(FACT_PRESS, SOURCE_RADIO, w->now_ms);
	FILL(f.press.tag, BUTTON);
	f.source_ms = w->now_ms;
	hears(o, &f);
}

static void acts(struct world *w, struct one *o, enum alarm_act act)
{
	struct fact f = fact_make(FACT_ALARM, SOURCE_PERSON, w->now_ms);
	FILL(f.alarm.key, KEY);
	FILL(f.origin, "nurse");
	f.alarm.act = act;
	f.alarm.covers_ms = w->now_ms;
	hears(o, &f);
}

static const char *id_of(struct world *w, int n)
{
	static char id[96];
	snprintf(id, sizeof id, "%s", hook_letter(w->hook, n).key);
	return id;
}

/* ---- one station ---- */

static void each_step_when_it_is_due_and_once(void **state)
{
	struct world *w = *state;
	join(w, &w->a, "watch-a", NULL);
	calls(w, &w->a);
	pass(w, 55);
	letters(w, 0);
	pass(w, 10);
	letters(w, 1);
	assert_string_equal(hook_letter(w->hook, 0).path, "/hook");
	assert_string_equal(id_of(w, 0), ID_STEP_1);
	assert_non_null(strstr(hook_letter(w->hook, 0).body, "\"place\":\"PACU\""));
	pass(w, 50);
	letters(w, 1);
	pass(w, 20);
	letters(w, 2);
	assert_string_equal(hook_letter(w->hook, 1).path, "/hook2");
	assert_string_equal(id_of(w, 1), ID_STEP_2);
	pass(w, 600);
	letters(w, 2);
	assert_int_equal(w->a.told[NOTICE_SENT], 2);
	assert_int_equal(w->a.told[NOTICE_FAILED] + w->a.told[NOTICE_DEAD], 0);
	assert_string_equal(w->a.last.notice.key, KEY);
	assert_string_equal(w->a.last.notice.target, "second");
	assert_string_equal(w->a.last.notice.id, ID_STEP_2);
	assert_int_equal(w->a.last.notice.step, 2);
	assert_int_equal(w->a.last.notice.raised_ms, T0);
}

static void an_acknowledgement_stops_it(void **state)
{
	struct world *w = *state;
	join(w, &w->a, "watch-a", NULL);
	calls(w, &w->a);
	pass(w, 65);
	letters(w, 1);
	acts(w, &w->a, ALARM_ACKNOWLEDGE);
	pass(w, 600);
	letters(w, 1);
	/* Another call is another occurrence, and told anew. */
	calls(w, &w->a);
	pass(w, 65);
	letters(w, 2);
	assert_string_not_equal(id_of(w, 1), ID_STEP_1);
}

static void an_acknowledgement_stops_what_is_tried_again(void **state)
{
	struct world *w = *state;
	hook_answer(w->hook, 500, 1, "300");
	join(w, &w->a, "watch-a", NULL);
	calls(w, &w->a);
	pass(w, 65);
	letters(w, 1);
	assert_int_equal(w->a.told[NOTICE_FAILED], 1);
	acts(w, &w->a, ALARM_ACKNOWLEDGE);
	pass(w, 2);
	assert_int_equal(w->a.told[NOTICE_DEAD] + w->a.told[NOTICE_SENT], 0);
	/* The place is free: were it kept, a new call could not be told. */
	calls(w, &w->a);
	pass(w, 65);
	letters(w, 2);
}

/* Medium is told; worse within the same occurrence, it is told again as high. */
static void what_got_worse_is_told_again(void **state)
{
	struct world *w = *state;
	struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, w->now_ms);
	join(w, &w->a, "watch-a", NULL);
	FILL(f.condition.key, "broker");
	f.condition.active = true;
	f.condition.priority = PRIORITY_MEDIUM;
	hears(&w->a, &f);
	pass(w, 65);
	letters(w, 1);
	f.condition.priority = PRIORITY_HIGH;
	hears(&w->a, &f);
	pass(w, 50);
	letters(w, 1); /* the steps begin anew */
	pass(w, 15);
	letters(w, 2);
	assert_string_not_equal(id_of(w, 1), ID_LOCAL);
	assert_non_null(strstr(hook_letter(w->hook, 1).body, "\"priority\":\"HIGH\""));
	assert_string_equal(hook_letter(w->hook, 1).path, "/hook");
	pass(w, 300);
	letters(w, 3);
}

/* Shelved and back: who was told before has been told. */
static void back_from_the_shelf_it_goes_on(void **state)
{
	struct world *w = *state;
	w->settings[ALARM_CLASS_PATIENT_CALL].shelf_max_min = 60;
	join(w, &w->a, "watch-a", NULL);
	calls(w, &w->a);
	pass(w, 65);
	letters(w, 1);
	acts(w, &w->a, ALARM_SHELVE);
	pass(w, 600);
	letters(w, 1);
	acts(w, &w->a, ALARM_UNSHELVE);
	pass(w, 130);
	letters(w, 2);
	assert_string_equal(hook_letter(w->hook, 1).path, "/hook2");
}

/* By hand, as the overlays are another's subject: each alone must stop it. */
static void what_is_put_aside_is_not_told(void **state)
{
	struct world *w = *state;
	join(w, &w->a, "watch-a", NULL);
	calls(w, &w->a);
	struct alarm *a = &w->a.twin->alarms[twin_alarm(w->a.twin, KEY)];
	a->pinned = false; /* a call of its class is never hidden */
	a->level = 1;
	a->out_of_service = true;
	pass(w, 10);
	letters(w, 0);
	a->out_of_service = false;
	a->suppressed = 1;
	pass(w, 10);
	letters(w, 0);
	a->suppressed = 0;
	fill(a->cause, sizeof a->cause, "gateway:" GW_PACU_1);
	pass(w, 10);
	letters(w, 0);
	a->cause[0] = '\0';
	pass(w, 2);
	letters(w, 1);
}

static void nothing_leaves_before_it_is_on_disk(void **state)
{
	struct world *w = *state;
	join(w, &w->a, "watch-a", NULL);
	w->a.no_disk = true;
	w->a.twin->now_ms = w->now_ms;
	pass(w, 1);
	calls(w, &w->a);
	w->now_ms += 59000; /* in one leap: the disk has not been slow for long */
	pass(w, 3);
	letters(w, 0);
	w->a.no_disk = false;
	pass(w, 1);
	letters(w, 1);
}

static void a_disk_that_hangs_silences_nobody(void **state)
{
	struct world *w = *state;
	join(w, &w->a, "watch-a", NULL);
	w->a.no_disk = true;
	calls(w, &w->a);
	pass(w, 65);
	letters(w, 1);
}

static void highest_first_when_there_is_no_room(void **state)
{
	struct world *w = *state;
	static char low[ID_SIZE];
	join(w, &w->a, "watch-a", NULL);
	for (int i = 0; i < NOTIFY_UNDER_WAY + 20; i++) {
		struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, w->now_ms);
		snprintf(low, sizeof low, "feed %d", i);
		FILL(f.condition.key, low);
		f.condition.active = true;
		f.condition.priority = PRIORITY_LOW;
		hears(&w->a, &f);
	}
	calls(w, &w->a);
	w->now_ms += 61000;
	look(&w->a);
	w->now_ms += 1000;
	look(&w->a);
	while (hook_count(w->hook) < 1)
		turn(w, 0.02);
	bool told = false;
	letters(w, NOTIFY_UNDER_WAY);
	for (int i = 0; i < NOTIFY_UNDER_WAY; i++)
		told = told || strcmp(id_of(w, i), ID_STEP_1) == 0;
	assert_true(told);
	w->now_ms += 1000;
	look(&w->a);
	letters(w, NOTIFY_UNDER_WAY + 21);
	assert_int_equal(hook_distinct(w->hook), NOTIFY_UNDER_WAY + 21);
}

/* ---- what is not delivered ---- */

static const struct alarm *reach(const struct one *o)
{
	int i = twin_alarm(o->twin, "technical:notify:first");
	return i >= 0 ? &o->twin->alarms[i] : NULL;
}

static void a_dead_letter_is_an_alarm_until_one_arrives(void **state)
{
	struct world *w = *state;
	hook_answer(w->hook, 500, 2, NULL);
	join(w, &w->a, "watch-a", NULL);
	calls(w, &w->a);
	pass(w, 62);
	letters(w, 2);
	assert_int_equal(w->a.told[NOTICE_FAILED], 1);
	assert_int_equal(w->a.told[NOTICE_DEAD], 1);
	assert_non_null(reach(&w->a));
	assert_true(reach(&w->a)->active);
	assert_int_equal(reach(&w->a)->class_, ALARM_CLASS_ESCALATION);
	assert_non_null(strstr(reach(&w->a)->text, "first is not reached: HTTP 500"));
	pass(w, 30);
	letters(w, 2); /* given up is given up */
	acts(w, &w->a, ALARM_ACKNOWLEDGE);
	calls(w, &w->a);
	pass(w, 62);
	letters(w, 3);
	assert_false(reach(&w->a)->active);
}

static void a_step_without_a_target_is_an_alarm(void **state)
{
	struct world *w = *state;
	strcpy(w->settings[ALARM_CLASS_PATIENT_CALL].steps[0].target, "nobody");
	join(w, &w->a, "watch-a", NULL);
	calls(w, &w->a);
	pass(w, 62);
	assert_int_equal(w->a.told[NOTICE_DEAD], 1);
	assert_true(twin_alarm(w->a.twin, "technical:notify:nobody") >= 0);
	pass(w, 62);
	letters(w, 1); /* the next step has its own */
	assert_int_equal(w->a.told[NOTICE_DEAD], 1);
}

/* ---- two stations ---- */

static void two_are_one(struct world *w)
{
	join(w, &w->a, "watch-a", "watch-b");
	join(w, &w->b, "watch-b", "watch-a");
	pass(w, 10); /* settled */
}

static void both_hear_the_call(struct world *w)
{
	calls(w, &w->a);
	calls(w, &w->b);
}

static void one_of_two_tells(void **state)
{
	struct world *w = *state;
	two_are_one(w);
	assert_true(escalate_on_duty(w->a.escalate));
	assert_false(escalate_on_duty(w->b.escalate));
	both_hear_the_call(w);
	pass(w, 300);
	letters(w, 2);
	assert_int_equal(w->a.told[NOTICE_SENT], 2);
	assert_int_equal(w->b.told[NOTICE_SENT], 0);
}

static void the_other_goes_on_where_one_died(void **state)
{
	struct world *w = *state;
	two_are_one(w);
	both_hear_the_call(w);
	pass(w, 65);
	letters(w, 1);
	leave_world(&w->a);
	pass(w, 30); /* nothing is said of it: six seconds of silence, then b */
	assert_true(escalate_on_duty(w->b.escalate));
	letters(w, 1);
	pass(w, 60);
	letters(w, 2);
	assert_int_equal(hook_distinct(w->hook), 2);
}

/* Its receiver has it, and nobody else knows: the same name comes twice. */
static void what_died_untold_is_told_again_under_one_name(void **state)
{
	struct world *w = *state;
	two_are_one(w);
	w->a.cut = true;
	both_hear_the_call(w);
	pass(w, 65);
	letters(w, 1);
	leave_world(&w->a);
	w->b.stations.list[0].here = false;
	pass(w, 2);
	letters(w, 2);
	assert_string_equal(hook_letter(w->hook, 0).key, hook_letter(w->hook, 1).key);
	assert_string_equal(hook_letter(w->hook, 0).body, hook_letter(w->hook, 1).body);
	assert_int_equal(hook_distinct(w->hook), 1);
}

static void who_hears_no_broker_tells_it_too(void **state)
{
	struct world *w = *state;
	two_are_one(w);
	w->a.cut = w->b.cut = true;
	w->a.stations.linked = w->b.stations.linked = false;
	both_hear_the_call(w);
	pass(w, 65);
	letters(w, 2);
	assert_int_equal(hook_distinct(w->hook), 1);
}

static void what_one_could_not_the_other_tries(void **state)
{
	struct world *w = *state;
	two_are_one(w);
	hook_answer(w->hook, 500, 2, NULL);
	both_hear_the_call(w);
	pass(w, 65);
	letters(w, 2);
	assert_int_equal(w->a.told[NOTICE_DEAD], 1);
	pass(w, 10);
	letters(w, 2); /* not while the one that gave up is on duty */
	w->b.stations.list[0].here = false;
	leave_world(&w->a);
	pass(w, 2);
	letters(w, 3);
	assert_int_equal(w->b.told[NOTICE_SENT], 1);
	assert_int_equal(hook_distinct(w->hook), 1);
}

/* A raise that reached the others ten seconds later is theirs at that time. */
static void raises_of_two_stations_are_told_once(void **state)
{
	struct world *w = *state;
	w->settings[ALARM_CLASS_PATIENT_CALL].steps[0].after_min = 0;
	two_are_one(w);
	calls(w, &w->a);
	pass(w, 1);
	letters(w, 0); /* it may still be merged */
	pass(w, 5);
	letters(w, 1);
	calls(w, &w->b);
	leave_world(&w->a);
	w->b.stations.list[0].here = false;
	pass(w, 30);
	letters(w, 1);
}

/* A lost broker is each one's own affair, on duty or not. */
static void alarms_of_one_station_are_its_own(void **state)
{
	struct world *w = *state;
	two_are_one(w);
	for (struct one *o = &w->a; o != NULL; o = o == &w->a ? &w->b : NULL) {
		struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, w->now_ms);
		FILL(f.condition.key, "broker");
		f.condition.active = true;
		f.condition.priority = PRIORITY_MEDIUM;
		hears(o, &f);
	}
	pass(w, 65);
	letters(w, 2);
	assert_int_equal(hook_distinct(w->hook), 2);
	assert_int_equal(w->a.told[NOTICE_SENT], 1);
	assert_int_equal(w->b.told[NOTICE_SENT], 1);
}

static void names_are_what_they_are_said_to_be(void **state)
{
	char id[ID_SIZE];
	(void)state;
	escalate_id(id, KEY, T0, 1, PRIORITY_HIGH, "");
	assert_string_equal(id, ID_STEP_1);
	escalate_id(id, KEY, T0, 2, PRIORITY_HIGH, "");
	assert_string_equal(id, ID_STEP_2);
	escalate_id(id, "technical:broker", T0, 1, PRIORITY_MEDIUM, "watch-a");
	assert_string_equal(id, ID_LOCAL);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_step_when_it_is_due_and_once),
		TEST(an_acknowledgement_stops_it),
		TEST(an_acknowledgement_stops_what_is_tried_again),
		TEST(what_got_worse_is_told_again),
		TEST(back_from_the_shelf_it_goes_on),
		TEST(what_is_put_aside_is_not_told),
		TEST(nothing_leaves_before_it_is_on_disk),
		TEST(a_disk_that_hangs_silences_nobody),
		TEST(highest_first_when_there_is_no_room),
		TEST(a_dead_letter_is_an_alarm_until_one_arrives),
		TEST(a_step_without_a_target_is_an_alarm),
		TEST(one_of_two_tells),
		TEST(the_other_goes_on_where_one_died),
		TEST(what_died_untold_is_told_again_under_one_name),
		TEST(who_hears_no_broker_tells_it_too),
		TEST(what_one_could_not_the_other_tries),
		TEST(raises_of_two_stations_are_told_once),
		TEST(alarms_of_one_station_are_its_own),
		TEST(names_are_what_they_are_said_to_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
