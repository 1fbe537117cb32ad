/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/repair_slots.h"
#include "twin/random.h"
#include "twin/slots.h"

enum { ROUNDS = 20000 };

static struct slots_case a_case(int ready, int lasts, int surgeon, int stay, int weight)
{
	return (struct slots_case){.ready = ready,
		.lasts = lasts,
		.surgeon = surgeon,
		.rooms = 1,
		.stay = stay,
		.weight = weight,
		.put_off = 1000};
}

static struct slots_day one_room(void)
{
	return (struct slots_day){
		.room_count = 1, .beds = 1, .turnover = 1, .end = 8, .horizon = 16};
}

/* By hand: 2 and 3 slots, both ready at 0. The heavier first: 0-2, then 3-6 after a
 * slot of turnover: it waits 3 slots at weight 1. The other way: 0-3, 4-6: 4 x 5. */
static void the_heavier_goes_first(void **state)
{
	struct slots_day d = one_room();
	struct slots_plan p;
	(void)state;
	d.cases[0] = a_case(0, 3, 0, 0, 1);
	d.cases[1] = a_case(0, 2, 1, 0, 5);
	d.case_count = 2;
	slots_search(&d, 1, ROUNDS, &p);
	assert_int_equal(p.start[1], 0);
	assert_int_equal(p.start[0], 3);
	assert_int_equal(p.cost, 3);
	slots_first_fit(&d, &p);
	assert_int_equal(p.cost, 20);
	slots_shortest_first(&d, &p);
	assert_int_equal(p.cost, 3);
}

/* By hand: one bed. The first leaves at 2 and lies until 6; the second, 2 slots long,
 * cannot leave before 6: it enters at 4, though room and surgeon are free at 3. */
static void nobody_waits_in_the_room_for_a_bed(void **state)
{
	struct slots_day d = one_room();
	struct slots_plan p;
	(void)state;
	d.cases[0] = a_case(0, 2, 0, 4, 9);
	d.cases[1] = a_case(0, 2, 1, 4, 1);
	d.case_count = 2;
	slots_search(&d, 1, ROUNDS, &p);
	assert_int_equal(p.start[0], 0);
	assert_int_equal(p.start[1], 4);
	assert_int_equal(p.cost, 4);
	p.start[1] = 3;
	assert_int_equal(slots_judge(&d, &p), -1);
}

/* By hand: six slots after a turnover end at 11, three past the session: 30, and it
 * waits 5. Put off it costs 34. */
static void what_costs_less_than_its_overtime_is_put_off(void **state)
{
	struct slots_day d = one_room();
	struct slots_plan p;
	(void)state;
	d.cases[0] = a_case(0, 4, 0, 0, 9);
	d.cases[1] = a_case(0, 6, 1, 0, 1);
	d.cases[1].put_off = 34;
	d.case_count = 2;
	slots_search(&d, 1, ROUNDS, &p);
	assert_int_equal(p.room[1], -1);
	assert_int_equal(p.cost, 34);
	d.cases[1].put_off = 36;
	slots_search(&d, 1, ROUNDS, &p);
	assert_int_equal(p.overtime, 3);
	assert_int_equal(p.waiting, 5);
	assert_int_equal(p.cost, 35);
}

static void the_judge_knows_each_rule(void **state)
{
	struct slots_day d = one_room();
	struct slots_plan good = {.room = {0, 1}, .start = {2, 5}}, p;
	(void)state;
	d.room_count = 2;
	d.beds = 2;
	d.cases[0] = a_case(2, 3, 0, 1, 1);
	d.cases[1] = a_case(0, 2, 0, 1, 1);
	d.cases[1].rooms = 3;
	d.case_count = 2;
	assert_int_equal(slots_judge(&d, &good), 5);
	p = good;
	p.start[0] = 1; /* not ready */
	assert_int_equal(slots_judge(&d, &p), -1);
	p = good;
	p.room[0] = 1; /* not a room of its */
	assert_int_equal(slots_judge(&d, &p), -1);
	p = good;
	p.start[1] = 4; /* the surgeon is in the other room */
	assert_int_equal(slots_judge(&d, &p), -1);
	p = good;
	p.room[1] = 0; /* no turnover */
	assert_int_equal(slots_judge(&d, &p), -1);
	p = good;
	p.start[1] = 15; /* after the horizon */
	assert_int_equal(slots_judge(&d, &p), -1);
	d.free[1] = 6; /* the room is not free */
	assert_int_equal(slots_judge(&d, &good), -1);
}

/* ---- against all plans there are ---- */

static int draw(uint32_t seed, uint32_t who, uint32_t what, int n)
{
	return (int)(random_uniform(seed, 0, who, what) * n);
}

static struct slots_day small_day(uint32_t seed)
{
	struct slots_day d = {.room_count = 2,
		.beds = 1 + draw(seed, 90, 0, 2),
		.turnover = 1,
		.end = 5,
		.horizon = 9,
		.case_count = 4};
	d.free[1] = draw(seed, 91, 0, 3);
	for (uint32_t i = 0; i < 4; i++)
		d.cases[i] = (struct slots_case){.ready = draw(seed, i, 0, 4),
			.lasts = 1 + draw(seed, i, 1, 3),
			.surgeon = draw(seed, i, 2, 3),
			.rooms = 1u + (uint32_t)draw(seed, i, 3, 3),
			.stay = draw(seed, i, 4, 4),
			.weight = 1 + draw(seed, i, 5, 4),
			.put_off = 10 + draw(seed, i, 6, 40)};
	return d;
}

static void try_all(const struct slots_day *d, struct slots_plan *p, int i, int *best)
{
	if (i == d->case_count) {
		int cost = slots_judge(d, p);
		if (cost >= 0 && cost < *best)
			*best = cost;
		return;
	}
	p->room[i] = -1;
	try_all(d, p, i + 1, best);
	for (p->room[i] = 0; p->room[i] < d->room_count; p->room[i]++)
		for (p->start[i] = 0; p->start[i] < d->horizon; p->start[i]++)
			try_all(d, p, i + 1, best);
}

static void it_finds_the_best_of_all_plans(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 40; seed++) {
		struct slots_day d = small_day(seed);
		struct slots_plan p, q = {0};
		int best = INT32_MAX;
		try_all(&d, &q, 0, &best);
		slots_search(&d, seed, ROUNDS, &p);
		assert_int_equal(p.cost, best);
		assert_int_equal(slots_judge(&d, &p), p.cost);
	}
}

static struct slots_day larger_day(uint32_t seed)
{
	struct slots_day d = {.room_count = 4,
		.beds = 5,
		.turnover = 1,
		.end = 24,
		.horizon = 40,
		.case_count = 20};
	for (uint32_t i = 0; i < 20; i++)
		d.cases[i] = (struct slots_case){.ready = draw(seed, i, 0, 16),
			.lasts = 2 + draw(seed, i, 1, 8),
			.surgeon = draw(seed, i, 2, 8),
			.rooms = 1u + (uint32_t)draw(seed, i, 3, 15),
			.stay = 4 + draw(seed, i, 4, 6),
			.weight = 1 + draw(seed, i, 5, 5),
			.put_off = 100 + draw(seed, i, 6, 100)};
	return d;
}

static void the_same_seed_gives_the_same_plan(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 5; seed++) {
		struct slots_day d = larger_day(seed);
		struct slots_plan p, q, first;
		memset(&p, 0, sizeof p);
		memset(&q, 0, sizeof q);
		slots_search(&d, 7, ROUNDS, &p);
		slots_search(&d, 7, ROUNDS, &q);
		assert_memory_equal(&p, &q, sizeof p);
		assert_int_equal(slots_judge(&d, &p), p.cost);
		slots_first_fit(&d, &first);
		assert_int_equal(slots_judge(&d, &first), first.cost);
		assert_true(p.cost <= first.cost);
	}
}

/* ---- the file ---- */

static int read_text(const char *text, struct slots_day *day, struct error *err)
{
	char path[] = "/tmp/vigie-slots.XXXXXX";
	struct slots_names names;
	int fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	err->text[0] = '\0';
	int rc = slots_read(path, day, &names, err);
	unlink(path);
	return rc;
}

static void a_file_is_read_or_says_why_not(void **state)
{
#define HEAD  "{\"format\":\"vigie.slots/1\",\"end\":24,\"horizon\":40,\"beds\":2,"
#define ROOMS "\"rooms\":[{\"id\":\"or-1\"},{\"id\":\"or-2\",\"free\":3}],"
	static const struct {
		const char *text, *says;
	} bad[] = {{"", "no JSON"}, {"{}", "format"}, {HEAD "\"rooms\":[]}", "rooms"},
		{HEAD ROOMS "\"cases\":[{\"id\":\"a\",\"put_off\":9}]}", "cases[0].lasts"},
		{HEAD ROOMS "\"cases\":[{\"id\":\"a\",\"lasts\":2.5,\"put_off\":9}]}",
			"cases[0].lasts"},
		{HEAD ROOMS "\"cases\":[{\"id\":\"a\",\"lasts\":0,\"put_off\":9}]}", "a slot"},
		{HEAD ROOMS "\"cases\":[{\"id\":\"a\",\"lasts\":2,\"put_off\":9,\"rooms\":[\"or-"
			    "9\"]}]}",
			"no such room"},
		{HEAD "\"rooms\":[{\"id\":\"or-1\"},{\"id\":\"or-1\"}],\"cases\":[]}", "two rooms"},
		{"{\"format\":\"vigie.slots/1\",\"end\":24,\"horizon\":65,\"beds\":2}", "horizon"}};
	struct slots_day d;
	struct error err;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_true(read_text(bad[i].text, &d, &err) < 0);
		if (strstr(err.text, bad[i].says) == NULL)
			fail_msg("%s: %s", bad[i].text, err.text);
	}
	assert_int_equal(
		read_text(HEAD ROOMS "\"cases\":[{\"id\":\"a\",\"lasts\":2,\"put_off\":9},"
				     "{\"id\":\"b\",\"lasts\":3,\"put_off\":8,\"surgeon\":\"s\","
				     "\"rooms\":[\"or-2\"],\"ready\":5,\"stay\":4,\"weight\":7},"
				     "{\"id\":\"c\",\"lasts\":3,\"put_off\":8,\"surgeon\":\"s\"}]}",
			&d, &err),
		0);
	assert_int_equal(d.free[1], 3);
	assert_int_equal(d.cases[0].rooms, 3);
	assert_int_equal(d.cases[1].rooms, 2);
	assert_int_equal(d.cases[1].surgeon, d.cases[2].surgeon);
	assert_int_not_equal(d.cases[0].surgeon, d.cases[2].surgeon);
	assert_int_equal(d.cases[1].ready, 5);
	assert_int_equal(d.cases[1].stay, 4);
	assert_int_equal(d.cases[1].weight, 7);
	assert_int_equal(d.turnover, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_heavier_goes_first),
		cmocka_unit_test(nobody_waits_in_the_room_for_a_bed),
		cmocka_unit_test(what_costs_less_than_its_overtime_is_put_off),
		cmocka_unit_test(the_judge_knows_each_rule),
		cmocka_unit_test(it_finds_the_best_of_all_plans),
		cmocka_unit_test(the_same_seed_gives_the_same_plan),
		cmocka_unit_test(a_file_is_read_or_says_why_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
