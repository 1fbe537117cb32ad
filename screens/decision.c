/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "screens/format.h"
#include "screens/tr.h"
#include "twin/instant.h"

/* Decisions in words of people, local time and names instead of ids. */

static const char *named(const struct view *view, enum scenario_kind kind, const char *word)
{
	const struct site *site = view->twin->site;
	int at;

	if (kind == PARAMETER_ROOM && site && (at = site_room(site, word)) >= 0)
		return format_room(view, at);
	for (int i = 0; kind == PARAMETER_ROLE && site && i < site->role_count; i++)
		if (strcmp(site->roles[i].id, word) == 0)
			return site->roles[i].name;
	for (int i = 0; kind == PARAMETER_KIT && site && i < site->kit_count; i++)
		if (strcmp(site->kits[i].id, word) == 0)
			return site->kits[i].name;
	if (kind == PARAMETER_REASON && scenario_reason(word))
		return _(scenario_reason(word));
	at = kind == PARAMETER_WAY ? scenario_row_named(word, strlen(word)) : -1;
	return at >= 0 ? _(scenario_rows[at].help) : word;
}

static void value(const void *context, enum scenario_kind kind, const char *word, int number,
	int64_t ms, char *out, size_t size)
{
	const struct view *view = context;
	const char *name;

	if (kind == PARAMETER_INSTANT)
		format_clock(ms, out, size);
	else if (kind == PARAMETER_NUMBER)
		format_put(out, size, "%d", number);
	else {
		name = named(view, kind, word);
		format_put(out, size, "%s", name[0] ? name : word);
	}
}

void format_decision(const struct view *view, const struct scenario *s, char *out, size_t size)
{
	char words[SCENARIO_TEXT];

	if (scenario_is_decision(s)) {
		scenario_say(s, _(scenario_saying(s)), value, view, out, size);
		return;
	}
	scenario_words(s, words);
	format_put(out, size, "%s", words);
}

/* The one of yesterday, today and tomorrow that is nearest: the calendar counts, for
 * days may differ in length. */
static int64_t nearest(int64_t now_ms, int hour, int minute)
{
	time_t now = (time_t)(now_ms / 1000), best = 0;

	for (int day = -1; day <= 1; day++) {
		struct tm tm;
		time_t then;

		localtime_r(&now, &tm);
		tm.tm_mday += day;
		tm.tm_hour = hour;
		tm.tm_min = minute;
		tm.tm_sec = 0;
		tm.tm_isdst = -1;
		then = mktime(&tm);
		if (day < 0 || llabs((long long)(then - now)) < llabs((long long)(best - now)))
			best = then;
	}
	return (int64_t)best * 1000;
}

void format_typed(int64_t now_ms, const char *text, char *out, size_t size)
{
	const char *at = strstr(text, "at="), *p = at ? at + 3 : "";
	char instant[INSTANT_TEXT];
	char *end;
	long hour = strtol(p, &end, 10), minute = -1;
	size_t digits = (size_t)(end - p);

	if (digits >= 1 && digits <= 2 && *end == ':' && strlen(end) >= 3)
		minute = strtol(end + 1, &end, 10);
	if (!at || at == text || (at[-1] != ':' && at[-1] != ',') || hour < 0 || hour > 23
		|| minute < 0 || minute > 59 || (*end != '\0' && *end != ',')) {
		format_put(out, size, "%s", text);
		return;
	}
	instant_text(nearest(now_ms, (int)hour, (int)minute), instant);
	format_put(out, size, "%.*s%s%s", (int)(p - text), text, instant, end);
}
