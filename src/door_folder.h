/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_DOOR_FOLDER_H
#define VIGIE_SRC_DOOR_FOLDER_H

/* The door's files: listing, reading and moving them, by descriptor and never
 * through a link. No loop, no clock. */

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "feeds/error.h"

enum { DOOR_FILE_MAX = 8 << 20, DOOR_NAME_SIZE = NAME_MAX + 1 };

struct door_folder {
	int root, done, quarantine; /* descriptors of folders, -1 closed */
};

struct door_file {
	char name[DOOR_NAME_SIZE];
	struct stat stat;
};

/* Opens the folder, makes done/ and quarantine/ (0700). Negative with err when
 * it is none, cannot be written, or is writable by everybody. */
int door_folder_open(struct door_folder *folder, const char *path, struct error *err);
void door_folder_close(struct door_folder *folder);
/* False when it was removed or moved away under us. */
bool door_folder_alive(const struct door_folder *folder, const char *path);

bool door_same_file(const struct stat *a, const struct stat *b);
/* Entries of a folder (by descriptor) that may be looked at, no folders among
 * them, unsorted. malloc'd; the count, or a negative errno. */
int door_folder_list(int fd, struct door_file **files);
/* Whole file into *bytes (malloc'd, *len). -EAGAIN: it is still changing.
 * -EFBIG, -ELOOP (no regular file), or another errno. */
int door_folder_read(int fd, const struct door_file *file, char **bytes, size_t *len);
/* Moves it out of the root, with `text` beside it under name.suffix unless it
 * is "". Never overwrites: a second file of that name gets a number. -EAGAIN:
 * another file is under that name now, and stays. On disk when it returns 0. */
int door_folder_move(const struct door_folder *folder, int to, const struct door_file *file,
	const char *suffix, const char *text);
/* Removes from done/ what is older than keep_s or beyond `most` files. */
void door_folder_prune(const struct door_folder *folder, int64_t now_s, int64_t keep_s, int most);

#endif
