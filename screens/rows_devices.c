/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rows.h"

#include <string.h>

#include "twin/catalogue.h"

/* The thing of each of the site's tags, -1 none: looked up once, not per tag. */
static void index_things(const struct twin *twin, int things[TWIN_THINGS])
{
	for (int i = 0; i < TWIN_THINGS; i++)
		things[i] = -1;
	for (int i = 0; i < twin->thing_count; i++)
		if (twin->things[i].site_tag >= 0 && twin->things[i].site_tag < TWIN_THINGS)
			things[twin->things[i].site_tag] = i;
}

/* When a tag was last heard: by the radio since we began, else what the room
 * filter last concluded, which the journal remembers. 0 never. */
static int64_t heard_ms(const struct view *view, int tag, int thing, int *battery)
{
	int64_t at_ms = tag < HEALTH_TAGS ? view->health->tags[tag].last_ms : 0;

	*battery = thing >= 0 ? view->twin->things[thing].battery : -1;
	if (thing >= 0 && view->twin->things[thing].known
		&& view->twin->things[thing].certain_ms > at_ms)
		at_ms = view->twin->things[thing].certain_ms;
	return at_ms;
}

static void add_tag(const struct view *view, const int *things, struct device_row *row, int tag)
{
	int battery;
	int64_t at_ms = heard_ms(view, tag, tag < TWIN_THINGS ? things[tag] : -1, &battery);

	row->count++;
	if (at_ms > 0) {
		int64_t age_ms = view->now_ms - at_ms;

		row->heard++;
		if (row->age_ms < 0 || age_ms < row->age_ms)
			row->age_ms = age_ms;
	}
	if (battery >= 0 && (row->battery < 0 || battery < row->battery))
		row->battery = battery;
}

static struct device_row blank(const char *name)
{
	return (struct device_row){.tag = -1,
		.model = catalogue_find(name),
		.name = name,
		.age_ms = -1,
		.battery = -1};
}

/* Silent first, those not heard for longest before the others. */
static bool comes_before(const struct device_row *a, const struct device_row *b)
{
	if (a->silent != b->silent)
		return a->silent;
	if (a->expected != b->expected)
		return a->expected;
	if ((a->age_ms < 0) != (b->age_ms < 0))
		return a->age_ms < 0;
	return a->age_ms > b->age_ms;
}

static int add_buttons(const struct view *view, const int *things, struct device_row *rows, int max)
{
	const struct site *site = view->twin->site;
	int64_t silence_ms = (int64_t)(site->tag_silence_min * 60000);
	int count = 0;

	for (int i = 0; i < site->tag_count && count < max; i++) {
		struct device_row row;
		int at = count;

		if (!site_is_button(site, &site->tags[i]))
			continue;
		row = blank(site->tags[i].model);
		row.tag = i;
		row.name = site->tags[i].name;
		add_tag(view, things, &row, i);
		/* By the rule of the alarm (vigie-site(5)), as the radio knows it now. */
		row.expected =
			i < TWIN_THINGS && things[i] >= 0 && tag_is_expected(view->twin, things[i]);
		row.silent = row.expected && silence_ms > 0
			     && (row.age_ms < 0 || row.age_ms > silence_ms);
		for (; at > 0 && comes_before(&row, &rows[at - 1]); at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
		count++;
	}
	return count;
}

static int model_row(struct device_row *rows, int from, int count, const char *model)
{
	for (int i = from; i < count; i++)
		if (strcmp(rows[i].name, model) == 0)
			return i;
	return -1;
}

int device_rows(const struct view *view, struct device_row *rows, int max)
{
	const struct site *site = view->twin->site;
	int things[TWIN_THINGS], count, from;

	index_things(view->twin, things);
	count = from = site ? add_buttons(view, things, rows, max) : 0;
	for (int i = 0; site && i < site->tag_count; i++) {
		int known = catalogue_find(site->tags[i].model);
		const char *name = known >= 0 ? catalogue[known].model : site->tags[i].model;
		int at = model_row(rows, from, count, name);

		if (at < 0 && count < max && name[0]) {
			at = count++;
			rows[at] = blank(name);
		}
		if (at >= 0)
			add_tag(view, things, &rows[at], i);
	}
	for (int i = 0; i < catalogue_count && count < max; i++)
		if (model_row(rows, from, count, catalogue[i].model) < 0)
			rows[count++] = blank(catalogue[i].model);
	return count;
}
