/* SPDX-License-Identifier: Apache-2.0 */
/* The properties everything else stands on, over random days: a replay, a fork
 * and time cut into pieces give the same twin, and the digest sees every fact. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "tests/unit/twin_world.h"

/* Random facts over the small suite: unknown ids, wrong orders, going back in
 * time and nonsense values are all among them. splitmix64 (Steele 2014). */
static uint64_t mix(uint64_t *seed)
{
	uint64_t z = *seed += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static int pick(uint64_t *seed, int n)
{
	return (int)(mix(seed) % (uint64_t)n);
}

static const char *const cases[] = {"c1", "c2", "c3", "c4", "c5", ""};
static const char *const patients[] = {"p1", "p2", "p3", "p4", ""};
static const char *const all_tags[] = {
	BRACELET_1, BRACELET_2, BUTTON, FRIDGE, SENSOR, PUMP, "AC00000000EE"};
static const char *const room_ids[] = {
	"or-1", "L1", "or-2", "pacu", "holding", "corridor", "ward", "elsewhere", ""};
static const char *const macs[] = {GW_OR1, GW_PACU_1, GW_PACU_2, "AC00000000EE"};

/* Facts of the hospital: cases, patients, places. */
static void random_programme(struct fact *f, uint64_t *seed, const char *room)
{
	const char *id = cases[pick(seed, 6)], *patient = patients[pick(seed, 5)];
	const char *tag = all_tags[pick(seed, 7)];

	switch (f->kind) {
	case FACT_CASE:
		*f = case_fact(id, patient, room, pick(seed, 400), pick(seed, 500), 0);
		f->surgery.status = (enum case_status)pick(seed, CASE_STATUS_COUNT);
		break;
	case FACT_PATIENT:
		FILL(f->patient.id, patient);
		f->patient.bmi = pick(seed, 400) / 9.0;
		break;
	case FACT_HISTORY:
		FILL(f->history.id, patient);
		f->history.admitted_ms = pick(seed, 2) ? AT(-pick(seed, 9000)) : 0;
		f->history.acute = pick(seed, 3) - 1;
		f->history.charlson = pick(seed, 8) - 1;
		break;
	case FACT_TAG:
		FILL(f->tag.tag, tag);
		FILL(f->tag.patient, patient);
		break;
	case FACT_MILESTONE:
		FILL(f->milestone.id, id);
		f->milestone.milestone = (enum milestone)pick(seed, MILESTONE_COUNT);
		f->milestone.when_ms = pick(seed, 3) ? AT(pick(seed, 600)) : 0;
		f->milestone.withdrawn = !pick(seed, 8);
		f->milestone.at_most = !pick(seed, 8);
		break;
	case FACT_READINESS:
		FILL(f->readiness.id, id);
		f->readiness.item = (enum readiness)pick(seed, READY_COUNT);
		f->readiness.value = pick(seed, 3) - 1;
		break;
	case FACT_INTAKE:
		FILL(f->intake.id, id);
		f->intake.intake = (enum intake)pick(seed, INTAKE_COUNT);
		f->intake.when_ms = pick(seed, 3) ? AT(pick(seed, 500) - 400) : 0;
		break;
	case FACT_STATUS:
		FILL(f->status.id, id);
		f->status.status = (enum case_status)pick(seed, CASE_STATUS_COUNT);
		break;
	case FACT_NEST:
		FILL(f->nest.id, id);
		f->nest.class = pick(seed, 9) - 1;
		break;
	case FACT_LOCK:
		FILL(f->lock.id, id);
		f->lock.locked = pick(seed, 2);
		break;
	case FACT_PLACE:
		FILL(f->place.patient, patient);
		FILL(f->place.id, id);
		FILL(f->place.room, room);
		f->place.start_ms = pick(seed, 2) ? AT(pick(seed, 600)) : 0;
		f->place.end_ms = pick(seed, 4) ? 0 : AT(pick(seed, 600));
		break;
	default:
		break;
	}
}

/* Facts of the senses and of the people on duty. */
static void random_senses(struct fact *f, uint64_t *seed, const char *room)
{
	const char *tag = all_tags[pick(seed, 7)];

	switch (f->kind) {
	case FACT_ROOM:
		FILL(f->room.room, room);
		f->room.service = (enum room_service)pick(seed, SERVICE_COUNT);
		break;
	case FACT_LOCATED:
		FILL(f->located.tag, tag);
		FILL(f->located.room, room);
		f->located.state = (enum located)pick(seed, LOCATED_COUNT);
		f->located.confidence = pick(seed, 100) / 100.0;
		break;
	case FACT_READING:
		FILL(f->reading.tag, tag);
		f->reading.quantity = (enum quantity)pick(seed, QUANTITY_COUNT);
		f->reading.value = pick(seed, 50) ? pick(seed, 400) / 13.0 - 2 : (double)NAN;
		break;
	case FACT_PRESS:
		FILL(f->press.tag, tag);
		break;
	case FACT_GATEWAY:
		FILL(f->gateway.gateway, macs[pick(seed, 4)]);
		f->gateway.silent = pick(seed, 2);
		break;
	case FACT_CONDITION:
		FILL(f->condition.key, pick(seed, 2) ? "broker" : "fhir");
		f->condition.active = pick(seed, 2);
		f->condition.priority = (enum priority)pick(seed, PRIORITY_COUNT);
		break;
	case FACT_ALARM:
		snprintf(f->alarm.key, ID_SIZE, "%s%s", pick(seed, 2) ? "press:" : "cold:", tag);
		f->alarm.act = (enum alarm_act)pick(seed, ALARM_ACT_COUNT);
		f->alarm.covers_ms = AT(pick(seed, 700));
		break;
	case FACT_ESTIMATE:
		FILL(f->estimate.id, cases[pick(seed, 6)]);
		f->estimate.left_min = (double)pick(seed, 120) - 1;
		break;
	case FACT_RESOURCE:
		snprintf(f->resource.id, ID_SIZE, "%s", pick(seed, 2) ? "pacu" : "porter");
		f->resource.units = (int)pick(seed, 9) - 1;
		break;
	case FACT_IDEA:
		snprintf(f->idea.name, ID_SIZE, "idea %d", pick(seed, TWIN_IDEAS + 4));
		f->idea.step = (int)pick(seed, TWIN_IDEA_STEPS + 2) - 1;
		FILL(f->idea.text, pick(seed, 3) ? "no_hold" : "");
		break;
	case FACT_RAISE:
		snprintf(f->raise.key, ID_SIZE, "%s%s", pick(seed, 2) ? "press:" : "cold:", tag);
		f->raise.class_ = (enum alarm_class)pick(seed, ALARM_CLASS_COUNT);
		f->raise.priority = (enum priority)pick(seed, PRIORITY_COUNT);
		f->raise.raised_ms = AT(pick(seed, 700));
		f->raise.cleared_ms = pick(seed, 2) ? AT(pick(seed, 700)) : 0;
		FILL(f->by.station, pick(seed, 2) ? "or-desk-1" : "pacu-desk-1");
		f->by.hlc_ms = AT(pick(seed, 700));
		break;
	case FACT_NOTE:
		snprintf(f->note.id, ID_SIZE, "note %d", pick(seed, 80));
		FILL(f->note.text, pick(seed, 3) ? "the daughter waits" : "");
		break;
	case FACT_STOCK:
		FILL(f->stock.tag, tag);
		break;
	case FACT_STATION:
		FILL(f->station.station, pick(seed, 2) ? "or-desk-2" : "pacu-desk");
		f->station.away_ms = pick(seed, 2) ? f->at_ms : 0;
		break;
	default:
		break;
	}
}

static struct fact random_fact(uint64_t *seed, int64_t *clock)
{
	struct fact f;

	*clock += pick(seed, 2 * MIN);
	f = fact_make((enum fact_kind)pick(seed, FACT_KIND_COUNT),
		(enum source)pick(seed, SOURCE_COUNT), *clock);
	random_programme(&f, seed, room_ids[pick(seed, 9)]);
	random_senses(&f, seed, room_ids[pick(seed, 9)]);
	f.source = (enum source)pick(seed, SOURCE_COUNT);
	f.at_ms = *clock - (pick(seed, 20) ? 0 : pick(seed, 5 * MIN));
	f.source_ms = pick(seed, 2) ? f.at_ms - pick(seed, MIN) : 0;
	snprintf(f.origin, sizeof f.origin, "origin-%d", pick(seed, 9));
	return f;
}

static bool rings(const struct twin *t, const char *prefix, const char *id)
{
	char key[ID_SIZE];
	int i;

	snprintf(key, sizeof key, "%s%s", prefix, id);
	i = twin_alarm(t, key);
	return i >= 0 && t->alarms[i].active;
}

static int strays, shared, doubled; /* seen to ring, over all days */

/* What rings about bracelets is what is so, whatever the order of events. */
static void check_bracelets(const struct twin *t)
{
	for (int i = 0; i < t->patient_count; i++) {
		const char *id = t->patients[i].id;
		bool left = false;

		for (int k = 0; k < t->thing_count; k++)
			left = left
			       || (!t->things[k].patient[0] && t->things[k].known
				       && t->things[k].state != LOCATED_ABSENT
				       && !strcmp(t->things[k].before, id));
		assert_int_equal(rings(t, "bracelets:", id), left && t->patients[i].tag[0]);
		doubled += rings(t, "bracelets:", id);
	}
	for (int i = 0; i < t->thing_count; i++) {
		const struct thing *th = &t->things[i];
		bool both = th->patient[0] && th->before[0];

		assert_int_equal(rings(t, "shared:", th->tag), both);
		if (rings(t, "stray:", th->tag)) {
			assert_true(!th->patient[0] && !th->before[0]);
			assert_int_equal(t->site->tags[th->site_tag].kind, TAG_PATIENT);
			strays++;
		}
		shared += both;
	}
}

static void check_invariants(const struct twin *t)
{
	check_bracelets(t);
	for (int r = 0; r < ROOMS; r++) {
		assert_true(t->rooms[r].current < t->case_count);
		if (t->rooms[r].current >= 0)
			assert_int_equal(t->cases[t->rooms[r].current].room_at, r);
	}
	for (int i = 1; i < t->timer_count; i++)
		assert_true(t->timers[i - 1].due_ms < t->timers[i].due_ms
			    || (t->timers[i - 1].due_ms == t->timers[i].due_ms
				    && t->timers[i - 1].sequence < t->timers[i].sequence));
	for (int i = 0; i < t->timer_count; i++)
		assert_true(t->timers[i].due_ms > t->now_ms);
	for (int i = 0; i < t->patient_count; i++) {
		int thing = twin_worn_by(t, t->patients[i].id);

		if (thing >= 0)
			assert_string_equal(t->things[thing].patient, t->patients[i].id);
	}
}

static void same_digest(const struct twin *a, const struct twin *b)
{
	char x[65], y[65];

	twin_digest(a, x);
	twin_digest(b, y);
	assert_string_equal(x, y);
}

/* What a fork goes through leaves no trace on what it was taken from. */
static void fork_and_wander(
	struct twin *fork, const struct twin *from, uint64_t seed, int64_t clock)
{
	char before[65], after[65], forked[65];

	twin_digest(from, before);
	twin_copy(fork, from);
	same_digest(fork, from);
	for (int k = 0; k < 10; k++) {
		struct fact f = random_fact(&seed, &clock);

		twin_apply(fork, &f, NULL);
	}
	twin_digest(from, after);
	twin_digest(fork, forked);
	assert_string_equal(before, after);
	assert_string_not_equal(before, forked);
}

static void advance_in_steps(struct twin *t, int64_t until, uint64_t seed)
{
	for (int k = 0; k < 3 && until > t->now_ms; k++)
		twin_advance(t, t->now_ms + pick(&seed, (int)(until - t->now_ms) + 1), NULL);
}

/* Three twins live the same day: one plainly, one whose time is cut into small
 * pieces between facts, one that moves house by a copy again and again. */
static void live_three_ways(uint64_t seed, int facts)
{
	struct twin *plain, *cut, *copied = twin_create(), *fork = twin_create();
	int64_t clock = AT(-100);

	start(&plain);
	start(&cut);
	twin_copy(copied, plain);
	for (int i = 1; i <= facts; i++) {
		struct fact f = random_fact(&seed, &clock);

		f.seq = (uint64_t)i + 1;
		twin_apply(plain, &f, NULL);
		advance_in_steps(cut, f.at_ms, seed);
		twin_apply(cut, &f, &heard);
		if (i % 20 == 0) {
			struct twin *old = copied;

			fork_and_wander(fork, copied, seed, clock);
			twin_copy(fork, copied);
			copied = fork;
			fork = old;
		}
		twin_apply(copied, &f, NULL);
		if (i % 20 == 0) {
			same_digest(plain, cut);
			same_digest(plain, copied);
		}
		check_invariants(plain);
	}
	same_digest(plain, cut);
	same_digest(plain, copied);
	assert_true(plain->alarm_count > 5);
	assert_true(plain->flagged > 0 && plain->ignored > 0);
	twin_destroy(plain);
	twin_destroy(cut);
	twin_destroy(copied);
	twin_destroy(fork);
}

static void test_properties_on_random_days(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++)
		live_three_ways(seed * 7919, 800);
	assert_true(strays > 0 && shared > 0 && doubled > 0);
}

static void test_advance_in_pieces(void **state)
{
	(void)state;
	struct twin *a, *b;

	start(&a);
	start(&b);
	for (int i = 0; i < 2; i++) {
		struct twin *t = i ? b : a;

		sequence = 1;
		put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
		put(t, case_fact("c2", "p2", "or-2", 0, 75, -100));
		read_value(t, FRIDGE, QUANTITY_TEMPERATURE, 12, -20);
	}
	/* Due at the same instant: in the order in which they were set. */
	twin_advance(a, AT(-15), &heard);
	assert_int_equal(heard.count, 3);
	assert_string_equal(heard.list[0].key, "absent:c1");
	assert_string_equal(heard.list[1].key, "absent:c2");
	assert_string_equal(heard.list[2].key, "cold:" FRIDGE);
	assert_int_equal(heard.list[2].cause, 0);
	twin_advance(a, AT(60), NULL);
	for (int m = -20; m <= 60; m++)
		twin_advance(b, AT(m), NULL);
	twin_advance(b, AT(10), NULL); /* back: ignored */
	same_digest(a, b);
	assert_int_equal(a->alarm_count, 4); /* and the fridge has said nothing for long */
	assert_true(a->alarms[twin_alarm(a, "cold:" FRIDGE)].unknown);
	assert_int_equal(a->now_ms, AT(60));
	twin_destroy(a);
	twin_destroy(b);
}

static void test_digest_sees_every_fact(void **state)
{
	(void)state;
	struct twin *t;
	char before[65], after[65];
	struct fact f;

	start(&t);
	twin_digest(t, before);
	assert_int_equal(strlen(before), 64);
	put(t, case_fact("c1", "p1", "or-1", 0, 75, -100));
	twin_digest(t, after);
	assert_string_not_equal(before, after);
	read_value(t, SENSOR, QUANTITY_HUMIDITY, 50, -90);
	twin_digest(t, before);
	/* Below 1e-6 a double does not count; above it does. */
	t->readings[0].value += 1e-8;
	twin_digest(t, after);
	assert_string_equal(before, after);
	t->readings[0].value += 1e-5;
	twin_digest(t, after);
	assert_string_not_equal(before, after);
	f = fact_make(FACT_AUDIT, SOURCE_PERSON, AT(-80));
	twin_digest(t, before);
	put(t, f);
	twin_digest(t, after);
	assert_string_not_equal(before, after);
	twin_destroy(t);
}

/* How many bays there are today goes with a copy. */
static void test_a_copy_has_the_resources(void **state)
{
	struct twin *t, *copy = twin_create();
	struct fact f = fact_make(FACT_RESOURCE, SOURCE_PERSON, AT(1));

	(void)state;
	start(&t);
	f.seq = t->seq + 1;
	snprintf(f.resource.id, sizeof f.resource.id, "pacu");
	f.resource.units = 3;
	twin_apply(t, &f, NULL);
	twin_copy(copy, t);
	assert_int_equal(copy->resource_count, 1);
	assert_int_equal(copy->resources[0].units, 3);
	same_digest(copy, t);
	twin_destroy(copy);
	twin_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_properties_on_random_days),
		cmocka_unit_test(test_advance_in_pieces),
		cmocka_unit_test(test_digest_sees_every_fact),
		cmocka_unit_test(test_a_copy_has_the_resources),
	};

	return cmocka_run_group_tests_name("twin_random", tests, NULL, NULL);
}
