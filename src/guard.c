/* SPDX-License-Identifier: Apache-2.0 */
#include "src/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/child.h"
#include "src/person.h"
#include "src/sandbox.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* One program, one helper. */
static struct helper *ours;

/* Words of the printing command; `found` owns the first when it had to be looked for.
 * No printer is no fault, a wrong one is. */
static int print_words(const struct settings *s, const char *words[COMMAND_WORDS + 1], char **found,
	struct error *err)
{
	for (int i = 0; i < s->print_command_count && i < COMMAND_WORDS; i++)
		words[i] = s->print_command[i];
	if (words[0] == NULL || words[0][0] != '/')
		words[0] = *found = child_find(words[0] != NULL ? words[0] : "lp");
	if (s->print_command_count > 0 && (words[0] == NULL || access(words[0], X_OK) != 0))
		return error_set(
			err, -ENOENT, "print_command: %s cannot be run", s->print_command[0]);
	return 0;
}

static struct helper *start_helper(const struct settings *s, struct error *err)
{
	const char *print[COMMAND_WORDS + 1] = {NULL};
	char *found = NULL;
	struct person person;
	if (person_find(s, &person, err) < 0 || print_words(s, print, &found, err) < 0) {
		free(found);
		return NULL;
	}
	struct helper_options o = {.user = person.login, .tty = person.tty, .peer = person.peer};
	if (print[0] != NULL)
		o.commands[HELPER_PRINT] = print;
	for (int i = 0; i < s->notify.count; i++)
		if (s->notify.targets[i].way == NOTIFY_COMMAND)
			o.commands[HELPER_TARGET + i] = s->notify.targets[i].argv;
	struct helper *helper = helper_start(&o, err);
	free(found);
	return helper;
}

static int lock_in(const struct settings *s, struct error *err)
{
	struct sandbox_plan plan;
	if (s->no_sandbox || SANITIZED)
		return 0;
	int rc = sandbox_plan_of(s, &plan, err);
	if (rc == 0)
		rc = sandbox_enter(&plan, err);
	sandbox_plan_fini(&plan);
	return rc;
}

struct helper *guard_begin(const struct settings *settings, struct error *err)
{
	ours = start_helper(settings, err);
	if (ours != NULL && lock_in(settings, err) < 0)
		guard_end(ours);
	return ours;
}

void guard_end(struct helper *helper)
{
	helper_stop(helper);
	ours = NULL;
}

struct helper *guard_helper(void)
{
	return ours;
}

bool guard_helper_lost(void)
{
	return ours != NULL && !helper_alive(ours);
}

FILE *guard_new_file(const char *path)
{
	int fd = ours != NULL
			 ? helper_new_file(ours, path)
			 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 && ours != NULL)
		errno = -fd;
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (fd >= 0 && file == NULL)
		close(fd);
	return file;
}
