/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_BROKERS_H
#define VIGIE_TESTS_BROKERS_H

/* Real brokers on loopback, in one folder of their own; they end with the test. */

#include <stdbool.h>
#include <sys/types.h>

struct broker {
	pid_t pid;
	int port; /* MQTT */
	int index;
};

enum { NATS_NODES = 3 };

struct nats_cluster {
	struct broker nodes[NATS_NODES];
	int client[NATS_NODES], route[NATS_NODES];
};

bool brokers_begin(void); /* makes the folder */
void brokers_end(void);   /* removes it */
const char *brokers_folder(void);

/* mosquitto with these lines besides listener, anonymous users and no memory;
 * false: it is not installed or does not come up. */
bool broker_start(struct broker *broker, const char *extra);
bool broker_again(struct broker *broker); /* on the same port, as it was configured */
void broker_kill(struct broker *broker);  /* -9 */
void broker_end(struct broker *broker);

bool nats_installed(void);
/* Three nodes, JetStream and MQTT; waits until they serve MQTT. */
bool nats_start(struct nats_cluster *cluster);
bool nats_again(struct nats_cluster *cluster, int node);
void nats_end(struct nats_cluster *cluster);

#endif
