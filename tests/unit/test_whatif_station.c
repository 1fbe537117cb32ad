/* SPDX-License-Identifier: Apache-2.0 */
/* No surprise: what-ifs on a whole station with a real journal leave the twin,
 * the sequence of facts and every byte of the journal's rows as they were; what the
 * forecast says of the day as it is goes there. */
#include <ev.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/bench_day.h"
#include "src/restore.h"
#include "src/site_file.h"
#include "src/whatif_file.h"
#include "tests/unit/suite_station.h"
#include "twin/text.h"

/* ---- what may not change ---- */

struct rows {
	int facts;
	uint64_t sum;
};

static void on_row(void *context, const struct fact *fact)
{
	struct rows *rows = context;
	char *text = fact_encode(fact);
	rows->facts++;
	for (const char *c = text; *c != '\0'; c++)
		rows->sum = (rows->sum ^ (uint8_t)*c) * 1099511628211u;
	assert_null(strstr(text, "what-if"));
	free(text);
}

static struct rows journal_rows(const struct suite *s)
{
	struct rows rows = {0, 14695981039346656037u};
	struct journal_reader reader = {.fact = on_row, .context = &rows};
	struct error err = {""};
	uint64_t bad = 0;
	assert_int_equal(journal_read(s->journal, 0, &reader, &bad, &err), 0);
	assert_int_equal(bad, 0);
	return rows;
}

static bool is_committed(const struct view *view)
{
	return view->health->journal_committed >= view->twin->seq || view->twin->seq == 0;
}

/* The best there is: what it has to say is said by then. */
static bool has_forecast(const struct view *view)
{
	return view->forecast != NULL && view->forecast->case_count == 6
	       && view->forecast->reps == 2000;
}

static bool is_answered(const struct view *view)
{
	return view->what_if_answer != NULL && view->what_if->count > 0
	       && view->what_if_answer->asked.count == view->what_if->count
	       && view->what_if_answer->reps == 2000;
}

static bool is_taken_back(const struct view *view)
{
	return view->what_if_answer != NULL && view->what_if_answer->asked.count == 0
	       && view->what_if_answer->asked.site == NULL;
}

static bool is_tried(const struct view *view)
{
	return view->what_if_answer != NULL && view->what_if_answer->remedies.tried > 0;
}

static void nothing_is_told(void **state)
{
	struct suite *s = *state;
	char before[65], after[65];
	struct view view;
	assert_true(run_until(s, 20, has_forecast));
	run_until(s, 1.5, is_committed);
	struct rows rows = journal_rows(s);
	uint64_t seq = s->station->seq;
	assert_true(rows.facts >= 7); /* the site and six cases */
	/* Time goes on and is part of the state: compared at one instant. */
	twin_digest(s->station->twin, before);
	int64_t now = s->station->twin->now_ms;
	struct twin *kept = twin_create();
	twin_copy(kept, s->station->twin);

	say(s, COMMAND_WHAT_IF, "overrun:case=c-0,min=90");
	assert_string_equal(
		s->notice, "what-if: the case takes so many minutes more: case c-0, min 90");
	say(s, COMMAND_WHAT_IF, "mass:n=6");
	say(s, COMMAND_WHAT_IF, "room_down:room=or-3");
	say(s, COMMAND_WHAT_IF, "no_hold");
	twin_digest(s->station->twin, after);
	assert_string_equal(before, after);
	assert_true(run_until(s, 30, is_answered));
	station_view(s->station, &view);
	assert_int_equal(view.what_if_answer->injected, 4);
	assert_true(view.what_if_answer->hit_count >= 7);
	say(s, COMMAND_IN_TIME, "or-1");
	assert_true(run_until(s, 30, is_tried));
	say(s, COMMAND_WHAT_IF_BACK, "");
	assert_string_equal(s->notice, "what-if taken back: nobody waits in the room for a bay");
	say(s, COMMAND_WHAT_IF_CLEAR, "");
	assert_true(run_until(s, 30, is_taken_back));

	twin_advance(kept, s->station->twin->now_ms, NULL);
	assert_true(s->station->twin->now_ms >= now);
	twin_digest(kept, before);
	twin_digest(s->station->twin, after);
	assert_string_equal(before, after);
	assert_true(s->station->seq == seq);
	struct rows again = journal_rows(s);
	assert_int_equal(again.facts, rows.facts);
	assert_true(again.sum == rows.sum);
	twin_destroy(kept);
}

/* The two cases planned in an hour, and the PACU: said once, and known after a restart. */
static void what_is_foretold_goes_on_record(void **state)
{
	struct suite *s = *state;
	struct error err = {""};
	struct view view;
	assert_true(run_until(s, 20, has_forecast));
	assert_true(run_until(s, 20, is_committed));
	station_view(s->station, &view);
	assert_int_equal(view.score->record_total, 3);
	for (int i = 0; i < 2; i++)
		assert_true(score_foretold_ms(view.score, FORETOLD_START, i ? "c-1" : "c-0") > 0);
	assert_true(score_foretold_ms(view.score, FORETOLD_PACU, "pacu") > 0);
	struct score_record before = view.score->records[0];
	struct station *old = s->station;
	s->station = NULL;
	station_close(old);
	s->station = station_open(
		s->loop, &s->settings, (struct station_calls){on_changed, on_notice, s}, &err);
	if (s->station == NULL)
		fail_msg("%s", err.text);
	station_start(s->station);
	assert_true(run_until(s, 20, has_forecast));
	station_view(s->station, &view);
	assert_int_equal(view.score->record_total, 3);
	assert_memory_equal(&view.score->records[0], &before, sizeof before);
}

/* Told at once, and not put on the stack. */
static void refusals_are_told(void **state)
{
	struct suite *s = *state;
	say(s, COMMAND_WHAT_IF, "overrun:case=nobody");
	assert_string_equal(s->notice, "what-if: not possible: case is not known here: nobody");
	say(s, COMMAND_WHAT_IF, "flood");
	assert_string_equal(s->notice, "what-if: not possible: no such scenario: flood");
	say(s, COMMAND_WHAT_IF, "staff:role=surgeon");
	assert_string_equal(s->notice,
		"what-if: not possible: no pathway of this site waits for a surgeon: the forecast "
		"cannot tell");
	/* On top of the others: what one took off, the next cannot move. */
	say(s, COMMAND_WHAT_IF, "cancel:case=c-1");
	say(s, COMMAND_WHAT_IF, "delay:case=c-1");
	assert_string_equal(s->notice, "what-if: not possible: case c-1 is off the list");
	assert_int_equal(s->station->what_if.count, 1);
	for (int i = 1; i < WHAT_IF_DEPTH; i++)
		say(s, COMMAND_WHAT_IF, "overrun:case=c-0,min=1");
	assert_int_equal(s->station->what_if.count, WHAT_IF_DEPTH);
	say(s, COMMAND_WHAT_IF, "overrun:case=c-0,min=1");
	assert_non_null(strstr(s->notice, "are injected, no more"));
	say(s, COMMAND_WHAT_IF_CLEAR, "");
	say(s, COMMAND_WHAT_IF_BACK, "");
	assert_string_equal(s->notice, "no what-if to take back");
}

/* A read-only console changes nothing, and may wonder all the same. */
static void read_only_may_wonder(void **state)
{
	struct suite *s = *state;
	s->settings.readonly = true;
	say(s, COMMAND_WHAT_IF, "cancel:case=c-1");
	assert_int_equal(s->station->what_if.count, 1);
	say(s, COMMAND_UNDO, "");
	assert_string_equal(s->notice, "this console is read-only");
}

static void keep(struct suite *s, enum command_kind kind, const char *name)
{
	struct command c = {.kind = kind};
	text_copy(c.target, sizeof c.target, name);
	s->notice[0] = '\0';
	station_command(s->station, &c);
}

/* "no_hold, emergency:class=1": what is kept under a name, in the twin. */
static void assert_kept(
	const struct twin *t, const char *name, const char *first, const char *second)
{
	int i = twin_idea(t, name);
	assert_true(i >= 0);
	assert_int_equal(idea_steps(&t->ideas[i]), second != NULL ? 2 : 1);
	assert_string_equal(t->ideas[i].steps[0], first);
	if (second != NULL)
		assert_string_equal(t->ideas[i].steps[1], second);
}

/* Kept is told: it is in the journal, with who said so, and stands after a
 * restart. The stack itself stays what it was: of this console. */
static void kept_is_told(void **state)
{
	struct suite *s = *state;
	keep(s, COMMAND_IDEA_KEEP, "nothing");
	assert_int_equal(s->station->twin->idea_count, 0);
	say(s, COMMAND_WHAT_IF, "no_hold");
	say(s, COMMAND_WHAT_IF, "emergency:class=1");
	keep(s, COMMAND_IDEA_KEEP, "a bad hour");
	assert_string_equal(s->notice, "what-if saved: a bad hour");
	assert_kept(s->station->twin, "a bad hour", "no_hold", "emergency:class=1");
	assert_int_equal(what_if_kept(s->station->twin, &s->station->what_if), 0);
	say(s, COMMAND_WHAT_IF_BACK, "");
	assert_int_equal(what_if_kept(s->station->twin, &s->station->what_if), -1);
	/* Opened in place of what there is; an unknown name opens nothing. */
	keep(s, COMMAND_IDEA_OPEN, "a good hour");
	assert_int_equal(s->station->what_if.count, 1);
	keep(s, COMMAND_IDEA_OPEN, "a bad hour");
	assert_int_equal(s->station->what_if.count, 2);
	/* Less than before under the same name takes the rest back. */
	say(s, COMMAND_WHAT_IF_BACK, "");
	keep(s, COMMAND_IDEA_KEEP, "a bad hour");
	assert_kept(s->station->twin, "a bad hour", "no_hold", NULL);
	keep(s, COMMAND_UNDO, "");
	assert_kept(s->station->twin, "a bad hour", "no_hold", "emergency:class=1");
	keep(s, COMMAND_IDEA_FORGET, "a bad hour");
	assert_int_equal(s->station->twin->idea_count, 0);
	keep(s, COMMAND_UNDO, "");
	assert_kept(s->station->twin, "a bad hour", "no_hold", "emergency:class=1");
	keep(s, COMMAND_UNDO, "");
	assert_int_equal(s->station->twin->idea_count, 0); /* the first save */
	keep(s, COMMAND_IDEA_KEEP, "again");
	run_until(s, 1.5, is_committed);

	struct twin *twin = twin_create();
	struct names *names = names_create();
	struct error err = {""};
	char live[65], folded[65];
	assert_int_equal(twin_restore(twin, names, s->journal, 0, NULL, &err), 0);
	assert_kept(twin, "again", "no_hold", NULL);
	assert_string_equal(twin->ideas[0].told.origin, s->station->user);
	twin_advance(twin, s->station->twin->now_ms, NULL);
	twin_digest(twin, folded);
	twin_digest(s->station->twin, live);
	assert_string_equal(folded, live);
	names_destroy(names);
	twin_destroy(twin);
}

/* Twelve steps have no room for a word that ends them; 24 names are all. */
static void as_many_as_there_is_room_for(void **state)
{
	struct suite *s = *state;
	char name[ID_SIZE];
	for (int i = 0; i < WHAT_IF_DEPTH; i++)
		say(s, COMMAND_WHAT_IF, "overrun:case=c-0,min=1");
	for (int i = 0; i <= TWIN_IDEAS; i++) {
		snprintf(name, sizeof name, "idea %d", i);
		keep(s, COMMAND_IDEA_KEEP, name);
	}
	assert_string_equal(s->notice, "24 what-ifs are saved, no more: F forgets one");
	assert_int_equal(s->station->twin->idea_count, TWIN_IDEAS);
	assert_int_equal(idea_steps(&s->station->twin->ideas[3]), WHAT_IF_DEPTH);
	assert_int_equal(s->station->twin->dropped, 0);
	keep(s, COMMAND_IDEA_KEEP, "idea 3"); /* there is room for one that is there */
	assert_string_equal(s->notice, "what-if saved: idea 3");
	/* As far back as acts are remembered: whole ones only. */
	for (int i = 0; i < UNDO_DEPTH; i++)
		keep(s, COMMAND_UNDO, "");
	for (int i = 0; i < s->station->twin->idea_count; i++)
		assert_int_equal(idea_steps(&s->station->twin->ideas[i]), WHAT_IF_DEPTH);
	s->settings.readonly = true;
	int count = s->station->twin->idea_count;
	keep(s, COMMAND_IDEA_FORGET, s->station->twin->ideas[0].name);
	assert_string_equal(s->notice, "this console is read-only");
	assert_int_equal(s->station->twin->idea_count, count);
}

/* Written for vigie forecast, read back the same. */
static void exported_reads_back(void **state)
{
	struct suite *s = *state;
	struct what_if back = {.count = 0};
	struct error err = {""};
	char path[128];
	snprintf(path, sizeof path, "%s/hour.txt", s->folder);
	say(s, COMMAND_IDEA_EXPORT, path);
	assert_string_equal(s->notice, "no what-if to export");
	say(s, COMMAND_WHAT_IF, "cancel:case=c-1");
	say(s, COMMAND_WHAT_IF, "mass:n=6");
	say(s, COMMAND_IDEA_EXPORT, path);
	assert_int_equal(what_if_read(path, &back, &err), 0);
	assert_int_equal(back.count, 2);
	assert_memory_equal(&back.list, &s->station->what_if.list, 2 * sizeof *back.list);
	say(s, COMMAND_IDEA_EXPORT, path); /* never over a file */
	assert_non_null(strstr(s->notice, "File exists"));
}

/* The demo's site with every `was` as `is`, in a file of its own. */
static void write_site(const char *path, const char *was, const char *is)
{
	struct error err = {""};
	char *text = NULL;
	FILE *out = fopen(path, "w");
	struct site *site = site_load("etc/demo/site.cfg", &text, &err);
	int found = 0;
	assert_non_null(site);
	assert_non_null(out);
	char *at = text;
	for (char *next; (next = strstr(at, was)) != NULL; at = next + strlen(was), found++)
		fprintf(out, "%.*s%s", (int)(next - at), at, is);
	fputs(at, out);
	fclose(out);
	assert_true(found > 0);
	site_free(site);
	free(text);
}

static bool is_tried_out(const struct view *view)
{
	return view->what_if_answer != NULL && view->what_if_answer->asked.site != NULL
	       && view->what_if_answer->reps == 2000;
}

/* Another pathway, on the copy only: rooms that take 40 minutes more to clean make
 * the second case of a room, 10 minutes behind the first, some 30 later. */
static void another_site_is_tried_on_the_copy(void **state)
{
	struct suite *s = *state;
	char path[128], before[65], after[65];
	struct view view;
	snprintf(path, sizeof path, "%s/other.cfg", s->folder);
	say(s, COMMAND_TRY_SITE, "etc/demo/site.cfg");
	assert_string_equal(s->notice, "not tried: that is the site as it is");
	say(s, COMMAND_TRY_SITE, "/nowhere");
	assert_non_null(strstr(s->notice, "not tried: /nowhere"));
	write_site(path, "\"or-8\"", "\"or-9\"");
	say(s, COMMAND_TRY_SITE, path);
	assert_string_equal(s->notice, "not tried: another room in the place of or-8");
	assert_true(what_if_is_empty(&s->station->what_if));

	write_site(path, "lasts = [20.0, 8.0]", "lasts = [60.0, 8.0]");
	const struct site *own = s->station->twin->site;
	twin_digest(s->station->twin, before);
	say(s, COMMAND_TRY_SITE, path);
	twin_digest(s->station->twin, after);
	assert_string_equal(before, after);
	assert_true(s->station->twin->site == own);
	assert_true(run_until(s, 30, is_tried_out));
	station_view(s->station, &view);
	const struct what_if_answer *a = view.what_if_answer;
	assert_true(a->kpi[KPI_WAIT].difference.low > 0);
	assert_int_equal(a->case_count, 6);
	for (int i = 0; i < a->case_count; i++) {
		bool first =
			strcmp(a->cases[i].id, "c-0") == 0 || strcmp(a->cases[i].id, "c-1") == 0;
		assert_true(first ? a->cases[i].kind == HIT_NONE : a->cases[i].begins.p50 > 20);
	}
	/* With a scenario on top; U takes one after the other back. */
	say(s, COMMAND_WHAT_IF, "no_hold");
	say(s, COMMAND_WHAT_IF_BACK, "");
	assert_non_null(s->station->what_if.site);
	say(s, COMMAND_WHAT_IF_BACK, "");
	assert_string_equal(s->notice, "what-if taken back: the other site file");
	assert_true(run_until(s, 30, is_taken_back));
	assert_true(what_if_is_empty(&s->station->what_if));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(kept_is_told, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(
			as_many_as_there_is_room_for, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(
			another_site_is_tried_on_the_copy, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(exported_reads_back, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(nothing_is_told, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(
			what_is_foretold_goes_on_record, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(refusals_are_told, open_suite, close_suite),
		cmocka_unit_test_setup_teardown(read_only_may_wonder, open_suite, close_suite),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
