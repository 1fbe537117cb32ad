/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/press.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/ble.h"
#include "feeds/bridges.h"
#include "feeds/minew.h"
#include "twin/text.h"

/* ---- the table: what to look for, by first character ---- */

/* How a pattern shows itself in a payload. */
enum look { LOOK_BINARY, LOOK_HEX, LOOK_COUNT };

struct candidate {
	int signature;
	enum look look;
};

struct pattern {
	uint8_t bytes[PATTERN_MAX];
	uint8_t mask[PATTERN_MAX];
	int length;
	/* A gateway that takes beacons apart writes the UUID or the namespace alone,
	 * and the rest elsewhere: where hex ends after so many bytes, they are
	 * enough to keep the payload. */
	int enough;
	int anchor; /* where matching begins: the first byte that says enough */
};

enum { FIRSTS = 256 };

/* What is looked for under one site; never changed once others can see it. */
struct search {
	struct search *before; /* of the site before: a thread may be in it still */
	const struct site *site;
	struct pattern *patterns;     /* one a signature; length 0: cannot be found */
	struct candidate *candidates; /* grouped by the character they begin with */
	int first[FIRSTS + 1];        /* where each group starts */
};

struct press_table {
	_Atomic(struct search *) search; /* the newest */
};

static struct pattern pattern_of(const struct signature *s)
{
	static const int parts[SIGNATURE_KIND_COUNT] = {
		[SIGNATURE_IBEACON] = 16, [SIGNATURE_UID] = 10};
	struct pattern p = {.length = s->length};
	if (p.length < 0 || p.length > PATTERN_MAX)
		p.length = 0;
	p.enough = p.length;
	if ((unsigned)s->kind < SIGNATURE_KIND_COUNT && parts[s->kind] > 0
		&& parts[s->kind] < p.length)
		p.enough = parts[s->kind];
	memcpy(p.bytes, s->pattern, sizeof p.bytes);
	memcpy(p.mask, s->mask, sizeof p.mask);
	while (p.anchor < p.enough && p.mask[p.anchor] != 0xFF)
		p.anchor++;
	if (p.anchor < p.enough)
		return p;
	/* No whole byte: nibbles will do, wildcards alone will not. */
	p.anchor = 0;
	while (p.anchor < p.enough && p.mask[p.anchor] == 0)
		p.anchor++;
	if (p.anchor == p.enough)
		p.length = p.enough = p.anchor = 0;
	return p;
}

static bool may_begin(const struct pattern *p, enum look look, int c)
{
	int byte = look == LOOK_BINARY ? c : text_hex((char)c) * 16;
	int mask = p->mask[p->anchor] & (look == LOOK_BINARY ? 0xFF : 0xF0);
	return p->length > 0 && byte >= 0 && ((byte ^ p->bytes[p->anchor]) & mask) == 0;
}

/* Counts the candidates, and lists them once there is room. */
static int group_candidates(struct search *t)
{
	int n = 0;
	for (int c = 0; c < FIRSTS; c++) {
		t->first[c] = n;
		for (int i = 0; i < t->site->signature_count; i++)
			for (enum look look = LOOK_BINARY; look < LOOK_COUNT; look++) {
				if (!may_begin(&t->patterns[i], look, c))
					continue;
				if (t->candidates != NULL)
					t->candidates[n] = (struct candidate){i, look};
				n++;
			}
	}
	t->first[FIRSTS] = n;
	return n;
}

static void search_free(struct search *t)
{
	if (t == NULL)
		return;
	free(t->patterns);
	free(t->candidates);
	free(t);
}

static struct search *search_create(const struct site *site)
{
	size_t n = (size_t)site->signature_count;
	struct search *t = calloc(1, sizeof *t);
	if (t == NULL)
		return NULL;
	t->site = site;
	t->patterns = calloc(n + 1, sizeof *t->patterns);
	for (size_t i = 0; t->patterns != NULL && i < n; i++)
		t->patterns[i] = pattern_of(&site->signatures[i]);
	if (t->patterns != NULL)
		t->candidates = calloc((size_t)group_candidates(t) + 1, sizeof *t->candidates);
	if (t->candidates == NULL) {
		search_free(t);
		return NULL;
	}
	group_candidates(t);
	return t;
}

struct press_table *press_table_create(const struct site *site)
{
	struct press_table *table = calloc(1, sizeof *table);
	if (table != NULL && !press_table_renew(table, site)) {
		free(table);
		return NULL;
	}
	return table;
}

/* The searches of before stay until the end: a site changes a few times a year,
 * and no thread has to say when it has left one. */
bool press_table_renew(struct press_table *table, const struct site *site)
{
	struct search *t = search_create(site);
	if (t == NULL)
		return false;
	t->before = atomic_load_explicit(&table->search, memory_order_relaxed);
	atomic_store_explicit(&table->search, t, memory_order_release);
	return true;
}

void press_table_destroy(struct press_table *table)
{
	if (table == NULL)
		return;
	struct search *t = atomic_load(&table->search), *before;
	for (; t != NULL; t = before) {
		before = t->before;
		search_free(t);
	}
	free(table);
}

/* ---- matching at one place ---- */

/* The byte that two hex digits spell, -1 when they are none. */
static int hex_byte(const uint8_t *at, const uint8_t *end)
{
	int high = end - at >= 2 ? text_hex((char)at[0]) : -1;
	int low = high >= 0 ? text_hex((char)at[1]) : -1;
	return low >= 0 ? high << 4 | low : -1;
}

/* Dashes may stand between the bytes of a UUID. */
static bool hex_matches(const struct pattern *p, const uint8_t *at, const uint8_t *end)
{
	for (int i = p->anchor; i < p->length; i++) {
		if (i < p->enough && at < end && *at == '-')
			at++;
		int byte = hex_byte(at, end);
		if (byte < 0)
			return i >= p->enough;
		if (((byte ^ p->bytes[i]) & p->mask[i]) != 0)
			return false;
		at += 2;
	}
	return true;
}

static bool binary_matches(const struct pattern *p, const uint8_t *at, const uint8_t *end)
{
	if (end - at < p->length - p->anchor)
		return false;
	for (int i = p->anchor; i < p->length; i++)
		if (((*at++ ^ p->bytes[i]) & p->mask[i]) != 0)
			return false;
	return true;
}

/* ---- one payload ---- */

/* Rows are some hundred bytes; looking further for the braces of a hostile text
 * would cost the callback its time. */
enum { ROW_MAX = 8192 };

struct scan {
	const struct search *table;
	const uint8_t *bytes, *end;
	const uint8_t *object_end; /* of the object `tag` belongs to */
	char tag[TAG_SIZE];
	struct press_hit *hits;
	int max, count;
};

/* The text after a key, within one flat object; *len its length, NULL none. */
static const char *text_after(const uint8_t *from, const uint8_t *to, const char *key, size_t *len)
{
	const uint8_t *p = memmem(from, (size_t)(to - from), key, strlen(key));
	if (p == NULL)
		return NULL;
	p += strlen(key);
	while (p < to && (*p == ' ' || *p == ':' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	if (p == to || *p++ != '"')
		return NULL;
	const uint8_t *quote = memchr(p, '"', (size_t)(to - p));
	*len = (size_t)((quote != NULL ? quote : to) - p);
	return (const char *)p;
}

/* The MAC of one flat object; "" when it has none of that name, or a broken one:
 * then a payload is rather kept. */
static void mac_in(const uint8_t *from, const uint8_t *to, char tag[TAG_SIZE])
{
	char text[24];
	size_t n = 0;
	const char *mac = text_after(from, to, "\"mac\"", &n);
	tag[0] = '\0';
	if (mac == NULL || n >= sizeof text)
		return;
	memcpy(text, mac, n);
	text[n] = '\0';
	if (!text_mac(tag, text))
		tag[0] = '\0';
}

static void find_owner(struct scan *s, const uint8_t *at)
{
	if (at < s->object_end)
		return;
	/* A brace of the other kind in between: the row is cut, its owner unknown. */
	size_t before = (size_t)(at - s->bytes) < ROW_MAX ? (size_t)(at - s->bytes) : ROW_MAX;
	const uint8_t *limit = s->end - at < ROW_MAX ? s->end : at + ROW_MAX;
	const uint8_t *open = memrchr(at - before, '{', before);
	const uint8_t *past = memrchr(at - before, '}', before);
	const uint8_t *close = memchr(at, '}', (size_t)(limit - at));
	const uint8_t *next = memchr(at, '{', (size_t)((close != NULL ? close : limit) - at));
	if (past != NULL && open != NULL && past > open)
		open = NULL;
	s->object_end = next != NULL ? next : close != NULL ? close : limit;
	s->tag[0] = '\0';
	if (open != NULL)
		mac_in(open, s->object_end, s->tag);
}

static void add_hit(struct scan *s, int signature)
{
	for (int i = 0; i < s->count; i++)
		if (s->hits[i].signature == signature && strcmp(s->hits[i].tag, s->tag) == 0)
			return;
	const struct site *site = s->table->site;
	if (s->count == s->max || !row_press_applies(site, &site->signatures[signature], s->tag))
		return;
	s->hits[s->count].signature = signature;
	memcpy(s->hits[s->count++].tag, s->tag, TAG_SIZE);
}

/* Looks at every character once; binary looks only where bytes are bytes. */
static void scan_text(struct scan *s)
{
	const struct search *t = s->table;
	for (const uint8_t *at = s->bytes; at < s->end && s->count < s->max; at++) {
		for (int k = t->first[*at]; k < t->first[*at + 1]; k++) {
			const struct candidate *c = &t->candidates[k];
			const struct pattern *p = &t->patterns[c->signature];
			if (c->look == LOOK_BINARY ? !binary_matches(p, at, s->end)
						   : !hex_matches(p, at, s->end))
				continue;
			find_owner(s, at);
			add_hit(s, c->signature);
		}
	}
}

static void scan_bytes(struct scan *s, const uint8_t *from, size_t len)
{
	const struct search *t = s->table;
	for (const uint8_t *at = from; at < from + len; at++) {
		for (int k = t->first[*at]; k < t->first[*at + 1]; k++) {
			const struct candidate *c = &t->candidates[k];
			if (c->look == LOOK_BINARY
				&& binary_matches(&t->patterns[c->signature], at, from + len))
				add_hit(s, c->signature);
		}
	}
}

/* Theengs writes the UUID of service data apart from it, and leaves out the
 * head of its structure: look at them as they were on air. */
static void scan_structures(struct scan *s)
{
	uint8_t ad[THEENGS_STRUCTURE];
	char uuid[40] = "";
	size_t n = 0;
	const char *hex = text_after(s->bytes, s->end, "\"manufacturerdata\"", &n);
	mac_in(s->bytes, s->end, s->tag);
	scan_bytes(s, ad, hex != NULL ? theengs_maker(ad, hex, n) : 0);
	hex = text_after(s->bytes, s->end, "\"servicedatauuid\"", &n);
	if (hex == NULL || n >= sizeof uuid)
		return;
	memcpy(uuid, hex, n);
	hex = text_after(s->bytes, s->end, "\"servicedata\"", &n);
	scan_bytes(s, ad, hex != NULL ? theengs_service(ad, uuid, hex, n) : 0);
}

static void scan_binary(struct scan *s)
{
	size_t len = (size_t)(s->end - s->bytes);
	size_t at = MINEW_BINARY_HEAD;
	struct minew_packets packets;
	while (minew_binary_next(s->bytes, len, &at, &packets)) {
		ble_mac(s->tag, packets.mac, false);
		scan_bytes(s, packets.packets, packets.len);
	}
}

int press_scan(const struct press_table *table, const void *bytes, size_t len,
	struct press_hit *hits, int max)
{
	const uint8_t *p = bytes;
	const struct search *search = atomic_load_explicit(&table->search, memory_order_acquire);
	struct scan s = {.table = search, .hits = hits, .max = max};
	if (len == 0 || search->first[FIRSTS] == 0)
		return 0;
	s.bytes = p;
	s.end = p + len;
	if (len >= MINEW_BINARY_HEAD && p[0] == 0xBB && p[1] == 0x01)
		scan_binary(&s);
	else
		scan_text(&s);
	if (p[0] == '{')
		scan_structures(&s);
	return s.count;
}

/* ---- one press a burst ---- */

enum { BURSTS = 1024 };

struct burst {
	char tag[TAG_SIZE];
	int signature;
	int64_t first_ms, last_ms;
};

struct press_tracker {
	const struct site *site;
	int count;
	struct burst bursts[BURSTS];
};

int signature_again(const struct site *was, int index, const struct site *now)
{
	for (int i = 0; index >= 0 && index < was->signature_count && i < now->signature_count; i++)
		if (strcmp(now->signatures[i].id, was->signatures[index].id) == 0)
			return i;
	return -1;
}

struct press_tracker *press_tracker_create(const struct site *site)
{
	struct press_tracker *tracker = calloc(1, sizeof *tracker);
	if (tracker != NULL)
		tracker->site = site;
	return tracker;
}

void press_tracker_site(struct press_tracker *t, const struct site *site)
{
	int kept = 0;
	for (int i = 0; i < t->count; i++) {
		struct burst b = t->bursts[i];
		b.signature = signature_again(t->site, b.signature, site);
		if (b.signature >= 0)
			t->bursts[kept++] = b;
	}
	t->count = kept;
	t->site = site;
}

void press_tracker_destroy(struct press_tracker *tracker)
{
	free(tracker);
}

static struct burst *burst_find(struct press_tracker *t, const char *tag, int signature)
{
	for (int i = 0; i < t->count; i++)
		if (t->bursts[i].signature == signature && strcmp(t->bursts[i].tag, tag) == 0)
			return &t->bursts[i];
	return NULL;
}

/* A full table gives up the burst that has been silent longest: at worst a
 * press is told twice, never lost. */
static struct burst *burst_new(struct press_tracker *t)
{
	struct burst *oldest = &t->bursts[0];
	if (t->count < BURSTS)
		return &t->bursts[t->count++];
	for (int i = 1; i < BURSTS; i++)
		if (t->bursts[i].last_ms < oldest->last_ms)
			oldest = &t->bursts[i];
	return oldest;
}

static int64_t ms_of(double seconds, double otherwise)
{
	return (int64_t)((seconds > 0 ? seconds : otherwise) * 1000);
}

bool press_tracker_heard(
	struct press_tracker *t, const char *tag, int signature, int64_t now_ms, bool old)
{
	if (signature < 0 || signature >= t->site->signature_count)
		return false;
	const struct signature *s = &t->site->signatures[signature];
	int64_t rearm = ms_of(s->rearm_silence_s, 30);
	struct burst *burst = burst_find(t, tag, signature);
	if (burst == NULL) {
		burst = burst_new(t);
		text_copy(burst->tag, sizeof burst->tag, tag);
		burst->signature = signature;
	} else {
		bool silent = now_ms - burst->last_ms >= rearm;
		bool merged = now_ms - burst->first_ms < ms_of(s->merge_s, 15);
		if (now_ms > burst->last_ms && !old)
			burst->last_ms = now_ms;
		if (!silent || merged)
			return false;
	}
	burst->first_ms = now_ms;
	burst->last_ms = old ? now_ms - rearm : now_ms;
	return true;
}
