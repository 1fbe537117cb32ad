/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_POLL_PRIVATE_H
#define VIGIE_FEEDS_FHIR_POLL_PRIVATE_H

/*
 * What the files of the poller share: fhir_poll.c (life and health),
 * fhir_round.c (which question comes next), fhir_answer.c (what came back).
 */

#include "feeds/fhir_poll.h"
#include "feeds/fhir_query.h"
#include "feeds/fhir_retry.h"

enum { URL_SIZE = 16384, LOST_MAX = 32 };

enum asking { ASK_NOTHING, ASK_METADATA, ASK_SEARCH, ASK_LOST };

struct progress {
	enum fhir_strategy strategy;
	int64_t watermark_ms;    /* server time of the last complete answer, 0 none */
	bool complete;           /* it was read whole at least once */
	bool absent;             /* asked at sweeps only: not there, or forbidden */
	bool lenient;            /* parameters were ignored, and that was said */
	char warned[LABEL_SIZE]; /* the last warning told */
};

struct fhir_poll {
	struct ev_loop *loop;
	struct http *http;
	struct fhir_map *map;
	struct fhir_sink sink;
	ev_timer timer;
	char *base;
	struct fhir_poll_options options;
	int forced; /* strategy of the settings, -1 auto */
	int64_t (*now_ms)(void *);
	void *clock_context;
	struct feed_health health;
	struct fhir_capability capability;
	bool capability_wanted;
	struct progress progress[FHIR_TYPES];
	int64_t clock_ms; /* the server's, at its last answer */
	int64_t step_ms;  /* server time between the last two polls */
	/* the round */
	enum fhir_round round;
	bool round_failed, stopped;
	double next_sweep; /* loop time */
	int64_t from_ms, to_ms;
	char lost[LOST_MAX][ID_SIZE];
	int lost_count;
	/* the question */
	enum asking asking;
	int type, lot, page, restarts, failures;
	int matches, total; /* of this query so far; -1 not said */
	bool outcome_bad, unfiltered;
	int64_t server_ms; /* of the first page of this type */
	double began;      /* loop time */
	size_t bytes;
	char url[URL_SIZE];
	char **visited;
	int visited_count;
	struct fhir_backoff backoff;
	void (*done)(void *, bool);
	void *done_context;
};

/* -- fhir_poll.c ------------------------------------------------------------- */

void fhir_poll_state(struct fhir_poll *p, enum feed_state state);
/* Counts an error and shows it; a fault also spoils the round. */
void fhir_poll_say(struct fhir_poll *p, const char *problem, const char *detail);
void fhir_poll_fault(struct fhir_poll *p, const char *problem, const char *detail);
/* A strategy per type by the capabilities, and the feed's name by it. */
void fhir_poll_choose(struct fhir_poll *p);
void fhir_poll_name(struct fhir_poll *p);

/* -- fhir_round.c ------------------------------------------------------------ */

void fhir_round_begin(struct fhir_poll *p);
void fhir_round_end(struct fhir_poll *p);
/* After the capabilities: the types, one after the other; after them, what the
 * day did not bring back. */
void fhir_round_types(struct fhir_poll *p);
void fhir_round_next_type(struct fhir_poll *p);
void fhir_round_next_query(struct fhir_poll *p);
void fhir_round_same_query(struct fhir_poll *p); /* from its first page */
void fhir_round_next_lost(struct fhir_poll *p);
/* Asks p->url after so long. */
void fhir_round_ask(struct fhir_poll *p, double seconds);
/* Notes a page of this query; false when it was asked before. */
bool fhir_round_visit(struct fhir_poll *p, const char *url);
void fhir_round_forget(struct fhir_poll *p);

/* -- fhir_answer.c ------------------------------------------------------------- */

void fhir_answer(void *context, const struct http_answer *a);
/* The question could not even be sent. */
void fhir_answer_none(struct fhir_poll *p, const char *why);

#endif
