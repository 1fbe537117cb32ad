/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_private.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/*
 * Conditions: which of the LACE index's groups a diagnosis falls into. Groups by
 * ICD-10 code: Quan et al., Med. Care 2005, 43: 1130, table 1, for the groups
 * that the index counts; points: van Walraven et al., CMAJ 2010, 182: 551 (and
 * as printed in BMC Cardiovasc. Disord. 2014, 14: 97, table 1). Quan knows one
 * renal group; the index has mild with two points and moderate or severe with
 * four: stage 3 and more, dialysis and transplants are the latter. The diagnosis
 * itself goes nowhere.
 */

enum group {
	INFARCT,
	VESSELS,
	STROKE,
	DIABETES,
	HEART,
	DIABETES_ORGANS,
	LUNG,
	LIVER_RENAL_MILD,
	TUMOUR,
	DEMENTIA,
	CONNECTIVE,
	LIVER_RENAL_SEVERE,
	HIV,
	METASTASIS,
	GROUPS
};

static const struct {
	int points;
	enum group unless; /* itself: always; else only without this graver one */
	bool past;         /* counts for ever: "history of" */
	const char *codes; /* beginnings of codes without their dot; A-B: a range */
} groups[GROUPS] = {
	[INFARCT] = {1, INFARCT, true, "I21 I22 I252"},
	[VESSELS] = {1, VESSELS, false,
		"I70 I71 I731 I738 I739 I771 I790 I792 K551 K558 K559 Z958 Z959"},
	[STROKE] = {1, STROKE, true, "G45 G46 H340 I60-I69"},
	[DIABETES] = {1, DIABETES_ORGANS, false,
		"E100 E101 E106 E108 E109 E110 E111 E116 E118 E119 E120 E121 E126 E128 E129 "
		"E130 E131 E136 E138 E139 E140 E141 E146 E148 E149"},
	[HEART] = {2, HEART, false, "I099 I110 I130 I132 I255 I420 I425-I429 I43 I50 P290"},
	[DIABETES_ORGANS] = {2, DIABETES_ORGANS, false,
		"E102-E105 E107 E112-E115 E117 E122-E125 E127 E132-E135 E137 E142-E145 E147"},
	[LUNG] = {2, LUNG, false, "I278 I279 J40-J47 J60-J67 J684 J701 J703"},
	[LIVER_RENAL_MILD] = {2, LIVER_RENAL_SEVERE, false,
		"B18 K700-K703 K709 K713-K715 K717 K73 K74 K760 K762-K764 K768 K769 Z944 "
		"N032-N037 N052-N057 N18 N19 N250"},
	[TUMOUR] = {2, METASTASIS, false,
		"C00-C26 C30-C34 C37-C41 C43 C45-C58 C60-C76 C81-C85 C88 C90-C97"},
	[DEMENTIA] = {3, DEMENTIA, false, "F00-F03 F051 G30 G311"},
	[CONNECTIVE] = {3, CONNECTIVE, false, "M05 M06 M315 M32-M34 M351 M353 M360"},
	[LIVER_RENAL_SEVERE] = {4, LIVER_RENAL_SEVERE, false,
		"I850 I859 I864 I982 K704 K711 K721 K729 K765-K767 "
		"I120 I131 N183-N186 Z490-Z492 Z940 Z992"},
	[HIV] = {4, HIV, false, "B20-B22 B24"},
	[METASTASIS] = {6, METASTASIS, false, "C77-C80"},
};

int fhir_charlson_points(unsigned in)
{
	int points = 0;
	for (int g = 0; g < GROUPS; g++)
		if ((in & 1u << g)
			&& ((int)groups[g].unless == g || !(in & 1u << groups[g].unless)))
			points += groups[g].points;
	return points;
}

/* One entry of the list: a beginning, or first-last of the same length. */
static bool begins(const char *code, const char *entry, size_t n)
{
	const char *dash = memchr(entry, '-', n);
	size_t length = dash != NULL ? (size_t)(dash - entry) : n;
	if (strlen(code) < length)
		return false;
	if (dash == NULL)
		return strncmp(code, entry, length) == 0;
	return strncmp(code, entry, length) >= 0 && strncmp(code, dash + 1, length) <= 0;
}

static bool in_group(const char *code, const char *codes)
{
	while (*codes != '\0') {
		size_t n = strcspn(codes, " ");
		if (begins(code, codes, n))
			return true;
		codes += n + (codes[n] == ' ');
	}
	return false;
}

/* ICD-10 and its national kin: by HL7's names, by theirs, by their OIDs. */
static bool is_icd10(const char *system)
{
	static const char *const names[] = {"icd-10", "icd10", "cim-10", "cim10"};
	if (strncmp(system, "urn:oid:2.16.840.1.113883.6.", 28) == 0)
		return strcmp(system + 28, "3") == 0 || strcmp(system + 28, "90") == 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasestr(system, names[i]) != NULL)
			return true;
	return false;
}

static unsigned groups_of(const cJSON *concept, bool over)
{
	struct fhir_coding codings[FHIR_CODINGS];
	int n = fhir_codings(concept, codings, FHIR_CODINGS);
	unsigned found = 0;
	for (int i = 0; i < n; i++) {
		char code[12];
		size_t length = 0;
		if (!is_icd10(codings[i].system))
			continue;
		for (const char *p = codings[i].code; *p != '\0' && length + 1 < sizeof code; p++)
			if (isalnum((unsigned char)*p))
				code[length++] = (char)toupper((unsigned char)*p);
		code[length] = '\0';
		for (int g = 0; g < GROUPS; g++)
			if ((!over || groups[g].past) && in_group(code, groups[g].codes))
				found |= 1u << g;
	}
	return found;
}

static bool has_status(const struct fhir_reading *r, const char *key, const char *const *codes)
{
	for (; *codes != NULL; codes++)
		if (fhir_has_code(fhir_get(r->resource, key), NULL, *codes))
			return true;
	return false;
}

bool fhir_read_condition(struct fhir_reading *r)
{
	static const char *const unsure[] = {
		"unconfirmed", "provisional", "differential", "refuted", "entered-in-error", NULL};
	static const char *const over[] = {"inactive", "remission", "resolved", NULL};
	char patient[ID_SIZE];
	const char *why = fhir_refer(r, fhir_get(r->resource, "subject"), "Patient", patient);
	if (why != NULL) {
		fhir_puzzle(r, "subject", "%s", *why != '\0' ? why : "no patient");
		return true;
	}
	fhir_check_modifiers(r);
	struct fhir_person *person = fhir_person_get(r->map, patient);
	if (fhir_blocks(r) || person == NULL)
		return true;
	fhir_history_condition(r, person, !has_status(r, "verificationStatus", unsure),
		groups_of(fhir_get(r->resource, "code"), has_status(r, "clinicalStatus", over)));
	return true;
}
