/* SPDX-License-Identifier: Apache-2.0 */
#include "src/lock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/suite_clock.h"
#include "twin/text.h"

enum { SLOWEST_S = 60 };

struct lock {
	struct ev_loop *loop;
	struct station *station;
	struct helper *helper;
	struct lock_calls calls;
	ev_timer idle;
	double minutes;
	int64_t touched_mono;
	bool leaves; /* nothing could open it */
	bool locked, asking;
	int wrong; /* in a row */
	int64_t not_before_mono;
};

static void say(struct lock *lock, const char *text)
{
	lock->calls.notice(lock->calls.context, text);
}

static void leave(struct lock *lock)
{
	char why[LABEL_SIZE * 2];
	snprintf(why, sizeof why,
		"nobody was at the keyboard for %g min, and this account has no password that "
		"could open a lock: log in again",
		lock->minutes);
	lock->calls.leave(lock->calls.context, why);
}

static void wait_on(struct lock *lock)
{
	double left = lock->minutes * 60 - (double)(monotonic_ms() - lock->touched_mono) / 1000;
	ev_timer_stop(lock->loop, &lock->idle);
	ev_timer_set(&lock->idle, left > 0.02 ? left : 0.02, 0);
	ev_now_update(lock->loop);
	ev_timer_start(lock->loop, &lock->idle);
}

static void on_idle(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct lock *lock = timer->data;
	(void)loop;
	(void)events;
	if ((double)(monotonic_ms() - lock->touched_mono) < lock->minutes * 60000) {
		wait_on(lock);
	} else if (lock->leaves) {
		leave(lock);
	} else {
		lock->locked = true;
		station_lock(lock->station, true, "idle");
	}
}

/* By `passwd -S`: an account whose password is locked or not set has none. Who keeps
 * his passwords elsewhere is taken to have one. */
static void on_account(void *context, enum helper_answer answer, const char *text)
{
	struct lock *lock = context;
	(void)text;
	lock->leaves = lock->leaves || answer == HELPER_REFUSED;
}

struct lock *lock_open(struct ev_loop *loop, const struct settings *s, struct station *station,
	struct helper *helper, struct lock_calls calls, struct error *err)
{
	const char *how = s->lock != NULL ? s->lock : "auto";
	bool leaves = strcmp(how, "leave") == 0, asks = strcmp(how, "auto") == 0;
	if (!leaves && !asks && strcmp(how, "password") != 0) {
		error_set(err, -EINVAL, "lock: auto, password or leave, not \"%s\"", how);
		return NULL;
	}
	if (!(s->lock_min > 0) || s->demo || s->readonly || helper == NULL)
		return NULL;
	struct lock *lock = calloc(1, sizeof *lock);
	if (lock == NULL) {
		error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	*lock = (struct lock){.loop = loop,
		.station = station,
		.helper = helper,
		.calls = calls,
		.minutes = s->lock_min,
		.touched_mono = monotonic_ms(),
		.leaves = leaves};
	ev_timer_init(&lock->idle, on_idle, 0., 0.);
	lock->idle.data = lock;
	wait_on(lock);
	if (asks)
		helper_account(helper, on_account, lock);
	return lock;
}

void lock_touched(struct lock *lock)
{
	if (lock == NULL || lock->locked)
		return;
	lock->touched_mono = monotonic_ms();
	if (!ev_is_active(&lock->idle))
		wait_on(lock);
}

static void open_again(struct lock *lock)
{
	char reason[64] = "";
	if (lock->wrong > 0)
		snprintf(reason, sizeof reason, "after %d wrong passwords", lock->wrong);
	lock->wrong = 0;
	lock->locked = false;
	station_lock(lock->station, false, reason);
	say(lock, "unlocked");
	lock_touched(lock);
}

/* 1, 2, 4 … seconds on top of what PAM waits. */
static void refuse(struct lock *lock, const char *why)
{
	char text[160];
	int shift = lock->wrong < 6 ? lock->wrong : 6, wait_s = 1 << shift;
	wait_s = wait_s < SLOWEST_S ? wait_s : SLOWEST_S;
	lock->wrong++;
	lock->not_before_mono = monotonic_ms() + wait_s * 1000;
	snprintf(text, sizeof text, "wrong password, %d in a row", lock->wrong);
	station_unlock_refused(lock->station, text);
	snprintf(text, sizeof text, "%.80s; the next one in %d s", why, wait_s);
	say(lock, text);
}

static void on_password(void *context, enum helper_answer answer, const char *text)
{
	struct lock *lock = context;
	char clean[LABEL_SIZE], said[160];
	lock->asking = false;
	if (answer == HELPER_DONE) {
		open_again(lock);
	} else if (answer == HELPER_REFUSED) {
		refuse(lock, "wrong password");
	} else {
		text_neutralise(clean, sizeof clean, text, strlen(text));
		snprintf(said, sizeof said, "not unlocked: %.90s", clean);
		station_unlock_refused(lock->station, said);
		say(lock, said);
	}
}

void lock_try(struct lock *lock, char *password, size_t size)
{
	char text[80];
	int64_t left = lock != NULL ? lock->not_before_mono - monotonic_ms() : 0;
	if (lock != NULL && lock->locked && !lock->asking && left > 0) {
		snprintf(text, sizeof text, "the next password in %d s", (int)(left / 1000) + 1);
		say(lock, text);
	} else if (lock != NULL && lock->locked && !lock->asking) {
		int rc = helper_password(lock->helper, password, on_password, lock);
		lock->asking = rc == 0;
		say(lock, rc == 0 ? "checking the password"
				  : "the password cannot be checked: the helper has died; close "
				    "this terminal and log in again");
	}
	explicit_bzero(password, size);
}

void lock_close(struct lock *lock)
{
	if (lock == NULL)
		return;
	ev_timer_stop(lock->loop, &lock->idle);
	helper_forget(lock->helper, lock);
	free(lock);
}
