/* SPDX-License-Identifier: Apache-2.0 */
/* What this station keeps on the broker, and how it sees to it that it stays there. */
#include <stdlib.h>
#include <string.h>

#include "src/share_private.h"
#include "twin/text.h"

/* Somebody waits to see it arrive. */
bool share_is_act(const struct fact *f)
{
	return f->source == SOURCE_PERSON;
}

/* That something may be sent to the hospital nobody tells us but the one at our own
 * keyboard: what our journal does not know of we have not approved. */
bool share_is_approval(const struct fact *f)
{
	return f->kind == FACT_ORDER && f->order.state == ORDER_APPROVED;
}

void share_set_due(struct share *s, struct share_entry *e, bool due)
{
	s->due += due - e->due;
	e->due = due;
}

static void publish(struct share *s, struct share_entry *e)
{
	const char *author = e->peer == -1 ? s->self : s->stations->list[e->peer].id;
	bool said = s->linked
		    && share_say(s, author, share_entry_suffix(e), share_encode(&e->fact), 1, true);
	share_set_due(s, e, !said);
	if (!said)
		return;
	e->said_mono = share_mono(s);
	s->stations->sent++;
}

static void take_back(struct share *s, const char *author, const char *suffix)
{
	if (s->linked)
		share_say(s, author, suffix, strdup(""), 1, true);
}

static void index_is_due(struct share *s)
{
	s->index_mono = share_mono(s) + INDEX_AFTER_MS;
}

/* --- acts and how far they have come --- */

static void remember_act(struct share *s, const struct fact *f)
{
	struct stations *st = s->stations;
	struct station_act *a = &st->acts[st->act_next];
	char field[FIELD_SIZE];
	st->act_next = (st->act_next + 1) % STATION_ACTS;
	st->act_count += st->act_count < STATION_ACTS;
	memset(a, 0, sizeof *a);
	fact_field(f, field);
	text_copy(a->key, sizeof a->key, field);
	a->hlc_ms = f->by.hlc_ms;
	a->kind = f->kind;
	a->act = f->kind == FACT_ALARM ? f->alarm.act : ALARM_ACKNOWLEDGE;
}

void share_act_stage(struct share *s, int64_t hlc_ms, enum share_stage stage, const char *by)
{
	for (int i = 0; i < s->stations->act_count; i++) {
		struct station_act *a = &s->stations->acts[i];
		if (a->hlc_ms != hlc_ms || a->stage >= stage)
			continue;
		a->stage = stage;
		text_copy(a->seen_by, sizeof a->seen_by, by);
	}
}

/* --- our own words --- */

/* A new word of ours. With a number it waits until the journal has it. */
static void word(struct share *s, const struct fact *fact, uint64_t seq)
{
	char suffix[SHARE_SUFFIX_SIZE];
	if (!share_suffix(fact, suffix))
		return;
	struct share_entry *e = share_find(s, s->self, suffix);
	if (e != NULL && share_compare(fact, &e->fact) <= 0)
		return;
	if (e == NULL && (e = share_add(s, s->self, suffix)) == NULL)
		return;
	share_put(s, e, fact, true);
	s->waiting += (seq != 0) - (e->seq != 0);
	e->seq = seq;
	e->echoed = false;
	if (seq == 0)
		publish(s, e);
	else
		share_set_due(s, e, false); /* the one before is overtaken */
	index_is_due(s);
}

void share_own(struct share *s, const struct fact *fact)
{
	char suffix[SHARE_SUFFIX_SIZE];
	if (!share_suffix(fact, suffix) || share_is_local(s, fact))
		return;
	word(s, fact, fact->seq);
	if (share_is_act(fact))
		remember_act(s, fact);
}

void share_committed(struct share *s, uint64_t seq)
{
	if (!s->on || s->waiting == 0)
		return;
	for (struct share_entry *e = s->entries; e != NULL; e = e->hh.next) {
		if (e->seq == 0 || e->seq > seq)
			continue;
		e->seq = 0;
		s->waiting--;
		e->since_mono = share_mono(s);
		share_act_stage(s, e->fact.by.hlc_ms, SHARE_LOCAL, "");
		publish(s, e);
	}
}

/* --- what our own rules raised --- */

static bool raise_of(const struct share *s, const struct alarm *a, struct fact_raise *out)
{
	return alarm_own_word(a, out) && !alarm_setting(s->twin->site, a->class_)->local;
}

static bool is_same_raise(const struct fact_raise *a, const struct fact_raise *b)
{
	return strcmp(a->key, b->key) == 0 && a->class_ == b->class_ && a->priority == b->priority
	       && a->raised_ms == b->raised_ms && a->cleared_ms == b->cleared_ms
	       && a->again == b->again && strcmp(a->text, b->text) == 0
	       && strcmp(a->tag, b->tag) == 0 && strcmp(a->room, b->room) == 0;
}

static void raise_word(struct share *s, const struct fact_raise *raise)
{
	struct fact f = fact_make(FACT_RAISE, SOURCE_SYSTEM, 0);
	char suffix[SHARE_SUFFIX_SIZE];
	f.raise = *raise;
	text_copy(f.origin, sizeof f.origin, s->self);
	share_suffix(&f, suffix);
	struct share_entry *e = share_find(s, s->self, suffix);
	if (e != NULL && is_same_raise(&e->fact.raise, raise))
		return; /* the broker had kept it */
	if (e == NULL && raise->cleared_ms >= raise->raised_ms
		&& raise->cleared_ms + KEEP_MS < share_now(s))
		return; /* long over before we began */
	f.source_ms = raise->cleared_ms > raise->raised_ms ? raise->cleared_ms : raise->raised_ms;
	share_sign(s, &f);
	word(s, &f, 0);
}

void share_alarms(struct share *s)
{
	s->look = s->on; /* once for all of a flood */
}

void share_look(struct share *s)
{
	s->look = false;
	for (int i = 0; i < s->twin->alarm_count; i++) {
		struct fact_raise now;
		if (!raise_of(s, &s->twin->alarms[i], &now) || is_same_raise(&now, &s->raised[i]))
			continue;
		s->raised[i] = now;
		raise_word(s, &now);
	}
}

/* --- what the broker gives back --- */

static void confirm(struct share *s, struct share_entry *e)
{
	e->echoed = true;
	e->epoch = s->epoch;
	share_set_due(s, e, false);
	share_act_stage(s, e->fact.by.hlc_ms, SHARE_ECHOED, "");
}

/* From an earlier life, of which our journal knows nothing (any more). */
static void adopt(struct share *s, const char *suffix, const struct fact *fact)
{
	if (fact->by.hlc_ms + KEEP_MS < share_now(s) && share_is_closed(s, fact)) {
		take_back(s, s->self, suffix);
		return;
	}
	struct share_entry *e = share_find(s, s->self, suffix);
	if (e == NULL && (e = share_add(s, s->self, suffix)) == NULL)
		return;
	share_put(s, e, fact, true);
	confirm(s, e);
	index_is_due(s);
	if (fact->kind != FACT_RAISE) /* our own rules know better what rings here */
		share_fold(s, fact);
}

void share_echo(struct share *s, const char *suffix, const struct fact *fact)
{
	struct share_entry *e = share_find(s, s->self, suffix);
	int order = e != NULL ? share_compare(fact, &e->fact) : 1;
	if (e != NULL && order != 0 && fact->kind == FACT_RAISE
		&& is_same_raise(&fact->raise, &e->fact.raise)) {
		share_put(s, e, fact, true); /* as said before a restart */
		order = 0;
	}
	if (order > 0 && share_is_approval(fact)) {
		take_back(s, s->self, suffix);
	} else if (order > 0) {
		adopt(s, suffix, fact);
	} else if (order == 0) {
		confirm(s, e);
	} else if (e->seq == 0 && share_mono(s) - e->said_mono > ECHO_MS) {
		s->stations->republished++;
		share_set_due(s, e, true);
	}
}

/* --- again and again --- */

void share_say_all(struct share *s)
{
	int64_t mono = share_mono(s);
	if (s->answered_mono != 0 && mono - s->answered_mono < ANSWER_AGAIN_MS)
		return;
	s->answered_mono = mono;
	for (struct share_entry *e = s->entries; e != NULL; e = e->hh.next)
		if (e->peer == -1 && e->seq == 0 && !e->due) {
			share_set_due(s, e, true);
			s->stations->republished++;
		}
	index_is_due(s);
}

void share_settle(struct share *s)
{
	for (struct share_entry *e = s->entries; e != NULL; e = e->hh.next)
		if (e->peer == -1 && e->seq == 0 && !e->due && e->epoch != s->epoch
			&& share_mono(s) - e->said_mono > ECHO_MS) {
			share_set_due(s, e, true);
			s->stations->republished++;
		}
	index_is_due(s);
}

/* Whoever is away cannot say it again; we know it from our journal. */
void share_hearsay(struct share *s)
{
	for (struct share_entry *e = s->entries; e != NULL; e = e->hh.next)
		if (e->peer >= 0 && !s->stations->list[e->peer].here && e->epoch != s->epoch
			&& !e->due && !share_is_closed(s, &e->fact)) {
			e->via = true;
			share_set_due(s, e, true);
			s->stations->republished++;
		}
}

void share_expire(struct share *s)
{
	struct share_entry *e, *next;
	int64_t before = share_now(s) - KEEP_MS;
	HASH_ITER(hh, s->entries, e, next)
	{
		if (e->fact.by.hlc_ms >= before || e->seq != 0 || !share_is_closed(s, &e->fact))
			continue;
		if (e->peer == -1 && e->epoch == s->epoch)
			take_back(s, s->self, share_entry_suffix(e));
		if (e->via)
			take_back(s, s->stations->list[e->peer].id, share_entry_suffix(e));
		if (e->peer == -1)
			index_is_due(s);
		else if (!e->via && s->stations->list[e->peer].here)
			continue; /* its author takes it back */
		share_remove(s, e);
	}
}

static void say_index(struct share *s)
{
	s->index = share_own_index(s);
	s->counted = true;
	if (share_say(s, s->self, "index", share_encode_index(s->self, &s->index), 1, true))
		s->index_mono = 0;
}

static void say_seen(struct share *s)
{
	for (int i = 0; i < s->stations->count; i++) {
		struct share_seen *seen = &s->peers[i].seen;
		if (seen->count == 0)
			continue;
		text_copy(seen->station, sizeof seen->station, s->stations->list[i].id);
		share_say(s, s->self, "seen", share_encode_seen(s->self, seen), 1, false);
		seen->count = 0;
	}
}

void share_flush(struct share *s)
{
	int left = SHARE_BURST;
	say_seen(s);
	for (struct share_entry *e = s->entries; e != NULL && s->due > 0 && left > 0;
		e = e->hh.next)
		if (e->due) {
			publish(s, e);
			left--;
		}
	if (s->index_mono != 0 && share_mono(s) >= s->index_mono && s->due == 0 && s->waiting == 0)
		say_index(s);
}
