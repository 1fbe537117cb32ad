/* SPDX-License-Identifier: Apache-2.0 */
/* Events of one group become a line, and the lines are put in order. */
#include <string.h>

#include "twin/changes.h"

enum { GROUPS_MAX = 256 };

/* Alarms that are over are told together, by class, and so are LOW ones; everything
 * else by its group. */
static bool is_alarm(enum change_what what)
{
	return what <= CHANGE_ENDED;
}

static bool is_standing(const struct twin *t, const char *key)
{
	int i = twin_alarm(t, key);

	return i >= 0 && alarm_state(&t->alarms[i]) != ALARM_A;
}

/* What kinds of events make one line: of alarms, of a case, of a room ... */
static int family(enum change_what what)
{
	static const int families[CHANGE_WHAT_COUNT] = {
		[CHANGE_RAISED] = 0,
		[CHANGE_ACKED] = 0,
		[CHANGE_ENDED] = 0,
		[CHANGE_OFF] = 1,
		[CHANGE_BACK] = 1,
		[CHANGE_EMERGENCY] = 1,
		[CHANGE_ROOM] = 1,
		[CHANGE_TIME] = 1,
		[CHANGE_LOCK] = 1,
		[CHANGE_NEST] = 1,
		[CHANGE_IN] = 2,
		[CHANGE_OUT] = 2,
		[CHANGE_SERVICE] = 3,
		[CHANGE_UNITS] = 4,
		[CHANGE_NOTED] = 5,
		[CHANGE_ADDED] = 6,
		[CHANGE_SITE] = 7,
		[CHANGE_ORDER] = 8,
	};

	return families[what];
}

static bool belongs(const struct change_line *line, const struct change_event *e, bool standing)
{
	if (family(e->what) != family(line->head->what) || line->standing != standing)
		return false;
	if (is_alarm(e->what)
		&& (!standing || (e->priority == PRIORITY_LOW && line->priority == PRIORITY_LOW)))
		return line->head->class_ == e->class_;
	return strcmp(line->head->group, e->group) == 0;
}

static int rank_of_alarm(const struct change_line *line)
{
	static const int standing[PRIORITY_COUNT] = {
		[PRIORITY_HIGH] = 0, [PRIORITY_MEDIUM] = 4, [PRIORITY_LOW] = 8};
	static const int over[PRIORITY_COUNT] = {
		[PRIORITY_HIGH] = 1, [PRIORITY_MEDIUM] = 9, [PRIORITY_LOW] = 12};

	return line->standing ? standing[line->priority] : over[line->priority];
}

static int rank(const struct change_line *line)
{
	static const int ranks[CHANGE_WHAT_COUNT] = {
		[CHANGE_OFF] = 2,
		[CHANGE_EMERGENCY] = 2,
		[CHANGE_NEST] = 2,
		[CHANGE_BACK] = 3,
		[CHANGE_ROOM] = 3,
		[CHANGE_ORDER] = 4,
		[CHANGE_TIME] = 5,
		[CHANGE_NOTED] = 6,
		[CHANGE_LOCK] = 6,
		[CHANGE_SERVICE] = 7,
		[CHANGE_UNITS] = 7,
		[CHANGE_IN] = 10,
		[CHANGE_OUT] = 10,
		[CHANGE_ADDED] = 11,
		[CHANGE_SITE] = 11,
	};
	int best = 99;

	if (is_alarm(line->head->what))
		return rank_of_alarm(line);
	for (int w = 0; w < CHANGE_WHAT_COUNT; w++)
		if (line->times[w] > 0 && ranks[w] < best)
			best = ranks[w];
	return best;
}

static void add(struct change_line *line, const struct change_event *e, bool new_subject)
{
	bool explained = line->head && is_alarm(e->what)
			 && strcmp(line->head->subject, line->head->group) == 0;

	if (!explained || strcmp(e->subject, e->group) == 0)
		line->head = e;
	if (is_alarm(e->what) && e->priority > line->priority)
		line->priority = e->priority;
	line->last[e->what] = e;
	line->times[e->what]++;
	line->subjects += new_subject;
}

/* Nothing before it, from there on, was about the same. */
static bool is_first(const struct changes *c, uint64_t from, uint64_t n)
{
	const struct change_event *e = &c->events[n % CHANGE_EVENTS];

	for (uint64_t k = from; k < n; k++) {
		const struct change_event *x = &c->events[k % CHANGE_EVENTS];

		if (family(x->what) == family(e->what) && strcmp(x->subject, e->subject) == 0)
			return false;
	}
	return true;
}

static bool before(const struct change_line *a, const struct change_line *b)
{
	return a->rank != b->rank ? a->rank < b->rank : a->head->at_ms > b->head->at_ms;
}

/* The first event after that moment that is still in the ring. */
static uint64_t begins(const struct changes *c, int64_t since_ms)
{
	uint64_t n = c->total > CHANGE_EVENTS ? c->total - CHANGE_EVENTS : 0;

	while (n < c->total && c->events[n % CHANGE_EVENTS].at_ms <= since_ms)
		n++;
	return n;
}

static int gather(const struct changes *c, const struct twin *t, uint64_t from,
	struct change_line all[GROUPS_MAX], int *left_out)
{
	int count = 0;

	for (uint64_t n = from; n < c->total; n++) {
		const struct change_event *e = &c->events[n % CHANGE_EVENTS];
		bool standing = is_alarm(e->what) && is_standing(t, e->subject);
		int i = 0;

		while (i < count && !belongs(&all[i], e, standing))
			i++;
		if (i == GROUPS_MAX) {
			++*left_out;
			continue;
		}
		if (i == count) {
			memset(&all[count++], 0, sizeof all[0]);
			all[i].standing = standing;
		}
		add(&all[i], e, is_first(c, from, n));
	}
	return count;
}

int changes_since(const struct changes *c, const struct twin *t, int64_t since_ms,
	struct change_line lines[CHANGE_LINES], int *more)
{
	struct change_line all[GROUPS_MAX];
	int left_out = 0, count = gather(c, t, begins(c, since_ms), all, &left_out);
	int shown = count < CHANGE_LINES ? count : CHANGE_LINES;

	for (int i = 0; i < count; i++)
		all[i].rank = rank(&all[i]);
	for (int i = 0; i < shown; i++) {
		int best = i;

		for (int k = i + 1; k < count; k++)
			if (before(&all[k], &all[best]))
				best = k;
		lines[i] = all[best];
		all[best] = all[i];
	}
	if (more)
		*more = count - shown + left_out;
	return shown;
}
