/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/rig/publisher.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Packet types and answers of MQTT 3.1.1 (OASIS, 29 October 2014), chapter 3. */
enum { CONNECT = 0x10, CONNACK = 0x20, PUBLISH_QOS1 = 0x32, PUBACK = 0x40 };
enum { WAIT_MS = 1000, PACKET_MAX = 65536 };

void publisher_close(struct publisher *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	p->in_len = 0;
}

static unsigned char *put_text(unsigned char *at, const char *text)
{
	size_t len = strlen(text);
	*at++ = (unsigned char)(len >> 8);
	*at++ = (unsigned char)len;
	memcpy(at, text, len);
	return at + len;
}

/* Remaining length: seven bits a byte, the lowest first (2.2.3). */
static unsigned char *put_length(unsigned char *at, size_t len)
{
	do {
		*at = (unsigned char)(len % 128);
		len /= 128;
		*at++ |= len > 0 ? 128 : 0;
	} while (len > 0);
	return at;
}

static bool send_all(struct publisher *p, const unsigned char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(p->fd, bytes, len, MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			struct pollfd out = {.fd = p->fd, .events = POLLOUT};
			if (poll(&out, 1, WAIT_MS) > 0)
				continue;
		}
		if (n <= 0) {
			publisher_close(p);
			return false;
		}
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

static bool dial(struct publisher *p, int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int now = 1;
	p->in_len = 0;
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		return false;
	setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
	if (connect(p->fd, (struct sockaddr *)&to, sizeof to) != 0) {
		publisher_close(p);
		return false;
	}
	return true;
}

bool publisher_open(struct publisher *p, int port, const char *client_id)
{
	unsigned char packet[128], *at = packet;
	unsigned char answer[4];
	size_t got = 0;
	if (!dial(p, port))
		return false;
	*at++ = CONNECT;
	at = put_length(at, 10 + 2 + strlen(client_id));
	at = put_text(at, "MQTT");
	*at++ = 4;    /* 3.1.1 */
	*at++ = 0x02; /* clean session */
	*at++ = 0;
	*at++ = 0; /* no keep alive */
	at = put_text(at, client_id);
	if (!send_all(p, packet, (size_t)(at - packet)))
		return false;
	while (got < sizeof answer) {
		struct pollfd in = {.fd = p->fd, .events = POLLIN};
		ssize_t n = poll(&in, 1, WAIT_MS) > 0
				    ? recv(p->fd, answer + got, sizeof answer - got, 0)
				    : -1;
		if (n <= 0) {
			publisher_close(p);
			return false;
		}
		got += (size_t)n;
	}
	if (answer[0] != CONNACK || answer[3] != 0) {
		publisher_close(p);
		return false;
	}
	return true;
}

uint16_t publisher_send(struct publisher *p, const char *topic, const char *text)
{
	static unsigned char packet[PACKET_MAX];
	size_t len = strlen(text), rest = 2 + strlen(topic) + 2 + len;
	unsigned char *at = packet;
	if (p->fd < 0 || rest + 8 > sizeof packet)
		return 0;
	uint16_t number = p->next = p->next == 65535 ? 1 : (uint16_t)(p->next + 1);
	*at++ = PUBLISH_QOS1;
	at = put_length(at, rest);
	at = put_text(at, topic);
	*at++ = (unsigned char)(number >> 8);
	*at++ = (unsigned char)number;
	memcpy(at, text, len);
	return send_all(p, packet, (size_t)(at + len - packet)) ? number : 0;
}

bool publisher_hear(
	struct publisher *p, void (*taken)(void *context, uint16_t number), void *context)
{
	while (p->fd >= 0) {
		ssize_t n = recv(p->fd, p->in + p->in_len, sizeof p->in - p->in_len, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (n <= 0)
			break;
		p->in_len += (size_t)n;
		size_t used = 0;
		for (; used + 4 <= p->in_len; used += 4) {
			const unsigned char *a = p->in + used;
			if (a[0] == PUBACK && a[1] == 2)
				taken(context, (uint16_t)(a[2] << 8 | a[3]));
		}
		memmove(p->in, p->in + used, p->in_len - used);
		p->in_len -= used;
	}
	publisher_close(p);
	return false;
}
