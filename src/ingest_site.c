/* SPDX-License-Identifier: Apache-2.0 */

/* Another version of the site: what is kept by an index there finds its tag,
 * gateway and signature again. */

#include "src/ingest_private.h"

#include <string.h>

static void carry_ears(
	struct known *to, const struct known *from, const struct site *was, const struct site *now)
{
	for (int g = 0; g < was->gateway_count && g < HEALTH_GATEWAYS; g++) {
		int i = (from->heard_by[g / 8] >> g % 8 & 1) != 0
				? site_gateway(now, was->gateways[g].mac)
				: -1;
		if (i >= 0 && i < HEALTH_GATEWAYS)
			to->heard_by[i / 8] |= (uint8_t)(1U << i % 8);
	}
}

static void carry_tags(struct ingest *g, const struct site *was)
{
	struct known *before = g->tags, *from;
	struct tag_health health[HEALTH_TAGS];
	memcpy(health, g->o.health->tags, sizeof health);
	memset(g->o.health->tags, 0, sizeof g->o.health->tags);
	g->tags = NULL;
	ingest_list_tags(g);
	for (struct known *to = g->tags; to != NULL; to = to->hh.next) {
		HASH_FIND_STR(before, to->mac, from);
		if (from == NULL)
			continue;
		memcpy(to->last, from->last, sizeof to->last);
		carry_ears(to, from, was, g->o.site);
		if (to->tag < HEALTH_TAGS && from->tag < HEALTH_TAGS)
			g->o.health->tags[to->tag] = health[from->tag];
	}
	ingest_forget_tags(&before);
}

static void carry_told(struct ingest *g, const struct site *was)
{
	int kept = 0;
	for (int i = 0; i < g->told_count; i++) {
		struct told t = g->told[i];
		t.signature = signature_again(was, t.signature, g->o.site);
		if (t.signature >= 0)
			g->told[kept++] = t;
	}
	g->told_count = kept;
}

void ingest_site(struct ingest *g, const struct site *site, struct locator *locator)
{
	const struct site *was = g->o.site;
	g->o.site = site;
	g->o.locator = locator;
	carry_tags(g, was);
	carry_told(g, was);
	press_tracker_site(g->tracker, site);
	for (int i = 0; i < g->o.health->gateway_count; i++)
		g->site_gateway[i] = site_gateway(site, g->o.health->gateways[i].mac);
}
