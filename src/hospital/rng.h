/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_RNG_H
#define VIGIE_HOSPITAL_RNG_H

/*
 * The emulator's own random numbers (splitmix64, Steele, Lea & Flood 2014).
 * One stream per purpose, so that adding a draw here does not move one there.
 */

#include <stdint.h>

struct rng {
	uint64_t state;
};

struct rng rng_stream(uint64_t seed, uint64_t purpose, uint64_t index);
uint64_t rng_next(struct rng *r);
double rng_uniform(struct rng *r); /* [0, 1) */
double rng_between(struct rng *r, double low, double high);
int rng_below(struct rng *r, int n); /* 0 … n−1; n > 0 */
double rng_normal(struct rng *r);
/* Lognormal with the given median and sigma of the logarithm. */
double rng_lognormal(struct rng *r, double median, double sigma);

#endif
