/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/stat.h"

#include <math.h>

static const double SQRT_HALF = 0.70710678118654752440;

double stat_normal_cdf(double z)
{
	return 0.5 * erfc(-z * SQRT_HALF);
}

/* P(Z > z), exact in the far tail too. */
static double normal_tail(double z)
{
	return 0.5 * erfc(z * SQRT_HALF);
}

static double polynomial(const double *c, int n, double x)
{
	double sum = c[0];
	for (int i = 1; i < n; i++)
		sum = sum * x + c[i];
	return sum;
}

/* P. J. Acklam, "An algorithm for computing the inverse normal cumulative
 * distribution function", 2003. */
double stat_normal_quantile(double p)
{
	static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,
		-2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01,
		2.506628277459239e+00};
	static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02,
		-1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01, 1};
	static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01,
		-2.400758277161838e+00, -2.549732539343734e+00, 4.374664141464968e+00,
		2.938163982698783e+00};
	static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01,
		2.445134137142996e+00, 3.754408661907416e+00, 1};
	static const double low = 0.02425;
	if (p < low) {
		double q = sqrt(-2 * log(p));
		return polynomial(c, 6, q) / polynomial(d, 5, q);
	}
	if (p > 1 - low) {
		double q = sqrt(-2 * log1p(-p));
		return -polynomial(c, 6, q) / polynomial(d, 5, q);
	}
	double q = p - 0.5, r = q * q;
	return q * polynomial(a, 6, r) / polynomial(b, 6, r);
}

void stat_lognormal_of(double mean, double deviation, double *mu, double *sigma)
{
	double ratio = deviation / mean;
	double variance = log1p(ratio * ratio);
	*mu = log(mean) - variance / 2;
	*sigma = sqrt(variance);
}

double stat_lognormal_mean(double mu, double sigma)
{
	return exp(mu + sigma * sigma / 2);
}

double stat_lognormal_quantile(double mu, double sigma, double p)
{
	return exp(mu + sigma * stat_normal_quantile(p));
}

double stat_lognormal_cdf(double x, double mu, double sigma)
{
	return x > 0 ? stat_normal_cdf((log(x) - mu) / sigma) : 0;
}

double stat_lognormal_truncated(double mu, double sigma, double elapsed, double u)
{
	if (!(elapsed > 0))
		return stat_lognormal_quantile(mu, sigma, u);
	/* By the upper tail: 1 - F loses every digit where it matters, late. */
	double tail = normal_tail((log(elapsed) - mu) / sigma) * (1 - u);
	double t = tail > 0 ? exp(mu - sigma * stat_normal_quantile(tail)) : elapsed;
	/* Beyond what doubles can tell apart the law still moves on. */
	return t > elapsed ? t : elapsed * (1 + 1e-9);
}

/* E[T | T > t] = m Phi(sigma - z) / Phi(-z), z = (ln t - mu) / sigma. */
double stat_lognormal_remaining(double mu, double sigma, double elapsed)
{
	double mean = stat_lognormal_mean(mu, sigma);
	if (!(elapsed > 0))
		return mean;
	double z = (log(elapsed) - mu) / sigma;
	double tail = normal_tail(z);
	/* So late that the tail underflows: its ratio tends to that of the hazards
	 * (Mills), of which the leading term is sigma t / (z - sigma). */
	if (tail < 1e-280)
		return elapsed * sigma / (z - sigma);
	return mean * normal_tail(z - sigma) / tail - elapsed;
}

double stat_lognormal_overrun(double mu, double sigma, double limit)
{
	double mean = stat_lognormal_mean(mu, sigma);
	if (!(limit > 0))
		return mean - limit;
	double z = (log(limit) - mu) / sigma;
	return mean * normal_tail(z - sigma) - limit * normal_tail(z);
}

double stat_lognormal_crps(double y, double mu, double sigma)
{
	double mean = stat_lognormal_mean(mu, sigma);
	double spread = stat_normal_cdf(sigma * SQRT_HALF) - 1;
	if (!(y > 0))
		return -y - 2 * mean * spread; /* w → -inf: both Phi are 0 */
	double w = (log(y) - mu) / sigma;
	return y * (2 * stat_normal_cdf(w) - 1) - 2 * mean * (stat_normal_cdf(w - sigma) + spread);
}

static void insert_sort(double *values, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		double v = values[i];
		size_t at = i;
		for (; at > 0 && values[at - 1] > v; at--)
			values[at] = values[at - 1];
		values[at] = v;
	}
}

static double middle_of(double a, double b, double c)
{
	double low = a < b ? a : b, high = a < b ? b : a;
	return c < low ? low : c > high ? high : c;
}

/* Hoare's, the smaller part first, so that the stack stays low: a forecast sorts
 * hundreds of columns, and a comparison by call costs four times as much. */
void stat_sort(double *values, size_t n)
{
	while (n > 16) {
		double pivot = middle_of(values[0], values[n / 2], values[n - 1]);
		size_t i = 0, j = n - 1;
		for (;; i++, j--) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i >= j)
				break;
			double v = values[i];
			values[i] = values[j];
			values[j] = v;
		}
		/* All before i are at most the pivot, all from i on at least. */
		if (i < n - i) {
			stat_sort(values, i);
			values += i;
			n -= i;
		} else {
			stat_sort(values + i, n - i);
			n = i;
		}
	}
	insert_sort(values, n);
}

double stat_quantile(const double *sorted, size_t n, double p)
{
	double at = p * (double)(n - 1);
	size_t below = at <= 0 ? 0 : (size_t)at;
	if (below + 1 >= n)
		return sorted[n - 1];
	return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

void stat_add(struct stat_moments *m, double value)
{
	double delta = value - m->mean;
	m->n += 1;
	m->mean += delta / m->n;
	m->m2 += delta * (value - m->mean);
}

double stat_variance(const struct stat_moments *m)
{
	return m->n > 1 ? m->m2 / (m->n - 1) : 0;
}

double stat_error(const struct stat_moments *m)
{
	return m->n > 0 ? sqrt(stat_variance(m) / m->n) : 0;
}
