/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir.h"
#include "twin/instant.h"

/*
 * FHIR times (R4 datatypes: date, dateTime, instant) without the C library's
 * calendar: timegm() would accept what the grammar forbids, and its result
 * would depend on the environment.
 */

/* Reads exactly n digits; -1 when they are not there. */
static int digits(const char **p, int n)
{
	int value = 0;
	for (int i = 0; i < n; i++) {
		char c = (*p)[i];
		if (c < '0' || c > '9')
			return -1;
		value = value * 10 + (c - '0');
	}
	*p += n;
	return value;
}

static bool accept(const char **p, char c)
{
	if (**p != c)
		return false;
	++*p;
	return true;
}

/* ".5", ".312", ".1234567": 1 to 9 digits, of which three count. */
static int fraction_ms(const char **p)
{
	int ms = 0, n = 0;
	if (!accept(p, '.'))
		return 0;
	for (; **p >= '0' && **p <= '9'; ++*p, n++)
		if (n < 3)
			ms = ms * 10 + (**p - '0');
	if (n == 0 || n > 9)
		return -1;
	for (; n < 3; n++)
		ms *= 10;
	return ms;
}

/* Minutes east of Greenwich; false when it is no offset. */
static bool offset_min(const char **p, int *minutes)
{
	*minutes = 0;
	if (accept(p, 'Z'))
		return true;
	int sign = accept(p, '+') ? 1 : accept(p, '-') ? -1 : 0;
	if (sign == 0)
		return false;
	int hours = digits(p, 2);
	if (hours < 0 || hours > 14 || !accept(p, ':'))
		return false;
	int rest = digits(p, 2);
	if (rest < 0 || rest > 59)
		return false;
	*minutes = sign * (hours * 60 + rest);
	return true;
}

/* "Thh:mm:ss[.f](Z|±hh:mm)" after a whole date; -1 when it is not. */
static int64_t time_of_day_ms(const char **p)
{
	int hour = digits(p, 2);
	if (hour < 0 || hour > 23 || !accept(p, ':'))
		return INT64_MIN;
	int minute = digits(p, 2);
	if (minute < 0 || minute > 59)
		return INT64_MIN;
	int second = accept(p, ':') ? digits(p, 2) : 0;
	int ms = fraction_ms(p);
	int offset;
	if (second < 0 || second > 60 || ms < 0 || !offset_min(p, &offset))
		return INT64_MIN;
	return (((int64_t)hour * 60 + minute - offset) * 60 + second) * 1000 + ms;
}

int64_t fhir_time(const char *text)
{
	if (text == NULL)
		return 0;
	const char *p = text;
	int year = digits(&p, 4), month = 1, day = 1;
	int64_t rest = 0;
	if (year < 1)
		return 0;
	if (accept(&p, '-')) {
		month = digits(&p, 2);
		if (month < 1 || month > 12)
			return 0;
		if (accept(&p, '-')) {
			day = digits(&p, 2);
			if (day < 1 || day > instant_days_in(year, month))
				return 0;
			if (accept(&p, 'T'))
				rest = time_of_day_ms(&p);
		}
	}
	if (*p != '\0' || rest == INT64_MIN)
		return 0;
	return instant_days(year, month, day) * 86400000 + rest;
}
