/* SPDX-License-Identifier: Apache-2.0 */
/* The acts, as a journal is folded: what each was about, before it and after. */
#include "src/audit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "screens/format.h"
#include "src/restore.h"
#include "src/suite_clock.h"
#include "twin/roles.h"
#include "twin/scenario.h"
#include "twin/text.h"

struct audit_walk {
	struct twin *twin;
	struct audit_act act;
	struct fact fact; /* of the act at hand */
	bool open;        /* the act is not told yet: what came of it is not known */
	int64_t from_ms, to_ms;
	void (*each)(void *context, const struct audit_act *act);
	void *context;
};

/* What is sent to the hospital is on record step by step, with who had approved it
 * before it (IHE ITI-117 asks for that). */
static bool is_act(const struct fact *f)
{
	return f->source == SOURCE_PERSON || f->kind == FACT_AUDIT || f->kind == FACT_ORDER;
}

/* ---- what it is about ---- */

/* The id that each kind of act names first. */
static const char *subject_of(const struct fact *f)
{
	switch (f->kind) {
	case FACT_MILESTONE:
		return f->milestone.id;
	case FACT_STATUS:
		return f->status.id;
	case FACT_READINESS:
		return f->readiness.id;
	case FACT_ESTIMATE:
		return f->estimate.id;
	case FACT_INTAKE:
		return f->intake.id;
	case FACT_LEARN:
		return f->learn.id;
	case FACT_CASE:
		return f->surgery.id;
	case FACT_NEST:
		return f->nest.id;
	case FACT_LOCK:
		return f->lock.id;
	case FACT_ORDER:
		return f->order.plan;
	case FACT_NOTE:
		return f->note.subject;
	case FACT_TAG:
		return f->tag.tag;
	case FACT_STOCK:
		return f->stock.tag;
	case FACT_RESOURCE:
		return f->resource.id;
	case FACT_IDEA:
		return f->idea.name;
	case FACT_ALARM:
		return f->alarm.key;
	case FACT_AUDIT:
		return f->audit.subject;
	default:
		return "";
	}
}

/* The case that an order is about; "" none. */
static const char *case_of_order(const struct fact_order *order, struct scenario *s)
{
	char why[SCENARIO_TEXT];

	if (!scenario_parse(order->text, s, why)
		|| scenario_rows[s->which].parameters[0].kind != PARAMETER_CASE)
		return "";
	return scenario_word(s, 0);
}

static const char *patient_of(const struct twin *t, const struct fact *f)
{
	struct scenario s;
	const char *id = f->kind == FACT_ORDER ? case_of_order(&f->order, &s) : subject_of(f);
	int i = twin_case(t, id), alarm = twin_alarm(t, id), thing;

	if (i >= 0)
		return t->cases[i].patient;
	if (f->kind == FACT_TAG)
		return f->tag.patient;
	thing = alarm >= 0 ? twin_alarm_thing(t, &t->alarms[alarm]) : -1;
	if (thing >= 0)
		return t->things[thing].patient;
	return twin_patient(t, id) >= 0 ? id : "";
}

static void clock_of(int64_t when_ms, char out[LABEL_SIZE])
{
	if (when_ms > 0)
		format_rfc3339(when_ms, out, LABEL_SIZE);
}

static void case_state(const struct twin *t, const struct fact *f, char out[LABEL_SIZE])
{
	static const char *const three[] = {"not known", "no", "yes"};
	const struct surgery *s = &t->cases[twin_case(t, subject_of(f))];

	if (f->kind == FACT_MILESTONE)
		clock_of(surgery_when(s, f->milestone.milestone), out);
	else if (f->kind == FACT_STATUS)
		format_put(out, LABEL_SIZE, "%s", case_status_name(s->status));
	else if (f->kind == FACT_READINESS)
		format_put(out, LABEL_SIZE, "%s", three[s->ready[f->readiness.item] + 1]);
	else if (f->kind == FACT_ESTIMATE && s->estimate_min >= 0)
		format_put(out, LABEL_SIZE, "%.0f min", s->estimate_min);
	else if (f->kind == FACT_NEST && s->nest > 0)
		format_put(out, LABEL_SIZE, "NEST %d", s->nest);
	else if (f->kind == FACT_NEST)
		format_put(out, LABEL_SIZE, "no class");
	else if (f->kind == FACT_LOCK)
		format_put(out, LABEL_SIZE, "%s", s->locked ? "locked" : "may be moved");
	else if (f->kind == FACT_INTAKE)
		clock_of(s->intake[f->intake.intake].when_ms, out);
}

static void alarm_words(const struct twin *t, const struct alarm *a, char out[LABEL_SIZE])
{
	format_put(out, LABEL_SIZE, "%s%s%s", alarm_state_name(alarm_shown(a, t->now_ms)),
		a->owner[0] != '\0' ? ", seen to by " : "", a->owner);
}

/* How what the act is about stands in this twin; "" nothing is known of it. */
static void state_of(const struct twin *t, const struct fact *f, char out[LABEL_SIZE])
{
	const char *id = subject_of(f);
	int alarm = twin_alarm(t, id), note = twin_note(t, f->note.id), thing, idea;

	out[0] = '\0';
	if (f->kind == FACT_ALARM && alarm >= 0) {
		alarm_words(t, &t->alarms[alarm], out);
	} else if (f->kind == FACT_NOTE) {
		/* The text may name somebody: that it is there is enough. */
		format_put(out, LABEL_SIZE, "%s", note >= 0 ? "written" : "none");
	} else if (f->kind == FACT_TAG) {
		thing = twin_thing(t, id);
		format_put(out, LABEL_SIZE, "%s", thing >= 0 ? t->things[thing].patient : "");
	} else if (f->kind == FACT_RESOURCE) {
		int units = twin_units(t, id, -1);
		if (units >= 0)
			format_put(out, LABEL_SIZE, "%d", units);
		else
			format_put(out, LABEL_SIZE, "as usual");
	} else if (f->kind == FACT_IDEA) {
		idea = twin_idea(t, id);
		format_put(
			out, LABEL_SIZE, "%d steps", idea >= 0 ? idea_steps(&t->ideas[idea]) : 0);
	} else if (twin_case(t, id) >= 0) {
		case_state(t, f, out);
	}
}

/* ---- who and where ---- */

/* "pts/3 10.1.2.3": the terminal, and the peer it is reached from. */
static void split_from(const char *from, struct audit_act *act)
{
	unsigned char address[sizeof(struct in6_addr)];
	const char *last = strrchr(from, ' ');
	const char *peer = last != NULL ? last + 1 : from;
	bool is_peer = inet_pton(AF_INET, peer, address) == 1
		       || inet_pton(AF_INET6, peer, address) == 1 || last != NULL;

	if (is_peer)
		format_put(act->peer, sizeof act->peer, "%s", peer);
	format_put(act->terminal, sizeof act->terminal, "%.*s",
		(int)(is_peer ? (last != NULL ? last - from : 0) : (long)strlen(from)), from);
}

static void name_act(const struct fact *f, char what[ID_SIZE])
{
	format_put(what, ID_SIZE, "%s", role_act_name(f));
	if (f->kind == FACT_MILESTONE)
		format_put(what, ID_SIZE, "%s%s", f->milestone.withdrawn ? "withdraw " : "",
			milestone_name(f->milestone.milestone));
	else if (f->kind == FACT_READINESS)
		format_put(what, ID_SIZE, "%s", readiness_name(f->readiness.item));
	else if (f->kind == FACT_INTAKE)
		format_put(what, ID_SIZE, "intake %s", intake_name(f->intake.intake));
	else if (f->kind == FACT_ORDER)
		format_put(what, ID_SIZE, "order %s%s", f->order.undo ? "undo " : "",
			order_state_name(f->order.state));
}

/* Where it stood, what is wanted and in which version, why, and of which plan. */
static void put_order(const struct fact_order *o, struct audit_act *a)
{
	if (o->about[0] != '\0')
		text_copy(a->on, sizeof a->on, o->about);
	format_put(a->before, sizeof a->before, "%s", o->before);
	format_put(
		a->after, sizeof a->after, "%s%s%s", o->text, o->version[0] ? " " : "", o->version);
	format_put(a->reason, sizeof a->reason, "plan %s step %d%s%s%s%s", o->plan, o->step + 1,
		o->way[0] ? " by " : "", o->way, o->why[0] ? ": " : "", o->why);
}

static void begin(struct audit_walk *r, const struct fact *f)
{
	struct audit_act *a = &r->act;

	memset(a, 0, sizeof *a);
	r->fact = *f;
	r->open = true;
	a->seq = f->seq;
	a->at_ms = f->at_ms;
	a->person = f->source == SOURCE_PERSON;
	a->role = f->by.role;
	text_copy(a->who, sizeof a->who, f->origin);
	text_copy(a->station, sizeof a->station, f->by.station);
	split_from(f->by.from, a);
	name_act(f, a->what);
	text_copy(a->on, sizeof a->on, subject_of(f));
	text_copy(a->patient, sizeof a->patient, patient_of(r->twin, f));
	text_copy(a->reason, sizeof a->reason,
		f->kind == FACT_AUDIT && f->audit.reason[0] ? f->audit.reason : f->by.reason);
	state_of(r->twin, f, a->before);
	if (f->kind == FACT_ORDER)
		put_order(&f->order, a);
}

static void end(struct audit_walk *r)
{
	if (!r->open)
		return;
	r->open = false;
	if (r->fact.kind != FACT_ORDER)
		state_of(r->twin, &r->fact, r->act.after);
	if (r->act.patient[0] == '\0')
		text_copy(r->act.patient, sizeof r->act.patient, patient_of(r->twin, &r->fact));
	r->each(r->context, &r->act);
}

static void before(void *context, const struct fact *next)
{
	struct audit_walk *r = context;

	end(r);
	if (next->kind == FACT_SITE && next->site.site != NULL)
		suite_clock_zone(next->site.site->zone);
	if (is_act(next) && next->at_ms >= r->from_ms && (r->to_ms == 0 || next->at_ms <= r->to_ms))
		begin(r, next);
}

int audit_read(const char *path, int64_t from_ms, int64_t to_ms,
	void (*each)(void *context, const struct audit_act *act), void *context, struct error *err)
{
	struct audit_walk r = {.twin = twin_create(),
		.from_ms = from_ms,
		.to_ms = to_ms,
		.each = each,
		.context = context};
	const struct fold_watch watch = {before, &r};
	int code = r.twin != NULL ? twin_fold(r.twin, NULL, path, to_ms, &watch, NULL, err)
				  : error_set(err, -ENOMEM, "out of memory");
	if (code == 0)
		end(&r);
	twin_destroy(r.twin);
	return code;
}

/* ---- text ---- */

static void put_field(FILE *out, const char *text)
{
	fprintf(out, "\t%s", text[0] != '\0' ? text : "-");
}

void audit_put(FILE *out, const struct audit_act *a)
{
	char time[48], change[2 * LABEL_SIZE + 8] = "";

	format_rfc3339(a->at_ms, time, sizeof time);
	if (a->before[0] != '\0' || a->after[0] != '\0')
		format_put(change, sizeof change, "%s -> %s", a->before[0] ? a->before : "-",
			a->after[0] ? a->after : "-");
	fputs(time, out);
	put_field(out, a->who);
	put_field(out, a->role != PERSON_NONE ? person_role_name(a->role) : "");
	put_field(out, a->terminal);
	put_field(out, a->peer);
	put_field(out, a->station);
	put_field(out, a->what);
	put_field(out, a->on);
	put_field(out, a->patient);
	put_field(out, change);
	put_field(out, a->reason);
	fprintf(out, "\t%llu\n", (unsigned long long)a->seq);
}
