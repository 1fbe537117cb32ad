/* SPDX-License-Identifier: Apache-2.0 */
#include "src/command.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENV_MAX = 16 };

struct running {
	struct commands *commands;
	pid_t pid; /* 0: free */
	int fd;    /* becomes readable when it has ended */
	uint64_t ticket;
	bool late;
	ev_io ended;
	ev_timer deadline;
};

struct commands {
	struct ev_loop *loop;
	void (*ran)(void *context, uint64_t ticket, bool good, const char *why);
	void *context;
	struct running list[COMMANDS_RUNNING];
};

/* After fork: only calls that are safe there. */
static void become(const struct notify_command *c, char *const env[], int input, pid_t parent)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127); /* we were orphaned before the line above */
	int out = open("/dev/null", O_WRONLY);
	dup2(input, 0);
	dup2(out, 1);
	dup2(out, 2);
	close_range(3, ~0U, 0);
	execve(c->argv[0], (char *const *)(uintptr_t)c->argv, env);
	_exit(127);
}

/* In memory, so that no one waits for a command that does not read. */
static int input_of(const char *text)
{
	size_t len = strlen(text);
	int fd = memfd_create("message", MFD_CLOEXEC);
	if (fd >= 0 && (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static pid_t start(const struct notify_command *c, struct error *err)
{
	static const char path[] =
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	const char *env[ENV_MAX] = {path, "LANG=C.UTF-8"};
	pid_t parent = getpid();
	int input = input_of(c->input);
	for (int i = 0; c->env != NULL && c->env[i] != NULL && i + 3 < ENV_MAX; i++)
		env[i + 2] = c->env[i];
	pid_t pid = input >= 0 ? fork() : -1;
	if (pid == 0)
		become(c, (char *const *)(uintptr_t)env, input, parent);
	int failed = errno;
	if (input >= 0)
		close(input);
	return pid < 0 ? error_set(err, -failed, "%s: %s", c->argv[0], strerror(failed)) : pid;
}

static void let_go(struct running *r)
{
	ev_io_stop(r->commands->loop, &r->ended);
	ev_timer_stop(r->commands->loop, &r->deadline);
	close(r->fd);
	r->pid = 0;
}

static void on_ended(struct ev_loop *loop, ev_io *io, int events)
{
	struct running *r = io->data;
	siginfo_t how = {0};
	char why[64];
	(void)loop;
	(void)events;
	if (waitid(P_PID, (id_t)r->pid, &how, WEXITED | WNOHANG) < 0 || how.si_pid == 0)
		return;
	bool good = how.si_code == CLD_EXITED && how.si_status == 0 && !r->late;
	if (r->late)
		snprintf(why, sizeof why, "did not end in time");
	else if (how.si_code == CLD_EXITED && how.si_status == 127)
		snprintf(why, sizeof why, "cannot be run (exit status 127)");
	else
		snprintf(why, sizeof why, "%s %d",
			how.si_code == CLD_EXITED ? "exit status" : "killed by signal",
			how.si_status);
	let_go(r);
	r->commands->ran(r->commands->context, r->ticket, good, good ? "" : why);
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct running *r = timer->data;
	(void)loop;
	(void)events;
	r->late = true;
	kill(-r->pid, SIGKILL); /* its end is heard of as any other */
	kill(r->pid, SIGKILL);
}

struct commands *commands_open(struct ev_loop *loop,
	void (*ran)(void *context, uint64_t ticket, bool good, const char *why), void *context)
{
	struct commands *c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	c->loop = loop;
	c->ran = ran;
	c->context = context;
	return c;
}

static void look_after(struct running *r, double deadline_s)
{
	ev_io_init(&r->ended, on_ended, r->fd, EV_READ);
	ev_timer_init(&r->deadline, on_deadline, deadline_s, 0.);
	r->ended.data = r->deadline.data = r;
	ev_io_start(r->commands->loop, &r->ended);
	ev_now_update(r->commands->loop);
	ev_timer_start(r->commands->loop, &r->deadline);
}

int commands_run(struct commands *c, uint64_t ticket, const struct notify_command *command,
	struct error *err)
{
	struct running *r = c->list;
	while (r < c->list + COMMANDS_RUNNING && r->pid != 0)
		r++;
	if (r == c->list + COMMANDS_RUNNING)
		return error_set(err, -EAGAIN, "%d commands run already", COMMANDS_RUNNING);
	pid_t pid = start(command, err);
	if (pid < 0)
		return pid;
	*r = (struct running){.commands = c, .pid = pid, .ticket = ticket};
	r->fd = pidfd_open(pid, 0);
	if (r->fd < 0) {
		int failed = errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		r->pid = 0;
		return error_set(err, -failed, "pidfd_open: %s", strerror(failed));
	}
	look_after(r, command->deadline_s);
	return 0;
}

void commands_close(struct commands *c)
{
	for (int i = 0; c != NULL && i < COMMANDS_RUNNING; i++) {
		struct running *r = &c->list[i];
		if (r->pid == 0)
			continue;
		kill(-r->pid, SIGKILL);
		kill(r->pid, SIGKILL);
		waitpid(r->pid, NULL, 0);
		let_go(r);
	}
	free(c);
}
