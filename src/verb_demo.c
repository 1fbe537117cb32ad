/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <time.h>
#include <unistd.h>

#include "src/child.h"
#include "src/console.h"
#include "src/options.h"
#include "src/site_file.h"
#include "src/suite_clock.h"
#include "src/verbs.h"

/*
 * A private broker, the emulated hospital and the console on them. All three
 * live in one folder of the temporary directory; it goes when we go, and what a
 * killed demo left behind goes at the next start.
 */

struct demo {
	struct settings settings;
	double speed;
	const char *seed, *script, *at, *truth, *milestones;
	bool no_radio;
	char folder[256];
	pid_t broker, hospital;
	int mqtt_port, http_port;
};

static const char usage[] =
	"usage: vigie demo [--speed N] [--seed S] [--script FILE] [--at HH:MM] [OPTIONS]\n"
	"\n"
	"Starts a private broker and an emulated hospital on loopback, and opens the\n"
	"console on them, mid-morning. Ends what it started. Other options as for\n"
	"the console (vigie --help).\n"
	"\n"
	"  --speed N      suite minutes per minute (1)\n"
	"  --seed S       another day; the same seed is the same day\n"
	"  --script FILE  what should happen (see vigie-hospital(1))\n"
	"  --at HH:MM     open at this time of the day (10:12)\n"
	"  --truth FILE, --milestones prompt|late|none, --no-radio\n"
	"                 as for vigie-hospital, to mark the twin (vigie mark)\n"
	"  --journal FILE keep the journal there\n";

static int extra(void *context, int argc, char **argv, int at)
{
	struct demo *d = context;
	const struct {
		const char *name;
		const char **value;
	} texts[] = {{"--seed", &d->seed}, {"--script", &d->script}, {"--at", &d->at},
		{"--truth", &d->truth}, {"--milestones", &d->milestones}};
	if (strcmp(argv[at], "--no-radio") == 0) {
		d->no_radio = true;
		return 1;
	}
	if (at + 1 >= argc)
		return 0;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcmp(argv[at], texts[i].name) == 0) {
			*texts[i].value = argv[at + 1];
			return 2;
		}
	if (strcmp(argv[at], "--speed") != 0)
		return 0;
	d->speed = strtod(argv[at + 1], NULL);
	if (!(d->speed >= 0.1 && d->speed <= 600)) {
		fprintf(stderr, "vigie demo: --speed is between 0.1 and 600\n");
		return -1;
	}
	return 2;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	return type == FTW_DP ? rmdir(path) : unlink(path);
}

static const char *temporary(void)
{
	const char *tmp = getenv("TMPDIR");
	return tmp != NULL && tmp[0] == '/' ? tmp : "/tmp";
}

/* Folders are called vigie-demo-PID.XXXXXX: a dead PID's folder is rubbish. */
static void sweep(void)
{
	DIR *dir = opendir(temporary());
	struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char path[600];
		int pid = 0;
		if (sscanf(entry->d_name, "vigie-demo-%d.", &pid) != 1 || pid <= 0
			|| kill(pid, 0) == 0 || errno != ESRCH)
			continue;
		snprintf(path, sizeof path, "%s/%s", temporary(), entry->d_name);
		nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	}
	if (dir != NULL)
		closedir(dir);
}

static int find_site(struct demo *d, struct error *err)
{
	static const char *const places[] = {
		"../etc/demo/site.cfg", "etc/demo/site.cfg", "../share/vigie/demo/site.cfg"};
	if (d->settings.site != NULL)
		return 0;
	char *here = child_here();
	for (size_t i = 0; i < sizeof places / sizeof *places && d->settings.site == NULL; i++) {
		char path[4200];
		snprintf(path, sizeof path, "%s/%s", here, places[i]);
		if (access(path, R_OK) == 0)
			d->settings.site = strdup(path);
	}
	free(here);
	return d->settings.site != NULL
		       ? 0
		       : error_set(err, -ENOENT,
			       "the demo site (etc/demo/site.cfg) was not found; use --site");
}

/* Suite time begins today at `at`, in the site's own time zone. */
static int set_clock(struct demo *d, struct error *err)
{
	struct site *site = site_load(d->settings.site, NULL, err);
	int hour = 10, minute = 12;
	if (site == NULL)
		return -EINVAL;
	suite_clock_zone(site->zone);
	site_free(site);
	if (d->at != NULL && sscanf(d->at, "%d:%d", &hour, &minute) != 2)
		return error_set(err, -EINVAL, "--at: HH:MM, not \"%s\"", d->at);
	time_t now = time(NULL);
	struct tm tm;
	localtime_r(&now, &tm);
	tm.tm_hour = hour;
	tm.tm_min = minute;
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	d->settings.clock =
		(struct suite_clock){(int64_t)mktime(&tm) * 1000, monotonic_ms(), d->speed};
	return 0;
}

static int start_broker(struct demo *d, struct error *err)
{
	char conf[300], log[300];
	char *program = child_find("mosquitto");
	if (program == NULL)
		return error_set(err, -ENOENT,
			"mosquitto is not installed (Debian: apt-get install mosquitto)");
	snprintf(conf, sizeof conf, "%s/mosquitto.conf", d->folder);
	snprintf(log, sizeof log, "%s/mosquitto.log", d->folder);
	int rc = -EIO;
	for (int attempt = 0; attempt < 5 && rc < 0; attempt++) {
		d->mqtt_port = child_free_port();
		FILE *file = fopen(conf, "we");
		if (file == NULL)
			break;
		fprintf(file,
			"listener %d 127.0.0.1\nallow_anonymous true\npersistence false\n"
			"max_queued_messages 0\nmax_inflight_messages 1000\nset_tcp_nodelay true\n"
			"log_dest stderr\n%s",
			d->mqtt_port, geteuid() == 0 ? "user root\n" : "");
		fclose(file);
		char *argv[] = {program, (char[]){"-c"}, conf, NULL};
		d->broker = child_start(argv, log, -1, err);
		rc = child_wait_port(d->mqtt_port, 3000);
		if (rc < 0 || !child_runs(d->broker)) {
			child_end(d->broker);
			rc = -EIO;
		}
	}
	free(program);
	return rc < 0 ? error_set(err, rc, "mosquitto does not start: see %s", log) : 0;
}

/* The emulator says where it serves once it does. */
static int read_port(struct demo *d, int fd)
{
	char line[64] = "";
	size_t len = 0;
	ssize_t n;
	while (len < sizeof line - 1 && (n = read(fd, line + len, sizeof line - 1 - len)) > 0) {
		len += (size_t)n;
		line[len] = '\0';
		if (strchr(line, '\n') != NULL)
			break;
	}
	return sscanf(line, "http %d", &d->http_port) == 1 ? 0 : -EIO;
}

static int start_hospital(struct demo *d, struct error *err)
{
	char mqtt[32], clock[80], fd_text[16], log[300];
	int ready[2];
	char *program = child_find("vigie-hospital");
	if (program == NULL)
		return error_set(err, -ENOENT, "vigie-hospital was not found beside vigie");
	if (pipe2(ready, O_CLOEXEC) < 0)
		return error_set(err, -errno, "pipe: %s", strerror(errno));
	snprintf(mqtt, sizeof mqtt, "127.0.0.1:%d", d->mqtt_port);
	suite_clock_format(&d->settings.clock, clock);
	snprintf(fd_text, sizeof fd_text, "%d", ready[1]);
	snprintf(log, sizeof log, "%s/hospital.log", d->folder);
	const char *argv[24] = {program, "--site", d->settings.site, "--mqtt", mqtt, "--clock",
		clock, "--http", "0", "--ready-fd", fd_text, "--seed",
		d->seed != NULL ? d->seed : "1"};
	const char *const more[][2] = {
		{"--script", d->script}, {"--truth", d->truth}, {"--milestones", d->milestones}};
	int n = 13;
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		if (more[i][1] != NULL) {
			argv[n++] = more[i][0];
			argv[n++] = more[i][1];
		}
	if (d->no_radio)
		argv[n++] = "--no-radio";
	d->hospital = child_start((char *const *)(uintptr_t)argv, log, ready[1], err);
	close(ready[1]);
	int rc = read_port(d, ready[0]);
	close(ready[0]);
	free(program);
	return rc < 0 ? error_set(err, rc, "the emulated hospital does not start: see %s", log) : 0;
}

static int wire(struct demo *d, struct error *err)
{
	char text[64], journal[300], every[32];
	snprintf(journal, sizeof journal, "%s/journal.db", d->folder);
	snprintf(every, sizeof every, "%g", d->speed > 10 ? 0.25 : d->speed > 2 ? 0.5 : 2.0);
	int rc = 0;
	if (d->settings.journal == NULL)
		rc = settings_set(&d->settings, "journal", journal, err);
	snprintf(text, sizeof text, "mqtt://127.0.0.1:%d", d->mqtt_port);
	rc |= settings_set(&d->settings, "mqtt.addresses", text, err);
	snprintf(text, sizeof text, "http://127.0.0.1:%d/fhir", d->http_port);
	rc |= settings_set(&d->settings, "fhir.base", text, err);
	rc |= settings_set(&d->settings, "fhir.every_s", every, err);
	/* The emulated hospital obeys: what is approved there happens. */
	rc |= settings_set(&d->settings, "fhir.write", "patch", err);
	rc |= settings_set(
		&d->settings, "fhir.bracelet_system", "https://hospital.example/ids/bracelet", err);
	rc |= settings_set(&d->settings, "fhir.progress_system",
		"https://hospital.example/cs/milestones", err);
	d->settings.demo = true;
	d->settings.scratch = d->folder;
	return rc;
}

static int start_all(struct demo *d, struct error *err)
{
	int rc = find_site(d, err);
	if (rc == 0)
		rc = set_clock(d, err);
	if (rc == 0) {
		sweep();
		snprintf(d->folder, sizeof d->folder, "%s/vigie-demo-%d.XXXXXX", temporary(),
			(int)getpid());
		if (mkdtemp(d->folder) == NULL)
			rc = error_set(err, -errno, "%s: %s", d->folder, strerror(errno));
	}
	if (rc == 0)
		rc = start_broker(d, err);
	if (rc == 0)
		rc = start_hospital(d, err);
	if (rc == 0)
		rc = wire(d, err);
	return rc;
}

int verb_demo(int argc, char **argv)
{
	struct demo d = {.speed = 1};
	struct error err = {""};
	settings_init(&d.settings);
	int at = options_parse(&d.settings, argc, argv, usage, extra, &d);
	int code = at < 0 ? -at : 0;
	if (at > 0) {
		bool started = start_all(&d, &err) == 0;
		code = started ? console_run(&d.settings) : EXIT_ENVIRONMENT;
		child_end(d.hospital);
		child_end(d.broker);
		if (!started)
			fprintf(stderr, "vigie demo: %s\n", err.text);
		else if (d.folder[0] != '\0')
			nftw(d.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	}
	settings_fini(&d.settings);
	return code;
}
