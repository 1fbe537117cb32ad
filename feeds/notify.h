/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_NOTIFY_H
#define VIGIE_FEEDS_NOTIFY_H

/*
 * Delivers messages to targets: a webhook (POST over feeds/http.h), an MQTT
 * topic or a command. What fails is tried again after 1, 2, 4, 8 … s (at most a
 * minute, or what Retry-After asks for), until it has been tried often enough:
 * then it is dead, and that is told. One message keeps one name through all its
 * tries, so that who gets it twice can tell.
 *
 * Everything is told from the loop, never from inside a call.
 */

#include <ev.h>

#include "feeds/error.h"
#include "twin/fact.h"

enum { NOTIFY_TARGETS = 16, NOTIFY_ARGS = 16, NOTIFY_UNDER_WAY = 64 };

enum notify_way { NOTIFY_WEBHOOK, NOTIFY_MQTT, NOTIFY_COMMAND };

struct notify_target {
	const char *name;
	enum notify_way way;
	const char *url;                                          /* webhook */
	const char *bearer_file, *ca_file, *cert_file, *key_file; /* of it; NULL none */
	const char *topic;                                        /* MQTT */
	const char *argv[NOTIFY_ARGS + 1]; /* command: a path first; NULL ends */
};

struct notify_message {
	char target[ID_SIZE];
	char id[ID_SIZE];  /* the idempotency key */
	char key[ID_SIZE]; /* of the alarm */
	char class_[ID_SIZE];
	enum priority priority;
	char text[LABEL_SIZE];
	char place[LABEL_SIZE];
	int64_t raised_ms;
	int step; /* from 1 */
};

/* The message as a JSON object (vigie.conf(5) lists its keys); malloc'd. */
char *notify_body(const struct notify_message *message);

/* Who publishes at QoS 1. False: it cannot be taken now. A broker acknowledges what
 * its ACL forbids, too (MQTT 3.1.1): a message is delivered when it comes back, see
 * notify_echo. */
typedef bool notify_publish(void *context, const char *topic, const void *bytes, size_t len);

/* Who runs a command. 0, and notify_ran is said later with the ticket; a negative
 * errno and why: this try has failed. */
struct notify_command {
	int target; /* its place in the list of targets */
	const char *const *argv;
	const char *const *env; /* "VIGIE_ID=…", in addition; NULL ends */
	const char *input;      /* its standard input */
	double deadline_s;      /* then it is to be ended */
};
typedef int notify_run(
	void *context, uint64_t ticket, const struct notify_command *command, struct error *err);

struct notify_calls {
	notify_publish *publish; /* NULL: MQTT targets fail */
	notify_run *run;         /* NULL: commands fail */
	/* NOTICE_FAILED: it will be tried again. Of the others nothing is left here. */
	void (*outcome)(void *context, const struct notify_message *message,
		enum notice_state state, int tries, const char *why);
	void *context;
};

struct notify_options {
	const struct notify_target *targets; /* borrowed, with their texts */
	int target_count;
	int tries;         /* 0: 8 */
	double deadline_s; /* of one try, 0: 10 */
	double again_s;    /* before the second try, 0: 1; doubles */
	bool insecure;     /* plain http beyond loopback */
	struct notify_calls calls;
};

struct notify;

/* NULL with err when a target cannot work; the setting is named. */
struct notify *notify_create(
	struct ev_loop *loop, const struct notify_options *options, struct error *err);
/* Takes a copy and begins at the next turn of the loop. 0, -EEXIST when one of
 * that id is under way, -ENOSPC when there are too many. A target that does not
 * exist makes it dead. */
int notify_send(struct notify *notify, const struct notify_message *message);
/* True when one of those under way is the one. */
bool notify_any(const struct notify *notify,
	bool (*is)(void *context, const struct notify_message *message), void *context);
/* Those that are not to be kept are not tried again; what is on its way now is
 * still told when it arrives. */
void notify_keep(struct notify *notify,
	bool (*keep)(void *context, const struct notify_message *message), void *context);
/* What came in on a topic; false: it is none of ours. Subscribe to those of all MQTT
 * targets. */
bool notify_echo(struct notify *notify, const char *topic, const void *bytes, size_t len);
/* What became of a command; late, unknown and repeated words are harmless. */
void notify_ran(struct notify *notify, uint64_t ticket, bool good, const char *why);
void notify_destroy(struct notify *notify);

#endif
