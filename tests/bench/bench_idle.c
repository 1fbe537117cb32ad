/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console at rest (demo site loaded, broker up, nothing arriving, clock in
 * seconds) against htop, each on a terminal of its own in one run: bytes a
 * second, bytes a move, CPU, memory, first paint.
 */
#include <dirent.h>

#include "tests/bench/bench.h"
#include "tests/bench/hold.h"

enum { SECONDS = 20, MOVES = 10 };

struct figures {
	double bytes_s, move, cpu, rss_mb, paint_ms;
};

/* Nanoseconds on a processor, all threads (schedstat's first field). */
static double cpu_ns(pid_t pid)
{
	char path[64];
	double sum = 0;
	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	DIR *dir = opendir(path);
	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
		char file[400];
		unsigned long long ns = 0;
		snprintf(file, sizeof file, "%s/%s/schedstat", path, e->d_name);
		FILE *f = fopen(file, "r");
		if (f != NULL && fscanf(f, "%llu", &ns) == 1)
			sum += (double)ns;
		if (f != NULL)
			fclose(f);
	}
	if (dir != NULL)
		closedir(dir);
	return sum;
}

static double rss_mb(pid_t pid)
{
	char path[64], line[200];
	double kb = 0;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kb = strtod(line + 6, NULL);
	if (f != NULL)
		fclose(f);
	return kb / 1024;
}

static struct figures measure(const char *const argv[], const char *move[2], int rows, int columns)
{
	static const char *const env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};
	struct figures f;
	struct pty pty;
	if (!pty_spawn(&pty, rows, columns, argv, env))
		exit(3);
	f.paint_ms = pty_painted(&pty);
	pty_run(&pty, 3000);
	size_t len = pty.len;
	double ns = cpu_ns(pty.pid), from = bench_now();
	pty_run(&pty, SECONDS * 1000);
	double seconds = bench_now() - from;
	f.bytes_s = (double)(pty.len - len) / seconds;
	f.cpu = (cpu_ns(pty.pid) - ns) / 1e9 / seconds * 100;
	f.rss_mb = rss_mb(pty.pid);
	double sum = 0;
	for (int i = 0; i < MOVES; i++) {
		len = pty.len;
		pty_send(&pty, move[i % 2]);
		pty_run(&pty, 60);
		sum += (double)(pty.len - len);
	}
	f.move = sum / MOVES;
	pty_end(&pty);
	return f;
}

static void compare(int rows, int columns, const char *vigie, const char *mqtt, const char *journal)
{
	const char *ours[] = {
		vigie, "--site", "etc/demo/site.cfg", "--mqtt", mqtt, "--journal", journal, NULL};
	char *htop = child_find("htop");
	const char *theirs[] = {htop, NULL};
	const char *keys[2] = {"j", "k"}, *arrows[2] = {"\033OB", "\033OA"};
	char name[64];
	struct figures a = measure(ours, keys, rows, columns);
	struct figures b = {0};
	if (htop != NULL)
		b = measure(theirs, arrows, rows, columns);
	const struct {
		const char *what, *unit;
		double ours, theirs;
	} lines[] = {{"idle_bytes", "B/s", a.bytes_s, b.bytes_s},
		{"move_bytes", "B", a.move, b.move}, {"idle_cpu", "%", a.cpu, b.cpu},
		{"rss", "MB", a.rss_mb, b.rss_mb}, {"first_paint", "ms", a.paint_ms, b.paint_ms}};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		snprintf(name, sizeof name, "%s_%dx%d", lines[i].what, columns, rows);
		bench_against(name, lines[i].ours, lines[i].unit, "htop", lines[i].theirs);
	}
	free(htop);
}

int main(void)
{
	char folder[64], mqtt[64], journal[128], vigie[128];
	const char *b = getenv("B");
	int port;
	bench_folder(folder);
	pid_t broker = bench_broker(folder, &port);
	snprintf(mqtt, sizeof mqtt, "mqtt://127.0.0.1:%d", port);
	snprintf(vigie, sizeof vigie, "%s/vigie", b != NULL ? b : "build");
	snprintf(journal, sizeof journal, "%s/a.db", folder);
	compare(24, 80, vigie, mqtt, journal);
	snprintf(journal, sizeof journal, "%s/b.db", folder);
	compare(50, 200, vigie, mqtt, journal);
	child_end(broker);
	bench_remove(folder);
	return 0;
}
