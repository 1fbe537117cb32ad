/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/show_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "screens/forecast_json.h"
#include "screens/format.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/show_json_put.h"
#include "twin/catalogue.h"
#include "twin/fasting.h"
#include "twin/indicator.h"

static cJSON *add(cJSON *array)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddItemToArray(array, object);
	return object;
}

static void ready(const struct view *view, cJSON *object, int index)
{
	const struct surgery *s = &view->twin->cases[index];
	cJSON *list = cJSON_AddArrayToObject(object, "ready");

	if (surgery_when(s, MILESTONE_ARRIVED) > 0)
		cJSON_AddItemToArray(list, cJSON_CreateString("arrived"));
	for (int r = 0; r < READY_COUNT; r++) {
		if ((r == READY_FASTING ? fasting_kept(view->twin, index) : s->ready[r]) == 1)
			cJSON_AddItemToArray(
				list, cJSON_CreateString(readiness_name((enum readiness)r)));
	}
}

static void board(const struct view *view, cJSON *array, void *memory)
{
	const struct twin *twin = view->twin;
	struct board_row *rows = memory;
	int count = board_rows(view, rows, ROWS_MAX);

	for (int i = 0; i < count; i++) {
		const struct board_row *r = &rows[i];
		cJSON *o = add(array), *next;

		room(view, o, "id", r->room);
		text(o, "state", room_state_name(r->state));
		if (r->current >= 0)
			text(o, "case", twin->cases[r->current].id);
		if (r->phase >= 0)
			text(o, "phase", milestone_name((enum milestone)r->phase));
		if (r->current >= 0)
			tenth(o, "elapsed_min", r->elapsed_min);
		tenth(o, "planned_min", r->planned_min);
		tenth(o, "late_min", r->late_min);
		if (r->said.who != SOURCE_NONE)
			text(o, "source", source_name(r->said.who));
		age(o, "age_s", r->said.age_ms);
		cJSON_AddBoolToObject(o, "conflict", r->conflict);
		cJSON_AddBoolToObject(o, "greyed", r->greyed);
		if (r->next < 0)
			continue;
		next = cJSON_AddObjectToObject(o, "next");
		text(next, "case", twin->cases[r->next].id);
		when(next, "start", twin->cases[r->next].start_ms);
		ready(view, next, r->next);
	}
}

static void programme(const struct view *view, cJSON *array, void *memory)
{
	struct programme_row *rows = memory;
	int count = programme_rows(view, rows, ROWS_MAX);

	for (int i = 0; i < count; i++) {
		const struct surgery *s = &view->twin->cases[rows[i].case_];
		cJSON *o = add(array);

		text(o, "id", s->id);
		text(o, "room", s->room);
		when(o, "start", s->start_ms);
		when(o, "end", s->end_ms);
		text(o, "patient", s->patient);
		text(o, "procedure", s->procedure);
		text(o, "surgeon", s->surgeon);
		text(o, "anaesthetist", s->anaesthetist);
		if (s->status != CASE_UNKNOWN)
			text(o, "status", case_status_name(s->status));
		text(o, "stage", stage_name(rows[i].stage));
		if (s->nest > 0)
			cJSON_AddNumberToObject(o, "nest", s->nest);
		if (s->add_on >= 0)
			cJSON_AddBoolToObject(o, "add_on", s->add_on == 1);
		if (s->locked)
			cJSON_AddBoolToObject(o, "locked", true);
		ready(view, o, rows[i].case_);
		when(o, "earliest_start", fasting_legal_ms(view->twin, rows[i].case_));
		tenth(o, "late_min", rows[i].late_min);
		cJSON_AddBoolToObject(o, "conflict", rows[i].conflict);
		cJSON_AddBoolToObject(o, "flagged", rows[i].flagged);
		text(o, "not_understood", s->not_understood);
	}
}

static void recovery(const struct view *view, cJSON *array, void *memory)
{
	static const char *const kinds[] = {
		[RECOVERY_BAY] = "bay", [RECOVERY_INCOMING] = "incoming", [RECOVERY_BED] = "bed"};
	struct recovery_row *rows = memory;
	int count = recovery_rows(view, rows, ROWS_MAX);

	for (int i = 0; i < count; i++) {
		const struct recovery_row *r = &rows[i];
		cJSON *o = add(array);

		text(o, "kind", kinds[r->kind]);
		room(view, o, "room", r->room);
		if (r->bed >= 0)
			text(o, "bed", view->twin->site->beds[r->bed].id);
		if (r->patient >= 0)
			text(o, "patient", view->twin->patients[r->patient].id);
		else if (r->case_ >= 0)
			text(o, "patient", view->twin->cases[r->case_].patient);
		if (r->case_ >= 0)
			text(o, "case", view->twin->cases[r->case_].id);
		if (r->patient < 0 && r->case_ < 0)
			continue;
		when(o, r->kind == RECOVERY_INCOMING ? "expected" : "since", r->since_ms);
		if (r->kind == RECOVERY_BAY) {
			cJSON_AddBoolToObject(o, "criteria_met", r->criteria);
			when(o, "criteria_time", r->criteria_ms);
			text(o, "waiting", waiting_name(r->waiting));
		}
		if (r->said.who != SOURCE_NONE)
			text(o, "source", source_name(r->said.who));
		age(o, "age_s", r->said.age_ms);
		cJSON_AddBoolToObject(o, "conflict", r->conflict);
	}
}

static void locate(const struct view *view, cJSON *array, void *memory)
{
	const struct site *site = view->twin->site;
	struct locate_row *rows = memory;
	int count = locate_rows(view, rows, ROWS_MAX);

	for (int i = 0; i < count; i++) {
		const struct thing *t = &view->twin->things[rows[i].thing];
		cJSON *o = add(array);

		text(o, "tag", t->tag);
		/* People stay pseudonyms in output that leaves the screen. */
		if (t->patient[0])
			text(o, "name", t->patient);
		else if (site && t->site_tag >= 0 && t->site_tag < site->tag_count)
			text(o, "name", site->tags[t->site_tag].name);
		text(o, "kind", tag_kind_name(rows[i].kind));
		if (t->known) {
			room(view, o, "room", t->room);
			number(o, "confidence", round(t->confidence * 1000) / 1000);
			room(view, o, "or", t->other);
			when(o, "last_certain", t->certain_ms);
			text(o, "located", located_name(t->state));
			cJSON_AddBoolToObject(o, "frozen", t->frozen);
		}
		if (t->battery >= 0)
			cJSON_AddNumberToObject(o, "battery", t->battery);
	}
}

/* What a stock kept cold has been through. */
static void stock(cJSON *reading, const struct cold_stock *s)
{
	cJSON *o = cJSON_AddObjectToObject(reading, "stock");

	if (s->medicine)
		text(o, "medicine", s->medicine->id);
	when(o, "since", s->since_ms);
	tenth(o, "above_min", s->above_min);
	tenth(o, "below_min", s->below_min);
	if (s->budget_min > 0) {
		tenth(o, "budget_min", s->budget_min);
		tenth(o, "left_min", s->left_min);
	}
	cJSON_AddBoolToObject(o, "near_limit", s->near);
	tenth(o, "mkt", s->kinetic);
	tenth(o, "watched_min", s->watched_min);
	tenth(o, "unwatched_min", s->unwatched_min);
	if (s->to_limit_min >= 0)
		tenth(o, "to_limit_min", s->to_limit_min);
}

static void climate(const struct view *view, cJSON *array, void *memory)
{
	const struct site *site = view->twin->site;
	struct climate_row *rows = memory;
	int count = climate_rows(view, rows, ROWS_MAX);

	for (int i = 0; i < count; i++) {
		const struct reading *r = &view->twin->readings[rows[i].reading];
		cJSON *o = add(array);

		text(o, "tag", r->tag);
		if (rows[i].tag >= 0)
			text(o, "name", site->tags[rows[i].tag].name);
		room(view, o, "room", rows[i].room);
		text(o, "quantity", quantity_name(r->quantity));
		number(o, "value", rows[i].value);
		text(o, "unit", rows[i].pressure ? rows[i].unit : quantity_unit(r->quantity));
		if (rows[i].pressure)
			room(view, o, "over", site_pressure_to(site, rows[i].room));
		if (rows[i].low <= rows[i].high) {
			number(o, "low", rows[i].low);
			number(o, "high", rows[i].high);
			cJSON_AddBoolToObject(o, "out", rows[i].out);
		}
		when(o, "out_since", r->out_since_ms);
		cJSON_AddBoolToObject(o, "cold_chain", rows[i].cold);
		if (rows[i].stocked)
			stock(o, &rows[i].stock);
		when(o, "at", r->at_ms);
		age(o, "age_s", rows[i].age_ms);
	}
}

static const char *feed_state_key(enum feed_state state)
{
	static const char *const keys[FEED_STATE_COUNT] = {[FEED_OFF] = "off",
		[FEED_CONNECTING] = "connecting",
		[FEED_UP] = "up",
		[FEED_DOUBTFUL] = "doubtful",
		[FEED_DOWN] = "down"};

	return (unsigned)state < FEED_STATE_COUNT ? keys[state] : "?";
}

static void feeds(const struct view *view, cJSON *array, void *memory)
{
	struct feed_row *rows = memory;
	int count = feed_rows(view, rows, ROWS_MAX);

	for (int i = 0; i < count; i++) {
		const struct feed_health *f = &view->health->feeds[rows[i].feed];
		cJSON *o = add(array), *refused;

		text(o, "name", f->name);
		text(o, "state", feed_state_key(f->state));
		when(o, "since", f->since_ms);
		when(o, "last", f->last_ms);
		age(o, "age_s", rows[i].age_ms);
		number(o, "messages", (double)f->messages);
		number(o, "rows", (double)f->rows);
		number(o, "facts", (double)f->facts);
		number(o, "drops", (double)f->drops);
		number(o, "duplicates", (double)f->duplicates);
		number(o, "reconnects", (double)f->reconnects);
		cJSON_AddBoolToObject(o, "insecure", f->insecure);
		text(o, "error", f->error);
		refused = cJSON_AddObjectToObject(o, "refused");
		for (int r = 0; r < REFUSED_COUNT; r++) {
			if (f->refused[r])
				number(refused, refusal_name((enum refusal)r),
					(double)f->refused[r]);
		}
	}
}

static void feed_extras(const struct view *view, cJSON *root)
{
	const struct health *h = view->health;
	cJSON *odd = cJSON_AddArrayToObject(root, "odd"),
	      *unknown = cJSON_AddObjectToObject(root, "unknown_frames");

	for (int i = 0; i < h->odd_count && i < HEALTH_ODD; i++) {
		const struct odd_message *m = &h->odd[i];
		cJSON *o = add(odd);

		text(o, "what", m->what);
		text(o, "topic", m->topic);
		text(o, "first", m->first);
		number(o, "size", (double)m->size);
		number(o, "count", (double)m->count);
		when(o, "last", m->last_ms);
	}
	for (int i = 0; i < h->unknown_count && i < HEALTH_UNKNOWN; i++)
		number(unknown, h->unknown[i].name, (double)h->unknown[i].count);
	number(root, "unlisted_rows", (double)h->unlisted_tags);
	number(root, "late_readings", (double)h->late_readings);
	number(root, "late_presses", (double)h->late_presses);
	number(root, "old_readings", (double)h->old_readings);
}

static void gateways(const struct view *view, cJSON *array, void *memory)
{
	struct gateway_row *rows = memory;
	int count = gateway_rows(view, rows, ROWS_MAX);
	char words[256];

	for (int i = 0; i < count; i++) {
		const struct gateway_row *r = &rows[i];
		const struct gateway *g =
			r->gateway >= 0 ? &view->twin->site->gateways[r->gateway] : NULL;
		const struct gateway_health *h =
			r->health >= 0 ? &view->health->gateways[r->health] : NULL;
		cJSON *o = add(array);

		text(o, "mac", g ? g->mac : h ? h->mac : "");
		text(o, "name", g ? g->name : "");
		room(view, o, "room", g ? g->room : -1);
		age(o, "age_s", r->age_ms);
		cJSON_AddBoolToObject(o, "silent", r->silent);
		if (!h)
			continue;
		if (gateway_interval_ms(h) >= 0)
			tenth(o, "interval_s", (double)gateway_interval_ms(h) / 1000);
		number(o, "rows", (double)h->rows);
		number(o, "refused", (double)h->refused);
		number(o, "late", (double)h->late);
		if (h->numbered)
			number(o, "lost", (double)h->lost);
		if (h->clocked)
			tenth(o, "clock_offset_s", (double)h->offset_ms / 1000);
		gateway_hint_words(view, r, words, sizeof words);
		text(o, "remarks", words);
	}
}

static void devices(const struct view *view, cJSON *array, void *memory)
{
	struct device_row *rows = memory;
	int count = device_rows(view, rows, ROWS_MAX);

	for (int i = 0; i < count; i++) {
		const struct device_row *r = &rows[i];
		const struct device_model *m = r->model >= 0 ? &catalogue[r->model] : NULL;
		cJSON *o = add(array);

		text(o, r->tag >= 0 ? "button" : "model", r->name);
		if (r->tag >= 0)
			text(o, "tag", view->twin->site->tags[r->tag].mac);
		if (r->tag >= 0)
			cJSON_AddBoolToObject(o, "in_use", r->expected);
		if (r->tag >= 0)
			cJSON_AddBoolToObject(o, "silent", r->silent);
		number(o, "count", r->count);
		number(o, "heard", r->heard);
		age(o, "age_s", r->age_ms);
		if (r->battery >= 0)
			number(o, "battery", r->battery);
		if (!m)
			continue;
		text(o, "evidence", m->evidence);
		cJSON_AddBoolToObject(o, "verified", m->verified);
		text(o, "yields", m->yields);
	}
}

/* The same keys as `vigie forecast --json`; "rooms" comes with them. */
static void forecast(const struct view *view, cJSON *root)
{
	struct forecast_told told = {.view = view};

	if (view->forecast)
		forecast_json(root, &told);
}

/* The days gone by: their mean, and the change where it can be told. */
static void before_after(const struct view *view, int def, cJSON *o)
{
	struct indicator_trend trend;

	indicator_trend_of(view, def, &trend);
	if (trend.after == 0)
		return;
	number(o, "recent_days", trend.after);
	number(o, "recent_mean", round(trend.mean * 1000) / 1000);
	if (trend.before < INDICATOR_DAYS || trend.change.refused)
		return;
	cJSON *change = cJSON_AddObjectToObject(o, "change");
	number(change, "mean", round(trend.change.difference * 1000) / 1000);
	cJSON *ci = cJSON_AddArrayToObject(change, "ci95");
	cJSON_AddItemToArray(ci, cJSON_CreateNumber(round(trend.change.low * 1000) / 1000));
	cJSON_AddItemToArray(ci, cJSON_CreateNumber(round(trend.change.high * 1000) / 1000));
}

/* Unknown is no number: the value is absent and `note` says why. */
static void indicators_now(const struct view *view, cJSON *array, void *memory)
{
	static const char *const sides[] = {"", "at_least", "at_most", "each_at_most"};
	struct indicator_row *rows = memory;
	int count = indicator_rows(view, rows, ROWS_MAX);

	for (int i = 0; i < count && rows[i].def >= 0; i++) {
		const struct indicator_def *def = &indicators[rows[i].def];
		bool money = strcmp(def->unit, "money") == 0;
		cJSON *o = add(array);

		text(o, "key", def->key);
		text(o, "name", def->name);
		text(o, "unit", money && view->twin->site ? view->twin->site->currency : def->unit);
		cJSON_AddBoolToObject(o, "known", rows[i].known);
		if (rows[i].known) {
			number(o, "value", round(rows[i].value * 1000) / 1000);
			number(o, "mean", round(rows[i].mean * 1000) / 1000);
			number(o, "p50", round(rows[i].p50 * 1000) / 1000);
			number(o, "p90", round(rows[i].p90 * 1000) / 1000);
		}
		number(o, "n", rows[i].n);
		before_after(view, rows[i].def, o);
		number(o, "left_out", rows[i].left_out);
		number(o, "target", rows[i].target);
		text(o, "target_side", isnan(rows[i].target) ? "" : sides[def->side]);
		cJSON_AddBoolToObject(o, "outside", rows[i].outside);
		text(o, "note", rows[i].note);
		text(o, "formula", def->formula);
		text(o, "source", def->source);
		text(o, "as_set", rows[i].variant);
		number(o, "with", rows[i].given);
	}
}

static void indicators_also(const struct view *view, cJSON *root)
{
	struct indicator_row *rows = calloc(ROWS_MAX, sizeof *rows);
	int count = rows ? indicator_rows(view, rows, ROWS_MAX) : 0;

	when(root, "day", format_midnight(view->now_ms));
	if (count > 0 && rows[count - 1].def < 0)
		text(root, "before_after", rows[count - 1].note);
	free(rows);
}

static const struct pane {
	const char *name, *format, *array;
	void (*fill)(const struct view *view, cJSON *array, void *memory);
	size_t row_size;
	const struct screen_def *screen;
	void (*also)(
		const struct view *view, cJSON *root); /* beside its rows; NULL: they are all */
} panes[] = {
	{"board", "vigie.board/1", "rooms", board, sizeof(struct board_row), &screen_board, NULL},
	{"programme", "vigie.programme/1", "cases", programme, sizeof(struct programme_row),
		&screen_programme, NULL},
	{"recovery", "vigie.recovery/1", "places", recovery, sizeof(struct recovery_row),
		&screen_recovery, NULL},
	{"alarms", "vigie.alarms/1", "alarms", show_json_alarms, sizeof(struct alarm_row),
		&screen_alarms, NULL},
	{"locate", "vigie.locate-now/1", "things", locate, sizeof(struct locate_row),
		&screen_locate, NULL},
	{"climate", "vigie.climate/1", "readings", climate, sizeof(struct climate_row),
		&screen_climate, NULL},
	{"feeds", "vigie.feeds/1", "feeds", feeds, sizeof(struct feed_row), &screen_feeds,
		feed_extras},
	{"gateways", "vigie.gateways/1", "gateways", gateways, sizeof(struct gateway_row),
		&screen_gateways, NULL},
	{"devices", "vigie.devices-now/1", "devices", devices, sizeof(struct device_row),
		&screen_devices, NULL},
	{"forecast", "vigie.forecast/1", NULL, NULL, 1, &screen_forecast, forecast},
	{"indicators", "vigie.indicators/1", "indicators", indicators_now,
		sizeof(struct indicator_row), &screen_indicators, indicators_also},
	{"orders", "vigie.orders/1", "plans", show_json_orders, 1, &screen_orders, show_json_score},
};

static const struct pane *find(const char *name)
{
	for (size_t i = 0; i < sizeof panes / sizeof panes[0]; i++) {
		if (strcmp(panes[i].name, name) == 0)
			return &panes[i];
	}
	return NULL;
}

char *show_json(const struct view *view, const char *name)
{
	const struct pane *pane = find(name);
	cJSON *root;
	void *memory;
	char *out = NULL;

	if (!pane)
		return NULL;
	memory = calloc(ROWS_MAX, pane->row_size);
	root = cJSON_CreateObject();
	if (memory && root) {
		cJSON_AddStringToObject(root, "format", pane->format);
		when(root, "time", view->now_ms);
		cJSON_AddStringToObject(root, "mode", mode_name(view->mode));
		if (pane->fill)
			pane->fill(view, cJSON_AddArrayToObject(root, pane->array), memory);
		if (pane->also)
			pane->also(view, root);
		out = cJSON_PrintUnformatted(root);
	}
	cJSON_Delete(root);
	free(memory);
	return out;
}

char *show_text(const struct view *view, const char *name, int columns, bool ascii)
{
	static const struct alarm_choice one_by_one = {.by = GROUP_NONE};
	const struct pane *pane = find(name);
	const struct table_def *def;
	struct table table = {0};
	struct canvas canvas;
	struct list list;
	char *out = NULL;
	int rows;

	if (!pane)
		return NULL;
	if (pane->also == forecast && view->forecast)
		return forecast_text(&(struct forecast_told){.view = view});
	def = pane->screen->table;
	if (pane->screen == &screen_alarms)
		table.choice = &one_by_one;
	canvas_init(&canvas);
	canvas.ascii = ascii;
	if (table_load(&table, def, view, &list)) {
		rows = 1 + (list.visible > 0 ? list.visible : 1) * (def->lines > 1 ? 2 : 1);
		if (canvas_resize(&canvas, rows, columns < 20 ? 20 : columns)) {
			table_draw(&table, def, view, &list, &canvas, canvas_area(&canvas), false);
			out = canvas_dump(&canvas, NULL);
		}
		list_free(&list);
	}
	canvas_fini(&canvas);
	return out;
}
