/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life cycle of one alarm (ISA-18.2 / IEC 62682) as one table: which event
 * leads from which states where, on which condition, and what else it does. The
 * first row that fits is taken; what no row lists changes nothing and is counted.
 *
 * Rows 1 to 24 are the base machine and what surrounds it; 25 and 26 are our own:
 * what has not happened after all needs no acknowledgement, and an occurrence of
 * another station that no acknowledgement covers is a new one. From 31 on: shelf,
 * design, service.
 */
#include "twin/alarm.h"

#include <string.h>

#include "twin/text.h"

enum { MINUTE = 60000 };

static const char *const state_names[ALARM_STATE_COUNT] = {
	[ALARM_A] = "A",
	[ALARM_B] = "B",
	[ALARM_C] = "C",
	[ALARM_D] = "D",
	[ALARM_LU] = "LU",
	[ALARM_LA] = "LA",
	[ALARM_E] = "E",
	[ALARM_F] = "F",
	[ALARM_G] = "G",
};

/* The facts behind each letter: letters are derived, never stored. */
static const struct {
	bool active, acked, latched;
} facts_of[ALARM_BASE_COUNT] = {
	[ALARM_A] = {false, true, false},
	[ALARM_B] = {true, false, false},
	[ALARM_C] = {true, true, false},
	[ALARM_D] = {false, false, false},
	[ALARM_LU] = {false, false, true},
	[ALARM_LA] = {false, true, true},
};

enum alarm_state alarm_state(const struct alarm *a)
{
	if (!a->raised_ms)
		return ALARM_A;
	if (a->active)
		return a->acked ? ALARM_C : ALARM_B;
	if (a->latched)
		return a->acked ? ALARM_LA : ALARM_LU;
	return a->acked ? ALARM_A : ALARM_D;
}

/* A shelf hides what its author saw: a worse one shows through. A one-shot is over
 * with the first end after it. */
bool alarm_is_shelved(const struct alarm *a, int64_t now_ms)
{
	bool ended = a->ended_ms > a->shelf.hlc_ms
		     && (!a->active || alarm_floor(a) > a->shelf.covers_ms);

	return now_ms < a->shelf_until_ms && a->priority <= a->shelf_priority
	       && !(a->shelf_one_shot && ended);
}

enum alarm_state alarm_shown(const struct alarm *a, int64_t now_ms)
{
	enum alarm_state base = alarm_state(a);

	if (a->pinned && a->priority == PRIORITY_HIGH && base != ALARM_A)
		return base;
	if (a->out_of_service)
		return ALARM_G;
	if (a->suppressed)
		return ALARM_F;
	return alarm_is_shelved(a, now_ms) ? ALARM_E : base;
}

bool alarm_sounds(const struct alarm *a, int64_t now_ms)
{
	enum alarm_state shown = alarm_shown(a, now_ms);

	return shown == ALARM_B || shown == ALARM_LU;
}

const char *alarm_state_name(enum alarm_state s)
{
	return (unsigned)s < ALARM_STATE_COUNT ? state_names[s] : "?";
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* An acknowledgement covers occurrences by their raise time, so the time is
 * forced to grow even when the clock has not. */
int64_t alarm_next_raise(const struct alarm *a, int64_t at_ms, bool *again)
{
	int64_t known = later(a->raised_ms, later(a->ack_upto_ms, a->reset_upto_ms));
	int64_t next = later(at_ms, later(known, a->holds[0].ended_ms) + 1);

	*again = known > 0 && next - known <= ALARM_SAME_MS;
	return next;
}

/* ---- who may ---- */

static bool role_is(const struct author *by, unsigned roles)
{
	return !by || by->role == PERSON_NONE || by->role == PERSON_SUPERVISOR
	       || (by->role != PERSON_VIEWER && (!roles || roles & 1u << by->role));
}

bool alarm_may(const struct alarm_setting *is, enum alarm_act act, const struct author *by)
{
	if (act == ALARM_OUT_OF_SERVICE || act == ALARM_RETURN)
		return role_is(by, 1u << PERSON_TECHNICIAN);
	return role_is(by, is->roles);
}

bool alarm_wants_reason(const struct alarm_setting *is, enum alarm_act act)
{
	return act == ALARM_SHELVE || act == ALARM_UNACKNOWLEDGE || act == ALARM_OUT_OF_SERVICE
	       || (act == ALARM_RESET && is->reset_reason);
}

/* ---- conditions of rows ---- */

typedef bool guard(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in);

static bool may(const struct alarm_setting *is, enum alarm_act act, const struct alarm_input *in)
{
	return alarm_may(is, act, in->by)
	       && (!in->by || in->by->reason[0] || !alarm_wants_reason(is, act));
}

static bool met(const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)a;
	(void)is;
	return !in->not_met;
}

static bool plain(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	return !in->not_met && !a->unknown && !a->latched;
}

static bool latching(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	return !in->not_met && !a->unknown && a->latched;
}

static bool passes(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	return plain(a, is, in) && is->passes;
}

/* Seen: this occurrence, and as bad as it is. */
static bool covers(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	return in->covers_ms >= alarm_floor(a) && in->priority >= a->priority
	       && may(is, ALARM_ACKNOWLEDGE, in);
}

static bool worse(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	return in->priority > a->priority;
}

static bool better(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	return in->priority < a->priority_now;
}

static bool beyond(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	return in->priority > a->acked_priority;
}

static bool has_steps(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)in;
	return a->level < is->step_count;
}

static bool times_out(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)a;
	(void)in;
	return is->ack_timeout_min > 0;
}

static bool takes_back(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	bool mine = in->who && (!strcmp(in->who, a->acked_by) || !strcmp(in->who, a->owner));

	return may(is, ALARM_UNACKNOWLEDGE, in)
	       && (!in->by || mine || in->by->role == PERSON_SUPERVISOR);
}

static bool lets_go(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	return in->covers_ms >= alarm_floor(a) && may(is, ALARM_RESET, in);
}

static bool uncovered(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	return in->raised_ms > a->raised_ms
	       && alarm_floor_of(a, in->raised_ms, in->again) > a->ack_upto_ms;
}

static bool unknown(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	(void)in;
	return a->unknown;
}

static bool known(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	return !unknown(a, is, in);
}

static bool may_shelve(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)a;
	return is->shelf_max_min > 0 && may(is, ALARM_SHELVE, in);
}

static bool shelved(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	return a->shelf_until_ms > 0 && may(is, ALARM_UNSHELVE, in);
}

static bool shelf_over(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	return a->shelf_until_ms > 0 && in->at_ms >= a->shelf_until_ms;
}

static bool not_yet(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	return in->rule & ~a->suppressed;
}

static bool by_rule(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	return in->rule & a->suppressed;
}

static bool may_service(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	return !a->out_of_service && may(is, ALARM_OUT_OF_SERVICE, in);
}

static bool may_return(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	return a->out_of_service && may(is, ALARM_RETURN, in);
}

static bool still_met(
	const struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	return !in->not_met && may_return(a, is, in);
}

/* ---- what rows do beside the letter ---- */

typedef void effect(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in);

static void sound(struct alarm *a, int64_t at_ms)
{
	a->sounded_ms = a->steps_ms = at_ms;
	a->level = 0;
}

static void new_occurrence(struct alarm *a, const struct alarm_input *in, enum priority priority)
{
	a->again = in->again;
	a->raised_ms = in->raised_ms ? in->raised_ms : alarm_next_raise(a, in->at_ms, &a->again);
	a->cleared_ms = a->acked_ms = 0;
	a->acked_by[0] = '\0';
	a->acked_priority = PRIORITY_LOW;
	a->count = 1;
	a->priority = a->priority_now = priority;
	sound(a, in->at_ms);
}

static void open_occurrence(
	struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	new_occurrence(a, in, in->priority);
}

static void flap(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	uint32_t flaps = a->flaps;

	open_occurrence(a, is, in);
	a->flaps = flaps + 1;
}

/* The same condition as before, but nobody has seen it so. */
static void reopen(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	new_occurrence(a, in, a->priority_now);
}

static void once_more(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	a->count++;
	if (in->raised_ms <= a->raised_ms)
		return;
	a->raised_ms = in->raised_ms;
	a->again = in->again;
}

static void acknowledge(
	struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	a->ack_upto_ms = later(a->ack_upto_ms, in->covers_ms);
	a->acked_priority = in->priority;
	a->acked_ms = in->at_ms;
	a->priority = a->priority_now;
	text_copy(a->acked_by, sizeof a->acked_by, in->who ? in->who : "");
}

/* What ends after it was shelved is dated so, whatever the clocks say. */
static void end(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	int64_t ended = in->ended_ms ? in->ended_ms : later(in->at_ms, a->shelf.hlc_ms + 1);

	(void)is;
	a->cleared_ms = in->at_ms;
	a->ended_ms = later(a->ended_ms, ended);
}

static void worsen(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	a->priority = a->priority_now = in->priority;
	sound(a, in->at_ms);
}

static void improve(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	a->priority_now = in->priority;
}

static void step(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	(void)in;
	a->level++;
}

static void let_go(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	a->reset_upto_ms = later(a->reset_upto_ms, in->covers_ms);
}

static void nothing(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)a;
	(void)is;
	(void)in;
}

static void doubt(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	(void)in;
	a->unknown = true;
}

static void trust(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	(void)in;
	a->unknown = false;
}

static void late(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	(void)in;
	a->late_samples++;
}

static void same(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	(void)in;
	a->same_samples++;
}

static void archive(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	(void)in;
	a->gone = true;
}

bool alarm_is_news(const struct alarm_word *w, const struct author *by, int64_t at_ms)
{
	int64_t hlc = by && by->hlc_ms ? by->hlc_ms : at_ms;

	if (hlc != w->hlc_ms)
		return hlc > w->hlc_ms;
	return by && strcmp(by->station, w->station) > 0;
}

void alarm_write(struct alarm_word *w, const struct alarm_input *in)
{
	w->hlc_ms = in->by && in->by->hlc_ms ? in->by->hlc_ms : in->at_ms;
	w->at_ms = in->at_ms;
	w->covers_ms = in->covers_ms;
	text_copy(w->station, sizeof w->station, in->by ? in->by->station : "");
	text_copy(w->who, sizeof w->who, in->who ? in->who : "");
	text_copy(w->reason, sizeof w->reason, in->by ? in->by->reason : "");
}

static int64_t minutes(double n)
{
	return (int64_t)(n * MINUTE);
}

void alarm_refit(struct alarm *a, const struct alarm_setting *is)
{
	double most =
		is->shelf_max_min < ALARM_SHELF_MAX_MIN ? is->shelf_max_min : ALARM_SHELF_MAX_MIN;
	int64_t cap = a->shelf.hlc_ms + minutes(most);

	a->pinned = !(is->shelf_max_min > 0);
	a->shelf_until_ms = a->pinned ? 0 : a->shelf_asked_ms < cap ? a->shelf_asked_ms : cap;
}

int64_t alarm_called_ms(const struct alarm *a, const struct alarm_setting *is, int64_t now_ms)
{
	int64_t every = minutes(is->realarm_min), since = now_ms - a->sounded_ms;

	if (every <= 0 || since < 0 || !alarm_sounds(a, now_ms))
		return a->sounded_ms;
	return now_ms - since % every;
}

static void shelve(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	alarm_write(&a->shelf, in);
	a->shelf_asked_ms =
		in->until_ms ? in->until_ms : a->shelf.hlc_ms + minutes(ALARM_SHELF_MIN);
	a->shelf_one_shot = in->one_shot;
	a->shelf_priority = in->priority;
	alarm_refit(a, is);
}

/* What was out of sight rings again, should it still want somebody. Those who were
 * told before it went have been told. */
static void come_back(struct alarm *a, const struct alarm_input *in)
{
	if (alarm_sounds(a, in->at_ms))
		a->sounded_ms = a->steps_ms = in->at_ms;
}

static void unshelve(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	if (in->event == ALARM_EVENT_UNSHELVE)
		alarm_write(&a->shelf, in);
	a->shelf_until_ms = a->shelf_asked_ms = 0;
	a->shelf_one_shot = false;
	come_back(a, in);
}

static void suppress(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	a->suppressed |= in->rule;
}

static void release(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	a->suppressed &= ~in->rule;
	come_back(a, in);
}

static void to_service(
	struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	a->out_of_service = true;
	alarm_write(&a->service, in);
}

static void back(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	(void)is;
	a->out_of_service = false;
	alarm_write(&a->service, in);
	come_back(a, in);
}

/* Evaluated afresh: what was acknowledged before counts no more. */
static void back_afresh(
	struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	a->out_of_service = false;
	alarm_write(&a->service, in);
	reopen(a, is, in);
}

/* ---- the table ---- */

#define SAME ALARM_BASE_COUNT
enum {
	A = 1 << ALARM_A,
	B = 1 << ALARM_B,
	C = 1 << ALARM_C,
	D = 1 << ALARM_D,
	LU = 1 << ALARM_LU,
	LA = 1 << ALARM_LA,
	ANY = A | B | C | D | LU | LA
};

/* clang-format off */
static const struct row {
	int number;
	unsigned from;
	enum alarm_event event;
	guard *guard; /* NULL: always */
	enum alarm_state to;
	effect *effect;
} table[] = {
	{ 1, A,          ALARM_EVENT_RAISE,          met,         ALARM_B,  open_occurrence},
	{ 2, B,          ALARM_EVENT_ACK,            covers,      ALARM_C,  acknowledge},
	{25, B,          ALARM_EVENT_CLEAR,          passes,      ALARM_A,  end},
	{ 3, B,          ALARM_EVENT_CLEAR,          plain,       ALARM_D,  end},
	{ 4, B,          ALARM_EVENT_CLEAR,          latching,    ALARM_LU, end},
	{ 5, B,          ALARM_EVENT_WORSE,          worse,       SAME,     worsen},
	{ 6, B,          ALARM_EVENT_BETTER,         better,      SAME,     improve},
	{ 7, B | LU,     ALARM_EVENT_ESCALATE,       has_steps,   SAME,     step},
	{ 8, B,          ALARM_EVENT_RAISE,          NULL,        SAME,     once_more},
	{ 9, C,          ALARM_EVENT_CLEAR,          plain,       ALARM_A,  end},
	{10, C,          ALARM_EVENT_CLEAR,          latching,    ALARM_LA, end},
	{11, C,          ALARM_EVENT_WORSE,          beyond,      ALARM_B,  open_occurrence},
	{12, C,          ALARM_EVENT_ACK_TIMEOUT,    times_out,   ALARM_B,  reopen},
	{13, C,          ALARM_EVENT_UNACK,          takes_back,  ALARM_B,  reopen},
	{14, D,          ALARM_EVENT_ACK,            covers,      ALARM_A,  acknowledge},
	{15, D,          ALARM_EVENT_RAISE,          met,         ALARM_B,  flap},
	{16, LU,         ALARM_EVENT_ACK,            covers,      ALARM_LA, acknowledge},
	{17, LU | LA,    ALARM_EVENT_RAISE,          met,         ALARM_B,  open_occurrence},
	{18, LA,         ALARM_EVENT_RESET,          lets_go,     ALARM_A,  let_go},
	{19, B|C|D|LU,   ALARM_EVENT_RESET,          NULL,        SAME,     nothing}, /* refused */
	{20, ANY,        ALARM_EVENT_STALE,          known,       SAME,     doubt},
	{21, ANY,        ALARM_EVENT_FRESH,          unknown,     SAME,     trust},
	{22, ANY,        ALARM_EVENT_LATE,           NULL,        SAME,     late},
	{23, ANY,        ALARM_EVENT_SAME,           NULL,        SAME,     same},
	{24, D | A,      ALARM_EVENT_GONE,           NULL,        SAME,     archive},
	{26, C,          ALARM_EVENT_RAISE,          uncovered,   ALARM_B,  open_occurrence},
	{31, ANY,        ALARM_EVENT_SHELVE,         may_shelve,  SAME,     shelve},
	{32, ANY,        ALARM_EVENT_UNSHELVE,       shelved,     SAME,     unshelve},
	{33, ANY,        ALARM_EVENT_SHELF_OVER,     shelf_over,  SAME,     unshelve},
	{41, ANY,        ALARM_EVENT_SUPPRESS,       not_yet,     SAME,     suppress},
	{42, ANY,        ALARM_EVENT_RELEASE,        by_rule,     SAME,     release},
	{51, ANY,        ALARM_EVENT_OUT_OF_SERVICE, may_service, SAME,     to_service},
	{52, C,          ALARM_EVENT_RETURN,         still_met,   ALARM_B,  back_afresh},
	{53, ANY,        ALARM_EVENT_RETURN,         may_return,  SAME,     back},
};
/* clang-format on */
enum { ROWS = sizeof table / sizeof *table };

enum alarm_state alarm_row_end(int row)
{
	for (int i = 0; i < ROWS; i++)
		if (table[i].number == row)
			return table[i].to;
	return SAME;
}

int alarm_event(struct alarm *a, const struct alarm_setting *is, const struct alarm_input *in)
{
	unsigned from = 1u << alarm_state(a);
	const struct row *row = table;

	while (row < table + ROWS
		&& !(row->event == in->event && row->from & from
			&& (!row->guard || row->guard(a, is, in))))
		row++;
	a->pinned = !(is->shelf_max_min > 0);
	if (row == table + ROWS) {
		a->unlisted++;
		return 0;
	}
	row->effect(a, is, in);
	if (row->to == SAME)
		return row->number;
	a->active = facts_of[row->to].active;
	a->acked = facts_of[row->to].acked;
	/* While active, `latched` says that this occurrence will need a reset. */
	a->latched = a->active ? is->latching : facts_of[row->to].latched;
	a->changed_ms = in->at_ms;
	return row->number;
}
