/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_ALARM_QUALITY_H
#define VIGIE_SRC_ALARM_QUALITY_H

/*
 * How good the alarms are (twin/alarm_quality.h), from a journal: as text beside
 * what ISA-18.2 and EEMUA 191 ask for, or one JSON object (vigie.alarm-quality/1).
 */

#include "feeds/error.h"
#include "twin/alarm_quality.h"
#include "twin/score.h"

struct alarm_quality_asked {
	int64_t now_ms; /* the end of the span */
	int days;       /* its length */
	int operators;  /* positions that share the alarms */
	bool json;
};

/* Facts and transitions up to to_ms (0: all). 0 or a negative errno. */
int alarm_quality_read(struct alarm_quality *q, const char *path, int64_t to_ms, struct error *err);
/* malloc'd; NULL out of memory. */
char *alarm_quality_show(const struct alarm_quality *q, const struct score *score,
	const struct alarm_quality_asked *asked);

#endif
