/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/instant.h"

#include <string.h>

enum { MINUTE_MS = 60000, DAY_MIN = 1440 };

int64_t instant_days(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int instant_days_in(int64_t year, int month)
{
	static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

/* Where the digits of each number stand, and what is between them. */
static const char shape[] = "0000-00-00T00:00Z";
static const struct {
	int at, digits;
} numbers[5] = {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}};

bool instant_parse(const char *text, int64_t *ms)
{
	int n[5] = {0};
	if (strlen(text) != sizeof shape - 1)
		return false;
	for (size_t i = 0; shape[i] != '\0'; i++)
		if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return false;
	for (int i = 0; i < 5; i++)
		for (int k = 0; k < numbers[i].digits; k++)
			n[i] = n[i] * 10 + (text[numbers[i].at + k] - '0');
	if (n[0] < 1970 || n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > instant_days_in(n[0], n[1])
		|| n[3] > 23 || n[4] > 59)
		return false;
	*ms = (instant_days(n[0], n[1], n[2]) * DAY_MIN + n[3] * 60 + n[4]) * MINUTE_MS;
	return true;
}

void instant_text(int64_t ms, char out[INSTANT_TEXT])
{
	const int64_t last = instant_days(10000, 1, 1) * DAY_MIN - 1;
	int64_t minute = ms > 0 ? ms / MINUTE_MS : 0;
	minute = minute < last ? minute : last;
	int64_t day = minute / DAY_MIN, year = 1970 + day / 366;
	while (instant_days(year + 1, 1, 1) <= day)
		year++;
	int month = 1;
	while (month < 12 && instant_days(year, month + 1, 1) <= day)
		month++;
	const int64_t n[5] = {year, month, day - instant_days(year, month, 1) + 1,
		minute % DAY_MIN / 60, minute % 60};
	memcpy(out, shape, sizeof shape);
	for (int i = 0; i < 5; i++) {
		int64_t left = n[i];
		for (int k = numbers[i].digits; k-- > 0; left /= 10)
			out[numbers[i].at + k] = (char)('0' + left % 10);
	}
}
