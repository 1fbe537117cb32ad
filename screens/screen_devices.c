/* SPDX-License-Identifier: Apache-2.0 */

/* F2, Tab, Tab: call buttons that may have gone silent, the models of the
 * site's tags, and what the catalogue knows of each. */

#include "screens/format.h"
#include "screens/page.h"
#include "screens/rows.h"
#include "screens/screen.h"
#include "screens/tr.h"
#include "twin/catalogue.h"

static const struct device_model *model_of(const void *data)
{
	int i = ((const struct device_row *)data)->model;

	return i >= 0 ? &catalogue[i] : NULL;
}

static void fill_name(const struct view *view, const void *data, struct cell_text *out)
{
	(void)view;
	format_put(out->text, sizeof out->text, "%s", ((const struct device_row *)data)->name);
}

static void fill_model(const struct view *view, const void *data, struct cell_text *out)
{
	const struct device_row *row = data;

	if (row->tag >= 0)
		format_put(
			out->text, sizeof out->text, "%s", view->twin->site->tags[row->tag].model);
	else if (row->model >= 0)
		format_put(out->text, sizeof out->text, "%s",
			_(device_kind_name(catalogue[row->model].kind)));
	else
		format_put(out->text, sizeof out->text, "%s", _("unknown"));
}

/* How many of the model's tags were heard; of a button, whether. */
static void fill_heard(const struct view *view, const void *data, struct cell_text *out)
{
	const struct device_row *row = data;

	(void)view;
	if (row->silent) {
		format_put(out->text, sizeof out->text, "%s", _("SILENT"));
		out->role = ROLE_MEDIUM;
	} else if (row->tag >= 0) {
		format_put(
			out->text, sizeof out->text, "%s", row->expected ? _("heard") : _("spare"));
	} else if (row->count > 0) {
		format_put(out->text, sizeof out->text, "%d/%d", row->heard, row->count);
	}
}

static double number_heard(const struct view *view, const void *data)
{
	const struct device_row *row = data;

	(void)view;
	return row->count - row->heard;
}

static void fill_last(const struct view *view, const void *data, struct cell_text *out)
{
	const struct device_row *row = data;

	(void)view;
	if (row->age_ms >= 0)
		format_age(row->age_ms, out->text, sizeof out->text);
	else if (row->count > 0)
		format_put(out->text, sizeof out->text, "%s", _("never"));
}

static double number_last(const struct view *view, const void *data)
{
	int64_t age_ms = ((const struct device_row *)data)->age_ms;

	(void)view;
	return age_ms < 0 ? 1e15 : (double)age_ms;
}

static void fill_battery(const struct view *view, const void *data, struct cell_text *out)
{
	int battery = ((const struct device_row *)data)->battery;

	(void)view;
	if (battery >= 0)
		format_put(out->text, sizeof out->text, "%d%%", battery);
}

static double number_battery(const struct view *view, const void *data)
{
	int battery = ((const struct device_row *)data)->battery;

	(void)view;
	return battery < 0 ? 101 : battery;
}

static void fill_evidence(const struct view *view, const void *data, struct cell_text *out)
{
	const struct device_model *m = model_of(data);

	(void)view;
	if (m)
		format_put(out->text, sizeof out->text, "%s", m->evidence);
}

static void fill_verified(const struct view *view, const void *data, struct cell_text *out)
{
	const struct device_model *m = model_of(data);

	(void)view;
	if (m)
		format_put(out->text, sizeof out->text, "%s", m->verified ? _("yes") : _("no"));
}

static void fill_yields(const struct view *view, const void *data, struct cell_text *out)
{
	const struct device_model *m = model_of(data);

	(void)view;
	if (m)
		format_put(out->text, sizeof out->text, "%s", m->yields[0] ? m->yields : m->frames);
	else
		format_put(out->text, sizeof out->text, "%s", _("not in the catalogue"));
	out->role = ROLE_DIM;
}

static void fill_what(const struct view *view, const void *data, struct cell_text *out)
{
	const struct device_model *m = model_of(data);

	(void)view;
	if (m)
		format_put(out->text, sizeof out->text, "%s", m->what);
}

static const struct column columns[] = {
	{N_("Device"), 18, 0, true, false, fill_name, NULL},
	{N_("Model"), 8, 0, false, false, fill_model, NULL},
	{N_("Heard"), 7, 0, false, true, fill_heard, number_heard},
	{N_("Last"), 6, 0, false, true, fill_last, number_last},
	{N_("Batt"), 4, 1, false, true, fill_battery, number_battery},
	{N_("Evidence"), 8, 3, false, false, fill_evidence, NULL},
	{N_("Verified"), 8, 2, false, false, fill_verified, NULL},
	{N_("What it is"), 34, 5, false, false, fill_what, NULL},
	{N_("Yields"), 48, 4, false, false, fill_yields, NULL},
};

static int rows(const struct view *view, void *out, int max)
{
	return device_rows(view, out, max);
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	const struct device_row *row = data;

	format_put(
		out, size, "%s", row->tag >= 0 ? view->twin->site->tags[row->tag].mac : row->name);
}

static void subject(
	struct screen *screen, const struct view *view, const void *data, struct subject *out)
{
	const struct device_row *row = data;

	(void)screen;
	if (row->tag >= 0)
		out->thing = twin_thing(view->twin, view->twin->site->tags[row->tag].mac);
}

/* What the letters of evidence stand for. */
static const char *evidence_word(char letter)
{
	static const struct {
		char letter;
		const char *word;
	} words[] = {{'V', N_("vendor's document")}, {'R', N_("real capture")},
		{'C', N_("code that works against real hardware")}, {'S', N_("synthetic vector")},
		{'?', N_("inferred")}};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i].letter == letter)
			return _(words[i].word);
	return "";
}

static void detail(const struct view *view, const void *data, struct page *page)
{
	const struct device_model *m = model_of(data);
	char words[128] = "";

	(void)view;
	if (!m) {
		page_line(page, ROLE_NORMAL, "%s",
			_("not in the catalogue: its frames are read all the same"));
		return;
	}
	for (const char *c = m->evidence; *c; c++)
		format_add(words, sizeof words, "%s%s", words[0] ? ", " : "", evidence_word(*c));
	page_line(page, ROLE_STRONG, "%s: %s", m->model, _(m->what));
	page_pair(page, _("evidence"), ROLE_NORMAL, words);
	page_pair(page, _("source"), ROLE_NORMAL, m->source);
	page_pair(page, _("sends"), ROLE_NORMAL, m->frames);
	page_words(page, _("note"), ROLE_NORMAL, m->remark);
	page_words(page, _("yields"), ROLE_NORMAL, m->yields);
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(struct device_row),
	.rows = rows,
	.id = id,
	.empty = N_("no device"),
};

const struct screen_def screen_devices = {
	.name = "devices",
	.title = N_("Devices"),
	.table = &table,
	.detail = detail,
	.subject = subject,
};
