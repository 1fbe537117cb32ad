/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_PUBLISHER_H
#define VIGIE_TESTS_PUBLISHER_H

/*
 * A gateway's side of MQTT 3.1.1 in its simplest form: connect, publish at QoS 1,
 * hear which packets the broker took. One socket, no thread, and none of vigie's
 * code or libraries, so that what it says was published is its own word.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct publisher {
	int fd; /* -1: not connected */
	uint16_t next;
	unsigned char in[512]; /* an answer not yet whole */
	size_t in_len;
};

/* Connects to 127.0.0.1:port under a name; waits for the broker's word. */
bool publisher_open(struct publisher *p, int port, const char *client_id);
/* The packet's number (1..65535); 0 when the link is gone (it is closed then). */
uint16_t publisher_send(struct publisher *p, const char *topic, const char *text);
/* Reads what has come, without waiting; `taken` is told each number the broker
 * acknowledged. False: the link is gone (and closed). */
bool publisher_hear(
	struct publisher *p, void (*taken)(void *context, uint16_t number), void *context);
void publisher_close(struct publisher *p);

#endif
