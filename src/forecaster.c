/* SPDX-License-Identifier: Apache-2.0 */
#include "src/forecaster.h"

#include <stdlib.h>
#include <string.h>

#include "screens/format.h"
#include "src/foresee.h"
#include "src/thinker.h"
#include "twin/plan.h"
#include "twin/text.h"

/* Replications after which an answer is told: the first within a tenth of a
 * second, the last good to a point or two (reference 4: 1.9 at p = 0.1, R = 1000). */
static const int stages[] = {64, 400, 2000};
enum { STAGES = sizeof stages / sizeof *stages, PART = 32, MOST = 2000 };
/* What one unit more of each would change comes after the best answer. */
enum { RANK_REPS = 1000 };
/* Enough to rank remedies: twice the error of a probability is 0.06 at most. */
enum { REMEDY_REPS = 256 };
/* What closes the longest hole is looked for again after so long, of the twin's time. */
enum { CLOSES_MS = 120000 };

/* What is asked besides the forecast. */
struct question {
	struct what_if what_if;
	char room[ID_SIZE];
};

struct told {
	struct forecast forecast;
	struct what_if_answer what_if;
	struct radar radar;
};

/* Replications of one way the day may go, added to little by little. */
struct side {
	struct fork fork;
	struct sim_plan plan;
	struct plan_index index;
	struct forecast_run *run;
	int done, read; /* replications; of those, summed up */
};

struct forecaster {
	struct thinker *thinker;
	/* under its lock */
	struct twin *asked; /* the twin that waits */
	struct learnt *asked_learnt;
	struct question besides;
	bool asked_knows, waiting, asking;
	struct told *told; /* the newest answer, not yet taken by the loop */
	/* of the thread */
	struct side *base, *fork, *trial; /* as it is, with the what-ifs, with a remedy */
	struct radar_run *radar;          /* of the base; NULL: out of memory */
	struct question question;
	struct learnt *learnt;
	bool has_twin, fresh, knows; /* fresh: it is another twin than the last time */
	bool ranked;                 /* what binds this very base */
	struct told *answer;
	struct forecast *scratch;
	uint32_t seed;
	/* of the loop */
	struct told *shown;
	bool any;
};

/* The answer stays with the thread: what is worked out later joins it. */
static void tell(struct forecaster *f)
{
	thinker_lock(f->thinker);
	*f->told = *f->answer;
	thinker_tell(f->thinker);
	thinker_unlock(f->thinker);
}

static bool overtaken(void *context)
{
	struct forecaster *f = context;
	thinker_lock(f->thinker);
	bool yes = f->waiting || f->asking || thinker_quits(f->thinker);
	thinker_unlock(f->thinker);
	return yes;
}

/* ---- one way the day may go ---- */

static void side_end(struct side *side)
{
	forecast_run_destroy(side->run);
	side->run = NULL;
	side->done = side->read = 0;
}

static struct plan_options options_of(const struct forecaster *f, const struct twin *twin)
{
	return (struct plan_options){.learnt = f->knows ? f->learnt : NULL,
		.midnight_ms = format_clock_zero(twin->now_ms)};
}

static bool side_begin(const struct forecaster *f, struct side *side, int reps)
{
	struct plan_options options = options_of(f, side->fork.twin);
	options.policy = &side->fork.policy;
	side_end(side);
	plan_build(side->fork.twin, &options, &side->plan, &side->index);
	side->run = forecast_run_create(&side->plan, &side->index, f->seed, reps);
	return side->run != NULL;
}

/* Up to that many; false when somebody asks anew and it may stop. */
static bool side_go_on(struct forecaster *f, struct side *side, int reps, bool may_stop)
{
	while (side->done < reps) {
		int left = reps - side->done, part = left < PART ? left : PART;
		if (may_stop && overtaken(f))
			return false;
		forecast_run_part(side->run, side->done, part);
		side->done += part;
	}
	return true;
}

static struct side *side_create(void)
{
	struct side *side = calloc(1, sizeof *side);
	if (side != NULL)
		side->fork.twin = twin_create();
	return side;
}

static void side_destroy(struct side *side)
{
	if (side == NULL)
		return;
	side_end(side);
	twin_destroy(side->fork.twin);
	free(side);
}

/* ---- the answer ---- */

/* The forecast as good as it is, the what-ifs as good as theirs. */
static void read_both(struct forecaster *f)
{
	struct told *a = f->answer;
	if (f->base->read != f->base->done) {
		forecast_run_read(f->base->run, f->base->done, &a->forecast);
		if (f->radar != NULL)
			radar_read(f->radar, f->base->done, f->base->fork.twin, &a->radar);
	}
	f->base->read = f->base->done;
	a->forecast.seq = f->base->fork.twin->seq;
	if (what_if_is_empty(&f->question.what_if))
		return;
	forecast_run_read(f->fork->run, f->fork->done, f->scratch);
	const struct what_if_side before = {f->base->fork.twin, f->base->run, &a->forecast};
	const struct what_if_side after = {f->fork->fork.twin, f->fork->run, f->scratch};
	what_if_compare(&before, &after, &a->what_if);
}

/* One remedy on top of what is injected; false when it cannot be. */
static bool try_remedy(struct forecaster *f, const struct side *on, int room,
	const struct scenario *scenario, struct remedy *out)
{
	struct side *trial = f->trial;
	char why[SCENARIO_TEXT];
	twin_copy(trial->fork.twin, on->fork.twin);
	trial->fork.policy = on->fork.policy;
	if (!scenario_inject(&trial->fork, scenario, why) || !side_begin(f, trial, REMEDY_REPS))
		return false;
	side_go_on(f, trial, REMEDY_REPS, false);
	out->scenario = *scenario;
	out->p_overtime = forecast_overtime_share(trial->run, REMEDY_REPS, room);
	out->overtime = forecast_difference(on->run, trial->run, REMEDY_REPS, KPI_OVERTIME);
	side_end(trial);
	return true;
}

/* Tries them one after the other; told when all were tried. */
static void remedies(struct forecaster *f)
{
	const struct side *on = what_if_is_empty(&f->question.what_if) ? f->base : f->fork;
	struct scenario *list = malloc(WHAT_IF_CANDIDATES * sizeof *list);
	int site = site_room(on->fork.twin->site, f->question.room);
	int room = site >= 0 && site < TWIN_ROOMS ? on->index.room_of[site] : SIM_NONE;
	struct remedies r = {.count = 0};
	int count = list != NULL && room >= 0 ? what_if_candidates(
			    &on->fork, f->question.room, list, WHAT_IF_CANDIDATES)
					      : 0;
	memcpy(r.room, f->question.room, sizeof r.room);
	if (room >= 0)
		r.p_overtime = forecast_overtime_share(on->run, REMEDY_REPS, room);
	for (int i = 0; i < count; i++) {
		struct remedy one;
		if (overtaken(f)) {
			free(list);
			return;
		}
		if (try_remedy(f, on, room, &list[i], &one))
			what_if_rank(&r, &one);
	}
	free(list);
	f->answer->what_if.remedies = r;
	tell(f);
}

/* The copy with the what-ifs; without memory for it, none. */
static void fork_begin(struct forecaster *f)
{
	static const struct what_if none;
	struct what_if_answer *head = &f->answer->what_if;
	side_end(f->fork);
	head->asked = f->question.what_if;
	memset(head->refused, 0, sizeof head->refused);
	head->injected = head->reps = 0;
	if (what_if_is_empty(&f->question.what_if))
		return;
	head->injected = what_if_fork(
		&f->fork->fork, f->base->fork.twin, &f->question.what_if, head->refused);
	if (!side_begin(f, f->fork, MOST))
		f->question.what_if = head->asked = none;
}

/* What closed the hole before is told on while it still can be done. */
static bool base_begin(struct forecaster *f)
{
	const struct twin *twin = f->base->fork.twin;
	struct radar_change *closes = &f->answer->radar.closes;
	f->ranked = false;
	radar_run_destroy(f->radar);
	f->radar = NULL;
	if (!radar_stands(closes, twin, format_clock_zero(twin->now_ms)))
		memset(closes, 0, sizeof *closes);
	if (!side_begin(f, f->base, MOST))
		return false;
	f->radar = radar_run_create(&f->base->plan, &f->base->index, twin->site, MOST);
	if (f->radar != NULL)
		forecast_run_watch(f->base->run, radar_watch, f->radar);
	return true;
}

/* Told with what binds. */
static void close_hole(struct forecaster *f)
{
	const struct twin *twin = f->base->fork.twin;
	struct radar_change *closes = &f->answer->radar.closes;
	struct plan_options options = options_of(f, twin);
	struct radar_ask ask = {.twin = twin,
		.options = &options,
		.seed = f->seed,
		.stop = overtaken,
		.context = f};
	bool young = closes->at_ms != 0 && twin->now_ms - closes->at_ms < CLOSES_MS
		     && twin->now_ms >= closes->at_ms;
	if (!young && f->radar != NULL)
		radar_close(&ask, closes);
}

/* What one unit more of each would change in the day as it is: once per twin,
 * however often what-ifs are asked beside it. */
static void rank(struct forecaster *f)
{
	struct foresee_rank how = {
		.reps = RANK_REPS, .threads = 1, .stop = overtaken, .context = f};
	if (f->ranked)
		return;
	f->ranked = foresee_bottlenecks(
		&f->base->plan, &f->base->index, f->base->run, &how, &f->answer->forecast);
	if (f->ranked)
		tell(f);
}

/* The first answer always comes; the better ones only while nobody asks anew. */
static void answer(void *owner)
{
	static const struct remedies none;
	struct forecaster *f = owner;
	if ((f->fresh || f->base->run == NULL) && !base_begin(f))
		return;
	fork_begin(f);
	if (strcmp(f->answer->what_if.remedies.room, f->question.room) != 0)
		f->answer->what_if.remedies = none;
	for (int stage = 0; stage < STAGES; stage++) {
		if (!side_go_on(f, f->base, stages[stage], stage > 0)
			|| (f->fork->run != NULL
				&& !side_go_on(f, f->fork, stages[stage], stage > 0)))
			return;
		read_both(f);
		tell(f);
	}
	if (f->question.room[0] != '\0')
		remedies(f);
	close_hole(f);
	rank(f);
}

static bool take(void *owner)
{
	struct forecaster *f = owner;
	f->fresh = f->waiting;
	if (!f->fresh && (!f->asking || !f->has_twin))
		return false;
	if (f->fresh) {
		struct twin *other = f->base->fork.twin;
		f->base->fork.twin = f->asked;
		f->asked = other;
		struct learnt *other_learnt = f->learnt;
		f->learnt = f->asked_learnt;
		f->asked_learnt = other_learnt;
		f->knows = f->asked_knows;
		f->has_twin = true;
	}
	f->question = f->besides;
	f->waiting = f->asking = false;
	return true;
}

static void show(void *owner)
{
	struct forecaster *f = owner;
	struct told *other = f->shown;
	f->shown = f->told;
	f->told = other;
	f->any = true;
}

static void release(struct forecaster *f)
{
	radar_run_destroy(f->radar);
	twin_destroy(f->asked);
	free(f->asked_learnt);
	free(f->learnt);
	side_destroy(f->base);
	side_destroy(f->fork);
	side_destroy(f->trial);
	free(f->scratch);
	free(f->told);
	free(f->answer);
	free(f->shown);
	free(f);
}

static bool is_whole(const struct forecaster *f)
{
	const struct side *const sides[] = {f->base, f->fork, f->trial};
	for (int i = 0; i < 3; i++)
		if (sides[i] == NULL || sides[i]->fork.twin == NULL)
			return false;
	return f->asked != NULL && f->asked_learnt != NULL && f->learnt != NULL
	       && f->scratch != NULL && f->told != NULL && f->answer != NULL && f->shown != NULL;
}

struct forecaster *forecaster_create(
	struct ev_loop *loop, uint32_t seed, void (*ready)(void *context), void *context)
{
	const struct thinker_calls calls = {take, answer, show, ready, context};
	struct forecaster *f = calloc(1, sizeof *f);
	if (f == NULL)
		return NULL;
	f->seed = seed;
	f->asked = twin_create();
	f->asked_learnt = calloc(1, sizeof *f->asked_learnt);
	f->learnt = calloc(1, sizeof *f->learnt);
	f->base = side_create();
	f->fork = side_create();
	f->trial = side_create();
	f->scratch = calloc(1, sizeof *f->scratch);
	f->told = calloc(1, sizeof *f->told);
	f->answer = calloc(1, sizeof *f->answer);
	f->shown = calloc(1, sizeof *f->shown);
	if (is_whole(f))
		f->thinker = thinker_create(loop, &calls, f);
	if (f->thinker != NULL)
		return f;
	release(f);
	return NULL;
}

void forecaster_destroy(struct forecaster *f)
{
	if (f == NULL)
		return;
	thinker_destroy(f->thinker);
	release(f);
}

void forecaster_ask(struct forecaster *f, const struct twin *twin, const struct learnt *learnt)
{
	thinker_lock(f->thinker);
	twin_copy(f->asked, twin);
	f->asked_knows = learnt != NULL;
	if (learnt != NULL)
		*f->asked_learnt = *learnt;
	f->waiting = true;
	thinker_wake(f->thinker);
	thinker_unlock(f->thinker);
}

const struct forecast *forecaster_last(const struct forecaster *f)
{
	return f->any ? &f->shown->forecast : NULL;
}

const struct radar *forecaster_radar_last(const struct forecaster *f)
{
	return f->any && f->shown->radar.reps > 0 ? &f->shown->radar : NULL;
}

const struct what_if_answer *forecaster_what_if_last(const struct forecaster *f)
{
	return f->any ? &f->shown->what_if : NULL;
}

void forecaster_what_if(struct forecaster *f, const struct what_if *what_if, const char *room)
{
	thinker_lock(f->thinker);
	f->besides.what_if = *what_if;
	text_copy(f->besides.room, sizeof f->besides.room, room);
	f->asking = true;
	thinker_wake(f->thinker);
	thinker_unlock(f->thinker);
}
