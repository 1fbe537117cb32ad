/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_REPAIR_PARTS_H
#define VIGIE_SCREENS_REPAIR_PARTS_H

/* Pieces of picture of one repair, for the list of them and for its proof. */

#include "screens/page.h"
#include "screens/repair_words.h"
#include "screens/screen.h"
#include "twin/order_plan.h"

/* What it changes in one line. */
void repair_short(const struct view *view, const struct repair_answer *a,
	const struct repair_option *o, struct page *page);
/* Overtime of the suite in the middle and in nine of ten, without and with it. */
void repair_overtime(const struct repair_option *o, struct page *page);
/* The other figures, as many beside each other as there is room for. */
void repair_in_columns(const struct view *view, const struct repair_answer *a,
	const struct repair_option *o, struct page *page);
/* Who waits (the hardest hit, so many of them), the rule behind it, what would make it
 * wrong, how well it is proved. */
void repair_reasons(
	const struct view *view, const struct repair_option *o, int waits, struct page *page);

/* That the plan of this name was approved, and how far it has come; nothing when not. */
void repair_approved(const struct view *view, const char *plan, struct page *page);

/* screen_repair.c: the option under the cursor and the id of its plan; NULL none. */
const struct repair_option *repair_chosen(
	struct screen *screen, const struct view *view, char id[ID_SIZE]);
/* screen_proof.c: the option it is about; NULL it is gone. */
const struct repair_option *repair_proved(const struct screen *screen, const struct view *view);

#endif
