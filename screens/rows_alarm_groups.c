/* SPDX-License-Identifier: Apache-2.0 */

/* The lists of alarms as the reader wants them: what is in, and what stands under
 * one line. A HIGH alarm never hides in a group that is closed. */

#include <stdlib.h>
#include <string.h>

#include "screens/alarm_words.h"
#include "screens/format.h"
#include "screens/rows.h"
#include "screens/rows_alarms.h"
#include "screens/tr.h"
#include "twin/cause.h"
#include "twin/flood.h"
#include "twin/hash.h"

static const struct alarm_choice usual = {.list = ALARMS_OPEN, .by = GROUP_CAUSE};

bool alarm_unfolded(const struct alarm_choice *choice, uint64_t group)
{
	for (int i = 0; i < ALARM_UNFOLDED; i++)
		if (group != 0 && choice->unfolded[i] == group)
			return true;
	return false;
}

void alarm_unfold(struct alarm_choice *choice, uint64_t group, bool open)
{
	for (int i = 0; i < ALARM_UNFOLDED; i++)
		if (choice->unfolded[i] == group)
			choice->unfolded[i] = 0;
	if (!open)
		return;
	choice->unfolded[choice->unfolded_next] = group;
	choice->unfolded_next = (choice->unfolded_next + 1) % ALARM_UNFOLDED;
}

/* --- what is in ---------------------------------------------------------- */

static bool is_listed(const struct view *view, const struct alarm_choice *choice, int i)
{
	const struct alarm *a = &view->twin->alarms[i];
	bool rings = alarm_rings(a, view->now_ms);

	if (choice->only > 0 && (int)a->class_ != choice->only - 1)
		return false;
	switch (choice->list) {
	case ALARMS_UNACKED:
		return (a->active || a->latched) && !a->acked && rings;
	case ALARMS_ASIDE:
		return !rings || a->unknown;
	default:
		/* What follows from another alarm stands under it, what is shelved or out
		 * of service in a list of its own. */
		return rings || a->cause[0];
	}
}

static int chosen(
	const struct view *view, const struct alarm_choice *choice, struct alarm_row *rows, int max)
{
	int count = alarm_rows(view, rows, max), kept = 0;

	for (int i = 0; i < count; i++)
		if (is_listed(view, choice, rows[i].alarm))
			rows[kept++] = rows[i];
	return kept;
}

static int past_order(const void *x, const void *y, void *twin)
{
	const struct alarm *alarms = ((const struct twin *)twin)->alarms;
	int a = ((const struct alarm_row *)x)->alarm, b = ((const struct alarm_row *)y)->alarm;

	if (alarms[a].changed_ms != alarms[b].changed_ms)
		return alarms[a].changed_ms > alarms[b].changed_ms ? -1 : 1;
	return a < b ? -1 : 1;
}

static int past(
	const struct view *view, const struct alarm_choice *choice, struct alarm_row *rows, int max)
{
	const struct twin *twin = view->twin;
	int count = 0;

	for (int i = 0; i < twin->alarm_count && count < max; i++) {
		const struct alarm *a = &twin->alarms[i];

		if (a->raised_ms > 0 && alarm_state(a) == ALARM_A
			&& (choice->only == 0 || (int)a->class_ == choice->only - 1))
			rows[count++] =
				(struct alarm_row){.alarm = i, .state = ALARM_A, .by = GROUP_NONE};
	}
	qsort_r(rows, (size_t)count, sizeof *rows, past_order, (void *)twin);
	return count;
}

/* Since midnight: what was of no use today. */
static int useless(
	const struct view *view, const struct alarm_choice *choice, struct alarm_row *rows, int max)
{
	struct nuisance_alarm list[TWIN_ALARMS];
	int count = alarm_nuisances(
		    view->twin, view->now_ms, format_midnight(view->now_ms), list, TWIN_ALARMS),
	    kept = 0;

	for (int i = 0; i < count && kept < max; i++) {
		const struct alarm *a = &view->twin->alarms[list[i].alarm];

		if (choice->only == 0 || (int)a->class_ == choice->only - 1)
			rows[kept++] = (struct alarm_row){.alarm = list[i].alarm,
				.state = alarm_shown(a, view->now_ms),
				.by = GROUP_NONE,
				.useless = (int)list[i].what + 1,
				.cycles = list[i].cycles};
	}
	return kept;
}

/* --- what stands under one line ------------------------------------------ */

static uint64_t number(enum alarm_grouping by, const void *id, size_t size)
{
	uint64_t n = hash64(hash64(HASH64_BASIS, &by, sizeof by), id, size);

	return n != 0 ? n : 1;
}

/* The floor and the kind of the room, e.g. the operating rooms of the first. */
static int area_of(const struct view *view, const struct alarm *a)
{
	int index = alarm_place(view, a).room;
	const struct room *room = index >= 0 ? &view->twin->site->rooms[index] : NULL;

	return room ? room->floor * ROOM_KIND_COUNT + (int)room->kind : -1;
}

static uint64_t group_of(const struct view *view, enum alarm_grouping by, int alarm)
{
	const struct twin *twin = view->twin;
	const struct alarm *a = &twin->alarms[alarm];
	int id;

	if (by == GROUP_CAUSE) {
		if (a->priority == PRIORITY_HIGH)
			return number(by, a->key, strlen(a->key));
		a = &twin->alarms[alarm_root(twin, alarm)];
		return number(by, a->key, strlen(a->key));
	}
	id = by == GROUP_AREA ? area_of(view, a) : (int)a->class_;
	return number(by, &id, sizeof id);
}

struct member {
	uint64_t group;
	int at;    /* its place in the order of the list */
	int first; /* of its group's first */
};

static int by_group(const void *x, const void *y)
{
	const struct member *a = x, *b = y;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static int by_first(const void *x, const void *y)
{
	const struct member *a = x, *b = y;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* Brings the rows of a group together where the first of them stands; the cause
 * of the others comes first in its group. */
static void gather(
	const struct view *view, enum alarm_grouping by, struct alarm_row *rows, int count)
{
	struct member members[TWIN_ALARMS] = {{0}};
	struct alarm_row before[TWIN_ALARMS];

	count = count < TWIN_ALARMS ? count : TWIN_ALARMS;
	for (int i = 0; i < count; i++)
		members[i] = (struct member){group_of(view, by, rows[i].alarm), i, i};
	qsort(members, (size_t)count, sizeof *members, by_group);
	for (int i = 1; i < count; i++)
		if (members[i].group == members[i - 1].group)
			members[i].first = members[i - 1].first;
	qsort(members, (size_t)count, sizeof *members, by_first);
	memcpy(before, rows, (size_t)count * sizeof *rows);
	for (int i = 0; i < count; i++) {
		rows[i] = before[members[i].at];
		rows[i].group = members[i].group;
		rows[i].by = by;
	}
	for (int i = 0, lead; by == GROUP_CAUSE && i < count; i++) {
		if (i > 0 && rows[i].group == rows[i - 1].group)
			continue;
		for (lead = i; lead < count && rows[lead].group == rows[i].group; lead++)
			if (!view->twin->alarms[rows[lead].alarm].cause[0])
				break;
		if (lead < count && rows[lead].group == rows[i].group && lead > i) {
			struct alarm_row cause = rows[lead];

			memmove(&rows[i + 1], &rows[i], (size_t)(lead - i) * sizeof *rows);
			rows[i] = cause;
		}
	}
}

static int raised_first(const struct twin *twin, const struct alarm_row *rows, int from, int to)
{
	int first = from;

	for (int i = from; i < to; i++)
		if (twin->alarms[rows[i].alarm].raised_ms
			< twin->alarms[rows[first].alarm].raised_ms)
			first = i;
	return first;
}

/* One line for rows [from, to) and those of them that are to be seen. */
static int put_group(const struct view *view, const struct alarm_choice *choice,
	struct alarm_row *rows, int from, int to, struct alarm_row *out, int max)
{
	const struct twin *twin = view->twin;
	struct alarm_row head = rows[from];
	int count = 0;

	if (to - from == 1 || max < 1) {
		rows[from].group = 0;
		out[0] = rows[from];
		return max < 1 ? 0 : 1;
	}
	rows[raised_first(twin, rows, from, to)].first = true;
	head.head = true;
	head.leads = head.by == GROUP_CAUSE || head.by == GROUP_FLOOD;
	head.open = alarm_unfolded(choice, head.group);
	head.members = to - from;
	for (int i = from; i < to; i++) {
		const struct alarm *a = &twin->alarms[rows[i].alarm];

		head.unacked += !a->acked && alarm_rings(a, view->now_ms);
	}
	out[count++] = head;
	for (int i = from + head.leads; i < to && count < max; i++)
		if (head.open || twin->alarms[rows[i].alarm].priority == PRIORITY_HIGH)
			out[count++] = rows[i];
	return count;
}

static int fold(const struct view *view, const struct alarm_choice *choice, struct alarm_row *rows,
	int count, struct alarm_row *out, int max)
{
	int written = 0;

	for (int from = 0, to; from < count && written < max; from = to) {
		for (to = from + 1; to < count && rows[to].group == rows[from].group; to++)
			;
		written += put_group(view, choice, rows, from, to, out + written, max - written);
	}
	return written;
}

/* In a flood: what one cause explains, else one class on one floor, is one line. */
static int flood(
	const struct view *view, const struct alarm_choice *choice, struct alarm_row *rows, int max)
{
	struct alarm_group groups[TWIN_ALARMS];
	const struct twin *twin = view->twin;
	int count = alarm_groups(twin, view->now_ms, groups, TWIN_ALARMS), written = 0;

	for (int g = 0; g < count && written < max; g++) {
		const struct alarm *a = &twin->alarms[groups[g].first];
		struct alarm_row head = {.alarm = groups[g].first,
			.state = alarm_shown(a, view->now_ms),
			.by = GROUP_FLOOD,
			.head = groups[g].count > 1,
			.leads = true,
			.members = groups[g].count,
			.unacked = groups[g].unacked};

		if (choice->only > 0 && (int)a->class_ != choice->only - 1)
			continue;
		if (head.head)
			head.group = number(GROUP_FLOOD, a->key, strlen(a->key));
		head.open = alarm_unfolded(choice, head.group);
		rows[written++] = head;
		for (int i = 0; head.open && i < twin->alarm_count && written < max; i++)
			if (i != head.alarm && alarm_group_has(twin, &groups[g], i, view->now_ms))
				rows[written++] = (struct alarm_row){.alarm = i,
					.state = alarm_shown(&twin->alarms[i], view->now_ms),
					.group = head.group,
					.by = GROUP_FLOOD};
	}
	return written;
}

int alarm_chosen_rows(
	const struct view *view, const struct alarm_choice *choice, struct alarm_row *rows, int max)
{
	struct alarm_row all[TWIN_ALARMS];
	int count;

	choice = choice ? choice : &usual;
	if (choice->list == ALARMS_PAST)
		return past(view, choice, rows, max);
	if (choice->list == ALARMS_USELESS)
		return useless(view, choice, rows, max);
	if (choice->list == ALARMS_OPEN && choice->by == GROUP_CAUSE
		&& alarm_flood_ms(view->twin, view->now_ms) != 0)
		return flood(view, choice, rows, max);
	if (choice->by == GROUP_NONE)
		return chosen(view, choice, rows, max);
	count = chosen(view, choice, all, TWIN_ALARMS);
	gather(view, choice->by, all, count);
	return fold(view, choice, all, count, rows, max);
}

/* --- words --------------------------------------------------------------- */

static const char *const kinds[ROOM_KIND_COUNT] = {
	[ROOM_OR] = N_("operating rooms"),
	[ROOM_INDUCTION] = N_("induction rooms"),
	[ROOM_PACU] = N_("PACU"),
	[ROOM_HOLDING] = N_("holding"),
	[ROOM_DAY_UNIT] = N_("day unit"),
	[ROOM_WARD] = N_("wards"),
	[ROOM_PHARMACY] = N_("pharmacy"),
	[ROOM_STORE] = N_("stores"),
	[ROOM_CORRIDOR] = N_("corridors"),
	[ROOM_OTHER] = N_("other rooms"),
	[ROOM_ICU] = N_("intensive care"),
};

static void area_words(const struct view *view, const struct alarm *a, char *out, size_t size)
{
	int area = area_of(view, a);

	if (area < 0)
		format_put(out, size, "%s", _("no place"));
	else
		format_put(out, size, _("floor %s, %s"),
			view->twin->site->floors[area / ROOM_KIND_COUNT].id,
			_(kinds[area % ROOM_KIND_COUNT]));
}

void alarm_group_words(const struct view *view, const struct alarm_row *row, char *out, size_t size)
{
	const struct alarm *a = &view->twin->alarms[row->alarm];

	if (row->by == GROUP_AREA)
		area_words(view, a, out, size);
	else if (row->by == GROUP_CLASS)
		format_put(out, size, "%s", alarm_class_words(a->class_));
	else
		format_put(out, size, "%s", a->text);
}
