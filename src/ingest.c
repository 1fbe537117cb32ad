/* SPDX-License-Identifier: Apache-2.0 */
#include "src/ingest_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/text.h"

/* What a radio can mean by a signal strength: HCI reports -127 to +20 dBm and
 * 127 for "not known" (Bluetooth Core 5.3, vol 4, part E, 7.7.65.2); a tag on
 * the antenna gives about -20, the best receivers end at about -110. What is
 * outside is a broken number, and must move nobody. */
enum { RSSI_LOW_DBM = -115, RSSI_HIGH_DBM = 0 };

void ingest_list_tags(struct ingest *g)
{
	for (int i = 0; i < g->o.site->tag_count; i++) {
		struct known *k = calloc(1, sizeof *k);
		if (k == NULL)
			break;
		memcpy(k->mac, g->o.site->tags[i].mac, TAG_SIZE);
		k->tag = i;
		HASH_ADD_STR(g->tags, mac, k);
	}
}

void ingest_forget_tags(struct known **tags)
{
	struct known *k, *next;
	HASH_ITER(hh, *tags, k, next)
	{
		HASH_DEL(*tags, k);
		free(k);
	}
}

struct ingest *ingest_create(const struct ingest_options *options)
{
	struct ingest *g = calloc(1, sizeof *g);
	if (g == NULL)
		return NULL;
	g->o = *options;
	g->tracker = press_tracker_create(options->site);
	ingest_list_tags(g);
	return g;
}

void ingest_destroy(struct ingest *g)
{
	if (g == NULL)
		return;
	ingest_forget_tags(&g->tags);
	press_tracker_destroy(g->tracker);
	free(g);
}

void ingest_keys(struct ingest *g, const struct tag_keys *keys)
{
	g->keys = keys;
}

struct known *ingest_known(const struct ingest *g, const char *mac)
{
	struct known *k;
	HASH_FIND_STR(g->tags, mac, k);
	return k;
}

void ingest_refuse(struct ingest *g, enum refusal reason, const char *gateway)
{
	struct gateway_health *h = gateway[0] != '\0' ? ingest_gateway(g, gateway) : NULL;
	g->o.feed->refused[reason]++;
	if (h != NULL)
		h->refused++;
}

static void on_gateway(struct ingest *g, const struct decoded *d)
{
	if (g->retained)
		return;
	ingest_uplink(g, d);
	locator_gateway(g->o.locator, d->gateway, g->now_ms);
}

static void on_sighting(struct ingest *g, const struct decoded *d)
{
	struct known *known = ingest_known(g, d->tag);
	/* No device time: whether the row is late is judged here, once. */
	struct sighting s = {.rssi_dbm = d->rssi_dbm, .received_ms = g->now_ms};
	g->o.feed->rows++;
	if (known == NULL)
		g->o.health->unlisted_tags++;
	if (g->retained)
		return;
	if (d->rssi_dbm >= RSSI_HIGH_DBM || d->rssi_dbm < RSSI_LOW_DBM) {
		ingest_refuse(g, REFUSED_BAD_RSSI, d->gateway);
		return;
	}
	ingest_supervise(g, d, known);
	if (ingest_lateness(g, d) > 0) {
		/* The gateway lives; where its tags were then is no news. */
		locator_gateway(g->o.locator, d->gateway, g->now_ms);
		return;
	}
	if (known == NULL)
		return;
	if (known->tag < HEALTH_TAGS) {
		g->o.health->tags[known->tag].rows++;
		g->o.health->tags[known->tag].last_ms = g->now_ms;
	}
	memcpy(s.tag, d->tag, TAG_SIZE);
	memcpy(s.gateway, d->gateway, TAG_SIZE);
	locator_sight(g->o.locator, &s);
}

/* ---- what nobody here understands ---- */

/* The table is small: a new kind takes the place of the one heard longest ago. */
static struct odd_message *odd_of(struct health *h, const char *what)
{
	struct odd_message *oldest = &h->odd[0];
	for (int i = 0; i < h->odd_count; i++) {
		if (strcmp(h->odd[i].what, what) == 0)
			return &h->odd[i];
		if (h->odd[i].last_ms < oldest->last_ms)
			oldest = &h->odd[i];
	}
	if (h->odd_count < HEALTH_ODD)
		oldest = &h->odd[h->odd_count++];
	memset(oldest, 0, sizeof *oldest);
	text_copy(oldest->what, sizeof oldest->what, what);
	return oldest;
}

static void note_odd(struct ingest *g, const struct decoded *d)
{
	char what[LABEL_SIZE];
	/* Sizes differ from message to message: "an object of 40 bytes" and "... of
	 * 41 bytes" are one kind of odd, told by its reason. */
	text_copy(what, sizeof what,
		d->refused.reason == REFUSED_UNSUPPORTED ? d->refused.detail
							 : refusal_name(d->refused.reason));
	struct odd_message *o = odd_of(g->o.health, what);
	o->count++;
	o->last_ms = g->now_ms;
	o->size = g->len;
	text_neutralise(o->topic, sizeof o->topic, g->topic, strlen(g->topic));
	for (size_t i = 0; i < 8 && i < g->len; i++)
		snprintf(o->first + 2 * i, 3, "%02x", g->bytes[i]);
}

static void note_unknown(struct health *h, const char *name)
{
	for (int i = 0; i < h->unknown_count; i++)
		if (strcmp(h->unknown[i].name, name) == 0) {
			h->unknown[i].count++;
			return;
		}
	if (h->unknown_count < HEALTH_UNKNOWN) {
		struct unknown_frame *u = &h->unknown[h->unknown_count++];
		text_copy(u->name, sizeof u->name, name);
		u->count = 1;
	}
}

/* Refusals that are about a message whose shape is not known. */
static bool is_odd(enum refusal r)
{
	return r == REFUSED_UNKNOWN_SHAPE || r == REFUSED_UNSUPPORTED || r == REFUSED_NOT_JSON
	       || r == REFUSED_TOO_DEEP || r == REFUSED_NUL || r == REFUSED_TOO_LARGE;
}

static void on_refused(struct ingest *g, const struct decoded *d)
{
	ingest_refuse(g, d->refused.reason, d->gateway);
	if (is_odd(d->refused.reason) && d->tag[0] == '\0')
		note_odd(g, d);
	/* The neighbours' devices outnumber ours ten to one. */
	if (d->refused.reason == REFUSED_UNKNOWN_FRAME && ingest_known(g, d->tag) != NULL)
		note_unknown(g->o.health, d->refused.detail);
}

/* ---- one message ---- */

void ingest_decoded(void *context, const struct decoded *d)
{
	static void (*const handlers[DECODED_KIND_COUNT])(
		struct ingest *, const struct decoded *) = {
		[DECODED_GATEWAY] = on_gateway,
		[DECODED_SIGHTING] = on_sighting,
		[DECODED_READING] = ingest_reading,
		[DECODED_PRESS] = ingest_press,
		[DECODED_REFUSED] = on_refused,
	};
	struct ingest *g = context;
	/* The other rows of a payload in the inbox came through the ring. */
	bool press = d->kind == DECODED_PRESS
		     || (d->kind == DECODED_READING && d->reading.quantity == QUANTITY_BUTTON);
	if ((!g->inbox || press) && handlers[d->kind] != NULL)
		handlers[d->kind](g, d);
}

static const uint8_t *key_of(void *context, const char *tag)
{
	const struct ingest *g = context;
	return tag_keys_find(g->keys, tag);
}

static bool is_wanted(void *context, const char *tag)
{
	return ingest_known(context, tag) != NULL;
}

static void decode(struct ingest *g, const char *topic, const void *bytes, size_t len)
{
	struct decode_context dc = {.site = g->o.site,
		.emit = ingest_decoded,
		.context = g,
		.wanted = is_wanted,
		.key = key_of};
	g->gateway = NULL;
	g->device_ms = g->late_ms = 0;
	g->topic = topic != NULL ? topic : "";
	g->bytes = bytes;
	g->len = len;
	payload_decode(&dc, topic, bytes, len);
}

void ingest_message(struct ingest *g, const char *topic, const void *bytes, size_t len,
	bool retained, int64_t now_ms)
{
	g->now_ms = now_ms;
	g->retained = retained;
	g->inbox = false;
	decode(g, topic, bytes, len);
}

void ingest_feed(struct ingest *g, struct feed_health *feed)
{
	g->o.feed = feed;
}

void ingest_old_until(struct ingest *g, int64_t until_ms)
{
	g->old_until_ms = until_ms;
}

void ingest_inbox(
	struct ingest *g, const char *topic, const void *bytes, size_t len, int64_t received_ms)
{
	g->now_ms = received_ms;
	g->retained = false;
	g->inbox = true;
	decode(g, topic, bytes, len);
}

void ingest_tick(struct ingest *g, int64_t now_ms)
{
	g->now_ms = now_ms;
	g->retained = g->inbox = false;
	ingest_events_end(g);
	ingest_look_for_filters(g);
}
