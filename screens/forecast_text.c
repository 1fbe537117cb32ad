/* SPDX-License-Identifier: Apache-2.0 */

/* A forecast as lines: no cell of it needs a screen. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "screens/canvas.h"
#include "screens/forecast_json.h"
#include "screens/format.h"
#include "screens/radar_rows.h"
#include "screens/repair_words.h"
#include "screens/rows.h"
#include "screens/tr.h"

enum { SPAN = 19 };

/* In so many cells, whatever its bytes. */
static void put(FILE *out, const char *text, int cells)
{
	int pad = cells - canvas_width(text);

	fprintf(out, "%s%*s", text, pad > 0 ? pad : 0, "");
}

static void put_span(FILE *out, const struct quantiles *q)
{
	char text[LABEL_SIZE];

	format_span(q, text, sizeof text);
	put(out, text[0] ? text : "-", SPAN + 1);
}

static void put_title(FILE *out, const char *title)
{
	fprintf(out, "\n%s\n", title);
}

static void put_name(FILE *out, const struct view *view, int role, int beds, int kit, int cells)
{
	char name[LABEL_SIZE];

	forecast_resource_name(view->twin->site, role, beds, kit, name, sizeof name);
	put(out, name, cells);
}

/* ---- cases ---- */

static bool any_home(const struct forecast *f)
{
	for (int i = 0; i < f->case_count; i++) {
		if (f->cases[i].home.p50 > 0)
			return true;
	}
	return false;
}

static void put_case(FILE *out, const struct view *view, int i, bool home)
{
	const struct forecast_case *c = &view->forecast->cases[i];
	const struct surgery *s = &view->twin->cases[view->forecast->index.twin_case[i]];

	fprintf(out, "%-24.24s %-10.10s ", s->id, s->room);
	put_span(out, &c->start);
	put_span(out, &c->end);
	fprintf(out, "%5.0f %5.0f %4.0f %%", c->wait_min, c->hold_min, 100 * c->p_off);
	if (home) {
		fputs("  ", out);
		put_span(out, &c->home);
		if (c->p_convert >= 0)
			fprintf(out, "%3.0f %%", 100 * c->p_convert);
	}
	fputc('\n', out);
}

static void put_cases(FILE *out, const struct view *view)
{
	bool home = any_home(view->forecast);

	fputc('\n', out);
	put(out, _("case"), 25);
	put(out, _("room"), 11);
	put(out, _("start (80 %)"), SPAN + 1);
	put(out, _("end (80 %)"), SPAN + 1);
	fprintf(out, "%5s %5s %6s", _("waits"), _("held"), _("off"));
	if (home)
		fprintf(out, "  %-*s %s", SPAN, _("home (80 %)"), _("stays over night"));
	fputc('\n', out);
	for (int i = 0; i < view->forecast->case_count; i++)
		put_case(out, view, i, home);
}

/* ---- rooms ---- */

static const char *room_id(const struct view *view, int r)
{
	return view->twin->site->rooms[view->forecast->index.site_room[r]].id;
}

static void put_rooms(FILE *out, const struct view *view)
{
	const struct forecast *f = view->forecast;

	fputc('\n', out);
	put(out, _("room"), 13);
	put(out, _("last out (80 %)"), SPAN + 1);
	fprintf(out, "%5s %8s %9s\n", _("close"), _("P(over)"), _("over, min"));
	for (int r = 0; r < f->room_count; r++) {
		const struct forecast_room *room = &f->rooms[r];
		char close[16];

		fprintf(out, "%-12.12s ", room_id(view, r));
		put_span(out, &room->end);
		if (room->has_session) {
			format_clock(
				f->index.origin_ms + f->index.closes_ms[r], close, sizeof close);
			fprintf(out, "%5s %6.0f %% %9.0f", close, 100 * room->p_overtime,
				room->overtime_mean);
		}
		fputc('\n', out);
	}
}

static void put_idle_line(FILE *out, const struct site *site, const char *name, double sum,
	const double minutes[IDLE_CAUSES])
{
	char cost[48];

	put(out, name, 13);
	fprintf(out, "%6.0f", sum);
	for (int c = 0; c < IDLE_CAUSES; c++)
		fprintf(out, " %10.0f", minutes[c]);
	if (rows_idle_cost(site, sum, cost, sizeof cost))
		fprintf(out, "  %s", cost);
	fputc('\n', out);
}

/* Whole minutes, each line and each column the sum of its parts. */
static void put_idle(FILE *out, const struct view *view)
{
	const struct forecast *f = view->forecast;
	const struct site *site = view->twin->site;
	double minutes[IDLE_CAUSES], sum = rows_idle_all(f, 1, minutes);
	bool any = false;

	for (int r = 0; r < f->room_count; r++)
		any = any || f->rooms[r].has_session;
	if (!any)
		return;
	put_title(out, _("minutes in which nobody works in a room, to the end of its session"));
	put(out, _("room"), 13);
	fprintf(out, "%6s", _("idle"));
	for (int c = 0; c < IDLE_CAUSES; c++)
		fprintf(out, " %10s", rows_idle_words((enum idle_cause)c));
	fputc('\n', out);
	put_idle_line(out, site, _("all"), sum, minutes);
	for (int r = 0; r < f->room_count; r++) {
		if (!f->rooms[r].has_session)
			continue;
		sum = rows_idle(&f->rooms[r], 1, minutes);
		put_idle_line(out, site, room_id(view, r), sum, minutes);
	}
}

/* ---- beds and people ---- */

static void put_load(FILE *out, const struct view *view, int p)
{
	const struct forecast *f = view->forecast;
	const struct forecast_load *load = &f->loads[p];
	char clock[16], lead[24];
	double full = 0, high = 0;
	int64_t full_ms = forecast_full_ms(f, p);
	int peak = 0;

	for (int s = 0; s < FORECAST_SLOTS; s++) {
		peak = load->p50[s] > load->p50[peak] ? s : peak;
		high = fmax(high, load->p90[s]);
		full = fmax(full, load->p_full[s]);
	}
	format_clock(f->at_ms + peak * FORECAST_SLOT_MIN * 60000LL, clock, sizeof clock);
	put_name(out, view, f->index.pool_role[p], f->index.pool_beds[p], f->index.pool_kit[p], 19);
	fprintf(out, _("of %d: most %.0f, at %s; up to %.0f; P(full) at most %.0f %%"), load->units,
		load->p50[peak], clock, high, 100 * full);
	if (full_ms > 0) {
		format_clock(full_ms, clock, sizeof clock);
		format_duration((double)(full_ms - f->at_ms) / 60000, lead, sizeof lead);
		fprintf(out, _("; likely full from %s, in %s"), clock, lead);
	}
	fputc('\n', out);
}

static void put_loads(FILE *out, const struct view *view)
{
	if (view->forecast->pool_count == 0)
		return;
	put_title(out, _("in use at a time, the middle and nine in ten"));
	for (int p = 0; p < view->forecast->pool_count; p++)
		put_load(out, view, p);
}

/* What is short, and what one more of it would do. */
static void put_gap(FILE *out, const struct view *view, const struct forecast_demand *d)
{
	const struct forecast_bottleneck *more =
		forecast_one_more(view->forecast, d->role, d->beds, d->kit);
	char clock[16];

	if (d->p_short < FORECAST_POSSIBLE)
		return;
	fprintf(out, _("; short, P %.0f %%"), 100 * d->p_short);
	if (d->short_ms > 0) {
		format_clock(d->short_ms, clock, sizeof clock);
		fprintf(out, _(", likely from %s"), clock);
	}
	if (more && forecast_helps(more))
		fprintf(out, _("; one more: %+.0f min of overtime and called off"),
			more->effect.mean);
	else if (more)
		fprintf(out, "; %s", _("waiting for it costs nothing"));
}

static void put_demand(FILE *out, const struct view *view)
{
	const struct forecast *f = view->forecast;

	if (f->demand_count == 0)
		return;
	put_title(out, _("wanted at a time in the next 4 h, if nobody had to wait"));
	for (int i = 0; i < f->demand_count; i++) {
		const struct forecast_demand *d = &f->demand[i];

		put_name(out, view, d->role, d->beds, d->kit, 19);
		fprintf(out, _("%.0f, up to %.0f, of %d"), d->p50, d->p90, d->units);
		put_gap(out, view, d);
		fputc('\n', out);
	}
}

static void put_ranking(FILE *out, const struct view *view, const char *title,
	const struct forecast_bottleneck *ranked)
{
	if (view->forecast->bottleneck_count > 0)
		put_title(out, title);
	for (int i = 0; i < view->forecast->bottleneck_count; i++) {
		const struct paired *e = &ranked[i].effect;

		fprintf(out, "%2d ", i + 1);
		put_name(out, view, ranked[i].role, ranked[i].beds, ranked[i].kit, 19);
		if (forecast_helps(&ranked[i]))
			fprintf(out, _("%+.0f min (%+.0f to %+.0f)\n"), e->mean, e->low, e->high);
		else
			fprintf(out, "%s\n", _("no effect"));
	}
}

/* Where an emergency goes, and the longest time without a way in. */
static void put_radar(FILE *out, const struct view *view)
{
	struct radar_row rows[RADAR_CLASSES];
	int count = radar_rows(view, rows);
	char text[REPAIR_WORDS + LABEL_SIZE];

	put_title(out, _("an emergency can go to"));
	for (int k = 0; k < count; k++) {
		radar_class_words(view, &rows[k], text, sizeof text);
		fprintf(out, "%s\n", text);
	}
	radar_hole_words(view, text, sizeof text);
	if (text[0])
		fprintf(out, "%s\n", text);
	radar_closes_words(view, text, sizeof text);
	if (text[0])
		fprintf(out, "%s\n", text);
}

static void put_break_ins(FILE *out, const struct view *view)
{
	struct break_in_row rows[SIM_ROOMS];
	int count = break_in_rows(view, rows, SIM_ROOMS);
	char text[LABEL_SIZE];

	if (count > 0)
		put_title(out, _("an emergency can go to"));
	for (int i = 0; i < count; i++) {
		fprintf(out, "%-12.12s ", view->twin->site->rooms[rows[i].room].id);
		if (rows[i].when.p50 > 0) {
			format_span(&rows[i].when, text, sizeof text);
			fprintf(out, _("from %s\n"), text);
		} else if (rows[i].until_ms > 0) {
			format_clock(rows[i].until_ms, text, sizeof text);
			fprintf(out, _("now, until %s\n"), text);
		} else {
			fprintf(out, "%s\n", _("now"));
		}
	}
}

/* ---- how robust it is ---- */

static void put_link(
	FILE *out, const struct view *view, const char *name, const struct robust_link *link)
{
	const struct paired *c = &link->cost;

	fprintf(out, "%-12.12s %-24.24s %+.0f min (%+.0f to %+.0f)\n", name,
		view->twin->cases[link->case_].id, c->mean, c->low, c->high);
}

static void put_robust(FILE *out, const struct forecast_told *t)
{
	const struct view *view = t->view;
	char words[SCENARIO_TEXT];

	fprintf(out, _("\nthe weakest link: of %d min more of one case, overtime of all rooms\n"),
		ROBUST_MIN);
	for (int r = -1; r < view->forecast->room_count; r++) {
		const struct robust_link *link = robust_weakest(
			t->robust, view->twin, r < 0 ? r : view->forecast->index.site_room[r]);

		if (link)
			put_link(out, view, r < 0 ? _("all") : room_id(view, r), link);
	}
	fprintf(out, _("\nchanges of order that help, of %d tried\n"), t->robust->tried);
	for (int i = 0; i < t->robust->change_count; i++) {
		const struct paired *e = &t->robust->changes[i].overtime;

		scenario_words(&t->robust->changes[i].scenario, words);
		fprintf(out, _("%s: %+.0f min of overtime (%+.0f to %+.0f)\n"), words, e->mean,
			e->low, e->high);
	}
	if (t->robust->change_count == 0)
		fprintf(out, "%s\n", _("none"));
}

/* ---- all of it ---- */

static void put_kpis(FILE *out, const struct forecast_told *t)
{
	const struct forecast_kpi *k = &t->view->forecast->kpi;
	double causes[IDLE_CAUSES], idle = rows_idle_all(t->view->forecast, 1, causes);

	fprintf(out,
		_("\novertime %.0f min, waiting %.0f min, held for the PACU %.0f min, idle %.0f "
		  "min, cases called off %.1f\n"),
		k->overtime_min, k->wait_min, k->hold_min, idle, k->cancelled);
	for (int i = 0; t->difference && i < FORECAST_KPIS; i++) {
		const struct paired *d = &t->difference[forecast_kpi_names[i].kpi];

		fprintf(out, "what-if: %-14s %+.0f min (%+.0f .. %+.0f)\n",
			forecast_kpi_names[i].name, d->mean, d->low, d->high);
	}
}

static void put_heading(FILE *out, const struct forecast_told *t)
{
	const struct forecast *f = t->view->forecast;
	char at[40], count[16], left[LABEL_SIZE];

	format_rfc3339(f->at_ms, at, sizeof at);
	format_count(f->reps, count, sizeof count);
	forecast_left_out(f, left, sizeof left);
	fprintf(out, _("at %s, %s replications, seed %u\n"), at, count, f->seed);
	if (t->note)
		fprintf(out, "%s\n", t->note);
	else if (left[0])
		fprintf(out, "%s\n", left);
}

char *forecast_text(const struct forecast_told *t)
{
	const struct view *view = t->view;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	put_heading(out, t);
	put_cases(out, view);
	put_rooms(out, view);
	put_idle(out, view);
	put_loads(out, view);
	put_demand(out, view);
	put_ranking(out, view, _("one more of it now: overtime and called off"),
		view->forecast->bottlenecks);
	put_ranking(out, view, _("one more of it in two hours: overtime and called off"),
		view->forecast->bottlenecks_later);
	if (view->radar)
		put_radar(out, view);
	else
		put_break_ins(out, view);
	if (t->robust)
		put_robust(out, t);
	put_kpis(out, t);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	if (size > 0)
		text[size - 1] = '\0'; /* the last line is ended by whoever prints it */
	return text;
}
