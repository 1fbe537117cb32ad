/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_ROLES_H
#define VIGIE_TWIN_ROLES_H

/*
 * Who may do what. Every act of a person is a fact, so one table of facts holds for
 * the person at this keyboard and for what another station says somebody did.
 *
 *   viewer       looks
 *   nurse        says what happens to patients; acknowledges, takes charge, resets,
 *                shelves
 *   coordinator  and what becomes of the programme: people and beds of today,
 *                what-ifs for everybody, what is learnt from
 *   technician   takes things out of service, sees to technical alarms
 *   supervisor   everything, and takes back others' acknowledgements
 *
 * An alarm class may ask for more where it is acknowledged (alarm_setting.roles).
 */

#include "twin/twin.h"

/* Bits 1 << enum person_role. */
unsigned roles_that_may(const struct twin *twin, const struct fact *fact);
/* fact->by.role says who it is, fact->origin what he is called. */
bool role_may(const struct twin *twin, const struct fact *fact);
/* "shelve", "milestone", "reveal": what a fact does, for people and the audit. */
const char *role_act_name(const struct fact *fact);

#endif
