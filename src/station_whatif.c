/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_private.h"

#include <stdlib.h>
#include <string.h>

#include "src/restore.h"
#include "src/site_file.h"
#include "src/whatif_file.h"
#include "twin/text.h"

/*
 * What-ifs of the console: a stack of scenarios that lives in memory, is asked
 * of the forecaster's copy, and nowhere told as a fact. Neither twin, journal
 * nor feeds are written to here; keeping one under a name is an operator's act
 * (station_acts.h).
 */

void station_what_if_ask(struct station *s)
{
	station_forecast_need(s);
	if (s->forecaster != NULL)
		forecaster_what_if(
			s->forecaster, s->proof_open ? &s->proof : &s->what_if, s->in_time_room);
	else
		station_say(s, "no forecast on this machine: no answer will come");
	if (s->calls.changed != NULL)
		s->calls.changed(s->calls.context);
}

/* Tried on a copy at once, so that a refusal is told at once. */
static bool possible(struct station *s, const struct scenario *one, char why[SCENARIO_TEXT])
{
	char refused[WHAT_IF_DEPTH][SCENARIO_TEXT];
	struct fork fork = {.twin = twin_create()};
	if (fork.twin == NULL)
		return scenario_why(why, "out of memory", "", "");
	what_if_fork(&fork, s->twin, &s->what_if, refused);
	bool done = scenario_inject(&fork, one, why);
	twin_destroy(fork.twin);
	return done;
}

static void inject(struct station *s, const struct command *c)
{
	struct scenario one;
	char why[SCENARIO_TEXT], words[SCENARIO_TEXT];
	if (s->what_if.count == WHAT_IF_DEPTH) {
		station_say(s, "what-if: %d are injected, no more: U takes the last back",
			WHAT_IF_DEPTH);
		return;
	}
	if (!scenario_parse(c->text, &one, why) || !possible(s, &one, why)) {
		station_say(s, "what-if: not possible: %s", why);
		return;
	}
	s->what_if.list[s->what_if.count++] = one;
	scenario_words(&one, words);
	station_say(s, "what-if: %s", words);
	station_what_if_ask(s);
}

static void take_back(struct station *s, const struct command *c)
{
	char words[SCENARIO_TEXT];
	(void)c;
	if (what_if_is_empty(&s->what_if)) {
		station_say(s, "no what-if to take back");
		return;
	}
	if (s->what_if.count == 0) {
		s->what_if.site = NULL;
		station_say(s, "what-if taken back: the other site file");
		station_what_if_ask(s);
		return;
	}
	scenario_words(&s->what_if.list[--s->what_if.count], words);
	station_say(s, "what-if taken back: %s", words);
	station_what_if_ask(s);
}

static void clear(struct station *s, const struct command *c)
{
	(void)c;
	s->what_if = (struct what_if){.count = 0};
	s->in_time_room[0] = '\0';
	station_say(s, "no what-if any more");
	station_what_if_ask(s);
}

/* In place of what there is; what makes no sense now is still put there, and the
 * screen says why it is not possible. */
static void open_kept(struct station *s, const struct command *c)
{
	struct what_if opened = {.site = s->what_if.site};
	char why[SCENARIO_TEXT];
	int i = twin_idea(s->twin, c->target);
	if (i < 0) {
		station_say(s, "no what-if is saved as %s", c->target);
		return;
	}
	bool whole = what_if_of(&s->twin->ideas[i], &opened, why);
	s->what_if = opened;
	if (whole)
		station_say(s, "what-if opened: %s", c->target);
	else
		station_say(s, "opened as far as it is understood: %s", why);
	station_what_if_ask(s);
}

static void export(struct station *s, const struct command *c)
{
	struct error err = {""};
	if (s->what_if.count == 0)
		station_say(s, "no what-if to export");
	else if (what_if_write(c->text, &s->what_if, station_now(s), &err) < 0)
		station_say(s, "not exported: %s", err.text);
	else
		station_say(s, "exported: vigie forecast --inject @%s", c->text);
}

/* The suite as another text of its site says: read once, kept until we end. */
static void try_site(struct station *s, const struct command *c)
{
	struct error err = {""};
	char why[SCENARIO_TEXT], *text = NULL;
	struct site *read = site_load(c->text, &text, &err);
	const struct site *site = read != NULL ? restore_site(read->hash, text, &err) : NULL;
	if (site == NULL) {
		station_say(s, "not tried: %s", err.text);
	} else if (!what_if_site_fits(s->twin->site, site, why)) {
		station_say(s, "not tried: %s", why);
	} else {
		s->what_if.site = site;
		station_say(s, "what-if: the suite works as %s says", c->text);
		station_what_if_ask(s);
	}
	site_free(read);
	free(text);
}

static void in_time(struct station *s, const struct command *c)
{
	text_copy(s->in_time_room, sizeof s->in_time_room, c->target);
	station_say(s, "trying what would have %s end in time", c->target);
	station_what_if_ask(s);
}

bool station_what_if(struct station *s, const struct command *command)
{
	static void (*const acts[COMMAND_KIND_COUNT])(struct station *, const struct command *) = {
		[COMMAND_WHAT_IF] = inject,
		[COMMAND_WHAT_IF_BACK] = take_back,
		[COMMAND_WHAT_IF_CLEAR] = clear,
		[COMMAND_IDEA_OPEN] = open_kept,
		[COMMAND_IDEA_EXPORT] = export,
		[COMMAND_TRY_SITE] = try_site,
		[COMMAND_IN_TIME] = in_time,
	};
	if ((unsigned)command->kind >= COMMAND_KIND_COUNT || acts[command->kind] == NULL)
		return false;
	acts[command->kind](s, command);
	return true;
}
