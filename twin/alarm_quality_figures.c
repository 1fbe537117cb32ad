/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of alarm_quality.h over a span of time. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/alarm_quality.h"
#include "twin/stat.h"

enum { FLOOD_BEGINS = 10, FLOOD_ENDS = 5, CHATTER = 3 };
#define MINUTE_MS INT64_C(60000)
#define STALE_MS  (24 * 60 * MINUTE_MS)

struct span {
	const struct alarm_quality *q;
	int64_t from_ms, to_ms;
};

static bool within(const struct span *span, int64_t at_ms)
{
	return at_ms >= span->from_ms && at_ms <= span->to_ms;
}

/* The n-th that rang in the span, from `at` on; the count where there is none. */
static int next_rang(const struct span *span, int at)
{
	const struct alarm_quality *q = span->q;

	while (at < q->occurrence_count
		&& (q->occurrences[at].hidden || q->occurrences[at].explained
			|| !within(span, q->occurrences[at].rang_ms)))
		at++;
	return at;
}

#define EACH_RANG(span, i)                                                                         \
	for (int i = next_rang(span, 0); i < (span)->q->occurrence_count;                          \
		i = next_rang(span, i + 1))

static double share(int part, int whole)
{
	return whole > 0 ? (double)part / whole : NAN;
}

/* The most that rang in any time of this length. */
static int most(const struct span *span, int64_t window_ms)
{
	const struct alarm_occurrence *all = span->q->occurrences;
	int first = next_rang(span, 0), inside = 0, best = 0;

	EACH_RANG(span, i)
	{
		inside++;
		for (; all[first].rang_ms <= all[i].rang_ms - window_ms;
			first = next_rang(span, first + 1))
			inside--;
		best = inside > best ? inside : best;
	}
	return best;
}

static void floods(const struct span *span, struct alarm_quality_figures *out)
{
	const struct alarm_occurrence *all = span->q->occurrences;
	const int64_t window_ms = 10 * MINUTE_MS;
	int first = next_rang(span, 0), inside = 0;
	int64_t since_ms = 0, spent_ms = 0;

	for (int i = first; first < span->q->occurrence_count;) {
		bool more = i < span->q->occurrence_count;
		int64_t leaves_ms = all[first].rang_ms + window_ms;

		if (more && all[i].rang_ms < leaves_ms) {
			inside++;
			if (!since_ms && inside > FLOOD_BEGINS) {
				since_ms = all[i].rang_ms;
				out->floods++;
			}
			i = next_rang(span, i + 1);
			continue;
		}
		inside--;
		first = next_rang(span, first + 1);
		if (since_ms && inside < FLOOD_ENDS) {
			spent_ms += (leaves_ms < span->to_ms ? leaves_ms : span->to_ms) - since_ms;
			since_ms = 0;
		}
	}
	if (span->to_ms > span->from_ms)
		out->flood_share = (double)spent_ms / (double)(span->to_ms - span->from_ms);
}

/* ---- how long people took ---- */

static struct alarm_delay delay(const struct span *span, int priority, int class_)
{
	static const struct alarm_delay none = {0, NAN, NAN};
	const struct alarm_quality *q = span->q;
	double *seconds = malloc(sizeof *seconds * (size_t)(q->occurrence_count + 1));
	struct alarm_delay d = none;

	if (!seconds)
		return d;
	EACH_RANG(span, i)
	{
		const struct alarm_occurrence *o = &q->occurrences[i];

		if (!o->acked_ms || (priority >= 0 && (int)o->priority != priority)
			|| (class_ >= 0 && (int)q->sources[o->key].class_ != class_))
			continue;
		seconds[d.acked++] = (double)(o->acked_ms - o->rang_ms) / 1000;
	}
	if (d.acked > 0) {
		stat_sort(seconds, (size_t)d.acked);
		d.median_s = stat_quantile(seconds, (size_t)d.acked, 0.5);
		d.p90_s = stat_quantile(seconds, (size_t)d.acked, 0.9);
	}
	free(seconds);
	return d;
}

/* ---- what ought not to ring ---- */

/* The third of three that rang and ended within a minute. */
static bool chatters(const struct alarm_quality *q, const struct alarm_occurrence *o)
{
	const struct alarm_occurrence *first = o;

	for (int n = 1; n < CHATTER; n++) {
		if (first->before < 0 || !first->ended_ms)
			return false;
		first = &q->occurrences[first->before];
	}
	return o->ended_ms && o->ended_ms - first->rang_ms <= MINUTE_MS;
}

static bool fleets(const struct alarm_occurrence *o)
{
	return o->ended_ms && o->ended_ms - o->rang_ms <= MINUTE_MS
	       && (!o->acked_ms || o->acked_ms > o->ended_ms);
}

static void rings(const struct span *span, struct alarm_quality_figures *out)
{
	const struct alarm_quality *q = span->q;
	bool chattered[QUALITY_KEYS] = {false};
	int acked = 0;

	EACH_RANG(span, i)
	{
		const struct alarm_occurrence *o = &q->occurrences[i];
		bool chatter = chatters(q, o) && !chattered[o->key];

		out->rang++;
		out->by_priority[o->priority]++;
		out->by_class[q->sources[o->key].class_]++;
		out->fleeting += fleets(o);
		out->escalated += o->escalated;
		out->timed_out += o->timed_out;
		acked += o->acked_ms != 0;
		out->chattering += chatter;
		chattered[o->key] = chattered[o->key] || chatter;
	}
	for (int i = 0; i < q->occurrence_count; i++) {
		bool inside = within(span, q->occurrences[i].rang_ms);

		out->hidden += q->occurrences[i].hidden && inside;
		out->explained += q->occurrences[i].explained && inside;
	}
	out->escalated_share = share(out->escalated, out->rang);
	out->timed_out_share = share(out->timed_out, acked);
}

/* From when to when it stood too long, within the span; false: it did not. */
static bool stale(
	const struct span *span, const struct alarm_occurrence *o, int64_t *from_ms, int64_t *to_ms)
{
	*from_ms = o->rang_ms + STALE_MS;
	*to_ms = o->ended_ms ? o->ended_ms : INT64_MAX;
	return *from_ms <= span->to_ms && *to_ms > *from_ms && *to_ms > span->from_ms;
}

static void stales(const struct span *span, struct alarm_quality_figures *out)
{
	const struct alarm_quality *q = span->q;

	for (int i = 0; i < q->occurrence_count; i++) {
		int64_t from_ms, to_ms, other_from, other_to;
		int at_once = 0;

		if (!stale(span, &q->occurrences[i], &from_ms, &to_ms))
			continue;
		out->stale++;
		for (int j = 0; j <= i; j++)
			at_once += stale(span, &q->occurrences[j], &other_from, &other_to)
				   && other_to > from_ms && other_to > span->from_ms;
		out->stale_most = at_once > out->stale_most ? at_once : out->stale_most;
	}
}

static void tops(const struct span *span, struct alarm_quality_figures *out)
{
	int rang[QUALITY_KEYS] = {0}, sum = 0;

	EACH_RANG(span, i)
	rang[span->q->occurrences[i].key]++;
	for (int k = 0; k < span->q->source_count; k++)
		out->sources += rang[k] > 0;
	for (int n = 0; n < QUALITY_TOP && n < out->sources; n++) {
		int best = 0;

		for (int k = 1; k < span->q->source_count; k++)
			if (rang[k] > rang[best])
				best = k;
		out->top[n] = best;
		out->top_rang[n] = rang[best];
		out->top_count = n + 1;
		sum += rang[best];
		rang[best] = 0;
	}
	out->top_share = share(sum, out->rang);
}

void alarm_quality_figures(const struct alarm_quality *q, int64_t from_ms, int64_t to_ms,
	double operators, struct alarm_quality_figures *out)
{
	struct span span = {q, from_ms > q->first_ms ? from_ms : q->first_ms, to_ms};
	double minutes;

	memset(out, 0, sizeof *out);
	out->from_ms = span.from_ms;
	out->to_ms = span.to_ms;
	minutes = (double)(span.to_ms - span.from_ms) / (double)MINUTE_MS;
	rings(&span, out);
	out->per_10_min = minutes > 0 ? out->rang / (minutes / 10) / operators : NAN;
	out->per_day = out->per_10_min * 144;
	out->most_1_min = most(&span, MINUTE_MS);
	out->most_10_min = most(&span, 10 * MINUTE_MS);
	out->most_60_min = most(&span, 60 * MINUTE_MS);
	floods(&span, out);
	out->delay = delay(&span, -1, -1);
	for (int p = 0; p < PRIORITY_COUNT; p++)
		out->delay_of[p] = delay(&span, p, -1);
	for (int c = 0; c <= ALARM_CLASS_COUNT; c++)
		out->delay_of_class[c] = delay(&span, -1, c);
	stales(&span, out);
	tops(&span, out);
	for (int i = 0; i < q->hiding_count; i++) {
		bool in = within(&span, q->hidings[i].at_ms);

		out->hidings += in;
		out->against_rules += in && q->hidings[i].against_rules;
	}
}
