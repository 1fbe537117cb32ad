/* SPDX-License-Identifier: Apache-2.0 */
#include "src/xdg.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int xdg_file(char *out, size_t size, const char *variable, const char *fallback, const char *name,
	struct error *err)
{
	const char *base = getenv(variable);
	const char *home = getenv("HOME");
	int length;
	/* The specification says to ignore a relative path. */
	if (base != NULL && base[0] == '/')
		length = snprintf(out, size, "%s/vigie/%s", base, name);
	else if (home != NULL && home[0] == '/')
		length = snprintf(out, size, "%s/%s/vigie/%s", home, fallback, name);
	else
		return error_set(err, -ENOENT, "no place for %s: set %s or HOME, or name a file",
			name, variable);
	if (length < 0 || (size_t)length >= size)
		return error_set(err, -ENAMETOOLONG, "the name of %s is too long", name);
	return 0;
}
