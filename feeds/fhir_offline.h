/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_FHIR_OFFLINE_H
#define VIGIE_FEEDS_FHIR_OFFLINE_H

/*
 * For `vigie fhir`, where the input ends: what was kept back in the hope of
 * its Appointment is read with the reference taken at its word, and what still
 * hangs on nothing is reported as not understood.
 */

#include "feeds/fhir.h"

void fhir_map_flush(struct fhir_map *map);

#endif
