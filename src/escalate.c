/* SPDX-License-Identifier: Apache-2.0 */
#include "src/escalate.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/text.h"

enum { NAME_BYTES = 16 }; /* of the hash: enough that no two meet */

struct escalate {
	struct escalate_options o;
	struct notify *notify;
	struct duty duty;
	char holder[ID_SIZE];      /* as it was last logged */
	struct escalate_view view; /* of the look under way, or of the last one */
	uint64_t seen_seq;         /* the twin at the look before */
	int64_t seen_ms;
	int64_t stored_mono; /* when all of that was last seen on disk */
};

void escalate_id(char out[ID_SIZE], const char *key, int64_t raised_ms, int step,
	enum priority priority, const char *station)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	char text[ID_SIZE * 2 + 64];
	int len = snprintf(text, sizeof text, "%s\n%" PRId64 "\n%d\n%s\n%s", key, raised_ms, step,
		priority_name(priority), station);
	EVP_Digest(text, (size_t)len, hash, NULL, EVP_sha256(), NULL);
	for (int i = 0; i < NAME_BYTES; i++)
		snprintf(out + i * 2, 3, "%02x", hash[i]);
}

static void say(struct escalate *e, bool bad, const char *text)
{
	if (e->o.calls.log != NULL)
		e->o.calls.log(e->o.calls.context, bad, text);
}

/* -- which alarms, and which of their steps ------------------------------------------ */

static const struct alarm_setting *setting(const struct escalate *e, const struct alarm *a)
{
	return alarm_setting(e->view.twin->site, a->class_);
}

/* Still rings, and is not explained by another one. */
static bool is_open(const struct escalate *e, const struct alarm *a)
{
	return alarm_sounds(a, e->view.now_ms) && a->cause[0] == '\0';
}

static bool is_ours(const struct escalate *e, const struct alarm *a)
{
	return e->duty.mine || setting(e, a)->local;
}

/* What another station could not deliver may yet reach somebody from here. */
static bool is_done(const struct escalate *e, const struct alarm *a, int step)
{
	const struct notice_step *s =
		notices_step(e->view.notices, a->key, a->raised_ms, step, a->priority);
	return s != NULL
	       && (s->state == NOTICE_SENT
		       || (s->state == NOTICE_DEAD && s->station == notices_station(e->o.self)));
}

/* A message is wanted as long as its step of this occurrence is to be told. */
static bool is_wanted(void *context, const struct notify_message *m)
{
	const struct escalate *e = context;
	int i = twin_alarm(e->view.twin, m->key);
	const struct alarm *a = i >= 0 ? &e->view.twin->alarms[i] : NULL;
	return a != NULL && notices_same(a->raised_ms, m->raised_ms) && is_open(e, a)
	       && is_ours(e, a) && !is_done(e, a, m->step);
}

struct wanted {
	const struct alarm *alarm;
	int step;
};

static bool is_this(void *context, const struct notify_message *m)
{
	const struct wanted *w = context;
	return m->step == w->step && strcmp(m->key, w->alarm->key) == 0
	       && notices_same(m->raised_ms, w->alarm->raised_ms);
}

static void place_of(const struct escalate *e, const struct alarm *a, char out[LABEL_SIZE])
{
	const struct site *site = e->view.twin->site;
	int room = site != NULL && a->room[0] != '\0' ? site_room(site, a->room) : -1;
	text_copy(out, LABEL_SIZE, room >= 0 ? site->rooms[room].name : a->room);
}

static int send_step(struct escalate *e, const struct alarm *a, int step)
{
	const struct alarm_setting *s = setting(e, a);
	struct notify_message m = {
		.priority = a->priority, .raised_ms = a->raised_ms, .step = step};
	text_copy(m.target, sizeof m.target, s->steps[step - 1].target);
	text_copy(m.key, sizeof m.key, a->key);
	text_copy(m.class_, sizeof m.class_, alarm_class_name(a->class_));
	text_copy(m.text, sizeof m.text, a->text);
	place_of(e, a, m.place);
	escalate_id(m.id, a->key, a->raised_ms, step, a->priority, s->local ? e->o.self : "");
	return notify_send(e->notify, &m);
}

/* Its raise is on disk, or the disk hangs; and other stations' raises of it have had
 * time to come. */
static bool is_settled(const struct escalate *e, const struct alarm *a)
{
	bool others = e->view.stations != NULL && e->view.stations->sharing;
	bool stored = e->view.stored >= e->seen_seq
		      || e->view.mono_ms - e->stored_mono > ESCALATE_DISK_MS;
	return stored && a->raised_ms <= e->seen_ms
	       && (!others || a->raised_ms + ESCALATE_MERGE_MS <= e->view.now_ms);
}

/* False when no more fit. */
static bool send_due(struct escalate *e, const struct alarm *a)
{
	int steps = setting(e, a)->step_count, rc = 0;
	for (int step = 1; step <= a->level && step <= steps && rc != -ENOSPC; step++) {
		struct wanted w = {a, step};
		if (!is_done(e, a, step) && !notify_any(e->notify, is_this, &w))
			rc = send_step(e, a, step);
	}
	return rc != -ENOSPC;
}

static void tell_duty(struct escalate *e)
{
	char text[ID_SIZE + 40];
	if (strcmp(e->holder, e->duty.holder) == 0)
		return;
	text_copy(e->holder, sizeof e->holder, e->duty.holder);
	if (e->duty.mine)
		say(e, false, "on duty: this station escalates");
	else if (e->holder[0] != '\0') {
		snprintf(text, sizeof text, "not on duty: %s escalates", e->holder);
		say(e, false, text);
	}
}

void escalate_look(struct escalate *e, const struct escalate_view *view)
{
	e->view = *view;
	duty_look(&e->duty, view->stations, e->o.self, e->o.rank, view->now_ms, view->speed,
		view->mono_ms);
	tell_duty(e);
	if (view->stored >= e->seen_seq)
		e->stored_mono = view->mono_ms;
	notify_keep(e->notify, is_wanted, e);
	bool room = true;
	for (int p = PRIORITY_COUNT - 1; room && p >= 0; p--)
		for (int i = 0; room && i < view->twin->alarm_count; i++) {
			const struct alarm *a = &view->twin->alarms[i];
			if ((int)a->priority == p && a->level > 0 && is_open(e, a) && is_ours(e, a)
				&& is_settled(e, a))
				room = send_due(e, a);
		}
	e->seen_seq = view->twin->seq;
	e->seen_ms = view->twin->now_ms;
}

bool escalate_on_duty(const struct escalate *e)
{
	return e->duty.mine;
}

/* -- what became of a message ----------------------------------------------------------- */

static void tell(struct escalate *e, struct fact *f)
{
	text_copy(f->origin, sizeof f->origin, "vigie");
	e->o.calls.fact(e->o.calls.context, f);
}

void escalate_notice(
	const struct notify_message *m, enum notice_state state, int tries, struct fact *out)
{
	*out = fact_make(FACT_NOTICE, SOURCE_SYSTEM, 0);
	text_copy(out->notice.key, sizeof out->notice.key, m->key);
	text_copy(out->notice.target, sizeof out->notice.target, m->target);
	text_copy(out->notice.id, sizeof out->notice.id, m->id);
	out->notice.raised_ms = m->raised_ms;
	out->notice.step = m->step;
	out->notice.priority = m->priority;
	out->notice.state = state;
	out->notice.tries = tries;
}

static void tell_notice(
	struct escalate *e, const struct notify_message *m, enum notice_state state, int tries)
{
	struct fact f;
	escalate_notice(m, state, tries, &f);
	tell(e, &f);
}

bool escalate_reach(const struct twin *twin, const char *target, bool reached, const char *why,
	struct fact *out)
{
	char key[ID_SIZE + 16], text[LABEL_SIZE * 2];
	*out = fact_make(FACT_CONDITION, SOURCE_SYSTEM, 0);
	snprintf(out->condition.key, sizeof out->condition.key, "notify:%.57s", target);
	snprintf(key, sizeof key, "technical:%s", out->condition.key);
	int i = twin_alarm(twin, key);
	if (reached && (i < 0 || !twin->alarms[i].active))
		return false;
	out->condition.active = !reached;
	out->condition.priority = PRIORITY_MEDIUM;
	snprintf(text, sizeof text, "%.64s is not reached: %.100s", target, why);
	text_neutralise(out->condition.text, sizeof out->condition.text, text, strlen(text));
	return true;
}

static void tell_reach(struct escalate *e, const char *target, bool reached, const char *why)
{
	struct fact f;
	if (escalate_reach(e->view.twin, target, reached, why, &f))
		tell(e, &f);
}

static void on_outcome(void *context, const struct notify_message *m, enum notice_state state,
	int tries, const char *why)
{
	static const char *const words[NOTICE_STATE_COUNT] = {
		[NOTICE_SENT] = "told", [NOTICE_FAILED] = "failed", [NOTICE_DEAD] = "given up"};
	struct escalate *e = context;
	char text[320];
	if (state != NOTICE_FAILED || tries == 1) /* that it goes on failing is no news */
		tell_notice(e, m, state, tries);
	if (state != NOTICE_FAILED)
		tell_reach(e, m->target, state == NOTICE_SENT, why);
	snprintf(text, sizeof text, "step %d to %s of %s: %s (try %d)%s%s", m->step, m->target,
		m->key, words[state], tries, why[0] != '\0' ? ": " : "", why);
	say(e, state != NOTICE_SENT, text);
}

bool escalate_echo(struct escalate *e, const char *topic, const void *bytes, size_t len)
{
	return notify_echo(e->notify, topic, bytes, len);
}

void escalate_ran(struct escalate *e, uint64_t ticket, bool good, const char *why)
{
	notify_ran(e->notify, ticket, good, why);
}

/* -- life ------------------------------------------------------------------------------- */

static bool publish(void *context, const char *topic, const void *bytes, size_t len)
{
	struct escalate *e = context;
	return e->o.calls.publish != NULL
	       && e->o.calls.publish(e->o.calls.context, topic, bytes, len);
}

static int run(
	void *context, uint64_t ticket, const struct notify_command *command, struct error *err)
{
	struct escalate *e = context;
	return e->o.calls.run(e->o.calls.context, ticket, command, err);
}

struct escalate *escalate_create(
	struct ev_loop *loop, const struct escalate_options *options, struct error *err)
{
	struct escalate *e = calloc(1, sizeof *e);
	if (e == NULL) {
		error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	e->o = *options;
	e->o.notify.calls = (struct notify_calls){
		publish, options->calls.run != NULL ? run : NULL, on_outcome, e};
	e->notify = notify_create(loop, &e->o.notify, err);
	if (e->notify != NULL)
		return e;
	free(e);
	return NULL;
}

void escalate_destroy(struct escalate *e)
{
	if (e == NULL)
		return;
	notify_destroy(e->notify);
	free(e);
}
