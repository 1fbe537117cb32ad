/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what: the table against one written down by hand, and a station that
 * refuses, says why and keeps it on record. */
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

#include <grp.h>
#include <errno.h>
#include <pwd.h>

#include "src/journal.h"
#include "src/station_private.h"
#include "twin/roles.h"
#include "twin/text.h"

/* ---- the table ---- */

/* The rights of 45 CFR 164.312(a) by the roles of a suite: v n c t s, as the manual
 * lists them (vigie.conf(5), roles). */
static const struct {
	enum fact_kind kind;
	enum alarm_act act;
	const char *what; /* of an audit row */
	const char *who;  /* letters of those who may */
} rights[] = {
	{FACT_MILESTONE, 0, "", "ncs"},
	{FACT_READINESS, 0, "", "ncs"},
	{FACT_STATUS, 0, "", "ncs"},
	{FACT_INTAKE, 0, "", "ncs"},
	{FACT_ESTIMATE, 0, "", "ncs"},
	{FACT_NOTE, 0, "", "ncts"},
	{FACT_STOCK, 0, "", "ncts"},
	{FACT_RESOURCE, 0, "", "cs"},
	{FACT_LEARN, 0, "", "cs"},
	{FACT_IDEA, 0, "", "cs"},
	{FACT_CASE, 0, "", "cs"},
	{FACT_LOCK, 0, "", "cs"},
	{FACT_NEST, 0, "", "cs"},
	{FACT_ORDER, 0, "", "cs"},
	{FACT_TAG, 0, "", "ncts"},
	{FACT_ALARM, ALARM_ACKNOWLEDGE, "", "ncts"},
	{FACT_ALARM, ALARM_RESET, "", "ncts"},
	{FACT_ALARM, ALARM_TAKE, "", "ncts"},
	{FACT_ALARM, ALARM_LEAVE, "", "ncts"},
	{FACT_ALARM, ALARM_SHELVE, "", "ncts"},
	{FACT_ALARM, ALARM_UNSHELVE, "", "ncts"},
	{FACT_ALARM, ALARM_UNACKNOWLEDGE, "", "s"},
	{FACT_ALARM, ALARM_OUT_OF_SERVICE, "", "ts"},
	{FACT_ALARM, ALARM_RETURN, "", "ts"},
	{FACT_AUDIT, 0, "reveal", "ncs"},
	{FACT_AUDIT, 0, "break_glass", "vncts"},
	/* What feeds say, and what vigie says of itself, is no person's to say. */
	{FACT_SITE, 0, "", ""},
	{FACT_LOCATED, 0, "", ""},
	{FACT_READING, 0, "", ""},
	{FACT_PRESS, 0, "", ""},
	{FACT_RAISE, 0, "", ""},
	{FACT_NOTICE, 0, "", ""},
	{FACT_HAZARD, 0, "", ""},
	{FACT_PROMISE, 0, "", ""},
};

static void the_table(void **state)
{
	static const char letters[PERSON_ROLE_COUNT] = {[PERSON_VIEWER] = 'v',
		[PERSON_NURSE] = 'n',
		[PERSON_COORDINATOR] = 'c',
		[PERSON_TECHNICIAN] = 't',
		[PERSON_SUPERVISOR] = 's'};
	struct twin *twin = twin_create();
	(void)state;
	for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
		struct fact f = fact_make(rights[i].kind, SOURCE_PERSON, 0);
		if (f.kind == FACT_ALARM) {
			f.alarm.act = rights[i].act;
			text_copy(f.alarm.key, ID_SIZE, "press:none");
		} else if (f.kind == FACT_AUDIT) {
			text_copy(f.audit.what, ID_SIZE, rights[i].what);
		}
		for (int role = 0; role < PERSON_ROLE_COUNT; role++) {
			bool wanted = letters[role] != '\0'
				      && strchr(rights[i].who, letters[role]) != NULL;
			f.by.role = (enum person_role)role;
			if (role_may(twin, &f) != wanted)
				fail_msg("%s by a %s", role_act_name(&f),
					person_role_name(f.by.role));
		}
		f.by.role = (enum person_role)PERSON_ROLE_COUNT; /* from a forged message */
		assert_false(role_may(twin, &f));
	}
	twin_destroy(twin);
}

/* A class narrows who may acknowledge; whoever acknowledged may take that back. */
static void of_an_alarm(void **state)
{
	struct twin *twin = twin_create();
	struct alarm *a = &twin->alarms[0];
	struct fact f = fact_make(FACT_ALARM, SOURCE_PERSON, 0);
	(void)state;
	text_copy(a->key, ID_SIZE, "gateway:x");
	a->class_ = ALARM_CLASS_GATEWAY;
	text_copy(a->acked_by, sizeof a->acked_by, "anna");
	text_copy(a->owner, sizeof a->owner, "ben");
	twin->alarm_count = 1;
	text_copy(f.alarm.key, ID_SIZE, "gateway:x");
	const struct alarm_setting *class_ = alarm_setting(NULL, ALARM_CLASS_GATEWAY);
	f.alarm.act = ALARM_ACKNOWLEDGE;
	for (int role = PERSON_VIEWER; role < PERSON_ROLE_COUNT; role++) {
		f.by.role = (enum person_role)role;
		bool wanted = role != PERSON_VIEWER
			      && (class_->roles == 0 || (class_->roles & 1u << role) != 0
				      || role == PERSON_SUPERVISOR);
		assert_int_equal(role_may(twin, &f), wanted);
	}
	f.alarm.act = ALARM_UNACKNOWLEDGE;
	f.by.role = PERSON_NURSE;
	text_copy(f.origin, sizeof f.origin, "carla");
	assert_false(role_may(twin, &f));
	text_copy(f.origin, sizeof f.origin, "anna");
	assert_true(role_may(twin, &f));
	text_copy(f.origin, sizeof f.origin, "ben");
	assert_true(role_may(twin, &f));
	f.by.role = PERSON_VIEWER;
	assert_false(role_may(twin, &f));
	twin_destroy(twin);
}

/* ---- who it is ---- */

static const char *my_group(void)
{
	const struct group *group = getgrgid(getegid());
	assert_non_null(group);
	return group->gr_name;
}

static void who_it_is(void **state)
{
	struct settings s;
	struct person p;
	struct error err = {""};
	const char *login = getpwuid(getuid())->pw_name;
	(void)state;
	settings_init(&s);
	assert_int_equal(person_find(&s, &p, &err), 0);
	assert_int_equal(p.role, PERSON_COORDINATOR);
	assert_string_equal(p.user, login);
	assert_int_equal(settings_set(&s, "user", "who\x1b[31mever", &err), 0);
	assert_int_equal(person_find(&s, &p, &err), 0);
	assert_null(strchr(p.user, '\x1b'));
	settings_fini(&s);

	settings_init(&s);
	assert_int_equal(settings_set(&s, "roles.nurse", "no-such-group-here", &err), 0);
	assert_int_equal(person_find(&s, &p, &err), 0);
	assert_int_equal(p.role, PERSON_VIEWER);
	assert_int_equal(settings_set(&s, "roles.technician", my_group(), &err), 0);
	assert_int_equal(person_find(&s, &p, &err), 0);
	assert_int_equal(p.role, PERSON_TECHNICIAN);
	assert_string_equal(p.group, my_group());
	assert_int_equal(settings_set(&s, "roles.supervisor", my_group(), &err), 0);
	assert_int_equal(person_find(&s, &p, &err), 0);
	assert_int_equal(p.role, PERSON_SUPERVISOR);
	/* Nobody calls himself another name; his own he may. */
	assert_int_equal(settings_set(&s, "user", login, &err), 0);
	assert_int_equal(person_find(&s, &p, &err), 0);
	assert_int_equal(settings_set(&s, "user", "the-boss", &err), 0);
	assert_int_equal(person_find(&s, &p, &err), -EPERM);
	assert_non_null(strstr(err.text, "the-boss"));
	settings_fini(&s);
}

static void where_he_sits(void **state)
{
	struct settings s;
	struct person p;
	struct error err = {""};
	(void)state;
	settings_init(&s);
	setenv("SSH_CONNECTION", "10.1.2.3 51515 10.0.0.1 22", 1);
	assert_int_equal(person_find(&s, &p, &err), 0);
	assert_string_equal(p.peer, "10.1.2.3");
	assert_non_null(strstr(p.from, "10.1.2.3"));
	setenv("SSH_CONNECTION", "fe80::1%eth0 1 2 3", 1);
	assert_int_equal(person_find(&s, &p, &err), 0);
	assert_string_equal(p.peer, "");
	setenv("SSH_CONNECTION", "2001:db8::17 51515 2001:db8::1 22", 1);
	assert_int_equal(person_find(&s, &p, &err), 0);
	assert_string_equal(p.peer, "2001:db8::17");
	/* It is an environment variable: anybody may have written anything. */
	setenv("SSH_CONNECTION", "\x1b]52;c;x\x07 and more words than there is room for", 1);
	assert_int_equal(person_find(&s, &p, &err), 0);
	assert_string_equal(p.peer, "");
	unsetenv("SSH_CONNECTION");
	settings_fini(&s);
}

/* ---- a station ---- */

struct suite {
	struct ev_loop *loop;
	struct settings settings;
	struct station *station;
	char folder[64], journal[96], notice[LABEL_SIZE * 2];
};

static void on_notice(void *context, const char *text)
{
	struct suite *s = context;
	snprintf(s->notice, sizeof s->notice, "%s", text);
}

static void open_as(struct suite *s, const char *role)
{
	struct error err = {""};
	char name[40];
	memset(s, 0, sizeof *s);
	snprintf(s->folder, sizeof s->folder, "/tmp/vigie-roles-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->journal, sizeof s->journal, "%s/journal.db", s->folder);
	settings_init(&s->settings);
	snprintf(name, sizeof name, "roles.%s", role);
	assert_int_equal(settings_set(&s->settings, name, my_group(), &err), 0);
	assert_int_equal(settings_set(&s->settings, "site", "etc/demo/site.cfg", &err), 0);
	assert_int_equal(settings_set(&s->settings, "journal", s->journal, &err), 0);
	s->loop = ev_loop_new(EVFLAG_AUTO);
	s->station = station_open(
		s->loop, &s->settings, (struct station_calls){NULL, on_notice, s}, &err);
	if (s->station == NULL)
		fail_msg("%s", err.text);
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, 0);
	text_copy(f.surgery.id, ID_SIZE, "c-1");
	text_copy(f.surgery.room, ID_SIZE, "or-1");
	f.surgery.start_ms = station_now(s->station);
	f.surgery.end_ms = f.surgery.start_ms + 3600000;
	f.surgery.status = CASE_PLANNED;
	station_fact(s->station, &f);
}

static void close_it(struct suite *s)
{
	char command[128];
	station_close(s->station);
	s->station = NULL;
	ev_loop_destroy(s->loop);
	settings_fini(&s->settings);
	snprintf(command, sizeof command, "rm -r '%s'", s->folder);
	assert_int_equal(system(command), 0);
}

static void ask(struct suite *s, enum command_kind kind, const char *target, const char *text)
{
	struct command c = {.kind = kind, .arg = kind == COMMAND_MILESTONE ? MILESTONE_IN_ROOM : 0};
	text_copy(c.target, sizeof c.target, target);
	text_copy(c.text, sizeof c.text, text);
	s->notice[0] = '\0';
	station_command(s->station, &c);
}

struct found {
	const char *what;
	int count;
	struct fact last;
};

static void on_fact(void *context, const struct fact *fact)
{
	struct found *found = context;
	if (fact->kind == FACT_AUDIT && strcmp(fact->audit.what, found->what) == 0) {
		found->count++;
		found->last = *fact;
	}
}

/* Read back from the journal's file, as an auditor would. */
static struct found on_record(struct suite *s, const char *what)
{
	struct found found = {.what = what};
	struct journal_reader reader = {.fact = on_fact, .context = &found};
	struct error err = {""};
	uint64_t bad = 0, last = s->station->seq;
	for (int i = 0; i < 500 && journal_committed(s->station->journal) < last; i++)
		usleep(10000);
	assert_int_equal(journal_read(s->journal, 0, &reader, &bad, &err), 0);
	assert_int_equal(bad, 0);
	return found;
}

static int told(const struct suite *s)
{
	int i = twin_case(s->station->twin, "c-1");
	return surgery_has_begun(&s->station->twin->cases[i]);
}

static void a_viewer_is_refused(void **state)
{
	struct suite s;
	(void)state;
	open_as(&s, "viewer");
	ask(&s, COMMAND_MILESTONE, "c-1", "");
	assert_string_equal(
		s.notice, "milestone is not for a viewer (nurse, coordinator, supervisor)");
	assert_false(told(&s));
	ask(&s, COMMAND_REVEAL, "p-1", "curious");
	assert_string_equal(s.station->reveal, "");
	struct found refused = on_record(&s, "refused");
	assert_int_equal(refused.count, 2);
	assert_string_equal(refused.last.audit.subject, "p-1");
	assert_string_equal(refused.last.audit.reason, "reveal: not for a viewer");
	assert_int_equal(refused.last.by.role, PERSON_VIEWER);
	assert_string_equal(refused.last.origin, getpwuid(getuid())->pw_name);
	assert_string_equal(refused.last.by.station, s.station->id);
	assert_int_equal(on_record(&s, "reveal").count, 0);
	close_it(&s);
}

static void glass_is_broken(void **state)
{
	struct suite s;
	struct view view;
	(void)state;
	open_as(&s, "viewer");
	ask(&s, COMMAND_BREAK_GLASS, "", "   ");
	assert_int_equal(on_record(&s, "break_glass").count, 0);
	ask(&s, COMMAND_MILESTONE, "c-1", "");
	assert_false(told(&s));

	ask(&s, COMMAND_BREAK_GLASS, "", "nobody else is here");
	struct found broken = on_record(&s, "break_glass");
	assert_int_equal(broken.count, 1);
	assert_string_equal(broken.last.audit.reason, "nobody else is here");
	station_view(s.station, &view);
	assert_int_equal(view.role, PERSON_COORDINATOR);
	assert_in_range(view.glass_left_s, 14 * 60, 15 * 60);
	ask(&s, COMMAND_MILESTONE, "c-1", "");
	assert_true(told(&s));

	/* A quarter of an hour later; and what was done with it he may not undo. */
	s.station->glass_until_mono = 1;
	station_person_tick(s.station);
	station_view(s.station, &view);
	assert_int_equal(view.role, PERSON_VIEWER);
	assert_int_equal(view.glass_left_s, 0);
	assert_int_equal(on_record(&s, "break_glass_end").count, 1);
	ask(&s, COMMAND_UNDO, "", "");
	assert_true(told(&s));
	assert_int_equal(on_record(&s, "refused").count, 2);
	close_it(&s);
}

static void a_session_is_on_record(void **state)
{
	struct suite s;
	char reason[LABEL_SIZE];
	(void)state;
	open_as(&s, "nurse");
	station_session(s.station, true, "");
	ask(&s, COMMAND_MILESTONE, "c-1", "");
	assert_true(told(&s));
	station_session(s.station, false, "idle");
	struct found begun = on_record(&s, "session_begin"), ended = on_record(&s, "session_end");
	snprintf(reason, sizeof reason, "role nurse by group %s", my_group());
	assert_int_equal(begun.count, 1);
	assert_string_equal(begun.last.audit.reason, reason);
	assert_int_equal(ended.count, 1);
	assert_string_equal(ended.last.audit.reason, "idle");
	close_it(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table),
		cmocka_unit_test(of_an_alarm),
		cmocka_unit_test(who_it_is),
		cmocka_unit_test(where_he_sits),
		cmocka_unit_test(a_viewer_is_refused),
		cmocka_unit_test(glass_is_broken),
		cmocka_unit_test(a_session_is_on_record),
	};
	return cmocka_run_group_tests_name("roles", tests, NULL, NULL);
}
