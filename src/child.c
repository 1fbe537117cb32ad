/* SPDX-License-Identifier: Apache-2.0 */
#include "src/child.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void nap(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};
	nanosleep(&t, NULL);
}

/* After fork: only calls that are safe there. */
static void become(char *const argv[], const char *log, int keep, pid_t parent)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127); /* we were orphaned before the line above */
	int in = open("/dev/null", O_RDONLY);
	int out = open(log != NULL ? log : "/dev/null", O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	if (keep >= 0)
		fcntl(keep, F_SETFD, 0);
	execv(argv[0], argv);
	_exit(127);
}

pid_t child_start(char *const argv[], const char *log, int keep, struct error *err)
{
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid == 0)
		become(argv, log, keep, parent);
	if (pid < 0)
		return error_set(err, -errno, "%s: %s", argv[0], strerror(errno));
	return pid;
}

int child_runs(pid_t pid)
{
	return pid > 0 && waitpid(pid, NULL, WNOHANG) == 0;
}

void child_end(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGTERM);
	for (int i = 0; i < 100; i++) {
		if (!child_runs(pid))
			return;
		nap(20);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int loopback_socket(int port, struct sockaddr_in *address)
{
	memset(address, 0, sizeof *address);
	address->sin_family = AF_INET;
	address->sin_port = htons((uint16_t)port);
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

int child_free_port(void)
{
	struct sockaddr_in address;
	socklen_t len = sizeof address;
	int fd = loopback_socket(0, &address);
	int port = 0;
	if (bind(fd, (struct sockaddr *)&address, len) == 0
		&& getsockname(fd, (struct sockaddr *)&address, &len) == 0)
		port = ntohs(address.sin_port);
	close(fd);
	return port;
}

int child_wait_port(int port, int timeout_ms)
{
	for (int waited = 0; waited < timeout_ms; waited += 20) {
		struct sockaddr_in address;
		int fd = loopback_socket(port, &address);
		int rc = connect(fd, (struct sockaddr *)&address, sizeof address);
		close(fd);
		if (rc == 0)
			return 0;
		nap(20);
	}
	return -ETIMEDOUT;
}

char *child_here(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	if (n <= 0)
		return strdup(".");
	path[n] = '\0';
	*strrchr(path, '/') = '\0';
	return strdup(path);
}

char *child_find(const char *name)
{
	char places[8192], path[8192];
	char *here = child_here();
	const char *env = getenv("PATH");
	snprintf(places, sizeof places, "%s:%s:/usr/local/sbin:/usr/sbin:/sbin", here,
		env != NULL ? env : "");
	free(here);
	char *rest = places;
	for (char *dir = strsep(&rest, ":"); dir != NULL; dir = strsep(&rest, ":")) {
		int n = snprintf(path, sizeof path, "%s/%s", dir, name);
		if (dir[0] != '\0' && n < (int)sizeof path && access(path, X_OK) == 0)
			return strdup(path);
	}
	return NULL;
}
