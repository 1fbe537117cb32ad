/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/token_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "feeds/fhir_private.h"
#include "feeds/json_read.h"
#include "feeds/secret.h"
#include "twin/text.h"

/* A masked word is longer than any a person would write. */
enum { WORD_MAX = 19 };
/* RFC 6749 5.1 only recommends to say how long a token lives. */
static const double LIFETIME_UNSAID_S = 300, LIFETIME_MAX_S = 86400;

/* Visible ASCII only: it becomes part of a header. */
static bool is_token(const char *s)
{
	size_t n = 0;
	while (s[n] > ' ' && s[n] <= '~')
		n++;
	return n > 0 && s[n] == '\0' && n < SECRET_SIZE;
}

/* A number, or one in quotes as some servers write it. */
static double lifetime(const cJSON *object)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, "expires_in");
	double s = LIFETIME_UNSAID_S;
	if (cJSON_IsNumber(item))
		s = item->valuedouble;
	else if (cJSON_IsString(item))
		s = strtod(item->valuestring, NULL);
	if (!(s > 0))
		return 0;
	return s < LIFETIME_MAX_S ? s : LIFETIME_MAX_S;
}

static int take(const cJSON *object, char **value, double *lifetime_s, struct error *err)
{
	const char *token = json_text(object, "access_token"),
		   *type = json_text(object, "token_type");
	if (!is_token(token))
		return error_set(err, -EBADMSG, "no access_token in its answer");
	if (*type != '\0' && strcasecmp(type, "bearer") != 0)
		return error_set(err, -EBADMSG, "its token is not of the type bearer");
	*lifetime_s = lifetime(object);
	if (*lifetime_s <= 0)
		return error_set(err, -EBADMSG, "its token has expired already (expires_in)");
	*value = strdup(token);
	return *value != NULL ? 0 : error_set(err, -ENOMEM, "out of memory");
}

int token_json_read(
	const char *body, size_t len, char **value, double *lifetime_s, struct error *err)
{
	struct error why = {""};
	cJSON *object = fhir_json_parse(body, len, &why);
	if (object == NULL)
		return error_set(err, -EBADMSG, "its answer is not JSON");
	int rc = take(object, value, lifetime_s, err);
	cJSON *token = cJSON_GetObjectItemCaseSensitive(object, "access_token");
	if (cJSON_IsString(token))
		explicit_bzero(token->valuestring, strlen(token->valuestring));
	cJSON_Delete(object);
	return rc;
}

/* -- refusals --------------------------------------------------------------- */

static bool is_code(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz_-0123456789");
	return n > 0 && s[n] == '\0' && n < REFUSAL_CODE_SIZE;
}

static void mask(char *text, size_t len)
{
	memset(text, '*', len);
}

/* A server may repeat what it was sent: assertions and tokens are long words,
 * the secret is known. */
static void mask_secrets(char *text, const char *secret)
{
	size_t n = secret != NULL ? strlen(secret) : 0;
	for (char *p = text; n > 0 && (p = strstr(p, secret)) != NULL; p += n)
		mask(p, n);
	for (char *p = text; *p != '\0';) {
		size_t word = strcspn(p, " \t\r\n\"'(),;<>");
		if (word > WORD_MAX)
			mask(p, word);
		p += word + (p[word] != '\0');
	}
}

/* Masked after what does not print is dropped, which could join the halves of a
 * secret, and before it is cut, which could leave one half of it. */
static void take_words(const char *text, const char *secret, char out[REFUSAL_WORDS_SIZE])
{
	size_t len = strlen(text), room = 3 * len + 1; /* a bad byte becomes three */
	char *whole = malloc(room);
	if (whole == NULL)
		return;
	text_neutralise(whole, room, text, len);
	mask_secrets(whole, secret);
	text_copy(out, REFUSAL_WORDS_SIZE, whole);
	free(whole);
}

void token_json_refusal(const char *body, size_t len, const char *secret, struct token_refusal *out)
{
	struct error why = {""};
	cJSON *object = fhir_json_parse(body, len, &why);
	const char *code = json_text(object, "error");
	const cJSON *words = cJSON_GetObjectItemCaseSensitive(object, "error_description");
	out->code[0] = out->words[0] = '\0';
	if (is_code(code))
		text_copy(out->code, sizeof out->code, code);
	if (cJSON_IsString(words))
		take_words(words->valuestring, secret, out->words);
	cJSON_Delete(object);
}

/* -- where the token endpoint is ---------------------------------------------- */

int token_json_smart(
	const char *body, size_t len, struct smart_configuration *out, struct error *err)
{
	struct error why = {""};
	cJSON *object = fhir_json_parse(body, len, &why);
	const char *url = json_text(object, "token_endpoint");
	const cJSON *ways =
		cJSON_GetObjectItemCaseSensitive(object, "token_endpoint_auth_methods_supported");
	const cJSON *way;
	int rc = 0;
	out->basic_refused = cJSON_GetArraySize(ways) > 0;
	cJSON_ArrayForEach(way, ways)
	{
		if (cJSON_IsString(way) && strcmp(way->valuestring, "client_secret_basic") == 0)
			out->basic_refused = false;
	}
	if (!is_token(url) || !text_copy(out->token_url, sizeof out->token_url, url))
		rc = error_set(err, -EBADMSG, "it names no token_endpoint: set fhir.token_url");
	cJSON_Delete(object);
	return rc;
}
