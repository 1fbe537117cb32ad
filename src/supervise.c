/* SPDX-License-Identifier: Apache-2.0 */
#include "src/supervise.h"

#include <string.h>

#include "twin/text.h"

enum { MINUTE_MS = 60000 };

/* ---- tags ---- */

/* A gateway without a word for so long does not listen. */
static int64_t quiet_ms(const struct supervise *s)
{
	return s->patience_ms > 2 * MINUTE_MS ? s->patience_ms : 2 * MINUTE_MS;
}

static bool has_gateway(const struct site *site, int room)
{
	for (int i = 0; i < site->gateway_count; i++)
		if (site->gateways[i].room == room)
			return true;
	return false;
}

/* Since when a gateway of the room, or any when it has none, has been listening;
 * INT64_MAX: none does. */
static int64_t listened_ms(const struct supervise *s, int room, int64_t now_ms)
{
	const struct site *site = s->twin->site;
	bool own = has_gateway(site, room);
	int64_t first = INT64_MAX;
	for (int i = 0; i < s->health->gateway_count; i++) {
		const struct gateway_health *h = &s->health->gateways[i];
		int g = site_gateway(site, h->mac);
		if (g < 0 || g >= TWIN_ROOMS || (own && site->gateways[g].room != room)
			|| s->twin->gateways[g].silent || h->last_ms <= now_ms - quiet_ms(s))
			continue;
		int64_t back = s->twin->gateways[g].since_ms;
		int64_t since = back > h->first_ms ? back : h->first_ms;
		first = since < first ? since : first;
	}
	return first;
}

static int room_of(const struct twin *twin, const struct thing *th)
{
	const struct tag *tag = &twin->site->tags[th->site_tag];
	if (th->room >= 0)
		return th->room;
	return tag->bed >= 0 ? twin->site->beds[tag->bed].room : tag->room;
}

static void look_at_tag(struct supervise *s, int thing, int64_t now_ms)
{
	const struct thing *th = &s->twin->things[thing];
	int64_t after_ms = (int64_t)(s->twin->site->tag_silence_min * MINUTE_MS);
	after_ms = after_ms > s->patience_ms ? after_ms : s->patience_ms;
	if (th->site_tag < 0 || th->site_tag >= HEALTH_TAGS || th->unheard_ms != 0 || th->frozen)
		return;
	int64_t heard = s->health->tags[th->site_tag].last_ms;
	heard = heard > s->began_ms ? heard : s->began_ms;
	if (now_ms - heard < after_ms || !tag_is_expected(s->twin, thing))
		return;
	int64_t listened = listened_ms(s, room_of(s->twin, th), now_ms);
	heard = heard > listened ? heard : listened;
	if (heard > now_ms - after_ms)
		return;
	struct fact f = fact_make(FACT_LOCATED, SOURCE_RADIO, now_ms);
	f.source_ms = heard;
	text_copy(f.origin, sizeof f.origin, "vigie");
	text_copy(f.located.tag, TAG_SIZE, th->tag);
	f.located.state = LOCATED_ABSENT;
	f.located.confidence = 0;
	f.located.other_confidence = 0;
	s->fact(s->context, &f);
}

/* ---- technical conditions ---- */

static bool rings(const struct twin *twin, const char *key)
{
	char full[ID_SIZE] = "technical:";
	text_copy(full + strlen(full), sizeof full - strlen(full), key);
	int i = twin_alarm(twin, full);
	return i >= 0 && twin->alarms[i].active;
}

static void tell(struct supervise *s, const char *key, bool active, enum priority priority,
	const char *text, const char *name)
{
	struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, 0);
	text_copy(f.origin, sizeof f.origin, "vigie");
	text_copy(f.condition.key, sizeof f.condition.key, key);
	f.condition.active = active;
	f.condition.priority = priority;
	text_copy(f.condition.text, sizeof f.condition.text, text);
	size_t used = strlen(f.condition.text);
	text_copy(f.condition.text + used, sizeof f.condition.text - used, name);
	s->fact(s->context, &f);
}

/* Two minutes without a word of any of them. */
static bool is_deaf(const struct supervise *s, int64_t now_ms)
{
	int64_t word = s->began_ms;
	for (int i = 0; i < s->health->gateway_count; i++)
		if (s->health->gateways[i].last_ms > word)
			word = s->health->gateways[i].last_ms;
	return s->twin->site->gateway_count > 0 && now_ms - word > quiet_ms(s);
}

static bool look_at_radio(struct supervise *s, int64_t now_ms)
{
	bool deaf = is_deaf(s, now_ms);
	if (deaf != rings(s->twin, "radio"))
		tell(s, "radio", deaf, PRIORITY_MEDIUM,
			"no gateway is heard: positions and calls do not arrive", "");
	return deaf;
}

/* Off by a minute, and right again within half of one: on the edge it must not
 * come and go. Its rows are put right all the same, so it is LOW. */
static void look_at_clock(struct supervise *s, const struct gateway_health *h)
{
	enum { OFF_MS = MINUTE_MS, GOOD_MS = MINUTE_MS / 2 };
	int g = site_gateway(s->twin->site, h->mac);
	int64_t off = h->offset_ms < 0 ? -h->offset_ms : h->offset_ms;
	char key[ID_SIZE] = "clock:";
	if (!h->clocked || g < 0)
		return;
	text_copy(key + strlen(key), sizeof key - strlen(key), h->mac);
	bool told = rings(s->twin, key), wrong = told ? off > GOOD_MS : off > OFF_MS;
	if (wrong == told)
		return;
	tell(s, key, wrong, PRIORITY_LOW,
		"the clock of a gateway is wrong: ", s->twin->site->gateways[g].name);
}

void supervise_tick(struct supervise *s, bool linked, int64_t now_ms)
{
	if (s->twin->site == NULL)
		return;
	if (!linked || s->began_ms == 0)
		s->began_ms = now_ms; /* nothing was to be heard until now */
	if (look_at_radio(s, now_ms))
		return;
	for (int i = 0; s->twin->site->tag_silence_min > 0 && i < s->twin->thing_count; i++)
		look_at_tag(s, i, now_ms);
	for (int i = 0; i < s->health->gateway_count; i++)
		look_at_clock(s, &s->health->gateways[i]);
}
