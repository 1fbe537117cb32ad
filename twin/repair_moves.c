/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/repair_moves.h"

#include <string.h>

#include "twin/hash.h"
#include "twin/scenario_fork.h"

static const int64_t MINUTE_MS = 60000;

struct listing {
	const struct repair_near *near;
	struct repair_moves *out;
	int count, max;
};

static const struct twin *twin_of(const struct repair_near *near)
{
	return near->bench->fork.twin;
}

/* ---- what is decided ---- */

static bool take(struct repair_moves *moves, const struct scenario *s)
{
	if (moves->count == REPAIR_MOVES)
		return false;
	moves->list[moves->count++] = *s;
	return true;
}

static bool is_row(const struct scenario *s, const char *name)
{
	return strcmp(scenario_rows[s->which].name, name) == 0;
}

/* The place that is decided for a case; -1. */
static int placed_at(const struct repair_moves *moves, const char *id)
{
	int i = moves->count - 1;
	while (i >= 0
		&& (!is_row(&moves->list[i], "place")
			|| strcmp(scenario_word(&moves->list[i], 0), id) != 0))
		i--;
	return i;
}

/* A later place of the same case takes the place of an earlier one. */
static void forget_place(struct repair_moves *moves, const char *id)
{
	int i = placed_at(moves, id);
	if (i < 0)
		return;
	moves->count--;
	memmove(&moves->list[i], &moves->list[i + 1],
		(size_t)(moves->count - i) * sizeof *moves->list);
}

/* Put off, or in exchange for another: not to be decided again. */
static bool is_settled(const struct repair_moves *moves, const char *id)
{
	for (int i = 0; i < moves->count; i++)
		if (!is_row(&moves->list[i], "place")
			&& (strcmp(scenario_word(&moves->list[i], 0), id) == 0
				|| strcmp(scenario_word(&moves->list[i], 1), id) == 0))
			return true;
	return false;
}

static bool is_decided(const struct repair_moves *moves, const char *id)
{
	return is_settled(moves, id) || placed_at(moves, id) >= 0;
}

static bool place(
	struct repair_moves *moves, const struct repair_near *near, int of, int room, int64_t at_ms)
{
	const struct twin *t = twin_of(near);
	struct scenario s;
	scenario_make("place", &s);
	if (is_settled(moves, t->cases[of].id))
		return false;
	forget_place(moves, t->cases[of].id);
	return scenario_set(&s, "case", t->cases[of].id)
	       && scenario_set(&s, "room", t->site->rooms[room].id)
	       && scenario_set_instant(&s, "at", at_ms) && take(moves, &s);
}

static struct repair_moves *begin(struct listing *list)
{
	if (list->count == list->max)
		return NULL;
	list->out[list->count] = *list->near->so_far;
	return &list->out[list->count];
}

/* ---- where ---- */

static bool movable(const struct repair_near *near, int of)
{
	const struct surgery *s = &twin_of(near)->cases[of];
	return of < near->race->day.case_count && near->race->day.counts[of]
	       && !near->limits->stays[of] && !surgery_is_off(s) && !surgery_has_begun(s);
}

static bool may_take(const struct repair_near *near, int of, int room)
{
	return (near->limits->rooms[of][room / 64] >> (room % 64) & 1) != 0
	       && near->limits->close_ms[room] != 0;
}

/* Who is still to enter a room, in order; -1 none. `but` is not there. Returns how many. */
static int queue_of(const struct repair_near *near, int r, int but, int queue[SIM_TURNS])
{
	const struct sim_room *room = &near->bench->plan.rooms[r];
	int n = 0;
	for (int k = 0; k < room->turns; k++) {
		int of = near->bench->index.twin_case[room->turn[k]];
		if (of != but && !surgery_has_begun(&twin_of(near)->cases[of]))
			queue[n++] = of;
	}
	return n;
}

/* When the room is free for the first of them. */
static int64_t free_ms(const struct repair_near *near, int r)
{
	const struct sim_room *room = &near->bench->plan.rooms[r];
	int64_t now = twin_of(near)->now_ms, free = now;
	if (room->cleaning_ms >= 0)
		free += (int64_t)(twin_of(near)->site->turnover_min * (double)MINUTE_MS);
	for (int k = 0; k < room->turns; k++) {
		int of = near->bench->index.twin_case[room->turn[k]];
		if (surgery_has_begun(&twin_of(near)->cases[of]) && near->look->frees_ms[of] > free)
			free = near->look->frees_ms[of];
	}
	return free;
}

/* From its entry until the room is clean again. */
static int64_t lasts_ms(const struct repair_near *near, int of)
{
	const struct repair_outlook *look = near->look;
	const struct surgery *s = &twin_of(near)->cases[of];
	double booked = surgery_planned_min(s) > 0 ? surgery_planned_min(s) : 120;
	if (look->begins_ms[of] != 0 && look->frees_ms[of] > look->begins_ms[of])
		return look->frees_ms[of] - look->begins_ms[of];
	return (int64_t)((booked + twin_of(near)->site->turnover_min) * (double)MINUTE_MS);
}

/* As people say it: to five minutes, unless it is now. Never before. */
static int64_t round_up(const struct repair_near *near, int64_t at)
{
	int64_t step = at - twin_of(near)->now_ms > 10 * MINUTE_MS ? 5 * MINUTE_MS : MINUTE_MS;
	return (at + step - 1) / step * step;
}

static int64_t later_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Nobody would let it begin then: who says so, puts it off. */
static bool too_late(const struct repair_near *near, int of, int r, int64_t at)
{
	int64_t last = near->bench->plan.rooms[r].last_call_ms;
	return near->race->day.class[of] == 0 && last != INT64_MAX
	       && at - near->bench->index.origin_ms > last;
}

static bool postpone(struct repair_moves *moves, const struct repair_near *near, int of)
{
	const char *id = twin_of(near)->cases[of].id;
	struct scenario s;
	scenario_make("postpone", &s);
	if (is_settled(moves, id) || !near->limits->may_wait[of] || !scenario_set(&s, "case", id)
		|| !scenario_set(&s, "reason", "time"))
		return false;
	forget_place(moves, id);
	return take(moves, &s);
}

/* Told when it will be its turn, or that it will not be today. */
enum telling { TELLING_NOT, TELLING_TIME, TELLING_OFF };
static enum telling tell(
	struct repair_moves *moves, const struct repair_near *near, int of, int r, int64_t at)
{
	int room = near->bench->index.site_room[r];
	if (!movable(near, of))
		return TELLING_NOT;
	if (too_late(near, of, r, at))
		return postpone(moves, near, of) ? TELLING_OFF : TELLING_NOT;
	return repair_limits_allow(near->limits, of, room, at) && place(moves, near, of, room, at)
		       ? TELLING_TIME
		       : TELLING_NOT;
}

/* The list of a room without one case, and where that comes into it. */
struct spot {
	int r, room; /* of the plan, of the site */
	int queue[SIM_TURNS], n, place;
	int64_t at_ms; /* when it may be expected to begin there */
};

static int64_t listed_ms(const struct repair_near *near, const struct spot *spot, int k)
{
	return twin_of(near)->cases[spot->queue[k]].start_ms;
}

/* Those behind whose turn would come before `after_ms`: told when it will come. Who is
 * told a later hour than those behind is overtaken, or all of them are told as well.
 * False: one of them stays, or there are too many. */
static bool push(struct repair_moves *moves, const struct repair_near *near,
	const struct spot *spot, int64_t free, bool all)
{
	int64_t after_ms = spot->at_ms;
	for (int k = spot->place; k < spot->n && listed_ms(near, spot, k) <= after_ms; k++) {
		int of = spot->queue[k];
		int64_t at = round_up(near, later_of(free, near->limits->earliest_ms[of]));
		enum telling told = tell(moves, near, of, spot->r, at);
		if (told == TELLING_NOT)
			return false;
		if (told == TELLING_OFF)
			continue;
		after_ms = all ? at : after_ms;
		free = at + lasts_ms(near, of);
	}
	return true;
}

/* When it may be expected to begin there; false: nobody can say. */
static bool expect(const struct repair_near *near, int of, struct spot *spot)
{
	const struct surgery *s = &twin_of(near)->cases[of];
	const struct repair_limits *l = near->limits;
	int before = spot->place - 1;
	int64_t free =
		before >= 0 ? near->look->frees_ms[spot->queue[before]] : free_ms(near, spot->r);
	bool here = fork_is_in(&near->bench->fork, s, spot->room) && s->start_ms != 0;
	if (before >= 0 && free == 0)
		return false;
	for (int k = 0; here && k <= before; k++)
		if (listed_ms(near, spot, k) > s->start_ms) {
			free -= lasts_ms(near, of); /* it was in front of them */
			break;
		}
	free = later_of(later_of(free, twin_of(near)->now_ms), l->earliest_ms[of]);
	spot->at_ms = round_up(near, later_of(free, l->open_ms[spot->room]));
	if (before >= 0 && spot->at_ms <= listed_ms(near, spot, before))
		spot->at_ms = listed_ms(near, spot, before) + MINUTE_MS;
	return true;
}

static bool may_begin(const struct repair_near *near, int of, const struct spot *spot)
{
	return repair_limits_allow(near->limits, of, spot->room, spot->at_ms)
	       && !too_late(near, of, spot->r, spot->at_ms);
}

/* An emergency goes in front of the next one, who is told nothing and waits. */
static void put_before(struct listing *list, int of, struct spot *spot)
{
	const struct repair_near *near = list->near;
	int64_t at = listed_ms(near, spot, spot->place) - MINUTE_MS;
	struct repair_moves *moves;
	if (at >= spot->at_ms || (spot->place > 0 && at <= listed_ms(near, spot, spot->place - 1)))
		return;
	spot->at_ms = at;
	if (may_begin(near, of, spot) && (moves = begin(list)) != NULL)
		list->count += place(moves, near, of, spot->room, at);
}

/* A case comes at a place of the queue of a room, as early as may be expected. */
static void put(struct listing *list, int of, int r, int at_place)
{
	const struct repair_near *near = list->near;
	const struct surgery *s = &twin_of(near)->cases[of];
	struct spot spot = {.r = r, .room = near->bench->index.site_room[r], .place = at_place};
	spot.n = queue_of(near, r, of, spot.queue);
	if (at_place > spot.n || !may_take(near, of, spot.room) || !expect(near, of, &spot))
		return;
	int64_t by = spot.at_ms > s->start_ms ? spot.at_ms - s->start_ms : s->start_ms - spot.at_ms;
	if (fork_is_in(&near->bench->fork, s, spot.room) && by < 5 * MINUTE_MS)
		return;
	bool pushes = at_place < spot.n && listed_ms(near, &spot, at_place) <= spot.at_ms;
	int64_t free = spot.at_ms + lasts_ms(near, of);
	for (int all = 0; may_begin(near, of, &spot) && all <= pushes; all++) {
		struct repair_moves *moves = begin(list);
		list->count += moves != NULL && place(moves, near, of, spot.room, spot.at_ms)
			       && push(moves, near, &spot, free, all == 1);
	}
	if (pushes && near->race->day.class[of] > 0)
		put_before(list, of, &spot);
}

static void put_anywhere(struct listing *list, int of)
{
	const struct sim_plan *plan = &list->near->bench->plan;
	for (int r = 0; r < plan->room_count; r++)
		for (int k = 0; k <= plan->rooms[r].turns; k++)
			put(list, of, r, k);
}

/* It begins when it will anyway; people are told. */
static void tell_late(struct listing *list, int of)
{
	const struct repair_near *near = list->near;
	const struct surgery *s = &twin_of(near)->cases[of];
	int i = near->bench->index.case_of[of];
	if (i < 0 || near->bench->plan.cases[i].room < 0)
		return;
	struct spot spot = {.r = near->bench->plan.cases[i].room,
		.at_ms = near->look->begins_ms[of] / (5 * MINUTE_MS) * (5 * MINUTE_MS)};
	spot.room = near->bench->index.site_room[spot.r];
	spot.n = queue_of(near, spot.r, of, spot.queue);
	while (spot.place < spot.n && listed_ms(near, &spot, spot.place) <= s->start_ms)
		spot.place++;
	if (spot.at_ms - s->start_ms < 15 * MINUTE_MS || !may_begin(near, of, &spot))
		return;
	struct repair_moves *moves = begin(list);
	list->count += moves != NULL && place(moves, near, of, spot.room, spot.at_ms)
		       && push(moves, near, &spot, spot.at_ms + lasts_ms(near, of), true);
}

static void put_off(struct listing *list, int of)
{
	struct repair_moves *moves = begin(list);
	list->count += moves != NULL && postpone(moves, list->near, of);
}

/* Two change places and hours. */
static void change(struct listing *list, int a, int b)
{
	const struct repair_near *near = list->near;
	const struct surgery *x = &twin_of(near)->cases[a], *y = &twin_of(near)->cases[b];
	struct repair_moves *moves;
	struct scenario s;
	scenario_make("swap", &s);
	const struct repair_moves *so_far = near->so_far;
	if (is_decided(so_far, x->id) || is_decided(so_far, y->id) || x->room_at < 0
		|| y->room_at < 0 || x->start_ms == y->start_ms
		|| !repair_limits_allow(near->limits, a, y->room_at, y->start_ms)
		|| !repair_limits_allow(near->limits, b, x->room_at, x->start_ms)
		|| !scenario_set(&s, "case", x->id) || !scenario_set(&s, "with", y->id)
		|| (moves = begin(list)) == NULL)
		return;
	list->count += take(moves, &s);
}

/* ---- a whole list ---- */

/* In this order, each as soon as the room is free; who is told the hour already is not
 * told again. */
static void deal(struct listing *list, int r, const int *order, int n)
{
	const struct repair_near *near = list->near;
	const struct repair_limits *l = near->limits;
	int room = near->bench->index.site_room[r];
	int64_t free = free_ms(near, r), before = 0;
	struct repair_moves *moves = begin(list);
	int changed = 0;
	for (int k = 0; moves != NULL && k < n; k++) {
		const struct surgery *s = &twin_of(near)->cases[order[k]];
		int64_t at = later_of(later_of(free, l->earliest_ms[order[k]]), l->open_ms[room]);
		at = round_up(near, later_of(at, before + MINUTE_MS));
		int64_t by = at > s->start_ms ? at - s->start_ms : s->start_ms - at;
		if (by >= 10 * MINUTE_MS || s->start_ms <= before) {
			enum telling told = tell(moves, near, order[k], r, at);
			if (told == TELLING_NOT)
				return;
			changed++;
			if (told == TELLING_OFF)
				continue;
		} else {
			at = s->start_ms;
		}
		before = at;
		free = later_of(at, free) + lasts_ms(near, order[k]);
	}
	list->count += moves != NULL && changed > 0;
}

/* As it is, brought forward; and with the shortest first, for they keep the fewest
 * waiting (Denton, Viapiano, Vogl 2007). */
static void deal_room(struct listing *list, int r)
{
	const struct repair_near *near = list->near;
	int queue[SIM_TURNS], n = queue_of(near, r, -1, queue);
	deal(list, r, queue, n);
	for (int k = 1; k < n; k++) {
		int of = queue[k], at = k;
		for (; at > 0 && lasts_ms(near, of) < lasts_ms(near, queue[at - 1]); at--)
			queue[at] = queue[at - 1];
		queue[at] = of;
	}
	deal(list, r, queue, n);
}

/* ---- what may be called in ---- */

static void call_in(struct listing *list)
{
	static const char *const rows[] = {"room_up", "borrow", "split", "beds", "staff"};
	const struct twin *t = twin_of(list->near);
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		struct scenario s;
		const char *choice;
		scenario_make(rows[k], &s);
		const struct scenario_parameter *p = scenario_rows[s.which].parameters;
		for (int n = 0; (choice = scenario_choice(t, p[0].kind, n)) != NULL; n++) {
			struct repair_moves *moves = begin(list);
			if (moves == NULL || !scenario_set(&s, p[0].name, choice)
				|| (p[1].kind == PARAMETER_NUMBER
					&& !scenario_set_number(&s, p[1].name, 1)))
				return;
			list->count += take(moves, &s);
		}
	}
}

/* ---- near what went wrong ---- */

struct focus {
	int of[TWIN_CASES];
	double weight[TWIN_CASES];
	int count;
};

static void add_focus(struct focus *f, int of, double weight)
{
	int at = f->count++;
	for (; at > 0 && f->weight[at - 1] < weight; at--) {
		f->of[at] = f->of[at - 1];
		f->weight[at] = f->weight[at - 1];
	}
	f->of[at] = of;
	f->weight[at] = weight;
}

static int home(const struct twin *t, int of)
{
	return t->cases[of].room_at >= 0 ? t->cases[of].room_at
					 : site_room(t->site, t->cases[of].room);
}

/* The operating room it is about: itself, or that of the case; -1. */
static int room_about(const struct twin *t, const char *about)
{
	int of = about[0] != '\0' ? twin_case(t, about) : -1;
	int room = of >= 0 ? home(t, of) : about[0] != '\0' ? site_room(t->site, about) : -1;
	return room >= 0 && t->site->rooms[room].kind == ROOM_OR ? room : -1;
}

static bool names(const struct fork *fork, const struct scenario *s, int room, const char *about)
{
	const struct twin *t = fork->twin;
	const struct scenario_row *row = &scenario_rows[s->which];
	bool of_case = false, is = false;
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++) {
		const char *word = scenario_word(s, i);
		int of = row->parameters[i].kind == PARAMETER_CASE ? twin_case(t, word) : -1;
		of_case = of_case || of >= 0;
		is = is || strcmp(word, about) == 0 || (of >= 0 && room >= 0 && home(t, of) == room)
		     || (row->parameters[i].kind == PARAMETER_ROOM && room >= 0
			     && site_room(t->site, word) == room);
	}
	return is || !of_case;
}

bool repair_moves_about(
	const struct fork *fork, const struct repair_moves *moves, const char *about)
{
	int room = room_about(fork->twin, about);
	if (room < 0 && (about[0] == '\0' || twin_case(fork->twin, about) < 0))
		return true;
	for (int i = 0; i < moves->count; i++)
		if (names(fork, &moves->list[i], room, about))
			return true;
	return false;
}

static void find_focus(const struct repair_near *near, struct focus *f)
{
	const struct twin *t = twin_of(near);
	int room = room_about(t, near->about);
	bool only = near->so_far->count == 0
		    && (room >= 0 || (near->about[0] != '\0' && twin_case(t, near->about) >= 0));
	f->count = 0;
	for (int of = 0; of < t->case_count; of++) {
		int i = near->bench->index.case_of[of];
		if (!movable(near, of))
			continue;
		int r = i >= 0 ? near->bench->plan.cases[i].room : SIM_NONE;
		double weight =
			near->look->wait_min[of] + (r >= 0 ? near->look->overtime_min[r] : 0);
		if (i < 0 || near->look->begins_ms[of] == 0)
			weight += 1e6 - 1e4 * near->race->day.class[of]; /* nobody sees to it */
		if (strcmp(t->cases[of].id, near->about) == 0)
			weight += 1e5;
		else if (r >= 0 && near->bench->index.site_room[r] == room)
			weight += 1e4;
		if (!only || weight >= 1e4)
			add_focus(f, of, weight);
	}
}

int repair_moves_near(const struct repair_near *near, struct repair_moves *out, int max)
{
	struct listing list = {near, out, 0, max};
	struct focus f;
	int room = room_about(twin_of(near), near->about);
	int rooms = near->bench->plan.room_count;
	int about = room >= 0 ? near->bench->index.room_of[room] : SIM_NONE;
	find_focus(near, &f);
	if (near->so_far->count == 0)
		call_in(&list);
	for (int r = 0; r < rooms; r++)
		if (about < 0 || r == about)
			deal_room(&list, r);
	/* A half for whom it is about, a quarter for who might come instead, the rest for
	 * who might change with them or wait. */
	list.max = list.count + (max - list.count) / 2;
	for (int k = 0; k < f.count; k++) {
		tell_late(&list, f.of[k]);
		put_anywhere(&list, f.of[k]);
	}
	list.max = list.count + (max - list.count) / 2;
	for (int of = 0; about >= 0 && of < twin_of(near)->case_count; of++)
		for (int at = 0; movable(near, of) && at <= near->bench->plan.rooms[about].turns;
			at++)
			put(&list, of, about, at);
	list.max = max;
	for (int k = 0; k < f.count && k < 12; k++)
		put_off(&list, f.of[k]);
	for (int k = 0; k < f.count; k++)
		for (int of = 0; of < twin_of(near)->case_count; of++)
			if (of != f.of[k] && movable(near, of))
				change(&list, f.of[k], of);
	return list.count;
}

/* ---- several ---- */

bool repair_moves_join(
	const struct repair_moves *a, const struct repair_moves *b, struct repair_moves *out)
{
	*out = *a;
	for (int i = 0; i < b->count; i++) {
		const struct scenario *s = &b->list[i];
		const struct scenario_parameter *p = scenario_rows[s->which].parameters;
		for (int k = 0; k < SCENARIO_PARAMETERS && p[k].kind != PARAMETER_END; k++)
			if (p[k].kind == PARAMETER_CASE && is_decided(a, scenario_word(s, k)))
				return false;
		if (!take(out, s))
			return false;
	}
	return true;
}

uint64_t repair_moves_key(const struct repair_moves *moves)
{
	uint64_t sum = 0;
	for (int i = 0; i < moves->count; i++) {
		char text[SCENARIO_TEXT];
		scenario_text(&moves->list[i], text);
		sum += hash64(HASH64_BASIS, text, strlen(text)); /* in any order */
	}
	return sum;
}
