/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_TRUTH_H
#define VIGIE_HOSPITAL_TRUTH_H

/* What is really so, one JSON line for each simulated minute. */

#include <stdio.h>

#include "src/hospital/day.h"

/* Writes every full minute in (from, to]; returns the last one written, or from. */
int64_t truth_write(FILE *out, const struct day *day, int64_t from_ms, int64_t to_ms);

#endif
