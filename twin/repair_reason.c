/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/repair_proof.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/scenario_fork.h"
#include "twin/stat.h"
#include "twin/text.h"

/* ---- words ---- */

static void add(char out[SCENARIO_TEXT], const char *text)
{
	size_t used = strlen(out);
	text_copy(out + used, SCENARIO_TEXT - used, text);
}

static void add_number(char out[SCENARIO_TEXT], double value)
{
	char digits[24];
	int at = (int)sizeof digits - 1;
	unsigned long left = (unsigned long)(fabs(value) + 0.5);
	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + left % 10);
	while ((left /= 10) > 0 && at > 0);
	add(out, digits + at);
}

/* ---- the rule of thumb ---- */

enum thumb {
	THUMB_OTHER,
	THUMB_BREAK_IN,
	THUMB_LAST,
	THUMB_CALL_IN,
	THUMB_EXCHANGE,
	THUMB_MOVE,
	THUMB_ORDER,
	THUMB_FORWARD,
	THUMB_TELL,
	THUMB_COUNT
};
static const char *const thumbs[THUMB_COUNT] = {
	[THUMB_OTHER] = "it was the best of all that were tried",
	[THUMB_BREAK_IN] = "an emergency enters where a room is free for it with the least harm",
	[THUMB_LAST] = "the last resort: today does not hold it",
	[THUMB_CALL_IN] = "one more of what the others wait for",
	[THUMB_EXCHANGE] = "who can come now changes with who cannot",
	[THUMB_MOVE] = "a room with time left takes over from one that runs late",
	[THUMB_ORDER] = "the shorter go first: they keep the fewest waiting",
	[THUMB_FORWARD] = "who is ready comes into the gap",
	[THUMB_TELL] = "nobody is sent for before the room can take them",
};

/* Which of the rules this one decision follows. */
static enum thumb thumb_of(const struct repair_side *without, const struct scenario *s)
{
	const struct twin *t = without->fork.twin;
	const char *name = scenario_rows[s->which].name;
	if (strcmp(name, "postpone") == 0)
		return THUMB_LAST;
	if (strcmp(name, "place") != 0)
		return strcmp(name, "swap") == 0 ? THUMB_EXCHANGE : THUMB_CALL_IN;
	const struct surgery *c = &t->cases[twin_case(t, scenario_word(s, 0))];
	if (c->nest >= 1 && c->nest <= 6)
		return THUMB_BREAK_IN;
	if (!fork_is_in(&without->fork, c, site_room(t->site, scenario_word(s, 1))))
		return THUMB_MOVE;
	return s->values[2].ms < c->start_ms ? THUMB_FORWARD : THUMB_TELL;
}

/* The table is in the order in which one speaks for all of a repair. */
static enum thumb thumb_of_all(const struct repair_side *without, const struct repair_moves *moves)
{
	bool has[THUMB_COUNT] = {false};
	for (int i = 0; i < moves->count; i++)
		has[thumb_of(without, &moves->list[i])] = true;
	if (has[THUMB_FORWARD] && has[THUMB_TELL] && !has[THUMB_MOVE] && !has[THUMB_BREAK_IN])
		return THUMB_ORDER;
	for (int k = THUMB_OTHER + 1; k < THUMB_COUNT; k++)
		if (has[k])
			return (enum thumb)k;
	return THUMB_OTHER;
}

/* What most of it is, for people. */
static const struct {
	const char *words, *unit; /* unit NULL: not told */
	double times;
} gains[OBJECTIVE_COUNT] = {
	[OBJECTIVE_OVERTIME] = {"less overtime", " min", 1},
	[OBJECTIVE_WAIT] = {"less waiting", " min", 1},
	[OBJECTIVE_NEST] = {"emergencies are less late", NULL, 1},
	[OBJECTIVE_HOLD] = {"less waiting for a bay", " min", 1},
	[OBJECTIVE_CANCELLED] = {"fewer cases are not done", " in 100 days", 100},
	[OBJECTIVE_OVERNIGHT] = {"fewer stay over night", " in 100 days", 100},
};

void repair_why(const struct repair_side *without, const struct repair_moves *moves,
	const struct repair_option *option, char out[SCENARIO_TEXT])
{
	int most = -1;
	out[0] = '\0';
	add(out, thumbs[thumb_of_all(without, moves)]);
	for (int t = 0; t < OBJECTIVE_MOVED; t++)
		if (option->term[t].high < 0
			&& (most < 0
				|| without->weight[t] * option->term[t].mean
					   < without->weight[most] * option->term[most].mean))
			most = t;
	if (most < 0)
		return;
	add(out, "; ");
	add(out, gains[most].words);
	if (gains[most].unit == NULL)
		return;
	add(out, ": ");
	add_number(out, option->term[most].mean * gains[most].times);
	add(out, gains[most].unit);
}

/* ---- what would make it wrong ---- */

/* A twentieth of the fates is what one may believe to be more than chance, if its mean
 * is above nothing by one standard error. */
enum { TAIL_SHARE = 20, TAIL_LEAST = 20, END_SHARE = 5, NO_TAIL = -2 };

struct tail {
	int of;       /* case of the plan; -1 guests, NO_TAIL none */
	bool above;   /* more than this, else less */
	double limit; /* minutes; how many */
	double harm;  /* what it costs, times how often it is so */
	int fates;
};

struct pair {
	float value, d;
};

static int by_value(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	return x->value < y->value ? -1 : x->value > y->value;
}

/* The longest end of the sorted fates in which the repair does harm. */
static void look_at_tail(
	const struct pair *sorted, int reps, bool above, int of, struct tail *worst)
{
	struct stat_moments m = {0, 0, 0};
	int least = reps / TAIL_SHARE > TAIL_LEAST ? reps / TAIL_SHARE : TAIL_LEAST;
	for (int k = 0; k < reps - 1; k++) {
		const struct pair *p = &sorted[above ? reps - 1 - k : k];
		float next = sorted[above ? reps - 2 - k : k + 1].value;
		stat_add(&m, (double)p->d);
		double harm = (m.mean - stat_error(&m)) * m.n;
		if (k + 1 < least || (p->value <= next && p->value >= next) || harm <= 0
			|| harm <= worst->harm)
			continue;
		*worst = (struct tail){
			of, above, ((double)p->value + (double)next) / 2, harm, k + 1};
	}
}

/* The fifth of the fates at one end in which it helps least: less than in all of them by
 * three standard errors, for that is looked for among a hundred ends. */
static void look_at_end(const struct pair *sorted, int reps, bool above, int of,
	const struct stat_moments *all, struct tail *weakest)
{
	struct stat_moments m = {0, 0, 0};
	int n = reps / END_SHARE;
	for (int k = 0; k < n; k++)
		stat_add(&m, (double)sorted[above ? reps - 1 - k : k].d);
	float last = sorted[above ? reps - n : n - 1].value;
	float next = sorted[above ? reps - n - 1 : n].value;
	double less = m.mean - all->mean;
	if (n < TAIL_LEAST || !(last < next || last > next) || less < 3 * stat_error(&m)
		|| less <= weakest->harm)
		return;
	*weakest = (struct tail){of, above, ((double)last + (double)next) / 2, less, n};
}

static void say_tail(const struct repair_side *with, const struct tail *tail, char *out)
{
	if (tail->of < 0) {
		add(out, tail->above ? "more than " : "fewer than ");
		add_number(out, tail->above ? floor(tail->limit) : ceil(tail->limit));
		add(out, " emergencies come");
	} else {
		const struct sim_case *c = &with->plan.cases[tail->of];
		bool inside = c->step > with->index.in_room[c->pathway];
		add(out, "case ");
		add(out, with->fork.twin->cases[with->index.twin_case[tail->of]].id);
		add(out, inside ? " stays in its room for " : " takes ");
		add(out, tail->above ? "more than " : "less than ");
		add_number(out, tail->limit);
		add(out, inside ? " min more" : " min");
	}
	add(out, " (");
	add_number(out, 100.0 * tail->fates / with->reps);
	add(out, " in 100 days)");
}

/* Where it turns, if it does; else where it is of the least use, when that is more than
 * chance; and how often it is worse. */
static void say(const struct repair_side *with, const struct tail *worst,
	const struct tail *weakest, int harmed, char *out)
{
	if (worst->of > NO_TAIL) {
		say_tail(with, worst, out);
		return;
	}
	if (weakest->of > NO_TAIL) {
		add(out, "helps least if ");
		say_tail(with, weakest, out);
		add(out, "; ");
	}
	if (harmed == 0) {
		add(out, "in none of ");
		add_number(out, with->reps);
		add(out, " days it was worse than doing nothing");
	} else {
		add(out, "worse than doing nothing in ");
		add_number(out, fmax(1, 100.0 * harmed / with->reps));
		add(out, " of 100 days");
	}
}

void repair_fails_if(
	const struct repair_side *without, const struct repair_side *with, char out[SCENARIO_TEXT])
{
	int reps = with->reps, harmed = 0;
	struct tail worst = {.of = NO_TAIL}, weakest = {.of = NO_TAIL};
	struct stat_moments all = {0, 0, 0};
	struct pair *pairs = malloc((size_t)reps * sizeof *pairs);
	out[0] = '\0';
	for (int k = 0; k < reps; k++) {
		harmed += with->sums[k] > without->sums[k];
		stat_add(&all, (double)with->sums[k] - (double)without->sums[k]);
	}
	for (int i = -1; pairs != NULL && i < with->plan.case_count; i++) {
		const float *values = i < 0 ? with->guests : with->lasts + i * reps;
		for (int k = 0; k < reps; k++)
			pairs[k] = (struct pair){values[k], with->sums[k] - without->sums[k]};
		qsort(pairs, (size_t)reps, sizeof *pairs, by_value);
		for (int side = 0; side < 2; side++) {
			look_at_tail(pairs, reps, side == 1, i, &worst);
			look_at_end(pairs, reps, side == 1, i, &all, &weakest);
		}
	}
	free(pairs);
	say(with, &worst, &weakest, harmed, out);
}
