/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_private.h"

#include "src/guard.h"
#include "src/service.h"
#include "twin/text.h"

/* Escalation by this station: `vigie watch` only. */

static void on_fact(void *context, struct fact *fact)
{
	struct station *s = context;
	share_sign(s->share, fact);
	station_fact(s, fact);
	if (s->journal != NULL)
		journal_force(s->journal);
}

static void on_log(void *context, bool bad, const char *text)
{
	(void)context;
	service_log(bad ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, "%s", text);
}

static bool on_publish(void *context, const char *topic, const void *bytes, size_t len)
{
	struct station *s = context;
	return s->mqtt != NULL && mqtt_publish(s->mqtt, topic, bytes, len, 1, false);
}

static int on_run(
	void *context, uint64_t ticket, const struct notify_command *command, struct error *err)
{
	struct station *s = context;
	return commands_run(s->commands, ticket, command, err);
}

static void on_ran(void *context, uint64_t ticket, bool good, const char *why)
{
	struct station *s = context;
	escalate_ran(s->escalate, ticket, good, why);
}

void station_watch_topics(const struct station *s, struct mqtt_options *out)
{
	const struct notify_settings *n = &s->settings->notify;
	for (int i = 0; s->settings->watch && i < n->count && out->topic_count < MQTT_TOPICS; i++)
		if (n->targets[i].topic != NULL)
			out->topics[out->topic_count++] = n->targets[i].topic;
}

/* Who has nobody to tell is never on duty. */
int station_watch_open(struct station *s, struct error *err)
{
	const struct notify_settings *n = &s->settings->notify;
	if (!s->settings->watch || n->count == 0)
		return 0;
	struct escalate_options o = {.self = s->id,
		.rank = n->rank,
		.notify = {.targets = n->targets,
			.target_count = n->count,
			.tries = n->tries,
			.deadline_s = n->deadline_s,
			.insecure = s->settings->insecure},
		.calls = {on_fact, on_log, on_publish, on_run, s}};
	s->commands = commands_open(guard_helper(), on_ran, s);
	s->escalate = s->commands != NULL ? escalate_create(s->loop, &o, err) : NULL;
	return s->escalate != NULL ? 0 : -1;
}

void station_watch_close(struct station *s)
{
	commands_close(s->commands);
	escalate_destroy(s->escalate);
}

void station_watch_tick(struct station *s)
{
	struct view view;
	if (s->escalate == NULL)
		return;
	station_view(s, &view);
	struct escalate_view look = {.twin = s->twin,
		.notices = s->knowledge.notices,
		.stations = view.stations,
		.now_ms = view.now_ms,
		.mono_ms = view.mono_ms,
		.speed = view.speed,
		.stored = s->health.journal_ok ? journal_committed(s->journal) : UINT64_MAX};
	escalate_look(s->escalate, &look);
}

bool station_watch_echo(struct station *s, const char *topic, const void *bytes, size_t len)
{
	return s->escalate != NULL && escalate_echo(s->escalate, topic, bytes, len);
}
