/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/cold_chain.h"

#include <math.h>

static const double ZERO_C = 273.15, DH_OVER_R = 10000, USUAL_C = 5;

/* How much faster it ages than at 5 Cel (Arrhenius). */
static double ageing(double celsius)
{
	return exp(DH_OVER_R * (1 / (ZERO_C + USUAL_C) - 1 / (ZERO_C + celsius)));
}

/* The share of a straight way from a to b that lies above the limit. */
static double share_above(double a, double b, double limit)
{
	if (a > limit && b > limit)
		return 1;
	if (a <= limit && b <= limit)
		return 0;
	return (fmax(a, b) - limit) / fabs(b - a);
}

static void watched(struct cold_chain *c, double low, double high, double value, double minutes)
{
	c->watched_min += minutes;
	c->ageing += minutes * (ageing(c->last) + ageing(value)) / 2;
	c->above_min += minutes * share_above(c->last, value, high);
	c->below_min += minutes * share_above(-c->last, -value, -low);
}

static void unwatched(struct cold_chain *c, double low, double high, double value, double minutes)
{
	c->unwatched_min += minutes;
	if (c->last > high || value > high)
		c->above_min += minutes;
	if (c->last < low || value < low)
		c->below_min += minutes;
}

void cold_sample(struct cold_chain *c, double low, double high, double value, int64_t at_ms)
{
	double minutes = (double)(at_ms - c->last_ms) / 60000;

	if (at_ms < c->last_ms || at_ms < c->since_ms || !(value > -ZERO_C))
		return;
	if (!c->since_ms)
		c->since_ms = at_ms;
	if (c->last_ms && minutes <= COLD_GAP_MIN)
		watched(c, low, high, value, minutes);
	else if (c->last_ms)
		unwatched(c, low, high, value, minutes);
	c->last_ms = at_ms;
	c->last = value;
}

void cold_restart(struct cold_chain *c, int64_t at_ms)
{
	*c = (struct cold_chain){.since_ms = at_ms};
}

double cold_kinetic(const struct cold_chain *c)
{
	if (!(c->watched_min > 0))
		return NAN;
	return DH_OVER_R / (DH_OVER_R / (ZERO_C + USUAL_C) - log(c->ageing / c->watched_min))
	       - ZERO_C;
}

static bool inside(double value, double low, double high)
{
	return value >= low && value <= high;
}

double cold_crosses(const double *at_min, const double *value, int count, double low, double high)
{
	static const double straight = 0.85, day_min = 24 * 60;
	double n = count, t = 0, v = 0, tt = 0, vv = 0, tv = 0, slope, left;

	for (int i = 0; i < count; i++) {
		t += at_min[i] / n;
		v += value[i] / n;
	}
	for (int i = 0; i < count; i++) {
		tt += (at_min[i] - t) * (at_min[i] - t);
		vv += (value[i] - v) * (value[i] - v);
		tv += (at_min[i] - t) * (value[i] - v);
	}
	if (count < COLD_TREND_LEAST || !(tt > 0) || !(vv > 0) || tv * tv < straight * tt * vv)
		return -1;
	slope = tv / tt;
	left = ((slope > 0 ? high : low) - value[count - 1]) / slope;
	return left > 0 && left <= day_min && inside(value[count - 1], low, high) ? left : -1;
}
