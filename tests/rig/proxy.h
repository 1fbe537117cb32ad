/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_PROXY_H
#define VIGIE_TESTS_PROXY_H

/*
 * A process between a station and its FHIR server that spoils what goes through:
 * errors, silence, garbage, answers cut short, no door at all. Which of them is a
 * number in shared memory.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "tests/rig/rig.h"

enum proxy_fault {
	PROXY_FINE,
	PROXY_ERROR,   /* 500 */
	PROXY_HANG,    /* takes the question, never answers */
	PROXY_GARBAGE, /* bytes that are no HTTP */
	PROXY_CUT,     /* the answer stops in its middle */
	PROXY_REFUSE,  /* hangs up at once */
	PROXY_FAULTS
};

static const char *const proxy_names[PROXY_FAULTS] = {
	"fine", "500", "hang", "garbage", "cut short", "refused"};

enum { PROXY_LINKS = 64, PROXY_PIECE = 16384, PROXY_CUT_AT = 700 };

struct proxy {
	pid_t pid;
	int port;
	atomic_int *fault;
};

struct proxy_link {
	int near, far; /* -1: none */
	long passed;   /* bytes of the answer */
};

PTY_HELPER int proxy_socket(int port, bool listens)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), rc;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	rc = listens ? bind(fd, (struct sockaddr *)&at, sizeof at)
		     : connect(fd, (struct sockaddr *)&at, sizeof at);
	if (rc == 0 && listens)
		rc = listen(fd, 64);
	if (rc != 0)
		close(fd);
	return rc == 0 ? fd : -1;
}

PTY_HELPER void proxy_drop(struct proxy_link *link)
{
	if (link->near >= 0)
		close(link->near);
	if (link->far >= 0)
		close(link->far);
	link->near = link->far = -1;
}

/* What was asked for; false: the link is over. */
PTY_HELPER bool proxy_ask(struct proxy_link *link, enum proxy_fault fault, int server)
{
	static const char error[] = "HTTP/1.1 500 Internal Server Error\r\n"
				    "Content-Length: 5\r\nConnection: close\r\n\r\nalas\n";
	static char piece[PROXY_PIECE];
	ssize_t n = recv(link->near, piece, sizeof piece, 0);
	if (n <= 0 || fault == PROXY_REFUSE)
		return false;
	if (fault == PROXY_HANG)
		return true;
	if (fault == PROXY_ERROR || fault == PROXY_GARBAGE) {
		for (int i = 0; i < 512; i++)
			piece[i] = (char)(i * 37 + 129);
		send(link->near, fault == PROXY_ERROR ? error : piece,
			fault == PROXY_ERROR ? sizeof error - 1 : 512, MSG_NOSIGNAL);
		return false;
	}
	if (link->far < 0)
		link->far = proxy_socket(server, false);
	link->passed = 0;
	return link->far >= 0 && send(link->far, piece, (size_t)n, MSG_NOSIGNAL) == n;
}

PTY_HELPER bool proxy_answer(struct proxy_link *link, enum proxy_fault fault)
{
	static char piece[PROXY_PIECE];
	ssize_t n = recv(link->far, piece, sizeof piece, 0), sent = 0;
	if (n <= 0)
		return false;
	if (fault == PROXY_CUT && link->passed + n > PROXY_CUT_AT)
		n = link->passed < PROXY_CUT_AT ? PROXY_CUT_AT - link->passed : 0;
	while (sent < n) {
		ssize_t put = send(link->near, piece + sent, (size_t)(n - sent), MSG_NOSIGNAL);
		if (put <= 0)
			return false;
		sent += put;
	}
	link->passed += n;
	return fault != PROXY_CUT || link->passed < PROXY_CUT_AT;
}

PTY_HELPER void proxy_accept(int door, struct proxy_link links[PROXY_LINKS])
{
	int fd = accept(door, NULL, NULL);
	for (int i = 0; fd >= 0 && i < PROXY_LINKS; i++)
		if (links[i].near < 0) {
			links[i].near = fd;
			return;
		}
	if (fd >= 0)
		close(fd);
}

PTY_HELPER void proxy_run(int door, int server, const atomic_int *fault)
{
	static struct proxy_link links[PROXY_LINKS];
	struct pollfd wait[1 + 2 * PROXY_LINKS];
	for (int i = 0; i < PROXY_LINKS; i++)
		links[i].near = links[i].far = -1;
	for (;;) {
		wait[0] = (struct pollfd){.fd = door, .events = POLLIN};
		for (int i = 0; i < PROXY_LINKS; i++) {
			wait[1 + 2 * i] = (struct pollfd){.fd = links[i].near, .events = POLLIN};
			wait[2 + 2 * i] = (struct pollfd){.fd = links[i].far, .events = POLLIN};
		}
		poll(wait, 1 + 2 * PROXY_LINKS, 1000);
		enum proxy_fault now = (enum proxy_fault)atomic_load(fault);
		for (int i = 0; i < PROXY_LINKS; i++) {
			bool good = true;
			if (wait[1 + 2 * i].revents != 0)
				good = proxy_ask(&links[i], now, server);
			if (good && wait[2 + 2 * i].revents != 0)
				good = proxy_answer(&links[i], now);
			if (!good)
				proxy_drop(&links[i]);
		}
		if (wait[0].revents != 0)
			proxy_accept(door, links);
	}
}

/* To the server at this port; false when it cannot be. */
PTY_HELPER bool proxy_start(struct proxy *p, int server)
{
	p->fault = mmap(
		NULL, sizeof *p->fault, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p->port = child_free_port();
	int door = proxy_socket(p->port, true);
	if (p->fault == MAP_FAILED || door < 0)
		return false;
	atomic_init(p->fault, PROXY_FINE);
	p->pid = fork();
	if (p->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		proxy_run(door, server, p->fault);
	}
	close(door);
	return p->pid > 0;
}

#endif
