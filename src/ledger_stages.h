/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_LEDGER_STAGES_H
#define VIGIE_SRC_LEDGER_STAGES_H

/* The part of the ledger (src/ledger.h) on the steps of the patients' way: what
 * the site says, what is known now, from how many, and what the last one moved. */

#include <cjson/cJSON.h>
#include <stdio.h>

#include "twin/stage_law.h"

void ledger_put_stages(FILE *out, const struct stage_model *stages);
cJSON *ledger_stages_json(const struct stage_model *stages); /* an array, owned by the caller */

#endif
