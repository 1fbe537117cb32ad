/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Days of a suite in less than an hour, while everything around the stations fails in
 * turn: the broker is cut each suite hour (killed, hung, ended), the FHIR server is
 * spoilt each suite hour (errors, silence, garbage, answers cut short, no door), the
 * console is restarted every six suite hours (killed or ended), the hospital every
 * day. tests/rig/house.h tells what counts as lost. The second station lives on, so
 * that its memory can be judged: flat is at most 1 MiB more at the end than after
 * the warm-up (the first third), and no more descriptors and threads.
 * Usage: soak [HOURS [SPEED [SEED]]]
 */
#include <dirent.h>

#include "tests/rig/house.h"
#include "tests/rig/proxy.h"

enum {
	MINUTE_MS = 60000,
	HOUR_MS = 60 * MINUTE_MS,
	CUT_AT_MIN = 10, /* of the hour */
	CUT_MS = 6000,   /* by the wall, at most: longer than the 3 s after which a link is lost */
	SPOIL_AT_MIN = 35,
	SPOIL_MIN = 8,
	RESTART_AT_MIN = 55,
	RESTART_HOURS = 6,
	DAY_HOURS = 24,
	WARM_SHARE = 3,    /* a third */
	JUDGED_HOURS = 48, /* the warm-up is a day and a night */
	FLAT_KB = 1024,
	SAMPLES = 400,
	AFTER_MS = 10000,
};

/* What a process holds: resident memory in kB, its own part of it, and more. */
struct held {
	long rss_kb, anon_kb, files, threads;
};

static const char *const who_names[] = {"console", "second station", "broker", "hospital"};
enum { WHO = sizeof who_names / sizeof *who_names };

struct soak {
	struct house house;
	struct proxy proxy;
	pid_t hospital;
	int hospital_port;
	double hours;
	int64_t began_ms;  /* suite */
	int hour;          /* of the suite, from 0: begun */
	int cut, spoilt;   /* done in this hour: 0, 1, 2 (over) */
	int64_t mended_ms; /* monotonic: the broker is back */
	int cuts, faults, restarts, days;
	struct held held[WHO][SAMPLES];
	pid_t pid[WHO][SAMPLES];
	int samples;
};

/* --- the hospital --- */

static void hospital_start(struct soak *s)
{
	char mqtt[32], http[16], clock[80], seed[16];
	struct error err = {""};
	snprintf(mqtt, sizeof mqtt, "127.0.0.1:%d", s->house.broker.port);
	snprintf(http, sizeof http, "%d", s->hospital_port);
	/* The same clock, told from now on: its day is today. */
	snprintf(clock, sizeof clock, "%lld:%lld:%g", (long long)rig_suite_ms(),
		(long long)pty_now(), rig_clock.speed);
	snprintf(seed, sizeof seed, "%d", ++s->days);
	const char *argv[] = {rig_program("vigie-hospital"), "--site", "etc/demo/site.cfg",
		"--mqtt", mqtt, "--http", http, "--clock", clock, "--seed", seed, NULL};
	s->hospital = child_start((char *const *)(uintptr_t)argv, s->house.log, -1, &err);
	house_trouble(&s->house, child_wait_port(s->hospital_port, 15000) != 0, "no hospital");
}

/* --- what fails --- */

static void cut_broker(struct soak *s)
{
	struct rig_broker *b = &s->house.broker;
	int kind = s->cuts++ % 3;
	s->mended_ms = pty_now() + 1000 + rig_draw(&s->house.chance, CUT_MS);
	if (kind == 1) {
		kill(b->pid, SIGSTOP);
	} else {
		kill(b->pid, kind == 0 ? SIGKILL : SIGTERM);
		waitpid(b->pid, NULL, 0);
		b->pid = 0;
	}
	/* Down or hung, nothing counts until it has been back for a while. */
	b->since_ms = s->mended_ms;
}

static void mend_broker(struct soak *s)
{
	struct rig_broker *b = &s->house.broker;
	if (b->pid > 0)
		kill(b->pid, SIGCONT);
	else
		house_trouble(&s->house, !rig_broker_start(b), "no broker");
	b->since_ms = pty_now();
}

static void spoil(struct soak *s, bool now)
{
	int kind = now ? 1 + s->faults++ % (PROXY_FAULTS - 1) : PROXY_FINE;
	atomic_store(s->proxy.fault, kind);
}

static void restart_console(struct soak *s)
{
	if (s->restarts++ % 2 == 0)
		house_close(&s->house, 0);
	else
		house_end(&s->house, 0, SIGKILL);
	house_verify(&s->house, 0);
	house_start(&s->house, 0);
}

static void fail_in_turn(struct soak *s)
{
	int64_t suite = rig_suite_ms() - s->began_ms;
	int minute = (int)(suite % HOUR_MS / MINUTE_MS);
	if (s->cut == 0 && minute >= CUT_AT_MIN) {
		s->cut = 1;
		cut_broker(s);
	}
	if (s->cut == 1 && pty_now() >= s->mended_ms) {
		s->cut = 2;
		mend_broker(s);
	}
	if (s->spoilt < 2 && minute >= SPOIL_AT_MIN + s->spoilt * SPOIL_MIN)
		spoil(s, s->spoilt++ == 0);
}

/* --- what is held --- */

static long count_entries(const char *path)
{
	DIR *dir = opendir(path);
	long count = 0;
	while (dir != NULL && readdir(dir) != NULL)
		count++;
	if (dir != NULL)
		closedir(dir);
	return count - 2;
}

static struct held look_at(pid_t pid)
{
	struct held held = {-1, -1, -1, -1};
	char path[64], line[200];
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *in = pid > 0 ? fopen(path, "r") : NULL;
	if (in == NULL)
		return held;
	while (fgets(line, sizeof line, in) != NULL) {
		sscanf(line, "VmRSS: %ld", &held.rss_kb);
		sscanf(line, "RssAnon: %ld", &held.anon_kb);
		sscanf(line, "Threads: %ld", &held.threads);
	}
	fclose(in);
	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	held.files = count_entries(path);
	return held;
}

static void sample(struct soak *s)
{
	const pid_t pids[WHO] = {s->house.stations[0].pid, s->house.stations[1].pid,
		s->house.broker.pid, s->hospital};
	if (s->samples == SAMPLES)
		return;
	for (int w = 0; w < WHO; w++) {
		s->pid[w][s->samples] = pids[w];
		s->held[w][s->samples] = look_at(pids[w]);
	}
	s->samples++;
}

static void new_hour(struct soak *s)
{
	s->hour++;
	s->cut = s->spoilt = 0;
	sample(s);
	const struct held *a = &s->held[0][s->samples - 1], *b = &s->held[1][s->samples - 1];
	printf("soak: hour %d of %g: %d presses, %d acts; console %ld kB, second station %ld kB, "
	       "%ld files, %ld threads\n",
		s->hour, s->hours, s->house.ward->count, s->house.operator.count, a->rss_kb,
		b->rss_kb, b->files, b->threads);
	fflush(stdout);
	if (s->hour % RESTART_HOURS == 0)
		restart_console(s);
	if (s->hour % DAY_HOURS == 0) {
		child_end(s->hospital);
		hospital_start(s);
	}
}

/* --- the summary --- */

static int by_size(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;
	return (x > y) - (x < y);
}

/* The median of one figure over samples [from, until) of a process's life. */
static long median(const struct soak *s, int who, size_t field, int from, int until)
{
	long list[SAMPLES];
	int count = 0;
	for (int i = from; i < until; i++)
		if (s->pid[who][i] == s->pid[who][until - 1])
			list[count++] = *(const long *)((const char *)&s->held[who][i] + field);
	if (count == 0)
		return -1;
	qsort(list, (size_t)count, sizeof *list, by_size);
	return list[count / 2];
}

/* Of the life that lasted to sample `until`: after its warm-up against its end. */
static bool tell_life(const struct soak *s, int who, int from, int until, bool judged)
{
	static const struct {
		const char *what, *unit;
		size_t field;
		long most;
	} figures[] = {
		{"resident memory", "kB", offsetof(struct held, rss_kb), FLAT_KB},
		{"of its own", "kB", offsetof(struct held, anon_kb), FLAT_KB},
		{"descriptors", "", offsetof(struct held, files), 2},
		{"threads", "", offsetof(struct held, threads), 0},
	};
	int length = until - from, warm = from + length / WARM_SHARE, piece = length / 8 + 1;
	bool good = true;
	for (size_t f = 0; f < sizeof figures / sizeof *figures; f++) {
		long first = median(s, who, figures[f].field, warm, warm + piece);
		long last = median(s, who, figures[f].field, until - piece, until);
		bool flat = last - first <= figures[f].most;
		good = good && flat;
		printf("soak: %-15s %-16s after %2d h %7ld, after %2d h %7ld, %+ld %s%s\n",
			who_names[who], figures[f].what, warm - from, first, length, last,
			last - first, figures[f].unit, judged && !flat ? ": NOT FLAT" : "");
	}
	return good;
}

/* The longest life of each process; the second station's is judged. */
static bool tell_memory(const struct soak *s)
{
	bool flat = true, judged = s->samples >= JUDGED_HOURS;
	for (int w = 0; w < WHO; w++) {
		int best = 0, end = 0, from = 0;
		for (int i = 1; i <= s->samples; i++)
			if (i == s->samples || s->pid[w][i] != s->pid[w][i - 1]) {
				if (i - from >= best) {
					best = i - from;
					end = i;
				}
				from = i;
			}
		if (best < 3)
			continue;
		bool good = tell_life(s, w, end - best, end, judged && w == 1);
		flat = flat && (w != 1 || good);
	}
	if (!judged)
		printf("soak: too short to judge memory (%d suite hours do)\n", JUDGED_HOURS);
	return flat || !judged;
}

static double processor_s(pid_t pid)
{
	char path[64];
	unsigned long user = 0, system = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *in = fopen(path, "r");
	if (in != NULL
		&& fscanf(in, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			   &user, &system)
			   != 2)
		user = system = 0;
	if (in != NULL)
		fclose(in);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* --- the run --- */

static void turn(struct soak *s)
{
	int dead = house_read(&s->house);
	if (dead >= 0)
		house_start(&s->house, dead);
	house_work(&s->house);
	poll(NULL, 0, 3);
}

static void live(struct soak *s)
{
	int64_t end = s->began_ms + (int64_t)(s->hours * HOUR_MS);
	while (rig_suite_ms() < end) {
		turn(s);
		fail_in_turn(s);
		if ((rig_suite_ms() - s->began_ms) / HOUR_MS > s->hour)
			new_hour(s);
	}
	spoil(s, false);
	if (s->cut == 1)
		mend_broker(s);
	s->house.ward->closed = true;
	for (int64_t until = pty_now() + AFTER_MS;
		pty_now() < until || s->house.ward->active_count > 0;)
		turn(s);
}

int main(int argc, char **argv)
{
	static struct soak s;
	char folder[] = "/tmp/vigie-soak.XXXXXX", mine[RIG_PATH - 60], fhir[64], clock[80];
	s.hours = argc > 1 ? strtod(argv[1], NULL) : 72;
	rig_clock.speed = argc > 2 ? strtod(argv[2], NULL) : 100;
	s.house.chance = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
	if (!(s.hours > 0 && s.hours < SAMPLES) || !(rig_clock.speed >= 1)
		|| mkdtemp(folder) == NULL)
		return 3;
	rig_clock.anchor_ms = pty_now();
	rig_clock.origin_ms = s.began_ms =
		rig_wall_ms() / (24 * HOUR_MS) * 24 * HOUR_MS + 4 * HOUR_MS;
	snprintf(clock, sizeof clock, "%lld:%lld:%g", (long long)rig_clock.origin_ms,
		(long long)rig_clock.anchor_ms, rig_clock.speed);
	snprintf(mine, sizeof mine, "%.200s/house", folder);
	s.house.name = "soak";
	house_open(&s.house, mine, rig_has_verb("watch", folder));
	s.hospital_port = child_free_port();
	if (!rig_broker_start(&s.house.broker))
		return 3;
	hospital_start(&s);
	if (!proxy_start(&s.proxy, s.hospital_port))
		return 3;
	snprintf(fhir, sizeof fhir, "http://127.0.0.1:%d/fhir", s.proxy.port);
	const char *const options[] = {
		"--fhir", fhir, "--fhir-every", "0.5", "--clock", clock, NULL};
	s.house.options = options;
	printf("soak: %g suite hours at %g times the speed (%.0f min), seed %llu, in %s\n", s.hours,
		rig_clock.speed, s.hours * 60 / rig_clock.speed, (unsigned long long)s.house.chance,
		folder);
	fflush(stdout);
	for (int i = 0; i < RIG_STATIONS; i++)
		house_start(&s.house, i);
	live(&s);
	double used = processor_s(s.house.stations[1].pid);
	double wall = (double)(pty_now() - s.house.stations[1].since_ms) / 1000;
	for (int i = 0; i < RIG_STATIONS; i++)
		house_close(&s.house, i);
	house_judge(&s.house);
	kill(s.proxy.pid, SIGKILL);
	child_end(s.hospital);
	child_end(s.house.broker.pid);
	printf("soak: %d suite hours, %d cuts of the broker, %d FHIR faults, %d restarts of the "
	       "console, %d days; the second station took %.0f %% of a processor\n",
		s.hour, s.cuts, s.faults, s.restarts, s.days, used / wall * 100);
	bool flat = tell_memory(&s);
	bool good = house_report(&s.house.tally, "soak") && flat;
	ward_free(s.house.ward);
	if (good)
		rig_remove(folder);
	else
		printf("soak: what is left is in %s\n", folder);
	return good ? 0 : 1;
}
