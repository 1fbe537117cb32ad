/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/plan_inner.h"

#include <string.h>

#include "twin/text.h"

static const struct surgery *told(const struct build *b, int i)
{
	return &b->twin->cases[b->index->twin_case[i]];
}

/* Something is still to come: who only keeps a bed wants nothing more. */
static bool goes_on(const struct build *b, int i)
{
	const struct sim_case *c = &b->plan->cases[i];
	return !c->absent && c->step < b->plan->pathways[c->pathway].count;
}

/* ---- surgeons ---- */

static bool same_surgeon(const struct build *b, int i, int k)
{
	const char *name = told(b, i)->surgeon;
	return name[0] != '\0' && strcmp(name, told(b, k)->surgeon) == 0;
}

/* Who has cases in several rooms cannot be in two of them; in one room, the room
 * says the same. A pool is a number: no name leaves the twin. */
void plan_surgeons(struct build *b)
{
	struct sim_plan *plan = b->plan;
	for (int i = 0; b->wants_surgeon && i < plan->case_count; i++) {
		struct sim_case *c = &plan->cases[i];
		bool several = false;
		for (int k = 0; k < plan->case_count && c->own[0] == SIM_NONE; k++) {
			if (k == i || !goes_on(b, k) || !same_surgeon(b, i, k))
				continue;
			several = several || plan->cases[k].room != c->room;
			if (k < i)
				c->own[0] = plan->cases[k].own[0];
		}
		if (several && c->own[0] == SIM_NONE && goes_on(b, i))
			c->own[0] = (int8_t)plan_hidden(b, 1);
	}
}

/* ---- kits ---- */

/* Two weeks are for ever. */
static int64_t turn_ms(const struct kit *kit)
{
	return kit->turn_min < 20000 ? (int64_t)(kit->turn_min * 60000) : 1200000000;
}

static void away(struct build *b, int kit, int64_t due_ms)
{
	struct sim_plan *plan = b->plan;
	if (due_ms <= 0 || plan->away_count == SIM_AWAY)
		return;
	plan->away[plan->away_count].kit = (int8_t)kit;
	plan->away[plan->away_count++].due_ms = (int32_t)due_ms;
}

/* What was used today and is not back yet, and what a what-if takes away. */
static void away_of(struct build *b, int site_kit, int kit)
{
	const struct kit *of = &b->site->kits[site_kit];
	int64_t turn = turn_ms(of);
	for (int i = 0; turn > 0 && i < b->twin->case_count; i++) {
		const struct surgery *s = &b->twin->cases[i];
		int64_t left = surgery_left_ms(s);
		if (left != 0 && left <= b->origin_ms && site_kit_is_for(of, s->procedure))
			away(b, kit, left + turn - b->origin_ms);
	}
	for (int a = 0; a < b->policy->away_count; a++)
		if (b->policy->away[a].kit == site_kit)
			away(b, kit, b->policy->away[a].min * 60000LL);
}

static int kit_add(struct build *b, int site_kit)
{
	const struct kit *of = &b->site->kits[site_kit];
	struct sim_plan *plan = b->plan;
	if (plan->kit_count == SIM_KITS || plan->pool_count + plan->hidden_count == SIM_POOLS)
		return SIM_NONE;
	int units = twin_units(b->twin, of->id, of->count);
	int p = plan->pool_count++, k = plan->kit_count++;
	plan->pools[p] = (struct sim_pool){units < SIM_SETS ? units : SIM_SETS, (int8_t)(k + 1)};
	b->index->pool_role[p] = b->index->pool_beds[p] = -1;
	b->index->pool_kit[p] = site_kit;
	b->index->pool_cover[p] = SIM_NONE;
	plan->kits[k] = (struct sim_kit){.pool = (int8_t)p, .turn_ms = (int32_t)turn_ms(of)};
	if (!b->options->as_listed)
		plan->kits[k].wear = (struct sim_wear){60 * of->mtbf_h, of->mttr_min};
	away_of(b, site_kit, k);
	return p;
}

/* A case takes the first two that are for its procedure. */
void plan_kits(struct build *b)
{
	for (int kit = 0; kit < b->site->kit_count; kit++) {
		int pool = SIM_NONE;
		for (int i = 0; i < b->plan->case_count; i++) {
			struct sim_case *c = &b->plan->cases[i];
			int at = 1;
			while (at < SIM_OWN_POOLS && c->own[at] != SIM_NONE)
				at++;
			if (!goes_on(b, i) || at == SIM_OWN_POOLS
				|| !site_kit_is_for(&b->site->kits[kit], told(b, i)->procedure))
				continue;
			pool = pool == SIM_NONE ? kit_add(b, kit) : pool;
			c->own[at] = (int8_t)pool;
			if (pool == SIM_NONE)
				return;
		}
	}
}

/* ---- beds ---- */

static bool is_planned(const struct build *b, const char *patient)
{
	for (int i = 0; i < b->plan->case_count; i++)
		if (strcmp(told(b, i)->patient, patient) == 0)
			return true;
	return false;
}

/* Whoever lies there and has no case to come keeps the bed today. */
static int taken(const struct build *b, int kind)
{
	int count = 0;
	for (int i = 0; i < b->twin->patient_count; i++) {
		const struct patient *p = &b->twin->patients[i];
		int bed = p->fhir_bed[0] != '\0' ? site_bed(b->site, p->fhir_bed) : -1;
		count += bed >= 0 && (int)b->site->rooms[b->site->beds[bed].room].kind == kind
			 && !is_planned(b, p->id);
	}
	return count;
}

void plan_beds_taken(struct build *b)
{
	for (int p = 0; p < b->plan->pool_count; p++) {
		int kind = b->index->pool_beds[p];
		struct sim_pool *pool = &b->plan->pools[p];
		if (kind != ROOM_WARD && kind != ROOM_ICU && kind != ROOM_DAY_UNIT)
			continue;
		pool->units -= taken(b, kind);
		pool->units = pool->units > 0 ? pool->units : 0;
	}
}
