/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_FHIR_SEARCH_H
#define VIGIE_HOSPITAL_FHIR_SEARCH_H

/* Search with paging, read, JSON Patch: HTTP apart, so that it can be tested. */

#include "src/hospital/fhir_store.h"

enum { PARAMETERS_MAX = 24, PAGES_MAX = 64 };

struct parameter {
	const char *key, *value;
};

/* A search whose pages are still being fetched: what matched when it was made. */
struct cursor {
	char id[24];
	int *items;
	int count, matches; /* matches come first, then what was included */
	int page;
};

struct searcher {
	struct store *store;
	struct day *day; /* the store's, to be decided about */
	char base[96];   /* "http://127.0.0.1:8080/fhir" */
	struct cursor cursors[PAGES_MAX];
	uint64_t made;
};

/* Bodies are malloc'd; the return value is the HTTP status. */
int search_run(struct searcher *s, const char *type, const struct parameter *parameters, int n,
	int64_t now_ms, char **body);
int search_next(
	struct searcher *s, const struct parameter *parameters, int n, int64_t now_ms, char **body);
void search_clear(struct searcher *s);

/* "SYSTEM|VALUE", or a value of any system. */
bool search_has_identifier(const cJSON *json, const char *token);
/* The last versions of one, the newest first: a Bundle. */
char *history_text(struct searcher *s, struct resource *r);

/* Applies an RFC 6902 document (test, replace, add, remove) to a copy, all or nothing:
 * the copy, or NULL with why. */
cJSON *patch_apply(const cJSON *json, const cJSON *patch, const char **why);

char *outcome_text(const char *severity, const char *code, const char *diagnostics);
char *capability_text(const char *base, int64_t now_ms);

#endif
