/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_acts.h"

#include <stdio.h>
#include <string.h>

#include "twin/roles.h"
#include "twin/text.h"

/* What any act has in common: whose it is, whether he may, how it gets on record, and
 * how it is taken back. */

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

void station_record(struct station *s, enum source source, const char *what, const char *subject,
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
	station_record(s, SOURCE_PERSON, what, subject, reason);
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

/* A plan is taken back by orders of its own; not while some of it is on its way. */
static void undo_plan(struct station *s)
{
	struct command c = {.kind = COMMAND_RECALL};
	uint64_t seq = s->seq;
	text_copy(c.target, sizeof c.target, s->undo[s->undo_count - 1].order.plan);
	station_recall(s, &c);
	s->undo_count -= s->seq != seq;
}

void station_do_undo(struct station *s, const struct command *c)
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
