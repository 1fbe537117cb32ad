/* SPDX-License-Identifier: Apache-2.0 */
#include "src/journal_path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "src/xdg.h"

int journal_path_default(char *out, size_t size, struct error *err)
{
	return xdg_file(out, size, "XDG_STATE_HOME", ".local/state", "journal.db", err);
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
