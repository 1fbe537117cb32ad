/* SPDX-License-Identifier: Apache-2.0 */
/* Who is told of orders, before a real receiver: whom a decision concerns, once, under
 * one name, and what is said when nobody takes it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "src/order_tell.h"
#include "tests/stub/hook.c"
#include "tests/unit/twin_world.h"
#include "twin/scenario.h"

#define PLAN "0123456789abcdef"

struct world {
	struct ev_loop *loop;
	struct hook *hook;
	struct notify_target targets[2];
	struct twin *twin;
	struct orders orders;
	struct notices notices;
	struct order_tell *tell;
	int64_t now_ms;
	int conditions;
	struct fact condition;
};

static int64_t midnight(int64_t at_ms)
{
	return at_ms - at_ms % 86400000;
}

static void on_fact(void *context, struct fact *f)
{
	struct world *w = context;
	f->at_ms = w->now_ms;
	if (f->kind == FACT_CONDITION) {
		w->conditions++;
		w->condition = *f;
	}
	notices_hear(&w->notices, f);
	put(w->twin, *f);
}

static void begin(struct world *w)
{
	struct error err = {""};
	struct order_tell_options o = {.self = "desk-a",
		.targets = {[ORDER_TELL_WARD] = "ward",
			[ORDER_TELL_PORTER] = "porter",
			[ORDER_TELL_STAFF] = "porter"},
		.notify = {.targets = w->targets,
			.target_count = 2,
			.tries = 2,
			.again_s = 0.05,
			.deadline_s = 2},
		.fact = on_fact,
		.context = w};
	w->tell = order_tell_create(w->loop, &o, &err);
	if (w->tell == NULL)
		fail_msg("%s", err.text);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->loop = ev_loop_new(EVFLAG_AUTO);
	w->hook = hook_start(NULL, NULL);
	w->targets[0] = (struct notify_target){
		.name = "ward", .way = NOTIFY_WEBHOOK, .url = hook_url(w->hook)};
	w->targets[1] = (struct notify_target){
		.name = "porter", .way = NOTIFY_WEBHOOK, .url = hook_url(w->hook)};
	start(&w->twin);
	orders_init(&w->orders, midnight);
	w->now_ms = AT(10);
	begin(w);
	*state = w;
	return w->hook != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *w = *state;
	order_tell_destroy(w->tell);
	hook_stop(w->hook);
	ev_loop_destroy(w->loop);
	twin_destroy(w->twin);
	free(w);
	return 0;
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

static void look(struct world *w)
{
	order_tell_look(w->tell, w->twin, &w->orders, &w->notices, w->now_ms);
}

/* Until the receiver has so many, and no more in the 0.2 s after. */
static void letters(struct world *w, int count)
{
	for (int i = 0; i < 250 && hook_count(w->hook) < count; i++) {
		look(w);
		turn(w, 0.02);
	}
	for (int i = 0; i < 10; i++) {
		look(w);
		turn(w, 0.02);
	}
	assert_int_equal(hook_count(w->hook), count);
}

static void say(struct world *w, enum order_state state, bool undo, const char *way,
	const char *text, const char *station)
{
	struct fact f = fact_make(
		FACT_ORDER, state == ORDER_APPROVED ? SOURCE_PERSON : SOURCE_SYSTEM, w->now_ms);
	f.source_ms = f.by.hlc_ms = w->now_ms += 1000;
	FILL(f.by.station, station);
	FILL(f.order.plan, PLAN);
	f.order.step = 0;
	f.order.steps = 1;
	f.order.undo = undo;
	f.order.state = state;
	FILL(f.order.way, way);
	FILL(f.order.text, text);
	orders_fold(&w->orders, w->twin, &f);
}

static const char move_it[] = "place:case=c-1,room=or-2,at=2026-03-16T10:10Z";

static bool got(struct world *w, int n, const char *key, const char *text)
{
	struct hook_letter l = hook_letter(w->hook, n);
	cJSON *json = cJSON_Parse(l.body);
	const char *k = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "key"));
	const char *t = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "text"));
	bool same = k != NULL && t != NULL && strcmp(k, key) == 0 && strcmp(t, text) == 0;
	cJSON_Delete(json);
	return same;
}

/* Nothing before it is done; then ward and porter, once; after a restart nobody again;
 * and when it is taken back. */
static void whom_it_concerns(void **state)
{
	struct world *w = *state;
	static const char done[] = "Ordered: put case c-1 into OR 2 at 10:10",
			  back[] = "Taken back: put case c-1 into OR 2 at 10:10";
	say(w, ORDER_APPROVED, false, "fhir", move_it, "desk-a");
	say(w, ORDER_SENT, false, "fhir", move_it, "desk-a");
	letters(w, 0);
	say(w, ORDER_RECEIVED, false, "fhir", move_it, "desk-a");
	letters(w, 2);
	assert_int_equal(hook_distinct(w->hook), 2);
	assert_true(got(w, 0, "order:" PLAN ":0:ward", done)
		    || got(w, 1, "order:" PLAN ":0:ward", done));
	assert_true(got(w, 0, "order:" PLAN ":0:porter", done)
		    || got(w, 1, "order:" PLAN ":0:porter", done));
	order_tell_destroy(w->tell);
	begin(w);
	letters(w, 2);
	say(w, ORDER_APPROVED, true, "fhir", move_it, "desk-a");
	say(w, ORDER_RECEIVED, true, "fhir", move_it, "desk-a");
	letters(w, 4);
	assert_true(got(w, 2, "order:" PLAN ":0:ward", back)
		    || got(w, 3, "order:" PLAN ":0:ward", back));
}

/* By hand: asked once; when it is done they know. */
static void by_hand(void **state)
{
	struct world *w = *state;
	static const char staff[] = "staff:role=anaesthetist,change=1";
	say(w, ORDER_APPROVED, false, "hand", staff, "desk-a");
	say(w, ORDER_PROPOSED, false, "hand", staff, "desk-a");
	letters(w, 1);
	assert_true(got(w, 0, "order:" PLAN ":0:staff", "Please: call 1 more: anaesthetist"));
	say(w, ORDER_RECEIVED, false, "hand", staff, "desk-a");
	letters(w, 1);
}

/* Who was asked hears that nobody wants it any more; and is asked to take it back. */
static void by_hand_and_off(void **state)
{
	struct world *w = *state;
	static const char staff[] = "staff:role=anaesthetist,change=1",
			  back[] = "staff:role=anaesthetist,change=-1";
	say(w, ORDER_APPROVED, false, "hand", staff, "desk-a");
	say(w, ORDER_PROPOSED, false, "hand", staff, "desk-a");
	letters(w, 1);
	say(w, ORDER_EXPIRED, false, "hand", staff, "desk-a");
	letters(w, 2);
	assert_true(got(w, 1, "order:" PLAN ":0:staff", "Not any more: call 1 more: anaesthetist"));
	w->now_ms += 20 * 60000; /* twenty minutes later, anew */
	say(w, ORDER_APPROVED, false, "hand", staff, "desk-a");
	say(w, ORDER_PROPOSED, false, "hand", staff, "desk-a");
	letters(w, 3);
	say(w, ORDER_RECEIVED, false, "hand", staff, "desk-a");
	w->now_ms += 20 * 60000;
	say(w, ORDER_APPROVED, true, "hand", back, "desk-a");
	say(w, ORDER_PROPOSED, true, "hand", back, "desk-a");
	letters(w, 4);
	assert_true(got(w, 3, "order:" PLAN ":0:staff", "Please: send 1 home: anaesthetist"));
	say(w, ORDER_RECEIVED, true, "hand", back, "desk-a");
	letters(w, 5);
	assert_true(got(w, 4, "order:" PLAN ":0:staff", "Taken back: call 1 more: anaesthetist"));
}

/* The clock steps back an hour: what came after is told, and told once. */
static void a_clock_that_steps(void **state)
{
	struct world *w = *state;
	say(w, ORDER_APPROVED, false, "fhir", move_it, "desk-a");
	say(w, ORDER_RECEIVED, false, "fhir", move_it, "desk-a");
	letters(w, 2);
	orders_init(&w->orders, midnight);
	w->now_ms -= 60 * MIN;
	say(w, ORDER_APPROVED, false, "fhir", move_it, "desk-a");
	say(w, ORDER_RECEIVED, false, "fhir", move_it, "desk-a");
	letters(w, 4);
}

/* Of another station's orders that one tells; of what is an hour old nobody is told. */
static void not_ours_and_not_old(void **state)
{
	struct world *w = *state;
	say(w, ORDER_APPROVED, false, "fhir", move_it, "desk-b");
	say(w, ORDER_RECEIVED, false, "fhir", move_it, "desk-b");
	letters(w, 0);
	orders_init(&w->orders, midnight);
	say(w, ORDER_APPROVED, false, "fhir", move_it, "desk-a");
	say(w, ORDER_RECEIVED, false, "fhir", move_it, "desk-a");
	w->now_ms += 61 * MIN;
	letters(w, 0);
}

/* Nobody takes it: given up after so many tries, an alarm, and no end of trying. */
static void nobody_takes_it(void **state)
{
	struct world *w = *state;
	hook_answer(w->hook, 503, 1000, NULL);
	say(w, ORDER_APPROVED, false, "fhir", move_it, "desk-a");
	say(w, ORDER_RECEIVED, false, "fhir", move_it, "desk-a");
	letters(w, 4); /* two targets, two tries */
	assert_int_equal(w->conditions, 2);
	assert_true(w->condition.condition.active);
	assert_true(strncmp(w->condition.condition.key, "notify:", 7) == 0);
	const struct notice_step *n = notices_step(&w->notices, "order:" PLAN ":0:ward",
		w->orders.plans[0].steps[0].at_ms[ORDER_APPROVED], ORDER_TOLD_DONE,
		PRIORITY_MEDIUM);
	assert_non_null(n);
	assert_int_equal(n->state, NOTICE_DEAD);
}

/* Each decision concerns somebody; who, by the table's own names. */
static void every_decision_concerns_somebody(void **state)
{
	struct scenario s;
	char text[SCENARIO_TEXT];
	(void)state;
	for (s.which = 0; s.which < scenario_count; s.which++) {
		memset(s.values, 0, sizeof s.values);
		if (!scenario_is_decision(&s))
			continue;
		scenario_text(&s, text);
		assert_int_not_equal(order_roles(text), 0);
	}
	assert_int_equal(order_roles("borrow:kit=c-arm,change=1"),
		1u << ORDER_TELL_EQUIPMENT | 1u << ORDER_TELL_THEATRE);
	assert_int_equal(order_roles("beds:of=pacu,change=1"),
		1u << ORDER_TELL_BEDS | 1u << ORDER_TELL_WARD);
	for (int r = 0; r < ORDER_ROLES; r++)
		assert_true(strlen(order_role_name((enum order_role)r)) > 3);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(whom_it_concerns),
		TEST(by_hand),
		TEST(by_hand_and_off),
		TEST(a_clock_that_steps),
		TEST(not_ours_and_not_old),
		TEST(nobody_takes_it),
		cmocka_unit_test(every_decision_concerns_somebody),
	};
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
