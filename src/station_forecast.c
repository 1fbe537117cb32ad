/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_private.h"
#include "twin/foretell.h"
#include "twin/hazard.h"

/*
 * When the forecast is asked for again: soon after a fact that the rest of the
 * day depends on, and at least every 15 s, for time alone changes it. These are
 * of suite time; when it runs fast, the machine still gets some rest between.
 */

enum { SOON_MS = 1000, AT_LEAST_MS = 15000, REST_MS = 3000, OLD_MS = 300000, SEED = 1 };

static const bool matters[FACT_KIND_COUNT] = {
	[FACT_SITE] = true,
	[FACT_CASE] = true,
	[FACT_PATIENT] = true,
	[FACT_STATUS] = true,
	[FACT_MILESTONE] = true,
	[FACT_ROOM] = true,
	[FACT_ESTIMATE] = true,
	[FACT_RESOURCE] = true,
	[FACT_LEARN] = true,
	[FACT_INTAKE] = true,
	[FACT_READINESS] = true,
	[FACT_LOCK] = true,
	[FACT_NEST] = true,
};

/* Hazards, and what is to be held against what comes: facts like any other. */
static void tell(struct station *s, const struct forecast *f)
{
	static struct fact facts[HAZARD_FACTS + FORETELL_FACTS];
	int count = hazard_look(s->twin, f, facts);
	count += foretell_due(s->twin, f, s->knowledge.score, facts + count);
	for (int i = 0; i < count; i++)
		station_fact(s, &facts[i]);
}

const struct forecast *station_forecast_last(const struct station *s)
{
	const struct forecast *last = s->forecaster != NULL ? forecaster_last(s->forecaster) : NULL;
	return last != NULL && last->seq >= s->site_seq ? last : NULL;
}

static void on_forecast(void *context)
{
	struct station *s = context;
	const struct forecast *f = station_forecast_last(s);
	/* Of long ago: it is shown with its age, and said no more. */
	if (f != NULL && s->started && f->at_ms >= s->twin->now_ms - OLD_MS)
		tell(s, f);
	if (s->calls.changed != NULL)
		s->calls.changed(s->calls.context);
}

/* Its thread and its copies of the twin are there once there is a day to foretell.
 * Without a thread there is no forecast, and everything else goes on. */
void station_forecast_need(struct station *s)
{
	if (s->forecaster != NULL || s->forecast_refused)
		return;
	s->forecaster = forecaster_create(s->loop, SEED, on_forecast, s);
	s->forecast_refused = s->forecaster == NULL;
}

void station_forecast_close(struct station *s)
{
	forecaster_destroy(s->forecaster);
	s->forecaster = NULL;
}

bool station_forecast_matters(enum fact_kind kind)
{
	return (unsigned)kind < FACT_KIND_COUNT && matters[kind];
}

void station_forecast_heard(struct station *s, const struct fact *fact)
{
	s->forecast_stale = s->forecast_stale || matters[fact->kind];
}

static int64_t at_least_ms(const struct station *s)
{
	double real = AT_LEAST_MS / (s->settings->clock.speed > 0 ? s->settings->clock.speed : 1);
	return real < REST_MS ? REST_MS : (int64_t)real;
}

void station_forecast_tick(struct station *s)
{
	int64_t since = monotonic_ms() - s->forecast_mono;
	if (s->started && s->twin->case_count > 0)
		station_forecast_need(s);
	if (s->forecaster == NULL || !s->started
		|| since < (s->forecast_stale ? SOON_MS : at_least_ms(s)))
		return;
	s->forecast_mono = monotonic_ms();
	s->forecast_stale = false;
	forecaster_ask(s->forecaster, s->twin, &s->knowledge.learning->now);
}
