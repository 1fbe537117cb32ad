/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SHARE_WIRE_H
#define VIGIE_SRC_SHARE_WIRE_H

/*
 * What stations write to the broker, and how it is read: vigie-cluster(7).
 * Reading is strict, and a pure function of topic, bytes and time: whoever may
 * write to the broker is not trusted to write well.
 */

#include "twin/fact_field.h"
#include "twin/stations.h"

enum {
	SHARE_BYTES_MAX = 8192, /* of one message */
	SHARE_TOPIC_SIZE = 256,
	SHARE_SUFFIX_SIZE = 40,       /* "alarm/0123456789abcdef/service" */
	SHARE_AHEAD_MS = 60000,       /* a clock that far ahead of ours is wrong */
	SHARE_COVERS_AHEAD_MS = 15000 /* nobody has seen what rings only then */
};

enum share_kind {
	SHARED_ALARM, /* an act, or a raise */
	SHARED_FACT,
	SHARED_HERE,
	SHARED_INDEX,
	SHARED_SEEN,
	SHARED_ASK,
	SHARED_HEAD,
	SHARED_KIND_COUNT
};

/* ROOT/<station>/share/<suffix>; hearsay: ROOT/<station>/share/via/<author>/<suffix>. */
struct share_topic {
	char station[ID_SIZE]; /* who wrote it: the broker sees to that */
	char author[ID_SIZE];  /* whose word it is; the same but for hearsay */
	enum share_kind kind;
	char suffix[SHARE_SUFFIX_SIZE];
};

/* Letters, digits, '-' and '_', 1 to 64: a level of a topic at any broker. */
bool share_is_name(const char *text);
bool share_topic_parse(struct share_topic *out, const char *root, const char *topic);
void share_topic_make(char out[SHARE_TOPIC_SIZE], const char *root, const char *station,
	const char *author, const char *suffix);
/* Where a fact stands below its station; false: not one that is shared. */
bool share_suffix(const struct fact *fact, char out[SHARE_SUFFIX_SIZE]);

/* The envelope around a signed fact (by.station, by.hlc_ms). malloc'd. */
char *share_encode(const struct fact *fact);
/* SHARE_REFUSAL_COUNT: good, and *out is a fact whose author is the topic's. Else why;
 * `what` gets it in words. Texts are neutralised. */
enum share_refusal share_decode(struct fact *out, const struct share_topic *topic,
	const void *bytes, size_t len, int64_t now_ms, char what[LABEL_SIZE]);

/* How many retained entries it has, and a sum over them. */
struct share_index {
	int count;
	uint64_t sum;
};

/* What a station says of itself each two seconds. */
struct share_here {
	int64_t now_ms; /* by its clock */
	char user[ORIGIN_SIZE];
	enum person_role role;
	bool gone; /* it leaves, or its will says so */
	bool escalates, on_duty, journal_ok;
	int feeds_down, rank;
	bool counted; /* its set, as last counted */
	struct share_index index;
};
char *share_encode_here(const char *station, const struct share_here *here);
bool share_decode_here(struct share_here *out, const void *bytes, size_t len);

char *share_encode_index(const char *station, const struct share_index *index);
bool share_decode_index(struct share_index *out, const void *bytes, size_t len);
/* One entry's part of the sum: order does not matter. */
uint64_t share_sum(const char *author, const char *suffix, int64_t hlc_ms);

/* Acts of one station that another has: their hybrid times. */
enum { SHARE_SEEN_MAX = 64 };
struct share_seen {
	char station[ID_SIZE]; /* whose acts */
	int64_t hlc_ms[SHARE_SEEN_MAX];
	int count;
};
char *share_encode_seen(const char *station, const struct share_seen *seen);
bool share_decode_seen(struct share_seen *out, const void *bytes, size_t len);

/* "Say all of yours again": whose. */
char *share_encode_ask(const char *station, const char *whom);
bool share_decode_ask(char whom[ID_SIZE], const void *bytes, size_t len);

/* The end of the journal's chain, 64 hex digits; heard as "number:hash" (twin/heads.h). */
char *share_encode_head(const char *station, uint64_t seq, const char *head);
bool share_decode_head(char head[LABEL_SIZE], const void *bytes, size_t len);

#endif
