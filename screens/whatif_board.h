/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_WHATIF_BOARD_H
#define VIGIE_SCREENS_WHATIF_BOARD_H

/*
 * The Board before and after: each room's day from now on as a strip, as it is
 * and with what is injected. A room nothing changes in has one strip.
 *
 *   =  in use   *  last patient out, the middle   .  and nine in ten
 *   ]  end of the session   1..9 a case begins: the same number, the same case;
 *   +  one that comes from elsewhere
 */

#include "screens/page.h"
#include "screens/view.h"

void whatif_board(const struct view *view, const struct what_if_answer *a, struct page *page);

#endif
