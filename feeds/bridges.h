/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_BRIDGES_H
#define VIGIE_FEEDS_BRIDGES_H

/* Objects that other makers' gateways and bridges publish (feeds reference 3),
 * one decoder a file; payload.c chooses by their keys. */

#include "feeds/message.h"

/* OpenMQTTGateway and Theengs gateway: one tag, heard by the topic's gateway. */
void theengs(struct message *m, const cJSON *object);
/* ESPresense: one tag, heard by the node that the topic's last level names. */
void espresense(struct message *m, const cJSON *object);
/* reelyActive raddec: one tag, heard by several receivers. */
void raddec(struct message *m, const cJSON *object);
/* MOKO MKGW3: the gateway's state, or a list of tags it heard. */
void moko(struct message *m, const cJSON *object);

#endif
