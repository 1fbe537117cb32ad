/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_OPTIONS_H
#define VIGIE_SRC_OPTIONS_H

/* Command-line options shared by the verbs that open a station. */

#include "src/settings.h"

/* Reads --config FILE first, then applies the others over it. Prints what is
 * wrong to stderr. Returns the index of the first argument that is no option,
 * or -EXIT_USAGE / -EXIT_ENVIRONMENT, or 0 when --help was printed. `extra`
 * (may be NULL) gets options this page does not know; it returns how many
 * arguments it used, 0 unknown, -1 bad. */
typedef int options_extra(void *context, int argc, char **argv, int at);
int options_parse(struct settings *settings, int argc, char **argv, const char *usage,
	options_extra *extra, void *context);

#endif
