/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_SUITE_WHATIF_H
#define VIGIE_TESTS_SUITE_WHATIF_H

/* What a station would hold of a stack of what-ifs over suite_world.h: the answer of
 * 400 replications. To be included after suite_screens.h. */

#include "twin/whatif.h"

struct sides {
	struct sim_plan plan[2];
	struct plan_index index[2];
	struct forecast forecast[2];
};

static void what_if_compute(const struct what_if *stack, struct what_if_answer *answer)
{
	static struct sides s;
	struct fork fork = {.twin = twin_create()};
	struct forecast_run *run[2];

	*answer = (struct what_if_answer){.asked = *stack};
	answer->injected = what_if_fork(&fork, world->twin, stack, answer->refused);
	for (int k = 0; k < 2; k++) {
		struct plan_options options = {
			.midnight_ms = MIDNIGHT_MS, .policy = k ? &fork.policy : NULL};

		plan_build(k ? fork.twin : world->twin, &options, &s.plan[k], &s.index[k]);
		run[k] = forecast_run_create(&s.plan[k], &s.index[k], 1, 400);
		forecast_run_part(run[k], 0, 400);
		forecast_run_read(run[k], 400, &s.forecast[k]);
	}
	what_if_compare(&(struct what_if_side){world->twin, run[0], &s.forecast[0]},
		&(struct what_if_side){fork.twin, run[1], &s.forecast[1]}, answer);
	forecast_run_destroy(run[0]);
	forecast_run_destroy(run[1]);
	twin_destroy(fork.twin);
	world->view.what_if_answer = answer;
}

#endif
