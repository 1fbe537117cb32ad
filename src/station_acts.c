/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "screens/format.h"
#include "twin/fasting.h"
#include "twin/hash.h"
#include "twin/roles.h"
#include "twin/text.h"

enum { REVEAL_MS = 30000, GLASS_MS = 15 * 60000 };

enum person_role station_role(const struct station *s)
{
	bool raised = s->glass_until_mono > monotonic_ms() && s->person.role != PERSON_SUPERVISOR;
	return raised ? PERSON_COORDINATOR : s->person.role;
}

struct fact station_act(const struct station *s, enum fact_kind kind)
{
	struct fact f = fact_make(kind, SOURCE_PERSON, 0);
	text_copy(f.origin, sizeof f.origin, s->user);
	f.source_ms = station_now(s);
	text_copy(f.by.station, sizeof f.by.station, s->id);
	f.by.role = station_role(s);
	text_copy(f.by.from, sizeof f.by.from, s->person.from);
	return f;
}

static void record(struct station *s, enum source source, const char *what, const char *subject,
	const char *reason)
{
	struct fact f = station_act(s, FACT_AUDIT);
	f.source = source;
	text_copy(f.audit.what, sizeof f.audit.what, what);
	text_copy(f.audit.subject, sizeof f.audit.subject, subject);
	text_neutralise(f.audit.reason, sizeof f.audit.reason, reason, strlen(reason));
	station_fact(s, &f);
	journal_force(s->journal);
}

void station_audit(struct station *s, const char *what, const char *subject, const char *reason)
{
	record(s, SOURCE_PERSON, what, subject, reason);
}

/* "coordinator, supervisor": whom to ask. */
static void who_may(unsigned roles, char *out, size_t size)
{
	out[0] = '\0';
	for (int r = PERSON_VIEWER; r < PERSON_ROLE_COUNT; r++)
		if ((roles & 1u << r) != 0) {
			size_t used = strlen(out);
			snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "",
				person_role_name((enum person_role)r));
		}
}

static void refuse(struct station *s, const struct fact *f, const char *subject)
{
	char reason[LABEL_SIZE], who[LABEL_SIZE];
	const char *role = person_role_name(station_role(s)), *what = role_act_name(f);
	who_may(roles_that_may(s->twin, f), who, sizeof who);
	snprintf(reason, sizeof reason, "%s: not for a %s", what, role);
	station_audit(s, "refused", subject, reason);
	station_say(s, "%s is not for a %s (%s)", what, role, who[0] != '\0' ? who : "nobody");
}

bool station_may(struct station *s, const struct fact *f, const char *subject)
{
	bool may = role_may(s->twin, f);
	if (!may)
		refuse(s, f, subject);
	return may;
}

bool station_commit(struct station *s, struct fact *f, const char *subject)
{
	if (!station_may(s, f, subject))
		return false;
	share_sign(s->share, f);
	station_fact(s, f);
	s->pending_act = f->seq;
	journal_force(s->journal);
	return true;
}

/* The oldest act, with all that is taken back together with it. */
static void forget_oldest(struct station *s)
{
	int n = 1;
	while (n < s->undo_count && s->undo_joined[n])
		n++;
	s->undo_count -= n;
	memmove(s->undo, s->undo + n, sizeof *s->undo * (size_t)s->undo_count);
	memmove(s->undo_joined, s->undo_joined + n, sizeof *s->undo_joined * (size_t)s->undo_count);
}

void station_remember(struct station *s, const struct fact *undo)
{
	if (s->undo_count == UNDO_DEPTH)
		forget_oldest(s);
	s->undo_joined[s->undo_count] = false;
	s->undo[s->undo_count++] = *undo;
}

static void do_milestone(struct station *s, const struct command *c)
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

static void do_status(struct station *s, const struct command *c)
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

static void do_readiness(struct station *s, const struct command *c)
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

static void do_estimate(struct station *s, const struct command *c)
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

static void do_intake(struct station *s, const struct command *c)
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

static void do_learn(struct station *s, const struct command *c)
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
static void do_lock_case(struct station *s, const struct command *c)
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

static void do_stock(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_STOCK);
	text_copy(f.stock.tag, TAG_SIZE, c->target);
	if (!station_commit(s, &f, c->target))
		return;
	station_say(s, "new stock: minutes and mean temperature begin anew");
}

/* ---- alarms ---- */

/* One row an act: from which states it makes sense, what is said when it took, and when
 * not. What is refused here is not written down, and nobody else hears of it. */
#define STATES(a, b, c) (1u << (a) | 1u << (b) | 1u << (c))
static const struct alarm_command {
	enum command_kind kind;
	enum alarm_act act;
	unsigned from; /* base states; 0: any */
	const char *done, *otherwise;
	int undo; /* the act that takes it back, -1 none */
} alarm_commands[] = {
	{COMMAND_ACKNOWLEDGE, ALARM_ACKNOWLEDGE, STATES(ALARM_B, ALARM_D, ALARM_LU),
		"alarm acknowledged", "nothing to acknowledge: it changed meanwhile",
		ALARM_UNACKNOWLEDGE},
	{COMMAND_RESET, ALARM_RESET, STATES(ALARM_LA, ALARM_LA, ALARM_LA), "alarm reset",
		"not reset: acknowledge it first, or it is still active", -1},
	{COMMAND_TAKE, ALARM_TAKE, 0, "it is yours now (U takes it back)", "", ALARM_LEAVE},
	{COMMAND_LEAVE, ALARM_LEAVE, 0, "left to others (U takes it back)", "", ALARM_TAKE},
	{COMMAND_SHELVE, ALARM_SHELVE, 0, "alarm shelved (U takes it back)", "", ALARM_UNSHELVE},
	{COMMAND_UNSHELVE, ALARM_UNSHELVE, 0, "alarm back from the shelf", "", -1},
	{COMMAND_UNACKNOWLEDGE, ALARM_UNACKNOWLEDGE, STATES(ALARM_C, ALARM_C, ALARM_C),
		"acknowledgement taken back: it rings again",
		"nothing to take back: it is not acknowledged and active", -1},
	{COMMAND_OUT_OF_SERVICE, ALARM_OUT_OF_SERVICE, 0, "out of service (U takes it back)", "",
		ALARM_RETURN},
	{COMMAND_RETURN, ALARM_RETURN, 0, "back in service", "", -1},
};

static const char *alarm_objection(const struct station *s, const struct alarm *a,
	const struct alarm_command *row, bool reason)
{
	const struct alarm_setting *is = alarm_setting(s->twin->site, a->class_);
	bool for_another = row->act == ALARM_RESET && a->acked && alarm_absent(a) != NULL;
	if (!for_another && row->from != 0 && (row->from & 1u << alarm_state(a)) == 0)
		return row->otherwise;
	if (row->act == ALARM_SHELVE && is->shelf_max_min <= 0)
		return "alarms of this kind are not shelved";
	if (row->act == ALARM_RETURN && !a->out_of_service)
		return "it is not out of service";
	if (row->act == ALARM_UNSHELVE && a->shelf_until_ms == 0)
		return "it is not shelved";
	if ((alarm_wants_reason(is, row->act) || for_another) && !reason)
		return "why? a reason is needed for that";
	return NULL;
}

static void alarm_fact(const struct station *s, const struct alarm *a,
	const struct alarm_command *row, const struct command *c, struct fact *f)
{
	text_copy(f->alarm.key, ID_SIZE, a->key);
	f->alarm.act = row->act;
	f->alarm.covers_ms = c->covers_ms;
	f->alarm.seen = c->seen > 0 ? c->seen - 1 : FACT_UNKNOWN;
	if (row->act == ALARM_SHELVE && c->value > 0)
		f->alarm.until_ms = station_now(s) + (int64_t)c->value * 60000;
	f->alarm.one_shot = row->act == ALARM_SHELVE && c->arg == 1;
	if (row->act == ALARM_RETURN)
		f->alarm.covers_ms = a->active ? a->raised_ms : 0;
	text_neutralise(f->by.reason, sizeof f->by.reason, c->text, strlen(c->text));
}

/* An acknowledgement is taken back while it rings; a call that has been answered rings
 * no more. */
static void remember_alarm(
	struct station *s, const struct alarm *a, const struct alarm_command *row, struct fact *f)
{
	if (row->undo < 0 || (row->act == ALARM_ACKNOWLEDGE && alarm_state(a) != ALARM_C))
		return;
	f->alarm.act = (enum alarm_act)row->undo;
	f->alarm.until_ms = 0;
	f->alarm.one_shot = false;
	if (row->act == ALARM_OUT_OF_SERVICE)
		f->alarm.covers_ms = 0;
	if (f->by.reason[0] == '\0')
		text_copy(f->by.reason, sizeof f->by.reason, "by mistake");
	station_remember(s, f);
}

static void do_alarm(struct station *s, const struct command *c)
{
	const struct alarm_command *row = alarm_commands;
	struct fact f = station_act(s, FACT_ALARM);
	int i = twin_alarm(s->twin, c->target);
	if (i < 0)
		return;
	while (row->kind != c->kind)
		row++; /* station_command comes here for these only */
	const struct alarm *a = &s->twin->alarms[i];
	alarm_fact(s, a, row, c, &f);
	const char *objection = alarm_objection(s, a, row, f.by.reason[0] != '\0');
	if (objection != NULL) {
		station_say(s, "%s", objection);
		return;
	}
	enum alarm_state before = alarm_state(a);
	if (!station_commit(s, &f, c->target))
		return;
	bool took = row->from == 0 || alarm_state(a) != before;
	if (took)
		remember_alarm(s, a, row, &f);
	station_say(s, "%s", took ? row->done : row->otherwise);
}

/* ---- what-ifs kept under a name ---- */

/* The facts that say a named what-if has these steps, and no more; how many. */
enum { IDEA_FACTS = TWIN_IDEA_STEPS + 1 };
static int idea_facts(const struct station *s, const struct idea *idea, struct fact out[IDEA_FACTS])
{
	int steps = idea_steps(idea), count = 0;
	for (int i = 0; i <= steps && i < TWIN_IDEA_STEPS; i++) {
		struct fact *f = &out[count++];
		*f = station_act(s, FACT_IDEA);
		text_copy(f->idea.name, sizeof f->idea.name, idea->name);
		text_copy(f->idea.text, sizeof f->idea.text, i < steps ? idea->steps[i] : "");
		f->idea.step = i;
	}
	return count;
}

/* Told, and how it was kept to be taken back in one: the last comes off first. */
static bool tell_idea(struct station *s, const struct idea *idea)
{
	struct fact facts[IDEA_FACTS];
	struct idea none = {.name = ""};
	int kept = twin_idea(s->twin, idea->name);
	text_copy(none.name, sizeof none.name, idea->name);
	struct idea before = kept >= 0 ? s->twin->ideas[kept] : none;
	int count = idea_facts(s, idea, facts);
	for (int i = 0; i < count; i++)
		if (!station_commit(s, &facts[i], idea->name))
			return false; /* the first one already */
	count = idea_facts(s, &before, facts);
	for (int i = count - 1; i >= 0; i--) {
		station_remember(s, &facts[i]);
		s->undo_joined[s->undo_count - 1] = i < count - 1;
	}
	return true;
}

static void do_keep(struct station *s, const struct command *c)
{
	struct idea idea = {.name = ""};
	text_neutralise(idea.name, sizeof idea.name, c->target, strlen(c->target));
	if (idea.name[0] == '\0' || s->what_if.count == 0) {
		station_say(s, "nothing to save: inject a what-if first (w)");
		return;
	}
	if (twin_idea(s->twin, idea.name) < 0 && s->twin->idea_count == TWIN_IDEAS) {
		station_say(s, "%d what-ifs are saved, no more: F forgets one", TWIN_IDEAS);
		return;
	}
	for (int i = 0; i < s->what_if.count; i++)
		scenario_text(&s->what_if.list[i], idea.steps[i]);
	if (tell_idea(s, &idea))
		station_say(s, "what-if saved: %s", idea.name);
}

static void do_forget(struct station *s, const struct command *c)
{
	struct idea none = {.name = ""};
	if (twin_idea(s->twin, c->target) < 0)
		return;
	text_copy(none.name, sizeof none.name, c->target);
	if (tell_idea(s, &none))
		station_say(s, "what-if forgotten: %s", none.name);
}

/* A plan is taken back by orders of its own; not while some of it is on its way. */
static void undo_plan(struct station *s)
{
	struct command c = {.kind = COMMAND_RECALL};
	uint64_t seq = s->seq;
	text_copy(c.target, sizeof c.target, s->undo[s->undo_count - 1].order.plan);
	station_recall(s, &c);
	s->undo_count -= s->seq != seq;
}

static void do_undo(struct station *s, const struct command *c)
{
	(void)c;
	if (s->undo_count == 0) {
		station_say(s, "nothing of yours to take back");
		return;
	}
	if (s->undo[s->undo_count - 1].kind == FACT_ORDER) {
		undo_plan(s);
		return;
	}
	bool joined;
	do {
		struct fact f = s->undo[--s->undo_count];
		joined = s->undo_joined[s->undo_count];
		f.source_ms = station_now(s);
		struct author now =
			station_act(s, f.kind).by; /* who he is now, not what he was then */
		text_copy(now.reason, sizeof now.reason, f.by.reason);
		f.by = now;
		if (!station_commit(s, &f, "undo"))
			return;
	} while (joined && s->undo_count > 0);
	station_say(s, "taken back (the journal keeps both)");
}

static void do_reveal(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_AUDIT);
	text_copy(f.audit.what, ID_SIZE, "reveal");
	text_copy(f.audit.subject, ID_SIZE, c->target);
	text_neutralise(f.audit.reason, LABEL_SIZE, c->text, strlen(c->text));
	if (!station_commit(s, &f, c->target))
		return;
	text_copy(s->reveal, sizeof s->reveal, c->target);
	s->reveal_until_mono = monotonic_ms() + REVEAL_MS;
	station_say(s, "name shown for 30 s; written in the journal");
}

/* In an emergency anybody may do what a coordinator may, for a while; the reason is
 * on record before anything is done with it, and the screen says so all the time. */
static void do_break_glass(struct station *s, const struct command *c)
{
	char reason[LABEL_SIZE];
	text_neutralise(reason, sizeof reason, c->text, strlen(c->text));
	if (strspn(reason, " ") == strlen(reason)) {
		station_say(s, "break-glass needs a reason: break-glass REASON");
		return;
	}
	if (s->person.role == PERSON_COORDINATOR || s->person.role == PERSON_SUPERVISOR) {
		station_say(s, "a %s needs no break-glass", person_role_name(s->person.role));
		return;
	}
	station_audit(s, "break_glass", s->user, reason);
	s->glass_until_mono = monotonic_ms() + GLASS_MS;
	station_say(s, "rights of a coordinator for 15 min; written in the journal");
}

void station_acts_tick(struct station *s)
{
	if (s->glass_until_mono == 0 || monotonic_ms() < s->glass_until_mono)
		return;
	s->glass_until_mono = 0;
	record(s, SOURCE_SYSTEM, "break_glass_end", s->user, "");
	station_say(s, "break-glass is over: %s again", person_role_name(s->person.role));
}

void station_session(struct station *s, bool begins, const char *why)
{
	char reason[LABEL_SIZE];
	if (!begins) /* whoever leaves has seen what there was */
		station_audit(s, "look", s->user, "");
	snprintf(reason, sizeof reason, "%s", why);
	if (begins && s->person.group[0] != '\0')
		snprintf(reason, sizeof reason, "role %s by group %.60s",
			person_role_name(s->person.role), s->person.group);
	record(s, SOURCE_SYSTEM, begins ? "session_begin" : "session_end", s->user, reason);
}

/* ---- notes ---- */

static void do_note(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_NOTE);
	int64_t hlc_ms = f.by.hlc_ms != 0 ? f.by.hlc_ms : station_now(s);
	snprintf(f.note.id, sizeof f.note.id, "%.40s-%" PRId64, s->id, hlc_ms);
	text_copy(f.note.subject, sizeof f.note.subject, c->target);
	text_neutralise(f.note.text, sizeof f.note.text, c->text, strlen(c->text));
	if (f.note.text[0] == '\0')
		return;
	if (!station_commit(s, &f, c->target))
		return;
	bool kept = twin_note(s->twin, f.note.id) >= 0;
	f.note.text[0] = '\0';
	station_remember(s, &f);
	station_say(s, kept ? "noted (U takes it back)"
			    : "not kept: there are too many notes; take some back");
}

static void do_look(struct station *s, const struct command *c)
{
	(void)c;
	station_audit(s, "look", s->user, "");
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
static void do_emergency(struct station *s, const struct command *c)
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

static void do_unnote(struct station *s, const struct command *c)
{
	struct fact f = station_act(s, FACT_NOTE);
	int i = twin_note(s->twin, c->target);
	if (i < 0)
		return;
	struct note before = s->twin->notes[i];
	text_copy(f.note.id, sizeof f.note.id, before.id);
	text_copy(f.note.subject, sizeof f.note.subject, before.subject);
	if (!station_commit(s, &f, before.subject))
		return;
	text_copy(f.note.text, sizeof f.note.text, before.text);
	station_remember(s, &f);
	station_say(s, "note taken back (U brings it back)");
}

void station_lock(struct station *s, bool locked, const char *why)
{
	s->locked = locked;
	s->reveal_until_mono = 0;
	if (locked) /* what comes from here on, nobody is there to see */
		station_audit(s, "look", s->user, "");
	record(s, SOURCE_SYSTEM, locked ? "lock" : "unlock", s->user, why);
	station_changed(s);
}

void station_unlock_refused(struct station *s, const char *why)
{
	record(s, SOURCE_SYSTEM, "unlock_refused", s->user, why);
}

void station_command(struct station *s, const struct command *command)
{
	static void (*const acts[COMMAND_KIND_COUNT])(struct station *, const struct command *) = {
		[COMMAND_MILESTONE] = do_milestone,
		[COMMAND_STATUS] = do_status,
		[COMMAND_READINESS] = do_readiness,
		[COMMAND_ESTIMATE] = do_estimate,
		[COMMAND_INTAKE] = do_intake,
		[COMMAND_LEARN] = do_learn,
		[COMMAND_ACKNOWLEDGE] = do_alarm,
		[COMMAND_STOCK] = do_stock,
		[COMMAND_RESET] = do_alarm,
		[COMMAND_TAKE] = do_alarm,
		[COMMAND_LEAVE] = do_alarm,
		[COMMAND_SHELVE] = do_alarm,
		[COMMAND_UNSHELVE] = do_alarm,
		[COMMAND_UNACKNOWLEDGE] = do_alarm,
		[COMMAND_OUT_OF_SERVICE] = do_alarm,
		[COMMAND_RETURN] = do_alarm,
		[COMMAND_UNDO] = do_undo,
		[COMMAND_REVEAL] = do_reveal,
		[COMMAND_BREAK_GLASS] = do_break_glass,
		[COMMAND_IDEA_KEEP] = do_keep,
		[COMMAND_IDEA_FORGET] = do_forget,
		[COMMAND_NOTE] = do_note,
		[COMMAND_UNNOTE] = do_unnote,
		[COMMAND_LOOK] = do_look,
		[COMMAND_RECALL] = station_recall,
		[COMMAND_BY_HAND] = station_order_by_hand,
		[COMMAND_EMERGENCY] = do_emergency,
		[COMMAND_LOCK_CASE] = do_lock_case,
		[COMMAND_APPROVE] = station_approve,
	};
	if (s->locked) {
		station_say(s, "locked: nothing is done here before the password");
		return;
	}
	if (station_what_if(s, command) || station_repair(s, command))
		return; /* changes nothing that is shared */
	if (command->kind == COMMAND_RELOAD) {
		station_site_reload(s); /* as it would be without asking */
		return;
	}
	if (command->kind <= COMMAND_NONE || command->kind >= COMMAND_KIND_COUNT
		|| acts[command->kind] == NULL)
		return;
	if (s->settings->readonly) {
		station_say(s, "this console is read-only");
		return;
	}
	acts[command->kind](s, command);
}
