/* SPDX-License-Identifier: Apache-2.0 */
/* Orders at a whole station, before a real HTTP server and with a real journal: what is
 * sent, what a process that is killed in between leaves and finds again, two stations,
 * and that nothing else opens a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>

#include "screens/format.h"
#include "tests/stub/fhir_writable.c"
#include "tests/unit/suite_station.h"
#include "twin/order_plan.h"

/* One appointment, where and when the twin has it: OR 1 in an hour, for 80 minutes. */
static char *appointment(const struct surgery *c)
{
	static char text[1024];
	char start[40], end[40];
	format_rfc3339(c->start_ms, start, sizeof start);
	format_rfc3339(c->end_ms, end, sizeof end);
	snprintf(text, sizeof text,
		"{\"resourceType\":\"Appointment\",\"id\":\"%s\",\"meta\":{\"versionId\":\"1\"},"
		"\"status\":\"booked\",\"start\":\"%s\",\"end\":\"%s\",\"participant\":["
		"{\"actor\":{\"reference\":\"Patient/p-1\"},\"status\":\"accepted\"},"
		"{\"actor\":{\"reference\":\"Location/%s\"},\"status\":\"accepted\"}]}",
		c->id, start, end, c->room);
	return text;
}

struct place {
	struct suite *suite;
	struct fhir_writable *server;
};

/* Whole seconds: FHIR has no milliseconds here. */
static int64_t whole(int64_t ms)
{
	return ms - ms % 60000;
}

static struct fact booked(const char *id, const char *room, int64_t start_ms)
{
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, 0);
	text_copy(f.surgery.id, ID_SIZE, id);
	text_copy(f.surgery.patient, ID_SIZE, "p-1");
	text_copy(f.surgery.room, ID_SIZE, room);
	snprintf(f.origin, sizeof f.origin, "Appointment/%s", id);
	f.surgery.start_ms = start_ms;
	f.surgery.end_ms = start_ms + 80 * 60000LL;
	f.surgery.status = CASE_PLANNED;
	return f;
}

/* What a poll would bring, and which server it came from. */
static void poll_brings(struct suite *s, const char *id, const char *room, int64_t start_ms)
{
	struct fact f = booked(id, room, start_ms);
	station_orders_told(s->station, 0, &f);
	station_fact(s->station, &f);
}

/* A station whose programme one server told, to which changes are written. The feed is
 * the test's: poll_brings. */
static void begin(struct place *p, struct suite *s, const char *base, const char *journal)
{
	struct error err = {""};
	struct station_calls calls = {on_changed, on_notice, s};
	p->suite = s;
	snprintf(s->journal, sizeof s->journal, "%s", journal);
	settings_init(&s->settings);
	s->settings.share = false;
	assert_int_equal(settings_set(&s->settings, "site", "etc/demo/site.cfg", &err), 0);
	assert_int_equal(settings_set(&s->settings, "journal", s->journal, &err), 0);
	assert_int_equal(settings_set(&s->settings, "fhir.base", base, &err), 0);
	assert_int_equal(settings_set(&s->settings, "fhir.write", "patch", &err), 0);
	s->loop = ev_loop_new(EVFLAG_AUTO);
	s->station = station_open(s->loop, &s->settings, calls, &err);
	if (s->station == NULL)
		fail_msg("%s", err.text);
	station_start(s->station);
}

static void end(struct suite *s)
{
	station_close(s->station);
	ev_loop_destroy(s->loop);
	settings_fini(&s->settings);
}

/* "c-1 goes to OR 2 at that time", approved at the keyboard; the plan's id. */
static const char *approve(struct suite *s, const char *room, int64_t at_ms)
{
	static char id[ID_SIZE];
	struct fact_order orders[ORDERS_STEPS] = {0};
	struct what_if moves = {.count = 1};
	struct fork fork = {.twin = twin_create()};
	char why[SCENARIO_TEXT] = "";
	scenario_make("place", &moves.list[0]);
	scenario_set(&moves.list[0], "case", "c-1");
	scenario_set(&moves.list[0], "room", room);
	scenario_set_instant(&moves.list[0], "at", at_ms);
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

static bool is_refused(const struct view *view)
{
	return state_now(view) == ORDER_REFUSED;
}

static bool is_undone(const struct view *view)
{
	return state_now(view) == ORDER_UNDONE;
}

static bool is_proposed(const struct view *view)
{
	return state_now(view) == ORDER_PROPOSED;
}

static const struct alarm *order_alarm(const struct suite *s, const char *plan)
{
	char key[ID_SIZE];
	snprintf(key, sizeof key, "technical:order:%s", plan);
	int i = twin_alarm(s->station->twin, key);
	return i >= 0 ? &s->station->twin->alarms[i] : NULL;
}

static int setup(void **state)
{
	static struct place p;
	static struct suite s;
	char journal[96];
	memset(&p, 0, sizeof p);
	memset(&s, 0, sizeof s);
	snprintf(s.folder, sizeof s.folder, "/tmp/vigie-orders-XXXXXX");
	assert_non_null(mkdtemp(s.folder));
	snprintf(journal, sizeof journal, "%s/journal.db", s.folder);
	struct fact f = booked("c-1", "or-1", 0);
	f.surgery.start_ms = whole((int64_t)time(NULL) * 1000 + 3600000);
	struct surgery c = {.start_ms = f.surgery.start_ms};
	c.end_ms = c.start_ms + 80 * 60000LL;
	text_copy(c.id, sizeof c.id, "c-1");
	text_copy(c.room, sizeof c.room, "or-1");
	p.server = fhir_writable_start(appointment(&c));
	assert_non_null(p.server);
	begin(&p, &s, fhir_writable_base(p.server), journal);
	poll_brings(&s, "c-1", "or-1", c.start_ms);
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;
	char command[128];
	snprintf(command, sizeof command, "rm -r '%s'", p->suite->folder);
	end(p->suite);
	fhir_writable_stop(p->server);
	return system(command);
}

static int64_t planned(const struct suite *s)
{
	return s->station->twin->cases[twin_case(s->station->twin, "c-1")].start_ms;
}

/* From the key to the hospital and back within 2 s, which the promise of a receipt is. */
static void approved_sent_received(void **state)
{
	struct place *p = *state;
	struct suite *s = p->suite;
	char *text;
	const char *plan = approve(s, "or-2", planned(s) + 30 * 60000);
	int64_t since = monotonic_ms();
	assert_true(run_until(s, 10, is_received));
	print_message("received after %lld ms\n", (long long)(monotonic_ms() - since));
	assert_int_equal(fhir_writable_applied(p->server), 1);
	text = fhir_writable_text(p->server, "c-1");
	assert_non_null(strstr(text, "Location/or-2"));
	free(text);
	const struct order_step *step = &orders_plan(s->station->knowledge.orders, plan)->steps[0];
	assert_string_equal(step->order.way, "fhir");
	assert_string_equal(step->order.version, "W/\"2\"");
	assert_string_equal(step->by, s->station->user);
	assert_null(order_alarm(s, plan));
	/* Taken back by a person. */
	struct command c = {.kind = COMMAND_RECALL};
	text_copy(c.target, sizeof c.target, plan);
	station_command(s->station, &c);
	assert_true(run_until(s, 10, is_undone));
	assert_int_equal(fhir_writable_applied(p->server), 2);
	text = fhir_writable_text(p->server, "c-1");
	assert_non_null(strstr(text, "Location/or-1"));
	free(text);
}

/* Somebody has changed it at the hospital: three ways are kept, an alarm rings, and
 * nothing is tried again. */
static void a_conflict_rings(void **state)
{
	struct place *p = *state;
	struct suite *s = p->suite;
	fhir_writable_plan(
		p->server, (struct writable_plan){.meddles = "[{\"op\":\"replace\",\"path\":"
							     "\"/participant/1/actor/reference\","
							     "\"value\":\"Location/or-3\"}]",
				   .meddles_after = 1});
	const char *plan = approve(s, "or-2", planned(s) + 30 * 60000);
	assert_true(run_until(s, 10, is_refused));
	run_until(s, 1.5, NULL);
	const struct fact_order *o =
		&orders_plan(s->station->knowledge.orders, plan)->steps[0].order;
	assert_non_null(strstr(o->before, "room=or-1"));
	assert_non_null(strstr(o->text, "room=or-2"));
	assert_non_null(strstr(o->theirs, "room=or-3"));
	const struct alarm *a = order_alarm(s, plan);
	assert_non_null(a);
	assert_true(a->active);
	assert_int_equal(a->class_, ALARM_CLASS_ORDER);
	assert_non_null(strstr(a->text, "refused"));
	assert_int_equal(fhir_writable_applied(p->server), 0);
	/* Done by hand after a telephone call: the alarm's cause is gone. */
	struct command c = {.kind = COMMAND_BY_HAND, .arg = 0, .value = 1};
	text_copy(c.target, sizeof c.target, plan);
	station_command(s->station, &c);
	assert_string_equal(s->notice, "noted: done by hand");
	assert_false(order_alarm(s, plan)->active);
}

/* A server that takes it and does not do it. */
static void accepted_and_not_applied(void **state)
{
	struct place *p = *state;
	struct suite *s = p->suite;
	fhir_writable_plan(p->server, (struct writable_plan){.not_applied = true});
	approve(s, "or-2", planned(s) + 30 * 60000);
	run_until(s, 8, is_refused);
	struct view view;
	station_view(s->station, &view);
	assert_true(state_now(&view) == ORDER_UNKNOWN || state_now(&view) == ORDER_REFUSED);
	assert_int_equal(fhir_writable_writes(p->server), 1);
	assert_int_equal(fhir_writable_applied(p->server), 0);
}

/* A server that ignores a stale If-Match: the test in the patch is the last line. */
static void a_server_that_ignores_the_version(void **state)
{
	struct place *p = *state;
	struct suite *s = p->suite;
	fhir_writable_plan(p->server, (struct writable_plan){.ignores_match = true,
					      .meddles = "[{\"op\":\"replace\",\"path\":"
							 "\"/participant/1/actor/reference\","
							 "\"value\":\"Location/or-3\"}]",
					      .meddles_after = 1});
	approve(s, "or-2", planned(s) + 30 * 60000);
	assert_true(run_until(s, 10, is_refused));
	char *text = fhir_writable_text(p->server, "c-1");
	assert_non_null(strstr(text, "Location/or-3")); /* theirs stands */
	free(text);
}

/* ---- other processes: this program again, told what to do ---- */

static pid_t another(const char *what, const char *one, const char *two, int64_t at_ms)
{
	char number[32], *argv[] = {(char[]){"station"}, strdup(what), strdup(one), strdup(two),
				 number, NULL};
	pid_t child;
	snprintf(number, sizeof number, "%lld", (long long)at_ms);
	int rc = posix_spawn(&child, "/proc/self/exe", NULL, NULL, argv, environ);
	for (int i = 1; i <= 3; i++)
		free(argv[i]);
	assert_int_equal(rc, 0);
	return child;
}

/* Approves, and waits to be killed or ends with the state that it came to. */
static int approves(const char *what, const char *base, const char *journal, int64_t at_ms)
{
	static struct suite s;
	struct place p;
	struct view view;
	char begun[128];
	begin(&p, &s, base, journal);
	poll_brings(&s, "c-1", "or-1", at_ms);
	snprintf(begun, sizeof begun, "%s.begun", journal);
	close(creat(begun, 0600));
	approve(&s, "or-2", at_ms + 30 * 60000);
	run_until(&s, strcmp(what, "wait") == 0 ? 60 : 3, NULL);
	station_view(s.station, &view);
	int state = state_now(&view);
	end(&s);
	return 100 + state;
}

/* Opens with one setting that is wrong: says why on its standard error. */
static int refused(const char *name, const char *value)
{
	struct settings settings;
	struct error err = {""};
	struct station_calls calls = {NULL, NULL, NULL};
	settings_init(&settings);
	settings_set(&settings, "site", "etc/demo/site.cfg", &err);
	settings_set(&settings, "journal", getenv("VIGIE_TEST_JOURNAL"), &err);
	settings_set(&settings, name, value, &err);
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	bool open = station_open(loop, &settings, calls, &err) != NULL;
	ev_loop_destroy(loop);
	settings_fini(&settings);
	return open || strcmp(err.text, getenv("VIGIE_TEST_WHY")) != 0;
}

/* ---- killed in between ---- */

static void approve_and_die(struct place *p, const char *journal, int64_t at_ms)
{
	int writes = fhir_writable_writes(p->server);
	pid_t child = another("wait", fhir_writable_base(p->server), journal, at_ms);
	for (int i = 0; i < 2000 && fhir_writable_writes(p->server) == writes; i++)
		usleep(10000);
	usleep(50000);
	kill(child, SIGKILL);
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(fhir_writable_writes(p->server), writes + 1);
}

static void killed_while_the_answer_is_awaited(void **state)
{
	struct place *p = *state;
	struct suite *s = p->suite;
	char journal[96];
	int64_t at_ms = planned(s);
	snprintf(journal, sizeof journal, "%s/second.db", s->folder);
	end(s);
	/* It applies, and answers only after three seconds. */
	fhir_writable_plan(p->server, (struct writable_plan){.delay_ms = 3000});
	approve_and_die(p, journal, at_ms);
	fhir_writable_plan(p->server, (struct writable_plan){.delay_ms = 0});
	begin(p, s, fhir_writable_base(p->server), journal);
	poll_brings(s, "c-1", "or-1", at_ms);
	assert_true(run_until(s, 15, is_received));
	const struct orders *o = s->station->knowledge.orders;
	assert_true(o->plans[0].steps[0].at_ms[ORDER_UNKNOWN] > 0);
	assert_int_equal(fhir_writable_writes(p->server), 1); /* never sent again */
	assert_int_equal(fhir_writable_applied(p->server), 1);
}

static bool is_settled(const struct view *view)
{
	int state = state_now(view);
	return state != ORDER_NONE && !order_is_open((enum order_state)state);
}

/* Killed 0, 3, 6 ... ms after the key, so before the approval is stored, before it is
 * sent, on its way and after: begun anew it ends in a state, and is never sent twice. */
static void killed_at_any_moment(void **state)
{
	struct place *p = *state;
	struct suite *s = p->suite;
	int64_t at_ms = planned(s);
	int ends[ORDER_STATE_COUNT + 1] = {0};
	struct surgery c = s->station->twin->cases[twin_case(s->station->twin, "c-1")];
	for (int i = 0; i < 8; i++) {
		char journal[96], begun[128];
		int status;
		end(s);
		fhir_writable_stop(p->server);
		p->server = fhir_writable_start(appointment(&c));
		fhir_writable_plan(p->server, (struct writable_plan){.delay_ms = 10});
		snprintf(journal, sizeof journal, "%s/moment-%d.db", s->folder, i);
		snprintf(begun, sizeof begun, "%s.begun", journal);
		pid_t child = another("wait", fhir_writable_base(p->server), journal, at_ms);
		for (int k = 0; k < 5000 && access(begun, F_OK) != 0; k++)
			usleep(1000);
		usleep((useconds_t)(i * 3000));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		usleep(50000); /* what is under way inside the server ends */
		begin(p, s, fhir_writable_base(p->server), journal);
		poll_brings(s, "c-1", "or-1", at_ms);
		bool known = s->station->knowledge.orders->plan_count > 0;
		if (known)
			assert_true(run_until(s, 20, is_settled));
		struct view view;
		station_view(s->station, &view);
		ends[state_now(&view) + 1]++;
		assert_true(fhir_writable_writes(p->server) <= 1);
		assert_int_equal(fhir_writable_applied(p->server),
			known && state_now(&view) == ORDER_RECEIVED);
	}
	print_message("nothing on disk %d, received %d, refused %d, expired %d\n", ends[0],
		ends[ORDER_RECEIVED + 1], ends[ORDER_REFUSED + 1], ends[ORDER_EXPIRED + 1]);
	assert_true(ends[ORDER_RECEIVED + 1] > 0);
}

/* ---- two stations ---- */

/* Both approve the same plan at the same time, cut off from each other: the hospital
 * sees one change, and each ends in a state with a name. */
static void two_stations_apart(void **state)
{
	struct place *p = *state;
	struct suite *s = p->suite;
	struct view view;
	char journal[96];
	int ended;
	snprintf(journal, sizeof journal, "%s/other.db", s->folder);
	pid_t child = another("end", fhir_writable_base(p->server), journal, planned(s));
	approve(s, "or-2", planned(s) + 30 * 60000);
	run_until(s, 3, NULL);
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) >= 100);
	station_view(s->station, &view);
	int one = state_now(&view), two = WEXITSTATUS(ended) - 100;
	print_message("%s and %s\n", order_state_name((enum order_state)one),
		order_state_name((enum order_state)two));
	assert_true(one == ORDER_RECEIVED || one == ORDER_REFUSED);
	assert_true(two == ORDER_RECEIVED || two == ORDER_REFUSED);
	assert_true(one == ORDER_RECEIVED || two == ORDER_RECEIVED);
	assert_int_equal(fhir_writable_applied(p->server), 1);
}

/* ---- nothing is sent unless it is configured ---- */

static void by_itself_nothing_is_sent(void **state)
{
	struct place *p = *state;
	struct suite *s = p->suite;
	char journal[96];
	int64_t at_ms = planned(s);
	struct error err = {""};
	struct station_calls calls = {on_changed, on_notice, s};
	snprintf(journal, sizeof journal, "%s/third.db", s->folder);
	end(s);
	snprintf(s->journal, sizeof s->journal, "%s", journal);
	settings_init(&s->settings);
	s->settings.share = false;
	assert_int_equal(settings_set(&s->settings, "site", "etc/demo/site.cfg", &err), 0);
	assert_int_equal(settings_set(&s->settings, "journal", s->journal, &err), 0);
	assert_int_equal(
		settings_set(&s->settings, "fhir.base", fhir_writable_base(p->server), &err), 0);
	s->loop = ev_loop_new(EVFLAG_AUTO);
	s->station = station_open(s->loop, &s->settings, calls, &err);
	assert_non_null(s->station);
	station_start(s->station);
	poll_brings(s, "c-1", "or-1", at_ms);
	const char *plan = approve(s, "or-2", at_ms + 30 * 60000);
	assert_true(run_until(s, 10, is_proposed));
	run_until(s, 2, NULL);
	assert_int_equal(fhir_writable_writes(p->server), 0);
	/* The hospital's own programme shows that somebody has done it. */
	poll_brings(s, "c-1", "or-2", at_ms + 30 * 60000);
	assert_true(run_until(s, 5, is_received));
	assert_string_equal(orders_plan(s->station->knowledge.orders, plan)->steps[0].order.why,
		"the hospital's programme shows it");
	assert_int_equal(fhir_writable_writes(p->server), 0);
}

static void does_not_open(struct place *p, const char *name, const char *value, const char *why)
{
	char journal[96];
	int ended;
	snprintf(journal, sizeof journal, "%s/fourth.db", p->suite->folder);
	setenv("VIGIE_TEST_JOURNAL", journal, 1);
	setenv("VIGIE_TEST_WHY", why, 1);
	pid_t child = another("refuse", name, value, 0);
	assert_int_equal(waitpid(child, &ended, 0), child);
	if (!WIFEXITED(ended) || WEXITSTATUS(ended) != 0)
		fail_msg("%s = %s: %#x", name, value, (unsigned)ended);
}

static void a_word_that_is_no_way(void **state)
{
	does_not_open(*state, "fhir2.write", "force",
		"fhir2.write: \"force\" is none of propose, patch, put, slot, book");
	does_not_open(*state, "orders.porter", "nobody",
		"orders.porter: notify has no target \"nobody\"");
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "refuse") == 0)
		return refused(argv[2], argv[3]);
	if (argc == 5)
		return approves(argv[1], argv[2], argv[3], atoll(argv[4]));
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(approved_sent_received),
		TEST(a_conflict_rings),
		TEST(accepted_and_not_applied),
		TEST(a_server_that_ignores_the_version),
		TEST(killed_while_the_answer_is_awaited),
		TEST(killed_at_any_moment),
		TEST(two_stations_apart),
		TEST(by_itself_nothing_is_sent),
		TEST(a_word_that_is_no_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
