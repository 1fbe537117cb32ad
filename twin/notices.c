/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/notices.h"

#include <string.h>

#include "twin/hash.h"
#include "twin/text.h"

bool notices_same(int64_t a_ms, int64_t b_ms)
{
	return a_ms - b_ms <= NOTICE_SAME_MS && b_ms - a_ms <= NOTICE_SAME_MS;
}

static const struct notice_entry *find(const struct notices *n, const char *key)
{
	for (int i = 0; i < n->count; i++)
		if (!strcmp(n->list[i].key, key))
			return &n->list[i];
	return NULL;
}

/* The entry of this key, empty when it is new; the oldest occurrence makes room. */
static struct notice_entry *entry_of(struct notices *n, const char *key)
{
	int at = 0;
	for (int i = 0; i < n->count; i++) {
		if (!strcmp(n->list[i].key, key))
			return &n->list[i];
		if (n->list[i].raised_ms < n->list[at].raised_ms)
			at = i;
	}
	if (n->count < NOTICES)
		at = n->count++;
	else
		n->forgotten++;
	memset(&n->list[at], 0, sizeof n->list[at]);
	text_copy(n->list[at].key, ID_SIZE, key);
	return &n->list[at];
}

uint32_t notices_station(const char *name)
{
	return hash32(HASH32_BASIS, name, strlen(name));
}

static int weight(const struct notice_step *s)
{
	static const int weights[NOTICE_STATE_COUNT] = {
		[NOTICE_FAILED] = 1, [NOTICE_DEAD] = 2, [NOTICE_SENT] = 3};

	return s->told ? weights[s->state] : 0;
}

void notices_hear(struct notices *n, const struct fact *fact)
{
	const struct fact_notice *told = &fact->notice;

	if (fact->kind != FACT_NOTICE || !told->key[0] || told->step < 1 || told->step > ALARM_STEPS
		|| (unsigned)told->state >= NOTICE_STATE_COUNT
		|| (unsigned)told->priority >= PRIORITY_COUNT)
		return;
	struct notice_entry *e = entry_of(n, told->key);
	bool same = notices_same(told->raised_ms, e->raised_ms);
	if (!same && told->raised_ms < e->raised_ms)
		return; /* of an occurrence that is over */
	if (!same)
		memset(e->steps, 0, sizeof e->steps);
	if (!same || told->raised_ms > e->raised_ms)
		e->raised_ms = told->raised_ms;
	struct notice_step *s = &e->steps[told->step - 1][told->priority];
	struct notice_step now = {.told = true,
		.state = told->state,
		.tries = told->tries,
		.station = notices_station(fact->by.station),
		.at_ms = fact->at_ms};
	if (weight(&now) >= weight(s))
		*s = now;
}

const struct notice_step *notices_step(const struct notices *n, const char *key, int64_t raised_ms,
	int step, enum priority priority)
{
	const struct notice_entry *e = find(n, key);
	const struct notice_step *best = NULL;

	if (!e || !notices_same(e->raised_ms, raised_ms) || step < 1 || step > ALARM_STEPS)
		return NULL;
	for (int p = priority; p < PRIORITY_COUNT; p++) {
		const struct notice_step *s = &e->steps[step - 1][p];

		if (weight(s) > (best ? weight(best) : 0))
			best = s;
	}
	return best;
}
