/* SPDX-License-Identifier: Apache-2.0 */
/* The idle lock, whole: a station, its helper and PAM (a service of our own, which
 * knows one password), the screens, and keys. What was typed as a password is looked
 * for in every file and on every picture afterwards. */
#include <ev.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "screens/lock.h"
#include "src/lock.h"
#include "src/station_private.h"
#include "twin/text.h"

#define RIGHT "corréct <horse>"
#define WRONG "battery staple"

struct suite {
	struct ev_loop *loop;
	struct settings settings;
	struct station *station;
	struct helper *helper;
	struct lock *lock;
	struct ui *ui;
	struct canvas canvas;
	char folder[64], journal[96], notice[LABEL_SIZE * 2], left[LABEL_SIZE * 2];
	struct command command; /* the last one asked for */
	char *drawn;            /* every picture so far */
};

static void put(const struct suite *s, const char *name, const char *text, mode_t mode)
{
	char path[160];
	snprintf(path, sizeof path, "%s/%s", s->folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static void on_notice(void *context, const char *text)
{
	struct suite *s = context;
	snprintf(s->notice, sizeof s->notice, "%s", text);
}

static void on_leave(void *context, const char *why)
{
	struct suite *s = context;
	snprintf(s->left, sizeof s->left, "%s", why);
}

static void patient(struct suite *s)
{
	struct fact f = fact_make(FACT_PATIENT, SOURCE_FHIR, 0);
	text_copy(f.patient.id, ID_SIZE, "p-1");
	station_fact(s->station, &f);
	f = fact_make(FACT_CASE, SOURCE_FHIR, 0);
	text_copy(f.surgery.id, ID_SIZE, "c-1");
	text_copy(f.surgery.patient, ID_SIZE, "p-1");
	text_copy(f.surgery.room, ID_SIZE, "or-1");
	f.surgery.start_ms = station_now(s->station);
	f.surgery.end_ms = f.surgery.start_ms + 3600000;
	f.surgery.status = CASE_PLANNED;
	station_fact(s->station, &f);
	names_set(s->station->names, "p-1", "Anna Quist");
}

static void open_with(struct suite *s, const char *how)
{
	struct error err = {""};
	char service[300];
	memset(s, 0, sizeof *s);
	snprintf(s->folder, sizeof s->folder, "/tmp/vigie-lock-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->journal, sizeof s->journal, "%s/journal.db", s->folder);
	put(s, "knows", "#!/bin/sh\nread -r given\n[ \"$given\" = \"" RIGHT "\" ]\n", 0700);
	snprintf(service, sizeof service,
		"auth [success=1 default=ignore] pam_exec.so quiet expose_authtok %s/knows\n"
		"auth requisite pam_deny.so\nauth required pam_permit.so\n"
		"account required pam_permit.so\n",
		s->folder);
	put(s, "vigie", service, 0600);
	struct helper_options o = {.user = "anna", .service_folder = s->folder};
	s->helper = helper_start(&o, &err);
	assert_non_null(s->helper);
	settings_init(&s->settings);
	assert_int_equal(settings_set(&s->settings, "site", "etc/demo/site.cfg", &err), 0);
	assert_int_equal(settings_set(&s->settings, "journal", s->journal, &err), 0);
	assert_int_equal(settings_set(&s->settings, "lock", how, &err), 0);
	s->settings.lock_min = 0.3 / 60;
	s->loop = ev_loop_new(EVFLAG_AUTO);
	helper_attach(s->helper, s->loop);
	s->station = station_open(
		s->loop, &s->settings, (struct station_calls){NULL, on_notice, s}, &err);
	if (s->station == NULL)
		fail_msg("%s", err.text);
	patient(s);
	s->ui = ui_create();
	canvas_init(&s->canvas);
	assert_true(canvas_resize(&s->canvas, 24, 80));
	s->drawn = strdup("");
	s->lock = lock_open(s->loop, &s->settings, s->station, s->helper,
		(struct lock_calls){on_leave, on_notice, s}, &err);
	assert_non_null(s->lock);
}

static void close_it(struct suite *s)
{
	char command[128];
	lock_close(s->lock);
	station_close(s->station);
	helper_stop(s->helper);
	ui_destroy(s->ui);
	canvas_fini(&s->canvas);
	ev_loop_destroy(s->loop);
	settings_fini(&s->settings);
	free(s->drawn);
	snprintf(command, sizeof command, "rm -r '%s'", s->folder);
	assert_int_equal(system(command), 0);
}

static void on_late(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void run_for(struct suite *s, double seconds)
{
	ev_timer late;
	ev_now_update(s->loop);
	ev_timer_init(&late, on_late, seconds, 0);
	ev_timer_start(s->loop, &late);
	ev_run(s->loop, 0);
	ev_timer_stop(s->loop, &late);
}

static const char *picture(struct suite *s)
{
	struct view view;
	station_view(s->station, &view);
	view.notice = s->notice;
	ui_draw(s->ui, &view, &s->canvas);
	char *text = canvas_dump(&s->canvas, NULL);
	size_t used = strlen(s->drawn), more = strlen(text);
	s->drawn = realloc(s->drawn, used + more + 1);
	assert_non_null(s->drawn);
	memcpy(s->drawn + used, text, more + 1);
	free(text);
	return s->drawn + used;
}

static bool shows(struct suite *s, const char *text)
{
	return strstr(picture(s), text) != NULL;
}

static void press(struct suite *s, const char *keys)
{
	struct view view;
	for (const char *at = keys; *at != '\0';) {
		uint32_t key = (unsigned char)*at;
		int bytes = key < 0x80 ? 1 : 2; /* é */
		if (bytes == 2)
			key = (key & 0x1F) << 6 | ((unsigned char)at[1] & 0x3F);
		at += bytes;
		lock_touched(s->lock);
		station_view(s->station, &view);
		ui_key(s->ui, &view,
			key == '\r'     ? VKEY_ENTER
			: key == '\033' ? VKEY_ESCAPE
					: key,
			&s->command);
		picture(s);
		if (s->command.kind == COMMAND_UNLOCK)
			lock_try(s->lock, s->command.text, sizeof s->command.text);
		else if (s->command.kind != COMMAND_NONE)
			station_command(s->station, &s->command);
	}
}

static bool wait_locked(struct suite *s, bool locked)
{
	struct view view;
	for (int i = 0; i < 100; i++) {
		station_view(s->station, &view);
		if (view.locked == locked)
			return true;
		run_for(s, 0.05);
	}
	return false;
}

static bool wait_notice(struct suite *s, const char *text)
{
	for (int i = 0; i < 100 && strstr(s->notice, text) == NULL; i++)
		run_for(s, 0.05);
	return strstr(s->notice, text) != NULL;
}

struct found {
	const char *what;
	int count;
	char reason[LABEL_SIZE];
};

static void on_fact(void *context, const struct fact *fact)
{
	struct found *found = context;
	if (fact->kind != FACT_AUDIT || strcmp(fact->audit.what, found->what) != 0)
		return;
	found->count++;
	text_copy(found->reason, sizeof found->reason, fact->audit.reason);
}

static struct found on_record(struct suite *s, const char *what)
{
	struct found found = {.what = what};
	struct journal_reader reader = {.fact = on_fact, .context = &found};
	struct error err = {""};
	uint64_t bad = 0, last = s->station->seq;
	for (int i = 0; i < 500 && journal_committed(s->station->journal) < last; i++)
		usleep(10000);
	assert_int_equal(journal_read(s->journal, 0, &reader, &bad, &err), 0);
	return found;
}

/* In no file of the folder, but for the script that knows it. */
static bool in_files(struct suite *s, const char *text)
{
	char command[256];
	snprintf(command, sizeof command, "grep -rqaF --exclude=knows -- '%s' '%s'", text,
		s->folder);
	return system(command) == 0;
}

static void it_locks(void **state)
{
	struct suite s;
	(void)state;
	open_with(&s, "password");
	assert_true(shows(&s, "A.Q."));
	press(&s, "R"); /* a prompt for the reason is open when it locks */
	assert_true(shows(&s, "why show the name"));
	assert_true(wait_locked(&s, true));
	assert_true(shows(&s, "LOCKED"));
	assert_false(shows(&s, "A.Q."));
	assert_false(shows(&s, "why show the name"));
	assert_int_equal(on_record(&s, "lock").count, 1);
	assert_int_equal(on_record(&s, "look").count, 1); /* = begins here */
	/* It is looked at; a page, too, has no name. */
	press(&s, "4");
	assert_true(shows(&s, "Alarms"));
	press(&s, "1\r");
	assert_true(shows(&s, "LOCKED"));
	assert_false(shows(&s, "A.Q."));
	assert_false(shows(&s, "Quist"));
	press(&s, "q");
	close_it(&s);
}

/* A name that is shown when it locks is hidden at once. */
static void a_name_does_not_stay(void **state)
{
	struct suite s;
	struct command reveal = {.kind = COMMAND_REVEAL, .target = "p-1", .text = "called out"};
	(void)state;
	open_with(&s, "password");
	station_command(s.station, &reveal);
	assert_true(shows(&s, "Anna Quist"));
	assert_true(wait_locked(&s, true));
	assert_false(shows(&s, "Quist"));
	press(&s, "m" RIGHT "\r");
	assert_true(wait_locked(&s, false));
	assert_false(shows(&s, "Quist"));
	close_it(&s);
}

static void what_acts_asks(void **state)
{
	static const char *const keys[] = {"m", "x", "+", "U", ":", "w", "R", "q", "/", "%"};
	struct command act = {.kind = COMMAND_MILESTONE, .target = "c-1", .arg = MILESTONE_IN_ROOM};
	struct suite s;
	(void)state;
	open_with(&s, "password");
	assert_true(wait_locked(&s, true));
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		press(&s, keys[i]);
		if (!shows(&s, ", Enter:"))
			fail_msg("%s does not ask", keys[i]);
		assert_int_equal(s.command.kind, COMMAND_NONE);
		press(&s, "\033");
		assert_false(shows(&s, ", Enter:"));
	}
	/* Nor past the screens. */
	station_command(s.station, &act);
	assert_false(surgery_has_begun(&s.station->twin->cases[twin_case(s.station->twin, "c-1")]));
	assert_non_null(strstr(s.notice, "locked"));
	close_it(&s);
}

static void passwords(void **state)
{
	struct suite s;
	struct command none = {.kind = COMMAND_NONE};
	(void)state;
	open_with(&s, "password");
	assert_true(wait_locked(&s, true));
	press(&s, "m" WRONG "\r");
	assert_int_equal(s.command.kind, COMMAND_UNLOCK);
	assert_memory_equal(s.command.text, none.text, sizeof none.text); /* wiped */
	assert_true(wait_notice(&s, "wrong password"));
	assert_true(s.station->locked);
	/* The right one too soon is not even tried. */
	press(&s, "m" RIGHT "\r");
	assert_non_null(strstr(s.notice, "the next password in"));
	run_for(&s, 1.1);
	assert_true(s.station->locked);
	press(&s, "m" RIGHT "\r");
	assert_true(wait_locked(&s, false));
	assert_false(shows(&s, "LOCKED"));
	assert_false(shows(&s, "checking the password"));
	assert_true(shows(&s, "A.Q."));
	assert_int_equal(on_record(&s, "unlock_refused").count, 1);
	struct found unlocked = on_record(&s, "unlock");
	assert_int_equal(unlocked.count, 1);
	assert_string_equal(unlocked.reason, "after 1 wrong passwords");
	/* Neither drawn nor written, nor recalled by the command line's history. */
	press(&s, ":");
	struct view view;
	station_view(s.station, &view);
	ui_key(s.ui, &view, VKEY_UP, &s.command);
	picture(&s);
	for (const char *const *p = (const char *const[]){RIGHT, WRONG, "horse", "staple", NULL};
		*p != NULL; p++) {
		assert_null(strstr(s.drawn, *p));
		assert_false(in_files(&s, *p));
	}
	/* And it locks again. */
	assert_true(wait_locked(&s, true));
	close_it(&s);
}

/* A password manager pastes. */
static void pasted(void **state)
{
	struct suite s;
	struct view view;
	(void)state;
	open_with(&s, "password");
	assert_true(wait_locked(&s, true));
	press(&s, "m");
	station_view(s.station, &view);
	ui_key(s.ui, &view, VKEY_PASTE_BEGIN, &s.command);
	press(&s, RIGHT);
	ui_key(s.ui, &view, VKEY_PASTE_END, &s.command);
	press(&s, "\r");
	assert_true(wait_locked(&s, false));
	close_it(&s);
}

static void nothing_to_unlock_with(void **state)
{
	struct suite s;
	(void)state;
	open_with(&s, "leave");
	for (int i = 0; i < 100 && s.left[0] == '\0'; i++)
		run_for(&s, 0.05);
	assert_non_null(strstr(s.left, "log in again"));
	assert_false(s.station->locked);
	close_it(&s);
}

static void where_it_does_not_lock(void **state)
{
	struct suite s;
	struct error err = {""};
	(void)state;
	open_with(&s, "password");
	lock_close(s.lock);
	const struct lock_calls calls = {on_leave, on_notice, &s};
	s.settings.demo = true;
	s.lock = lock_open(s.loop, &s.settings, s.station, s.helper, calls, &err);
	assert_null(s.lock);
	s.settings.demo = false;
	s.settings.lock_min = 0;
	assert_null(lock_open(s.loop, &s.settings, s.station, s.helper, calls, &err));
	s.settings.lock_min = 5;
	s.settings.readonly = true;
	assert_null(lock_open(s.loop, &s.settings, s.station, s.helper, calls, &err));
	assert_string_equal(err.text, "");
	s.settings.readonly = false;
	assert_int_equal(settings_set(&s.settings, "lock", "maybe", &err), 0);
	assert_null(lock_open(s.loop, &s.settings, s.station, s.helper, calls, &err));
	assert_non_null(strstr(err.text, "maybe"));
	close_it(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_locks),
		cmocka_unit_test(a_name_does_not_stay),
		cmocka_unit_test(what_acts_asks),
		cmocka_unit_test(passwords),
		cmocka_unit_test(pasted),
		cmocka_unit_test(nothing_to_unlock_with),
		cmocka_unit_test(where_it_does_not_lock),
	};
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
