/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last word of people, field by field. Facts of several stations arrive in
 * any order, and twice; folded by (hybrid clock, station) they leave the same
 * twin everywhere. Facts without a hybrid clock (feeds, journals of before) are
 * folded as they come.
 */
#include <string.h>

#include "twin/fact_field.h"
#include "twin/hash.h"
#include "twin/twin_inner.h"

/* Alarms have rules of their own (twin_alarm.c): an act on them is no field. */
static bool is_a_word(const struct fact *f)
{
	return f->source == SOURCE_PERSON && f->by.hlc_ms > 0 && f->kind != FACT_ALARM
	       && f->kind != FACT_RAISE && f->kind != FACT_NOTICE;
}

/* A word about what is not known changes nothing, and may come again later. */
static bool is_heard(const struct twin *t, const struct fact *f)
{
	switch (f->kind) {
	case FACT_MILESTONE:
		return twin_case(t, f->milestone.id) >= 0;
	case FACT_READINESS:
		return twin_case(t, f->readiness.id) >= 0;
	case FACT_STATUS:
		return twin_case(t, f->status.id) >= 0;
	case FACT_ESTIMATE:
		return twin_case(t, f->estimate.id) >= 0;
	case FACT_LEARN:
		return twin_case(t, f->learn.id) >= 0;
	case FACT_INTAKE:
		return twin_case(t, f->intake.id) >= 0;
	case FACT_NEST:
		return twin_case(t, f->nest.id) >= 0;
	case FACT_LOCK:
		return twin_case(t, f->lock.id) >= 0;
	case FACT_STOCK:
		return twin_reading(t, f->stock.tag, QUANTITY_TEMPERATURE) >= 0;
	default:
		return true;
	}
}

bool twin_word_heard(const struct twin *twin, const struct fact *fact)
{
	return !is_a_word(fact) || is_heard(twin, fact);
}

static struct word name_word(const struct fact *f, const char *field)
{
	return (struct word){.field = hash64(HASH64_BASIS, field, strlen(field)),
		.hlc_ms = f->by.hlc_ms,
		.station = hash32(HASH32_BASIS, f->by.station, strlen(f->by.station))};
}

static int find_word(const struct twin *t, uint64_t field)
{
	int i = 0;

	while (i < t->word_count && t->words[i].field != field)
		i++;
	return i < t->word_count ? i : -1;
}

/* A place for a new field: the one that was spoken of longest ago makes room. */
static int word_slot(struct twin *t)
{
	int oldest = 0;

	if (t->word_count < TWIN_WORDS)
		return t->word_count++;
	for (int i = 1; i < t->word_count; i++)
		if (t->words[i].hlc_ms < t->words[oldest].hlc_ms)
			oldest = i;
	return oldest;
}

/* Names in the order of their hashes: any order will do, as all have the same. */
static bool is_later(const struct word *a, const struct word *b)
{
	return a->hlc_ms != b->hlc_ms ? a->hlc_ms > b->hlc_ms : a->station > b->station;
}

bool word_counts(struct turn *turn)
{
	struct twin *t = turn->t;
	char field[FIELD_SIZE];
	struct word word;
	int i;

	if (!is_a_word(turn->fact) || !fact_field(turn->fact, field) || !is_heard(t, turn->fact))
		return true;
	word = name_word(turn->fact, field);
	i = find_word(t, word.field);
	if (i >= 0 && !is_later(&word, &t->words[i])) {
		t->older++;
		return false;
	}
	t->words[i >= 0 ? i : word_slot(t)] = word;
	return true;
}

bool twin_word_in_force(const struct twin *twin, const struct fact *fact)
{
	char field[FIELD_SIZE];
	struct word word;
	int i;

	if (!is_a_word(fact) || !fact_field(fact, field))
		return true;
	word = name_word(fact, field);
	i = find_word(twin, word.field);
	return i < 0 || !is_later(&twin->words[i], &word);
}
