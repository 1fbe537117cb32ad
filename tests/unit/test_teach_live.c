/* SPDX-License-Identifier: Apache-2.0 */
/* vigie teach on a real broker: this program plays the gateway, and does with
 * the tag what it is asked to do. Vectors: a real B10 (feeds reference 2.2). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/child.h"
#include "src/verbs.h"

#define ROW(raw)                                                                                   \
	"[{\"type\":\"Gateway\",\"mac\":\"AC233FC00001\"},{\"mac\":\"C300007B573C\","              \
	"\"rssi\":-60,\"rawData\":\"" raw "\"}]"
#define REST ROW("0201060303E1FF1216E1FFA103140059FF7EFF393C577B0000C3")
#define RING ROW("0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5")

static char folder[] = "/tmp/vigie-teach-live-XXXXXX";
static int port;

static void path_of(char *out, size_t size, const char *name)
{
	snprintf(out, size, "%s/%s", folder, name);
}

static pid_t start_broker(void)
{
	char conf[64], *program = child_find("mosquitto");
	struct error err;
	assert_non_null(program);
	path_of(conf, sizeof conf, "conf");
	FILE *file = fopen(conf, "w");
	assert_non_null(file);
	fprintf(file, "listener %d 127.0.0.1\nallow_anonymous true\npersistence false\n%s", port,
		geteuid() == 0 ? "user root\n" : "");
	fclose(file);
	const char *const argv[] = {program, "-c", conf, NULL};
	pid_t pid = child_start((char *const *)(uintptr_t)argv, NULL, -1, &err);
	free(program);
	assert_true(pid > 0);
	assert_int_equal(child_wait_port(port, 5000), 0);
	return pid;
}

static void publish(const char *payload)
{
	char text[16], *program = child_find("mosquitto_pub");
	struct error err;
	int status;
	snprintf(text, sizeof text, "%d", port);
	const char *const argv[] = {program, "-h", "127.0.0.1", "-p", text, "-t",
		"/gw/ac233fc00001/status", "-m", payload, NULL};
	pid_t pid = child_start((char *const *)(uintptr_t)argv, NULL, -1, &err);
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
	free(program);
}

static pid_t start_teach(const char *out, const char *err)
{
	char url[48];
	snprintf(url, sizeof url, "mqtt://127.0.0.1:%d", port);
	const char *const argv[] = {"teach", "--tag", "C300007B573C", "--seconds", "3", "--mqtt",
		url, "--config", "/dev/null", NULL};
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	if (freopen(out, "w", stdout) == NULL || freopen(err, "w", stderr) == NULL)
		_exit(99);
	setvbuf(stderr, NULL, _IONBF, 0);
	int code = verb_teach(9, (char **)(uintptr_t)argv);
	fflush(NULL);
	_exit(code);
}

static const char *read_all(const char *path, char *out, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t n = file != NULL ? fread(out, 1, size - 1, file) : 0;
	out[n] = '\0';
	if (file != NULL)
		fclose(file);
	return out;
}

static void test_learns_from_the_air(void **state)
{
	char out[64], err[64], text[4096];
	int status = 0;
	(void)state;
	path_of(out, sizeof out, "out");
	path_of(err, sizeof err, "err");
	port = child_free_port();
	pid_t broker = start_broker();
	pid_t teach = start_teach(out, err);
	/* Five rows a second until it is done, whatever the machine's speed. */
	for (int i = 0; i < 600 && waitpid(teach, &status, WNOHANG) == 0; i++) {
		read_all(err, text, sizeof text);
		publish(REST);
		if (strstr(text, "NOW PRESS") != NULL)
			publish(RING);
		usleep(100000);
	}
	child_end(broker);
	read_all(err, text, sizeof text);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("status %d: %s", status, text);
	assert_non_null(strstr(text, "AT REST"));
	assert_non_null(strstr(read_all(out, text, sizeof text),
		"{ id = \"C300007B573C-press\"; kind = \"ibeacon\"; "
		"uuid = \"FDA50693A4E24FB1AFCFC6EB07647825\"; major = 0; minor = 0;"));
}

static int before(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int after(void **state)
{
	char path[64];
	(void)state;
	for (const char *const *name = (const char *const[]){"conf", "out", "err", NULL}; *name;
		name++) {
		path_of(path, sizeof path, *name);
		unlink(path);
	}
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_learns_from_the_air)};
	return cmocka_run_group_tests_name("teach, live", tests, before, after);
}
