/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_BLE_FIELDS_H
#define VIGIE_FEEDS_BLE_FIELDS_H

/*
 * Frames whose fields stand at fixed places: what to read, where, and how far
 * to believe it. A decoder keeps a table of them; a new frame is one line.
 */

#include "feeds/row.h"

enum field_format {
	FIELD_END, /* no more fields */
	FIELD_U8,
	FIELD_BITS, /* whether any bit of the mask is set */
	FIELD_PART, /* the bits of the mask, as a number */
	FIELD_U16,
	FIELD_U16_LE,
	FIELD_S16,
	FIELD_8_8,   /* signed, / 256 */
	FIELD_16_16, /* unsigned, / 65536 */
};

enum field_rule {
	FIELD_ALONE,       /* checked alone: a bad one leaves the others */
	FIELD_VITAL,       /* a bad one drops the frame: it is not what it looks like */
	FIELD_WITH_BATTERY /* believed only beside a plausible battery byte */
};

struct field {
	enum quantity quantity;
	uint8_t at;
	enum field_format format;
	enum field_rule rule;
	uint8_t mask; /* of FIELD_BITS and FIELD_PART */
	double scale; /* units per count; 0: 1 */
};

enum { FIELDS_MAX = 7 };

/* For the tables. */
#define FIELD(quantity, at, format)                                                                \
	{                                                                                          \
		QUANTITY_##quantity, (at), (format), FIELD_ALONE, 0, 0                             \
	}
#define FIELD_FLAG(quantity, at, mask)                                                             \
	{                                                                                          \
		QUANTITY_##quantity, (at), FIELD_BITS, FIELD_ALONE, (mask), 0                      \
	}
#define FIELD_CAREFUL(quantity, at, format, rule, mask)                                            \
	{                                                                                          \
		QUANTITY_##quantity, (at), (format), (rule), (mask), 0                             \
	}
#define FIELD_AXES(what, at, format, scale)                                                        \
	{QUANTITY_##what##_X, (at), (format), FIELD_ALONE, 0, (scale)},                            \
		{QUANTITY_##what##_Y, (at) + 2, (format), FIELD_ALONE, 0, (scale)},                \
	{                                                                                          \
		QUANTITY_##what##_Z, (at) + 4, (format), FIELD_ALONE, 0, (scale)                   \
	}

/* Sends the readings of a frame that is long enough for all of them. The list
 * ends with FIELD_END or after FIELDS_MAX. */
void ble_fields(struct row *row, const struct field fields[FIELDS_MAX], const uint8_t *p);

/* Tells when a frame names another tag than its row; six zero bytes are no MAC.
 * Information only: a relay or a cloned configuration; the row's MAC rules. */
void ble_check_mac(struct row *row, const uint8_t mac[6], bool reversed);

#endif
