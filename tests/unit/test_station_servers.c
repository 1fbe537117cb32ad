/* SPDX-License-Identifier: Apache-2.0 */
/* A station before two FHIR servers of different abilities: each is asked in its
 * own way, both fill one twin, and one of them being lost is told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/station.h"
#include "tests/stub/fhir_stub.c" /* one stub, few tests: not worth an archive */

#define BUNDLE(entries)                                                                            \
	"{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"meta\":{\"lastUpdated\":"           \
	"\"2026-03-16T09:58:10Z\"},\"entry\":[" entries "]}"
#define CASE(id)                                                                                   \
	"{\"resource\":{\"resourceType\":\"Appointment\",\"id\":\"" id                             \
	"\",\"status\":\"booked\",\"start\":\"2026-03-16T09:00:00+01:00\","                        \
	"\"end\":\"2026-03-16T10:00:00+01:00\",\"participant\":["                                  \
	"{\"actor\":{\"reference\":\"Location/or-2\"}}]}}"
/* A server whose appointments cannot be searched by change (fhir.md 2.2). */
#define DAY_ONLY                                                                                   \
	"{\"resourceType\":\"CapabilityStatement\",\"fhirVersion\":\"4.0.1\",\"rest\":[{"          \
	"\"mode\":\"server\",\"resource\":[{\"type\":\"Appointment\",\"interaction\":[{"           \
	"\"code\":\"search-type\"}],\"searchParam\":[{\"name\":\"date\",\"type\":\"date\"}]}]}]}"

struct suite {
	struct fhir_stub *stubs[2];
	struct settings settings;
	struct ev_loop *loop;
	struct station *station;
	char folder[64];
};

static int open_suite(void **state)
{
	struct suite *s = calloc(1, sizeof *s);
	struct error err = {""};
	char journal[96];
	snprintf(s->folder, sizeof s->folder, "/tmp/vigie-servers-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(journal, sizeof journal, "%s/j.db", s->folder);
	for (int i = 0; i < 2; i++)
		s->stubs[i] = fhir_stub_start();
	fhir_stub_rule(s->stubs[1], (struct stub_rule){.match = "/metadata", .body = DAY_ONLY});
	fhir_stub_rule(s->stubs[0],
		(struct stub_rule){.match = "/Appointment", .body = BUNDLE(CASE("one"))});
	fhir_stub_rule(s->stubs[1],
		(struct stub_rule){.match = "/Appointment", .body = BUNDLE(CASE("two"))});
	settings_init(&s->settings);
	assert_int_equal(settings_set(&s->settings, "site", "etc/demo/site.cfg", &err), 0);
	assert_int_equal(settings_set(&s->settings, "journal", journal, &err), 0);
	assert_int_equal(
		settings_set(&s->settings, "fhir.base", fhir_stub_base(s->stubs[0]), &err), 0);
	assert_int_equal(
		settings_set(&s->settings, "fhir2.base", fhir_stub_base(s->stubs[1]), &err), 0);
	assert_int_equal(settings_set(&s->settings, "fhir2.every_s", "0.1", &err), 0);
	assert_int_equal(settings_set(&s->settings, "fhir.every_s", "0.1", &err), 0);
	/* 2026-03-16T09:30+01:00: the day of the programme. */
	s->settings.clock = suite_clock_real();
	s->settings.clock.origin_ms = 1773649800000;
	s->loop = ev_loop_new(EVFLAG_AUTO);
	s->station = station_open(s->loop, &s->settings, (struct station_calls){0}, &err);
	if (s->station == NULL)
		fail_msg("%s", err.text);
	station_start(s->station);
	*state = s;
	return 0;
}

static int close_suite(void **state)
{
	struct suite *s = *state;
	char command[128];
	station_close(s->station);
	for (int i = 0; i < 2; i++)
		if (s->stubs[i] != NULL)
			fhir_stub_stop(s->stubs[i]);
	ev_loop_destroy(s->loop);
	settings_fini(&s->settings);
	snprintf(command, sizeof command, "rm -rf %s", s->folder);
	int rc = system(command);
	free(s);
	return rc;
}

/* Until it is so, at most 20 s. */
static bool comes(struct suite *s, bool (*is)(const struct view *view))
{
	struct view view;
	for (int64_t end = monotonic_ms() + 20000; monotonic_ms() < end; usleep(500)) {
		ev_run(s->loop, EVRUN_NOWAIT);
		station_view(s->station, &view);
		if (is(&view))
			return true;
	}
	return false;
}

static bool both_cases(const struct view *view)
{
	return twin_case(view->twin, "one") >= 0 && twin_case(view->twin, "two") >= 0;
}

static bool both_up(const struct view *view)
{
	return view->health->feeds[1].state == FEED_UP && view->health->feeds[2].state == FEED_UP;
}

static bool second_lost(const struct view *view)
{
	return view->health->feeds[1].state == FEED_UP && view->health->feeds[2].state == FEED_DOWN;
}

static void each_in_its_own_way(void **state)
{
	struct suite *s = *state;
	struct view view;
	assert_true(comes(s, both_cases));
	assert_true(comes(s, both_up));
	station_view(s->station, &view);
	assert_int_equal(view.health->feed_count, 3);
	assert_non_null(strstr(view.health->feeds[1].name, "changes since"));
	assert_non_null(strstr(view.health->feeds[2].name, "day window"));
	assert_true(fhir_stub_hits(s->stubs[1], "_lastUpdated") == 0);
	fhir_stub_stop(s->stubs[1]);
	s->stubs[1] = NULL;
	assert_true(comes(s, second_lost));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_in_its_own_way, open_suite, close_suite),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
