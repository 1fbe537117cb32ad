/* SPDX-License-Identifier: Apache-2.0 */
/* Hazards as they are told: each is an alarm, one for each subject. */
#include <math.h>
#include <string.h>

#include "twin/hazard.h"
#include "twin/text.h"
#include "twin/twin_inner.h"

/* "OR 2 past session", "OR 2: over booking", "PACU full" */
static int hazard_text(
	const struct twin *t, const struct fact_hazard *told, char *text, size_t size)
{
	int i = twin_case(t, told->id);
	int room = i >= 0 ? t->cases[i].room_at : site_room(t->site, told->id);

	if (told->hazard == HAZARD_PACU_FULL)
		line_add(text, size, "PACU");
	else
		line_add(text, size, room_label(t, room));
	line_add(text, size,
		told->hazard == HAZARD_OVERTIME || told->hazard == HAZARD_PACU_FULL ? " " : ": ");
	line_add(text, size, hazard_rules[told->hazard].text);
	return room;
}

/* Priority and text are those of its beginning: what changes is how likely. */
static void go_on(struct turn *turn, const char *key, const struct fact_hazard *told)
{
	int64_t made = turn->fact->source_ms ? turn->fact->source_ms : turn->fact->at_ms;
	char text[LABEL_SIZE] = "";
	struct ring ring = {.class_ = alarm_class_of_hazard(told->hazard),
		.priority =
			alarm_setting(turn->t->site, alarm_class_of_hazard(told->hazard))->priority,
		.text = text,
		.tag = ""};
	int i;

	ring.room = room_id(turn->t, hazard_text(turn->t, told, text, sizeof text));
	alarm_follow(turn, key, true, &ring);
	i = alarm_foretell(turn->t, key, told, told->id, made);
	if (i >= 0)
		timer_set(turn->t, turn->t->now_ms + HAZARD_STALE_MIN * MINUTE_MS, TIMER_HAZARD, i);
}

void on_hazard(struct turn *turn)
{
	const struct fact_hazard *told = &turn->fact->hazard;
	bool known = (unsigned)told->hazard < HAZARD_COUNT && hazard_rules[told->hazard].foretold;
	char key[ID_SIZE];
	int i;

	if (!known || !told->id[0] || !(told->chance <= 1)) {
		turn->t->ignored++;
		return;
	}
	hazard_key(key, told->hazard, told->id);
	if (told->active) {
		go_on(turn, key, told);
		return;
	}
	i = twin_alarm(turn->t, key);
	if (i < 0)
		return;
	turn->t->alarms[i].chance = told->chance;
	alarm_clear(turn, key);
	timer_cancel(turn->t, TIMER_HAZARD, i);
}

/* A forecast that has stopped leaves nothing standing. */
void hazard_due(struct turn *turn, int alarm)
{
	struct alarm *a = &turn->t->alarms[alarm];

	if (!a->active || a->hazard == HAZARD_NONE)
		return;
	a->chance = FACT_UNKNOWN;
	alarm_clear(turn, a->key);
}
