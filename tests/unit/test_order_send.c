/* SPDX-License-Identifier: Apache-2.0 */
/* The sender of orders: what it sends, when, and what it never does twice. Clocks and
 * the disk are the test's; the hospital is a fake that answers when it is told to. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include "src/order_change.h"
#include "src/orders.h"
#include "tests/unit/fhir_write_fake.h"
#include "tests/unit/twin_world.h"
#include "twin/order_plan.h"

static int64_t midnight(int64_t at_ms)
{
	return at_ms - at_ms % 86400000;
}

struct world;

/* A station: its own twin, orders and sender. */
struct one {
	struct world *world;
	char name[ID_SIZE];
	struct twin *twin;
	struct orders *orders;
	struct stations stations;
	struct sender *sender;
	struct fhir_write *writer;
	uint64_t stored; /* UINT64_MAX: all is on disk at once */
	char topic[ORDER_TOPIC_SIZE];
	char *command;
	bool cut, no_broker, commands, unasked;
	int said;
};

struct world {
	int64_t now_ms, mono_ms;
	struct one a, b;
	struct fork fork;
};

static void hears(struct one *o, const struct fact *f)
{
	struct fact copy = *f;
	copy.at_ms = o->world->now_ms;
	copy.seq = o->twin->seq + 1;
	twin_apply(o->twin, &copy, NULL);
	orders_fold(o->orders, o->twin, &copy);
}

/* What one says the other hears, unless the link is cut. */
static void on_fact(void *context, struct fact *f)
{
	struct one *o = context;
	struct world *w = o->world;
	struct one *other = o == &w->a ? &w->b : &w->a;
	static int64_t hlc;
	f->by.hlc_ms = w->now_ms > hlc ? w->now_ms : hlc + 1;
	hlc = f->by.hlc_ms;
	FILL(f->by.station, o->name);
	o->said++;
	hears(o, f);
	f->seq = o->twin->seq;
	if (!o->cut && other->twin != NULL && !other->cut)
		hears(other, f);
}

static void on_view(void *context, struct sender_view *out)
{
	struct one *o = context;
	*out = (struct sender_view){.twin = o->twin,
		.orders = o->orders,
		.stations = &o->stations,
		.now_ms = o->world->now_ms,
		.mono_ms = o->world->mono_ms,
		.speed = 1,
		.stored = o->stored};
}

static bool on_publish(void *context, const char *topic, const char *text, size_t len)
{
	struct one *o = context;
	if (o->no_broker)
		return false;
	free(o->command);
	o->command = strndup(text, len);
	FILL(o->topic, topic);
	return true;
}

/* c-3 is of the second server, which only proposes; the rest of the first. */
static int on_server(void *context, const char *id)
{
	const struct one *o = context;
	if (o->unasked)
		return -2;
	return strcmp(id, "c-3") == 0;
}

static void start_sender(struct one *o)
{
	static const struct http_options http = {.base = "http://127.0.0.1:1"};
	struct error err = {""};
	struct sender_options options = {.self = o->name,
		.servers = {{&http, FHIR_PATCH}, {&http, FHIR_PROPOSE}},
		.commands = o->commands,
		.calls = {.view = on_view,
			.fact = on_fact,
			.server = on_server,
			.publish = on_publish,
			.context = o}};
	fake_last = NULL;
	o->sender = sender_create(NULL, &options, &err);
	assert_non_null(o->sender);
	o->writer = fake_last;
	assert_non_null(o->writer); /* of the first; none of the one that proposes */
	sender_look(o->sender);     /* what it finds was approved before it began */
}

static void put_case(struct one *o, const char *id, const char *room, int from, int to)
{
	char patient[8];
	snprintf(patient, sizeof patient, "p%s", id + 1);
	struct fact f = case_fact(id, patient, room, from, to, 0);
	snprintf(f.origin, sizeof f.origin, "Appointment/%s", id);
	put(o->twin, f);
}

/* OR 1: c-1 9:30-10:30, c-2 10:40-11:40; OR 2: c-3 9:30-10:00. */
static void join(struct world *w, struct one *o, const char *name, const char *other)
{
	o->world = w;
	FILL(o->name, name);
	start(&o->twin);
	put_case(o, "c-1", "or-1", 30, 90);
	put_case(o, "c-2", "or-1", 100, 160);
	put_case(o, "c-3", "or-2", 30, 60);
	o->orders = calloc(1, sizeof *o->orders);
	orders_init(o->orders, midnight);
	o->stored = UINT64_MAX;
	if (other != NULL) {
		o->stations.sharing = o->stations.list[0].here = true;
		o->stations.count = 1;
		FILL(o->stations.list[0].id, other);
	}
	start_sender(o);
}

static void leave(struct one *o)
{
	sender_destroy(o->sender);
	free(o->orders);
	free(o->command);
	if (o->twin != NULL)
		twin_destroy(o->twin);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->now_ms = AT(10);
	w->mono_ms = 1000;
	w->fork.twin = twin_create();
	join(w, &w->a, "desk-a", NULL);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	leave(&w->a);
	leave(&w->b);
	twin_destroy(w->fork.twin);
	free(w);
	return 0;
}

/* Seconds go by, on both clocks. */
static void later(struct world *w, int s)
{
	w->now_ms += s * 1000;
	w->mono_ms += s * 1000;
	sender_look(w->a.sender);
	if (w->b.sender != NULL)
		sender_look(w->b.sender);
}

/* A person at `o` approves it; its steps go by `way`. The plan's id. */
static const char *approve(struct one *o, const char *way, const char *const *texts, int count)
{
	static char id[ID_SIZE];
	struct fact_order orders[ORDERS_STEPS] = {0};
	struct what_if moves = {.count = count};
	char why[SCENARIO_TEXT];
	for (int i = 0; i < count; i++)
		if (!scenario_parse(texts[i], &moves.list[i], why))
			fail_msg("%s: %s", texts[i], why);
	int steps = order_plan(o->twin, &moves, &o->world->fork, orders, why);
	if (steps < 0)
		fail_msg("%s", why);
	for (int i = 0; i < steps; i++) {
		struct fact f = fact_make(FACT_ORDER, SOURCE_PERSON, o->world->now_ms);
		f.source_ms = o->world->now_ms;
		FILL(f.origin, "ada");
		f.order = orders[i];
		FILL(f.order.way, orders[i].about[0] != '\0' ? way : "");
		on_fact(o, &f);
	}
	FILL(id, orders[0].plan);
	return id;
}

/* A person says something of a step: taking it back, that it is done ... */
static void person(struct one *o, const struct fact_order *order, enum order_state state)
{
	struct fact f = fact_make(FACT_ORDER, SOURCE_PERSON, o->world->now_ms);
	f.source_ms = o->world->now_ms;
	FILL(f.origin, "ada");
	f.order = *order;
	f.order.state = state;
	on_fact(o, &f);
}

static void recall(struct one *o, const char *plan)
{
	const struct order_plan *p = orders_plan(o->orders, plan);
	for (int i = 0; i < p->step_count; i++) {
		struct fact_order back = p->steps[i].order;
		if (back.state != ORDER_RECEIVED)
			continue;
		back.undo = true;
		FILL(back.text, p->steps[i].order.before);
		FILL(back.before, p->steps[i].order.text);
		person(o, &back, ORDER_APPROVED);
	}
}

static const struct order_step *step(const struct one *o, const char *plan, int i)
{
	return &orders_plan(o->orders, plan)->steps[i];
}

static const char *word_of(const struct one *o, const char *plan, int i)
{
	return order_state_name(step(o, plan, i)->order.state);
}

static void answer(struct one *o, enum fhir_written what, const char *why)
{
	struct fhir_write_result r = {.what = what};
	FILL(r.after, "W/\"2\"");
	FILL(r.why, why);
	if (o->writer->done == NULL)
		fail_msg("nothing is on its way");
	fake_answer(o->writer, &r);
}

/* The hospital's own word, as its poll brings it. */
static void hospital(struct one *o, const char *id, const char *room, int from, int to)
{
	put_case(o, id, room, from, to);
	struct fact f = case_fact(id, "", room, from, to, (int)((o->world->now_ms - T0) / MIN));
	snprintf(f.origin, sizeof f.origin, "Appointment/%s", id);
	hears(o, &f);
}

static const char *const one_move[] = {"place:case=c-2,room=or-2,at=2026-03-16T10:10Z"};
/* c-3 makes room, then c-2 goes where it was: each goes by itself. */
static const char *const two_moves[] = {"place:case=c-2,room=or-2,at=2026-03-16T09:30Z",
	"place:case=c-3,room=or-2,at=2026-03-16T12:00Z"};

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
