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

enum { HEALTH_FEEDS = 8, HEALTH_GATEWAYS = 192, HEALTH_UNKNOWN = 16 };
enum { HEALTH_ODD = 16, HEALTH_TAGS = 1024, HEALTH_GAPS = 16 };

/* One gateway as its own words show it. Counters only; what they suggest is
 * gateway_hints() below. */
struct gateway_health {
	char mac[TAG_SIZE];
	int64_t first_ms, last_ms; /* suite time of its first and last word */
	uint64_t rows, refused;
	/* its clock */
	bool clocked;      /* it has said a time */
	int64_t offset_ms; /* device clock minus receipt, of prompt rows */
	uint64_t late;     /* rows out of an offline buffer */
	int64_t late_ms;   /* when the last of them came, 0 never */
	/* its uploads */
	int32_t gaps_ms[HEALTH_GAPS]; /* between uploads, a ring */
	int gap_count, gap_next;
	int64_t upload_ms; /* when the last one began */
	int64_t seq;       /* of the last uplink, where `numbered` */
	bool numbered;
	uint64_t lost, repeated; /* uplinks, by their numbers */
	/* what its filters may hide */
	uint64_t other;            /* rows of frames no gateway has a name for */
	int weakest_dbm;           /* 0: none heard */
	char prefix[7];            /* of the first tag heard */
	bool prefixes;             /* it heard others as well */
	bool prefixes_exist;       /* the site lists others, or other gateways hear them */
	int hidden;                /* listed tags heard all around it, never by it */
	char hidden_tag[TAG_SIZE]; /* one of them */
};

/* What the numbers of a gateway suggest: worth a look. Of its clock there is an alarm
 * as well (src/supervise.h). */
enum gateway_hint {
	HINT_CLOCK,       /* its clock is off by more than a minute */
	HINT_REPLAY,      /* an offline buffer came in during the last hour */
	HINT_LOST,        /* uplinks are missing by their numbers */
	HINT_SLOW,        /* uploads less often than a press lasts */
	HINT_HIDDEN,      /* never hears tags that its neighbours hear */
	HINT_UNKNOWN_OFF, /* no frame it has no name for: B10, B7, MBT02 are lost */
	HINT_ONE_PREFIX,  /* all its tags begin alike: a MAC filter? */
	HINT_RSSI_FLOOR,  /* nothing weak is ever heard: an RSSI filter? */
	HINT_COUNT
};
/* Bits 1 << enum gateway_hint. */
unsigned gateway_hints(const struct gateway_health *g, int64_t now_ms);
/* Median of the last gaps between uploads, -1 while there are too few. */
int64_t gateway_interval_ms(const struct gateway_health *g);

/* A message, or a row of one, whose shape nobody here knows. */
struct odd_message {
	char what[LABEL_SIZE];  /* "moko", "an object of 40 bytes" */
	char topic[LABEL_SIZE]; /* of the last one, neutralised */
	char first[17];         /* its first 8 bytes, hex */
	size_t size;
	uint64_t count;
	int64_t last_ms;
};

/* A listed tag, index as in site->tags. */
struct tag_health {
	int64_t last_ms; /* last prompt row, 0 never since we began */
	uint64_t rows;
};

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
	struct odd_message odd[HEALTH_ODD];
	int odd_count;
	struct tag_health tags[HEALTH_TAGS];
	uint64_t unlisted_tags; /* rows of tags the site does not list */
	uint64_t late_readings; /* values out of an offline buffer, not taken */
	uint64_t late_presses;  /* told, and marked late */
	uint64_t old_readings;  /* measurements in retained messages, not taken */
	/* the journal */
	bool journal_ok;            /* false: working in memory only */
	uint64_t journal_committed; /* seq of the last fact safely stored */
	uint64_t journal_pending;   /* facts on their way */
	char journal_error[LABEL_SIZE];
	/* the program itself */
	char sandbox[LABEL_SIZE]; /* "Landlock 7, seccomp"; "": not asked */
	bool sandbox_whole;       /* all of it is in force, and nothing was refused */
	/* the loop */
	double loop_max_ms;  /* longest turn in the last minute */
	double loop_most_ms; /* 999 of 1,000 turns in it ended within */
};

#endif
