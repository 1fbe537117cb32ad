/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_STAT_H
#define VIGIE_TWIN_STAT_H

/*
 * The few formulas of probability the model needs, each with its source.
 * Lognormal laws are given by mu and sigma, the mean and deviation of the
 * logarithm. Nothing allocates; a NaN in is a NaN out.
 */

#include <stddef.h>

double stat_normal_cdf(double z);
/* The z with stat_normal_cdf(z) = p, 0 < p < 1 (Acklam's rational
 * approximation, relative error 1.15e-9). */
double stat_normal_quantile(double p);

/* mu and sigma of a lognormal law with this arithmetic mean and deviation. */
void stat_lognormal_of(double mean, double deviation, double *mu, double *sigma);
double stat_lognormal_mean(double mu, double sigma);
double stat_lognormal_quantile(double mu, double sigma, double p);
double stat_lognormal_cdf(double x, double mu, double sigma);
/* T given T > elapsed, from the uniform draw u: monotone in u, so that a
 * running activity shares its fate between what-ifs. Returns T itself, > elapsed. */
double stat_lognormal_truncated(double mu, double sigma, double elapsed, double u);
/* Mean of T - elapsed given T > elapsed. Never 0. */
double stat_lognormal_remaining(double mu, double sigma, double elapsed);
/* Mean of max(0, T - limit). */
double stat_lognormal_overrun(double mu, double sigma, double limit);
/* Continuous ranked probability score of the law against what happened, in the
 * unit of y (Baran and Lerch, Q. J. R. Meteorol. Soc. 2015, 141: 2289). */
double stat_lognormal_crps(double y, double mu, double sigma);

/* The p-quantile of n numbers in ascending order, between two by linear
 * interpolation (Hyndman and Fan 1996, type 7). n > 0. */
double stat_quantile(const double *sorted, size_t n, double p);
void stat_sort(double *values, size_t n);

/* Mean and variance in one pass (Welford 1962). Start from {0}. */
struct stat_moments {
	double n, mean, m2;
};
void stat_add(struct stat_moments *m, double value);
double stat_variance(const struct stat_moments *m); /* of the sample, 0 below two */
double stat_error(const struct stat_moments *m);    /* standard error of the mean */

#endif
