/* SPDX-License-Identifier: Apache-2.0 */
/* Orders: the sender of src/orders.h on this station's link, clock, twin and journal,
 * who is told of them, the alarm of a plan that went wrong, and what people do about
 * it. Nothing of it is there on a console that only looks. */
#include "src/station_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/guard.h"
#include "src/order_change.h"
#include "src/service.h"
#include "twin/scenario.h"
#include "twin/text.h"

enum { ANSWER_S = 10 }; /* then it is unknown what became of a change */

/* --- what the sender sees and says --- */

static void on_view(void *context, struct sender_view *out)
{
	struct station *s = context;
	*out = (struct sender_view){.twin = s->twin,
		.orders = s->knowledge.orders,
		.stations = &s->stations,
		.now_ms = station_now(s),
		.mono_ms = monotonic_ms(),
		.speed = s->settings->clock.speed,
		.stored = s->health.journal_ok ? journal_committed(s->journal) : 0};
}

/* What was promised of it holds for it under its new name. */
static void promise_again(
	struct station *s, const struct order_plan *plan, const char *was, const char *is)
{
	int count = plan->promise_count;
	for (int i = 0; i < count; i++) {
		const struct order_promise *p = &plan->promises[i];
		struct fact f = fact_make(FACT_PROMISE, SOURCE_SYSTEM, 0);
		if (strcmp(p->promise.id, was) != 0)
			continue;
		f.promise = p->promise;
		f.source_ms = p->made_ms;
		text_copy(f.promise.id, sizeof f.promise.id, is);
		text_copy(f.origin, sizeof f.origin, s->id);
		share_sign(s->share, &f);
		station_fact(s, &f);
	}
}

/* An emergency that a person added is in the hospital's programme now, under its own
 * name: the one that was added makes room. */
static void replace_added(struct station *s, const struct fact_order *o)
{
	struct fact f = fact_make(FACT_STATUS, SOURCE_PERSON, 0);
	const struct order_plan *plan = orders_plan(s->knowledge.orders, o->plan);
	struct scenario text;
	char why[SCENARIO_TEXT];
	if (o->state != ORDER_RECEIVED || o->undo || strchr(o->about, '/') == NULL || plan == NULL
		|| !scenario_parse(o->text, &text, why)
		|| strncmp(scenario_word(&text, 0), EMERGENCY_ID, strlen(EMERGENCY_ID)) != 0)
		return;
	text_copy(f.status.id, sizeof f.status.id, scenario_word(&text, 0));
	f.status.status = CASE_VOID;
	f.by.role = PERSON_COORDINATOR; /* who approved it */
	text_copy(f.origin, sizeof f.origin, plan->steps[o->step].by);
	f.source_ms = station_now(s);
	share_sign(s->share, &f);
	station_fact(s, &f);
	promise_again(s, plan, f.status.id, strchr(o->about, '/') + 1);
}

static void put(struct station *s, struct fact *fact)
{
	share_sign(s->share, fact);
	station_fact(s, fact);
	if (s->journal != NULL)
		journal_force(s->journal);
}

static void on_fact(void *context, struct fact *fact)
{
	struct station *s = context;
	put(s, fact);
	if (fact->kind == FACT_ORDER)
		replace_added(s, &fact->order);
}

static void on_log(void *context, bool bad, const char *text)
{
	struct station *s = context;
	if (s->settings->watch)
		service_log(bad ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, "%s", text);
}

static bool on_publish(void *context, const char *topic, const char *text, size_t len)
{
	struct station *s = context;
	return mqtt_publish(s->mqtt, topic, text, len, 1, false);
}

static int on_server(void *context, const char *case_id)
{
	struct station *s = context;
	for (int i = 0; i < s->told_by_count; i++)
		if (strcmp(s->told_by[i].id, case_id) == 0)
			return s->told_by[i].server;
	for (int n = 0; s->told_by_count == 0 && n < FHIR_SERVERS; n++)
		if (s->fhir[n].poll != NULL)
			return -2; /* it has not been asked yet */
	return -1;
}

void station_orders_told(struct station *s, int server, const struct fact *fact)
{
	int i = 0;
	if (fact->kind != FACT_CASE || s->sender == NULL)
		return;
	while (i < s->told_by_count && strcmp(s->told_by[i].id, fact->surgery.id) != 0)
		i++;
	if (i == TWIN_CASES) /* of a day long gone: begin anew, the next poll tells */
		i = s->told_by_count = 0;
	if (i == s->told_by_count)
		s->told_by_count++;
	text_copy(s->told_by[i].id, ID_SIZE, fact->surgery.id);
	s->told_by[i].server = server;
}

/* --- who is told --- */

static bool on_notify(void *context, const char *topic, const void *bytes, size_t len)
{
	struct station *s = context;
	return s->mqtt != NULL && mqtt_publish(s->mqtt, topic, bytes, len, 1, false);
}

static int on_run(
	void *context, uint64_t ticket, const struct notify_command *command, struct error *err)
{
	struct station *s = context;
	return commands_run(s->order_commands, ticket, command, err);
}

static void on_ran(void *context, uint64_t ticket, bool good, const char *why)
{
	struct station *s = context;
	order_tell_ran(s->order_tell, ticket, good, why);
}

static const struct notify_target *target(const struct settings *c, const char *name)
{
	for (int i = 0; name != NULL && i < c->notify.count; i++)
		if (strcmp(c->notify.targets[i].name, name) == 0)
			return &c->notify.targets[i];
	return NULL;
}

static int open_tell(struct station *s, struct error *err)
{
	const struct settings *c = s->settings;
	struct order_tell_options o = {.self = s->id,
		.notify = {.targets = c->notify.targets,
			.target_count = c->notify.count,
			.tries = c->notify.tries,
			.deadline_s = c->notify.deadline_s,
			.insecure = c->insecure},
		.fact = on_fact,
		.publish = on_notify,
		.run = on_run,
		.context = s};
	bool any = false;
	for (int r = 0; r < ORDER_ROLES; r++) {
		o.targets[r] = c->order_tell[r];
		any = any || c->order_tell[r] != NULL;
		if (c->order_tell[r] != NULL && target(c, c->order_tell[r]) == NULL)
			return error_set(err, -ENOENT, "orders.%s: notify has no target \"%s\"",
				order_role_name((enum order_role)r), c->order_tell[r]);
	}
	if (!any)
		return 0;
	s->order_commands = commands_open(guard_helper(), on_ran, s);
	s->order_tell = order_tell_create(s->loop, &o, err);
	return s->order_commands != NULL && s->order_tell != NULL ? 0 : -ENOMEM;
}

/* --- life --- */

static int way_of(const struct settings *c, int n, enum fhir_write_way *way, struct error *err)
{
	const char *word = c->fhir[n].write;
	int parsed = word != NULL ? fhir_write_way_parse(word) : FHIR_PROPOSE;
	if (parsed < 0)
		return error_set(err, -EINVAL,
			"%s.write: \"%s\" is none of propose, patch, put, slot, book",
			order_way_name(n), word);
	*way = (enum fhir_write_way)parsed;
	return 0;
}

static bool has_commands(const struct station *s)
{
	char topics[ORDER_TOPIC_SIZE];
	return s->settings->order_commands && s->settings->mqtt_address_count > 0
	       && order_topics(topics, s->settings->share_root, s->id);
}

int station_orders_open(struct station *s, struct error *err)
{
	struct sender_options o = {.self = s->id,
		.root = s->settings->share_root,
		.commands = has_commands(s),
		.calls = {on_view, on_fact, on_log, on_server, s->mqtt != NULL ? on_publish : NULL,
			s}};
	if (s->settings->readonly)
		return 0;
	for (int n = 0; n < FHIR_SERVERS; n++) {
		if (way_of(s->settings, n, &o.servers[n].way, err) < 0)
			return -EINVAL;
		s->order_http[n] = settings_fhir_http(s->settings, n);
		s->order_http[n].deadline_s = ANSWER_S;
		if (s->settings->fhir[n].base != NULL)
			o.servers[n].http = &s->order_http[n];
	}
	s->sender = sender_create(s->loop, &o, err);
	return s->sender != NULL ? open_tell(s, err) : -1;
}

void station_orders_close(struct station *s)
{
	sender_destroy(s->sender);
	order_tell_destroy(s->order_tell);
	commands_close(s->order_commands);
	s->sender = NULL;
	s->order_tell = NULL;
	s->order_commands = NULL;
}

void station_orders_topics(struct station *s, struct mqtt_options *out)
{
	const struct settings *c = s->settings;
	if (c->readonly)
		return;
	if (has_commands(s) && out->topic_count < MQTT_TOPICS
		&& order_topics(s->order_topics, c->share_root, s->id))
		out->topics[out->topic_count++] = s->order_topics;
	for (int r = 0; r < ORDER_ROLES; r++) {
		const struct notify_target *t = target(c, c->order_tell[r]);
		bool known = t == NULL || t->topic == NULL;
		for (int i = 0; !known && i < out->topic_count; i++)
			known = strcmp(out->topics[i], t->topic) == 0;
		if (!known && out->topic_count < MQTT_TOPICS)
			out->topics[out->topic_count++] = t->topic;
	}
}

bool station_orders_echo(struct station *s, const char *topic, const void *bytes, size_t len)
{
	bool told = s->order_tell != NULL && order_tell_echo(s->order_tell, topic, bytes, len);
	return (s->sender != NULL && sender_echo(s->sender, topic, bytes, len)) || told;
}

/* --- a plan that went wrong --- */

static bool is_told(const struct station *s, const char *condition)
{
	char key[ID_SIZE];
	snprintf(key, sizeof key, "technical:%.50s", condition);
	int i = twin_alarm(s->twin, key);
	return i >= 0 && s->twin->alarms[i].active;
}

/* The step that tells what went wrong. */
static const struct fact_order *culprit(const struct order_plan *p)
{
	static const enum order_state worst[] = {ORDER_UNKNOWN, ORDER_REFUSED, ORDER_EXPIRED};
	for (size_t w = 0; w < sizeof worst / sizeof *worst; w++)
		for (int i = 0; i < p->step_count; i++) {
			const struct order_step *step = &p->steps[i];
			if (step->undo.plan[0] != '\0' && step->undo.state == worst[w])
				return &step->undo;
			if (order_step_state(step) == (int)worst[w])
				return &step->order;
		}
	return &p->steps[0].order;
}

/* On its way for longer than any answer takes: whose it is has fallen silent. */
static bool is_stuck(const struct station *s, const struct order_plan *p)
{
	double most =
		ORDERS_STUCK_MS * (s->settings->clock.speed > 0 ? s->settings->clock.speed : 1);
	for (int i = 0; i < p->step_count; i++) {
		const struct order_step *step = &p->steps[i];
		bool undo = step->undo.plan[0] != '\0' && step->undo.state == ORDER_SENT;
		int64_t since = (undo ? step->undo_at_ms : step->at_ms)[ORDER_SENT];
		if ((undo || order_step_state(step) == ORDER_SENT)
			&& (double)(station_now(s) - since) > most)
			return true;
	}
	return false;
}

static void watch_plan(struct station *s, const struct order_plan *p)
{
	struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, 0);
	char words[SCENARIO_TEXT * 2], text[SCENARIO_TEXT * 3 + LABEL_SIZE];
	bool stuck = is_stuck(s, p);
	bool bad = stuck || orders_is_trouble(p, station_now(s));
	snprintf(f.condition.key, sizeof f.condition.key, "order:%.32s", p->id);
	if (bad == is_told(s, f.condition.key))
		return;
	const struct fact_order *o = culprit(p);
	order_words(s->twin, o->text, words, sizeof words);
	snprintf(text, sizeof text, "Order %s: %s%s%s",
		stuck ? "without an answer" : order_state_name(o->state), words,
		o->why[0] != '\0' ? ": " : "", o->why);
	text_neutralise(f.condition.text, sizeof f.condition.text, text, strlen(text));
	f.condition.active = bad;
	f.condition.priority = PRIORITY_MEDIUM;
	text_copy(f.origin, sizeof f.origin, "vigie");
	station_fact(s, &f);
}

void station_orders_tick(struct station *s)
{
	const struct orders *o = s->knowledge.orders;
	if (!s->started)
		return;
	if (s->sender != NULL)
		sender_look(s->sender);
	if (s->order_tell != NULL)
		order_tell_look(s->order_tell, s->twin, o, s->knowledge.notices, station_now(s));
	for (int i = 0; i < o->plan_count; i++)
		watch_plan(s, &o->plans[i]);
}

/* What waited for the disk may go. */
void station_orders_committed(struct station *s)
{
	if (s->started && s->sender != NULL && s->knowledge.orders->plan_count > 0)
		sender_look(s->sender);
}

/* --- what people do about it --- */

static bool say_step(
	struct station *s, const struct fact_order *order, enum order_state state, const char *why)
{
	struct fact f = station_act(s, FACT_ORDER);
	f.order = *order;
	f.order.state = state;
	text_copy(f.order.why, sizeof f.order.why, why);
	return station_commit(s, &f, order->plan);
}

static bool is_on_its_way(const struct order_plan *p)
{
	for (int i = 0; i < p->step_count; i++) {
		int state = order_step_state(&p->steps[i]);
		if (state == ORDER_SENT || state == ORDER_UNKNOWN)
			return true;
	}
	return false;
}

/* One step of a plan that is taken back: what was done is undone, what was not is not
 * done any more. */
static int recall_step(struct station *s, const struct order_step *step)
{
	struct fact_order back = step->order;
	int state = order_step_state(step);
	if (state == ORDER_APPROVED || state == ORDER_PROPOSED)
		return say_step(s, &step->order, ORDER_EXPIRED, "taken back");
	if (state != ORDER_RECEIVED || back.before[0] == '\0')
		return 0;
	back.undo = true;
	text_copy(back.text, sizeof back.text, step->order.before);
	text_copy(back.before, sizeof back.before, step->order.text);
	back.theirs[0] = '\0';
	return say_step(s, &back, ORDER_APPROVED, "");
}

void station_recall(struct station *s, const struct command *c)
{
	const struct order_plan *p = orders_plan(s->knowledge.orders, c->target);
	int said = 0, kept = 0, back = 0;
	if (p == NULL)
		return;
	if (is_on_its_way(p)) {
		station_say(s, "not yet: first it must be known what became of what was sent");
		return;
	}
	for (int i = p->step_count; i-- > 0;) {
		int before = said;
		said += recall_step(s, &p->steps[i]);
		kept += said == before && order_step_state(&p->steps[i]) == ORDER_RECEIVED;
		back += said > before && order_step_state(&p->steps[i]) == ORDER_RECEIVED;
	}
	if (said == 0)
		station_say(s, "nothing of it can be taken back");
	else
		station_say(s, "plan %.8s is %staken back%s", p->id, back > 0 ? "being " : "",
			kept > 0 ? ", but for what nothing takes back" : "");
	station_orders_tick(s);
}

/* A person has looked, or has done it. What is on its way nobody settles by hand. */
void station_order_by_hand(struct station *s, const struct command *c)
{
	const struct order_plan *p = orders_plan(s->knowledge.orders, c->target);
	if (p == NULL || c->arg < 0 || c->arg >= p->step_count)
		return;
	const struct order_step *step = &p->steps[c->arg];
	bool undo = step->undo.plan[0] != '\0' && step->order.state == ORDER_RECEIVED;
	const struct fact_order *o = undo ? &step->undo : &step->order;
	enum order_state to = c->value != 0               ? ORDER_RECEIVED
			      : o->state == ORDER_UNKNOWN ? ORDER_REFUSED
							  : ORDER_EXPIRED;
	bool settled =
		o->state == ORDER_RECEIVED || o->state == ORDER_UNDONE || o->state == ORDER_SENT;
	if (order_step_state(step) == ORDER_NONE || settled || !order_follows((int)o->state, to)) {
		station_say(s, "nothing to settle by hand: it is %s", order_state_name(o->state));
		return;
	}
	if (say_step(s, o, to, c->value != 0 ? "done by hand" : "not done"))
		station_say(s, c->value != 0 ? "noted: done by hand" : "noted: it is not done");
	station_orders_tick(s);
}
