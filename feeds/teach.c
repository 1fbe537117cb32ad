/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/teach.h"

#include <stdlib.h>
#include <string.h>

#include "feeds/ble.h"
#include "feeds/teach_slot.h"
#include "twin/hash.h"
#include "twin/text.h"

/* An advertisement is 31 bytes, with its scan response 62. */
enum { AD_MAX = 62, HEARD_MAX = 4096 };

struct heard {
	char tag[TAG_SIZE];
	enum teach_phase phase;
	uint32_t hash;
	uint32_t count;
	uint8_t len;
	uint8_t ad[AD_MAX];
};

struct teach {
	char tag[TAG_SIZE];
	uint8_t mac[6];
	struct heard *heard;
	int count, room;
	uint32_t forgotten;
};

struct teach *teach_create(const char *tag)
{
	struct teach *t = calloc(1, sizeof *t);
	if (t == NULL)
		return NULL;
	text_copy(t->tag, sizeof t->tag, tag);
	ble_hex(t->mac, sizeof t->mac, t->tag, strlen(t->tag));
	return t;
}

void teach_destroy(struct teach *t)
{
	if (t != NULL)
		free(t->heard);
	free(t);
}

static bool make_room(struct teach *t)
{
	int room = t->room > 0 ? 2 * t->room : 64;
	if (t->count < t->room)
		return true;
	struct heard *more =
		room <= HEARD_MAX ? realloc(t->heard, (size_t)room * sizeof *more) : NULL;
	if (more == NULL)
		return false;
	t->heard = more;
	t->room = room;
	return true;
}

void teach_advert(
	struct teach *t, enum teach_phase phase, const char *tag, const uint8_t *ad, size_t len)
{
	if (len > AD_MAX)
		len = AD_MAX;
	/* Others only ever count as background. */
	if (strcmp(tag, t->tag) != 0)
		phase = TEACH_BACKGROUND;
	uint32_t hash = hash32(HASH32_BASIS, ad, len);
	for (int i = 0; i < t->count; i++) {
		struct heard *h = &t->heard[i];
		if (h->hash == hash && h->len == len && h->phase == phase
			&& memcmp(h->ad, ad, len) == 0 && strcmp(h->tag, tag) == 0) {
			h->count++;
			return;
		}
	}
	if (!make_room(t)) {
		t->forgotten++;
		return;
	}
	struct heard *h = &t->heard[t->count++];
	*h = (struct heard){.phase = phase, .hash = hash, .count = 1, .len = (uint8_t)len};
	text_copy(h->tag, sizeof h->tag, tag);
	memcpy(h->ad, ad, len);
}

/* ---- the comparison ---- */

enum { SLOTS_MAX = 64 };

struct slots {
	struct slot list[SLOTS_MAX];
	int count;
};

static struct slot *slots_find(struct slots *s, const struct slot *like)
{
	for (int i = 0; i < s->count; i++)
		if (slot_is_alike(&s->list[i], like))
			return &s->list[i];
	return NULL;
}

static void slots_add(struct slots *s, const struct slot *one)
{
	if (s->count < SLOTS_MAX)
		s->list[s->count++] = *one;
}

static void learn_rest(const struct teach *t, struct slots *rest)
{
	struct slot one;
	for (int i = 0; i < t->count; i++) {
		const struct heard *h = &t->heard[i];
		for (size_t at = 0;
			h->phase == TEACH_REST && slot_next(h->ad, h->len, &at, &one);) {
			slot_ignore(&one, t->mac);
			struct slot *known = slots_find(rest, &one);
			if (known != NULL)
				slot_merge(known, &one);
			else
				slots_add(rest, &one);
		}
	}
}

/* What of this structure is new against the rest; false: nothing. `one` then
 * marks in `changed` which bytes are. */
static bool is_news(struct slots *rest, struct slot *one)
{
	struct slot *known = slots_find(rest, one);
	if (!slot_can_tell(one))
		return false;
	if (known == NULL) {
		one->appeared = true;
		return true;
	}
	bool news = false;
	for (int i = 0; i < one->size; i++) {
		one->still[i] &= known->still[i];
		one->changed[i] = one->still[i] & (uint8_t) - (one->bytes[i] != known->bytes[i]);
		news = news || one->changed[i] != 0;
	}
	return news;
}

static struct slot *news_find(struct slots *news, const struct slot *one)
{
	for (int i = 0; i < news->count; i++)
		if (slot_is_same_signal(&news->list[i], one))
			return &news->list[i];
	return NULL;
}

static void learn_press(const struct teach *t, struct slots *rest, struct slots *news)
{
	struct slot one;
	for (int i = 0; i < t->count; i++) {
		const struct heard *h = &t->heard[i];
		for (size_t at = 0;
			h->phase == TEACH_PRESS && slot_next(h->ad, h->len, &at, &one);) {
			slot_ignore(&one, t->mac);
			if (!is_news(rest, &one))
				continue;
			struct slot *known = news_find(news, &one);
			if (known != NULL)
				slot_merge(known, &one);
			else
				slots_add(news, &one);
		}
	}
}

/* ---- the candidates ---- */

static bool shows(const struct signature *s, const struct heard *h)
{
	for (int at = 0; at + s->length <= h->len; at++) {
		int i = 0;
		while (i < s->length && ((h->ad[at + i] ^ s->pattern[i]) & s->mask[i]) == 0)
			i++;
		if (i == s->length)
			return true;
	}
	return false;
}

/* Counts where it shows; false when that is also at rest. Adverts of one tag
 * come one after the other often enough to count tags by looking back. */
static bool weigh(const struct teach *t, struct teach_candidate *c)
{
	for (int i = 0; i < t->count; i++) {
		const struct heard *h = &t->heard[i];
		if (!shows(&c->signature, h))
			continue;
		if (h->phase == TEACH_REST)
			return false;
		if (h->phase == TEACH_PRESS) {
			c->heard += h->count;
		} else if (strcmp(h->tag, t->tag) == 0) {
			c->own += h->count;
		} else {
			c->others += h->count;
			bool seen = false;
			for (int k = 0; k < i && !seen; k++)
				seen = strcmp(t->heard[k].tag, h->tag) == 0
				       && shows(&c->signature, &t->heard[k]);
			c->other_tags += !seen;
		}
	}
	return true;
}

/* Fewest wrong first, then a frame of its own before changed bytes, then the
 * one heard most. */
static bool is_better(const struct teach_candidate *a, const struct teach_candidate *b)
{
	uint64_t wrong_a = (uint64_t)a->own + a->others, wrong_b = (uint64_t)b->own + b->others;
	if (wrong_a != wrong_b)
		return wrong_a < wrong_b;
	if (a->how != b->how)
		return a->how == TEACH_APPEARED;
	return a->heard > b->heard;
}

static void insert(struct teach_result *r, const struct teach_candidate *c)
{
	int at = r->count < TEACH_CANDIDATES ? r->count++ : TEACH_CANDIDATES;
	for (; at > 0 && is_better(c, &r->candidates[at - 1]); at--)
		if (at < TEACH_CANDIDATES)
			r->candidates[at] = r->candidates[at - 1];
	if (at < TEACH_CANDIDATES)
		r->candidates[at] = *c;
}

static void count_adverts(const struct teach *t, struct teach_result *r)
{
	for (int i = 0; i < t->count; i++) {
		const struct heard *h = &t->heard[i];
		if (strcmp(h->tag, t->tag) == 0)
			r->adverts[h->phase] += h->count;
		else
			r->others += h->count;
	}
	r->forgotten = t->forgotten;
}

void teach_result(const struct teach *t, struct teach_result *r)
{
	struct slots rest = {.count = 0}, news = {.count = 0};
	memset(r, 0, sizeof *r);
	count_adverts(t, r);
	learn_rest(t, &rest);
	learn_press(t, &rest, &news);
	for (int i = 0; i < news.count; i++) {
		struct teach_candidate c = {
			.how = news.list[i].appeared ? TEACH_APPEARED : TEACH_CHANGED};
		if (!slot_signature(&news.list[i], &c.signature))
			continue;
		if (weigh(t, &c))
			insert(r, &c);
		else
			r->rejected++;
	}
	r->verdict = r->count > 0                   ? TEACH_LEARNED
		     : r->adverts[TEACH_PRESS] == 0 ? TEACH_HEARD_NOTHING
						    : TEACH_LEARNED_NOTHING;
}
