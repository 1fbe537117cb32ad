/* SPDX-License-Identifier: Apache-2.0 */
#include "src/helper_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- the password --- */

struct talk {
	const char *password;
	bool given;
	char *why; /* what PAM has to say */
	size_t size;
};

static void forget(struct pam_response *answers, int count)
{
	for (int i = 0; i < count; i++)
		if (answers[i].resp != NULL) {
			explicit_bzero(answers[i].resp, strlen(answers[i].resp));
			free(answers[i].resp);
		}
	free(answers);
}

/* One question without echo is answered, by the password. Whatever else a module
 * wants to know cannot be asked on the locked picture. */
static int converse(
	int count, const struct pam_message **asked, struct pam_response **out, void *context)
{
	struct talk *talk = context;
	struct pam_response *answers = calloc((size_t)count, sizeof *answers);
	if (answers == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		int style = asked[i]->msg_style;
		if (style == PAM_ERROR_MSG || style == PAM_TEXT_INFO) {
			snprintf(talk->why, talk->size, "%s", asked[i]->msg);
		} else if (style == PAM_PROMPT_ECHO_OFF && !talk->given) {
			answers[i].resp = strdup(talk->password);
			talk->given = true;
		} else {
			snprintf(talk->why, talk->size, "it asks for more than a password");
			forget(answers, count);
			return PAM_CONV_ERR;
		}
	}
	*out = answers;
	return PAM_SUCCESS;
}

/* Another answer than a wrong password, whatever the stack makes of it: pam_deny, which
 * ends Debian's common-account, says "authentication failure". */
static enum helper_answer account(pam_handle_t *pam, char *why, size_t size)
{
	char said[256];
	int rc = pam_acct_mgmt(pam, 0);
	if (rc == PAM_SUCCESS)
		return HELPER_DONE;
	snprintf(said, sizeof said, "%s", why[0] != '\0' ? why : pam_strerror(pam, rc));
	snprintf(why, size, "the account is refused: %.200s", said);
	return HELPER_FAILED;
}

enum helper_answer helper_ask_pam(
	const struct helper_options *o, const char *password, char *why, size_t size)
{
	struct talk talk = {password, false, why, size};
	struct pam_conv conversation = {converse, &talk};
	const char *service = o->service != NULL ? o->service : "vigie";
	pam_handle_t *pam = NULL;
	int rc = o->service_folder != NULL ? pam_start_confdir(
			 service, o->user, &conversation, o->service_folder, &pam)
					   : pam_start(service, o->user, &conversation, &pam);
	if (rc == PAM_SUCCESS && o->tty != NULL)
		pam_set_item(pam, PAM_TTY, o->tty);
	if (rc == PAM_SUCCESS && o->peer != NULL)
		pam_set_item(pam, PAM_RHOST, o->peer);
	if (rc == PAM_SUCCESS)
		rc = pam_authenticate(pam, 0);
	enum helper_answer answer =
		rc == PAM_SUCCESS ? account(pam, why, size)
		: rc == PAM_AUTH_ERR || rc == PAM_MAXTRIES || rc == PAM_PERM_DENIED ? HELPER_REFUSED
										    : HELPER_FAILED;
	if (rc != PAM_SUCCESS && why[0] == '\0')
		snprintf(why, size, "%s", pam_strerror(pam, rc));
	if (pam != NULL)
		pam_end(pam, rc);
	return answer;
}

/* --- commands --- */

struct running {
	pid_t pid;
	int err; /* what it complains of */
	char *why;
	size_t size, used;
};

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* In memory, so that nobody waits for a command that does not read. */
static int input_of(const struct helper_task *task)
{
	int fd = memfd_create("message", MFD_CLOEXEC);
	if (fd >= 0
		&& (write(fd, task->text, task->len) != (ssize_t)task->len
			|| lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Whoever asks may name variables of ours, and not LD_PRELOAD. */
static void add_environment(const struct helper_task *task)
{
	static const char ours[] = "VIGIE_";
	for (const char *at = task->env, *end = at + task->env_len; at < end;) {
		size_t n = strnlen(at, (size_t)(end - at));
		char *copy = strndup(at, n);
		if (copy != NULL && strncmp(copy, ours, sizeof ours - 1) == 0
			&& strchr(copy, '=') != NULL)
			putenv(copy);
		at += n + 1;
	}
}

_Noreturn static void become(const struct helper_task *task, int in, int err)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	add_environment(task);
	dup2(in, 0);
	dup2(err, task->takes_output ? 1 : 2);
	if (chdir("/") == 0)
		execv(task->argv[0], (char *const *)(uintptr_t)task->argv);
	dprintf(2, "cannot be run: %s", strerror(errno));
	_exit(127);
}

static void listen_to(struct running *r, int wait_ms)
{
	char piece[512];
	struct pollfd ready = {.fd = r->err, .events = POLLIN};
	if (poll(&ready, 1, wait_ms) <= 0)
		return;
	ssize_t n = read(r->err, piece, sizeof piece);
	if (n <= 0) {
		close(r->err);
		r->err = -1; /* poll then only waits */
	}
	for (ssize_t i = 0; i < n && r->used + 1 < r->size; i++)
		r->why[r->used++] = piece[i];
	r->why[r->used] = '\0';
}

/* Its exit status, or -1 when it had to be killed. A child that it left behind may
 * hold on to its output: its own end is what counts. */
static int ended(struct running *r, int64_t until)
{
	int status = 0;
	while (waitpid(r->pid, &status, WNOHANG) == 0) {
		if (now_ms() >= until) {
			kill(-r->pid, SIGKILL);
			kill(r->pid, SIGKILL);
			waitpid(r->pid, NULL, 0);
			return -1;
		}
		listen_to(r, 20);
	}
	listen_to(r, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

enum helper_answer helper_do_command(const struct helper_task *task, char *why, size_t size)
{
	struct running r = {.why = why, .size = size};
	int err[2], in = input_of(task);
	if (in < 0 || pipe2(err, O_CLOEXEC) < 0 || (r.pid = fork()) < 0) {
		snprintf(why, size, "%s", strerror(errno));
		return HELPER_FAILED;
	}
	if (r.pid == 0)
		become(task, in, err[1]);
	close(in);
	close(err[1]);
	r.err = err[0];
	int status = ended(&r, now_ms() + task->limit_ms);
	why[strcspn(why, "\r\n")] = '\0';
	if (status < 0)
		snprintf(why, size, "did not end in time");
	else if (status > 128 && why[0] == '\0')
		snprintf(why, size, "killed by signal %d", status - 128);
	else if (status > 0 && why[0] == '\0')
		snprintf(why, size, "exit status %d", status);
	return status == 0 ? HELPER_DONE : status < 0 ? HELPER_LATE : HELPER_FAILED;
}

/* --- the account --- */

/* passwd(1): "NAME P|L|NP ...", which anybody may ask of himself. */
enum helper_answer helper_ask_account(const struct helper_options *o)
{
	const char *const argv[] = {"/usr/bin/passwd", "-S", o->user, NULL};
	struct helper_task task = {
		.argv = argv, .env = "", .text = "", .limit_ms = 5000, .takes_output = true};
	char line[256] = "", state[8] = "";
	if (helper_do_command(&task, line, sizeof line) != HELPER_DONE
		|| sscanf(line, "%*s %7s", state) != 1)
		return HELPER_FAILED;
	return state[0] == 'P'                      ? HELPER_DONE
	       : state[0] == 'L' || state[0] == 'N' ? HELPER_REFUSED
						    : HELPER_FAILED;
}
