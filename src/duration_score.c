/* SPDX-License-Identifier: Apache-2.0 */
#include "src/duration_score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/stat.h"

static void count(struct duration_score *s, double middle, double actual)
{
	double error = fabs(actual - middle);
	if (s->n == s->room) {
		long room = s->room > 0 ? 2 * s->room : 1024;
		double *more = realloc(s->errors, (size_t)room * sizeof *more);
		if (more == NULL)
			return;
		s->errors = more;
		s->room = room;
	}
	s->errors[s->n++] = error;
	s->absolute += error;
	s->within10 += error <= 0.1 * actual;
	s->within20 += error <= 0.2 * actual;
}

void duration_score_law(struct duration_score *s, const struct duration_law *law, double actual)
{
	count(s, exp(law->mu), actual);
	s->crps += stat_lognormal_crps(actual, law->mu, law->sigma);
	s->bias += actual - stat_lognormal_mean(law->mu, law->sigma);
	s->covered += actual >= stat_lognormal_quantile(law->mu, law->sigma, 0.1)
		      && actual <= stat_lognormal_quantile(law->mu, law->sigma, 0.9);
}

void duration_score_point(struct duration_score *s, double foretold, double actual)
{
	s->points = true;
	count(s, foretold, actual);
	s->crps += fabs(actual - foretold);
	s->bias += actual - foretold;
}

struct duration_figures duration_score_figures(struct duration_score *s)
{
	double n = (double)s->n;
	if (s->n == 0)
		return (struct duration_figures){.coverage80 = NAN};
	stat_sort(s->errors, (size_t)s->n);
	return (struct duration_figures){
		.n = s->n,
		.mae_min = s->absolute / n,
		.median_ae_min = stat_quantile(s->errors, (size_t)s->n, 0.5),
		.within10 = (double)s->within10 / n,
		.within20 = (double)s->within20 / n,
		.crps_min = s->crps / n,
		.bias_min = s->bias / n,
		.coverage80 = s->points ? NAN : (double)s->covered / n,
	};
}

void duration_score_free(struct duration_score *s)
{
	free(s->errors);
	memset(s, 0, sizeof *s);
}
