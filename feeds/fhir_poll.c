/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_poll_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/fhir_profile.h"
#include "twin/text.h"

/* A FHIR server being polled: its life, its health and its name. */

enum { FAILURES_MAX = 3 };

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

void fhir_poll_state(struct fhir_poll *p, enum feed_state state)
{
	if (p->health.state == state)
		return;
	p->health.state = state;
	p->health.since_ms = p->now_ms(p->clock_context);
}

static const char *what(const struct fhir_poll *p)
{
	return p->asking == ASK_METADATA ? "metadata"
	       : p->asking == ASK_LOST   ? "Appointment"
					 : fhir_type_name((enum fhir_type)p->type);
}

void fhir_poll_say(struct fhir_poll *p, const char *problem, const char *detail)
{
	char text[400];
	snprintf(text, sizeof text, "%s: %.80s%s%.200s", what(p), problem,
		*detail != '\0' ? ": " : "", detail);
	p->health.errors++;
	text_neutralise(p->health.error, sizeof p->health.error, text, strlen(text));
}

void fhir_poll_fault(struct fhir_poll *p, const char *problem, const char *detail)
{
	fhir_poll_say(p, problem, detail);
	p->round_failed = true;
	p->failures++;
	/* One hiccup leaves a doubt; a row of them is a feed that is down. */
	fhir_poll_state(p, p->failures >= FAILURES_MAX ? FEED_DOWN : FEED_DOUBTFUL);
}

void fhir_poll_name(struct fhir_poll *p)
{
	const char *release =
		p->capability.release == RELEASE_R4 ? "" : fhir_release_name(p->capability.release);
	snprintf(p->health.name, sizeof p->health.name, "fhir %.48s (%s, %s%s%s)", p->base,
		fhir_strategy_name(p->progress[FHIR_APPOINTMENT].strategy),
		p->capability.server->name, *release != '\0' ? ", " : "", release);
}

void fhir_poll_choose(struct fhir_poll *p)
{
	for (int type = 0; type < FHIR_TYPES; type++)
		p->progress[type].strategy =
			p->forced >= 0 && !fhir_is_theirs((enum fhir_type)type)
				? (enum fhir_strategy)p->forced
				: fhir_strategy_for(&p->capability, (enum fhir_type)type);
	fhir_poll_name(p);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct fhir_poll *p = timer->data;
	struct error err = {""};
	(void)events;
	ev_timer_stop(loop, timer);
	if (p->asking == ASK_NOTHING) {
		fhir_round_begin(p);
	} else if (http_get(p->http, p->url, NULL, fhir_answer, p, &err) < 0) {
		fhir_answer_none(p, err.text);
	}
}

/* -- life --------------------------------------------------------------------- */

static void set_defaults(struct fhir_poll_options *o)
{
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

static void set_up(struct fhir_poll *p, const struct fhir_poll_options *options)
{
	p->options = *options;
	p->options.map.profile = options->profile;
	set_defaults(&p->options);
	p->backoff.seed = (uint64_t)p->now_ms(p->clock_context) ^ (uint64_t)(uintptr_t)p;
	p->health.since_ms = p->now_ms(p->clock_context);
	p->capability_wanted = true;
	ev_init(&p->timer, on_timer);
	p->timer.data = p;
}

static void name_at_first(struct fhir_poll *p)
{
	fhir_capability_default(&p->capability, p->base);
	fhir_poll_choose(p);
	snprintf(p->health.name, sizeof p->health.name, "fhir %.80s", p->base);
	/* http_get lets plain text beyond loopback pass with `insecure` only. */
	p->health.insecure = p->options.http.insecure && strncmp(p->base, "http:", 5) == 0
			     && strncmp(p->base, "http://127.", 11) != 0
			     && strncmp(p->base, "http://localhost", 16) != 0;
}

static int check_words(int strategy, const char *profile, struct error *err)
{
	bool known;
	fhir_profile_find(profile, &known);
	if (strategy < -1)
		return error_set(err, -EINVAL, "fhir strategy is auto, delta, day or history");
	if (!known)
		return error_set(
			err, -EINVAL, "fhir profile is auto, base, seris or tei-quirurgico");
	return 0;
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
	p->forced = fhir_strategy_parse(options->strategy);
	if (check_words(p->forced, options->profile, err) < 0) {
		free(p);
		return NULL;
	}
	own.context = p;
	p->loop = loop;
	p->sink = sink;
	p->now_ms = now_ms;
	p->clock_context = clock_context;
	set_up(p, options);
	p->base = copy_base(options->base, err);
	p->visited = calloc((size_t)p->options.max_pages + 1, sizeof *p->visited);
	if (p->base == NULL || p->visited == NULL
		|| (p->http = http_create(loop, &options->http, err)) == NULL
		|| http_check(p->http, p->base, err) < 0
		|| (p->map = fhir_map_create(&options->map, own)) == NULL) {
		fhir_poll_destroy(p);
		return NULL;
	}
	name_at_first(p);
	return p;
}

void fhir_poll_start(struct fhir_poll *poll)
{
	fhir_poll_state(poll, FEED_CONNECTING);
	poll->round = ROUND_FULL;
	poll->asking = ASK_NOTHING;
	fhir_round_ask(poll, 0);
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

struct fhir_map *fhir_poll_map(struct fhir_poll *p)
{
	return p->map;
}

void fhir_poll_destroy(struct fhir_poll *poll)
{
	if (poll == NULL)
		return;
	ev_timer_stop(poll->loop, &poll->timer);
	http_destroy(poll->http);
	fhir_map_destroy(poll->map);
	fhir_round_forget(poll);
	free(poll->visited);
	free(poll->base);
	free(poll);
}
