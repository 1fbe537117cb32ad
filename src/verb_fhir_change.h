/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_VERB_FHIR_CHANGE_H
#define VIGIE_SRC_VERB_FHIR_CHANGE_H

#include <stdbool.h>

#include "src/settings.h"

/* vigie fhir --change: what would be sent for a change, printed; nothing is sent. */

/* As the command line says it; NULL where it does not. */
struct fhir_change_said {
	const char *way, *id, *room, *at, *until, *off, *reason;
};

/* The options it takes, to be listed among those of getopt_long. */
enum fhir_change_option {
	CHANGE_WAY = 256,
	CHANGE_CASE,
	CHANGE_ROOM,
	CHANGE_AT,
	CHANGE_UNTIL,
	CHANGE_OFF,
	CHANGE_REASON,
	CHANGE_OPTIONS_END
};
/* False: it is none of them. */
bool verb_fhir_change_take(struct fhir_change_said *said, int option, const char *value);
/* Whether any of them was said. */
bool verb_fhir_change_said(const struct fhir_change_said *said);
/* `source`: a file, or the base of a server, which is only read from. The exit code. */
int verb_fhir_change(
	const struct fhir_change_said *said, const struct settings *settings, const char *source);

#endif
