/* SPDX-License-Identifier: Apache-2.0 */
#include "src/helper_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The helper's own side: it waits, checks, and forks a worker for each request. */

enum { WORKERS = 16, REAP_MS = 200, PATH_MAX_BYTES = 4096 };

struct process {
	const struct helper_options *options;
	int asks, files;
	int workers;
	struct helper_packet packet;
};

static void answer(int fd, uint32_t id, enum helper_answer what, const char *why)
{
	static struct helper_packet out;
	out.head = (struct helper_head){
		.magic = HELPER_MAGIC, .kind = HELPER_ANSWER, .id = id, .which = what};
	out.head.len = (uint32_t)strnlen(why, 255);
	memcpy(out.text, why, out.head.len);
	send(fd, &out, helper_packet_len(&out), MSG_NOSIGNAL);
}

static bool known(const struct process *p)
{
	const struct helper_head *head = &p->packet.head;
	if (head->id == 0)
		return false;
	return head->kind == HELPER_ASK_PASSWORD || head->kind == HELPER_ASK_ACCOUNT
	       || (head->kind == HELPER_ASK_COMMAND && head->which < HELPER_COMMANDS
		       && p->options->commands[head->which] != NULL);
}

/* In a process of its own: whatever a PAM module or a command does, the helper
 * stays as it is. */
_Noreturn static void work(struct process *p)
{
	const struct helper_head *head = &p->packet.head;
	char why[256] = "";
	enum helper_answer what;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (head->kind == HELPER_ASK_PASSWORD) {
		alarm(HELPER_PASSWORD_S);
		what = helper_ask_pam(p->options, p->packet.text, why, sizeof why);
		explicit_bzero(p->packet.text, sizeof p->packet.text);
	} else if (head->kind == HELPER_ASK_ACCOUNT) {
		what = helper_ask_account(p->options);
	} else {
		struct helper_task task = {.argv = p->options->commands[head->which],
			.env = p->packet.text,
			.env_len = head->env_len,
			.text = p->packet.text + head->env_len,
			.len = head->len - head->env_len,
			.limit_ms = head->limit_ms < HELPER_COMMAND_S * 1000
					    ? (int)head->limit_ms
					    : HELPER_COMMAND_S * 1000};
		what = helper_do_command(&task, why, sizeof why);
	}
	answer(p->asks, head->id, what, why);
	_exit(0);
}

static void take(struct process *p)
{
	ssize_t n = recv(p->asks, &p->packet, sizeof p->packet - 1, MSG_DONTWAIT);
	if (!helper_packet_good(&p->packet, n) || !known(p))
		return;
	pid_t pid = p->workers < WORKERS ? fork() : -1;
	if (pid == 0)
		work(p);
	explicit_bzero(p->packet.text, sizeof p->packet.text);
	if (pid > 0)
		p->workers++;
	else
		answer(p->asks, p->packet.head.id, HELPER_FAILED, "too much at once");
}

/* A program that was taken over must not plant ~/.ssh/rc: only new files, and
 * none that is hidden or lies in a hidden folder. */
static bool may_make(const char *path)
{
	size_t n;
	for (const char *at = path; *at != '\0'; at += n + (at[n] == '/')) {
		n = strcspn(at, "/");
		if (at[0] == '.' && n != 1 && !(n == 2 && at[1] == '.'))
			return false;
	}
	return path[0] != '\0';
}

static void give(struct process *p)
{
	char path[PATH_MAX_BYTES];
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} beside = {.room = ""};
	struct helper_file out = {0};
	struct iovec part = {&out, sizeof out};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t n = recv(p->files, path, sizeof path - 1, MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0)
		return;
	path[n < (ssize_t)sizeof path ? n : 0] = '\0';
	int fd = may_make(path)
			 ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)
			 : -1;
	out.error = fd >= 0 ? 0 : may_make(path) ? -errno : -EPERM;
	if (fd >= 0) {
		message.msg_control = beside.room;
		message.msg_controllen = sizeof beside.room;
		struct cmsghdr *c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(c), &fd, sizeof fd);
	}
	sendmsg(p->files, &message, MSG_NOSIGNAL);
	if (fd >= 0)
		close(fd);
}

/* Nothing of the console is left: no terminal, no descriptor, no environment that
 * a command could be led astray by. */
static void be_alone(struct process *p, pid_t parent)
{
	static const char *const kept[] = {"HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ",
		"PRINTER", "LPDEST", "CUPS_SERVER"};
	char *values[sizeof kept / sizeof *kept];
	struct rlimit none = {0, 0};
	sigset_t nothing;
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		values[i] = getenv(kept[i]);
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		values[i] = values[i] != NULL ? strdup(values[i]) : NULL;
	clearenv();
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (values[i] != NULL)
			setenv(kept[i], values[i], 1);
	setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
	sigemptyset(&nothing);
	sigprocmask(SIG_SETMASK, &nothing, NULL);
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	setsid();
	prctl(PR_SET_NAME, "vigie-helper");
	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	int nowhere = open("/dev/null", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		dup2(nowhere, fd);
	int asks = fcntl(p->asks, F_DUPFD, 5), files = fcntl(p->files, F_DUPFD, 5);
	p->asks = dup3(asks, 3, O_CLOEXEC);
	p->files = dup3(files, 4, O_CLOEXEC);
	close_range(5, ~0u, 0);
}

_Noreturn void helper_process(
	const struct helper_options *options, int asks, int files, pid_t parent)
{
	static struct process p;
	p = (struct process){.options = options, .asks = asks, .files = files};
	be_alone(&p, parent);
	for (;;) {
		struct pollfd ready[] = {
			{.fd = p.asks, .events = POLLIN}, {.fd = p.files, .events = POLLIN}};
		poll(ready, 2, p.workers > 0 ? REAP_MS : -1);
		while (p.workers > 0 && waitpid(-1, NULL, WNOHANG) > 0)
			p.workers--;
		if (((ready[0].revents | ready[1].revents) & (POLLHUP | POLLERR)) != 0)
			_exit(0); /* whom we help has ended */
		if (ready[0].revents != 0)
			take(&p);
		if (ready[1].revents != 0)
			give(&p);
	}
}
