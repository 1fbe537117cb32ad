/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_SECRET_H
#define VIGIE_FEEDS_SECRET_H

/*
 * Files with secrets: plain files of ours (or root's) that nobody else may read
 * or write, or credentials of systemd's. `what` is the setting that names the file; it begins the
 * message. Whoever reads one wipes his buffer with explicit_bzero.
 */

#include <stddef.h>

#include "feeds/error.h"

enum { SECRET_SIZE = 16384 }; /* bytes of the largest, with its NUL */

/* 0, or a negative errno when the file may not be used. NULL path: 0. */
int secret_check(const char *what, const char *path, struct error *err);
/* The whole file, NUL-terminated. Its length (> 0), or a negative errno. */
int secret_read(const char *what, const char *path, char out[SECRET_SIZE], struct error *err);
/* Its first line, without blanks around it. As secret_read. */
int secret_line(const char *what, const char *path, char out[SECRET_SIZE], struct error *err);

#endif
