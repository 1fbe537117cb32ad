/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/hl7_message.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

/* HL7 v2 times (DTM and TS, chapter 2.A.21): as many digits as are known. */

/* Two or four digits; -1 when they are not there. */
static int number(const char *text, int at, int digits)
{
	int value = 0;
	for (int i = at; i < at + digits; i++) {
		if (!isdigit((unsigned char)text[i]))
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

/* ".5", ".312", ".1234": tenths to ten-thousandths. */
static const char *read_fraction(const char *p, int *ms)
{
	int scale = 100;
	*ms = 0;
	if (*p != '.')
		return p;
	for (p++; isdigit((unsigned char)*p); p++, scale /= 10)
		*ms += (*p - '0') * scale;
	return p;
}

/* "+0200", "-0430": seconds east; false when it is none of both. */
static bool read_offset(const char *p, bool *given, int *seconds)
{
	*given = *p == '+' || *p == '-';
	*seconds = 0;
	if (!*given)
		return *p == '\0';
	int hours = number(p, 1, 2), minutes = hours >= 0 ? number(p, 3, 2) : -1;
	if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59 || p[5] != '\0')
		return false;
	*seconds = (hours * 3600 + minutes * 60) * (*p == '-' ? -1 : 1);
	return true;
}

static bool in_range(const struct tm *t, int digits)
{
	return t->tm_year >= -100 && (digits < 6 || (t->tm_mon >= 0 && t->tm_mon <= 11))
	       && (digits < 8 || (t->tm_mday >= 1 && t->tm_mday <= 31))
	       && (digits < 10 || (t->tm_hour >= 0 && t->tm_hour <= 23))
	       && (digits < 12 || (t->tm_min >= 0 && t->tm_min <= 59))
	       && (digits < 14 || (t->tm_sec >= 0 && t->tm_sec <= 60));
}

int hl7_time(const char *text, int64_t *ms)
{
	int digits = 0, fraction, seconds;
	bool zoned;
	*ms = 0;
	while (digits < 15 && isdigit((unsigned char)text[digits]))
		digits++;
	if (digits < 4 || digits > 14 || digits % 2 != 0)
		return 0;
	struct tm t = {.tm_year = number(text, 0, 4) - 1900, .tm_mday = 1, .tm_isdst = -1};
	t.tm_mon = digits >= 6 ? number(text, 4, 2) - 1 : 0;
	t.tm_mday = digits >= 8 ? number(text, 6, 2) : 1;
	t.tm_hour = digits >= 10 ? number(text, 8, 2) : 0;
	t.tm_min = digits >= 12 ? number(text, 10, 2) : 0;
	t.tm_sec = digits >= 14 ? number(text, 12, 2) : 0;
	const char *rest = digits == 14 ? read_fraction(text + 14, &fraction) : text + digits;
	if (digits < 14)
		fraction = 0;
	if (!in_range(&t, digits) || !read_offset(rest, &zoned, &seconds))
		return 0;
	struct tm asked = t;
	time_t when = zoned ? timegm(&t) - seconds : mktime(&t);
	/* 31 June would slide into July. */
	if (t.tm_mday != asked.tm_mday && asked.tm_sec < 60 && t.tm_hour == asked.tm_hour)
		return 0;
	*ms = (int64_t)when * 1000 + fraction;
	return digits;
}
