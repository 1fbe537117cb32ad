/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/handover.h"

#include <stdlib.h>

#include <cjson/cJSON.h>

#include "screens/format.h"

char *handover_json(const struct view *view)
{
	struct handover *sheet = malloc(sizeof *sheet);
	cJSON *root = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(root, "sections");
	char at[48], *out;

	format_rfc3339(view->now_ms, at, sizeof at);
	cJSON_AddStringToObject(root, "format", "vigie.handover/1");
	cJSON_AddStringToObject(root, "time", at);
	if (sheet)
		handover_fill(view, sheet);
	for (int s = 0, i = 0; sheet && s < handover_sections(); s++) {
		cJSON *o = cJSON_CreateObject(), *lines = cJSON_AddArrayToObject(o, "lines");

		cJSON_AddItemToArray(list, o);
		cJSON_AddStringToObject(o, "key", handover_key(s));
		cJSON_AddStringToObject(o, "title", handover_title(s));
		/* That there is nothing is an empty array here. */
		for (; i < sheet->count && sheet->lines[i].section == s; i++)
			if (!sheet->lines[i].empty)
				cJSON_AddItemToArray(
					lines, cJSON_CreateString(sheet->lines[i].text));
	}
	cJSON_AddNumberToObject(root, "not_shown", sheet ? sheet->dropped : 0);
	out = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	free(sheet);
	return out;
}
