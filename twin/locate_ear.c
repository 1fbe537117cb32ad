/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/locate_ear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	LATE_MS = 30000,    /* an offline buffer, not the network */
	JITTER_MS = 10000,  /* what the network may add to a row */
	STEADY_MS = 2000,   /* so steadily late ... */
	SETTLED_MS = 20000, /* ... for so long: the gateway's clock was set */
	PATIENCE_MS = 5000, /* a gateway's usual pause, at least */
	SAME_WORD_MS = 200,
	GAP_MS = 1000, /* until a rhythm is known */
	WINDOW_MAX_MS = 10000,
	SELDOM_MS = 5000, /* uploads rarer than this are not waited for */
	PACE_LEAST_MS = 250,
	PACE_MOST_MS = 1000
};

bool ears_open(struct ears *ears, int count, double silence_ms)
{
	ears->count = count;
	ears->silence_ms = silence_ms;
	ears->ear = calloc((size_t)count + 1, sizeof *ears->ear);
	ears->alive = calloc((size_t)count + 1, sizeof *ears->alive);
	return ears->ear != NULL && ears->alive != NULL;
}

void ears_close(struct ears *ears)
{
	free(ears->ear);
	free(ears->alive);
}

void ears_forget(struct ears *ears)
{
	memset(ears->ear, 0, (size_t)ears->count * sizeof *ears->ear);
	memset(ears->alive, 0, (size_t)ears->count * sizeof *ears->alive);
	ears->step_ms = ears->word_ms = ears->resumed_ms = ears->window_ms = ears->pace_ms = 0;
}

static double gap_of(const struct ear *ear)
{
	return ear->gap_ms > 0 ? ear->gap_ms : GAP_MS;
}

static double silence_ms(const struct ears *ears)
{
	return fmax(ears->silence_ms, 2.0 * (double)ears->step_ms);
}

/* How long a gateway may pause before its silence stops being evidence: a few
 * of its own intervals, well before it is called silent. */
static double patience_ms(const struct ears *ears, const struct ear *ear)
{
	double floor_ms = fmax(PATIENCE_MS, 3.0 * (double)ears->step_ms);
	return fmin(fmax(4 * gap_of(ear), floor_ms), silence_ms(ears));
}

void ears_word(struct ears *ears, int gateway, int64_t now_ms)
{
	struct ear *ear = &ears->ear[gateway];
	double gap = (double)(now_ms - ear->last_ms);
	if (ears->word_ms == 0
		|| (double)(now_ms - ears->word_ms)
			   > fmax(PATIENCE_MS, 3.0 * (double)ears->step_ms))
		ears->resumed_ms = now_ms;
	if (now_ms > ears->word_ms)
		ears->word_ms = now_ms;
	if (ear->last_ms == 0 || gap > patience_ms(ears, ear))
		ear->back_ms = now_ms;
	if (ear->last_ms > 0 && gap >= SAME_WORD_MS) {
		gap = fmin(gap, silence_ms(ears));
		ear->gap_ms += ear->gap_ms > 0 ? (gap - ear->gap_ms) / 8 : gap;
	}
	if (now_ms > ear->last_ms)
		ear->last_ms = now_ms;
}

/*
 * The prompt delay of a gateway is the least seen, drifting up slowly with its
 * clock. While a buffer is replayed the lateness shrinks; when it stays the
 * same, the clock was set back.
 */
bool ears_late(struct ears *ears, int gateway, int64_t received_ms, int64_t device_ms)
{
	struct ear *ear = &ears->ear[gateway];
	if (device_ms == 0)
		return false;
	int64_t delay = received_ms - device_ms, by = delay - ear->delay_ms;
	if (!ear->clocked || by <= 0) {
		ear->clocked = true;
		ear->delay_ms = delay;
		ear->late_from_ms = 0;
		return false;
	}
	if (by <= LATE_MS) {
		if (by < JITTER_MS)
			ear->delay_ms += by / 64;
		ear->late_from_ms = 0;
		return false;
	}
	if (ear->late_from_ms == 0 || llabs(by - ear->late_by_ms) > STEADY_MS) {
		ear->late_from_ms = received_ms;
		ear->late_by_ms = by;
	}
	if (received_ms - ear->late_from_ms < SETTLED_MS)
		return true;
	ear->delay_ms = delay;
	ear->late_from_ms = 0;
	return false;
}

/* The window reaches back far enough that the living gateway that spoke longest
 * ago has had its say about all of it. Gateways that upload seldom are not
 * waited for: what they hear counts, what they do not say does not. */
void ears_listen(struct ears *ears, int64_t now_ms, int64_t least_ms)
{
	double longest = 0, age = 0;
	for (int g = 0; g < ears->count; g++) {
		const struct ear *ear = &ears->ear[g];
		double quiet = (double)(now_ms - ear->last_ms);
		bool prompt = gap_of(ear) <= fmax(SELDOM_MS, 2.0 * (double)ears->step_ms);
		ears->alive[g] = ear->last_ms > 0 && prompt && quiet <= patience_ms(ears, ear);
		if (!ears->alive[g])
			continue;
		longest = fmax(longest, gap_of(ear));
		age = fmax(age, quiet);
	}
	double window = fmin(age + 0.9 * longest, WINDOW_MAX_MS);
	ears->window_ms = (int64_t)fmax(fmax(window, (double)ears->step_ms), (double)least_ms);
	ears->pace_ms = (int64_t)fmin(fmax(0.9 * longest, PACE_LEAST_MS), PACE_MOST_MS);
}

/* All silent is the broker, not the gateways: then nothing is said, and when
 * words come again each gateway has its full time to be heard. */
bool ears_news(struct ears *ears, int gateway, int64_t now_ms)
{
	struct ear *ear = &ears->ear[gateway];
	double pause = fmax(2 * PATIENCE_MS, 3.0 * (double)ears->step_ms);
	bool talking = ears->word_ms > 0 && (double)(now_ms - ears->word_ms) <= pause;
	int64_t from = ear->last_ms > ears->resumed_ms ? ear->last_ms : ears->resumed_ms;
	bool mute = (double)(now_ms - from) > silence_ms(ears);
	double quiet = (double)(now_ms - ear->last_ms);
	bool silent = ear->silent ? quiet > silence_ms(ears) : talking && mute;
	/* Also the first word is told: a twin that was restored may hold a
	 * gateway for silent since before. */
	if (silent == ear->silent && (ear->told || ear->last_ms == 0))
		return false;
	ear->told = true;
	ear->silent = silent;
	return true;
}
