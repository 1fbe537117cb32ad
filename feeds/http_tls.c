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

/* A file may hold both (key NULL); then it is as secret as the key in it. */
static int check_pair(const char *cert, const char *key, struct error *err)
{
	EVP_PKEY *ours = key != NULL ? pem_read_key("fhir.key", key, err)
				     : pem_read_key("without fhir.key: fhir.cert", cert, err);
	if (ours == NULL)
		return -EINVAL;
	X509 *certificate = read_certificate(cert);
	int rc = 0;
	if (certificate == NULL)
		rc = error_set(err, -EINVAL, "fhir.cert %s is not a PEM certificate", cert);
	else if (X509_check_private_key(certificate, ours) != 1)
		rc = error_set(err, -EINVAL,
			"fhir.key %s is not the key of the certificate fhir.cert %s",
			key != NULL ? key : cert, cert);
	X509_free(certificate);
	EVP_PKEY_free(ours);
	ERR_clear_error();
	return rc;
}

int http_tls_check(const struct http_options *o, struct error *err)
{
	int rc = pem_readable("fhir.ca", o->ca_file, err);
	if (rc == 0)
		rc = pem_readable("fhir.cert", o->cert_file, err);
	if (rc == 0)
		rc = secret_check("fhir.key", o->key_file, err);
	if (rc < 0 || (o->cert_file == NULL && o->key_file == NULL))
		return rc;
	if (o->cert_file == NULL)
		return error_set(err, -EINVAL, "fhir.key needs fhir.cert, its certificate");
	return check_pair(o->cert_file, o->key_file, err);
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
 * names in RFC 8446 6. */
static const struct {
	const char *part, *words;
} meanings[] = {
	{"unable to get local issuer", "its certificate is not signed by fhir.ca"},
	{"unable to get issuer", "its certificate is not signed by fhir.ca"},
	{"self-signed certificate", "its certificate is not signed by fhir.ca"},
	{"certificate signature failure", "its certificate is not signed by fhir.ca"},
	{"certificate has expired", "its certificate has expired (or our clock is wrong)"},
	{"certificate is not yet valid", "its certificate is not yet valid (our clock?)"},
	{"no alternative certificate subject name", "its certificate is for another host name"},
	{"does not match target host name", "its certificate is for another host name"},
	{"alert certificate required", "it wants a client certificate (fhir.cert, fhir.key)"},
	{"alert unknown ca", "it refuses our certificate fhir.cert (unknown CA)"},
	{"alert certificate expired", "it refuses our certificate fhir.cert (expired)"},
	/* What curl makes of the same alert during the handshake of 1.2. */
	{"SSL certificate verification failed", "it refuses our certificate fhir.cert (expired)"},
	{"alert certificate revoked", "it refuses our certificate fhir.cert (revoked)"},
	{"alert bad certificate", "it refuses our certificate fhir.cert"},
	{"alert handshake failure", "it refuses the handshake: a client certificate (fhir.cert)?"},
	{"unsupported protocol", "it speaks no TLS of version 1.2 or later"},
	{"alert protocol version", "it speaks no TLS of version 1.2 or later"},
	{"SSL_ERROR_SYSCALL", "it cut the connection within the handshake"},
	{"wrong version number", "it does not speak TLS on this port"},
};

const char *http_tls_words(const char *curl_says)
{
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
		if (strstr(curl_says, meanings[i].part) != NULL)
			return meanings[i].words;
	return NULL;
}
