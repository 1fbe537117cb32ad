/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_RESTORE_H
#define VIGIE_SRC_RESTORE_H

/*
 * A twin from a journal: restart, `show`, `replay` and `mark` are the same
 * act, applying facts to a twin.
 */

#include "src/journal.h"
#include "src/knowledge.h"
#include "twin/locate.h"
#include "twin/names.h"

/* Folds a journal into an empty twin, up to and including to_ms (0: all of
 * it), and advances the twin to to_ms. With to_ms 0 the twin stands where the
 * last checkpoint left it when no fact came after, else at its last fact.
 * names may be NULL. `bad` (may be NULL) counts rows passed over: not readable,
 * or a site that does not parse (err then says why). The sites met stay alive
 * until restore_forget_sites. 0 or a negative errno. */
int twin_restore(struct twin *twin, struct names *names, const char *path, int64_t to_ms,
	uint64_t *bad, struct error *err);
/* The same, and what the house knows beside the twin (NULL: nothing). */
int twin_restore_knowledge(struct twin *twin, struct names *names, struct knowledge *knowledge,
	const char *path, int64_t to_ms, uint64_t *bad, struct error *err);
/* All of it, for a station, and `watch` looks on. */
struct fold_watch;
int twin_restore_station(struct twin *twin, struct names *names, struct knowledge *knowledge,
	const struct fold_watch *watch, const char *path, uint64_t *bad, struct error *err);

/* The same with a look at the twin before each fact is applied; `before` may
 * advance the twin up to the fact's at_ms, which changes nothing of the
 * outcome. Nothing is advanced after the last fact. */
struct fold_watch {
	void (*before)(void *context, const struct fact *next);
	void *context;
};
int twin_fold(struct twin *twin, struct names *names, const char *path, int64_t to_ms,
	const struct fold_watch *watch, uint64_t *bad, struct error *err);

/* What the radio of an earlier life said and never took back, to a new locator
 * (locator_recall). */
void restore_locator(struct locator *locator, const struct twin *twin);

/* The site of a text, parsed once per hash and kept; NULL when it does not
 * parse (err says why). For journal_reader.site. */
const struct site *restore_site(const char *hash, const char *text, struct error *err);
/* Keeps a site read elsewhere as long as those, whoever still looks at it:
 * twins, their copies, other threads. False: out of memory, it stays the
 * caller's. */
bool restore_keep_site(struct site *site);
void restore_forget_sites(void);

#endif
