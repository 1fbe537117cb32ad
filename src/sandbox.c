/* SPDX-License-Identifier: Apache-2.0 */
#include "src/sandbox_private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights newer than the headers of Debian 12 (linux/landlock.h of Linux 6.15). */
enum { FS_ABI_1 = (1 << 13) - 1, FS_REFER = 1 << 13, FS_TRUNCATE = 1 << 14, FS_IOCTL = 1 << 15 };
enum { NET_BIND = 1, SCOPE_ABSTRACT_SOCKET = 1, SCOPE_SIGNAL = 2, RULE_NET_PORT = 2 };

struct ruleset {
	uint64_t fs, net, scoped;
};
struct net_rule {
	uint64_t allowed, port;
};

static char says[128] = "off";
static bool whole;

const char *sandbox_says(void)
{
	return says;
}

bool sandbox_whole(void)
{
	return whole;
}

int sandbox_landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	return abi > 0 ? (int)abi : 0;
}

/* --- the plan --- */

bool sandbox_plan_add(struct sandbox_plan *plan, const char *path, enum sandbox_right right)
{
	if (path == NULL || path[0] == '\0')
		return true;
	if (plan->count == SANDBOX_PATHS)
		return false;
	plan->paths[plan->count].right = right;
	plan->paths[plan->count].path = strdup(path);
	return plan->paths[plan->count++].path != NULL;
}

void sandbox_plan_fini(struct sandbox_plan *plan)
{
	for (int i = 0; i < plan->count; i++)
		free(plan->paths[i].path);
	plan->count = 0;
}

/* --- Landlock --- */

static uint64_t fs_rights(int abi)
{
	return (uint64_t)FS_ABI_1 | (abi >= 2 ? FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0)
	       | (abi >= 5 ? FS_IOCTL : 0);
}

static uint64_t rights_of(enum sandbox_right right, bool folder)
{
	const uint64_t read = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	const uint64_t change = LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE | FS_IOCTL;
	const uint64_t make = LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR
			      | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR
			      | FS_REFER;
	const uint64_t of_files = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE
				  | FS_TRUNCATE | FS_IOCTL;
	uint64_t rights = right == SANDBOX_EMPTY   ? LANDLOCK_ACCESS_FS_REMOVE_DIR
			  : right == SANDBOX_WRITE ? read | change | make
						   : read;
	return folder ? rights : rights & of_files;
}

static int allow_path(int ruleset, uint64_t handled, const char *path, enum sandbox_right right)
{
	struct landlock_path_beneath_attr rule = {.parent_fd = open(path, O_PATH | O_CLOEXEC)};
	struct stat st;
	if (rule.parent_fd < 0 || fstat(rule.parent_fd, &st) < 0) {
		int rc = -errno;
		if (rule.parent_fd >= 0)
			close(rule.parent_fd);
		return rc == -ENOENT || rc == -EACCES || rc == -ENOTDIR ? 0 : rc;
	}
	rule.allowed_access = rights_of(right, S_ISDIR(st.st_mode)) & handled;
	int rc = rule.allowed_access == 0
				 || syscall(SYS_landlock_add_rule, ruleset,
					    LANDLOCK_RULE_PATH_BENEATH, &rule, 0)
					    == 0
			 ? 0
			 : -errno;
	close(rule.parent_fd);
	return rc;
}

static int fill(int ruleset, const struct ruleset *r, const struct sandbox_plan *plan)
{
	struct net_rule port = {NET_BIND, (uint64_t)plan->listen_port};
	int rc = 0;
	for (int i = 0; i < plan->count && rc == 0; i++)
		rc = allow_path(ruleset, r->fs, plan->paths[i].path, plan->paths[i].right);
	if (rc == 0 && r->net != 0 && plan->listen_port > 0
		&& syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &port, 0) < 0)
		rc = -errno;
	return rc;
}

static uint64_t scopes(const struct sandbox_plan *plan)
{
	return (plan->ends_children ? 0u : SCOPE_SIGNAL)
	       | (plan->abstract_sockets ? 0u : SCOPE_ABSTRACT_SOCKET);
}

/* The ABI that is in force, 0 none in this kernel, or a negative errno. */
static int enter_landlock(const struct sandbox_plan *plan)
{
	int abi = sandbox_landlock_abi();
	struct ruleset r = {.fs = fs_rights(abi),
		.net = abi >= 4 && plan->listen_port >= 0 ? NET_BIND : 0,
		.scoped = abi >= 6 ? scopes(plan) : 0};
	size_t size = abi >= 6   ? sizeof r
		      : abi >= 4 ? offsetof(struct ruleset, scoped)
				 : offsetof(struct ruleset, net);
	if (abi == 0)
		return 0;
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
	if (ruleset < 0)
		return -errno;
	int rc = fill(ruleset, &r, plan);
	if (rc == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		rc = -errno;
	close(ruleset);
	return rc < 0 ? rc : abi;
}

int sandbox_enter(const struct sandbox_plan *plan, struct error *err)
{
	struct rlimit none = {0, 0};
	char landlock[64];
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(err, -errno, "sandbox: %s", strerror(errno));
	int abi = enter_landlock(plan);
	if (abi < 0)
		return error_set(err, abi, "sandbox: Landlock: %s (sandbox = false does without)",
			strerror(-abi));
	int filter = sandbox_filter(plan);
	if (filter < 0 && filter != -ENOSYS)
		return error_set(err, filter, "sandbox: seccomp: %s (sandbox = false does without)",
			strerror(-filter));
	if (abi > 0)
		snprintf(landlock, sizeof landlock, "Landlock %d", abi);
	else
		snprintf(landlock, sizeof landlock, "no Landlock in this kernel");
	snprintf(says, sizeof says, "%s, %s", landlock,
		filter == 0 ? "seccomp" : "no seccomp in this kernel");
	whole = abi > 0 && filter == 0;
	return 0;
}
