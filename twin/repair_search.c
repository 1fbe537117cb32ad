/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/repair_search.h"

#include <stdlib.h>
#include <string.h>

/*
 * Successive halving (Karnin, Koren, Somekh 2013) under common random numbers: all on
 * few fates, the better ones on more, the best on all of them. Then each of the best is
 * where the next step begins: the same acts near it, what was good alone on top of it,
 * and it without one of its decisions.
 */
enum {
	NEAR_FIRST = 320,   /* the first answer is due in half a second */
	NEAR_SECOND = 1600, /* anywhere */
	NEAR_NEXT = 200,    /* around each of the best */
	LIST = 2048,
	PARENTS = 4,
	DEPTH = 24, /* none is gone on from that has so many before it */
	BEAM = 64,
	ALIKE = 8, /* of the same kind in the beam */
	BRIEF = 16,
	GOOD = 48, /* single acts that did well */
	SEEN = 1 << 15,
	LOOK_FATES = 32
};
static const struct {
	int fates, keep;
} rounds[] = {{8, 48}, {32, 12}, {RACE_FATES, 0}};
enum { ROUNDS = sizeof rounds / sizeof *rounds };

struct kept {
	struct repair_trial trial;
	bool gone_on; /* a step has begun there */
};

struct repair_search {
	struct repair_race *race;
	const struct repair_crew *crew;
	const char *about;
	int steps;
	struct repair_trial *list; /* [LIST] */
	int count;
	struct kept beam[BEAM]; /* the best first */
	int beam_count;
	struct repair_trial brief[BRIEF]; /* of few decisions; the best first */
	int brief_count;
	struct repair_moves good[GOOD];
	int good_count;
	uint64_t seen[SEEN];
	int tried;
	long days, most;
};

struct repair_search *repair_search_create(
	struct repair_race *race, const struct repair_crew *crew, const char *about)
{
	struct repair_search *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	s->race = race;
	s->crew = crew;
	s->about = about;
	s->list = malloc(LIST * sizeof *s->list);
	if (s->list != NULL)
		return s;
	free(s);
	return NULL;
}

void repair_search_destroy(struct repair_search *s)
{
	if (s != NULL)
		free(s->list);
	free(s);
}

long repair_search_days(const struct repair_search *s)
{
	return s->days;
}

int repair_search_tried(const struct repair_search *s)
{
	return s->tried;
}

static bool stopped(const struct repair_search *s)
{
	return s->crew->stop != NULL && s->crew->stop(s->crew->context);
}

/* ---- what is the same ---- */

/* The same row about the same thing. */
static bool is_same_act(const struct scenario *a, const struct scenario *b)
{
	return a->which == b->which && strcmp(scenario_word(a, 0), scenario_word(b, 0)) == 0;
}

/* Where a case goes; "" nothing is said of it. */
static const char *place_of(const struct repair_moves *moves, const char *id)
{
	for (int i = 0; id[0] != '\0' && i < moves->count; i++)
		if (strcmp(scenario_rows[moves->list[i].which].name, "place") == 0
			&& strcmp(scenario_word(&moves->list[i], 0), id) == 0)
			return scenario_word(&moves->list[i], 1);
	return "";
}

bool repair_is_like(const struct repair_moves *a, const struct repair_moves *b, const char *about)
{
	int least = a->count < b->count ? a->count : b->count, same = 0;
	const char *one = place_of(a, about), *other = place_of(b, about);
	if (one[0] != '\0' || other[0] != '\0')
		return strcmp(one, other) == 0;
	for (int i = 0; i < a->count; i++) {
		int k = 0;
		while (k < b->count && !is_same_act(&a->list[i], &b->list[k]))
			k++;
		same += k < b->count;
	}
	return 2 * same >= least;
}

/* False: it was tried before, or too much has been tried. */
static bool is_new(struct repair_search *s, const struct repair_moves *moves)
{
	uint64_t key = repair_moves_key(moves);
	if (s->tried >= SEEN * 3 / 4 || key == 0)
		return false;
	for (uint64_t at = key % SEEN;; at = (at + 1) % SEEN) {
		if (s->seen[at] == key)
			return false;
		if (s->seen[at] == 0) {
			s->seen[at] = key;
			s->tried++;
			return true;
		}
	}
}

static void add(struct repair_search *s, const struct repair_moves *moves)
{
	if (s->count < LIST && moves->count > 0
		&& repair_moves_about(&s->race->fork, moves, s->about) && is_new(s, moves))
		s->list[s->count++] = (struct repair_trial){.moves = *moves};
}

/* ---- the race ---- */

struct heat {
	struct repair_search *search;
	int fates;
};

static void run_one(void *argument, int i, int worker)
{
	const struct heat *heat = argument;
	struct repair_search *s = heat->search;
	if (!stopped(s))
		repair_try(s->race, s->crew->benches[worker], &s->list[i], heat->fates);
}

static int compare(const void *a, const void *b)
{
	const struct repair_trial *x = a, *y = b;
	if (x->out != y->out)
		return x->out ? 1 : -1;
	if (x->d.mean < y->d.mean || x->d.mean > y->d.mean)
		return x->d.mean < y->d.mean ? -1 : 1;
	uint64_t one = repair_moves_key(&x->moves), other = repair_moves_key(&y->moves);
	return one < other ? -1 : one > other;
}

/* Too many of a kind leave no room for another one. */
static void keep(struct repair_search *s, const struct repair_trial *trial)
{
	int at = 0, alike = 0;
	for (; at < s->beam_count && compare(&s->beam[at].trial, trial) < 0; at++)
		alike += repair_is_like(&s->beam[at].trial.moves, &trial->moves, s->about);
	if (at == BEAM || alike >= ALIKE)
		return;
	if (s->beam_count < BEAM)
		s->beam_count++;
	memmove(&s->beam[at + 1], &s->beam[at], (size_t)(s->beam_count - 1 - at) * sizeof *s->beam);
	s->beam[at] = (struct kept){*trial, false};
}

/* Apart from the beam: there the longer ones crowd them out. */
static void keep_brief(struct repair_search *s, const struct repair_trial *trial)
{
	int at = s->brief_count;
	if (trial->moves.count > REPAIR_BRIEF || trial->d.mean >= 0)
		return;
	while (at > 0 && compare(&s->brief[at - 1], trial) > 0)
		at--;
	if (at == BRIEF)
		return;
	if (s->brief_count < BRIEF)
		s->brief_count++;
	memmove(&s->brief[at + 1], &s->brief[at],
		(size_t)(s->brief_count - 1 - at) * sizeof *s->brief);
	s->brief[at] = *trial;
}

static void remember_good(struct repair_search *s)
{
	for (int i = 0; i < s->count && s->good_count < GOOD; i++)
		if (!s->list[i].out && s->list[i].d.mean < 0 && s->steps < 2)
			s->good[s->good_count++] = s->list[i].moves;
}

/* The best so many of them go on, but of a kind no more than a quarter, as long as there
 * are others: what is best on few fates is often ten times the same. */
static void thin(struct repair_search *s, int most)
{
	bool goes_on[LIST] = {false};
	int count = 0, kept = 0;
	for (int i = 0; i < s->count && count < most; i++) {
		int alike = 0;
		for (int k = 0; k < i && 4 * alike < most; k++)
			alike += goes_on[k]
				 && repair_is_like(&s->list[i].moves, &s->list[k].moves, s->about);
		goes_on[i] = 4 * alike < most;
		count += goes_on[i];
	}
	for (int i = 0; i < s->count && count < most; i++) {
		count += !goes_on[i];
		goes_on[i] = true;
	}
	for (int i = 0; i < s->count; i++)
		if (goes_on[i])
			s->list[kept++] = s->list[i];
	s->count = kept;
}

/* All in the list; the best of them go into the beam. False: stopped. */
static bool run_race(struct repair_search *s)
{
	for (int r = 0; r < ROUNDS; r++) {
		struct heat heat = {s, rounds[r].fates};
		int before = r > 0 ? rounds[r - 1].fates : 0;
		s->crew->each(s->crew->context, s->count, run_one, &heat);
		if (stopped(s))
			return false;
		s->days += (long)s->count * (rounds[r].fates - before);
		qsort(s->list, (size_t)s->count, sizeof *s->list, compare);
		while (s->count > 0 && s->list[s->count - 1].out)
			s->count--;
		if (r == 1)
			remember_good(s);
		if (r + 1 < ROUNDS)
			thin(s, rounds[r].keep);
	}
	for (int i = 0; i < s->count; i++) {
		keep(s, &s->list[i]);
		keep_brief(s, &s->list[i]);
	}
	s->count = 0;
	return true;
}

/* ---- steps ---- */

static void around(struct repair_search *s, const struct repair_moves *so_far, int max)
{
	struct repair_outlook *look = malloc(sizeof *look);
	struct repair_limits *limits = malloc(sizeof *limits);
	struct repair_moves *list = malloc((size_t)max * sizeof *list);
	struct repair_bench *bench = s->crew->benches[0];
	char why[SCENARIO_TEXT];
	if (look != NULL && limits != NULL && list != NULL
		&& repair_plan(s->race, bench, so_far, false, why)) {
		const struct repair_near near = {s->race, bench, look, limits, so_far, s->about};
		repair_look(s->race, bench, LOOK_FATES, look);
		s->days += LOOK_FATES;
		repair_limits(&bench->fork, limits);
		int count = repair_moves_near(&near, list, max);
		for (int i = 0; i < count; i++)
			add(s, &list[i]);
	}
	free(list);
	free(limits);
	free(look);
}

static void go_on_from(struct repair_search *s, const struct repair_moves *from)
{
	struct repair_moves next;
	for (int i = 0; i < from->count && from->count > 1; i++) {
		next = *from;
		next.count--;
		memmove(&next.list[i], &next.list[i + 1],
			(size_t)(next.count - i) * sizeof *next.list);
		add(s, &next);
	}
	for (int i = 0; i < s->good_count; i++)
		if (repair_moves_join(from, &s->good[i], &next))
			add(s, &next);
	if (from->count < REPAIR_MOVES)
		around(s, from, NEAR_NEXT);
}

/* The leaders of each kind first, then whoever is best. False: all have been. */
static bool begin_next(struct repair_search *s)
{
	const struct repair_trial *best[REPAIR_OPTIONS];
	int leaders = repair_search_best(s, best, REPAIR_OPTIONS), parents = 0;
	for (int pass = 0; pass < 2; pass++)
		for (int at = 0; at < s->beam_count && at < DEPTH && parents < PARENTS; at++) {
			struct kept *k = &s->beam[at];
			bool leads = false;
			for (int i = 0; i < leaders; i++)
				leads = leads || best[i] == &k->trial;
			if (k->gone_on || (pass == 0 && !leads) || k->trial.d.mean >= 0)
				continue;
			k->gone_on = true;
			parents++;
			go_on_from(s, &k->trial.moves);
		}
	return parents > 0;
}

bool repair_search_step(struct repair_search *s, long days)
{
	static const struct repair_moves nothing;
	const struct repair_trial *any;
	bool more = true;
	if (s->days >= days || stopped(s))
		return false;
	if (s->steps == 2 && s->about[0] != '\0' && repair_search_best(s, &any, 1) == 0) {
		s->about = ""; /* nothing about it helps: whatever does */
		s->steps = 0;
	}
	if (s->steps < 2)
		around(s, &nothing, s->steps == 0 ? NEAR_FIRST : NEAR_SECOND);
	else
		more = begin_next(s);
	more = more && run_race(s);
	s->steps++;
	return more;
}

int repair_search_best(const struct repair_search *s, const struct repair_trial **out, int max)
{
	int count = 0;
	for (int at = 0; at < s->beam_count && count < max; at++) {
		const struct repair_trial *t = &s->beam[at].trial;
		int k = 0;
		while (k < count && !repair_is_like(&out[k]->moves, &t->moves, s->about))
			k++;
		if (k == count && t->d.mean < 0)
			out[count++] = t;
	}
	return count;
}

const struct repair_moves *repair_search_brief(
	const struct repair_search *s, const struct repair_moves *const *these, int count)
{
	for (int i = 0; i < s->brief_count; i++) {
		const struct repair_moves *one = &s->brief[i].moves;
		const char *place = place_of(one, s->about);
		int k = 0;
		while (k < count
			&& (place[0] == '\0' || strcmp(place_of(these[k], s->about), place) != 0))
			k++;
		if (k == count)
			return one;
	}
	return NULL;
}
