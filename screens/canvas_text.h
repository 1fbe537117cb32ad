/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_CANVAS_TEXT_H
#define VIGIE_SCREENS_CANVAS_TEXT_H

/* Code points as cells: width, combining marks, and their ASCII stand-ins. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 2 wide, 1, or 0: combining, control and formatting characters. */
int point_width(uint32_t point);
bool point_is_mark(uint32_t point);
/* The character for a terminal without UTF-8; '?' when there is none. */
char point_ascii(uint32_t point);

#endif
