/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop closed: a whole station and the emulated hospital, which knows nothing of
 * each other but FHIR. What is approved at the keyboard is received, the hospital's day
 * goes on so, its own word brings it back into the twin; and the same to take it back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#define person hospital_person /* the console has another one (src/person.h) */
#include "src/hospital/fhir_server.h"
#undef person
#include "src/hospital/stamp.h"
#include "src/site_file.h"
#include "tests/unit/suite_station.h"
#include "twin/order_plan.h"

enum { MINUTE = 60000, RECEIVED_MS = 2000 };

struct world {
	struct suite suite;
	struct site *site;
	struct day *day;
	struct fhir_server *server;
	int64_t now;
};

static struct world *here; /* for what run_until asks */
static char moved[ID_SIZE], to_room[ID_SIZE];

static int64_t clock_now(void *context)
{
	const struct world *w = context;
	return w->suite.station != NULL ? station_now(w->suite.station) : w->now;
}

static int open_world(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct suite *s = &w->suite;
	struct error err = {""};
	char base[64];
	setenv("TZ", "Europe/Paris", 1);
	tzset();
	w->site = site_load("etc/demo/site.cfg", NULL, &err);
	w->now = stamp_parse("2026-03-16T10:15:00+01:00");
	w->day = day_create(w->site, w->now, 1, TELLING_PROMPT, NULL, 0);
	w->server = fhir_server_start(w->day, 0, clock_now, w, &err);
	assert_non_null(w->server);
	snprintf(base, sizeof base, "http://127.0.0.1:%d/fhir", fhir_server_port(w->server));
	snprintf(s->folder, sizeof s->folder, "/tmp/vigie-loop-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->journal, sizeof s->journal, "%s/journal.db", s->folder);
	settings_init(&s->settings);
	s->settings.share = false;
	s->settings.clock = (struct suite_clock){w->now, monotonic_ms(), 1};
	assert_int_equal(settings_set(&s->settings, "site", "etc/demo/site.cfg", &err), 0);
	assert_int_equal(settings_set(&s->settings, "journal", s->journal, &err), 0);
	assert_int_equal(settings_set(&s->settings, "fhir.base", base, &err), 0);
	assert_int_equal(settings_set(&s->settings, "fhir.every_s", "0.3", &err), 0);
	assert_int_equal(settings_set(&s->settings, "fhir.write", "patch", &err), 0);
	s->loop = ev_loop_new(EVFLAG_AUTO);
	struct station_calls calls = {on_changed, on_notice, s};
	s->station = station_open(s->loop, &s->settings, calls, &err);
	if (s->station == NULL)
		fail_msg("%s", err.text);
	station_start(s->station);
	*state = here = w;
	return 0;
}

static int close_world(void **state)
{
	struct world *w = *state;
	char command[128];
	station_close(w->suite.station);
	w->suite.station = NULL;
	fhir_server_stop(w->server);
	ev_loop_destroy(w->suite.loop);
	settings_fini(&w->suite.settings);
	day_destroy(w->day);
	site_free(w->site);
	snprintf(command, sizeof command, "rm -r '%s'", w->suite.folder);
	int rc = system(command);
	free(w);
	return rc;
}

static const struct surgery *in_twin(const char *id)
{
	const struct twin *t = here->suite.station->twin;
	int i = twin_case(t, id);
	return i >= 0 ? &t->cases[i] : NULL;
}

static bool is_known(const struct view *view)
{
	return twin_case(view->twin, moved) >= 0;
}

static bool is_there(const struct view *view)
{
	int i = twin_case(view->twin, moved);
	return i >= 0 && strcmp(view->twin->cases[i].room, to_room) == 0;
}

static int state_now(const struct view *view)
{
	const struct orders *o = view->orders;
	return o->plan_count > 0 ? order_step_state(&o->plans[o->plan_count - 1].steps[0])
				 : ORDER_NONE;
}

static bool is_received(const struct view *view)
{
	return state_now(view) == ORDER_RECEIVED;
}

static bool is_undone(const struct view *view)
{
	return state_now(view) == ORDER_UNDONE;
}

static const char *approve(struct suite *s, const char *text)
{
	static char id[ID_SIZE];
	struct fact_order orders[ORDERS_STEPS] = {0};
	struct what_if moves = {.count = 1};
	struct fork fork = {.twin = twin_create()};
	char why[SCENARIO_TEXT] = "";
	if (!scenario_parse(text, &moves.list[0], why))
		fail_msg("%s: %s", text, why);
	int steps = order_plan(s->station->twin, &moves, &fork, orders, why);
	twin_destroy(fork.twin);
	if (steps != 1)
		fail_msg("%d steps: %s", steps, why);
	struct fact f = station_act(s->station, FACT_ORDER);
	f.order = orders[0];
	assert_true(station_commit(s->station, &f, orders[0].plan));
	text_copy(id, sizeof id, orders[0].plan);
	return id;
}

/* One that nobody has called yet. */
static const struct hcase *one_to_come(const struct world *w)
{
	const struct hcase *c = w->day->cases;
	while (c->emergency || c->off_ms != 0 || c->at[MILESTONE_SENT_FOR] <= w->now)
		c++;
	return c;
}

static void a_move_and_back(void **state)
{
	struct world *w = *state;
	struct suite *s = &w->suite;
	const struct hcase *c = one_to_come(w);
	int other = w->day->rooms[w->day->rooms[0] == c->room], was = c->room;
	char text[SCENARIO_TEXT];
	int64_t planned = c->planned_start;
	text_copy(moved, sizeof moved, c->appointment);
	assert_true(run_until(s, 20, is_known)); /* the poll has told it, and whose it is */
	snprintf(text, sizeof text, "place:case=%.40s,room=%.40s,at=2026-03-16T13:30Z", moved,
		w->site->rooms[other].id);
	text_copy(to_room, sizeof to_room, w->site->rooms[other].id);
	int64_t began = monotonic_ms();
	const char *plan = approve(s, text);
	assert_true(run_until(s, 10, is_received));
	int64_t took = monotonic_ms() - began;
	print_message("received after %lld ms\n", (long long)took);
	assert_true(took < RECEIVED_MS);
	assert_int_equal(c->room, other); /* the hospital does it */
	assert_true(run_until(s, 10, is_there));
	print_message(
		"in the twin by its own word after %lld ms\n", (long long)(monotonic_ms() - began));
	assert_int_equal(in_twin(moved)->start_ms, stamp_parse("2026-03-16T14:30:00+01:00"));
	struct command back = {.kind = COMMAND_RECALL};
	text_copy(back.target, sizeof back.target, plan);
	station_command(s->station, &back);
	assert_true(run_until(s, 10, is_undone));
	assert_int_equal(c->room, was);
	assert_int_equal(c->planned_start, planned);
	text_copy(to_room, sizeof to_room, w->site->rooms[was].id);
	assert_true(run_until(s, 10, is_there));
}

static char added[ID_SIZE];

static bool is_replaced(const struct view *view)
{
	int i = twin_case(view->twin, added);
	return is_received(view) && i >= 0 && view->twin->cases[i].status == CASE_VOID;
}

/* An emergency that a person added gets an appointment there; the twin has it once. */
static void an_emergency_is_entered_once(void **state)
{
	struct world *w = *state;
	struct suite *s = &w->suite;
	struct command c = {.kind = COMMAND_EMERGENCY, .arg = 2, .value = 60};
	char text[SCENARIO_TEXT];
	text_copy(moved, sizeof moved, one_to_come(w)->appointment);
	assert_true(run_until(s, 20, is_known));
	text_copy(c.text, sizeof c.text, "ectopic pregnancy");
	int before = s->station->twin->case_count;
	station_command(s->station, &c);
	assert_int_equal(s->station->twin->case_count, before + 1);
	text_copy(added, sizeof added, s->station->twin->cases[before].id);
	snprintf(text, sizeof text, "place:case=%.40s,room=%.40s,at=2026-03-16T11:30Z", added,
		w->site->rooms[w->day->rooms[1]].id);
	const char *plan = approve(s, text);
	struct fact promised = fact_make(FACT_PROMISE, SOURCE_SYSTEM, 0);
	promised.source_ms = s->station->twin->now_ms;
	promised.promise = (struct fact_promise){
		.what = PROMISED_START, .nothing = 300, .low = 40, .middle = 45, .high = 60};
	text_copy(promised.promise.plan, ID_SIZE, plan);
	text_copy(promised.promise.id, ID_SIZE, added);
	station_fact(s->station, &promised);
	assert_true(run_until(s, 10, is_replaced));
	const struct fact_order *o =
		&orders_plan(s->station->knowledge.orders, plan)->steps[0].order;
	assert_true(strncmp(o->about, "Appointment/", 12) == 0);
	text_copy(moved, sizeof moved, o->about + 12);
	assert_true(run_until(s, 10, is_known));
	assert_string_not_equal(moved, added);
	/* What was promised of it holds for it under its new name. */
	const struct order_plan *p = orders_plan(s->station->knowledge.orders, plan);
	assert_int_equal(p->promise_count, 2);
	assert_string_equal(p->promises[1].promise.id, moved);
	assert_true(p->promises[1].promise.middle == 45);
	assert_true(p->promises[1].made_ms == p->promises[0].made_ms);
	assert_false(p->promises[1].void_);
	assert_string_equal(in_twin(moved)->room, w->site->rooms[w->day->rooms[1]].id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_move_and_back, open_world, close_world),
		cmocka_unit_test_setup_teardown(
			an_emergency_is_entered_once, open_world, close_world),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
