/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_JOURNAL_PATH_H
#define VIGIE_SRC_JOURNAL_PATH_H

#include <stddef.h>

#include "feeds/error.h"

/* The journal when nobody names one: $XDG_STATE_HOME/vigie/journal.db, else
 * ~/.local/state/vigie/journal.db (src/xdg.h). */
int journal_path_default(char *out, size_t size, struct error *err);

/* Makes the folders a file lies in, 0700 each. 0 or a negative errno. */
int journal_path_prepare(const char *path, struct error *err);

#endif
