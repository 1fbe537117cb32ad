/* SPDX-License-Identifier: Apache-2.0 */
/* What other stations say: read strictly, taken once, folded like any other fact. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/share_private.h"
#include "twin/roles.h"
#include "twin/text.h"

void share_fold(struct share *s, const struct fact *fact)
{
	struct fact copy = *fact;
	s->hearing = true;
	s->calls.fact(s->calls.context, &copy);
	s->hearing = false;
}

/* Counted, in words for F2, and an action refused is on record; not each of a flood. */
static void refused(struct share *s, enum share_refusal why, const char *what, const char *topic,
	enum share_kind kind)
{
	struct fact f = fact_make(FACT_AUDIT, SOURCE_SYSTEM, 0);
	int64_t mono = share_mono(s);
	char safe[LABEL_SIZE];
	text_neutralise(safe, sizeof safe, topic, strlen(topic));
	s->stations->refused[why]++;
	snprintf(s->stations->refusal, LABEL_SIZE, "%.50s: %.44s", what, safe);
	if (kind != SHARED_ALARM && kind != SHARED_FACT)
		return;
	if (s->refused_mono[why] != 0 && mono - s->refused_mono[why] < REFUSAL_AUDIT_MS)
		return;
	s->refused_mono[why] = mono;
	text_copy(f.origin, sizeof f.origin, s->self);
	text_copy(f.audit.what, sizeof f.audit.what, "refused");
	text_copy(f.audit.subject, sizeof f.audit.subject, safe);
	text_copy(f.audit.reason, sizeof f.audit.reason, what);
	share_fold(s, &f);
}

/* Who may take back an acknowledgement hangs on what stands here just now, which may
 * still be on its way: there the other station's judgement holds. */
static bool may(const struct share *s, const struct fact *f)
{
	bool unack = f->kind == FACT_ALARM && f->alarm.act == ALARM_UNACKNOWLEDGE;
	return f->source != SOURCE_PERSON || role_may(s->twin, f)
	       || (unack && f->by.role > PERSON_VIEWER);
}

static enum share_refusal judge(const struct share *s, const struct fact *f, char what[LABEL_SIZE])
{
	if (share_is_local(s, f)) {
		text_copy(what, LABEL_SIZE, "an alarm of one station alone");
		return SHARE_REFUSED_FACT;
	}
	if (may(s, f))
		return SHARE_REFUSAL_COUNT;
	snprintf(what, LABEL_SIZE, "%s: not for a %s", role_act_name(f),
		person_role_name(f->by.role));
	return SHARE_REFUSED_ROLE;
}

static void note_seen(struct share *s, int peer, const struct fact *f)
{
	struct share_seen *seen = peer >= 0 ? &s->peers[peer].seen : NULL;
	if (seen == NULL || !share_is_act(f) || seen->count == SHARE_SEEN_MAX
		|| share_now(s) - f->by.hlc_ms > SEEN_FRESH_MS)
		return;
	seen->hlc_ms[seen->count++] = f->by.hlc_ms;
}

static void take_new(struct share *s, struct share_entry *e, const struct fact *f, bool kept)
{
	share_put(s, e, f, kept);
	bool known = share_subject_is_known(s, f);
	s->pending += !known - e->pending;
	e->pending = !known;
	if (known)
		share_fold(s, f);
}

static void take(struct share *s, const struct share_topic *t, const struct fact *f)
{
	bool kept = strcmp(t->station, t->author) == 0;
	struct share_entry *e = share_find(s, t->author, t->suffix);
	int order = e != NULL ? share_compare(f, &e->fact) : 1;
	if (e == NULL && (e = share_add(s, t->author, t->suffix)) == NULL)
		return;
	if (order < 0) {
		s->stations->older++;
		return;
	}
	if (order > 0)
		take_new(s, e, f, kept);
	else
		s->stations->same++;
	if (order == 0 && kept && !e->kept)
		share_put(s, e, f, true);
	e->since_mono = share_mono(s);
	e->epoch = kept ? s->epoch : e->epoch;
	if (kept && e->via) { /* it speaks for itself again */
		e->via = false;
		share_set_due(s, e, false);
		if (s->linked)
			share_say(s, t->author, t->suffix, strdup(""), 1, true);
	}
	note_seen(s, e->peer, f);
}

/* Its author takes it back: closed, and long ago. */
static void forget(struct share *s, const struct share_topic *t)
{
	struct share_entry *e = share_find(s, t->author, t->suffix);
	if (strcmp(t->station, s->self) != 0 && strcmp(t->station, t->author) == 0 && e != NULL)
		share_remove(s, e);
}

/* Somebody has kept a word of ours that our journal lost. */
static void remembered(struct share *s, const char *suffix, const struct fact *f)
{
	const struct share_entry *e = share_find(s, s->self, suffix);
	if (f->kind == FACT_RAISE || share_is_approval(f)
		|| (e != NULL && share_compare(f, &e->fact) <= 0))
		return;
	share_fold(s, f);
	share_own(s, f);
}

static void hear_fact(struct share *s, const struct share_topic *t, const char *topic,
	const void *bytes, size_t len)
{
	char what[LABEL_SIZE] = "";
	struct fact f;
	if (len == 0) {
		forget(s, t);
		return;
	}
	enum share_refusal why = share_decode(&f, t, bytes, len, share_now(s), what);
	bool own = strcmp(t->author, s->self) == 0;
	if (why == SHARE_REFUSAL_COUNT && !own)
		why = judge(s, &f, what);
	if (why != SHARE_REFUSAL_COUNT) {
		refused(s, why, what, topic, t->kind);
		return;
	}
	share_hlc_hear(s, f.by.hlc_ms);
	if (!own)
		take(s, t, &f);
	else if (strcmp(t->station, s->self) == 0)
		share_echo(s, t->suffix, &f);
	else
		remembered(s, t->suffix, &f);
}

void share_fold_pending(struct share *s)
{
	for (struct share_entry *e = s->entries; e != NULL && s->pending > 0; e = e->hh.next) {
		if (!e->pending || !share_subject_is_known(s, &e->fact))
			continue;
		e->pending = false;
		s->pending--;
		share_fold(s, &e->fact);
	}
}

/* --- what they say of themselves --- */

static void set_index(struct share *s, struct share_peer *p, const struct share_index *index)
{
	bool news = !p->indexed || p->index.count != index->count || p->index.sum != index->sum;
	p->index = *index;
	p->indexed = true;
	if (news)
		p->changed_mono = share_mono(s);
}

static void hear_here(struct share *s, int peer, const struct share_here *here)
{
	struct station_seen *seen = &s->stations->list[peer];
	struct share_peer *p = &s->peers[peer];
	int64_t now = share_now(s);
	if (seen->here == here->gone)
		seen->since_ms = now;
	seen->here = !here->gone;
	if (here->gone) {
		seen->on_duty = false;
		p->beats = 0;
		return;
	}
	if (here->counted)
		set_index(s, p, &here->index);
	p->heard_mono = share_mono(s);
	seen->heard_ms = now;
	text_copy(seen->user, sizeof seen->user, here->user);
	seen->role = here->role;
	seen->escalates = here->escalates;
	seen->on_duty = here->on_duty;
	seen->journal_ok = here->journal_ok;
	seen->feeds_down = here->feeds_down;
	seen->rank = here->rank;
	/* A beat that was held up looks late, never early: the greatest tells. */
	p->skew[p->beats % SKEW_BEATS] = here->now_ms - now;
	p->beats++;
	seen->skew_ms = p->skew[0];
	for (int i = 1; i < SKEW_BEATS && i < p->beats; i++)
		seen->skew_ms = p->skew[i] > seen->skew_ms ? p->skew[i] : seen->skew_ms;
}

static bool hear_seen(struct share *s, const char *by, const void *bytes, size_t len)
{
	struct share_seen seen;
	if (!share_decode_seen(&seen, bytes, len))
		return false;
	for (int i = 0; i < seen.count && strcmp(seen.station, s->self) == 0; i++)
		share_act_stage(s, seen.hlc_ms[i], SHARE_SEEN, by);
	return true;
}

static bool hear_ask(struct share *s, const void *bytes, size_t len)
{
	char whom[ID_SIZE];
	if (!share_decode_ask(whom, bytes, len))
		return false;
	if (strcmp(whom, s->self) == 0)
		share_say_all(s);
	return true;
}

static bool hear_index(struct share *s, int peer, const void *bytes, size_t len)
{
	struct share_index index;
	if (!share_decode_index(&index, bytes, len))
		return false;
	set_index(s, &s->peers[peer], &index);
	return true;
}

static bool hear_word(
	struct share *s, const struct share_topic *t, int peer, const void *bytes, size_t len)
{
	struct share_here here;
	switch (t->kind) {
	case SHARED_HERE:
		if (!share_decode_here(&here, bytes, len))
			return false;
		hear_here(s, peer, &here);
		return true;
	case SHARED_INDEX:
		return hear_index(s, peer, bytes, len);
	case SHARED_SEEN:
		return hear_seen(s, t->station, bytes, len);
	case SHARED_ASK:
		return hear_ask(s, bytes, len);
	case SHARED_HEAD:
		return share_decode_head(s->stations->list[peer].head, bytes, len);
	default:
		return false;
	}
}

void share_message(struct share *s, const char *topic, const void *bytes, size_t len, bool retained)
{
	struct share_topic t;
	if (!s->on)
		return;
	if (!share_topic_parse(&t, s->root, topic)) {
		refused(s, SHARE_REFUSED_TOPIC, "not a topic of stations", topic,
			SHARED_KIND_COUNT);
		return;
	}
	if (retained)
		s->retained_mono = share_mono(s);
	int peer = share_peer(s, t.station, true);
	s->stations->received++;
	if (t.kind == SHARED_ALARM || t.kind == SHARED_FACT) {
		hear_fact(s, &t, topic, bytes, len);
		return;
	}
	if (peer < 0 || len == 0)
		return; /* our own, or taken back, or one station too many */
	if (len > SHARE_BYTES_MAX)
		refused(s, SHARE_REFUSED_SIZE, "over 8 KiB", topic, t.kind);
	else if (!hear_word(s, &t, peer, bytes, len))
		refused(s, SHARE_REFUSED_SHAPE, "not understood", topic, t.kind);
}
