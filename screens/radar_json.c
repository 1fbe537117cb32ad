/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/radar_rows.h"
#include "screens/show_json_put.h"

static void thousandth(cJSON *to, const char *key, double p)
{
	cJSON_AddNumberToObject(to, key, round(p * 1000) / 1000);
}

static void times(cJSON *to, const char *key, const struct quantiles *q)
{
	cJSON *o;

	if (!(q->p50 > 0))
		return;
	o = cJSON_AddObjectToObject(to, key);
	when(o, "p10", (int64_t)q->p10);
	when(o, "p50", (int64_t)q->p50);
	when(o, "p90", (int64_t)q->p90);
}

static void paired(cJSON *to, const char *key, const struct paired *d)
{
	const double ci[2] = {round(d->low * 10) / 10, round(d->high * 10) / 10};
	cJSON *o = cJSON_AddObjectToObject(to, key);

	tenth(o, "mean", d->mean);
	cJSON_AddItemToObject(o, "ci95", cJSON_CreateDoubleArray(ci, 2));
}

static void add_moments(cJSON *to, const struct view *view)
{
	cJSON *list = cJSON_AddArrayToObject(to, "moments");

	for (int k = 0; k < view->radar->count; k++) {
		const struct radar_moment *m = &view->radar->moments[k];
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(list, o);
		room(view, o, "room", m->room);
		text(o, "after", m->after);
		times(o, "at", &m->at);
		thousandth(o, "p", m->p);
		cJSON_AddNumberToObject(o, "behind", m->behind);
	}
	cJSON_AddNumberToObject(to, "more", view->radar->more);
}

static void add_classes(cJSON *to, const struct view *view)
{
	cJSON *list = cJSON_AddArrayToObject(to, "classes");
	struct radar_row rows[RADAR_CLASSES];
	int count = radar_rows(view, rows);

	for (int k = 0; k < count; k++) {
		cJSON *o = cJSON_CreateObject();

		cJSON_AddItemToArray(list, o);
		cJSON_AddNumberToObject(o, "class", rows[k].nest);
		cJSON_AddNumberToObject(o, "waiting", rows[k].waiting);
		if (rows[k].case_ >= 0)
			cJSON_AddStringToObject(o, "case", view->twin->cases[rows[k].case_].id);
		when(o, "target", rows[k].target_ms);
		if (rows[k].room < 0)
			continue;
		room(view, o, "room", rows[k].room);
		times(o, "at", &rows[k].at);
		cJSON_AddNumberToObject(o, "behind", rows[k].behind);
		cJSON_AddBoolToObject(o, "late", rows[k].late);
	}
}

static void add_hole(cJSON *to, const struct view *view)
{
	const struct radar *r = view->radar;
	cJSON *o, *list;
	char words[SCENARIO_TEXT];

	if (r->to_ms <= r->from_ms)
		return;
	o = cJSON_AddObjectToObject(to, "hole");
	tenth(o, "p10_min", r->hole_min.p10);
	tenth(o, "p50_min", r->hole_min.p50);
	tenth(o, "p90_min", r->hole_min.p90);
	if (r->hole_to_ms > r->hole_from_ms) {
		when(o, "from", r->hole_from_ms);
		when(o, "to", r->hole_to_ms);
	}
	tenth(to, "wait_min", r->wait_min);
	if (r->closes.at_ms == 0)
		return;
	o = cJSON_AddObjectToObject(to, "closes");
	list = cJSON_AddArrayToObject(o, "moves");
	for (int k = 0; k < r->closes.moves.count; k++) {
		scenario_text(&r->closes.moves.list[k], words);
		cJSON_AddItemToArray(list, cJSON_CreateString(words));
	}
	cJSON_AddNumberToObject(o, "tried", r->closes.tried);
	cJSON_AddNumberToObject(o, "untried", r->closes.untried);
	if (r->closes.moves.count == 0)
		return;
	paired(o, "hole_min", &r->closes.hole);
	paired(o, "wait_min", &r->closes.wait);
	paired(o, "overtime_min", &r->closes.overtime);
	paired(o, "objective", &r->closes.objective);
}

void radar_json(cJSON *to, const struct view *view)
{
	const struct radar *r = view->radar;
	cJSON *o, *list;

	if (!r)
		return;
	o = cJSON_AddObjectToObject(to, "radar");
	if (r->next.p50 > 0) {
		times(o, "next", &r->next);
		thousandth(o, "p_next", r->p_next);
	}
	add_moments(o, view);
	add_classes(o, view);
	cJSON_AddNumberToObject(o, "step_min", RADAR_SLOT_MIN);
	list = cJSON_AddArrayToObject(o, "p_free");
	for (int k = 0; k < RADAR_SLOTS; k++)
		cJSON_AddItemToArray(
			list, cJSON_CreateNumber(round((double)r->free[k] * 1000) / 1000));
	add_hole(o, view);
}
