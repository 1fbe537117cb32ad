/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/nearest.h"

#include <string.h>

#include "screens/format.h"
#include "screens/rows.h"
#include "screens/tr.h"

enum { FRESH_MS = 5 * 60000, FAR = TWIN_ROOMS + 1 };

/* Doors from a room to every other one, FAR where no way leads. */
static void walk(const struct site *site, int from, int doors[TWIN_ROOMS])
{
	int queue[TWIN_ROOMS], head = 0, tail = 0;

	for (int i = 0; i < TWIN_ROOMS; i++)
		doors[i] = FAR;
	doors[from] = 0;
	queue[tail++] = from;
	while (head < tail) {
		int here = queue[head++];

		for (int d = 0; d < site->door_count; d++) {
			const struct door *door = &site->doors[d];
			int next = door->a == here ? door->b : door->b == here ? door->a : -1;

			if (next < 0 || next >= TWIN_ROOMS || doors[next] < FAR)
				continue;
			doors[next] = doors[here] + 1;
			queue[tail++] = next;
		}
	}
}

/* The role of a badge whose bearer could go there, -1. */
static int free_role(const struct view *view, const struct thing *t)
{
	const struct site *site = view->twin->site;
	const struct tag *tag = t->site_tag >= 0 ? &site->tags[t->site_tag] : NULL;
	int current;

	if (!tag || tag->kind != TAG_STAFF || !t->known || t->state != LOCATED_IN || t->frozen
		|| t->room < 0 || t->room >= TWIN_ROOMS || rows_fix_age(view, t) > FRESH_MS)
		return -1;
	current =
		site->rooms[t->room].kind == ROOM_OR ? twin_room_current(view->twin, t->room) : -1;
	if (current >= 0 && surgery_has_begun(&view->twin->cases[current]))
		return -1;
	for (int i = 0; i < site->role_count; i++)
		if (strcmp(site->roles[i].id, tag->role) == 0)
			return site->roles[i].no_calls ? -1 : i;
	return -1;
}

struct nearest nearest_free(const struct view *view, int room)
{
	const struct twin *twin = view->twin;
	struct nearest best = {.role = -1, .room = -1, .doors = FAR, .age_ms = -1};
	int doors[TWIN_ROOMS];

	if (twin->site == NULL || room < 0 || room >= TWIN_ROOMS)
		return best;
	walk(twin->site, room, doors);
	for (int i = 0; i < twin->thing_count; i++) {
		const struct thing *t = &twin->things[i];
		int role = free_role(view, t);
		int64_t age_ms = role >= 0 ? rows_fix_age(view, t) : -1;

		if (role < 0 || doors[t->room] > best.doors)
			continue;
		if (role == best.role && t->room == best.room) {
			best.there++;
			best.age_ms = age_ms < best.age_ms ? age_ms : best.age_ms;
		} else if (doors[t->room] < best.doors || age_ms < best.age_ms) {
			best = (struct nearest){role, t->room, doors[t->room], 1, age_ms};
		}
	}
	return best;
}

void nearest_words(const struct view *view, const struct nearest *n, char *out, size_t size)
{
	const struct staff_role *role = n->role >= 0 ? &view->twin->site->roles[n->role] : NULL;
	char age[24];

	format_put(out, size, "%s", "");
	if (!role)
		return;
	format_age(n->age_ms, age, sizeof age);
	format_put(out, size, "%s, %s", role->name[0] ? role->name : role->id,
		format_room(view, n->room));
	if (n->there > 1)
		format_add(out, size, " x%d", n->there);
	if (n->doors > 0)
		format_add(out, size,
			ngettext(", %d door away", ", %d doors away", (unsigned long)n->doors),
			n->doors);
	format_add(out, size, ", %s", age);
}
