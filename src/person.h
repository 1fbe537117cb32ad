/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_PERSON_H
#define VIGIE_SRC_PERSON_H

/*
 * Who is at the keyboard: the user of the operating system, what his groups allow
 * him here, and where he sits.
 */

#include "src/settings.h"
#include "twin/fact.h"

struct person {
	char user[ORIGIN_SIZE];  /* as he is called here, neutralised */
	char login[ORIGIN_SIZE]; /* the user of the operating system; PAM knows him by it */
	enum person_role role;
	char group[ID_SIZE];  /* that gave it, "" none */
	char tty[FROM_SIZE];  /* "pts/3", "" none */
	char peer[FROM_SIZE]; /* address of the SSH client, "" none */
	char from[FROM_SIZE]; /* both: "pts/3 10.1.2.3" */
};

/* True when the settings name groups for roles. */
bool person_roles_configured(const struct settings *settings);
/* Looks it all up. With roles configured nobody may call himself another name
 * (-EPERM), and who is in no group is a viewer; without, he is a coordinator and
 * called what he likes; in a demonstration he may do everything. */
int person_find(const struct settings *settings, struct person *person, struct error *err);

#endif
