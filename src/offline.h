/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_OFFLINE_H
#define VIGIE_SRC_OFFLINE_H

/*
 * A day from a file, with what is supposed of it and what a console has learnt: what the
 * verbs that work without a network begin with. Whatever is wrong is told on stderr, in
 * the name of the verb.
 */

#include "src/knowledge.h"
#include "src/programme.h"
#include "twin/whatif.h"

struct offline_choice {
	const char *verb; /* "forecast" */
	const char *path, *site, *learnt;
	int64_t at_ms;
	struct what_if what_if; /* injected */
	bool listed;            /* --inject help: the scenarios were printed */
};

struct offline {
	struct programme programme;
	char *site_text; /* when it was asked for */
	struct knowledge knowledge;
	const struct learnt *learnt; /* of the journal that was given; NULL none */
};

/* One --inject: NAME[:key=value,...], @FILE, or help. 0, 1 when the list was asked for,
 * -1. */
int offline_inject(struct offline_choice *c, const char *text);
/* 0, or -1. Release with offline_free in any case. */
int offline_load(struct offline *o, const struct offline_choice *c, bool site_text);
void offline_free(struct offline *o);
/* The injections on a copy (created; to be destroyed in any case): what was loaded stays.
 * False: not all of them could be, or out of memory. */
bool offline_fork(const struct offline *o, const struct offline_choice *c, struct fork *fork);

#endif
