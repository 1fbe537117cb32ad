/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vigie replay JOURNAL [--to TIME] [--digest]: the twin as it stood. On the
 * way each checkpoint's digest is compared with the fold's own.
 */

#include "src/verbs.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeds/fhir.h"
#include "src/journal_private.h"
#include "src/restore.h"

struct checkpoint {
	int64_t seq, at_ms;
	char digest[65];
};

struct replay {
	struct twin *twin;
	int64_t to_ms;
	struct checkpoint *list;
	size_t count, next, differ;
	int64_t differ_seq; /* the first that differs */
};

static bool on_checkpoint(void *context, int64_t seq, int64_t at_ms, const char *digest)
{
	struct replay *r = context;
	struct checkpoint *list = realloc(r->list, (r->count + 1) * sizeof *list);
	if (list == NULL)
		return false;
	r->list = list;
	list[r->count].seq = seq;
	list[r->count].at_ms = at_ms;
	snprintf(list[r->count].digest, sizeof list->digest, "%s", digest);
	r->count++;
	return true;
}

/* Checkpoints that lie before the fact to come; all that are left for 0. */
static void compare(struct replay *r, uint64_t next_seq)
{
	while (r->next < r->count) {
		const struct checkpoint *c = &r->list[r->next];
		char digest[65];
		if ((next_seq != 0 && (uint64_t)c->seq >= next_seq)
			|| (r->to_ms != 0 && c->at_ms > r->to_ms))
			return;
		r->next++;
		twin_advance(r->twin, c->at_ms, NULL);
		twin_digest(r->twin, digest);
		if (strcmp(digest, c->digest) == 0)
			continue;
		if (r->differ++ == 0)
			r->differ_seq = c->seq;
	}
}

static void before_fact(void *context, const struct fact *next)
{
	compare(context, next->seq);
}

static void time_text(int64_t ms, char *out, size_t size)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char day[32];
	gmtime_r(&seconds, &tm);
	strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, size, "%s.%03dZ", day, (int)(ms % 1000));
}

static void print_summary(const struct replay *r, uint64_t bad, const char *to)
{
	const struct twin *t = r->twin;
	int active = 0;
	for (int i = 0; i < t->alarm_count; i++)
		active += alarm_state(&t->alarms[i]) != ALARM_A;
	printf("to           %s\n", to);
	printf("site         %s\n", t->site != NULL ? t->site->name : "none");
	printf("facts        %" PRIu64 " (%" PRIu64 " not readable)\n", t->facts, bad);
	printf("cases        %d\n", t->case_count);
	printf("patients     %d\n", t->patient_count);
	printf("things       %d\n", t->thing_count);
	printf("alarms       %d not normal\n", active);
	printf("flagged      %" PRIu64 "\n", t->flagged);
	printf("ignored      %" PRIu64 "\n", t->ignored);
	printf("checkpoints  %zu of %zu agree\n", r->next - r->differ, r->next);
}

static void print_digest(const struct replay *r, uint64_t bad, const char *to)
{
	char digest[65];
	twin_digest(r->twin, digest);
	printf("{\"format\":\"vigie.digest/1\",\"facts\":%" PRIu64
	       ",\"to\":\"%s\",\"digest\":\"%s\",\"bad_rows\":%" PRIu64
	       ",\"checkpoints\":{\"checked\":%zu,\"differ\":%zu}}\n",
		r->twin->facts, to, digest, bad, r->next, r->differ);
}

static int replay(struct replay *r, const char *path, bool digest)
{
	struct error err;
	uint64_t bad = 0;
	char to[48];
	const struct fold_watch watch = {.before = before_fact, .context = r};
	int code = journal_checkpoints(path, on_checkpoint, r, &err);
	if (code == 0)
		code = twin_fold(r->twin, NULL, path, r->to_ms, &watch, &bad, &err);
	if (code != 0) {
		fprintf(stderr, "vigie: %s\n", err.text);
		return EXIT_ENVIRONMENT;
	}
	compare(r, 0);
	if (r->to_ms != 0)
		twin_advance(r->twin, r->to_ms, NULL);
	time_text(r->twin->now_ms, to, sizeof to);
	if (digest)
		print_digest(r, bad, to);
	else
		print_summary(r, bad, to);
	if (r->differ > 0)
		fprintf(stderr,
			"vigie: %s: the fold differs from the checkpoint at fact %" PRId64
			": another version of vigie wrote it, or the journal was changed"
			" (vigie verify)\n",
			path, r->differ_seq);
	return r->differ > 0 || bad > 0 ? EXIT_FOUND : 0;
}

static int usage(void)
{
	fputs("usage: vigie replay JOURNAL [--to TIME] [--digest]\n"
	      "TIME is RFC 3339, as 2026-03-16T10:30:00+01:00\n",
		stderr);
	return EXIT_USAGE;
}

int verb_replay(int argc, char **argv)
{
	static const struct option options[] = {{"to", required_argument, NULL, 't'},
		{"digest", no_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
	struct replay r = {0};
	bool digest = false;
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'd')
			digest = true;
		else if (option != 't' || (r.to_ms = fhir_time(optarg)) == 0)
			return usage();
	}
	if (argc - optind != 1)
		return usage();
	r.twin = twin_create();
	if (r.twin == NULL) {
		fputs("vigie: out of memory\n", stderr);
		return EXIT_ENVIRONMENT;
	}
	int code = replay(&r, argv[optind], digest);
	twin_destroy(r.twin);
	restore_forget_sites();
	free(r.list);
	return code;
}
