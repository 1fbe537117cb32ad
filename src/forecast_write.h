/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_FORECAST_WRITE_H
#define VIGIE_SRC_FORECAST_WRITE_H

#include "src/programme.h"

/* One possible future as a journal: what is known of the programme, then what
 * replication `n` of `seed` makes of it. It is read like the past. 0, or a
 * negative errno with err. */
int forecast_write(const char *path, const struct programme *programme, const char *site_text,
	uint32_t seed, uint32_t n, struct error *err);

#endif
