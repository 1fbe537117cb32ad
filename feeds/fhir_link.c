/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_link.h"

#include <stdio.h>
#include <string.h>

#include "feeds/http.h"
#include "twin/text.h"

enum { LINK_SIZE = 16384 };

static const char *path_of(const char *url)
{
	const char *host = strstr(url, "://");
	const char *path = host != NULL ? strchr(host + 3, '/') : NULL;
	return path != NULL ? path : "";
}

/* The path of the base, or below it: a token must not wander on the host. */
static bool below_base(const char *base, const char *url)
{
	const char *root = path_of(base), *path = path_of(url);
	size_t n = strlen(root);
	return strncmp(root, path, n) == 0 && strchr("/?", path[n]) != NULL;
}

/* "https://h:443:443/x" → "https://h:443/x". */
static void drop_second_port(char *url)
{
	char *host = strstr(url, "://");
	size_t end = host != NULL ? strcspn(host + 3, "/?#") : 0;
	char *first = host != NULL ? memchr(host + 3, ':', end) : NULL;
	if (first == NULL || host[3] == '[')
		return;
	char *stop = host + 3 + end;
	char *second = memchr(first + 1, ':', (size_t)(stop - first - 1));
	if (second != NULL)
		memmove(second, stop, strlen(stop) + 1);
}

/* The origin of base with the path and query of url. */
static bool rebase(const char *base, const char *url, char *out, size_t size)
{
	size_t n = strlen(base) - strlen(path_of(base));
	int len = snprintf(out, size, "%.*s%s", (int)n, base, path_of(url));
	return len > 0 && (size_t)len < size;
}

const char *fhir_link_resolve(
	const char *base, const char *page, const char *link, char *out, size_t size)
{
	char given[LINK_SIZE], whole[LINK_SIZE];
	if (!text_copy(given, sizeof given, link))
		return "next link is too long";
	drop_second_port(given);
	if (!http_resolve(page, given, whole, sizeof whole)) {
		/* Without a scheme it begins with a host. */
		char with[LINK_SIZE + 8];
		if (strstr(given, "://") != NULL || given[0] == '.')
			return "next link cannot be resolved";
		snprintf(with, sizeof with, "https://%s", given);
		if (!http_resolve(page, with, whole, sizeof whole))
			return "next link cannot be resolved";
	}
	if (!below_base(base, whole))
		return "next link to another place refused";
	/* On base's own origin, as base writes it, whatever the link says. */
	return rebase(base, whole, out, size) ? NULL : "next link is too long";
}

bool fhir_link_took(const char *self, const char *name)
{
	const char *query = strchr(self, '?');
	size_t n = strlen(name);
	if (query == NULL)
		return true;
	for (const char *p = query; p != NULL; p = strchr(p + 1, '&'))
		if (strncmp(p + 1, name, n) == 0 && (p[1 + n] == '=' || p[1 + n] == ':'))
			return true;
	return false;
}
