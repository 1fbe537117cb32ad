/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long one turn of the console's loop takes when the world around it fails: a
 * name server that does not answer, a broker that hangs and dies, a journal whose
 * log is moved into the file all the time, a terminal nobody reads. Each on a world
 * of its own: broker, emulated hospital over radio and FHIR, a console at 200x60.
 * The figures are the Feeds page's own (src/pulse.h), from the start on; from
 * outside, the time from a key to the first byte of its picture.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include "tests/bench/call.h"

enum {
	ROWS = 60,
	COLUMNS = 200,
	WARM_MS = 10000,
	FAULT_MS = 35000, /* with the warm-up, within the minute the page looks back */
	KEY_MS = 250,
	KEYS_MAX = 1000,
	CHECKPOINT_MS = 50
};

struct world {
	char folder[64], journal[128], mqtt[64], fhir[64];
	int port, http;
	pid_t broker, hospital, helper;
	struct pty pty;
	bool unread; /* the terminal's reader has stopped */
	double keys_ms[KEYS_MAX];
	int keys;
};

/* --- the world --- */

static void open_hospital(struct world *w)
{
	char mqtt[32], http[16], program[128];
	struct error err = {""};
	const char *b = getenv("B");
	w->http = child_free_port();
	snprintf(program, sizeof program, "%s/vigie-hospital", b != NULL ? b : "build");
	snprintf(mqtt, sizeof mqtt, "127.0.0.1:%d", w->port);
	snprintf(http, sizeof http, "%d", w->http);
	const char *argv[] = {program, "--site", "etc/demo/site.cfg", "--mqtt", mqtt, "--http",
		http, "--seed", "7", NULL};
	w->hospital = child_start((char *const *)(uintptr_t)argv, NULL, -1, &err);
	if (child_wait_port(w->http, 15000) < 0)
		exit(3);
}

static void open_console(struct world *w, const char *mqtt, const char *fhir)
{
	static const char *const env[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};
	char vigie[128];
	const char *b = getenv("B");
	snprintf(vigie, sizeof vigie, "%s/vigie", b != NULL ? b : "build");
	/* Two addresses: the one that fails is tried again and again. */
	const char *argv[] = {vigie, "--site", "etc/demo/site.cfg", "--journal", w->journal,
		"--mqtt", mqtt, "--mqtt", w->mqtt, "--fhir", fhir, "--fhir-every", "2",
		"--insecure", NULL};
	if (!pty_spawn(&w->pty, ROWS, COLUMNS, argv, env))
		exit(3);
}

static void open_world(struct world *w)
{
	bench_folder(w->folder);
	w->broker = bench_broker(w->folder, &w->port);
	snprintf(w->journal, sizeof w->journal, "%s/a.db", w->folder);
	snprintf(w->mqtt, sizeof w->mqtt, "mqtt://127.0.0.1:%d", w->port);
	open_hospital(w);
	snprintf(w->fhir, sizeof w->fhir, "http://127.0.0.1:%d/fhir", w->http);
}

static void close_world(struct world *w)
{
	pty_end(&w->pty);
	child_end(w->helper);
	child_end(w->hospital);
	child_end(w->broker);
	bench_remove(w->folder);
}

/* Another screen every quarter of a second, timed until its first byte. */
static void use(struct world *w, int ms)
{
	static const char *const keys[] = {"1", "4", "2", "5"};
	for (int64_t end = pty_now() + ms; pty_now() < end;) {
		int64_t next = pty_now() + KEY_MS;
		double began = bench_now();
		size_t len = w->pty.len;
		bool seen = w->unread;
		pty_send(&w->pty, keys[(size_t)w->keys++ % 4]);
		while (pty_now() < next || (!seen && pty_now() < next + 5000)) {
			if (w->unread)
				poll(NULL, 0, 20);
			else
				pty_pump(&w->pty, 2);
			if (seen || w->pty.len == len)
				continue;
			seen = true;
			w->keys_ms[w->keys % KEYS_MAX] = (bench_now() - began) * 1000;
		}
	}
}

/* --- what fails --- */

static bool fine(struct world *w)
{
	open_console(w, w->mqtt, w->fhir);
	use(w, WARM_MS + FAULT_MS);
	return true;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	if (f != NULL) {
		fputs(text, f);
		fclose(f);
	}
}

/* A network and a resolv.conf of our own, with a name server that hears and never
 * answers. False where the kernel does not let us. */
static bool enter_silence(void)
{
	char map[40], conf[] = "/tmp/vigie-resolv.XXXXXX";
	struct ifreq lo = {.ifr_name = "lo"};
	unsigned uid = getuid(), gid = getgid();
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET) != 0)
		return false;
	put("/proc/self/setgroups", "deny");
	snprintf(map, sizeof map, "0 %u 1", uid);
	put("/proc/self/uid_map", map);
	snprintf(map, sizeof map, "0 %u 1", gid);
	put("/proc/self/gid_map", map);
	int fd = mkstemp(conf), dns = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons(53),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	bool good = fd >= 0 && dprintf(fd, "nameserver 127.0.0.1\n") > 0
		    && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
		    && mount(conf, "/etc/resolv.conf", NULL, MS_BIND, NULL) == 0
		    && ioctl(dns, SIOCGIFFLAGS, &lo) == 0;
	lo.ifr_flags = (short)(lo.ifr_flags | IFF_UP);
	good = good && ioctl(dns, SIOCSIFFLAGS, &lo) == 0
	       && bind(dns, (struct sockaddr *)&at, sizeof at) == 0;
	close(fd);
	unlink(conf);
	return good; /* the socket stays open as long as we live */
}

static bool dead_names(struct world *w)
{
	char broker[64], fhir[80];
	snprintf(broker, sizeof broker, "mqtt://broker.hospital.example:%d", w->port);
	snprintf(fhir, sizeof fhir, "http://fhir.hospital.example:%d/fhir", w->http);
	open_console(w, broker, fhir);
	use(w, WARM_MS);
	/* The broker that was found is lost: the name is asked for again and again. */
	child_end(w->broker);
	w->broker = 0;
	use(w, FAULT_MS);
	return true;
}

static bool dead_broker(struct world *w)
{
	open_console(w, w->mqtt, w->fhir);
	use(w, WARM_MS);
	kill(w->broker, SIGSTOP); /* accepts, and never answers */
	use(w, FAULT_MS / 2);
	child_end(w->broker); /* stopped: it takes a SIGKILL */
	w->broker = 0;
	use(w, FAULT_MS / 2);
	return true;
}

/* A child that moves the logs of journal and inbox into their files at any time. */
static void checkpoint_for_ever(const char *journal)
{
	char inbox[160];
	sqlite3 *dbs[2] = {NULL, NULL};
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(inbox, sizeof inbox, "%s.inbox", journal);
	sqlite3_open(journal, &dbs[0]);
	sqlite3_open(inbox, &dbs[1]);
	for (;;) {
		for (int i = 0; i < 2; i++)
			sqlite3_wal_checkpoint_v2(
				dbs[i], NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
		poll(NULL, 0, CHECKPOINT_MS);
	}
}

static bool checkpoints(struct world *w)
{
	open_console(w, w->mqtt, w->fhir);
	use(w, WARM_MS);
	w->helper = fork();
	if (w->helper == 0)
		checkpoint_for_ever(w->journal);
	use(w, FAULT_MS);
	return true;
}

static bool deaf_terminal(struct world *w)
{
	int waiting = 0;
	open_console(w, w->mqtt, w->fhir);
	use(w, WARM_MS);
	w->unread = true;
	use(w, FAULT_MS);
	ioctl(w->pty.master, FIONREAD, &waiting);
	w->unread = false;
	return waiting >= 4095; /* what the kernel lets wait (N_TTY_BUF_SIZE less one) */
}

static const struct {
	const char *name;
	bool (*live)(struct world *w);
	bool silent; /* in a network without names */
} faults[] = {
	{"fine", fine, false},
	{"dead_name_server", dead_names, true},
	{"dead_broker", dead_broker, false},
	{"checkpoint", checkpoints, false},
	{"stalled_terminal", deaf_terminal, false},
};

/* --- figures --- */

static void tell(struct world *w, const char *name)
{
	static const char label[] = "longest turn in the last minute ", within[] = "within ";
	char figure[80];
	pty_send(&w->pty, "\033OQ"); /* F2 */
	pty_wait(&w->pty, label, 5000);
	char *grid = pty_grid(&w->pty);
	const char *longest = strstr(grid, label);
	const char *most = longest != NULL ? strstr(longest, within) : NULL;
	if (most == NULL) {
		fprintf(stderr, "bench: turns %s: no figure on the Feeds page\n%s\n", name, grid);
	} else {
		snprintf(figure, sizeof figure, "turn_p999_%s", name);
		bench_say(figure, strtod(most + sizeof within - 1, NULL), "ms");
		snprintf(figure, sizeof figure, "turn_max_%s", name);
		bench_say(figure, strtod(longest + sizeof label - 1, NULL), "ms");
	}
	free(grid);
	int count = w->keys < KEYS_MAX ? w->keys : KEYS_MAX;
	qsort(w->keys_ms, (size_t)count, sizeof *w->keys_ms, call_by_value);
	snprintf(figure, sizeof figure, "key_max_%s", name);
	if (count > 0)
		bench_say(figure, w->keys_ms[count - 1], "ms");
}

static int one(size_t i)
{
	static struct world w;
	if (faults[i].silent && !enter_silence()) {
		fprintf(stderr, "bench: turns %s: not measured, no namespaces here\n",
			faults[i].name);
		return 0;
	}
	open_world(&w);
	if (faults[i].live(&w))
		tell(&w, faults[i].name);
	else
		fprintf(stderr, "bench: turns %s: the fault did not happen\n", faults[i].name);
	close_world(&w);
	return 0;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		if (argc > 1 && strcmp(argv[1], faults[i].name) != 0)
			continue;
		pid_t pid = fork();
		if (pid == 0)
			_exit(one(i));
		waitpid(pid, NULL, 0);
	}
	return 0;
}
