/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_PAYLOAD_LINES_H
#define VIGIE_SRC_PAYLOAD_LINES_H

/* Recorded payloads, one a line; "hex:" stands before binary ones. */

#include <stdio.h>

#include "feeds/decode.h"

/* One byte more than the decoder takes, so that it is the decoder who says no:
 * the rest of an endless line is read and forgotten. */
enum { PAYLOAD_LINE_MAX = 2 * 256 * 1024 + 8, PAYLOAD_LINE_SIZE = PAYLOAD_LINE_MAX + 1 };

/* False at the end of the input. `line` has PAYLOAD_LINE_SIZE bytes. */
bool payload_line_read(FILE *in, char *line, size_t *len);
/* Writes into `line`. */
void payload_line_decode(
	const struct decode_context *dc, const char *topic, char *line, size_t len);

#endif
