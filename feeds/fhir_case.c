/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/text.h"

/*
 * Surgical cases and what each resource claims about their milestones. Several
 * resources may speak of one milestone; what is given out is the best claim:
 * an exact time before an upper bound, the newest exact one, the lowest bound.
 */

enum { CASES_MAX = 8192, CLAIMS_MAX = 96 };

struct fhir_case *fhir_case_find(const struct fhir_map *map, const char *id)
{
	struct fhir_case *found;
	HASH_FIND_STR(map->cases, id, found);
	return found;
}

static void forget(struct fhir_map *map, struct fhir_case *c)
{
	HASH_DEL(map->cases, c);
	free(c->claims);
	free(c);
}

struct fhir_case *fhir_case_get(struct fhir_map *map, const char *id)
{
	struct fhir_case *c = fhir_case_find(map, id);
	if (c != NULL)
		return c;
	if (HASH_COUNT(map->cases) >= CASES_MAX)
		forget(map, map->cases);
	c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	text_copy(c->id, sizeof c->id, id);
	HASH_ADD_STR(map->cases, id, c);
	return c;
}

void fhir_cases_free(struct fhir_map *map)
{
	while (map->cases != NULL)
		forget(map, map->cases);
}

bool fhir_case_accepts(const struct fhir_reading *r, const char *case_id, bool *wait)
{
	const struct fhir_case *c = fhir_case_find(r->map, case_id);
	*wait = false;
	if (c != NULL && c->known)
		return c->surgical;
	*wait = !r->map->last_call;
	return r->map->last_call;
}

void fhir_case_mark(struct fhir_reading *r, const char *case_id)
{
	if (r->doubt[0] == '\0')
		return;
	struct fact fact = fhir_fact(r, FACT_CASE);
	char key[160];
	text_copy(fact.surgery.id, sizeof fact.surgery.id, case_id);
	text_copy(fact.surgery.not_understood, sizeof fact.surgery.not_understood, r->doubt);
	snprintf(key, sizeof key, "mark:%s:%s", case_id, r->origin);
	fhir_give(r->map, key, &fact);
}

bool fhir_blocks(const struct fhir_reading *r)
{
	return r->doubt[0] != '\0' && strcmp(r->doubt, "test data") != 0;
}

const cJSON *fhir_modifier(const cJSON *node)
{
	const cJSON *found = fhir_begin(fhir_get(node, "modifierExtension"));
	for (const cJSON *child = node->child; child != NULL && found == NULL; child = child->next)
		found = fhir_modifier(child);
	return found;
}

/* A modifierExtension may turn the meaning round, implicitRules likewise
 * (R4 "Extensibility" 2.4.0.1: must not be ignored). Test data is a security
 * label; some write it as a tag. */
void fhir_check_modifiers(struct fhir_reading *r)
{
	const cJSON *modifier = fhir_modifier(r->resource);
	const cJSON *meta = fhir_get(r->resource, "meta");
	if (modifier != NULL)
		fhir_doubt(r, "modifierExtension", "modifier extension %.160s",
			fhir_string(modifier, "url"));
	if (*fhir_string(r->resource, "implicitRules") != '\0')
		fhir_doubt(r, "implicitRules", "rules %.160s are not known",
			fhir_string(r->resource, "implicitRules"));
	if (fhir_has_code(fhir_get(meta, "security"), NULL, "HTEST")
		|| fhir_has_code(fhir_get(meta, "tag"), NULL, "HTEST"))
		fhir_doubt(r, "meta.security", "test data");
}

/* -- milestones -------------------------------------------------------------- */

void fhir_claim(struct fhir_claims *claims, enum milestone m, int64_t when_ms, bool at_most)
{
	if (when_ms <= 0)
		return;
	/* Within one resource an exact time is never lost to a bound. */
	if (claims->of[m].when_ms != 0 && !claims->of[m].at_most && at_most)
		return;
	claims->of[m].when_ms = when_ms;
	claims->of[m].at_most = at_most;
}

/* Prepared and anaesthetised come in either order. */
int fhir_progress_rank(enum milestone m)
{
	static const struct {
		enum milestone milestone;
		int rank;
	} ranks[] = {
		{MILESTONE_IN_ROOM, 0},
		{MILESTONE_PREP_DONE, 1},
		{MILESTONE_ANAES_READY, 1},
		{MILESTONE_INCISION, 2},
		{MILESTONE_PROCEDURE_END, 3},
		{MILESTONE_PACU_IN, 4},
	};
	for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
		if (ranks[i].milestone == m)
			return ranks[i].rank;
	return -1;
}

static struct fhir_claim *find_claim(struct fhir_case *c, const char *origin, enum milestone m)
{
	for (int i = 0; i < c->claim_count; i++)
		if (c->claims[i].milestone == m && strcmp(c->claims[i].origin, origin) == 0)
			return &c->claims[i];
	return NULL;
}

static struct fhir_claim *add_claim(struct fhir_case *c, const char *origin, enum milestone m)
{
	if (c->claim_count >= CLAIMS_MAX)
		return NULL;
	size_t wanted = (size_t)c->claim_count + 1;
	struct fhir_claim *grown = realloc(c->claims, wanted * sizeof *grown);
	if (grown == NULL)
		return NULL;
	c->claims = grown;
	struct fhir_claim *claim = &grown[c->claim_count++];
	memset(claim, 0, sizeof *claim);
	claim->milestone = m;
	text_copy(claim->origin, sizeof claim->origin, origin);
	return claim;
}

static const struct fhir_claim *best_claim(const struct fhir_case *c, enum milestone m)
{
	const struct fhir_claim *best = NULL;
	for (int i = 0; i < c->claim_count; i++) {
		const struct fhir_claim *claim = &c->claims[i];
		if (claim->milestone != m)
			continue;
		if (best == NULL || (best->at_most && !claim->at_most)
			|| (!best->at_most && !claim->at_most && claim->told > best->told)
			|| (best->at_most && claim->at_most && claim->when_ms < best->when_ms))
			best = claim;
	}
	return best;
}

/* Says what is now the best claim, when it differs from what was said last. */
static void give_milestone(struct fhir_reading *r, struct fhir_case *c, enum milestone m)
{
	const struct fhir_claim *best = best_claim(c, m);
	if (best == NULL && !c->given[m].said)
		return;
	if (best != NULL && c->given[m].said && c->given[m].when_ms == best->when_ms
		&& c->given[m].at_most == best->at_most)
		return;
	struct fact fact = fhir_fact(r, FACT_MILESTONE);
	text_copy(fact.milestone.id, sizeof fact.milestone.id, c->id);
	fact.milestone.milestone = m;
	if (best != NULL) {
		fact.milestone.when_ms = best->when_ms;
		fact.milestone.at_most = best->at_most;
		fact.source_ms = best->updated_ms;
		text_copy(fact.origin, sizeof fact.origin, best->origin);
	} else {
		fact.milestone.when_ms = c->given[m].when_ms;
		fact.milestone.withdrawn = true;
	}
	c->given[m].said = best != NULL;
	c->given[m].when_ms = fact.milestone.when_ms;
	c->given[m].at_most = fact.milestone.at_most;
	r->map->sink.fact(r->map->sink.context, &fact);
}

/* A "current value" moves on, so what it said before stays said, unless it
 * went back to an earlier step. An exact time that vanished was taken back. */
static bool outlives(const struct fhir_claim *claim, int progress_rank)
{
	int rank = fhir_progress_rank(claim->milestone);
	return claim->at_most && progress_rank != FHIR_RANK_NONE
	       && (progress_rank < 0 || rank < 0 || rank <= progress_rank);
}

static void settle_one(struct fhir_reading *r, struct fhir_case *c, enum milestone m,
	const struct fhir_claims *claims, int progress_rank)
{
	struct fhir_claim *claim = find_claim(c, r->origin, m);
	int64_t when = claims->of[m].when_ms;
	if (when == 0) {
		if (claim != NULL && !outlives(claim, progress_rank))
			*claim = c->claims[--c->claim_count];
	} else {
		bool bound = claims->of[m].at_most;
		if (claim == NULL && (claim = add_claim(c, r->origin, m)) == NULL)
			return;
		/* Later versions repeat a bound with a later time: keep the tighter. */
		bool looser =
			bound && claim->at_most && claim->when_ms != 0 && when >= claim->when_ms;
		if (!looser && (claim->when_ms != when || claim->at_most != bound)) {
			claim->when_ms = when;
			claim->at_most = bound;
			claim->updated_ms = r->updated_ms;
			claim->told = ++r->map->told;
		}
	}
	give_milestone(r, c, m);
}

void fhir_settle(struct fhir_reading *r, const char *case_id, const struct fhir_claims *claims,
	int progress_rank)
{
	/* When the resource moved to another case, the old one loses its word. */
	struct fhir_link *link = fhir_link_find(r->map, r->type, r->id);
	if (link != NULL && link->target[0] != '\0' && strcmp(link->target, case_id) != 0) {
		struct fhir_case *old = fhir_case_find(r->map, link->target);
		static const struct fhir_claims none;
		for (int m = 0; old != NULL && m < MILESTONE_COUNT; m++)
			settle_one(r, old, (enum milestone)m, &none, FHIR_RANK_NONE);
	}
	fhir_link_set(r->map, r->type, r->id, case_id);
	struct fhir_case *c = fhir_case_get(r->map, case_id);
	for (int m = 0; c != NULL && m < MILESTONE_COUNT; m++)
		settle_one(r, c, (enum milestone)m, claims, progress_rank);
}
