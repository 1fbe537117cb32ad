/* SPDX-License-Identifier: Apache-2.0 */
#include "src/thinker.h"

#include <pthread.h>
#include <stdlib.h>

struct thinker {
	struct thinker_calls calls;
	void *owner;
	struct ev_loop *loop;
	ev_async news;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool told, quit; /* under the mutex */
};

static void *work(void *context)
{
	struct thinker *t = context;
	thinker_lock(t);
	while (!t->quit) {
		if (!t->calls.take(t->owner)) {
			pthread_cond_wait(&t->wake, &t->mutex);
			continue;
		}
		thinker_unlock(t);
		t->calls.think(t->owner);
		thinker_lock(t);
	}
	thinker_unlock(t);
	return NULL;
}

static void on_news(struct ev_loop *loop, ev_async *watcher, int events)
{
	struct thinker *t = watcher->data;
	(void)loop;
	(void)events;
	thinker_lock(t);
	bool told = t->told;
	if (told)
		t->calls.show(t->owner);
	t->told = false;
	thinker_unlock(t);
	if (told)
		t->calls.ready(t->calls.context);
}

static void end(struct thinker *t)
{
	pthread_mutex_destroy(&t->mutex);
	pthread_cond_destroy(&t->wake);
	free(t);
}

struct thinker *thinker_create(struct ev_loop *loop, const struct thinker_calls *calls, void *owner)
{
	struct thinker *t = calloc(1, sizeof *t);
	if (t == NULL)
		return NULL;
	t->calls = *calls;
	t->owner = owner;
	t->loop = loop;
	pthread_mutex_init(&t->mutex, NULL);
	pthread_cond_init(&t->wake, NULL);
	ev_async_init(&t->news, on_news);
	t->news.data = t;
	if (pthread_create(&t->thread, NULL, work, t) != 0) {
		end(t);
		return NULL;
	}
	ev_async_start(loop, &t->news);
	ev_unref(loop);
	return t;
}

void thinker_destroy(struct thinker *t)
{
	if (t == NULL)
		return;
	thinker_lock(t);
	t->quit = true;
	thinker_wake(t);
	thinker_unlock(t);
	pthread_join(t->thread, NULL);
	ev_ref(t->loop);
	ev_async_stop(t->loop, &t->news);
	end(t);
}

void thinker_lock(struct thinker *t)
{
	pthread_mutex_lock(&t->mutex);
}

void thinker_unlock(struct thinker *t)
{
	pthread_mutex_unlock(&t->mutex);
}

void thinker_wake(struct thinker *t)
{
	pthread_cond_signal(&t->wake);
}

void thinker_tell(struct thinker *t)
{
	t->told = true;
	ev_async_send(t->loop, &t->news);
}

void thinker_hush(struct thinker *t)
{
	t->told = false;
}

bool thinker_quits(const struct thinker *t)
{
	return t->quit;
}
