/* SPDX-License-Identifier: Apache-2.0 */
#include "src/bench_day.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/site_file.h"

/* 2026-03-16T06:00:00Z, a Monday; nothing depends on the date. */
static const int64_t SIX_MS = 1773640800000;
static const int64_t MINUTE_MS = 60000;

/* The definition of W3, step by step, in the words of a site file. Session end
 * 16:00 is 600 minutes after 06:00. */
static const char way[] =
	"pathways = ( { id = \"usual\";\n"
	"  turnover = { need = \"cleaning\"; lasts = [20.0, 5.0]; };\n"
	"  steps = (\n"
	"    { stage = \"arrival\"; not_before = -75; between = [0.0, 30.0]; ends = \"arrived\"; "
	"},\n"
	"    { stage = \"check\"; lasts = [20.0, 8.0]; ends = \"ready\"; },\n"
	"    { stage = \"transport\"; not_before = -15; need = [\"room\", \"porter\"];\n"
	"      give = \"porter\"; lasts = [8.0, 3.0]; begins = \"sent_for\"; ends = \"in_room\"; "
	"},\n"
	"    { stage = \"induction\"; need = \"anaesthetist\"; give = \"anaesthetist\";\n"
	"      lasts = [20.0, 8.0]; },\n"
	"    { stage = \"surgery\"; lasts = [60.0, 30.0]; begins = \"incision\";\n"
	"      ends = \"procedure_end\"; },\n"
	"    { stage = \"emergence\"; need = \"anaesthetist\"; give = \"anaesthetist\";\n"
	"      lasts = [10.0, 4.0]; },\n"
	"    { stage = \"hold\"; need = \"pacu\"; give = \"room\"; ends = \"out_room\"; },\n"
	"    { stage = \"transfer\"; need = \"porter\"; give = \"porter\"; lasts = [6.0, 2.0];\n"
	"      ends = \"pacu_in\"; },\n"
	"    { stage = \"recovery\"; give = \"pacu\"; lasts = [90.0, 40.0]; ends = \"pacu_out\"; "
	"}\n"
	"  ); } );\n";

static void write_site(FILE *out)
{
	fputs("id = \"w3\"; name = \"W3\"; zone = \"UTC\";\n"
	      "floors = ( { id = \"0\"; level = 0; } );\nrooms = (\n",
		out);
	for (int r = 0; r < BENCH_ROOMS; r++)
		fprintf(out,
			"  { id = \"or-%d\"; floor = \"0\"; kind = \"or\"; "
			"box = [%d.0, 0.0, %d.0, 6.0]; session = \"06:00-16:00\"; },\n",
			r + 1, 6 * r, 6 * r + 6);
	fputs("  { id = \"pacu\"; floor = \"0\"; kind = \"pacu\"; box = [0.0, 6.0, 20.0, 12.0]; } "
	      ");\nbeds = (",
		out);
	for (int b = 0; b < 9; b++)
		fprintf(out, "%s { id = \"bay-%d\"; room = \"pacu\"; }", b > 0 ? "," : "", b + 1);
	fputs(" );\nroles = ( { id = \"anaesthetist\"; name = \"Anaesthetist\"; count = 8; },\n"
	      "  { id = \"porter\"; name = \"Porter\"; count = 6; },\n"
	      "  { id = \"cleaning\"; name = \"Cleaning\"; count = 4; } );\n",
		out);
	fputs(way, out);
}

static void programme(struct twin *twin)
{
	for (int i = 0; i < BENCH_ROOMS * BENCH_TURNS; i++) {
		struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, SIX_MS);
		struct fact_case *c = &f.surgery;
		f.seq = (uint64_t)i + 2;
		snprintf(c->id, sizeof c->id, "case-%02d", i);
		snprintf(c->patient, sizeof c->patient, "p-%02d", i);
		snprintf(c->room, sizeof c->room, "or-%d", i / BENCH_TURNS + 1);
		c->start_ms = SIX_MS + (120 + 100 * (i % BENCH_TURNS)) * MINUTE_MS;
		c->end_ms = c->start_ms + 90 * MINUTE_MS;
		c->status = CASE_PLANNED;
		twin_apply(twin, &f, NULL);
	}
}

struct twin *bench_day(struct site **site, struct error *err)
{
	char *text = NULL;
	size_t size = 0;
	struct twin *twin = twin_create();
	FILE *out = open_memstream(&text, &size);
	*site = NULL;
	if (twin == NULL || out == NULL) {
		error_set(err, -1, "out of memory");
	} else {
		write_site(out);
		fclose(out);
		*site = site_parse("w3", text, err);
	}
	free(text);
	if (*site == NULL) {
		twin_destroy(twin);
		return NULL;
	}
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, SIX_MS);
	f.seq = 1;
	f.site.site = *site;
	memcpy(f.site.hash, (*site)->hash, sizeof f.site.hash);
	twin_apply(twin, &f, NULL);
	programme(twin);
	return twin;
}
