/* SPDX-License-Identifier: Apache-2.0 */
#include "src/verb_locate.h"

#include <stdio.h>

#include "src/locate_trial.h"
#include "src/site_file.h"
#include "src/site_radio.h"
#include "src/verbs.h"

/* vigie locate train: signatures from a recorded walk, as a site file has them. */

int locate_print_learned(struct walk *walk, const struct site *plan, const char *adjacency)
{
	struct trial trial = {0};
	struct walk *walks[] = {walk};
	struct error err = {""};
	int rc = trial_open(&trial, plan, walks, 1, &err);
	if (rc == 0 && adjacency != NULL)
		rc = trial_doors(&trial, adjacency, &err);
	if (rc == 0)
		rc = trial_learn(&trial, walk, NULL, &err);
	if (rc == 0)
		rc = site_radio_print(stdout, &trial.site);
	if (err.text[0] != '\0')
		fprintf(stderr, "vigie locate: %s\n", err.text);
	trial_close(&trial);
	walk_free(walk);
	return rc == 0 ? 0 : EXIT_ENVIRONMENT;
}

int locate_train(const struct locate_options *o)
{
	struct walk walk = {0};
	struct error err = {""};
	struct site *plan = NULL;
	int rc = walk_read(&walk, o->csv, &err);
	if (rc == 0 && o->site != NULL && (plan = site_load(o->site, NULL, &err)) == NULL)
		rc = -1;
	if (rc == 0) {
		locate_note_levels(o->csv, &walk);
		rc = locate_print_learned(&walk, plan, o->adjacency);
	} else {
		fprintf(stderr, "vigie locate: %s\n", err.text);
		walk_free(&walk);
		rc = EXIT_ENVIRONMENT;
	}
	site_free(plan);
	return rc;
}
