/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_COMMAND_H
#define VIGIE_SRC_COMMAND_H

/*
 * Runs the configured commands of escalation, a few side by side, each in a
 * process group of its own: message on standard input, output nowhere, an
 * environment of PATH, LANG and what is given, no open file of ours. One that
 * outlasts its deadline is killed with all it started, and so are those that
 * run when we go.
 */

#include <ev.h>

#include "feeds/notify.h"

enum { COMMANDS_RUNNING = 16 };

struct commands;

/* `ran` is told from the loop; why: "exit status 3", "killed by signal 9" ... */
struct commands *commands_open(struct ev_loop *loop,
	void (*ran)(void *context, uint64_t ticket, bool good, const char *why), void *context);
/* 0, or a negative errno and err; then `ran` is not told. */
int commands_run(struct commands *commands, uint64_t ticket, const struct notify_command *command,
	struct error *err);
void commands_close(struct commands *commands);

#endif
