/* SPDX-License-Identifier: Apache-2.0 */
/* What is done about it, at a whole station: an emergency is told and taken back; what
 * is approved goes on record once, of a proof that holds. The search is played by this
 * test, so that its answers are known. Expected values: the design, section 4 (`u`),
 * promises A14, B08 and B24. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/suite_station.h"
#include "twin/order_plan.h"

/* ---- the search, as it is told to answer ---- */

static struct {
	struct repair_answer answer;
	bool answered;
	struct repair_ask asked;
	uint64_t seq;
	int64_t at_ms;
	int asks, stops;
	void (*ready)(void *context);
	void *context;
} search;

struct repairer *repairer_create(
	struct ev_loop *loop, uint32_t seed, void (*ready)(void *context), void *context)
{
	(void)loop;
	(void)seed;
	memset(&search, 0, sizeof search);
	search.ready = ready;
	search.context = context;
	return (struct repairer *)&search;
}

void repairer_destroy(struct repairer *r)
{
	(void)r;
}

void repairer_ask(struct repairer *r, const struct twin *twin, const struct learnt *learnt,
	const struct repair_ask *ask)
{
	(void)r;
	(void)learnt;
	search.asked = *ask;
	search.seq = twin->seq;
	search.at_ms = twin->now_ms;
	search.asks++;
}

void repairer_stop(struct repairer *r)
{
	(void)r;
	search.stops++;
}

const struct repair_answer *repairer_last(const struct repairer *r)
{
	(void)r;
	return search.answered ? &search.answer : NULL;
}

/* c-2 goes to OR 3, five minutes later; c-4 half an hour later than it was. */
static void answer(struct suite *s)
{
	struct repair_option *o = search.answer.options;
	const struct twin *t = s->station->twin;
	const struct surgery *c = &t->cases[4];
	memset(&search.answer, 0, sizeof search.answer);
	search.answer.asked = search.asked;
	search.answer.seq = search.seq;
	search.answer.at_ms = search.at_ms;
	scenario_make("place", &o->moves.list[0]);
	assert_true(scenario_set(&o->moves.list[0], "case", "c-2"));
	assert_true(scenario_set(&o->moves.list[0], "room", "or-3"));
	assert_true(
		scenario_set_instant(&o->moves.list[0], "at", t->cases[2].start_ms + 5 * 60000));
	scenario_make("place", &o->moves.list[1]);
	assert_true(scenario_set(&o->moves.list[1], "case", "c-4"));
	assert_true(scenario_set(&o->moves.list[1], "room", c->room));
	assert_true(scenario_set_instant(&o->moves.list[1], "at", c->start_ms + 30 * 60000));
	o->moves.count = 2;
	o->overtime[0] = (struct quantiles){10, 40, 90};
	o->overtime[1] = (struct quantiles){0, 15, 50};
	o->reps = 400;
	o->proved = true;
	search.answer.count = 1;
	search.answered = true;
	search.ready(search.context);
}

/* ---- emergencies ---- */

static const char *emergency(struct suite *s, int nest, int minutes, const char *what)
{
	struct command c = {.kind = COMMAND_EMERGENCY, .arg = nest, .value = minutes};
	int before = s->station->twin->case_count;
	text_copy(c.text, sizeof c.text, what);
	s->notice[0] = '\0';
	station_command(s->station, &c);
	return s->station->twin->case_count > before ? s->station->twin->cases[before].id : NULL;
}

/* It may begin from now on, nowhere yet; two of them are two. U enters it in error. */
static void an_emergency_is_told(void **state)
{
	struct suite *s = *state;
	char first[ID_SIZE], said[LABEL_SIZE];
	const char *id = emergency(s, 2, 75, "ectopic\x1b pregnancy");
	assert_non_null(id);
	text_copy(first, sizeof first, id);
	snprintf(said, sizeof said, "emergency %s, NEST 2 (U takes it back)", id);
	assert_string_equal(s->notice, said);
	const struct surgery *c = &s->station->twin->cases[6];
	assert_int_equal(c->nest, 2);
	assert_int_equal(c->add_on, 1);
	assert_int_equal(c->status, CASE_REQUESTED);
	assert_int_equal(c->setting, SETTING_EMERGENCY);
	assert_string_equal(c->procedure, "ectopic pregnancy");
	assert_string_equal(c->room, "");
	assert_true(c->end_ms - c->start_ms == 75 * 60000);
	assert_true(c->start_ms <= s->station->twin->now_ms);
	assert_true(strncmp(id, EMERGENCY_ID, 2) == 0 && strlen(id) == 10);
	assert_string_not_equal(emergency(s, 1, 60, "rupture"), first);
	say(s, COMMAND_UNDO, "");
	assert_int_equal(s->station->twin->cases[7].status, CASE_VOID);
	assert_int_equal(s->station->twin->cases[6].status, CASE_REQUESTED);
	say(s, COMMAND_UNDO, "");
	assert_int_equal(s->station->twin->cases[6].status, CASE_VOID);
	assert_null(emergency(s, 7, 60, "no such class"));
	assert_null(emergency(s, 0, 60, "no such class"));
	assert_null(emergency(s, 1, 0, "no time"));
}

static bool has_looked(const struct view *view)
{
	return view->forecast != NULL && view->forecast->reps == 2000;
}

/* Nobody has given it a room: no forecast may pretend that somebody has. */
static void it_waits_for_a_room(void **state)
{
	struct suite *s = *state;
	struct view view;
	assert_non_null(emergency(s, 2, 75, "ectopic pregnancy"));
	uint64_t seq = s->station->seq;
	assert_true(run_until(s, 20, has_looked));
	station_view(s->station, &view);
	assert_true(view.forecast->seq >= seq);
	assert_int_equal(view.forecast->case_count, 6);
	assert_int_equal(view.forecast->index.case_of[6], SIM_NONE);
}

/* Who decides about the programme: not a nurse, and nobody at a read-only console. */
static void not_by_everybody(void **state)
{
	struct suite *s = *state;
	s->station->person.role = PERSON_NURSE;
	assert_null(emergency(s, 1, 60, "rupture"));
	assert_string_equal(s->notice, "case is not for a nurse (coordinator, supervisor)");
	s->station->person.role = PERSON_COORDINATOR;
	s->settings.readonly = true;
	assert_null(emergency(s, 1, 60, "rupture"));
	s->settings.readonly = false;
	assert_non_null(emergency(s, 1, 60, "rupture"));
}

/* ---- repairs ---- */

static struct command approval(struct suite *s)
{
	struct command c = {.kind = COMMAND_APPROVE, .covers_ms = search.answer.at_ms};
	order_plan_id(s->station->twin, &search.answer.options[0].moves, c.text);
	return c;
}

static const char *approve(struct suite *s, const struct command *c)
{
	s->notice[0] = '\0';
	station_command(s->station, c);
	return s->notice;
}

static void ask(struct suite *s, const char *about, int on_top)
{
	struct command c = {.kind = COMMAND_REPAIR, .value = on_top};
	text_copy(c.target, sizeof c.target, about);
	station_command(s->station, &c);
}

static const struct order_plan *plan_of(const struct suite *s, const struct command *c)
{
	return orders_plan(s->station->knowledge.orders, c->text);
}

/* Every step and what was promised, in one go, by whoever approved. */
static void approved_goes_on_record(void **state)
{
	struct suite *s = *state;
	struct view view;
	ask(s, "or-1", 0);
	assert_string_equal(search.asked.about, "or-1");
	answer(s);
	station_view(s->station, &view);
	assert_ptr_equal(view.repair, &search.answer);
	assert_false(view.repair_desk->stale);
	struct command c = approval(s);
	const char *said = approve(s, &c);
	assert_non_null(strstr(said, "approved: plan"));
	assert_non_null(strstr(said, "2 steps"));
	const struct order_plan *plan = plan_of(s, &c);
	assert_non_null(plan);
	assert_int_equal(plan->step_count, 2);
	for (int i = 0; i < 2; i++) {
		const struct order_step *step = &plan->steps[i];
		assert_int_equal(step->order.state, ORDER_APPROVED);
		assert_string_equal(step->by, s->station->user);
		assert_string_equal(step->station, s->station->id);
		assert_true(strncmp(step->order.before, "place:case=", 11) == 0);
		assert_string_equal(step->order.way, ""); /* whoever sends it chooses */
	}
	assert_true(plan->promise_count >= 1);
	assert_int_equal(plan->promises[0].promise.what, PROMISED_OVERTIME);
	assert_true(
		plan->promises[0].promise.nothing == 40 && plan->promises[0].promise.middle == 15);
	/* The twin is told by the hospital alone. */
	assert_string_equal(s->station->twin->cases[2].room, "or-1");
	/* A second key, here or at another station: nothing is done twice. */
	uint64_t seq = s->station->seq;
	assert_non_null(strstr(approve(s, &c), "nothing is done twice: approved at"));
	assert_true(s->station->seq == seq);
	/* U takes the plan back, not what was done before it; then it may be approved anew. */
	say(s, COMMAND_UNDO, "");
	assert_non_null(strstr(s->notice, "is taken back"));
	for (int i = 0; i < 2; i++)
		assert_int_equal(plan->steps[i].order.state, ORDER_EXPIRED);
	say(s, COMMAND_UNDO, "");
	assert_string_equal(s->notice, "nothing of yours to take back");
	assert_non_null(strstr(approve(s, &c), "approved: plan"));
	assert_int_equal(plan_of(s, &c)->steps[0].order.state, ORDER_APPROVED);
}

/* Something the day hangs on is told. */
static void milestone(struct suite *s, const char *id, enum milestone m)
{
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_FHIR, 0);
	text_copy(f.milestone.id, ID_SIZE, id);
	f.milestone.milestone = m;
	f.milestone.when_ms = station_now(s->station);
	station_fact(s->station, &f);
}

/* Four hours in OR 1 at the hour of c-2: whoever moves c-2 away does it well. */
static void crowd(struct suite *s)
{
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, 0);
	const struct surgery *c = &s->station->twin->cases[2];
	text_copy(f.surgery.id, ID_SIZE, "c-6");
	text_copy(f.surgery.room, ID_SIZE, c->room);
	f.surgery.start_ms = c->start_ms - 5 * 60000;
	f.surgery.end_ms = c->start_ms + 235 * 60000;
	f.surgery.status = CASE_PLANNED;
	station_fact(s->station, &f);
}

static void the_proof_must_hold(void **state)
{
	struct suite *s = *state;
	struct command c = {.kind = COMMAND_APPROVE};
	assert_string_equal(approve(s, &c), "nothing to approve: nothing is being looked at");
	crowd(s);
	ask(s, "", 0);
	assert_non_null(strstr(approve(s, &c), "that plan is gone"));
	answer(s);
	c = approval(s);
	text_copy(c.text, sizeof c.text, "0123456789abcdef");
	assert_non_null(strstr(approve(s, &c), "that plan is gone"));
	/* It is void now; proved again of the day as it is, it is still far better. */
	c = approval(s);
	milestone(s, "c-0", MILESTONE_ARRIVED);
	struct view view;
	station_view(s->station, &view);
	assert_true(view.repair_desk->stale);
	int64_t now = s->station->twin->now_ms;
	assert_non_null(strstr(approve(s, &c), "approved: plan"));
	assert_true(plan_of(s, &c)->promises[0].made_ms >= now);
}

/* Void, and on the day as it is now it is no better: not approved, and asked anew. */
static void a_void_proof_is_no_proof(void **state)
{
	struct suite *s = *state;
	ask(s, "", 0);
	answer(s);
	struct command c = approval(s);
	milestone(s, "c-0", MILESTONE_ARRIVED);
	uint64_t seq = s->station->seq;
	assert_non_null(strstr(approve(s, &c), "may be no better than doing nothing"));
	/* The patient is in the room by now: no rule lets him be moved. */
	milestone(s, "c-2", MILESTONE_IN_ROOM);
	assert_non_null(strstr(approve(s, &c), "not approved: the state has changed: "));
	assert_true(s->station->seq == seq + 1);
	assert_null(plan_of(s, &c));
	/* Not before the first answer to what was asked last; then at once. */
	int asks = search.asks;
	run_until(s, 3, NULL);
	assert_int_equal(search.asks, asks + 1);
	milestone(s, "c-1", MILESTONE_SENT_FOR);
	run_until(s, 3, NULL);
	assert_int_equal(search.asks, asks + 1);
	answer(s);
	run_until(s, 3, NULL);
	assert_int_equal(search.asks, asks + 2);
}

/* The proof that is open may be approved while the list goes on without it. */
static void what_is_read_may_be_approved(void **state)
{
	struct suite *s = *state;
	struct command open = {.kind = COMMAND_REPAIR_PROOF};
	crowd(s);
	ask(s, "", 0);
	answer(s);
	struct command c = approval(s);
	text_copy(open.text, sizeof open.text, c.text);
	station_command(s->station, &open);
	search.answer.count = 0;
	search.ready(search.context);
	assert_non_null(strstr(approve(s, &c), "approved: plan"));
}

/* B24: never what is injected; by role; not at a read-only or locked console. */
static void not_this_way(void **state)
{
	struct suite *s = *state;
	struct command c;
	say(s, COMMAND_WHAT_IF, "overrun:case=c-0,min=60");
	ask(s, "or-1", 1);
	assert_int_equal(search.asked.given.count, 1);
	answer(s);
	c = approval(s);
	assert_string_equal(approve(s, &c), "a repair of a what-if is looked at, never approved");
	ask(s, "or-1", 0);
	assert_int_equal(search.asked.given.count, 0);
	assert_non_null(strstr(approve(s, &c), "that plan is gone"));
	answer(s);
	c = approval(s);
	uint64_t seq = s->station->seq;
	s->settings.readonly = true;
	assert_string_equal(approve(s, &c), "this console is read-only");
	s->settings.readonly = false;
	station_lock(s->station, true, "test");
	seq = s->station->seq;
	assert_non_null(strstr(approve(s, &c), "locked"));
	assert_true(s->station->seq == seq);
	station_lock(s->station, false, "test");
	s->station->person.role = PERSON_NURSE;
	assert_string_equal(approve(s, &c), "order is not for a nurse (coordinator, supervisor)");
	assert_null(plan_of(s, &c));
	s->station->person.role = PERSON_SUPERVISOR;
	assert_non_null(strstr(approve(s, &c), "approved: plan"));
}

static bool has_board(const struct view *view)
{
	return view->what_if_answer != NULL && view->what_if_answer->asked.count == 2
	       && view->what_if_answer->reps == 2000;
}

/* The board of the plan that is looked at takes the place of the what-ifs', and gives
 * it back; then more is promised than overtime. */
static void the_proof_is_a_what_if(void **state)
{
	struct suite *s = *state;
	ask(s, "or-1", 0);
	answer(s);
	struct command c = approval(s), open = {.kind = COMMAND_REPAIR_PROOF};
	text_copy(open.text, sizeof open.text, c.text);
	station_command(s->station, &open);
	assert_true(run_until(s, 30, has_board));
	assert_int_equal(s->station->what_if.count, 0);
	struct view view;
	station_view(s->station, &view);
	assert_int_equal(view.what_if_answer->injected, 2);
	assert_non_null(strstr(approve(s, &c), "approved: plan"));
	const struct order_plan *plan = plan_of(s, &c);
	int starts = 0, ends = 0, rooms = 0;
	for (int i = 0; i < plan->promise_count; i++) {
		const struct fact_promise *p = &plan->promises[i].promise;
		starts += p->what == PROMISED_START;
		ends += p->what == PROMISED_END;
		rooms += p->what == PROMISED_OVERTIME && p->id[0] != '\0';
		assert_true(p->low <= p->middle && p->middle <= p->high);
	}
	assert_int_equal(starts, 2); /* c-2 and c-4 */
	assert_int_equal(ends, 2);
	assert_int_equal(rooms, 2); /* OR 1 and OR 3 */
	open.text[0] = '\0';
	station_command(s->station, &open);
	assert_false(s->station->proof_open);
	say(s, COMMAND_REPAIR_END, "");
	assert_int_equal(search.stops, 1);
	station_view(s->station, &view);
	assert_null(view.repair_desk);
}

/* `u` asks where it fits at once. */
/* c-3 of the other room has nothing to do with c-2: left out, the rest is held, and is
 * what somebody looks at from then on. */
static void the_core_alone_is_looked_at(void **state)
{
	struct suite *s = *state;
	struct repair_option *o = search.answer.options;
	char id[ID_SIZE], core[ID_SIZE];
	ask(s, "c-2", 0);
	answer(s);
	order_plan_id(s->station->twin, &o->moves, id);
	int asks = search.asks;
	say(s, COMMAND_REPAIR_CORE, id); /* c-4 comes behind it in its room */
	assert_int_equal(search.asks, asks);
	assert_true(scenario_set(&o->moves.list[1], "case", "c-3"));
	assert_true(scenario_set(&o->moves.list[1], "room", "or-2"));
	order_plan_id(s->station->twin, &o->moves, id);
	say(s, COMMAND_REPAIR_CORE, "of another day");
	assert_int_equal(search.asks, asks);
	say(s, COMMAND_REPAIR_CORE, id);
	assert_int_equal(search.asks, asks + 1);
	assert_string_equal(search.asked.about, "c-2");
	assert_int_equal(search.asked.held.count, 1);
	assert_string_equal(scenario_word(&search.asked.held.list[0], 0), "c-2");
	order_plan_id(s->station->twin, &search.asked.held, core);
	assert_string_equal(s->station->desk.chosen, core);
}

static void an_emergency_is_placed(void **state)
{
	struct suite *s = *state;
	const char *id = emergency(s, 1, 60, "rupture");
	assert_int_equal(search.asks, 1);
	assert_string_equal(search.asked.about, id);
	assert_int_equal(search.asked.given.count, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_emergency_is_told, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(it_waits_for_a_room, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(
			the_core_alone_is_looked_at, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(an_emergency_is_placed, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(approved_goes_on_record, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(the_proof_must_hold, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(a_void_proof_is_no_proof, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(
			what_is_read_may_be_approved, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(not_this_way, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(the_proof_is_a_what_if, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(not_by_everybody, open_suite, close_suite),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
