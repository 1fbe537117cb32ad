/* SPDX-License-Identifier: Apache-2.0 */
/* Orders as a fold: states, merge, and the ledger, worked out by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "tests/unit/twin_world.h"
#include "twin/fact_field.h"
#include "twin/orders.h"

#define PLAN "0123456789abcdef"

static int64_t midnight(int64_t at_ms)
{
	return at_ms - at_ms % 86400000; /* the zone is UTC here */
}

static struct orders *house(void)
{
	struct orders *o = calloc(1, sizeof *o);

	assert_non_null(o);
	orders_init(o, midnight);
	return o;
}

/* `hlc` minutes after T0. Approved by a person, everything else said by vigie. */
static struct fact word(
	int step, int steps, bool undo, enum order_state state, const char *station, int hlc)
{
	bool person = state == ORDER_APPROVED;
	struct fact f = fact_make(FACT_ORDER, person ? SOURCE_PERSON : SOURCE_SYSTEM, AT(hlc));

	f.source_ms = f.by.hlc_ms = AT(hlc);
	FILL(f.origin, person ? "ada" : "vigie");
	FILL(f.by.station, station);
	FILL(f.order.plan, PLAN);
	f.order.step = step;
	f.order.steps = steps;
	f.order.undo = undo;
	f.order.state = state;
	snprintf(f.order.why, sizeof f.order.why, "%s %s", station, order_state_name(state));
	return f;
}

static void hear(struct orders *o, struct twin *t, struct fact f)
{
	f.seq = ++sequence;
	twin_apply(t, &f, NULL);
	orders_fold(o, t, &f);
}

/* ---- the table ---- */

/*
 * The states named in the closing of the loop: nothing, proposed, approved, sent,
 * received, refused, unknown, expired, undone; a row what may follow it. Its sources:
 * nothing is done twice (received, sent and unknown are never approved or sent anew);
 * unknown ends by reading again only; what failed is approved anew by a person.
 */
static void the_table(void **state)
{
	static const char letters[] = "PASRFUXB"; /* in the order of the enum */
	static const struct {
		int from;
		const char *to;
	} rows[] = {
		{ORDER_NONE, "PASRFUX"},
		{ORDER_PROPOSED, "RFX"},
		{ORDER_APPROVED, "PSRFUX"},
		{ORDER_SENT, "RFU"},
		{ORDER_RECEIVED, "B"},
		{ORDER_REFUSED, "PASRUX"},
		{ORDER_UNKNOWN, "RF"},
		{ORDER_EXPIRED, "PASRFU"},
		{ORDER_UNDONE, "PASRFUX"},
	};

	(void)state;
	assert_int_equal(sizeof letters - 1, ORDER_STATE_COUNT);
	assert_int_equal(sizeof rows / sizeof *rows, ORDER_STATE_COUNT + 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int to = 0; to < ORDER_STATE_COUNT; to++)
			if (order_follows(rows[i].from, (enum order_state)to)
				!= (strchr(rows[i].to, letters[to]) != NULL))
				fail_msg("from %d to %s", rows[i].from,
					order_state_name((enum order_state)to));
}

/* ---- one step ---- */

static void a_step_goes_its_way(void **state)
{
	struct orders *o = house();
	struct twin *t;

	(void)state;
	start(&t);
	hear(o, t, word(0, 1, false, ORDER_APPROVED, "a", 1));
	const struct order_plan *p = orders_plan(o, PLAN);
	assert_non_null(p);
	assert_null(orders_plan(o, "ffffffffffffffff"));
	assert_int_equal(p->approved_ms, AT(1));
	assert_string_equal(p->steps[0].by, "ada");
	assert_string_equal(p->steps[0].station, "a");
	assert_int_equal(orders_whole(p), WHOLE_WAITING);
	hear(o, t, word(0, 1, false, ORDER_SENT, "a", 2));
	assert_int_equal(orders_whole(p), WHOLE_UNDER_WAY);
	hear(o, t, word(0, 1, false, ORDER_UNKNOWN, "a", 3));
	assert_int_equal(orders_whole(p), WHOLE_UNKNOWN);
	assert_true(orders_is_trouble(p, AT(3)));
	assert_false(orders_is_trouble(p, AT(1 + 12 * 60))); /* history by then */
	hear(o, t, word(0, 1, false, ORDER_RECEIVED, "a", 4));
	assert_int_equal(orders_whole(p), WHOLE_DONE);
	assert_false(orders_is_trouble(p, AT(4)));
	for (int s = ORDER_APPROVED; s <= ORDER_RECEIVED; s++)
		assert_int_equal(p->steps[0].at_ms[s], AT(s == ORDER_RECEIVED ? 4 : s));
	/* Never sent or approved again. */
	hear(o, t, word(0, 1, false, ORDER_APPROVED, "a", 5));
	hear(o, t, word(0, 1, false, ORDER_SENT, "a", 6));
	assert_int_equal(p->steps[0].order.state, ORDER_RECEIVED);
	assert_string_equal(p->steps[0].order.why, "a received");
	assert_int_equal(p->steps[0].at_ms[ORDER_APPROVED], AT(1));
	free(o);
	twin_destroy(t);
}

static void taken_back_and_done_again(void **state)
{
	struct orders *o = house();
	struct twin *t;

	(void)state;
	start(&t);
	hear(o, t, word(0, 1, false, ORDER_APPROVED, "a", 1));
	hear(o, t, word(0, 1, false, ORDER_RECEIVED, "a", 2));
	const struct order_step *s = &orders_plan(o, PLAN)->steps[0];
	hear(o, t, word(0, 1, true, ORDER_APPROVED, "b", 3));
	assert_int_equal(orders_whole(orders_plan(o, PLAN)), WHOLE_UNDOING);
	assert_string_equal(s->undo_station, "b");
	assert_int_equal(s->order.state, ORDER_RECEIVED);
	hear(o, t, word(0, 1, true, ORDER_REFUSED, "b", 4));
	assert_int_equal(orders_whole(orders_plan(o, PLAN)), WHOLE_NOT_UNDONE);
	hear(o, t, word(0, 1, true, ORDER_APPROVED, "b", 5));
	hear(o, t, word(0, 1, true, ORDER_RECEIVED, "b", 6));
	assert_int_equal(s->order.state, ORDER_UNDONE);
	assert_int_equal(s->at_ms[ORDER_UNDONE], AT(6));
	assert_int_equal(orders_whole(orders_plan(o, PLAN)), WHOLE_UNDONE);
	/* The same steps on the same state have the same name. */
	hear(o, t, word(0, 1, false, ORDER_APPROVED, "b", 7));
	assert_int_equal(orders_whole(orders_plan(o, PLAN)), WHOLE_WAITING);
	assert_string_equal(s->undo.plan, "");
	assert_int_equal(s->at_ms[ORDER_RECEIVED], 0);
	free(o);
	twin_destroy(t);
}

/* Who approves first, by (clock, station), sends it; the other one's is no second order. */
static void two_approve_one_sends(void **state)
{
	struct orders *o = house();
	struct twin *t;

	(void)state;
	start(&t);
	hear(o, t, word(0, 1, false, ORDER_APPROVED, "b", 5));
	assert_string_equal(orders_plan(o, PLAN)->steps[0].station, "b");
	hear(o, t, word(0, 1, false, ORDER_APPROVED, "a", 5)); /* the same moment */
	assert_string_equal(orders_plan(o, PLAN)->steps[0].station, "a");
	hear(o, t, word(0, 1, false, ORDER_APPROVED, "c", 4));
	assert_string_equal(orders_plan(o, PLAN)->steps[0].station, "c");
	free(o);
	twin_destroy(t);
}

/* Any order, and twice: the same state everywhere (every permutation of seven words). */
static void order_does_not_matter(void **state)
{
	const struct fact words[] = {
		word(0, 1, false, ORDER_APPROVED, "a", 1),
		word(0, 1, false, ORDER_SENT, "a", 2),
		word(0, 1, false, ORDER_UNKNOWN, "a", 3),
		word(0, 1, false, ORDER_RECEIVED, "a", 4),
		word(0, 1, false, ORDER_APPROVED, "b", 3),
		word(0, 1, true, ORDER_APPROVED, "b", 5),
		word(0, 1, true, ORDER_REFUSED, "b", 6),
	};
	enum { N = sizeof words / sizeof *words };
	struct orders *o = house();
	struct twin *t;
	int turn[N] = {0}, seen = 0;
	bool more = true;

	(void)state;
	start(&t);
	while (more) { /* factorial number system */
		int left[N];
		for (int i = 0; i < N; i++)
			left[i] = i;
		orders_init(o, midnight);
		for (int i = 0; i < N; i++) {
			const struct fact *f = &words[left[turn[i]]];
			memmove(left + turn[i], left + turn[i] + 1,
				sizeof *left * (size_t)(N - 1 - turn[i]));
			orders_fold(o, t, f);
			orders_fold(o, t, f);
		}
		const struct order_step *s = &orders_plan(o, PLAN)->steps[0];
		assert_int_equal(s->order.state, ORDER_RECEIVED);
		assert_int_equal(s->undo.state, ORDER_REFUSED);
		assert_string_equal(s->station, "a");
		assert_int_equal(s->at_ms[ORDER_APPROVED], AT(1));
		assert_int_equal(s->at_ms[ORDER_RECEIVED], AT(4));
		assert_int_equal(s->undo_at_ms[ORDER_REFUSED], AT(6));
		assert_int_equal(s->word_count, N);
		seen++;
		more = false;
		for (int i = N - 1; i >= 0 && !more; i--) {
			more = ++turn[i] < N - i;
			turn[i] = more ? turn[i] : 0;
		}
	}
	assert_int_equal(seen, 5040);
	free(o);
	twin_destroy(t);
}

/* A station that was away hears the last word of each other station only. */
static void who_was_away_says_the_same(void **state)
{
	struct orders *o = house();
	struct twin *t;

	(void)state;
	start(&t);
	hear(o, t, word(0, 1, false, ORDER_APPROVED, "b", 3));
	hear(o, t, word(0, 1, false, ORDER_RECEIVED, "a", 2));
	assert_int_equal(orders_whole(orders_plan(o, PLAN)), WHOLE_DONE);
	free(o);
	twin_destroy(t);
}

/* ---- a plan ---- */

static enum order_whole whole_of(const char *steps)
{
	static const char letters[] = "PASRFUXB";
	struct order_plan p = {.step_count = (int)strlen(steps)};

	for (int i = 0; i < p.step_count; i++) {
		FILL(p.steps[i].order.plan, PLAN);
		p.steps[i].order.state = (enum order_state)(strchr(letters, steps[i]) - letters);
	}
	return orders_whole(&p);
}

static void the_whole_has_a_name(void **state)
{
	(void)state;
	assert_int_equal(whole_of("AA"), WHOLE_WAITING);
	assert_int_equal(whole_of("SA"), WHOLE_UNDER_WAY);
	assert_int_equal(whole_of("RA"), WHOLE_UNDER_WAY);
	assert_int_equal(whole_of("RR"), WHOLE_DONE);
	assert_int_equal(whole_of("RP"), WHOLE_BY_HAND);
	assert_int_equal(whole_of("RFX"), WHOLE_HALF);
	assert_int_equal(whole_of("RUX"), WHOLE_UNKNOWN);
	assert_int_equal(whole_of("FX"), WHOLE_REFUSED);
	assert_int_equal(whole_of("XX"), WHOLE_EXPIRED);
	assert_int_equal(whole_of("BB"), WHOLE_UNDONE);
	assert_int_equal(whole_of("BR"), WHOLE_HALF);
	assert_int_equal(whole_of("BFX"), WHOLE_UNDONE); /* the half that was done */
}

static void bad_words_are_counted(void **state)
{
	struct orders *o = house();
	struct twin *t;
	struct fact f;

	(void)state;
	start(&t);
	hear(o, t, word(2, 2, false, ORDER_APPROVED, "a", 1));
	hear(o, t, word(-1, 2, false, ORDER_APPROVED, "a", 1));
	hear(o, t, word(0, ORDERS_STEPS + 1, false, ORDER_APPROVED, "a", 1));
	f = word(0, 1, false, ORDER_APPROVED, "a", 1);
	FILL(f.order.plan, "a/b");
	hear(o, t, f);
	assert_int_equal(o->refused, 4);
	assert_int_equal(o->plan_count, 0);
	free(o);
	twin_destroy(t);
}

/* What is still open stays; of the others the oldest makes room. */
static void the_oldest_makes_room(void **state)
{
	struct orders *o = house();
	struct twin *t;
	char id[20];

	(void)state;
	start(&t);
	for (int i = 0; i <= ORDERS_PLANS; i++) {
		struct fact f = word(0, 1, false, i == 0 ? ORDER_SENT : ORDER_RECEIVED, "a", i);
		snprintf(id, sizeof id, "plan-%d", i);
		FILL(f.order.plan, id);
		hear(o, t, f);
	}
	assert_non_null(orders_plan(o, "plan-0"));
	assert_null(orders_plan(o, "plan-1"));
	assert_non_null(orders_plan(o, "plan-2"));
	assert_int_equal(o->dropped, 1);
	free(o);
	twin_destroy(t);
}

/* Stations tell each other promises of one figure under one name. */
static void promises_have_fields(void **state)
{
	struct fact f = fact_make(FACT_PROMISE, SOURCE_SYSTEM, AT(0));
	char field[FIELD_SIZE];

	(void)state;
	FILL(f.promise.plan, PLAN);
	f.promise.what = PROMISED_END;
	FILL(f.promise.id, "c-1");
	assert_true(fact_field(&f, field));
	assert_string_equal(field, "promise:end:c-1:" PLAN);
	f.promise.what = PROMISED_OVERTIME;
	f.promise.id[0] = '\0';
	assert_true(fact_field(&f, field));
	assert_string_equal(field, "promise:overtime::" PLAN);
}

/* ---- the ledger ---- */

static struct fact promise(enum promised what, const char *id, const double q[4], int due, int at)
{
	struct fact f = fact_make(FACT_PROMISE, SOURCE_SYSTEM, AT(at));

	f.source_ms = AT(at);
	FILL(f.promise.plan, PLAN);
	f.promise.what = what;
	FILL(f.promise.id, id);
	f.promise.nothing = q[0];
	f.promise.low = q[1];
	f.promise.middle = q[2];
	f.promise.high = q[3];
	f.promise.due_ms = AT(due);
	return f;
}

static void until(struct orders *o, struct twin *t, int from, int to)
{
	for (int m = from; m <= to; m++)
		hear(o, t, fact_make(FACT_AUDIT, SOURCE_SYSTEM, AT(m)));
}

/* The suite of twin_world.h with sessions: OR 1 from 8 to 10, OR 2 from 8 to 12. */
static void sessions(struct twin *t)
{
	static struct room with[ROOMS];
	static struct site house_site;
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-100));

	memcpy(with, rooms, sizeof with);
	with[OR1].open_min = with[OR2].open_min = 8 * 60;
	with[OR1].close_min = 10 * 60;
	with[OR2].close_min = 12 * 60;
	house_site = site;
	house_site.rooms = with;
	f.site.site = &house_site;
	put(t, f);
}

static void assert_close(double got, double want)
{
	if (!(fabs(got - want) < 1e-9))
		fail_msg("%.12g instead of %.12g", got, want);
}

/*
 * T0 is 09:00. The promise at 09:05: c-1 begins 20 min later (nothing: 50), and OR 1
 * ends 15 min past its session (nothing: 45). It enters at 09:30, 25 after the
 * promise, and is out at 10:30: 30 min past 10:00. Errors +5 and +15; foretold
 * changes -30 and -30, those that came -25 and -15.
 */
static void what_came_is_held_against_it(void **state)
{
	static const double start_q[4] = {50, 10, 20, 28}, over_q[4] = {45, 5, 15, 25};
	struct orders *o = house();
	struct twin *t;
	struct orders_score s;

	(void)state;
	start(&t);
	sessions(t);
	hear(o, t, case_fact("c-1", "p-1", "or-1", 20, 80, 0));
	hear(o, t, word(0, 1, false, ORDER_APPROVED, "a", 5));
	hear(o, t, promise(PROMISED_START, "c-1", start_q, 40, 5));
	hear(o, t, promise(PROMISED_OVERTIME, "or-1", over_q, 60, 5));
	hear(o, t, word(0, 1, false, ORDER_RECEIVED, "a", 6));
	hear(o, t, milestone_fact("c-1", SOURCE_FHIR, MILESTONE_IN_ROOM, 30));
	until(o, t, 31, 89);
	const struct order_plan *p = orders_plan(o, PLAN);
	assert_true(p->promises[0].known);
	assert_false(p->promises[1].known); /* somebody is in the room */
	s = orders_score(o);
	assert_int_equal(s.known, 1);
	assert_close(s.error_min, 5);
	hear(o, t, milestone_fact("c-1", SOURCE_FHIR, MILESTONE_OUT_ROOM, 90));
	until(o, t, 91, 120);
	assert_true(p->promises[1].known);
	assert_close(p->promises[0].came, 25);
	assert_close(p->promises[1].came, 30);
	s = orders_score(o);
	assert_int_equal(s.plans, 1);
	assert_int_equal(s.known, 2);
	assert_int_equal(s.inside, 1); /* 25 in 10..28; 30 not in 5..25 */
	assert_close(s.error_min, 10);
	assert_close(s.foretold_min, -30);
	assert_close(s.came_min, -20);
	/* Of a plan that makes room the sums stay. */
	for (int i = 0; i < ORDERS_PLANS; i++) {
		struct fact f = word(0, 1, false, ORDER_APPROVED, "a", 130);
		snprintf(f.order.plan, sizeof f.order.plan, "later-%d", i);
		hear(o, t, f);
	}
	assert_null(orders_plan(o, PLAN));
	s = orders_score(o);
	assert_int_equal(s.known, 2);
	assert_close(s.error_min, 10);
	free(o);
	twin_destroy(t);
}

/* What was refused changed nothing, so nothing came of it; a case that is off has no
 * start; a room without a session no overtime. */
static void what_cannot_come_does_not_count(void **state)
{
	static const double q[4] = {50, 10, 20, 30};
	struct orders *o = house();
	struct twin *t;

	(void)state;
	start(&t);
	sessions(t);
	hear(o, t, case_fact("c-1", "p-1", "or-1", 20, 80, 0));
	hear(o, t, case_fact("c-2", "p-2", "or-1", 90, 120, 0));
	hear(o, t, word(0, 1, false, ORDER_APPROVED, "a", 5));
	hear(o, t, promise(PROMISED_START, "c-1", q, 40, 5));
	hear(o, t, promise(PROMISED_START, "c-2", q, 40, 5));
	hear(o, t, promise(PROMISED_OVERTIME, "pacu", q, 40, 5));
	struct fact off = case_fact("c-2", "p-2", "or-1", 90, 120, 10);
	off.surgery.status = CASE_CANCELLED;
	hear(o, t, off);
	hear(o, t, milestone_fact("c-1", SOURCE_FHIR, MILESTONE_IN_ROOM, 30));
	hear(o, t, word(0, 1, false, ORDER_REFUSED, "a", 31));
	until(o, t, 31, 60);
	const struct order_plan *p = orders_plan(o, PLAN);
	assert_true(p->promises[0].known);
	assert_true(p->promises[1].void_);
	assert_true(p->promises[2].void_);
	assert_int_equal(orders_score(o).known, 0);
	free(o);
	twin_destroy(t);
}

/* Two stations proved it: the first proof counts, whichever is heard first. */
static void the_first_proof_counts(void **state)
{
	static const double one[4] = {50, 10, 20, 30}, two[4] = {50, 11, 21, 31};

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		struct orders *o = house();
		struct twin *t;
		start(&t);
		hear(o, t, promise(PROMISED_START, "c-1", turn ? one : two, 40, turn ? 5 : 6));
		hear(o, t, promise(PROMISED_START, "c-1", turn ? two : one, 40, turn ? 6 : 5));
		assert_int_equal(orders_plan(o, PLAN)->promise_count, 1);
		assert_close(orders_plan(o, PLAN)->promises[0].promise.middle, 20);
		free(o);
		twin_destroy(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table),
		cmocka_unit_test(a_step_goes_its_way),
		cmocka_unit_test(taken_back_and_done_again),
		cmocka_unit_test(two_approve_one_sends),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(who_was_away_says_the_same),
		cmocka_unit_test(the_whole_has_a_name),
		cmocka_unit_test(bad_words_are_counted),
		cmocka_unit_test(the_oldest_makes_room),
		cmocka_unit_test(promises_have_fields),
		cmocka_unit_test(what_came_is_held_against_it),
		cmocka_unit_test(what_cannot_come_does_not_count),
		cmocka_unit_test(the_first_proof_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
