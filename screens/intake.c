/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/intake.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "screens/tr.h"

static const char letters[INTAKE_COUNT] = {
	[INTAKE_SOLIDS] = 's', [INTAKE_LIGHT] = 'l', [INTAKE_CLEAR] = 'c'};

const char *intake_words(enum intake what)
{
	static const char *const words[INTAKE_COUNT] = {[INTAKE_SOLIDS] = N_("solids"),
		[INTAKE_LIGHT] = N_("a light meal"),
		[INTAKE_CLEAR] = N_("clear fluids")};

	return (unsigned)what < INTAKE_COUNT ? _(words[what]) : "";
}

static int number(const char **text, int most_digits, int *digits)
{
	int value = 0;

	for (*digits = 0; isdigit((unsigned char)**text) && *digits < most_digits; ++*digits)
		value = 10 * value + *(*text)++ - '0';
	return value;
}

/* Two days in a row may differ in length: the calendar counts, not hours. */
static int64_t last_time(int64_t now_ms, int hour, int minute)
{
	time_t now = (time_t)(now_ms / 1000), then = 0;

	for (int back = 0; back < 2; back++) {
		struct tm tm;

		localtime_r(&now, &tm);
		tm.tm_mday -= back;
		tm.tm_hour = hour;
		tm.tm_min = minute;
		tm.tm_sec = 0;
		tm.tm_isdst = -1;
		then = mktime(&tm);
		if (then <= now)
			break;
	}
	return (int64_t)then * 1000;
}

bool intake_typed(const char *text, int64_t now_ms, enum intake *what, int64_t *when_ms)
{
	int digits, hour, minute = 0;
	const char *letter;

	text += strspn(text, " ");
	hour = number(&text, 4, &digits);
	if (digits == 0)
		return false;
	if (digits > 2) {
		minute = hour % 100;
		hour /= 100;
	} else if (*text && strchr(":hH.", *text)) {
		text++;
		minute = number(&text, 2, &digits);
		if (digits == 1)
			return false;
	}
	text += strspn(text, " ");
	*what = INTAKE_SOLIDS;
	if (*text) {
		letter = memchr(letters, tolower((unsigned char)*text), INTAKE_COUNT);
		if (!letter)
			return false;
		*what = (enum intake)(letter - letters);
		text++;
	}
	if (hour > 23 || minute > 59 || text[strspn(text, " ")])
		return false;
	*when_ms = last_time(now_ms, hour, minute);
	return true;
}
