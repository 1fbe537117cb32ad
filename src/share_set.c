/* SPDX-License-Identifier: Apache-2.0 */
/* Who keeps what on the broker, as far as we know. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/share_private.h"
#include "twin/orders.h"
#include "twin/text.h"

int share_peer(struct share *s, const char *station, bool make)
{
	struct stations *list = s->stations;
	if (strcmp(station, s->self) == 0)
		return -1;
	for (int i = 0; i < list->count; i++)
		if (strcmp(list->list[i].id, station) == 0)
			return i;
	if (!make)
		return -2;
	if (list->count == STATIONS_MAX) {
		list->dropped++;
		return -2;
	}
	struct station_seen *seen = &list->list[list->count];
	memset(seen, 0, sizeof *seen);
	text_copy(seen->id, sizeof seen->id, station);
	seen->since_ms = share_now(s);
	return list->count++;
}

static void key_of(char key[ID_SIZE + SHARE_SUFFIX_SIZE], const char *author, const char *suffix)
{
	snprintf(key, ID_SIZE + SHARE_SUFFIX_SIZE, "%s/%s", author, suffix);
}

const char *share_entry_suffix(const struct share_entry *e)
{
	return strchr(e->key, '/') + 1;
}

struct share_entry *share_find(struct share *s, const char *author, const char *suffix)
{
	char key[ID_SIZE + SHARE_SUFFIX_SIZE];
	struct share_entry *e;
	key_of(key, author, suffix);
	HASH_FIND_STR(s->entries, key, e);
	return e;
}

/* What is over longest makes room; what still matters does not. */
static bool make_room(struct share *s)
{
	struct share_entry *oldest = NULL;
	for (struct share_entry *e = s->entries; e != NULL; e = e->hh.next)
		if (share_is_closed(s, &e->fact)
			&& (oldest == NULL || e->fact.by.hlc_ms < oldest->fact.by.hlc_ms))
			oldest = e;
	if (oldest != NULL)
		share_remove(s, oldest);
	return oldest != NULL;
}

struct share_entry *share_add(struct share *s, const char *author, const char *suffix)
{
	int peer = share_peer(s, author, true);
	struct share_entry *e = NULL;
	if (peer != -2 && (HASH_COUNT(s->entries) < SHARE_ENTRIES || make_room(s)))
		e = calloc(1, sizeof *e);
	if (e == NULL) {
		s->stations->dropped++;
		return NULL;
	}
	key_of(e->key, author, suffix);
	e->peer = peer;
	HASH_ADD_STR(s->entries, key, e);
	return e;
}

static void count(struct share *s, const struct share_entry *e, int sign)
{
	if (e->peer < 0 || !e->kept)
		return;
	struct share_peer *p = &s->peers[e->peer];
	uint64_t sum =
		share_sum(s->stations->list[e->peer].id, share_entry_suffix(e), e->fact.by.hlc_ms);
	p->held.count += sign;
	p->held.sum += sign > 0 ? sum : 0 - sum;
	p->changed_mono = share_mono(s);
	s->stations->list[e->peer].held = p->held.count;
}

void share_put(struct share *s, struct share_entry *e, const struct fact *fact, bool kept)
{
	count(s, e, -1);
	e->fact = *fact;
	e->kept = kept;
	e->since_mono = share_mono(s);
	count(s, e, 1);
}

void share_remove(struct share *s, struct share_entry *e)
{
	count(s, e, -1);
	s->due -= e->due;
	s->pending -= e->pending;
	s->waiting -= e->seq != 0;
	HASH_DEL(s->entries, e);
	free(e);
}

static int64_t covered(const struct fact *f)
{
	bool covers = f->kind == FACT_ALARM
		      && (f->alarm.act == ALARM_ACKNOWLEDGE || f->alarm.act == ALARM_RESET);
	return covers ? f->alarm.covers_ms : 0;
}

/* As the twin does it: of acknowledgements that cover as much, and saw it as bad, the
 * first counts; of everything else the last. */
int share_compare(const struct fact *a, const struct fact *b)
{
	bool acks = a->kind == FACT_ALARM && a->alarm.act == ALARM_ACKNOWLEDGE
		    && b->kind == FACT_ALARM && b->alarm.act == ALARM_ACKNOWLEDGE;
	if (covered(a) != covered(b))
		return covered(a) < covered(b) ? -1 : 1;
	if (acks && a->alarm.seen != b->alarm.seen)
		return a->alarm.seen < b->alarm.seen ? -1 : 1;
	return acks ? author_compare(&b->by, &a->by) : author_compare(&a->by, &b->by);
}

static const struct alarm *alarm_of(const struct share *s, const char *key)
{
	int i = twin_alarm(s->twin, key);
	return i >= 0 ? &s->twin->alarms[i] : NULL;
}

static bool alarm_is_over(const struct share *s, const char *key)
{
	const struct alarm *a = alarm_of(s, key);
	return a == NULL || alarm_state(a) == ALARM_A;
}

static bool case_is_over(const struct share *s, const char *id)
{
	int i = twin_case(s->twin, id);
	return i < 0 || surgery_is_over(&s->twin->cases[i]) || surgery_is_off(&s->twin->cases[i]);
}

/* Nobody will miss it, once it is old. */
bool share_is_closed(const struct share *s, const struct fact *f)
{
	switch (f->kind) {
	case FACT_RAISE:
		return f->raise.cleared_ms >= f->raise.raised_ms;
	case FACT_ALARM:
		return f->alarm.act != ALARM_OUT_OF_SERVICE && alarm_is_over(s, f->alarm.key);
	case FACT_NOTICE:
		return alarm_is_over(s, f->notice.key);
	case FACT_MILESTONE:
		return case_is_over(s, f->milestone.id);
	case FACT_READINESS:
		return case_is_over(s, f->readiness.id);
	case FACT_CASE:
		return case_is_over(s, f->surgery.id);
	case FACT_STATUS:
		return case_is_over(s, f->status.id);
	case FACT_ESTIMATE:
		return case_is_over(s, f->estimate.id);
	case FACT_LEARN:
		return case_is_over(s, f->learn.id);
	case FACT_INTAKE:
		return case_is_over(s, f->intake.id);
	case FACT_RESOURCE:
		return f->resource.units < 0;
	case FACT_IDEA:
		return f->idea.text[0] == '\0';
	case FACT_NEST:
		return case_is_over(s, f->nest.id);
	case FACT_LOCK:
		return !f->lock.locked || case_is_over(s, f->lock.id);
	case FACT_ORDER:
		return !order_is_open(f->order.state);
	case FACT_NOTE:
		return f->note.text[0] == '\0';
	case FACT_TAG:
		return f->tag.patient[0] == '\0';
	default:
		return true;
	}
}

static enum alarm_class class_of(const struct share *s, const struct fact *f)
{
	if (f->kind == FACT_RAISE)
		return f->raise.class_;
	const struct alarm *a = alarm_of(s, f->alarm.key);
	return a != NULL ? a->class_ : ALARM_CLASS_PATIENT_CALL;
}

bool share_is_local(const struct share *s, const struct fact *f)
{
	return (f->kind == FACT_RAISE || f->kind == FACT_ALARM)
	       && alarm_setting(s->twin->site, class_of(s, f))->local;
}

/* A word about what we have not heard of yet would fold to nothing. */
bool share_subject_is_known(const struct share *s, const struct fact *f)
{
	return twin_word_heard(s->twin, f);
}

struct share_index share_own_index(const struct share *s)
{
	struct share_index index = {0, 0};
	for (const struct share_entry *e = s->entries; e != NULL; e = e->hh.next) {
		if (e->peer != -1)
			continue;
		index.count++;
		index.sum += share_sum(s->self, share_entry_suffix(e), e->fact.by.hlc_ms);
	}
	return index;
}
