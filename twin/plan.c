/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin/estimate.h"
#include "twin/hash.h"
#include "twin/pathway.h"
#include "twin/plan_policy.h"
#include "twin/stat.h"

/* Cases that began longer ago than this are of another day. */
static const int64_t DAY_BACK_MS = 20 * 3600 * 1000LL, DAY_AHEAD_MS = 24 * 3600 * 1000LL;
/* Without a model: the booking is right in the middle, with the spread of a
 * procedure (log-sd 0.329, heart centre, reference 2); without a booking, the
 * median and spread of all surgery (university hospital, ibid.). */
static const double BOOKED_SIGMA = 0.33, ANY_MEDIAN_MIN = 110, ANY_SIGMA = 0.7;
/* A word is right within a third or so (twin/learning.h), until its class has
 * shown how right it is. */
static const double WORD_SD = 0.35;
/* The surgeon's own part is at least this much of a case's time in the room. */
static const double SURGERY_LEAST = 0.45;

struct build {
	const struct twin *twin;
	const struct site *site;
	const struct plan_options *options;
	struct sim_plan *plan;
	struct plan_index *index;
	const struct plan_policy *policy; /* never NULL */
	const struct pathway *ways[SIM_PATHWAYS];
	bool ahead[SIM_PATHWAYS]; /* with its induction before the entry */
	int64_t origin_ms;
};

static const struct plan_policy as_the_site_says;

/* ---- pools ---- */

static int bed_count(const struct site *site, int kind)
{
	int count = 0;
	for (int i = 0; site != NULL && i < site->bed_count; i++)
		count += (int)site->rooms[site->beds[i].room].kind == kind;
	return count;
}

static int pool_add(struct build *b, int role, int beds, int units)
{
	for (int p = 0; p < b->plan->pool_count; p++)
		if (b->index->pool_role[p] == role && b->index->pool_beds[p] == beds)
			return p;
	if (b->plan->pool_count == SIM_POOLS)
		return SIM_NONE;
	int p = b->plan->pool_count++;
	b->plan->pools[p].units = units;
	b->index->pool_role[p] = role;
	b->index->pool_beds[p] = beds;
	return p;
}

/* How many there are today: as somebody said, else as the site says. */
static int units_of(const struct build *b, const char *id, int usual)
{
	for (int i = 0; i < b->twin->resource_count; i++)
		if (strcmp(b->twin->resources[i].id, id) == 0 && b->twin->resources[i].units >= 0)
			return b->twin->resources[i].units;
	return usual;
}

/* What is not counted anywhere is not waited for. */
static int need_of(struct build *b, const struct pathway_need *need)
{
	const struct staff_role *role;
	int beds;
	switch (need->kind) {
	case NEED_ROOM:
		return SIM_ROOM;
	case NEED_ROLE:
		role = &b->site->roles[need->index];
		return role->count > 0
			       ? pool_add(b, need->index, -1, units_of(b, role->id, role->count))
			       : SIM_NONE;
	case NEED_BEDS:
		beds = bed_count(b->site, need->index);
		return beds > 0 ? pool_add(b, -1, need->index,
			       units_of(b, room_kind_name((enum room_kind)need->index), beds))
				: SIM_NONE;
	case NEED_NONE:
		break;
	}
	return SIM_NONE;
}

static void needs_of(
	struct build *b, const struct pathway_need from[PATHWAY_NEEDS], int8_t to[SIM_NEEDS])
{
	int count = 0;
	for (int k = 0; k < SIM_NEEDS; k++)
		to[k] = SIM_NONE;
	for (int k = 0; k < PATHWAY_NEEDS && from[k].kind != NEED_NONE; k++) {
		int need = need_of(b, &from[k]);
		if (need != SIM_NONE)
			to[count++] = (int8_t)need;
	}
}

/* ---- pathways ---- */

static void find_marks(struct plan_index *index, int w, const struct pathway *way)
{
	index->in_room[w] = index->out_room[w] = index->in_pacu[w] = index->out_pacu[w] = -1;
	for (int s = 0; s < way->step_count; s++) {
		const struct pathway_step *step = &way->steps[s];
		if (step->ends == MILESTONE_IN_ROOM
			|| (index->in_room[w] < 0 && pathway_lists(step->need, NEED_ROOM, 0)))
			index->in_room[w] = s;
		if (pathway_lists(step->give, NEED_ROOM, 0))
			index->out_room[w] = s;
		if (pathway_lists(step->need, NEED_BEDS, ROOM_PACU))
			index->in_pacu[w] = s;
		if (pathway_lists(step->give, NEED_BEDS, ROOM_PACU))
			index->out_pacu[w] = s;
	}
}

static int way_find(const struct build *b, const struct pathway *way, bool ahead)
{
	int w = 0;
	while (w < b->plan->pathway_count && (b->ways[w] != way || b->ahead[w] != ahead))
		w++;
	return w;
}

static int way_add(struct build *b, const struct pathway *way, bool ahead)
{
	int w = way_find(b, way, ahead);
	if (w < b->plan->pathway_count || w == SIM_PATHWAYS)
		return w < SIM_PATHWAYS ? w : 0;
	struct sim_pathway *to = &b->plan->pathways[w];
	b->ahead[b->plan->pathway_count] = ahead;
	b->ways[b->plan->pathway_count++] = way;
	to->count = way->step_count;
	for (int s = 0; s < way->step_count; s++) {
		const struct pathway_step *from = &way->steps[s];
		memcpy(to->steps[s].name, from->stage, sizeof from->stage);
		needs_of(b, from->need, to->steps[s].need);
		needs_of(b, from->give, to->steps[s].give);
		to->steps[s].gated = from->gated;
		to->steps[s].gate_ms = (int64_t)(from->gate_min * 60000);
		to->steps[s].begins = (int8_t)from->begins;
		to->steps[s].ends = (int8_t)from->ends;
	}
	find_marks(b->index, w, way);
	int out = b->index->out_room[w];
	if (b->policy->no_hold && out >= 0 && out + 1 < way->step_count) {
		policy_leave_without_bay(b->index, to, out);
		b->index->in_pacu[w] += b->index->in_pacu[w] == out;
	}
	if (ahead) {
		policy_induce_ahead(to, policy_induction(way));
		b->index->in_room[w] = policy_induction(way);
	}
	return w;
}

/* Where the pathway itself enters the room. */
static int enters(const struct build *b, int w)
{
	return b->index->in_room[w] - (b->ahead[w] ? 1 : 0);
}

/* ---- how long ---- */

static struct sim_law lognormal(double mean, double deviation)
{
	double mu, sigma;
	if (!(mean > 0))
		return (struct sim_law){SIM_AT_ONCE, 0, 0};
	if (!(deviation > 0))
		return (struct sim_law){SIM_FIXED, (float)mean, 0};
	stat_lognormal_of(mean, deviation, &mu, &sigma);
	return (struct sim_law){SIM_LOGNORMAL, (float)mu, (float)sigma};
}

/* The case's time in the room, all steps of it. */
static struct duration_law room_time(struct build *b, const struct surgery *s, int plan_case)
{
	double planned = surgery_planned_min(s);
	struct duration_law law = {.mu = log(planned > 0 ? planned : ANY_MEDIAN_MIN),
		.sigma = planned > 0 ? BOOKED_SIGMA : ANY_SIGMA};
	b->index->law_known[plan_case] = 0;
	if (b->options->learnt == NULL)
		return law;
	struct duration_input input;
	duration_suite_case(b->twin, s, &input);
	learnt_law(b->options->learnt, &input, planned, &law);
	b->index->law_known[plan_case] = law.seen;
	return law;
}

/*
 * The case's law is of its whole time in the room. The other steps there keep
 * their own laws while they leave the surgeon enough; in a short case they are
 * short as well, all by the same share.
 */
static double others_share(const struct build *b, int w, const struct pathway *way, double mean)
{
	double others = 0;
	for (int s = enters(b, w) + 1; s <= b->index->out_room[w]; s++)
		others += way->steps[s].lasts == LASTS_LAW ? way->steps[s].a : 0;
	double most = (1 - SURGERY_LEAST) * mean;
	return others > most ? most / others : 1;
}

static struct sim_law surgeons_part(const struct build *b, int w, const struct pathway *way,
	const struct duration_law *law, double share)
{
	double mean = stat_lognormal_mean(law->mu, law->sigma);
	double left = mean, spread = mean * mean * expm1(law->sigma * law->sigma);
	for (int s = enters(b, w) + 1; s <= b->index->out_room[w]; s++) {
		if (way->steps[s].lasts != LASTS_LAW)
			continue;
		left -= share * way->steps[s].a;
		spread -= share * share * way->steps[s].b * way->steps[s].b;
	}
	/* The others' spread may be as large as the whole's: the surgeon's part
	 * still varies, by a fifth at least. */
	spread = spread > 0.04 * left * left ? spread : 0.04 * left * left;
	return lognormal(left, sqrt(spread));
}

static void laws_of(struct build *b, const struct surgery *s, int i)
{
	struct sim_case *c = &b->plan->cases[i];
	const struct plan_index *x = b->index;
	const struct pathway *way = b->ways[c->pathway];
	struct duration_law law = room_time(b, s, i);
	bool of_case = false;
	for (int k = 0; k < way->step_count; k++)
		of_case = of_case || way->steps[k].lasts == LASTS_CASE;
	double share =
		of_case ? others_share(b, c->pathway, way, stat_lognormal_mean(law.mu, law.sigma))
			: 1;
	for (int k = 0; k < way->step_count; k++) {
		const struct pathway_step *step = &way->steps[k];
		bool inside = k > enters(b, c->pathway) && k <= x->out_room[c->pathway];
		double of = inside ? share : 1;
		c->law[k] = (struct sim_law){SIM_AT_ONCE, 0, 0};
		if (step->lasts == LASTS_LAW)
			c->law[k] = lognormal(of * step->a, of * step->b);
		else if (step->lasts == LASTS_BETWEEN)
			c->law[k] = (struct sim_law){SIM_UNIFORM, (float)step->a, (float)step->b};
		else if (step->lasts == LASTS_CASE)
			c->law[k] = surgeons_part(b, c->pathway, way, &law, share);
	}
	if (b->ahead[c->pathway]) {
		int entry = x->in_room[c->pathway];
		struct sim_law induction = c->law[entry];
		c->law[entry] = c->law[entry - 1];
		c->law[entry - 1] = induction;
	}
}

/* ---- where the patient stands ---- */

/* The furthest step its milestones speak of. A step that waits for nothing has
 * begun when the one before it was over. */
static void stand(struct build *b, const struct surgery *s, struct sim_case *c)
{
	const struct pathway *way = b->ways[c->pathway];
	int64_t since = 0;
	for (int k = 0; k < way->step_count; k++) {
		const struct pathway_step *step = &way->steps[k];
		int64_t began =
			step->begins >= 0 ? surgery_when(s, (enum milestone)step->begins) : 0;
		int64_t ended = step->ends >= 0 ? surgery_when(s, (enum milestone)step->ends) : 0;
		if (began > 0) {
			c->step = k;
			c->running = true;
			since = began;
		}
		if (ended > 0) {
			c->step = k + 1;
			c->running = k + 1 < way->step_count && way->steps[k + 1].begins < 0
				     && way->steps[k + 1].lasts != LASTS_NOTHING;
			since = ended;
		}
	}
	c->elapsed_ms = c->running && b->origin_ms > since ? b->origin_ms - since : 0;
}

/* A case past its 0.9 quantile, closure not begun: its mean time left is that
 * from closure to exit (Tiwari, Dexter 2013; 3,962 cases). */
static void overdue(struct build *b, struct sim_case *c)
{
	const struct pathway *way = b->ways[c->pathway];
	if (!c->running || way->steps[c->step].lasts != LASTS_CASE)
		return;
	struct sim_law *law = &c->law[c->step];
	double elapsed = (double)c->elapsed_ms / 60000;
	if (law->kind == SIM_LOGNORMAL
		&& elapsed > stat_lognormal_quantile((double)law->a, (double)law->b, 0.9))
		*law = (struct sim_law){SIM_AT_ONCE, 0, 0};
}

/* ---- what somebody says ---- */

static double mean_of(const struct sim_law *law)
{
	switch (law->kind) {
	case SIM_FIXED:
		return (double)law->a;
	case SIM_UNIFORM:
		return ((double)law->a + (double)law->b) / 2;
	case SIM_LOGNORMAL:
		return stat_lognormal_mean((double)law->a, (double)law->b);
	default:
		return 0;
	}
}

static double variance_of(const struct sim_law *law)
{
	double mean = mean_of(law), range = (double)law->b - (double)law->a;
	if (law->kind == SIM_LOGNORMAL)
		return mean * mean * expm1((double)law->b * (double)law->b);
	return law->kind == SIM_UNIFORM ? range * range / 12 : 0;
}

static void stretch(struct sim_law *law, double factor, double narrower)
{
	if (law->kind == SIM_LOGNORMAL) {
		law->a += (float)log(factor);
		law->b *= (float)narrower;
	} else {
		law->a *= (float)factor;
		law->b *= (float)factor;
	}
}

/*
 * A word on the rest of the room time is weighed against the law of all of it,
 * and stretches or shrinks each step that is left by the same factor. What runs
 * is told anew from the word on, or from its own beginning when that was later.
 * True while the word is in force.
 */
static bool estimate(struct build *b, const struct surgery *s, struct sim_case *c)
{
	int out = b->index->out_room[c->pathway];
	double minutes = (double)(b->origin_ms - s->estimate_ms) / 60000;
	double run = (double)c->elapsed_ms / 60000, gone = fmin(fmax(minutes, 0), run);
	double left = s->estimate_min - fmax(minutes - run, 0), factor, narrower;
	double deviation = b->options->learnt != NULL
				   ? learnt_deviation(b->options->learnt, WORD_PERSON)
				   : WORD_SD;
	if (!(s->estimate_min > 0) || !(left > 0) || c->step <= b->index->in_room[c->pathway]
		|| c->step > out)
		return false;
	struct sim_law now = c->law[c->step];
	double mu, sigma, all = 0, variance = 0;
	if (c->running && now.kind == SIM_LOGNORMAL) {
		estimate_left((double)now.a, (double)now.b, run - gone, &mu, &sigma);
		now = (struct sim_law){SIM_LOGNORMAL, (float)mu, (float)sigma};
	}
	for (int i = c->step; i <= out; i++) {
		all += mean_of(i == c->step ? &now : &c->law[i]);
		variance += variance_of(i == c->step ? &now : &c->law[i]);
	}
	if (!(all > 0))
		return false;
	stat_lognormal_of(all, sqrt(variance), &mu, &sigma);
	estimate_combine(mu, sigma, left, deviation, &factor, &narrower);
	stretch(&now, factor, narrower);
	if (now.kind == SIM_LOGNORMAL
		&& gone > stat_lognormal_quantile((double)now.a, (double)now.b, 0.9))
		return false; /* it has turned out wrong: what runs longer is the law's */
	c->law[c->step] = now;
	for (int i = c->step + 1; i <= out; i++)
		stretch(&c->law[i], factor, narrower);
	c->elapsed_ms = (int64_t)(gone * 60000);
	return true;
}

/* ---- cases and rooms ---- */

static bool of_the_day(const struct build *b, const struct surgery *s)
{
	return !surgery_is_off(s) && surgery_when(s, MILESTONE_DISCHARGED) == 0
	       && surgery_when(s, MILESTONE_PACU_OUT) == 0
	       && s->start_ms > b->origin_ms - DAY_BACK_MS
	       && s->start_ms < b->origin_ms + DAY_AHEAD_MS
	       && (s->status != CASE_FULFILLED || surgery_has_begun(s));
}

/* Nobody who is in the room, or on the way, is taken back out of it. */
static bool goes_ahead(const struct build *b, const struct surgery *s, const struct pathway *way)
{
	int induction = policy_induction(way);
	if (!b->policy->induction_ahead || induction < 1 || surgery_has_begun(s))
		return false;
	int begins = way->steps[induction - 1].begins;
	return begins < 0 || surgery_when(s, (enum milestone)begins) == 0;
}

/* More or fewer minutes: of the surgeon's part, or of what is left of the case. */
static void extra(struct build *b, struct sim_case *c, int minutes)
{
	const struct pathway *way = b->ways[c->pathway];
	int out = b->index->out_room[c->pathway], from = enters(b, c->pathway) + 1;
	if (minutes == 0 || c->step > out)
		return;
	c->extra_ms = minutes * 60000;
	c->extra_step = c->step > from ? c->step : from;
	for (int k = c->extra_step; k <= out; k++)
		if (way->steps[k].lasts == LASTS_CASE
			|| (way->steps[k].lasts == LASTS_LAW
				&& way->steps[c->extra_step].lasts != LASTS_CASE
				&& way->steps[k].a > way->steps[c->extra_step].a))
			c->extra_step = k;
}

static int room_of(const struct build *b, const struct surgery *s)
{
	int room = s->room_at >= 0 ? s->room_at : site_room(b->site, s->room);
	return room >= 0 ? b->index->room_of[room] : SIM_NONE;
}

static void case_add(struct build *b, int twin_case)
{
	const struct surgery *s = &b->twin->cases[twin_case];
	if (b->plan->case_count == SIM_CASES) {
		b->index->dropped++;
		return;
	}
	int i = b->plan->case_count++;
	struct sim_case *c = &b->plan->cases[i];
	c->who = hash32(HASH32_BASIS, s->id, strlen(s->id));
	const struct pathway *way = pathway_of(b->site, s->setting);
	c->pathway = way_add(b, way, goes_ahead(b, s, way));
	c->room = room_of(b, s);
	c->planned_ms = s->start_ms - b->origin_ms;
	c->priority = s->nest >= 1 && s->nest <= 6 ? s->nest : 7;
	b->index->twin_case[i] = twin_case;
	b->index->case_of[twin_case] = i;
	laws_of(b, s, i);
	stand(b, s, c);
	if (!estimate(b, s, c)) /* a person's word comes before a rule */
		overdue(b, c);
	extra(b, c, b->policy->extra_min[twin_case]);
	c->absent = c->step >= b->ways[c->pathway]->step_count;
}

/* Closed while somebody is inside: the next one does not enter. */
static bool is_closed(const struct twin *twin, int room)
{
	const struct room_twin *r = &twin->rooms[room];
	return r->state == ROOMSTATE_DOWN
	       || (r->service == SERVICE_CLOSED
		       && (r->current < 0
			       || r->service_ms >= surgery_entered_ms(&twin->cases[r->current])));
}

static void rooms_add(struct build *b)
{
	const struct pathway *way = pathway_of(b->site, SETTING_UNKNOWN);
	double part = 1 - b->policy->turnover_less / 100.0;
	for (int r = 0; r < TWIN_ROOMS; r++)
		b->index->room_of[r] = SIM_NONE;
	for (int r = 0; r < b->site->room_count && r < TWIN_ROOMS; r++) {
		if (b->site->rooms[r].kind != ROOM_OR || b->plan->room_count == SIM_ROOMS)
			continue;
		int i = b->plan->room_count++;
		struct sim_room *room = &b->plan->rooms[i];
		b->index->room_of[r] = i;
		b->index->site_room[i] = r;
		room->cleaning = way->turnover_need.kind == NEED_NONE
					 ? SIM_NONE
					 : need_of(b, &way->turnover_need);
		room->turnover =
			lognormal(part * way->turnover_mean, part * way->turnover_deviation);
		room->closed = is_closed(b->twin, r);
		const struct room *of = &b->site->rooms[r];
		if (of->open_min >= 0 && of->close_min > of->open_min
			&& b->options->midnight_ms != 0) {
			int64_t midnight = b->options->midnight_ms - b->origin_ms;
			b->index->opens_ms[i] = midnight + of->open_min * 60000LL;
			b->index->closes_ms[i] = midnight + of->close_min * 60000LL;
		}
		room->cleaning_ms = b->twin->rooms[r].state == ROOMSTATE_TURNOVER
					    ? b->origin_ms - b->twin->rooms[r].since_ms
					    : -1;
	}
}

/* Who is in the room is first, then as planned. */
static bool goes_before(const struct build *b, int x, int y)
{
	const struct sim_case *a = &b->plan->cases[x], *c = &b->plan->cases[y];
	bool in_a = a->step > b->index->in_room[a->pathway];
	bool in_c = c->step > b->index->in_room[c->pathway];
	if (in_a != in_c)
		return in_a;
	return a->planned_ms != c->planned_ms ? a->planned_ms < c->planned_ms : x < y;
}

static void turns_of(struct build *b, int r)
{
	struct sim_room *room = &b->plan->rooms[r];
	int most = (int)(sizeof room->turn / sizeof *room->turn);
	for (int i = 0; i < b->plan->case_count; i++) {
		const struct sim_case *c = &b->plan->cases[i];
		if (c->room != r || c->absent || c->step > b->index->out_room[c->pathway])
			continue;
		if (room->turns == most) {
			b->index->dropped++;
			continue;
		}
		int at = room->turns++;
		for (; at > 0 && goes_before(b, i, room->turn[at - 1]); at--)
			room->turn[at] = room->turn[at - 1];
		room->turn[at] = i;
	}
}

void plan_build(const struct twin *twin, const struct plan_options *options, struct sim_plan *plan,
	struct plan_index *index)
{
	struct build b = {.twin = twin,
		.site = twin->site,
		.options = options,
		.plan = plan,
		.index = index,
		.policy = options->policy != NULL ? options->policy : &as_the_site_says,
		.origin_ms = twin->now_ms};
	plan->pathway_count = plan->case_count = plan->room_count = plan->pool_count = 0;
	memset(plan->cases, 0, sizeof plan->cases);
	memset(plan->rooms, 0, sizeof plan->rooms);
	memset(index, 0, sizeof *index);
	index->origin_ms = twin->now_ms;
	for (int i = 0; i < TWIN_CASES; i++)
		index->case_of[i] = SIM_NONE;
	if (twin->site == NULL)
		return;
	rooms_add(&b);
	for (int i = 0; i < twin->case_count; i++)
		if (of_the_day(&b, &twin->cases[i]))
			case_add(&b, i);
	for (int r = 0; r < plan->room_count; r++)
		turns_of(&b, r);
	index->unlimited = plan->pool_count == 0;
}
