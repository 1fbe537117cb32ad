/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/http.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/http_private.h"
#include "feeds/secret.h"
#include "feeds/token.h"

/*
 * Joins requests with who we are. A request to our server waits for its token
 * if there is none; what waits is answered by on_wake alone, from the loop.
 */

struct http {
	struct ev_loop *loop;
	struct http_options options; /* owned copies of all texts */
	struct http_line *line;
	struct token *token; /* NULL: static bearer, or nobody */
	struct visit *visits;
	ev_timer wake;
	bool *gone; /* set when we are destroyed from inside an answer */
};

/* A request that goes with a token. */
struct visit {
	struct http *http;
	struct visit *next;
	struct http_ask ask; /* owned copies of its texts */
	http_done *done;
	void *context;
	unsigned token; /* number of the token it went with */
	bool waiting, again;
};

static const char fhir_json[] = "application/fhir+json";

/* -- visits -------------------------------------------------------------------- */

static const size_t ask_texts[] = {
	offsetof(struct http_ask, url),
	offsetof(struct http_ask, accept),
	offsetof(struct http_ask, if_none_match),
	offsetof(struct http_ask, form),
	offsetof(struct http_ask, type),
	offsetof(struct http_ask, method),
	offsetof(struct http_ask, if_match),
	offsetof(struct http_ask, if_none_exist),
	offsetof(struct http_ask, request_id),
};
enum { ASK_TEXTS = sizeof ask_texts / sizeof *ask_texts };

static char **text_at(void *block, size_t offset)
{
	return (char **)(void *)((char *)block + offset);
}

static bool ask_copy(struct http_ask *to, const struct http_ask *from)
{
	bool whole = true;
	*to = *from;
	for (int i = 0; i < ASK_TEXTS; i++) {
		char **text = text_at(to, ask_texts[i]);
		bool there = *text != NULL;
		*text = there ? strdup(*text) : NULL;
		whole = whole && there == (*text != NULL);
	}
	return whole;
}

static void visit_free(struct visit *v)
{
	struct visit **slot = &v->http->visits;
	while (*slot != NULL && *slot != v)
		slot = &(*slot)->next;
	if (*slot != NULL)
		*slot = v->next;
	for (int i = 0; i < ASK_TEXTS; i++)
		free(*text_at(&v->ask, ask_texts[i]));
	free(v);
}

/* The last thing done with it: the answer may destroy us. */
static void visit_end(struct visit *v, const struct http_answer *a)
{
	http_done *done = v->done;
	void *context = v->context;
	visit_free(v);
	done(context, a);
}

static void visit_fail(struct visit *v, const char *why)
{
	char text[sizeof(struct error)];
	struct http_answer a = {.body = "",
		.content_type = "",
		.etag = "",
		.date = "",
		.location = "",
		.retry_after_s = -1,
		.error = text};
	memccpy(text, why, '\0', sizeof text);
	text[sizeof text - 1] = '\0';
	visit_end(v, &a);
}

static void wake(struct http *http)
{
	ev_timer_stop(http->loop, &http->wake);
	ev_timer_set(&http->wake, 0., 0.);
	ev_timer_start(http->loop, &http->wake);
}

static void on_answer(void *context, const struct http_answer *a)
{
	struct visit *v = context;
	struct http_answer said = *a;
	if (a->status == 401 && !v->again) {
		token_refused(v->http->token, v->token);
		v->again = v->waiting = !v->ask.once;
		if (v->waiting) {
			wake(v->http);
			return;
		}
		said.error = "the token was refused";
	}
	if (a->status == 401 && v->again)
		said.error = "a new token was refused too: rights of fhir.client_id, fhir.scope?";
	visit_end(v, &said);
}

static int send_visit(struct visit *v, const char *value, struct error *err)
{
	struct http *http = v->http;
	struct http_ask ask = v->ask;
	ask.bearer = value;
	ask.max_bytes = http->options.max_bytes;
	v->waiting = false;
	return http_send(http->line, &ask, on_answer, v, err);
}

/* False when it has to wait on. */
static bool settle(struct visit *v)
{
	struct error err = {""};
	const char *value = NULL;
	switch (token_want(v->http->token, &value, &v->token)) {
	case TOKEN_COMING:
		return false;
	case TOKEN_FAILED:
		visit_fail(v, token_error(v->http->token));
		return true;
	case TOKEN_READY:
		break;
	}
	if (send_visit(v, value, &err) < 0)
		visit_fail(v, err.text);
	return true;
}

static struct visit *first_waiting(const struct http *http)
{
	struct visit *v = http->visits;
	while (v != NULL && !v->waiting)
		v = v->next;
	return v;
}

/* Those that wait now; what an answer asks for anew has its own wake-up. */
static void on_wake(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct http *http = timer->data;
	struct visit *v;
	bool gone = false;
	int count = 0;
	(void)events;
	ev_timer_stop(loop, timer);
	for (v = http->visits; v != NULL; v = v->next)
		count += v->waiting;
	http->gone = &gone;
	while (count-- > 0 && (v = first_waiting(http)) != NULL && settle(v) && !gone)
		;
	if (!gone)
		http->gone = NULL;
}

static void on_token_changed(void *context)
{
	wake(context);
}

/* -- asking ---------------------------------------------------------------------- */

static struct visit *visit_make(
	struct http *http, const struct http_ask *ask, http_done *done, void *context)
{
	struct visit *v = calloc(1, sizeof *v), **slot = &http->visits;
	if (v == NULL)
		return NULL;
	v->http = http;
	v->done = done;
	v->context = context;
	v->waiting = true;
	while (*slot != NULL) /* in the order they came */
		slot = &(*slot)->next;
	*slot = v;
	if (ask_copy(&v->ask, ask))
		return v;
	visit_free(v);
	return NULL;
}

static int send_with_token(struct http *http, const struct http_ask *ask, http_done *done,
	void *context, struct error *err)
{
	const char *value = NULL;
	struct visit *v = visit_make(http, ask, done, context);
	if (v == NULL)
		return error_set(err, -ENOMEM, "out of memory");
	enum token_state state = token_want(http->token, &value, &v->token);
	if (state == TOKEN_FAILED)
		wake(http); /* said from the loop, as every answer */
	int rc = state == TOKEN_READY ? send_visit(v, value, err) : 0;
	if (rc < 0)
		visit_free(v);
	return rc;
}

/* Nobody's token: with the bearer of `bearer_file`, or as nobody. */
static int send_plainly(struct http *http, struct http_ask *ask, const char *bearer_file,
	http_done *done, void *context, struct error *err)
{
	char token[SECRET_SIZE], name[HTTP_SETTING_SIZE];
	if (bearer_file != NULL) { /* anew each time: somebody may have rotated it */
		int rc = secret_line(
			http_setting(&http->options, "bearer_file", name), bearer_file, token, err);
		if (rc < 0)
			return rc;
		ask->bearer = token;
	}
	ask->max_bytes = http->options.max_bytes;
	int rc = http_send(http->line, ask, done, context, err);
	explicit_bzero(token, sizeof token);
	return rc;
}

/* The first URL asked is the base of who was given none. */
static bool is_ours(struct http *http, const char *url)
{
	if (http->options.base == NULL)
		http->options.base = strdup(url);
	return http->options.base != NULL && http_same_origin(http->options.base, url);
}

int http_check(const struct http *http, const char *url, struct error *err)
{
	bool loopback;
	return http_url_check(url, http->options.insecure, &loopback, err);
}

/* As who we are to that server. */
static int send_as_us(
	struct http *http, struct http_ask *ask, http_done *done, void *context, struct error *err)
{
	int rc = http_check(http, ask->url, err);
	if (rc < 0)
		return rc;
	bool ours = is_ours(http, ask->url);
	if (ours && http->token != NULL)
		return send_with_token(http, ask, done, context, err);
	return send_plainly(http, ask, ours ? http->options.bearer_file : NULL, done, context, err);
}

int http_get(struct http *http, const char *url, const char *if_none_match, http_done *done,
	void *context, struct error *err)
{
	struct http_ask ask = {.url = url, .accept = fhir_json, .if_none_match = if_none_match};
	return send_as_us(http, &ask, done, context, err);
}

int http_change(struct http *http, const char *url, const struct http_change *change,
	http_done *done, void *context, struct error *err)
{
	struct http_ask ask = {.url = url,
		.accept = fhir_json,
		.form = change->text,
		.type = change->type,
		.method = change->method,
		.if_match = change->if_match,
		.if_none_exist = change->if_none_exist,
		.request_id = change->request_id,
		.once = true};
	return send_as_us(http, &ask, done, context, err);
}

int http_post(struct http *http, const char *url, const struct http_body *body, http_done *done,
	void *context, struct error *err)
{
	int rc = http_check(http, url, err);
	if (rc < 0)
		return rc;
	struct http_ask ask = {.url = url,
		.accept = "*/*",
		.form = body->text,
		.type = body->type,
		.idempotency_key = body->idempotency_key};
	return send_plainly(http, &ask, is_ours(http, url) ? http->options.bearer_file : NULL, done,
		context, err);
}

/* -- life ------------------------------------------------------------------------- */

static const size_t texts[] = {
	offsetof(struct http_options, group),
	offsetof(struct http_options, base),
	offsetof(struct http_options, ca_file),
	offsetof(struct http_options, cert_file),
	offsetof(struct http_options, key_file),
	offsetof(struct http_options, bearer_file),
	offsetof(struct http_options, user_agent),
	offsetof(struct http_options, auth.token_url),
	offsetof(struct http_options, auth.client_id),
	offsetof(struct http_options, auth.secret_file),
	offsetof(struct http_options, auth.sign_key),
	offsetof(struct http_options, auth.sign_key_id),
	offsetof(struct http_options, auth.sign_algorithm),
	offsetof(struct http_options, auth.scope),
};
enum { TEXTS = sizeof texts / sizeof *texts };

/* Empty is the same as not set, but for the scope, which may be none. */
static void own_texts(struct http_options *o)
{
	for (int i = 0; i < TEXTS; i++) {
		char **text = text_at(o, texts[i]);
		bool scope = texts[i] == offsetof(struct http_options, auth.scope);
		*text = *text != NULL && (**text != '\0' || scope) ? strdup(*text) : NULL;
	}
	o->deadline_s = o->deadline_s > 0 ? o->deadline_s : 20;
	o->max_bytes = o->max_bytes > 0 ? o->max_bytes : (size_t)8 << 20;
}

struct http *http_create(
	struct ev_loop *loop, const struct http_options *options, struct error *err)
{
	struct http *http = calloc(1, sizeof *http);
	if (http == NULL) {
		error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	http->loop = loop;
	http->options = *options;
	struct http_options *o = &http->options;
	char name[HTTP_SETTING_SIZE];
	own_texts(o);
	ev_init(&http->wake, on_wake);
	http->wake.data = http;
	if (http_tls_check(o, err) < 0 || auth_check(&o->auth, o->base, o->bearer_file, err) < 0
		|| secret_check(http_setting(o, "bearer_file", name), o->bearer_file, err) < 0
		|| (http->line = http_line_open(loop, o, err)) == NULL
		|| (o->auth.client_id != NULL
			&& (http->token = token_create(http->line, o, on_token_changed, http, err))
				   == NULL)) {
		http_destroy(http);
		return NULL;
	}
	return http;
}

void http_destroy(struct http *http)
{
	if (http == NULL)
		return;
	if (http->gone != NULL)
		*http->gone = true;
	http_line_close(http->line);
	token_destroy(http->token);
	ev_timer_stop(http->loop, &http->wake);
	while (http->visits != NULL)
		visit_free(http->visits);
	for (int i = 0; i < TEXTS; i++)
		free(*text_at(&http->options, texts[i]));
	free(http);
}
