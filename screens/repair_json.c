/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/repair_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/forecast_json.h"
#include "screens/format.h"

static double rounded(double value, double unit)
{
	return round(value / unit) * unit;
}

static void add_quantiles(cJSON *to, const char *key, const struct quantiles *q)
{
	cJSON *o = cJSON_AddObjectToObject(to, key);
	cJSON_AddNumberToObject(o, "p10", rounded(q->p10, 0.1));
	cJSON_AddNumberToObject(o, "p50", rounded(q->p50, 0.1));
	cJSON_AddNumberToObject(o, "p90", rounded(q->p90, 0.1));
}

static void add_paired(cJSON *to, const char *key, const struct paired *p, double unit)
{
	const double ci[2] = {rounded(p->low, unit), rounded(p->high, unit)};
	cJSON *o = cJSON_AddObjectToObject(to, key);
	cJSON_AddNumberToObject(o, "mean", rounded(p->mean, unit));
	cJSON_AddItemToObject(o, "ci95", cJSON_CreateDoubleArray(ci, 2));
}

/* ---- one option ---- */

void repair_sentence(
	const struct view *view, const struct repair_option *option, char *out, size_t size)
{
	size_t used = 0;
	out[0] = '\0';
	for (int i = 0; i < option->moves.count && used + 1 < size; i++) {
		char one[2 * SCENARIO_TEXT];
		format_decision(view, &option->moves.list[i], one, sizeof one);
		format_put(out + used, size - used, "%s%s", i > 0 ? "; " : "", one);
		used = strlen(out);
	}
}

/* Its own name and values; a case, a room and a start under the keys everybody reads. */
static void add_move(cJSON *list, const struct scenario *s)
{
	const struct scenario_row *row = &scenario_rows[s->which];
	cJSON *o = cJSON_CreateObject();
	char text[SCENARIO_TEXT], at[40];
	cJSON_AddItemToArray(list, o);
	cJSON_AddStringToObject(o, "kind", row->name);
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++) {
		const struct scenario_parameter *p = &row->parameters[i];
		if (p->kind == PARAMETER_NUMBER) {
			cJSON_AddNumberToObject(o, p->name, scenario_number(s, i));
		} else if (s->values[i].given && p->kind == PARAMETER_INSTANT) {
			format_rfc3339(s->values[i].ms, at, sizeof at);
			cJSON_AddStringToObject(o, "start", at);
		} else if (s->values[i].given) {
			cJSON_AddStringToObject(o, p->name, s->values[i].word);
		}
	}
	scenario_text(s, text);
	cJSON_AddStringToObject(o, "inject", text);
}

static void add_difference(cJSON *to, const struct repair_option *option)
{
	cJSON *o = cJSON_AddObjectToObject(to, "difference");
	for (int k = 0; k < FORECAST_KPIS; k++)
		add_paired(o, forecast_kpi_names[k].name, &option->kpi[forecast_kpi_names[k].kpi],
			0.1);
	add_paired(o, "cancelled", &option->term[OBJECTIVE_CANCELLED], 0.001);
	add_paired(o, "nest_late", &option->term[OBJECTIVE_NEST], 0.1);
}

static void add_terms(cJSON *to, const struct site *site, const struct repair_option *option)
{
	cJSON *terms = cJSON_AddObjectToObject(to, "terms");
	for (int t = 0; t < OBJECTIVE_COUNT; t++) {
		const char *name = objective_name((enum objective_term)t);
		add_paired(terms, name, &option->term[t], 0.001);
		cJSON_AddNumberToObject(cJSON_GetObjectItemCaseSensitive(terms, name), "weight",
			rounded(objective_weight(site, (enum objective_term)t), 0.0001));
	}
}

static void add_waits(cJSON *to, const struct repair_option *option)
{
	cJSON *list = cJSON_AddArrayToObject(to, "waits");
	for (int i = 0; i < option->wait_count; i++) {
		cJSON *o = cJSON_CreateObject();
		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(o, "case", option->waits[i].id);
		add_quantiles(o, "later_min", &option->waits[i].later);
	}
}

static bool is_priced(const struct site *site)
{
	return site_price(site, "or_overtime_hour") > 0 || site_price(site, "cancellation") > 0;
}

static void add_option(cJSON *list, const struct repair_told *t, int i)
{
	const struct repair_option *option = &t->answer->options[i];
	const struct site *site = t->view->twin->site;
	char text[REPAIR_MOVES * 2 * SCENARIO_TEXT];
	cJSON *o = cJSON_CreateObject(), *moves;
	cJSON_AddItemToArray(list, o);
	cJSON_AddNumberToObject(o, "rank", i + 1);
	repair_sentence(t->view, option, text, sizeof text);
	cJSON_AddStringToObject(o, "text", text);
	moves = cJSON_AddArrayToObject(o, "moves");
	for (int k = 0; k < option->moves.count; k++)
		add_move(moves, &option->moves.list[k]);
	add_difference(o, option);
	cJSON_AddNumberToObject(
		o, "objective", rounded(t->answer->nothing_sum + option->objective.mean, 0.1));
	add_paired(o, "objective_difference", &option->objective, 0.1);
	add_terms(o, site, option);
	add_quantiles(o, "overtime_before_min", &option->overtime[0]);
	add_quantiles(o, "overtime_after_min", &option->overtime[1]);
	if (is_priced(site))
		add_paired(o, "cost", &option->cost, 1);
	add_waits(o, option);
	cJSON_AddNumberToObject(o, "reps", option->reps);
	cJSON_AddBoolToObject(o, "feasible", true);
	cJSON_AddBoolToObject(o, "proved", option->proved);
	cJSON_AddStringToObject(o, "why", option->why);
	cJSON_AddStringToObject(o, "would_fail_if", option->fails_if);
}

void repair_json(cJSON *root, const struct repair_told *t)
{
	const struct repair_answer *a = t->answer;
	char at[40];
	format_rfc3339(a->at_ms, at, sizeof at);
	cJSON_AddStringToObject(root, "at", at);
	if (a->asked.about[0] != '\0')
		cJSON_AddStringToObject(root, "about", a->asked.about);
	cJSON *supposed = cJSON_AddArrayToObject(root, "given");
	for (int i = 0; i < a->asked.given.count; i++) {
		char text[SCENARIO_TEXT];
		scenario_text(&a->asked.given.list[i], text);
		cJSON_AddItemToArray(supposed, cJSON_CreateString(text));
	}
	cJSON *list = cJSON_AddArrayToObject(root, "options");
	for (int i = 0; i < a->count; i++)
		add_option(list, t, i);
	cJSON *nothing = cJSON_AddObjectToObject(root, "do_nothing");
	cJSON_AddNumberToObject(nothing, "objective", rounded(a->nothing_sum, 0.1));
	cJSON *terms = cJSON_AddObjectToObject(nothing, "terms");
	for (int k = 0; k < OBJECTIVE_COUNT; k++)
		cJSON_AddNumberToObject(terms, objective_name((enum objective_term)k),
			rounded(a->nothing.of[k], 0.001));
	cJSON_AddNumberToObject(root, "tried", a->tried);
	cJSON_AddNumberToObject(root, "days", (double)a->days);
	if (a->none[0] != '\0')
		cJSON_AddStringToObject(root, "none", a->none);
	if (t->note != NULL)
		cJSON_AddStringToObject(root, "note", t->note);
}

/* ---- lines ---- */

static void write_paired(FILE *f, const char *name, const struct paired *p, const char *unit)
{
	if (p->low != 0 || p->high != 0)
		fprintf(f, "     %-16s %+9.1f  (%+.1f to %+.1f)%s\n", name, p->mean, p->low,
			p->high, unit);
}

static void write_option(FILE *f, const struct repair_told *t, int i)
{
	static const char *const units[OBJECTIVE_COUNT] = {
		" min", " min", " min, weighted", " min", " cases", " nights", " told"};
	const struct repair_option *o = &t->answer->options[i];
	char text[2 * SCENARIO_TEXT];
	for (int k = 0; k < o->moves.count; k++) {
		format_decision(t->view, &o->moves.list[k], text, sizeof text);
		fprintf(f, "%s%s\n", k == 0 ? (const char *[]){"1. ", "2. ", "3. "}[i] : "   ",
			text);
	}
	write_paired(f, "objective", &o->objective, o->proved ? "" : " not proved");
	for (int k = 0; k < OBJECTIVE_COUNT; k++)
		write_paired(f, objective_name((enum objective_term)k), &o->term[k], units[k]);
	if (is_priced(t->view->twin->site))
		write_paired(f, "cost", &o->cost, "");
	fprintf(f, "     overtime p50 %.0f -> %.0f, p90 %.0f -> %.0f min\n", o->overtime[0].p50,
		o->overtime[1].p50, o->overtime[0].p90, o->overtime[1].p90);
	for (int k = 0; k < o->wait_count; k++)
		fprintf(f, "     case %s begins %.0f min %s (%+.0f to %+.0f)\n", o->waits[k].id,
			fabs(o->waits[k].later.p50), o->waits[k].later.p50 < 0 ? "sooner" : "later",
			o->waits[k].later.p10, o->waits[k].later.p90);
	fprintf(f, "     because %s\n     beware: %s\n", o->why, o->fails_if);
}

char *repair_text(const struct repair_told *t)
{
	const struct repair_answer *a = t->answer;
	char *text = NULL, at[40];
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	if (f == NULL)
		return NULL;
	format_rfc3339(a->at_ms, at, sizeof at);
	fprintf(f, "At %s; doing nothing: %.1f\n", at, a->nothing_sum);
	for (int i = 0; i < a->asked.given.count; i++) {
		char words[SCENARIO_TEXT];
		scenario_words(&a->asked.given.list[i], words);
		fprintf(f, "Supposed: %s\n", words);
	}
	for (int i = 0; i < a->count; i++)
		write_option(f, t, i);
	if (a->none[0] != '\0')
		fprintf(f, "No repair: %s\n", a->none);
	if (a->count > 0)
		fprintf(f,
			"With it minus without, 95 %% intervals, %d fates that did not choose it; "
			"%d repairs tried, %ld days.\n",
			a->options[0].reps, a->tried, a->days);
	if (t->note != NULL)
		fprintf(f, "Note: %s\n", t->note);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	if (size > 0 && text[size - 1] == '\n')
		text[size - 1] = '\0'; /* whoever prints it ends the line */
	return text;
}
