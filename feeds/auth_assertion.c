/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/auth.h"

#include <errno.h>
#include <jwt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "feeds/pem.h"
#include "feeds/secret.h"

/*
 * SMART App Launch 2.2, "Authenticating to the token endpoint": iss = sub =
 * client id, aud the endpoint, exp at most five minutes ahead, jti new each
 * time; alg RS384 or ES384 and kid in the header. libjwt writes and signs it;
 * what kind of key is in the file we look up first, for libjwt says only EINVAL
 * and would sign ES384 with a curve that ES384 does not allow.
 */

/* A clock that goes a minute ahead of theirs is still within the five. */
enum { GOOD_FOR_S = 240, RSA_BITS_MIN = 2048 };

static const struct algorithm {
	const char *name;
	jwt_alg_t id;
	int type;
	const char *needs;
} algorithms[] = {
	{"RS384", JWT_ALG_RS384, EVP_PKEY_RSA, "an RSA key of 2048 bits or more"},
	{"ES384", JWT_ALG_ES384, EVP_PKEY_EC, "a P-384 key"},
};
enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms };

static bool fits(const struct algorithm *algorithm, const EVP_PKEY *key)
{
	char curve[64] = "";
	if (EVP_PKEY_get_base_id(key) != algorithm->type)
		return false;
	if (algorithm->type == EVP_PKEY_RSA)
		return EVP_PKEY_get_bits(key) >= RSA_BITS_MIN;
	return EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL) == 1
	       && strcmp(curve, "secp384r1") == 0;
}

/* The algorithm to sign with, or NULL with err. */
static const struct algorithm *choose(
	const struct auth_options *auth, const EVP_PKEY *key, struct error *err)
{
	const char *wanted = auth->sign_algorithm;
	for (int i = 0; i < ALGORITHMS; i++) {
		const struct algorithm *a = &algorithms[i];
		if (wanted == NULL && fits(a, key))
			return a;
		if (wanted == NULL || strcmp(wanted, a->name) != 0)
			continue;
		if (fits(a, key))
			return a;
		error_set(err, -EINVAL, "fhir.sign_algorithm %s needs %s in fhir.sign_key %s",
			a->name, a->needs, auth->sign_key);
		return NULL;
	}
	if (wanted != NULL)
		error_set(err, -EINVAL, "fhir.sign_algorithm \"%.20s\": RS384 or ES384", wanted);
	else
		error_set(err, -EINVAL, "fhir.sign_key %s: it takes %s (RS384) or %s (ES384)",
			auth->sign_key, algorithms[0].needs, algorithms[1].needs);
	return NULL;
}

/* Never twice the same: servers refuse an assertion that comes again. */
static bool new_id(char out[33])
{
	unsigned char bytes[16];
	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return false;
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

static char *sign(const struct auth_options *auth, const char *audience, int64_t now_s,
	jwt_alg_t id, const char *key, int len)
{
	char nonce[33];
	char *text = NULL;
	jwt_t *jwt = NULL;
	if (new_id(nonce) && jwt_new(&jwt) == 0
		&& jwt_add_header(jwt, "kid", auth->sign_key_id) == 0
		&& jwt_add_grant(jwt, "iss", auth->client_id) == 0
		&& jwt_add_grant(jwt, "sub", auth->client_id) == 0
		&& jwt_add_grant(jwt, "aud", audience) == 0 && jwt_add_grant(jwt, "jti", nonce) == 0
		&& jwt_add_grant_int(jwt, "exp", (long)(now_s + GOOD_FOR_S)) == 0
		&& jwt_set_alg(jwt, id, (const unsigned char *)key, len) == 0)
		text = jwt_encode_str(jwt);
	jwt_free(jwt); /* it scrubs the key */
	return text;
}

char *auth_assertion(
	const struct auth_options *auth, const char *audience, int64_t now_s, struct error *err)
{
	char pem[SECRET_SIZE], *text = NULL;
	int len = secret_read("fhir.sign_key", auth->sign_key, pem, err);
	if (len < 0)
		return NULL;
	EVP_PKEY *key = pem_parse_key("fhir.sign_key", auth->sign_key, pem, len, err);
	const struct algorithm *algorithm = key != NULL ? choose(auth, key, err) : NULL;
	EVP_PKEY_free(key);
	if (algorithm != NULL) {
		text = sign(auth, audience, now_s, algorithm->id, pem, len);
		if (text == NULL)
			error_set(err, -EIO, "fhir.sign_key %s: libjwt cannot sign with it",
				auth->sign_key);
	}
	explicit_bzero(pem, sizeof pem);
	return text;
}
