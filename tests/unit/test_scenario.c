/* SPDX-License-Identifier: Apache-2.0 */
/* Each what-if of the table: what the copy looks like afterwards, what is
 * refused and why, what the simulator makes of it. Expected values: by hand from
 * the W3 day (bench_day.h: ten rooms, five cases each at 08:00, 09:40 ..., 90
 * minutes booked, at 06:00), and simulation.md 1 for the effects of W3. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/bench_day.h"
#include "twin/whatif.h"

enum { MINUTE = 60000, REPS = 2000 };

struct suite {
	struct twin *twin;
	struct site *site;
	struct fork fork;
	int64_t six_ms; /* 06:00 */
	char why[SCENARIO_TEXT];
};
static struct suite s;
static struct sim_plan plans[2];
static struct plan_index maps[2];
static struct forecast forecasts[2];
static struct what_if_answer answer;

static int open_suite(void **state)
{
	struct error err = {""};
	(void)state;
	s.twin = bench_day(&s.site, &err);
	assert_non_null(s.twin);
	s.fork.twin = twin_create();
	twin_copy(s.fork.twin, s.twin);
	s.six_ms = s.twin->now_ms;
	memset(&s.fork.policy, 0, sizeof s.fork.policy);
	return 0;
}

static int close_suite(void **state)
{
	(void)state;
	twin_destroy(s.twin);
	twin_destroy(s.fork.twin);
	site_free(s.site);
	return 0;
}

/* Told on the fork. The one it is a copy of does not change, and neither does
 * the fork when it is refused. */
static bool inject(const char *text)
{
	struct scenario one;
	char live[65], live_after[65], fork[65], fork_after[65];
	struct plan_policy policy = s.fork.policy;
	if (!scenario_parse(text, &one, s.why))
		fail_msg("%s: %s", text, s.why);
	twin_digest(s.twin, live);
	twin_digest(s.fork.twin, fork);
	bool done = scenario_inject(&s.fork, &one, s.why);
	twin_digest(s.twin, live_after);
	twin_digest(s.fork.twin, fork_after);
	assert_string_equal(live, live_after);
	if (!done) {
		assert_true(s.why[0] != '\0');
		assert_string_equal(fork, fork_after);
		assert_memory_equal(&policy, &s.fork.policy, sizeof policy);
	}
	return done;
}

static const struct surgery *of(const char *id)
{
	int i = twin_case(s.fork.twin, id);
	assert_true(i >= 0);
	return &s.fork.twin->cases[i];
}

/* Minutes after 06:00. */
static int64_t start_of(const char *id)
{
	return (of(id)->start_ms - s.six_ms) / MINUTE;
}

static void tell(const char *id, enum milestone m, int minute)
{
	struct twin *both[2] = {s.twin, s.fork.twin};
	for (int k = 0; k < 2; k++) {
		struct fact f = fact_make(FACT_MILESTONE, SOURCE_FHIR, 0);
		f.seq = both[k]->seq + 1;
		snprintf(f.milestone.id, sizeof f.milestone.id, "%s", id);
		f.milestone.milestone = m;
		f.at_ms = f.milestone.when_ms = both[k]->cases[0].start_ms + minute * MINUTE;
		twin_apply(both[k], &f, NULL);
	}
}

static struct forecast_run *simulated(int k, const struct fork *fork)
{
	int64_t midnight = s.twin->cases[0].start_ms - 8 * 3600 * 1000LL;
	struct plan_options options = {.midnight_ms = midnight, .policy = &fork->policy};
	plan_build(fork->twin, &options, &plans[k], &maps[k]);
	struct forecast_run *run = forecast_run_create(&plans[k], &maps[k], 7, REPS);
	assert_non_null(run);
	forecast_run_part(run, 0, REPS);
	forecast_run_read(run, REPS, &forecasts[k]);
	return run;
}

/* The fork against the day as it is. */
static void compare(void)
{
	const struct fork as_is = {.twin = s.twin};
	struct forecast_run *a = simulated(0, &as_is), *b = simulated(1, &s.fork);
	what_if_compare(&(struct what_if_side){s.twin, a, &forecasts[0]},
		&(struct what_if_side){s.fork.twin, b, &forecasts[1]}, &answer);
	forecast_run_destroy(a);
	forecast_run_destroy(b);
}

static double mean_overtime(void)
{
	return answer.kpi[KPI_OVERTIME].difference.mean;
}

static const struct what_if_case *hit_of(const char *id)
{
	for (int i = 0; i < answer.hit_count; i++)
		if (strcmp(answer.cases[i].id, id) == 0)
			return &answer.cases[i];
	return NULL;
}

/* ---- cases ---- */

static void absent_and_cancel(void **state)
{
	(void)state;
	assert_true(inject("absent:case=case-04"));
	assert_int_equal(of("case-04")->status, CASE_NO_SHOW);
	assert_true(inject("cancel:case=case-09"));
	assert_int_equal(of("case-09")->status, CASE_CANCELLED);
	assert_false(inject("cancel:case=case-09"));
	assert_string_equal(s.why, "case case-09 is off the list");
	assert_false(inject("absent:case=nobody"));
	assert_string_equal(s.why, "case is not known here: nobody");
	compare();
	assert_true(mean_overtime() < -100);
	assert_int_equal(answer.done_before, 50);
	assert_int_equal(answer.done_after, 48);
	assert_int_equal(hit_of("case-04")->kind, HIT_GONE);
	tell("case-00", MILESTONE_IN_ROOM, 0);
	assert_false(inject("absent:case=case-00"));
	assert_string_equal(s.why, "case case-00 has begun");
}

/* The same fate and N minutes: the case itself ends that much later, but for
 * what it waits for a PACU bed, sooner or later. */
static void overrun_and_faster(void **state)
{
	(void)state;
	assert_true(inject("overrun:case=case-04,min=45"));
	compare();
	assert_true(fabs(hit_of("case-04")->ends.p50 - 45) < 6);
	double later = mean_overtime();
	assert_true(later > 35 && later < 50);
	assert_true(inject("faster:case=case-04,min=45")); /* takes it back to the bit */
	compare();
	assert_true(mean_overtime() == 0 && answer.hit_count == 0);
	assert_true(answer.kpi[KPI_OVERTIME].difference.low == 0);
	assert_true(inject("faster:case=case-04,min=1440"));
	compare();
	assert_true(mean_overtime() < -20);
	assert_true(hit_of("case-04")->ends.p50 < -30); /* but for a minute at least */
	assert_false(inject("faster:case=case-04"));
	assert_string_equal(s.why, "case case-04: more than a day");
}

/* In the room, whatever it is doing there: the minutes are added to what is left. */
static void overrun_of_a_case_in_its_room(void **state)
{
	static const enum milestone phases[] = {
		MILESTONE_IN_ROOM, MILESTONE_INCISION, MILESTONE_PROCEDURE_END};
	(void)state;
	assert_true(inject("overrun:case=case-00,min=30"));
	for (int k = 0; k < 3; k++) {
		tell("case-00", phases[k], 20 * k);
		compare();
		assert_true(fabs(hit_of("case-00")->ends.p50 - 30) < 3);
		assert_true(answer.kpi[KPI_OVERTIME].difference.low > 0);
	}
	tell("case-00", MILESTONE_OUT_ROOM, 80);
	assert_false(inject("overrun:case=case-00"));
	assert_string_equal(s.why, "case case-00 has left its room");
}

static void delay_from_the_later_of_plan_and_now(void **state)
{
	(void)state;
	assert_true(inject("delay:case=case-00,min=30"));
	assert_int_equal(start_of("case-00"), 150);
	assert_int_equal(of("case-00")->end_ms - of("case-00")->start_ms, 90 * MINUTE);
	twin_advance(s.fork.twin, s.twin->now_ms + 200 * (int64_t)MINUTE, NULL);
	assert_true(inject("delay:case=case-05,min=30")); /* planned at 08:00, now 09:20 */
	assert_int_equal(start_of("case-05"), 230);
}

static void not_fasting_and_set_missing(void **state)
{
	(void)state;
	assert_true(inject("not_fasting:case=case-00,ago=60")); /* 06:00 + 6 h - 60 min */
	assert_int_equal(start_of("case-00"), 300);
	assert_false(inject("not_fasting:case=case-04,ago=60")); /* planned at 14:40 */
	assert_string_equal(s.why, "case case-04 is planned after the fasting clock anyway");
	assert_true(inject("set_missing:case=case-05,min=150"));
	assert_int_equal(start_of("case-05"), 150);
	assert_false(inject("set_missing:case=case-05,min=20"));
	assert_string_equal(s.why, "case case-05 is planned after that anyway");
}

static void move_and_swap(void **state)
{
	(void)state;
	assert_true(inject("move:case=case-04,room=or-2"));
	assert_string_equal(of("case-04")->room, "or-2");
	assert_int_equal(of("case-04")->room_at, site_room(s.site, "or-2"));
	assert_false(inject("move:case=case-04,room=or-2"));
	assert_string_equal(s.why, "case case-04 is in that room already");
	assert_false(inject("move:case=case-04,room=pacu")); /* no operating room */
	assert_string_equal(s.why, "room is not known here: pacu");
	assert_true(inject("room_down:room=or-9"));
	assert_false(inject("move:case=case-04,room=or-9"));
	assert_string_equal(s.why, "room or-9 is closed");
	assert_true(inject("swap:case=case-00,with=case-11"));
	assert_int_equal(start_of("case-00"), 220);
	assert_int_equal(start_of("case-11"), 120);
	assert_string_equal(of("case-00")->room, "or-3");
	assert_string_equal(of("case-11")->room, "or-1");
	assert_false(inject("swap:case=case-00,with=case-00"));
}

/* His cases keep their order, a minute apart; those of others stay. */
static void surgeon_late_keeps_the_order(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		snprintf(s.fork.twin->cases[i].surgeon, ID_SIZE, "s-1");
	snprintf(s.fork.twin->cases[7].surgeon, ID_SIZE, "s-2");
	assert_true(inject("surgeon_late:surgeon=s-1,min=250"));
	assert_int_equal(start_of("case-00"), 250);
	assert_int_equal(start_of("case-01"), 251);
	assert_int_equal(start_of("case-02"), 320); /* as planned: later anyway */
	assert_int_equal(start_of("case-07"), 320);
	assert_false(inject("surgeon_late:surgeon=s-2,min=60"));
	assert_string_equal(s.why, "no case of s-2 is planned before that");
	assert_false(inject("surgeon_late:surgeon=s-9"));
	assert_string_equal(s.why, "surgeon is not known here: s-9");
}

static void the_shortest_first(void **state)
{
	(void)state;
	assert_false(inject("by_variance:room=or-1")); /* all are booked alike */
	assert_string_equal(s.why, "the shortest go first already");
	s.fork.twin->cases[4].end_ms = s.fork.twin->cases[4].start_ms + 30 * MINUTE;
	s.fork.twin->cases[0].end_ms = s.fork.twin->cases[0].start_ms + 200 * MINUTE;
	assert_true(inject("by_variance:room=or-1"));
	int64_t turnover = (int64_t)s.site->turnover_min;
	assert_int_equal(start_of("case-04"), 120);
	assert_int_equal(start_of("case-01"), 120 + 30 + turnover);
	assert_int_equal(start_of("case-00"), 120 + 30 + 3 * 90 + 4 * turnover);
	assert_int_equal(start_of("case-05"), 120);
	assert_false(inject("by_variance:room=or-1"));
}

/* ---- emergencies ---- */

static void emergencies_take_the_first_free_room(void **state)
{
	(void)state;
	tell("case-05", MILESTONE_IN_ROOM, 0); /* or-2 is taken from 08:00 on */
	assert_true(inject("emergency:class=1,in=10,min=60,procedure=ruptured-aneurysm"));
	const struct surgery *c = of("what-if-001");
	assert_string_equal(c->room, "or-1");
	assert_string_equal(c->procedure, "ruptured-aneurysm");
	assert_int_equal(c->nest, 1);
	assert_int_equal(c->setting, SETTING_EMERGENCY);
	assert_int_equal(start_of("what-if-001"), 130);
	/* Who begins at 08:00, before it comes, goes on; or-1 is as late as the others. */
	assert_int_equal(start_of("case-00"), 120);
	assert_int_equal(start_of("case-01"), 220);
	assert_true(inject("emergency:class=1")); /* or-1 has the first: 210 + 60 */
	assert_string_equal(of("what-if-002")->room, "or-2");
	/* What can wait a day goes where the booked work is over first. */
	assert_true(inject("cancel:case=case-49"));
	assert_true(inject("emergency:class=6"));
	assert_string_equal(of("what-if-003")->room, "or-10");
	assert_int_equal(start_of("what-if-003"), 120 + 3 * 100 + 90); /* after case-48 */
	compare();
	assert_int_equal(hit_of("what-if-001")->kind, HIT_NEW);
}

/* At 11:20 and nobody has entered or-1: the first is about to; those who were to
 * follow before 11:40 wait for what comes then. */
static void who_waits_is_held_up(void **state)
{
	(void)state;
	twin_advance(s.fork.twin, s.six_ms + 320 * (int64_t)MINUTE, NULL);
	assert_true(inject("emergency:class=2,in=20"));
	assert_string_equal(of("what-if-001")->room, "or-1");
	assert_int_equal(start_of("what-if-001"), 340);
	assert_int_equal(start_of("case-00"), 120);
	assert_int_equal(start_of("case-01"), 341);
	assert_int_equal(start_of("case-02"), 342);
	assert_int_equal(start_of("case-03"), 420);
	assert_int_equal(start_of("case-06"), 220);
	/* Where nobody is held up: or-7 has nothing before 11:40 and after. */
	for (int i = 30; i < 35; i++) {
		char text[64];
		snprintf(text, sizeof text, "cancel:case=case-%d", i);
		assert_true(inject(text));
	}
	assert_true(inject("emergency:class=2,in=20"));
	assert_string_equal(of("what-if-002")->room, "or-7");
}

static void mass_casualty(void **state)
{
	(void)state;
	assert_true(inject("mass:n=12"));
	int rooms[16] = {0};
	for (int i = 1; i <= 12; i++) {
		char id[ID_SIZE];
		snprintf(id, sizeof id, "what-if-%03d", i);
		rooms[of(id)->room_at]++;
		assert_int_equal(start_of(id), 20 + 5 * (i - 1));
		assert_int_equal(of(id)->nest, (i - 1) % 3 == 0 ? 1 : 2);
	}
	for (int r = 0; r < BENCH_ROOMS; r++)
		assert_true(rooms[r] == 1 || rooms[r] == 2); /* spread */
	for (int cases = 50 + 12; cases + 60 <= TWIN_CASES; cases += 60)
		assert_true(inject("mass:n=60"));
	assert_false(inject("mass:n=60")); /* 482 of 512 */
	assert_string_equal(s.why, "the programme is full");
	assert_true(inject("wing_down:floor=0"));
	assert_false(inject("emergency"));
	assert_string_equal(s.why, "no operating room is open");
}

/* ---- rooms ---- */

static void rooms_close_and_open(void **state)
{
	(void)state;
	assert_true(inject("room_down:room=or-1"));
	assert_int_equal(s.fork.twin->rooms[site_room(s.site, "or-1")].state, ROOMSTATE_DOWN);
	assert_false(inject("room_down:room=or-1"));
	assert_string_equal(s.why, "room or-1 is closed already");
	compare();
	assert_int_equal(answer.done_after, 45); /* five wait for ever, and it is said */
	assert_int_equal(hit_of("case-00")->kind, HIT_NEVER);
	assert_true(inject("room_up:room=or-1"));
	compare();
	assert_true(mean_overtime() == 0 && answer.hit_count == 0);
	assert_false(inject("room_up:room=or-1"));
	assert_string_equal(s.why, "room or-1 is open");
	assert_false(inject("room_down:room=pacu"));
}

/* With a patient inside: that one is operated on, the next does not enter. */
/* Nobody is called after 19:00. Five hours more of the first of five cases leave no
 * time for the last: it is called off, and nobody waits for ever. It would have
 * taken 20 + 60 + 10 minutes on average (the site's laws), and its wait. */
static void too_late_is_called_off(void **state)
{
	(void)state;
	s.site->rules.last_call = true;
	s.site->rules.last_call_min = 180;
	assert_true(inject("overrun:case=case-00,min=300"));
	compare();
	const struct what_if_case *last = hit_of("case-04");
	assert_non_null(last);
	assert_int_equal(last->kind, HIT_OFF);
	assert_true(last->before.off < 0.2 && last->after.off > 0.9);
	assert_true(last->after.ends + last->after.off > 0.999);
	double lost = answer.kpi[KPI_LOST].difference.mean;
	assert_true(lost > 0.7 * 90 && lost < 2.5 * 90);
	assert_true(fabs(answer.kpi[KPI_BURDEN].difference.mean - lost - mean_overtime()) < 1e-3);
}

static void a_room_closes_behind_its_patient(void **state)
{
	(void)state;
	tell("case-00", MILESTONE_IN_ROOM, 0);
	assert_true(inject("room_down:room=or-1"));
	compare();
	assert_null(hit_of("case-00"));
	assert_int_equal(hit_of("case-01")->kind, HIT_NEVER);
	assert_int_equal(answer.done_after, 46);
}

static void a_wing_and_a_device(void **state)
{
	(void)state;
	assert_true(inject("equipment:room=or-1,min=250"));
	assert_int_equal(start_of("case-00"), 250);
	assert_int_equal(start_of("case-01"), 251);
	assert_int_equal(start_of("case-02"), 320);
	assert_int_equal(start_of("case-05"), 120);
	assert_false(inject("equipment:room=or-2,min=60"));
	assert_string_equal(s.why, "nobody is to enter or-2 before that");
	assert_true(inject("wing_down:floor=0"));
	for (int r = 0; r < BENCH_ROOMS; r++)
		assert_int_equal(s.fork.twin->rooms[r].state, ROOMSTATE_DOWN);
	assert_false(inject("wing_down:floor=0"));
	assert_false(inject("wing_down:floor=9"));
	assert_string_equal(s.why, "floor is not known here: 9");
}

/* ---- people, beds, ways of working ---- */

/* The effects on W3 under common random numbers (simulation.md 1.3: one PACU bed
 * more -91.5, one fewer +223, one anaesthetist fewer +8.1 min of overtime). */
static void w3_effects(void **state)
{
	static const struct {
		const char *text;
		double effect, error;
	} known[] = {{"beds:of=pacu,change=1", -91.5, 61}, {"beds:of=pacu,change=-1", 223, 100},
		{"staff:role=anaesthetist,change=-1", 8.1, 14}};
	(void)state;
	for (int k = 0; k < 3; k++) {
		twin_copy(s.fork.twin, s.twin);
		assert_true(inject(known[k].text));
		compare();
		/* Four standard errors at this many replications, and the last digit. */
		double slack = 4 * known[k].error / sqrt(REPS) + 0.5;
		assert_true(fabs(mean_overtime() - known[k].effect) < slack);
		const struct paired *d = &answer.kpi[KPI_OVERTIME].difference;
		assert_true(d->low < d->mean && d->mean < d->high);
		assert_true(fabs((d->high - d->mean) / 1.96 * sqrt(REPS) - known[k].error)
			    < 0.15 * known[k].error + 1);
	}
}

static void staff_and_beds_are_counted(void **state)
{
	(void)state;
	assert_true(inject("staff:role=porter,change=-2"));
	assert_true(inject("staff:role=porter,change=-1"));
	assert_int_equal(s.fork.twin->resources[0].units, 3); /* 6 - 2 - 1 */
	assert_true(inject("staff:role=porter,change=-50"));
	assert_int_equal(s.fork.twin->resources[0].units, 0);
	assert_false(inject("staff:role=porter"));
	assert_string_equal(s.why, "that changes nothing for porter");
	assert_false(inject("staff:role=surgeon"));
	assert_string_equal(s.why, "role is not known here: surgeon");
	assert_false(inject("beds:of=ward"));
	assert_string_equal(s.why, "of is not known here: ward");
	assert_false(inject("ward_full"));
	assert_string_equal(s.why, "the site lists no beds of ward");
	assert_false(inject("beds:of=pacu,change=0"));
	compare(); /* nobody is fetched any more */
	assert_int_equal(answer.done_after, 0);
}

static void ways_of_working(void **state)
{
	(void)state;
	assert_true(inject("turnover_team:percent=50"));
	assert_int_equal(s.fork.policy.turnover_less, 50);
	assert_true(inject("turnover_team:percent=50"));
	assert_int_equal(s.fork.policy.turnover_less, 75);
	compare();
	assert_true(answer.kpi[KPI_OVERTIME].difference.high < -100);
	memset(&s.fork.policy, 0, sizeof s.fork.policy);
	assert_true(inject("no_hold"));
	assert_false(inject("no_hold"));
	compare();
	assert_true(answer.kpi[KPI_HOLD].after.p90 == 0);
	assert_true(answer.kpi[KPI_HOLD].before.p50 > 50); /* W3: 150 min a day */
	assert_true(answer.kpi[KPI_OVERTIME].difference.high < -100);
	/* The beds are still nine: no more than nine are in them. */
	for (int p = 0; p < forecasts[1].pool_count; p++)
		for (int k = 0; k < FORECAST_SLOTS; k++)
			assert_true(forecasts[1].loads[p].p90[k] <= forecasts[1].loads[p].units);
	memset(&s.fork.policy, 0, sizeof s.fork.policy);
	assert_true(inject("parallel_induction"));
	assert_false(inject("parallel_induction"));
	compare();
	/* Up to 20 minutes of induction for each of four changes in ten rooms, less
	 * what anaesthetists lack. */
	assert_true(answer.kpi[KPI_OVERTIME].difference.high < -100);
	assert_true(mean_overtime() > -20 * 4 * 10);
	assert_int_equal(answer.done_after, 50);
}

/* Who is in the room, or on the way to it, stays on the old path. */
static void induction_ahead_of_cases_under_way(void **state)
{
	(void)state;
	tell("case-00", MILESTONE_SENT_FOR, -10);
	tell("case-05", MILESTONE_IN_ROOM, 0);
	assert_true(inject("parallel_induction"));
	compare();
	assert_null(hit_of("case-00"));
	assert_null(hit_of("case-05"));
	assert_true(hit_of("case-01")->ends.p50 < 0);
	assert_int_equal(answer.done_after, 50);
}

/* ---- the table ---- */

static void a_stack_tells_what_it_refused(void **state)
{
	static const char *const texts[] = {
		"cancel:case=case-04", "delay:case=case-04", "overrun:case=case-00,min=10"};
	static struct what_if w;
	static char refused[WHAT_IF_DEPTH][SCENARIO_TEXT];
	(void)state;
	for (w.count = 0; w.count < 3; w.count++)
		assert_true(scenario_parse(texts[w.count], &w.list[w.count], s.why));
	assert_int_equal(what_if_fork(&s.fork, s.twin, &w, refused), 2);
	assert_string_equal(refused[0], "");
	assert_string_equal(refused[1], "case case-04 is off the list");
	assert_string_equal(refused[2], "");
	/* Without any of it: the day as it is, to the bit. */
	w.count = 0;
	assert_int_equal(what_if_fork(&s.fork, s.twin, &w, refused), 0);
	char live[65], fork[65];
	twin_digest(s.twin, live);
	twin_digest(s.fork.twin, fork);
	assert_string_equal(live, fork);
	compare();
	for (int k = 0; k < KPI_COUNT; k++)
		assert_true(
			answer.kpi[k].difference.mean == 0 && answer.kpi[k].difference.high == 0);
	assert_int_equal(answer.hit_count, 0);
}

static void texts_go_round(void **state)
{
	struct scenario one, again;
	char text[SCENARIO_TEXT], words[SCENARIO_TEXT];
	(void)state;
	assert_true(scenario_parse("overrun:case=case-04,min=45", &one, s.why));
	scenario_text(&one, text);
	assert_string_equal(text, "overrun:case=case-04,min=45");
	scenario_words(&one, words);
	assert_string_equal(words, "the case takes so many minutes more: case case-04, min 45");
	assert_true(scenario_parse("staff:role=porter", &one, s.why));
	scenario_words(&one, words);
	assert_string_equal(words, "more or fewer people of a role: role porter, change -1");
	for (int i = 0; i < scenario_count; i++) {
		char filled[SCENARIO_TEXT];
		snprintf(filled, sizeof filled, "%s", scenario_rows[i].name);
		for (int k = 0; k < SCENARIO_PARAMETERS; k++) {
			const struct scenario_parameter *p = &scenario_rows[i].parameters[k];
			size_t n = strlen(filled);
			if (p->kind == PARAMETER_END)
				break;
			assert_true(p->kind != PARAMETER_NUMBER
				    || (p->least <= p->usual && p->usual <= p->most));
			if (p->kind == PARAMETER_INSTANT)
				snprintf(filled + n, sizeof filled - n, ",%s=2026-03-16T13:10Z",
					p->name);
			else
				snprintf(filled + n, sizeof filled - n, "%c%s=%d",
					k == 0 ? ':' : ',', p->name, p->usual);
		}
		assert_true(scenario_parse(filled, &one, s.why));
		scenario_text(&one, text);
		assert_string_equal(text, filled);
		assert_true(scenario_parse(text, &again, s.why));
		assert_memory_equal(&one, &again, sizeof one);
	}
}

/* Told as the hospital would tell it; who is in the PACU may still stay the night. */
static void setting_and_mobility(void **state)
{
	(void)state;
	assert_true(inject("setting:case=case-00,to=inpatient"));
	assert_int_equal(of("case-00")->setting, SETTING_INPATIENT);
	assert_false(inject("setting:case=case-00,to=inpatient"));
	assert_string_equal(s.why, "case case-00 is that already");
	assert_false(inject("setting:case=case-00,to=night"));
	assert_string_equal(s.why, "to is not known here: night");
	assert_true(inject("mobility:case=case-00,to=bed"));
	int patient = twin_patient(s.fork.twin, of("case-00")->patient);
	assert_int_equal(s.fork.twin->patients[patient].mobility, MOBILITY_BED);
	assert_false(inject("mobility:case=case-00,to=bed"));
	assert_string_equal(s.why, "the patient of case-00 does that already");
	tell("case-00", MILESTONE_OUT_ROOM, 80);
	assert_true(inject("setting:case=case-00,to=day"));
	tell("case-00", MILESTONE_DISCHARGED, 300);
	assert_false(inject("setting:case=case-00,to=inpatient"));
	assert_string_equal(s.why, "the patient of case-00 has gone");
	assert_true(inject("cancel:case=case-01"));
	assert_false(inject("mobility:case=case-01,to=chair"));
	assert_string_equal(s.why, "case case-01 is off the list");
	s.fork.twin->cases[2].patient[0] = '\0';
	assert_false(inject("mobility:case=case-02,to=chair"));
	assert_string_equal(s.why, "nobody knows the patient of case-02");
	assert_string_equal(scenario_choice(s.twin, PARAMETER_SETTING, 1), "inpatient");
	assert_string_equal(scenario_choice(s.twin, PARAMETER_MOBILITY, 2), "bed");
	assert_null(scenario_choice(s.twin, PARAMETER_SETTING, SETTING_COUNT - 1));
	assert_null(scenario_choice(s.twin, PARAMETER_MOBILITY, MOBILITY_COUNT - 1));
}

/* Every row, filled in with the first things there are, on top of the others:
 * done or refused with a reason, and the live twin has the same digest. */
static void no_row_touches_the_live_twin(void **state)
{
	/* By hand: a case for itself, planned behind it anyway, open, in order, no wards;
	 * the floor is closed by then; no kits, nobody looks after several rooms. */
	static const char refused[] = "swap not_fasting set_missing surgeon_late room_up equipment "
				      "by_variance ward_full place borrow split ";
	char got[256] = "";
	(void)state;
	snprintf(s.twin->cases[0].surgeon, ID_SIZE, "s-1");
	twin_copy(s.fork.twin, s.twin);
	for (int i = 0; i < scenario_count; i++) {
		const struct scenario_row *row = &scenario_rows[i];
		char text[SCENARIO_TEXT];
		snprintf(text, sizeof text, "%s", row->name);
		for (int k = 0; k < SCENARIO_PARAMETERS && row->parameters[k].kind != PARAMETER_END;
			k++) {
			const struct scenario_parameter *p = &row->parameters[k];
			const char *choice = scenario_choice(s.fork.twin, p->kind, i % 3);
			size_t n = strlen(text);
			if (choice == NULL)
				choice = scenario_choice(s.fork.twin, p->kind, 0);
			if (p->kind == PARAMETER_INSTANT)
				choice = "2026-03-16T13:10Z";
			if (p->kind == PARAMETER_KIT)
				choice = "none";
			if (choice != NULL)
				snprintf(text + n, sizeof text - n, "%c%s=%s", k == 0 ? ':' : ',',
					p->name, choice);
		}
		if (!inject(text)) {
			size_t n = strlen(got);
			snprintf(got + n, sizeof got - n, "%s ", row->name);
		}
	}
	assert_string_equal(got, refused);
}

static void what_is_not_understood(void **state)
{
	static const char *const bad[][2] = {
		{"flood", "no such scenario: flood"},
		{"", "no such scenario: "},
		{"overrun", "overrun needs case"},
		{"overrun:case=", "overrun takes no such parameter: case="},
		{"overrun:case=x,min=0", "min: not possible: 0"},
		{"overrun:case=x,min=1e3", "min: not possible: 1e3"},
		{"overrun:case=x,hours=1", "overrun takes no such parameter: hours=1"},
		{"emergency:class=7", "class: not possible: 7"},
		{"overrun:case=x,min=5,min=6", "min is said twice"},
		{"no_hold:x=1", "no_hold takes no such parameter: x=1"},
	};
	struct scenario one;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(scenario_parse(bad[i][0], &one, s.why));
		assert_string_equal(s.why, bad[i][1]);
	}
	s.fork.twin->site = NULL;
	assert_true(scenario_parse("no_hold", &one, s.why));
	assert_false(scenario_inject(&s.fork, &one, s.why));
	assert_string_equal(s.why, "no site");
}

static void choices_are_those_that_can_be_meant(void **state)
{
	(void)state;
	assert_string_equal(scenario_choice(s.twin, PARAMETER_CASE, 0), "case-00");
	assert_string_equal(scenario_choice(s.twin, PARAMETER_CASE, 49), "case-49");
	assert_null(scenario_choice(s.twin, PARAMETER_CASE, 50));
	assert_string_equal(scenario_choice(s.twin, PARAMETER_ROOM, 9), "or-10");
	assert_null(scenario_choice(s.twin, PARAMETER_ROOM, 10));
	assert_string_equal(scenario_choice(s.twin, PARAMETER_BEDS, 0), "pacu");
	assert_null(scenario_choice(s.twin, PARAMETER_BEDS, 1));
	assert_string_equal(scenario_choice(s.twin, PARAMETER_ROLE, 1), "porter");
	assert_string_equal(scenario_choice(s.twin, PARAMETER_FLOOR, 0), "0");
	assert_null(scenario_choice(s.twin, PARAMETER_SURGEON, 0));
	assert_null(scenario_choice(s.twin, PARAMETER_NUMBER, 0));
	tell("case-00", MILESTONE_OUT_ROOM, 80);
	assert_string_equal(scenario_choice(s.twin, PARAMETER_CASE, 0), "case-01");
}

static void remedies_are_ranked(void **state)
{
	static struct scenario list[WHAT_IF_CANDIDATES];
	struct remedies best = {.room = "or-1"};
	(void)state;
	int count = what_if_candidates(&s.fork, "or-1", list, WHAT_IF_CANDIDATES);
	/* 3 faster, 4 ways, 3 roles, 1 kind of bed, the last case off or to 9 rooms */
	assert_int_equal(count, 3 + 4 + 3 + 1 + 10);
	assert_int_equal(what_if_candidates(&s.fork, "or-1", list, 5), 5);
	for (int i = 0; i < 9; i++) {
		struct remedy one = {.p_overtime = (i * 4 % 9) / 10.0};
		char text[SCENARIO_TEXT];
		snprintf(text, sizeof text, "staff:role=r%d", i);
		assert_true(scenario_parse(text, &one.scenario, s.why));
		what_if_rank(&best, &one);
	}
	assert_int_equal(best.tried, 9);
	assert_int_equal(best.count, WHAT_IF_REMEDIES);
	for (int i = 0; i < WHAT_IF_REMEDIES; i++)
		assert_true(fabs(best.list[i].p_overtime - i / 10.0) < 1e-9);
	/* One act to several rooms: the room that is best for the suite. */
	for (int r = 0; r < 3; r++) {
		struct remedy one = {.p_overtime = 0.05, .overtime.mean = -10 * (r == 1)};
		assert_true(scenario_parse(r == 1   ? "move:case=c,room=b"
					   : r == 0 ? "move:case=c,room=a"
						    : "move:case=c,room=d",
			&one.scenario, s.why));
		what_if_rank(&best, &one);
	}
	assert_int_equal(best.count, WHAT_IF_REMEDIES);
	assert_string_equal(best.list[1].scenario.values[1].word, "b");
	assert_true(best.list[0].p_overtime == 0 && best.list[2].p_overtime > 0.05);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_suite, close_suite)

int main(void)
{
	static const struct CMUnitTest tests[] = {T(absent_and_cancel), T(overrun_and_faster),
		T(overrun_of_a_case_in_its_room), T(delay_from_the_later_of_plan_and_now),
		T(not_fasting_and_set_missing), T(move_and_swap), T(surgeon_late_keeps_the_order),
		T(the_shortest_first), T(emergencies_take_the_first_free_room),
		T(who_waits_is_held_up), T(mass_casualty), T(rooms_close_and_open),
		T(too_late_is_called_off), T(a_room_closes_behind_its_patient),
		T(a_wing_and_a_device), T(w3_effects), T(staff_and_beds_are_counted),
		T(ways_of_working), T(induction_ahead_of_cases_under_way),
		T(a_stack_tells_what_it_refused), T(setting_and_mobility),
		T(no_row_touches_the_live_twin), T(texts_go_round), T(what_is_not_understood),
		T(choices_are_those_that_can_be_meant), T(remedies_are_ranked)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
