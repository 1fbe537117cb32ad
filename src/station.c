/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_private.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "src/restore.h"
#include "src/suite_clock.h"
#include "twin/text.h"

int64_t station_now(const struct station *s)
{
	return suite_clock_now(&s->settings->clock);
}

void station_say(struct station *s, const char *format, ...)
{
	char text[LABEL_SIZE * 2];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (s->calls.notice != NULL)
		s->calls.notice(s->calls.context, text);
}

void station_changed(struct station *s)
{
	if (s->calls.changed != NULL)
		s->calls.changed(s->calls.context);
}

/* Consequences are audit rows; an alarm's change is worth a commit at once. */
static void journal_consequences(struct station *s, const struct consequences *out)
{
	if (s->journal == NULL)
		return;
	for (int i = 0; i < out->count; i++)
		journal_derive(s->journal, &out->list[i]);
	if (out->count > 0)
		journal_force(s->journal);
}

void station_fact(struct station *s, struct fact *fact)
{
	static struct consequences out;
	int64_t now = station_now(s);
	fact->at_ms = now > s->twin->now_ms ? now : s->twin->now_ms;
	fact->seq = ++s->seq;
	knowledge_before(&s->knowledge, s->twin, fact);
	twin_apply(s->twin, fact, &out);
	knowledge_after(&s->knowledge, s->twin, fact, &out);
	journal_append(s->journal, fact); /* without a journal: in memory only */
	journal_consequences(s, &out);
	share_told(s->share, fact);
	if (out.count > 0)
		share_alarms(s->share);
	station_forecast_heard(s, fact);
	station_repair_heard(s, fact);
	station_changed(s);
}

static void from_locator(void *context, const struct fact *fact)
{
	struct fact copy = *fact;
	station_fact(context, &copy);
}

static void advance(struct station *s)
{
	static struct consequences out;
	int64_t now = station_now(s);
	locator_advance(s->locator, now, from_locator, s);
	twin_advance(s->twin, now, &out);
	knowledge_advanced(&s->knowledge, s->twin, &out);
	journal_consequences(s, &out);
}

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct station *s = timer->data;
	(void)loop;
	(void)events;
	s->health.loop_most_ms = pulse_within(&s->pulse, 0.999);
	advance(s);
	station_feeds_tick(s);
	station_site_tick(s);
	station_person_tick(s);
	station_share_tick(s);
	station_forecast_tick(s);
	station_repair_tick(s);
	station_watch_tick(s);
	station_orders_tick(s);
	station_changed(s);
}

/* The loop's own pulse: from waking up to waiting again is one turn. */
static int64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void on_after_wait(struct ev_loop *loop, ev_check *watcher, int events)
{
	struct station *s = watcher->data;
	(void)loop;
	(void)events;
	s->turn_began_us = now_us();
}

static void on_before_wait(struct ev_loop *loop, ev_prepare *watcher, int events)
{
	struct station *s = watcher->data;
	(void)loop;
	(void)events;
	if (s->turn_began_us == 0)
		return;
	int64_t now = now_us();
	double turn_ms = (double)(now - s->turn_began_us) / 1000.0;
	s->health.loop_max_ms = pulse_turn(&s->pulse, now, turn_ms);
}

/* --- opening --- */

/* Stable, and another for each host and user: brokers let one client a name. */
static void name_station(struct station *s)
{
	char host[HOST_NAME_MAX + 1] = "host";
	gethostname(host, sizeof host - 1);
	bool given = s->settings->station != NULL;
	if (given)
		text_copy(s->id, sizeof s->id, s->settings->station);
	else
		snprintf(s->id, sizeof s->id, "vigie-%.30s-%.24s", host, s->user);
	for (char *c = s->id; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr(given ? "._-" : "_-", *c) == NULL)
			*c = '-'; /* it becomes part of a topic */
}

static void on_committed(void *context, uint64_t seq)
{
	struct station *s = context;
	s->health.journal_ok = true;
	if (s->pending_act != 0 && seq >= s->pending_act)
		s->pending_act = 0;
	share_committed(s->share, seq);
	station_orders_committed(s);
	if (s->inbox_id != 0 && seq >= s->inbox_seq) {
		inbox_done(s->inbox, s->inbox_id);
		s->inbox_id = 0;
	}
	station_changed(s);
}

static void on_failed(void *context, const char *why)
{
	struct station *s = context;
	s->health.journal_ok = false;
	text_copy(s->health.journal_error, sizeof s->health.journal_error, why);
	station_changed(s);
}

static void on_restored(void *context, const struct fact *fact)
{
	share_restore(((struct station *)context)->share, fact);
}

/* Only another writer stops us. A disk that cannot be written is an alarm, and
 * the console goes on in memory with what the journal still tells. */
static int open_files(struct station *s, const char *path, struct error *err)
{
	struct journal_calls calls = {on_committed, on_failed, s};
	const struct fold_watch watch = {on_restored, s};
	char inbox[600];
	uint64_t bad = 0;
	int rc = journal_open(&s->journal, path, s->loop, calls, err);
	if (rc == -EBUSY)
		return rc;
	snprintf(inbox, sizeof inbox, "%s.inbox", path);
	if (rc == 0)
		rc = inbox_open(&s->inbox, inbox, err);
	s->health.journal_ok = rc == 0;
	if (rc < 0)
		text_copy(s->health.journal_error, sizeof s->health.journal_error, err->text);
	if (twin_restore_station(s->twin, s->names, &s->knowledge, &watch, path, &bad, err) < 0
		&& s->journal != NULL)
		return -EIO;
	return 0;
}

static int open_journal(struct station *s, struct error *err)
{
	char *path = settings_journal_path(s->settings, err);
	if (path == NULL)
		return -ENOENT;
	int rc = open_files(s, path, err);
	s->seq = s->journal != NULL ? journal_committed(s->journal) : 0;
	if (s->seq < s->twin->seq)
		s->seq = s->twin->seq;
	free(path);
	return rc;
}

static void start_watchers(struct station *s)
{
	double period = s->settings->clock.speed > 1 ? 1.0 / s->settings->clock.speed : 1.0;
	ev_timer_init(&s->tick, on_tick, period < 0.1 ? 0.1 : period, period < 0.1 ? 0.1 : period);
	ev_prepare_init(&s->before_wait, on_before_wait);
	ev_check_init(&s->after_wait, on_after_wait);
	/* Around everything else of a turn: the console draws before the wait, too. */
	ev_set_priority(&s->before_wait, EV_MINPRI);
	ev_set_priority(&s->after_wait, EV_MAXPRI);
	s->tick.data = s->before_wait.data = s->after_wait.data = s;
	ev_timer_start(s->loop, &s->tick);
	ev_prepare_start(s->loop, &s->before_wait);
	ev_check_start(s->loop, &s->after_wait);
	s->started = true;
}

static int open_all(struct station *s, struct error *err)
{
	if (!knowledge_init(&s->knowledge))
		return error_set(err, -ENOMEM, "out of memory");
	int rc = person_find(s->settings, &s->person, err);
	if (rc < 0)
		return rc;
	s->user = s->person.user;
	name_station(s);
	if (!station_share_open(s))
		return error_set(err, -ENOMEM, "out of memory");
	rc = open_journal(s, err);
	if (rc == 0)
		rc = station_site_open(s, err);
	if (rc == 0)
		rc = station_feeds_open(s, err);
	if (rc == 0)
		rc = station_watch_open(s, err);
	return rc == 0 ? station_orders_open(s, err) : rc;
}

struct station *station_open(struct ev_loop *loop, const struct settings *settings,
	struct station_calls calls, struct error *err)
{
	struct station *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	s->loop = loop;
	s->settings = settings;
	s->calls = calls;
	s->twin = twin_create();
	s->names = names_create();
	if (open_all(s, err) == 0)
		return s;
	station_close(s);
	return NULL;
}

void station_start(struct station *s)
{
	start_watchers(s);
	station_share_start(s);
	station_feeds_start(s);
}

void station_close(struct station *s)
{
	if (s == NULL)
		return;
	if (s->started) {
		ev_timer_stop(s->loop, &s->tick);
		ev_prepare_stop(s->loop, &s->before_wait);
		ev_check_stop(s->loop, &s->after_wait);
	}
	station_orders_close(s);
	station_watch_close(s);
	station_repair_close(s);
	station_forecast_close(s);
	station_share_close(s);
	station_feeds_close(s);
	station_site_close(s);
	if (s->journal != NULL) {
		journal_checkpoint(s->journal, s->twin);
		journal_close(s->journal);
	}
	if (s->inbox != NULL)
		inbox_close(s->inbox);
	share_destroy(s->share);
	locator_destroy(s->locator);
	names_destroy(s->names);
	twin_destroy(s->twin);
	knowledge_fini(&s->knowledge);
	restore_forget_sites(); /* the twin and the locator looked at them until here */
	free(s);
}

void station_view(const struct station *s, struct view *view)
{
	int64_t mono = monotonic_ms();
	memset(view, 0, sizeof *view);
	view->twin = s->twin;
	view->health = &s->health;
	knowledge_view(&s->knowledge, view);
	view->names = s->names;
	view->stations = s->stations.sharing ? &s->stations : NULL;
	view->what_if = &s->what_if;
	view->forecast = station_forecast_last(s);
	if (view->forecast != NULL) { /* all were told together */
		view->what_if_answer = forecaster_what_if_last(s->forecaster);
		view->radar = forecaster_radar_last(s->forecaster);
	}
	station_repair_view(s, view);
	view->mode = s->settings->demo ? MODE_DEMO : MODE_LIVE;
	view->speed = s->settings->clock.speed;
	view->now_ms = station_now(s);
	view->mono_ms = mono;
	view->user = s->user;
	view->locked = s->locked;
	view->role = station_role(s);
	view->roles = person_roles_configured(s->settings);
	view->glass_left_s =
		mono < s->glass_until_mono ? (int)((s->glass_until_mono - mono + 999) / 1000) : 0;
	view->reveal = mono < s->reveal_until_mono ? s->reveal : "";
	view->reveal_left_s =
		mono < s->reveal_until_mono ? (int)((s->reveal_until_mono - mono + 999) / 1000) : 0;
	view->pending_seq = s->pending_act;
	view->notice = "";
	view->readonly = s->settings->readonly;
	view->calm = s->settings->calm;
}
