/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_TEACH_SLOT_H
#define VIGIE_FEEDS_TEACH_SLOT_H

/*
 * One structure of an advertisement as teaching sees it: its bytes, which of
 * them may be compared, and the signature they make. Private to feeds/teach*.
 */

#include "twin/site.h"

struct slot {
	uint8_t bytes[PATTERN_MAX];   /* length, type, data: as on air, cut at 32 */
	uint8_t still[PATTERN_MAX];   /* 0xFF: may be compared and did not move */
	uint8_t changed[PATTERN_MAX]; /* 0xFF: differs from the rest */
	int size;
	bool appeared; /* nothing like it at rest */
};

/* The structure at *at; false at the end or where one runs past it. */
bool slot_next(const uint8_t *ad, size_t len, size_t *at, struct slot *out);
/* Takes out of the comparison what varies by itself. */
void slot_ignore(struct slot *slot, const uint8_t mac[6]);
/* Same frame: type, length and what names it. */
bool slot_is_alike(const struct slot *a, const struct slot *b);
/* Same news: alike, and the same in what is changed; beacons: the same id. */
bool slot_is_same_signal(const struct slot *a, const struct slot *b);
/* Forgets the bytes in which `more` differs. */
void slot_merge(struct slot *slot, const struct slot *more);
/* False for flags, lists of services and transmit power: every tag has them. */
bool slot_can_tell(const struct slot *slot);
/* False when too little is left to tell it from other things. */
bool slot_signature(const struct slot *slot, struct signature *out);

#endif
