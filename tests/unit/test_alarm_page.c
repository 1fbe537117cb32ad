/* SPDX-License-Identifier: Apache-2.0 */
/* Expected texts: DESIGN 4 (behaviour); a call that is heard in two rooms: promise
 * B38; for programs: the contract of the verbs' output. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include "screens/nearest.h"
#include "screens/screen.h"
#include "screens/show_json.h"
#include "screens/trend.h"
#include "tests/unit/suite_alarms.h"

/* --- the page -------------------------------------------------------------------- */

static void staff(int tag, const char *role, const char *room, int64_t at)
{
	format_put(world->tags[tag].role, ID_SIZE, "%s", role);
	world_located(world, world->tags[tag].mac, room, "", 0.9, at);
}

static struct staff_role roles[] = {{.id = "nurse", .name = "PACU nurse"},
	{.id = "porter", .name = "Porter", .no_calls = true}};
static struct door doors[] = {{8, 9}, {8, 10}, {8, 1}};

static void people(void)
{
	world->site.roles = roles;
	world->site.role_count = 2;
	world->site.doors = doors;
	world->site.door_count = 3;
	world->tags[4].kind = TAG_STAFF;
}

/* The corridor joins PACU, holding and OR 2: two doors from holding to the PACU. */
static void test_nearest(void **state)
{
	struct nearest n;
	char words[128];

	(void)state;
	people();
	staff(4, "nurse", "holding", world_at(10, 41));
	n = nearest_free(&world->view, 9);
	assert_int_equal(n.doors, 2);
	nearest_words(&world->view, &n, words, sizeof words);
	assert_string_equal(words, "PACU nurse, Holding, 2 doors away, 1 min");
	/* In a room where a case is under way nobody is free. */
	world->view.now_ms = world_at(10, 43);
	staff(4, "nurse", "or-2", world_at(10, 43));
	assert_int_equal(nearest_free(&world->view, 9).role, -1);
	/* Whom nobody sends there. */
	staff(4, "porter", "holding", world_at(10, 43) + 1000);
	assert_int_equal(nearest_free(&world->view, 9).role, -1);
	/* Heard too long ago. */
	staff(4, "nurse", "holding", world_at(10, 43) + 2000);
	assert_int_equal(nearest_free(&world->view, 9).role, 0);
	world->view.now_ms = world_at(10, 49);
	assert_int_equal(nearest_free(&world->view, 9).role, -1);
}

static void test_page_of_a_call(void **state)
{
	struct ui *ui = ui_create();
	char *text;

	(void)state;
	people();
	staff(4, "nurse", "holding", world_at(10, 41));
	world_located(world, "C30000000001", "pacu", "holding", 0.55, world_at(10, 42));
	press(ui, "!\n");
	text = picture(ui, 24, 80, false, NULL);
	assert_non_null(strstr(text, "PACU, floor 1, 55%"));
	assert_non_null(strstr(text, "Holding, floor 1, 45%"));
	assert_non_null(strstr(text, "Last certain"));
	assert_non_null(strstr(text, "PACU nurse, Holding, 2 doors away"));
	/* Roles, never a person: the badge has a number of its own on other screens. */
	assert_null(strstr(text, "IADE 2"));
	free(text);
	goldens(ui, "alarm_call");
	ui_destroy(ui);
}

static void test_page_of_a_curve(void **state)
{
	struct ui *ui = ui_create();
	struct alarm *a = named("cold:AC233F000001");

	(void)state;
	a->acked = true;
	a->acked_ms = world_at(10, 41) + 30000;
	format_put(a->acked_by, sizeof a->acked_by, "mb");
	format_put(a->owner, sizeof a->owner, "mb");
	a->taken = (struct alarm_word){.hlc_ms = 1,
		.station = "desk-2",
		.who = "mb",
		.reason = "",
		.at_ms = world_at(10, 41)};
	press(ui, "4j\n");
	assert_true(shows(ui, 24, 80, "limits 2.0 to 8.0"));
	assert_true(shows(ui, 24, 80, "10:41 mb (desk-2)"));
	goldens(ui, "alarm_curve");
	ui_destroy(ui);
}

static struct stations others(void);

/* Who was told, who is next, and who could not be reached. */
static void test_page_of_an_escalation(void **state)
{
	static struct alarm_setting settings[ALARM_CLASS_COUNT];
	static struct notices told;
	struct alarm_setting *s = &settings[ALARM_CLASS_PATIENT_CALL];
	struct ui *ui = ui_create();
	struct alarm *a = named("press:C30000000001");
	struct fact f = fact_make(FACT_NOTICE, SOURCE_SYSTEM, world_at(10, 43));
	struct stations stations = others();

	(void)state;
	memcpy(settings, alarm_rules, sizeof settings);
	s->step_count = 3;
	s->steps[0] = (struct alarm_step){1, "pacu-phone"};
	s->steps[1] = (struct alarm_step){3, "coordinator"};
	s->steps[2] = (struct alarm_step){10, "supervisor"};
	world->site.alarms = settings;
	world->view.notices = &told;
	world->view.stations = &stations;
	memset(&told, 0, sizeof told);
	a->level = 1;
	press(ui, "!\n");
	assert_true(shows(ui, 24, 80, "1 pacu-phone: due"));
	assert_true(shows(ui, 24, 80, "2 coordinator: at 10:44, if nobody acknowledges"));
	assert_false(shows(ui, 24, 80, "supervisor"));
	format_put(f.notice.key, sizeof f.notice.key, "%s", a->key);
	format_put(f.by.station, sizeof f.by.station, "desk-2");
	f.notice.raised_ms = a->raised_ms;
	f.notice.priority = PRIORITY_HIGH;
	f.notice.step = 1;
	f.notice.state = NOTICE_SENT;
	notices_hear(&told, &f);
	assert_true(shows(ui, 24, 80, "1 pacu-phone: told 10:43 (desk-2)"));
	f.notice.step = 2;
	f.notice.state = NOTICE_DEAD;
	a->level = 2;
	notices_hear(&told, &f);
	assert_true(shows(ui, 24, 80, "2 coordinator: NOT REACHED 10:43 (desk-2)"));
	a->acked = true; /* nobody else is told */
	assert_false(shows(ui, 24, 80, "supervisor"));
	world->site.alarms = NULL;
	ui_destroy(ui);
}

/* 1013.20 hPa in the room, 1013.05 beside it, which differ by 3 Pa of their own:
 * 15 - 3 = 12 Pa. Heard more than two minutes apart, they say nothing. */
/* Only a station that is away says it rings (vigie-cluster(7)): whose word it was, since
 * when, and what can be done. */
static void test_page_of_an_absent_station(void **state)
{
	struct ui *ui = ui_create();
	struct alarm *a = named("cold:AC233F000001");

	(void)state;
	format_put(world->twin->stations[0], ID_SIZE, "pacu-desk");
	world->twin->station_count = 1;
	memset(a->holds, 0, sizeof a->holds);
	a->holds[1] = (struct alarm_hold){
		.raised_ms = a->raised_ms, .away_ms = world_at(10, 30), .station = 0};
	a->own = false;
	a->peer = a->unknown = a->acked = true;
	press(ui, "4j\n");
	assert_true(shows(ui, 24, 80, "only pacu-desk said so, away since Mon 16 Mar 10:30"));
	assert_true(shows(ui, 24, 80, "a, then z ends it"));
	press(ui, "z");
	assert_true(shows(ui, 24, 80, ", why:"));
	press(ui, "\x1b");
	a->acked = false;
	press(ui, "z");
	assert_true(shows(ui, 24, 80, "acknowledge it first (a)"));
	a->holds[1].away_ms = 0; /* it says so itself */
	press(ui, "z");
	assert_true(shows(ui, 24, 80, "its cause is still there: cannot be reset"));
	ui_destroy(ui);
}

static void test_two_barometers(void **state)
{
	static struct reading room, next;
	struct trend t;

	(void)state;
	for (int i = 0; i < 4; i++) {
		room.history[i] = (struct sample){i * 60000, 1013.20F};
		next.history[i] = (struct sample){i * 60000 + 30000, 1013.05F};
	}
	room.history_count = room.history_next = 4;
	next.history_count = next.history_next = 4;
	room.history[3].at_ms = 10 * 60000;
	trend_of_two(&t, &room, &next, 100, 3);
	assert_int_equal(t.count, 3);
	for (int i = 0; i < t.count; i++)
		assert_float_equal(t.values[i], 12, 0.05); /* a float has 7 digits */
}

/* --- header, sound, stations -------------------------------------------------------- */

static void test_header(void **state)
{
	struct ui *ui = ui_create();

	(void)state;
	world->view.sound = SOUND_PAUSED;
	world->view.sound_left_s = 103;
	assert_true(shows(ui, 24, 80, "SOUND PAUSED 1:43"));
	assert_int_equal(press(ui, "p").kind, COMMAND_SOUND_PAUSE);
	world->view.sound = SOUND_OFF;
	assert_true(shows(ui, 24, 80, "SOUND OFF"));
	assert_int_equal(press(ui, "p").kind, COMMAND_NONE);
	assert_int_equal(press(ui, ":sound on\n").kind, COMMAND_SOUND);
	world->view.locked = true;
	assert_true(shows(ui, 24, 80, "LOCKED"));
	ui_destroy(ui);
}

static struct stations others(void)
{
	struct stations s = {.sharing = true,
		.linked = true,
		.self = "desk-1",
		.count = 2,
		.waiting = 1,
		.sent = 41,
		.received = 77,
		.same = 12};

	s.list[0] = (struct station_seen){.id = "desk-2",
		.user = "mb",
		.role = PERSON_NURSE,
		.here = true,
		.escalates = true,
		.on_duty = true,
		.journal_ok = true,
		.since_ms = world_at(7, 0),
		.skew_ms = -120,
		.held = 40,
		.head = "9f86d081884c7d659a2f"};
	s.list[1] = (struct station_seen){.id = "ward-a",
		.user = "cl",
		.role = PERSON_COORDINATOR,
		.since_ms = world_at(10, 40),
		.journal_ok = false,
		.feeds_down = 1,
		.skew_ms = 4200,
		.held = 7,
		.missing = 2};
	s.refused[SHARE_REFUSED_STATION] = 3;
	format_put(s.refusal, sizeof s.refusal, "vigie/ward-a/share: speaks as desk-2");
	s.acts[0] = (struct station_act){.key = "press:C30000000001",
		.kind = FACT_ALARM,
		.act = ALARM_ACKNOWLEDGE,
		.stage = SHARE_SEEN,
		.seen_by = "desk-2"};
	s.act_count = s.act_next = 1;
	return s;
}

static void test_stations(void **state)
{
	struct ui *ui = ui_create();
	struct stations s = others();

	(void)state;
	assert_true(ui_goto(ui, "stations"));
	assert_true(shows(ui, 24, 80, "nothing is shared"));
	world->view.stations = &s;
	assert_true(shows(ui, 24, 80, "st 2/3"));
	goldens(ui, "stations");
	s.linked = false;
	assert_true(shows(ui, 24, 80, "NOT SHARED"));
	/* Behind the feeds by Tab, and back. */
	assert_true(ui_goto(ui, "feeds"));
	press(ui, "\t\t\t");
	assert_string_equal(ui_base(ui)->def->name, "stations");
	press(ui, "\t");
	assert_string_equal(ui_base(ui)->def->name, "feeds");
	ui_destroy(ui);
}

/* a, A, A✓: how far an acknowledgement has come. */
static void test_share_sign(void **state)
{
	struct ui *ui = ui_create();
	struct stations s = others();

	(void)state;
	world->view.stations = &s;
	named("press:C30000000001")->acked = true;
	press(ui, "4");
	assert_true(shows(ui, 24, 80, "*** C   A✓"));
	s.acts[0].stage = SHARE_LOCAL;
	assert_true(shows(ui, 24, 80, "*** C   a "));
	named("press:C30000000001")->acked = false;
	named("press:C30000000001")->level = 2;
	assert_true(shows(ui, 24, 80, "*** B   ^2"));
	ui_destroy(ui);
}

/* --- for programs ------------------------------------------------------------------- */

static const cJSON *json_of(cJSON *root, const char *key)
{
	const cJSON *o;

	cJSON_ArrayForEach(o, cJSON_GetObjectItemCaseSensitive(root, "alarms"))
	{
		if (strcmp(cJSON_GetObjectItemCaseSensitive(o, "key")->valuestring, key) == 0)
			return o;
	}
	return NULL;
}

static const char *field(const cJSON *o, const char *name)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(o, name);

	return value && value->valuestring ? value->valuestring : "";
}

static void test_json(void **state)
{
	struct alarm *a = named("cold:AC233F000001");
	char *text;
	cJSON *root;
	const cJSON *o;

	(void)state;
	gateway_down();
	shelve(a, world_at(11, 0));
	format_put(a->shelf.who, sizeof a->shelf.who, "mb");
	format_put(a->owner, sizeof a->owner, "mb");
	a->taken.at_ms = world_at(10, 41);
	a->level = 1;
	text = show_json(&world->view, "alarms");
	root = cJSON_Parse(text);
	o = json_of(root, "cold:AC233F000001");
	assert_non_null(o);
	assert_string_equal(field(o, "state"), "B"); /* the contract: the base state */
	assert_string_equal(field(o, "shown"), "E");
	assert_string_equal(field(o, "shelved_until"), "2026-03-16T11:00:00+01:00");
	assert_string_equal(field(o, "shelved_by"), "mb");
	assert_string_equal(field(o, "owner"), "mb");
	assert_int_equal(cJSON_GetObjectItemCaseSensitive(o, "level")->valueint, 1);
	assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(o, "acked_by")));
	o = json_of(root, "silent:AC233F000103");
	assert_non_null(o);
	assert_string_equal(field(o, "shown"), "F");
	assert_string_equal(field(o, "cause"), "gateway C");
	cJSON_Delete(root);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_nearest), T(test_page_of_a_call),
		T(test_page_of_a_curve), T(test_page_of_an_escalation),
		T(test_page_of_an_absent_station), cmocka_unit_test(test_two_barometers),
		T(test_header), T(test_stations), T(test_share_sign), T(test_json)};

	return cmocka_run_group_tests_name("alarm_page", tests, NULL, NULL);
}
