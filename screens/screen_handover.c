/* SPDX-License-Identifier: Apache-2.0 */

/* `H`: the hand-over sheet, to scroll, to print, to write to a file. */

#include "screens/handover.h"

#include <stdlib.h>
#include <string.h>

#include "screens/commands.h"
#include "screens/format.h"
#include "screens/page.h"
#include "screens/screen.h"
#include "screens/tr.h"

enum { DONE = UI_HANDLED | UI_DIRTY, ROWS_AT_ONCE = 2000 };

static void write_sheet(const struct view *view, struct page *page)
{
	struct handover *sheet = malloc(sizeof *sheet);
	char at[48];
	int section = -1;

	if (!sheet)
		return;
	handover_fill(view, sheet);
	format_date_clock(view->now_ms, at, sizeof at);
	page_line(page, ROLE_STRONG, _("Hand-over, %s, %s, by %s"),
		view->twin->site ? view->twin->site->name : "", at,
		view->user[0] ? view->user : "vigie");
	for (int i = 0; i < sheet->count; i++) {
		if (sheet->lines[i].section != section) {
			section = sheet->lines[i].section;
			page_line(page, ROLE_NORMAL, "%s", "");
			page_title(page, handover_title(section));
		}
		page_flow(page, 2, sheet->lines[i].role, sheet->lines[i].text);
	}
	if (sheet->dropped > 0)
		page_line(page, ROLE_CONFLICT, _("%d lines did not fit"), sheet->dropped);
	page_line(page, ROLE_NORMAL, "%s", "");
	page_line(page, ROLE_DIM, "%s",
		_("A secondary display: not a certified nurse-call system nor a medical device."));
	free(sheet);
}

static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	struct page page = page_begin(canvas, body, screen->offset);

	write_sheet(view, &page);
	page_end(&page, &screen->offset);
}

char *handover_text(const struct view *view, int columns, bool ascii)
{
	struct canvas canvas;
	struct page page;
	char *out = NULL;

	canvas_init(&canvas);
	canvas.ascii = ascii;
	if (canvas_resize(&canvas, ROWS_AT_ONCE, columns < 40 ? 40 : columns)) {
		canvas_erase(&canvas);
		page = page_begin(&canvas, canvas_area(&canvas), 0);
		write_sheet(view, &page);
		if (canvas_resize(&canvas, page.line, canvas.columns)) {
			canvas_erase(&canvas);
			page = page_begin(&canvas, canvas_area(&canvas), 0);
			write_sheet(view, &page);
			out = canvas_dump(&canvas, NULL);
		}
	}
	canvas_fini(&canvas);
	return out;
}

const struct screen_def screen_handover = {
	.name = "handover",
	.title = N_("Hand-over"),
	.draw = draw,
};

unsigned cmd_handover(struct call *call)
{
	if (call->screen->def != &screen_handover)
		ui_push(call->ui, &screen_handover);
	return DONE;
}

/* To the printer, or with a name to a file. */
unsigned cmd_print(struct call *call)
{
	call->command->kind = COMMAND_PRINT;
	format_put(call->command->text, sizeof call->command->text, "%s", call->argument);
	return DONE;
}
