/* SPDX-License-Identifier: Apache-2.0 */
#include "src/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct running {
	struct commands *commands; /* NULL: free */
	uint64_t ticket;
};

struct commands {
	struct helper *helper;
	void (*ran)(void *context, uint64_t ticket, bool good, const char *why);
	void *context;
	struct running list[COMMANDS_RUNNING];
};

struct commands *commands_open(struct helper *helper,
	void (*ran)(void *context, uint64_t ticket, bool good, const char *why), void *context)
{
	struct commands *c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	c->helper = helper;
	c->ran = ran;
	c->context = context;
	return c;
}

static void on_done(void *context, enum helper_answer answer, const char *why)
{
	struct running *r = context;
	struct commands *c = r->commands;
	r->commands = NULL;
	c->ran(c->context, r->ticket, answer == HELPER_DONE, answer == HELPER_DONE ? "" : why);
}

int commands_run(struct commands *c, uint64_t ticket, const struct notify_command *command,
	struct error *err)
{
	struct running *r = c->list;
	struct helper_input input = {.text = command->input,
		.len = strlen(command->input),
		.env = command->env,
		.limit_s = command->deadline_s};
	while (r < c->list + COMMANDS_RUNNING && r->commands != NULL)
		r++;
	if (r == c->list + COMMANDS_RUNNING)
		return error_set(err, -EAGAIN, "%d commands run already", COMMANDS_RUNNING);
	*r = (struct running){c, ticket};
	int rc = c->helper != NULL ? helper_run(
			 c->helper, HELPER_TARGET + command->target, &input, on_done, r)
				   : -EPIPE;
	if (rc == 0)
		return 0;
	r->commands = NULL;
	return error_set(err, rc, "%s: %s", command->argv[0],
		rc == -EPIPE ? "the helper process is not there" : strerror(-rc));
}

void commands_close(struct commands *c)
{
	for (int i = 0; c != NULL && i < COMMANDS_RUNNING; i++)
		if (c->list[i].commands != NULL)
			helper_forget(c->helper, &c->list[i]);
	free(c);
}
