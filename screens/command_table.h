/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_COMMAND_TABLE_H
#define VIGIE_SCREENS_COMMAND_TABLE_H

/*
 * The one table of commands: keys, footer hints, help, completion and manual
 * come from it. A new command is one line here and one function.
 */

#include "screens/screen.h"

enum command_flag {
	FLAG_SHARED = 1,  /* asks for a change of shared state: not in --readonly */
	FLAG_CONFIRM = 2, /* asks in the footer before anything happens */
	FLAG_SMALL = 4,   /* answers even in a terminal too small to draw in */
	FLAG_MOVE = 8     /* moves: no hint, grouped in help */
};

struct command_entry {
	const char *scope;   /* "" everywhere, else names of screens */
	uint32_t key, alias; /* 0: only by name */
	const char *name;    /* for `:` */
	const char *help;
	unsigned flags;
	int rank; /* footer: 1 kept longest; 0 no hint */
	unsigned (*run)(struct call *call);
	int value; /* for run */
};

extern const struct command_entry command_table[];
extern const int command_count;

bool command_in_scope(const struct command_entry *entry, const char *screen);
/* The entry for a key on a screen, NULL when unbound. */
const struct command_entry *command_for_key(const char *screen, uint32_t key);
/* By name, or by a beginning that only one has. NULL unknown or ambiguous. */
const struct command_entry *command_by_name(const char *screen, const char *name);
/* "Enter", "F2", "PgUp", "a" … */
void command_key_name(uint32_t key, char *out, size_t size);
unsigned command_run(struct call *call, const struct command_entry *entry);

#endif
