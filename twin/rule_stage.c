/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A patient who is much longer in a stage than expected. The site may say how long
 * each may take (target stage_pacu_min and so on); else it is what one in a hundred of
 * the pathway's own laws exceeds, their sum taken as a lognormal of the same mean and
 * variance (Fenton and Wilkinson). The operation itself is the overrun hazard's.
 */
#include <math.h>
#include <string.h>

#include "twin/stat.h"
#include "twin/twin_inner.h"

static const double RARE = 0.99;

/* Between which milestones the laws of a stage are added up. Those that nobody need
 * tell end none; the last row is of ways that do not know of PACU in. */
static const struct stretch {
	enum stage stage;
	enum milestone from, to;
} stretches[] = {
	{STAGE_ANAES, MILESTONE_IN_ROOM, MILESTONE_INCISION},
	{STAGE_CLOSING, MILESTONE_PROCEDURE_END, MILESTONE_OUT_ROOM},
	{STAGE_PACU, MILESTONE_PACU_IN, MILESTONE_PACU_OUT},
	{STAGE_PACU, MILESTONE_OUT_ROOM, MILESTONE_PACU_OUT},
};

static const char *const words[STAGE_COUNT] = {
	[STAGE_ARRIVED] = "arrived, not called",
	[STAGE_CALLED] = "on the way",
	[STAGE_HOLDING] = "in holding",
	[STAGE_ANAES] = "anaesthesia",
	[STAGE_SURGERY] = "surgery",
	[STAGE_CLOSING] = "closing and emergence",
	[STAGE_OUT_ROOM] = "between OR and PACU",
	[STAGE_PACU] = "recovery",
	[STAGE_PACU_READY] = "ready to leave the PACU",
};

/* Adds what a step takes; false: no law of its own says. */
static bool add_step(const struct pathway_step *step, double *mean, double *variance)
{
	switch (step->lasts) {
	case LASTS_LAW:
		*mean += step->a;
		*variance += step->b * step->b;
		return true;
	case LASTS_BETWEEN:
		*mean += (step->a + step->b) / 2;
		*variance += (step->b - step->a) * (step->b - step->a) / 12;
		return true;
	case LASTS_NOTHING:
		return true;
	default:
		return false;
	}
}

/* Minutes that few exceed; -1: the way does not say. */
static double rare_min(const struct pathway *way, enum milestone from, enum milestone to)
{
	double mean = 0, variance = 0, mu, sigma;
	bool on = false, over = false;

	for (int i = 0; i < way->step_count && !over; i++) {
		const struct pathway_step *step = &way->steps[i];

		on = on || step->begins == (int)from;
		over = on && step->begins == (int)to;
		if (on && !over && !add_step(step, &mean, &variance))
			return -1;
		over = over || (on && step->ends == (int)to);
		on = on || step->ends == (int)from;
	}
	if (!over || !(mean > 0) || !(variance > 0))
		return -1;
	stat_lognormal_of(mean, sqrt(variance), &mu, &sigma);
	return stat_lognormal_quantile(mu, sigma, RARE);
}

/* The first milestone told of the stage: since then it goes on; NULL not known. */
static const struct stamp *beginning(const struct surgery *s, enum stage stage, enum source *who)
{
	const struct stamp *first = NULL;

	for (int m = 0; m < MILESTONE_COUNT; m++) {
		enum source by;
		const struct stamp *stamp = surgery_stamp(s, (enum milestone)m, &by);

		if (!stamp || milestone_rules[m].track != TRACK_PATIENT
			|| milestone_rules[m].stage != stage
			|| (first && stamp->when_ms >= first->when_ms))
			continue;
		first = stamp;
		*who = by;
	}
	return first;
}

static double limit_min(
	const struct twin *t, const struct surgery *s, enum stage stage, enum source who)
{
	char key[ID_SIZE] = "stage_";
	double limit;

	line_add(key, sizeof key, stage_name(stage));
	line_add(key, sizeof key, "_min");
	limit = site_target(t->site, key, -1);
	/* Radio tells who comes and goes, never that a stage is over within a room. */
	if (limit >= 0 || (who == SOURCE_RADIO && stage != STAGE_PACU))
		return limit;
	for (size_t i = 0; limit < 0 && i < sizeof stretches / sizeof *stretches; i++)
		if (stretches[i].stage == stage)
			limit = rare_min(pathway_of(t->site, twin_setting(t, s)), stretches[i].from,
				stretches[i].to);
	return limit;
}

static int room_of(const struct twin *t, const struct surgery *s, enum stage stage)
{
	bool in_room = stage == STAGE_ANAES || stage == STAGE_SURGERY || stage == STAGE_CLOSING;
	int patient = twin_patient(t, s->patient);

	return in_room || patient < 0 ? s->room_at : twin_patient_room(t, patient, NULL, NULL);
}

static void ring_stage(struct turn *turn, int i, enum stage stage, double limit)
{
	struct twin *t = turn->t;
	const struct surgery *s = &t->cases[i];
	int room = room_of(t, s, stage);
	char key[ID_SIZE], text[LABEL_SIZE] = "";
	struct ring ring = {.waited = true,
		.class_ = ALARM_CLASS_LONG_STAGE,
		.text = text,
		.tag = "",
		.room = room_id(t, room)};

	line_add(text, sizeof text, words[stage] ? words[stage] : stage_name(stage));
	line_add(text, sizeof text, " for over ");
	line_whole(text, sizeof text, limit);
	line_add(text, sizeof text, " min");
	if (room >= 0) {
		line_add(text, sizeof text, ", ");
		line_add(text, sizeof text, room_label(t, room));
	}
	if (s->procedure[0]) {
		line_add(text, sizeof text, ", ");
		line_add(text, sizeof text, s->procedure);
	}
	ring.priority = alarm_setting(t->site, ring.class_)->priority;
	key_make(key, "stage:", s->id);
	alarm_follow(turn, key, true, &ring);
	alarm_foretell(t, key, &(struct fact_hazard){.hazard = HAZARD_NONE, .chance = FACT_UNKNOWN},
		s->id, 0);
}

/* When it is too long. What is read of the past comes milestone by milestone: the next
 * one gets the time to follow. */
static int64_t due_ms(const struct stamp *began, double limit)
{
	int64_t due = began->when_ms + (int64_t)(limit * MINUTE_MS);
	int64_t told = began->at_ms + ABSENT_GRACE_MS;

	return due > told ? due : told;
}

/* Half a day in one stage is a hole in the record, not a stage. */
void rule_stage(struct turn *turn, int i)
{
	struct twin *t = turn->t;
	const struct surgery *s = &t->cases[i];
	enum stage stage = surgery_stage(s);
	enum source who = SOURCE_NONE;
	const struct stamp *began = beginning(s, stage, &who);
	double limit = began ? limit_min(t, s, stage, who) : -1;
	int64_t due = began && limit > 0 ? due_ms(began, limit) : 0;
	int64_t end = began ? began->when_ms + HORIZON_MS : 0;
	bool going = limit > 0 && !surgery_is_off(s) && t->now_ms < end && due < end;
	char key[ID_SIZE];

	if (going)
		timer_set(t, t->now_ms < due ? due : end, TIMER_STAGE, i);
	else
		timer_cancel(t, TIMER_STAGE, i);
	if (going && t->now_ms >= due) {
		ring_stage(turn, i, stage, limit);
		return;
	}
	key_make(key, "stage:", s->id);
	alarm_clear(turn, key);
}
