/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_HELPER_H
#define VIGIE_SRC_HELPER_H

/*
 * The helper: one process of the same user, forked before the program locks
 * itself in (src/sandbox.h), that does the few things which cannot be done from
 * inside: asking PAM about a password, running the commands that vigie.conf
 * names, and making a new file where an operator says.
 *
 * What it may be asked is fixed at its start: whose password, which programs.
 * Over the socket comes a number and a text, never a path to run. It keeps
 * nothing between two requests; each is done in a process of its own, with a
 * time limit. It ends with us, also when we are killed.
 */

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "feeds/notify.h"

struct helper;

/* Printing, and the targets of escalation in their order. */
enum { HELPER_PRINT, HELPER_TARGET, HELPER_COMMANDS = HELPER_TARGET + NOTIFY_TARGETS };

enum {
	HELPER_TEXT = 65536,    /* bytes of the longest text given to it */
	HELPER_WAITING = 32,    /* requests under way; more are refused */
	HELPER_PASSWORD_S = 30, /* PAM may ask a directory far away */
	HELPER_COMMAND_S = 60,  /* at most; then a command is killed */
};

struct helper_options {
	const char *user;       /* whose password is asked */
	const char *tty, *peer; /* told to PAM, for its own log; may be NULL */
	/* The PAM service (NULL "vigie") and where it is described (NULL: /etc/pam.d). */
	const char *service, *service_folder;
	/* Words of each command, argv[0] a path, NULL ends; NULL: not configured. */
	const char *const *commands[HELPER_COMMANDS];
};

enum helper_answer {
	HELPER_DONE,    /* the password is right; the command ended with 0 */
	HELPER_REFUSED, /* the password is wrong */
	HELPER_FAILED,  /* it could not be tried, or the command ended badly */
	HELPER_LATE,    /* no answer in time */
	HELPER_GONE,    /* the helper has died */
	HELPER_ANSWERS
};
/* `text`: a line for people that says why, "" none; not neutralised. */
typedef void helper_done(void *context, enum helper_answer answer, const char *text);

/* Forks it. No thread may run yet. NULL with err. */
struct helper *helper_start(const struct helper_options *options, struct error *err);
/* From here on answers come through the loop. */
void helper_attach(struct helper *helper, struct ev_loop *loop);
/* Ends it; requests under way are forgotten without a word. NULL allowed. */
void helper_stop(struct helper *helper);
bool helper_alive(const struct helper *helper);

/* Each: 0, or -EAGAIN (too many under way), -EMSGSIZE, -EPIPE (it is gone),
 * -ENOENT (no such command): then `done` is not called. Neither ever blocks. */
int helper_password(struct helper *helper, const char *password, helper_done *done, void *context);
/* Whether the account has a password at all, by passwd -S: HELPER_REFUSED it has none,
 * HELPER_FAILED it cannot be told. */
int helper_account(struct helper *helper, helper_done *done, void *context);
struct helper_input {
	const char *text; /* its standard input */
	size_t len;
	const char *const *env; /* "VIGIE_…=…" alone are given to it; NULL ends; may be NULL */
	double limit_s;         /* then it is killed with all it started; 0: as long as may be */
};
int helper_run(struct helper *helper, int which, const struct helper_input *input,
	helper_done *done, void *context);
/* Whoever asked with this context does not want to know any more. */
void helper_forget(struct helper *helper, const void *context);
/* A descriptor of a file that did not exist before (0600), to write; or a negative
 * errno. Hidden files and folders are refused. Waits for at most 0.2 s. */
int helper_new_file(struct helper *helper, const char *path);

#endif
