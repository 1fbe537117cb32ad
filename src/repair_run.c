/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "src/repair_crew.h"
#include "src/repairer.h"
#include "twin/repair_proof.h"
#include "twin/text.h"

/*
 * One search from the first answer to the last: after each step the best are proved
 * anew, on a few hundred fates while it goes on and on more at its end, none of which
 * it has seen.
 */

/* The error of a difference under the same fates is a few minutes of overtime at 200,
 * one or two at 1000 (reference 1.3). */
enum { PROOF_FIRST = 200, PROOF_LAST = 1000, PART = 25, DRAW_PART = 16, CANDIDATES = 6 };
static const long DAYS_USUAL = 45000;
/* The fates of the proof are of another seed than those of the race. */
static const uint32_t RACE_SEED = 0x9e3779b9u, PROOF_SEED = 0x7f4a7c15u;

struct run {
	const struct twin *twin;
	const struct repair_ask *ask;
	const struct repair_how *how;
	struct plan_options options;
	struct crew *crew;
	struct repair_race *race;
	struct repair_search *search;
	struct repair_side *without; /* of `reps` */
	int reps;
	struct repair_moves held;         /* what somebody looks at; count 0 none */
	const struct repair_moves *brief; /* put among the best for being short; NULL none */
	uint64_t shown[REPAIR_OPTIONS];   /* keys of what was proved last */
	int shown_reps;
	long proof_days;
	struct repair_answer *answer;
};

/* ---- parts for many hands ---- */

static bool stopped(const struct run *run)
{
	return run->how->stop != NULL && run->how->stop(run->how->context);
}

static void draw_part(void *argument, int i, int worker)
{
	struct run *run = argument;
	repair_race_draw(run->race, run->crew->crew.benches[worker], i * DRAW_PART, DRAW_PART);
}

struct part {
	const struct run *run;
	struct repair_side *side;
};

static void prove_part(void *argument, int i, int worker)
{
	struct part *part = argument;
	(void)worker;
	if (!stopped(part->run))
		forecast_run_part(part->side->run, i * PART, PART);
}

/* A fork and its days; NULL: it cannot be done, or out of memory. */
static struct repair_side *live(struct run *run, const struct repair_moves *moves, int reps)
{
	char why[SCENARIO_TEXT];
	struct repair_side *side = repair_side_create(run->twin, &run->ask->given, moves,
		&run->options, &run->race->day, run->how->seed ^ PROOF_SEED, reps, why);
	if (side == NULL)
		return NULL;
	crew_each(run->crew, (reps + PART - 1) / PART, prove_part, &(struct part){run, side});
	run->proof_days += reps;
	return side;
}

/* ---- the answer ---- */

static bool is_proved(
	const struct run *run, const struct repair_moves *const *best, int count, int reps)
{
	if (reps != run->shown_reps)
		return false;
	for (int i = 0; i < REPAIR_OPTIONS; i++) {
		uint64_t key = i < count ? repair_moves_key(best[i]) : 0;
		if (key != run->shown[i])
			return false;
	}
	return true;
}

static void put_option(struct repair_answer *a, const struct repair_option *one)
{
	int at = a->count++;
	for (; at > 0 && a->options[at - 1].objective.mean > one->objective.mean; at--)
		a->options[at] = a->options[at - 1];
	a->options[at] = *one;
}

static void say_none(struct run *run)
{
	struct repair_answer *a = run->answer;
	const char *why = run->search == NULL ? "no site: no room is known"
			  : a->tried == 0     ? "there is nothing left that could be decided"
					  : "nothing that was tried is better than doing nothing";
	text_copy(a->none, sizeof a->none, a->count > 0 ? "" : why);
}

/* One of those shown can be told in one breath, if any such surely helps: where none of
 * the best can, it is the last of them. */
static int with_brief(struct run *run, const struct repair_moves **out, int count)
{
	int at = count < REPAIR_OPTIONS ? count : REPAIR_OPTIONS - 1;
	for (int i = 0; i < count && i < REPAIR_OPTIONS; i++)
		if (out[i]->count <= REPAIR_BRIEF)
			return count;
	run->brief = repair_search_brief(run->search, out, at);
	if (run->brief == NULL)
		return count;
	int from = at; /* where it stands already, else behind all of them */
	while (from < count && repair_moves_key(out[from]) != repair_moves_key(run->brief))
		from++;
	if (from == count)
		from = count < CANDIDATES ? count++ : count - 1;
	for (; from > at; from--)
		out[from] = out[from - 1];
	out[at] = run->brief;
	return count;
}

/* What somebody looks at comes first, and stands for its kind: he is not to find
 * something else under his hand each time the day has gone on. */
static int candidates(struct run *run, const struct repair_moves *out[CANDIDATES])
{
	const struct repair_trial *best[CANDIDATES];
	int found = repair_search_best(run->search, best, CANDIDATES), count = 0;
	if (run->held.count > 0)
		out[count++] = &run->held;
	for (int i = 0; i < found && count < CANDIDATES; i++)
		if (run->held.count == 0
			|| !repair_is_like(&run->held, &best[i]->moves, run->ask->about))
			out[count++] = &best[i]->moves;
	run->brief = NULL;
	return with_brief(run, out, count);
}

/* The best of the race, on fates of their own; who does not stand it is left out. */
static bool prove(struct run *run, int reps)
{
	const struct repair_moves *best[CANDIDATES];
	int count = candidates(run, best);
	struct repair_answer *a = run->answer;
	a->tried = repair_search_tried(run->search);
	if (is_proved(run, best, count < REPAIR_OPTIONS ? count : REPAIR_OPTIONS, reps))
		return true;
	if (run->without == NULL || run->reps != reps) {
		repair_side_destroy(run->without);
		run->without = live(run, NULL, reps);
		run->reps = reps;
		if (run->without == NULL)
			return false;
		a->nothing_sum = repair_side_mean(run->without, &a->nothing);
	}
	a->count = 0;
	for (int i = 0; i < count && a->count < REPAIR_OPTIONS; i++) {
		struct repair_option one;
		struct repair_side *with = live(run, best[i], reps);
		if (with == NULL)
			continue;
		repair_prove(run->without, with, best[i], &one);
		repair_side_destroy(with);
		if (one.objective.mean < 0 && (one.proved || best[i] != run->brief))
			put_option(a, &one);
	}
	run->shown_reps = reps;
	for (int i = 0; i < REPAIR_OPTIONS; i++)
		run->shown[i] = i < count ? repair_moves_key(best[i]) : 0;
	return true;
}

static void tell(struct run *run)
{
	say_none(run);
	if (run->search != NULL)
		run->answer->days = run->proof_days + repair_search_days(run->search);
	if (run->how->better != NULL)
		run->how->better(run->how->context, run->answer);
}

static bool begin(struct run *run, struct repair_answer *out)
{
	char refused[WHAT_IF_DEPTH][SCENARIO_TEXT];
	memset(out, 0, sizeof *out);
	out->asked = *run->ask;
	out->at_ms = run->twin->now_ms;
	out->seq = run->twin->seq;
	if (run->twin->site == NULL)
		return true;
	for (; run->held.count < run->ask->held.count && run->held.count < REPAIR_MOVES;
		run->held.count++)
		run->held.list[run->held.count] = run->ask->held.list[run->held.count];
	run->options = (struct plan_options){
		.learnt = run->how->learnt, .midnight_ms = run->how->midnight_ms};
	run->crew = crew_create(run->how->threads, run->how->stop, run->how->context);
	run->race = repair_race_create(
		run->twin, &run->ask->given, &run->options, run->how->seed ^ RACE_SEED, refused);
	if (run->crew == NULL || run->race == NULL)
		return false;
	run->search = repair_search_create(run->race, &run->crew->crew, run->ask->about);
	if (run->search == NULL)
		return false;
	crew_each(run->crew, RACE_FATES / DRAW_PART, draw_part, run);
	repair_race_ready(run->race, run->crew->crew.benches[0]);
	return true;
}

static bool go(struct run *run)
{
	long most = run->how->days > 0 ? run->how->days : DAYS_USUAL;
	bool more = run->search != NULL;
	while (more) {
		more = repair_search_step(run->search, most);
		if (more && !prove(run, PROOF_FIRST))
			return false;
		if (more && !stopped(run))
			tell(run);
	}
	if (!stopped(run)) {
		int reps = run->how->reps > 0 ? run->how->reps : PROOF_LAST;
		if (run->search != NULL && !prove(run, reps))
			return false;
		run->answer->finished = !stopped(run);
		if (run->answer->finished)
			tell(run);
	}
	return true;
}

bool repair_search(const struct twin *twin, const struct repair_ask *ask,
	const struct repair_how *how, struct repair_answer *out)
{
	struct run run = {.twin = twin, .ask = ask, .how = how, .answer = out};
	bool good = begin(&run, out) && go(&run);
	repair_search_destroy(run.search);
	repair_side_destroy(run.without);
	repair_race_destroy(run.race);
	crew_destroy(run.crew);
	return good;
}
