/* SPDX-License-Identifier: Apache-2.0 */
/* The text of the alarm state table, written down once more, naively: it lives the same
 * random lives. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/alarm_rows.h"

enum cond { NORMAL, ACTIVE };

struct model {
	enum cond cond;
	int acked, latched, ever, unknown, level, count, flaps;
	int64_t raise, ack, shelf;
	int high, now, seen, shelf_high, one_shot, shelf_dead;
	unsigned design;
	int service;
};

static const char *model_base(const struct model *m)
{
	if (m->cond == ACTIVE)
		return m->acked ? "C" : "B";
	if (m->latched)
		return m->acked ? "LA" : "LU";
	return m->acked || !m->ever ? "A" : "D";
}

static const char *model_shown(const struct model *m, int64_t now, int may_shelve)
{
	const char *base = model_base(m);

	if (!may_shelve && m->high == PRIORITY_HIGH && strcmp(base, "A"))
		return base;
	if (m->service)
		return "G";
	if (m->design)
		return "F";
	if (now < m->shelf && m->high <= m->shelf_high && !m->shelf_dead)
		return "E";
	return base;
}

static void model_new(struct model *m, int64_t now, int priority, int latch)
{
	int64_t known = m->raise > m->ack ? m->raise : m->ack;

	m->raise = now > known ? now : known + 1;
	m->cond = ACTIVE;
	m->acked = 0;
	m->latched = latch;
	m->ever = 1;
	m->level = 0;
	m->count = 1;
	m->high = m->now = priority;
	m->seen = 0;
}

/* One event, as the text has it; `p` is a priority, `covers` a time. */
static void model_event(struct model *m, const struct alarm_setting *is, enum alarm_event e,
	int64_t now, int p, int64_t covers, int one_shot, unsigned rule)
{
	const char *base = model_base(m);
	int latch = is->latching;

	switch (e) {
	case ALARM_EVENT_RAISE:
		if (!strcmp(base, "B")) {
			m->count++;
		} else if (strcmp(base, "C")) {
			int flaps = m->flaps + !strcmp(base, "D");

			model_new(m, now, p, latch);
			m->flaps = flaps;
		}
		break;
	case ALARM_EVENT_CLEAR:
		if (m->cond == ACTIVE && !m->unknown) {
			m->cond = NORMAL;
			if (is->passes && !m->latched)
				m->acked = 1;
			m->shelf_dead = m->shelf_dead || m->one_shot;
		}
		break;
	case ALARM_EVENT_WORSE:
		if (!strcmp(base, "B") && p > m->high) {
			m->high = m->now = p;
			m->level = 0;
		} else if (!strcmp(base, "C") && p > m->seen) {
			model_new(m, now, p, latch);
		}
		break;
	case ALARM_EVENT_BETTER:
		if (!strcmp(base, "B") && p < m->now)
			m->now = p;
		break;
	case ALARM_EVENT_ACK:
		if (!m->acked && m->ever && covers >= m->raise && p >= m->high) {
			m->acked = 1;
			m->seen = p;
			m->high = m->now;
			if (covers > m->ack)
				m->ack = covers;
		}
		break;
	case ALARM_EVENT_ACK_TIMEOUT:
		if (!strcmp(base, "C") && is->ack_timeout_min > 0)
			model_new(m, now, m->now, latch);
		break;
	case ALARM_EVENT_UNACK:
		if (!strcmp(base, "C"))
			model_new(m, now, m->now, latch);
		break;
	case ALARM_EVENT_RESET:
		if (!strcmp(base, "LA") && covers >= m->raise) {
			m->latched = 0;
			if (covers > m->ack)
				m->ack = covers;
		}
		break;
	case ALARM_EVENT_ESCALATE:
		if ((!strcmp(base, "B") || !strcmp(base, "LU")) && m->level < is->step_count)
			m->level++;
		break;
	case ALARM_EVENT_STALE:
		m->unknown = 1;
		break;
	case ALARM_EVENT_FRESH:
		m->unknown = 0;
		break;
	case ALARM_EVENT_SHELVE:
		if (is->shelf_max_min > 0) {
			m->shelf = now + 30 * MIN;
			m->shelf_high = p;
			m->one_shot = one_shot;
			m->shelf_dead = 0;
		}
		break;
	case ALARM_EVENT_UNSHELVE:
		m->shelf = 0;
		break;
	case ALARM_EVENT_SHELF_OVER:
		if (now >= m->shelf)
			m->shelf = 0;
		break;
	case ALARM_EVENT_SUPPRESS:
		m->design |= rule;
		break;
	case ALARM_EVENT_RELEASE:
		m->design &= ~rule;
		break;
	case ALARM_EVENT_OUT_OF_SERVICE:
		m->service = 1;
		break;
	case ALARM_EVENT_RETURN:
		if (m->service && !strcmp(base, "C"))
			model_new(m, now, m->now, latch);
		m->service = 0;
		break;
	default:
		break;
	}
}

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static void live(uint64_t seed, const struct alarm_setting *is, int steps, int seen[9])
{
	struct alarm a = {.level = 0};
	struct model m = {.cond = NORMAL};
	int64_t now = T0;

	for (int i = 0; i < steps; i++) {
		enum alarm_event e = (enum alarm_event)draw(&seed, ALARM_EVENT_COUNT);
		struct alarm_input in = {.event = e};
		const char *shown;

		/* The clock stands still, creeps, and leaps. */
		now += draw(&seed, 3) ? draw(&seed, 20 * MIN) : draw(&seed, 2);
		in.at_ms = now;
		in.priority = (enum priority)draw(&seed, PRIORITY_COUNT);
		in.covers_ms = a.raised_ms - (draw(&seed, 4) ? 0 : draw(&seed, 30000));
		in.one_shot = draw(&seed, 2);
		in.rule = 1u << draw(&seed, 2);
		alarm_event(&a, is, &in);
		model_event(&m, is, e, now, (int)in.priority, in.covers_ms, in.one_shot, in.rule);
		shown = model_shown(&m, now, is->shelf_max_min > 0);
		assert_string_equal(alarm_state_name(alarm_state(&a)), model_base(&m));
		assert_string_equal(alarm_state_name(alarm_shown(&a, now)), shown);
		assert_int_equal(a.raised_ms, m.raise);
		assert_int_equal(a.unknown, m.unknown);
		assert_int_equal(a.level, m.level);
		assert_int_equal(a.flaps, m.flaps);
		if (m.ever) {
			assert_int_equal(a.priority, m.high);
			assert_int_equal(a.count, m.count);
		}
		seen[alarm_shown(&a, now)]++;
	}
}

static void test_against_a_naive_model(void **state)
{
	static const struct alarm_setting *const settings[] = {&plain, &latching, &passing};
	int seen[ALARM_STATE_COUNT] = {0};

	(void)state;
	for (int i = 0; i < 10000; i++)
		live(0x9e3779b97f4a7c15u * (uint64_t)(i + 1), settings[i % 3], 60, seen);
	for (int s = 0; s < ALARM_STATE_COUNT; s++)
		assert_true(seen[s] > 1000); /* every letter was there, and often */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_a_naive_model),
	};

	return cmocka_run_group_tests_name("alarm_model", tests, NULL, NULL);
}
