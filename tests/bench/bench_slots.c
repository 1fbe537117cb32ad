/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How good the search is where the optimum is known: random small days, solved by
 * `vigie repair --deterministic` and, to the proved optimum, by CBC on the
 * time-indexed MIP. What CBC cannot prove in its time is dropped and counted. Without
 * cbc (package coinor-cbc) only the rules of thumb are the reference.
 *
 * The instances and the MIP are made here, and share nothing with twin/slots.c but its
 * struct and its judge, which asks nothing of how a plan came about.
 */

#include <cjson/cJSON.h>
#include <math.h>
#include <sys/wait.h>

#include "src/repair_slots.h"
#include "tests/bench/bench.h"

enum { DAYS = 60, LIMIT_S = 60 };

/* ---- instances ---- */

/* xorshift64*: Vigna 2016; nothing of the twin's. */
static uint64_t state;
static int die(int low, int high)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return low + (int)(state * UINT64_C(2685821657736338717) >> 33) % (high - low + 1);
}

/* Ten to twenty cases from 10:00 on, three or four rooms until 16:00, at 0.6 to 1.3 of
 * the room time that is left; some rooms still busy, one bay more than rooms. */
static void draw_day(int n, struct slots_day *d)
{
	state = UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(n + 1);
	for (int k = 0; k < 10; k++)
		die(0, 1);
	*d = (struct slots_day){.turnover = 1, .end = 24, .horizon = 40};
	d->case_count = 10 + n % 11;
	d->room_count = d->case_count <= 13 ? 3 : 4;
	d->beds = d->room_count + 1;
	for (int r = 0; r < d->room_count; r++)
		d->free[r] = die(0, 1) ? die(1, 6) : 0;
	for (int i = 0; i < d->case_count; i++) {
		struct slots_case *c = &d->cases[i];
		uint32_t all = (1u << d->room_count) - 1;
		*c = (struct slots_case){.ready = die(0, 2) ? die(0, 18) : 0,
			.lasts = die(2, 4 + n % 5),
			.surgeon = die(0, d->case_count / 2),
			.rooms = die(0, 1) ? all : (uint32_t)die(1, (int)all),
			.stay = die(3, 8),
			.weight = die(0, 4) ? 1 : die(2, 6),
			.put_off = die(40, 160)};
	}
}

static void write_day(const struct slots_day *d, const char *path)
{
	FILE *f = fopen(path, "w");
	if (f == NULL)
		exit(3);
	fprintf(f,
		"{\"format\":\"vigie.slots/1\",\"end\":%d,\"horizon\":%d,\"turnover\":%d,"
		"\"beds\":%d,\"rooms\":[",
		d->end, d->horizon, d->turnover, d->beds);
	for (int r = 0; r < d->room_count; r++)
		fprintf(f, "%s{\"id\":\"or-%d\",\"free\":%d}", r > 0 ? "," : "", r, d->free[r]);
	fputs("],\"cases\":[", f);
	for (int i = 0; i < d->case_count; i++) {
		const struct slots_case *c = &d->cases[i];
		const char *comma = "";
		fprintf(f,
			"%s{\"id\":\"c-%d\",\"ready\":%d,\"lasts\":%d,\"surgeon\":\"s-%d\","
			"\"stay\":%d,\"weight\":%d,\"put_off\":%d,\"rooms\":[",
			i > 0 ? "," : "", i, c->ready, c->lasts, c->surgeon, c->stay, c->weight,
			c->put_off);
		for (int r = 0; r < d->room_count; r++)
			if ((c->rooms >> r & 1) != 0) {
				fprintf(f, "%s\"or-%d\"", comma, r);
				comma = ",";
			}
		fputs("]}", f);
	}
	fputs("]}\n", f);
	if (fclose(f) != 0)
		exit(3);
}

/* ---- the time-indexed MIP ---- */

static bool may_begin(const struct slots_day *d, int i, int r, int t)
{
	const struct slots_case *c = &d->cases[i];
	return (c->rooms >> r & 1) != 0 && t >= c->ready && t >= d->free[r]
	       && t + c->lasts <= d->horizon;
}

typedef bool holds(const struct slots_day *d, int i, int r, int t, int what, int slot);

static bool holds_room(const struct slots_day *d, int i, int r, int t, int what, int slot)
{
	return r == what && slot >= t && slot < t + d->cases[i].lasts + d->turnover;
}

static bool holds_surgeon(const struct slots_day *d, int i, int r, int t, int what, int slot)
{
	(void)r;
	return d->cases[i].surgeon == what && slot >= t && slot < t + d->cases[i].lasts;
}

static bool holds_bed(const struct slots_day *d, int i, int r, int t, int what, int slot)
{
	int out = t + d->cases[i].lasts;
	(void)r;
	(void)what;
	return slot >= out && slot < out + d->cases[i].stay;
}

/* Who holds it in a slot: at most so many. */
static void at_most(FILE *f, const struct slots_day *d, holds *who, int what, int most)
{
	for (int slot = 0; slot < d->horizon; slot++) {
		int terms = 0;
		for (int i = 0; i < d->case_count; i++)
			for (int r = 0; r < d->room_count; r++)
				for (int t = 0; t < d->horizon; t++)
					if (may_begin(d, i, r, t) && who(d, i, r, t, what, slot))
						fprintf(f, "%s + x_%d_%d_%d",
							terms++ % 8 == 7 ? "\n" : "", i, r, t);
		if (terms > 0)
			fprintf(f, " <= %d\n", most);
	}
}

/* Overtime of a room: at least what each case ends late by, and, for a sharper bound,
 * at least the late slots that are worked in. */
static void overtime(FILE *f, const struct slots_day *d, int r)
{
	for (int i = -1; i < d->case_count; i++) {
		int terms = 0;
		for (int j = i < 0 ? 0 : i; j < (i < 0 ? d->case_count : i + 1); j++)
			for (int t = 0; t < d->horizon; t++) {
				int end = t + d->cases[j].lasts, late = end - d->end;
				if (!may_begin(d, j, r, t) || late <= 0)
					continue;
				if (i < 0 && late > d->cases[j].lasts)
					late = d->cases[j].lasts;
				fprintf(f, "%s - %d x_%d_%d_%d", terms++ % 8 == 7 ? "\n" : "", late,
					j, r, t);
			}
		if (terms > 0)
			fprintf(f, " + o_%d >= 0\n", r);
	}
}

static void write_mip(const struct slots_day *d, const char *path)
{
	FILE *f = fopen(path, "w");
	if (f == NULL)
		exit(3);
	fputs("Minimize\n cost:", f);
	for (int r = 0; r < d->room_count; r++)
		fprintf(f, " + %d o_%d", SLOTS_OVERTIME, r);
	for (int i = 0; i < d->case_count; i++)
		fprintf(f, "\n + %d y_%d", d->cases[i].put_off, i);
	for (int i = 0; i < d->case_count; i++)
		for (int r = 0; r < d->room_count; r++)
			for (int t = d->cases[i].ready + 1; t < d->horizon; t++)
				if (may_begin(d, i, r, t))
					fprintf(f, "\n + %d x_%d_%d_%d",
						d->cases[i].weight * (t - d->cases[i].ready), i, r,
						t);
	fputs("\nSubject To\n", f);
	for (int i = 0; i < d->case_count; i++) {
		for (int r = 0; r < d->room_count; r++)
			for (int t = 0; t < d->horizon; t++)
				if (may_begin(d, i, r, t))
					fprintf(f, " + x_%d_%d_%d\n", i, r, t);
		fprintf(f, " + y_%d = 1\n", i);
	}
	for (int r = 0; r < d->room_count; r++) {
		at_most(f, d, holds_room, r, 1);
		overtime(f, d, r);
	}
	for (int s = 0; s < SLOTS_CASES; s++)
		at_most(f, d, holds_surgeon, s, 1);
	at_most(f, d, holds_bed, 0, d->beds);
	fputs("Binaries\n", f);
	for (int i = 0; i < d->case_count; i++) {
		fprintf(f, " y_%d\n", i);
		for (int r = 0; r < d->room_count; r++)
			for (int t = 0; t < d->horizon; t++)
				if (may_begin(d, i, r, t))
					fprintf(f, " x_%d_%d_%d\n", i, r, t);
	}
	fputs("End\n", f);
	if (fclose(f) != 0)
		exit(3);
}

/* The proved optimum; -1 when it is not proved in time. */
static double solve(const char *cbc, const char *mip, const char *folder)
{
	char command[512], line[256];
	double cost = -1;
	snprintf(command, sizeof command, "%s %s -sec %d -solve -solu %s/out.txt >%s/log.txt 2>&1",
		cbc, mip, LIMIT_S, folder, folder);
	if (system(command) != 0)
		return -1;
	snprintf(command, sizeof command, "%s/out.txt", folder);
	FILE *f = fopen(command, "r");
	if (f == NULL)
		return -1;
	if (fgets(line, sizeof line, f) == NULL
		|| sscanf(line, "Optimal - objective value %lf", &cost) != 1)
		cost = -1;
	fclose(f);
	return cost;
}

/* ---- what vigie makes of it ---- */

struct answer {
	int cost, first_fit, shortest;
	double seconds;
};

static int number(const cJSON *root, const char *part)
{
	const cJSON *o = cJSON_GetObjectItemCaseSensitive(root, part);
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "objective");
	return cJSON_IsNumber(v) ? v->valueint : -1;
}

/* What it says it costs must be what the judge says. */
static int judged(const struct slots_day *d, const cJSON *root)
{
	struct slots_plan p;
	const cJSON *plan = cJSON_GetObjectItemCaseSensitive(root, "plan"), *one;
	int i = 0;
	cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(plan, "cases"))
	{
		const cJSON *room = cJSON_GetObjectItemCaseSensitive(one, "room");
		const cJSON *start = cJSON_GetObjectItemCaseSensitive(one, "start");
		if (i == SLOTS_CASES)
			return -1;
		p.room[i] = cJSON_IsString(room) ? atoi(room->valuestring + strlen("or-")) : -1;
		p.start[i++] = cJSON_IsNumber(start) ? start->valueint : -1;
	}
	return i == d->case_count ? slots_judge(d, &p) : -1;
}

static bool ask(const struct slots_day *d, const char *path, struct answer *out)
{
	static char text[1 << 16];
	char command[256];
	const char *b = getenv("B");
	snprintf(command, sizeof command, "%s/vigie repair --deterministic %s --json",
		b != NULL ? b : "build", path);
	double began = bench_now();
	FILE *pipe = popen(command, "r");
	size_t n = pipe != NULL ? fread(text, 1, sizeof text, pipe) : 0;
	if (pipe == NULL || pclose(pipe) != 0)
		return false;
	out->seconds = bench_now() - began;
	cJSON *root = cJSON_ParseWithLength(text, n);
	out->cost = number(root, "plan");
	out->first_fit = number(root, "first_fit");
	out->shortest = number(root, "shortest_first");
	bool good = out->cost >= 0 && judged(d, root) == out->cost;
	cJSON_Delete(root);
	return good;
}

/* ---- the table ---- */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *list, int n)
{
	qsort(list, (size_t)n, sizeof *list, by_size);
	return n > 0 ? (list[(n - 1) / 2] + list[n / 2]) / 2 : 0;
}

int main(void)
{
	static double gap[DAYS], first[DAYS], shortest[DAYS], seconds[DAYS];
	char folder[64], day_path[80], mip_path[80], *cbc = child_find("cbc");
	int proved = 0, exact = 0, dropped = 0;
	const char *only = getenv("SLOTS");
	int days = only != NULL ? atoi(only) : DAYS;
	bench_folder(folder);
	snprintf(day_path, sizeof day_path, "%s/day.json", folder);
	snprintf(mip_path, sizeof mip_path, "%s/day.lp", folder);
	if (cbc == NULL)
		fputs("bench: no cbc (package coinor-cbc): no optimum to hold against\n", stderr);
	for (int n = 0; cbc != NULL && n < days && n < DAYS; n++) {
		struct slots_day d;
		struct answer a;
		draw_day(n, &d);
		write_day(&d, day_path);
		write_mip(&d, mip_path);
		if (!ask(&d, day_path, &a)) {
			fprintf(stderr, "bench: instance %d: no answer, or not what it costs\n", n);
			return 1;
		}
		double best = solve(cbc, mip_path, folder);
		if (best < 0) {
			dropped++;
			continue;
		}
		if (a.cost < best - 0.5) {
			fprintf(stderr, "bench: instance %d: %d is below the optimum %g\n", n,
				a.cost, best);
			return 1;
		}
		double one = best > 0 ? best : 1;
		gap[proved] = 100 * (a.cost - best) / one;
		first[proved] = 100 * (a.first_fit - best) / one;
		shortest[proved] = 100 * (a.shortest - best) / one;
		seconds[proved++] = a.seconds;
		exact += a.cost < best + 0.5;
	}
	bench_remove(folder);
	free(cbc);
	bench_say("slots_proved", proved, "instances");
	bench_say("slots_dropped", dropped, "instances");
	if (proved == 0)
		return 0;
	bench_say("slots_exact", exact, "instances");
	double middle = median(gap, proved);
	bench_against("slots_gap_median", middle, "%", "first_fit", median(first, proved));
	bench_against("slots_gap_worst", gap[proved - 1], "%", "first_fit", first[proved - 1]);
	bench_against("slots_gap_median", middle, "%", "shortest_first", median(shortest, proved));
	bench_say("slots_seconds", median(seconds, proved), "s");
	return 0;
}
