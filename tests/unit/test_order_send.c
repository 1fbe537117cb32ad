/* SPDX-License-Identifier: Apache-2.0 */
/* The sender of orders: what it sends, when, and what it never does twice. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/order_send_world.h"

/* ---- the way of an order ---- */

static void sent_and_received(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	const char *plan = approve(o, "fhir", one_move, 1);
	sender_look(o->sender);
	assert_string_equal(word_of(o, plan, 0), "sent");
	assert_int_equal(o->writer->sent, 0); /* that it is sent is being stored */
	sender_look(o->sender);
	assert_int_equal(o->writer->sent, 1);
	const struct fhir_change *c = &o->writer->change;
	assert_string_equal(c->id, "c-2");
	assert_string_equal(c->plan, plan);
	assert_string_equal(c->expected.room, "L1"); /* as the site names its Location */
	assert_int_equal(c->expected.start_ms, AT(100));
	assert_int_equal(c->expected.end_ms, AT(160));
	assert_string_equal(c->wanted.room, "or-2");
	assert_int_equal(c->wanted.start_ms, AT(70));
	assert_int_equal(c->wanted.end_ms, AT(130));
	assert_int_equal(c->wanted.status, CASE_PLANNED);
	w->now_ms += 1200;
	answer(o, FHIR_WRITTEN, "");
	assert_string_equal(word_of(o, plan, 0), "received");
	assert_string_equal(step(o, plan, 0)->order.version, "W/\"2\"");
	assert_int_equal(step(o, plan, 0)->at_ms[ORDER_RECEIVED], AT(10) + 1200);
	for (int i = 0; i < 300; i++)
		later(w, 1);
	assert_int_equal(o->writer->sent, 1);
	assert_int_equal(o->writer->looked, 0);
}

/* Nothing leaves before the approval, and that it is sent, are on disk. */
static void nothing_leaves_before_the_disk(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	o->stored = o->twin->seq;
	const char *plan = approve(o, "fhir", one_move, 1);
	later(w, 1);
	assert_string_equal(word_of(o, plan, 0), "approved");
	o->stored = o->twin->seq; /* the approval is there */
	later(w, 1);
	assert_string_equal(word_of(o, plan, 0), "sent");
	later(w, 1);
	assert_int_equal(o->writer->sent, 0);
	o->stored = o->twin->seq;
	later(w, 1);
	assert_int_equal(o->writer->sent, 1);
	answer(o, FHIR_WRITTEN, "");
}

/* A disk that takes nothing: nothing is sent, and after two minutes not any more. */
static void without_a_disk(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	o->stored = 0;
	const char *plan = approve(o, "fhir", one_move, 1);
	for (int i = 0; i <= 121; i++)
		later(w, 1);
	assert_string_equal(word_of(o, plan, 0), "expired");
	assert_int_equal(o->writer->sent, 0);
}

/* Steps in their order, each only when the one before is there. */
static void one_after_the_other(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	const char *plan = approve(o, "fhir", two_moves, 2);
	later(w, 1);
	later(w, 1);
	assert_string_equal(o->writer->change.id, "c-3");
	assert_string_equal(word_of(o, plan, 1), "approved");
	later(w, 5);
	assert_int_equal(o->writer->sent, 1);
	answer(o, FHIR_WRITTEN, "");
	later(w, 1);
	assert_int_equal(o->writer->sent, 2);
	assert_string_equal(o->writer->change.id, "c-2");
	answer(o, FHIR_WRITTEN, "");
	assert_int_equal(orders_whole(orders_plan(o->orders, plan)), WHOLE_DONE);
}

/* Somebody else's change: the plan stops there, the rest expires, nothing is tried
 * again, and what is there now is kept. */
static void a_conflict_stops_the_plan(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	struct fhir_write_result r = {.what = FHIR_CONFLICT,
		.status = 412,
		.theirs = {AT(200), AT(230), "L1", CASE_PLANNED},
		.theirs_known = true};
	const char *plan = approve(o, "fhir", two_moves, 2);
	FILL(r.why, "somebody has changed it");
	later(w, 1);
	later(w, 1);
	fake_answer(o->writer, &r);
	assert_string_equal(word_of(o, plan, 0), "refused");
	assert_string_equal(word_of(o, plan, 1), "expired");
	assert_string_equal(
		step(o, plan, 0)->order.before, "place:case=c-3,room=or-2,at=2026-03-16T09:30Z");
	assert_string_equal(
		step(o, plan, 0)->order.theirs, "place:case=c-3,room=or-1,at=2026-03-16T12:20Z");
	for (int i = 0; i < 300; i++)
		later(w, 1);
	assert_int_equal(o->writer->sent, 1);
	assert_int_equal(orders_whole(orders_plan(o->orders, plan)), WHOLE_REFUSED);
}

static void half_of_it(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	const char *plan = approve(o, "fhir", two_moves, 2);
	later(w, 1);
	later(w, 1);
	answer(o, FHIR_WRITTEN, "");
	later(w, 1);
	answer(o, FHIR_REFUSED, "403");
	assert_int_equal(orders_whole(orders_plan(o->orders, plan)), WHOLE_HALF);
	/* The half that was done is taken back. */
	recall(o, plan);
	later(w, 1);
	later(w, 1);
	assert_int_equal(o->writer->sent, 3);
	assert_string_equal(o->writer->change.id, "c-3");
	assert_int_equal(o->writer->change.wanted.start_ms, AT(30));
	assert_int_equal(o->writer->change.expected.start_ms, AT(180));
	answer(o, FHIR_WRITTEN, "");
	assert_int_equal(orders_whole(orders_plan(o->orders, plan)), WHOLE_UNDONE);
}

/* Before anything was sent the server may be asked again: after 2, 4 and 8 s. */
static void busy_is_asked_again_a_few_times(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	const char *plan = approve(o, "fhir", one_move, 1);
	static const int gaps[] = {2, 4, 8};
	later(w, 1);
	later(w, 1);
	for (int i = 0; i < 3; i++) {
		answer(o, FHIR_BUSY, "503");
		later(w, gaps[i] - 1);
		assert_int_equal(o->writer->sent, i + 1);
		later(w, 1);
		assert_int_equal(o->writer->sent, i + 2);
	}
	answer(o, FHIR_BUSY, "503");
	assert_string_equal(word_of(o, plan, 0), "refused");
}

/* What can be no appointment (no end of an emergency) is not asked for again. */
static void what_is_no_change_is_refused(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	o->writer->refuses = -EINVAL;
	const char *plan = approve(o, "fhir", two_moves, 2);
	later(w, 1);
	later(w, 1);
	assert_int_equal(o->writer->sent, 0);
	assert_string_equal(word_of(o, plan, 0), "refused");
}

/* ---- unknown ---- */

/* A server that applies and times out: read again, it is there. */
static void a_timeout_is_unknown_until_read(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	const char *plan = approve(o, "fhir", two_moves, 2);
	later(w, 1);
	later(w, 1);
	answer(o, FHIR_UNKNOWN, "no answer within 20 s");
	assert_string_equal(word_of(o, plan, 0), "unknown");
	assert_string_equal(word_of(o, plan, 1), "approved");
	assert_int_equal(o->writer->looked, 1); /* at once */
	answer(o, FHIR_UNKNOWN, "no answer");
	later(w, 4);
	assert_int_equal(o->writer->looked, 1);
	later(w, 1);
	assert_int_equal(o->writer->looked, 2);
	answer(o, FHIR_WRITTEN, "");
	assert_string_equal(word_of(o, plan, 0), "received");
	later(w, 1);
	assert_int_equal(o->writer->sent, 2); /* and the plan goes on */
	assert_string_equal(o->writer->change.id, "c-2");
	answer(o, FHIR_WRITTEN, "");
}

/* As before at the first look: it may still be on its way in. Five seconds later as
 * well: it did not happen, and is not sent anew by itself. */
static void what_did_not_happen(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	const char *plan = approve(o, "fhir", one_move, 1);
	later(w, 1);
	later(w, 1);
	answer(o, FHIR_UNKNOWN, "");
	answer(o, FHIR_REFUSED, "as before");
	assert_string_equal(word_of(o, plan, 0), "unknown");
	later(w, 5);
	answer(o, FHIR_REFUSED, "as before");
	assert_string_equal(word_of(o, plan, 0), "refused");
	assert_string_equal(step(o, plan, 0)->order.why, "read again: it did not happen");
	for (int i = 0; i < 300; i++)
		later(w, 1);
	assert_int_equal(o->writer->sent, 1);
	/* A person may approve it again: then it goes. */
	plan = approve(o, "fhir", one_move, 1);
	later(w, 1);
	later(w, 1);
	assert_int_equal(o->writer->sent, 2);
	answer(o, FHIR_WRITTEN, "");
	assert_string_equal(word_of(o, plan, 0), "received");
}

/* A server that stays silent is asked after 5, 10, 20, 40, then each 60 s: at most
 * so often in ten minutes, 5 + 10 + 20 + 40 + 8 x 60 = 555. */
static void looking_grows_rare(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	approve(o, "fhir", one_move, 1);
	later(w, 1);
	later(w, 1);
	answer(o, FHIR_UNKNOWN, "");
	for (int i = 0; i < 600; i++) {
		if (o->writer->done != NULL)
			answer(o, FHIR_UNKNOWN, "");
		later(w, 1);
	}
	assert_in_range(o->writer->looked, 11, 13);
	assert_int_equal(o->writer->sent, 1);
}

/* ---- an end in between ---- */

static void restart(struct one *o)
{
	sender_destroy(o->sender);
	start_sender(o);
	o->world->mono_ms = 50; /* another boot's clock */
}

/* Killed between sent and received: looked at, never sent again. */
static void killed_on_its_way(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	const char *plan = approve(o, "fhir", one_move, 1);
	later(w, 1);
	later(w, 1);
	assert_int_equal(o->writer->sent, 1);
	restart(o);
	later(w, 1);
	assert_string_equal(word_of(o, plan, 0), "unknown");
	assert_int_equal(o->writer->sent, 0);
	assert_int_equal(o->writer->looked, 1);
	answer(o, FHIR_WRITTEN, "");
	assert_string_equal(word_of(o, plan, 0), "received");
	assert_int_equal(o->writer->sent, 0);
}

/* Killed before it went: within two minutes it still goes, once; later it does not. */
static void killed_before_it_went(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	o->stored = 0;
	const char *plan = approve(o, "fhir", one_move, 1);
	restart(o);
	o->stored = UINT64_MAX;
	later(w, 30);
	later(w, 1);
	assert_int_equal(o->writer->sent, 1);
	answer(o, FHIR_WRITTEN, "");
	assert_string_equal(word_of(o, plan, 0), "received");
}

static void killed_long_ago(void **state)
{
	struct world *w = *state;
	struct one *o = &w->a;
	o->stored = 0;
	const char *plan = approve(o, "fhir", one_move, 1);
	restart(o);
	o->stored = UINT64_MAX;
	later(w, 121);
	assert_string_equal(word_of(o, plan, 0), "expired");
	assert_int_equal(o->writer->sent, 0);
}

/* The clock of the suite steps an hour either way in the middle of a plan: nothing
 * expires, nothing is sent twice. */
static void a_clock_that_steps(void **state)
{
	struct world *w = *state;
	for (int turn = 0; turn < 2; turn++) {
		struct one *o = &w->a;
		int before = o->writer->sent;
		const char *plan = approve(o, "fhir", two_moves, 2);
		later(w, 1);
		later(w, 1);
		w->now_ms += turn ? -3600000 : 3600000;
		answer(o, FHIR_WRITTEN, "");
		later(w, 1);
		w->now_ms += turn ? 3600000 : -3600000;
		answer(o, FHIR_WRITTEN, "");
		later(w, 200);
		assert_int_equal(orders_whole(orders_plan(o->orders, plan)), WHOLE_DONE);
		assert_int_equal(o->writer->sent, before + 2);
		recall(o, plan);
		for (int i = 0; i < 2; i++) {
			later(w, 1);
			later(w, 1);
			answer(o, FHIR_WRITTEN, "");
		}
		assert_int_equal(orders_whole(orders_plan(o->orders, plan)), WHOLE_UNDONE);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(sent_and_received),
		TEST(nothing_leaves_before_the_disk),
		TEST(without_a_disk),
		TEST(one_after_the_other),
		TEST(a_conflict_stops_the_plan),
		TEST(half_of_it),
		TEST(busy_is_asked_again_a_few_times),
		TEST(what_is_no_change_is_refused),
		TEST(a_timeout_is_unknown_until_read),
		TEST(what_did_not_happen),
		TEST(looking_grows_rare),
		TEST(killed_on_its_way),
		TEST(killed_before_it_went),
		TEST(killed_long_ago),
		TEST(a_clock_that_steps),
	};
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
