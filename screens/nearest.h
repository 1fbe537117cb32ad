/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_NEAREST_H
#define VIGIE_SCREENS_NEAREST_H

/*
 * Which role is nearest to a call, and free: by the badges of staff, as roles in
 * rooms. Who it is is neither asked nor told.
 *
 * Free: heard in the last five minutes, with certainty, and not in an operating
 * room in which a case is under way. Nearest: doors to walk through, then metres.
 */

#include "screens/view.h"

struct nearest {
	int role;       /* index in the site, -1 nobody is known to be near and free */
	int room;       /* where */
	int doors;      /* to walk through; 0: there already */
	int there;      /* how many of this role are free in that room */
	int64_t age_ms; /* of the freshest fix among them */
};
/* For an alarm that rings in `room`; those who look after patients come before
 * those who carry and clean: the roles of the staffing of kinds of room. */
struct nearest nearest_free(const struct view *view, int room);
/* "PACU nurse, PACU, 2 doors away, 40 s" */
void nearest_words(const struct view *view, const struct nearest *n, char *out, size_t size);

#endif
