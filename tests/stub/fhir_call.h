/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_FHIR_CALL_H
#define VIGIE_TESTS_FHIR_CALL_H

/* One request to a server on the loopback, by libcurl, and its answer. */

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALL_HELPER static __attribute__((unused))

static int call_port;
static long call_patience_s = 20;

struct reply {
	long status;
	char *body;
	size_t len;
	char etag[64];
};

static size_t take_body(char *bytes, size_t size, size_t n, void *context)
{
	struct reply *r = context;
	r->body = realloc(r->body, r->len + size * n + 1);
	memcpy(r->body + r->len, bytes, size * n);
	r->len += size * n;
	r->body[r->len] = '\0';
	return size * n;
}

/* Status 0: no answer, or none in time. A body is a patch, or a resource. */
static struct reply try_call(
	const char *method, const char *path, const char *header, const char *body)
{
	char url[600];
	struct reply r = {0};
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = NULL;
	struct curl_header *etag;
	if (strncmp(path, "http", 4) == 0)
		snprintf(url, sizeof(url), "%s", path);
	else
		snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", (unsigned)call_port, path);
	if (body != NULL)
		headers = curl_slist_append(headers,
			strcmp(method, "PATCH") == 0 ? "Content-Type: application/json-patch+json"
						     : "Content-Type: application/fhir+json");
	if (header != NULL)
		headers = curl_slist_append(headers, header);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &r);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, call_patience_s);
	if (body != NULL)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	if (curl_easy_perform(curl) == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &r.status);
	if (curl_easy_header(curl, "ETag", 0, CURLH_HEADER, -1, &etag) == CURLHE_OK)
		snprintf(r.etag, sizeof(r.etag), "%s", etag->value);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	if (r.body == NULL)
		r.body = strdup("");
	return r;
}

CALL_HELPER struct reply call(
	const char *method, const char *path, const char *header, const char *body)
{
	struct reply r = try_call(method, path, header, body);
	assert_int_not_equal(r.status, 0);
	return r;
}

CALL_HELPER cJSON *get_json(const char *path)
{
	struct reply r = call("GET", path, NULL, NULL);
	assert_int_equal(r.status, 200);
	cJSON *json = cJSON_Parse(r.body);
	assert_non_null(json);
	free(r.body);
	return json;
}

CALL_HELPER const char *text_at(const cJSON *o, const char *key)
{
	const cJSON *i = cJSON_GetObjectItemCaseSensitive(o, key);
	return cJSON_IsString(i) ? i->valuestring : "";
}

#endif
