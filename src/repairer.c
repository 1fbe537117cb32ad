/* SPDX-License-Identifier: Apache-2.0 */
#include "src/repairer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "screens/format.h"
#include "src/foresee.h"

/* While somebody looks, it goes on for several times as long as a good answer takes. */
static const long DAYS = 150000;

struct question {
	struct twin *twin;
	struct learnt *learnt;
	struct repair_ask ask;
	bool knows;
};

struct repairer {
	struct ev_loop *loop;
	ev_async news;
	void (*ready)(void *context);
	void *context;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	/* under the mutex */
	struct question *asked; /* what waits */
	bool waiting, stopping, quit;
	struct repair_answer *told; /* not yet taken by the loop */
	bool fresh;
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
	pthread_mutex_lock(&r->mutex);
	bool yes = r->waiting || r->stopping || r->quit;
	pthread_mutex_unlock(&r->mutex);
	return yes;
}

static void better(void *context, const struct repair_answer *answer)
{
	struct repairer *r = context;
	pthread_mutex_lock(&r->mutex);
	bool old = r->waiting || r->stopping;
	if (!old) {
		*r->told = *answer;
		r->fresh = true;
	}
	pthread_mutex_unlock(&r->mutex);
	if (!old)
		ev_async_send(r->loop, &r->news);
}

static void answer(struct repairer *r)
{
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

static void *work(void *context)
{
	struct repairer *r = context;
	pthread_mutex_lock(&r->mutex);
	while (!r->quit) {
		if (!r->waiting) {
			pthread_cond_wait(&r->wake, &r->mutex);
			continue;
		}
		struct question *other = r->question;
		r->question = r->asked;
		r->asked = other;
		r->waiting = r->stopping = false;
		pthread_mutex_unlock(&r->mutex);
		answer(r);
		pthread_mutex_lock(&r->mutex);
	}
	pthread_mutex_unlock(&r->mutex);
	return NULL;
}

/* ---- the loop ---- */

static void on_news(struct ev_loop *loop, ev_async *watcher, int events)
{
	struct repairer *r = watcher->data;
	(void)loop;
	(void)events;
	pthread_mutex_lock(&r->mutex);
	bool fresh = r->fresh;
	if (fresh) {
		struct repair_answer *other = r->shown;
		r->shown = r->told;
		r->told = other;
		r->fresh = false;
		r->any = true;
	}
	pthread_mutex_unlock(&r->mutex);
	if (fresh)
		r->ready(r->context);
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
	struct repairer *r = calloc(1, sizeof *r);
	if (r == NULL)
		return NULL;
	r->loop = loop;
	r->seed = seed;
	r->ready = ready;
	r->context = context;
	r->asked = question_create();
	r->question = question_create();
	r->told = calloc(1, sizeof *r->told);
	r->answer = calloc(1, sizeof *r->answer);
	r->shown = calloc(1, sizeof *r->shown);
	if (!question_is_whole(r->asked) || !question_is_whole(r->question) || r->told == NULL
		|| r->answer == NULL || r->shown == NULL) {
		release(r);
		return NULL;
	}
	pthread_mutex_init(&r->mutex, NULL);
	pthread_cond_init(&r->wake, NULL);
	ev_async_init(&r->news, on_news);
	r->news.data = r;
	if (pthread_create(&r->thread, NULL, work, r) != 0) {
		release(r);
		return NULL;
	}
	ev_async_start(loop, &r->news);
	ev_unref(loop); /* a search alone keeps no loop alive */
	return r;
}

void repairer_destroy(struct repairer *r)
{
	if (r == NULL)
		return;
	pthread_mutex_lock(&r->mutex);
	r->quit = true;
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->mutex);
	pthread_join(r->thread, NULL);
	ev_ref(r->loop);
	ev_async_stop(r->loop, &r->news);
	pthread_mutex_destroy(&r->mutex);
	pthread_cond_destroy(&r->wake);
	release(r);
}

/* What was found to an older question is not told any more. */
void repairer_ask(struct repairer *r, const struct twin *twin, const struct learnt *learnt,
	const struct repair_ask *ask)
{
	pthread_mutex_lock(&r->mutex);
	twin_copy(r->asked->twin, twin);
	r->asked->knows = learnt != NULL;
	if (learnt != NULL)
		*r->asked->learnt = *learnt;
	r->asked->ask = *ask;
	r->waiting = true;
	r->fresh = false;
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->mutex);
}

void repairer_stop(struct repairer *r)
{
	pthread_mutex_lock(&r->mutex);
	r->waiting = r->fresh = false;
	r->stopping = true;
	pthread_mutex_unlock(&r->mutex);
}

const struct repair_answer *repairer_last(const struct repairer *r)
{
	return r->any ? r->shown : NULL;
}
