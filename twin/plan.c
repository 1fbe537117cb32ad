/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/plan.h"

#include <string.h>

#include "twin/fasting.h"
#include "twin/hash.h"
#include "twin/plan_inner.h"
#include "twin/plan_policy.h"

/* Cases that began longer ago than this are of another day. */
static const int64_t DAY_BACK_MS = 20 * 3600 * 1000LL, DAY_AHEAD_MS = 24 * 3600 * 1000LL;

static const struct plan_policy as_the_site_says;

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
				     && way->steps[k + 1].lasts != LASTS_NOTHING
				     && !pathway_lists(way->steps[k + 1].need, NEED_ROOM, 0);
			since = ended;
		}
	}
	c->elapsed_ms = c->running && b->origin_ms > since ? b->origin_ms - since : 0;
}

/* A case past its 0.9 quantile, closure not begun: its mean time left is that
 * from closure to exit (Tiwari, Dexter 2013; 3,962 cases). */
static void overdue(struct build *b, const struct surgery *s, struct sim_case *c)
{
	const struct pathway *way = b->ways[c->pathway];
	if (!c->running || way->steps[c->step].lasts != LASTS_CASE)
		return;
	if (surgery_elapsed_min(s, b->origin_ms) > b->late_min)
		c->law[c->step] = (struct sim_law){SIM_AT_ONCE, 0, 0};
}

/* ---- cases and rooms ---- */

/* A bed that is kept is still taken. */
static bool is_over(const struct build *b, const struct surgery *s)
{
	const struct pathway *way = pathway_of(b->site, twin_setting(b->twin, s));
	bool goes_on = way->steps[way->step_count - 1].ends != MILESTONE_PACU_OUT;
	if (way->keeps[0].kind != NEED_NONE)
		return false;
	return surgery_when(s, MILESTONE_DISCHARGED) != 0
	       || (!goes_on && surgery_when(s, MILESTONE_PACU_OUT) != 0);
}

/* Asked for, and nobody has given it a room: it does not happen of itself. */
static bool is_unplaced(const struct surgery *s)
{
	return s->status == CASE_REQUESTED && s->room[0] == '\0' && s->room_at < 0;
}

static bool of_the_day(const struct build *b, const struct surgery *s)
{
	return !is_unplaced(s) && !surgery_is_off(s) && !is_over(b, s)
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
	int out = b->index->out_room[c->pathway], from = plan_enters(b, c->pathway) + 1;
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

int64_t plan_home_by(const struct site *site, int64_t at_ms, int64_t midnight_ms)
{
	static const int64_t DAY_MS = 24 * 3600 * 1000LL;
	int usual = -1;
	for (int r = 0; r < site->room_count; r++)
		if (site->rooms[r].kind == ROOM_DAY_UNIT && site->rooms[r].close_min > usual)
			usual = site->rooms[r].close_min;
	double closes = site_target(site, "day_unit_closes_min", usual);
	int64_t ahead = at_ms - midnight_ms;
	if (closes < 0 || midnight_ms == 0)
		return INT64_MAX;
	return midnight_ms + (ahead > 0 ? ahead / DAY_MS : 0) * DAY_MS + (int64_t)(closes * 60000);
}

/* When the day unit closes on the day of a case, after the origin. */
static int64_t home_by(const struct build *b, const struct surgery *s)
{
	int64_t at = plan_home_by(b->site, s->start_ms, b->options->midnight_ms);
	return at == INT64_MAX ? at : at - b->origin_ms;
}

/* The case as it is in the other plan, when nothing of it has changed; NULL. */
static const struct sim_case *same_case(const struct build *b, int twin_case)
{
	const struct plan_like *like = b->options->like;
	if (like == NULL || twin_case >= like->twin->case_count
		|| like->index->case_of[twin_case] == SIM_NONE)
		return NULL;
	const struct surgery *s = &b->twin->cases[twin_case], *o = &like->twin->cases[twin_case];
	bool same = s->start_ms == o->start_ms && s->end_ms == o->end_ms && s->room_at == o->room_at
		    && strcmp(s->room, o->room) == 0;
	return same ? &like->plan->cases[like->index->case_of[twin_case]] : NULL;
}

static void work_out(struct build *b, int twin_case, int i)
{
	const struct surgery *s = &b->twin->cases[twin_case];
	struct sim_case *c = &b->plan->cases[i];
	plan_laws(b, s, i);
	stand(b, s, c);
	if (!plan_word(b, s, c)) /* a person's word comes before a rule */
		overdue(b, s, c);
	extra(b, c, b->policy->extra_min[twin_case]);
}

static void take_over(struct build *b, const struct sim_case *from, int twin_case, int i)
{
	const struct plan_index *other = b->options->like->index;
	struct sim_case *c = &b->plan->cases[i];
	memcpy(c->law, from->law, sizeof c->law);
	c->step = from->step;
	c->running = from->running;
	c->elapsed_ms = from->elapsed_ms;
	c->extra_ms = from->extra_ms;
	c->extra_step = from->extra_step;
	b->index->law_known[i] = other->law_known[other->case_of[twin_case]];
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
	const struct pathway *way = pathway_of(b->site, twin_setting(b->twin, s));
	c->pathway = plan_afoot(b, s, plan_way(b, way, goes_ahead(b, s, way)));
	c->room = room_of(b, s);
	c->planned_ms = fasting_start_ms(b->twin, twin_case, way) - b->origin_ms;
	c->priority = s->nest >= 1 && s->nest <= 6 ? s->nest : 7;
	b->index->twin_case[i] = twin_case;
	b->index->case_of[twin_case] = i;
	b->index->ambulatory[i] = twin_setting(b->twin, s) == SETTING_DAY;
	b->index->home_by_ms[i] = home_by(b, s);
	const struct sim_case *same = same_case(b, twin_case);
	if (same != NULL)
		take_over(b, same, twin_case, i);
	else
		work_out(b, twin_case, i);
	c->absent = c->step >= way->step_count && way->keeps[0].kind == NEED_NONE;
	for (int k = 0; k < SIM_OWN_POOLS; k++)
		c->own[k] = SIM_NONE;
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
					 : plan_need(b, &way->turnover_need);
		room->turnover = plan_turnover(b, way, part);
		room->closed = is_closed(b->twin, r);
		room->last_call_ms = INT64_MAX;
		const struct room *of = &b->site->rooms[r];
		if (of->open_min >= 0 && of->close_min > of->open_min
			&& b->options->midnight_ms != 0) {
			int64_t midnight = b->options->midnight_ms - b->origin_ms;
			b->index->opens_ms[i] = midnight + of->open_min * 60000LL;
			b->index->closes_ms[i] = midnight + of->close_min * 60000LL;
			room->closes_ms = b->index->closes_ms[i];
		}
		room->cleaning_ms = b->twin->rooms[r].state == ROOMSTATE_TURNOVER
					    ? b->origin_ms - b->twin->rooms[r].since_ms
					    : -1;
	}
}

/* Rooms that somebody has been in today: what is late there is no late start. */
static void started(struct build *b)
{
	for (int i = 0; i < b->twin->case_count; i++) {
		const struct surgery *s = &b->twin->cases[i];
		int room = room_of(b, s);
		if (room >= 0 && surgery_has_begun(s)
			&& surgery_entered_ms(s) >= b->options->midnight_ms)
			b->index->started[room] = true;
	}
}

static int64_t listed_ms(const struct build *b, int x)
{
	return b->twin->cases[b->index->twin_case[x]].start_ms;
}

/* Who is in the room is first, then as planned: who has to wait for an empty
 * stomach keeps the turn until somebody decides otherwise. */
static bool goes_before(const struct build *b, int x, int y)
{
	const struct sim_case *a = &b->plan->cases[x], *c = &b->plan->cases[y];
	bool in_a = a->step > b->index->in_room[a->pathway];
	bool in_c = c->step > b->index->in_room[c->pathway];
	if (in_a != in_c)
		return in_a;
	return listed_ms(b, x) != listed_ms(b, y) ? listed_ms(b, x) < listed_ms(b, y) : x < y;
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
	plan->guest_count = plan->hidden_count = plan->kit_count = plan->away_count = 0;
	plan->later_count = 0;
	plan->stream_count = 0;
	plan->no_show = plan->cancelled = plan->not_fasting = 0;
	plan->room_wear = (struct sim_wear){0, 0};
	memset(plan->cases, 0, sizeof plan->cases);
	memset(plan->rooms, 0, sizeof plan->rooms);
	memset(index, 0, sizeof *index);
	index->origin_ms = twin->now_ms;
	for (int i = 0; i < TWIN_CASES; i++)
		index->case_of[i] = SIM_NONE;
	if (twin->site == NULL)
		return;
	rooms_add(&b);
	started(&b);
	for (int i = 0; i < twin->case_count; i++)
		if (of_the_day(&b, &twin->cases[i]))
			case_add(&b, i);
	for (int r = 0; r < plan->room_count; r++)
		turns_of(&b, r);
	plan_surgeons(&b);
	plan_kits(&b);
	plan_beds_taken(&b);
	if (!options->as_listed)
		plan_chances(&b);
	index->unlimited = plan->pool_count == 0;
}

void plan_more(struct sim_plan *plan, const struct plan_index *index, int pool, int by)
{
	int cover = index->pool_cover[pool];
	plan->pools[pool].units += by;
	if (cover >= 0)
		plan->pools[cover].units += by * index->covers[pool];
}

void plan_one_later(struct sim_plan *plan, const struct plan_index *index, int pool, int64_t at_ms)
{
	int cover = index->pool_cover[pool];
	plan->later[plan->later_count].pool = pool;
	plan->later[plan->later_count].units = 1;
	plan->later[plan->later_count++].at_ms = at_ms;
	if (cover < 0)
		return;
	plan->later[plan->later_count].pool = cover;
	plan->later[plan->later_count].units = index->covers[pool];
	plan->later[plan->later_count++].at_ms = at_ms;
}
