/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_WALK_H
#define VIGIE_HOSPITAL_WALK_H

/*
 * A surveyor's walk through all rooms by their doors, heard by this emulator's
 * own radio: a CSV with true rooms, as `vigie locate` reads it.
 */

#include <stdint.h>
#include <stdio.h>

#include "twin/site.h"

/* At least `seconds` in each room, more in large ones. Same site, seed and
 * seconds: same walk. 0, or -1 when the site has no badge to carry. */
int walk_write(FILE *out, const struct site *site, uint64_t seed, int seconds);

#endif
