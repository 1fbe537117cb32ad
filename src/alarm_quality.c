/* SPDX-License-Identifier: Apache-2.0 */
#include "src/alarm_quality.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>

#include "screens/format.h"
#include "src/journal.h"
#include "src/restore.h"
#include "twin/hazard.h"

static void on_fact(void *context, const struct fact *fact)
{
	alarm_quality_fact(context, fact);
}

static void on_derived(void *context, const struct transition *t)
{
	alarm_quality_transition(context, t);
}

static const struct site *on_site(void *context, const char *hash, const char *text)
{
	struct error err;
	(void)context;
	return restore_site(hash, text, &err);
}

int alarm_quality_read(struct alarm_quality *q, const char *path, int64_t to_ms, struct error *err)
{
	const struct journal_reader reader = {
		.fact = on_fact, .derived = on_derived, .site = on_site, .context = q};
	return journal_read(path, to_ms, &reader, NULL, err);
}

/* ---- the figures against their targets ---- */

/* One line: what it is, its value, and the most that is asked for (NAN: nothing is). */
struct line {
	const char *key, *name, *unit, *target;
	double value, most;
	bool below; /* the target itself is too much */
};
enum { LINES = 24 };

static int fill(const struct alarm_quality_figures *f, struct line lines[LINES])
{
	int rang = f->rang;
	double part[PRIORITY_COUNT];
	for (int p = 0; p < PRIORITY_COUNT; p++)
		part[p] = rang > 0 ? 100.0 * f->by_priority[p] / rang : NAN;
	const struct line all[] = {
		{"rang", "rang", "", "", rang, NAN, false},
		{"per_10_min", "in 10 min, one operator, mean", "", "<= 1", f->per_10_min, 1,
			false},
		{"per_day", "a day, one operator", "", "<= 144", f->per_day, 144, false},
		{"most_1_min", "most in a minute", "", "<= 2", f->most_1_min, 2, false},
		{"most_10_min", "most in 10 min", "", "<= 10", f->most_10_min, 10, false},
		{"most_60_min", "most in an hour", "", "<= 15", f->most_60_min, 15, false},
		{"floods", "floods (more than 10 in 10 min)", "", "", f->floods, NAN, false},
		{"flood_percent", "time in flood", "%", "< 1 %", 100 * f->flood_share, 1, true},
		{"low_percent", "priority LOW", "%", "~ 80 %", part[PRIORITY_LOW], NAN, false},
		{"medium_percent", "priority MEDIUM", "%", "~ 15 %", part[PRIORITY_MEDIUM], NAN,
			false},
		{"high_percent", "priority HIGH", "%", "~ 5 %", part[PRIORITY_HIGH], NAN, false},
		{"chattering", "chattering (3 times in a minute)", "", "0", f->chattering, 0,
			false},
		{"fleeting", "fleeting (gone within a minute)", "", "0", f->fleeting, 0, false},
		{"stale", "stale (stood over 24 h)", "", "", f->stale, NAN, false},
		{"stale_most", "... at one time", "", "< 5", f->stale_most, 5, true},
		{"top_10_percent", "the 10 that rang most", "%", "<= 5 %", 100 * f->top_share, 5,
			false},
		{"escalated_percent", "escalated", "%", "", 100 * f->escalated_share, NAN, false},
		{"timed_out_percent", "acknowledged, and it ran out", "%", "",
			100 * f->timed_out_share, NAN, false},
		{"suppressed", "shelved or out of service", "", "", f->hidings, NAN, false},
		{"suppressed_against_rules", "... against the rules", "", "0", f->against_rules, 0,
			false},
		{"hidden", "did not ring: on the shelf", "", "", f->hidden, NAN, false},
		{"explained", "... explained by another", "", "", f->explained, NAN, false},
	};
	int count = (int)(sizeof all / sizeof *all);
	for (int i = 0; i < count; i++)
		lines[i] = all[i];
	return count;
}

static bool outside(const struct line *line)
{
	return line->below ? line->value >= line->most : line->value > line->most;
}

/* ---- text ---- */

static void put_delay(FILE *out, const char *name, int rang, const struct alarm_delay *d)
{
	fprintf(out, "  %-28s %6d %6d", name, rang, d->acked);
	if (d->acked > 0)
		fprintf(out, " %9.0f s %7.0f s", d->median_s, d->p90_s);
	fputc('\n', out);
}

static void put_delays(FILE *out, const struct alarm_quality_figures *f)
{
	fprintf(out, "\n%-30s %6s %6s %11s %9s\n", "time to acknowledge", "rang", "acked", "median",
		"p90");
	for (int p = PRIORITY_COUNT - 1; p >= 0; p--)
		put_delay(out, priority_name((enum priority)p), f->by_priority[p], &f->delay_of[p]);
	for (int c = 0; c <= ALARM_CLASS_COUNT; c++)
		if (f->by_class[c] > 0)
			put_delay(out,
				c < ALARM_CLASS_COUNT ? alarm_class_name((enum alarm_class)c)
						      : "(class not told)",
				f->by_class[c], &f->delay_of_class[c]);
}

static void put_tops(
	FILE *out, const struct alarm_quality *q, const struct alarm_quality_figures *f)
{
	if (f->top_count > 0)
		fputs("\nrang most\n", out);
	for (int i = 0; i < f->top_count; i++)
		fprintf(out, "  %6d  %s\n", f->top_rang[i], q->sources[f->top[i]].key);
}

static void put_predictive(FILE *out, const struct score *score, int64_t since_ms)
{
	fprintf(out, "\n%-16s %5s %5s %6s %9s %9s\n", "predictive", "said", "came", "not",
		"precision", "lead p50");
	for (int h = 1; h < HAZARD_COUNT; h++) {
		struct score_hazard_figures f;
		score_hazard_figures(score, (enum hazard)h, since_ms, &f);
		if (f.said == 0)
			continue;
		fprintf(out, "  %-14s %5d %5d %6d",
			alarm_class_name(alarm_class_of_hazard((enum hazard)h)), f.said, f.came,
			f.taken_back);
		if (!isnan(f.precision))
			fprintf(out, " %7.0f %%", 100 * f.precision);
		if (!isnan(f.lead_min))
			fprintf(out, " %5.0f min", f.lead_min);
		fputc('\n', out);
	}
}

static void put_text(FILE *out, const struct alarm_quality *q, const struct score *score,
	const struct alarm_quality_figures *f)
{
	struct line lines[LINES];
	char from[48], to[48], value[32];
	int count = fill(f, lines);
	format_rfc3339(f->from_ms, from, sizeof from);
	format_rfc3339(f->to_ms, to, sizeof to);
	fprintf(out, "alarms from %s to %s\n\n", from, to);
	for (int i = 0; i < count; i++) {
		const struct line *l = &lines[i];
		bool whole = fabs(l->value - round(l->value)) < 1e-9;
		format_put(value, sizeof value, isnan(l->value) ? "-" : "%.*f%s", whole ? 0 : 1,
			l->value, l->unit);
		fprintf(out, "%c %-34s %8s  %s\n", outside(l) ? '!' : ' ', l->name, value,
			l->target);
	}
	put_delays(out, f);
	put_tops(out, q, f);
	put_predictive(out, score, f->from_ms);
	fprintf(out, "\n!: outside what ISA-18.2 and EEMUA 191 ask for. precision: came of came and"
		     "\ntaken back; what was averted counts as not come.\n");
	if (q->dropped > 0)
		fprintf(out, "%llu rows did not fit and are not counted\n",
			(unsigned long long)q->dropped);
}

/* ---- JSON ---- */

static void number(cJSON *to, const char *key, double value)
{
	if (!isnan(value))
		cJSON_AddNumberToObject(to, key, round(value * 1e6) / 1e6);
}

static void delay(cJSON *o, int rang, const struct alarm_delay *d)
{
	number(o, "rang", rang);
	number(o, "acknowledged", d->acked);
	number(o, "median_s", d->median_s);
	number(o, "p90_s", d->p90_s);
}

static void groups(cJSON *root, const struct alarm_quality_figures *f)
{
	cJSON *priorities = cJSON_AddArrayToObject(root, "priorities"), *o;
	for (int p = PRIORITY_COUNT - 1; p >= 0; p--) {
		cJSON_AddItemToArray(priorities, o = cJSON_CreateObject());
		cJSON_AddStringToObject(o, "priority", priority_name((enum priority)p));
		delay(o, f->by_priority[p], &f->delay_of[p]);
	}
	cJSON *classes = cJSON_AddArrayToObject(root, "classes");
	for (int c = 0; c <= ALARM_CLASS_COUNT; c++) {
		if (f->by_class[c] == 0)
			continue;
		cJSON_AddItemToArray(classes, o = cJSON_CreateObject());
		if (c < ALARM_CLASS_COUNT)
			cJSON_AddStringToObject(o, "class", alarm_class_name((enum alarm_class)c));
		delay(o, f->by_class[c], &f->delay_of_class[c]);
	}
}

static void predictive(cJSON *root, const struct score *score, int64_t since_ms)
{
	cJSON *list = cJSON_AddArrayToObject(root, "predictive");
	for (int h = 1; h < HAZARD_COUNT; h++) {
		struct score_hazard_figures f;
		score_hazard_figures(score, (enum hazard)h, since_ms, &f);
		if (f.said == 0)
			continue;
		cJSON *o = cJSON_CreateObject();
		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(
			o, "class", alarm_class_name(alarm_class_of_hazard((enum hazard)h)));
		number(o, "said", f.said);
		number(o, "came", f.came);
		number(o, "taken_back", f.taken_back);
		number(o, "late", f.late);
		number(o, "open", f.open);
		number(o, "precision", f.precision);
		number(o, "lead_min", f.lead_min);
	}
}

static char *to_json(const struct alarm_quality *q, const struct score *score,
	const struct alarm_quality_figures *f, const struct alarm_quality_asked *asked)
{
	struct line lines[LINES];
	char time[48];
	int count = fill(f, lines);
	cJSON *root = cJSON_CreateObject();
	cJSON_AddStringToObject(root, "format", "vigie.alarm-quality/1");
	format_rfc3339(asked->now_ms, time, sizeof time);
	cJSON_AddStringToObject(root, "time", time);
	format_rfc3339(f->from_ms, time, sizeof time);
	cJSON_AddStringToObject(root, "from", time);
	format_rfc3339(f->to_ms, time, sizeof time);
	cJSON_AddStringToObject(root, "to", time);
	number(root, "operators", asked->operators);
	cJSON *figures = cJSON_AddArrayToObject(root, "figures");
	for (int i = 0; i < count; i++) {
		cJSON *o = cJSON_CreateObject();
		cJSON_AddItemToArray(figures, o);
		cJSON_AddStringToObject(o, "key", lines[i].key);
		number(o, "value", lines[i].value);
		number(o, "at_most", lines[i].most);
		cJSON_AddBoolToObject(o, "outside", outside(&lines[i]));
	}
	groups(root, f);
	cJSON *most = cJSON_AddArrayToObject(root, "rang_most");
	for (int i = 0; i < f->top_count; i++) {
		cJSON *o = cJSON_CreateObject();
		cJSON_AddItemToArray(most, o);
		cJSON_AddStringToObject(o, "key", q->sources[f->top[i]].key);
		number(o, "rang", f->top_rang[i]);
	}
	predictive(root, score, f->from_ms);
	number(root, "not_counted", (double)q->dropped);
	char *text = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	return text;
}

char *alarm_quality_show(const struct alarm_quality *q, const struct score *score,
	const struct alarm_quality_asked *asked)
{
	struct alarm_quality_figures f;
	char *text = NULL;
	size_t size = 0;
	alarm_quality_figures(q, asked->now_ms - (int64_t)asked->days * 24 * 3600000, asked->now_ms,
		asked->operators, &f);
	if (asked->json)
		return to_json(q, score, &f, asked);
	FILE *out = open_memstream(&text, &size);
	if (out == NULL)
		return NULL;
	put_text(out, q, score, &f);
	fclose(out);
	if (text != NULL && size > 0)
		text[size - 1] = '\0';
	return text;
}
