/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_SPOOL_H
#define VIGIE_SCREENS_SPOOL_H

/* Bytes between curses and the terminal: curses writes into a memory file,
 * which never blocks; from there they are taken as the terminal allows. */

#include <stdbool.h>
#include <stddef.h>

#include "screens/rep.h"

struct spool {
	int memory;  /* the memory file, -1 none */
	char *bytes; /* not yet sent: [sent, len) */
	size_t sent, len, capacity;
	bool lost; /* bytes were lost: send the whole picture */
	struct rep rep;
};

bool spool_open(struct spool *spool);
/* Frees the bytes; the memory file belongs to the stream opened on it. */
void spool_free(struct spool *spool);
void spool_append(struct spool *spool, const char *bytes, size_t len);
/* Moves what was written out of the memory file, and empties the file. What
 * curses abbreviated by REP is written out. */
void spool_collect(struct spool *spool);
/* Empties the file without keeping what was written. */
void spool_discard(struct spool *spool);
void spool_sent(struct spool *spool, size_t len);

#endif
