/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_EDIT_H
#define VIGIE_FEEDS_FHIR_EDIT_H

/*
 * A change of a resource, said once and written in two ways: as JSON Patch (RFC 6902),
 * each value tested before it is replaced, or spliced into the very bytes that were
 * read. What stands at a path, or that nothing does, is looked up in those bytes.
 */

#include <stdbool.h>
#include <stddef.h>

#include "feeds/error.h"

enum { FHIR_EDITS = 32, FHIR_EDIT_PATH = 64 };

struct fhir_edit {
	enum { EDIT_HOLD, EDIT_SET, EDIT_PUT, EDIT_REMOVE } kind;
	char path[FHIR_EDIT_PATH];
	char *value; /* JSON, of SET and PUT */
};

struct fhir_edits {
	struct fhir_edit list[FHIR_EDITS];
	int count;
	bool lost; /* did not fit: nothing can be written */
};

void fhir_edits_free(struct fhir_edits *edits);
/* What is there must be there still: tested, changed by nobody. */
void fhir_edit_hold(struct fhir_edits *edits, const char *path);
/* Sets to `json`, and tests what it replaces; adds it where nothing is. The last
 * token "-" appends to a list. */
void fhir_edit_set(struct fhir_edits *edits, const char *path, const char *json);
/* The same without the test: something within it is held. */
void fhir_edit_put(struct fhir_edits *edits, const char *path, const char *json);
/* Takes a member out, when it is there. */
void fhir_edit_remove(struct fhir_edits *edits, const char *path);

/* Both malloc'd; NULL with err. A NUL ends the text. `tests` false: for servers that take
 * only listed paths. */
char *fhir_edits_patch(const struct fhir_edits *edits, const char *text, size_t len, bool tests,
	struct error *err);
char *fhir_edits_splice(
	const struct fhir_edits *edits, const char *text, size_t len, struct error *err);

#endif
