/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_HL7_MESSAGE_H
#define VIGIE_FEEDS_HL7_MESSAGE_H

/*
 * One HL7 v2 message as text (HL7 v2.5 chapter 2): delimiters as the sender
 * chose them, escapes undone, the character set of MSH-18 turned into UTF-8.
 * What comes out of hl7_value is neutralised. No I/O.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/error.h"

struct hl7_segment {
	const char *text; /* in the message, not NUL-terminated */
	size_t len;
};

struct hl7_message {
	char *text;                                              /* owned, UTF-8 */
	char field, component, repetition, escape, subcomponent; /* '\0': none */
	struct hl7_segment *segments;                            /* owned; the first is MSH */
	int count;
};

/* 0, or -EBADMSG with err (then nothing is to be freed). */
int hl7_message_parse(
	struct hl7_message *message, const char *bytes, size_t len, struct error *err);
void hl7_message_free(struct hl7_message *message);

/* The n-th segment of that name, from 0; NULL. */
const struct hl7_segment *hl7_segment(const struct hl7_message *message, const char *id, int n);
bool hl7_segment_is(const struct hl7_segment *segment, const char *id);

/* Not sent, sent as "" (the sender takes the value back), or a value. */
enum hl7_presence { HL7_ABSENT, HL7_NULL, HL7_VALUED };

/* field and component as the standard counts them, from 1; repetition from 0.
 * The first subcomponent is taken. out is always terminated. */
enum hl7_presence hl7_value(const struct hl7_message *message, const struct hl7_segment *segment,
	int field, int repetition, int component, char *out, size_t size);
/* How many times the field is repeated, at most 32. */
int hl7_repetitions(
	const struct hl7_message *message, const struct hl7_segment *segment, int field);

/*
 * YYYY[MM[DD[HH[MM[SS[.S…]]]]]][±ZZZZ] → ms. Without an offset it is local time
 * of the process (TZ, which a station sets to its site's zone); in the hour
 * that autumn repeats, the C library's choice. The precision is how many digits
 * were given (4 to 14); 0: not a time.
 */
int hl7_time(const char *text, int64_t *ms);

#endif
