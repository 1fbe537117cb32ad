/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_private.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/restore.h"
#include "src/site_file.h"
#include "src/site_read.h"
#include "src/suite_clock.h"
#include "twin/text.h"

/*
 * The site while people work: its file is looked at every tick and, once it
 * has stood still for one, read by a thread of its own, for a surveyed site is
 * megabytes of text and a map to work out. The loop then puts it in the place
 * of the old one everywhere at once, or says why not and keeps the old one.
 *
 * Whoever still looks at the old one may: sites live as long as the station
 * (restore_keep_site). Only the presses' scan crosses threads, and it is made
 * for that (feeds/press.h).
 */

enum { PATIENCE_S = 5 }; /* of real time */

/* Tells one state of a file from the next. */
struct look {
	bool there;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

struct site_watch {
	struct station *s;
	struct look seen, read; /* at the last tick; as it was when last read */
	bool asked;             /* somebody wants to hear, also that nothing changed */
	bool reading;
	bool started; /* the thread */
	pthread_t thread;
	ev_async done;
	/* the thread's until it is done */
	char *text;
	struct site *site;
	struct locator *locator;
	struct error err;
};

static struct look look_at(const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return (struct look){.there = false};
	return (struct look){true, st.st_dev, st.st_ino, st.st_size, st.st_mtim};
}

static bool is_same(const struct look *a, const struct look *b)
{
	return a->there == b->there && a->device == b->device && a->inode == b->inode
	       && a->size == b->size && a->changed.tv_sec == b->changed.tv_sec
	       && a->changed.tv_nsec == b->changed.tv_nsec;
}

/* ---- in force ---- */

/* When suite time runs fast, a hiccup of this machine is no silence. */
static struct locator *listen_in(const struct station *s, const struct site *site)
{
	struct locator *locator = locator_create(site);
	if (locator != NULL)
		locator_patience(locator, PATIENCE_S * s->settings->clock.speed);
	return locator;
}

static void tell_site(struct station *s, const struct site *site, const char *text)
{
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, 0);
	text_copy(f.origin, sizeof f.origin, "site");
	text_copy(f.site.hash, sizeof f.site.hash, site->hash);
	f.site.site = site;
	if (s->journal != NULL)
		journal_site(s->journal, site->hash, text);
	s->site_seq = s->seq + 1; /* before anybody looks */
	station_fact(s, &f);
}

/* Everything that finds places by an index moves over within one turn. */
static void take(struct site_watch *w, const struct site *site)
{
	struct station *s = w->s;
	/* Local time is the process's: nobody else may be telling it meanwhile. */
	bool moves = strcmp(s->twin->site->zone, site->zone) != 0;
	bool asking = moves && s->forecaster != NULL;
	if (moves)
		station_forecast_close(s);
	locator_carry(w->locator, s->locator);
	tell_site(s, site, w->text);
	ingest_site(s->ingest, site, w->locator);
	s->supervise.began_ms = station_now(s); /* what is new has its full time */
	for (int n = 0; n < FHIR_SERVERS; n++)
		if (s->fhir[n].poll != NULL)
			fhir_map_site(fhir_poll_map(s->fhir[n].poll), site);
	if (s->pushed_map != NULL)
		fhir_map_site(s->pushed_map, site);
	if (s->hl7 != NULL)
		hl7_site(s->hl7, site);
	locator_destroy(s->locator);
	s->locator = w->locator;
	w->locator = NULL;
	suite_clock_zone(site->zone);
	if (asking)
		station_forecast_need(s);
	if (asking && s->forecaster != NULL)
		forecaster_what_if(s->forecaster, &s->what_if, s->in_time_room);
}

/* ---- refused ---- */

/* One alarm, with the first finding, until the file is read without an error. */
static void condition(struct station *s, const char *why)
{
	int alarm = twin_alarm(s->twin, "technical:site");
	bool active = alarm >= 0 && s->twin->alarms[alarm].active;
	if (why == NULL && !active)
		return;
	struct fact f = fact_make(FACT_CONDITION, SOURCE_SYSTEM, 0);
	text_copy(f.origin, sizeof f.origin, "vigie");
	text_copy(f.condition.key, sizeof f.condition.key, "site");
	if (why != NULL)
		text_neutralise(f.condition.text, sizeof f.condition.text, why, strlen(why));
	f.condition.priority = PRIORITY_LOW;
	f.condition.active = why != NULL;
	station_fact(s, &f);
}

static void refuse(struct station *s, const char *why)
{
	char text[2 * LABEL_SIZE];
	snprintf(text, sizeof text, "old site kept: %.160s", why);
	condition(s, text);
	station_say(s, "%s", text);
}

/* ---- reading ---- */

/* A thread of its own; everything it writes is its own until it is joined. */
static void *read_file(void *context)
{
	struct site_watch *w = context;
	const char *path = w->s->settings->site, *slash = strrchr(path, '/');
	w->text = site_text(path, &w->err);
	if (w->text != NULL)
		w->site = site_parse(slash != NULL ? slash + 1 : path, w->text, &w->err);
	if (w->site != NULL)
		w->locator = listen_in(w->s, w->site);
	if (w->started)
		ev_async_send(w->s->loop, &w->done);
	return NULL;
}

static void forget(struct site_watch *w)
{
	free(w->text);
	locator_destroy(w->locator);
	site_free(w->site);
	w->text = NULL;
	w->locator = NULL;
	w->site = NULL;
}

/* False, and the old one stays in force, when memory is short. */
static bool put_in_force(struct site_watch *w)
{
	if (w->locator == NULL || !restore_keep_site(w->site))
		return false;
	const struct site *kept = w->site;
	w->site = NULL; /* where the journal's sites are */
	if (!press_table_renew(w->s->presses, kept))
		return false;
	take(w, kept);
	return true;
}

static void read_done(struct site_watch *w)
{
	struct station *s = w->s;
	bool asked = w->asked;
	w->reading = w->asked = false;
	if (w->site == NULL) {
		refuse(s, w->err.text);
	} else if (strcmp(w->site->hash, s->twin->site->hash) == 0) {
		condition(s, NULL);
		if (asked)
			station_say(s, "the site is as its file says");
	} else if (!put_in_force(w)) {
		refuse(s, "out of memory");
	} else {
		condition(s, NULL);
		station_say(s, "site read anew: %s", s->twin->site->name);
	}
	forget(w);
}

static void on_done(struct ev_loop *loop, ev_async *async, int events)
{
	struct site_watch *w = async->data;
	(void)loop;
	(void)events;
	if (!w->started)
		return;
	pthread_join(w->thread, NULL);
	w->started = false;
	read_done(w);
}

static void begin(struct site_watch *w)
{
	w->reading = true;
	w->read = w->seen;
	w->started = true;
	if (pthread_create(&w->thread, NULL, read_file, w) == 0)
		return;
	w->started = false; /* no thread to be had: then here */
	read_file(w);
	read_done(w);
}

void station_site_tick(struct station *s)
{
	struct site_watch *w = s->site_watch;
	if (w == NULL)
		return;
	struct look now = look_at(s->settings->site);
	bool still = is_same(&now, &w->seen);
	w->seen = now;
	if (!w->reading && (w->asked || (still && !is_same(&now, &w->read))))
		begin(w);
}

void station_site_reload(struct station *s)
{
	if (s->site_watch == NULL) {
		station_say(s, "no site file is named: the journal's site is in force");
		return;
	}
	s->site_watch->asked = true; /* at the next tick, or after the reading under way */
	station_site_tick(s);
}

/* ---- opening ---- */

static int watch_file(struct station *s, const struct look *look)
{
	struct site_watch *w = calloc(1, sizeof *w);
	if (w == NULL)
		return -ENOMEM;
	w->s = s;
	w->seen = w->read = *look;
	ev_async_init(&w->done, on_done);
	w->done.data = w;
	ev_async_start(s->loop, &w->done);
	ev_unref(s->loop); /* a file that may change keeps no loop alive */
	s->site_watch = w;
	return 0;
}

/* Another site text than the journal's last one is a fact like any other; the
 * same text keeps the site the journal was folded with. */
static int first_site(struct station *s, struct error *err)
{
	char *text = NULL;
	struct site *site = site_load(s->settings->site, &text, err);
	if (site == NULL)
		return -EINVAL;
	if (s->twin->site != NULL && strcmp(s->twin->site->hash, site->hash) == 0) {
		site_free(site);
	} else if (restore_keep_site(site)) {
		tell_site(s, site, text);
	} else {
		site_free(site);
		free(text);
		return error_set(err, -ENOMEM, "out of memory");
	}
	free(text);
	condition(s, NULL);
	return 0;
}

int station_site_open(struct station *s, struct error *err)
{
	const char *path = s->settings->site;
	int rc = 0;
	if (path == NULL && s->twin->site == NULL)
		return error_set(
			err, -ENOENT, "no site: name one with --site FILE or `site` in vigie.conf");
	if (path != NULL) {
		struct look look = look_at(path);
		rc = first_site(s, err);
		if (rc == 0)
			rc = watch_file(s, &look);
	}
	if (rc < 0)
		return rc;
	suite_clock_zone(s->twin->site->zone);
	s->locator = listen_in(s, s->twin->site);
	if (s->locator == NULL)
		return error_set(err, -ENOMEM, "out of memory");
	restore_locator(s->locator, s->twin);
	return 0;
}

void station_site_close(struct station *s)
{
	struct site_watch *w = s->site_watch;
	if (w == NULL)
		return;
	if (w->started)
		pthread_join(w->thread, NULL);
	ev_ref(s->loop);
	ev_async_stop(s->loop, &w->done);
	forget(w);
	free(w);
	s->site_watch = NULL;
}
