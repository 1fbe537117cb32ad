/* SPDX-License-Identifier: Apache-2.0 */
#include "src/door_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- the folder --- */

static int open_below(int root, const char *name)
{
	if (mkdirat(root, name, 0700) < 0 && errno != EEXIST)
		return -1;
	return openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int check_mode(int root, const char *path, struct error *err)
{
	struct stat s;
	if (fstat(root, &s) < 0)
		return error_set(err, -errno, "door %s: %s", path, strerror(errno));
	if ((s.st_mode & S_IWOTH) != 0)
		return error_set(err, -EPERM,
			"door %s: anybody may write into it; take that right away (chmod o-w)",
			path);
	return 0;
}

int door_folder_open(struct door_folder *f, const char *path, struct error *err)
{
	*f = (struct door_folder){-1, -1, -1};
	f->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->root < 0)
		return error_set(err, -errno, "door %s: %s", path, strerror(errno));
	int rc = check_mode(f->root, path, err);
	if (rc == 0) {
		f->done = open_below(f->root, "done");
		f->quarantine = f->done >= 0 ? open_below(f->root, "quarantine") : -1;
		if (f->quarantine < 0 || faccessat(f->root, ".", W_OK | X_OK, 0) < 0)
			rc = error_set(err, -errno,
				"door %s: done/ and quarantine/ are needed in it: %s", path,
				strerror(errno));
	}
	if (rc < 0)
		door_folder_close(f);
	return rc;
}

void door_folder_close(struct door_folder *f)
{
	int *const fds[] = {&f->root, &f->done, &f->quarantine};
	for (size_t i = 0; i < 3; i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

bool door_folder_alive(const struct door_folder *f, const char *path)
{
	struct stat ours, there;
	return f->root >= 0 && fstat(f->root, &ours) == 0 && stat(path, &there) == 0
	       && ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* --- files --- */

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), k = strlen(end);
	return n >= k && strcmp(name + n - k, end) == 0;
}

/* Half-written files have such names by custom. */
static bool is_private(const char *name)
{
	return name[0] == '.' || ends_with(name, ".tmp") || ends_with(name, ".part");
}

int door_folder_list(int fd, struct door_file **files)
{
	int count = 0, room = 0;
	*files = NULL;
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again >= 0 ? fdopendir(again) : NULL;
	if (dir == NULL) {
		int rc = -errno;
		if (again >= 0)
			close(again);
		return rc;
	}
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		struct door_file one;
		if (is_private(e->d_name)
			|| fstatat(fd, e->d_name, &one.stat, AT_SYMLINK_NOFOLLOW) < 0
			|| S_ISDIR(one.stat.st_mode))
			continue;
		if (count == room) {
			room = room > 0 ? room * 2 : 64;
			struct door_file *more = realloc(*files, (size_t)room * sizeof **files);
			if (more == NULL)
				break;
			*files = more;
		}
		snprintf(one.name, sizeof one.name, "%s", e->d_name);
		(*files)[count++] = one;
	}
	closedir(dir);
	return count;
}

bool door_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size
	       && a->st_mtim.tv_sec == b->st_mtim.tv_sec
	       && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int read_all(int fd, char *bytes, size_t len)
{
	size_t got = 0;
	while (got < len) {
		ssize_t n = read(fd, bytes + got, len - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EAGAIN;
		got += (size_t)n;
	}
	return 0;
}

int door_folder_read(int folder, const struct door_file *file, char **bytes, size_t *len)
{
	struct stat before, after;
	*bytes = NULL;
	*len = 0;
	/* A FIFO would hold us up, a link lead elsewhere. */
	int fd = openat(folder, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int rc = fstat(fd, &before) < 0 ? -errno : 0;
	if (rc == 0 && !S_ISREG(before.st_mode))
		rc = -ELOOP;
	if (rc == 0 && before.st_size > DOOR_FILE_MAX)
		rc = -EFBIG;
	if (rc == 0 && !door_same_file(&before, &file->stat))
		rc = -EAGAIN;
	if (rc == 0) {
		*len = (size_t)before.st_size;
		*bytes = malloc(*len + 1);
		rc = *bytes == NULL ? -ENOMEM : read_all(fd, *bytes, *len);
	}
	if (rc == 0 && (fstat(fd, &after) < 0 || !door_same_file(&before, &after)))
		rc = -EAGAIN;
	close(fd);
	if (rc < 0) {
		free(*bytes);
		*bytes = NULL;
	}
	return rc;
}

/* --- moving --- */

static int write_text(int folder, const char *name, const char *text)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	size_t len = strlen(text);
	bool good =
		write(fd, text, len) == (ssize_t)len && write(fd, "\n", 1) == 1 && fsync(fd) == 0;
	int rc = good ? 0 : -(errno != 0 ? errno : EIO);
	close(fd);
	return rc;
}

/* The first of name, name.2, name.3 … that is free. */
static int free_name(int folder, const char *name, char out[DOOR_NAME_SIZE])
{
	struct stat s;
	for (int i = 1; i < 10000; i++) {
		if (i == 1)
			snprintf(out, DOOR_NAME_SIZE, "%s", name);
		else
			snprintf(out, DOOR_NAME_SIZE, "%.*s.%d", NAME_MAX - 16, name, i);
		if (fstatat(folder, out, &s, AT_SYMLINK_NOFOLLOW) < 0)
			return errno == ENOENT ? 0 : -errno;
	}
	return -EEXIST;
}

int door_folder_move(const struct door_folder *f, int to, const struct door_file *file,
	const char *suffix, const char *text)
{
	char name[DOOR_NAME_SIZE], beside[DOOR_NAME_SIZE];
	struct stat now;
	if (fstatat(f->root, file->name, &now, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!door_same_file(&now, &file->stat))
		return -EAGAIN;
	int rc = free_name(to, file->name, name);
	snprintf(beside, sizeof beside, "%.*s%s", NAME_MAX - 16, name, suffix);
	if (rc == 0 && text[0] != '\0')
		rc = write_text(to, beside, text);
	if (rc == 0 && renameat(f->root, file->name, to, name) < 0)
		rc = -errno;
	/* Replaced at the very moment: the new one goes back to be read. */
	if (rc == 0 && fstatat(to, name, &now, AT_SYMLINK_NOFOLLOW) == 0
		&& !door_same_file(&now, &file->stat))
		rc = renameat(to, name, f->root, file->name) == 0 ? -EAGAIN : -errno;
	if (rc == 0 && (fsync(to) < 0 || fsync(f->root) < 0) && errno != EINVAL)
		rc = -errno; /* some file systems cannot sync a folder */
	return rc;
}

static int by_change(const void *a, const void *b)
{
	const struct door_file *x = a, *y = b;
	return (x->stat.st_ctime > y->stat.st_ctime) - (x->stat.st_ctime < y->stat.st_ctime);
}

void door_folder_prune(const struct door_folder *f, int64_t now_s, int64_t keep_s, int most)
{
	struct door_file *files;
	int n = door_folder_list(f->done, &files);
	if (files != NULL)
		qsort(files, n > 0 ? (size_t)n : 0, sizeof *files, by_change);
	for (int i = 0; files != NULL && i < n; i++)
		if (i < n - most || now_s - files[i].stat.st_ctime > keep_s)
			unlinkat(f->done, files[i].name, 0);
	free(files);
}
