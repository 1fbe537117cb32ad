/* SPDX-License-Identifier: Apache-2.0 */

/* vigie-hospital: a hospital for vigie to watch when there is none. */

#include "src/hospital/air.h"
#include "src/hospital/fhir_server.h"
#include "src/hospital/mqtt_out.h"
#include "src/hospital/offline.h"
#include "src/hospital/options.h"
#include "src/hospital/script.h"
#include "src/hospital/stamp.h"
#include "src/hospital/truth.h"
#include "src/hospital/walk.h"
#include "src/site_file.h"
#include "src/suite_clock.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { USAGE = 2, ENVIRONMENT = 3, TICK_MS = 50, UPLOAD_MS = 1000 };

struct hospital {
	struct options options;
	struct suite_clock clock;
	struct site *site;
	struct day *day;
	struct air *air;
	struct mqtt_out *mqtt;
	struct fhir_server *server;
	FILE *truth;
	int64_t truth_ms, until_ms, ticked_ms;
	struct action actions[DAY_ACTIONS];
	int action_count, action_next;
	int decided; /* actions of the day the air knows of */
};

static int64_t now_of(void *context)
{
	return suite_clock_now(context);
}

static int complain(int code, const struct error *err)
{
	fprintf(stderr, "vigie-hospital: %s\n", err->text);
	return code;
}

static int read_events(struct hospital *h, struct error *err)
{
	if (h->options.script == NULL) {
		h->action_count = script_demo(h->site, h->clock.origin_ms, h->actions);
		return 0;
	}
	h->action_count = script_load(
		h->options.script, h->site, h->clock.origin_ms, h->actions, DAY_ACTIONS, err);
	return h->action_count < 0 ? USAGE : 0;
}

static int open_truth(struct hospital *h, struct error *err)
{
	if (h->options.truth == NULL)
		return 0;
	h->truth = fopen(h->options.truth, "we");
	if (h->truth == NULL) {
		error_set(err, -errno, "%s: %s", h->options.truth, strerror(errno));
		return ENVIRONMENT;
	}
	h->truth_ms = h->clock.origin_ms - 1;
	return 0;
}

static int prepare(struct hospital *h, struct error *err)
{
	h->site = site_load(h->options.site, NULL, err);
	if (h->site == NULL)
		return ENVIRONMENT;
	suite_clock_zone(h->site->zone);
	if (options_clock(&h->options, &h->clock, err) != 0)
		return USAGE;
	if (h->options.until != NULL && (h->until_ms = stamp_parse(h->options.until)) == 0) {
		error_set(err, -EINVAL, "--until: '%s' is not a time", h->options.until);
		return USAGE;
	}
	int rc = read_events(h, err);
	if (rc != 0)
		return rc;
	h->day = day_create(h->site, h->clock.origin_ms, h->options.seed, h->options.telling,
		h->actions, h->action_count);
	if (h->day == NULL) {
		error_set(err, -EINVAL, "%s: an operating room and a PACU with beds are needed",
			h->options.site);
		return ENVIRONMENT;
	}
	return open_truth(h, err);
}

/* --walk: no day, no feeds; a file, and that is all. */
static int walk(const struct options *o, struct error *err)
{
	struct site *site = site_load(o->site, NULL, err);
	FILE *out = site != NULL ? fopen(o->walk, "we") : NULL;
	if (site != NULL && out == NULL)
		error_set(err, -errno, "%s: %s", o->walk, strerror(errno));
	int rc = out != NULL ? walk_write(out, site, o->seed, o->walk_seconds) : -1;
	if (out != NULL && (fclose(out) != 0 || rc < 0))
		rc = error_set(
			err, -EIO, "%s: no badge in the site, or it cannot be written", o->walk);
	site_free(site);
	return rc == 0 ? 0 : ENVIRONMENT;
}

static void tell_ready(const struct hospital *h)
{
	char line[32];
	int n = snprintf(line, sizeof(line), "http %d\n",
		h->server != NULL ? fhir_server_port(h->server) : 0);
	if (h->options.ready_fd >= 0 && write(h->options.ready_fd, line, (size_t)n) != n)
		fprintf(stderr, "vigie-hospital: --ready-fd %d: %s\n", h->options.ready_fd,
			strerror(errno));
	if (h->options.ready_fd > 2)
		close(h->options.ready_fd);
}

static int open_doors(struct hospital *h, struct error *err)
{
	int64_t begin = suite_clock_now(&h->clock);
	if (h->action_count > 0 && h->actions[0].t < begin)
		begin = h->actions[0].t;
	if (h->options.http >= 0) {
		h->server = fhir_server_start(
			h->day, (uint16_t)h->options.http, now_of, &h->clock, err);
		if (h->server == NULL)
			return ENVIRONMENT;
		fhir_server_stale(h->server, h->options.stale);
	}
	h->decided = h->day->action_count;
	if (h->options.mqtt != NULL && !h->options.no_radio) {
		h->mqtt = mqtt_out_open(h->options.mqtt, err);
		if (h->mqtt == NULL)
			return ENVIRONMENT;
		h->air = air_create(h->day, begin);
		h->ticked_ms = monotonic_ms();
		for (int i = 0; i < h->site->gateway_count; i++)
			h->air->gateways[i].upload_ms =
				h->ticked_ms + (int64_t)i * UPLOAD_MS / h->site->gateway_count;
	}
	tell_ready(h);
	return 0;
}

/* A second between uploads, as gateways are set; less when suite time runs fast,
 * so that a gateway is not silent for more than ten suite seconds. */
static int64_t upload_interval_ms(double speed)
{
	double ms = speed > 10 ? 10.0 * UPLOAD_MS / speed : UPLOAD_MS;
	return ms < 2 * TICK_MS ? 2 * TICK_MS : (int64_t)ms;
}

static void upload(struct hospital *h, int64_t now_ms, int64_t wall_ms)
{
	int64_t interval_ms = upload_interval_ms(h->clock.speed);
	for (int i = 0; i < h->site->gateway_count; i++) {
		struct gateway_box *g = &h->air->gateways[i];
		if (g->upload_ms > wall_ms)
			continue;
		g->upload_ms += interval_ms;
		/* Stopped for a while (suspended, debugged): no burst afterwards. */
		if (g->upload_ms <= wall_ms)
			g->upload_ms = wall_ms + interval_ms;
		if (g->off)
			continue;
		size_t len = 0;
		char *payload = gateway_payload(g, now_ms, &len);
		mqtt_out_send(h->mqtt, g->topic, payload, len);
		free(payload);
	}
}

/* The server's threads decide about the day: it is theirs, too. */
static void lock_day(struct hospital *h, bool lock)
{
	if (h->server == NULL)
		return;
	if (lock)
		fhir_server_lock(h->server);
	else
		fhir_server_unlock(h->server);
}

static void tick(struct hospital *h, int64_t now_ms)
{
	int64_t wall_ms = monotonic_ms();
	lock_day(h, true);
	if (h->air != NULL && h->decided != h->day->action_count)
		movement_day_changed(h->air->movement, now_ms);
	h->decided = h->day->action_count;
	if (h->air != NULL) {
		while (h->action_next < h->action_count && h->actions[h->action_next].t <= now_ms)
			air_act(h->air, &h->actions[h->action_next++]);
		air_tick(h->air, now_ms, (double)(wall_ms - h->ticked_ms) / 1000, h->clock.speed);
		upload(h, now_ms, wall_ms);
	}
	h->ticked_ms = wall_ms;
	if (h->truth != NULL)
		h->truth_ms = truth_write(h->truth, h->day, h->truth_ms, now_ms);
	lock_day(h, false);
}

/* Until a signal, or the end of the time asked for. */
static void live(struct hospital *h, const sigset_t *signals)
{
	const struct timespec pause = {.tv_nsec = TICK_MS * 1000000L};
	for (;;) {
		int64_t now = suite_clock_now(&h->clock);
		bool over = h->until_ms != 0 && now >= h->until_ms;
		tick(h, over ? h->until_ms : now);
		if (over || sigtimedwait(signals, NULL, &pause) > 0)
			return;
	}
}

static void close_doors(struct hospital *h)
{
	mqtt_out_close(h->mqtt);
	fhir_server_stop(h->server);
	air_destroy(h->air);
	day_destroy(h->day);
	if (h->truth != NULL)
		fclose(h->truth);
	if (h->site != NULL)
		site_free(h->site);
}

int main(int argc, char **argv)
{
	static struct hospital h;
	struct error err = {""};
	sigset_t signals;
	if (options_read(&h.options, argc, argv, &err) != 0) {
		complain(USAGE, &err);
		options_help(stderr);
		return USAGE;
	}
	if (h.options.help) {
		options_help(stdout);
		return 0;
	}
	if (h.options.walk != NULL) {
		int rc = walk(&h.options, &err);
		return rc == 0 ? 0 : complain(rc, &err);
	}
	if (h.options.offline) {
		int rc = offline_play(&h.options, &err);
		return rc == 0 ? 0 : complain(ENVIRONMENT, &err);
	}
	/* Blocked before Paho and the server make threads: only the loop takes them. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	pid_t parent = getppid();
	if (h.options.with_parent)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* The parent may have gone before the kernel was asked to tell. */
	if (h.options.with_parent && getppid() != parent)
		return 0;
	int rc = prepare(&h, &err);
	if (rc == 0)
		rc = open_doors(&h, &err);
	if (rc == 0)
		live(&h, &signals);
	close_doors(&h);
	return rc == 0 ? 0 : complain(rc, &err);
}
