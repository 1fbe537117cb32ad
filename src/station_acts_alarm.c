/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_acts.h"

#include <string.h>

#include "twin/text.h"

/* Alarms: acknowledged, taken, shelved, reset. */

/* One row an act: from which states it makes sense, what is said when it took, and when
 * not. What is refused here is not written down, and nobody else hears of it. */
#define STATES(a, b, c) (1u << (a) | 1u << (b) | 1u << (c))
static const struct alarm_command {
	enum command_kind kind;
	enum alarm_act act;
	unsigned from; /* base states; 0: any */
	const char *done, *otherwise;
	int undo; /* the act that takes it back, -1 none */
} alarm_commands[] = {
	{COMMAND_ACKNOWLEDGE, ALARM_ACKNOWLEDGE, STATES(ALARM_B, ALARM_D, ALARM_LU),
		"alarm acknowledged", "nothing to acknowledge: it changed meanwhile",
		ALARM_UNACKNOWLEDGE},
	{COMMAND_RESET, ALARM_RESET, STATES(ALARM_LA, ALARM_LA, ALARM_LA), "alarm reset",
		"not reset: acknowledge it first, or it is still active", -1},
	{COMMAND_TAKE, ALARM_TAKE, 0, "it is yours now (U takes it back)", "", ALARM_LEAVE},
	{COMMAND_LEAVE, ALARM_LEAVE, 0, "left to others (U takes it back)", "", ALARM_TAKE},
	{COMMAND_SHELVE, ALARM_SHELVE, 0, "alarm shelved (U takes it back)", "", ALARM_UNSHELVE},
	{COMMAND_UNSHELVE, ALARM_UNSHELVE, 0, "alarm back from the shelf", "", -1},
	{COMMAND_UNACKNOWLEDGE, ALARM_UNACKNOWLEDGE, STATES(ALARM_C, ALARM_C, ALARM_C),
		"acknowledgement taken back: it rings again",
		"nothing to take back: it is not acknowledged and active", -1},
	{COMMAND_OUT_OF_SERVICE, ALARM_OUT_OF_SERVICE, 0, "out of service (U takes it back)", "",
		ALARM_RETURN},
	{COMMAND_RETURN, ALARM_RETURN, 0, "back in service", "", -1},
};

static const char *alarm_objection(const struct station *s, const struct alarm *a,
	const struct alarm_command *row, bool reason)
{
	const struct alarm_setting *is = alarm_setting(s->twin->site, a->class_);
	bool for_another = row->act == ALARM_RESET && a->acked && alarm_absent(a) != NULL;
	if (!for_another && row->from != 0 && (row->from & 1u << alarm_state(a)) == 0)
		return row->otherwise;
	if (row->act == ALARM_SHELVE && is->shelf_max_min <= 0)
		return "alarms of this kind are not shelved";
	if (row->act == ALARM_RETURN && !a->out_of_service)
		return "it is not out of service";
	if (row->act == ALARM_UNSHELVE && a->shelf_until_ms == 0)
		return "it is not shelved";
	if ((alarm_wants_reason(is, row->act) || for_another) && !reason)
		return "why? a reason is needed for that";
	return NULL;
}

static void alarm_fact(const struct station *s, const struct alarm *a,
	const struct alarm_command *row, const struct command *c, struct fact *f)
{
	text_copy(f->alarm.key, ID_SIZE, a->key);
	f->alarm.act = row->act;
	f->alarm.covers_ms = c->covers_ms;
	f->alarm.seen = c->seen > 0 ? c->seen - 1 : FACT_UNKNOWN;
	if (row->act == ALARM_SHELVE && c->value > 0)
		f->alarm.until_ms = station_now(s) + (int64_t)c->value * 60000;
	f->alarm.one_shot = row->act == ALARM_SHELVE && c->arg == 1;
	if (row->act == ALARM_RETURN)
		f->alarm.covers_ms = a->active ? a->raised_ms : 0;
	text_neutralise(f->by.reason, sizeof f->by.reason, c->text, strlen(c->text));
}

/* An acknowledgement is taken back while it rings; a call that has been answered rings
 * no more. */
static void remember_alarm(
	struct station *s, const struct alarm *a, const struct alarm_command *row, struct fact *f)
{
	if (row->undo < 0 || (row->act == ALARM_ACKNOWLEDGE && alarm_state(a) != ALARM_C))
		return;
	f->alarm.act = (enum alarm_act)row->undo;
	f->alarm.until_ms = 0;
	f->alarm.one_shot = false;
	if (row->act == ALARM_OUT_OF_SERVICE)
		f->alarm.covers_ms = 0;
	if (f->by.reason[0] == '\0')
		text_copy(f->by.reason, sizeof f->by.reason, "by mistake");
	station_remember(s, f);
}

void station_do_alarm(struct station *s, const struct command *c)
{
	const struct alarm_command *row = alarm_commands;
	struct fact f = station_act(s, FACT_ALARM);
	int i = twin_alarm(s->twin, c->target);
	if (i < 0)
		return;
	while (row->kind != c->kind)
		row++; /* station_command comes here for these only */
	const struct alarm *a = &s->twin->alarms[i];
	alarm_fact(s, a, row, c, &f);
	const char *objection = alarm_objection(s, a, row, f.by.reason[0] != '\0');
	if (objection != NULL) {
		station_say(s, "%s", objection);
		return;
	}
	enum alarm_state before = alarm_state(a);
	if (!station_commit(s, &f, c->target))
		return;
	bool took = row->from == 0 || alarm_state(a) != before;
	if (took)
		remember_alarm(s, a, row, &f);
	station_say(s, "%s", took ? row->done : row->otherwise);
}
