/* SPDX-License-Identifier: Apache-2.0 */
#include "src/service.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "twin/text.h"

void service_tell(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = path != NULL ? strlen(path) : 0;
	if (len < 2 || len >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@')
		address.sun_path[0] = '\0'; /* the abstract name space */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}

/* Twice as often as it is asked for, as sd_watchdog_enabled(3) advises. */
double service_watchdog_s(void)
{
	const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	if (us == NULL || (pid != NULL && strtol(pid, NULL, 10) != getpid()))
		return 0;
	double s = (double)strtoull(us, NULL, 10) / 1e6 / 2;
	return s > 0.1 ? s : 0;
}

void service_log(enum log_level level, const char *format, ...)
{
	char text[512], clean[512], when[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	text_neutralise(clean, sizeof clean, text, strlen(text));
	if (getenv("JOURNAL_STREAM") != NULL)
		snprintf(when, sizeof when, "<%d>", level);
	else if (gmtime_r(&now, &tm) != NULL)
		strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ ", &tm);
	fprintf(stderr, "%svigie: %s\n", when, clean);
}
