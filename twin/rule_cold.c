/* SPDX-License-Identifier: Apache-2.0 */
/* The cold chain: a stock out of its limits for too long, one that has little left of
 * what it bears, and one that was too warm in the mean. */
#include "twin/cold_stock.h"
#include "twin/twin_inner.h"

static void name(const struct cold_stock *s, char *text, size_t size)
{
	line_add(text, size, s->tag->name);
	if (s->medicine) {
		line_add(text, size, ", ");
		line_add(text, size, s->medicine->name);
	}
}

/* "fridge PUI-3: 8.4 °C, above 8.0, 51 of 60 min used" */
static void out_text(const struct reading *r, const struct cold_stock *s, char *text, size_t size)
{
	name(s, text, size);
	line_add(text, size, ": ");
	line_number(text, size, r->value);
	line_add(text, size, r->value > s->high ? " °C, above " : " °C, below ");
	line_number(text, size, r->value > s->high ? s->high : s->low);
	if (s->budget_min > 0 && r->value > s->high) {
		line_add(text, size, ", ");
		line_whole(text, size, s->above_min);
		line_add(text, size, " of ");
		line_whole(text, size, s->budget_min);
		line_add(text, size, " min used");
	}
}

static void rule_aged(struct turn *turn, const struct cold_stock *s)
{
	char key[ID_SIZE], text[LABEL_SIZE] = "";
	struct ring ring = {.waited = true,
		.class_ = ALARM_CLASS_COLD_CHAIN,
		.text = text,
		.tag = s->tag->mac,
		.room = room_id(turn->t, s->tag->room)};

	key_make(key, "kinetic:", s->tag->mac);
	if (s->aged) {
		name(s, text, sizeof text);
		line_add(text, sizeof text, ": too warm in the mean, ");
		line_number(text, sizeof text, s->kinetic);
		line_add(text, sizeof text, " °C, above ");
		line_number(text, sizeof text, s->medicine->mkt_high);
	}
	ring.priority = alarm_setting(turn->t->site, ring.class_)->priority;
	alarm_follow(turn, key, s->aged, &ring);
}

static bool is_watched(const struct twin *t, int i)
{
	return t->now_ms - t->readings[i].at_ms <= COLD_GAP_MIN * MINUTE_MS;
}

static void sample(struct twin *t, int i, int64_t at_ms)
{
	struct reading *r = &t->readings[i];
	struct cold_stock s;

	if (cold_stock(t, i, &s))
		cold_sample(&r->cold, s.low, s.high, r->value, at_ms);
}

void cold_heard(struct turn *turn, int i)
{
	sample(turn->t, i, turn->t->readings[i].at_ms);
}

/* Looked at again when, at this temperature, the budget will be nearly used up. */
static void wait_for_the_budget(struct turn *turn, int i, const struct cold_stock *s)
{
	double left_min = s->left_min - COLD_NEAR * s->budget_min;

	if (turn->t->readings[i].value > s->high && s->left_min >= 0 && !s->near
		&& is_watched(turn->t, i))
		timer_set(turn->t, turn->t->now_ms + (int64_t)(left_min * MINUTE_MS) + 1,
			TIMER_LIMIT, i);
}

bool rule_cold(struct turn *turn, int i)
{
	struct twin *t = turn->t;
	struct reading *r = &t->readings[i];
	struct cold_stock s;
	char key[ID_SIZE], text[LABEL_SIZE] = "";
	struct ring ring = {
		.waited = true, .class_ = ALARM_CLASS_COLD_CHAIN, .text = text, .tag = r->tag};

	if (!cold_stock(t, i, &s)) {
		if (r->cold.since_ms) {
			key_make(key, "kinetic:", r->tag);
			alarm_clear(turn, key);
		}
		r->cold = (struct cold_chain){0};
		return false;
	}
	/* Also when a timer looks: it has been like this until now. */
	if (turn->fact == NULL && is_watched(t, i)) {
		sample(t, i, t->now_ms);
		cold_stock(t, i, &s);
	}
	rule_aged(turn, &s);
	key_make(key, "cold:", r->tag);
	if (!reading_out(turn, i, r->value < s.low || r->value > s.high, s.tag->delay_min)) {
		if (!r->out_since_ms)
			alarm_clear(turn, key);
		return true;
	}
	out_text(r, &s, text, sizeof text);
	ring.room = room_id(t, s.tag->room);
	ring.priority = s.near ? PRIORITY_HIGH : alarm_setting(t->site, ring.class_)->priority;
	alarm_follow(turn, key, true, &ring);
	wait_for_the_budget(turn, i, &s);
	return true;
}

void on_stock(struct turn *turn)
{
	const struct fact *f = turn->fact;
	struct twin *t = turn->t;
	int i = twin_reading(t, f->stock.tag, QUANTITY_TEMPERATURE);
	struct cold_stock s;

	if (i < 0 || !cold_stock(t, i, &s)) {
		t->ignored++;
		return;
	}
	cold_restart(&t->readings[i].cold,
		f->source_ms > 0 && f->source_ms < f->at_ms ? f->source_ms : f->at_ms);
	rule_reading(turn, i);
}
