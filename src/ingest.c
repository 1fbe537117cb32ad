/* SPDX-License-Identifier: Apache-2.0 */
#include "src/ingest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "feeds/decode.h"
#include "twin/text.h"

/* When a value is worth a fact: it moved by `step`, or `every_s` went by. */
struct gate {
	double step;    /* 0: any change */
	double every_s; /* 0: only on change */
	bool wearables; /* also of tags that people and things carry */
	bool keep;      /* false: perishable, never a fact */
};

static const struct gate gates[QUANTITY_COUNT] = {
	[QUANTITY_TEMPERATURE] = {0.1, 60, false, true},
	[QUANTITY_HUMIDITY] = {1, 120, false, true},
	[QUANTITY_BATTERY] = {1, 0, true, true},
	[QUANTITY_ILLUMINANCE] = {20, 300, false, true},
	[QUANTITY_PRESSURE] = {0.2, 300, false, true},
	[QUANTITY_WEIGHT] = {50, 300, false, true},
	[QUANTITY_TVOC] = {20, 300, false, true},
	[QUANTITY_MOTION] = {0, 0, false, true},
	[QUANTITY_TAMPER] = {0, 0, true, true},
	[QUANTITY_LEAK] = {0, 0, false, true},
};

enum { LATE_MS = 60000 };

struct known {
	char mac[TAG_SIZE];
	int tag;
	struct {
		double value;
		int64_t at_ms;
	} last[QUANTITY_COUNT];
	UT_hash_handle hh;
};

struct ingest {
	struct ingest_options o;
	struct press_tracker *tracker;
	struct known *tags; /* the allow-list */
	const struct tag_keys *keys;
	/* the message at hand */
	int64_t now_ms;
	bool retained, inbox;
	struct gateway_health *gateway;
	bool late;
};

struct ingest *ingest_create(const struct ingest_options *options)
{
	struct ingest *g = calloc(1, sizeof *g);
	if (g == NULL)
		return NULL;
	g->o = *options;
	g->tracker = press_tracker_create(options->site);
	for (int i = 0; i < options->site->tag_count; i++) {
		struct known *k = calloc(1, sizeof *k);
		if (k == NULL)
			break;
		memcpy(k->mac, options->site->tags[i].mac, TAG_SIZE);
		k->tag = i;
		HASH_ADD_STR(g->tags, mac, k);
	}
	return g;
}

void ingest_destroy(struct ingest *g)
{
	struct known *k, *next;
	if (g == NULL)
		return;
	HASH_ITER(hh, g->tags, k, next)
	{
		HASH_DEL(g->tags, k);
		free(k);
	}
	press_tracker_destroy(g->tracker);
	free(g);
}

void ingest_keys(struct ingest *g, const struct tag_keys *keys)
{
	g->keys = keys;
}

/* Rows of one message share their gateway, so the last one found is nearly
 * always the right one. */
static struct gateway_health *gateway_of(struct ingest *g, const char *mac)
{
	struct health *h = g->o.health;
	if (g->gateway != NULL && strcmp(g->gateway->mac, mac) == 0)
		return g->gateway;
	for (int i = 0; i < h->gateway_count; i++)
		if (strcmp(h->gateways[i].mac, mac) == 0)
			return g->gateway = &h->gateways[i];
	if (h->gateway_count == HEALTH_GATEWAYS)
		return NULL;
	g->gateway = &h->gateways[h->gateway_count++];
	memset(g->gateway, 0, sizeof *g->gateway);
	text_copy(g->gateway->mac, sizeof g->gateway->mac, mac);
	return g->gateway;
}

/* The clock of a gateway may be off by years; what counts is how far a row is
 * from that gateway's usual offset. */
static void weigh_lateness(struct ingest *g, struct gateway_health *h, int64_t device_ms)
{
	g->late = false;
	if (h == NULL || device_ms == 0)
		return;
	int64_t offset = device_ms - g->now_ms;
	g->late = h->rows > 10 && offset < h->offset_ms - LATE_MS;
	if (!g->late)
		h->offset_ms = offset;
}

static void on_gateway(struct ingest *g, const struct decoded *d)
{
	struct gateway_health *h = gateway_of(g, d->gateway);
	if (h != NULL)
		h->last_ms = g->now_ms;
	locator_gateway(g->o.locator, d->gateway, g->now_ms);
}

static void on_sighting(struct ingest *g, const struct decoded *d)
{
	struct sighting s = {
		.rssi_dbm = d->rssi_dbm, .received_ms = g->now_ms, .device_ms = d->device_ms};
	struct known *known;
	g->o.feed->rows++;
	if (d->gateway[0] != '\0') {
		struct gateway_health *h = gateway_of(g, d->gateway);
		weigh_lateness(g, h, d->device_ms);
		if (h != NULL) {
			h->rows++;
			h->last_ms = g->now_ms;
		}
	}
	HASH_FIND_STR(g->tags, d->tag, known);
	if (known == NULL) {
		g->o.health->unlisted_tags++;
		return;
	}
	memcpy(s.tag, d->tag, TAG_SIZE);
	memcpy(s.gateway, d->gateway, TAG_SIZE);
	if (!g->retained)
		locator_sight(g->o.locator, &s);
}

/* A probe measures its room or its fridge; the thermometer in a bracelet or a
 * call button measures its own case. */
static bool measures(const struct ingest *g, const struct known *k)
{
	const struct tag *tag = &g->o.site->tags[k->tag];
	return tag->kind == TAG_SENSOR && tag->bed < 0;
}

static void on_reading(struct ingest *g, const struct decoded *d)
{
	const struct gate *gate = &gates[d->reading.quantity];
	struct known *k;
	HASH_FIND_STR(g->tags, d->tag, k);
	if (k == NULL || !gate->keep || g->late || (!gate->wearables && !measures(g, k)))
		return;
	double moved = fabs(d->reading.value - k->last[d->reading.quantity].value);
	int64_t at = k->last[d->reading.quantity].at_ms;
	bool due = gate->every_s > 0 && (double)(g->now_ms - at) >= gate->every_s * 1000;
	if (at != 0 && !due && !(gate->step > 0 ? moved >= gate->step : moved > 0))
		return;
	k->last[d->reading.quantity].value = d->reading.value;
	k->last[d->reading.quantity].at_ms = g->now_ms;
	struct fact f = fact_make(FACT_READING, SOURCE_RADIO, g->now_ms);
	f.source_ms = d->device_ms;
	text_copy(f.origin, sizeof f.origin, d->gateway);
	memcpy(f.reading.tag, d->tag, TAG_SIZE);
	f.reading.quantity = d->reading.quantity;
	f.reading.value = d->reading.value;
	g->o.fact(g->o.context, &f);
}

static void on_press(struct ingest *g, const struct decoded *d)
{
	if (g->retained) {
		g->o.feed->refused[REFUSED_RETAINED]++;
		return;
	}
	if (!press_tracker_heard(g->tracker, d->tag, d->press.index, g->now_ms))
		return;
	struct fact f = fact_make(FACT_PRESS, SOURCE_RADIO, g->now_ms);
	f.source_ms = d->device_ms;
	text_copy(f.origin, sizeof f.origin, d->gateway);
	memcpy(f.press.tag, d->tag, TAG_SIZE);
	memcpy(f.press.gateway, d->gateway, TAG_SIZE);
	text_copy(f.press.signature, sizeof f.press.signature, d->press.signature);
	f.press.late = g->late;
	g->o.fact(g->o.context, &f);
}

static void on_refused(struct ingest *g, const struct decoded *d)
{
	struct health *h = g->o.health;
	struct known *known;
	g->o.feed->refused[d->refused.reason]++;
	if (d->gateway[0] != '\0') {
		struct gateway_health *of = gateway_of(g, d->gateway);
		if (of != NULL)
			of->refused++;
	}
	HASH_FIND_STR(g->tags, d->tag, known);
	if (d->refused.reason != REFUSED_UNKNOWN_FRAME || known == NULL)
		return; /* the neighbours' devices outnumber ours ten to one */
	for (int i = 0; i < h->unknown_count; i++)
		if (strcmp(h->unknown[i].name, d->refused.detail) == 0) {
			h->unknown[i].count++;
			return;
		}
	if (h->unknown_count < HEALTH_UNKNOWN) {
		struct unknown_frame *u = &h->unknown[h->unknown_count++];
		text_copy(u->name, sizeof u->name, d->refused.detail);
		u->count = 1;
	}
}

static void on_decoded(void *context, const struct decoded *d)
{
	static void (*const handlers[DECODED_KIND_COUNT])(
		struct ingest *, const struct decoded *) = {
		[DECODED_GATEWAY] = on_gateway,
		[DECODED_SIGHTING] = on_sighting,
		[DECODED_READING] = on_reading,
		[DECODED_PRESS] = on_press,
		[DECODED_REFUSED] = on_refused,
	};
	struct ingest *g = context;
	if (g->inbox && d->kind != DECODED_PRESS)
		return; /* its other rows came through the ring */
	if (handlers[d->kind] != NULL)
		handlers[d->kind](g, d);
}

static const uint8_t *key_of(void *context, const char *tag)
{
	const struct ingest *g = context;
	return tag_keys_find(g->keys, tag);
}

static void decode(struct ingest *g, const char *topic, const void *bytes, size_t len)
{
	struct decode_context dc = {
		.site = g->o.site, .emit = on_decoded, .context = g, .key = key_of};
	g->late = false;
	g->gateway = NULL;
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

void ingest_inbox(
	struct ingest *g, const char *topic, const void *bytes, size_t len, int64_t received_ms)
{
	g->now_ms = received_ms;
	g->retained = false;
	g->inbox = true;
	decode(g, topic, bytes, len);
}
