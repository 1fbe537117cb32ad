/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/heads.h"

#include <string.h>

#include "twin/text.h"

bool head_parse(const char *text, uint64_t *number, char hash[65])
{
	uint64_t n = 0;
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 18 || text[digits] != ':' || strlen(text + digits + 1) != 64
		|| strspn(text + digits + 1, "0123456789abcdef") != 64)
		return false;
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (uint64_t)(text[i] - '0');
	*number = n;
	memcpy(hash, text + digits + 1, 65);
	return true;
}

static int kept(const struct heads *h, const char *station)
{
	int i = 0;

	while (i < h->count && strcmp(h->kept[i].station, station) != 0)
		i++;
	return i;
}

int heads_due(struct heads *h, const struct stations *stations, int64_t now_ms,
	struct fact out[STATIONS_MAX])
{
	uint64_t number;
	char hash[65];
	int count = 0;

	for (int i = 0; i < stations->count && i < STATIONS_MAX; i++) {
		const struct station_seen *seen = &stations->list[i];
		int k = kept(h, seen->id);

		if (k == STATIONS_MAX || !strcmp(seen->id, stations->self)
			|| !head_parse(seen->head, &number, hash)
			|| (k < h->count
				&& (now_ms < h->kept[k].at_ms + HEADS_EVERY_MS
					|| !strcmp(h->kept[k].head, seen->head))))
			continue;
		h->count += k == h->count;
		text_copy(h->kept[k].station, sizeof h->kept[k].station, seen->id);
		text_copy(h->kept[k].head, sizeof h->kept[k].head, seen->head);
		h->kept[k].at_ms = now_ms;
		out[count] = fact_make(FACT_AUDIT, SOURCE_SYSTEM, now_ms);
		text_copy(out[count].audit.what, sizeof out[count].audit.what, "head");
		text_copy(out[count].audit.subject, sizeof out[count].audit.subject, seen->id);
		text_copy(out[count].audit.reason, sizeof out[count].audit.reason, seen->head);
		text_copy(out[count].by.station, sizeof out[count].by.station, stations->self);
		count++;
	}
	return count;
}
