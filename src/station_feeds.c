/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/guard.h"
#include "src/mqtt_options.h"
#include "src/sandbox.h"
#include "twin/text.h"

/* A press whose payload was committed is already known when its alarm was
 * raised at about the time the payload came in (DESIGN: presses, inbox). */
enum { SAME_PRESS_MS = 30000 };

static int64_t clock_now(void *context)
{
	return station_now(context);
}

/* Paho's thread: on disk before the broker is acknowledged. */
static int on_commit(void *context, const char *topic, const void *bytes, size_t len, bool retained)
{
	struct station *s = context;
	if (retained)
		return 0;
	int rc = inbox_commit(s->inbox, topic, bytes, len, station_now(s));
	atomic_store(&s->inbox_news, 1);
	ev_async_send(s->loop, &s->inbox_wake);
	return rc;
}

static void on_message(
	void *context, const char *topic, const void *bytes, size_t len, bool retained)
{
	struct station *s = context;
	bool order = station_orders_echo(s, topic, bytes, len);
	if (station_watch_echo(s, topic, bytes, len) || order)
		return;
	if (share_is_ours(s->share, topic)) {
		share_message(s->share, topic, bytes, len, retained);
		return;
	}
	ingest_feed(s->ingest, &s->health.feeds[FEED_MQTT]);
	ingest_message(s->ingest, topic, bytes, len, retained, station_now(s));
}

/* What waited at the broker comes in the first moments of a link, among what is new;
 * MQTT does not say which is which. */
enum { BACKLOG_MS = 5000 };

static void on_linked(void *context, bool session_kept)
{
	struct station *s = context;
	(void)session_kept; /* what was retained is told again in any case */
	share_linked(s->share);
	ingest_old_until(
		s->ingest, station_now(s) + (int64_t)(BACKLOG_MS * s->settings->clock.speed));
}

static void from_ingest(void *context, const struct fact *fact)
{
	struct station *s = context;
	struct fact copy = *fact;
	if (fact->kind == FACT_PRESS) {
		char key[ID_SIZE];
		press_key(key, s->twin->site, &fact->press);
		int alarm = twin_alarm(s->twin, key);
		if (alarm >= 0 && s->draining
			&& s->twin->alarms[alarm].raised_ms + SAME_PRESS_MS > fact->at_ms)
			return;
		copy.source_ms = fact->source_ms != 0 ? fact->source_ms : fact->at_ms;
	}
	station_fact(s, &copy);
	if (fact->kind == FACT_PRESS && s->journal != NULL)
		journal_force(s->journal);
}

static void on_inbox_row(void *context, int64_t id, const char *topic, const void *bytes,
	size_t len, int64_t received_ms)
{
	struct station *s = context;
	ingest_inbox(s->ingest, topic, bytes, len, received_ms);
	s->inbox_id = id;
}

/* Rows stay in the inbox until the journal has stored their facts. Those of an earlier
 * life may be known already, and nothing but their alarms tells; later ones the ingest
 * knows again when they come out of the ring. */
static void drain_inbox(struct station *s, bool of_earlier_life)
{
	atomic_store(&s->inbox_news, 0);
	s->draining = of_earlier_life;
	inbox_each(s->inbox, on_inbox_row, s);
	s->draining = false;
	s->inbox_seq = s->seq;
	if (s->inbox_id != 0 && journal_committed(s->journal) >= s->inbox_seq) {
		inbox_done(s->inbox, s->inbox_id);
		s->inbox_id = 0;
	}
}

/* A press does not queue behind the thousands of rows a storm has left in the ring. */
static void on_inbox_wake(struct ev_loop *loop, ev_async *wake, int events)
{
	(void)loop;
	(void)events;
	drain_inbox(wake->data, false);
}

static void from_fhir(void *context, const struct fact *fact)
{
	struct fhir_feed *feed = context;
	struct station *s = feed->s;
	struct fact copy = *fact;
	if (s->pushed.reading) {
		if (station_push_counts(s))
			return;
	} else {
		feed->health->facts++;
		station_orders_told(s, (int)(feed - s->fhir), fact);
	}
	station_fact(s, &copy);
}

static void name_from_fhir(void *context, const char *id, const char *name)
{
	struct station *s = ((struct fhir_feed *)context)->s;
	const char *known = names_get(s->names, id);
	s->pushed.given += s->pushed.reading;
	if (known != NULL && strcmp(known, name) == 0)
		return;
	names_set(s->names, id, name);
	journal_name(s->journal, id, name);
}

static void not_understood(
	void *context, const char *resource, const char *path, const char *reason)
{
	struct fhir_feed *feed = context;
	struct station *s = feed->s;
	struct feed_health *h = feed->health;
	char text[LABEL_SIZE * 2];
	if (s->pushed.reading) {
		station_push_puzzle(s, resource, path, reason);
		return;
	}
	h->errors++;
	snprintf(text, sizeof text, "%s %s: %s", resource, path, reason);
	text_copy(h->error, sizeof h->error, text);
}

static int open_mqtt(struct station *s, struct error *err)
{
	struct mqtt_options o;
	mqtt_options_of(s->settings, s->id, &o);
	station_watch_topics(s, &o);
	station_orders_topics(s, &o);
	station_share_options(s, &o);
	s->mqtt = mqtt_create(s->loop, &o, s->presses, on_commit, on_message, s, err);
	if (s->mqtt == NULL)
		return -1;
	mqtt_clock(s->mqtt, clock_now, s);
	mqtt_on_linked(s->mqtt, on_linked);
	return 0;
}

static int open_fhir(struct station *s, int n, struct error *err)
{
	const struct fhir_settings *c = &s->settings->fhir[n];
	struct fhir_feed *feed = &s->fhir[n];
	struct fhir_sink sink = {from_fhir, name_from_fhir, not_understood, feed};
	struct fhir_poll_options o = {
		.base = c->base,
		.strategy = c->strategy,
		.profile = c->profile,
		.every_s = c->every_s,
		.overlap_s = c->overlap_s,
		.sweep_every_s = c->sweep_s,
		.map = {.site = s->twin->site,
			.bracelet_system = c->bracelet_system,
			.progress_system = c->progress_system,
			.performed_means = c->performed_means},
		.http = settings_fhir_http(s->settings, n),
	};
	if (n > 0) /* the first one has its row, configured or not */
		feed->health = &s->health.feeds[s->health.feed_count++];
	feed->poll = fhir_poll_create(s->loop, &o, sink, clock_now, s, err);
	return feed->poll != NULL ? 0 : -1;
}

static int open_servers(struct station *s, struct error *err)
{
	for (int n = 0; n < FHIR_SERVERS; n++) {
		s->fhir[n].s = s;
		s->fhir[n].health = &s->health.feeds[FEED_FHIR];
		if (s->settings->fhir[n].base != NULL && open_fhir(s, n, err) < 0)
			return -1;
	}
	return 0;
}

static void from_supervise(void *context, const struct fact *fact)
{
	struct fact copy = *fact;
	station_fact(context, &copy);
}

/* As long as no gateway and no tag is silent for people, whatever the suite's clock. */
enum { RADIO_PATIENCE_S = 20 };

static void refresh(struct station *s);
static bool refresh_sandbox(struct station *s);

int station_feeds_open(struct station *s, struct error *err)
{
	struct ingest_options o = {
		.site = s->twin->site,
		.locator = s->locator,
		.health = &s->health,
		.feed = &s->health.feeds[FEED_MQTT],
		.fact = from_ingest,
		.context = s,
	};
	struct fhir_sink pushed = {from_fhir, name_from_fhir, not_understood, &s->fhir[0]};
	s->supervise = (struct supervise){.twin = s->twin,
		.health = &s->health,
		.fact = from_supervise,
		.context = s,
		.patience_ms = (int64_t)(RADIO_PATIENCE_S * 1000 * s->settings->clock.speed)};
	s->health.feed_count = FEED_FIXED;
	for (int i = 0; i < s->health.feed_count; i++)
		s->health.feeds[i].since_ms = station_now(s); /* off since we began */
	s->presses = press_table_create(s->twin->site);
	ev_async_init(&s->inbox_wake, on_inbox_wake);
	s->inbox_wake.data = s;
	ev_async_start(s->loop, &s->inbox_wake);
	s->ingest = ingest_create(&o);
	if (s->settings->keys_file != NULL) {
		s->keys = tag_keys_load(s->settings->keys_file, err);
		if (s->keys == NULL)
			return -1;
		ingest_keys(s->ingest, s->keys);
	}
	if (s->settings->mqtt_address_count > 0 && open_mqtt(s, err) < 0)
		return -1;
	if (open_servers(s, err) < 0 || station_push_open(s, on_commit, pushed, err) < 0)
		return -1;
	refresh(s); /* the first picture already names the feeds */
	refresh_sandbox(s);
	return 0;
}

void station_feeds_start(struct station *s)
{
	if (s->mqtt != NULL)
		ingest_old_until(s->ingest, INT64_MAX); /* until it is linked, and a while after */
	drain_inbox(s, true);                           /* presses acknowledged before we stopped */
	if (s->mqtt != NULL)
		mqtt_start(s->mqtt);
	for (int n = 0; n < FHIR_SERVERS; n++)
		if (s->fhir[n].poll != NULL)
			fhir_poll_start(s->fhir[n].poll);
	station_push_start(s);
}

void station_feeds_close(struct station *s)
{
	station_push_close(s);
	mqtt_destroy(s->mqtt);
	ev_async_stop(s->loop, &s->inbox_wake);
	for (int n = 0; n < FHIR_SERVERS; n++)
		if (s->fhir[n].poll != NULL)
			fhir_poll_destroy(s->fhir[n].poll);
	ingest_destroy(s->ingest);
	tag_keys_free(s->keys);
	press_table_destroy(s->presses);
}

/* --- technical conditions --- */

static const struct {
	const char *key, *text;
	int64_t after_ms; /* monotonic, before it becomes an alarm */
} conditions[WATCH_COUNT] = {
	[WATCH_BROKER] = {"broker", "MQTT broker lost: positions and calls do not arrive", 5000},
	[WATCH_FHIR] = {"fhir", "FHIR server lost: the programme is not refreshed", 30000},
	[WATCH_LINK] = {"link", "What is done here does not reach the other stations", 0},
	[WATCH_CLOCK] = {"clock", "A station's clock is more than 2 s off this one's", 0},
	[WATCH_JOURNAL] = {"journal", "Journal cannot be written: working in memory only", 0},
	[WATCH_SANDBOX] = {"sandbox",
		"The sandbox refused a system call: see F2, tell who runs vigie", 0},
	[WATCH_HELPER] = {"helper", "The helper has died: no printing, no commands, no unlocking",
		0},
};

/* What is told already the twin knows, also after a restart: an alarm of an earlier life
 * ends when its condition is good, and goes on when it is not. */
static bool is_told(const struct station *s, const char *condition)
{
	char key[ID_SIZE];
	snprintf(key, sizeof key, "technical:%s", condition);
	int i = twin_alarm(s->twin, key);
	return i >= 0 && s->twin->alarms[i].active;
}

static void watch(struct station *s, int which, bool bad)
{
	int64_t *since = &s->bad_since_mono[which], mono = monotonic_ms();
	bool told = is_told(s, conditions[which].key);
	if (!bad)
		*since = 0;
	else if (*since == 0)
		*since = mono;
	bool tell = bad && (told || mono - *since >= conditions[which].after_ms);
	if (tell == told)
		return;
	struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, 0);
	text_copy(f.origin, sizeof f.origin, "vigie");
	text_copy(f.condition.key, sizeof f.condition.key, conditions[which].key);
	text_copy(f.condition.text, sizeof f.condition.text, conditions[which].text);
	f.condition.priority = PRIORITY_MEDIUM;
	f.condition.active = tell;
	station_fact(s, &f);
}

/* True when something was refused. */
static bool refresh_sandbox(struct station *s)
{
	const char *last;
	unsigned refused = sandbox_refused(&last);
	if (refused == 0)
		snprintf(s->health.sandbox, sizeof s->health.sandbox, "%s", sandbox_says());
	else
		snprintf(s->health.sandbox, sizeof s->health.sandbox,
			"%.40s; refused %u, last %.20s", sandbox_says(), refused, last);
	s->health.sandbox_whole = sandbox_whole() && refused == 0;
	return refused > 0;
}

/* The feeds keep their own numbers; rows, facts and refusals are counted here. */
static void refresh(struct station *s)
{
	if (s->mqtt != NULL)
		mqtt_health(s->mqtt, &s->health.feeds[FEED_MQTT]);
	else
		text_copy(s->health.feeds[FEED_MQTT].name, LABEL_SIZE, "mqtt (not configured)");
	if (s->fhir[0].poll == NULL)
		text_copy(s->health.feeds[FEED_FHIR].name, LABEL_SIZE, "fhir (not configured)");
	for (int n = 0; n < FHIR_SERVERS; n++)
		if (s->fhir[n].poll != NULL)
			fhir_poll_health(s->fhir[n].poll, s->fhir[n].health);
	station_push_health(s);
	s->health.journal_committed = journal_committed(s->journal);
	s->health.journal_pending = journal_pending(s->journal);
}

static bool a_server_is_lost(const struct station *s)
{
	for (int n = 0; n < FHIR_SERVERS; n++)
		if (s->fhir[n].poll != NULL && s->fhir[n].health->state != FEED_UP)
			return true;
	return false;
}

/* Gateways come over the broker, or to our own port. */
static bool is_linked(const struct station *s)
{
	return s->mqtt != NULL ? s->health.feeds[FEED_MQTT].state == FEED_UP : s->http != NULL;
}

void station_feeds_tick(struct station *s)
{
	if (atomic_load(&s->inbox_news) != 0)
		drain_inbox(s, false);
	ingest_tick(s->ingest, station_now(s));
	refresh(s);
	if (s->mqtt != NULL && s->health.feeds[FEED_MQTT].state == FEED_DOWN)
		ingest_old_until(s->ingest, INT64_MAX);
	supervise_tick(&s->supervise, is_linked(s), station_now(s));
	watch(s, WATCH_BROKER, s->mqtt != NULL && s->health.feeds[FEED_MQTT].state != FEED_UP);
	watch(s, WATCH_FHIR, a_server_is_lost(s));
	watch(s, WATCH_JOURNAL, !s->health.journal_ok);
	watch(s, WATCH_LINK, share_link_is_bad(s->share));
	watch(s, WATCH_CLOCK, share_clock_is_bad(s->share));
	watch(s, WATCH_SANDBOX, refresh_sandbox(s));
	watch(s, WATCH_HELPER, guard_helper_lost());
}
