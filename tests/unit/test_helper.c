/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/helper_private.h"

/*
 * The helper, asked over its real sockets. The oracle for passwords is PAM with a
 * service of our own: pam_exec hands the password to a script which knows one.
 */

#define RIGHT "correct horse"

static char folder[] = "/tmp/vigie-helper-XXXXXX";

static const char *in_folder(const char *name)
{
	static char paths[8][200];
	static int next;
	char *path = paths[next++ % 8];
	snprintf(path, sizeof *paths, "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(in_folder(name), "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(in_folder(name), mode), 0);
}

static int open_folder(void **state)
{
	char text[800];
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(text, sizeof text,
		"#!/bin/sh\nread -r given\necho \"$PAM_USER $PAM_TTY $PAM_RHOST\" >>%s/asked\n"
		"[ \"$given\" = \"" RIGHT "\" ]\n",
		folder);
	put("knows", text, 0700);
	snprintf(text, sizeof text,
		"auth [success=1 default=ignore] pam_exec.so quiet expose_authtok %s/knows\n"
		"auth requisite pam_deny.so\n"
		"auth required pam_permit.so\n"
		"account required pam_permit.so\n",
		folder);
	put("vigie", text, 0600);
	put("broken", "auth required pam_no_such_module.so\naccount required pam_permit.so\n",
		0600);
	put("gone", "auth required pam_permit.so\naccount required pam_deny.so\n", 0600);
	snprintf(text, sizeof text,
		"#!/bin/sh\ncat >%s/printed\necho \"$0 $# ${SECRET-none} $VIGIE_ID "
		"${LD_PRELOAD-clean} $(pwd)\" >>%s/printed\n",
		folder, folder);
	put("prints", text, 0700);
	put("sleeps", "#!/bin/sh\nexec sleep 60\n", 0700);
	put("fails", "#!/bin/sh\necho no paper >&2\nexit 3\n", 0700);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

struct heard {
	struct ev_loop *loop;
	int count, wanted;
	enum helper_answer answer[32];
	char text[256];
};

static void on_done(void *context, enum helper_answer answer, const char *text)
{
	struct heard *heard = context;
	heard->answer[heard->count++] = answer;
	snprintf(heard->text, sizeof heard->text, "%s", text);
	if (heard->count >= heard->wanted)
		ev_break(heard->loop, EVBREAK_ALL);
}

static struct heard listen_for(int wanted)
{
	return (struct heard){.loop = ev_default_loop(0), .wanted = wanted};
}

static struct helper_options usual(void)
{
	static const char *prints[2], *fails[2];
	prints[0] = in_folder("prints");
	fails[0] = in_folder("fails");
	return (struct helper_options){.user = "somebody",
		.tty = "pts/9",
		.peer = "10.1.2.3",
		.service_folder = folder,
		.commands = {[HELPER_PRINT] = prints, [HELPER_TARGET] = fails}};
}

static struct helper *begin(const struct helper_options *options)
{
	struct error err = {""};
	struct helper *h = helper_start(options, &err);
	assert_non_null(h);
	helper_attach(h, ev_default_loop(0));
	return h;
}

static int give(struct helper *h, int which, const char *text, size_t len, struct heard *heard)
{
	static const char *const env[] = {"VIGIE_ID=3b0c44", "LD_PRELOAD=/tmp/x.so", NULL};
	struct helper_input input = {.text = text, .len = len, .env = env};
	return helper_run(h, which, &input, on_done, heard);
}

static enum helper_answer ask_password(struct helper *h, const char *password, char *why)
{
	struct heard heard = listen_for(1);
	assert_int_equal(helper_password(h, password, on_done, &heard), 0);
	ev_run(heard.loop, 0);
	assert_int_equal(heard.count, 1);
	if (why != NULL)
		memcpy(why, heard.text, sizeof heard.text);
	return heard.answer[0];
}

static void passwords(void **state)
{
	struct helper_options o = usual();
	struct helper *h = begin(&o);
	char line[100] = "";
	(void)state;
	assert_int_equal(ask_password(h, RIGHT, NULL), HELPER_DONE);
	assert_int_equal(ask_password(h, "wrong", NULL), HELPER_REFUSED);
	assert_int_equal(ask_password(h, "", NULL), HELPER_REFUSED);
	assert_int_equal(ask_password(h, RIGHT, NULL), HELPER_DONE);
	helper_stop(h);
	FILE *file = fopen(in_folder("asked"), "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof line, file));
	fclose(file);
	assert_string_equal(line, "somebody pts/9 10.1.2.3\n");
}

/* A service that is missing or broken is not a wrong password, and an account that
 * may not be used is not a right one. */
static void services_that_fail(void **state)
{
	static const char *const services[] = {"missing", "broken"};
	struct helper_options o = usual();
	char why[256] = "";
	(void)state;
	for (int i = 0; i < 2; i++) {
		o.service = services[i];
		struct helper *h = begin(&o);
		assert_int_not_equal(ask_password(h, RIGHT, why), HELPER_DONE);
		assert_string_not_equal(why, "");
		helper_stop(h);
	}
	o.service = "gone";
	struct helper *h = begin(&o);
	/* pam_deny says "authentication failure" of an account, too, as Debian's
	 * common-account does of one that has expired: not a wrong password. */
	assert_int_equal(ask_password(h, RIGHT, why), HELPER_FAILED);
	assert_non_null(strstr(why, "account"));
	helper_stop(h);
}

static void commands(void **state)
{
	struct helper_options o = usual();
	char text[300], *page = malloc(HELPER_TEXT + 1);
	(void)state;
	setenv("SECRET", "in the environment", 1);
	struct helper *h = begin(&o);
	unsetenv("SECRET");
	struct heard heard = listen_for(1);
	assert_int_equal(give(h, HELPER_PRINT, "a page\n", 7, &heard), 0);
	ev_run(heard.loop, 0);
	assert_int_equal(heard.answer[0], HELPER_DONE);
	FILE *file = fopen(in_folder("printed"), "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof text, file));
	assert_string_equal(text, "a page\n");
	assert_non_null(fgets(text, sizeof text, file));
	fclose(file);
	char expected[300];
	snprintf(expected, sizeof expected, "%s 0 none 3b0c44 clean /\n", in_folder("prints"));
	assert_string_equal(text, expected);

	heard = listen_for(1);
	assert_int_equal(give(h, HELPER_TARGET, "x", 1, &heard), 0);
	ev_run(heard.loop, 0);
	assert_int_equal(heard.answer[0], HELPER_FAILED);
	assert_string_equal(heard.text, "no paper");

	/* The largest page goes through whole; one byte more is refused. */
	assert_non_null(page);
	enum { ENV = 16 + 21 }; /* both variables, with their ends */
	memset(page, 'p', HELPER_TEXT + 1);
	heard = listen_for(1);
	assert_int_equal(give(h, HELPER_PRINT, page, HELPER_TEXT - ENV + 1, &heard), -EMSGSIZE);
	assert_int_equal(give(h, HELPER_PRINT, page, HELPER_TEXT - ENV, &heard), 0);
	ev_run(heard.loop, 0);
	assert_int_equal(heard.answer[0], HELPER_DONE);
	struct stat st;
	assert_int_equal(stat(in_folder("printed"), &st), 0);
	assert_true(st.st_size > HELPER_TEXT - ENV);
	free(page);
	helper_stop(h);
}

static void not_configured(void **state)
{
	struct helper_options o = {.user = "somebody", .service_folder = folder};
	struct helper *h = begin(&o);
	struct heard heard = listen_for(1);
	(void)state;
	assert_int_equal(give(h, HELPER_PRINT, "x", 1, &heard), -ENOENT);
	/* Nor by asking past our own side of it: the helper itself does not know it. */
	assert_int_equal(heard.count, 0);
	helper_stop(h);
}

static void slow(struct helper_options *o)
{
	static const char *sleeps[2];
	sleeps[0] = in_folder("sleeps");
	o->commands[HELPER_PRINT] = sleeps;
}

/* More than can be under way is refused at once, not queued without end. */
static void too_many(void **state)
{
	struct helper_options o = usual();
	struct heard heard = listen_for(HELPER_WAITING);
	int taken = 0, rc = 0;
	(void)state;
	slow(&o);
	struct helper *h = begin(&o);
	while (taken < 100 && (rc = give(h, HELPER_PRINT, "x", 1, &heard)) == 0)
		taken++;
	assert_int_equal(taken, HELPER_WAITING);
	assert_int_equal(rc, -EAGAIN);
	/* It runs sixteen and says so of the rest. */
	heard.wanted = HELPER_WAITING - 16;
	ev_run(heard.loop, 0);
	assert_int_equal(heard.count, HELPER_WAITING - 16);
	for (int i = 0; i < heard.count; i++)
		assert_int_equal(heard.answer[i], HELPER_FAILED);
	helper_stop(h);
}

static pid_t only_child(pid_t of)
{
	char path[64];
	int pid = 0;
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)of, (int)of);
	FILE *file = fopen(path, "r");
	if (file != NULL && fscanf(file, "%d", &pid) != 1)
		pid = 0;
	if (file != NULL)
		fclose(file);
	return pid;
}

static bool ends_soon(pid_t pid)
{
	for (int i = 0; i < 2000 && kill(pid, 0) == 0; i++) {
		waitpid(pid, NULL, WNOHANG);
		nanosleep(&(struct timespec){0, 10 * 1000000}, NULL);
	}
	return kill(pid, 0) != 0;
}

/* Requests under way are answered when it dies; later ones are refused. */
static void it_dies(void **state)
{
	struct helper_options o = usual();
	struct heard heard = listen_for(1);
	(void)state;
	slow(&o);
	struct helper *h = begin(&o);
	assert_int_equal(give(h, HELPER_PRINT, "x", 1, &heard), 0);
	pid_t pid = only_child(getpid());
	assert_true(pid > 0);
	kill(pid, SIGKILL);
	ev_run(heard.loop, 0);
	assert_int_equal(heard.answer[0], HELPER_GONE);
	assert_false(helper_alive(h));
	assert_int_equal(helper_password(h, RIGHT, on_done, &heard), -EPIPE);
	assert_int_equal(helper_new_file(h, in_folder("after")), -EPIPE);
	helper_stop(h);
}

/* kill -9 of the program: neither the helper nor what it runs is left. */
static void it_dies_with_us(void **state)
{
	struct helper_options o = usual();
	(void)state;
	slow(&o);
	pid_t us = fork();
	if (us == 0) {
		struct error err = {""};
		struct helper *h = helper_start(&o, &err);
		struct heard heard = {0};
		if (h != NULL)
			give(h, HELPER_PRINT, "x", 1, &heard);
		pause();
		_exit(0);
	}
	pid_t helper = 0, worker = 0, command = 0;
	for (int i = 0; i < 2000 && command == 0; i++) {
		nanosleep(&(struct timespec){0, 10 * 1000000}, NULL);
		helper = helper > 0 ? helper : only_child(us);
		worker = helper > 0 ? only_child(helper) : 0;
		command = worker > 0 ? only_child(worker) : 0;
	}
	assert_true(command > 0);
	kill(us, SIGKILL);
	waitpid(us, NULL, 0);
	assert_true(ends_soon(helper));
	assert_true(ends_soon(worker));
	assert_true(ends_soon(command));
}

/* What is no request of ours is passed over, whatever it looks like: 20,000 random
 * packets and mutations of good ones, then a real one. */
static void garbage(void **state)
{
	static struct helper_packet packet;
	struct helper_options o = usual();
	int asks[2], files[2], answers = 0;
	pid_t parent = getpid();
	uint32_t random = 2463534242u; /* xorshift32, Marsaglia 2003 */
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, asks), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, files), 0);
	pid_t pid = fork();
	if (pid == 0)
		helper_process(&o, asks[1], files[1], parent);
	close(asks[1]);
	close(files[1]);
	for (int i = 0; i < 20000; i++) {
		packet.head = (struct helper_head){.magic = HELPER_MAGIC,
			.kind = HELPER_ASK_COMMAND,
			.id = (uint32_t)i + 1,
			.which = HELPER_PRINT,
			.env_len = 10,
			.len = 20};
		size_t len = helper_packet_len(&packet);
		for (int k = 0; k < 4; k++) {
			random ^= random << 13;
			random ^= random >> 17;
			random ^= random << 5;
			/* The kind and the command are never the good ones. */
			((unsigned char *)&packet)[random % sizeof packet.head] ^=
				(unsigned char)(random >> 16 | 1);
		}
		packet.head.kind ^= packet.head.kind == HELPER_ASK_COMMAND
						    || packet.head.kind == HELPER_ASK_PASSWORD
					    ? 0x40u
					    : 0u;
		if (random % 3 == 0)
			len = random % sizeof packet;
		assert_true(send(asks[0], &packet, len, MSG_NOSIGNAL) >= 0);
	}
	packet.head = (struct helper_head){
		.magic = HELPER_MAGIC, .kind = HELPER_ASK_PASSWORD, .id = 7, .len = strlen(RIGHT)};
	memcpy(packet.text, RIGHT, strlen(RIGHT));
	assert_true(send(asks[0], &packet, helper_packet_len(&packet), 0) > 0);
	struct pollfd ready = {.fd = asks[0], .events = POLLIN};
	while (poll(&ready, 1, answers == 0 ? 10000 : 300) > 0) {
		ssize_t n = recv(asks[0], &packet, sizeof packet - 1, 0);
		assert_true(helper_packet_good(&packet, n));
		assert_int_equal(packet.head.id, 7);
		assert_int_equal(packet.head.which, HELPER_DONE);
		answers++;
	}
	assert_int_equal(answers, 1);
	close(asks[0]);
	close(files[0]);
	assert_true(ends_soon(pid));
}

static void new_files(void **state)
{
	struct helper_options o = usual();
	struct helper *h = begin(&o);
	struct stat st;
	char longest[5000];
	(void)state;
	int fd = helper_new_file(h, in_folder("picture.txt"));
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "drawn", 5), 5);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	close(fd);
	assert_int_equal(stat(in_folder("picture.txt"), &st), 0);
	assert_int_equal(st.st_size, 5);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* Never over what is there, never a link, never what is hidden. */
	assert_int_equal(helper_new_file(h, in_folder("picture.txt")), -EEXIST);
	assert_int_equal(symlink(in_folder("elsewhere"), in_folder("link")), 0);
	assert_int_equal(helper_new_file(h, in_folder("link")), -EEXIST);
	assert_int_equal(helper_new_file(h, in_folder(".bashrc")), -EPERM);
	assert_int_equal(mkdir(in_folder(".ssh"), 0700), 0);
	assert_int_equal(helper_new_file(h, in_folder(".ssh/rc")), -EPERM);
	assert_int_equal(helper_new_file(h, in_folder("no/such/folder")), -ENOENT);
	assert_int_equal(helper_new_file(h, ""), -ENOENT);
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_true(helper_new_file(h, longest) < 0);
	fd = helper_new_file(h, in_folder("../") /* is a folder */);
	assert_true(fd < 0);
	assert_true(helper_alive(h));
	helper_stop(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passwords),
		cmocka_unit_test(services_that_fail),
		cmocka_unit_test(commands),
		cmocka_unit_test(not_configured),
		cmocka_unit_test(too_many),
		cmocka_unit_test(it_dies),
		cmocka_unit_test(it_dies_with_us),
		cmocka_unit_test(garbage),
		cmocka_unit_test(new_files),
	};
	return cmocka_run_group_tests_name("helper", tests, open_folder, remove_folder);
}
