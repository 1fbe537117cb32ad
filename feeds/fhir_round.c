/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_poll_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir_offline.h"

/*
 * The round engine: which question comes next. A round asks each resource type
 * in turn, one request at a time, by the strategy its server's capabilities
 * allow (fhir_query.c). Every few minutes the round is a sweep: the programme
 * of the day is read whole, and what it no longer brings is asked for by its id.
 */

/* A sweep looks this far back for what may have slipped through. */
static const int64_t SWEEP_BACK_MS = 36 * 3600 * 1000LL;

static void begin_type(struct fhir_poll *p);

/* -- asking ------------------------------------------------------------------- */

void fhir_round_forget(struct fhir_poll *p)
{
	for (int i = 0; i < p->visited_count; i++)
		free(p->visited[i]);
	p->visited_count = 0;
}

/* False when this page was asked before: the server leads us in a circle. */
bool fhir_round_visit(struct fhir_poll *p, const char *url)
{
	for (int i = 0; i < p->visited_count; i++)
		if (strcmp(p->visited[i], url) == 0)
			return false;
	if (p->visited_count < p->options.max_pages) {
		char *copy = strdup(url);
		if (copy != NULL)
			p->visited[p->visited_count++] = copy;
	}
	return true;
}

void fhir_round_ask(struct fhir_poll *p, double seconds)
{
	ev_timer_stop(p->loop, &p->timer);
	ev_now_update(p->loop);
	ev_timer_set(&p->timer, seconds, 0.);
	ev_timer_start(p->loop, &p->timer);
}

static int64_t overlap_ms(const struct fhir_poll *p)
{
	int64_t overlap = (int64_t)(p->options.overlap_s * 1000);
	/* Suite time may run faster than ours: three polls of server time. */
	overlap = 3 * p->step_ms > overlap ? 3 * p->step_ms : overlap;
	return p->round == ROUND_SWEEP && SWEEP_BACK_MS > overlap ? SWEEP_BACK_MS : overlap;
}

static struct fhir_ask make_ask(const struct fhir_poll *p)
{
	const struct progress *progress = &p->progress[p->type];
	bool since = p->round != ROUND_FULL && progress->complete && progress->watermark_ms != 0;
	return (struct fhir_ask){
		.base = p->base,
		.capability = &p->capability,
		.map = p->map,
		.type = (enum fhir_type)p->type,
		.strategy = progress->strategy,
		.round = p->round,
		.from_ms = p->from_ms,
		.to_ms = p->to_ms,
		.since_ms = since ? progress->watermark_ms - overlap_ms(p) : 0,
		.page_count = p->options.page_count,
	};
}

/* -- rounds ------------------------------------------------------------------- */

/* The whole programme is read: in each sweep, and always in a day window. */
static bool reads_whole_day(const struct fhir_poll *p)
{
	const struct progress *progress = &p->progress[FHIR_APPOINTMENT];
	return p->round != ROUND_DELTA || progress->strategy == STRATEGY_DAY || !progress->complete;
}

static void set_day(struct fhir_poll *p)
{
	/* Asked once, offline, the day is the server's own. */
	bool theirs = p->done != NULL && p->clock_ms != 0;
	fhir_day(theirs ? p->clock_ms : p->now_ms(p->clock_context), &p->from_ms, &p->to_ms);
}

void fhir_round_types(struct fhir_poll *p)
{
	p->asking = ASK_SEARCH;
	p->type = 0;
	set_day(p);
	if (reads_whole_day(p))
		fhir_known_sweep(p->map);
	begin_type(p);
}

void fhir_round_begin(struct fhir_poll *p)
{
	double now = ev_now(p->loop);
	const struct progress *programme = &p->progress[FHIR_APPOINTMENT];
	/* A server that was down at first is read whole as soon as it is back. */
	bool whole = now >= p->next_sweep || (!programme->complete && !programme->absent);
	if (p->round != ROUND_FULL || p->health.last_ms != 0)
		p->round = whole ? ROUND_SWEEP : ROUND_DELTA;
	if (p->round != ROUND_DELTA) {
		p->next_sweep = now + p->options.sweep_every_s;
		p->stopped = false;
	}
	p->round_failed = false;
	p->lost_count = 0;
	p->restarts = 0;
	if (!p->capability_wanted) {
		fhir_round_types(p);
		return;
	}
	p->asking = ASK_METADATA;
	snprintf(p->url, sizeof p->url, "%s/metadata", p->base);
	fhir_round_ask(p, 0);
}

void fhir_round_end(struct fhir_poll *p)
{
	p->asking = ASK_NOTHING;
	/* Without the programme the feed is not up, however well the rest goes. */
	if (!p->round_failed && !p->progress[FHIR_APPOINTMENT].absent) {
		p->backoff.tries = p->failures = 0;
		fhir_poll_state(p, FEED_UP);
		p->health.error[0] = '\0';
	}
	if (p->done != NULL) {
		void (*done)(void *, bool) = p->done;
		p->done = NULL;
		fhir_map_flush(p->map);
		done(p->done_context, !p->round_failed);
		return;
	}
	p->round = ROUND_DELTA;
	double every_s = p->options.every_s;
	fhir_round_ask(p, every_s > 0 ? every_s : p->capability.server->every_s);
}

/* -- one type ----------------------------------------------------------------- */

static bool is_asked(const struct fhir_poll *p, int type)
{
	const unsigned needed = OFFER_TYPE | OFFER_SEARCH;
	unsigned offers = p->capability.offers[type];
	bool offered = (offers & needed) == needed
		       || ((offers & OFFER_TYPE) && p->progress[type].strategy == STRATEGY_HISTORY);
	return offered && !(p->progress[type].absent && p->round == ROUND_DELTA);
}

void fhir_round_next_type(struct fhir_poll *p)
{
	p->restarts = 0;
	p->type++;
	begin_type(p);
}

static void begin_type(struct fhir_poll *p)
{
	while (p->type < FHIR_TYPES && !is_asked(p, p->type))
		p->type++;
	if (p->type >= FHIR_TYPES || p->stopped) {
		p->asking = ASK_LOST;
		fhir_round_next_lost(p);
		return;
	}
	p->lot = 0;
	p->server_ms = 0;
	p->outcome_bad = p->unfiltered = false;
	/* Asked once, the server's day is known by now. */
	if (p->type == FHIR_APPOINTMENT)
		set_day(p);
	fhir_round_same_query(p);
}

static void complete_type(struct fhir_poll *p)
{
	struct progress *progress = &p->progress[p->type];
	if (!p->outcome_bad && p->server_ms == 0)
		p->server_ms = p->clock_ms; /* nothing had to be asked */
	if (!p->outcome_bad && p->server_ms != 0) {
		if (progress->watermark_ms != 0 && p->server_ms > progress->watermark_ms)
			p->step_ms = p->server_ms - progress->watermark_ms;
		progress->watermark_ms = p->server_ms;
	}
	progress->complete = !p->outcome_bad || progress->complete;
	progress->absent = false;
	p->backoff.tries = 0;
	if (p->type == FHIR_APPOINTMENT && reads_whole_day(p) && !p->outcome_bad && !p->unfiltered)
		p->lost_count = fhir_known_lost(p->map, p->from_ms, p->to_ms, p->lost, LOST_MAX);
	if (fhir_is_theirs((enum fhir_type)p->type) && p->round != ROUND_DELTA && !p->outcome_bad)
		fhir_known_asked(p->map, p->type == FHIR_PAST, p->from_ms, p->to_ms,
			p->now_ms(p->clock_context));
	fhir_round_next_type(p);
}

void fhir_round_same_query(struct fhir_poll *p)
{
	struct fhir_ask ask = make_ask(p);
	fhir_round_forget(p);
	p->page = 0;
	p->bytes = 0;
	p->matches = 0;
	p->total = -1;
	p->began = ev_now(p->loop);
	if (!fhir_query(&ask, p->lot, p->url, sizeof p->url)) {
		complete_type(p);
		return;
	}
	fhir_round_visit(p, p->url);
	fhir_round_ask(p, 0);
}

void fhir_round_next_query(struct fhir_poll *p)
{
	p->restarts = 0;
	p->lot++;
	fhir_round_same_query(p);
}

void fhir_round_next_lost(struct fhir_poll *p)
{
	p->page = 0;
	p->restarts = 0;
	if (p->lost_count == 0 || p->stopped) {
		fhir_round_end(p);
		return;
	}
	p->lost_count--;
	snprintf(p->url, sizeof p->url, "%.4000s/Appointment/%s", p->base, p->lost[p->lost_count]);
	fhir_round_ask(p, 0);
}
