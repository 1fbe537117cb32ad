/* SPDX-License-Identifier: Apache-2.0 */

/* Presses: one fact a burst, also when the burst comes out of a buffer. */

#include "src/ingest_private.h"

#include <string.h>

#include "twin/text.h"

static int64_t rearm_ms(const struct ingest *g, int signature)
{
	double s = g->o.site->signatures[signature].rearm_silence_s;
	return (int64_t)((s > 0 ? s : 30) * 1000);
}

/* Was this burst told already, live or late? Buffers of several gateways bring
 * it in any order, so bursts are kept by the time they happened. False: it was
 * not, and is from now on. */
static bool was_told(struct ingest *g, const char *tag, int signature, int64_t at_ms)
{
	int64_t rearm = rearm_ms(g, signature);
	struct told *oldest = &g->told[0];
	for (int i = 0; i < g->told_count; i++) {
		struct told *t = &g->told[i];
		if (t->last_ms < oldest->last_ms)
			oldest = t;
		if (t->signature != signature || strcmp(t->tag, tag) != 0
			|| at_ms <= t->first_ms - rearm || at_ms >= t->last_ms + rearm)
			continue;
		t->first_ms = at_ms < t->first_ms ? at_ms : t->first_ms;
		t->last_ms = at_ms > t->last_ms ? at_ms : t->last_ms;
		return true;
	}
	if (g->told_count < TOLD_MAX)
		oldest = &g->told[g->told_count++];
	text_copy(oldest->tag, sizeof oldest->tag, tag);
	oldest->signature = signature;
	oldest->first_ms = oldest->last_ms = at_ms;
	return false;
}

static void ring(struct ingest *g, const struct decoded *d, int signature)
{
	if (g->retained) {
		g->o.feed->refused[REFUSED_RETAINED]++;
		return;
	}
	int64_t late_ms = ingest_lateness(g, d), at_ms = g->now_ms - late_ms;
	/* A live press is told even where a late one was: it may be a new call. */
	bool known = was_told(g, d->tag, signature, at_ms);
	if (late_ms > 0 ? known
			: !press_tracker_heard(g->tracker, d->tag, signature, g->now_ms,
				g->now_ms < g->old_until_ms))
		return;
	struct fact f = fact_make(FACT_PRESS, SOURCE_RADIO, g->now_ms);
	f.source_ms = late_ms > 0 ? at_ms : d->device_ms;
	text_copy(f.origin, sizeof f.origin, d->gateway);
	memcpy(f.press.tag, d->tag, TAG_SIZE);
	memcpy(f.press.gateway, d->gateway, TAG_SIZE);
	text_copy(f.press.signature, sizeof f.press.signature, g->o.site->signatures[signature].id);
	f.press.late = late_ms > 0;
	g->o.health->late_presses += f.press.late;
	g->o.fact(g->o.context, &f);
}

void ingest_press(struct ingest *g, const struct decoded *d)
{
	if (d->press.index >= 0 && d->press.index < g->o.site->signature_count)
		ring(g, d, d->press.index);
}

/* A device that says "button" in so many words (BTHome, Theengs) rings when the
 * site has a signature for its model: the one of this kind of press, else one of
 * any. The signature gives the class and the silence after which it rings again.
 * Others only speak. */
void ingest_button(struct ingest *g, const struct decoded *d, const struct known *known)
{
	const struct site *site = g->o.site;
	const char *model = site->tags[known->tag].model;
	int event = (int)d->reading.value, any = -1;
	for (int i = 0; event > 0 && model[0] != '\0' && i < site->signature_count; i++) {
		const struct signature *s = &site->signatures[i];
		if (strcmp(s->model, model) != 0 || (s->event != 0 && s->event != event))
			continue;
		if (s->event == event) {
			ring(g, d, i);
			return;
		}
		any = any < 0 ? i : any;
	}
	if (any >= 0)
		ring(g, d, any);
}
