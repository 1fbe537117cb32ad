/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_acts.h"

#include <stdio.h>
#include <string.h>

#include "twin/text.h"

/* Who is at the keyboard: when he came, what he looked at, whether it is locked, and the
 * rights of another for a while. */

enum { REVEAL_MS = 30000, GLASS_MS = 15 * 60000 };

void station_do_reveal(struct station *s, const struct command *c)
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
void station_do_break_glass(struct station *s, const struct command *c)
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

void station_person_tick(struct station *s)
{
	if (s->glass_until_mono == 0 || monotonic_ms() < s->glass_until_mono)
		return;
	s->glass_until_mono = 0;
	station_record(s, SOURCE_SYSTEM, "break_glass_end", s->user, "");
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
	station_record(s, SOURCE_SYSTEM, begins ? "session_begin" : "session_end", s->user, reason);
}

void station_do_look(struct station *s, const struct command *c)
{
	(void)c;
	station_audit(s, "look", s->user, "");
}

void station_lock(struct station *s, bool locked, const char *why)
{
	s->locked = locked;
	s->reveal_until_mono = 0;
	if (locked) /* what comes from here on, nobody is there to see */
		station_audit(s, "look", s->user, "");
	station_record(s, SOURCE_SYSTEM, locked ? "lock" : "unlock", s->user, why);
	station_changed(s);
}

void station_unlock_refused(struct station *s, const char *why)
{
	station_record(s, SOURCE_SYSTEM, "unlock_refused", s->user, why);
}
