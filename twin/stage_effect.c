/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/stage_effect.h"

#include <math.h>
#include <string.h>

#include "twin/text.h"
#include "twin/twin.h"

/*
 * Obesity. The time in the room grows by 2 % for a BMI of 30 to 40 and by 3 %
 * from 40 on, mostly anaesthesia time (University of Virginia, 31,548 cases,
 * PubMed 37441834). Put on induction and emergence of the German benchmark (14.4
 * and 8.2 of 125.1 minutes, doi 10.1007/s10729-024-09672-9) that is 2.50 and 3.75
 * of 22.6 minutes: log(1.1107) and log(1.1660). Against 35 to 45, a BMI from 60
 * on takes an induction from 17 to 23 minutes and an emergence from 12 to 22
 * (Stanford, Obes. Surg. 2015, 434 cases): log(23/17), log(22/12) on top.
 *
 * ASA: -3.4 %, +1.3 % and +5 % in classes 1, 2 and 4 at the same operation
 * (university hospital, 6,383 cases).
 *
 * "house": nobody has published it; what people of the field would say, and small.
 */
static const char virginia[] = "U. Virginia", stanford[] = "Stanford 2015",
		  university[] = "university hospital", house[] = "house", site[] = "site";

#define BMI_30 0.1050
#define BMI_40 0.1536
#define ANY    1e9

/* A site's law is told for elective patients: emergencies are no part of its mix. */
static const struct stage_effect effects[] = {
	{STAGEKIND_TRANSPORT, ABOUT_MOBILITY, MOBILITY_WALKS, MOBILITY_CHAIR, 0.35, -0.22, house},
	{STAGEKIND_TRANSPORT, ABOUT_MOBILITY, MOBILITY_CHAIR, MOBILITY_BED, 0.25, 0, house},
	{STAGEKIND_TRANSPORT, ABOUT_MOBILITY, MOBILITY_BED, MOBILITY_COUNT, 0.40, 0.22, house},
	{STAGEKIND_TRANSPORT, ABOUT_AGE, 80, ANY, 0.12, 0.05, house},
	{STAGEKIND_TRANSPORT, ABOUT_URGENCY, 1, 3, 0, -0.22, house},
	{STAGEKIND_TRANSPORT, ABOUT_HOUR, 0, 6, 0.03, 0.10, house},
	{STAGEKIND_TRANSPORT, ABOUT_HOUR, 22, 24, 0.01, 0.10, house},
	{STAGEKIND_INDUCTION, ABOUT_BMI, 30, 40, 0.20, BMI_30, virginia},
	{STAGEKIND_INDUCTION, ABOUT_BMI, 40, 60, 0.03, BMI_40, virginia},
	{STAGEKIND_INDUCTION, ABOUT_BMI, 60, ANY, 0.002, BMI_40 + 0.3023, stanford},
	{STAGEKIND_INDUCTION, ABOUT_ASA, 1, 2, 0.20, -0.0346, university},
	{STAGEKIND_INDUCTION, ABOUT_ASA, 2, 3, 0.45, 0.0129, university},
	{STAGEKIND_INDUCTION, ABOUT_ASA, 4, ANY, 0.05, 0.0488, university},
	{STAGEKIND_EMERGENCE, ABOUT_BMI, 30, 40, 0.20, BMI_30, virginia},
	{STAGEKIND_EMERGENCE, ABOUT_BMI, 40, 60, 0.03, BMI_40, virginia},
	{STAGEKIND_EMERGENCE, ABOUT_BMI, 60, ANY, 0.002, BMI_40 + 0.6061, stanford},
	{STAGEKIND_EMERGENCE, ABOUT_ASA, 1, 2, 0.20, -0.0346, university},
	{STAGEKIND_EMERGENCE, ABOUT_ASA, 2, 3, 0.45, 0.0129, university},
	{STAGEKIND_EMERGENCE, ABOUT_ASA, 4, ANY, 0.05, 0.0488, university},
	{STAGEKIND_EMERGENCE, ABOUT_AGE, 75, ANY, 0.20, 0.05, house},
	{STAGEKIND_RECOVERY, ABOUT_SETTING, SETTING_DAY, SETTING_INPATIENT, 0.40, -0.10, house},
	{STAGEKIND_RECOVERY, ABOUT_AGE, 75, ANY, 0.20, 0.05, house},
	{STAGEKIND_RECOVERY, ABOUT_ASA, 3, ANY, 0.30, 0.05, house},
};
enum { EFFECTS = sizeof effects / sizeof *effects };

const struct stage_effect *stage_effects(int *count)
{
	*count = EFFECTS;
	return effects;
}

const char *stage_about_name(enum stage_about about)
{
	static const char *const names[ABOUT_COUNT] = {
		"mobility", "bmi", "asa", "age", "setting", "urgency", "hour"};
	return (unsigned)about < ABOUT_COUNT ? names[about] : "?";
}

/* ---- what kind of step ---- */

static const struct {
	const char *stage;
	int begins, ends; /* milestones that mean it, -1 */
} kinds[STAGEKIND_COUNT] = {
	[STAGEKIND_OTHER] = {"", -1, -1},
	[STAGEKIND_TRANSPORT] = {"transport", MILESTONE_LEFT_WARD, MILESTONE_IN_HOLDING},
	[STAGEKIND_INDUCTION] = {"induction", MILESTONE_ANAES_START, MILESTONE_ANAES_READY},
	[STAGEKIND_PREPARATION] = {"preparation", MILESTONE_PREP, MILESTONE_INCISION},
	[STAGEKIND_SURGERY] = {"surgery", MILESTONE_INCISION, -1},
	[STAGEKIND_CLOSING] = {"closing", MILESTONE_CLOSING, MILESTONE_PROCEDURE_END},
	[STAGEKIND_EMERGENCE] = {"emergence", MILESTONE_PROCEDURE_END, MILESTONE_EMERGENCE},
	[STAGEKIND_RECOVERY] = {"recovery", MILESTONE_PACU_IN, MILESTONE_PACU_OUT},
};

static bool after_the_room(const struct pathway *way, int k)
{
	for (int i = 0; i < k; i++)
		if (pathway_lists(way->steps[i].need, NEED_ROOM, 0))
			return true;
	return false;
}

enum stage_kind stage_kind(const struct pathway *way, int k)
{
	const struct pathway_step *step = &way->steps[k];
	int kind = STAGEKIND_OTHER;
	if (step->lasts == LASTS_CASE)
		return STAGEKIND_SURGERY;
	if (step->lasts != LASTS_LAW)
		return STAGEKIND_OTHER;
	for (int i = 1; i < STAGEKIND_COUNT && kind == STAGEKIND_OTHER; i++)
		if (strcmp(step->stage, kinds[i].stage) == 0)
			kind = i;
	for (int i = 1; i < STAGEKIND_COUNT && kind == STAGEKIND_OTHER; i++)
		if ((step->ends >= 0 && step->ends == kinds[i].ends)
			|| (step->begins >= 0 && step->begins == kinds[i].begins))
			kind = i;
	/* After the operation everybody lies, whoever walked before it. */
	if (kind == STAGEKIND_TRANSPORT && after_the_room(way, k))
		return STAGEKIND_OTHER;
	return (enum stage_kind)kind;
}

/* ---- what is known ---- */

static double told(double value, bool known)
{
	return known ? value : (double)NAN;
}

struct stage_facts stage_facts_of(
	const struct twin *twin, const struct surgery *s, int64_t start_ms, int64_t midnight_ms)
{
	struct stage_facts facts = {.procedure = ""};
	int p = twin_patient(twin, s->patient);
	const struct patient *who = p >= 0 ? &twin->patients[p] : NULL;
	enum setting setting = twin_setting(twin, s);
	double hour = (double)(start_ms - midnight_ms) / 3600000;
	double *value = facts.value;
	for (int i = 0; i < ABOUT_COUNT; i++)
		value[i] = NAN;
	if (who != NULL) {
		value[ABOUT_MOBILITY] =
			told((double)who->mobility, who->mobility != MOBILITY_UNKNOWN);
		value[ABOUT_BMI] = told(who->bmi, who->bmi > 0);
		value[ABOUT_ASA] = told((double)who->asa, who->asa > 0);
		value[ABOUT_AGE] = told((double)who->age_years, who->age_years >= 0);
	}
	value[ABOUT_SETTING] = told((double)setting, setting != SETTING_UNKNOWN);
	value[ABOUT_URGENCY] = s->nest >= 1 && s->nest <= 6 ? (double)s->nest : 7;
	value[ABOUT_HOUR] = told(hour - 24 * floor(hour / 24), midnight_ms != 0);
	text_copy(facts.procedure, sizeof facts.procedure, s->procedure);
	return facts;
}

/* ---- what it does ---- */

/* The row as this site has it: its own word on mobility comes first. */
static struct stage_effect row_of(const struct pathway_step *step, int i)
{
	struct stage_effect row = effects[i];
	if (row.about == ABOUT_MOBILITY && step->mobility.told) {
		row.effect = log(step->mobility.factor[(int)row.from]);
		row.source = site;
	}
	return row;
}

struct stage_shift stage_shift(
	const struct pathway *way, int k, enum stage_about about, const struct stage_facts *facts)
{
	const struct pathway_step *step = &way->steps[k];
	struct stage_shift s = {.known = !isnan(facts->value[about]), .source = ""};
	enum stage_kind kind = stage_kind(way, k);
	double value = facts->value[about], mean = 0, square = 0, effect = 0;
	/* A pathway of one setting has its own law for it. */
	if (about == ABOUT_SETTING && way->setting != SETTING_UNKNOWN)
		return s;
	if (about == ABOUT_MOBILITY && step->mobility.told)
		kind = STAGEKIND_TRANSPORT;
	for (int i = 0; i < EFFECTS; i++) {
		if (effects[i].kind != kind || effects[i].about != about)
			continue;
		struct stage_effect row = row_of(step, i);
		s.applies = true;
		s.source = *s.source == '\0' ? row.source : s.source;
		mean += row.share * row.effect;
		square += row.share * row.effect * row.effect;
		if (value >= row.from && value < row.below) {
			effect = row.effect;
			s.source = row.source;
		}
	}
	s.variance = square - mean * mean;
	s.shift = s.known ? effect - mean : 0;
	return s;
}

bool stage_goes_alone(const struct pathway *way, int k, const struct stage_facts *facts)
{
	const struct step_mobility *m = &way->steps[k].mobility;
	double moves = facts->value[ABOUT_MOBILITY];
	bool walks = moves >= MOBILITY_WALKS && moves < MOBILITY_CHAIR;
	return walks && (m->told ? m->alone : stage_kind(way, k) == STAGEKIND_TRANSPORT);
}
