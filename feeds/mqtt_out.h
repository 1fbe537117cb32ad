/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_MQTT_OUT_H
#define VIGIE_FEEDS_MQTT_OUT_H

/*
 * What we publish (reliability.md 2.4, rule 3). Paho may hold its lock for
 * seconds (a name server that does not answer, a slow callback), so the loop
 * never asks it to send: it leaves a copy in a bounded ring, and one helper
 * thread sends, in order, a window of messages ahead of the broker's word.
 * While the link is down the ring waits.
 */

#include <MQTTAsync.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mqtt_out;

/* NULL: out of memory or of threads. The client outlives it. */
struct mqtt_out *mqtt_out_create(MQTTAsync client, size_t ring_bytes);
/* Loop only. Copies, never blocks. False, and counted: it did not fit. */
bool mqtt_out_push(struct mqtt_out *out, const char *topic, const void *bytes, size_t len, int qos,
	bool retain);
/* The link is there, or not: what was under way then is nobody's any more (Paho
 * sends it again where the broker kept our session). Any thread. */
void mqtt_out_link(struct mqtt_out *out, bool up);
/* The broker has one message more. For Paho's delivery callback. */
void mqtt_out_delivered(struct mqtt_out *out);
/* Waits until nothing waits and nothing is under way, at most so long. */
bool mqtt_out_drain(struct mqtt_out *out, int timeout_ms);
uint64_t mqtt_out_drops(const struct mqtt_out *out);
/* Messages Paho would not take for another reason than a lost link. */
uint64_t mqtt_out_errors(const struct mqtt_out *out);
void mqtt_out_destroy(struct mqtt_out *out); /* what still waits is lost */

#endif
