/* SPDX-License-Identifier: Apache-2.0 */
#include "src/ledger.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/format.h"
#include "src/ledger_stages.h"
#include "twin/stat.h"

static const char *const word_names[WORD_CLASSES] = {"person", "booking"};

/* Records from the oldest kept; false at the end. */
static bool next(const struct learning *l, uint64_t *n, const struct learning_record **r)
{
	if (*n == 0 && l->total > LEARNING_RECORDS)
		*n = l->total - LEARNING_RECORDS;
	*r = learning_record(l, *n);
	*n += 1;
	return *r != NULL;
}

static const char *why_not(const struct learning_record *r)
{
	return r->excluded ? "taken out by an operator"
	       : !r->exact ? "its times are not exact"
			   : "its duration is not believable";
}

static double other_min(const struct learning_record *r)
{
	return r->after_min - r->before_min - r->by_procedure_min - r->by_surgeon_min;
}

static double quantile(const struct learning_record *r, double p)
{
	return stat_lognormal_quantile(r->foretold.mu, r->foretold.sigma, p);
}

/* ---- what a procedure is known by ---- */

/* A record that stands for its procedure. */
struct named {
	const struct learning_record *record;
};

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	return strcmp(x->record->procedure, y->record->procedure);
}

/* One of each procedure of the kept records, by name. Returns how many. */
static int procedures(const struct learning *l, struct named list[LEARNING_RECORDS])
{
	const struct learning_record *r;
	int count = 0, kept = 0;
	for (uint64_t n = 0; next(l, &n, &r);)
		if (learning_uses(r) && r->procedure[0] != '\0')
			list[count++].record = r;
	if (count > 1)
		qsort(list, (size_t)count, sizeof *list, by_name);
	for (int i = 0; i < count; i++)
		if (kept == 0 || by_name(&list[kept - 1], &list[i]) != 0)
			list[kept++] = list[i];
	return kept;
}

static const struct duration_node *procedure_node(
	const struct learning *l, const struct learning_record *r)
{
	const struct duration_model *m = &l->now.durations;
	int g = duration_group(m, "procedure");
	return g >= 0 ? duration_name(m, g, r->input.level[g]) : NULL;
}

/* ---- text ---- */

static void put_record(FILE *out, const struct learning_record *r)
{
	char clock[16];
	format_clock(r->out_ms, clock, sizeof clock);
	fprintf(out, "%s  %s  %s: %.0f min, %.0f (%.0f-%.0f) expected\n", clock, r->id,
		r->procedure[0] != '\0' ? r->procedure : "?", learning_actual_min(r),
		exp(r->foretold.mu), quantile(r, 0.1), quantile(r, 0.9));
	if (!learning_uses(r)) {
		fprintf(out, "       nothing learnt: %s\n", why_not(r));
		return;
	}
	fprintf(out,
		"       such a case: %.0f -> %.0f min (procedure %+.1f, surgeon class %+.1f, "
		"all cases %+.1f); %.0f of the procedure before; surprise %+.1f sigma\n",
		r->before_min, r->after_min, r->by_procedure_min, r->by_surgeon_min, other_min(r),
		r->seen, r->surprise);
}

/* What a day moved, procedure by procedure. */
static void put_day_sum(FILE *out, const struct learning *l, int64_t midnight)
{
	const struct learning_record *r;
	struct named names[LEARNING_RECORDS];
	int count = procedures(l, names);
	for (int i = 0; i < count; i++) {
		double sum = 0;
		int cases = 0;
		for (uint64_t n = 0; next(l, &n, &r);) {
			if (!learning_uses(r) || format_midnight(r->out_ms) != midnight
				|| strcmp(r->procedure, names[i].record->procedure) != 0)
				continue;
			sum += r->by_procedure_min;
			cases++;
		}
		if (cases > 0)
			fprintf(out, "  the day: %s %+.1f min, by %d case%s\n",
				names[i].record->procedure, sum, cases, cases > 1 ? "s" : "");
	}
}

static void put_days(FILE *out, const struct learning *l)
{
	const struct learning_record *r;
	int64_t day = 0;
	for (uint64_t n = 0; next(l, &n, &r);) {
		char date[40];
		int64_t midnight = format_midnight(r->out_ms);
		if (midnight != day) {
			if (day != 0)
				put_day_sum(out, l, day);
			format_rfc3339(r->out_ms, date, sizeof date);
			fprintf(out, "\n%.10s\n", date);
			day = midnight;
		}
		put_record(out, r);
	}
	if (day != 0)
		put_day_sum(out, l, day);
}

static void put_parameters(FILE *out, const struct learning *l)
{
	struct named names[LEARNING_RECORDS];
	const struct duration_model *m = &l->now.durations;
	int count = procedures(l, names);
	fprintf(out, "\nparameters, in log minutes\n");
	for (int i = 0; i < m->number_count; i++)
		fprintf(out, "  %-12s %+.4f +- %.4f\n", i == 0 ? "constant" : m->numbers[i].name,
			m->beta[i], sqrt(m->doubt[i][i]));
	fprintf(out, "  %-12s %.4f\n", "noise", sqrt(m->noise.sum / m->noise.count));
	for (int c = 0; c < WORD_CLASSES; c++)
		fprintf(out, "  word of a %s: off by %.4f (%.0f words and the prior's)\n",
			word_names[c], learnt_deviation(&l->now, (enum word_class)c),
			learnt_words(&l->now, (enum word_class)c));
	for (int i = 0; i < count; i++) {
		const struct duration_node *node = procedure_node(l, names[i].record);
		if (node != NULL)
			fprintf(out, "  procedure %s %+.4f +- %.4f, %.0f cases\n",
				names[i].record->procedure, node->effect, sqrt(node->variance),
				node->seen);
	}
}

/* ---- JSON ---- */

/* A tenth of a minute is more than anybody can use. */
static void add(cJSON *to, const char *key, double value)
{
	cJSON_AddNumberToObject(to, key, round(value * 10) / 10);
}

static void add_exact(cJSON *to, const char *key, double value)
{
	cJSON_AddNumberToObject(to, key, round(value * 1e6) / 1e6);
}

static void add_time(cJSON *to, const char *key, int64_t ms)
{
	char text[40];
	format_rfc3339(ms, text, sizeof text);
	cJSON_AddStringToObject(to, key, text);
}

static cJSON *record_json(const struct learning_record *r)
{
	cJSON *o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "case", r->id);
	if (r->procedure[0] != '\0')
		cJSON_AddStringToObject(o, "procedure", r->procedure);
	add_time(o, "in", r->in_ms);
	add_time(o, "out", r->out_ms);
	add(o, "actual_min", learning_actual_min(r));
	if (r->planned_min > 0)
		add(o, "planned_min", r->planned_min);
	cJSON *expected = cJSON_AddObjectToObject(o, "expected_min");
	add(expected, "p10", quantile(r, 0.1));
	add(expected, "p50", quantile(r, 0.5));
	add(expected, "p90", quantile(r, 0.9));
	cJSON_AddBoolToObject(o, "used", learning_uses(r));
	if (!learning_uses(r)) {
		cJSON_AddStringToObject(o, "why_not", why_not(r));
		return o;
	}
	add(o, "before_min", r->before_min);
	add(o, "after_min", r->after_min);
	cJSON *by = cJSON_AddObjectToObject(o, "by_min");
	add(by, "procedure", r->by_procedure_min);
	add(by, "surgeon_class", r->by_surgeon_min);
	add(by, "all_cases", other_min(r));
	add(o, "procedure_cases_before", r->seen);
	add(o, "surprise_sigma", r->surprise);
	return o;
}

static cJSON *parameters_json(const struct learning *l)
{
	struct named names[LEARNING_RECORDS];
	const struct duration_model *m = &l->now.durations;
	cJSON *o = cJSON_CreateObject(), *numbers = cJSON_AddObjectToObject(o, "numbers"),
	      *words = cJSON_AddObjectToObject(o, "words"),
	      *list = cJSON_AddObjectToObject(o, "procedures");
	int count = procedures(l, names);
	for (int i = 0; i < m->number_count; i++) {
		cJSON *of =
			cJSON_AddObjectToObject(numbers, i == 0 ? "constant" : m->numbers[i].name);
		add_exact(of, "mean", m->beta[i]);
		add_exact(of, "deviation", sqrt(m->doubt[i][i]));
	}
	add_exact(o, "noise", sqrt(m->noise.sum / m->noise.count));
	for (int c = 0; c < WORD_CLASSES; c++) {
		cJSON *of = cJSON_AddObjectToObject(words, word_names[c]);
		add_exact(of, "deviation", learnt_deviation(&l->now, (enum word_class)c));
		add(of, "words", learnt_words(&l->now, (enum word_class)c));
	}
	for (int i = 0; i < count; i++) {
		const struct duration_node *node = procedure_node(l, names[i].record);
		if (node == NULL)
			continue;
		cJSON *of = cJSON_AddObjectToObject(list, names[i].record->procedure);
		add_exact(of, "effect", node->effect);
		add_exact(of, "deviation", sqrt(node->variance));
		add(of, "cases", node->seen);
	}
	return o;
}

static char *ledger_json(const struct learning *l, int64_t now_ms)
{
	const struct learning_record *r;
	cJSON *root = cJSON_CreateObject();
	cJSON_AddStringToObject(root, "format", "vigie.ledger/1");
	add_time(root, "time", now_ms);
	add(root, "learnt_cases", (double)l->now.durations.cases);
	cJSON *cases = cJSON_AddArrayToObject(root, "cases");
	for (uint64_t n = 0; next(l, &n, &r);)
		cJSON_AddItemToArray(cases, record_json(r));
	cJSON_AddItemToObject(root, "parameters", parameters_json(l));
	cJSON_AddItemToObject(root, "stages", ledger_stages_json(&l->now.stages));
	char *text = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	return text;
}

char *ledger_show(const struct learning *l, int64_t now_ms, bool json)
{
	char *text = NULL;
	size_t size = 0;
	if (json)
		return ledger_json(l, now_ms);
	FILE *out = open_memstream(&text, &size);
	if (out == NULL)
		return NULL;
	fprintf(out, "%llu cases learnt from\n", (unsigned long long)l->now.durations.cases);
	put_days(out, l);
	put_parameters(out, l);
	ledger_put_stages(out, &l->now.stages);
	if (fclose(out) != 0 || size == 0)
		return text;
	text[size - 1] = '\0'; /* who prints it ends the last line */
	return text;
}
