/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SANDBOX_H
#define VIGIE_SRC_SANDBOX_H

/*
 * The room a program locks itself into: no new privileges, no core dump, no other
 * process may look at its memory; by Landlock only the files of the plan; by
 * seccomp only the system calls that a console needs, among them none that starts
 * another program. What a program taken over by a hostile payload cannot do, it
 * does not do.
 *
 * It is entered after the helper was forked (src/helper.h) and before any thread
 * begins: threads inherit it. There is no way out.
 */

#include <stdbool.h>
#include <stdint.h>

#include "feeds/error.h"

struct settings;

enum sandbox_right {
	SANDBOX_READ,  /* and list */
	SANDBOX_WRITE, /* and read, create, remove */
	SANDBOX_EMPTY  /* may only remove empty folders in it */
};

enum { SANDBOX_PATHS = 192 };

struct sandbox_plan {
	struct {
		char *path; /* owned; what does not exist is passed over */
		enum sandbox_right right;
	} paths[SANDBOX_PATHS];
	int count;
	int listen_port;       /* TCP; 0 none, -1 any */
	bool ends_children;    /* may send signals to processes outside */
	bool abstract_sockets; /* may speak to those of processes outside */
	bool kills;            /* a forbidden call ends the program: for tests */
};

/* What the settings need: certificates, secrets, site, journal, door. */
int sandbox_plan_of(const struct settings *settings, struct sandbox_plan *plan, struct error *err);
bool sandbox_plan_add(struct sandbox_plan *plan, const char *path, enum sandbox_right right);
void sandbox_plan_fini(struct sandbox_plan *plan);

/* As far as the kernel goes: what it lacks is said in sandbox_says, and is no error.
 * Negative: it could have, and did not. */
int sandbox_enter(const struct sandbox_plan *plan, struct error *err);

/* "Landlock 7, seccomp", "no Landlock in this kernel, seccomp", "off". */
const char *sandbox_says(void);
bool sandbox_whole(void); /* both are in force */
/* Calls refused so far, and the name of the last one, "" none. */
unsigned sandbox_refused(const char **last);
/* What the kernel offers: the Landlock ABI (0 none), and whether it has seccomp. */
int sandbox_landlock_abi(void);
bool sandbox_has_seccomp(void);

#endif
