/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_OPTIONS_H
#define VIGIE_HOSPITAL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "feeds/error.h"
#include "src/hospital/day.h"
#include "src/suite_clock.h"

struct options {
	const char *site, *mqtt, *truth, *script, *walk, *laws, *out;
	const char *clock, *start, *until; /* read once the zone is known */
	double speed;
	uint64_t seed;
	int http;         /* −1: no server */
	int ready_fd;     /* −1 */
	int stale;        /* 409 or 412 */
	int walk_seconds; /* in each room, at least */
	int days;         /* offline: so many */
	enum telling telling;
	struct day_units units; /* offline: other than the site says, 0 not */
	bool no_radio, with_parent, offline, help;
};

int options_read(struct options *o, int argc, char **argv, struct error *err);
int options_clock(const struct options *o, struct suite_clock *clock, struct error *err);
void options_help(FILE *out);

#endif
