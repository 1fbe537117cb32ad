/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_VERB_LOCATE_H
#define VIGIE_SRC_VERB_LOCATE_H

/* The parts of `vigie locate`: evaluate is in verb_locate.c, the others in
 * verb_locate_train.c and verb_locate_survey.c. Each returns the exit code. */

#include "src/locate_csv.h"
#include "twin/site.h"

struct locate_options {
	const char *csv, *site, *train, *adjacency; /* NULL: not given */
	bool json;
};

int locate_train(const struct locate_options *o);
int locate_survey(int argc, char **argv);
/* Learns from a walk (which it takes over) and prints the radio section for the
 * plan (NULL: rooms and gateways of the walk's own). */
int locate_print_learned(struct walk *walk, const struct site *plan, const char *adjacency);
/* Says on stderr how many levels of a file were left out. */
void locate_note_levels(const char *path, const struct walk *walk);

#endif
