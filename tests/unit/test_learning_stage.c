/* SPDX-License-Identifier: Apache-2.0 */
/* Which steps of a patient's way teach, when, and that correcting, taking out and
 * forgetting are exact. The way is the usual one of twin/pathway.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/learning_world.h"
#include "twin/stage_room.h"

static void tell(struct house *h, const char *id, enum milestone m, int at)
{
	hear(h, milestone_fact(id, SOURCE_FHIR, m, at));
}

/* Induction, preparation, the surgeon, closing, emergence, bay: minutes each. */
enum { PHASES = 6 };
static const int usual[PHASES] = {12, 18, 40, 6, 9, 80};

static void operate(struct house *h, const char *id, int from, const int took[PHASES])
{
	static const enum milestone ends[PHASES] = {MILESTONE_ANAES_READY, MILESTONE_INCISION,
		MILESTONE_CLOSING, MILESTONE_PROCEDURE_END, MILESTONE_OUT_ROOM, MILESTONE_PACU_OUT};
	int at = from;
	hear(h, case_fact(id, id, "or-1", from, from + 90, from - 30));
	tell(h, id, MILESTONE_IN_ROOM, at);
	for (int i = 0; i < PHASES; i++) {
		at += took[i];
		tell(h, id, ends[i], at);
		if (ends[i] == MILESTONE_OUT_ROOM)
			tell(h, id, MILESTONE_PACU_IN, at);
	}
	look_at(h, at + 10);
}

static const struct stage_slot *slot(const struct house *h, const char *stage)
{
	const struct stage_model *m = &h->learning->now.stages;
	int i = stage_find(m, stage, SETTING_UNKNOWN);
	return i >= 0 ? &m->slots[i] : NULL;
}

static double seen_of(const struct house *h, const char *stage)
{
	const struct stage_slot *s = slot(h, stage);
	return s != NULL ? s->seen : 0;
}

static void seen_is(const struct house *h, const char *stage, double want)
{
	if (fabs(seen_of(h, stage) - want) > 0)
		fail_msg("%s: %g instead of %g", stage, seen_of(h, stage), want);
}

/* Each step from its own beginning to its own end: the same as the model told by
 * hand. Of the surgeon's part, what the others leave of the case, its spread: 40
 * minutes in sigmas of it, beside ten of one sigma. */
static void learns_what_the_model_would(void **state)
{
	static const struct {
		const char *stage;
		int phase;
	} steps[] = {{"induction", 0}, {"preparation", 1}, {"closing", 3}, {"emergence", 4},
		{"recovery", 5}};
	static struct stage_model by_hand;
	struct house h = house();
	const struct pathway *way = pathway_of(&site, SETTING_UNKNOWN);
	(void)state;
	memset(&by_hand, 0, sizeof by_hand);
	operate(&h, "c", 0, usual);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		const struct stage_facts facts =
			stage_facts_of(h.twin, &h.twin->cases[0], AT(0), 0);
		struct stage_case of;
		int k = 0;
		while (strcmp(way->steps[k].stage, steps[i].stage) != 0)
			k++;
		assert_true(stage_case_of(way, k, &facts, &of));
		int s = stage_add(&by_hand, steps[i].stage, SETTING_UNKNOWN);
		stage_learn(&by_hand, s, &of, usual[steps[i].phase]);
		seen_is(&h, steps[i].stage, 1);
		assert_memory_equal(
			&by_hand.slots[s], slot(&h, steps[i].stage), sizeof by_hand.slots[s]);
	}
	struct stage_room room;
	const struct stage_facts facts = stage_facts_of(h.twin, &h.twin->cases[0], AT(0), 0);
	struct duration_law whole;
	assert_int_equal(h.learning->now.stages.stages, 6);
	/* As it was when the surgery was over: induction and preparation were known. */
	struct stage_model then = {.slot_count = 0};
	then = by_hand;
	for (int s = 2; s < 5; s++)
		then.slots[s].heard = false;
	whole = (struct duration_law){.mu = log(90), .sigma = 0.35};
	stage_room(&then, way, &facts, &whole, &room);
	assert_true(room.part.part);
	double z = (log(40) - (double)room.part.site_mu) / (double)room.part.site_sigma;
	const struct duration_noise *noise = &slot(&h, "surgery")->noise;
	assert_true(slot(&h, "surgery")->part);
	if (fabs(noise->sum / noise->count - (10 + z * z) / 11) > 0.02)
		fail_msg("%g instead of %g", noise->sum / noise->count, (10 + z * z) / 11);
	demolish(&h);
}

/* A step is learnt ten minutes after its end, while the case goes on. */
static void waits_until_all_have_spoken(void **state)
{
	struct house h = house();
	(void)state;
	hear(&h, case_fact("c", "c", "or-1", 0, 90, -30));
	tell(&h, "c", MILESTONE_IN_ROOM, 0);
	tell(&h, "c", MILESTONE_ANAES_READY, 14);
	look_at(&h, 23);
	seen_is(&h, "induction", 0);
	look_at(&h, 24);
	seen_is(&h, "induction", 1);
	look_at(&h, 40);
	seen_is(&h, "induction", 1);
	demolish(&h);
}

/* A bound, a dispute, no time at all, a case that was called off: nothing. */
static void learns_from_exact_times_only(void **state)
{
	struct house h = house();
	struct fact f;
	(void)state;
	hear(&h, case_fact("c", "c", "or-1", 0, 90, -30));
	tell(&h, "c", MILESTONE_IN_ROOM, 0);
	f = milestone_fact("c", SOURCE_FHIR, MILESTONE_ANAES_READY, 14);
	f.milestone.at_most = true;
	hear(&h, f);
	tell(&h, "c", MILESTONE_INCISION, 30);
	tell(&h, "c", MILESTONE_CLOSING, 70);
	hear(&h, milestone_fact("c", SOURCE_RADIO, MILESTONE_CLOSING, 75));
	tell(&h, "c", MILESTONE_PROCEDURE_END, 78);
	tell(&h, "c", MILESTONE_OUT_ROOM, 78);
	look_at(&h, 100);
	seen_is(&h, "induction", 0);   /* its end is a bound */
	seen_is(&h, "preparation", 0); /* ... from which this one began */
	seen_is(&h, "closing", 0);     /* disputed */
	seen_is(&h, "emergence", 0);   /* no minutes */
	demolish(&h);
}

/* Who waits in the room for a bay does not wake up more slowly: with both bays
 * taken until the minute of the exit, the emergence tells nothing. */
static void full_pacu_teaches_nothing(void **state)
{
	struct house h = house();
	(void)state;
	/* a leaves its bay at 175, b stays, c is held until 175. */
	hear(&h, case_fact("a", "a", "or-1", -200, -100, -300));
	hear(&h, case_fact("b", "b", "or-2", -100, 0, -300));
	hear(&h, case_fact("c", "c", "or-1", 60, 150, -300));
	tell(&h, "a", MILESTONE_IN_ROOM, -200);
	tell(&h, "b", MILESTONE_IN_ROOM, -100);
	tell(&h, "a", MILESTONE_PROCEDURE_END, -130);
	tell(&h, "a", MILESTONE_OUT_ROOM, -120);
	tell(&h, "a", MILESTONE_PACU_IN, -120);
	tell(&h, "b", MILESTONE_PROCEDURE_END, -20);
	tell(&h, "b", MILESTONE_OUT_ROOM, -12);
	tell(&h, "b", MILESTONE_PACU_IN, -12);
	tell(&h, "c", MILESTONE_IN_ROOM, 60);
	tell(&h, "c", MILESTONE_PROCEDURE_END, 140);
	tell(&h, "a", MILESTONE_PACU_OUT, 175);
	tell(&h, "c", MILESTONE_OUT_ROOM, 175);
	tell(&h, "c", MILESTONE_PACU_IN, 175);
	look_at(&h, 200);
	seen_is(&h, "emergence", 2); /* a and b */
	demolish(&h);
}

/* From one exit to the room being ready for the next, when the next was due. */
static void turnover_when_the_next_was_due(void **state)
{
	static const struct {
		const char *id;
		int planned, ready, in, out;
	} list[] = {
		{"a", 0, -5, 0, 60}, {"b", 70, 85, 90, 150}, /* 25 minutes, and late */
		{"c", 240, 200, 240, 300}, /* not due: who knows when it was ready */
		{"d", 310, 420, 425, 480}, /* two hours: nobody was there to do it */
	};
	struct house h = house();
	(void)state;
	for (int i = 0; i < 4; i++) {
		hear(&h, case_fact(list[i].id, list[i].id, "or-1", list[i].planned,
				 list[i].planned + 60, -60));
		tell(&h, list[i].id, MILESTONE_ROOM_READY, list[i].ready);
		tell(&h, list[i].id, MILESTONE_IN_ROOM, list[i].in);
		tell(&h, list[i].id, MILESTONE_OUT_ROOM, list[i].out);
		look_at(&h, list[i].out + 10);
	}
	seen_is(&h, STAGE_TURNOVER, 1);
	struct stage_case of;
	assert_true(stage_turnover_of(pathway_of(&site, SETTING_UNKNOWN), &of));
	double want = (double)of.site_mu + (log(25) - (double)of.site_mu) / 11;
	assert_true(fabs(slot(&h, STAGE_TURNOVER)->mean - want) < 1e-6);
	demolish(&h);
}

/* A step that takes the room begins when the patient is there, the room is ready
 * and the hour has come, whichever is last: 6, 7 and 8 minutes, and at once. */
static void entry_begins_with_the_last_of_three(void **state)
{
	static const struct {
		const char *id;
		int planned, holding, ready, in;
	} list[] = {
		{"late patient", 0, 4, -10, 10},
		{"late room", 200, 180, 210, 217},
		{"by the hour", 400, 350, 380, 403}, /* from 5 minutes before it */
		{"at once", 600, 610, 590, 610},
	};
	static struct pathway own;
	static struct site suite;
	struct house h = house();
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, AT(-119));
	(void)state;
	own = way_with_entry();
	own.steps[1].gate_min = -5;
	suite = site;
	suite.pathways = &own;
	suite.pathway_count = 1;
	f.site.site = &suite;
	hear(&h, f);
	struct stage_model by_hand = {.slot_count = 0};
	int slot_by_hand = stage_add(&by_hand, "entry", SETTING_UNKNOWN);
	static const double took[] = {6, 7, 8, 0.5};
	for (int i = 0; i < 4; i++) {
		struct stage_case of;
		hear(&h, case_fact(list[i].id, list[i].id, "or-1", list[i].planned,
				 list[i].planned + 60, list[i].planned - 100));
		tell(&h, list[i].id, MILESTONE_IN_HOLDING, list[i].holding);
		tell(&h, list[i].id, MILESTONE_ROOM_READY, list[i].ready);
		tell(&h, list[i].id, MILESTONE_IN_ROOM, list[i].in);
		look_at(&h, list[i].in + 10);
		assert_true(stage_case_of(&own, 1, NULL, &of));
		stage_learn(&by_hand, slot_by_hand, &of, took[i]);
		seen_is(&h, "entry", i + 1);
		assert_true(fabs(slot(&h, "entry")->mean - by_hand.slots[0].mean) < 1e-9);
	}
	demolish(&h);
}

static struct fact use_fact(const char *id, bool use, int at)
{
	struct fact f = fact_make(FACT_LEARN, SOURCE_PERSON, AT(at));
	FILL(f.learn.id, id);
	f.learn.use = use;
	return f;
}

/* To the bit, but for the surgeon's part: how far it was from what was expected of
 * it then is a fact that stays, as the score does. */
static void same(const struct house *a, const struct house *b)
{
	const struct stage_model *x = &a->learning->now.stages, *y = &b->learning->now.stages;
	assert_int_equal(x->slot_count, y->slot_count);
	assert_int_equal(x->stages, y->stages);
	for (int i = 0; i < x->slot_count; i++) {
		assert_int_equal(x->slots[i].part, y->slots[i].part);
		assert_true(fabs(x->slots[i].seen - y->slots[i].seen) < 0.5);
		if (!x->slots[i].part)
			assert_memory_equal(&x->slots[i], &y->slots[i], sizeof x->slots[i]);
	}
	assert_memory_equal(x->nodes, y->nodes, sizeof x->nodes);
}

/* Taken out: as if the case had never been. Put back: as before. A time that is
 * corrected: as if it had been so from the start. */
static void forgets_and_corrects(void **state)
{
	static const int slow[PHASES] = {40, 18, 40, 6, 9, 80},
			 odd[PHASES] = {12, 18, 40, 6, 9, 300};
	struct house all = house(), without = house(), corrected = house();
	static struct stage_model before;
	struct fact f;
	(void)state;
	operate(&all, "a", 0, usual);
	operate(&all, "b", 400, odd);
	operate(&all, "c", 900, slow);
	before = all.learning->now.stages;
	operate(&without, "a", 0, usual);
	operate(&without, "c", 900, slow);
	operate(&corrected, "a", 0, usual);
	operate(&corrected, "b", 400, usual);
	operate(&corrected, "c", 900, slow);
	hear(&all, use_fact("b", false, 1200));
	same(&all, &without);
	hear(&all, use_fact("b", true, 1201));
	assert_memory_equal(&all.learning->now.stages, &before, sizeof before);
	f = milestone_fact("b", SOURCE_FHIR, MILESTONE_PACU_OUT, 1210);
	f.milestone.when_ms = AT(400 + 165);
	hear(&all, f);
	look_at(&all, 1212);
	same(&all, &corrected);
	f.milestone.withdrawn = true;
	f.at_ms = AT(1213);
	hear(&all, f);
	look_at(&all, 1215);
	seen_is(&all, "recovery", 2);
	seen_is(&all, "induction", 3);
	demolish(&all);
	demolish(&without);
	demolish(&corrected);
}

/* More stages than are kept: what the old ones taught stays, and a case that is
 * kept can still be taken out and put back. */
static void keeps_what_old_stages_taught(void **state)
{
	struct house h = house();
	static struct stage_model before;
	char id[16];
	int cases = LEARNING_STAGES / 5 + 40;
	(void)state;
	for (int i = 0; i < cases; i++) {
		int took[PHASES];
		memcpy(took, usual, sizeof took);
		took[5] += i % 31;
		snprintf(id, sizeof id, "c%d", i);
		operate(&h, id, i * 300, took);
	}
	seen_is(&h, "recovery", cases);
	before = h.learning->now.stages;
	hear(&h, use_fact(id, false, 300 * (cases + 1)));
	seen_is(&h, "recovery", cases - 1);
	seen_is(&h, "emergence", cases - 1);
	hear(&h, use_fact(id, true, 300 * (cases + 1)));
	assert_memory_equal(&h.learning->now.stages, &before, sizeof before);
	hear(&h, use_fact("c0", false, 300 * (cases + 2)));
	seen_is(&h, "recovery", cases); /* too old */
	demolish(&h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(learns_what_the_model_would),
		cmocka_unit_test(waits_until_all_have_spoken),
		cmocka_unit_test(learns_from_exact_times_only),
		cmocka_unit_test(full_pacu_teaches_nothing),
		cmocka_unit_test(turnover_when_the_next_was_due),
		cmocka_unit_test(entry_begins_with_the_last_of_three),
		cmocka_unit_test(forgets_and_corrects),
		cmocka_unit_test(keeps_what_old_stages_taught),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
