/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_PEM_H
#define VIGIE_FEEDS_PEM_H

/* Certificates and private keys in PEM files. Never asks for a password: the
 * terminal is ours. */

#include <openssl/evp.h>

#include "feeds/error.h"

/* 0, or a negative errno when the file may not be read. NULL path: 0. */
int pem_readable(const char *what, const char *path, struct error *err);
/* OpenSSL's callback that has no password. */
int pem_no_password(char *out, int size, int writing, void *context);
/* From text of `len` bytes that came from the file `path`. NULL with err. */
EVP_PKEY *pem_parse_key(
	const char *what, const char *path, const char *text, int len, struct error *err);
/* From a file that must be private (feeds/secret.h). NULL with err. */
EVP_PKEY *pem_read_key(const char *what, const char *path, struct error *err);

#endif
