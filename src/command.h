/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_COMMAND_H
#define VIGIE_SRC_COMMAND_H

/*
 * The commands of escalation, run by the helper (src/helper.h): which they are was
 * fixed when it began, here one is named by its place in the list of targets.
 */

#include "feeds/notify.h"
#include "src/helper.h"

enum { COMMANDS_RUNNING = 16 };

struct commands;

/* `ran` is told from the loop; why: "exit status 3", or what it complained of. */
struct commands *commands_open(struct helper *helper,
	void (*ran)(void *context, uint64_t ticket, bool good, const char *why), void *context);
/* 0, or a negative errno and err; then `ran` is not told. */
int commands_run(struct commands *commands, uint64_t ticket, const struct notify_command *command,
	struct error *err);
void commands_close(struct commands *commands);

#endif
