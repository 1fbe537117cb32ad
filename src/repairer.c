/* SPDX-License-Identifier: Apache-2.0 */
#include "src/repairer.h"

#include <stdlib.h>
#include <string.h>

#include "screens/format.h"
#include "src/foresee.h"
#include "src/thinker.h"

/* While somebody looks, it goes on for several times as long as a good answer takes. */
static const long DAYS = 150000;

struct question {
	struct twin *twin;
	struct learnt *learnt;
	struct repair_ask ask;
	bool knows;
};

struct repairer {
	struct thinker *thinker;
	/* under its lock */
	struct question *asked; /* what waits */
	bool waiting, stopping;
	struct repair_answer *told; /* not yet taken by the loop */
	/* of the thread */
	struct question *question;
	struct repair_answer *answer;
	uint32_t seed;
	/* of the loop */
	struct repair_answer *shown;
	bool any;
};

/* ---- the thread ---- */

static bool overtaken(void *context)
{
	struct repairer *r = context;
	thinker_lock(r->thinker);
	bool yes = r->waiting || r->stopping || thinker_quits(r->thinker);
	thinker_unlock(r->thinker);
	return yes;
}

/* What was found to an older question is not told any more. */
static void better(void *context, const struct repair_answer *answer)
{
	struct repairer *r = context;
	thinker_lock(r->thinker);
	if (!r->waiting && !r->stopping) {
		*r->told = *answer;
		thinker_tell(r->thinker);
	}
	thinker_unlock(r->thinker);
}

static void answer(void *owner)
{
	struct repairer *r = owner;
	const struct question *q = r->question;
	const struct repair_how how = {.learnt = q->knows ? q->learnt : NULL,
		.midnight_ms = format_clock_zero(q->twin->now_ms),
		.seed = r->seed,
		.threads = foresee_threads(),
		.days = DAYS,
		.stop = overtaken,
		.better = better,
		.context = r};
	repair_search(q->twin, &q->ask, &how, r->answer);
}

static bool take(void *owner)
{
	struct repairer *r = owner;
	struct question *other = r->question;
	if (!r->waiting)
		return false;
	r->question = r->asked;
	r->asked = other;
	r->waiting = r->stopping = false;
	return true;
}

/* ---- the loop ---- */

static void show(void *owner)
{
	struct repairer *r = owner;
	struct repair_answer *other = r->shown;
	r->shown = r->told;
	r->told = other;
	r->any = true;
}

static struct question *question_create(void)
{
	struct question *q = calloc(1, sizeof *q);
	if (q == NULL)
		return NULL;
	q->twin = twin_create();
	q->learnt = calloc(1, sizeof *q->learnt);
	return q;
}

static void question_destroy(struct question *q)
{
	if (q == NULL)
		return;
	twin_destroy(q->twin);
	free(q->learnt);
	free(q);
}

static bool question_is_whole(const struct question *q)
{
	return q != NULL && q->twin != NULL && q->learnt != NULL;
}

static void release(struct repairer *r)
{
	question_destroy(r->asked);
	question_destroy(r->question);
	free(r->told);
	free(r->answer);
	free(r->shown);
	free(r);
}

struct repairer *repairer_create(
	struct ev_loop *loop, uint32_t seed, void (*ready)(void *context), void *context)
{
	const struct thinker_calls calls = {take, answer, show, ready, context};
	struct repairer *r = calloc(1, sizeof *r);
	if (r == NULL)
		return NULL;
	r->seed = seed;
	r->asked = question_create();
	r->question = question_create();
	r->told = calloc(1, sizeof *r->told);
	r->answer = calloc(1, sizeof *r->answer);
	r->shown = calloc(1, sizeof *r->shown);
	if (question_is_whole(r->asked) && question_is_whole(r->question) && r->told != NULL
		&& r->answer != NULL && r->shown != NULL)
		r->thinker = thinker_create(loop, &calls, r);
	if (r->thinker != NULL)
		return r;
	release(r);
	return NULL;
}

void repairer_destroy(struct repairer *r)
{
	if (r == NULL)
		return;
	thinker_destroy(r->thinker);
	release(r);
}

void repairer_ask(struct repairer *r, const struct twin *twin, const struct learnt *learnt,
	const struct repair_ask *ask)
{
	thinker_lock(r->thinker);
	twin_copy(r->asked->twin, twin);
	r->asked->knows = learnt != NULL;
	if (learnt != NULL)
		*r->asked->learnt = *learnt;
	r->asked->ask = *ask;
	r->waiting = true;
	thinker_hush(r->thinker);
	thinker_wake(r->thinker);
	thinker_unlock(r->thinker);
}

void repairer_stop(struct repairer *r)
{
	thinker_lock(r->thinker);
	r->waiting = false;
	r->stopping = true;
	thinker_hush(r->thinker);
	thinker_unlock(r->thinker);
}

const struct repair_answer *repairer_last(const struct repairer *r)
{
	return r->any ? r->shown : NULL;
}
