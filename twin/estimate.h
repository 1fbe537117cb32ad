/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_ESTIMATE_H
#define VIGIE_TWIN_ESTIMATE_H

/*
 * Somebody's word on what is left of an activity, against the law of it. Both
 * are lognormal, and the word counts by how right such words have been: the
 * mean of the two logarithms, weighted by their precisions (the product of the
 * two densities). All in minutes.
 */

/* What is left of an activity of law (mu, sigma) once `elapsed` has gone, as a
 * lognormal law of its own: the one with its median, and with its width from one
 * sigma below to one above. */
void estimate_left(double mu, double sigma, double elapsed, double *to_mu, double *to_sigma);
/* The law (mu, sigma) of what is left meets the word `left` > 0, whose class has
 * this deviation of log(outcome / word). *factor gets the new median over the
 * old one, *narrower the new sigma over the old one. */
void estimate_combine(
	double mu, double sigma, double left, double deviation, double *factor, double *narrower);

#endif
