/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_FASTING_H
#define VIGIE_TWIN_FASTING_H

/*
 * The fasting clock: what a patient last ate and drank, and from when on
 * anaesthesia may begin. Six hours after solids and after a light meal, two
 * after clear fluids (ESAIC 2022, doi 10.1097/EJA.0000000000001718, and ASA
 * 2017, doi 10.1097/ALN.0000000000001452, which asks eight after fat or meat):
 * the site's targets fasting_solids_h, fasting_light_h and fasting_fluids_h
 * set others.
 */

#include "twin/twin.h"

/* Hours without this before anaesthesia. */
double fasting_hours(const struct site *site, enum intake intake);

/* The earliest start of anaesthesia, ms; 0: nothing is known to have been eaten
 * or drunk. `case_` is an index in twin->cases. */
int64_t fasting_legal_ms(const struct twin *twin, int case_);
/* What sets it: the intake whose clock runs out last; INTAKE_COUNT none. */
enum intake fasting_binding(const struct twin *twin, int case_);

/* 1: fasting, 0: not by the planned start or not now, -1: nobody has said. A
 * clock counts before a word of yes or no, but a later "not fasting" is news. */
int fasting_kept(const struct twin *twin, int case_);

/* False for those who cannot wait for an empty stomach: classes of emergency
 * with less than the hours of a meal (NEST 1 to 3, up to 4 h), and who is
 * already in the room. */
bool fasting_binds(const struct surgery *s);

/* From when on it may be planned: so late that no step of the case's pathway up to the
 * entry into the room is let in before the clock runs out; 0: it binds nobody. */
int64_t fasting_earliest_ms(const struct twin *twin, int case_, const struct pathway *way);

/* The planned start as it can be: when the clock binds, so late that no step of
 * the case's pathway up to the entry into the room is let in before it runs out. */
int64_t fasting_start_ms(const struct twin *twin, int case_, const struct pathway *way);

/* Cases that could change places with one whose clock runs out too late: of the
 * same room or surgeon, not begun, planned later and not before the clock runs
 * out, and free by their own clocks to come at the earlier time. Those known to
 * be fasting and arrived first, then by time. Indexes; returns how many, `max`
 * at most; 0 when there is nothing to swap for. */
int fasting_swaps(const struct twin *twin, int case_, int *out, int max);

#endif
