/* SPDX-License-Identifier: Apache-2.0 */
#include "src/knowledge.h"

#include <stdlib.h>

#include "screens/format.h"
#include "src/suite_clock.h"

bool knowledge_init(struct knowledge *k)
{
	k->learning = learning_create();
	k->history = indicator_history_create(format_midnight);
	k->score = score_create();
	k->changes = changes_create();
	k->notices = calloc(1, sizeof *k->notices);
	k->orders = calloc(1, sizeof *k->orders);
	if (k->orders != NULL)
		orders_init(k->orders, format_clock_zero);
	return k->learning != NULL && k->history != NULL && k->score != NULL && k->changes != NULL
	       && k->notices != NULL && k->orders != NULL;
}

void knowledge_fini(struct knowledge *k)
{
	learning_destroy(k->learning);
	indicator_history_destroy(k->history);
	score_destroy(k->score);
	changes_destroy(k->changes);
	free(k->notices);
	free(k->orders);
}

void knowledge_before(struct knowledge *k, const struct twin *twin, const struct fact *fact)
{
	if (fact->kind == FACT_SITE && fact->site.site != NULL)
		suite_clock_zone(fact->site.site->zone);
	indicator_history_before(k->history, twin, fact->at_ms);
	changes_before(k->changes, twin, fact);
}

void knowledge_after(struct knowledge *k, const struct twin *twin, const struct fact *fact,
	const struct consequences *out)
{
	learning_hear(k->learning, twin, fact);
	score_hear(k->score, twin, fact);
	notices_hear(k->notices, fact);
	orders_fold(k->orders, twin, fact);
	changes_after(k->changes, twin, fact, out);
}

void knowledge_advanced(
	struct knowledge *k, const struct twin *twin, const struct consequences *out)
{
	changes_alarms(k->changes, twin, out);
}

void knowledge_view(const struct knowledge *k, struct view *view)
{
	view->learning = k->learning;
	view->history = k->history;
	view->score = k->score;
	view->changes = k->changes;
	view->notices = k->notices;
	view->orders = k->orders;
}
