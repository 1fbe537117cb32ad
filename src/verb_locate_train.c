/* SPDX-License-Identifier: Apache-2.0 */
#include "src/verb_locate.h"

#include <stdio.h>

#include "src/locate_trial.h"
#include "src/site_file.h"
#include "src/site_radio.h"
#include "src/verbs.h"

/* vigie locate train: signatures from a recorded walk, as a site file has them. */

int locate_train(const struct locate_options *o)
{
	struct trial trial = {0};
	struct walk walk = {0}, *walks[] = {&walk};
	struct error err = {""};
	struct site *plan = NULL;
	int rc = walk_read(&walk, o->csv, &err);
	if (rc == 0 && o->site != NULL && (plan = site_load(o->site, NULL, &err)) == NULL)
		rc = -1;
	if (rc == 0)
		rc = trial_open(&trial, plan, walks, 1, &err);
	if (rc == 0 && o->adjacency != NULL)
		rc = trial_doors(&trial, o->adjacency, &err);
	if (rc == 0)
		rc = trial_learn(&trial, &walk, NULL, &err);
	if (rc == 0) {
		locate_note_levels(o->csv, &walk);
		rc = site_radio_print(stdout, &trial.site);
	} else {
		fprintf(stderr, "vigie locate: %s\n", err.text);
	}
	trial_close(&trial);
	walk_free(&walk);
	site_free(plan);
	return rc == 0 ? 0 : EXIT_ENVIRONMENT;
}
