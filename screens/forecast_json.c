/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/forecast_json.h"

#include <math.h>

#include "screens/format.h"
#include "screens/radar_rows.h"
#include "screens/rows.h"

const struct forecast_kpi_name forecast_kpi_names[FORECAST_KPIS] = {
	{"overtime_min", KPI_OVERTIME},
	{"wait_min", KPI_WAIT},
	{"hold_min", KPI_HOLD},
	{"idle_min", KPI_IDLE},
	{"called_off_min", KPI_LOST},
};

static double rounded(double value, double unit)
{
	return round(value / unit) * unit;
}

static void add_times(cJSON *to, const char *key, const struct quantiles *q)
{
	const double values[3] = {q->p10, q->p50, q->p90};
	static const char *const names[3] = {"p10", "p50", "p90"};
	char text[40];
	if (q->p50 == 0)
		return;
	cJSON *o = cJSON_AddObjectToObject(to, key);
	for (int i = 0; i < 3; i++) {
		format_rfc3339((int64_t)values[i], text, sizeof text);
		cJSON_AddStringToObject(o, names[i], text);
	}
}

static void add_minutes(cJSON *to, const char *key, const struct quantiles *q)
{
	cJSON *o = cJSON_AddObjectToObject(to, key);
	cJSON_AddNumberToObject(o, "p10", rounded(q->p10, 0.1));
	cJSON_AddNumberToObject(o, "p50", rounded(q->p50, 0.1));
	cJSON_AddNumberToObject(o, "p90", rounded(q->p90, 0.1));
}

static void add_effect(cJSON *o, const char *key, const struct paired *e)
{
	const double ci[2] = {rounded(e->low, 0.1), rounded(e->high, 0.1)};

	cJSON_AddNumberToObject(o, key, rounded(e->mean, 0.1));
	cJSON_AddItemToObject(o, "ci95", cJSON_CreateDoubleArray(ci, 2));
}

static void add_cases(cJSON *to, const struct forecast_told *t)
{
	cJSON *list = cJSON_AddArrayToObject(to, "cases");
	for (int i = 0; i < t->view->forecast->case_count; i++) {
		const struct forecast_case *c = &t->view->forecast->cases[i];
		const struct surgery *s =
			&t->view->twin->cases[t->view->forecast->index.twin_case[i]];
		cJSON *o = cJSON_CreateObject();
		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(o, "id", s->id);
		if (s->room[0] != '\0')
			cJSON_AddStringToObject(o, "room", s->room);
		add_times(o, "start", &c->start);
		add_times(o, "end", &c->end);
		add_times(o, "pacu_out", &c->pacu_out);
		add_times(o, "home", &c->home);
		cJSON_AddNumberToObject(o, "p_cancelled", rounded(c->p_off, 0.001));
		cJSON_AddNumberToObject(o, "p_no_show", rounded(c->p_no_show, 0.001));
		if (c->p_convert >= 0)
			cJSON_AddNumberToObject(o, "p_convert", rounded(c->p_convert, 0.001));
		cJSON_AddNumberToObject(o, "hold_min", rounded(c->hold_min, 0.1));
		cJSON_AddNumberToObject(o, "wait_min", rounded(c->wait_min, 0.1));
	}
}

/* A price that nobody set is blank, not guessed. */
static void add_idle(cJSON *to, const struct site *site, const struct forecast_room *room)
{
	double minutes[IDLE_CAUSES], sum = rows_idle(room, 0.1, minutes);
	double price = site_price(site, "or_hour");
	cJSON *causes;

	cJSON_AddNumberToObject(to, "idle_min", rounded(sum, 0.1));
	if (price >= 0)
		cJSON_AddNumberToObject(to, "idle_cost", rounded(sum * price / 60, 0.01));
	causes = cJSON_AddObjectToObject(to, "idle_by_cause");
	for (int i = 0; i < IDLE_CAUSES; i++) {
		cJSON *o = cJSON_AddObjectToObject(causes, idle_cause_name((enum idle_cause)i));

		cJSON_AddNumberToObject(o, "min", rounded(minutes[i], 0.1));
		if (price >= 0)
			cJSON_AddNumberToObject(o, "cost", rounded(minutes[i] * price / 60, 0.01));
	}
}

static void add_rooms(cJSON *to, const struct forecast_told *t)
{
	cJSON *list = cJSON_AddArrayToObject(to, "rooms");
	for (int r = 0; r < t->view->forecast->room_count; r++) {
		const struct forecast_room *room = &t->view->forecast->rooms[r];
		cJSON *o = cJSON_CreateObject();
		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(o, "id",
			t->view->twin->site->rooms[t->view->forecast->index.site_room[r]].id);
		add_times(o, "end", &room->end);
		if (!room->has_session)
			continue;
		cJSON_AddNumberToObject(o, "p_overtime", rounded(room->p_overtime, 0.001));
		add_minutes(o, "overtime_min", &room->overtime);
		add_idle(o, t->view->twin->site, room);
	}
}

static void add_curve(cJSON *to, const char *key, const double *values, double unit)
{
	cJSON *list = cJSON_AddArrayToObject(to, key);
	for (int i = 0; i < FORECAST_SLOTS; i++)
		cJSON_AddItemToArray(list, cJSON_CreateNumber(rounded(values[i], unit)));
}

static void add_load(cJSON *o, const struct forecast *f, int p)
{
	int64_t full_ms = forecast_full_ms(f, p);
	char at[40];

	cJSON_AddNumberToObject(o, "step_min", FORECAST_SLOT_MIN);
	add_curve(o, "p50", f->loads[p].p50, 0.1);
	add_curve(o, "p90", f->loads[p].p90, 0.1);
	add_curve(o, "p_full", f->loads[p].p_full, 0.001);
	if (full_ms == 0)
		return;
	format_rfc3339(full_ms, at, sizeof at);
	cJSON_AddStringToObject(o, "full_at", at);
	cJSON_AddNumberToObject(o, "lead_min", (double)(full_ms - f->at_ms) / 60000);
}

static const char *resource(const struct forecast_told *t, int role, int beds, int kit)
{
	return forecast_resource_id(t->view->twin->site, role, beds, kit);
}

/* The PACU by its name, and everything that is counted. */
static void add_loads(cJSON *to, const struct forecast_told *t)
{
	const struct forecast *f = t->view->forecast;
	int pacu = forecast_beds(f, ROOM_PACU);
	cJSON *list;

	if (pacu >= 0) {
		cJSON *o = cJSON_AddObjectToObject(to, "pacu");

		cJSON_AddNumberToObject(o, "bays", f->loads[pacu].units);
		add_load(o, f, pacu);
	}
	list = cJSON_AddArrayToObject(to, "loads");
	for (int p = 0; p < f->pool_count; p++) {
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(o, "resource",
			resource(t, f->index.pool_role[p], f->index.pool_beds[p],
				f->index.pool_kit[p]));
		cJSON_AddNumberToObject(o, "units", f->loads[p].units);
		add_load(o, f, p);
	}
}

static cJSON *add_demand_of(cJSON *list, const struct forecast_told *t, int i)
{
	const struct forecast_demand *d = &t->view->forecast->demand[i];
	cJSON *o = cJSON_CreateObject();
	char at[40];

	cJSON_AddItemToArray(list, o);
	cJSON_AddStringToObject(o, "resource", resource(t, d->role, d->beds, d->kit));
	cJSON_AddNumberToObject(o, "units", d->units);
	cJSON_AddNumberToObject(o, "p50", rounded(d->p50, 0.1));
	cJSON_AddNumberToObject(o, "p90", rounded(d->p90, 0.1));
	cJSON_AddNumberToObject(o, "p_short", rounded(d->p_short, 0.001));
	if (d->short_ms != 0) {
		format_rfc3339(d->short_ms, at, sizeof at);
		cJSON_AddStringToObject(o, "short_at", at);
	}
	return o;
}

static void add_demand(cJSON *to, const struct forecast_told *t)
{
	const struct forecast *f = t->view->forecast;
	int gaps[SIM_POOLS], count = forecast_gaps(f, gaps);
	cJSON *list;

	if (f->demand_count == 0)
		return;
	list = cJSON_AddArrayToObject(to, "demand");
	for (int i = 0; i < f->demand_count; i++)
		add_demand_of(list, t, i);
	list = cJSON_AddArrayToObject(to, "gaps");
	for (int i = 0; i < count; i++) {
		const struct forecast_demand *d = &f->demand[gaps[i]];
		const struct forecast_bottleneck *more =
			forecast_one_more(f, d->role, d->beds, d->kit);
		cJSON *o = add_demand_of(list, t, gaps[i]);

		if (more)
			cJSON_AddNumberToObject(o, "one_more_min", rounded(more->effect.mean, 0.1));
	}
}

static void add_bottlenecks(cJSON *to, const char *key, const struct forecast_told *t,
	const struct forecast_bottleneck *ranked)
{
	cJSON *list = cJSON_AddArrayToObject(to, key);

	for (int i = 0; i < t->view->forecast->bottleneck_count; i++) {
		const struct forecast_bottleneck *b = &ranked[i];
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(o, "resource", resource(t, b->role, b->beds, b->kit));
		add_effect(o, "effect_min", &b->effect);
	}
}

/* When each room can take an emergency. */
static void add_break_ins(cJSON *to, const struct forecast_told *t)
{
	struct break_in_row rows[SIM_ROOMS];
	int count = break_in_rows(t->view, rows, SIM_ROOMS);
	cJSON *list = cJSON_AddArrayToObject(to, "break_ins");
	char at[40];

	for (int i = 0; i < count; i++) {
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(o, "room", t->view->twin->site->rooms[rows[i].room].id);
		add_times(o, "from", &rows[i].when);
		if (rows[i].until_ms > 0) {
			format_rfc3339(rows[i].until_ms, at, sizeof at);
			cJSON_AddStringToObject(o, "until", at);
		}
	}
}

static void add_kpi(cJSON *to, const char *key, const struct forecast_kpi *k)
{
	cJSON *o = cJSON_AddObjectToObject(to, key);
	cJSON_AddNumberToObject(o, "overtime_min", rounded(k->overtime_min, 0.1));
	cJSON_AddNumberToObject(o, "wait_min", rounded(k->wait_min, 0.1));
	cJSON_AddNumberToObject(o, "hold_min", rounded(k->hold_min, 0.1));
	cJSON_AddNumberToObject(o, "idle_min", rounded(k->idle_min, 0.1));
	cJSON_AddNumberToObject(o, "cancelled", rounded(k->cancelled, 0.01));
	cJSON_AddNumberToObject(o, "called_off_min", rounded(k->called_off_min, 0.1));
}

static void add_difference(cJSON *to, const struct forecast_told *t)
{
	cJSON *o = cJSON_AddObjectToObject(to, "difference");
	for (int i = 0; i < FORECAST_KPIS; i++) {
		add_effect(cJSON_AddObjectToObject(o, forecast_kpi_names[i].name), "mean",
			&t->difference[forecast_kpi_names[i].kpi]);
	}
}

const struct robust_link *robust_weakest(const struct robust *r, const struct twin *twin, int room)
{
	const struct robust_link *worst = NULL;

	for (int i = 0; i < r->link_count; i++) {
		const struct robust_link *one = &r->links[i];

		if ((room < 0 || twin->cases[one->case_].room_at == room)
			&& (!worst || one->cost.mean > worst->cost.mean))
			worst = one;
	}
	return worst;
}

static void add_robust(cJSON *to, const struct forecast_told *t)
{
	const struct surgery *cases = t->view->twin->cases;
	cJSON *o = cJSON_AddObjectToObject(to, "robustness"), *list;
	char text[SCENARIO_TEXT];

	cJSON_AddNumberToObject(o, "plus_min", ROBUST_MIN);
	cJSON_AddNumberToObject(o, "reps", t->robust->reps);
	list = cJSON_AddArrayToObject(o, "cases");
	for (int i = 0; i < t->robust->link_count; i++) {
		const struct robust_link *link = &t->robust->links[i];
		cJSON *one = cJSON_CreateObject();

		cJSON_AddItemToArray(list, one);
		cJSON_AddStringToObject(one, "id", cases[link->case_].id);
		cJSON_AddStringToObject(one, "room", cases[link->case_].room);
		add_effect(one, "cost_min", &link->cost);
	}
	cJSON_AddNumberToObject(o, "tried", t->robust->tried);
	list = cJSON_AddArrayToObject(o, "changes");
	for (int i = 0; i < t->robust->change_count; i++) {
		cJSON *one = cJSON_CreateObject();

		cJSON_AddItemToArray(list, one);
		scenario_text(&t->robust->changes[i].scenario, text);
		cJSON_AddStringToObject(one, "scenario", text);
		add_effect(one, "effect_min", &t->robust->changes[i].overtime);
	}
}

void forecast_json(cJSON *root, const struct forecast_told *t)
{
	struct forecast_kpi kpi;
	double causes[IDLE_CAUSES];
	char at[40];

	format_rfc3339(t->view->forecast->at_ms, at, sizeof at);
	cJSON_AddStringToObject(root, "at", at);
	cJSON_AddNumberToObject(root, "reps", t->view->forecast->reps);
	cJSON_AddNumberToObject(root, "seed", t->view->forecast->seed);
	if (t->view->forecast->index.unlimited)
		cJSON_AddBoolToObject(root, "unlimited", true);
	if (t->note)
		cJSON_AddStringToObject(root, "note", t->note);
	if (site_price(t->view->twin->site, "or_hour") >= 0)
		cJSON_AddStringToObject(root, "currency", t->view->twin->site->currency);
	add_cases(root, t);
	add_rooms(root, t);
	add_loads(root, t);
	add_bottlenecks(root, "bottlenecks", t, t->view->forecast->bottlenecks);
	add_bottlenecks(root, "bottlenecks_2h", t, t->view->forecast->bottlenecks_later);
	add_demand(root, t);
	add_break_ins(root, t);
	radar_json(root, t->view);
	kpi = t->view->forecast->kpi;
	kpi.idle_min = rows_idle_all(t->view->forecast, 0.1, causes); /* as the rooms' */
	add_kpi(root, "kpi", &kpi);
	if (t->robust)
		add_robust(root, t);
	if (t->baseline != NULL)
		add_kpi(root, "baseline", t->baseline);
	if (t->difference != NULL)
		add_difference(root, t);
}
