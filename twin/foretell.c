/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/foretell.h"

#include <math.h>
#include <string.h>

#include "twin/text.h"

static const int64_t MINUTE = 60000, HOUR = 3600000;
/* A station that was away does not say late what it should have said before. */
static const int64_t LATEST_MS = 1800000, ENTRY_MS = 900000;
enum { REPS = 400 };

struct due {
	const struct twin *t;
	const struct forecast *f;
	const struct score *score;
	struct fact *out;
	int count;
};

static double tenth(double value)
{
	return round(value * 10) / 10;
}

static struct fact_foretold *say(
	struct due *d, enum foretold what, const char *id, int64_t about_ms)
{
	struct fact *f = d->count < FORETELL_FACTS ? &d->out[d->count++] : NULL;

	if (!f)
		return NULL;
	*f = fact_make(FACT_FORETOLD, SOURCE_SYSTEM, 0);
	text_copy(f->origin, sizeof f->origin, "forecast");
	f->source_ms = d->f->at_ms;
	f->foretold.what = what;
	f->foretold.about_ms = about_ms;
	text_copy(f->foretold.id, sizeof f->foretold.id, id);
	return &f->foretold;
}

static double minutes(const struct due *d, double at_ms)
{
	double left = (at_ms - (double)d->f->at_ms) / (double)MINUTE;

	return left > 0 ? tenth(left) : 0;
}

static void say_time(struct due *d, enum foretold what, const char *id, int64_t about_ms,
	const struct quantiles *q)
{
	struct fact_foretold *told = say(d, what, id, about_ms);

	if (!told)
		return;
	told->low = minutes(d, q->p10);
	told->middle = minutes(d, q->p50);
	told->high = minutes(d, q->p90);
}

/* So many minutes ahead, an hour at most. */
static bool is_due(const struct due *d, int64_t about_ms)
{
	int64_t ahead = about_ms - d->f->at_ms;

	return ahead <= HOUR && ahead > HOUR - LATEST_MS;
}

/* Of this day: a room asks each day, and an id may come again. */
static bool was_said(const struct due *d, enum foretold what, const char *id)
{
	return score_foretold_ms(d->score, what, id) > d->f->at_ms - 12 * HOUR;
}

static void case_due(struct due *d, const struct surgery *s, const struct forecast_case *c)
{
	int64_t entered = surgery_entered_ms(s);

	if (entered == 0 && is_due(d, s->start_ms) && c->start.p50 > 0
		&& !was_said(d, FORETOLD_START, s->id))
		say_time(d, FORETOLD_START, s->id, s->start_ms, &c->start);
	/* The forecast must know of the entry: it foresees none. */
	if (entered > 0 && entered <= d->f->at_ms && entered > d->f->at_ms - ENTRY_MS
		&& !(c->start.p50 > 0) && c->end.p50 > 0 && !was_said(d, FORETOLD_END, s->id))
		say_time(d, FORETOLD_END, s->id,
			entered + (int64_t)(surgery_planned_min(s) * (double)MINUTE), &c->end);
}

static void rooms_due(struct due *d)
{
	const struct site *site = d->t->site;

	for (int r = 0; r < d->f->room_count; r++) {
		const struct forecast_room *room = &d->f->rooms[r];
		const char *id = site->rooms[d->f->index.site_room[r]].id;
		int64_t closes = d->f->at_ms + d->f->index.closes_ms[r];
		struct fact_foretold *told;

		if (!room->has_session || !(room->end.p50 > 0) || !is_due(d, closes)
			|| was_said(d, FORETOLD_OVERTIME, id))
			continue;
		told = say(d, FORETOLD_OVERTIME, id, closes);
		if (told)
			told->chance = room->p_overtime;
	}
}

static void bays_due(struct due *d)
{
	const char *id = room_kind_name(ROOM_PACU);

	for (int p = 0; p < d->f->pool_count; p++) {
		const struct forecast_load *load = &d->f->loads[p];
		int64_t about = d->f->at_ms + FORECAST_PEAK_SLOTS * FORECAST_SLOT_MIN * MINUTE;
		struct fact_foretold *told;

		if (d->f->index.pool_beds[p] != ROOM_PACU
			|| d->f->at_ms < score_foretold_ms(d->score, FORETOLD_PACU, id) + HOUR)
			continue;
		told = say(d, FORETOLD_PACU, id, about);
		if (!told)
			continue;
		told->chance = load->p_peak_full;
		told->low = tenth(load->peak.p10);
		told->middle = tenth(load->peak.p50);
		told->high = tenth(load->peak.p90);
	}
}

int foretell_due(const struct twin *twin, const struct forecast *forecast,
	const struct score *score, struct fact out[FORETELL_FACTS])
{
	struct due d = {.t = twin, .f = forecast, .score = score, .out = out};

	if (!twin->site || forecast->reps < REPS)
		return 0;
	bays_due(&d);
	rooms_due(&d);
	for (int i = 0; i < forecast->case_count; i++) {
		int at = forecast->index.twin_case[i];

		const struct surgery *s = at < twin->case_count ? &twin->cases[at] : NULL;

		if (s && !surgery_is_off(s) && !surgery_is_over(s)
			&& s->known_ms <= forecast->at_ms)
			case_due(&d, s, &forecast->cases[i]);
	}
	return d.count;
}
