/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/http_private.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static char *part(CURLU *url, CURLUPart what)
{
	char *text = NULL;
	return curl_url_get(url, what, &text, CURLU_DEFAULT_PORT) == CURLUE_OK ? text : NULL;
}

static CURLU *parse(const char *text)
{
	CURLU *url = curl_url();
	if (url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK) {
		curl_url_cleanup(url);
		url = NULL;
	}
	return url;
}

bool http_same_origin(const char *a, const char *b)
{
	static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
	CURLU *first = parse(a), *second = parse(b);
	bool same = first != NULL && second != NULL;
	for (size_t i = 0; same && i < sizeof parts / sizeof *parts; i++) {
		char *x = part(first, parts[i]), *y = part(second, parts[i]);
		same = x != NULL && y != NULL && strcasecmp(x, y) == 0;
		curl_free(x);
		curl_free(y);
	}
	curl_url_cleanup(first);
	curl_url_cleanup(second);
	return same;
}

/* "fqs.example.com/rest" has no scheme: curl would take it for a path on the
 * same host and ask the wrong server. */
static bool looks_schemeless(const char *link)
{
	size_t n = strcspn(link, "/?#");
	if (n == 0 || strstr(link, "://") != NULL || link[0] == '.')
		return false;
	return memchr(link, '.', n) != NULL || memchr(link, ':', n) != NULL;
}

bool http_resolve(const char *base, const char *link, char *out, size_t size)
{
	if (*link == '\0' || looks_schemeless(link))
		return false;
	CURLU *url = parse(base);
	char *whole = NULL, *scheme = NULL;
	bool good = url != NULL && curl_url_set(url, CURLUPART_URL, link, 0) == CURLUE_OK
		    && curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK
		    && (scheme = part(url, CURLUPART_SCHEME)) != NULL
		    && (strcasecmp(scheme, "http") == 0 || strcasecmp(scheme, "https") == 0)
		    && strlen(whole) < size;
	if (good)
		memcpy(out, whole, strlen(whole) + 1);
	curl_free(whole);
	curl_free(scheme);
	curl_url_cleanup(url);
	return good;
}

static bool is_loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0
	       || (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

int http_url_check(const char *text, bool insecure, bool *loopback, struct error *err)
{
	CURLU *url = parse(text);
	char *scheme = url != NULL ? part(url, CURLUPART_SCHEME) : NULL;
	char *host = url != NULL ? part(url, CURLUPART_HOST) : NULL;
	char *user = url != NULL ? part(url, CURLUPART_USER) : NULL;
	int rc = 0;
	*loopback = host != NULL && is_loopback(host);
	if (scheme == NULL || host == NULL)
		rc = error_set(err, -EINVAL, "not a URL: %.200s", text);
	else if (user != NULL)
		rc = error_set(err, -EINVAL, "a user name in the URL is refused; use a token file");
	else if (strcasecmp(scheme, "http") != 0 && strcasecmp(scheme, "https") != 0)
		rc = error_set(err, -EINVAL, "only http and https: %.200s", text);
	else if (strcasecmp(scheme, "http") == 0 && !*loopback && !insecure)
		rc = error_set(err, -EPERM,
			"plain http to %.100s is refused (https, or --insecure)", host);
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_url_cleanup(url);
	return rc;
}
