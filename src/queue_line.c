/* SPDX-License-Identifier: Apache-2.0 */
#include "src/queue_line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/events.h"
#include "twin/random.h"
#include "twin/stat.h"

/* Time in millionths of the unit. */
static const double TICKS = 1e6;

struct customer {
	int64_t arrived, done; /* done: with the server */
	int32_t service, stay; /* ticks; both fit, no law here is that long */
	bool counted;
	uint8_t class;
};

/* A queue that grows; first in, first out. */
struct fifo {
	struct customer *items;
	long first, count, room; /* room is a power of two */
};

struct run {
	const struct line *line;
	struct line_result *out;
	uint32_t seed;
	long left, index, warm, done;
	int64_t now, changed;
	double waiting_area;
	int64_t looked, began; /* of the shares of time; began < 0: not yet */
	long served;
	struct fifo waiting[LINE_CLASSES], bedless;
	struct customer server[LINE_SERVERS], bed[LINE_SERVERS];
	int blocked[LINE_SERVERS]; /* servers in the order they were blocked */
	int blocked_count;
	uint64_t busy, abed; /* bits */
	struct customer next[LINE_CLASSES];
	struct events events;
};

static bool fifo_put(struct fifo *f, const struct customer *c)
{
	if (f->count == f->room) {
		long room = f->room > 0 ? 2 * f->room : 256;
		struct customer *more = malloc((size_t)room * sizeof *more);
		if (more == NULL)
			return false;
		for (long i = 0; i < f->count; i++)
			more[i] = f->items[(f->first + i) & (f->room - 1)];
		free(f->items);
		f->items = more;
		f->room = room;
		f->first = 0;
	}
	f->items[(f->first + f->count++) & (f->room - 1)] = *c;
	return true;
}

static struct customer fifo_get(struct fifo *f)
{
	struct customer c = f->items[f->first];
	f->first = (f->first + 1) & (f->room - 1);
	f->count--;
	return c;
}

static double law_draw(const struct line_law *law, uint32_t bits, uint32_t more)
{
	double mu, sigma, sum = 1;
	switch (law->kind) {
	case LINE_EXPONENTIAL:
		return -law->mean * log(random_unit(bits));
	case LINE_FIXED:
		return law->mean;
	case LINE_ERLANG4: /* coefficient of variation 0.5 */
		for (int i = 0; i < 4; i++) {
			const uint32_t key[2] = {bits, more}, counter[4] = {(uint32_t)i, 0, 0, 1};
			uint32_t out[4];
			random_philox(key, counter, out);
			sum *= random_unit(out[0]);
		}
		return -law->mean / 4 * log(sum);
	case LINE_LOGNORMAL:
		break;
	}
	stat_lognormal_of(law->mean, law->deviation, &mu, &sigma);
	return exp(mu + sigma * stat_normal_quantile(random_unit(bits)));
}

/* The next customer of a class: one counter gives all its draws. */
static void draw_next(struct run *r, int class)
{
	struct customer *c = &r->next[class];
	const uint32_t key[2] = {r->seed, (uint32_t) class};
	const uint32_t counter[4] = {(uint32_t)r->index, (uint32_t)(r->index >> 32), 0, 0};
	uint32_t bits[4];
	if (r->left == 0) {
		events_cancel(&r->events, class);
		return;
	}
	random_philox(key, counter, bits);
	c->arrived = r->now + (int64_t)(-log(random_unit(bits[0])) / r->line->rate[class] * TICKS);
	c->service = (int32_t)(law_draw(&r->line->service, bits[1], bits[3]) * TICKS);
	c->stay = r->line->beds > 0 ? (int32_t)(law_draw(&r->line->stay, bits[2], bits[3]) * TICKS)
				    : 0;
	c->class = (uint8_t) class;
	c->counted = r->index >= r->warm;
	r->index++;
	r->left--;
	if (!r->line->saturated)
		events_at(&r->events, class, c->arrived);
}

static void leave(struct run *r, const struct customer *c)
{
	if (!c->counted)
		return;
	r->done++;
	r->out->whole += (double)(r->now - c->arrived);
}

static void serve(struct run *r, int s, const struct customer *c)
{
	double waited = (double)(r->now - c->arrived);
	r->server[s] = *c;
	r->busy |= 1ull << s;
	events_at(&r->events, LINE_CLASSES + s, r->now + c->service);
	if (!c->counted)
		return;
	r->out->wait[c->class] += waited;
	r->out->waited += waited > 0;
	r->out->waited_over_1 += waited > TICKS;
}

/* The time since the last look was spent as things are still. */
static void look(struct run *r)
{
	double passed = (double)(r->now - r->looked);
	r->looked = r->now;
	if (r->began < 0 || r->left == 0)
		return;
	r->out->taken[__builtin_popcountll(r->busy)] += passed;
	r->out->abed[__builtin_popcountll(r->abed)] += passed;
	r->out->held[r->blocked_count] += passed;
}

static void count_waiting(struct run *r)
{
	long waiting = r->waiting[0].count + r->waiting[1].count;
	r->waiting_area += (double)waiting * (double)(r->now - r->changed);
	r->changed = r->now;
}

static void free_server(struct run *r, int s)
{
	r->busy &= ~(1ull << s);
	events_cancel(&r->events, LINE_CLASSES + s);
	r->served += r->began >= 0 && r->left > 0;
	if (r->line->saturated) {
		struct customer c = r->next[0];
		draw_next(r, 0);
		c.arrived = r->now;
		if (r->left > 0)
			serve(r, s, &c);
		return;
	}
	for (int class = 0; class < LINE_CLASSES; class ++) {
		if (r->waiting[class].count == 0)
			continue;
		count_waiting(r);
		struct customer c = fifo_get(&r->waiting[class]);
		serve(r, s, &c);
		return;
	}
}

static void to_bed(struct run *r, const struct customer *c, int bed)
{
	r->bed[bed] = *c;
	r->abed |= 1ull << bed;
	events_at(&r->events, LINE_CLASSES + r->line->servers + bed, r->now + c->stay);
}

static int free_bit(uint64_t taken, int count)
{
	int bit = __builtin_ctzll(~taken | 1ull << 63);
	return bit < count && !(taken >> bit & 1) ? bit : -1;
}

static void served(struct run *r, int s)
{
	struct customer *c = &r->server[s];
	int bed = r->line->beds > 0 ? free_bit(r->abed, r->line->beds) : -1;
	c->done = r->now;
	if (r->line->beds == 0) {
		leave(r, c);
	} else if (bed >= 0) {
		to_bed(r, c, bed);
	} else if (r->line->blocking) {
		r->blocked[r->blocked_count++] = s;
		events_cancel(&r->events, LINE_CLASSES + s);
		return;
	} else {
		fifo_put(&r->bedless, c);
	}
	free_server(r, s);
}

static void unblock(struct run *r, int bed)
{
	int s = r->blocked[0];
	struct customer c = r->server[s];
	memmove(r->blocked, r->blocked + 1, sizeof *r->blocked * (size_t)--r->blocked_count);
	if (c.counted) {
		r->out->blocked += (double)(r->now - c.done);
		r->out->blocked_share += 1;
	}
	to_bed(r, &c, bed);
	free_server(r, s);
}

static void stay_over(struct run *r, int bed)
{
	leave(r, &r->bed[bed]);
	r->abed &= ~(1ull << bed);
	events_cancel(&r->events, LINE_CLASSES + r->line->servers + bed);
	if (r->blocked_count > 0) {
		unblock(r, bed);
	} else if (r->bedless.count > 0) {
		struct customer c = fifo_get(&r->bedless);
		to_bed(r, &c, bed);
	}
}

static bool arrive(struct run *r, int class)
{
	struct customer c = r->next[class];
	int s = free_bit(r->busy, r->line->servers);
	draw_next(r, class);
	if (s >= 0) {
		serve(r, s, &c);
		return true;
	}
	if (r->line->loss) {
		r->out->lost += c.counted;
		return true;
	}
	count_waiting(r);
	return fifo_put(&r->waiting[class], &c);
}

static bool happen(struct run *r, int slot)
{
	if (slot < LINE_CLASSES)
		return arrive(r, slot);
	if (slot < LINE_CLASSES + r->line->servers)
		served(r, slot - LINE_CLASSES);
	else
		stay_over(r, slot - LINE_CLASSES - r->line->servers);
	return true;
}

static void conclude(struct run *r, long counted[LINE_CLASSES])
{
	struct line_result *o = r->out;
	double n = (double)(counted[0] + counted[1]);
	o->customers = counted[0] + counted[1];
	o->wait_all = (o->wait[0] + o->wait[1]) / n / TICKS;
	for (int class = 0; class < LINE_CLASSES; class ++)
		o->wait[class] =
			counted[class] > 0 ? o->wait[class] / (double)counted[class] / TICKS : 0;
	o->whole /= n * TICKS;
	o->blocked /= n * TICKS;
	o->blocked_share /= n;
	o->waited /= n;
	o->waited_over_1 /= n;
	o->lost /= n;
	double watched = 0;
	for (int k = 0; k < LINE_SERVERS; k++)
		watched += o->taken[k];
	for (int k = 0; watched > 0 && k < LINE_SERVERS; k++) {
		o->taken[k] /= watched;
		o->abed[k] /= watched;
		o->held[k] /= watched;
	}
	o->throughput = watched > 0 ? (double)r->served / watched * TICKS : 0;
	o->queue = r->waiting_area / (double)r->now;
	o->finished_at = (double)r->now / TICKS;
}

bool line_run(const struct line *line, long n, long warm, uint32_t seed, struct line_result *result)
{
	struct run *r = calloc(1, sizeof *r);
	long counted[LINE_CLASSES] = {0};
	bool good = r != NULL && line->servers < LINE_SERVERS && line->beds < LINE_SERVERS;
	int64_t time;
	int slot;
	if (!good) {
		free(r);
		return false;
	}
	memset(result, 0, sizeof *result);
	*r = (struct run){
		.line = line, .out = result, .seed = seed, .left = n, .warm = warm, .began = -1};
	events_init(&r->events, LINE_CLASSES + line->servers + line->beds, line->heap);
	for (int class = 0; class < LINE_CLASSES; class ++)
		if (line->rate[class] > 0)
			draw_next(r, class);
	for (int s = 0; line->saturated && s < line->servers; s++) {
		struct customer c = r->next[0];
		draw_next(r, 0);
		serve(r, s, &c);
	}
	while (good && events_next(&r->events, &slot, &time)) {
		r->now = time;
		if (line->shares) {
			look(r);
			r->began = r->began < 0 && r->index > warm ? r->now : r->began;
		}
		if (slot < LINE_CLASSES)
			counted[slot] += r->next[slot].counted;
		good = happen(r, slot);
	}
	conclude(r, counted);
	for (int class = 0; class < LINE_CLASSES; class ++)
		free(r->waiting[class].items);
	free(r->bedless.items);
	free(r);
	return good;
}
