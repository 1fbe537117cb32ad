/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_FORESEE_H
#define VIGIE_SRC_FORESEE_H

/* A forecast on several threads: parts of one run, so that the answer is the
 * same for any number of them. */

#include "twin/forecast.h"

enum { FORESEE_THREADS = 64 };

/* Runs all replications of `run`, of which there are `reps`. */
void foresee(struct forecast_run *run, int reps, int threads);
/* How many threads this machine is worth. */
int foresee_threads(void);

#endif
