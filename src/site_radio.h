/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SITE_RADIO_H
#define VIGIE_SRC_SITE_RADIO_H

/* The radio section of a site file: what a survey learned. */

#include <stdio.h>

#include "twin/site.h"

/* Prints site->survey as a section; -1 when there is none or it cannot. */
int site_radio_print(FILE *out, const struct site *site);

#endif
