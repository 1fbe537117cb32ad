/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/truth.h"

#include <inttypes.h>

enum { MINUTE = 60000 };

static void write_minute(FILE *out, const struct day *day, int64_t t)
{
	const char *between = "";
	fprintf(out, "{\"t\":%" PRId64 ",\"rooms\":{", t);
	for (int n = 0; n < day->room_count; n++, between = ",")
		fprintf(out, "%s\"%s\":\"%s\"", between, day->site->rooms[day->rooms[n]].id,
			day_room_stage(day, day->rooms[n], t));
	fputs("},\"patients\":{", out);
	between = "";
	for (int i = 0; i < day->case_count; i++) {
		if (day->cases[i].known_ms > t)
			continue;
		fprintf(out, "%s\"%s\":\"%s\"", between, day->cases[i].patient,
			day_patient_stage(&day->cases[i], t));
		between = ",";
	}
	fputs("}}\n", out);
}

int64_t truth_write(FILE *out, const struct day *day, int64_t from_ms, int64_t to_ms)
{
	int64_t t = (from_ms / MINUTE + 1) * MINUTE;
	for (; t <= to_ms; t += MINUTE) {
		write_minute(out, day, t);
		from_ms = t;
	}
	fflush(out);
	return from_ms;
}
