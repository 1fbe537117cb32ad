/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_HEALTH_H
#define VIGIE_TWIN_HEALTH_H

/*
 * How the data link is doing: plain numbers that feeds and src fill and
 * screens show. Not part of the twin, not journalled.
 */

#include "twin/fact.h"

/* Why something was refused: a closed list, documented in vigie-feeds(7). */
enum refusal {
	REFUSED_EMPTY,         /* no bytes */
	REFUSED_TOO_LARGE,     /* over 256 KiB */
	REFUSED_NOT_JSON,      /* broken or truncated JSON */
	REFUSED_TOO_DEEP,      /* nesting over 32 */
	REFUSED_NUL,           /* a NUL in JSON text */
	REFUSED_UNKNOWN_SHAPE, /* recognised as none of the shapes */
	REFUSED_UNSUPPORTED,   /* a shape known by name, not decoded */
	REFUSED_ROW,           /* a row that is not an object */
	REFUSED_NO_MAC,        /* a row without a MAC */
	REFUSED_BAD_MAC,
	REFUSED_BAD_RSSI,
	REFUSED_BAD_HEX,       /* odd length or not hex */
	REFUSED_TRUNCATED,     /* a structure runs past the end */
	REFUSED_SHORT_FRAME,   /* shorter than documented */
	REFUSED_UNKNOWN_FRAME, /* talking, no rule */
	REFUSED_BAD_VALUE,     /* outside the physical range */
	REFUSED_MAC_MISMATCH,  /* informative: kept, MAC inside differs */
	REFUSED_BAD_TIME,
	REFUSED_NO_GATEWAY, /* who heard it is not known */
	REFUSED_RETAINED,   /* an event in a retained message */
	REFUSED_NO_KEY,     /* informative: encrypted, and no key of this tag is known */
	REFUSED_BAD_MIC,    /* the key does not open it: wrong key, or not what was sent */
	REFUSED_COUNT
};
const char *refusal_name(enum refusal r); /* "not_json" ... */
/* Said for information: what was sent has been kept as far as it can be read. */
bool refusal_informs(enum refusal r);

enum feed_state { FEED_OFF, FEED_CONNECTING, FEED_UP, FEED_DOUBTFUL, FEED_DOWN, FEED_STATE_COUNT };

struct feed_health {
	char name[LABEL_SIZE]; /* "mqtt 127.0.0.1:1883", "fhir https://…" */
	enum feed_state state;
	int64_t since_ms; /* of the state, suite time */
	int64_t last_ms;  /* last good word, suite time; 0 never */
	uint64_t messages, rows, facts, bytes;
	uint64_t drops; /* telemetry that did not fit the ring */
	uint64_t duplicates;
	uint64_t errors;
	uint64_t reconnects;
	uint64_t refused[REFUSED_COUNT];
	bool insecure;          /* plain text beyond loopback: stays on screen */
	char error[LABEL_SIZE]; /* the last one, for people */
};

struct gateway_health {
	char mac[TAG_SIZE];
	int64_t last_ms;
	uint64_t rows, refused;
	int64_t offset_ms; /* device clock minus receipt, last seen */
};

enum { HEALTH_FEEDS = 8, HEALTH_GATEWAYS = 192, HEALTH_UNKNOWN = 16 };

struct unknown_frame {      /* "talking, no rule" */
	char name[ID_SIZE]; /* "ffe1:a1:22 len 14" */
	uint64_t count;
};

struct health {
	struct feed_health feeds[HEALTH_FEEDS];
	int feed_count;
	struct gateway_health gateways[HEALTH_GATEWAYS];
	int gateway_count;
	struct unknown_frame unknown[HEALTH_UNKNOWN];
	int unknown_count;
	uint64_t unlisted_tags; /* rows of tags the site does not list */
	/* the journal */
	bool journal_ok;            /* false: working in memory only */
	uint64_t journal_committed; /* seq of the last fact safely stored */
	uint64_t journal_pending;   /* facts on their way */
	char journal_error[LABEL_SIZE];
	/* the loop */
	double loop_max_ms; /* longest turn in the last minute */
};

#endif
