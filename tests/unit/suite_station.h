/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SUITE_STATION_H
#define VIGIE_TESTS_SUITE_STATION_H

/* A whole station over the demo's site with a real journal, and six cases to come in
 * two of its rooms. To be included after cmocka.h. */

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/station_private.h"
#include "twin/text.h"

/* Monday 2026-07-06 07:00 in Paris (date -d): the cases are in the rooms' session, and
 * nobody goes home, whatever hour the test is run at. */
#define SUITE_MORNING_MS 1783314000000LL

struct suite {
	struct ev_loop *loop;
	struct settings settings;
	struct station *station;
	char folder[64], journal[96];
	char notice[LABEL_SIZE * 2];
	bool (*until)(const struct view *view);
};

static void on_changed(void *context)
{
	struct suite *s = context;
	struct view view;
	if (s->until == NULL || s->station == NULL)
		return;
	station_view(s->station, &view);
	if (s->until(&view))
		ev_break(s->loop, EVBREAK_ALL);
}

static void on_notice(void *context, const char *text)
{
	struct suite *s = context;
	snprintf(s->notice, sizeof s->notice, "%s", text);
}

static void on_late(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

__attribute__((unused)) static bool run_until(
	struct suite *s, double seconds, bool (*until)(const struct view *view))
{
	ev_timer late;
	struct view view;
	s->until = until;
	ev_timer_init(&late, on_late, seconds, 0);
	ev_timer_start(s->loop, &late);
	ev_run(s->loop, 0);
	ev_timer_stop(s->loop, &late);
	station_view(s->station, &view);
	return until != NULL && until(&view);
}

/* Two rooms of the demo's site, three cases each, from now on. */
static void programme(struct suite *s)
{
	for (int i = 0; i < 6; i++) {
		struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, 0);
		snprintf(f.surgery.id, ID_SIZE, "c-%d", i);
		snprintf(f.surgery.room, ID_SIZE, "or-%d", i % 2 + 1);
		f.surgery.start_ms = station_now(s->station) + (60 + i / 2 * 90) * 60000LL;
		f.surgery.end_ms = f.surgery.start_ms + 80 * 60000LL;
		f.surgery.status = CASE_PLANNED;
		station_fact(s->station, &f);
	}
}

__attribute__((unused)) static int open_suite(void **state)
{
	static struct suite s;
	struct error err = {""};
	struct station_calls calls = {on_changed, on_notice, &s};
	memset(&s, 0, sizeof s);
	snprintf(s.folder, sizeof s.folder, "/tmp/vigie-station-XXXXXX");
	assert_non_null(mkdtemp(s.folder));
	snprintf(s.journal, sizeof s.journal, "%s/journal.db", s.folder);
	settings_init(&s.settings);
	s.settings.clock.origin_ms = SUITE_MORNING_MS;
	assert_int_equal(settings_set(&s.settings, "site", "etc/demo/site.cfg", &err), 0);
	assert_int_equal(settings_set(&s.settings, "journal", s.journal, &err), 0);
	s.loop = ev_loop_new(EVFLAG_AUTO);
	s.station = station_open(s.loop, &s.settings, calls, &err);
	if (s.station == NULL)
		fail_msg("%s", err.text);
	station_start(s.station);
	programme(&s);
	*state = &s;
	return 0;
}

__attribute__((unused)) static int close_suite(void **state)
{
	struct suite *s = *state;
	char command[128];
	station_close(s->station);
	ev_loop_destroy(s->loop);
	settings_fini(&s->settings);
	snprintf(command, sizeof command, "rm -r '%s'", s->folder);
	return system(command);
}

__attribute__((unused)) static void say(struct suite *s, enum command_kind kind, const char *text)
{
	struct command c = {.kind = kind};
	text_copy(c.text, sizeof c.text, text);
	text_copy(c.target, sizeof c.target, text);
	s->notice[0] = '\0';
	station_command(s->station, &c);
}

#endif
