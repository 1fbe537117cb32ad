/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_acts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "screens/format.h"
#include "twin/fasting.h"
#include "twin/hash.h"
#include "twin/text.h"

/* Cases: what has happened to them, what is known of them, one that nobody announced; and
 * new stock of a refrigerator. */

void station_do_milestone(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_MILESTONE);
	if (c->arg < 0 || c->arg >= MILESTONE_COUNT)
		return;
	text_copy(f.milestone.id, ID_SIZE, c->target);
	f.milestone.milestone = (enum milestone)c->arg;
	f.milestone.when_ms = station_now(s);
	if (!station_commit(s, &f, c->target))
		return;
	f.milestone.withdrawn = true;
	station_remember(s, &f);
	station_say(
		s, "%s noted for %s (U takes it back)", milestone_rules[c->arg].label, c->target);
}

void station_do_status(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_STATUS);
	int i = twin_case(s->twin, c->target);
	if (i < 0 || c->arg <= CASE_UNKNOWN || c->arg >= CASE_STATUS_COUNT)
		return;
	enum case_status before = s->twin->cases[i].status;
	text_copy(f.status.id, ID_SIZE, c->target);
	f.status.status = (enum case_status)c->arg;
	if (!station_commit(s, &f, c->target))
		return;
	f.status.status = before;
	station_remember(s, &f);
	bool off = surgery_is_off(&s->twin->cases[i]);
	station_say(s,
		off ? "%s: %s (U takes it back; r: who could come instead)"
		    : "%s: %s (U takes it back)",
		c->target, case_status_name((enum case_status)c->arg));
}

void station_do_readiness(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_READINESS);
	int i = twin_case(s->twin, c->target);
	if (i < 0 || c->arg < 0 || c->arg >= READY_COUNT)
		return;
	int before = s->twin->cases[i].ready[c->arg];
	text_copy(f.readiness.id, ID_SIZE, c->target);
	f.readiness.item = (enum readiness)c->arg;
	f.readiness.value = c->value;
	if (!station_commit(s, &f, c->target))
		return;
	f.readiness.value = before;
	station_remember(s, &f);
	station_say(s,
		c->value ? "%s: %s %s (U takes it back)"
			 : "%s: %s %s (U takes it back; r: what to do about it)",
		c->target, readiness_name((enum readiness)c->arg), c->value ? "yes" : "no");
}

void station_do_estimate(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_ESTIMATE);
	int i = twin_case(s->twin, c->target);
	if (i < 0 || c->value <= 0)
		return;
	double before = s->twin->cases[i].estimate_min;
	int64_t since = s->twin->cases[i].estimate_ms;
	text_copy(f.estimate.id, ID_SIZE, c->target);
	f.estimate.left_min = c->value;
	f.estimate.when_ms = station_now(s);
	if (!station_commit(s, &f, c->target))
		return;
	f.estimate.left_min = before;
	f.estimate.when_ms = since;
	station_remember(s, &f);
	station_say(s, "%d more minutes for %s (U takes it back; r: what to do about it)", c->value,
		c->target);
}

void station_do_intake(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_INTAKE);
	int i = twin_case(s->twin, c->target);
	char legal[16];
	if (i < 0 || c->arg < 0 || c->arg >= INTAKE_COUNT || c->when_ms <= 0)
		return;
	int64_t before = s->twin->cases[i].intake[c->arg].when_ms;
	text_copy(f.intake.id, ID_SIZE, c->target);
	f.intake.intake = (enum intake)c->arg;
	f.intake.when_ms = c->when_ms;
	if (!station_commit(s, &f, c->target))
		return;
	f.intake.when_ms = before;
	station_remember(s, &f);
	format_clock(fasting_legal_ms(s->twin, i), legal, sizeof legal);
	station_say(
		s, "%s: not before %s (U takes it back; r: what to do about it)", c->target, legal);
}

void station_do_learn(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_LEARN);
	if (twin_case(s->twin, c->target) < 0)
		return;
	text_copy(f.learn.id, ID_SIZE, c->target);
	f.learn.use = c->value != 0;
	if (!station_commit(s, &f, c->target))
		return;
	f.learn.use = c->value == 0;
	station_remember(s, &f);
	station_say(s,
		c->value ? "%s teaches again (U takes it back)"
			 : "nothing is learnt from %s (U takes it back)",
		c->target);
}

/* Repairs leave it where and when it is. */
void station_do_lock_case(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_LOCK);
	int i = twin_case(s->twin, c->target);
	if (i < 0)
		return;
	if (surgery_has_begun(&s->twin->cases[i]) || surgery_is_off(&s->twin->cases[i])) {
		station_say(s, "%s has begun, or is off the list: nobody moves it", c->target);
		return;
	}
	text_copy(f.lock.id, ID_SIZE, c->target);
	f.lock.locked = c->value != 0;
	if (!station_commit(s, &f, c->target))
		return;
	f.lock.locked = c->value == 0;
	station_remember(s, &f);
	station_say(s,
		c->value ? "%s is locked: repairs leave it alone (U takes it back)"
			 : "%s may be moved again (U takes it back)",
		c->target);
}

/* How urgent it is. Hospital systems do not tell the class, and patients get worse. */
void station_do_nest(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_NEST);
	int i = twin_case(s->twin, c->target);
	if (i < 0 || c->arg < 0 || c->arg > 6)
		return;
	int before = s->twin->cases[i].nest;
	text_copy(f.nest.id, ID_SIZE, c->target);
	f.nest.class = c->arg > 0 ? c->arg : FACT_UNKNOWN;
	if (!station_commit(s, &f, c->target))
		return;
	f.nest.class = before >= 1 && before <= 6 ? before : FACT_UNKNOWN;
	station_remember(s, &f);
	if (c->arg > 0)
		station_say(s, "%s is of NEST class %d (U takes it back; r: where it fits)",
			c->target, c->arg);
	else
		station_say(s, "%s has no NEST class (U takes it back)", c->target);
}

void station_do_stock(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_STOCK);
	text_copy(f.stock.tag, TAG_SIZE, c->target);
	if (!station_commit(s, &f, c->target))
		return;
	station_say(s, "new stock: minutes and mean temperature begin anew");
}

/* Another at every station and for each one. */
static void emergency_id(const struct station *s, char id[ID_SIZE])
{
	uint32_t hash = hash32(HASH32_BASIS, s->id, strlen(s->id));
	int64_t when = station_now(s);
	do {
		hash = hash32(hash, &when, sizeof when);
		snprintf(id, ID_SIZE, EMERGENCY_ID "%08" PRIx32, hash);
	} while (twin_case(s->twin, id) >= 0);
}

/* A case that no system knows: it may begin from now on, in any room. */
void station_do_emergency(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_CASE);
	struct fact_case *e = &f.surgery;
	if (c->arg < 1 || c->arg > 6 || c->value < 1 || c->value > 1440)
		return;
	emergency_id(s, e->id);
	text_neutralise(e->procedure, sizeof e->procedure, c->text, strlen(c->text));
	e->start_ms = station_now(s);
	e->end_ms = e->start_ms + c->value * INT64_C(60000);
	e->status = CASE_REQUESTED;
	e->setting = SETTING_EMERGENCY;
	e->nest = c->arg;
	e->add_on = 1;
	if (!station_commit(s, &f, e->id))
		return;
	struct fact undo = station_act(s, FACT_STATUS);
	text_copy(undo.status.id, sizeof undo.status.id, e->id);
	undo.status.status = CASE_VOID;
	station_remember(s, &undo);
	if (twin_case(s->twin, e->id) >= 0)
		station_repair_ask(s, e->id, false);
	station_say(s,
		twin_case(s->twin, e->id) >= 0 ? "emergency %s, NEST %d (U takes it back)"
					       : "%s not added: the programme is full",
		e->id, e->nest);
}
