/* SPDX-License-Identifier: Apache-2.0 */
#include "src/suite_clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t monotonic_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void suite_clock_zone(const char *zone)
{
	const char *now = getenv("TZ"), *then = *zone != '\0' ? zone : "UTC";
	if (now != NULL && strcmp(now, then) == 0)
		return; /* other threads may be telling the time: not touched in vain */
	setenv("TZ", then, 1);
	tzset();
}

struct suite_clock suite_clock_real(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (struct suite_clock){
		.origin_ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000,
		.anchor_ms = monotonic_ms(),
		.speed = 1,
	};
}

int64_t suite_clock_now(const struct suite_clock *clock)
{
	return clock->origin_ms
	       + (int64_t)((double)(monotonic_ms() - clock->anchor_ms) * clock->speed);
}

bool suite_clock_parse(struct suite_clock *clock, const char *text)
{
	struct suite_clock c;
	int end = 0;
	if (sscanf(text, "%" SCNd64 ":%" SCNd64 ":%lf%n", &c.origin_ms, &c.anchor_ms, &c.speed,
		    &end)
			!= 3
		|| text[end] != '\0' || !(c.speed > 0 && c.speed <= 100000))
		return false;
	*clock = c;
	return true;
}

void suite_clock_format(const struct suite_clock *clock, char out[80])
{
	snprintf(out, 80, "%" PRId64 ":%" PRId64 ":%g", clock->origin_ms, clock->anchor_ms,
		clock->speed);
}
