/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/forecast_json.h"

#include <math.h>

#include "screens/format.h"
#include "screens/rows.h"

const struct forecast_kpi_name forecast_kpi_names[FORECAST_KPIS] = {
	{"overtime_min", KPI_OVERTIME},
	{"wait_min", KPI_WAIT},
	{"hold_min", KPI_HOLD},
	{"idle_min", KPI_IDLE},
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

static void add_cases(cJSON *to, const struct forecast_told *t)
{
	cJSON *list = cJSON_AddArrayToObject(to, "cases");
	for (int i = 0; i < t->forecast->case_count; i++) {
		const struct forecast_case *c = &t->forecast->cases[i];
		const struct surgery *s = &t->twin->cases[t->forecast->index.twin_case[i]];
		cJSON *o = cJSON_CreateObject();
		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(o, "id", s->id);
		if (s->room[0] != '\0')
			cJSON_AddStringToObject(o, "room", s->room);
		add_times(o, "start", &c->start);
		add_times(o, "end", &c->end);
		add_times(o, "pacu_out", &c->pacu_out);
		cJSON_AddNumberToObject(o, "hold_min", rounded(c->hold_min, 0.1));
		cJSON_AddNumberToObject(o, "wait_min", rounded(c->wait_min, 0.1));
	}
}

static void add_rooms(cJSON *to, const struct forecast_told *t)
{
	cJSON *list = cJSON_AddArrayToObject(to, "rooms");
	for (int r = 0; r < t->forecast->room_count; r++) {
		const struct forecast_room *room = &t->forecast->rooms[r];
		cJSON *o = cJSON_CreateObject();
		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(
			o, "id", t->twin->site->rooms[t->forecast->index.site_room[r]].id);
		add_times(o, "end", &room->end);
		if (!room->has_session)
			continue;
		cJSON_AddNumberToObject(o, "p_overtime", rounded(room->p_overtime, 0.001));
		add_minutes(o, "overtime_min", &room->overtime);
		cJSON_AddNumberToObject(o, "idle_min", rounded(room->idle_mean, 0.1));
	}
}

static void add_curve(cJSON *to, const char *key, const double *values, double unit)
{
	cJSON *list = cJSON_AddArrayToObject(to, key);
	for (int i = 0; i < FORECAST_SLOTS; i++)
		cJSON_AddItemToArray(list, cJSON_CreateNumber(rounded(values[i], unit)));
}

static void add_pacu(cJSON *to, const struct forecast_told *t)
{
	int p = forecast_beds(t->forecast, ROOM_PACU);
	if (p < 0)
		return; /* bays are not known */
	cJSON *o = cJSON_AddObjectToObject(to, "pacu");
	cJSON_AddNumberToObject(o, "step_min", FORECAST_SLOT_MIN);
	cJSON_AddNumberToObject(o, "bays", t->forecast->loads[p].units);
	add_curve(o, "p50", t->forecast->loads[p].p50, 0.1);
	add_curve(o, "p90", t->forecast->loads[p].p90, 0.1);
	add_curve(o, "p_full", t->forecast->loads[p].p_full, 0.001);
}

static void add_bottlenecks(cJSON *to, const struct forecast_told *t)
{
	cJSON *list = cJSON_AddArrayToObject(to, "bottlenecks");
	for (int i = 0; i < t->forecast->bottleneck_count; i++) {
		const struct forecast_bottleneck *b = &t->forecast->bottlenecks[i];
		const struct paired *e = &b->effect;
		const double ci[2] = {rounded(e->low, 0.1), rounded(e->high, 0.1)};
		cJSON *o = cJSON_CreateObject();
		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(
			o, "resource", forecast_resource_id(t->twin->site, b->role, b->beds));
		cJSON_AddNumberToObject(o, "effect_min", rounded(e->mean, 0.1));
		cJSON_AddItemToObject(o, "ci95", cJSON_CreateDoubleArray(ci, 2));
	}
}

static void add_kpi(cJSON *to, const char *key, const struct forecast_kpi *k)
{
	cJSON *o = cJSON_AddObjectToObject(to, key);
	cJSON_AddNumberToObject(o, "overtime_min", rounded(k->overtime_min, 0.1));
	cJSON_AddNumberToObject(o, "wait_min", rounded(k->wait_min, 0.1));
	cJSON_AddNumberToObject(o, "hold_min", rounded(k->hold_min, 0.1));
	cJSON_AddNumberToObject(o, "idle_min", rounded(k->idle_min, 0.1));
}

static void add_difference(cJSON *to, const struct forecast_told *t)
{
	cJSON *o = cJSON_AddObjectToObject(to, "difference");
	for (int i = 0; i < FORECAST_KPIS; i++) {
		const struct paired *d = &t->difference[forecast_kpi_names[i].kpi];
		const double ci[2] = {rounded(d->low, 0.1), rounded(d->high, 0.1)};
		cJSON *one = cJSON_AddObjectToObject(o, forecast_kpi_names[i].name);
		cJSON_AddNumberToObject(one, "mean", rounded(d->mean, 0.1));
		cJSON_AddItemToObject(one, "ci95", cJSON_CreateDoubleArray(ci, 2));
	}
}

void forecast_json(cJSON *root, const struct forecast_told *t)
{
	char at[40];
	format_rfc3339(t->forecast->at_ms, at, sizeof at);
	cJSON_AddStringToObject(root, "at", at);
	cJSON_AddNumberToObject(root, "reps", t->forecast->reps);
	cJSON_AddNumberToObject(root, "seed", t->forecast->seed);
	if (t->forecast->index.unlimited)
		cJSON_AddBoolToObject(root, "unlimited", true);
	add_cases(root, t);
	add_rooms(root, t);
	add_pacu(root, t);
	add_bottlenecks(root, t);
	add_kpi(root, "kpi", &t->forecast->kpi);
	if (t->baseline != NULL)
		add_kpi(root, "baseline", t->baseline);
	if (t->difference != NULL)
		add_difference(root, t);
}
