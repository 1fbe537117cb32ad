/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/fhir_fault.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {"none", "429", "503", "410", "truncate", "html", "slow",
	"ignore-match", "swallow", "mute", "drop", "readonly", "meddle"};

bool fault_set(struct fault *fault, const char *kind, int count)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i], kind) != 0)
			continue;
		snprintf(fault->kind, sizeof(fault->kind), "%s", kind);
		fault->count = i > 0 ? count : 0;
		return true;
	}
	return false;
}

bool fault_is(struct fault *fault, const char *kind)
{
	if (fault->count <= 0 || strcmp(fault->kind, kind) != 0)
		return false;
	fault->count--;
	return true;
}
