/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/walk.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "src/hospital/radio.h"

enum { STREAM_WALK = 9, ADVERT_MS = 1000, LIFT_MS = 20000 };

static const double metres_a_second = 1.0, room_m2 = 49, most_times = 6;

struct walker {
	FILE *out;
	const struct site *site;
	struct radio *radio;
	struct rng r;
	int tag, seconds;
	int64_t t;
	struct position at;
	bool *visited; /* [room] */
	int8_t *rssi;  /* [gateway] */
};

struct box {
	double left, top, right, bottom;
};

static struct box box_of(const struct room *r)
{
	struct box b = {r->outline[0].x, r->outline[0].y, r->outline[0].x, r->outline[0].y};
	for (int i = 1; i < r->outline_count; i++) {
		b.left = fmin(b.left, r->outline[i].x);
		b.right = fmax(b.right, r->outline[i].x);
		b.top = fmin(b.top, r->outline[i].y);
		b.bottom = fmax(b.bottom, r->outline[i].y);
	}
	return b;
}

static void advert(struct walker *w)
{
	const struct site *site = w->site;
	radio_hear(w->radio, w->tag, &w->at, w->t, w->rssi);
	fprintf(w->out, "%" PRId64 ".%03d,%s", w->t / 1000, (int)(w->t % 1000),
		site->tags[w->tag].mac);
	for (int g = 0; g < site->gateway_count; g++)
		if (w->rssi[g] != 0)
			fprintf(w->out, ",%d", w->rssi[g]);
		else
			fputc(',', w->out);
	fprintf(w->out, ",%s\n", site->rooms[w->at.room].id);
	w->t += ADVERT_MS;
}

static void stand(struct walker *w, int64_t ms)
{
	for (int64_t end = w->t + ms; w->t < end;)
		advert(w);
}

static void go(struct walker *w, double x, double y)
{
	const double step = metres_a_second * ADVERT_MS / 1000;
	for (;;) {
		double dx = x - w->at.x, dy = y - w->at.y, left = hypot(dx, dy);
		if (left <= step)
			break;
		w->at.x += dx / left * step;
		w->at.y += dy / left * step;
		advert(w);
	}
	w->at.x = x;
	w->at.y = y;
}

/* To the point of a room nearest to (x, y), half a metre from its walls. */
static struct position towards(const struct site *site, int room, double x, double y)
{
	struct box b = box_of(&site->rooms[room]);
	double dx = fmin(0.5, (b.right - b.left) / 2), dy = fmin(0.5, (b.bottom - b.top) / 2);
	return (struct position){room, fmin(fmax(x, b.left + dx), b.right - dx),
		fmin(fmax(y, b.top + dy), b.bottom - dy)};
}

static void enter(struct walker *w, int room)
{
	struct box b = box_of(&w->site->rooms[room]);
	struct position door =
		towards(w->site, w->at.room, (b.left + b.right) / 2, (b.top + b.bottom) / 2);
	bool lift = w->site->rooms[room].floor != w->site->rooms[w->at.room].floor;
	go(w, door.x, door.y);
	if (lift)
		stand(w, LIFT_MS);
	w->at = towards(w->site, room, w->at.x, w->at.y);
}

/* From one place in the room to the next, standing at each for a while. */
static void look_round(struct walker *w)
{
	struct box b = box_of(&w->site->rooms[w->at.room]);
	double times = (b.right - b.left) * (b.bottom - b.top) / room_m2;
	times = fmin(fmax(times, 1), most_times);
	int64_t end = w->t + (int64_t)(times * w->seconds * 1000);
	while (w->t < end) {
		go(w, b.left + (b.right - b.left) * rng_between(&w->r, 0.08, 0.92),
			b.top + (b.bottom - b.top) * rng_between(&w->r, 0.08, 0.92));
		stand(w, 1000 * (2 + rng_below(&w->r, 7)));
	}
}

static int next_unvisited(struct walker *w, int room)
{
	int found = -1, seen = 0;
	for (int i = 0; i < w->site->door_count; i++) {
		const struct door *d = &w->site->doors[i];
		int other = d->a == room ? d->b : d->b == room ? d->a : -1;
		/* Each with the same chance, whatever their order in the file. */
		if (other >= 0 && !w->visited[other] && rng_below(&w->r, ++seen) == 0)
			found = other;
	}
	return found;
}

/* Depth first, and back by the way one came. */
static void visit(struct walker *w, int room)
{
	int *way = calloc((size_t)w->site->room_count + 1, sizeof *way), depth = 0;
	if (way == NULL)
		abort();
	way[depth++] = room;
	w->visited[room] = true;
	look_round(w);
	while (depth > 0) {
		int next = next_unvisited(w, way[depth - 1]);
		if (next >= 0) {
			way[depth++] = next;
			w->visited[next] = true;
			enter(w, next);
			look_round(w);
		} else if (--depth > 0) {
			enter(w, way[depth - 1]);
		}
	}
	free(way);
}

static void header(const struct walker *w)
{
	fputs("ts,tag", w->out);
	for (int g = 0; g < w->site->gateway_count; g++)
		fprintf(w->out, ",rssi_%s", w->site->gateways[g].mac);
	fputs(",room\n", w->out);
}

int walk_write(FILE *out, const struct site *site, uint64_t seed, int seconds)
{
	struct walker w = {.out = out, .site = site, .seconds = seconds, .tag = -1};
	for (int i = 0; i < site->tag_count && w.tag < 0; i++)
		if (site->tags[i].kind == TAG_STAFF)
			w.tag = i;
	if (w.tag < 0)
		return -1;
	w.t = 1700000000000;
	w.r = rng_stream(seed, STREAM_WALK, 0);
	w.radio = radio_create(site, seed);
	w.visited = calloc((size_t)site->room_count + 1, sizeof *w.visited);
	w.rssi = calloc((size_t)site->gateway_count + 1, sizeof *w.rssi);
	if (w.visited == NULL || w.rssi == NULL)
		abort();
	header(&w);
	for (int i = 0; i < site->room_count; i++) {
		if (w.visited[i] || site->rooms[i].outline_count == 0)
			continue;
		w.at = towards(site, i, -1e6, -1e6);
		visit(&w, i);
	}
	radio_destroy(w.radio);
	free(w.visited);
	free(w.rssi);
	return ferror(out) ? -1 : 0;
}
