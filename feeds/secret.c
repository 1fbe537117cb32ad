/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* systemd gives a service its credentials in a folder that no other user may enter; the
 * group bits of the files are the mask of the list that lets this one read. */
static bool is_credential(const char *path, const struct stat *st)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	size_t n = folder != NULL ? strlen(folder) : 0;
	return n > 0 && strncmp(path, folder, n) == 0 && path[n] == '/'
	       && strchr(path + n + 1, '/') == NULL && (st->st_mode & 027) == 0;
}

/* A descriptor of the file, or a negative errno. */
static int open_private(const char *what, const char *path, struct error *err)
{
	struct stat st;
	/* Not to be stopped by a pipe without a writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return error_set(err, -errno, "%s %s: %s", what, path, strerror(errno));
	int rc = 0;
	if (fstat(fd, &st) != 0)
		rc = error_set(err, -errno, "%s %s: %s", what, path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		rc = error_set(err, -EINVAL, "%s %s is not a plain file", what, path);
	else if (st.st_uid != geteuid() && st.st_uid != 0)
		rc = error_set(err, -EPERM, "%s %s belongs to another user: chown it", what, path);
	else if ((st.st_mode & 077) != 0 && !is_credential(path, &st))
		rc = error_set(err, -EPERM, "%s %s is open to others: chmod 600 it", what, path);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

int secret_check(const char *what, const char *path, struct error *err)
{
	int fd = path != NULL ? open_private(what, path, err) : -1;
	if (fd >= 0)
		close(fd);
	return path == NULL || fd >= 0 ? 0 : fd;
}

int secret_read(const char *what, const char *path, char out[SECRET_SIZE], struct error *err)
{
	int fd = open_private(what, path, err);
	if (fd < 0)
		return fd;
	ssize_t got = 1;
	size_t n = 0;
	while (n < SECRET_SIZE && (got = read(fd, out + n, SECRET_SIZE - n)) > 0)
		n += (size_t)got;
	close(fd);
	if (got < 0)
		return error_set(err, -errno, "%s %s: %s", what, path, strerror(errno));
	if (n == 0 || n >= SECRET_SIZE) {
		explicit_bzero(out, SECRET_SIZE);
		return error_set(
			err, -EINVAL, "%s %s is %s", what, path, n == 0 ? "empty" : "too large");
	}
	out[n] = '\0';
	return (int)n;
}

int secret_line(const char *what, const char *path, char out[SECRET_SIZE], struct error *err)
{
	int rc = secret_read(what, path, out, err);
	if (rc < 0)
		return rc;
	size_t from = strspn(out, " \t"), n = strcspn(out + from, "\r\n");
	while (n > 0 && strchr(" \t", out[from + n - 1]) != NULL)
		n--;
	memmove(out, out + from, n);
	explicit_bzero(out + n, SECRET_SIZE - n);
	if (n == 0)
		return error_set(err, -EINVAL, "%s %s: its first line is empty", what, path);
	return (int)n;
}
