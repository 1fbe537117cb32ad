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
	if (rc == PAM_SUCCESS)
		rc = pam_acct_mgmt(pam, 0);
	if (rc != PAM_SUCCESS && why[0] == '\0')
		snprintf(why, size, "%s", pam_strerror(pam, rc));
	if (pam != NULL)
		pam_end(pam, rc);
	if (rc == PAM_SUCCESS)
		return HELPER_DONE;
	return rc == PAM_AUTH_ERR || rc == PAM_MAXTRIES || rc == PAM_PERM_DENIED ? HELPER_REFUSED
										 : HELPER_FAILED;
}

/* --- commands --- */

struct running {
	pid_t pid;
	int in, err;
	const char *text;
	size_t left;
	char *why;
	size_t size, used;
};

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

_Noreturn static void become(const char *const argv[], int in, int err)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	dup2(in, 0);
	dup2(err, 2);
	if (chdir("/") == 0)
		execv(argv[0], (char *const *)(uintptr_t)argv);
	dprintf(2, "%s", strerror(errno));
	_exit(127);
}

static void shut(int *fd)
{
	close(*fd);
	*fd = -1;
}

/* Gives the text, takes what it complains of; until it shuts both or time is up. */
static void converse_with(struct running *r, int64_t until)
{
	char piece[512];
	while ((r->in >= 0 || r->err >= 0) && now_ms() < until) {
		struct pollfd ready[] = {
			{.fd = r->in, .events = POLLOUT}, {.fd = r->err, .events = POLLIN}};
		if (poll(ready, 2, (int)(until - now_ms() > 0 ? until - now_ms() : 0)) <= 0)
			continue;
		if (ready[0].revents != 0) {
			ssize_t n = write(r->in, r->text, r->left);
			r->text += n > 0 ? n : 0;
			r->left -= n > 0 ? (size_t)n : 0;
			if (r->left == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
				shut(&r->in);
		}
		if (ready[1].revents != 0) {
			ssize_t n = read(r->err, piece, sizeof piece);
			if (n <= 0)
				shut(&r->err);
			for (ssize_t i = 0; i < n && r->used + 1 < r->size; i++)
				r->why[r->used++] = piece[i];
			r->why[r->used] = '\0';
		}
	}
}

/* Its exit status, or -1 when it had to be killed. */
static int ended(struct running *r, int64_t until)
{
	int status = 0;
	while (waitpid(r->pid, &status, WNOHANG) == 0) {
		if (now_ms() >= until) {
			kill(-r->pid, SIGKILL);
			waitpid(r->pid, NULL, 0);
			return -1;
		}
		nanosleep(&(struct timespec){0, 10 * 1000000}, NULL);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

enum helper_answer helper_do_command(
	const char *const argv[], const char *text, size_t len, char *why, size_t size)
{
	struct running r = {.text = text, .left = len, .why = why, .size = size};
	int64_t until = now_ms() + HELPER_COMMAND_S * 1000;
	int in[2], err[2];
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 || (r.pid = fork()) < 0) {
		snprintf(why, size, "%s", strerror(errno));
		return HELPER_FAILED;
	}
	if (r.pid == 0)
		become(argv, in[0], err[1]);
	close(in[0]);
	close(err[1]);
	r.in = in[1];
	r.err = err[0];
	fcntl(r.in, F_SETFL, O_NONBLOCK);
	converse_with(&r, until);
	int status = ended(&r, until);
	why[strcspn(why, "\r\n")] = '\0';
	if (status < 0)
		snprintf(why, size, "%s: killed after %d s", argv[0], HELPER_COMMAND_S);
	else if (status > 0 && why[0] == '\0')
		snprintf(why, size, "%s: exit status %d", argv[0], status);
	return status == 0 ? HELPER_DONE : status < 0 ? HELPER_LATE : HELPER_FAILED;
}
