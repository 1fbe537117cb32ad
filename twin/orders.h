/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_ORDERS_H
#define VIGIE_TWIN_ORDERS_H

/*
 * What was decided and sent, and what came of it: a fold beside the twin, over the
 * facts order and promise and, for the ledger, over the milestones that tell what
 * really came. Nothing the twin decides hangs on it.
 *
 * Words about one step come from several stations, in any order and twice. They are
 * kept, and walked through in the order of (hybrid clock, station): what the table
 * does not let follow is passed over. So all stations that have heard the same words
 * say the same of a step.
 */

#include "twin/twin.h"

enum {
	ORDERS_PLANS = 32,
	ORDERS_STEPS = 8,
	ORDERS_PROMISES = 16,
	ORDERS_WORDS = 12, /* of one step: sent, unknown, received, taken back, and again */
	ORDER_NONE = -1    /* nothing was said of it yet */
};

/* What was said of a step, without what goes along with it. */
struct order_word {
	enum order_state state;
	bool undo;
	int64_t hlc_ms;
	int64_t at_ms; /* when, by who says it */
	char station[ID_SIZE];
	char by[ORIGIN_SIZE]; /* the person; "" vigie */
};

struct order_step {
	struct fact_order order;          /* the last word on it that counts */
	int64_t at_ms[ORDER_STATE_COUNT]; /* when it came to each state, 0 never */
	char by[ORIGIN_SIZE];             /* who approved it */
	char station[ID_SIZE];            /* the one that sends it: the first to approve */
	bool undoing;                     /* something was said of taking it back: */
	struct fact_order undo;           /* the last word on that; plan "" none */
	int64_t undo_at_ms[ORDER_STATE_COUNT];
	char undo_by[ORIGIN_SIZE], undo_station[ID_SIZE];
	struct order_word words[ORDERS_WORDS]; /* in order */
	int word_count;
};

struct order_promise {
	struct fact_promise promise;
	int64_t made_ms;
	bool known, void_; /* what came is known; it cannot come any more */
	double came;       /* in the unit of the promise */
};

struct order_plan {
	char id[ID_SIZE];
	int64_t approved_ms; /* first */
	struct order_step steps[ORDERS_STEPS];
	int step_count;
	struct order_promise promises[ORDERS_PROMISES];
	int promise_count;
};

/* Sums over promises whose plans were carried out, and what came is known. */
struct orders_sums {
	int plans, known, inside;
	double error, foretold, came;
};

/* How right the promises were, over all that are known. */
struct orders_score {
	int plans, known;
	int inside;          /* between p10 and p90: eight in ten would be right */
	double error_min;    /* mean of came - middle; 0 when none is known */
	double foretold_min; /* mean of middle - nothing: what was promised to change */
	double came_min;     /* mean of came - nothing: what did */
};

struct orders {
	struct order_plan plans[ORDERS_PLANS]; /* the newest last; the oldest makes room */
	int plan_count;
	uint64_t dropped;        /* words, promises and plans that found no room */
	uint64_t refused;        /* words that make no sense */
	struct orders_sums past; /* of plans that made room */
	int64_t next_ms;         /* when to look at the twin again */
	int64_t (*midnight)(int64_t at_ms);
};

/* midnight: from when on minutes tell the local clock of its day (sessions). */
void orders_init(struct orders *orders, int64_t (*midnight)(int64_t at_ms));
/* After the twin has folded it. */
void orders_fold(struct orders *orders, const struct twin *twin, const struct fact *fact);
const struct order_plan *orders_plan(const struct orders *orders, const char *id); /* NULL none */

/* True when `to` may be said of a step whose last word is `from` (ORDER_NONE: none).
 * Who was away has heard only the last word of each station: what lies between may be
 * left out. */
bool order_follows(int from, enum order_state to);
/* Not known how it will end: it is in somebody's hands. */
bool order_is_open(enum order_state state);
/* The state of a step as far as anybody need care, its taking back included;
 * ORDER_NONE: nothing was said of it yet. */
int order_step_state(const struct order_step *step);

/* A plan as a whole; each has a name on screen. */
enum order_whole {
	WHOLE_WAITING,   /* nothing was sent yet */
	WHOLE_UNDER_WAY, /* some of it is */
	WHOLE_BY_HAND,   /* what is left somebody does by hand */
	WHOLE_DONE,
	WHOLE_HALF,    /* some of it was done, the rest will not be */
	WHOLE_UNKNOWN, /* of one step at least nobody knows whether it was done */
	WHOLE_REFUSED, /* nothing was done: refused */
	WHOLE_EXPIRED, /* nothing was done: it was not sent */
	WHOLE_UNDOING,
	WHOLE_UNDONE,
	WHOLE_NOT_UNDONE, /* it was to be taken back, and was not */
	WHOLE_COUNT
};
enum order_whole orders_whole(const struct order_plan *plan);
/* Somebody has to see to it: unknown, refused, half of it done, not taken back; of a
 * plan so old it is history. */
enum { ORDERS_TROUBLE_MS = 12 * 60 * 60000 };
bool orders_is_trouble(const struct order_plan *plan, int64_t now_ms);

/* orders_ledger.c: looks what has come by now; adds a plan that was carried out. */
void orders_settle(struct orders *orders, const struct twin *twin);
void orders_sum(const struct order_plan *plan, struct orders_sums *sums);
struct orders_score orders_score(const struct orders *orders);

#endif
