/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_BRIDGES_H
#define VIGIE_FEEDS_BRIDGES_H

/* Objects that other makers' gateways and bridges publish (feeds reference 3),
 * one decoder a file; payload.c chooses by their keys. */

#include "feeds/message.h"

/* OpenMQTTGateway and Theengs gateway: one tag, heard by the topic's gateway. */
void theengs(struct message *m, const cJSON *object);
/* Its manufacturer data, or its service data under a UUID ("0xffe1", "ffe1" or
 * the long form), as the structure that was on air; returns its length, 0 when
 * it is no hex, no 16-bit UUID, or too long. */
enum { THEENGS_STRUCTURE = 256 };
size_t theengs_maker(uint8_t ad[THEENGS_STRUCTURE], const char *hex, size_t digits);
size_t theengs_service(
	uint8_t ad[THEENGS_STRUCTURE], const char *uuid, const char *hex, size_t digits);
/* ESPresense: one tag, heard by the node that the topic's last level names. */
void espresense(struct message *m, const cJSON *object);
/* A node's telemetry: it is there, whatever it hears. */
void espresense_node(struct message *m, const cJSON *object);
/* reelyActive raddec: one tag, heard by several receivers. */
void raddec(struct message *m, const cJSON *object);
/* MOKO MKGW3: the gateway's state, or a list of tags it heard. */
void moko(struct message *m, const cJSON *object);

#endif
