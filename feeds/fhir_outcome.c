/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <string.h>

#include "twin/text.h"

/* OperationOutcome: what a server has to say about an answer. */

static bool is_bad(const cJSON *issue)
{
	const char *severity = fhir_string(issue, "severity");
	return strcmp(severity, "error") == 0 || strcmp(severity, "fatal") == 0;
}

static const char *words_of(const cJSON *issue)
{
	const cJSON *details = fhir_get(issue, "details");
	const char *text = fhir_string(issue, "diagnostics");
	if (*text == '\0')
		text = fhir_string(details, "text");
	if (*text == '\0')
		text = fhir_concept_text(details);
	return *text != '\0' ? text : fhir_string(issue, "code");
}

/* The first error speaks for all, else the first of anything. */
void fhir_outcome_add(const cJSON *outcome, struct fhir_page *page)
{
	FHIR_EACH(issue, fhir_get(outcome, "issue"))
	{
		struct fhir_coding coding[1];
		const char *text = words_of(issue), *code = fhir_string(issue, "code");
		if (page->outcome[0] != '\0' && (!is_bad(issue) || page->outcome_error))
			continue;
		text_neutralise(page->outcome, sizeof page->outcome, text, strlen(text));
		text_neutralise(page->outcome_code, sizeof page->outcome_code, code, strlen(code));
		code = fhir_codings(fhir_get(issue, "details"), coding, 1) > 0 ? coding[0].code
									       : "";
		text_neutralise(
			page->outcome_detail, sizeof page->outcome_detail, code, strlen(code));
		page->outcome_error = page->outcome_error || is_bad(issue);
	}
}

void fhir_outcome_read(const char *text, size_t len, struct fhir_page *page)
{
	struct error err;
	memset(page, 0, sizeof *page);
	page->next = page->self = "";
	cJSON *json = fhir_json_parse(text, len, &err);
	/* Azure's 429 had no resourceType for a year: `issue` is enough. */
	fhir_outcome_add(json, page);
	cJSON_Delete(json);
}
