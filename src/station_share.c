/* SPDX-License-Identifier: Apache-2.0 */
/* The other stations: src/share on this station's link, clock, twin and journal. */
#include "src/station_private.h"

#include <string.h>

#include "twin/text.h"

enum { HEAD_MS = 60000 };

static bool publish(
	void *context, const char *topic, const char *text, size_t len, int qos, bool retain)
{
	struct station *s = context;
	return s->mqtt != NULL && mqtt_publish(s->mqtt, topic, text, len, qos, retain);
}

/* What another station says is on disk as soon as what our own people do. */
static void fold(void *context, struct fact *fact)
{
	struct station *s = context;
	station_fact(s, fact);
	if (s->journal != NULL)
		journal_force(s->journal);
}

static int64_t now(void *context)
{
	return station_now(context);
}

static int64_t mono(void *context)
{
	(void)context;
	return monotonic_ms();
}

bool station_share_open(struct station *s)
{
	const struct share_calls calls = {publish, fold, now, mono, s};
	const char *root = s->settings->share_root;
	const struct share_options o = {
		.on = s->settings->share && s->settings->mqtt_address_count > 0
		      && share_is_name(s->id) && (root == NULL || share_is_name(root)),
		.station = s->id,
		.root = root,
		.absent_min = s->settings->share_absent_min,
	};
	s->share = share_create(&o, s->twin, &s->stations, calls);
	return s->share != NULL;
}

void station_share_options(struct station *s, struct mqtt_options *o)
{
	o->root = s->settings->share_root;
	if (!s->stations.sharing)
		return;
	o->share_topic = share_pattern(s->share);
	o->will_topic = share_will_topic(s->share);
	o->will = share_will(s->share);
}

static void on_pace(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct station *s = timer->data;
	(void)loop;
	(void)events;
	if (!mqtt_is_up(s->mqtt))
		share_unlinked(s->share);
	share_pace(s->share);
}

void station_share_start(struct station *s)
{
	ev_timer_init(&s->share_pace, on_pace, SHARE_PACE_MS / 1000.0, SHARE_PACE_MS / 1000.0);
	s->share_pace.data = s;
	if (s->stations.sharing)
		ev_timer_start(s->loop, &s->share_pace);
	else if (s->settings->share && s->settings->mqtt_address_count > 0)
		station_say(s, "nothing is shared: \"%s\" holds what topics must not",
			share_is_name(s->id) ? s->settings->share_root : s->id);
}

void station_share_close(struct station *s)
{
	if (s->started)
		ev_timer_stop(s->loop, &s->share_pace);
	if (s->share != NULL)
		share_goodbye(s->share);
}

/* Each minute the end of our journal's chain for the others, each hour theirs on
 * record here: whoever rewrites a journal must rewrite all of them. */
static void tell_heads(struct station *s)
{
	struct fact kept[STATIONS_MAX];
	char head[65];
	int64_t now_ms = station_now(s);
	uint64_t seq = now_ms >= s->head_ms ? journal_head(s->journal, head) : 0;
	if (now_ms >= s->head_ms)
		s->head_ms = now_ms + HEAD_MS;
	if (seq > 0)
		share_head(s->share, seq, head);
	int count = heads_due(&s->heads, &s->stations, now_ms, kept);
	for (int i = 0; i < count; i++)
		station_fact(s, &kept[i]);
}

void station_share_tick(struct station *s)
{
	struct share_here here = {.now_ms = station_now(s),
		.journal_ok = s->health.journal_ok,
		.role = station_role(s),
		.escalates = s->escalate != NULL,
		.on_duty = s->escalate != NULL && escalate_on_duty(s->escalate),
		.rank = s->settings->notify.rank};
	text_copy(here.user, sizeof here.user, s->user);
	for (int i = 0; i < s->health.feed_count; i++) {
		enum feed_state state = s->health.feeds[i].state;
		here.feeds_down += state == FEED_DOWN || state == FEED_DOUBTFUL;
	}
	share_tick(s->share, &here);
	if (s->stations.sharing)
		tell_heads(s);
}
