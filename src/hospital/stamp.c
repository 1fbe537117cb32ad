/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct tm broken_down(int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	localtime_r(&t, &tm);
	return tm;
}

static const char *with_offset(int64_t ms, const char *fraction, char out[STAMP_SIZE])
{
	struct tm tm = broken_down(ms);
	char day[24];
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	long minutes = labs(tm.tm_gmtoff) / 60;
	snprintf(out, STAMP_SIZE, "%s%s%c%02d:%02d", day, fraction, tm.tm_gmtoff < 0 ? '-' : '+',
		(int)(minutes / 60 % 24), (int)(minutes % 60));
	return out;
}

const char *stamp_seconds(int64_t ms, char out[STAMP_SIZE])
{
	return with_offset(ms, "", out);
}

const char *stamp_millis(int64_t ms, char out[STAMP_SIZE])
{
	char fraction[8];
	snprintf(fraction, sizeof(fraction), ".%03d", (int)(ms % 1000));
	return with_offset(ms, fraction, out);
}

const char *stamp_date(int64_t ms, char out[STAMP_SIZE])
{
	struct tm tm = broken_down(ms);
	strftime(out, STAMP_SIZE, "%Y-%m-%d", &tm);
	return out;
}

const char *stamp_utc(int64_t ms, char out[STAMP_SIZE])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	char day[24];
	gmtime_r(&t, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, STAMP_SIZE, "%s.%03dZ", day, (int)(ms % 1000));
	return out;
}

/* What may follow the seconds: a fraction, then Z, an offset, or nothing. */
static int64_t finish(struct tm *tm, const char *rest)
{
	int64_t millis = 0;
	if (*rest == '.') {
		int64_t unit = 100;
		for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit /= 10)
			millis += (*rest - '0') * unit;
	}
	if (*rest == '\0') {
		tm->tm_isdst = -1;
		return (int64_t)mktime(tm) * 1000 + millis;
	}
	int64_t utc = (int64_t)timegm(tm) * 1000 + millis;
	if (strcmp(rest, "Z") == 0)
		return utc;
	int hours = 0, minutes = 0, used = 0;
	/* A '+' of a query that was not escaped arrives as a blank. */
	if (strchr("+- ", *rest) == NULL
		|| sscanf(rest + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2
		|| rest[1 + used] != '\0')
		return 0;
	int64_t offset = (int64_t)(hours * 60 + minutes) * 60000;
	return *rest == '-' ? utc + offset : utc - offset;
}

int64_t stamp_parse(const char *text)
{
	static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm;
		memset(&tm, 0, sizeof(tm));
		const char *rest = strptime(text, forms[i], &tm);
		if (rest != NULL)
			return finish(&tm, rest);
	}
	return 0;
}

int64_t stamp_midnight(int64_t ms)
{
	struct tm tm = broken_down(ms);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * 1000;
}

int64_t stamp_at(int64_t midnight, int minutes)
{
	struct tm tm = broken_down(midnight);
	tm.tm_hour = 0;
	tm.tm_min = minutes;
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * 1000;
}
