/* SPDX-License-Identifier: Apache-2.0 */
/* A site file edited under a whole station with a real journal: what is taken,
 * what is refused, what lives on, and that a replay folds the same twin. */
#include <ev.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/restore.h"
#include "src/site_file.h"
#include "src/site_read.h"
#include "src/station_private.h"
#include "twin/text.h"

struct suite {
	struct ev_loop *loop;
	struct settings settings;
	struct station *station;
	char folder[64], journal[96], site[96];
	char notice[LABEL_SIZE * 2];
	int notices;
	bool (*until)(const struct suite *s);
};

static void on_changed(void *context)
{
	struct suite *s = context;
	if (s->until != NULL && s->station != NULL && s->until(s))
		ev_break(s->loop, EVBREAK_ALL);
}

static void on_notice(void *context, const char *text)
{
	struct suite *s = context;
	snprintf(s->notice, sizeof s->notice, "%s", text);
	s->notices++;
}

static void on_late(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static bool run_until(struct suite *s, double seconds, bool (*until)(const struct suite *s))
{
	ev_timer late;
	s->until = until;
	ev_timer_init(&late, on_late, seconds, 0);
	ev_timer_start(s->loop, &late);
	ev_run(s->loop, 0);
	ev_timer_stop(s->loop, &late);
	s->until = NULL;
	return until != NULL && until(s);
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static char *read_text(const char *path)
{
	struct error err = {""};
	char *text = site_text(path, &err);
	assert_non_null(text);
	return text;
}

/* Every `from` of the file becomes `to`; as an editor does, in place. */
static void edit(const char *path, const char *from, const char *to)
{
	char *text = read_text(path), *at, *next;
	char *out = calloc(1, 2 * SITE_TEXT_MAX);
	size_t n = 0;
	int found = 0;
	assert_non_null(out);
	for (at = text; (next = strstr(at, from)) != NULL; at = next + strlen(from), found++) {
		n += (size_t)snprintf(out + n, SITE_TEXT_MAX, "%.*s%s", (int)(next - at), at, to);
	}
	snprintf(out + n, SITE_TEXT_MAX, "%s", at);
	assert_true(found > 0);
	write_text(path, out);
	free(out);
	free(text);
}

static void open_station(struct suite *s)
{
	struct error err = {""};
	struct station_calls calls = {on_changed, on_notice, s};
	s->station = station_open(s->loop, &s->settings, calls, &err);
	if (s->station == NULL)
		fail_msg("%s", err.text);
	station_start(s->station);
}

static void programme(struct suite *s)
{
	for (int i = 0; i < 6; i++) {
		struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, 0);
		snprintf(f.surgery.id, ID_SIZE, "c-%d", i);
		snprintf(f.surgery.patient, ID_SIZE, "p-%d", i);
		snprintf(f.surgery.room, ID_SIZE, "or-%d", i % 2 + 1);
		f.surgery.start_ms = station_now(s->station) + (60 + i / 2 * 90) * 60000LL;
		f.surgery.end_ms = f.surgery.start_ms + 80 * 60000LL;
		f.surgery.status = CASE_PLANNED;
		station_fact(s->station, &f);
	}
}

static int open_suite(void **state)
{
	static struct suite s;
	struct error err = {""};
	memset(&s, 0, sizeof s);
	snprintf(s.folder, sizeof s.folder, "/tmp/vigie-site-XXXXXX");
	assert_non_null(mkdtemp(s.folder));
	snprintf(s.journal, sizeof s.journal, "%s/journal.db", s.folder);
	snprintf(s.site, sizeof s.site, "%s/site.cfg", s.folder);
	char *demo = read_text("etc/demo/site.cfg");
	write_text(s.site, demo);
	free(demo);
	settings_init(&s.settings);
	assert_int_equal(settings_set(&s.settings, "site", s.site, &err), 0);
	assert_int_equal(settings_set(&s.settings, "journal", s.journal, &err), 0);
	s.settings.clock.speed = 10; /* ten looks at the file a second */
	/* Seven o'clock in Paris: nobody is called off because the day is over. */
	s.settings.clock.origin_ms = INT64_C(1773640800000);
	s.loop = ev_loop_new(EVFLAG_AUTO);
	open_station(&s);
	programme(&s);
	*state = &s;
	return 0;
}

static int close_suite(void **state)
{
	struct suite *s = *state;
	char command[128];
	station_close(s->station);
	ev_loop_destroy(s->loop);
	settings_fini(&s->settings);
	snprintf(command, sizeof command, "rm -r '%s'", s->folder);
	return system(command);
}

/* ---- what is waited for ---- */

static bool has_forecast(const struct suite *s)
{
	struct view view;
	station_view(s->station, &view);
	return view.forecast != NULL && view.forecast->reps == 2000;
}

static bool is_read_anew(const struct suite *s)
{
	return strncmp(s->notice, "site read anew", 14) == 0;
}

static bool is_refused(const struct suite *s)
{
	return strncmp(s->notice, "old site kept", 13) == 0;
}

static bool is_unchanged(const struct suite *s)
{
	return strcmp(s->notice, "the site is as its file says") == 0;
}

static bool is_second_name(const struct suite *s)
{
	return strcmp(s->notice, "site read anew: Second") == 0;
}

static bool said(struct suite *s, bool (*what)(const struct suite *s))
{
	return run_until(s, 20, what);
}

static double last_end(const struct suite *s)
{
	struct view view;
	double last = 0;
	station_view(s->station, &view);
	for (int i = 0; i < view.forecast->case_count; i++)
		if (view.forecast->cases[i].end.p50 > last)
			last = view.forecast->cases[i].end.p50;
	return last;
}

static bool alarm_on(const struct suite *s)
{
	int i = twin_alarm(s->station->twin, "technical:site");
	return i >= 0 && s->station->twin->alarms[i].active;
}

/* The journal, folded from nothing, gives the twin that lives. */
static void replay_agrees(struct suite *s)
{
	char live[65], folded[65];
	struct error err = {""};
	uint64_t bad = 0;
	station_close(s->station);
	s->station = NULL;
	struct twin *twin = twin_create();
	assert_int_equal(twin_restore(twin, NULL, s->journal, 0, &bad, &err), 0);
	assert_int_equal(bad, 0);
	twin_digest(twin, folded);
	open_station(s);
	twin_digest(s->station->twin, live);
	assert_string_equal(live, folded);
	twin_destroy(twin);
}

/* ---- the tests ---- */

/* A room is cleaned for two hours: the end of the day moves, the cases stay,
 * and before the answer to the new site there is none. */
static void a_pathway_is_edited(void **state)
{
	struct suite *s = *state;
	struct view view;
	assert_true(run_until(s, 30, has_forecast));
	double before = last_end(s);
	const struct site *was = s->station->twin->site;
	edit(s->site, "turnover = { need = \"cleaning\"; lasts = [20.0, 8.0]; };",
		"turnover = { need = \"cleaning\"; lasts = [120.0, 8.0]; };");
	assert_true(said(s, is_read_anew));
	station_view(s->station, &view);
	assert_null(view.forecast);
	assert_ptr_not_equal(view.twin->site, was);
	assert_int_equal(view.twin->case_count, 6);
	assert_true(run_until(s, 30, has_forecast));
	/* Two turnovers before the last case of a room, each 100 minutes longer; a
	 * case in the programme had ten minutes to spare. */
	double later = (last_end(s) - before) / 60000;
	if (!(later > 150 && later < 250))
		fail_msg("%g minutes later", later);
	/* The old one is still there for whoever looks at it. */
	assert_string_equal(was->rooms[0].id, view.twin->site->rooms[0].id);
	replay_agrees(s);
}

/* Half a file, a file that is none, no file: the old one, with the finding. */
static void garbage_is_refused(void **state)
{
	struct suite *s = *state;
	const struct site *was = s->station->twin->site;
	char *good = read_text(s->site);
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"garbage {", "old site kept: site.cfg:1: syntax error"},
		{"", "old site kept: site.cfg:1: id is missing"},
		{NULL, "No such file"},
		{"id = \"x\"; name = \"x\"; zone = \"UTC\";",
			"old site kept: site.cfg:1: a site needs rooms"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		s->notice[0] = '\0';
		if (bad[i].text != NULL)
			write_text(s->site, bad[i].text);
		else
			unlink(s->site);
		assert_true(said(s, is_refused));
		if (strstr(s->notice, bad[i].says) == NULL)
			fail_msg("\"%s\" says \"%s\"", bad[i].text, s->notice);
		assert_ptr_equal(s->station->twin->site, was);
		assert_true(alarm_on(s));
	}
	s->notice[0] = '\0';
	write_text(s->site, good);
	struct command reload = {.kind = COMMAND_RELOAD};
	station_command(s->station, &reload);
	assert_true(said(s, is_unchanged)); /* the very text it was folded with */
	assert_ptr_equal(s->station->twin->site, was);
	assert_false(alarm_on(s));
	free(good);
	replay_agrees(s);
}

/* Two savings within a second: the last one is in force in the end. */
static void twice_in_a_second(void **state)
{
	struct suite *s = *state;
	edit(s->site, "name = \"Clinique des Remparts\"", "name = \"First\"");
	edit(s->site, "name = \"First\"", "name = \"Second\"");
	assert_true(said(s, is_second_name));
	s->notice[0] = '\0';
	edit(s->site, "name = \"Second\"", "name = \"Firstt\""); /* as long as before */
	run_until(s, 0.25, NULL);
	edit(s->site, "name = \"Firstt\"", "name = \"Second\"");
	run_until(s, 2, NULL);
	assert_string_equal(s->station->twin->site->name, "Second");
	replay_agrees(s);
}

/* The patient of c-0 is in OR 1 when the file no longer knows it. */
static void a_room_is_removed_under_a_patient(void **state)
{
	struct suite *s = *state;
	struct twin *t = s->station->twin;
	struct fact f = fact_make(FACT_MILESTONE, SOURCE_FHIR, 0);
	text_copy(f.milestone.id, ID_SIZE, "c-0");
	f.milestone.milestone = MILESTONE_IN_ROOM;
	f.milestone.when_ms = station_now(s->station);
	station_fact(s->station, &f);
	assert_int_equal(twin_room_current(t, site_room(t->site, "or-1")), twin_case(t, "c-0"));
	edit(s->site, "\"or-1\"", "\"gone-1\"");
	assert_true(said(s, is_read_anew));
	assert_int_equal(t->cases[twin_case(t, "c-0")].room_at, -1);
	assert_string_equal(t->cases[twin_case(t, "c-0")].room, "or-1");
	assert_int_equal(surgery_stage(&t->cases[twin_case(t, "c-0")]), STAGE_ANAES);
	run_until(s, 2, NULL); /* and a forecast of such a day */
	s->notice[0] = '\0';
	edit(s->site, "\"gone-1\"", "\"or-1\"");
	assert_true(said(s, is_read_anew));
	t = s->station->twin;
	assert_int_equal(twin_room_current(t, site_room(t->site, "or-1")), twin_case(t, "c-0"));
	replay_agrees(s);
}

/* Local time is the suite's: the forecast's thread tells it too. */
static void another_time_zone(void **state)
{
	struct suite *s = *state;
	assert_true(run_until(s, 30, has_forecast));
	edit(s->site, "zone = \"Europe/Paris\"", "zone = \"Pacific/Auckland\"");
	assert_true(said(s, is_read_anew));
	assert_string_equal(getenv("TZ"), "Pacific/Auckland");
	assert_true(run_until(s, 30, has_forecast));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_suite, close_suite)
	const struct CMUnitTest tests[] = {
		T(a_pathway_is_edited),
		T(garbage_is_refused),
		T(twice_in_a_second),
		T(a_room_is_removed_under_a_patient),
		T(another_time_zone),
	};
	return cmocka_run_group_tests_name("station_site", tests, NULL, NULL);
}
