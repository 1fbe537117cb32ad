/* SPDX-License-Identifier: Apache-2.0 */
/* The sender of orders: what is not sent any more, taking back, by hand, by command, and
 * two stations. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/order_send_world.h"

/* ---- its premise ---- */

static const char *approve_and_wait(struct one *o)
{
	const char *plan;
	o->stored = 0; /* the disk takes its time */
	plan = approve(o, "fhir", one_move, 1);
	sender_look(o->sender);
	return plan;
}

static void expect_expired(struct one *o, const char *plan, const char *why)
{
	o->stored = UINT64_MAX;
	later(o->world, 1);
	later(o->world, 1);
	assert_string_equal(word_of(o, plan, 0), "expired");
	assert_string_equal(step(o, plan, 0)->order.why, why);
	assert_int_equal(o->writer->sent, 0);
}

static void a_case_that_began(void **state)
{
	struct one *o = &((struct world *)*state)->a;
	const char *plan = approve_and_wait(o);
	struct fact f = milestone_fact("c-2", SOURCE_FHIR, MILESTONE_IN_ROOM, 10);
	hears(o, &f);
	expect_expired(o, plan, "case c-2 has begun");
}

static void a_case_that_is_off(void **state)
{
	struct one *o = &((struct world *)*state)->a;
	const char *plan = approve_and_wait(o);
	struct fact f = fact_make(FACT_STATUS, SOURCE_PERSON, AT(10));
	FILL(f.status.id, "c-2");
	f.status.status = CASE_CANCELLED;
	hears(o, &f);
	expect_expired(o, plan, "case c-2 is cancelled");
}

static void a_case_that_is_locked(void **state)
{
	struct one *o = &((struct world *)*state)->a;
	const char *plan = approve_and_wait(o);
	struct fact f = fact_make(FACT_LOCK, SOURCE_PERSON, AT(10));
	FILL(f.lock.id, "c-2");
	f.lock.locked = true;
	hears(o, &f);
	expect_expired(o, plan, "case c-2 was locked");
}

static void a_room_that_closed(void **state)
{
	struct one *o = &((struct world *)*state)->a;
	const char *plan = approve_and_wait(o);
	struct fact f = fact_make(FACT_ROOM, SOURCE_FHIR, AT(10));
	FILL(f.room.room, "or-2");
	f.room.service = SERVICE_CLOSED;
	f.source_ms = AT(10);
	hears(o, &f);
	expect_expired(o, plan, "OR 2 is closed");
}

static void somebody_moved_it(void **state)
{
	struct one *o = &((struct world *)*state)->a;
	const char *plan = approve_and_wait(o);
	hospital(o, "c-2", "or-1", 130, 190);
	expect_expired(o, plan, "case c-2 is now in or-1 at 11:10");
}

/* ---- taking back ---- */

static void taken_back_in_reverse(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	const char *plan = approve(o, "fhir", two_moves, 2);
	for (int i = 0; i < 2; i++) {
		later(w, 1);
		later(w, 1);
		answer(o, FHIR_WRITTEN, "");
	}
	hospital(o, "c-3", "or-2", 180, 210);
	hospital(o, "c-2", "or-2", 30, 90);
	later(w, 600); /* any time later */
	recall(o, plan);
	assert_int_equal(orders_whole(orders_plan(o->orders, plan)), WHOLE_UNDOING);
	later(w, 1);
	later(w, 1);
	assert_string_equal(o->writer->change.id, "c-2"); /* the last one first */
	assert_string_equal(o->writer->change.wanted.room, "L1");
	assert_int_equal(o->writer->change.wanted.start_ms, AT(100));
	answer(o, FHIR_WRITTEN, "");
	assert_string_equal(word_of(o, plan, 1), "undone");
	later(w, 1);
	assert_string_equal(o->writer->change.id, "c-3");
	answer(o, FHIR_CONFLICT, "somebody has changed it");
	assert_int_equal(orders_whole(orders_plan(o->orders, plan)), WHOLE_NOT_UNDONE);
}

/* ---- by hand ---- */

/* A server that only proposes: shown, done by a person, and seen in the hospital's
 * own programme. */
static void done_by_hand(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	const char *plan = approve(o, "hand", two_moves, 2);
	later(w, 1);
	assert_int_equal(orders_whole(orders_plan(o->orders, plan)), WHOLE_BY_HAND);
	hospital(o, "c-3", "or-2", 180, 210);
	later(w, 1);
	assert_string_equal(word_of(o, plan, 0), "received");
	assert_string_equal(word_of(o, plan, 1), "proposed");
	person(o, &step(o, plan, 1)->order, ORDER_RECEIVED);
	later(w, 1);
	assert_int_equal(orders_whole(orders_plan(o->orders, plan)), WHOLE_DONE);
	assert_int_equal(o->writer->sent, 0);
}

/* A server to which nothing is written: nothing leaves, whatever the order says. */
static void only_proposes(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	const char *plan = approve(o, "fhir2", one_move, 1);
	later(w, 1);
	later(w, 1);
	assert_string_equal(word_of(o, plan, 0), "expired");
	assert_int_equal(o->writer->sent, 0);
}

/* What is sent waits for what is done by hand before it, half an hour at most; when
 * it makes no sense any more, both expire. */
static void what_is_sent_waits_for_hands(void **state)
{
	static const char *const texts[] = {
		"room_up:room=or-2", "place:case=c-2,room=or-2,at=2026-03-16T10:10Z"};
	struct world *w = *state;
	struct one *o = &w->a;
	struct fact f = fact_make(FACT_ROOM, SOURCE_FHIR, AT(10));
	FILL(f.room.room, "or-2");
	f.room.service = SERVICE_CLOSED;
	f.source_ms = AT(10);
	hears(o, &f);
	const char *plan = approve(o, "fhir", texts, 2);
	later(w, 1);
	assert_string_equal(word_of(o, plan, 0), "proposed");
	assert_string_equal(word_of(o, plan, 1), "approved");
	later(w, 600);
	assert_string_equal(word_of(o, plan, 1), "approved");
	f.room.service = SERVICE_UNOCCUPIED;
	f.source_ms = AT(20);
	hears(o, &f);
	person(o, &step(o, plan, 0)->order, ORDER_RECEIVED);
	later(w, 1);
	later(w, 1);
	assert_int_equal(o->writer->sent, 1);
	answer(o, FHIR_WRITTEN, "");
	assert_int_equal(orders_whole(orders_plan(o->orders, plan)), WHOLE_DONE);
}

/* Nobody says how it goes: the server that told of the case takes it, or a command
 * topic, or a person; what no system knows is made where something may be written. */
static void the_way_it_goes(void **state)
{
	static const char *const of_two[] = {"place:case=c-3,room=or-2,at=2026-03-16T12:00Z"};
	static const char *const made[] = {"place:case=u-1,room=or-2,at=2026-03-16T12:00Z"};
	struct world *w = *state;
	struct one *o = &w->a;
	const char *plan = approve(o, "", one_move, 1);
	later(w, 1);
	later(w, 1);
	assert_string_equal(step(o, plan, 0)->order.way, "fhir");
	answer(o, FHIR_WRITTEN, "");
	assert_string_equal(word_of(o, plan, 0), "received");
	plan = approve(o, "", of_two, 1);
	later(w, 1);
	assert_string_equal(word_of(o, plan, 0), "proposed");
	assert_string_equal(step(o, plan, 0)->order.way, "hand");
	struct fact f = case_fact("u-1", "", "", 10, 70, 10);
	f.surgery.nest = 2;
	hears(o, &f);
	plan = approve(o, "", made, 1);
	later(w, 1);
	later(w, 1);
	assert_string_equal(step(o, plan, 0)->order.way, "fhir");
	assert_string_equal(o->writer->change.id, "");
	assert_string_equal(o->writer->change.wanted.room, "or-2");
	assert_string_equal(o->writer->change.reason, "hip");
	struct fhir_write_result r = {.what = FHIR_WRITTEN, .id = "a-77"};
	fake_answer(o->writer, &r);
	assert_string_equal(word_of(o, plan, 0), "received");
	assert_string_equal(step(o, plan, 0)->order.about, "Appointment/a-77");
}

/* After a restart no server has told of anything: that is no reason to do by hand what
 * can be sent. */
static void a_server_not_asked_yet(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	o->unasked = true;
	const char *plan = approve(o, "", one_move, 1);
	later(w, 1);
	later(w, 1);
	assert_string_equal(word_of(o, plan, 0), "approved");
	o->unasked = false;
	later(w, 1);
	later(w, 1);
	assert_string_equal(step(o, plan, 0)->order.way, "fhir");
	assert_int_equal(o->writer->sent, 1);
	answer(o, FHIR_WRITTEN, "");
}

static void commands_where_nothing_is_written(void **state)
{
	static const char *const of_two[] = {"place:case=c-3,room=or-2,at=2026-03-16T12:00Z"};
	struct world *w = *state;
	struct one *o = &w->a;
	sender_destroy(o->sender);
	o->commands = true;
	start_sender(o);
	const char *plan = approve(o, "", of_two, 1);
	later(w, 1);
	assert_string_equal(step(o, plan, 0)->order.way, "mqtt");
}

/* ---- command topics ---- */

static const char *text_of(const cJSON *json, const char *key)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
	return text != NULL ? text : "";
}

static void by_command(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	char topic[ORDER_TOPIC_SIZE];
	const char *plan = approve(o, "mqtt", one_move, 1);
	later(w, 1);
	later(w, 1);
	snprintf(topic, sizeof topic, "vigie/desk-a/order/%s/0", plan);
	assert_string_equal(o->topic, topic);
	assert_string_equal(word_of(o, plan, 0), "sent");
	cJSON *json = cJSON_Parse(o->command);
	assert_string_equal(text_of(json, "format"), "vigie.order/1");
	assert_string_equal(text_of(json, "station"), "desk-a");
	assert_string_equal(text_of(json, "case"), "c-2");
	assert_string_equal(text_of(json, "room"), "or-2");
	assert_string_equal(text_of(json, "by"), "ada");
	assert_string_equal(text_of(json, "decision"), one_move[0]);
	cJSON_Delete(json);
	assert_false(sender_echo(o->sender, "vigie/desk-b/order/x/0", "{}", 2));
	assert_true(sender_echo(o->sender, topic, o->command, strlen(o->command)));
	assert_string_equal(word_of(o, plan, 0), "received");
}

/* A broker that takes what its rules forbid, and gives nothing back (MQTT 3.1.1). */
static void a_command_nobody_got(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	const char *plan = approve(o, "mqtt", one_move, 1);
	later(w, 1);
	later(w, 1);
	later(w, 4);
	assert_string_equal(word_of(o, plan, 0), "sent");
	later(w, 1);
	assert_string_equal(word_of(o, plan, 0), "unknown");
	/* A person who has asked settles it. */
	person(o, &step(o, plan, 0)->order, ORDER_REFUSED);
	later(w, 1);
	assert_int_equal(orders_whole(orders_plan(o->orders, plan)), WHOLE_REFUSED);
}

/* No id that a topic may not hold becomes part of one. */
static void topics_hold_checked_ids_only(void **state)
{
	struct fact_order order = {.step = 1, .steps = 2};
	char topic[ORDER_TOPIC_SIZE];
	(void)state;
	FILL(order.plan, "0123456789abcdef");
	assert_true(order_topic(topic, NULL, "desk-a", &order));
	assert_string_equal(topic, "vigie/desk-a/order/0123456789abcdef/1");
	order.undo = true;
	assert_true(order_topic(topic, "suite", "desk-a", &order));
	assert_string_equal(topic, "suite/desk-a/order/0123456789abcdef/1/undo");
	static const char *const bad[] = {"#", "a/b", "+", "", "a b"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(order_topic(topic, NULL, bad[i], &order));
		assert_false(order_topic(topic, bad[i], "desk-a", &order));
		struct fact_order odd = order;
		FILL(odd.plan, bad[i]);
		assert_false(order_topic(topic, NULL, "desk-a", &odd));
	}
}

/* ---- two stations ---- */

static int setup_two(void **state)
{
	setup(state);
	struct world *w = *state;
	leave(&w->a);
	memset(&w->a, 0, sizeof w->a);
	join(w, &w->a, "desk-a", "desk-b");
	join(w, &w->b, "desk-b", "desk-a");
	return 0;
}

/* Both approve the same plan within a blink: the first sends, the other does not. */
static void both_approve(void **state)
{
	struct world *w = *state;
	w->a.cut = true; /* what they say crosses */
	const char *plan = approve(&w->b, "fhir", one_move, 1);
	approve(&w->a, "fhir", one_move, 1);
	struct fact a = fact_make(FACT_ORDER, SOURCE_PERSON, w->now_ms);
	struct fact b = a;
	a.order = step(&w->a, plan, 0)->order;
	b.order = step(&w->b, plan, 0)->order;
	sender_look(w->a.sender);
	sender_look(w->b.sender);
	/* It arrives: each hears the other's approval. */
	w->a.cut = false;
	const struct order_word *of_a = &step(&w->a, plan, 0)->words[0];
	const struct order_word *of_b = &step(&w->b, plan, 0)->words[0];
	a.by.hlc_ms = of_a->hlc_ms;
	b.by.hlc_ms = of_b->hlc_ms;
	a.source_ms = b.source_ms = w->now_ms;
	FILL(a.by.station, "desk-a");
	FILL(b.by.station, "desk-b");
	hears(&w->b, &a);
	hears(&w->a, &b);
	for (int i = 0; i < 5; i++) {
		later(w, 1);
		if (w->b.writer->done != NULL)
			answer(&w->b, FHIR_WRITTEN, "");
	}
	assert_int_equal(w->b.writer->sent, 1); /* its word was the first */
	assert_int_equal(w->a.writer->sent, 0);
	assert_string_equal(word_of(&w->a, plan, 0), "received");
	assert_string_equal(word_of(&w->b, plan, 0), "received");
}

/* Alone in the world nobody waits for others; with others it does, half a second. */
static void others_are_waited_for(void **state)
{
	struct world *w = *state;
	const char *plan = approve(&w->a, "fhir", one_move, 1);
	sender_look(w->a.sender);
	assert_string_equal(word_of(&w->a, plan, 0), "approved");
	w->mono_ms += ORDERS_SETTLE_MS - 1;
	sender_look(w->a.sender);
	assert_string_equal(word_of(&w->a, plan, 0), "approved");
	w->mono_ms += 1;
	sender_look(w->a.sender);
	assert_string_equal(word_of(&w->a, plan, 0), "sent");
}

/* What another station approved is not sent from here, ever. */
static void not_of_another(void **state)
{
	struct world *w = *state;
	sender_destroy(w->a.sender);
	w->a.sender = NULL;
	approve(&w->a, "fhir", one_move, 1);
	for (int i = 0; i < 300; i++) {
		w->now_ms += 1000;
		w->mono_ms += 1000;
		sender_look(w->b.sender);
	}
	assert_int_equal(w->b.writer->sent, 0);
	assert_int_equal(w->b.said, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define TWO(f)  cmocka_unit_test_setup_teardown(f, setup_two, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_case_that_began),
		TEST(a_case_that_is_off),
		TEST(a_case_that_is_locked),
		TEST(a_room_that_closed),
		TEST(somebody_moved_it),
		TEST(taken_back_in_reverse),
		TEST(done_by_hand),
		TEST(only_proposes),
		TEST(what_is_sent_waits_for_hands),
		TEST(the_way_it_goes),
		TEST(a_server_not_asked_yet),
		TEST(commands_where_nothing_is_written),
		TEST(by_command),
		TEST(a_command_nobody_got),
		TEST(topics_hold_checked_ids_only),
		TWO(both_approve),
		TWO(others_are_waited_for),
		TWO(not_of_another),
	};
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
