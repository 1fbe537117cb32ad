/* SPDX-License-Identifier: Apache-2.0 */

/* What comes next, stage by stage: usual, so far, left, and when it ends. */

#include <math.h>
#include <stdlib.h>

#include "screens/format.h"
#include "screens/patient_twin.h"
#include "screens/rows.h"
#include "screens/tr.h"
#include "twin/ahead.h"

/* Columns of the table: they fit 78. */
enum { AT_NAME = 2, AT_USUAL = 18, AT_SO_FAR = 27, AT_LEFT = 36, AT_END = 55 };

static void cell(struct page *page, int row, int at, int width, enum role role, const char *text)
{
	canvas_text(page->canvas, page->area, row, page->area.column + at, width, role, text);
}

static void draw_heads(const struct view *view, bool foreseen, struct page *page)
{
	int row = page_line(page, ROLE_DIM, "%s", "");
	char text[LABEL_SIZE], age[24];

	if (row < 0)
		return;
	cell(page, row, 0, 16, ROLE_DIM, _("what comes next"));
	cell(page, row, AT_USUAL, 8, ROLE_DIM, _("usual"));
	cell(page, row, AT_SO_FAR, 8, ROLE_DIM, _("so far"));
	cell(page, row, AT_LEFT, 18, ROLE_DIM, _("left (80 %)"));
	format_put(text, sizeof text, "%s", _("ends; nobody waited for"));
	if (foreseen) {
		format_age(rows_forecast_age(view), age, sizeof age);
		format_put(text, sizeof text, _("ends (80 %%)  %s%s old"),
			rows_forecast_stale(view) ? "? " : "", age);
	}
	cell(page, row, AT_END, page->area.columns - AT_END, ROLE_DIM, text);
}

static void draw_stage(
	const struct view *view, const struct stage_ahead *a, enum role role, struct page *page)
{
	int row = page_line(page, role, "%s", "");
	struct quantiles end = rows_ahead(view, a->end);
	char text[64], span[48];

	if (row < 0)
		return;
	cell(page, row, 0, 1, ROLE_STRONG, a->running ? ">" : " ");
	cell(page, row, AT_NAME, 15, a->running ? ROLE_STRONG : role, a->name);
	if (a->usual_min >= 0.5) {
		format_duration(a->usual_min, text, sizeof text);
		cell(page, row, AT_USUAL, 8, role, text);
	}
	if (a->running) {
		format_duration(a->elapsed_min, text, sizeof text);
		cell(page, row, AT_SO_FAR, 8, role, text);
	}
	if (a->left_min.p90 >= 0.5) {
		format_put(text, sizeof text, _("%.0f min (%.0f-%.0f)"), fmax(1, a->left_min.p50),
			a->left_min.p10, a->left_min.p90);
		cell(page, row, AT_LEFT, 18, role, text);
	}
	format_span(&end, span, sizeof span);
	format_put(text, sizeof text, "%s%s", a->simulated ? " " : "~", span);
	cell(page, row, AT_END, page->area.columns - AT_END, role, text);
}

enum { LIKELY_PCT = 20 };

/* An ambulatory patient: when home, and whether the day unit is still open. */
static void draw_home(const struct view *view, int case_, const struct forecast_case *f,
	enum role role, struct page *page)
{
	const struct plan_index *index = &view->forecast->index;
	int i = index->case_of[case_];
	struct quantiles home = rows_ahead(view, f->home);
	char span[48], closes[16], text[160];

	if (!index->ambulatory[i])
		return;
	format_span(&home, span, sizeof span);
	if (!span[0]) {
		format_put(text, sizeof text, "%s",
			_("not foreseen: the pathway does not go as far as home"));
	} else if (f->p_convert < 0) {
		format_put(text, sizeof text, _("%s; when the day unit closes is not known"), span);
	} else {
		format_clock(index->origin_ms + index->home_by_ms[i], closes, sizeof closes);
		format_put(text, sizeof text,
			f->p_convert < 0.01 ? _("%s; over night with P < %.0f %%: closes %s")
					    : _("%s; over night with P %.0f %%: closes %s"),
			span, fmax(1, 100 * f->p_convert), closes);
	}
	page_pair(
		page, _("street-ready"), 100 * f->p_convert >= LIKELY_PCT ? ROLE_LATE : role, text);
}

struct planned {
	struct sim_plan plan;
	struct plan_index index;
};

void patient_ahead(const struct view *view, const struct surgery *s, struct page *page)
{
	const struct plan_options options = {.learnt = view->learning ? &view->learning->now : NULL,
		.midnight_ms = format_midnight(view->now_ms),
		.as_listed = true};
	int case_ = (int)(s - view->twin->cases), n = 0, i;
	const struct forecast_case *f = rows_forecast_case(view, case_);
	enum role role = f && rows_forecast_stale(view) ? ROLE_DIM : ROLE_NORMAL;
	struct stage_ahead stages[SIM_STEPS];
	struct planned *p = malloc(sizeof *p);

	if (!p)
		return;
	plan_build(view->twin, &options, &p->plan, &p->index);
	i = p->index.case_of[case_];
	if (i >= 0)
		n = stages_ahead(view->twin, &p->plan, &p->index, i, f, stages);
	if (n > 0)
		draw_heads(view, f != NULL, page);
	for (int k = 0; k < n; k++)
		draw_stage(view, &stages[k], role, page);
	if (f)
		draw_home(view, case_, f, role, page);
	free(p);
}
