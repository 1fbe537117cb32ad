/* SPDX-License-Identifier: Apache-2.0 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "src/programme_check.h"
#include "twin/text.h"

/* A walk along references that lead from a part to its whole. */

enum { REFERENCE = 2 * ID_SIZE, SHOWN = 6 };

struct node {
	char name[REFERENCE]; /* "Encounter/e1" */
	const cJSON *resource;
	int came_from; /* on the way here, -1 */
	enum { UNSEEN, ON_THE_WAY, DONE } state;
	UT_hash_handle hh;
};

struct walk {
	struct node *nodes, *by_name;
	int count;
	int from, to; /* the step that closes a circle; -1 none */
};

static const char *const keys[] = {"partOf", "basedOn", "replaces"};

static const char *text_of(const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
	return text != NULL ? text : "";
}

static int find(const struct walk *w, const char *reference)
{
	struct node *there;
	HASH_FIND_STR(w->by_name, reference, there);
	return there != NULL ? (int)(there - w->nodes) : -1;
}

/* The last two parts of a reference, absolute or not: Type/id. */
static const char *relative(const char *reference)
{
	const char *at = strrchr(reference, '/');
	while (at != NULL && at > reference && at[-1] != '/')
		at--;
	return at != NULL ? at : reference;
}

/* The next node that `from` leads to, at or after its edge number *edge; -1. */
static int next_of(const struct walk *w, int from, int *edge)
{
	int n = 0;
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		const cJSON *value =
			cJSON_GetObjectItemCaseSensitive(w->nodes[from].resource, keys[k]);
		const cJSON *one = cJSON_IsArray(value) ? value->child : value;
		for (; one != NULL; one = cJSON_IsArray(value) ? one->next : NULL) {
			if (n++ < *edge)
				continue;
			int to = find(w, relative(text_of(one, "reference")));
			*edge = n;
			if (to >= 0)
				return to;
		}
	}
	return -1;
}

/* Depth first without recursion: a chain may be as long as the Bundle. */
static bool walk_from(struct walk *w, int start, int *edges)
{
	int at = start;
	w->nodes[start].came_from = -1;
	w->nodes[start].state = ON_THE_WAY;
	while (at >= 0) {
		int to = next_of(w, at, &edges[at]);
		if (to < 0) {
			w->nodes[at].state = DONE;
			at = w->nodes[at].came_from;
		} else if (w->nodes[to].state == ON_THE_WAY) {
			w->from = at;
			w->to = to;
			return true;
		} else if (w->nodes[to].state == UNSEEN) {
			w->nodes[to].came_from = at;
			w->nodes[to].state = ON_THE_WAY;
			at = to;
		}
	}
	return false;
}

static int tell(const struct walk *w, FILE *out)
{
	int count = 1;
	fprintf(out, "%s refers to itself", w->nodes[w->from].name);
	for (int i = w->from; i != w->to; i = w->nodes[i].came_from, count++)
		if (count <= SHOWN)
			fprintf(out, "%s %s", count == 1 ? " by way of" : ",",
				w->nodes[w->nodes[i].came_from].name);
	if (count - 1 > SHOWN)
		fprintf(out, " and %d more", count - 1 - SHOWN);
	fputs(": such references are not followed\n", out);
	return count;
}

static void add(struct walk *w, const cJSON *resource)
{
	const char *type = text_of(resource, "resourceType"), *id = text_of(resource, "id");
	struct node *n = &w->nodes[w->count];
	if (!text_is_id(id) || !text_is_id(type))
		return;
	snprintf(n->name, sizeof n->name, "%s/%s", type, id);
	if (find(w, n->name) >= 0)
		return;
	n->resource = resource;
	HASH_ADD_STR(w->by_name, name, n);
	w->count++;
}

/* Only what has such a key can be in a circle. */
static bool leads_on(const cJSON *resource)
{
	bool any = false;
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
		any = any || cJSON_GetObjectItemCaseSensitive(resource, keys[k]) != NULL;
	return any;
}

int bundle_circle(const char *text, FILE *out)
{
	cJSON *bundle = cJSON_Parse(text);
	const cJSON *entries = cJSON_GetObjectItemCaseSensitive(bundle, "entry"), *entry;
	size_t most = (size_t)cJSON_GetArraySize(entries) + 1;
	struct walk w = {.nodes = calloc(most, sizeof *w.nodes), .from = -1};
	int *edges = calloc(most, sizeof *edges), found = 0;
	bool room = w.nodes != NULL && edges != NULL;
	cJSON_ArrayForEach(entry, entries)
	{
		const cJSON *resource = cJSON_GetObjectItemCaseSensitive(entry, "resource");
		if (room && leads_on(resource))
			add(&w, resource);
	}
	for (int i = 0; room && i < w.count && found == 0; i++)
		if (w.nodes[i].state == UNSEEN && walk_from(&w, i, edges))
			found = tell(&w, out);
	free(edges);
	HASH_CLEAR(hh, w.by_name);
	free(w.nodes);
	cJSON_Delete(bundle);
	return found;
}
