/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/fasting.h"

#include <string.h>

#include "twin/pathway.h"

static const struct {
	const char *target;
	double hours;
} rules[INTAKE_COUNT] = {
	[INTAKE_SOLIDS] = {"fasting_solids_h", 6},
	[INTAKE_LIGHT] = {"fasting_light_h", 6},
	[INTAKE_CLEAR] = {"fasting_fluids_h", 2},
};

enum { NEST_WAITS = 4 }; /* the first class that may be as long as a meal takes */

double fasting_hours(const struct site *site, enum intake intake)
{
	return site_target(site, rules[intake].target, rules[intake].hours);
}

static int64_t legal_after(const struct twin *twin, const struct surgery *s, int intake)
{
	double hours = fasting_hours(twin->site, (enum intake)intake);

	return s->intake[intake].when_ms > 0
		       ? s->intake[intake].when_ms + (int64_t)(hours * 3600000)
		       : 0;
}

enum intake fasting_binding(const struct twin *twin, int case_)
{
	const struct surgery *s = &twin->cases[case_];
	enum intake binding = INTAKE_COUNT;
	int64_t latest = 0;

	for (int i = 0; i < INTAKE_COUNT; i++) {
		int64_t legal = legal_after(twin, s, i);

		if (legal > latest) {
			latest = legal;
			binding = (enum intake)i;
		}
	}
	return binding;
}

int64_t fasting_legal_ms(const struct twin *twin, int case_)
{
	enum intake binding = fasting_binding(twin, case_);

	return binding < INTAKE_COUNT ? legal_after(twin, &twin->cases[case_], (int)binding) : 0;
}

int fasting_kept(const struct twin *twin, int case_)
{
	const struct surgery *s = &twin->cases[case_];
	int64_t legal = fasting_legal_ms(twin, case_), told = 0;
	int said = s->ready[READY_FASTING];

	for (int i = 0; i < INTAKE_COUNT; i++)
		if (s->intake[i].when_ms > 0 && s->intake[i].at_ms > told)
			told = s->intake[i].at_ms;
	if (legal == 0 || (said == 0 && s->ready_by[READY_FASTING].at_ms > told))
		return said;
	return legal <= (s->start_ms > twin->now_ms ? s->start_ms : twin->now_ms);
}

bool fasting_binds(const struct surgery *s)
{
	return !surgery_has_begun(s) && !(s->nest >= 1 && s->nest < NEST_WAITS);
}

/* When the last gate before the room, the one that lets in, opens: minutes after the
 * planned start. */
static double lets_in_min(const struct pathway *way)
{
	double gate_min = 0;
	bool gated = false;

	for (int k = 0; k < way->step_count; k++) {
		const struct pathway_step *step = &way->steps[k];

		if (step->gated && (!gated || step->gate_min > gate_min))
			gate_min = step->gate_min;
		gated = gated || step->gated;
		if (step->ends == MILESTONE_IN_ROOM || pathway_lists(step->need, NEED_ROOM, 0))
			break;
	}
	return gate_min;
}

int64_t fasting_earliest_ms(const struct twin *twin, int case_, const struct pathway *way)
{
	const struct surgery *s = &twin->cases[case_];
	int64_t legal = fasting_binds(s) ? fasting_legal_ms(twin, case_) : 0;

	return legal > 0 ? legal - (int64_t)(lets_in_min(way) * 60000) : 0;
}

int64_t fasting_start_ms(const struct twin *twin, int case_, const struct pathway *way)
{
	int64_t start = twin->cases[case_].start_ms;
	int64_t earliest = fasting_earliest_ms(twin, case_, way);

	return earliest > start ? earliest : start;
}

/* ---- who could come instead ---- */

static bool can_swap(const struct twin *twin, const struct surgery *s, int64_t legal_ms, int other)
{
	const struct surgery *o = &twin->cases[other];
	int64_t earlier = s->start_ms > twin->now_ms ? s->start_ms : twin->now_ms;

	if (o == s || surgery_is_off(o) || surgery_has_begun(o) || surgery_is_over(o))
		return false;
	if (o->start_ms <= s->start_ms || o->start_ms < legal_ms)
		return false;
	if (o->room_at != s->room_at && (!s->surgeon[0] || strcmp(o->surgeon, s->surgeon) != 0))
		return false;
	return fasting_legal_ms(twin, other) <= earlier && o->ready[READY_FASTING] != 0;
}

static bool better(const struct twin *twin, int a, int b)
{
	const struct surgery *x = &twin->cases[a], *y = &twin->cases[b];
	int here_x = surgery_stage(x) != STAGE_EXPECTED,
	    here_y = surgery_stage(y) != STAGE_EXPECTED;
	int ready_x = (fasting_kept(twin, a) == 1) + here_x;
	int ready_y = (fasting_kept(twin, b) == 1) + here_y;

	if (ready_x != ready_y)
		return ready_x > ready_y;
	return x->start_ms != y->start_ms ? x->start_ms < y->start_ms : a < b;
}

int fasting_swaps(const struct twin *twin, int case_, int *out, int max)
{
	const struct surgery *s = &twin->cases[case_];
	int64_t legal_ms = fasting_legal_ms(twin, case_);
	int n = 0;

	if (!fasting_binds(s) || surgery_is_off(s) || legal_ms <= s->start_ms
		|| legal_ms <= twin->now_ms)
		return 0;
	for (int i = 0; i < twin->case_count; i++) {
		int at = n;

		if (!can_swap(twin, s, legal_ms, i))
			continue;
		while (at > 0 && better(twin, i, out[at - 1]))
			at--;
		if (at == max)
			continue;
		n += n < max;
		memmove(out + at + 1, out + at, (size_t)(n - 1 - at) * sizeof *out);
		out[at] = i;
	}
	return n;
}
