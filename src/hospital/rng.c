/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/rng.h"

#include <math.h>

uint64_t rng_next(struct rng *r)
{
	uint64_t z = (r->state += 0x9E3779B97F4A7C15u);
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

struct rng rng_stream(uint64_t seed, uint64_t purpose, uint64_t index)
{
	/* Three scrambled words: neighbouring seeds must not give related days. */
	struct rng r = {seed};
	uint64_t mixed = rng_next(&r) ^ (purpose * 0xD1342543DE82EF95u);
	r.state = mixed;
	mixed = rng_next(&r) ^ (index * 0xAF251AF3B0F025B5u);
	r.state = mixed;
	(void)rng_next(&r);
	return r;
}

double rng_uniform(struct rng *r)
{
	return (double)(rng_next(r) >> 11) * 0x1p-53;
}

double rng_between(struct rng *r, double low, double high)
{
	return low + (high - low) * rng_uniform(r);
}

int rng_below(struct rng *r, int n)
{
	return (int)(rng_uniform(r) * (double)n);
}

double rng_normal(struct rng *r)
{
	/* Box and Muller 1958; the second value is thrown away to keep the state small. */
	double u = 1.0 - rng_uniform(r);
	return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * rng_uniform(r));
}

double rng_lognormal(struct rng *r, double median, double sigma)
{
	return median * exp(sigma * rng_normal(r));
}
