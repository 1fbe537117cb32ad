/* SPDX-License-Identifier: Apache-2.0 */
#include "src/helper_private.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FILE_MS = 200, GRACE_S = 5 };

struct request {
	uint32_t id; /* 0: free */
	helper_done *done;
	void *context;
	ev_tstamp until; /* monotonic */
};

struct helper {
	pid_t pid;
	int asks, files;
	bool has[HELPER_COMMANDS];
	uint32_t last_id;
	struct request requests[HELPER_WAITING];
	struct ev_loop *loop;
	ev_io heard;
	ev_timer clock;
	struct helper_packet packet;
};

size_t helper_packet_len(const struct helper_packet *packet)
{
	return sizeof packet->head + packet->head.len;
}

bool helper_packet_good(struct helper_packet *packet, ssize_t n)
{
	if (n < (ssize_t)sizeof packet->head || packet->head.magic != HELPER_MAGIC
		|| packet->head.len > HELPER_TEXT || packet->head.env_len > packet->head.len
		|| (size_t)n != helper_packet_len(packet))
		return false;
	packet->text[packet->head.len] = '\0';
	return true;
}

static ev_tstamp seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (ev_tstamp)t.tv_sec + (ev_tstamp)t.tv_nsec / 1e9;
}

/* --- answers --- */

static int under_way(const struct helper *h)
{
	int n = 0;
	for (int i = 0; i < HELPER_WAITING; i++)
		n += h->requests[i].id != 0;
	return n;
}

static void end_request(struct request *r, enum helper_answer answer, const char *text)
{
	struct request ended = *r;
	*r = (struct request){0};
	ended.done(ended.context, answer, text);
}

static void lost(struct helper *h)
{
	if (h->loop != NULL) {
		ev_io_stop(h->loop, &h->heard);
		ev_timer_stop(h->loop, &h->clock);
	}
	close(h->asks);
	close(h->files);
	h->asks = h->files = -1;
	waitpid(h->pid, NULL, WNOHANG);
	for (int i = 0; i < HELPER_WAITING; i++)
		if (h->requests[i].id != 0)
			end_request(&h->requests[i], HELPER_GONE, "the helper process has ended");
}

static void on_answer(struct helper *h)
{
	const struct helper_head *head = &h->packet.head;
	if (head->kind != HELPER_ANSWER || head->which >= HELPER_ANSWERS)
		return;
	for (int i = 0; i < HELPER_WAITING; i++)
		if (head->id != 0 && h->requests[i].id == head->id) {
			char text[256];
			snprintf(text, sizeof text, "%.255s", h->packet.text);
			end_request(&h->requests[i], (enum helper_answer)head->which, text);
			return;
		}
}

static void on_heard(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct helper *h = watcher->data;
	(void)loop;
	(void)events;
	ssize_t n = recv(h->asks, &h->packet, sizeof h->packet - 1, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		lost(h);
	else if (n > 0 && helper_packet_good(&h->packet, n))
		on_answer(h);
}

static void on_clock(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct helper *h = timer->data;
	ev_tstamp now = seconds();
	(void)events;
	for (int i = 0; i < HELPER_WAITING; i++)
		if (h->requests[i].id != 0 && now > h->requests[i].until)
			end_request(&h->requests[i], HELPER_LATE, "no answer in time");
	if (under_way(h) == 0)
		ev_timer_stop(loop, timer);
}

/* --- requests --- */

/* Sends h->packet, whose text is in it. */
static int ask(struct helper *h, double limit_s, helper_done *done, void *context)
{
	struct helper_head *head = &h->packet.head;
	struct request *r = h->requests;
	while (r < h->requests + HELPER_WAITING && r->id != 0)
		r++;
	if (r == h->requests + HELPER_WAITING)
		return -EAGAIN;
	if (++h->last_id == 0)
		h->last_id = 1;
	head->magic = HELPER_MAGIC;
	head->id = h->last_id;
	ssize_t sent = send(
		h->asks, &h->packet, helper_packet_len(&h->packet), MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0)
		return errno == EPIPE || errno == ECONNRESET ? -EPIPE : -EAGAIN;
	*r = (struct request){head->id, done, context, seconds() + limit_s + GRACE_S};
	if (h->loop != NULL)
		ev_timer_start(h->loop, &h->clock);
	return 0;
}

int helper_password(struct helper *h, const char *password, helper_done *done, void *context)
{
	size_t len = strlen(password);
	if (h->asks < 0)
		return -EPIPE;
	if (len > HELPER_TEXT)
		return -EMSGSIZE;
	h->packet.head = (struct helper_head){.kind = HELPER_ASK_PASSWORD, .len = (uint32_t)len};
	memcpy(h->packet.text, password, len);
	int rc = ask(h, HELPER_PASSWORD_S, done, context);
	explicit_bzero(h->packet.text, len);
	return rc;
}

int helper_account(struct helper *h, helper_done *done, void *context)
{
	if (h->asks < 0)
		return -EPIPE;
	h->packet.head = (struct helper_head){.kind = HELPER_ASK_ACCOUNT};
	return ask(h, HELPER_PASSWORD_S, done, context);
}

int helper_run(struct helper *h, int which, const struct helper_input *input, helper_done *done,
	void *context)
{
	size_t used = 0;
	double limit_s = input->limit_s > 0 && input->limit_s < HELPER_COMMAND_S ? input->limit_s
										 : HELPER_COMMAND_S;
	if (h->asks < 0)
		return -EPIPE;
	if (which < 0 || which >= HELPER_COMMANDS || !h->has[which])
		return -ENOENT;
	for (int i = 0; input->env != NULL && input->env[i] != NULL; i++) {
		size_t len = strlen(input->env[i]) + 1;
		if (used + len > HELPER_TEXT)
			return -EMSGSIZE;
		memcpy(h->packet.text + used, input->env[i], len);
		used += len;
	}
	if (used + input->len > HELPER_TEXT)
		return -EMSGSIZE;
	memcpy(h->packet.text + used, input->text, input->len);
	h->packet.head = (struct helper_head){.kind = HELPER_ASK_COMMAND,
		.which = (uint32_t)which,
		.limit_ms = (uint32_t)(limit_s * 1000),
		.env_len = (uint32_t)used,
		.len = (uint32_t)(used + input->len)};
	return ask(h, limit_s, done, context);
}

void helper_forget(struct helper *h, const void *context)
{
	for (int i = 0; i < HELPER_WAITING; i++)
		if (h->requests[i].context == context)
			h->requests[i] = (struct request){0};
}

/* The descriptor that came beside a message, -1 none. */
static int descriptor_of(struct msghdr *message)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(message);
	int fd = -1;
	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS
		&& c->cmsg_len == CMSG_LEN(sizeof fd))
		memcpy(&fd, CMSG_DATA(c), sizeof fd);
	return fd;
}

int helper_new_file(struct helper *h, const char *path)
{
	struct helper_file answer = {-EIO};
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} beside;
	struct iovec part = {&answer, sizeof answer};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = beside.room,
		.msg_controllen = sizeof beside.room};
	struct pollfd ready = {.fd = h->files, .events = POLLIN};
	if (h->files < 0)
		return -EPIPE;
	if (path[0] == '\0')
		return -ENOENT;
	/* An answer that came too late for the one who asked. */
	while (recvmsg(h->files, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) > 0) {
		close(descriptor_of(&message));
		message.msg_controllen = sizeof beside.room;
	}
	if (send(h->files, path, strlen(path), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return -errno;
	if (poll(&ready, 1, FILE_MS) <= 0)
		return -ETIMEDOUT;
	message.msg_controllen = sizeof beside.room;
	if (recvmsg(h->files, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != sizeof answer)
		return -EIO;
	int fd = descriptor_of(&message);
	if (answer.error == 0 && fd < 0)
		return -EIO;
	return answer.error < 0 ? answer.error : fd;
}

/* --- its life --- */

struct helper *helper_start(const struct helper_options *options, struct error *err)
{
	struct helper *h = calloc(1, sizeof *h);
	int asks[2], files[2] = {-1, -1};
	pid_t parent = getpid();
	if (h == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, asks) < 0) {
		error_set(err, -errno, "helper: %s", strerror(errno));
		free(h);
		return NULL;
	}
	h->pid = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, files) == 0 ? fork() : -1;
	if (h->pid == 0)
		helper_process(options, asks[1], files[1], parent);
	if (h->pid < 0) {
		error_set(err, -errno, "helper: %s", strerror(errno));
		close(asks[0]);
		close(asks[1]);
		free(h);
		return NULL;
	}
	close(asks[1]);
	close(files[1]);
	h->asks = asks[0];
	h->files = files[0];
	for (int i = 0; i < HELPER_COMMANDS; i++)
		h->has[i] = options->commands[i] != NULL;
	return h;
}

void helper_attach(struct helper *h, struct ev_loop *loop)
{
	h->loop = loop;
	ev_io_init(&h->heard, on_heard, h->asks, EV_READ);
	ev_timer_init(&h->clock, on_clock, 1.0, 1.0);
	h->heard.data = h->clock.data = h;
	ev_io_start(loop, &h->heard);
}

bool helper_alive(const struct helper *h)
{
	return h->asks >= 0;
}

/* It ends by itself when its socket does; a worker of PAM's may take longer. */
void helper_stop(struct helper *h)
{
	if (h == NULL)
		return;
	memset(h->requests, 0, sizeof h->requests);
	if (h->asks >= 0)
		lost(h);
	for (int i = 0; i < 25 && waitpid(h->pid, NULL, WNOHANG) == 0; i++)
		nanosleep(&(struct timespec){0, 10 * 1000000}, NULL);
	free(h);
}
