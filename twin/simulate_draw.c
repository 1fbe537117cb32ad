/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/simulate.h"

#include <math.h>
#include <string.h>

#include "twin/random.h"
#include "twin/stat.h"

/* The fate of a replication. */

static const double MS = 60000; /* a minute */

/* Half a year: what lasts longer is no forecast. */
static int32_t to_ms(double minutes)
{
	double ms = minutes * MS;
	return ms >= 1.6e9 ? 1600000000 : ms > 0 ? (int32_t)(ms + 0.5) : 0;
}

static int32_t law_draw(const struct sim_law *law, uint32_t bits)
{
	switch (law->kind) {
	case SIM_AT_ONCE:
		return 0;
	case SIM_FIXED:
		return to_ms((double)law->a);
	case SIM_UNIFORM:
		return to_ms((double)law->a + random_unit(bits) * (double)(law->b - law->a));
	case SIM_LOGNORMAL:
		break;
	}
	return to_ms(
		exp((double)law->a + (double)law->b * stat_normal_quantile(random_unit(bits))));
}

/* What is left of something that began `elapsed_ms` ago. */
static int32_t law_left(const struct sim_law *law, int64_t elapsed_ms, uint32_t bits)
{
	double elapsed = (double)elapsed_ms / MS;
	if (law->kind == SIM_LOGNORMAL) {
		double whole = stat_lognormal_truncated(
			(double)law->a, (double)law->b, elapsed, random_unit(bits));
		return to_ms(whole - elapsed);
	}
	int64_t left = law_draw(law, bits) - elapsed_ms;
	return left > 0 ? (int32_t)left : 0;
}

/* Counters are (who, what for, whose, 0): names of the second and the third. One
 * counter gives four draws, so that steps share them in fours. */
enum { DRAW_TURNOVER = SIM_STEPS / 4, DRAW_CLEANING, DRAW_FATE };
enum { OF_CASE, OF_ROOM, OF_GUEST, OF_STREAM, OF_ROOM_WEAR, OF_KIT_WEAR };

static int32_t with_extra(int32_t drawn_ms, int32_t extra_ms)
{
	int32_t least = drawn_ms < (int32_t)MS ? drawn_ms : (int32_t)MS;
	int32_t lasts = drawn_ms + extra_ms;
	return lasts > least ? lasts : least;
}

/* Whether the patient comes, and fasting. */
static void draw_chances(const struct sim_plan *plan, const struct sim_case *c, int index,
	const uint32_t key[2], struct sim_draw *draw)
{
	const uint32_t counter[4] = {c->who, DRAW_FATE, OF_CASE, 0};
	uint32_t bits[4];
	random_philox(key, counter, bits);
	bool missing = (c->may & SIM_MAY_NOT_COME) != 0 && random_unit(bits[0]) < plan->no_show;
	bool off = (c->may & SIM_MAY_BE_CANCELLED) != 0 && random_unit(bits[3]) < plan->cancelled;
	draw->off[index] = missing ? SIM_NO_SHOW : off ? SIM_CALLED_OFF : SIM_GOES;
	bool ate = (c->may & SIM_MAY_HAVE_EATEN) != 0 && random_unit(bits[1]) < plan->not_fasting;
	draw->later_ms[index] = ate ? law_draw(&plan->fasting_delay, bits[2]) : 0;
}

static void draw_case(const struct sim_plan *plan, const struct sim_case *c, int index,
	const uint32_t key[2], struct sim_draw *draw)
{
	int steps = plan->pathways[c->pathway].count;
	uint32_t whose = index < plan->case_count ? OF_CASE : OF_GUEST;
	uint32_t bits[4] = {0};
	int32_t *lasts = draw->lasts_ms[index];
	for (int s = c->step; s < steps; s++) {
		if (s == c->step || s % 4 == 0) {
			const uint32_t counter[4] = {c->who, (uint32_t)s / 4, whose, 0};
			random_philox(key, counter, bits);
		}
		lasts[s] = s == c->step && c->running
				   ? law_left(&c->law[s], c->elapsed_ms, bits[s % 4])
				   : law_draw(&c->law[s], bits[s % 4]);
	}
	if (c->extra_ms != 0)
		lasts[c->extra_step] = with_extra(lasts[c->extra_step], c->extra_ms);
	if (c->may != 0)
		draw_chances(plan, c, index, key, draw);
	/* A guest takes any room: they are all turned over alike, or nearly so. */
	int room = whose == OF_GUEST ? 0 : c->room;
	if (room < 0 || room >= plan->room_count)
		return;
	const uint32_t counter[4] = {c->who, DRAW_TURNOVER, whose, 0};
	random_philox(key, counter, bits);
	draw->turnover_ms[index] = law_draw(&plan->rooms[room].turnover, bits[0]);
}

/* The time at which the stream's expected arrivals since the origin reach `sum`. */
static double stream_time(const struct sim_stream *s, double sum)
{
	double at = 0; /* minutes */
	double hour = floor(-(double)s->midnight_ms / (60 * MS));
	double ends = (double)s->midnight_ms / MS + 60 * (hour + 1);
	while (at * MS < (double)s->until_ms) {
		double rate = (double)s->per_hour[((int)hour % 24 + 24) % 24] / 60;
		if (rate * (ends - at) >= sum && rate > 0)
			return at + sum / rate;
		sum -= rate * (ends - at);
		at = ends;
		ends += 60;
		hour++;
	}
	return INFINITY;
}

static void draw_stream(const struct sim_plan *plan, const struct sim_stream *s,
	const uint32_t key[2], struct sim_draw *draw)
{
	double sum = 0;
	bool more = true;
	for (int n = 0; n < s->count; n++) {
		const uint32_t counter[4] = {s->who, (uint32_t)n, OF_STREAM, 0};
		uint32_t bits[4];
		int i = s->first + n;
		draw->comes_ms[i] = SIM_NEVER;
		if (!more)
			continue;
		random_philox(key, counter, bits);
		sum -= log(random_unit(bits[0]));
		double ms = stream_time(s, sum) * MS;
		more = ms < (double)s->until_ms;
		if (!more)
			continue;
		draw->comes_ms[i] = (int32_t)ms;
		draw_case(plan, &plan->cases[i], i, key, draw);
	}
}

/* A thing that works at the origin. */
static void draw_wear(const struct sim_wear *wear, double things, const uint32_t counted[2],
	const uint32_t key[2], struct sim_outage outages[SIM_OUTAGES])
{
	int32_t now = 0;
	for (uint32_t n = 0; n < SIM_OUTAGES; n++) {
		const uint32_t counter[4] = {counted[0], n, counted[1], 0};
		uint32_t bits[4];
		random_philox(key, counter, bits);
		int32_t up = to_ms(-log(random_unit(bits[0])) * wear->mtbf_min / things);
		int32_t down = to_ms(-log(random_unit(bits[1])) * wear->mttr_min);
		bool far = up > INT32_MAX - now || down > INT32_MAX - now - up;
		outages[n] = (struct sim_outage){SIM_NEVER, SIM_NEVER};
		if (far)
			return;
		outages[n] = (struct sim_outage){now + up, now + up + down};
		now = outages[n].to_ms;
	}
}

static void draw_breakdowns(
	const struct sim_plan *plan, const uint32_t key[2], struct sim_draw *draw)
{
	for (int r = 0; plan->room_wear.mtbf_min > 0 && r < plan->room_count; r++)
		draw_wear(&plan->room_wear, 1, (const uint32_t[2]){(uint32_t)r, OF_ROOM_WEAR}, key,
			draw->room_down[r]);
	for (int k = 0; k < plan->kit_count; k++)
		if (plan->kits[k].wear.mtbf_min > 0)
			draw_wear(&plan->kits[k].wear, plan->pools[plan->kits[k].pool].units,
				(const uint32_t[2]){(uint32_t)k, OF_KIT_WEAR}, key,
				draw->kit_down[k]);
}

static void draw_cleaning(const struct sim_plan *plan, const uint32_t key[2], struct sim_draw *draw)
{
	for (int r = 0; r < plan->room_count; r++) {
		const struct sim_room *room = &plan->rooms[r];
		if (room->cleaning_ms < 0)
			continue;
		const uint32_t counter[4] = {(uint32_t)r, DRAW_CLEANING, OF_ROOM, 0};
		uint32_t bits[4];
		random_philox(key, counter, bits);
		draw->cleaning_ms[r] = law_left(&room->turnover, room->cleaning_ms, bits[0]);
	}
}

void sim_draw(const struct sim_plan *plan, uint32_t seed, uint32_t n, struct sim_draw *draw)
{
	const uint32_t key[2] = {seed, n};
	for (int i = 0; i < plan->case_count; i++)
		if (!plan->cases[i].absent)
			draw_case(plan, &plan->cases[i], i, key, draw);
	draw_cleaning(plan, key, draw);
	for (int k = 0; k < plan->stream_count; k++)
		draw_stream(plan, &plan->streams[k], key, draw);
	draw_breakdowns(plan, key, draw);
}

/* ---- taken over from another plan ---- */

static bool same_number(float a, float b)
{
	return !(a < b) && !(a > b);
}

static bool same_law(const struct sim_law *a, const struct sim_law *b)
{
	return a->kind == b->kind && same_number(a->a, b->a) && same_number(a->b, b->b);
}

static bool same_turnover(const struct sim_plan *a, int room, const struct sim_plan *b, int other)
{
	if (room < 0 || other < 0)
		return room < 0 && other < 0;
	return same_law(&a->rooms[room].turnover, &b->rooms[other].turnover);
}

/* Whatever the fate of a case is drawn from. */
static bool same_fate(const struct sim_plan *plan, int i, const struct sim_plan *other, int k)
{
	const struct sim_case *a = &plan->cases[i], *b = &other->cases[k];
	int steps = plan->pathways[a->pathway].count;
	if (a->who != b->who || a->absent || b->absent || a->may != b->may || a->step != b->step
		|| a->running != b->running || a->elapsed_ms != b->elapsed_ms
		|| a->extra_ms != b->extra_ms || a->extra_step != b->extra_step
		|| steps != other->pathways[b->pathway].count
		|| !same_turnover(plan, a->room, other, b->room))
		return false;
	for (int s = 0; s < steps; s++)
		if (!same_law(&a->law[s], &b->law[s]))
			return false;
	return true;
}

static bool same_guests(const struct sim_plan *plan, const struct sim_plan *other)
{
	if (plan->stream_count != other->stream_count || plan->guest_count != other->guest_count)
		return false;
	for (int k = 0; k < plan->guest_count; k++)
		if (!same_fate(plan, plan->case_count + k, other, other->case_count + k))
			return false;
	for (int k = 0; k < plan->stream_count; k++) {
		const struct sim_stream *a = &plan->streams[k], *b = &other->streams[k];
		if (a->who != b->who || a->midnight_ms != b->midnight_ms
			|| a->until_ms != b->until_ms || a->count != b->count)
			return false;
		for (int h = 0; h < 24; h++)
			if (!same_number(a->per_hour[h], b->per_hour[h]))
				return false;
	}
	return plan->room_count == 0 || other->room_count == 0 || same_turnover(plan, 0, other, 0);
}

void sim_draw_compare(
	const struct sim_plan *plan, const struct sim_plan *other, struct sim_draw_like *like)
{
	int k = 0;
	like->plan = other;
	like->guests = same_guests(plan, other);
	for (int i = 0; i < plan->case_count; i++) {
		/* Both are in the order of the twin: what is missing was stepped over. */
		int at = k;
		while (at < other->case_count && other->cases[at].who != plan->cases[i].who)
			at++;
		like->of[i] = SIM_NONE;
		if (at == other->case_count)
			continue;
		k = at + 1;
		if (same_fate(plan, i, other, at))
			like->of[i] = (int16_t)at;
	}
}

static void take_over(const struct sim_plan *plan, int i, const struct sim_draw *other, int k,
	struct sim_draw *draw)
{
	size_t steps = (size_t)plan->pathways[plan->cases[i].pathway].count;
	memcpy(draw->lasts_ms[i], other->lasts_ms[k], steps * sizeof **draw->lasts_ms);
	draw->turnover_ms[i] = other->turnover_ms[k];
	draw->later_ms[i] = other->later_ms[k];
	draw->off[i] = other->off[k];
}

static void take_over_guests(const struct sim_plan *plan, const struct sim_plan *from,
	const struct sim_draw *other, struct sim_draw *draw)
{
	for (int g = 0; g < plan->guest_count; g++) {
		int i = plan->case_count + g, k = from->case_count + g;
		draw->comes_ms[i] = other->comes_ms[k];
		if (other->comes_ms[k] != SIM_NEVER)
			take_over(plan, i, other, k, draw);
	}
}

void sim_draw_again(const struct sim_plan *plan, uint32_t seed, uint32_t n,
	const struct sim_draw_like *like, const struct sim_draw *other, struct sim_draw *draw)
{
	const uint32_t key[2] = {seed, n};
	for (int i = 0; i < plan->case_count; i++) {
		if (like->of[i] >= 0)
			take_over(plan, i, other, like->of[i], draw);
		else if (!plan->cases[i].absent)
			draw_case(plan, &plan->cases[i], i, key, draw);
	}
	draw_cleaning(plan, key, draw);
	if (like->guests)
		take_over_guests(plan, like->plan, other, draw);
	for (int k = 0; !like->guests && k < plan->stream_count; k++)
		draw_stream(plan, &plan->streams[k], key, draw);
	draw_breakdowns(plan, key, draw);
}
