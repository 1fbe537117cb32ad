/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_ORDER_WORDS_H
#define VIGIE_SCREENS_ORDER_WORDS_H

/* Orders in words of people: states with a letter, plans by name, what was promised. */

#include "screens/canvas.h"
#include "screens/page.h"
#include "screens/view.h"

enum { ORDER_WORDS = 320 };

/* What a step says, in local time: "put case c-12 into OR 5 at 14:10". */
void order_text_words(const struct view *view, const char *text, char *out, size_t size);
/* Its state with a letter before it, its taking back included: "F refused"; the role. */
enum role order_state_words(const struct order_step *step, char *out, size_t size);
/* When it came to that state; 0 never. */
int64_t order_state_ms(const struct order_step *step);
const char *order_whole_words(enum order_whole whole);
enum role order_whole_role(enum order_whole whole);

/* Somebody has to do something about this plan, or waits for it. */
bool order_is_to_do(const struct view *view, const struct order_plan *plan);
/* One line of it: "put case ...; step 2 of 3, F REFUSED: HALF of it was done ..." */
void order_line(const struct view *view, const struct order_plan *plan, char *out, size_t size);
/* One promise: "OR 1 past session   45 > 15 (5 to 25)   came 30"; its role. */
enum role order_promise_words(const struct view *view, const struct order_plan *plan,
	const struct order_promise *promise, char *out, size_t size);
/* The running score in a line. */
void order_score_words(const struct orders *orders, char *out, size_t size);

#endif
