/* SPDX-License-Identifier: Apache-2.0 */
#include "src/programme_check.h"

#include <string.h>

#include "screens/format.h"

enum { SHOWN = 5, WHY = 240, LONG_MIN = 12 * 60 };

static bool no_start(const struct programme *p, const struct surgery *s, char why[WHY])
{
	(void)p;
	format_put(why, WHY, "no start: left out");
	return s->start_ms == 0;
}

static bool no_duration(const struct programme *p, const struct surgery *s, char why[WHY])
{
	(void)p;
	format_put(
		why, WHY, "no duration (an end after its start): that of any operation is taken");
	return s->start_ms != 0 && !(surgery_planned_min(s) > 0);
}

static bool long_one(const struct programme *p, const struct surgery *s, char why[WHY])
{
	char lasts[32];
	(void)p;
	format_duration(surgery_planned_min(s), lasts, sizeof lasts);
	format_put(why, WHY, "booked for %s: taken as booked", lasts);
	return surgery_planned_min(s) >= LONG_MIN;
}

static bool no_room(const struct programme *p, const struct surgery *s, char why[WHY])
{
	int room = site_room(p->site, s->room);
	if (s->room[0] == '\0')
		format_put(why, WHY, "no room: goes ahead, and waits for none");
	else if (room < 0)
		format_put(why, WHY, "room %s is not of the site: goes ahead, and waits for none",
			s->room);
	else
		format_put(why, WHY, "room %s is no operating room: goes ahead, and waits for none",
			s->room);
	return room < 0 || p->site->rooms[room].kind != ROOM_OR;
}

static bool overlaps(const struct programme *p, const struct surgery *s, char why[WHY])
{
	for (int i = 0; i < p->twin->case_count; i++) {
		const struct surgery *o = &p->twin->cases[i];
		bool before = o->start_ms < s->start_ms || (o->start_ms == s->start_ms && o < s);
		char from[16], to[16];
		if (o == s || !before || s->room[0] == '\0' || strcmp(o->room, s->room) != 0
			|| surgery_is_off(o) || o->end_ms <= s->start_ms)
			continue;
		format_clock(s->start_ms, from, sizeof from);
		format_clock(o->end_ms, to, sizeof to);
		format_put(why, WHY,
			"begins at %s in %s, where case %.64s is booked until %s: waits for it",
			from, s->room, o->id, to);
		return true;
	}
	return false;
}

static bool no_patient(const struct programme *p, const struct surgery *s, char why[WHY])
{
	(void)p;
	format_put(why, WHY, "no patient: nothing is known of who it is");
	return s->patient[0] == '\0';
}

static const struct check {
	bool lost; /* it cannot be forecast */
	bool (*odd)(const struct programme *p, const struct surgery *s, char why[WHY]);
} checks[] = {
	{true, no_start},
	{false, no_duration},
	{false, long_one},
	{false, no_room},
	{false, overlaps},
	{false, no_patient},
};

static int run_check(const struct programme *p, const struct check *check, FILE *out)
{
	char why[WHY];
	int found = 0;
	for (int i = 0; i < p->twin->case_count; i++) {
		const struct surgery *s = &p->twin->cases[i];
		if (surgery_is_off(s) || !check->odd(p, s, why))
			continue;
		if (found++ < SHOWN)
			fprintf(out, "case %s: %s\n", s->id, why);
	}
	if (found > SHOWN)
		fprintf(out, "... and %d more like it\n", found - SHOWN);
	return found;
}

int programme_check(const struct programme *p, FILE *out)
{
	int lost = 0;
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		int found = run_check(p, &checks[i], out);
		lost += checks[i].lost ? found : 0;
	}
	if (p->twin->dropped > 0)
		fprintf(out, "%llu facts did not fit: a programme holds %d cases\n",
			(unsigned long long)p->twin->dropped, TWIN_CASES);
	return lost + (p->twin->dropped > 0);
}

int programme_left_out(const struct programme *p, const struct plan_index *index, FILE *out)
{
	int other_day = 0;
	for (int i = 0; i < p->twin->case_count; i++) {
		const struct surgery *s = &p->twin->cases[i];
		other_day += index->case_of[i] == SIM_NONE && !surgery_is_off(s) && s->start_ms != 0
			     && !surgery_is_over(s);
	}
	if (other_day > 0)
		fprintf(out, "%d cases begin on another day: left out (--at names the day)\n",
			other_day);
	if (index->dropped > 0)
		fprintf(out, "%d cases did not fit: a forecast holds %d, and %d in a room\n",
			index->dropped, SIM_CASES,
			(int)(sizeof((struct sim_room *)0)->turn / sizeof(int)));
	return index->dropped;
}
