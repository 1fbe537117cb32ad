/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/notify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/http.h"
#include "feeds/json_read.h"

enum { TRIES = 8, DEADLINE_S = 10, AGAIN_MAX_S = 60, RETRY_AFTER_MAX_S = 300 };
enum { ANSWER_BYTES = 65536, ECHO_BYTES = 65536 }; /* what a webhook says is not looked at */
/* A ticket is the message's serial number and the number of its try. */
enum { TRY_BITS = 16 };

/* A message under way: it waits for its next try, or one is on its way. */
struct letter {
	struct notify *notify;
	bool used, cancelled, on_its_way;
	uint64_t serial;
	int target; /* -1: there is none of that name */
	int tries;
	double asked_s; /* by Retry-After, < 0 not at all */
	struct notify_message message;
	ev_timer timer; /* the next try, or the end of this one */
};

struct notify {
	struct ev_loop *loop;
	struct notify_options o;
	struct http *http[NOTIFY_TARGETS]; /* NULL: no webhook */
	struct letter letters[NOTIFY_UNDER_WAY];
	uint64_t serial;
};

/* -- what becomes of a try ---------------------------------------------------------- */

static void forget(struct letter *l)
{
	ev_timer_stop(l->notify->loop, &l->timer);
	l->used = false;
}

static void tell(struct notify *n, const struct notify_message *m, enum notice_state state,
	int tries, const char *why)
{
	n->o.calls.outcome(n->o.calls.context, m, state, tries, why);
}

/* It is told when nothing of it is left here: who hears it may send another. */
static void end(struct letter *l, enum notice_state state, const char *why)
{
	struct notify_message m = l->message;
	forget(l);
	tell(l->notify, &m, state, l->tries, why);
}

static double again_s(const struct letter *l)
{
	double s = l->notify->o.again_s;
	for (int i = 1; i < l->tries && s < AGAIN_MAX_S; i++)
		s *= 2;
	if (s > AGAIN_MAX_S)
		s = AGAIN_MAX_S;
	if (l->asked_s > s)
		s = l->asked_s < RETRY_AFTER_MAX_S ? l->asked_s : RETRY_AFTER_MAX_S;
	return s;
}

static void wait_s(struct letter *l, double seconds)
{
	struct ev_loop *loop = l->notify->loop;
	ev_timer_stop(loop, &l->timer);
	ev_now_update(loop);
	ev_timer_set(&l->timer, seconds, 0.);
	ev_timer_start(loop, &l->timer);
}

static void settle(struct letter *l, bool good, const char *why)
{
	l->on_its_way = false;
	if (good) {
		end(l, NOTICE_SENT, "");
	} else if (l->cancelled) {
		forget(l);
	} else if (l->target < 0 || l->tries >= l->notify->o.tries) {
		end(l, NOTICE_DEAD, why);
	} else {
		wait_s(l, again_s(l));
		tell(l->notify, &l->message, NOTICE_FAILED, l->tries, why);
	}
}

void notify_ran(struct notify *n, uint64_t ticket, bool good, const char *why)
{
	for (int i = 0; i < NOTIFY_UNDER_WAY; i++) {
		struct letter *l = &n->letters[i];
		if (!l->used || l->serial != ticket >> TRY_BITS)
			continue;
		/* A late "yes" to an earlier try is as good as one to this. */
		bool this_try = l->on_its_way && (int)(ticket & ((1 << TRY_BITS) - 1)) == l->tries;
		if (good || this_try)
			settle(l, good, why);
	}
}

bool notify_echo(struct notify *n, const char *topic, const void *bytes, size_t len)
{
	bool ours = false;
	for (int i = 0; i < n->o.target_count; i++)
		ours = ours
		       || (n->o.targets[i].topic != NULL
			       && strcmp(n->o.targets[i].topic, topic) == 0);
	cJSON *object = ours && len <= ECHO_BYTES ? cJSON_ParseWithLength(bytes, len) : NULL;
	const char *id = json_text(object, "id");
	for (int i = 0; i < NOTIFY_UNDER_WAY; i++) {
		struct letter *l = &n->letters[i];
		if (l->used && l->tries > 0 && strcmp(l->message.id, id) == 0)
			settle(l, true, "");
	}
	cJSON_Delete(object);
	return ours;
}

/* -- the three ways ------------------------------------------------------------------ */

static void on_answer(void *context, const struct http_answer *a)
{
	struct letter *l = context;
	char why[128];
	bool good = a->status >= 200 && a->status < 300;
	l->asked_s = a->retry_after_s;
	if (a->status == 0)
		snprintf(why, sizeof why, "%.120s", a->error);
	else
		snprintf(why, sizeof why, "HTTP %d", a->status);
	settle(l, good, why);
}

static int post(
	struct letter *l, const struct notify_target *t, const char *body, struct error *err)
{
	struct http_body what = {"application/json", body, l->message.id};
	return http_post(l->notify->http[l->target], t->url, &what, on_answer, l, err);
}

static int publish(
	struct letter *l, const struct notify_target *t, const char *body, struct error *err)
{
	const struct notify_calls *c = &l->notify->o.calls;
	if (c->publish == NULL || !c->publish(c->context, t->topic, body, strlen(body)))
		return error_set(err, -ENOTCONN, "no broker takes it");
	wait_s(l, l->notify->o.deadline_s);
	return 0;
}

static uint64_t ticket(const struct letter *l)
{
	return l->serial << TRY_BITS | (unsigned)l->tries;
}

static int run(struct letter *l, const struct notify_target *t, const char *body, struct error *err)
{
	const struct notify_calls *c = &l->notify->o.calls;
	const struct notify_message *m = &l->message;
	char id[ID_SIZE + 16], key[ID_SIZE + 16], class_[ID_SIZE + 16], priority[32];
	char text[LABEL_SIZE + 16], place[LABEL_SIZE + 16], step[32];
	const char *const env[] = {id, key, class_, priority, text, place, step, NULL};
	struct notify_command command = {l->target, t->argv, env, body, l->notify->o.deadline_s};
	if (c->run == NULL)
		return error_set(err, -ENOSYS, "commands cannot be run");
	snprintf(id, sizeof id, "VIGIE_ID=%s", m->id);
	snprintf(key, sizeof key, "VIGIE_KEY=%s", m->key);
	snprintf(class_, sizeof class_, "VIGIE_CLASS=%s", m->class_);
	snprintf(priority, sizeof priority, "VIGIE_PRIORITY=%s", priority_name(m->priority));
	snprintf(text, sizeof text, "VIGIE_TEXT=%s", m->text);
	snprintf(place, sizeof place, "VIGIE_PLACE=%s", m->place);
	snprintf(step, sizeof step, "VIGIE_STEP=%d", m->step);
	/* Who runs it ends it in time; this is for when nothing is heard of that. */
	wait_s(l, l->notify->o.deadline_s + 1);
	return c->run(c->context, ticket(l), &command, err);
}

static int (*const ways[])(
	struct letter *, const struct notify_target *, const char *body, struct error *) = {
	[NOTIFY_WEBHOOK] = post,
	[NOTIFY_MQTT] = publish,
	[NOTIFY_COMMAND] = run,
};

static void try_it(struct letter *l)
{
	struct error err = {"out of memory"};
	if (l->target < 0) {
		settle(l, false, "notify has no such target");
		return;
	}
	const struct notify_target *t = &l->notify->o.targets[l->target];
	char *body = notify_body(&l->message);
	l->tries++;
	l->asked_s = -1;
	l->on_its_way = true;
	if (body == NULL || ways[t->way](l, t, body, &err) < 0)
		settle(l, false, err.text);
	free(body);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct letter *l = timer->data;
	(void)loop;
	(void)events;
	if (l->on_its_way)
		settle(l, false,
			l->notify->o.targets[l->target].way == NOTIFY_MQTT
				? "the broker did not give it back"
				: "no answer in time");
	else
		try_it(l);
}

/* -- sending -------------------------------------------------------------------------- */

static int find_target(const struct notify *n, const char *name)
{
	for (int i = 0; i < n->o.target_count; i++)
		if (strcmp(n->o.targets[i].name, name) == 0)
			return i;
	return -1;
}

bool notify_any(const struct notify *n,
	bool (*is)(void *context, const struct notify_message *message), void *context)
{
	for (int i = 0; i < NOTIFY_UNDER_WAY; i++)
		if (n->letters[i].used && is(context, &n->letters[i].message))
			return true;
	return false;
}

static bool has_id(void *context, const struct notify_message *m)
{
	return strcmp(m->id, context) == 0;
}

int notify_send(struct notify *n, const struct notify_message *message)
{
	if (notify_any(n, has_id, (void *)(uintptr_t)message->id))
		return -EEXIST;
	for (int i = 0; i < NOTIFY_UNDER_WAY; i++) {
		struct letter *l = &n->letters[i];
		if (l->used)
			continue;
		*l = (struct letter){.notify = n,
			.used = true,
			.serial = ++n->serial,
			.target = find_target(n, message->target),
			.message = *message};
		ev_init(&l->timer, on_timer);
		l->timer.data = l;
		wait_s(l, 0);
		return 0;
	}
	return -ENOSPC;
}

void notify_keep(struct notify *n,
	bool (*keep)(void *context, const struct notify_message *message), void *context)
{
	for (int i = 0; i < NOTIFY_UNDER_WAY; i++) {
		struct letter *l = &n->letters[i];
		if (!l->used || keep(context, &l->message))
			continue;
		l->cancelled = true;
		if (!l->on_its_way)
			forget(l);
	}
}

/* -- life ------------------------------------------------------------------------------- */

static int open_webhook(struct notify *n, int i, struct error *err)
{
	const struct notify_target *t = &n->o.targets[i];
	char group[96];
	struct error inner = {""};
	snprintf(group, sizeof group, "notify.%.80s", t->name);
	struct http_options o = {.group = group,
		.base = t->url,
		.ca_file = t->ca_file,
		.cert_file = t->cert_file,
		.key_file = t->key_file,
		.bearer_file = t->bearer_file,
		.user_agent = "vigie/0.1",
		.insecure = n->o.insecure,
		.deadline_s = n->o.deadline_s,
		.max_bytes = ANSWER_BYTES};
	n->http[i] = http_create(n->loop, &o, err);
	if (n->http[i] == NULL)
		return -EINVAL;
	int rc = http_check(n->http[i], t->url, &inner);
	return rc < 0 ? error_set(err, rc, "%s.webhook: %s", group, inner.text) : 0;
}

struct notify *notify_create(
	struct ev_loop *loop, const struct notify_options *options, struct error *err)
{
	struct notify *n = calloc(1, sizeof *n);
	if (n == NULL) {
		error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	n->loop = loop;
	n->o = *options;
	n->o.tries = n->o.tries > 0 ? n->o.tries : TRIES;
	n->o.deadline_s = n->o.deadline_s > 0 ? n->o.deadline_s : DEADLINE_S;
	n->o.again_s = n->o.again_s > 0 ? n->o.again_s : 1;
	for (int i = 0; i < n->o.target_count; i++)
		if (n->o.targets[i].way == NOTIFY_WEBHOOK && open_webhook(n, i, err) < 0) {
			notify_destroy(n);
			return NULL;
		}
	return n;
}

void notify_destroy(struct notify *n)
{
	if (n == NULL)
		return;
	for (int i = 0; i < NOTIFY_TARGETS; i++)
		http_destroy(n->http[i]); /* what is on its way is answered to nobody */
	for (int i = 0; i < NOTIFY_UNDER_WAY; i++)
		if (n->letters[i].used)
			ev_timer_stop(n->loop, &n->letters[i].timer);
	free(n);
}
