/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_STUB_JSON_PATCH_H
#define VIGIE_TESTS_STUB_JSON_PATCH_H

/* JSON Patch (RFC 6902): add, test, replace and remove, written apart from the emulator's,
 * so that what is sent is read by two. */

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The container a pointer ends in, and its last token. */
static cJSON *walk(cJSON *root, const char *pointer, char last[128])
{
	cJSON *node = root;
	while (node != NULL && *pointer == '/') {
		size_t n = strcspn(pointer + 1, "/");
		snprintf(last, 128, "%.*s", (int)n, pointer + 1);
		pointer += n + 1;
		if (*pointer == '\0')
			return node;
		node = cJSON_IsArray(node) ? cJSON_GetArrayItem(node, atoi(last))
					   : cJSON_GetObjectItemCaseSensitive(node, last);
	}
	return NULL;
}

static cJSON *item(cJSON *parent, const char *last)
{
	return cJSON_IsArray(parent) ? cJSON_GetArrayItem(parent, atoi(last))
				     : cJSON_GetObjectItemCaseSensitive(parent, last);
}

static const char *patch_add(cJSON *parent, const char *last, const cJSON *value)
{
	cJSON *copy = cJSON_Duplicate(value, 1);
	if (cJSON_IsArray(parent) && strcmp(last, "-") == 0) {
		cJSON_AddItemToArray(parent, copy);
	} else if (cJSON_IsArray(parent)) {
		cJSON_InsertItemInArray(parent, atoi(last), copy);
	} else {
		cJSON_DeleteItemFromObjectCaseSensitive(parent, last);
		cJSON_AddItemToObject(parent, last, copy);
	}
	return NULL;
}

static const char *patch_one(cJSON *root, const cJSON *operation)
{
	char last[128] = "";
	const char *op = cJSON_GetStringValue(cJSON_GetObjectItem(operation, "op"));
	const char *path = cJSON_GetStringValue(cJSON_GetObjectItem(operation, "path"));
	const cJSON *value = cJSON_GetObjectItem(operation, "value");
	cJSON *parent = op != NULL && path != NULL ? walk(root, path, last) : NULL;
	cJSON *target = parent != NULL ? item(parent, last) : NULL;
	if (parent == NULL)
		return "the path leads nowhere";
	if (strcmp(op, "add") == 0)
		return value != NULL ? patch_add(parent, last, value) : "add needs a value";
	if (target == NULL)
		return "nothing stands at the path";
	if (strcmp(op, "test") == 0)
		return cJSON_Compare(target, value, 1) ? NULL : "a test failed";
	if (strcmp(op, "replace") == 0) {
		cJSON *copy = cJSON_Duplicate(value, 1);
		if (cJSON_IsArray(parent))
			cJSON_ReplaceItemInArray(parent, atoi(last), copy);
		else
			cJSON_ReplaceItemInObjectCaseSensitive(parent, last, copy);
		return NULL;
	}
	if (strcmp(op, "remove") != 0)
		return "no such operation";
	cJSON_Delete(cJSON_DetachItemViaPointer(parent, target));
	return NULL;
}

/* All or nothing; the new text, or NULL and why. */
static char *json_patched(const char *text, const char *patch, const char **why)
{
	cJSON *root = cJSON_Parse(text), *list = cJSON_Parse(patch);
	*why = cJSON_IsArray(list) ? NULL : "a JSON Patch is an array";
	for (const cJSON *o = *why == NULL ? list->child : NULL; o != NULL && *why == NULL;
		o = o->next)
		*why = patch_one(root, o);
	char *out = *why == NULL ? cJSON_PrintUnformatted(root) : NULL;
	cJSON_Delete(root);
	cJSON_Delete(list);
	return out;
}

#endif
