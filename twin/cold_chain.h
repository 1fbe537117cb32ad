/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_COLD_CHAIN_H
#define VIGIE_TWIN_COLD_CHAIN_H

/*
 * What a stock that is kept cold has been through since it was put in: minutes
 * out of limits, and its mean kinetic temperature, the one temperature that would
 * have aged it as much as all those it has had (USP <1160>, ICH Q1A(R2) glossary):
 *
 *   T_K = (dH/R) / -ln( mean of exp(-dH / (R T)) ),  dH/R = 10,000 K
 *
 * (dH = 83.144 kJ/mol, R = 8.3144 J/(mol K)), the mean over time, T in kelvin. Between
 * two samples the temperature is taken to go straight from one to the other.
 *
 * Where samples are missing nobody knows: such time is no part of the mean, and it
 * counts as out of limits when the stock was out before it or is after it.
 */

#include <stdbool.h>
#include <stdint.h>

enum { COLD_GAP_MIN = 10 }; /* samples further apart have a hole between them */

struct cold_chain {
	int64_t since_ms; /* stock put in, or first sample; 0: nothing yet */
	int64_t last_ms;  /* newest sample; 0 none since then */
	double last;
	double above_min, below_min;
	double watched_min, unwatched_min;
	double ageing; /* over the watched minutes, against those at 5 Cel */
};

/* One sample, Cel, against the limits of its time. Older ones are ignored. */
void cold_sample(struct cold_chain *cold, double low, double high, double value, int64_t at_ms);
/* Another stock was put in at at_ms: the past is not its own. */
void cold_restart(struct cold_chain *cold, int64_t at_ms);
/* Cel; NAN before there are two samples. */
double cold_kinetic(const struct cold_chain *cold);

/*
 * Minutes until a value leaves its limits when it goes on as in the last samples,
 * the oldest first; -1 when it is out already, or does not: flat, not straight
 * enough to be a trend (r² of the line below 0.85), or only in a day. A compressor's
 * swing is none. `at_min` in minutes.
 */
enum { COLD_TREND = 16, COLD_TREND_LEAST = 5, COLD_TREND_MIN = 15 };
double cold_crosses(const double *at_min, const double *value, int count, double low, double high);

#endif
