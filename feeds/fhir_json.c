/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 48 };

/* Replaces what cJSON would cut a string at, and measures the nesting: cJSON
 * recurses. The text is a private copy. */
static int defuse(char *text, size_t len)
{
	int depth = 0, deepest = 0;
	bool inside = false;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		if (c == '\0') {
			text[i] = '?';
		} else if (inside && c == '\\') {
			if (len - i > 5 && memcmp(text + i, "\\u0000", 6) == 0)
				memcpy(text + i, "\\ufffd", 6);
			i++;
		} else if (c == '"') {
			inside = !inside;
		} else if (!inside && (c == '{' || c == '[')) {
			deepest = ++depth > deepest ? depth : deepest;
		} else if (!inside && (c == '}' || c == ']')) {
			depth--;
		}
	}
	return deepest;
}

cJSON *fhir_json_parse(const char *text, size_t len, struct error *err)
{
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		len -= 3;
	}
	char *copy = malloc(len + 1);
	if (copy == NULL) {
		error_set(err, -ENOMEM, "out of memory reading %zu bytes", len);
		return NULL;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	cJSON *json = NULL;
	const char *end = NULL;
	if (defuse(copy, len) > DEPTH_MAX) {
		error_set(err, -EBADMSG, "JSON nested deeper than %d", DEPTH_MAX);
	} else {
		json = cJSON_ParseWithLengthOpts(copy, len + 1, &end, 1);
		if (json == NULL && len > 0 && (copy[0] == '<'))
			error_set(err, -EBADMSG, "HTML or XML where JSON was expected");
		else if (json == NULL)
			error_set(err, -EBADMSG, "broken or truncated JSON at byte %td of %zu",
				end != NULL ? end - copy : 0, len);
	}
	free(copy);
	return json;
}

const cJSON *fhir_get(const cJSON *object, const char *key)
{
	return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const char *fhir_string(const cJSON *object, const char *key)
{
	const cJSON *item = fhir_get(object, key);
	return cJSON_IsString(item) && item->valuestring != NULL ? item->valuestring : "";
}

const cJSON *fhir_either(const cJSON *object, const char *r4, const char *r5)
{
	const cJSON *item = fhir_get(object, r4);
	return item != NULL ? item : fhir_get(object, r5);
}

bool fhir_is_time(const char *text)
{
	return strlen(text) > 10 && text[10] == 'T';
}

/* Only whole times count: a date alone would pretend to be midnight. */
int64_t fhir_time_at(const cJSON *object, const char *key)
{
	const char *text = fhir_string(object, key);
	return fhir_is_time(text) ? fhir_time(text) : 0;
}

const cJSON *fhir_begin(const cJSON *node)
{
	if (cJSON_IsArray(node))
		return node->child;
	return cJSON_IsObject(node) ? node : NULL;
}

const cJSON *fhir_next(const cJSON *node, const cJSON *element)
{
	return cJSON_IsArray(node) ? element->next : NULL;
}

int fhir_codings(const cJSON *concept, struct fhir_coding *out, int max)
{
	int n = 0;
	FHIR_EACH(element, concept)
	{
		const cJSON *inner = fhir_either(element, "coding", "concept");
		if (inner != NULL) {
			n += fhir_codings(inner, out + n, max - n);
		} else if (n < max && *fhir_string(element, "code") != '\0') {
			out[n].system = fhir_string(element, "system");
			out[n].code = fhir_string(element, "code");
			out[n].display = fhir_string(element, "display");
			n++;
		}
	}
	return n;
}

bool fhir_has_code(const cJSON *concept, const char *system, const char *code)
{
	struct fhir_coding codings[FHIR_CODINGS];
	int n = fhir_codings(concept, codings, FHIR_CODINGS);
	for (int i = 0; i < n; i++)
		if (strcmp(codings[i].code, code) == 0
			&& (system == NULL || strcmp(codings[i].system, system) == 0))
			return true;
	return false;
}

const char *fhir_concept_text(const cJSON *concept)
{
	FHIR_EACH(element, concept)
	{
		const char *text = fhir_string(element, "text");
		if (*text != '\0')
			return text;
		const cJSON *inner = fhir_get(element, "concept");
		if (inner != NULL && *fhir_concept_text(inner) != '\0')
			return fhir_concept_text(inner);
		FHIR_EACH(coding, fhir_get(element, "coding"))
		if (*fhir_string(coding, "display") != '\0')
			return fhir_string(coding, "display");
	}
	return "";
}

const cJSON *fhir_extension(const cJSON *element, const char *url, int n)
{
	FHIR_EACH(extension, fhir_get(element, "extension"))
	if (strcmp(fhir_string(extension, "url"), url) == 0 && n-- == 0)
		return extension;
	return NULL;
}
