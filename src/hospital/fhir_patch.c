/* SPDX-License-Identifier: Apache-2.0 */

/* JSON Patch (RFC 6902), outcomes, and the capability statement. */

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

/* The place a pointer names, be there anything or not: its parent and last token. */
static cJSON *parent_of(cJSON *root, const char *pointer, char *last, size_t size)
{
	cJSON *node = root;
	while (node != NULL && *pointer == '/') {
		pointer = token(pointer, last, size);
		if (*pointer == '\0')
			return node;
		node = child(node, last);
	}
	return NULL;
}

static const char *add(cJSON *root, const char *path, const cJSON *value)
{
	char last[64] = "";
	cJSON *parent = parent_of(root, path, last, sizeof(last));
	if (cJSON_IsArray(parent) && strcmp(last, "-") == 0) {
		cJSON_AddItemToArray(parent, cJSON_Duplicate(value, 1));
	} else if (cJSON_IsArray(parent)) {
		char *end;
		long index = strtol(last, &end, 10);
		if (*last == '\0' || *end != '\0' || index < 0
			|| index > cJSON_GetArraySize(parent))
			return "no such place in the list";
		cJSON_InsertItemInArray(parent, (int)index, cJSON_Duplicate(value, 1));
	} else if (cJSON_IsObject(parent)) {
		cJSON_DeleteItemFromObjectCaseSensitive(parent, last);
		cJSON_AddItemToObject(parent, last, cJSON_Duplicate(value, 1));
	} else {
		return "nothing to add to at the path";
	}
	return NULL;
}

static const char *replace(cJSON *parent, cJSON *target, const cJSON *value)
{
	char key[64];
	cJSON *copy = cJSON_Duplicate(value, 1);
	if (!cJSON_IsObject(parent))
		return cJSON_ReplaceItemViaPointer(parent, target, copy) ? NULL : "cannot replace";
	/* By key: replaced by pointer, a member would lose its name. */
	snprintf(key, sizeof(key), "%s", target->string);
	cJSON_ReplaceItemInObjectCaseSensitive(parent, key, copy);
	return NULL;
}

static const char *apply_one(cJSON *root, const cJSON *operation)
{
	const cJSON *op = cJSON_GetObjectItemCaseSensitive(operation, "op");
	const cJSON *path = cJSON_GetObjectItemCaseSensitive(operation, "path");
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(operation, "value");
	cJSON *parent;
	if (!cJSON_IsString(op) || !cJSON_IsString(path))
		return "an operation needs op and path";
	bool removes = strcmp(op->valuestring, "remove") == 0;
	if (value == NULL && !removes)
		return "the operation needs a value";
	cJSON *target = resolve(root, path->valuestring, &parent);
	if (strcmp(op->valuestring, "test") == 0)
		return target != NULL && cJSON_Compare(target, value, 1) ? NULL : "a test failed";
	if (strcmp(op->valuestring, "add") == 0)
		return add(root, path->valuestring, value);
	if (!removes && strcmp(op->valuestring, "replace") != 0)
		return "only test, add, replace and remove are supported";
	if (target == NULL || parent == NULL)
		return "nothing at the path";
	if (!removes)
		return replace(parent, target, value);
	cJSON_Delete(cJSON_DetachItemViaPointer(parent, target));
	return NULL;
}

cJSON *patch_apply(const cJSON *json, const cJSON *patch, const char **why)
{
	cJSON *copy = cJSON_Duplicate(json, 1);
	*why = cJSON_IsArray(patch) ? NULL : "a JSON Patch is an array";
	for (const cJSON *o = *why == NULL ? patch->child : NULL; o != NULL && *why == NULL;
		o = o->next)
		*why = apply_one(copy, o);
	if (*why == NULL)
		return copy;
	cJSON_Delete(copy);
	return NULL;
}

static void capability_writes(cJSON *r)
{
	static const char *const interactions[] = {"patch", "update", "create", "history-instance"};
	for (size_t i = 0; i < sizeof(interactions) / sizeof(interactions[0]); i++)
		fhir_text(fhir_push(r, "interaction"), "code", interactions[i]);
	cJSON_AddTrueToObject(r, "conditionalCreate");
	cJSON_AddItemToArray(cJSON_AddArrayToObject(r, "searchInclude"),
		cJSON_CreateString("Appointment:patient"));
	cJSON *operation = fhir_push(r, "operation");
	fhir_text(operation, "name", "book");
	fhir_text(operation, "definition",
		"https://profiles.ihe.net/ITI/Scheduling/OperationDefinition/appointment-book");
}

static void capability_resource(cJSON *rest, const char *type, bool writes)
{
	static const char *const searches[] = {
		"_id", "_lastUpdated", "date", "location", "actor", "patient", "status"};
	cJSON *r = fhir_push(rest, "resource");
	fhir_text(r, "type", type);
	fhir_text(fhir_push(r, "interaction"), "code", "read");
	fhir_text(fhir_push(r, "interaction"), "code", "search-type");
	fhir_text(r, "versioning", "versioned-update");
	fhir_text(r, "conditionalRead", "not-match");
	if (writes)
		capability_writes(r);
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
