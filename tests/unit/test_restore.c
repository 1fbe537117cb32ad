/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Restart, replay and marks: a live twin that journals what it applies, and
 * the same twin folded again from the journal. Equal digests are the promise
 * (same facts, same twin); the marks are counted by hand in the test.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/ledger.h"
#include "src/restore.h"
#include "src/verbs.h"

static const char site_text[] =
	"id = \"s\"; name = \"Suite\"; zone = \"Europe/Paris\"; turnover_min = 25.0;"
	"gateway_silence_s = 30.0;"
	"floors = ({ id = \"f\"; name = \"F\"; level = 0; });"
	"rooms = ("
	"{ id = \"or-1\"; name = \"OR 1\"; kind = \"or\"; floor = \"f\"; box = (0, 0, 7, 7);"
	"  session = \"08:00-18:00\"; temp = (18, 24); rh = (30, 70); },"
	"{ id = \"or-2\"; name = \"OR 2\"; kind = \"or\"; floor = \"f\"; box = (7, 0, 14, 7); },"
	"{ id = \"pacu\"; name = \"PACU\"; kind = \"pacu\"; floor = \"f\"; box = (0, 7, 14, 14); "
	"});"
	"doors = ((\"or-1\", \"pacu\"), (\"or-2\", \"pacu\"), (\"pacu\", \"outside\"));"
	"beds = ({ id = \"bay-1\"; name = \"1\"; room = \"pacu\"; });"
	"gateways = ({ mac = \"AC233FC00001\"; name = \"g\"; room = \"or-1\"; at = (3, 3); });"
	"tags = ({ mac = \"C30000000001\"; kind = \"sensor\"; model = \"S1\"; name = \"fridge\";"
	"  room = \"pacu\"; cold = true; limits = (2, 8); delay_min = 10.0; });";

static const int64_t MORNING = INT64_C(1773651600000);
enum { MINUTE = 60000 };

static char folder[64], path[128];
static struct twin *live, *folded;
static struct learning *live_learning;
static struct journal *journal;
static uint64_t seq;

static int setup(void **state)
{
	(void)state;
	struct error err;
	snprintf(folder, sizeof folder, "/tmp/vigie-restore-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/journal.db", folder);
	live = twin_create();
	live_learning = learning_create();
	folded = twin_create();
	seq = 0;
	return journal_open(&journal, path, NULL, (struct journal_calls){0}, &err);
}

static int teardown(void **state)
{
	(void)state;
	static const char *const names[] = {"journal.db", "journal.db-wal", "journal.db-shm",
		"journal.db.lock", "truth", "out"};
	char name[160];
	twin_destroy(live);
	learning_destroy(live_learning);
	twin_destroy(folded);
	restore_forget_sites();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(name, sizeof name, "%s/%s", folder, names[i]);
		unlink(name);
	}
	return rmdir(folder);
}

/* What the loop does with each fact. */
static void happen(struct fact *fact)
{
	struct consequences out;
	fact->seq = ++seq;
	twin_apply(live, fact, &out);
	learning_hear(live_learning, live, fact);
	journal_append(journal, fact);
	for (int i = 0; i < out.count; i++)
		journal_derive(journal, &out.list[i]);
}

static void site_says(const char *hash, const char *text, int64_t at_ms)
{
	struct error err = {""};
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, at_ms);
	snprintf(f.site.hash, sizeof f.site.hash, "%s", hash);
	f.site.site = restore_site(hash, text, &err);
	if (f.site.site == NULL)
		fail_msg("%s", err.text);
	journal_site(journal, hash, text);
	happen(&f);
}

static void case_planned(const char *id, const char *patient, const char *room, int64_t at_ms)
{
	struct fact f = fact_make(FACT_CASE, SOURCE_FHIR, at_ms);
	snprintf(f.surgery.id, sizeof f.surgery.id, "%s", id);
	snprintf(f.surgery.patient, sizeof f.surgery.patient, "%s", patient);
	snprintf(f.surgery.room, sizeof f.surgery.room, "%s", room);
	f.surgery.start_ms = MORNING + 30 * MINUTE;
	f.surgery.end_ms = MORNING + 120 * MINUTE;
	f.surgery.status = CASE_PLANNED;
	happen(&f);
}

static void milestone(const char *id, enum milestone m, enum source source, int64_t at_ms)
{
	struct fact f = fact_make(FACT_MILESTONE, source, at_ms);
	snprintf(f.milestone.id, sizeof f.milestone.id, "%s", id);
	f.milestone.milestone = m;
	f.milestone.when_ms = at_ms;
	happen(&f);
}

static void fridge(double value, int64_t at_ms)
{
	struct fact f = fact_make(FACT_READING, SOURCE_RADIO, at_ms);
	strcpy(f.reading.tag, "C30000000001");
	f.reading.quantity = QUANTITY_TEMPERATURE;
	f.reading.value = value;
	happen(&f);
}

static void press(int64_t at_ms)
{
	struct fact f = fact_make(FACT_PRESS, SOURCE_RADIO, at_ms);
	strcpy(f.press.tag, "C30000000002");
	strcpy(f.press.signature, "call");
	happen(&f);
}

/* A busy half hour with timers under way: a fridge out of limits for longer
 * than its delay, a call, a case in progress. */
static void busy_half_hour(void)
{
	site_says("h1", site_text, MORNING);
	journal_name(journal, "p-1", "Martin, Claire");
	case_planned("case-1", "p-1", "or-1", MORNING + 1000);
	case_planned("case-2", "p-2", "or-2", MORNING + 2000);
	milestone("case-1", MILESTONE_ARRIVED, SOURCE_FHIR, MORNING + 2 * MINUTE);
	milestone("case-1", MILESTONE_IN_ROOM, SOURCE_FHIR, MORNING + 5 * MINUTE);
	fridge(9.5, MORNING + 6 * MINUTE);
	press(MORNING + 7 * MINUTE);
	milestone("case-1", MILESTONE_INCISION, SOURCE_PERSON, MORNING + 9 * MINUTE);
	for (int i = 0; i < 200; i++)
		fridge(9.0 + i / 7.0 / 100.0, MORNING + 10 * MINUTE + i * 5000);
	milestone("case-2", MILESTONE_OUT_ROOM, SOURCE_RADIO, MORNING + 28 * MINUTE);
}

static void same_digest(const struct twin *a, const struct twin *b)
{
	char x[65], y[65];
	twin_digest(a, x);
	twin_digest(b, y);
	assert_int_equal(strlen(x), 64);
	assert_string_equal(x, y);
}

static void restart_gives_the_same_twin(void **state)
{
	(void)state;
	struct error err = {""};
	uint64_t bad = 1;
	struct names *names = names_create();
	busy_half_hour();
	/* Timers that fire after the last fact belong to the state as well. */
	twin_advance(live, MORNING + 45 * MINUTE, NULL);
	journal_checkpoint(journal, live);
	journal_close(journal);
	if (twin_restore(folded, names, path, 0, &bad, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(bad, 0);
	assert_int_equal(folded->seq, seq);
	assert_int_equal(folded->now_ms, MORNING + 45 * MINUTE);
	assert_true(folded->alarm_count > 0);
	assert_string_equal(names_get(names, "p-1"), "Martin, Claire");
	same_digest(live, folded);
	names_destroy(names);
}

/* A week of cases, words, a correction and a case taken out: what the living
 * station has learnt is what the journal teaches at the next start. */
static void restart_knows_what_was_learnt(void **state)
{
	(void)state;
	struct error err = {""};
	struct knowledge known;
	struct learning *again;
	site_says("h1", site_text, MORNING);
	for (int i = 0; i < 40; i++) {
		char id[ID_SIZE];
		int64_t from = MORNING + (i / 6 * 24 * 60 + i % 6 * 90) * (int64_t)MINUTE;
		struct fact f = fact_make(FACT_ESTIMATE, SOURCE_PERSON, from + 20 * MINUTE);
		snprintf(id, sizeof id, "case-%d", i);
		case_planned(id, i % 3 ? "p-1" : "p-2", i % 2 ? "or-1" : "or-2", from);
		milestone(id, MILESTONE_IN_ROOM, SOURCE_FHIR, from + MINUTE);
		milestone(id, MILESTONE_ANAES_READY, SOURCE_FHIR, from + (10 + i % 7) * MINUTE);
		snprintf(f.estimate.id, sizeof f.estimate.id, "%s", id);
		f.estimate.left_min = 20 + i;
		happen(&f);
		twin_advance(live, from + 30 * MINUTE, NULL);
		milestone(id, MILESTONE_OUT_ROOM, i % 5 ? SOURCE_FHIR : SOURCE_PERSON,
			from + (40 + i * 7 % 30) * (int64_t)MINUTE);
		f = fact_make(FACT_LEARN, SOURCE_PERSON, from + 80 * MINUTE);
		snprintf(f.learn.id, sizeof f.learn.id, "%s%d", "case-", i / 7 * 7);
		f.learn.use = i % 2;
		happen(&f);
	}
	journal_close(journal);
	assert_true(knowledge_init(&known));
	again = known.learning;
	assert_int_equal(twin_restore_knowledge(folded, NULL, &known, path, 0, NULL, &err), 0);
	/* Six cases a day, a week: the seventh day is still open. */
	assert_int_equal(known.history->total, 6);
	assert_int_equal(again->total, 40);
	assert_true(again->now.durations.cases > 30 && again->now.durations.cases < 40);
	assert_memory_equal(again->now.durations.beta, live_learning->now.durations.beta,
		sizeof again->now.durations.beta);
	assert_memory_equal(again->now.words, live_learning->now.words, sizeof again->now.words);
	assert_true(again->now.stages.stages > 30 && again->now.stages.stages < 40);
	assert_memory_equal(
		&again->now.stages, &live_learning->now.stages, sizeof again->now.stages);
	char *before = ledger_show(live_learning, 0, true), *after = ledger_show(again, 0, true);
	assert_string_equal(before, after);
	free(before);
	free(after);
	knowledge_fini(&known);
}

/* The state at a time in the middle is the one the live twin had then. */
static void back_in_time(void **state)
{
	(void)state;
	struct error err = {""};
	char then[65], now[65];
	site_says("h1", site_text, MORNING);
	case_planned("case-1", "p-1", "or-1", MORNING + 1000);
	fridge(9.5, MORNING + 6 * MINUTE);
	twin_advance(live, MORNING + 20 * MINUTE, NULL);
	twin_digest(live, then);
	milestone("case-1", MILESTONE_IN_ROOM, SOURCE_FHIR, MORNING + 21 * MINUTE);
	twin_digest(live, now);
	journal_close(journal);
	assert_string_not_equal(then, now);
	assert_int_equal(twin_restore(folded, NULL, path, MORNING + 20 * MINUTE, NULL, &err), 0);
	twin_digest(folded, now);
	assert_string_equal(then, now);
}

static void site_of_its_time(void **state)
{
	(void)state;
	struct error err = {""};
	char second[sizeof site_text + 64];
	snprintf(second, sizeof second, "%s prices = { or_hour = 700; };", site_text);
	site_says("h1", site_text, MORNING);
	case_planned("case-1", "p-1", "or-1", MORNING + 1000);
	site_says("h2", second, MORNING + 10 * MINUTE);
	journal_close(journal);
	assert_int_equal(twin_restore(folded, NULL, path, MORNING + MINUTE, NULL, &err), 0);
	assert_int_equal(folded->site->price_count, 0);
	struct twin *later = twin_create();
	assert_int_equal(twin_restore(later, NULL, path, 0, NULL, &err), 0);
	assert_int_equal(later->site->price_count, 1);
	same_digest(live, later);
	twin_destroy(later);
}

/* A site nobody can read any more costs itself, not the day. */
static void unreadable_site(void **state)
{
	(void)state;
	struct error err = {""};
	uint64_t bad = 0;
	site_says("h1", site_text, MORNING);
	case_planned("case-1", "p-1", "or-1", MORNING + 1000);
	struct fact f = fact_make(FACT_SITE, SOURCE_SYSTEM, MORNING + MINUTE);
	strcpy(f.site.hash, "h3");
	f.seq = ++seq;
	journal_site(journal, "h3", "rooms = (");
	journal_append(journal, &f);
	milestone("case-1", MILESTONE_IN_ROOM, SOURCE_FHIR, MORNING + 5 * MINUTE);
	journal_close(journal);
	assert_int_equal(twin_restore(folded, NULL, path, 0, &bad, &err), 0);
	assert_int_equal(bad, 1);
	assert_non_null(strstr(err.text, "journal's site"));
	assert_string_equal(folded->site->id, "s");
	assert_int_equal(surgery_stage(&folded->cases[0]), STAGE_ANAES);
}

/* Runs a verb with its standard output in a file; returns that as text. */
static int run(
	int (*verb)(int argc, char **argv), const char *const *words, char *text, size_t size)
{
	char name[160], *argv[8] = {NULL};
	int argc = 0, saved = dup(STDOUT_FILENO);
	for (; words[argc] != NULL; argc++)
		argv[argc] = strdup(words[argc]);
	snprintf(name, sizeof name, "%s/out", folder);
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	int code = verb(argc, argv);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	ssize_t got = pread(fd, text, size - 1, 0);
	text[got > 0 ? got : 0] = '\0';
	close(fd);
	while (argc > 0)
		free(argv[--argc]);
	return code;
}

static void replay_prints_the_digest(void **state)
{
	(void)state;
	char text[600], expected[300], digest[65];
	busy_half_hour();
	journal_checkpoint(journal, live);
	twin_advance(live, MORNING + 50 * MINUTE, NULL);
	journal_checkpoint(journal, live);
	journal_close(journal);
	twin_digest(live, digest);
	/* 2026-03-16 09:00 UTC is 1773651600 (date -u -d @1773651600). */
	snprintf(expected, sizeof expected,
		"{\"format\":\"vigie.digest/1\",\"facts\":%llu,\"to\":\"2026-03-16T09:50:00.000Z\","
		"\"digest\":\"%s\",\"bad_rows\":0,\"checkpoints\":{\"checked\":2,\"differ\":0}}\n",
		(unsigned long long)seq, digest);
	const char *argv[] = {"replay", path, "--digest", NULL};
	assert_int_equal(run(verb_replay, argv, text, sizeof text), 0);
	assert_string_equal(text, expected);
	const char *to[] = {"replay", "--to", "2026-03-16T10:20:00+01:00", "--digest", path, NULL};
	assert_int_equal(run(verb_replay, to, text, sizeof text), 0);
	assert_non_null(strstr(text, "\"to\":\"2026-03-16T09:20:00.000Z\""));
	assert_null(strstr(text, digest));
	const char *verify[] = {"verify", path, NULL};
	assert_int_equal(run(verb_verify, verify, text, sizeof text), 0);
	assert_non_null(strstr(text, "both chains whole"));
	const char *none[] = {"replay", "/none/such", NULL};
	assert_int_equal(run(verb_replay, none, text, sizeof text), EXIT_ENVIRONMENT);
	const char *wrong[] = {"replay", path, "--to", "yesterday", NULL};
	assert_int_equal(run(verb_replay, wrong, text, sizeof text), EXIT_USAGE);
}

static void replay_sees_a_wrong_checkpoint(void **state)
{
	(void)state;
	char text[600];
	busy_half_hour();
	journal_checkpoint(journal, live);
	struct fact odd = fact_make(FACT_MILESTONE, SOURCE_FHIR, MORNING + 40 * MINUTE);
	strcpy(odd.milestone.id, "case-2");
	odd.milestone.milestone = MILESTONE_CLOSING;
	odd.milestone.when_ms = odd.at_ms;
	odd.seq = ++seq;
	twin_apply(live, &odd, NULL); /* applied, never journalled */
	live->seq = seq - 1;
	journal_checkpoint(journal, live);
	journal_close(journal);
	const char *argv[] = {"replay", path, "--digest", NULL};
	assert_int_equal(run(verb_replay, argv, text, sizeof text), EXIT_FOUND);
	assert_non_null(strstr(text, "{\"checked\":2,\"differ\":1}"));
}

static void marks_by_hand(void **state)
{
	(void)state;
	char name[160], text[1200];
	site_says("h1", site_text, MORNING);
	case_planned("case-1", "p-1", "or-1", MORNING + 1000);
	milestone("case-1", MILESTONE_IN_ROOM, SOURCE_FHIR, MORNING + 5 * MINUTE);
	milestone("case-1", MILESTONE_INCISION, SOURCE_FHIR, MORNING + 7 * MINUTE);
	journal_close(journal);
	snprintf(name, sizeof name, "%s/truth", folder);
	FILE *truth = fopen(name, "w");
	assert_non_null(truth);
	/* The incision really was at minute 6, and was told at 7. The lines of
	 * minutes -1 and 60 lie outside of the journal. */
	static const struct {
		int minute;
		const char *room, *stage;
	} lines[] = {{-1, "idle", "expected"}, {5, "anaes", "anaes"}, {6, "surgery", "surgery"},
		{7, "surgery", "surgery"}, {60, "idle", "pacu"}};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		fprintf(truth,
			"{\"t\":%lld,\"rooms\":{\"or-1\":\"%s\"},\"patients\":{\"p-1\":\"%s\"}}\n",
			(long long)(MORNING + lines[i].minute * MINUTE), lines[i].room,
			lines[i].stage);
	fputs("not json\n\n", truth);
	fclose(truth);
	const char *argv[] = {"mark", path, name, NULL};
	assert_int_equal(run(verb_mark, argv, text, sizeof text), 0);
	assert_string_equal(text,
		"rooms 66.67 % of 3\npatients 66.67 % of 3\ntruth → twin : count (share)\n"
		"  rooms: surgery → anaes : 1 (33.33 %)\n"
		"  patients: surgery → anaes : 1 (33.33 %)\n"
		"2 lines of truth outside the journal's time\n1 lines of truth not understood\n");
	const char *json[] = {"mark", "--json", path, name, NULL};
	assert_int_equal(run(verb_mark, json, text, sizeof text), 0);
	assert_non_null(strstr(text, "\"format\":\"vigie.mark/1\",\"lines\":3,\"outside\":2,"
				     "\"bad_lines\":1,\"rooms\":{\"compared\":3,\"right\":2,"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(restart_gives_the_same_twin),
		TEST(restart_knows_what_was_learnt), TEST(back_in_time), TEST(site_of_its_time),
		TEST(unreadable_site), TEST(replay_prints_the_digest),
		TEST(replay_sees_a_wrong_checkpoint), TEST(marks_by_hand)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
