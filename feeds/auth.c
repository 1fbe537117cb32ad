/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/auth.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/secret.h"

/* What contradicts itself or lacks its other half. `have` and `lack` are bits. */
enum {
	TOKEN_URL = 1,
	CLIENT_ID = 2,
	SECRET = 4,
	KEY = 8,
	KEY_ID = 16,
	ALGORITHM = 32,
	SCOPE = 64,
	BEARER = 128,
	BASE = 256
};

static const struct {
	int have, lack;
	const char *say;
} rules[] = {
	{TOKEN_URL, CLIENT_ID, "fhir.token_url needs fhir.client_id"},
	{SECRET, CLIENT_ID, "fhir.secret_file needs fhir.client_id"},
	{KEY, CLIENT_ID, "fhir.sign_key needs fhir.client_id"},
	{SCOPE, CLIENT_ID, "fhir.scope needs fhir.client_id"},
	{KEY_ID, KEY, "fhir.sign_key_id needs fhir.sign_key, our private key"},
	{ALGORITHM, KEY, "fhir.sign_algorithm needs fhir.sign_key, our private key"},
	{KEY, KEY_ID,
		"fhir.sign_key needs fhir.sign_key_id: the kid of its public half at the hospital"},
	{SECRET | KEY, 0, "fhir.secret_file and fhir.sign_key: leave one of them out"},
	{BEARER | CLIENT_ID, 0, "fhir.bearer_file and fhir.client_id: leave one of them out"},
};

static int bits(const struct auth_options *a, const char *base, const char *bearer_file)
{
	return (a->token_url != NULL ? TOKEN_URL : 0) | (a->client_id != NULL ? CLIENT_ID : 0)
	       | (a->secret_file != NULL ? SECRET : 0) | (a->sign_key != NULL ? KEY : 0)
	       | (a->sign_key_id != NULL ? KEY_ID : 0) | (a->sign_algorithm != NULL ? ALGORITHM : 0)
	       | (a->scope != NULL ? SCOPE : 0) | (bearer_file != NULL ? BEARER : 0)
	       | (base != NULL ? BASE : 0);
}

int auth_check(
	const struct auth_options *a, const char *base, const char *bearer_file, struct error *err)
{
	int set = bits(a, base, bearer_file);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if ((set & rules[i].have) == rules[i].have
			&& (rules[i].lack == 0 || (set & rules[i].lack) == 0))
			return error_set(err, -EINVAL, "%s", rules[i].say);
	if ((set & CLIENT_ID) == 0)
		return 0;
	if ((set & (SECRET | KEY)) == 0)
		return error_set(
			err, -EINVAL, "fhir.client_id needs fhir.secret_file or fhir.sign_key");
	if ((set & (TOKEN_URL | BASE)) == 0)
		return error_set(err, -EINVAL, "fhir.client_id needs fhir.token_url or fhir.base");
	if ((set & KEY) == 0)
		return secret_check("fhir.secret_file", a->secret_file, err);
	/* One for nobody: it tells whether key and algorithm can sign at all. */
	char *trial = auth_assertion(a, "", 0, err);
	if (trial == NULL)
		return -EINVAL;
	explicit_bzero(trial, strlen(trial));
	free(trial);
	return 0;
}
