/* SPDX-License-Identifier: Apache-2.0 */

/* What each gateway shows of itself: its clock, its uploads, its filters. */

#include "src/ingest_private.h"

#include <string.h>

#include "twin/text.h"

/* Rows of one message share their gateway, so the last one found is nearly
 * always the right one. */
struct gateway_health *ingest_gateway(struct ingest *g, const char *mac)
{
	struct health *h = g->o.health;
	if (g->gateway != NULL && strcmp(g->gateway->mac, mac) == 0)
		return g->gateway;
	for (int i = 0; i < h->gateway_count; i++)
		if (strcmp(h->gateways[i].mac, mac) == 0)
			return g->gateway = &h->gateways[i];
	if (h->gateway_count == HEALTH_GATEWAYS)
		return NULL;
	g->site_gateway[h->gateway_count] = site_gateway(g->o.site, mac);
	g->gateway = &h->gateways[h->gateway_count++];
	memset(g->gateway, 0, sizeof *g->gateway);
	g->gateway->first_ms = g->now_ms;
	text_copy(g->gateway->mac, sizeof g->gateway->mac, mac);
	return g->gateway;
}

static int index_of(const struct ingest *g, const struct gateway_health *h)
{
	return (int)(h - g->o.health->gateways);
}

/* ---- late rows ---- */

int64_t ingest_lateness(struct ingest *g, const struct decoded *d)
{
	if (d->late_ms > GATEWAY_LATE_MS)
		return d->late_ms; /* by the message's own clock: nothing to learn from */
	if (d->device_ms == 0 || d->gateway[0] == '\0')
		return 0;
	struct gateway_health *before = g->gateway, *h = ingest_gateway(g, d->gateway);
	if (h == NULL)
		return 0;
	if (h == before && g->device_ms == d->device_ms)
		return g->late_ms;
	struct gateway_clock *clock = &g->clocks[index_of(g, h)];
	g->device_ms = d->device_ms;
	g->late_ms = gateway_clock_late(clock, d->device_ms, g->now_ms);
	h->clocked = clock->known;
	h->offset_ms = -clock->delay_ms;
	return g->late_ms;
}

/* ---- uploads ---- */

/* Pieces of one upload come within moments of each other. */
enum { SAME_UPLOAD_MS = 250 };

static void time_upload(struct gateway_health *h, int64_t now_ms)
{
	int64_t gap = now_ms - h->upload_ms;
	if (h->upload_ms != 0 && gap < SAME_UPLOAD_MS)
		return;
	if (h->upload_ms != 0) {
		h->gaps_ms[h->gap_next] = gap < INT32_MAX ? (int32_t)gap : INT32_MAX;
		h->gap_next = (h->gap_next + 1) % HEALTH_GAPS;
		h->gap_count += h->gap_count < HEALTH_GAPS;
	}
	h->upload_ms = now_ms;
}

/* Further ahead or back than this is a counter that began anew: an offline
 * buffer holds 1,080 records (feeds reference 1.1). */
enum { SEQ_JUMP = 1080, SEQ_START = 8 };

/* A number that comes after the next one says how many were lost; one of the
 * past is a lost one that an offline buffer brings after all. */
static void count_lost(struct gateway_health *h, int64_t seq)
{
	int64_t step = seq - h->seq;
	bool anew = step > SEQ_JUMP || step < -SEQ_JUMP || (step < -SEQ_START && seq < SEQ_START);
	if (!h->numbered || anew) {
		h->numbered = true;
		h->seq = seq;
		return;
	}
	if (step == 0) {
		h->repeated++;
	} else if (step < 0) {
		h->lost -= h->lost > 0;
	} else {
		h->lost += (uint64_t)step - 1;
		h->seq = seq;
	}
}

void ingest_uplink(struct ingest *g, const struct decoded *d)
{
	struct gateway_health *h = ingest_gateway(g, d->gateway);
	if (h == NULL)
		return;
	h->last_ms = g->now_ms;
	time_upload(h, g->now_ms);
	if (d->uplink.seq >= 0)
		count_lost(h, d->uplink.seq);
	ingest_lateness(g, d); /* its own time is the best there is of its clock */
}

/* ---- filters ---- */

/* Frames that gateways call by name, so that "upload unknown" off lets them
 * pass: Apple's and Minew's iBeacons, Eddystone, the S1's (feeds reference 1.2). */
static bool is_named(const char *frame)
{
	return frame[0] == '\0' || strncmp(frame, "ibeacon", 7) == 0
	       || strncmp(frame, "eddystone", 9) == 0 || strcmp(frame, "ffe1:a1:01") == 0
	       || strcmp(frame, "S1") == 0;
}

void ingest_supervise(struct ingest *g, const struct decoded *d, struct known *known)
{
	struct gateway_health *h = d->gateway[0] != '\0' ? ingest_gateway(g, d->gateway) : NULL;
	if (h == NULL)
		return;
	h->rows++;
	h->last_ms = g->now_ms;
	time_upload(h, g->now_ms);
	if (ingest_lateness(g, d) > 0) {
		h->late++;
		h->late_ms = g->now_ms;
	}
	h->other += !is_named(d->frame);
	if (h->weakest_dbm == 0 || d->rssi_dbm < h->weakest_dbm)
		h->weakest_dbm = d->rssi_dbm;
	if (h->prefix[0] == '\0')
		memcpy(h->prefix, d->tag, sizeof h->prefix - 1);
	else if (memcmp(h->prefix, d->tag, sizeof h->prefix - 1) != 0)
		h->prefixes = true;
	int at = g->site_gateway[index_of(g, h)];
	if (known != NULL && at >= 0 && at < HEALTH_GATEWAYS)
		known->heard_by[at / 8] |= (uint8_t)(1U << at % 8);
}

static bool heard_by(const struct known *k, int gateway)
{
	return (k->heard_by[gateway / 8] >> gateway % 8 & 1) != 0;
}

static bool is_near(const struct site *site, int a, int b)
{
	if (a < 0 || b < 0)
		return false;
	for (int i = 0; a != b && i < site->door_count; i++) {
		const struct door *d = &site->doors[i];
		if ((d->a == a && d->b == b) || (d->a == b && d->b == a))
			return true;
	}
	return a == b;
}

/* A tag that two neighbours of a gateway have heard and it never did. */
static void look_at(struct ingest *g, struct gateway_health *h, int at)
{
	const struct site *site = g->o.site;
	int neighbours[HEALTH_GATEWAYS], n = 0;
	h->hidden = 0;
	for (int i = 0; i < site->gateway_count && i < HEALTH_GATEWAYS; i++)
		if (i != at && is_near(site, site->gateways[at].room, site->gateways[i].room))
			neighbours[n++] = i;
	for (struct known *k = g->tags; n >= 2 && k != NULL; k = k->hh.next) {
		int ears = 0;
		for (int i = 0; i < n && !heard_by(k, at); i++)
			ears += heard_by(k, neighbours[i]);
		if (ears < 2)
			continue;
		h->hidden++;
		memcpy(h->hidden_tag, k->mac, TAG_SIZE);
	}
}

/* Tags that begin otherwise are about: where all begin alike, a gateway that
 * hears only those hides nothing. */
static bool other_prefixes(const struct ingest *g, const char *prefix)
{
	const struct health *h = g->o.health;
	bool other = false;
	for (int i = 0; i < g->o.site->tag_count && !other; i++)
		other = strncmp(g->o.site->tags[i].mac, prefix, strlen(prefix)) != 0;
	for (int i = 0; i < h->gateway_count && !other; i++)
		other = h->gateways[i].prefixes;
	return other;
}

/* A gateway is judged after ten minutes of work; one at a time, so that no turn
 * of the loop gets long. */
enum { ALIVE_MS = 60000, JUDGED_MS = 600000 };

void ingest_look_for_filters(struct ingest *g)
{
	int count = g->o.health->gateway_count;
	if (count == 0)
		return;
	g->looked = (g->looked + 1) % count;
	struct gateway_health *h = &g->o.health->gateways[g->looked];
	int at = g->site_gateway[g->looked];
	h->prefixes_exist = h->prefix[0] != '\0' && other_prefixes(g, h->prefix);
	if (at >= 0 && at < HEALTH_GATEWAYS && h->rows > 0 && g->now_ms - h->last_ms < ALIVE_MS
		&& g->now_ms - h->first_ms >= JUDGED_MS)
		look_at(g, h, at);
}
