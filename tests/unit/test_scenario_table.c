/* SPDX-License-Identifier: Apache-2.0 */
/* The what-ifs as one table: texts there and back, stacks, what is not understood, what
 * there is to choose from, and that none of them touches the live twin. */
#include "tests/unit/scenario_world.h"

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

int main(void)
{
	static const struct CMUnitTest tests[] = {T(a_stack_tells_what_it_refused),
		T(setting_and_mobility), T(no_row_touches_the_live_twin), T(texts_go_round),
		T(what_is_not_understood), T(choices_are_those_that_can_be_meant),
		T(remedies_are_ranked)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
