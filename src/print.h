/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_PRINT_H
#define VIGIE_SRC_PRINT_H

/*
 * A sheet on its way out of the console: to the print command of the helper, else
 * to a file of its own, which nobody else can read and which replaces none.
 */

#include "feeds/error.h"
#include "src/helper.h"

enum { PRINT_COLUMNS = 80 };

/* `path` "" asks for the printer; without one (helper NULL, or no print command is
 * configured) the sheet goes to a file that is named after the time. `said` is told,
 * at once or when the command has ended, how it went. 0, or negative with err. */
struct print_told {
	void (*said)(void *context, const char *words);
	void *context;
};
int print_sheet(struct helper *helper, const char *text, const char *path, int64_t now_ms,
	struct print_told told, struct error *err);

#endif
