/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/learning.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/learning_inner.h"
#include "twin/text.h"

/* A person's "so many minutes more" is right within a third or so: bookings
 * are (Eijkemans 2010, log-sd about 0.35); worth ten words until some are in. */
static const double WORD_SD = 0.35, WORD_WORTH = 10;
/* Shorter or longer is no operation, but a mistake of somebody's. */
static const double LEAST_MIN = 1, MOST_MIN = 24 * 60;

static void learnt_init(struct learnt *l)
{
	duration_suite_init(&l->durations);
	for (int c = 0; c < WORD_CLASSES; c++)
		l->words[c] = (struct word_errors){WORD_WORTH, WORD_WORTH * WORD_SD * WORD_SD};
}

struct learning *learning_create(void)
{
	struct learning *l = calloc(1, sizeof *l);
	if (l == NULL)
		return NULL;
	learnt_init(&l->base);
	l->now = l->base;
	return l;
}

void learning_destroy(struct learning *l)
{
	free(l);
}

double learnt_deviation(const struct learnt *l, enum word_class c)
{
	return sqrt(l->words[c].sum / l->words[c].count);
}

double learnt_words(const struct learnt *l, enum word_class c)
{
	return l->words[c].count - WORD_WORTH;
}

bool learnt_law(const struct learnt *l, const struct duration_input *input, double planned_min,
	struct duration_law *law)
{
	double booked = learnt_deviation(l, WORD_BOOKING);
	duration_predict(&l->durations, input, law);
	if (!(planned_min > 0) || law->sigma <= booked)
		return true;
	law->mu = log(planned_min);
	law->sigma = booked;
	return false;
}

/* ---- records ---- */

double learning_actual_min(const struct learning_record *r)
{
	return (double)(r->out_ms - r->in_ms) / MINUTE_MS;
}

bool learning_uses(const struct learning_record *r)
{
	double actual = learning_actual_min(r);
	return r->exact && !r->excluded && actual >= LEAST_MIN && actual <= MOST_MIN;
}

static bool kept(const struct learning *l, uint64_t number)
{
	return number < l->total && l->total - number <= LEARNING_RECORDS;
}

const struct learning_record *learning_record(const struct learning *l, uint64_t number)
{
	return kept(l, number) ? &l->records[number % LEARNING_RECORDS] : NULL;
}

static struct learning_record *find(struct learning *l, const char *id)
{
	for (uint64_t back = 1; back <= l->total && back <= LEARNING_RECORDS; back++) {
		struct learning_record *r = &l->records[(l->total - back) % LEARNING_RECORDS];
		if (strcmp(r->id, id) == 0)
			return r;
	}
	return NULL;
}

const struct learning_record *learning_of(const struct learning *l, const char *id)
{
	return find((struct learning *)l, id);
}

/* ---- what a record teaches ---- */

static void learn_word(struct word_errors *e, double said_min, double outcome_min)
{
	if (!(said_min > 0) || !(outcome_min > 0))
		return;
	double error = log(outcome_min / said_min);
	e->count += 1;
	e->sum += error * error;
}

/* What is told of the law goes to the record when `tell` is one. */
static void learn(struct learnt *l, const struct learning_record *r, struct learning_record *tell)
{
	struct duration_term before[REASON_COUNT], after[REASON_COUNT];
	struct duration_law law;
	if (!learning_uses(r))
		return;
	if (tell != NULL) {
		duration_suite_explain(&l->durations, &r->input, before);
		duration_predict(&l->durations, &r->input, &law);
		tell->before_min = exp(law.mu);
		tell->seen = before[REASON_PROCEDURE].seen;
	}
	double surprise = duration_learn(&l->durations, &r->input, learning_actual_min(r));
	learn_word(&l->words[WORD_BOOKING], r->planned_min, learning_actual_min(r));
	if (r->left_min > 0)
		learn_word(&l->words[WORD_PERSON], r->left_min,
			(double)(r->out_ms - r->left_ms) / MINUTE_MS);
	if (tell == NULL)
		return;
	duration_suite_explain(&l->durations, &r->input, after);
	duration_predict(&l->durations, &r->input, &law);
	tell->after_min = exp(law.mu);
	tell->by_procedure_min = after[REASON_PROCEDURE].minutes - before[REASON_PROCEDURE].minutes;
	tell->by_surgeon_min = after[REASON_SURGEON].minutes - before[REASON_SURGEON].minutes;
	tell->surprise = surprise;
}

/* All over again: rare, and some milliseconds for all the records. */
static void learn_anew(struct learning *l)
{
	uint64_t first = l->total > LEARNING_RECORDS ? l->total - LEARNING_RECORDS : 0;
	l->now.durations = l->base.durations;
	memcpy(l->now.words, l->base.words, sizeof l->now.words);
	for (uint64_t n = first; n < l->total; n++) {
		struct learning_record *r = &l->records[n % LEARNING_RECORDS];
		learn(&l->now, r, r);
	}
}

/* ---- following a case ---- */

bool learning_exact(const struct surgery *s, enum milestone m)
{
	const struct stamp *stamp = surgery_stamp(s, m, NULL);
	return stamp != NULL && !stamp->at_most && !s->passage[m].flagged
	       && !s->passage[m].conflict;
}

/* The slot of a case of the twin, emptied when another case has taken it. */
static struct learning_case *follow(struct learning *l, const struct twin *twin, int i)
{
	struct learning_case *c = &l->cases[i];
	if (strcmp(c->id, twin->cases[i].id) != 0) {
		memset(c, 0, sizeof *c);
		text_copy(c->id, sizeof c->id, twin->cases[i].id);
		c->left_min = FACT_UNKNOWN;
	}
	return c;
}

static struct learning_record *record_make(struct learning *l, struct learning_case *c)
{
	struct learning_record *r = &l->records[l->total % LEARNING_RECORDS];
	if (l->total >= LEARNING_RECORDS)
		learn(&l->base, r, NULL); /* what it taught stays, it itself goes */
	memset(r, 0, sizeof *r);
	text_copy(r->id, sizeof r->id, c->id);
	text_copy(r->procedure, sizeof r->procedure, c->procedure);
	r->planned_min = c->planned_min;
	r->input = c->input;
	r->foretold = c->foretold;
	r->left_min = c->left_min;
	r->left_ms = c->left_ms;
	r->excluded = c->excluded;
	c->record = ++l->total;
	return r;
}

static void complete(struct learning *l, const struct twin *twin, struct learning_case *c,
	const struct surgery *s)
{
	bool good = learning_exact(s, MILESTONE_IN_ROOM) && learning_exact(s, MILESTONE_OUT_ROOM)
		    && !surgery_is_off(s);
	bool made = c->record == 0;
	int64_t in = surgery_when(s, MILESTONE_IN_ROOM), out = surgery_when(s, MILESTONE_OUT_ROOM);
	c->waits = made && good && twin->now_ms < out + SETTLED_MS;
	if (made && (!good || c->waits || find(l, c->id) != NULL))
		return;
	if (!made && !kept(l, c->record - 1))
		return;
	struct learning_record *r =
		made ? record_make(l, c) : &l->records[(c->record - 1) % LEARNING_RECORDS];
	if (!made && r->exact == good && (!good || (r->in_ms == in && r->out_ms == out)))
		return;
	r->exact = good;
	if (good) {
		r->in_ms = in;
		r->out_ms = out;
	}
	if (made)
		learn(&l->now, r, r);
	else
		learn_anew(l);
}

static void look(struct learning *l, const struct twin *twin, int i)
{
	const struct surgery *s = &twin->cases[i];
	struct learning_case *c = follow(l, twin, i);
	if (s->updated_ms < c->looked_ms && !c->waits && !c->stage_waits)
		return;
	c->looked_ms = twin->now_ms;
	if (!c->entered && learning_exact(s, MILESTONE_IN_ROOM)) {
		c->entered = true;
		c->planned_min = surgery_planned_min(s);
		text_copy(c->procedure, sizeof c->procedure, s->procedure);
		duration_suite_case(twin, s, &c->input);
		learnt_law(&l->now, &c->input, c->planned_min, &c->foretold);
	}
	complete(l, twin, c, s);
	learning_stages(l, twin, i);
}

/* ---- what people say ---- */

/* The first word on a case counts: nobody knows better at the door. */
static void hear_estimate(struct learning *l, const struct twin *twin, const struct fact *f)
{
	int i = twin_case(twin, f->estimate.id);
	if (i < 0)
		return;
	struct learning_case *c = follow(l, twin, i);
	if (f->estimate.left_min < 0) {
		c->left_min = FACT_UNKNOWN;
	} else if (c->left_min < 0) {
		c->left_min = f->estimate.left_min;
		c->left_ms = f->estimate.when_ms != 0 ? f->estimate.when_ms : f->at_ms;
	}
}

static void hear_learn(struct learning *l, const struct twin *twin, const struct fact *f)
{
	struct learning_record *r = find(l, f->learn.id);
	int i = twin_case(twin, f->learn.id);
	if (!twin_word_in_force(twin, f))
		return;
	if (i >= 0)
		follow(l, twin, i)->excluded = !f->learn.use;
	learning_stages_exclude(l, f->learn.id, !f->learn.use);
	if (r == NULL || r->excluded == !f->learn.use)
		return;
	r->excluded = !f->learn.use;
	learn_anew(l);
}

void learning_hear(struct learning *l, const struct twin *twin, const struct fact *fact)
{
	if (fact->kind == FACT_ESTIMATE)
		hear_estimate(l, twin, fact);
	else if (fact->kind == FACT_LEARN)
		hear_learn(l, twin, fact);
	if (fact->at_ms < l->next_ms)
		return;
	l->next_ms = (fact->at_ms / MINUTE_MS + 1) * MINUTE_MS;
	for (int i = 0; i < twin->case_count; i++)
		look(l, twin, i);
}
