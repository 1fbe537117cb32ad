/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_PLAN_POLICY_H
#define VIGIE_TWIN_PLAN_POLICY_H

/* What a plan_policy does to a pathway of the plan (twin/plan.h). */

#include "twin/pathway.h"
#include "twin/plan.h"

/* They say the same of how people work. */
bool policy_same(const struct plan_policy *a, const struct plan_policy *b);
/* No hold: the bay is asked for by the step after `out`, the one that leaves the
 * room; there is one. */
void policy_leave_without_bay(const struct plan_index *index, struct sim_pathway *way, int out);
/* The step of a pathway that can be done before the room is entered; -1 none. */
int policy_induction(const struct pathway *way);
/* Induction beside the room, from the moment the one before has left it; the
 * entry comes after it. */
void policy_induce_ahead(struct sim_pathway *way, int induction);

#endif
