/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stub/token_stub.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PEM_SIZE = 16384 };

struct token_stub {
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	char origin[64], base[80], token_url[80];
	struct token_plan plan;
	const char *configuration;
	bool client_wanted, none_good;
	int posts, good, bad, serial;
	char token[64], older[64]; /* a new one does not end the one before */
	double token_ends, older_ends;
	struct token_form form;
};

/* Of one request. */
struct visit {
	struct token_form form;
	struct MHD_PostProcessor *parts;
};

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum MHD_Result on_field(void *context, enum MHD_ValueKind kind, const char *key,
	const char *file, const char *type, const char *coding, const char *data, uint64_t at,
	size_t len)
{
	static const struct {
		const char *key;
		size_t offset, size;
	} fields[] = {
#define FIELD(name, member)                                                                        \
	{name, offsetof(struct token_form, member), sizeof(((struct token_form *)0)->member)}
		FIELD("grant_type", grant_type),
		FIELD("scope", scope),
		FIELD("client_id", client_id),
		FIELD("client_secret", client_secret),
		FIELD("client_assertion_type", assertion_type),
		FIELD("client_assertion", assertion),
#undef FIELD
	};
	struct visit *v = context;
	(void)kind;
	(void)file;
	(void)type;
	(void)coding;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (strcmp(key, fields[i].key) == 0 && at + len < fields[i].size)
			memcpy((char *)&v->form + fields[i].offset + at, data, len);
	return MHD_YES;
}

static enum MHD_Result token_reply(struct MHD_Connection *connection, int status, const char *body,
	const char *header, const char *value)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
		strlen(body), (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
	MHD_add_response_header(r, "Content-Type", "application/json");
	if (header != NULL)
		MHD_add_response_header(r, header, value);
	enum MHD_Result result = MHD_queue_response(connection, (unsigned)status, r);
	MHD_destroy_response(r);
	return result;
}

/* RFC 6749 2.3.1 both ways. */
static bool known_client(const struct token_plan *plan, const struct token_form *f)
{
	if (plan->client_id == NULL)
		return true;
	bool basic = !plan->no_basic && strcmp(f->basic_user, plan->client_id) == 0
		     && strcmp(f->basic_password, plan->secret) == 0;
	return basic
	       || (strcmp(f->client_id, plan->client_id) == 0
		       && strcmp(f->client_secret, plan->secret) == 0);
}

static void read_basic(struct MHD_Connection *connection, struct token_form *f)
{
	char *password = NULL;
	char *user = MHD_basic_auth_get_username_password(connection, &password);
	if (user != NULL && password != NULL) {
		MHD_http_unescape(user);
		MHD_http_unescape(password);
		snprintf(f->basic_user, sizeof f->basic_user, "%s", user);
		snprintf(f->basic_password, sizeof f->basic_password, "%s", password);
	}
	MHD_free(user);
	MHD_free(password);
	const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
	snprintf(f->content_type, sizeof f->content_type, "%s", type != NULL ? type : "");
}

static enum MHD_Result give_token(
	struct token_stub *s, struct MHD_Connection *connection, struct visit *v)
{
	char body[256];
	read_basic(connection, &v->form);
	pthread_mutex_lock(&s->lock);
	struct token_plan plan = s->plan;
	s->posts++;
	s->form = v->form;
	bool asks_well = strcmp(v->form.grant_type, "client_credentials") == 0;
	bool known = known_client(&plan, &v->form);
	int life = plan.life_s != 0 ? plan.life_s : 300;
	if (plan.body == NULL && plan.status == 0 && asks_well && known) {
		memcpy(s->older, s->token, sizeof s->older);
		s->older_ends = s->token_ends;
		snprintf(s->token, sizeof s->token, "tok-%d-%ld", ++s->serial, random());
		s->token_ends = now_s() + life;
	}
	snprintf(body, sizeof body,
		"{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%d}", s->token,
		life);
	pthread_mutex_unlock(&s->lock);
	if (plan.delay_ms > 0)
		usleep((useconds_t)plan.delay_ms * 1000);
	if (!asks_well)
		return token_reply(connection, 400, "{\"error\":\"invalid_request\"}", NULL, NULL);
	if (!known)
		return token_reply(connection, 401, "{\"error\":\"invalid_client\"}", NULL, NULL);
	return token_reply(connection, plan.status != 0 ? plan.status : 200,
		plan.body != NULL ? plan.body : body, plan.header, plan.value);
}

static enum MHD_Result give_configuration(struct token_stub *s, struct MHD_Connection *connection)
{
	char body[1024];
	if (s->configuration == NULL)
		return token_reply(connection, 404, "{}", NULL, NULL);
	const char *mark = strstr(s->configuration, "%ORIGIN%");
	if (mark == NULL)
		return token_reply(connection, 200, s->configuration, NULL, NULL);
	snprintf(body, sizeof body, "%.*s%s%s", (int)(mark - s->configuration), s->configuration,
		s->origin, mark + strlen("%ORIGIN%"));
	return token_reply(connection, 200, body, NULL, NULL);
}

static bool lives(const char *shown, const char *token, double ends)
{
	return *token != '\0' && strcmp(shown, token) == 0 && now_s() < ends;
}

static enum MHD_Result give_fhir(struct token_stub *s, struct MHD_Connection *connection)
{
	static const char scheme[] = "Bearer ";
	const char *got = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
	bool bearer = got != NULL && strncmp(got, scheme, strlen(scheme)) == 0;
	const char *shown = bearer ? got + strlen(scheme) : "";
	pthread_mutex_lock(&s->lock);
	bool good =
		!s->none_good
		&& (lives(shown, s->token, s->token_ends) || lives(shown, s->older, s->older_ends));
	s->good += good;
	s->bad += !good;
	pthread_mutex_unlock(&s->lock);
	return token_reply(connection, good ? 200 : 401,
		good ? "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":0}"
		     : "{\"resourceType\":\"OperationOutcome\"}",
		NULL, NULL);
}

/* libmicrohttpd asks for a client certificate and leaves the judging to us. */
static bool shows_certificate(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	unsigned status = 1;
	return info != NULL
	       && gnutls_certificate_verify_peers2(info->tls_session, &status) == GNUTLS_E_SUCCESS
	       && status == 0;
}

static enum MHD_Result token_serve(void *context, struct MHD_Connection *connection,
	const char *url, const char *method, const char *version, const char *upload,
	size_t *upload_size, void **own)
{
	struct token_stub *s = context;
	struct visit *v = *own;
	(void)version;
	if (v == NULL) {
		*own = v = calloc(1, sizeof *v);
		v->parts = MHD_create_post_processor(connection, 4096, on_field, v);
		return MHD_YES;
	}
	if (*upload_size > 0) {
		if (v->parts != NULL)
			MHD_post_process(v->parts, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	if (s->client_wanted && !shows_certificate(connection))
		return token_reply(connection, 403, "{\"error\":\"no_certificate\"}", NULL, NULL);
	if (strcmp(method, "POST") == 0 && strcmp(url, "/token") == 0)
		return give_token(s, connection, v);
	if (strcmp(url, "/fhir/.well-known/smart-configuration") == 0)
		return give_configuration(s, connection);
	return give_fhir(s, connection);
}

static void forget_visit(void *context, struct MHD_Connection *connection, void **own,
	enum MHD_RequestTerminationCode code)
{
	struct visit *v = *own;
	(void)context;
	(void)connection;
	(void)code;
	if (v != NULL && v->parts != NULL)
		MHD_destroy_post_processor(v->parts);
	free(v);
	*own = NULL;
}

static void slurp(const char *path, char out[PEM_SIZE])
{
	FILE *file = path != NULL ? fopen(path, "r") : NULL;
	size_t n = file != NULL ? fread(out, 1, PEM_SIZE - 1, file) : 0;
	out[n] = '\0';
	if (file != NULL)
		fclose(file);
}

static struct MHD_Daemon *listen_on(struct token_stub *s, const struct token_tls *tls)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	char cert[PEM_SIZE], key[PEM_SIZE], ca[PEM_SIZE];
	struct MHD_OptionItem extra[4] = {{MHD_OPTION_END, 0, NULL}};
	if (tls != NULL) {
		slurp(tls->cert, cert);
		slurp(tls->key, key);
		slurp(tls->client_ca, ca);
		extra[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, cert};
		extra[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, key};
		extra[2] = (struct MHD_OptionItem){
			tls->client_ca != NULL ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0,
			ca};
		extra[3] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
		s->client_wanted = tls->client_ca != NULL;
	}
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL;
	return MHD_start_daemon(flags | (tls != NULL ? (unsigned)MHD_USE_TLS : 0), 0, NULL, NULL,
		token_serve, s, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_ARRAY,
		extra, MHD_OPTION_NOTIFY_COMPLETED, forget_visit, s, MHD_OPTION_END);
}

struct token_stub *token_stub_start(const struct token_tls *tls)
{
	struct token_stub *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	s->daemon = listen_on(s, tls);
	const union MHD_DaemonInfo *info =
		s->daemon != NULL ? MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT)
				  : NULL;
	if (info == NULL) {
		token_stub_stop(s);
		return NULL;
	}
	snprintf(s->origin, sizeof s->origin, "http%s://127.0.0.1:%u", tls != NULL ? "s" : "",
		info->port);
	snprintf(s->base, sizeof s->base, "%s/fhir", s->origin);
	snprintf(s->token_url, sizeof s->token_url, "%s/token", s->origin);
	return s;
}

void token_stub_stop(struct token_stub *s)
{
	if (s == NULL)
		return;
	if (s->daemon != NULL)
		MHD_stop_daemon(s->daemon);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

const char *token_stub_base(const struct token_stub *s)
{
	return s->base;
}

const char *token_stub_token(const struct token_stub *s)
{
	return s->token_url;
}

void token_stub_plan(struct token_stub *s, struct token_plan plan)
{
	pthread_mutex_lock(&s->lock);
	s->plan = plan;
	pthread_mutex_unlock(&s->lock);
}

void token_stub_configuration(struct token_stub *s, const char *json)
{
	pthread_mutex_lock(&s->lock);
	s->configuration = json;
	pthread_mutex_unlock(&s->lock);
}

void token_stub_revoke(struct token_stub *s, bool all)
{
	pthread_mutex_lock(&s->lock);
	s->token_ends = s->older_ends = 0;
	s->none_good = all;
	pthread_mutex_unlock(&s->lock);
}

static int count(struct token_stub *s, const int *what)
{
	pthread_mutex_lock(&s->lock);
	int n = *what;
	pthread_mutex_unlock(&s->lock);
	return n;
}

int token_stub_posts(struct token_stub *s)
{
	return count(s, &s->posts);
}

int token_stub_good(struct token_stub *s)
{
	return count(s, &s->good);
}

int token_stub_bad(struct token_stub *s)
{
	return count(s, &s->bad);
}

struct token_form token_stub_form(struct token_stub *s)
{
	pthread_mutex_lock(&s->lock);
	struct token_form form = s->form;
	pthread_mutex_unlock(&s->lock);
	return form;
}

void token_stub_last(struct token_stub *s, char out[64])
{
	pthread_mutex_lock(&s->lock);
	snprintf(out, 64, "%s", s->token);
	pthread_mutex_unlock(&s->lock);
}
