/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_poll.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeds/fhir_offline.h"
#include "twin/text.h"

/*
 * One round asks each resource type in turn, one request at a time: changes
 * since the server's own clock at the last complete answer, minus an overlap
 * (commit order is not time order: LinuxForHealth/FHIR#2039). Every few
 * minutes the round is a sweep, which forgets the watermark.
 */

enum { URL_SIZE = 4608, RESTARTS_MAX = 3, FAILURES_MAX = 3 };

static const double BACKOFF_FIRST_S = 0.5, BACKOFF_MAX_S = 30, WAIT_MAX_S = 300;
static const size_t QUERY_BYTES_MAX = (size_t)64 << 20;
/* A sweep looks this far back for what may have slipped through. */
static const int64_t SWEEP_BACK_MS = 36 * 3600 * 1000LL;

enum round { ROUND_FULL, ROUND_SWEEP, ROUND_DELTA };

/* What is asked, in this order: what others hang on comes first. */
static const struct {
	const char *type;
	bool optional; /* a server without it is no fault */
} types[] = {
	{"Location", false},
	{"Practitioner", false},
	{"PractitionerRole", true},
	{"Patient", false},
	{"Appointment", false},
	{"Encounter", false},
	{"Procedure", false},
	{"Observation", false},
};
enum { TYPES = sizeof types / sizeof *types };

struct progress {
	int64_t watermark_ms; /* server time of the last complete answer, 0 none */
	bool complete;        /* it was read whole at least once */
	bool absent;          /* the server does not know this: asked at sweeps only */
};

struct fhir_poll {
	struct ev_loop *loop;
	struct http *http;
	struct fhir_map *map;
	struct fhir_sink sink;
	ev_timer timer;
	char *base;
	struct fhir_poll_options options;
	int64_t (*now_ms)(void *);
	void *clock_context;
	struct feed_health health;
	struct progress progress[TYPES];
	int64_t clock_ms; /* the server's, at its last answer */
	int64_t step_ms;  /* server time between the last two polls */
	/* the round */
	enum round round;
	bool round_failed, outcome_bad;
	double next_sweep; /* loop time */
	int type, page, restarts, failures, backoffs;
	int64_t server_ms; /* of the first page of this query */
	size_t bytes;
	char url[URL_SIZE];
	char **visited;
	int visited_count;
	uint64_t jitter;
	void (*done)(void *, bool);
	void *done_context;
};

static void ask(struct fhir_poll *p);
static void begin_query(struct fhir_poll *p);

/* -- sinks ------------------------------------------------------------------- */

static void on_fact(void *context, const struct fact *fact)
{
	struct fhir_poll *p = context;
	p->health.facts++;
	p->sink.fact(p->sink.context, fact);
}

static void on_name(void *context, const char *id, const char *name)
{
	struct fhir_poll *p = context;
	p->sink.name(p->sink.context, id, name);
}

static void on_not_understood(
	void *context, const char *resource, const char *path, const char *reason)
{
	struct fhir_poll *p = context;
	p->sink.not_understood(p->sink.context, resource, path, reason);
}

/* -- state ------------------------------------------------------------------- */

static void set_state(struct fhir_poll *p, enum feed_state state)
{
	if (p->health.state == state)
		return;
	p->health.state = state;
	p->health.since_ms = p->now_ms(p->clock_context);
}

static void note_error(struct fhir_poll *p, const char *text)
{
	p->health.errors++;
	text_neutralise(p->health.error, sizeof p->health.error, text, strlen(text));
	p->round_failed = true;
	p->failures++;
	/* One hiccup leaves a doubt; a row of them is a feed that is down. */
	set_state(p, p->failures >= FAILURES_MAX ? FEED_DOWN : FEED_DOUBTFUL);
}

static void forget_visited(struct fhir_poll *p)
{
	for (int i = 0; i < p->visited_count; i++)
		free(p->visited[i]);
	p->visited_count = 0;
}

/* False when this page was asked before: the server leads us in a circle. */
static bool visit(struct fhir_poll *p, const char *url)
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

/* -- URLs --------------------------------------------------------------------- */

static void format_utc(int64_t ms, char out[40])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	gmtime_r(&seconds, &tm);
	strftime(out, 40, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* The local day as two instants: bare dates lose the small hours on servers
 * that live in another zone. */
static void day_window(int64_t now_ms, char from[40], char to[40])
{
	time_t now = (time_t)(now_ms / 1000);
	struct tm day;
	localtime_r(&now, &day);
	day.tm_hour = day.tm_min = day.tm_sec = 0;
	day.tm_isdst = -1;
	struct tm next = day;
	next.tm_mday++;
	format_utc((int64_t)mktime(&day) * 1000, from);
	format_utc((int64_t)mktime(&next) * 1000, to);
}

static int64_t overlap_ms(const struct fhir_poll *p)
{
	int64_t overlap = (int64_t)(p->options.overlap_s * 1000);
	/* Suite time may run faster than ours: three polls of server time. */
	return 3 * p->step_ms > overlap ? 3 * p->step_ms : overlap;
}

static void first_url(struct fhir_poll *p)
{
	const char *type = types[p->type].type;
	int64_t watermark = p->progress[p->type].watermark_ms;
	char from[40], to[40];
	bool delta = p->round != ROUND_FULL && p->progress[p->type].complete && watermark != 0;
	if (strcmp(type, "Appointment") == 0 && (p->round != ROUND_DELTA || !delta)) {
		/* Asked once, offline, the day is the server's own. */
		bool theirs = p->done != NULL && p->clock_ms != 0;
		day_window(theirs ? p->clock_ms : p->now_ms(p->clock_context), from, to);
		snprintf(p->url, sizeof p->url,
			"%.4000s/%s?date=ge%s&date=lt%s&_include=Appointment:patient&_count=%d",
			p->base, type, from, to, p->options.page_count);
	} else if (delta) {
		int64_t back = p->round == ROUND_SWEEP ? SWEEP_BACK_MS : 0;
		back = overlap_ms(p) > back ? overlap_ms(p) : back;
		format_utc(watermark - back, from);
		snprintf(p->url, sizeof p->url, "%.4000s/%s?_lastUpdated=ge%s&_count=%d", p->base,
			type, from, p->options.page_count);
	} else {
		snprintf(p->url, sizeof p->url, "%.4000s/%s?_count=%d", p->base, type,
			p->options.page_count);
	}
}

/* The path of the base, or below it: a token must not wander on the host. */
static const char *path_of(const char *url)
{
	const char *host = strstr(url, "://");
	const char *path = host != NULL ? strchr(host + 3, '/') : NULL;
	return path != NULL ? path : "";
}

static bool below_base(const char *base, const char *url)
{
	const char *root = path_of(base), *path = path_of(url);
	size_t n = strlen(root);
	return strncmp(root, path, n) == 0 && strchr("/?", path[n]) != NULL;
}

/* -- rounds ------------------------------------------------------------------- */

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct fhir_poll *p = timer->data;
	(void)events;
	ev_timer_stop(loop, timer);
	ask(p);
}

static void wait_then_ask(struct fhir_poll *p, double seconds)
{
	ev_timer_stop(p->loop, &p->timer);
	ev_now_update(p->loop);
	ev_timer_set(&p->timer, seconds, 0.);
	ev_timer_start(p->loop, &p->timer);
}

/* Half to the whole of it: stations must not come back in step. */
static double jittered(struct fhir_poll *p, double seconds)
{
	p->jitter = p->jitter * 6364136223846793005u + 1442695040888963407u;
	return seconds * (0.5 + (double)(p->jitter >> 40) / (double)(1u << 25));
}

static double backoff(struct fhir_poll *p)
{
	double seconds = BACKOFF_FIRST_S;
	for (int i = 0; i < p->backoffs && seconds < BACKOFF_MAX_S; i++)
		seconds *= 2;
	p->backoffs++;
	return jittered(p, seconds < BACKOFF_MAX_S ? seconds : BACKOFF_MAX_S);
}

static void begin_round(struct fhir_poll *p)
{
	double now = ev_now(p->loop);
	if (p->round != ROUND_FULL || p->health.last_ms != 0)
		p->round = now >= p->next_sweep ? ROUND_SWEEP : ROUND_DELTA;
	if (p->round != ROUND_DELTA)
		p->next_sweep = now + p->options.sweep_every_s;
	p->type = 0;
	p->round_failed = false;
	begin_query(p);
}

static void end_round(struct fhir_poll *p)
{
	p->type = -1;
	if (!p->round_failed) {
		p->backoffs = p->failures = 0;
		set_state(p, FEED_UP);
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
	wait_then_ask(p, p->options.every_s);
}

static void begin_query(struct fhir_poll *p)
{
	forget_visited(p);
	p->page = 0;
	p->bytes = 0;
	p->server_ms = 0;
	p->outcome_bad = false;
	first_url(p);
	visit(p, p->url);
	wait_then_ask(p, 0);
}

static void next_query(struct fhir_poll *p)
{
	p->restarts = 0;
	do
		p->type++;
	while (p->type < TYPES && p->progress[p->type].absent && p->round == ROUND_DELTA);
	if (p->type < TYPES)
		begin_query(p);
	else
		end_round(p);
}

static void complete_query(struct fhir_poll *p)
{
	struct progress *progress = &p->progress[p->type];
	if (!p->outcome_bad && p->server_ms != 0) {
		if (progress->watermark_ms != 0 && p->server_ms > progress->watermark_ms)
			p->step_ms = p->server_ms - progress->watermark_ms;
		progress->watermark_ms = p->server_ms;
	}
	progress->complete = !p->outcome_bad || progress->complete;
	progress->absent = false;
	p->backoffs = 0;
	next_query(p);
}

/* -- faults ------------------------------------------------------------------- */

/* The same query again after a while, a few times; then the others get their
 * turn, and this one the next round. */
static void retry_query(struct fhir_poll *p, double least_s)
{
	double seconds = backoff(p);
	if (++p->restarts > RESTARTS_MAX) {
		/* Asked once and never answered: no use in asking for the other types. */
		if (p->done != NULL && p->health.last_ms == 0)
			end_round(p);
		else
			next_query(p);
		return;
	}
	seconds = seconds > least_s ? seconds : least_s + jittered(p, 0.2);
	begin_query(p);
	wait_then_ask(p, seconds < WAIT_MAX_S ? seconds : WAIT_MAX_S);
}

static void fault(struct fhir_poll *p, const char *what, const char *detail)
{
	char text[400];
	snprintf(text, sizeof text, "%s: %.80s%s%.200s", types[p->type].type, what,
		*detail != '\0' ? ": " : "", detail);
	note_error(p, text);
}

/* What an HTTP status asks for. */
static void bad_status(struct fhir_poll *p, const struct http_answer *a)
{
	char what[64];
	snprintf(what, sizeof what, "HTTP %d", a->status);
	if ((a->status == 404 || a->status == 410) && p->page > 0) {
		/* The paging session expired: start over, it is no fault yet. */
		p->health.reconnects++;
		if (++p->restarts <= RESTARTS_MAX) {
			begin_query(p);
			return;
		}
	}
	struct progress *progress = &p->progress[p->type];
	bool hopeless = a->status == 400 || a->status == 404 || a->status == 405 || a->status == 410
			|| a->status == 422 || a->status == 501
			|| (a->status >= 300 && a->status < 400);
	/* Said once; a feed that has all the rest is not down for it. */
	bool expected = hopeless && (types[p->type].optional || progress->absent);
	progress->absent = hopeless && strcmp(types[p->type].type, "Appointment") != 0;
	if (!expected)
		fault(p, what, a->error);
	if (hopeless)
		next_query(p);
	else
		retry_query(
			p, a->status == 401 || a->status == 403 ? BACKOFF_MAX_S : a->retry_after_s);
}

/* -- pages -------------------------------------------------------------------- */

static void follow(struct fhir_poll *p, const char *link)
{
	char next[URL_SIZE];
	if (*link == '\0') {
		complete_query(p);
		return;
	}
	const char *why = NULL;
	if (!http_resolve(p->url, link, next, sizeof next))
		why = "next link cannot be resolved";
	else if (!http_same_origin(p->base, next) || !below_base(p->base, next))
		why = "next link to another place refused";
	else if (!visit(p, next))
		why = "next links go in a circle";
	else if (++p->page >= p->options.max_pages)
		why = "too many pages";
	else if (p->bytes > QUERY_BYTES_MAX)
		why = "too many bytes";
	if (why != NULL) {
		fault(p, why, link);
		next_query(p);
		return;
	}
	text_copy(p->url, sizeof p->url, next);
	wait_then_ask(p, 0);
}

static int64_t server_time(const struct http_answer *a, const struct fhir_page *page)
{
	if (page->updated_ms != 0)
		return page->updated_ms;
	time_t date = *a->date != '\0' ? curl_getdate(a->date, NULL) : (time_t)-1;
	return date > 0 ? (int64_t)date * 1000 : 0;
}

static void read_page(struct fhir_poll *p, const struct http_answer *a)
{
	struct fhir_page page;
	struct error err = {""};
	int64_t now = p->now_ms(p->clock_context);
	p->bytes += a->len;
	p->health.bytes += a->len;
	if (fhir_map_read(p->map, a->body, a->len, now, &page, &err) < 0) {
		fault(p, a->len == 0 ? "empty answer" : err.text, "");
		retry_query(p, 0);
		return;
	}
	p->health.messages++;
	p->health.rows += (uint64_t)page.entries;
	p->health.last_ms = now;
	if (p->page == 0)
		p->server_ms = p->clock_ms = server_time(a, &page);
	if (page.outcome_error) {
		p->outcome_bad = true;
		fault(p, "server says", page.outcome);
	}
	/* A copy: the page's pointers live in the map. */
	char next[URL_SIZE];
	text_copy(next, sizeof next, page.next);
	follow(p, next);
}

static void on_answer(void *context, const struct http_answer *a)
{
	struct fhir_poll *p = context;
	if (a->status == 0) {
		fault(p, a->error, "");
		retry_query(p, 0);
	} else if (a->status == 304) {
		p->health.last_ms = p->now_ms(p->clock_context);
		complete_query(p);
	} else if (a->status != 200) {
		bad_status(p, a);
	} else {
		read_page(p, a);
	}
}

static void ask(struct fhir_poll *p)
{
	struct error err = {""};
	if (p->type < 0) {
		begin_round(p);
		return;
	}
	if (http_get(p->http, p->url, NULL, on_answer, p, &err) < 0) {
		fault(p, err.text, "");
		retry_query(p, BACKOFF_MAX_S);
	}
}

/* -- life --------------------------------------------------------------------- */

static void set_defaults(struct fhir_poll_options *o)
{
	o->every_s = o->every_s > 0 ? o->every_s : 5;
	o->overlap_s = o->overlap_s > 0 ? o->overlap_s : 150;
	o->sweep_every_s = o->sweep_every_s > 0 ? o->sweep_every_s : 300;
	o->page_count = o->page_count > 0 ? o->page_count : 200;
	o->max_pages = o->max_pages > 0 ? o->max_pages : 50;
}

static char *copy_base(const char *base, struct error *err)
{
	char probe[URL_SIZE];
	size_t n = strlen(base);
	if (n > 3900 || strpbrk(base, "?#") != NULL
		|| !http_resolve(base, base, probe, sizeof probe)) {
		error_set(err, -EINVAL, "not the base of a FHIR server: %.200s", base);
		return NULL;
	}
	while (n > 0 && base[n - 1] == '/')
		n--;
	return strndup(base, n);
}

struct fhir_poll *fhir_poll_create(struct ev_loop *loop, const struct fhir_poll_options *options,
	struct fhir_sink sink, int64_t (*now_ms)(void *), void *clock_context, struct error *err)
{
	struct fhir_sink own = {on_fact, on_name, on_not_understood, NULL};
	struct fhir_poll *p = calloc(1, sizeof *p);
	if (p == NULL) {
		error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	own.context = p;
	p->loop = loop;
	p->options = *options;
	set_defaults(&p->options);
	p->sink = sink;
	p->now_ms = now_ms;
	p->clock_context = clock_context;
	p->jitter = (uint64_t)now_ms(clock_context) ^ (uint64_t)(uintptr_t)p;
	p->type = -1;
	p->health.since_ms = now_ms(clock_context);
	ev_init(&p->timer, on_timer);
	p->timer.data = p;
	p->base = copy_base(options->base, err);
	p->visited = calloc((size_t)p->options.max_pages + 1, sizeof *p->visited);
	if (p->base == NULL || p->visited == NULL
		|| (p->http = http_create(loop, &options->http, err)) == NULL
		|| http_check(p->http, p->base, err) < 0
		|| (p->map = fhir_map_create(&options->map, own)) == NULL) {
		fhir_poll_destroy(p);
		return NULL;
	}
	snprintf(p->health.name, sizeof p->health.name, "fhir %.80s", p->base);
	/* http_get lets plain text beyond loopback pass with `insecure` only. */
	p->health.insecure = options->http.insecure && strncmp(p->base, "http:", 5) == 0
			     && strncmp(p->base, "http://127.", 11) != 0
			     && strncmp(p->base, "http://localhost", 16) != 0;
	return p;
}

void fhir_poll_start(struct fhir_poll *poll)
{
	set_state(poll, FEED_CONNECTING);
	poll->round = ROUND_FULL;
	poll->type = -1;
	wait_then_ask(poll, 0);
}

void fhir_poll_health(const struct fhir_poll *poll, struct feed_health *health)
{
	*health = poll->health;
}

void fhir_poll_once(struct fhir_poll *poll, void (*done)(void *, bool complete), void *context)
{
	poll->done = done;
	poll->done_context = context;
	fhir_poll_start(poll);
}

void fhir_poll_destroy(struct fhir_poll *poll)
{
	if (poll == NULL)
		return;
	ev_timer_stop(poll->loop, &poll->timer);
	http_destroy(poll->http);
	fhir_map_destroy(poll->map);
	forget_visited(poll);
	free(poll->visited);
	free(poll->base);
	free(poll);
}
