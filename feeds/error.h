/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_ERROR_H
#define VIGIE_FEEDS_ERROR_H

/* A message a person can act on: what failed, where, what to do. */
struct error {
	char text[320];
};

/* Fills err (NULL allowed) printf-wise and returns `code`, so that a caller
 * can `return error_set(err, -EINVAL, "…")`. */
int error_set(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
