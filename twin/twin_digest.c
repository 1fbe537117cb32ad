/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest of a twin: SHA-256 (FIPS 180-4) over its state, field by field
 * in a fixed order. Integers go as 8 bytes little endian, texts as length and
 * bytes, doubles as integers of 1e-6, so that neither padding, nor what lies
 * behind a text's NUL, nor the last bits of libm count.
 */
#include <math.h>
#include <string.h>

#include "twin/twin_inner.h"

struct sha {
	uint32_t state[8];
	uint64_t total;
	uint8_t block[64];
	size_t used;
};

/* clang-format off */
static const uint32_t round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
/* clang-format on */

static uint32_t turn_right(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static void expand(const uint8_t block[64], uint32_t w[64])
{
	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16
		       | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < 64; i++) {
		uint32_t a = turn_right(w[i - 15], 7) ^ turn_right(w[i - 15], 18) ^ w[i - 15] >> 3;
		uint32_t b = turn_right(w[i - 2], 17) ^ turn_right(w[i - 2], 19) ^ w[i - 2] >> 10;

		w[i] = w[i - 16] + a + w[i - 7] + b;
	}
}

static void compress(uint32_t state[8], const uint8_t block[64])
{
	uint32_t w[64], v[8];

	expand(block, w);
	memcpy(v, state, sizeof v);
	for (int i = 0; i < 64; i++) {
		uint32_t s1 = turn_right(v[4], 6) ^ turn_right(v[4], 11) ^ turn_right(v[4], 25);
		uint32_t choose = (v[4] & v[5]) ^ (~v[4] & v[6]);
		uint32_t t1 = v[7] + s1 + choose + round_constants[i] + w[i];
		uint32_t s0 = turn_right(v[0], 2) ^ turn_right(v[0], 13) ^ turn_right(v[0], 22);
		uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

		memmove(v + 1, v, 7 * sizeof *v);
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		state[i] += v[i];
}

static void put(struct sha *sha, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	sha->total += n;
	while (n > 0) {
		size_t fits = sizeof sha->block - sha->used;
		size_t take = n < fits ? n : fits;

		memcpy(sha->block + sha->used, p, take);
		sha->used += take;
		p += take;
		n -= take;
		if (sha->used == sizeof sha->block) {
			compress(sha->state, sha->block);
			sha->used = 0;
		}
	}
}

static void finish(struct sha *sha, char hex[65])
{
	static const uint8_t padding[64] = {0x80};
	uint64_t bits = sha->total * 8;
	uint8_t length[8];

	put(sha, padding, 1 + (119 - sha->used) % 64);
	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	put(sha, length, sizeof length);
	for (int i = 0; i < 64; i++)
		hex[i] = "0123456789abcdef"[sha->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
	hex[64] = '\0';
}

static void integer(struct sha *sha, int64_t value)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)((uint64_t)value >> 8 * i);
	put(sha, bytes, sizeof bytes);
}

static void text(struct sha *sha, const char *s)
{
	size_t n = strlen(s);

	integer(sha, (int64_t)n);
	put(sha, s, n);
}

static void number(struct sha *sha, double value)
{
	double micro = round(value * 1e6);

	integer(sha, isfinite(micro) && fabs(micro) < 9e18 ? (int64_t)micro : INT64_MIN);
}

static void stamp(struct sha *sha, const struct stamp *s)
{
	integer(sha, s->when_ms);
	integer(sha, s->at_ms);
	text(sha, s->origin);
	integer(sha, s->at_most);
}

static void put_case(struct sha *sha, const struct surgery *s)
{
	const char *const texts[] = {s->id, s->patient, s->room, s->surgeon, s->anaesthetist,
		s->procedure, s->not_understood};
	const int64_t integers[] = {s->start_ms, s->end_ms, s->first_start_ms, (int64_t)s->status,
		(int64_t)s->setting, s->nest, s->add_on, s->updated_ms, (int64_t)s->flagged,
		s->place_conflict, s->room_at, s->known_ms, s->estimate_ms};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		text(sha, texts[i]);
	for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
		integer(sha, integers[i]);
	for (int i = 0; i < READY_COUNT; i++) {
		integer(sha, s->ready[i]);
		stamp(sha, &s->ready_by[i]);
	}
	/* What nobody has said leaves no trace: digests of older journals stand. */
	if (s->locked)
		text(sha, "locked");
	for (int i = 0; i < INTAKE_COUNT; i++) {
		if (s->intake[i].at_ms == 0)
			continue;
		integer(sha, i);
		stamp(sha, &s->intake[i]);
	}
	number(sha, s->estimate_min);
	stamp(sha, &s->estimate_by);
	stamp(sha, &s->told);
	for (int i = 0; i < SPEAKERS; i++)
		integer(sha, (int64_t)s->said[i]);
	for (int m = 0; m < MILESTONE_COUNT; m++) {
		for (int i = 0; i < SPEAKERS; i++)
			stamp(sha, &s->passage[m].by[i]);
		integer(sha, s->passage[m].flagged);
		integer(sha, s->passage[m].conflict);
	}
}

static void put_patient(struct sha *sha, const struct patient *p)
{
	const char *const texts[] = {p->id, p->tag, p->fhir_room, p->fhir_bed, p->fhir_origin};
	const int64_t integers[] = {p->age_years, p->asa, p->sex, (int64_t)p->mobility,
		(int64_t)p->setting, p->fhir_since_ms, p->fhir_at_ms, p->differs_since_ms,
		p->conflict};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		text(sha, texts[i]);
	for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
		integer(sha, integers[i]);
	number(sha, p->bmi);
	stamp(sha, &p->told);
	if (p->history_by.at_ms == 0)
		return; /* as above */
	integer(sha, p->admitted_ms);
	integer(sha, p->acute);
	integer(sha, p->charlson);
	integer(sha, p->ed_visits);
	stamp(sha, &p->history_by);
}

static void put_thing(struct sha *sha, const struct thing *th)
{
	const int64_t integers[] = {th->site_tag, (int64_t)th->state, th->known, th->frozen,
		th->room, th->other, th->since_ms, th->certain_ms, th->at_ms, th->battery,
		th->given_ms, th->home};

	text(sha, th->tag);
	text(sha, th->patient);
	text(sha, th->before);
	for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
		integer(sha, integers[i]);
	if (th->strayed_ms || th->unheard_ms) {
		integer(sha, th->strayed_ms);
		integer(sha, th->unheard_ms);
	}
	number(sha, th->confidence);
	number(sha, th->other_confidence);
}

static void put_cold(struct sha *sha, const struct cold_chain *c)
{
	const double numbers[] = {
		c->last, c->above_min, c->below_min, c->watched_min, c->unwatched_min, c->ageing};

	integer(sha, c->since_ms);
	integer(sha, c->last_ms);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		number(sha, numbers[i]);
}

static void put_reading(struct sha *sha, const struct reading *r)
{
	int first = (r->history_next + TWIN_HISTORY - r->history_count) % TWIN_HISTORY;

	text(sha, r->tag);
	integer(sha, (int64_t)r->quantity);
	number(sha, r->value);
	integer(sha, r->at_ms);
	integer(sha, r->source_ms);
	text(sha, r->origin);
	integer(sha, r->out_since_ms);
	if (r->cold.since_ms)
		put_cold(sha, &r->cold);
	integer(sha, r->history_count);
	for (int i = 0; i < r->history_count; i++) {
		const struct sample *s = &r->history[(first + i) % TWIN_HISTORY];

		integer(sha, s->at_ms);
		number(sha, (double)s->value);
	}
}

static void word(struct sha *sha, const struct alarm_word *w)
{
	if (!w->hlc_ms)
		return;
	integer(sha, w->hlc_ms);
	integer(sha, w->at_ms);
	integer(sha, w->covers_ms);
	text(sha, w->station);
	text(sha, w->who);
	text(sha, w->reason);
}

/* What is at its first value leaves no trace, and what is not says which it is. */
static void put_life(struct sha *sha, const struct alarm *a)
{
	const int64_t integers[] = {a->priority_now != a->priority, a->unknown, a->gone, a->again,
		a->pinned, a->ended_ms, a->peer, a->peer_ms, a->pending_ms, a->quiet_ms, a->met,
		a->flaps, a->late_samples, a->same_samples, a->unlisted, a->level, a->steps_ms,
		a->sounded_ms, a->heard_ms, a->sample_ms, a->cleared_ms, a->ack_upto_ms,
		a->reset_upto_ms, a->unack_ms, !a->named, (int64_t)a->ack_seen,
		(int64_t)a->acked_priority, a->owned, a->shelf_asked_ms, a->shelf_until_ms,
		a->shelf_one_shot, (int64_t)a->shelf_priority, a->suppressed, a->out_of_service,
		a->reset_ms};

	for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
		if (!integers[i])
			continue;
		integer(sha, (int64_t)i);
		integer(sha, integers[i]);
	}
	for (int i = 0; i < ALARM_HOLDS; i++) {
		const struct alarm_hold *hold = &a->holds[i];

		if (!hold->raised_ms)
			continue;
		integer(sha, i);
		integer(sha, hold->raised_ms);
		integer(sha, hold->ended_ms);
		integer(sha, (int64_t)hold->priority);
		integer(sha, hold->again);
		integer(sha, hold->station);
		if (hold->away_ms)
			integer(sha, hold->away_ms);
	}
	if (a->peer_station[0])
		text(sha, a->peer_station);
	if (a->cause[0])
		text(sha, a->cause);
	word(sha, &a->ack);
	word(sha, &a->shelf);
	word(sha, &a->service);
	word(sha, &a->taken);
}

static void put_alarm(struct sha *sha, const struct alarm *a)
{
	const int64_t integers[] = {(int64_t)a->class_, (int64_t)a->priority, a->active, a->acked,
		a->latched, a->raised_ms, a->changed_ms, a->acked_ms, a->count, a->late,
		a->happened_ms};

	text(sha, a->key);
	text(sha, a->text);
	text(sha, a->acked_by);
	text(sha, a->tag);
	text(sha, a->room);
	for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
		integer(sha, integers[i]);
	put_life(sha, a);
	/* Those of rules follow from their case; digests of older journals stand. */
	if (a->foretold_ms == 0)
		return;
	integer(sha, (int64_t)a->hazard);
	text(sha, a->subject);
	number(sha, a->chance);
	integer(sha, a->about_ms);
	integer(sha, a->foretold_ms);
	integer(sha, a->reps);
}

static void put_trail(struct sha *sha, const struct trail *trail)
{
	int first = (trail->step_next + TRAIL_STEPS - trail->step_count) % TRAIL_STEPS;

	for (int i = 0; i < trail->step_count; i++) {
		const struct trail_step *s = &trail->steps[(first + i) % TRAIL_STEPS];

		integer(sha, s->at_ms);
		integer(sha, s->key);
		integer(sha, s->raised);
	}
	for (int i = 0; i < trail->ring_count; i++)
		integer(sha, trail->rings[i]);
	integer(sha, trail->flood_ms);
	integer(sha, trail->flood);
}

static void put_room(struct sha *sha, const struct room_twin *rt)
{
	const int64_t integers[] = {(int64_t)rt->state, rt->current, rt->since_ms,
		(int64_t)rt->service, rt->service_ms, rt->service_at_ms,
		(int64_t)rt->service_source, rt->greyed, rt->conflict};

	text(sha, rt->service_origin);
	for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
		integer(sha, integers[i]);
}

static void put_idea(struct sha *sha, const struct idea *idea)
{
	text(sha, idea->name);
	for (int i = 0; i < TWIN_IDEA_STEPS; i++)
		text(sha, idea->steps[i]);
	stamp(sha, &idea->told);
}

static void put_note(struct sha *sha, const struct note *n)
{
	text(sha, n->id);
	text(sha, n->subject);
	text(sha, n->text);
	stamp(sha, &n->told);
}

static void put_counters(struct sha *sha, const struct twin *t)
{
	const int64_t integers[] = {t->now_ms, (int64_t)t->seq, (int64_t)t->facts,
		(int64_t)t->dropped, (int64_t)t->flagged, (int64_t)t->ignored, t->case_count,
		t->patient_count, t->thing_count, t->reading_count, t->alarm_count, t->timer_count,
		(int64_t)t->timer_sequence};

	text(sha, "vigie.twin/1");
	text(sha, t->site ? t->site->hash : "");
	for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
		integer(sha, integers[i]);
}

void twin_digest(const struct twin *twin, char hex[65])
{
	struct sha sha = {.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
				  0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};

	put_counters(&sha, twin);
	for (int i = 0; i < twin->case_count; i++)
		put_case(&sha, &twin->cases[i]);
	for (int i = 0; i < twin->patient_count; i++)
		put_patient(&sha, &twin->patients[i]);
	for (int i = 0; i < twin->thing_count; i++)
		put_thing(&sha, &twin->things[i]);
	for (int i = 0; i < twin->reading_count; i++)
		put_reading(&sha, &twin->readings[i]);
	for (int i = 0; i < twin->alarm_count; i++)
		put_alarm(&sha, &twin->alarms[i]);
	put_trail(&sha, &twin->trail);
	for (int i = 0; i < TWIN_ROOMS; i++) {
		put_room(&sha, &twin->rooms[i]);
		integer(&sha, twin->gateways[i].silent);
		integer(&sha, twin->gateways[i].since_ms);
	}
	for (int i = 0; i < twin->resource_count; i++) {
		text(&sha, twin->resources[i].id);
		integer(&sha, twin->resources[i].units);
	}
	for (int i = 0; i < twin->idea_kept; i++)
		put_idea(&sha, &twin->ideas[i]);
	/* What nobody has said leaves no trace: digests of older journals stand. */
	if (twin->older > 0)
		integer(&sha, (int64_t)twin->older);
	for (int i = 0; i < twin->word_count; i++) {
		integer(&sha, (int64_t)twin->words[i].field);
		integer(&sha, twin->words[i].hlc_ms);
		integer(&sha, twin->words[i].station);
	}
	for (int i = 0; i < twin->note_count; i++)
		put_note(&sha, &twin->notes[i]);
	for (int i = 0; i < twin->station_count; i++)
		text(&sha, twin->stations[i]);
	for (int i = 0; i < twin->station_count; i++)
		if (twin->away_ms[i]) {
			integer(&sha, i);
			integer(&sha, twin->away_ms[i]);
		}
	for (int i = 0; i < twin->timer_count; i++) {
		integer(&sha, twin->timers[i].due_ms);
		integer(&sha, (int64_t)twin->timers[i].sequence);
		integer(&sha, twin->timers[i].what);
		integer(&sha, twin->timers[i].index);
	}
	finish(&sha, hex);
}
