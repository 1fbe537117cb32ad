/* SPDX-License-Identifier: Apache-2.0 */

/* Readings: which of them are worth a fact, and when an event is over. */

#include "src/ingest_private.h"

#include <math.h>
#include <string.h>

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
	[QUANTITY_CO2] = {50, 300, false, true},
	[QUANTITY_PEOPLE] = {0, 0, false, true},
	[QUANTITY_DOOR] = {0, 0, false, true},
	[QUANTITY_OPENING] = {0, 0, false, true},
	[QUANTITY_OCCUPANCY] = {0, 0, false, true},
	[QUANTITY_BATTERY_LOW] = {0, 0, true, true},
};

/* A cascade is kept by a few pascals, and two barometers are compared at one time. */
static const struct gate cascade = {0.02, 60, false, true};

static const struct gate *gate_of(const struct ingest *g, const struct known *k, enum quantity q)
{
	int room = g->o.site->tags[k->tag].room;
	bool fine = q == QUANTITY_PRESSURE && room >= 0 && site_in_cascade(g->o.site, room);
	return fine ? &cascade : &gates[q];
}

/* G1 firmware shows movement by a "pir" row and its end by none: integrators
 * call it over after 15 s (feeds reference 1.4). The frame FFE1 A1 11 says both
 * and needs no help. */
enum { PIR_OFF_MS = 15000 };

static bool has_no_end(const struct decoded *d)
{
	return d->reading.quantity == QUANTITY_MOTION && d->reading.value > 0
	       && strstr(d->frame, "pir") != NULL;
}

/* A probe measures its room or its fridge; the thermometer in a bracelet or a call
 * button (TLM, for one on a wall) measures its own case. */
static bool measures(const struct ingest *g, const struct known *k, const struct decoded *d)
{
	const struct tag *tag = &g->o.site->tags[k->tag];
	bool own = site_is_button(g->o.site, tag) && strstr(d->frame, "tlm") != NULL;
	return tag->kind == TAG_SENSOR && tag->bed < 0 && !own;
}

/* Movement is news or nothing. */
static bool is_event(enum quantity q)
{
	return q == QUANTITY_MOTION || q == QUANTITY_VIBRATION;
}

/* States hold until something newer is said; a measurement of unknown age would
 * look like one of now. */
static bool is_state(enum quantity q)
{
	return q == QUANTITY_BATTERY || quantity_is_boolean(q);
}

/* What a retained message says, "state yes, event no" (feeds reference 7.14). */
static bool retained_is_taken(struct ingest *g, const struct known *k, enum quantity q)
{
	if (is_event(q)) {
		g->o.feed->refused[REFUSED_RETAINED]++;
		return false;
	}
	if (is_state(q) && k->last[q].at_ms == 0)
		return true;
	g->o.health->old_readings++;
	return false;
}

static void tell(struct ingest *g, struct known *k, enum quantity q, double value,
	int64_t source_ms, const char *gateway)
{
	struct fact f = fact_make(FACT_READING, SOURCE_RADIO, g->now_ms);
	k->last[q].value = value;
	k->last[q].at_ms = g->now_ms;
	k->last[q].old = g->retained;
	f.source_ms = source_ms;
	text_copy(f.origin, sizeof f.origin, gateway);
	memcpy(f.reading.tag, k->mac, TAG_SIZE);
	f.reading.quantity = q;
	f.reading.value = value;
	g->o.fact(g->o.context, &f);
}

static bool is_worth_a_fact(const struct ingest *g, const struct known *k, const struct gate *gate,
	const struct decoded *d)
{
	int64_t at = k->last[d->reading.quantity].at_ms;
	double moved = fabs(d->reading.value - k->last[d->reading.quantity].value);
	bool due = gate->every_s > 0 && (double)(g->now_ms - at) >= gate->every_s * 1000;
	return at == 0 || k->last[d->reading.quantity].old || due
	       || (gate->step > 0 ? moved >= gate->step : moved > 0);
}

void ingest_reading(struct ingest *g, const struct decoded *d)
{
	enum quantity q = d->reading.quantity;
	struct known *k = ingest_known(g, d->tag);
	if (k == NULL)
		return;
	const struct gate *gate = gate_of(g, k, q);
	if (q == QUANTITY_BUTTON) {
		ingest_button(g, d, k);
		return;
	}
	if (!gate->keep || (!gate->wearables && !measures(g, k, d)))
		return;
	if (ingest_lateness(g, d) > 0) {
		g->o.health->late_readings++;
		return;
	}
	if (g->retained && !retained_is_taken(g, k, q))
		return;
	k->last[q].off_due_ms = has_no_end(d) ? g->now_ms + PIR_OFF_MS : 0;
	if (is_worth_a_fact(g, k, gate, d))
		tell(g, k, q, d->reading.value, g->retained ? 0 : d->device_ms, d->gateway);
}

void ingest_events_end(struct ingest *g)
{
	for (struct known *k = g->tags; k != NULL; k = k->hh.next) {
		int64_t due = k->last[QUANTITY_MOTION].off_due_ms;
		if (due == 0 || g->now_ms < due)
			continue;
		k->last[QUANTITY_MOTION].off_due_ms = 0;
		tell(g, k, QUANTITY_MOTION, 0, 0, "");
	}
}
