/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_LISTS_H
#define VIGIE_TWIN_LISTS_H

/*
 * Who is operated on where, and in which order: the operating lists, and all the
 * ways to change them a little. Items are numbers of somebody else (cases of a
 * plan, jobs of a puzzle); the last list holds who is put off. Plain data, a copy
 * is a memcpy; nothing allocates.
 */

#include <stdbool.h>
#include <stdint.h>

enum { LISTS = 64, LIST_TURNS = 64, LISTS_ITEMS = 512 };

struct lists {
	int16_t turn[LISTS + 1][LIST_TURNS]; /* [rooms]: who is put off, in no order */
	int16_t turns[LISTS + 1];
	int16_t fixed[LISTS]; /* so many of the front have begun, or are locked: they stay */
	int rooms;
};

/* One change. From list and place, to list and place (as it is after the taking). */
struct lists_step {
	int16_t from, at, to, place;
	bool swap; /* the two change places; else one is put in before */
};

bool lists_where(const struct lists *lists, int item, int *list, int *at);
/* False: the list is full, or a fixed one would move; nothing has changed. */
bool lists_do(struct lists *lists, const struct lists_step *step);
void lists_undo(struct lists *lists, const struct lists_step *step);
/* The n-th of all steps there are, in a fixed order; how many there are. */
int lists_steps(const struct lists *lists);
void lists_nth(const struct lists *lists, int n, struct lists_step *step);

#endif
