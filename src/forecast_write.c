/* SPDX-License-Identifier: Apache-2.0 */
#include "src/forecast_write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "screens/format.h"
#include "src/journal_file.h"
#include "twin/replication.h"

struct future {
	struct sim_plan plan;
	struct plan_index index;
	struct sim_draw draw;
	struct sim_bench bench;
	struct sim_marks marks;
	struct replication told;
};

static void live(struct future *f, const struct programme *p, uint32_t seed, uint32_t n)
{
	struct plan_options options = {.midnight_ms = format_session_zero(p->at_ms)};
	plan_build(p->twin, &options, &f->plan, &f->index);
	sim_draw(&f->plan, seed, n, &f->draw);
	sim_run(&f->plan, &f->draw, &f->bench, &f->marks);
	replication_of(p->twin, &f->plan, &f->index, &f->marks, &f->told);
}

int forecast_write(const char *path, const struct programme *p, const char *site_text,
	uint32_t seed, uint32_t n, struct error *err)
{
	struct journal_file *file = NULL;
	char origin[64];
	struct future *f = calloc(1, sizeof *f);
	if (f == NULL)
		return error_set(err, -ENOMEM, "out of memory");
	int rc = journal_file_open(&file, path, p->site, site_text, p->at_ms, err);
	if (rc == 0) {
		live(f, p, seed, n);
		snprintf(origin, sizeof origin, "replication %u of seed %u", n, seed);
		for (size_t i = 0; i < p->fact_count; i++)
			journal_file_add(file, &p->facts[i]);
		for (int k = 0; k < f->told.count; k++) {
			struct fact fact =
				replication_fact(p->twin, &f->index, &f->told, k, origin);
			journal_file_add(file, &fact);
		}
		rc = journal_file_close(file, err);
	}
	free(f);
	return rc;
}
