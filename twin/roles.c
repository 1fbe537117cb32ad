/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/roles.h"

#include <string.h>

enum {
	NURSES = 1u << PERSON_NURSE | 1u << PERSON_COORDINATOR | 1u << PERSON_SUPERVISOR,
	COORDINATORS = 1u << PERSON_COORDINATOR | 1u << PERSON_SUPERVISOR,
	TECHNICIANS = 1u << PERSON_TECHNICIAN | 1u << PERSON_SUPERVISOR,
	SUPERVISORS = 1u << PERSON_SUPERVISOR,
	ALL_WHO_ACT = NURSES | TECHNICIANS,
	ANYBODY = ALL_WHO_ACT | 1u << PERSON_VIEWER
};

/* What is not listed no person may say: it comes from feeds and from vigie. */
static const unsigned facts[FACT_KIND_COUNT] = {
	[FACT_MILESTONE] = NURSES,
	[FACT_READINESS] = NURSES,
	[FACT_STATUS] = NURSES,
	[FACT_INTAKE] = NURSES,
	[FACT_ESTIMATE] = NURSES,
	[FACT_TAG] = NURSES | 1u << PERSON_TECHNICIAN,
	[FACT_NOTE] = ALL_WHO_ACT,
	[FACT_STOCK] = NURSES | 1u << PERSON_TECHNICIAN,
	[FACT_RESOURCE] = COORDINATORS,
	[FACT_LEARN] = COORDINATORS,
	[FACT_IDEA] = COORDINATORS,
	[FACT_CASE] = COORDINATORS, /* an emergency; what else is said of cases feeds say */
	[FACT_LOCK] = COORDINATORS,
	[FACT_NEST] = COORDINATORS,
	[FACT_ORDER] = COORDINATORS,
};

static const unsigned alarm_acts[ALARM_ACT_COUNT] = {
	[ALARM_ACKNOWLEDGE] = ALL_WHO_ACT,
	[ALARM_RESET] = ALL_WHO_ACT,
	[ALARM_TAKE] = ALL_WHO_ACT,
	[ALARM_LEAVE] = ALL_WHO_ACT,
	[ALARM_SHELVE] = ALL_WHO_ACT,
	[ALARM_UNSHELVE] = ALL_WHO_ACT,
	[ALARM_UNACKNOWLEDGE] = SUPERVISORS,
	[ALARM_OUT_OF_SERVICE] = TECHNICIANS,
	[ALARM_RETURN] = TECHNICIANS,
};

/* Audit rows that are asked for by a person; every other one vigie writes itself. */
static unsigned audit_roles(const struct fact *fact)
{
	return strcmp(fact->audit.what, "reveal") == 0 ? NURSES : ANYBODY;
}

/* What touches the sight of an alarm is for those who may acknowledge its class; who
 * acknowledged it, or sees to it, may take that back himself. */
static unsigned alarm_roles(const struct twin *twin, const struct fact *fact)
{
	const struct fact_alarm *act = &fact->alarm;
	unsigned roles = (unsigned)act->act < ALARM_ACT_COUNT ? alarm_acts[act->act] : 0;
	int i = twin_alarm(twin, act->key);
	if (i < 0)
		return roles;
	const struct alarm *a = &twin->alarms[i];
	const struct alarm_setting *class_ = alarm_setting(twin->site, a->class_);
	bool hides = act->act == ALARM_ACKNOWLEDGE || act->act == ALARM_RESET
		     || act->act == ALARM_SHELVE;
	if (hides && class_->roles != 0)
		roles &= class_->roles | SUPERVISORS;
	bool own =
		fact->origin[0] != '\0'
		&& (strcmp(fact->origin, a->owner) == 0 || strcmp(fact->origin, a->acked_by) == 0);
	return act->act == ALARM_UNACKNOWLEDGE && own ? roles | NURSES | TECHNICIANS : roles;
}

unsigned roles_that_may(const struct twin *twin, const struct fact *fact)
{
	if (fact->kind == FACT_ALARM)
		return alarm_roles(twin, fact);
	if (fact->kind == FACT_AUDIT)
		return audit_roles(fact);
	return (unsigned)fact->kind < FACT_KIND_COUNT ? facts[fact->kind] : 0;
}

bool role_may(const struct twin *twin, const struct fact *fact)
{
	unsigned role = (unsigned)fact->by.role;
	return role < PERSON_ROLE_COUNT && (roles_that_may(twin, fact) & 1u << role) != 0;
}

const char *role_act_name(const struct fact *fact)
{
	if (fact->kind == FACT_ALARM)
		return alarm_act_name(fact->alarm.act);
	if (fact->kind == FACT_AUDIT)
		return fact->audit.what;
	if (fact->kind == FACT_LOCK)
		return "lock_case"; /* to lock the console is another thing */
	return fact_kind_name(fact->kind);
}
