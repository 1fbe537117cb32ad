/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/http_private.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "feeds/pem.h"
#include "feeds/secret.h"

static X509 *read_certificate(const char *path)
{
	FILE *file = fopen(path, "re");
	X509 *certificate = file != NULL ? PEM_read_X509(file, NULL, pem_no_password, NULL) : NULL;
	if (file != NULL)
		fclose(file);
	return certificate;
}

const char *http_setting(
	const struct http_options *o, const char *name, char out[HTTP_SETTING_SIZE])
{
	snprintf(out, HTTP_SETTING_SIZE, "%s.%s", o->group != NULL ? o->group : "fhir", name);
	return out;
}

/* A file may hold both (key NULL); then it is as secret as the key in it. */
static int check_pair(const struct http_options *o, struct error *err)
{
	char key[HTTP_SETTING_SIZE], cert[HTTP_SETTING_SIZE], without[HTTP_SETTING_SIZE * 3];
	const char *where = o->key_file != NULL ? o->key_file : o->cert_file;
	http_setting(o, "key", key);
	http_setting(o, "cert", cert);
	snprintf(without, sizeof without, "without %s: %s", key, cert);
	EVP_PKEY *ours = pem_read_key(o->key_file != NULL ? key : without, where, err);
	if (ours == NULL)
		return -EINVAL;
	X509 *certificate = read_certificate(o->cert_file);
	int rc = 0;
	if (certificate == NULL)
		rc = error_set(err, -EINVAL, "%s %s is not a PEM certificate", cert, o->cert_file);
	else if (X509_check_private_key(certificate, ours) != 1)
		rc = error_set(err, -EINVAL, "%s %s is not the key of the certificate %s %s", key,
			where, cert, o->cert_file);
	X509_free(certificate);
	EVP_PKEY_free(ours);
	ERR_clear_error();
	return rc;
}

int http_tls_check(const struct http_options *o, struct error *err)
{
	char name[HTTP_SETTING_SIZE], other[HTTP_SETTING_SIZE];
	int rc = pem_readable(http_setting(o, "ca", name), o->ca_file, err);
	if (rc == 0)
		rc = pem_readable(http_setting(o, "cert", name), o->cert_file, err);
	if (rc == 0)
		rc = secret_check(http_setting(o, "key", name), o->key_file, err);
	if (rc < 0 || (o->cert_file == NULL && o->key_file == NULL))
		return rc;
	if (o->cert_file == NULL)
		return error_set(err, -EINVAL, "%s needs %s, its certificate",
			http_setting(o, "key", name), http_setting(o, "cert", other));
	return check_pair(o, err);
}

void http_tls_set(CURL *e, const struct http_options *o)
{
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
	if (o->ca_file != NULL) {
		curl_easy_setopt(e, CURLOPT_CAINFO, o->ca_file);
		curl_easy_setopt(e, CURLOPT_CAPATH, NULL); /* that one, and no other */
	}
	if (o->cert_file != NULL)
		curl_easy_setopt(e, CURLOPT_SSLCERT, o->cert_file);
	if (o->cert_file != NULL)
		curl_easy_setopt(
			e, CURLOPT_SSLKEY, o->key_file != NULL ? o->key_file : o->cert_file);
	/* OpenSSL would ask for it on the terminal, which is ours. */
	curl_easy_setopt(e, CURLOPT_KEYPASSWD, "");
}

/* Parts of the messages of curl 7.88 and OpenSSL 3.0, and of alerts by their
 * names in RFC 8446 6. '@' stands before the name of a setting. */
static const struct {
	const char *part, *words;
} meanings[] = {
	{"unable to get local issuer", "its certificate is not signed by @ca"},
	{"unable to get issuer", "its certificate is not signed by @ca"},
	{"self-signed certificate", "its certificate is not signed by @ca"},
	{"certificate signature failure", "its certificate is not signed by @ca"},
	{"certificate has expired", "its certificate has expired (or our clock is wrong)"},
	{"certificate is not yet valid", "its certificate is not yet valid (our clock?)"},
	{"no alternative certificate subject name", "its certificate is for another host name"},
	{"does not match target host name", "its certificate is for another host name"},
	{"alert certificate required", "it wants a client certificate (@cert, @key)"},
	{"alert unknown ca", "it refuses our certificate @cert (unknown CA)"},
	{"alert certificate expired", "it refuses our certificate @cert (expired)"},
	/* What curl makes of the same alert during the handshake of 1.2. */
	{"SSL certificate verification failed", "it refuses our certificate @cert (expired)"},
	{"alert certificate revoked", "it refuses our certificate @cert (revoked)"},
	{"alert bad certificate", "it refuses our certificate @cert"},
	{"alert handshake failure", "it refuses the handshake: a client certificate (@cert)?"},
	{"unsupported protocol", "it speaks no TLS of version 1.2 or later"},
	{"alert protocol version", "it speaks no TLS of version 1.2 or later"},
	{"SSL_ERROR_SYSCALL", "it cut the connection within the handshake"},
	{"wrong version number", "it does not speak TLS on this port"},
};

bool http_tls_words(const struct http_options *o, const char *curl_says, char *out, size_t size)
{
	char group[HTTP_SETTING_SIZE];
	const char *words = NULL;
	size_t n = 0;
	for (size_t i = 0; words == NULL && i < sizeof meanings / sizeof *meanings; i++)
		if (strstr(curl_says, meanings[i].part) != NULL)
			words = meanings[i].words;
	if (words == NULL)
		return false;
	http_setting(o, "", group);
	for (; *words != '\0' && n < size; words++)
		n += (size_t)(*words == '@' ? snprintf(out + n, size - n, "%s", group)
					    : snprintf(out + n, size - n, "%c", *words));
	return true;
}
