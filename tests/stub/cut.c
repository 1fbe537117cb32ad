/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stub/cut.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS = 64 };

struct cut {
	int listener, port, to_port;
	int ends[PAIRS][2];
	int count;
	atomic_bool cut, ending, forget;
	pthread_t thread;
};

static struct sockaddr_in loopback(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static void drop(struct cut *c, int i)
{
	close(c->ends[i][0]);
	close(c->ends[i][1]);
	c->count--;
	c->ends[i][0] = c->ends[c->count][0];
	c->ends[i][1] = c->ends[c->count][1];
}

static void take(struct cut *c)
{
	struct sockaddr_in to = loopback(c->to_port);
	int one = 1, here = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC);
	int there = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(here, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(there, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (c->count == PAIRS || connect(there, (struct sockaddr *)&to, sizeof to) != 0) {
		close(here);
		close(there);
		return;
	}
	c->ends[c->count][0] = here;
	c->ends[c->count][1] = there;
	c->count++;
}

static bool forward(int from, int to)
{
	char bytes[65536];
	ssize_t n = recv(from, bytes, sizeof bytes, 0);
	for (ssize_t sent = 0, m; n > 0 && sent < n; sent += m)
		if ((m = send(to, bytes + sent, (size_t)(n - sent), MSG_NOSIGNAL)) <= 0)
			return false;
	return n > 0;
}

static void pass(struct cut *c)
{
	struct pollfd fds[1 + 2 * PAIRS];
	int pairs = c->count;
	fds[0] = (struct pollfd){.fd = c->listener, .events = POLLIN};
	for (int i = 0; i < 2 * pairs; i++)
		fds[1 + i] = (struct pollfd){.fd = c->ends[i / 2][i % 2], .events = POLLIN};
	if (poll(fds, (nfds_t)(1 + 2 * pairs), 20) <= 0)
		return;
	for (int i = pairs - 1; i >= 0; i--)
		for (int k = 0; k < 2; k++)
			if (fds[1 + 2 * i + k].revents != 0
				&& !forward(c->ends[i][k], c->ends[i][1 - k])) {
				drop(c, i);
				break;
			}
	if (fds[0].revents != 0)
		take(c);
}

static void *work(void *context)
{
	struct cut *c = context;
	while (!atomic_load(&c->ending)) {
		if (atomic_load(&c->cut)) {
			usleep(5000);
			continue;
		}
		if (atomic_exchange(&c->forget, false))
			while (c->count > 0)
				drop(c, 0);
		pass(c);
	}
	while (c->count > 0)
		drop(c, 0);
	return NULL;
}

struct cut *cut_start(int to_port)
{
	struct cut *c = calloc(1, sizeof *c);
	struct sockaddr_in a = loopback(0);
	socklen_t len = sizeof a;
	c->to_port = to_port;
	c->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(c->listener, (struct sockaddr *)&a, len) != 0 || listen(c->listener, 16) != 0
		|| getsockname(c->listener, (struct sockaddr *)&a, &len) != 0
		|| pthread_create(&c->thread, NULL, work, c) != 0)
		abort();
	c->port = ntohs(a.sin_port);
	return c;
}

int cut_port(const struct cut *c)
{
	return c->port;
}

void cut_set(struct cut *c, bool cut_now)
{
	if (!cut_now && atomic_load(&c->cut))
		atomic_store(&c->forget, true);
	atomic_store(&c->cut, cut_now);
}

void cut_stop(struct cut *c)
{
	if (c == NULL)
		return;
	atomic_store(&c->ending, true);
	pthread_join(c->thread, NULL);
	close(c->listener);
	free(c);
}
