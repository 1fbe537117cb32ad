/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_XDG_H
#define VIGIE_SRC_XDG_H

#include <stddef.h>

#include "feeds/error.h"

/* Where a file of ours lies under an XDG base directory (specification 0.8):
 * `variable` names the directory, `fallback` is where it is below $HOME.
 * 0, -ENOENT when neither is set to an absolute path, -ENAMETOOLONG. */
int xdg_file(char *out, size_t size, const char *variable, const char *fallback, const char *name,
	struct error *err);

#endif
