/* SPDX-License-Identifier: Apache-2.0 */

/* `O`: what was approved, step by step, how far it has come out there, what somebody
 * has to do about it, and what came of what was promised. */

#include <string.h>

#include "screens/commands.h"
#include "screens/format.h"
#include "screens/order_words.h"
#include "screens/page.h"
#include "screens/parts.h"
#include "screens/screen.h"
#include "screens/tr.h"

enum { DONE = UI_HANDLED | UI_DIRTY };

struct order_row {
	int plan, step;
};

static const struct order_plan *plan_of(const struct view *view, const struct order_row *row)
{
	return &view->orders->plans[row->plan];
}

static const struct order_step *step_of(const struct view *view, const void *data)
{
	const struct order_row *row = data;

	return &plan_of(view, row)->steps[row->step];
}

/* ---- the list: the newest plan first, its steps in their order ---- */

static int rows(const struct view *view, void *out, int max)
{
	struct order_row *list = out;
	int count = 0;

	for (int i = view->orders ? view->orders->plan_count : 0; i-- > 0;)
		for (int k = 0; k < view->orders->plans[i].step_count && count < max; k++)
			list[count++] = (struct order_row){i, k};
	return count;
}

static void id(const struct view *view, const void *data, char *out, size_t size)
{
	const struct order_row *row = data;

	format_put(out, size, "%s/%d", plan_of(view, row)->id, row->step);
}

static void fill_plan(const struct view *view, const void *data, struct cell_text *out)
{
	const struct order_row *row = data;

	out->role = ROLE_DIM;
	if (row->step == 0) {
		format_clock(plan_of(view, row)->approved_ms, out->text, sizeof out->text);
		out->role = order_whole_role(orders_whole(plan_of(view, row)));
	}
}

static void fill_step(const struct view *view, const void *data, struct cell_text *out)
{
	const struct order_row *row = data;

	format_put(out->text, sizeof out->text, "%d/%d", row->step + 1,
		plan_of(view, row)->step_count);
}

static void fill_what(const struct view *view, const void *data, struct cell_text *out)
{
	const struct order_step *s = step_of(view, data);

	order_text_words(view, s->order.text, out->text, sizeof out->text);
	if (order_state_words(s, (char[48]){""}, 48) == ROLE_DIM)
		out->role = ROLE_DIM;
}

static void fill_state(const struct view *view, const void *data, struct cell_text *out)
{
	out->role = order_state_words(step_of(view, data), out->text, sizeof out->text);
}

static void fill_at(const struct view *view, const void *data, struct cell_text *out)
{
	int64_t at = order_state_ms(step_of(view, data));

	if (at != 0)
		format_clock(at, out->text, sizeof out->text);
}

static void fill_way(const struct view *view, const void *data, struct cell_text *out)
{
	format_put(out->text, sizeof out->text, "%s", step_of(view, data)->order.way);
}

static void fill_by(const struct view *view, const void *data, struct cell_text *out)
{
	format_put(out->text, sizeof out->text, "%s", step_of(view, data)->by);
}

static void fill_station(const struct view *view, const void *data, struct cell_text *out)
{
	format_put(out->text, sizeof out->text, "%s", step_of(view, data)->station);
}

static const struct column columns[] = {
	{N_("Plan"), 5, 0, false, false, fill_plan, NULL},
	{N_("Step"), 4, 0, false, false, fill_step, NULL},
	{N_("What"), 30, 0, true, false, fill_what, NULL},
	{N_("State"), 15, 0, false, false, fill_state, NULL},
	{N_("At"), 5, 0, false, false, fill_at, NULL},
	{N_("Way"), 5, 2, false, false, fill_way, NULL},
	{N_("By"), 10, 3, false, false, fill_by, NULL},
	{N_("Station"), 12, 4, false, false, fill_station, NULL},
};

/* ---- the plan of the row the cursor is on ---- */

static void times_words(
	const struct view *view, const int64_t at_ms[ORDER_STATE_COUNT], char *out, size_t size)
{
	static const enum order_state turn[] = {ORDER_APPROVED, ORDER_PROPOSED, ORDER_SENT,
		ORDER_UNKNOWN, ORDER_REFUSED, ORDER_EXPIRED, ORDER_RECEIVED, ORDER_UNDONE};
	char when[40];

	(void)view;
	out[0] = '\0';
	for (size_t i = 0; i < sizeof turn / sizeof *turn; i++) {
		struct order_step one = {.order = {.plan = "x", .state = turn[i]}};
		char word[48];

		if (at_ms[turn[i]] == 0)
			continue;
		order_state_words(&one, word, sizeof word);
		format_date_clock(at_ms[turn[i]], when, sizeof when);
		format_add(out, size, "%s%s %s", out[0] ? ", " : "", word + 2,
			strlen(when) >= 8 ? when + strlen(when) - 8 : when);
	}
}

/* What was approved upon, what was wanted, what somebody else has made of it: of a
 * conflict, side by side. */
static void three_ways(const struct view *view, const struct fact_order *o, struct page *page)
{
	char words[ORDER_WORDS];

	if (!o->theirs[0])
		return;
	order_text_words(view, o->before, words, sizeof words);
	page_words(page, _("approved upon"), ROLE_NORMAL, words);
	order_text_words(view, o->text, words, sizeof words);
	page_words(page, _("wanted"), ROLE_NORMAL, words);
	order_text_words(view, o->theirs, words, sizeof words);
	page_words(page, _("theirs"), ROLE_STRONG, words);
}

/* Who was told of the step: their notices go by "order:PLAN:STEP:role". */
static void told_words(const struct view *view, const struct fact_order *o, char *out, size_t size)
{
	char lead[ID_SIZE];

	format_put(lead, sizeof lead, "order:%.32s:%d:", o->plan, o->step);
	out[0] = '\0';
	for (int i = 0; view->notices && i < view->notices->count; i++) {
		const struct notice_entry *e = &view->notices->list[i];
		const struct notice_step *n = NULL;

		if (strncmp(e->key, lead, strlen(lead)) != 0)
			continue;
		for (int step = 1; step <= ALARM_STEPS; step++) {
			const struct notice_step *at = notices_step(
				view->notices, e->key, e->raised_ms, step, PRIORITY_LOW);
			n = at ? at : n;
		}
		if (n)
			format_add(out, size, "%s%s %s", out[0] ? ", " : "", e->key + strlen(lead),
				n->state == NOTICE_SENT     ? _("told")
				: n->state == NOTICE_FAILED ? _("not yet reached")
							    : _("NOT REACHED"));
	}
}

static void step_page(const struct view *view, const struct order_step *s, struct page *page)
{
	bool undo = s->undo.plan[0] != '\0';
	const struct fact_order *o = undo ? &s->undo : &s->order;
	char words[ORDER_WORDS * 2], told[ORDER_WORDS];
	enum role role;

	order_text_words(view, s->order.text, words, sizeof words);
	page_words(page, _("step"), ROLE_STRONG, words);
	times_words(view, s->at_ms, words, sizeof words);
	page_words(page, _("times"), ROLE_NORMAL, words);
	if (undo) {
		times_words(view, s->undo_at_ms, words, sizeof words);
		page_words(page, _("taken back"), ROLE_NORMAL, words);
	}
	format_put(words, sizeof words, "%s %s %s", s->order.way, s->order.about, s->order.version);
	page_words(page, _("way"), ROLE_NORMAL, words);
	role = order_state_words(s, words, sizeof words);
	page_words(page, _("why"), role, o->why);
	three_ways(view, o, page);
	told_words(view, &s->order, told, sizeof told);
	page_words(page, _("people"), strstr(told, _("NOT REACHED")) ? ROLE_MEDIUM : ROLE_NORMAL,
		told);
}

static void ledger_page(const struct view *view, const struct order_plan *p, struct page *page)
{
	char words[ORDER_WORDS];

	if (p->promise_count > 0)
		page_line(page, ROLE_DIM, "%s",
			_("what it promised: nothing done > with it (p10 to p90), and what came"));
	for (int i = 0; i < p->promise_count; i++) {
		enum role role = order_promise_words(view, p, &p->promises[i], words, sizeof words);

		page_line(page, role, "%s", words);
	}
	order_score_words(view->orders, words, sizeof words);
	page_words(page, _("so far"), ROLE_NORMAL, words);
}

static void plan_page(const struct view *view, const struct order_row *row, struct page *page)
{
	const struct order_plan *p = plan_of(view, row);
	char clock[16];

	format_clock(p->approved_ms, clock, sizeof clock);
	page_line(page, order_whole_role(orders_whole(p)), _("PLAN %.8s %s %s: %s"), p->id, clock,
		p->steps[0].by, order_whole_words(orders_whole(p)));
	step_page(view, &p->steps[row->step], page);
	ledger_page(view, p, page);
}

static void draw(
	struct screen *screen, const struct view *view, struct canvas *canvas, struct area body)
{
	const struct table_def *def = screen->def->table;
	struct list list;
	const void *row;
	int tall, none = 0;

	if (!table_load(&screen->table, def, view, &list))
		return;
	row = list_selected(&screen->table, def, &list);
	tall = row && list.visible + 2 > body.rows * 2 / 5 ? body.rows * 2 / 5 : list.visible + 2;
	tall = row ? tall : body.rows;
	if (row) {
		struct page page = page_begin(canvas,
			(struct area){body.row + tall, body.column, body.rows - tall, body.columns},
			0);
		plan_page(view, row, &page);
		page_end(&page, &none);
	}
	table_draw(&screen->table, def, view, &list, canvas,
		(struct area){body.row, body.column, tall, body.columns}, true);
	list_free(&list);
}

/* ---- the keys ---- */

unsigned cmd_orders(struct call *call)
{
	if (call->screen->def != &screen_orders)
		ui_push(call->ui, &screen_orders);
	return DONE;
}

static bool row_under(struct call *call, struct order_row *out)
{
	struct list list = {0};
	const void *row = NULL;
	const struct table_def *def = call->screen->def->table;

	if (table_load(&call->screen->table, def, call->view, &list))
		row = list_selected(&call->screen->table, def, &list);
	if (row)
		*out = *(const struct order_row *)row;
	list_free(&list);
	if (!row)
		ui_say(call->ui, "%s", _("nothing was approved yet"));
	return row != NULL;
}

/* Enter asks once more: what, and on what. */
unsigned cmd_order(struct call *call)
{
	struct command ask = {.kind = (enum command_kind)(call->value & 0xff)};
	char words[ORDER_WORDS], text[TYPED_SIZE];
	struct order_row row;

	if (!row_under(call, &row))
		return DONE;
	const struct order_plan *p = plan_of(call->view, &row);

	format_put(ask.target, sizeof ask.target, "%s", p->id);
	ask.arg = row.step;
	ask.value = call->value >> 8;
	order_text_words(call->view, p->steps[row.step].order.text, words, sizeof words);
	if (ask.kind == COMMAND_RECALL)
		format_put(text, sizeof text,
			ngettext("take back %d step, the last one first: %s ...",
				"take back %d steps, the last one first: %s ...",
				(unsigned long)p->step_count),
			p->step_count, words);
	else
		format_put(text, sizeof text,
			ask.value ? _("it was done: %s") : _("it was not done, nor will be: %s"),
			words);
	return question_open(call, &ask, text);
}

static const struct table_def table = {
	.columns = columns,
	.column_count = sizeof columns / sizeof columns[0],
	.row_size = sizeof(struct order_row),
	.rows = rows,
	.id = id,
	.empty = N_("nothing was approved: r asks what could be done, Y approves it"),
};

const struct screen_def screen_orders = {
	.name = "orders",
	.title = N_("Orders"),
	.table = &table,
	.draw = draw,
};
