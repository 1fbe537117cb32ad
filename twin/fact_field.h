/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_FACT_FIELD_H
#define VIGIE_TWIN_FACT_FIELD_H

/*
 * What a person's fact is about: two facts of one field say the same thing anew,
 * and the later one, by (hlc_ms, station), is in force everywhere. The twin goes
 * by it when it folds, and stations when they tell each other.
 */

#include "twin/fact.h"

enum { FIELD_SIZE = 2 * ID_SIZE + 24, TOKEN_SIZE = 17 };

/* "milestone:c-102:in_room", "idea:0:busy day"; of what concerns an alarm its key.
 * False, and "": a kind that stations do not tell each other. */
bool fact_field(const struct fact *fact, char out[FIELD_SIZE]);
/* 16 hex digits of a hash of it: fits a level of a topic whatever the key holds. */
void field_token(const char *field, char out[TOKEN_SIZE]);
/* a < 0: by a's hybrid clock, then its name, it comes before b; 0: the same word. */
int author_compare(const struct author *a, const struct author *b);

#endif
