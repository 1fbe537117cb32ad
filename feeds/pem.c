/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/pem.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <unistd.h>

#include "feeds/secret.h"

int pem_readable(const char *what, const char *path, struct error *err)
{
	if (path != NULL && access(path, R_OK) != 0)
		return error_set(err, -errno, "%s %s: %s", what, path, strerror(errno));
	return 0;
}

int pem_no_password(char *out, int size, int writing, void *context)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

EVP_PKEY *pem_parse_key(
	const char *what, const char *path, const char *text, int len, struct error *err)
{
	BIO *bio = BIO_new_mem_buf(text, len);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, pem_no_password, NULL);
	BIO_free(bio);
	ERR_clear_error(); /* curl reads the same queue */
	if (key != NULL)
		return key;
	if (strstr(text, "ENCRYPTED") != NULL)
		error_set(err, -EINVAL,
			"%s %s is encrypted: give it without a password (openssl pkey), mode 600",
			what, path);
	else
		error_set(err, -EINVAL, "%s %s is not a private key in PEM", what, path);
	return NULL;
}

EVP_PKEY *pem_read_key(const char *what, const char *path, struct error *err)
{
	char text[SECRET_SIZE];
	int len = secret_read(what, path, text, err);
	if (len < 0)
		return NULL;
	EVP_PKEY *key = pem_parse_key(what, path, text, len, err);
	explicit_bzero(text, sizeof text);
	return key;
}
