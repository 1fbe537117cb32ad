/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_EMERGENCY_H
#define VIGIE_SCREENS_EMERGENCY_H

/* `E`: how urgent a case is, its NEST class.
 * `u`: an emergency that no system has told of. Its class is one key, the rest one
 * line: "90 appendectomy"; then where it fits is asked for. */

#include "screens/screen.h"

/* "90 appendectomy": minutes in the room, then what is to be done (may be missing).
 * False: no such. *what points into the text. */
bool emergency_typed(const char *text, int *minutes, const char **what);
/* "within 1 hour": what a class means; "" there is no such. */
const char *emergency_class(int nest);
/* What stands before the line. */
void emergency_lead(int nest, char *out, size_t size);
/* Typed in the footer for this class. */
unsigned emergency_given(struct call *call, int nest, const char *text);

#endif
