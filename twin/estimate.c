/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/estimate.h"

#include <math.h>

#include "twin/stat.h"

/* So late that doubles cannot tell the quantiles apart. */
static const double LEAST_SIGMA = 0.05;

void estimate_left(double mu, double sigma, double elapsed, double *to_mu, double *to_sigma)
{
	static const double u[3] = {0.15865525393145705, 0.5, 0.84134474606854295};
	double at[3];
	for (int i = 0; i < 3; i++)
		at[i] = log(stat_lognormal_truncated(mu, sigma, elapsed, u[i]) - elapsed);
	*to_mu = at[1];
	*to_sigma = fmax((at[2] - at[0]) / 2, LEAST_SIGMA);
}

void estimate_combine(
	double mu, double sigma, double left, double deviation, double *factor, double *narrower)
{
	double spread = fmax(sigma, LEAST_SIGMA);
	double trust = 1 / (deviation * deviation), against = 1 / (spread * spread);
	*factor = exp((trust * log(left) + against * mu) / (trust + against) - mu);
	*narrower = 1 / sqrt(trust + against) / spread;
}
