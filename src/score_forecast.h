/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SCORE_FORECAST_H
#define VIGIE_SRC_SCORE_FORECAST_H

/* The forecast's own score, as text and as keys of vigie.score/1: of the day of
 * `now_ms`, and of all that is kept. */

#include <cjson/cJSON.h>
#include <stdio.h>

#include "twin/score.h"

void score_forecast_put(FILE *out, const struct score *score, int64_t now_ms);
void score_forecast_json(cJSON *root, const struct score *score, int64_t now_ms);

#endif
