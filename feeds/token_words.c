/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/token_words.h"

#include <curl/curl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "feeds/secret.h"
#include "feeds/token_json.h"

static const double CLOCK_APART_S = 30;

/* RFC 6749 5.2, with the settings that are likely to be wrong. */
static const char *refusal_hint(const struct auth_options *auth, const char *code)
{
	bool key = auth->sign_key != NULL;
	const struct {
		const char *code, *hint;
	} hints[] = {
		{"invalid_client", key ? "fhir.client_id, fhir.sign_key or fhir.sign_key_id?"
				       : "fhir.client_id or fhir.secret_file?"},
		{"unauthorized_client", "not registered for client_credentials"},
		{"unsupported_grant_type", "it knows no client_credentials"},
		{"invalid_scope", "fhir.scope?"},
		{"invalid_grant", key ? "fhir.sign_key or the clock?" : "fhir.client_id?"},
		{"invalid_request", "fhir.scope or fhir.token_url?"},
	};
	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (strcmp(code, hints[i].code) == 0)
			return hints[i].hint;
	return "";
}

/* An assertion is only as good as the clock it was made by. */
static void clock_hint(const struct http_answer *a, char *out, size_t size)
{
	time_t theirs = *a->date != '\0' ? curl_getdate(a->date, NULL) : (time_t)-1;
	double apart = theirs > 0 ? difftime(time(NULL), theirs) : 0;
	out[0] = '\0';
	if (fabs(apart) > CLOCK_APART_S)
		snprintf(out, size, "; our clock is %.0f s %s theirs", fabs(apart),
			apart > 0 ? "ahead of" : "behind");
}

bool token_words(const struct auth_options *auth, const struct http_answer *a, struct error *out)
{
	struct token_refusal refusal;
	struct error ignored;
	char secret[SECRET_SIZE] = "", clock[64];
	const char *file = auth->secret_file;
	bool known = file == NULL || secret_line("", file, secret, &ignored) > 0;
	token_json_refusal(a->body, a->len, secret, &refusal);
	explicit_bzero(secret, sizeof secret);
	clock_hint(a, clock, sizeof clock);
	if (!known) /* what must be masked cannot be told any more */
		refusal.words[0] = '\0';
	const char *hint = refusal_hint(auth, refusal.code);
	bool words = refusal.words[0] != '\0';
	error_set(out, 0, "token: %s%s%s (HTTP %d%s%s%s)",
		refusal.code[0] != '\0' ? refusal.code : "refused", *hint != '\0' ? ": " : "", hint,
		a->status, clock, words ? ": " : "", words ? refusal.words : "");
	return strcmp(refusal.code, "invalid_client") == 0;
}
