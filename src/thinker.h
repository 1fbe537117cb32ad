/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_THINKER_H
#define VIGIE_SRC_THINKER_H

/*
 * A thread beside the loop that thinks: it takes the newest question, works on copies
 * of its own, and tells better and better answers, which the loop takes when it gets to
 * them. What waits and what was told belong to the owner and are touched under the lock
 * only; what the thread works on, by `think` alone; what is shown, by the loop alone.
 */

#include <ev.h>
#include <stdbool.h>

struct thinker;

struct thinker_calls {
	bool (*take)(void *owner);  /* the thread, locked: the question that waits; false: none */
	void (*think)(void *owner); /* the thread, not locked */
	void (*show)(void *owner);  /* the loop, locked: the newest that was told */
	/* The loop, not locked: there is something new to show. */
	void (*ready)(void *context);
	void *context;
};

/* Keeps no loop alive. NULL: out of memory or no thread. */
struct thinker *thinker_create(
	struct ev_loop *loop, const struct thinker_calls *calls, void *owner);
/* Waits until `think` has returned; NULL is passed over. */
void thinker_destroy(struct thinker *t);

void thinker_lock(struct thinker *t);
void thinker_unlock(struct thinker *t);
/* All of these are called locked: */
void thinker_wake(struct thinker *t);        /* a question waits */
void thinker_tell(struct thinker *t);        /* something was told */
void thinker_hush(struct thinker *t);        /* what was told and not shown never is */
bool thinker_quits(const struct thinker *t); /* whoever thinks is to return */

#endif
