/* SPDX-License-Identifier: Apache-2.0 */
#include "src/verb_fhir_url.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "feeds/fhir_poll.h"

struct fetch {
	struct ev_loop *loop;
	bool complete;
};

static void on_done(void *context, bool complete)
{
	struct fetch *fetch = context;
	fetch->complete = complete;
	ev_break(fetch->loop, EVBREAK_ALL);
}

static int64_t wall_ms(void *context)
{
	(void)context;
	return (int64_t)time(NULL) * 1000;
}

int verb_fhir_url(const char *base, const struct settings *settings, const struct fhir_options *map,
	struct fhir_sink sink, struct error *err)
{
	struct fetch fetch = {.loop = ev_loop_new(EVFLAG_AUTO)};
	struct fhir_poll_options options = {.base = base,
		.strategy = settings->fhir[0].strategy,
		.profile = settings->fhir[0].profile,
		.map = *map,
		.http = settings_fhir_http(settings, 0)};
	/* Tokens of a configured server go there, whatever URL is asked. */
	if (options.http.base == NULL)
		options.http.base = base;
	struct feed_health health;
	struct fhir_poll *poll = fhir_poll_create(fetch.loop, &options, sink, wall_ms, NULL, err);
	int rc = poll != NULL ? 0 : -EINVAL;
	if (poll != NULL) {
		fhir_poll_once(poll, on_done, &fetch);
		ev_run(fetch.loop, 0);
		fhir_poll_health(poll, &health);
		fprintf(stderr, "vigie fhir: %s\n", health.name);
		if (!fetch.complete)
			rc = error_set(err, -EIO, "%.200s: %s", base, health.error);
		fhir_poll_destroy(poll);
	}
	ev_loop_destroy(fetch.loop);
	return rc;
}
