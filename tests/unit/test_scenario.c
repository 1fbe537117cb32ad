/* SPDX-License-Identifier: Apache-2.0 */
/* Each what-if of the table: what the copy looks like afterwards, what is
 * refused and why, what the simulator makes of it. Expected values: by hand from
 * the W3 day, and simulation.md 1 for the effects of W3. */
#include "tests/unit/scenario_world.h"

/* Minutes after 06:00. */
static int64_t start_of(const char *id)
{
	return (of(id)->start_ms - s.six_ms) / MINUTE;
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

int main(void)
{
	static const struct CMUnitTest tests[] = {T(absent_and_cancel), T(overrun_and_faster),
		T(overrun_of_a_case_in_its_room), T(delay_from_the_later_of_plan_and_now),
		T(not_fasting_and_set_missing), T(move_and_swap), T(surgeon_late_keeps_the_order),
		T(the_shortest_first), T(emergencies_take_the_first_free_room),
		T(who_waits_is_held_up), T(mass_casualty), T(rooms_close_and_open),
		T(too_late_is_called_off), T(a_room_closes_behind_its_patient),
		T(a_wing_and_a_device), T(w3_effects), T(staff_and_beds_are_counted),
		T(ways_of_working), T(induction_ahead_of_cases_under_way)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
