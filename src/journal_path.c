/* SPDX-License-Identifier: Apache-2.0 */
#include "src/journal_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int journal_path_default(char *out, size_t size, struct error *err)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	int length;
	/* The specification says to ignore a relative path. */
	if (state != NULL && state[0] == '/')
		length = snprintf(out, size, "%s/vigie/journal.db", state);
	else if (home != NULL && home[0] == '/')
		length = snprintf(out, size, "%s/.local/state/vigie/journal.db", home);
	else
		return error_set(err, -ENOENT,
			"no place for the journal: set XDG_STATE_HOME or HOME, or name a journal");
	if (length < 0 || (size_t)length >= size)
		return error_set(err, -ENAMETOOLONG, "the journal's name is too long");
	return 0;
}

int journal_path_prepare(const char *path, struct error *err)
{
	char folder[4096];
	if ((size_t)snprintf(folder, sizeof folder, "%s", path) >= sizeof folder)
		return error_set(err, -ENAMETOOLONG, "the journal's name is too long");
	for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(folder, 0700) != 0 && errno != EEXIST)
			return error_set(
				err, -errno, "cannot make folder %s: %s", folder, strerror(errno));
		*slash = '/';
	}
	return 0;
}
