/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_OFFLINE_H
#define VIGIE_HOSPITAL_OFFLINE_H

/*
 * Operating days one after another (Monday to Friday), without a network and
 * as fast as they can be written: for each day of FOLDER
 *   DATE.journal     what vigie would have heard, minute by minute
 *   DATE.json        the programme, closed at 16:30 on the eve: a FHIR Bundle
 *   truth.jsonl      a line a day: when each room was really done, every case, and
 *                    how many PACU bays were taken each quarter of an hour
 * Day k has the seed SEED + k, so that any day can be had alone. Nothing that is
 * there already is written over.
 */

#include "src/hospital/options.h"

/* 0, or negative with err. */
int offline_play(const struct options *options, struct error *err);
/* The truth of a day as one line. */
void offline_truth(FILE *out, const struct day *day);

#endif
