/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_BENCH_H
#define VIGIE_TESTS_BENCH_H

/* What the benchmarks share: a private broker, a folder, one line a figure. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "src/child.h"

#define BENCH_HELPER static __attribute__((unused))

BENCH_HELPER double bench_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* "bench: NAME VALUE UNIT [vs REFERENCE VALUE RATIO]" */
BENCH_HELPER void bench_say(const char *name, double value, const char *unit)
{
	printf("bench: %s %.4g %s\n", name, value, unit);
	fflush(stdout);
}

BENCH_HELPER void bench_against(
	const char *name, double value, const char *unit, const char *reference, double other)
{
	printf("bench: %s %.4g %s vs %s %.4g %.3f\n", name, value, unit, reference, other,
		other > 0 ? value / other : 0);
	fflush(stdout);
}

BENCH_HELPER void bench_folder(char folder[64])
{
	snprintf(folder, 64, "/tmp/vigie-bench.XXXXXX");
	if (mkdtemp(folder) == NULL)
		exit(3);
}

BENCH_HELPER void bench_remove(const char *folder)
{
	char command[100];
	snprintf(command, sizeof command, "rm -r '%s'", folder);
	if (system(command) != 0)
		fprintf(stderr, "%s stays behind\n", folder);
}

BENCH_HELPER pid_t bench_broker(const char *folder, int *port)
{
	char conf[128];
	struct error err = {""};
	char *program = child_find("mosquitto");
	*port = child_free_port();
	snprintf(conf, sizeof conf, "%s/mosquitto.conf", folder);
	FILE *file = fopen(conf, "w");
	if (file == NULL || program == NULL)
		exit(3);
	fprintf(file,
		"listener %d 127.0.0.1\nallow_anonymous true\npersistence false\n"
		"max_queued_messages 0\nmax_inflight_messages 1000\nset_tcp_nodelay true\n%s",
		*port, geteuid() == 0 ? "user root\n" : "");
	fclose(file);
	char *argv[] = {program, (char[]){"-c"}, conf, NULL};
	pid_t pid = child_start(argv, NULL, -1, &err);
	free(program);
	if (child_wait_port(*port, 5000) < 0)
		exit(3);
	return pid;
}

#endif
