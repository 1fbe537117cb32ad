/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_VERIFY_HEADS_H
#define VIGIE_SRC_VERIFY_HEADS_H

/* Ends of a journal's chain as somebody else keeps them, held against the journal. */

#include "src/journal.h"

struct verified {
	char station[ID_SIZE]; /* whose journal it is said to be */
	uint64_t heads;        /* of it, in the other journal */
	uint64_t number;       /* the first that is not in this one, else the newest */
	int64_t kept_ms;       /* and when it was put on record */
};

/* "HASH@NUMBER". 0: it is in the journal; 1: not, err says why; negative: cannot read. */
int verify_head(const char *path, const char *head, struct error *err);
/* All that `other` has on record of `station` ("": the one of which any is here, or
 * the only one). The same answers. */
int verify_against(const char *path, const char *other, const char *station, struct verified *out,
	struct error *err);

#endif
