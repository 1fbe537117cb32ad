/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/plan_inner.h"

#include <math.h>
#include <string.h>

#include "twin/stat.h"

/* What may come that is on no list: as the site's rules and emergencies say. */

/* A site may say anything: two years are for ever. */
static int64_t ms_of(double minutes)
{
	return (int64_t)(60000 * fmin(minutes, 1e6));
}

bool plan_is_elective(const struct surgery *s)
{
	return s->nest < 1 && s->setting != SETTING_EMERGENCY && s->add_on != 1;
}

/* ---- those on the list ---- */

static void cases_may(struct build *b)
{
	const struct rules *rules = &b->site->rules;
	for (int i = 0; i < b->plan->case_count; i++) {
		struct sim_case *c = &b->plan->cases[i];
		const struct surgery *s = &b->twin->cases[b->index->twin_case[i]];
		bool here = c->step > 0 || c->running || surgery_has_begun(s)
			    || surgery_when(s, MILESTONE_ARRIVED) != 0;
		if (!plan_is_elective(s) || c->absent)
			continue;
		/* Who was to begin by now and is still on the list is not taken off it. */
		bool ahead = c->planned_ms > 0;
		if (!here && ahead && rules->no_show > 0)
			c->may |= SIM_MAY_NOT_COME;
		if (!here && rules->not_fasting > 0 && s->ready[READY_FASTING] != 1)
			c->may |= SIM_MAY_HAVE_EATEN;
		if (ahead && !surgery_has_begun(s) && rules->cancelled > 0)
			c->may |= SIM_MAY_BE_CANCELLED;
		if (rules->last_call && !surgery_has_begun(s))
			c->may |= SIM_MAY_BE_TOO_LATE;
	}
}

/* ---- emergencies ---- */

/* A class that can wait may do so until its target, unless people have agreed on
 * another time. */
static double may_wait_min(const struct site *site, const struct emergencies *e)
{
	if (e->wait_min >= 0)
		return e->wait_min;
	return e->nest < 3 ? 0 : site_nest_min(site, e->nest);
}

/* The site's own mean and deviation of the time in the room, in the step that
 * the length of a case hangs on. */
static void as_long_as(struct build *b, const struct emergencies *e, struct sim_case *c)
{
	const struct pathway *way = b->ways[c->pathway];
	double others = 0;
	int of_case = -1;
	for (int k = plan_enters(b, c->pathway) + 1; k <= b->index->out_room[c->pathway]; k++) {
		if (way->steps[k].lasts == LASTS_CASE)
			of_case = k;
		else
			others += plan_mean(&c->law[k]);
	}
	if (of_case >= 0)
		c->law[of_case] = plan_lognormal(
			fmax(e->minutes - others, 0.2 * e->minutes), e->deviation_min);
}

/* Of a stream, all are alike: `first` of them tells how long each step takes. */
static void guest_add(struct build *b, const struct emergencies *e, uint32_t who, int first)
{
	const struct pathway *way = pathway_of(b->site, SETTING_EMERGENCY);
	struct sim_plan *plan = b->plan;
	int i = plan->case_count + plan->guest_count++;
	struct sim_case *c = &plan->cases[i];
	struct surgery like = {.setting = SETTING_EMERGENCY,
		.nest = e->nest,
		.start_ms = b->origin_ms,
		.end_ms = b->origin_ms + ms_of(e->minutes)};
	*c = (struct sim_case){.who = who,
		.pathway = plan_way(b, way, false),
		.room = SIM_NONE,
		.priority = e->nest,
		.own = {SIM_NONE, SIM_NONE, SIM_NONE},
		.waits_ms = ms_of(may_wait_min(b->site, e))};
	b->index->twin_case[i] = SIM_NONE;
	if (i > first) {
		memcpy(c->law, plan->cases[first].law, sizeof c->law);
		b->index->law_known[i] = b->index->law_known[first];
		return;
	}
	plan_laws(b, &like, i);
	as_long_as(b, e, c);
}

/* Until the last session is over: later ones are the night's. */
static int64_t last_close(const struct build *b)
{
	int64_t last = 0;
	for (int r = 0; r < b->plan->room_count; r++)
		if (b->index->closes_ms[r] > last)
			last = b->index->closes_ms[r];
	return last;
}

static void stream_add(struct build *b, int k)
{
	const struct emergencies *e = &b->site->emergencies[k];
	struct sim_plan *plan = b->plan;
	struct sim_stream *to = &plan->streams[plan->stream_count];
	double most = 0;
	*to = (struct sim_stream){.who = (uint32_t)(e->nest * 256 + k),
		.midnight_ms = b->options->midnight_ms - b->origin_ms,
		.until_ms = last_close(b),
		.first = plan->case_count + plan->guest_count};
	for (int h = 0; h < 24; h++) {
		to->per_hour[h] = (float)e->per_hour[h];
		most = fmax(most, e->per_hour[h]);
	}
	if (to->until_ms <= 0 || !(most > 0))
		return;
	/* More than four deviations above the mean come once in 30,000 days. */
	double mean = fmin(most * (double)to->until_ms / 3600000, 1e4);
	int want = (int)(mean + 4 * sqrt(mean) + 1);
	plan->stream_count++;
	while (to->count < want && plan->guest_count < SIM_GUESTS
		&& plan->case_count + plan->guest_count < SIM_CASES)
		guest_add(b, e, to->who << 16 | (uint32_t)to->count++, to->first);
}

void plan_chances(struct build *b)
{
	const struct rules *rules = &b->site->rules;
	struct sim_plan *plan = b->plan;
	plan->no_show = rules->no_show;
	plan->cancelled = rules->cancelled;
	plan->not_fasting = rules->not_fasting;
	plan->fasting_delay = plan_lognormal(rules->fasting_mean, rules->fasting_deviation);
	plan->room_wear = (struct sim_wear){60 * rules->room_mtbf_h, rules->room_mttr_min};
	for (int r = 0; rules->last_call && r < plan->room_count; r++)
		if (plan->rooms[r].closes_ms != 0)
			plan->rooms[r].last_call_ms =
				plan->rooms[r].closes_ms + ms_of(rules->last_call_min);
	cases_may(b);
	for (int k = 0; b->options->midnight_ms != 0 && k < b->site->emergency_count; k++)
		if (plan->stream_count < SIM_STREAMS)
			stream_add(b, k);
}
