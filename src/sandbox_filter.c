/* SPDX-License-Identifier: Apache-2.0 */
#include "src/sandbox_private.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <ucontext.h>

/*
 * The system calls of a console with its libraries, and no others. What is missing
 * on purpose: execve, fork, ptrace, process_vm_*, mount, bpf, keyctl, perf, io_uring,
 * userfaultfd, namespaces, modules, set*id, chroot, new limits, raw and packet sockets,
 * characters pushed into the terminal's input (TIOCSTI).
 *
 * A refused call fails with EPERM and is counted: it is trapped, and the handler puts
 * the error in its place. Threads must therefore leave SIGSYS unblocked.
 */

static const char *const allowed[] = {
	/* files that Landlock lets through */
	"read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "open",
	"openat", "close", "close_range", "fstat", "stat", "lstat", "newfstatat", "fstatat64",
	"statx", "access", "faccessat", "faccessat2", "lseek", "ftruncate", "truncate", "fsync",
	"fdatasync", "fallocate", "fadvise64", "rename", "renameat", "renameat2", "unlink",
	"unlinkat", "mkdir", "mkdirat", "rmdir", "readlink", "readlinkat", "getdents64", "getcwd",
	"fchdir", "fchmod", "fchown", "umask", "flock", "fcntl", "dup", "dup2", "dup3", "pipe",
	"pipe2", "statfs", "fstatfs", "utimensat", "memfd_create", "sendfile", "inotify_init1",
	"inotify_add_watch", "inotify_rm_watch",
	/* waiting */
	"poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl",
	"epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd2", "timerfd_create",
	"timerfd_settime", "timerfd_gettime", "nanosleep", "clock_nanosleep", "restart_syscall",
	"pause", "wait4", "waitid", "alarm", "setitimer",
	/* memory and threads */
	"mmap", "munmap", "mremap", "mprotect", "madvise", "mlock", "munlock", "msync", "brk",
	"futex", "set_robust_list", "get_robust_list", "rseq", "sched_yield", "sched_getaffinity",
	"sched_getparam", "sched_getscheduler", "getcpu", "membarrier", "set_tid_address",
	"arch_prctl", "exit", "exit_group",
	/* signals, to ourselves; `kill` only where the plan says so */
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigtimedwait",
	"rt_sigsuspend", "sigaltstack", "tgkill",
	/* who and when */
	"clock_gettime", "clock_getres", "gettimeofday", "time", "times", "getrusage", "sysinfo",
	"uname", "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid",
	"getgroups", "getpgrp", "getpgid", "getsid", "getpriority", "getrandom", "getrlimit",
	/* the network; `socket` only of some families */
	"socketpair", "connect", "bind", "listen", "accept", "accept4", "getsockname",
	"getpeername", "getsockopt", "setsockopt", "sendto", "recvfrom", "sendmsg", "recvmsg",
	"sendmmsg", "recvmmsg", "shutdown"};

static const struct {
	const char *name;
	unsigned arg;
	uint64_t value;
} allowed_if[] = {
	{"socket", 0, AF_UNIX}, {"socket", 0, AF_INET}, {"socket", 0, AF_INET6},
	{"socket", 0, AF_NETLINK}, /* getaddrinfo asks which addresses we have */
	{"ioctl", 1, TCGETS}, {"ioctl", 1, TCSETS}, {"ioctl", 1, TCSETSW}, {"ioctl", 1, TCSETSF},
	{"ioctl", 1, TCFLSH}, {"ioctl", 1, TCSBRK}, {"ioctl", 1, TCXONC}, {"ioctl", 1, TIOCGWINSZ},
	{"ioctl", 1, TIOCGPGRP}, {"ioctl", 1, TIOCSPGRP}, {"ioctl", 1, TIOCOUTQ},
	{"ioctl", 1, FIONREAD}, {"ioctl", 1, FIONBIO}, {"prctl", 0, PR_SET_NAME},
	{"prctl", 0, PR_GET_NAME}, {"prctl", 0, PR_GET_DUMPABLE},
	{"prlimit64", 2, 0}, /* looking at a limit, not setting one */
};

static atomic_uint refused;
static atomic_int last_call;

unsigned sandbox_refused(const char **last)
{
	static char name[48];
	unsigned count = atomic_load(&refused);
	char *word = count > 0 ? seccomp_syscall_resolve_num_arch(
			     SCMP_ARCH_NATIVE, atomic_load(&last_call))
			       : NULL;
	size_t n = 0;
	for (; word != NULL && word[n] != '\0' && n < sizeof name - 1; n++)
		name[n] = word[n];
	name[n] = '\0';
	free(word);
	*last = name;
	return count;
}

bool sandbox_has_seccomp(void)
{
	return seccomp_api_get() >= 2; /* 1 has no TSYNC */
}

static void on_refused(int signum, siginfo_t *info, void *context)
{
	ucontext_t *at = context;
	(void)signum;
	atomic_store(&last_call, info->si_syscall);
	atomic_fetch_add(&refused, 1);
#if defined(__x86_64__)
	at->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
	at->uc_mcontext.regs[0] = (unsigned long long)-EPERM;
#else
	(void)at;
#endif
}

static uint32_t refusal(const struct sandbox_plan *plan)
{
	if (plan->kills)
		return SCMP_ACT_KILL_PROCESS;
#if defined(__x86_64__) || defined(__aarch64__)
	return SCMP_ACT_TRAP;
#else
	return SCMP_ACT_ERRNO(EPERM); /* not counted */
#endif
}

static int add_calls(scmp_filter_ctx filter, const struct sandbox_plan *plan)
{
	int rc = 0;
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed && rc == 0; i++) {
		int call = seccomp_syscall_resolve_name(allowed[i]);
		if (call != __NR_SCMP_ERROR)
			rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
		if (rc == -EDOM) /* this machine has no such call */
			rc = 0;
	}
	for (size_t i = 0; i < sizeof allowed_if / sizeof *allowed_if && rc == 0; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW,
			seccomp_syscall_resolve_name(allowed_if[i].name), 1,
			SCMP_CMP(allowed_if[i].arg, SCMP_CMP_EQ, allowed_if[i].value));
	/* Threads, not processes. The flags of clone3 cannot be seen from here: without it
	 * the C library takes clone. It must not be trapped: signals are blocked there. */
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
			SCMP_CMP(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (rc == 0 && plan->ends_children)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(kill), 0);
	return rc;
}

int sandbox_filter(const struct sandbox_plan *plan)
{
	struct sigaction action = {
		.sa_sigaction = on_refused, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART};
	if (!sandbox_has_seccomp())
		return -ENOSYS;
	scmp_filter_ctx filter = seccomp_init(refusal(plan));
	if (filter == NULL)
		return -ENOMEM;
	int rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (rc == 0)
		rc = add_calls(filter, plan);
	sigaction(SIGSYS, &action, NULL);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}
