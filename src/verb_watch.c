/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <ev.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/guard.h"
#include "src/options.h"
#include "src/service.h"
#include "src/settings_notify.h"
#include "src/station.h"
#include "src/verbs.h"
#include "src/watch_log.h"
#include "twin/alarm.h"

/* The station of the console, without one: it journals, shares and escalates while
 * consoles come and go. It never touches a terminal. */

static const char usage[] =
	"usage: vigie watch [OPTIONS]\n"
	"\n"
	"The duty twin, for systemd: the station of the console without a terminal. It\n"
	"journals, shares what it knows with the other stations, and tells the targets of\n"
	"vigie.conf (group notify) of alarms that nobody acknowledges, when the site file\n"
	"says so. Logs to standard error. TERM ends it cleanly, HUP reads the site anew.\n"
	"\n"
	"  --config FILE     read this file instead of the usual places\n"
	"  --site FILE       the suite: rooms, beds, gateways, tags (vigie-site(5))\n"
	"  --journal FILE    where facts are kept; not that of a console\n"
	"  --station NAME    which station this is; watch-HOST unless it is said\n"
	"  --mqtt ADDRESS    broker, mqtt://HOST or mqtts://HOST (may be repeated)\n"
	"  --topic PATTERN   what to subscribe to (may be repeated)\n"
	"  --fhir URL        base of the FHIR R4 server\n"
	"  --http ADDRESS    take gateways' payloads by POST, 127.0.0.1:8090\n"
	"  --door FOLDER     read the FHIR and HL7 files dropped there\n"
	"  --mqtt-ca, --mqtt-cert, --mqtt-key FILE   TLS to the broker\n"
	"  --insecure        allow plain text beyond this machine\n";

struct watch {
	struct ev_loop *loop;
	struct station *station;
	struct watch_log *log;
	const struct settings *settings;
	const struct site *site; /* whose steps were looked at */
	ev_timer look, alive;
	ev_signal signals[3];
};

static void on_notice(void *context, const char *text)
{
	(void)context;
	service_log(LOG_LEVEL_NOTICE, "%s", text);
}

/* A step to a target that is not there is found out before it is needed. */
static void look_at_steps(struct watch *w, const struct site *site)
{
	w->site = site;
	for (int c = 0; site != NULL && c < ALARM_CLASS_COUNT; c++) {
		const struct alarm_setting *is = alarm_setting(site, (enum alarm_class)c);
		for (int i = 0; i < is->step_count; i++)
			if (!settings_notify_has(&w->settings->notify, is->steps[i].target))
				service_log(LOG_LEVEL_WARNING,
					"step %d of %s: unknown target \"%s\", nobody will be "
					"told: it is not in the group notify of %s",
					i + 1, alarm_class_name((enum alarm_class)c),
					is->steps[i].target,
					w->settings->file != NULL ? w->settings->file
								  : "a configuration");
	}
}

static void on_look(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct watch *w = timer->data;
	struct view view;
	(void)loop;
	(void)events;
	station_view(w->station, &view);
	if (view.twin->site != w->site)
		look_at_steps(w, view.twin->site);
	watch_log_look(w->log, &view);
}

static void on_alive(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
	service_tell("WATCHDOG=1");
}

static void on_signal(struct ev_loop *loop, ev_signal *signal, int events)
{
	struct watch *w = signal->data;
	struct command reload = {.kind = COMMAND_RELOAD};
	(void)events;
	if (signal->signum == SIGHUP)
		station_command(w->station, &reload);
	else
		ev_break(loop, EVBREAK_ALL);
}

static void start_watchers(struct watch *w)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
	double alive_s = service_watchdog_s();
	ev_timer_init(&w->look, on_look, 0., 1.);
	ev_timer_init(&w->alive, on_alive, 0., alive_s);
	w->look.data = w;
	ev_timer_start(w->loop, &w->look);
	if (alive_s > 0)
		ev_timer_start(w->loop, &w->alive);
	for (int i = 0; i < 3; i++) {
		ev_signal_init(&w->signals[i], on_signal, signals[i]);
		w->signals[i].data = w;
		ev_signal_start(w->loop, &w->signals[i]);
	}
}

static int watch_run(const struct settings *settings)
{
	struct watch w = {.settings = settings};
	struct station_calls calls = {NULL, on_notice, &w};
	struct error err = {"out of memory"};
	struct helper *helper = guard_begin(settings, &err);
	w.loop = helper != NULL ? ev_default_loop(EVFLAG_AUTO) : NULL;
	w.log = helper != NULL ? watch_log_create() : NULL;
	if (helper != NULL)
		helper_attach(helper, w.loop);
	w.station = w.log != NULL ? station_open(w.loop, settings, calls, &err) : NULL;
	if (w.station == NULL) {
		service_log(LOG_LEVEL_ERROR, "%s", err.text);
		watch_log_destroy(w.log);
		guard_end(helper);
		return EXIT_ENVIRONMENT;
	}
	start_watchers(&w);
	station_start(w.station);
	service_tell("READY=1");
	service_log(LOG_LEVEL_NOTICE, "watching as %s", settings->station);
	ev_run(w.loop, 0);
	service_tell("STOPPING=1");
	station_close(w.station);
	watch_log_destroy(w.log);
	guard_end(helper);
	service_log(LOG_LEVEL_NOTICE, "ended");
	return 0;
}

/* Not the name a console of the same user and host has: a broker throws out the
 * older of two. */
static int default_name(struct settings *settings, struct error *err)
{
	char host[HOST_NAME_MAX + 1] = "host", name[HOST_NAME_MAX + 8];
	if (settings->station != NULL)
		return 0;
	gethostname(host, sizeof host - 1);
	snprintf(name, sizeof name, "watch-%.50s", host);
	for (char *c = name; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c))
			*c = '-'; /* it becomes a level of topics, at any broker */
	return settings_set(settings, "station", name, err);
}

int verb_watch(int argc, char **argv)
{
	struct settings settings;
	struct error err = {""};
	settings_init(&settings);
	int at = options_parse(&settings, argc, argv, usage, NULL, NULL);
	int code = at < 0 ? -at : 0;
	settings.watch = true;
	if (at > 0 && at < argc) {
		fprintf(stderr, "vigie watch: \"%s\" is not an option (try --help)\n", argv[at]);
		code = EXIT_USAGE;
	} else if (at > 0) {
		code = default_name(&settings, &err) < 0 ? EXIT_ENVIRONMENT : watch_run(&settings);
	}
	settings_fini(&settings);
	return code;
}
