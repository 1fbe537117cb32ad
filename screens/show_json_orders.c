/* SPDX-License-Identifier: Apache-2.0 */
/* `vigie show orders --json`: plans, their steps, and what was promised against what
 * came; twin/orders.h. */
#include "screens/order_words.h"
#include "screens/show_json_put.h"

static void put_step(const struct view *view, const struct order_step *s, int number_, cJSON *o)
{
	const struct fact_order *order = &s->order;
	char words[ORDER_WORDS];

	number(o, "step", number_);
	text(o, "state", order_step_state(s) == ORDER_NONE ? "" : order_state_name(order->state));
	text(o, "decision", order->text);
	order_text_words(view, order->text, words, sizeof words);
	text(o, "text", words);
	text(o, "way", order->way);
	text(o, "about", order->about);
	text(o, "version", order->version);
	text(o, "why", order->why);
	text(o, "before", order->before);
	text(o, "theirs", order->theirs);
	text(o, "by", s->by);
	text(o, "station", s->station);
	for (int i = 0; i < ORDER_STATE_COUNT; i++)
		when(o, order_state_name((enum order_state)i), s->at_ms[i]);
	if (!s->undo.plan[0])
		return;
	cJSON *undo = cJSON_AddObjectToObject(o, "undo");
	text(undo, "state", order_state_name(s->undo.state));
	text(undo, "why", s->undo.why);
	text(undo, "theirs", s->undo.theirs);
	text(undo, "by", s->undo_by);
	for (int i = 0; i < ORDER_STATE_COUNT; i++)
		when(undo, order_state_name((enum order_state)i), s->undo_at_ms[i]);
}

/* Minutes after `made`, or of overtime. */
static void put_promise(const struct order_promise *p, cJSON *o)
{
	text(o, "what", promised_name(p->promise.what));
	text(o, "id", p->promise.id);
	when(o, "made", p->made_ms);
	tenth(o, "nothing_min", p->promise.nothing);
	tenth(o, "p10_min", p->promise.low);
	tenth(o, "p50_min", p->promise.middle);
	tenth(o, "p90_min", p->promise.high);
	if (p->known)
		tenth(o, "came_min", p->came);
}

static const char *whole_name(enum order_whole whole)
{
	static const char *const names[WHOLE_COUNT] = {[WHOLE_WAITING] = "waiting",
		[WHOLE_UNDER_WAY] = "under_way",
		[WHOLE_BY_HAND] = "by_hand",
		[WHOLE_DONE] = "done",
		[WHOLE_HALF] = "half",
		[WHOLE_UNKNOWN] = "unknown",
		[WHOLE_REFUSED] = "refused",
		[WHOLE_EXPIRED] = "expired",
		[WHOLE_UNDOING] = "undoing",
		[WHOLE_UNDONE] = "undone",
		[WHOLE_NOT_UNDONE] = "not_undone"};

	return names[whole];
}

void show_json_orders(const struct view *view, cJSON *array, void *memory)
{
	const struct orders *orders = view->orders;

	(void)memory;
	for (int i = orders ? orders->plan_count : 0; i-- > 0;) {
		const struct order_plan *p = &orders->plans[i];
		cJSON *o = cJSON_CreateObject(), *list;

		cJSON_AddItemToArray(array, o);
		text(o, "plan", p->id);
		text(o, "state", whole_name(orders_whole(p)));
		when(o, "approved", p->approved_ms);
		list = cJSON_AddArrayToObject(o, "steps");
		for (int k = 0; k < p->step_count; k++) {
			cJSON *step = cJSON_CreateObject();

			cJSON_AddItemToArray(list, step);
			put_step(view, &p->steps[k], k, step);
		}
		list = cJSON_AddArrayToObject(o, "promises");
		for (int k = 0; k < p->promise_count; k++) {
			cJSON *promise = cJSON_CreateObject();

			cJSON_AddItemToArray(list, promise);
			put_promise(&p->promises[k], promise);
		}
	}
}

/* Nothing is told of a score before there is one. */
void show_json_score(const struct view *view, cJSON *root)
{
	struct orders_score s =
		view->orders ? orders_score(view->orders) : (struct orders_score){.known = 0};
	cJSON *o = cJSON_AddObjectToObject(root, "score");

	number(o, "plans", s.plans);
	number(o, "known", s.known);
	if (s.known == 0)
		return;
	number(o, "inside", s.inside);
	tenth(o, "error_min", s.error_min);
	tenth(o, "promised_min", s.foretold_min);
	tenth(o, "came_min", s.came_min);
}
