/* SPDX-License-Identifier: Apache-2.0 */
#include "src/forecast_write.h"

#include <errno.h>
#include <stdlib.h>

#include "screens/format.h"
#include "src/journal_file.h"
#include "twin/simulate_facts.h"

struct future {
	struct sim_plan plan;
	struct plan_index index;
	struct sim_draw draw;
	struct sim_bench bench;
	struct sim_marks marks;
};

static void into_file(void *context, const struct fact *fact)
{
	journal_file_add(context, fact);
}

static bool live(struct future *f, const struct programme *p, uint32_t seed, uint32_t n,
	struct journal_file *file)
{
	struct plan_options options = {.midnight_ms = format_clock_zero(p->at_ms)};
	const struct replication r = {p->twin, &f->plan, &f->index, &f->draw, &f->marks};
	plan_build(p->twin, &options, &f->plan, &f->index);
	sim_draw(&f->plan, seed, n, &f->draw);
	sim_run(&f->plan, &f->draw, &f->bench, &f->marks);
	return sim_facts(&r, INT64_MAX, into_file, file);
}

int forecast_write(const char *path, const struct programme *p, const char *site_text,
	uint32_t seed, uint32_t n, struct error *err)
{
	struct journal_file *file = NULL;
	struct future *f = calloc(1, sizeof *f);
	if (f == NULL)
		return error_set(err, -ENOMEM, "out of memory");
	int rc = journal_file_open(&file, path, p->site, site_text, p->at_ms, err);
	if (rc == 0) {
		for (size_t i = 0; i < p->fact_count; i++)
			journal_file_add(file, &p->facts[i]);
		bool told = live(f, p, seed, n, file);
		rc = journal_file_close(file, err);
		if (rc == 0 && !told)
			rc = error_set(err, -ENOMEM, "out of memory");
	}
	free(f);
	return rc;
}
