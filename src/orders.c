/* SPDX-License-Identifier: Apache-2.0 */
#include "src/orders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/order_change.h"
#include "twin/text.h"

/* What is remembered of a plan besides the facts: deadlines, by the clock that never
 * steps. One for what is ordered, one for its taking back. */
struct pace {
	int64_t approved_ms; /* of which approval: another one begins anew */
	uint64_t seen_seq;   /* all up to here must be on disk before anything is sent */
	int64_t seen_mono;   /* first looked at, */
	int64_t moved_mono;  /* last came on, */
	int done;            /* ... to so many steps */
	bool earlier;        /* it was approved before this program began */
	int64_t look_mono;   /* when what is unknown is looked at next */
	int64_t look_gap_ms; /* ... and how long after that */
	bool as_before;      /* the last look saw it as it was */
};

struct remembered {
	char id[ID_SIZE];
	struct pace pace[2];
};

enum phase {
	JOB_NONE,
	JOB_STORE, /* that it is on its way goes to disk */
	JOB_SEND,  /* it is on its way */
	JOB_BUSY,  /* the server takes nothing just now */
	JOB_ECHO,  /* the broker gives it back */
	JOB_LOOK   /* it is read again */
};

struct sender {
	struct sender_options o;
	struct fhir_write *writers[ORDERS_SERVERS];
	struct sender_view view;               /* of the look under way, or of the last one */
	bool looked;                           /* before */
	struct remembered plans[ORDERS_PLANS]; /* a ring */
	int next_plan;
	struct { /* one step at a time */
		enum phase phase;
		char plan[ID_SIZE];
		int step;
		bool undo;
		uint64_t seq;     /* of the fact that says so */
		int64_t due_mono; /* JOB_BUSY, JOB_ECHO */
		int tries;
		char topic[ORDER_TOPIC_SIZE];
	} job;
};

int order_way_server(const char *way)
{
	for (int i = 0; i < ORDERS_SERVERS; i++)
		if (strcmp(way, order_way_name(i)) == 0)
			return i;
	return -1;
}

const char *order_way_name(int server)
{
	static const char *const names[ORDERS_SERVERS] = {"fhir", "fhir2", "fhir3"};
	return server >= 0 && server < ORDERS_SERVERS ? names[server] : "";
}

static void say(struct sender *s, bool bad, const struct fact_order *o, const char *what)
{
	char text[LABEL_SIZE * 3];
	if (s->o.calls.log == NULL)
		return;
	snprintf(text, sizeof text, "order %s step %d%s: %s%s%s", o->plan, o->step + 1,
		o->undo ? " (taken back)" : "", what, o->why[0] != '\0' ? ": " : "", o->why);
	s->o.calls.log(s->o.calls.context, bad, text);
}

/* --- one lane of a step: the order, or its taking back --- */

static const struct fact_order *order_of(const struct order_step *step, bool undo)
{
	return undo ? &step->undo : &step->order;
}

static bool is_mine(const struct sender *s, const struct order_step *step, bool undo)
{
	return strcmp(undo ? step->undo_station : step->station, s->o.self) == 0;
}

static bool is_by_hand(const struct fact_order *o)
{
	return strcmp(o->way, "mqtt") != 0 && order_way_server(o->way) < 0;
}

/* The number of the fact, which may have moved what it was said of. */
static uint64_t tell(
	struct sender *s, const struct fact_order *of, enum order_state state, const char *why)
{
	struct fact f = fact_make(FACT_ORDER, SOURCE_SYSTEM, 0);
	f.order = *of;
	f.order.state = state;
	text_copy(f.order.why, sizeof f.order.why, why);
	f.source_ms = s->view.now_ms;
	text_copy(f.origin, sizeof f.origin, "vigie");
	say(s, state == ORDER_REFUSED || state == ORDER_UNKNOWN || state == ORDER_EXPIRED, &f.order,
		order_state_name(state));
	s->o.calls.fact(s->o.calls.context, &f);
	return f.seq;
}

/* --- what is remembered of a plan --- */

static struct remembered *remembered(struct sender *s, const char *id)
{
	for (int i = 0; i < ORDERS_PLANS; i++)
		if (strcmp(s->plans[i].id, id) == 0)
			return &s->plans[i];
	struct remembered *r = &s->plans[s->next_plan++ % ORDERS_PLANS];
	memset(r, 0, sizeof *r);
	text_copy(r->id, sizeof r->id, id);
	return r;
}

/* Looks how far it has come since. */
static struct pace *pace_of(struct sender *s, const struct order_plan *plan, bool undo)
{
	struct pace *p = &remembered(s, plan->id)->pace[undo];
	int64_t approved = 0;
	int done = 0;
	for (int i = 0; i < plan->step_count; i++) {
		const struct order_step *step = &plan->steps[i];
		int64_t at = (undo ? step->undo_at_ms : step->at_ms)[ORDER_APPROVED];
		approved = at > approved ? at : approved;
		done += order_of(step, undo)->state == ORDER_RECEIVED;
	}
	if (approved != p->approved_ms)
		*p = (struct pace){.approved_ms = approved,
			.seen_seq = s->view.twin->seq,
			.seen_mono = s->view.mono_ms,
			.moved_mono = s->view.mono_ms,
			.done = done,
			.earlier = !s->looked,
			.look_gap_ms = ORDERS_LOOK_AGAIN_MS};
	if (done != p->done)
		p->moved_mono = s->view.mono_ms;
	p->done = done;
	return p;
}

/* --- the step under way --- */

static const struct order_step *job_step(const struct sender *s)
{
	const struct order_plan *p = orders_plan(s->view.orders, s->job.plan);
	return p != NULL && s->job.step < p->step_count ? &p->steps[s->job.step] : NULL;
}

/* What came of it; the plan goes on from here. */
static void end_job(
	struct sender *s, const struct fact_order *o, enum order_state state, const char *why)
{
	struct pace *p = &remembered(s, s->job.plan)->pace[s->job.undo];
	struct fact_order now = *o;
	s->job.phase = JOB_NONE;
	p->look_mono = s->view.mono_ms; /* what is unknown is looked at at once */
	p->look_gap_ms = ORDERS_LOOK_AGAIN_MS;
	p->as_before = false;
	tell(s, &now, state, why);
}

/* Rooms go by their FHIR ids out there. */
static void to_room(const struct twin *t, struct fhir_booking *b)
{
	for (int r = 0; t->site != NULL && r < t->site->room_count; r++)
		if (strcmp(t->site->rooms[r].fhir, b->room) == 0) {
			text_copy(b->room, sizeof b->room, t->site->rooms[r].id);
			return;
		}
}

static void answered(struct sender *s, struct fact_order *o, const struct fhir_write_result *r)
{
	struct fhir_booking theirs = r->theirs;
	if (r->after[0] != '\0')
		text_copy(o->version, sizeof o->version, r->after);
	else if (r->before[0] != '\0')
		text_copy(o->version, sizeof o->version, r->before);
	if (o->about[0] == '\0' && r->id[0] != '\0')
		snprintf(o->about, sizeof o->about, "Appointment/%.51s", r->id);
	o->theirs[0] = '\0';
	if (r->what != FHIR_CONFLICT || !r->theirs_known)
		return;
	const char *id = strchr(o->about, '/');
	to_room(s->view.twin, &theirs);
	order_booking_text(id != NULL ? id + 1 : "", &theirs, o->theirs);
}

/* Nothing of it was taken: it may be offered again, a few times. */
static void wait_busy(struct sender *s, const struct fact_order *o, const char *why)
{
	if (++s->job.tries >= ORDERS_BUSY_TRIES) {
		end_job(s, o, ORDER_REFUSED, why[0] != '\0' ? why : "the server is busy");
		return;
	}
	s->job.phase = JOB_BUSY;
	s->job.due_mono = s->view.mono_ms + (ORDERS_BUSY_MS << (s->job.tries - 1));
}

static void on_written(void *context, const struct fhir_write_result *r)
{
	static const enum order_state states[FHIR_WRITTEN_COUNT] = {
		[FHIR_WRITTEN] = ORDER_RECEIVED,
		[FHIR_PROPOSED] = ORDER_REFUSED,
		[FHIR_CONFLICT] = ORDER_REFUSED,
		[FHIR_REFUSED] = ORDER_REFUSED,
		[FHIR_UNKNOWN] = ORDER_UNKNOWN,
	};
	struct sender *s = context;
	s->o.calls.view(s->o.calls.context, &s->view);
	const struct order_step *step = job_step(s);
	if (s->job.phase != JOB_SEND || step == NULL) {
		s->job.phase = JOB_NONE;
		return;
	}
	struct fact_order o = *order_of(step, s->job.undo);
	answered(s, &o, r);
	if (r->what == FHIR_BUSY)
		wait_busy(s, &o, r->why);
	else
		end_job(s, &o, states[r->what], r->why);
	sender_look(s);
}

/* --- looking at what is unknown --- */

static void look_later(struct sender *s, struct pace *p)
{
	s->job.phase = JOB_NONE;
	p->look_mono = s->view.mono_ms + p->look_gap_ms;
	p->look_gap_ms =
		p->look_gap_ms * 2 < ORDERS_LOOK_MOST_MS ? p->look_gap_ms * 2 : ORDERS_LOOK_MOST_MS;
}

/* That it is as it was before says something only when it still is a while later: what
 * timed out may have been under way inside the server. */
static void on_looked(void *context, const struct fhir_write_result *r)
{
	struct sender *s = context;
	s->o.calls.view(s->o.calls.context, &s->view);
	const struct order_step *step = job_step(s);
	struct pace *p = &remembered(s, s->job.plan)->pace[s->job.undo];
	if (s->job.phase != JOB_LOOK || step == NULL) {
		s->job.phase = JOB_NONE;
		return;
	}
	struct fact_order o = *order_of(step, s->job.undo);
	bool twice = p->as_before;
	answered(s, &o, r);
	if (r->what == FHIR_WRITTEN) {
		end_job(s, &o, ORDER_RECEIVED, "");
	} else if (r->what == FHIR_CONFLICT) {
		end_job(s, &o, ORDER_REFUSED, r->why);
	} else if (r->what == FHIR_REFUSED && twice) {
		end_job(s, &o, ORDER_REFUSED, "read again: it did not happen");
	} else {
		p->as_before = r->what == FHIR_REFUSED;
		look_later(s, p);
	}
	sender_look(s);
}

static bool look_at(struct sender *s, struct pace *p, const struct order_step *step, bool undo)
{
	const struct fact_order *o = order_of(step, undo);
	int server = order_way_server(o->way);
	struct fhir_change change;
	if (s->view.mono_ms < p->look_mono || server < 0 || s->writers[server] == NULL
		|| !order_change_sent(s->view.twin, o, &change))
		return false;
	if (fhir_write_look(s->writers[server], &change, on_looked, s) < 0) {
		look_later(s, p);
		return false;
	}
	text_copy(s->job.plan, sizeof s->job.plan, o->plan);
	s->job.step = o->step;
	s->job.undo = undo;
	s->job.phase = JOB_LOOK;
	return true;
}

/* --- sending --- */

static void send_command(struct sender *s, const struct order_step *step, bool undo)
{
	const struct fact_order *o = order_of(step, undo);
	char *text = order_envelope(s->view.twin, step, o, s->o.self);
	bool good = text != NULL && order_topic(s->job.topic, s->o.root, s->o.self, o);
	if (!good)
		end_job(s, o, ORDER_REFUSED, "it cannot be made into a command");
	else if (s->o.calls.publish == NULL
		 || !s->o.calls.publish(s->o.calls.context, s->job.topic, text, strlen(text)))
		wait_busy(s, o, "the broker takes nothing");
	else {
		s->job.phase = JOB_ECHO;
		s->job.due_mono = s->view.mono_ms + ORDERS_ECHO_MS;
	}
	free(text);
}

static void send_change(struct sender *s, const struct order_step *step, bool undo, int server)
{
	const struct fact_order *o = order_of(step, undo);
	struct fhir_change change;
	char why[LABEL_SIZE];
	if (!order_change(s->view.twin, o, &change, why)) {
		end_job(s, o, ORDER_REFUSED, why); /* in the blink since it was decided to */
		return;
	}
	s->job.phase = JOB_SEND;
	int rc = fhir_write_send(s->writers[server], &change, on_written, s);
	if (rc == -EINVAL)
		end_job(s, o, ORDER_REFUSED, "no appointment: its room, start or end is not known");
	else if (rc < 0)
		wait_busy(s, o, "a change is under way");
}

/* That it is on its way is on disk: now it goes. */
static void go(struct sender *s)
{
	const struct order_step *step = job_step(s);
	if (step == NULL) {
		s->job.phase = JOB_NONE;
		return;
	}
	int server = order_way_server(order_of(step, s->job.undo)->way);
	if (server >= 0)
		send_change(s, step, s->job.undo, server);
	else
		send_command(s, step, s->job.undo);
}

static void start(struct sender *s, const struct fact_order *o)
{
	text_copy(s->job.plan, sizeof s->job.plan, o->plan);
	s->job.step = o->step;
	s->job.undo = o->undo;
	s->job.tries = 0;
	s->job.phase = JOB_STORE;
	s->job.due_mono = s->view.mono_ms + ORDERS_OLD_MS;
	s->job.seq = tell(s, o, ORDER_SENT, "");
}

static void go_on(struct sender *s)
{
	const struct order_step *step = job_step(s);
	bool due = s->view.mono_ms >= s->job.due_mono;
	if (step == NULL)
		s->job.phase = JOB_NONE;
	else if (s->job.phase == JOB_STORE && s->view.stored >= s->job.seq)
		go(s);
	else if (s->job.phase == JOB_STORE && due)
		end_job(s, order_of(step, s->job.undo), ORDER_REFUSED,
			"not sent: the journal did not take it");
	else if (s->job.phase == JOB_BUSY && due)
		go(s);
	else if (s->job.phase == JOB_ECHO && due)
		end_job(s, order_of(step, s->job.undo), ORDER_UNKNOWN,
			"the broker did not give it back");
}

bool sender_echo(struct sender *s, const char *topic, const void *bytes, size_t len)
{
	char all[ORDER_TOPIC_SIZE];
	(void)bytes;
	if (!order_topics(all, s->o.root, s->o.self) || strncmp(topic, all, strlen(all) - 1) != 0)
		return false;
	const struct order_step *step = job_step(s);
	if (s->job.phase == JOB_ECHO && len > 0 && step != NULL && strcmp(topic, s->job.topic) == 0)
		end_job(s, order_of(step, s->job.undo), ORDER_RECEIVED, "");
	sender_look(s);
	return true;
}

/* --- how it goes --- */

/* One that no system has told of is made where something may be written at all. */
static int server_of(const struct sender *s, const struct fact_order *o)
{
	struct fhir_change change;
	if (!order_change_sent(s->view.twin, o, &change))
		return -1;
	if (change.id[0] != '\0')
		return s->o.calls.server(s->o.calls.context, change.id);
	int first = 0;
	while (first < ORDERS_SERVERS && s->writers[first] == NULL)
		first++;
	return first < ORDERS_SERVERS && change.wanted.room[0] != '\0' ? first : -1;
}

/* False: it cannot be said yet. */
static bool choose_way(const struct sender *s, struct fact_order *o)
{
	if (o->way[0] != '\0')
		return true;
	int server = server_of(s, o);
	if (server < -1)
		return false;
	if (server >= 0 && server < ORDERS_SERVERS && s->writers[server] != NULL)
		text_copy(o->way, sizeof o->way, order_way_name(server));
	else
		text_copy(o->way, sizeof o->way,
			s->o.commands && s->o.calls.publish != NULL ? "mqtt" : "hand");
	return true;
}

/* --- which step is next --- */

static bool others_are_here(const struct sender *s)
{
	const struct stations *st = s->view.stations;
	for (int i = 0; st != NULL && st->sharing && i < st->count; i++)
		if (st->list[i].here)
			return true;
	return false;
}

/* The approval is on disk, and others have had time to say that theirs was earlier. */
static bool is_settled(const struct sender *s, const struct pace *p)
{
	return s->view.stored >= p->seen_seq
	       && (!others_are_here(s) || s->view.mono_ms - p->seen_mono >= ORDERS_SETTLE_MS);
}

static bool is_old(const struct sender *s, const struct pace *p, const struct order_step *step,
	bool undo, bool hand)
{
	int64_t approved = (undo ? step->undo_at_ms : step->at_ms)[ORDER_APPROVED];
	double age = (double)(s->view.now_ms - approved) / (s->view.speed > 0 ? s->view.speed : 1);
	if (p->earlier && (age < 0 || age > ORDERS_OLD_MS))
		return true; /* of an earlier life: no other clock tells */
	return s->view.mono_ms - p->moved_mono > (hand ? ORDERS_HAND_MS : ORDERS_OLD_MS);
}

/* What lies before the step that is looked at. */
struct before {
	bool failed; /* one was refused, or not sent */
	bool hand;   /* one is done by hand, and not done yet */
};

static bool cannot_go(const struct sender *s, const struct fact_order *o,
	const struct before *before, char why[LABEL_SIZE])
{
	int server = order_way_server(o->way);
	if (order_is_void(s->view.twin, o, !before->hand, why))
		return true;
	if (server >= 0 && s->writers[server] == NULL)
		snprintf(why, LABEL_SIZE, "this station may not write to %.20s any more", o->way);
	else if (o->text[0] == '\0')
		snprintf(why, LABEL_SIZE, "nothing takes it back");
	else
		return false;
	return true;
}

/* Approved by somebody here. True: something was said of it, or it goes. */
static bool take_up(struct sender *s, const struct pace *p, const struct order_step *step,
	bool undo, const struct before *before)
{
	struct fact_order o = *order_of(step, undo);
	char why[LABEL_SIZE] = "";
	if (!is_mine(s, step, undo))
		return false;
	bool known = choose_way(s, &o);
	if (before->failed)
		tell(s, &o, ORDER_EXPIRED, "the one before it was not done");
	else if (cannot_go(s, &o, before, why))
		tell(s, &o, ORDER_EXPIRED, why);
	else if (is_old(s, p, step, undo, before->hand))
		tell(s, &o, ORDER_EXPIRED, "too old: the day has gone on");
	else if (!known || !is_settled(s, p))
		return false;
	else if (is_by_hand(&o))
		tell(s, &o, ORDER_PROPOSED, "");
	else if (before->hand)
		return false;
	else
		start(s, &o);
	return true;
}

/* Somebody has it in hand: until the hospital's word shows it, or it makes no sense. */
static bool see_by_hand(
	struct sender *s, const struct order_step *step, bool undo, const struct before *before)
{
	struct fact_order o = *order_of(step, undo);
	char why[LABEL_SIZE];
	if (!is_mine(s, step, undo))
		return false;
	if (order_is_seen(s->view.twin, &o))
		tell(s, &o, ORDER_RECEIVED, "the hospital's programme shows it");
	else if (order_is_void(s->view.twin, &o, !before->hand, why))
		tell(s, &o, ORDER_EXPIRED, why);
	else
		return false;
	return true;
}

/* True: something was said or begun, so all is looked at anew; what is unknown, or on
 * its way from another station, holds up all that comes after it. */
static bool step_on(struct sender *s, struct pace *p, const struct order_step *step, bool undo,
	struct before *before, bool *held)
{
	struct fact_order o = *order_of(step, undo);
	switch (o.state) {
	case ORDER_RECEIVED:
	case ORDER_UNDONE:
	case ORDER_STATE_COUNT:
		return false;
	case ORDER_REFUSED:
	case ORDER_EXPIRED:
		before->failed = true;
		return false;
	case ORDER_PROPOSED:
		if (see_by_hand(s, step, undo, before))
			return true;
		before->hand = true;
		return false;
	case ORDER_APPROVED:
		return take_up(s, p, step, undo, before);
	case ORDER_SENT:
		*held = true;
		if (!is_mine(s, step, undo))
			return false;
		tell(s, &o, ORDER_UNKNOWN, "vigie ended before the answer came");
		return true;
	case ORDER_UNKNOWN:
		*held = true;
		return is_mine(s, step, undo) && look_at(s, p, step, undo);
	}
	return false;
}

static bool is_told_whole(const struct order_plan *p)
{
	for (int i = 0; i < p->step_count; i++)
		if (order_step_state(&p->steps[i]) == ORDER_NONE)
			return false;
	return true;
}

static bool lane_on(struct sender *s, const struct order_plan *plan, bool undo)
{
	struct pace *p = pace_of(s, plan, undo);
	struct before before = {false, false};
	bool held = false;
	for (int k = 0; k < plan->step_count && !held; k++) {
		const struct order_step *step = &plan->steps[undo ? plan->step_count - 1 - k : k];
		if (undo && step->undo.plan[0] == '\0')
			continue;
		if (step_on(s, p, step, undo, &before, &held))
			return true;
	}
	return false;
}

static bool plan_on(struct sender *s, const struct order_plan *plan)
{
	return is_told_whole(plan) && (lane_on(s, plan, true) || lane_on(s, plan, false));
}

/* One step at a time; what is said of one may let another go. */
void sender_look(struct sender *s)
{
	enum { AT_ONCE = 4 * ORDERS_STEPS }; /* the rest at the next look */
	s->o.calls.view(s->o.calls.context, &s->view);
	if (s->job.phase != JOB_NONE)
		go_on(s);
	for (int turn = 0; turn < AT_ONCE && s->job.phase == JOB_NONE; turn++) {
		bool acted = false;
		for (int i = 0; i < s->view.orders->plan_count && !acted; i++)
			acted = plan_on(s, &s->view.orders->plans[i]);
		if (!acted)
			break;
	}
	s->looked = true;
}

/* --- life --- */

struct sender *sender_create(
	struct ev_loop *loop, const struct sender_options *options, struct error *err)
{
	struct sender *s = calloc(1, sizeof *s);
	if (s == NULL) {
		error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	s->o = *options;
	for (int i = 0; i < ORDERS_SERVERS; i++) {
		if (options->servers[i].http == NULL || options->servers[i].way == FHIR_PROPOSE)
			continue;
		s->writers[i] = fhir_write_create(
			loop, options->servers[i].http, options->servers[i].way, err);
		if (s->writers[i] == NULL) {
			sender_destroy(s);
			return NULL;
		}
	}
	return s;
}

void sender_destroy(struct sender *s)
{
	for (int i = 0; s != NULL && i < ORDERS_SERVERS; i++)
		if (s->writers[i] != NULL)
			fhir_write_destroy(s->writers[i]);
	free(s);
}
