/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feeds/auth.h"
#include "feeds/http.h"
#include "tests/stub/keys.c"

/* Assertions are judged by openssl(1) and read by cJSON; they are made by
 * libjwt, which has neither its own signatures nor its own JSON from those. */

static const char audience[] = "https://auth.hospital.example/token";

static int setup(void **state)
{
	(void)state;
	return keys_folder() != NULL
			       && keys_run("openssl genpkey -algorithm RSA "
					   "-pkeyopt rsa_keygen_bits:2048 -out rsa.key")
			       && keys_run("openssl pkey -in rsa.key -pubout -out rsa.pub")
			       && keys_run("openssl genpkey -algorithm EC "
					   "-pkeyopt ec_paramgen_curve:P-384 -out ec.key")
			       && keys_run("openssl pkey -in ec.key -pubout -out ec.pub")
		       ? 0
		       : -1;
}

static int teardown(void **state)
{
	(void)state;
	keys_forget();
	return 0;
}

/* -- a judge of assertions ---------------------------------------------------- */

/* RFC 4648 5, without padding. */
static size_t decode(const char *text, size_t len, unsigned char *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint32_t bits = 0;
	int held = 0;
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		const char *digit = strchr(digits, text[i]);
		assert_true(digit != NULL && *digit != '\0');
		bits = bits << 6 | (uint32_t)(digit - digits);
		held += 6;
		if (held >= 8)
			out[n++] = (unsigned char)(bits >> (held -= 8));
	}
	return n;
}

static cJSON *part(const char *from, const char *to)
{
	unsigned char text[4096];
	assert_true(to - from < 4096);
	size_t n = decode(from, (size_t)(to - from), text);
	cJSON *json = cJSON_ParseWithLength((const char *)text, n);
	assert_non_null(json);
	return json;
}

/* One INTEGER of DER from 48 bytes; returns its length. */
static size_t put_integer(unsigned char *out, const unsigned char *number)
{
	size_t skip = 0;
	while (skip < 47 && number[skip] == 0)
		skip++;
	size_t n = 48 - skip, sign = number[skip] >> 7;
	out[0] = 0x02;
	out[1] = (unsigned char)(n + sign);
	out[2] = 0;
	memcpy(out + 2 + sign, number + skip, n);
	return 2 + sign + n;
}

/* RFC 7518 3.4: r and s of 48 bytes each; openssl(1) wants SEQUENCE { r, s }. */
static size_t to_der(const unsigned char raw[96], unsigned char *out)
{
	size_t n = put_integer(out + 2, raw);
	n += put_integer(out + 2 + n, raw + 48);
	out[0] = 0x30;
	out[1] = (unsigned char)n;
	return n + 2;
}

static void save(const char *name, const void *bytes, size_t len)
{
	FILE *file = fopen(keys_path(name), "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
}

/* Says whether the signature holds, after changing the last byte signed by `flip`. */
static bool verify(const char *jws, const char *public, size_t signature_size, char flip)
{
	unsigned char raw[1024], der[128];
	char *input = strdup(jws), *dot = strrchr(input, '.');
	size_t n = decode(dot + 1, strlen(dot + 1), raw);
	assert_int_equal(n, signature_size);
	dot[-1] = (char)(dot[-1] ^ flip);
	save("input", input, (size_t)(dot - input));
	free(input);
	if (n == 96)
		save("signature", der, to_der(raw, der));
	else
		save("signature", raw, n);
	return keys_run("openssl dgst -sha384 -verify %s -signature signature input", public);
}

static const char *string_of(const cJSON *json, const char *name)
{
	const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));
	return s != NULL ? s : "(none)";
}

static void check_assertion(const char *key, const char *public, const char *alg, size_t size)
{
	struct auth_options auth = {
		.client_id = "vigie-or", .sign_key = keys_path(key), .sign_key_id = "k-2026"};
	struct error err = {""};
	const int64_t now = 1795309200; /* 22 Nov 2026 01:00 UTC */
	char *jws = auth_assertion(&auth, audience, now, &err);
	assert_non_null(jws);
	const char *first = strchr(jws, '.'), *second = strrchr(jws, '.');
	cJSON *header = part(jws, first), *claims = part(first + 1, second);
	assert_string_equal(string_of(header, "alg"), alg);
	assert_string_equal(string_of(header, "typ"), "JWT");
	assert_string_equal(string_of(header, "kid"), "k-2026");
	assert_string_equal(string_of(claims, "iss"), "vigie-or");
	assert_string_equal(string_of(claims, "sub"), "vigie-or");
	assert_string_equal(string_of(claims, "aud"), audience);
	double exp = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(claims, "exp"));
	assert_true(exp > (double)now && exp <= (double)now + 300);
	assert_int_equal(strlen(string_of(claims, "jti")), 32);
	assert_true(verify(jws, public, size, 0));
	assert_false(verify(jws, public, size, 1));
	/* Its id is new each time. */
	char *other = auth_assertion(&auth, audience, now, &err);
	cJSON *again = part(strchr(other, '.') + 1, strrchr(other, '.'));
	assert_string_not_equal(string_of(again, "jti"), string_of(claims, "jti"));
	cJSON_Delete(again);
	cJSON_Delete(claims);
	cJSON_Delete(header);
	free(other);
	free(jws);
}

static void signs_rs384(void **state)
{
	(void)state;
	check_assertion("rsa.key", "rsa.pub", "RS384", 256);
}

static void signs_es384(void **state)
{
	(void)state;
	check_assertion("ec.key", "ec.pub", "ES384", 96);
}

/* One in 128 has an r or s of fewer than 48 bytes, which must be filled up. */
static void es384_has_its_full_length_always(void **state)
{
	char key[160];
	snprintf(key, sizeof key, "%s", keys_path("ec.key"));
	struct auth_options auth = {.client_id = "c", .sign_key = key, .sign_key_id = "k"};
	struct error err = {""};
	int short_ones = 0;
	(void)state;
	for (int i = 0; i < 400; i++) {
		unsigned char raw[256];
		char *jws = auth_assertion(&auth, audience, i, &err);
		assert_non_null(jws);
		const char *signature = strrchr(jws, '.') + 1;
		assert_int_equal(decode(signature, strlen(signature), raw), 96);
		bool is_short = raw[0] == 0 || raw[48] == 0;
		short_ones += is_short;
		if (is_short || i < 8)
			assert_true(verify(jws, "ec.pub", 96, 0));
		free(jws);
	}
	print_message("%d of 400 had a leading zero\n", short_ones);
}

/* -- settings ------------------------------------------------------------------ */

static void expect_refused(struct http_options o, const char *say)
{
	struct error err = {""};
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct http *http = http_create(loop, &o, &err);
	if (http != NULL || strstr(err.text, say) == NULL)
		print_error("wanted \"%s\", got \"%s\"\n", say, err.text);
	assert_null(http);
	assert_non_null(strstr(err.text, say));
	ev_loop_destroy(loop);
}

static void expect_taken(struct http_options o)
{
	struct error err = {""};
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct http *http = http_create(loop, &o, &err);
	assert_string_equal(err.text, "");
	assert_non_null(http);
	http_destroy(http);
	ev_loop_destroy(loop);
}

#define URL "https://auth.hospital.example/token"

static void names_what_contradicts_itself(void **state)
{
	(void)state;
	const char *secret = keys_write("secret", 0600, "s3cret-enough\n");
	const char *key = keys_path("rsa.key");
	const struct {
		struct auth_options auth;
		const char *bearer, *say;
	} cases[] = {
		{{.client_id = "c"}, NULL, "fhir.secret_file or fhir.sign_key"},
		{{.token_url = URL}, NULL, "fhir.token_url needs fhir.client_id"},
		{{.secret_file = secret}, NULL, "fhir.secret_file needs fhir.client_id"},
		{{.sign_key = key}, NULL, "fhir.sign_key needs fhir.client_id"},
		{{.scope = "system/*.read"}, NULL, "fhir.scope needs fhir.client_id"},
		{{.client_id = "c", .token_url = URL, .secret_file = secret, .sign_key_id = "k"},
			NULL, "fhir.sign_key_id needs fhir.sign_key"},
		{{.client_id = "c",
			 .token_url = URL,
			 .secret_file = secret,
			 .sign_algorithm = "RS384"},
			NULL, "fhir.sign_algorithm needs fhir.sign_key"},
		{{.client_id = "c", .token_url = URL, .sign_key = key}, NULL,
			"fhir.sign_key needs fhir.sign_key_id"},
		{{.client_id = "c",
			 .token_url = URL,
			 .secret_file = secret,
			 .sign_key = key,
			 .sign_key_id = "k"},
			NULL, "leave one of them out"},
		{{.client_id = "c", .token_url = URL, .secret_file = secret}, secret,
			"fhir.bearer_file and fhir.client_id"},
		{{.client_id = "c", .secret_file = secret}, NULL, "fhir.token_url or fhir.base"},
		{{.client_id = "c", .token_url = "http://auth.example/t", .secret_file = secret},
			NULL, "fhir.token_url: plain http"},
		{{.client_id = "c", .token_url = "auth.example", .secret_file = secret}, NULL,
			"fhir.token_url: not a URL"},
		{{.client_id = "c",
			 .token_url = "https://u:p@auth.example/t",
			 .secret_file = secret},
			NULL, "fhir.token_url: a user name"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_refused((struct http_options){.auth = cases[i].auth,
				       .bearer_file = cases[i].bearer},
			cases[i].say);
	expect_taken((struct http_options){
		.auth = {.client_id = "c", .token_url = URL, .secret_file = secret}});
	expect_taken((struct http_options){.base = "https://fhir.example/r4",
		.auth = {.client_id = "c", .secret_file = secret, .scope = ""}});
	expect_taken((struct http_options){.auth = {.client_id = "c",
						   .token_url = URL,
						   .sign_key = key,
						   .sign_key_id = "k",
						   .sign_algorithm = "RS384"}});
	/* Settings left empty are settings left out. */
	expect_taken((struct http_options){
		.bearer_file = secret, .auth = {.client_id = "", .token_url = "", .sign_key = ""}});
}

static void names_a_secret_that_is_not_one(void **state)
{
	(void)state;
	struct http_options o = {.auth = {.client_id = "c", .token_url = URL}};
	o.auth.secret_file = keys_path("nowhere");
	expect_refused(o, "No such file");
	o.auth.secret_file = keys_write("open", 0640, "s3cret\n");
	expect_refused(o, "chmod 600");
	o.auth.secret_file = "/dev/null";
	expect_refused(o, "not a plain file");
	if (geteuid() == 0) {
		const char *foreign = keys_write("foreign", 0600, "s3cret\n");
		assert_int_equal(chown(foreign, 12345, 12345), 0);
		o.auth.secret_file = foreign;
		expect_refused(o, "belongs to another user");
	}
	expect_refused((struct http_options){.bearer_file = keys_path("open")}, "chmod 600");
}

static void names_a_key_that_cannot_sign(void **state)
{
	(void)state;
	assert_true(keys_run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 "
			     "-out p256.key && openssl genpkey -algorithm RSA "
			     "-pkeyopt rsa_keygen_bits:1024 -out small.key && openssl pkey "
			     "-in rsa.key -aes128 -passout pass:x -out locked.key && cp rsa.key "
			     "read.key && chmod 644 read.key && openssl genpkey -algorithm ED25519 "
			     "-out ed.key"));
	keys_write("garbage.key", 0600, "-----BEGIN PRIVATE KEY-----\nAAAA\n");
	keys_write("empty.key", 0600, "");
	static const struct {
		const char *key, *algorithm, *say;
	} cases[] = {
		{"p256.key", NULL, "a P-384 key (ES384)"},
		{"p256.key", "ES384", "fhir.sign_algorithm ES384 needs a P-384 key"},
		{"small.key", "RS384", "needs an RSA key of 2048 bits"},
		{"ed.key", NULL, "an RSA key of 2048 bits or more (RS384)"},
		{"rsa.key", "ES384", "needs a P-384 key"},
		{"ec.key", "RS384", "needs an RSA key"},
		{"ec.key", "HS256", "fhir.sign_algorithm \"HS256\": RS384 or ES384"},
		{"locked.key", NULL, "is encrypted"},
		{"garbage.key", NULL, "is not a private key"},
		{"rsa.pub", NULL, "is not a private key"},
		{"empty.key", NULL, "is empty"},
		{"read.key", NULL, "chmod 600"},
		{"nowhere.key", NULL, "No such file"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_refused((struct http_options){.auth = {.client_id = "c",
							     .token_url = URL,
							     .sign_key = keys_path(cases[i].key),
							     .sign_key_id = "k",
							     .sign_algorithm = cases[i].algorithm}},
			cases[i].say);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_rs384),
		cmocka_unit_test(signs_es384),
		cmocka_unit_test(es384_has_its_full_length_always),
		cmocka_unit_test(names_what_contradicts_itself),
		cmocka_unit_test(names_a_secret_that_is_not_one),
		cmocka_unit_test(names_a_key_that_cannot_sign),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
