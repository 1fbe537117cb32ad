/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/sandbox.h"

/*
 * What is forbidden fails, and what a console needs does not. Each case is a process
 * that locks itself in and tries; it answers by its exit status. The list of what
 * must fail is the issue of a program taken over: start another program, look at other
 * processes, reach other files, gain privileges.
 */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

enum { WORKED = 0, NOT_PERMITTED = 1, OTHER = 2, NO_SANDBOX = 77 };

static char folder[] = "/tmp/vigie-sandbox-XXXXXX";

static const char *in_folder(const char *name)
{
	static char paths[8][200];
	static int next;
	char *path = paths[next++ % 8];
	snprintf(path, sizeof *paths, "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(in_folder(name), "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int open_folder(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(mkdir(in_folder("ours"), 0700), 0);
	assert_int_equal(mkdir(in_folder("seen"), 0700), 0);
	assert_int_equal(mkdir(in_folder("others"), 0700), 0);
	put("ours/journal.db", "facts");
	put("seen/ca.pem", "authority");
	put("others/shadow", "root:$6$...");
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

static int answer(long rc)
{
	return rc >= 0 ? WORKED : errno == EPERM || errno == EACCES ? NOT_PERMITTED : OTHER;
}

static void lock_in(bool kills)
{
	struct sandbox_plan plan = {.kills = kills};
	struct error err = {""};
	sandbox_plan_add(&plan, in_folder("ours"), SANDBOX_WRITE);
	sandbox_plan_add(&plan, in_folder("seen"), SANDBOX_READ);
	sandbox_plan_add(&plan, in_folder("never-made"), SANDBOX_READ);
	sandbox_plan_add(&plan, "/usr", SANDBOX_READ);
	if (sandbox_enter(&plan, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		_exit(NO_SANDBOX);
	}
	sandbox_plan_fini(&plan);
}

/* The wait status of a process that locks itself in and tries. */
static int tried(int (*trial)(void), bool kills)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		lock_in(kills);
		_exit(trial());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		assert_int_not_equal(WEXITSTATUS(status), NO_SANDBOX);
	return status;
}

/* ---- calls ---- */

static int try_execve(void)
{
	char *argv[] = {(char[]){"true"}, NULL};
	return answer(execve("/bin/true", argv, NULL));
}
static int try_execveat(void)
{
	char *argv[] = {(char[]){"true"}, NULL};
	return answer(syscall(SYS_execveat, AT_FDCWD, "/bin/true", argv, NULL, 0));
}
static int try_fork(void)
{
	return answer(fork());
}
static int try_vfork(void)
{
	return answer(syscall(SYS_clone, SIGCHLD, 0, NULL, NULL, 0));
}
static int try_ptrace(void)
{
	return answer(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}
static int try_process_vm_readv(void)
{
	return answer(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
}
static int try_mount(void)
{
	return answer(mount("none", "/mnt", "tmpfs", 0, NULL));
}
static int try_bpf(void)
{
	return answer(syscall(SYS_bpf, BPF_MAP_CREATE, NULL, 0));
}
static int try_keyctl(void)
{
	return answer(syscall(SYS_keyctl, 0, -4, 0));
}
static int try_unshare(void)
{
	return answer(unshare(CLONE_NEWUSER));
}
static int try_io_uring(void)
{
	return answer(syscall(SYS_io_uring_setup, 1, NULL));
}
static int try_setuid(void)
{
	return answer(setuid(0));
}
static int try_kill(void)
{
	return answer(kill(getppid(), 0));
}
static int try_packet_socket(void)
{
	return answer(socket(AF_PACKET, SOCK_RAW, 0));
}
/* Pushes a character into the terminal, for the shell to read when we are gone. */
static int try_tiocsti(void)
{
	return answer(ioctl(0, TIOCSTI, "x"));
}
static int try_core_limit(void)
{
	struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
	return answer(setrlimit(RLIMIT_CORE, &more));
}
static int try_dumpable(void)
{
	return answer(prctl(PR_SET_DUMPABLE, 1));
}

static const struct {
	const char *name;
	int (*trial)(void);
} forbidden[] = {
	{"execve", try_execve},
	{"execveat", try_execveat},
	{"fork", try_fork},
	{"clone without a thread", try_vfork},
	{"ptrace", try_ptrace},
	{"process_vm_readv", try_process_vm_readv},
	{"mount", try_mount},
	{"bpf", try_bpf},
	{"keyctl", try_keyctl},
	{"unshare", try_unshare},
	{"io_uring_setup", try_io_uring},
	{"setuid", try_setuid},
	{"kill", try_kill},
	{"socket(AF_PACKET)", try_packet_socket},
	{"ioctl(TIOCSTI)", try_tiocsti},
	{"setrlimit", try_core_limit},
	{"prctl(PR_SET_DUMPABLE)", try_dumpable},
};
enum { FORBIDDEN = sizeof forbidden / sizeof *forbidden };

static void calls_fail(void **state)
{
	(void)state;
	if (SANITIZED || !sandbox_has_seccomp())
		skip();
	for (int i = 0; i < FORBIDDEN; i++) {
		int status = tried(forbidden[i].trial, false);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != NOT_PERMITTED)
			fail_msg("%s: status %x", forbidden[i].name, (unsigned)status);
	}
}

static void calls_kill_in_tests(void **state)
{
	(void)state;
	if (SANITIZED || !sandbox_has_seccomp())
		skip();
	for (int i = 0; i < FORBIDDEN; i++) {
		int status = tried(forbidden[i].trial, true);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: status %x", forbidden[i].name, (unsigned)status);
	}
}

/* They are not forbidden anyway: outside the room the same calls get further. Those
 * that need root are left out where we are not. */
static void the_trials_are_real(void **state)
{
	static int (*const real[])(void) = {
		try_fork, try_kill, try_process_vm_readv, try_dumpable, try_vfork};
	(void)state;
	for (size_t i = 0; i < sizeof real / sizeof *real; i++) {
		int status = 0;
		pid_t pid = fork();
		if (pid == 0)
			_exit(real[i]());
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), WORKED);
	}
}

static int try_counts(void)
{
	const char *last = NULL;
	if (sandbox_refused(&last) != 0 || last[0] != '\0')
		return OTHER;
	try_ptrace();
	try_keyctl();
	try_ptrace();
	return sandbox_refused(&last) == 3 && strcmp(last, "ptrace") == 0 ? WORKED : OTHER;
}

static void refusals_are_counted(void **state)
{
	(void)state;
	if (SANITIZED || !sandbox_has_seccomp())
		skip();
	assert_int_equal(tried(try_counts, false), 0);
}

static void *in_a_thread(void *unused)
{
	(void)unused;
	return (void *)(intptr_t)(try_keyctl() * 10
				  + answer(open(in_folder("others/shadow"), O_RDONLY)));
}

/* Threads can be had, and live in the same room. */
static int try_thread(void)
{
	pthread_t thread;
	void *result = NULL;
	if (pthread_create(&thread, NULL, in_a_thread, NULL) != 0
		|| pthread_join(thread, &result) != 0)
		return OTHER;
	return (intptr_t)result == NOT_PERMITTED * 11 ? WORKED : OTHER;
}

/* One that was there before, too, as far as calls go; as the journal's writer it blocks
 * every signal it may. */
static atomic_int go, went;
static void *before(void *unused)
{
	sigset_t all;
	(void)unused;
	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	while (go == 0)
		sched_yield();
	went = try_keyctl() == NOT_PERMITTED ? 1 : 2;
	return NULL;
}

static void threads_too(void **state)
{
	int status = 0;
	(void)state;
	if (SANITIZED || !sandbox_has_seccomp())
		skip();
	if (sandbox_landlock_abi() > 0)
		assert_int_equal(tried(try_thread, false), 0);
	pid_t pid = fork();
	if (pid == 0) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, before, NULL) != 0)
			_exit(OTHER);
		lock_in(false);
		go = 1;
		pthread_join(thread, NULL);
		_exit(went == 1 ? WORKED : OTHER);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* ---- files ---- */

static int try_files(void)
{
	struct stat st;
	if (answer(open(in_folder("ours/journal.db"), O_RDWR)) != WORKED
		|| answer(open(in_folder("ours/journal.db-wal"), O_RDWR | O_CREAT, 0600)) != WORKED
		|| answer(rename(in_folder("ours/journal.db-wal"), in_folder("ours/old"))) != WORKED
		|| answer(unlink(in_folder("ours/old"))) != WORKED
		|| answer(mkdir(in_folder("ours/bad"), 0700)) != WORKED)
		return 10;
	if (answer(open(in_folder("seen/ca.pem"), O_RDONLY)) != WORKED
		|| answer(open(in_folder("seen/ca.pem"), O_WRONLY)) != NOT_PERMITTED
		|| answer(unlink(in_folder("seen/ca.pem"))) != NOT_PERMITTED
		|| answer(open(in_folder("seen/new"), O_WRONLY | O_CREAT, 0600)) != NOT_PERMITTED)
		return 11;
	if (answer(open(in_folder("others/shadow"), O_RDONLY)) != NOT_PERMITTED
		|| answer(open("/etc/shadow", O_RDONLY)) != NOT_PERMITTED
		|| answer(open("/proc/1/environ", O_RDONLY)) != NOT_PERMITTED
		|| answer(open(in_folder("ours/../others/shadow"), O_RDONLY)) != NOT_PERMITTED
		|| answer(rename(in_folder("others/shadow"), in_folder("ours/taken")))
			   != NOT_PERMITTED)
		return 12;
	return stat(in_folder("ours/bad"), &st) == 0 ? WORKED : 13;
}

static int try_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return fd < 0 ? OTHER : answer(bind(fd, (struct sockaddr *)&at, sizeof at));
}

static void other_files_are_out_of_reach(void **state)
{
	(void)state;
	if (SANITIZED || sandbox_landlock_abi() == 0)
		skip();
	assert_int_equal(tried(try_files, false), 0);
}

static void no_port_is_opened(void **state)
{
	(void)state;
	if (SANITIZED || sandbox_landlock_abi() < 4)
		skip();
	assert_int_equal(WEXITSTATUS(tried(try_port, false)), NOT_PERMITTED);
}

static int try_says(void)
{
	struct rlimit core;
	char wanted[64];
	snprintf(wanted, sizeof wanted, "Landlock %d, seccomp", sandbox_landlock_abi());
	getrlimit(RLIMIT_CORE, &core);
	return (sandbox_landlock_abi() == 0 || strcmp(sandbox_says(), wanted) == 0)
			       && prctl(PR_GET_DUMPABLE) == 0 && core.rlim_max == 0
		       ? WORKED
		       : OTHER;
}

static void it_says_what_it_is(void **state)
{
	(void)state;
	assert_string_equal(sandbox_says(), "off");
	assert_false(sandbox_whole());
	if (SANITIZED || !sandbox_has_seccomp())
		skip();
	assert_int_equal(tried(try_says, false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_fail),
		cmocka_unit_test(calls_kill_in_tests),
		cmocka_unit_test(the_trials_are_real),
		cmocka_unit_test(refusals_are_counted),
		cmocka_unit_test(threads_too),
		cmocka_unit_test(other_files_are_out_of_reach),
		cmocka_unit_test(no_port_is_opened),
		cmocka_unit_test(it_says_what_it_is),
	};
	return cmocka_run_group_tests_name("sandbox", tests, open_folder, remove_folder);
}
