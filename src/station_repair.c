/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_private.h"

#include <stdio.h>
#include <string.h>

#include "screens/format.h"
#include "twin/order_plan.h"
#include "twin/repair_core.h"
#include "twin/repair_promise.h"
#include "twin/text.h"

/*
 * What do we do: asks the search beside the loop, tells the screens how its answer
 * stands, and puts what is approved on record. Approved is what was proved of the day
 * as it stands: anything the day hangs on that is told since makes the proof void, and
 * it is asked anew, or proved again when it is approved. What is on record is brought to the
 * hospital by the orders; here nothing can reach it.
 */

enum { SOON_MS = 1000, PATIENCE_MS = 10000, OLD_MS = 60000, SEED = 7 };

static const struct repair_answer *last(const struct station *s)
{
	const struct repair_answer *a = s->repairer != NULL ? repairer_last(s->repairer) : NULL;
	bool ours = a != NULL && s->repair_asked && strcmp(a->asked.about, s->desk.ask.about) == 0
		    && what_if_same(&a->asked.given, &s->desk.ask.given);
	return ours ? a : NULL;
}

static bool is_stale(const struct station *s)
{
	const struct repair_answer *a = last(s);
	return a != NULL && a->seq < s->mattered_seq;
}

static void on_better(void *context)
{
	struct station *s = context;
	s->desk.stale = is_stale(s);
	station_changed(s);
}

/* ---- asking ---- */

static bool can_ask(struct station *s)
{
	const char *why = s->twin->site == NULL      ? "no site"
			  : s->twin->case_count == 0 ? "no programme"
						     : "";
	if (why[0] == '\0' && s->repairer == NULL)
		s->repairer = repairer_create(s->loop, SEED, on_better, s);
	if (why[0] == '\0' && s->repairer == NULL)
		why = "no thread or memory on this machine";
	text_copy(s->desk.cannot, sizeof s->desk.cannot, why);
	return why[0] == '\0';
}

/* How what is approved leaves, as far as this station is configured. */
static void where_to(struct station *s)
{
	const struct settings *c = s->settings;
	char *to = s->desk.to;
	int way = FHIR_PROPOSE;
	for (int n = 0; n < FHIR_SERVERS && way <= FHIR_PROPOSE; n++)
		if (c->fhir[n].base != NULL && c->fhir[n].write != NULL)
			way = fhir_write_way_parse(c->fhir[n].write);
	if (way > FHIR_PROPOSE)
		snprintf(to, sizeof s->desk.to, "by FHIR %s",
			fhir_write_way_name((enum fhir_write_way)way));
	else
		text_copy(
			to, sizeof s->desk.to, c->order_commands ? "by command topics" : "by hand");
}

static const struct repair_option *option(const struct station *s, const char *id)
{
	const struct repair_answer *a = last(s);
	char of[ID_SIZE];
	for (int i = 0; a != NULL && i < a->count; i++) {
		order_plan_id(s->twin, &a->options[i].moves, of);
		if (strcmp(of, id) == 0)
			return &a->options[i];
	}
	return NULL;
}

/* What somebody reads, points at, or would approve first: asked anew it is to stay. */
static const struct repair_option *looked_at(const struct station *s)
{
	const struct repair_answer *a = last(s);
	if (a == NULL || s->desk.proof[0] != '\0')
		return a != NULL ? &s->desk.proved : NULL;
	const struct repair_option *chosen = option(s, s->desk.chosen);
	return chosen == NULL && a->count > 0 ? &a->options[0] : chosen;
}

static void ask_holding(struct station *s, const struct what_if *held)
{
	s->desk.ask.held = *held;
	where_to(s);
	s->repair_mono = monotonic_ms();
	s->repair_seq = s->twin->seq;
	if (can_ask(s))
		repairer_ask(s->repairer, s->twin, &s->knowledge.learning->now, &s->desk.ask);
	station_changed(s);
}

static void ask(struct station *s)
{
	static const struct what_if none;
	const struct repair_option *held = looked_at(s);
	ask_holding(s, held != NULL ? &held->moves : &none);
}

void station_repair_ask(struct station *s, const char *about, bool on_top)
{
	static const struct what_if none;
	s->repair_asked = true;
	s->desk.chosen[0] = '\0';
	s->desk.ask.given = on_top ? s->what_if : none;
	text_copy(s->desk.ask.about, sizeof s->desk.ask.about, about);
	ask(s);
}

/* ---- the board of one of them ---- */

/* It is kept as it was opened: the search goes on while somebody reads. */
static void keep(struct station *s, const struct repair_option *o, const char *id)
{
	text_copy(s->desk.proof, sizeof s->desk.proof, o != NULL ? id : "");
	if (o == NULL)
		return;
	s->desk.proved = *o;
	s->desk.proof_ms = last(s)->at_ms;
}

static void proof(struct station *s, const struct command *c)
{
	const struct repair_option *o = c->text[0] != '\0' ? option(s, c->text) : NULL;
	keep(s, o, c->text);
	s->proof = s->desk.ask.given;
	for (int i = 0; o != NULL && i < o->moves.count && s->proof.count < WHAT_IF_DEPTH; i++)
		s->proof.list[s->proof.count++] = o->moves.list[i];
	s->proof_open = o != NULL;
	station_what_if_ask(s);
}

static void choose(struct station *s, const struct command *c)
{
	text_copy(s->desk.chosen, sizeof s->desk.chosen, c->text);
}

/* What is left of it becomes what somebody looks at, and stays as such while it is better
 * than doing nothing. */
static void core(struct station *s, const struct command *c)
{
	const struct repair_option *o = option(s, c->text);
	struct what_if alone;
	if (o == NULL || !repair_core_alone(s->twin, s->desk.ask.about, &o->moves, &alone))
		return;
	order_plan_id(s->twin, &alone, s->desk.chosen);
	ask_holding(s, &alone);
}

static void ask_for(struct station *s, const struct command *c)
{
	station_repair_ask(s, c->target, c->value != 0);
}

static void end(struct station *s, const struct command *c)
{
	static const struct command none;
	(void)c;
	s->repair_asked = false;
	if (s->repairer != NULL)
		repairer_stop(s->repairer);
	if (s->proof_open)
		proof(s, &none);
}

bool station_repair(struct station *s, const struct command *command)
{
	static void (*const acts[COMMAND_KIND_COUNT])(struct station *, const struct command *) = {
		[COMMAND_REPAIR] = ask_for,
		[COMMAND_REPAIR_PROOF] = proof,
		[COMMAND_REPAIR_CHOOSE] = choose,
		[COMMAND_REPAIR_CORE] = core,
		[COMMAND_REPAIR_END] = end,
	};
	if ((unsigned)command->kind >= COMMAND_KIND_COUNT || acts[command->kind] == NULL)
		return false;
	acts[command->kind](s, command);
	return true;
}

/* ---- what makes an answer old ---- */

void station_repair_heard(struct station *s, const struct fact *fact)
{
	if (station_forecast_matters(fact->kind))
		s->mattered_seq = fact->seq;
	s->desk.stale = is_stale(s);
}

/* Soon after what it hangs on was told, but not before the first answer to what was
 * asked last: else none would come where much is told. And when it has done looking a
 * while ago, for time alone changes the day. */
void station_repair_tick(struct station *s)
{
	const struct repair_answer *a = last(s);
	int64_t since = monotonic_ms() - s->repair_mono;
	bool waits = s->desk.cannot[0] == '\0' && (a == NULL || a->seq < s->repair_seq);
	if (!s->repair_asked || !s->started || since < (waits ? PATIENCE_MS : SOON_MS))
		return;
	if (s->desk.cannot[0] != '\0' || is_stale(s)
		|| (a != NULL && a->finished && since > OLD_MS))
		ask(s);
}

void station_repair_close(struct station *s)
{
	repairer_destroy(s->repairer);
	s->repairer = NULL;
}

void station_repair_view(const struct station *s, struct view *view)
{
	if (!s->repair_asked)
		return;
	view->repair_desk = &s->desk;
	view->repair = s->repairer != NULL ? repairer_last(s->repairer) : NULL;
}

/* ---- approving ---- */

/* The plan that somebody wants approved: among the best just now, or the one whose proof
 * is open, while the cases it touches are as they were. */
static const struct repair_option *wanted(const struct station *s, const char *id)
{
	const struct repair_option *o = option(s, id);
	char of[ID_SIZE];
	if (o != NULL || !s->repair_asked || strcmp(s->desk.proof, id) != 0)
		return o;
	order_plan_id(s->twin, &s->desk.proved.moves, of);
	return strcmp(of, id) == 0 ? &s->desk.proved : NULL;
}

static const char *objection(const struct station *s, const struct repair_option *o)
{
	if (!s->repair_asked)
		return "nothing to approve: nothing is being looked at";
	if (!what_if_is_empty(&s->desk.ask.given))
		return "a repair of a what-if is looked at, never approved";
	if (o == NULL)
		return "not approved: that plan is gone, or its cases have changed; look again";
	return NULL;
}

/* The very proof that was seen, and nothing was told since that the day hangs on. */
static bool holds(const struct station *s, const struct command *c)
{
	const struct repair_answer *a = last(s);
	return a != NULL && !is_stale(s) && a->at_ms == c->covers_ms && option(s, c->text) != NULL;
}

/* Else its proof is void, and it is proved again of the day as it stands: approved only
 * when it breaks no rule now and is better still, surely. */
static bool prove_again(struct station *s, struct repair_option *o)
{
	const struct repair_how how = {.learnt = &s->knowledge.learning->now,
		.midnight_ms = format_clock_zero(s->twin->now_ms),
		.seed = SEED};
	const struct what_if moves = o->moves;
	char why[SCENARIO_TEXT];
	if (!repair_again(s->twin, &moves, &how, o, why)) {
		station_say(s, "not approved: the state has changed: %s", why);
		return false;
	}
	if (!o->proved || o->objective.mean >= 0)
		station_say(s, "not approved: the state has changed, and it may be no better than "
			       "doing nothing; look again");
	return o->proved && o->objective.mean < 0;
}

/* What certainly was not done, or was taken back. */
static bool may_be_again(enum order_whole whole)
{
	return whole == WHOLE_REFUSED || whole == WHOLE_EXPIRED || whole == WHOLE_UNDONE;
}

/* The same steps on the same state have one name at every station. */
static bool is_done(struct station *s, const char *id)
{
	const struct order_plan *plan = orders_plan(s->knowledge.orders, id);
	char clock[16];
	if (plan == NULL || plan->step_count == 0 || may_be_again(orders_whole(plan)))
		return false;
	format_clock(plan->approved_ms, clock, sizeof clock);
	station_say(s, "nothing is done twice: approved at %s by %s at %s", clock,
		plan->steps[0].by, plan->steps[0].station);
	return true;
}

static int steps_of(const struct station *s, const struct what_if *moves,
	struct fact_order out[ORDERS_STEPS], char why[SCENARIO_TEXT])
{
	struct fork fork = {
		.twin = twin_create(), .midnight_ms = format_clock_zero(s->twin->now_ms)};
	memset(out, 0, ORDERS_STEPS * sizeof *out);
	if (fork.twin == NULL)
		return scenario_why(why, "out of memory", "", "") - 1;
	int count = order_plan(s->twin, moves, &fork, out, why);
	twin_destroy(fork.twin);
	return count;
}

/* Of rooms and cases only what the board of this very plan has told by now. */
static int promises_of(const struct station *s, const struct repair_option *o, int64_t made_ms,
	struct fact_promise out[ORDERS_PROMISES])
{
	const struct what_if_answer *board =
		s->forecaster != NULL ? forecaster_what_if_last(s->forecaster) : NULL;
	if (board != NULL && (board->reps == 0 || !what_if_same(&board->asked, &o->moves)))
		board = NULL;
	return repair_promises(s->twin, o, board, made_ms, format_clock_zero(s->twin->now_ms), out);
}

/* Both go to disk in one: what was promised first, so that who sends finds it there. */
static bool tell(struct station *s, const struct repair_option *o, int64_t made_ms,
	const struct fact_order steps[ORDERS_STEPS], int count)
{
	struct fact_promise promises[ORDERS_PROMISES];
	int promised = promises_of(s, o, made_ms, promises);
	for (int i = 0; i < promised; i++) {
		struct fact p = fact_make(FACT_PROMISE, SOURCE_SYSTEM, 0);
		text_copy(p.origin, sizeof p.origin, s->id);
		p.source_ms = made_ms;
		p.promise = promises[i];
		text_copy(p.promise.plan, sizeof p.promise.plan, steps[0].plan);
		share_sign(s->share, &p); /* the others keep the ledger, too */
		station_fact(s, &p);
	}
	for (int i = 0; i < count; i++) {
		struct fact f = station_act(s, FACT_ORDER);
		f.order = steps[i];
		if (!station_commit(s, &f, steps[i].plan))
			return false;
	}
	return true;
}

/* Of those who must know, whom this station can reach. */
static void who_is_told(const struct station *s, const struct fact_order steps[ORDERS_STEPS],
	int count, char out[LABEL_SIZE])
{
	unsigned roles = 0;
	size_t used = 0;
	out[0] = '\0';
	for (int i = 0; i < count; i++)
		roles |= order_roles(steps[i].text);
	for (int r = 0; r < ORDER_ROLES && used < LABEL_SIZE; r++)
		if ((roles & 1u << r) != 0 && s->settings->order_tell[r] != NULL)
			used += (size_t)snprintf(out + used, LABEL_SIZE - used, "%s%s",
				used > 0 ? ", " : "", order_role_name((enum order_role)r));
}

static void said(struct station *s, const struct fact_order steps[ORDERS_STEPS], int count)
{
	struct fact undo = station_act(s, FACT_ORDER);
	char who[LABEL_SIZE];
	undo.order = steps[0];
	station_remember(s, &undo);
	who_is_told(s, steps, count, who);
	station_say(s, "approved: plan %.8s, %d step%s %s%s%s (U takes it back)", steps[0].plan,
		count, count > 1 ? "s" : "", s->desk.to, who[0] != '\0' ? "; told: " : "", who);
}

void station_approve(struct station *s, const struct command *c)
{
	struct fact_order steps[ORDERS_STEPS];
	char why[SCENARIO_TEXT] = "";
	const struct fact order = station_act(s, FACT_ORDER);
	const struct repair_option *seen = wanted(s, c->text);
	const char *no = objection(s, seen);
	if (!station_may(s, &order, c->text))
		return;
	if (no != NULL) {
		station_say(s, "%s", no);
		return;
	}
	struct repair_option o = *seen;
	bool fresh = holds(s, c);
	int64_t made_ms = fresh ? last(s)->at_ms : s->twin->now_ms;
	if (is_done(s, c->text) || (!fresh && !prove_again(s, &o)))
		return;
	int count = steps_of(s, &o.moves, steps, why);
	if (count <= 0)
		station_say(s, "not approved: %s", why);
	else if (tell(s, &o, made_ms, steps, count))
		said(s, steps, count);
}
