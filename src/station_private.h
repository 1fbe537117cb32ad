/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_STATION_PRIVATE_H
#define VIGIE_SRC_STATION_PRIVATE_H

/* Shared by station.c (fold and tick), station_site.c (the suite it is about),
 * station_feeds.c (what comes in), station_push.c (what others bring) and
 * station_acts*.c (what operators do) by way of station_commit.c. */

#include <stdatomic.h>

#include "feeds/fhir_poll.h"
#include "feeds/hl7.h"
#include "feeds/mqtt.h"
#include "src/command.h"
#include "src/door.h"
#include "src/escalate.h"
#include "src/forecaster.h"
#include "src/http_door.h"
#include "src/ingest.h"
#include "src/journal.h"
#include "src/knowledge.h"
#include "src/order_change.h"
#include "src/order_tell.h"
#include "src/orders.h"
#include "src/person.h"
#include "src/pulse.h"
#include "src/repairer.h"
#include "src/share.h"
#include "src/station.h"
#include "src/supervise.h"
#include "twin/heads.h"
#include "twin/locate.h"

enum { UNDO_DEPTH = 64 };
enum { FEED_MQTT, FEED_FHIR, FEED_FIXED }; /* the others only when configured */

/* One pushed file being read, over several turns when it is long. */
struct pushed {
	bool reading, silent;
	bool going_on; /* an HL7 file that was begun */
	struct hl7_file file;
	struct hl7_result result;
	int given; /* facts and names */
	char *why;
	size_t why_size;
};

/* Technical conditions that end by themselves. */
enum {
	WATCH_BROKER,
	WATCH_FHIR,
	WATCH_JOURNAL,
	WATCH_LINK,
	WATCH_CLOCK,
	WATCH_SANDBOX,
	WATCH_HELPER,
	WATCH_COUNT
};

/* One of the FHIR servers; `poll` NULL: not configured. */
struct fhir_feed {
	struct station *s;
	struct fhir_poll *poll;
	struct feed_health *health;
};

struct station {
	struct ev_loop *loop;
	const struct settings *settings;
	struct station_calls calls;
	struct twin *twin;
	struct knowledge knowledge;
	struct names *names;
	struct health health;
	struct locator *locator;
	struct ingest *ingest;
	struct supervise supervise;
	struct tag_keys *keys; /* of tags that encrypt; NULL: none */
	struct press_table *presses;
	struct mqtt *mqtt;
	struct fhir_feed fhir[FHIR_SERVERS];
	struct http_door *http;
	struct feed_health *http_health;
	struct door *door;
	struct feed_health *door_health;
	struct fhir_map *pushed_map; /* own one, when no server is polled */
	struct hl7 *hl7;
	struct pushed pushed;
	struct share *share;
	struct stations stations;
	ev_timer share_pace;
	struct heads heads; /* of the others' journals, as put on record */
	int64_t head_ms;    /* when ours is told next */
	struct journal *journal;
	struct inbox *inbox;
	struct site_watch *site_watch; /* NULL: no site file, the journal's site is used */
	uint64_t site_seq;             /* the fact that put the site in force, 0 before us */
	struct person person;
	const char *user; /* person.user */
	bool locked;
	int64_t glass_until_mono;     /* more rights until then, 0 none */
	char id[ID_SIZE];             /* of this station, for the broker */
	uint64_t seq;                 /* last given out */
	uint64_t pending_act;         /* seq of the operator's act on its way to disk */
	struct fact undo[UNDO_DEPTH]; /* acts of this session, newest last */
	bool undo_joined[UNDO_DEPTH]; /* is taken back together with the one before it */
	int undo_count;
	char reveal[ID_SIZE];
	int64_t reveal_until_mono;
	int64_t bad_since_mono[WATCH_COUNT]; /* 0: good */
	int64_t inbox_id;                    /* newest row turned into facts */
	uint64_t inbox_seq;                  /* their last fact */
	atomic_int inbox_news;               /* set by Paho's thread, */
	ev_async inbox_wake;                 /* which then wakes the loop */
	bool draining;                       /* rows of an earlier life are being decoded */
	ev_timer tick;
	ev_prepare before_wait;
	ev_check after_wait;
	int64_t turn_began_us;
	struct pulse pulse;
	bool started;
	struct forecaster *forecaster;
	int64_t forecast_mono;  /* last asked */
	bool forecast_stale;    /* something it depends on was told since */
	bool forecast_refused;  /* no thread could be had */
	struct what_if what_if; /* of this console only, in memory only */
	char in_time_room[ID_SIZE];
	struct repairer *repairer; /* NULL: nothing was asked yet, or none can be had */
	struct repair_desk desk;
	bool repair_asked;         /* ... and somebody is still looking */
	int64_t repair_mono;       /* last asked */
	uint64_t repair_seq;       /* of the twin then */
	uint64_t mattered_seq;     /* of the last fact that the rest of the day hangs on */
	struct what_if proof;      /* what is injected, and one repair */
	bool proof_open;           /* its board is looked at */
	struct escalate *escalate; /* NULL: this one does not */
	struct commands *commands;
	struct sender *sender; /* of orders; NULL: this one sends none */
	struct http_options order_http[FHIR_SERVERS];
	struct order_tell *order_tell; /* NULL: nobody is told */
	struct commands *order_commands;
	struct { /* which server told of a case, by their places in the twin */
		char id[ID_SIZE];
		int server;
	} told_by[TWIN_CASES];
	int told_by_count;
	char order_topics[ORDER_TOPIC_SIZE];
};

/* Gives the fact its number and time, folds it, journals it. */
void station_fact(struct station *s, struct fact *fact);
void station_say(struct station *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void station_changed(struct station *s); /* something to draw */
int64_t station_now(const struct station *s);

/* station_person.c: who is at the keyboard. */
void station_person_tick(struct station *s);

/* station_commit.c: what he may do now, and a row for the audit. */
enum person_role station_role(const struct station *s);
void station_audit(struct station *s, const char *what, const char *subject, const char *reason);
/* A fact of this person, to be filled in. */
struct fact station_act(const struct station *s, enum fact_kind kind);
/* An operator's act goes to disk at once and shows as pending until it is there.
 * False: this role may not; that is on record, and said. */
bool station_commit(struct station *s, struct fact *f, const char *subject);
/* Only whether, and the refusal. */
bool station_may(struct station *s, const struct fact *f, const char *subject);
/* What takes it back. */
void station_remember(struct station *s, const struct fact *undo);

/* station_feeds.c */
int station_feeds_open(struct station *s, struct error *err);
void station_feeds_start(struct station *s);
void station_feeds_close(struct station *s);
void station_feeds_tick(struct station *s); /* health, conditions, inbox */

/* station_push.c: the HTTP port and the push door, when configured. */
int station_push_open(
	struct station *s, mqtt_commit *commit, struct fhir_sink sink, struct error *err);
void station_push_start(struct station *s);
void station_push_close(struct station *s);
void station_push_health(struct station *s);
/* What is being pushed now: counts it; true when it is known already. */
bool station_push_counts(struct station *s);
void station_push_puzzle(
	struct station *s, const char *resource, const char *path, const char *reason);

/* station_site.c: the site in force, and its file while we run. */
int station_site_open(struct station *s, struct error *err); /* and the locator */
void station_site_close(struct station *s);
void station_site_tick(struct station *s);
void station_site_reload(struct station *s); /* now, whether it changed or not */

/* station_forecast.c */
void station_forecast_need(struct station *s);
void station_forecast_close(struct station *s);
/* The last one that finds rooms where the site in force has them; NULL none yet. */
const struct forecast *station_forecast_last(const struct station *s);
void station_forecast_heard(struct station *s, const struct fact *fact);
void station_forecast_tick(struct station *s);
bool station_forecast_matters(enum fact_kind kind); /* the rest of the day hangs on it */

/* station_watch.c: escalation, when this station does it. */
int station_watch_open(struct station *s, struct error *err);
void station_watch_close(struct station *s);
void station_watch_tick(struct station *s);
/* Subscriptions it needs; and what came in: true when it was its own. */
void station_watch_topics(const struct station *s, struct mqtt_options *out);
bool station_watch_echo(struct station *s, const char *topic, const void *bytes, size_t len);
/* station_orders.c: what was approved, on its way to the hospital */
int station_orders_open(struct station *s, struct error *err);
void station_orders_close(struct station *s);
void station_orders_tick(struct station *s);
void station_orders_committed(struct station *s); /* more is on disk */
void station_orders_told(struct station *s, int server, const struct fact *fact);
void station_orders_topics(struct station *s, struct mqtt_options *out);
bool station_orders_echo(struct station *s, const char *topic, const void *bytes, size_t len);
/* Acts: a plan is taken back; a step done by hand, or not to be done. */
void station_recall(struct station *s, const struct command *command);
void station_order_by_hand(struct station *s, const struct command *command);
/* station_share.c: the other stations */
bool station_share_open(struct station *s); /* before the journal is read */
void station_share_start(struct station *s);
void station_share_close(struct station *s); /* before the link is let go */
void station_share_options(struct station *s, struct mqtt_options *options);
void station_share_tick(struct station *s);

/* station_whatif.c: true when the command was one of its own. */
bool station_what_if(struct station *s, const struct command *command);
/* Asks the forecaster beside the day: the proof that is open, else what is injected. */
void station_what_if_ask(struct station *s);

/* station_repair.c: what to do about a case or a room, "" anything; on top of what is
 * injected, or of the day as it stands. */
void station_repair_ask(struct station *s, const char *about, bool on_top);
bool station_repair(struct station *s, const struct command *command);
void station_repair_heard(struct station *s, const struct fact *fact);
void station_repair_tick(struct station *s);
void station_repair_view(const struct station *s, struct view *view);
void station_repair_close(struct station *s);
void station_approve(struct station *s, const struct command *command); /* an act */

#endif
