/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_CHILD_H
#define VIGIE_SRC_CHILD_H

/* Programs we start and must end: they die with us, even when we are killed. */

#include <stddef.h>
#include <sys/types.h>

#include "feeds/error.h"

/* Starts argv[0] (a path) in a process group of its own, with no input and its
 * output in `log` (NULL: nowhere). Descriptor `keep` (-1 none) stays open.
 * Returns the process id or a negative errno. */
pid_t child_start(char *const argv[], const char *log, int keep, struct error *err);
/* TERM, then KILL after 2 s; waits. Ignores pid <= 0. */
void child_end(pid_t pid);
/* True while it has not ended (a zombie has ended). */
int child_runs(pid_t pid);
/* A free TCP port on 127.0.0.1 (bound once and let go). 0: none. */
int child_free_port(void);
/* Waits until 127.0.0.1:port accepts. 0, or -ETIMEDOUT. */
int child_wait_port(int port, int timeout_ms);
/* "name" next to this program, in PATH or in an sbin folder; malloc'd or NULL. */
char *child_find(const char *name);
/* Folder of this program (with links resolved); malloc'd. */
char *child_here(void);

#endif
