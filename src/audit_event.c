/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts as FHIR R4 AuditEvents (hl7.org/fhir/R4/auditevent.html). Types and subtypes
 * are DICOM's where it has them; an act that only vigie knows has a subtype of its
 * own beside the FHIR interaction.
 */
#include "src/audit.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "screens/format.h"

#define DCM         "http://dicom.nema.org/resources/ontology/DCM"
#define INTERACTION "http://hl7.org/fhir/restful-interaction"
#define TERMINOLOGY "http://terminology.hl7.org/CodeSystem/"

/* By name; what is not listed is the last row. */
static const struct audit_code codes[] = {
	{"session_begin", "110114", "110122", 'E', '0'},
	{"session_end", "110114", "110123", 'E', '0'},
	{"lock", "110114", "110123", 'E', '0'},
	{"unlock", "110114", "110122", 'E', '0'},
	{"unlock_refused", "110114", "110122", 'E', '4'},
	{"break_glass", "110113", "110127", 'E', '0'},
	{"break_glass_end", "110113", "110138", 'E', '0'},
	{"refused", "110113", "110132", 'E', '4'},
	{"reveal", "110110", "", 'R', '0'},
	{"head", "110101", "", 'R', '0'},
	{"order refused", "110110", "", 'U', '4'},
	{"order unknown", "110110", "", 'U', '4'},
	{"order undo refused", "110110", "", 'U', '4'},
	{"order undo unknown", "110110", "", 'U', '4'},
	{"", "110100", "", 'E', '0'},
};
enum { CODES = sizeof codes / sizeof codes[0] };
/* What changes what is on record of a patient. */
static const struct audit_code of_patient = {"", "110110", "", 'U', '0'};

static const struct {
	const char *code, *display;
} displays[] = {
	{"110100", "Application Activity"},
	{"110101", "Audit Log Used"},
	{"110110", "Patient Record"},
	{"110113", "Security Alert"},
	{"110114", "User Authentication"},
	{"110122", "Login"},
	{"110123", "Logout"},
	{"110127", "Emergency Override Started"},
	{"110132", "Use of Restricted Function"},
	{"110138", "Emergency Override Stopped"},
};

const struct audit_code *audit_code(const struct audit_act *act)
{
	int i = 0;
	while (i < CODES - 1 && strcmp(codes[i].what, act->what) != 0)
		i++;
	return i == CODES - 1 && act->patient[0] != '\0' ? &of_patient : &codes[i];
}

static const char *display_of(const char *code)
{
	for (size_t i = 0; i < sizeof displays / sizeof displays[0]; i++)
		if (strcmp(displays[i].code, code) == 0)
			return displays[i].display;
	return "";
}

static cJSON *coding(const char *system, const char *code, const char *display)
{
	cJSON *o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "system", system);
	cJSON_AddStringToObject(o, "code", code);
	if (display[0] != '\0')
		cJSON_AddStringToObject(o, "display", display);
	return o;
}

/* {"coding": [...]} */
static cJSON *concept(cJSON *code)
{
	cJSON *o = cJSON_CreateObject();
	cJSON_AddItemToArray(cJSON_AddArrayToObject(o, "coding"), code);
	return o;
}

static cJSON *identified(const char *value)
{
	cJSON *o = cJSON_CreateObject();
	cJSON_AddStringToObject(cJSON_AddObjectToObject(o, "identifier"), "value", value);
	return o;
}

static void add_subtypes(cJSON *root, const struct audit_act *a, const struct audit_code *c)
{
	static const struct {
		char action;
		const char *interaction;
	} interactions[] = {{'C', "create"}, {'R', "read"}, {'U', "update"}, {'D', "delete"}};
	cJSON *list = cJSON_AddArrayToObject(root, "subtype");
	if (c->subtype[0] != '\0')
		cJSON_AddItemToArray(list, coding(DCM, c->subtype, display_of(c->subtype)));
	for (size_t i = 0; i < 4 && c->subtype[0] == '\0'; i++)
		if (interactions[i].action == c->action)
			cJSON_AddItemToArray(list, coding(INTERACTION, interactions[i].interaction,
							   interactions[i].interaction));
	cJSON_AddItemToArray(list, coding("urn:vigie:act", a->what, ""));
}

static void add_agent(cJSON *root, const struct audit_act *a)
{
	unsigned char address[sizeof(struct in6_addr)];
	cJSON *agent = cJSON_CreateObject();
	const char *who = a->who[0] != '\0' ? a->who : a->station[0] != '\0' ? a->station : "vigie";
	bool ip = inet_pton(AF_INET, a->peer, address) == 1
		  || inet_pton(AF_INET6, a->peer, address) == 1;
	cJSON_AddItemToArray(cJSON_AddArrayToObject(root, "agent"), agent);
	if (a->person)
		cJSON_AddItemToObject(agent, "type",
			concept(coding(TERMINOLOGY "extra-security-role-type", "humanuser",
				"human user")));
	if (a->role != PERSON_NONE)
		cJSON_AddItemToArray(cJSON_AddArrayToObject(agent, "role"),
			concept(coding("urn:vigie:role", person_role_name(a->role), "")));
	cJSON_AddItemToObject(agent, "who", identified(who));
	cJSON_AddBoolToObject(agent, "requestor", a->person);
	if (a->peer[0] != '\0') {
		cJSON *network = cJSON_AddObjectToObject(agent, "network");
		cJSON_AddStringToObject(network, "address", a->peer);
		cJSON_AddStringToObject(network, "type", ip ? "2" : "1");
	}
}

static void add_source(cJSON *root, const struct audit_act *a)
{
	cJSON *source = cJSON_AddObjectToObject(root, "source");
	if (a->terminal[0] != '\0')
		cJSON_AddStringToObject(source, "site", a->terminal);
	cJSON_AddItemToObject(
		source, "observer", identified(a->station[0] != '\0' ? a->station : "vigie"));
	cJSON_AddItemToArray(cJSON_AddArrayToObject(source, "type"),
		coding(TERMINOLOGY "security-source-type", "4", "Application Server"));
}

static cJSON *add_entity(cJSON *list, const char *id, const char *type, const char *type_display,
	const char *role, const char *role_display)
{
	cJSON *o = cJSON_CreateObject();
	cJSON_AddItemToArray(list, o);
	cJSON_AddItemToObject(o, "what", identified(id));
	cJSON_AddItemToObject(
		o, "type", coding(TERMINOLOGY "audit-entity-type", type, type_display));
	cJSON_AddItemToObject(o, "role", coding(TERMINOLOGY "object-role", role, role_display));
	return o;
}

static void add_detail(cJSON *entity, const char *type, const char *value)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(entity, "detail"), *o;
	if (value[0] == '\0')
		return;
	if (list == NULL)
		list = cJSON_AddArrayToObject(entity, "detail");
	cJSON_AddItemToArray(list, o = cJSON_CreateObject());
	cJSON_AddStringToObject(o, "type", type);
	cJSON_AddStringToObject(o, "valueString", value);
}

static void add_entities(cJSON *root, const struct audit_act *a)
{
	cJSON *list = cJSON_CreateArray(), *thing = NULL;
	char seq[24];
	if (a->patient[0] != '\0')
		thing = add_entity(list, a->patient, "1", "Person", "1", "Patient");
	if (a->on[0] != '\0' && strcmp(a->on, a->patient) != 0)
		thing = add_entity(list, a->on, "2", "System Object", "4", "Domain Resource");
	if (thing == NULL) {
		format_put(seq, sizeof seq, "%llu", (unsigned long long)a->seq);
		thing = add_entity(list, seq, "2", "System Object", "4", "Domain Resource");
	}
	add_detail(thing, "before", a->before);
	add_detail(thing, "after", a->after);
	cJSON_AddItemToObject(root, "entity", list);
}

char *audit_event(const struct audit_act *a)
{
	const struct audit_code *c = audit_code(a);
	const char action[2] = {c->action, '\0'}, outcome[2] = {c->outcome, '\0'};
	char time[48], id[80];
	cJSON *root = cJSON_CreateObject();
	format_rfc3339(a->at_ms, time, sizeof time);
	format_put(id, sizeof id, "%llu", (unsigned long long)a->seq);
	cJSON_AddStringToObject(root, "resourceType", "AuditEvent");
	cJSON_AddStringToObject(root, "id", id);
	cJSON_AddItemToObject(root, "type", coding(DCM, c->type, display_of(c->type)));
	add_subtypes(root, a, c);
	cJSON_AddStringToObject(root, "action", action);
	cJSON_AddStringToObject(root, "recorded", time);
	cJSON_AddStringToObject(root, "outcome", outcome);
	if (c->outcome != '0' && a->reason[0] != '\0')
		cJSON_AddStringToObject(root, "outcomeDesc", a->reason);
	if (c->outcome == '0' && a->reason[0] != '\0') {
		cJSON *why = cJSON_CreateObject();
		cJSON_AddStringToObject(why, "text", a->reason);
		cJSON_AddItemToArray(cJSON_AddArrayToObject(root, "purposeOfEvent"), why);
	}
	add_agent(root, a);
	add_source(root, a);
	add_entities(root, a);
	char *text = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	return text;
}
