/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/teach_slot.h"

#include <stdio.h>
#include <string.h>

#include "feeds/teach.h"

/* Offsets within `bytes`: length, type, UUID or company (2), the frame. */
enum { AT_TYPE = 1, AT_UUID = 2, AT_FRAME = 4 };
enum { AD_SERVICE = 0x16, AD_MAKER = 0xFF };

bool slot_next(const uint8_t *ad, size_t len, size_t *at, struct slot *out)
{
	if (*at >= len || ad[*at] == 0 || len - *at - 1 < ad[*at])
		return false;
	size_t size = (size_t)ad[*at] + 1;
	*out = (struct slot){.size = size < PATTERN_MAX ? (int)size : PATTERN_MAX};
	memcpy(out->bytes, ad + *at, (size_t)out->size);
	memset(out->still, 0xFF, (size_t)out->size);
	*at += size;
	return true;
}

/* ---- what names a frame, and what of it varies (feeds reference 2.2-2.5) ---- */

/* `head`: the bytes from the type on that name the frame. `from`, `to`: what
 * varies by itself, offsets in the frame (after UUID or company); a negative
 * `to` counts from the end. */
static const struct frame {
	uint8_t head[6];
	int head_size;
	int from, to;
} frames[] = {
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1, 0x01}, 5, 2, 6},  /* battery, T, RH */
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1, 0x02}, 5, 2, 2},  /* battery */
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1, 0x03}, 5, 2, 8},  /* battery, axes */
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1, 0x05}, 5, 2, 4},  /* battery, lux */
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1, 0x08}, 5, 2, 2},  /* battery */
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1, 0x10}, 5, 2, 4},  /* battery, gram */
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1, 0x12}, 5, 2, 4},  /* battery, ppb */
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1, 0x13}, 5, 2, 4},  /* battery, T */
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1, 0x15}, 5, 2, 13}, /* axes, rates */
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1, 0x16}, 5, 2, 8},  /* battery, field */
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1, 0x17}, 5, 2, 6},  /* battery, hPa */
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1, 0x18}, 5, 2, 6},  /* battery, time */
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1, 0x19}, 5, 2, 4},  /* battery, lumen */
	{{AD_SERVICE, 0xE1, 0xFF, 0xA1}, 4, 2, 2},        /* battery */
	{{AD_SERVICE, 0xAA, 0xFE, 0x20}, 4, 2, 13},       /* TLM: all it says */
	{{AD_SERVICE, 0xAA, 0xFE, 0x30}, 4, 1, -1},       /* EID: rotates */
	{{AD_SERVICE, 0xAA, 0xFE, 0x00}, 4, 1, 1},        /* UID: power */
	{{AD_SERVICE, 0xAA, 0xFE, 0x10}, 4, 1, 1},        /* URL: power */
	{{AD_SERVICE, 0xD2, 0xFC}, 3, 0, -1},             /* BTHome: see below */
	{{AD_SERVICE, 0xF1, 0xFF}, 3, 0, 0},              /* FFF1 scan response: battery */
	{{AD_MAKER, 0x4C, 0x00, 0x02, 0x15}, 5, 22, 22},  /* iBeacon: power */
	{{AD_MAKER, 0x39, 0x06, 0xA3, 0x03}, 5, 2, 6},    /* S3: battery, T, RH */
	{{AD_MAKER, 0x39, 0x06, 0xA4, 0x01}, 5, 2, 2},    /* S4: battery */
	{{AD_MAKER, 0x39, 0x06, 0xCA, 0x03}, 5, 2, -1},   /* MBT02: see below */
	{{AD_MAKER, 0x39, 0x06, 0xCA}, 4, -4, -1},        /* V3: the trailer */
};

static const struct frame *frame_of(const struct slot *s)
{
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
		if (s->size > frames[i].head_size
			&& memcmp(s->bytes + AT_TYPE, frames[i].head, (size_t)frames[i].head_size)
				   == 0)
			return &frames[i];
	return NULL;
}

static void mark(struct slot *s, int from, int to, uint8_t value)
{
	for (int i = from < 0 ? 0 : from; i <= to && i < s->size; i++)
		s->still[i] = value;
}

/* BTHome v2 objects in order, until one whose length is not in the table: only
 * buttons and yes/no objects are compared. */
static void compare_bthome(struct slot *s)
{
	int at = AT_FRAME + 1;
	mark(s, AT_FRAME, AT_FRAME, 0xFF); /* device info */
	while (at + 1 < s->size) {
		uint8_t id = s->bytes[at];
		bool yes_no = id >= 0x0F && id <= 0x2D && id != 0x12 && id != 0x13 && id != 0x14;
		if (yes_no || id == 0x3A)
			mark(s, at, at + 1, 0xFF);
		else if (id > 0x01)
			return;
		else
			mark(s, at, at, 0xFF); /* the packet id's or the battery's own id */
		at += 2;
	}
}

/* Blocks of the V3 combination frame: acceleration and battery vary, tamper
 * speaks; an unknown block ends the walk, the last 4 bytes are a trailer. */
static void compare_v3(struct slot *s)
{
	int at = AT_FRAME + 2, end = s->size - 4;
	while (at < end) {
		int size = s->bytes[at] == 0x03 ? 6 : 1;
		uint8_t id = s->bytes[at];
		if (id != 0x03 && id != 0x21 && id != 0x22)
			return;
		mark(s, at, id == 0x22 ? at + 1 : at, 0xFF);
		at += 1 + size;
	}
}

static void ignore_mac(struct slot *s, const uint8_t mac[6])
{
	for (int at = AT_UUID; at + 6 <= s->size; at++) {
		int up = 0, down = 0;
		for (int i = 0; i < 6; i++) {
			up += s->bytes[at + i] == mac[i];
			down += s->bytes[at + i] == mac[5 - i];
		}
		if (up == 6 || down == 6)
			mark(s, at, at + 5, 0);
	}
}

void slot_ignore(struct slot *s, const uint8_t mac[6])
{
	const struct frame *f = frame_of(s);
	ignore_mac(s, mac);
	/* Minew's fake iBeacon (feeds reference 2.3): no service UUID of its own;
	 * power and battery stand last. */
	if (f == NULL && s->bytes[AT_TYPE] == AD_SERVICE && s->bytes[0] == 0x17)
		mark(s, s->size - 2, s->size - 1, 0);
	if (f == NULL)
		return;
	int from = f->from < 0 ? s->size + f->from : AT_FRAME + f->from;
	mark(s, from, f->to < 0 ? s->size - 1 : AT_FRAME + f->to, 0);
	if (f->head[1] == 0xD2)
		compare_bthome(s);
	else if (f->head[0] == AD_MAKER && f->head[3] == 0xCA && f->head_size == 5)
		compare_v3(s);
}

/* ---- alike ---- */

bool slot_is_alike(const struct slot *a, const struct slot *b)
{
	const struct frame *f = frame_of(a);
	if (a->size != b->size || a->bytes[0] != b->bytes[0]
		|| a->bytes[AT_TYPE] != b->bytes[AT_TYPE])
		return false;
	/* Frames nobody documented are told by UUID or company. */
	int head = f != NULL ? f->head_size : 3;
	return memcmp(a->bytes, b->bytes, (size_t)(head + 1 < a->size ? head + 1 : a->size)) == 0;
}

static bool is_ibeacon(const struct slot *s)
{
	static const uint8_t head[] = {AD_MAKER, 0x4C, 0x00, 0x02, 0x15};
	return s->size >= AT_FRAME + 2 + 20 && memcmp(s->bytes + AT_TYPE, head, sizeof head) == 0;
}

static bool is_uid(const struct slot *s)
{
	static const uint8_t head[] = {AD_SERVICE, 0xAA, 0xFE, 0x00};
	return s->size >= AT_FRAME + 2 + 16 && memcmp(s->bytes + AT_TYPE, head, sizeof head) == 0;
}

bool slot_is_same_signal(const struct slot *a, const struct slot *b)
{
	if (!slot_is_alike(a, b) || a->appeared != b->appeared)
		return false;
	if (is_ibeacon(a))
		return memcmp(a->bytes + AT_FRAME + 2, b->bytes + AT_FRAME + 2, 20) == 0;
	if (is_uid(a))
		return memcmp(a->bytes + AT_FRAME + 2, b->bytes + AT_FRAME + 2, 16) == 0;
	for (int i = 0; i < a->size; i++)
		if ((a->changed[i] | b->changed[i]) != 0 && a->bytes[i] != b->bytes[i])
			return false;
	return true;
}

void slot_merge(struct slot *s, const struct slot *more)
{
	for (int i = 0; i < s->size; i++)
		s->still[i] &= more->still[i] & (uint8_t) - (s->bytes[i] == more->bytes[i]);
}

/* Flags, lists of services, transmit power and the like: Bluetooth assigned
 * numbers 2.3, types 01 to 07 and 0A. */
bool slot_can_tell(const struct slot *s)
{
	return s->size > 2 && s->bytes[AT_TYPE] > 0x07 && s->bytes[AT_TYPE] != 0x0A;
}

/* ---- the signature ---- */

static void take(struct signature *out, const struct slot *s, int from, int to)
{
	memset(out->pattern, 0, sizeof out->pattern);
	memset(out->mask, 0, sizeof out->mask);
	for (out->length = 0; from < to; from++, out->length++) {
		out->mask[out->length] = s->still[from];
		out->pattern[out->length] = s->bytes[from] & s->still[from];
	}
}

/* Four bytes that say something: 1 in 2^32 by chance. */
enum { TELLING_BYTES = 4 };

bool slot_signature(const struct slot *s, struct signature *out)
{
	int end = s->size, telling = 0;
	*out = (struct signature){.rearm_silence_s = 30, .merge_s = 15};
	if (is_ibeacon(s)) {
		/* Also where a gateway takes it apart and sends no bytes. */
		out->kind = SIGNATURE_IBEACON;
		take(out, s, AT_FRAME + 2, AT_FRAME + 2 + 20);
		memset(out->mask, 0xFF, 20);
		memcpy(out->pattern, s->bytes + AT_FRAME + 2, 20);
		return true;
	}
	if (is_uid(s)) {
		out->kind = SIGNATURE_UID;
		take(out, s, AT_FRAME + 2, AT_FRAME + 2 + 16);
		memset(out->mask, 0xFF, 16);
		memcpy(out->pattern, s->bytes + AT_FRAME + 2, 16);
		return true;
	}
	out->kind = SIGNATURE_FRAME;
	while (end > 0 && s->still[end - 1] == 0)
		end--;
	for (int i = 0; i < end; i++)
		telling += s->still[i] != 0;
	take(out, s, 0, end);
	return telling >= TELLING_BYTES;
}

/* ---- for the site file ---- */

static int hex_put(char *out, const struct signature *s, int from, int to)
{
	static const char digits[] = "0123456789ABCDEF";
	int n = 0;
	for (int i = from; i < to; i++) {
		out[n++] = s->mask[i] & 0xF0 ? digits[s->pattern[i] >> 4] : '?';
		out[n++] = s->mask[i] & 0x0F ? digits[s->pattern[i] & 15] : '?';
	}
	out[n] = '\0';
	return n;
}

void teach_line(const struct teach_candidate *c, const char *id, const char *model,
	char line[TEACH_LINE_SIZE])
{
	const struct signature *s = &c->signature;
	char a[2 * PATTERN_MAX + 1], b[2 * PATTERN_MAX + 1], what[256], whose[ID_SIZE + 16] = "";
	if (model[0] != '\0')
		snprintf(whose, sizeof whose, "model = \"%s\"; ", model);
	if (s->kind == SIGNATURE_IBEACON) {
		hex_put(a, s, 0, 16);
		snprintf(what, sizeof what,
			"kind = \"ibeacon\"; uuid = \"%s\"; major = %d; minor = %d;", a,
			s->pattern[16] << 8 | s->pattern[17], s->pattern[18] << 8 | s->pattern[19]);
	} else if (s->kind == SIGNATURE_UID) {
		hex_put(a, s, 0, 10);
		hex_put(b, s, 10, 16);
		snprintf(what, sizeof what,
			"kind = \"uid\"; namespace = \"%s\"; instance = \"%s\";", a, b);
	} else {
		hex_put(a, s, 0, s->length);
		snprintf(what, sizeof what, "kind = \"frame\"; bytes = \"%s\";", a);
	}
	snprintf(line, TEACH_LINE_SIZE, "{ id = \"%s\"; %s%s rearm_s = 30; merge_s = 15; }", id,
		whose, what);
}
