/* SPDX-License-Identifier: Apache-2.0 */

/* JSON Patch (RFC 6902: test and replace), outcomes, and the capability statement. */

#include "src/hospital/fhir_search.h"
#include "src/hospital/stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *outcome_text(const char *severity, const char *code, const char *diagnostics)
{
	cJSON *o = cJSON_CreateObject();
	fhir_text(o, "resourceType", "OperationOutcome");
	cJSON *issue = fhir_push(o, "issue");
	fhir_text(issue, "severity", severity);
	fhir_text(issue, "code", code);
	fhir_text(issue, "diagnostics", diagnostics);
	char *text = cJSON_PrintUnformatted(o);
	cJSON_Delete(o);
	return text;
}

/* The next token of a JSON pointer (RFC 6901), unescaped. */
static const char *token(const char *pointer, char *out, size_t size)
{
	size_t n = 0;
	for (pointer++; *pointer != '\0' && *pointer != '/'; pointer++) {
		char c = *pointer;
		if (c == '~' && (pointer[1] == '0' || pointer[1] == '1'))
			c = *++pointer == '0' ? '~' : '/';
		if (n + 1 < size)
			out[n++] = c;
	}
	out[n] = '\0';
	return pointer;
}

static cJSON *child(cJSON *node, const char *name)
{
	if (cJSON_IsArray(node)) {
		char *end;
		long index = strtol(name, &end, 10);
		return *name == '\0' || *end != '\0' || index < 0 || index > 100000
			       ? NULL
			       : cJSON_GetArrayItem(node, (int)index);
	}
	return cJSON_GetObjectItemCaseSensitive(node, name);
}

/* What the pointer names; NULL when there is nothing. *parent owns it. */
static cJSON *resolve(cJSON *root, const char *pointer, cJSON **parent)
{
	cJSON *node = root;
	*parent = NULL;
	while (node != NULL && *pointer == '/') {
		char name[64];
		pointer = token(pointer, name, sizeof(name));
		*parent = node;
		node = child(node, name);
	}
	return *pointer == '\0' ? node : NULL;
}

static const char *apply_one(cJSON *root, const cJSON *operation)
{
	const cJSON *op = cJSON_GetObjectItemCaseSensitive(operation, "op");
	const cJSON *path = cJSON_GetObjectItemCaseSensitive(operation, "path");
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(operation, "value");
	cJSON *parent;
	if (!cJSON_IsString(op) || !cJSON_IsString(path) || value == NULL)
		return "an operation needs op, path and value";
	cJSON *target = resolve(root, path->valuestring, &parent);
	if (strcmp(op->valuestring, "test") == 0)
		return target != NULL && cJSON_Compare(target, value, 1) ? NULL : "a test failed";
	if (strcmp(op->valuestring, "replace") != 0)
		return "only test and replace are supported";
	if (target == NULL || parent == NULL)
		return "nothing to replace at the path";
	cJSON *copy = cJSON_Duplicate(value, 1);
	if (!cJSON_IsObject(parent))
		return cJSON_ReplaceItemViaPointer(parent, target, copy) ? NULL : "cannot replace";
	/* By key: replaced by pointer, a member would lose its name. */
	char key[64];
	snprintf(key, sizeof(key), "%s", target->string);
	cJSON_ReplaceItemInObjectCaseSensitive(parent, key, copy);
	return NULL;
}

static const char *apply_all(cJSON *root, const cJSON *patch)
{
	for (const cJSON *o = patch->child; o != NULL; o = o->next) {
		const char *wrong = apply_one(root, o);
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

static int refuse(int status, const char *code, const char *why, char **body)
{
	*body = outcome_text("error", code, why);
	return status;
}

/* app-3 and app-2 of R4: what must hold after any change of an appointment. */
static const char *invalid(const cJSON *json, const struct resource *r)
{
	const cJSON *id = cJSON_GetObjectItemCaseSensitive(json, "id");
	const cJSON *start = cJSON_GetObjectItemCaseSensitive(json, "start");
	const cJSON *end = cJSON_GetObjectItemCaseSensitive(json, "end");
	if (!cJSON_IsString(id) || strcmp(id->valuestring, r->id) != 0)
		return "the id cannot change";
	if (!cJSON_IsString(start) || !cJSON_IsString(end))
		return "start and end are needed";
	int64_t from = stamp_parse(start->valuestring), to = stamp_parse(end->valuestring);
	return from == 0 || to < from ? "start and end do not make a period" : NULL;
}

int patch_apply(struct resource *r, const char *text, size_t len, const char *if_match,
	int64_t now_ms, char **body)
{
	char tag[32];
	snprintf(tag, sizeof(tag), "W/\"%d\"", r->version);
	if (if_match == NULL)
		return refuse(412, "required", "If-Match is required", body);
	if (strcmp(if_match, tag) != 0 && strcmp(if_match, tag + 2) != 0)
		return refuse(409, "conflict", "the resource has changed meanwhile", body);
	if (strcmp(r->type, "Appointment") != 0)
		return refuse(405, "not-supported", "only appointments can be patched", body);
	cJSON *patch = cJSON_ParseWithLength(text, len);
	if (!cJSON_IsArray(patch)) {
		cJSON_Delete(patch);
		return refuse(400, "structure", "a JSON Patch is an array", body);
	}
	cJSON *copy = cJSON_Duplicate(r->json, 1);
	const char *wrong = apply_all(copy, patch);
	bool failed_test = wrong != NULL;
	if (wrong == NULL)
		wrong = invalid(copy, r);
	cJSON_Delete(patch);
	if (wrong != NULL) {
		cJSON_Delete(copy);
		return refuse(failed_test ? 400 : 422, "processing", wrong, body);
	}
	store_put(r, copy, now_ms);
	*body = strdup(store_text(r));
	return 200;
}

static void capability_resource(cJSON *rest, const char *type, bool patch)
{
	static const char *const searches[] = {
		"_id", "_lastUpdated", "date", "location", "actor", "patient", "status"};
	cJSON *r = fhir_push(rest, "resource");
	fhir_text(r, "type", type);
	fhir_text(fhir_push(r, "interaction"), "code", "read");
	fhir_text(fhir_push(r, "interaction"), "code", "search-type");
	if (patch)
		fhir_text(fhir_push(r, "interaction"), "code", "patch");
	fhir_text(r, "versioning", "versioned-update");
	fhir_text(r, "conditionalRead", "not-match");
	if (patch)
		cJSON_AddItemToArray(cJSON_AddArrayToObject(r, "searchInclude"),
			cJSON_CreateString("Appointment:patient"));
	for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
		cJSON *p = fhir_push(r, "searchParam");
		bool is_date = strcmp(searches[i], "date") == 0 || i == 1;
		fhir_text(p, "name", searches[i]);
		fhir_text(p, "type", is_date ? "date" : i > 2 && i < 6 ? "reference" : "token");
	}
}

char *capability_text(const char *base, int64_t now_ms)
{
	static const char *const types[] = {"Appointment", "Patient", "Practitioner", "Location",
		"Encounter", "Procedure", "Observation", "Condition"};
	char stamp[STAMP_SIZE];
	cJSON *o = cJSON_CreateObject();
	fhir_text(o, "resourceType", "CapabilityStatement");
	fhir_text(o, "status", "active");
	fhir_text(o, "date", stamp_seconds(now_ms, stamp));
	fhir_text(o, "kind", "instance");
	fhir_text(cJSON_AddObjectToObject(o, "software"), "name", "vigie-hospital");
	cJSON *implementation = cJSON_AddObjectToObject(o, "implementation");
	fhir_text(implementation, "description", "An emulated operating suite: no real patient");
	fhir_text(implementation, "url", base);
	fhir_text(o, "fhirVersion", "4.0.1");
	cJSON_AddItemToArray(
		cJSON_AddArrayToObject(o, "format"), cJSON_CreateString("application/fhir+json"));
	cJSON_AddItemToArray(cJSON_AddArrayToObject(o, "patchFormat"),
		cJSON_CreateString("application/json-patch+json"));
	cJSON *rest = fhir_push(o, "rest");
	fhir_text(rest, "mode", "server");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		capability_resource(rest, types[i], i == 0);
	char *text = cJSON_PrintUnformatted(o);
	cJSON_Delete(o);
	return text;
}
