/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_MQTT_ADDRESS_H
#define VIGIE_FEEDS_MQTT_ADDRESS_H

/* Broker addresses as people write them, and what is allowed without TLS. */

#include <stdbool.h>
#include <stddef.h>

#include "feeds/error.h"

struct mqtt_address {
	char url[256]; /* what Paho takes: "tcp://host:port" or "ssl://host:port" */
	bool tls;
	bool loopback;
};

/* "mqtt://host[:1883]", "mqtts://host[:8883]", "host[:1883]". 0 or -EINVAL. */
int mqtt_address_parse(struct mqtt_address *address, const char *text, struct error *err);
/* True for 127.x.x.x, ::1 and localhost. */
bool host_is_loopback(const char *host);

#endif
