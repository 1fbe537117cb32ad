/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_ALARM_WORDS_H
#define VIGIE_SCREENS_ALARM_WORDS_H

/* Alarms in the words of people. "" where there is nothing to tell. */

#include "screens/view.h"

const char *alarm_class_words(enum alarm_class c);      /* "patient call" */
const char *alarm_letter_words(enum alarm_state shown); /* "B: active, not acknowledged" */
const char *person_role_words(enum person_role role);   /* "nurse" */
/* "B", "C?", "LU" */
void alarm_letter_text(const struct view *view, const struct alarm *a, char *out, size_t size);
/* How far the act that its letter shows has come: "a" "A" "A✓". */
const char *alarm_share_sign(const struct view *view, const struct alarm *a);
const char *alarm_share_words(const struct view *view, const struct alarm *a);
/* "10:42 mc (desk-2): reason" of the last word on it. */
void alarm_word_text(const struct alarm_word *word, char *out, size_t size);
/* Why this class may not be shelved, acknowledged ... by this person; "" they may. */
void alarm_refusal(
	const struct view *view, const struct alarm *a, enum alarm_act act, char *out, size_t size);
/* Minutes a shelf of this class lasts at most, and as offered; 0: may not be. */
int alarm_shelf_most(const struct view *view, const struct alarm *a);
enum { ALARM_SHELF_USUAL = 30 };

#endif
