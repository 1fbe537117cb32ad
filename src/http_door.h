/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_HTTP_DOOR_H
#define VIGIE_SRC_HTTP_DOOR_H

/*
 * Gateways without a broker: an HTTP port that takes the payloads of
 * feeds/payload.h by POST. The path is the topic ("/gw/a" → "http/gw/a"). A
 * thread of libmicrohttpd answers; the payload goes through a ring to the loop,
 * as MQTT's does, and a press is committed before 200 is answered. What does
 * not fit, or cannot be committed, is answered 503: the gateway sends it again.
 *
 * On loopback it needs nothing. Beyond it, a certificate, its key and a token
 * ("Authorization: Bearer …"), or `insecure`, which stays on screen.
 */

#include <ev.h>

#include "feeds/mqtt.h"

struct http_door;

struct http_door_options {
	const char *listen; /* "127.0.0.1:8090", "[::1]:8090", "8090" (loopback) */
	const char *token_file;
	const char *cert_file, *key_file;
	bool insecure;
	size_t ring_bytes; /* 0: 8 MiB */
};

/* `commit` is called from the server's thread, `message` from the loop, with
 * `context`, as in mqtt_create. NULL with err. */
struct http_door *http_door_open(struct ev_loop *loop, const struct http_door_options *options,
	const struct press_table *presses, mqtt_commit *commit, mqtt_message *message,
	int64_t (*now_ms)(void *), void *context, struct error *err);
uint16_t http_door_port(const struct http_door *door);
/* Everything but facts and rows, which the loop counts. */
void http_door_health(const struct http_door *door, struct feed_health *health);
/* Answers what is under way, then stops. */
void http_door_close(struct http_door *door);

#endif
