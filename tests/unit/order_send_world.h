/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_ORDER_SEND_WORLD_H
#define VIGIE_TESTS_ORDER_SEND_WORLD_H

/* The sender of orders at one station, or at two. Clocks and the disk are the test's;
 * the hospital is a fake that answers when it is told to. Included after cmocka.h. */

#include <cjson/cJSON.h>

#include "src/order_change.h"
#include "src/orders.h"
#include "tests/unit/fhir_write_fake.h"
#include "tests/unit/twin_world.h"
#include "twin/order_plan.h"

#define ORDER_HELPER static __attribute__((unused))

ORDER_HELPER int64_t midnight(int64_t at_ms)
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

ORDER_HELPER void hears(struct one *o, const struct fact *f)
{
	struct fact copy = *f;
	copy.at_ms = o->world->now_ms;
	copy.seq = o->twin->seq + 1;
	twin_apply(o->twin, &copy, NULL);
	orders_fold(o->orders, o->twin, &copy);
}

/* What one says the other hears, unless the link is cut. */
ORDER_HELPER void on_fact(void *context, struct fact *f)
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

ORDER_HELPER void on_view(void *context, struct sender_view *out)
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

ORDER_HELPER bool on_publish(void *context, const char *topic, const char *text, size_t len)
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
ORDER_HELPER int on_server(void *context, const char *id)
{
	const struct one *o = context;
	if (o->unasked)
		return -2;
	return strcmp(id, "c-3") == 0;
}

ORDER_HELPER void start_sender(struct one *o)
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

ORDER_HELPER void put_case(struct one *o, const char *id, const char *room, int from, int to)
{
	char patient[8];
	snprintf(patient, sizeof patient, "p%s", id + 1);
	struct fact f = case_fact(id, patient, room, from, to, 0);
	snprintf(f.origin, sizeof f.origin, "Appointment/%s", id);
	put(o->twin, f);
}

/* OR 1: c-1 9:30-10:30, c-2 10:40-11:40; OR 2: c-3 9:30-10:00. */
ORDER_HELPER void join(struct world *w, struct one *o, const char *name, const char *other)
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

ORDER_HELPER void leave(struct one *o)
{
	sender_destroy(o->sender);
	free(o->orders);
	free(o->command);
	if (o->twin != NULL)
		twin_destroy(o->twin);
}

ORDER_HELPER int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->now_ms = AT(10);
	w->mono_ms = 1000;
	w->fork.twin = twin_create();
	join(w, &w->a, "desk-a", NULL);
	*state = w;
	return 0;
}

ORDER_HELPER int teardown(void **state)
{
	struct world *w = *state;
	leave(&w->a);
	leave(&w->b);
	twin_destroy(w->fork.twin);
	free(w);
	return 0;
}

/* Seconds go by, on both clocks. */
ORDER_HELPER void later(struct world *w, int s)
{
	w->now_ms += s * 1000;
	w->mono_ms += s * 1000;
	sender_look(w->a.sender);
	if (w->b.sender != NULL)
		sender_look(w->b.sender);
}

/* A person at `o` approves it; its steps go by `way`. The plan's id. */
ORDER_HELPER const char *approve(
	struct one *o, const char *way, const char *const *texts, int count)
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
ORDER_HELPER void person(struct one *o, const struct fact_order *order, enum order_state state)
{
	struct fact f = fact_make(FACT_ORDER, SOURCE_PERSON, o->world->now_ms);
	f.source_ms = o->world->now_ms;
	FILL(f.origin, "ada");
	f.order = *order;
	f.order.state = state;
	on_fact(o, &f);
}

ORDER_HELPER void recall(struct one *o, const char *plan)
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

ORDER_HELPER const struct order_step *step(const struct one *o, const char *plan, int i)
{
	return &orders_plan(o->orders, plan)->steps[i];
}

ORDER_HELPER const char *word_of(const struct one *o, const char *plan, int i)
{
	return order_state_name(step(o, plan, i)->order.state);
}

ORDER_HELPER void answer(struct one *o, enum fhir_written what, const char *why)
{
	struct fhir_write_result r = {.what = what};
	FILL(r.after, "W/\"2\"");
	FILL(r.why, why);
	if (o->writer->done == NULL)
		fail_msg("nothing is on its way");
	fake_answer(o->writer, &r);
}

/* The hospital's own word, as its poll brings it. */
ORDER_HELPER void hospital(struct one *o, const char *id, const char *room, int from, int to)
{
	put_case(o, id, room, from, to);
	struct fact f = case_fact(id, "", room, from, to, (int)((o->world->now_ms - T0) / MIN));
	snprintf(f.origin, sizeof f.origin, "Appointment/%s", id);
	hears(o, &f);
}

ORDER_HELPER const char *const one_move[] = {"place:case=c-2,room=or-2,at=2026-03-16T10:10Z"};
/* c-3 makes room, then c-2 goes where it was: each goes by itself. */
ORDER_HELPER const char *const two_moves[] = {"place:case=c-2,room=or-2,at=2026-03-16T09:30Z",
	"place:case=c-3,room=or-2,at=2026-03-16T12:00Z"};

#endif
