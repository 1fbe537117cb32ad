/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_BENCH_DAY_H
#define VIGIE_SRC_BENCH_DAY_H

/*
 * The day simulators are compared on (W3): ten rooms with five cases each, 8
 * anaesthetists, 6 porters, 4 cleaning teams, 9 PACU beds. It is told as any
 * suite is, by a site text and a programme, and folded into a twin at 06:00.
 */

#include "feeds/error.h"
#include "twin/twin.h"

enum { BENCH_ROOMS = 10, BENCH_TURNS = 5, BENCH_CLOSE_MIN = 600 /* after 06:00 */ };

/* The twin and its site, both owned by the caller; NULL with err. */
struct twin *bench_day(struct site **site, struct error *err);

#endif
