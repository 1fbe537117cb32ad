/* SPDX-License-Identifier: Apache-2.0 */
#include "src/offline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/restore.h"
#include "src/site_file.h"
#include "src/suite_clock.h"
#include "src/whatif_file.h"

static int fail(const struct offline_choice *c, const char *text)
{
	fprintf(stderr, "vigie %s: %s\n", c->verb, text);
	return -1;
}

/* "role=ROLE", "to=day|inpatient": the words themselves where they are the same everywhere. */
static void list_parameter(const struct scenario_parameter *p)
{
	static const char *const kinds[PARAMETER_KIND_COUNT] = {[PARAMETER_CASE] = "CASE",
		[PARAMETER_ROOM] = "ROOM",
		[PARAMETER_ROLE] = "ROLE",
		[PARAMETER_BEDS] = "KIND",
		[PARAMETER_FLOOR] = "FLOOR",
		[PARAMETER_SURGEON] = "SURGEON",
		[PARAMETER_WORD] = "WORD",
		[PARAMETER_INSTANT] = "YYYY-MM-DDThh:mmZ",
		[PARAMETER_KIT] = "KIT"};
	const char *word = scenario_choice(NULL, p->kind, 0);
	if (p->kind == PARAMETER_NUMBER) {
		printf("              %s=%d..%d (%d)\n", p->name, p->least, p->most, p->usual);
		return;
	}
	printf("              %s=%s", p->name, word != NULL ? word : kinds[p->kind]);
	for (int n = 1; word != NULL; n++) {
		word = scenario_choice(NULL, p->kind, n);
		if (word != NULL)
			printf("|%s", word);
	}
	puts(p->needed ? "" : " (may be left out)");
}

static int list_scenarios(void)
{
	for (int i = 0; i < scenario_count; i++) {
		const struct scenario_row *row = &scenario_rows[i];
		printf("%-13s %s\n", row->name, row->help);
		for (int k = 0; k < SCENARIO_PARAMETERS && row->parameters[k].kind != PARAMETER_END;
			k++)
			list_parameter(&row->parameters[k]);
	}
	return 1;
}

int offline_inject(struct offline_choice *c, const char *text)
{
	char why[SCENARIO_TEXT];
	struct what_if *w = &c->what_if;
	struct error err = {""};
	if (strcmp(text, "help") == 0) {
		c->listed = true;
		return list_scenarios();
	}
	if (text[0] == '@' && what_if_read(text + 1, w, &err) == 0)
		return 0;
	if (text[0] != '@' && w->count < WHAT_IF_DEPTH
		&& scenario_parse(text, &w->list[w->count], why)) {
		w->count++;
		return 0;
	}
	fprintf(stderr, "vigie %s: %s (--inject help lists them)\n", c->verb,
		text[0] == '@'              ? err.text
		: w->count == WHAT_IF_DEPTH ? "too many injections"
					    : why);
	return -1;
}

static int load_programme(struct offline *o, const struct offline_choice *c, bool site_text)
{
	struct error err = {""};
	struct programme_options options = {.at_ms = c->at_ms, .tell = true};
	if (c->site != NULL) {
		options.site = site_load(c->site, site_text ? &o->site_text : NULL, &err);
		if (options.site == NULL)
			return fail(c, err.text);
		suite_clock_zone(options.site->zone);
	}
	return programme_load(&o->programme, c->path, &options, &err) < 0 ? fail(c, err.text) : 0;
}

/* What a console has learnt of durations, from its journal. */
static int load_learnt(struct offline *o, const struct offline_choice *c)
{
	struct error err = {"out of memory"};
	struct twin *twin = NULL;
	if (c->learnt == NULL)
		return 0;
	int rc = knowledge_init(&o->knowledge) && (twin = twin_create()) != NULL
			 ? twin_restore_knowledge(
				 twin, NULL, &o->knowledge, c->learnt, 0, NULL, &err)
			 : -1;
	twin_destroy(twin);
	if (rc < 0)
		return fail(c, err.text);
	o->learnt = &o->knowledge.learning->now;
	return 0;
}

int offline_load(struct offline *o, const struct offline_choice *c, bool site_text)
{
	memset(o, 0, sizeof *o);
	return load_learnt(o, c) < 0 || load_programme(o, c, site_text) < 0 ? -1 : 0;
}

void offline_free(struct offline *o)
{
	programme_free(&o->programme);
	knowledge_fini(&o->knowledge);
	restore_forget_sites();
	free(o->site_text);
}

bool offline_fork(const struct offline *o, const struct offline_choice *c, struct fork *fork)
{
	static char why[WHAT_IF_DEPTH][SCENARIO_TEXT];
	fork->twin = twin_create();
	if (fork->twin == NULL)
		return fail(c, "out of memory") == 0;
	int injected = what_if_fork(fork, o->programme.twin, &c->what_if, why);
	for (int i = 0; i < c->what_if.count; i++)
		if (why[i][0] != '\0')
			fail(c, why[i]);
	return injected == c->what_if.count;
}
