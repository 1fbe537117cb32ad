/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SCREENS_TR_H
#define VIGIE_SCREENS_TR_H

/* Every string for people passes here; N_() marks those in static tables. */

#include <libintl.h>

#define _(text)  gettext(text)
#define N_(text) text

#endif
