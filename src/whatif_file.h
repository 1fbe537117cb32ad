/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_WHATIF_FILE_H
#define VIGIE_SRC_WHATIF_FILE_H

/*
 * What-ifs as text: one scenario a line as `vigie forecast --inject` takes it,
 * empty lines and lines that begin with # are for people.
 */

#include "feeds/error.h"
#include "twin/whatif.h"

/* Adds what the file says to what is there. Negative with err, which names the
 * line: nothing was added. */
int what_if_read(const char *path, struct what_if *out, struct error *err);
/* Writes a new file; one that exists is left alone. Negative with err. */
int what_if_write(
	const char *path, const struct what_if *what_if, int64_t now_ms, struct error *err);
/* Those that are kept under a name, for `vigie show whatifs`: as such text, or as
 * JSON. To be freed; NULL out of memory. */
char *what_if_show(const struct twin *twin, int64_t now_ms, bool json);

#endif
