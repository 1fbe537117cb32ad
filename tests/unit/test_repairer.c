/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/repairer.h"
#include "tests/unit/repair_world.h"
#include "twin/text.h"

/* The search beside the loop: it answers soon and again, to the newest question only,
 * and is silent when nobody asks any more. */

struct hearing_it {
	struct ev_loop *loop;
	struct repairer *repairer;
	int heard, enough;
	bool late; /* it gave up waiting */
	char about[ID_SIZE];
	bool other; /* an answer to another question came */
};

static void on_ready(void *context)
{
	struct hearing_it *h = context;
	const struct repair_answer *a = repairer_last(h->repairer);
	assert_non_null(a);
	h->other = h->other || strcmp(a->asked.about, h->about) != 0;
	if (++h->heard >= h->enough)
		ev_break(h->loop, EVBREAK_ALL);
}

static void on_late(struct ev_loop *loop, ev_timer *watcher, int events)
{
	struct hearing_it *h = watcher->data;
	(void)events;
	h->late = true;
	ev_break(loop, EVBREAK_ALL);
}

/* Until so many answers have come, or for so long. */
static void wait_for(struct hearing_it *h, int answers, double seconds)
{
	ev_timer timer;
	h->heard = 0;
	h->enough = answers;
	h->late = false;
	ev_timer_init(&timer, on_late, seconds, 0);
	timer.data = h;
	ev_timer_start(h->loop, &timer);
	ev_run(h->loop, 0);
	ev_timer_stop(h->loop, &timer);
}

static void ask(struct hearing_it *h, const char *about, const char *supposed)
{
	struct repair_ask question = {.given.count = 1};
	char why[SCENARIO_TEXT];
	assert_true(scenario_parse(supposed, &question.given.list[0], why));
	text_copy(question.about, sizeof question.about, about);
	text_copy(h->about, sizeof h->about, about);
	repairer_ask(h->repairer, world.twin, NULL, &question);
}

static void begin(struct hearing_it *h)
{
	memset(h, 0, sizeof *h);
	h->loop = ev_loop_new(EVFLAG_AUTO);
	h->repairer = repairer_create(h->loop, 1, on_ready, h);
	assert_non_null(h->repairer);
}

static void end(struct hearing_it *h)
{
	repairer_destroy(h->repairer);
	ev_loop_destroy(h->loop);
}

static void it_answers_soon_and_again(void **state)
{
	(void)state;
	struct hearing_it h;
	begin(&h);
	assert_null(repairer_last(h.repairer));
	ask(&h, "or-3", "overrun:case=case-or3-3,min=120");
	wait_for(&h, 2, 120);
	assert_false(h.late);
	assert_false(h.other);
	assert_int_equal(repairer_last(h.repairer)->seq, world.twin->seq);
	assert_true(repairer_last(h.repairer)->days > 0);
	end(&h);
}

static void only_the_newest_question_is_answered(void **state)
{
	(void)state;
	struct hearing_it h;
	begin(&h);
	for (int i = 0; i < 5; i++)
		ask(&h, i % 2 == 0 ? "or-5" : "or-6", "beds:of=pacu,change=-4");
	wait_for(&h, 1, 120);
	assert_false(h.late);
	ask(&h, "or-6", "beds:of=pacu,change=-4");
	wait_for(&h, 1, 120);
	assert_false(h.late);
	assert_false(h.other);
	end(&h);
}

/* What is under way when it is told to stop is not told; it can be asked again. */
static void it_stops(void **state)
{
	(void)state;
	struct hearing_it h;
	begin(&h);
	ask(&h, "or-3", "overrun:case=case-or3-3,min=120");
	repairer_stop(h.repairer);
	wait_for(&h, 1, 1);
	assert_true(h.late);
	ask(&h, "or-4", "beds:of=pacu,change=-4");
	wait_for(&h, 1, 120);
	assert_false(h.late);
	repairer_stop(h.repairer);
	wait_for(&h, 1, 1);
	assert_true(h.late);
	assert_string_equal(repairer_last(h.repairer)->asked.about, "or-4");
	end(&h);
}

/* Nobody waits for a search that is no longer wanted. */
static void it_ends_in_the_middle(void **state)
{
	(void)state;
	struct hearing_it h;
	for (int i = 0; i < 3; i++) {
		begin(&h);
		if (i > 0)
			ask(&h, "", "beds:of=pacu,change=-4");
		if (i > 1)
			wait_for(&h, 1, 120);
		end(&h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_answers_soon_and_again),
		cmocka_unit_test(only_the_newest_question_is_answered),
		cmocka_unit_test(it_stops),
		cmocka_unit_test(it_ends_in_the_middle),
	};
	return cmocka_run_group_tests(tests, open_world, close_world);
}
