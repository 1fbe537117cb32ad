/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/token.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "feeds/secret.h"
#include "feeds/token_json.h"
#include "feeds/token_words.h"

enum { FORM_SIZE = 5 * SECRET_SIZE, URL_SIZE = 512, ANSWER_BYTES_MAX = 65536 };

static const char well_known[] = "/.well-known/smart-configuration";
static const double BACKOFF_FIRST_S = 1, BACKOFF_MAX_S = 60, WAIT_MAX_S = 300;
/* A refused identity does not mend itself, and too many tries lock an account. */
static const double REFUSED_WAIT_S = 30;

struct token {
	struct http_line *line;
	const struct http_options *options;
	void (*changed)(void *);
	void *context;
	char *value; /* NULL: none */
	unsigned number;
	double asked_at, renew_at, expires_at, not_before; /* seconds since boot */
	int failures;
	bool busy;
	char endpoint[URL_SIZE]; /* "": not known yet */
	bool secret_in_form;     /* the server wants it there, not in Basic */
	bool other_way_tried;
	unsigned jitter;
	struct error error;
};

static void ask_token(struct token *t);

/* Runs on while the machine sleeps, and no one sets it. */
static double seconds_since_boot(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* `least` to the whole of it: stations must not come in step. */
static double jittered(struct token *t, double seconds, double least)
{
	return seconds * (least + (1 - least) * (double)rand_r(&t->jitter) / RAND_MAX);
}

static void forget(struct token *t)
{
	if (t->value != NULL)
		explicit_bzero(t->value, strlen(t->value));
	free(t->value);
	t->value = NULL;
}

/* -- failure ------------------------------------------------------------------ */

/* Left alone for a while that doubles, and for no less than least_s. */
static void failed(struct token *t, double least_s)
{
	double seconds =
		fmin(ldexp(BACKOFF_FIRST_S, t->failures < 10 ? t->failures : 10), BACKOFF_MAX_S);
	seconds = fmax(jittered(t, seconds, 0.5), least_s + jittered(t, least_s / 10, 0));
	t->failures++;
	t->busy = false;
	t->not_before = seconds_since_boot() + fmin(seconds, WAIT_MAX_S);
	if (t->options->auth.token_url == NULL)
		t->endpoint[0] = '\0'; /* it may have moved */
}

/* RFC 6749 2.3.1: Basic must be supported, and is not everywhere. Until one way
 * has worked the other is tried: the first time at once, then after the wait. */
static bool try_other_way(struct token *t)
{
	bool at_once = !t->other_way_tried;
	if (t->number > 0 || t->options->auth.secret_file == NULL)
		return false;
	t->secret_in_form = !t->secret_in_form;
	t->other_way_tried = true;
	if (at_once)
		ask_token(t);
	return at_once;
}

static void on_refusal(struct token *t, const struct http_answer *a)
{
	bool refused = a->status >= 400 && a->status < 500 && a->status != 429;
	if (a->status == 0)
		error_set(&t->error, 0, "token: %s", a->error);
	else if (refused && token_words(&t->options->auth, a, &t->error) && try_other_way(t))
		return;
	else if (!refused)
		error_set(&t->error, 0, "token: HTTP %d from its endpoint%s%s", a->status,
			*a->error != '\0' ? ": " : "", a->error);
	failed(t, fmax(refused ? REFUSED_WAIT_S : 0, a->retry_after_s));
}

/* -- the token ----------------------------------------------------------------- */

static void on_token(void *context, const struct http_answer *a)
{
	struct token *t = context;
	struct error why = {""};
	char *value = NULL;
	double lifetime = 0;
	if (a->status != 200) {
		on_refusal(t, a);
	} else if (token_json_read(a->body, a->len, &value, &lifetime, &why) < 0) {
		error_set(&t->error, 0, "token: %s", why.text);
		failed(t, 0);
	} else {
		forget(t);
		t->value = value;
		t->number++;
		/* Counted from the asking: it cannot be younger than that. */
		t->renew_at = t->asked_at + jittered(t, 0.8 * lifetime, 0.9);
		t->expires_at = t->asked_at + lifetime;
		t->failures = 0;
		t->busy = false;
		t->error.text[0] = '\0';
	}
	t->changed(t->context);
}

static bool form_add(char form[FORM_SIZE], const char *name, const char *value)
{
	size_t n = strlen(form);
	char *escaped = curl_easy_escape(NULL, value, 0);
	int added = -1;
	if (escaped != NULL) {
		added = snprintf(
			form + n, FORM_SIZE - n, "%s%s=%s", n > 0 ? "&" : "", name, escaped);
		explicit_bzero(escaped, strlen(escaped));
		curl_free(escaped);
	}
	return added > 0 && (size_t)added < FORM_SIZE - n;
}

static int send_form(struct token *t, const char *form, const char *user, const char *password,
	struct error *err)
{
	struct http_ask ask = {.url = t->endpoint,
		.accept = "application/json",
		.form = form,
		.user = user,
		.password = password,
		.max_bytes = ANSWER_BYTES_MAX};
	t->asked_at = seconds_since_boot();
	return http_send(t->line, &ask, on_token, t, err);
}

/* RFC 7523 2.2; SMART App Launch 2.2, Backend Services. */
static int send_assertion(struct token *t, char form[FORM_SIZE], struct error *err)
{
	static const char type[] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
	char *assertion = auth_assertion(&t->options->auth, t->endpoint, time(NULL), err);
	if (assertion == NULL)
		return -EINVAL;
	bool fits = form_add(form, "client_assertion_type", type)
		    && form_add(form, "client_assertion", assertion);
	explicit_bzero(assertion, strlen(assertion));
	free(assertion);
	return fits ? send_form(t, form, NULL, NULL, err)
		    : error_set(err, -E2BIG, "the assertion is too large");
}

/* RFC 6749 2.3.1: id and secret are form-encoded before they go into Basic. */
static int send_secret(struct token *t, char form[FORM_SIZE], struct error *err)
{
	const struct auth_options *auth = &t->options->auth;
	char secret[SECRET_SIZE];
	int rc = secret_line("fhir.secret_file", auth->secret_file, secret, err);
	if (rc < 0)
		return rc;
	if (t->secret_in_form) {
		rc = form_add(form, "client_id", auth->client_id)
				     && form_add(form, "client_secret", secret)
			     ? send_form(t, form, NULL, NULL, err)
			     : error_set(err, -E2BIG, "fhir.secret_file is too large");
	} else {
		char *user = curl_easy_escape(NULL, auth->client_id, 0);
		char *password = curl_easy_escape(NULL, secret, 0);
		rc = user != NULL && password != NULL ? send_form(t, form, user, password, err)
						      : error_set(err, -ENOMEM, "out of memory");
		if (password != NULL)
			explicit_bzero(password, strlen(password));
		curl_free(user);
		curl_free(password);
	}
	explicit_bzero(secret, sizeof secret);
	return rc;
}

static void ask_token(struct token *t)
{
	const struct auth_options *auth = &t->options->auth;
	const char *scope = auth->scope != NULL ? auth->scope : AUTH_SCOPE;
	struct error why = {""};
	char form[FORM_SIZE] = "";
	int rc = 0;
	if (!form_add(form, "grant_type", "client_credentials")
		|| (*scope != '\0' && !form_add(form, "scope", scope)))
		rc = error_set(&why, -E2BIG, "fhir.scope is too large");
	else
		rc = auth->sign_key != NULL ? send_assertion(t, form, &why)
					    : send_secret(t, form, &why);
	explicit_bzero(form, sizeof form);
	if (rc >= 0)
		return;
	error_set(&t->error, 0, "token: %s", why.text);
	failed(t, 0);
}

/* -- where to ask ---------------------------------------------------------------- */

/* A server on https that sends the secret over plain http is not obeyed. */
static int take_endpoint(struct token *t, const char *url, struct error *err)
{
	bool loopback;
	const char *base = t->options->base;
	int rc = http_url_check(url, t->options->insecure, &loopback, err);
	if (rc == 0 && strncasecmp(base, "https:", 6) == 0 && strncasecmp(url, "https:", 6) != 0)
		rc = error_set(err, -EPERM, "the token_endpoint it names is not https: refused");
	if (rc == 0)
		snprintf(t->endpoint, sizeof t->endpoint, "%s", url);
	return rc;
}

static void on_configuration(void *context, const struct http_answer *a)
{
	struct token *t = context;
	struct smart_configuration found = {.basic_refused = false};
	struct error why = {""};
	int rc;
	if (a->status == 0)
		rc = error_set(&why, -EIO, "%s", a->error);
	else if (a->status != 200)
		rc = error_set(&why, -ENOENT, "HTTP %d: set fhir.token_url", a->status);
	else
		rc = token_json_smart(a->body, a->len, &found, &why);
	if (rc == 0)
		rc = take_endpoint(t, found.token_url, &why);
	if (rc == 0) {
		t->secret_in_form = t->secret_in_form || found.basic_refused;
		ask_token(t);
	} else {
		error_set(&t->error, 0, "token: smart-configuration: %s", why.text);
		failed(t, fmax(0, a->retry_after_s));
	}
	if (!t->busy)
		t->changed(t->context);
}

static void ask_configuration(struct token *t)
{
	char url[URL_SIZE];
	struct error why = {""};
	const char *base = t->options->base;
	size_t n = strlen(base);
	while (n > 0 && base[n - 1] == '/')
		n--;
	struct http_ask ask = {
		.url = url, .accept = "application/json", .max_bytes = ANSWER_BYTES_MAX};
	int len = snprintf(url, sizeof url, "%.*s%s", (int)n, base, well_known);
	int rc = len < (int)sizeof url ? http_send(t->line, &ask, on_configuration, t, &why)
				       : error_set(&why, -E2BIG, "fhir.base is too long");
	if (rc < 0) {
		error_set(&t->error, 0, "token: %s", why.text);
		failed(t, 0);
	}
}

static void start(struct token *t)
{
	t->busy = true;
	if (t->endpoint[0] != '\0')
		ask_token(t);
	else
		ask_configuration(t);
}

/* -- life -------------------------------------------------------------------------- */

enum token_state token_want(struct token *t, const char **value, unsigned *number)
{
	double now = seconds_since_boot();
	bool usable = t->value != NULL && now < t->expires_at;
	if (!t->busy && now >= t->not_before && (!usable || now >= t->renew_at))
		start(t);
	if (!usable)
		return t->busy ? TOKEN_COMING : TOKEN_FAILED;
	*value = t->value;
	*number = t->number;
	return TOKEN_READY;
}

void token_refused(struct token *t, unsigned number)
{
	if (number == t->number)
		forget(t);
}

const char *token_error(const struct token *t)
{
	return t->error.text[0] != '\0' ? t->error.text : "token: none yet";
}

struct token *token_create(struct http_line *line, const struct http_options *options,
	void (*changed)(void *), void *context, struct error *err)
{
	const char *url = options->auth.token_url;
	bool loopback;
	struct error why = {""};
	if (url != NULL && http_url_check(url, options->insecure, &loopback, &why) < 0) {
		error_set(err, -EINVAL, "fhir.token_url: %.280s", why.text);
		return NULL;
	}
	if (url != NULL && strlen(url) >= URL_SIZE) {
		error_set(err, -E2BIG, "fhir.token_url is too long");
		return NULL;
	}
	struct token *t = calloc(1, sizeof *t);
	if (t == NULL) {
		error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	t->line = line;
	t->options = options;
	t->changed = changed;
	t->context = context;
	t->jitter = (unsigned)time(NULL) ^ (unsigned)(uintptr_t)t;
	if (url != NULL)
		snprintf(t->endpoint, sizeof t->endpoint, "%s", url);
	return t;
}

void token_destroy(struct token *t)
{
	if (t == NULL)
		return;
	forget(t);
	free(t);
}
