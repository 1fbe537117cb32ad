/* SPDX-License-Identifier: Apache-2.0 */
#include "src/share.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/share_private.h"
#include "twin/text.h"

int64_t share_now(const struct share *s)
{
	return s->calls.now_ms(s->calls.context);
}

int64_t share_mono(const struct share *s)
{
	return s->calls.mono_ms(s->calls.context);
}

/* --- the hybrid clock (Kulkarni et al. 2014, with one number instead of two) --- */

void share_hlc_hear(struct share *s, int64_t hlc_ms)
{
	if (hlc_ms > s->hlc_ms)
		s->hlc_ms = hlc_ms;
}

int64_t share_hlc_next(struct share *s)
{
	int64_t now = share_now(s);
	s->hlc_ms = now > s->hlc_ms ? now : s->hlc_ms + 1;
	return s->hlc_ms;
}

void share_sign(struct share *s, struct fact *fact)
{
	text_copy(fact->by.station, sizeof fact->by.station, s->self);
	fact->by.hlc_ms = share_hlc_next(s);
}

/* --- making one --- */

struct share *share_create(const struct share_options *o, const struct twin *twin,
	struct stations *stations, struct share_calls calls)
{
	struct share *s = calloc(1, sizeof *s);
	const struct share_here gone = {.gone = true};
	if (s == NULL)
		return NULL;
	s->on = o->on;
	s->twin = twin;
	s->stations = stations;
	s->calls = calls;
	s->absent_ms = (int64_t)(o->absent_min * 60000);
	text_copy(s->self, sizeof s->self, o->station);
	text_copy(s->root, sizeof s->root, o->root != NULL ? o->root : "vigie");
	snprintf(s->pattern, sizeof s->pattern, "%s/+/share/#", s->root);
	share_topic_make(s->will_topic, s->root, s->self, s->self, "here");
	s->will = share_encode_here(s->self, &gone);
	memset(stations, 0, sizeof *stations);
	stations->sharing = o->on;
	text_copy(stations->self, sizeof stations->self, s->self);
	return s;
}

void share_destroy(struct share *s)
{
	if (s == NULL)
		return;
	while (s->entries != NULL)
		share_remove(s, s->entries);
	free(s->will);
	free(s);
}

const char *share_pattern(const struct share *s)
{
	return s->pattern;
}

const char *share_will_topic(const struct share *s)
{
	return s->will_topic;
}

const char *share_will(const struct share *s)
{
	return s->will;
}

bool share_is_ours(const struct share *s, const char *topic)
{
	size_t n = strlen(s->root);
	return s->on && strncmp(topic, s->root, n) == 0 && topic[n] == '/';
}

bool share_say(
	struct share *s, const char *author, const char *suffix, char *text, int qos, bool retain)
{
	char topic[SHARE_TOPIC_SIZE];
	share_topic_make(topic, s->root, s->self, author, suffix);
	bool said = text != NULL
		    && s->calls.publish(s->calls.context, topic, text, strlen(text), qos, retain);
	s->stations->dropped += !said;
	free(text);
	return said;
}

/* --- what the journal knows, and what is folded now --- */

/* Whoever said it, it counts in their set as the broker should have it. */
void share_restore(struct share *s, const struct fact *fact)
{
	char suffix[SHARE_SUFFIX_SIZE];
	share_hlc_hear(s, fact->by.hlc_ms);
	if (!s->on || fact->by.hlc_ms == 0 || !share_is_name(fact->by.station)
		|| !share_suffix(fact, suffix) || share_is_local(s, fact))
		return;
	struct share_entry *e = share_find(s, fact->by.station, suffix);
	if (e != NULL && share_compare(fact, &e->fact) <= 0)
		return;
	if (e == NULL && (e = share_add(s, fact->by.station, suffix)) == NULL)
		return;
	share_put(s, e, fact, true);
	e->echoed = true;
}

void share_told(struct share *s, const struct fact *fact)
{
	share_hlc_hear(s, fact->by.hlc_ms);
	if (s->on && !s->hearing && fact->by.hlc_ms > 0 && strcmp(fact->by.station, s->self) == 0)
		share_own(s, fact);
}

/* --- the link --- */

/* What has waited goes out at once; what has come back is looked at when all has. */
void share_linked(struct share *s)
{
	if (!s->on)
		return;
	s->linked = true;
	s->stations->linked = true;
	s->epoch++;
	s->linked_mono = s->retained_mono = share_mono(s);
	s->linked_ms = share_now(s);
	s->settled = s->told_hearsay = false;
	s->beat_mono = 0;
	for (struct share_entry *e = s->entries; e != NULL; e = e->hh.next)
		if (e->peer == -1 && e->seq == 0 && !e->echoed)
			share_set_due(s, e, true);
}

void share_unlinked(struct share *s)
{
	s->linked = false;
	s->stations->linked = false;
}

static void look_after_link(struct share *s)
{
	int64_t mono = share_mono(s);
	if (!s->settled
		&& (mono - s->retained_mono > SETTLE_QUIET_MS
			|| mono - s->linked_mono > SETTLE_MOST_MS)) {
		s->settled = true;
		share_settle(s);
	}
	if (!s->told_hearsay && mono - s->linked_mono > HEARSAY_AFTER_MS) {
		s->told_hearsay = true;
		share_hearsay(s);
	}
}

void share_pace(struct share *s)
{
	if (!s->on || !s->linked)
		return;
	if (s->look)
		share_look(s);
	look_after_link(s);
	share_flush(s);
}

/* --- presence --- */

static void beat(struct share *s, const struct share_here *self)
{
	int64_t mono = share_mono(s);
	if (!s->linked || (s->beat_mono != 0 && mono - s->beat_mono < BEAT_MS - 100))
		return;
	struct share_here here = *self;
	here.counted = s->counted && s->index_mono == 0;
	here.index = s->index;
	s->beat_mono = mono;
	share_say(s, s->self, "here", share_encode_here(s->self, &here), 0, false);
}

void share_goodbye(struct share *s)
{
	if (s->on && s->linked)
		share_say(s, s->self, "here", strdup(s->will), 1, false);
}

void share_head(struct share *s, uint64_t seq, const char *head)
{
	if (s->on && s->linked)
		share_say(s, s->self, "head", share_encode_head(s->self, seq, head), 1, true);
}

static void miss_peers(struct share *s)
{
	for (int i = 0; i < s->stations->count; i++) {
		struct station_seen *seen = &s->stations->list[i];
		if (!seen->here || share_mono(s) - s->peers[i].heard_mono < GONE_MS)
			continue;
		seen->here = seen->on_duty = false;
		seen->since_ms = share_now(s);
		s->peers[i].beats = 0;
	}
}

/* Who is away for long, and is back, is told to the twin, once: it knows who is. Only
 * what we have missed ourselves counts, with the link there all the time. */
static void tell_absence(struct share *s, int i)
{
	int peer = share_peer(s, s->twin->stations[i], true);
	const struct station_seen *seen = peer >= 0 ? &s->stations->list[peer] : NULL;
	int64_t away = s->twin->away_ms[i], since;
	struct fact f = fact_make(FACT_STATION, SOURCE_SYSTEM, 0);
	if (seen == NULL || (away == 0) == seen->here)
		return;
	since = seen->since_ms > s->linked_ms ? seen->since_ms : s->linked_ms;
	if (away == 0 && share_now(s) - since < s->absent_ms)
		return;
	text_copy(f.origin, sizeof f.origin, s->self);
	text_copy(f.station.station, sizeof f.station.station, seen->id);
	f.station.away_ms = away == 0 ? seen->since_ms : 0;
	s->calls.fact(s->calls.context, &f);
}

/* --- are the sets complete? --- */

/* What it did not say when asked is not in its set any more. */
static void drop_unsaid(struct share *s, int peer)
{
	struct share_entry *e, *next;
	HASH_ITER(hh, s->entries, e, next)
	if (e->peer == peer && e->kept && e->since_mono < s->peers[peer].asked_mono)
		share_remove(s, e);
}

static void check_peer(struct share *s, int i)
{
	struct share_peer *p = &s->peers[i];
	struct station_seen *seen = &s->stations->list[i];
	int64_t mono = share_mono(s);
	bool differs =
		p->indexed && (p->held.count != p->index.count || p->held.sum != p->index.sum);
	int missing = p->index.count - p->held.count;
	seen->missing = !differs ? 0 : missing > 0 ? missing : 1;
	if (!differs)
		p->asked_mono = 0;
	if (!differs || !s->settled || !seen->here || mono - p->changed_mono < INCOMPLETE_MS
		|| (p->asked_mono != 0 && mono - p->asked_mono < ASK_AGAIN_MS))
		return;
	if (p->asked_mono != 0)
		drop_unsaid(s, i);
	p->asked_mono = mono;
	share_say(s, s->self, "ask", share_encode_ask(s->self, seen->id), 1, false);
}

/* --- how it goes --- */

static void look_at_acts(struct share *s)
{
	struct stations *st = s->stations;
	int64_t mono = share_mono(s);
	s->link_bad = false;
	st->waiting = 0;
	for (struct share_entry *e = s->entries; e != NULL; e = e->hh.next) {
		if (e->peer != -1 || e->echoed)
			continue;
		st->waiting++;
		if (e->seq == 0 && mono - e->since_mono > ECHO_MS)
			s->link_bad = true;
		if (s->linked && e->seq == 0 && !e->due && mono - e->said_mono > SAY_AGAIN_MS) {
			share_set_due(s, e, true);
			s->stations->republished++;
		}
	}
	st->linked = s->linked && !s->link_bad;
}

void share_tick(struct share *s, const struct share_here *self)
{
	if (!s->on)
		return;
	share_look(s);
	share_fold_pending(s);
	beat(s, self);
	miss_peers(s);
	for (int i = 0; s->linked && i < s->stations->count; i++)
		check_peer(s, i);
	for (int i = 0; s->linked && s->absent_ms > 0 && i < s->twin->station_count; i++)
		tell_absence(s, i);
	look_at_acts(s);
	if (share_mono(s) - s->swept_mono > 60000) {
		s->swept_mono = share_mono(s);
		share_expire(s);
	}
}

bool share_link_is_bad(const struct share *s)
{
	return s->link_bad;
}

bool share_clock_is_bad(const struct share *s)
{
	for (int i = 0; i < s->stations->count; i++) {
		const struct station_seen *seen = &s->stations->list[i];
		if (seen->here && s->peers[i].beats >= SKEW_BEATS
			&& (seen->skew_ms > SKEW_MS || seen->skew_ms < -SKEW_MS))
			return true;
	}
	return false;
}
