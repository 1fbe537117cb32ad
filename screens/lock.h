/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_LOCK_H
#define VIGIE_SCREENS_LOCK_H

/*
 * The locked picture: everything can be looked at, names are masked, alarms are as
 * ever; whatever would act asks for the password instead. What is typed there is
 * drawn nowhere and kept nowhere.
 */

#include "screens/command_table.h"

/* Closes what was being typed or asked when the view has locked, or opened again. */
void lock_follow(struct ui *ui, const struct view *view);
/* True when the command may be used by whoever stands here; NULL: no. */
bool lock_lets(const struct command_entry *entry);
/* Opens the prompt for the password. */
unsigned lock_ask(struct call *call);
void lock_prompt_draw(const struct screen *screen, const struct view *view, struct canvas *canvas,
	struct area line);

extern const struct screen_def screen_unlock;

#endif
