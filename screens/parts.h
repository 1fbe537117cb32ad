/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_PARTS_H
#define VIGIE_SCREENS_PARTS_H

/* Pieces of picture that several screens share. */

#include "screens/page.h"
#include "screens/screen.h"

/* Readiness letters: capital yes, small no, point not known. Arrived, fasting,
 * consent, marked. Returns the role: late when something is missing near the
 * start. */
enum role part_ready(const struct view *view, int index, char *out, size_t size);
/* Locked, and that still means something: # stands beside it. */
bool part_locked(const struct surgery *s);
/* "f12:30" when the fasting clock lets the case begin later than planned, and the
 * letters otherwise. */
enum role part_ready_from(const struct view *view, int index, char *out, size_t size);
/* When a patient in the room is foreseen to leave it: "→ 12:05 (11:40-12:40)",
 * "" when nothing is; an old forecast is dim and says its age. */
enum role part_out(const struct view *view, int index, char *out, size_t size);
/* What somebody says is left of a running case: "40 more minutes, 10:32 nurse". */
bool part_word(const struct surgery *s, char *out, size_t size);
/* A case in a few lines: who, what, team, times, readiness, who says so. */
void part_case(const struct view *view, int index, struct canvas *canvas, struct area area);
/* The alarms that come first. */
void part_alarms(const struct view *view, struct canvas *canvas, struct area area);
/* The screen's list, and under it its `detail` on the selected row. */
void part_list_and_detail(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body);
/* What a stock kept cold has been through, and what it still bears. */
void part_stock(const struct cold_stock *s, struct page *page);
/* Who and what is in a room by radio. */
void part_room(const struct view *view, int room, struct canvas *canvas, struct area area);

#endif
