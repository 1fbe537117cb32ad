/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/mqtt_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool host_is_loopback(const char *host)
{
	struct in_addr four;
	struct in6_addr six;
	if (strcmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return (ntohl(four.s_addr) >> 24) == 127;
	return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

/* Splits "host:port" or "[v6]:port"; the port defaults by scheme. */
static bool split(const char *text, char *host, size_t size, long *port)
{
	const char *end, *colon;
	if (*text == '[') {
		end = strchr(++text, ']');
		if (end == NULL || (end[1] != ':' && end[1] != '\0'))
			return false;
		colon = end[1] == ':' ? end + 1 : NULL;
	} else {
		colon = strrchr(text, ':');
		end = colon != NULL ? colon : text + strlen(text);
	}
	size_t len = (size_t)(end - text);
	if (len == 0 || len >= size)
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (colon != NULL) {
		char *rest;
		*port = strtol(colon + 1, &rest, 10);
		if (rest == colon + 1 || *rest != '\0')
			return false;
	}
	return *port > 0 && *port < 65536;
}

int mqtt_address_parse(struct mqtt_address *address, const char *text, struct error *err)
{
	static const struct {
		const char *prefix;
		bool tls;
	} schemes[] = {{"mqtts://", true}, {"ssl://", true}, {"mqtt://", false}, {"tcp://", false},
		{"", false}};
	size_t s = 0;
	while (strncmp(text, schemes[s].prefix, strlen(schemes[s].prefix)) != 0)
		s++;
	const char *rest = text + strlen(schemes[s].prefix);
	char host[128];
	long port = schemes[s].tls ? 8883 : 1883;
	if (strstr(rest, "://") != NULL || !split(rest, host, sizeof host, &port))
		return error_set(err, -EINVAL,
			"broker address \"%s\": expected mqtt://HOST[:PORT] or mqtts://HOST[:PORT]",
			text);
	address->tls = schemes[s].tls;
	address->loopback = host_is_loopback(host);
	snprintf(address->url, sizeof address->url, strchr(host, ':') ? "%s[%s]:%ld" : "%s%s:%ld",
		address->tls ? "ssl://" : "tcp://", host, port);
	return 0;
}
