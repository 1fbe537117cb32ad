/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_JOURNAL_FILE_H
#define VIGIE_SRC_JOURNAL_FILE_H

/* A journal written from beginning to end, of facts at hand: a day that was
 * emulated, a day that may yet come. */

#include "src/journal.h"

struct journal_file;

/* Makes a journal that begins with the site (its text is kept in it). -EEXIST
 * when there is a file of that name. */
int journal_file_open(struct journal_file **file, const char *path, const struct site *site,
	const char *site_text, int64_t at_ms, struct error *err);
/* Adds a fact; its number is given here. */
void journal_file_add(struct journal_file *file, const struct fact *fact);
/* Stores all, reads it back, and lets go of it: 0 when every fact is there. */
int journal_file_close(struct journal_file *file, struct error *err);

#endif
