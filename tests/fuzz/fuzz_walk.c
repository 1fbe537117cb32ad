/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "src/locate_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A CSV of any bytes: a walk whose numbers are all in range, or a message. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct walk walk;
	struct error err = {""};
	int rc = walk_parse(&walk, "fuzz", (const char *)data, size, &err);
	if (rc < 0 && err.text[0] == '\0')
		abort();
	for (int i = 0; rc == 0 && i < walk.count; i++)
		if (walk.tag[i] < 0 || walk.tag[i] >= walk.tag_count || walk.room[i] < -1
			|| walk.room[i] >= walk.room_count
			|| (i > 0 && walk.at_ms[i] < walk.at_ms[i - 1]))
			abort();
	walk_free(&walk);
	return 0;
}
