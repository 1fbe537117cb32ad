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
	k->notices = calloc(1, sizeof *k->notices);
	return k->learning != NULL && k->history != NULL && k->score != NULL && k->notices != NULL;
}

void knowledge_fini(struct knowledge *k)
{
	learning_destroy(k->learning);
	indicator_history_destroy(k->history);
	score_destroy(k->score);
	free(k->notices);
}

void knowledge_before(struct knowledge *k, const struct twin *twin, const struct fact *fact)
{
	if (fact->kind == FACT_SITE && fact->site.site != NULL)
		suite_clock_zone(fact->site.site->zone);
	indicator_history_before(k->history, twin, fact->at_ms);
}

void knowledge_after(struct knowledge *k, const struct twin *twin, const struct fact *fact)
{
	learning_hear(k->learning, twin, fact);
	score_hear(k->score, twin, fact);
	notices_hear(k->notices, fact);
}

void knowledge_view(const struct knowledge *k, struct view *view)
{
	view->learning = k->learning;
	view->history = k->history;
	view->score = k->score;
	view->notices = k->notices;
}
