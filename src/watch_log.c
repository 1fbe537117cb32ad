/* SPDX-License-Identifier: Apache-2.0 */
#include "src/watch_log.h"

#include <stdlib.h>
#include <string.h>

#include "src/service.h"
#include "twin/text.h"

enum { ALARM_LINES = 20 }; /* of one look; more are counted */

struct alarm_then {
	char key[ID_SIZE];
	int64_t raised_ms;
	enum alarm_state state;
	bool shelved, out_of_service;
};

struct station_then {
	char id[ID_SIZE];
	bool here;
};

struct watch_log {
	struct alarm_then alarms[TWIN_ALARMS];
	int alarm_count;
	enum feed_state feeds[HEALTH_FEEDS];
	struct station_then stations[STATIONS_MAX];
	int station_count;
	bool looked, journal_ok, linked;
};

static const char *const feed_words[FEED_STATE_COUNT] = {
	[FEED_OFF] = "off",
	[FEED_CONNECTING] = "connecting",
	[FEED_UP] = "up",
	[FEED_DOUBTFUL] = "doubtful",
	[FEED_DOWN] = "down",
};

/* Alarms keep their places mostly, so each is sought where it was. */
static const struct alarm_then *alarm_before(const struct watch_log *log, int i, const char *key)
{
	if (i < log->alarm_count && strcmp(log->alarms[i].key, key) == 0)
		return &log->alarms[i];
	for (int k = 0; k < log->alarm_count; k++)
		if (strcmp(log->alarms[k].key, key) == 0)
			return &log->alarms[k];
	return NULL;
}

static bool same(const struct alarm_then *a, const struct alarm_then *b)
{
	return a->raised_ms == b->raised_ms && a->state == b->state && a->shelved == b->shelved
	       && a->out_of_service == b->out_of_service;
}

static void look_at_alarms(struct watch_log *log, const struct twin *twin)
{
	static struct alarm_then now[TWIN_ALARMS];
	int changed = 0;
	for (int i = 0; i < twin->alarm_count; i++) {
		const struct alarm *a = &twin->alarms[i];
		now[i] = (struct alarm_then){.raised_ms = a->raised_ms,
			.state = alarm_state(a),
			.shelved = a->shelf_until_ms != 0,
			.out_of_service = a->out_of_service};
		text_copy(now[i].key, sizeof now[i].key, a->key);
		const struct alarm_then *then = alarm_before(log, i, a->key);
		if ((then != NULL ? same(then, &now[i]) : now[i].state == ALARM_A)
			|| changed++ >= ALARM_LINES)
			continue;
		service_log(a->priority == PRIORITY_HIGH && !a->acked ? LOG_LEVEL_WARNING
								      : LOG_LEVEL_NOTICE,
			"alarm %s %s %s: %s%s%s", a->key, alarm_class_name(a->class_),
			priority_name(a->priority), alarm_state_name(now[i].state),
			now[i].shelved ? ", shelved" : "",
			now[i].out_of_service ? ", out of service" : "");
	}
	if (changed > ALARM_LINES)
		service_log(
			LOG_LEVEL_WARNING, "... and %d more alarms changed", changed - ALARM_LINES);
	memcpy(log->alarms, now, sizeof *now * (size_t)twin->alarm_count);
	log->alarm_count = twin->alarm_count;
}

static void look_at_feeds(struct watch_log *log, const struct health *health)
{
	for (int i = 0; i < health->feed_count; i++) {
		const struct feed_health *f = &health->feeds[i];
		enum feed_state then = log->looked ? log->feeds[i] : FEED_OFF;
		log->feeds[i] = f->state;
		if (then == f->state || f->state == FEED_CONNECTING)
			continue;
		service_log(f->state == FEED_UP ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARNING,
			"%s: %s%s%s", f->name, feed_words[f->state],
			f->error[0] != '\0' ? ": " : "", f->state != FEED_UP ? f->error : "");
	}
	if (log->looked && log->journal_ok != health->journal_ok)
		service_log(health->journal_ok ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR,
			health->journal_ok ? "journal: written again" : "journal: %s",
			health->journal_error);
	log->journal_ok = health->journal_ok;
}

static bool was_here(const struct watch_log *log, const char *id)
{
	for (int i = 0; i < log->station_count; i++)
		if (strcmp(log->stations[i].id, id) == 0)
			return log->stations[i].here;
	return false;
}

static void look_at_stations(struct watch_log *log, const struct stations *stations)
{
	struct station_then now[STATIONS_MAX] = {{.here = false}};
	for (int i = 0; i < stations->count; i++) {
		const struct station_seen *s = &stations->list[i];
		text_copy(now[i].id, sizeof now[i].id, s->id);
		now[i].here = s->here;
		if (was_here(log, s->id) != s->here)
			service_log(LOG_LEVEL_NOTICE, "station %s: %s", s->id,
				s->here ? "here" : "gone");
	}
	memcpy(log->stations, now, sizeof *now * (size_t)stations->count);
	log->station_count = stations->count;
}

struct watch_log *watch_log_create(void)
{
	return calloc(1, sizeof(struct watch_log));
}

void watch_log_look(struct watch_log *log, const struct view *view)
{
	look_at_feeds(log, view->health);
	look_at_alarms(log, view->twin);
	if (view->stations != NULL)
		look_at_stations(log, view->stations);
	log->looked = true;
}

void watch_log_destroy(struct watch_log *log)
{
	free(log);
}
