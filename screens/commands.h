/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_COMMANDS_H
#define VIGIE_SCREENS_COMMANDS_H

/* What the commands of the table do. Each returns UI_ bits. */

#include "screens/screen.h"

unsigned cmd_help(struct call *call);
unsigned cmd_top_alarm(struct call *call);
unsigned cmd_open(struct call *call);
unsigned cmd_milestone(struct call *call);
unsigned cmd_absent(struct call *call);
unsigned cmd_minutes(struct call *call);
unsigned cmd_learn(struct call *call);
unsigned cmd_lock_case(struct call *call);
unsigned cmd_nest(struct call *call);
unsigned cmd_stock(struct call *call);
unsigned cmd_alarm(struct call *call);
unsigned cmd_alarm_list(struct call *call);
unsigned cmd_alarm_group(struct call *call);
unsigned cmd_alarm_class(struct call *call);
unsigned cmd_alarm_fold(struct call *call);
unsigned cmd_sound(struct call *call);
unsigned cmd_why(struct call *call);
unsigned cmd_prompt(struct call *call);
unsigned cmd_search_next(struct call *call);
unsigned cmd_sort(struct call *call);
unsigned cmd_offset(struct call *call);
unsigned cmd_reveal(struct call *call);
unsigned cmd_undo(struct call *call);
unsigned cmd_move(struct call *call);
unsigned cmd_pane(struct call *call);
unsigned cmd_goto(struct call *call);
unsigned cmd_next_page(struct call *call);
unsigned cmd_back(struct call *call);
unsigned cmd_indicator(struct call *call);
unsigned cmd_simple(struct call *call);
unsigned cmd_save(struct call *call);
unsigned cmd_break_glass(struct call *call);
unsigned cmd_what_if(struct call *call);
unsigned cmd_in_time(struct call *call);
unsigned cmd_idea(struct call *call);
unsigned cmd_file(struct call *call);
unsigned cmd_note(struct call *call);
unsigned cmd_changes(struct call *call);
unsigned cmd_handover(struct call *call);
unsigned cmd_print(struct call *call);
unsigned cmd_unnote(struct call *call);
unsigned cmd_emergency(struct call *call);
unsigned cmd_repair(struct call *call);
unsigned cmd_proof(struct call *call);
unsigned cmd_core(struct call *call);
unsigned cmd_approve(struct call *call);
unsigned cmd_orders(struct call *call);
unsigned cmd_order(struct call *call);

#endif
