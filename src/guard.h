/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_GUARD_H
#define VIGIE_SRC_GUARD_H

/*
 * The first thing a long-running program does: it forks its helper and locks
 * itself in. No thread, no file, no secret before that.
 */

#include <stdio.h>

#include "src/helper.h"
#include "src/settings.h"

/* NULL with err. `sandbox = false` leaves the sandbox out; so does a build with a
 * sanitizer, which must look at other processes. Settings are borrowed. */
struct helper *guard_begin(const struct settings *settings, struct error *err);
void guard_end(struct helper *helper);
/* The one that was begun; NULL none. */
struct helper *guard_helper(void);
/* It was there, and has died. */
bool guard_helper_lost(void);

/* A file that did not exist before, 0600, as an operator asked: by the helper once the
 * program has locked itself in. NULL with errno. */
FILE *guard_new_file(const char *path);

#endif
