/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_SCENARIO_ROWS_H
#define VIGIE_TWIN_SCENARIO_ROWS_H

/* What the rows of scenario_table.c do. A new what-if is a function in one of the
 * two files and a row there. */

#include "twin/scenario_fork.h"

typedef bool scenario_inject_row(
	struct fork *fork, const struct scenario *s, char why[SCENARIO_TEXT]);
typedef bool scenario_before_row(
	const struct twin *twin, const struct scenario *s, struct scenario *out);

/* scenario_happens.c */
scenario_inject_row happens_absent, happens_cancel, happens_overrun, happens_faster,
	happens_not_fasting, happens_set_missing, happens_surgeon_late, happens_setting,
	happens_mobility, happens_emergency, happens_mass, happens_wing_down, happens_equipment,
	happens_ward_full;

/* scenario_decided.c */
scenario_inject_row decided_place, decided_postpone, decided_delay, decided_move, decided_swap,
	decided_by_variance, decided_room_down, decided_room_up, decided_staff, decided_beds,
	decided_borrow, decided_split, decided_turnover_team, decided_parallel_induction,
	decided_no_hold, decided_as_usual;

/* scenario_decision.c: what takes it back. */
scenario_before_row before_case, before_same, before_change, before_room, before_way,
	before_as_usual;
/* The n-th word of why a case may be put off; NULL: no more. */
const char *scenario_nth_reason(int n);
/* scenario.c: index of a parameter, -1. */
int scenario_parameter_named(const struct scenario_row *row, const char *key, size_t length);

#endif
