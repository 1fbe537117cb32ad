/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_WORDS_H
#define VIGIE_TESTS_WORDS_H

/* Random words of people about three cases, and the state they leave in a twin as
 * text, for tests that hold twins against each other. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/fact_field.h"
#include "twin/text.h"
#include "twin/twin.h"

enum { CASES = 3 };
static const int64_t BASE = 1773651600000; /* 2026-03-16T09:00:00Z */

static uint32_t pick(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static struct fact made(uint64_t *seed, enum fact_kind kind, int64_t hlc, int station)
{
	struct fact f = fact_make(kind, SOURCE_PERSON, 0);
	snprintf(f.by.station, sizeof f.by.station, "or-desk-%d", station);
	snprintf(f.origin, sizeof f.origin, "u%u", pick(seed, 9));
	f.by.hlc_ms = hlc;
	f.source_ms = hlc;
	return f;
}

static void about_case(struct fact *f, uint64_t *seed)
{
	char id[ID_SIZE];
	snprintf(id, sizeof id, "c-%u", pick(seed, CASES));
	switch (f->kind) {
	case FACT_MILESTONE:
		text_copy(f->milestone.id, ID_SIZE, id);
		f->milestone.milestone = (enum milestone)pick(seed, 4);
		f->milestone.when_ms = BASE + pick(seed, 100) * 1000;
		f->milestone.withdrawn = pick(seed, 4) == 0;
		break;
	case FACT_READINESS:
		text_copy(f->readiness.id, ID_SIZE, id);
		f->readiness.item = (enum readiness)pick(seed, READY_COUNT);
		f->readiness.value = (int)pick(seed, 3) - 1;
		break;
	case FACT_STATUS:
		text_copy(f->status.id, ID_SIZE, id);
		f->status.status = pick(seed, 2) ? CASE_NO_SHOW : CASE_PLANNED;
		break;
	case FACT_ESTIMATE:
		text_copy(f->estimate.id, ID_SIZE, id);
		f->estimate.left_min = pick(seed, 90);
		f->estimate.when_ms = BASE + pick(seed, 100) * 1000;
		break;
	case FACT_INTAKE:
		text_copy(f->intake.id, ID_SIZE, id);
		f->intake.intake = (enum intake)pick(seed, INTAKE_COUNT);
		f->intake.when_ms = BASE - pick(seed, 100) * 60000;
		break;
	default:
		text_copy(f->resource.id, ID_SIZE, pick(seed, 2) ? "porter" : "pacu");
		f->resource.units = (int)pick(seed, 5) - 1;
		break;
	}
}

/* A what-if saved or forgotten: its steps, one after the other, and an end. */
static int idea_facts(struct fact *out, uint64_t *seed, int64_t *hlc, int station)
{
	int steps = (int)pick(seed, 4), n = 0;
	char name[ID_SIZE];
	snprintf(name, sizeof name, "day %u", pick(seed, 2));
	for (int i = 0; i <= steps; i++) {
		struct fact *f = &out[n++];
		*f = made(seed, FACT_IDEA, *hlc += 1 + pick(seed, 3), station);
		text_copy(f->idea.name, sizeof f->idea.name, name);
		f->idea.step = i;
		if (i < steps)
			snprintf(f->idea.text, IDEA_TEXT, "no_hold %u", pick(seed, 1000));
	}
	return n;
}

static void begin(struct twin *t)
{
	for (int i = 0; i < CASES; i++) {
		struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, BASE);
		snprintf(f.surgery.id, ID_SIZE, "c-%d", i);
		f.surgery.start_ms = BASE + 3600000;
		f.seq = (uint64_t)i + 1;
		twin_apply(t, &f, NULL);
	}
}

static void add(char *out, size_t size, const char *format, ...)
{
	size_t at = strlen(out);
	va_list args;
	va_start(args, format);
	vsnprintf(out + at, size - at, format, args);
	va_end(args);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_sorted(char *out, size_t size, char lines[][1024], int n)
{
	const char *at[TWIN_RESOURCES];
	for (int i = 0; i < n; i++)
		at[i] = lines[i];
	qsort(at, (size_t)n, sizeof *at, by_name);
	for (int i = 0; i < n; i++)
		add(out, size, "%s\n", at[i]);
}

static void describe_case(const struct surgery *s, char *out, size_t size)
{
	add(out, size, "%s %d %.0f %lld", s->id, s->said[SOURCE_PERSON - SOURCE_RADIO],
		s->estimate_min, (long long)s->estimate_ms);
	for (int m = 0; m < MILESTONE_COUNT; m++) {
		const struct stamp *p = &s->passage[m].by[SOURCE_PERSON - SOURCE_RADIO];
		add(out, size, " %lld/%s", (long long)p->when_ms, p->origin);
	}
	for (int r = 0; r < READY_COUNT; r++)
		add(out, size, " %d/%s", s->ready[r], s->ready_by[r].origin);
	for (int i = 0; i < INTAKE_COUNT; i++)
		add(out, size, " %lld/%s", (long long)s->intake[i].when_ms, s->intake[i].origin);
	add(out, size, "\n");
}

static void describe(const struct twin *t, char *out, size_t size)
{
	static char lines[TWIN_RESOURCES][1024];
	int n = 0;
	out[0] = '\0';
	for (int i = 0; i < t->case_count; i++)
		describe_case(&t->cases[i], out, size);
	for (int i = 0; i < t->resource_count; i++)
		snprintf(lines[n++], sizeof lines[0], "%s %d", t->resources[i].id,
			t->resources[i].units);
	add_sorted(out, size, lines, n);
	n = 0;
	for (int i = 0; i < t->idea_count; i++) {
		lines[n][0] = '\0';
		add(lines[n], sizeof lines[n], "%s:", t->ideas[i].name);
		for (int k = 0; k < idea_steps(&t->ideas[i]); k++)
			add(lines[n], sizeof lines[n], " [%s]", t->ideas[i].steps[k]);
		n++;
	}
	add_sorted(out, size, lines, n);
}

#endif
