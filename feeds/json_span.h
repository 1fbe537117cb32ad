/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_JSON_SPAN_H
#define VIGIE_FEEDS_JSON_SPAN_H

/*
 * Where a value stands in JSON text, so that it can be changed, and all around it left
 * byte for byte: what goes through cJSON loses digits ("1.50", 9007199254740993), and
 * a hospital's record must not. No allocation, no recursion; the text need not end
 * with a NUL. Grammar: RFC 8259; pointers: RFC 6901, without escapes.
 */

#include <stdbool.h>
#include <stddef.h>

struct json_span {
	size_t member;     /* the name of an object's member begins here; of an item: begin */
	size_t begin, end; /* of the value; of a string with its quotes */
};

enum json_found {
	JSON_FOUND,
	JSON_ABSENT,
	JSON_TWICE, /* a name on the way stands there twice: who knows which is read */
	JSON_BROKEN
};

static inline bool json_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* pointer: "" the whole, "/participant/1/actor/reference". */
enum json_found json_span(
	const char *text, size_t len, const char *pointer, struct json_span *span);

#endif
