/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/hazard.h"

#include <math.h>
#include <string.h>

#include "twin/text.h"
#include "twin/twin_inner.h"

/* Said again when it has changed by so much, and not more often than this. */
static const double CHANGED = 0.15;
enum { CHANGED_MIN = 15, SELDOM_MIN = 5 };
enum { SURVEY_MAX = SIM_ROOMS + 2 * TWIN_CASES };

#define NOTHING                                                                                    \
	{                                                                                          \
		2, 2, 0, false, false, "", "", ""                                                  \
	}

/* Thresholds: what the forecast calls likelier than not, with room before it is
 * taken back. PACU: `make bench ONLY=hazard` shows what others would give. */
const struct hazard_rule hazard_rules[HAZARD_COUNT] = {
	[HAZARD_NONE] = NOTHING,
	[HAZARD_OVERTIME] = {0.7, 0.35, 720, true, true, "past session", "r",
		"what to do about it; T what would have it end in time"},
	[HAZARD_OVERRUN] = {0.7, 0.35, 240, true, false, "over booking", "+",
		"how long it still takes; r what to do about it"},
	[HAZARD_PACU_FULL] = {0.3, 0.1, 0, true, true, "full", "r",
		"what to do about it, the three best ways"},
	[HAZARD_FIRST_LATE] = {0.5, 0.25, 90, true, true, "first case late", "m",
		"what has happened to it by now"},
	[HAZARD_HOLD] = {0.5, 0.5, 0, true, false, "held, no PACU bay", "r",
		"what to do about it, the three best ways"},
	[HAZARD_ABSENT] = {1, 1, 0, false, false, "patient not arrived", "x",
		"absent, or not ready, then r; m when the patient is there"},
	[HAZARD_FASTING] = {1, 1, 0, false, false, "patient not fasting", "r",
		"moved, swapped or delayed: the three best ways"},
};

void hazard_key(char key[ID_SIZE], enum hazard hazard, const char *id)
{
	char prefix[ID_SIZE] = "hazard:";

	line_add(prefix, sizeof prefix, hazard_name(hazard));
	line_add(prefix, sizeof prefix, ":");
	key_make(key, prefix, id);
}

double hazard_chance_above(const struct quantiles *q, double limit)
{
	bool early = limit < q->p50;
	double span = early ? q->p50 - q->p10 : q->p90 - q->p50, above;

	if (!(span > 0))
		return limit < q->p50 ? 1 : 0;
	above = 0.5 + 0.4 * (q->p50 - limit) / span;
	return above < 0 ? 0 : above > 1 ? 1 : above;
}

/* ---- what is so in the twin ---- */

static const struct alarm *standing(const struct twin *t, enum hazard hazard, const char *id)
{
	char key[ID_SIZE];
	int i;

	hazard_key(key, hazard, id);
	i = twin_alarm(t, key);
	return i >= 0 && t->alarms[i].active ? &t->alarms[i] : NULL;
}

/* Nobody else of that day begins before it in its room; emergencies and add-ons have
 * no plan to be late against. */
static bool is_first(const struct twin *t, const struct surgery *s)
{
	if (s->add_on == 1 || s->nest >= 1 || s->setting == SETTING_EMERGENCY)
		return false;
	for (int i = 0; i < t->case_count; i++) {
		const struct surgery *o = &t->cases[i];

		if (o != s && o->room_at == s->room_at && !surgery_is_off(o)
			&& o->start_ms < s->start_ms && o->start_ms > s->start_ms - HORIZON_MS)
			return false;
	}
	return s->room_at >= 0;
}

static int64_t late_ms(const struct twin *t, const struct surgery *s)
{
	double grace = site_target(t->site, "first_case_delay_min", 0);

	grace = grace > HAZARD_LATE_MIN ? grace : HAZARD_LATE_MIN;
	return s->start_ms + (int64_t)(grace * MINUTE_MS);
}

static int64_t over_ms(const struct surgery *s)
{
	double minutes = surgery_planned_min(s) + HAZARD_OVER_MIN;

	return surgery_entered_ms(s) + (int64_t)(minutes * MINUTE_MS);
}

/* ---- what may come, of each kind ---- */

struct lookout {
	const struct twin *t;
	const struct forecast *f;
	struct hazard_now *list;
	int count, max;
};

static void add(struct lookout *v, enum hazard hazard, const char *id, double chance,
	int64_t about_ms, bool elsewhere)
{
	struct hazard_now *h = v->count < v->max ? &v->list[v->count++] : NULL;

	if (!h)
		return;
	*h = (struct hazard_now){
		.hazard = hazard, .chance = chance, .about_ms = about_ms, .elsewhere = elsewhere};
	text_copy(h->id, sizeof h->id, id);
}

static void rooms_over(struct lookout *v)
{
	for (int r = 0; r < v->f->room_count; r++) {
		const struct forecast_room *room = &v->f->rooms[r];

		if (room->has_session && room->end.p50 > 0)
			add(v, HAZARD_OVERTIME, room_id(v->t, v->f->index.site_room[r]),
				room->p_overtime, v->f->at_ms + v->f->index.closes_ms[r], false);
	}
}

/* The room's own hazard says that it will be late, and stands or is about to. */
static bool room_says_it(const struct lookout *v, int room)
{
	int r = room >= 0 && room < TWIN_ROOMS ? v->f->index.room_of[room] : SIM_NONE;
	const struct hazard_rule *rule = &hazard_rules[HAZARD_OVERTIME];
	int64_t closes = r >= 0 ? v->f->index.closes_ms[r] : 0;

	return standing(v->t, HAZARD_OVERTIME, room_id(v->t, room))
	       || (r >= 0 && v->f->rooms[r].has_session && v->f->rooms[r].p_overtime >= rule->on
		       && closes <= rule->ahead_min * (int64_t)MINUTE_MS);
}

/* Of those in the room, where somebody is to follow. */
static void case_over(struct lookout *v, const struct surgery *s, const struct forecast_case *c)
{
	if (surgery_planned_min(s) > 0 && c->end.p50 > 0 && twin_room_next(v->t, s->room_at) >= 0)
		add(v, HAZARD_OVERRUN, s->id, hazard_chance_above(&c->end, (double)over_ms(s)),
			over_ms(s), room_says_it(v, s->room_at));
}

static void first_late(struct lookout *v, const struct surgery *s, const struct forecast_case *c)
{
	char key[ID_SIZE];
	int absent;

	if (s->start_ms <= v->f->at_ms - HORIZON_MS || !(c->start.p50 > 0) || !is_first(v->t, s))
		return;
	key_make(key, "absent:", s->id);
	absent = twin_alarm(v->t, key);
	add(v, HAZARD_FIRST_LATE, s->id, hazard_chance_above(&c->start, (double)late_ms(v->t, s)),
		late_ms(v->t, s), absent >= 0 && v->t->alarms[absent].active);
}

/* When it is likelier than not, else when it is likeliest. */
static int64_t full_ms(const struct forecast *f, const struct forecast_load *load)
{
	int best = 0;

	for (int s = 0; s < FORECAST_PEAK_SLOTS && load->p_full[best] < 0.5; s++)
		best = load->p_full[s] > load->p_full[best] ? s : best;
	return f->at_ms + best * (int64_t)FORECAST_SLOT_MIN * MINUTE_MS;
}

static void bays_full(struct lookout *v)
{
	for (int p = 0; p < v->f->pool_count; p++)
		if (v->f->index.pool_beds[p] == ROOM_PACU)
			add(v, HAZARD_PACU_FULL, room_kind_name(ROOM_PACU),
				v->f->loads[p].p_peak_full, full_ms(v->f, &v->f->loads[p]), false);
}

static void held(struct lookout *v, const struct surgery *s)
{
	const struct room_twin *room = s->room_at >= 0 ? &v->t->rooms[s->room_at] : NULL;
	int64_t since;

	if (!room || room->state != ROOMSTATE_BLOCKED || room->current < 0
		|| s != &v->t->cases[room->current])
		return;
	since = room->since_ms + HAZARD_HOLD_MIN * MINUTE_MS;
	add(v, HAZARD_HOLD, s->id, v->t->now_ms >= since ? 1 : 0, since, false);
}

int hazard_survey(
	const struct twin *twin, const struct forecast *forecast, struct hazard_now *out, int max)
{
	struct lookout v = {.t = twin, .f = forecast, .list = out, .max = max};

	bays_full(&v);
	rooms_over(&v);
	for (int i = 0; i < forecast->case_count; i++) {
		int at = forecast->index.twin_case[i];
		const struct surgery *s = at < twin->case_count ? &twin->cases[at] : NULL;

		if (!s || surgery_is_off(s) || surgery_is_over(s) || s->known_ms > forecast->at_ms)
			continue;
		if (!surgery_has_begun(s))
			first_late(&v, s, &forecast->cases[i]);
		else
			case_over(&v, s, &forecast->cases[i]);
		held(&v, s);
	}
	return v.count;
}

/* ---- what is said ---- */

struct saying {
	const struct twin *t;
	const struct forecast *f;
	struct fact *out;
	int count;
};

static void say(struct saying *y, enum hazard hazard, const char *id, bool active, double chance,
	int64_t about_ms)
{
	struct fact *f = y->count < HAZARD_FACTS ? &y->out[y->count++] : NULL;

	if (!f)
		return;
	*f = fact_make(FACT_HAZARD, SOURCE_SYSTEM, 0);
	text_copy(f->origin, sizeof f->origin, "forecast");
	f->source_ms = y->f->at_ms;
	f->hazard.hazard = hazard;
	text_copy(f->hazard.id, sizeof f->hazard.id, id);
	f->hazard.active = active;
	f->hazard.chance = chance < 0 ? FACT_UNKNOWN : round(chance * 1000) / 1000;
	f->hazard.about_ms = about_ms;
	f->hazard.reps = y->f->reps;
}

static bool is_news(const struct saying *y, const struct hazard_now *h, const struct alarm *a)
{
	int64_t since = y->f->at_ms - a->foretold_ms, moved = h->about_ms - a->about_ms;

	if (since >= HAZARD_RENEW_MIN * (int64_t)MINUTE_MS)
		return true;
	return since >= SELDOM_MIN * (int64_t)MINUTE_MS
	       && (fabs(h->chance - a->chance) >= CHANGED
		       || moved >= CHANGED_MIN * (int64_t)MINUTE_MS
		       || moved <= -CHANGED_MIN * (int64_t)MINUTE_MS);
}

static void begin_or_go_on(struct saying *y, const struct hazard_now *h)
{
	const struct hazard_rule *rule = &hazard_rules[h->hazard];
	const struct alarm *a = standing(y->t, h->hazard, h->id);
	int64_t ahead = h->about_ms - y->f->at_ms;
	bool soon = rule->ahead_min == 0
		    || (ahead > 0 && ahead <= rule->ahead_min * (int64_t)MINUTE_MS);

	if (h->elsewhere
		|| (a ? h->chance < rule->off || !is_news(y, h, a) : h->chance < rule->on || !soon))
		return;
	say(y, h->hazard, h->id, true, h->chance, h->about_ms);
}

/* A subject that is gone cannot go wrong any more. */
static void end(struct saying *y, const struct alarm *a, const struct hazard_now *list, int count)
{
	const struct hazard_now *h = NULL;

	for (int i = 0; i < count && !h; i++)
		if (list[i].hazard == a->hazard && !strcmp(list[i].id, a->subject))
			h = &list[i];
	if (h && !h->elsewhere && h->chance >= hazard_rules[a->hazard].off)
		return;
	say(y, a->hazard, a->subject, false, !h ? 0 : h->elsewhere ? -1 : h->chance, a->about_ms);
}

int hazard_look(
	const struct twin *twin, const struct forecast *forecast, struct fact out[HAZARD_FACTS])
{
	struct saying y = {.t = twin, .f = forecast, .out = out};
	struct hazard_now list[SURVEY_MAX];
	int count;

	if (forecast->reps < HAZARD_REPS || !twin->site)
		return 0;
	count = hazard_survey(twin, forecast, list, SURVEY_MAX);
	for (int i = 0; i < twin->alarm_count; i++)
		if (twin->alarms[i].active && hazard_rules[twin->alarms[i].hazard].foretold)
			end(&y, &twin->alarms[i], list, count);
	for (int i = 0; i < count; i++)
		begin_or_go_on(&y, &list[i]);
	return y.count;
}

/* ---- what came ---- */

/* A patient was in the room after the end of its session. */
static bool room_came(const struct twin *t, const char *id, int64_t closes)
{
	int room = site_room(t->site, id);

	for (int i = 0; i < t->case_count && room >= 0 && t->now_ms > closes; i++) {
		const struct surgery *s = &t->cases[i];
		int64_t entered = surgery_entered_ms(s), left = surgery_left_ms(s);

		if (s->room_at == room && entered > closes - DAY_MS && entered < closes + HORIZON_MS
			&& (!left || left > closes))
			return true;
	}
	return false;
}

/* So late that it matters, whether or not the patient is there by now. */
static bool began_after(const struct twin *t, const struct surgery *s, int64_t limit)
{
	int64_t entered = surgery_entered_ms(s);

	return t->now_ms > limit && (entered ? entered > limit : !surgery_is_off(s));
}

static bool case_came(
	const struct twin *t, enum hazard hazard, const struct surgery *s, int64_t *when)
{
	int64_t left = surgery_left_ms(s);

	switch (hazard) {
	case HAZARD_OVERRUN:
		*when = over_ms(s);
		return surgery_planned_min(s) > 0 && surgery_has_begun(s)
		       && (left ? left : t->now_ms) > *when;
	case HAZARD_FIRST_LATE:
		*when = late_ms(t, s);
		return began_after(t, s, *when) && is_first(t, s);
	case HAZARD_ABSENT:
		*when = s->start_ms;
		return surgery_is_off(s)
		       || (t->now_ms > *when && surgery_stage(s) == STAGE_EXPECTED);
	case HAZARD_FASTING:
		*when = s->start_ms + HAZARD_LATE_MIN * MINUTE_MS;
		return surgery_is_off(s) || began_after(t, s, *when);
	default:
		return false;
	}
}

bool hazard_has_come(const struct twin *twin, enum hazard hazard, const char *id, int64_t about_ms,
	int64_t *when_ms)
{
	int i;

	*when_ms = about_ms;
	if (hazard == HAZARD_OVERTIME)
		return room_came(twin, id, about_ms);
	if (hazard == HAZARD_PACU_FULL) {
		*when_ms = twin->now_ms;
		return twin_bays(twin) >= 0 && twin_bays_taken(twin) >= twin_bays(twin);
	}
	i = twin_case(twin, id);
	return i >= 0 && case_came(twin, hazard, &twin->cases[i], when_ms);
}
