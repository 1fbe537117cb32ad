/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vigie mark JOURNAL TRUTH [--json]: the twin's marks against the emulator's
 * ground truth. TRUTH has one JSON line per simulated minute:
 *   {"t":MS,"rooms":{"or-1":"surgery"},"patients":{"p-1001":"pacu"}}
 * The journal is folded up to each t, and each word of the line is one mark.
 */

#include "src/verbs.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "src/restore.h"
#include "twin/text.h"

/* A class of mismatch: what was true, what the twin said, how often. */
struct mismatch {
	char truth[24], twin[24];
	uint64_t count;
};

enum { MISMATCHES = 400 }; /* more than all pairs of states there are */

struct marks {
	const char *what;
	uint64_t compared, right;
	struct mismatch list[MISMATCHES];
	int count;
};

struct marking {
	struct twin *twin;
	FILE *truth;
	char *line;
	size_t size;
	cJSON *next; /* the next line of truth, NULL at the end */
	int64_t next_ms;
	int64_t first_ms; /* of the journal, 0 before its first fact */
	uint64_t lines, outside, bad_lines;
	struct marks rooms, patients;
};

static void mark(struct marks *m, const char *truth, const char *twin)
{
	m->compared++;
	if (strcmp(truth, twin) == 0) {
		m->right++;
		return;
	}
	int i = 0;
	while (i < m->count
		&& (strcmp(m->list[i].truth, truth) != 0 || strcmp(m->list[i].twin, twin) != 0))
		i++;
	if (i == MISMATCHES)
		return; /* still wrong, only without a class */
	if (i == m->count) {
		text_copy(m->list[i].truth, sizeof m->list[i].truth, truth);
		text_copy(m->list[i].twin, sizeof m->list[i].twin, twin);
		m->count++;
	}
	m->list[i].count++;
}

/* Reads on to the next line that is one; a bad line is counted and passed. */
static void next_line(struct marking *k)
{
	cJSON_Delete(k->next);
	k->next = NULL;
	while (k->next == NULL && getline(&k->line, &k->size, k->truth) > 0) {
		if (strspn(k->line, " \t\r\n") == strlen(k->line))
			continue;
		cJSON *json = cJSON_Parse(k->line);
		const cJSON *t = cJSON_GetObjectItemCaseSensitive(json, "t");
		if (cJSON_IsNumber(t) && t->valuedouble > 0 && t->valuedouble < 9e15) {
			k->next = json;
			k->next_ms = (int64_t)t->valuedouble;
		} else {
			k->bad_lines++;
			cJSON_Delete(json);
		}
	}
}

static const char *twin_room_word(const struct twin *twin, const char *id)
{
	int room = twin->site != NULL ? site_room(twin->site, id) : -1;
	return room >= 0 && room < TWIN_ROOMS ? room_state_name(twin->rooms[room].state)
					      : "(no room)";
}

static const char *twin_patient_word(const struct twin *twin, const char *id)
{
	int c = twin_patient_case(twin, id);
	return c >= 0 ? stage_name(surgery_stage(&twin->cases[c])) : "(no case)";
}

static void mark_line(struct marking *k)
{
	const cJSON *rooms = cJSON_GetObjectItemCaseSensitive(k->next, "rooms");
	const cJSON *patients = cJSON_GetObjectItemCaseSensitive(k->next, "patients");
	const cJSON *room = cJSON_IsObject(rooms) ? rooms->child : NULL;
	const cJSON *patient = cJSON_IsObject(patients) ? patients->child : NULL;
	k->lines++;
	twin_advance(k->twin, k->next_ms, NULL);
	for (; room != NULL; room = room->next)
		if (cJSON_IsString(room))
			mark(&k->rooms, room->valuestring, twin_room_word(k->twin, room->string));
	for (; patient != NULL; patient = patient->next)
		if (cJSON_IsString(patient))
			mark(&k->patients, patient->valuestring,
				twin_patient_word(k->twin, patient->string));
}

/* The lines before a time: marked when the journal had begun by then. */
static void mark_before(struct marking *k, int64_t at_ms)
{
	for (; k->next != NULL && k->next_ms < at_ms; next_line(k))
		if (k->first_ms != 0 && k->next_ms >= k->first_ms)
			mark_line(k);
		else
			k->outside++;
}

static void before_fact(void *context, const struct fact *next)
{
	struct marking *k = context;
	mark_before(k, next->at_ms);
	if (k->first_ms == 0)
		k->first_ms = next->at_ms;
}

static int by_count(const void *a, const void *b)
{
	const struct mismatch *x = a, *y = b;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	int order = strcmp(x->truth, y->truth);
	return order != 0 ? order : strcmp(x->twin, y->twin);
}

static double share(uint64_t part, uint64_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

static void print_table(const struct marks *m)
{
	for (int i = 0; i < m->count; i++)
		printf("  %s: %s → %s : %" PRIu64 " (%.2f %%)\n", m->what, m->list[i].truth,
			m->list[i].twin, m->list[i].count, share(m->list[i].count, m->compared));
}

static void print_text(const struct marking *k)
{
	printf("rooms %.2f %% of %" PRIu64 "\n", share(k->rooms.right, k->rooms.compared),
		k->rooms.compared);
	printf("patients %.2f %% of %" PRIu64 "\n", share(k->patients.right, k->patients.compared),
		k->patients.compared);
	if (k->rooms.count + k->patients.count > 0)
		puts("truth → twin : count (share)");
	print_table(&k->rooms);
	print_table(&k->patients);
	if (k->outside > 0)
		printf("%" PRIu64 " lines of truth outside the journal's time\n", k->outside);
	if (k->bad_lines > 0)
		printf("%" PRIu64 " lines of truth not understood\n", k->bad_lines);
}

static void marks_json(cJSON *json, const struct marks *m)
{
	cJSON *object = cJSON_AddObjectToObject(json, m->what);
	cJSON_AddNumberToObject(object, "compared", (double)m->compared);
	cJSON_AddNumberToObject(object, "right", (double)m->right);
	cJSON_AddNumberToObject(object, "percent", share(m->right, m->compared));
	cJSON *list = cJSON_AddArrayToObject(object, "mismatches");
	for (int i = 0; i < m->count; i++) {
		cJSON *row = cJSON_CreateObject();
		cJSON_AddStringToObject(row, "truth", m->list[i].truth);
		cJSON_AddStringToObject(row, "twin", m->list[i].twin);
		cJSON_AddNumberToObject(row, "count", (double)m->list[i].count);
		cJSON_AddItemToArray(list, row);
	}
}

static void print_json(const struct marking *k)
{
	cJSON *json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "format", "vigie.mark/1");
	cJSON_AddNumberToObject(json, "lines", (double)k->lines);
	cJSON_AddNumberToObject(json, "outside", (double)k->outside);
	cJSON_AddNumberToObject(json, "bad_lines", (double)k->bad_lines);
	marks_json(json, &k->rooms);
	marks_json(json, &k->patients);
	char *text = cJSON_PrintUnformatted(json);
	puts(text != NULL ? text : "{}");
	cJSON_free(text);
	cJSON_Delete(json);
}

/* A minute of truth after the last fact is still covered: a quiet twin is a
 * right one. What comes later may be after the console's end. */
static int mark_all(struct marking *k, const char *journal, struct error *err)
{
	const struct fold_watch watch = {.before = before_fact, .context = k};
	next_line(k);
	int code = twin_fold(k->twin, NULL, journal, 0, &watch, NULL, err);
	if (code != 0)
		return code;
	mark_before(k, k->twin->now_ms + 60000);
	for (; k->next != NULL; next_line(k))
		k->outside++;
	qsort(k->rooms.list, (size_t)k->rooms.count, sizeof k->rooms.list[0], by_count);
	qsort(k->patients.list, (size_t)k->patients.count, sizeof k->patients.list[0], by_count);
	return 0;
}

static int run(struct marking *k, const char *journal, const char *truth, bool json)
{
	struct error err;
	k->truth = fopen(truth, "re");
	if (k->truth == NULL) {
		fprintf(stderr, "vigie: %s: %s\n", truth, strerror(errno));
		return EXIT_ENVIRONMENT;
	}
	int code = mark_all(k, journal, &err);
	fclose(k->truth);
	free(k->line);
	cJSON_Delete(k->next);
	if (code != 0) {
		fprintf(stderr, "vigie: %s\n", err.text);
		return EXIT_ENVIRONMENT;
	}
	if (json)
		print_json(k);
	else
		print_text(k);
	return 0;
}

int verb_mark(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
	bool json = false, good = true;
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (option == 'j')
			json = true;
		else
			good = false;
	if (!good || argc - optind != 2) {
		fputs("usage: vigie mark [--json] JOURNAL TRUTH\n", stderr);
		return EXIT_USAGE;
	}
	struct marking *k = calloc(1, sizeof *k);
	if (k == NULL || (k->twin = twin_create()) == NULL) {
		free(k);
		fputs("vigie: out of memory\n", stderr);
		return EXIT_ENVIRONMENT;
	}
	k->rooms.what = "rooms";
	k->patients.what = "patients";
	int code = run(k, argv[optind], argv[optind + 1], json);
	twin_destroy(k->twin);
	restore_forget_sites();
	free(k);
	return code;
}
