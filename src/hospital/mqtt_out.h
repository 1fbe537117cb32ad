/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_MQTT_OUT_H
#define VIGIE_HOSPITAL_MQTT_OUT_H

/* Publishes at QoS 1 through Paho's threads, reconnects by itself. A gateway
 * that has lost its broker keeps little: what finds no room is dropped. */

#include <stddef.h>
#include <stdint.h>

#include "feeds/error.h"

struct mqtt_out;

struct mqtt_out *mqtt_out_open(const char *address, struct error *err); /* "HOST:PORT" */
void mqtt_out_send(struct mqtt_out *m, const char *topic, const void *bytes, size_t len);
uint64_t mqtt_out_dropped(const struct mqtt_out *m);
/* Says goodbye to the broker, waits a second at most. */
void mqtt_out_close(struct mqtt_out *m);

#endif
