/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_NAMES_H
#define VIGIE_HOSPITAL_NAMES_H

/* Invented people: a family name and a given name drawn apart, so that no pair
 * is meant to be anybody. */

#include "src/hospital/rng.h"

const char *names_family(struct rng *r);
const char *names_given(struct rng *r, char sex); /* 'F' or 'M' */

#endif
