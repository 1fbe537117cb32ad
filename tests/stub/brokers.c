/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stub/brokers.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/child.h"

static char folder[64];
static int made;

bool brokers_begin(void)
{
	snprintf(folder, sizeof folder, "/tmp/vigie-test-brokers.XXXXXX");
	return mkdtemp(folder) != NULL;
}

void brokers_end(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	if (system(command) != 0)
		fprintf(stderr, "cannot remove %s\n", folder);
}

const char *brokers_folder(void)
{
	return folder;
}

/* -1: not installed. */
static pid_t run(const char *name, const char *conf)
{
	struct error err;
	char log[160], *program = child_find(name);
	if (program == NULL)
		return -1;
	snprintf(log, sizeof log, "%s.log", conf);
	const char *const argv[] = {program, "-c", conf, NULL};
	pid_t pid = child_start((char *const *)(uintptr_t)argv, log, -1, &err);
	free(program);
	return pid;
}

static void path_of(char *out, size_t size, const char *kind, int index)
{
	snprintf(out, size, "%s/%s-%d.conf", folder, kind, index);
}

bool broker_again(struct broker *b)
{
	char conf[128];
	path_of(conf, sizeof conf, "mosquitto", b->index);
	b->pid = run("mosquitto", conf);
	return b->pid > 0 && child_wait_port(b->port, 10000) == 0;
}

bool broker_start(struct broker *b, const char *extra)
{
	char conf[128];
	b->index = made++;
	if (b->port == 0)
		b->port = child_free_port();
	path_of(conf, sizeof conf, "mosquitto", b->index);
	FILE *file = fopen(conf, "w");
	if (file == NULL)
		return false;
	fprintf(file,
		"listener %d 127.0.0.1\nallow_anonymous true\npersistence false\n"
		"set_tcp_nodelay true\n%s%s",
		b->port, geteuid() == 0 ? "user root\n" : "", extra);
	fclose(file);
	return broker_again(b);
}

void broker_kill(struct broker *b)
{
	if (b->pid <= 0)
		return;
	kill(b->pid, SIGKILL);
	waitpid(b->pid, NULL, 0);
	b->pid = 0;
}

void broker_end(struct broker *b)
{
	child_end(b->pid);
	b->pid = 0;
}

/* --- NATS: three servers, JetStream, MQTT 3.1.1 --- */

bool nats_installed(void)
{
	char *program = child_find("nats-server");
	free(program);
	return program != NULL;
}

bool nats_again(struct nats_cluster *c, int n)
{
	char conf[128];
	path_of(conf, sizeof conf, "nats", c->nodes[n].index);
	c->nodes[n].pid = run("nats-server", conf);
	return c->nodes[n].pid > 0 && child_wait_port(c->nodes[n].port, 15000) == 0;
}

static bool nats_write(const struct nats_cluster *c, int n)
{
	char conf[128];
	path_of(conf, sizeof conf, "nats", c->nodes[n].index);
	FILE *file = fopen(conf, "w");
	if (file == NULL)
		return false;
	fprintf(file,
		"server_name: n%d\nlisten: 127.0.0.1:%d\n"
		"jetstream { store_dir: \"%s/js-%d\", max_mem: 64M, max_file: 256M }\n"
		"cluster { name: suite, listen: 127.0.0.1:%d, routes: [ \"nats://127.0.0.1:%d\", "
		"\"nats://127.0.0.1:%d\", \"nats://127.0.0.1:%d\" ] }\n"
		"mqtt { host: 127.0.0.1, port: %d, ack_wait: \"5s\", max_ack_pending: 1000 }\n",
		n + 1, c->client[n], folder, c->nodes[n].index, c->route[n], c->route[0],
		c->route[1], c->route[2], c->nodes[n].port);
	return fclose(file) == 0;
}

bool nats_start(struct nats_cluster *c)
{
	for (int n = 0; n < NATS_NODES; n++) {
		c->nodes[n].index = made++;
		c->nodes[n].port = child_free_port();
		c->client[n] = child_free_port();
		c->route[n] = child_free_port();
	}
	for (int n = 0; n < NATS_NODES; n++) {
		char conf[128];
		if (!nats_write(c, n))
			return false;
		path_of(conf, sizeof conf, "nats", c->nodes[n].index);
		c->nodes[n].pid = run("nats-server", conf);
		if (c->nodes[n].pid <= 0)
			return false;
	}
	for (int n = 0; n < NATS_NODES; n++)
		if (child_wait_port(c->nodes[n].port, 30000) != 0)
			return false;
	return true;
}

void nats_end(struct nats_cluster *c)
{
	for (int n = 0; n < NATS_NODES; n++)
		broker_kill(&c->nodes[n]);
}
