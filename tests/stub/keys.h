/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_KEYS_H
#define VIGIE_TESTS_KEYS_H

/* Keys and certificates made for one test by openssl(1), in a folder of its own. */

#include <stdbool.h>

/* Makes the folder; the path is valid until keys_forget. NULL: cannot. */
const char *keys_folder(void);
/* Runs a shell line in that folder, printf-wise; true when it exits with 0. */
bool keys_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "FOLDER/name", in one of eight buffers used in turn. */
const char *keys_path(const char *name);
/* A file of that mode with that text. Its path, as keys_path. */
const char *keys_write(const char *name, int mode, const char *text);
void keys_forget(void);

/* A CA: NAME.pem and NAME.key. */
bool keys_ca(const char *name);
/* NAME.pem and NAME.key, signed by `ca`, for the subjectAltName given
 * ("DNS:localhost"), good from `days_from` to `days_to` from now. */
bool keys_certificate(
	const char *name, const char *ca, const char *san, int days_from, int days_to);

#endif
