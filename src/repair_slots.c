/* SPDX-License-Identifier: Apache-2.0 */
#include "src/repair_slots.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/verbs.h"
#include "twin/text.h"

/* ---- reading ---- */

enum { FILE_MOST = 1 << 20 };

struct reader {
	struct slots_day *day;
	struct slots_names *names;
	struct error *err;
	char where[64]; /* "cases[3]" */
};

static int wrong(const struct reader *r, const char *key, const char *what)
{
	return error_set(
		r->err, -EINVAL, "%s%s%s: %s", r->where, r->where[0] != '\0' ? "." : "", key, what);
}

/* A whole number from 0 to most; `usual` < 0: it must be there. */
static int whole(
	const struct reader *r, const cJSON *o, const char *key, int usual, int most, int *out)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
	*out = usual;
	if (v == NULL && usual >= 0)
		return 0;
	if (v == NULL || !cJSON_IsNumber(v) || v->valuedouble < 0 || v->valuedouble > most
		|| v->valuedouble != (double)(int)v->valuedouble)
		return wrong(r, key, "a whole number is needed here");
	*out = (int)v->valuedouble;
	return 0;
}

static int word(const struct reader *r, const cJSON *o, const char *key, char out[32])
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
	if (!cJSON_IsString(v) || v->valuestring[0] == '\0' || strlen(v->valuestring) > 31)
		return wrong(r, key, "1 to 31 letters are needed here");
	text_neutralise(out, 32, v->valuestring, strlen(v->valuestring));
	return 0;
}

static int find(const char names[][32], int count, const char *name)
{
	int i = 0;
	while (i < count && strcmp(names[i], name) != 0)
		i++;
	return i < count ? i : -1;
}

static int read_room(struct reader *r, const cJSON *o, int i)
{
	struct slots_day *d = r->day;
	int rc = word(r, o, "id", r->names->room[i]);
	if (rc == 0 && find((const char(*)[32])r->names->room, i, r->names->room[i]) >= 0)
		rc = wrong(r, "id", "two rooms have it");
	return rc == 0 ? whole(r, o, "free", 0, SLOTS_HORIZON, &d->free[i]) : rc;
}

/* No list of rooms: any. */
static int read_rooms_of(struct reader *r, const cJSON *o, struct slots_case *c)
{
	const cJSON *rooms = cJSON_GetObjectItemCaseSensitive(o, "rooms"), *one;
	c->rooms = rooms == NULL ? (uint32_t)((UINT64_C(1) << r->day->room_count) - 1) : 0;
	cJSON_ArrayForEach(one, rooms)
	{
		int room = cJSON_IsString(one) ? find((const char(*)[32])r->names->room,
				   r->day->room_count, one->valuestring)
					       : -1;
		if (room < 0)
			return wrong(r, "rooms", "no such room");
		c->rooms |= UINT32_C(1) << room;
	}
	return rooms == NULL || cJSON_IsArray(rooms) ? 0 : wrong(r, "rooms", "a list is needed");
}

/* Without a surgeon it shares none. */
static int read_surgeon(struct reader *r, const cJSON *o, struct slots_case *c)
{
	struct slots_names *n = r->names;
	char name[32] = "";
	if (cJSON_GetObjectItemCaseSensitive(o, "surgeon") != NULL) {
		int rc = word(r, o, "surgeon", name);
		if (rc < 0)
			return rc;
	}
	c->surgeon = name[0] != '\0' ? find((const char(*)[32])n->surgeon, n->surgeons, name) : -1;
	if (c->surgeon < 0) {
		c->surgeon = n->surgeons++;
		memcpy(n->surgeon[c->surgeon], name, sizeof name);
	}
	return 0;
}

static int read_case(struct reader *r, const cJSON *o, int i)
{
	struct slots_case *c = &r->day->cases[i];
	const struct {
		const char *key;
		int usual, most, *value;
	} numbers[] = {{"ready", 0, SLOTS_HORIZON, &c->ready},
		{"lasts", -1, SLOTS_HORIZON, &c->lasts}, {"stay", 0, SLOTS_HORIZON, &c->stay},
		{"weight", 1, 10000, &c->weight}, {"put_off", -1, 1000000, &c->put_off}};
	int rc = word(r, o, "id", r->names->case_[i]);
	for (size_t k = 0; rc == 0 && k < sizeof numbers / sizeof *numbers; k++)
		rc = whole(
			r, o, numbers[k].key, numbers[k].usual, numbers[k].most, numbers[k].value);
	if (rc == 0 && c->lasts == 0)
		rc = wrong(r, "lasts", "a case takes a slot at least");
	if (rc == 0)
		rc = read_rooms_of(r, o, c);
	return rc == 0 ? read_surgeon(r, o, c) : rc;
}

static int read_list(struct reader *r, const cJSON *root, const char *key, int most, int *count,
	int (*read)(struct reader *, const cJSON *, int))
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, key), *one;
	int n = cJSON_GetArraySize(list), i = 0, rc = 0;
	if (!cJSON_IsArray(list) || n == 0 || n > most)
		return wrong(r, key, "a list is needed here, neither empty nor too long");
	*count = n;
	cJSON_ArrayForEach(one, list)
	{
		snprintf(r->where, sizeof r->where, "%s[%d]", key, i);
		rc = rc == 0 ? read(r, one, i++) : rc;
	}
	if (rc == 0)
		r->where[0] = '\0';
	return rc;
}

static int read_day(struct reader *r, const cJSON *root)
{
	struct slots_day *d = r->day;
	const cJSON *format = cJSON_GetObjectItemCaseSensitive(root, "format");
	int rc = 0;
	if (!cJSON_IsString(format) || strcmp(format->valuestring, "vigie.slots/1") != 0)
		return wrong(r, "format", "\"vigie.slots/1\" is needed here");
	const struct {
		const char *key;
		int usual, most, *value;
	} numbers[] = {{"end", -1, SLOTS_HORIZON, &d->end},
		{"horizon", -1, SLOTS_HORIZON, &d->horizon},
		{"turnover", 1, SLOTS_HORIZON, &d->turnover}, {"beds", -1, 127, &d->beds}};
	for (size_t k = 0; rc == 0 && k < sizeof numbers / sizeof *numbers; k++)
		rc = whole(r, root, numbers[k].key, numbers[k].usual, numbers[k].most,
			numbers[k].value);
	if (rc == 0)
		rc = read_list(r, root, "rooms", SLOTS_ROOMS, &d->room_count, read_room);
	if (rc == 0)
		rc = read_list(r, root, "cases", SLOTS_CASES, &d->case_count, read_case);
	if (rc == 0 && !slots_possible(d))
		rc = wrong(r, "horizon", "a slot at least is needed");
	return rc;
}

int slots_read(
	const char *path, struct slots_day *day, struct slots_names *names, struct error *err)
{
	struct reader r = {.day = day, .names = names, .err = err};
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return error_set(err, -errno, "%s: %s", path, strerror(errno));
	char *text = malloc(FILE_MOST + 1);
	size_t n = text != NULL ? fread(text, 1, FILE_MOST + 1, file) : 0;
	cJSON *root = n > 0 && n <= FILE_MOST ? cJSON_ParseWithLength(text, n) : NULL;
	*day = (struct slots_day){0};
	*names = (struct slots_names){.surgeons = 0};
	int rc = root != NULL ? read_day(&r, root)
			      : error_set(err, -EINVAL, "this is no JSON of at most a megabyte");
	if (rc < 0) {
		struct error why = *err;
		error_set(err, rc, "%s: %s", path, why.text);
	}
	cJSON_Delete(root);
	free(text);
	fclose(file);
	return rc;
}

/* ---- telling ---- */

static cJSON *plan_json(
	const struct slots_day *day, const struct slots_names *names, const struct slots_plan *plan)
{
	cJSON *o = cJSON_CreateObject();
	cJSON_AddNumberToObject(o, "objective", plan->cost);
	cJSON_AddNumberToObject(o, "overtime_slots", plan->overtime);
	cJSON_AddNumberToObject(o, "waiting", plan->waiting);
	cJSON_AddNumberToObject(o, "put_off", plan->put_off);
	cJSON *cases = cJSON_AddArrayToObject(o, "cases");
	for (int i = 0; i < day->case_count; i++) {
		cJSON *c = cJSON_CreateObject();
		cJSON_AddStringToObject(c, "id", names->case_[i]);
		if (plan->room[i] >= 0) {
			cJSON_AddStringToObject(c, "room", names->room[plan->room[i]]);
			cJSON_AddNumberToObject(c, "start", plan->start[i]);
		}
		cJSON_AddItemToArray(cases, c);
	}
	return o;
}

static void print_json(const struct slots_day *day, const struct slots_names *names,
	const struct slots_plan *plan, const struct slots_plan *first,
	const struct slots_plan *brief)
{
	cJSON *root = cJSON_CreateObject();
	cJSON_AddStringToObject(root, "format", "vigie.repair/1");
	cJSON_AddBoolToObject(root, "deterministic", 1);
	cJSON_AddItemToObject(root, "plan", plan_json(day, names, plan));
	cJSON_AddNumberToObject(
		cJSON_AddObjectToObject(root, "first_fit"), "objective", first->cost);
	cJSON_AddNumberToObject(
		cJSON_AddObjectToObject(root, "shortest_first"), "objective", brief->cost);
	char *text = cJSON_PrintUnformatted(root);
	puts(text != NULL ? text : "");
	free(text);
	cJSON_Delete(root);
}

static void print_text(const struct slots_day *day, const struct slots_names *names,
	const struct slots_plan *plan, const struct slots_plan *first,
	const struct slots_plan *brief)
{
	printf("objective %d: overtime %d slots, waiting %d, put off %d "
	       "(first fit %d, shortest first %d)\n",
		plan->cost, plan->overtime, plan->waiting, plan->put_off, first->cost, brief->cost);
	for (int r = 0; r < day->room_count; r++)
		for (int at = 0; at < day->horizon; at++)
			for (int i = 0; i < day->case_count; i++)
				if (plan->room[i] == r && plan->start[i] == at)
					printf("%-12s slot %2d to %2d  %s\n", names->room[r], at,
						at + day->cases[i].lasts, names->case_[i]);
	for (int i = 0; i < day->case_count; i++)
		if (plan->room[i] < 0)
			printf("%-12s                %s\n", "put off", names->case_[i]);
}

int repair_slots(const char *path, uint32_t seed, long rounds, bool json)
{
	struct error err = {""};
	struct slots_day day = {.case_count = 0};
	struct slots_names names = {.surgeons = 0};
	struct slots_plan plan, first, brief;
	if (slots_read(path, &day, &names, &err) < 0) {
		fprintf(stderr, "vigie repair: %s\n", err.text);
		return EXIT_ENVIRONMENT;
	}
	slots_first_fit(&day, &first);
	slots_shortest_first(&day, &brief);
	slots_search(&day, seed, rounds, &plan);
	(json ? print_json : print_text)(&day, &names, &plan, &first, &brief);
	return 0;
}
